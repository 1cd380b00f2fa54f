import { groupOption } from '../../catalog/cluster-objects.js';
import { resourceGroups } from '../../ddl/resource-group.js';
import type { Expr, QueryWatchStmt } from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import { datumToString } from '../../types/format.js';
import type { Session } from '../session.js';
import { sqlString } from '../statement-text.js';
import { intColumn, staticRows } from '../static-rows.js';
import { recordedDigest } from '../summary/recorded-digest.js';
import { planDigest } from '../summary/summary-record.js';
import { planQuery } from '../plan-statement.js';
import { WATCH_ACTIONS, WATCH_KINDS } from '../engine/query-watches.js';
import { ACTION_NAMES, limitAction } from '../engine/runaway-queries.js';
import { evaluate } from './query.js';
import { registerStatement } from './statement-handler.js';

/** QUERY WATCH ADD | REMOVE (TiDB docs, "QUERY WATCH"). Throws 1105, 8249. */
registerStatement('QueryWatch', {
  run: async (session, stmt) => {
    session.privileges.requireGlobal('SUPER', 'RESOURCE_GROUP_ADMIN');
    const { engine } = session;
    if (stmt.action === 'REMOVE') {
      await remove(session, stmt);
      await engine.rereadWatches();
      return null;
    }
    const id = await add(session, stmt);
    await engine.rereadWatches();
    return staticRows([intColumn('watch_id')], [[id]]);
  },
});

async function remove(session: Session, stmt: QueryWatchStmt): Promise<void> {
  const { engine } = session;
  const group = stmt.options.find((o) => o.name === 'RESOURCE GROUP');
  const where =
    stmt.id !== null
      ? `id = ${stmt.id}`
      : `resource_group_name = ${sqlString(await textOf(session, group!.value))}`;
  await engine.internalTransaction(async (query) => {
    const [count] = await query(`SELECT COUNT(*) FROM mysql.tidb_runaway_watch WHERE ${where}`);
    if (Number(count![0]) === 0)
      throw mysqlError('ER_UNKNOWN_ERROR', 'no runaway watch with the specific ID');
    await query(
      `INSERT INTO mysql.tidb_runaway_watch_done (record_id, resource_group_name, start_time, end_time, watch, watch_text,
         source, action, switch_group_name, rule, done_time)
       SELECT id, resource_group_name, start_time, end_time, watch, watch_text, source, action, switch_group_name, rule,
         UTC_TIMESTAMP(6) FROM mysql.tidb_runaway_watch WHERE ${where}`,
    );
    await query(`DELETE FROM mysql.tidb_runaway_watch WHERE ${where}`);
  });
}

async function add(session: Session, stmt: QueryWatchStmt): Promise<number> {
  const { engine } = session;
  const option = (name: string): Expr | string | null =>
    stmt.options.find((o) => o.name === name)?.value ?? null;
  const given = option('RESOURCE GROUP');
  const asked = given === null ? 'default' : await textOf(session, given);
  const groups = await resourceGroups(engine.storage.snapshot(await engine.storage.currentTs()));
  const group = groups.find((g) => g.lower === asked.toLowerCase());
  if (group === undefined) throw mysqlError('ER_RESOURCE_GROUP_NOT_EXISTS', asked);
  const [kind, text] = await watched(session, stmt);
  let action = ACTION_NAMES[String(option('ACTION'))] ?? 'None';
  let to = String(option('SWITCH_GROUP') ?? '');
  if (option('ACTION') === null) {
    // Without an action of its own a watch has the one of the group's QUERY_LIMIT.
    const limit = groupOption(group, 'QUERY_LIMIT');
    if (limit === undefined || limit.options.length === 0)
      throw mysqlError('ER_UNKNOWN_ERROR', `must set runaway config for resource group \`${group.name}\``);
    [action, to] = limitAction(limit);
  }
  const number = WATCH_ACTIONS.indexOf(action);
  return engine.internalTransaction(async (query) => {
    await query(
      `INSERT INTO mysql.tidb_runaway_watch
         (resource_group_name, start_time, watch, watch_text, source, action, switch_group_name)
       VALUES (${sqlString(group.name)}, UTC_TIMESTAMP(6), ${WATCH_KINDS.indexOf(kind)}, ${sqlString(text)}, 'manual',
         ${number}, ${sqlString(to)})`,
    );
    const [last] = await query('SELECT LAST_INSERT_ID()');
    return Number(last![0]);
  });
}

/** How the statement is recognised, and by what. */
async function watched(
  session: Session,
  stmt: QueryWatchStmt,
): Promise<[kind: (typeof WATCH_KINDS)[number], text: string]> {
  const found = stmt.options.find((o) => /^(SQL|PLAN) /.test(o.name));
  if (found === undefined)
    throw mysqlError('ER_UNKNOWN_ERROR', 'need at least one of SQL TEXT, SQL DIGEST and PLAN DIGEST');
  const text = await textOf(session, found.value);
  switch (found.name) {
    case 'SQL DIGEST':
      return ['Similar', text];
    case 'PLAN DIGEST':
      return ['Plan', text];
    case 'SQL TEXT EXACT':
      return ['Exact', text.trim()];
    case 'SQL TEXT SIMILAR':
      return ['Similar', recordedDigest(text).digest];
    default:
      return ['Plan', await digestOfPlan(session, text)];
  }
}

async function digestOfPlan(session: Session, text: string): Promise<string> {
  const stmt = session.parse(text)[0]?.stmt;
  switch (stmt?.kind) {
    case 'Select':
    case 'SetOperation':
    case 'TableStmt':
    case 'Values':
    case 'Insert':
    case 'Update':
    case 'Delete':
      return planDigest(await planQuery(session, stmt, []));
    default:
      throw mysqlError('ER_UNKNOWN_ERROR', 'only queries and statements that change rows have a plan');
  }
}

async function textOf(session: Session, value: Expr | string | null): Promise<string> {
  if (value === null || typeof value === 'string') return value ?? '';
  const [result] = await evaluate(session, [value]);
  return result!.value === null ? '' : datumToString(result!.value, result!.type);
}
