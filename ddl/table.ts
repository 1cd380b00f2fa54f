import type {
  CreateTableStmt,
  DropTableStmt,
  RenameTableStmt,
  TableName,
  TruncateTableStmt,
} from '../parser/ast/index.js';
import type { DbInfo, TableInfo } from '../catalog/model.js';
import { incrementCounter, isCentral } from '../catalog/auto-columns.js';
import type { AutoIdKind, MetaMutator } from '../catalog/meta/meta.js';
import { physicalIds } from '../catalog/table-layout.js';
import { tableRange } from '../kv/codec/table-key.js';
import type { KeyRange } from '../kv/rpc.js';
import { mysqlError } from '../types/error-table.js';
import { referrersOf } from '../catalog/foreign-keys.js';
import { buildTable, checkTableName, type SelectedColumn } from './build-table.js';
import type { DdlContext } from './ddl-context.js';
import { preSplit } from './pre-split.js';
import { refuseCached } from './cached-table.js';
import { renamedChecks } from './check-constraint.js';
import { noteDropped } from './dropped-objects.js';
import { checkNotReferenced, checkReferrers, checkTruncatable, withReferenced } from './foreign-key.js';
import { changeSchema } from './schema-change.js';
import { tolerate } from './if-exists.js';

/** The database of a name, which must exist. Throws 1049, 1046. */
export function requireDatabase(ctx: DdlContext, schema: string | null): DbInfo {
  const name = ctx.databaseOf(schema);
  const db = ctx.schema().database(name);
  if (db === null) throw mysqlError('ER_BAD_DB_ERROR', name);
  return db;
}

/** A base table, which must exist. Throws 1146, 1347. */
export function requireTable(ctx: DdlContext, name: TableName): { db: DbInfo; table: TableInfo } {
  const dbName = ctx.databaseOf(name.schema);
  const db = ctx.schema().database(dbName);
  const table = db === null ? null : ctx.schema().table(db.name, name.name);
  if (db === null || table === null) throw mysqlError('ER_NO_SUCH_TABLE', dbName, name.name);
  if (table.virtual === true) throw mysqlError('ER_DBACCESS_DENIED_ERROR', 'root', '%', db.name);
  if (table.view !== undefined || table.sequence !== undefined)
    throw mysqlError('ER_WRONG_OBJECT', db.name, table.name, 'BASE TABLE');
  return { db, table };
}

/** CREATE TABLE with columns or LIKE. Gives the table made, or null when it was there already (IF NOT EXISTS). */
export async function createTable(
  ctx: DdlContext,
  stmt: CreateTableStmt,
  selected: readonly SelectedColumn[] = [],
): Promise<{ db: DbInfo; table: TableInfo } | null> {
  await ctx.reload();
  const db = requireDatabase(ctx, stmt.table.schema);
  ctx.checkPrivilege('CREATE', db.name, stmt.table.name);
  if (db.id >= 2 ** 52) throw mysqlError('ER_DBACCESS_DENIED_ERROR', 'root', '%', db.name);
  // What is wrong with the definition is told first.
  if (stmt.ifNotExists && existsAlready(ctx, db, stmt)) return null;
  const built =
    stmt.like === null
      ? await buildTable(ctx, stmt, db, selected)
      : copyOf(requireTable(ctx, stmt.like).table, stmt);
  if (existsAlready(ctx, db, stmt)) return null;
  checkReferrers(ctx, db, built);
  if (built.indices.every((i) => !i.primary) && ctx.variable('sql_require_primary_key') === 'ON')
    throw mysqlError('ER_TABLE_WITHOUT_PK');
  let made: TableInfo | null = null;
  await changeSchema(ctx, async (meta, _txn, version) => {
    if (existsAlready(ctx, db, stmt)) return { job: null };
    const id = await meta.allocateGlobalIds(1);
    made = await withPartitionIds(meta, { ...built, id, version, createTime: Date.now() });
    meta.putTable(db.id, made);
    startAutoIncrement(meta, db.id, made);
    return { tables: [{ dbId: db.id, tableId: id }] };
  });
  const table = made as TableInfo | null;
  if (table === null) return null;
  for (const key of built.foreignKeys ?? []) {
    // Statements that know the referenced table without its referrer come to an end.
    const referenced = ctx.schema().table(key.refSchema, key.refTable);
    if (referenced !== null) await ctx.awaitVersion(referenced.id, ctx.schema().version);
  }
  ctx.noteRows(table.id, 0);
  await preSplit(ctx, table);
  return { db, table: table };
}

