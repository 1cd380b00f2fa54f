import { evalDatum } from '../expression/compile.js';
import type { Expression } from '../expression/expression.js';
import type { PhysicalPlan, ReadPartitions } from '../planner/physical/plan.js';
import { ApplyOperator } from './apply.js';
import { BatchPointGetOperator } from './batch-point-get.js';
import { CopReaderOperator } from './cop-reader.js';
import { CteRefOperator } from './cte.js';
import type { ExecContext, Operator } from './exec-context.js';
import { ExpandOperator } from './expand.js';
import { AtOnceOperator } from './few-rows/at-once.js';
import { HashAggOperator } from './hash-agg.js';
import { HashJoinOperator } from './hash-join.js';
import { MergeJoinOperator } from './merge-join.js';
import { IndexJoinOperator } from './index-join.js';
import { IndexLookUpOperator } from './index-lookup.js';
import { IndexMergeOperator } from './index-merge.js';
import { JsonTableOperator } from './json-table.js';
import { LimitOperator } from './limit.js';
import { MaxOneRowOperator } from './max-one-row.js';
import { MemTableScanOperator } from './mem-table-scan.js';
import { rowCount, type OperatorContext } from './operator.js';
import { MergeOrderedOperator } from './merge-ordered.js';
import { onPartition } from './partitioned.js';
import { PickColumnsOperator } from './pick-columns.js';
import { fragmentOf } from './parallel/fragment.js';
import { GatherOperator } from './parallel/gather.js';
import { PointGetOperator } from './point-get.js';
import { ProjectionOperator } from './projection.js';
import { MeasuredOperator, measuredContext } from './runtime-stats.js';
import { CountedRows } from './scan-counts.js';
import { SelectLockOperator } from './select-lock.js';
import { SelectionOperator } from './selection.js';
import { SortOperator } from './sort.js';
import { StreamAggOperator } from './stream-agg.js';
import { TableDualOperator } from './table-dual.js';
import { MAX_TOPN_ROWS, TopNOperator } from './topn.js';
import { UnionAllOperator } from './union-all.js';
import { UnionScanOperator } from './union-scan.js';
import { LeadingRows } from './window/leading-rows.js';
import { WindowOperator } from './window/window.js';
import { Work } from './work-counts.js';
import { currentReadContext } from './current-read.js';

type PlanOf<Op extends PhysicalPlan['op']> = Extract<PhysicalPlan, { op: Op }>;
type Builders = { readonly [Op in PhysicalPlan['op']]: (plan: PlanOf<Op>, ctx: ExecContext) => Operator };

const onlyInCop = (plan: PhysicalPlan): Operator => {
  throw new Error(`${plan.op} runs inside a reader only`);
};
const notAReader = (plan: PhysicalPlan): Operator => {
  throw new Error(`${plan.op} gives no rows: use executeDml`);
};

export const countOf = (e: Expression, ctx: OperatorContext): number => rowCount(evalDatum(e, ctx.eval));

function leadingRowsOf({ by, leading }: PlanOf<'Sort'>, ctx: OperatorContext): LeadingRows | null {
  if (leading === undefined) return null;
  const { partitionKeys, bound } = leading;
  const rows = Number(evalDatum(bound.rows, ctx.eval) ?? 0) - (bound.strict ? 1 : 0);
  const types = by.slice(0, partitionKeys).map((b) => b.expr.type);
  return new LeadingRows(types, by[partitionKeys]!.desc, rows, ctx.memory);
}

/** A reader's operators for each of its partitions, one after the other or merged. */
function overPartitions(
  p: PlanOf<'TableReader' | 'IndexReader' | 'IndexLookUp' | 'IndexMerge' | 'UnionScan'>,
  partitions: ReadPartitions,
  ctx: ExecContext,
): Operator {
  const ids = partitions.choose?.(ctx.eval) ?? partitions.ids;
  const children = ids.map((id) => build(onPartition(p, id), ctx));
  if (children.length === 1) return children[0]!;
  return partitions.mergeBy.length > 0 && children.length > 0
    ? new MergeOrderedOperator(children, partitions.mergeBy, ctx)
    : new UnionAllOperator(children, ctx.txn !== null);
}

/** An operator that gives only some of the columns it makes. */
const picked = ({ output }: { readonly output?: readonly number[] }, whole: Operator): Operator =>
  output === undefined ? whole : new PickColumnsOperator(whole, output);

/** What is locked is read at the timestamp of current reads; `wanted` rows of it at most. */
function lockOperator(p: PlanOf<'SelectLock'>, ctx: ExecContext, wanted: number): Operator {
  const current = currentReadContext(ctx);
  return new SelectLockOperator(p, new AtOnceOperator(p.child, current, buildOperator), current, wanted);
}

/** What is below a LIMIT, told how many rows it wants. */
function limitInput(child: PhysicalPlan, wanted: number, ctx: ExecContext): Operator {
  if (child.op === 'SelectLock') return measured(child, ctx, (c) => lockOperator(child, c, wanted));
  const isRead = child.op === 'TableReader' || child.op === 'IndexReader';
  if (!isRead || child.partitions !== undefined || fragmentOf(child) !== null)
    return buildOperator(child, ctx);
  return measured(child, ctx, (c) => new CopReaderOperator(child, c, undefined, wanted));
}

