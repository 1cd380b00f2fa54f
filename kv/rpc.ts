import type { Awaitable } from '../types/awaitable.js';
import type { ChunkSource } from '../chunk/chunk.js';
import type { MvccReader } from './mvcc-reader.js';

/**
 * The RPC surface of a store: the operations of kvproto's Tikv service (kvrpcpb.proto), as plain objects. One interface,
 * two transports: a direct call into the embedded store (which mostly answers synchronously) and gRPC to TiKV. Everything
 * above it (two-phase commit, lock resolution, back-off, region cache) is written once, in kv/client.
 *
 * Conventions: keys and values are Uint8Array and are not changed after they are handed over; an empty `endKey` means "to the end";
 * timestamps are TSO values (physical ms << 18 | logical) as bigint at this surface. Responses carry `regionError` or `error`
 * instead of throwing, as in kvproto; only a broken transport rejects.
 */
export interface KvRpc {
  /** Reads of a store in this process, without requests. Views that it gives hold until the turn of the event loop ends. */
  mvccReader?(ts: bigint, context: RpcContext): MvccReader;
  get(req: GetRequest): Awaitable<GetResponse>;
  batchGet(req: BatchGetRequest): Awaitable<BatchGetResponse>;
  scan(req: ScanRequest): Awaitable<ScanResponse>;
  prewrite(req: PrewriteRequest): Awaitable<PrewriteResponse>;
  commit(req: CommitRequest): Awaitable<CommitResponse>;
  batchRollback(req: BatchRollbackRequest): Awaitable<KeyErrorsResponse>;
  pessimisticLock(req: PessimisticLockRequest): Awaitable<PessimisticLockResponse>;
  pessimisticRollback(req: PessimisticRollbackRequest): Awaitable<KeyErrorsResponse>;
  txnHeartBeat(req: TxnHeartBeatRequest): Awaitable<TxnHeartBeatResponse>;
  checkTxnStatus(req: CheckTxnStatusRequest): Awaitable<CheckTxnStatusResponse>;
  checkSecondaryLocks(req: CheckSecondaryLocksRequest): Awaitable<CheckSecondaryLocksResponse>;
  resolveLock(req: ResolveLockRequest): Awaitable<KeyErrorsResponse>;
  scanLock(req: ScanLockRequest): Awaitable<ScanLockResponse>;
  gc(req: GcRequest): Awaitable<KeyErrorsResponse>;
  deleteRange(req: DeleteRangeRequest): Awaitable<KeyErrorsResponse>;
  coprocessor(req: CoprocessorRequest): Awaitable<CoprocessorResponse>;
  /** Loading in bulk, beside the log: what a store offers whose files the caller can read. See embedded/bulk-load.ts. */
  bulkBegin?(req: BulkBeginRequest): Awaitable<BulkBeginResponse>;
  bulkWrite?(req: BulkWriteRequest): Awaitable<BulkWriteResponse>;
  bulkEnd?(req: BulkEndRequest): Awaitable<void>;
  /** Loads in bulk that are transactions, where nobody else commits beside the store's thread. */
  readonly loads?: LoadTransactions;
  /** Closes a region to everything but the flashback of that start timestamp, where stores have regions. */
  prepareFlashback?(req: PrepareFlashbackRequest): Awaitable<FlashbackResponse>;
  flashback?(req: FlashbackRequest): Awaitable<FlashbackResponse>;
  /** What the store holds of a key: for debugging. */
  mvccGetByKey?(req: MvccGetByKeyRequest): Awaitable<MvccGetByKeyResponse>;
  /** Waits for pessimistic locks at this moment. */
  getLockWaitInfo?(req: GetLockWaitInfoRequest): Awaitable<GetLockWaitInfoResponse>;
}

