import { Chunk } from '../../chunk/chunk.js';
import { gather } from '../../chunk/gather.js';
import type { Vector } from '../../chunk/vector.js';
import { NumVector } from '../../chunk/vector.js';
import { compileProjection, type Filter, type Projection } from '../../expression/compile.js';
import type { Expression } from '../../expression/expression.js';
import { columnsOf } from '../../expression/traverse.js';
import type { HashJoin, IndexJoin, MergeJoin } from '../../planner/physical/plan.js';
import type { FieldType } from '../../types/field-type.js';
import { filterOf } from '../compiled-filter.js';
import type { ExecContext } from '../exec-context.js';
import { barredPhysical } from '../join-build.js';
import { isSemi, Match, PRESERVED, semiOutput, type Side } from '../join-kind.js';
import { PairBuffer } from '../join-pairs.js';
import { JoinTable } from '../join-table.js';
import { filterEqual } from '../key-equality.js';
import { MOST_ROWS, NOT_FEW } from './few-rows.js';
import { now, Pace, picked } from './pipeline.js';

/** Up to so many pairs each is looked at; of more those that may be equal are found by hash. */
const COMPARED_PAIRS = 1024;
/** Stands for columns that nothing reads. */
const UNREAD = new NumVector(new Float64Array(0), 0);

interface KeyPair {
  readonly outer: readonly Expression[];
  readonly inner: readonly Expression[];
  readonly nullEq: readonly boolean[];
}

/**
 * Joins two chunks of few rows. Rows come in the order of the outer side, which is the preserved one where there is one; matches of
 * a row in the order of the inner side.
 */
export class FewJoin {
  private readonly outerKeys: Projection;
  private readonly innerKeys: Projection;
  private readonly types: readonly FieldType[];
  private readonly outerFilter: Filter | null;
  private readonly innerFilter: Filter | null;
  private readonly otherFilter: Filter | null;
  private readonly preserved: boolean;
  private readonly compared: ReadonlySet<number>;
  /** Positions among left ++ right of the columns that come out; null: all. */
  private readonly output: ReadonlySet<number> | null;
  private readonly pace: Pace;

  constructor(
    private readonly plan: HashJoin | MergeJoin | IndexJoin,
    readonly outer: Side,
    private readonly keys: KeyPair,
  ) {
    this.outerKeys = compileProjection(keys.outer);
    this.innerKeys = compileProjection(keys.inner);
    this.types = keys.inner.map((e) => e.type);
    const outerLeft = outer === 'left';
    this.outerFilter = filterOf(outerLeft ? plan.leftConditions : plan.rightConditions);
    this.innerFilter = filterOf(outerLeft ? plan.rightConditions : plan.leftConditions);
    this.otherFilter = filterOf(plan.otherConditions);
    this.preserved = PRESERVED[plan.joinType] !== null;
    this.compared = new Set(columnsOf(plan.otherConditions).map((c) => c.index));
    this.output = plan.output === undefined ? null : new Set(plan.output);
    this.pace = new Pace([...plan.leftConditions, ...plan.rightConditions, ...plan.otherConditions]);
  }

  join(outerRows: Chunk, innerRows: Chunk, ctx: ExecContext): Chunk {
    const { plan } = this;
    let outer = outerRows;
    let inner = innerRows;
    let barred: Uint8Array | null = null;
    if (this.outerFilter !== null && outer.rows > 0) {
      this.pace.check(outer, ctx);
      const kept = now(this.outerFilter.run(outer, ctx.eval));
      if (this.preserved) barred = barredPhysical(outer, kept);
      else outer = kept;
    }
    if (this.innerFilter !== null && inner.rows > 0) {
      this.pace.check(inner, ctx);
      inner = now(this.innerFilter.run(inner, ctx.eval));
    }
    const pairs = outer.rows === 0 || inner.rows === 0 ? NO_PAIRS : this.pairs(outer, inner, barred, ctx);
    if (isSemi(plan.joinType)) {
      const matched = new Uint8Array(outer.length);
      for (let k = 0; k < pairs.count; k++) matched[pairs.probe[k]!] = Match.Found;
      return picked(semiOutput(plan.joinType, outer, matched), plan.output);
    }
    const all = this.preserved ? withUnmatched(outer, pairs) : pairs;
    if (all.count > MOST_ROWS) throw NOT_FEW;
    const whole = this.joined(outer, inner, all, this.preserved, this.output);
    return picked(whole, plan.output);
  }

  /** Pairs of equal keys that pass the other conditions, in order. */
  private pairs(outer: Chunk, inner: Chunk, barred: Uint8Array | null, ctx: ExecContext): Pairs {
    const outerKeys = now(this.outerKeys.run(outer, ctx.eval));
    const innerKeys = now(this.innerKeys.run(inner, ctx.eval));
    const few = outerKeys.length === 0 || outer.rows * inner.rows <= COMPARED_PAIRS;
    if (few && outer.rows * inner.rows > MOST_ROWS) throw NOT_FEW;
    const pairs = few
      ? this.comparedPairs(outer, inner, barred, outerKeys, innerKeys)
      : this.hashedPairs(outer, inner, barred, outerKeys, innerKeys);
    if (this.otherFilter !== null && pairs.count > 0) {
      const rows = this.joined(outer, inner, pairs, false, this.compared);
      this.pace.check(rows, ctx);
      const kept = now(this.otherFilter.run(rows, ctx.eval));
      if (kept.sel !== null) pairs.keep(kept.sel);
    }
    return pairs;
  }

