import type { Expression } from '../../expression/expression.js';
import {
  columnsOf,
  coveredBy,
  forEachColumn,
  idsOf,
  isVolatile,
  sameExpr,
  splitCnf,
  substitute,
} from '../logical/expression-walk.js';
import { asJoinKey, joinSchema } from '../logical/join-condition.js';
import { TRUE_CONSTANT } from '../resolve/literal.js';
import { selection, type Aggregation, type Join, type LogicalPlan } from '../logical/plan.js';
import type { BuildState } from '../resolve/build-state.js';
import { deriveSideConditions, extractCommonFactors } from './or-factors.js';
import { propagate } from './constant-propagation.js';
import { neverTrueOverNull } from './null-reject.js';
import { simplifyFilter } from './predicate-simplification.js';
import type { Rule } from './rule.js';

/**
 * Moves conditions to where their columns come from. On the way equal columns share their constants
 * (constant-propagation), disjunctions give up what their branches have in common (or-factors), and outer joins whose
 * NULL rows a condition drops become inner ones.
 */
export const predicatePushdown: Rule = {
  name: 'predicate_push_down',
  apply: (plan, state) => push(plan, [], state),
};

function push(p: LogicalPlan, conditions: Expression[], state: BuildState): LogicalPlan {
  switch (p.op) {
    case 'DataSource':
    case 'MemTable': {
      const [stay, go] = partition(conditions, isVolatile);
      p.conditions = simplify([...p.conditions, ...go]);
      return selection(p, stay);
    }
    case 'Selection': {
      const [stay, go] = partition(p.conditions, isVolatile);
      const all =
        stay.length > 0
          ? { below: go, above: [...stay, ...conditions] }
          : { below: [...go, ...conditions], above: [] };
      const child = push(p.children[0]!, prepare(all.below, state), state);
      return all.above.length === 0
        ? child
        : { ...p, conditions: all.above, children: [child], schema: child.schema };
    }
    case 'Projection': {
      const map = new Map<number, Expression>();
      p.schema.forEach((c, i) => map.set(c.id, p.exprs[i]!));
      const volatile = new Set(p.schema.filter((_, i) => isVolatile(p.exprs[i]!)).map((c) => c.id));
      const [stay, go] = partition(conditions, (c) => isVolatile(c) || usesAny(c, volatile));
      const below = go.map((c) => substitute(c, map));
      p.children = [
        push(
          p.children[0]!,
          below.flatMap((c) => splitCnf(c)),
          state,
        ),
      ];
      return selection(p, stay);
    }
    case 'Join':
      return pushJoin(p, conditions, state);
    case 'Aggregation':
      return pushAggregation(p, conditions, state);
    case 'Sort':
    case 'Lock':
      p.children = [push(p.children[0]!, conditions, state)];
      p.schema = p.children[0]!.schema;
      return p;
    case 'Window': {
      const keys = new Set<number>();
      for (const b of p.partitionBy) if (b.expr.kind === 'column') keys.add(b.expr.id);
      const [go, stay] = partition(
        conditions,
        (c) => !isVolatile(c) && columnsOf([c]).size > 0 && coveredBy(c, keys),
      );
      p.children = [push(p.children[0]!, go, state)];
      return selection(p, stay);
    }
    case 'UnionAll': {
      const [stay, go] = partition(conditions, isVolatile);
      p.children = p.children.map((child) => {
        const map = new Map<number, Expression>();
        p.schema.forEach((c, i) => map.set(c.id, child.schema[i]!));
        return push(
          child,
          go.map((c) => substitute(c, map)),
          state,
        );
      });
      return selection(p, stay);
    }
    default:
      p.children = p.children.map((c) => push(c, [], state));
      return selection(p, conditions);
  }
}

function partition<T>(items: readonly T[], test: (x: T) => boolean): [T[], T[]] {
  const yes: T[] = [];
  const no: T[] = [];
  for (const x of items) (test(x) ? yes : no).push(x);
  return [yes, no];
}

