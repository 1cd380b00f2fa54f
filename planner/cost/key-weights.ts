import { LRUCache } from 'lru-cache';
import { hashDatum } from '../../statistics/column-collector.js';
import { knownRows } from '../../statistics/estimate.js';
import type { KeySample } from '../../statistics/key-sample.js';
import type { ColumnStatistics } from '../../statistics/table-statistics.js';
import { evalType, type FieldType } from '../../types/field-type.js';

/**
 * Which share of some rows the values of a column have, of values chosen by their hash and of those that are frequent. Joined
 * columns choose the same values: their shares multiplied say how many pairs there are, and are the shares of the join's rows.
 */
export interface KeyWeights {
  /** By which matches of the same weights are found again. */
  readonly id: number;
  /** Values whose hash has none of these bits were chosen. */
  readonly mask: number;
  /** Of the chosen values, ascending, and of each the share of the rows. */
  readonly hashes: Int32Array;
  readonly shares: Float64Array;
  /** Values known for being frequent, chosen or not; they are not among the others. */
  readonly frequent: ReadonlyMap<number, number>;
  /** Share of each of the other values on the average. */
  readonly usual: number;
}

/** A join of two columns: of all pairs of their rows the share that it keeps, and the values in the rows that it gives. */
export interface KeyMatch {
  readonly share: number;
  readonly weights: KeyWeights;
}

/** A value is frequent from this share of the rows on: sampled rows tell its frequency well enough. */
const FREQUENT = 1e-3;
/** Values that matches made lately may have together. */
const MOST_VALUES = 500_000;
/** Chosen values of each side from which something can be told. */
const ENOUGH = 24;

let nextId = 0;

/** Null where the statistics tell of no values. */
export function keyWeights(stats: ColumnStatistics, sample: KeySample, type: FieldType): KeyWeights | null {
  const rows = knownRows(stats);
  const { mask, hashes, counts } = sample;
  if (rows <= 0 || hashes.length < ENOUGH) return null;
  const frequent = new Map<number, number>();
  let rest = 1 - stats.nullCount / rows;
  for (const t of stats.topN) {
    if (t.count < rows * FREQUENT || t.value === null) continue;
    const hash = hashDatum({ type }, t.value);
    const at = indexOf(hashes, hash);
    const share = (at < 0 ? t.count : counts[at]!) / rows;
    frequent.set(hash, share);
    rest -= share;
  }
  const kept: number[] = [];
  const shares: number[] = [];
  for (let i = 0; i < hashes.length; i++) {
    // Those that are frequent but not in TopN stay what they are: the ones chosen of their kind.
    if (frequent.has(hashes[i]!)) continue;
    kept.push(hashes[i]!);
    shares.push(counts[i]! / rows);
  }
  return {
    id: nextId++,
    mask,
    hashes: Int32Array.from(kept),
    shares: Float64Array.from(shares),
    frequent,
    usual: Math.max(0, rest) / Math.max(1, stats.ndv - frequent.size),
  };
}

function indexOf(sorted: Int32Array, wanted: number): number {
  let lo = 0;
  let hi = sorted.length - 1;
  while (lo <= hi) {
    const mid = (lo + hi) >> 1;
    const v = sorted[mid]!;
    if (v === wanted) return mid;
    if (v < wanted) lo = mid + 1;
    else hi = mid - 1;
  }
  return -1;
}

/** Share of a frequent value of the other side. */
function shareOf(w: KeyWeights, hash: number): number {
  const known = w.frequent.get(hash);
  if (known !== undefined) return known;
  if ((hash & w.mask) !== 0) return w.usual;
  const at = indexOf(w.hashes, hash);
  return at < 0 ? 0 : w.shares[at]!;
}

/** How many values there are. */
export const distinctKeys = (w: KeyWeights): number => w.frequent.size + w.hashes.length * (w.mask + 1);

function chosen(w: KeyWeights, mask: number): number {
  let n = w.frequent.size;
  for (const h of w.hashes) if ((h & mask) === 0) n++;
  return n;
}

const MATCHES = new LRUCache<string, { readonly match: KeyMatch | null }>({
  maxSize: MOST_VALUES,
  sizeCalculation: ({ match }) => 16 + (match === null ? 0 : match.weights.hashes.length),
});

/** Null when too few values were chosen to tell. Plans ask for the same matches again and again. */
export function matchKeys(a: KeyWeights, b: KeyWeights): KeyMatch | null {
  const key = a.id < b.id ? `${a.id} ${b.id}` : `${b.id} ${a.id}`;
  let known = MATCHES.get(key);
  if (known === undefined) MATCHES.set(key, (known = { match: match(a, b) }));
  return known.match;
}

function match(a: KeyWeights, b: KeyWeights): KeyMatch | null {
  const mask = a.mask | b.mask;
  if (chosen(a, mask) < ENOUGH || chosen(b, mask) < ENOUGH) return null;
  const frequent = new Map<number, number>();
  let share = 0;
  for (const [hash, x] of a.frequent) frequent.set(hash, x * shareOf(b, hash));
  for (const [hash, x] of b.frequent) if (!a.frequent.has(hash)) frequent.set(hash, x * shareOf(a, hash));
  for (const x of frequent.values()) share += x;
  const most = Math.min(a.hashes.length, b.hashes.length);
  const hashes = new Int32Array(most);
  const shares = new Float64Array(most);
  let n = 0;
  let sampled = 0;
  for (let i = 0, j = 0; i < a.hashes.length && j < b.hashes.length;) {
    const x = a.hashes[i]!;
    const y = b.hashes[j]!;
    if (x === y && (x & mask) === 0 && !frequent.has(x)) {
      hashes[n] = x;
      sampled += shares[n++] = a.shares[i]! * b.shares[j]!;
    }
    if (x <= y) i++;
    if (y <= x) j++;
  }
  share += sampled * (mask + 1);
  if (n + frequent.size < ENOUGH || share <= 0) return null;
  for (const [hash, x] of frequent) frequent.set(hash, x / share);
  for (let i = 0; i < n; i++) shares[i]! /= share;
  return {
    share,
    weights: {
      id: nextId++,
      mask,
      hashes: hashes.slice(0, n),
      shares: shares.slice(0, n),
      frequent,
      usual: n === 0 ? 0 : sampled / share / n,
    },
  };
}

/** A column's weights, made when a join first asks for them. */
export class ColumnWeights {
  private made: KeyWeights | null | undefined;

  constructor(
    readonly type: FieldType,
    private readonly stats: ColumnStatistics,
    private readonly sample: KeySample,
  ) {}

  get(): KeyWeights | null {
    if (this.made === undefined) this.made = keyWeights(this.stats, this.sample, this.type);
    return this.made;
  }
}

const KNOWN = new WeakMap<KeySample, WeakMap<ColumnStatistics, ColumnWeights>>();

/** One for all plans that use the same statistics. */
export function columnWeights(type: FieldType, stats: ColumnStatistics, sample: KeySample): ColumnWeights {
  let by = KNOWN.get(sample);
  if (by === undefined) KNOWN.set(sample, (by = new WeakMap()));
  let known = by.get(stats);
  if (known === undefined) by.set(stats, (known = new ColumnWeights(type, stats, sample)));
  return known;
}

/** Whether equal values of two types have equal hashes. */
export function hashAlike(a: FieldType, b: FieldType): boolean {
  const [x, y] = [evalType(a), evalType(b)];
  return x === y && (x === 'int' || a.collate === b.collate);
}
