import { vectorType } from '../types/vector.js';
import type { EvalType, FieldType } from '../types/field-type.js';
import {
  evalType,
  Flag,
  isNotNull,
  isUnsigned,
  newFieldType,
  TypeCode,
  UNSPECIFIED,
} from '../types/field-type.js';

/** Result types of expressions: digits and scales of exact numbers, aggregation of several types into one. */

export const MAX_PRECISION = 65;
export const MAX_SCALE = 30;

export const intType = (unsigned = false, flen = unsigned ? 20 : 20): FieldType =>
  newFieldType(TypeCode.LongLong, { flen, flag: Flag.Binary | (unsigned ? Flag.Unsigned : 0) });
/** Marks truth values: JSON functions take them as true and false. Beyond the 16 bits that clients see. */
export const BOOLEAN_FLAG = 1 << 20;
/** A truth value: BIGINT(1). */
export const boolType = (): FieldType =>
  newFieldType(TypeCode.LongLong, { flen: 1, flag: Flag.Binary | BOOLEAN_FLAG });
/** x'41', b'101': binary strings that count as unsigned integers in numeric operations. */
export const isHexLiteral = (ft: FieldType): boolean =>
  ft.tp === TypeCode.VarString && ft.charset === 'binary' && isUnsigned(ft);
export const realType = (): FieldType => newFieldType(TypeCode.Double, { flen: 23 });
export const decimalType = (precision: number, scale: number, unsigned = false): FieldType => {
  const s = Math.max(0, Math.min(scale, MAX_SCALE));
  return newFieldType(TypeCode.NewDecimal, {
    flen: Math.max(1, Math.min(Math.max(precision, s), MAX_PRECISION)),
    decimal: s,
    flag: Flag.Binary | (unsigned ? Flag.Unsigned : 0),
  });
};
export const stringType = (flen = UNSPECIFIED, charset = 'utf8mb4', collate = 'utf8mb4_bin'): FieldType =>
  newFieldType(TypeCode.VarString, { flen, charset, collate, flag: collate === 'binary' ? Flag.Binary : 0 });
export const binaryType = (flen = UNSPECIFIED): FieldType => stringType(flen, 'binary', 'binary');
export const dateType = (): FieldType => newFieldType(TypeCode.Date, { flen: 10 });
export const datetimeType = (fsp = 0): FieldType =>
  newFieldType(TypeCode.DateTime, { flen: 19 + (fsp > 0 ? fsp + 1 : 0), decimal: fsp });
export const timeType = (fsp = 0): FieldType =>
  newFieldType(TypeCode.Time, { flen: 10 + (fsp > 0 ? fsp + 1 : 0), decimal: fsp });
export const jsonType = (): FieldType => newFieldType(TypeCode.Json, { flen: UNSPECIFIED });
export const nullType = (): FieldType => newFieldType(TypeCode.Null, { flen: 0 });

export const isTemporal = (ft: FieldType): boolean => {
  const d = evalType(ft);
  return d === 'datetime' || d === 'duration';
};
export const isStringType = (ft: FieldType): boolean => evalType(ft) === 'string' && ft.tp !== TypeCode.Null;
/** Vectors have an order of bytes, as strings of a binary collation. */
export const comparesAsBytes = (ft: FieldType): boolean => isStringType(ft) || evalType(ft) === 'vector';
/** BINARY, VARBINARY, BLOB: compared as bytes. */
export const isBinaryString = (ft: FieldType): boolean => isStringType(ft) && ft.charset === 'binary';

const INT_DIGITS: ReadonlyMap<number, readonly [signed: number, unsigned: number]> = new Map([
  [TypeCode.Tiny, [3, 3]],
  [TypeCode.Short, [5, 5]],
  [TypeCode.Int24, [7, 8]],
  [TypeCode.Long, [10, 10]],
  [TypeCode.LongLong, [19, 20]],
  [TypeCode.Year, [4, 4]],
]);

/** Largest count of decimal digits a value of an exact type has, and how many stand after the point. */
export function exactDigits(ft: FieldType): { precision: number; scale: number } {
  switch (evalType(ft)) {
    case 'int': {
      if (ft.tp === TypeCode.Bit) return { precision: 20, scale: 0 };
      const d = INT_DIGITS.get(ft.tp)![isUnsigned(ft) ? 1 : 0];
      return { precision: ft.tp === TypeCode.LongLong && ft.flen > 0 && ft.flen < d ? ft.flen : d, scale: 0 };
    }
    case 'decimal':
      return { precision: ft.flen === UNSPECIFIED ? MAX_PRECISION : ft.flen, scale: Math.max(0, ft.decimal) };
    case 'datetime':
      return {
        precision: (ft.tp === TypeCode.Date ? 8 : 14) + Math.max(0, ft.decimal),
        scale: Math.max(0, ft.decimal),
      };
    case 'duration':
      return { precision: 7 + Math.max(0, ft.decimal), scale: Math.max(0, ft.decimal) };
    default:
      return { precision: MAX_PRECISION, scale: MAX_SCALE };
  }
}

