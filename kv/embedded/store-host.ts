import { MessageChannel, type MessagePort, type TransferListItem } from 'node:worker_threads';
import path from 'node:path';
import type {
  BulkBeginResponse,
  BulkEndRequest,
  KvRpc,
  Mutation,
  PessimisticLockRequest,
  PrewriteRequest,
  RpcContext,
} from '../rpc.js';
import { ByteReader, ByteWriter } from './byte-buffer.js';
import { CommitRingReader, CommitRingWriter } from './commit-ring.js';
import type { CommitExchange, DataListeners } from './data-listeners.js';
import { DATA_FILE } from './lmdb-env.js';
import { type LockTable, lockInfo } from './lock-table.js';
import type { Memtable } from './memtable.js';
import { messageOf, readValue, writeValue } from './message-codec.js';
import { SharedState, SharedWord } from './shared-layers.js';
import { SharedLocks } from './shared-locks.js';
import {
  METHODS,
  MessageKind,
  type LayerMessage,
  type Method,
  type PrewritePart,
  type SnapshotMessage,
  type StoreAttachment,
} from './thread-protocol.js';
import { joinHalves } from './timestamp.js';
import type { TimestampOracle } from './tso.js';
import type { LayerSharing, VersionStore } from './version-store.js';
import type { Durability, Wal } from './wal.js';

type PessimisticActions = NonNullable<PrewriteRequest['pessimisticActions']>;

interface PrewriteParts {
  readonly mutations: Mutation[];
  readonly pessimisticActions: PessimisticActions[number][];
}

interface Reader {
  readonly thread: number;
  readonly calls: MessagePort;
  readonly layers: MessagePort;
  readonly locks: MessagePort;
  /** Memtables whose buffers it was sent. */
  readonly sent: Set<number>;
  /** Number of the newest `adopt` it has answered. */
  adopted: number;
  readonly answers: ByteWriter;
  /** Transactions that have asked for pessimistic locks in the store's own table. */
  lockers: Set<bigint>;
  /** Mutations of prewrites that are still to come, by the transaction. */
  readonly parts: Map<bigint, PrewriteParts>;
  /** Bulk loads under way. */
  readonly loads: Set<number>;
}

/** Transactions of a thread to remember before those without locks are forgotten. */
const MANY_LOCKERS = 4096;
const MAX_TS = (1n << 64n) - 1n;
/** How often this thread hears at least of what others commit: the ring must not fill meanwhile. */
const LISTEN_MS = 100;
const NOWHERE: RpcContext = { regionId: 1, regionEpoch: { confVer: 1, version: 1 } };

/** What the host needs of the store that it is part of. */
export interface HostedStore {
  readonly rpc: KvRpc;
  readonly directory: string;
  readonly versions: VersionStore;
  readonly locks: LockTable;
  readonly wal: Wal;
  readonly durability: Durability;
  readonly tso: TimestampOracle;
  readonly listeners: DataListeners;
  /** Nothing can be written any more. */
  fail(error: Error): void;
}

/** The store's side of threads that use its data where it lies and leave it what they can not do by themselves. See shared-layers.ts. */
export class StoreHost implements LayerSharing, CommitExchange {
  readonly state = new SharedState();
  private readonly sharedLocks = new SharedLocks();
  private threads = 0;
  private readonly ring = new CommitRingWriter(this.state);
  private readonly heard: CommitRingReader;
  private readonly listening: NodeJS.Timeout;
  private readonly rpc: KvRpc;
  private readonly versions: VersionStore;
  private readonly locks: LockTable;
  private readonly readers = new Set<Reader>();
  private readonly ids = new Map<Memtable, number>();
  private nextId = 1;
  private turn = 0;
  private readonly releases: { readonly turn: number; readonly release: () => void }[] = [];
  private flushing = false;
  private closing = false;

