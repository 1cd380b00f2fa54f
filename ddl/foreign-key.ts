import type { ForeignKeyConstraint } from '../parser/ast/index.js';
import { quoteName } from '../parser/restore.js';
import { foreignKeyInError, referrersOf, startsWith } from '../catalog/foreign-keys.js';
import type { ColumnInfo, DbInfo, ForeignKeyInfo, ReferentialAction, TableInfo } from '../catalog/model.js';
import { defaultText } from '../catalog/type-text.js';
import { mysqlError } from '../types/error-table.js';
import { evalType, Flag, isNotNull, isUnsigned, type FieldType } from '../types/field-type.js';
import type { AlterPlan } from './alter-plan.js';
import type { IndexRequest } from './build-index.js';
import type { DdlContext } from './ddl-context.js';
import { columnsRead } from './expression-walk.js';
import { changeTable } from './schema-change.js';
import type { TableTransition } from './table-transition.js';

/** Columns that a table may have foreign keys on. */
type Keyed = Pick<TableInfo, 'columns' | 'foreignKeys'>;

export const checksForeignKeys = (ctx: DdlContext): boolean => ctx.variable('foreign_key_checks') === 'ON';

/** A foreign key from its clause. Throws 1239, 1826, 1072, 1830, 3733, 3104, 1215. */
export function buildForeignKey(
  ctx: DdlContext,
  clause: ForeignKeyConstraint,
  table: Keyed,
  db: DbInfo,
  number: number,
): ForeignKeyInfo {
  const { reference } = clause;
  const name = clause.name ?? `fk_${number}`;
  if ([...name].length > 64) throw mysqlError('ER_TOO_LONG_IDENT', name);
  if (reference.columns.length !== clause.columns.length)
    throw mysqlError('ER_WRONG_FK_DEF', name, "Key reference and table reference don't match");
  if ((table.foreignKeys ?? []).some((k) => k.name.toLowerCase() === name.toLowerCase()))
    throw mysqlError('ER_FK_DUP_NAME', name);
  const columns = clause.columns.map((part) => {
    const column = table.columns.find((c) => c.lower === (part.column ?? '').toLowerCase() && !c.hidden);
    if (column === undefined) throw mysqlError('ER_KEY_COLUMN_DOES_NOT_EXITS', part.column ?? '');
    return column;
  });
  const { onDelete, onUpdate } = reference;
  for (const c of columns) {
    const notNull = isNotNull(c.type);
    if (notNull && (onDelete === 'SET NULL' || onUpdate === 'SET NULL'))
      throw mysqlError('ER_FK_COLUMN_NOT_NULL', c.name, name);
    if (c.generated !== '') checkGenerated(c, name, onUpdate, onDelete);
    else checkNotComputedFrom(ctx, c, table.columns, onUpdate, onDelete);
  }
  return {
    id: number,
    name,
    columns: columns.map((c) => c.name),
    refSchema: reference.table.schema ?? db.name,
    refTable: reference.table.name,
    refColumns: reference.columns.map((p) => p.column ?? ''),
    onDelete,
    onUpdate,
  };
}

/** Values that are computed cannot be set. Throws 3733, 3104. */
function checkGenerated(
  column: ColumnInfo,
  key: string,
  onUpdate: ReferentialAction | null,
  onDelete: ReferentialAction | null,
): void {
  if (!column.generatedStored) throw mysqlError('ER_FK_CANNOT_USE_VIRTUAL_COLUMN', key, column.name);
  if (onUpdate === 'SET NULL' || onUpdate === 'CASCADE' || onUpdate === 'SET DEFAULT')
    throw mysqlError('ER_WRONG_FK_OPTION_FOR_GENERATED_COLUMN', `ON UPDATE ${onUpdate}`);
  if (onDelete === 'SET NULL' || onDelete === 'SET DEFAULT')
    throw mysqlError('ER_WRONG_FK_OPTION_FOR_GENERATED_COLUMN', `ON DELETE ${onDelete}`);
}

/** No key sets the value that a stored column is computed from (manual, "FOREIGN KEY Constraints"). Throws 1215. */
function checkNotComputedFrom(
  ctx: DdlContext,
  column: ColumnInfo,
  columns: readonly ColumnInfo[],
  onUpdate: ReferentialAction | null,
  onDelete: ReferentialAction | null,
): void {
  const sets = (action: ReferentialAction | null): boolean =>
    action === 'CASCADE' || action === 'SET NULL' || action === 'SET DEFAULT';
  if (!sets(onUpdate) && !sets(onDelete)) return;
  for (const c of columns) {
    if (c.generated === '' || !c.generatedStored) continue;
    if (columnsRead(ctx.parse(c.generated)).includes(column.lower)) throw mysqlError('ER_CANNOT_ADD_FOREIGN');
  }
}

