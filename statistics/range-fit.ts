import type { Datum } from '../types/datum.js';
import { fraction, type CompareDatums } from './estimate.js';
import type { Bucket } from './table-statistics.js';

/** Rows that were met between two values, both ends inclusive as far as the fit goes; undefined is open. */
export interface MetRange {
  readonly low: Datum | undefined;
  readonly high: Datum | undefined;
  readonly rows: number;
}

/** What the fit needs to know of the values. */
export interface FitValues {
  readonly compare: CompareDatums;
  /** Whether values are bytes. */
  readonly bytes: boolean;
  /** Rows of values that are not in TopN, as far as anybody knows. */
  readonly rows: number;
  /** Whether the buckets given tell of all rows, as those of an ANALYZE do. */
  readonly complete: boolean;
}

/** A bucket by itself, its ends inclusive. */
interface Piece {
  lower: Datum;
  upper: Datum;
  rows: number;
}

const MAX_BUCKETS = 256;
const MAX_PASSES = 40;
/** A fit is good enough when every range has its rows within this share. */
const TOLERANCE = 0.01;
/** Weight of ground where no rows are expected: a range that has some must be able to put them there. */
const LITTLE = 1e-3;
/** Beyond the greatest string that a range names. */
const TOP = new Uint8Array(8).fill(0xff);

/**
 * Buckets that agree with all ranges met, and else stay as near to those given as that allows: iterative proportional fitting,
 * which finds the distribution of maximum entropy (Srivastava et al., "ISOMER: Consistent Histogram Construction Using Query
 * Feedback", 2006). Ranges come oldest first; where they contradict each other the newest is right.
 */
export function fitted(
  buckets: readonly Bucket[],
  ranges: readonly MetRange[],
  values: FitValues,
): readonly Bucket[] {
  const { compare } = values;
  const before = piecesOf(buckets);
  const scale = scaleOf(before, ranges, values);
  const pieces = before.slice();
  const closed = ranges
    .map((r) => ({ ...closedEnds(r, before, scale, values), rows: Math.max(0, r.rows) }))
    .filter((r) => compare(r.from, r.to) <= 0);
  for (const { from, to } of closed) divide(pieces, from, to, compare);
  expect(pieces, scale, values);
  const within = closed.map(({ from, to, rows }) => {
    const first = lowerBound(pieces, (p) => compare(p.lower, from) >= 0);
    const end = lowerBound(pieces, (p) => compare(p.upper, to) > 0);
    return { first, end, rows };
  });
  // What an ANALYZE counted stays as many rows: estimates are scaled by what it knew of.
  if (values.complete) within.unshift({ first: 0, end: pieces.length, rows: values.rows });
  const rows = Float64Array.from(pieces, (p) => p.rows);
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    let worst = 0;
    for (const { first, end, rows: met } of within) {
      if (first >= end) continue;
      let sum = 0;
      for (let i = first; i < end; i++) sum += rows[i]!;
      worst = Math.max(worst, Math.abs(sum - met) / Math.max(1, met));
      const factor = Math.max(met, LITTLE) / Math.max(sum, Number.MIN_VALUE);
      // Nothing is ever scaled down to where it could not come back from.
      for (let i = first; i < end; i++) rows[i] = Math.max(rows[i]! * factor, LITTLE * LITTLE);
    }
    if (worst < TOLERANCE) break;
  }
  for (let i = 0; i < rows.length; i++) pieces[i]!.rows = rows[i]!;
  return bucketsOf(merged(pieces, compare));
}

/** The ground that finite ends lie on. */
interface Scale {
  readonly least: Datum;
  readonly most: Datum;
  readonly width: number;
}

function scaleOf(pieces: readonly Piece[], ranges: readonly MetRange[], values: FitValues): Scale {
  const { compare, bytes } = values;
  const named = [
    ...pieces.slice(0, 1).map((p) => p.lower),
    ...pieces.slice(-1).map((p) => p.upper),
    ...ranges.flatMap((r) => [r.low, r.high]),
  ].filter((v) => v !== undefined && v !== null);
  let least: Datum = named[0] ?? (bytes ? new Uint8Array(0) : 0);
  let most: Datum = least;
  for (const v of named) {
    if (compare(v, least) < 0) least = v;
    if (compare(v, most) > 0) most = v;
  }
  const width = bytes ? 1 : Math.abs(Number(most) - Number(least)) || Math.abs(Number(most)) || 1;
  return { least, most, width };
}

/**
 * A range with open ends closed. What an ANALYZE saw ends where it ends, unless the range begins behind that; else an open end
 * lies as far beyond all values named as those are wide.
 */
