import { charset, convertCharset } from './charset.js';
import { collationOf } from './collation.js';
import type { ConvertContext } from './convert-context.js';
import { report, warn } from './convert-context.js';
import { realToInt, toReal } from './convert-number.js';
import { refuseVector, toVector } from './convert-vector.js';
import { assignString } from './convert-string.js';
import { assignDuration, assignTime } from './assign-time.js';
import type { Datum } from './datum.js';
import type { DecInt } from './decimal.js';
import { decCompare, decFits, decFromNumber, decMax, decRescale } from './decimal.js';
import { durationToDecimal, durationToNumber, roundDuration } from './duration.js';
import type { FieldType } from './field-type.js';
import { evalType, isTextType, isUnsigned, TypeCode, UNSPECIFIED } from './field-type.js';
import { datumToString, datumToText } from './format.js';
import { encodeJson, jsonFromText, jsonToText, readJsonScalar } from './json/binary.js';
import { parseJsonNumber } from './json/cast.js';
import { clampInteger, parseDecimal, parseDouble, plainDecimal } from './number-parse.js';
import { dateTimeToDecimal, dateTimeToNumber, dateToNumber, rescaleDateTime } from './time.js';
import { decodeUtf8 } from './charset.js';

/**
 * Assignment of a value to a column (INSERT, UPDATE, LOAD DATA, DEFAULT): range, length and form are checked; a problem is
 * an error where the context is strict, and else a warning with the nearest value stored. See MySQL manual, "Out-of-Range
 * and Overflow Handling" and "Strict SQL Mode".
 */

/** Names of types in messages, as TiDB prints them. */
const TYPE_NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  [TypeCode.Tiny, 'tinyint'],
  [TypeCode.Short, 'smallint'],
  [TypeCode.Int24, 'mediumint'],
  [TypeCode.Long, 'int'],
  [TypeCode.LongLong, 'bigint'],
  [TypeCode.NewDecimal, 'decimal'],
  [TypeCode.Decimal, 'decimal'],
  [TypeCode.Float, 'float'],
  [TypeCode.Double, 'double'],
  [TypeCode.Year, 'year'],
  [TypeCode.Bit, 'bit'],
]);

interface IntRange {
  readonly min: DecInt;
  readonly max: DecInt;
}

const SIGNED: ReadonlyMap<number, IntRange> = new Map<number, IntRange>([
  [TypeCode.Tiny, { min: -128, max: 127 }],
  [TypeCode.Short, { min: -32768, max: 32767 }],
  [TypeCode.Int24, { min: -8388608, max: 8388607 }],
  [TypeCode.Long, { min: -2147483648, max: 2147483647 }],
  [TypeCode.LongLong, { min: -9223372036854775808n, max: 9223372036854775807n }],
]);
const UNSIGNED: ReadonlyMap<number, IntRange> = new Map<number, IntRange>([
  [TypeCode.Tiny, { min: 0, max: 255 }],
  [TypeCode.Short, { min: 0, max: 65535 }],
  [TypeCode.Int24, { min: 0, max: 16777215 }],
  [TypeCode.Long, { min: 0, max: 4294967295 }],
  [TypeCode.LongLong, { min: 0, max: 18446744073709551615n }],
]);

/** Smallest and largest value of an integer type. */
export function intRange(ft: FieldType): IntRange {
  return (isUnsigned(ft) ? UNSIGNED : SIGNED).get(ft.tp) ?? SIGNED.get(TypeCode.LongLong)!;
}

