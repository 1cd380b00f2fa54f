import type { ByItem, Expression } from '../../../expression/expression.js';
import { Work } from '../../cost/work.js';
import type { Limit as LogicalLimit, TopN as LogicalTopN } from '../../logical/plan.js';
import { columnsOf } from '../../logical/expression-walk.js';
import { intConstant } from '../../resolve/literal.js';
import { orderByVirtuals } from '../access-path.js';
import { leafScan } from '../leaf-scan.js';
import { asOrder, type Optimizer } from '../optimizer.js';
import { readsSeveral, type IndexMerge, type Limit, type PhysicalPlan, type TopN } from '../plan.js';
import { monotonicOrder } from '../monotonic.js';
import { evaluatorOf, pushable } from '../pushdown.js';
import { takesOperators } from '../scan-form.js';
import { ANY, type CopTask, type Property, type RootTask, type Task } from '../task.js';
import { limitMerge } from './index-merge.js';
import { projectionOver, trim } from './projection.js';

/** Rows a LIMIT reads in all; null when a parameter decides. */
function limitRows(offset: Expression, count: Expression): number | null {
  const value = (e: Expression): number | null =>
    e.kind === 'constant' && e.value !== null && !(e.value instanceof Uint8Array) ? Number(e.value) : null;
  const o = value(offset);
  const c = value(count);
  return o === null || c === null ? null : o + c;
}

const isParam = (e: Expression): boolean => e.kind === 'constant' && e.param !== undefined;

export function implementLimit(opt: Optimizer, p: LogicalLimit, prop: Property): Task | null {
  // Rows that a LIMIT keeps depend on the order below it: none may be put in from above.
  if (prop.order.length > 0) return null;
  const below = p.children[0]!;
  const total = limitRows(p.offset, p.count);
  const hint = Math.min(total ?? Infinity, prop.limit + (total ?? 0));
  if (below.op === 'Sort')
    return implementTopN(opt, { ...p, op: 'TopN', by: below.by, children: below.children }, prop);
  const task = opt.find(below, { order: [], limit: hint });
  return limited(opt, task, p.offset, p.count, total);
}

function limited(
  opt: Optimizer,
  task: Task,
  offset: Expression,
  count: Expression,
  total: number | null,
): RootTask {
  let t = task;
  const dynamic = isParam(offset) || isParam(count);
  if (t.kind === 'cop' && total !== null && !dynamic) t = pushLimit(opt, t, total);
  if (t.kind === 'root' && total !== null && !dynamic) {
    const { plan } = t;
    const merge = plan.op === 'Projection' && plan.restores === true ? plan.child : plan;
    if (merge.op === 'IndexMerge') {
      const n = Number((count as { value: number }).value);
      const limit = limitMerge(opt, merge, total - n, n);
      const rows = Math.min(t.rows, n);
      const top = plan.op === 'Projection' ? { ...plan, child: limit.plan, estRows: rows } : limit.plan;
      t = { ...t, plan: top, rows };
      if (limit.done) return t;
    }
  }
  const embedded = t.kind === 'cop' && t.pushedLimit !== undefined;
  const root = opt.root(t);
  const rows = total === null ? root.rows : Math.min(root.rows, Number((count as { value: number }).value));
  // A limit embedded in a lookup does all of it.
  if (embedded && root.plan.op === 'IndexLookUp') {
    const plan = {
      ...root.plan,
      estRows: rows,
      pushedLimit: {
        offset: Number((offset as { value: number }).value),
        count: Number((count as { value: number }).value),
      },
    };
    return { ...root, plan, rows };
  }
  const plan: Limit = {
    op: 'Limit',
    id: opt.nextId(),
    schema: root.plan.schema,
    estRows: rows,
    task: 'root',
    child: root.plan,
    offset,
    count,
  };
  return opt.over(root, plan, rows);
}

/** Lets the store stop after enough rows. */
function pushLimit(opt: Optimizer, t: CopTask, total: number): CopTask {
  const over = (plan: PhysicalPlan): Limit => ({
    op: 'Limit',
    id: opt.nextId(),
    schema: plan.schema,
    estRows: Math.min(plan.estRows, total),
    task: plan.task,
    child: plan,
    offset: intConstant(0),
    count: intConstant(total),
  });
  if (t.indexPlan !== null && t.tablePlan !== null) {
    // Each handle is a row unless the table side filters: then only that side knows which rows count.
    if (t.tableFiltered) return { ...t, tablePlan: over(t.tablePlan), rows: Math.min(t.rows, total) };
    // Of several partitions each gives as many rows: the limit over them all stays above.
    const several = readsSeveral(t.partitions);
    return {
      ...t,
      indexPlan: over(t.indexPlan),
      indexRows: Math.min(t.indexRows, total),
      rows: Math.min(t.rows, total),
      ...(several ? {} : { pushedLimit: { offset: 0, count: total } }),
    };
  }
  return t.indexPlan !== null
    ? { ...t, indexPlan: over(t.indexPlan), rows: Math.min(t.rows, total) }
    : { ...t, tablePlan: over(t.tablePlan!), rows: Math.min(t.rows, total) };
}

