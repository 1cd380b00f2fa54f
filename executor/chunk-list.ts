import type { Chunk } from '../chunk/chunk.js';
import type { Operator } from './exec-context.js';

/** Chunks at hand, as an operator. */
export class ChunkListOperator implements Operator {
  private at = 0;

  constructor(private readonly chunks: readonly Chunk[]) {}

  open(): void {
    this.at = 0;
  }

  next(): Chunk | null {
    while (this.at < this.chunks.length) {
      const c = this.chunks[this.at++]!;
      if (c.rows > 0) return c;
    }
    return null;
  }

  close(): void {}
}