/** The referenced table is there and has what the key needs. Throws 1506, 1824 and those of `checkFits`. */
export function checkReferenced(ctx: DdlContext, key: ForeignKeyInfo, db: DbInfo, table: TableInfo): void {
  const own = key.refSchema.toLowerCase() === db.lower && key.refTable.toLowerCase() === table.lower;
  const parent = own ? table : ctx.schema().table(key.refSchema, key.refTable);
  if (parent !== null) checkFits(key, table, parent);
  else if (checksForeignKeys(ctx)) throw mysqlError('ER_FK_CANNOT_OPEN_PARENT', key.refTable);
}

/** Keys made before the table that they refer to must fit it. */
export function checkReferrers(ctx: DdlContext, db: DbInfo, table: TableInfo): void {
  if (!checksForeignKeys(ctx)) return;
  for (const r of referrersOf(ctx.schema(), db.name, table.name)) checkFits(r.key, r.table, table);
}

/** Throws 1347, 1506, 8152, 3734, 3733, 3780, 1822. */
function checkFits(key: ForeignKeyInfo, table: TableInfo, parent: TableInfo): void {
  if (parent.view !== undefined || parent.sequence !== undefined)
    throw mysqlError('ER_WRONG_OBJECT', key.refSchema, parent.name, 'BASE TABLE');
  if (table.partition !== undefined || parent.partition !== undefined)
    throw mysqlError('ER_FOREIGN_KEY_ON_PARTITIONED');
  if (parent.ttl !== undefined) throw mysqlError('ER_UNSUPPORTED_TTL_REFERENCED_BY_FK');
  key.refColumns.forEach((name, i) => {
    const to = parent.columns.find((c) => c.lower === name.toLowerCase() && !c.hidden);
    if (to === undefined) throw mysqlError('ER_FK_NO_COLUMN_PARENT', name, key.name, parent.name);
    if (to.generated !== '' && !to.generatedStored)
      throw mysqlError('ER_FK_CANNOT_USE_VIRTUAL_COLUMN', key.name, to.name);
    const from = table.columns.find((c) => c.lower === key.columns[i]!.toLowerCase())!;
    if (!comparable(from.type, to.type))
      throw mysqlError('ER_FK_INCOMPATIBLE_COLUMNS', from.name, to.name, key.name);
  });
  if (!hasIndex(parent, key.refColumns)) throw mysqlError('ER_FK_NO_INDEX_PARENT', key.name, parent.name);
}

const comparable = (a: FieldType, b: FieldType): boolean =>
  a.tp === b.tp && isUnsigned(a) === isUnsigned(b) && a.charset === b.charset && a.collate === b.collate;

/** Whether rows are found by the columns. */
function hasIndex(table: TableInfo, columns: readonly string[]): boolean {
  if (table.indices.some((i) => i.state === 'public' && startsWith(i, columns))) return true;
  if (!table.pkIsHandle || columns.length !== 1) return false;
  const handle = table.columns.find((c) => (c.type.flag & Flag.PriKey) !== 0);
  return handle?.lower === columns[0]!.toLowerCase();
}

/** The index that a key needs when the table has none that begins with its columns. */
export const neededIndex = (key: ForeignKeyInfo, table: TableInfo): IndexRequest | null =>
  hasIndex(table, key.columns)
    ? null
    : {
        name: key.name,
        parts: key.columns.map((column) => ({ column, length: null, expr: null, desc: false })),
        unique: false,
        primary: false,
        invisible: false,
        comment: '',
      };

/**
 * Every row of a table in state write-reorganisation has the row that the key refers to. Statements keep to the key already:
 * those that were running without it are waited for. Throws 1452.
 */
