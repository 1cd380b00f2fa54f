import type { Expr, IndexPart, KeyConstraint } from '../parser/ast/index.js';
import type { ColumnInfo, IndexColumn, IndexCondition, IndexInfo } from '../catalog/model.js';
import { GLOBAL_INDEX_VERSION } from '../catalog/table-layout.js';
import { mysqlError } from '../types/error-table.js';
import type { FieldType } from '../types/field-type.js';
import { Flag, TypeCode } from '../types/field-type.js';
import { NGRAM } from '../expression/fulltext/words.js';
import type { DdlContext } from './ddl-context.js';
import { charset as findCharset } from '../types/charset.js';

/** Bytes of an index key (InnoDB's limit with DYNAMIC rows, TiDB's max-index-length). */
const MAX_KEY_BYTES = 3072;
const MAX_KEY_PARTS = 16;

/** What is asked of a new index. */
export interface IndexRequest {
  /** null: named after its first column. */
  readonly name: string | null;
  readonly parts: readonly IndexPart[];
  readonly unique: boolean;
  readonly primary: boolean;
  readonly invisible: boolean;
  readonly comment: string;
  /** A FULLTEXT index over these columns. */
  readonly fulltext?: NonNullable<IndexInfo['fulltext']>;
  /** GLOBAL, of a partitioned table. */
  readonly global?: boolean;
  /** WHERE: it is over some of the rows. */
  readonly where?: Expr | null;
  /** What that comes to (index-condition.ts). */
  readonly condition?: IndexCondition;
}

/** The request that a KEY clause makes. Throws 1235, 8200. */
export function requestOfKey(key: KeyConstraint): IndexRequest {
  if (key.type === 'FULLTEXT') return fulltextRequest(key.name, key.parts, key.options);
  if (key.type !== 'PRIMARY KEY' && key.type !== 'UNIQUE' && key.type !== 'INDEX')
    throw unsupportedIndex(key.type);
  if (key.type === 'PRIMARY KEY' && key.options.visible === false)
    throw mysqlError('ER_PK_INDEX_CANT_BE_INVISIBLE');
  return {
    name: key.type === 'PRIMARY KEY' ? 'PRIMARY' : key.name,
    parts: key.parts,
    unique: key.type !== 'INDEX',
    primary: key.type === 'PRIMARY KEY',
    invisible: key.options.visible === false,
    comment: key.options.comment ?? '',
    ...(key.options.global === true ? { global: true } : {}),
    where: key.options.where,
  };
}

/** Vectors are indexed by TiFlash, which there is none of: as TiDB without it answers. */
export const unsupportedIndex = (type: KeyConstraint['type']): Error =>
  type === 'VECTOR' || type === 'COLUMNAR'
    ? mysqlError(
        'ER_UNSUPPORTED_DDL_OPERATION',
        'add columnar index: columnar replica must exist to create columnar index',
      )
    : mysqlError('ER_NOT_SUPPORTED_YET', `${type} INDEX`);

/** A FULLTEXT index: one over the words of its columns. Throws 1128 for unknown parsers. */
export function fulltextRequest(
  name: string | null,
  parts: readonly IndexPart[],
  options: KeyConstraint['options'],
): IndexRequest {
  if (options.where !== null) throw mysqlError('ER_NOT_SUPPORTED_YET', 'FULLTEXT INDEX WHERE');
  const parser = options.parser?.toLowerCase();
  if (parser !== undefined && parser !== NGRAM) throw mysqlError('ER_FUNCTION_NOT_DEFINED', options.parser!);
  const columns = parts.map((p) => {
    if (p.column === null) throw mysqlError('ER_FULLTEXT_FUNCTIONAL_INDEX');
    if (p.desc) throw mysqlError('ER_WRONG_USAGE', 'spatial/fulltext/hash index', 'explicit index order');
    return p.column;
  });
  return {
    name: name ?? null,
    parts: [],
    unique: false,
    primary: false,
    invisible: options.visible === false,
    comment: options.comment ?? '',
    fulltext: { columns, ...(parser === undefined ? {} : { parser }) },
  };
}

