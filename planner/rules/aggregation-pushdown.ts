import type { AggFunc, Column, Expression } from '../../expression/expression.js';
import { deriveStats, forgetStats, groupCount } from '../cost/derive-stats.js';
import { COST } from '../cost/factors.js';
import {
  columnsOf,
  coveredBy,
  hasCorrelated,
  idsOf,
  isVolatile,
  mapAgg,
  substitute,
} from '../logical/expression-walk.js';
import { joinSchema } from '../logical/join-condition.js';
import type { Aggregation, Join, LogicalPlan, UnionAll } from '../logical/plan.js';
import { uniqueKeys } from '../logical/unique-keys.js';
import { forEachNode, nodeExpressions } from '../logical/walk.js';
import type { BuildState } from '../resolve/build-state.js';
import { newAggregate } from '../resolve/functions.js';
import { nullWhenNull } from './null-reject.js';
import type { Rule } from './rule.js';
import { countsRows, inTwoSteps, type TwoSteps } from './two-step-aggregates.js';

const NAME = 'aggregation_push_down';

/**
 * Aggregates below a join or a union first, and puts the groups together above it (eager aggregation: Yan and Larson,
 * "Eager Aggregation and Lazy Aggregation", VLDB 1995), wherever it can be done: tidb_opt_agg_push_down asks for it.
 */
export const aggregationPushdown: Rule = {
  name: NAME,
  apply(plan, state) {
    if (isAskedFor(state)) visit(plan, state, true);
    return plan;
  },
};

/** The same without being asked, below joins in their order, where statistics of all tables say that it costs much less. */
export const aggregationBeforeJoins: Rule = {
  name: NAME,
  apply(plan, state) {
    if (!isAskedFor(state)) visit(plan, state, false);
    return plan;
  },
};

const isAskedFor = (state: BuildState): boolean => state.ctx.variable('tidb_opt_agg_push_down') === 'ON';

function visit(p: LogicalPlan, state: BuildState, everywhere: boolean): void {
  if (p.op === 'Aggregation') pushDown(p, state, everywhere);
  for (const c of p.children) visit(c, state, everywhere);
}

function pushDown(p: Aggregation, state: BuildState, everywhere: boolean): void {
  const values = [...p.groupBy, ...p.aggs.flatMap((a) => a.args)];
  if (values.some((e) => isVolatile(e) || hasCorrelated(e))) return;
  const through = throughProjections(p);
  if (through === null) return;
  const { child, groupBy, aggs } = through;
  if (child.op === 'Join') pushBelowJoin(p, { child, groupBy, aggs }, state, everywhere);
  else if (child.op === 'UnionAll' && everywhere) pushBelowUnion(p, { child, groupBy, aggs }, state);
}

/** An aggregation as it is over a node further down. */
interface Over<T extends LogicalPlan> {
  readonly child: T;
  readonly groupBy: readonly Expression[];
  readonly aggs: readonly AggFunc[];
}

function throughProjections(p: Aggregation): Over<LogicalPlan> | null {
  let child = p.children[0]!;
  let { groupBy, aggs } = p;
  while (child.op === 'Projection') {
    if (child.exprs.some((e) => isVolatile(e) || hasCorrelated(e))) return null;
    const { exprs } = child;
    const map = new Map<number, Expression>();
    child.schema.forEach((c, i) => map.set(c.id, exprs[i]!));
    groupBy = groupBy.map((g) => substitute(g, map));
    aggs = aggs.map((a) => mapAgg(a, (e) => substitute(e, map)));
    child = child.children[0]!;
  }
  return { child, groupBy, aggs };
}

/** The finer groups: their columns and aggregates, and the aggregates above them by position. */
interface Lower {
  readonly schema: Column[];
  readonly aggs: AggFunc[];
  readonly steps: ReadonlyMap<number, TwoSteps>;
}

type Side = 0 | 1;

