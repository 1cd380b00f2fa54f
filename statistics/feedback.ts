import type { Datum } from '../types/datum.js';
import { CmSketch } from './cm-sketch.js';
import { knownRows, type CompareDatums, type RangeEnd } from './estimate.js';
import { fitted } from './range-fit.js';
import type { Bucket, ColumnStatistics } from './table-statistics.js';

/** Rows that a statement met in a range of a column or index. */
export interface RangeFeedback {
  readonly part: 'column' | 'index';
  /** Id of the column or index. */
  readonly id: number;
  /** Undefined: open. NULLs are not in the range. */
  readonly low: RangeEnd | undefined;
  readonly high: RangeEnd | undefined;
  readonly rows: number;
}

/** What the correction needs to know of the column. */
export interface FeedbackColumn {
  readonly compare: CompareDatums;
  /** Place of a value in the CM-sketch. */
  readonly hash: (v: Datum) => number;
  /** Rows of the table now. */
  readonly rowCount: number;
  /** Whether values are bytes. */
  readonly bytes: boolean;
}

const MAX_TOPN = 100;
/** Ranges that are remembered; when there are more, the older half is left to the histogram that they made. */
const MAX_RANGES = 64;
/** A range that holds another one has at least its rows, unless rows came or went in between. */
const CONTRADICTION = 1.2;

/** Statistics of a column of which nothing is known yet. */
const UNKNOWN: ColumnStatistics = {
  ndv: 0,
  nullCount: 0,
  avgSize: 8,
  correlation: 0,
  topN: [],
  buckets: [],
  cms: null,
  statsVer: 0,
};

/**
 * Statistics of a column or index, corrected by what statements met. A single value's rows go to TopN when they are among
 * the most, else into the CM-sketch; ranges are remembered, and the histogram is fitted to all of them at once.
 */
export class CorrectedPart {
  private ranges: RangeFeedback[] = [];
  /** What is known without the ranges; single values are in it. */
  private base: ColumnStatistics;
  /** The statistics as they are now: whoever finds others in their place begins anew. */
  current: ColumnStatistics;

  constructor(before: ColumnStatistics | undefined) {
    this.base = before ?? UNKNOWN;
    this.current = this.base;
  }

  correct(found: readonly RangeFeedback[], column: FeedbackColumn): ColumnStatistics {
    for (const f of found) {
      const value = pointOf(f, column.compare);
      if (value === undefined) this.remember(f, column.compare);
      else this.base = pointCorrected(this.base, value, this.scaled(f.rows, column), column);
    }
    this.current = { ...this.base, buckets: this.fitted(column) };
    if (this.ranges.length > MAX_RANGES) {
      this.ranges = this.ranges.slice(this.ranges.length >> 1);
      this.base = this.current;
    }
    return this.current;
  }

  /** Statistics of an ANALYZE count the rows there were then. */
  private scaled(rows: number, column: FeedbackColumn): number {
    if (this.base.statsVer === 0) return rows;
    const known = knownRows(this.base);
    return known > 0 ? (rows * known) / Math.max(1, column.rowCount) : rows;
  }

  /** Forgets older ranges that this one proves wrong. */
  private remember(f: RangeFeedback, compare: CompareDatums): void {
    this.ranges = this.ranges.filter((r) => {
      const inner = holds(f, r, compare);
      const outer = holds(r, f, compare);
      if (inner && outer) return false;
      if (inner) return r.rows <= f.rows * CONTRADICTION;
      return !outer || f.rows <= r.rows * CONTRADICTION;
    });
    this.ranges.push(f);
  }

  private fitted(column: FeedbackColumn): readonly Bucket[] {
    const { base, ranges } = this;
    if (ranges.length === 0) return base.buckets;
    const { compare, bytes } = column;
    let frequent = base.nullCount;
    for (const t of base.topN) frequent += t.count;
    return fitted(
      base.buckets,
      ranges.map((r) => ({
        low: r.low?.value,
        high: r.high?.value,
        rows: Math.max(0, this.scaled(r.rows, column) - frequentRows(base, r, compare)),
      })),
      {
        compare,
        bytes,
        rows: Math.max(1, this.scaled(column.rowCount, column) - frequent),
        complete: base.statsVer !== 0,
      },
    );
  }
}

