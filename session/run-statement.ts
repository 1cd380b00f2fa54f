import { loopShare } from './loop-share.js';
import { watchRunaway } from './engine/runaway-queries.js';
import type { Awaitable } from '../types/awaitable.js';
import type { Chunk } from '../chunk/chunk.js';
import type { ExecuteStmt, ParsedStatement } from '../parser/ast/index.js';
import { mysqlError } from '../types/error-table.js';
import { MysqlError } from '../types/error.js';
import { andThen } from '../executor/operator.js';
import {
  DeadlockError,
  KeyExistsError,
  UndeterminedError,
  WriteConflictError,
  type Transaction,
} from '../kv/storage.js';
import { commitView } from './commit-view.js';
import { namedDuplicate } from './duplicate-key.js';
import type { OkResult, ParamValue, ResultColumn, RowsResult, StatementResult } from './client-session.js';
import type { ShortRows } from '../executor/short-read/short-rows.js';
import type { PlanSlot } from './plan-cache.js';
import { Count } from './status/counts.js';
import type { Session } from './session.js';
import { timeOfStatement } from './historical-read.js';
import { okResult } from './ok-result.js';
import { StatementContext } from './statement-context.js';
import { applyStatementHints } from './statement-hints.js';
import { resolveExecute } from './statements/prepare.js';
import type { TransactionNeed } from './statements/statement-handler.js';
import { traitsOf, type StatementTraits } from './statements/statement-traits.js';
import { StatementIds } from './statement-ids.js';
import { isRetryable } from './transaction-history.js';
import { noteDeadlock } from './transaction-tables.js';
import { autocommitOptions, beginOptions } from './transaction-options.js';

/** What a handler gives: rows, a request for a file, or nothing (an OK made of the statement context's counters). */
export type Outcome = RowsResult | Exclude<StatementResult, OkResult | RowsResult> | null;

/** Times an autocommitted statement is run again after a write conflict, and a pessimistic one with a newer timestamp. */
const MAX_RETRIES = 64;
/** Keys of a statement that is run again rather than wait for locks that it meets when it commits. */
const CHEAP_AGAIN = 4096;

/**
 * The life of a statement: fresh context, implicit commit where the statement asks for it, the transaction it runs in,
 * undo on error, autocommit at its end, diagnostics. `database`: names without one belong to it. Results that stream keep the statement open until they are closed.
 */
export function runStatement(
  session: Session,
  parsed: ParsedStatement,
  params: readonly ParamValue[],
  planSlot: PlanSlot | null = null,
  text: string | Uint8Array = parsed.text,
  database: string = session.currentDatabase,
): Awaitable<StatementResult> {
  session.throwIfKilled();
  session.engine.throwIfStopping(session.connection.id);
  const { stmt } = parsed;
  const traits = traitsOf(parsed);
  const { kind, needs } = traits;
  if (kind === 'Execute') {
    const { prepared, params: values } = resolveExecute(session, stmt as ExecuteStmt);
    return runStatement(
      session,
      prepared.statement,
      values,
      prepared.planSlot,
      prepared.statement.text,
      prepared.database,
    );
  }
  const keeps = traits.keepsDiagnostics;
  const statement = startStatement(session, parsed, traits, text, params);
  statement.planSlot = planSlot;
  if (database !== session.currentDatabase && kind !== 'Use') inDatabase(session, statement, database);
  const fail = (error: unknown): Awaitable<never> => failStatement(session, statement, error);
  const conclude = (outcome: Outcome): Awaitable<StatementResult> => {
    session.transaction.history?.note(parsed, params);
    if (outcome !== null) {
      if (outcome.kind === 'rows') return new StreamedRows(session, statement, outcome, keeps);
      return fileRequest(session, statement, outcome);
    }
    return andThen(finishAutocommit(session), () => {
      endStatement(session, statement, keeps, null);
      return okResult(session);
    });
  };
  const end = (outcome: Outcome): Awaitable<StatementResult> => {
    try {
      const result = conclude(outcome);
      return result instanceof Promise ? result.catch(fail) : result;
    } catch (error) {
      return fail(error);
    }
  };
  let commits = false;
  const run = (): Awaitable<Outcome> => {
    if (session.sandboxed && !IN_SANDBOX.has(kind)) throw mysqlError('ER_MUST_CHANGE_PASSWORD');
    const start = (): Awaitable<Outcome> =>
      runInTransaction(session, () => traits.run(session, stmt, parsed), needs, kind === 'Show');
    if (parsed.asOf === undefined && session.historical === null) return start();
    const writes =
      traits.writes || needs === 'write' || (commits && kind !== 'Begin' && parsed.asOf === undefined);
    return andThen(timeOfStatement(session, parsed, writes), (past) => {
      session.past = past;
      return start();
    });
  };
  try {
    commits =
      typeof traits.implicitCommit === 'function'
        ? traits.implicitCommit(session, stmt)
        : traits.implicitCommit === true;
    if (session.engine.readOnly) refuseWrites(session, traits, commits);
    if (commits && traits.changesSchema && session.transaction.readOnly)
      throw mysqlError('ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION');
    const begin = (): Awaitable<Outcome> => (commits ? andThen(commitTransaction(session), run) : run());
    const { cluster } = session.engine;
    // What other nodes have dropped or moved since they gave this one up must not be read by the schema of before.
    const outcome =
      cluster.lapsed && session.connection.id !== 0 && needs !== 'none'
        ? cluster.revive().then(begin, begin)
        : begin();
    return outcome instanceof Promise ? outcome.then(end, fail) : end(outcome);
  } catch (error) {
    return fail(error);
  }
}

