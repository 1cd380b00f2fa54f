import type { Datum } from '../types/datum.js';
import type { Bucket } from './table-statistics.js';

export interface HistogramParts {
  readonly topN: readonly { readonly value: Datum; readonly count: number }[];
  readonly buckets: readonly Bucket[];
}

/** Values compared at once. */
const STEP = 1 << 10;

/** What the sample stands for. */
export interface Population {
  /** Rows of the table that are not NULL in the column. */
  readonly rows: number;
  readonly nulls: number;
  readonly ndv: number;
}

/**
 * TopN and an equal-depth histogram of the values that are not in it, from a sorted sample without NULLs. Of a sample that is
 * not the whole table only values come into TopN that are more frequent than an ordinary value may be by chance: beyond two
 * standard deviations of the hypergeometric distribution. Made in steps.
 */
export function* buildHistogram(
  sorted: readonly Datum[],
  compare: (a: Datum, b: Datum) => number,
  population: Population,
  maxTopN: number,
  maxBuckets: number,
): Generator<void, HistogramParts> {
  const n = sorted.length;
  if (n === 0) return { topN: [], buckets: [] };
  const values: Datum[] = [];
  const counts: number[] = [];
  for (const [i, v] of sorted.entries()) {
    if ((i & (STEP - 1)) === STEP - 1) yield;
    const last = values.length - 1;
    if (last >= 0 && compare(values[last]!, v) === 0) counts[last]!++;
    else {
      values.push(v);
      counts.push(1);
    }
  }
  yield;
  const factor = population.rows / n;
  const frequent = prune(mostFrequent(counts, maxTopN), n, population, values.length).sort(
    (a, b) => a.i - b.i,
  );
  const topN = frequent.map((x) => ({ value: values[x.i]!, count: Math.round(x.count * factor) }));
  if (topN.length === values.length && factor <= 1) return { topN, buckets: [] };
  const inTop = new Set(frequent.map((x) => x.i));
  let inTopRows = 0;
  for (const x of frequent) inTopRows += x.count;
  const restRows = Math.max(0, population.rows - topN.reduce((sum, t) => sum + t.count, 0));
  const rest = n - inTopRows;
  if (rest === 0) return { topN, buckets: [] };
  yield;
  return {
    topN,
    buckets: equalDepth(values, counts, inTop, rest, restRows, population.ndv - topN.length, maxBuckets),
  };
}

interface Frequent {
  readonly count: number;
  readonly i: number;
}

/** The `most` values seen most often, the first of those seen equally often; sorted as numbers, without calls. */
function mostFrequent(counts: readonly number[], most: number): Frequent[] {
  const n = counts.length;
  const keys = new Float64Array(n);
  for (let i = 0; i < n; i++) keys[i] = counts[i]! * n + (n - 1 - i);
  keys.sort();
  return Array.from(keys.subarray(Math.max(0, n - most)).reverse(), (key) => ({
    count: Math.floor(key / n),
    i: n - 1 - (key % n),
  }));
}

function prune(top: Frequent[], n: number, p: Population, sampleNdv: number): Frequent[] {
  const total = p.rows + p.nulls;
  if (n >= p.rows || top.length >= Math.max(p.ndv, sampleNdv) || total <= 1) return top;
  let sum = 0;
  for (const t of top) sum += t.count;
  let kept = top.length;
  while (kept > 0) {
    const least = top[kept - 1]!.count;
    sum -= least;
    const others = Math.max(1, p.ndv - (kept - 1));
    const share = Math.min(1, Math.max(0, 1 - sum / n)) / others;
    const k = (p.rows * least) / n;
    const variance = (n * k * (p.rows - k) * (p.rows - n)) / (p.rows * p.rows * Math.max(1, p.rows - 1));
    if (least > share * n + 2 * Math.sqrt(Math.max(0, variance)) + 0.5) break;
    kept--;
  }
  return top.slice(0, kept);
}

function equalDepth(
  values: readonly Datum[],
  counts: readonly number[],
  inTop: ReadonlySet<number>,
  sampleRows: number,
  rows: number,
  ndv: number,
  maxBuckets: number,
): Bucket[] {
  const factor = rows / sampleRows;
  // A value seen once in a sample may stand for no more rows than an average value has.
  const once = Math.max(1, Math.min(factor, rows / Math.max(1, ndv)));
  // With the room of one more value there are never more buckets than asked for.
  const depth = rows / maxBuckets + factor;
  const buckets: { lower: Datum; upper: Datum; cumulative: number; repeat: number; ndv: number }[] = [];
  let seen = 0;
  let before = 0;
  for (let i = 0; i < values.length; i++) {
    if (inTop.has(i)) continue;
    const c = counts[i]!;
    seen += c;
    const total = seen * factor;
    const repeat = c === 1 ? once : c * factor;
    const last = buckets[buckets.length - 1];
    if (last === undefined || total - before > depth) {
      before = last?.cumulative ?? 0;
      buckets.push({ lower: values[i]!, upper: values[i]!, cumulative: total, repeat, ndv: 0 });
    } else {
      last.upper = values[i]!;
      last.cumulative = total;
      last.repeat = repeat;
    }
  }
  return buckets.map((b) => ({
    ...b,
    cumulative: Math.round(b.cumulative),
    repeat: Math.max(1, Math.round(b.repeat)),
  }));
}
