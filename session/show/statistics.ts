import type { DbInfo, TableInfo } from '../../catalog/model.js';
import { datumToString } from '../../types/format.js';
import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import { physicalOf } from '../../kv/client/oracle.js';
import type { TableStatistics } from '../../statistics/table-statistics.js';
import type { Session } from '../session.js';
import { doubleColumn, intColumn, text, textColumn } from '../static-rows.js';
import { registerShow } from './show-registry.js';

/** Analyzed tables that the user may see. */
function* analyzed(session: Session): Generator<{ db: DbInfo; table: TableInfo; stats: TableStatistics }> {
  for (const db of session.schema.databases()) {
    for (const table of session.schema.tables(db.name)) {
      const stats = session.engine.statistics.get(table.id);
      if (stats !== null && session.privileges.visible(db.name, table.name)) yield { db, table, stats };
    }
  }
}

const stamp = (version: bigint): string =>
  new Date(physicalOf(version)).toISOString().slice(0, 19).replace('T', ' ');
const NAMES = [textColumn('Db_name', 64), textColumn('Table_name', 64), textColumn('Partition_name', 64)];
const valueText = (v: Datum, type: FieldType): string => (v === null ? 'NULL' : datumToString(v, type));

registerShow('STATS_META', (session) => ({
  columns: [
    ...NAMES,
    textColumn('Update_time', 64),
    intColumn('Modify_count'),
    intColumn('Row_count'),
    textColumn('Last_analyze_time', 64),
  ],
  rows: [...analyzed(session)].map(({ db, table, stats }) => [
    text(db.name),
    text(table.name),
    text(''),
    text(stamp(stats.version)),
    stats.modifyCount,
    session.engine.rowCounts.get(table.id) ?? stats.rowCount,
    text(stamp(stats.version)),
  ]),
  likeColumn: 1,
}));

/** 100 when nothing changed since ANALYZE, 0 when as much changed as there is (TiDB manual, "SHOW STATS_HEALTHY"). */
registerShow('STATS_HEALTHY', (session) => ({
  columns: [...NAMES, intColumn('Healthy')],
  rows: [...analyzed(session)].map(({ db, table, stats }) => {
    const rows = Math.max(1, stats.rowCount);
    const healthy = stats.modifyCount >= rows ? 0 : Math.floor((1 - stats.modifyCount / rows) * 100);
    return [text(db.name), text(table.name), text(''), healthy];
  }),
  likeColumn: 1,
}));

registerShow('STATS_LOCKED', (session) => {
  session.privileges.require('SELECT', 'mysql', 'stats_table_locked');
  const rows: Datum[][] = [];
  for (const db of session.schema.databases())
    for (const table of session.schema.tables(db.name))
      if (session.engine.statistics.isLocked(table.id))
        rows.push([text(db.name), text(table.name), text(''), text('locked')]);
  return { columns: [...NAMES, textColumn('Status', 64)], rows, likeColumn: 1 };
});

/** Columns and the indexes over several columns that have statistics. */
function* parts({ table, stats }: { table: TableInfo; stats: TableStatistics }) {
  for (const c of table.columns) {
    const s = stats.columns.get(c.id);
    if (s !== undefined) yield { name: c.name, isIndex: 0, type: c.type, s };
  }
  for (const i of table.indices) {
    const s = stats.indexes.get(i.id);
    if (s !== undefined)
      yield { name: i.name, isIndex: 1, type: table.columns[i.columns[0]!.offset]!.type, s };
  }
}

registerShow('STATS_HISTOGRAMS', (session) => ({
  columns: [
    ...NAMES,
    textColumn('Column_name', 64),
    intColumn('Is_index'),
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
  rows: [...analyzed(session)].flatMap((t) =>
    [...parts(t)].map(({ name, isIndex, s }) => [
      text(t.db.name),
      text(t.table.name),
      text(''),
      text(name),
      isIndex,
      text(stamp(t.stats.version)),
      s.ndv,
      s.nullCount,
      s.avgSize,
      s.correlation,
      text('allLoaded'),
      0,
      0,
      0,
      0,
    ]),
  ),
  likeColumn: 1,
}));

registerShow('STATS_TOPN', (session) => ({
  columns: [
    ...NAMES,
    textColumn('Column_name', 64),
    intColumn('Is_index'),
    textColumn('Value', 1024),
    intColumn('Count'),
  ],
  rows: [...analyzed(session)].flatMap((t) =>
    [...parts(t)].flatMap(({ name, isIndex, type, s }) =>
      s.topN.map((v) => [
        text(t.db.name),
        text(t.table.name),
        text(''),
        text(name),
        isIndex,
        text(valueText(v.value, type)),
        v.count,
      ]),
    ),
  ),
  likeColumn: 1,
}));

registerShow('STATS_BUCKETS', (session) => ({
  columns: [
    ...NAMES,
    textColumn('Column_name', 64),
    intColumn('Is_index'),
    intColumn('Bucket_id'),
    intColumn('Count'),
    intColumn('Repeats'),
    textColumn('Lower_Bound', 1024),
    textColumn('Upper_Bound', 1024),
    intColumn('Ndv'),
  ],
  rows: [...analyzed(session)].flatMap((t) =>
    [...parts(t)].flatMap(({ name, isIndex, type, s }) =>
      s.buckets.map((b, i) => [
        text(t.db.name),
        text(t.table.name),
        text(''),
        text(name),
        isIndex,
        i,
        b.cumulative,
        b.repeat,
        text(valueText(b.lower, type)),
        text(valueText(b.upper, type)),
        0,
      ]),
    ),
  ),
  likeColumn: 1,
}));
