import type { ByItem, Expression } from '../../../expression/expression.js';
import { COST } from '../../cost/factors.js';
import type {
  CteScan,
  Dual,
  Expand as LogicalExpand,
  JsonTable as LogicalJsonTable,
  Limit as LogicalLimit,
  Lock,
  LogicalPlan,
  MaxOneRow,
  Projection as LogicalProjection,
  Selection as LogicalSelection,
  Sort as LogicalSort,
  TopN as LogicalTopN,
  UnionAll as LogicalUnion,
  Window as LogicalWindow,
} from '../../logical/plan.js';
import { columnsOf } from '../../logical/expression-walk.js';
import { intConstant } from '../../resolve/literal.js';
import { asOrder, sortCost, throughProjection, type Optimizer } from '../optimizer.js';
import { limitMerge } from './index-merge.js';
import type { CteDefinition, Expand, JsonTable, Limit, PhysicalPlan, TopN, Window } from '../plan.js';
import { pushable } from '../pushdown.js';
import {
  ANY,
  rowScale,
  type CopTask,
  type OrderItem,
  type Property,
  type RootTask,
  type Task,
} from '../task.js';

const child = (p: LogicalPlan): LogicalPlan => p.children[0]!;

export function implementDual(opt: Optimizer, p: Dual): RootTask {
  const plan: PhysicalPlan = {
    op: 'TableDual',
    id: opt.nextId(),
    schema: p.schema,
    estRows: p.rowCount,
    task: 'root',
    rowCount: p.rowCount,
  };
  return { kind: 'root', plan, rows: p.rowCount, cost: 0 };
}

export function implementSelection(opt: Optimizer, p: LogicalSelection, prop: Property): Task | null {
  const task = opt.tryFind(child(p), { order: prop.order, limit: Infinity });
  if (task === null) return null;
  const rows = opt.stats(p).rows;
  const root = opt.root(task);
  const plan: PhysicalPlan = {
    op: 'Selection',
    id: opt.nextId(),
    schema: root.plan.schema,
    estRows: rows,
    task: 'root',
    child: root.plan,
    conditions: p.conditions,
  };
  return opt.over(root, plan, rows, root.rows * COST.filterRow * p.conditions.length * rowScale(root));
}

export function implementProjection(opt: Optimizer, p: LogicalProjection, prop: Property): Task | null {
  const order = throughProjection(prop.order, p.exprs, p.schema);
  if (order === null) return null;
  const root = opt.tryFindRoot(child(p), { order, limit: prop.limit });
  if (root === null) return null;
  const same =
    p.exprs.length === root.plan.schema.length &&
    p.exprs.every((e, i) => e.kind === 'column' && e.id === root.plan.schema[i]!.id);
  if (same && p.exprs.every((e, i) => (e as { id: number }).id === p.schema[i]!.id)) return root;
  const plan: PhysicalPlan = {
    op: 'Projection',
    id: opt.nextId(),
    schema: p.schema,
    estRows: root.rows,
    task: 'root',
    child: root.plan,
    exprs: p.exprs,
  };
  return opt.over(
    root,
    plan,
    root.rows,
    root.rows * COST.projectRow * p.exprs.filter((e) => e.kind !== 'column').length * rowScale(root),
  );
}

export function implementSort(opt: Optimizer, p: LogicalSort, prop: Property): Task | null {
  if (prop.order.length > 0) return null;
  const order = asOrder(p.by);
  if (order !== null) return opt.find(child(p), { order, limit: prop.limit });
  const root = opt.findRoot(child(p), ANY);
  const plan: PhysicalPlan = {
    op: 'Sort',
    id: opt.nextId(),
    schema: root.plan.schema,
    estRows: root.rows,
    task: 'root',
    child: root.plan,
    by: p.by,
  };
  return opt.over(root, plan, root.rows, sortCost(root.rows));
}

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
  const below = child(p);
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
  if (t.kind === 'root' && t.plan.op === 'IndexMerge' && total !== null && !dynamic) {
    const n = Number((count as { value: number }).value);
    const limit = limitMerge(opt, t.plan, total - n, n);
    t = { ...t, plan: limit.plan, rows: Math.min(t.rows, n) };
    if (limit.done) return t;
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
  return opt.over(root, plan, rows, 0);
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
    const several = t.partitions !== undefined && t.partitions.ids.length > 1;
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
  const order = asOrder(p.by);
  if (order !== null) {
    // Rows that come in order need no sort: stop after the first ones.
    const task = opt.tryFind(child(p), { order, limit: total ?? Infinity });
    if (task !== null) options.push(limited(opt, task, p.offset, p.count, total));
  }
  let task = opt.find(child(p), ANY);
  if (
    task.kind === 'cop' &&
    total !== null &&
    !isParam(p.offset) &&
    !isParam(p.count) &&
    p.by.every((b) => pushable(b.expr))
  ) {
    task = pushTopN(opt, task, p, total);
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
  const best = opt.over(root, plan, rows, topNCost(root.rows, total ?? root.rows));
  options.push(root === input ? best : restored(opt, best, input.plan.schema));
  return options.reduce((a, b) => (b.cost < a.cost ? b : a));
}

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
  const plan: PhysicalPlan = {
    op: 'Projection',
    id: opt.nextId(),
    schema,
    estRows: root.rows,
    task: 'root',
    child: root.plan,
    exprs,
  };
  return { root: opt.over(root, plan, root.rows, 0), by: placed };
}

