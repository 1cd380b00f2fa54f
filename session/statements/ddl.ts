import type { TableInfo } from '../../catalog/model.js';
import type { DdlStatement, DropTableStmt } from '../../parser/ast/index.js';
import type { DdlContext } from '../../ddl/ddl-context.js';
import { alterTable } from '../../ddl/alter-table.js';
import { bdrRole, checkBdr } from '../../ddl/bdr.js';
import { alterDatabase, createDatabase, dropDatabase } from '../../ddl/database.js';
import { applyCreateIndex, createIndex, dropIndex } from '../../ddl/index.js';
import { applyDropIndex } from '../../ddl/index-clauses.js';
import { alterSequence, createSequence, dropSequences } from '../../ddl/sequence.js';
import { createTable, dropTables, renameTables, truncateTable } from '../../ddl/table.js';
import { flashbackCluster } from '../../ddl/flashback-cluster.js';
import { flashbackDatabase, flashbackTable, recoverTable } from '../../ddl/flashback.js';
import { definePolicy, dropPolicy } from '../../ddl/placement.js';
import { defineResourceGroup, dropResourceGroup } from '../../ddl/resource-group.js';
import { createView, dropViews } from '../../ddl/view.js';
import { mysqlError } from '../../types/error-table.js';
import { timestampOf } from '../historical-read.js';
import type { Session } from '../session.js';
import { createTableSelect } from '../create-table-select.js';
import { SYSTEM_TABLES } from '../engine/system-tables.js';
import { SessionDdlContext } from '../session-ddl.js';
import {
  alterTemporaryBy,
  checkViewQuery,
  alterTemporaryTable,
  checkExchanged,
  createTemporaryTable,
  dropTemporaryTables,
  ownTable,
  renameTemporaryTables,
  truncateTemporaryTable,
} from '../temporary-ddl.js';
import { requireTable } from '../../ddl/table.js';
import { HypotheticalIndexes } from '../hypothetical-indexes.js';
import { registerStatement } from './statement-handler.js';
import { tableNamed } from './table-named.js';

type DdlOf<K extends DdlStatement['kind']> = Extract<DdlStatement, { kind: K }>;

/** What the history of jobs calls the changes that statements make (TiDB model.ActionType). */
const JOB_TYPES: Partial<Record<DdlStatement['kind'], string>> = {
  CreateDatabase: 'create schema',
  AlterDatabase: 'modify schema charset and collate',
  DropDatabase: 'drop schema',
  CreateTable: 'create table',
  DropTable: 'drop table',
  TruncateTable: 'truncate table',
  RenameTable: 'rename table',
  AlterTable: 'alter table',
  CreateView: 'create view',
  DropView: 'drop view',
  CreateIndex: 'add index',
  DropIndex: 'drop index',
  CreateSequence: 'create sequence',
  AlterSequence: 'alter sequence',
  DropSequence: 'drop sequence',
  RecoverTable: 'recover table',
  FlashbackTable: 'recover table',
  FlashbackDatabase: 'flashback schema',
};

/** Registers a schema change: it commits the open transaction first and runs outside of any. */
function registerDdl<K extends DdlStatement['kind']>(
  kind: K,
  run: (ctx: SessionDdlContext, stmt: DdlOf<K>, session: Session) => Promise<unknown>,
): void {
  registerStatement(kind, {
    implicitCommit: (session, stmt) => commits(session, stmt as unknown as DdlStatement),
    changesSchema: true,
    run: async (session, stmt, parsed) => {
      const ctx = new SessionDdlContext(session, JOB_TYPES[kind] ?? '', parsed.text);
      await checkRole(session, stmt);
      await run(ctx, stmt as unknown as DdlOf<K>, session);
      session.lastDdl = { query: parsed.text, number: ++session.engine.schemaChanges };
      return null;
    },
  });
}

/** Making and dropping tables of one's own does not end the transaction. */
function commits(session: Session, stmt: DdlStatement): boolean {
  if (stmt.kind === 'CreateTable') return stmt.temporary !== 'LOCAL';
  if (stmt.kind === 'DropTable')
    return stmt.temporary !== 'LOCAL' && stmt.tables.some((t) => ownTable(session, t) === null);
  return true;
}

/** Throws 8263. The role is kept by the store, for all nodes. */
async function checkRole(session: Session, stmt: DdlStatement): Promise<void> {
  const { storage } = session.engine;
  checkBdr(stmt, await bdrRole(storage.snapshot(await storage.currentTs())));
}

