import type { Vector } from '../../chunk/vector.js';
import { vectorOf } from '../../chunk/vector-builder.js';
import type { FieldType } from '../../types/field-type.js';
import { atOnce } from '../../types/steps.js';
import type { Aggregator } from './aggregator.js';
import { sortNumbers } from './sort-numbers.js';

type Value = number | bigint;

/**
 * APPROX_PERCENTILE(value, percentage) over numbers and times: the smallest value such that so many percent of the group's values
 * are not above it (nearest rank). NULLs do not count; other types give NULL.
 */
export class PercentileAggregator implements Aggregator {
  private readonly groups: Value[][] = [];
  private cells = 0;
  private isNumbers = true;

  constructor(
    private readonly type: FieldType,
    private readonly percentage: number,
    private readonly ordered: boolean,
  ) {}

  resize(groups: number): void {
    while (this.groups.length < groups) this.groups.push([]);
  }

  update(ids: Int32Array | null, inputs: readonly Vector[], n: number, sel: Int32Array | null): void {
    if (!this.ordered) return;
    const v = inputs[0]!;
    const rows = sel === null ? n : sel.length;
    for (let q = 0; q < rows; q++) {
      const i = sel === null ? q : sel[q]!;
      const d = v.get(i);
      if (d === null || d instanceof Uint8Array) continue;
      if (typeof d === 'bigint') this.isNumbers = false;
      this.groups[ids === null ? 0 : ids[i]!]!.push(d);
      this.cells++;
    }
  }

  result(from: number, to: number): Vector[] {
    return atOnce(this.resultSteps(from, to));
  }

  *resultSteps(from: number, to: number): Generator<void, Vector[]> {
    const out: (Value | null)[] = [];
    for (const values of this.groups.slice(from, to)) {
      const rank = Math.ceil((values.length * this.percentage) / 100) - 1;
      if (values.length === 0) out.push(null);
      else if (this.isNumbers) out.push((yield* sortNumbers(Float64Array.from(values as number[])))[rank]!);
      else out.push(values.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))[rank]!);
    }
    return [vectorOf(out, this.type)];
  }

  memory(): number {
    return this.groups.length * 32 + this.cells * 8;
  }
}
