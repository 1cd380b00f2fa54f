import type { Expression } from '../../expression/expression.js';
import type { LogicalPlan, Window } from '../logical/plan.js';
import type { BuildState } from '../resolve/build-state.js';
import { intConstant, ZERO } from '../resolve/literal.js';
import type { Rule } from './rule.js';

/**
 * tidb_opt_derive_topn: `ROW_NUMBER() OVER (ORDER BY …) <= n` needs the first n rows of the window's order only, which the
 * store may pick. The condition stays.
 */
export const topNFromWindow: Rule = {
  name: 'derive_topn_from_window',
  apply: (plan, state) => (state.ctx.variable('tidb_opt_derive_topn') === 'ON' ? visit(plan, state) : plan),
};

function visit(p: LogicalPlan, state: BuildState): LogicalPlan {
  p.children = p.children.map((c) => visit(c, state));
  if (p.op !== 'Selection' || p.conditions.length !== 1) return p;
  const window = p.children[0]!;
  if (window.op !== 'Window' || window.functions.length !== 1 || window.partitionBy.length > 0) return p;
  if (window.functions[0]!.name !== 'row_number' || window.children[0]!.op !== 'DataSource') return p;
  const count = firstRows(p.conditions[0]!, window);
  if (count === null) return p;
  const below = window.children[0]!;
  const bounds = { schema: below.schema, children: [below], offset: ZERO, count: intConstant(count) };
  window.children = [
    window.orderBy.length === 0
      ? { op: 'Limit', ...bounds }
      : { op: 'TopN', ...bounds, by: [...window.orderBy] },
  ];
  return p;
}

/** n of `number <= n` or `number < n`; null for any other condition. */
function firstRows(c: Expression, window: Window): number | null {
  if (c.kind !== 'function' || (c.name !== 'le' && c.name !== 'lt')) return null;
  const [column, bound] = c.args;
  if (column?.kind !== 'column' || column.id !== window.schema[window.schema.length - 1]!.id) return null;
  if (bound?.kind !== 'constant' || bound.param !== undefined || typeof bound.value !== 'number') return null;
  // A decimal is an unscaled integer.
  const value = bound.value / 10 ** Math.max(0, bound.type.tp === 246 ? bound.type.decimal : 0);
  const n = c.name === 'le' ? Math.floor(value) : Math.ceil(value);
  return n > 0 && Number.isSafeInteger(n) ? n : null;
}
