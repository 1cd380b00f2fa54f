import { mysqlError } from '../../types/error-table.js';
import type { PlanContext } from '../plan-context.js';

/** Something that parses but does nothing, as in TiDB: refused, warned of or passed by, as tidb_enable_noop_functions has it. */
export function noopFunction(what: string, ctx: PlanContext): void {
  const mode = ctx.variable('tidb_enable_noop_functions');
  if (mode === 'ON') return;
  const error = mysqlError('ER_FUNCTIONS_NOOP_IMPL', what);
  if (mode !== 'WARN') throw error;
  ctx.warn({ level: 'Warning', code: error.code, message: error.message });
}
