import { decodeVector, encodeVector } from '../../types/vector.js';
import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import { ByteWriter, copyOf } from './byte-writer.js';
import { readDecimal, writeDecimal } from './decimal-codec.js';
import {
  readCompactInt,
  readCompactUint,
  readFloatKey,
  readU32le,
  writeCompactInt,
  writeCompactUint,
  writeFloatKey,
} from './number-codec.js';
import { packTime, packedTime, timeDatumOf, UTC_OFFSETS, type ZoneOffsets } from './time-codec.js';
import { decimalPrecision, decimalScale, ValueKind, valueKindOf } from './value-kind.js';

/**
 * Row format v2 (TiDB docs/design/2018-07-19-row-format.md, util/rowcodec):
 *
 *     128 | flags(1) | notNull(2) | nulls(2) | notNull ids | null ids | end offsets of the values | values [| checksum]
 *
 * Ids are ascending in each group; ids take 1 byte and offsets 2, or 4 and 4 when flag bit 0 (large) is set. Flag bit 1 says
 * that a checksum follows the values: it is not read.
 */
export const ROW_VERSION = 128;
export const ROW_FLAG_LARGE = 1;
const HEADER = 6;

const row = new ByteWriter(1024);
/** Scratch of one encoding: positions of the given columns in ascending id order. */
let order = new Int32Array(64);

/** Encodes one non-null value as the row and the restored data of index values hold it. */
export function writeRowValue(w: ByteWriter, v: Datum, ft: FieldType, zone: ZoneOffsets): void {
  switch (valueKindOf(ft)) {
    case ValueKind.Int:
      writeCompactInt(w, v as number | bigint);
      return;
    case ValueKind.Uint:
      writeCompactUint(w, v as number | bigint);
      return;
    case ValueKind.Float:
      writeFloatKey(w, v as number);
      return;
    case ValueKind.Decimal:
      writeDecimal(w, v as number | bigint, decimalPrecision(ft), decimalScale(ft));
      return;
    case ValueKind.Time:
      packTime(v as number | bigint, ft, zone);
      // The words as one unsigned compact integer; only a zero date fits fewer than eight bytes.
      if (packedTime.hi === 0) writeCompactUint(w, packedTime.lo);
      else {
        w.ensure(8);
        for (let i = 0; i < 4; i++) w.buf[w.len + i] = packedTime.lo >>> (8 * i);
        for (let i = 0; i < 4; i++) w.buf[w.len + 4 + i] = packedTime.hi >>> (8 * i);
        w.len += 8;
      }
      return;
    case ValueKind.Duration:
      writeCompactInt(w, (v as number) * 1000);
      return;
    case ValueKind.Vector:
      w.bytes(encodeVector(v as Uint8Array));
      return;
    default:
      w.bytes(v as Uint8Array);
  }
}

/** Decodes a value that `writeRowValue` wrote, at [start, end). Byte strings are copied. */
export function readRowValue(
  b: Uint8Array,
  start: number,
  end: number,
  ft: FieldType,
  zone: ZoneOffsets,
): Datum {
  switch (valueKindOf(ft)) {
    case ValueKind.Int:
      return readCompactInt(b, start, end);
    case ValueKind.Uint:
      return readCompactUint(b, start, end);
    case ValueKind.Float:
      return readFloatKey(b, start);
    case ValueKind.Decimal:
      return readDecimal(b, start, decimalScale(ft));
    case ValueKind.Time:
      if (end - start === 8) return timeDatumOf(readU32le(b, start + 4), readU32le(b, start), ft, zone);
      return timeDatumOf(0, readCompactUint(b, start, end) as number, ft, zone);
    case ValueKind.Duration:
      return Math.trunc((readCompactInt(b, start, end) as number) / 1000);
    case ValueKind.Vector:
      return decodeVector(b.subarray(start, end));
    default:
      return copyOf(b, start, end);
  }
}

function sortColumns(ids: ArrayLike<number>): void {
  const n = ids.length;
  if (order.length < n) order = new Int32Array(n * 2);
  // Insertion sort: columns nearly always come in id order.
  for (let i = 0; i < n; i++) {
    let j = i;
    const id = ids[i]!;
    while (j > 0 && ids[order[j - 1]!]! > id) {
      order[j] = order[j - 1]!;
      j--;
    }
    order[j] = i;
  }
}

/**
 * Encodes a row. `columnIds[i]` has value `datums[i]` of type `types[i]`; ids need not be sorted. Columns whose value is the
 * handle are left out by the caller.
 */
export function encodeRow(
  columnIds: ArrayLike<number>,
  datums: ArrayLike<Datum>,
  types: ArrayLike<FieldType>,
  zone: ZoneOffsets = UTC_OFFSETS,
): Uint8Array {
  const n = columnIds.length;
  sortColumns(columnIds);
  const large = n > 0 && columnIds[order[n - 1]!]! > 255;
  return (
    encodeSorted(columnIds, datums, types, zone, large) ?? encodeSorted(columnIds, datums, types, zone, true)!
  );
}

