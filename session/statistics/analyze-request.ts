import type { ColumnInfo, TableInfo } from '../../catalog/model.js';
import { isVirtual } from '../../catalog/table-layout.js';
import type { AnalyzeTableStmt } from '../../parser/ast/index.js';
import type { AnalyzeOptions, Wanted } from '../../statistics/builder.js';
import { DEFAULT_ANALYZE, hasIndexStatistics } from '../../statistics/builder.js';
import { mysqlError } from '../../types/error-table.js';
import type { Session } from '../session.js';
import { typeName } from '../../expression/explain.js';

/** Columns that an ANALYZE is to take. */
export type ColumnChoice = 'DEFAULT' | 'ALL' | 'PREDICATE' | 'LIST';

/** What one ANALYZE of a table is to do. */
export interface AnalyzeRequest {
  readonly options: AnalyzeOptions;
  readonly wanted: Wanted;
  /** Given by the statement, so that later ones do the same. */
  readonly given: {
    readonly options: Partial<AnalyzeOptions>;
    readonly choice: ColumnChoice;
    readonly list: readonly number[];
  };
}

/** Options of ANALYZE … WITH n NAME: largest value, and the builder's setting that it stands for (TiDB's limits). */
const OPTIONS: Readonly<Record<string, { readonly max: number; readonly sets: keyof AnalyzeOptions }>> = {
  BUCKETS: { max: 100_000, sets: 'buckets' },
  TOPN: { max: 100_000, sets: 'topN' },
  SAMPLES: { max: 5_000_000, sets: 'samples' },
  'CMSKETCH WIDTH': { max: 131_072, sets: 'cmsWidth' },
  'CMSKETCH DEPTH': { max: 1024, sets: 'cmsDepth' },
  SAMPLERATE: { max: 1, sets: 'sampleRate' },
};

/** Settings that the statement names. Throws 1105 for values out of range. */
export function givenOptions(stmt: AnalyzeTableStmt): Partial<AnalyzeOptions> {
  const options: { -readonly [K in keyof AnalyzeOptions]?: number } = {};
  for (const { name, value } of stmt.options) {
    const rule = OPTIONS[name];
    if (rule === undefined) continue;
    const least = name === 'TOPN' || name === 'SAMPLERATE' ? 0 : 1;
    if (value < least || value > rule.max)
      throw mysqlError(
        'ER_UNKNOWN_ERROR',
        `Value of analyze option ${name} should not be larger than ${rule.max}`,
      );
    options[rule.sets] = value;
  }
  if (options.samples !== undefined && options.sampleRate !== undefined)
    throw mysqlError('ER_UNKNOWN_ERROR', 'ambiguous settings for sample rate and sample count');
  return options;
}

const indexedColumns = (table: TableInfo): Set<number> =>
  new Set(
    table.indices
      .filter((i) => hasIndexStatistics(table, i) || i.primary)
      .flatMap((i) => i.columns.map((c) => table.columns[c.offset]!.id)),
  );

/** Options kept from an ANALYZE before (mysql.analyze_options). */
async function keptOptions(
  session: Session,
  table: TableInfo,
): Promise<{ options: Partial<AnalyzeOptions>; choice: ColumnChoice; list: number[] } | null> {
  if (session.engine.globals.get('tidb_persist_analyze_options') !== 'ON') return null;
  const [row] = await session.engine.internalQuery(
    `SELECT sample_num, sample_rate, buckets, topn, CAST(column_choice AS CHAR), column_ids FROM mysql.analyze_options WHERE table_id = ${table.id}`,
  );
  if (row === undefined) return null;
  const text = (at: number): string =>
    row[at] instanceof Uint8Array ? Buffer.from(row[at] as Uint8Array).toString() : '';
  const options: { -readonly [K in keyof AnalyzeOptions]?: number } = {};
  if (Number(row[0]) > 0) options.samples = Number(row[0]);
  if (Number(row[1]) > 0) options.sampleRate = Number(row[1]);
  if (Number(row[2]) > 0) options.buckets = Number(row[2]);
  if (Number(row[3]) >= 0) options.topN = Number(row[3]);
  return {
    options,
    choice: text(4) as ColumnChoice,
    list: text(5)
      .split(',')
      .filter((s) => s !== '')
      .map(Number),
  };
}

