import type { Datum } from '../types/datum.js';
import type { ColumnStatistics } from './table-statistics.js';

/** Order of two non-NULL values of the column. */
export type CompareDatums = (a: Datum, b: Datum) => number;

/** Rows counted in the histogram and TopN: what the statistics know of. */
export function knownRows(c: ColumnStatistics): number {
  let n = c.nullCount;
  for (const t of c.topN) n += t.count;
  const last = c.buckets[c.buckets.length - 1];
  return n + (last?.cumulative ?? 0);
}

/** Factor from the rows ANALYZE saw to the rows the table has now. */
const growth = (c: ColumnStatistics, rowCount: number): number => {
  const known = knownRows(c);
  return known > 0 ? rowCount / known : 1;
};

/** Share of rows that a value outside of everything seen may have: newest values of a growing key are not zero rows. */
function outOfRange(c: ColumnStatistics, rowCount: number, modified: number): number {
  return Math.min(rowCount / Math.max(1, c.ndv), Math.max(1, modified));
}

/** Rows equal to a value. */
export function equalRows(
  c: ColumnStatistics,
  rowCount: number,
  modified: number,
  value: Datum,
  compare: CompareDatums,
): number {
  if (value === null) return c.nullCount * growth(c, rowCount);
  for (const t of c.topN) if (compare(t.value, value) === 0) return t.count * growth(c, rowCount);
  const { buckets } = c;
  const i = bucketOf(c, value, compare);
  if (i === null) {
    const last = buckets[buckets.length - 1];
    const beyond =
      last !== undefined && (compare(value, last.upper) > 0 || compare(value, buckets[0]!.lower) < 0);
    return beyond || buckets.length === 0 ? outOfRange(c, rowCount, modified) : 0.5;
  }
  const b = buckets[i]!;
  if (compare(b.upper, value) === 0 && b.repeat > 0) return b.repeat * growth(c, rowCount);
  return restPerValue(c) * growth(c, rowCount);
}

/** Rows of an average value that is not in TopN. */
function restPerValue(c: ColumnStatistics): number {
  const last = c.buckets[c.buckets.length - 1];
  const ndv = Math.max(1, c.ndv - c.topN.length);
  return Math.max(0.5, (last?.cumulative ?? 0) / ndv);
}

/** Index of the bucket that holds a value; null when it falls between or outside. */
function bucketOf(c: ColumnStatistics, value: Datum, compare: CompareDatums): number | null {
  let lo = 0;
  let hi = c.buckets.length - 1;
  while (lo <= hi) {
    const mid = (lo + hi) >> 1;
    const b = c.buckets[mid]!;
    if (compare(value, b.lower) < 0) hi = mid - 1;
    else if (compare(value, b.upper) > 0) lo = mid + 1;
    else return mid;
  }
  return null;
}

/** Rows between two ends; undefined is open. Ends are non-NULL, NULL rows are never counted. */
export function rangeRows(
  c: ColumnStatistics,
  rowCount: number,
  modified: number,
  low: { readonly value: Datum; readonly exclusive: boolean } | undefined,
  high: { readonly value: Datum; readonly exclusive: boolean } | undefined,
  compare: CompareDatums,
): number {
  let rows = 0;
  for (const t of c.topN) {
    const l = low === undefined ? 1 : compare(t.value, low.value);
    const h = high === undefined ? -1 : compare(t.value, high.value);
    if ((l > 0 || (l === 0 && !low!.exclusive)) && (h < 0 || (h === 0 && !high!.exclusive))) rows += t.count;
  }
  const below = (value: Datum, inclusive: boolean): number => {
    let before = 0;
    for (const b of c.buckets) {
      if (compare(value, b.lower) < 0) break;
      const size = b.cumulative - before;
      const atUpper = compare(value, b.upper);
      if (atUpper > 0) {
        before = b.cumulative;
        continue;
      }
      if (atUpper === 0) return inclusive ? b.cumulative : b.cumulative - b.repeat;
      return before + (size - b.repeat) * fraction(b.lower, b.upper, value);
    }
    return before;
  };
  const last = c.buckets[c.buckets.length - 1];
  const total = last?.cumulative ?? 0;
  const upTo = high === undefined ? total : below(high.value, !high.exclusive);
  const from = low === undefined ? 0 : below(low.value, low.exclusive);
  rows += Math.max(0, upTo - from);
  rows *= growth(c, rowCount);
  // Beyond the last value seen rows may have come since.
  if (rows < 1 && modified > 0) rows = Math.min(modified, outOfRange(c, rowCount, modified));
  return Math.min(rowCount, rows);
}

/** Position of a value between two others, 0 to 1, linear on numbers and on the bytes behind a common prefix. */
export function fraction(low: Datum, high: Datum, value: Datum): number {
  if (low instanceof Uint8Array && high instanceof Uint8Array && value instanceof Uint8Array) {
    let p = 0;
    while (p < low.length && p < high.length && low[p] === high[p]) p++;
    const num = (b: Uint8Array): number => {
      let n = 0;
      for (let i = 0; i < 6; i++) n = n * 256 + (b[p + i] ?? 0);
      return n;
    };
    const l = num(low);
    const h = num(high);
    return h > l ? clamp((num(value) - l) / (h - l)) : 0.5;
  }
  const l = Number(low);
  const h = Number(high);
  return h > l ? clamp((Number(value) - l) / (h - l)) : 0.5;
}

const clamp = (x: number): number => (x < 0 ? 0 : x > 1 ? 1 : x);
