import type { Chunk } from '../chunk/chunk.js';
import { CHUNK_ROWS } from '../chunk/chunk.js';
import { concat, concatChunks } from '../chunk/concat.js';
import { compact, gather, gatherChunk } from '../chunk/gather.js';
import { sliceChunk } from '../chunk/slice.js';
import type { Vector } from '../chunk/vector.js';
import type { Projection } from '../expression/compile.js';
import { compileProjection } from '../expression/compile.js';
import type { ByItem } from '../expression/expression.js';
import type { Operator } from './exec-context.js';
import { drain, runSteps, type OperatorContext } from './operator.js';
import { sortSteps } from './radix-sort.js';
import { orderable, rowComparator } from './row-order.js';
import { rowBytes } from './row-bytes.js';
import { keyComparator } from './sort.js';
import type { TopNBound } from './topn-bound.js';

/** Rows up to which the best are kept apart; a larger LIMIT sorts everything, in slices. */
export const MAX_TOPN_ROWS = 1 << 16;

/** Rows up to which comparing is as fast as the radix sort. */
const COMPARED_ROWS = 4096;

/**
 * ORDER BY … LIMIT: keeps the best `offset + count` rows. Rows of a chunk that do not beat the worst one kept are dropped at
 * once; the others wait until there are enough of them to be sorted among the kept ones.
 */
export class TopNOperator implements Operator {
  private readonly want: number;
  private readonly projection: Projection;
  private done = false;
  private result: Chunk | null = null;
  private at = 0;

  /** Sorted: the best so far, at most `want`. */
  private best: Chunk | null = null;
  private bestKeys: Vector[] = [];
  private waiting: Chunk[] = [];
  private waitingKeys: Vector[][] = [];
  private waitingRows = 0;
  private heldBytes = 0;

  constructor(
    private readonly by: readonly ByItem[],
    private readonly offset: number,
    count: number,
    private readonly child: Operator,
    private readonly ctx: OperatorContext,
    /** Told of the worst row that is kept. */
    private readonly bound: TopNBound | null = null,
  ) {
    this.want = offset + count;
    this.projection = compileProjection(by.map((b) => b.expr));
  }

  open(): void | Promise<void> {
    return this.child.open();
  }

  close(): void | Promise<void> {
    this.best = null;
    this.waiting = [];
    this.ctx.memory.release(this.heldBytes);
    this.heldBytes = 0;
    return this.child.close();
  }

  async next(): Promise<Chunk | null> {
    if (this.want === 0) return null;
    if (!this.done) {
      await drain(this.child, this.ctx, (chunk) => this.add(chunk));
      await this.settle();
      this.done = true;
      this.result = this.best;
      this.at = this.offset;
    }
    const rows = this.result;
    if (rows === null || this.at >= rows.length) return null;
    const from = this.at;
    this.at = Math.min(rows.length, from + CHUNK_ROWS);
    return sliceChunk(rows, from, this.at);
  }

  private async add(input: Chunk): Promise<void> {
    let chunk = input;
    let keys = (await this.projection.run(chunk, this.ctx.eval)).map((v, k) =>
      orderable(v, this.by[k]!.expr.type),
    );
    const best = this.best;
    if (best !== null && best.length >= this.want) {
      const compare = rowComparator(
        keys,
        this.bestKeys,
        this.by.map((b) => b.expr.type),
        this.by.map((b) => b.desc),
      );
      const worst = best.length - 1;
      const n = chunk.rows;
      const sel = new Int32Array(n);
      let m = 0;
      const first = keys[0]!;
      const bar = this.bestKeys[0]!;
      if (first.kind === 'num' && first.nulls === null && bar.kind === 'num' && !bar.isNull(worst)) {
        // Most rows are out by their first key.
        const { data } = first;
        const limit = bar.data[worst]!;
        const sign = this.by[0]!.desc ? -1 : 1;
        for (let k = 0; k < n; k++) {
          const i = chunk.sel === null ? k : chunk.sel[k]!;
          const d = (data[i]! - limit) * sign;
          if (d < 0 || (d === 0 && compare(i, worst) < 0)) sel[m++] = i;
        }
      } else {
        for (let k = 0; k < n; k++) {
          const i = chunk.sel === null ? k : chunk.sel[k]!;
          if (compare(i, worst) < 0) sel[m++] = i;
        }
      }
      if (m === 0) return;
      chunk = chunk.withSel(sel.subarray(0, m));
    }
    const { sel } = chunk;
    if (sel !== null) keys = keys.map((v) => gather(v, sel));
    this.waiting.push(compact(chunk));
    this.waitingKeys.push(keys);
    this.waitingRows += chunk.rows;
    const bytes = rowBytes(this.waiting[this.waiting.length - 1]!);
    this.heldBytes += bytes;
    this.ctx.memory.consume(bytes);
    if (this.waitingRows >= Math.max(this.want, CHUNK_ROWS)) await this.settle();
  }

  /** Row numbers in the order of the keys; many of them by the radix sort, which takes its time in steps. */
  private async sorted(keys: readonly Vector[], n: number): Promise<Int32Array> {
    if (n > COMPARED_ROWS) {
      const by = keys.map((vector, k) => ({ vector, type: this.by[k]!.expr.type, desc: this.by[k]!.desc }));
      return runSteps(sortSteps(by, n), this.ctx);
    }
    const idx = new Int32Array(n);
    for (let i = 0; i < n; i++) idx[i] = i;
    return idx.sort(keyComparator(keys, this.by));
  }

  /** Sorts what waits among the best and cuts. */
  private async settle(): Promise<void> {
    if (this.waitingRows === 0) return;
    const chunks = this.best === null ? this.waiting : [this.best, ...this.waiting];
    const rows = concatChunks(chunks);
    const keys = this.by.map((_, k) => {
      const parts = this.waitingKeys.map((w) => w[k]!);
      return concat(this.best === null ? parts : [this.bestKeys[k]!, ...parts]);
    });
    const idx = await this.sorted(keys, rows.length);
    const n = Math.min(this.want, idx.length);
    this.best = gatherChunk(rows, idx, n);
    this.bestKeys = keys.map((v) => gather(v, idx, n));
    if (this.bound !== null && n === this.want) this.bound.raise(this.bestKeys[0]!, n - 1);
    this.waiting = [];
    this.waitingKeys = [];
    this.waitingRows = 0;
    const bytes = rowBytes(this.best);
    this.ctx.memory.release(this.heldBytes - bytes);
    this.heldBytes = bytes;
  }
}
