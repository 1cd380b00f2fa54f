import type { Column } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';
import { stripParens } from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import type { BuildState } from '../resolve/build-state.js';
import { build, type ExpressionEnv } from '../resolve/expression-builder.js';
import { castTo } from '../resolve/functions.js';
import type { CteScope, FieldName, QueryScope, Relation } from '../resolve/scope.js';
import { buildLimit } from './build-limit.js';
import { addCommonTables } from './build-cte.js';
import { newJoin } from './join-condition.js';
import { Flag, newFieldType, TypeCode } from '../../types/field-type.js';
import { dual, projection, type LogicalPlan } from './plan.js';
import { distinctOf, mergedType, unionOf } from './union.js';

/** The rows with a number among their equals, 1, 2, 3, …, behind their columns. */
function numbered(state: BuildState, p: LogicalPlan): LogicalPlan {
  const type = newFieldType(TypeCode.LongLong, { flen: 21, flag: Flag.NotNull });
  return {
    op: 'Window',
    schema: [...p.schema, state.column(type)],
    children: [p],
    partitionBy: p.schema.map((expr) => ({ expr, desc: false })),
    orderBy: [],
    functions: [{ name: 'row_number', args: [], type }],
    frame: null,
  };
}

/** INTERSECT and EXCEPT: distinct left rows with, or without, an equal right row; NULLs equal. */
function semiSet(
  state: BuildState,
  op: 'INTERSECT' | 'EXCEPT',
  all: boolean,
  left: LogicalPlan,
  right: LogicalPlan,
): LogicalPlan {
  if (left.schema.length !== right.schema.length) throw mysqlError('ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT');
  const types = left.schema.map((c, i) => mergedType(state, [c, right.schema[i]!]));
  const cast = (p: LogicalPlan): LogicalPlan => {
    const exprs = p.schema.map((c, i) => castTo(c, types[i]!, state.ctx.eval));
    return projection(
      p,
      exprs,
      types.map((t) => state.column(t)),
    );
  };
  // With ALL the n-th of equal rows on the left goes with the n-th of those on the right.
  const l = all ? numbered(state, cast(left)) : distinctOf(state, cast(left));
  const r = all ? numbered(state, cast(right)) : cast(right);
  const join = newJoin(op === 'INTERSECT' ? 'semi' : 'antiSemi', l, r);
  join.eq = l.schema.map((c, i) => ({ left: c, right: r.schema[i]!, nullEq: true }));
  if (!all) return join;
  const columns = l.schema.slice(0, -1);
  return projection(join, columns, columns);
}

export function buildSetOperation(
  state: BuildState,
  stmt: ast.SetOperation,
  outer: QueryScope | null,
  outerCtes: CteScope | null,
): Relation {
  const ctes = stmt.with === null ? outerCtes : addCommonTables(state, stmt.with, stmt, outer, outerCtes);
  const branches = stmt.branches.map((b) => state.buildQuery(state, b.query, outer, ctes));
  let names: FieldName[] = branches[0]!.names;
  let plan = combine(
    state,
    stmt,
    branches.map((b) => b.plan),
  );
  if (stmt.branches.length > 1) {
    names = names.map((n, i) => ({
      ...n,
      table: '',
      db: '',
      orgTable: '',
      orgName: '',
      column: plan.schema[i]!,
    }));
  }
  if (stmt.orderBy !== null) plan = orderBy(state, plan, names, stmt.orderBy, outer, ctes);
  if (stmt.limit !== null) plan = buildLimit(state, plan, stmt.limit);
  return { plan, names };
}

/** Left to right; runs of UNION ALL, and everything under a UNION DISTINCT, are one UnionAll. */
function combine(state: BuildState, stmt: ast.SetOperation, plans: readonly LogicalPlan[]): LogicalPlan {
  let parts: LogicalPlan[] = [plans[0]!];
  const flush = (): LogicalPlan => (parts.length === 1 ? parts[0]! : unionOf(state, parts));
  let i = 1;
  // A UNION DISTINCT makes every ALL before it meaningless.
  for (; i < stmt.branches.length; i++) {
    const b = stmt.branches[i]!;
    if (b.op === 'UNION') {
      parts.push(plans[i]!);
      if (!b.all) {
        const next = stmt.branches.slice(i + 1).findIndex((x) => x.op !== 'UNION');
        const until = next < 0 ? stmt.branches.length : i + 1 + next;
        const laterDistinct = stmt.branches.slice(i + 1, until).some((x) => !x.all);
        if (!laterDistinct) parts = [distinctOf(state, flush())];
      }
      continue;
    }
    if (b.op === null) continue;
    parts = [semiSet(state, b.op, b.all, flush(), plans[i]!)];
  }
  return flush();
}

/** ORDER BY of a set operation sees the output's names and positions only. */
function orderBy(
  state: BuildState,
  plan: LogicalPlan,
  names: FieldName[],
  items: readonly ast.OrderItem[],
  outer: QueryScope | null,
  ctes: CteScope | null,
): LogicalPlan {
  const scope: QueryScope = {
    relation: { plan, names: names.map((n) => ({ ...n, visible: true })) },
    outer,
    ctes,
    cells: new Map(),
  };
  const env: ExpressionEnv = { state, scope, clause: 'order clause' };
  const by = items.map((item) => {
    const x = stripParens(item.expr);
    if (x.kind === 'IntLiteral') {
      const n = names[Number(x.value) - 1];
      if (n === undefined) throw mysqlError('ER_BAD_FIELD_ERROR', String(x.value), 'order clause');
      return { expr: n.column, desc: item.desc };
    }
    return { expr: build(env, item.expr), desc: item.desc };
  });
  const columns = plan.schema;
  const sorted: LogicalPlan = {
    op: 'Sort',
    schema: scope.relation.plan.schema,
    children: [scope.relation.plan],
    by,
  };
  return scope.relation.plan === plan ? sorted : projection(sorted, [...columns], [...columns]);
}

/** VALUES ROW(…), …: columns column_0, column_1, …. */
export function buildValues(
  state: BuildState,
  stmt: ast.ValuesStmt,
  outer: QueryScope | null,
  outerCtes: CteScope | null,
): Relation {
  const ctes = stmt.with === null ? outerCtes : addCommonTables(state, stmt.with, stmt, outer, outerCtes);
  const width = stmt.rows[0]!.length;
  const parts = stmt.rows.map((row) => {
    if (row.length !== width) throw mysqlError('ER_WRONG_VALUE_COUNT_ON_ROW', stmt.rows.indexOf(row) + 1);
    const scope: QueryScope = { relation: { plan: dual(1), names: [] }, outer, ctes, cells: new Map() };
    const exprs = row.map((e) => build({ state, scope, clause: 'field list' }, e));
    return projection(
      scope.relation.plan,
      exprs,
      exprs.map((e) => state.column(e.type)),
    );
  });
  let plan: LogicalPlan = parts.length === 1 ? parts[0]! : unionOf(state, parts);
  const names: FieldName[] = plan.schema.map((c: Column, i) => ({
    name: `column_${i}`,
    table: '',
    db: '',
    orgName: '',
    orgTable: '',
    column: c,
    visible: true,
    hidden: false,
  }));
  if (stmt.orderBy !== null) plan = orderBy(state, plan, names, stmt.orderBy, outer, ctes);
  if (stmt.limit !== null) plan = buildLimit(state, plan, stmt.limit);
  return { plan, names };
}
