import type { ParsedStatement } from '../parser/ast/index.js';
import type { Awaitable } from '../types/awaitable.js';
import { mysqlError } from '../types/error-table.js';
import { MysqlError } from '../types/error.js';
import type { ParamValue } from './client-session.js';
import { namedDuplicate } from './duplicate-key.js';
import type { Session } from './session.js';
import type { BeginOptions } from './session-transaction.js';
import { StatementContext } from './statement-context.js';
import { StatementIds } from './statement-ids.js';
import { handlerOf, needsOf } from './statements/statement-handler.js';
import { ownRows } from './own-rows.js';

/** A statement as it was run, with what it went by. */
interface PastStatement {
  readonly parsed: ParsedStatement;
  readonly params: readonly ParamValue[];
  readonly startedAt: number;
  readonly nowMicros: number;
  readonly ids: StatementIds;
}

/** Queries, which are run again only for the user variables that they assign. */
const QUERIES: ReadonlySet<string> = new Set(['Select', 'SetOperation', 'Values', 'TableStmt', 'Do']);
/** They read their input from the client. */
const UNREPEATABLE: ReadonlySet<string> = new Set(['LoadData', 'LoadStats']);

/**
 * The statements of an optimistic transaction, which is run again when its commit meets a conflict (TiDB manual, "Automatic retry of
 * transactions": tidb_disable_txn_auto_retry, tidb_retry_limit). What was read in it may have decided what was
 * written: that is why it is off unless asked for.
 */
export class TransactionHistory {
  private readonly statements: PastStatement[] = [];
  private locks = false;
  private repeatable = true;
  /** As they were when it began. */
  private readonly variables: Session['userVariables'];

  constructor(
    private readonly session: Session,
    private readonly options: BeginOptions,
  ) {
    this.variables = new Map(session.userVariables);
  }

  /** A statement has succeeded. */
  note(parsed: ParsedStatement, params: readonly ParamValue[]): void {
    const { session } = this;
    const { stmt } = parsed;
    if (UNREPEATABLE.has(stmt.kind)) this.repeatable = false;
    if (needsOf(stmt) === 'lock') this.locks = true;
    const again = repeatedPart(parsed);
    if (again === null) return;
    const { statement, evalContext } = session;
    this.statements.push({
      parsed: again,
      params,
      startedAt: statement.startedAt,
      nowMicros: evalContext.nowMicros,
      ids: statement.ids ?? new StatementIds(session.lastInsertId),
    });
  }

  /**
   * Runs the transaction again until `commit` goes through, as often as tidb_retry_limit says; throws the last error, and 8002 where
   * rows were locked by reading them, which what the client made of them depends on.
   */
  async replay(first: MysqlError, commit: () => Awaitable<void>): Promise<void> {
    const { session, options } = this;
    if (!this.repeatable) throw first;
    if (this.locks) throw mysqlError('ER_FOR_UPDATE_CANT_RETRY', session.connection.id);
    const { evalContext, lastInsertId } = session;
    const { params, nowMicros, strictErrors, lenient } = evalContext;
    let error: unknown = first;
    try {
      for (let n = 0; n < options.replays && isRetryable(error); n++) {
        session.statement.throwIfInterrupted();
        try {
          await this.runAll();
          await commit();
          return;
        } catch (e) {
          error = e;
          await session.transaction.rollback();
        }
      }
    } finally {
      Object.assign(evalContext, { params, nowMicros, strictErrors, lenient });
      session.lastInsertId = lastInsertId;
    }
    throw error;
  }

  private async runAll(): Promise<void> {
    const { transaction, userVariables } = this.session;
    userVariables.clear();
    for (const [name, value] of this.variables) userVariables.set(name, value);
    const txn = await transaction.begin({ ...this.options, replays: 0, lasting: true }, false);
    for (const past of this.statements) {
      const { kind } = past.parsed.stmt;
      if (kind === 'Savepoint' || kind === 'ReleaseSavepoint' || kind === 'Rollback') {
        await this.run(past);
        continue;
      }
      const stage = txn.stage();
      try {
        await this.run(past);
      } catch (e) {
        throw namedDuplicate(this.session, txn, e);
      }
      await txn.releaseStage(stage);
    }
  }

  private async run({ parsed, params, startedAt, nowMicros, ids }: PastStatement): Promise<void> {
    const { session } = this;
    const { stmt } = parsed;
    const outer = session.statement;
    outer.throwIfInterrupted();
    const handler = handlerOf(stmt.kind);
    session.statement = new StatementContext(parsed.text, startedAt);
    session.statement.ids = ids;
    ids.rewind();
    session.lastInsertId = ids.lastInsertId;
    session.evalContext.params = params;
    const ignore = 'ignore' in stmt && stmt.ignore === true;
    session.evalContext.startStatement(nowMicros, handler.writes === true, ignore);
    try {
      const outcome = await handler.run(session, stmt, parsed);
      if (outcome?.kind === 'rows') await ownRows(outcome);
    } finally {
      session.statement.finish();
      session.statement = outer;
    }
  }
}

/** The statement as it is to be run again; null when it needs not be. */
function repeatedPart(parsed: ParsedStatement): ParsedStatement | null {
  const { stmt } = parsed;
  if (stmt.kind === 'Set') {
    const items = stmt.items.filter((i) => i.kind === 'UserVariable');
    return items.length === 0 ? null : { ...parsed, stmt: { ...stmt, items } };
  }
  const repeated = QUERIES.has(stmt.kind)
    ? /:=|\binto\b/i.test(parsed.text)
    : stmt.kind === 'Savepoint' ||
      stmt.kind === 'ReleaseSavepoint' ||
      (stmt.kind === 'Rollback' && stmt.savepoint !== null) ||
      needsOf(stmt) === 'write';
  return repeated ? parsed : null;
}

/** Whether a transaction that failed with the error may go through another time. */
export const isRetryable = (error: unknown): error is MysqlError =>
  error instanceof MysqlError && (error.code === 9007 || error.code === 8022 || error.code === 8028);
