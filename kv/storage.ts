import type { Awaitable } from '../types/awaitable.js';
import type { ChunkSource } from '../chunk/chunk.js';
import type { MvccReader } from './mvcc-reader.js';
import type { RegionAdmin } from './region-admin.js';
import { MysqlError } from '../types/error.js';
import { mysqlError } from '../types/error-table.js';
import type { BulkSnapshot, KeyRange, KvPair, LoadTransactions, MvccInfo, WaitForEntry } from './rpc.js';

/**
 * The transactional client that the layers above use; the same over every transport. Timestamps are TSO as bigint.
 * Errors thrown are MysqlError (1205, 1213, 9007, 8022, 1062 is raised above from KeyExistsError) or the typed errors below.
 */
export interface Storage {
  /** A fresh timestamp, larger than every one given before, across restarts. */
  currentTs(): Awaitable<bigint>;
  /** A timestamp at which every commit is seen that was answered before, without taking one; null where none is known at once. */
  latestTs?(): bigint | null;
  begin(options?: TxnOptions): Awaitable<Transaction>;
  snapshot(ts: bigint, options?: SnapshotOptions): Snapshot;
  /** Sends a pushed-down plan fragment to the store(s) that hold the ranges. */
  coprocessor(request: CopTask): ChunkSource;
  /**
   * Reads at a timestamp without waiting, which must be in use already; null where the store is another process. Values stay where they
   * are until the turn of the event loop ends (of a scan: where its cursor says so).
   */
  mvccReader?(ts: bigint): MvccReader | null;
  /** Removes a range physically, beyond MVCC (after DROP/TRUNCATE once GC permits). */
  deleteRange(startKey: Uint8Array, endKey: Uint8Array): Awaitable<void>;
  /**
   * Versions not visible at or after this may be collected; respects running transactions of this process, and of a cluster all that
   * holds its safe point back. Gives how far it went.
   */
  gc(safePoint: bigint): Awaitable<bigint>;
  /**
   * Puts ranges back to what they held at `version`, by new versions. Nobody else may read or write there meanwhile: the stores of a
   * cluster see to that from `prepareFlashback` on, elsewhere it is the caller's. Given the same timestamps again, both go on where they were.
   */
  prepareFlashback(ranges: readonly KeyRange[], at: Omit<FlashbackTimes, 'commitTs'>): Promise<void>;
  flashback(ranges: readonly KeyRange[], at: FlashbackTimes): Promise<void>;
  /** Oldest timestamp in use in this process: transactions, open iterators and coprocessor streams, pins; null when idle. */
  oldestActiveTs(): bigint | null;
  /** What reads at timestamps before `ts` keeps garbage collection from nothing any more. */
  ignoreReadsBefore(ts: bigint): void;
  /** Keeps garbage collection below `ts` until the returned function is called: for statements that read from bare snapshots. */
  pinTs(ts: bigint): () => void;
  /** What the store holds of a key, beyond what a transaction sees. */
  mvccInfo(key: Uint8Array): Awaitable<MvccInfo>;
  /** Lock requests that wait in the store at this moment. */
  lockWaits(): Awaitable<readonly WaitForEntry[]>;
  readonly regions: RegionAdmin;
  /** The store runs plans in this process: it is handed operators that have no form on the wire. */
  readonly inProcess?: boolean;
  /** Loading in bulk, where the store is one of this process. */
  readonly bulk?: BulkLoading | undefined;
  /** Loads in bulk that are transactions, where the store offers them. */
  readonly loads?: LoadTransactions | undefined;
  /** The same storage for one session, whose attributes its requests carry; itself where requests go nowhere. */
  forSession(attributes: RequestAttributes): Storage;
  close(): Promise<void>;
}

export interface FlashbackTimes {
  readonly version: bigint;
  readonly startTs: bigint;
  /** Taken when all regions are prepared. */
  readonly commitTs: bigint;
}

/**
 * Puts many entries into the store that are made of what is read at one snapshot, without transactions: as blocks of sorted keys
 * (embedded/packed-block.ts), which must not overlap.
 */
