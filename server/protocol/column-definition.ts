import type { ResultColumn } from '../../session/client-session.js';
import type { FieldType } from '../../types/field-type.js';
import { Flag, isTextType, newFieldType, TypeCode, UNSPECIFIED } from '../../types/field-type.js';
import type { PacketWriter } from './packet-writer.js';
import { BINARY_COLLATION_ID, charsetId, charsetMaxBytes, encodeText } from './result-charset.js';

/** `decimals` of approximate numbers and expressions without a fixed scale (MySQL: NOT_FIXED_DEC). */
const NOT_FIXED = 31;

/** The few types that travel under another code than they are stored under. */
const WIRE_TYPES: ReadonlyMap<number, number> = new Map<number, number>([
  [TypeCode.VarChar, TypeCode.VarString],
  [TypeCode.TinyBlob, TypeCode.Blob],
  [TypeCode.MediumBlob, TypeCode.Blob],
  [TypeCode.LongBlob, TypeCode.Blob],
  [TypeCode.Enum, TypeCode.String],
  [TypeCode.Set, TypeCode.String],
  [TypeCode.NewDate, TypeCode.Date],
  [TypeCode.Decimal, TypeCode.NewDecimal],
]);

const BLOB_BYTES: ReadonlyMap<number, number> = new Map<number, number>([
  [TypeCode.TinyBlob, 255],
  [TypeCode.Blob, 65535],
  [TypeCode.MediumBlob, 16777215],
  [TypeCode.LongBlob, 4294967295],
  [TypeCode.Json, 4294967295],
  [TypeCode.Geometry, 4294967295],
]);

/** Display width of integers when the type names none: [signed, unsigned]. */
const INT_WIDTHS: ReadonlyMap<number, readonly [number, number]> = new Map<number, readonly [number, number]>(
  [
    [TypeCode.Tiny, [4, 3]],
    [TypeCode.Short, [6, 5]],
    [TypeCode.Int24, [9, 8]],
    [TypeCode.Long, [11, 10]],
    [TypeCode.LongLong, [20, 20]],
    [TypeCode.Year, [4, 4]],
  ],
);

const isText = (ft: FieldType): boolean =>
  ft.charset !== 'binary' && (isTextType(ft) || ft.tp === TypeCode.Enum || ft.tp === TypeCode.Set);

const isNumeric = (ft: FieldType): boolean =>
  INT_WIDTHS.has(ft.tp) ||
  ft.tp === TypeCode.NewDecimal ||
  ft.tp === TypeCode.Float ||
  ft.tp === TypeCode.Double ||
  ft.tp === TypeCode.Bit ||
  ft.tp === TypeCode.Year;

const withFraction = (width: number, fsp: number): number => (fsp > 0 ? width + 1 + fsp : width);

/**
 * Column length: bytes in the client's charset for text, characters of display otherwise (protocol: column_length). The bytes of a TEXT may be
 * as many characters, unless they go out as they are.
 */
function wireLength(ft: FieldType, maxBytes: number, converted: boolean): number {
  const unsigned = (ft.flag & Flag.Unsigned) !== 0;
  const given = ft.flen !== UNSPECIFIED;
  switch (ft.tp) {
    case TypeCode.Date:
    case TypeCode.NewDate:
      return 10;
    case TypeCode.DateTime:
    case TypeCode.Timestamp:
      return withFraction(19, ft.decimal);
    case TypeCode.Time:
      return withFraction(10, ft.decimal);
    case TypeCode.NewDecimal:
    case TypeCode.Decimal:
      return (given ? ft.flen : 65) + (ft.decimal > 0 ? 1 : 0) + (unsigned ? 0 : 1);
    case TypeCode.Float:
      return given ? ft.flen : 12;
    case TypeCode.Double:
      return given ? ft.flen : 22;
    case TypeCode.Bit:
      return given ? ft.flen : 1;
    case TypeCode.Null:
      return 0;
  }
  const blobs = BLOB_BYTES.get(ft.tp);
  if (blobs !== undefined && !converted) return given ? ft.flen : blobs;
  if (given) return Math.min(ft.flen * (isText(ft) ? maxBytes : 1), 4294967295);
  const int = INT_WIDTHS.get(ft.tp);
  if (int !== undefined) return int[unsigned ? 1 : 0];
  if (blobs !== undefined) return Math.min(blobs * (isText(ft) ? maxBytes : 1), 4294967295);
  if (ft.tp === TypeCode.Enum || ft.tp === TypeCode.Set) {
    const lengths = (ft.elems ?? []).map((e) => e.length);
    const chars =
      ft.tp === TypeCode.Enum
        ? Math.max(0, ...lengths)
        : lengths.reduce((a, n) => a + n + 1, lengths.length > 0 ? -1 : 0);
    return chars * maxBytes;
  }
  return Math.min(65535, 16383 * maxBytes);
}

