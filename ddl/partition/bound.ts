import type { Expr } from '../../parser/ast/index.js';
import type { PartitionInfo } from '../../catalog/model.js';
import type { ColumnInfo } from '../../catalog/model.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import { evalType, isUnsigned, TypeCode, type FieldType } from '../../types/field-type.js';
import { datumToString } from '../../types/format.js';
import type { DdlContext } from '../ddl-context.js';

const ZERO_DATE = /^0{1,4}-0{1,2}-0{1,2}([ T][0:.]*)?$/;

export interface BoundType {
  readonly name: string;
  readonly type: FieldType;
}

/** Types of the values that bounds are written in: of the columns, or of the expression. */
export function boundTypes(
  ctx: DdlContext,
  info: PartitionInfo,
  table: { readonly columns: readonly ColumnInfo[] },
): BoundType[] {
  if (info.expr !== '')
    // Bounds may lie beyond the values of a column that the expression is.
    return [
      { name: 'partition', type: widestInteger(ctx.expressionType(ctx.parse(info.expr), table.columns)) },
    ];
  return info.columns.map((name) => {
    const column = table.columns.find((c) => c.lower === name.toLowerCase())!;
    return { name: column.name, type: column.type };
  });
}

const widestInteger = (type: FieldType): FieldType =>
  evalType(type) === 'int' ? { ...type, tp: TypeCode.LongLong, flen: 20 } : type;

/** A bound as it is kept: a literal of the column's type. `anyKind`: it comes behind MAXVALUE. Throws 1697, 1654, 1563. */
export async function boundText(
  ctx: DdlContext,
  info: PartitionInfo,
  e: Expr,
  to: BoundType,
  name: string,
  anyKind = false,
): Promise<string> {
  const { type, value } = await ctx.evaluate(e);
  if (value === null) return 'NULL';
  const kind = evalType(type);
  if (info.expr !== '') {
    if (kind !== 'int') throw mysqlError('ER_VALUES_IS_NOT_INT_TYPE_ERROR', name);
    if (isUnsigned(to.type) && (value as number | bigint) < 0)
      throw mysqlError('ER_PARTITION_CONST_DOMAIN_ERROR');
    return String(value);
  }
  const target = evalType(to.type);
  const fits =
    anyKind ||
    (target === 'int'
      ? kind === 'int' || info.type === 'LIST'
      : kind === 'string' || kind === target || info.type === 'LIST');
  if (!fits) throw mysqlError('ER_WRONG_TYPE_COLUMN_VALUE_ERROR');
  let stored: Datum;
  // A bound is no value: zero dates divide whatever the SQL mode has against them.
  if (
    target === 'datetime' &&
    value instanceof Uint8Array &&
    ZERO_DATE.test(Buffer.from(value).toString('latin1'))
  )
    return `'${datumToString(0, to.type)}'`;
  try {
    stored = ctx.toColumn(value, type, { name: to.name, type: to.type });
  } catch {
    throw mysqlError('ER_WRONG_TYPE_COLUMN_VALUE_ERROR');
  }
  if (stored === null) return 'NULL';
  if (
    to.type.charset === 'binary' &&
    stored instanceof Uint8Array &&
    /[^\x20-\x7e]/.test(Buffer.from(stored).toString('latin1'))
  )
    return `${e.kind === 'StringLiteral' ? '_binary ' : ''}0x${Buffer.from(stored).toString('hex')}`;
  const text = datumToString(stored, to.type);
  return target === 'int' ? text : `'${text.replace(/\\/g, '\\\\').replace(/'/g, "''")}'`;
}
