import { evalType, TypeCode, type FieldType } from '../../types/field-type.js';
import { canonical } from '../codegen.js';
import type { Column, Constant, Expression, ScalarFunction } from '../expression.js';
import { registerFunction } from '../function-registry.js';
import { splitConjuncts, splitDisjuncts } from '../traverse.js';
import { boolType } from '../type-inference.js';
import { TupleSet } from './tuple-set.js';

/** Alternatives from which on looking one up beats comparing them all. */
const LEAST = 8;
/** Columns that a TupleSet takes. */
const MOST_COLUMNS = 3;

const isInteger = (t: FieldType): boolean =>
  evalType(t) === 'int' && t.tp !== TypeCode.Null && t.tp !== TypeCode.Year && t.tp !== TypeCode.Bit;

/** `column = number`, in either order; null for anything else. */
function equality(e: Expression): { readonly column: Column; readonly value: Constant } | null {
  if (e.kind !== 'function' || e.name !== 'eq') return null;
  const [a, b] = e.args as [Expression, Expression];
  const [column, value] = a.kind === 'column' ? [a, b] : [b, a];
  if (column.kind !== 'column' || value.kind !== 'constant' || value.param !== undefined) return null;
  if (typeof value.value !== 'number' || !isInteger(value.type) || !isInteger(column.type)) return null;
  return { column, value };
}

/**
 * A condition that is a long list of alternatives of the form `a = 1 AND b = 2`, all about the same integer columns, which is what
 * `(a, b) IN ((1, 2), …)` is too, as one look-up of the columns' values. Of a row with a NULL among them it says NULL, where some
 * alternatives may say FALSE: for conditions, to which that is the same. Other conditions as they are.
 */
export function asTupleLookup(condition: Expression): Expression {
  if (condition.kind !== 'function' || condition.name !== 'or') return condition;
  const alternatives = splitDisjuncts(condition);
  if (alternatives.length < LEAST) return condition;
  const places = new Map<number, number>();
  const columns: Column[] = [];
  const members: Constant[] = [];
  for (const [k, alternative] of alternatives.entries()) {
    const parts = splitConjuncts(alternative);
    if (parts.length > MOST_COLUMNS || (k > 0 && parts.length !== columns.length)) return condition;
    const from = k * parts.length;
    const given = new Set<number>();
    for (const part of parts) {
      const e = equality(part);
      if (e === null) return condition;
      if (k === 0 && !places.has(e.column.index)) places.set(e.column.index, columns.push(e.column) - 1);
      const place = places.get(e.column.index);
      if (place === undefined || given.has(place)) return condition;
      given.add(place);
      members[from + place] = e.value;
    }
  }
  return {
    kind: 'function',
    name: 'in_tuples',
    args: [...columns, ...members],
    type: boolType(),
    collation: 'binary',
  };
}

registerFunction({
  name: 'in_tuples',
  minArgs: 2,
  maxArgs: Infinity,
  family: 'comparison',
  internal: true,
  pure: true,
  doc: '(column, …) IN ((number, …), …), as conditions are compiled.',
  resolve: (args) => ({ args, type: boolType() }),
  emit(g, node: ScalarFunction) {
    const width = node.args.findIndex((a) => a.kind === 'constant');
    const numbers = node.args.slice(width).map((a) => (a as Constant).value as number);
    const set = g.pool(new TupleSet(width, numbers));
    const cells = node.args.slice(0, width).map((a) => g.emit(a));
    const values = cells.map((c) => (c.rep === 'b' ? `${g.pool(canonical)}(${c.v})` : c.v));
    return g.bool(`${set}.has(${values.join(',')})`, g.anyNull(cells));
  },
});
