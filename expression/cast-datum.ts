import { charset, convertCharset, decodeUtf8 } from '../types/charset.js';
import { encodeJson } from '../types/json/binary.js';
import { parseJson } from '../types/json/parse.js';
import { toJsonValue } from './json/convert.js';
import { reinterpretInt, toDecimalOf, toInt, toReal } from '../types/convert-number.js';
import { toDuration, toTime } from '../types/convert-time.js';
import { report, warn } from '../types/convert-context.js';
import type { ConvertContext } from '../types/convert-context.js';
import type { Datum } from '../types/datum.js';
import { mysqlError } from '../types/error-table.js';
import { isStrictMode } from '../types/sql-mode.js';
import { hexEscape } from './hex-escape.js';
import type { DecInt } from '../types/decimal.js';
import type { FieldType } from '../types/field-type.js';
import { evalType, isUnsigned, TypeCode, UNSPECIFIED, type EvalType } from '../types/field-type.js';
import { refuseVector, toVector } from '../types/convert-vector.js';
import { datumToString, datumToText } from '../types/format.js';
import { exactDigits, isStringType } from './type-inference.js';
import type { EvalContext } from './eval-context.js';
import { Runtime } from './runtime.js';

const TAKES_VECTOR: ReadonlySet<EvalType> = new Set<EvalType>(['vector', 'string']);

/** CAST of one datum: the meaning of the function `cast`; the compiler inlines the cheap cases. */
export function castDatum(v: Datum, from: FieldType, to: FieldType, rt: ConvertContext): Datum {
  if (v === null) return null;
  if (from.tp === TypeCode.Vector && !TAKES_VECTOR.has(evalType(to))) refuseVector(evalType(to));
  switch (evalType(to)) {
    case 'int':
      return to.tp === TypeCode.Year ? toYear(v, from, rt) : toInt(v, from, isUnsigned(to), rt);
    case 'real': {
      const r = toReal(v, from, rt);
      if (r !== null && r < 0 && isUnsigned(to)) return 0;
      return r !== null && to.tp === TypeCode.Float ? toFloat(r) : r;
    }
    case 'decimal': {
      const d = exactDigits(to);
      const u = toDecimalOf(v, from, d.precision, d.scale, rt);
      return u !== null && isUnsigned(to) && u < 0 ? 0 : u;
    }
    case 'datetime':
      // The number 0 is the zero date in every sql_mode.
      if (typeof v === 'number' && v === 0 && ['int', 'decimal', 'real'].includes(evalType(from)))
        return from.tp === TypeCode.Year ? null : 0;
      return toTime(v, from, to.tp, Math.max(0, to.decimal), rt);
    case 'duration':
      return toDuration(v, from, Math.max(0, to.decimal), rt);
    case 'json':
      return castToJson(v, from);
    case 'vector':
      return toVector(v, from, to);
    case 'string':
      return castString(datumToText(v, from)!, from, to, rt);
  }
}

function toFloat(v: number): number {
  const r = Math.fround(v);
  if (!Number.isFinite(r)) throw mysqlError('ER_DATA_OUT_OF_RANGE', 'DOUBLE', `cast(${v} as float)`);
  return r;
}

/** CAST(v AS YEAR): two digits are completed, times count as today; NULL outside 1901 … 2155. */
function toYear(v: Datum, from: FieldType, rt: ConvertContext): number | null {
  switch (evalType(from)) {
    case 'datetime':
    case 'duration': {
      const d = toTime(v, from, TypeCode.Date, 0, rt);
      return d === null ? null : Number(d) >>> 9;
    }
    default: {
      const text = v instanceof Uint8Array;
      const n = Number(toInt(v, from, false, rt));
      const zero = n === 0 && (!text || v.length > 2);
      const y = n >= 0 && n < 100 && !zero ? (n < 70 ? n + 2000 : n + 1900) : n;
      if (y === 0 || (y >= 1901 && y <= 2155)) return y;
      rt.warn({
        level: 'Warning',
        code: 1292,
        message: `Truncated incorrect YEAR value: '${datumToString(v, from)}'`,
      });
      return null;
    }
  }
}

/** CAST(text AS JSON) parses; other values become JSON scalars. */
function castToJson(v: Datum, from: FieldType): Uint8Array {
  if (from.tp === TypeCode.Json) return v as Uint8Array;
  const text = v instanceof Uint8Array && from.charset !== 'binary';
  return encodeJson(text ? parseJson(decodeUtf8(v)) : toJsonValue(v, from));
}

/** Padding beyond this gives NULL (the default max_allowed_packet). */
const MAX_PACKET = 67108864;

