import { prefixNext } from '../../kv/codec/byte-writer.js';
import { decodeMetaHashKey, metaHashKey, metaHashPrefix, metaStringKey } from '../../kv/codec/meta-key.js';
import type { KvPair } from '../../kv/rpc.js';
import type { KvIterator, Storage, Transaction } from '../../kv/storage.js';
import { transact } from '../../kv/transact.js';
import type { Awaitable } from '../../types/awaitable.js';
import { type BusData, type NodeBus, Topics, untilDone } from './node-bus.js';

const NODES = Buffer.from('RutileNodes');
/** Written by everyone who joins, so that two who join at once conflict. */
const JOIN_KEY = metaStringKey(Buffer.from('RutileNodesJoin'));
const LEASE_MS = 10_000;
const RENEW_MS = 3000;
const POLL_MS = 50;
/** While answers are awaited. */
const ANSWER_POLL_MS = 10;
/** After so long a question is put again: what was sent, or its answer, may be lost with the store. */
const AGAIN_MS = 5000;
/** Node numbers fit the bits that connection ids have for them. */
const MAX_SERVER_ID = 1023;

/** What the store holds of a node. */
export interface NodeRecord {
  readonly serverId: number;
  readonly address: string;
  readonly statusAddress: string;
  readonly version: string;
  readonly startedAt: number;
  /** End of the lease, in milliseconds of the store's timestamps. */
  readonly until: number;
}

interface Mail {
  readonly kind: 'tell' | 'ask' | 'answer';
  readonly id: number;
  readonly from: string;
  readonly topic: string;
  readonly ok: boolean;
  readonly data: BusData;
}

const physical = (ts: bigint): number => Number(ts >> 18n);
const nodeKey = (nodeId: string): Uint8Array => metaHashKey(NODES, Buffer.from(nodeId));
const mailbox = (nodeId: string): Uint8Array => Buffer.from(`RutileMail/${nodeId}`);

/**
 * The registry of nodes and the bus between them, both in the store that they share, so that they need no way to each other but that.
 * A node is there while its lease runs; what is sent to it is written under its name and found at its next look, twenty times a
 * second, and more often while it waits for answers. All keys are meta (`m`): hash `RutileNodes` by node, hash `RutileMail/<node>` by timestamp.
 */
export class StoreBus implements NodeBus {
  private readonly topics = new Topics();
  private readonly waiting = new Map<number, (mail: Mail) => void>();
  private nextId = 1;
  private sequence = 0;
  private readonly timers: NodeJS.Timeout[] = [];
  private polling = false;
  /** Keys of messages that were received and may still be in the store. */
  private received: ReadonlySet<string> = new Set();
  /** Questions that are being answered: one that is put again meanwhile needs no other answer. */
  private readonly answering = new Set<string>();
  private closed = false;
  /** Until when this node is known to be alive, by its own clock, which goes on while the store's may jump. */
  private aliveUntil = 0;
  /** The same by the store's: the lease's end as it is registered. */
  countedOnBefore = 0n;
  private renewing: Promise<void> | null = null;

  private constructor(
    private readonly storage: Storage,
    readonly nodeId: string,
    private record: NodeRecord,
    private readonly onError: (e: unknown) => void,
  ) {}

  get serverId(): number {
    return this.record.serverId;
  }

  /** Whether the lease has run out unrenewed: others may not have waited for this node. */
  get lapsed(): boolean {
    return performance.now() > this.aliveUntil;
  }

  /** Registers the node under a number that no living node has. */
  static async join(
    storage: Storage,
    nodeId: string,
    self: Omit<NodeRecord, 'serverId' | 'until' | 'startedAt'>,
    onError: (e: unknown) => void,
  ): Promise<StoreBus> {
    for (let attempt = 0; ; attempt++) {
      const txn = await storage.begin();
      try {
        const now = physical(txn.startTs);
        const used = new Set<number>();
        for (const { id, record } of await readNodes(txn)) {
          if (record.until > now) used.add(record.serverId);
          else if (record.until + 6 * LEASE_MS < now) await forget(txn, id);
        }
        let serverId = 1;
        while (used.has(serverId)) serverId++;
        if (serverId > MAX_SERVER_ID) throw new Error('too many servers on one store');
        const record = { ...self, serverId, startedAt: Date.now(), until: now + LEASE_MS };
        const bus = new StoreBus(storage, nodeId, record, onError);
        const sentAt = performance.now();
        txn.set(JOIN_KEY, encode(nodeId));
        txn.set(nodeKey(nodeId), encode(record));
        await txn.commit();
        bus.alive(sentAt);
        bus.begin();
        return bus;
      } catch (e) {
        if (txn.valid) await txn.rollback();
        if (attempt >= 20 || (e as { code?: number }).code !== 9007) throw e;
      }
    }
  }

