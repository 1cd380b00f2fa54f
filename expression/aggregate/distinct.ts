import type { Vector } from '../../chunk/vector.js';
import { collationOf } from '../../types/collation.js';
import type { FieldType } from '../../types/field-type.js';
import type { Aggregator } from './aggregator.js';

type Key = number | bigint | string;

/** Passes on the first row of each (group, values); rows with a NULL argument are dropped. */
export class DistinctAggregator implements Aggregator {
  private readonly sets: (Set<Key> | null)[] = [];
  private size = 0;

  constructor(
    private readonly inner: Aggregator,
    private readonly types: readonly FieldType[],
  ) {}

  resize(groups: number): void {
    this.inner.resize(groups);
    while (this.sets.length < groups) this.sets.push(null);
  }

  update(ids: Int32Array | null, inputs: readonly Vector[], n: number, sel: Int32Array | null): void {
    const rows = sel === null ? n : sel.length;
    const keep = new Int32Array(rows);
    let kept = 0;
    const single = inputs.length === 1 ? inputs[0]! : null;
    for (let q = 0; q < rows; q++) {
      const i = sel === null ? q : sel[q]!;
      let key: Key | null;
      if (single !== null && single.kind === 'num') {
        key = single.nulls !== null && single.nulls[i] === 1 ? null : single.data[i]!;
      } else if (single !== null) {
        key = this.keyOf(single, 0, i);
      } else {
        key = '';
        for (let c = 0; c < inputs.length; c++) {
          const k = this.keyOf(inputs[c]!, c, i);
          if (k === null) {
            key = null;
            break;
          }
          const t = String(k);
          key += `${t.length}:${t}`;
        }
      }
      if (key === null) continue;
      const g = ids === null ? 0 : ids[i]!;
      let s = this.sets[g]!;
      if (s === null) s = this.sets[g] = new Set();
      const before = s.size;
      s.add(key);
      if (s.size !== before) {
        keep[kept++] = i;
        this.size++;
      }
    }
    if (kept > 0) this.inner.update(ids, inputs, n, keep.subarray(0, kept));
  }

  private keyOf(v: Vector, column: number, i: number): Key | null {
    const d = v.get(i);
    if (d instanceof Uint8Array)
      return Buffer.from(collationOf(this.types[column]!).sortKey(d)).toString('latin1');
    return d;
  }

  merge(): void {
    throw new Error('states of DISTINCT aggregates are not merged');
  }

  result(from: number, to: number): Vector[] {
    return this.inner.result(from, to);
  }

  memory(): number {
    return this.inner.memory() + this.size * 40 + this.sets.length * 64;
  }
}
