import type { TableName } from '../../parser/ast/index.js';
import type { ColumnInfo, DbInfo, IndexInfo, PartitionInfo, TableInfo } from '../../catalog/model.js';
import { referrersOf } from '../../catalog/foreign-keys.js';
import { columnIds, isCentral } from '../../catalog/auto-columns.js';
import type { AutoIdKind, MetaMutator } from '../../catalog/meta/meta.js';
import { isVirtual } from '../../catalog/table-layout.js';
import { mysqlError } from '../../types/error-table.js';
import { evalType, Flag, TypeCode, type FieldType } from '../../types/field-type.js';
import type { DdlContext } from '../ddl-context.js';
import { visitRows } from '../job/move-rows.js';
import { changeSchema, changeTable } from '../schema-change.js';
import { requireTable } from '../table.js';

/**
 * EXCHANGE PARTITION p WITH TABLE nt: each takes the other's rows, by taking its id. In a first step nt takes rows only that
 * belong to the partition; then its rows are looked at; then the ids are swapped.
 * Throws 1505, 1735, 1732, 1736, 3106, 1737.
 */
export async function exchangePartition(
  ctx: DdlContext,
  target: { readonly db: DbInfo; readonly table: TableInfo },
  name: string,
  other: TableName,
  validation: boolean,
): Promise<void> {
  const { db, table } = target;
  const nt = requireExchangeable(ctx, { schema: other.schema ?? db.name, name: other.name });
  ctx.checkPrivilege('DROP', nt.db.name, nt.table.name);
  ctx.checkPrivilege('INSERT', db.name, table.name);
  if (nt.table.temporary !== undefined) throw mysqlError('ER_PARTITION_EXCHANGE_TEMP_TABLE', nt.table.name);
  const { partition } = table;
  if (partition === undefined) throw mysqlError('ER_PARTITION_MGMT_ON_NONPARTITIONED');
  const at = partition.definitions.findIndex((d) => d.lower === name.toLowerCase());
  if (at < 0) throw mysqlError('ER_UNKNOWN_PARTITION', name, table.name);
  if (nt.table.foreignKeys !== undefined || referrersOf(ctx.schema(), nt.db.name, nt.table.name).length > 0)
    throw mysqlError('ER_PARTITION_EXCHANGE_FOREIGN_KEY', nt.table.name);
  if (nt.table.partition !== undefined) throw mysqlError('ER_PARTITION_EXCHANGE_PART_TABLE', nt.table.name);
  for (const index of table.indices)
    if (index.global === true)
      throw mysqlError('ER_PARTITION_EXCHANGE_DIFFERENT_OPTION', `global index: ${index.name}`);
  checkAlike(table, nt.table);
  ctx.checkTableLock(table);
  ctx.checkTableLock(nt.table);
  await ctx.jobs.awaitTable(ctx, table.id);
  if (validation)
    await changeTable(ctx, nt.db.id, nt.table.id, (t) => ({ ...t, exchanging: { partition, at } }));
  try {
    if (validation) {
      await checkRows(ctx, nt.table, partition, at);
      await checkConstraints(ctx, table, nt.table, at);
    }
    await swap(ctx, { db, table }, nt, at);
  } catch (e) {
    if (validation) await changeTable(ctx, nt.db.id, nt.table.id, settled);
    throw e;
  }
  ctx.warn({
    level: 'Warning',
    code: 1105,
    message: 'after the exchange, please analyze related table of the exchange to update statistics',
  });
}

function requireExchangeable(ctx: DdlContext, name: TableName): { db: DbInfo; table: TableInfo } {
  try {
    return requireTable(ctx, name);
  } catch (e) {
    if ((e as { code?: number }).code !== 1347) throw e;
    throw mysqlError('ER_CHECK_NO_SUCH_TABLE');
  }
}

const settled = (t: TableInfo): TableInfo => {
  const { exchanging: _, ...rest } = t;
  return rest;
};

