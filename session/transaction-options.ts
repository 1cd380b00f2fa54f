import type { BeginOptions } from './session-transaction.js';
import type { Session } from './session.js';

/** Options of a new transaction from the session's variables and the BEGIN statement's own words (null = not said). */
export function beginOptions(
  session: Session,
  mode: 'PESSIMISTIC' | 'OPTIMISTIC' | null,
  readOnly: boolean | null,
): BeginOptions {
  const chosen = mode ?? session.vars.get('tidb_txn_mode').toUpperCase();
  const flush = session.engine.globals.get('innodb_flush_log_at_trx_commit');
  return {
    // TiDB: an empty tidb_txn_mode means optimistic.
    pessimistic: chosen === 'PESSIMISTIC',
    readOnly: readOnly ?? session.vars.get('transaction_read_only') === 'ON',
    lockWaitTimeoutMs: Number(session.vars.get('innodb_lock_wait_timeout')) * 1000,
    durability: flush === '0' ? 0 : flush === '2' ? 2 : 1,
    onePhase: session.vars.get('tidb_enable_1pc') === 'ON',
    asyncCommit: session.vars.get('tidb_enable_async_commit') === 'ON',
  };
}
