import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { CoprocessorHandler, DataWatch, MvccReader } from '../mvcc-reader.js';
import { LockedError } from '../mvcc-reader.js';
import type * as rpc from '../rpc.js';
import { ByteReader, ByteWriter } from './byte-buffer.js';
import { CommitRingReader, CommitRingWriter } from './commit-ring.js';
import type { Lock } from './lock-table.js';
import { LoadTable } from './load-table.js';
import { Memtable } from './memtable.js';
import { OrderedLocks } from './ordered-locks.js';
import { messageOf, readValue, writeValue } from './message-codec.js';
import { attachPageMap, type PageMap } from './page-map.js';
import { TreeCursor } from './page-tree.js';
import { Reads, type ReadableLocks } from './reads.js';
import { keyString } from '../codec/key-string.js';
import { type Layers, SharedState, SharedWord } from './shared-layers.js';
import {
  METHODS,
  type Method,
  MessageKind,
  type LayerMessage,
  type PrewritePart,
  type SnapshotMessage,
  type StoreAttachment,
} from './thread-protocol.js';
import { SharedLocks } from './shared-locks.js';
import { ThreadCommitter } from './thread-committer.js';
import { ThreadLocker } from './thread-locker.js';
import { SharedCounter } from './tso.js';
import { VersionReader, type VersionPages } from './version-reader.js';
import { Wal } from './wal.js';

/** Mutations, and bytes of values, that go to the store in one message. */
const PART_KEYS = 1024;
const PART_BYTES = 256 << 10;

const RELEASED = Uint8Array.of(MessageKind.released);

/**
 * The embedded store as another thread of its process sees it: reads walk the store's memtables and mapped pages here, pessimistic
 * locks are taken and transactions of one phase committed here (thread-locker.ts, thread-committer.ts), without asking anybody.
 * The rest goes to the store's thread in one message per turn of the event loop. See shared-layers.ts for why reads miss nothing.
 */
export class AttachedStore implements rpc.KvRpc {
  private readonly state: SharedState;
  private readonly versions: AttachedVersions;
  private readonly reads: Reads;
  private readonly locks: SharedLocks;
  private readonly locker: ThreadLocker;
  private readonly committer: ThreadCommitter;
  private readonly wal: Wal;
  private readonly ring: CommitRingReader;
  private readonly counter: SharedCounter;
  private readonly port: MessagePort;
  private readonly out = new ByteWriter(1 << 12);
  private readonly calls = new Map<
    number,
    { readonly resolve: (response: never) => void; readonly reject: (e: Error) => void }
  >();
  /** What memtables the snapshots of loads hold, until the answer comes that tells the rest. */
  private readonly snapshots = new Map<number, readonly rpc.SharedVersions[]>();
  private nextCall = 1;
  private flushing = false;
  private closed: Error | null = null;
  private handler: CoprocessorHandler | null = null;

  constructor(attachment: StoreAttachment) {
    this.state = new SharedState(attachment.state);
    this.state.thread = attachment.thread;
    this.counter = new SharedCounter(this.state.timestamps);
    this.versions = new AttachedVersions(
      this.state,
      attachPageMap(attachment.dataFile, attachment.mapAddress),
      attachment.layers,
      new LoadTable(attachment.loads),
    );
    this.reads = new Reads(
      this.versions,
      new AttachedLocks(this.state, attachment.locks, new Int32Array(attachment.lockSignal)),
    );
    const locks = new SharedLocks(attachment.sharedLocks);
    this.locks = locks;
    this.locker = new ThreadLocker(locks, this.state, this.versions, attachment.thread);
    this.wal = Wal.attach(attachment.wal, attachment.thread, { onError: (error) => this.fail(error) });
    this.committer = new ThreadCommitter({
      state: this.state,
      versions: this.versions,
      locks,
      counter: this.counter,
      wal: this.wal,
      ring: new CommitRingWriter(this.state, attachment.ring),
      durability: attachment.durability,
    });
    this.ring = new CommitRingReader(this.state, attachment.ring, () => this.timestamp());
    this.ring.freshReader = () => this.reads.reader(this.timestamp(), null);
    this.port = attachment.calls;
    this.port.on('message', (message: Uint8Array | SnapshotMessage) => {
      if (message instanceof Uint8Array) this.receive(message);
      else this.snapshots.set(message.load, message.memtables);
    });
    this.port.on('close', () => this.fail(new Error('the store is closed')));
    this.port.unref();
  }

  setCoprocessor(handler: CoprocessorHandler): void {
    this.handler = handler;
  }

  /** A timestamp larger than every one given before. Everything committed below it is visible when this returns. */
  timestamp(): bigint {
    const ts = this.counter.next();
    this.state.awaitCommits();
    return ts;
  }

