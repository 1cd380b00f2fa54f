import type { Column } from '../../expression/expression.js';
import type { LogicalPlan } from '../logical/plan.js';
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
import { Optimizer, type Implementation } from './optimizer.js';
import type { PhysicalPlan } from './plan.js';
import { IndexResolver } from './resolve-indices.js';
import { ANY, type Task } from './task.js';

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

/** The cheapest physical plan of a logical one; its columns are `columns`, in this order. */
export function findBestPlan(p: LogicalPlan, columns: readonly Column[], state: BuildState): PhysicalPlan {
  const opt = new Optimizer(state, IMPLEMENTATIONS, (o, t: Task) =>
    t.kind === 'root' ? t : finishCop(o, t),
  );
  const task = opt.findRoot(p, ANY);
  return new IndexResolver().resolve(exactColumns(opt, task, { schema: columns }));
}
