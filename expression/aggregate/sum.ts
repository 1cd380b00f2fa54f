import type { Vector } from '../../chunk/vector.js';
import { NumVector, WideVector } from '../../chunk/vector.js';
import { vectorOf } from '../../chunk/vector-builder.js';
import type { Datum } from '../../types/datum.js';
import { intDatum } from '../../types/datum.js';
import { decRescale, quotientAt } from '../../types/decimal.js';
import type { DecInt } from '../../types/decimal.js';
import type { FieldType } from '../../types/field-type.js';
import { evalType } from '../../types/field-type.js';
import type { Aggregator } from './aggregator.js';
import { grown } from './aggregator.js';
import type { LoopBody } from './loop.js';
import { runLoop } from './loop.js';

/**
 * Exact sums of integers and scaled decimals. A group's sum is `acc` (a double within 2^53, always exact) plus `big`, into
 * which acc is flushed when an addition would pass 2^53: the common path has no BigInt and one comparison a row.
 */
const ADD = 'const s=acc[g]+x;if(Math.abs(s)>9007199254740991)S.flush(g,x);else acc[g]=s;';
const ADD_ONE = 'const s=a+x;if(Math.abs(s)>9007199254740991){S.acc[0]=a;S.flush(0,x);a=0;}else a=s;';

/** SUM only asks whether a group has a value; AVG counts. A store is cheaper than an increment that waits for the one before. */
function body(name: string, exact: boolean, counted: boolean): LoopBody {
  return {
    name,
    head: 'const acc=S.acc,cnt=S.counts;',
    grouped: `${exact ? ADD : 'acc[g]+=x;'}${counted ? 'cnt[g]++;' : 'cnt[g]=1;'}`,
    singleHead: 'let a=S.acc[0],c=0;',
    single: `${exact ? ADD_ONE : 'a+=x;'}c++;`,
    singleTail: 'S.acc[0]=a;S.counts[0]+=c;',
  };
}

const LOOPS = {
  exact: { sum: body('exactSum', true, false), avg: body('exactAvg', true, true) },
  real: { sum: body('realSum', false, false), avg: body('realAvg', false, true) },
} as const;

/** SUM and AVG. */
export class SumAggregator implements Aggregator {
  acc: Float64Array = new Float64Array(0);
  /** Non-NULL inputs of each group. */
  counts: Float64Array = new Float64Array(0);
  /** Takes counts of states, which nobody wants. */
  private uncounted = new Float64Array(0);
  private readonly big = new Map<number, bigint>();
  readonly exact: boolean;

  constructor(
    readonly average: boolean,
    /** Type of the values that are summed (of the sum state in final modes). */
    private readonly input: FieldType,
    private readonly type: FieldType,
    private readonly overStates: boolean,
    private readonly partial: boolean,
    /** Type of the sum column in partial modes. */
    private readonly sumType: FieldType,
  ) {
    this.exact = evalType(input) !== 'real';
  }

  reserve(groups: number): void {
    this.acc = new Float64Array(groups);
    this.counts = new Float64Array(groups);
  }

  resize(groups: number): void {
    this.acc = grown(this.acc, groups);
    this.counts = grown(this.counts, groups);
  }

  flush(g: number, x: number): void {
    this.acc[g] = this.passed(g, this.acc[g]!, x);
  }

  /** An addition to a sum of group g so far that would pass 2^53; gives what the sum goes on from. */
  passed(g: number, acc: number, x: number): number {
    this.big.set(g, (this.big.get(g) ?? 0n) + BigInt(acc) + BigInt(x));
    return 0;
  }

  update(ids: Int32Array | null, inputs: readonly Vector[], n: number, sel: Int32Array | null): void {
    if (!this.overStates || !this.average) {
      this.add(inputs[0]!, ids, n, sel);
      return;
    }
    // (count, sum): the sum's own row count is replaced by the count column.
    const before = this.counts;
    if (this.uncounted.length < before.length) this.uncounted = new Float64Array(before.length);
    this.counts = this.uncounted;
    this.add(inputs[1]!, ids, n, sel);
    this.counts = before;
    const c = inputs[0] as NumVector;
    const rows = sel === null ? n : sel.length;
    for (let q = 0; q < rows; q++) {
      const i = sel === null ? q : sel[q]!;
      if (c.nulls === null || c.nulls[i] !== 1) before[ids === null ? 0 : ids[i]!]! += c.data[i]!;
    }
  }

