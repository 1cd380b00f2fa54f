import type { TableInfo } from '../../catalog/model.js';
import { FmSketch } from '../../statistics/fm-sketch.js';
import { sampleBytes, sampleOf } from '../../statistics/sample.js';
import {
  boundBytes,
  boundValue,
  cmsBytes,
  cmsOf,
  topNBytes,
  topNValue,
} from '../../statistics/stored-form.js';
import type {
  Bucket,
  ColumnStatistics,
  ExtendedStatistics,
  TableStatistics,
} from '../../statistics/table-statistics.js';
import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';

/** Runs a statement and gives its rows. */
export type Run = (sql: string) => Promise<Datum[][]>;

/** Runs statements as one transaction. */
export type Transact = (body: (run: Run) => Promise<void>) => Promise<void>;

/** Lets others have their turn; throws where the work is to end. */
export type Pause = () => Promise<void>;

/** Rows of one INSERT. */
const BATCH = 64;

export const quoted = (s: string): string => `'${s.replace(/[\\']/g, (c) => `\\${c}`)}'`;
const hex = (b: Uint8Array): string =>
  b.length === 0 ? "''" : `x'${Buffer.from(b.buffer, b.byteOffset, b.length).toString('hex')}'`;
const textOf = (d: Datum | undefined): string => (d instanceof Uint8Array ? Buffer.from(d).toString() : '');
const bytesOf = (d: Datum | undefined): Uint8Array => (d instanceof Uint8Array ? d : new Uint8Array(0));

/** Types of a table's columns by id; what is gone from the table is not restored. */
const typeOf = (table: TableInfo, id: number): FieldType | undefined =>
  table.columns.find((c) => c.id === id)?.type;

/** mysql.stats_extended.type of a correlation, as TiDB numbers it. */
const CORRELATION = 2;

/** States of mysql.stats_extended.status, as TiDB numbers them. */
export const EXTENDED_STATUS = { inited: 0, analyzed: 1, deleted: 2 } as const;

/**
 * Writes the parts of a table's statistics over those that are kept of them, each in a transaction of its own, so that a part is whole
 * and none holds the thread for long.
 */
export async function writeStatistics(
  transaction: Transact,
  table: TableInfo,
  s: TableStatistics,
  pause: Pause = others,
): Promise<void> {
  for (const [id, c] of s.columns) {
    const type = typeOf(table, id);
    if (type !== undefined)
      await transaction((run) => writePart(run, table, s, { id, index: 0, type, stats: c }, pause));
    await pause();
  }
  for (const [id, c] of s.indexes) {
    await transaction((run) => writePart(run, table, s, { id, index: 1, type: null, stats: c }, pause));
    await pause();
  }
}

interface Part {
  readonly id: number;
  readonly index: 0 | 1;
  /** Of a column. */
  readonly type: FieldType | null;
  readonly stats: ColumnStatistics;
}

