import type { Datum } from '../types/datum.js';
import type { Bucket } from './table-statistics.js';

export interface HistogramParts {
  readonly topN: readonly { readonly value: Datum; readonly count: number }[];
  readonly buckets: readonly Bucket[];
}

/**
 * TopN and an equal-depth histogram of a sorted sample without NULLs. A value comes into TopN when it is more frequent than
 * an average bucket would hold of it; counts are scaled by `factor` from the sample to the table.
 */
export function buildHistogram(
  sorted: readonly Datum[],
  compare: (a: Datum, b: Datum) => number,
  factor: number,
  maxTopN: number,
  maxBuckets: number,
): HistogramParts {
  const values: Datum[] = [];
  const counts: number[] = [];
  for (const v of sorted) {
    const last = values.length - 1;
    if (last >= 0 && compare(values[last]!, v) === 0) counts[last]!++;
    else {
      values.push(v);
      counts.push(1);
    }
  }
  const average = sorted.length / Math.max(1, values.length);
  const few = values.length <= maxTopN;
  const frequent = counts
    .map((count, i) => ({ count, i }))
    .filter((x) => few || (x.count > 1 && x.count > average * 1.5))
    .sort((a, b) => b.count - a.count || a.i - b.i)
    .slice(0, maxTopN);
  const inTop = new Set(frequent.map((x) => x.i));
  const topN = frequent.map((x) => ({ value: values[x.i]!, count: Math.round(x.count * factor) }));
  let rest = 0;
  counts.forEach((c, i) => {
    if (!inTop.has(i)) rest += c;
  });
  const depth = Math.max(1, rest / maxBuckets);
  const buckets: { lower: Datum; upper: Datum; rows: number; repeat: number; ndv: number }[] = [];
  for (let i = 0; i < values.length; i++) {
    if (inTop.has(i)) continue;
    const last = buckets[buckets.length - 1];
    const c = counts[i]!;
    if (last === undefined || last.rows + c > depth) {
      buckets.push({ lower: values[i]!, upper: values[i]!, rows: c, repeat: c, ndv: 1 });
    } else {
      last.upper = values[i]!;
      last.rows += c;
      last.repeat = c;
      last.ndv++;
    }
  }
  let cumulative = 0;
  return {
    topN,
    buckets: buckets.map((b) => {
      cumulative += b.rows * factor;
      return {
        lower: b.lower,
        upper: b.upper,
        cumulative: Math.round(cumulative),
        repeat: Math.max(1, Math.round(b.repeat * factor)),
        ndv: b.ndv,
      };
    }),
  };
}