/** A prepared statement runs in the database that was current when it was prepared. */
function inDatabase(session: Session, statement: StatementContext, database: string): void {
  const current = session.currentDatabase;
  session.currentDatabase = database;
  statement.onFinish(() => (session.currentDatabase = current));
}

/** Statements that change nothing that is stored for good, though they end the transaction or look like it. */
const IN_READ_ONLY_MODE: ReadonlySet<string> = new Set([
  'Begin',
  'AnalyzeTable',
  'CreateBinding',
  'DropBinding',
  'SetBinding',
]);

/** tidb_super_read_only: only RESTRICTED_REPLICA_WRITER_ADMIN, granted as such, still writes (TiDB docs). Throws 1836. */
function refuseWrites(session: Session, traits: StatementTraits, commits: boolean): void {
  const { kind, needs } = traits;
  if (session.connection.id === 0 || IN_READ_ONLY_MODE.has(kind)) return;
  const wrote = kind === 'Commit' && session.transaction.writtenTables.length > 0;
  const writes = traits.writes || needs === 'write' || needs === 'lock' || commits || wrote;
  if (!writes || session.privileges.hasOwn('RESTRICTED_REPLICA_WRITER_ADMIN')) return;
  throw mysqlError('ER_READ_ONLY_MODE');
}

/** Statements that are taken while the password has expired (MySQL manual, "Server Handling of Expired Passwords"). */
const IN_SANDBOX: ReadonlySet<string> = new Set(['AlterUser', 'SetPassword', 'Set']);

function startStatement(
  session: Session,
  parsed: ParsedStatement,
  traits: StatementTraits,
  text: string | Uint8Array,
  params: readonly ParamValue[],
): StatementContext {
  const now = Date.now();
  const previous = session.statement.planned;
  const statement = new StatementContext(text, now, session.parsedSince);
  session.parsedSince = 0;
  statement.stmt = parsed.stmt;
  session.statement = statement;
  session.running = true;
  session.command = 'Query';
  session.commandSince = statement.began;
  session.lastPlanned = previous;
  session.lastPlanFromCache = session.planFromCache;
  session.planFromCache = false;
  session.lastPlanFromBinding = session.planBinding !== null;
  session.planBinding = null;
  session.engine.statements++;
  if (session.connection.id !== 0) {
    loopShare.begun++;
    session.engine.count(session, Count.questions);
    if (traits.counted >= 0) session.engine.count(session, traits.counted);
  }
  const fixed = session.fixedTime;
  session.lastParams = session.evalContext.params;
  session.evalContext.params = params;
  session.evalContext.startStatement(
    fixed > 0 ? Math.round(fixed * 1e6) : session.engine.nowMicros(),
    traits.writes,
    traits.lenient,
  );
  if (parsed.warnings !== undefined)
    for (const { code, message } of parsed.warnings) statement.warn({ level: 'Warning', code, message });
  if (traits.hinted) applyStatementHints(session, statement, parsed.stmt);
  const limit = traits.limited ? session.timeLimit : 0;
  if (limit > 0 && statement.deadline === 0) statement.limitTime(limit);
  if (session.engine.limitsQueries) statement.runaway = watchRunaway(session, statement);
  return statement;
}