/** One builder per operator. */
const BUILDERS: Builders = {
  TableReader: (p, ctx) =>
    p.partitions === undefined ? new CopReaderOperator(p, ctx) : overPartitions(p, p.partitions, ctx),
  IndexReader: (p, ctx) =>
    p.partitions === undefined ? new CopReaderOperator(p, ctx) : overPartitions(p, p.partitions, ctx),
  IndexLookUp: (p, ctx) =>
    p.partitions === undefined ? new IndexLookUpOperator(p, ctx) : overPartitions(p, p.partitions, ctx),
  IndexMerge: (p, ctx) =>
    p.partitions === undefined ? new IndexMergeOperator(p, ctx) : overPartitions(p, p.partitions, ctx),
  PointGet: (p, ctx) => new PointGetOperator(p, ctx),
  BatchPointGet: (p, ctx) => new BatchPointGetOperator(p, ctx),
  LocalIndexLookUp: onlyInCop,
  TableScan: onlyInCop,
  IndexScan: onlyInCop,
  MemTableScan: (p, ctx) => {
    const scan = new MemTableScanOperator(p, ctx);
    return p.conditions.length === 0 ? scan : new SelectionOperator(p, scan, ctx);
  },
  TableDual: (p) =>
    new TableDualOperator(
      p.schema.map((c) => c.type),
      p.rowCount,
    ),
  Selection: (p, ctx) => new SelectionOperator(p, buildOperator(p.child, ctx), ctx),
  Projection: (p, ctx) => new ProjectionOperator(p, buildOperator(p.child, ctx), ctx),
  HashAgg: (p, ctx) => new HashAggOperator(p, buildOperator(p.child, ctx), ctx),
  StreamAgg: (p, ctx) => {
    const child = buildOperator(p.child, ctx);
    // One group needs no order, and what it holds may be put on disk.
    if (p.groupBy.length === 0) return new HashAggOperator(p, child, ctx);
    return new StreamAggOperator(p, child, ctx);
  },
  HashJoin: (p, ctx) =>
    picked(p, new HashJoinOperator(p, buildOperator(p.left, ctx), buildOperator(p.right, ctx), ctx)),
  MergeJoin: (p, ctx) =>
    picked(p, new MergeJoinOperator(p, buildOperator(p.left, ctx), buildOperator(p.right, ctx), ctx)),
  IndexJoin: (p, ctx) => picked(p, new IndexJoinOperator(p, ctx, buildOperator)),
  Apply: (p, ctx) => picked(p, new ApplyOperator(p, ctx, buildOperator)),
  Sort: (p, ctx) => new SortOperator(p.by, buildOperator(p.child, ctx), ctx, leadingRowsOf(p, ctx)),
  TopN: (p, ctx) => {
    const offset = countOf(p.offset, ctx);
    const count = countOf(p.count, ctx);
    const child = buildOperator(p.child, ctx);
    if (offset + count <= MAX_TOPN_ROWS) {
      const rows = new TopNOperator(p.by, offset, count, child, ctx);
      return picked(p, new CountedRows(rows, (n) => ctx.noteWork?.(Work.sortRows, n)));
    }
    return picked(p, new LimitOperator(new SortOperator(p.by, child, ctx), offset, count));
  },
  Limit: (p, ctx) => {
    const offset = countOf(p.offset, ctx);
    const count = countOf(p.count, ctx);
    return picked(p, new LimitOperator(limitInput(p.child, offset + count, ctx), offset, count));
  },
  UnionAll: (p, ctx) =>
    new UnionAllOperator(
      p.children.map((c) => buildOperator(c, ctx)),
      ctx.txn !== null,
    ),
  UnionScan: (p, ctx) =>
    p.partitions === undefined
      ? new UnionScanOperator(p, buildOperator(p.child, ctx), ctx)
      : overPartitions(p, p.partitions, ctx),
  MaxOneRow: (p, ctx) =>
    new MaxOneRowOperator(
      buildOperator(p.child, ctx),
      p.schema.map((c) => c.type),
    ),
  SelectLock: (p, ctx) => lockOperator(p, ctx, Infinity),
  Window: (p, ctx) => new WindowOperator(p, buildOperator(p.child, ctx), ctx),
  Expand: (p, ctx) => new ExpandOperator(p, buildOperator(p.child, ctx), ctx),
  JsonTable: (p, ctx) => new JsonTableOperator(p, buildOperator(p.child, ctx), ctx),
  CteRef: (p, ctx) => new CteRefOperator(p, ctx, buildOperator),
  Insert: notAReader,
  Update: notAReader,
  Delete: notAReader,
};

function build(plan: PhysicalPlan, ctx: ExecContext): Operator {
  const fragment = fragmentOf(plan);
  if (fragment !== null && ctx.scanOverrides === undefined) {
    const { threads } = ctx;
    if (threads !== undefined && threads !== null && fragment.scan.estRows >= threads.pool.minRows)
      return new GatherOperator(plan, fragment, ctx, threads, buildOperator);
  }
  return (BUILDERS[plan.op] as (p: PhysicalPlan, c: ExecContext) => Operator)(plan, ctx);
}

/** The operators that run a plan. */
export function buildOperator(plan: PhysicalPlan, ctx: ExecContext): Operator {
  if (ctx.runtimeStats === null) return build(plan, ctx);
  return measured(plan, ctx, (c) => build(plan, c));
}

function measured(plan: PhysicalPlan, ctx: ExecContext, make: (ctx: ExecContext) => Operator): Operator {
  if (ctx.runtimeStats === null) return make(ctx);
  const stats = ctx.runtimeStats.of(plan);
  return new MeasuredOperator(make(measuredContext(ctx, stats)), stats);
}
