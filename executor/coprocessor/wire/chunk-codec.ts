import { decodeVector, encodeVector } from '../../../types/vector.js';
import { Chunk } from '../../../chunk/chunk.js';
import type { Vector } from '../../../chunk/vector.js';
import { newVectorBuilder } from '../../../chunk/vector-builder.js';
import { ByteWriter } from '../../../kv/codec/byte-writer.js';
import type { Datum } from '../../../types/datum.js';
import { decRescale } from '../../../types/decimal.js';
import { evalType, isUnsigned, TypeCode, type FieldType } from '../../../types/field-type.js';
import { newTimeParts, packDate, packParts, unpackDate, unpackDateTime } from '../../../types/time.js';

/**
 * Columns as TiDB's chunks have them on the wire (tipb EncodeType 1), all little-endian:
 *
 *     rows u32 | NULLs u32 | [bitmap, 1 = not NULL, when there are NULLs] | [rows+1 offsets i64, for variable lengths] | cells
 *
 * Integers, times and durations have 8 bytes, FLOAT 4, DECIMAL 40; strings, JSON, BIT, ENUM and SET vary.
 */

const VARIABLE = -1;

function cellSize(ft: FieldType): number {
  switch (ft.tp) {
    case TypeCode.Bit:
    case TypeCode.Enum:
    case TypeCode.Set:
      return VARIABLE;
    case TypeCode.Float:
      return 4;
    case TypeCode.NewDecimal:
    case TypeCode.Decimal:
      return 40;
  }
  const d = evalType(ft);
  return d === 'string' || d === 'json' || d === 'vector' ? VARIABLE : 8;
}

interface Cell {
  read(b: DataView, at: number, end: number): Datum;
  write(b: DataView, at: number, v: Exclude<Datum, null>): void;
}

/** Bit fields of a time, from the highest: year 14, month 4, day 5, hour 5, minute 6, second 6, microsecond 20, kind and fsp 4. */
const DATE_KIND = 0b1110n;

const parts = newTimeParts();

function readTime(b: DataView, at: number, ft: FieldType): Datum {
  const v = b.getBigUint64(at, true);
  parts.year = Number(v >> 50n);
  parts.month = Number((v >> 46n) & 15n);
  parts.day = Number((v >> 41n) & 31n);
  parts.hour = Number((v >> 36n) & 31n);
  parts.minute = Number((v >> 30n) & 63n);
  parts.second = Number((v >> 24n) & 63n);
  parts.micro = Number((v >> 4n) & 0xfffffn);
  if (ft.tp === TypeCode.Date || ft.tp === TypeCode.NewDate)
    return packDate(parts.year, parts.month, parts.day);
  return packParts(parts, Math.max(0, ft.decimal));
}

function writeTime(b: DataView, at: number, v: Exclude<Datum, null>, ft: FieldType): void {
  const fsp = Math.max(0, ft.decimal);
  let kind = DATE_KIND;
  if (ft.tp === TypeCode.Date || ft.tp === TypeCode.NewDate) unpackDate(v as number, parts);
  else {
    unpackDateTime(v as number | bigint, fsp, parts);
    kind = BigInt((fsp << 1) | (ft.tp === TypeCode.Timestamp ? 1 : 0));
  }
  const high = (BigInt(parts.year) << 50n) | (BigInt(parts.month) << 46n) | (BigInt(parts.day) << 41n);
  const low = (BigInt(parts.hour) << 36n) | (BigInt(parts.minute) << 30n) | (BigInt(parts.second) << 24n);
  b.setBigUint64(at, high | low | (BigInt(parts.micro) << 4n) | kind, true);
}

const DIGITS = 9;
const BASE = 1_000_000_000n;

