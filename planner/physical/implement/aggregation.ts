import { partialTypes } from '../../../expression/aggregate/create.js';
import type { AggFunc, Column, Expression } from '../../../expression/expression.js';
import { LARGE_TABLE } from '../../cost/factors.js';
import { Work } from '../../cost/work.js';
import { tableEstimate } from '../../cost/selectivity.js';
import { groupCount } from '../../cost/derive-stats.js';
import { isVolatile, mapAgg, sameExpr, substitute } from '../../logical/expression-walk.js';
import type { Aggregation } from '../../logical/plan.js';
import { decimalType } from '../../../expression/type-inference.js';
import { TypeCode } from '../../../types/field-type.js';
import { castTo, newAggregate } from '../../resolve/functions.js';
import type { Optimizer } from '../optimizer.js';
import type { HashAgg, PhysicalPlan, StreamAgg } from '../plan.js';
import { groupDeterminants } from './group-determinants.js';
import { evaluatorOf, pushable, pushableAgg } from '../pushdown.js';
import {
  ANY,
  rowScale,
  type CopTask,
  type OrderItem,
  type Property,
  type RootTask,
  type Task,
} from '../task.js';

/** An aggregation cut in two: states computed per region in the store, values made of them at the root. */
interface Split {
  readonly partial: {
    readonly groupBy: readonly Expression[];
    readonly aggs: readonly AggFunc[];
    readonly schema: Column[];
  };
  readonly final: { readonly groupBy: readonly Expression[]; readonly aggs: readonly AggFunc[] };
}

function split(opt: Optimizer, p: Aggregation, columnar: boolean): Split | null {
  // Values of finer groups are put together where they are.
  if (p.aggs.some((a) => a.mode !== 'complete')) return null;
  const by = evaluatorOf(opt.ctx, columnar);
  if (!p.aggs.every((a) => pushableAgg(a, by)) || !p.groupBy.every((g) => pushable(g, by))) return null;
  const ctx = opt.ctx.eval;
  const aggs: AggFunc[] = [];
  const schema: Column[] = [];
  const final: AggFunc[] = [];
  for (let i = 0; i < p.aggs.length; i++) {
    const a = p.aggs[i]!;
    const types = partialTypes(a);
    if (types === null) return null;
    aggs.push({ ...a, mode: 'partial1' });
    // A group key keeps its column through both halves.
    const states = types.map((t) =>
      a.name === 'first_row' && a.args[0]!.kind === 'column' ? a.args[0]! : opt.state.column(t),
    );
    schema.push(...states);
    final.push({ ...a, args: states, mode: 'final' });
  }
  const groupBy: Expression[] = [];
  for (const g of p.groupBy) {
    let at = aggs.findIndex((a) => a.name === 'first_row' && sameExpr(a.args[0]!, g));
    if (at >= 0) {
      groupBy.push(final[at]?.args[0] ?? schema[schemaAt(aggs, at)]!);
      continue;
    }
    at = aggs.length;
    const column = g.kind === 'column' ? g : opt.state.column(g.type);
    aggs.push({ ...newAggregate('first_row', [g], false, ctx), mode: 'partial1' });
    schema.push(column);
    groupBy.push(column);
  }
  return { partial: { groupBy: p.groupBy, aggs, schema }, final: { groupBy, aggs: final } };
}

function schemaAt(aggs: readonly AggFunc[], at: number): number {
  let n = 0;
  for (let i = 0; i < at; i++) n += partialTypes(aggs[i]!)?.length ?? 1;
  return n;
}

type Kind = 'HashAgg' | 'StreamAgg';

function aggPlan(
  opt: Optimizer,
  op: Kind,
  block: number | undefined,
  child: PhysicalPlan,
  schema: readonly Column[],
  groupBy: readonly Expression[],
  aggs: readonly AggFunc[],
  rows: number,
  determinants: readonly number[] | null = null,
): HashAgg | StreamAgg {
  const base = {
    id: opt.nextId(),
    schema,
    estRows: rows,
    task: child.task,
    child,
    groupBy,
    aggs,
    ...(block === undefined ? {} : { block }),
  };
  return op === 'HashAgg' && determinants !== null ? { op, ...base, determinants } : { op, ...base };
}

/** Putting `rows` rows into groups. */
const groupingWork = (op: Kind, rows: number, groups: number, scale: number): Work =>
  new Work()
    .add(op === 'HashAgg' ? 'hashAggRow' : 'streamAggRow', rows, scale)
    .add('aggGroup', groups, scale);

