import type { FieldType } from '../types/field-type.js';
import { Flag, TypeCode } from '../types/field-type.js';
import { datumToText } from '../types/format.js';
import { coreOf, dateOfCore, microsOf, timeOfCore } from '../types/time.js';
import type { BytesVector, NumVector, Vector } from './vector.js';

/**
 * Writes cell `i` (not NULL) of a vector as text-protocol bytes at `pos` of `buf` and returns the position after it. The caller
 * makes sure that `textSize` bytes are free.
 */
export type TextWriter = (buf: Uint8Array, pos: number, v: Vector, i: number) => number;

/** Bytes that the longest text of a non-string type can take: a DOUBLE(255,30) is the longest. */
const MAX_NUMERIC_TEXT = 400;

/** Upper bound for the text of cell `i`. */
export function textSize(v: Vector, i: number, ft: FieldType): number {
  if (v.kind === 'bytes') {
    const e = v.codes === null ? i : v.codes[i]!;
    return v.offsets[e + 1]! - v.offsets[e]!;
  }
  if (ft.elems !== undefined) return (ft.elems.reduce((n, e) => n + e.length + 1, 0) + 1) * 4;
  return MAX_NUMERIC_TEXT;
}

/** The writer of a column type; choose once per column. Common cells are written without allocation. */
export function textWriter(ft: FieldType): TextWriter {
  switch (ft.tp) {
    case TypeCode.Tiny:
    case TypeCode.Short:
    case TypeCode.Int24:
    case TypeCode.Long:
    case TypeCode.LongLong:
      return (ft.flag & Flag.Zerofill) !== 0 ? general(ft) : numeric(ft, writeInt);
    case TypeCode.NewDecimal:
    case TypeCode.Decimal: {
      if ((ft.flag & Flag.Zerofill) !== 0) return general(ft);
      const scale = ft.decimal;
      return numeric(ft, (buf, pos, x) => writeDecimal(buf, pos, x, scale));
    }
    case TypeCode.Date:
    case TypeCode.NewDate:
      return numeric(ft, writeDate);
    case TypeCode.DateTime:
    case TypeCode.Timestamp: {
      const fsp = Math.max(0, ft.decimal);
      return (buf, pos, v, i) => writeDateTime(buf, pos, (v as NumVector).data[i]!, fsp);
    }
    default:
      return general(ft);
  }
}

/** Through a number where the vector is narrow, else through the datum's text. */
function numeric(ft: FieldType, write: (buf: Uint8Array, pos: number, x: number) => number): TextWriter {
  const slow = general(ft);
  return (buf, pos, v, i) => (v.kind === 'num' ? write(buf, pos, v.data[i]!) : slow(buf, pos, v, i));
}

function general(ft: FieldType): TextWriter {
  return (buf, pos, v, i) => {
    if (v.kind === 'bytes') return writeBytes(buf, pos, v, i);
    const b = datumToText(v.get(i), ft)!;
    buf.set(b, pos);
    return pos + b.length;
  };
}

/** Copies the bytes of a string cell. */
export function writeBytes(buf: Uint8Array, pos: number, v: BytesVector, i: number): number {
  const e = v.codes === null ? i : v.codes[i]!;
  const from = v.offsets[e]!;
  const to = v.offsets[e + 1]!;
  const src = v.bytes;
  if (to - from > 48) {
    buf.set(src.subarray(from, to), pos);
    return pos + to - from;
  }
  for (let p = from; p < to; p++) buf[pos++] = src[p]!;
  return pos;
}

/** Decimal digits of an integer within 2^53. */
export function writeInt(buf: Uint8Array, pos: number, x: number): number {
  if (x < 0) {
    buf[pos++] = 0x2d;
    x = -x;
  }
  if (x < 10) {
    buf[pos] = 0x30 + x;
    return pos + 1;
  }
  // Nine digits at a time stay within int32 arithmetic.
  if (x >= 1e9) {
    const high = Math.floor(x / 1e9);
    return writePadded(buf, writeInt(buf, pos, high), x - high * 1e9, 9);
  }
  let n = 2;
  for (let p = 100; n < 9 && x >= p; p *= 10) n++;
  return writePadded(buf, pos, x, n);
}

/** Exactly `width` digits of an integer below 10^width <= 10^9. */
export function writePadded(buf: Uint8Array, pos: number, x: number, width: number): number {
  let v = x | 0;
  for (let p = pos + width - 1; p >= pos; p--) {
    const q = (v / 10) | 0;
    buf[p] = 0x30 + v - q * 10;
    v = q;
  }
  return pos + width;
}

const POW10: readonly number[] = Array.from({ length: 16 }, (_, i) => 10 ** i);

/** A scaled decimal within 2^53. */
export function writeDecimal(buf: Uint8Array, pos: number, x: number, scale: number): number {
  if (scale === 0) return writeInt(buf, pos, x);
  if (x < 0) {
    buf[pos++] = 0x2d;
    x = -x;
  }
  if (scale > 15) {
    buf[pos++] = 0x30;
    buf[pos++] = 0x2e;
    for (let k = scale; k > 16; k--) buf[pos++] = 0x30;
    const high = Math.floor(x / 1e9);
    return writePadded(buf, writePadded(buf, pos, high, 7), x - high * 1e9, 9);
  }
  const p = POW10[scale]!;
  const whole = Math.floor(x / p);
  pos = writeInt(buf, pos, whole);
  buf[pos++] = 0x2e;
  const fraction = x - whole * p;
  if (scale <= 9) return writePadded(buf, pos, fraction, scale);
  const high = Math.floor(fraction / 1e9);
  return writePadded(buf, writePadded(buf, pos, high, scale - 9), fraction - high * 1e9, 9);
}

/** YYYY-MM-DD. */
export function writeDate(buf: Uint8Array, pos: number, v: number): number {
  pos = writePadded(buf, pos, v >>> 9, 4);
  buf[pos++] = 0x2d;
  pos = writePadded(buf, pos, (v >>> 5) & 15, 2);
  buf[pos++] = 0x2d;
  return writePadded(buf, pos, v & 31, 2);
}

/** YYYY-MM-DD hh:mm:ss[.f]. */
export function writeDateTime(buf: Uint8Array, pos: number, v: number | bigint, fsp: number): number {
  const core = coreOf(v, fsp);
  pos = writeDate(buf, pos, dateOfCore(core));
  const t = timeOfCore(core);
  buf[pos++] = 0x20;
  pos = writePadded(buf, pos, t >>> 12, 2);
  buf[pos++] = 0x3a;
  pos = writePadded(buf, pos, (t >>> 6) & 63, 2);
  buf[pos++] = 0x3a;
  pos = writePadded(buf, pos, t & 63, 2);
  if (fsp === 0) return pos;
  buf[pos++] = 0x2e;
  return writePadded(buf, pos, Math.floor(microsOf(v, fsp) / POW10[6 - fsp]!), fsp);
}
