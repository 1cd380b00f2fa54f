import type { Expression } from '../../../expression/expression.js';
import { CHUNK_ROWS } from '../../../chunk/chunk.js';
import { isVirtual } from '../../../catalog/table-layout.js';
import { COST, LARGE_TABLE, looksUpFew, lookupRowFactor, scanRowFactor } from '../../cost/factors.js';
import { entryScale, recordScale } from '../../cost/row-size.js';
import { filterWeight } from '../../cost/filter-weight.js';
import { Work } from '../../cost/work.js';
import { evaluator, selectivity, tableEstimate } from '../../cost/selectivity.js';
import { columnsOf, hasCorrelated, hasParam } from '../../logical/expression-walk.js';
import { intervalsOf, shapeOf } from '../../ranger/condition.js';
import { datumCompare, intersect } from '../../ranger/interval.js';
import { handleColumns } from '../../logical/build-from.js';
import type { DataSource } from '../../logical/plan.js';
import { accessPaths, indexColumns, type AccessPath } from '../access-path.js';
import { prunedPartitions } from '../../partition/prune.js';
import { leafScan } from '../leaf-scan.js';
import type { Optimizer } from '../optimizer.js';
import type {
  IndexLookUp,
  IndexReader,
  PhysicalPlan,
  ReadPartitions,
  TableReader,
  TableScan,
} from '../plan.js';
import { sourceEngines } from '../engines.js';
import type { MergeHints } from '../merge-path.js';
import { evaluatorOf, pushable } from '../pushdown.js';
import { indexScanHasForm } from '../scan-form.js';
import { bestIndexMerge } from './index-merge.js';
import { matchOrder } from './match-order.js';
import { pointInOrder, tryPointPath } from './point.js';
import { exactColumns } from './projection.js';
import { handlesTell, withOwnWrites } from './union-scan.js';
import {
  emptyTask,
  indexScan,
  fixPartitions,
  prunesDynamically,
  readPartitions,
  rowsTakeOperators,
  selectionOver,
  tableScan,
  withScanWork,
} from './scan.js';
import { originOf, rowScale, type CopTask, type Property, type RootTask, type Task } from '../task.js';

/**
 * A partitioned table is read partition by partition, those that the conditions rule out left out, or through one of its
 * global indexes.
 */
function implementPartitions(opt: Optimizer, ds: DataSource, prop: Property): Task | null {
  const { definitions } = ds.table.partition!;
  const kept = prunedPartitions(opt.ctx, ds);
  fixPartitions(
    opt,
    ds,
    "query accesses partitioned tables is un-cacheable if tidb_partition_pruning_mode = 'static'",
  );
  const only = kept[0];
  if (only === undefined) return emptyTask(opt, ds);
  const whole = throughGlobalIndex(opt, ds, prop);
  if (whole?.forced === true) return whole.task;
  const parts =
    kept.length === 1
      ? implementDataSource(opt, { ...ds, physical: definitions[only]! }, prop)
      : partByPart(opt, ds, kept, prop);
  if (whole === null) return parts;
  if (parts === null) return whole.task;
  return opt.cheapest([parts, whole.task], (t) => t.cost + readerCost(opt, t));
}

/** The cheapest way to read the partitions together. */
function throughGlobalIndex(
  opt: Optimizer,
  ds: DataSource,
  prop: Property,
): { readonly task: Task; readonly forced: boolean } | null {
  if (!ds.table.indices.some((i) => i.global === true) || ds.conditions.some(isFalse)) return null;
  const source: DataSource = { ...ds, onlyGlobal: true };
  const paths = accessPaths(opt.ctx, source);
  const forced = paths.some((p) => p.forced);
  const point = tryPointPath(opt, source, paths);
  if (point !== null && prop.order.length === 0) return { task: point, forced };
  const task = bestPath(opt, source, prop, paths, undefined);
  return task === null ? null : { task, forced };
}

