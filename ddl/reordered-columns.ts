import type { ColumnInfo } from '../catalog/model.js';
import { needsRestoredData } from '../kv/codec/sort-key.js';
import { mysqlError } from '../types/error-table.js';
import type { FieldType } from '../types/field-type.js';
import type { AlterPlan } from './alter-plan.js';
import { columnsRead } from './expression-walk.js';
import { rewritten } from './modify-column.js';

/** Whether the entries of an index of the same stored values are others. */
const otherEntries = (a: FieldType, b: FieldType): boolean =>
  a.collate !== b.collate || needsRestoredData(a) !== needsRestoredData(b);

/**
 * A column that no index has may take another collation as it is. An index that the same statement adds is filled, and written by
 * statements meanwhile, while the column has its old type still: entries would be in the old order. So the column is written anew, as if
 * it had had the index. Throws 8200.
 */
export function rewriteReorderedColumns(plan: AlterPlan): void {
  const had = new Set(plan.base.indices.map((i) => i.id));
  for (const old of plan.base.columns) {
    const next = plan.table.columns.find((c) => c.id === old.id);
    if (next === undefined || !otherEntries(old.type, next.type)) continue;
    const added = plan.table.indices.filter(
      (i) => !had.has(i.id) && i.columns.some((p) => p.offset === next.offset),
    );
    if (added.length === 0) continue;
    checkReadByNone(plan, next);
    plan.table = rewritten(plan, next, next, added);
  }
}

/** A column that is written anew is none that is computed, or that others are computed from. Throws 8200. */
export function checkReadByNone(plan: AlterPlan, column: ColumnInfo): void {
  for (const c of plan.table.columns) {
    if (c.generated === '') continue;
    if (c.id === column.id || columnsRead(plan.ctx.parse(c.generated)).includes(column.lower))
      throw mysqlError(
        'ER_UNSUPPORTED_DDL_OPERATION',
        `converting column '${column.name}' that a generated column or an expression index depends on`,
      );
  }
}
