import type { Column } from '../../expression/expression.js';
import { joinSchema } from '../logical/join-condition.js';
import { selection, type Aggregation, type Join, type LogicalPlan } from '../logical/plan.js';
import { uniqueKeys } from '../logical/unique-keys.js';
import { forEachNode } from '../logical/walk.js';
import { tableEstimate } from '../cost/selectivity.js';
import type { BuildState } from '../resolve/build-state.js';
import { newAggregate } from '../resolve/functions.js';
import type { Rule } from './rule.js';

/**
 * EXISTS with equalities is an inner join with the distinct keys of its inner side, which may then drive the join and take part
 * in the join order: where SEMI_JOIN_REWRITE asks for it, and where the keys are distinct as they are.
 */
export const semiJoinRewrite: Rule = {
  name: 'semi_join_rewrite',
  apply: (plan, state) => visit(plan, state),
};

function visit(p: LogicalPlan, state: BuildState): LogicalPlan {
  p.children = p.children.map((c) => visit(c, state));
  if (p.op !== 'Join' || p.joinType !== 'semi' || p.apply || p.nullAware || p.eq.length === 0) return p;
  if (p.rewriteSemi === true) rewrite(p, state);
  else if (hasUniqueKeys(p) && isMeasured(p, state)) {
    p.joinType = 'inner';
    p.schema = joinSchema('inner', p.children[0]!.schema, p.children[1]!.schema);
  }
  return p;
}

/** Whether at most one row of the right side has the keys of a left one. */
function hasUniqueKeys(p: Join): boolean {
  const keys = new Set<number>();
  for (const k of p.eq) if (k.right.kind === 'column') keys.add(k.right.id);
  return uniqueKeys(p.children[1]!).some((unique) => unique.every((id) => keys.has(id)));
}

/** Without statistics there is nothing that another join order could be chosen by. */
function isMeasured(p: Join, state: BuildState): boolean {
  let tables = 0;
  let measured = 0;
  forEachNode(p, (n) => {
    if (n.op !== 'DataSource') return;
    tables++;
    if (tableEstimate(state.ctx, n).stats !== null) measured++;
  });
  return tables > 1 && measured === tables;
}

function rewrite(p: Join, state: BuildState): void {
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
