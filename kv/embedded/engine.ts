import fs from 'node:fs';
import path from 'node:path';
import type { CoprocessorHandler, DataWatch, MvccReader, ReplayedChange } from '../mvcc-reader.js';
import { LockedError } from '../mvcc-reader.js';
import type {
  BatchGetRequest,
  BatchGetResponse,
  BatchRollbackRequest,
  BulkBeginRequest,
  BulkBeginResponse,
  BulkEndRequest,
  BulkWriteRequest,
  BulkWriteResponse,
  CheckSecondaryLocksRequest,
  CheckSecondaryLocksResponse,
  CheckTxnStatusRequest,
  CheckTxnStatusResponse,
  CommitRequest,
  CommitResponse,
  CoprocessorRequest,
  CoprocessorResponse,
  DeleteRangeRequest,
  FlashbackRequest,
  FlashbackResponse,
  GcRequest,
  GetRequest,
  GetResponse,
  GetLockWaitInfoResponse,
  MvccGetByKeyRequest,
  MvccGetByKeyResponse,
  MvccInfo,
  KeyErrorsResponse,
  KvRpc,
  PessimisticLockRequest,
  PessimisticLockResponse,
  PessimisticRollbackRequest,
  PrewriteRequest,
  PrewriteResponse,
  ResolveLockRequest,
  RpcContext,
  ScanLockRequest,
  ScanLockResponse,
  ScanRequest,
  ScanResponse,
  TxnHeartBeatRequest,
  TxnHeartBeatResponse,
  WaitForEntry,
} from '../rpc.js';
import { BulkLoads } from './bulk-load.js';
import { Checkpointer } from './checkpoint.js';
import { StoreDamagedError, readCheckpoint, restoreMeta } from './checkpoint-file.js';
import { CommitDraft } from './commit-draft.js';
import { CommitPath } from './commit-path.js';
import { LARGE_COMMIT, type LargeCommitLimits, LargeCommits } from './large-commits.js';
import { lockDataDir } from './data-dir-lock.js';
import { DataListeners } from './data-listeners.js';
import { flashback } from './flashback.js';
import { type GcCounts, GarbageCollector } from './gc.js';
import { DATA_FILE, LMDB_LOCK_FILE, LmdbEnv } from './lmdb-env.js';
import { LockTable } from './lock-table.js';
import { MAX_MAP_SIZE } from './page-tree.js';
import { Percolator } from './percolator.js';
import { keyInfo } from './mvcc-info.js';
import { PessimisticLocks } from './pessimistic.js';
import { Reads } from './reads.js';
import { Recovery } from './recovery.js';
import { StagedLoads } from './staged-loads.js';
import { StoreHost } from './store-host.js';
import { highHalf, lowHalf } from './timestamp.js';
import { TimestampOracle } from './tso.js';
import { VersionStore } from './version-store.js';
import { listSegments, replayWal } from './log-replay.js';
import { type Durability, Wal, type WalOptions } from './wal.js';

export interface StoreLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface EmbeddedStoreOptions {
  readonly dataDir: string;
  /** When a commit is acknowledged (as innodb_flush_log_at_trx_commit): 1 on disk (default), 2 handed to the OS, 0 at once. */
  readonly durability?: Durability;
  readonly logger?: StoreLogger;
  /** Address space for the data file, which bounds its size. */
  readonly mapSize?: number;
  /** Bytes of the in-memory table; committed versions move to LMDB when it is full. */
  readonly memtableBytes?: number;
  /** Commits above either are made in steps. */
  readonly largeCommit?: LargeCommitLimits;
  /** Starts the thread that syncs the log, where it is not the one that was built. */
  readonly startLogThread?: WalOptions['startThread'];
  /** Milliseconds since the epoch; a test's clock. */
  readonly now?: () => number;
}

export interface EmbeddedStoreStats {
  readonly commits: number;
  readonly walFlushes: number;
  readonly walSegmentBytes: number;
  readonly checkpoints: number;
  readonly stalls: number;
  readonly memtableBytes: number;
  readonly locks: number;
  /** Of a large commit that is under way. */
  readonly reservedKeys: number;
  readonly lockWaits: number;
  readonly waiting: number;
  readonly deadlocks: number;
  readonly fileBytes: number;
}

