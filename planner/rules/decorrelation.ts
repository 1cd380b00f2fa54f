import type { AggFunc, Column, Expression } from '../../expression/expression.js';
import { isNotNull } from '../../types/field-type.js';
import {
  columnsOf,
  coveredBy,
  forEachCorrelated,
  hasCorrelated,
  idsOf,
  mapAgg,
  mapLeaves,
  sameExpr,
  substitute,
} from '../logical/expression-walk.js';
import { addJoinConditions, joinSchema, nullableColumn } from '../logical/join-condition.js';
import {
  projection,
  selection,
  type Aggregation,
  type Join,
  type LogicalPlan,
  type Projection,
  type Selection,
} from '../logical/plan.js';
import { uniqueKeys } from '../logical/unique-keys.js';
import { correlatesWith } from '../logical/walk.js';
import type { BuildState } from '../resolve/build-state.js';
import { newAggregate } from '../resolve/functions.js';
import { NULL_CONSTANT, ZERO } from '../resolve/literal.js';
import { nullWhenNull } from './null-reject.js';
import type { Rule } from './rule.js';

/**
 * Turns Apply into a join where the inner side's correlated parts can be pulled up into the join: selections become join
 * conditions, projections move above, an aggregation that is correlated by equalities is grouped by their inner columns
 * (Galindo-Legaria & Joshi, "Orthogonal Optimization of Subqueries and Aggregation", 2001).
 */
export const decorrelation: Rule = { name: 'decorrelate', apply: (plan, state) => visit(plan, state) };

function visit(p: LogicalPlan, state: BuildState): LogicalPlan {
  p.children = p.children.map((c) => visit(c, state));
  // One that is optimized gives exactly its columns: an Apply taken up again might hand on others.
  if (p.op === 'CteScan' && !p.cte.planning && p.cte.optimized !== true) {
    p.cte.planning = true;
    p.cte.seed = visit(p.cte.seed, state);
    if (p.cte.recursive !== null) p.cte.recursive = visit(p.cte.recursive, state);
    p.cte.planning = false;
  }
  return p.op === 'Join' && p.apply && p.noDecorrelate !== true ? decorrelate(p, state) : p;
}

/** One step after the other until the inner side is free of the outer row, or nothing more can be pulled up. */
function decorrelate(apply: Join, state: BuildState): LogicalPlan {
  const left = apply.children[0]!;
  const leftIds = idsOf(left.schema);
  const unnested = unnest(apply, leftIds);
  if (unnested !== null) return unnested;
  // Aggregates without groups have one row always, which joins: what it must meet is said above.
  const lifted: Expression[] = [];
  if (apply.joinType === 'inner' && apply.eq.length === 0 && scalarAggregation(apply.children[1]!) !== null) {
    lifted.push(...apply.leftConds, ...apply.rightConds, ...apply.otherConds);
    [apply.leftConds, apply.rightConds, apply.otherConds] = [[], [], []];
    apply.joinType = 'leftOuter';
  }
  /** Projections pulled above the join, outermost last. */
  const above: ((join: LogicalPlan) => LogicalPlan)[] = [];
  for (;;) {
    const right = apply.children[1]!;
    if (!correlatesWith(right, leftIds)) {
      apply.apply = false;
      break;
    }
    const next = pullUp(apply, right, leftIds, above, state);
    if (!next) break;
  }
  let out: LogicalPlan = apply;
  for (let i = above.length - 1; i >= 0; i--) out = above[i]!(out);
  return selection(out, lifted);
}

/** A row joined with the JSON_TABLE of a document of its own: the table's operator over the rows. */
function unnest(apply: Join, leftIds: ReadonlySet<number>): LogicalPlan | null {
  const [left, right] = apply.children as [LogicalPlan, LogicalPlan];
  if (right.op !== 'JsonTable' || right.children[0]!.op !== 'Dual') return null;
  const conditions = [...apply.leftConds, ...apply.rightConds, ...apply.otherConds];
  const outer = apply.joinType === 'leftOuter';
  if (apply.eq.length > 0 || (outer ? conditions.length > 0 : apply.joinType !== 'inner')) return null;
  const node: LogicalPlan = {
    ...right,
    schema: [...left.schema, ...right.columns],
    children: [left],
    doc: bind(right.doc, leftIds),
    keepEmpty: outer,
  };
  return selection(node, conditions);
}

