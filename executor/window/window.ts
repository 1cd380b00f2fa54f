import { Chunk, CHUNK_ROWS } from '../../chunk/chunk.js';
import { concatSteps } from '../../chunk/gradual-concat.js';
import { compact } from '../../chunk/gather.js';
import { keyCollation } from '../../chunk/hash.js';
import { rowsEqual } from '../../chunk/row-equal.js';
import { slice, sliceChunk } from '../../chunk/slice.js';
import type { Vector } from '../../chunk/vector.js';
import { NumVector } from '../../chunk/vector.js';
import { compileProjection, type Projection } from '../../expression/compile.js';
import { columnsOf } from '../../expression/traverse.js';
import type { Window } from '../../planner/physical/plan.js';
import type { Operator, Spillable } from '../exec-context.js';
import { runSteps, type OperatorContext } from '../operator.js';
import { rowBytes, vectorRowBytes } from '../row-bytes.js';
import { ChunkSpool } from '../spill/chunk-spool.js';
import type { TempFile } from '../spill/temp-storage.js';
import { framesOf, type Frames, type Partitions } from './frame.js';
import { evaluateWindow } from './functions.js';
import { sliceColumn, type WindowColumn } from './result-column.js';

/** Rows from which on complete partitions are worked off before more rows are read. */
const BATCH_ROWS = 1 << 15;
/** Rows whose bounds are found at once. */
const STEP_ROWS = 1 << 13;

/** Rows with the values of their partition and order keys. */
interface Piece {
  readonly rows: Chunk;
  readonly keys: readonly Vector[];
}

/**
 * Window functions over a child ordered by partition and order keys. Complete partitions are computed and given out as soon
 * as there are enough of them, so that what is held is a partition or BATCH_ROWS rows. Of a partition that the statement
 * may not hold, only the columns that the functions look at stay; all columns go to disk and come back with the results.
 */
export class WindowOperator implements Operator, Spillable {
  private readonly projection: Projection;
  private readonly partitionKeys: number;
  private readonly partitionCollations;
  private readonly unregister: (() => void) | null;
  /** Columns of the child that functions and frames look at. */
  private readonly needed: ReadonlySet<number>;
  private pieces: Piece[] = [];
  private rows = 0;
  private ended = false;
  /** What is being given out; the rows in full only where they are not on disk. */
  private result: { readonly rows: Chunk; readonly values: readonly WindowColumn[] } | null = null;
  private at = 0;
  private heldBytes = 0;

  private spillWanted = false;
  private file: TempFile | null = null;
  /** All rows in full, from the first batch on that the statement may not hold. */
  private spool: ChunkSpool | null = null;
  private reader: Operator | null = null;
  /** Rows read from disk that have not been given out. */
  private read: Chunk | null = null;

  constructor(
    private readonly plan: Window,
    private readonly child: Operator,
    private readonly ctx: OperatorContext,
  ) {
    this.partitionKeys = plan.partitionBy.length;
    this.partitionCollations = plan.partitionBy.map((b) => keyCollation(b.expr.type));
    this.projection = compileProjection([...plan.partitionBy, ...plan.orderBy].map((b) => b.expr));
    const exprs = plan.functions.flatMap((f) => f.args);
    this.needed = new Set(columnsOf([...exprs, ...plan.orderBy.map((b) => b.expr)]).map((c) => c.index));
    this.unregister = ctx.disk === null ? null : ctx.memory.addSpillable(this);
  }

  open(): void | Promise<void> {
    return this.child.open();
  }

  close(): void | Promise<void> {
    this.unregister?.();
    this.release();
    this.pieces = [];
    this.result = null;
    this.file?.close();
    return this.child.close();
  }

  async next(): Promise<Chunk | null> {
    for (;;) {
      const out = this.reader !== null ? await this.fromSpool(this.reader) : this.fromMemory();
      if (out !== null) return out;
      if (!(await this.nextBatch())) return null;
    }
  }

  private fromMemory(): Chunk | null {
    const { result } = this;
    if (result === null || this.at >= result.rows.length) return null;
    const from = this.at;
    const to = (this.at = Math.min(result.rows.length, from + CHUNK_ROWS));
    const { columns } = sliceChunk(result.rows, from, to);
    return new Chunk([...columns, ...result.values.map((v) => sliceColumn(v, from, to))], to - from);
  }