/** Where data derived from the store's is kept. */
const DERIVED_FOLDER = 'columns';
const DEFAULT_MEMTABLE = 32 << 20;
const DEFAULT_MAP = 2 ** 40;
/** Locks of one transaction that are resolved in one step (TiKV: RESOLVE_LOCK_BATCH_SIZE). */
const RESOLVED_AT_ONCE = 256;
const DISK_FULL = { regionError: { kind: 'diskFull', reason: 'no space is left for the log' } } as const;
const PREWRITE_DISK_FULL: PrewriteResponse = {
  ...DISK_FULL,
  errors: [],
  minCommitTs: 0n,
  onePcCommitTs: 0n,
};
const prewriteAborted = (message: string): PrewriteResponse => ({
  errors: [{ kind: 'abort', message }],
  minCommitTs: 0n,
  onePcCommitTs: 0n,
});

/** Opens (or makes) the store in a directory. Throws StoreLockedError, WalCorruptError, StoreDamagedError. */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<EmbeddedStore> {
  const directory = path.resolve(options.dataDir);
  fs.mkdirSync(directory, { recursive: true });
  const unlock = lockDataDir(directory);
  try {
    return await EmbeddedStore.open(directory, options, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

/**
 * The embedded store: TiKV's operations over LMDB, a write-ahead log and in-memory locks, in this process. Calls answer
 * synchronously except where they wait for the disk or for a lock.
 */
export class EmbeddedStore implements KvRpc {
  private handler: CoprocessorHandler | null = null;
  private host: StoreHost | null = null;
  private commits = 0;
  private failure: Error | null = null;
  private closing: Promise<void> | null = null;

  private constructor(
    private readonly env: LmdbEnv,
    private readonly versions: VersionStore,
    private readonly locks: LockTable,
    private readonly wal: Wal,
    private readonly checkpointer: Checkpointer,
    private readonly commitPath: CommitPath,
    private readonly tso: TimestampOracle,
    private readonly listeners: DataListeners,
    private readonly durability: Durability,
    private readonly directory: string,
    private readonly unlock: () => void,
    largeCommit: LargeCommitLimits,
  ) {
    this.reads = new Reads(versions, locks);
    this.percolator = new Percolator(commitPath, tso);
    this.large = new LargeCommits(commitPath, this.percolator, tso, largeCommit, (error) => this.fail(error));
    this.pessimistic = new PessimisticLocks(versions, locks);
    this.collector = new GarbageCollector(env);
    const dataFile = path.join(directory, DATA_FILE);
    this.loads = new StagedLoads(commitPath, tso, () => this.host !== null);
    this.bulk = new BulkLoads(versions, locks, this.reads, checkpointer, tso, listeners, dataFile);
  }

  private readonly draft = new CommitDraft();
  private readonly reads: Reads;
  private readonly percolator: Percolator;
  private readonly large: LargeCommits;
  private readonly pessimistic: PessimisticLocks;
  private readonly collector: GarbageCollector;
  private readonly bulk: BulkLoads;
  readonly loads: StagedLoads;

  /** Recovers the directory: the checkpoint's LMDB snapshot, then the log behind it. */
  static async open(
    directory: string,
    options: EmbeddedStoreOptions,
    unlock: () => void,
  ): Promise<EmbeddedStore> {
    const checkpoint = readCheckpoint(directory);
    const dataFile = path.join(directory, DATA_FILE);
    if (checkpoint !== null) {
      if (!fs.existsSync(dataFile)) throw new StoreDamagedError(`${dataFile} is missing`);
      restoreMeta(directory, checkpoint.meta);
    } else if (fs.existsSync(dataFile)) {
      // Only a store whose very first opening was cut short has no checkpoint: nothing was ever acknowledged in it.
      if (listSegments(directory).length > 1)
        throw new StoreDamagedError(`${directory} has data but no checkpoint file`);
      for (const name of [DATA_FILE, LMDB_LOCK_FILE, ...listSegments(directory)])
        fs.rmSync(path.join(directory, name), { force: true });
    }
    const env = new LmdbEnv(directory, Math.min(options.mapSize ?? DEFAULT_MAP, MAX_MAP_SIZE));
    let wal: Wal | null = null;
    let tso: TimestampOracle | null = null;
    try {
      // From here on the checkpoint's pages must not be reused until a newer checkpoint is on disk.
      env.pin();
      const versions = new VersionStore(env, options.memtableBytes ?? DEFAULT_MEMTABLE);
      const locks = new LockTable();
      const listeners = new DataListeners();
      const recovery = new Recovery(env, versions, locks);
      const derived = path.join(directory, DERIVED_FOLDER);
      if (fs.existsSync(derived)) recovery.replayed = [];
      recovery.loadLocks();
      const began = Date.now();
      const end = replayWal(directory, checkpoint?.walSegment ?? 1, checkpoint?.walLsn ?? 0, (type, body) =>
        recovery.apply(type, body),
      );
      if (end.groups > 0)
        options.logger?.info({ groups: end.groups, ms: Date.now() - began }, 'replayed the write-ahead log');

      let store: EmbeddedStore | null = null;
      const onError = (error: Error): void => {
        options.logger?.error({ error: error.message }, 'the store can not write any more');
        store?.fail(error);
      };
      wal = Wal.create(directory, end.nextSegment, end.lsn, {
        onError,
        ...(options.startLogThread && { startThread: options.startLogThread }),
      });
      tso = new TimestampOracle(directory, options.now);
      recovery.noteStoredMarks();
      tso.advanceBeyond(recovery.newestTs);
      const opened = tso.next();
      listeners.note(opened);
      versions.noteCommit(highHalf(opened), lowHalf(opened));
      const checkpointer = new Checkpointer(directory, env, versions, locks, wal, onError, {
        segment: checkpoint?.walSegment ?? 1,
        lsn: checkpoint?.walLsn ?? 0,
        // The log that was replayed may have told of some.
        deletedRanges: end.groups > 0 ? -1 : 0,
      });
      checkpointer.gcSafePoint = checkpoint?.gcSafePoint ?? 0n;
      const commitPath = new CommitPath(versions, locks, wal, checkpointer, listeners);
      store = new EmbeddedStore(
        env,
        versions,
        locks,
        wal,
        checkpointer,
        commitPath,
        tso,
        listeners,
        options.durability ?? 1,
        directory,
        unlock,
        options.largeCommit ?? LARGE_COMMIT,
      );
      await store.loads.recover();
      if (checkpoint === null) await checkpointer.initialize();
      store.attachDerived(derived, recovery.replayed ?? []);
      return store;
    } catch (error) {
      await wal?.close().catch(() => undefined);
      await env.close();
      throw error;
    }
  }

  private attachDerived(directory: string, replayed: readonly ReplayedChange[]): void {
    const { listeners, wal, checkpointer } = this;
    // Derived data that nobody listens for is out of date as soon as the log is shortened.
    checkpointer.beforeShortening = () => fs.promises.rm(directory, { recursive: true, force: true });
    listeners.freshReader = () => {
      const ts = this.timestamp();
      listeners.drain();
      return this.mvccReader(ts);
    };
    listeners.keeper = {
      directory,
      durable: () => wal.sync(),
      onCheckpoint: (save) => {
        checkpointer.beforeShortening = () => {
          listeners.drain();
          return save();
        };
      },
      takeReplayed: () => {
        const all = replayed;
        replayed = [];
        return all;
      },
    };
  }

  private fail(error: Error): void {
    this.failure ??= error;
  }

  setCoprocessor(handler: CoprocessorHandler): void {
    this.handler = handler;
    handler.attach?.(this.listeners);
  }

  /** A timestamp larger than every one given before, across restarts. */
  timestamp(): bigint {
    const ts = this.tso.next();
    this.host?.state.awaitCommits();
    return ts;
  }

  latest(): bigint {
    return this.tso.latest;
  }

  /** Takes `count` timestamps that follow each other, at most 2^18; gives the first. */
  timestamps(count: number): bigint {
    const first = this.tso.reserve(count);
    this.host?.state.awaitCommits();
    return first;
  }

  /**
   * Lets other threads of the process attach themselves (attached-store.ts): they read the data where it lies, commit there what
   * nothing is in the way of, and send the rest here.
   */
  share(): StoreHost {
    const { directory, versions, locks, wal, durability, tso, listeners } = this;
    this.host ??= new StoreHost({
      rpc: this,
      directory,
      versions,
      locks,
      wal,
      durability,
      tso,
      listeners,
      fail: (error) => this.fail(error),
    });
    return this.host;
  }

  /** How many statements this thread has run, for the log. */
  countStatements(count: () => number): void {
    this.wal.statements = count;
  }

  get dataWatch(): DataWatch {
    return this.listeners;
  }

  mvccReader(ts: bigint, context: RpcContext | null = null): MvccReader {
    this.large.readAt(ts);
    return this.reads.reader(ts, context);
  }

  get(req: GetRequest): GetResponse {
    this.large.readAt(req.version);
    return this.reads.get(req);
  }

  batchGet(req: BatchGetRequest): BatchGetResponse {
    this.large.readAt(req.version);
    return this.reads.batchGet(req);
  }

  scan(req: ScanRequest): ScanResponse {
    this.large.readAt(req.version);
    return this.reads.scan(req);
  }

  scanLock(req: ScanLockRequest): ScanLockResponse {
    return this.reads.scanLock(req);
  }

  prewrite(req: PrewriteRequest): PrewriteResponse | Promise<PrewriteResponse> {
    return this.large.takes(req) ? this.prewriteInSteps(req) : this.prewriteAtOnce(req);
  }

  private async prewriteInSteps(req: PrewriteRequest): Promise<PrewriteResponse> {
    if (this.failure !== null) return prewriteAborted(this.failure.message);
    let response: PrewriteResponse | null;
    try {
      response = await this.large.commit(req);
    } catch (error) {
      return isDiskFull(error as Error) ? PREWRITE_DISK_FULL : prewriteAborted((error as Error).message);
    }
    if (response === null) return this.prewriteAtOnce(req);
    if (response.onePcCommitTs === 0n) return response;
    const answer = response;
    this.commits++;
    return new Promise((resolve) => {
      this.wal.whenDurable(req.durability ?? this.durability, () =>
        resolve(this.failure === null ? answer : prewriteAborted(this.failure.message)),
      );
    });
  }

  private prewriteAtOnce(req: PrewriteRequest): PrewriteResponse | Promise<PrewriteResponse> {
    // Where other threads commit too, sections are to be short.
    const draft = this.host !== null && req.tryOnePc === true ? this.draft : null;
    const drafted = draft?.prepare(req.mutations, req.startVersion, this.versions.active) === true;
    return this.write(
      () => this.percolator.prewrite(req, drafted ? draft : null),
      prewriteAborted,
      PREWRITE_DISK_FULL,
      req.durability,
      true,
    );
  }

  commit(req: CommitRequest): CommitResponse | Promise<CommitResponse> {
    return this.write(
      () => this.percolator.commit(req),
      (message): CommitResponse => ({ error: { kind: 'abort', message }, commitVersion: 0n }),
      { ...DISK_FULL, commitVersion: 0n },
    );
  }

  batchRollback(req: BatchRollbackRequest): KeyErrorsResponse | Promise<KeyErrorsResponse> {
    return this.write(() => this.percolator.batchRollback(req), abortAll, { ...DISK_FULL, errors: [] });
  }

  pessimisticLock(req: PessimisticLockRequest): PessimisticLockResponse | Promise<PessimisticLockResponse> {
    return this.locks.section(() => this.pessimistic.lock(req), true);
  }

  pessimisticRollback(req: PessimisticRollbackRequest): KeyErrorsResponse {
    return this.locks.section(() => this.pessimistic.rollback(req), true);
  }

  txnHeartBeat(req: TxnHeartBeatRequest): TxnHeartBeatResponse | Promise<TxnHeartBeatResponse> {
    return this.write(
      () => this.percolator.txnHeartBeat(req),
      (message): TxnHeartBeatResponse => ({ error: { kind: 'abort', message }, lockTtl: 0 }),
      { ...DISK_FULL, lockTtl: 0 },
    );
  }

  checkTxnStatus(req: CheckTxnStatusRequest): CheckTxnStatusResponse | Promise<CheckTxnStatusResponse> {
    return this.write(
      () => this.percolator.checkTxnStatus(req),
      (message): CheckTxnStatusResponse => ({
        error: { kind: 'abort', message },
        lockTtl: 0,
        commitVersion: 0n,
        action: 'noAction',
      }),
      { ...DISK_FULL, lockTtl: 0, commitVersion: 0n, action: 'noAction' },
    );
  }

  checkSecondaryLocks(
    req: CheckSecondaryLocksRequest,
  ): CheckSecondaryLocksResponse | Promise<CheckSecondaryLocksResponse> {
    return this.write(
      () => this.percolator.checkSecondaryLocks(req),
      (message): CheckSecondaryLocksResponse => ({
        error: { kind: 'abort', message },
        locks: [],
        commitTs: 0n,
      }),
      { ...DISK_FULL, locks: [], commitTs: 0n },
    );
  }

  resolveLock(req: ResolveLockRequest): KeyErrorsResponse | Promise<KeyErrorsResponse> {
    if (req.keys.length === 0) {
      const locks = this.locks.locksOf(req.startVersion);
      if (locks.length > RESOLVED_AT_ONCE)
        return this.resolveInSteps(
          req,
          locks.map((lock) => lock.key),
        );
    }
    return this.write(() => this.percolator.resolveLock(req), abortAll, { ...DISK_FULL, errors: [] });
  }

  /** What became of the transaction is decided: its locks may go one after another, with others having their turn. */
  private async resolveInSteps(
    req: ResolveLockRequest,
    all: readonly Uint8Array[],
  ): Promise<KeyErrorsResponse> {
    for (let at = 0; at < all.length; at += RESOLVED_AT_ONCE) {
      const res = await this.resolveLock({ ...req, keys: all.slice(at, at + RESOLVED_AT_ONCE) });
      if (res.errors.length > 0 || res.regionError !== undefined) return res;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { errors: [] };
  }

  async gc(req: GcRequest): Promise<KeyErrorsResponse> {
    await this.collectGarbage(req.safePoint);
    return { errors: [] };
  }

  /** Garbage collection with its counts. */
  async collectGarbage(safePoint: bigint): Promise<GcCounts> {
    if (safePoint > this.checkpointer.gcSafePoint) this.checkpointer.gcSafePoint = safePoint;
    this.loads.forget(safePoint);
    return this.collector.collect(highHalf(safePoint), lowHalf(safePoint));
  }

  async flashback(req: FlashbackRequest): Promise<FlashbackResponse> {
    await this.large.idle();
    this.throwIfFailed();
    this.tso.advanceBeyond(req.commitTs);
    const shared = this.host?.state;
    await flashback(this.commitPath, this.reads, req, (writes) => {
      this.throwIfFailed();
      shared?.beginCommit();
      try {
        this.commitPath.commitTxn(req.startTs, this.tso.next(), writes);
      } finally {
        shared?.endCommit();
      }
    });
    await this.wal.sync();
    this.throwIfFailed();
    return {};
  }

  async deleteRange(req: DeleteRangeRequest): Promise<KeyErrorsResponse> {
    if (this.failure !== null) return abortAll(this.failure.message);
    // What the memtables hold of the range must be in LMDB first, to be deleted there.
    this.checkpointer.flushNow();
    this.checkpointer.noteDeletedRange();
    this.locks.section(() => this.commitPath.deleteRange(req.startKey, req.endKey));
    this.listeners.rangeChanged(req.startKey, req.endKey);
    await this.collector.deleteRange(req.startKey, req.endKey);
    this.listeners.rangeChanged(req.startKey, req.endKey);
    await this.wal.sync();
    return { errors: [] };
  }

  bulkBegin(req: BulkBeginRequest): Promise<BulkBeginResponse> {
    this.throwIfFailed();
    return this.bulk.begin(req);
  }

  bulkWrite(req: BulkWriteRequest): BulkWriteResponse {
    this.throwIfFailed();
    return this.locks.section(() => this.bulk.write(req));
  }

  async bulkEnd(req: BulkEndRequest): Promise<void> {
    await this.bulk.end(req);
    this.throwIfFailed();
  }

  private throwIfFailed(): void {
    if (this.failure !== null) throw this.failure;
  }

  coprocessor(req: CoprocessorRequest): CoprocessorResponse {
    if (this.handler === null) return { otherError: new Error('no coprocessor is registered') };
    try {
      this.listeners.drain();
      return this.handler.handle(req, this.mvccReader(req.startTs, req.context), this.listeners);
    } catch (error) {
      if (error instanceof LockedError) return { locked: error.lock };
      return { otherError: error instanceof Error ? error : new Error(String(error)) };
    }
  }

  /**
   * Calls `done` when all that was committed so far outlives this process as well as the durability setting asks; where that asks for
   * nothing, when the operating system has it. Not called once the store has failed.
   */
  whenDurable(done: () => void): void {
    this.wal.whenDurable(this.durability === 0 ? 2 : this.durability, () => {
      if (this.failure === null) done();
    });
  }

  /** Everything held of one key: for debugging. */
  keyInfo(key: Uint8Array): MvccInfo {
    return keyInfo(this.versions, this.locks, key);
  }

  mvccGetByKey({ key }: MvccGetByKeyRequest): MvccGetByKeyResponse {
    return { info: this.keyInfo(key) };
  }

  /** Waits between transactions at this moment, for information_schema.data_lock_waits. */
  lockWaits(): WaitForEntry[] {
    return [...this.locks.waits.entries()];
  }

  getLockWaitInfo(): GetLockWaitInfoResponse {
    return { entries: this.lockWaits() };
  }

  get stats(): EmbeddedStoreStats {
    return {
      commits: this.commits + (this.host?.threadCommits ?? 0),
      walFlushes: this.wal.flushes,
      walSegmentBytes: this.wal.segmentBytes,
      checkpoints: this.checkpointer.checkpoints,
      stalls: this.checkpointer.stalls,
      memtableBytes: this.versions.active.size + (this.versions.frozen?.size ?? 0),
      locks: this.locks.size,
      reservedKeys: this.locks.reservedKeys,
      lockWaits: this.locks.waitCount,
      waiting: this.locks.waiting,
      deadlocks: this.locks.deadlockCount,
      fileBytes: this.env.fileSize(),
    };
  }

  /** Moves everything into LMDB and makes it durable there. */
  checkpoint(): Promise<void> {
    return this.checkpointer.checkpoint();
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    this.handler?.close?.();
    this.host?.close();
    if (this.failure === null) await this.large.idle();
    this.locks.close();
    if (this.failure === null) await this.checkpointer.checkpoint();
    await this.checkpointer.close();
    this.failure ??= new Error('the store is closed');
    await this.wal.close();
    this.tso.close();
    await this.env.close();
    this.unlock();
  }

  /**
   * Runs a write operation and answers when what it logged is durable. Failures of the store come back as errors in the
   * response, never as exceptions.
   */
  private write<T>(
    operation: () => T,
    abort: (message: string) => T,
    diskFull: T,
    durability = this.durability,
    /** The operation says by itself when it begins to apply commits. */
    quiet = false,
  ): T | Promise<T> {
    if (this.failure !== null) return abort(this.failure.message);
    const before = this.wal.appended;
    let response: T;
    const shared = this.host?.state;
    shared?.beginCommit(quiet);
    try {
      response = operation();
    } catch (error) {
      return isDiskFull(error as Error) ? diskFull : abort((error as Error).message);
    } finally {
      shared?.endCommit();
    }
    if (this.wal.appended === before) return response;
    this.commits++;
    if (durability === 0) {
      this.wal.whenDurable(0, noop);
      return response;
    }
    return new Promise((resolve) => {
      this.wal.whenDurable(durability, () =>
        resolve(this.failure === null ? response : abort(this.failure.message)),
      );
    });
  }
}

function noop(): void {}

function isDiskFull(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  const { message } = error;
  return code === 'ENOSPC' || message.includes('MDB_MAP_FULL') || message.includes('No space left');
}

function abortAll(message: string): KeyErrorsResponse {
  return { errors: [{ kind: 'abort', message }] };
}
