import { Chunk } from '../../chunk/chunk.js';
import { constantVector } from '../../chunk/vector-builder.js';
import type { Column, Expression } from '../../expression/expression.js';
import type { Datum } from '../../types/datum.js';
import { atOnce } from '../../types/steps.js';
import { evalType, isUnsigned, TypeCode, type EvalType } from '../../types/field-type.js';
import { exactDigits } from '../../expression/type-inference.js';
import {
  FLIPPED,
  forEachColumn,
  hasColumns,
  isVolatile,
  splitCnf,
  splitDnf,
  substitute,
} from '../logical/expression-walk.js';
import { cut, likeInterval, likePrefix } from './like-range.js';
import { periodIntervals, periodTest } from './period.js';
import { comparable, toColumnValue } from './bound.js';
import {
  datumCompare,
  FULL,
  intersect,
  MAX,
  normalize,
  NOT_NULL,
  point,
  type Compare,
  type Interval,
} from './interval.js';

/** Gives a constant's value: of a literal, a parameter, a correlated column; or an expression's over columns of one row. */
export type Evaluate = (e: Expression, row?: Chunk) => Datum;

/** A key column of an index or the handle. */
export interface KeyColumn {
  readonly column: Column;
  /** Prefix length in characters (bytes for binary strings), -1 = whole. */
  readonly length: number;
  /** Keys are in descending order of it. */
  readonly desc?: true;
  /** Part of the order of the keys, not to be restricted by ranges. */
  readonly orderOnly?: boolean;
}

/** Constant for one scan: literals, parameters, columns of outer queries. */
const isConst = (e: Expression): boolean => !hasColumns(e);

/** `column op constant`, turned so that the column is on the left; null for anything else. */
function comparisonOf(e: Expression, column: Column): { op: string; value: Expression } | null {
  if (e.kind !== 'function' || e.args.length !== 2 || FLIPPED[e.name] === undefined) return null;
  const [a, b] = e.args as [Expression, Expression];
  if (isComparison(a, b, column, e.collation)) return { op: e.name, value: b };
  if (isComparison(b, a, column, e.collation)) return { op: FLIPPED[e.name]!, value: a };
  return null;
}

/** Whether `key` is the column, and `value` a constant that has its place in the column's order. */
function isComparison(key: Expression, value: Expression, column: Column, coll: string): boolean {
  if (!isConst(value)) return false;
  if (isColumn(key, column)) return comparable(column.type, value.type, coll);
  return isWidened(key, column) && hasPlace(value, evalType(key.type));
}

const isColumn = (e: Expression | undefined, column: Column): boolean =>
  e?.kind === 'column' && e.id === column.id;

const INTEGER_TYPES: ReadonlySet<number> = new Set([
  TypeCode.Tiny,
  TypeCode.Short,
  TypeCode.Int24,
  TypeCode.Long,
  TypeCode.LongLong,
]);

/** Whether `e` is an integer column made a number of a wider kind, as beside a constant that is no integer: the order stays. */
function isWidened(e: Expression, column: Column): boolean {
  if (e.kind !== 'function' || e.name !== 'cast' || !isColumn(e.args[0], column)) return false;
  if (!INTEGER_TYPES.has(column.type.tp)) return false;
  switch (evalType(e.type)) {
    case 'decimal':
      return e.type.flen - e.type.decimal >= exactDigits(column.type).precision;
    case 'real':
      return e.type.tp === TypeCode.Double;
    default:
      return false;
  }
}

/** Whether a constant has a place among the integers when they are compared as numbers of this kind. */
function hasPlace(value: Expression, domain: EvalType): boolean {
  const own = evalType(value.type);
  if (value.type.tp === TypeCode.Null) return true;
  if (domain === 'decimal') return own === 'decimal' || own === 'int';
  // From 2^53 on several integers are one double.
  return (
    own === 'real' &&
    value.kind === 'constant' &&
    value.param === undefined &&
    Math.abs(value.value as number) <= Number.MAX_SAFE_INTEGER
  );
}

/** How a condition limits a key column. */
export type Shape =
  /** A list of points. */
  | 'points'
  | 'ranges'
  /** Not at all. */
  | null;

