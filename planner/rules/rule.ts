import type { LogicalPlan } from '../logical/plan.js';
import type { BuildState } from '../resolve/build-state.js';

/** A rewrite of the whole logical plan. Rules change the tree in place and give its (new) root. */
export interface Rule {
  readonly name: string;
  apply(plan: LogicalPlan, state: BuildState): LogicalPlan;
}