/** Aggregates a child task, in the store as far as it goes. */
export function aggregateTask(opt: Optimizer, p: Aggregation, op: Kind, task: Task): RootTask {
  const stats = opt.stats(p);
  const groups = stats.rows;
  const determinants = op === 'HashAgg' ? groupDeterminants(p.groupBy, p.children[0]!) : null;
  if (task.kind === 'cop' && canPush(task, p)) {
    const partialRows = Math.min(
      task.rows,
      Math.max(groups, p.groupBy.length === 0 ? 1 : groupCount(p.groupBy, opt.stats(p.children[0]!))),
    );
    const vain = p.toStore !== true && isVain(opt, p, task, partialRows);
    const s = vain ? null : split(opt, p, task.columnar === true);
    if (s !== null) {
      const below = (task.indexPlan !== null && task.tablePlan === null ? task.indexPlan : task.tablePlan)!;
      const scale = rowScale(task);
      const work = groupingWork(op, task.rows, partialRows, scale);
      const partial = work.ownOf(
        aggPlan(
          opt,
          op,
          p.block,
          below,
          s.partial.schema,
          s.partial.groupBy,
          s.partial.aggs,
          partialRows,
          determinants,
        ),
      );
      const cop: CopTask = {
        ...task,
        ...(task.tablePlan === null ? { indexPlan: partial } : { tablePlan: partial }),
        rows: partialRows,
        cost: task.cost + work.total,
        tableFiltered: true,
      };
      const root = opt.root(cop);
      const { groupBy, aggs } = s.final;
      const plan = aggPlan(opt, op, p.block, root.plan, p.schema, groupBy, aggs, groups, determinants);
      return opt.over(root, plan, groups, groupingWork(op, root.rows, groups, scale));
    }
  }
  const { root, groupBy, aggs } = withArguments(opt, opt.root(task), p);
  const plan = aggPlan(opt, op, p.block, root.plan, p.schema, groupBy, aggs, groups, determinants);
  return opt.over(
    root,
    plan,
    groups,
    groupingWork(op, root.rows * (1 + 0.1 * p.aggs.length), groups, rowScale(root)),
  );
}

/** Whether hardly two rows of a small table are known to share a group: then the store would only hand on its rows. */
const isVain = (opt: Optimizer, p: Aggregation, task: CopTask, groups: number): boolean =>
  p.groupBy.length > 0 &&
  task.rows < LARGE_TABLE &&
  groups > 0.95 * task.rows &&
  tableEstimate(opt.ctx, task.source).stats !== null;

/** Digits of the integer types, as TiDB gives SUM and AVG their decimals. */
const INT_DIGITS: Readonly<Record<number, number>> = {
  [TypeCode.Tiny]: 3,
  [TypeCode.Short]: 5,
  [TypeCode.Int24]: 8,
  [TypeCode.Long]: 10,
  [TypeCode.LongLong]: 20,
  [TypeCode.Year]: 4,
};

/** Puts what groups and aggregates compute into a projection below, so that equal expressions are computed once. */
function withArguments(
  opt: Optimizer,
  root: RootTask,
  p: Aggregation,
): { root: RootTask; groupBy: readonly Expression[]; aggs: readonly AggFunc[] } {
  const asDecimal = (a: AggFunc): AggFunc => {
    const x = a.args[0]!;
    const digits = INT_DIGITS[x.type.tp];
    if (
      (a.name !== 'sum' && a.name !== 'avg') ||
      a.mode !== 'complete' ||
      x.kind === 'constant' ||
      digits === undefined
    )
      return a;
    return { ...a, args: [castTo(x, decimalType(digits, 0), opt.ctx.eval), ...a.args.slice(1)] };
  };
  const aggs = p.aggs.map(asDecimal);
  const computed = (e: Expression): boolean => e.kind === 'function';
  if (!p.groupBy.some(computed) && !aggs.some((a) => a.args.some(computed)))
    return { root, groupBy: p.groupBy, aggs: p.aggs };
  // One projection is enough where the input is one already.
  const inner = root.plan.op === 'Projection' && !root.plan.exprs.some(isVolatile) ? root.plan : null;
  const through = new Map(inner?.schema.map((c, i) => [c.id, inner.exprs[i]!]));
  const exprs: Expression[] = [];
  const schema: Column[] = [];
  const place = (e: Expression): Expression => {
    if (e.kind !== 'column' && e.kind !== 'function') return e;
    const at = exprs.findIndex((x) => sameExpr(x, e));
    if (at >= 0) return schema[at]!;
    const column = e.kind === 'column' ? e : opt.state.column(e.type);
    exprs.push(e);
    schema.push(column);
    return column;
  };
  const placed = aggs.map((a) => mapAgg(a, place));
  const groupBy = p.groupBy.map(place);
  const projection: PhysicalPlan = {
    op: 'Projection',
    id: opt.nextId(),
    schema,
    estRows: root.rows,
    task: 'root',
    child: inner === null ? root.plan : inner.child,
    exprs: inner === null ? exprs : exprs.map((e) => substitute(e, through)),
  };
  const work = new Work().add('projectRow', root.rows * exprs.filter(computed).length, rowScale(root));
  return { root: opt.over(root, projection, root.rows, work), groupBy, aggs: placed };
}

