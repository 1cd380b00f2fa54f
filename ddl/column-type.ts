import type { ColumnTypeName, ColumnTypeSpec } from '../parser/ast/index.js';
import { mysqlError } from '../types/error-table.js';
import type { FieldType } from '../types/field-type.js';
import { vectorType } from '../types/vector.js';
import { Flag, TypeCode, UNSPECIFIED } from '../types/field-type.js';
import { charset as findCharset, type Charset } from '../types/charset.js';
import { BINARY_COLLATION, collation as findCollation } from '../types/collation.js';

interface TypeRule {
  readonly tp: TypeCode;
  /** Display width when none is written. */
  readonly flen: number;
  readonly group:
    | 'int'
    | 'decimal'
    | 'real'
    | 'bit'
    | 'text'
    | 'char'
    | 'binary'
    | 'blob'
    | 'date'
    | 'time'
    | 'year'
    | 'enum'
    | 'json'
    | 'vector';
}

/** MySQL's column types: code, default width, and which rules apply (MySQL manual, "Data Types"). */
const TYPES: Partial<Record<ColumnTypeName, TypeRule>> = {
  TINYINT: { tp: TypeCode.Tiny, flen: 4, group: 'int' },
  SMALLINT: { tp: TypeCode.Short, flen: 6, group: 'int' },
  MEDIUMINT: { tp: TypeCode.Int24, flen: 9, group: 'int' },
  INT: { tp: TypeCode.Long, flen: 11, group: 'int' },
  BIGINT: { tp: TypeCode.LongLong, flen: 20, group: 'int' },
  BIT: { tp: TypeCode.Bit, flen: 1, group: 'bit' },
  DECIMAL: { tp: TypeCode.NewDecimal, flen: 10, group: 'decimal' },
  FLOAT: { tp: TypeCode.Float, flen: 12, group: 'real' },
  DOUBLE: { tp: TypeCode.Double, flen: 22, group: 'real' },
  CHAR: { tp: TypeCode.String, flen: 1, group: 'char' },
  VARCHAR: { tp: TypeCode.VarChar, flen: UNSPECIFIED, group: 'char' },
  BINARY: { tp: TypeCode.String, flen: 1, group: 'binary' },
  VARBINARY: { tp: TypeCode.VarChar, flen: UNSPECIFIED, group: 'binary' },
  TINYTEXT: { tp: TypeCode.TinyBlob, flen: 255, group: 'text' },
  TEXT: { tp: TypeCode.Blob, flen: 65535, group: 'text' },
  MEDIUMTEXT: { tp: TypeCode.MediumBlob, flen: 16777215, group: 'text' },
  LONGTEXT: { tp: TypeCode.LongBlob, flen: 4294967295, group: 'text' },
  TINYBLOB: { tp: TypeCode.TinyBlob, flen: 255, group: 'blob' },
  BLOB: { tp: TypeCode.Blob, flen: 65535, group: 'blob' },
  MEDIUMBLOB: { tp: TypeCode.MediumBlob, flen: 16777215, group: 'blob' },
  LONGBLOB: { tp: TypeCode.LongBlob, flen: 4294967295, group: 'blob' },
  DATE: { tp: TypeCode.Date, flen: 10, group: 'date' },
  TIME: { tp: TypeCode.Time, flen: 10, group: 'time' },
  DATETIME: { tp: TypeCode.DateTime, flen: 19, group: 'time' },
  TIMESTAMP: { tp: TypeCode.Timestamp, flen: 19, group: 'time' },
  YEAR: { tp: TypeCode.Year, flen: 4, group: 'year' },
  ENUM: { tp: TypeCode.Enum, flen: UNSPECIFIED, group: 'enum' },
  SET: { tp: TypeCode.Set, flen: UNSPECIFIED, group: 'enum' },
  JSON: { tp: TypeCode.Json, flen: 4294967295, group: 'json' },
  VECTOR: { tp: TypeCode.Vector, flen: UNSPECIFIED, group: 'vector' },
};

