import type { Awaitable } from '../types/awaitable.js';
import { Chunk, CHUNK_ROWS } from '../chunk/chunk.js';
import { sortedIndices, type SortKey } from '../chunk/compare.js';
import { concat, concatChunks } from '../chunk/concat.js';
import { compact, gather, gatherChunk } from '../chunk/gather.js';
import { concatSteps } from '../chunk/gradual-concat.js';
import { rowBytes } from './row-bytes.js';
import type { Vector } from '../chunk/vector.js';
import { compileProjection } from '../expression/compile.js';
import type { ByItem } from '../expression/expression.js';
import { TypeCode } from '../types/field-type.js';
import type { Operator, Spillable } from './exec-context.js';
import { andThen, drain, runSteps, type OperatorContext } from './operator.js';
import { orderable, rowComparator, type RowComparator } from './row-order.js';
import { sortSteps } from './radix-sort.js';
import { Work } from './work-counts.js';
import { SpilledRuns } from './spill/spilled-runs.js';
import type { LeadingRows } from './window/leading-rows.js';

/** Bytes a row takes besides its columns: its number and its key. */
const ROW_OVERHEAD = 12;

/**
 * ORDER BY: a radix sort in steps. Rows that tie keep their order. When the statement holds too much, what there is is sorted
 * and written to disk as a run of its own; the runs are merged in the end.
 */
export class SortOperator implements Operator, Spillable {
  private sorted = false;
  private chunks: Chunk[] = [];
  private readonly keys: Vector[][];
  private rows: Chunk | null = null;
  /** Row numbers in order, and how many of them have been given out. */
  private order: Int32Array = new Int32Array(0);
  private at = 0;
  private heldBytes = 0;
  private spillWanted = false;
  private readonly unregister: (() => void) | null;
  private spilled: SpilledRuns | null = null;

  constructor(
    private readonly by: readonly ByItem[],
    private readonly child: Operator,
    private readonly ctx: OperatorContext,
    /** Rows that are wanted at all; null: all. */
    private readonly leading: LeadingRows | null = null,
  ) {
    this.keys = by.map(() => []);
    // Runs on disk are merged by the bytes of their keys.
    const json = by.some((b) => b.expr.type.tp === TypeCode.Json);
    this.unregister = ctx.disk === null || json ? null : ctx.memory.addSpillable(this);
  }

  open(): void | Promise<void> {
    return this.child.open();
  }

  close(): void | Promise<void> {
    this.unregister?.();
    this.leading?.close();
    this.release();
    this.spilled?.close();
    this.spilled = null;
    this.chunks = [];
    this.rows = null;
    return this.child.close();
  }

  next(): Awaitable<Chunk | null> {
    if (this.sorted) {
      if (this.spilled !== null) return this.nextSpilled(this.spilled);
      return this.spillWanted ? this.writeRest() : this.inOrder();
    }
    this.sorted = true;
    return andThen(this.read(), () => {
      if (this.spilled !== null) return this.lastRun(this.spilled);
      if (this.chunks.length === 0) return null;
      const n = this.chunks.reduce((sum, c) => sum + c.length, 0);
      if (n > CHUNK_ROWS) return this.sort().then(() => this.inOrder());
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

  private async inOrder(): Promise<Chunk | null> {
    if (this.rows === null) return null;
    const pause = this.ctx.checkpoint();
    if (pause !== undefined) await pause;
    const from = this.at;
    this.at = Math.min(this.order.length, from + CHUNK_ROWS);
    if (from === this.at) return null;
    return gatherChunk(this.rows, this.order.subarray(from, this.at));
  }

  /** Takes in all rows with their keys. */
  private read(): Awaitable<void> {
    const projection = compileProjection(this.by.map((b) => b.expr));
    return drain(this.child, this.ctx, (input) => {
      let chunk = compact(input);
      return andThen(projection.run(chunk, this.ctx.eval), (found) => {
        let keys = found;
        const kept = this.leading?.select(keys, chunk.length) ?? null;
        if (kept !== null) {
          if (kept.length === 0) return;
          chunk = gatherChunk(chunk, kept, kept.length);
          keys = keys.map((v) => gather(v, kept, kept.length));
        }
        keys.forEach((v, k) => this.keys[k]!.push(v));
        const bytes = rowBytes(chunk) + ROW_OVERHEAD * chunk.length;
        this.heldBytes += bytes;
        this.ctx.noteWork?.(Work.sortRows, chunk.length);
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
    for (let k = 0; k < this.keys.length; k++) {
      const parts: Vector[] = [];
      for (const p of this.keys[k]!) {
        parts.push(orderable(p, this.by[k]!.expr.type));
        const pause = this.ctx.checkpoint();
        if (pause !== undefined) await pause;
      }
      const v = runSteps(concatSteps(parts), this.ctx);
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
    const keys = vectors.map((vector, k) => ({
      vector,
      type: this.by[k]!.expr.type,
      desc: this.by[k]!.desc,
    }));
    const order = runSteps(sortSteps(keys, n), this.ctx);
    this.order = order instanceof Promise ? await order : order;
    this.at = 0;
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
      const chunk = await this.inOrder();
      if (chunk === null) break;
      await run.append(chunk);
    }
    await run.flush();
    this.rows = null;
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
    if (this.rows === null) return null;
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