/** Each partition by itself; their orders are not merged. */
function partByPart(opt: Optimizer, ds: DataSource, kept: readonly number[], prop: Property): Task | null {
  if (prop.order.length > 0) return null;
  const { definitions } = ds.table.partition!;
  const tasks = kept.map((i) => {
    const part = { ...ds, physical: definitions[i]! };
    return { part, task: opt.root(implementDataSource(opt, part, prop)!) };
  });
  const rows = tasks.reduce((n, t) => n + t.task.rows, 0);
  const work = new Work();
  for (const { task } of tasks) work.input(task);
  const plan: PhysicalPlan = {
    op: 'UnionAll',
    id: opt.nextId(),
    schema: ds.schema,
    estRows: rows,
    task: 'root',
    partitions: true,
    children: tasks.map(({ part, task }) => exactColumns(opt, task, part)),
  };
  return { kind: 'root', plan: work.on(plan), rows, cost: work.total };
}

export function implementDataSource(opt: Optimizer, ds: DataSource, prop: Property): Task | null {
  const partitioned = ds.table.partition !== undefined && ds.physical === null;
  if (partitioned && !prunesDynamically(opt)) return implementPartitions(opt, ds, prop);
  if (ds.conditions.some(isFalse) || isContradiction(ds, opt)) return emptyTask(opt, ds);
  const partitions = partitioned ? readPartitions(opt, ds, prop.order) : undefined;
  const paths = accessPaths(opt.ctx, ds);
  const point = tryPointPath(opt, ds, paths);
  if (point !== null) {
    const ordered = pointInOrder(ds, point, prop.order);
    if (ordered !== null) return ordered;
  }
  return bestPath(opt, ds, prop, safePaths(opt, ds, paths), partitions);
}

/** Under sql_safe_updates the rows to be written are found by a key wherever a condition allows it (manual, "Using Safe-Updates Mode"). */
function safePaths(opt: Optimizer, ds: DataSource, paths: readonly AccessPath[]): readonly AccessPath[] {
  const written = opt.state.tables.some((t) => t.write && t.table.id === ds.table.id);
  if (!written || opt.ctx.variable('sql_safe_updates') !== 'ON') return paths;
  const byKey = paths.filter((p) => !p.access.full);
  return byKey.length === 0 ? paths : byKey;
}

function bestPath(
  opt: Optimizer,
  ds: DataSource,
  prop: Property,
  paths: readonly AccessPath[],
  readers: ReadPartitions | undefined,
): Task | null {
  const options: Task[] = [];
  const forced = paths.some((p) => p.forced);
  const engines = sourceEngines(opt.ctx, ds);
  // Of a table that has no columnar replica a range of an index that holds all that is asked for is never worse than all of it.
  const narrowed =
    !engines.includes('tiflash') &&
    tableEstimate(opt.ctx, ds).rows < LARGE_TABLE &&
    paths.some((p) => p.covering && p.index !== null && !p.access.full);
  for (const path of paths) {
    if (forced && !path.forced) continue;
    const global = path.index?.global === true;
    if (path.index === null && path.access.full && narrowed && prop.order.length === 0) continue;
    if (global && !handlesTell(ds)) continue;
    // An index that neither narrows the rows, nor orders them is of use only if it holds all that is asked for, and then not
    // where a range of the table will do.
    if (path.index !== null && path.access.full && !path.forced && prop.order.length === 0)
      if (!path.covering || paths.some((p) => p.index === null && !p.access.full)) continue;
    const partitions = global ? undefined : readers;
    if (path.access.ranges.length === 0 && path.access.rebuild === null) return emptyTask(opt, ds);
    const match = matchOrder(path, prop.order, ds.conditions);
    if (match === null || (prop.order.length > 0 && path.ordered === false)) continue;
    for (const engine of engines) {
      const columnar = engine === 'tiflash';
      // Columns come in the order of the handle, forwards.
      if (columnar && (path.index !== null || (prop.order.length > 0 && match.desc))) continue;
      const keepOrder = prop.order.length > 0;
      let task: Task = scanTask(opt, ds, path, keepOrder, match.desc, prop.limit, partitions, columnar);
      // As TiDB has it, what is asked for its order is of no use without.
      if (path.ordered === true && !keepOrder) task = { ...task, cost: task.cost + COST.unwanted };
      if (path.lookedUpInStore === true && keepOrder && ds.indexWishes !== undefined)
        opt.state.joinHints?.warn('hint INDEX_LOOKUP_PUSHDOWN is inapplicable, keep order is not supported.');
      if (ds.dirty) task = withOwnWrites(opt, ds, opt.root(task), prop.order, partitions, global);
      else task = withoutComputed(opt, ds, path, task);
      options.push(task);
    }
  }
  const best = options.length === 0 ? null : opt.cheapest(options, (t) => t.cost + readerCost(opt, t));
  return ds.onlyGlobal === true ? best : orIndexMerge(opt, ds, paths, best, readers, prop);
}

