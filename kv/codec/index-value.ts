import type { Datum } from '../../types/datum.js';
import { newFieldType, TypeCode, type FieldType } from '../../types/field-type.js';
import { ByteWriter, copyOf } from './byte-writer.js';
import { highWord, int64Of, readU32be } from './number-codec.js';
import { encodeRow, ROW_VERSION } from './row-v2.js';
import { isBinCollation, needsRestoredData, trailingSpaces } from './sort-key.js';
import type { Handle } from './table-key.js';
import { UTC_OFFSETS, type ZoneOffsets } from './time-codec.js';

/**
 * Values of index entries (TiDB tablecodec, GenIndexValuePortal):
 *
 *     old        [handle(8)] [untouched(1)], or the one byte '0' when neither is there; at most 9 bytes
 *     version 0  tailLen(1) | options | padding | [int handle(8)] | [untouched]      at least 10 bytes
 *     version 1  tailLen(1) | 125 | 1 | options | [untouched]                        tables with a clustered key
 *
 * Options: 127 length(2) common handle; 126 partition id(8); restored data, a row (row-v2.ts) that begins with 128. Version 0
 * restores every index column, version 1 only those whose sort key loses bytes, a `_bin` collation by the count of spaces cut.
 */
export const IndexFlag = {
  Version: 125,
  PartitionId: 126,
  CommonHandle: 127,
  Restored: ROW_VERSION,
} as const;

/** Last byte of an entry that is in the membuffer only to be read: not written at commit. */
export const UNTOUCHED_FLAG = 0x31;

/** What an index's entries need to know of one of its columns (or of a column of the clustered key behind it). */
export interface IndexColumn {
  readonly id: number;
  readonly ft: FieldType;
  /** Only a prefix of the value is in the index: never restored in version 1 beyond that prefix. */
  readonly prefixLength?: number;
}

export interface IndexEntry {
  readonly columns: readonly IndexColumn[];
  /** Values of `columns`, cut to their prefixes. */
  readonly values: readonly Datum[];
  readonly handle: Handle;
  /** Unique index without NULL among the values (`indexKeyIsDistinct`). */
  readonly distinct: boolean;
  /** Columns and values of the clustered key, when the table has one: their originals are restored too. */
  readonly handleColumns?: readonly IndexColumn[];
  readonly handleValues?: readonly Datum[];
  /** Partition of the row, for global indexes. */
  readonly partitionId?: number;
  readonly untouched?: boolean;
  readonly zone?: ZoneOffsets;
}

/** Type of the count of spaces that stands for a `_bin` string in restored data. */
export const SPACE_COUNT_TYPE = newFieldType(TypeCode.LongLong);

const w = new ByteWriter(256);
/** What an entry has for a value that says nothing: do not change it. */
export const PLAIN_INDEX_VALUE = Uint8Array.of(0x30);

function writeInt64(v: number | bigint): void {
  if (typeof v === 'number') {
    w.u32be(highWord(v) >>> 0);
    w.u32be(v >>> 0);
  } else {
    w.u32be(Number((v >> 32n) & 0xffff_ffffn));
    w.u32be(Number(v & 0xffff_ffffn));
  }
}

function writeCommonHandle(handle: Uint8Array): void {
  w.u8(IndexFlag.CommonHandle);
  w.u8(handle.length >>> 8);
  w.u8(handle.length);
  w.bytes(handle);
}

/** The value of an index entry. Entries without handle or restored data share one array: do not change it. */
export function encodeIndexValue(e: IndexEntry): Uint8Array {
  if (typeof e.handle === 'object') return encodeVersion1(e, e.handle);
  const zone = e.zone ?? UTC_OFFSETS;
  let restore = false;
  for (const c of e.columns) if (needsRestoredData(c.ft)) restore = true;
  w.reset();
  if (!restore && e.partitionId === undefined) {
    if (e.distinct) writeInt64(e.handle);
    if (e.untouched === true) w.u8(UNTOUCHED_FLAG);
    return w.len === 0 ? PLAIN_INDEX_VALUE : w.toBytes();
  }
  w.u8(0);
  if (e.partitionId !== undefined) {
    w.u8(IndexFlag.PartitionId);
    writePartitionId(e.partitionId);
  }
  if (restore) {
    w.bytes(
      encodeRow(
        e.columns.map((c) => c.id),
        e.values,
        e.columns.map((c) => c.ft),
        zone,
      ),
    );
  }
  let tail = 0;
  if (e.distinct) {
    writeInt64(e.handle);
    tail = 8;
  } else {
    while (w.len < 10) {
      w.u8(0);
      tail++;
    }
  }
  if (e.untouched === true) {
    w.u8(UNTOUCHED_FLAG);
    tail++;
  }
  w.buf[0] = tail;
  return w.toBytes();
}