  constructor(private readonly store: HostedStore) {
    const { rpc, versions, locks, tso, listeners } = store;
    this.rpc = rpc;
    this.versions = versions;
    this.locks = locks;
    tso.share(this.state.timestamps);
    this.heard = new CommitRingReader(this.state, this.ring.buffer, () => tso.next());
    this.heard.onCommit((ts, keys) => listeners.tellCommit(ts, keys, false));
    this.heard.onRangeChange((start, end) => listeners.tellRange(start, end));
    this.listening = setInterval(() => this.drain(), LISTEN_MS);
    this.listening.unref();
    listeners.share(this);
    locks.onPersistentChange = () => this.locksChanged();
    locks.share(this.sharedLocks, this.state);
    this.state.newestMark = joinHalves(versions.maxMarkHi, versions.maxMarkLo);
    versions.onMark = (ts) => {
      this.state.newestMark = ts;
    };
    this.state.newestBelow = versions.newestBelow;
    versions.onNewestBelow = (ts) => {
      this.state.newestBelow = ts;
    };
    this.locksChanged();
    versions.share(this);
  }

  /** Transactions that threads committed by themselves. */
  get threadCommits(): number {
    return Atomics.load(this.state.words, SharedWord.threadCommits) >>> 0;
  }

  drain(): void {
    this.heard.drain();
  }

  committed(commitTs: bigint, keys: readonly Uint8Array[], ascending: boolean): void {
    if (CommitRingWriter.holds(keys)) {
      this.state.section(() => this.ring.committed(commitTs, keys));
      if (this.heard.isBehind) this.drain();
      return;
    }
    this.announce(() => this.ring.committed(commitTs, keys));
    this.store.listeners.tellCommit(commitTs, keys, ascending);
  }

  rangeChanged(startKey: Uint8Array, endKey: Uint8Array): void {
    this.announce(() => this.ring.rangeChanged(startKey, endKey));
  }

  /** News that this thread has for others alone. */
  private announce(write: () => void): void {
    this.state.section(() => {
      this.drain();
      write();
      this.heard.skip();
    });
  }

  /** What a new thread needs to attach itself, and what of it is to be transferred. */
  attach(threads = 1): { readonly attachment: StoreAttachment; readonly transfer: TransferListItem[] } {
    const calls = new MessageChannel();
    const layers = new MessageChannel();
    const locks = new MessageChannel();
    const lockSignal = new SharedArrayBuffer(4);
    const reader: Reader = {
      thread: ++this.threads,
      calls: calls.port1,
      layers: layers.port1,
      locks: locks.port1,
      sent: new Set(),
      adopted: this.turn,
      answers: new ByteWriter(1 << 12),
      lockers: new Set(),
      parts: new Map(),
      loads: new Set(),
    };
    calls.port1.on('message', (bytes: Uint8Array) => this.receive(reader, bytes));
    calls.port1.on('close', () => this.forget(reader));
    const signal = new Int32Array(lockSignal);
    locks.port1.on('message', () => {
      const out = new ByteWriter(256);
      writeValue(
        out,
        [...this.locks.persistentLocks()].map((lock) => ({ ...lockInfo(lock), value: lock.value })),
      );
      locks.port1.postMessage(messageOf(out));
      Atomics.add(signal, 0, 1);
      Atomics.notify(signal, 0);
    });
    for (const port of [calls.port1, locks.port1, layers.port1]) port.unref();
    this.readers.add(reader);
    this.sendTables(reader);
    return {
      attachment: {
        threads,
        state: this.state.buffer,
        ring: this.ring.buffer,
        dataFile: path.join(this.store.directory, DATA_FILE),
        mapAddress: this.versions.env.pages.address,
        calls: calls.port2,
        layers: layers.port2,
        locks: locks.port2,
        lockSignal,
        sharedLocks: this.sharedLocks.buffer,
        loads: this.versions.env.loads.buffer,
        thread: reader.thread,
        wal: this.store.wal.share(),
        durability: this.store.durability,
      },
      transfer: [calls.port2, layers.port2, locks.port2],
    };
  }

