import type { VectorForm } from '../parallel/vector-form.js';
import type { BlockStats } from './block-stats.js';
import type { SharedTables } from './taken-tables.js';

/** A column of a segment's file, or its list of record keys (KEY_LIST_ID). */
export type ColumnName = readonly [file: string, id: number];

/** A column in shared memory, on its way from the thread that has it to one that only uses it. */
export interface LentColumn {
  readonly vector: VectorForm;
  readonly stats: BlockStats | null;
  /** One number: when anybody last used it, ms. */
  readonly use: Float64Array;
}

/** What the thread that keeps columns on disk tells those that have borrowed some. */
export interface LenderNews {
  /** No longer in memory, to be given up: whoever needs one asks again. */
  readonly dropped: readonly ColumnName[];
  /** Tables of which segments were written anew, or that are gone. */
  readonly replaced: readonly number[];
}

/** What those tell that thread. */
export type BorrowerNews =
  /** A segment had better be written anew: so many rows were read from the row store in its place. */
  | { readonly kind: 'stale'; readonly table: number; readonly file: string; readonly rowsReadBeside: number }
  /** All together keep more than they may. */
  | { readonly kind: 'room' };

/** The way from the thread that keeps columns to the others. */
export interface Borrowers {
  tell(news: LenderNews): void;
}

/** The way from another thread to the one that keeps columns. */
export interface Lender {
  /** Tables of these ids, or all; null where nobody answers. */
  tables(ids: readonly number[] | null): Promise<SharedTables | null>;
  /** Null where it does not have the column any more. Rejects when nobody answers. */
  borrow(name: ColumnName): Promise<LentColumn | null>;
  tell(news: BorrowerNews): void;
}