  /** Nodes whose leases run. */
  async nodes(): Promise<{ readonly id: string; readonly record: NodeRecord }[]> {
    const ts = await this.storage.currentTs();
    const all = await readNodes(this.storage.snapshot(ts));
    return all.filter((n) => n.record.until > physical(ts));
  }

  tell(topic: string, data: BusData): void {
    void this.others()
      .then((others) => this.send(others, { kind: 'tell', id: 0, from: this.nodeId, topic, ok: true, data }))
      .catch(this.onError);
  }

  async ask(topic: string, data: BusData): Promise<BusData[]> {
    const others = await this.others();
    const answers = await this.whileLooking(Promise.all(others.map((id) => this.askOne(id, topic, data))));
    return answers.filter((mail) => mail?.ok === true).map((mail) => mail!.data);
  }

  async require(topic: string, data: BusData): Promise<void> {
    const others = await this.others();
    const done = others.map((id) =>
      untilDone(async () => (await this.askOne(id, topic, data))?.ok !== false),
    );
    await this.whileLooking(Promise.all(done));
  }

  /** Looks for answers more often meanwhile. */
  private whileLooking<T>(work: Promise<T>): Promise<T> {
    const looking = setInterval(() => void this.poll().catch(this.onError), ANSWER_POLL_MS);
    return work.finally(() => clearInterval(looking));
  }

  serve(topic: string, handler: (data: BusData) => Awaitable<BusData>): void {
    this.topics.serve(topic, handler);
  }

  /** Takes the node out of the registry. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    for (const timer of this.timers) clearInterval(timer);
    for (const resolve of this.waiting.values())
      resolve({ kind: 'answer', id: 0, from: '', topic: '', ok: false, data: null });
    await transact(this.storage, (txn) => forget(txn, this.nodeId));
  }

  private begin(): void {
    const every = (ms: number, work: () => Promise<void>): void => {
      let underWay = false;
      const timer = setInterval(() => {
        if (underWay) return;
        underWay = true;
        work()
          .catch((e: unknown) => {
            if (!this.closed) this.onError(e);
          })
          .finally(() => (underWay = false));
      }, ms);
      timer.unref();
      this.timers.push(timer);
    };
    every(RENEW_MS, () => this.revive());
    every(POLL_MS, () => this.poll());
  }

  private alive(sentAt: number): void {
    this.aliveUntil = sentAt + LEASE_MS;
    this.countedOnBefore = BigInt(this.record.until) << 18n;
  }

  revive(): Promise<void> {
    this.renewing ??= this.renew().finally(() => (this.renewing = null));
    return this.renewing;
  }

  private async renew(): Promise<void> {
    const sentAt = performance.now();
    const txn = await this.storage.begin();
    const lapsed = this.lapsed || txn.startTs >= this.countedOnBefore;
    this.record = { ...this.record, until: physical(txn.startTs) + LEASE_MS };
    txn.set(nodeKey(this.nodeId), encode(this.record));
    await txn.commit();
    if (lapsed) {
      // Others did without this node: what they said meanwhile is made up for before it counts as being there.
      for (const topic of ['reload', 'accounts']) await this.topics.handle(topic, null);
    }
    this.alive(sentAt);
  }

  private async others(): Promise<string[]> {
    return (await this.nodes()).map((n) => n.id).filter((id) => id !== this.nodeId);
  }

  private async send(to: readonly string[], mail: Mail): Promise<void> {
    if (to.length === 0 || this.closed) return;
    const txn = await this.storage.begin();
    // In order of sending, and apart from what others send at the same time.
    const field = Buffer.from(`${String(txn.startTs).padStart(20, '0')}/${this.nodeId}/${this.sequence++}`);
    for (const id of to) txn.set(metaHashKey(mailbox(id), field), encode(mail));
    await txn.commit();
  }

  /** The answer of a node, or null once it is gone: its lease, not our patience, says whether it is there. */
  private async askOne(to: string, topic: string, data: BusData): Promise<Mail | null> {
    const id = this.nextId++;
    const answer = new Promise<Mail>((resolve) => this.waiting.set(id, resolve));
    try {
      for (let askedAt = -Infinity; !this.closed;) {
        if (performance.now() - askedAt > AGAIN_MS) {
          askedAt = performance.now();
          await this.send([to], { kind: 'ask', id, from: this.nodeId, topic, ok: true, data });
        }
        const mail = await Promise.race([
          answer,
          new Promise<null>((resolve) => setTimeout(() => resolve(null), RENEW_MS).unref()),
        ]);
        if (mail !== null) return mail;
        if (!(await this.others()).includes(to)) return null;
      }
      return null;
    } finally {
      this.waiting.delete(id);
    }
  }