  /** The next rows from disk with their results: batches lie there one behind the other. */
  private async fromSpool(reader: Operator): Promise<Chunk | null> {
    const { result } = this;
    if (result === null || this.at >= result.rows.length) return null;
    const rows = this.read ?? (await reader.next())!;
    const n = Math.min(rows.length, result.rows.length - this.at);
    this.read = n < rows.length ? sliceChunk(rows, n, rows.length) : null;
    const from = this.at;
    this.at += n;
    return new Chunk(
      [...sliceChunk(rows, 0, n).columns, ...result.values.map((v) => sliceColumn(v, from, this.at))],
      n,
    );
  }

  /** Reads and computes the next partitions; false at the end. */
  private async nextBatch(): Promise<boolean> {
    this.result = null;
    // What was given out is not held any more.
    let kept = 0;
    for (const p of this.pieces) kept += pieceBytes(p);
    this.ctx.memory.release(this.heldBytes - kept);
    this.heldBytes = kept;
    let cut = this.rows >= BATCH_ROWS ? this.lastStart() : 0;
    if (cut === 0 && !this.ended) {
      for (;;) {
        const r = this.child.next();
        const input = r instanceof Promise ? await r : r;
        if (input === null) {
          this.ended = true;
          break;
        }
        await this.add(compact(input));
        const pause = this.ctx.checkpoint();
        if (pause !== undefined) await pause;
        if (this.rows >= BATCH_ROWS && (cut = this.lastStart()) > 0) break;
      }
    }
    if (this.ended) cut = this.rows;
    if (cut === 0) return false;
    await this.compute(cut);
    return true;
  }

  private async add(rows: Chunk): Promise<void> {
    const keys = await this.projection.run(rows, this.ctx.eval);
    const piece = { rows, keys };
    this.pieces.push(piece);
    this.rows += rows.length;
    const bytes = pieceBytes(piece);
    this.heldBytes += bytes;
    this.ctx.memory.consume(bytes);
    if (this.spool !== null) {
      await this.thin(this.pieces.length - 1);
    } else if (this.spillWanted) {
      this.spillWanted = false;
      this.file ??= this.ctx.disk!.create();
      this.spool = new ChunkSpool(this.file);
      this.reader = this.spool.reader();
      for (let k = 0; k < this.pieces.length; k++) await this.thin(k);
    }
  }

  /** First row of the last partition that has begun: all rows before it are complete. 0 when there is no such row. */
  private lastStart(): number {
    if (this.partitionKeys === 0) return 0;
    let base = this.rows;
    for (let p = this.pieces.length - 1; p >= 0; p--) {
      const { rows, keys } = this.pieces[p]!;
      const parts = keys.slice(0, this.partitionKeys);
      base -= rows.length;
      for (let i = rows.length - 1; i > 0; i--)
        if (!rowsEqual(parts, i, parts, i - 1, this.partitionCollations, true)) return base + i;
      if (p === 0) return 0;
      const before = this.pieces[p - 1]!;
      const last = before.rows.length - 1;
      const beforeKeys = before.keys.slice(0, this.partitionKeys);
      if (!rowsEqual(parts, 0, beforeKeys, last, this.partitionCollations, true)) return base;
    }
    return 0;
  }

  // Spilling

  spillableBytes(): number {
    return this.spool === null && this.result === null ? this.heldBytes : 0;
  }

  spill(): void {
    this.spillWanted = true;
  }

  /** Puts the rows of a piece on disk; columns that no function looks at leave memory. */
  private async thin(k: number): Promise<void> {
    const piece = this.pieces[k]!;
    await this.spool!.append(piece.rows);
    const { length, columns } = piece.rows;
    const { needed } = this;
    const thinned = {
      rows: new Chunk(
        columns.map((v, c) => (needed.has(c) ? v : absent(length))),
        length,
      ),
      keys: piece.keys,
    };
    this.pieces[k] = thinned;
    const freed = pieceBytes(piece) - pieceBytes(thinned);
    this.heldBytes -= freed;
    this.ctx.memory.release(freed);
  }

  private release(): void {
    this.ctx.memory.release(this.heldBytes);
    this.heldBytes = 0;
  }

