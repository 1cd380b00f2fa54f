import type { ByItem, Column, Expression } from '../../expression/expression.js';
import { idsOf } from '../logical/expression-walk.js';
import type { LogicalPlan } from '../logical/plan.js';
import type { OrderItem } from './task.js';
import { evalType, isNotNull, TypeCode } from '../../types/field-type.js';

/** A column whose order is an expression's, or the reverse of it. */
export interface Monotonic {
  readonly column: Column;
  readonly falling: boolean;
}

/**
 * The column that an expression orders rows by: itself, with constants added or taken away, or negated. Exact numbers only, so that
 * values that differ stay different. NULL comes first whatever is computed of it, so that what falls must be of a column that has
 * none among the rows of `input`.
 */
export function monotonic(e: Expression, input: LogicalPlan): Monotonic | null {
  if (e.kind === 'column') return { column: e, falling: false };
  if (e.kind !== 'function' || !isExact(e)) return null;
  const [a, b] = e.args;
  switch (e.name) {
    case 'plus':
      return isConstant(a) ? of(b, false, input) : isConstant(b) ? of(a, false, input) : null;
    case 'minus':
      return isConstant(a) ? of(b, true, input) : isConstant(b) ? of(a, false, input) : null;
    case 'unaryminus':
      return of(a, true, input);
    default:
      return null;
  }
}

/** The order of columns that gives rows in the order of some expressions; null when there is none. */
export function monotonicOrder(by: readonly ByItem[], input: LogicalPlan): OrderItem[] | null {
  const out: OrderItem[] = [];
  for (const b of by) {
    const m = monotonic(b.expr, input);
    if (m === null) return null;
    const { column } = m;
    if (!out.some((o) => o.column.id === column.id)) out.push({ column, desc: m.falling ? !b.desc : b.desc });
  }
  return out;
}

function of(e: Expression | undefined, reverses: boolean, input: LogicalPlan): Monotonic | null {
  const m = e === undefined || !isExact(e) ? null : monotonic(e, input);
  if (m === null) return null;
  const falling = m.falling !== reverses;
  const fits = !falling || isNotNull(m.column.type) || neverNull(input, m.column.id);
  return fits ? { column: m.column, falling } : null;
}

/** Whether conditions leave no row in which a column is NULL. */
function neverNull(p: LogicalPlan, id: number): boolean {
  switch (p.op) {
    case 'DataSource':
    case 'Selection':
      return (
        p.conditions.some((c) => isNotNullTest(c, id)) ||
        (p.op === 'Selection' && neverNull(p.children[0]!, id))
      );
    case 'Limit':
    case 'TopN':
    case 'Sort':
    case 'Lock':
      return neverNull(p.children[0]!, id);
    case 'Join': {
      const [left, right] = p.children as [LogicalPlan, LogicalPlan];
      if (idsOf(left.schema).has(id)) return p.joinType !== 'rightOuter' && neverNull(left, id);
      return (p.joinType === 'inner' || p.joinType === 'rightOuter') && neverNull(right, id);
    }
    default:
      return false;
  }
}

function isNotNullTest(c: Expression, id: number): boolean {
  const inner = c.kind === 'function' && c.name === 'not' ? c.args[0] : undefined;
  const tested = inner?.kind === 'function' && inner.name === 'isnull' ? inner.args[0] : undefined;
  return tested?.kind === 'column' && tested.id === id;
}

const isConstant = (e: Expression | undefined): boolean =>
  e?.kind === 'constant' && e.value !== null && isExact(e);

function isExact(e: Expression): boolean {
  const { tp } = e.type;
  const kind = evalType(e.type);
  return kind === 'decimal' || (kind === 'int' && tp !== TypeCode.Bit && tp !== TypeCode.Year);
}
