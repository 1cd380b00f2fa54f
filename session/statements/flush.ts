import { mysqlError } from '../../types/error-table.js';
import { tableNamed } from './table-named.js';
import { registerStatement } from './statement-handler.js';

/**
 * FLUSH. There are no table handles, host caches or logs to reopen here: those forms are accepted since scripts and dump
 * tools send them. PRIVILEGES reads the grant tables again.
 */
registerStatement('Flush', {
  implicitCommit: true,
  run: async (session, stmt) => {
    if (stmt.what !== 'TABLES' && stmt.what !== 'TABLE') session.privileges.requireGlobal('RELOAD');
    switch (stmt.what) {
      case 'PRIVILEGES':
        await session.engine.accounts.reload();
        await session.engine.cluster.tellAccounts();
        return null;
      case 'TABLES':
      case 'TABLE':
        // A global read lock would have to hold on every node (TiDB refuses it in these words).
        if (stmt.withReadLock)
          throw mysqlError(
            'ER_UNKNOWN_ERROR',
            'FLUSH TABLES WITH READ LOCK is not supported.  Please use @@tidb_snapshot',
          );
        for (const name of stmt.tables) tableNamed(session, name);
        return null;
      case 'CLIENT_ERRORS_SUMMARY':
        session.engine.clientErrors.clear();
        return null;
      case 'STATS_DELTA':
        await session.engine.saveRowCounts();
        return null;
      default:
        return null;
    }
  },
});