  // Computing

  /** Computes the functions of the first `n` rows. */
  private async compute(n: number): Promise<void> {
    const { plan, ctx } = this;
    const { spool } = this;
    const batch = this.takeRows(n);
    const needed = spool === null ? null : this.needed;
    const columns: Vector[] = [];
    for (let c = 0; c < batch[0]!.rows.columns.length; c++) {
      if (needed !== null && !needed.has(c)) {
        columns.push(absent(n));
        continue;
      }
      const v = runSteps(concatSteps(batch.map((p) => p.rows.columns[c]!)), ctx);
      columns.push(v instanceof Promise ? await v : v);
    }
    const keys: Vector[] = [];
    for (let k = 0; k < batch[0]!.keys.length; k++) {
      const v = runSteps(concatSteps(batch.map((p) => p.keys[k]!)), ctx);
      keys.push(v instanceof Promise ? await v : v);
    }
    const rows = new Chunk(columns, n);
    const found = runSteps(this.cut(n, keys), ctx);
    const partitions = found instanceof Promise ? await found : found;
    let frames: Promise<Frames> | null = null;
    const input = { rows, partitions, frames: () => (frames ??= framesOf(plan, rows, partitions, ctx)), ctx };
    const values: WindowColumn[] = [];
    for (const f of plan.functions) {
      values.push(await evaluateWindow(f, input));
      const pause = ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
    await spool?.flush();
    this.at = 0;
    this.result = { rows, values };
  }

  /** Takes the first `n` rows out of the pieces. */
  private takeRows(n: number): Piece[] {
    const batch: Piece[] = [];
    let at = 0;
    let taken = 0;
    while (at < n) {
      const p = this.pieces[taken]!;
      if (at + p.rows.length <= n) {
        batch.push(p);
        at += p.rows.length;
        taken++;
        continue;
      }
      const here = n - at;
      batch.push(slicePiece(p, 0, here));
      this.pieces[taken] = slicePiece(p, here, p.rows.length);
      at = n;
    }
    this.pieces.splice(0, taken);
    this.rows -= n;
    return batch;
  }

  /** Where partitions and peers begin and end. */
  private *cut(n: number, keys: readonly Vector[]): Generator<void, Partitions> {
    const { orderBy } = this.plan;
    const partitionKeys = keys.slice(0, this.partitionKeys);
    const orderKeys = keys.slice(this.partitionKeys);
    const orderCollations = orderBy.map((b) => keyCollation(b.expr.type));
    const starts: number[] = [];
    const peerStart = new Int32Array(n);
    const peerEnd = new Int32Array(n);
    let first = 0;
    for (let from = 0; from < n; from += STEP_ROWS) {
      const to = Math.min(n, from + STEP_ROWS);
      for (let i = from; i < to; i++) {
        const newPartition =
          i === 0 || !rowsEqual(partitionKeys, i, partitionKeys, i - 1, this.partitionCollations, true);
        if (newPartition) starts.push(i);
        if (newPartition || !rowsEqual(orderKeys, i, orderKeys, i - 1, orderCollations, true)) {
          peerEnd.fill(i, first, i);
          first = i;
        }
        peerStart[i] = first;
      }
      if (to < n) yield;
    }
    peerEnd.fill(n, first, n);
    starts.push(n);
    return { starts: Int32Array.from(starts), peerStart, peerEnd };
  }
}

/** Stands for a column that is not in memory. */
const absent = (rows: number): Vector => new NumVector(new Float64Array(0), rows);

function pieceBytes(p: Piece): number {
  let n = rowBytes(p.rows);
  // Absent columns count as if they were there.
  for (const v of p.rows.columns) if (v.kind === 'num' && v.data.length < v.length) n -= v.length * 8;
  for (const v of p.keys) if (!p.rows.columns.includes(v)) n += vectorRowBytes(v);
  return n;
}

function slicePiece(p: Piece, from: number, to: number): Piece {
  return {
    rows: new Chunk(
      p.rows.columns.map((v) =>
        v.kind === 'num' && v.data.length === 0 ? absent(to - from) : slice(v, from, to),
      ),
      to - from,
    ),
    keys: p.keys.map((v) => slice(v, from, to)),
  };
}
