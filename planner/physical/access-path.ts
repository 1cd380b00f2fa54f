import { toExplain } from '../../expression/index.js';
import { prepareMembers } from '../../expression/builtin/in-list.js';
import { arrayPart, hasEntries } from '../../catalog/table-layout.js';
import type { ByItem, Column, Expression, ScalarFunction } from '../../expression/expression.js';
import type { ColumnInfo, IndexInfo } from '../../catalog/model.js';
import type { IndexHint } from '../../parser/ast/index.js';
import { columnsOf, isFunction, sameExpr } from '../logical/expression-walk.js';
import { handleColumns } from '../logical/build-from.js';
import type { DataSource, IndexWish, LogicalPlan, VirtualColumn } from '../logical/plan.js';
import type { OrderItem } from './task.js';
import { evalType, isUnsigned } from '../../types/field-type.js';
import type { PlanContext } from '../plan-context.js';
import {
  evaluator,
  intervalSelectivity,
  isKnown,
  isUniqueColumn,
  independentRows,
  selectivity,
  tableEstimate,
  type TableEstimate,
} from '../cost/selectivity.js';
import { indexRows } from '../cost/index-rows.js';
import { rangesShare } from '../cost/range-share.js';
import { sourceEngines } from './engines.js';
import { looksUpByPolicy } from './lookup-pushdown.js';
import {
  detach,
  FULL_RANGES,
  isLongOr,
  prepareRanges,
  type Access,
  type KeyColumn,
} from '../ranger/ranger.js';
import { intervalsOf, prepareIntervals, shapeOf } from '../ranger/condition.js';
import { datumCompare, intersect } from '../ranger/interval.js';
import { isImplied } from './partial-index.js';

/** One way to read a table. */
export interface AccessPath {
  /** Null: the table itself, in handle order. */
  readonly index: IndexInfo | null;
  readonly keys: readonly KeyColumn[];
  readonly access: Access;
  /** Rows (or entries) in the ranges. */
  readonly rows: number;
  /** The index holds every column that is needed. */
  readonly covering: boolean;
  /** Of the conditions left, those the index entry suffices for. */
  readonly indexConditions: readonly Expression[];
  readonly tableConditions: readonly Expression[];
  /** Named by a USE or FORCE INDEX. */
  readonly forced: boolean;
  /** At most one row: a unique key fixed. */
  readonly unique: boolean;
  /** Rows of the index's entries are looked up in the store (INDEX_LOOKUP_PUSHDOWN). */
  readonly lookedUpInStore?: boolean;
  /** ORDER_INDEX: rows come in its order where one is wanted; NO_ORDER_INDEX: they never do. */
  readonly ordered?: boolean;
}

/** Key columns of the handle, and of an index followed by the handle's. */
export function keysOf(ds: DataSource, index: IndexInfo | null): KeyColumn[] {
  const handle = handleColumns(ds).map((column) => ({ column, length: -1 }));
  if (index === null) {
    if (!ds.table.isCommonHandle) return handle;
    const pk = ds.table.indices.find((i) => i.primary)!;
    return handle.map((k, i) => ({ ...k, length: pk.columns[i]!.length }));
  }
  const keys: KeyColumn[] = [];
  for (const c of index.columns) {
    const column = indexedColumn(ds, c.offset);
    if (column === undefined) return keys;
    keys.push({ column, length: c.length, ...(c.desc === true ? { desc: true } : {}) });
  }
  // The handle ends every non-unique entry and continues its order.
  if (
    !index.unique &&
    index.global !== true &&
    keys.every((k) => k.length < 0) &&
    !handle.some((h) => keys.some((k) => k.column.id === h.column.id))
  ) {
    // Entries hold an integer handle as a signed number.
    for (const h of handle)
      keys.push(ds.table.isCommonHandle || !isUnsigned(h.column.type) ? h : { ...h, orderOnly: true });
  }
  return keys;
}

/** A stored column or one that is computed, by its offset in the table. */
const indexedColumn = (ds: DataSource, offset: number): Column | undefined =>
  ds.all.find((x) => ds.infos.get(x.id)?.offset === offset) ??
  ds.virtuals.find((v) => ds.infos.get(v.column.id)?.offset === offset)?.column;

