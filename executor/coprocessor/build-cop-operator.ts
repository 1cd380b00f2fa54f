import type { LocalIndexLookUp, PhysicalPlan } from '../../planner/physical/plan.js';
import { evalDatum } from '../../expression/compile.js';
import type { Operator } from '../exec-context.js';
import { HashAggOperator } from '../hash-agg.js';
import { LimitOperator } from '../limit.js';
import { rowCount, type OperatorContext } from '../operator.js';
import { ProjectionOperator } from '../projection.js';
import { MeasuredOperator, measuredContext } from '../runtime-stats.js';
import { SelectionOperator } from '../selection.js';
import { StreamAggOperator } from '../stream-agg.js';
import { MAX_TOPN_ROWS, TopNOperator } from '../topn.js';
import type { TopNBound } from '../topn-bound.js';

type PlanOf<Op extends PhysicalPlan['op']> = Extract<PhysicalPlan, { op: Op }>;
type CopOp = 'Selection' | 'Projection' | 'HashAgg' | 'StreamAgg' | 'TopN' | 'Limit';
type CopBuilders = {
  readonly [Op in CopOp]: (
    plan: PlanOf<Op>,
    child: Operator,
    ctx: OperatorContext,
    bound: TopNBound | null,
  ) => Operator;
};

/** What may run next to the data: TiKV's coprocessor knows the same operators. */
const COP_BUILDERS: CopBuilders = {
  Selection: (p, child, ctx) => new SelectionOperator(p, child, ctx),
  Projection: (p, child, ctx) => new ProjectionOperator(p, child, ctx),
  HashAgg: (p, child, ctx) => new HashAggOperator(p, child, ctx),
  StreamAgg: (p, child, ctx) => new StreamAggOperator(p, child, ctx),
  TopN: (p, child, ctx, bound) => {
    const offset = rowCount(evalDatum(p.offset, ctx.eval));
    const count = rowCount(evalDatum(p.count, ctx.eval));
    // The reader's own TopN sorts what comes: a large one saves little by cutting here.
    if (offset + count > MAX_TOPN_ROWS && offset === 0) return child;
    return new TopNOperator(p.by, offset, count, child, ctx, bound);
  },
  Limit: (p, child, ctx) =>
    new LimitOperator(child, rowCount(evalDatum(p.offset, ctx.eval)), rowCount(evalDatum(p.count, ctx.eval))),
};

/** Makes the operator that looks up rows beside the index that is read. */
export type LookUpBuilder = (plan: LocalIndexLookUp, entries: Operator) => Operator;

/** What a cop subtree stands on. */
export interface CopLeaf {
  readonly rows: Operator;
  /** Where the rows of index entries are. */
  readonly lookUp?: LookUpBuilder;
  /** What the scan wants to know of the TopN above it. */
  readonly bound?: TopNBound | null;
}

/** The operators of a cop subtree over its scan, or over one of them, `bottom`, whose result is `leaf`. */
export function buildCopOperator(
  plan: PhysicalPlan,
  ctx: OperatorContext,
  leaf: CopLeaf,
  bottom?: PhysicalPlan,
): Operator {
  if (ctx.runtimeStats === null) return copOperator(plan, ctx, leaf, bottom);
  const stats = ctx.runtimeStats.of(plan);
  return new MeasuredOperator(copOperator(plan, measuredContext(ctx, stats), leaf, bottom), stats);
}

function copOperator(
  plan: PhysicalPlan,
  ctx: OperatorContext,
  leaf: CopLeaf,
  bottom: PhysicalPlan | undefined,
): Operator {
  if (plan === bottom || plan.op === 'TableScan' || plan.op === 'IndexScan') return leaf.rows;
  if (!('child' in plan)) throw new Error(`operator ${plan.op} cannot run in a cop task`);
  const child = buildCopOperator(plan.child, ctx, leaf, bottom);
  if (plan.op === 'LocalIndexLookUp' && leaf.lookUp !== undefined) return leaf.lookUp(plan, child);
  return buildOperatorOver(plan, child, ctx, leaf.bound);
}

/** One operator of a cop task over what gives its input. */
export function buildOperatorOver(
  plan: PhysicalPlan,
  child: Operator,
  ctx: OperatorContext,
  bound: TopNBound | null = null,
): Operator {
  const build = (
    COP_BUILDERS as Partial<
      Record<string, (p: PhysicalPlan, child: Operator, c: OperatorContext, b: TopNBound | null) => Operator>
    >
  )[plan.op];
  if (build === undefined) throw new Error(`operator ${plan.op} cannot run in a cop task`);
  return build(plan, child, ctx, bound);
}
