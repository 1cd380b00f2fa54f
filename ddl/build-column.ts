import { isStrictMode } from '../types/sql-mode.js';
import type { ColumnDef, ColumnOption, ColumnTypeSpec, Expr } from '../parser/ast/index.js';
import { stripParens } from '../parser/ast/index.js';
import { quoteName } from '../parser/restore.js';
import type { ColumnDefault, ColumnInfo } from '../catalog/model.js';
import { ERRORS, mysqlError } from '../types/error-table.js';
import { MysqlError } from '../types/error.js';
import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';
import { evalType, Flag, TypeCode } from '../types/field-type.js';
import { datumToString } from '../types/format.js';
import type { DdlContext } from './ddl-context.js';
import { checkDefaultCall, checkDefaultParts, isLiteralDefault } from './default-expression.js';
import { autoRandomBits, type AutoRandomBits } from './auto-random.js';
import type { CharsetDefault } from './column-type.js';
import { columnFieldType } from './column-type.js';
import { plainColumn } from '../catalog/plain-objects.js';

/** Keys that a column definition itself declares. */
export interface ColumnKeys {
  readonly primary: boolean;
  readonly clustered: boolean | null;
  /** GLOBAL, of the key that the column is by itself. */
  readonly global: boolean;
  readonly unique: boolean;
}

export interface BuiltColumn {
  readonly column: ColumnInfo;
  /** AUTO_RANDOM is written. */
  readonly autoRandom: AutoRandomBits | null;
  readonly keys: ColumnKeys;
}

const NOW_FUNCTIONS: ReadonlySet<string> = new Set([
  'now',
  'current_timestamp',
  'localtime',
  'localtimestamp',
]);
const NAME_LIMIT = 64;
/** What a generated column may not have, as error 1221 names it. */
const GENERATED_USAGE = {
  Default: 'DEFAULT',
  OnUpdate: 'ON UPDATE',
  AutoIncrement: 'AUTO_INCREMENT',
} as const;

/** A column from its definition; `id` and `offset` are the caller's to give. */
export async function buildColumn(
  ctx: DdlContext,
  def: ColumnDef,
  id: number,
  offset: number,
  table: CharsetDefault,
): Promise<BuiltColumn> {
  checkColumnName(def.name);
  const collateOption = find(def.options, 'Collate');
  const spec =
    collateOption === undefined ? def.type : { ...def.type, collate: collateOption.collation.toLowerCase() };
  let type = declaredType(ctx, spec, def.name, table);
  const primary = find(def.options, 'PrimaryKey');
  const autoIncrement = has(def.options, 'AutoIncrement');
  const generated = find(def.options, 'Generated');
  const onUpdate = find(def.options, 'OnUpdate');
  let notNull = has(def.options, 'NotNull') || primary !== undefined;
  if (has(def.options, 'Null') && primary !== undefined) throw mysqlError('ER_PRIMARY_CANT_HAVE_NULL');
  // An AUTO_INCREMENT column never holds NULL, whatever is written.
  if (autoIncrement) notNull = true;
  if (notNull) type = withFlag(type, Flag.NotNull);
  if (autoIncrement) {
    const et = evalType(type);
    if ((et !== 'int' && et !== 'real') || type.tp === TypeCode.Bit || type.tp === TypeCode.Year)
      throw mysqlError('ER_WRONG_FIELD_SPEC', def.name);
    type = withFlag(type, Flag.AutoIncrement);
  }
  if (onUpdate !== undefined) {
    checkNow(onUpdate.value, type, def.name, 'ER_INVALID_ON_UPDATE');
    type = withFlag(type, Flag.OnUpdateNow);
  }
  const column = plainColumn({
    id,
    name: def.name,
    offset,
    type,
    onUpdateNow: onUpdate !== undefined,
    autoIncrement,
    comment: find(def.options, 'Comment')?.text ?? '',
    generated: generated === undefined ? '' : ctx.restore(generated.expr),
    generatedStored: generated?.stored ?? false,
  });
  if (generated !== undefined) {
    for (const kind of ['Default', 'OnUpdate', 'AutoIncrement'] as const) {
      if (has(def.options, kind))
        throw mysqlError('ER_WRONG_USAGE', GENERATED_USAGE[kind], 'generated column');
    }
  }
  if ([...column.comment].length > 1024) throw mysqlError('ER_TOO_LONG_FIELD_COMMENT', def.name, 1024);
  const given = find(def.options, 'Default');
  if (given !== undefined && autoIncrement) throw mysqlError('ER_INVALID_DEFAULT', def.name);
  const withDefault =
    given === undefined
      ? implicitDefault(column)
      : { ...column, default: await columnDefault(ctx, column, given.value) };
  const flagged =
    notNull && withDefault.default.kind === 'none' && !autoIncrement
      ? { ...withDefault, type: withFlag(withDefault.type, Flag.NoDefaultValue) }
      : withDefault;
  return {
    column: flagged,
    autoRandom: autoRandomBits(def, flagged),
    keys: {
      primary: primary !== undefined,
      clustered: primary?.clustered ?? null,
      global: primary?.global === true || find(def.options, 'Unique')?.global === true,
      unique: has(def.options, 'Unique'),
    },
  };
}