/**
 * One side only, unless AGG_TO_COP asks for it: the table side of a lookup sees its rows in batches, which is as good as no aggregation.
 */
const canPush = (t: CopTask, p: Aggregation): boolean =>
  (t.indexPlan === null || t.tablePlan === null || (p.toStore === true && !t.keepOrder)) &&
  // States of several partitions would have to be merged by columns they do not have any more.
  (t.partitions === undefined || t.partitions.mergeBy.length === 0);

export function implementAggregation(opt: Optimizer, p: Aggregation, prop: Property): Task | null {
  const options: RootTask[] = [];
  const child = p.children[0]!;
  if (p.groupBy.length === 0) {
    if (prop.order.length > 0) return null;
    const task = opt.find(child, ANY);
    return aggregateTask(opt, p, p.prefer ?? scalarKind(opt, p, task), task);
  }
  const order = streamOrder(p, prop.order);
  if (order !== null && p.prefer !== 'HashAgg') {
    const task = opt.find(child, { order, limit: Infinity });
    // Sorting groups takes no longer than sorting their rows, and there are seldom more of them than was thought.
    if (!isSorted(task) || p.prefer === 'StreamAgg') options.push(aggregateTask(opt, p, 'StreamAgg', task));
  }
  if (prop.order.length === 0 && (p.prefer !== 'StreamAgg' || options.length === 0))
    options.push(aggregateTask(opt, p, 'HashAgg', opt.find(child, ANY)));
  if (options.length === 0) return null;
  return opt.cheapest(options);
}

/** Whether rows are in order only because a Sort was put there for it. */
function isSorted(task: Task): boolean {
  let plan = task.kind === 'root' ? task.plan : null;
  while (plan !== null && (plan.op === 'Projection' || plan.op === 'Selection')) plan = plan.child;
  return plan?.op === 'Sort';
}

/** Rows from which on several threads are worth it for one group. */
const PARALLEL_ROWS = 60;

/** One group needs neither order nor a hash table: what is summed up over several threads is called HashAgg, as TiDB does. */
function scalarKind(opt: Optimizer, p: Aggregation, task: Task): Kind {
  const by = evaluatorOf(opt.ctx, task.columnar === true);
  const pushed = p.aggs.every((a) => pushableAgg(a, by) && partialTypes(a) !== null);
  if (pushed && task.kind === 'cop' && canPush(task, p)) return 'StreamAgg';
  const single = ['tidb_hashagg_partial_concurrency', 'tidb_hashagg_final_concurrency'].every(
    (name) => opt.ctx.variable(name) === '1',
  );
  return task.rows > PARALLEL_ROWS && !single ? 'HashAgg' : 'StreamAgg';
}

/** An order of the group keys that also gives the order the parent wants; null when there is none. */
function streamOrder(p: Aggregation, wanted: readonly OrderItem[]): OrderItem[] | null {
  const keys: Column[] = [];
  for (const g of p.groupBy) {
    if (g.kind !== 'column') return null;
    if (!keys.some((k) => k.id === g.id)) keys.push(g);
  }
  const out: OrderItem[] = [];
  for (const w of wanted) {
    // The parent's column is the first row of a group key.
    const at = p.schema.findIndex((c) => c.id === w.column.id);
    const agg = p.aggs[at];
    const source = agg?.name === 'first_row' && agg.args[0]!.kind === 'column' ? agg.args[0]! : null;
    const key = source === null ? undefined : keys.find((k) => k.id === source.id);
    if (key === undefined) return null;
    out.push({ column: key, desc: w.desc });
  }
  const desc = wanted[0]?.desc ?? false;
  for (const k of keys) if (!out.some((o) => o.column.id === k.id)) out.push({ column: k, desc });
  return out;
}
