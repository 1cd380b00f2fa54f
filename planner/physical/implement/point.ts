import type { PartitionDefinition } from '../../../catalog/model.js';
import type { Expression } from '../../../expression/expression.js';
import type { Datum } from '../../../types/datum.js';
import type { FieldType } from '../../../types/field-type.js';
import { pointWork, Work } from '../../cost/work.js';
import { isKnown } from '../../cost/selectivity.js';
import { handleColumns } from '../../logical/build-from.js';
import { columnsOf, hasParam } from '../../logical/expression-walk.js';
import type { DataSource } from '../../logical/plan.js';
import { partitionLocator } from '../../partition/locator.js';
import { prunedPartitions } from '../../partition/prune.js';
import { datumKey } from '../../point/point-key.js';
import { allPoints } from '../../ranger/ranger.js';
import { scanColumns, type AccessPath } from '../access-path.js';
import type { Optimizer } from '../optimizer.js';
import type { BatchPointGet, KeyRangeDatum, PointGet } from '../plan.js';
import type { OrderItem, RootTask } from '../task.js';
import { emptyTask, partitionIdsOf, physicalIdOf, selectionOver } from './scan.js';

/** A get that gives its rows in an order: one row is in any, several come by their key. */
export function pointInOrder(ds: DataSource, task: RootTask, order: readonly OrderItem[]): RootTask | null {
  const { plan } = task;
  if (order.length === 0 || plan.op === 'PointGet') return task;
  if (plan.op !== 'BatchPointGet' || plan.partitions !== undefined) return null;
  const key: readonly { readonly id?: number | undefined; readonly desc?: true }[] =
    plan.index === null
      ? handleColumns(ds)
      : plan.index.columns.map((x) => ({
          ...x,
          id: ds.all.find((c) => ds.infos.get(c.id)?.offset === x.offset)?.id,
        }));
  const backwards = (o: OrderItem, i: number): boolean => o.desc !== (key[i]!.desc === true);
  const desc = backwards(order[0]!, 0);
  const told = order.slice(0, key.length);
  if (told.some((o, i) => backwards(o, i) !== desc || key[i]!.id !== o.column.id)) return null;
  return { ...task, plan: { ...plan, keepOrder: true, desc } };
}

/** A unique key fixed to constants, or to parameters whatever they are: a get instead of a scan. */
export function tryPointPath(opt: Optimizer, ds: DataSource, paths: readonly AccessPath[]): RootTask | null {
  if (!ds.conditions.every((c) => isKnown(c, opt.ctx)) || ds.conditions.length === 0) return null;
  for (const path of paths) {
    const width = path.index === null ? path.keys.length : path.index.columns.length;
    if (path.index !== null && !path.index.unique) continue;
    if (path.access.equalColumns < width || path.keys.slice(0, width).some((k) => k.length >= 0)) continue;
    const { ranges, rebuild } = path.access;
    if (ranges.length === 0 && rebuild === null) return emptyTask(opt, ds);
    if (ranges.length === 0 || ranges.length > 1024 || !allPoints(ranges, width)) continue;
    const keys = rebuild === null ? constantKeys(path, ranges, width) : paramKeys(ds, path, ranges, width);
    const task = keys === null ? null : pointTask(opt, ds, path, keys);
    if (task !== null) return task;
  }
  return null;
}

type Key = readonly Expression[];

const constantKeys = (path: AccessPath, ranges: readonly KeyRangeDatum[], width: number): Key[] =>
  ranges.map((r) =>
    r.low.slice(0, width).map((b, i): Expression => ({
      kind: 'constant',
      type: path.keys[i]!.column.type,
      value: typeof b === 'object' ? b.value : null,
    })),
  );

/**
 * One key, some of whose values are parameters: whatever they are, each column is equal to one. Null where it is not so, where values need
 * conversion, or decide the partition.
 */
function paramKeys(
  ds: DataSource,
  path: AccessPath,
  ranges: readonly KeyRangeDatum[],
  width: number,
): Key[] | null {
  const { access } = path.access;
  if (ranges.length !== 1 || access.length !== width || ds.table.partition !== undefined) return null;
  const [constants] = constantKeys(path, ranges, width) as [Key];
  const key: Expression[] = [];
  for (let i = 0; i < width; i++) {
    const { column } = path.keys[i]!;
    const value = equalTo(access, column.id);
    if (value === null) return null;
    const known = hasParam(value) ? paramKey(value, column.type) : constants[i]!;
    if (known === null) return null;
    key.push(known);
  }
  return [key];
}

