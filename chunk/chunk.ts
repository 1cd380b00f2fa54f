import type { Vector } from './vector.js';

/** Rows in an executor batch when nothing asks for fewer. */
export const CHUNK_ROWS = 4096;

/**
 * Columns of equal length, some of whose rows are selected. Immutable; filters derive a chunk with the same columns
 * and a narrower `sel`.
 */
export class Chunk {
  constructor(
    readonly columns: readonly Vector[],
    /** Physical rows of every column. Kept apart because a chunk may have no columns (SELECT COUNT(*)). */
    readonly length: number,
    /** Ascending physical indices of the rows that count; `null` = all. */
    readonly sel: Int32Array | null = null,
  ) {}

  /** Rows that count. */
  get rows(): number {
    return this.sel === null ? this.length : this.sel.length;
  }

  withSel(sel: Int32Array | null): Chunk {
    return new Chunk(this.columns, this.length, sel);
  }

  withColumns(columns: readonly Vector[]): Chunk {
    return new Chunk(columns, this.length, this.sel);
  }
}

/** A pull-based stream of chunks: what scans, coprocessors and operators offer. */
export interface ChunkSource {
  /** The next non-empty chunk, or null at the end. */
  next(): Chunk | null | Promise<Chunk | null>;
  /** Releases what the source holds; safe to call twice and before the end. */
  close(): void | Promise<void>;
}
