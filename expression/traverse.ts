import type { Datum } from '../types/datum.js';
import type { AggFunc, Column, CorrelatedColumn, Expression, ScalarFunction } from './expression.js';

/** Arguments from which on a list is worth knowing. */
const LONG_LIST = 64;
const WALKED = new WeakMap<readonly Expression[], number>();

/**
 * How many of a call's arguments there are to walk: literals that end a long list (`IN`) have nothing in them that walkers look
 * for, and lists of a hundred thousand are walked dozens of times from the text to the kernel.
 */
export function walkedArgs(args: readonly Expression[]): number {
  const { length } = args;
  if (length < LONG_LIST) return length;
  let n = WALKED.get(args);
  if (n === undefined) {
    n = length;
    for (; n > 0; n--) {
      const a = args[n - 1]!;
      if (a.kind !== 'constant' || a.param !== undefined) break;
    }
    WALKED.set(args, n);
  }
  return n;
}

/** Arguments with those to walk mapped; the same array when none changed. */
export function mapArgs(
  args: readonly Expression[],
  f: (e: Expression) => Expression,
): readonly Expression[] {
  const n = walkedArgs(args);
  let mapped: Expression[] | null = null;
  for (let i = 0; i < n; i++) {
    const a = args[i]!;
    const b = f(a);
    if (b !== a) (mapped ??= args.slice())[i] = b;
  }
  if (mapped === null) return args;
  if (n < args.length) WALKED.set(mapped, n);
  return mapped;
}

/** Whether one of the arguments to walk passes. */
export function someArg(args: readonly Expression[], f: (e: Expression) => boolean): boolean {
  for (let i = 0, n = walkedArgs(args); i < n; i++) if (f(args[i]!)) return true;
  return false;
}

/** Calls `f` for the node and, unless it returns false, for everything below, literals that end a long list aside. */
export function visit(e: Expression, f: (e: Expression) => boolean | void): void {
  if (f(e) === false) return;
  if (e.kind === 'function') for (let i = 0, n = walkedArgs(e.args); i < n; i++) visit(e.args[i]!, f);
}

/** Bottom-up rewrite; nodes whose parts did not change are kept. `f` returns the replacement or the node itself. Literals that end a long list stay. */
export function substitute(e: Expression, f: (e: Expression) => Expression): Expression {
  if (e.kind === 'function') {
    const args = mapArgs(e.args, (a) => substitute(a, f));
    if (args !== e.args) e = { ...e, args };
  }
  return f(e);
}

/** Replaces columns by id. */
export function substituteColumns(e: Expression, map: ReadonlyMap<number, Expression>): Expression {
  return substitute(e, (x) => (x.kind === 'column' ? (map.get(x.id) ?? x) : x));
}

/** Distinct columns by id in order of first appearance. */
export function columnsOf(e: Expression | readonly Expression[]): Column[] {
  const out = new Map<number, Column>();
  for (const root of Array.isArray(e) ? (e as readonly Expression[]) : [e as Expression]) {
    visit(root, (x) => {
      if (x.kind === 'column' && !out.has(x.id)) out.set(x.id, x);
    });
  }
  return [...out.values()];
}

/** What aggregates are given: their arguments, then what they order by. */
export const argumentsOf = (aggs: readonly AggFunc[]): Expression[] =>
  aggs.flatMap((a) => [...a.args, ...(a.orderBy ?? []).map((o) => o.expr)]);

export function correlatedOf(e: Expression | readonly Expression[]): CorrelatedColumn[] {
  const out: CorrelatedColumn[] = [];
  for (const root of Array.isArray(e) ? (e as readonly Expression[]) : [e as Expression]) {
    visit(root, (x) => {
      if (x.kind === 'correlated') out.push(x);
    });
  }
  return out;
}

/** Whether the tree reads no column (of this query or an outer one). */
export function isConstantTree(e: Expression): boolean {
  switch (e.kind) {
    case 'constant':
      return true;
    case 'function':
      return !someArg(e.args, (a) => !isConstantTree(a));
    default:
      return false;
  }
}

/** Sets every column's `index` from the position of its id; throws when one is missing. */
export function resolveIndices(e: Expression, schema: readonly Column[]): Expression {
  return substitute(e, (x) => {
    if (x.kind !== 'column') return x;
    const index = schema.findIndex((c) => c.id === x.id);
    if (index < 0) throw new Error(`column ${x.name} is not in the child's schema`);
    return index === x.index ? x : { ...x, index };
  });
}

function datumKey(v: Datum): string {
  if (v === null) return 'N';
  if (v instanceof Uint8Array) return `x${Buffer.from(v.buffer, v.byteOffset, v.length).toString('latin1')}`;
  return typeof v === 'bigint' ? `b${v}` : Object.is(v, -0) ? 'n-0' : `n${v}`;
}

/** Text that two expressions share exactly when they are `equals`. */
export function hashKey(e: Expression): string {
  switch (e.kind) {
    case 'column':
      return `c${e.id}`;
    case 'correlated':
      return `r${e.column.id}`;
    case 'constant':
      return e.param !== undefined
        ? `?${e.param}`
        : `${e.type.tp}.${e.type.decimal}.${e.type.flag & 32}.${e.type.collate}:${lengthPrefixed(datumKey(e.value))}`;
    case 'function':
      return `${e.name}<${e.type.tp}.${e.type.flen}.${e.type.decimal}.${e.type.flag & 32}.${e.type.collate}.${e.collation}>(${e.args.map(hashKey).join(',')})`;
  }
}

const lengthPrefixed = (s: string): string => `${s.length}:${s}`;

/** Same value for every row by structure. */
export function equals(a: Expression, b: Expression): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'column':
      return a.id === (b as Column).id;
    case 'correlated':
      return a.column.id === (b as CorrelatedColumn).column.id;
    case 'constant':
      return hashKey(a) === hashKey(b);
    case 'function': {
      const f = b as ScalarFunction;
      return a.name === f.name && a.args.length === f.args.length && hashKey(a) === hashKey(f);
    }
  }
}

/** Conjuncts of a condition. */
export function splitConjuncts(e: Expression, out: Expression[] = []): Expression[] {
  if (e.kind === 'function' && e.name === 'and') for (const a of e.args) splitConjuncts(a, out);
  else out.push(e);
  return out;
}

/** Disjuncts of a condition. */
export function splitDisjuncts(e: Expression, out: Expression[] = []): Expression[] {
  if (e.kind === 'function' && e.name === 'or') for (const a of e.args) splitDisjuncts(a, out);
  else out.push(e);
  return out;
}