export async function checkForeignKey(ctx: DdlContext, t: TableTransition, name: string): Promise<void> {
  await ctx.reload();
  const schema = ctx.schema();
  const key = t.target.foreignKeys!.find((k) => k.name === name)!;
  const { db, table } = schema.tableById(t.base.id)!;
  const referenced = schema.table(key.refSchema, key.refTable);
  if (referenced === null) throw mysqlError('ER_FK_CANNOT_OPEN_PARENT', key.refTable);
  await ctx.awaitVersion(referenced.id, schema.version);
  const child = `${quoteName(db.name)}.${quoteName(table.name)}`;
  const parent = `${quoteName(key.refSchema)}.${quoteName(key.refTable)}`;
  const values = key.columns.map((name) => valueOf(t, table, name));
  if (values.includes(null)) return;
  const on = key.refColumns.map((c, i) => `p.${quoteName(c)} = ${values[i]!}`);
  const whole = values.map((v) => `${v!} IS NOT NULL`);
  const { value } = await ctx.evaluate(
    ctx.parse(
      `EXISTS (SELECT 1 FROM ${child} c WHERE ${whole.join(' AND ')} AND NOT EXISTS (SELECT 1 FROM ${parent} p WHERE ${on.join(' AND ')}))`,
    ),
  );
  if (value === 1) throw mysqlError('ER_NO_REFERENCED_ROW_2', foreignKeyInError({ db, table, key }));
}

/**
 * What a column of the target holds in a row `c` of the table before the change is done: a column that is being added has one
 * value for all rows. Null: they have NULL.
 */
function valueOf(t: TableTransition, table: TableInfo, name: string): string | null {
  const column = t.target.columns.find((c) => c.lower === name.toLowerCase())!;
  const stored = table.columns.find((c) => c.id === (column.changing ?? column.id));
  if (column.filling === true)
    throw mysqlError(
      'ER_UNSUPPORTED_DDL_AS_IS',
      `unsupported foreign key on column '${column.name}', whose values are being computed`,
    );
  if (stored?.state === 'public') return `c.${quoteName(stored.name)}`;
  const value = column.originDefault;
  if (value === null) return null;
  return `'${defaultText({ ...column, default: { kind: 'value', value } })!.replace(/[\\']/g, '\\$&')}'`;
}

/** A column that goes must be in no foreign key, of this table or of others. Throws 1828, 1829. */
export function checkColumnNotInKey(plan: AlterPlan, column: ColumnInfo): void {
  const own = (plan.table.foreignKeys ?? []).find((k) =>
    k.columns.some((n) => n.toLowerCase() === column.lower),
  );
  if (own !== undefined) throw mysqlError('ER_FK_COLUMN_CANNOT_DROP', column.name, own.name);
  const other = referrersOf(plan.ctx.schema(), plan.db.name, plan.table.name).find((r) =>
    r.key.refColumns.some((n) => n.toLowerCase() === column.lower),
  );
  if (other !== undefined && checksForeignKeys(plan.ctx))
    throw mysqlError('ER_FK_COLUMN_CANNOT_DROP_CHILD', column.name, other.key.name, other.table.name);
}

/** The column that column `at` of the key refers to; null where there is none. */
function referencedColumn(plan: AlterPlan, key: ForeignKeyInfo, at: number): ColumnInfo | null {
  const parent = plan.ctx.schema().table(key.refSchema, key.refTable);
  return parent?.columns.find((c) => c.lower === key.refColumns[at]!.toLowerCase()) ?? null;
}

/** Whether every value of a column of a foreign key stays as it is, and comparable. */
function keepsValues(before: FieldType, after: FieldType): boolean {
  if (!comparable(before, after)) return false;
  switch (evalType(before)) {
    case 'string':
      return after.flen >= before.flen;
    case 'decimal':
      return after.flen === before.flen && after.decimal === before.decimal;
    default:
      return true;
  }
}

/** A column of a foreign key keeps its type, and may be NULL where the key sets it so. Throws 1830, 1832, 1833, 3780. */
export function checkColumnKept(plan: AlterPlan, before: ColumnInfo, after: ColumnInfo): void {
  const keys = (plan.table.foreignKeys ?? []).filter((k) =>
    k.columns.some((n) => n.toLowerCase() === before.lower),
  );
  const cleared = keys.find((k) => k.onDelete === 'SET NULL' || k.onUpdate === 'SET NULL');
  if (cleared !== undefined && isNotNull(after.type))
    throw mysqlError('ER_FK_COLUMN_NOT_NULL', before.name, cleared.name);
  if (keepsValues(before.type, after.type) || !checksForeignKeys(plan.ctx)) return;
  const own = keys[0];
  if (own !== undefined) {
    const at = own.columns.findIndex((n) => n.toLowerCase() === before.lower);
    const referenced = referencedColumn(plan, own, at);
    if (referenced !== null && !comparable(after.type, referenced.type))
      throw mysqlError('ER_FK_INCOMPATIBLE_COLUMNS', after.name, referenced.name, own.name);
    throw mysqlError('ER_FK_COLUMN_CANNOT_CHANGE', before.name, own.name);
  }
  const other = referrersOf(plan.ctx.schema(), plan.db.name, plan.table.name).find((r) =>
    r.key.refColumns.some((n) => n.toLowerCase() === before.lower),
  );
  if (other !== undefined) {
    const at = other.key.refColumns.findIndex((n) => n.toLowerCase() === before.lower);
    const name = other.key.columns[at]!;
    const referring = other.table.columns.find((c) => c.lower === name.toLowerCase());
    if (referring !== undefined && !comparable(referring.type, after.type))
      throw mysqlError('ER_FK_INCOMPATIBLE_COLUMNS', referring.name, after.name, other.key.name);
    throw mysqlError(
      'ER_FK_COLUMN_CANNOT_CHANGE_CHILD',
      before.name,
      other.key.name,
      `${other.db.name}.${other.table.name}`,
    );
  }
}

