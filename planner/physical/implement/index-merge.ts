import type { Expression } from '../../../expression/expression.js';
import { lookupRowFactor } from '../../cost/factors.js';
import { filterWeight } from '../../cost/filter-weight.js';
import { Work } from '../../cost/work.js';
import { selectivity, tableEstimate } from '../../cost/selectivity.js';
import { columnsOf } from '../../logical/expression-walk.js';
import { handleColumns } from '../../logical/build-from.js';
import type { DataSource } from '../../logical/plan.js';
import { intConstant } from '../../resolve/literal.js';
import { indexColumns, keysOf } from '../access-path.js';
import { mergePaths, type MergeHints, type MergePath, type Partial } from '../merge-path.js';
import { leafScan } from '../leaf-scan.js';
import type { Optimizer } from '../optimizer.js';
import {
  readsSeveral,
  type IndexMerge,
  type Limit,
  type PhysicalPlan,
  type ReadPartitions,
  type TableScan,
} from '../plan.js';
import { evaluatorOf, pushable } from '../pushdown.js';
import { takesOperators } from '../scan-form.js';
import type { OrderItem, Property, RootTask } from '../task.js';
import { isFixed, matchOrder } from './match-order.js';
import { trim } from './projection.js';
import { indexScan, rowsTakeOperators, selectionOver, tableScan } from './scan.js';

/** The cheapest index merge of a source; null when there is none. */
export function bestIndexMerge(
  opt: Optimizer,
  ds: DataSource,
  hints: MergeHints,
  partitions: ReadPartitions | undefined,
  prop: Property,
): RootTask | null {
  const options: RootTask[] = [];
  for (const path of mergePaths(opt.state, ds, hints)) {
    const order = unionOrder(ds, path, prop.order);
    if (order === null) continue;
    options.push(mergeTask(opt, ds, path, partitions, prop.limit, order));
  }
  return options.length === 0 ? null : opt.cheapest(options);
}

/** The order that each scan of a union gives. */
interface UnionOrder {
  readonly by: readonly OrderItem[];
  /** By position among the scans: whether it goes backwards. */
  readonly desc: readonly boolean[];
}

/** How an order comes of merging the scans; null where one does not give it, or where the merge is none of ordered scans. */
function unionOrder(ds: DataSource, path: MergePath, order: readonly OrderItem[]): UnionOrder | null {
  if (order.length === 0) return { by: [], desc: [] };
  if (path.intersection) return null;
  const by = order.filter((o) => !isFixed(o.column, ds.conditions));
  const desc: boolean[] = [];
  for (const p of path.partials) {
    const match = matchOrder({ keys: keysOf(ds, p.index), access: p.access }, order, ds.conditions);
    if (match === null) return null;
    if (p.index !== null) {
      const have = indexColumns(ds, p.index);
      if (!by.every((o) => have.has(o.column.id))) return null;
    }
    desc.push(match.desc);
  }
  return { by, desc };
}

