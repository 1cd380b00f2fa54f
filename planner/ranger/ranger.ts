import type { Column, Expression } from '../../expression/expression.js';
import type { Bound, KeyRangeDatum, ScanRanges } from '../physical/plan.js';
import type { Datum } from '../../types/datum.js';
import { evalType, TypeCode } from '../../types/field-type.js';
import { hasCorrelated, hasParam, splitCnf, splitDnf } from '../logical/expression-walk.js';
import { intervalsOf, isExact, shapeOf, type Evaluate, type KeyColumn } from './condition.js';
import { atOnce } from '../../types/steps.js';
import {
  asPoint,
  compareEnds,
  datumCompare,
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

/** Points of IN lists are multiplied over the columns up to this many ranges; further columns are left to filters. */
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
 * correlated column nothing is known (`known` false). Without `nullPoints` NULL does not count as a point: key columns behind one
 * that is fixed to it are not used (`tidb_regard_null_as_point`).
 */
export function detach(
  conditions: readonly Expression[],
  keys: readonly KeyColumn[],
  isHandle: boolean,
  evaluate: Evaluate,
  known: boolean,
  nullPoints = true,
): Access {
  const simple = detachCnf(conditions, keys, evaluate, nullPoints);
  if (simple.columns.length < keys.length) {
    const prepared = preparedFor(conditions, keys, isHandle, known, nullPoints);
    const dnf =
      prepared === null
        ? atOnce(detachDnf(conditions, keys, isHandle, evaluate, known, simple.columns.length, nullPoints))
        : prepared.access;
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

const isSinglePoint = (c: Expression): boolean =>
  c.kind === 'function' && (c.name === 'eq' || c.name === 'nulleq' || c.name === 'isnull');

/** Whether a condition admits NULL alone. */
const isNullPoint = (c: Expression): boolean =>
  c.kind === 'function' &&
  (c.name === 'isnull' ||
    (c.name === 'nulleq' && c.args.some((a) => a.kind === 'constant' && a.value === null)));

/** At most so many intervals come of a condition on a column. */
function intervalCount(c: Expression): number {
  if (c.kind !== 'function') return 1;
  const sum = (): number => c.args.reduce((n, a) => n + intervalCount(a), 0);
  switch (c.name) {
    case 'in':
      return c.args.length - 1;
    case 'ne':
      return 2;
    case 'not':
      return intervalCount(c.args[0]!) + 1;
    case 'or':
    case 'and':
      return sum();
    default:
      return 1;
  }
}

interface Cnf {
  readonly columns: ColumnAccess[];
  readonly points: number;
  readonly singles: number;
}

/** What several conditions leave of a column. */
function intervalsOfAll(
  conditions: readonly Expression[],
  key: KeyColumn,
  cmp: Compare,
  evaluate: Evaluate,
): readonly Interval[] {
  const intervals = intersect(
    conditions.map((c) => intervalsOf(c, key, evaluate, cmp)),
    cmp,
  );
  return evalType(key.column.type) === 'int' ? intervals.map(asPoint) : intervals;
}

/** The points that bounds with values known once and for all come down to (`a >= 2 AND a <= 2`), 0 when they do not. */
function boundPoints(
  conditions: readonly Expression[],
  key: KeyColumn,
  cmp: Compare,
  evaluate: Evaluate,
): number {
  if (conditions.length < 2 || key.length >= 0 || conditions.some(runtime)) return 0;
  const intervals = intervalsOfAll(conditions, key, cmp, evaluate);
  return intervals.every((i) => isPoint(i, cmp)) ? intervals.length : 0;
}

function detachCnf(
  conditions: readonly Expression[],
  keys: readonly KeyColumn[],
  evaluate: Evaluate,
  nullPoints: boolean,
): Cnf {
  const columns: ColumnAccess[] = [];
  let points = 0;
  let singles = 0;
  let ranges = 1;
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
    ranges *= Math.min(...[...pointConditions, ...rangeConditions].map(intervalCount));
    if (ranges > MAX_RANGES && columns.length > 0) break;
    const cmp = datumCompare(key.column.type);
    columns.push({ key, cmp, conditions: [...pointConditions, ...rangeConditions] });
    const bounded = pointConditions.length > 0 ? 0 : boundPoints(rangeConditions, key, cmp, evaluate);
    if (pointConditions.length === 0 && bounded === 0) break;
    points++;
    // The empty string may be a member and the error value.
    const single =
      (pointConditions.some(isSinglePoint) || bounded === 1) && key.column.type.tp !== TypeCode.Enum;
    if (singles === points - 1 && single) singles++;
    if (!nullPoints && pointConditions.some(isNullPoint)) break;
  }
  return { columns, points, singles };
}

/**
 * Ranges of an OR whose every branch, with the conditions beside it, limits more key columns than those conditions do by
 * themselves; null when there is none.
 */
function* detachDnf(
  conditions: readonly Expression[],
  keys: readonly KeyColumn[],
  isHandle: boolean,
  evaluate: Evaluate,
  known: boolean,
  columns: number,
  nullPoints: boolean,
): Generator<void, Access | null> {
  let best: { or: Expression; others: Expression[]; branches: Branch[]; columns: number } | null = null;
  for (const or of conditions) {
    if (or.kind !== 'function' || or.name !== 'or') continue;
    const others = conditions.filter((c) => c !== or && keys.some((k) => shapeOf(c, k) !== null));
    const branches: Branch[] = [];
    let least = Infinity;
    for (const b of splitDnf(or)) {
      const own = splitCnf(b);
      const found = detachCnf([...own, ...others], keys, evaluate, nullPoints);
      least = Math.min(least, found.columns.length);
      if (least <= (best?.columns ?? columns)) break;
      branches.push({ own, found, exact: exactOf(found) });
      if (branches.length % STEP === 0) yield;
    }
    if (least > (best?.columns ?? columns)) best = { or, others, branches, columns: least };
  }
  if (best === null) return null;
  const { or, branches } = best;
  const lists = branches.map((b) => b.found.columns);
  function* build(evalConst: Evaluate): Generator<void, readonly KeyRangeDatum[]> {
    const ranges: KeyRangeDatum[] = [];
    for (const [i, l] of lists.entries()) {
      for (const r of rangesOf(l, isHandle, evalConst)) ranges.push(r);
      if (i % STEP === STEP - 1) yield;
    }
    return mergeRanges(ranges, keys);
  }
  const used = best.others.filter((c) => lists.some((l) => l.some((k) => k.conditions.includes(c))));
  const access = conditions.filter((c) => c === or || used.includes(c));
  const dynamic = access.some(runtime);
  const settled = (c: Expression): boolean =>
    c === or
      ? branches.every((b) => b.own.every((x) => b.exact.has(x)))
      : used.includes(c) && branches.every((b) => b.exact.has(c));
  const points = Math.min(...branches.map((b) => b.found.points));
  // Key columns that a condition beside the OR fixes are the same in all branches.
  let singles = 0;
  const beside = (c: Expression): boolean => used.includes(c) && isSinglePoint(c);
  while (
    singles < Math.min(...branches.map((b) => b.found.singles)) &&
    lists.every((l) => l[singles]!.conditions.some(beside))
  )
    singles++;
  return {
    ranges: dynamic && !known ? FULL_RANGES : yield* build(evaluate),
    rebuild: dynamic ? (evalConst) => atOnce(build(evalConst)) : null,
    access,
    remained: conditions.filter((c) => !settled(c)),
    equalColumns: points,
    singlePoints: singles,
    columns: Math.max(...lists.map((l) => l.length)),
    full: false,
  };
}

/** Branches that are looked at between two chances to let others use the thread. */
const STEP = 64;
/** Branches of an OR from which on its ranges are made in steps. */
const LONG_OR = 512;

interface Prepared {
  readonly conditions: readonly Expression[];
  readonly keys: readonly KeyColumn[];
  readonly isHandle: boolean;
  readonly known: boolean;
  readonly nullPoints: boolean;
  readonly access: Access | null;
}

/** What was made in steps, by the first long OR of the conditions. */
const PREPARED = new WeakMap<Expression, Prepared[]>();

function branchCount(e: Expression, enough: number): number {
  if (e.kind !== 'function' || e.name !== 'or') return 1;
  let n = 0;
  for (const a of e.args) if (n < enough) n += branchCount(a, enough - n);
  return n;
}

/** Whether the ranges of a condition are worth being made in steps. */
export const isLongOr = (c: Expression): boolean => branchCount(c, LONG_OR) >= LONG_OR;

const sameKeys = (a: readonly KeyColumn[], b: readonly KeyColumn[]): boolean =>
  a.length === b.length &&
  a.every((k, i) => {
    const o = b[i]!;
    return (
      k.column.id === o.column.id &&
      k.column.type === o.column.type &&
      k.length === o.length &&
      k.desc === o.desc &&
      k.orderOnly === o.orderOnly
    );
  });

function preparedFor(
  conditions: readonly Expression[],
  keys: readonly KeyColumn[],
  isHandle: boolean,
  known: boolean,
  nullPoints: boolean,
): Prepared | null {
  for (const c of conditions) {
    const found = PREPARED.get(c)?.find(
      (p) =>
        p.isHandle === isHandle &&
        p.known === known &&
        p.nullPoints === nullPoints &&
        p.conditions.length === conditions.length &&
        p.conditions.every((x, i) => x === conditions[i]) &&
        sameKeys(p.keys, keys),
    );
    if (found !== undefined) return found;
  }
  return null;
}

/** Looks at a long OR in steps: `detach`, asked for the same afterwards, has only to take what was found. Nothing where there is none. */
export function* prepareRanges(
  conditions: readonly Expression[],
  keys: readonly KeyColumn[],
  isHandle: boolean,
  evaluate: Evaluate,
  known: boolean,
  nullPoints = true,
): Generator<void, void> {
  const or = conditions.find(isLongOr);
  // What holds for one execution alone is not kept.
  if (or === undefined || conditions.some(runtime)) return;
  const { columns } = detachCnf(conditions, keys, evaluate, nullPoints);
  if (columns.length >= keys.length) return;
  const access = yield* detachDnf(conditions, keys, isHandle, evaluate, known, columns.length, nullPoints);
  const all = PREPARED.get(or) ?? [];
  if (all.length === 0) PREPARED.set(or, all);
  all.push({ conditions: [...conditions], keys, isHandle, known, nullPoints, access });
}

interface Branch {
  readonly own: readonly Expression[];
  readonly found: Cnf;
  /** Its conditions that the ranges say exactly. */
  readonly exact: ReadonlySet<Expression>;
}

const exactOf = (found: Cnf): Set<Expression> =>
  new Set(found.columns.flatMap((c) => c.conditions.filter((e) => isExact(e, c.key))));

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
    const intervals = intervalsOfAll(conditions, key, cmp, evaluate);
    if (intervals.length === 0) return [];
    const points = intervals.every((x) => isPoint(x, cmp));
    const last = i === columns.length - 1;
    if (!last && points) {
      const next: Bound[][] = [];
      for (const p of prefixes) for (const x of intervals) next.push([...p, bound(x.low)]);
      prefixes = next;
      continue;
    }
    const out: KeyRangeDatum[] = [];
    for (const p of prefixes) {
      for (const x of intervals) {
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
