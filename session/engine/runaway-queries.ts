import { groupOption, type ClusterObject, type ClusterOption } from '../../catalog/cluster-objects.js';
import { durationMs } from '../../ddl/resource-group.js';
import type { Statement } from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import type { Session } from '../session.js';
import type { StatementContext } from '../statement-context.js';
import { sqlString } from '../statement-text.js';
import { recordedDigest } from '../summary/recorded-digest.js';
import { planDigest } from '../summary/summary-record.js';
import { WATCH_ACTIONS, WATCH_KINDS } from './query-watches.js';

/*
 * QUERY_LIMIT of resource groups (TiDB docs, "Manage Queries That Consume More Resources Than Expected (Runaway Queries)"): a query that
 * runs for longer or reads more keys than its group allows is dealt with while it runs. Request units are not counted here.
 */

type WatchAction = (typeof WATCH_ACTIONS)[number];

/** By the names that statements have for them. */
export const ACTION_NAMES: Readonly<Record<string, WatchAction>> = {
  DRYRUN: 'DryRun',
  COOLDOWN: 'CoolDown',
  KILL: 'Kill',
  SWITCH_GROUP: 'SwitchGroup',
};

export interface QueryLimit {
  readonly elapsedMs: number;
  readonly keys: number;
  readonly action: WatchAction;
  readonly switchGroup: string;
  /** What is watched for afterwards, and for how long; null: nothing. */
  readonly watch: { readonly kind: (typeof WATCH_KINDS)[number]; readonly ms: number } | null;
}

const KIND_NAMES: Readonly<Record<string, (typeof WATCH_KINDS)[number]>> = {
  EXACT: 'Exact',
  SIMILAR: 'Similar',
  PLAN: 'Plan',
};

/** The action of a QUERY_LIMIT, and the group that SWITCH_GROUP names. */
export function limitAction(limit: ClusterOption): [action: WatchAction, group: string] {
  const value = limit.options.find((o) => o.name === 'ACTION')?.value;
  const [, name, group] = /^(\w+)(?:\((.*)\))?$/.exec(String(value)) ?? [];
  return [ACTION_NAMES[name ?? ''] ?? 'None', group ?? ''];
}

/** Null where the group has none. */
export function queryLimitOf(group: ClusterObject): QueryLimit | null {
  const limit = groupOption(group, 'QUERY_LIMIT');
  if (limit === undefined || limit.options.length === 0) return null;
  const option = (name: string): ClusterOption | undefined => limit.options.find((o) => o.name === name);
  const [action, switchGroup] = limitAction(limit);
  const watch = option('WATCH');
  const until = durationMs(String(watch?.options.find((o) => o.name === 'DURATION')?.value ?? 'UNLIMITED'));
  return {
    elapsedMs: durationMs(String(option('EXEC_ELAPSED')?.value ?? '')) ?? Infinity,
    keys: Number(option('PROCESSED_KEYS')?.value ?? Infinity),
    action,
    switchGroup,
    watch: watch === undefined ? null : { kind: KIND_NAMES[String(watch.value)]!, ms: until ?? Infinity },
  };
}

/** Statements that a QUERY_LIMIT is for. */
const QUERIES: ReadonlySet<Statement['kind']> = new Set([
  'Select',
  'SetOperation',
  'Insert',
  'Update',
  'Delete',
]);

/** Watches a statement of a session of a group with a limit; null for others. */
export function watchRunaway(session: Session, statement: StatementContext): RunawayCheck | null {
  const { id } = session.connection;
  if (id === 0 || statement.stmt === null || !QUERIES.has(statement.stmt.kind)) return null;
  const limit = session.engine.resourceGroups.get(session.resourceGroup.toLowerCase())?.limit ?? null;
  return limit === null ? null : new RunawayCheck(session, statement, limit);
}

const longest = 2 ** 31 - 1;

/** What one statement has used of its group's QUERY_LIMIT. */
export class RunawayCheck {
  private keys = 0;
  private found = false;

