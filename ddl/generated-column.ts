import type { Expr } from '../parser/ast/index.js';
import { stripParens } from '../parser/ast/index.js';
import type { ColumnInfo, IndexInfo, TableInfo } from '../catalog/model.js';
import { mysqlError } from '../types/error-table.js';
import { evalType, Flag, TypeCode, type FieldType } from '../types/field-type.js';
import { quoteName } from '../parser/restore.js';
import type { IndexRequest } from './build-index.js';
import type { DdlContext } from './ddl-context.js';
import { checkDefaultColumns, checkNotInDefaults, NEVER_STORED } from './default-expression.js';
import { columnsRead, nameAsWritten, walk } from './expression-walk.js';
import { plainColumn } from '../catalog/plain-objects.js';

/** Functions whose value is not made of their arguments alone (MySQL manual, "CREATE TABLE and Generated Columns"). */
export const DISALLOWED: ReadonlySet<string> = new Set([
  ...NEVER_STORED,
  'connection_id',
  'curdate',
  'current_date',
  'current_role',
  'current_time',
  'current_timestamp',
  'current_user',
  'curtime',
  'database',
  'localtime',
  'localtimestamp',
  'now',
  'rand',
  'random_bytes',
  'schema',
  'session_user',
  'sysdate',
  'system_user',
  'tidb_version',
  'unix_timestamp',
  'user',
  'utc_date',
  'utc_time',
  'utc_timestamp',
  'uuid',
  'uuid_short',
  'values',
  'version',
]);

const FORBIDDEN_NODES: ReadonlySet<string> = new Set([
  'Subquery',
  'Exists',
  'InSubquery',
  'Quantified',
  'UserVariable',
  'UserVariableAssign',
  'SystemVariable',
  'ValuesExpr',
  'ParamMarker',
  'WindowCall',
  'DefaultExpr',
]);

const isArrayCast = (expr: { readonly kind: string }): boolean =>
  expr.kind === 'Cast' && (expr as Extract<Expr, { kind: 'Cast' }>).type.array;

/** Arrays are made by an index's expression as a whole only. Throws 1235. */
function checkArrayCasts(expr: Expr, ofIndex: boolean): void {
  walk(expr, (n) => {
    if (isArrayCast(n) && !(ofIndex && n === expr))
      throw mysqlError(
        'ER_NOT_SUPPORTED_YET',
        'Use of CAST( .. AS .. ARRAY) outside of functional index in CREATE(non-SELECT)/ALTER TABLE or in general expressions',
      );
  });
}

/** Throws 3102 (or 3758 for an index) for what may not be part of a generation expression. */
function checkParts(expr: Expr, refuse: () => never): void {
  walk(expr, (n) => {
    if (FORBIDDEN_NODES.has(n.kind)) refuse();
    if (n.kind === 'AggregateCall') throw mysqlError('ER_INVALID_GROUP_FUNC_USE');
    if (n.kind === 'Row') throw mysqlError('ER_OPERAND_COLUMNS', 1);
    if (
      n.kind === 'FuncCall' &&
      DISALLOWED.has((n as Extract<Expr, { kind: 'FuncCall' }>).name.toLowerCase())
    )
      refuse();
  });
}

/** Whether columns may be computed of AUTO_INCREMENT ones, which MySQL refuses. */
const countersAreRead = (ctx: DdlContext): boolean =>
  ctx.variable('tidb_enable_auto_increment_in_generated') === 'ON';

/** Checks what columns are computed of: generated ones and defaults. Throws 1054, 3102, 3107, 3109, 3767, 3768. */
export function checkComputedColumns(ctx: DdlContext, columns: readonly ColumnInfo[]): void {
  columns.forEach((column, at) => {
    checkDefaultColumns(ctx, columns, at);
    if (column.generated === '' || column.hidden) return;
    const expr = ctx.parse(column.generated);
    checkParts(expr, () => {
      throw mysqlError('ER_GENERATED_COLUMN_FUNCTION_IS_NOT_ALLOWED', column.name);
    });
    for (const name of columnsRead(expr)) {
      const read = columns.findIndex((c) => c.lower === name && !c.hidden);
      const other = columns[read];
      if (other === undefined)
        throw mysqlError('ER_BAD_FIELD_ERROR', nameAsWritten(expr, name), 'generated column function');
      if (other.autoIncrement && !countersAreRead(ctx))
        throw mysqlError('ER_GENERATED_COLUMN_REF_AUTO_INC', column.name);
      if (other.generated !== '' && read >= at) throw mysqlError('ER_GENERATED_COLUMN_NON_PRIOR');
    }
    ctx.expressionType(expr, columns);
  });
}