const VALUE_OR_SEMI: ReadonlySet<string> = new Set([
  'semi',
  'antiSemi',
  'leftOuterSemi',
  'antiLeftOuterSemi',
]);

/** An expression with the outer columns it reads as columns of the join's left side. */
function bind(e: Expression, leftIds: ReadonlySet<number>): Expression {
  return mapLeaves(e, (leaf) =>
    leaf.kind === 'correlated' && leftIds.has(leaf.column.id) ? leaf.column : leaf,
  );
}

function readsOuter(e: Expression, leftIds: ReadonlySet<number>): boolean {
  let reads = false;
  forEachCorrelated(e, (c) => (reads ||= leftIds.has(c.column.id)));
  return reads;
}

/** Sets the inner side and the join's own schema. */
function setRight(apply: Join, right: LogicalPlan): void {
  apply.children[1] = right;
  const value =
    apply.joinType === 'leftOuterSemi' || apply.joinType === 'antiLeftOuterSemi'
      ? apply.schema[apply.schema.length - 1]!
      : null;
  apply.schema = joinSchema(apply.joinType, apply.children[0]!.schema, right.schema);
  if (value !== null) apply.schema.push(value);
}

function pullUp(
  apply: Join,
  right: LogicalPlan,
  leftIds: ReadonlySet<number>,
  above: ((join: LogicalPlan) => LogicalPlan)[],
  state: BuildState,
): boolean {
  switch (right.op) {
    case 'Selection': {
      const scalar = scalarAggregation(right.children[0]!);
      if (scalar !== null && apply.joinType === 'leftOuter' && scalar.aggs.some(emptyIsNotNull)) return false;
      setRight(apply, right.children[0]!);
      addJoinConditions(
        apply,
        right.conditions.map((c) => bind(c, leftIds)),
        state.ctx.eval,
      );
      return true;
    }
    case 'Sort':
      // Without a LIMIT an order says nothing.
      setRight(apply, right.children[0]!);
      return true;
    case 'MaxOneRow': {
      if (!givesOneRow(right.children[0]!)) return false;
      setRight(apply, right.children[0]!);
      return true;
    }
    case 'Projection':
      return pullProjection(apply, right, leftIds, above, state);
    case 'Aggregation':
      return pullAggregation(apply, right, leftIds, above, state);
    case 'Join': {
      const lifted = liftConditions(right, leftIds);
      if (lifted === null) return false;
      setRight(apply, lifted);
      return true;
    }
    default:
      return false;
  }
}

/** COUNT and the bit aggregates are not NULL over no rows. */
const emptyIsNotNull = (a: AggFunc): boolean =>
  a.name === 'count' || a.name.startsWith('bit_') || a.name === 'approx_count_distinct';

/** The aggregation without groups below projections, which gives its one row whatever is below it. */
function scalarAggregation(p: LogicalPlan): Aggregation | null {
  if (p.op === 'Aggregation') return p.groupBy.length === 0 ? p : null;
  return p.op === 'Projection' ? scalarAggregation(p.children[0]!) : null;
}

/** A unique key fixed by equalities with constants or outer columns. */
function givesOneRow(p: LogicalPlan): boolean {
  const fixed = new Set<number>();
  let below = p;
  for (;;) {
    if (below.op === 'Selection') {
      for (const c of below.conditions) {
        if (c.kind !== 'function' || c.name !== 'eq') continue;
        const [a, b] = c.args as [Expression, Expression];
        if (a.kind === 'column' && columnsOf([b]).size === 0) fixed.add(a.id);
        if (b.kind === 'column' && columnsOf([a]).size === 0) fixed.add(b.id);
      }
    } else if (below.op !== 'Projection' && below.op !== 'Sort') break;
    below = below.children[0]!;
  }
  return uniqueKeys(below).some((k) => k.every((id) => fixed.has(id)));
}