export interface BulkLoading {
  /** Empties the ranges of what an earlier load has left there. The snapshot stays readable until `end`. */
  begin(ranges: readonly KeyRange[], source: KeyRange): Promise<BulkSnapshot>;
  /** Gives the entries that an ordinary transaction must look at again: see `putBlocks`. */
  write(id: number, blocks: readonly Uint8Array[], unique: boolean): Awaitable<readonly KvPair[]>;
  /** With `durable`, all that was written is on disk when it resolves. */
  end(id: number, ranges: readonly KeyRange[], durable: boolean): Promise<void>;
}

/** What requests to a store's cluster say of whom they serve; read at each request. */
export interface RequestAttributes {
  /** As TiDB composes it: `external_Select`, `internal_gc`. */
  readonly requestSource: string;
  readonly resourceGroup: string;
  readonly priority: 'normal' | 'low' | 'high';
  /** Milliseconds that a read may still take; 0 = no limit. */
  readonly maxExecutionMs: number;
  /** tidb_replica_read. */
  readonly replicaRead: string;
  /** The timestamp of reads that any peer may answer which has all up to it; null: there are none. */
  readonly staleTs: bigint | null;
  /** Bytes from which on closest-adaptive reads from the closest peer. */
  readonly closestThreshold: number;
  /** Milliseconds that a leader may let a read wait before another peer is asked; 0: any. */
  readonly busyThresholdMs: number;
  /** Rows that are read are not worth keeping in the store's cache. */
  readonly notFillCache: boolean;
  /** Who writes, as those who follow changes are told. */
  readonly txnSource: bigint;
  /** tipb.ResourceGroupTag of the statement, by which those who wait for each other's locks are told apart. */
  readonly resourceGroupTag: Uint8Array | undefined;
  /** Ends waits between attempts with 1317. */
  readonly signal: AbortSignal | undefined;
}

export interface TxnOptions {
  /** Default: pessimistic false. */
  readonly pessimistic?: boolean;
  readonly startTs?: bigint;
  /** Milliseconds a lock request waits; -1 = NOWAIT. */
  readonly lockWaitTimeoutMs?: number;
  /** 1 = durable before commit() resolves, 2 = written to the OS, 0 = in the background. */
  readonly durability?: 0 | 1 | 2;
  /** Whether a cluster may commit it in one phase, or asynchronously; both by default. */
  readonly onePhase?: boolean;
  readonly asyncCommit?: boolean;
  /** Bytes of one key and value (8025); 0 or absent: the store's setting. */
  readonly entrySizeLimit?: number;
  /** Default: off. */
  readonly assertionLevel?: AssertionLevel;
  /** A cluster's store locks a single key in spite of newer versions, of which the statement then hears (tidb_pessimistic_txn_fair_locking). */
  readonly fairLocking?: boolean;
  /** Written also to stores that are about to run out of space. */
  readonly whenAlmostFull?: boolean;
}

export interface SnapshotOptions {
  readonly isolation?: 'SI' | 'RC';
  readonly signal?: AbortSignal;
}

/** Reads at one timestamp. Values returned are owned by the caller. */
export interface Snapshot {
  readonly ts: bigint;
  get(key: Uint8Array): Awaitable<Uint8Array | null>;
  /** Values in the order of keys, null where there is none. */
  batchGet(keys: readonly Uint8Array[]): Awaitable<(Uint8Array | null)[]>;
  iterate(startKey: Uint8Array, endKey: Uint8Array, options?: IterateOptions): KvIterator;
}

export interface IterateOptions {
  readonly reverse?: boolean;
  readonly keyOnly?: boolean;
  readonly batchSize?: number;
  /** Own writes as they were before this stage began: what a statement reads of its own transaction while it writes. */
  readonly beforeStage?: number;
}

/** Pull iterator in key order. */
export interface KvIterator {
  next(): Awaitable<KvPair | null>;
  close(): void;
}

/** How a key written into the membuffer is to be treated at commit (Percolator mutation). */
export interface PutFlags {
  /** The key must not exist in the store (unique key, primary key): alreadyExist at commit or lock time becomes KeyExistsError. */
  readonly presumeNotExists?: boolean;
  /** What the caller has read of the key: what the store must find there before the transaction's first write of it (8141). */
  readonly assertion?: 'exist' | 'notExist';
}

/**
 * Which assertions stores check: none, those that cost no look at what is stored beside the checks that there are, or all (TiDB's
 * tidb_txn_assertion_level).
 */
