import type { ParsedStatement, Statement } from '../parser/ast/index.js';
import { mysqlError } from '../types/error-table.js';
import { MysqlError } from '../types/error.js';
import { duplicateEntryOfKey } from '../executor/dml/duplicate-entry.js';
import type { Transaction } from '../kv/storage.js';
import { KeyExistsError, WriteConflictError } from '../kv/storage.js';
import { timeZone, UTC } from '../types/timezone.js';
import type { OkResult, ParamValue, RowsResult, StatementResult } from './client-session.js';
import type { Session } from './session.js';
import { okResult } from './ok-result.js';
import { StatementContext } from './statement-context.js';
import { resolveExecute } from './statements/prepare.js';
import type { TransactionNeed } from './statements/statement-handler.js';
import { handlerOf } from './statements/statement-handler.js';
import { beginOptions } from './transaction-options.js';

/** What a handler gives: rows, a request for a file, or nothing (an OK made of the statement context's counters). */
export type Outcome = RowsResult | Exclude<StatementResult, OkResult | RowsResult> | null;

/** Times an autocommitted statement is run again after a write conflict, and a pessimistic one with a newer timestamp. */
const MAX_RETRIES = 64;

/**
 * The life of a statement: fresh context, implicit commit where the statement asks for it, the transaction it runs in,
 * undo on error, autocommit at its end, diagnostics. Results that stream keep the statement open until they are closed.
 */
export async function runStatement(
  session: Session,
  parsed: ParsedStatement,
  params: readonly ParamValue[],
): Promise<StatementResult> {
  const { stmt } = parsed;
  session.throwIfKilled();
  session.engine.throwIfStopping();
  if (stmt.kind === 'Execute') {
    const { prepared, params: values } = resolveExecute(session, stmt);
    return runStatement(session, prepared, values);
  }
  const handler = handlerOf(stmt.kind);
  const keeps = handler.keepsDiagnostics?.(stmt) ?? false;
  const statement = startStatement(session, parsed, params, handler.writes === true);
  try {
    if (handler.implicitCommit === true) await commitTransaction(session);
    const needs =
      typeof handler.transactional === 'function'
        ? handler.transactional(stmt)
        : (handler.transactional ?? 'none');
    const outcome = await runInTransaction(session, () => handler.run(session, stmt, parsed), needs, stmt);
    if (outcome === null) {
      await finishAutocommit(session);
      endStatement(session, statement, keeps, null);
      return okResult(session);
    }
    if (outcome.kind === 'rows') return streamed(session, statement, outcome, keeps);
    return fileRequest(session, statement, outcome);
  } catch (error) {
    throw await failStatement(session, statement, error);
  }
}

function startStatement(
  session: Session,
  parsed: ParsedStatement,
  params: readonly ParamValue[],
  writes: boolean,
): StatementContext {
  const now = Date.now();
  const statement = new StatementContext(parsed.text, now);
  session.statement = statement;
  session.running = true;
  session.command = 'Query';
  session.commandSince = now;
  session.engine.counters.questions++;
  const fixed = Number(session.vars.get('timestamp'));
  session.evalContext.params = params;
  session.evalContext.startStatement(
    fixed > 0 ? Math.round(fixed * 1e6) : session.engine.nowMicros(),
    writes,
  );
  const limit =
    parsed.stmt.kind === 'Select' || parsed.stmt.kind === 'SetOperation'
      ? Number(session.vars.get('max_execution_time'))
      : 0;
  if (limit > 0) statement.limitTime(limit);
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
  session.running = false;
  session.command = 'Sleep';
  session.commandSince = Date.now();
  const generated = session.takePendingInsertId();
  if (generated !== null && statement.lastInsertId === 0) statement.lastInsertId = generated;
  if (error !== null) {
    statement.warn({ level: 'Error', code: error.code, message: error.message });
    session.lastRowCount = -1;
  } else {
    session.lastRowCount = statement.affectedRows;
  }
  if (!keepsDiagnostics || error !== null) {
    session.diagnostics = statement.warnings;
    session.diagnosticsCount = { warnings: statement.warningCount, errors: statement.errorCount };
  }
  session.engine.noteFinished(session, statement, error);
}

async function failStatement(
  session: Session,
  statement: StatementContext,
  error: unknown,
): Promise<unknown> {
  const shown = clientError(session, error);
  try {
    if (!session.transaction.explicit && session.autocommit) await session.transaction.rollback();
    // A deadlock victim loses its whole transaction, as in MySQL and TiDB.
    else if (shown.code === 1213) await session.transaction.rollback();
  } finally {
    endStatement(session, statement, false, shown);
  }
  return shown;
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
  if (error instanceof KeyExistsError) return session.engine.duplicateEntry(error.key);
  session.engine.logger.error({ err: error, sql: session.statement.text.slice(0, 1000) }, 'internal error');
  return mysqlError('ER_UNKNOWN_ERROR', error instanceof Error ? error.message : String(error));
}

