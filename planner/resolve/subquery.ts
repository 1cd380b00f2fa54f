import type { Column, Constant, Expression } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';
import { stripParens } from '../../parser/ast/index.js';
import { foldConstant } from '../../expression/build.js';
import { coercibilityOf } from '../../expression/collation-derivation.js';
import { boolType, isStringType } from '../../expression/type-inference.js';
import type { Datum } from '../../types/datum.js';
import { collation } from '../../types/collation.js';
import { mysqlError } from '../../types/error-table.js';
import { evalType, isNotNull, type FieldType } from '../../types/field-type.js';
import { asJoinKey, nullAwareKey, newJoin, nullableColumn } from '../logical/join-condition.js';
import { columnsOf, idsOf, substitute } from '../logical/expression-walk.js';
import type { Aggregation, Join, LogicalPlan } from '../logical/plan.js';
import { limit, selection } from '../logical/plan.js';
import { correlatesWith, isCorrelated } from '../logical/walk.js';
import { castTo, newAggregate } from './functions.js';
import {
  build,
  call,
  compareRows,
  registerSubqueryForms,
  rowItems,
  type ExpressionEnv,
} from './expression-builder.js';
import { FALSE_CONSTANT, NULL_CONSTANT, ONE, TRUE_CONSTANT, ZERO, constant, intConstant } from './literal.js';
import { hasHint, SubqueryNeeded, type SubqueryRows } from './build-state.js';
import type { Relation } from './scope.js';

function buildSub(env: ExpressionEnv, query: ast.Query): Relation {
  env.state.subqueryBlocks.add(query);
  return env.state.buildQuery(env.state, query, env.scope, env.scope.ctes);
}

/** Whether a subquery can be run now: it reads nothing from outside and no value that is not known yet. */
function evaluable(env: ExpressionEnv, plan: LogicalPlan): boolean {
  return env.state.ctx.params !== null && !isCorrelated(plan);
}

/** Rows of an uncorrelated subquery; the builder is restarted when they are not there yet. */
function rowsOf(env: ExpressionEnv, query: ast.Query, plan: LogicalPlan, maxRows: number): SubqueryRows {
  const known = env.state.memory.subqueries.get(query);
  if (known === undefined) throw new SubqueryNeeded(query, plan, maxRows, env.state);
  env.state.cacheable = false;
  return known;
}

/** A value that a subquery gave; its collation binds as that of the subquery's column. */
const cellOf = (c: Column, value: Datum): Constant =>
  isStringType(c.type)
    ? { kind: 'constant', type: c.type, value, coercibility: coercibilityOf(c) }
    : constant(c.type, value);

const warnHint = (env: ExpressionEnv, message: string): void =>
  env.state.ctx.warn({ level: 'Warning', code: 1815, message });

class SubqueryJoins extends Error {}

/** The value of an expression none of whose subqueries has to be joined to the block's plan; null when one has. */
export function buildWithoutJoin(env: ExpressionEnv, e: ast.Expr): Expression | null {
  const onSubquery = (): never => {
    throw new SubqueryJoins();
  };
  try {
    return build({ ...env, onSubquery }, e);
  } catch (error) {
    if (error instanceof SubqueryJoins) return null;
    throw error;
  }
}

/** Joins a subquery's plan to the block's own. */
function attach(env: ExpressionEnv, join: Join, query: ast.Query): void {
  const stay = hasHint(query, 'NO_DECORRELATE');
  const rewrite = hasHint(query, 'SEMI_JOIN_REWRITE');
  if (stay && rewrite) {
    warnHint(env, 'NO_DECORRELATE() and SEMI_JOIN_REWRITE() are in conflict. Both will be ineffective.');
  } else if (stay) {
    if (join.apply) join.noDecorrelate = true;
    else warnHint(env, 'NO_DECORRELATE() is inapplicable because there are no correlated columns.');
  } else if (rewrite) join.rewriteSemi = true;
  env.onSubquery?.();
  if (env.noSubqueries === true) throw mysqlError('ER_NOT_SUPPORTED_YET', `subquery in ${env.clause}`);
  env.scope.relation.plan = join;
}

