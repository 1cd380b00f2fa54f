import type { ColumnPosition } from '../parser/ast/index.js';
import type { ColumnInfo, TableInfo } from '../catalog/model.js';
import { mysqlError } from '../types/error-table.js';

/** A column of the table; throws 1054. */
export function requireColumn(table: TableInfo, name: string): ColumnInfo {
  const column = table.columns.find(
    (c) => c.lower === name.toLowerCase() && c.state === 'public' && !c.hidden,
  );
  if (column === undefined) throw mysqlError('ER_BAD_FIELD_ERROR', name, table.name);
  return column;
}

/** Moves a column to FIRST or AFTER another and renumbers offsets, in indexes too. */
export function placeColumn(table: TableInfo, lower: string, position: ColumnPosition | null): TableInfo {
  const moving = table.columns.find((c) => c.lower === lower)!;
  let order = [...table.columns];
  if (position !== null) {
    order = order.filter((c) => c !== moving);
    let at = 0;
    if (position.kind === 'After') {
      at = order.findIndex((c) => c.lower === position.column.toLowerCase()) + 1;
      if (at === 0) throw mysqlError('ER_BAD_FIELD_ERROR', position.column, table.name);
    }
    order.splice(at, 0, moving);
  }
  return renumber(table, order);
}

/** The table with its columns in the given order; index columns follow by name. */
export function renumber(table: TableInfo, order: readonly ColumnInfo[]): TableInfo {
  const columns = order.map((c, offset) => (c.offset === offset ? c : { ...c, offset }));
  const offsetOf = new Map(columns.map((c) => [c.lower, c.offset]));
  const indices = table.indices.map((i) => ({
    ...i,
    columns: i.columns.map((p) => ({ ...p, offset: offsetOf.get(p.name.toLowerCase())! })),
  }));
  return { ...table, columns, indices };
}

export const replaceColumn = (table: TableInfo, offset: number, column: ColumnInfo): TableInfo => ({
  ...table,
  columns: table.columns.map((c, i) => (i === offset ? column : c)),
});
