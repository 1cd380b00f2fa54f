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

/** Factor from the rows ANALYZE saw to the rows the table has now, for values that it saw. */
const growth = (c: ColumnStatistics, rowCount: number): number => {
  // Feedback tells of parts of the table; what grows at its end stays as it was before that.
  if (c.statsVer === 0 || isGrowing(c, rowCount)) return 1;
  const known = knownRows(c);
  return known > 0 ? rowCount / known : 1;
};

/** Correlation with the handle, and distinct values, from which new values are taken to lie beyond all that were seen. */
const GROWING = { correlation: 0.95, ndv: 100 } as const;

/** Whether the column's values are such as grow with the handle: counters, times. */
export const growsWithHandle = (c: ColumnStatistics): boolean =>
  c.correlation >= GROWING.correlation &&
  c.ndv > GROWING.ndv &&
  c.statsVer !== 0 &&
  typeof c.buckets[c.buckets.length - 1]?.upper === 'number';

/** Whether the table has more rows than ANALYZE saw, and the column grows. */
const isGrowing = (c: ColumnStatistics, rowCount: number): boolean =>
  growsWithHandle(c) && rowCount > knownRows(c);

/**
 * Rows of a growing column that came since ANALYZE and lie in a range: they begin at the greatest value seen and are as dense as
 * those before. Where the greatest value that there is now lies farther out, they came either more slowly, and are spread over all
 * of that ground, or after a gap, and end there: the estimate is the larger one.
 */
function appendedRows(
  c: ColumnStatistics,
  rowCount: number,
  low: RangeEnd | undefined,
  high: RangeEnd | undefined,
  compare: CompareDatums,
): number {
  const ends = bounds(c, compare);
  if (ends === null) return 0;
  const [min, max] = [Number(ends[0]), Number(ends[1])];
  const known = knownRows(c);
  const appended = rowCount - known;
  const width = ((max - min) * appended) / Math.max(1, known - c.nullCount);
  const within = (begin: number, end: number): number => {
    const from = low === undefined ? begin : Math.max(begin, Number(low.value));
    const to = high === undefined ? end : Math.min(end, Number(high.value));
    return end > begin && to > from ? (appended * (to - from)) / (end - begin) : 0;
  };
  const { newest } = c;
  if (newest === undefined || newest <= max) return within(max, max + width);
  return Math.max(within(max, newest), within(Math.max(max, newest - width), newest));
}

/** Rows that were added, as far as that is known: changes that made the table larger, or replaced its rows. */
const addedRows = (c: ColumnStatistics, rowCount: number, modified: number): number =>
  Math.max(Math.min(modified, Math.max(0, rowCount - knownRows(c))), Math.min(modified, rowCount) * 0.1);

/** Rows that a value outside of everything seen may have: newest values of a growing key are not zero rows. */
function outOfRange(c: ColumnStatistics, rowCount: number, modified: number): number {
  return Math.min(rowCount / Math.max(1, c.ndv), Math.max(1, modified));
}

/** Whether nothing is left out: TopN holds every value there was. */
const complete = (c: ColumnStatistics): boolean => c.buckets.length === 0 && c.topN.length >= c.ndv;

/** Rows equal to a value. `hash` gives the value's place in the CM-sketch. */
export function equalRows(
  c: ColumnStatistics,
  rowCount: number,
  modified: number,
  value: Datum,
  compare: CompareDatums,
  hash?: (value: Datum) => number,
): number {
  const grown = growth(c, rowCount);
  if (value === null) return c.nullCount * grown;
  const top = inTopN(c, value, compare);
  if (top !== null) return top * grown;
  const { buckets } = c;
  if (c.statsVer === 0) return unseenRows(c, rowCount, value, hash);
  const i = bucketOf(c, value, compare);
  if (i === null) {
    const last = buckets[buckets.length - 1];
    const beyond =
      last !== undefined && (compare(value, last.upper) > 0 || compare(value, buckets[0]!.lower) < 0);
    if (complete(c) && modified === 0) return 0;
    return beyond || buckets.length === 0 ? outOfRange(c, rowCount, modified) : 0.5;
  }
  const b = buckets[i]!;
  if (compare(b.upper, value) === 0 && b.repeat > 0) return b.repeat * grown;
  if (c.cms !== null && c.cms !== undefined && hash !== undefined) {
    const counted = c.cms.query(hash(value));
    if (counted > 0 || c.statsVer === 1) return Math.max(0.5, counted * grown);
  }
  return restPerValue(c) * grown;
}

