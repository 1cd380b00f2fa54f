import { filterWeight } from '../../cost/filter-weight.js';
import { Work } from '../../cost/work.js';
import type {
  CteScan,
  Dual,
  Expand as LogicalExpand,
  JsonTable as LogicalJsonTable,
  Lock,
  LogicalPlan,
  MaxOneRow,
  Selection as LogicalSelection,
  Sort as LogicalSort,
  UnionAll as LogicalUnion,
  Window as LogicalWindow,
} from '../../logical/plan.js';
import { monotonicOrder } from '../monotonic.js';
import { orderByVirtuals } from '../access-path.js';
import { asOrder, sortWork, type Optimizer } from '../optimizer.js';
import type { CteDefinition, Expand, JsonTable, LockSpec, PhysicalPlan, Window } from '../plan.js';
import { boundedWindow } from './leading-rows.js';
import { exactColumns } from './projection.js';
import { streamed, streamedRows } from './streamed.js';
import { ANY, rowScale, type OrderItem, type Property, type RootTask, type Task } from '../task.js';

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
  const task = opt.tryFind(child(p), streamed(opt, p, child(p), prop));
  if (task === null) return null;
  const root = opt.root(task);
  const rows = streamedRows(opt, p, child(p), root.rows);
  const plan: PhysicalPlan = {
    op: 'Selection',
    id: opt.nextId(),
    schema: root.plan.schema,
    estRows: rows,
    task: 'root',
    child: boundedWindow(root.plan, p.conditions),
    conditions: p.conditions,
  };
  return opt.over(
    root,
    plan,
    rows,
    new Work().add('filterRow', root.rows * filterWeight(p.conditions), rowScale(root)),
  );
}

export function implementSort(opt: Optimizer, p: LogicalSort, prop: Property): Task | null {
  if (prop.order.length > 0) return null;
  const order = monotonicOrder(p.by, child(p));
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
  const sorted = opt.over(root, plan, root.rows, sortWork(root.rows));
  const byIndex = orderByVirtuals(child(p), p.by);
  const kept = byIndex === null ? null : opt.tryFindRoot(child(p), { order: byIndex, limit: prop.limit });
  return kept === null ? sorted : opt.cheapest([sorted, kept]);
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
  return opt.over(root, plan, 1);
}

export function implementUnion(opt: Optimizer, p: LogicalUnion, prop: Property): Task | null {
  if (prop.order.length > 0) return null;
  const tasks = p.children.map((c) => opt.findRoot(c, { order: [], limit: prop.limit }));
  const rows = tasks.reduce((n, t) => n + t.rows, 0);
  const work = new Work();
  for (const t of tasks) work.input(t);
  const plan: PhysicalPlan = {
    op: 'UnionAll',
    id: opt.nextId(),
    schema: p.schema,
    estRows: rows,
    task: 'root',
    children: tasks.map((t, i) => exactColumns(opt, t, p.children[i]!)),
  };
  return { kind: 'root', plan: work.on(plan), rows, cost: work.total };
}

/** Gets by key take their locks themselves, one of a single row below a LIMIT, too. */
function lockingGet(plan: PhysicalPlan, lock: LockSpec): PhysicalPlan | null {
  if (plan.op === 'PointGet' || plan.op === 'BatchPointGet') return { ...plan, lock };
  if (plan.op !== 'Limit' || plan.child.op !== 'PointGet') return null;
  return { ...plan, child: { ...plan.child, lock } };
}

export function implementLock(opt: Optimizer, p: Lock, prop: Property): Task | null {
  const root = opt.tryFindRoot(child(p), prop);
  if (root === null) return null;
  const locking = lockingGet(root.plan, p.lock);
  if (locking !== null) return { ...root, plan: locking };
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
  return opt.over(root, plan, root.rows, new Work().add('lookupRow', root.rows));
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
    root = opt.over(input, sort, input.rows, sortWork(input.rows));
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
  return opt.over(root, plan, root.rows, new Work().add('streamAggRow', root.rows * p.functions.length));
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
  return opt.over(root, plan, rows, new Work().add('projectRow', rows));
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
  return opt.over(root, plan, rows, new Work().add('applyRun', root.rows).add('projectRow', rows));
}

/** A reference to a common table: the first one planned plans its definition. */
export function implementCte(opt: Optimizer, p: CteScan, prop: Property): RootTask | null {
  if (prop.order.length > 0) return null;
  const { cte } = p;
  const stats = opt.stats(p);
  const work = new Work().add('transferRow', stats.rows);
  if (cte.physical === null && !cte.planning) {
    cte.planning = true;
    const seed = opt.findRoot(cte.seed, ANY);
    const recursive = cte.recursive === null ? null : opt.findRoot(cte.recursive, ANY);
    cte.physical = {
      seed: exactColumns(opt, seed, cte.seed),
      recursive: recursive === null ? null : exactColumns(opt, recursive, cte.recursive!),
    };
    cte.planning = false;
    work.input(seed);
    if (recursive !== null) work.input(recursive);
  }
  const definition = definitionOf(cte);
  const plan: PhysicalPlan = {
    op: 'CteRef',
    id: opt.nextId(),
    schema: p.schema,
    estRows: stats.rows,
    task: 'root',
    cte: definition,
    ...(p.labels === undefined ? {} : { labels: p.labels }),
    ...(cte.planning ? { working: true } : {}),
  };
  return { kind: 'root', plan: work.on(plan), rows: stats.rows, cost: work.total };
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
      limit: cte.limit,
      schema: cte.columns,
    };
    DEFINITIONS.set(cte, d);
  }
  return d;
}
