import type { Column, Expression } from '../../expression/expression.js';
import type { ColumnInfo } from '../../catalog/model.js';
import type * as ast from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import type { BuildState } from '../resolve/build-state.js';
import { buildExpression, parseExpression } from '../resolve/table-expression.js';
import { columnsOf } from './expression-walk.js';

/** Whether an assigned value is the column's own default: DEFAULT, or DEFAULT(col). Throws 3773. */
export function isOwnDefault(
  e: ast.Expr,
  column: ColumnInfo,
  columns: ReadonlyMap<string, ColumnInfo> | null = null,
): boolean {
  if (e.kind !== 'DefaultExpr') return false;
  if (e.column === null) return true;
  const named = e.column.name.toLowerCase();
  if (columns === null ? named !== column.lower : columns.get(named) !== column) return false;
  if (column.default.kind === 'expr') throw mysqlError('ER_DEFAULT_AS_VAL_GENERATED');
  return true;
}

/** A default over other columns, for a row that there is already; null: one that needs no row. */
export function defaultOverRow(
  state: BuildState,
  column: ColumnInfo,
  columnOf: (name: string) => Column | null,
): Expression | null {
  if (column.default.kind !== 'expr') return null;
  const value = buildExpression(
    parseExpression(column.default.sql),
    state.ctx.eval,
    columnOf,
    'default value expression',
  );
  return columnsOf([value]).size === 0 ? null : value;
}
