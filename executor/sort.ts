import type { Awaitable } from '../types/awaitable.js';
import { Chunk, CHUNK_ROWS } from '../chunk/chunk.js';
import { sortedIndices, type SortKey } from '../chunk/compare.js';
import { concat, concatChunks } from '../chunk/concat.js';
import { compact, gatherChunk } from '../chunk/gather.js';
import { concatSteps } from '../chunk/gradual-concat.js';
import { rowBytes } from './row-bytes.js';
import { slice } from '../chunk/slice.js';
import type { Vector } from '../chunk/vector.js';
import { compileProjection } from '../expression/compile.js';
import type { ByItem } from '../expression/expression.js';
import type { Operator, Spillable } from './exec-context.js';
import { andThen, drain, runSteps, type OperatorContext } from './operator.js';
import { orderable, rowComparator, type RowComparator } from './row-order.js';
import { SpilledRuns } from './spill/spilled-runs.js';

/** Rows sorted at once before the thread is offered to others: a few milliseconds by radix, some more by comparison. */
const RUN_ROWS = 16_384;
/** Bytes a row takes besides its columns: its number and its key. */
const ROW_OVERHEAD = 12;

/**
 * ORDER BY: runs of some thousand rows are sorted, then merged by a heap as output is asked for, so that the
 * thread is never held for the whole of it. Rows that tie keep their order. When the statement holds too much, what there is is sorted
 * and written to disk as a run of its own; the runs are merged in the end.
 */
export class SortOperator implements Operator, Spillable {
  private sorted = false;
  private chunks: Chunk[] = [];
  private readonly keys: Vector[][];
  private rows: Chunk | null = null;
  private merge: RunMerge | null = null;
  private heldBytes = 0;
  private spillWanted = false;
  private readonly unregister: (() => void) | null;
  private spilled: SpilledRuns | null = null;

  constructor(
    private readonly by: readonly ByItem[],
    private readonly child: Operator,
    private readonly ctx: OperatorContext,
  ) {
    this.keys = by.map(() => []);
    this.unregister = ctx.disk === null ? null : ctx.memory.addSpillable(this);
  }

  open(): void | Promise<void> {
    return this.child.open();
  }

  close(): void | Promise<void> {
    this.unregister?.();
    this.release();
    this.spilled?.close();
    this.spilled = null;
    this.chunks = [];
    this.rows = null;
    this.merge = null;
    return this.child.close();
  }

  next(): Awaitable<Chunk | null> {
    if (this.sorted) {
      if (this.spilled !== null) return this.nextSpilled(this.spilled);
      return this.spillWanted ? this.writeRest() : this.merged();
    }
    this.sorted = true;
    return andThen(this.read(), () => {
      if (this.spilled !== null) return this.lastRun(this.spilled);
      if (this.chunks.length === 0) return null;
      const n = this.chunks.reduce((sum, c) => sum + c.length, 0);
      if (n > CHUNK_ROWS) return this.sort().then(() => this.merged());
      const rows = concatChunks(this.chunks);
      this.chunks = [];
      const order = sortedIndices(
        new Chunk(
          this.keys.map((p) => concat(p)),
          rows.length,
        ),
        this.sortKeys(),
      );
      return gatherChunk(rows, order, order.length);
    });
  }

  private async merged(): Promise<Chunk | null> {
    if (this.merge === null) return null;
    const pause = this.ctx.checkpoint();
    if (pause !== undefined) await pause;
    const idx = new Int32Array(CHUNK_ROWS);
    const n = this.merge.take(idx);
    return n === 0 ? null : gatherChunk(this.rows!, idx, n);
  }

  /** Takes in all rows with their keys. */
  private read(): Awaitable<void> {
    const projection = compileProjection(this.by.map((b) => b.expr));
    return drain(this.child, this.ctx, (input) => {
      const chunk = compact(input);
      return andThen(projection.run(chunk, this.ctx.eval), (keys) => {
        keys.forEach((v, k) => this.keys[k]!.push(v));
        const bytes = rowBytes(chunk) + ROW_OVERHEAD * chunk.length;
        this.heldBytes += bytes;
        this.chunks.push(chunk);
        this.ctx.memory.consume(bytes);
        if (this.spillWanted) return this.writeRun();
      });
    });
  }

  private sortKeys(): SortKey[] {
    return this.by.map((b, column) => ({ column, type: b.expr.type, desc: b.desc }));
  }