/** Character set and collation that strings of a table take when the column says nothing. */
export interface CharsetDefault {
  readonly charset: string;
  readonly collate: string;
}

/** The type of a column as declared; flags beyond the type's own are the column builder's. Throws 1074, 1425–1427, 1439, 1818, 1115, 1273, 1253. */
export function columnFieldType(spec: ColumnTypeSpec, name: string, table: CharsetDefault): FieldType {
  const rule = TYPES[spec.name];
  if (rule === undefined) throw mysqlError('ER_NOT_SUPPORTED_YET', `${spec.name} columns`);
  const base: FieldType = {
    tp: rule.tp,
    flag:
      Flag.Binary | (spec.unsigned ? Flag.Unsigned : 0) | (spec.zerofill ? Flag.Zerofill | Flag.Unsigned : 0),
    flen: spec.flen ?? rule.flen,
    decimal: 0,
    charset: 'binary',
    collate: 'binary',
  };
  switch (rule.group) {
    case 'int':
      return intType(base, spec, name);
    case 'bit':
      if (base.flen > 64) throw mysqlError('ER_TOO_BIG_DISPLAYWIDTH', name, 64);
      return { ...base, flag: base.flag | Flag.Unsigned, flen: base.flen === 0 ? 1 : base.flen };
    case 'decimal':
      return decimalType(base, spec, name);
    case 'real':
      return realType(base, spec, name);
    case 'date':
      return base;
    case 'year':
      if (base.flen !== 4) throw mysqlError('ER_INVALID_YEAR_COLUMN_LENGTH');
      return { ...base, flen: 4, flag: base.flag | Flag.Unsigned | Flag.Zerofill };
    case 'time':
      return timeType(base, spec, name);
    case 'json':
      return { ...base, flag: Flag.Binary };
    case 'vector':
      return vectorType(base.flen);
    case 'binary':
    case 'blob':
      return binaryType(base, spec, rule, name);
    default:
      return stringType(base, spec, rule, name, table);
  }
}

function intType(base: FieldType, spec: ColumnTypeSpec, name: string): FieldType {
  if (base.flen > 255) throw mysqlError('ER_TOO_BIG_DISPLAYWIDTH', name, 255);
  // Without a sign the default width is one less (BIGINT aside), as MySQL shows it.
  const unsigned = (base.flag & Flag.Unsigned) !== 0;
  const flen = spec.flen === null && unsigned && base.tp !== TypeCode.LongLong ? base.flen - 1 : base.flen;
  return { ...base, flen };
}

function decimalType(base: FieldType, spec: ColumnTypeSpec, name: string): FieldType {
  const flen = spec.flen === null || spec.flen === 0 ? 10 : spec.flen;
  const decimal = spec.decimal ?? 0;
  if (decimal > 30) throw mysqlError('ER_TOO_BIG_SCALE', decimal, name, 30);
  if (flen > 65) throw mysqlError('ER_TOO_BIG_PRECISION', flen, name, 65);
  if (decimal > flen) throw mysqlError('ER_M_BIGGER_THAN_D', name);
  return { ...base, flen, decimal };
}

function realType(base: FieldType, spec: ColumnTypeSpec, name: string): FieldType {
  // FLOAT(p) takes precisions up to that of DOUBLE (MySQL manual, "Floating-Point Types").
  if (base.tp === TypeCode.Float && spec.decimal === null && (spec.flen ?? 0) > 53)
    throw mysqlError('ER_WRONG_FIELD_SPEC', name);
  if (spec.flen === null || spec.decimal === null)
    return {
      ...base,
      flen: spec.flen === null ? base.flen : base.tp === TypeCode.Float ? 12 : 22,
      decimal: UNSPECIFIED,
    };
  if (spec.decimal > 30) throw mysqlError('ER_TOO_BIG_SCALE', spec.decimal, name, 30);
  if (spec.flen > 255) throw mysqlError('ER_TOO_BIG_DISPLAYWIDTH', name, 255);
  if (spec.decimal > spec.flen) throw mysqlError('ER_M_BIGGER_THAN_D', name);
  return { ...base, decimal: spec.decimal };
}

