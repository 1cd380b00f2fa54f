import type { Chunk } from '../../chunk/chunk.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Operator } from '../exec-context.js';
import type { JoinFilter, JoinFilters } from '../join-filter.js';
import type { TopNBound } from '../topn-bound.js';

/** Rows looked at before a filter is judged, and the share it must keep back. */
const TRIAL_ROWS = 1 << 16;
const MIN_DROPPED = 0.2;

interface Active {
  readonly column: number;
  readonly filter: JoinFilter;
  seen: number;
  passed: number;
}

/**
 * A scan whose rows must pass what hash joins above have said of them by the time it is first read, and what a TopN says as it goes.
 * Filters that let nearly everything pass are left out after a while.
 */
export class FilteredScan implements Operator {
  private filters: Active[] | null = null;
  private scratch = new Int32Array(0);

  constructor(
    private readonly scan: Operator,
    private readonly scanId: number,
    private readonly joinFilters: JoinFilters,
    private readonly bound: TopNBound | null,
    /** Told of the filters before the first row is read. */
    private readonly onFilters: (filters: readonly { column: number; filter: JoinFilter }[]) => void,
  ) {}

  open(): Awaitable<void> {
    return this.scan.open();
  }

  close(): Awaitable<void> {
    return this.scan.close();
  }

  next(): Awaitable<Chunk | null> {
    if (this.filters === null) {
      const found = this.joinFilters.of(this.scanId);
      this.filters = found.map((f) => ({ ...f, seen: 0, passed: 0 }));
      if (found.length > 0) this.onFilters(found);
    }
    for (;;) {
      const r = this.scan.next();
      if (r instanceof Promise) return this.nextAsync(r);
      if (r === null || (this.filters.length === 0 && this.bound === null)) return r;
      const chunk = this.pass(r);
      if (chunk !== null) return chunk;
    }
  }

  private async nextAsync(pending: Promise<Chunk | null>): Promise<Chunk | null> {
    const chunk = await pending;
    return (chunk === null ? null : this.pass(chunk)) ?? (chunk === null ? null : this.next());
  }

  private room(n: number): Int32Array {
    if (this.scratch.length < n) this.scratch = new Int32Array(n);
    return this.scratch;
  }

  private pass(chunk: Chunk): Chunk | null {
    let { sel } = chunk;
    let n = chunk.rows;
    let drop = -1;
    const filters = this.filters!;
    const { bound } = this;
    if (bound !== null) {
      const out = this.room(n);
      const m = bound.apply(chunk.columns[bound.column]!, sel, n, out);
      if (m < n) {
        sel = out.slice(0, m);
        n = m;
      }
    }
    for (let f = 0; f < filters.length && n > 0; f++) {
      const active = filters[f]!;
      const out = this.room(n);
      const m = active.filter.apply(chunk.columns[active.column]!, sel, n, out);
      active.seen += n;
      active.passed += m;
      if (active.seen > TRIAL_ROWS && active.passed > active.seen * (1 - MIN_DROPPED)) drop = f;
      if (m < n) {
        // Often few are left, or none: the chunk gets no more memory than they take.
        sel = out.slice(0, m);
        n = m;
      }
    }
    if (drop >= 0) filters.splice(drop, 1);
    return n === 0 ? null : n === chunk.rows ? chunk : chunk.withSel(sel);
  }
}
