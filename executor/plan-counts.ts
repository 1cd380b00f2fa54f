import { leafScan } from '../planner/physical/leaf-scan.js';
import type { IndexScan, PhysicalPlan, TableScan } from '../planner/physical/plan.js';
import type { ExecContext } from './exec-context.js';
import { Work, WORK_PLACES } from './work-counts.js';

/**
 * Counts what a plan does that is about to run: how its joins read their first and their other tables, and the tables that it makes for
 * itself.
 */
export function countPlan(plan: PhysicalPlan, ctx: ExecContext): void {
  if (ctx.noteWork === undefined) return;
  let counts = COUNTS.get(plan);
  if (counts === undefined) {
    const found = new Float64Array(WORK_PLACES);
    visit(plan, { first: true }, found);
    COUNTS.set(plan, (counts = [...found.entries()].filter(([, n]) => n > 0)));
  }
  for (const [place, n] of counts) ctx.noteWork(place, n);
}

/** Of plans that run again and again: places and what is added there. */
const COUNTS = new WeakMap<PhysicalPlan, readonly (readonly [number, number])[]>();

/** Whether no table of the join has been met yet. */
interface Block {
  first: boolean;
}

function visitScan(scan: TableScan | IndexScan, block: Block, counts: Float64Array): void {
  if (block.first) counts[scan.full ? Work.selectScan : Work.selectRange]!++;
  else counts[scan.full ? Work.selectFullJoin : Work.selectFullRangeJoin]!++;
  block.first = false;
}

function visit(p: PhysicalPlan, block: Block, counts: Float64Array): void {
  switch (p.op) {
    case 'TableReader':
    case 'IndexReader':
      return visitScan(leafScan(p.child), block, counts);
    case 'IndexLookUp':
      return visitScan(leafScan(p.indexPlan), block, counts);
    case 'IndexMerge':
      return visitScan(leafScan(p.partials[0]!), block, counts);
    case 'PointGet':
    case 'BatchPointGet':
      block.first = false;
      return;
    case 'MemTableScan':
      // MySQL fills a temporary table with the rows of such a table.
      counts[Work.tmpTables]!++;
      counts[block.first ? Work.selectScan : Work.selectFullJoin]!++;
      block.first = false;
      return;
    case 'HashJoin':
    case 'MergeJoin':
      visit(p.left, block, counts);
      return visit(p.right, block, counts);
    case 'IndexJoin':
      // The inner side is read by keys, which is neither a scan nor a range.
      return visit(p.outer === 'left' ? p.left : p.right, block, counts);
    case 'Apply':
      visit(p.left, block, counts);
      return visit(p.right, { first: true }, counts);
    case 'UnionAll':
      for (const child of p.children) visit(child, { first: true }, counts);
      return;
    case 'CteRef':
      counts[Work.tmpTables]!++;
      visit(p.cte.seed, { first: true }, counts);
      return;
    case 'HashAgg':
      if (p.groupBy.length > 0) counts[Work.tmpTables]!++;
      return visit(p.child, block, counts);
    case 'Window':
      counts[Work.tmpTables]!++;
      return visit(p.child, block, counts);
    case 'Sort':
    case 'TopN':
      counts[readsRange(p.child) ? Work.sortRange : Work.sortScan]!++;
      return visit(p.child, block, counts);
    default:
      if ('child' in p) visit(p.child, block, counts);
  }
}

/** Whether what is sorted comes from ranges of an index or the table. */
function readsRange(p: PhysicalPlan): boolean {
  if (p.op === 'TableReader' || p.op === 'IndexReader') return !leafScan(p.child).full;
  if (p.op === 'IndexLookUp') return !leafScan(p.indexPlan).full;
  return 'child' in p && readsRange(p.child);
}