  publish(): void {
    const { active, frozen, env } = this.versions;
    // A reader that finds a table's number finds its buffers waiting for it.
    for (const reader of this.readers) this.sendTables(reader);
    this.state.publish(
      this.idOf(active),
      frozen === null ? null : this.idOf(frozen),
      env.dataTree,
      env.historyTree,
      env.marksTree,
      env.packedTree,
    );
  }

  whenUnread(release: () => void): void {
    if (this.readers.size === 0) return release();
    const turn = ++this.turn;
    this.releases.push({ turn, release });
    const out = new ByteWriter(16);
    out.u8(MessageKind.adopt);
    out.varint(turn);
    for (const reader of this.readers) reader.calls.postMessage(messageOf(out));
  }

  /** Lets go of all threads. What waited for them is released. */
  close(): void {
    this.closing = true;
    clearInterval(this.listening);
    for (const reader of [...this.readers]) {
      this.forget(reader);
      reader.calls.close();
      reader.layers.close();
      reader.locks.close();
    }
  }

  private idOf(table: Memtable): number {
    let id = this.ids.get(table);
    if (id === undefined) {
      id = this.nextId++;
      this.ids.set(table, id);
    }
    return id;
  }

  private sendTables(reader: Reader): void {
    const { active, frozen } = this.versions;
    for (const table of frozen === null ? [active] : [active, frozen]) {
      const id = this.idOf(table);
      if (reader.sent.has(id)) continue;
      reader.sent.add(id);
      const message: LayerMessage = {
        id,
        ...table.buffers,
        known: [...this.ids.values()],
      };
      reader.layers.postMessage(message);
    }
  }

  retired(table: Memtable): void {
    const id = this.ids.get(table);
    if (id === undefined) return;
    this.ids.delete(table);
    for (const reader of this.readers) reader.sent.delete(id);
  }

  private locksChanged(): void {
    Atomics.store(this.state.words, SharedWord.persistentLocks, this.locks.persistent);
    Atomics.add(this.state.words, SharedWord.lockEpoch, 1);
  }

  private forget(reader: Reader): void {
    if (!this.readers.delete(reader)) return;
    // What it was about to commit may be there in part, and not in the log: only a restart makes it undone.
    const cutShort = this.state.endSectionOf(reader.thread);
    if (this.store.wal.endOf(reader.thread) || cutShort)
      this.store.fail(new Error('a thread ended in the middle of a commit: the store must be opened again'));
    const transactions = new Set([...reader.lockers, ...this.sharedLocks.transactionsOf(reader.thread)]);
    this.sharedLocks.releaseThread(reader.thread);
    this.releaseUnread();
    if (!this.closing) this.abandon(transactions, reader.loads);
  }

  /** Takes back what nobody will: a thread has ended by itself. Locks of a commit under way are resolved by whoever meets them. */
  private abandon(transactions: ReadonlySet<bigint>, loads: ReadonlySet<number>): void {
    const held = new Map<bigint, Uint8Array[]>();
    for (const lock of this.locks.all()) {
      if (lock.type !== 'pessimisticLock' || !transactions.has(lock.startTs)) continue;
      const keys = held.get(lock.startTs);
      if (keys === undefined) held.set(lock.startTs, [lock.key]);
      else keys.push(lock.key);
    }
    for (const startTs of transactions)
      this.locks.cancel(startTs, { kind: 'abort', message: 'the thread of the transaction ended' });
    for (const [startVersion, keys] of held)
      void this.rpc.pessimisticRollback({ context: NOWHERE, startVersion, forUpdateTs: MAX_TS, keys });
    for (const id of loads) void this.rpc.bulkEnd?.({ context: NOWHERE, id, ranges: [], durable: false });
  }

  /** What must be taken back if the thread ends before it does so itself. */
  private note(reader: Reader, method: Method, request: unknown): void {
    if (method === 'bulkEnd') reader.loads.delete((request as BulkEndRequest).id);
    if (method !== 'pessimisticLock') return;
    reader.lockers.add((request as PessimisticLockRequest).startVersion);
    if (reader.lockers.size <= MANY_LOCKERS) return;
    const holders = new Set(this.locks.all().map((lock) => lock.startTs));
    reader.lockers = new Set([...reader.lockers].filter((ts) => holders.has(ts)));
  }