/** The value of type `from` as the column type `to` stores it. NULL stays NULL: NOT NULL is the caller's check. */
export function convertDatum(v: Datum, from: FieldType, to: FieldType, ctx: ConvertContext): Datum {
  if (v === null || from.tp === TypeCode.Null) return null;
  if (from.tp === TypeCode.Vector && to.tp !== TypeCode.Vector && !isTextType(to)) refuseVector(evalType(to));
  switch (to.tp) {
    case TypeCode.Tiny:
    case TypeCode.Short:
    case TypeCode.Int24:
    case TypeCode.Long:
    case TypeCode.LongLong:
      return assignInt(v, from, to, ctx);
    case TypeCode.Float:
    case TypeCode.Double:
      return assignReal(v, from, to, ctx);
    case TypeCode.NewDecimal:
    case TypeCode.Decimal:
      return assignDecimal(v, from, to, ctx);
    case TypeCode.Date:
    case TypeCode.NewDate:
    case TypeCode.DateTime:
    case TypeCode.Timestamp:
      return assignTime(v, from, to, ctx);
    case TypeCode.Time:
      return assignDuration(v, from, to, ctx);
    case TypeCode.Year:
      return assignYear(v, from, ctx);
    case TypeCode.Bit:
      return assignBit(v, from, to, ctx);
    case TypeCode.Enum:
      return assignEnum(v, from, to, ctx);
    case TypeCode.Set:
      return assignSet(v, from, to, ctx);
    case TypeCode.Json:
      if (from.tp === TypeCode.Json) return v;
      // What is no text of its own is a scalar: its text is a JSON string.
      if (evalType(from) === 'datetime' || evalType(from) === 'duration')
        return encodeJson(timeTextInJson(v, from));
      return jsonFromText(datumToString(v, from));
    case TypeCode.Vector:
      return toVector(v, from, to);
    default:
      return assignString(v, from, to, ctx);
  }
}

/** Times in JSON are shown with microseconds. */
function timeTextInJson(v: Datum, from: FieldType): string {
  const text = datumToString(v, from);
  if (from.tp === TypeCode.Date) return text;
  const dot = text.indexOf('.');
  return dot < 0 ? `${text}.000000` : text.padEnd(dot + 7, '0');
}

/** A number text with no digits or with a tail: 1366, as TiDB reports both. */
function checkNumberText(
  r: { readonly truncated: boolean; readonly empty: boolean },
  b: Uint8Array,
  to: FieldType,
  ctx: ConvertContext,
): void {
  if (!r.truncated && !r.empty) return;
  report(
    ctx,
    'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD',
    TYPE_NAMES.get(to.tp) ?? 'int',
    decodeUtf8(b),
    ctx.column,
    ctx.row,
  );
}

function assignInt(
  v: number | bigint | Uint8Array,
  from: FieldType,
  to: FieldType,
  ctx: ConvertContext,
): DecInt {
  let n: DecInt;
  switch (evalType(from)) {
    case 'int':
      n = v as DecInt;
      break;
    case 'real': {
      const r = realToInt(v as number, isUnsigned(to));
      if (r.overflow) {
        report(ctx, 'ER_WARN_DATA_OUT_OF_RANGE', ctx.column, ctx.row);
        const { min, max } = intRange(to);
        return r.value < min ? min : r.value > max ? max : r.value;
      }
      n = r.value;
      break;
    }
    case 'decimal':
      // A negative number is out of an unsigned column's range even where it rounds to 0.
      n = isUnsigned(to) && (v as DecInt) < 0 ? -1 : decRescale(v as DecInt, from.decimal, 0);
      break;
    case 'datetime': {
      if (from.tp === TypeCode.Date || from.tp === TypeCode.NewDate) n = dateToNumber(v as number);
      else n = dateTimeToNumber(rescaleDateTime(v as DecInt, from.decimal, 0) ?? 0, 0);
      break;
    }
    case 'duration':
      n = durationToNumber(roundDuration(v as number, 0));
      break;
    case 'json': {
      const kind = readJsonScalar(v as Uint8Array).kind;
      if (kind === 'null' || kind === 'container' || kind === 'opaque') {
        report(
          ctx,
          'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD',
          TYPE_NAMES.get(to.tp)!,
          jsonToText(v as Uint8Array),
          ctx.column,
          ctx.row,
        );
        n = 0;
      } else {
        n = parseJsonNumber(v as Uint8Array, isUnsigned(to) ? 'unsigned' : 'int', ctx);
      }
      break;
    }
    default:
      if (typeof v !== 'object') {
        n = v;
      } else if (from.charset === 'binary' && isHexLiteral(from)) {
        n = bytesToUint(v);
      } else {
        n = plainDecimal(v, 0);
        if (n !== n) {
          const r = parseDecimal(v);
          checkNumberText(r, v, to, ctx);
          n = decRescale(r.value.unscaled, r.value.scale, 0);
        }
      }
  }
  const range = intRange(to);
  if (n < range.min) {
    report(ctx, 'ER_WARN_DATA_OUT_OF_RANGE', ctx.column, ctx.row);
    return range.min;
  }
  if (n > range.max) {
    report(ctx, 'ER_WARN_DATA_OUT_OF_RANGE', ctx.column, ctx.row);
    return range.max;
  }
  return n;
}

