import { Chunk } from '../chunk/chunk.js';
import { constantVector } from '../chunk/vector-builder.js';
import { newColumn, newConstant, newFunction } from '../expression/build.js';
import { evalDatum } from '../expression/compile.js';
import { PLAIN_CONTEXT } from '../expression/eval-context.js';
import type { Expression } from '../expression/expression.js';
import { packTime, packedTime, timeDatumOf, UTC_OFFSETS, type ZoneOffsets } from '../kv/codec/time-codec.js';
import type { Datum } from '../types/datum.js';
import { TypeCode, type FieldType } from '../types/field-type.js';
import type { ColumnInfo, IndexCondition, TableInfo } from './model.js';

/** The conditions of partial indexes, on values and as expressions. What they say depends on no session: it is stored. */

/** The column that a condition is about. */
export const conditionColumn = (table: Pick<TableInfo, 'columns'>, condition: IndexCondition): ColumnInfo =>
  table.columns.find((c) => c.lower === condition.column.toLowerCase())!;

/** A TIMESTAMP of one zone in another. */
function inZone(v: Datum, type: FieldType, from: ZoneOffsets, to: ZoneOffsets): Datum {
  if (v === null || v instanceof Uint8Array) return v;
  packTime(v, type, from);
  return timeDatumOf(packedTime.hi, packedTime.lo, type, to);
}

/** The condition over the column; TIMESTAMP values are in the zone. */
export function conditionExpression(
  condition: IndexCondition,
  column: Expression,
  zone: ZoneOffsets,
): Expression {
  const ctx = PLAIN_CONTEXT;
  const { test, constant } = condition;
  if (test === 'isnull') return newFunction('isnull', [column], ctx);
  if (test === 'notnull') return newFunction('not', [newFunction('isnull', [column], ctx)], ctx);
  const { type, value } = constant!;
  const local = type.tp === TypeCode.Timestamp ? inZone(value, type, UTC_OFFSETS, zone) : value;
  return newFunction(test, [column, newConstant(local, type)], ctx);
}

/** A constant of the session's zone as conditions keep it. */
export const keptConstant = (value: Datum, type: FieldType, zone: ZoneOffsets): Datum =>
  type.tp === TypeCode.Timestamp ? inZone(value, type, zone, UTC_OFFSETS) : value;

/** Whether a row (datums by column offset, TIMESTAMP values in `zone`) meets the condition; NULL is no. */
export function conditionOnRows(
  condition: IndexCondition,
  table: TableInfo,
  zone: ZoneOffsets,
): { readonly offset: number; holds(row: readonly Datum[]): boolean } {
  const { offset, type, name } = conditionColumn(table, condition);
  if (condition.constant === null) {
    const whenNull = condition.test === 'isnull';
    return { offset, holds: (row) => (row[offset] === null) === whenNull };
  }
  const test = conditionExpression(condition, newColumn(1, type, name, 0), UTC_OFFSETS);
  const isTimestamp = type.tp === TypeCode.Timestamp;
  return {
    offset,
    holds(row) {
      const v = row[offset]!;
      if (v === null) return false;
      const value = isTimestamp ? inZone(v, type, zone, UTC_OFFSETS) : v;
      return evalDatum(test, PLAIN_CONTEXT, new Chunk([constantVector(value, type, 1)], 1)) === 1;
    },
  };
}
