import type { DbInfo, PartitionDefinition, TableInfo } from '../../catalog/model.js';
import { isVirtual } from '../../catalog/table-layout.js';
import { buildOperator } from '../../executor/build-operator.js';
import { GeneratedColumns } from '../../executor/dml/generated-columns.js';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import { planAnalyze, storedColumns } from '../../planner/analyze-plan.js';
import { TableStatsBuilder } from '../../statistics/builder.js';
import { columnCompare } from '../../statistics/column-collector.js';
import type { CompareDatums } from '../../statistics/estimate.js';
import { keptValue } from '../../statistics/kept-value.js';
import { mergeColumn } from '../../statistics/merge.js';
import { mergeSamples } from '../../statistics/sample.js';
import type { ColumnStatistics, TableStatistics } from '../../statistics/table-statistics.js';
import type { CountMark } from '../engine/row-counts.js';
import type { Datum } from '../../types/datum.js';
import { TypeCode } from '../../types/field-type.js';
import { timeZone, UTC, type TimeZone } from '../../types/timezone.js';
import { quoted } from '../engine/statistics-tables.js';
import type { Session } from '../session.js';
import { SessionExecContext } from '../session-exec.js';
import { jobInfo, type AnalyzeRequest } from './analyze-request.js';

/** Rows that TiDB samples of a table; what its notes and job texts give as the rate. */
const SAMPLED_ROWS = 110_000;

/** Share of a table's rows that are sampled. */
export const autoRate = (rows: number): number => Math.min(1, SAMPLED_ROWS / Math.max(1, rows));

/** Runs one ANALYZE as a row of mysql.analyze_jobs. */
async function asJob<T>(
  session: Session,
  db: DbInfo,
  table: TableInfo,
  partition: string,
  info: string,
  body: (progress: (rows: number) => void) => Promise<T>,
): Promise<T> {
  const { engine } = session;
  const id = await engine.internalTransaction(async (run) => {
    await run(
      `INSERT INTO mysql.analyze_jobs (table_schema, table_name, partition_name, job_info, start_time, state, instance, process_id) VALUES (${quoted(db.name)}, ${quoted(table.name)}, ${quoted(partition)}, ${quoted(info)}, NOW(), 'running', ${quoted(engine.instance)}, ${session.connection.id})`,
    );
    const [row] = await run('SELECT LAST_INSERT_ID()');
    return Number(row![0]);
  });
  let rows = 0;
  const end = (state: string, reason: string): Promise<unknown> =>
    engine.internalQuery(
      `UPDATE mysql.analyze_jobs SET state = '${state}', end_time = NOW(), processed_rows = ${rows}, fail_reason = ${reason} WHERE id = ${id}`,
    );
  try {
    const result = await body((n) => (rows = n));
    await end('finished', 'NULL');
    return result;
  } catch (e) {
    await end('failed', quoted(e instanceof Error ? e.message : String(e)));
    throw e;
  }
}

/** Takes the statistics of a table, of all partitions or of some, and keeps them; a partitioned table's are merged. */
export async function analyzeTable(
  session: Session,
  db: DbInfo,
  table: TableInfo,
  request: AnalyzeRequest,
  partitions: readonly PartitionDefinition[] | null = null,
): Promise<void> {
  const { statistics } = session.engine;
  statistics.taking.add(table.id);
  try {
    await takeStatistics(session, db, table, request, partitions);
  } finally {
    statistics.taking.delete(table.id);
  }
}

async function takeStatistics(
  session: Session,
  db: DbInfo,
  table: TableInfo,
  request: AnalyzeRequest,
  partitions: readonly PartitionDefinition[] | null,
): Promise<void> {
  const { statistics, rowCounts } = session.engine;
  const pause = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    await session.statement.checkpoint();
  };
  if (table.partition === undefined) {
    const rate = request.options.sampleRate || autoRate(rowCounts.get(table.id) ?? 0);
    const { stats, since } = await asJob(session, db, table, '', jobInfo(table, request, rate), (progress) =>
      scan(session, db, table, table.id, request, progress),
    );
    await statistics.put(table, stats, since, pause);
    return;
  }
  const chosen = partitions ?? table.partition.definitions;
  for (const p of chosen) {
    if (statistics.isLocked(p.id)) continue;
    const rate = request.options.sampleRate || autoRate(rowCounts.get(p.id) ?? 0);
    const { stats, since } = await asJob(
      session,
      db,
      table,
      p.name,
      jobInfo(table, request, rate),
      (progress) => scan(session, db, table, p.id, request, progress),
    );
    await statistics.put(table, stats, since, pause);
  }
  await asJob(session, db, table, 'global', `merge global stats for ${db.name}.${table.name} columns`, () =>
    mergeGlobal(session, table, request, chosen.length === table.partition!.definitions.length),
  );
}

/** What a table or partition held at one snapshot, and where counting stood then. */
interface Scanned {
  readonly stats: TableStatistics;
  readonly since: CountMark;
}

