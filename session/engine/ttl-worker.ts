import { randomUUID } from 'node:crypto';
import type { DbInfo, TableInfo } from '../../catalog/model.js';
import { handleColumn, primaryIndex, ROWID_TYPE } from '../../catalog/table-layout.js';
import { jobIntervalMs } from '../../ddl/ttl.js';
import { quoteName } from '../../parser/restore.js';
import type { Datum } from '../../types/datum.js';
import { newFieldType, TypeCode } from '../../types/field-type.js';
import type { ParamValue } from '../client-session.js';
import type { Session } from '../session.js';
import { BackgroundWork } from './background-work.js';
import type { EngineCore } from './engine-core.js';
import { isWithin } from './time-window.js';
import { ownRows } from '../own-rows.js';

const TICK_MS = 1000;
const LEASE_MS = 60_000;
const HISTORY_DAYS = 90;

const TEXT = newFieldType(TypeCode.VarString, { flen: 255, charset: 'utf8mb4', collate: 'utf8mb4_bin' });
const textParam = (s: string): ParamValue => ({ type: TEXT, value: new Uint8Array(Buffer.from(s)) });
const intParam = (value: number): ParamValue => ({ type: ROWID_TYPE, value });

interface Candidate {
  readonly db: DbInfo;
  readonly table: TableInfo;
}

/**
 * Deletes rows whose time has come (TiDB manual, "Periodically Delete Data Using TTL"). Of several nodes one does it. A job goes over
 * the table once: it reads the keys of expired rows in key order, batch by batch, and deletes them if they still are expired.
 */
export class TtlWorker extends BackgroundWork {
  private candidates: { readonly version: number; readonly tables: readonly Candidate[] } = {
    version: -1,
    tables: [],
  };
  /** When tables are to be looked at next, ms since the epoch. */
  private readonly due = new Map<number, number>();

  constructor(core: EngineCore) {
    super(core, { name: 'ttl', leaseMs: LEASE_MS, failure: 'deleting expired rows failed' });
  }

  protected pauseMs(): number {
    return TICK_MS;
  }

  /** One pass over the tables with TTL. */
  async run(): Promise<void> {
    const tables = this.tables();
    if (tables.length === 0) return;
    const { globals } = this.core;
    if (globals.get('tidb_ttl_job_enable') !== 'ON' || !this.isOpen()) return;
    const due = tables.filter((c) => (this.due.get(c.table.id) ?? 0) <= Date.now());
    if (due.length === 0) return;
    if (!(await this.holdsOffice())) return;
    for (const c of due) {
      if (this.stopped) return;
      await this.consider(c);
    }
  }

  /** Tables with TTL switched on. */
  private tables(): readonly Candidate[] {
    const schema = this.core.schemaLoader.current;
    if (schema.version !== this.candidates.version) {
      const tables: Candidate[] = [];
      for (const db of schema.databases())
        for (const table of schema.tables(db.name))
          if (table.ttl?.enabled === true && table.state === 'public') tables.push({ db, table });
      // Another definition may be due at once.
      const before = new Map(this.candidates.tables.map((c) => [c.table.id, c.table.ttl]));
      for (const { table } of tables)
        if (JSON.stringify(before.get(table.id)) !== JSON.stringify(table.ttl)) this.due.delete(table.id);
      this.candidates = { version: schema.version, tables };
    }
    return this.candidates.tables;
  }

  private isOpen(): boolean {
    const from = 'tidb_ttl_job_schedule_window_start_time';
    return isWithin(this.core, from, 'tidb_ttl_job_schedule_window_end_time');
  }

  /** Runs the table's job when the last one began long enough ago. */
  private async consider({ db, table }: Candidate): Promise<void> {
    const interval = jobIntervalMs(table.ttl!.jobInterval) ?? 86_400_000;
    const session = this.core.internalSession(db.name);
    try {
      const { rows } = await execute(
        session,
        'SELECT UNIX_TIMESTAMP(last_job_start_time) FROM mysql.tidb_ttl_table_status WHERE table_id = ?',
        [intParam(table.id)],
      );
      const last = rows.length === 0 || rows[0]![0] === null ? 0 : Number(rows[0]![0]) * 1000;
      if (last + interval > Date.now()) {
        this.due.set(table.id, last + interval);
        return;
      }
      this.due.set(table.id, Date.now() + interval);
      await this.job(session, db, table);
    } finally {
      await session.close();
    }
  }

