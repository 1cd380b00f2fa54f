import type { Column } from '../../expression/expression.js';
import { deriveStats } from '../cost/derive-stats.js';
import type { LogicalPlan } from '../logical/plan.js';
import { forEachNode } from '../logical/walk.js';
import type { BuildState } from '../resolve/build-state.js';
import { implementAggregation } from './implement/aggregation.js';
import { finishCop, implementDataSource } from './implement/data-source.js';
import { implementJoin } from './implement/join.js';
import { implementLimit, implementTopN } from './implement/limit.js';
import { implementMemTable } from './implement/mem-table.js';
import { exactColumns, implementProjection } from './implement/projection.js';
import {
  implementCte,
  implementDual,
  implementExpand,
  implementJsonTable,
  implementLock,
  implementMaxOneRow,
  implementSelection,
  implementSort,
  implementUnion,
  implementWindow,
} from './implement/unary.js';
import { prepareAccess } from './access-path.js';
import { Optimizer, type Implementation } from './optimizer.js';
import type { PhysicalPlan } from './plan.js';
import { IndexResolver } from './resolve-indices.js';
import { nthPlan } from './plan-choices.js';
import { ANY, type RootTask, type Task } from './task.js';

const IMPLEMENTATIONS = {
  DataSource: implementDataSource,
  MemTable: implementMemTable,
  Dual: implementDual,
  Selection: implementSelection,
  Projection: implementProjection,
  Join: implementJoin,
  Aggregation: implementAggregation,
  Sort: implementSort,
  Limit: implementLimit,
  TopN: implementTopN,
  UnionAll: implementUnion,
  MaxOneRow: implementMaxOneRow,
  Lock: implementLock,
  Window: implementWindow,
  Expand: implementExpand,
  JsonTable: implementJsonTable,
  CteScan: implementCte,
} as unknown as Readonly<Record<string, Implementation>>;

/** Closes a task with its reader. */
const finish = (o: Optimizer, t: Task): RootTask => (t.kind === 'root' ? t : finishCop(o, t));

/** The inputs of a union with more of them are searched one by one. */
const FEW_INPUTS = 8;

/** The cheapest physical plan of a logical one, found in steps; its columns are `columns`, in this order. */
export function* findBestPlan(
  p: LogicalPlan,
  columns: readonly Column[],
  state: BuildState,
  /** NTH_PLAN: the plan that is found as the n-th instead. */
  nth: number | null = null,
): Generator<void, PhysicalPlan> {
  const opt = new Optimizer(state, IMPLEMENTATIONS, finish);
  // Estimates and the tasks of a union's inputs are kept: what is found here is not looked for again.
  const nodes: LogicalPlan[] = [];
  forEachNode(p, (node) => nodes.push(node));
  for (const node of nodes) {
    if (node.op === 'DataSource') yield* prepareAccess(state.ctx, node);
    deriveStats(node, state.ctx);
    yield;
    if (node.op !== 'UnionAll' || node.children.length <= FEW_INPUTS) continue;
    for (const child of node.children) {
      opt.findRoot(child, ANY);
      yield;
    }
  }
  const task = opt.findRoot(p, ANY);
  yield;
  const finished = (o: Optimizer, t: RootTask): PhysicalPlan =>
    new IndexResolver().resolve(exactColumns(o, t, { schema: columns }));
  if (nth === null) return finished(opt, task);
  const numbered = new Map(nodes.map((node, i) => [node, i]));
  const plan = yield* nthPlan(nth, (choices) => {
    const other = new Optimizer(state, IMPLEMENTATIONS, finish, { choices, nodes: numbered }, opt.lastId);
    return finished(other, other.findRoot(p, ANY));
  });
  if (plan !== null) return plan;
  state.ctx.warn({ level: 'Warning', code: 1105, message: 'The parameter of nth_plan() is out of range.' });
  return finished(opt, task);
}
