import { layoutOf, TypeCode, type FieldType } from '../../types/field-type.js';

/**
 * How a column's cells are encoded: what TiDB decides by Datum kind. The loops over rows switch on these small integers.
 */
export const ValueKind = {
  Int: 0,
  Uint: 1,
  Float: 2,
  Decimal: 3,
  /** DATE, DATETIME, TIMESTAMP: packed uint. */
  Time: 4,
  /** TIME: nanoseconds. */
  Duration: 5,
  Bytes: 6,
  Json: 7,
  /** Count of elements and elements, little-endian. */
  Vector: 8,
} as const;
export type ValueKind = (typeof ValueKind)[keyof typeof ValueKind];

export function valueKindOf(ft: FieldType): ValueKind {
  switch (ft.tp) {
    case TypeCode.Tiny:
    case TypeCode.Short:
    case TypeCode.Int24:
    case TypeCode.Long:
    case TypeCode.LongLong:
      return (ft.flag & 32) !== 0 ? ValueKind.Uint : ValueKind.Int;
    case TypeCode.Year:
    case TypeCode.Null:
      return ValueKind.Int;
    case TypeCode.Bit:
    case TypeCode.Enum:
    case TypeCode.Set:
      return ValueKind.Uint;
    case TypeCode.Float:
    case TypeCode.Double:
      return ValueKind.Float;
    case TypeCode.Decimal:
    case TypeCode.NewDecimal:
      return ValueKind.Decimal;
    case TypeCode.Date:
    case TypeCode.NewDate:
    case TypeCode.DateTime:
    case TypeCode.Timestamp:
      return ValueKind.Time;
    case TypeCode.Time:
      return ValueKind.Duration;
    case TypeCode.Json:
      return ValueKind.Json;
    case TypeCode.Vector:
      return ValueKind.Vector;
    default:
      return layoutOf(ft) === 'bytes' ? ValueKind.Bytes : ValueKind.Int;
  }
}

/** Precision of a DECIMAL's encoding: the column's, or what holds the widest decimal of that scale. */
export const decimalPrecision = (ft: FieldType): number => (ft.flen > 0 ? ft.flen : 65);
export const decimalScale = (ft: FieldType): number => (ft.decimal > 0 ? ft.decimal : 0);