/**
 * The conditions in terms of the computed columns that an index holds: expressions equal to a column's own become the
 * column (TiDB's generated column substitution). Conditions without such expressions stay the same objects.
 */
function overComputed(
  ds: DataSource,
  index: IndexInfo,
  conditions: readonly Expression[],
): readonly Expression[] {
  const held = heldVirtuals(ds, index);
  return held.length === 0 ? conditions : conditions.map((c) => overVirtuals(c, held));
}

const heldVirtuals = (ds: DataSource, index: IndexInfo): VirtualColumn[] =>
  ds.virtuals.filter((v) => index.columns.some((c) => c.offset === ds.infos.get(v.column.id)?.offset));

/** Whether a virtual column stands for an expression. */
type StandsFor = (v: VirtualColumn, e: Expression) => boolean;

const inCondition: StandsFor = (v, e) =>
  sameExpr(e, v.value) || (sameExpr(e, v.written) && sameDomain(e, v.column));

/** Also its values are those of the expression, not cut to a smaller type. */
const asValue: StandsFor = (v, e) =>
  sameExpr(e, v.value) ||
  (sameExpr(e, v.written) &&
    sameDomain(e, v.column) &&
    e.type.tp === v.column.type.tp &&
    e.type.flen === v.column.type.flen &&
    isUnsigned(e.type) === isUnsigned(v.column.type));

function overVirtuals(
  e: Expression,
  held: readonly VirtualColumn[],
  standsFor: StandsFor = inCondition,
): Expression {
  const found = held.find((v) => standsFor(v, e));
  if (found !== undefined) return found.column;
  if (e.kind !== 'function') return e;
  const args = e.args.map((a) => overVirtuals(a, held, standsFor));
  return args.every((a, i) => a === e.args[i]) ? e : { ...e, args };
}

/** An order by expressions that an index of the source may keep, in terms of its virtual columns; null when there is none. */
export function orderByVirtuals(ds: LogicalPlan, by: readonly ByItem[]): OrderItem[] | null {
  if (ds.op !== 'DataSource' || ds.virtuals.length === 0 || ds.dirty || ds.table.partition !== undefined)
    return null;
  const out: OrderItem[] = [];
  for (const b of by) {
    const column = overVirtuals(b.expr, ds.virtuals, asValue);
    if (column.kind !== 'column') return null;
    out.push({ column, desc: b.desc });
  }
  return out;
}

/**
 * Expressions over a source as they read an index alone that holds what they and the conditions compute: the source limited to
 * that index, its computed columns among those that it gives.
 */
export function overHeldColumns(
  ctx: PlanContext,
  ds: DataSource,
  exprs: readonly Expression[],
): { readonly source: DataSource; readonly exprs: Expression[] }[] {
  const out: { source: DataSource; exprs: Expression[] }[] = [];
  // Own writes are merged by columns that records have, and a columnar replica has no indexes.
  if (ds.dirty || !sourceEngines(ctx, ds).includes('tikv')) return out;
  for (const index of candidates(ctx, ds, ds.conditions).indexes) {
    if (arrayPart(ds.table, index) >= 0) continue;
    const held = heldVirtuals(ds, index).filter((v) =>
      index.columns.some((c) => c.length < 0 && c.offset === ds.infos.get(v.column.id)?.offset),
    );
    if (held.length === 0) continue;
    const over = exprs.map((e) => overVirtuals(e, held, asValue));
    const conditions = ds.conditions.map((c) => overVirtuals(c, held));
    const source: DataSource = {
      ...ds,
      all: [...ds.all, ...held.map((v) => v.column)],
      virtuals: [],
      conditions,
      indexHints: [{ type: 'USE', scope: null, indexes: [index.name] }],
      noIndexMerge: true,
    };
    const needed = columnsOf([...over, ...conditions]);
    const have = indexColumns(source, index);
    if (![...needed].every((id) => have.has(id)) || !held.some((v) => needed.has(v.column.id))) continue;
    const read = columnsOf(over);
    source.schema = source.all.filter((c) => read.has(c.id));
    out.push({ source, exprs: over });
  }
  return out;
}

/** Whether a column of this type holds the expression's values as they are. */
const sameDomain = (e: Expression, column: Column): boolean =>
  evalType(e.type) === evalType(column.type) &&
  (evalType(e.type) !== 'string' || e.type.collate === column.type.collate) &&
  (evalType(e.type) !== 'decimal' || e.type.decimal === column.type.decimal);