/** Text to the target's charset and length (CAST … AS CHAR(n), BINARY(n) pads with zero bytes). */
export function castString(
  text: Uint8Array,
  from: FieldType,
  to: FieldType,
  rt: ConvertContext,
): Uint8Array | null {
  let b = text;
  if ((from.charset === 'binary' && isStringType(from)) || from.tp === TypeCode.Bit) {
    const checked = fromBinary(b, from, to, rt);
    if (checked === null) return null;
    b = checked;
  }
  if (isStringType(from) && from.charset !== to.charset && to.charset !== 'binary') {
    const source = charset(from.charset);
    const target = charset(to.charset);
    if (
      source !== undefined &&
      target !== undefined &&
      from.charset !== 'binary' &&
      !(isUtf8(from.charset) && to.charset.startsWith('utf8'))
    ) {
      b = convertCharset(b, source, target);
    }
  } else if (!isStringType(from) && to.charset !== 'binary' && !isUtf8(to.charset)) {
    const target = charset(to.charset);
    if (target !== undefined && to.charset === 'utf16') b = convertCharset(b, charset('utf8mb4')!, target);
  }
  if (to.flen === UNSPECIFIED) return b;
  if (to.charset === 'binary') {
    if (to.tp === TypeCode.String && to.flen > MAX_PACKET) {
      report(rt, 'ER_WARN_ALLOWED_PACKET_OVERFLOWED', 'cast_as_binary', MAX_PACKET);
      return null;
    }
    if (b.length > to.flen) {
      warnTruncated(to, b, rt);
      return b.subarray(0, to.flen);
    }
    if (to.tp === TypeCode.String && b.length < to.flen) {
      const padded = new Uint8Array(to.flen);
      padded.set(b);
      return padded;
    }
    return b;
  }
  if (b.length <= to.flen) return b;
  const cs = charset(to.charset);
  const end = cs === undefined || isUtf8(to.charset) ? charEnd(b, to.flen) : cs.offsetOf(b, to.flen);
  if (end < b.length) {
    warnTruncated(to, b, rt);
    return b.subarray(0, end);
  }
  return b;
}

/** Bytes as text: where they are none, NULL, or in non-strict mode what comes before; BIT values are refused. */
function fromBinary(b: Uint8Array, from: FieldType, to: FieldType, rt: ConvertContext): Uint8Array | null {
  if (to.charset === 'binary') return b;
  const cs = charset(to.charset);
  const bad = cs === undefined ? -1 : cs.invalidAt(b);
  if (bad < 0) return b;
  if (from.tp === TypeCode.Bit) throw mysqlError('ER_CANNOT_CONVERT_BYTES', hexEscape(b), to.charset);
  warn(rt, 'Warning', 'ER_CANNOT_CONVERT_STRING', hexEscape(b), 'binary', to.charset);
  return isStrictMode(rt.sqlMode) ? null : b.subarray(0, bad);
}

const isUtf8 = (cs: string): boolean =>
  cs === 'utf8mb4' || cs === 'utf8' || cs === 'utf8mb3' || cs === 'ascii';

/** Where the first `chars` characters of UTF-8 text end. */
export function charEnd(b: Uint8Array, chars: number): number {
  let i = 0;
  let left = chars;
  while (i < b.length) {
    if ((b[i]! & 0xc0) !== 0x80 && left-- === 0) return i;
    i++;
  }
  return i;
}

function warnTruncated(to: FieldType, b: Uint8Array, rt: ConvertContext): void {
  rt.warn({
    level: 'Warning',
    code: 1292,
    message: `Truncated incorrect ${to.charset === 'binary' ? 'BINARY' : 'CHAR'}(${to.flen}) value: '${Buffer.from(b).toString('utf8')}'`,
  });
}

/** The value of a `?` as the type with which its place was planned. */
export function convertParam(v: Datum, from: FieldType, to: FieldType, ctx: EvalContext): Datum {
  if (v === null || from === to || to.tp === TypeCode.Null) return v;
  const a = evalType(from);
  const b = evalType(to);
  if (a === b && a !== 'decimal' && a !== 'datetime' && a !== 'int') return v;
  if (a === b && from.tp === to.tp && from.decimal === to.decimal) return v;
  if (a === 'int' && b === 'int') return v;
  if (a === 'real' && b === 'int' && Number.isSafeInteger(v) && (v as number) >= 0) return v;
  const rt = new Runtime(ctx);
  const r = castDatum(v, from, to, rt);
  rt.flush();
  return r;
}

export const asInt = (v: DecInt, unsigned: boolean): DecInt => reinterpretInt(v, unsigned);
