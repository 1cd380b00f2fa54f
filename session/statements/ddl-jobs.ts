import type { AdminStmt, Expr } from '../../parser/ast/index.js';
import { byteSize, settingsOf } from '../../ddl/job/job-settings.js';
import { jobComments, rowsDone, type DdlJob, type JobSettings } from '../../ddl/job/job.js';
import type { SchemaState } from '../../catalog/model.js';
import { Chunk } from '../../chunk/chunk.js';
import { vectorOf } from '../../chunk/vector-builder.js';
import { compileFilter } from '../../expression/compile.js';
import { buildExpression } from '../../planner/resolve/table-expression.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import { newFieldType, TypeCode } from '../../types/field-type.js';
import { epochMicrosToLocal, timeZone, UTC } from '../../types/timezone.js';
import { findVariable } from '../variables/system-variable.js';
import type { Outcome } from '../run-statement.js';
import type { Session } from '../session.js';
import { intColumn, staticRows, text, textColumn, type StaticColumn } from '../static-rows.js';
import { evaluate } from './query.js';

type AdminOf<A extends AdminStmt['action']> = Extract<AdminStmt, { action: A }>;

/** Ended jobs shown when no number is given (TiDB's default). */
const HISTORY_SHOWN = 10;
const QUERIES_SHOWN = 10;

const STATE_TEXT: Readonly<Record<SchemaState, string>> = {
  none: 'none',
  deleteOnly: 'delete only',
  writeOnly: 'write only',
  writeReorg: 'write reorganization',
  deleteReorg: 'delete reorganization',
  public: 'public',
};

const timeColumn = (name: string): StaticColumn => ({
  name,
  type: newFieldType(TypeCode.DateTime, { flen: 19, decimal: 0 }),
});

const JOB_COLUMNS: readonly StaticColumn[] = [
  intColumn('JOB_ID'),
  textColumn('DB_NAME', 64),
  textColumn('TABLE_NAME', 64),
  textColumn('JOB_TYPE', 64),
  textColumn('SCHEMA_STATE', 64),
  intColumn('SCHEMA_ID'),
  intColumn('TABLE_ID'),
  intColumn('ROW_COUNT'),
  timeColumn('CREATE_TIME'),
  timeColumn('START_TIME'),
  timeColumn('END_TIME'),
  textColumn('STATE', 64),
];

function moment(session: Session, ms: number): Datum {
  if (ms === 0) return null;
  return epochMicrosToLocal(ms * 1000, 0, timeZone(session.evalContext.timeZone) ?? UTC);
}

/** The job's line, and one for each of its parts. */
function jobRows(session: Session, job: DdlJob): Datum[][] {
  const row = (type: string): Datum[] => [
    job.id,
    text(job.dbName),
    text(job.tableName),
    text(type),
    text(STATE_TEXT[job.schemaState]),
    job.dbId,
    job.tableId,
    rowsDone(job.progress),
    moment(session, job.createTime),
    moment(session, job.startTime),
    moment(session, job.endTime),
    text(job.state),
  ];
  return [row(job.type), ...job.parts.map((p) => row(`${p} /* subjob */`))];
}

/** What jobs have whose session asks for nothing else. */
const usualSettings = (): JobSettings => settingsOf({ variable: (name) => findVariable(name)!.default });

/** One line about a running job (ADMIN SHOW DDL). */
export const jobText = (j: DdlJob): string =>
  `ID:${j.id}, Type:${j.type}, State:${j.state}, SchemaState:${STATE_TEXT[j.schemaState]}, SchemaID:${j.dbId}, TableID:${j.tableId}, RowCount:${rowsDone(j.progress)}, ArgLen:0, start time: ${new Date(j.startTime).toISOString()}, Err:${j.error?.message ?? '<nil>'}`;

/** ADMIN SHOW DDL JOBS [n] [WHERE …]: running jobs, then the last n of the history. */
export async function showJobs(session: Session, stmt: AdminOf<'SHOW DDL JOBS'>): Promise<Outcome> {
  const { queue, history } = await session.engine.ddl.list(stmt.count ?? HISTORY_SHOWN);
  const columns = [...JOB_COLUMNS, textColumn('COMMENTS', 256)];
  const usual = usualSettings();
  const rows = [...queue, ...history].flatMap((job) => {
    const comments = text(jobComments(job, usual, Date.now()));
    return jobRows(session, job).map((row) => [...row, comments]);
  });
  return staticRows(columns, stmt.where === null ? rows : await where(session, stmt.where, columns, rows));
}