function pullProjection(
  apply: Join,
  right: Projection,
  leftIds: ReadonlySet<number>,
  above: ((join: LogicalPlan) => LogicalPlan)[],
  state: BuildState,
): boolean {
  const child = right.children[0]!;
  // A NULL-aware comparison is between the two sides as they are.
  if (apply.nullAware && right.exprs.some((e) => readsOuter(e, leftIds))) return false;
  let exprs = right.exprs.map((e) => bind(e, leftIds));
  if (VALUE_OR_SEMI.has(apply.joinType)) {
    const map = new Map<number, Expression>();
    right.schema.forEach((c, i) => map.set(c.id, exprs[i]!));
    replaceInJoin(apply, map);
    setRight(apply, child);
    sortConditions(apply, state);
    return true;
  }
  if (apply.joinType !== 'inner' && apply.joinType !== 'leftOuter') return false;
  if (apply.joinType === 'leftOuter' && scalarAggregation(child) === null) {
    const childIds = idsOf(child.schema);
    const witness = child.schema.find((c) => isNotNull(c.type));
    const safe = exprs.map((e) => nullWhenNull(e, childIds));
    if (safe.includes(false)) {
      if (witness === undefined) return false;
      // Rows without a partner must give NULL: a column that is never NULL otherwise tells them.
      const missing = (): Expression => state.call('isnull', nullableColumn(witness));
      exprs = exprs.map((e, i) => (safe[i] === true ? e : state.call('if', missing(), NULL_CONSTANT, e)));
    }
  }
  const map = new Map<number, Expression>();
  right.schema.forEach((c, i) => map.set(c.id, exprs[i]!));
  replaceInJoin(apply, map);
  const leftSchema = apply.children[0]!.schema;
  const out = apply.joinType === 'leftOuter' ? right.schema.map(nullableColumn) : right.schema;
  setRight(apply, child);
  sortConditions(apply, state);
  above.push((join) => projection(join, [...leftSchema, ...exprs], [...leftSchema, ...out]));
  return true;
}

/** What was a condition on the right side may read the left side now that its columns are replaced. */
function sortConditions(apply: Join, state: BuildState): void {
  const rightIds = idsOf(apply.children[1]!.schema);
  const moved = [...apply.rightConds, ...apply.otherConds];
  apply.rightConds = [];
  apply.otherConds = [];
  apply.eq = apply.eq.filter((k) => {
    if (apply.nullAware || (columnsOf([k.right]).size > 0 && coveredBy(k.right, rightIds))) return true;
    moved.push(state.call(k.nullEq ? 'nulleq' : 'eq', k.left, k.right));
    return false;
  });
  addJoinConditions(apply, moved, state.ctx.eval);
}

function replaceInJoin(apply: Join, map: ReadonlyMap<number, Expression>): void {
  const f = (e: Expression): Expression => substitute(e, map);
  apply.eq = apply.eq.map((k) => ({ ...k, right: f(k.right) }));
  apply.rightConds = apply.rightConds.map(f);
  apply.otherConds = apply.otherConds.map(f);
}

/** `inner expression = outer expression`, apart; null when the condition is not of that form. */
function correlatedEquality(
  c: Expression,
  leftIds: ReadonlySet<number>,
): { inner: Column; outer: Expression } | null {
  if (c.kind !== 'function' || c.name !== 'eq') return null;
  const [a, b] = c.args as [Expression, Expression];
  const isOuter = (e: Expression): boolean => columnsOf([e]).size === 0 && readsOuter(e, leftIds);
  if (a.kind === 'column' && isOuter(b)) return { inner: a, outer: b };
  if (b.kind === 'column' && isOuter(a)) return { inner: b, outer: a };
  return null;
}

/**
 * A scalar aggregation over rows that equal the outer row in some columns: group all rows by these columns once and join
 * on them. Groups without rows do not exist then; the outer join gives NULL for them, and 0 where the aggregate is a count.
 */