/** Columns an entry gives: whole key columns and the handle. */
export function indexColumns(ds: DataSource, index: IndexInfo): Set<number> {
  const out = new Set<number>();
  for (const c of index.columns) {
    if (c.length >= 0) continue;
    const column = ds.all.find((x) => ds.infos.get(x.id)?.offset === c.offset);
    if (column !== undefined) out.add(column.id);
  }
  for (const h of handleColumns(ds)) {
    const pk = ds.table.isCommonHandle ? ds.table.indices.find((i) => i.primary)! : null;
    const part = pk?.columns.find((c) => c.offset === ds.infos.get(h.id)?.offset);
    if (part === undefined || part.length < 0) out.add(h.id);
  }
  return out;
}

/** Rows in the ranges of some key conditions. */
export function rangeRows(
  ctx: PlanContext,
  est: TableEstimate,
  ds: DataSource,
  keys: readonly KeyColumn[],
  access: Access,
): number {
  if (access.full) return est.rows;
  if (access.ranges.length === 0 && access.rebuild === null) return 0;
  // Of a disjunction that the ranges say in part only, they admit more than its own rows.
  const inPart =
    access.rebuild === null && access.access.some((c) => isFunction(c, 'or') && access.remained.includes(c));
  const share = inPart
    ? rangesShare(est, ds, keys, access.ranges)
    : Math.min(1, selectivity(ctx, est, ds, access.access));
  return Math.min(est.rows, Math.max(est.rows * share, 0), handlesIn(keys, access));
}

/** Entries in the ranges of an index: by the statistics of its keys where several columns are limited, else by column. */
function indexRangeRows(
  ctx: PlanContext,
  est: TableEstimate,
  ds: DataSource,
  index: IndexInfo,
  keys: readonly KeyColumn[],
  access: Access,
): number {
  const byColumns = rangeRows(ctx, est, ds, keys, access);
  if (access.full || access.ranges === FULL_RANGES || access.columns < 2) return byColumns;
  const independent = (): number => independentRows(ctx, est, ds, keys, access.access);
  return Math.min(est.rows, indexRows(est, index, keys, access, independent) ?? byColumns);
}

/** Integers that the ranges of a single-column unique key leave room for. */
function handlesIn(keys: readonly KeyColumn[], access: Access): number {
  const key = keys[0];
  if (keys.length !== 1 || key === undefined || evalType(key.column.type) !== 'int') return Infinity;
  let n = 0;
  for (const { low, high } of access.ranges) {
    const a = low[0];
    const b = high[0];
    if (typeof a !== 'object' || typeof b !== 'object' || a.value === null || b.value === null)
      return Infinity;
    n += Number(b.value) - Number(a.value) + 1;
  }
  return n;
}

/** Whether the leading columns that are fixed to points make a unique key. */
function isUniqueAccess(index: IndexInfo | null, keys: readonly KeyColumn[], access: Access): boolean {
  const width = index === null ? keys.length : index.columns.length;
  return (
    (index === null || index.unique) &&
    access.equalColumns >= width &&
    access.singlePoints >= width &&
    keys.slice(0, width).every((k) => k.length < 0)
  );
}

/** Indexes the hints and their visibility leave, with whether each is forced. */
function candidates(
  ctx: PlanContext,
  ds: DataSource,
  conditions: readonly Expression[],
): { indexes: IndexInfo[]; table: boolean; forced: boolean } {
  const whole = ds.onlyGlobal === true;
  const partition = ds.physical !== null;
  let indexes = ds.table.indices.filter(
    (i) =>
      i.state === 'public' &&
      !i.invisible &&
      hasEntries(ds.table, i) &&
      (i.global === true ? !partition : !whole) &&
      (i.condition === undefined || isImplied(ctx, ds, i.condition, conditions)),
  );
  let table = true;
  let forced = false;
  const named = (h: IndexHint): IndexInfo[] =>
    indexes.filter((i) => h.indexes.some((n) => n.toLowerCase() === i.lower));
  const namesTable = (h: IndexHint): boolean =>
    h.indexes.some((n) => n.toLowerCase() === 'primary') && (ds.table.pkIsHandle || ds.table.isCommonHandle);
  const use = ds.indexHints.filter((h) => h.type !== 'IGNORE' && h.scope === null);
  // Where only columns are read, indexes are of no use.
  if (use.length > 0 && sourceEngines(ctx, ds).includes('tikv')) {
    const chosen = use.flatMap(named);
    table = use.some(namesTable) || use.every((h) => h.indexes.length === 0);
    if (chosen.length > 0 || table) {
      indexes = chosen;
      forced = chosen.length > 0 || !whole;
    } else if (whole) indexes = [];
    else table = true;
  }
  for (const h of ds.indexHints) {
    if (h.type !== 'IGNORE') continue;
    const drop = new Set(named(h));
    indexes = indexes.filter((i) => !drop.has(i));
  }
  return { indexes, table: table && !whole, forced };
}

