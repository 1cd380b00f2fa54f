import type { MessagePort } from 'node:worker_threads';
import type { PrewriteRequest, SharedVersions } from '../rpc.js';
import type { LogBuffers } from './log-state.js';
import type { Durability } from './wal.js';

/**
 * What goes between the store's thread and a thread attached to it. Calls that write go over `calls` as bytes (message-codec.ts), all of
 * one turn in one message; the answers come back the same way. `layers` carries memtables' buffers and is only ever read
 * synchronously, when the shared words name a memtable that the reader has not seen. `locks` answers a reader that stands
 * still until it has the percolator locks.
 */
export interface StoreAttachment {
  /** How many threads share what memory caches may take. */
  readonly threads: number;
  readonly state: SharedArrayBuffer;
  readonly ring: SharedArrayBuffer;
  readonly dataFile: string;
  readonly mapAddress: number | null;
  readonly calls: MessagePort;
  readonly layers: MessagePort;
  readonly locks: MessagePort;
  /** [0] grows with each answer on `locks`. */
  readonly lockSignal: SharedArrayBuffer;
  /** Pessimistic locks; see shared-locks.ts. */
  readonly sharedLocks: SharedArrayBuffer;
  /** See load-table.ts. */
  readonly loads: SharedArrayBuffer;
  /** Number of the thread, from 1 on. */
  readonly thread: number;
  readonly wal: LogBuffers;
  /** When a commit is acknowledged that does not say it itself. */
  readonly durability: Durability;
}

export interface LayerMessage extends SharedVersions {
  readonly id: number;
  /** Memtables that are in use now: others may be forgotten. */
  readonly known: readonly number[];
}

/** On `calls` before the answer to `bulkBegin`, whose bytes can name no buffers. */
export interface SnapshotMessage {
  readonly load: number;
  readonly memtables: readonly SharedVersions[];
}

/** Part of the mutations of a prewrite that comes later: to write or read many at once would hold up all else in a thread. */
export type PrewritePart = Pick<PrewriteRequest, 'startVersion' | 'mutations' | 'pessimisticActions'>;

/** Methods that attached threads call, by their number in a message. */
export const METHODS = [
  'prewrite',
  'commit',
  'batchRollback',
  'pessimisticLock',
  'pessimisticRollback',
  'txnHeartBeat',
  'checkTxnStatus',
  'checkSecondaryLocks',
  'resolveLock',
  'scanLock',
  'gc',
  'deleteRange',
  'getLockWaitInfo',
  'bulkBegin',
  'bulkWrite',
  'bulkEnd',
  'flashback',
  'prewritePart',
  'mvccGetByKey',
] as const;
export type Method = (typeof METHODS)[number];

/** First byte of a message on `calls`. */
export const MessageKind = {
  /** Calls: (id, method, request) until the end. */
  calls: 1,
  /** Answers: (id, ok, response or error text) until the end. */
  answers: 2,
  /** Store to reader: adopt the present layers and say so with the same number. */
  adopt: 3,
  adopted: 4,
  /** A thread has released locks that the store's table has too (shared-locks.ts). */
  released: 5,
} as const;
