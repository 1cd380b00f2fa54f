import type { Column, CorrelatedColumn, Expression } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';
import type { PhysicalPlan, RowQuery } from '../physical/plan.js';
import { buildStored, type ExpressionEnv } from '../resolve/expression-builder.js';
import type { FieldName, QueryScope } from '../resolve/scope.js';
import { dual, projection, type LogicalPlan } from './plan.js';

/** Names of a row that a writer has at hand, which no plan gives. */
export const rowScope = (names: readonly FieldName[]): QueryScope => ({
  relation: { plan: dual(1), names: [...names] },
  outer: null,
  ctes: null,
  cells: new Map(),
});

/**
 * A value to be stored, over a row at hand. Subqueries that read the row are joined to a plan of that one row, which is run
 * for each row anew.
 */
export function buildOverRow(
  env: ExpressionEnv,
  e: ast.Expr,
  row: readonly Column[],
  physical: (p: LogicalPlan) => PhysicalPlan,
): { readonly value: Expression; readonly query?: RowQuery } {
  const { state } = env;
  const cells = row.map((c): CorrelatedColumn => {
    const column = state.column(c.type);
    return { kind: 'correlated', column, type: c.type, cell: { value: null } };
  });
  const base = projection(dual(1), cells, [...row]);
  const scope: QueryScope = { ...env.scope, relation: { ...env.scope.relation, plan: base } };
  const value = buildStored({ ...env, scope }, e);
  const { plan } = scope.relation;
  if (plan === base) return { value };
  state.cacheable = false;
  const result = state.column(value.type);
  return {
    value,
    query: { plan: physical(projection(plan, [value], [result])), cells: cells.map((c) => c.cell) },
  };
}
