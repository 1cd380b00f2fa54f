import type { Datum } from '../types/datum.js';
import { CmSketch } from './cm-sketch.js';
import { fraction, knownRows, type CompareDatums, type RangeEnd } from './estimate.js';
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

const MAX_BUCKETS = 256;
const MAX_TOPN = 100;
/** Beyond the greatest string that a range names. */
const TOP = new Uint8Array(8).fill(0xff);

/** A bucket by itself, its ends inclusive. */
interface Piece {
  lower: Datum;
  upper: Datum;
  rows: number;
}

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
 * Statistics corrected by what a statement met, in the manner of self-tuning histograms (Aboulnaga & Chaudhuri, 1999): buckets
 * are cut at the ends of the range, and those within scaled to the rows that came. A single value's rows go to TopN when
 * they are among the most, else into the CM-sketch.
 */
export function corrected(
  before: ColumnStatistics | undefined,
  f: RangeFeedback,
  column: FeedbackColumn,
): ColumnStatistics {
  const c = before ?? UNKNOWN;
  // Statistics of an ANALYZE count the rows there were then.
  const known = knownRows(c);
  const grown = (c.statsVer ?? 2) > 0 && known > 0 ? column.rowCount / known : 1;
  const rows = f.rows / Math.max(grown, 1e-9);
  const { low, high } = f;
  const point =
    low !== undefined && high !== undefined && column.compare(low.value, high.value) === 0 && !low.exclusive;
  return point ? pointCorrected(c, low.value, rows, column) : rangeCorrected(c, low, high, rows, column);
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
  const pieces = piecesOf(c.buckets);
  if (at < 0 && topN.length > others.length) {
    const piece = pieces.find((p) => compare(value, p.lower) >= 0 && compare(value, p.upper) <= 0);
    if (piece !== undefined) piece.rows = Math.max(0, piece.rows - rows);
  }
  const next = { ...c, topN, cms: cms ?? null, buckets: bucketsOf(pieces) };
  return (c.statsVer ?? 2) > 0 ? next : { ...next, ndv: guessedNdv(next, column.rowCount) };
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

function rangeCorrected(
  c: ColumnStatistics,
  low: RangeEnd | undefined,
  high: RangeEnd | undefined,
  rows: number,
  column: FeedbackColumn,
): ColumnStatistics {
  const { compare } = column;
  let pieces = piecesOf(c.buckets);
  const [from, to] = ends(pieces, low?.value, high?.value, column);
  if (compare(from, to) > 0) return c;
  pieces = cover(pieces, from, to, compare);
  pieces = cutAt(cutAt(pieces, from, compare), to, compare);
  let inTop = 0;
  for (const t of c.topN) if (compare(t.value, from) >= 0 && compare(t.value, to) <= 0) inTop += t.count;
  const rest = Math.max(0, rows - inTop);
  const within = pieces.filter((p) => compare(p.lower, from) >= 0 && compare(p.upper, to) <= 0);
  let sum = 0;
  for (const p of within) sum += p.rows;
  if (sum > 0) for (const p of within) p.rows *= rest / sum;
  else
    for (const p of within)
      p.rows =
        rest * Math.max(1e-6, fraction(from, to, p.upper) - fraction(from, to, p.lower) || 1 / within.length);
  const total = pieces.reduce((n, p) => n + p.rows, 0);
  if (sum === 0 && within.length > 0) {
    const given = within.reduce((n, p) => n + p.rows, 0);
    if (given > 0) for (const p of within) p.rows *= rest / given;
  }
  const buckets = bucketsOf(merged(pieces, total, compare));
  return { ...c, buckets };
}

/** Ends of a range with open ones closed: at the ends of what is known, or as far beyond as that is wide. */
function ends(
  pieces: readonly Piece[],
  low: Datum | undefined,
  high: Datum | undefined,
  column: FeedbackColumn,
): readonly [Datum, Datum] {
  const { compare, bytes } = column;
  const least = pieces[0]?.lower;
  const most = pieces[pieces.length - 1]?.upper;
  const beyond = (from: Datum, direction: 1 | -1): Datum => {
    if (bytes) return direction === 1 ? TOP : new Uint8Array(0);
    const width =
      least !== undefined && most !== undefined
        ? Math.abs(Number(most) - Number(least))
        : Math.abs(Number(from));
    return Number(from) + direction * Math.max(1, width);
  };
  const anchor = low ?? high ?? least ?? (bytes ? new Uint8Array(0) : 0);
  const from =
    low ?? (least !== undefined && compare(least, high ?? anchor) < 0 ? least : beyond(high ?? anchor, -1));
  const to =
    high ?? (most !== undefined && compare(most, low ?? anchor) > 0 ? most : beyond(low ?? anchor, 1));
  return [from, to];
}

/** Pieces that reach from one end to the other, empty where nothing was known. */
function cover(pieces: readonly Piece[], from: Datum, to: Datum, compare: CompareDatums): Piece[] {
  const out: Piece[] = [];
  let at = from;
  for (const p of pieces) {
    if (compare(p.lower, at) > 0 && compare(at, to) < 0 && compare(p.upper, from) > 0) {
      const upper = compare(p.lower, to) < 0 ? p.lower : to;
      if (compare(at, upper) < 0) out.push({ lower: at, upper, rows: 0 });
    }
    out.push({ ...p });
    if (compare(p.upper, at) > 0) at = p.upper;
  }
  if (compare(at, to) < 0) out.push({ lower: at, upper: to, rows: 0 });
  if (out.length === 0) out.push({ lower: from, upper: to, rows: 0 });
  return out.sort((a, b) => compare(a.lower, b.lower) || compare(a.upper, b.upper));
}

/** The same with the piece that holds a value in its midst cut in two there. */
function cutAt(pieces: readonly Piece[], value: Datum, compare: CompareDatums): Piece[] {
  const out: Piece[] = [];
  for (const p of pieces) {
    if (compare(p.lower, value) < 0 && compare(value, p.upper) < 0) {
      const share = fraction(p.lower, p.upper, value);
      out.push({ lower: p.lower, upper: value, rows: p.rows * share });
      out.push({ lower: value, upper: p.upper, rows: p.rows * (1 - share) });
    } else out.push(p);
  }
  return out;
}

/** Neighbours put together until there are few enough, those first that differ least in rows. */
function merged(pieces: Piece[], total: number, compare: CompareDatums): Piece[] {
  const list = pieces;
  while (list.length > MAX_BUCKETS) {
    let best = 0;
    let least = Infinity;
    for (let i = 0; i + 1 < list.length; i++) {
      const [a, b] = [list[i]!, list[i + 1]!];
      const gap = compare(a.upper, b.lower) === 0 ? 0 : total / MAX_BUCKETS;
      const loss = Math.abs(a.rows - b.rows) + (a.rows + b.rows) / 2 + gap;
      if (loss < least) {
        least = loss;
        best = i;
      }
    }
    const [a, b] = [list[best]!, list[best + 1]!];
    list.splice(best, 2, { lower: a.lower, upper: b.upper, rows: a.rows + b.rows });
  }
  return list;
}

function piecesOf(buckets: readonly Bucket[]): Piece[] {
  return buckets.map((b, i) => ({
    lower: b.lower,
    upper: b.upper,
    rows: b.cumulative - (i === 0 ? 0 : buckets[i - 1]!.cumulative),
  }));
}

/** `repeat` is 0: nothing is known of the upper bound by itself. */
function bucketsOf(pieces: readonly Piece[]): Bucket[] {
  let cumulative = 0;
  return pieces.map((p) => {
    cumulative += p.rows;
    return { lower: p.lower, upper: p.upper, cumulative, repeat: 0, ndv: 0 };
  });
}
