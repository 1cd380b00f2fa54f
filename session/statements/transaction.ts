import { andThen } from '../../executor/operator.js';
import type { Completion } from '../../parser/ast/index.js';
import type { Awaitable } from '../../types/awaitable.js';
import { externalPoint, pointInTime, type PointInTime } from '../historical-read.js';
import { commitTransaction } from '../run-statement.js';
import type { Session } from '../session.js';
import type { BeginOptions } from '../session-transaction.js';
import { beginOptions } from '../transaction-options.js';
import { registerStatement } from './statement-handler.js';

registerStatement('Begin', {
  implicitCommit: true,
  run: (session, stmt) => {
    const reads = session.historical;
    const past: Awaitable<PointInTime | null> =
      stmt.asOf !== null
        ? pointInTime(session, stmt.asOf)
        : reads?.external === true
          ? externalPoint(session)
          : (reads?.next ?? null);
    if (reads !== null) reads.next = null;
    return andThen(past, (at) => begin(session, stmt.mode, stmt.readOnly, at));
  },
});

function begin(
  session: Session,
  mode: 'PESSIMISTIC' | 'OPTIMISTIC' | null,
  readOnly: boolean | null,
  past: PointInTime | null,
): Awaitable<null> {
  // MySQL manual, "Rules for Table-Lock Acquisition": a transaction's begin releases table locks.
  session.engine.tableLocks.releaseAll(session.connection.id);
  const options = beginOptions(session, mode, past !== null ? true : readOnly);
  return andThen(session.transaction.begin(options, true), () => {
    if (past !== null) session.transaction.readAsOf(past);
    return null;
  });
}

/** What AND CHAIN takes over from the transaction that ends. */
const characteristicsOf = (session: Session): Partial<BeginOptions> => {
  const { active, readOnly, readCommitted } = session.transaction;
  return active ? { readOnly, readCommitted } : {};
};

/** AND CHAIN begins the next transaction at once; RELEASE ends the session. Where nothing is said, completion_type counts. */
function complete(session: Session, said: Completion | null, ended: Partial<BeginOptions>): Awaitable<null> {
  const completion = said ?? session.vars.get('completion_type');
  if (completion === 'CHAIN' || completion === 'CHAIN NO RELEASE') {
    const options = { ...beginOptions(session, null, null), ...ended };
    return andThen(session.transaction.begin(options, true), () => null);
  }
  if (completion === 'RELEASE' || completion === 'NO CHAIN RELEASE') session.connection.disconnect();
  return null;
}

registerStatement('Commit', {
  run: (session, stmt) => {
    const ended = characteristicsOf(session);
    return andThen(commitTransaction(session), () => complete(session, stmt.completion, ended));
  },
});

registerStatement('Rollback', {
  run: (session, stmt) => {
    if (stmt.savepoint !== null) {
      return andThen(session.transaction.rollbackTo(stmt.savepoint), () => null);
    }
    const ended = characteristicsOf(session);
    return andThen(session.transaction.rollback(), () => complete(session, stmt.completion, ended));
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