async function where(
  session: Session,
  condition: Expr,
  columns: readonly StaticColumn[],
  rows: readonly Datum[][],
): Promise<Datum[][]> {
  if (rows.length === 0) return [];
  const expr = buildExpression(
    condition,
    session.evalContext,
    (name) => {
      const index = columns.findIndex((c) => c.name.toLowerCase() === name.toLowerCase());
      if (index < 0) return null;
      return { kind: 'column', id: index + 1, type: columns[index]!.type, index, name };
    },
    'where clause',
  );
  const chunk = new Chunk(
    columns.map((c, i) =>
      vectorOf(
        rows.map((r) => r[i]!),
        c.type,
      ),
    ),
    rows.length,
  );
  const kept = await compileFilter([expr]).run(chunk, session.evalContext);
  const { sel } = kept;
  return sel === null ? [...rows] : Array.from(sel, (i) => rows[i]!);
}

/** information_schema.ddl_jobs. */
export async function ddlJobRows(session: Session): Promise<Datum[][]> {
  const { queue, history } = await session.engine.ddl.list(Infinity);
  return [...queue, ...history].flatMap((j) => jobRows(session, j).map((r) => [...r, text(j.query)]));
}

/** ADMIN SHOW DDL JOB QUERIES id, … | LIMIT m OFFSET n. */
export async function showJobQueries(
  session: Session,
  stmt: AdminOf<'SHOW DDL JOB QUERIES'>,
): Promise<Outcome> {
  if (stmt.limit !== null) {
    const offset = stmt.offset ?? 0;
    const { queue, history } = await session.engine.ddl.list(offset + stmt.limit);
    const all = [...queue, ...history].slice(offset, offset + stmt.limit);
    return staticRows(
      [textColumn('JOB_ID', 64), textColumn('QUERY', 256)],
      all.map((j) => [text(String(j.id)), text(j.query)]),
    );
  }
  const wanted = new Set(stmt.jobs);
  const { queue, history } = await session.engine.ddl.list(QUERIES_SHOWN);
  return staticRows(
    [textColumn('QUERY', 256)],
    [...queue, ...history].filter((j) => wanted.has(j.id)).map((j) => [text(j.query)]),
  );
}

/** ADMIN CANCEL, PAUSE and RESUME DDL JOBS: a line for each job with what came of it. */
export async function askJobs(
  session: Session,
  stmt: AdminOf<'CANCEL DDL JOBS' | 'PAUSE DDL JOBS' | 'RESUME DDL JOBS'>,
): Promise<Outcome> {
  const wish =
    stmt.action === 'CANCEL DDL JOBS' ? 'cancel' : stmt.action === 'PAUSE DDL JOBS' ? 'pause' : 'resume';
  const rows: Datum[][] = [];
  for (const id of stmt.jobs) {
    const outcome = await session.engine.ddl.ask(id, wish);
    const shown = outcome === 'successful' ? outcome : `error: [ddl:${outcome.code}]${outcome.message}`;
    rows.push([text(String(id)), text(shown)]);
  }
  return staticRows([textColumn('JOB_ID', 64), textColumn('RESULT', 128)], rows);
}

/** ADMIN ALTER DDL JOBS id THREAD = n, BATCH_SIZE = n, MAX_WRITE_SPEED = s. */
export async function alterJob(session: Session, stmt: AdminOf<'ALTER DDL JOBS'>): Promise<void> {
  const settings: { thread?: number; batchSize?: number; maxWriteSpeed?: number } = {};
  for (const { name, value } of stmt.options) {
    const option = name.toLowerCase();
    if (value === null)
      throw mysqlError('ER_UNKNOWN_ERROR', `unsupported admin alter ddl jobs config: ${option}`);
    const [v] = await evaluate(session, [value]);
    const given = v!.value instanceof Uint8Array ? Buffer.from(v!.value).toString() : String(v!.value);
    const number = Number(given);
    const inRange = (low: number, high: number): number => {
      if (!Number.isInteger(number) || number < low || number > high)
        throw mysqlError(
          'ER_UNKNOWN_ERROR',
          `the value ${given} for ${option} is out of range [${low}, ${high}]`,
        );
      return number;
    };
    if (option === 'thread') settings.thread = inRange(1, 256);
    else if (option === 'batch_size') settings.batchSize = inRange(32, 10240);
    else if (option === 'max_write_speed') settings.maxWriteSpeed = byteSize(given);
    else throw mysqlError('ER_UNKNOWN_ERROR', `unsupported admin alter ddl jobs config: ${option}`);
  }
  await session.engine.ddl.alter(stmt.job, settings);
}
