import type { ColumnInfo, TableInfo } from '../catalog/model.js';
import type { Expr } from '../parser/ast/index.js';
import { stripParens } from '../parser/ast/index.js';
import { mysqlError } from '../types/error-table.js';
import type { DdlContext } from './ddl-context.js';
import { columnsRead, nameAsWritten, walk } from './expression-walk.js';

/**
 * DEFAULT (expr), computed for each row that is inserted (MySQL manual, "Explicit Default Handling as of MySQL 8.0.13").
 * Of function calls that are the whole of the expression some are refused, as by TiDB ("Default Values").
 */

const LITERALS: ReadonlySet<Expr['kind']> = new Set([
  'IntLiteral',
  'DecimalLiteral',
  'FloatLiteral',
  'StringLiteral',
  'HexLiteral',
  'BitLiteral',
  'NullLiteral',
  'BoolLiteral',
]);

/** A number, a text, TRUE, FALSE or NULL as written, without a type before it. */
export const isPlainLiteral = (expr: Expr): boolean => LITERALS.has(expr.kind);

/** Whether a DEFAULT is a literal, perhaps with a sign: a value, and no expression. */
export const isLiteralDefault = (expr: Expr): boolean =>
  isPlainLiteral(expr) ||
  expr.kind === 'TemporalLiteral' ||
  (expr.kind === 'Unary' && (expr.op === '-' || expr.op === '+') && isLiteralDefault(expr.expr));

/** Functions that nothing kept in a table may call (manual, the same section: they act, or ask for what is not the row's). */
export const NEVER_STORED: ReadonlySet<string> = new Set([
  'benchmark',
  'found_rows',
  'get_lock',
  'is_free_lock',
  'is_used_lock',
  'last_insert_id',
  'lastval',
  'load_file',
  'master_pos_wait',
  'name_const',
  'nextval',
  'release_all_locks',
  'release_lock',
  'row_count',
  'setval',
  'sleep',
]);
const QUERIES: ReadonlySet<string> = new Set([
  'Subquery',
  'Exists',
  'InSubquery',
  'Quantified',
  'WindowCall',
  'ParamMarker',
  'Match',
]);
const VARIABLES: ReadonlySet<string> = new Set(['UserVariable', 'UserVariableAssign', 'SystemVariable']);

/** What a default may be made of. Throws 3769 to 3772, 1111. */
export function checkDefaultParts(expr: Expr, column: string): void {
  walk(expr, (n) => {
    if (QUERIES.has(n.kind)) throw mysqlError('ER_DEFAULT_VAL_GENERATED_FUNCTION_IS_NOT_ALLOWED', column);
    if (VARIABLES.has(n.kind)) throw mysqlError('ER_DEFAULT_VAL_GENERATED_VARIABLES', column);
    if (n.kind === 'Row') throw mysqlError('ER_DEFAULT_VAL_GENERATED_ROW_VALUE', column);
    if (n.kind === 'AggregateCall') throw mysqlError('ER_INVALID_GROUP_FUNC_USE');
    const called =
      n.kind === 'DefaultExpr'
        ? 'default'
        : n.kind === 'ValuesExpr'
          ? 'values'
          : n.kind === 'FuncCall'
            ? (n as Extract<Expr, { kind: 'FuncCall' }>).name.toLowerCase()
            : null;
    if (called !== null && (n.kind !== 'FuncCall' || NEVER_STORED.has(called)))
      throw mysqlError('ER_DEFAULT_VAL_GENERATED_NAMED_FUNCTION_IS_NOT_ALLOWED', column, called);
  });
}

/** The value of a sequence, which has a form of its own. */
export const isSequenceDefault = (sql: string): boolean => sql.startsWith('nextval(');

/** What the default of `columns[at]` reads comes before it, unless it has a value of its own. Throws 1054, 3767, 3768. */
export function checkDefaultColumns(ctx: DdlContext, columns: readonly ColumnInfo[], at: number): void {
  const column = columns[at]!;
  if (column.default.kind !== 'expr' || isSequenceDefault(column.default.sql)) return;
  const expr = ctx.parse(column.default.sql);
  for (const name of columnsRead(expr)) {
    const read = columns.findIndex((c) => c.lower === name && !c.hidden);
    const other = columns[read];
    if (other === undefined)
      throw mysqlError('ER_BAD_FIELD_ERROR', nameAsWritten(expr, name), 'default value expression');
    if (other.autoIncrement) throw mysqlError('ER_DEFAULT_VAL_GENERATED_REF_AUTO_INC', column.name);
    if (read >= at && (other.generated !== '' || other.default.kind === 'expr'))
      throw mysqlError('ER_DEFAULT_VAL_GENERATED_NON_PRIOR', column.name);
  }
  ctx.expressionType(expr, columns);
}

