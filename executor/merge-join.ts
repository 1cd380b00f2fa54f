import { Chunk, CHUNK_ROWS } from '../chunk/chunk.js';
import { concatChunks } from '../chunk/concat.js';
import { compact, gather } from '../chunk/gather.js';
import { sliceChunk } from '../chunk/slice.js';
import type { Vector } from '../chunk/vector.js';
import { NumVector } from '../chunk/vector.js';
import { constantVector } from '../chunk/vector-builder.js';
import { compileProjection, type Filter, type Projection } from '../expression/compile.js';
import { columnsOf } from '../expression/traverse.js';
import type { MergeJoin } from '../planner/physical/plan.js';
import type { FieldType } from '../types/field-type.js';
import { filterOf } from './compiled-filter.js';
import type { Operator } from './exec-context.js';
import { isSemi, Match, PRESERVED, semiOutput } from './join-kind.js';
import type { OperatorContext } from './operator.js';
import { pacedFilter } from './paced-kernel.js';
import { rowBytes } from './row-bytes.js';
import { orderable, rowComparator, type RowComparator } from './row-order.js';

/** Stands for columns that nothing reads. */
const UNREAD = new NumVector(new Float64Array(0), 0);

/**
 * Joins two inputs that come in the order of their keys. The outer one (the preserved side, or the left one) is taken chunk by
 * chunk and its order is kept; of the inner one a window is held: the rows not yet passed by, up to the last key of the
 * outer chunk. Invariant: every inner row before the window is less than every outer row to come.
 */
export class MergeJoinOperator implements Operator {
  private readonly outerLeft: boolean;
  private readonly preserved: boolean;
  private readonly semi: boolean;
  private readonly outerOp: Operator;
  private readonly innerOp: Operator;
  private readonly outerKeys: Projection;
  private readonly innerKeys: Projection;
  private readonly types: readonly FieldType[];
  private readonly desc: readonly boolean[];
  private readonly outerFilter: Filter | null;
  private readonly innerFilter: Filter | null;
  private readonly otherFilter: Filter | null;
  private readonly leftWidth: number;
  /** Positions among left ++ right that something above or the other conditions read; null: all. */
  private readonly live: ReadonlySet<number> | null;
  private readonly compared: ReadonlySet<number>;

  private window: Chunk | null = null;
  private windowKeys: readonly Vector[] = [];
  /** First row of the window that an outer row may still match. */
  private at = 0;
  private innerDone = false;
  private heldBytes = 0;

  private outer: Chunk | null = null;
  /** Outer rows that match nothing whatever comes: those with NULL in a key, and those their own conditions bar. */
  private barred: Uint8Array | null = null;
  private matched: Uint8Array | null = null;
  /** Order of an inner row against an outer one. */
  private compare: RowComparator = () => 0;
  private numbers: { readonly inner: Numbers; readonly outer: Numbers } | null = null;
  /** Next outer row, as a position among those selected, and where the scan of its matches goes on; -1: not begun. */
  private row = 0;
  private match = -1;

  private readonly pairOuter = new Int32Array(CHUNK_ROWS);
  private readonly pairInner = new Int32Array(CHUNK_ROWS);

  constructor(
    private readonly plan: MergeJoin,
    left: Operator,
    right: Operator,
    private readonly ctx: OperatorContext,
  ) {
    this.semi = isSemi(plan.joinType);
    this.outerLeft = PRESERVED[plan.joinType] !== 'right';
    this.preserved = PRESERVED[plan.joinType] !== null;
    const [outerKeys, innerKeys] = this.outerLeft
      ? [plan.leftKeys, plan.rightKeys]
      : [plan.rightKeys, plan.leftKeys];
    [this.outerOp, this.innerOp] = this.outerLeft ? [left, right] : [right, left];
    this.outerKeys = compileProjection(outerKeys);
    this.innerKeys = compileProjection(innerKeys);
    this.types = innerKeys.map((e) => e.type);
    this.desc = innerKeys.map(() => plan.desc);
    this.outerFilter = pacedFilter(
      filterOf(this.outerLeft ? plan.leftConditions : plan.rightConditions),
      ctx,
    );
    this.innerFilter = pacedFilter(
      filterOf(this.outerLeft ? plan.rightConditions : plan.leftConditions),
      ctx,
    );
    this.otherFilter = pacedFilter(filterOf(plan.otherConditions), ctx);
    this.leftWidth = plan.left.schema.length;
    this.compared = new Set(columnsOf(plan.otherConditions).map((c) => c.index));
    this.live = plan.output === undefined ? null : new Set([...plan.output, ...this.compared]);
  }