/** What a condition says of a key column, whatever the constants' values are. */
export function shapeOf(e: Expression, key: KeyColumn): Shape {
  const { column } = key;
  if (e.kind !== 'function') return null;
  if (limitsMembers(e, column)) return 'points';
  switch (e.name) {
    case 'eq':
    case 'nulleq': {
      const c = comparisonOf(e, column);
      return c === null ? inPeriod(e, key) : 'points';
    }
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return comparisonOf(e, column) === null ? inPeriod(e, key) : 'ranges';
    case 'ne':
      return key.length >= 0 || comparisonOf(e, column) === null ? null : 'ranges';
    case 'isnull':
      return isColumn(e.args[0], column) ? 'points' : null;
    case 'in': {
      const { args } = e;
      const x = args[0]!;
      if (!isColumn(x, column) && !isWidened(x, column)) return null;
      for (let i = 1; i < args.length; i++) if (!isComparison(x, args[i]!, column, e.collation)) return null;
      return 'points';
    }
    case 'like':
      return likePrefix(e, column) === null ? null : 'ranges';
    case 'not': {
      const inner = e.args[0]!;
      if (inner.kind !== 'function' || key.length >= 0) return null;
      if (inner.name === 'isnull') return isColumn(inner.args[0], column) ? 'ranges' : null;
      return inner.name === 'in' && shapeOf(inner, key) !== null ? 'ranges' : null;
    }
    case 'or':
    case 'and': {
      const weaker: Shape = e.name === 'or' ? 'ranges' : 'points';
      const stronger: Shape = e.name === 'or' ? 'points' : 'ranges';
      let shape: Shape = stronger;
      for (const a of e.args) {
        const own = shapeOf(a, key);
        if (own === null) return null;
        if (own === weaker) shape = weaker;
      }
      return shape;
    }
    default:
      return null;
  }
}

const inPeriod = (e: Expression, { column }: KeyColumn): Shape =>
  periodTest(e, column) === null ? null : 'ranges';

/** Members of an ENUM that a condition is tried with; longer ones are left to filters. */
const MAX_MEMBERS = 256;

/** Whether a condition is about an ENUM alone: its few members can be tried one by one, whatever the condition is. */
function limitsMembers(e: Expression, column: Column): boolean {
  const { type } = column;
  if (type.tp !== TypeCode.Enum || (type.elems?.length ?? Infinity) > MAX_MEMBERS) return false;
  let own = false;
  let other = false;
  forEachColumn(e, (c) => {
    if (c.id === column.id) own = true;
    else other = true;
  });
  return own && !other && !isVolatile(e);
}

/** The members for which a condition is true, NULL and the empty error value among them. */
function members(e: Expression, column: Column, evaluate: Evaluate): Interval[] {
  const one = substitute(e, new Map([[column.id, { ...column, index: 0 }]]));
  const out: Interval[] = [];
  for (let n = -1; n <= column.type.elems!.length; n++) {
    const value = n < 0 ? null : n;
    const v = evaluate(one, new Chunk([constantVector(value, column.type, 1)], 1));
    if (v !== null && v !== 0 && v !== 0n) out.push(point(value));
  }
  return out;
}

/** Whether the intervals say all that the condition says, so that it need not be checked again. */
export function isExact(e: Expression, key: KeyColumn): boolean {
  if (e.kind !== 'function') return false;
  if (limitsMembers(e, key.column)) return true;
  if (e.name === 'like') return likePrefix(e, key.column)?.exact === true && key.length < 0;
  if (e.name === 'or' || e.name === 'and') return e.args.every((a) => isExact(a, key));
  if (periodTest(e, key.column) !== null) return false;
  return key.length < 0 || e.name === 'isnull';
}

/** The values of the key column a condition admits. Only for conditions that have a shape. */
export function intervalsOf(
  e: Expression,
  key: KeyColumn,
  evaluate: Evaluate,
  cmp: Compare = datumCompare(key.column.type),
): readonly Interval[] {
  if (e.kind !== 'function') return [FULL];
  const { column } = key;
  if (limitsMembers(e, column)) return members(e, column, evaluate);
  switch (e.name) {
    case 'isnull':
      return [point(null)];
    case 'in':
      return inIntervals(e, key, evaluate, cmp);
    case 'like':
      return [likeInterval(e, key, evaluate)];
    case 'not': {
      const inner = e.args[0] as Extract<Expression, { kind: 'function' }>;
      if (inner.name === 'isnull') return [NOT_NULL];
      const others = inner.args.slice(1).map((v) => compareIntervals('ne', v, key, evaluate));
      return intersect([[NOT_NULL], ...others], cmp);
    }
    case 'or': {
      const out: Interval[] = [];
      for (const a of splitDnf(e)) out.push(...intervalsOf(a, key, evaluate, cmp));
      return normalize(out, cmp);
    }
    case 'and':
      return intersect(
        splitCnf(e).map((a) => intervalsOf(a, key, evaluate, cmp)),
        cmp,
      );
    default: {
      const period = periodTest(e, column);
      if (period !== null) return periodIntervals(period, evaluate(period.value), column);
      const c = comparisonOf(e, column)!;
      return compareIntervals(c.op, c.value, key, evaluate);
    }
  }
}

