import type { ColumnDef, ColumnPosition } from '../parser/ast/index.js';
import type { ColumnInfo, IndexInfo, TableInfo } from '../catalog/model.js';
import { handlePartOf, handleColumn } from '../catalog/table-layout.js';
import { mysqlError } from '../types/error-table.js';
import { Flag } from '../types/field-type.js';
import type { AlterPlan } from './alter-plan.js';
import { buildColumn, checkQualifier } from './build-column.js';
import { checkIndexColumns, keptLength } from './build-index.js';
import { applyColumnChecks, checkNotChecked, recheck } from './check-clauses.js';
import { modifiedRandom } from './auto-random.js';
import { checkNotDeciding } from './column-clauses.js';
import { withColumnName } from './column-name.js';
import { placeColumn } from './column-order.js';
import { checkColumnKept } from './foreign-key.js';
import { checkInNoCondition } from './index-condition.js';
import { columnsRead } from './expression-walk.js';
import { checkComputedColumns, checkNotRead } from './generated-column.js';
import { deciding } from './partition/build-partitions.js';
import { checkTtlColumn } from './ttl.js';
import { typeChange } from './type-change.js';

/**
 * MODIFY and CHANGE COLUMN. Where stored values keep their meaning the column keeps its id; otherwise a column of the new type
 * takes its place, filled from it while both are written, and so do the indexes on it.
 */
export async function applyModifyColumn(
  plan: AlterPlan,
  oldName: string,
  def: ColumnDef,
  position: ColumnPosition | null,
): Promise<void> {
  const { ctx } = plan;
  const old = plan.column(oldName);
  const renamed = old.lower !== def.name.toLowerCase();
  checkQualifier(def, plan.db.name, plan.table.name);
  if (renamed) plan.freeName(def.name);
  const { table: t } = plan;
  plan.touchColumn(oldName);
  if (position?.kind === 'After' && position.column.toLowerCase() === old.lower)
    throw mysqlError('ER_BAD_FIELD_ERROR', position.column, t.name);
  const built = await buildColumn(ctx, def, old.id, old.offset, t);
  if (built.keys.primary)
    throw mysqlError('ER_UNSUPPORTED_DDL_AS_IS', "can't change column constraint (PRIMARY KEY)");
  if (built.keys.unique)
    throw mysqlError('ER_UNSUPPORTED_DDL_AS_IS', "can't change column constraint (UNIQUE KEY)");
  const indexes = t.indices.filter((i) => i.columns.some((p) => p.offset === old.offset));
  const next = keepPrimary(old, built.column);
  checkAutoIncrement(plan, old, next, built.autoRandom !== null);
  checkGeneration(plan, old, next, indexes);
  checkInNoCondition(t, old);
  if (renamed) checkNotRead(ctx, t, old);
  if (renamed) checkNotDeciding(plan, old);
  if (renamed) checkNotChecked(t, old);
  checkColumnKept(plan, old, next);
  if (t.ttl?.column.toLowerCase() === old.lower) checkTtlColumn(next);
  const random = modifiedRandom(plan, old, next, built.autoRandom);
  if (renamed) plan.noteRename(oldName, next.name);
  const change = typeChange(old, next.type, indexes.length > 0);
  const wasNull = (old.type.flag & Flag.NotNull) === 0;
  if (wasNull && (next.type.flag & Flag.NotNull) !== 0) plan.notNull.add(old.id);
  let table: TableInfo;
  if (change === 'same' || next.generated !== '')
    table = replaced(t, { ...next, originDefault: old.originDefault });
  else table = rewritten(plan, old, next, indexes);
  for (const i of table.indices) checkIndexColumns(i, table.columns);
  plan.table = position === null ? table : placeColumn(table, next.lower, position);
  checkComputedColumns(ctx, plan.table.columns);
  if (random !== undefined) plan.table = { ...plan.table, autoRandom: random };
  plan.parts.push('modify column');
  if (change !== 'same') recheck(plan, old);
  applyColumnChecks(plan, def);
}

/** A column of the primary key stays NOT NULL, whatever is written. */
function keepPrimary(old: ColumnInfo, next: ColumnInfo): ColumnInfo {
  const keys = old.type.flag & (Flag.PriKey | Flag.UniqueKey | Flag.MultipleKey);
  const notNull = (old.type.flag & Flag.PriKey) !== 0 ? Flag.NotNull : 0;
  const column = { ...next, type: { ...next.type, flag: next.type.flag | keys | notNull } };
  return notNull !== 0 && column.default.kind === 'value' && column.default.value === null
    ? { ...column, default: { kind: 'none' } }
    : column;
}