/** The plan's table without an index must still find rows by the columns of its keys and of those that refer to it. Throws 1553. */
export function checkIndexNotNeeded(plan: AlterPlan, without: TableInfo, name: string): void {
  if (!checksForeignKeys(plan.ctx)) return;
  const needs = [
    ...(without.foreignKeys ?? []).map((k) => k.columns),
    ...referrersOf(plan.ctx.schema(), plan.db.name, without.name).map((r) => r.key.refColumns),
  ];
  if (needs.some((columns) => !hasIndex(without, columns))) throw mysqlError('ER_DROP_INDEX_FK', name);
}

/** The table's keys with a column called otherwise. */
export const withKeyColumn = (table: TableInfo, from: string, to: string): TableInfo =>
  table.foreignKeys === undefined
    ? table
    : {
        ...table,
        foreignKeys: table.foreignKeys.map((k) => ({
          ...k,
          columns: k.columns.map((c) => (c.toLowerCase() === from.toLowerCase() ? to : c)),
        })),
      };

/** Tables that refer to the table's columns learn their new names, once it has them. */
export async function renameReferenced(plan: AlterPlan): Promise<void> {
  const { ctx, db, base } = plan;
  const { renamed } = plan;
  if (renamed.size === 0) return;
  const concerned = referrersOf(ctx.schema(), db.name, base.name).filter((r) =>
    r.key.refColumns.some((c) => renamed.has(c.toLowerCase())),
  );
  // A table once, whichever of its keys refer to the columns.
  for (const r of new Map(concerned.map((c) => [c.table.id, c])).values()) {
    await changeTable(ctx, r.db.id, r.table.id, (t) => ({
      ...t,
      foreignKeys: (t.foreignKeys ?? []).map((k) =>
        refersTo(k, db.name, base.name)
          ? { ...k, refColumns: k.refColumns.map((c) => renamed.get(c.toLowerCase()) ?? c) }
          : k,
      ),
    }));
  }
}

const refersTo = (k: ForeignKeyInfo, db: string, table: string): boolean =>
  k.refSchema.toLowerCase() === db.toLowerCase() && k.refTable.toLowerCase() === table.toLowerCase();

/** The table with its keys that refer to another table by the other's new name. */
export const withReferenced = (
  table: TableInfo,
  from: { readonly db: string; readonly table: string },
  to: { readonly db: string; readonly table: string },
): TableInfo => ({
  ...table,
  foreignKeys: (table.foreignKeys ?? []).map((k) =>
    refersTo(k, from.db, from.table) ? { ...k, refSchema: to.db, refTable: to.table } : k,
  ),
});

/** Tables about to be dropped together are referred to by each other only. Throws 3730. */
export function checkNotReferenced(
  ctx: DdlContext,
  db: string,
  table: string,
  goesToo: (db: string, table: string) => boolean,
): void {
  if (!checksForeignKeys(ctx)) return;
  for (const r of referrersOf(ctx.schema(), db, table)) {
    if (!goesToo(r.db.name, r.table.name))
      throw mysqlError('ER_FK_CANNOT_DROP_PARENT', table, r.key.name, r.table.name);
  }
}

/** Throws 1701. */
export function checkTruncatable(ctx: DdlContext, db: DbInfo, table: TableInfo): void {
  if (!checksForeignKeys(ctx)) return;
  const other = referrersOf(ctx.schema(), db.name, table.name).find((r) => r.table.id !== table.id);
  if (other !== undefined) throw mysqlError('ER_TRUNCATE_ILLEGAL_FK', foreignKeyInError(other));
}
