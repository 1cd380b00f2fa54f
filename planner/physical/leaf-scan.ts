import type { IndexScan, PhysicalPlan, TableScan } from './plan.js';

/** The scan at the bottom of a cop subtree. */
export function leafScan(plan: PhysicalPlan): TableScan | IndexScan {
  let p = plan;
  for (;;) {
    if (p.op === 'TableScan' || p.op === 'IndexScan') return p;
    if (!('child' in p)) throw new Error(`operator ${p.op} cannot run in a cop task`);
    p = p.child;
  }
}
