import type { Hint, Statement } from '../parser/ast/index.js';
import { isKnownHint } from '../parser/index.js';
import { MysqlError } from '../types/error.js';
import { mysqlError } from '../types/error-table.js';
import type { Session } from './session.js';
import type { StatementContext } from './statement-context.js';
import { findVariable } from './variables/system-variable.js';

/** Variables of the connection or of a transaction: one statement cannot have its own (MySQL manual, "SET_VAR" syntax). */
const LASTING: ReadonlySet<string> = new Set([
  'autocommit',
  'transaction_isolation',
  'tx_isolation',
  'transaction_read_only',
  'tx_read_only',
  'character_set_client',
  'character_set_connection',
  'character_set_results',
  'collation_connection',
  'tidb_txn_mode',
]);

/** Hints of which a statement follows the last one alone. */
const ONCE: ReadonlySet<string> = new Set([
  'MAX_EXECUTION_TIME',
  'MEMORY_QUOTA',
  'RESOURCE_GROUP',
  'TIDB_KV_READ_TIMEOUT',
]);

/** The hints that stand behind the first keyword of a statement; EXPLAIN has those of what it explains. */
export function hintsOf(stmt: Statement): readonly Hint[] {
  if (stmt.kind === 'Explain') return stmt.stmt === null ? [] : hintsOf(stmt.stmt);
  if (stmt.kind === 'SetOperation') return hintsOf(stmt.branches[0]!.query);
  return 'hints' in stmt ? stmt.hints : [];
}

/**
 * What a statement's hints ask of the session while it runs: variables (SET_VAR), a time limit, a memory quota. Everything is
 * taken back at its end. Hints never fail a statement: what cannot be followed is warned of.
 */
export function applyStatementHints(session: Session, statement: StatementContext, stmt: Statement): void {
  const hints = hintsOf(stmt);
  if (hints.length === 0) return;
  const set = new Map<string, string>();
  for (const hint of hints) {
    if (!isKnownHint(hint.name)) {
      const written = /^[^\s(]*/.exec(hint.text)![0];
      warn(statement, mysqlError('ER_UNSUPPORTED_HINT', written));
      continue;
    }
    if (ONCE.has(hint.name) && hints.find((h) => h.name === hint.name) !== hint) {
      const last = hints.findLast((h) => h.name === hint.name)!;
      if (hint === last)
        warn(
          statement,
          mysqlError(
            'ER_UNKNOWN_ERROR',
            `${hint.name}() is defined more than once, only the last definition takes effect: ${last.text.toUpperCase()}`,
          ),
        );
    }
    switch (hint.name) {
      case 'SET_VAR':
        if (hint.variable !== null) setVariable(session, statement, hint, hint.variable, set);
        break;
      case 'MAX_EXECUTION_TIME':
        if (isQuery(stmt) && typeof hint.value === 'number' && hint.value > 0)
          statement.limitTime(hint.value);
        break;
      case 'MEMORY_QUOTA':
        if (typeof hint.value === 'number' && hint.value > 0)
          override(session, statement, 'tidb_mem_quota_query', String(hint.value));
        break;
      case 'RESOURCE_GROUP':
        if (typeof hint.value === 'string') inResourceGroup(session, statement, hint.value);
        break;
      default:
        break;
    }
  }
}

/** The statement belongs to another group than its session's; one that is not there is warned of. */
function inResourceGroup(session: Session, statement: StatementContext, name: string): void {
  const { resourceGroups } = session.engine;
  const group = resourceGroups.get(name.toLowerCase());
  if (group === undefined) return warn(statement, mysqlError('ER_RESOURCE_GROUP_NOT_EXISTS', name));
  const before = session.resourceGroup;
  session.resourceGroup = group.name;
  statement.onFinish(() => (session.resourceGroup = before));
}

const isQuery = (s: Statement): boolean =>
  s.kind === 'Explain'
    ? s.analyze && s.stmt !== null && isQuery(s.stmt)
    : s.kind === 'Select' || s.kind === 'SetOperation';

const warn = (statement: StatementContext, e: MysqlError): void =>
  statement.warn({ level: 'Warning', code: e.code, message: e.message });

function setVariable(
  session: Session,
  statement: StatementContext,
  hint: Hint,
  name: string,
  set: Map<string, string>,
): void {
  const v = findVariable(name);
  if (v === undefined) {
    warn(statement, mysqlError('ER_UNRESOLVED_HINT_NAME', name, 'SET_VAR'));
    return;
  }
  if (v.readOnly === true || v.scope === 'global' || v.scope === 'none' || LASTING.has(v.name)) {
    warn(statement, mysqlError('ER_NOT_HINT_UPDATABLE_VARIABLE', v.name));
    return;
  }
  const value = String(hint.value);
  if (set.has(v.name)) {
    warn(statement, mysqlError('ER_WARN_CONFLICTING_HINT', `SET_VAR(${name}=${value})`));
    return;
  }
  set.set(v.name, value);
  try {
    override(session, statement, v.name, value);
  } catch (e) {
    if (!(e instanceof MysqlError)) throw e;
    warn(statement, e);
  }
}

/** Gives a variable a value until the statement ends. */
function override(session: Session, statement: StatementContext, name: string, value: string): void {
  const before = session.vars.get(name);
  session.vars.set(name, value, { warn: (w) => statement.warn(w) });
  statement.onFinish(() => session.vars.assign(name, before));
}
