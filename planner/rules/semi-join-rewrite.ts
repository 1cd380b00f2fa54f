import type { Column } from '../../expression/expression.js';
import { joinSchema } from '../logical/join-condition.js';
import { selection, type Aggregation, type Join, type LogicalPlan } from '../logical/plan.js';
import type { BuildState } from '../resolve/build-state.js';
import { newAggregate } from '../resolve/functions.js';
import type { Rule } from './rule.js';

/**
 * SEMI_JOIN_REWRITE: EXISTS with equalities is an inner join with the distinct keys of its inner side, which may then
 * drive the join and take part in the join order.
 */
export const semiJoinRewrite: Rule = {
  name: 'semi_join_rewrite',
  apply: (plan, state) => visit(plan, state),
};

function visit(p: LogicalPlan, state: BuildState): LogicalPlan {
  p.children = p.children.map((c) => visit(c, state));
  if (p.op === 'Join' && p.rewriteSemi === true) rewrite(p, state);
  return p;
}

function rewrite(p: Join, state: BuildState): void {
  if (p.joinType !== 'semi' || p.apply || p.nullAware || p.eq.length === 0) return;
  if (p.leftConds.length > 0 || p.otherConds.length > 0) {
    state.ctx.warn({
      level: 'Warning',
      code: 1815,
      message: 'SEMI_JOIN_REWRITE() is inapplicable for SemiJoin with left conditions or other conditions.',
    });
    return;
  }
  const keys: Column[] = [];
  for (const k of p.eq) {
    if (k.right.kind !== 'column' || k.nullEq) return;
    const { right } = k;
    if (!keys.some((c) => c.id === right.id)) keys.push(right);
  }
  const distinct: Aggregation = {
    op: 'Aggregation',
    schema: keys,
    children: [selection(p.children[1]!, p.rightConds)],
    groupBy: [...keys],
    aggs: keys.map((c) => newAggregate('first_row', [c], false, state.ctx.eval)),
  };
  p.joinType = 'inner';
  p.rightConds = [];
  p.children[1] = distinct;
  p.schema = joinSchema('inner', p.children[0]!.schema, keys);
}
