import { GroupTable } from '../../chunk/group-key.js';
import type { Vector } from '../../chunk/vector.js';
import { NumVector } from '../../chunk/vector.js';
import type { FieldType } from '../../types/field-type.js';
import { evalType } from '../../types/field-type.js';
import { intType, realType } from '../type-inference.js';
import type { Aggregator } from './aggregator.js';
import { SeenBits } from './seen-bits.js';

/** Groups and values that fit one number together: value * 2^21 + group, below 2^53. */
const GROUP_BITS = 21;
const MAX_GROUP = 2 ** GROUP_BITS;
const MAX_VALUE = 2 ** 31;

/** Passes on the first row of each (group, values); rows with a NULL argument are dropped. */
export class DistinctAggregator implements Aggregator {
  /** Values of the only group. */
  private alone: GroupTable;
  /** (group, values). */
  private grouped: GroupTable;
  /** Small integers with their group in one number. */
  private packed: GroupTable | null;
  /** Integers as long as their range is narrow; null for other values, and when it was not. */
  private bits: SeenBits | null;
  /** There are no groups: what is in `bits` is of all rows. */
  private whole = false;
  private ids = new Int32Array(0);
  private rows = new Int32Array(0);

  constructor(
    private readonly inner: Aggregator,
    readonly types: readonly FieldType[],
  ) {
    this.alone = new GroupTable(types, 'skip');
    this.grouped = new GroupTable([intType(), ...types], 'skip');
    const only = types.length === 1 ? evalType(types[0]!) : null;
    const integral = only === 'int' || only === 'decimal' || only === 'datetime' || only === 'duration';
    this.packed = integral ? new GroupTable([realType()], 'skip') : null;
    this.bits = integral ? new SeenBits() : null;
  }

  resize(groups: number): void {
    this.inner.resize(groups);
  }

  growth(rows: number): Generator<void> | null {
    return this.alone.growth(rows) ?? this.grouped.growth(rows) ?? this.packed?.growth(rows) ?? null;
  }

  update(ids: Int32Array | null, inputs: readonly Vector[], n: number, sel: Int32Array | null): void {
    const rows = sel === null ? n : sel.length;
    if (this.rows.length < rows) {
      this.rows = new Int32Array(rows);
      this.ids = new Int32Array(rows);
    }
    let kept: Int32Array;
    const seen = this.seen(ids, inputs[0]!, sel, rows);
    if (seen >= 0) kept = this.rows.subarray(0, seen);
    else if (ids === null) kept = this.fresh(this.alone, inputs, sel, rows, 0);
    else if (this.packed !== null && inputs[0]!.kind === 'num')
      kept = this.ofNumbers(ids, inputs[0] as NumVector, sel, rows);
    else kept = this.fresh(this.grouped, [new NumVector(ids, n), ...inputs], sel, rows, 0);
    if (kept.length > 0) this.inner.update(ids, inputs, n, kept);
  }

  /** How many rows `bits` finds to be the first with their value; -1 where others are to be asked. */
  private seen(ids: Int32Array | null, v: Vector, sel: Int32Array | null, n: number): number {
    if (this.bits === null) return -1;
    this.whole = ids === null;
    const m = v.kind === 'num' ? this.bits.add(ids, v, sel, n, this.rows) : -1;
    if (m < 0) this.leaveBits();
    return m;
  }

  /** From now on the tables know what was seen. */
  private leaveBits(): void {
    if (this.bits === null) return;
    const { ids, values } = this.bits.pairs();
    this.bits = null;
    const n = values.length;
    if (n === 0) return;
    const before = [this.rows, this.ids] as const;
    this.rows = new Int32Array(n);
    this.ids = new Int32Array(n);
    const v = new NumVector(values, n);
    if (this.whole) this.alone.assign([v], null, n, this.ids);
    else this.ofNumbers(ids, v, null, n);
    [this.rows, this.ids] = before;
  }