function timeType(base: FieldType, spec: ColumnTypeSpec, name: string): FieldType {
  const fsp = spec.decimal ?? 0;
  if (fsp > 6) throw mysqlError('ER_TOO_BIG_PRECISION', fsp, name, 6);
  return { ...base, decimal: fsp, flen: base.flen + (fsp > 0 ? fsp + 1 : 0) };
}

/** The longest length that BLOB(n) and TEXT(n) take. */
const MAX_BLOB = 0xffffffff;

function binaryType(base: FieldType, spec: ColumnTypeSpec, rule: TypeRule, name: string): FieldType {
  const blob = rule.group === 'blob' ? Flag.Blob : 0;
  if (rule.group === 'binary') checkLength(base, spec, name, 1);
  if (rule.group === 'blob' && spec.flen !== null) {
    if (spec.flen > MAX_BLOB) throw mysqlError('ER_TOO_BIG_DISPLAYWIDTH', name, MAX_BLOB);
    return { ...base, ...fittingBlob(spec.flen), flag: base.flag | blob, decimal: UNSPECIFIED };
  }
  return { ...base, flag: base.flag | blob, decimal: UNSPECIFIED };
}

function stringType(
  base: FieldType,
  spec: ColumnTypeSpec,
  rule: TypeRule,
  name: string,
  table: CharsetDefault,
): FieldType {
  const cs = resolveCharset(spec.charset, spec.collate, spec.binary, table);
  const maxBytes = findCharset(cs.charset)!.maxLen;
  let { tp, flen } = base;
  let flag = cs.charset === 'binary' ? Flag.Binary : 0;
  let elems: readonly string[] | undefined;
  if (rule.group === 'enum') {
    elems = enumMembers(spec, name, cs);
    flag |= tp === TypeCode.Enum ? Flag.Enum : Flag.Set;
    flen =
      tp === TypeCode.Enum
        ? Math.max(0, ...elems.map((e) => [...e].length))
        : elems.reduce((n, e) => n + [...e].length, Math.max(0, elems.length - 1));
  } else if (rule.group === 'text') {
    flag |= Flag.Blob;
    if (spec.flen !== null) {
      if (spec.flen > MAX_BLOB) throw mysqlError('ER_TOO_BIG_DISPLAYWIDTH', name, MAX_BLOB);
      ({ tp, flen } = fittingBlob(spec.flen * maxBytes));
    }
  } else {
    checkLength(base, spec, name, maxBytes);
  }
  return {
    tp,
    flag,
    flen,
    decimal: UNSPECIFIED,
    charset: cs.charset,
    collate: cs.collate,
    ...(elems === undefined ? {} : { elems }),
  };
}

/** A member as text. One written in hexadecimal is bytes of the column's charset, of which those that are no character become `?`. */
function memberText(member: string | Uint8Array, cs: Charset): string {
  if (typeof member === 'string') return member;
  const bytes = Uint8Array.from(member);
  for (let at = cs.invalidAt(bytes); at >= 0; at = cs.invalidAt(bytes)) bytes[at] = 0x3f;
  return cs.decode(bytes);
}

function enumMembers(spec: ColumnTypeSpec, name: string, cs: CharsetDefault): readonly string[] {
  const order = findCollation(cs.collate) ?? BINARY_COLLATION;
  const charset = findCharset(cs.charset)!;
  // Trailing spaces of members are removed (MySQL manual, "The ENUM Type").
  const elems = spec.elems.map((e) => memberText(e, charset).replace(/ +$/, ''));
  if (spec.name === 'SET' && elems.length > 64) throw mysqlError('ER_TOO_BIG_SET', name);
  const seen = new Set<string>();
  for (const e of elems) {
    const key = Buffer.from(order.sortKey(charset.encode(e))).toString('latin1');
    if (seen.has(key)) throw mysqlError('ER_DUPLICATED_VALUE_IN_TYPE', name, e, spec.name);
    if (spec.name === 'SET' && e.includes(',')) throw mysqlError('ER_ILLEGAL_VALUE_FOR_TYPE', 'set', e);
    seen.add(key);
  }
  return elems;
}

