import type { DecInt } from './decimal.js';
import { decDigits, MAX_DECIMAL_PRECISION, MAX_DECIMAL_SCALE } from './decimal.js';
import type { FieldType } from './field-type.js';
import { evalType, Flag, isUnsigned, newFieldType, TypeCode, UNSPECIFIED } from './field-type.js';

/**
 * The common type of several expressions: UNION columns, CASE, IF, COALESCE, GREATEST (MySQL's field type aggregation,
 * Field::field_type_merge). The rules over type classes are stated here instead of the 27x27 table; they give the same cells.
 */

const INT_ORDER: readonly number[] = [
  TypeCode.Tiny,
  TypeCode.Short,
  TypeCode.Int24,
  TypeCode.Long,
  TypeCode.LongLong,
];
const INT_DIGITS: ReadonlyMap<number, number> = new Map<number, number>([
  [TypeCode.Tiny, 3],
  [TypeCode.Short, 5],
  [TypeCode.Int24, 8],
  [TypeCode.Long, 10],
  [TypeCode.LongLong, 20],
  [TypeCode.Year, 4],
]);
const BLOB_ORDER: readonly number[] = [
  TypeCode.TinyBlob,
  TypeCode.Blob,
  TypeCode.MediumBlob,
  TypeCode.LongBlob,
];

const isInt = (tp: number): boolean => INT_ORDER.includes(tp);
const isBlob = (tp: number): boolean => BLOB_ORDER.includes(tp);
const isReal = (tp: number): boolean => tp === TypeCode.Float || tp === TypeCode.Double;
const isDecimal = (tp: number): boolean => tp === TypeCode.NewDecimal || tp === TypeCode.Decimal;
const isNumeric = (tp: number): boolean => isInt(tp) || isReal(tp) || isDecimal(tp) || tp === TypeCode.Year;
const isTemporal = (tp: number): boolean =>
  tp === TypeCode.Date ||
  tp === TypeCode.NewDate ||
  tp === TypeCode.DateTime ||
  tp === TypeCode.Timestamp ||
  tp === TypeCode.Time;

/** Type code of the aggregate of two. */
export function mergeTypeCodes(a: TypeCode, b: TypeCode): TypeCode {
  if (a === b) {
    if (a === TypeCode.Enum || a === TypeCode.Set) return TypeCode.VarChar;
    return a === TypeCode.Decimal ? TypeCode.NewDecimal : a === TypeCode.VarString ? TypeCode.VarChar : a;
  }
  if (a === TypeCode.Null) return mergeWithNull(b);
  if (b === TypeCode.Null) return mergeWithNull(a);
  if (isBlob(a) || isBlob(b)) {
    if (isBlob(a) && isBlob(b)) return BLOB_ORDER.indexOf(a) > BLOB_ORDER.indexOf(b) ? a : b;
    const blob = isBlob(a) ? a : b;
    return blob === TypeCode.TinyBlob ? TypeCode.TinyBlob : blob;
  }
  if (isNumeric(a) && isNumeric(b)) return mergeNumeric(a, b);
  if (a === TypeCode.Bit || b === TypeCode.Bit) {
    const other = a === TypeCode.Bit ? b : a;
    return isInt(other) || other === TypeCode.Year
      ? TypeCode.LongLong
      : isDecimal(other)
        ? TypeCode.NewDecimal
        : isReal(other)
          ? TypeCode.Double
          : TypeCode.VarChar;
  }
  if (isTemporal(a) && isTemporal(b)) return TypeCode.DateTime;
  if (a === TypeCode.String && b === TypeCode.String) return TypeCode.String;
  return TypeCode.VarChar;
}

function mergeWithNull(t: TypeCode): TypeCode {
  if (t === TypeCode.VarString) return TypeCode.VarChar;
  return t === TypeCode.Decimal ? TypeCode.NewDecimal : t;
}

