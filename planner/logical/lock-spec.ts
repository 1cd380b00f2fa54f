import type * as ast from '../../parser/ast/index.js';
import type { LockSpec } from '../physical/plan.js';

export function lockSpec(clause: ast.LockClause): LockSpec {
  const { wait } = clause;
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
