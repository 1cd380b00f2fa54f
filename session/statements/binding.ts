import type { Expr, Statement } from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import { datumToString } from '../../types/format.js';
import type { NewBinding } from '../bindings/binding-store.js';
import {
  ANY_DATABASE,
  bindingKey,
  bindingText,
  namesAnyDatabase,
  tablesOf,
  withoutHints,
} from '../bindings/binding-text.js';
import { recordedBinding } from '../bindings/plan-history.js';
import type { Session } from '../session.js';
import { evaluate } from './query.js';
import { registerStatement } from './statement-handler.js';

const BINDABLE: ReadonlySet<string> = new Set(['Select', 'SetOperation', 'Insert', 'Update', 'Delete']);

/** The tables must be there: a binding for what cannot be planned is a mistake. Throws 1105, 1046, 1146. */
function checkBindable(session: Session, stmt: Statement): void {
  if (!BINDABLE.has(stmt.kind) || (stmt.kind === 'Insert' && stmt.query === null))
    throw mysqlError('ER_UNKNOWN_ERROR', 'create binding is not supported for this statement type');
  for (const { db, table } of tablesOf(stmt, session.currentDatabase)) {
    if (db === ANY_DATABASE) continue;
    if (db === '') throw mysqlError('ER_NO_DB_ERROR');
    const found = session.schema.table(db, table);
    if (found === null) throw mysqlError('ER_NO_SUCH_TABLE', db, table);
    if (found.temporary !== undefined) throw mysqlError('ER_OPT_ON_TEMPORARY_TABLE', 'create binding');
  }
}

const requireSuper = (session: Session): void => session.privileges.requireGlobal('SUPER');

registerStatement('CreateBinding', {
  run: async (session, stmt) => {
    if (stmt.scope === 'GLOBAL') requireSuper(session);
    if (stmt.hinted === null) {
      const digests = await digestsOf(session, stmt.planDigests);
      if (digests.length === 0) throw mysqlError('ER_UNKNOWN_ERROR', 'plan digest is empty');
      await keep(
        session,
        stmt.scope,
        digests.map((d) => bindingFromHistory(session, d)),
      );
      return null;
    }
    const origin = stmt.origin ?? withoutHints(stmt.hinted);
    checkBindable(session, origin);
    checkBindable(session, stmt.hinted);
    const db = session.currentDatabase;
    const key = bindingKey(origin, db);
    const hinted = bindingKey(stmt.hinted, db);
    if (key.digest !== hinted.digest) {
      throw mysqlError(
        'ER_UNKNOWN_ERROR',
        `hinted sql and origin sql don't match when hinted sql erase the hint info, after erase hint info, originSQL:${key.sql}, hintedSQL:${hinted.sql}`,
      );
    }
    await keep(session, stmt.scope, [
      {
        originalSql: key.sql,
        bindSql: bindingText(stmt.hinted, db),
        defaultDb: namesAnyDatabase(origin) ? '' : db === '' ? (tablesOf(origin, '')[0]?.db ?? '') : db,
        status: 'enabled',
        charset: session.vars.get('character_set_connection'),
        collation: session.vars.get('collation_connection'),
        source: 'manual',
        sqlDigest: key.digest,
        planDigest: '',
        hinted: stmt.hinted,
      },
    ]);
    return null;
  },
});

async function keep(session: Session, scope: string, bindings: readonly NewBinding[]): Promise<void> {
  if (scope === 'GLOBAL') {
    await session.engine.bindings.create(bindings);
    return;
  }
  const [now] = await session.engine.internalQuery('SELECT CAST(NOW(3) AS CHAR)');
  const time = Buffer.from(now![0] as Uint8Array).toString();
  for (const b of bindings) session.bindings.put({ ...b, createTime: time, updateTime: time });
}

/** The binding that makes a statement of the summaries run with the plan that it ran with. Throws 1105 when it is not known. */
function bindingFromHistory(session: Session, planDigest: string): NewBinding {
  const record = session.engine.summaries.ofPlan(planDigest);
  const binding = record === null ? null : recordedBinding(record, 'history');
  if (binding === null) throw mysqlError('ER_UNKNOWN_ERROR', `can't find any plans for '${planDigest}'`);
  return binding;
}

/** Digests given as strings, lists in strings or user variables. */
async function digestsOf(session: Session, exprs: readonly Expr[]): Promise<string[]> {
  const values = await evaluate(session, exprs);
  return values
    .flatMap((v) => (v.value === null ? [] : datumToString(v.value, v.type).split(',')))
    .map((d) => d.trim())
    .filter((d) => d !== '');
}

registerStatement('DropBinding', {
  run: async (session, stmt) => {
    if (stmt.scope === 'GLOBAL') requireSuper(session);
    const digests =
      stmt.origin === null
        ? await digestsOf(session, stmt.sqlDigests)
        : [bindingKey(stmt.origin, session.currentDatabase).digest];
    if (digests.length === 0) throw mysqlError('ER_UNKNOWN_ERROR', 'sql digest is empty');
    if (stmt.scope === 'GLOBAL') session.statement.affectedRows = await session.engine.bindings.drop(digests);
    else for (const d of digests) session.statement.affectedRows += session.bindings.drop(d);
    return null;
  },
});

registerStatement('SetBinding', {
  run: async (session, stmt) => {
    requireSuper(session);
    const digest =
      stmt.origin === null
        ? (stmt.sqlDigest ?? '')
        : bindingKey(stmt.origin, session.currentDatabase, false).digest;
    if (digest === '') throw mysqlError('ER_UNKNOWN_ERROR', 'sql digest is empty');
    if (!(await session.engine.bindings.setStatus(digest, stmt.enabled ? 'enabled' : 'disabled'))) {
      session.statement.warn({
        level: 'Warning',
        code: 1105,
        message: 'There are no bindings can be set the status. Please check the SQL text',
      });
    }
    return null;
  },
});