  private async job(session: Session, db: DbInfo, table: TableInfo): Promise<void> {
    const { ttl } = table;
    const jobId = randomUUID();
    const [[begun, expire]] = (
      await execute(
        session,
        `SELECT CAST(NOW() AS CHAR), CAST(NOW() - INTERVAL ${ttl!.value} ${ttl!.unit} AS CHAR)`,
        [],
      )
    ).rows as [[Datum, Datum]];
    if (expire === null) return;
    const text = (d: Datum): string => Buffer.from(d as Uint8Array).toString();
    const [start, limit] = [text(begun), text(expire)];
    const job = [textParam(jobId), textParam(start), textParam(limit)];
    await execute(
      session,
      `INSERT INTO mysql.tidb_ttl_table_status (table_id, parent_table_id, current_job_id, current_job_start_time, current_job_ttl_expire, current_job_status, current_job_owner_id, last_job_start_time)
        VALUES (?, ?, ?, ?, ?, 'running', ?, ?) ON DUPLICATE KEY UPDATE current_job_id = VALUES(current_job_id), current_job_start_time = VALUES(current_job_start_time),
        current_job_ttl_expire = VALUES(current_job_ttl_expire), current_job_status = 'running', current_job_owner_id = VALUES(current_job_owner_id), last_job_start_time = VALUES(last_job_start_time)`,
      [intParam(table.id), intParam(table.id), ...job, textParam(this.core.cluster.nodeId), textParam(start)],
    );
    const done = { expired: 0, deleted: 0, failed: 0 };
    let error = '';
    try {
      await this.sweep(session, db, table, limit, done);
    } catch (e) {
      error = e instanceof Error ? e.message : String(e);
      this.core.logger.warn({ err: e, table: `${db.name}.${table.name}` }, 'TTL job ended early');
    }
    const summary = JSON.stringify({
      total_rows: done.expired,
      success_rows: done.deleted,
      error_rows: done.failed,
      ...(error === '' ? {} : { scan_task_err: error }),
    });
    await execute(
      session,
      `UPDATE mysql.tidb_ttl_table_status SET last_job_id = current_job_id, last_job_finish_time = NOW(), last_job_ttl_expire = current_job_ttl_expire, last_job_summary = ?,
        current_job_id = NULL, current_job_owner_id = NULL, current_job_start_time = NULL, current_job_ttl_expire = NULL, current_job_status = NULL WHERE table_id = ?`,
      [textParam(summary), intParam(table.id)],
    );
    await execute(
      session,
      `INSERT INTO mysql.tidb_ttl_job_history (job_id, create_time, ttl_expire, table_id, parent_table_id, table_schema, table_name, finish_time, summary_text, expired_rows, deleted_rows, error_delete_rows, status)
        VALUES (?, ?, ?, ?, ?, ?, ?, NOW(), ?, ?, ?, ?, 'finished')`,
      [
        ...job,
        intParam(table.id),
        intParam(table.id),
        textParam(db.name),
        textParam(table.name),
        textParam(summary),
        intParam(done.expired),
        intParam(done.deleted),
        intParam(done.failed),
      ],
    );
    await execute(
      session,
      `DELETE FROM mysql.tidb_ttl_job_history WHERE create_time < NOW() - INTERVAL ${HISTORY_DAYS} DAY`,
      [],
    );
  }

  /** Deletes the rows expired at `limit`, in key order. */
  private async sweep(
    session: Session,
    db: DbInfo,
    table: TableInfo,
    limit: string,
    done: { expired: number; deleted: number; failed: number },
  ): Promise<void> {
    const { globals } = this.core;
    const keys = keyColumns(table).map(quoteName);
    const tuple = keys.length === 1 ? keys[0]! : `(${keys.join(', ')})`;
    const marks = keys.length === 1 ? '?' : `(${keys.map(() => '?').join(', ')})`;
    const of = `${quoteName(db.name)}.${quoteName(table.name)}`;
    const expired = `${quoteName(table.ttl!.column)} < ?`;
    const scanBatch = Number(globals.get('tidb_ttl_scan_batch_size'));
    const deleteBatch = Number(globals.get('tidb_ttl_delete_batch_size'));
    let last: ParamValue[] | null = null;
    for (;;) {
      const { rows, types } = await execute(
        session,
        `SELECT ${keys.join(', ')} FROM ${of} WHERE ${expired}${last === null ? '' : ` AND ${tuple} > ${marks}`} ORDER BY ${keys.join(', ')} LIMIT ${scanBatch}`,
        [textParam(limit), ...(last ?? [])],
      );
      const values = rows.map((row) => row.map((value, i): ParamValue => ({ type: types[i]!, value })));
      done.expired += rows.length;
      for (let at = 0; at < values.length; at += deleteBatch) {
        if (this.stopped || !this.stillWanted(table)) return;
        const batch = values.slice(at, at + deleteBatch);
        const began = Date.now();
        try {
          const { affected } = await execute(
            session,
            `DELETE FROM ${of} WHERE ${tuple} IN (${batch.map(() => marks).join(', ')}) AND ${expired}`,
            [...batch.flat(), textParam(limit)],
          );
          done.deleted += affected;
        } catch (e) {
          done.failed += batch.length;
          this.core.logger.warn({ err: e, table: of }, 'expired rows stay behind');
        }
        await this.pace(batch.length, began);
      }
      if (rows.length < scanBatch) return;
      last = values.at(-1)!;
    }
  }

  /** Whether the table still is what the job began with: TTL may have been switched off meanwhile. */
  private stillWanted(table: TableInfo): boolean {
    const now = this.core.schemaLoader.current.tableById(table.id)?.table;
    return (
      this.core.globals.get('tidb_ttl_job_enable') === 'ON' &&
      now?.ttl?.enabled === true &&
      now.ttl.column === table.ttl!.column
    );
  }

  /** Keeps to tidb_ttl_delete_rate_limit, rows a second; 0 = no limit. */
  private async pace(rows: number, began: number): Promise<void> {
    const rate = Number(this.core.globals.get('tidb_ttl_delete_rate_limit'));
    const wait = rate > 0 ? began + (1000 * rows) / rate - Date.now() : 0;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait)));
  }
}

/** What tells rows apart and is their order in the store. */
function keyColumns(table: TableInfo): string[] {
  const handle = handleColumn(table);
  if (handle !== null) return [handle.name];
  if (table.isCommonHandle) return primaryIndex(table)!.columns.map((c) => c.name);
  return ['_tidb_rowid'];
}

async function execute(
  session: Session,
  sql: string,
  params: readonly ParamValue[],
): Promise<{ rows: Datum[][]; types: readonly ParamValue['type'][]; affected: number }> {
  const result = await session.run(session.parse(sql)[0]!, params);
  if (result.kind === 'ok') return { rows: [], types: [], affected: Number(result.affectedRows) };
  if (result.kind !== 'rows') throw new Error(`unexpected result of ${sql}`);
  return { rows: await ownRows(result), types: result.columns.map((c) => c.type), affected: 0 };
}
