import type { CheckInfo, ColumnInfo, TableInfo } from '../../catalog/model.js';
import { parse } from '../../parser/parser.js';
import { stripParens, type Expr } from '../../parser/ast/index.js';
import type { Column, Expression } from '../../expression/expression.js';
import type { EvalContext } from '../../expression/eval-context.js';
import { mysqlError } from '../../types/error-table.js';
import { dual } from '../logical/plan.js';
import type { PlanContext } from '../plan-context.js';
import { BuildState, StatementMemory } from './build-state.js';
import { build } from './expression-builder.js';
import { evalType, Flag, isUnsigned, newFieldType, TypeCode } from '../../types/field-type.js';
import { decimalType } from '../../expression/type-inference.js';
import { castTo, newFunction } from './functions.js';
import { intConstant } from './literal.js';

/** The expression that a piece of stored SQL text is: of a generated column, a default, a CHECK constraint. */
export function parseExpression(text: string): Expr {
  const [parsed] = parse(`SELECT ${text}`, {});
  const field = parsed?.stmt.kind === 'Select' ? parsed.stmt.fields[0] : undefined;
  if (field === undefined || field.expr === null)
    throw mysqlError('ER_UNKNOWN_ERROR', `stored expression ${text}`);
  return field.expr;
}

/** A context in which expressions can be built, but nothing that needs tables. */
function expressionContext(ctx: EvalContext): PlanContext {
  return {
    schema: NO_SCHEMA,
    currentDatabase: '',
    eval: ctx,
    variable: () => '',
    statistics: () => null,
    rowCountHint: () => null,
    checkPrivilege: () => undefined,
    limitedColumns: () => null,
    denyColumn: (_privilege, column, table) => {
      throw mysqlError('ER_BAD_FIELD_ERROR', column, table);
    },
    holdsPrivilege: () => false,
    hasDirtyWrites: () => false,
    pessimistic: false,
    inTransaction: false,
    params: [],
    warn: (w) => ctx.warn(w),
    runSubquery: () => Promise.reject(mysqlError('ER_NOT_SUPPORTED_YET', 'subquery')),
    checkpoint: () => undefined,
    span: (_name, fn) => fn(),
  };
}

const NO_SCHEMA: PlanContext['schema'] = {
  version: 0,
  database: () => null,
  databases: () => [],
  table: () => null,
  tableById: () => null,
  tables: () => [],
};

/**
 * An expression over columns found by name. Throws 1054 for names that `columnOf` does not know. `ofIndex`: it may be
 * CAST(… AS type ARRAY).
 */
export function buildExpression(
  expr: Expr,
  ctx: EvalContext,
  columnOf: (name: string) => Expression | null,
  clause = 'generated column function',
  ofIndex = false,
): Expression {
  const state = new BuildState(expressionContext(ctx), new StatementMemory(), () => {
    throw mysqlError('ER_NOT_SUPPORTED_YET', 'subquery');
  });
  return build(
    {
      state,
      scope: { relation: { plan: dual(1), names: [] }, outer: null, ctes: null, cells: new Map() },
      clause,
      noSubqueries: true,
      ...(ofIndex ? { arrayCast: stripParens(expr) } : {}),
      resolve: (ref) => columnOf(ref.name) ?? undefined,
    },
    expr,
  );
}

/** DEFAULT (expr) over the columns of its row. */
export const defaultExpression = (text: string, table: TableInfo, ctx: EvalContext): Expression =>
  buildExpression(parseExpression(text), ctx, rowColumns(table.columns), 'default value expression');

/** An expression without columns: DEFAULT (expr) where there is no row. */
export const constantExpression = (text: string, ctx: EvalContext): Expression =>
  buildExpression(parseExpression(text), ctx, () => null, 'default value expression');

/** The table's columns as an input row, found by name: position i is the column with offset i. */
export function rowColumns(columns: readonly ColumnInfo[]): (name: string) => Column | null {
  const byName = new Map<string, Column>();
  columns.forEach((c) => {
    if (!byName.has(c.lower) || c.state === 'public')
      byName.set(c.lower, {
        kind: 'column',
        id: c.offset + 1,
        type: c.type,
        index: c.offset,
        name: c.name,
      });
  });
  return (name) => byName.get(name.toLowerCase()) ?? null;
}

