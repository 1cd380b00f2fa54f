import type { DbInfo, TableInfo } from '../catalog/model.js';
import { tableRange } from '../kv/codec/table-key.js';
import { mysqlError } from '../types/error-table.js';
import type { AlterPlan } from './alter-plan.js';
import type { DdlContext } from './ddl-context.js';

/** Keys and values of a cached table, all indexes included (TiDB manual, "Cached Tables"). */
export const MAX_CACHED_BYTES = 64 << 20;
/** Entries that are read at a time to find out how large the table is. */
const BATCH = 1024;

/** ALTER TABLE … CACHE and NOCACHE: `change` puts it into the definition. Throws 8200, 8006, 8242. */
export async function switchCache(
  ctx: DdlContext,
  { db, table }: { readonly db: DbInfo; readonly table: TableInfo },
  on: boolean,
  change: () => Promise<void>,
): Promise<void> {
  if ((table.cached === true) === on) return;
  if (on) {
    if (db.lower === 'mysql')
      throw mysqlError('ER_UNSUPPORTED_DDL_OPERATION', 'ALTER table cache for tables in system database');
    if (table.temporary !== undefined)
      throw mysqlError('ER_OPT_ON_TEMPORARY_TABLE', 'alter temporary table cache');
    if (table.partition !== undefined) throw mysqlError('ER_OPT_ON_CACHE_TABLE', 'partition mode');
    if (!(await isSmall(ctx, table.id))) throw mysqlError('ER_OPT_ON_CACHE_TABLE', 'table too large');
  }
  await ctx.switchCaching(table.id, change);
}

async function isSmall(ctx: DdlContext, tableId: number): Promise<boolean> {
  const snapshot = ctx.storage.snapshot(await ctx.storage.currentTs());
  const { startKey, endKey } = tableRange(tableId);
  const pairs = snapshot.iterate(startKey, endKey, { batchSize: BATCH });
  try {
    let bytes = 0;
    for (let n = 1; ; n++) {
      const next = pairs.next();
      const pair = next instanceof Promise ? await next : next;
      if (pair === null) return true;
      bytes += pair.key.length + pair.value.length;
      if (bytes > MAX_CACHED_BYTES) return false;
      if (n % BATCH === 0) {
        ctx.throwIfInterrupted();
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  } finally {
    pairs.close();
  }
}

export function applyCache(plan: AlterPlan, on: boolean): void {
  const { cached: _, ...rest } = plan.table;
  plan.table = on ? { ...rest, cached: true } : rest;
  plan.parts.push(on ? 'alter table cache' : 'alter table nocache');
}

/** Throws 8242 for a change of a cached table. */
export function refuseCached(table: TableInfo, what: string): void {
  if (table.cached === true) throw mysqlError('ER_OPT_ON_CACHE_TABLE', what);
}