function mergeNumeric(a: TypeCode, b: TypeCode): TypeCode {
  if (isReal(a) || isReal(b)) {
    const other = isReal(a) ? b : a;
    // FLOAT with small integers stays FLOAT; everything wider is DOUBLE.
    if (
      (a === TypeCode.Float || b === TypeCode.Float) &&
      (other === TypeCode.Tiny ||
        other === TypeCode.Short ||
        other === TypeCode.Int24 ||
        other === TypeCode.Year)
    ) {
      return TypeCode.Float;
    }
    return TypeCode.Double;
  }
  if (isDecimal(a) || isDecimal(b)) return TypeCode.NewDecimal;
  if (a === TypeCode.Year || b === TypeCode.Year) {
    const other = a === TypeCode.Year ? b : a;
    return other === TypeCode.Tiny ? TypeCode.Short : other;
  }
  return INT_ORDER.indexOf(a) > INT_ORDER.indexOf(b) ? a : b;
}

/** Digits before the point that a number of the type can have. */
function intDigits(ft: FieldType): number {
  const n = INT_DIGITS.get(ft.tp);
  if (n !== undefined) return n;
  if (ft.flen === UNSPECIFIED) return MAX_DECIMAL_PRECISION - Math.max(0, ft.decimal);
  return ft.flen - Math.max(0, ft.decimal);
}

/** Characters that a value of the type takes as text. */
export function textLength(ft: FieldType): number {
  switch (ft.tp) {
    case TypeCode.Null:
      return 0;
    case TypeCode.Tiny:
      return isUnsigned(ft) ? 3 : 4;
    case TypeCode.Short:
      return isUnsigned(ft) ? 5 : 6;
    case TypeCode.Int24:
      return isUnsigned(ft) ? 8 : 9;
    case TypeCode.Long:
      return isUnsigned(ft) ? 10 : 11;
    case TypeCode.LongLong:
      return ft.flen > 0 && ft.flen < 20 ? ft.flen : 20;
    case TypeCode.Year:
      return 4;
    case TypeCode.NewDecimal:
    case TypeCode.Decimal:
      return (
        (ft.flen === UNSPECIFIED ? MAX_DECIMAL_PRECISION : ft.flen) +
        (ft.decimal > 0 ? 1 : 0) +
        (isUnsigned(ft) ? 0 : 1)
      );
    case TypeCode.Float:
      return ft.flen > 0 ? ft.flen : 12;
    case TypeCode.Double:
      return ft.flen > 0 ? ft.flen : 22;
    case TypeCode.Date:
    case TypeCode.NewDate:
      return 10;
    case TypeCode.DateTime:
    case TypeCode.Timestamp:
      return 19 + (ft.decimal > 0 ? ft.decimal + 1 : 0);
    case TypeCode.Time:
      return 10 + (ft.decimal > 0 ? ft.decimal + 1 : 0);
    case TypeCode.Enum:
      return Math.max(0, ...(ft.elems ?? []).map((e) => e.length));
    case TypeCode.Set:
      return (ft.elems ?? []).reduce((n, e) => n + e.length + 1, -1);
    default:
      return ft.flen;
  }
}