/** Closes the books of a statement: counters that the next statement reads, diagnostics, process list. */
function endStatement(
  session: Session,
  statement: StatementContext,
  keepsDiagnostics: boolean,
  error: MysqlError | null,
): void {
  statement.finish();
  session.past = null;
  session.running = false;
  session.command = 'Sleep';
  session.commandSince = performance.now();
  const generated = session.takePendingInsertId();
  if (generated !== null && statement.lastInsertId === 0) statement.lastInsertId = generated;
  if (error !== null) {
    statement.warn({ level: 'Error', code: error.code, message: error.message });
    session.lastRowCount = -1;
  } else if (!keepsDiagnostics) {
    session.lastRowCount = statement.affectedRows;
  }
  if (!keepsDiagnostics || error !== null) {
    session.diagnostics = statement.warnings;
    session.diagnosticsCount = { warnings: statement.warningCount, errors: statement.errorCount };
  }
  session.engine.noteFinished(session, statement, error);
}

/** Undoes what the statement's error undoes, closes its books and throws what the client is told. */
function failStatement(session: Session, statement: StatementContext, error: unknown): Awaitable<never> {
  const shown = clientError(session, error);
  if (error instanceof DeadlockError) noteDeadlock(session, error);
  const raise = (): never => {
    endStatement(session, statement, false, shown);
    throw shown;
  };
  // A deadlock victim loses its whole transaction, as in MySQL and TiDB.
  const ends = (!session.transaction.explicit && session.autocommit) || shown.code === 1213;
  if (!ends) return raise();
  const undone = session.transaction.rollback();
  return undone instanceof Promise ? undone.then(raise, raise) : raise();
}

/** Every error that leaves a session is a MysqlError; what was not foreseen is logged and becomes 1105. */
function clientError(session: Session, error: unknown): MysqlError {
  if (error instanceof MysqlError) return error;
  if (error instanceof WriteConflictError) {
    return mysqlError(
      'ER_WRITE_CONFLICT',
      `txnStartTS=${error.startTs}, conflictStartTS=${error.conflictTs}, conflictCommitTS=${error.conflictCommitTs}, key=${Buffer.from(error.key).toString('hex')}`,
    );
  }
  if (error instanceof KeyExistsError) {
    const named = namedDuplicate(session, null, error);
    return named instanceof MysqlError ? named : session.engine.duplicateEntry(error.key);
  }
  if (error instanceof UndeterminedError) return mysqlError('ER_RESULT_UNDETERMINED');
  session.engine.logger.error({ err: error, sql: session.statement.text.slice(0, 1000) }, 'internal error');
  return mysqlError('ER_UNKNOWN_ERROR', error instanceof Error ? error.message : String(error));
}

/**
 * Runs a handler inside the transaction it needs. 'write' statements get one when there is none; a statement of a
 * longer transaction is undone alone when it fails. Conflicts: under autocommit the statement runs again in a new
 * transaction, in pessimistic mode it runs again with a newer timestamp. Synchronous as long as the store is.
 */
function runInTransaction(
  session: Session,
  run: () => Awaitable<Outcome>,
  needs: TransactionNeed,
  /** SHOW is no transaction: what SET TRANSACTION says is for the one that comes. */
  shows: boolean,
): Awaitable<Outcome> {
  if (needs === 'none') return run();
  const { transaction } = session;
  const single = session.autocommit && !transaction.explicit;
  if (single) {
    if (needs === 'write') return runAutocommitted(session, run, 0);
    if (!shows) session.nextTransaction = null;
    return run();
  }
  if (transaction.active) return runWithin(session, run, needs);
  const begun = transaction.begin({ ...beginOptions(session, null, null), lasting: true }, false);
  return andThen(begun, () => runWithin(session, run, needs));
}

/** A statement of the open transaction. */
function runWithin(
  session: Session,
  run: () => Awaitable<Outcome>,
  needs: TransactionNeed,
): Awaitable<Outcome> {
  const { transaction } = session;
  transaction.throwIfTooOld();
  transaction.noteStatement(session.statement);
  if (transaction.history !== null) session.statement.ids = new StatementIds(session.lastInsertId);
  if (needs === 'write' && transaction.readOnly) {
    throw mysqlError('ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION');
  }
  return needs === 'read' ? run() : runStaged(session, run, 0);
}