  private async poll(): Promise<void> {
    if (this.polling || this.closed) return;
    this.polling = true;
    try {
      const start = metaHashPrefix(mailbox(this.nodeId));
      const snapshot = this.storage.snapshot(await this.storage.currentTs());
      const mails = await collect(snapshot.iterate(start, prefixNext(start)));
      const found = new Map(mails.map(({ key, value }) => [Buffer.from(key).toString('latin1'), value]));
      // What was received before and is still there could not be removed, or not yet for this snapshot.
      const fresh = [...found].filter(([key]) => !this.received.has(key));
      this.received = new Set(found.keys());
      for (const [, value] of fresh) this.receive(decode(value) as Mail);
      if (mails.length === 0) return;
      const txn = await this.storage.begin();
      for (const { key } of mails) txn.delete(key);
      await txn.commit();
    } finally {
      this.polling = false;
    }
  }

  private receive(mail: Mail): void {
    if (mail.kind === 'answer') {
      this.waiting.get(mail.id)?.(mail);
      return;
    }
    if (mail.kind === 'tell') {
      this.topics.handle(mail.topic, mail.data).catch(() => undefined);
      return;
    }
    const question = `${mail.from}/${mail.id}`;
    if (this.answering.has(question)) return;
    this.answering.add(question);
    const answer = (ok: boolean, data: BusData): Promise<void> =>
      this.send([mail.from], { kind: 'answer', id: mail.id, from: this.nodeId, topic: mail.topic, ok, data });
    this.topics
      .handle(mail.topic, mail.data)
      .then(
        (data) => answer(true, data),
        () => answer(false, null),
      )
      .catch(this.onError)
      .finally(() => this.answering.delete(question));
  }
}

async function collect(entries: KvIterator): Promise<KvPair[]> {
  const out: KvPair[] = [];
  try {
    for (let e = await entries.next(); e !== null; e = await entries.next()) out.push(e);
  } finally {
    entries.close();
  }
  return out;
}

async function readNodes(
  reader: Pick<Transaction, 'iterate'>,
): Promise<{ readonly id: string; readonly record: NodeRecord }[]> {
  const start = metaHashPrefix(NODES);
  const found: { id: string; record: NodeRecord }[] = [];
  for (const { key, value } of await collect(reader.iterate(start, prefixNext(start)))) {
    const field = decodeMetaHashKey(key)?.field;
    if (field !== undefined)
      found.push({ id: Buffer.from(field).toString(), record: decode(value) as NodeRecord });
  }
  return found;
}

/** Removes a node and what was sent to it. */
async function forget(txn: Transaction, nodeId: string): Promise<void> {
  txn.delete(nodeKey(nodeId));
  const start = metaHashPrefix(mailbox(nodeId));
  for (const { key } of await collect(txn.iterate(start, prefixNext(start)))) txn.delete(key);
}

const encode = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const decode = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString());
