import type { AlterTableSpec, ColumnDef, ColumnPosition, Expr } from '../parser/ast/index.js';
import type { ColumnInfo } from '../catalog/model.js';
import { mysqlError } from '../types/error-table.js';
import { Flag } from '../types/field-type.js';
import type { AlterPlan } from './alter-plan.js';
import {
  buildColumn,
  checkColumnName,
  columnDefault,
  originDefault,
  withFlag,
  withoutFlag,
} from './build-column.js';
import { withColumnName } from './column-name.js';
import { placeColumn, renumber, replaceColumn, requireColumn } from './column-order.js';
import { applyAddCheck, applyColumnChecks, checkNotChecked, dropColumnChecks } from './check-clauses.js';
import { applyAddForeignKey } from './foreign-key-clauses.js';
import { checkColumnNotInKey } from './foreign-key.js';
import { checkForOldRows, isSequenceDefault } from './default-expression.js';
import { columnsRead } from './expression-walk.js';
import { checkComputedColumns, checkNotRead } from './generated-column.js';
import { deciding } from './partition/build-partitions.js';
import { addIndex, applyAddIndex } from './index-clauses.js';
import { checkInNoCondition } from './index-condition.js';
import { tolerate } from './if-exists.js';

const MAX_COLUMNS = 1017;

/** ADD COLUMN: rows written before show the column's origin default. */
export async function applyAddColumn(
  plan: AlterPlan,
  def: ColumnDef,
  position: ColumnPosition | null,
  ifNotExists: boolean,
): Promise<void> {
  const { ctx, table: t } = plan;
  checkColumnName(def.name);
  if (t.columns.some((c) => c.lower === def.name.toLowerCase())) {
    if (!ifNotExists && plan.isNew(def.name)) plan.touchColumn(def.name);
    tolerate(plan.ctx, mysqlError('ER_DUP_FIELDNAME', def.name), ifNotExists);
    return;
  }
  if (t.columns.filter((c) => !c.hidden).length >= MAX_COLUMNS) throw mysqlError('ER_TOO_MANY_FIELDS');
  plan.touchColumn(def.name);
  const id = t.maxColumnId + 1;
  const given = def.options.find((o) => o.kind === 'Default');
  if (given !== undefined) checkForOldRows(given.value);
  const built = await buildColumn(ctx, def, id, t.columns.length, t);
  const refuse = (what: string): never => {
    throw mysqlError(
      'ER_UNSUPPORTED_DDL_AS_IS',
      `unsupported add column '${def.name}' constraint ${what} when altering '${plan.db.name}.${t.name}'`,
    );
  };
  if (built.column.default.kind === 'expr' && isSequenceDefault(built.column.default.sql))
    throw mysqlError('ER_ADD_COLUMN_WITH_SEQUENCE_AS_DEFAULT', def.name);
  if (built.column.autoIncrement) refuse('AUTO_INCREMENT');
  if (built.autoRandom !== null)
    throw mysqlError(
      'ER_INVALID_AUTO_RANDOM',
      `unsupported add column '${def.name}' constraint AUTO_RANDOM when altering '${plan.db.name}.${t.name}'`,
    );
  if (built.keys.primary) refuse('PRIMARY KEY');
  checkComputedColumns(ctx, [...t.columns.filter((c) => c.state === 'public'), built.column]);
  if (built.column.generatedStored)
    throw mysqlError(
      'ER_UNSUPPORTED_ACTION_ON_GENERATED_COLUMN',
      'Adding generated stored column through ALTER TABLE',
    );
  const column = await forOldRows(plan, built.column);
  plan.table = placeColumn(
    { ...t, maxColumnId: id, columns: [...t.columns, column] },
    column.lower,
    position,
  );
  plan.parts.push('add column');
  if (built.keys.unique) {
    const part = { column: column.name, length: null, expr: null, desc: false };
    const key = { name: null, parts: [part], unique: true, primary: false, invisible: false, comment: '' };
    addIndex(plan, key, false);
  }
  applyColumnChecks(plan, def);
}

/** The column with what rows there are already have: one value for all of them, or what each of them makes of its default. */
async function forOldRows(plan: AlterPlan, column: ColumnInfo): Promise<ColumnInfo> {
  if (column.generated !== '') return column;
  if (column.default.kind === 'expr') {
    const expr = plan.ctx.parse(column.default.sql);
    const reads = columnsRead(expr);
    // Rows are filled while their columns have the names that they had before.
    const renamed = [...plan.renamed.values()].find((to) => reads.includes(to.toLowerCase()));
    if (renamed !== undefined)
      throw mysqlError(
        'ER_UNSUPPORTED_DDL_AS_IS',
        `unsupported add column '${column.name}' with a default of column '${renamed}', which is renamed`,
      );
    if (reads.length > 0) return { ...column, originDefault: null, filling: true };
  }
  return { ...column, originDefault: await originDefault(plan.ctx, column) };
}

