import type { ColumnInfo } from '../catalog/model.js';
import { mysqlError } from '../types/error-table.js';
import type { FieldType } from '../types/field-type.js';
import { evalType, isUnsigned, TypeCode, UNSPECIFIED } from '../types/field-type.js';
import { needsRestoredData } from '../kv/codec/sort-key.js';
import { typeText } from '../catalog/type-text.js';

/** How MODIFY COLUMN gets from one type to another. */
export type TypeChange =
  /** The stored bytes mean the same. */
  | 'same'
  /** Every value is converted and stored anew. */
  | 'rewrite';

const INTS: readonly number[] = [
  TypeCode.Tiny,
  TypeCode.Short,
  TypeCode.Int24,
  TypeCode.Long,
  TypeCode.LongLong,
];
const BLOBS: readonly number[] = [TypeCode.TinyBlob, TypeCode.Blob, TypeCode.MediumBlob, TypeCode.LongBlob];
const TIMES: readonly number[] = [TypeCode.Date, TypeCode.DateTime, TypeCode.Timestamp];
const isChars = (t: FieldType): boolean =>
  t.tp === TypeCode.VarChar ||
  t.tp === TypeCode.VarString ||
  t.tp === TypeCode.String ||
  BLOBS.includes(t.tp);

/** Charsets whose every text has the same bytes in the second one. */
const SUBSETS: ReadonlySet<string> = new Set([
  'ascii>utf8mb4',
  'ascii>utf8mb3',
  'ascii>utf8',
  'ascii>latin1',
  'utf8>utf8mb4',
  'utf8mb3>utf8mb4',
  'utf8>utf8mb3',
  'utf8mb3>utf8',
]);

/** What a change of the type takes. `indexed`: keys of the column are stored. Throws 8200. */
export function typeChange(column: ColumnInfo, to: FieldType, indexed: boolean): TypeChange {
  const from = column.type;
  const chars = isChars(from) && isChars(to);
  if (from.charset !== to.charset && isText(from) && isText(to)) {
    const subset = SUBSETS.has(`${from.charset}>${to.charset}`);
    if (!subset && !(from.charset === 'latin1' && to.charset === 'utf8mb4') && from.tp === to.tp)
      throw unsupported(`modify charset from ${from.charset} to ${to.charset}`);
  } else if (
    chars &&
    from.collate !== to.collate &&
    indexed &&
    sameBytes(from, { ...to, collate: from.collate })
  ) {
    throw unsupported(
      `modifying collation of column '${column.name}' from '${from.collate}' to '${to.collate}' when index is defined on it.`,
    );
  }
  checkSupported(from, to);
  // Entries of an index keep some texts a second time, beside their sort keys.
  if (indexed && needsRestoredData(from) !== needsRestoredData(to)) return 'rewrite';
  return sameBytes(from, to) ? 'same' : 'rewrite';
}

const isText = (t: FieldType): boolean => isChars(t) || t.tp === TypeCode.Enum || t.tp === TypeCode.Set;

/** Whether every stored value of the first type reads as the same value of the second. */
export function sameBytes(a: FieldType, b: FieldType): boolean {
  if (isUnsigned(a) !== isUnsigned(b)) return false;
  if (a.charset !== b.charset && !SUBSETS.has(`${a.charset}>${b.charset}`)) return false;
  if (a.tp !== b.tp) {
    const wider = (order: readonly number[]): boolean =>
      order.includes(a.tp) && order.indexOf(b.tp) >= order.indexOf(a.tp);
    const text = (t: FieldType): boolean =>
      t.tp === TypeCode.VarChar || t.tp === TypeCode.VarString || BLOBS.includes(t.tp);
    if (wider(INTS) || wider(BLOBS)) return true;
    if (text(a) && text(b) && evalType(a) === evalType(b)) return b.flen === UNSPECIFIED || b.flen >= a.flen;
    // CHAR is kept without its trailing spaces, as a VARCHAR of that value would be.
    if (a.tp === TypeCode.String && text(b) && a.charset !== 'binary') return b.flen >= a.flen;
    return false;
  }
  if (a.tp === TypeCode.Enum || a.tp === TypeCode.Set)
    return (a.elems ?? []).every((e, i) => b.elems?.[i] === e);
  if (INTS.includes(a.tp)) return true;
  if (a.tp === TypeCode.Float || a.tp === TypeCode.Double)
    return (
      b.decimal === UNSPECIFIED ||
      (a.decimal !== UNSPECIFIED && b.decimal >= a.decimal && b.flen - b.decimal >= a.flen - a.decimal)
    );
  if (a.decimal !== b.decimal) return false;
  // DECIMAL values are stored with their precision; a wider one reads them, but index keys would differ.
  if (a.tp === TypeCode.NewDecimal) return a.flen === b.flen;
  if (a.tp === TypeCode.String && a.charset === 'binary') return a.flen === b.flen;
  if (a.tp === TypeCode.Vector) return b.flen === UNSPECIFIED || b.flen === a.flen;
  if (isChars(a)) return b.flen === UNSPECIFIED || b.flen >= a.flen;
  if (a.tp === TypeCode.Bit) return b.flen >= a.flen;
  return true;
}

/** Conversions that TiDB does not do. Throws 8200. */
function checkSupported(from: FieldType, to: FieldType): void {
  const time = TIMES.includes(from.tp) || from.tp === TypeCode.Time || from.tp === TypeCode.Year;
  const members = from.tp === TypeCode.Enum || from.tp === TypeCode.Set;
  const real = from.tp === TypeCode.NewDecimal || from.tp === TypeCode.Float || from.tp === TypeCode.Double;
  const toMembers = to.tp === TypeCode.Enum || to.tp === TypeCode.Set;
  const refused =
    (from.tp === TypeCode.Vector && to.tp !== TypeCode.Vector) ||
    ((time || isChars(from) || from.tp === TypeCode.Json) && to.tp === TypeCode.Bit) ||
    ((time || real || from.tp === TypeCode.Json || from.tp === TypeCode.Bit) && toMembers) ||
    ((members || real || from.tp === TypeCode.Bit) && TIMES.includes(to.tp)) ||
    ((members || from.tp === TypeCode.Bit) && to.tp === TypeCode.Time);
  if (refused)
    throw unsupported(
      `modify column: change from original type ${typeText(from)} to ${typeText(to)} is currently unsupported yet`,
    );
}

const unsupported = (what: string): Error => mysqlError('ER_UNSUPPORTED_DDL_OPERATION', what);