function pushBelowJoin(p: Aggregation, over: Over<Join>, state: BuildState, everywhere: boolean): void {
  const join = over.child;
  const { joinType } = join;
  if (join.apply || (joinType !== 'inner' && joinType !== 'leftOuter' && joinType !== 'rightOuter')) return;
  if (!everywhere && !isMeasured(join, state)) return;
  const chosen: { side: Side; grouping: Grouping; gain: number }[] = [];
  for (const side of [0, 1] as const) {
    const grouping = groupingOf(over, side);
    if (grouping === null) continue;
    const gain = gainOf(over, side, grouping.keys, state);
    if (everywhere || gain > MIN_GAIN) chosen.push({ side, grouping, gain });
  }
  // What counts rows is aggregated on one side; the other one's rows must stay as many as they are.
  if (over.aggs.some(countsRows)) chosen.sort((a, b) => b.gain - a.gain).splice(1);
  const aggs = [...over.aggs];
  let pushed = false;
  for (const { side, grouping } of chosen) {
    const lower = lowerOf(over, side, grouping, state);
    if (lower === null) continue;
    pushed = true;
    const { schema, steps } = lower;
    const child = join.children[side]!;
    join.children[side] = {
      op: 'Aggregation',
      schema,
      children: [child],
      groupBy: [...grouping.keys],
      aggs: lower.aggs,
    };
    for (const [i, s] of steps) aggs[i] = s.final;
  }
  if (!pushed) return;
  join.schema = joinSchema(joinType, join.children[0]!.schema, join.children[1]!.schema);
  forgetStats(join);
  replace(p, join, [...over.groupBy], aggs);
}

function replace(p: Aggregation, child: LogicalPlan, groupBy: Expression[], aggs: AggFunc[]): void {
  p.children = [child];
  p.groupBy = groupBy;
  p.aggs = aggs;
  forgetStats(p);
}

/** A side that an outer join may leave without a row. */
const mayMiss = (join: Join, side: Side): boolean =>
  join.joinType === (side === 0 ? 'rightOuter' : 'leftOuter');

/** How one side's rows are aggregated before the join. */
interface Grouping {
  readonly keys: readonly Column[];
  /** Positions of the aggregates that are made there; the others are over the other side's columns. */
  readonly made: readonly number[];
}

/** Null when a side cannot be aggregated before the join, or would have groups of one row. */
function groupingOf({ child: join, groupBy, aggs }: Over<Join>, side: Side): Grouping | null {
  const input = join.children[side]!;
  const own = idsOf(input.schema);
  const other = idsOf(join.children[1 - side]!.schema);
  const made: number[] = [];
  const missing = mayMiss(join, side);
  for (const [i, a] of aggs.entries()) {
    if (columnsOf(a.args).size > 0 && a.args.every((e) => coveredBy(e, other))) {
      if (countsRows(a)) return null;
      continue;
    }
    made.push(i);
    if (!a.args.every((e) => coveredBy(e, own))) return null;
    // Without a row there is no state: what is made of it must be what NULLs make.
    if (missing && (a.name.startsWith('bit_') || !a.args.every((e) => nullWhenNull(e, own)))) return null;
  }
  const needed = columnsOf([...groupBy, ...nodeExpressions(join)]);
  const keys = input.schema.filter((c) => needed.has(c.id));
  if (keys.length === 0 || input.op === 'Aggregation') return null;
  const ids = idsOf(keys);
  return uniqueKeys(input).some((k) => k.every((id) => ids.has(id))) ? null : { keys, made };
}