function checkLength(base: FieldType, spec: ColumnTypeSpec, name: string, maxBytes: number): void {
  const limit = base.tp === TypeCode.String ? 255 : Math.floor(65535 / maxBytes);
  if (base.flen > limit) throw mysqlError('ER_TOO_BIG_FIELDLENGTH', name, limit);
  if (base.flen === UNSPECIFIED)
    throw mysqlError(
      'ER_PARSE_ERROR',
      'You have an error in your SQL syntax;',
      `${spec.name} needs a length`,
    );
}

/** TEXT(n) and BLOB(n): the smallest type that holds n bytes. */
function fittingBlob(bytes: number): { tp: TypeCode; flen: number } {
  if (bytes <= 255) return { tp: TypeCode.TinyBlob, flen: 255 };
  if (bytes <= 65535) return { tp: TypeCode.Blob, flen: 65535 };
  if (bytes <= 16777215) return { tp: TypeCode.MediumBlob, flen: 16777215 };
  return { tp: TypeCode.LongBlob, flen: 4294967295 };
}

/** Character set and collation from what was written at one level over the default of the level above. Throws 1115, 1273, 1253. */
export function resolveCharset(
  charset: string | null,
  collate: string | null,
  binary: boolean,
  above: CharsetDefault,
): CharsetDefault {
  if (collate !== null) {
    const c = findCollation(collate);
    if (c === undefined) throw mysqlError('ER_UNKNOWN_COLLATION', collate);
    const named = charset === null ? null : (findCharset(charset)?.name ?? charset);
    if (named !== null && named !== c.charset)
      throw mysqlError('ER_COLLATION_CHARSET_MISMATCH', collate, named);
    return { charset: c.charset, collate: c.name };
  }
  if (charset !== null) {
    const cs = findCharset(charset);
    if (cs === undefined) throw mysqlError('ER_UNKNOWN_CHARACTER_SET', charset);
    return {
      charset: cs.name,
      collate: binary && cs.name !== 'binary' ? `${cs.name}_bin` : cs.defaultCollation,
    };
  }
  return binary
    ? { charset: above.charset, collate: above.charset === 'binary' ? 'binary' : `${above.charset}_bin` }
    : above;
}

/**
 * CHARACTER SET and COLLATE of a database or table, each given any number of times: the last one counts, but all must be of one
 * character set. Throws 1302, 1253, 1115, 1273.
 */
export function readCharsetOptions(
  options: readonly { readonly name: string; readonly value?: unknown }[],
  above: CharsetDefault,
): CharsetDefault {
  let charset: string | null = null;
  let collate: string | null = null;
  for (const { name, value } of options) {
    const text = String(value);
    if ((name !== 'CHARSET' && name !== 'COLLATE') || text.toUpperCase() === 'DEFAULT') continue;
    const given =
      name === 'CHARSET'
        ? resolveCharset(text, null, false, above)
        : resolveCharset(null, text, false, above);
    if (charset !== null && charset !== given.charset) {
      if (name === 'COLLATE') throw mysqlError('ER_COLLATION_CHARSET_MISMATCH', given.collate, charset);
      throw mysqlError(
        'ER_CONFLICTING_DECLARATIONS',
        'CHARACTER SET ',
        charset,
        'CHARACTER SET ',
        given.charset,
      );
    }
    charset = given.charset;
    if (name === 'COLLATE') collate = given.collate;
  }
  return resolveCharset(charset, collate, false, above);
}