/** A path that filters by a computed column of its index hands on the columns that were asked for. */
function withoutComputed(opt: Optimizer, ds: DataSource, path: AccessPath, task: Task): Task {
  if (ds.virtuals.length === 0 || path.index === null) return task;
  const computed = new Set(ds.virtuals.map((v) => v.column.id));
  if (![...columnsOf(path.access.access)].some((id) => computed.has(id))) return task;
  const below =
    task.kind === 'root'
      ? task.plan
      : task.tablePlan === null && opt.ctx.remoteStore !== true
        ? task.indexPlan!
        : null;
  if (below === null) return withoutComputed(opt, ds, path, opt.root(task));
  const plan: PhysicalPlan = {
    op: 'Projection',
    id: opt.nextId(),
    schema: ds.schema,
    estRows: task.rows,
    task: below.task,
    child: below,
    exprs: [...ds.schema],
    restores: true,
  };
  return task.kind === 'root' ? opt.over(task, plan, task.rows) : { ...task, indexPlan: plan };
}

/** What the statement says about merging indexes of a source; null when it is not to be. */
function mergeHints(opt: Optimizer, ds: DataSource, paths: readonly AccessPath[]): MergeHints | null {
  if (ds.noIndexMerge || ds.conditions.length === 0) return null;
  const enabled = opt.ctx.variable('tidb_enable_index_merge') !== 'OFF';
  if (ds.mergeHint === null && !enabled) return null;
  const wanted = ds.indexHints.filter((h) => h.type !== 'IGNORE' && h.scope === null);
  const use = wanted.filter((h) => h.indexes.length > 0);
  // USE INDEX () is for no index.
  if (ds.mergeHint === null && wanted.length > 0 && use.length === 0) return null;
  return {
    hinted: ds.mergeHint,
    used: use.length === 0 ? null : new Set(use.flatMap((h) => h.indexes.map((n) => n.toLowerCase()))),
    // Where an index serves as it is, merging is left to hints.
    automatic: paths.every((p) => p.access.full) || opt.fixControl(52869),
  };
}

/** An index merge where one is asked for or cheaper than the best plain path. */
function orIndexMerge(
  opt: Optimizer,
  ds: DataSource,
  paths: readonly AccessPath[],
  plain: Task | null,
  partitions: ReadPartitions | undefined,
  prop: Property,
): Task | null {
  const hints = mergeHints(opt, ds, paths);
  if (hints === null) return plain;
  const found = bestIndexMerge(opt, ds, hints, partitions, prop);
  // A merge that is asked for and gives no order by itself is sorted.
  if (found === null && hints.hinted !== null && prop.order.length === 0)
    opt.state.joinHints?.warn('IndexMerge is inapplicable', 1105);
  if (found === null)
    return prop.order.length > 0 && hints.hinted !== null && plain?.kind !== 'root' ? null : plain;
  const merge = ds.dirty ? withOwnWrites(opt, ds, found, prop.order, partitions, false) : found;
  if (plain === null || hints.hinted !== null || (hints.used !== null && !paths.some((p) => p.forced)))
    return merge;
  return opt.cheapest([plain, merge], (t) => t.cost + readerCost(opt, t));
}