/** Hex and bit literals: binary VARCHAR constants flagged unsigned; they are numbers in numeric contexts. */
export const isHexLiteral = (ft: FieldType): boolean =>
  ft.tp === TypeCode.VarString && ft.charset === 'binary' && isUnsigned(ft);

/** Big-endian unsigned value of at most 8 bytes (leading zeros aside; more give 2^64-1). */
export function bytesToUint(b: Uint8Array): DecInt {
  let i = 0;
  while (i < b.length && b[i] === 0) i++;
  if (b.length - i > 8) return 18446744073709551615n;
  if (b.length - i <= 6) {
    let x = 0;
    for (; i < b.length; i++) x = x * 256 + b[i]!;
    return x;
  }
  let x = 0n;
  for (; i < b.length; i++) x = (x << 8n) | BigInt(b[i]!);
  return x <= 9007199254740991n ? Number(x) : x;
}

function assignReal(
  v: number | bigint | Uint8Array,
  from: FieldType,
  to: FieldType,
  ctx: ConvertContext,
): number {
  let d: number;
  if (typeof v === 'object' && evalType(from) === 'string') {
    if (isHexLiteral(from)) d = Number(bytesToUint(v));
    else {
      const r = parseDouble(v);
      checkNumberText(r, v, to, ctx);
      if (r.overflow) report(ctx, 'ER_WARN_DATA_OUT_OF_RANGE', ctx.column, ctx.row);
      d = r.value;
    }
  } else {
    d = toReal(v, from, ctx)!;
  }
  return clampReal(d, to, ctx);
}

/** Rounded to (M,D) or 32 bits and clamped. */
function clampReal(v: number, to: FieldType, ctx: ConvertContext): number {
  let d = v;
  if (to.decimal !== UNSPECIFIED && to.decimal < 31 && to.flen !== UNSPECIFIED) {
    const max = Number(`1e${to.flen - to.decimal}`) - Number(`1e${-to.decimal}`);
    d = Number(v.toFixed(Math.min(100, to.decimal)));
    if (Math.abs(d) > max) {
      report(ctx, 'ER_WARN_DATA_OUT_OF_RANGE', ctx.column, ctx.row);
      d = d < 0 ? -max : max;
    }
  }
  if (isUnsigned(to) && d < 0) {
    report(ctx, 'ER_WARN_DATA_OUT_OF_RANGE', ctx.column, ctx.row);
    return 0;
  }
  if (to.tp !== TypeCode.Float) return d;
  const f = Math.fround(d);
  if (!Number.isFinite(f)) {
    report(ctx, 'ER_WARN_DATA_OUT_OF_RANGE', ctx.column, ctx.row);
    return d < 0 ? -3.4028234663852886e38 : 3.4028234663852886e38;
  }
  return f;
}

function assignDecimal(
  v: number | bigint | Uint8Array,
  from: FieldType,
  to: FieldType,
  ctx: ConvertContext,
): DecInt {
  if (typeof v === 'object' && from.tp !== TypeCode.Json && from.charset !== 'binary') {
    const plain = plainDecimal(v, to.decimal);
    if (plain === plain && decFits(plain, to.flen) && (plain >= 0 || !isUnsigned(to))) return plain;
  }
  let u: DecInt;
  let scale: number;
  switch (evalType(from)) {
    case 'int':
      u = v as DecInt;
      scale = 0;
      break;
    case 'decimal':
      u = v as DecInt;
      scale = from.decimal;
      break;
    case 'real': {
      const d = decFromNumber(v as number);
      u = d.unscaled;
      scale = d.scale;
      break;
    }
    case 'datetime':
      if (from.tp === TypeCode.Date || from.tp === TypeCode.NewDate) {
        u = dateToNumber(v as number);
        scale = 0;
      } else {
        u = dateTimeToDecimal(v as DecInt, from.decimal);
        scale = from.decimal;
      }
      break;
    case 'duration':
      u = durationToDecimal(v as number, from.decimal);
      scale = from.decimal;
      break;
    case 'json': {
      const d = decFromNumber(Number(parseJsonNumber(v as Uint8Array, 'real', ctx)));
      u = d.unscaled;
      scale = d.scale;
      break;
    }
    default: {
      if (typeof v !== 'object') {
        u = v;
        scale = 0;
      } else if (isHexLiteral(from)) {
        u = bytesToUint(v);
        scale = 0;
      } else {
        const r = parseDecimal(v);
        if (r.empty || r.truncated) {
          report(ctx, 'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD', 'decimal', decodeUtf8(v), ctx.column, ctx.row);
        }
        u = r.value.unscaled;
        scale = r.value.scale;
      }
    }
  }
  const out = decRescale(u, scale, to.decimal);
  if (isUnsigned(to) && out < 0) {
    report(ctx, 'ER_WARN_DATA_OUT_OF_RANGE', ctx.column, ctx.row);
    return 0;
  }
  if (to.flen !== UNSPECIFIED && !decFits(out, to.flen)) {
    report(ctx, 'ER_WARN_DATA_OUT_OF_RANGE', ctx.column, ctx.row);
    const m = decMax(to.flen);
    return out < 0 ? -m : m;
  }
  if (scale > to.decimal && evalType(from) !== 'real' && decCompare(out, to.decimal, u, scale) !== 0) {
    // MySQL has a Note 1265 here; TiDB warns, strict or not, with the value.
    const shown = datumToString(v, from);
    if (ctx.updating === true) warn(ctx, 'Warning', 'ER_TRUNCATED_WRONG_VALUE', 'DECIMAL', shown);
    else warn(ctx, 'Warning', 'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD', 'decimal', shown, ctx.column, ctx.row);
  }
  return out;
}

