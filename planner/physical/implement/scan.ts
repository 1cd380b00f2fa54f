import type { EvalContext } from '../../../expression/eval-context.js';
import type { Column, Expression } from '../../../expression/expression.js';
import { PARTITION_ID_TYPE } from '../../../catalog/table-layout.js';
import { handleColumns } from '../../logical/build-from.js';
import { forEachParam } from '../../logical/expression-walk.js';
import type { DataSource } from '../../logical/plan.js';
import { partitionChoice, prunedPartitions } from '../../partition/prune.js';
import { scanColumns, type AccessPath } from '../access-path.js';
import type { Work } from '../../cost/work.js';
import { wantsRows } from '../engines.js';
import type { Optimizer } from '../optimizer.js';
import type {
  IndexScan,
  PhysicalPlan,
  ReadPartitions,
  ScanRanges,
  Selection,
  TableDual,
  TableScan,
} from '../plan.js';
import { tableScanHasForm } from '../scan-form.js';
import type { OrderItem, RootTask } from '../task.js';

/** Whether operators over these columns of rows may run in the store. */
export const rowsTakeOperators = (opt: Optimizer, ds: DataSource, needed: ReadonlySet<number>): boolean =>
  opt.ctx.remoteStore !== true || tableScanHasForm(ds.table, scanColumns(ds, needed).columns);

/** Id of the physical table that a source reads. */
export const physicalIdOf = (ds: DataSource): number => ds.physical?.id ?? ds.table.id;

/** The partitions that a source's conditions leave. */
export function partitionIdsOf(opt: Optimizer, ds: DataSource): readonly number[] {
  fixPartitions(opt, ds);
  return readPartitions(opt, ds, []).ids;
}

/** The plan has the partitions that were chosen by the parameters that there are now. `reason`: as TiDB says why such a plan is not kept. */
export function fixPartitions(opt: Optimizer, ds: DataSource, reason?: string): void {
  for (const c of ds.conditions) forEachParam(c, (param) => opt.ctx.reuse?.fix(param, reason));
}

/** Whether one plan serves all partitions of a table, those to read being a matter of its readers. */
export const prunesDynamically = (opt: Optimizer): boolean =>
  !opt.ctx.variable('tidb_partition_prune_mode').startsWith('static');

/** The partitions that a source's conditions leave, for one reader of them all. */
export function readPartitions(opt: Optimizer, ds: DataSource, order: readonly OrderItem[]): ReadPartitions {
  const { definitions } = ds.table.partition!;
  const kept = prunedPartitions(opt.ctx, ds).map((i) => definitions[i]!);
  const text =
    kept.length === 0
      ? 'dual'
      : kept.length === definitions.length
        ? 'all'
        : kept.map((d) => d.name).join(',');
  const chosen = partitionChoice(opt.ctx, ds);
  const mergeBy =
    chosen !== null || kept.length > 1 ? order.map((o) => ({ expr: o.column, desc: o.desc })) : [];
  return {
    ids: kept.map((d) => d.id),
    ...(chosen === null ? {} : { choose: (ctx: EvalContext) => chosen(ctx).map((i) => definitions[i]!.id) }),
    text,
    mergeBy,
  };
}

export function rangesFor(path: Pick<AccessPath, 'access'>): ScanRanges {
  return path.access.rebuild === null
    ? { ranges: path.access.ranges }
    : { ranges: path.access.ranges, rebuild: path.access.rebuild };
}

export function selectionOver(
  opt: Optimizer,
  child: PhysicalPlan,
  conditions: readonly Expression[],
  rows: number,
): Selection {
  return {
    op: 'Selection',
    id: opt.nextId(),
    schema: child.schema,
    estRows: rows,
    task: child.task,
    child,
    conditions,
  };
}

export function tableScan(
  opt: Optimizer,
  ds: DataSource,
  needed: ReadonlySet<number>,
  path: Pick<AccessPath, 'access'> | null,
  statsInfo: string,
  keepOrder: boolean,
  desc: boolean,
  rows: number,
  columnar = false,
): TableScan {
  const { columns, schema, rowId } = scanColumns(ds, needed);
  return {
    op: 'TableScan',
    id: opt.nextId(),
    schema,
    estRows: rows,
    task: columnar ? 'cop[tiflash]' : 'cop[tikv]',
    db: ds.db,
    table: ds.table,
    alias: ds.alias,
    ...(ds.labels === undefined ? {} : { labels: ds.labels }),
    columns,
    handleOut: rowId,
    ranges: path === null ? { ranges: [] } : rangesFor(path),
    full: path === null || path.access.full,
    physicalId: physicalIdOf(ds),
    statsInfo,
    keepOrder,
    desc,
    storeType: columnar ? 'tiflash' : 'tikv',
    ...(wantsRows(opt.ctx, ds) ? { rowsOnly: true } : {}),
    ...(path === null || path.access.full ? {} : { accessConditions: path.access.access }),
  };
}