/** Whether a plan gives one row at most, whatever the data. */
export function atMostOneRow(p: LogicalPlan): boolean {
  switch (p.op) {
    case 'Aggregation':
      return p.groupBy.length === 0;
    case 'Dual':
      return p.rowCount <= 1;
    case 'MaxOneRow':
      return true;
    case 'Limit':
    case 'TopN':
      return (
        (p.count.kind === 'constant' && p.count.param === undefined && Number(p.count.value) <= 1) ||
        atMostOneRow(p.children[0]!)
      );
    case 'Projection':
    case 'Selection':
    case 'Sort':
    case 'Lock':
      return atMostOneRow(p.children[0]!);
    default:
      return false;
  }
}

/** The columns of a subquery that gives one row, joined to the block: NULLs when it gives none, error 1242 on two. */
function joinSingleRow(env: ExpressionEnv, rel: Relation, query: ast.Query): Column[] {
  const alone =
    hasHint(query, 'NO_DECORRELATE') && correlatesWith(rel.plan, idsOf(env.scope.relation.plan.schema));
  const right: LogicalPlan =
    atMostOneRow(rel.plan) && !alone
      ? rel.plan
      : { op: 'MaxOneRow', schema: rel.plan.schema, children: [rel.plan] };
  const columns = right.schema.map(nullableColumn);
  attach(env, newJoin('leftOuter', env.scope.relation.plan, right), query);
  return columns;
}

/** `(SELECT …)` as a value. */
export function scalarSubquery(env: ExpressionEnv, query: ast.Query): Expression {
  return rowSubquery(env, query, 1)[0]!;
}

/** `(SELECT a, b …)` as a row. Throws 1241 where it has not as many columns as are wanted: before any of it is read. */
export function rowSubquery(env: ExpressionEnv, query: ast.Query, wanted?: number): Expression[] {
  const rel = buildSub(env, query);
  if (wanted !== undefined && rel.plan.schema.length !== wanted) {
    throw mysqlError('ER_OPERAND_COLUMNS', wanted);
  }
  if (evaluable(env, rel.plan)) {
    const { rows, columns } = rowsOf(env, query, rel.plan, 2);
    if (rows.length > 1) throw mysqlError('ER_SUBQUERY_NO_1_ROW');
    return columns.map((c, i) => cellOf(nullableColumn(c), rows[0]?.[i] ?? null));
  }
  return joinSingleRow(env, rel, query);
}

/** EXISTS of a plan that gives a row whatever the data is true. */
const alwaysOneRow = (p: LogicalPlan): boolean =>
  (p.op === 'Aggregation' && p.groupBy.length === 0) ||
  (p.op === 'Dual' && p.rowCount === 1) ||
  ((p.op === 'Projection' || p.op === 'Sort') && alwaysOneRow(p.children[0]!));

/** EXISTS settled while planning, or null. */
function knownExists(env: ExpressionEnv, query: ast.Query, rel: Relation): boolean | null {
  if (alwaysOneRow(rel.plan)) return true;
  if (!evaluable(env, rel.plan)) return null;
  return rowsOf(env, query, limit(rel.plan, ZERO, ONE), 1).rows.length > 0;
}

export function existsValue(env: ExpressionEnv, query: ast.Query, not: boolean): Expression {
  const rel = buildSub(env, query);
  const known = knownExists(env, query, rel);
  if (known !== null) return known !== not ? TRUE_CONSTANT : FALSE_CONSTANT;
  const value = env.state.column(boolType());
  const right = existence(env, rel.plan, query);
  const type = not ? 'antiLeftOuterSemi' : 'leftOuterSemi';
  attach(env, newJoin(type, env.scope.relation.plan, right, value), query);
  return value;
}

/** The left items of an IN and the subquery's plan, of equal width. */
function inSides(
  env: ExpressionEnv,
  expr: ast.Expr,
  query: ast.Query,
): { left: Expression[]; rel: Relation } {
  const left = rowItems(env, expr) ?? [build(env, expr)];
  const rel = buildSub(env, query);
  if (rel.plan.schema.length !== left.length) throw mysqlError('ER_OPERAND_COLUMNS', left.length);
  return { left, rel };
}