const INTEGERS: ReadonlySet<string> = new Set(['TINYINT', 'SMALLINT', 'MEDIUMINT', 'INT', 'BIGINT']);

/** Widths of integers mean nothing (MySQL manual, "Numeric Type Attributes"); that of TINYINT(1) tells booleans. */
function warnOfWidth(ctx: DdlContext, spec: ColumnTypeSpec): void {
  if (spec.flen === null || !INTEGERS.has(spec.name) || (spec.name === 'TINYINT' && spec.flen === 1)) return;
  const { code, message } = mysqlError('ER_WARN_DEPRECATED_INTEGER_DISPLAY_WIDTH');
  ctx.warn({ level: 'Warning', code, message });
}

/** Where sql_mode is not strict, strings too long for a row's own bytes are TEXT and BLOB. Throws those of `columnFieldType`. */
function declaredType(ctx: DdlContext, spec: ColumnTypeSpec, name: string, table: CharsetDefault): FieldType {
  warnOfWidth(ctx, spec);
  const long = spec.name === 'VARCHAR' ? 'TEXT' : spec.name === 'VARBINARY' ? 'BLOB' : null;
  if (long === null || isStrictMode(ctx.eval.sqlMode)) return columnFieldType(spec, name, table);
  try {
    return columnFieldType(spec, name, table);
  } catch (e) {
    if (!(e instanceof MysqlError) || e.code !== ERRORS.ER_TOO_BIG_FIELDLENGTH.code) throw e;
    const { code, message } = mysqlError('ER_AUTO_CONVERT', name, spec.name, long);
    ctx.warn({ level: 'Warning', code, message });
    return columnFieldType({ ...spec, name: long }, name, table);
  }
}

const TODAY_FUNCTIONS: ReadonlySet<string> = new Set(['curdate', 'current_date']);

