import type { Column, Expression } from '../../expression/expression.js';
import { stripParens, type Expr } from '../../parser/ast/index.js';
import { RowListNeeded, type BuildState } from './build-state.js';

/** Rows of a list from which on its condition is made in steps. */
const LONG_ROW_LIST = 512;
/** Rows that are compared between two chances to let others use the thread. */
const STEP = 64;

const PLAIN: ReadonlySet<string> = new Set(['IntLiteral', 'FloatLiteral', 'StringLiteral', 'NullLiteral']);

/** Literals alone: what is made of them says nothing of the query around, and changes nothing there. */
const isPlain = (row: Expr): boolean => {
  const r = stripParens(row);
  return r.kind === 'Row' && r.items.every((x) => PLAIN.has(x.kind));
};

/** The comparisons with each of `count` rows joined by OR, as a balanced tree. */
function* anyOf(
  from: number,
  count: number,
  one: (i: number) => Expression,
  or: (a: Expression, b: Expression) => Expression,
): Generator<void, Expression> {
  if (count === 1) return one(from);
  const middle = count >> 1;
  const a = yield* anyOf(from, middle, one, or);
  const b = yield* anyOf(from + middle, count - middle, one, or);
  if (count <= STEP && 2 * count > STEP) yield;
  return or(a, b);
}

/**
 * The condition of a long list of rows of literals that columns are compared with; null for any other list. Made in steps: throws for
 * the planner to see to that.
 */
export function longRowList(
  state: BuildState,
  left: readonly Expression[],
  list: readonly Expr[],
  compare: (row: Expr) => Expression,
  or: (a: Expression, b: Expression) => Expression,
): Expression | null {
  const { rowLists, literals } = state.memory;
  if (list.length < LONG_ROW_LIST || literals === null) return null;
  const columns = left.filter((e): e is Column => e.kind === 'column');
  if (columns.length !== left.length) return null;
  const known = rowLists.get(list);
  if (known !== undefined)
    return known.left.every((c, i) => c.id === columns[i]!.id && c.type === columns[i]!.type)
      ? known.condition
      : null;
  if (!list.every(isPlain)) return null;
  throw new RowListNeeded(
    list,
    columns,
    anyOf(0, list.length, (i) => compare(list[i]!), or),
  );
}
