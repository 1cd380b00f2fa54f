import type { Chunk } from '../chunk/chunk.js';
import { sliceChunk } from '../chunk/slice.js';
import type { Awaitable } from '../types/awaitable.js';
import type { Operator } from './exec-context.js';
import { PipelineOperator } from './operator.js';

/** LIMIT: rows [offset, offset + count) of the child. Stops pulling when it has enough. */
export class LimitOperator extends PipelineOperator {
  private skip: number;
  private left: number;

  constructor(child: Operator, offset: number, count: number) {
    super(child);
    this.skip = offset;
    this.left = count;
  }

  override next(): Awaitable<Chunk | null> {
    return this.left === 0 ? null : super.next();
  }

  protected process(chunk: Chunk | null): Chunk | null | undefined {
    if (chunk === null) return null;
    const rows = chunk.rows;
    if (this.skip >= rows) {
      this.skip -= rows;
      return undefined;
    }
    const from = this.skip;
    const to = Math.min(rows, from + this.left);
    this.skip = 0;
    this.left -= to - from;
    return sliceChunk(chunk, from, to);
  }
}