  latest(): bigint {
    return this.counter.last;
  }

  /** How many statements this thread has run, for the log. */
  countStatements(count: () => number): void {
    this.wal.statements = count;
  }

  get dataWatch(): DataWatch {
    return this.ring;
  }

  close(): void {
    this.handler?.close?.();
    this.fail(new Error('the store is closed'));
    this.versions.env.pages.close();
    this.port.close();
    this.wal.detach();
  }

  mvccReader(ts: bigint, context: rpc.RpcContext): MvccReader {
    return this.reads.reader(ts, context);
  }

  get(req: rpc.GetRequest): rpc.GetResponse {
    return this.reads.get(req);
  }

  batchGet(req: rpc.BatchGetRequest): rpc.BatchGetResponse {
    return this.reads.batchGet(req);
  }

  scan(req: rpc.ScanRequest): rpc.ScanResponse {
    return this.reads.scan(req);
  }

  coprocessor(req: rpc.CoprocessorRequest): rpc.CoprocessorResponse {
    if (this.handler === null) return { otherError: new Error('no coprocessor is registered') };
    try {
      this.ring.drain();
      return this.handler.handle(req, this.reads.reader(req.startTs, req.context), this.ring);
    } catch (error) {
      if (error instanceof LockedError) return { locked: error.lock };
      return { otherError: error instanceof Error ? error : new Error(String(error)) };
    }
  }

  prewrite(req: rpc.PrewriteRequest): rpc.PrewriteResponse | Promise<rpc.PrewriteResponse> {
    if (this.closed !== null) return Promise.reject(this.closed);
    const answer = this.committer.prewrite(req, this.locker.tokenFor(req.startVersion));
    if (answer === null)
      return this.ending(
        req.startVersion,
        isLarge(req) ? this.prewriteInParts(req) : this.call('prewrite', req),
      );
    this.tellReleases();
    this.locker.forget(req.startVersion);
    return answer;
  }
  commit(req: rpc.CommitRequest): Promise<rpc.CommitResponse> {
    return this.ending(req.startVersion, this.call('commit', req));
  }
  batchRollback(req: rpc.BatchRollbackRequest): Promise<rpc.KeyErrorsResponse> {
    return this.ending(req.startVersion, this.call('batchRollback', req));
  }
  pessimisticLock(
    req: rpc.PessimisticLockRequest,
  ): rpc.PessimisticLockResponse | Promise<rpc.PessimisticLockResponse> {
    const answer = this.locker.lock(req);
    this.tellReleases();
    return answer ?? this.askForLock(this.locker.asked(req));
  }
  private async askForLock(req: rpc.PessimisticLockRequest): Promise<rpc.PessimisticLockResponse> {
    try {
      return await this.call('pessimisticLock', req);
    } finally {
      this.locker.answered(req);
    }
  }
  pessimisticRollback(
    req: rpc.PessimisticRollbackRequest,
  ): rpc.KeyErrorsResponse | Promise<rpc.KeyErrorsResponse> {
    const keys = this.locker.release(req);
    this.tellReleases();
    return keys.length === 0 ? { errors: [] } : this.call('pessimisticRollback', { ...req, keys });
  }
  txnHeartBeat(req: rpc.TxnHeartBeatRequest): Promise<rpc.TxnHeartBeatResponse> {
    return this.call('txnHeartBeat', req);
  }
  checkTxnStatus(req: rpc.CheckTxnStatusRequest): Promise<rpc.CheckTxnStatusResponse> {
    return this.call('checkTxnStatus', req);
  }
  checkSecondaryLocks(req: rpc.CheckSecondaryLocksRequest): Promise<rpc.CheckSecondaryLocksResponse> {
    return this.call('checkSecondaryLocks', req);
  }
  resolveLock(req: rpc.ResolveLockRequest): Promise<rpc.KeyErrorsResponse> {
    return this.call('resolveLock', req);
  }
  scanLock(req: rpc.ScanLockRequest): Promise<rpc.ScanLockResponse> {
    return this.call('scanLock', req);
  }
  gc(req: rpc.GcRequest): Promise<rpc.KeyErrorsResponse> {
    return this.call('gc', req);
  }
  deleteRange(req: rpc.DeleteRangeRequest): Promise<rpc.KeyErrorsResponse> {
    return this.call('deleteRange', req);
  }
  mvccGetByKey(req: rpc.MvccGetByKeyRequest): Promise<rpc.MvccGetByKeyResponse> {
    return this.call('mvccGetByKey', req);
  }
  getLockWaitInfo(req: rpc.GetLockWaitInfoRequest): Promise<rpc.GetLockWaitInfoResponse> {
    return this.call('getLockWaitInfo', req);
  }

