import { mysqlError } from './error-table.js';
import type { ConvertContext } from './convert-context.js';
import { report, warn } from './convert-context.js';
import type { Datum } from './datum.js';
import { intDatum, isZero } from './datum.js';
import type { Decimal, DecInt } from './decimal.js';
import { decFits, decFromNumber, decMax, decRescale, decToNumber } from './decimal.js';
import { durationToDecimal, durationToNumber, roundDuration } from './duration.js';
import { decodeUtf8 } from './charset.js';
import type { FieldType } from './field-type.js';
import { evalType, Flag, TypeCode } from './field-type.js';
import { datumToText } from './format.js';
import { clampInteger, parseDecimal, parseDouble, parseIntegerPrefix } from './number-parse.js';
import { dateTimeToDecimal, dateTimeToNumber, dateToNumber, rescaleDateTime } from './time.js';
import { parseJsonNumber } from './json/cast.js';

/**
 * Conversions to numbers as CAST and implicit conversion do them (MySQL manual, "Type Conversion in Expression
 * Evaluation"). Problems go through `report`: warnings in SELECT, errors in strict data changes.
 */

const quote = (b: Uint8Array): string => decodeUtf8(b);

/** Round half to even, as rint() does for doubles. */
export function rint(v: number): number {
  const f = Math.floor(v);
  const d = v - f;
  if (d < 0.5) return f;
  if (d > 0.5) return f + 1;
  return f % 2 === 0 ? f : f + 1;
}

/** A double as a 64-bit integer, rounded; clamped with `overflow`. */
export function realToInt(
  v: number,
  unsigned: boolean,
): { readonly value: DecInt; readonly overflow: boolean } {
  const r = rint(v);
  if (Number.isSafeInteger(r)) {
    return unsigned && r < 0 ? { value: 0, overflow: true } : { value: r === 0 ? 0 : r, overflow: false };
  }
  if (Number.isNaN(r)) return { value: 0, overflow: true };
  if (r === Infinity || r === -Infinity) return clampInteger(r > 0 ? 1n << 70n : -(1n << 70n), unsigned);
  return clampInteger(BigInt(r), unsigned);
}

/** The same 64 bits under the other signedness (CAST(-1 AS UNSIGNED)). */
export function reinterpretInt(v: DecInt, unsigned: boolean): DecInt {
  if (unsigned) return v < 0 ? intDatum(BigInt.asUintN(64, BigInt(v))) : v;
  return v > 9223372036854775807n ? intDatum(BigInt.asIntN(64, BigInt(v))) : v;
}

/** CAST(v AS SIGNED | UNSIGNED). Strings: leading digits only. Integers of the other signedness keep their bits. */
export function toInt(v: Datum, from: FieldType, unsigned: boolean, ctx: ConvertContext): DecInt | null {
  if (v === null) return null;
  switch (evalType(from)) {
    case 'int':
      return reinterpretInt(v as DecInt, unsigned);
    case 'real': {
      const d = v as number;
      const r = realToInt(d, unsigned && d >= 0);
      if (r.overflow) report(ctx, 'ER_CONSTANT_OVERFLOW', d.toExponential(), 'bigint');
      return unsigned ? reinterpretInt(r.value, true) : r.value;
    }
    case 'decimal': {
      const r = clampInteger(decRescale(v as DecInt, from.decimal, 0), unsigned);
      if (r.overflow) report(ctx, 'ER_TRUNCATED_WRONG_VALUE', 'DECIMAL', quote(datumToText(v, from)!));
      return r.value;
    }
    case 'datetime': {
      if (from.tp === TypeCode.Date || from.tp === TypeCode.NewDate) return dateToNumber(v as number);
      const r = rescaleDateTime(v as DecInt, from.decimal, 0);
      return dateTimeToNumber(r ?? (v as DecInt), r === null ? from.decimal : 0);
    }
    case 'duration': {
      const n = durationToNumber(roundDuration(v as number, 0));
      return unsigned ? reinterpretInt(n, true) : n;
    }
    case 'json':
      return parseJsonNumber(v as Uint8Array, unsigned ? 'unsigned' : 'int', ctx) as DecInt;
    default:
      if (typeof v !== 'object') {
        return v;
      }
      return textToInt(v, unsigned, ctx);
  }
}

function textToInt(b: Uint8Array, unsigned: boolean, ctx: ConvertContext): DecInt {
  // A minus sign makes it a signed number whose bits are then taken: CAST('-1' AS UNSIGNED) is 2^64-1.
  let p = 0;
  while (p < b.length && (b[p] === 0x20 || (b[p]! >= 9 && b[p]! <= 13))) p++;
  const negative = b[p] === 0x2d;
  const r = parseIntegerPrefix(b, !negative);
  if (r.overflow && ctx.strict)
    throw mysqlError('ER_DATA_OUT_OF_RANGE', negative ? 'BIGINT' : 'BIGINT UNSIGNED', quote(b));
  if (r.truncated || r.overflow) report(ctx, 'ER_TRUNCATED_WRONG_VALUE', 'INTEGER', quote(b));
  const whole = !r.truncated && !r.overflow;
  if (unsigned) {
    if (whole && r.value < 0) warn(ctx, 'Warning', 'ER_CAST_NEG_INT_AS_UNSIGNED');
    return reinterpretInt(r.value, true);
  }
  if (r.value > 9223372036854775807n) {
    if (whole) warn(ctx, 'Warning', 'ER_CAST_AS_SIGNED_OVERFLOW');
    return reinterpretInt(r.value, false);
  }
  return r.value;
}

