import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import { ByteWriter, copyBytes, copyOf, prefixNext } from './byte-writer.js';
import { DatumFlag, encodeKeyDatum, encodeKeyPart, keyDatumLength } from './datum-codec.js';
import { highWord, readIntKey, writeIntKey } from './number-codec.js';
import { UTC_OFFSETS, type ZoneOffsets } from './time-codec.js';

/**
 * Keys of table data (TiDB tablecodec):
 *
 *     record  't' tableID(8) '_r' handle          handle: 8 bytes (int), or the primary key's encoded datums (clustered)
 *     index   't' tableID(8) '_i' indexID(8) datum… [handle]     with the handle when the entry need not be unique
 */

/** Identifies a row: an integer (datum form, the value of a BIGINT [UNSIGNED] primary key or `_tidb_rowid`) or a clustered key's encoding. */
export type Handle = number | bigint | Uint8Array;

/** Which parts of an index key are in descending order, by position. */
export type Descending = readonly boolean[];

const T = 0x74;
const SEP = 0x5f;
const R = 0x72;
const I = 0x69;

/** Length of `t{tableID}_r` and `t{tableID}_i`. */
export const TABLE_PREFIX_LENGTH = 11;
const TABLE_ID_END = 9;
/** Length of a record key with an integer handle, and of `t{tableID}_i{indexID}`. */
export const RECORD_KEY_LENGTH = 19;
export const INDEX_PREFIX_LENGTH = 19;

const scratch = new ByteWriter(256);

function putInt64(b: Uint8Array, p: number, v: number | bigint): void {
  let hi: number;
  let lo: number;
  if (typeof v === 'number') {
    hi = (highWord(v) ^ 0x8000_0000) >>> 0;
    lo = v >>> 0;
  } else {
    hi = (Number((v >> 32n) & 0xffff_ffffn) ^ 0x8000_0000) >>> 0;
    lo = Number(v & 0xffff_ffffn);
  }
  b[p] = hi >>> 24;
  b[p + 1] = hi >>> 16;
  b[p + 2] = hi >>> 8;
  b[p + 3] = hi;
  b[p + 4] = lo >>> 24;
  b[p + 5] = lo >>> 16;
  b[p + 6] = lo >>> 8;
  b[p + 7] = lo;
}

function putTablePrefix(b: Uint8Array, tableId: number, kind: number): void {
  b[0] = T;
  putInt64(b, 1, tableId);
  b[9] = SEP;
  b[10] = kind;
}

/** The scratch buffer behind `t{tableID}_i{indexID}`. */
function startIndexKey(tableId: number, indexId: number): ByteWriter {
  const w = scratch.reset();
  w.ensure(INDEX_PREFIX_LENGTH);
  putTablePrefix(w.buf, tableId, I);
  putInt64(w.buf, TABLE_PREFIX_LENGTH, indexId);
  w.len = INDEX_PREFIX_LENGTH;
  return w;
}

/** `t{tableID}`: start of everything of a table. */
export function tablePrefix(tableId: number): Uint8Array {
  const b = new Uint8Array(9);
  b[0] = T;
  putInt64(b, 1, tableId);
  return b;
}

/** `t{tableID}_r` */
export function recordPrefix(tableId: number): Uint8Array {
  const b = new Uint8Array(TABLE_PREFIX_LENGTH);
  putTablePrefix(b, tableId, R);
  return b;
}

/** `t{tableID}_i{indexID}` */
export function indexPrefix(tableId: number, indexId: number): Uint8Array {
  const b = new Uint8Array(INDEX_PREFIX_LENGTH);
  putTablePrefix(b, tableId, I);
  putInt64(b, 11, indexId);
  return b;
}

export function recordKey(tableId: number, handle: Handle): Uint8Array {
  if (typeof handle === 'object') {
    const b = new Uint8Array(TABLE_PREFIX_LENGTH + handle.length);
    putTablePrefix(b, tableId, R);
    copyBytes(handle, 0, handle.length, b, TABLE_PREFIX_LENGTH);
    return b;
  }
  const b = new Uint8Array(RECORD_KEY_LENGTH);
  putTablePrefix(b, tableId, R);
  putInt64(b, TABLE_PREFIX_LENGTH, handle);
  return b;
}

/** TiDB pads clustered keys with zeros to this, so that they are never as short as an integer handle (kv.NewCommonHandle). */
export const MIN_HANDLE_BYTES = 9;

/** A clustered (common) handle: the primary key's columns in order. Prefix columns must be cut beforehand. */
export function encodeCommonHandle(
  values: readonly Datum[],
  types: readonly FieldType[],
  zone?: ZoneOffsets,
): Uint8Array {
  const w = scratch.reset();
  for (let i = 0; i < values.length; i++) encodeKeyDatum(w, values[i]!, types[i]!, zone);
  while (w.len < MIN_HANDLE_BYTES) w.u8(0);
  return w.toBytes();
}

/** The partition that an entry's key names before its handle (global indexes). */
export interface PartitionOfKey {
  readonly id: number;
  /** Partition as TiDB 8.5.6 and later write it (global_index_version 1); Int in indexes that were made before. */
  readonly flag: typeof DatumFlag.Partition | typeof DatumFlag.Int;
}

/**
 * The key of an index entry. `handle` is appended when the index is not unique or some value is NULL; pass the
 * handle always, `indexKeyIsDistinct` says which it was.
 */