/** Whether the outer range has all of the inner one. */
function holds(outer: RangeFeedback, inner: RangeFeedback, compare: CompareDatums): boolean {
  const from = (r: RangeEnd, i: RangeEnd | undefined): boolean => {
    if (i === undefined) return false;
    const order = compare(r.value, i.value);
    return order < 0 || (order === 0 && (!r.exclusive || i.exclusive));
  };
  const to = (r: RangeEnd, i: RangeEnd | undefined): boolean => {
    if (i === undefined) return false;
    const order = compare(r.value, i.value);
    return order > 0 || (order === 0 && (!r.exclusive || i.exclusive));
  };
  return (
    (outer.low === undefined || from(outer.low, inner.low)) &&
    (outer.high === undefined || to(outer.high, inner.high))
  );
}

/** The value that a range is about if it is one alone. */
function pointOf({ low, high }: RangeFeedback, compare: CompareDatums): Datum | undefined {
  if (low === undefined || high === undefined || low.exclusive || high.exclusive) return undefined;
  return compare(low.value, high.value) === 0 ? low.value : undefined;
}

/** Rows of the frequent values in a range. */
function frequentRows(c: ColumnStatistics, { low, high }: RangeFeedback, compare: CompareDatums): number {
  let rows = 0;
  for (const t of c.topN) {
    const l = low === undefined ? 1 : compare(t.value, low.value);
    const h = high === undefined ? -1 : compare(t.value, high.value);
    if ((l > 0 || (l === 0 && !low!.exclusive)) && (h < 0 || (h === 0 && !high!.exclusive))) rows += t.count;
  }
  return rows;
}

function pointCorrected(
  c: ColumnStatistics,
  value: Datum,
  rows: number,
  column: FeedbackColumn,
): ColumnStatistics {
  const { compare } = column;
  const at = c.topN.findIndex((t) => compare(t.value, value) === 0);
  const others = c.topN.filter((_, i) => i !== at);
  const least = others.reduce((m, t) => Math.min(m, t.count), Infinity);
  let topN = others;
  let { cms } = c;
  let displaced: { value: Datum; count: number } | null = null;
  if (others.length < MAX_TOPN || rows > least) {
    if (others.length >= MAX_TOPN) {
      displaced = others.find((t) => t.count === least)!;
      topN = others.filter((t) => t !== displaced);
    }
    topN = [...topN, { value, count: rows }].sort((a, b) => compare(a.value, b.value));
  } else displaced = { value, count: rows };
  if (displaced !== null) {
    cms = cms === null || cms === undefined ? new CmSketch() : cms.copy();
    cms.correct(column.hash(displaced.value), displaced.count);
  }
  // A value that moves from the buckets to TopN is no longer counted there.
  const moved = at < 0 && topN.length > others.length;
  const next = {
    ...c,
    topN,
    cms: cms ?? null,
    buckets: moved ? without(c.buckets, value, rows, compare) : c.buckets,
  };
  return (c.statsVer ?? 2) > 0 ? next : { ...next, ndv: guessedNdv(next, column.rowCount) };
}

/** Buckets with the rows of a value taken off the one that holds it. */
function without(
  buckets: readonly Bucket[],
  value: Datum,
  rows: number,
  compare: CompareDatums,
): readonly Bucket[] {
  const i = buckets.findIndex((b) => compare(value, b.lower) >= 0 && compare(value, b.upper) <= 0);
  if (i < 0) return buckets;
  const own = buckets[i]!.cumulative - (buckets[i - 1]?.cumulative ?? 0);
  const off = Math.min(own, rows);
  return buckets.map((b, k) =>
    k < i
      ? b
      : {
          ...b,
          cumulative: b.cumulative - off,
          repeat: k === i && compare(value, b.upper) === 0 ? 0 : b.repeat,
        },
  );
}

/** Distinct values of a column that points alone are known of: as many rows each as those have on the average. */
function guessedNdv(c: ColumnStatistics, rowCount: number): number {
  let sum = 0;
  for (const t of c.topN) sum += Math.max(1, t.count);
  let n = c.topN.length;
  if (c.cms !== null && c.cms !== undefined && c.cms.rows > 0) {
    // Most of those in the sketch have no more rows than the least in TopN.
    const least = c.topN.reduce((m, t) => Math.min(m, Math.max(1, t.count)), Infinity);
    const more = c.cms.rows / Math.max(1, least / 2);
    sum += c.cms.rows;
    n += more;
  }
  return n === 0 ? c.ndv : Math.max(n, (n * rowCount) / Math.max(1, sum));
}
