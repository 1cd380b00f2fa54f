import { stripParens, type Expr } from '../parser/ast/index.js';
import { keptConstant } from '../catalog/index-condition.js';
import type { ColumnInfo, IndexCondition, TableInfo } from '../catalog/model.js';
import { typeText } from '../catalog/type-text.js';
import { charset, convertCharset, unconvertible } from '../types/charset.js';
import type { Datum } from '../types/datum.js';
import { mysqlError } from '../types/error-table.js';
import { MysqlError } from '../types/error.js';
import { evalType, TypeCode, type FieldType } from '../types/field-type.js';
import type { IndexRequest } from './build-index.js';
import type { DdlContext } from './ddl-context.js';
import { zoneOf } from './job/row-pass.js';
import { isPlainLiteral } from './default-expression.js';

/** Conditions of partial indexes: a column that IS [NOT] NULL, or is compared with a literal of its kind (TiDB, "CREATE INDEX"). */

const refused = (why: string): Error => mysqlError('ER_UNSUPPORTED_ADD_PARTIAL_INDEX', why);

/** The request with its WHERE clause worked out. Throws 8200. */
export function withCondition(
  ctx: DdlContext,
  request: IndexRequest,
  table: Pick<TableInfo, 'columns' | 'partition'>,
): IndexRequest {
  const { where, ...rest } = request;
  if (where === undefined || where === null) return rest;
  if (request.primary) throw refused('primary key should not be partial index');
  if (table.partition !== undefined) throw refused('partial index on partitioned table is not supported');
  return { ...rest, condition: conditionOf(ctx, stripParens(where), table.columns) };
}

const TESTS: Readonly<Record<string, IndexCondition['test']>> = {
  '=': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
};
/** The same test with its sides changed. */
const TURNED: Readonly<Record<string, IndexCondition['test']>> = {
  eq: 'eq',
  ne: 'ne',
  lt: 'gt',
  le: 'ge',
  gt: 'lt',
  ge: 'le',
};

function conditionOf(ctx: DdlContext, where: Expr, columns: readonly ColumnInfo[]): IndexCondition {
  const sql = ctx.restore(where);
  if (where.kind === 'IsNull') {
    const { expr } = where;
    if (expr.kind !== 'ColumnRef')
      throw refused('partial index condition must include a column name in the IS NULL expression');
    const { name } = readColumn(expr.name, columns);
    return { sql, column: name, test: where.not ? 'notnull' : 'isnull', constant: null };
  }
  if (where.kind !== 'Binary') throw refused('the kind of partial index condition is not supported');
  const test = TESTS[where.op];
  if (test === undefined) throw refused(`binary operation ${where.op.toLowerCase()} is not supported`);
  const turned = where.left.kind !== 'ColumnRef';
  const [ref, other] = turned ? [where.right, where.left] : [where.left, where.right];
  if (ref.kind !== 'ColumnRef')
    throw refused('partial index condition must include a column name in the binary operation');
  const column = readColumn(ref.name, columns);
  return {
    sql,
    column: column.name,
    test: turned ? TURNED[test]! : test,
    constant: constantFor(ctx, other, column),
  };
}

function readColumn(name: string, columns: readonly ColumnInfo[]): ColumnInfo {
  const lower = name.toLowerCase();
  const column = columns.find((c) => c.lower === lower && !c.hidden && c.state === 'public');
  if (column === undefined)
    throw refused(`column name \`${lower}\` referenced in partial index condition is not found in table`);
  if (column.generated !== '')
    throw refused(`generated column ${lower} cannot be used in partial index condition`);
  return column;
}

/** A literal, or a number with a minus. */
const isLiteral = (e: Expr): boolean =>
  isPlainLiteral(e) || (e.kind === 'Unary' && e.op === '-' && isPlainLiteral(e.expr));