/** kvrpcpb.Context: where a request goes and how it is treated. */
export interface RpcContext {
  readonly regionId: number;
  readonly regionEpoch: { readonly confVer: number; readonly version: number };
  /** The peer asked: the region's leader. */
  readonly peer?: { readonly id: number; readonly storeId: number };
  readonly term?: number;
  /** The cluster that the request is meant for; a store of another refuses it. */
  readonly clusterId?: bigint;
  readonly priority?: 'normal' | 'low' | 'high';
  readonly isolationLevel?: 'SI' | 'RC';
  readonly notFillCache?: boolean;
  readonly maxExecutionMs?: number;
  readonly resourceGroup?: string;
  readonly requestSource?: string;
  /** The write is served also by a store that is about to run out of space: it makes room, or the cluster needs it. */
  readonly whenAlmostFull?: boolean;
  readonly resourceGroupTag?: Uint8Array;
  /** The peer need not lead: it asks the leader how far it has to be (follower read). */
  readonly replicaRead?: boolean;
  /** The peer need not lead, nor ask who does, if it has all up to the read's timestamp (else dataIsNotReady). */
  readonly staleRead?: boolean;
  /** Where others have the data too: a store that would let the read wait longer answers serverIsBusy instead. */
  readonly busyThresholdMs?: number;
  /** Requests of one task of a statement, which stores schedule together. */
  readonly taskId?: bigint;
  /** Who wrote, for those who follow changes (tidb_cdc_write_source). */
  readonly txnSource?: bigint;
  /** The same request may have been sent before. */
  readonly isRetry?: boolean;
  /** Locks of these transactions are known to be committed or rolled back beyond this read's timestamp and are ignored. */
  readonly resolvedLocks?: readonly bigint[];
  readonly committedLocks?: readonly bigint[];
}

interface Request {
  readonly context: RpcContext;
}
interface Response {
  readonly regionError?: RegionError;
}

export interface KeyRange {
  readonly startKey: Uint8Array;
  /** Exclusive; empty = to the end. */
  readonly endKey: Uint8Array;
}