/** Throws 1736 unless rows and entries of both tables have one form, and 3106. */
function checkAlike(a: TableInfo, b: TableInfo): void {
  const different = mysqlError('ER_TABLES_DIFFERENT_METADATA');
  if (a.columns.length !== b.columns.length || a.indices.length !== b.indices.length) throw different;
  if (a.pkIsHandle !== b.pkIsHandle || a.isCommonHandle !== b.isCommonHandle) throw different;
  if (a.charset !== b.charset || a.collate !== b.collate) throw different;
  if (JSON.stringify(a.autoRandom ?? null) !== JSON.stringify(b.autoRandom ?? null)) throw different;
  if ((a.options?.['PLACEMENT POLICY'] ?? '') !== (b.options?.['PLACEMENT POLICY'] ?? '')) throw different;
  a.columns.forEach((c, i) => {
    const d = b.columns[i]!;
    if (isVirtual(c) !== isVirtual(d))
      throw mysqlError(
        'ER_UNSUPPORTED_ACTION_ON_GENERATED_COLUMN',
        'Exchanging partitions for non-generated columns',
      );
    if (!columnsAlike(c, d)) throw different;
  });
  for (const index of a.indices) {
    const like = b.indices.find((j) => j.lower === index.lower);
    if (like === undefined || !indexesAlike(index, like)) throw different;
  }
}

/** Flags that say what rows may hold; defaults need not be the same. */
const ROW_FLAGS =
  Flag.NotNull | Flag.Unsigned | Flag.Zerofill | Flag.Binary | Flag.AutoIncrement | Flag.PriKey;

/** The width of such types is one of display. */
const isFixed = (t: FieldType): boolean =>
  evalType(t) === 'int' ? t.tp !== TypeCode.Bit : evalType(t) === 'datetime' || evalType(t) === 'duration';

/** Also the ids: rows name their columns by them. */
const columnsAlike = (c: ColumnInfo, d: ColumnInfo): boolean =>
  c.id === d.id &&
  c.lower === d.lower &&
  c.hidden === d.hidden &&
  c.autoIncrement === d.autoIncrement &&
  c.generated === d.generated &&
  c.generatedStored === d.generatedStored &&
  c.type.tp === d.type.tp &&
  (c.type.flag & ROW_FLAGS) === (d.type.flag & ROW_FLAGS) &&
  (c.type.flen === d.type.flen || isFixed(c.type)) &&
  c.type.decimal === d.type.decimal &&
  c.type.charset === d.type.charset &&
  c.type.collate === d.type.collate &&
  JSON.stringify(c.type.elems ?? []) === JSON.stringify(d.type.elems ?? []);

const indexesAlike = (i: IndexInfo, j: IndexInfo): boolean =>
  i.id === j.id &&
  i.unique === j.unique &&
  i.primary === j.primary &&
  i.columns.length === j.columns.length &&
  i.columns.every((c, n) => c.offset === j.columns[n]!.offset && c.length === j.columns[n]!.length);

/** All rows of `nt` belong to the partition. Throws 1737. */
async function checkRows(
  ctx: DdlContext,
  nt: TableInfo,
  partition: PartitionInfo,
  at: number,
): Promise<void> {
  const as = { ...nt, partition };
  const id = partition.definitions[at]!.id;
  await visitRows(ctx, nt, (rows) => {
    for (const row of rows) {
      let found: number;
      try {
        found = ctx.physicalIdOf(as, row);
      } catch {
        found = -1;
      }
      if (found !== id) throw mysqlError('ER_ROW_DOES_NOT_MATCH_PARTITION');
    }
  });
}

