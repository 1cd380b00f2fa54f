import type { ParsedStatement, Statement } from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import type { Outcome } from '../run-statement.js';
import type { Session } from '../session.js';

export type StatementKind = Statement['kind'];
type StatementOf<K extends StatementKind> = Extract<Statement, { kind: K }>;

export type TransactionNeed = 'none' | 'read' | 'lock' | 'write';

/** How a kind of statement is run. One entry each, registered by the files of this folder. */
export interface StatementHandler<K extends StatementKind = StatementKind> {
  /** Gives rows or a file request, or null after setting the statement context's counters. */
  readonly run: (
    session: Session,
    stmt: StatementOf<K>,
    parsed: ParsedStatement,
  ) => Outcome | Promise<Outcome>;
  /**
   * 'read': runs in the open transaction if there is one; 'lock': locks what it reads when a transaction outlives the statement (MySQL manual,
   * "Locking Reads": under autocommit nothing is locked); 'write': opens one when there is none.
   */
  readonly transactional?: TransactionNeed | ((stmt: StatementOf<K>) => TransactionNeed);
  /** Commits the open transaction first (MySQL manual, "Statements That Cause an Implicit Commit"). */
  readonly implicitCommit?: boolean | ((session: Session, stmt: StatementOf<K>) => boolean);
  /** Refused in a transaction that is READ ONLY (1792). */
  readonly changesSchema?: boolean;
  /** Stores values: strict mode applies to its expressions. */
  readonly writes?: boolean;
  /** SHOW WARNINGS and the like leave the diagnostics area as it is. */
  readonly keepsDiagnostics?: (stmt: StatementOf<K>) => boolean;
}

const handlers = new Map<StatementKind, StatementHandler>();

export function registerStatement<K extends StatementKind>(
  kinds: K | readonly K[],
  handler: StatementHandler<K>,
): void {
  for (const kind of typeof kinds === 'string' ? [kinds] : kinds) {
    if (handlers.has(kind)) throw new Error(`statement ${kind} is registered twice`);
    handlers.set(kind, handler as unknown as StatementHandler);
  }
}

const UNSUPPORTED: StatementHandler = {
  run: (_session, stmt) => {
    throw mysqlError('ER_NOT_SUPPORTED_YET', stmt.kind);
  },
};

export const handlerOf = (kind: StatementKind): StatementHandler => handlers.get(kind) ?? UNSUPPORTED;

export function needsOf(stmt: Statement): TransactionNeed {
  const { transactional } = handlerOf(stmt.kind);
  return typeof transactional === 'function' ? transactional(stmt) : (transactional ?? 'none');
}

/** Kinds of statements that are run, for the documentation. */
export const handledStatements = (): readonly StatementKind[] => [...handlers.keys()].sort();