  async open(): Promise<void> {
    await this.outerOp.open();
    await this.innerOp.open();
  }

  async close(): Promise<void> {
    this.hold(-this.heldBytes);
    this.window = null;
    this.outer = null;
    await this.outerOp.close();
    await this.innerOp.close();
  }

  async next(): Promise<Chunk | null> {
    for (;;) {
      if (this.outer === null && !(await this.nextOuter())) return null;
      const outer = this.outer!;
      const out = this.semi && this.otherFilter === null ? this.findAll(outer) : await this.step(outer);
      const pause = this.ctx.checkpoint();
      if (pause !== undefined) await pause;
      if (out !== null && out.rows > 0) return out;
    }
  }

  private hold(bytes: number): void {
    this.heldBytes += bytes;
    if (bytes >= 0) this.ctx.memory.consume(bytes);
    else this.ctx.memory.release(-bytes);
  }

  // The two sides

  /** Takes the next outer chunk and the inner rows up to its last key; false when nothing more can come out. */
  private async nextOuter(): Promise<boolean> {
    if (!this.preserved && this.innerDone && this.at >= (this.window?.length ?? 0)) return false;
    const r = this.outerOp.next();
    let chunk = r instanceof Promise ? await r : r;
    if (chunk === null) return false;
    this.barred = null;
    if (this.outerFilter !== null) {
      const kept = await this.outerFilter.run(chunk, this.ctx.eval);
      if (!this.preserved) chunk = kept;
      else if (kept.sel !== null) {
        this.barred = new Uint8Array(chunk.length).fill(1);
        for (const i of kept.sel) this.barred[i] = 0;
      }
    }
    this.outer = chunk;
    this.row = 0;
    this.match = -1;
    this.matched = this.preserved ? new Uint8Array(chunk.length) : null;
    const k = this.outerKeys.run(chunk, this.ctx.eval);
    const raw = k instanceof Promise ? await k : k;
    for (const v of raw) {
      if (v.nulls === null) continue;
      const barred = (this.barred ??= new Uint8Array(chunk.length));
      for (let i = 0; i < chunk.length; i++) if (v.nulls[i] === 1) barred[i] = 1;
    }
    const keys = raw.map((v, n) => orderable(v, this.types[n]!));
    await this.extendTo(keys, this.lastRow(chunk));
    this.compare = rowComparator(this.windowKeys, keys, this.types, this.desc);
    this.numbers = this.asNumbers(keys);
    return true;
  }

  /** The last outer row that may match; -1 when there is none. */
  private lastRow(chunk: Chunk): number {
    for (let k = chunk.rows - 1; k >= 0; k--) {
      const i = chunk.sel === null ? k : chunk.sel[k]!;
      if (this.barred === null || this.barred[i] === 0) return i;
    }
    return -1;
  }