async function writePart(
  run: Run,
  table: TableInfo,
  s: TableStatistics,
  part: Part,
  pause: Pause,
): Promise<void> {
  const { id, index, type, stats: c } = part;
  const key = `${s.tableId}, ${index}, ${id}`;
  const where = `WHERE table_id = ${s.tableId} AND is_index = ${index} AND hist_id = ${id}`;
  const total = Math.round(c.avgSize * Math.max(0, s.rowCount - c.nullCount));
  const cms = c.cms === null || c.cms === undefined ? 'NULL' : hex(cmsBytes(c.cms));
  await run(
    `REPLACE INTO mysql.stats_histograms (table_id, is_index, hist_id, distinct_count, null_count, tot_col_size, modify_count, version, cm_sketch, stats_ver, flag, correlation) VALUES (${key}, ${Math.round(c.ndv)}, ${Math.round(c.nullCount)}, ${total}, 0, ${c.version ?? s.version}, ${cms}, ${c.statsVer ?? 2}, 1, ${c.correlation})`,
  );
  let before = 0;
  const buckets = c.buckets.map((b, i) => {
    const count = b.cumulative - before;
    before = b.cumulative;
    return `(${key}, ${i}, ${count}, ${b.repeat}, ${hex(boundBytes(b.upper, type))}, ${hex(boundBytes(b.lower, type))}, ${b.ndv})`;
  });
  // Buckets keep their rows and entries: only their contents change.
  await insert(
    run,
    'INSERT INTO mysql.stats_buckets (table_id, is_index, hist_id, bucket_id, count, repeats, upper_bound, lower_bound, ndv)',
    buckets,
    pause,
    'ON DUPLICATE KEY UPDATE count = VALUES(count), repeats = VALUES(repeats), upper_bound = VALUES(upper_bound), lower_bound = VALUES(lower_bound), ndv = VALUES(ndv)',
  );
  await run(`DELETE FROM mysql.stats_buckets ${where} AND bucket_id >= ${buckets.length}`);
  await run(`DELETE FROM mysql.stats_top_n ${where}`);
  await insert(
    run,
    'INSERT INTO mysql.stats_top_n (table_id, is_index, hist_id, value, count)',
    c.topN.map((t) => `(${key}, ${hex(topNBytes(t.value, type))}, ${Math.round(t.count)})`),
    pause,
  );
  await run(`DELETE FROM mysql.stats_fm_sketch ${where}`);
  if (c.sketch !== null && c.sketch !== undefined && table.id !== s.tableId)
    await run(
      `INSERT INTO mysql.stats_fm_sketch (table_id, is_index, hist_id, value) VALUES (${key}, ${hex(c.sketch.toBytes())})`,
    );
  if (index === 0 && (c.statsVer ?? 2) > 0)
    await run(
      `INSERT INTO mysql.column_stats_usage (table_id, column_id, last_analyzed_at) VALUES (${table.id}, ${id}, FROM_UNIXTIME(${stampSeconds(c.version ?? s.version)})) ON DUPLICATE KEY UPDATE last_analyzed_at = VALUES(last_analyzed_at)`,
    );
}

/** Writes what is known of a table as a whole, after its parts. Within a transaction of the caller. */
export async function writeTable(
  run: Run,
  s: TableStatistics,
  counts: { readonly rows: number; readonly modified: number },
): Promise<void> {
  const id = s.tableId;
  await run(
    `REPLACE INTO mysql.stats_meta (version, table_id, modify_count, count, snapshot, last_stats_histograms_version) VALUES (${s.version}, ${id}, ${counts.modified}, ${counts.rows}, ${s.version}, ${s.version})`,
  );
  if (s.sample !== null && s.sample !== undefined)
    await run(
      `REPLACE INTO mysql.stats_sample (table_id, version, data) VALUES (${id}, ${s.version}, ${hex(sampleBytes(s.sample))})`,
    );
  for (const e of s.extended ?? []) {
    if (e.value === null) continue;
    await run(
      `UPDATE mysql.stats_extended SET stats = ${quoted(String(e.value))}, version = ${e.version}, status = ${EXTENDED_STATUS.analyzed} WHERE table_id = ${id} AND name = ${quoted(e.name)} AND status <> ${EXTENDED_STATUS.deleted}`,
    );
  }
}

/** Statements of the server itself may follow each other without a promise that waits: others have their turn in between. */
const others: Pause = () => new Promise((resolve) => setImmediate(resolve));

/** Seconds since the epoch of a timestamp of the store. */
export const stampSeconds = (version: bigint): number => Math.floor(Number(version >> 18n) / 1000);

async function insert(
  run: Run,
  head: string,
  rows: readonly string[],
  pause: Pause,
  tail = '',
): Promise<void> {
  for (let i = 0; i < rows.length; i += BATCH) {
    await run(`${head} VALUES ${rows.slice(i, i + BATCH).join(', ')} ${tail}`);
    await pause();
  }
}

/** A table, or a partition of it. */
export interface StoredPart {
  readonly table: TableInfo;
  readonly physicalId: number;
}

/** What is kept of a table, as rows of the tables of statistics; the table's id is not in them. */
interface StoredRows {
  readonly histograms: readonly Datum[][];
  readonly extended: readonly ExtendedStatistics[];
  readonly meta: readonly Datum[] | undefined;
  readonly buckets: readonly Datum[][];
  readonly topN: readonly Datum[][];
  readonly sketches: readonly Datum[][];
  readonly sample: Datum | undefined;
}

