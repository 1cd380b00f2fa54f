import type { Datum } from '../types/datum.js';
import type { Bucket, ColumnStatistics, TableStatistics } from './table-statistics.js';

/** A datum in JSON: numbers as they are, `{b}` a wide integer, `{x}` bytes in base64. */
type StoredDatum = null | number | { readonly b: string } | { readonly x: string };

interface StoredColumn {
  readonly ndv: number;
  readonly nullCount: number;
  readonly avgSize: number;
  readonly correlation: number;
  readonly topN: readonly (readonly [StoredDatum, number])[];
  /** lower, upper, cumulative, repeat, ndv */
  readonly buckets: readonly (readonly [StoredDatum, StoredDatum, number, number, number])[];
}

interface StoredStatistics {
  readonly v: 1;
  readonly tableId: number;
  readonly rowCount: number;
  readonly modifyCount: number;
  readonly version: string;
  readonly columns: readonly (readonly [number, StoredColumn])[];
  readonly indexes: readonly (readonly [number, StoredColumn])[];
}

function store(d: Datum): StoredDatum {
  if (d === null || typeof d === 'number') return d;
  return typeof d === 'bigint'
    ? { b: d.toString() }
    : { x: Buffer.from(d.buffer, d.byteOffset, d.length).toString('base64') };
}

function restore(d: StoredDatum): Datum {
  if (d === null || typeof d === 'number') return d;
  return 'b' in d ? BigInt(d.b) : Uint8Array.from(Buffer.from(d.x, 'base64'));
}

const storeColumn = (c: ColumnStatistics): StoredColumn => ({
  ndv: c.ndv,
  nullCount: c.nullCount,
  avgSize: c.avgSize,
  correlation: c.correlation,
  topN: c.topN.map((t) => [store(t.value), t.count]),
  buckets: c.buckets.map((b) => [store(b.lower), store(b.upper), b.cumulative, b.repeat, b.ndv]),
});

const restoreColumn = (c: StoredColumn): ColumnStatistics => ({
  ndv: c.ndv,
  nullCount: c.nullCount,
  avgSize: c.avgSize,
  correlation: c.correlation,
  topN: c.topN.map(([value, count]) => ({ value: restore(value), count })),
  buckets: c.buckets.map(([lower, upper, cumulative, repeat, ndv]): Bucket => ({
    lower: restore(lower),
    upper: restore(upper),
    cumulative,
    repeat,
    ndv,
  })),
});

/** A table's statistics as they are kept in the store. */
export function encodeStatistics(s: TableStatistics): Uint8Array {
  const stored: StoredStatistics = {
    v: 1,
    tableId: s.tableId,
    rowCount: s.rowCount,
    modifyCount: s.modifyCount,
    version: s.version.toString(),
    columns: [...s.columns].map(([id, c]) => [id, storeColumn(c)]),
    indexes: [...s.indexes].map(([id, c]) => [id, storeColumn(c)]),
  };
  return Buffer.from(JSON.stringify(stored));
}

export function decodeStatistics(bytes: Uint8Array): TableStatistics {
  const s = JSON.parse(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(),
  ) as StoredStatistics;
  return {
    tableId: s.tableId,
    rowCount: s.rowCount,
    modifyCount: s.modifyCount,
    version: BigInt(s.version),
    columns: new Map(s.columns.map(([id, c]) => [id, restoreColumn(c)])),
    indexes: new Map(s.indexes.map(([id, c]) => [id, restoreColumn(c)])),
  };
}