  constructor(
    private readonly session: Session,
    private readonly statement: StatementContext,
    private readonly limit: QueryLimit,
  ) {
    if (limit.elapsedMs === Infinity) return;
    const deadline = Date.now() + limit.elapsedMs;
    const timer = setTimeout(
      () => this.exceeded(`ElapsedTime = ${new Date().toISOString()}(${new Date(deadline).toISOString()})`),
      Math.min(limit.elapsedMs, longest),
    );
    timer.unref();
    statement.onFinish(() => clearTimeout(timer));
  }

  /** The statement has read so many keys more. */
  read(keys: number): void {
    this.keys += keys;
    if (this.keys > this.limit.keys) this.exceeded(`ProcessedKeys = ${this.keys}(${this.limit.keys})`);
  }

  private exceeded(rule: string): void {
    if (this.found) return;
    this.found = true;
    const { session, statement, limit } = this;
    const group = session.resourceGroup;
    if (limit.action === 'Kill')
      statement.interrupt(mysqlError('ER_RESOURCE_GROUP_QUERY_RUNAWAY_INTERRUPTED', rule));
    if (
      limit.action === 'SwitchGroup' &&
      session.engine.resourceGroups.has(limit.switchGroup.toLowerCase())
    ) {
      session.resourceGroup = limit.switchGroup;
      statement.onFinish(() => (session.resourceGroup = group));
    }
    const { engine } = session;
    record(session, statement, limit, group, rule).catch((err: unknown) =>
      engine.logger.warn({ err }, 'a runaway query could not be recorded'),
    );
  }
}

/** Notes the query in mysql.tidb_runaway_queries, and what is watched for from now on in mysql.tidb_runaway_watch. */
async function record(
  session: Session,
  statement: StatementContext,
  limit: QueryLimit,
  group: string,
  rule: string,
): Promise<void> {
  const { engine } = session;
  const { action, switchGroup, watch } = limit;
  const { digest } = recordedDigest(statement.text);
  const plan = planDigest(statement.planned);
  const values = [group, 'identify', shownAction(action, switchGroup), statement.text, digest, plan];
  const texts = { None: '', Exact: statement.text.trim(), Similar: digest, Plan: plan } as const;
  await engine.internalTransaction(async (query) => {
    await query(
      `INSERT INTO mysql.tidb_runaway_queries
         (resource_group_name, match_type, action, sample_sql, sql_digest, plan_digest, tidb_server, rule, start_time)
       VALUES (${[...values, engine.instance, rule].map(sqlString).join(', ')}, CURRENT_TIMESTAMP())`,
    );
    if (watch === null) return;
    const of = `resource_group_name = ${sqlString(group)} AND watch = ${WATCH_KINDS.indexOf(watch.kind)} AND watch_text = ${sqlString(texts[watch.kind])}`;
    const [known] = await query(`SELECT COUNT(*) FROM mysql.tidb_runaway_watch WHERE ${of}`);
    if (Number(known![0]) > 0) return;
    const end =
      watch.ms === Infinity
        ? 'NULL'
        : `UTC_TIMESTAMP(6) + INTERVAL ${Math.round(watch.ms * 1000)} MICROSECOND`;
    await query(
      `INSERT INTO mysql.tidb_runaway_watch
         (resource_group_name, start_time, end_time, watch, watch_text, source, action, switch_group_name, rule)
       VALUES (${sqlString(group)}, UTC_TIMESTAMP(6), ${end}, ${WATCH_KINDS.indexOf(watch.kind)},
         ${[texts[watch.kind], engine.instance].map(sqlString).join(', ')}, ${WATCH_ACTIONS.indexOf(action)},
         ${[switchGroup, rule].map(sqlString).join(', ')})`,
    );
  });
  if (watch !== null) await engine.rereadWatches();
}

/** As the tables of runaway queries show it. */
const shownAction = (action: WatchAction, group: string): string =>
  action === 'SwitchGroup' ? `switch_group(${group})` : action.toLowerCase();
