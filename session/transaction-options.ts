import type { IsolationLevel } from '../parser/ast/index.js';
import type { AssertionLevel } from '../kv/storage.js';
import type { BeginOptions } from './session-transaction.js';
import type { Session } from './session.js';

interface Known {
  /** Of the variables that the options were made of. */
  readonly version: number;
  readonly globalVersion: number;
  readonly options: BeginOptions;
  /** Of one autocommitted statement's first try. */
  readonly optimistic: BeginOptions;
}

/** What SET TRANSACTION without a scope has said of the next transaction, and of that alone. */
export interface Characteristics {
  readonly isolation: IsolationLevel | null;
  readonly readOnly: boolean | null;
}

const ASSERTION_LEVELS: Readonly<Record<string, AssertionLevel>> = {
  OFF: 'off',
  FAST: 'fast',
  STRICT: 'strict',
};

/** Every transaction asks, settings change seldom. */
const KNOWN = new WeakMap<Session, Known>();

function knownOptions(session: Session): Known {
  const { vars, engine } = session;
  let known = KNOWN.get(session);
  if (known?.version !== vars.version || known.globalVersion !== engine.globals.version) {
    const flush = engine.globals.get('innodb_flush_log_at_trx_commit');
    const options: BeginOptions = {
      // TiDB: an empty tidb_txn_mode means optimistic.
      pessimistic: vars.get('tidb_txn_mode').toUpperCase() === 'PESSIMISTIC',
      readOnly: vars.get('transaction_read_only') === 'ON',
      readCommitted: vars.get('transaction_isolation') === 'READ-COMMITTED',
      lockWaitTimeoutMs: Number(vars.get('innodb_lock_wait_timeout')) * 1000,
      durability: flush === '0' ? 0 : flush === '2' ? 2 : 1,
      onePhase: vars.get('tidb_enable_1pc') === 'ON',
      asyncCommit: vars.get('tidb_enable_async_commit') === 'ON',
      fairLocking: vars.get('tidb_pessimistic_txn_fair_locking') === 'ON',
      assertionLevel: ASSERTION_LEVELS[vars.get('tidb_txn_assertion_level')] ?? 'fast',
      entrySizeLimit: Number(vars.get('tidb_txn_entry_size_limit')),
      replays: vars.get('tidb_disable_txn_auto_retry') === 'ON' ? 0 : Number(vars.get('tidb_retry_limit')),
    };
    known = {
      version: vars.version,
      globalVersion: engine.globals.version,
      options,
      optimistic: { ...options, pessimistic: false },
    };
    KNOWN.set(session, known);
  }
  return known;
}

function withCharacteristics(options: BeginOptions, next: Characteristics): BeginOptions {
  return {
    ...options,
    readOnly: next.readOnly ?? options.readOnly,
    readCommitted: next.isolation === null ? options.readCommitted : next.isolation === 'READ-COMMITTED',
  };
}

/**
 * Options of a new transaction from what SET TRANSACTION has said, the session's variables and the BEGIN statement's own words
 * (null = not said).
 */
export function beginOptions(
  session: Session,
  mode: 'PESSIMISTIC' | 'OPTIMISTIC' | null,
  readOnly: boolean | null,
): BeginOptions {
  let { options } = knownOptions(session);
  const next = session.nextTransaction;
  if (next !== null) {
    session.nextTransaction = null;
    options = withCharacteristics(options, next);
  }
  if (mode === null && readOnly === null) return options;
  return {
    ...options,
    pessimistic: mode === null ? options.pessimistic : mode === 'PESSIMISTIC',
    readOnly: readOnly ?? options.readOnly,
  };
}

/** Options of an autocommitted statement: its first try is optimistic, the others lock. */
export function autocommitOptions(session: Session, first: boolean): BeginOptions {
  const { options, optimistic } = knownOptions(session);
  const next = session.nextTransaction;
  if (next !== null) {
    session.nextTransaction = null;
    return withCharacteristics(optimistic, next);
  }
  return first ? optimistic : options.pessimistic ? options : { ...options, pessimistic: true };
}