/** Items from which on a list's set is made in steps. */
const LONG_LIST = 4096;

const wishOf = (ds: DataSource, name: string): IndexWish => ds.indexWishes?.get(name) ?? {};

/** A list of so many items, or its negation, as the call of IN; null for any other condition. */
function longList(c: Expression): ScalarFunction | null {
  const list = isFunction(c, 'not') ? c.args[0]! : c;
  return isFunction(list, 'in') && list.args.length > LONG_LIST ? list : null;
}

/** The column as the first one of the handle or of an index: ranges are made of a list of its values; null where it leads none. */
function ledKey(ds: DataSource, column: Expression): KeyColumn | null {
  if (column.kind !== 'column') return null;
  for (const index of [null, ...ds.table.indices]) {
    const key = keysOf(ds, index)[0];
    if (key?.column.id === column.id) return key;
  }
  return null;
}

/** Makes the ranges of very long conditions in steps, so that `accessPaths` finds them there, and what long lists are searched in. */
export function* prepareAccess(ctx: PlanContext, ds: DataSource): Generator<void, void> {
  const { conditions } = ds;
  for (const c of conditions) {
    const list = longList(c);
    if (list === null) continue;
    const key = ledKey(ds, list.args[0]!);
    if (key === null) yield* prepareMembers(list);
    else if (list === c) yield* prepareIntervals(list, key, evaluator(ctx));
  }
  if (!conditions.some(isLongOr)) return;
  const known = conditions.every((c) => isKnown(c, ctx));
  const evaluate = evaluator(ctx);
  const nullPoints = ctx.variable('tidb_regard_null_as_point') !== 'OFF';
  const { isCommonHandle } = ds.table;
  const handle = keysOf(ds, null);
  if (isCommonHandle || handle.length === 1)
    yield* prepareRanges(conditions, handle, !isCommonHandle, evaluate, known);
  for (const index of candidates(ctx, ds, conditions).indexes)
    yield* prepareRanges(conditions, keysOf(ds, index), false, evaluate, known, nullPoints);
}