/** MyDecimal: digits before and behind the point, digits behind it in results, sign, nine words of nine digits. */
function readMyDecimal(b: DataView, at: number, ft: FieldType): Datum {
  const whole = Math.ceil(b.getInt8(at) / DIGITS);
  const scale = b.getInt8(at + 1);
  const fraction = Math.ceil(scale / DIGITS);
  let v = 0n;
  for (let i = 0; i < whole + fraction; i++) v = v * BASE + BigInt(b.getInt32(at + 4 + 4 * i, true));
  const excess = fraction * DIGITS - scale;
  if (excess > 0) v /= 10n ** BigInt(excess);
  if (b.getInt8(at + 3) !== 0) v = -v;
  return decRescale(v, scale, Math.max(0, ft.decimal));
}

function writeMyDecimal(b: DataView, at: number, v: Exclude<Datum, null>, ft: FieldType): void {
  const scale = Math.max(0, ft.decimal);
  const fraction = Math.ceil(scale / DIGITS);
  let left = BigInt(v as number | bigint);
  const negative = left < 0n;
  if (negative) left = -left;
  left *= 10n ** BigInt(fraction * DIGITS - scale);
  const words: number[] = [];
  for (let i = 0; i < fraction || left > 0n; i++) {
    words.unshift(Number(left % BASE));
    left /= BASE;
  }
  const whole = words.length - fraction;
  b.setInt8(at, whole === 0 ? 0 : (whole - 1) * DIGITS + String(words[0]).length);
  b.setInt8(at + 1, scale);
  b.setInt8(at + 2, scale);
  b.setInt8(at + 3, negative ? 1 : 0);
  words.forEach((w, i) => b.setInt32(at + 4 + 4 * i, w, true));
}

const bytesOf = (b: DataView, at: number, end: number): Uint8Array =>
  new Uint8Array(b.buffer, b.byteOffset + at, end - at);

function cellOf(ft: FieldType): Cell {
  switch (ft.tp) {
    case TypeCode.Bit:
      return {
        read: (b, at, end) => bytesOf(b, at, end).reduce((v, byte) => v * 256n + BigInt(byte), 0n),
        write: () => undefined,
      };
    case TypeCode.Enum:
    case TypeCode.Set:
      return { read: (b, at) => b.getBigUint64(at, true), write: () => undefined };
    case TypeCode.Float:
      return {
        read: (b, at) => b.getFloat32(at, true),
        write: (b, at, v) => b.setFloat32(at, v as number, true),
      };
  }
  switch (evalType(ft)) {
    case 'int':
      return isUnsigned(ft)
        ? {
            read: (b, at) => b.getBigUint64(at, true),
            write: (b, at, v) => b.setBigUint64(at, BigInt(v as number | bigint), true),
          }
        : {
            read: (b, at) => b.getBigInt64(at, true),
            write: (b, at, v) => b.setBigInt64(at, BigInt(v as number | bigint), true),
          };
    case 'real':
      return {
        read: (b, at) => b.getFloat64(at, true),
        write: (b, at, v) => b.setFloat64(at, v as number, true),
      };
    case 'decimal':
      return {
        read: (b, at) => readMyDecimal(b, at, ft),
        write: (b, at, v) => writeMyDecimal(b, at, v, ft),
      };
    case 'datetime':
      return { read: (b, at) => readTime(b, at, ft), write: (b, at, v) => writeTime(b, at, v, ft) };
    case 'duration':
      return {
        read: (b, at) => Number(b.getBigInt64(at, true) / 1000n),
        write: (b, at, v) => b.setBigInt64(at, BigInt(v as number) * 1000n, true),
      };
    case 'string':
    case 'json':
      return { read: bytesOf, write: () => undefined };
    case 'vector':
      return { read: (b, at, end) => decodeVector(bytesOf(b, at, end)), write: () => undefined };
  }
}

/** The chunk's rows as columns of these types. */
export function encodeChunk(
  chunk: Chunk,
  types: readonly FieldType[],
  offsets: readonly number[],
): Uint8Array {
  const w = new ByteWriter(1024);
  for (const o of offsets) encodeColumn(w, chunk, chunk.columns[o]!, types[o]!);
  return w.toBytes();
}