/** Encodes in the order that `sortColumns` found; null when the values are too long for a small row. */
function encodeSorted(
  columnIds: ArrayLike<number>,
  datums: ArrayLike<Datum>,
  types: ArrayLike<FieldType>,
  zone: ZoneOffsets,
  large: boolean,
): Uint8Array | null {
  const n = columnIds.length;
  let notNull = 0;
  for (let i = 0; i < n; i++) if (datums[i] !== null) notNull++;
  const nulls = n - notNull;
  const idSize = large ? 4 : 1;
  const offsetSize = large ? 4 : 2;
  const w = row.reset();
  const valueStart = HEADER + n * idSize + notNull * offsetSize;
  w.ensure(valueStart);
  w.len = valueStart;
  let p = HEADER;
  let q = HEADER + notNull * idSize;
  let o = q + nulls * idSize;
  for (let i = 0; i < n; i++) {
    const c = order[i]!;
    const v = datums[c]!;
    if (v === null) {
      putLe(w.buf, q, columnIds[c]!, idSize);
      q += idSize;
      continue;
    }
    writeRowValue(w, v, types[c]!, zone);
    putLe(w.buf, p, columnIds[c]!, idSize);
    p += idSize;
    putLe(w.buf, o, w.len - valueStart, offsetSize);
    o += offsetSize;
  }
  if (!large && w.len - valueStart > 0xffff) return null;
  const b = w.buf;
  b[0] = ROW_VERSION;
  b[1] = large ? ROW_FLAG_LARGE : 0;
  b[2] = notNull;
  b[3] = notNull >>> 8;
  b[4] = nulls;
  b[5] = nulls >>> 8;
  return w.toBytes();
}

function putLe(b: Uint8Array, p: number, v: number, n: number): void {
  for (let i = 0; i < n; i++) b[p + i] = v >>> (8 * i);
}

/** A column wanted from a row. */
export interface RowColumn {
  readonly id: number;
  readonly ft: FieldType;
  /** Value of rows written before the column was added (its original default); absent = NULL. */
  readonly originDefault?: Datum;
}

/** Where `readRowLayout` found the parts of the current row. */
export const rowLayout = {
  large: false,
  notNull: 0,
  nulls: 0,
  idsAt: 0,
  nullIdsAt: 0,
  offsetsAt: 0,
  valuesAt: 0,
};

/** Parses the header of the row at [start, …) into `rowLayout`. */
export function readRowLayout(b: Uint8Array, start: number): void {
  if (b[start] !== ROW_VERSION) throw new Error(`row value of unknown version ${b[start]}`);
  const l = rowLayout;
  l.large = (b[start + 1]! & ROW_FLAG_LARGE) !== 0;
  l.notNull = b[start + 2]! | (b[start + 3]! << 8);
  l.nulls = b[start + 4]! | (b[start + 5]! << 8);
  l.idsAt = start + HEADER;
  if (l.large) {
    l.nullIdsAt = l.idsAt + l.notNull * 4;
    l.offsetsAt = l.nullIdsAt + l.nulls * 4;
    l.valuesAt = l.offsetsAt + l.notNull * 4;
  } else {
    l.nullIdsAt = l.idsAt + l.notNull;
    l.offsetsAt = l.nullIdsAt + l.nulls;
    l.valuesAt = l.offsetsAt + l.notNull * 2;
  }
}

/** Position of a column id in an ascending group of ids, or -1. */
export function findColumnId(b: Uint8Array, at: number, count: number, large: boolean, id: number): number {
  let lo = 0;
  let hi = count - 1;
  while (lo <= hi) {
    const mid = (lo + hi) >>> 1;
    const v = large ? readU32le(b, at + mid * 4) : b[at + mid]!;
    if (v < id) lo = mid + 1;
    else if (v > id) hi = mid - 1;
    else return mid;
  }
  return -1;
}

/** The wanted columns of one row. Columns missing from the row get their origin default. */
export function decodeRowToDatums(
  value: Uint8Array,
  columns: readonly RowColumn[],
  zone: ZoneOffsets = UTC_OFFSETS,
): Datum[] {
  readRowLayout(value, 0);
  const { large, notNull, nulls, idsAt, nullIdsAt, offsetsAt, valuesAt } = rowLayout;
  const out: Datum[] = new Array<Datum>(columns.length);
  for (let i = 0; i < columns.length; i++) {
    const c = columns[i]!;
    const slot = findColumnId(value, idsAt, notNull, large, c.id);
    if (slot >= 0) {
      const start = slot === 0 ? 0 : rowOffset(value, offsetsAt, slot - 1, large);
      out[i] = readRowValue(
        value,
        valuesAt + start,
        valuesAt + rowOffset(value, offsetsAt, slot, large),
        c.ft,
        zone,
      );
    } else {
      out[i] = findColumnId(value, nullIdsAt, nulls, large, c.id) >= 0 ? null : (c.originDefault ?? null);
    }
  }
  return out;
}

/** End offset of the value in `slot`, relative to the first value. */
export function rowOffset(b: Uint8Array, offsetsAt: number, slot: number, large: boolean): number {
  if (large) return readU32le(b, offsetsAt + slot * 4);
  const p = offsetsAt + slot * 2;
  return b[p]! | (b[p + 1]! << 8);
}