/** Domain an argument takes in arithmetic: strings and JSON count as real, times as int or (with a fraction) decimal. */
export function numericDomain(ft: FieldType): 'int' | 'decimal' | 'real' {
  if (ft.tp === TypeCode.Null) return 'int';
  if (ft.tp === TypeCode.Enum || ft.tp === TypeCode.Set) return 'real';
  if (isHexLiteral(ft)) return 'int';
  switch (evalType(ft)) {
    case 'int':
      return 'int';
    case 'decimal':
      return 'decimal';
    case 'datetime':
    case 'duration':
      return ft.decimal > 0 ? 'decimal' : 'int';
    default:
      return 'real';
  }
}

const INT_RANK: readonly number[] = [
  TypeCode.Tiny,
  TypeCode.Short,
  TypeCode.Int24,
  TypeCode.Long,
  TypeCode.LongLong,
];

/** Display length in characters of a value of the type as a string; UNSPECIFIED when unbounded. */
export function charLength(ft: FieldType): number {
  switch (evalType(ft)) {
    case 'int':
      return ft.flen > 0
        ? ft.flen + (isUnsigned(ft) ? 0 : ft.tp === TypeCode.LongLong && ft.flen < 20 ? 1 : 0)
        : 20;
    case 'real':
      return 22;
    case 'decimal': {
      const { precision, scale } = exactDigits(ft);
      return precision + (scale > 0 ? 1 : 0) + (precision === scale ? 1 : 0) + (isUnsigned(ft) ? 0 : 1);
    }
    case 'datetime':
      return ft.tp === TypeCode.Date ? 10 : 19 + (ft.decimal > 0 ? ft.decimal + 1 : 0);
    case 'duration':
      return 10 + (ft.decimal > 0 ? ft.decimal + 1 : 0);
    default:
      return ft.tp === TypeCode.Null ? 0 : ft.flen;
  }
}

/**
 * One type for several (manual, "Flow Control Functions", UNION): the result of IF, CASE, COALESCE, IFNULL, GREATEST
 * as values, UNION columns. String charset and collation are settled by the caller.
 */