/** The rows of each keep the CHECK constraints of the other, where constraints count. Throws 1737. */
async function checkConstraints(ctx: DdlContext, table: TableInfo, nt: TableInfo, at: number): Promise<void> {
  if (ctx.variable('tidb_enable_check_constraint') !== 'ON') return;
  const check = async (rowsOf: TableInfo, physicalId: number, rules: TableInfo): Promise<void> => {
    if (rules.checks === undefined) return;
    const judged = { ...rowsOf, checks: rules.checks };
    await visitRows(
      ctx,
      rowsOf,
      async (rows) => {
        try {
          await ctx.checkRows(judged, rows);
        } catch (e) {
          if ((e as { code?: number }).code !== 3819) throw e;
          throw mysqlError('ER_ROW_DOES_NOT_MATCH_PARTITION');
        }
      },
      physicalId,
    );
  };
  await check(nt, nt.id, table);
  await check(table, table.partition!.definitions[at]!.id, nt);
}

/** Each under the other's id, in one step. Handles and values given by either are not given again by the other. */
async function swap(
  ctx: DdlContext,
  pt: { readonly db: DbInfo; readonly table: TableInfo },
  nt: { readonly db: DbInfo; readonly table: TableInfo },
  at: number,
): Promise<void> {
  const newId = pt.table.partition!.definitions[at]!.id;
  const hidden = !pt.table.pkIsHandle && !pt.table.isCommonHandle;
  const foreign = hidden ? { foreignHandles: true } : {};
  for (const { table } of [pt, nt]) if (isCentral(table)) await ctx.giveBackIds(table);
  const version = await changeSchema(ctx, async (meta, _txn, next) => {
    const table = await meta.table(pt.db.id, pt.table.id);
    const other = await meta.table(nt.db.id, nt.table.id);
    if (table?.partition?.definitions[at]?.id !== newId || other === null)
      throw mysqlError('ER_TABLE_DEF_CHANGED');
    const shared = await sharedCounters(meta, pt, nt);
    const definitions = table.partition.definitions.map((d, i) => (i === at ? { ...d, id: other.id } : d));
    meta.deleteTable(nt.db.id, other.id);
    meta.putTable(nt.db.id, { ...settled(other), ...foreign, id: newId, countersSet: next, version: next });
    meta.putTable(pt.db.id, {
      ...table,
      ...foreign,
      partition: { ...table.partition, definitions },
      countersSet: next,
      version: next,
      previousVersion: table.version,
    });
    shared.putInto(meta, pt.db.id, table);
    shared.putInto(meta, nt.db.id, { ...other, id: newId });
    return {
      tables: [
        { dbId: pt.db.id, tableId: table.id },
        { dbId: nt.db.id, tableId: other.id },
        { dbId: nt.db.id, tableId: newId },
      ],
    };
  });
  await ctx.awaitVersion(pt.table.id, version);
  await ctx.awaitVersion(nt.table.id, version);
  ctx.forgetTable(pt.table);
  ctx.forgetTable(nt.table);
}

/** Where the counters of both go on: behind the values that either has given. */
async function sharedCounters(
  meta: MetaMutator,
  pt: { readonly db: DbInfo; readonly table: TableInfo },
  nt: { readonly db: DbInfo; readonly table: TableInfo },
): Promise<{ putInto(meta: MetaMutator, dbId: number, table: TableInfo): void }> {
  const most = async (kindOf: (table: TableInfo) => AutoIdKind): Promise<bigint> => {
    const a = await meta.autoId(kindOf(pt.table), pt.db.id, pt.table.id);
    const b = await meta.autoId(kindOf(nt.table), nt.db.id, nt.table.id);
    return a > b ? a : b;
  };
  // The two may count the column's values differently (AUTO_ID_CACHE).
  const columns = await most((t) => columnIds(t).counter);
  const rows = await most(() => 'rowid');
  return {
    putInto: (meta, dbId, table) => {
      const { counter } = columnIds(table);
      meta.setAutoId('rowid', dbId, table.id, counter === 'rowid' && columns > rows ? columns : rows);
      if (counter !== 'rowid') meta.setAutoId(counter, dbId, table.id, columns);
    },
  };
}
