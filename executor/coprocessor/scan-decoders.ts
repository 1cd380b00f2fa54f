import type { ColumnInfo, IndexInfo, TableInfo } from '../../catalog/model.js';
import {
  handleColumn,
  PARTITION_ID_TYPE,
  partitionInKey,
  primaryIndex,
  ROWID_TYPE,
  scanColumns,
} from '../../catalog/table-layout.js';
import { IndexBatchDecoder, type IndexScanColumn } from '../../kv/codec/index-batch-decoder.js';
import { RowBatchDecoder } from '../../kv/codec/row-batch-decoder.js';
import type { IndexScan, TableScan } from '../../planner/physical/plan.js';
import type { BatchDecoder } from './record-scan.js';
import type { ZoneOffsets } from '../../kv/codec/time-codec.js';

/** Decoders not in use, by the scan they were made for: plans that run again find theirs, with arrays of the right size. */
const IDLE = new WeakMap<
  TableScan | IndexScan,
  { readonly zone: ZoneOffsets; readonly decoder: BatchDecoder }
>();

/** The decoder of a scan's rows or entries; to be given back when the scan is closed. */
export function takeDecoder(scan: TableScan | IndexScan, zone: ZoneOffsets): BatchDecoder {
  const idle = IDLE.get(scan);
  if (idle !== undefined && idle.zone === zone) {
    IDLE.delete(scan);
    return idle.decoder;
  }
  return scan.op === 'IndexScan'
    ? indexDecoder(scan.table, scan.index, scan.columns, scan.handleOut, zone, scan.globalIn)
    : recordDecoder(scan.table, scan.columns, scan.handleOut, zone);
}

export function giveDecoder(scan: TableScan | IndexScan, zone: ZoneOffsets, decoder: BatchDecoder): void {
  // Rows that nobody took are those of a scan that was given up.
  if (decoder.rows === 0) IDLE.set(scan, { zone, decoder });
}

export function recordDecoder(
  table: TableInfo,
  columns: readonly ColumnInfo[],
  handleOut: boolean,
  zone: ZoneOffsets,
  initialRows?: number,
): RowBatchDecoder {
  return new RowBatchDecoder(
    scanColumns(table, columns, handleOut),
    initialRows === undefined ? { zone } : { zone, initialRows },
  );
}

/** Decoder of an index's entries. A column that is in the index only by a prefix is taken from the clustered key, if it is there. */
export function indexDecoder(
  table: TableInfo,
  index: IndexInfo,
  columns: readonly ColumnInfo[],
  handleOut: boolean,
  zone: ZoneOffsets,
  globalIn?: IndexScan['globalIn'],
): IndexBatchDecoder {
  const handle = handleColumn(table);
  const primary = table.isCommonHandle ? primaryIndex(table) : null;
  const stored = (c: { readonly offset: number }): { id: number; ft: ColumnInfo['type'] } => {
    const info = table.columns[c.offset]!;
    return { id: info.id, ft: info.type };
  };
  const out: IndexScanColumn[] = columns.map((c) => {
    const position = index.columns.findIndex((ic) => ic.offset === c.offset && ic.length < 0);
    if (position >= 0) return { from: 'index', position, ft: c.type };
    if (handle !== null && handle.id === c.id) return { from: 'handle', ft: c.type };
    const part = primary?.columns.findIndex((p) => p.offset === c.offset) ?? -1;
    if (part >= 0) return { from: 'commonHandle', position: part, ft: c.type };
    const cut = index.columns.findIndex((ic) => ic.offset === c.offset);
    if (cut >= 0) return { from: 'index', position: cut, ft: c.type };
    throw new Error(`column ${c.name} is not in index ${index.name}`);
  });
  if (handleOut && primary === null) out.push({ from: 'handle', ft: handle?.type ?? ROWID_TYPE });
  if (globalIn?.out === true) out.push({ from: 'partition', ft: PARTITION_ID_TYPE });
  const shape = {
    ...(globalIn === undefined
      ? {}
      : { partitions: new Set(globalIn.ids), partitionInKey: partitionInKey(table, index) }),
    columns: index.columns.map(stored),
    ...(primary === null ? {} : { handleColumns: primary.columns.map(stored) }),
  };
  return new IndexBatchDecoder(shape, out, { zone });
}
