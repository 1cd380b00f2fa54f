import type { FieldType } from '../types/field-type.js';
import { Flag, isUnsigned, TypeCode, UNSPECIFIED } from '../types/field-type.js';
import { datumToString } from '../types/format.js';
import { collation } from '../types/collation.js';
import type { ColumnInfo } from './model.js';

const INTEGER_NAMES: ReadonlyMap<number, string> = new Map([
  [TypeCode.Tiny, 'tinyint'],
  [TypeCode.Short, 'smallint'],
  [TypeCode.Int24, 'mediumint'],
  [TypeCode.Long, 'int'],
  [TypeCode.LongLong, 'bigint'],
]);
const BLOB_NAMES: ReadonlyMap<number, readonly [text: string, blob: string]> = new Map([
  [TypeCode.TinyBlob, ['tinytext', 'tinyblob']],
  [TypeCode.Blob, ['text', 'blob']],
  [TypeCode.MediumBlob, ['mediumtext', 'mediumblob']],
  [TypeCode.LongBlob, ['longtext', 'longblob']],
]);

const isBinary = (t: FieldType): boolean => t.charset === 'binary';
/** A text in quotes as SHOW CREATE TABLE has it, which reads as the same text again. */
export const quoteText = (s: string): string =>
  `'${s.replace(/\\/g, '\\\\').replace(/'/g, "''").replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\0/g, '\\0')}'`;

/** `DATA_TYPE`: the bare name of a type. */
export function typeName(t: FieldType): string {
  const blob = BLOB_NAMES.get(t.tp);
  if (blob !== undefined) return blob[isBinary(t) ? 1 : 0];
  const integer = INTEGER_NAMES.get(t.tp);
  if (integer !== undefined) return integer;
  switch (t.tp) {
    case TypeCode.Bit:
      return 'bit';
    case TypeCode.NewDecimal:
      return 'decimal';
    case TypeCode.Float:
      return 'float';
    case TypeCode.Double:
      return 'double';
    case TypeCode.Date:
      return 'date';
    case TypeCode.DateTime:
      return 'datetime';
    case TypeCode.Timestamp:
      return 'timestamp';
    case TypeCode.Time:
      return 'time';
    case TypeCode.Year:
      return 'year';
    case TypeCode.Enum:
      return 'enum';
    case TypeCode.Set:
      return 'set';
    case TypeCode.Json:
      return 'json';
    case TypeCode.Vector:
      return 'vector';
    case TypeCode.String:
      return isBinary(t) ? 'binary' : 'char';
    case TypeCode.VarChar:
    case TypeCode.VarString:
      return isBinary(t) ? 'varbinary' : 'varchar';
    case TypeCode.Null:
      return 'null';
    default:
      return 'unknown';
  }
}

/** `COLUMN_TYPE`: the type as DDL writes it, `int unsigned`. */
export function typeText(t: FieldType): string {
  return `${typeName(t)}${parameters(t)}${suffix(t)}`;
}

function parameters(t: FieldType): string {
  // Display widths of integers are deprecated (MySQL manual, "Numeric Type Attributes"): only those that mean something show.
  if (INTEGER_NAMES.has(t.tp) && (t.flag & Flag.Zerofill) === 0 && !(t.tp === TypeCode.Tiny && t.flen === 1))
    return '';
  switch (t.tp) {
    case TypeCode.NewDecimal:
      return `(${t.flen},${t.decimal})`;
    case TypeCode.Float:
    case TypeCode.Double:
      return t.decimal === UNSPECIFIED ? '' : `(${t.flen},${t.decimal})`;
    case TypeCode.DateTime:
    case TypeCode.Timestamp:
    case TypeCode.Time:
      return t.decimal > 0 ? `(${t.decimal})` : '';
    case TypeCode.Enum:
    case TypeCode.Set:
      return `(${(t.elems ?? []).map(quoteText).join(',')})`;
    case TypeCode.Date:
    case TypeCode.Json:
    case TypeCode.TinyBlob:
    case TypeCode.Blob:
    case TypeCode.MediumBlob:
    case TypeCode.LongBlob:
    case TypeCode.Null:
      return '';
    default:
      return t.flen === UNSPECIFIED ? '' : `(${t.flen})`;
  }
}

function suffix(t: FieldType): string {
  if (t.tp === TypeCode.Year || t.tp === TypeCode.Bit) return '';
  const unsigned = isUnsigned(t) ? ' unsigned' : '';
  return (t.flag & Flag.Zerofill) !== 0 ? `${unsigned} zerofill` : unsigned;
}

/** Whether values of the type have a character set to show. */
export const hasCharset = (t: FieldType): boolean =>
  t.charset !== 'binary' && t.charset !== '' && (BLOB_NAMES.has(t.tp) || CHARACTER_TYPES.has(t.tp));
const CHARACTER_TYPES: ReadonlySet<number> = new Set([
  TypeCode.String,
  TypeCode.VarChar,
  TypeCode.VarString,
  TypeCode.Enum,
  TypeCode.Set,
]);

/** The default as `COLUMN_DEFAULT` and SHOW COLUMNS print it; null when there is none or it is NULL. */
export function defaultText(c: ColumnInfo): string | null {
  switch (c.default.kind) {
    case 'none':
      return null;
    case 'now':
      return c.default.fsp > 0 ? `CURRENT_TIMESTAMP(${c.default.fsp})` : 'CURRENT_TIMESTAMP';
    case 'expr':
      return c.default.sql;
    case 'value':
      if (c.default.value === null) return null;
      return c.type.tp === TypeCode.Bit
        ? bitText(c.default.value, c.type)
        : datumToString(c.default.value, c.type);
  }
}

function bitText(v: number | bigint | Uint8Array, _t: FieldType): string {
  return `b'${BigInt(v instanceof Uint8Array ? 0 : v).toString(2)}'`;
}

/** `Key` of SHOW COLUMNS. */
export function keyText(t: FieldType): string {
  if ((t.flag & Flag.PriKey) !== 0) return 'PRI';
  if ((t.flag & Flag.UniqueKey) !== 0) return 'UNI';
  return (t.flag & Flag.MultipleKey) !== 0 ? 'MUL' : '';
}

/** `Extra` of SHOW COLUMNS. */
export function extraText(c: ColumnInfo): string {
  if (c.autoIncrement) return 'auto_increment';
  if (c.generated !== '') return c.generatedStored ? 'STORED GENERATED' : 'VIRTUAL GENERATED';
  const parts: string[] = [];
  // A default of the present time is none of them by itself, as in TiDB.
  const computed = c.default.kind === 'expr' && c.default.sql !== 'CURRENT_DATE';
  if (computed || (c.default.kind === 'now' && c.onUpdateNow)) parts.push('DEFAULT_GENERATED');
  if (c.onUpdateNow)
    parts.push(`on update CURRENT_TIMESTAMP${c.type.decimal > 0 ? `(${c.type.decimal})` : ''}`);
  return parts.join(' ');
}

/** Whether the collation is the default of its character set. */
export const isDefaultCollation = (name: string): boolean => collation(name)?.isDefault ?? false;