/** Rows of a value that is none of the frequent ones, of statistics that stem from feedback alone. */
function unseenRows(
  c: ColumnStatistics,
  rowCount: number,
  value: Datum,
  hash: ((value: Datum) => number) | undefined,
): number {
  if (c.cms !== null && c.cms !== undefined && hash !== undefined) {
    const counted = c.cms.query(hash(value));
    if (counted > 0) return counted;
  }
  return c.ndv > 0 ? rowCount / c.ndv : rowCount / 1000;
}

/** Whether feedback told of any part of a range. Statistics of an ANALYZE tell of all. */
export function isKnownRange(
  c: ColumnStatistics,
  low: RangeEnd | undefined,
  high: RangeEnd | undefined,
  compare: CompareDatums,
): boolean {
  if (c.statsVer !== 0) return true;
  return c.buckets.some(
    (b) =>
      (low === undefined || compare(b.upper, low.value) > 0) &&
      (high === undefined || compare(b.lower, high.value) < 0),
  );
}

/** Count of a value in TopN (ascending by value); null when it is not there. */
function inTopN(c: ColumnStatistics, value: Datum, compare: CompareDatums): number | null {
  let lo = 0;
  let hi = c.topN.length - 1;
  while (lo <= hi) {
    const mid = (lo + hi) >> 1;
    const order = compare(value, c.topN[mid]!.value);
    if (order === 0) return c.topN[mid]!.count;
    if (order < 0) hi = mid - 1;
    else lo = mid + 1;
  }
  return null;
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

/** One end of a range. */
export interface RangeEnd {
  readonly value: Datum;
  readonly exclusive: boolean;
}

/** Rows between two ends; undefined is open. Ends are non-NULL, NULL rows are never counted. */
export function rangeRows(
  c: ColumnStatistics,
  rowCount: number,
  modified: number,
  low: RangeEnd | undefined,
  high: RangeEnd | undefined,
  compare: CompareDatums,
): number {
  let rows = 0;
  for (const t of c.topN) {
    const l = low === undefined ? 1 : compare(t.value, low.value);
    const h = high === undefined ? -1 : compare(t.value, high.value);
    if ((l > 0 || (l === 0 && !low!.exclusive)) && (h < 0 || (h === 0 && !high!.exclusive))) rows += t.count;
  }
  const total = c.buckets[c.buckets.length - 1]?.cumulative ?? 0;
  const upTo = high === undefined ? total : rowsBelow(c, high.value, !high.exclusive, compare);
  const from = low === undefined ? 0 : rowsBelow(c, low.value, low.exclusive, compare);
  rows += Math.max(0, upTo - from);
  rows *= growth(c, rowCount);
  if (c.statsVer === 0) return Math.min(rowCount, rows + unknownRows(c, rowCount, low, high, compare));
  if (isGrowing(c, rowCount)) {
    rows += appendedRows(c, rowCount, low, high, compare);
    return Math.min(rowCount, rows < 1 ? outOfRange(c, rowCount, modified) : rows);
  }
  // Beyond the last value seen rows may have come since: a share of the new ones by how far the range reaches out.
  const added = addedRows(c, rowCount, modified);
  if (added > 0) {
    const outside = reach(c, low, high, compare);
    if (outside > 0) rows = Math.max(rows, added * outside);
  }
  if (rows < 1 && modified > 0) rows = Math.min(modified, outOfRange(c, rowCount, modified));
  return Math.min(rowCount, rows);
}

/** Share taken of the rows that feedback told nothing of, for an end that lies in the unknown. */
const UNKNOWN_SHARE = 1 / 40;

/** Rows of a range where it reaches beyond the ground that feedback told of; an open end was told of if its side was at all. */
function unknownRows(
  c: ColumnStatistics,
  rowCount: number,
  low: RangeEnd | undefined,
  high: RangeEnd | undefined,
  compare: CompareDatums,
): number {
  const first = c.buckets[0];
  const last = c.buckets[c.buckets.length - 1];
  if (first === undefined || last === undefined) return 0;
  const below = low !== undefined && compare(low.value, first.lower) < 0 ? UNKNOWN_SHARE : 0;
  const above = high !== undefined && compare(high.value, last.upper) > 0 ? UNKNOWN_SHARE : 0;
  return Math.max(0, rowCount - knownRows(c)) * (below + above);
}

/** Rows of the histogram below a value, or up to and with it. */
function rowsBelow(c: ColumnStatistics, value: Datum, inclusive: boolean, compare: CompareDatums): number {
  const { buckets } = c;
  let lo = 0;
  let hi = buckets.length - 1;
  // The first bucket that does not end before the value.
  while (lo <= hi) {
    const mid = (lo + hi) >> 1;
    if (compare(value, buckets[mid]!.upper) > 0) lo = mid + 1;
    else hi = mid - 1;
  }
  const before = lo === 0 ? 0 : buckets[lo - 1]!.cumulative;
  const b = buckets[lo];
  if (b === undefined || compare(value, b.lower) < 0) return before;
  if (compare(value, b.upper) === 0) return inclusive ? b.cumulative : b.cumulative - b.repeat;
  return before + (b.cumulative - before - b.repeat) * fraction(b.lower, b.upper, value);
}

/**
 * How much of the ground outside the values seen a range covers, 0 to 1: new rows are taken to fall as far beyond an end as the
 * values seen are wide, fewer the farther out, and on both sides alike.
 */
function reach(
  c: ColumnStatistics,
  low: RangeEnd | undefined,
  high: RangeEnd | undefined,
  compare: CompareDatums,
): number {
  const ends = bounds(c, compare);
  if (ends === null) return 1;
  const [min, max] = ends;
  const above = high === undefined || compare(high.value, max) > 0;
  const below = low === undefined || compare(low.value, min) < 0;
  if (!above && !below) return 0;
  const width = widthOf(min, max);
  let share = 0;
  if (above) {
    const from = low === undefined || compare(low.value, max) <= 0 ? 0 : distance(max, low.value, width);
    const to = high === undefined ? 1 : distance(max, high.value, width);
    share += 0.5 * Math.max(0, (1 - from) ** 2 - (1 - to) ** 2);
  }
  if (below) {
    const from = high === undefined || compare(high.value, min) >= 0 ? 0 : distance(min, high.value, width);
    const to = low === undefined ? 1 : distance(min, low.value, width);
    share += 0.5 * Math.max(0, (1 - from) ** 2 - (1 - to) ** 2);
  }
  return share;
}

/** Width of what is known; 1 where it cannot be told. */
const widthOf = (min: Datum, max: Datum): number =>
  min instanceof Uint8Array || max instanceof Uint8Array ? 1 : Math.abs(Number(max) - Number(min)) || 1;

/** Distance of a value beyond an edge, in widths of what is known, at most 1; of strings nothing is known. */
function distance(edge: Datum, value: Datum, width: number): number {
  if (value instanceof Uint8Array || edge instanceof Uint8Array) return 0;
  return Math.min(1, Math.abs(Number(value) - Number(edge)) / width);
}

/** Least and greatest value seen; null when there is none. */
function bounds(c: ColumnStatistics, compare: CompareDatums): readonly [Datum, Datum] | null {
  const { topN, buckets } = c;
  const lows = [topN[0]?.value, buckets[0]?.lower].filter((v) => v !== undefined);
  const highs = [topN[topN.length - 1]?.value, buckets[buckets.length - 1]?.upper].filter(
    (v) => v !== undefined,
  );
  if (lows.length === 0) return null;
  const min = lows.length === 1 || compare(lows[0]!, lows[1]!) <= 0 ? lows[0]! : lows[1]!;
  const max = highs.length === 1 || compare(highs[0]!, highs[1]!) >= 0 ? highs[0]! : highs[1]!;
  return [min, max];
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