/** Those of the tables that are not there, made in one step that leaves no job behind: the server's own, with columns and without partitions. */
export async function createTables(ctx: DdlContext, stmts: readonly CreateTableStmt[]): Promise<void> {
  await ctx.reload();
  const missing = stmts
    .map((stmt) => ({ stmt, db: requireDatabase(ctx, stmt.table.schema) }))
    .filter(({ stmt, db }) => ctx.schema().table(db.name, stmt.table.name) === null);
  if (missing.length === 0) return;
  const built: { readonly dbId: number; readonly table: TableInfo }[] = [];
  for (const { stmt, db } of missing) built.push({ dbId: db.id, table: await buildTable(ctx, stmt, db, []) });
  await changeSchema(ctx, async (meta, _txn, version) => {
    const first = await meta.allocateGlobalIds(built.length);
    const createTime = Date.now();
    const tables = built.map(({ dbId, table }, i) => {
      meta.putTable(dbId, { ...table, id: first + i, version, createTime });
      return { dbId, tableId: first + i };
    });
    for (const { tableId } of tables) ctx.noteRows(tableId, 0);
    return { tables, job: null };
  });
}

function existsAlready(ctx: DdlContext, db: DbInfo, stmt: CreateTableStmt): boolean {
  if (ctx.schema().table(db.name, stmt.table.name) === null) return false;
  tolerate(ctx, mysqlError('ER_TABLE_EXISTS_ERROR', `${db.name}.${stmt.table.name}`), stmt.ifNotExists);
  return true;
}

/** AUTO_INCREMENT = n: values begin at n. */
function startAutoIncrement(meta: MetaMutator, dbId: number, table: TableInfo): void {
  if (BigInt(table.autoIncrement) > 1n)
    meta.setAutoId(incrementCounter(table), dbId, table.id, BigInt(table.autoIncrement) - 1n);
  const random = BigInt(table.options?.['AUTO_RANDOM_BASE'] ?? 0);
  if (table.autoRandom !== undefined && random > 1n)
    meta.setAutoId('auto_random', dbId, table.id, random - 1n);
}

/** The definition for CREATE TABLE … LIKE. Throws 8006, 1562. */
export function copyOf(table: TableInfo, stmt: Pick<CreateTableStmt, 'table' | 'temporary'>): TableInfo {
  const { name } = stmt.table;
  checkTableName(name);
  if (stmt.temporary === null && table.temporary !== undefined)
    throw mysqlError('ER_OPT_ON_TEMPORARY_TABLE', 'create table like');
  if (stmt.temporary !== null && table.partition !== undefined) throw mysqlError('ER_PARTITION_NO_TEMPORARY');
  const { foreignKeys: _, temporary: __, cached: ___, ...rest } = table;
  return {
    ...rest,
    name,
    lower: name.toLowerCase(),
    autoIncrement: 0,
    ...(table.checks === undefined ? {} : { checks: renamedChecks(table.checks, table.name, name, true) }),
    indices: table.indices.filter((i) => i.state === 'public'),
    ...(stmt.temporary === null
      ? {}
      : { temporary: stmt.temporary === 'LOCAL' ? ('local' as const) : ('global' as const) }),
  };
}

/** Throws 8007 for a table that is no global temporary one. */
function checkGlobalTemporary(ctx: DdlContext, stmt: DropTableStmt): void {
  for (const name of stmt.tables) {
    const table = ctx.schema().table(ctx.databaseOf(name.schema), name.name);
    if (table !== null && table.temporary !== 'global')
      throw mysqlError('ER_DROP_TABLE_ON_TEMPORARY_TABLE', 'drop global temporary table');
  }
}

export async function dropTables(ctx: DdlContext, stmt: DropTableStmt): Promise<void> {
  await ctx.reload();
  if (stmt.temporary === 'GLOBAL') checkGlobalTemporary(ctx, stmt);
  const missing: string[] = [];
  const named = new Set(stmt.tables.map((t) => `${ctx.databaseOf(t.schema)}.${t.name}`.toLowerCase()));
  for (const name of stmt.tables)
    checkNotReferenced(ctx, ctx.databaseOf(name.schema), name.name, (db, table) =>
      named.has(`${db}.${table}`.toLowerCase()),
    );
  for (const name of stmt.tables) {
    const dbName = ctx.databaseOf(name.schema);
    const table = ctx.schema().table(dbName, name.name);
    ctx.checkPrivilege('DROP', dbName, name.name);
    if (
      table === null ||
      table.view !== undefined ||
      table.sequence !== undefined ||
      (stmt.temporary === 'GLOBAL' && table.temporary !== 'global')
    )
      missing.push(`${dbName}.${name.name}`);
    else await dropOne(ctx, name);
  }
  if (missing.length === 0) return;
  if (!stmt.ifExists) throw mysqlError('ER_BAD_TABLE_ERROR', missing.join(','));
  ctx.warn({
    level: 'Note',
    code: 1051,
    message: mysqlError('ER_BAD_TABLE_ERROR', missing.join(',')).message,
  });
}

