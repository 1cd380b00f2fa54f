import type { ColumnInfo, TableInfo } from '../../catalog/model.js';
import { isVirtual } from '../../catalog/table-layout.js';

/** The columns of a table that are in its rows. */
export const storedColumns = (t: TableInfo): readonly ColumnInfo[] =>
  t.columns.filter((c) => c.state === 'public' && !isVirtual(c));
