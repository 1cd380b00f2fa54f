import type { Column, Expression } from '../../expression/expression.js';
import type { Bound, KeyRangeDatum, ScanRanges } from '../physical/plan.js';
import type { Datum } from '../../types/datum.js';
import { hasCorrelated, hasParam, splitCnf, splitDnf } from '../logical/expression-walk.js';
import { intervalsOf, isExact, shapeOf, type Evaluate, type KeyColumn } from './condition.js';
import {
  compareEnds,
  datumCompare,
  FULL,
  intersect,
  isPoint,
  MAX,
  MIN,
  SortKeyEnd,
  type Compare,
  type End,
  type Interval,
} from './interval.js';

export type { KeyColumn } from './condition.js';

/** Points of an IN list are multiplied over the columns up to this many ranges. */
const MAX_RANGES = 8192;

/** What the conditions of a table say about the keys of one index (or the handle). */
export interface Access {
  readonly ranges: readonly KeyRangeDatum[];
  /** Set when a value is not known before the scan opens. */
  readonly rebuild: ScanRanges['rebuild'] | null;
  /** Conditions the ranges were made of. */
  readonly access: readonly Expression[];
  /** Conditions still to be checked on the rows: all that the ranges do not say exactly. */
  readonly remained: readonly Expression[];
  /** Leading key columns fixed to points by one condition each. */
  readonly equalColumns: number;
  /** Of those, how many are fixed to a single point. */
  readonly singlePoints: number;
  /** Key columns used at all. */
  readonly columns: number;
  /** No condition limits the first key column. */
  readonly full: boolean;
}

interface ColumnAccess {
  readonly key: KeyColumn;
  readonly cmp: Compare;
  readonly conditions: readonly Expression[];
}

const fullRange = (): KeyRangeDatum => ({
  low: ['min'],
  high: ['max'],
  lowExclusive: false,
  highExclusive: false,
});
export const FULL_RANGES: readonly KeyRangeDatum[] = [fullRange()];

const runtime = (e: Expression): boolean => hasParam(e) || hasCorrelated(e);

/**
 * Divides conditions (a conjunction) into those that become ranges over the key columns and those left to be checked
 * (TiDB's DetachCondAndBuildRange). Key columns are taken from the left as long as they are fixed to points; the first
 * column that is limited otherwise is the last one used.
 *
 * `evaluate` gives the values known now. Ranges of parameters hold for this execution and are made anew for each; of a
 * correlated column nothing is known (`known` false).
 */
export function detach(
  conditions: readonly Expression[],
  keys: readonly KeyColumn[],
  isHandle: boolean,
  evaluate: Evaluate,
  known: boolean,
): Access {
  const simple = detachCnf(conditions, keys);
  if (simple.columns.length === 0) {
    const dnf = detachDnf(conditions, keys, isHandle, evaluate, known);
    if (dnf !== null) return dnf;
  }
  const used = new Set<Expression>();
  const exact = new Set<Expression>();
  for (const c of simple.columns) {
    for (const e of c.conditions) {
      used.add(e);
      if (isExact(e, c.key)) exact.add(e);
    }
  }
  const access = conditions.filter((c) => used.has(c));
  const remained = conditions.filter((c) => !exact.has(c));
  const build = (evalConst: Evaluate): readonly KeyRangeDatum[] =>
    rangesOf(simple.columns, isHandle, evalConst);
  const dynamic = access.some(runtime);
  return {
    ranges: simple.columns.length === 0 || (dynamic && !known) ? FULL_RANGES : build(evaluate),
    rebuild: dynamic ? build : null,
    access,
    remained,
    equalColumns: simple.points,
    singlePoints: simple.singles,
    columns: simple.columns.length,
    full: simple.columns.length === 0,
  };
}

function detachCnf(
  conditions: readonly Expression[],
  keys: readonly KeyColumn[],
): { columns: ColumnAccess[]; points: number; singles: number } {
  const columns: ColumnAccess[] = [];
  let points = 0;
  let singles = 0;
  for (const key of keys) {
    if (key.orderOnly === true) break;
    const pointConditions: Expression[] = [];
    const rangeConditions: Expression[] = [];
    for (const c of conditions) {
      const shape = shapeOf(c, key);
      if (shape === 'points') pointConditions.push(c);
      else if (shape === 'ranges') rangeConditions.push(c);
    }
    if (pointConditions.length === 0 && rangeConditions.length === 0) break;
    columns.push({
      key,
      cmp: datumCompare(key.column.type),
      conditions: [...pointConditions, ...rangeConditions],
    });
    if (pointConditions.length === 0) break;
    points++;
    if (
      singles === points - 1 &&
      pointConditions.some(
        (c) => c.kind === 'function' && (c.name === 'eq' || c.name === 'nulleq' || c.name === 'isnull'),
      )
    )
      singles++;
    // Behind a prefix of a column nothing is in order.
    if (key.length >= 0) break;
  }
  return { columns, points, singles };
}

/** Ranges of an OR whose every branch limits the first key column. */
function detachDnf(
  conditions: readonly Expression[],
  keys: readonly KeyColumn[],
  isHandle: boolean,
  evaluate: Evaluate,
  known: boolean,
): Access | null {
  for (const c of conditions) {
    if (c.kind !== 'function' || c.name !== 'or') continue;
    const branches = splitDnf(c).map((b) => detachCnf(splitCnf(b), keys));
    if (branches.some((b) => b.columns.length === 0)) continue;
    const parts = splitDnf(c).map((b) => detach(splitCnf(b), keys, isHandle, evaluate, known));
    const build = (evalConst: Evaluate): readonly KeyRangeDatum[] =>
      mergeRanges(
        branches.flatMap((b) => rangesOf(b.columns, isHandle, evalConst)),
        keys,
      );
    const dynamic = runtime(c);
    const exact = parts.every((p) => p.remained.length === 0);
    return {
      ranges: dynamic && !known ? FULL_RANGES : build(evaluate),
      rebuild: dynamic ? build : null,
      access: [c],
      remained: exact ? conditions.filter((x) => x !== c) : conditions,
      equalColumns: 0,
      singlePoints: 0,
      columns: Math.max(...parts.map((p) => p.columns)),
      full: false,
    };
  }
  return null;
}

