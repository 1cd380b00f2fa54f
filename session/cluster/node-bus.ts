import type { MessagePort } from 'node:worker_threads';
import type { Awaitable } from '../../types/awaitable.js';

/** What goes between nodes must be JSON, so that it can go over any transport. */
export type BusData =
  null | boolean | number | string | readonly BusData[] | { readonly [name: string]: BusData };

/** Messages between the SQL nodes on one store: threads of a process, or processes. */
export interface NodeBus {
  /** Tells every other node, without waiting. A node that cannot be reached learns what it must from the store. */
  tell(topic: string, data: BusData): void;
  /** Asks every other node; gives the answers of those that could be reached and did not fail. */
  ask(topic: string, data: BusData): Promise<BusData[]>;
  /**
   * Asks the node whose thread has the store open, of nodes that are threads of one process: what goes between them may be shared
   * memory, and ports (`transfer`). Rejects when it does not answer. Absent where nodes are processes, and on that node.
   */
  askStore?(topic: string, data: unknown, transfer?: readonly MessagePort[]): Promise<unknown>;
  /** Has every other node do something: those that fail at it are asked again until they have done it or are gone. */
  require(topic: string, data: BusData): Promise<void>;
  /** Answers a topic. What the handler throws makes the node count as one that does not answer. */
  serve(topic: string, handler: (data: BusData) => Awaitable<BusData>): void;
  /** Whether other nodes may have stopped counting on this one: it must look at the store before it relies on what it knows. */
  readonly lapsed: boolean;
  /** The timestamp from which on others may not have counted on this node; null: they always do. */
  readonly countedOnBefore: bigint | null;
  /** Makes this node count again, with all that it missed. */
  revive(): Promise<void>;
  close(): Awaitable<void>;
}

/** Handlers by topic, the same over every transport. */
export class Topics {
  private readonly handlers = new Map<string, (data: BusData) => Awaitable<BusData>>();

  serve(topic: string, handler: (data: BusData) => Awaitable<BusData>): void {
    this.handlers.set(topic, handler);
  }

  /** Rejects when the topic is unknown or its handler fails. */
  async handle(topic: string, data: BusData): Promise<BusData> {
    const handler = this.handlers.get(topic);
    if (handler === undefined) throw new Error(`no such topic: ${topic}`);
    return handler(data);
  }
}

/** Between a node's failure and the next attempt. */
const AGAIN_MS = 100;

/** Attempts until one succeeds, with pauses between them; `attempt` gives true also when nobody is left to succeed. */
export async function untilDone(attempt: () => Promise<boolean>): Promise<void> {
  while (!(await attempt())) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
}

/** The bus of a node that is alone on its store. */
export class SoleNode implements NodeBus {
  readonly lapsed = false;
  readonly countedOnBefore = null;
  revive(): Promise<void> {
    return Promise.resolve();
  }
  tell(): void {}
  ask(): Promise<BusData[]> {
    return Promise.resolve([]);
  }
  require(): Promise<void> {
    return Promise.resolve();
  }
  serve(): void {}
  close(): void {}
}