/** Refuses to drop or rename a column that defaults of others read. Throws 3766. */
export function checkNotInDefaults(ctx: DdlContext, table: TableInfo, column: ColumnInfo): void {
  for (const c of table.columns) {
    if (c.default.kind !== 'expr' || c.id === column.id || isSequenceDefault(c.default.sql)) continue;
    if (columnsRead(ctx.parse(c.default.sql)).includes(column.lower))
      throw mysqlError('ER_DEPENDENT_BY_DEFAULT_GENERATED_VALUE', column.name, table.name);
  }
}

/** Formats that DATE_FORMAT(NOW(), format) may have. */
const DATE_FORMATS: ReadonlySet<string> = new Set([
  '%Y-%m',
  '%Y-%m-%d',
  '%Y-%m-%d %H.%i.%s',
  '%Y-%m-%d %H:%i:%s',
  '%b %d %Y %h:%i:%s',
]);

/** Functions whose value would have to be made for each row that there is already: not for ADD COLUMN. */
const NOT_FOR_OLD_ROWS: ReadonlySet<string> = new Set([
  'json_array',
  'json_object',
  'json_quote',
  'rand',
  'replace',
  'upper',
  'uuid',
  'uuid_to_bin',
]);

const isCall = (e: Expr | undefined, name: string): e is Extract<Expr, { kind: 'FuncCall' }> =>
  e !== undefined && e.kind === 'FuncCall' && e.name.toLowerCase() === name;

const argument = (e: Extract<Expr, { kind: 'FuncCall' }>, i: number): Expr | undefined =>
  e.args[i] === undefined ? undefined : stripParens(e.args[i]);

const literalText = (e: Expr | undefined): string | null => (e?.kind === 'StringLiteral' ? e.value : null);

/** Throws 3770 for calls that TiDB gives no default. */
export function checkDefaultCall(expr: Expr, column: string): void {
  if (expr.kind !== 'FuncCall') return;
  const name = expr.name.toLowerCase();
  const refuse = (what: string): never => {
    throw mysqlError('ER_DEFAULT_VAL_GENERATED_NAMED_FUNCTION_IS_NOT_ALLOWED', column, what);
  };
  switch (name) {
    case 'date_format': {
      const format = literalText(argument(expr, 1));
      if (format === null || !DATE_FORMATS.has(format)) refuse(`KindString ${format ?? ''}`);
      if (!isCall(argument(expr, 0), 'now')) refuse('date_format with disallowed args');
      return;
    }
    case 'replace': {
      const from = argument(expr, 0);
      const upper = from?.kind === 'ConvertUsing' ? stripParens(from.expr) : from;
      if (!isCall(upper, 'upper') || !isCall(argument(upper, 0), 'uuid'))
        refuse(`${expr.name} with disallowed args`);
      return;
    }
    case 'upper': {
      const part = argument(expr, 0);
      if (!isCall(part, 'substring_index') || !isCall(argument(part, 0), 'user'))
        return refuse(`${expr.name} with disallowed args`);
      const separator = literalText(argument(part, 1));
      if (separator !== '@') refuse(`KindString ${separator ?? ''}`);
      return;
    }
    case 'str_to_date':
      if (literalText(argument(expr, 0)) === null || literalText(argument(expr, 1)) === null)
        refuse('str_to_date with disallowed args');
      return;
    case 'substring_index':
      refuse('substring_index');
  }
}

/** Throws 1674 for a default of a new column that rows there are already cannot take. */
export function checkForOldRows(expr: Expr): void {
  const inner = stripParens(expr);
  if (inner.kind === 'FuncCall' && NOT_FOR_OLD_ROWS.has(inner.name.toLowerCase()))
    throw mysqlError('ER_BINLOG_UNSAFE_SYSTEM_FUNCTION');
}
