import type {
  AggFunc,
  ByItem,
  Column,
  Constant,
  CorrelatedColumn,
  Expression,
  ScalarFunction,
} from '../../expression/expression.js';
import { mapArgs, someArg, walkedArgs } from '../../expression/traverse.js';
import type { Datum } from '../../types/datum.js';

/** Calls `visit` on every column in an expression. */
export function forEachColumn(e: Expression, visit: (c: Column) => void): void {
  if (e.kind === 'column') visit(e);
  else if (e.kind === 'function')
    for (let i = 0, n = walkedArgs(e.args); i < n; i++) forEachColumn(e.args[i]!, visit);
}

export function forEachCorrelated(e: Expression, visit: (c: CorrelatedColumn) => void): void {
  if (e.kind === 'correlated') visit(e);
  else if (e.kind === 'function')
    for (let i = 0, n = walkedArgs(e.args); i < n; i++) forEachCorrelated(e.args[i]!, visit);
}

export function forEachParam(e: Expression, visit: (param: number) => void): void {
  if (e.kind === 'constant' && e.param !== undefined) visit(e.param);
  else if (e.kind === 'function')
    for (let i = 0, n = walkedArgs(e.args); i < n; i++) forEachParam(e.args[i]!, visit);
}

/** Columns of ORs that name so many that walking through them again and again would take long. */
const LONG_WALK = 1024;
const COLUMNS = new WeakMap<ScalarFunction, readonly number[]>();

export function columnsOf(exprs: readonly Expression[], into = new Set<number>()): Set<number> {
  for (const e of exprs) {
    if (e.kind === 'function' && e.name === 'or') addColumnsOfOr(e, into);
    else forEachColumn(e, (c) => into.add(c.id));
  }
  return into;
}

function addColumnsOfOr(or: ScalarFunction, into: Set<number>): void {
  const known = COLUMNS.get(or);
  if (known !== undefined) {
    for (const id of known) into.add(id);
    return;
  }
  const own = new Set<number>();
  let walked = 0;
  forEachColumn(or, (c) => {
    walked++;
    own.add(c.id);
    into.add(c.id);
  });
  if (walked >= LONG_WALK) COLUMNS.set(or, [...own]);
}

/** Whether every column of `e` is among `ids`. */
export function coveredBy(e: Expression, ids: ReadonlySet<number>): boolean {
  if (e.kind === 'column') return ids.has(e.id);
  return e.kind !== 'function' || !someArg(e.args, (a) => !coveredBy(a, ids));
}

export const idsOf = (columns: readonly Column[]): Set<number> => new Set(columns.map((c) => c.id));

/** Rebuilds an expression with its leaves mapped, literals that end a long list aside; unchanged subtrees are shared. */
export function mapLeaves(
  e: Expression,
  f: (leaf: Column | CorrelatedColumn | Constant) => Expression,
): Expression {
  if (e.kind !== 'function') return f(e);
  const args = mapArgs(e.args, (a) => mapLeaves(a, f));
  return args === e.args ? e : { ...e, args };
}

/** Replaces columns by expressions of the same type. */
export function substitute(e: Expression, map: ReadonlyMap<number, Expression>): Expression {
  return mapLeaves(e, (leaf) => (leaf.kind === 'column' ? (map.get(leaf.id) ?? leaf) : leaf));
}

export function mapAgg(f: AggFunc, g: (e: Expression) => Expression): AggFunc {
  const { orderBy } = f;
  return {
    ...f,
    args: f.args.map(g),
    ...(orderBy === undefined ? {} : { orderBy: orderBy.map((o) => ({ ...o, expr: g(o.expr) })) }),
  };
}

export const mapBy = (by: readonly ByItem[], g: (e: Expression) => Expression): ByItem[] =>
  by.map((b) => ({ expr: g(b.expr), desc: b.desc }));

/** The conjuncts of a condition. */
export function splitCnf(e: Expression, into: Expression[] = []): Expression[] {
  if (e.kind === 'function' && e.name === 'and') for (const a of e.args) splitCnf(a, into);
  else into.push(e);
  return into;
}

/** The disjuncts of a condition. */
export function splitDnf(e: Expression, into: Expression[] = []): Expression[] {
  if (e.kind === 'function' && e.name === 'or') for (const a of e.args) splitDnf(a, into);
  else into.push(e);
  return into;
}