/** Adds `left = right column` for each item: keys where both sides are of one type, else conditions. */
function addInConditions(
  env: ExpressionEnv,
  join: Join,
  left: readonly Expression[],
  right: readonly Column[],
): void {
  const leftIds = idsOf(join.children[0]!.schema);
  const rightIds = idsOf(join.children[1]!.schema);
  left.forEach((l, i) => {
    const cond = call(env, 'eq', l, right[i]!);
    const key = asJoinKey(cond, leftIds, rightIds, env.state.ctx.eval);
    if (key !== null) join.eq.push(key);
    else if (join.nullAware && cond.kind === 'function' && cond.name === 'eq') {
      join.eq.push(nullAwareKey(cond, env.state.ctx.eval));
    } else join.otherConds.push(cond);
  });
}

/** Rows of a subquery that constants are compared with one by one; with more it is joined. */
const MAX_COMPARED = 256;

/** `1 IN (SELECT …)` where the few rows of the subquery can be had now; null when they cannot. */
function knownIn(
  env: ExpressionEnv,
  left: readonly Expression[],
  rel: Relation,
  query: ast.Query,
  not: boolean,
): Expression | null {
  if (!evaluable(env, rel.plan) || left.some((l) => l.kind === 'correlated')) return null;
  const { rows, columns } = rowsOf(env, query, rel.plan, MAX_COMPARED + 1);
  if (rows.length > MAX_COMPARED) return null;
  if (rows.length === 0) return not ? TRUE_CONSTANT : FALSE_CONSTANT;
  // What is compared is a column, whose type has a say in how, though its values are known.
  const compared = compareRows(env, '=', left, columns);
  const ctx = env.state.ctx.eval;
  const any = rows
    .map((row) => new Map(row.map((v, i) => [columns[i]!.id, cellOf(columns[i]!, v)])))
    .map((cells) => foldConstant(substitute(compared, cells), ctx))
    .reduce((a, b) => call(env, 'or', a, b));
  return not ? call(env, 'not', any) : any;
}

export function inSubqueryValue(
  env: ExpressionEnv,
  expr: ast.Expr,
  query: ast.Query,
  not: boolean,
): Expression {
  const { left, rel } = inSides(env, expr, query);
  const known = columnsOf(left).size === 0 ? knownIn(env, left, rel, query, not) : null;
  if (known !== null) return known;
  const value = env.state.column(boolType());
  const join = newJoin(not ? 'antiLeftOuterSemi' : 'leftOuterSemi', env.scope.relation.plan, rel.plan, value);
  join.nullAware = left.some((l) => !isNotNull(l.type)) || rel.plan.schema.some((c) => !isNotNull(c.type));
  addInConditions(env, join, left, rel.plan.schema);
  attach(env, join, query);
  return value;
}

/** The column of MIN or MAX of `of`: its collation binds as that of `of` does. */
const extreme = (env: ExpressionEnv, type: FieldType, of: Expression): Column =>
  isStringType(type)
    ? { ...env.state.column(type), coercibility: coercibilityOf(of) }
    : env.state.column(type);

/** A subquery's column as comparing it with `x` reads it: its extreme values are those of that type and collation. */
function comparedWith(env: ExpressionEnv, x: Expression, column: Column): Expression {
  const compared = call(env, 'lt', x, column);
  if (compared.kind !== 'function' || compared.name !== 'lt') return column;
  const side = compared.args[1]!;
  if (!columnsOf([side]).has(column.id)) return column;
  if (!isStringType(side.type) || compared.collation === side.type.collate) return side;
  const { charset = side.type.charset } = collation(compared.collation) ?? {};
  return castTo(side, { ...side.type, charset, collate: compared.collation }, env.state.ctx.eval);
}

/**
 * `x op ANY|ALL (query)` through one row of aggregates of the query: its extreme values, its rows and its non-NULL rows.
 * ALL is true on no rows, NULL when a NULL could have decided (manual, "Subqueries with ANY, IN, or SOME", "with ALL").
 */
