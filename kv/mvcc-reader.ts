import type { CoprocessorRequest, CoprocessorResponse, LockInfo } from './rpc.js';

/**
 * What the embedded store lends to its coprocessor: reads of its MVCC data at one timestamp without RPC objects per row.
 * Callbacks and cursors run synchronously on the store's thread.
 */
export interface MvccReader {
  /** Value visible at the reader's timestamp or null. A view valid until the next read. Throws LockedError on a lock that blocks. */
  get(key: Uint8Array): Uint8Array | null;
  /**
   * A cursor over [startKey, endKey), ascending or descending. Positions hold until the next call of `next`; views are
   * valid that long. The cursor tolerates commits between batches: it sees exactly the versions visible at the timestamp.
   */
  scan(startKey: Uint8Array, endKey: Uint8Array, reverse: boolean, keyOnly: boolean): MvccCursor;
  readonly startTs: bigint;
  /**
   * Throws LockedError when a lock in the range blocks reads at the timestamp: for readers that take the data from a cache of
   * theirs. Locks that come later need no look, since their transactions commit later. Absent: no such caches may be used.
   */
  checkLocks?(startKey: Uint8Array, endKey: Uint8Array): void;
}

export interface MvccCursor {
  /** Moves to the next visible row; false at the end. */
  next(): boolean;
  /**
   * Releases the store's read transaction between batches when the consumer is about to give up the thread; the next
   * `next()` re-seeks after the last key.
   */
  pause(): void;
  /** Current key: `keyBuffer[0, keyLength)`. */
  readonly keyBuffer: Uint8Array;
  readonly keyLength: number;
  /** Current value: `valueBuffer[valueStart, valueEnd)`. */
  readonly valueBuffer: Uint8Array;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** Values stay where they are until this turn of the event loop ends, instead of until the next call of `next`. */
  readonly valuesStay?: boolean;
  close(): void;
}

/**
 * Serves the coprocessor requests of the embedded store; registered by the entry point, since evaluation lives above kv/.
 */
export interface CoprocessorHandler {
  handle(req: CoprocessorRequest, reader: MvccReader, data: DataWatch): CoprocessorResponse;
  /** The store is open and about to take commits: what is derived from its data begins to listen. */
  attach?(data: DataWatch): void;
  /** The store is closing: work begun in the background must not touch it any more. */
  close?(): void;
}

/**
 * Lets caches of decoded data (the columnar replica) stay exact: the store tells of every committed key.
 */
export interface DataWatch {
  /**
   * Calls `listener` synchronously at each commit, after the data is visible to new reads and before the commit is acknowledged, with the keys that were put or deleted.
   * `ascending`: they are known to be in order. Returns the function that removes it.
   */
  onCommit(
    listener: (commitTs: bigint, keys: readonly Uint8Array[], ascending?: boolean) => void,
  ): () => void;
  /** Every version with a commit ts at or below this is visible to reads begun now (the newest commit ts so far). */
  lastCommitTs(): bigint;
  /** Range operations that bypass commits (deleteRange, GC, restore). Same contract. */
  onRangeChange(listener: (startKey: Uint8Array, endKey: Uint8Array) => void): () => void;
  /** A reader of everything committed so far, for work in the background. Absent: there is none of that. */
  freshReader?(): MvccReader;
  /** Tells of commits of other threads now: work in the background calls it once a turn. Absent: all are told of as they are made. */
  drain?(): void;
  /** Keeps what is derived from the data across restarts; absent: nothing is kept. */
  readonly keeper?: DerivedDataKeeper;
}

/**
 * How data derived from the store's (column segments) stays right across restarts and crashes. What is on disk of it says up to
 * which version it goes and which keys were written since. The log tells the rest: at start everything replayed is told, and the
 * log is not shortened before `save` has written down what was told of so far.
 */
export interface DerivedDataKeeper {
  /** A folder of its own. */
  readonly directory: string;
  /** Resolves when all that is visible now would survive a crash. */
  durable(): Promise<void>;
  /** `save` runs before each shortening of the log. */
  onCheckpoint(save: () => Promise<void>): void;
  /** The changes replayed from the log at start, in its order; given once. */
  takeReplayed(): readonly ReplayedChange[];
}

export type ReplayedChange =
  | { readonly kind: 'commit'; readonly commitTs: bigint; readonly keys: readonly Uint8Array[] }
  | { readonly kind: 'range'; readonly startKey: Uint8Array; readonly endKey: Uint8Array };

/** A read met a lock of another transaction that may commit below the read's timestamp: resolve it and read again. */
export class LockedError extends Error {
  constructor(readonly lock: LockInfo) {
    super('key is locked');
    this.name = 'LockedError';
  }
}