function sameDatum(a: Datum, b: Datum): boolean {
  if (a === b) return true;
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array) || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Structural equality. Functions without a fixed value (rand(), a user variable assignment) are never equal. */
export function sameExpr(a: Expression, b: Expression): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case 'column':
      return b.kind === 'column' && a.id === b.id;
    case 'correlated':
      return b.kind === 'correlated' && a.column.id === b.column.id;
    case 'constant':
      return (
        b.kind === 'constant' &&
        a.param === b.param &&
        a.type.tp === b.type.tp &&
        a.type.decimal === b.type.decimal &&
        a.type.collate === b.type.collate &&
        sameDatum(a.value, b.value)
      );
    default: {
      if (
        b.kind !== 'function' ||
        a.name !== b.name ||
        a.args.length !== b.args.length ||
        VOLATILE.has(a.name)
      )
        return false;
      if (a.type.tp !== b.type.tp || a.type.decimal !== b.type.decimal || a.type.flen !== b.type.flen)
        return false;
      for (let i = 0; i < a.args.length; i++) if (!sameExpr(a.args[i]!, b.args[i]!)) return false;
      return true;
    }
  }
}

/** Functions whose value may differ from call to call within a statement, or that have an effect. */
export const VOLATILE: ReadonlySet<string> = new Set([
  'rand',
  'uuid',
  'uuid_short',
  'sleep',
  'setvar',
  'getvar',
  'get_lock',
  'release_lock',
  'release_all_locks',
  'nextval',
  'setval',
  'lastval',
  'random_bytes',
  'benchmark',
  'last_insert_id',
  'sysdate',
]);

/** What holds of an expression as a whole, found in one walk. */
interface Facts {
  readonly volatile: boolean;
  readonly correlated: boolean;
  readonly param: boolean;
  /** Calls there are in it, those below other calls than AND and OR left out. */
  readonly calls: number;
}

/** Of conjunctions and disjunctions, which may be long and are asked about again and again. */
const FACTS = new WeakMap<ScalarFunction, Facts>();
/** Those of fewer calls are looked through again: to keep in mind what holds of every pair of comparisons takes longer than that. */
const KEPT_CALLS = 32;

function connectiveFacts(e: ScalarFunction): Facts | null {
  if (e.name !== 'or' && e.name !== 'and') return null;
  const known = FACTS.get(e);
  if (known !== undefined) return known;
  const facts = { volatile: false, correlated: false, param: false, calls: 1 };
  for (const a of e.args) {
    const of = a.kind === 'function' ? connectiveFacts(a) : null;
    facts.volatile ||= of?.volatile ?? isVolatile(a);
    facts.correlated ||= of?.correlated ?? hasCorrelated(a);
    facts.param ||= of?.param ?? hasParam(a);
    facts.calls += of?.calls ?? 1;
  }
  if (facts.calls >= KEPT_CALLS) FACTS.set(e, facts);
  return facts;
}

export function isVolatile(e: Expression): boolean {
  if (e.kind !== 'function') return false;
  return connectiveFacts(e)?.volatile ?? (VOLATILE.has(e.name) || someArg(e.args, isVolatile));
}

export function hasColumns(e: Expression): boolean {
  if (e.kind === 'column') return true;
  return e.kind === 'function' && e.args.some(hasColumns);
}

export function hasCorrelated(e: Expression): boolean {
  if (e.kind === 'correlated') return true;
  return e.kind === 'function' && (connectiveFacts(e)?.correlated ?? someArg(e.args, hasCorrelated));
}

export function hasParam(e: Expression): boolean {
  if (e.kind === 'constant') return e.param !== undefined;
  return e.kind === 'function' && (connectiveFacts(e)?.param ?? someArg(e.args, hasParam));
}

/** A comparison whose sides are exchanged. */
export const FLIPPED: Readonly<Record<string, string>> = {
  eq: 'eq',
  nulleq: 'nulleq',
  ne: 'ne',
  lt: 'gt',
  le: 'ge',
  gt: 'lt',
  ge: 'le',
};

export const isFunction = (e: Expression, name: string): e is ScalarFunction =>
  e.kind === 'function' && e.name === name;

/** Each expression once. */
export function dedupe(exprs: readonly Expression[]): Expression[] {
  const out: Expression[] = [];
  for (const e of exprs) if (!out.some((o) => sameExpr(o, e))) out.push(e);
  return out;
}