export type AssertionLevel = 'off' | 'fast' | 'strict';

export interface Transaction {
  readonly assertionLevel: AssertionLevel;
  readonly startTs: bigint;
  readonly pessimistic: boolean;
  /** The snapshot at startTs without own writes. */
  readonly snapshot: Snapshot;
  /** Own writes, ordered by key. */
  readonly memBuffer: MemBuffer;
  /** Timestamp of current reads (FOR UPDATE, DML in pessimistic mode); >= startTs. */
  forUpdateTs: bigint;
  /** When the lock request that waits now was sent, ms since the epoch; 0 when none waits. */
  readonly waitingSince: number;
  /** How long a lock request waits that says nothing itself, milliseconds. */
  lockWaitTimeoutMs: number;
  readonly valid: boolean;
  /**
   * The commit of an optimistic transaction that meets a living lock gives up (WriteConflictError) instead of waiting: stores tell only those
   * who wait for a pessimistic lock that one is gone, so whoever can run again asks for one.
   */
  givesWayToLocks: boolean;
  /** Own writes first, then the snapshot. */
  get(key: Uint8Array): Awaitable<Uint8Array | null>;
  batchGet(keys: readonly Uint8Array[]): Awaitable<(Uint8Array | null)[]>;
  /** Own writes merged over the snapshot. */
  iterate(startKey: Uint8Array, endKey: Uint8Array, options?: IterateOptions): KvIterator;
  set(key: Uint8Array, value: Uint8Array, flags?: PutFlags): void;
  delete(key: Uint8Array, flags?: PutFlags): void;
  /**
   * From now on `set` gathers new keys, each once, that nothing of this transaction reads before it commits (bulk loads,
   * rows that are a transaction by themselves; optimistic). A key given twice is a KeyExistsError of the commit.
   */
  gather(): void;
  readonly gathers: boolean;
  /**
   * Pessimistic locks on keys as of forUpdateTs (optimistic mode: remembered, checked at commit). Waits as its options say. With `returnValues` gives
   * the current values (key order as given), own writes first; without, an empty array unless `skipLocked`. Throws KeyExistsError (presumeNotExists), WriteConflictError (retry the statement with a newer forUpdateTs), 1205, 1213, 3572 (NOWAIT).
   */
  lockKeys(keys: readonly Uint8Array[], options?: LockOptions): Awaitable<(Uint8Array | null)[]>;
  /** From now on the keys are kept out of the store. */
  keepLocal(local: LocalKeys): void;
  /** A statement has ended that was run more than once: locks that an earlier try of it took, and the last did not ask for, are released. */
  releaseUnwanted(): Awaitable<void>;
  /** Nested undo points of the membuffer: statement rollback and SAVEPOINT. Locks already taken stay. */
  stage(): number;
  releaseStage(id: number): Awaitable<void>;
  rollbackStage(id: number): Awaitable<void>;
  /** Called before the commit, and again where that comes too late for what the check has vouched for. */
  onBeforeCommit(check: CommitCheck): void;
  /**
   * Commits all writes; resolves with the commit ts (0n when nothing was written). Any throw means that it is rolled back, but
   * UndeterminedError. `interruption` is asked for where there is much to commit: while nothing of it is written it may end the commit.
   */
  commit(interruption?: () => AbortSignal): Awaitable<bigint>;
  rollback(): Awaitable<void>;
}

/**
 * Throws to abort a commit (schema version check: 8028). Gives the timestamp that the commit must stay below for the check to hold; null:
 * it always does. `reached`: how far time has come, 0n where nobody has looked.
 */
export type CommitCheck = (reached: bigint) => Awaitable<bigint | null>;

/** Keys that never go to the store: those of tables that one session has for itself. */
export interface LocalKeys {
  has(key: Uint8Array): boolean;
  /** What was committed. */
  get(key: Uint8Array): Uint8Array | null;
  /** A snapshot of the store with these keys over it. */
  over(snapshot: Snapshot): Snapshot;
  /** Takes over what a transaction has committed. */
  absorb(buffer: MemBuffer): void;
}