/** One try of a statement in a stage of its transaction's membuffer, and the tries that follow it. */
function runStaged(session: Session, run: () => Awaitable<Outcome>, attempt: number): Awaitable<Outcome> {
  const txn = session.transaction.txn!;
  if (!txn.pessimistic) return runInStage(session, txn, run, attempt);
  const ts = session.storage.currentTs();
  if (ts instanceof Promise) return ts.then((t) => runAsOf(session, txn, t, run, attempt));
  return runAsOf(session, txn, ts, run, attempt);
}

function runAsOf(
  session: Session,
  txn: Transaction,
  ts: bigint,
  run: () => Awaitable<Outcome>,
  attempt: number,
): Awaitable<Outcome> {
  // A lock may be held as of a version that is newer than what is given out yet.
  if (ts > txn.forUpdateTs) txn.forUpdateTs = ts;
  return runInStage(session, txn, run, attempt);
}

function runInStage(
  session: Session,
  txn: Transaction,
  run: () => Awaitable<Outcome>,
  attempt: number,
): Awaitable<Outcome> {
  const stage = txn.stage();
  session.transaction.keepChanges();
  let outcome: Awaitable<Outcome>;
  try {
    outcome = run();
  } catch (thrown) {
    return stageFailed(session, txn, stage, run, attempt, thrown);
  }
  if (outcome instanceof Promise)
    return outcome.then(
      (o) => stageDone(txn, stage, attempt, o),
      (thrown: unknown) => stageFailed(session, txn, stage, run, attempt, thrown),
    );
  return stageDone(txn, stage, attempt, outcome);
}

function stageDone(txn: Transaction, stage: number, attempt: number, outcome: Outcome): Awaitable<Outcome> {
  const released = txn.releaseStage(stage);
  if (attempt === 0) return released instanceof Promise ? released.then(() => outcome) : outcome;
  return andThen(released, () => andThen(txn.releaseUnwanted(), () => outcome));
}

function stageFailed(
  session: Session,
  txn: Transaction,
  stage: number,
  run: () => Awaitable<Outcome>,
  attempt: number,
  thrown: unknown,
): Awaitable<Outcome> {
  const error = namedDuplicate(session, txn, thrown);
  return andThen(txn.valid ? txn.rollbackStage(stage) : undefined, () => {
    session.transaction.undoChanges();
    const mayPass =
      error instanceof WriteConflictError || (error instanceof DeadlockError && error.retryable);
    const again = mayPass && txn.pessimistic && attempt < MAX_RETRIES;
    if (!again) {
      const raise = (): never => {
        throw error;
      };
      return txn.valid ? andThen(txn.releaseUnwanted(), raise) : raise();
    }
    session.statement.throwIfInterrupted();
    return runStaged(session, run, attempt + 1);
  });
}

/** One try of an autocommitted statement in a transaction of its own, and the tries that follow it. */
function runAutocommitted(
  session: Session,
  run: () => Awaitable<Outcome>,
  attempt: number,
): Awaitable<Outcome> {
  // The first try is optimistic: a conflict is rare and costs nothing but a second run, which locks.
  const options = autocommitOptions(session, attempt === 0);
  if (options.readOnly) throw mysqlError('ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION');
  const tries = Number(session.vars.get('tidb_retry_limit')) > 0 ? MAX_RETRIES : 0;
  const failed = async (thrown: unknown): Promise<Outcome> => {
    const error = namedDuplicate(session, session.transaction.txn, thrown);
    await session.transaction.rollback();
    // A conflict shows at the commit as 9007; while keys are locked (the second try and later ones), it has been met there.
    if (!isRetryable(error) && (attempt > 0 || !(error instanceof WriteConflictError))) throw error;
    if (attempt >= tries) throw error;
    session.statement.throwIfInterrupted();
    return runAutocommitted(session, run, attempt + 1);
  };
  const commit = (): Awaitable<void> => {
    const { txn } = session.transaction;
    if (txn !== null && attempt === 0 && tries > 0 && txn.memBuffer.count <= CHEAP_AGAIN)
      txn.givesWayToLocks = true;
    return finishAutocommit(session);
  };
  return andThen(session.transaction.begin(options, false), () => {
    try {
      const ran = attempt === 0 ? run() : runStaged(session, run, 0);
      if (ran instanceof Promise)
        return ran
          .then((outcome) => (outcome === null ? andThen(commit(), noOutcome) : outcome))
          .catch(failed);
      if (ran !== null) return ran;
      const committed = commit();
      return committed instanceof Promise ? committed.then(noOutcome, failed) : null;
    } catch (thrown) {
      return failed(thrown);
    }
  });
}