const CHECK_TEXTS = new WeakMap<CheckInfo, Expr>();

/** When a CHECK constraint refuses a row, over the values of the columns with the offsets `reads`. */
export function checkExpression(
  check: CheckInfo,
  table: TableInfo,
  ctx: EvalContext,
): { readonly violation: Expression; readonly reads: readonly number[] } {
  let parsed = CHECK_TEXTS.get(check);
  if (parsed === undefined) CHECK_TEXTS.set(check, (parsed = parseExpression(check.expr)));
  const reads: number[] = [];
  const columns = new Map<string, Column>();
  check.columns.forEach((name, i) => {
    const stored = (check.stored?.[i] ?? name).toLowerCase();
    const column = table.columns.find((c) => c.lower === stored)!;
    columns.set(name.toLowerCase(), {
      kind: 'column',
      id: i + 1,
      type: column.type,
      index: i,
      name: column.name,
    });
    reads.push(column.offset);
  });
  const columnOf = (name: string): Column | null => columns.get(name.toLowerCase()) ?? null;
  const value = buildExpression(parsed, ctx, columnOf, 'check constraint expression');
  return { violation: newFunction('isfalse', [value], ctx), reads };
}

export interface GeneratedColumn {
  readonly column: ColumnInfo;
  /** Over the table's columns by offset; columns generated from others come behind those. */
  readonly value: Expression;
}

/** What a generated column is computed by. */
export const generationOf = (
  column: ColumnInfo,
  ctx: EvalContext,
  columnOf: (name: string) => Expression | null,
): Expression =>
  buildExpression(
    parseExpression(column.generated),
    ctx,
    columnOf,
    'generated column function',
    column.type.arrayOf !== undefined,
  );

/** How generated columns are computed, and those that are filled with their defaults, in the order in which they may be. */
export function computedColumns(table: TableInfo, ctx: EvalContext): GeneratedColumn[] {
  const columnOf = rowColumns(table.columns);
  const out: GeneratedColumn[] = [];
  for (const column of table.columns) {
    if (column.generated !== '') out.push({ column, value: generationOf(column, ctx, columnOf) });
    else if (column.filling === true && column.default.kind === 'expr')
      out.push({ column, value: defaultExpression(column.default.sql, table, ctx) });
  }
  return out;
}

/** The document behind CAST(… AS type ARRAY): of rows that are stored nothing is refused any more. */
export const uncheckedArray = (e: Expression): Expression =>
  e.kind === 'function' && e.name === 'cast_as_array' ? e.args[0]! : e;

/** A generated column's expression as its column gives it: converted to the column's type. */
export function asColumn(e: Expression, column: ColumnInfo, ctx: EvalContext): Expression {
  if (column.type.arrayOf !== undefined) return uncheckedArray(e);
  // Text is rounded to an integer, as a stored value would be; CAST would cut it.
  if (evalType(e.type) === 'string' && evalType(column.type) === 'int')
    e = castTo(e, decimalType(65, 30), ctx);
  const range = INT_RANGES.get(column.type.tp);
  if (range === undefined || evalType(e.type) === 'string') return castTo(e, column.type, ctx);
  const [low, high] = isUnsigned(column.type) ? [0, range * 2 + 1] : [-range - 1, range];
  const whole = castTo(e, WIDE_INT, ctx);
  const clamped = newFunction(
    'least',
    [newFunction('greatest', [whole, intConstant(low)], ctx), intConstant(high)],
    ctx,
  );
  return clamped.kind === 'function'
    ? { ...clamped, type: { ...column.type, flag: column.type.flag & ~Flag.NotNull } }
    : clamped;
}

const WIDE_INT = newFieldType(TypeCode.LongLong, { flen: 20, flag: Flag.Binary });

/** Largest signed value of the types narrower than BIGINT, which a value beyond it becomes when IGNORE stores it. */
const INT_RANGES: ReadonlyMap<number, number> = new Map<number, number>([
  [TypeCode.Tiny, 127],
  [TypeCode.Short, 32767],
  [TypeCode.Int24, 8388607],
  [TypeCode.Long, 2147483647],
]);