/** As a double, for comparison and arithmetic with approximate numbers. */
export function toReal(v: Datum, from: FieldType, ctx: ConvertContext): number | null {
  if (v === null) return null;
  switch (evalType(from)) {
    case 'int':
    case 'real':
      return Number(v);
    case 'decimal':
      return decToNumber(v as DecInt, from.decimal);
    case 'datetime':
      if (from.tp === TypeCode.Date || from.tp === TypeCode.NewDate) return dateToNumber(v as number);
      return decToNumber(dateTimeToDecimal(v as DecInt, from.decimal), from.decimal);
    case 'duration':
      return decToNumber(durationToDecimal(v as number, from.decimal), from.decimal);
    case 'json':
      return Number(parseJsonNumber(v as Uint8Array, 'real', ctx));
    default:
      if (typeof v !== 'object') return Number(v);
      return textToReal(v, from, ctx);
  }
}

const isBlank = (b: Uint8Array): boolean => b.every((c) => c === 0x20 || (c >= 9 && c <= 13));

function textToReal(b: Uint8Array, from: FieldType, ctx: ConvertContext): number {
  const r = parseDouble(b);
  // An empty text is 0 and no wrong number, as in TiDB.
  if ((r.truncated && !isBlank(b)) || r.overflow) {
    report(
      ctx,
      'ER_TRUNCATED_WRONG_VALUE',
      (from.flag & Flag.Binary) !== 0 && from.charset === 'binary' ? 'BINARY' : 'DOUBLE',
      quote(b),
    );
  }
  return r.value;
}

/** As a decimal of whatever scale the value has (at most 30). */
export function toDecimal(v: Datum, from: FieldType, ctx: ConvertContext): Decimal | null {
  if (v === null) return null;
  switch (evalType(from)) {
    case 'int':
      return { unscaled: v as DecInt, scale: 0 };
    case 'decimal':
      return { unscaled: v as DecInt, scale: from.decimal };
    case 'real':
      return capScale(realToDecimal(v as number, ctx));
    case 'datetime':
      if (from.tp === TypeCode.Date || from.tp === TypeCode.NewDate)
        return { unscaled: dateToNumber(v as number), scale: 0 };
      return { unscaled: dateTimeToDecimal(v as DecInt, from.decimal), scale: from.decimal };
    case 'duration':
      return { unscaled: durationToDecimal(v as number, from.decimal), scale: from.decimal };
    case 'json':
      return capScale(decFromNumber(Number(parseJsonNumber(v as Uint8Array, 'real', ctx))));
    default: {
      if (typeof v !== 'object') return { unscaled: v, scale: 0 };
      const r = parseDecimal(v);
      if (r.truncated || r.overflow) report(ctx, 'ER_TRUNCATED_WRONG_VALUE', 'DECIMAL', quote(v));
      return capScale(r.value);
    }
  }
}

function realToDecimal(v: number, ctx: ConvertContext): Decimal {
  const d = decFromNumber(v);
  if (decFits(decRescale(d.unscaled, d.scale, 0), 65)) return d;
  report(ctx, 'ER_DATA_OUT_OF_RANGE', 'DECIMAL', String(v));
  const m = decMax(65);
  return { unscaled: v < 0 ? -m : m, scale: 0 };
}

function capScale(d: Decimal): Decimal {
  return d.scale <= 30 ? d : { unscaled: decRescale(d.unscaled, d.scale, 30), scale: 30 };
}

/** CAST(v AS DECIMAL(p, s)): the unscaled value at scale s, rounded and clamped. */
export function toDecimalOf(
  v: Datum,
  from: FieldType,
  precision: number,
  scale: number,
  ctx: ConvertContext,
): DecInt | null {
  const d = toDecimal(v, from, ctx);
  if (d === null) return null;
  return clampDecimal(decRescale(d.unscaled, d.scale, scale), precision, scale, ctx);
}

/** Clamped to DECIMAL(p, s) with error 1690 or its warning. */
export function clampDecimal(u: DecInt, precision: number, scale: number, ctx: ConvertContext): DecInt {
  if (decFits(u, precision)) return u;
  report(ctx, 'ER_DATA_OUT_OF_RANGE', 'DECIMAL', `(${precision}, ${scale})`);
  const m = decMax(precision);
  return u < 0 ? -m : m;
}

/** Truth value of a condition: 0, 1 or null. */
export function toBool(v: Datum, from: FieldType, ctx: ConvertContext): 0 | 1 | null {
  if (v === null) return null;
  if (typeof v !== 'object') return isZero(v) ? 0 : 1;
  return toReal(v, from, ctx) === 0 ? 0 : 1;
}
