import { mysqlError } from '../../types/error-table.js';
import type { Completion } from '../../parser/ast/index.js';
import { commitTransaction } from '../run-statement.js';
import type { Session } from '../session.js';
import { beginOptions } from '../transaction-options.js';
import { registerStatement } from './statement-handler.js';

registerStatement('Begin', {
  implicitCommit: true,
  run: async (session, stmt) => {
    if (stmt.asOf !== null)
      throw mysqlError('ER_NOT_SUPPORTED_YET', 'START TRANSACTION READ ONLY AS OF TIMESTAMP');
    // MySQL manual, "Rules for Table-Lock Acquisition": a transaction's begin releases table locks.
    session.engine.tableLocks.releaseAll(session.connection.id);
    await session.transaction.begin(beginOptions(session, stmt.mode, stmt.readOnly ? true : null), true);
    return null;
  },
});

/** AND CHAIN begins the next transaction at once; RELEASE ends the session. */
async function complete(session: Session, completion: Completion | null): Promise<null> {
  if (completion === 'CHAIN' || completion === 'CHAIN NO RELEASE')
    await session.transaction.begin(beginOptions(session, null, null), true);
  if (completion === 'RELEASE' || completion === 'NO CHAIN RELEASE') session.connection.disconnect();
  return null;
}

registerStatement('Commit', {
  run: async (session, stmt) => {
    await commitTransaction(session);
    return complete(session, stmt.completion);
  },
});

registerStatement('Rollback', {
  run: async (session, stmt) => {
    if (stmt.savepoint !== null) {
      session.transaction.rollbackTo(stmt.savepoint);
      return null;
    }
    await session.transaction.rollback();
    return complete(session, stmt.completion);
  },
});

registerStatement('Savepoint', {
  run: async (session, stmt) => {
    if (!session.transaction.active && !session.autocommit)
      await session.transaction.begin(beginOptions(session, null, null), false);
    session.transaction.savepoint(stmt.name);
    return null;
  },
});

registerStatement('ReleaseSavepoint', {
  run: (session, stmt) => {
    session.transaction.release(stmt.name);
    return null;
  },
});
