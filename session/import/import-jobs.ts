import { MysqlError } from '../../types/error.js';
import { mysqlError } from '../../types/error-table.js';
import type { Datum } from '../../types/datum.js';
import type { ImportIntoStmt, LoadDataStmt } from '../../parser/ast/index.js';
import { parse } from '../../parser/parser.js';
import type { EngineCore } from '../engine/engine-core.js';
import { quote } from '../privileges/account-name.js';
import type { Session } from '../session.js';
import { dumpStatements } from './dump-statements.js';
import type { ImportOptions } from './import-options.js';
import { detectLineEnd, openSource, type SourceFile } from './source-files.js';
import { quoteName } from '../../parser/restore.js';

/** What running an import needs of the layer that runs statements; it registers itself. */
export interface ImportRunner {
  loadFile(
    session: Session,
    stmt: LoadDataStmt,
    input: AsyncIterable<Uint8Array>,
    onProgress: (progress: { readonly rows: number }) => void,
  ): Promise<void>;
  /** Commits what is open. */
  commit(session: Session): Promise<void>;
}

export interface ImportTarget {
  readonly db: string;
  readonly table: string;
  readonly tableId: number;
}

interface RunningJob {
  rows: number;
  cancelled: boolean;
  done: Promise<void>;
}

const COLUMNS = `id, group_key, parameters, table_schema, table_name, table_id, step, status, source_file_size, summary, error_message,
  CAST(create_time AS CHAR(19)), CAST(start_time AS CHAR(19)), CAST(end_time AS CHAR(19)), created_by`;

/** A row of mysql.tidb_import_jobs. */
export interface ImportJob {
  readonly id: number;
  readonly groupKey: string;
  readonly source: string;
  readonly target: string;
  readonly tableId: number;
  readonly phase: string;
  readonly status: string;
  readonly sourceBytes: number;
  readonly rows: number | null;
  readonly message: string;
  readonly createTime: string | null;
  readonly startTime: string | null;
  readonly endTime: string | null;
  readonly createdBy: string;
}

const str = (v: Datum | undefined): string => (v instanceof Uint8Array ? Buffer.from(v).toString() : '');
const optional = (v: Datum | undefined): string | null => (v instanceof Uint8Array ? str(v) : null);

/** Jobs of IMPORT INTO: each is a row of mysql.tidb_import_jobs, so that every node shows it and its end is known later. */
export class ImportJobs {
  private readonly running = new Map<number, RunningJob>();
  runner: ImportRunner | null = null;

  constructor(private readonly core: EngineCore) {}

  /** Jobs that the last process left behind did not end well. */
  async endInterrupted(): Promise<void> {
    await this.core.internalQuery(
      `UPDATE mysql.tidb_import_jobs SET status = 'failed', error_message = 'the server was restarted', end_time = NOW(6) WHERE status IN ('pending', 'running')`,
    );
  }

  async list(where = 'TRUE'): Promise<ImportJob[]> {
    const rows = await this.core.internalQuery(
      `SELECT ${COLUMNS} FROM mysql.tidb_import_jobs WHERE ${where} ORDER BY id`,
    );
    return rows.map((row): ImportJob => {
      const id = Number(row[0]);
      const summary = str(row[9]);
      return {
        id,
        groupKey: str(row[1]),
        source: str(row[2]),
        target: `\`${str(row[3])}\`.\`${str(row[4])}\``,
        tableId: Number(row[5]),
        phase: str(row[6]),
        status: str(row[7]),
        sourceBytes: Number(row[8]),
        rows: this.running.get(id)?.rows ?? (summary === '' ? null : Number(summary)),
        message: str(row[10]),
        createTime: optional(row[11]),
        startTime: optional(row[12]),
        endTime: optional(row[13]),
        createdBy: str(row[14]),
      };
    });
  }

  /** Begins a job; `done` rejects with what made it fail. */
  async start(
    by: Session,
    stmt: ImportIntoStmt,
    target: ImportTarget,
    options: ImportOptions,
    files: readonly SourceFile[],
  ): Promise<{ readonly id: number; readonly done: Promise<void> }> {
    const { account } = by.connection;
    const bytes = files.reduce((n, f) => n + f.size, 0);
    const id = await this.core.internalTransaction(async (query) => {
      await query(
        `INSERT INTO mysql.tidb_import_jobs (table_schema, table_name, table_id, created_by, group_key, parameters, source_file_size, status, step, start_time)
          VALUES (${quote(target.db)}, ${quote(target.table)}, ${target.tableId}, ${quote(`${account.user}@${account.host}`)}, ${quote(options.groupKey)}, ${quote(stmt.path ?? '')}, ${bytes}, 'running', 'importing', NOW(6))`,
      );
      const [row] = await query('SELECT LAST_INSERT_ID()');
      return Number(row![0]);
    });
    const job: RunningJob = { rows: 0, cancelled: false, done: Promise.resolve() };
    this.running.set(id, job);
    job.done = this.run(by, id, job, stmt, target, options, files);
    // Who waits for it gets the error; a detached job's is in its row.
    job.done.catch(() => undefined);
    return { id, done: job.done };
  }

