import type { Column, Expression } from '../../expression/expression.js';
import { hasColumns, isVolatile, sameExpr, substitute } from '../logical/expression-walk.js';
import type { BuildState } from '../resolve/build-state.js';

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
export function propagate(conditions: readonly Expression[], state: BuildState): Expression[] {
  const out: Expression[] = [];
  for (const c of conditions) if (!out.some((o) => sameExpr(o, c))) out.push(c);
  const classes: Column[][] = [];
  for (const c of out) {
    if (c.kind !== 'function' || c.name !== 'eq') continue;
    const [a, b] = c.args;
    if (a?.kind !== 'column' || b?.kind !== 'column' || a.id === b.id || !interchangeable(a, b)) continue;
    const x = classes.find((k) => k.some((m) => m.id === a.id));
    const y = classes.find((k) => k.some((m) => m.id === b.id));
    if (x !== undefined && y !== undefined) {
      if (x !== y) {
        x.push(...y);
        classes.splice(classes.indexOf(y), 1);
      }
    } else if (x !== undefined) x.push(b);
    else if (y !== undefined) y.push(a);
    else classes.push([a, b]);
  }
  if (classes.length === 0) return out;
  const derived: Expression[] = [];
  for (const c of out) {
    const column = singleColumn(c);
    if (column === null) continue;
    const cls = classes.find((k) => k.some((m) => m.id === column.id));
    if (cls === undefined) continue;
    for (const other of cls) {
      if (other.id === column.id) continue;
      const copy = substitute(c, new Map([[column.id, other]]));
      if (!out.some((o) => sameExpr(o, copy)) && !derived.some((o) => sameExpr(o, copy))) derived.push(copy);
    }
  }
  void state;
  return [...out, ...derived];
}
