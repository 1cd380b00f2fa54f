import type { Chunk } from '../../chunk/chunk.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Operator } from '../exec-context.js';

/** Rows that are written before others have their turn: a row with its index entries takes some ten microseconds. */
export const PIECE_ROWS = 256;

/** Gives the rows of an operator in chunks of a few. */
export class RowPieces implements Operator {
  private rest: Chunk | null = null;

  constructor(private readonly child: Operator) {}

  open(): Awaitable<void> {
    return this.child.open();
  }

  close(): Awaitable<void> {
    return this.child.close();
  }

  next(): Awaitable<Chunk | null> {
    if (this.rest !== null) return this.cut(this.rest);
    const r = this.child.next();
    return r instanceof Promise ? r.then((chunk) => this.cut(chunk)) : this.cut(r);
  }

  private cut(chunk: Chunk | null): Chunk | null {
    this.rest = null;
    if (chunk === null || chunk.rows <= PIECE_ROWS) return chunk;
    const sel = chunk.sel ?? Int32Array.from({ length: chunk.length }, (_, i) => i);
    this.rest = chunk.withSel(sel.subarray(PIECE_ROWS, chunk.rows));
    return chunk.withSel(sel.subarray(0, PIECE_ROWS));
  }
}
