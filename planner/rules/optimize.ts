import type { LogicalPlan } from '../logical/plan.js';
import type { BuildState } from '../resolve/build-state.js';
import { columnPruning } from './column-pruning.js';
import { predicatePushdown } from './predicate-pushdown.js';
import type { Rule } from './rule.js';

/** The rules in the order they run. */
export const RULES: readonly Rule[] = [predicatePushdown, columnPruning];

export function optimize(plan: LogicalPlan, state: BuildState): LogicalPlan {
  let p = plan;
  for (const rule of RULES) p = rule.apply(p, state);
  return p;
}
