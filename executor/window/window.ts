import { Chunk, CHUNK_ROWS } from '../../chunk/chunk.js';
import { concat, concatChunks } from '../../chunk/concat.js';
import { compact } from '../../chunk/gather.js';
import { keyCollation } from '../../chunk/hash.js';
import { rowsEqual } from '../../chunk/row-equal.js';
import { slice } from '../../chunk/slice.js';
import type { Vector } from '../../chunk/vector.js';
import { compileProjection } from '../../expression/compile.js';
import type { Window } from '../../planner/physical/plan.js';
import type { Operator } from '../exec-context.js';
import { drain, type OperatorContext } from '../operator.js';
import { rowBytes } from '../row-bytes.js';
import { framesOf, type Frames, type Partitions } from './frame.js';
import { evaluateWindow } from './functions.js';

/** Window functions over a child ordered by partition and order keys. Holds the whole input. */
export class WindowOperator implements Operator {
  private result: Chunk | null = null;
  private done = false;
  private at = 0;
  private heldBytes = 0;

  constructor(
    private readonly plan: Window,
    private readonly child: Operator,
    private readonly ctx: OperatorContext,
  ) {}

  open(): void | Promise<void> {
    return this.child.open();
  }

  close(): void | Promise<void> {
    this.ctx.memory.release(this.heldBytes);
    this.heldBytes = 0;
    this.result = null;
    return this.child.close();
  }

  async next(): Promise<Chunk | null> {
    if (!this.done) {
      this.done = true;
      await this.compute();
    }
    const rows = this.result;
    if (rows === null || this.at >= rows.length) return null;
    const from = this.at;
    this.at = Math.min(rows.length, from + CHUNK_ROWS);
    return new Chunk(
      rows.columns.map((c) => slice(c, from, this.at)),
      this.at - from,
    );
  }

  private async compute(): Promise<void> {
    const { plan, ctx } = this;
    const chunks: Chunk[] = [];
    const exprs = [...plan.partitionBy, ...plan.orderBy].map((b) => b.expr);
    const parts: Vector[][] = exprs.map(() => []);
    const projection = compileProjection(exprs);
    await drain(this.child, ctx, async (input) => {
      const chunk = compact(input);
      const keys = await projection.run(chunk, ctx.eval);
      keys.forEach((v, k) => parts[k]!.push(v));
      const bytes = rowBytes(chunk);
      this.heldBytes += bytes;
      ctx.memory.consume(bytes);
      chunks.push(chunk);
    });
    if (chunks.length === 0) return;
    const rows = concatChunks(chunks);
    const keys = parts.map((p) => concat(p));
    const partitions = this.cut(rows.length, keys);
    let frames: Promise<Frames> | null = null;
    const input = { rows, partitions, frames: () => (frames ??= framesOf(plan, rows, partitions, ctx)), ctx };
    const columns: Vector[] = [...rows.columns];
    for (const f of plan.functions) {
      columns.push(await evaluateWindow(f, input));
      const pause = ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
    this.result = new Chunk(columns, rows.length);
  }

  /** Where partitions and peers begin and end. */
  private cut(n: number, keys: readonly Vector[]): Partitions {
    const { partitionBy, orderBy } = this.plan;
    const partitionKeys = keys.slice(0, partitionBy.length);
    const orderKeys = keys.slice(partitionBy.length);
    const partitionCollations = partitionBy.map((b) => keyCollation(b.expr.type));
    const orderCollations = orderBy.map((b) => keyCollation(b.expr.type));
    const starts: number[] = [];
    const peerStart = new Int32Array(n);
    const peerEnd = new Int32Array(n);
    let first = 0;
    for (let i = 0; i < n; i++) {
      const newPartition =
        i === 0 || !rowsEqual(partitionKeys, i, partitionKeys, i - 1, partitionCollations, true);
      if (newPartition) starts.push(i);
      if (newPartition || !rowsEqual(orderKeys, i, orderKeys, i - 1, orderCollations, true)) {
        peerEnd.fill(i, first, i);
        first = i;
      }
      peerStart[i] = first;
    }
    peerEnd.fill(n, first, n);
    starts.push(n);
    return { starts: Int32Array.from(starts), peerStart, peerEnd };
  }
}
