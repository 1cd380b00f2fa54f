import type { DbInfo, IndexInfo, TableInfo } from '../../catalog/model.js';
import { isVirtual } from '../../catalog/table-layout.js';
import { datumToString } from '../../types/format.js';
import type { Datum } from '../../types/datum.js';
import { newFieldType, TypeCode, type FieldType } from '../../types/field-type.js';
import { epochMicrosToLocal, timeZone, UTC } from '../../types/timezone.js';
import { physicalOf } from '../../kv/client/oracle.js';
import { indexTypes, keyText } from '../../statistics/stats-key.js';
import { memoryOf, type ColumnStatistics, type TableStatistics } from '../../statistics/table-statistics.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Session } from '../session.js';
import { analyzeJobs } from '../statistics/analyze-jobs.js';
import { doubleColumn, intColumn, text, textColumn } from '../static-rows.js';
import { registerShow, type ShowResult } from './show-registry.js';

/** A table or partition that statistics are kept of. */
interface Physical {
  readonly db: DbInfo;
  readonly table: TableInfo;
  /** '' for a table without partitions, 'global' for one as a whole. */
  readonly partition: string;
  readonly id: number;
}

/** Tables and partitions that the user may see, or all. */
function* physicals(session: Session, all = false): Generator<Physical> {
  for (const db of session.schema.databases()) {
    for (const table of session.schema.tables(db.name)) {
      if (table.virtual === true || (!all && !session.privileges.visible(db.name, table.name))) continue;
      if (table.partition === undefined) yield { db, table, partition: '', id: table.id };
      else {
        yield { db, table, partition: 'global', id: table.id };
        for (const p of table.partition.definitions) yield { db, table, partition: p.name, id: p.id };
      }
    }
  }
}

/** Of those the ones that have statistics, with them. */
async function analyzed(session: Session): Promise<(Physical & { readonly stats: TableStatistics })[]> {
  const out: (Physical & { readonly stats: TableStatistics })[] = [];
  for (const p of physicals(session)) {
    if (!session.engine.statistics.has(p.id)) continue;
    const stats = await session.engine.statistics.want(p.id);
    if (stats !== null) out.push({ ...p, stats });
  }
  return out;
}

const MOMENT = newFieldType(TypeCode.DateTime, { flen: 19 });

/** A time of day in the session's zone. */
const clockText = (session: Session, ms: number): string =>
  datumToString(
    epochMicrosToLocal(Math.floor(ms / 1000) * 1_000_000, 0, timeZone(session.evalContext.timeZone) ?? UTC),
    MOMENT,
  );

const stamp = (session: Session, version: bigint): string => clockText(session, physicalOf(version));
const NAMES = [textColumn('Db_name', 64), textColumn('Table_name', 64), textColumn('Partition_name', 64)];
const namesOf = (p: Physical): Datum[] => [text(p.db.name), text(p.table.name), text(p.partition)];

registerShow('STATS_META', async (session) => {
  const { rowCounts, statistics } = session.engine;
  const rows: Datum[][] = [];
  for (const p of physicals(session)) {
    const known = statistics.has(p.id) ? await statistics.want(p.id) : null;
    const count = rowCounts.get(p.id) ?? known?.rowCount;
    if (count === undefined || p.db.lower === 'mysql') continue;
    const version = known?.version ?? 0n;
    const at = version === 0n ? null : text(stamp(session, version));
    rows.push([
      ...namesOf(p),
      at ?? text(clockText(session, p.table.createTime)),
      rowCounts.modified(p.id),
      count,
      at,
    ]);
  }
  return {
    columns: [
      ...NAMES,
      textColumn('Update_time', 64),
      intColumn('Modify_count'),
      intColumn('Row_count'),
      textColumn('Last_analyze_time', 64),
    ],
    rows,
    likeColumn: 1,
  };
});