export function quantifiedValue(
  env: ExpressionEnv,
  op: ast.ComparisonOperator,
  quantifier: 'ANY' | 'ALL',
  expr: ast.Expr,
  query: ast.Query,
): Expression {
  if (op === '=' && quantifier === 'ANY') return inSubqueryValue(env, expr, query, false);
  if (op === '!=' && quantifier === 'ALL') return inSubqueryValue(env, expr, query, true);
  const { left, rel } = inSides(env, expr, query);
  if (left.length !== 1) throw mysqlError('ER_OPERAND_COLUMNS', 1);
  const x = left[0]!;
  const ctx = env.state.ctx.eval;
  const y = comparedWith(env, x, rel.plan.schema[0]!);
  const aggs = [
    newAggregate('min', [y], false, ctx),
    newAggregate('max', [y], false, ctx),
    newAggregate('count', [ONE], false, ctx),
    newAggregate('count', [y], false, ctx),
  ];
  const schema = aggs.map((a, i) => (i < 2 ? extreme(env, a.type, y) : env.state.column(a.type)));
  const agg: Aggregation = { op: 'Aggregation', schema, children: [rel.plan], groupBy: [], aggs };
  const [min, max, rows, nonNull] = joinSingleRow(env, { plan: agg, names: [] }, query) as [
    Column,
    Column,
    Column,
    Column,
  ];
  const noNulls = call(env, 'eq', rows, nonNull);
  const compare = (o: ast.ComparisonOperator, v: Column): Expression => compareRows(env, o, [x], [v]);
  if (quantifier === 'ALL') {
    const holds =
      op === '=' || op === '<=>'
        ? call(env, 'and', compare(op, min), compare(op, max))
        : compare(op, op === '<' || op === '<=' ? min : max);
    const settled = call(env, 'if', noNulls, ONE, NULL_CONSTANT);
    return call(env, 'or', call(env, 'eq', rows, intConstant(0)), call(env, 'and', holds, settled));
  }
  const holds =
    op === '!='
      ? call(env, 'or', compare(op, min), compare(op, max))
      : compare(op, op === '<' || op === '<=' ? max : min);
  const settled = call(env, 'if', noNulls, ZERO, NULL_CONSTANT);
  return call(env, 'and', call(env, 'ne', rows, intConstant(0)), call(env, 'or', holds, settled));
}

/**
 * A conjunct of WHERE or HAVING: true when it was turned into a semi join of the block's plan, so that nothing is left to
 * evaluate. Only whether the row stays matters here, not whether it is FALSE or NULL.
 */
export function asSemiJoin(env: ExpressionEnv, conjunct: ast.Expr): boolean | Expression {
  let e = stripParens(conjunct);
  let not = false;
  while (e.kind === 'Unary' && (e.op === 'NOT' || e.op === '!')) {
    not = !not;
    e = stripParens(e.expr);
  }
  switch (e.kind) {
    case 'Exists':
      return existsJoin(env, e.query, e.not !== not);
    case 'InSubquery':
      return inJoin(env, e.expr, e.query, e.not !== not);
    case 'Quantified':
      if (e.op === '=' && e.quantifier === 'ANY') return inJoin(env, e.expr, e.query, not);
      if (e.op === '!=' && e.quantifier === 'ALL') return inJoin(env, e.expr, e.query, !not);
      return false;
    default:
      return false;
  }
}

function existsJoin(env: ExpressionEnv, query: ast.Query, not: boolean): boolean | Expression {
  return existsAmong(env, buildSub(env, query), query, not);
}

function existsAmong(
  env: ExpressionEnv,
  rel: Relation,
  query: ast.Query,
  not: boolean,
): boolean | Expression {
  const known = knownExists(env, query, rel);
  if (known !== null) return known !== not ? TRUE_CONSTANT : FALSE_CONSTANT;
  const right = existence(env, rel.plan, query);
  attach(env, newJoin(not ? 'antiSemi' : 'semi', env.scope.relation.plan, right), query);
  return true;
}