/** Reads a whole table or partition at one snapshot. */
async function scan(
  session: Session,
  db: DbInfo,
  table: TableInfo,
  physicalId: number,
  request: AnalyzeRequest,
  progress: (rows: number) => void,
): Promise<Scanned> {
  const { storage, statistics, rowCounts } = session.engine;
  const { wanted, options } = request;
  const computed = table.columns.some((c) => isVirtual(c) && c.state === 'public');
  const indexed = new Set(
    table.indices.filter((i) => wanted.indexes.has(i.id)).flatMap((i) => i.columns.map((c) => c.offset)),
  );
  const extended =
    physicalId === table.id && session.vars.get('tidb_enable_extended_stats') === 'ON'
      ? ((await statistics.want(table.id))?.extended ?? [])
      : [];
  const correlated = new Set(extended.flatMap((e) => e.columns));
  // Computed columns may be made of any others.
  const columns = storedColumns(table).filter(
    (c) => computed || wanted.columns.has(c.id) || indexed.has(c.offset) || correlated.has(c.id),
  );
  const ts = await storage.currentTs();
  const release = storage.pinTs(ts);
  const since = rowCounts.mark(physicalId);
  session.statement.state = `analyzing ${db.name}.${table.name}`;
  const builder = new TableStatsBuilder(table, physicalId, columns, options, wanted);
  const context = new SessionExecContext(
    session,
    session.statement,
    session.schema,
    null,
    storage.snapshot(ts),
    ts,
  );
  const operator = buildOperator(planAnalyze(db, table, physicalId, columns), context);
  try {
    await operator.open();
    for (;;) {
      const pause = session.statement.checkpoint();
      if (pause !== undefined) await pause;
      const chunk = await operator.next();
      if (chunk === null) break;
      await inTurns(session, builder.adding(chunk));
      progress(builder.rows);
      session.statement.state = `analyzing ${db.name}.${table.name}: ${builder.rows} rows`;
    }
  } finally {
    await operator.close();
    release();
  }
  if (computed) await GeneratedColumns.of(table, context)?.read(builder.sample);
  keep(table, builder.sample, timeZone(session.evalContext.timeZone) ?? UTC);
  return { stats: await inTurns(session, builder.finishing(ts, extended)), since };
}

/** Values of TIMESTAMP columns as statistics keep them. */
function keep(table: TableInfo, sample: readonly Datum[][], zone: TimeZone): void {
  for (const { type, offset } of table.columns)
    if (type.tp === TypeCode.Timestamp)
      for (const row of sample) row[offset] = keptValue(row[offset]!, type, zone);
}

/** Does work in steps, between which others have their turn. */
async function inTurns<T>(session: Session, steps: Generator<void, T>): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    const pause = session.statement.checkpoint();
    if (pause !== undefined) await pause;
  }
}

/** Statistics of a partitioned table as a whole, made of those of its partitions. */
async function mergeGlobal(
  session: Session,
  table: TableInfo,
  { options }: AnalyzeRequest,
  whole: boolean,
): Promise<void> {
  const { statistics, rowCounts, storage } = session.engine;
  const parts: TableStatistics[] = [];
  for (const p of table.partition!.definitions) {
    const stats = await statistics.want(p.id);
    if (stats !== null) parts.push({ ...stats, rowCount: rowCounts.get(p.id) ?? stats.rowCount });
  }
  const merged = (
    compare: CompareDatums,
    of: (s: TableStatistics) => ColumnStatistics | undefined,
  ): ColumnStatistics | null => {
    const found = parts.flatMap((s) => {
      const stats = of(s);
      return stats === undefined ? [] : [{ rows: s.rowCount, stats }];
    });
    return found.length === 0 ? null : mergeColumn(found, compare, options.topN, options.buckets);
  };
  const columns = new Map<number, ColumnStatistics>();
  const indexes = new Map<number, ColumnStatistics>();
  for (const c of table.columns) {
    const m = merged(columnCompare(c), (s) => s.columns.get(c.id));
    if (m !== null) columns.set(c.id, m);
    await session.statement.checkpoint();
  }
  for (const i of table.indices) {
    const m = merged(
      (a, b) => compareBytes(a as Uint8Array, b as Uint8Array),
      (s) => s.indexes.get(i.id),
    );
    if (m !== null) indexes.set(i.id, m);
    await session.statement.checkpoint();
  }
  const sampled = parts.flatMap((s) =>
    s.sample === undefined || s.sample === null ? [] : [{ rows: s.rowCount, sample: s.sample }],
  );
  const sample = sampled.length === parts.length ? mergeSamples(sampled) : null;
  const version = await storage.currentTs();
  const rowCount = parts.reduce((n, s) => n + s.rowCount, 0);
  const modifyCount = parts.reduce((n, s) => n + rowCounts.modified(s.tableId), 0);
  await statistics.put(
    table,
    { tableId: table.id, rowCount, modifyCount: whole ? modifyCount : 0, version, columns, indexes, sample },
    whole ? rowCounts.mark(table.id) : null,
  );
}