export interface KvPair {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** metapb.Region. Keys are in their memory-comparable encoding, as PD and stores exchange them. */
export interface RegionMeta {
  readonly id: number;
  readonly startKey: Uint8Array;
  readonly endKey: Uint8Array;
  readonly epoch: { readonly confVer: number; readonly version: number };
  /** Role: 0 voter, 1 learner (metapb.PeerRole). */
  readonly peers: readonly {
    readonly id: number;
    readonly storeId: number;
    readonly role: number;
    /** Has the log alone, no data. */
    readonly isWitness?: boolean;
  }[];
}

/** errorpb.Error. */
export type RegionError =
  | { readonly kind: 'notLeader'; readonly leaderStoreId?: number; readonly leaderPeerId?: number }
  | { readonly kind: 'regionNotFound' }
  /** `currentRegions`: what the store knows to be there now. */
  | { readonly kind: 'epochNotMatch'; readonly currentRegions?: readonly RegionMeta[] }
  | { readonly kind: 'keyNotInRegion' }
  | {
      readonly kind: 'serverIsBusy';
      readonly reason: string;
      readonly backoffMs: number;
      /** How long a read with a busy threshold would have waited; 0: the store is busy otherwise. */
      readonly estimatedWaitMs?: number;
    }
  | { readonly kind: 'staleCommand' }
  | { readonly kind: 'storeNotMatch' }
  | { readonly kind: 'mismatchPeerId' }
  | { readonly kind: 'regionNotInitialized' }
  | { readonly kind: 'maxTimestampNotSynced' }
  | { readonly kind: 'readIndexNotReady' }
  | { readonly kind: 'proposalInMergingMode' }
  | { readonly kind: 'dataIsNotReady' }
  | { readonly kind: 'diskFull'; readonly reason: string }
  | { readonly kind: 'recoveryInProgress' }
  | { readonly kind: 'isWitness' }
  | { readonly kind: 'bucketVersionNotMatch' }
  | { readonly kind: 'raftEntryTooLarge'; readonly size: number }
  | { readonly kind: 'flashbackInProgress'; readonly regionId: number; readonly startTs: bigint }
  | { readonly kind: 'flashbackNotPrepared' }
  | { readonly kind: 'undeterminedResult'; readonly message: string }
  | { readonly kind: 'other'; readonly message: string };

/** kvrpcpb.LockInfo. */
export interface LockInfo {
  readonly primaryLock: Uint8Array;
  readonly lockVersion: bigint;
  readonly key: Uint8Array;
  readonly lockTtl: number;
  readonly txnSize: number;
  readonly lockType: MutationOp;
  readonly lockForUpdateTs: bigint;
  readonly useAsyncCommit: boolean;
  readonly minCommitTs: bigint;
  readonly secondaries: readonly Uint8Array[];
}

/** kvrpcpb.KeyError. */
export type KeyError =
  | { readonly kind: 'locked'; readonly lock: LockInfo }
  | {
      readonly kind: 'conflict';
      readonly startTs: bigint;
      readonly conflictTs: bigint;
      readonly conflictCommitTs: bigint;
      readonly key: Uint8Array;
      readonly primary: Uint8Array;
      readonly reason:
        | 'optimistic'
        | 'pessimisticRetry'
        | 'selfRolledBack'
        | 'rcCheckTs'
        | 'lazyUniquenessCheck'
        | 'notLockedKeyConflict';
    }
  | { readonly kind: 'alreadyExist'; readonly key: Uint8Array }
  | {
      readonly kind: 'deadlock';
      readonly lockTs: bigint;
      readonly lockKey: Uint8Array;
      readonly deadlockKeyHash: bigint;
      readonly waitChain: readonly WaitForEntry[];
    }
  | {
      readonly kind: 'commitTsExpired';
      readonly startTs: bigint;
      readonly attemptedCommitTs: bigint;
      readonly key: Uint8Array;
      readonly minCommitTs: bigint;
    }
  | { readonly kind: 'txnNotFound'; readonly startTs: bigint; readonly primaryKey: Uint8Array }
  | { readonly kind: 'commitTsTooLarge'; readonly commitTs: bigint }
  | {
      readonly kind: 'assertionFailed';
      readonly key: Uint8Array;
      readonly startTs: bigint;
      readonly assertion: 'exist' | 'notExist';
      /** The newest version of the key; 0: there is none. */
      readonly existingStartTs: bigint;
      readonly existingCommitTs: bigint;
    }
  | { readonly kind: 'primaryMismatch'; readonly lock: LockInfo }
  | { readonly kind: 'retryable'; readonly message: string }
  | { readonly kind: 'abort'; readonly message: string };

export interface WaitForEntry {
  readonly txn: bigint;
  readonly waitForTxn: bigint;
  readonly key: Uint8Array;
  readonly resourceGroupTag?: Uint8Array;
}

export type MutationOp =
  'put' | 'del' | 'lock' | 'rollback' | 'insert' | 'pessimisticLock' | 'checkNotExists';

/** kvrpcpb.Mutation. 'insert' is a put that fails with alreadyExist when the key has a value. */
export interface Mutation {
  readonly op: MutationOp;
  readonly key: Uint8Array;
  readonly value?: Uint8Array;
  readonly assertion?: 'none' | 'exist' | 'notExist';
}

export interface GetRequest extends Request {
  readonly key: Uint8Array;
  readonly version: bigint;
}
export interface GetResponse extends Response {
  readonly error?: KeyError;
  /** Absent when not found. May be a view into storage that is valid until the next call into the store in this thread: copy to keep. */
  readonly value?: Uint8Array;
}

export interface BatchGetRequest extends Request {
  readonly keys: readonly Uint8Array[];
  readonly version: bigint;
}
export interface BatchGetResponse extends Response {
  readonly error?: KeyError;
  /** Found pairs only, in the order of the request. Values are copies. */
  readonly pairs: readonly KvPair[];
}

export interface ScanRequest extends Request {
  readonly startKey: Uint8Array;
  readonly endKey: Uint8Array;
  readonly limit: number;
  readonly version: bigint;
  readonly keyOnly?: boolean;
  /** Scan from endKey (exclusive) down to startKey (inclusive). */
  readonly reverse?: boolean;
}
export interface ScanResponse extends Response {
  readonly error?: KeyError;
  readonly pairs: readonly KvPair[];
}

/** kvrpcpb.PrewriteRequest.ForUpdateTSConstraint. */
export interface LockedAt {
  /** Place of the mutation. */
  readonly index: number;
  readonly forUpdateTs: bigint;
}

export interface PrewriteRequest extends Request {
  readonly mutations: readonly Mutation[];
  readonly primaryLock: Uint8Array;
  readonly startVersion: bigint;
  readonly lockTtl: number;
  readonly txnSize: number;
  /** Per mutation: whether the key must hold our pessimistic lock, or needs the conflict check of an optimistic write. Absent = optimistic. */
  readonly pessimisticActions?: readonly (
    'skipPessimisticCheck' | 'doPessimisticCheck' | 'doConstraintCheck'
  )[];
  readonly forUpdateTs?: bigint;
  readonly minCommitTs?: bigint;
  readonly maxCommitTs?: bigint;
  readonly useAsyncCommit?: boolean;
  readonly secondaries?: readonly Uint8Array[];
  /** Of mutations whose pessimistic locks were taken with `newest`: as of when they must be held. Another lock of the transaction is a late repetition's. */
  readonly lockedAt?: readonly LockedAt[];
  /** The request holds the whole transaction: commit it right away if possible (1PC). */
  readonly tryOnePc?: boolean;
  /** Which of the mutations' assertions are checked; absent = none. */
  readonly assertionLevel?: 'off' | 'fast' | 'strict';
  /** Embedded store only, for 1PC: 1 = durable before the answer, 2 = written to the OS, 0 = in the background. Absent = the store's setting. */
  readonly durability?: 0 | 1 | 2;
  /** Embedded store only: a large commit of which nothing is written yet is given up (`abort`) when this says so. */
  readonly signal?: AbortSignal;
}
export interface PrewriteResponse extends Response {
  readonly errors: readonly KeyError[];
  /** Async commit: the smallest commit ts the locks allow; 0 when it fell back. */
  readonly minCommitTs: bigint;
  /** Non-zero when the transaction was committed by 1PC: then it is durable as the store's durability setting says. */
  readonly onePcCommitTs: bigint;
}

export interface CommitRequest extends Request {
  readonly startVersion: bigint;
  readonly keys: readonly Uint8Array[];
  readonly commitVersion: bigint;
}
export interface CommitResponse extends Response {
  readonly error?: KeyError;
  readonly commitVersion: bigint;
}

export interface BatchRollbackRequest extends Request {
  readonly startVersion: bigint;
  readonly keys: readonly Uint8Array[];
}

export interface PessimisticLockRequest extends Request {
  readonly mutations: readonly Mutation[];
  readonly primaryLock: Uint8Array;
  readonly startVersion: bigint;
  readonly lockTtl: number;
  readonly forUpdateTs: bigint;
  readonly isFirstLock?: boolean;
  /** Milliseconds to wait for a lock: 0 = the store's default, -1 = NOWAIT. */
  readonly waitTimeout: number;
  /** Return the values under the keys as of forUpdateTs. */
  readonly returnValues?: boolean;
  readonly checkExistence?: boolean;
  readonly lockOnlyIfExists?: boolean;
  readonly minCommitTs?: bigint;
  /**
   * Of one key: a version newer than forUpdateTs is no conflict: the key is locked as of that version, and its value is the one returned
   * (kvrpcpb's WakeUpModeForceLock). Stores may ignore it.
   */
  readonly newest?: boolean;
  /** Of a thread attached to the embedded store: what stands for the transaction among the locks that threads share. */
  readonly token?: number;
}
export interface PessimisticLockResponse extends Response {
  readonly errors: readonly KeyError[];
  /** Per mutation, when returnValues: the value or null when not found. */
  readonly values?: readonly (Uint8Array | null)[];
  /** Per mutation, when checkExistence. */
  readonly notFounds?: readonly boolean[];
  /** With `newest`: when the version was committed, where that is after forUpdateTs. */
  readonly lockedTs?: bigint;
  /** The lock in the way was renewed a moment ago: nobody need ask what has become of its transaction. */
  readonly lockIsFresh?: boolean;
}
export interface PessimisticRollbackRequest extends Request {
  readonly startVersion: bigint;
  readonly forUpdateTs: bigint;
  readonly keys: readonly Uint8Array[];
}

/** A committed version, or the mark of a lock or rollback. */
export interface MvccVersion {
  readonly kind: 'put' | 'del' | 'lock' | 'rollback';
  readonly startTs: bigint;
  readonly commitTs: bigint;
  readonly value: Uint8Array | null;
}
export interface MvccLock {
  readonly type: MutationOp;
  readonly startTs: bigint;
  readonly primary: Uint8Array;
  readonly value: Uint8Array | undefined;
  readonly ttl: number;
  readonly forUpdateTs: bigint;
  readonly txnSize: number;
  readonly useAsyncCommit: boolean;
  readonly secondaries: readonly Uint8Array[];
}
/** Everything that a store holds of one key, newest first. */
export interface MvccInfo {
  readonly lock: MvccLock | null;
  readonly versions: readonly MvccVersion[];
}
export interface MvccGetByKeyRequest extends Request {
  readonly key: Uint8Array;
}
export interface MvccGetByKeyResponse extends Response {
  readonly info?: MvccInfo;
}

export type GetLockWaitInfoRequest = Request;
export interface GetLockWaitInfoResponse {
  readonly entries: readonly WaitForEntry[];
}

export interface TxnHeartBeatRequest extends Request {
  readonly primaryLock: Uint8Array;
  readonly startVersion: bigint;
  readonly adviseLockTtl: number;
}
export interface TxnHeartBeatResponse extends Response {
  readonly error?: KeyError;
  readonly lockTtl: number;
}

export interface CheckTxnStatusRequest extends Request {
  readonly primaryKey: Uint8Array;
  readonly lockTs: bigint;
  readonly callerStartTs: bigint;
  readonly currentTs: bigint;
  readonly rollbackIfNotExist: boolean;
  readonly forceSyncCommit?: boolean;
  readonly resolvingPessimisticLock?: boolean;
}
export interface CheckTxnStatusResponse extends Response {
  readonly error?: KeyError;
  readonly lockTtl: number;
  readonly commitVersion: bigint;
  readonly action:
    | 'noAction'
    | 'ttlExpireRollback'
    | 'lockNotExistRollback'
    | 'minCommitTsPushed'
    | 'ttlExpirePessimisticRollback'
    | 'lockNotExistDoNothing';
  readonly lockInfo?: LockInfo;
}
export interface CheckSecondaryLocksRequest extends Request {
  readonly keys: readonly Uint8Array[];
  readonly startVersion: bigint;
}
export interface CheckSecondaryLocksResponse extends Response {
  readonly error?: KeyError;
  readonly locks: readonly LockInfo[];
  readonly commitTs: bigint;
}

export interface ResolveLockRequest extends Request {
  readonly startVersion: bigint;
  /** 0 = roll back. */
  readonly commitVersion: bigint;
  /** Empty = every lock of the transaction in the region. */
  readonly keys: readonly Uint8Array[];
}
export interface ScanLockRequest extends Request {
  readonly maxVersion: bigint;
  readonly startKey: Uint8Array;
  readonly endKey: Uint8Array;
  readonly limit: number;
}
export interface ScanLockResponse extends Response {
  readonly error?: KeyError;
  readonly locks: readonly LockInfo[];
}
export interface GcRequest extends Request {
  readonly safePoint: bigint;
}
export interface DeleteRangeRequest extends Request {
  readonly startKey: Uint8Array;
  readonly endKey: Uint8Array;
}
export interface PrepareFlashbackRequest extends Request, KeyRange {
  readonly version: bigint;
  readonly startTs: bigint;
}
/** Undoes what was written to a range after `version`, by new versions. Nobody else may read or write there meanwhile. */
export interface FlashbackRequest extends PrepareFlashbackRequest {
  /** Larger than every commit timestamp in the range. */
  readonly commitTs: bigint;
}
export interface FlashbackResponse extends Response {
  readonly error?: string;
}
/** The buffers of versions that are in memory only. */
export interface SharedVersions {
  readonly arena: SharedArrayBuffer;
  readonly slots: SharedArrayBuffer;
}
/** Where one snapshot can be read without asking the store: B+ tree roots in its data file, and what is not there yet. */
export interface BulkSnapshot {
  readonly id: number;
  readonly ts: bigint;
  readonly dataFile: string;
  /** Of the file in this process's memory; null: it must be read. */
  readonly mapAddress: number | null;
  readonly dataRoot: number;
  readonly historyRoot: number;
  readonly packedRoot: number;
  /** Which loads' entries count as committed when (embedded/load-table.ts). */
  readonly loads?: SharedArrayBuffer;
  /** Newest first, one or two. */
  readonly memtables: readonly SharedVersions[];
}
export interface BulkBeginRequest extends Request {
  /** Where entries will be put: what an earlier load left there goes. */
  readonly ranges: readonly KeyRange[];
  /** What will be read. */
  readonly source: KeyRange;
}
export interface BulkBeginResponse {
  readonly snapshot?: BulkSnapshot;
  /** A lock in the source that must be resolved first. */
  readonly locked?: LockInfo;
}
export interface BulkWriteRequest extends Request {
  readonly id: number;
  /** Packed blocks in key order, which overlap no others (embedded/packed-block.ts). */
  readonly blocks: readonly Uint8Array[];
  /** A key may belong to several rows, of which only one may have it. */
  readonly unique: boolean;
}
export interface BulkWriteResponse {
  /** Entries that an ordinary transaction must look at again. */
  readonly again: readonly KvPair[];
}
export interface BulkEndRequest extends Request {
  readonly id: number;
  readonly ranges: readonly KeyRange[];
  /** Resolve when all that was written is durable. */
  readonly durable: boolean;
}
/** See embedded/staged-loads.ts. Only one who began a load may do something with it. */
export interface LoadTransactions {
  /**
   * Begins a load into ranges of which nothing is stored, not even deletions; null where there is something, or no load is
   * possible. Its blocks are to carry `mark` as their commit.
   */
  begin(ranges: readonly KeyRange[]): { readonly id: number; readonly mark: bigint } | null;
  /** Adds packed blocks, which overlap none that are there. */
  write(id: number, blocks: readonly Uint8Array[]): void;
  /** Takes blocks back, in key order: some at a time, none at the end. No block may cross the bounds. */
  take(id: number, range: KeyRange): readonly Uint8Array[];
  /** Makes the blocks durable. */
  prepare(id: number): Promise<void>;
  /** Makes the load visible, and other puts with it; unless somebody has written or locked one of its keys: then it goes on. */
  commit(id: number, mutations: readonly Mutation[]): LoadCommit;
  /** Removes what was written. Of one that is committed: nothing. */
  abandon(id: number): Promise<void>;
}
export interface LoadCommit {
  /** Resolves when the commit is on disk. */
  readonly durable?: Promise<void>;
  /** A key that is there twice. */
  readonly duplicate?: Uint8Array;
  /** A key that somebody has locked, or written and deleted. */
  readonly conflict?: Uint8Array;
}
export interface KeyErrorsResponse extends Response {
  readonly errors: readonly KeyError[];
}

/**
 * coprocessor.Request. `dag` is the pushed-down plan fragment: opaque to kv/, made by the planner, understood by the
 * coprocessor handler that is registered with the embedded store (executor/coprocessor) or translated to tipb.DAGRequest
 * by the remote transport.
 */
export interface CoprocessorRequest extends Request {
  readonly dag: unknown;
  /** Set for a store that is elsewhere: tipb.DAGRequest. */
  readonly wire?: Uint8Array;
  readonly startTs: bigint;
  readonly ranges: readonly KeyRange[];
  readonly keepOrder: boolean;
  readonly desc: boolean;
  /** Rows after which the caller probably stops (LIMIT); 0 = all. */
  readonly pagingSize: number;
  readonly signal?: AbortSignal;
}
export interface CoprocessorResponse extends Response {
  readonly locked?: LockInfo;
  readonly otherError?: Error;
  /** The result, streamed; a direct call decodes nothing twice. */
  readonly chunks?: ChunkSource;
  /** The result of a wire request: tipb.SelectResponse. */
  readonly data?: Uint8Array;
  /** With `data`: the part of the ranges that it covers, when there may be more. */
  readonly range?: KeyRange;
  /** With `data`: what it took, if the store says. */
  readonly details?: CopDetails;
}

/** kvrpcpb.ExecDetailsV2: what a coprocessor request took in the store. */
export interface CopDetails {
  readonly processMs: number;
  readonly waitMs: number;
  /** Versions that were read for the request, their bytes, and versions met. */
  readonly processedKeys: number;
  readonly processedBytes: number;
  readonly totalKeys: number;
}