  private comparedPairs(
    outer: Chunk,
    inner: Chunk,
    barred: Uint8Array | null,
    outerKeys: readonly Vector[],
    innerKeys: readonly Vector[],
  ): PairBuffer {
    const { nullEq } = this.keys;
    const pairs = new PairBuffer();
    pairs.reserve(outer.rows * inner.rows);
    const { probe, build } = pairs;
    let n = 0;
    for (let k = 0; k < outer.rows; k++) {
      const i = outer.sel === null ? k : outer.sel[k]!;
      if ((barred !== null && barred[i] === 1) || hasNull(outerKeys, nullEq, i)) continue;
      for (let q = 0; q < inner.rows; q++) {
        const j = inner.sel === null ? q : inner.sel[q]!;
        if (hasNull(innerKeys, nullEq, j)) continue;
        probe[n] = i;
        build[n++] = j;
      }
    }
    for (let k = 0; k < outerKeys.length && n > 0; k++)
      n = filterEqual(outerKeys[k]!, innerKeys[k]!, this.types[k]!, nullEq[k]!, probe, build, n);
    pairs.count = n;
    return pairs;
  }

  private hashedPairs(
    outer: Chunk,
    inner: Chunk,
    barred: Uint8Array | null,
    outerKeys: readonly Vector[],
    innerKeys: readonly Vector[],
  ): PairBuffer {
    // The table is of all physical rows: those that do not count are left out of the pairs.
    const building = JoinTable.build(innerKeys, this.types, this.keys.nullEq, inner.length);
    let step = building.next();
    while (step.done !== true) step = building.next();
    const probe = step.value.probe();
    const pairs = new PairBuffer();
    const left = inner.sel === null ? null : barredPhysical(new Chunk(inner.columns, inner.length), inner);
    probe.start(outerKeys, outer.sel, outer.length, barred);
    while (probe.pending) {
      probe.step(null);
      pairs.add(probe.probeRows, probe.buildRows, probe.count, left);
      if (pairs.count > MOST_ROWS) throw NOT_FEW;
    }
    pairs.sort(outer.length);
    return pairs;
  }

  /** The rows of pairs, left columns first. */
  private joined(
    outer: Chunk,
    inner: Chunk,
    pairs: Pairs,
    missing: boolean,
    read: ReadonlySet<number> | null,
  ): Chunk {
    const { count } = pairs;
    const outerLeft = this.outer === 'left';
    const { left, right } = this.plan;
    const [outerAt, innerAt] = outerLeft ? [0, left.schema.length] : [left.schema.length, 0];
    const outerWidth = (outerLeft ? left : right).schema.length;
    const innerWidth = (outerLeft ? right : left).schema.length;
    const columns = new Array<Vector>(outerWidth + innerWidth);
    for (let c = 0; c < outerWidth; c++)
      columns[outerAt + c] =
        read !== null && !read.has(outerAt + c) ? UNREAD : gather(outer.columns[c]!, pairs.probe, count);
    for (let c = 0; c < innerWidth; c++)
      columns[innerAt + c] =
        read !== null && !read.has(innerAt + c)
          ? UNREAD
          : gather(inner.columns[c]!, pairs.build, count, missing);
    return new Chunk(columns, count);
  }
}

type Pairs = Pick<PairBuffer, 'probe' | 'build' | 'count'>;

const NO_PAIRS: Pairs = { probe: new Int32Array(0), build: new Int32Array(0), count: 0 };

/** NULL equals nothing but where `<=>` compares. */
function hasNull(keys: readonly Vector[], nullEq: readonly boolean[], row: number): boolean {
  for (let k = 0; k < keys.length; k++) {
    const { nulls } = keys[k]!;
    if (nulls !== null && nulls[row] === 1 && nullEq[k] !== true) return true;
  }
  return false;
}

/** The pairs, with the outer rows that met nothing where they stand in the order. */
function withUnmatched(outer: Chunk, pairs: Pairs): Pairs {
  const probe = new Int32Array(outer.rows + pairs.count);
  const build = new Int32Array(outer.rows + pairs.count);
  let count = 0;
  let at = 0;
  for (let k = 0; k < outer.rows; k++) {
    const i = outer.sel === null ? k : outer.sel[k]!;
    probe[count] = i;
    if (at === pairs.count || pairs.probe[at] !== i) build[count++] = -1;
    for (; at < pairs.count && pairs.probe[at] === i; at++) {
      probe[count] = i;
      build[count++] = pairs.build[at]!;
    }
  }
  return { probe, build, count };
}
