import type { ColumnInfo } from '../../catalog/model.js';
import { daysInMonth } from '../../types/calendar.js';
import { intRange } from '../../types/convert.js';
import type { Datum } from '../../types/datum.js';
import { pow10 } from '../../types/decimal.js';
import {
  isTextType,
  isUnsigned,
  newFieldType,
  TypeCode,
  UNSPECIFIED,
  type FieldType,
} from '../../types/field-type.js';
import type { Assigner } from '../dml/assignment.js';

/** Digits that a double holds exactly whatever they are. */
export const SAFE_DIGITS = 15;

/** Turns the bytes of a field into the column's value. Strings may be views of the buffer. */
export type FieldReader = (b: Uint8Array, start: number, end: number) => Datum;

/**
 * The reader of a column's fields: a quick way for fields in the plain form of their type, and the general conversion,
 * with its warnings, for all others.
 */
export function fieldReader(
  column: ColumnInfo,
  charset: string,
  collate: string,
  assigner: Assigner,
): FieldReader {
  const text: FieldType = newFieldType(TypeCode.VarString, { charset, collate });
  const general: FieldReader = (b, start, end) => assigner.assign(b.subarray(start, end), text, column);
  const ft = column.type;
  switch (ft.tp) {
    case TypeCode.Tiny:
    case TypeCode.Short:
    case TypeCode.Int24:
    case TypeCode.Long:
    case TypeCode.LongLong:
      return integerReader(ft, general);
    case TypeCode.NewDecimal:
      return decimalReader(ft, general);
    case TypeCode.Date:
      return dateReader(general);
    default:
      return isTextType(ft) && ft.charset === 'utf8mb4' && charset === 'utf8mb4'
        ? asciiReader(ft, general)
        : general;
  }
}

function integerReader(ft: FieldType, general: FieldReader): FieldReader {
  const range = intRange(ft);
  const min = Number(range.min);
  const max = Number(range.max);
  return (b, start, end) => {
    let p = start;
    const negative = b[p] === 0x2d;
    if (negative) p++;
    if (p >= end || end - p > SAFE_DIGITS) return general(b, start, end);
    let v = 0;
    for (; p < end; p++) {
      const d = b[p]! - 0x30;
      if (d < 0 || d > 9) return general(b, start, end);
      v = v * 10 + d;
    }
    if (negative) v = v === 0 ? 0 : -v;
    return v < min || v > max ? general(b, start, end) : v;
  };
}

function decimalReader(ft: FieldType, general: FieldReader): FieldReader {
  const scale = Math.max(0, ft.decimal);
  const digits = Math.min(ft.flen === UNSPECIFIED ? 10 : ft.flen, SAFE_DIGITS);
  const limit = pow10(digits);
  const unsigned = isUnsigned(ft);
  return (b, start, end) => {
    let p = start;
    const negative = b[p] === 0x2d;
    if (negative) p++;
    if (p >= end || end - p > SAFE_DIGITS + 1 || (negative && unsigned)) return general(b, start, end);
    let v = 0;
    let fraction = -1;
    let any = false;
    for (; p < end; p++) {
      const c = b[p]!;
      if (c === 0x2e && fraction < 0) {
        fraction = 0;
        continue;
      }
      const d = c - 0x30;
      if (d < 0 || d > 9) return general(b, start, end);
      any = true;
      v = v * 10 + d;
      if (fraction >= 0) fraction++;
    }
    const missing = scale - Math.max(0, fraction);
    if (!any || missing < 0 || missing > SAFE_DIGITS) return general(b, start, end);
    v *= pow10(missing);
    if (v >= limit) return general(b, start, end);
    return negative && v !== 0 ? -v : v;
  };
}

/** YYYY-MM-DD of a real day. */
function dateReader(general: FieldReader): FieldReader {
  return (b, start, end) => {
    if (end - start !== 10 || b[start + 4] !== 0x2d || b[start + 7] !== 0x2d) return general(b, start, end);
    const y = digits(b, start, 4);
    const m = digits(b, start + 5, 2);
    const d = digits(b, start + 8, 2);
    if (y <= 0 || m < 1 || m > 12 || d < 1 || (d > 28 && d > daysInMonth(y, m)))
      return general(b, start, end);
    return (y << 9) | (m << 5) | d;
  };
}

/** -1 when one of them is no digit. */
function digits(b: Uint8Array, p: number, n: number): number {
  let v = 0;
  for (let i = 0; i < n; i++) {
    const d = b[p + i]! - 0x30;
    if (d < 0 || d > 9) return -1;
    v = v * 10 + d;
  }
  return v;
}

/** ASCII text that fits: every byte is a character, and valid. */
function asciiReader(ft: FieldType, general: FieldReader): FieldReader {
  const limit = ft.flen === UNSPECIFIED || ft.flen < 0 ? 1 << 30 : ft.flen;
  const trims = ft.tp === TypeCode.String;
  return (b, start, end) => {
    if (end - start > limit) return general(b, start, end);
    for (let p = start; p < end; p++) if (b[p]! >= 0x80) return general(b, start, end);
    if (trims) while (end > start && b[end - 1] === 0x20) end--;
    return b.subarray(start, end);
  };
}