  /** Asks a job to end. Throws 8170, 8171. */
  async cancel(id: number, mayCancel: (createdBy: string) => boolean): Promise<void> {
    const [found] = await this.list(`id = ${id}`);
    if (found === undefined || !mayCancel(found.createdBy))
      throw mysqlError('ER_LOAD_DATA_JOB_NOT_FOUND', id);
    const job = this.running.get(id);
    if (job === undefined) throw mysqlError('ER_LOAD_DATA_INVALID_OPERATION', 'CANCEL');
    job.cancelled = true;
    await job.done.catch(() => undefined);
  }

  private async run(
    by: Session,
    id: number,
    job: RunningJob,
    stmt: ImportIntoStmt,
    target: ImportTarget,
    options: ImportOptions,
    files: readonly SourceFile[],
  ): Promise<void> {
    const { core } = this;
    const worker = core.internalSession(target.db);
    for (const name of ['sql_mode', 'time_zone']) worker.vars.assign(name, by.vars.get(name));
    const finish = async (status: string, error: string | null): Promise<void> => {
      await core.internalQuery(
        `UPDATE mysql.tidb_import_jobs SET status = '${status}', step = '', end_time = NOW(6), summary = '${job.rows}', error_message = ${error === null ? 'NULL' : quote(error)} WHERE id = ${id}`,
      );
    };
    try {
      for (const file of files) {
        if (options.format === 'sql') await this.importDump(worker, target, file, job);
        else await this.importCsv(worker, stmt, target, options, file, job);
      }
      await finish('finished', null);
    } catch (error) {
      await worker.transaction.rollback();
      // The table was empty: what has come so far goes again, so that an import is there as a whole or not at all.
      if (options.precheck)
        await core.internalQuery(`TRUNCATE TABLE ${quoteName(target.db)}.${quoteName(target.table)}`);
      const message = error instanceof MysqlError ? error.message : String(error);
      await finish(job.cancelled ? 'cancelled' : 'failed', job.cancelled ? 'cancelled by user' : message);
      throw error;
    } finally {
      this.running.delete(id);
      await worker.close();
    }
  }

  private async importCsv(
    worker: Session,
    stmt: ImportIntoStmt,
    target: ImportTarget,
    options: ImportOptions,
    file: SourceFile,
    job: RunningJob,
  ): Promise<void> {
    const before = job.rows;
    const load: LoadDataStmt = {
      kind: 'LoadData',
      priority: null,
      local: false,
      path: file.path,
      format: null,
      onDuplicate: null,
      table: { schema: target.db, name: target.table },
      partitions: [],
      charset: options.charset,
      fields: {
        terminated: options.fieldsTerminatedBy,
        enclosed: options.fieldsEnclosedBy,
        optionallyEnclosed: true,
        escaped: options.fieldsEscapedBy,
        definedNull: options.nullBy,
        definedNullOptionallyEnclosed: false,
      },
      lines: { starting: null, terminated: options.linesTerminatedBy ?? (await detectLineEnd(file)) },
      ignoreLines: options.skipRows,
      columns: stmt.columns,
      set: stmt.set,
      options: [],
    };
    worker.evalContext.startStatement(this.core.nowMicros(), true);
    await this.runner!.loadFile(worker, load, openSource(file), (p) => {
      this.throwIfCancelled(job);
      job.rows = before + p.rows;
    });
    await this.runner!.commit(worker);
  }

  /** The INSERT statements of a dump, their rows put into the target. */
  private async importDump(
    worker: Session,
    target: ImportTarget,
    file: SourceFile,
    job: RunningJob,
  ): Promise<void> {
    for await (const sql of dumpStatements(openSource(file))) {
      this.throwIfCancelled(job);
      for (const parsed of parse(sql, {})) {
        const { stmt } = parsed;
        if (stmt.kind !== 'Insert' || stmt.rows === null) continue;
        const insert = { ...stmt, table: { schema: target.db, name: target.table } };
        await worker.run({ ...parsed, stmt: insert }, []);
        job.rows += stmt.rows.length;
      }
    }
  }

  private throwIfCancelled(job: RunningJob): void {
    if (job.cancelled) throw mysqlError('ER_QUERY_INTERRUPTED');
  }
}
