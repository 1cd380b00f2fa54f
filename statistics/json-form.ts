import type { TableInfo } from '../catalog/model.js';
import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';
import { CmSketch } from './cm-sketch.js';
import { keysOf, storedKeys, type KeySample } from './key-sample.js';
import { restore, store, type StoredDatum, type TableSample } from './sample.js';
import { boundBytes, boundValue, topNBytes, topNValue } from './stored-form.js';
import type { Bucket, ColumnStatistics, TableStatistics } from './table-statistics.js';

/** Statistics as TiDB's /stats/dump gives them and LOAD STATS reads them (TiDB's JSONTable). Bytes are base64. */
export interface JsonTable {
  readonly is_historical_stats: boolean;
  readonly columns: Readonly<Record<string, JsonColumn>>;
  readonly indices: Readonly<Record<string, JsonColumn>>;
  readonly partitions: Readonly<Record<string, JsonTable>> | null;
  readonly database_name: string;
  readonly table_name: string;
  readonly ext_stats: readonly JsonExtended[] | null;
  readonly predicate_columns: null;
  /** Rows that conditions are tried on; other servers pass over it. */
  readonly sample?: {
    readonly rows: number;
    readonly full: boolean;
    readonly columns: Readonly<Record<string, readonly StoredDatum[]>>;
    readonly keys?: Readonly<Record<string, string>>;
  } | null;
  readonly count: number;
  readonly modify_count: number;
  readonly version: number;
}

interface JsonColumn {
  readonly histogram: {
    readonly ndv: number;
    readonly buckets: readonly {
      readonly count: number;
      readonly lower_bound: string;
      readonly upper_bound: string;
      readonly repeats: number;
      readonly ndv: number;
    }[];
  };
  readonly cm_sketch: {
    readonly rows?: readonly { readonly counters: readonly number[] }[];
    readonly top_n?: readonly { readonly data: string; readonly count: number }[];
    readonly default_value: number;
  } | null;
  readonly fm_sketch: null;
  readonly stats_ver: number;
  readonly null_count: number;
  readonly tot_col_size: number;
  readonly last_update_version: number;
  readonly correlation: number;
}

interface JsonExtended {
  readonly stats_name: string;
  readonly columns: readonly number[];
  readonly type: number;
  readonly scalar_vals: number;
  readonly string_vals: string;
}

const CORRELATION = 2;
const base64 = (b: Uint8Array): string => Buffer.from(b.buffer, b.byteOffset, b.length).toString('base64');
const bytes = (s: string): Uint8Array => Uint8Array.from(Buffer.from(s, 'base64'));

export function toJson(
  db: string,
  table: TableInfo,
  s: TableStatistics,
  rows: { readonly count: number; readonly modified: number },
): JsonTable {
  const columns: Record<string, JsonColumn> = {};
  for (const c of table.columns) {
    const stats = s.columns.get(c.id);
    if (stats !== undefined) columns[c.lower] = columnJson(stats, c.type, rows.count);
  }
  const indices: Record<string, JsonColumn> = {};
  for (const i of table.indices) {
    const stats = s.indexes.get(i.id);
    if (stats !== undefined) indices[i.lower] = columnJson(stats, null, rows.count);
  }
  const extended = (s.extended ?? []).filter((e) => e.value !== null);
  return {
    is_historical_stats: false,
    columns,
    indices,
    partitions: null,
    database_name: db,
    table_name: table.lower,
    ext_stats:
      extended.length === 0
        ? null
        : extended.map((e) => ({
            stats_name: e.name,
            columns: e.columns,
            type: CORRELATION,
            scalar_vals: e.value!,
            string_vals: '',
          })),
    predicate_columns: null,
    sample: sampleJson(table, s.sample ?? null),
    count: rows.count,
    modify_count: rows.modified,
    version: Number(s.version),
  };
}

function sampleJson(table: TableInfo, sample: TableSample | null): JsonTable['sample'] {
  if (sample === null) return null;
  const columns: Record<string, StoredDatum[]> = {};
  const keys: Record<string, string> = {};
  for (const c of table.columns) {
    const values = sample.columns.get(c.id);
    if (values !== undefined) columns[c.lower] = values.map(store);
    const rows = sample.keys.get(c.id);
    if (rows !== undefined) keys[c.lower] = storedKeys(rows);
  }
  return { rows: sample.rows, full: sample.full, columns, keys };
}