  private async sort(): Promise<void> {
    const vectors: Vector[] = [];
    for (const p of this.keys) {
      const v = runSteps(concatSteps(p), this.ctx);
      vectors.push(v instanceof Promise ? await v : v);
    }
    const columns: Vector[] = [];
    for (let k = 0; k < this.chunks[0]!.columns.length; k++) {
      const v = runSteps(concatSteps(this.chunks.map((c) => c.columns[k]!)), this.ctx);
      columns.push(v instanceof Promise ? await v : v);
    }
    const n = this.chunks.reduce((sum, c) => sum + c.length, 0);
    this.rows = new Chunk(columns, n);
    this.chunks = [];
    this.keys.forEach((p) => (p.length = 0));
    const sortKeys = this.sortKeys();
    const idx = new Int32Array(n);
    for (let at = 0; at < n; at += RUN_ROWS) {
      const end = Math.min(n, at + RUN_ROWS);
      const run = new Chunk(
        vectors.map((v) => slice(v, at, end)),
        end - at,
      );
      const order = sortedIndices(run, sortKeys);
      for (let i = 0; i < order.length; i++) idx[at + i] = order[i]! + at;
      const pause = this.ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
    const keys = vectors.map((v, k) => orderable(v, this.by[k]!.expr.type));
    this.merge = new RunMerge(idx, RUN_ROWS, keyComparator(keys, this.by));
  }

  // Spilling

  spillableBytes(): number {
    return this.heldBytes;
  }

  spill(): void {
    this.spillWanted = true;
  }

  /** Sorts what is held and writes it to disk. */
  private async writeRun(): Promise<void> {
    this.spillWanted = false;
    if (this.chunks.length === 0) return;
    await this.sort();
    await this.writeMerged();
  }

  /** Writes what has not been given out yet. */
  private async writeMerged(): Promise<void> {
    this.spilled ??= new SpilledRuns(this.by, this.ctx);
    const run = this.spilled.begin();
    for (;;) {
      const chunk = await this.merged();
      if (chunk === null) break;
      await run.append(chunk);
    }
    await run.flush();
    this.rows = null;
    this.merge = null;
    this.release();
  }

  /** All rows are in: the last run needs no disk, but it is written all the same, for one way to merge. */
  private async lastRun(spilled: SpilledRuns): Promise<Chunk | null> {
    await this.writeRun();
    this.unregister?.();
    await spilled.startMerge();
    return this.nextSpilled(spilled);
  }

  /** What was sorted in memory makes room for others. */
  private async writeRest(): Promise<Chunk | null> {
    this.spillWanted = false;
    if (this.merge === null) return null;
    await this.writeMerged();
    this.unregister?.();
    await this.spilled!.startMerge();
    return this.nextSpilled(this.spilled!);
  }

  private async nextSpilled(spilled: SpilledRuns): Promise<Chunk | null> {
    const pause = this.ctx.checkpoint();
    if (pause !== undefined) await pause;
    return spilled.next();
  }

  private release(): void {
    this.ctx.memory.release(this.heldBytes);
    this.heldBytes = 0;
  }
}

/** Order of rows by their keys, ties by position. */
export function keyComparator(keys: readonly Vector[], by: readonly ByItem[]): RowComparator {
  const compare = rowComparator(
    keys,
    keys,
    by.map((b) => b.expr.type),
    by.map((b) => b.desc),
  );
  return (i, j) => compare(i, j) || i - j;
}

/** Merges sorted runs of equal length (the last may be shorter) by a binary heap of their heads. */
class RunMerge {
  private readonly heap: Int32Array;
  private readonly position: Int32Array;
  private size = 0;

  constructor(
    private readonly idx: Int32Array,
    private readonly runRows: number,
    private readonly compare: RowComparator,
  ) {
    const runs = Math.ceil(idx.length / runRows);
    this.heap = new Int32Array(runs);
    this.position = new Int32Array(runs);
    for (let r = 0; r < runs; r++) {
      this.position[r] = r * runRows;
      this.heap[this.size++] = r;
    }
    for (let k = (this.size >> 1) - 1; k >= 0; k--) this.siftDown(k);
  }

  /** Fills `out` with the next rows; returns how many. */
  take(out: Int32Array): number {
    let n = 0;
    if (this.size === 1) {
      const r = this.heap[0]!;
      const end = Math.min(this.idx.length, (r + 1) * this.runRows);
      while (n < out.length && this.position[r]! < end) out[n++] = this.idx[this.position[r]!++]!;
      if (this.position[r]! >= end) this.size = 0;
      return n;
    }
    while (n < out.length && this.size > 0) {
      const r = this.heap[0]!;
      out[n++] = this.idx[this.position[r]!++]!;
      if (this.position[r]! >= Math.min(this.idx.length, (r + 1) * this.runRows)) {
        this.size--;
        this.heap[0] = this.heap[this.size]!;
      }
      this.siftDown(0);
    }
    return n;
  }

  private less(a: number, b: number): boolean {
    return this.compare(this.idx[this.position[a]!]!, this.idx[this.position[b]!]!) < 0;
  }

  private siftDown(k: number): void {
    const { heap, size } = this;
    for (;;) {
      let c = 2 * k + 1;
      if (c >= size) return;
      if (c + 1 < size && this.less(heap[c + 1]!, heap[c]!)) c++;
      if (!this.less(heap[c]!, heap[k]!)) return;
      const t = heap[k]!;
      heap[k] = heap[c]!;
      heap[c] = t;
      k = c;
    }
  }
}
