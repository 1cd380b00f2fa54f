import type { DdlStatement } from '../../parser/ast/index.js';
import { alterTable } from '../../ddl/alter-table.js';
import { alterDatabase, createDatabase, dropDatabase } from '../../ddl/database.js';
import { createIndex, dropIndex } from '../../ddl/index.js';
import { createTable, dropTables, renameTables, truncateTable } from '../../ddl/table.js';
import { createView, dropViews } from '../../ddl/view.js';
import { mysqlError } from '../../types/error-table.js';
import type { Session } from '../session.js';
import { SessionDdlContext } from '../session-ddl.js';
import { registerStatement } from './statement-handler.js';

type DdlOf<K extends DdlStatement['kind']> = Extract<DdlStatement, { kind: K }>;

/** Registers a schema change: it commits the open transaction first and runs outside of any. */
function registerDdl<K extends DdlStatement['kind']>(
  kind: K,
  run: (ctx: SessionDdlContext, stmt: DdlOf<K>, session: Session) => Promise<unknown>,
): void {
  registerStatement(kind, {
    implicitCommit: true,
    run: async (session, stmt) => {
      await run(new SessionDdlContext(session), stmt as unknown as DdlOf<K>, session);
      return null;
    },
  });
}

registerDdl('CreateDatabase', createDatabase);
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
