import { blacklists } from '../blacklists.js';
import { deriveStats } from '../cost/derive-stats.js';
import type { CteScan, LogicalPlan } from '../logical/plan.js';
import { notePredicateColumns } from '../logical/predicate-columns.js';
import { forEachNode } from '../logical/walk.js';
import type { BuildState } from '../resolve/build-state.js';
import { aggregationElimination } from './aggregation-elimination.js';
import { aggregationBeforeJoins, aggregationPushdown } from './aggregation-pushdown.js';
import { columnPruning } from './column-pruning.js';
import { decorrelation } from './decorrelation.js';
import { joinReorder } from './join-reorder.js';
import { maxMinElimination } from './max-min-elimination.js';
import { outerJoinElimination } from './outer-join-elimination.js';
import { outerToAntiJoin } from './outer-to-anti-join.js';
import { predicatePushdown } from './predicate-pushdown.js';
import { projectionElimination } from './projection-elimination.js';
import { resultReorder } from './result-reorder.js';
import type { Rule } from './rule.js';
import { semiJoinRewrite } from './semi-join-rewrite.js';
import { skewDistinctAggregation } from './skew-distinct-aggregation.js';
import { sortElimination } from './sort-elimination.js';
import { topNFromWindow } from './topn-from-window.js';
import { topNPushdown } from './topn-pushdown.js';

/** The rules in the order they run (TiDB's: logical rewrites that open others first, the join order last). */
export const RULES: readonly Rule[] = [
  columnPruning,
  sortElimination,
  decorrelation,
  semiJoinRewrite,
  aggregationElimination,
  skewDistinctAggregation,
  projectionElimination,
  maxMinElimination,
  predicatePushdown,
  outerJoinElimination,
  aggregationPushdown,
  topNFromWindow,
  topNPushdown,
  projectionElimination,
  joinReorder,
  outerToAntiJoin,
  aggregationBeforeJoins,
  columnPruning,
];

/** Rewrites a plan and the common tables it reads, in steps; `ordered`: its rows must come in a defined order. */
export function* optimize(
  plan: LogicalPlan,
  state: BuildState,
  ordered = false,
): Generator<void, LogicalPlan> {
  const output = [...plan.schema];
  let p = plan;
  const { trace } = state.ctx;
  trace?.step('build', p);
  yield;
  for (const [i, rule] of RULES.entries()) {
    if (blacklists.allowsRule(rule.name)) p = rule.apply(p, state, output);
    // After the first pruning: a column that nobody asked for is no part of the order.
    if (ordered && i === 0) p = resultReorder(p);
    trace?.step(rule.name, p);
    yield;
  }
  yield* optimizeCommonTables(p, state);
  notePredicateColumns(p, state.ctx);
  return p;
}

function* optimizeCommonTables(p: LogicalPlan, state: BuildState): Generator<void> {
  const scans: CteScan[] = [];
  forEachNode(p, (n) => {
    if (n.op === 'CteScan') scans.push(n);
  });
  for (const { cte } of scans) {
    if (cte.optimized) continue;
    cte.optimized = true;
    const columns = [...cte.seed.schema];
    cte.seed = keepColumns(yield* optimize(cte.seed, state), columns);
    if (cte.recursive !== null) {
      const own = [...cte.recursive.schema];
      // Estimates of the step begin with the seed's rows.
      cte.rows = deriveStats(cte.seed, state.ctx).rows;
      cte.planning = true;
      cte.recursive = keepColumns(yield* optimize(cte.recursive, state), own);
      cte.planning = false;
    }
  }
}

/** A definition's columns are found by position: the rewritten plan gives them as they were. */
function keepColumns(p: LogicalPlan, columns: LogicalPlan['schema']): LogicalPlan {
  if (p.schema.length === columns.length && p.schema.every((c, i) => c.id === columns[i]!.id)) return p;
  return { op: 'Projection', schema: columns, children: [p], exprs: [...columns] };
}
