import type { MessagePort } from 'node:worker_threads';
import type { Awaitable } from '../../types/awaitable.js';
import { type BusData, type NodeBus, Topics, untilDone } from './node-bus.js';

type ThreadMessage =
  | { readonly kind: 'hello' }
  | { readonly kind: 'tell'; readonly topic: string; readonly data: BusData }
  | { readonly kind: 'ask'; readonly id: number; readonly topic: string; readonly data: BusData }
  | { readonly kind: 'answer'; readonly id: number; readonly ok: boolean; readonly data: BusData };

interface Waiting {
  readonly port: MessagePort;
  readonly resolve: (answer: { ok: boolean; data: BusData }) => void;
}

/** The bus between SQL nodes that are threads of one process: a port to each other node. */
export class ThreadBus implements NodeBus {
  readonly lapsed = false;
  readonly countedOnBefore = null;
  private readonly topics = new Topics();
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private readonly ports = new Set<MessagePort>();

  /** Ports of the nodes that are there: one that is only being started reads everything from the store later. */
  private readonly present = new Set<MessagePort>();

  /** `store`: to the node whose thread has the store open; null on that node. */
  constructor(ports: readonly MessagePort[], store: MessagePort | null = null) {
    for (const port of ports) this.add(port);
    if (store !== null)
      this.askStore = async (topic, data, transfer) => {
        const answer = await this.askOne(store, topic, data as BusData, transfer);
        if (!answer.ok) throw new Error(`the node with the store did not answer to ${topic}`);
        return answer.data;
      };
  }

  /** A port to one more node. */
  add(port: MessagePort): void {
    this.ports.add(port);
    port.on('message', (message: ThreadMessage) => this.receive(port, message));
    port.on('close', () => this.gone(port));
    port.unref();
    port.postMessage({ kind: 'hello' } satisfies ThreadMessage);
  }

  /** The node at the other end is gone: nobody waits for its answers any more. */
  private gone(port: MessagePort): void {
    this.ports.delete(port);
    this.present.delete(port);
    for (const [id, w] of this.waiting) {
      if (w.port !== port) continue;
      this.waiting.delete(id);
      w.resolve({ ok: false, data: null });
    }
  }

  tell(topic: string, data: BusData): void {
    for (const port of this.present) port.postMessage({ kind: 'tell', topic, data } satisfies ThreadMessage);
  }

  revive(): Promise<void> {
    return Promise.resolve();
  }

  async ask(topic: string, data: BusData): Promise<BusData[]> {
    const answers = await Promise.all([...this.present].map((port) => this.askOne(port, topic, data)));
    return answers.filter((a) => a.ok).map((a) => a.data);
  }

  readonly askStore: NodeBus['askStore'];

  async require(topic: string, data: BusData): Promise<void> {
    await Promise.all(
      [...this.present].map((port) =>
        untilDone(async () => (await this.askOne(port, topic, data)).ok || !this.present.has(port)),
      ),
    );
  }

  private askOne(
    port: MessagePort,
    topic: string,
    data: BusData,
    transfer: readonly MessagePort[] = [],
  ): Promise<{ ok: boolean; data: BusData }> {
    if (!this.ports.has(port)) return Promise.resolve({ ok: false, data: null });
    return new Promise((resolve) => {
      const id = this.nextId++;
      this.waiting.set(id, { port, resolve });
      port.postMessage({ kind: 'ask', id, topic, data } satisfies ThreadMessage, transfer);
    });
  }

  serve(topic: string, handler: (data: BusData) => Awaitable<BusData>): void {
    this.topics.serve(topic, handler);
  }

  close(): void {
    for (const port of this.ports) port.close();
    this.present.clear();
    for (const w of this.waiting.values()) w.resolve({ ok: false, data: null });
    this.waiting.clear();
  }

  private receive(port: MessagePort, message: ThreadMessage): void {
    if (message.kind === 'hello') {
      this.present.add(port);
      return;
    }
    if (message.kind === 'answer') {
      this.waiting.get(message.id)?.resolve(message);
      this.waiting.delete(message.id);
      return;
    }
    const handled = this.topics.handle(message.topic, message.data);
    if (message.kind === 'tell') {
      handled.catch(() => undefined);
      return;
    }
    const answer = (ok: boolean, data: BusData): void =>
      port.postMessage({ kind: 'answer', id: message.id, ok, data } satisfies ThreadMessage);
    handled.then(
      (data) => answer(true, data),
      () => answer(false, null),
    );
  }
}