/** An index over the columns; `taken` are the lower-case names in use. Throws 1072, 1060, 1070, 1071, 1089, 1170, 1171, 1061, 1280. */
export function buildIndex(
  request: IndexRequest,
  columns: readonly ColumnInfo[],
  taken: ReadonlySet<string>,
  id: number,
): IndexInfo {
  const parts = indexColumns(request, columns);
  const name = request.name ?? freeName(parts[0]!.name, taken);
  if (!request.primary && name.toLowerCase() === 'primary') throw mysqlError('ER_WRONG_NAME_FOR_INDEX', name);
  if ([...name].length > 64) throw mysqlError('ER_TOO_LONG_IDENT', name);
  if (taken.has(name.toLowerCase())) {
    if (request.primary) throw mysqlError('ER_MULTIPLE_PRI_KEY');
    throw mysqlError('ER_DUP_KEYNAME', name);
  }
  if ([...request.comment].length > 1024) throw mysqlError('ER_TOO_LONG_INDEX_COMMENT', name, 1024);
  return {
    id,
    name,
    lower: name.toLowerCase(),
    columns: parts,
    unique: request.unique,
    primary: request.primary,
    state: 'public',
    invisible: request.invisible,
    comment: request.comment,
    ...(request.global === true ? { global: true, globalVersion: GLOBAL_INDEX_VERSION } : {}),
    ...(request.fulltext === undefined ? {} : { fulltext: request.fulltext }),
    ...(request.condition === undefined ? {} : { condition: request.condition }),
  };
}

function indexColumns(request: IndexRequest, columns: readonly ColumnInfo[]): IndexColumn[] {
  if (request.parts.length > MAX_KEY_PARTS) throw mysqlError('ER_TOO_MANY_KEY_PARTS', MAX_KEY_PARTS);
  const result: IndexColumn[] = [];
  const seen = new Set<string>();
  let bytes = 0;
  for (const part of request.parts) {
    if (part.column === null) throw mysqlError('ER_NOT_SUPPORTED_YET', 'expression index');
    const column = columns.find((c) => c.lower === part.column!.toLowerCase());
    if (column === undefined) throw mysqlError('ER_KEY_COLUMN_DOES_NOT_EXITS', part.column);
    if (seen.has(column.lower)) throw mysqlError('ER_DUP_FIELDNAME', part.column);
    seen.add(column.lower);
    if (isString(column.type) && !isBlob(column.type) && column.type.flen === 0)
      throw mysqlError('ER_WRONG_KEY_COLUMN', column.name);
    const length = partLength(part, column);
    if (request.primary && column.generated !== '' && !column.generatedStored)
      throw mysqlError(
        'ER_UNSUPPORTED_ACTION_ON_GENERATED_COLUMN',
        'Defining a virtual generated column as primary key',
      );
    bytes += keyBytes(column.type, length);
    if (bytes > MAX_KEY_BYTES) throw mysqlError('ER_TOO_LONG_KEY', bytes, MAX_KEY_BYTES);
    result.push({
      name: column.name,
      offset: column.offset,
      length,
      ...(part.desc ? { desc: true } : {}),
    });
  }
  return result;
}

/** GLOBAL is for indexes with entries of their own on partitioned tables. Throws 8200. */
export function checkGlobal(index: IndexInfo, partitioned: boolean, clustered: boolean): void {
  if (index.global !== true) return;
  if (!partitioned)
    throw mysqlError('ER_UNSUPPORTED_DDL_OPERATION', 'Global IndexOption on a non-partitioned table');
  if (clustered)
    throw mysqlError(
      'ER_UNSUPPORTED_DDL_OPERATION',
      'create an index that is both a global index and a clustered index',
    );
}

/** Values of some columns are not in the rows: statistics of a global index over those are not collected by the way. */
export function warnOfManualAnalyze(ctx: DdlContext, index: IndexInfo, columns: readonly ColumnInfo[]): void {
  if (index.global !== true) return;
  const virtual = (c: ColumnInfo): boolean => c.generated !== '' && !c.generatedStored;
  if (!index.columns.some((p) => p.length >= 0 || virtual(columns[p.offset]!))) return;
  const { code, message } = mysqlError('ER_WARN_GLOBAL_INDEX_NEED_MANUALLY_ANALYZE', index.name);
  ctx.warn({ level: 'Warning', code, message });
}

/** Throws 1071, 1089 and 1170 when a column's new type does not go with the index. */
export function checkIndexColumns(index: IndexInfo, columns: readonly ColumnInfo[]): void {
  let bytes = 0;
  for (const part of index.columns) {
    const column = columns[part.offset]!;
    if (!column.hidden) checkKeyType(column);
    if (part.length >= 0 && !isString(column.type)) throw mysqlError('ER_WRONG_SUB_KEY');
    if (part.length < 0 && isBlob(column.type)) throw mysqlError('ER_BLOB_KEY_WITHOUT_LENGTH', column.name);
    bytes += keyBytes(column.type, part.length);
  }
  if (bytes > MAX_KEY_BYTES) throw mysqlError('ER_TOO_LONG_KEY', bytes, MAX_KEY_BYTES);
}

