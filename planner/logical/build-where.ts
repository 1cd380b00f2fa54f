import type { Expression } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';
import { buildCondition, type ExpressionEnv } from '../resolve/expression-builder.js';
import { asSemiJoin } from '../resolve/subquery.js';
import { splitCnf } from './expression-walk.js';
import { splitAnd } from './negation.js';
import { selection } from './plan.js';

/** Filters a block by a condition; conjuncts that are IN or EXISTS of a query become semi joins. */
export function filterBy(
  env: ExpressionEnv,
  condition: ast.Expr,
  map: (e: Expression) => Expression = (e) => e,
): void {
  const conditions: Expression[] = [];
  for (const conjunct of splitAnd(condition)) {
    const done = asSemiJoin(env, conjunct);
    if (done === true) continue;
    splitCnf(map(done === false ? buildCondition(env, conjunct) : done), conditions);
  }
  env.scope.relation.plan = selection(env.scope.relation.plan, conditions);
}
