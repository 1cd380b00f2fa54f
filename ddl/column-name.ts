import type { ColumnInfo, TableInfo } from '../catalog/model.js';
import { replaceColumn } from './column-order.js';
import { withKeyColumn } from './foreign-key.js';
import { withTtlColumn } from './ttl.js';

/** The table with a column called otherwise, in its indexes too. */
export function withColumnName(table: TableInfo, column: ColumnInfo, name: string): TableInfo {
  const renamed = replaceColumn(table, column.offset, { ...column, name, lower: name.toLowerCase() });
  return {
    ...withTtlColumn(withKeyColumn(renamed, column.name, name), column.name, name),
    indices: renamed.indices.map((i) => ({
      ...i,
      columns: i.columns.map((p) => (p.offset === column.offset ? { ...p, name } : p)),
    })),
  };
}
