import type { Column, Expression } from '../../expression/expression.js';
import { evalType } from '../../types/field-type.js';
import { isFunction, isVolatile, splitCnf, splitDnf } from '../logical/expression-walk.js';
import { FALSE_CONSTANT, TRUE_CONSTANT } from '../resolve/literal.js';
import type { BuildState } from '../resolve/build-state.js';

/** What a condition says whatever the row is: null for what depends on it, or on a parameter of a plan that is kept. */
function known(e: Expression): boolean | null {
  if (e.kind !== 'constant' || e.param !== undefined || e.value instanceof Uint8Array) return null;
  return e.value !== null && Number(e.value) !== 0;
}

/** Alternatives from which on those that compare one column with a constant are looked up in a list. */
const LONG = 64;

/** The column and the constant of an equality whose list form compares in the same way. */
function listed(e: Expression): { readonly column: Column; readonly value: Expression } | null {
  if (!isFunction(e, 'eq')) return null;
  const [a, b] = e.args;
  const [column, value] = a!.kind === 'column' ? [a, b!] : [b!, a!];
  if (column.kind !== 'column' || value.kind !== 'constant') return null;
  const kind = evalType(column.type);
  const same = evalType(value.type) === kind && column.type.elems === undefined;
  if (!same || (kind !== 'int' && kind !== 'string' && kind !== 'decimal')) return null;
  return kind === 'string' && e.collation !== column.type.collate ? null : { column, value };
}

/** `a = 1 OR a = 2 OR b > 3` as `a IN (1, 2) OR b > 3`: a list is searched where alternatives are tried one by one. */
function asLists(alternatives: readonly Expression[], state: BuildState): readonly Expression[] {
  const values = new Map<number, Expression[]>();
  const out: (Expression | number)[] = [];
  for (const e of alternatives) {
    const found = listed(e);
    if (found === null) out.push(e);
    else {
      const { id } = found.column;
      const list = values.get(id);
      if (list === undefined) {
        values.set(id, [found.column, found.value]);
        out.push(id);
      } else list.push(found.value);
    }
  }
  return out.map((e) => {
    if (typeof e !== 'number') return e;
    const [column, ...list] = values.get(e)!;
    return state.call(list.length === 1 ? 'eq' : 'in', column!, ...list);
  });
}

/**
 * A filter without the parts that are decided already, as generated SQL has them: `1 = 1 AND (NULL IS NULL OR a = NULL)` says
 * nothing, `5 IS NULL OR a = 5` is `a = 5`. Only whether the filter is true counts: FALSE stands for NULL.
 */
export function simplifyFilter(e: Expression, state: BuildState): Expression {
  const decided = known(e);
  if (decided !== null) return decided ? TRUE_CONSTANT : FALSE_CONSTANT;
  const or = isFunction(e, 'or');
  if ((!or && !isFunction(e, 'and')) || isVolatile(e)) return e;
  const parts = or ? splitDnf(e) : splitCnf(e);
  const left: Expression[] = [];
  let same = true;
  for (const part of parts) {
    const simple = simplifyFilter(part, state);
    same &&= simple === part;
    const value = known(simple);
    if (value === null) left.push(simple);
    // TRUE decides a disjunction and FALSE a conjunction; the other one says nothing there.
    else if (value === or) return simple;
    else same = false;
  }
  if (or && left.length >= LONG) {
    const listed = asLists(left, state);
    same &&= listed.length === left.length;
    left.splice(0, left.length, ...listed);
  }
  if (same) return e;
  if (left.length === 0) return or ? FALSE_CONSTANT : TRUE_CONSTANT;
  return left.reduce((a, b) => state.call(or ? 'or' : 'and', a, b));
}