/** JSON documents and vectors are no keys (TiDB manual, "Vector Search Limitations"). Throws 3152, 8200. */
function checkKeyType({ name, type }: ColumnInfo): void {
  if (type.tp === TypeCode.Json) throw mysqlError('ER_JSON_USED_AS_KEY', name);
  if (type.tp === TypeCode.Vector)
    throw mysqlError('ER_UNSUPPORTED_DDL_OPERATION', `add index: column ${name} of type VECTOR as a key`);
}

export const isBlob = (t: FieldType): boolean =>
  t.tp === TypeCode.TinyBlob ||
  t.tp === TypeCode.Blob ||
  t.tp === TypeCode.MediumBlob ||
  t.tp === TypeCode.LongBlob;
const isString = (t: FieldType): boolean =>
  isBlob(t) || t.tp === TypeCode.VarChar || t.tp === TypeCode.VarString || t.tp === TypeCode.String;

/** The prefix length kept: -1 when the whole column is indexed. */
function partLength(part: IndexPart, column: ColumnInfo): number {
  const { type } = column;
  if (type.arrayOf !== undefined) return -1;
  checkKeyType(column);
  if (part.length === null) {
    if (isBlob(type)) throw mysqlError('ER_BLOB_KEY_WITHOUT_LENGTH', column.name);
    return -1;
  }
  if (part.length === 0) throw mysqlError('ER_KEY_PART_0', column.name);
  if (!isString(type)) throw mysqlError('ER_WRONG_SUB_KEY');
  if (!isBlob(type) && part.length > type.flen) throw mysqlError('ER_WRONG_SUB_KEY');
  return keptLength(part.length, type);
}

/** A prefix as long as the column, or longer than it has become, is no prefix. */
export const keptLength = (length: number, type: FieldType): number =>
  length >= type.flen && !isBlob(type) ? -1 : length;

/** Nine digits go into four bytes, fewer into as many as they need (manual, "DECIMAL Data Type Characteristics"). */
const decimalBytes = (digits: number): number => Math.floor(digits / 9) * 4 + Math.ceil((digits % 9) / 2);

/** Storage of a key part as InnoDB counts it. */
function keyBytes(type: FieldType, length: number): number {
  // An entry for each element, as long as that is: too long ones are refused when they are written.
  if (type.arrayOf !== undefined) return 8;
  if (isString(type)) return (length === -1 ? type.flen : length) * (findCharset(type.charset)?.maxLen ?? 1);
  switch (type.tp) {
    case TypeCode.Tiny:
    case TypeCode.Year:
      return 1;
    case TypeCode.Short:
      return 2;
    case TypeCode.Int24:
    case TypeCode.Date:
    case TypeCode.Time:
      return 3;
    case TypeCode.Long:
    case TypeCode.Float:
    case TypeCode.Timestamp:
      return 4;
    case TypeCode.NewDecimal:
      return decimalBytes(type.flen - type.decimal) + decimalBytes(type.decimal);
    case TypeCode.Bit:
      return Math.ceil(type.flen / 8);
    case TypeCode.Enum:
      return (type.elems?.length ?? 0) > 255 ? 2 : 1;
    case TypeCode.Set: {
      const bytes = Math.ceil((type.elems?.length ?? 0) / 8);
      return bytes > 4 ? 8 : bytes;
    }
    default:
      return 8;
  }
}

/** `a`, `a_2`, `a_3`, … as MySQL names indexes without a name. */
function freeName(column: string, taken: ReadonlySet<string>): string {
  let name = column.toLowerCase() === 'primary' ? `${column}_2` : column;
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${column}_${n}`;
  return name;
}

/** Columns with the key flags that their indexes give them (protocol: PRI, UNIQUE, MULTIPLE; shown by SHOW COLUMNS). */
export function flagKeyColumns(columns: readonly ColumnInfo[], indices: readonly IndexInfo[]): ColumnInfo[] {
  const keyFlags = Flag.PriKey | Flag.UniqueKey | Flag.MultipleKey;
  return columns.map((c) => {
    let flag = c.type.flag & ~keyFlags;
    for (const index of indices) {
      if (index.state !== 'public') continue;
      const at =
        index.fulltext === undefined
          ? index.columns.findIndex((p) => p.offset === c.offset)
          : index.fulltext.columns.findIndex((name) => name.toLowerCase() === c.lower);
      if (at < 0) continue;
      if (index.primary) flag |= Flag.PriKey | Flag.NotNull;
      else if (at === 0)
        flag |=
          index.unique && index.columns.length === 1 && index.condition === undefined
            ? Flag.UniqueKey
            : Flag.MultipleKey;
    }
    return flag === c.type.flag ? c : { ...c, type: { ...c.type, flag } };
  });
}