/** Without the columns that withOrder added. */
function restored(opt: Optimizer, task: RootTask, schema: PhysicalPlan['schema']): RootTask {
  const plan: PhysicalPlan = {
    op: 'Projection',
    id: opt.nextId(),
    schema,
    estRows: task.rows,
    task: 'root',
    child: task.plan,
    exprs: [...schema],
    restores: true,
  };
  return opt.over(task, plan, task.rows, 0);
}

const topNCost = (rows: number, kept: number): number =>
  COST.open + rows * COST.sortCompare * Math.log2(Math.max(2, Math.min(rows, kept)));

/** The store keeps its best rows only. */
function pushTopN(opt: Optimizer, t: CopTask, p: LogicalTopN, total: number): CopTask {
  const over = (plan: PhysicalPlan): TopN => ({
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
  const used = [...columnsOf(p.by.map((b) => b.expr))];
  const has = (plan: PhysicalPlan): boolean => used.every((id) => plan.schema.some((c) => c.id === id));
  if (t.indexPlan !== null && t.tablePlan !== null) {
    if (t.tableFiltered || !has(t.indexPlan)) return t;
    return {
      ...t,
      indexPlan: over(t.indexPlan),
      indexRows: Math.min(t.indexRows, total),
      rows: Math.min(t.rows, total),
    };
  }
  const cost = t.cost + topNCost(t.rows, total);
  return t.indexPlan !== null
    ? { ...t, indexPlan: over(t.indexPlan), rows: Math.min(t.rows, total), cost }
    : { ...t, tablePlan: over(t.tablePlan!), rows: Math.min(t.rows, total), cost };
}

export function implementMaxOneRow(opt: Optimizer, p: MaxOneRow): RootTask {
  const root = opt.findRoot(child(p), { order: [], limit: 2 });
  const plan: PhysicalPlan = {
    op: 'MaxOneRow',
    id: opt.nextId(),
    schema: root.plan.schema,
    estRows: 1,
    task: 'root',
    child: root.plan,
  };
  return opt.over(root, plan, 1, 0);
}

export function implementUnion(opt: Optimizer, p: LogicalUnion, prop: Property): Task | null {
  if (prop.order.length > 0) return null;
  const tasks = p.children.map((c) => opt.findRoot(c, { order: [], limit: prop.limit }));
  const rows = tasks.reduce((n, t) => n + t.rows, 0);
  const cost = tasks.reduce((n, t) => n + t.cost, 0);
  const plan: PhysicalPlan = {
    op: 'UnionAll',
    id: opt.nextId(),
    schema: p.schema,
    estRows: rows,
    estCost: cost,
    task: 'root',
    children: tasks.map((t, i) => exactColumns(opt, t, p.children[i]!)),
  };
  return { kind: 'root', plan, rows, cost };
}

/** A plan whose columns are exactly the logical node's: scans may carry more than was asked for. */
export function exactColumns(opt: Optimizer, t: RootTask, p: LogicalPlan): PhysicalPlan {
  const { schema } = t.plan;
  if (schema.length === p.schema.length && schema.every((c, i) => c.id === p.schema[i]!.id)) return t.plan;
  return {
    op: 'Projection',
    id: opt.nextId(),
    schema: p.schema,
    estRows: t.rows,
    estCost: t.cost,
    task: 'root',
    child: t.plan,
    exprs: [...p.schema],
  };
}

export function implementLock(opt: Optimizer, p: Lock, prop: Property): Task | null {
  const root = opt.tryFindRoot(child(p), prop);
  if (root === null) return null;
  if (root.plan.op === 'PointGet' || root.plan.op === 'BatchPointGet') {
    return { ...root, plan: { ...root.plan, lock: p.lock } };
  }
  const position = (id: number): number => root.plan.schema.findIndex((c) => c.id === id);
  const plan: PhysicalPlan = {
    op: 'SelectLock',
    id: opt.nextId(),
    schema: root.plan.schema,
    estRows: root.rows,
    task: 'root',
    child: root.plan,
    lock: p.lock,
    tables: p.tables.map((t) => ({
      table: t.table,
      physicalId: t.table.id,
      handle: t.handle.map((c) => position(c.id)),
      ...(t.deciding === null
        ? {}
        : {
            columns: t.table.columns.map((c) => {
              const column = t.deciding!.get(c.offset);
              return column === undefined ? -1 : position(column.id);
            }),
          }),
    })),
  };
  return opt.over(root, plan, root.rows, root.rows * COST.lookupRow);
}

export function implementWindow(opt: Optimizer, p: LogicalWindow, prop: Property): Task | null {
  if (prop.order.length > 0) return null;
  const by = [...p.partitionBy, ...p.orderBy];
  const order: OrderItem[] | null = asOrder(by);
  let root: RootTask;
  if (order !== null) root = opt.findRoot(child(p), { order, limit: Infinity });
  else {
    const input = opt.findRoot(child(p), ANY);
    const sort: PhysicalPlan = {
      op: 'Sort',
      id: opt.nextId(),
      schema: input.plan.schema,
      estRows: input.rows,
      task: 'root',
      child: input.plan,
      by,
    };
    root = opt.over(input, sort, input.rows, sortCost(input.rows));
  }
  const added = p.schema.slice(p.schema.length - p.functions.length);
  const plan: Window = {
    op: 'Window',
    id: opt.nextId(),
    schema: [...root.plan.schema, ...added],
    estRows: root.rows,
    task: 'root',
    child: root.plan,
    partitionBy: p.partitionBy,
    orderBy: p.orderBy,
    functions: p.functions,
    frame: p.frame,
  };
  return opt.over(root, plan, root.rows, root.rows * COST.streamAggRow * p.functions.length);
}

export function implementExpand(opt: Optimizer, p: LogicalExpand, prop: Property): Task | null {
  if (prop.order.length > 0) return null;
  const root = opt.findRoot(child(p), ANY);
  const rows = opt.stats(p).rows;
  const plan: Expand = {
    op: 'Expand',
    id: opt.nextId(),
    schema: [...root.plan.schema, ...p.columns, p.level],
    estRows: rows,
    task: 'root',
    child: root.plan,
    groups: p.groups,
  };
  return opt.over(root, plan, rows, rows * COST.projectRow);
}

/** Rows come in the order of the child's. */
export function implementJsonTable(opt: Optimizer, p: LogicalJsonTable, prop: Property): Task | null {
  const own = new Set(p.columns.map((c) => c.id));
  if (prop.order.some((o) => own.has(o.column.id))) return null;
  const root = opt.tryFindRoot(child(p), { order: prop.order, limit: Infinity });
  if (root === null) return null;
  const rows = opt.stats(p).rows;
  const plan: JsonTable = {
    op: 'JsonTable',
    id: opt.nextId(),
    schema: [...root.plan.schema, ...p.columns],
    estRows: rows,
    task: 'root',
    child: root.plan,
    alias: p.alias,
    doc: p.doc,
    rows: p.rows,
    columns: p.columns,
    keepEmpty: p.keepEmpty,
  };
  return opt.over(root, plan, rows, root.rows * COST.applyRun + rows * COST.projectRow);
}

/** A reference to a common table: the first one planned plans its definition. */
export function implementCte(opt: Optimizer, p: CteScan, prop: Property): RootTask | null {
  if (prop.order.length > 0) return null;
  const { cte } = p;
  const stats = opt.stats(p);
  let cost = stats.rows * COST.transferRow;
  if (cte.physical === null && !cte.planning) {
    cte.planning = true;
    const seed = opt.findRoot(cte.seed, ANY);
    const recursive = cte.recursive === null ? null : opt.findRoot(cte.recursive, ANY);
    cte.physical = {
      seed: exactColumns(opt, seed, cte.seed),
      recursive: recursive === null ? null : exactColumns(opt, recursive, cte.recursive!),
    };
    cte.planning = false;
    cost += seed.cost + (recursive?.cost ?? 0);
  }
  const definition = definitionOf(cte);
  const plan: PhysicalPlan = {
    op: 'CteRef',
    id: opt.nextId(),
    schema: p.schema,
    estRows: stats.rows,
    task: 'root',
    cte: definition,
    ...(cte.planning ? { working: true } : {}),
  };
  return { kind: 'root', plan, rows: stats.rows, cost };
}

const DEFINITIONS = new WeakMap<object, CteDefinition>();

/** One definition object for all references; its plans are filled in when they exist. */
export function definitionOf(cte: CteScan['cte']): CteDefinition {
  let d = DEFINITIONS.get(cte);
  if (d === undefined) {
    d = {
      id: cte.id,
      name: cte.name,
      get seed(): PhysicalPlan {
        return cte.physical!.seed;
      },
      get recursive(): PhysicalPlan | null {
        return cte.physical!.recursive;
      },
      distinct: cte.distinct,
      maxRows: cte.maxRows,
      schema: cte.columns,
    };
    DEFINITIONS.set(cte, d);
  }
  return d;
}
