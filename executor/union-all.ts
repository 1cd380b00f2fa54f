import type { Chunk } from '../chunk/chunk.js';
import type { Awaitable } from '../types/awaitable.js';
import type { Operator } from './exec-context.js';

/**
 * The chunks of each child, one child after the other. A child is opened when its turn comes; inside a transaction all are
 * at once, since what a child sees of the transaction's own writes is what there was when it was opened, and the
 * statement may write between its children (rows that an UPDATE moves to a partition read later).
 */
export class UnionAllOperator implements Operator {
  private current = -1;
  private opened = 0;

  constructor(
    private readonly children: readonly Operator[],
    private readonly atOnce: boolean,
  ) {}

  async open(): Promise<void> {
    if (this.atOnce) for (const child of this.children) await this.openNext(child);
  }

  private openNext(child: Operator): Awaitable<void> {
    this.opened++;
    return child.open();
  }

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
      if (!this.atOnce) await this.openNext(this.children[this.current]!);
    }
  }

  async close(): Promise<void> {
    const from = Math.max(0, this.current);
    for (let i = from; i < this.opened; i++) await this.children[i]!.close();
  }
}
