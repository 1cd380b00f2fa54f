import type { Chunk } from '../chunk/chunk.js';
import type { Awaitable } from '../types/awaitable.js';
import type { Operator } from './exec-context.js';

/** The chunks of each child, one child after the other; a child is opened when its turn comes. */
export class UnionAllOperator implements Operator {
  private current = -1;

  constructor(private readonly children: readonly Operator[]) {}

  open(): void {}

  async next(): Promise<Chunk | null> {
    for (;;) {
      if (this.current >= 0) {
        const r = this.children[this.current]!.next();
        const chunk = r instanceof Promise ? await r : r;
        if (chunk !== null) return chunk;
        const done = this.current;
        if (done + 1 === this.children.length) return null;
        await this.children[done]!.close();
      } else if (this.children.length === 0) return null;
      this.current++;
      await this.children[this.current]!.open();
    }
  }

  close(): Awaitable<void> {
    if (this.current >= 0) return this.children[this.current]!.close();
  }
}
