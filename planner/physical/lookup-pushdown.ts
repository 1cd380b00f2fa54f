import { arrayPart } from '../../catalog/table-layout.js';
import type { IndexInfo, TableInfo } from '../../catalog/model.js';
import type { DataSource } from '../logical/plan.js';
import type { PlanContext } from '../plan-context.js';

/** Why the rows of an index's entries cannot be looked up in the store, in TiDB's words; null: they can. */
export function lookUpRefusal(ctx: PlanContext, table: TableInfo, index: IndexInfo): string | null {
  if (ctx.remoteStore === true) return 'stores of a cluster are not asked for it';
  if (table.cached === true) return 'cached table is not supported';
  if (table.temporary !== undefined) return 'temporary table is not supported';
  if (arrayPart(table, index) >= 0) return 'multi-valued index is not supported';
  if (index.global === true) return 'global index is not supported';
  if (ctx.variable('transaction_isolation') !== 'REPEATABLE-READ')
    return 'transaction isolation level is not REPEATABLE-READ';
  if (ctx.variable('tidb_snapshot') !== '') return 'historical read is not supported';
  if (ctx.readsThePast === true) return 'stale read is not supported';
  if (ctx.variable('tidb_replica_read') !== 'leader') return 'only leader read is supported';
  return null;
}

/** Whether `tidb_index_lookup_pushdown_policy` has rows looked up in the store that no hint asks it for. */
export function looksUpByPolicy(ctx: PlanContext, ds: DataSource, index: IndexInfo): boolean {
  const policy = ctx.variable('tidb_index_lookup_pushdown_policy');
  // Tables have no affinity here, so that `affinity-force` means none of them.
  return policy === 'force' && ds.noLookUpInStore !== true && lookUpRefusal(ctx, ds.table, index) === null;
}
