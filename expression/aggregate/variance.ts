import type { Vector } from '../../chunk/vector.js';
import { NumVector } from '../../chunk/vector.js';
import { vectorOf } from '../../chunk/vector-builder.js';
import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import type { Aggregator } from './aggregator.js';
import { grown } from './aggregator.js';
import type { LoopBody } from './loop.js';
import { runLoop } from './loop.js';

/** Welford's recurrence (Knuth, TAOCP vol. 2, 4.2.2), as MySQL uses it; states merge by Chan's formula. */
const WELFORD: LoopBody = {
  name: 'welford',
  head: 'const cnt=S.counts,mean=S.mean,m2=S.m2;',
  grouped: 'const k=++cnt[g],d=x-mean[g];mean[g]+=d/k;m2[g]+=d*(x-mean[g]);',
  singleHead: 'let k=S.counts[0],m=S.mean[0],s=S.m2[0];',
  single: 'k++;const d=x-m;m+=d/k;s+=d*(x-m);',
  singleTail: 'S.counts[0]=k;S.mean[0]=m;S.m2[0]=s;',
};

export type VarianceKind = 'var_pop' | 'var_samp' | 'stddev_pop' | 'stddev_samp';

export class VarianceAggregator implements Aggregator {
  counts: Float64Array = new Float64Array(0);
  mean: Float64Array = new Float64Array(0);
  m2: Float64Array = new Float64Array(0);

  constructor(
    private readonly kind: VarianceKind,
    private readonly type: FieldType,
    private readonly overStates: boolean,
    private readonly partial: boolean,
  ) {}

  resize(groups: number): void {
    this.counts = grown(this.counts, groups);
    this.mean = grown(this.mean, groups);
    this.m2 = grown(this.m2, groups);
  }

  update(ids: Int32Array | null, inputs: readonly Vector[], n: number, sel: Int32Array | null): void {
    if (!this.overStates) {
      runLoop(WELFORD, this, inputs[0] as NumVector, ids, n, sel);
      return;
    }
    const [c, m, s] = inputs as [NumVector, NumVector, NumVector];
    const rows = sel === null ? n : sel.length;
    for (let q = 0; q < rows; q++) {
      const i = sel === null ? q : sel[q]!;
      this.combine(ids === null ? 0 : ids[i]!, c.data[i]!, m.data[i]!, s.data[i]!);
    }
  }

  private combine(g: number, count: number, mean: number, m2: number): void {
    if (count === 0) return;
    const n = this.counts[g]! + count;
    const d = mean - this.mean[g]!;
    this.m2[g]! += m2 + (d * d * this.counts[g]! * count) / n;
    this.mean[g]! += (d * count) / n;
    this.counts[g] = n;
  }

  result(from: number, to: number): Vector[] {
    if (this.partial) {
      return [this.counts, this.mean, this.m2].map((a) => new NumVector(a.slice(from, to), to - from));
    }
    const sample = this.kind.endsWith('samp');
    const out: Datum[] = [];
    for (let g = from; g < to; g++) {
      const n = this.counts[g]! - (sample ? 1 : 0);
      if (n <= 0) out.push(null);
      else out.push(this.kind.startsWith('std') ? Math.sqrt(this.m2[g]! / n) : this.m2[g]! / n);
    }
    return [vectorOf(out, this.type)];
  }

  memory(): number {
    return this.counts.byteLength * 3;
  }
}