function mergeTask(
  opt: Optimizer,
  ds: DataSource,
  path: MergePath,
  partitions: ReadPartitions | undefined,
  limit: number,
  order: UnionOrder,
): RootTask {
  const est = tableEstimate(opt.ctx, ds);
  const total = Math.max(Math.min(1, est.rows), est.rows * selectivity(opt.ctx, est, ds, ds.conditions));
  const read = path.partials.filter((p) => p.access.ranges.length > 0 || p.access.rebuild !== null);
  const entries = read.reduce((n, p) => n + p.rows, 0);
  const handles = path.intersection
    ? Math.max(
        Math.min(1, est.rows),
        read.reduce((share, p) => share * (p.rows / est.rows), est.rows),
      )
    : Math.min(est.rows, entries);
  const ordered = order.by.length > 0;
  const needed = new Set(ds.schema.map((c) => c.id));
  columnsOf(path.tableConditions, needed);
  // Ordered rows carry their handle.
  if (ordered && !ds.dirty) for (const h of handleColumns(ds)) needed.add(h.id);
  const by = evaluatorOf(opt.ctx);
  const told = rowsTakeOperators(opt, ds, needed);
  const stored = (c: Expression): boolean => told && pushable(c, by);
  const pushed = path.tableConditions.filter(stored);
  const rootConditions = path.tableConditions.filter((c) => !stored(c));
  const rows = pushed.length > 0 ? Math.min(total, handles) : handles;
  const count = Math.max(1, partitions?.ids.length ?? 1);
  const work = new Work();
  const partials = path.partials.map((p, i) => {
    const own = new Work()
      .add('seek', count * Math.min(1000, Math.max(1, p.access.ranges.length)))
      .add('indexRow', p.rows)
      .add('filterRow', p.rows * filterWeight(p.filters))
      .add('hashProbeRow', p.rows);
    const plan = own.on(partialScan(opt, ds, p, est.info, order.by, order.desc[i] === true));
    work.input({ plan, cost: own.total });
    return plan;
  });
  if (ordered)
    work
      .add('keepOrderRow', entries)
      .add('sortCompare', entries * Math.log2(Math.max(2, count * partials.length)));
  const rowScan: TableScan = {
    ...tableScan(opt, ds, needed, null, est.info, false, false, handles),
    byRowId: true,
  };
  const fetch = new Work().add(lookupRowFactor(est.rows), handles);
  const fetched = fetch.on(rowScan);
  const tablePlan = pushed.length === 0 ? fetched : selectionOver(opt, fetched, pushed, rows);
  work
    .input({ plan: rowScan, cost: fetch.total })
    .add('filterRow', handles * filterWeight(pushed))
    .add('transferRow', rows)
    .add('transferColumn', rows * rowScan.schema.length);
  // A parent that stops early reads only so much of the scans as yields its rows.
  const fraction = !ordered || limit === Infinity || rows <= 0 ? 1 : Math.min(1, limit / rows);
  const done = work.times(fraction).add('open');
  const out = rows * fraction;
  const plan: IndexMerge = {
    op: 'IndexMerge',
    id: opt.nextId(),
    schema: tablePlan.schema,
    estRows: out,
    task: 'root',
    intersection: path.intersection,
    partials,
    tablePlan,
    ...(ordered
      ? { keepOrder: partials.map(() => order.by.map((o) => ({ expr: o.column, desc: o.desc }))) }
      : {}),
    ...(partitions === undefined ? {} : { partitions }),
  };
  let task: RootTask = { kind: 'root', plan: done.on(plan), rows: out, cost: done.total };
  if (plan.schema.length > ds.schema.length && ordered && rootConditions.length === 0)
    task = trim(opt, task, ds.schema, true);
  if (rootConditions.length === 0) return task;
  return opt.over(
    task,
    selectionOver(opt, task.plan, rootConditions, out),
    out,
    new Work().add('filterRow', out * filterWeight(rootConditions)),
  );
}

/** One of the scans: it gives its filters' columns and the handle. */
function partialScan(
  opt: Optimizer,
  ds: DataSource,
  p: Partial,
  info: string,
  by: readonly OrderItem[],
  desc: boolean,
): PhysicalPlan {
  const needed = columnsOf(p.filters as Expression[]);
  for (const o of by) needed.add(o.column.id);
  const keepOrder = by.length > 0;
  for (const h of handleColumns(ds)) needed.add(h.id);
  if (p.index === null) return tableScan(opt, ds, needed, p, info, keepOrder, desc, p.rows);
  const have = indexColumns(ds, p.index);
  for (const id of [...needed]) if (!have.has(id)) needed.delete(id);
  const scan = indexScan(opt, ds, p.index, needed, p, info, keepOrder, desc, p.rows, true);
  return p.filters.length === 0 ? scan : selectionOver(opt, scan, p.filters, p.rows);
}

/**
 * Lets an index merge stop after enough rows. The scans of a union need not give more handles than that, unless rows are
 * dropped afterwards; null when the limit must stay above.
 */
export function limitMerge(
  opt: Optimizer,
  p: IndexMerge,
  offset: number,
  count: number,
): { plan: IndexMerge; done: boolean } {
  const several = readsSeveral(p.partitions);
  const over = (plan: PhysicalPlan): Limit => ({
    op: 'Limit',
    id: opt.nextId(),
    schema: plan.schema,
    estRows: Math.min(plan.estRows, offset + count),
    task: plan.task,
    child: plan,
    offset: intConstant(0),
    count: intConstant(offset + count),
  });
  if (p.tablePlan.op === 'Selection') return { plan: { ...p, tablePlan: over(p.tablePlan) }, done: false };
  const stops = (plan: PhysicalPlan): boolean => takesOperators(opt.ctx, leafScan(plan));
  const partials = p.intersection ? p.partials : p.partials.map((plan) => (stops(plan) ? over(plan) : plan));
  if (several) return { plan: { ...p, partials }, done: false };
  return {
    plan: { ...p, partials, estRows: Math.min(p.estRows, count), pushedLimit: { offset, count } },
    done: true,
  };
}
