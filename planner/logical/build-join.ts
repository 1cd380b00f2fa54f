import type { Expression } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import type { BuildState } from '../resolve/build-state.js';
import { build, call, type ExpressionEnv } from '../resolve/expression-builder.js';
import { findName, refText, type FieldName, type QueryScope, type Relation } from '../resolve/scope.js';
import { asSemiJoin, buildWithoutJoin } from '../resolve/subquery.js';
import { filterBy } from './build-where.js';
import { columnsOf, idsOf, splitCnf } from './expression-walk.js';
import { addJoinConditions, newJoin } from './join-condition.js';
import { splitAnd } from './negation.js';
import { dual, selection, type Join, type LogicalPlan } from './plan.js';
import { correlatesWith } from './walk.js';

type TableRef = (
  state: BuildState,
  ref: ast.TableRef,
  scope: QueryScope,
  before: readonly FieldName[],
) => Relation;

/** What a lateral table sees: the tables before it, then what the block around it sees. */
export const lateralScope = (scope: QueryScope, before: readonly FieldName[]): QueryScope => ({
  relation: { plan: dual(1), names: [...before] },
  outer: scope.outer,
  ctes: scope.ctes,
  cells: new Map(),
});

/** Two table references as one relation (manual, "JOIN Clause"). */
export function buildJoin(
  state: BuildState,
  ref: ast.Join,
  scope: QueryScope,
  before: readonly FieldName[],
  tableRef: TableRef,
): Relation {
  const fromRight = ref.type === 'RIGHT';
  // The side that may be missing may read the other one, not the other way round.
  const first = tableRef(state, fromRight ? ref.right : ref.left, scope, before);
  const second = tableRef(state, fromRight ? ref.left : ref.right, scope, [...before, ...first.names]);
  const [left, right] = fromRight ? [second, first] : [first, second];
  const node = joined(ref.type, left, right);
  node.straight = ref.type === 'STRAIGHT' || state.straight;
  const [l, r] = [asJoined(node, left), asJoined(node, right)];
  const common = ref.natural ? commonNames(left, right) : ref.using;
  if (common !== null) return coalesced(state, node, fromRight, l, r, common);
  const rel: Relation = { plan: node, names: [...l.names, ...r.names] };
  if (ref.on === null) return rel;
  if (node.joinType === 'inner') innerOn(state, node, rel, ref.on, scope);
  else outerOn(state, node, rel, ref, scope, left, right);
  return rel;
}

/** A RIGHT JOIN whose left side reads the right one is a LEFT JOIN the other way round. */
function joined(type: ast.Join['type'], left: Relation, right: Relation): Join {
  if (type === 'RIGHT')
    return correlatesWith(left.plan, idsOf(right.plan.schema))
      ? newJoin('leftOuter', right.plan, left.plan)
      : newJoin('rightOuter', left.plan, right.plan);
  return newJoin(type === 'LEFT' ? 'leftOuter' : 'inner', left.plan, right.plan);
}

/** A side's names with the columns as the join gives them: nullable on the inner side of an outer join. */
function asJoined(node: Join, side: Relation): Relation {
  const byId = new Map(node.schema.map((c) => [c.id, c]));
  return {
    plan: side.plan,
    names: side.names.map((n) => ({ ...n, column: byId.get(n.column.id) ?? n.column })),
  };
}

const onEnv = (state: BuildState, rel: Relation, scope: QueryScope): ExpressionEnv => ({
  state,
  scope: { relation: rel, outer: scope.outer, ctes: scope.ctes, cells: scope.cells },
  clause: 'on clause',
});

function innerOn(state: BuildState, node: Join, rel: Relation, on: ast.Expr, scope: QueryScope): void {
  const env = onEnv(state, rel, scope);
  const conditions: Expression[] = [];
  for (const conjunct of splitAnd(on)) {
    const done = asSemiJoin(env, conjunct);
    if (done === true) continue;
    if (done === false) splitCnf(build(env, conjunct), conditions);
    else conditions.push(done);
  }
  if (rel.plan === node) addJoinConditions(node, conditions, state.ctx.eval);
  else rel.plan = selection(rel.plan, conditions);
}

/** ON of an outer join: conjuncts whose subqueries have to be joined go to the sides, for they decide on matches, not on rows. */
function outerOn(
  state: BuildState,
  node: Join,
  rel: Relation,
  ref: ast.Join,
  scope: QueryScope,
  left: Relation,
  right: Relation,
): void {
  const env = onEnv(state, rel, scope);
  const conditions: Expression[] = [];
  const joining: ast.Expr[] = [];
  for (const conjunct of splitAnd(ref.on!)) {
    const value = buildWithoutJoin(env, conjunct);
    if (value === null) joining.push(conjunct);
    else splitCnf(value, conditions);
  }
  let outer = node;
  if (joining.length > 0) {
    const [kept, optional] = ref.type === 'RIGHT' ? [right, left] : [left, right];
    for (const conjunct of joining) joinToSide(state, conjunct, scope, kept, optional, conditions);
    outer = joined(ref.type, left, right);
    outer.straight = node.straight;
    rel.plan = outer;
  }
  addJoinConditions(outer, conditions, state.ctx.eval);
}