function pullAggregation(
  apply: Join,
  agg: Aggregation,
  leftIds: ReadonlySet<number>,
  above: ((join: LogicalPlan) => LogicalPlan)[],
  state: BuildState,
): boolean {
  if (agg.groupBy.length > 0 || apply.joinType !== 'leftOuter') return false;
  if (agg.aggs.some((a) => a.args.some((e) => readsOuter(e, leftIds)))) return false;
  // Each step leaves the aggregation meaning the same, whether or not the next ones succeed.
  let child = agg.children[0]!;
  while (child.op === 'Sort') child = child.children[0]!;
  agg.children = [child];
  if (child.op === 'Projection' && child.exprs.every((e) => !hasCorrelated(e))) {
    const { exprs } = child;
    const map = new Map<number, Expression>();
    child.schema.forEach((c, i) => map.set(c.id, exprs[i]!));
    agg.aggs = agg.aggs.map((a) => mapAgg(a, (e) => substitute(e, map)));
    child = child.children[0]!;
    agg.children = [child];
  }
  if (child.op === 'Join') {
    child = liftConditions(child, leftIds) ?? child;
    agg.children = [child];
  }
  if (child.op !== 'Selection') return false;
  const keys: { inner: Column; outer: Expression }[] = [];
  const rest: Expression[] = [];
  for (const c of child.conditions) {
    if (!readsOuter(c, leftIds)) {
      rest.push(c);
      continue;
    }
    const key = correlatedEquality(c, leftIds);
    if (key === null) return groupJoined(apply, agg, child, leftIds, above, state);
    keys.push(key);
  }
  const below = child.children[0]!;
  if (correlatesWith(below, leftIds)) return false;
  const ctx = state.ctx.eval;
  const groupBy: Column[] = [];
  for (const k of keys) if (!groupBy.some((g) => g.id === k.inner.id)) groupBy.push(k.inner);
  const counts = new Map<number, Expression>();
  const schema = agg.schema.map((c, i) => {
    if (!emptyIsNotNull(agg.aggs[i]!)) return c;
    const raw = state.column(c.type);
    counts.set(c.id, raw);
    return raw;
  });
  const aggs = [...agg.aggs];
  for (const g of groupBy) {
    const have = aggs.findIndex(
      (a, i) => a.name === 'first_row' && sameExpr(a.args[0]!, g) && schema[i]!.id === g.id,
    );
    if (have >= 0) {
      schema[have] = g;
      continue;
    }
    aggs.push(newAggregate('first_row', [g], false, ctx));
    schema.push(g);
  }
  const grouped: Aggregation = {
    op: 'Aggregation',
    schema,
    children: [selection(below, rest)],
    groupBy,
    aggs,
  };
  const original = agg.schema;
  setRight(apply, grouped);
  addJoinConditions(
    apply,
    keys.map((k) => state.call('eq', bind(k.outer, leftIds), k.inner)),
    ctx,
  );
  if (counts.size > 0) {
    const leftSchema = apply.children[0]!.schema;
    const values = original.map((c, i): Expression => {
      const raw = counts.get(c.id);
      if (raw === undefined) return nullableColumn(c);
      const empty = agg.aggs[i]!.name === 'bit_and' ? { ...ZERO, value: 18446744073709551615n } : ZERO;
      return state.call('ifnull', nullableColumn(raw as Column), empty);
    });
    above.push((join) => projection(join, [...leftSchema, ...values], [...leftSchema, ...original]));
  }
  return true;
}

/** Aggregates over which a row of NULLs counts for nothing. */
const SKIP_NULLS: ReadonlySet<string> = new Set([
  ...['count', 'sum', 'avg', 'max', 'min', 'group_concat', 'bit_and', 'bit_or', 'bit_xor'],
  ...['stddev_pop', 'stddev_samp', 'var_pop', 'var_samp', 'approx_count_distinct'],
]);

/**
 * A scalar aggregation over rows that meet the outer row in other ways than by equal columns alone: the outer rows are joined with the
 * rows themselves and grouped by a unique key afterwards. Rows without partners are those of the outer join: COUNT(*) counts a column that
 * equals one of the outer row. Without any equality each row would meet all others: Apply does no more.
 */