/** The groups of one side. */
function lowerOf(
  { child: join, aggs }: Over<Join>,
  side: Side,
  { keys, made }: Grouping,
  state: BuildState,
): Lower | null {
  const input = join.children[side]!;
  const steps = new Map<number, TwoSteps>();
  const partial: AggFunc[] = [];
  const schema: Column[] = [];
  for (const i of made) {
    const a = aggs[i]!;
    const s = inTwoSteps(a, state, mayMiss(join, side));
    if (s === null) return null;
    steps.set(i, s);
    const arg = a.args[0]!;
    if (a.name === 'first_row' && arg.kind === 'column') {
      // It keeps its column, which the keys below may give already.
      if ([...keys, ...schema].some((c) => c.id === arg.id)) continue;
      schema.push(input.schema.find((c) => c.id === arg.id)!);
    } else schema.push(...s.columns);
    partial.push(...s.partial);
  }
  for (const k of keys) {
    partial.push(newAggregate('first_row', [k], false, state.ctx.eval));
    schema.push(k);
  }
  return { schema, aggs: partial, steps };
}

/** How many times less it must cost before the variable asks for it: estimates are what they are. */
const MIN_GAIN = 1.7;
/** Rows below which nothing is worth the trouble. */
const MIN_ROWS = 10_000;

/** Cost of the join and the aggregation above it, by that with an aggregation on one side first. */
function gainOf({ child: join }: Over<Join>, side: Side, keys: readonly Column[], state: BuildState): number {
  const input = deriveStats(join.children[side]!, state.ctx);
  if (input.rows < MIN_ROWS) return 0;
  const joined = deriveStats(join, state.ctx).rows;
  const groups = groupCount(keys, input);
  const perRow = COST.joinOutputRow + COST.hashAggRow;
  const late = input.rows * COST.hashProbeRow + joined * perRow;
  const early =
    input.rows * COST.hashAggRow +
    groups * (COST.aggGroup + COST.hashProbeRow) +
    joined * (groups / input.rows) * perRow;
  return late / early;
}

/** Whether all that is joined are tables of which statistics tell. */
function isMeasured(join: Join, state: BuildState): boolean {
  let measured = true;
  forEachNode(join, (n) => {
    if (n.op === 'DataSource') measured &&= state.ctx.statistics(n.table) !== null;
    else measured &&= n.children.length > 0;
  });
  return measured;
}

/** Each part of the union aggregates its own rows. */
function pushBelowUnion(p: Aggregation, over: Over<UnionAll>, state: BuildState): void {
  const union = over.child;
  // The one row of a part without rows must not be what represents the group.
  if (over.groupBy.length === 0 && over.aggs.some((a) => a.name === 'first_row' || a.name === 'any_value'))
    return;
  const steps: TwoSteps[] = [];
  for (const a of over.aggs) {
    const s = inTwoSteps(a, state);
    if (s === null) return;
    steps.push(s);
  }
  const ctx = state.ctx.eval;
  const partial = steps.flatMap((s) => s.partial);
  const fresh = (c: Column): Column => state.column(c.type);
  // The union's own columns: its parts give others.
  const schema = steps.flatMap((s) => s.columns).map(fresh);
  let at = 0;
  const aggs = steps.map((s): AggFunc => ({ ...s.final, args: s.columns.map(() => schema[at++]!) }));
  const groupBy: Expression[] = [];
  for (const g of over.groupBy) {
    const column = state.column(g.type);
    partial.push(newAggregate('first_row', [g], false, ctx));
    schema.push(column);
    groupBy.push(column);
  }
  const children = union.children.map((part): Aggregation => {
    const map = new Map<number, Expression>();
    union.schema.forEach((c, i) => map.set(c.id, part.schema[i]!));
    const own: Aggregation = {
      op: 'Aggregation',
      schema: schema.map(fresh),
      children: [part],
      groupBy: over.groupBy.map((g) => substitute(g, map)),
      aggs: partial.map((a) => mapAgg(a, (e) => substitute(e, map))),
    };
    // Without the part's projection its rows may be grouped where they are read.
    const through = throughProjections(own);
    if (through !== null) replace(own, through.child, [...through.groupBy], [...through.aggs]);
    return own;
  });
  replace(p, { op: 'UnionAll', schema, children }, groupBy, aggs);
}