async function dropOne(ctx: DdlContext, name: TableName): Promise<void> {
  const { db, table } = requireTable(ctx, name);
  refuseCached(table, 'Drop Table');
  ctx.checkTableLock(table);
  await ctx.jobs.awaitTable(ctx, table.id);
  if (isCentral(table)) await ctx.giveBackIds(table);
  const version = await changeSchema(ctx, async (meta, txn) => {
    meta.deleteTable(db.id, table.id);
    noteDropped(txn, db, table);
    return { tables: [{ dbId: db.id, tableId: table.id }], dropped: rowRanges(table) };
  });
  await ctx.awaitVersion(table.id, version);
  ctx.forgetTable(table);
}

/** The keys of the rows and index entries of a table, or of its partitions. */
export function rowRanges(table: TableInfo): KeyRange[] {
  const global = table.indices.some((i) => i.global === true) ? [table.id] : [];
  return [...physicalIds(table), ...global].map(tableRange);
}

/** The table with fresh ids for all its partitions. */
async function withPartitionIds(meta: MetaMutator, table: TableInfo): Promise<TableInfo> {
  if (table.partition === undefined) return table;
  const { definitions } = table.partition;
  // Gives the first of the ids reserved.
  const first = await meta.allocateGlobalIds(definitions.length);
  return {
    ...table,
    partition: { ...table.partition, definitions: definitions.map((d, i) => ({ ...d, id: first + i })) },
  };
}

/** The table goes on under a new id; the old rows are dropped as DROP TABLE's are. */
export async function truncateTable(ctx: DdlContext, stmt: TruncateTableStmt): Promise<void> {
  await ctx.reload();
  const { db, table } = requireTable(ctx, stmt.table);
  ctx.checkPrivilege('DROP', db.name, table.name);
  if (table.view !== undefined || table.sequence !== undefined)
    throw mysqlError('ER_NO_SUCH_TABLE', db.name, stmt.table.name);
  ctx.checkTableLock(table);
  refuseCached(table, 'Truncate Table');
  checkTruncatable(ctx, db, table);
  await ctx.jobs.awaitTable(ctx, table.id);
  let newId = 0;
  const version = await changeSchema(ctx, async (meta, txn, next) => {
    const now = await meta.table(db.id, table.id);
    if (now === null) throw mysqlError('ER_NO_SUCH_TABLE', db.name, table.name);
    newId = await meta.allocateGlobalIds(1);
    meta.deleteTable(db.id, table.id);
    const fresh = await withPartitionIds(meta, { ...now, id: newId, version: next });
    meta.putTable(db.id, fresh);
    startAutoIncrement(meta, db.id, fresh);
    noteDropped(txn, db, now);
    return {
      dropped: rowRanges(now),
      tables: [
        { dbId: db.id, tableId: table.id },
        { dbId: db.id, tableId: newId },
      ],
    };
  });
  await ctx.awaitVersion(table.id, version);
  ctx.forgetTable(table);
  ctx.noteRows(newId, 0);
}

