import type { Vector } from '../../chunk/vector.js';
import { NumVector } from '../../chunk/vector.js';
import type { Aggregator } from './aggregator.js';
import { grown } from './aggregator.js';

/** COUNT(*), COUNT(expr, …): rows in which no argument is NULL. Final: sums of counts. */
export class CountAggregator implements Aggregator {
  counts: Float64Array = new Float64Array(0);

  constructor(
    private readonly overStates: boolean,
    /** The arguments cannot be NULL, so that only rows count. */
    private readonly star: boolean,
  ) {}

  reserve(groups: number): void {
    this.counts = new Float64Array(groups);
  }

  resize(groups: number): void {
    this.counts = grown(this.counts, groups);
  }

  update(ids: Int32Array | null, inputs: readonly Vector[], n: number, sel: Int32Array | null): void {
    const c = this.counts;
    const rows = sel === null ? n : sel.length;
    if (this.overStates) {
      const v = inputs[0] as NumVector;
      for (let q = 0; q < rows; q++) {
        const i = sel === null ? q : sel[q]!;
        c[ids === null ? 0 : ids[i]!]! += v.data[i]!;
      }
      return;
    }
    const nullable = this.star ? [] : inputs.filter((v) => v.nulls !== null);
    if (nullable.length === 0) {
      if (ids === null) c[0]! += rows;
      else if (sel === null) for (let i = 0; i < n; i++) c[ids[i]!]!++;
      else for (let q = 0; q < rows; q++) c[ids[sel[q]!]!]!++;
      return;
    }
    if (nullable.length === 1) {
      const nulls = nullable[0]!.nulls!;
      for (let q = 0; q < rows; q++) {
        const i = sel === null ? q : sel[q]!;
        if (nulls[i] !== 1) c[ids === null ? 0 : ids[i]!]!++;
      }
      return;
    }
    for (let q = 0; q < rows; q++) {
      const i = sel === null ? q : sel[q]!;
      let ok = true;
      for (const v of nullable) if (v.nulls![i] === 1) ok = false;
      if (ok) c[ids === null ? 0 : ids[i]!]!++;
    }
  }

  /** Whether every row counts. */
  countsRows(inputs: readonly Vector[]): boolean {
    return !this.overStates && (this.star || inputs.every((v) => v.nulls === null));
  }

  result(from: number, to: number): Vector[] {
    return [new NumVector(this.counts.slice(from, to), to - from)];
  }

  memory(): number {
    return this.counts.byteLength;
  }
}
