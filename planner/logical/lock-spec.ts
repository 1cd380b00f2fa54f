import type * as ast from '../../parser/ast/index.js';
import type { LockSpec } from '../physical/plan.js';
import type { PlanContext } from '../plan-context.js';
import { noopFunction } from './noop-function.js';

/**
 * What a locking clause locks; null: nothing. The store has no shared locks. As in TiDB, FOR SHARE (LOCK IN SHARE MODE) is FOR UPDATE under
 * tidb_enable_shared_lock_promotion, else it takes no lock: that must be allowed by tidb_enable_noop_functions, but for the forms
 * with NOWAIT and SKIP LOCKED.
 */
export function lockSpec(clause: ast.LockClause, ctx: PlanContext): LockSpec | null {
  const { wait } = clause;
  if (clause.strength === 'SHARE' && ctx.variable('tidb_enable_shared_lock_promotion') !== 'ON') {
    if (wait === null) noopFunction('LOCK IN SHARE MODE', ctx);
    return null;
  }
  return {
    mode: clause.strength === 'UPDATE' ? 'update' : 'share',
    wait:
      wait === null
        ? 'default'
        : wait === 'NOWAIT'
          ? 'nowait'
          : wait === 'SKIP LOCKED'
            ? 'skipLocked'
            : wait.seconds,
  };
}
