import type { PhysicalPlan } from '../planner/physical/plan.js';

/** A reader's plan (with what lies between it and a UnionScan) on one partition, made once for each. */
export function onPartition<P extends PhysicalPlan>(plan: P, id: number): P {
  let copies = COPIES.get(plan);
  if (copies === undefined) COPIES.set(plan, (copies = new Map()));
  let copy = copies.get(id);
  if (copy === undefined) copies.set(id, (copy = moved(plan, id)));
  return copy as P;
}

const COPIES = new WeakMap<PhysicalPlan, Map<number, PhysicalPlan>>();

/** The same tree over another physical table. Plan ids stay: figures of all partitions add up under one operator. */
function moved(p: PhysicalPlan, id: number): PhysicalPlan {
  switch (p.op) {
    case 'TableScan':
      return { ...p, physicalId: id };
    case 'IndexScan':
      // A global index beside others in a merge: of its entries those of the partition.
      return p.globalIn === undefined
        ? { ...p, physicalId: id }
        : { ...p, globalIn: { ids: [id], out: p.globalIn.out } };
    case 'IndexLookUp': {
      const { partitions: _, ...rest } = p;
      return { ...rest, indexPlan: moved(p.indexPlan, id), tablePlan: moved(p.tablePlan, id) };
    }
    case 'LocalIndexLookUp':
      return { ...p, child: moved(p.child, id), rows: { ...p.rows, physicalId: id } };
    case 'IndexMerge': {
      const { partitions: _, ...rest } = p;
      return { ...rest, partials: p.partials.map((x) => moved(x, id)), tablePlan: moved(p.tablePlan, id) };
    }
    case 'TableReader':
    case 'IndexReader': {
      const { partitions: _, ...rest } = p;
      return { ...rest, child: moved(p.child, id) };
    }
    case 'UnionScan': {
      const { partitions: _, ...rest } = p;
      return { ...rest, physicalId: id, child: moved(p.child, id) };
    }
    default:
      return 'child' in p ? { ...p, child: moved(p.child, id) } : p;
  }
}