export function implementTopN(opt: Optimizer, p: LogicalTopN, prop: Property): Task | null {
  const given = asOrder(p.by) ?? [];
  if (prop.order.some((o, i) => o.column.id !== given[i]?.column.id || o.desc !== given[i].desc)) return null;
  const total = limitRows(p.offset, p.count);
  const options: RootTask[] = [];
  const order = monotonicOrder(p.by, p.children[0]!) ?? orderByVirtuals(p.children[0]!, p.by);
  if (order !== null) {
    // Rows that come in order need no sort: stop after the first ones.
    const task = opt.tryFind(p.children[0]!, { order, limit: total ?? Infinity });
    if (task !== null) options.push(limited(opt, task, p.offset, p.count, total));
  }
  let task = opt.find(p.children[0]!, ANY);
  if (
    total !== null &&
    worthInStore(opt, total, task.rows) &&
    !isParam(p.offset) &&
    !isParam(p.count) &&
    p.by.every((b) => pushable(b.expr, evaluatorOf(opt.ctx, task.columnar === true)))
  ) {
    if (task.kind === 'cop') task = pushTopN(opt, task, p, total);
    else if (task.plan.op === 'IndexMerge' && takesOperators(opt.ctx, leafScan(task.plan.tablePlan)))
      task = pushTopNMerge(opt, task, task.plan, p, total);
  }
  const input = opt.root(task);
  const { root, by } = withOrder(opt, input, p.by);
  const rows = total === null ? root.rows : Math.min(root.rows, Number((p.count as { value: number }).value));
  const plan: TopN = {
    op: 'TopN',
    id: opt.nextId(),
    schema: root.plan.schema,
    estRows: rows,
    task: 'root',
    child: root.plan,
    by,
    offset: p.offset,
    count: p.count,
  };
  const best = opt.over(root, plan, rows, topNWork(root.rows, total ?? root.rows));
  options.push(root === input ? best : trim(opt, best, input.plan.schema, true));
  return opt.cheapest(options);
}

/** The rows of a TopN that keeps most of them would be sorted twice where the store is this process. */
const worthInStore = (opt: Optimizer, total: number, rows: number): boolean =>
  opt.ctx.remoteStore === true || total < MANY_ROWS || total * 8 < rows;
const MANY_ROWS = 4096;

/** Computes what rows are ordered by once, in a projection below. */
function withOrder(
  opt: Optimizer,
  root: RootTask,
  by: readonly ByItem[],
): { readonly root: RootTask; readonly by: readonly ByItem[] } {
  if (!by.some((b) => b.expr.kind === 'function')) return { root, by };
  const exprs: Expression[] = [...root.plan.schema];
  const schema = [...root.plan.schema];
  const placed = by.map((b) => {
    if (b.expr.kind !== 'function') return b;
    const column = opt.state.column(b.expr.type);
    exprs.push(b.expr);
    schema.push(column);
    return { ...b, expr: column };
  });
  return { root: projectionOver(opt, root, exprs, schema), by: placed };
}

const topNWork = (rows: number, kept: number): Work =>
  new Work().add('open').add('sortCompare', rows * Math.log2(Math.max(2, Math.min(rows, kept))));

/** A TopN in the store. */
const storeTopN = (opt: Optimizer, plan: PhysicalPlan, p: LogicalTopN, total: number): TopN => ({
  op: 'TopN',
  id: opt.nextId(),
  schema: plan.schema,
  estRows: Math.min(plan.estRows, total),
  task: plan.task,
  child: plan,
  by: p.by,
  offset: intConstant(0),
  count: intConstant(total),
});

/** The store keeps its best rows only. */
function pushTopN(opt: Optimizer, t: CopTask, p: LogicalTopN, total: number): CopTask {
  const used = [...columnsOf(p.by.map((b) => b.expr))];
  const has = (plan: PhysicalPlan): boolean => used.every((id) => plan.schema.some((c) => c.id === id));
  const rows = Math.min(t.rows, total);
  if (t.indexPlan !== null && t.tablePlan !== null && !t.tableFiltered && has(t.indexPlan)) {
    const indexPlan = storeTopN(opt, t.indexPlan, p, total);
    return { ...t, indexPlan, indexRows: Math.min(t.indexRows, total), rows };
  }
  const work = topNWork(t.rows, total);
  const cost = t.cost + work.total;
  if (t.tablePlan === null)
    return { ...t, indexPlan: work.ownOf(storeTopN(opt, t.indexPlan!, p, total)), rows, cost };
  // The rows that a lookup fetches together.
  const tablePlan = work.ownOf(storeTopN(opt, t.tablePlan, p, total));
  return { ...t, tablePlan, rows, cost, tableFiltered: true };
}

/** The same of the rows that an index merge fetches together. */
function pushTopNMerge(
  opt: Optimizer,
  t: RootTask,
  plan: IndexMerge,
  p: LogicalTopN,
  total: number,
): RootTask {
  const tablePlan = storeTopN(opt, plan.tablePlan, p, total);
  const rows = Math.min(t.rows, total);
  return { ...t, plan: { ...plan, tablePlan, estRows: rows }, rows };
}
