import type { PhysicalPlan } from '../physical/plan.js';
import { filterOf } from './operator-info.js';

/** A plan below another in EXPLAIN's tree. */
export interface Child {
  readonly plan: PhysicalPlan;
  readonly label: string;
  /** Runs for each run of the parent: what is done for each outer row. */
  readonly times?: number;
}

/** Children in the order EXPLAIN prints them: the build side first. */
export function children(p: PhysicalPlan): Child[] {
  const list = inputs(p);
  return p.op === 'Selection' ? list : list.map((c) => ({ ...c, plan: filterOf(c.plan) ?? c.plan }));
}

/** The plans that a plan's operator reads. */
export const planInputs = (p: PhysicalPlan): PhysicalPlan[] => inputs(p).map((c) => c.plan);

function inputs(p: PhysicalPlan): Child[] {
  const plain = (plan: PhysicalPlan): Child => ({ plan, label: '' });
  switch (p.op) {
    case 'HashJoin': {
      const [b, q] = p.build === 'left' ? [p.left, p.right] : [p.right, p.left];
      return [
        { plan: b, label: '(Build)' },
        { plan: q, label: '(Probe)' },
      ];
    }
    case 'MergeJoin': {
      const [outer, inner] = p.joinType === 'rightOuter' ? [p.right, p.left] : [p.left, p.right];
      return [
        { plan: inner, label: '(Build)' },
        { plan: outer, label: '(Probe)' },
      ];
    }
    case 'IndexJoin': {
      const [outer, inner] = p.outer === 'left' ? [p.left, p.right] : [p.right, p.left];
      return [
        { plan: outer, label: '(Build)' },
        { plan: inner, label: '(Probe)', times: outer.estRows },
      ];
    }
    case 'Apply':
      return [
        { plan: p.left, label: '(Build)' },
        { plan: p.right, label: '(Probe)', times: p.left.estRows },
      ];
    case 'IndexLookUp':
      return [
        { plan: p.indexPlan, label: '(Build)' },
        { plan: p.tablePlan, label: '(Probe)' },
      ];
    case 'LocalIndexLookUp':
      return [
        { plan: p.child, label: '(Build)' },
        { plan: p.rows, label: '(Probe)' },
      ];
    case 'IndexMerge':
      return [
        ...p.partials.map((plan) => ({ plan, label: '(Build)' })),
        { plan: p.tablePlan, label: '(Probe)' },
      ];
    case 'UnionAll':
      return p.children.map(plain);
    case 'Insert':
      return p.select === null ? [] : [plain(p.select)];
    default:
      return 'child' in p ? [plain(p.child)] : [];
  }
}