/** What one of the conditions says that a column is equal to; null when none or several do. */
function equalTo(conditions: readonly Expression[], id: number): Expression | null {
  let value: Expression | null = null;
  for (const c of conditions) {
    if (c.kind !== 'function' || c.name !== 'eq') return null;
    const [a, b] = c.args as [Expression, Expression];
    const other = isColumn(a, id) ? b : isColumn(b, id) ? a : null;
    if (other === null) continue;
    if (value !== null) return null;
    value = other;
  }
  return value;
}

const isColumn = (e: Expression, id: number): boolean => e.kind === 'column' && e.id === id;

/** A parameter itself as the key of a column; null when it is more than that, or its values would have to be converted. */
function paramKey(e: Expression, type: FieldType): Expression | null {
  if (e.kind !== 'constant' || e.param === undefined || e.value === null) return null;
  const key = datumKey(e.value, e.type, type);
  return key === null ? null : { ...key, param: e.param };
}

function pointTask(opt: Optimizer, ds: DataSource, path: AccessPath, keys: readonly Key[]): RootTask | null {
  const needed = new Set(ds.schema.map((c) => c.id));
  columnsOf(path.access.remained, needed);
  const { columns, schema, rowId } = scanColumns(ds, needed);
  const whole = ds.table.partition !== undefined && ds.physical === null;
  const placed = whole && path.index?.global !== true ? keyPartitions(opt, ds, path, keys) : [];
  if (placed === null) return null;
  // Keys that belong to no partition, or to none that is read, find nothing.
  const there = placed.length === 0 ? keys : keys.filter((_, i) => placed[i] !== null);
  const parts = placed.filter((d) => d !== null);
  if (there.length === 0) return emptyTask(opt, ds);
  const base = {
    id: opt.nextId(),
    schema,
    task: 'root' as const,
    db: ds.db,
    table: ds.table,
    alias: ds.alias,
    ...(ds.labels === undefined ? {} : { labels: ds.labels }),
    columns,
    index: path.index ?? (ds.table.isCommonHandle ? ds.table.indices.find((i) => i.primary)! : null),
    physicalId: parts[0]?.id ?? physicalIdOf(ds),
    ...(path.index?.global === true ? { globalIn: partitionIdsOf(opt, ds) } : {}),
    lock: null,
    handleOut: rowId,
  };
  const plan: PointGet | BatchPointGet =
    there.length === 1
      ? { ...base, op: 'PointGet', estRows: 1, key: there[0]! }
      : {
          ...base,
          op: 'BatchPointGet',
          estRows: there.length,
          keys: there,
          keepOrder: false,
          desc: false,
          ...(parts.length === 0
            ? {}
            : { partitions: { ids: parts.map((d) => d.id), text: partitionText(ds, parts) } }),
        };
  const work = pointWork(keys.length, path.index !== null);
  let task: RootTask = { kind: 'root', plan: work.on(plan), rows: keys.length, cost: work.total };
  if (path.access.remained.length > 0) {
    task = opt.over(
      task,
      selectionOver(opt, task.plan, path.access.remained, keys.length),
      task.rows,
      new Work().add('filterRow'),
    );
  }
  return task;
}

/**
 * The partition of each key, null for keys without one that is read; null altogether when the keys do not decide it.
 */
function keyPartitions(
  opt: Optimizer,
  ds: DataSource,
  path: AccessPath,
  keys: readonly (readonly Expression[])[],
): (PartitionDefinition | null)[] | null {
  const locator = partitionLocator(ds.table, opt.ctx.eval);
  const offsets = path.keys.map((k) => ds.infos.get(k.column.id)?.offset ?? -1);
  if (locator.deciding.some((o) => !offsets.slice(0, keys[0]!.length).includes(o))) return null;
  const read = new Set(prunedPartitions(opt.ctx, ds));
  return keys.map((key) => {
    const row: Datum[] = ds.table.columns.map(() => null);
    key.forEach((e, i) => (row[offsets[i]!] = (e as { value: Datum }).value));
    const at = locator.locate(row, opt.ctx.eval);
    return at >= 0 && read.has(at) ? ds.table.partition!.definitions[at]! : null;
  });
}

/** EXPLAIN's text of partitions, in the table's order. */
function partitionText(ds: DataSource, parts: readonly PartitionDefinition[]): string {
  const { definitions } = ds.table.partition!;
  const used = definitions.filter((d) => parts.includes(d));
  return used.length === definitions.length ? 'all' : used.map((d) => d.name).join(',');
}
