import type { PhysicalPlan } from '../planner/physical/plan.js';

const KNOWN = new WeakMap<PhysicalPlan, boolean>();

/**
 * Whether a statement may read rows of a table anew after it wrote some: what is run for each outer row or batch of keys (Apply,
 * index joins), and what comes in its turn (further branches of a union, common tables) opens when rows were written already.
 */
export function readsAgain(plan: PhysicalPlan): boolean {
  if (plan.op === 'Insert' && plan.select === null) return false;
  if ((plan.op === 'Update' || plan.op === 'Delete') && plan.child.op === 'PointGet') return false;
  let known = KNOWN.get(plan);
  if (known === undefined) KNOWN.set(plan, (known = within(plan, false)));
  return known;
}

/** `late`: it is opened, or opened again, while the statement writes. */
function within(p: PhysicalPlan, late: boolean): boolean {
  switch (p.op) {
    case 'UnionScan':
    case 'PointGet':
    case 'BatchPointGet':
      return late;
    case 'Insert':
      return within(p.select!, late);
    case 'UnionAll':
      return p.children.some((c, i) => within(c, late || i > 0));
    case 'Apply':
      return within(p.left, late) || within(p.right, true);
    case 'IndexJoin':
      return within(p.left, late || p.outer === 'right') || within(p.right, late || p.outer === 'left');
    case 'HashJoin':
    case 'MergeJoin':
      return within(p.left, late) || within(p.right, late);
    case 'CteRef':
      return (
        p.working !== true &&
        (within(p.cte.seed, true) || (p.cte.recursive !== null && within(p.cte.recursive, true)))
      );
    default:
      return 'child' in p && within(p.child, late);
  }
}