/** The default that DEFAULT in a definition stands for. Throws 1067, 1101. */
export async function columnDefault(ctx: DdlContext, column: ColumnInfo, expr: Expr): Promise<ColumnDefault> {
  const { type } = column;
  const call = stripParens(expr);
  if (call.kind === 'FuncCall' && call.name.toLowerCase() === 'nextval')
    return sequenceDefault(ctx, column, call);
  if (expr.kind === 'FuncCall' && NOW_FUNCTIONS.has(expr.name))
    return { kind: 'now', fsp: checkNow(expr, type, column.name, 'ER_INVALID_DEFAULT') };
  if (!isLiteralDefault(expr)) {
    const inner = stripParens(expr);
    if (inner.kind === 'FuncCall' && NOW_FUNCTIONS.has(inner.name) && isTimestampLike(type)) {
      const fsp = nowDigits(inner);
      // In parentheses it is an expression, which may have fewer or more digits than the column.
      if (fsp !== type.decimal) return { kind: 'expr', sql: fsp === 0 ? 'now()' : `now(${fsp})` };
      return { kind: 'now', fsp };
    }
    // TiDB keeps the name of the standard, whichever was given.
    if (inner.kind === 'FuncCall' && TODAY_FUNCTIONS.has(inner.name) && inner.args.length === 0)
      return { kind: 'expr', sql: 'CURRENT_DATE' };
    checkDefaultCall(inner, column.name);
    checkDefaultParts(inner, column.name);
    return { kind: 'expr', sql: ctx.restore(inner) };
  }
  const { type: from, value } = await ctx.evaluate(expr);
  if (value === null) {
    if ((type.flag & Flag.NotNull) !== 0) throw mysqlError('ER_INVALID_DEFAULT', column.name);
    return { kind: 'value', value: null };
  }
  if (takesNoDefault(type)) {
    const error = mysqlError('ER_BLOB_CANT_HAVE_DEFAULT', column.name);
    const empty = value instanceof Uint8Array && value.length === 0;
    if (isStrictMode(ctx.eval.sqlMode) || !empty) throw error;
    // An empty text is what rows get anyway (MySQL manual, "The BLOB and TEXT Types").
    ctx.warn({ level: 'Warning', code: error.code, message: error.message });
    if (type.tp !== TypeCode.Json)
      return (type.flag & Flag.NotNull) !== 0 ? { kind: 'none' } : { kind: 'value', value: null };
    return { kind: 'value', value: zeroValue(type) };
  }
  return { kind: 'value', value: convertDefault(ctx, column, value, from) };
}

/** DEFAULT NEXT VALUE FOR s: kept with the sequence's schema. Throws 1146, 1347, 8228. */
function sequenceDefault(
  ctx: DdlContext,
  column: ColumnInfo,
  call: Extract<Expr, { kind: 'FuncCall' }>,
): ColumnDefault {
  const name = call.args[0]!;
  if (name.kind !== 'TableNameExpr') throw mysqlError('ER_INVALID_DEFAULT', column.name);
  const schema = ctx.databaseOf(name.schema);
  const sequence = ctx.schema().table(schema, name.name);
  if (sequence === null) throw mysqlError('ER_NO_SUCH_TABLE', schema, name.name);
  if (sequence.sequence === undefined) throw mysqlError('ER_WRONG_OBJECT', schema, sequence.name, 'SEQUENCE');
  const kind = evalType(column.type);
  if (kind !== 'int' && kind !== 'real' && kind !== 'decimal')
    throw mysqlError('ER_COLUMN_TYPE_UNSUPPORTED_NEXTVAL', column.name);
  return { kind: 'expr', sql: `nextval(${quoteName(schema)}.${quoteName(sequence.name)})` };
}

function convertDefault(ctx: DdlContext, column: ColumnInfo, value: Datum, from: FieldType): Datum {
  try {
    return ctx.toColumn(value, from, column);
  } catch {
    // NO_ZERO_DATE is for strict modes.
    if (!isStrictMode(ctx.eval.sqlMode) && isZeroTime(value, from, column.type))
      return zeroValue(column.type);
    throw mysqlError('ER_INVALID_DEFAULT', column.name);
  }
}

function isZeroTime(value: Datum, from: FieldType, to: FieldType): boolean {
  if (evalType(to) !== 'datetime' || value === null) return false;
  return /^[0 :.-]+$/.test(datumToString(value, from));
}

const takesNoDefault = (type: FieldType): boolean =>
  type.tp === TypeCode.TinyBlob ||
  type.tp === TypeCode.Blob ||
  type.tp === TypeCode.MediumBlob ||
  type.tp === TypeCode.LongBlob ||
  type.tp === TypeCode.Json ||
  type.tp === TypeCode.Vector;

/** A nullable column without DEFAULT has DEFAULT NULL. */
function implicitDefault(column: ColumnInfo): ColumnInfo {
  return (column.type.flag & Flag.NotNull) !== 0
    ? column
    : { ...column, default: { kind: 'value', value: null } };
}