const withHandle = (ds: DataSource, needed: ReadonlySet<number>): ReadonlySet<number> =>
  new Set([...needed, ...handleColumns(ds).map((c) => c.id)]);

/**
 * Columns of which the handle has a prefix, and the index no more, are not those that the query means: entries give what the handle
 * has.
 */
function handleParts(
  opt: Optimizer,
  ds: DataSource,
  index: IndexScan['index'],
  schema: readonly Column[],
): Column[] {
  const parts = ds.table.indices.find((i) => i.primary)!.columns.filter((c) => c.length >= 0);
  const cut = new Set(parts.map((c) => c.offset));
  for (const c of index.columns) if (c.length < 0) cut.delete(c.offset);
  return schema.map((c) =>
    cut.has(ds.infos.get(c.id)?.offset ?? -1) ? { ...c, id: opt.state.nextColumnId() } : c,
  );
}

export function indexScan(
  opt: Optimizer,
  ds: DataSource,
  index: IndexScan['index'],
  needed: ReadonlySet<number>,
  path: Pick<AccessPath, 'access'>,
  statsInfo: string,
  keepOrder: boolean,
  desc: boolean,
  rows: number,
  lookup: boolean,
): IndexScan {
  const clustered = lookup && ds.table.isCommonHandle;
  const { columns, schema, rowId } = scanColumns(ds, clustered ? withHandle(ds, needed) : needed);
  // A lookup needs the handle behind whatever its filters read; a clustered key's columns are among those read.
  let out = clustered ? handleParts(opt, ds, index, schema) : schema;
  let handleOut = rowId;
  if (lookup && !ds.table.isCommonHandle && !rowId) {
    handleOut = true;
    out = [...schema, handleColumns(ds)[0]!];
  }
  const global = index.global === true;
  if (global && lookup) out = [...out, PARTITION_ID];
  return {
    op: 'IndexScan',
    id: opt.nextId(),
    schema: out,
    estRows: rows,
    task: 'cop[tikv]',
    db: ds.db,
    table: ds.table,
    alias: ds.alias,
    ...(ds.labels === undefined ? {} : { labels: ds.labels }),
    index,
    columns,
    handleOut,
    ranges: rangesFor(path),
    full: path.access.full,
    physicalId: physicalIdOf(ds),
    ...(global ? { globalIn: globalPartitions(opt, ds, lookup) } : {}),
    statsInfo,
    keepOrder,
    desc,
    ...(path.access.full ? {} : { accessConditions: path.access.access }),
  };
}

function globalPartitions(opt: Optimizer, ds: DataSource, out: boolean): IndexScan['globalIn'] {
  const ids = partitionIdsOf(opt, ds);
  return ids.length === ds.table.partition!.definitions.length
    ? { ids, out }
    : { ids, out, filterId: opt.nextId() };
}

/** The partition that an entry of a global index names (TiDB's `_tidb_tid`); nothing refers to it but the lookup itself. */
export const PARTITION_ID: Column = {
  kind: 'column',
  id: -3,
  type: PARTITION_ID_TYPE,
  index: -1,
  name: '_tidb_tid',
};

/** The table side of a lookup, its scan told what fetching the rows costs. */
export const withScanWork = (p: PhysicalPlan, work: Work): PhysicalPlan =>
  'child' in p ? { ...p, child: withScanWork(p.child, work) } : work.on(p);

/** No rows. */
export function emptyTask(opt: Optimizer, p: { readonly schema: DataSource['schema'] }): RootTask {
  const plan: TableDual = {
    op: 'TableDual',
    id: opt.nextId(),
    schema: p.schema,
    estRows: 0,
    task: 'root',
    rowCount: 0,
  };
  return { kind: 'root', plan, rows: 0, cost: 0 };
}
