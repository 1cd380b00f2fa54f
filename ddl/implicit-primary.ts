import type { IndexInfo, TableInfo } from '../catalog/model.js';
import { isUniqueKey } from '../catalog/unique-key.js';
import { mysqlError } from '../types/error-table.js';
import { Flag } from '../types/field-type.js';

/** Throws 3522 when what stands in for a primary key cannot be seen. */
export function checkImplicitPrimary(table: TableInfo): void {
  if (implicitPrimary(table)?.invisible === true) throw mysqlError('ER_PK_INDEX_CANT_BE_INVISIBLE');
}

/** What stands in for a primary key where there is none: the first unique key that takes no NULL. */
export function implicitPrimary(table: TableInfo): IndexInfo | null {
  if (table.pkIsHandle || table.indices.some((i) => i.primary)) return null;
  const strict = (i: IndexInfo): boolean =>
    i.columns.every((p) => (table.columns[p.offset]!.type.flag & Flag.NotNull) !== 0);
  return table.indices.find((i) => isUniqueKey(i) && strict(i)) ?? null;
}
