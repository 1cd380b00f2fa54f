import type { TableInfo } from '../../catalog/model.js';
import { mysqlError } from '../../types/error-table.js';
import type { DataSource } from '../logical/plan.js';
import type { PlanContext } from '../plan-context.js';

export type Engine = 'tikv' | 'tiflash';

/** tidb_isolation_read_engines, all when it is empty. */
function allowedEngines(ctx: PlanContext): readonly string[] {
  const setting = ctx.variable('tidb_isolation_read_engines').toLowerCase();
  return setting === '' ? ['tikv', 'tiflash', 'tidb'] : setting.split(',').map((e) => e.trim());
}

/**
 * Where a table may be read from, the first one where they cost the same: its columnar replica, the row store;
 * tidb_isolation_read_engines permitting.
 */
export function enginesOf(ctx: PlanContext, table: TableInfo): readonly Engine[] {
  const allowed = allowedEngines(ctx);
  const out: Engine[] = [];
  if (table.tiflashReplica !== undefined && allowed.includes('tiflash') && ctx.hasReplica?.(table) === true)
    out.push('tiflash');
  if (allowed.includes('tikv')) out.push('tikv');
  return out;
}

/** The engines among which a source's paths are chosen. Throws 1815 when there is none. */
export function sourceEngines(ctx: PlanContext, ds: DataSource): readonly Engine[] {
  const engines = enginesOf(ctx, ds.table);
  if (engines.length === 0) {
    const setting = ctx.variable('tidb_isolation_read_engines');
    throw mysqlError(
      'ER_WARN_OPTIMIZER_HINT',
      `No access path for table '${ds.table.name}' is found with 'tidb_isolation_read_engines' = '${setting}', ` +
        "valid values can be 'tikv'.",
    );
  }
  return ds.engineHint !== undefined && engines.includes(ds.engineHint) ? [ds.engineHint] : engines;
}

/** Whether the row store alone is meant: columns that happen to be there are not looked at. */
export function wantsRows(ctx: PlanContext, ds: DataSource): boolean {
  if (ds.engineHint === 'tikv') return true;
  return !allowedEngines(ctx).includes('tiflash');
}