  /** Drops inner rows that are behind and reads on until one is beyond the outer row `last`. */
  private async extendTo(keys: readonly Vector[], last: number): Promise<void> {
    if (last < 0) return;
    const parts: Chunk[] = [];
    const { window } = this;
    if (window !== null && this.at < window.length) {
      if (this.beyond(this.windowKeys, window.length, keys, last)) return;
      parts.push(this.at === 0 ? window : sliceChunk(window, this.at, window.length));
    }
    let lastKeys: readonly Vector[] = [];
    while (!this.innerDone) {
      const r = this.innerOp.next();
      let chunk = r instanceof Promise ? await r : r;
      if (chunk === null) {
        this.innerDone = true;
        break;
      }
      if (this.innerFilter !== null) chunk = await this.innerFilter.run(chunk, this.ctx.eval);
      chunk = compact(await this.withoutNulls(chunk));
      if (chunk.length > 0) {
        parts.push(chunk);
        const k = this.innerKeys.run(chunk, this.ctx.eval);
        lastKeys = (k instanceof Promise ? await k : k).map((v, n) => orderable(v, this.types[n]!));
        if (this.beyond(lastKeys, chunk.length, keys, last)) break;
      }
      const pause = this.ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
    this.at = 0;
    this.hold(-this.heldBytes);
    if (parts.length === 0) {
      this.window = null;
      this.windowKeys = keys;
      return;
    }
    this.window = concatChunks(parts);
    this.hold(rowBytes(this.window));
    if (parts.length === 1 && lastKeys.length > 0) this.windowKeys = lastKeys;
    else {
      const k = this.innerKeys.run(this.window, this.ctx.eval);
      this.windowKeys = (k instanceof Promise ? await k : k).map((v, n) => orderable(v, this.types[n]!));
    }
  }

  /** Whether the last of `n` inner rows is beyond an outer row. */
  private beyond(inner: readonly Vector[], n: number, outer: readonly Vector[], row: number): boolean {
    return rowComparator(inner, outer, this.types, this.desc)(n - 1, row) > 0;
  }

  /** Rows with NULL in a key match nothing. */
  private async withoutNulls(chunk: Chunk): Promise<Chunk> {
    const keys = await this.innerKeys.run(chunk, this.ctx.eval);
    const nulls = keys.flatMap((v) => (v.nulls === null ? [] : [v.nulls]));
    if (nulls.length === 0) return chunk;
    const sel = new Int32Array(chunk.rows);
    let m = 0;
    for (let k = 0; k < chunk.rows; k++) {
      const i = chunk.sel === null ? k : chunk.sel[k]!;
      if (nulls.every((x) => x[i] === 0)) sel[m++] = i;
    }
    return m === chunk.rows ? chunk : chunk.withSel(sel.subarray(0, m));
  }

  private asNumbers(outer: readonly Vector[]): { inner: Numbers; outer: Numbers } | null {
    const [a] = outer;
    const [b] = this.windowKeys;
    if (outer.length !== 1 || this.plan.desc || a?.kind !== 'num' || b?.kind !== 'num') return null;
    return { outer: a.data, inner: b.data };
  }

  // Matching

  /** Moves to the first inner row that is not less than an outer one; true when they are equal. */
  private seek(i: number): boolean {
    const m = this.window?.length ?? 0;
    let p = this.at;
    if (this.numbers !== null) {
      const { inner, outer } = this.numbers;
      const x = outer[i]!;
      while (p < m && inner[p]! < x) p++;
      this.at = p;
      return p < m && inner[p] === x;
    }
    let c = 1;
    while (p < m && (c = this.compare(p, i)) < 0) p++;
    this.at = p;
    return p < m && c === 0;
  }

  /** A semi join that asks for any partner at all. */
  private findAll(outer: Chunk): Chunk {
    const { barred } = this;
    const matched = this.matched!;
    for (let k = 0; k < outer.rows; k++) {
      const i = outer.sel === null ? k : outer.sel[k]!;
      if (barred !== null && barred[i] === 1) continue;
      if (this.seek(i)) matched[i] = Match.Found;
    }
    this.outer = null;
    return semiOutput(this.plan.joinType, outer, matched);
  }

  /** Up to a chunk's worth of pairs and what follows from them. */
  private async step(outer: Chunk): Promise<Chunk | null> {
    const from = this.row;
    let pairs = this.findPairs(outer);
    const to = this.row;
    if (to === outer.rows) this.outer = null;
    if (this.otherFilter !== null && pairs > 0) pairs = await this.filterPairs(outer, pairs);
    const { matched, pairOuter } = this;
    if (matched === null)
      return pairs === 0 ? null : this.join(outer, pairOuter, this.pairInner, pairs, false);
    for (let k = 0; k < pairs; k++) matched[pairOuter[k]!] = Match.Found;
    if (this.semi) return this.outer === null ? semiOutput(this.plan.joinType, outer, matched) : null;
    return this.withUnmatched(outer, from, to, pairs);
  }

  private findPairs(outer: Chunk): number {
    const { pairOuter, pairInner, barred } = this;
    const m = this.window?.length ?? 0;
    let pairs = 0;
    while (this.row < outer.rows && pairs < CHUNK_ROWS) {
      const i = outer.sel === null ? this.row : outer.sel[this.row]!;
      if (this.match < 0) {
        if ((barred !== null && barred[i] === 1) || !this.seek(i)) {
          this.row++;
          continue;
        }
        this.match = this.at;
      }
      let q = this.match;
      let equal = true;
      if (this.numbers !== null) {
        const { inner } = this.numbers;
        const x = this.numbers.outer[i]!;
        while (pairs < CHUNK_ROWS && (equal = q < m && inner[q] === x)) {
          pairOuter[pairs] = i;
          pairInner[pairs++] = q++;
        }
      } else {
        while (pairs < CHUNK_ROWS && (equal = q < m && this.compare(q, i) === 0)) {
          pairOuter[pairs] = i;
          pairInner[pairs++] = q++;
        }
      }
      if (equal) this.match = q;
      else {
        this.match = -1;
        this.row++;
      }
    }
    return pairs;
  }

  /** Keeps the pairs that satisfy the other conditions. */
  private async filterPairs(outer: Chunk, pairs: number): Promise<number> {
    const { pairOuter, pairInner } = this;
    const joined = this.join(outer, pairOuter, pairInner, pairs, false, this.compared);
    const r = this.otherFilter!.run(joined, this.ctx.eval);
    const kept = r instanceof Promise ? await r : r;
    if (kept.sel === null) return pairs;
    const { sel } = kept;
    for (let k = 0; k < sel.length; k++) {
      pairOuter[k] = pairOuter[sel[k]!]!;
      pairInner[k] = pairInner[sel[k]!]!;
    }
    return sel.length;
  }

  /** The pairs, with the outer rows `from` … `to` - 1 that met nothing where they stand in the order. */
  private withUnmatched(outer: Chunk, from: number, to: number, pairs: number): Chunk | null {
    const matched = this.matched!;
    const outerRows = new Int32Array(pairs + to - from);
    const innerRows = new Int32Array(pairs + to - from);
    let n = 0;
    let k = 0;
    for (let row = from; row < to; row++) {
      const i = outer.sel === null ? row : outer.sel[row]!;
      if (matched[i] === Match.None) {
        outerRows[n] = i;
        innerRows[n++] = -1;
      }
      for (; k < pairs && this.pairOuter[k] === i; k++) {
        outerRows[n] = i;
        innerRows[n++] = this.pairInner[k]!;
      }
    }
    // The last row may have more matches to come.
    for (; k < pairs; k++) {
      outerRows[n] = this.pairOuter[k]!;
      innerRows[n++] = this.pairInner[k]!;
    }
    return n === 0 ? null : this.join(outer, outerRows, innerRows, n, true);
  }

  /** The joined rows of the pairs, left columns first. */
  private join(
    outer: Chunk,
    outerRows: Int32Array,
    innerRows: Int32Array,
    n: number,
    missing: boolean,
    live = this.live,
  ): Chunk {
    const [outerAt, innerAt] = this.outerLeft ? [0, this.leftWidth] : [this.leftWidth, 0];
    const whole = outer.length === n && isIdentity(outerRows, n);
    const fromOuter = outer.columns.map((c, k) =>
      live !== null && !live.has(outerAt + k) ? UNREAD : whole ? c : gather(c, outerRows, n),
    );
    const inner = this.window?.columns ?? this.noInner();
    const fromInner = inner.map((c, k) =>
      live !== null && !live.has(innerAt + k) ? UNREAD : gather(c, innerRows, n, missing),
    );
    return new Chunk(this.outerLeft ? [...fromOuter, ...fromInner] : [...fromInner, ...fromOuter], n);
  }

  private empty: Vector[] | null = null;
  /** Columns without rows, for outer rows that meet an empty side. */
  private noInner(): readonly Vector[] {
    const { schema } = this.outerLeft ? this.plan.right : this.plan.left;
    return (this.empty ??= schema.map((c) => constantVector(null, c.type, 0)));
  }
}

type Numbers = Int32Array | Float64Array;

function isIdentity(idx: Int32Array, n: number): boolean {
  for (let k = 0; k < n; k++) if (idx[k] !== k) return false;
  return true;
}