/** Rows of a scan from which it is worth asking where they come from. */
const LEAST_COLUMN_ROWS = 1000;

/** Fetching the rows of a lookup by their handles. */
function lookupWork(opt: Optimizer, t: CopTask): Work {
  const { rows } = tableEstimate(opt.ctx, t.source);
  return looksUpFew(rows, t.indexRows)
    ? new Work().add('lookupFewOpen').add('lookupFewRow', t.indexRows)
    : new Work().add('lookupOpen').add(lookupRowFactor(rows), t.indexRows);
}

/** Handing a task's rows up. */
const transferWork = (t: CopTask, columns: number): Work =>
  new Work().add('transferRow', t.rows, rowScale(t)).add('transferColumn', t.rows * columns, rowScale(t));

/** What closing a cop task will add, so that tasks compare fairly. */
function readerCost(opt: Optimizer, t: Task): number {
  if (t.kind === 'root') return 0;
  const lookups = t.indexPlan !== null && t.tablePlan !== null ? lookupWork(opt, t).total : 0;
  return lookups + transferWork(t, t.source.schema.length).total;
}

/** Whether a column would have to be equal to a constant and something else as well. */
function isContradiction(ds: DataSource, opt: Optimizer): boolean {
  const fixed = ds.conditions.filter((c) => !hasParam(c) && !hasCorrelated(c));
  for (const c of fixed) {
    if (c.kind !== 'function' || c.name !== 'eq') continue;
    const value = c.args.find((a) => a.kind === 'constant');
    const over = c.args.find((a) => a !== value);
    const column = over?.kind === 'function' && over.name === 'cast' ? over.args[0] : over;
    if (value === undefined || column?.kind !== 'column') continue;
    const key = { column, length: -1 };
    const own = fixed.filter((x) => shapeOf(x, key) !== null);
    if (!own.includes(c)) continue;
    const cmp = datumCompare(column.type);
    const left = intersect(
      own.map((x) => intervalsOf(x, key, evaluator(opt.ctx), cmp)),
      cmp,
    );
    if (left.length === 0) return true;
  }
  return false;
}

const isFalse = (c: Expression): boolean =>
  c.kind === 'constant' && c.param === undefined && (c.value === null || c.value === 0 || c.value === 0n);

/** Whether a scan takes its rows from columns that the engine keeps in memory beside them: of large tables that were scanned. */
function isKept(
  opt: Optimizer,
  ds: DataSource,
  path: AccessPath,
  tableRows: number,
  scan: TableScan,
): boolean {
  if (tableRows < LARGE_TABLE || path.rows < LEAST_COLUMN_ROWS || ds.dirty || scan.rowsOnly === true)
    return false;
  return opt.ctx.keepsColumns?.(ds.table, scan.columns) === true && !scan.columns.some(isVirtual);
}