/** What a column's definition gives it, not its values. */
const DEFINITION_FLAGS =
  Flag.PriKey |
  Flag.UniqueKey |
  Flag.MultipleKey |
  Flag.AutoIncrement |
  Flag.NoDefaultValue |
  Flag.OnUpdateNow |
  Flag.PartKey;

function wireFlags(column: ResultColumn, ft: FieldType): number {
  // Flag.Num is for clients to set, which they all do by the type.
  let flags = ft.flag & 0x7fff;
  const stored = column.orgName !== '';
  if (!stored) flags &= ~DEFINITION_FLAGS;
  if (BLOB_BYTES.has(ft.tp)) flags |= Flag.Blob;
  if (ft.tp === TypeCode.Enum) flags |= Flag.Enum;
  if (ft.tp === TypeCode.Set) flags |= Flag.Set;
  if (ft.tp === TypeCode.Bit) flags |= Flag.Unsigned;
  if (ft.tp === TypeCode.Year) flags |= Flag.Unsigned | Flag.Zerofill;
  // MySQL's numeric columns are not BINARY, its numeric expressions are.
  if (stored && isNumeric(ft)) flags &= ~Flag.Binary;
  else if (!isText(ft)) flags |= Flag.Binary;
  return flags;
}

function wireDecimals(column: ResultColumn, ft: FieldType): number {
  if (ft.tp === TypeCode.Float || ft.tp === TypeCode.Double)
    return ft.decimal < 0 || ft.decimal > 30 ? NOT_FIXED : ft.decimal;
  if (ft.decimal >= 0) return ft.decimal;
  return isText(ft) && column.orgName === '' ? NOT_FIXED : 0;
}

/** Clients know no VECTOR: they get its text. */
function shownType(ft: FieldType): FieldType {
  if (ft.tp !== TypeCode.Vector) return ft;
  return newFieldType(TypeCode.LongBlob, { flag: ft.flag & Flag.NotNull });
}

/**
 * One Column Definition (protocol: ColumnDefinition41) as a packet. `resultsCharset` is the charset text goes out in, null
 * for "as stored". `withDefault` adds the default value field that COM_FIELD_LIST replies carry, always NULL here.
 */
export function writeColumnDefinition(
  w: PacketWriter,
  column: ResultColumn,
  resultsCharset: string | null,
  withDefault = false,
): void {
  const ft = shownType(column.type);
  const charset = resultsCharset === null || resultsCharset === 'binary' ? ft.charset : resultsCharset;
  const text = isText(ft);
  w.begin();
  w.lenencText('def');
  if (charset === 'utf8mb4' || charset === 'binary' || resultsCharset === null) {
    w.lenencText(column.db);
    w.lenencText(column.table);
    w.lenencText(column.orgTable);
    w.lenencText(column.name);
    w.lenencText(column.orgName);
  } else {
    w.lenencBytes(encodeText(column.db, resultsCharset));
    w.lenencBytes(encodeText(column.table, resultsCharset));
    w.lenencBytes(encodeText(column.orgTable, resultsCharset));
    w.lenencBytes(encodeText(column.name, resultsCharset));
    w.lenencBytes(encodeText(column.orgName, resultsCharset));
  }
  w.u8(0x0c);
  w.u16(text ? charsetId(charset) : BINARY_COLLATION_ID);
  w.u32(wireLength(ft, text ? charsetMaxBytes(charset) : 1, resultsCharset !== null));
  w.u8(WIRE_TYPES.get(ft.tp) ?? ft.tp);
  w.u16(wireFlags(column, ft));
  w.u8(wireDecimals(column, ft));
  w.u16(0);
  if (withDefault) w.u8(0xfb);
  w.end();
}
