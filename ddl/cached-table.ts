import type { TableInfo } from '../catalog/model.js';
import { mysqlError } from '../types/error-table.js';
import type { AlterPlan } from './alter-plan.js';

/** Rows that a table may have to be cached: TiDB caches no more than 64 MB. */
const MAX_ROWS = 600_000;

/**
 * ALTER TABLE … CACHE and NOCACHE. TiDB reads small tables from each node's memory under a lease and makes writers wait for it;
 * here nodes beside the store read from memory anyhow, at every snapshot what it held. What is kept is the state: cached tables do
 * not change their form. Throws 8242, 8006.
 */
export function applyCache(plan: AlterPlan, on: boolean): void {
  const { ctx, db, table } = plan;
  if ((table.cached === true) === on) return;
  if (on) {
    if (db.lower === 'mysql')
      throw mysqlError('ER_UNSUPPORTED_DDL_OPERATION', 'ALTER table cache for tables in system database');
    if (table.partition !== undefined) throw mysqlError('ER_OPT_ON_CACHE_TABLE', 'partition mode');
    if (table.temporary !== undefined)
      throw mysqlError('ER_OPT_ON_TEMPORARY_TABLE', 'alter temporary table cache');
    if (ctx.rowCount(table.id) > MAX_ROWS) throw mysqlError('ER_OPT_ON_CACHE_TABLE', 'table too large');
    plan.table = { ...table, cached: true };
    plan.parts.push('alter table cache');
    return;
  }
  const { cached: _, ...rest } = table;
  plan.table = rest;
  plan.parts.push('alter table nocache');
}

/** Throws 8242 for a change of a cached table. */
export function refuseCached(table: TableInfo, what: string): void {
  if (table.cached === true) throw mysqlError('ER_OPT_ON_CACHE_TABLE', what);
}