/** Lists of more values are not put in order anew for every path that is looked at. */
const LONG_LIST = 64;
const LONG_LISTS = new WeakMap<
  Expression,
  { readonly key: KeyColumn; readonly intervals: readonly Interval[] }
>();

function inIntervals(
  e: Extract<Expression, { kind: 'function' }>,
  key: KeyColumn,
  evaluate: Evaluate,
  cmp: Compare,
): readonly Interval[] {
  return knownIntervals(e, key) ?? atOnce(listIntervals(e, key, evaluate, cmp));
}

/** What a long list is known to say of a key column; null where it was not asked yet, and of short lists. */
function knownIntervals(
  e: Extract<Expression, { kind: 'function' }>,
  key: KeyColumn,
): readonly Interval[] | null {
  const known = e.args.length > LONG_LIST ? LONG_LISTS.get(e) : undefined;
  return known !== undefined && known.key.column === key.column && known.key.length === key.length
    ? known.intervals
    : null;
}

/** Members that are brought into the column's type between two chances to let others use the thread. */
const STEP = 256;

function* listIntervals(
  e: Extract<Expression, { kind: 'function' }>,
  key: KeyColumn,
  evaluate: Evaluate,
  cmp: Compare,
): Generator<void, readonly Interval[]> {
  const found: Interval[] = [];
  for (let i = 1; i < e.args.length; i++) {
    for (const x of compareIntervals('eq', e.args[i]!, key, evaluate)) found.push(x);
    if (i % STEP === 0) yield;
  }
  const intervals = normalize(found, cmp);
  if (isLasting(e)) LONG_LISTS.set(e, { key, intervals });
  return intervals;
}

/** Whether the list is worth keeping what it says: what holds for the values of one execution is not kept for others. */
const isLasting = (e: Extract<Expression, { kind: 'function' }>): boolean =>
  e.args.length > LONG_LIST &&
  e.args.every((v, i) => i === 0 || (v.kind === 'constant' && v.param === undefined));

/** Makes in steps what a long list says of a key column: `intervalsOf` finds it there. Nothing where it is not kept. */
export function* prepareIntervals(e: Expression, key: KeyColumn, evaluate: Evaluate): Generator<void, void> {
  if (e.kind !== 'function' || e.name !== 'in' || !isLasting(e)) return;
  if (limitsMembers(e, key.column) || shapeOf(e, key) === null) return;
  if (knownIntervals(e, key) === null) yield* listIntervals(e, key, evaluate, datumCompare(key.column.type));
}

function compareIntervals(op: string, value: Expression, key: KeyColumn, evaluate: Evaluate): Interval[] {
  const v = evaluate(value);
  if (v === null) return op === 'nulleq' ? [point(null)] : [];
  const given = toColumnValue(v, value.type, key.column.type);
  let { exact } = given;
  let x = given.value;
  if (key.length >= 0 && x instanceof Uint8Array) {
    // A prefix index knows only the beginning: ends become inclusive and the condition is checked again above.
    const short = cut(x, key);
    if (short.length < x.length) exact = false;
    x = short;
    switch (op) {
      case 'eq':
      case 'nulleq':
        return [point(x)];
      case 'lt':
      case 'le':
        return [{ low: null, high: x, lowEx: true, highEx: false }];
      default:
        return [{ low: x, high: MAX, lowEx: false, highEx: false }];
    }
  }
  if (given.outside !== undefined) {
    const all = [NOT_NULL];
    const below = given.outside === 'below';
    switch (op) {
      case 'eq':
      case 'nulleq':
        return [];
      case 'ne':
        return all;
      case 'lt':
      case 'le':
        return below ? [] : all;
      default:
        if (below && isUnsigned(key.column.type)) return [{ low: x, high: MAX, lowEx: false, highEx: false }];
        return below ? all : [];
    }
  }
  switch (op) {
    case 'eq':
    case 'nulleq':
      return exact ? [point(x)] : [];
    case 'ne':
      return exact
        ? [
            { low: null, high: x, lowEx: true, highEx: true },
            { low: x, high: MAX, lowEx: true, highEx: false },
          ]
        : [NOT_NULL];
    case 'lt':
      // x is rounded down: below 1.5 are 1 and less.
      return [{ low: null, high: x, lowEx: true, highEx: exact }];
    case 'le':
      return [{ low: null, high: x, lowEx: true, highEx: false }];
    case 'gt':
      return [{ low: x, high: MAX, lowEx: true, highEx: false }];
    default:
      return [{ low: x, high: MAX, lowEx: !exact, highEx: false }];
  }
}