/** DROP COLUMN, with the indexes on it alone. Throws 1091, 1090, 1113, 8200. */
export function applyDropColumn(plan: AlterPlan, name: string, ifExists: boolean): void {
  const { ctx, table: t } = plan;
  plan.touchColumn(name);
  const column = t.columns.find((c) => c.lower === name.toLowerCase() && !c.hidden);
  if (column === undefined) {
    tolerate(plan.ctx, mysqlError('ER_CANT_DROP_FIELD_OR_KEY', name), ifExists);
    return;
  }
  checkNotRead(ctx, t, column);
  checkInNoCondition(t, column);
  checkNotDeciding(plan, column);
  checkColumnNotInKey(plan, column);
  if (t.ttl?.column.toLowerCase() === column.lower)
    throw mysqlError('ER_TTL_COLUMN_CANNOT_DROP', column.name);
  dropColumnChecks(plan, column);
  const using = t.indices.filter((i) => i.columns.some((p) => p.offset === column.offset));
  if (using.some((i) => !plan.base.indices.some((old) => old.id === i.id)))
    throw mysqlError('ER_UNSUPPORTED_DDL_OPERATION', `operate same column '${column.lower}'`);
  if (using.some((i) => i.columns.length > 1 || i.primary))
    throw mysqlError(
      'ER_UNSUPPORTED_DDL_AS_IS',
      `can't drop column ${column.lower} with composite index covered or Primary Key covered now`,
    );
  if (column.autoIncrement && ctx.variable('tidb_allow_remove_auto_inc') !== 'ON')
    throw mysqlError(
      'ER_UNSUPPORTED_DDL_AS_IS',
      "can't drop auto_increment without @@tidb_allow_remove_auto_inc enabled",
    );
  plan.table = renumber(
    { ...plan.table, indices: t.indices.filter((i) => !using.includes(i)) },
    t.columns.filter((c) => c.id !== column.id),
  );
  plan.dropped = column.name;
  plan.parts.push('drop column');
}

/** Throws 3855 for a column that decides which partition a row belongs to. */
export function checkNotDeciding(plan: AlterPlan, column: ColumnInfo): void {
  const { ctx, table } = plan;
  if (table.partition === undefined || !deciding(ctx, table.partition, table).includes(column.lower)) return;
  throw mysqlError('ER_DEPENDENT_BY_PARTITION_FUNC', column.name);
}

/** RENAME COLUMN: indexes follow. Throws 1054, 1060. */
export function applyRenameColumn(plan: AlterPlan, from: string, to: string): void {
  const column = plan.column(from);
  checkColumnName(to);
  if (column.name === to) return;
  plan.touchColumn(from);
  if (column.lower !== to.toLowerCase()) {
    plan.freeName(to);
    const { table } = plan;
    checkNotRead(plan.ctx, table, column);
    checkInNoCondition(table, column);
    checkNotChecked(table, column);
    checkNotDeciding(plan, column);
  }
  plan.table = withColumnName(plan.table, column, to);
  plan.noteRename(from, to);
  plan.parts.push('modify column');
}

/** ALTER COLUMN … SET DEFAULT, DROP DEFAULT. */
export async function applyDefault(plan: AlterPlan, name: string, value: Expr | null): Promise<void> {
  const { ctx, table: t } = plan;
  const column = requireColumn(t, name);
  plan.touchColumn(name);
  if (column.generated !== '') throw mysqlError('ER_BAD_FIELD_ERROR', name, t.name);
  if (column.autoIncrement && value !== null) throw mysqlError('ER_INVALID_DEFAULT', column.name);
  const given: ColumnInfo['default'] =
    value === null ? { kind: 'none' } : await columnDefault(ctx, column, value);
  const type =
    value === null
      ? withFlag(column.type, Flag.NoDefaultValue)
      : withoutFlag(column.type, Flag.NoDefaultValue);
  plan.table = replaceColumn(t, column.offset, { ...column, default: given, type });
  checkComputedColumns(ctx, plan.table.columns);
  plan.parts.push('set default value');
}

/** ADD (a INT, b INT, KEY (a)): its columns, then its keys. */
export async function applyAddColumns(
  plan: AlterPlan,
  spec: Extract<AlterTableSpec, { kind: 'AddColumns' }>,
): Promise<void> {
  for (const def of spec.columns) await applyAddColumn(plan, def, spec.position, spec.ifNotExists);
  for (const c of spec.constraints) {
    if (c.kind === 'Key') applyAddIndex(plan, c);
    else if (c.kind === 'ForeignKey') applyAddForeignKey(plan, c);
    else applyAddCheck(plan, c, null);
  }
}
