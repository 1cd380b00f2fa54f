import { intDatum, type Datum } from '../../types/datum.js';
import { decCompare, decFloor, decRescale, type DecInt } from '../../types/decimal.js';
import { Flag, TypeCode, evalType, isUnsigned, type FieldType } from '../../types/field-type.js';
import {
  coreOf,
  dateTimeToDate,
  dateToDateTime,
  microsOf,
  rescaleDateTime,
  truncateDateTime,
  timeOfCore,
} from '../../types/time.js';

/** A constant in a column's type, rounded down, and whether something was cut off. */
export interface ColumnValue {
  readonly value: Datum;
  readonly exact: boolean;
  /** The constant lies outside the type: below or above all its values. */
  readonly outside?: 'below' | 'above';
}

/** Whether comparing a column with a constant of this type can be done on the column's own order. */
export function comparable(column: FieldType, other: FieldType, collation: string): boolean {
  const c = evalType(column);
  const o = evalType(other);
  if (other.tp === TypeCode.Null) return true;
  switch (column.tp) {
    case TypeCode.Enum:
    case TypeCode.Set:
    case TypeCode.Json:
      return false;
    default:
      break;
  }
  switch (c) {
    case 'int':
      return o === 'int';
    case 'decimal':
      return o === 'int' || o === 'decimal';
    case 'real':
      return o === 'real' || o === 'int';
    case 'datetime':
      return o === 'datetime';
    case 'duration':
      return o === 'duration';
    case 'string':
      return (
        o === 'string' &&
        other.tp !== TypeCode.Enum &&
        other.tp !== TypeCode.Set &&
        (collation === column.collate || column.charset === 'binary')
      );
    default:
      return false;
  }
}

/** Converts a non-NULL constant; only for pairs that are `comparable`. */
export function toColumnValue(v: Datum, from: FieldType, column: FieldType): ColumnValue {
  switch (evalType(column)) {
    case 'int': {
      const [min, max] = integerBounds(column);
      const { floor, exact } = integerFloor(v, from);
      if (floor < min) return { value: min, exact: false, outside: 'below' };
      if (floor > max || (floor === max && !exact)) return { value: max, exact: false, outside: 'above' };
      return { value: floor, exact };
    }
    case 'decimal': {
      const scale = evalType(from) === 'decimal' ? from.decimal : 0;
      const target = column.decimal;
      if (isUnsigned(column) && (v as DecInt) < 0) return { value: 0, exact: false, outside: 'below' };
      // Keys have room for the digits of the column alone.
      const max = intDatum(10n ** BigInt(column.flen) - 1n);
      if (decCompare(v as DecInt, scale, max, target) > 0)
        return { value: max, exact: false, outside: 'above' };
      const min = -max;
      if (decCompare(v as DecInt, scale, min, target) < 0)
        return { value: min, exact: false, outside: 'below' };
      if (scale <= target) return { value: decRescale(v as DecInt, scale, target), exact: true };
      const factor = 10n ** BigInt(scale - target);
      const wide = BigInt(v as number | bigint);
      let q = wide / factor;
      const r = wide % factor;
      if (r < 0n) q -= 1n;
      const safe = q <= 9007199254740991n && q >= -9007199254740991n;
      return { value: safe ? Number(q) : q, exact: r === 0n };
    }
    case 'real': {
      const n = Number(v);
      if (isUnsigned(column) && n < 0) return { value: 0, exact: false, outside: 'below' };
      if (column.tp !== TypeCode.Float) return { value: n, exact: typeof v !== 'bigint' || BigInt(n) === v };
      let f = Math.fround(n);
      if (f > n) f = previousFloat(f);
      return { value: f, exact: f === n };
    }
    case 'datetime': {
      const ffsp = from.tp === TypeCode.Date ? 0 : Math.max(0, from.decimal);
      if (column.tp === TypeCode.Date) {
        if (from.tp === TypeCode.Date) return { value: v, exact: true };
        const core = coreOf(v as number | bigint, ffsp);
        const exact = timeOfCore(core) === 0 && microsOf(v as number | bigint, ffsp) === 0;
        return { value: dateTimeToDate(v as number | bigint, ffsp), exact };
      }
      const fsp = Math.max(0, column.decimal);
      if (from.tp === TypeCode.Date) return { value: dateToDateTime(v as number, fsp), exact: true };
      if (ffsp <= fsp) return { value: rescaleDateTime(v as number | bigint, ffsp, fsp), exact: true };
      const cut = truncateDateTime(v as number | bigint, ffsp, fsp);
      const back = rescaleDateTime(cut, fsp, ffsp);
      return { value: cut, exact: back !== null && BigInt(back) === BigInt(v as number | bigint) };
    }
    default:
      return { value: v, exact: true };
  }
}

/** A number rounded down to an integer. A double's magnitude is below 2^53. */
function integerFloor(v: Datum, from: FieldType): { floor: number | bigint; exact: boolean } {
  switch (evalType(from)) {
    case 'decimal': {
      const floor = decFloor(v as DecInt, from.decimal);
      return { floor, exact: decCompare(floor, 0, v as DecInt, from.decimal) === 0 };
    }
    case 'real': {
      const floor = Math.floor(v as number) + 0;
      return { floor, exact: floor === v };
    }
    default:
      return { floor: v as number | bigint, exact: true };
  }
}

const INT_BYTES: Readonly<Record<number, number>> = {
  [TypeCode.Tiny]: 1,
  [TypeCode.Short]: 2,
  [TypeCode.Int24]: 3,
  [TypeCode.Long]: 4,
};

/** The least and the largest value of an integer type. */
export function integerBounds(t: FieldType): readonly [number | bigint, number | bigint] {
  if (t.tp === TypeCode.Bit) return [0, t.flen < 53 ? 2 ** t.flen - 1 : 2n ** BigInt(t.flen) - 1n];
  const bytes = INT_BYTES[t.tp];
  if (bytes === undefined)
    return isUnsigned(t) ? [0, 18446744073709551615n] : [-9223372036854775808n, 9223372036854775807n];
  const values = 2 ** (8 * bytes);
  return isUnsigned(t) ? [0, values - 1] : [-values / 2, values / 2 - 1];
}

const F32 = new Float32Array(1);
const U32 = new Uint32Array(F32.buffer);
function previousFloat(f: number): number {
  F32[0] = f;
  if (f === 0) return -1.401298464324817e-45;
  U32[0]! += f > 0 ? -1 : 1;
  return F32[0]!;
}

export const isNullable = (t: FieldType): boolean => (t.flag & Flag.NotNull) === 0;