export function indexKey(
  tableId: number,
  indexId: number,
  values: readonly Datum[],
  types: readonly FieldType[],
  unique: boolean,
  handle: Handle,
  zone?: ZoneOffsets,
  partition?: PartitionOfKey,
  descending?: Descending,
): Uint8Array {
  const w = startIndexKey(tableId, indexId);
  writeIndexKeySuffix(w, values, types, unique, handle, zone, partition, descending);
  return w.toBytes();
}

/** Appends what follows `t{tableID}_i{indexID}` in the key of an entry. */
export function writeIndexKeySuffix(
  w: ByteWriter,
  values: readonly Datum[],
  types: readonly FieldType[],
  unique: boolean,
  handle: Handle,
  zone: ZoneOffsets = UTC_OFFSETS,
  partition?: PartitionOfKey,
  descending?: Descending,
): void {
  let distinct = unique;
  for (let i = 0; i < types.length; i++) {
    const v = values[i]!;
    if (v === null) distinct = false;
    encodeKeyPart(w, v, types[i]!, zone, descending?.[i] === true);
  }
  if (distinct) return;
  if (partition !== undefined) {
    w.u8(partition.flag);
    writeIntKey(w, partition.id);
  }
  if (typeof handle === 'object') w.bytes(handle);
  else {
    w.u8(DatumFlag.Int);
    writeIntKey(w, handle);
  }
}

/** The record key of the row that an entry belongs to; `columns` values come before the handle in its key. */
export function recordKeyOfEntry(
  physicalId: number,
  key: Uint8Array,
  handleInValue: Handle | null,
  columns: number,
): Uint8Array {
  if (handleInValue !== null) return recordKey(physicalId, handleInValue);
  const at = indexValueOffsets(key, columns)[columns]!;
  // An integer's flag is not part of the record's key.
  const handle = copyOf(key, key[at] === DatumFlag.Int && key.length === at + 9 ? at + 1 : at);
  const out = new Uint8Array(TABLE_PREFIX_LENGTH + handle.length);
  putTablePrefix(out, physicalId, R);
  copyBytes(handle, 0, handle.length, out, TABLE_PREFIX_LENGTH);
  return out;
}

/** Whether the entry's key alone identifies it (unique index, no NULL): then the handle is in the value. */
export function indexKeyIsDistinct(unique: boolean, values: readonly Datum[], columns: number): boolean {
  if (!unique) return false;
  for (let i = 0; i < columns; i++) if (values[i] === null) return false;
  return true;
}

/** `t{tableID}_i{indexID}` followed by the given leading values: bounds of index ranges. */
export function indexSeekKey(
  tableId: number,
  indexId: number,
  values: readonly Datum[],
  types: readonly FieldType[],
  zone: ZoneOffsets = UTC_OFFSETS,
  descending?: Descending,
): Uint8Array {
  const w = startIndexKey(tableId, indexId);
  for (let i = 0; i < values.length; i++)
    encodeKeyPart(w, values[i]!, types[i]!, zone, descending?.[i] === true);
  return w.toBytes();
}

export interface Range {
  readonly startKey: Uint8Array;
  readonly endKey: Uint8Array;
}

/** Everything of a table, rows and indexes. */
export function tableRange(tableId: number): Range {
  const startKey = tablePrefix(tableId);
  return { startKey, endKey: prefixNext(startKey) };
}

/** All rows of a table. */
export function recordRange(tableId: number): Range {
  const startKey = recordPrefix(tableId);
  return { startKey, endKey: prefixNext(startKey) };
}

/** All entries of an index. */
export function indexRange(tableId: number, indexId: number): Range {
  const startKey = indexPrefix(tableId, indexId);
  return { startKey, endKey: prefixNext(startKey) };
}

/** What a key of table data says. `indexId` is null for records. */
export interface TableKey {
  readonly tableId: number;
  readonly indexId: number | null;
}

/** Parses the fixed part of a table key; null when it is none. */
export function decodeTableKey(key: Uint8Array): TableKey | null {
  if (key.length < TABLE_PREFIX_LENGTH || key[0] !== T || key[9] !== SEP) return null;
  const tableId = Number(readIntKey(key, 1));
  if (key[10] === R) return { tableId, indexId: null };
  if (key[10] === I && key.length >= INDEX_PREFIX_LENGTH)
    return { tableId, indexId: Number(readIntKey(key, TABLE_PREFIX_LENGTH)) };
  return null;
}

/** Whether the key, or the bound of a range, names a table. */
export const isTableKey = (key: Uint8Array): boolean => key.length >= TABLE_ID_END && key[0] === T;

export const isRecordKey = (key: Uint8Array): boolean =>
  key.length > TABLE_PREFIX_LENGTH && key[0] === T && key[9] === SEP && key[10] === R;
export const isIndexKey = (key: Uint8Array): boolean =>
  key.length >= INDEX_PREFIX_LENGTH && key[0] === T && key[9] === SEP && key[10] === I;

/** The handle in a record key. Integer handles have exactly eight bytes, clustered ones at least nine. Signed. */
export function decodeRecordHandle(key: Uint8Array): Handle {
  if (key.length === RECORD_KEY_LENGTH) return readIntKey(key, TABLE_PREFIX_LENGTH);
  return copyOf(key, TABLE_PREFIX_LENGTH);
}

/** Splits an index key's values: offsets of each of `count` datums, and of what follows them. */
export function indexValueOffsets(key: Uint8Array, count: number): number[] {
  const out: number[] = [INDEX_PREFIX_LENGTH];
  for (let i = 0; i < count; i++) out.push(out[i]! + keyDatumLength(key, out[i]!));
  return out;
}
