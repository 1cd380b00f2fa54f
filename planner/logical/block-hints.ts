import type * as ast from '../../parser/ast/index.js';
import { hasHint, type BuildState } from '../resolve/build-state.js';
import type { Aggregation } from './plan.js';

/** Hints on what becomes of a block as a whole where it is none of that kind. */
export function warnMisplacedHints(state: BuildState, stmt: ast.SelectStmt): void {
  const { misplaced } = state.memory;
  if (misplaced.has(stmt)) return;
  const warn = (message: string): void => {
    misplaced.add(stmt);
    state.ctx.warn({ level: 'Warning', code: 1815, message });
  };
  if (hasHint(stmt, 'NO_DECORRELATE') && !state.subqueryBlocks.has(stmt))
    warn(
      "NO_DECORRELATE() is inapplicable because it's not in an IN subquery, an EXISTS subquery, " +
        'an ANY/ALL/SOME subquery or a scalar subquery.',
    );
  if (hasHint(stmt, 'SEMI_JOIN_REWRITE') && !state.subqueryBlocks.has(stmt))
    warn(
      "The SEMI_JOIN_REWRITE hint is not used correctly, maybe it's not in a subquery or the subquery is not EXISTS clause.",
    );
  if (hasHint(stmt, 'MERGE') && !state.commonTableBlocks.has(stmt))
    warn(
      'Hint merge() is inapplicable. Please check whether the hint is used in the right place, ' +
        'you should use this hint inside the CTE.',
    );
}

/** How the hints of a block have it aggregated. */
export function aggregationHint(hints: readonly ast.Hint[]): Pick<Aggregation, 'prefer' | 'toStore'> {
  const has = (name: string): boolean => hints.some((h) => h.name === name);
  const hash = has('HASH_AGG');
  return {
    ...(hash === has('STREAM_AGG') ? {} : { prefer: hash ? ('HashAgg' as const) : ('StreamAgg' as const) }),
    ...(has('AGG_TO_COP') ? { toStore: true } : {}),
  };
}