function constantFor(ctx: DdlContext, e: Expr, column: ColumnInfo): IndexCondition['constant'] {
  if (!isLiteral(e))
    throw refused(
      'partial index condition must include a literal value on the other side of the binary operation',
    );
  if (e.kind === 'NullLiteral')
    throw refused('= NULL is not supported in partial index condition because it is always false');
  const { type, value } = ctx.literal(e);
  checkTypes(column, type, e.kind === 'HexLiteral' || e.kind === 'BitLiteral');
  if (isText(column.type) && isText(type)) return asText(value, type, column.type);
  if (column.type.tp !== TypeCode.Timestamp) return { type, value };
  return {
    type: column.type,
    value: keptConstant(asTimestamp(ctx, value, type, column), column.type, zoneOf(ctx)),
  };
}

/** Text in the column's character set, whatever the connection's is, where that has its characters. */
function asText(value: Datum, type: FieldType, column: FieldType): IndexCondition['constant'] {
  const [from, to] = [charset(type.charset), charset(column.charset)];
  if (!(value instanceof Uint8Array) || from === undefined || to === undefined || from === to)
    return { type, value };
  if (unconvertible(value, from, to) !== null) return { type, value };
  return {
    type: { ...type, charset: column.charset, collate: column.collate },
    value: convertCharset(value, from, to),
  };
}

/** NULL for text that is no time, which no row compares with. */
function asTimestamp(ctx: DdlContext, value: Datum, type: FieldType, column: ColumnInfo): Datum {
  try {
    return ctx.toColumn(value, type, column);
  } catch (e) {
    if (e instanceof MysqlError) return null;
    throw e;
  }
}

const NUMBERED: ReadonlySet<number> = new Set([
  TypeCode.Tiny,
  TypeCode.Short,
  TypeCode.Int24,
  TypeCode.Long,
  TypeCode.LongLong,
  TypeCode.Bit,
  TypeCode.Year,
  TypeCode.Enum,
  TypeCode.Set,
]);
const FRACTIONS: ReadonlySet<number> = new Set([TypeCode.Float, TypeCode.Double, TypeCode.NewDecimal]);
const NAMED: ReadonlySet<number> = new Set([
  TypeCode.Timestamp,
  TypeCode.Date,
  TypeCode.NewDate,
  TypeCode.Time,
  TypeCode.DateTime,
  TypeCode.Enum,
  TypeCode.Set,
]);

const isText = (t: FieldType): boolean =>
  evalType(t) === 'string' && t.tp !== TypeCode.Enum && t.tp !== TypeCode.Set;

/** The literal must be of the column's kind. */
function checkTypes(column: ColumnInfo, literal: FieldType, bytes: boolean): void {
  const { type } = column;
  const kind = bytes ? 'string' : evalType(literal);
  if (kind === 'string' && isText(type)) {
    const given = bytes ? 'binary' : literal.charset;
    if ((type.charset === 'binary') === (given === 'binary')) return;
    throw refused(
      `the charset ${type.charset} of the column \`${column.lower}\` in partial index condition is not compatible with the literal value charset ${given}`,
    );
  }
  const fits =
    kind === 'int'
      ? NUMBERED.has(type.tp)
      : kind === 'string'
        ? NAMED.has(type.tp)
        : (kind === 'decimal' || kind === 'real') && FRACTIONS.has(type.tp);
  if (!fits)
    throw refused(
      `the type ${typeText(type)} of the column \`${column.lower}\` in partial index condition is not compatible with the literal value type ${typeText(literal)}`,
    );
}

/** A column that a partial index's condition is about stays as it is. Throws 8272. */
export function checkInNoCondition(table: TableInfo, column: ColumnInfo): void {
  const index = table.indices.find((i) => i.condition?.column.toLowerCase() === column.lower);
  if (index !== undefined)
    throw mysqlError('ER_MODIFY_COLUMN_REFERENCED_BY_PARTIAL_CONDITION', column.name, index.name);
}