/**
 * The statistics kept of tables and partitions, null where there are none, in the order of `parts`. Those of all are read together: a query for
 * each of seven tables takes its time when a server has just begun.
 */
export async function readStatistics(
  run: Run,
  parts: readonly StoredPart[],
): Promise<(TableStatistics | null)[]> {
  const where = `WHERE table_id IN (${parts.map((p) => p.physicalId).join(', ')})`;
  const read = async (columns: string, from: string, order = ''): Promise<Map<number, Datum[][]>> =>
    byTable(await run(`SELECT table_id, ${columns} FROM mysql.${from} ${where} ${order}`));
  const histograms = await read(
    'is_index, hist_id, distinct_count, null_count, tot_col_size, version, cm_sketch, stats_ver, correlation',
    'stats_histograms',
  );
  const extended = await readExtended(run, parts);
  if (histograms.size === 0 && extended.size === 0) return parts.map(() => null);
  const meta = await read('count, modify_count, version', 'stats_meta');
  const buckets = await read(
    'is_index, hist_id, count, repeats, upper_bound, lower_bound, ndv',
    'stats_buckets',
    'ORDER BY table_id, is_index, hist_id, bucket_id',
  );
  const topN = await read('is_index, hist_id, value, count', 'stats_top_n');
  const sketches = await read('is_index, hist_id, value', 'stats_fm_sketch');
  const samples = await read('data', 'stats_sample');
  const out: (TableStatistics | null)[] = [];
  for (const part of parts) {
    const id = part.physicalId;
    out.push(
      statisticsOf(part, {
        histograms: histograms.get(id) ?? [],
        extended: extended.get(id) ?? [],
        meta: meta.get(id)?.[0],
        buckets: buckets.get(id) ?? [],
        topN: topN.get(id) ?? [],
        sketches: sketches.get(id) ?? [],
        sample: samples.get(id)?.[0]?.[0],
      }),
    );
    await others();
  }
  return out;
}

/** Rows by their first column, without it. */
function byTable(rows: readonly Datum[][]): Map<number, Datum[][]> {
  const by = new Map<number, Datum[][]>();
  for (const [id, ...rest] of rows) {
    const list = by.get(Number(id));
    if (list === undefined) by.set(Number(id), [rest]);
    else list.push(rest);
  }
  return by;
}

function statisticsOf({ table, physicalId }: StoredPart, stored: StoredRows): TableStatistics | null {
  const { histograms, extended, meta } = stored;
  if (histograms.length === 0 && extended.length === 0) return null;
  const rowCount = Number(meta?.[0] ?? 0);
  const group = (rows: readonly Datum[][]): Map<string, Datum[][]> => {
    const by = new Map<string, Datum[][]>();
    for (const r of rows) {
      const k = `${r[0]} ${r[1]}`;
      const list = by.get(k);
      if (list === undefined) by.set(k, [r]);
      else list.push(r);
    }
    return by;
  };
  const buckets = group(stored.buckets);
  const topN = group(stored.topN);
  const sketches = group(stored.sketches);
  const columns = new Map<number, ColumnStatistics>();
  const indexes = new Map<number, ColumnStatistics>();
  let version = 0n;
  let analyzedRows = 0;
  for (const h of histograms) {
    const isIndex = Number(h[0]) === 1;
    const id = Number(h[1]);
    const type = isIndex ? null : typeOf(table, id);
    if (type === undefined || (isIndex && !table.indices.some((i) => i.id === id))) continue;
    const k = `${h[0]} ${h[1]}`;
    const partVersion = BigInt(h[5] as number | bigint);
    if (partVersion > version) version = partVersion;
    const stats = restored(h, type, buckets.get(k) ?? [], topN.get(k) ?? [], sketches.get(k)?.[0]?.[2]);
    if (stats === null) continue;
    let known = stats.nullCount + (stats.buckets[stats.buckets.length - 1]?.cumulative ?? 0);
    for (const t of stats.topN) known += t.count;
    if (known > analyzedRows) analyzedRows = known;
    const sized = { ...stats, avgSize: stats.avgSize / Math.max(1, rowCount - stats.nullCount) };
    (isIndex ? indexes : columns).set(id, sized);
  }
  if (version === 0n && extended.length === 0) return null;
  return {
    tableId: physicalId,
    rowCount: columns.size === 0 && indexes.size === 0 ? rowCount : analyzedRows,
    modifyCount: Number(meta?.[1] ?? 0),
    version,
    columns,
    indexes,
    extended,
    sample: stored.sample instanceof Uint8Array ? sampleOf(stored.sample) : null,
  };
}

