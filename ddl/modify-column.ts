import type { ColumnDef, ColumnPosition } from '../parser/ast/index.js';
import type { ColumnInfo, TableInfo } from '../catalog/model.js';
import { mysqlError } from '../types/error-table.js';
import type { FieldType } from '../types/field-type.js';
import { evalType, Flag, isUnsigned, TypeCode, UNSPECIFIED } from '../types/field-type.js';
import { placeColumn, requireColumn } from './column-order.js';
import { buildColumn } from './build-column.js';
import { flagKeyColumns } from './build-index.js';
import type { DdlContext } from './ddl-context.js';

/** The table after MODIFY or CHANGE COLUMN, when no stored value has to change. Throws 8200 otherwise. */
export async function modifiedColumn(
  ctx: DdlContext,
  table: TableInfo,
  oldName: string,
  def: ColumnDef,
  position: ColumnPosition | null,
): Promise<TableInfo> {
  const old = requireColumn(table, oldName);
  const clash = table.columns.some((c) => c.lower === def.name.toLowerCase() && c.id !== old.id);
  if (clash) throw mysqlError('ER_DUP_FIELDNAME', def.name);
  const built = await buildColumn(ctx, def, old.id, old.offset, table);
  checkLossless(old, built.column);
  const column: ColumnInfo = { ...built.column, originDefault: old.originDefault };
  const columns = table.columns.map((c) => (c.id === old.id ? column : c));
  const indices = table.indices.map((i) => ({
    ...i,
    columns: i.columns.map((p) => (p.offset === old.offset ? { ...p, name: column.name } : p)),
  }));
  const changed = { ...table, columns: flagKeyColumns(columns, indices), indices };
  return position === null ? changed : placeColumn(changed, column.lower, position);
}

const INT_ORDER: readonly number[] = [
  TypeCode.Tiny,
  TypeCode.Short,
  TypeCode.Int24,
  TypeCode.Long,
  TypeCode.LongLong,
];
const BLOB_ORDER: readonly number[] = [
  TypeCode.TinyBlob,
  TypeCode.Blob,
  TypeCode.MediumBlob,
  TypeCode.LongBlob,
];

/** Stored bytes of every old value must mean the same under the new type. */
function checkLossless(old: ColumnInfo, next: ColumnInfo): void {
  const nullable = (t: FieldType): boolean => (t.flag & Flag.NotNull) === 0;
  if (nullable(old.type) && !nullable(next.type)) refuse('change the column from NULL to NOT NULL');
  if (old.autoIncrement !== next.autoIncrement && next.autoIncrement) refuse("can't set auto_increment");
  if (old.generated !== next.generated || old.generatedStored !== next.generatedStored)
    refuse('change of a generated column');
  if (!sameOrWider(old.type, next.type))
    refuse(`change column type of ${old.name} that needs its rows rewritten`);
}

function sameOrWider(a: FieldType, b: FieldType): boolean {
  if (isUnsigned(a) !== isUnsigned(b) || a.charset !== b.charset || a.collate !== b.collate) return false;
  if (a.tp !== b.tp) {
    const within = (order: readonly number[]): boolean =>
      order.includes(a.tp) && order.indexOf(b.tp) >= order.indexOf(a.tp);
    const chars = (t: FieldType): boolean => t.tp === TypeCode.VarChar || BLOB_ORDER.includes(t.tp);
    return (
      within(INT_ORDER) ||
      within(BLOB_ORDER) ||
      (a.tp === TypeCode.VarChar && chars(b) && b.flen >= a.flen && evalType(a) === evalType(b))
    );
  }
  if (a.tp === TypeCode.Enum || a.tp === TypeCode.Set)
    return (a.elems ?? []).every((e, i) => b.elems?.[i] === e);
  if (a.decimal !== b.decimal) return false;
  if (INT_ORDER.includes(a.tp)) return true;
  // DECIMAL values are stored with their precision; a wider one reads them, but index keys would differ.
  if (a.tp === TypeCode.NewDecimal) return a.flen === b.flen;
  if (a.tp === TypeCode.String && a.charset === 'binary') return a.flen === b.flen;
  return b.flen === UNSPECIFIED || b.flen >= a.flen;
}

function refuse(what: string): never {
  throw mysqlError('ER_UNSUPPORTED_DDL_OPERATION', what);
}