/** Aggregate of two types. Collation is the caller's (coercibility decides it); here: the first string's, binary winning. */
export function mergeTypes(a: FieldType, b: FieldType): FieldType {
  let tp = mergeTypeCodes(a.tp, b.tp);
  if (a.tp === TypeCode.Null) return { ...b, tp, flag: b.flag & ~Flag.NotNull };
  if (b.tp === TypeCode.Null) return { ...a, tp, flag: a.flag & ~Flag.NotNull };
  const notNull = a.flag & b.flag & Flag.NotNull;
  let unsigned = a.flag & b.flag & Flag.Unsigned;
  if (isInt(tp) && (a.flag & Flag.Unsigned) !== (b.flag & Flag.Unsigned)) {
    // Mixed signedness: one size up, and DECIMAL(20) above BIGINT.
    const u = isUnsigned(a) ? a : b;
    if (u.tp === TypeCode.LongLong) {
      return newFieldType(TypeCode.NewDecimal, { flag: notNull | Flag.Binary, flen: 20, decimal: 0 });
    }
    if (INT_ORDER.indexOf(tp) <= INT_ORDER.indexOf(u.tp))
      tp = INT_ORDER[INT_ORDER.indexOf(u.tp) + 1] as TypeCode;
    unsigned = 0;
  }
  if (isInt(tp) || tp === TypeCode.Year || tp === TypeCode.Bit) {
    return newFieldType(tp, {
      flag: notNull | unsigned | Flag.Binary,
      flen: Math.max(textFlen(a), textFlen(b)),
      decimal: 0,
    });
  }
  if (isDecimal(tp)) {
    const scale = Math.min(MAX_DECIMAL_SCALE, Math.max(scaleOf(a), scaleOf(b)));
    const digits = Math.min(MAX_DECIMAL_PRECISION, Math.max(intDigits(a), intDigits(b)) + scale);
    return newFieldType(tp, { flag: notNull | unsigned | Flag.Binary, flen: digits, decimal: scale });
  }
  if (isReal(tp)) {
    const fixed = a.decimal !== UNSPECIFIED && b.decimal !== UNSPECIFIED;
    const decimal = fixed ? Math.max(a.decimal, b.decimal) : UNSPECIFIED;
    const flen = a.flen === UNSPECIFIED || b.flen === UNSPECIFIED ? UNSPECIFIED : Math.max(a.flen, b.flen);
    return newFieldType(tp, { flag: notNull | unsigned | Flag.Binary, flen, decimal });
  }
  if (isTemporal(tp)) {
    const fsp = Math.max(0, a.decimal, b.decimal);
    const out = newFieldType(tp, { flag: notNull | Flag.Binary, decimal: tp === TypeCode.Date ? 0 : fsp });
    return { ...out, flen: textLength(out) };
  }
  if (tp === TypeCode.Json) return newFieldType(tp, { flag: notNull | Flag.Binary });
  const s = stringSource(a, b);
  const la = textLength(a);
  const lb = textLength(b);
  return {
    tp,
    flag: notNull | (s.charset === 'binary' ? Flag.Binary : 0),
    flen: la === UNSPECIFIED || lb === UNSPECIFIED ? UNSPECIFIED : Math.max(la, lb),
    decimal: UNSPECIFIED,
    charset: s.charset,
    collate: s.collate,
  };
}

const scaleOf = (ft: FieldType): number => Math.max(0, ft.decimal);
const textFlen = (ft: FieldType): number => (ft.flen > 0 ? ft.flen : textLength(ft));

/** Which of the two gives charset and collation: a string over a non-string, a binary string over text. */
function stringSource(a: FieldType, b: FieldType): { readonly charset: string; readonly collate: string } {
  const as = evalType(a) === 'string';
  const bs = evalType(b) === 'string';
  if (as && bs) return b.charset === 'binary' && a.charset !== 'binary' ? b : a;
  if (as) return a;
  if (bs) return b;
  return { charset: 'utf8mb4', collate: 'utf8mb4_bin' };
}

/** Aggregate of one or more types. */
export function mergeAll(types: readonly FieldType[]): FieldType {
  let t = types[0]!;
  for (let i = 1; i < types.length; i++) t = mergeTypes(t, types[i]!);
  return t;
}

/** Type of an integer literal: BIGINT, unsigned above 2^63-1, DECIMAL above 2^64-1. */
export function intLiteralType(v: DecInt): FieldType {
  const len = v.toString().length;
  if (v > 18446744073709551615n || v < -9223372036854775808n) return decimalLiteralType(v, 0);
  const flag = Flag.NotNull | Flag.Binary | (v > 9223372036854775807n ? Flag.Unsigned : 0);
  return newFieldType(TypeCode.LongLong, { flag, flen: len, decimal: 0 });
}

/** Type of a literal with a point: DECIMAL of its digits. */
export function decimalLiteralType(unscaled: DecInt, scale: number): FieldType {
  return newFieldType(TypeCode.NewDecimal, {
    flag: Flag.NotNull | Flag.Binary,
    flen: Math.max(decDigits(unscaled), scale === 0 ? 1 : scale),
    decimal: scale,
  });
}

/** Type of a literal with an exponent. */
export const realLiteralType = (text: string): FieldType =>
  newFieldType(TypeCode.Double, {
    flag: Flag.NotNull | Flag.Binary,
    flen: text.length,
    decimal: UNSPECIFIED,
  });