function encodeColumn(w: ByteWriter, chunk: Chunk, vector: Vector, ft: FieldType): void {
  const rows = chunk.rows;
  const at = (k: number): number => (chunk.sel === null ? k : chunk.sel[k]!);
  let nulls = 0;
  for (let k = 0; k < rows; k++) if (vector.isNull(at(k))) nulls++;
  const size = cellSize(ft);
  const bitmap = nulls === 0 ? 0 : (rows + 7) >> 3;
  let bytes = 0;
  const values: (Uint8Array | null)[] = [];
  if (size === VARIABLE) {
    for (let k = 0; k < rows; k++) {
      const v = vector.get(at(k));
      const cell = v === null ? null : variableCell(v, ft);
      values.push(cell);
      bytes += cell?.length ?? 0;
    }
  } else bytes = rows * size;
  const length = 8 + bitmap + (size === VARIABLE ? 8 * (rows + 1) : 0) + bytes;
  w.ensure(length);
  const start = w.len;
  w.len += length;
  w.buf.fill(0, start, w.len);
  const view = new DataView(w.buf.buffer, w.buf.byteOffset + start, length);
  view.setUint32(0, rows, true);
  view.setUint32(4, nulls, true);
  if (bitmap > 0)
    for (let k = 0; k < rows; k++) if (!vector.isNull(at(k))) w.buf[start + 8 + (k >> 3)]! |= 1 << (k & 7);
  let p = 8 + bitmap;
  if (size === VARIABLE) {
    const cells = p + 8 * (rows + 1);
    let end = 0;
    values.forEach((v, k) => {
      if (v !== null) {
        w.buf.set(v, start + cells + end);
        end += v.length;
      }
      view.setBigInt64(p + 8 * (k + 1), BigInt(end), true);
    });
    return;
  }
  const cell = cellOf(ft);
  for (let k = 0; k < rows; k++, p += size) {
    const v = vector.get(at(k));
    if (v !== null) cell.write(view, p, v);
  }
}

/** ENUM and SET: the value, then the name, which readers know from the type. */
function variableCell(v: Exclude<Datum, null>, ft: FieldType): Uint8Array {
  if (v instanceof Uint8Array) return ft.tp === TypeCode.Vector ? encodeVector(v) : v;
  if (ft.tp === TypeCode.Bit) {
    const out = new Uint8Array(Math.max(1, (ft.flen + 7) >> 3));
    let left = BigInt(v);
    for (let i = out.length - 1; i >= 0; i--, left >>= 8n) out[i] = Number(left & 255n);
    return out;
  }
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(v), true);
  return out;
}

/** Throws RangeError when the bytes end too early. */
export function decodeChunk(bytes: Uint8Array, types: readonly FieldType[]): Chunk {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const columns: Vector[] = [];
  let rows = 0;
  let p = 0;
  for (const ft of types) {
    rows = view.getUint32(p, true);
    const nulls = view.getUint32(p + 4, true);
    p += 8;
    const bitmap = nulls === 0 ? -1 : p;
    if (bitmap >= 0) p += (rows + 7) >> 3;
    const size = cellSize(ft);
    const offsets = p;
    if (size === VARIABLE) p += 8 * (rows + 1);
    const cell = cellOf(ft);
    const builder = newVectorBuilder(ft, Math.max(1, rows));
    for (let k = 0; k < rows; k++) {
      if (bitmap >= 0 && (bytes[bitmap + (k >> 3)]! & (1 << (k & 7))) === 0) builder.append(null);
      else if (size === VARIABLE) {
        const from = Number(view.getBigInt64(offsets + 8 * k, true));
        const to = Number(view.getBigInt64(offsets + 8 * (k + 1), true));
        builder.append(narrow(cell.read(view, p + from, p + to)));
      } else builder.append(narrow(cell.read(view, p + k * size, 0)));
    }
    p += size === VARIABLE ? Number(view.getBigInt64(offsets + 8 * rows, true)) : rows * size;
    columns.push(builder.finish());
  }
  return new Chunk(columns, rows);
}

const narrow = (v: Datum): Datum =>
  typeof v === 'bigint' && v <= 9007199254740991n && v >= -9007199254740991n ? Number(v) : v;