/** Null when the kept form cannot be read, which is as good as no statistics. avgSize: bytes of all values. */
function restored(
  h: readonly Datum[],
  type: FieldType | null,
  bucketRows: readonly (readonly Datum[])[],
  topRows: readonly (readonly Datum[])[],
  sketch: Datum | undefined,
): ColumnStatistics | null {
  try {
    let cumulative = 0;
    const buckets = bucketRows.map((b): Bucket => {
      cumulative += Number(b[2]);
      return {
        lower: boundValue(bytesOf(b[5]), type),
        upper: boundValue(bytesOf(b[4]), type),
        cumulative,
        repeat: Number(b[3]),
        ndv: Number(b[6]),
      };
    });
    const encoded = topRows
      .map((t) => ({ key: bytesOf(t[2]), count: Number(t[3]) }))
      .sort((a, b) => Buffer.compare(a.key, b.key));
    return {
      ndv: Number(h[2]),
      nullCount: Number(h[3]),
      avgSize: Number(h[4]),
      correlation: Number(h[8]),
      topN: encoded.map((t) => ({ value: topNValue(t.key, type), count: t.count })),
      buckets,
      cms: h[6] instanceof Uint8Array ? cmsOf(h[6]) : null,
      sketch: sketch instanceof Uint8Array ? FmSketch.fromBytes(sketch) : null,
      statsVer: Number(h[7]),
      version: BigInt(h[5] as number | bigint),
    };
  } catch {
    return null;
  }
}

/** By the id of the table; partitions have none of their own. */
async function readExtended(
  run: Run,
  parts: readonly StoredPart[],
): Promise<Map<number, ExtendedStatistics[]>> {
  const ids = parts.filter((p) => p.physicalId === p.table.id).map((p) => p.physicalId);
  if (ids.length === 0) return new Map();
  const rows = await run(
    `SELECT table_id, name, column_ids, stats, version FROM mysql.stats_extended WHERE table_id IN (${ids.join(', ')}) AND status <> ${EXTENDED_STATUS.deleted} ORDER BY name`,
  );
  const of = (r: readonly Datum[]): ExtendedStatistics => ({
    name: textOf(r[0]),
    columns: JSON.parse(textOf(r[1])) as number[],
    value: r[2] === null || r[2] === undefined ? null : Number(textOf(r[2])),
    version: BigInt(r[3] as number | bigint),
  });
  return new Map([...byTable(rows)].map(([id, list]) => [id, list.map(of)]));
}

/** Forgets statistics, all but the row counts when `keepCount`. */
export async function deleteStatistics(run: Run, physicalId: number, keepCount: boolean): Promise<void> {
  const tables = ['stats_histograms', 'stats_buckets', 'stats_top_n', 'stats_fm_sketch', 'stats_sample'];
  if (!keepCount)
    tables.push(
      'stats_meta',
      'stats_extended',
      'stats_table_locked',
      'column_stats_usage',
      'analyze_options',
    );
  for (const t of tables) await run(`DELETE FROM mysql.${t} WHERE table_id = ${physicalId}`);
}

/** Keeps that ANALYZE is to find out how two columns go together. */
export async function addExtended(
  run: Run,
  tableId: number,
  name: string,
  columns: readonly number[],
  version: bigint,
): Promise<void> {
  await run(
    `REPLACE INTO mysql.stats_extended (name, type, table_id, column_ids, stats, version, status) VALUES (${quoted(name)}, ${CORRELATION}, ${tableId}, '${JSON.stringify(columns)}', NULL, ${version}, ${EXTENDED_STATUS.inited})`,
  );
}

export async function removeExtended(run: Run, tableId: number, name: string): Promise<void> {
  await run(`DELETE FROM mysql.stats_extended WHERE table_id = ${tableId} AND name = ${quoted(name)}`);
}