function sampleFrom(table: TableInfo, json: JsonTable['sample']): TableSample | null {
  if (json === undefined || json === null) return null;
  const columns = new Map<number, readonly Datum[]>();
  const keys = new Map<number, KeySample>();
  for (const c of table.columns) {
    const values = json.columns[c.lower];
    if (values !== undefined) columns.set(c.id, values.map(restore));
    const rows = json.keys?.[c.lower];
    if (rows !== undefined) keys.set(c.id, keysOf(rows));
  }
  return { rows: json.rows, full: json.full, columns, keys };
}

function columnJson(c: ColumnStatistics, type: FieldType | null, rowCount: number): JsonColumn {
  const rows: { counters: number[] }[] = [];
  if (c.cms !== null && c.cms !== undefined)
    for (let d = 0; d < c.cms.depth; d++)
      rows.push({ counters: [...c.cms.cells.subarray(d * c.cms.width, (d + 1) * c.cms.width)] });
  const top = c.topN.map((t) => ({ data: base64(topNBytes(t.value, type)), count: t.count }));
  return {
    histogram: {
      ndv: Math.round(c.ndv),
      buckets: c.buckets.map((b) => ({
        count: b.cumulative,
        lower_bound: base64(boundBytes(b.lower, type)),
        upper_bound: base64(boundBytes(b.upper, type)),
        repeats: b.repeat,
        ndv: b.ndv,
      })),
    },
    cm_sketch:
      rows.length === 0 && top.length === 0
        ? null
        : {
            ...(rows.length > 0 ? { rows } : {}),
            ...(top.length > 0 ? { top_n: top } : {}),
            default_value: 0,
          },
    fm_sketch: null,
    stats_ver: c.statsVer ?? 2,
    null_count: Math.round(c.nullCount),
    tot_col_size: Math.round(c.avgSize * Math.max(0, rowCount - c.nullCount)),
    last_update_version: Number(c.version ?? 0n),
    correlation: c.correlation,
  };
}

/** The statistics that a dump holds for a table of these columns; what the table does not have is left out. */
export function fromJson(
  json: JsonTable,
  table: TableInfo,
  physicalId: number,
  version: bigint,
): TableStatistics {
  const columns = new Map<number, ColumnStatistics>();
  const indexes = new Map<number, ColumnStatistics>();
  const named = (
    o: Readonly<Record<string, JsonColumn>> | null | undefined,
    name: string,
  ): JsonColumn | null => {
    for (const [k, v] of Object.entries(o ?? {})) if (k.toLowerCase() === name) return v;
    return null;
  };
  for (const c of table.columns) {
    const found = named(json.columns, c.lower);
    if (found !== null) columns.set(c.id, columnOf(found, c.type, json.count, version));
  }
  for (const i of table.indices) {
    const found = named(json.indices, i.lower);
    if (found !== null) indexes.set(i.id, columnOf(found, null, json.count, version));
  }
  return {
    tableId: physicalId,
    rowCount: json.count,
    modifyCount: json.modify_count,
    version,
    columns,
    indexes,
    sample: sampleFrom(table, json.sample),
    extended: (json.ext_stats ?? []).map((e) => ({
      name: e.stats_name,
      columns: e.columns,
      value: e.scalar_vals,
      version,
    })),
  };
}

function columnOf(
  j: JsonColumn,
  type: FieldType | null,
  rowCount: number,
  version: bigint,
): ColumnStatistics {
  const rows = j.cm_sketch?.rows ?? [];
  const width = rows[0]?.counters.length ?? 0;
  let cms: CmSketch | null = null;
  if (width > 0) {
    const cells = new Uint32Array(rows.length * width);
    rows.forEach((r, d) => cells.set(r.counters.slice(0, width), d * width));
    cms = new CmSketch(rows.length, width, cells);
  }
  const topN = (j.cm_sketch?.top_n ?? [])
    .map((t) => ({ key: bytes(t.data), count: t.count }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
    .map((t) => ({ value: topNValue(t.key, type), count: t.count }));
  return {
    ndv: j.histogram.ndv,
    nullCount: j.null_count,
    avgSize: j.tot_col_size / Math.max(1, rowCount - j.null_count),
    correlation: j.correlation,
    topN,
    buckets: (j.histogram.buckets ?? []).map((b): Bucket => ({
      lower: boundValue(bytes(b.lower_bound), type),
      upper: boundValue(bytes(b.upper_bound), type),
      cumulative: b.count,
      repeat: b.repeats,
      ndv: b.ndv ?? 0,
    })),
    // Hashes of another server's sketch are not ours.
    cms: j.stats_ver === 1 ? cms : null,
    statsVer: j.stats_ver,
    version,
  };
}