const isTimestampLike = (type: FieldType): boolean =>
  type.tp === TypeCode.DateTime || type.tp === TypeCode.Timestamp;

/** Fractional digits of CURRENT_TIMESTAMP(n), which must be the column's own. */
function checkNow(
  expr: Expr,
  type: FieldType,
  name: string,
  error: 'ER_INVALID_DEFAULT' | 'ER_INVALID_ON_UPDATE',
): number {
  if (expr.kind !== 'FuncCall' || !NOW_FUNCTIONS.has(expr.name) || !isTimestampLike(type))
    throw mysqlError(error, name);
  const fsp = nowDigits(expr);
  if (fsp !== type.decimal) throw mysqlError(error, name);
  return fsp;
}

function nowDigits(call: Extract<Expr, { kind: 'FuncCall' }>): number {
  const [arg] = call.args;
  return arg?.kind === 'IntLiteral' ? Number(arg.value) : 0;
}

/** The value that rows written before the column existed show; of a default that reads no columns. */
export async function originDefault(ctx: DdlContext, column: ColumnInfo): Promise<Datum> {
  switch (column.default.kind) {
    case 'value':
      return column.default.value;
    case 'now': {
      const now = await ctx.evaluate({
        kind: 'FuncCall',
        schema: null,
        name: 'now',
        args: [{ kind: 'IntLiteral', value: 6, start: 0, end: 0 }],
        start: 0,
        end: 0,
      });
      return ctx.toColumn(now.value, now.type, column);
    }
    case 'none':
      return (column.type.flag & Flag.NotNull) === 0 ? null : zeroValue(column.type);
    case 'expr': {
      const { type, value } = await ctx.evaluate(ctx.parse(column.default.sql));
      return value === null ? null : ctx.toColumn(value, type, column);
    }
  }
}

/** The implicit default of a NOT NULL column's type (MySQL manual, "Data Type Default Values"). */
export function zeroValue(type: FieldType): Datum {
  switch (evalType(type)) {
    case 'string':
      if (type.tp === TypeCode.Enum) return 1;
      if (type.tp === TypeCode.Set) return 0;
      return new Uint8Array(type.tp === TypeCode.String && type.charset === 'binary' ? type.flen : 0);
    case 'json':
      return new Uint8Array([0x04, 0x00]);
    case 'datetime':
      return type.decimal > 4 ? 0n : 0;
    default:
      return 0;
  }
}

/** The qualifier of a column that is defined must be its table's. Throws 1102, 1103. */
export function checkQualifier(def: ColumnDef, db: string, table: string): void {
  if (def.schema !== null && def.schema.toLowerCase() !== db.toLowerCase())
    throw mysqlError('ER_WRONG_DB_NAME', def.schema);
  if (def.table !== null && def.table.toLowerCase() !== table.toLowerCase())
    throw mysqlError('ER_WRONG_TABLE_NAME', def.table);
}

export function checkColumnName(name: string): void {
  if (name.toLowerCase() === '_tidb_rowid') throw mysqlError('ER_WRONG_COLUMN_NAME', name);
  if (name.length === 0 || name.endsWith(' ')) throw mysqlError('ER_WRONG_COLUMN_NAME', name);
  if ([...name].length > NAME_LIMIT) throw mysqlError('ER_TOO_LONG_IDENT', name);
}

export const withFlag = (type: FieldType, flag: number): FieldType => ({ ...type, flag: type.flag | flag });
export const withoutFlag = (type: FieldType, flag: number): FieldType => ({
  ...type,
  flag: type.flag & ~flag,
});

function find<K extends ColumnOption['kind']>(
  options: readonly ColumnOption[],
  kind: K,
): Extract<ColumnOption, { kind: K }> | undefined {
  // The last one counts, as in MySQL.
  return options.filter((o): o is Extract<ColumnOption, { kind: K }> => o.kind === kind).at(-1);
}
const has = (options: readonly ColumnOption[], kind: ColumnOption['kind']): boolean =>
  find(options, kind) !== undefined;