function checkAutoIncrement(
  plan: AlterPlan,
  old: ColumnInfo,
  next: ColumnInfo,
  becomesRandom: boolean,
): void {
  if (!old.autoIncrement && next.autoIncrement)
    throw mysqlError('ER_UNSUPPORTED_DDL_OPERATION', "modify column: can't set auto_increment");
  if (
    old.autoIncrement &&
    !next.autoIncrement &&
    !becomesRandom &&
    plan.ctx.variable('tidb_allow_remove_auto_inc') !== 'ON'
  )
    throw mysqlError(
      'ER_UNSUPPORTED_DDL_OPERATION',
      "modify column: can't remove auto_increment without @@tidb_allow_remove_auto_inc enabled",
    );
}

/** What may become of a generated column (TiDB, "Generated Columns"). Throws 3106. */
function checkGeneration(
  plan: AlterPlan,
  old: ColumnInfo,
  next: ColumnInfo,
  indexes: readonly IndexInfo[],
): void {
  const refuse = (what: string): never => {
    throw mysqlError('ER_UNSUPPORTED_ACTION_ON_GENERATED_COLUMN', what);
  };
  const stored = (c: ColumnInfo): boolean => c.generated === '' || c.generatedStored;
  if (stored(old) !== stored(next)) refuse('Changing the STORED status');
  if (next.generated !== '') {
    const same = old.generated === next.generated && typeChange(old, next.type, false) === 'same';
    if (next.generatedStored && !same) refuse('modifying a stored column');
    if (!next.generatedStored && !same && indexes.length > 0) refuse('modifying an indexed column');
  } else if (old.generated !== '') return;
  if (old.lower === next.lower && old.type.tp !== next.type.tp) {
    // Columns computed from it would have to be computed again.
    const reads = plan.table.columns.some(
      (c) => c.generated !== '' && columnsRead(plan.ctx.parse(c.generated)).includes(old.lower),
    );
    if (reads && typeChange(old, next.type, false) === 'rewrite')
      throw mysqlError(
        'ER_UNSUPPORTED_DDL_OPERATION',
        'modify column: oldCol is a dependent column for generated column',
      );
  }
}

/** The table with another definition under the column's id. */
function replaced(table: TableInfo, column: ColumnInfo): TableInfo {
  const old = table.columns[column.offset]!;
  const named = withColumnName(table, old, column.name);
  return { ...named, columns: named.columns.map((c) => (c.id === column.id ? column : c)) };
}

/** The table with a column of a new id, and indexes of new ids, in the place of the old ones. */
export function rewritten(
  plan: AlterPlan,
  old: ColumnInfo,
  next: ColumnInfo,
  indexes: readonly IndexInfo[],
): TableInfo {
  const { table } = plan;
  if (handleColumn(table)?.id === old.id || handlePartOf(table, old) >= 0)
    throw mysqlError('ER_UNSUPPORTED_DDL_OPERATION', 'modify column: this column has primary key flag');
  if (!plan.base.columns.some((c) => c.id === old.id))
    throw mysqlError('ER_UNSUPPORTED_DDL_OPERATION', `operate same column '${old.lower}'`);
  if (table.partition !== undefined && deciding(plan.ctx, table.partition, table).includes(old.lower))
    throw mysqlError('ER_UNSUPPORTED_DDL_OPERATION', 'modify column: table is partition table');
  const id = table.maxColumnId + 1;
  const column: ColumnInfo = { ...next, id, originDefault: null, changing: old.id };
  let indexId = table.maxIndexId;
  return {
    ...withColumnName(table, old, next.name),
    columns: table.columns.map((c) => (c.id === old.id ? column : c)),
    indices: table.indices.map((i) => {
      if (!indexes.includes(i)) return i;
      return {
        ...i,
        id: ++indexId,
        columns: i.columns.map((p) =>
          p.offset === old.offset ? { ...p, name: next.name, length: keptLength(p.length, next.type) } : p,
        ),
      };
    }),
    maxColumnId: id,
    maxIndexId: indexId,
  };
}
