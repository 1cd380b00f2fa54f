import type { TableOption, TtlOption } from '../parser/ast/index.js';
import { referrersOf } from '../catalog/foreign-keys.js';
import type { ColumnInfo, DbInfo, TableInfo, TtlInfo } from '../catalog/model.js';
import { primaryIndex } from '../catalog/table-layout.js';
import { mysqlError } from '../types/error-table.js';
import { evalType, TypeCode } from '../types/field-type.js';
import type { AlterPlan } from './alter-plan.js';
import type { DdlContext } from './ddl-context.js';

/** Time between two jobs where none is written (TiDB 8.5). */
const DEFAULT_JOB_INTERVAL = '24h';
const MINUTE_MS = 60_000;
const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: MINUTE_MS, s: 1000 };

/** Milliseconds of a job interval such as `1d` or `1h30m`; null when it is none. */
export function jobIntervalMs(text: string): number | null {
  if (!/^(\d+(\.\d+)?[dhms])+$/.test(text)) return null;
  let ms = 0;
  for (const [, n, unit] of text.matchAll(/(\d+(?:\.\d+)?)([dhms])/g)) ms += Number(n) * UNITS[unit!]!;
  return ms;
}

/** Throws 8148. */
export function checkTtlColumn(column: ColumnInfo): void {
  const { tp } = column.type;
  if (tp !== TypeCode.DateTime && tp !== TypeCode.Date && tp !== TypeCode.Timestamp)
    throw mysqlError('ER_UNSUPPORTED_COLUMN_IN_TTL_CONFIG', column.name);
}

/** The table with what TTL, TTL_ENABLE and TTL_JOB_INTERVAL say. Throws 1054, 8148, 8150, 8152, 8153. */
export function withTtl(
  ctx: DdlContext,
  db: DbInfo,
  table: TableInfo,
  given: TtlOption | null,
  options: readonly TableOption[],
): TableInfo {
  const option = (name: string): string | null => {
    const found = options.filter((o) => o.name === name).at(-1);
    return found === undefined ? null : String(found.value);
  };
  const enable = option('TTL_ENABLE');
  const interval = option('TTL_JOB_INTERVAL');
  if (given === null && enable === null && interval === null) return table;
  if (given === null && table.ttl === undefined)
    throw mysqlError(
      'ER_SET_TTL_OPTION_FOR_NON_TTL_TABLE',
      enable !== null ? 'TTL_ENABLE' : 'TTL_JOB_INTERVAL',
    );
  const ms = interval === null ? null : jobIntervalMs(interval);
  if (interval !== null && (ms === null || ms < MINUTE_MS))
    throw mysqlError(
      'ER_UNKNOWN_ERROR',
      ms === null ? `invalid TTL_JOB_INTERVAL '${interval}'` : 'TTL_JOB_INTERVAL is less than a minute',
    );
  const before = table.ttl;
  const ttl: TtlInfo = {
    ...(given === null ? before! : definition(ctx, db, table, given)),
    enabled: enable === null ? (before?.enabled ?? true) : enable.toUpperCase() === 'ON',
    jobInterval: interval ?? before?.jobInterval ?? DEFAULT_JOB_INTERVAL,
  };
  return { ...table, ttl };
}

function definition(
  ctx: DdlContext,
  db: DbInfo,
  table: TableInfo,
  given: TtlOption,
): Pick<TtlInfo, 'column' | 'value' | 'unit'> {
  if (table.temporary !== undefined) throw mysqlError('ER_TEMP_TABLE_NOT_ALLOWED_WITH_TTL');
  const column = table.columns.find((c) => c.lower === given.column.toLowerCase() && !c.hidden);
  if (column === undefined) throw mysqlError('ER_BAD_FIELD_ERROR', given.column, 'TTL config');
  checkTtlColumn(column);
  const primary = table.isCommonHandle ? primaryIndex(table) : null;
  if (primary?.columns.some((p) => evalType(table.columns[p.offset]!.type) === 'real') === true)
    throw mysqlError('ER_UNSUPPORTED_PRIMARY_KEY_TYPE_WITH_TTL');
  if (referrersOf(ctx.schema(), db.name, table.name).length > 0)
    throw mysqlError('ER_UNSUPPORTED_TTL_REFERENCED_BY_FK');
  return { column: column.name, value: ctx.restore(given.value), unit: given.unit };
}

/** TTL is changed by one clause. Throws 8200. */
function checkAlone(plan: AlterPlan): void {
  if (plan.parts.some((part) => part === SET_TTL || part === REMOVE_TTL))
    throw mysqlError('ER_UNSUPPORTED_DDL_OPERATION', 'multi schema change for alter table ttl');
}

const SET_TTL = 'alter table ttl';
const REMOVE_TTL = 'alter table remove ttl';

/** TTL and its options in an ALTER TABLE. */
export function applyTtl(plan: AlterPlan, given: TtlOption | null, options: readonly TableOption[]): void {
  checkAlone(plan);
  plan.table = withTtl(plan.ctx, plan.db, plan.table, given, options);
  plan.parts.push(SET_TTL);
}

/** REMOVE TTL. */
export function removeTtl(plan: AlterPlan): void {
  checkAlone(plan);
  if (plan.table.ttl === undefined) return;
  const { ttl: _, ...rest } = plan.table;
  plan.table = rest;
  plan.parts.push(REMOVE_TTL);
}

/** The table's TTL with its column called otherwise. */
export const withTtlColumn = (table: TableInfo, from: string, to: string): TableInfo =>
  table.ttl?.column.toLowerCase() === from.toLowerCase()
    ? { ...table, ttl: { ...table.ttl, column: to } }
    : table;
