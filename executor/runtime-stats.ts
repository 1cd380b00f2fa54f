import type { Chunk } from '../chunk/chunk.js';
import type { Awaitable } from '../types/awaitable.js';
import type { Operator, OperatorStats } from './exec-context.js';

/** Measures the operator it wraps. Times include children, as TiDB's do. */
export class MeasuredOperator implements Operator {
  constructor(
    private readonly inner: Operator,
    private readonly stats: OperatorStats,
  ) {}

  open(): Awaitable<void> {
    const start = performance.now();
    if (this.stats.openedAt === 0) this.stats.openedAt = start;
    const r = this.inner.open();
    if (r instanceof Promise) return r.finally(() => this.add(start));
    this.add(start);
  }

  next(): Awaitable<Chunk | null> {
    const start = performance.now();
    const r = this.inner.next();
    if (r instanceof Promise) return r.then((chunk) => this.note(start, chunk));
    return this.note(start, r);
  }

  close(): Awaitable<void> {
    this.stats.closedAt = performance.now();
    return this.inner.close();
  }

  private add(start: number): void {
    this.stats.timeMs += performance.now() - start;
  }

  private note(start: number, chunk: Chunk | null): Chunk | null {
    this.add(start);
    if (chunk === null) {
      this.stats.closedAt = performance.now();
    } else {
      this.stats.loops++;
      this.stats.rows += chunk.rows;
    }
    return chunk;
  }
}