/** What an ANALYZE of the table does: as the statement says, else as the one before did, else by default. */
export async function analyzeRequest(
  session: Session,
  table: TableInfo,
  stmt: Pick<AnalyzeTableStmt, 'columns' | 'indexes' | 'histogram'> & {
    readonly given: Partial<AnalyzeOptions>;
  },
): Promise<AnalyzeRequest> {
  const version = Number(session.vars.get('tidb_analyze_version'));
  const kept = await keptOptions(session, table);
  const named = stmt.histogram?.columns ?? (stmt.columns?.mode === 'LIST' ? stmt.columns.names : null);
  let choice: ColumnChoice = named !== null ? 'LIST' : (stmt.columns?.mode ?? 'DEFAULT');
  let list = (named ?? []).map((n) => table.columns.find((c) => c.lower === n.toLowerCase())!.id);
  const given = { options: stmt.given, choice, list };
  if (choice === 'DEFAULT' && kept !== null) ({ choice, list } = kept);
  if (choice === 'DEFAULT')
    choice = session.engine.globals.get('tidb_analyze_column_options') === 'PREDICATE' ? 'PREDICATE' : 'ALL';
  const options = { ...DEFAULT_ANALYZE, ...kept?.options, ...stmt.given, version };
  const only = version === 1 && stmt.indexes !== null;
  const indexes = table.indices.filter(
    (i) =>
      hasIndexStatistics(table, i) &&
      (!only || stmt.indexes!.length === 0 || stmt.indexes!.some((n) => n.toLowerCase() === i.lower)),
  );
  const columns = only ? new Set<number>() : await chosenColumns(session, table, choice, list);
  return { options, wanted: { columns, indexes: new Set(indexes.map((i) => i.id)) }, given };
}

async function chosenColumns(
  session: Session,
  table: TableInfo,
  choice: ColumnChoice,
  list: readonly number[],
): Promise<Set<number>> {
  const skipped = new Set(session.vars.get('tidb_analyze_skip_column_types').split(','));
  const indexed = indexedColumns(table);
  const used = choice === 'PREDICATE' ? await predicateColumns(session, table) : null;
  const wanted = (c: ColumnInfo): boolean => {
    if (c.state !== 'public') return false;
    if (indexed.has(c.id)) return true;
    // What is computed is worth knowing where an index holds it.
    if (isVirtual(c) || skipped.has(typeName(c.type))) return false;
    if (choice === 'LIST') return list.includes(c.id);
    return used === null || used.has(c.id);
  };
  const out = new Set(table.columns.filter(wanted).map((c) => c.id));
  if (choice === 'LIST') {
    const missing = table.columns.filter((c) => out.has(c.id) && !list.includes(c.id));
    if (missing.length > 0)
      session.statement.warn({
        level: 'Warning',
        code: 1105,
        message: `Columns ${missing.map((c) => c.name).join(',')} are missing in ANALYZE but their stats are needed for calculating stats for indexes/primary key/extended stats`,
      });
  }
  return out;
}

async function predicateColumns(session: Session, table: TableInfo): Promise<Set<number>> {
  await session.engine.columnUsage.save();
  const rows = await session.engine.internalQuery(
    `SELECT column_id FROM mysql.column_stats_usage WHERE table_id = ${table.id} AND last_used_at IS NOT NULL`,
  );
  if (rows.length === 0)
    session.statement.warn({
      level: 'Warning',
      code: 1105,
      message: `No predicate column has been collected yet for table ${session.schema.tableById(table.id)?.db.name ?? ''}.${table.name}, so only indexes and the columns composing the indexes will be analyzed`,
    });
  return new Set(rows.map(([id]) => Number(id)));
}

/** Keeps what the statement gave for the next ANALYZE. */
export async function keepOptions(session: Session, table: TableInfo, r: AnalyzeRequest): Promise<void> {
  const { options, choice, list } = r.given;
  if (session.engine.globals.get('tidb_persist_analyze_options') !== 'ON') return;
  if (choice === 'DEFAULT' && Object.keys(options).length === 0) return;
  await session.engine.internalQuery(
    `REPLACE INTO mysql.analyze_options (table_id, sample_num, sample_rate, buckets, topn, column_choice, column_ids) VALUES (${table.id}, ${options.samples ?? 0}, ${options.sampleRate ?? -1}, ${options.buckets ?? 0}, ${options.topN ?? -1}, '${choice}', '${list.join(',')}')`,
  );
}

/** `analyze table all indexes, columns a, b with 256 buckets, 100 topn, 1 samplerate`, as TiDB names the job. */
export function jobInfo(table: TableInfo, r: AnalyzeRequest, rate: number): string {
  const { options, wanted } = r;
  const all = table.columns.filter((c) => c.state === 'public' && (!c.hidden || isVirtual(c)));
  const chosen = all.filter((c) => wanted.columns.has(c.id));
  const columns =
    chosen.length === all.length ? 'all columns' : `columns ${chosen.map((c) => c.name).join(', ')}`;
  const indexes = wanted.indexes.size > 0 ? 'all indexes, ' : '';
  const sampled = r.given.options.samples === undefined ? `${rate} samplerate` : `${options.samples} samples`;
  if (wanted.columns.size === 0)
    return `analyze index ${table.indices
      .filter((i) => wanted.indexes.has(i.id))
      .map((i) => i.name)
      .join(', ')}`;
  return `analyze table ${indexes}${columns} with ${options.buckets} buckets, ${options.topN} topn, ${sampled}`;
}