/**
 * A conjunct with a subquery that cannot be run beforehand. It filters the rows that may match, each time for a row of the
 * kept side if it reads that; what does not depend on them becomes a column of the kept side and a condition on it.
 */
function joinToSide(
  state: BuildState,
  conjunct: ast.Expr,
  scope: QueryScope,
  kept: Relation,
  optional: Relation,
  conditions: Expression[],
): void {
  const filtered: Relation = { ...optional };
  const lateral: QueryScope = {
    relation: filtered,
    outer: lateralScope(scope, kept.names),
    ctes: scope.ctes,
    cells: new Map(),
  };
  filterBy({ state, scope: lateral, clause: 'on clause' }, conjunct);
  const keptIds = idsOf(kept.plan.schema);
  if (correlatesWith(filtered.plan, keptIds) && !readsBelow(filtered.plan, optional.plan)) {
    const env = onEnv(state, kept, scope);
    splitCnf(build(env, conjunct), conditions);
    return;
  }
  optional.plan = filtered.plan;
}

/** Whether what was put upon a plan reads its columns. */
function readsBelow(top: LogicalPlan, base: LogicalPlan): boolean {
  const ids = idsOf(base.schema);
  const reads = (e: readonly Expression[]): boolean => [...columnsOf(e)].some((id) => ids.has(id));
  for (let p = top; p !== base; p = p.children[0]!) {
    if (p.op === 'Selection' && reads(p.conditions)) return true;
    if (p.op === 'Join') {
      const keys = p.eq.flatMap((k) => [k.left, k.right]);
      if (reads([...keys, ...p.leftConds, ...p.rightConds, ...p.otherConds])) return true;
      if (correlatesWith(p.children[1]!, ids)) return true;
    }
  }
  return false;
}

function commonNames(left: Relation, right: Relation): string[] {
  const have = new Map<string, number>();
  for (const n of left.names) {
    if (n.hidden || !n.visible) continue;
    const lower = n.name.toLowerCase();
    have.set(lower, (have.get(lower) ?? 0) + 1);
  }
  const common: string[] = [];
  for (const n of right.names) {
    if (n.hidden || !n.visible) continue;
    const count = have.get(n.name.toLowerCase());
    if (count === undefined) continue;
    if (count > 1) throw mysqlError('ER_NON_UNIQ_ERROR', n.name, 'from clause');
    common.push(n.name);
  }
  return common;
}

/** USING and NATURAL: the common columns come first and once (manual, "JOIN Clause"). */
function coalesced(
  state: BuildState,
  node: Join,
  rightFirst: boolean,
  left: Relation,
  right: Relation,
  common: readonly string[],
): Relation {
  const conditions: Expression[] = [];
  const first: FieldName[] = [];
  const hiddenIds = new Set<number>();
  for (const name of common) {
    const ref = { schema: null, table: null, name };
    const l = findName(left.names, ref, 'from clause');
    const r = findName(right.names, ref, 'from clause');
    if (l === null || r === null) throw mysqlError('ER_BAD_FIELD_ERROR', refText(ref), 'from clause');
    conditions.push(call({ state }, 'eq', l.column, r.column));
    const [kept, dropped] = rightFirst ? [r, l] : [l, r];
    first.push(kept);
    hiddenIds.add(dropped.column.id);
  }
  addJoinConditions(node, conditions, state.ctx.eval);
  const kept = idsOf(first.map((n) => n.column));
  const [outer, inner] = rightFirst ? [right, left] : [left, right];
  const placed = (r: Relation): FieldName[] =>
    r.names.map((n, place) => (n.place === undefined ? { ...n, place } : n));
  const outerNames = placed(outer);
  const innerNames = placed(inner);
  const rest = (names: readonly FieldName[]): FieldName[] =>
    names.filter((n) => !kept.has(n.column.id) && !hiddenIds.has(n.column.id));
  const dropped = [...outerNames, ...innerNames]
    .filter((n) => hiddenIds.has(n.column.id))
    .map((n) => ({ ...n, visible: false }));
  // Natural order keeps the outer table's order of common columns.
  const ordered = outerNames.filter((n) => kept.has(n.column.id));
  return { plan: node, names: [...ordered, ...rest(outerNames), ...rest(innerNames), ...dropped] };
}
