import type { Vector } from '../../chunk/vector.js';
import { vectorOf } from '../../chunk/vector-builder.js';
import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import type { Aggregator } from './aggregator.js';

/** FIRST_ROW (how group keys come out) and ANY_VALUE: the value of a group's first row, NULL or not. */
export class FirstRowAggregator implements Aggregator {
  private readonly values: Datum[] = [];
  private readonly taken: boolean[] = [];
  /** Groups below this all have their value. */
  private full = 0;
  private bytes = 0;

  constructor(private readonly type: FieldType) {}

  resize(groups: number): void {
    while (this.values.length < groups) {
      this.values.push(null);
      this.taken.push(false);
    }
  }

  update(ids: Int32Array | null, inputs: readonly Vector[], n: number, sel: Int32Array | null): void {
    const v = inputs[0]!;
    if (this.full === this.values.length) return;
    const rows = sel === null ? n : sel.length;
    for (let q = 0; q < rows; q++) {
      const i = sel === null ? q : sel[q]!;
      const g = ids === null ? 0 : ids[i]!;
      if (g < this.full || this.taken[g]) continue;
      this.take(g, v.get(i));
      while (this.full < this.taken.length && this.taken[this.full]) this.full++;
      if (this.full === this.values.length) return;
    }
  }

  private take(g: number, d: Datum): void {
    this.taken[g] = true;
    this.values[g] = d instanceof Uint8Array ? d.slice() : d;
    if (d instanceof Uint8Array) this.bytes += d.length + 64;
  }

  merge(other: Aggregator, map: Int32Array): void {
    const o = other as FirstRowAggregator;
    for (let j = 0; j < map.length; j++)
      if (o.taken[j] && !this.taken[map[j]!]) this.take(map[j]!, o.values[j]!);
  }

  result(from: number, to: number): Vector[] {
    return [vectorOf(this.values.slice(from, to), this.type)];
  }

  memory(): number {
    return this.values.length * 16 + this.bytes;
  }
}
