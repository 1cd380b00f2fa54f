import type {
  FlashbackDatabaseStmt,
  FlashbackTableStmt,
  RecoverTableStmt,
  TableName,
} from '../parser/ast/index.js';
import type { TableInfo } from '../catalog/model.js';
import { Meta, type AutoIdKind, type MetaMutator } from '../catalog/meta/meta.js';
import type { Transaction } from '../kv/storage.js';
import type { MysqlError } from '../types/error.js';
import { mysqlError } from '../types/error-table.js';
import { checkTableName } from './build-table.js';
import type { DdlContext } from './ddl-context.js';
import { rangesDroppedAt, type TakeBack } from './delete-range.js';
import { droppedObjects, forgetDropped, type DroppedObject } from './dropped-objects.js';
import { changeSchema } from './schema-change.js';
import { rowRanges } from './table.js';

/** FLASHBACK TABLE t [TO u]: the table of the name that was dropped or truncated last, under its name or another. */
export async function flashbackTable(ctx: DdlContext, stmt: FlashbackTableStmt): Promise<void> {
  const dropped = await lastDropped(ctx, stmt.table);
  await bringBack(ctx, dropped, stmt.to ?? dropped.table);
}

/** RECOVER TABLE t, or BY JOB n. */
export async function recoverTable(ctx: DdlContext, stmt: RecoverTableStmt): Promise<void> {
  if (stmt.table !== null) {
    const dropped = await lastDropped(ctx, stmt.table);
    return bringBack(ctx, dropped, dropped.table);
  }
  const history = await ctx.jobs.list(Number.MAX_SAFE_INTEGER);
  const job = history.history.find((j) => j.id === stmt.job);
  if (job === undefined) throw mysqlError('ER_DDL_JOB_NOT_FOUND', stmt.job ?? 0);
  if (job.type !== 'drop table' && job.type !== 'truncate table')
    throw mysqlError('ER_UNKNOWN_ERROR', `Job ${job.id} type is ${job.type}, not dropped/truncated table`);
  const dropped = (await allDropped(ctx)).find((o) => o.tableId === job.tableId);
  if (dropped === undefined) throw tooOld(job.tableName);
  await bringBack(ctx, dropped, dropped.table);
}

async function allDropped(ctx: DdlContext): Promise<DroppedObject[]> {
  return droppedObjects(ctx.storage.snapshot(await ctx.storage.currentTs()));
}

const tooOld = (name: string): MysqlError =>
  mysqlError('ER_UNKNOWN_ERROR', `Can't find dropped/truncated table: ${name} in DDL history jobs`);

async function lastDropped(ctx: DdlContext, name: TableName): Promise<DroppedObject> {
  const db = ctx.databaseOf(name.schema).toLowerCase();
  const same = (o: DroppedObject): boolean =>
    o.tableId !== 0 && o.db.toLowerCase() === db && o.table.toLowerCase() === name.name.toLowerCase();
  const dropped = (await allDropped(ctx)).find(same);
  if (dropped !== undefined) return dropped;
  const present = ctx.schema().table(db, name.name);
  if (present !== null && (await wasDropped(ctx, present.id)))
    throw mysqlError('ER_TABLE_EXISTS_ERROR', `${db}.${present.name}`);
  throw tooOld(name.name);
}

/** Whether a table that is there was brought back: who asks for it a second time is told so. */
async function wasDropped(ctx: DdlContext, tableId: number): Promise<boolean> {
  const { history } = await ctx.jobs.list(Number.MAX_SAFE_INTEGER);
  return history.some((j) => j.tableId === tableId && j.type === 'drop table');
}

async function bringBack(ctx: DdlContext, dropped: DroppedObject, name: string): Promise<void> {
  await ctx.reload();
  checkTableName(name);
  const db = ctx.schema().database(dropped.db);
  if (db?.id !== dropped.dbId) throw mysqlError('ER_BAD_DB_ERROR', dropped.db);
  ctx.checkPrivilege('CREATE', db.name, name);
  const before = new Meta(ctx.storage.snapshot(dropped.ts));
  const table = await before.table(dropped.dbId, dropped.tableId);
  if (table === null) throw tooOld(dropped.table);
  await changeSchema(ctx, async (meta, txn, version) => {
    if (ctx.schema().table(db.name, name) !== null)
      throw mysqlError('ER_TABLE_EXISTS_ERROR', `${db.name}.${name}`);
    const takeBack = await rangesDroppedAt(txn, ctx.schema(), dropped.ts);
    const named = { ...table, name, lower: name.toLowerCase(), version, previousVersion: 0 };
    await restore(meta, txn, takeBack, before, dropped, named);
    return { tables: [{ dbId: db.id, tableId: table.id }] };
  });
  ctx.forgetTable(table);
}

/** Puts a table back with its counters and takes its rows off the list of ranges to be deleted. */
async function restore(
  meta: MetaMutator,
  txn: Transaction,
  takeBack: TakeBack,
  before: Meta,
  dropped: DroppedObject,
  table: TableInfo,
): Promise<void> {
  const { dbId } = dropped;
  for (const { startKey } of rowRanges(table)) if (!takeBack(startKey)) throw tooOld(dropped.table);
  meta.putTable(dbId, table);
  for (const kind of ['rowid', 'auto_increment', 'auto_random'] as const satisfies AutoIdKind[]) {
    const given = await before.autoId(kind, dbId, table.id);
    if (given > 0n) meta.setAutoId(kind, dbId, table.id, given);
  }
  if (table.sequence !== undefined)
    meta.setSequencePosition(dbId, table.id, await before.sequencePosition(dbId, table.id));
  forgetDropped(txn, { ...dropped, tableId: table.id });
}

/** FLASHBACK DATABASE d [TO e]: the database with all that it had when it was dropped. */
export async function flashbackDatabase(ctx: DdlContext, stmt: FlashbackDatabaseStmt): Promise<void> {
  await ctx.reload();
  const name = stmt.to ?? stmt.name;
  ctx.checkPrivilege('CREATE', name, '');
  const lower = stmt.name.toLowerCase();
  const dropped = (await allDropped(ctx)).find((o) => o.tableId === 0 && o.db.toLowerCase() === lower);
  if (dropped === undefined)
    throw mysqlError('ER_UNKNOWN_ERROR', `Can't find dropped database: ${stmt.name} in DDL history jobs`);
  const before = new Meta(ctx.storage.snapshot(dropped.ts));
  const db = await before.database(dropped.dbId);
  if (db === null)
    throw mysqlError('ER_UNKNOWN_ERROR', `Can't find dropped database: ${stmt.name} in DDL history jobs`);
  const tables = await before.tables(dropped.dbId);
  await changeSchema(ctx, async (meta, txn, version) => {
    if (ctx.schema().database(name) !== null) throw mysqlError('ER_DB_CREATE_EXISTS', name);
    meta.putDatabase({ ...db, name, lower: name.toLowerCase() });
    const takeBack = await rangesDroppedAt(txn, ctx.schema(), dropped.ts);
    for (const table of tables)
      await restore(meta, txn, takeBack, before, dropped, { ...table, version, previousVersion: 0 });
    forgetDropped(txn, dropped);
    return { dbIds: [db.id], tables: tables.map((t) => ({ dbId: db.id, tableId: t.id })) };
  });
  for (const table of tables) ctx.forgetTable(table);
}