/**
 * Runs a handler inside the transaction it needs. 'write' statements get one when there is none; a statement of a
 * longer transaction is undone alone when it fails. Conflicts: under autocommit the statement runs again in a new
 * transaction, in pessimistic mode it runs again with a newer timestamp.
 */
async function runInTransaction(
  session: Session,
  run: () => Outcome | Promise<Outcome>,
  needs: TransactionNeed,
  stmt: Statement,
): Promise<Outcome> {
  if (needs === 'none') return run();
  const { transaction } = session;
  const single = session.autocommit && !transaction.explicit;
  if (single && needs === 'read') return run();
  if (single) return runAutocommitted(session, run);
  if (!transaction.active) await transaction.begin(beginOptions(session, null, null), false);
  if (needs === 'write' && transaction.readOnly && stmt.kind !== 'Select' && stmt.kind !== 'SetOperation') {
    throw mysqlError('ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION');
  }
  if (needs === 'read') return run();
  for (let attempt = 0; ; attempt++) {
    const txn = transaction.txn!;
    if (txn.pessimistic) txn.forUpdateTs = await session.engine.storage.currentTs();
    const stage = txn.stage();
    const { changes } = transaction;
    try {
      const outcome = await run();
      txn.releaseStage(stage);
      return outcome;
    } catch (thrown) {
      const error = duplicateOr(session, txn, thrown);
      if (txn.valid) txn.rollbackStage(stage);
      transaction.changes = changes;
      const retry = error instanceof WriteConflictError && txn.pessimistic && attempt < MAX_RETRIES;
      if (!retry) throw error;
      session.statement.throwIfInterrupted();
    }
  }
}

async function runAutocommitted(session: Session, run: () => Outcome | Promise<Outcome>): Promise<Outcome> {
  for (let attempt = 0; ; attempt++) {
    // The first try is optimistic: a conflict is rare and costs nothing but a second run, which locks.
    await session.transaction.begin(
      { ...beginOptions(session, null, null), pessimistic: attempt > 0 },
      false,
    );
    try {
      const outcome = await run();
      if (outcome === null) await finishAutocommit(session);
      return outcome;
    } catch (thrown) {
      const error = duplicateOr(session, session.transaction.txn, thrown);
      await session.transaction.rollback();
      const schemaChanged = error instanceof MysqlError && error.code === 8028;
      if ((!(error instanceof WriteConflictError) && !schemaChanged) || attempt >= MAX_RETRIES) throw error;
      session.statement.throwIfInterrupted();
    }
  }
}

async function finishAutocommit(session: Session): Promise<void> {
  if (session.autocommit && !session.transaction.explicit && session.transaction.active)
    await commitTransaction(session);
}

/** Commits what is open; conflicts and duplicates surface as the statement's error. */
export async function commitTransaction(session: Session): Promise<void> {
  if (!session.transaction.active) return;
  const { txn, changes } = session.transaction;
  try {
    await session.transaction.commit(() => session.schema);
  } catch (error) {
    throw duplicateOr(session, txn, error);
  }
  for (const [table, c] of changes) session.engine.rowCounts.add(table, c.rows, c.modified);
}

/** A key that exists becomes 1062 while the transaction's own entry, which holds the values, is still at hand. */
function duplicateOr(session: Session, txn: Transaction | null, error: unknown): unknown {
  if (!(error instanceof KeyExistsError)) return error;
  const zone = timeZone(session.evalContext.timeZone) ?? UTC;
  return duplicateEntryOfKey(error.key, session.schema, txn?.memBuffer ?? null, zone) ?? error;
}

/** A result set that ends its statement when it is read to the end, fails or is closed. */
function streamed(
  session: Session,
  statement: StatementContext,
  rows: RowsResult,
  keepsDiagnostics: boolean,
): RowsResult {
  let ended = false;
  let count = 0;
  const end = async (error: MysqlError | null): Promise<void> => {
    if (ended) return;
    ended = true;
    await rows.close();
    if (error === null) await finishAutocommit(session);
    else if (session.autocommit && !session.transaction.explicit) await session.transaction.rollback();
    statement.foundRows = count;
    session.lastFoundRows = count;
    statement.affectedRows = -1;
    endStatement(session, statement, keepsDiagnostics, error);
  };
  return {
    kind: 'rows',
    columns: rows.columns,
    warnings: () => statement.warningCount,
    async nextChunk() {
      try {
        // A consumer may take chunk after chunk without ever waiting for its socket.
        const pause = statement.checkpoint();
        if (pause !== undefined) await pause;
        const chunk = await rows.nextChunk();
        if (chunk === null) await end(null);
        else count += chunk.rows;
        return chunk;
      } catch (error) {
        const shown = clientError(session, error);
        await end(shown);
        throw shown;
      }
    },
    close: () => end(null),
  };
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
        throw await failStatement(session, statement, error);
      }
    },
  };
}