function usesAny(e: Expression, ids: ReadonlySet<number>): boolean {
  let used = false;
  if (ids.size > 0) forEachColumn(e, (c) => (used ||= ids.has(c.id)));
  return used;
}

/** Conjuncts without what is decided, the common factors of their disjunctions taken out. */
const prepare = (conditions: readonly Expression[], state: BuildState): Expression[] =>
  conditions
    .map((c) => simplifyFilter(c, state))
    .filter((c) => c !== TRUE_CONSTANT)
    .flatMap((c) => extractCommonFactors(c, state));

/** Drops what is always true; a conjunction that is never true is FALSE alone. */
function simplify(conditions: Expression[]): Expression[] {
  const out: Expression[] = [];
  for (const c of propagate(conditions)) {
    if (c.kind === 'constant' && c.param === undefined) {
      if (c.value === null || Number(c.value instanceof Uint8Array ? NaN : c.value) === 0) return [c];
      if (!(c.value instanceof Uint8Array)) continue;
    }
    out.push(c);
  }
  return out;
}

function pushAggregation(p: Aggregation, conditions: Expression[], state: BuildState): LogicalPlan {
  // A condition on group keys alone keeps or drops whole groups: it may as well drop their rows.
  const keys = new Map<number, Expression>();
  p.schema.forEach((c, i) => {
    const a = p.aggs[i]!;
    if (a.name !== 'first_row') return;
    const source = a.args[0]!;
    if (p.groupBy.some((g) => sameColumnOrExpr(g, source))) keys.set(c.id, source);
  });
  const ids = new Set(keys.keys());
  const [go, stay] = partition(
    conditions,
    (c) => p.groupBy.length > 0 && !isVolatile(c) && columnsOf([c]).size > 0 && coveredBy(c, ids),
  );
  p.children = [
    push(
      p.children[0]!,
      go.map((c) => substitute(c, keys)),
      state,
    ),
  ];
  return selection(p, stay);
}

const sameColumnOrExpr = (a: Expression, b: Expression): boolean =>
  a.kind === 'column' && b.kind === 'column' ? a.id === b.id : a === b;

function pushJoin(p: Join, conditions: Expression[], state: BuildState): LogicalPlan {
  const [left, right] = p.children as [LogicalPlan, LogicalPlan];
  const leftIds = idsOf(left.schema);
  const rightIds = idsOf(right.schema);
  simplifyOuter(p, conditions, leftIds, rightIds, state);
  switch (p.joinType) {
    case 'inner':
      return pushInner(p, conditions, leftIds, rightIds, state);
    case 'leftOuter':
      return pushOuter(p, conditions, leftIds, rightIds, state, 0);
    case 'rightOuter':
      return pushOuter(p, conditions, leftIds, rightIds, state, 1);
    case 'semi': {
      const toLeft: Expression[] = [...p.leftConds];
      const toRight: Expression[] = [...p.rightConds];
      const [stay, go] = partition(conditions, isVolatile);
      const keys = p.eq.map((k) => state.call(k.nullEq ? 'nulleq' : 'eq', k.left, k.right));
      const own = p.nullAware ? go : propagate([...go, ...keys]).filter((c) => !keys.includes(c));
      const other: Expression[] = [];
      for (const c of [...own, ...p.otherConds]) {
        if (coveredBy(c, leftIds)) toLeft.push(c);
        else if (coveredBy(c, rightIds)) toRight.push(c);
        else other.push(c);
      }
      p.leftConds = [];
      p.rightConds = [];
      p.otherConds = addKeys(p, other, leftIds, rightIds, state);
      p.children = [
        push(left, [...toLeft, ...notNullKeys(p, 'left', left, state)], state),
        push(right, [...toRight, ...notNullKeys(p, 'right', right, state)], state),
      ];
      p.schema = p.children[0]!.schema;
      return selection(p, stay);
    }
    default: {
      // antiSemi and the joins that give a value: every left row counts, right rows may be dropped.
      const valueId = p.joinType === 'antiSemi' ? -1 : p.schema[p.schema.length - 1]!.id;
      const [go, stay] = partition(
        conditions,
        (c) => !isVolatile(c) && coveredBy(c, leftIds) && !usesAny(c, new Set([valueId])),
      );
      const toRight = [...p.rightConds];
      const other: Expression[] = [];
      for (const c of p.otherConds) {
        if (columnsOf([c]).size > 0 && coveredBy(c, rightIds)) toRight.push(c);
        else other.push(c);
      }
      p.rightConds = [];
      p.otherConds = p.nullAware ? other : addKeys(p, other, leftIds, rightIds, state);
      p.children = [push(left, go, state), push(right, toRight, state)];
      p.schema =
        valueId < 0 ? p.children[0]!.schema : [...p.children[0]!.schema, p.schema[p.schema.length - 1]!];
      return selection(p, stay);
    }
  }
}