/** Scans of one path with the filters that go with them. */
export function scanTask(
  opt: Optimizer,
  ds: DataSource,
  path: AccessPath,
  keepOrder: boolean,
  desc: boolean,
  limit: number,
  partitions?: ReadPartitions,
  columnar = false,
): Task {
  const est = tableEstimate(opt.ctx, ds);
  // Where the ranges leave room for fewer rows than statistics say, so do all conditions together.
  const inRanges = path.access.full ? 0 : est.rows * selectivity(opt.ctx, est, ds, path.access.access);
  const room = inRanges > path.rows ? path.rows / inRanges : 1;
  const total = Math.max(
    Math.min(1, est.rows),
    est.rows * selectivity(opt.ctx, est, ds, ds.conditions) * room,
  );
  const needed = new Set(ds.schema.map((c) => c.id));
  columnsOf(path.tableConditions, needed);
  const by = evaluatorOf(opt.ctx, columnar);
  const readsRows = path.index === null || !path.covering;
  const rowsTold = by !== 'elsewhere' || !readsRows || rowsTakeOperators(opt, ds, needed);
  const entriesTold = by !== 'elsewhere' || path.index === null || indexScanHasForm(ds.table, path.index);
  const onRows = (c: Expression): boolean => rowsTold && pushable(c, by);
  const onEntries = (c: Expression): boolean => entriesTold && pushable(c, by);
  const pushed = path.tableConditions.filter(onRows);
  const rootConditions = path.tableConditions.filter((c) => !onRows(c));
  const indexPushed = path.indexConditions.filter(onEntries);
  rootConditions.push(...path.indexConditions.filter((c) => !onEntries(c)));
  const out = Math.max(Math.min(total, path.rows), path.rows === 0 ? 0 : Math.min(1, path.rows));
  // A parent that stops early reads only so much of the ranges as yields its rows.
  const fraction = limit === Infinity || out <= 0 ? 1 : Math.min(1, limit / out);
  const count = Math.max(1, partitions?.ids.length ?? 1);
  columnsOf(rootConditions, needed);
  const work = new Work().add('open').add('seek', Math.min(path.access.ranges.length, 1000) * count);
  if (keepOrder)
    work
      .add('keepOrderRow', path.rows * fraction)
      .add('sortCompare', path.rows * fraction * Math.log2(count));
  const parts = partitions === undefined ? {} : { partitions };
  let task: CopTask;
  if (path.index === null) {
    const scan = tableScan(opt, ds, needed, path, est.info, keepOrder, desc, path.rows * fraction, columnar);
    // Columns are read forwards.
    const kept = !columnar && !(keepOrder && desc) && isKept(opt, ds, path, est.rows, scan);
    const scale = columnar || kept ? COST.columnar : 1;
    const record = recordScale(opt.ctx, est, ds, path.access.full);
    // Columns are read and filtered a chunk at a time, however soon a parent stops.
    const read = columnar || kept ? Math.max(scan.estRows, Math.min(path.rows, CHUNK_ROWS)) : scan.estRows;
    work.add(scanRowFactor(est.rows), read, record * scale);
    let plan: PhysicalPlan = work.on(scan);
    let cost = work.total;
    if (pushed.length > 0) {
      const filter = new Work().input({ plan, cost }).add('filterRow', read * filterWeight(pushed), scale);
      plan = filter.on(selectionOver(opt, plan, pushed, out * fraction));
      cost = filter.total;
    }
    task = {
      kind: 'cop',
      ...(columnar ? { columnar } : {}),
      ...(kept ? { kept } : {}),
      source: ds,
      tablePlan: plan,
      indexPlan: null,
      scan,
      keepOrder,
      desc,
      rows: out * fraction,
      indexRows: 0,
      cost,
      tableFiltered: pushed.length > 0,
      ...parts,
    };
  } else {
    const have = indexColumns(ds, path.index);
    const indexNeeded = path.covering
      ? needed
      : columnsOf(indexPushed, new Set(ds.table.isCommonHandle ? handleColumns(ds).map((c) => c.id) : []));
    if (path.covering) columnsOf(indexPushed, indexNeeded);
    for (const id of [...indexNeeded]) if (!have.has(id)) indexNeeded.delete(id);
    if (!path.covering && !ds.table.isCommonHandle) {
      for (const h of handleColumns(ds)) if (ds.infos.get(h.id) === null) indexNeeded.add(h.id);
    }
    const scan = indexScan(
      opt,
      ds,
      path.index,
      indexNeeded,
      path,
      est.info,
      keepOrder,
      desc,
      path.rows * fraction,
      !path.covering,
    );
    let indexRows = path.rows * fraction;
    work.add('indexRow', indexRows, entryScale(est, ds, path.index));
    let plan: PhysicalPlan = work.on(scan);
    let cost = work.total;
    if (indexPushed.length > 0) {
      const filter = new Work().input({ plan, cost }).add('filterRow', indexRows * filterWeight(indexPushed));
      cost = filter.total;
      const kept = path.covering
        ? out * fraction
        : Math.max(
            Math.min(1, indexRows),
            est.rows * selectivity(opt.ctx, est, ds, [...path.access.access, ...indexPushed]) * fraction,
          );
      indexRows = Math.min(indexRows, kept);
      plan = filter.on(selectionOver(opt, plan, indexPushed, indexRows));
    }
    let tablePlan: PhysicalPlan | null = null;
    if (!path.covering) {
      const rowScan: TableScan = {
        ...tableScan(opt, ds, needed, null, est.info, false, false, indexRows),
        byRowId: true,
      };
      tablePlan = rowScan;
      if (pushed.length > 0)
        tablePlan = selectionOver(opt, tablePlan, pushed, Math.min(out * fraction, indexRows));
    }
    task = {
      kind: 'cop',
      source: ds,
      tablePlan,
      indexPlan: plan,
      scan,
      keepOrder,
      desc,
      rows: Math.min(out * fraction, indexRows),
      indexRows,
      cost,
      tableFiltered: pushed.length > 0,
      ...(path.lookedUpInStore && !path.covering ? { local: true } : {}),
      ...parts,
    };
  }
  if (rootConditions.length === 0) return rowsTold && entriesTold ? task : opt.root(task);
  const root = opt.root(task);
  return opt.over(
    root,
    selectionOver(opt, root.plan, rootConditions, root.rows),
    root.rows,
    new Work().add('filterRow', root.rows),
  );
}

