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

type PlanOf<Op extends PhysicalPlan['op']> = Extract<PhysicalPlan, { op: Op }>;
type CopOp = 'Selection' | 'Projection' | 'HashAgg' | 'StreamAgg' | 'TopN' | 'Limit';
type CopBuilders = {
  readonly [Op in CopOp]: (plan: PlanOf<Op>, child: Operator, ctx: OperatorContext) => Operator;
};

/** What may run next to the data: TiKV's coprocessor knows the same operators. */
const COP_BUILDERS: CopBuilders = {
  Selection: (p, child, ctx) => new SelectionOperator(p, child, ctx),
  Projection: (p, child, ctx) => new ProjectionOperator(p, child, ctx),
  HashAgg: (p, child, ctx) => new HashAggOperator(p, child, ctx),
  StreamAgg: (p, child, ctx) => new StreamAggOperator(p, child, ctx),
  TopN: (p, child, ctx) => {
    const offset = rowCount(evalDatum(p.offset, ctx.eval));
    const count = rowCount(evalDatum(p.count, ctx.eval));
    // The reader's own TopN sorts what comes: a large one saves little by cutting here.
    if (offset + count > MAX_TOPN_ROWS && offset === 0) return child;
    return new TopNOperator(p.by, offset, count, child, ctx);
  },
  Limit: (p, child, ctx) =>
    new LimitOperator(child, rowCount(evalDatum(p.offset, ctx.eval)), rowCount(evalDatum(p.count, ctx.eval))),
};

/** Makes the operator that looks up rows beside the index that is read. */
export type LookUpBuilder = (plan: LocalIndexLookUp, entries: Operator) => Operator;

/**
 * The operators of a cop subtree over its scan, or over one of them, `bottom`, whose result is `leaf`. `lookUp`: where the rows are.
 */
export function buildCopOperator(
  plan: PhysicalPlan,
  ctx: OperatorContext,
  leaf: Operator,
  bottom?: PhysicalPlan,
  lookUp?: LookUpBuilder,
): Operator {
  if (ctx.runtimeStats === null) return copOperator(plan, ctx, leaf, bottom, lookUp);
  const stats = ctx.runtimeStats.of(plan);
  return new MeasuredOperator(copOperator(plan, measuredContext(ctx, stats), leaf, bottom, lookUp), stats);
}

function copOperator(
  plan: PhysicalPlan,
  ctx: OperatorContext,
  leaf: Operator,
  bottom: PhysicalPlan | undefined,
  lookUp: LookUpBuilder | undefined,
): Operator {
  if (plan === bottom || plan.op === 'TableScan' || plan.op === 'IndexScan') return leaf;
  if (!('child' in plan)) throw new Error(`operator ${plan.op} cannot run in a cop task`);
  const child = buildCopOperator(plan.child, ctx, leaf, bottom, lookUp);
  if (plan.op === 'LocalIndexLookUp' && lookUp !== undefined) return lookUp(plan, child);
  return buildOperatorOver(plan, child, ctx);
}

/** One operator of a cop task over what gives its input. */
export function buildOperatorOver(plan: PhysicalPlan, child: Operator, ctx: OperatorContext): Operator {
  const build = (
    COP_BUILDERS as Partial<
      Record<string, (p: PhysicalPlan, child: Operator, c: OperatorContext) => Operator>
    >
  )[plan.op];
  if (build === undefined) throw new Error(`operator ${plan.op} cannot run in a cop task`);
  return build(plan, child, ctx);
}
