import type { Column } from '../../expression/expression.js';
import type { LogicalPlan } from '../logical/plan.js';
import type { BuildState } from '../resolve/build-state.js';

/** A rewrite of the whole logical plan. Rules change the tree in place and give its (new) root. */
export interface Rule {
  readonly name: string;
  /** `output`: the columns the plan is asked for, whatever its root gives besides. */
  apply(plan: LogicalPlan, state: BuildState, output: readonly Column[]): LogicalPlan;
}