function assignYear(v: number | bigint | Uint8Array, from: FieldType, ctx: ConvertContext): number {
  let n: number;
  let text = false;
  switch (evalType(from)) {
    case 'int':
      n = Number(v);
      break;
    case 'datetime':
      n = Math.floor(
        (from.tp === TypeCode.Date || from.tp === TypeCode.NewDate
          ? dateToNumber(v as number) * 1e6
          : dateTimeToNumber(v as DecInt, from.decimal)) / 1e10,
      );
      break;
    case 'duration':
      n = Number(epochYear(ctx));
      break;
    case 'string':
      if (typeof v === 'object') {
        if (isHexLiteral(from)) {
          n = Number(bytesToUint(v));
          break;
        }
        const r = parseDecimal(v);
        checkNumberText(r, v, YEAR_TYPE, ctx);
        n = Number(decRescale(r.value.unscaled, r.value.scale, 0));
        // '0' and '00' are 2000, '0000' is the zero year.
        text = !r.empty && decodeUtf8(v).trim().length < 4;
        break;
      }
      n = Number(v);
      break;
    case 'decimal':
      n = (v as DecInt) < 0 ? -1 : Number(decRescale(v as DecInt, from.decimal, 0));
      break;
    default: {
      const d = toReal(v, from, ctx)!;
      n = d < 0 ? -1 : Math.trunc(d);
    }
  }
  if (n === 0) return text ? 2000 : 0;
  if (n > 0 && n < 70) return 2000 + n;
  if (n >= 70 && n < 100) return 1900 + n;
  if (n < 1901 || n > 2155) {
    report(ctx, 'ER_WARN_DATA_OUT_OF_RANGE', ctx.column, ctx.row);
    return 0;
  }
  return n;
}

const YEAR_TYPE = {
  tp: TypeCode.Year,
  flag: 0,
  flen: 4,
  decimal: 0,
  charset: 'binary',
  collate: 'binary',
} as const;

const epochYear = (ctx: ConvertContext): number =>
  new Date(
    ctx.nowMicros() / 1000 + ctx.timeZone.offsetAt(Math.floor(ctx.nowMicros() / 1e6)) * 1000,
  ).getUTCFullYear();

/** An approximate number as BIT, ENUM and SET take it: without its fraction, rounded neither way. */
function cutToInt(d: number): DecInt {
  const whole = Math.max(Math.trunc(d), -(2 ** 63));
  return Number.isSafeInteger(whole) ? whole + 0 : BigInt(whole);
}

function assignBit(
  v: number | bigint | Uint8Array,
  from: FieldType,
  to: FieldType,
  ctx: ConvertContext,
): DecInt {
  const bits = to.flen > 0 ? to.flen : 1;
  let n: DecInt;
  let tooLong = false;
  if (typeof v === 'object') {
    n = bytesToUint(v);
    const first = v.findIndex((b) => b !== 0);
    tooLong = first >= 0 && v.length - first > 8;
  } else if (evalType(from) === 'decimal') {
    const r = clampInteger(decRescale(v, from.decimal, 0), true);
    if (v < 0 || r.overflow) report(ctx, 'ER_WARN_DATA_OUT_OF_RANGE', ctx.column, ctx.row);
    n = r.value;
  } else {
    const i = evalType(from) === 'int' ? v : cutToInt(toReal(v, from, ctx)!);
    n = i < 0 ? BigInt.asUintN(64, BigInt(i)) : i;
  }
  const max = bits < 53 ? 2 ** bits - 1 : (1n << BigInt(bits)) - 1n;
  if (tooLong || n < 0 || n > max) {
    report(ctx, 'ER_DATA_TOO_LONG', ctx.column, ctx.row);
    return max <= 9007199254740991 ? Number(max) : max;
  }
  return n;
}