/** Refuses to drop or rename a column that others are computed of: 3108, 3766, or 3837 for an index over an expression. */
export function checkNotRead(ctx: DdlContext, table: TableInfo, column: ColumnInfo): void {
  checkNotInDefaults(ctx, table, column);
  for (const c of table.columns) {
    if (c.generated === '' || c.id === column.id) continue;
    if (!columnsRead(ctx.parse(c.generated)).includes(column.lower)) continue;
    if (c.hidden) throw mysqlError('ER_DEPENDENT_BY_FUNCTIONAL_INDEX', column.name);
    throw mysqlError('ER_DEPENDENT_BY_GENERATED_COLUMN', column.name);
  }
}

export interface ExpressionColumns {
  readonly request: IndexRequest;
  /** Hidden columns to be added behind the others, one for each expression of the index. */
  readonly hidden: readonly ColumnInfo[];
}

/** Functions that give LONGTEXT. */
const LONG_TEXTS: ReadonlySet<string> = new Set(['json_pretty', 'json_unquote']);
const isLongText = (expr: Expr): boolean =>
  expr.kind === 'FuncCall' && LONG_TEXTS.has(expr.name.toLowerCase());

/** A FULLTEXT index as one over the words of its columns. Throws 1072, 1060, 1283. */
function overWords(
  ctx: DdlContext,
  request: IndexRequest,
  columns: readonly ColumnInfo[],
  taken: ReadonlySet<string>,
): IndexRequest {
  const names = request.fulltext!.columns.map((name, i, all) => {
    const column = columns.find((c) => c.lower === name.toLowerCase() && !c.hidden);
    if (column === undefined) throw mysqlError('ER_KEY_COLUMN_DOES_NOT_EXITS', name);
    if (all.findIndex((n) => n.toLowerCase() === column.lower) < i)
      throw mysqlError('ER_DUP_FIELDNAME', name);
    if (!hasWords(column.type)) throw mysqlError('ER_BAD_FT_COLUMN', column.name);
    return column.name;
  });
  const first = names[0]!;
  let name = request.name ?? first;
  if (request.name === null) for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${first}_${n}`;
  const { parser } = request.fulltext!;
  const expr = ctx.parse(
    `${parser === undefined ? '_fts_words' : '_fts_ngrams'}(${names.map(quoteName).join(', ')})`,
  );
  return {
    ...request,
    name,
    parts: [{ column: null, length: null, expr, desc: false }],
    fulltext: { ...request.fulltext!, columns: names },
  };
}

const hasWords = (t: FieldType): boolean =>
  evalType(t) === 'string' && t.charset !== 'binary' && t.tp !== TypeCode.Enum && t.tp !== TypeCode.Set;

/** The hidden column of an index's part that is an expression, as TiDB names it. */
const hiddenColumnName = (index: string, part: number): string => `_V$_${index.toLowerCase()}_${part}`;

/** The table with the hidden columns of an index named as for another name of it, so that the first is free for other indexes. */
export function withHiddenColumnsRenamed(table: TableInfo, index: IndexInfo, to: string): TableInfo {
  const names = new Map<string, string>();
  index.columns.forEach((part, i) => {
    if (part.name === hiddenColumnName(index.name, i)) names.set(part.name, hiddenColumnName(to, i));
  });
  if (names.size === 0) return table;
  const renamed = (name: string): string => names.get(name) ?? name;
  return {
    ...table,
    columns: table.columns.map((c) =>
      names.has(c.name) ? { ...c, name: renamed(c.name), lower: renamed(c.name).toLowerCase() } : c,
    ),
    indices: table.indices.map((i) =>
      i.id === index.id
        ? { ...i, columns: i.columns.map((part) => ({ ...part, name: renamed(part.name) })) }
        : i,
    ),
  };
}

/**
 * An index over expressions is one over hidden generated columns (TiDB's `_V$_index_0`). Throws 3756, 3757, 3758, 3761,
 * 3762 and those of generated columns.
 */
export function expressionColumns(
  ctx: DdlContext,
  request: IndexRequest,
  columns: readonly ColumnInfo[],
  taken: ReadonlySet<string>,
  nextId: number,
): ExpressionColumns {
  if (request.fulltext !== undefined) request = overWords(ctx, request, columns, taken);
  if (request.parts.every((p) => p.column !== null)) return { request, hidden: [] };
  for (const part of request.parts) if (part.expr !== null) checkArrayCasts(stripParens(part.expr), true);
  if (request.parts.filter((p) => p.expr !== null && isArrayCast(stripParens(p.expr))).length > 1)
    throw mysqlError('ER_NOT_SUPPORTED_YET', 'more than one multi-valued key part per index');
  if (request.primary) throw mysqlError('ER_FUNCTIONAL_INDEX_PRIMARY_KEY');
  let name = request.name ?? 'functional_index';
  if (request.name === null) for (let n = 2; taken.has(name); n++) name = `functional_index_${n}`;
  const hidden: ColumnInfo[] = [];
  const parts = request.parts.map((part, i) => {
    if (part.expr === null) return part;
    const expr = stripParens(part.expr);
    if (expr.kind === 'ColumnRef') throw mysqlError('ER_FUNCTIONAL_INDEX_ON_FIELD');
    if (expr.kind === 'Row') throw mysqlError('ER_FUNCTIONAL_INDEX_ROW_VALUE_IS_NOT_ALLOWED', name);
    checkParts(expr, () => {
      throw mysqlError('ER_FUNCTIONAL_INDEX_FUNCTION_IS_NOT_ALLOWED', name);
    });
    for (const read of columnsRead(expr)) {
      const column = columns.find((c) => c.lower === read && !c.hidden);
      if (column === undefined)
        throw mysqlError('ER_BAD_FIELD_ERROR', nameAsWritten(expr, read), 'expression');
      if (column.autoIncrement && !countersAreRead(ctx))
        throw mysqlError('ER_FUNCTIONAL_INDEX_REF_AUTO_INCREMENT', name);
    }
    const given = ctx.expressionType(expr, columns, true);
    if (evalType(given) === 'json' && given.arrayOf === undefined)
      throw mysqlError('ER_FUNCTIONAL_INDEX_ON_JSON_OR_GEOMETRY_FUNCTION');
    if (expr.kind === 'NullLiteral' || (evalType(given) === 'string' && given.flen === 0))
      throw mysqlError('ER_WRONG_KEY_COLUMN_FUNCTIONAL_INDEX', ctx.restore(expr));
    if (isLongText(expr)) throw mysqlError('ER_FUNCTIONAL_INDEX_ON_LOB');
    if (given.tp === TypeCode.Blob || given.tp === TypeCode.LongBlob || given.tp === TypeCode.MediumBlob)
      throw mysqlError('ER_FUNCTIONAL_INDEX_ON_LOB');
    const columnName = hiddenColumnName(name, i);
    if (columns.some((c) => c.lower === columnName.toLowerCase()))
      throw mysqlError('ER_DUP_FIELDNAME', columnName);
    hidden.push(
      plainColumn({
        id: nextId + hidden.length,
        name: columnName,
        offset: columns.length + hidden.length,
        type: {
          ...given,
          flag: given.flag & ~(Flag.NotNull | Flag.PriKey | Flag.UniqueKey | Flag.MultipleKey),
        },
        default: { kind: 'value', value: null },
        hidden: true,
        generated: ctx.restore(expr),
      }),
    );
    return { ...part, column: columnName, expr: null };
  });
  return { request: { ...request, name, parts }, hidden };
}
