import type { DdlStatement } from '../../parser/ast/index.js';
import { alterTable } from '../../ddl/alter-table.js';
import { bdrRole, checkBdr } from '../../ddl/bdr.js';
import { alterDatabase, createDatabase, dropDatabase } from '../../ddl/database.js';
import { createIndex, dropIndex } from '../../ddl/index.js';
import { alterSequence, createSequence, dropSequences } from '../../ddl/sequence.js';
import { createTable, dropTables, renameTables, truncateTable } from '../../ddl/table.js';
import { createView, dropViews } from '../../ddl/view.js';
import { mysqlError } from '../../types/error-table.js';
import type { Session } from '../session.js';
import { SessionDdlContext } from '../session-ddl.js';
import { registerStatement } from './statement-handler.js';

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
};

/** Registers a schema change: it commits the open transaction first and runs outside of any. */
function registerDdl<K extends DdlStatement['kind']>(
  kind: K,
  run: (ctx: SessionDdlContext, stmt: DdlOf<K>, session: Session) => Promise<unknown>,
): void {
  registerStatement(kind, {
    implicitCommit: true,
    run: async (session, stmt, parsed) => {
      const ctx = new SessionDdlContext(session, JOB_TYPES[kind] ?? '', parsed.text);
      await checkRole(session, stmt);
      await run(ctx, stmt as unknown as DdlOf<K>, session);
      return null;
    },
  });
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
registerDdl('CreateTable', (ctx, stmt) => {
  // TiDB has no CREATE TABLE … SELECT either; the text is its own.
  if (stmt.select !== null)
    throw mysqlError('ER_UNKNOWN_ERROR', "'CREATE TABLE ... SELECT' is not implemented yet");
  return createTable(ctx, stmt);
});
registerDdl('DropTable', dropTables);
registerDdl('TruncateTable', truncateTable);
registerDdl('RenameTable', renameTables);
registerDdl('AlterTable', alterTable);
registerDdl('CreateView', createView);
registerDdl('DropView', dropViews);
registerDdl('CreateIndex', createIndex);
registerDdl('DropIndex', dropIndex);