  /** Rows whose values their group (the only one when `ids` is null) has not seen, or that are NULL; nothing is added. */
  unseen(
    ids: Int32Array | null,
    inputs: readonly Vector[],
    n: number,
    sel: Int32Array | null,
  ): Int32Array {
    const rows = sel === null ? n : sel.length;
    const found = new Int32Array(rows);
    const first = inputs[0]!;
    if (this.bits !== null && first.kind !== 'num') this.leaveBits();
    if (this.bits !== null) this.bits.find(ids, first as NumVector, sel, rows, found);
    else if (ids === null) this.alone.find(inputs, sel, rows, found);
    else if (this.packed !== null && first.kind === 'num')
      this.findNumbers(ids, first as NumVector, sel, rows, found);
    else this.grouped.find([new NumVector(ids, n), ...inputs], sel, rows, found);
    const out = new Int32Array(rows);
    let m = 0;
    for (let k = 0; k < rows; k++) if (found[k]! < 0) out[m++] = sel === null ? k : sel[k]!;
    return out.subarray(0, m);
  }

  /** found[k] = -1 where the table has no such (group, number). */
  private findNumbers(
    ids: Int32Array,
    v: NumVector,
    sel: Int32Array | null,
    n: number,
    found: Int32Array,
  ): void {
    const { data, nulls } = v;
    const packed = new Float64Array(n);
    const absent = new Uint8Array(n);
    let large = false;
    for (let k = 0; k < n; k++) {
      const i = sel === null ? k : sel[k]!;
      const x = data[i]!;
      if (nulls !== null && nulls[i] === 1) absent[k] = 1;
      else if (ids[i]! < MAX_GROUP && x < MAX_VALUE && x >= -MAX_VALUE) packed[k] = x * MAX_GROUP + ids[i]!;
      else {
        absent[k] = 1;
        large = true;
      }
    }
    this.packed!.find([new NumVector(packed, n, absent)], null, n, found);
    if (!large) return;
    const others = new Int32Array(n);
    this.grouped.find([new NumVector(ids, ids.length), v], sel, n, others);
    for (let k = 0; k < n; k++) if (absent[k] === 1) found[k] = others[k]!;
  }

  /** Lets the values go: none of them will come again. */
  forget(): void {
    this.bits = null;
    this.alone = new GroupTable(this.types, 'skip');
    this.grouped = new GroupTable([intType(), ...this.types], 'skip');
    if (this.packed !== null) this.packed = new GroupTable([realType()], 'skip');
  }

  /** Rows whose keys the table has not seen, each once, behind the first `at` in `rows`. */
  private fresh(
    table: GroupTable,
    keys: readonly Vector[],
    sel: Int32Array | null,
    n: number,
    at: number,
  ): Int32Array {
    const known = table.size;
    const { ids, rows } = this;
    table.assign(keys, sel, n, ids);
    let m = at;
    if (table.size > known) {
      // New groups need not be numbered in the order of their rows: each takes its first row.
      const taken = new Uint8Array(table.size - known);
      for (let k = 0; k < n; k++) {
        const g = ids[k]! - known;
        if (g < 0 || taken[g] === 1) continue;
        taken[g] = 1;
        rows[m++] = sel === null ? k : sel[k]!;
      }
    }
    return rows.subarray(0, m);
  }

  /** Numbers that go into one with their group, and the others. */
  private ofNumbers(ids: Int32Array, v: NumVector, sel: Int32Array | null, n: number): Int32Array {
    const { data, nulls } = v;
    const packed = new Float64Array(n);
    const where = new Int32Array(n);
    let small = 0;
    const rest = new Int32Array(n);
    let large = 0;
    for (let k = 0; k < n; k++) {
      const i = sel === null ? k : sel[k]!;
      if (nulls !== null && nulls[i] === 1) continue;
      const x = data[i]!;
      const g = ids[i]!;
      if (g < MAX_GROUP && x < MAX_VALUE && x >= -MAX_VALUE) {
        packed[small] = x * MAX_GROUP + g;
        where[small++] = i;
      } else rest[large++] = i;
    }
    const kept = this.fresh(this.packed!, [new NumVector(packed, small)], null, small, 0);
    for (let k = 0; k < kept.length; k++) kept[k] = where[kept[k]!]!;
    if (large === 0) return kept;
    const others = rest.subarray(0, large);
    return this.fresh(this.grouped, [new NumVector(ids, ids.length), v], others, large, kept.length).sort();
  }

  result(from: number, to: number): Vector[] {
    return this.inner.result(from, to);
  }

  *resultSteps(from: number, to: number): Generator<void, Vector[]> {
    if (this.inner.resultSteps !== undefined) return yield* this.inner.resultSteps(from, to);
    return this.inner.result(from, to);
  }

  memory(): number {
    return this.inner.memory() + this.alone.bytes + this.grouped.bytes + (this.packed?.bytes ?? 0) + (this.bits?.bytes ?? 0);
  }
}