  async bulkBegin(req: rpc.BulkBeginRequest): Promise<rpc.BulkBeginResponse> {
    const response = await this.call<rpc.BulkBeginResponse>('bulkBegin', req);
    const { snapshot } = response;
    if (snapshot === undefined) return response;
    const memtables = this.snapshots.get(snapshot.id)!;
    this.snapshots.delete(snapshot.id);
    return { snapshot: { ...snapshot, memtables, loads: this.versions.env.loads.buffer } };
  }
  bulkWrite(req: rpc.BulkWriteRequest): Promise<rpc.BulkWriteResponse> {
    return this.call('bulkWrite', req);
  }
  bulkEnd(req: rpc.BulkEndRequest): Promise<void> {
    return this.call('bulkEnd', req);
  }

  flashback(req: rpc.FlashbackRequest): Promise<rpc.FlashbackResponse> {
    return this.call('flashback', req);
  }

  private async prewriteInParts(req: rpc.PrewriteRequest): Promise<rpc.PrewriteResponse> {
    const { startVersion, mutations, pessimisticActions } = req;
    for (let at = 0; at < mutations.length;) {
      const from = at;
      for (let bytes = 0; at < mutations.length && at - from < PART_KEYS && bytes < PART_BYTES; at++)
        bytes += mutations[at]!.value?.length ?? 0;
      const part: PrewritePart = {
        startVersion,
        mutations: mutations.slice(from, at),
        ...(pessimisticActions === undefined
          ? {}
          : { pessimisticActions: pessimisticActions.slice(from, at) }),
      };
      // The answer is waited for: a port hands over all messages that have come in one turn.
      await this.call('prewritePart', part);
    }
    return this.call('prewrite', { ...req, mutations: [], pessimisticActions: undefined, signal: undefined });
  }

  /** Whoever waits for what was released here waits in the store's table. */
  private tellReleases(): void {
    if (!this.locks.mustTell) return;
    this.locks.mustTell = false;
    Atomics.add(this.state.words, SharedWord.releases, 1);
    if (this.closed === null) this.port.postMessage(RELEASED);
  }

  /** After the store's answer the transaction may hold nothing here any more. */
  private ending<T>(startTs: bigint, answer: Promise<T>): Promise<T> {
    return answer.finally(() => this.locker.forget(startTs));
  }

  /** Sends a request with the others of this turn. */
  private call<T>(method: Method, request: unknown): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.closed !== null) return reject(this.closed);
      const id = this.nextCall++;
      const out = this.out;
      const before = out.length;
      try {
        if (before === 0) out.u8(MessageKind.calls);
        out.varint(id);
        out.u8(METHODS.indexOf(method));
        writeValue(out, request);
      } catch (e) {
        out.length = before;
        return reject(e as Error);
      }
      this.calls.set(id, { resolve, reject });
      // An event loop that waits for nothing else must wait for the answer.
      if (this.calls.size === 1) this.port.ref();
      if (this.flushing) return;
      this.flushing = true;
      setImmediate(() => this.flush());
    });
  }

  private flush(): void {
    this.flushing = false;
    if (this.out.length === 0 || this.closed !== null) return;
    this.port.postMessage(messageOf(this.out));
    this.out.length = 0;
  }

  private receive(bytes: Uint8Array): void {
    const from = new ByteReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (from.u8() === MessageKind.adopt) {
      // Between two turns nobody holds a view into the layers before.
      const turn = from.varint();
      this.versions.adopt();
      const out = new ByteWriter(16);
      out.u8(MessageKind.adopted);
      out.varint(turn);
      this.port.postMessage(messageOf(out));
      return;
    }
    while (!from.done) {
      const id = from.varint();
      const ok = from.u8() === 1;
      const value = readValue(from);
      const call = this.calls.get(id);
      if (call === undefined) continue;
      this.calls.delete(id);
      if (ok) call.resolve(value as never);
      else call.reject(new Error(String(value)));
    }
    if (this.calls.size === 0) this.port.unref();
  }

  private fail(error: Error): void {
    this.closed ??= error;
    for (const call of this.calls.values()) call.reject(error);
    this.calls.clear();
  }
}

/** Whether it goes to the store in parts. */
function isLarge({ mutations }: rpc.PrewriteRequest): boolean {
  if (mutations.length > PART_KEYS) return true;
  let bytes = 0;
  for (const { value } of mutations) bytes += value?.length ?? 0;
  return mutations.length > 1 && bytes > PART_BYTES;
}

class AttachedPages implements VersionPages {
  epoch = 0;
  readonly dataTree: TreeCursor;
  readonly historyTree: TreeCursor;
  readonly marksTree: TreeCursor;
  readonly packedTree: TreeCursor;