  private releaseUnread(): void {
    let oldest = Infinity;
    for (const r of this.readers) if (r.adopted < oldest) oldest = r.adopted;
    while (this.releases.length > 0 && this.releases[0]!.turn <= oldest) this.releases.shift()!.release();
  }

  private receive(reader: Reader, bytes: Uint8Array): void {
    const from = new ByteReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    const kind = from.u8();
    if (kind === MessageKind.adopted) {
      reader.adopted = from.varint();
      this.releaseUnread();
      return;
    }
    if (kind === MessageKind.released) return this.locks.section(() => this.locks.settle(), true);
    while (!from.done) {
      const id = from.varint();
      const method = METHODS[from.u8()]!;
      let request = readValue(from);
      if (method === 'prewritePart') {
        gather(reader, request as PrewritePart);
        this.answer(reader, id, true, undefined);
        continue;
      }
      if (method === 'prewrite') request = whole(reader, request as PrewriteRequest);
      this.note(reader, method, request);
      let result: unknown;
      try {
        result = (this.rpc[method] as (req: unknown) => unknown).call(this.rpc, request);
      } catch (e) {
        this.answer(reader, id, false, (e as Error).message);
        continue;
      }
      if (result instanceof Promise) {
        result.then(
          (response: unknown) => {
            const answer =
              method === 'bulkBegin' ? this.begun(reader, response as BulkBeginResponse) : response;
            this.answer(reader, id, true, answer);
          },
          (e: unknown) => this.answer(reader, id, false, (e as Error).message),
        );
      } else this.answer(reader, id, true, result);
    }
  }

  /** Gives the answer as it can go as bytes. */
  private begun(reader: Reader, response: BulkBeginResponse): BulkBeginResponse {
    const { snapshot } = response;
    if (snapshot === undefined) return response;
    const { loads: _, memtables, ...rest } = snapshot;
    const { id } = rest;
    if (this.readers.has(reader)) {
      reader.loads.add(id);
      reader.calls.postMessage({ load: id, memtables } satisfies SnapshotMessage);
    } else this.abandon(new Set(), new Set([id]));
    return { snapshot: { ...rest, memtables: [] } };
  }

  /** Answers of one turn go in one message. */
  private answer(reader: Reader, id: number, ok: boolean, value: unknown): void {
    const out = reader.answers;
    if (out.length === 0) {
      out.u8(MessageKind.answers);
      if (!this.flushing) {
        this.flushing = true;
        setImmediate(() => this.flush());
      }
    }
    const start = out.length;
    try {
      out.varint(id);
      out.u8(ok ? 1 : 0);
      writeValue(out, value);
    } catch (e) {
      out.length = start;
      out.varint(id);
      out.u8(0);
      writeValue(out, (e as Error).message);
    }
  }

  private flush(): void {
    this.flushing = false;
    for (const reader of this.readers) {
      const out = reader.answers;
      if (out.length === 0) continue;
      reader.calls.postMessage(messageOf(out));
      out.length = 0;
    }
  }
}

function gather(reader: Reader, part: PrewritePart): void {
  let parts = reader.parts.get(part.startVersion);
  if (parts === undefined)
    reader.parts.set(part.startVersion, (parts = { mutations: [], pessimisticActions: [] }));
  for (const m of part.mutations) parts.mutations.push(m);
  for (const action of part.pessimisticActions ?? []) parts.pessimisticActions.push(action);
}

/** The prewrite with the mutations that came before it. */
function whole(reader: Reader, req: PrewriteRequest): PrewriteRequest {
  const parts = reader.parts.get(req.startVersion);
  if (parts === undefined) return req;
  reader.parts.delete(req.startVersion);
  const { mutations, pessimisticActions } = parts;
  return pessimisticActions.length === 0 ? { ...req, mutations } : { ...req, mutations, pessimisticActions };
}
