import type { FlushStmt } from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import type { Session } from '../session.js';
import { flushStatus } from '../status/status-rows.js';
import { tableNamed } from './table-named.js';
import { registerStatement } from './statement-handler.js';

/**
 * FLUSH. There are no table handles, host caches or logs to reopen here: those forms are accepted since scripts and dump
 * tools send them. PRIVILEGES reads the grant tables again.
 */
registerStatement('Flush', {
  implicitCommit: true,
  run: async (session, stmt) => {
    if (stmt.what === 'TABLES') flushTables(session, stmt);
    else {
      session.privileges.requireGlobal('RELOAD');
      for (const what of [stmt.what, ...stmt.more]) await flush(session, what);
    }
    return null;
  },
});

function flushTables(session: Session, stmt: FlushStmt): void {
  // A global read lock would have to hold on every node (TiDB refuses it in these words).
  if (stmt.withReadLock)
    throw mysqlError(
      'ER_UNKNOWN_ERROR',
      'FLUSH TABLES WITH READ LOCK is not supported.  Please use @@tidb_snapshot',
    );
  for (const name of stmt.tables) tableNamed(session, name);
}

async function flush(session: Session, what: string): Promise<void> {
  const { engine } = session;
  switch (what) {
    case 'PRIVILEGES':
      await engine.accounts.reload();
      await engine.cluster.tellAccounts();
      break;
    case 'CLIENT_ERRORS_SUMMARY':
      engine.clientErrors.clear();
      break;
    case 'STATUS':
      flushStatus(session);
      break;
    case 'STATS_DELTA':
      await engine.saveRowCounts();
      break;
    default:
      break;
  }
}