const bound = (e: End): Bound =>
  e === MIN
    ? 'min'
    : e === MAX
      ? 'max'
      : e instanceof SortKeyEnd
        ? { value: e.near, sortKey: e.key }
        : { value: e as Datum };

/** The ranges of a list of column accesses, all but the last of them points. Ascending and disjoint. */
function rangesOf(
  columns: readonly ColumnAccess[],
  isHandle: boolean,
  evaluate: Evaluate,
): readonly KeyRangeDatum[] {
  let prefixes: Bound[][] = [[]];
  for (let i = 0; i < columns.length; i++) {
    const { key, cmp, conditions } = columns[i]!;
    let intervals: readonly Interval[] = [FULL];
    for (const c of conditions) intervals = intersect(intervals, intervalsOf(c, key, evaluate, cmp), cmp);
    if (intervals.length === 0) return [];
    const points = intervals.every((x) => isPoint(x, cmp));
    const last = i === columns.length - 1;
    if (!last && points && prefixes.length * intervals.length <= MAX_RANGES) {
      const next: Bound[][] = [];
      for (const p of prefixes) for (const x of intervals) next.push([...p, bound(x.low)]);
      prefixes = next;
      continue;
    }
    const out: KeyRangeDatum[] = [];
    const merged = prefixes.length * intervals.length > MAX_RANGES ? [hull(intervals)] : intervals;
    for (const p of prefixes) {
      for (const x of merged) {
        // An integer handle is never NULL, and its keys start at the smallest integer.
        const low = isHandle && x.low === null ? MIN : x.low;
        out.push({
          low: [...p, bound(low)],
          high: [...p, bound(x.high)],
          lowExclusive: x.lowEx && low !== MIN,
          highExclusive: x.highEx,
        });
      }
    }
    return out;
  }
  return prefixes.map((p) => ({ low: p, high: p, lowExclusive: false, highExclusive: false }));
}

const hull = (list: readonly Interval[]): Interval => ({
  low: list[0]!.low,
  lowEx: list[0]!.lowEx,
  high: list[list.length - 1]!.high,
  highEx: list[list.length - 1]!.highEx,
});

const endOf = (b: Bound): End =>
  b === 'min'
    ? MIN
    : b === 'max'
      ? MAX
      : b.sortKey === undefined
        ? b.value
        : new SortKeyEnd(b.sortKey, b.value as Uint8Array);

/** Order of two range ends; a shorter one stands before (low) or behind (high) all its extensions. */
function compareTuples(
  a: readonly Bound[],
  aSide: number,
  b: readonly Bound[],
  bSide: number,
  cmps: readonly Compare[],
): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const c = compareEnds(endOf(a[i]!), endOf(b[i]!), cmps[i]!);
    if (c !== 0) return c;
  }
  if (a.length > n) return bSide < 0 ? 1 : bSide > 0 ? -1 : 0;
  if (b.length > n) return aSide < 0 ? -1 : aSide > 0 ? 1 : 0;
  return aSide - bSide;
}

/** Sorts ranges of one index and merges those that overlap. */
function mergeRanges(ranges: readonly KeyRangeDatum[], keys: readonly KeyColumn[]): KeyRangeDatum[] {
  const cmps = keys.map((k) => datumCompare(k.column.type));
  // Position just before (-1) or behind (+1) the keys that start with the tuple.
  const lowSide = (r: KeyRangeDatum): number => (r.lowExclusive ? 1 : -1);
  const highSide = (r: KeyRangeDatum): number => (r.highExclusive ? -1 : 1);
  const sorted = [...ranges].sort((x, y) => compareTuples(x.low, lowSide(x), y.low, lowSide(y), cmps));
  const out: KeyRangeDatum[] = [];
  for (const r of sorted) {
    const last = out[out.length - 1];
    if (last !== undefined && compareTuples(r.low, lowSide(r), last.high, highSide(last), cmps) <= 0) {
      if (compareTuples(r.high, highSide(r), last.high, highSide(last), cmps) > 0) {
        out[out.length - 1] = {
          low: last.low,
          lowExclusive: last.lowExclusive,
          high: r.high,
          highExclusive: r.highExclusive,
        };
      }
      continue;
    }
    out.push(r);
  }
  return out;
}

/** Whether every range is one key: all columns fixed. */
export function allPoints(ranges: readonly KeyRangeDatum[], width: number): boolean {
  return ranges.every(
    (r) =>
      r.low.length === width &&
      r.high.length === width &&
      !r.lowExclusive &&
      !r.highExclusive &&
      r.low.every((b, i) => {
        const h = r.high[i]!;
        return (
          typeof b === 'object' &&
          typeof h === 'object' &&
          b.value !== null &&
          (b === h || b.value === h.value)
        );
      }),
  );
}

/** Columns an index join may look up by: leading key columns each fixed by one of the join's columns or a constant point. */
export function prefixOf(keys: readonly KeyColumn[], column: (c: Column) => boolean): number {
  let n = 0;
  while (n < keys.length && keys[n]!.length < 0 && column(keys[n]!.column)) n++;
  return n;
}
