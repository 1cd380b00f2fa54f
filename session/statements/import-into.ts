import { randomUUID } from 'node:crypto';
import type { ImportIntoStmt } from '../../parser/ast/index.js';
import { throwIfFlashback } from '../../catalog/flashback-state.js';
import type { TableInfo } from '../../catalog/model.js';
import { executeDml } from '../../executor/execute-dml.js';
import { mysqlError } from '../../types/error-table.js';
import { importOptions } from '../import/import-options.js';
import { sourceFiles } from '../import/source-files.js';
import { planQuery } from '../plan-statement.js';
import { commitTransaction, type Outcome } from '../run-statement.js';
import type { Session } from '../session.js';
import { importRows } from '../show/import-jobs.js';
import { staticRows } from '../static-rows.js';
import { loadFile } from './load-data.js';
import { lockingContext, planAndNote } from './query.js';
import { registerStatement } from './statement-handler.js';
import { quoteName } from '../../parser/restore.js';
import { makeInsert } from '../../parser/ast/make-insert.js';

/** What the target must be. Throws 1105, 1146, 1471, 8173. */
function targetOf(session: Session, stmt: ImportIntoStmt): { db: string; table: TableInfo } {
  const db = session.databaseOf(stmt.table.schema);
  const table = session.schema.table(db, stmt.table.name);
  if (table === null) throw mysqlError('ER_NO_SUCH_TABLE', db, stmt.table.name);
  throwIfFlashback(table);
  for (const privilege of ['SELECT', 'UPDATE', 'INSERT', 'DELETE', 'ALTER'])
    session.privileges.require(privilege, db, table.name);
  if (table.virtual === true || table.view !== undefined || table.sequence !== undefined)
    throw mysqlError('ER_NON_INSERTABLE_TABLE', stmt.table.name, 'IMPORT');
  const refuse = (what: string): never => {
    throw mysqlError('ER_UNKNOWN_ERROR', `IMPORT INTO does not support ${what}`);
  };
  if (table.temporary !== undefined) refuse('temporary table');
  if (table.cached === true) refuse('cached table');
  return { db, table };
}

async function requireEmpty(session: Session, db: string, table: TableInfo): Promise<void> {
  const name = `${quoteName(db)}.${quoteName(table.name)}`;
  const rows = await session.engine.internalQuery(`SELECT 1 FROM ${name} LIMIT 1`);
  if (rows.length > 0) throw mysqlError('ER_LOAD_DATA_PRECHECK_FAILED', 'target table is not empty');
}

async function importQuery(
  session: Session,
  stmt: ImportIntoStmt,
  db: string,
  table: TableInfo,
): Promise<null> {
  const insert = makeInsert({
    table: { schema: db, name: table.name },
    columns: stmt.columns === null ? null : stmt.columns.filter((c) => c.kind === 'ColumnRef'),
    query: stmt.query,
  });
  if (stmt.columns !== null && insert.columns!.length !== stmt.columns.length)
    throw mysqlError(
      'ER_UNKNOWN_ERROR',
      'user variables are not supported in the columns of IMPORT INTO ... FROM SELECT',
    );
  const planned = await planAndNote(session, () => planQuery(session, insert, session.evalContext.params));
  if (planned.plan.op !== 'Insert')
    throw mysqlError('ER_UNKNOWN_ERROR', `unexpected plan ${planned.plan.op}`);
  const result = await executeDml(planned.plan, lockingContext(session, session.transaction.txn!));
  session.statement.affectedRows = result.affectedRows;
  session.statement.info = `Records: ${result.affectedRows}, ID: ${randomUUID()}`;
  return null;
}

registerStatement('ImportInto', {
  transactional: (stmt) => (stmt.query === null ? 'none' : 'write'),
  writes: true,
  run: async (session, stmt): Promise<Outcome> => {
    const { db, table } = targetOf(session, stmt);
    if (session.transaction.explicit)
      throw mysqlError('ER_UNKNOWN_ERROR', 'cannot run IMPORT INTO in explicit transaction');
    const options = importOptions(stmt);
    session.engine.tableLocks.check(session.connection.id, table.id, table.name, true);
    if (stmt.query !== null) {
      if (options.precheck) await requireEmpty(session, db, table);
      return importQuery(session, stmt, db, table);
    }
    if (options.format === 'parquet')
      throw mysqlError('ER_NOT_SUPPORTED_YET', "IMPORT INTO ... FORMAT 'parquet'");
    if (stmt.path !== '') session.privileges.requireGlobal('FILE');
    const files = await sourceFiles(stmt.path ?? '');
    if (options.precheck) await requireEmpty(session, db, table);
    const { imports } = session.engine;
    imports.runner ??= {
      loadFile,
      commit: async (worker) => {
        await commitTransaction(worker);
      },
    };
    const target = { db, table: table.name, tableId: table.id };
    const { id, done } = await imports.start(session, stmt, target, options, files);
    if (!options.detached) await finished(session, id, done);
    const { columns, rows } = importRows(await imports.list(`id = ${id}`));
    return staticRows(columns, rows);
  },
});

/** Waits for a job; KILL QUERY ends it. */
async function finished(session: Session, id: number, done: Promise<void>): Promise<void> {
  let over = false;
  const ended = done.finally(() => (over = true));
  while (!over) {
    try {
      session.statement.throwIfInterrupted();
    } catch (error) {
      await session.engine.imports.cancel(id, () => true).catch(() => undefined);
      throw error;
    }
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 50))]);
  }
  await ended;
}

registerStatement('ImportJob', {
  run: async (session, stmt) => {
    if (stmt.action === 'DROP') throw mysqlError('ER_NOT_SUPPORTED_YET', 'DROP IMPORT JOB');
    const { user, host } = session.connection.account;
    const all = session.privileges.has('SUPER', null, null);
    await session.engine.imports.cancel(stmt.id, (by) => all || by === `${user}@${host}`);
    return null;
  },
});