  constructor(
    readonly pages: PageMap,
    readonly loads: LoadTable,
  ) {
    this.dataTree = new TreeCursor(pages);
    this.historyTree = new TreeCursor(pages);
    this.marksTree = new TreeCursor(pages);
    this.packedTree = new TreeCursor(pages);
  }
}

/** The layers as they were last adopted; each lookup first makes sure that they are the present ones. */
class AttachedVersions extends VersionReader {
  active: Memtable;
  frozen: Memtable | null = null;
  private readonly tables = new Map<number, Memtable>();
  private readonly layers: Layers = {
    sequence: -1,
    active: 0,
    frozen: null,
    dataRoot: -1,
    historyRoot: -1,
    marksRoot: -1,
    packedRoot: -1,
  };

  constructor(
    private readonly state: SharedState,
    pages: PageMap,
    private readonly port: MessagePort,
    loads: LoadTable,
  ) {
    super(new AttachedPages(pages, loads));
    this.active = new Memtable(4096);
    this.adopt();
  }

  override get generation(): number {
    this.renew();
    return this.env.epoch;
  }

  override visible(key: Uint8Array, keyStart: number, keyEnd: number, hi: number, lo: number): boolean {
    this.renew();
    return super.visible(key, keyStart, keyEnd, hi, lo);
  }

  private renew(): void {
    if (Atomics.load(this.state.words, SharedWord.layers) !== this.layers.sequence) this.adopt();
  }

  adopt(): void {
    const { layers } = this;
    const env = this.env as AttachedPages;
    this.state.read(layers);
    this.active = this.table(layers.active);
    this.frozen = layers.frozen === null ? null : this.table(layers.frozen);
    env.pages.invalidate();
    env.dataTree.root = layers.dataRoot;
    env.historyTree.root = layers.historyRoot;
    env.marksTree.root = layers.marksRoot;
    env.packedTree.root = layers.packedRoot;
    env.epoch++;
  }

  /** Buffers are sent before their number is published: they are there already. */
  private table(id: number): Memtable {
    let table = this.tables.get(id);
    while (table === undefined) {
      const received = receiveMessageOnPort(this.port);
      if (received === undefined) throw new Error(`memtable ${id} was not sent`);
      const message = received.message as LayerMessage;
      for (const known of this.tables.keys()) if (!message.known.includes(known)) this.tables.delete(known);
      this.tables.set(message.id, Memtable.attach(message));
      table = this.tables.get(id);
    }
    return table;
  }
}

/**
 * Percolator locks, of which there are seldom any. When there are, the reader stands still until the store's thread has sent them:
 * a read must know of them before it looks at the data.
 */
class AttachedLocks implements ReadableLocks {
  private readonly known = new Map<string, Lock>();
  private inOrder = new OrderedLocks();
  private epoch = -1;

  constructor(
    private readonly state: SharedState,
    private readonly port: MessagePort,
    private readonly signal: Int32Array,
  ) {}

  get persistent(): number {
    return Atomics.load(this.state.words, SharedWord.persistentLocks);
  }

  get(key: Uint8Array): Lock | undefined {
    this.renew();
    return this.known.get(keyString(key));
  }

  get ordered(): OrderedLocks {
    this.renew();
    return this.inOrder;
  }

  private renew(): void {
    const epoch = Atomics.load(this.state.words, SharedWord.lockEpoch);
    if (epoch === this.epoch) return;
    const before = Atomics.load(this.signal, 0);
    this.port.postMessage(null);
    for (;;) {
      const received = receiveMessageOnPort(this.port);
      if (received !== undefined) {
        this.take(received.message as Uint8Array);
        // Locks may have changed since: the next look will tell.
        this.epoch = epoch;
        return;
      }
      if (Atomics.wait(this.signal, 0, before, STORE_GONE_MS) === 'timed-out')
        throw new Error('the store does not answer');
    }
  }

  private take(bytes: Uint8Array): void {
    const from = new ByteReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.known.clear();
    this.inOrder = new OrderedLocks();
    for (const info of readValue(from) as (rpc.LockInfo & { readonly value?: Uint8Array })[]) {
      const id = keyString(info.key);
      const lock: Lock = {
        key: info.key,
        id,
        startTs: info.lockVersion,
        primary: info.primaryLock,
        ttl: info.lockTtl,
        type: info.lockType,
        value: info.value,
        forUpdateTs: info.lockForUpdateTs,
        minCommitTs: info.minCommitTs,
        useAsyncCommit: info.useAsyncCommit,
        secondaries: info.secondaries,
        txnSize: info.txnSize,
      };
      this.known.set(id, lock);
      this.inOrder.add(lock);
    }
  }
}

const STORE_GONE_MS = 60_000;
