import type { Chunk } from '../chunk/chunk.js';
import type { TableInfo } from '../catalog/model.js';
import { cutToPrefix, handleColumn, primaryIndex } from '../catalog/table-layout.js';
import { nextKey } from '../kv/codec/byte-writer.js';
import { encodeCommonHandle, recordKey, type Handle } from '../kv/codec/table-key.js';
import type { KeyRange } from '../kv/rpc.js';
import type { IndexScan, TableScan } from '../planner/physical/plan.js';
import type { Datum } from '../types/datum.js';
import type { TimeZone } from '../types/timezone.js';

/** The handles that rows of a scan give: its last column (a global index's last but one), or the clustered primary key's columns among its own. */
export const handlesOf = (scan: IndexScan | TableScan, entries: Chunk, zone: TimeZone): Handle[] =>
  handlesAt(scan.table, entries, handlePositions(scan), zone);

/** Which columns of a scan's output make the handle. */
export function handlePositions(scan: IndexScan | TableScan): number[] {
  const { table } = scan;
  if (table.isCommonHandle)
    return primaryIndex(table)!.columns.map((c) => {
      const { id } = table.columns[c.offset]!;
      return scan.columns.findIndex((x) => x.id === id);
    });
  const own = scan.handleOut ? null : handleColumn(table);
  // A global index's entries give the partition behind the handle.
  const behind = scan.op === 'IndexScan' && scan.globalIn?.out === true ? 1 : 0;
  return [own === null ? scan.schema.length - 1 - behind : scan.columns.findIndex((c) => c.id === own.id)];
}

/** The handles that columns of a chunk make. */
export function handlesAt(
  table: TableInfo,
  entries: Chunk,
  positions: readonly number[],
  zone: TimeZone,
): Handle[] {
  const n = entries.rows;
  const out = new Array<Handle>(n);
  if (!table.isCommonHandle) {
    const v = entries.columns[positions[0]!]!;
    for (let k = 0; k < n; k++) out[k] = v.get(entries.sel === null ? k : entries.sel[k]!) as number | bigint;
    return out;
  }
  const vectors = positions.map((i) => entries.columns[i]!);
  const handle = clusteredHandles(table, zone);
  for (let k = 0; k < n; k++) {
    const i = entries.sel === null ? k : entries.sel[k]!;
    out[k] = handle(vectors.map((v) => v.get(i)));
  }
  return out;
}

/** The handle that the values of a clustered key make, which may hold no more than a prefix of each. */
export function clusteredHandles(table: TableInfo, zone: TimeZone): (values: readonly Datum[]) => Uint8Array {
  const { columns } = primaryIndex(table)!;
  const types = columns.map((c) => table.columns[c.offset]!.type);
  if (columns.every((c) => c.length < 0)) return (values) => encodeCommonHandle(values, types, zone);
  return (values) =>
    encodeCommonHandle(
      values.map((v, i) => cutToPrefix(v, types[i]!, columns[i]!.length)),
      types,
      zone,
    );
}

/** The records of handles, one range each, in the order given. */
export const recordRanges = (physicalId: number, handles: readonly Handle[]): KeyRange[] =>
  handles.map((h) => {
    const startKey = recordKey(physicalId, h);
    return { startKey, endKey: nextKey(startKey) };
  });

export function compareHandles(a: Handle, b: Handle): number {
  if (typeof a === 'object' && typeof b === 'object') return Buffer.compare(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Equal for equal handles, as a key of a Set. */
export const handleName = (h: Handle): string | number | bigint =>
  typeof h === 'object' ? Buffer.from(h).toString('latin1') : h;
