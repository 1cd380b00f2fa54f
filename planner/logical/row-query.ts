import type { Column, CorrelatedColumn, Expression } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';
import type { PhysicalPlan, RowQuery } from '../physical/plan.js';
import { buildStored, type ExpressionEnv } from '../resolve/expression-builder.js';
import type { FieldName, QueryScope } from '../resolve/scope.js';
import { forEachColumn, substitute } from './expression-walk.js';
import { dual, projection, type LogicalPlan } from './plan.js';

/** Turns a logical plan into its best physical one, same columns. */
export type ToPhysical = (p: LogicalPlan) => PhysicalPlan;

/** Names of a row that a writer has at hand, which no plan gives. */
export const rowScope = (names: readonly FieldName[]): QueryScope => ({
  relation: { plan: dual(1), names: [...names] },
  outer: null,
  ctes: null,
  cells: new Map(),
});

/** An expression over a row at hand; with subqueries that read the row, a plan of one row that gives its value. */
interface OverRow {
  readonly value: Expression;
  readonly plan: LogicalPlan | null;
  /** Columns that the row is made of, and the slot of each for the plan. */
  readonly inputs: readonly Column[];
  readonly cells: RowQuery['cells'];
}

/** Builds an expression over a row at hand, some of whose columns are computed from others. */
export function overRow(
  env: ExpressionEnv,
  e: ast.Expr,
  row: readonly Column[],
  computed: ReadonlyMap<number, Expression>,
  make: (env: ExpressionEnv, e: ast.Expr) => Expression,
): OverRow {
  const { state } = env;
  const values = row.map((c) => computed.get(c.id) ?? c);
  const slots = new Map<number, CorrelatedColumn>();
  const inputs: Column[] = [];
  for (const v of values) {
    forEachColumn(v, (c) => {
      if (slots.has(c.id)) return;
      const column = state.column(c.type);
      slots.set(c.id, { kind: 'correlated', column, type: c.type, cell: { value: null } });
      inputs.push(c);
    });
  }
  const cells = inputs.map((c) => slots.get(c.id)!.cell);
  const base = projection(
    dual(1),
    values.map((v) => substitute(v, slots)),
    [...row],
  );
  const scope: QueryScope = { ...env.scope, relation: { ...env.scope.relation, plan: base } };
  const value = make({ ...env, scope }, e);
  const { plan } = scope.relation;
  if (plan === base) return { value, plan: null, inputs, cells };
  state.cacheable = false;
  return { value, plan: projection(plan, [value], [state.column(value.type)]), inputs, cells };
}

/**
 * A value to be stored, over a row at hand. Subqueries that read the row are joined to a plan of that one row, which is run
 * for each row anew.
 */
export function buildOverRow(
  env: ExpressionEnv,
  e: ast.Expr,
  row: readonly Column[],
  physical: ToPhysical,
): { readonly value: Expression; readonly query?: RowQuery } {
  const { value, plan, cells } = overRow(env, e, row, new Map(), buildStored);
  if (plan === null) return { value };
  return { value, query: { plan: physical(plan), cells } };
}
