import type { Vector } from '../chunk/vector.js';
import { mix32 } from '../types/collation-bytes.js';
import type { HashJoin, PhysicalPlan } from '../planner/physical/plan.js';
import { evalType, isUnsigned, type FieldType } from '../types/field-type.js';

/** Bits of a bitmap per build row, or per row that is expected of the scan, at most; and bits in all. */
const BITS_PER_ROW = 512;
const BITS_PER_PROBE = 8;
const MIN_BITS = 1 << 16;
const MAX_BITS = 2 ** 27;
const BLOOM_BITS_PER_ROW = 16;
/** Keys entered at once. */
const STEP_ROWS = 1 << 16;

function setBits(
  bits: Int32Array,
  data: Float64Array | Int32Array,
  nulls: Uint8Array | null,
  min: number,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    if (nulls !== null && nulls[i] === 1) continue;
    const p = data[i]! - min;
    bits[p >>> 5]! |= 1 << (p & 31);
  }
}

/** A filter as a message between threads. */
export interface JoinFilterForm {
  readonly min: number;
  readonly max: number;
  readonly bits: Int32Array;
  readonly bloomMask: number | null;
}

/**
 * What a hash join's build side says of the probe side's keys, for the scan they come from: rows that can find no match need not
 * leave the scan (Bloom, 1970; "sideways information passing"). Keys within a range are a bitmap, which is exact; others a bloom
 * filter whose bits of a key share a word. NULL keys match nothing.
 */
export class JoinFilter {
  private constructor(
    readonly min: number,
    readonly max: number,
    private readonly bits: Int32Array,
    /** Null: `bits` is a bitmap from `min` on; else of a bloom filter with this mask. */
    private readonly bloomMask: number | null,
  ) {}

  static ofForm(f: JoinFilterForm): JoinFilter {
    return new JoinFilter(f.min, f.max, f.bits, f.bloomMask);
  }

  get form(): JoinFilterForm {
    const { min, max, bits, bloomMask } = this;
    return { min, max, bits, bloomMask };
  }

