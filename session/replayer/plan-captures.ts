import type { TableInfo, DbInfo } from '../../catalog/model.js';
import { recordedRows } from '../../planner/explain/explain.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import type { EngineCore } from '../engine/engine-core.js';
import { quoted } from '../engine/statistics-tables.js';
import type { Session } from '../session.js';
import type { StatementContext } from '../statement-context.js';
import { recordedDigest } from '../summary/recorded-digest.js';
import { planDigest } from '../summary/summary-record.js';
import { dumpPlan } from './plan-replayer.js';

const textOf = (d: Datum | undefined): string => (d instanceof Uint8Array ? Buffer.from(d).toString() : '');

/** Any plan of the statement. */
const ANY_PLAN = '*';

/**
 * PLAN REPLAYER CAPTURE: statements, by digest, of which an archive is to be made when they next run with a plan, by its digest or any.
 * Tasks are rows of mysql.plan_replayer_task, archives and failures of mysql.plan_replayer_status; of one statement and one plan there
 * is one archive.
 */
export class PlanCaptures {
  /** Digests of plans by those of statements. */
  private tasks = new Map<string, Set<string>>();
  /** Statements and plans that archives were made of, or are being made of. */
  private readonly done = new Set<string>();

  constructor(private readonly core: EngineCore) {}

  async reload(): Promise<void> {
    const tasks = new Map<string, Set<string>>();
    for (const [sql, plan] of await this.core.internalQuery(
      'SELECT sql_digest, plan_digest FROM mysql.plan_replayer_task',
    )) {
      const plans = tasks.get(textOf(sql)) ?? new Set();
      tasks.set(textOf(sql), plans.add(textOf(plan)));
    }
    this.tasks = tasks;
  }

  async add(sqlDigest: string, plan: string): Promise<void> {
    if (this.tasks.get(sqlDigest)?.has(plan) === true)
      throw mysqlError('ER_UNKNOWN_ERROR', 'plan replayer capture task already exists');
    await this.core.internalQuery(
      `REPLACE INTO mysql.plan_replayer_task (sql_digest, plan_digest) VALUES (${quoted(sqlDigest)}, ${quoted(plan)})`,
    );
    for (const key of this.done) if (key.startsWith(`${sqlDigest} `)) this.done.delete(key);
    await this.changed();
  }

  async remove(sqlDigest: string, plan: string): Promise<void> {
    await this.core.internalQuery(
      `DELETE FROM mysql.plan_replayer_task WHERE sql_digest = ${quoted(sqlDigest)} AND plan_digest = ${quoted(plan)}`,
    );
    await this.changed();
  }

  private async changed(): Promise<void> {
    await this.reload();
    await this.core.cluster.tellPlanCaptures();
  }

  /** Looks whether an archive is wanted of a statement that has just ended, and makes it after the answer. */
  note(session: Session, statement: StatementContext): void {
    const { planned } = statement;
    if (this.tasks.size === 0 || planned === null || session.connection.id === 0) return;
    if (session.vars.get('tidb_enable_plan_replayer_capture') !== 'ON') return;
    const { digest } = recordedDigest(statement.text);
    const plans = this.tasks.get(digest);
    if (plans === undefined) return;
    const plan = planDigest(planned);
    const key = `${digest} ${plan}`;
    if ((!plans.has(plan) && !plans.has(ANY_PLAN)) || this.done.has(key)) return;
    this.done.add(key);
    const sql = statement.text;
    const explain = recordedRows(planned, 'row');
    const tables = planned.tables.flatMap(({ db, table }): { db: DbInfo; table: TableInfo }[] => {
      const found = session.schema.database(db);
      return found === null ? [] : [{ db: found, table }];
    });
    void this.keep(digest, plan, sql, () => dumpPlan(session, [{ sql, explain, tables }]));
  }

  private async keep(digest: string, plan: string, sql: string, dump: () => Promise<string>): Promise<void> {
    const { core } = this;
    let token = '';
    let reason = '';
    try {
      token = await dump();
    } catch (e) {
      reason = e instanceof Error ? e.message : String(e);
    }
    try {
      await core.internalQuery(
        `INSERT INTO mysql.plan_replayer_status (sql_digest, plan_digest, origin_sql, token, fail_reason, instance) VALUES (${quoted(digest)}, ${quoted(plan)}, ${quoted(sql)}, ${quoted(token)}, ${quoted(reason)}, ${quoted(core.instance)})`,
      );
      if (this.tasks.get(digest)?.has(plan) === true) await this.remove(digest, plan);
    } catch {
      // The server is stopping: the task is still there when it starts.
    }
  }
}