/** Partition ids are comparable int64 (codec.EncodeInt). */
function writePartitionId(id: number): void {
  w.u32be((highWord(id) ^ 0x8000_0000) >>> 0);
  w.u32be(id >>> 0);
}

function encodeVersion1(e: IndexEntry, handle: Uint8Array): Uint8Array {
  const ids: number[] = [];
  const values: Datum[] = [];
  const types: FieldType[] = [];
  const restore = (columns: readonly IndexColumn[], data: readonly Datum[]): void => {
    for (let i = 0; i < columns.length; i++) {
      const c = columns[i]!;
      if (!needsRestoredData(c.ft) || ids.includes(c.id)) continue;
      const v = data[i]!;
      ids.push(c.id);
      if (isBinCollation(c.ft.collate)) {
        values.push(v === null ? null : trailingSpaces(v as Uint8Array));
        types.push(SPACE_COUNT_TYPE);
      } else {
        values.push(v);
        types.push(c.ft);
      }
    }
  };
  restore(e.columns, e.values);
  if (e.handleColumns !== undefined) restore(e.handleColumns, e.handleValues!);
  const restored = ids.length > 0 ? encodeRow(ids, values, types, e.zone) : null;
  w.reset();
  w.u8(e.untouched === true ? 1 : 0);
  w.u8(IndexFlag.Version);
  w.u8(1);
  if (e.distinct) writeCommonHandle(handle);
  if (e.partitionId !== undefined) {
    w.u8(IndexFlag.PartitionId);
    writePartitionId(e.partitionId);
  }
  if (restored !== null) w.bytes(restored);
  if (e.untouched === true) w.u8(UNTOUCHED_FLAG);
  return w.toBytes();
}

/**
 * Parts of the value last given to `readIndexValue`, as positions in its buffer; -1 where there is none. An integer
 * handle is 8 bytes big-endian at `intHandleAt`.
 */
export const indexValueParts = {
  version: 0,
  intHandleAt: -1,
  commonHandleAt: -1,
  commonHandleEnd: -1,
  partitionAt: -1,
  restoredAt: -1,
  restoredEnd: -1,
};

/** Finds the parts of the index value at b[start, end). */
export function readIndexValue(b: Uint8Array, start: number, end: number): void {
  const parts = indexValueParts;
  parts.version = 0;
  parts.intHandleAt = -1;
  parts.commonHandleAt = -1;
  parts.partitionAt = -1;
  parts.restoredAt = -1;
  if (end - start <= 9) {
    if (end - start >= 8) parts.intHandleAt = start;
    return;
  }
  const tail = b[start]!;
  let p = start + 1;
  if (b[p] === IndexFlag.Version) {
    parts.version = b[p + 1]!;
    p += 2;
  }
  const optionsEnd = end - tail;
  if (p < optionsEnd && b[p] === IndexFlag.CommonHandle) {
    const n = (b[p + 1]! << 8) | b[p + 2]!;
    parts.commonHandleAt = p + 3;
    parts.commonHandleEnd = p + 3 + n;
    p = parts.commonHandleEnd;
  }
  if (p < optionsEnd && b[p] === IndexFlag.PartitionId) {
    parts.partitionAt = p + 1;
    p += 9;
  }
  if (p < optionsEnd && b[p] === IndexFlag.Restored) {
    parts.restoredAt = p;
    parts.restoredEnd = optionsEnd;
  }
  if (parts.version === 0 && tail >= 8) parts.intHandleAt = optionsEnd;
}

/** The handle in an index value; null when it is in the key instead. */
export function decodeIndexValueHandle(value: Uint8Array): Handle | null {
  readIndexValue(value, 0, value.length);
  const p = indexValueParts;
  if (p.intHandleAt >= 0)
    return int64Of(readU32be(value, p.intHandleAt) | 0, readU32be(value, p.intHandleAt + 4));
  if (p.commonHandleAt >= 0) return copyOf(value, p.commonHandleAt, p.commonHandleEnd);
  return null;
}

/** The partition that an entry of a global index names; null in other entries. */
export function decodeIndexValuePartition(value: Uint8Array): number | null {
  readIndexValue(value, 0, value.length);
  const at = indexValueParts.partitionAt;
  return at < 0 ? null : partitionIdAt(value, at);
}

/** A partition id at its place in an index value (`indexValueParts.partitionAt`). */
export const partitionIdAt = (b: Uint8Array, at: number): number =>
  ((readU32be(b, at) ^ 0x8000_0000) | 0) * 0x1_0000_0000 + readU32be(b, at + 4);

/** Whether a membuffer entry is one that must not be written (its index is untouched by the statement). */
export function isUntouchedIndexValue(value: Uint8Array): boolean {
  const n = value.length;
  if (n === 0 || value[n - 1] !== UNTOUCHED_FLAG) return false;
  if (n <= 9) return n === 1 || n === 9;
  const tail = value[0]!;
  return tail < 8 ? tail >= 1 : tail === 9;
}