/** 100 when nothing changed since ANALYZE, 0 when as much changed as there is (TiDB manual, "SHOW STATS_HEALTHY"). */
registerShow('STATS_HEALTHY', async (session) => ({
  columns: [...NAMES, intColumn('Healthy')],
  rows: (await analyzed(session)).map((p) => {
    const rows = Math.max(1, session.engine.rowCounts.get(p.id) ?? p.stats.rowCount);
    const { modifyCount } = p.stats;
    const healthy = modifyCount >= rows ? 0 : Math.floor((1 - modifyCount / rows) * 100);
    return [...namesOf(p), modifyCount === 0 ? 100 : healthy];
  }),
  likeColumn: 1,
}));

registerShow('STATS_LOCKED', (session) => {
  session.privileges.require('SELECT', 'mysql', 'stats_table_locked');
  const { statistics } = session.engine;
  const rows: Datum[][] = [];
  // Who may read mysql.stats_table_locked may know of all of them.
  for (const p of physicals(session, true)) {
    if (!statistics.isLocked(p.id)) continue;
    rows.push([
      text(p.db.name),
      text(p.table.name),
      text(p.partition === 'global' ? '' : p.partition),
      text('locked'),
    ]);
  }
  return { columns: [...NAMES, textColumn('Status', 64)], rows, likeColumn: 1 };
});

/** Global indexes over prefixes or computed columns have statistics of the table as a whole alone, in TiDB's eyes. */
const isWholeOnly = (table: TableInfo, i: IndexInfo): boolean =>
  i.global === true && i.columns.some((c) => c.length >= 0 || isVirtual(table.columns[c.offset]!));

interface Part {
  readonly name: string;
  readonly isIndex: number;
  readonly s: ColumnStatistics;
  readonly value: (v: Datum) => string;
}

const valueText = (v: Datum, type: FieldType): string => (v === null ? 'NULL' : datumToString(v, type));

/** Columns and indexes that have statistics. */
function* parts({ table, stats }: { table: TableInfo; stats: TableStatistics }): Generator<Part> {
  const ofPartition = stats.tableId !== table.id;
  for (const c of table.columns) {
    const s = stats.columns.get(c.id);
    if (s !== undefined && !c.hidden)
      yield { name: c.name, isIndex: 0, s, value: (v) => valueText(v, c.type) };
  }
  for (const i of table.indices) {
    const s = stats.indexes.get(i.id);
    const types = indexTypes(table, i);
    if (ofPartition && isWholeOnly(table, i)) continue;
    if (s !== undefined) yield { name: i.name, isIndex: 1, s, value: (v) => keyText(v as Uint8Array, types) };
  }
}

const COLUMN = [textColumn('Column_name', 64), intColumn('Is_index')];

/** One or more rows for each part that has statistics. */
const byPart =
  (
    columns: ShowResult['columns'],
    rows: (p: Part, session: Session, stats: TableStatistics) => Datum[][],
  ): ((session: Session) => Awaitable<ShowResult>) =>
  async (session) => ({
    columns: [...NAMES, ...COLUMN, ...columns],
    rows: (await analyzed(session)).flatMap((t) =>
      [...parts(t)].flatMap((p) =>
        rows(p, session, t.stats).map((r) => [...namesOf(t), text(p.name), p.isIndex, ...r]),
      ),
    ),
    likeColumn: 1,
  });

registerShow(
  'STATS_HISTOGRAMS',
  byPart(
    [
      textColumn('Update_time', 64),
      intColumn('Distinct_count'),
      intColumn('Null_count'),
      doubleColumn('Avg_col_size'),
      doubleColumn('Correlation'),
      textColumn('Load_status', 64),
      intColumn('Total_mem_usage'),
      intColumn('Hist_mem_usage'),
      intColumn('Topn_mem_usage'),
      intColumn('Cms_mem_usage'),
    ],
    ({ s, isIndex }, session, stats) => {
      const m = memoryOf(s, isIndex === 1);
      return [
        [
          text(stamp(session, s.version ?? stats.version)),
          Math.round(s.ndv),
          Math.round(s.nullCount),
          Math.round(s.avgSize * 100) / 100,
          s.correlation,
          text('allLoaded'),
          m.hist + m.topN + m.cms,
          m.hist,
          m.topN,
          m.cms,
        ],
      ];
    },
  ),
);