function closedEnds(
  { low, high }: MetRange,
  before: readonly Piece[],
  { least, most, width }: Scale,
  { compare, bytes, complete }: FitValues,
): { readonly from: Datum; readonly to: Datum } {
  const beyond = (v: Datum, direction: 1 | -1): Datum => {
    if (bytes) return direction === 1 ? TOP : new Uint8Array(0);
    const end = Number(v) + direction * width;
    return Number.isInteger(end) && !Number.isSafeInteger(end) ? BigInt(end) : end;
  };
  const first = before[0]?.lower;
  const last = before[before.length - 1]?.upper;
  const from =
    low ??
    (complete && first !== undefined && (high === undefined || compare(first, high) < 0)
      ? first
      : beyond(least, -1));
  const to =
    high ??
    (complete && last !== undefined && (low === undefined || compare(last, low) > 0)
      ? last
      : beyond(most, 1));
  return { from, to };
}

/** Of the first piece for which it is true, as it is for all that follow. */
function lowerBound(pieces: readonly Piece[], test: (p: Piece) => boolean): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (test(pieces[mid]!)) high = mid;
    else low = mid + 1;
  }
  return low;
}

/**
 * Has pieces, which lie in order and share no more than their ends, reach from one end to the other and begin and end at both; those
 * that were not there have NaN rows. Only pieces between the ends are looked at: a fit has many ranges, which are short.
 */
function divide(pieces: Piece[], from: Datum, to: Datum, compare: CompareDatums): void {
  const first = lowerBound(pieces, (p) => compare(p.upper, from) >= 0);
  const end = lowerBound(pieces, (p) => compare(p.lower, to) > 0);
  const between = cover(pieces.slice(first, Math.max(first, end)), from, to, compare);
  if (between.length === 0 && pieces.length === 0) between.push({ lower: from, upper: to, rows: NaN });
  pieces.splice(first, Math.max(0, end - first), ...cutAt(cutAt(between, from, compare), to, compare));
}

function cover(pieces: readonly Piece[], from: Datum, to: Datum, compare: CompareDatums): Piece[] {
  const out: Piece[] = [];
  let at = from;
  for (const p of pieces) {
    if (compare(p.lower, at) > 0 && compare(at, to) < 0) {
      const upper = compare(p.lower, to) < 0 ? p.lower : to;
      if (compare(at, upper) < 0) out.push({ lower: at, upper, rows: NaN });
    }
    out.push(p);
    if (compare(p.upper, at) > 0) at = p.upper;
  }
  if (compare(at, to) < 0) out.push({ lower: at, upper: to, rows: NaN });
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

/** Puts an expectation into pieces that nothing is known of: rows spread evenly, few where an ANALYZE saw none. */
function expect(pieces: readonly Piece[], { least, most }: Scale, values: FitValues): void {
  const { compare, complete, rows } = values;
  const place = (v: Datum): number =>
    compare(v, least) < 0
      ? -1
      : compare(v, most) > 0
        ? 2
        : compare(least, most) === 0
          ? 0.5
          : fraction(least, most, v);
  for (const p of pieces) {
    const expected = Math.max(LITTLE, rows * (place(p.upper) - place(p.lower)) * (complete ? 0.01 : 1));
    if (Number.isNaN(p.rows)) p.rows = expected;
    else p.rows = Math.max(p.rows, LITTLE);
  }
}

/** Neighbours put together until there are few enough, those first that differ least in rows. */
function merged(list: Piece[], compare: CompareDatums): Piece[] {
  const total = list.reduce((n, p) => n + p.rows, 0);
  const lossAt = (i: number): number => {
    const a = list[i]!;
    const b = list[i + 1]!;
    const gap = compare(a.upper, b.lower) === 0 ? 0 : total / MAX_BUCKETS;
    return Math.abs(a.rows - b.rows) + (a.rows + b.rows) / 2 + gap;
  };
  let last = list.length - 1;
  if (last < MAX_BUCKETS) return list;
  // What it costs to put each one and the next together.
  const losses = new Float64Array(last);
  for (let i = 0; i < last; i++) losses[i] = lossAt(i);
  while (list.length > MAX_BUCKETS) {
    let best = 0;
    let least = Infinity;
    for (let i = 0; i < last; i++) {
      if (losses[i]! < least) {
        least = losses[i]!;
        best = i;
      }
    }
    const a = list[best]!;
    const b = list[best + 1]!;
    list.splice(best, 2, { lower: a.lower, upper: b.upper, rows: a.rows + b.rows });
    losses.copyWithin(best, best + 1, last);
    last--;
    if (best < last) losses[best] = lossAt(best);
    if (best > 0) losses[best - 1] = lossAt(best - 1);
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
