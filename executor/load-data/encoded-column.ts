import type { ColumnInfo } from '../../catalog/model.js';
import { POW10 } from '../../kv/codec/decimal-codec.js';
import { decimalPrecision, decimalScale, ValueKind, valueKindOf } from '../../kv/codec/value-kind.js';
import { intRange } from '../../types/convert.js';
import { isNotNull, isTextType, isUnsigned, TypeCode, UNSPECIFIED } from '../../types/field-type.js';
import { SAFE_DIGITS, type FieldReader } from './field-reader.js';

/** How a column's fields are read. */
export const Quick = { none: 0, int: 1, decimal: 2, date: 3, dateTime: 4, text: 5 } as const;
export type Quick = (typeof Quick)[keyof typeof Quick];

/** One column of the table, as the encoder has it. */
export interface EncodedColumn {
  readonly column: ColumnInfo;
  readonly id: number;
  readonly offset: number;
  readonly quick: Quick;
  readonly reader: FieldReader | null;
  /** Range of an integer; of a decimal the number of digits in front of the point. */
  readonly min: number;
  readonly max: number;
  readonly precision: number;
  readonly scale: number;
  readonly trims: boolean;
  /** Of the file's charset, whose texts are valid where their bytes are well-formed. */
  readonly utf8: boolean;
  /** Keys are made of the datum. */
  readonly keyed: boolean;
  readonly notNull: boolean;
}

export function encodedColumn(
  column: ColumnInfo,
  reader: FieldReader | null,
  keyed: boolean,
  charset: string,
): EncodedColumn {
  const ft = column.type;
  let quick: Quick = Quick.none;
  let min = 0;
  let max = 0;
  let precision = 0;
  let scale = 0;
  switch (ft.tp) {
    case TypeCode.Tiny:
    case TypeCode.Short:
    case TypeCode.Int24:
    case TypeCode.Long:
    case TypeCode.LongLong: {
      const range = intRange(ft);
      quick = Quick.int;
      min = Number(range.min);
      max = Number(range.max);
      break;
    }
    case TypeCode.NewDecimal:
      precision = decimalPrecision(ft);
      scale = decimalScale(ft);
      if (scale > SAFE_DIGITS || ft.flen === UNSPECIFIED) break;
      quick = Quick.decimal;
      min = isUnsigned(ft) ? 0 : -1;
      max = POW10[Math.min(SAFE_DIGITS, precision - scale)]!;
      break;
    case TypeCode.Date:
      quick = Quick.date;
      break;
    case TypeCode.DateTime:
      if (ft.decimal <= 0) quick = Quick.dateTime;
      break;
    default:
      if (!isTextType(ft) || !ASCII_CHARSETS.has(charset) || !ASCII_CHARSETS.has(ft.charset)) break;
      if (valueKindOf(ft) !== ValueKind.Bytes) break;
      quick = Quick.text;
      max = ft.flen === UNSPECIFIED || ft.flen < 0 ? 1 << 30 : ft.flen;
  }
  // One shape for all: the loops over columns look at nothing else.
  return {
    column,
    id: column.id,
    offset: column.offset,
    reader,
    keyed,
    quick,
    min,
    max,
    precision,
    scale,
    trims: ft.tp === TypeCode.String,
    utf8: ft.charset === 'utf8mb4' && charset === 'utf8mb4',
    notNull: isNotNull(ft) || column.preventNull === true,
  };
}

/** Charsets in which ASCII is what it is. */
const ASCII_CHARSETS: ReadonlySet<string> = new Set(['utf8mb4', 'utf8', 'utf8mb3', 'ascii', 'latin1']);