function groupJoined(
  apply: Join,
  agg: Aggregation,
  rows: Selection,
  leftIds: ReadonlySet<number>,
  above: ((join: LogicalPlan) => LogicalPlan)[],
  state: BuildState,
): boolean {
  const left = apply.children[0]!;
  const conditions = [...apply.leftConds, ...apply.rightConds, ...apply.otherConds];
  if (apply.eq.length + conditions.length > 0) return false;
  const equal = rows.conditions.map((c) => correlatedEquality(c, leftIds)).find((e) => e !== null);
  if (equal === undefined) return false;
  const key = uniqueKeys(left).find((k) => k.length > 0);
  if (key === undefined) return false;
  const below = rows.children[0]!;
  const innerIds = idsOf(below.schema);
  const counted: AggFunc[] = [];
  for (const a of agg.aggs) {
    if (!SKIP_NULLS.has(a.name)) return false;
    const [arg] = a.args;
    if (a.name === 'count' && arg!.kind === 'constant' && arg!.value !== null)
      counted.push({ ...a, args: [nullableColumn(equal!.inner)] });
    else if (a.args.some((e) => nullWhenNull(e, innerIds)))
      counted.push(mapAgg(a, (e) => mapLeaves(e, (x) => (x.kind === 'column' ? nullableColumn(x) : x))));
    else return false;
  }
  const keyColumns = key.map((id) => left.schema.find((c) => c.id === id)!);
  if (keyColumns.includes(undefined as never)) return false;
  const ctx = state.ctx.eval;
  const outer = [...left.schema];
  setRight(apply, below);
  addJoinConditions(
    apply,
    rows.conditions.map((c) => bind(c, leftIds)),
    ctx,
  );
  above.push((join) => ({
    op: 'Aggregation',
    schema: [...outer, ...agg.schema],
    children: [join],
    groupBy: keyColumns,
    aggs: [...outer.map((c) => newAggregate('first_row', [c], false, ctx)), ...counted],
  }));
  return true;
}

const OF_BOTH_SIDES: ReadonlySet<string> = new Set(['inner', 'leftOuter', 'rightOuter']);

/** Takes conditions that read the outer row out of a join, to stand above it; null when none can be. */
function liftConditions(join: Join, leftIds: ReadonlySet<number>): LogicalPlan | null {
  if (join.apply) return null;
  const lifted: Expression[] = [];
  const take = (list: Expression[]): Expression[] => {
    const keep: Expression[] = [];
    for (const c of list) (readsOuter(c, leftIds) ? lifted : keep).push(c);
    return keep;
  };
  if (join.joinType === 'inner') {
    join.leftConds = take(join.leftConds);
    join.rightConds = take(join.rightConds);
    join.otherConds = take(join.otherConds);
  }
  const sides: (0 | 1)[] = join.joinType === 'inner' ? [0, 1] : join.joinType === 'rightOuter' ? [1] : [0];
  for (const side of sides) {
    let child = join.children[side]!;
    if (child.op === 'Join') child = liftConditions(child, leftIds) ?? child;
    if (child.op === 'Selection') {
      const keep = take(child.conditions);
      child =
        keep.length === child.conditions.length
          ? child
          : keep.length === 0
            ? child.children[0]!
            : { ...child, conditions: keep };
    }
    join.children[side] = child;
  }
  if (lifted.length === 0) return null;
  // Pruned to what is read above, the schema may lack what the conditions read.
  if (OF_BOTH_SIDES.has(join.joinType))
    join.schema = joinSchema(join.joinType, join.children[0]!.schema, join.children[1]!.schema);
  const ids = idsOf(join.schema);
  if (!lifted.every((c) => coveredBy(c, ids))) {
    // A semi join does not hand the right side's columns up; put everything back.
    return selectionBelow(join, lifted);
  }
  return { op: 'Selection', schema: join.schema, children: [join], conditions: lifted };
}

function selectionBelow(join: Join, conditions: Expression[]): null {
  join.children[0] = selection(join.children[0]!, conditions);
  return null;
}