/** All ways to read a source, dominated ones left out (skyline pruning). `extra` conditions join the source's own. */
export function accessPaths(
  ctx: PlanContext,
  ds: DataSource,
  extra: readonly Expression[] = [],
): AccessPath[] {
  const est = tableEstimate(ctx, ds);
  const conditions = extra.length === 0 ? ds.conditions : [...ds.conditions, ...extra];
  const known = conditions.every((c) => isKnown(c, ctx));
  const evaluate = evaluator(ctx);
  const nullPoints = ctx.variable('tidb_regard_null_as_point') !== 'OFF';
  const needed = columnsOf(conditions, new Set(ds.schema.map((c) => c.id)));
  const { indexes, table, forced } = candidates(ctx, ds, conditions);
  // Multi-valued indexes are read by index merges alone.
  const plain = indexes.filter((i) => arrayPart(ds.table, i) < 0);
  const paths: AccessPath[] = [];
  const fullAccess: Access = {
    ranges: FULL_RANGES,
    rebuild: null,
    access: [],
    remained: conditions,
    equalColumns: 0,
    singlePoints: 0,
    columns: 0,
    full: true,
  };
  if (table || (plain.length === 0 && ds.onlyGlobal !== true)) {
    const keys = keysOf(ds, null);
    const usable = ds.table.isCommonHandle || keys.length === 1;
    const access = usable ? detach(conditions, keys, !ds.table.isCommonHandle, evaluate, known) : fullAccess;
    const unique = isUniqueAccess(null, keys, access);
    paths.push({
      index: null,
      keys,
      access,
      rows: unique ? 1 : rangeRows(ctx, est, ds, keys, access),
      covering: true,
      indexConditions: [],
      tableConditions: access.remained,
      forced: forced && table,
      unique,
      ...wishOf(ds, 'primary'),
    });
  }
  for (const index of plain) {
    const keys = keysOf(ds, index);
    const rewritten = overComputed(ds, index, conditions);
    const found = detach(rewritten, keys, false, evaluate, known, nullPoints);
    const access =
      rewritten === conditions
        ? found
        : { ...found, remained: found.remained.map((c) => conditions[rewritten.indexOf(c)]!) };
    const have = indexColumns(ds, index);
    const covering = [...needed].every((id) => have.has(id));
    const indexConditions = access.remained.filter((c) => [...columnsOf([c])].every((id) => have.has(id)));
    const unique = isUniqueAccess(index, keys, access);
    paths.push({
      index,
      keys,
      access,
      rows: unique ? 1 : indexRangeRows(ctx, est, ds, index, keys, access),
      covering,
      indexConditions,
      tableConditions: access.remained.filter((c) => !indexConditions.includes(c)),
      forced,
      unique,
      ...wishOf(ds, index.lower),
      ...(looksUpByPolicy(ctx, ds, index) ? { lookedUpInStore: true } : {}),
    });
  }
  ctx.trace?.paths.push({
    table: ds.alias,
    paths: paths.map((p) => ({
      path: p.index?.name ?? 'table',
      rows: p.rows,
      covering: p.covering,
      conditions: p.access.access.map((c) => toExplain(c)).join(', '),
    })),
  });
  return skyline(paths);
}

/** Drops paths that another one is at least as good as in every respect and better in one. */
function skyline(paths: AccessPath[]): AccessPath[] {
  const unique =
    paths.find((p) => p.unique && (p.index === null || p.covering)) ?? paths.find((p) => p.unique);
  if (unique !== undefined) return [unique];
  return paths.filter((p) => !paths.some((q) => q !== p && dominates(q, p)));
}

function dominates(a: AccessPath, b: AccessPath): boolean {
  if (b.forced !== a.forced) return false;
  if (a.index === null || b.index === null) return false;
  const cover = Number(a.covering) - Number(b.covering);
  const aCols = new Set(columnsOf(a.access.access));
  const bCols = new Set(columnsOf(b.access.access));
  const superset = [...bCols].every((id) => aCols.has(id));
  if (cover < 0 || !superset || a.rows > b.rows) return false;
  // An order that only the other gives may still be wanted.
  const sameOrder = b.keys.every((k, i) => a.keys[i]?.column.id === k.column.id);
  return (
    sameOrder && (cover > 0 || aCols.size > bCols.size || a.rows < b.rows || a.keys.length > b.keys.length)
  );
}

/** Share of a table that conditions on one column leave; used for the order a scan with LIMIT meets its rows in. */
export function columnShare(
  ctx: PlanContext,
  ds: DataSource,
  column: Column,
  conditions: readonly Expression[],
): number {
  const est = tableEstimate(ctx, ds);
  const key: KeyColumn = { column, length: -1 };
  const own = conditions.filter((c) => shapeOf(c, key) !== null && isKnown(c, ctx));
  if (own.length === 0) return 1;
  const cmp = datumCompare(column.type);
  const intervals = own.map((c) => intervalsOf(c, key, evaluator(ctx), cmp));
  return intervalSelectivity(est, ds, column, intersect(intervals, cmp));
}

/** Columns of a source in the order a scan gives them: stored columns, the hidden row id last. */
export function scanColumns(
  ds: DataSource,
  ids: ReadonlySet<number>,
): { columns: ColumnInfo[]; schema: Column[]; rowId: boolean } {
  const columns: ColumnInfo[] = [];
  const schema: Column[] = [];
  let rowIdColumn: Column | null = null;
  for (const c of ds.all) {
    if (!ids.has(c.id)) continue;
    const info = ds.infos.get(c.id);
    if (info === null) rowIdColumn = c;
    else if (info !== undefined) {
      columns.push(info);
      schema.push(c);
    }
  }
  if (rowIdColumn !== null) schema.push(rowIdColumn);
  return { columns, schema, rowId: rowIdColumn !== null };
}

export { isUniqueColumn };