registerDdl('CreateDatabase', createDatabase);
registerDdl('CreateSequence', createSequence);
registerDdl('AlterSequence', alterSequence);
registerDdl('DropSequence', dropSequences);
registerDdl('AlterDatabase', alterDatabase);
registerDdl('DropDatabase', async (ctx, stmt, session) => {
  session.statement.affectedRows = await dropDatabase(ctx, stmt);
  if (session.currentDatabase.toLowerCase() === stmt.name.toLowerCase()) session.currentDatabase = '';
});
registerDdl('CreateTable', (ctx, stmt, session) => {
  if (stmt.temporary === 'GLOBAL' && !stmt.onCommitDelete)
    throw mysqlError('ER_UNSUPPORTED_DDL_AS_IS', "TiDB doesn't support ON COMMIT PRESERVE ROWS for now");
  if (stmt.select !== null) return createTableSelect(session, ctx, stmt, stmt.select);
  if (stmt.temporary === 'LOCAL') return createTemporaryTable(session, ctx, stmt);
  if (stmt.like !== null && ownTable(session, stmt.like) !== null)
    throw mysqlError('ER_OPT_ON_TEMPORARY_TABLE', 'create table like');
  return createTable(ctx, stmt);
});
registerDdl('DropTable', async (ctx, stmt, session) => {
  if (session.connection.id !== 0) refuseSystemTables(ctx, stmt);
  const rest = dropTemporaryTables(session, stmt);
  if (rest !== null) await dropTables(ctx, rest);
});
registerDdl('TruncateTable', async (ctx, stmt, session) => {
  if (!truncateTemporaryTable(session, stmt.table)) await truncateTable(ctx, stmt);
});
registerDdl('RenameTable', async (ctx, stmt, session) => {
  if (!renameTemporaryTables(session, stmt)) await renameTables(ctx, stmt, false);
});
registerDdl('AlterTable', async (ctx, stmt, session) => {
  if (await alterTemporaryTable(session, ctx, stmt)) return;
  checkExchanged(session, stmt);
  const emptied = stmt.specs.some((s) => s.kind === 'TruncatePartitions' || s.kind === 'DropPartitions');
  const before = emptied ? tableNamed(session, stmt.table).table : null;
  await alterTable(ctx, stmt);
  if (before !== null) forgetPartitions(session, before);
});

const SYSTEM_TABLE_NAMES: ReadonlySet<string> = new Set(
  SYSTEM_TABLES.flatMap((sql) => /^CREATE TABLE IF NOT EXISTS mysql\.(\w+)/.exec(sql)?.[1] ?? []),
);

/** Tables that the server cannot be without. Throws 1105. */
function refuseSystemTables(ctx: DdlContext, stmt: DropTableStmt): void {
  for (const { schema, name } of stmt.tables)
    if (ctx.databaseOf(schema).toLowerCase() === 'mysql' && SYSTEM_TABLE_NAMES.has(name.toLowerCase()))
      throw mysqlError('ER_UNKNOWN_ERROR', `Drop tidb system table 'mysql.${name}' is forbidden`);
}

/** Rows of partitions that are gone are rows that their table no longer has. */
function forgetPartitions(session: Session, before: TableInfo): void {
  const { rowCounts, schemaLoader } = session.engine;
  const now = schemaLoader.current.tableById(before.id)?.table.partition?.definitions ?? [];
  for (const { id } of before.partition?.definitions ?? []) {
    const rows = rowCounts.get(id) ?? 0;
    if (now.some((p) => p.id === id) || rows === 0) continue;
    rowCounts.add(before.id, -rows, rows);
    rowCounts.drop(id);
  }
}
registerDdl('CreatePlacementPolicy', definePolicy);
registerDdl('AlterPlacementPolicy', definePolicy);
registerDdl('DropPlacementPolicy', dropPolicy);
registerDdl('CreateResourceGroup', defineResourceGroup);
registerDdl('AlterResourceGroup', defineResourceGroup);
registerDdl('DropResourceGroup', dropResourceGroup);
registerDdl('RecoverTable', recoverTable);
registerDdl('FlashbackTable', flashbackTable);
registerDdl('FlashbackDatabase', flashbackDatabase);
registerDdl('FlashbackToTimestamp', async (ctx, stmt, session) => {
  if (stmt.tables.length > 0 || stmt.database !== null)
    throw mysqlError(
      'ER_UNSUPPORTED_DDL_OPERATION',
      `FLASHBACK ${stmt.database === null ? 'table' : 'database'} TO TIMESTAMP`,
    );
  const { timestamp, tso } = stmt;
  await flashbackCluster(ctx, timestamp === null ? BigInt(tso!) : await timestampOf(session, timestamp));
});
registerDdl('CreateView', (ctx, stmt, session) => {
  checkViewQuery(session, stmt);
  return createView(ctx, stmt);
});
registerDdl('DropView', dropViews);
registerDdl('CreateIndex', async (ctx, stmt, session) => {
  if (stmt.options.type === 'HYPO') {
    const { db, table } = requireTable(ctx, stmt.table);
    ctx.checkPrivilege('SELECT', db.name, table.name);
    (session.hypothetical ??= new HypotheticalIndexes()).create(table, stmt);
    return;
  }
  if (
    !(await alterTemporaryBy(session, ctx, stmt.table, 'CREATE INDEX', (plan) =>
      applyCreateIndex(plan, stmt),
    ))
  )
    await createIndex(ctx, stmt);
});
registerDdl('DropIndex', async (ctx, stmt, session) => {
  if (stmt.hypo) {
    const { table } = requireTable(ctx, stmt.table);
    (session.hypothetical ??= new HypotheticalIndexes()).drop(table, stmt.name, stmt.ifExists);
    return;
  }
  if (
    !(await alterTemporaryBy(session, ctx, stmt.table, 'DROP INDEX', (plan) =>
      applyDropIndex(plan, stmt.name, stmt.ifExists),
    ))
  )
    await dropIndex(ctx, stmt);
});