export function aggregateTypes(types: readonly FieldType[]): FieldType {
  const known = types.filter((t) => t.tp !== TypeCode.Null);
  if (known.length === 0) return nullType();
  const notNull = known.length === types.length && known.every(isNotNull) ? Flag.NotNull : 0;
  const first = known[0]!;
  const withFlag = (t: FieldType): FieldType => ({ ...t, flag: (t.flag & ~Flag.NotNull) | notNull });
  const same = known.every((t) => t.tp === first.tp);
  const domains = new Set(known.map(evalType));
  if (domains.size === 1) {
    switch (evalType(first)) {
      case 'int': {
        if (same && (first.tp === TypeCode.Bit || first.tp === TypeCode.Year))
          return withFlag({ ...first, flen: Math.max(...known.map((t) => t.flen)) });
        // A BIT is a BIGINT among integers.
        if (known.some((t) => t.tp === TypeCode.Bit)) {
          const mixed = known.some((t) => t.tp !== TypeCode.Bit && !isUnsigned(t));
          const wide = known.some((t) => (t.tp === TypeCode.Bit ? t.flen > 63 : isWideUnsigned(t)));
          return withFlag(mixed && wide ? decimalType(20, 0) : intType(!mixed));
        }
        if (first.tp === TypeCode.Year) return withFlag(intType(known.every(isUnsigned)));
        const anyUnsigned = known.some(isUnsigned);
        const anySigned = known.some((t) => !isUnsigned(t));
        const rank = Math.max(...known.map((t) => Math.max(0, INT_RANK.indexOf(t.tp))));
        if (anyUnsigned && anySigned) {
          const uRank = Math.max(...known.filter(isUnsigned).map((t) => INT_RANK.indexOf(t.tp)));
          if (uRank === 4) return withFlag(decimalType(20, 0));
          const wide = INT_RANK[Math.max(rank, uRank + 1)] as TypeCode;
          return withFlag(newFieldType(wide, { flen: Math.max(...known.map((t) => t.flen)) }));
        }
        return withFlag(
          newFieldType(INT_RANK[rank] as TypeCode, {
            flen: Math.max(...known.map((t) => t.flen)),
            flag: Flag.Binary | (anyUnsigned ? Flag.Unsigned : 0),
          }),
        );
      }
      case 'real':
        return withFlag(
          known.some((t) => t.tp === TypeCode.Double)
            ? { ...realType(), decimal: maxDecimals(known) }
            : first,
        );
      case 'decimal':
        return withFlag(aggregateDecimal(known));
      case 'datetime':
        if (same && first.tp === TypeCode.Date) return withFlag(first);
        return withFlag(
          same && first.tp === TypeCode.Timestamp
            ? { ...first, ...timeWidth(known) }
            : datetimeType(Math.max(...known.map((t) => t.decimal))),
        );
      case 'duration':
        return withFlag(timeType(Math.max(...known.map((t) => t.decimal))));
      case 'json':
        return withFlag(jsonType());
      case 'vector':
        return withFlag(vectorType(known.every((t) => t.flen === first.flen) ? first.flen : UNSPECIFIED));
      case 'string':
        break;
    }
  } else if ([...domains].every((d) => d === 'int' || d === 'decimal')) {
    return withFlag(aggregateDecimal(known));
  } else if ([...domains].every((d) => d === 'int' || d === 'decimal' || d === 'real')) {
    const narrow = known.every((t) => t.tp === TypeCode.Float || FITS_FLOAT.has(t.tp));
    return withFlag(
      narrow
        ? { ...known.find((t) => t.tp === TypeCode.Float)!, flen: 12, decimal: UNSPECIFIED }
        : realType(),
    );
  } else if ([...domains].every((d) => d === 'datetime' || d === 'duration')) {
    return withFlag(datetimeType(Math.max(...known.map((t) => t.decimal))));
  }
  const lengths = known.map(charLength);
  const flen = lengths.includes(UNSPECIFIED) ? UNSPECIFIED : Math.max(...lengths);
  const blobs = known.filter((t) => BLOB_RANK.includes(t.tp));
  const strings = known.filter(isStringType);
  const src = strings[0];
  const charset = src?.charset ?? 'utf8mb4';
  const collate = src?.collate ?? 'utf8mb4_bin';
  if (blobs.length > 0) {
    const tp = BLOB_RANK[Math.max(...blobs.map((t) => BLOB_RANK.indexOf(t.tp)))] as TypeCode;
    return withFlag(newFieldType(tp, { flen: UNSPECIFIED, charset, collate, flag: Flag.Blob }));
  }
  if (same && first.tp === TypeCode.String) return withFlag({ ...first, flen, charset, collate });
  return withFlag(newFieldType(TypeCode.VarChar, { flen, charset, collate }));
}

const BLOB_RANK: readonly number[] = [
  TypeCode.TinyBlob,
  TypeCode.Blob,
  TypeCode.MediumBlob,
  TypeCode.LongBlob,
];

/** Integers that every FLOAT holds exactly: with them it stays one (manual, "UNION Clause"). */
const FITS_FLOAT: ReadonlySet<number> = new Set([
  TypeCode.Tiny,
  TypeCode.Short,
  TypeCode.Int24,
  TypeCode.Year,
]);

const isWideUnsigned = (t: FieldType): boolean => t.tp === TypeCode.LongLong && isUnsigned(t);

function maxDecimals(types: readonly FieldType[]): number {
  return types.some((t) => t.decimal === UNSPECIFIED)
    ? UNSPECIFIED
    : Math.max(...types.map((t) => t.decimal));
}

function timeWidth(types: readonly FieldType[]): { flen: number; decimal: number } {
  const fsp = Math.max(...types.map((t) => t.decimal));
  return { decimal: fsp, flen: 19 + (fsp > 0 ? fsp + 1 : 0) };
}

function aggregateDecimal(types: readonly FieldType[]): FieldType {
  let whole = 0;
  let scale = 0;
  for (const t of types) {
    const d = exactDigits(t);
    whole = Math.max(whole, d.precision - d.scale);
    scale = Math.max(scale, d.scale);
  }
  return decimalType(whole + scale, scale, types.every(isUnsigned));
}

/** The domain in which two operands are compared (manual, "Type Conversion in Expression Evaluation"), constants aside. */
export function compareDomain(a: FieldType, b: FieldType): EvalType {
  if (a.tp === TypeCode.Null) return b.tp === TypeCode.Null ? 'int' : evalType(b);
  if (b.tp === TypeCode.Null) return evalType(a);
  const x = evalType(a);
  const y = evalType(b);
  if (x === 'vector' || y === 'vector') return 'vector';
  if (x === 'json' || y === 'json') return 'json';
  if (x === y) return x;
  const exact = (d: EvalType): boolean => d === 'int' || d === 'decimal';
  if (exact(x) && exact(y)) return 'decimal';
  if (x === 'datetime' && y === 'duration') return 'datetime';
  if (x === 'duration' && y === 'datetime') return 'datetime';
  return 'real';
}
