import type { ByItem, Column, Expression } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import type { BuildState } from '../resolve/build-state.js';
import { newAggregate } from '../resolve/functions.js';
import type { FieldName, Relation } from '../resolve/scope.js';
import { aggregationHint } from './block-hints.js';
import { buildLimit } from './build-limit.js';
import { columnsOf, dedupe, isVolatile, sameExpr } from './expression-walk.js';
import { projection, type LogicalPlan } from './plan.js';
import type { Field } from './select-list.js';

/** What comes last in a block: projection, DISTINCT, ORDER BY, LIMIT, and the columns nobody asked for away. Throws 3065 and 3066. */
export function selectOutput(
  state: BuildState,
  stmt: ast.SelectStmt,
  child: LogicalPlan,
  fields: readonly Field[],
  exprs: readonly Expression[],
  order: readonly ByItem[],
): Relation {
  const columns: Column[] = [];
  const taken = new Map<number, number>();
  exprs.forEach((e) => {
    let c = state.columnFor(e);
    // One column selected twice is two output columns with one value.
    if (e.kind === 'column' && taken.has(e.id) && stmt.options.distinct) c = e;
    taken.set(c.id, 1);
    columns.push(c);
  });
  const by: ByItem[] = [];
  const extra: Expression[] = [];
  const extraColumns: Column[] = [];
  for (const o of order) {
    let at = exprs.findIndex((e) => sameExpr(e, o.expr) && !isVolatile(e));
    if (at < 0) at = exprs.indexOf(o.expr);
    if (at >= 0) {
      by.push({ expr: columns[at]!, desc: o.desc });
      continue;
    }
    if (stmt.options.distinct) {
      const have = new Set(columns.map((c) => c.id));
      if ([...columnsOf([o.expr])].every((id) => have.has(id))) {
        by.push(o);
        continue;
      }
      if (stmt.orderBy?.[by.length]?.expr.kind === 'AggregateCall') {
        throw mysqlError('ER_AGGREGATE_IN_ORDER_NOT_SELECT', by.length + 1, 'DISTINCT');
      }
      throw mysqlError('ER_FIELD_IN_ORDER_NOT_SELECT', by.length + 1, columnNameIn(o.expr), 'DISTINCT');
    }
    const column = state.columnFor(o.expr);
    extra.push(o.expr);
    extraColumns.push(column);
    by.push({ expr: column, desc: o.desc });
  }
  let plan: LogicalPlan = projection(child, [...exprs, ...extra], [...columns, ...extraColumns]);
  if (stmt.options.distinct) {
    const ctx = state.ctx.eval;
    plan = {
      op: 'Aggregation',
      schema: [...columns],
      children: [plan],
      groupBy: dedupe(columns),
      aggs: columns.map((c) => newAggregate('first_row', [c], false, ctx)),
      block: state.block,
      ...aggregationHint(state.hints.at(-1)!),
    };
  }
  if (by.length > 0) plan = { op: 'Sort', schema: plan.schema, children: [plan], by };
  if (stmt.limit !== null) plan = buildLimit(state, plan, stmt.limit);
  if (extra.length > 0) plan = projection(plan, columns, columns);
  const names: FieldName[] = fields.map((f, i) => ({
    ...f.name,
    column: columns[i]!,
    visible: true,
    hidden: false,
  }));
  return { plan, names };
}

const columnNameIn = (e: Expression): string => {
  if (e.kind === 'column') return e.name;
  if (e.kind === 'function') for (const a of e.args) if (columnNameIn(a) !== '') return columnNameIn(a);
  return '';
};
