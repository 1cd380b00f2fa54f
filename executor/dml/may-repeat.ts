import type { PhysicalPlan } from '../../planner/physical/plan.js';

/** Whether a plan of rows to change may give a row more than once: there is a join in it, or a union. */
export function mayRepeat(plan: PhysicalPlan): boolean {
  let p = plan;
  for (;;) {
    if ('left' in p) return true;
    if (!('child' in p)) return p.op === 'UnionAll';
    p = p.child;
  }
}
