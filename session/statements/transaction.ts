import type { Completion } from '../../parser/ast/index.js';
import { externalPoint, pointInTime } from '../historical-read.js';
import { commitTransaction } from '../run-statement.js';
import type { Session } from '../session.js';
import { beginOptions } from '../transaction-options.js';
import { registerStatement } from './statement-handler.js';

registerStatement('Begin', {
  implicitCommit: true,
  run: async (session, stmt) => {
    const reads = session.historical;
    const past =
      stmt.asOf !== null
        ? await pointInTime(session, stmt.asOf)
        : reads?.external === true
          ? await externalPoint(session)
          : (reads?.next ?? null);
    if (reads !== null) reads.next = null;
    // MySQL manual, "Rules for Table-Lock Acquisition": a transaction's begin releases table locks.
    session.engine.tableLocks.releaseAll(session.connection.id);
    const readOnly = past !== null || stmt.readOnly ? true : null;
    await session.transaction.begin(beginOptions(session, stmt.mode, readOnly), true);
    session.transaction.past = past;
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