/** What of a plan matters to EXISTS: neither order and number of its rows nor their columns. */
function existence(env: ExpressionEnv, plan: LogicalPlan, query: ast.Query): LogicalPlan {
  let right = plan;
  while (right.op === 'Projection' || right.op === 'Sort' || (right.op === 'Limit' && positiveLimit(right)))
    right = right.children[0]!;
  // Run for each outer row, it stops at the first one.
  return hasHint(query, 'NO_DECORRELATE') &&
    !hasHint(query, 'SEMI_JOIN_REWRITE') &&
    correlatesWith(right, idsOf(env.scope.relation.plan.schema))
    ? limit(right, ZERO, ONE)
    : right;
}

const positiveLimit = (p: { offset: Expression; count: Expression }): boolean =>
  p.offset.kind === 'constant' &&
  p.offset.param === undefined &&
  Number(p.offset.value) === 0 &&
  p.count.kind === 'constant' &&
  p.count.param === undefined &&
  Number(p.count.value) > 0;

/** Whether IN becomes a join with distinct values: USE_TOJA, else the session variable. */
function toJoinAndAgg(env: ExpressionEnv): boolean {
  const { hints, ctx } = env.state;
  const hint = hints.flat().findLast((h) => h.name === 'USE_TOJA');
  return hint === undefined ? ctx.variable('tidb_opt_insubq_to_join_and_agg') !== 'OFF' : hint.value === true;
}

function inJoin(env: ExpressionEnv, expr: ast.Expr, query: ast.Query, not: boolean): boolean | Expression {
  const { left, rel } = inSides(env, expr, query);
  const constants = columnsOf(left).size === 0;
  if (constants && not) return inSubqueryValueOf(env, left, rel, query, not);
  if (constants) {
    const equal = left.map((l, i) => call(env, 'eq', l, rel.plan.schema[i]!));
    return existsAmong(env, { ...rel, plan: selection(rel.plan, equal) }, query, false);
  }
  if (!not && !isCorrelated(rel.plan) && toJoinAndAgg(env)) {
    // x IN (SELECT y …) is a join with the distinct y: the join order is then free and either side may drive it.
    const ctx = env.state.ctx.eval;
    const columns = rel.plan.schema;
    const distinct: Aggregation = {
      op: 'Aggregation',
      schema: [...columns],
      children: [rel.plan],
      groupBy: [...columns],
      aggs: columns.map((c) => newAggregate('first_row', [c], false, ctx)),
    };
    const join = newJoin('inner', env.scope.relation.plan, distinct);
    addInConditions(env, join, left, columns);
    // Distinct y must be distinct as the join compares them: no cast that maps two values to one.
    if (
      join.eq.length === left.length &&
      join.eq.every((k) => k.right.kind === 'column' || evalType(k.right.type) === 'decimal')
    ) {
      attach(env, join, query);
      return true;
    }
  }
  const join = newJoin(not ? 'antiSemi' : 'semi', env.scope.relation.plan, rel.plan);
  join.nullAware =
    not && (left.some((l) => !isNotNull(l.type)) || rel.plan.schema.some((c) => !isNotNull(c.type)));
  addInConditions(env, join, left, rel.plan.schema);
  attach(env, join, query);
  return true;
}

/** `1 IN (SELECT …)`: nothing of the row takes part. */
function inSubqueryValueOf(
  env: ExpressionEnv,
  left: Expression[],
  rel: Relation,
  query: ast.Query,
  not: boolean,
): Expression {
  const known = knownIn(env, left, rel, query, not);
  if (known !== null) return known;
  const value = env.state.column(boolType());
  const join = newJoin(not ? 'antiLeftOuterSemi' : 'leftOuterSemi', env.scope.relation.plan, rel.plan, value);
  join.nullAware = true;
  addInConditions(env, join, left, rel.plan.schema);
  attach(env, join, query);
  return value;
}

registerSubqueryForms({
  scalar: scalarSubquery,
  row: rowSubquery,
  exists: existsValue,
  in: inSubqueryValue,
  quantified: quantifiedValue,
});