/** An outer join whose NULL rows a condition above drops is an inner one. */
function simplifyOuter(
  p: Join,
  conditions: readonly Expression[],
  leftIds: ReadonlySet<number>,
  rightIds: ReadonlySet<number>,
  state: BuildState,
): void {
  const inner = p.joinType === 'leftOuter' ? rightIds : p.joinType === 'rightOuter' ? leftIds : null;
  if (inner === null || !conditions.some((c) => neverTrueOverNull(c, inner, state))) return;
  p.joinType = 'inner';
  p.schema = joinSchema('inner', p.children[0]!.schema, p.children[1]!.schema);
}

/** Turns equalities between the sides into keys; gives what is left. */
function addKeys(
  p: Join,
  conditions: readonly Expression[],
  leftIds: ReadonlySet<number>,
  rightIds: ReadonlySet<number>,
  state: BuildState,
): Expression[] {
  const rest: Expression[] = [];
  for (const c of conditions) {
    const key = asJoinKey(c, leftIds, rightIds, state.ctx.eval);
    if (key === null) rest.push(c);
    else if (!p.eq.some((k) => same(k.left, key.left) && same(k.right, key.right))) p.eq.push(key);
  }
  return rest;
}

const same = (a: Expression, b: Expression): boolean =>
  a.kind === 'column' && b.kind === 'column' && a.id === b.id;

function pushInner(
  p: Join,
  conditions: Expression[],
  leftIds: ReadonlySet<number>,
  rightIds: ReadonlySet<number>,
  state: BuildState,
): LogicalPlan {
  const [stay, go] = partition(conditions, isVolatile);
  const keys = p.eq.map((k) => state.call(k.nullEq ? 'nulleq' : 'eq', k.left, k.right));
  const all = propagate(prepare([...go, ...keys, ...p.leftConds, ...p.rightConds, ...p.otherConds], state));
  const toLeft: Expression[] = [];
  const toRight: Expression[] = [];
  const other: Expression[] = [];
  p.eq = [];
  for (const c of all) {
    if (columnsOf([c]).size === 0) {
      toLeft.push(c);
      if (c.kind === 'constant') toRight.push(c);
    } else if (coveredBy(c, leftIds)) toLeft.push(c);
    else if (coveredBy(c, rightIds)) toRight.push(c);
    else other.push(c);
  }
  p.otherConds = addKeys(p, other, leftIds, rightIds, state);
  for (const c of p.otherConds) {
    toLeft.push(...deriveSideConditions(c, leftIds, state));
    // One row is compared no sooner below an Apply than in it.
    if (!(p.apply && isOneRow(p.children[1]!))) toRight.push(...deriveSideConditions(c, rightIds, state));
  }
  p.leftConds = [];
  p.rightConds = [];
  const [left, right] = p.children as [LogicalPlan, LogicalPlan];
  toLeft.push(...notNullKeys(p, 'left', left, state));
  toRight.push(...notNullKeys(p, 'right', right, state));
  p.children = [push(left, toLeft, state), push(right, toRight, state)];
  p.schema = joinSchema('inner', p.children[0]!.schema, p.children[1]!.schema);
  return selection(p, stay);
}