const noOutcome = (): null => null;

function finishAutocommit(session: Session): Awaitable<void> {
  if (session.autocommit && !session.transaction.explicit && session.transaction.active)
    return commitTransaction(session);
}

/** Commits what is open; conflicts and duplicates surface as the statement's error. */
export function commitTransaction(session: Session): Awaitable<void> {
  if (!session.transaction.active) return;
  const { txn, history } = session.transaction;
  const changes = session.transaction.takeChanges();
  // COMMIT itself runs to its end.
  const interruption =
    session.autocommit && !session.transaction.explicit ? () => session.statement.signal : undefined;
  const committed = (ts: bigint): void => {
    session.transaction.lastCommitTs = ts;
    for (const [table, c] of changes) session.engine.rowCounts.add(table, c.rows, c.modified);
  };
  const failed = (thrown: unknown): Awaitable<void> => {
    const error = namedDuplicate(session, txn, thrown);
    if (history === null || !isRetryable(error)) throw error;
    return history.replay(error, () => commitTransaction(session));
  };
  let commit: Awaitable<bigint>;
  try {
    commit = session.transaction.commit(
      (reached) => commitView(session.engine, () => session.schema, reached),
      changes,
      interruption,
    );
  } catch (error) {
    return failed(error);
  }
  return commit instanceof Promise ? commit.then(committed, failed) : committed(commit);
}

/** A result set that ends its statement when it is read to the end, fails or is closed. */
class StreamedRows implements RowsResult {
  readonly kind = 'rows';
  readonly columns: readonly ResultColumn[];
  readonly atOnce: ShortRows | undefined;
  private count: number;
  private ended = false;

  constructor(
    private readonly session: Session,
    private readonly statement: StatementContext,
    private readonly rows: RowsResult,
    private readonly keepsDiagnostics: boolean,
  ) {
    this.columns = rows.columns;
    this.atOnce = rows.atOnce;
    this.count = rows.atOnce === undefined ? 0 : rows.atOnce.rows;
  }

  warnings(): number {
    return this.statement.warningCount;
  }

  nextChunk(): Awaitable<Chunk | null> {
    try {
      // A consumer may take chunk after chunk without ever waiting for its socket.
      const paused = this.statement.checkpoint();
      const chunk = paused === undefined ? this.pull() : paused.then(() => this.pull());
      return chunk instanceof Promise ? chunk.catch((error: unknown) => this.fail(error)) : chunk;
    } catch (error) {
      return this.fail(error);
    }
  }

  close(): Awaitable<void> {
    return this.end(null);
  }

  private pull(): Awaitable<Chunk | null> {
    const chunk = this.rows.nextChunk();
    return chunk instanceof Promise ? chunk.then((c) => this.passed(c)) : this.passed(chunk);
  }

  private passed(chunk: Chunk | null): Awaitable<Chunk | null> {
    if (chunk === null) return andThen(this.end(null), () => null);
    this.count += chunk.rows;
    return chunk;
  }

  private end(error: MysqlError | null): Awaitable<void> {
    if (this.ended) return;
    this.ended = true;
    return andThen(this.rows.close(), () => this.conclude(error));
  }

  private conclude(error: MysqlError | null): Awaitable<void> {
    const { session } = this;
    if (error === null) return andThen(finishAutocommit(session), () => this.over(null));
    if (!session.autocommit || session.transaction.explicit) return this.over(error);
    return andThen(session.transaction.rollback(), () => this.over(error));
  }

  private over(error: MysqlError | null): void {
    const { session, statement, count } = this;
    statement.foundRows = count;
    session.lastFoundRows = count;
    statement.affectedRows = -1;
    endStatement(session, statement, this.keepsDiagnostics, error);
  }

  private fail(error: unknown): Awaitable<never> {
    const shown = clientError(this.session, error);
    return andThen(this.end(shown), () => {
      throw shown;
    });
  }
}

function fileRequest(
  session: Session,
  statement: StatementContext,
  request: Exclude<StatementResult, OkResult | RowsResult>,
): Exclude<StatementResult, OkResult | RowsResult> {
  return {
    ...request,
    async supply(content) {
      try {
        await request.supply(content);
        await finishAutocommit(session);
        endStatement(session, statement, false, null);
        return okResult(session);
      } catch (error) {
        return failStatement(session, statement, error);
      }
    },
  };
}