  /** The filter of the keys of `n` build rows for scans of about `probes` rows in all, made in steps; null where there is none. */
  static *of(keys: Vector, n: number, probes = 0): Generator<void, JoinFilter | null> {
    if (keys.kind !== 'num') return null;
    const { data, nulls } = keys;
    let min = Infinity;
    let max = -Infinity;
    for (let from = 0; from < n; from += STEP_ROWS) {
      if (from > 0) yield;
      for (let i = from, to = Math.min(n, from + STEP_ROWS); i < to; i++) {
        if (nulls !== null && nulls[i] === 1) continue;
        const x = data[i]!;
        if (x < min) min = x;
        if (x > max) max = x;
      }
    }
    if (min > max) return new JoinFilter(Infinity, -Infinity, new Int32Array(1), null);
    if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max)) return null;
    const range = max - min + 1;
    if (range <= Math.min(MAX_BITS, Math.max(MIN_BITS, n * BITS_PER_ROW, probes * BITS_PER_PROBE))) {
      const bits = new Int32Array(Math.ceil(range / 32));
      for (let from = 0; from < n; from += STEP_ROWS) {
        if (from > 0) yield;
        setBits(bits, data, nulls, min, from, Math.min(n, from + STEP_ROWS));
      }
      return new JoinFilter(min, max, bits, null);
    }
    let size = 1024;
    while (size < n * BLOOM_BITS_PER_ROW && size < MAX_BITS) size *= 2;
    const bits = new Int32Array(size >>> 5);
    const mask = size - 1;
    for (let from = 0; from < n; from += STEP_ROWS) {
      if (from > 0) yield;
      for (let i = from, to = Math.min(n, from + STEP_ROWS); i < to; i++) {
        if (nulls !== null && nulls[i] === 1) continue;
        const h = hashOf(data[i]!);
        bits[(h & mask) >>> 5]! |= bloomBits(h);
      }
    }
    return new JoinFilter(min, max, bits, mask);
  }

  mayPass(min: number, max: number): boolean {
    return max >= this.min && min <= this.max;
  }

  /** Writes those of the `n` rows in `sel` (all of the first n when null) that may match to `out`; gives their number. */
  apply(v: Vector, sel: Int32Array | null, n: number, out: Int32Array): number {
    if (v.kind !== 'num') {
      // Numbers beyond 2^53 are beyond all keys of the build side.
      let m = 0;
      for (let k = 0; k < n; k++) {
        const i = sel === null ? k : sel[k]!;
        if (v.isNull(i)) continue;
        const x = Number(v.get(i));
        if (x >= this.min && x <= this.max && this.has(x)) out[m++] = i;
      }
      return m;
    }
    const m =
      this.bloomMask !== null
        ? this.applyBloom(v.data, sel, n, out, this.bloomMask)
        : v.data instanceof Int32Array
          ? this.applyInt32(v.data, sel, n, out)
          : this.applyFloat64(v.data, sel, n, out);
    const { nulls } = v;
    if (nulls === null) return m;
    let kept = 0;
    for (let k = 0; k < m; k++) {
      const i = out[k]!;
      out[kept] = i;
      kept += 1 - nulls[i]!;
    }
    return kept;
  }

  private has(x: number): boolean {
    if (this.bloomMask === null) {
      const p = x - this.min;
      return ((this.bits[p >>> 5]! >>> (p & 31)) & 1) === 1;
    }
    const h = hashOf(x);
    return (~this.bits[(h & this.bloomMask) >>> 5]! & bloomBits(h)) === 0;
  }

  private applyInt32(d: Int32Array, sel: Int32Array | null, n: number, out: Int32Array): number {
    if (this.max < -0x80000000 || this.min > 0x7fffffff) return 0;
    const { bits } = this;
    // Differences wrap around 2^32: what is below `least` comes out beyond the range, as what is above it does.
    const least = Math.max(this.min, -0x80000000) | 0;
    const range = Math.min(this.max, 0x7fffffff) - least;
    const shift = least - this.min;
    let m = 0;
    if (sel === null) {
      for (let i = 0; i < n; i++) {
        const p = (d[i]! - least) >>> 0;
        if (p > range) continue;
        const bit = p + shift;
        out[m] = i;
        m += (bits[bit >>> 5]! >>> (bit & 31)) & 1;
      }
      return m;
    }
    for (let k = 0; k < n; k++) {
      const i = sel[k]!;
      const p = (d[i]! - least) >>> 0;
      if (p > range) continue;
      const bit = p + shift;
      out[m] = i;
      m += (bits[bit >>> 5]! >>> (bit & 31)) & 1;
    }
    return m;
  }

  private applyFloat64(d: Float64Array, sel: Int32Array | null, n: number, out: Int32Array): number {
    const { bits, min } = this;
    const range = this.max - min;
    let m = 0;
    for (let k = 0; k < n; k++) {
      const i = sel === null ? k : sel[k]!;
      const p = d[i]! - min;
      if (p >= 0 && p <= range) {
        out[m] = i;
        m += (bits[p >>> 5]! >>> (p & 31)) & 1;
      }
    }
    return m;
  }

  private applyBloom(
    d: Int32Array | Float64Array,
    sel: Int32Array | null,
    n: number,
    out: Int32Array,
    mask: number,
  ): number {
    const { bits, min, max } = this;
    let m = 0;
    for (let k = 0; k < n; k++) {
      const i = sel === null ? k : sel[k]!;
      const x = d[i]!;
      if (x < min || x > max) continue;
      const h = hashOf(x);
      out[m] = i;
      m += (~bits[(h & mask) >>> 5]! & bloomBits(h)) === 0 ? 1 : 0;
    }
    return m;
  }
}

const hashOf = (x: number): number => mix32((x | 0) ^ Math.imul((x / 4294967296) | 0, 0x9e3779b1));
/** Three bits of one word, by other bits of the hash than those that choose the word. */
const bloomBits = (h: number): number => {
  const g = Math.imul(h, 0x9e3779b1);
  return (1 << (g >>> 27)) | (1 << ((g >>> 22) & 31)) | (1 << ((g >>> 17) & 31));
};

/** A column of a scan's output. */
export interface FilterTarget {
  readonly scanId: number;
  readonly column: number;
  /** Rows expected of the scan before its filters. */
  readonly rows: number;
}

interface Published {
  readonly owner: number;
  readonly target: FilterTarget;
  readonly filter: JoinFilter;
}

/** The filters of a running statement. */
export class JoinFilters {
  private list: readonly Published[] | null = null;