/** All renames of the statement happen at once. `toItself`: to the name that the table has, as ALTER TABLE may and RENAME TABLE may not. */
export async function renameTables(
  ctx: DdlContext,
  stmt: Pick<RenameTableStmt, 'renames'>,
  toItself: boolean,
): Promise<void> {
  await ctx.reload();
  for (const { from } of stmt.renames) {
    const table = ctx.schema().table(ctx.databaseOf(from.schema), from.name);
    if (table !== null) await ctx.jobs.awaitTable(ctx, table.id);
  }
  await changeSchema(ctx, async (meta, _txn, version) => {
    const changed: { dbId: number; tableId: number }[] = [];
    // Names as they are after the renames so far, so that a swap through a third name works.
    const moved = new Map<string, { dbId: number; table: TableInfo } | null>();
    const at = (db: string, name: string): string => `${db.toLowerCase()}.${name.toLowerCase()}`;
    for (const { from, to } of stmt.renames) {
      const fromDb = ctx.databaseOf(from.schema);
      const source =
        moved.get(at(fromDb, from.name)) ?? (moved.has(at(fromDb, from.name)) ? null : find(ctx, from));
      if (source === null) throw mysqlError('ER_NO_SUCH_TABLE', fromDb, from.name);
      refuseCached(source.table, 'Rename Table');
      const toDb = ctx.databaseOf(to.schema);
      if (source.table.view !== undefined && toDb.toLowerCase() !== fromDb.toLowerCase())
        throw mysqlError('ER_FORBID_SCHEMA_CHANGE', fromDb, toDb);
      const target = requireDatabase(ctx, to.schema);
      checkTableName(to.name);
      ctx.checkPrivilege('ALTER', fromDb, from.name);
      ctx.checkPrivilege('CREATE', target.name, to.name);
      const key = at(target.name, to.name);
      const same = key === at(fromDb, from.name);
      const taken = moved.has(key)
        ? moved.get(key) !== null
        : ctx.schema().table(target.name, to.name) !== null;
      if (taken && !(same && toItself))
        throw mysqlError('ER_TABLE_EXISTS_ERROR', `${target.name}.${to.name}`);
      const table = {
        ...source.table,
        name: to.name,
        lower: to.name.toLowerCase(),
        ...(source.table.checks === undefined
          ? {}
          : { checks: renamedChecks(source.table.checks, source.table.name, to.name, false) }),
        // The counters are the other database's now.
        ...(source.dbId === target.id ? {} : { countersSet: version }),
        version,
        previousVersion: source.table.version,
      };
      await moveTable(meta, source.dbId, target.id, table);
      changed.push({ dbId: source.dbId, tableId: table.id }, { dbId: target.id, tableId: table.id });
      moved.set(at(fromDb, from.name), null);
      moved.set(key, { dbId: target.id, table });
    }
    const now = [...moved.values()].filter((m) => m !== null);
    for (const child of retarget(ctx, now)) {
      meta.putTable(child.dbId, { ...child.table, version, previousVersion: child.before });
      changed.push({ dbId: child.dbId, tableId: child.table.id });
    }
    return { tables: changed };
  });
}

/** Tables with foreign keys that refer to renamed ones, with the new names. */
function retarget(
  ctx: DdlContext,
  renamed: readonly { readonly dbId: number; readonly table: TableInfo }[],
): Iterable<{ readonly dbId: number; readonly table: TableInfo; readonly before: number }> {
  const schema = ctx.schema();
  const children = new Map<number, { dbId: number; table: TableInfo; before: number }>();
  for (const { dbId, table } of renamed) {
    const was = schema.tableById(table.id)!;
    const to = { db: schema.databases().find((d) => d.id === dbId)!.name, table: table.name };
    for (const r of referrersOf(schema, was.db.name, was.table.name)) {
      const child = children.get(r.table.id) ??
        renamed.find((m) => m.table.id === r.table.id) ?? { dbId: r.db.id, table: r.table };
      children.set(r.table.id, {
        dbId: child.dbId,
        table: withReferenced(child.table, { db: was.db.name, table: was.table.name }, to),
        before: r.table.version,
      });
    }
  }
  return children.values();
}

function find(ctx: DdlContext, name: TableName): { dbId: number; table: TableInfo } {
  const db = ctx.schema().database(ctx.databaseOf(name.schema));
  const table = db === null ? null : ctx.schema().table(db.name, name.name);
  // Views and sequences may be renamed, too.
  if (db === null || (table?.view === undefined && table?.sequence === undefined)) {
    const found = requireTable(ctx, name);
    ctx.checkTableLock(found.table);
    return { dbId: found.db.id, table: found.table };
  }
  return { dbId: db.id, table };
}

async function moveTable(meta: MetaMutator, from: number, to: number, table: TableInfo): Promise<void> {
  if (from !== to) {
    const given = new Map<AutoIdKind, bigint>();
    for (const kind of ['rowid', 'auto_increment', 'auto_random'] as const)
      given.set(kind, await meta.autoId(kind, from, table.id));
    const position = await meta.sequencePosition(from, table.id);
    meta.deleteTable(from, table.id);
    if (table.sequence !== undefined) meta.setSequencePosition(to, table.id, position);
    for (const [kind, value] of given) if (value > 0n) meta.setAutoId(kind, to, table.id, value);
  }
  meta.putTable(to, table);
}