registerShow(
  'STATS_TOPN',
  byPart([textColumn('Value', 1024), intColumn('Count')], (p) =>
    p.s.topN.map((v) => [text(p.value(v.value)), v.count]),
  ),
);

registerShow(
  'STATS_BUCKETS',
  byPart(
    [
      intColumn('Bucket_id'),
      intColumn('Count'),
      intColumn('Repeats'),
      textColumn('Lower_Bound', 1024),
      textColumn('Upper_Bound', 1024),
      intColumn('Ndv'),
    ],
    (p) =>
      p.s.buckets.map((b, i) => [
        i,
        b.cumulative,
        b.repeat,
        text(p.value(b.lower)),
        text(p.value(b.upper)),
        b.ndv,
      ]),
  ),
);

registerShow('STATS_EXTENDED', async (session) => ({
  columns: [
    textColumn('Db_name', 64),
    textColumn('Table_name', 64),
    textColumn('Stats_name', 64),
    textColumn('Column_names', 1024),
    textColumn('Stats_type', 64),
    textColumn('Stats_val', 1024),
    textColumn('Last_update_version', 64),
  ],
  rows: (await analyzed(session)).flatMap((p) =>
    (p.stats.extended ?? [])
      .filter((e) => e.value !== null)
      .map((e) => [
        text(p.db.name),
        text(p.table.name),
        text(e.name),
        text(`[${e.columns.map((id) => p.table.columns.find((c) => c.id === id)?.name ?? '').join(',')}]`),
        text('correlation'),
        text(e.value!.toFixed(6)),
        text(String(e.version)),
      ]),
  ),
  likeColumn: 1,
}));

registerShow('ANALYZE STATUS', async (session) => ({
  columns: [
    textColumn('Table_schema', 64),
    textColumn('Table_name', 64),
    textColumn('Partition_name', 64),
    textColumn('Job_info', 1024),
    intColumn('Processed_rows'),
    textColumn('Start_time', 64),
    textColumn('End_time', 64),
    textColumn('State', 64),
    textColumn('Fail_reason', 1024),
    textColumn('Instance', 512),
    intColumn('Process_ID'),
    textColumn('Remaining_seconds', 64),
    doubleColumn('Progress'),
    intColumn('Estimated_total_rows'),
  ],
  rows: (await analyzeJobs(session)).map((r) =>
    r.map((v, i) => (i === 5 || i === 6 ? momentText(session, v) : v)),
  ),
  likeColumn: 1,
}));

const momentText = (session: Session, seconds: Datum): Datum =>
  seconds === null ? null : text(clockText(session, Number(seconds) * 1000));

registerShow('COLUMN_STATS_USAGE', async (session) => {
  await session.engine.columnUsage.save();
  const rows = await session.engine.internalQuery(
    'SELECT table_id, column_id, UNIX_TIMESTAMP(last_used_at), UNIX_TIMESTAMP(last_analyzed_at) FROM mysql.column_stats_usage',
  );
  const byTable = new Map<number, Datum[][]>();
  for (const r of rows) {
    const list = byTable.get(Number(r[0])) ?? [];
    byTable.set(Number(r[0]), [...list, r]);
  }
  return {
    columns: [
      ...NAMES,
      textColumn('Column_name', 64),
      textColumn('Last_used_at', 64),
      textColumn('Last_analyzed_at', 64),
    ],
    rows: [...physicals(session)].flatMap((p) =>
      (byTable.get(p.id) ?? []).flatMap((r) => {
        const column = p.table.columns.find((c) => c.id === Number(r[1]));
        return column === undefined
          ? []
          : [[...namesOf(p), text(column.name), momentText(session, r[2]!), momentText(session, r[3]!)]];
      }),
    ),
    likeColumn: 1,
  };
});

/** Loads of histograms that statements wait for; they are read within the statement here. */
registerShow('HISTOGRAMS_IN_FLIGHT', () => ({ columns: [intColumn('HistogramsInFlight')], rows: [[0]] }));