  /** What join `owner` says of a column, in place of what it said before; null: nothing. */
  set(target: FilterTarget, owner: number, filter: JoinFilter | null): void {
    const others = (this.list ?? []).filter(
      (p) => p.owner !== owner || p.target.scanId !== target.scanId || p.target.column !== target.column,
    );
    this.list = filter === null ? others : [...others, { owner, target, filter }];
  }

  of(scanId: number): { readonly column: number; readonly filter: JoinFilter }[] {
    if (this.list === null) return [];
    return this.list
      .filter((p) => p.target.scanId === scanId)
      .map((p) => ({ column: p.target.column, filter: p.filter }));
  }
}

/** Scans that the probe keys of a hash join come from unchanged, by key; empty where rows that match nothing come out all the same. */
export function filterTargets(plan: HashJoin, build: 'left' | 'right'): readonly (readonly FilterTarget[])[] {
  const probe = build === 'left' ? plan.right : plan.left;
  const keys = build === 'left' ? plan.rightKeys : plan.leftKeys;
  const buildKeys = build === 'left' ? plan.leftKeys : plan.rightKeys;
  return keys.map((key, k) => {
    if (plan.nullAware || plan.nullEq[k] === true || !dropsUnmatched(plan, build)) return [];
    if (key.kind !== 'column' || !sameDomain(key.type, buildKeys[k]!.type)) return [];
    return targetsOf(probe, key.index);
  });
}

/** Whether rows of the probe side without a match leave no trace in the output. */
function dropsUnmatched(plan: HashJoin, build: 'left' | 'right'): boolean {
  switch (plan.joinType) {
    case 'inner':
      return true;
    case 'semi':
      return true;
    case 'leftOuter':
    case 'antiSemi':
    case 'leftOuterSemi':
    case 'antiLeftOuterSemi':
      return build === 'left';
    case 'rightOuter':
      return build === 'right';
  }
}

/** Whether equal numbers in vectors of the two types are equal values. */
function sameDomain(a: FieldType, b: FieldType): boolean {
  const domain = evalType(a);
  if (domain !== evalType(b)) return false;
  switch (domain) {
    case 'int':
      return isUnsigned(a) === isUnsigned(b);
    case 'decimal':
      return a.decimal === b.decimal;
    case 'datetime':
      return a.tp === b.tp && a.decimal === b.decimal;
    default:
      return false;
  }
}

function targetsOf(plan: PhysicalPlan, index: number): readonly FilterTarget[] {
  switch (plan.op) {
    case 'TableScan':
      return index < plan.columns.length ? [{ scanId: plan.id, column: index, rows: plan.estRows }] : [];
    case 'TableReader':
    case 'Selection':
    case 'Sort':
      return targetsOf(plan.child, index);
    case 'Projection': {
      const e = plan.exprs[index];
      return e !== undefined && e.kind === 'column' ? targetsOf(plan.child, e.index) : [];
    }
    case 'HashAgg':
    case 'StreamAgg': {
      // A group goes or stays as a whole where the column is among those grouped by. States of other functions, of one or two
      // columns, come before the group keys.
      const at = plan.aggs.length - (plan.schema.length - index);
      const agg = plan.aggs[at];
      const arg = agg?.args[0];
      if (arg === undefined || arg.kind !== 'column') return [];
      for (let k = at; k < plan.aggs.length; k++) if (plan.aggs[k]!.name !== 'first_row') return [];
      const grouped = plan.groupBy.some((g) => g.kind === 'column' && g.index === arg.index);
      return grouped ? targetsOf(plan.child, arg.index) : [];
    }
    case 'HashJoin':
    case 'IndexJoin': {
      const at = plan.output === undefined ? index : plan.output[index];
      if (at === undefined) return [];
      const width = plan.left.schema.length;
      const left = at < width;
      if (plan.op === 'IndexJoin' && (plan.outer === 'left') !== left) return [];
      if (plan.joinType === 'inner') return targetsOf(left ? plan.left : plan.right, left ? at : at - width);
      if (plan.joinType === 'rightOuter') return left ? [] : targetsOf(plan.right, at - width);
      return left ? targetsOf(plan.left, at) : [];
    }
    case 'UnionAll':
      return plan.children.flatMap((c) => targetsOf(c, index));
    default:
      return [];
  }
}