/** The operators of a table side over rows that the store finds beside the index. */
function lookedUpInStore(opt: Optimizer, indexPlan: PhysicalPlan, p: PhysicalPlan): PhysicalPlan {
  if (p.op === 'TableScan') {
    const { schema, estRows, task } = p;
    const rows = { ...p, id: opt.nextId() };
    return { op: 'LocalIndexLookUp', id: opt.nextId(), schema, estRows, task, child: indexPlan, rows };
  }
  if (!('child' in p)) throw new Error(`operator ${p.op} cannot run in a cop task`);
  return { ...p, id: opt.nextId(), child: lookedUpInStore(opt, indexPlan, p.child) };
}

/** The table side of a lookup whose rows are all found beside the index. */
const elsewhere = (p: PhysicalPlan): PhysicalPlan =>
  'child' in p ? { ...p, estRows: 0, child: elsewhere(p.child) } : { ...p, estRows: 0 };

/** Closes a cop task: the reader that runs it and hands its rows to the root. */
export function finishCop(opt: Optimizer, task: CopTask): RootTask {
  const { tablePlan, indexPlan, rows, keepOrder, desc } = task;
  const width = (tablePlan ?? indexPlan)!.schema.length;
  const work = new Work()
    .input({ plan: (indexPlan ?? tablePlan)!, cost: task.cost })
    .add('open')
    .plus(transferWork(task, width));
  let plan: PhysicalPlan;
  const base = {
    id: opt.nextId(),
    estRows: rows,
    task: 'root' as const,
    keepOrder,
    desc,
    ...(task.partitions === undefined ? {} : { partitions: task.partitions }),
  };
  if (indexPlan !== null && tablePlan !== null) {
    const rows = lookupWork(opt, task);
    work.input({ plan: leafScan(tablePlan), cost: rows.total });
    const tableSide = withScanWork(tablePlan, rows);
    const local = task.local === true && !keepOrder;
    const lookUp: IndexLookUp = {
      ...base,
      op: 'IndexLookUp',
      schema: tablePlan.schema,
      indexPlan: local ? lookedUpInStore(opt, indexPlan, tableSide) : indexPlan,
      tablePlan: local ? elsewhere(tableSide) : tableSide,
      ...(local ? { local } : {}),
      ...(task.pushedLimit === undefined ? {} : { pushedLimit: task.pushedLimit }),
    };
    plan = lookUp;
  } else if (indexPlan !== null) {
    plan = { ...base, op: 'IndexReader', schema: indexPlan.schema, child: indexPlan } satisfies IndexReader;
  } else {
    plan = { ...base, op: 'TableReader', schema: tablePlan!.schema, child: tablePlan! } satisfies TableReader;
  }
  return {
    kind: 'root',
    plan: work.on(plan),
    rows,
    cost: work.total,
    ...originOf(task),
  };
}
