import type { Column, Expression } from '../../expression/expression.js';
import { hasColumns, isVolatile, substitute } from '../logical/expression-walk.js';
import { ExpressionSet } from '../logical/expression-set.js';

/** Columns may stand for each other only when their values have one form and one order. */
const interchangeable = (a: Column, b: Column): boolean =>
  a.type.tp === b.type.tp &&
  a.type.decimal === b.type.decimal &&
  a.type.collate === b.type.collate &&
  (a.type.flag & 32) === (b.type.flag & 32) &&
  a.type.elems === undefined &&
  b.type.elems === undefined;

/** Conditions on one column that may be repeated on its equals. */
const CARRIED: ReadonlySet<string> = new Set(['eq', 'lt', 'le', 'gt', 'ge', 'in', 'ne', 'nulleq']);

/** `column op constants` with a single column; null otherwise. */
function singleColumn(e: Expression): Column | null {
  if (e.kind !== 'function' || !CARRIED.has(e.name) || isVolatile(e)) return null;
  let column: Column | null = null;
  for (const a of e.args) {
    if (a.kind === 'column') {
      if (column !== null && column.id !== a.id) return null;
      column = a;
    } else if (hasColumns(a)) return null;
  }
  return column;
}

/**
 * Repeats a conjunction's conditions over equal columns: a = b AND a > 3 gives b > 3; a = b AND b = c gives a = c
 * where that makes a join key. Nothing is taken away but duplicates.
 */
export function propagate(conditions: readonly Expression[]): Expression[] {
  if (conditions.length < 2) return [...conditions];
  const all = new ExpressionSet(conditions);
  const given = all.list.slice();
  /** The columns that are equal to a column, by its id. */
  const classes = new Map<number, Column[]>();
  for (const c of given) {
    if (c.kind !== 'function' || c.name !== 'eq') continue;
    const [a, b] = c.args;
    if (a?.kind !== 'column' || b?.kind !== 'column' || a.id === b.id || !interchangeable(a, b)) continue;
    const x = classes.get(a.id);
    const y = classes.get(b.id);
    if (x !== undefined && x === y) continue;
    const [into, more] = x === undefined && y !== undefined ? [y, [a]] : [x ?? [a], y ?? [b]];
    into.push(...more);
    for (const m of into) classes.set(m.id, into);
  }
  if (classes.size === 0) return given;
  for (const c of given) {
    const column = singleColumn(c);
    const equals = column === null ? undefined : classes.get(column.id);
    if (column === null || equals === undefined) continue;
    for (const other of equals)
      if (other.id !== column.id) all.add(substitute(c, new Map([[column.id, other]])));
  }
  return all.list;
}