const isOneRow = (p: LogicalPlan): boolean =>
  p.op === 'Projection' || p.op === 'MaxOneRow'
    ? isOneRow(p.children[0]!)
    : p.op === 'Aggregation' && p.groupBy.length === 0;

/** A key that is NULL finds no partner: rows that have one need not be read. */
function notNullKeys(p: Join, side: 'left' | 'right', child: LogicalPlan, state: BuildState): Expression[] {
  const out: Expression[] = [];
  if (p.nullAware) return out;
  for (const k of p.eq) {
    // What is computed from a column is seldom NULL more often than the column, and the join would compute it again.
    if (k.nullEq || k.left.kind !== 'column' || k.right.kind !== 'column') continue;
    const e = side === 'left' ? k.left : k.right;
    const own = child.schema.find((c) => c.id === e.id);
    if (own === undefined || (own.type.flag & 1) !== 0) continue;
    out.push(state.call('not', state.call('isnull', own)));
  }
  // A comparison of two columns is not true of a NULL either.
  for (const c of p.otherConds) {
    if (c.kind !== 'function' || !STRICT_COMPARISONS.has(c.name)) continue;
    const [a, b] = c.args;
    if (a?.kind !== 'column' || b?.kind !== 'column') continue;
    const own = child.schema.find((x) => x.id === a.id || x.id === b.id);
    if (own === undefined || (own.type.flag & 1) !== 0) continue;
    const condition = state.call('not', state.call('isnull', own));
    if (!out.some((o) => sameExpr(o, condition))) out.push(condition);
  }
  return out;
}

const STRICT_COMPARISONS: ReadonlySet<string> = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge']);

/** `preserved` is the child whose rows all stay. */
function pushOuter(
  p: Join,
  conditions: Expression[],
  leftIds: ReadonlySet<number>,
  rightIds: ReadonlySet<number>,
  state: BuildState,
  preserved: 0 | 1,
): LogicalPlan {
  const outerIds = preserved === 0 ? leftIds : rightIds;
  const innerIds = preserved === 0 ? rightIds : leftIds;
  const toOuter: Expression[] = [];
  const above: Expression[] = [];
  for (const c of prepare(conditions, state)) {
    if (!isVolatile(c) && coveredBy(c, outerIds)) toOuter.push(c);
    else {
      above.push(c);
      if (!isVolatile(c)) toOuter.push(...deriveSideConditions(c, outerIds, state));
    }
  }
  const toInner: Expression[] = [];
  const outerConds: Expression[] = [];
  const other: Expression[] = [];
  for (const c of [...p.leftConds, ...p.rightConds, ...p.otherConds].flatMap((x) => splitCnf(x))) {
    const used = columnsOf([c]);
    if (used.size > 0 && coveredBy(c, innerIds) && !isVolatile(c)) toInner.push(c);
    else if (used.size > 0 && coveredBy(c, outerIds)) outerConds.push(c);
    else other.push(c);
  }
  p.otherConds = addKeys(p, other, leftIds, rightIds, state);
  p.leftConds = preserved === 0 ? outerConds : [];
  p.rightConds = preserved === 1 ? outerConds : [];
  // What holds of the preserved side's keys holds of the rows that match them.
  const keys = p.eq.filter((k) => !k.nullEq).map((k) => state.call('eq', k.left, k.right));
  for (const c of propagate([...toOuter, ...outerConds, ...keys])) {
    if (columnsOf([c]).size > 0 && coveredBy(c, innerIds)) toInner.push(c);
  }
  const [left, right] = p.children as [LogicalPlan, LogicalPlan];
  const inner = preserved === 0 ? right : left;
  toInner.push(...notNullKeys(p, preserved === 0 ? 'right' : 'left', inner, state));
  p.children =
    preserved === 0
      ? [push(left, toOuter, state), push(right, toInner, state)]
      : [push(left, toInner, state), push(right, toOuter, state)];
  p.schema = joinSchema(p.joinType, p.children[0]!.schema, p.children[1]!.schema);
  return selection(p, above);
}