/** What is looked up among the members of an ENUM or SET: text, and dates and times as such; null for numbers. */
function memberText(v: number | bigint | Uint8Array, from: FieldType, to: FieldType): Uint8Array | null {
  const kind = evalType(from);
  if (kind === 'datetime' || kind === 'duration') return Buffer.from(datumToString(v, from));
  if (kind !== 'string') return null;
  const text = datumToText(v, from)!;
  const source = charset(from.charset);
  const target = charset(to.charset);
  return source === undefined || target === undefined ? text : convertCharset(text, source, target);
}

/** 1-based index of the member equal to the text under the type's collation (trailing spaces aside), 0 when none. */
export function enumIndexOf(text: Uint8Array, ft: FieldType): number {
  const cs = charset(ft.charset) ?? charset('utf8mb4')!;
  const c = collationOf(ft);
  let end = text.length;
  while (end > 0 && text[end - 1] === 0x20) end--;
  const elems = ft.elems ?? [];
  for (let i = 0; i < elems.length; i++) {
    const e = cs.encode(elems[i]!);
    let to = e.length;
    while (to > 0 && e[to - 1] === 0x20) to--;
    if (c.equalsAt(e, 0, to, text, 0, end)) return i + 1;
  }
  return 0;
}

function assignEnum(
  v: number | bigint | Uint8Array,
  from: FieldType,
  to: FieldType,
  ctx: ConvertContext,
): number {
  const count = to.elems?.length ?? 0;
  const text = memberText(v, from, to);
  if (text !== null) {
    const i = enumIndexOf(text, to);
    if (i > 0) return i;
    // A number in quotes is an index when no member matches.
    const s = decodeUtf8(text).trim();
    if (/^\d+$/.test(s) && Number(s) >= 1 && Number(s) <= count) return Number(s);
  } else {
    const n = Number(cutToInt(toReal(v, from, ctx)!));
    if (n >= 1 && n <= count) return n;
    if (n === 0 && !ctx.strict) {
      warn(ctx, 'Warning', 'WARN_DATA_TRUNCATED', ctx.column, ctx.row);
      return 0;
    }
  }
  report(ctx, 'WARN_DATA_TRUNCATED', ctx.column, ctx.row);
  return 0;
}

function assignSet(
  v: number | bigint | Uint8Array,
  from: FieldType,
  to: FieldType,
  ctx: ConvertContext,
): DecInt {
  const count = to.elems?.length ?? 0;
  const all = count >= 53 ? (1n << BigInt(count)) - 1n : 2 ** count - 1;
  const canonical = (m: bigint): DecInt => (m <= 9007199254740991n ? Number(m) : m);
  const bytes = memberText(v, from, to);
  if (bytes !== null) {
    const cs = charset(to.charset) ?? charset('utf8mb4')!;
    const text = cs.decode(bytes);
    if (text === '') return 0;
    let mask = 0n;
    let bad = false;
    for (const part of text.split(',')) {
      const i = enumIndexOf(cs.encode(part), to);
      if (i === 0) bad = true;
      else mask |= 1n << BigInt(i - 1);
    }
    if (bad) {
      // A number in quotes, with nothing behind it, is a mask when no member matches.
      const s = /^\s*(\d+)$/.exec(text)?.[1];
      if (mask === 0n && s !== undefined && BigInt(s) <= all) return canonical(BigInt(s));
      report(ctx, 'WARN_DATA_TRUNCATED', ctx.column, ctx.row);
    }
    return canonical(mask);
  }
  const n = evalType(from) === 'int' ? (v as DecInt) : cutToInt(toReal(v, from, ctx)!);
  if (n < 0 || n > all) {
    report(ctx, 'WARN_DATA_TRUNCATED', ctx.column, ctx.row);
    return canonical(BigInt(n) & BigInt(all));
  }
  return n;
}