export interface LockOptions {
  readonly waitTimeoutMs?: number;
  readonly returnValues?: boolean;
  /** Skip keys that are locked by others: their result is SKIPPED_LOCKED. */
  readonly skipLocked?: boolean;
  readonly presumeNotExists?: boolean;
  /** The statement reads nothing but this one key: whatever is committed by the time it is locked will do. */
  readonly newest?: boolean;
  /** Ends the wait with 1317 (KILL QUERY, max_execution_time). */
  readonly signal?: AbortSignal;
  /** Told how long a lock was waited for that another transaction held, where the store is in this process. */
  waited?(ms: number): void;
}

export interface MemBuffer {
  /** undefined: not written here (or not before the stage); null: deleted here. */
  get(key: Uint8Array, beforeStage?: number): Uint8Array | null | undefined;
  /** Ascending or descending over own writes; deletions as null values. */
  iterate(
    startKey: Uint8Array,
    endKey: Uint8Array,
    reverse?: boolean,
    beforeStage?: number,
  ): IterableIterator<{ key: Uint8Array; value: Uint8Array | null }>;
  /** Whether any own write lies in the range (decides if UnionScan is needed). */
  hasRange(startKey: Uint8Array, endKey: Uint8Array): boolean;
  readonly count: number;
  /** Bytes of keys and values. */
  readonly size: number;
}

/** A request to the coprocessor above regions: kv/client splits it by region and retries. */
export interface CopTask {
  readonly dag: unknown;
  readonly startTs: bigint;
  readonly ranges: readonly KeyRange[];
  readonly keepOrder: boolean;
  readonly desc: boolean;
  readonly concurrency: number;
  readonly pagingSize?: number;
  /** How much will come back, about. */
  readonly expectedBytes?: number;
  readonly signal?: AbortSignal;
}

/** A key that was presumed absent has a value. The executor turns it into 1062 with the key's name. */
export class KeyExistsError extends Error {
  constructor(
    readonly key: Uint8Array,
    /** Of the entry that was to be written, where it is at hand. */
    readonly value: Uint8Array | null = null,
  ) {
    super('key already exists');
    this.name = 'KeyExistsError';
  }
}

/** Another transaction committed a newer version: pessimistic statements retry with a newer forUpdateTs; optimistic commits give 9007. */
export class WriteConflictError extends Error {
  constructor(
    readonly startTs: bigint,
    readonly conflictTs: bigint,
    readonly conflictCommitTs: bigint,
    readonly key: Uint8Array,
  ) {
    super('write conflict');
    this.name = 'WriteConflictError';
  }
}

/**
 * Whether a transaction failed since another had written, as the store tells it or as the error that sessions get (9007), or since it was
 * taken for dead and rolled back (8022): nothing of it is there, and it may be run again.
 */
export const isWriteConflict = (error: unknown): boolean => {
  if (error instanceof WriteConflictError) return true;
  const code = (error as { code?: unknown } | null)?.code;
  return code === 9007 || code === 8022;
};

/** 1213, with the ring of waits that the request would have closed: its own wait comes last. */
export class DeadlockError extends MysqlError {
  constructor(
    readonly waitChain: readonly WaitForEntry[],
    readonly lockKey: Uint8Array,
    /** The ring goes through a key that the failed request itself had locked: run again, the statement need not meet it. */
    readonly retryable = false,
  ) {
    const { code, sqlState, message } = mysqlError('ER_LOCK_DEADLOCK');
    super(code, sqlState, message);
  }
}

/** In the result of `lockKeys` with `skipLocked`: the key is locked by another transaction. Compared by identity. */
export const SKIPPED_LOCKED = new Uint8Array(0);

/** It is unknown whether the commit took place (connection lost on the primary's commit). */
export class UndeterminedError extends Error {
  constructor() {
    super('commit result is undetermined');
    this.name = 'UndeterminedError';
  }
}

/** Timeouts of PD and of the store, busy stores, locks that were not resolved in time, regions without a leader, stale commands, unknown outcomes. */
const UNREACHABLE: ReadonlySet<unknown> = new Set([9001, 9002, 9003, 9004, 9005, 9010, 8501]);

/** Whether the store could not be reached, or did not answer in time: what was asked of it may have taken place. */
export const isUnreachable = (error: unknown): boolean =>
  error instanceof UndeterminedError || UNREACHABLE.has((error as { code?: unknown } | null)?.code);
