import type { Awaitable } from '../types/awaitable.js';
import type { KvPair } from './rpc.js';

/** Reads of a store at one timestamp, many rows at a time: what a coprocessor works on that runs away from the data. */
export interface PagedReader {
  readonly ts: bigint;
  /** Values in the order of keys, null where there is none. */
  batchGet(keys: readonly Uint8Array[]): Awaitable<(Uint8Array | null)[]>;
  pages(startKey: Uint8Array, endKey: Uint8Array, options: PageOptions): PageCursor;
}

export interface PageOptions {
  readonly reverse: boolean;
  readonly keyOnly: boolean;
  /** Rows of the first page; pages grow up to `maxRows`. */
  readonly firstRows: number;
  readonly maxRows: number;
}

export interface PageCursor {
  /** The next rows in key order, at least one; null at the end. */
  nextPage(): Awaitable<readonly KvPair[] | null>;
  close(): void;
}