  /** The vector to be summed when the update is a plain addition per row; see fused.ts. */
  fusable(inputs: readonly Vector[]): NumVector | null {
    const v = inputs[0]!;
    return v.kind === 'num' && !(this.overStates && this.average) ? v : null;
  }

  private add(v: Vector, ids: Int32Array | null, n: number, sel: Int32Array | null): void {
    if (v.kind === 'num') {
      runLoop(LOOPS[this.exact ? 'exact' : 'real'][this.average ? 'avg' : 'sum'], this, v, ids, n, sel);
      return;
    }
    if (!(v instanceof WideVector)) throw new Error('SUM over byte strings');
    const rows = sel === null ? n : sel.length;
    for (let q = 0; q < rows; q++) {
      const i = sel === null ? q : sel[q]!;
      if (v.nulls !== null && v.nulls[i] === 1) continue;
      const g = ids === null ? 0 : ids[i]!;
      this.big.set(g, (this.big.get(g) ?? 0n) + v.data[i]!);
      this.counts[g]!++;
    }
  }

  private sum(g: number): DecInt {
    const b = this.big.get(g);
    return b === undefined ? this.acc[g]! : intDatum(b + BigInt(this.acc[g]!));
  }

  private scale(): number {
    return evalType(this.input) === 'decimal' ? Math.max(0, this.input.decimal) : 0;
  }

  /** Sums as they are, where none is wide: no value made for each group. */
  private plain(from: number, to: number, type: FieldType): Vector | null {
    const same =
      !this.exact || this.scale() === (evalType(type) === 'decimal' ? Math.max(0, type.decimal) : 0);
    if (!same || this.big.size > 0) return null;
    const data = this.acc.slice(from, to);
    let nulls: Uint8Array | null = null;
    for (let g = from; g < to; g++) {
      if (this.counts[g] !== 0) continue;
      nulls ??= new Uint8Array(to - from);
      nulls[g - from] = 1;
      data[g - from] = 0;
    }
    return new NumVector(data, to - from, nulls);
  }

  result(from: number, to: number): Vector[] {
    const n = to - from;
    if (this.partial) {
      const sums =
        this.plain(from, to, this.sumType) ??
        this.column(from, to, (g) => this.scaled(g, this.sumType), this.sumType);
      return this.average ? [new NumVector(this.counts.slice(from, to), n), sums] : [sums];
    }
    if (!this.average)
      return [
        this.plain(from, to, this.type) ?? this.column(from, to, (g) => this.scaled(g, this.type), this.type),
      ];
    if (!this.exact) return [this.column(from, to, (g) => this.acc[g]! / this.counts[g]!, this.type)];
    const scale = this.scale();
    const divide = quotientAt(scale, 0, this.type.decimal);
    return [
      this.column(
        from,
        to,
        (g) => divide(this.sum(g), scale, this.counts[g]!, 0, this.type.decimal),
        this.type,
      ),
    ];
  }

  private scaled(g: number, type: FieldType): Datum {
    if (!this.exact) return this.acc[g]!;
    return decRescale(
      this.sum(g),
      this.scale(),
      evalType(type) === 'decimal' ? Math.max(0, type.decimal) : 0,
    );
  }

  private column(from: number, to: number, value: (g: number) => Datum, type: FieldType): Vector {
    const out = new Array<Datum>(to - from);
    for (let g = from; g < to; g++) out[g - from] = this.counts[g] === 0 ? null : value(g);
    return vectorOf(out, type);
  }

  memory(): number {
    return this.acc.byteLength + this.counts.byteLength + this.uncounted.byteLength + this.big.size * 64;
  }
}
