import type { Datum } from '../../types/datum.js';
import { collationOf, type Collation } from '../../types/collation.js';
import type { FieldType } from '../../types/field-type.js';

/** Below NULL; above everything. */
export const MIN = Symbol('min');
export const MAX = Symbol('max');
/**
 * An end between the strings of a collation: the bytes of a sort key, which need not be that of any string. Ends the
 * strings with a common prefix where the collation's order is not that of their bytes.
 */
export class SortKeyEnd {
  constructor(
    readonly key: Uint8Array,
    /** A string about there, for estimates. */
    readonly near: Uint8Array,
  ) {}
}
export type End = Datum | SortKeyEnd | typeof MIN | typeof MAX;

/** Values of one column between two ends. NULL is a value here and sorts first: `a < 5` is (NULL, 5). */
export interface Interval {
  readonly low: End;
  readonly high: End;
  readonly lowEx: boolean;
  readonly highEx: boolean;
}

export const FULL: Interval = { low: MIN, high: MAX, lowEx: false, highEx: false };
export const NOT_NULL: Interval = { low: null, high: MAX, lowEx: true, highEx: false };
export const point = (v: Datum): Interval => ({ low: v, high: v, lowEx: false, highEx: false });

/** Order of two values of a column; strings by its collation, NULL first. */
export type Compare = (a: Datum | SortKeyEnd, b: Datum | SortKeyEnd) => number;

export function datumCompare(type: FieldType): Compare {
  const c = collationOf(type);
  return (a, b) => {
    if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
    if (a instanceof SortKeyEnd || b instanceof SortKeyEnd) return Buffer.compare(keyOf(a, c), keyOf(b, c));
    if (a instanceof Uint8Array) return c.compare(a, b as Uint8Array);
    return a < (b as number) ? -1 : a > (b as number) ? 1 : 0;
  };
}

const keyOf = (x: Datum | SortKeyEnd, c: Collation): Uint8Array =>
  x instanceof SortKeyEnd ? x.key : c.sortKey(x as Uint8Array);

export function compareEnds(a: End, b: End, cmp: Compare): number {
  if (a === b) return 0;
  if (a === MIN || b === MAX) return -1;
  if (a === MAX || b === MIN) return 1;
  return cmp(a as Datum | SortKeyEnd, b as Datum | SortKeyEnd);
}

function isEmpty(i: Interval, cmp: Compare): boolean {
  const c = compareEnds(i.low, i.high, cmp);
  return c > 0 || (c === 0 && (i.lowEx || i.highEx));
}

export function isPoint(i: Interval, cmp: Compare): boolean {
  return !i.lowEx && !i.highEx && i.low !== MIN && i.high !== MAX && compareEnds(i.low, i.high, cmp) === 0;
}

/** An interval of integers that has room for one alone, as the point that it is. */
export function asPoint(i: Interval): Interval {
  if (i.low === MIN || i.high === MAX || i.low === null) return i;
  const low = i.lowEx ? next(i.low as number | bigint, 1) : (i.low as number | bigint);
  const high = i.highEx ? next(i.high as number | bigint, -1) : (i.high as number | bigint);
  return low === high ? point(low) : i;
}

function next(v: number | bigint, by: 1 | -1): number | bigint {
  const n = typeof v === 'number' ? v + by : v + BigInt(by);
  return typeof n === 'bigint' && n <= 9007199254740991n && n >= -9007199254740991n ? Number(n) : n;
}

function common(x: Interval, y: Interval, cmp: Compare): Interval {
  const l = compareEnds(x.low, y.low, cmp);
  const h = compareEnds(x.high, y.high, cmp);
  return {
    low: l >= 0 ? x.low : y.low,
    lowEx: l > 0 ? x.lowEx : l < 0 ? y.lowEx : x.lowEx || y.lowEx,
    high: h <= 0 ? x.high : y.high,
    highEx: h < 0 ? x.highEx : h > 0 ? y.highEx : x.highEx || y.highEx,
  };
}

/** What lies in both lists. */
function intersectTwo(a: readonly Interval[], b: readonly Interval[], cmp: Compare): Interval[] {
  const out: Interval[] = [];
  const keep = (i: Interval): void => {
    if (!isEmpty(i, cmp)) out.push(i);
  };
  if (a.length === 1 || b.length === 1) {
    for (const x of a) for (const y of b) keep(common(x, y, cmp));
    return out;
  }
  // In ascending order, apart from each other: whichever ends first meets nothing behind.
  const xs = normalize(a, cmp);
  const ys = normalize(b, cmp);
  for (let i = 0, k = 0; i < xs.length && k < ys.length;) {
    const x = xs[i]!;
    const y = ys[k]!;
    keep(common(x, y, cmp));
    if (compareEnds(x.high, y.high, cmp) < 0) i++;
    else k++;
  }
  return out;
}

/** What lies in all lists; each step halves their number, so that many take no longer than sorting their intervals. */
export function intersect(lists: readonly (readonly Interval[])[], cmp: Compare): readonly Interval[] {
  if (lists.length === 0) return [FULL];
  let left = lists;
  while (left.length > 1) {
    const next: (readonly Interval[])[] = [];
    for (let i = 0; i < left.length; i += 2)
      next.push(i + 1 < left.length ? intersectTwo(left[i]!, left[i + 1]!, cmp) : left[i]!);
    left = next;
  }
  return left[0]!;
}

/** The intervals sorted, overlapping and touching ones merged. */
export function normalize(list: readonly Interval[], cmp: Compare): Interval[] {
  const sorted = list
    .filter((i) => !isEmpty(i, cmp))
    .sort((x, y) => {
      const c = compareEnds(x.low, y.low, cmp);
      return c !== 0 ? c : Number(x.lowEx) - Number(y.lowEx);
    });
  const out: Interval[] = [];
  for (const i of sorted) {
    const last = out[out.length - 1];
    if (last !== undefined) {
      const c = compareEnds(i.low, last.high, cmp);
      if (c < 0 || (c === 0 && !(i.lowEx && last.highEx))) {
        const h = compareEnds(i.high, last.high, cmp);
        out[out.length - 1] = {
          low: last.low,
          lowEx: last.lowEx,
          high: h > 0 ? i.high : last.high,
          highEx: h > 0 ? i.highEx : h < 0 ? last.highEx : last.highEx && i.highEx,
        };
        continue;
      }
    }
    out.push(i);
  }
  return out;
}
