import type { Expression } from '../../expression/expression.js';
import {
  columnsOf,
  coveredBy,
  isFunction,
  isVolatile,
  sameExpr,
  splitCnf,
  splitDnf,
} from '../logical/expression-walk.js';
import type { BuildState } from '../resolve/build-state.js';

/** More parts are joined as a balanced tree, in which walkers do not go as deep as there are parts. */
const MANY = 64;

function join(state: BuildState, name: 'and' | 'or', parts: readonly Expression[]): Expression {
  if (parts.length <= MANY) return parts.reduce((a, b) => state.call(name, a, b));
  const middle = parts.length >> 1;
  return state.call(name, join(state, name, parts.slice(0, middle)), join(state, name, parts.slice(middle)));
}

/**
 * (a AND b) OR (a AND c) is a AND (b OR c): the conjuncts that every branch of a disjunction has are taken out of it
 * (TPC-H Q19's join condition). Gives the conjuncts of the result.
 */
export function extractCommonFactors(c: Expression, state: BuildState): Expression[] {
  if (!isFunction(c, 'or') || isVolatile(c)) return splitCnf(c);
  const branches = splitDnf(c).map((b) => splitCnf(b));
  const common = branches[0]!.filter((f) => branches.every((b) => b.some((x) => sameExpr(x, f))));
  if (common.length === 0) return [c];
  const rest: Expression[] = [];
  for (const b of branches) {
    const own = b.filter((x) => !common.some((f) => sameExpr(f, x)));
    // A branch that is nothing but the factors makes the disjunction say no more than them.
    if (own.length === 0) return common;
    rest.push(join(state, 'and', own));
  }
  return [...common, join(state, 'or', rest)];
}

/**
 * What a disjunction over several tables says of one of them: the disjunction of its branches' conditions on that table,
 * when every branch has some (TPC-H Q7's nation pairs). The disjunction itself stays.
 */
export function deriveSideConditions(
  c: Expression,
  side: ReadonlySet<number>,
  state: BuildState,
): Expression[] {
  if (!isFunction(c, 'or') || isVolatile(c)) return [];
  const parts: Expression[] = [];
  for (const branch of splitDnf(c)) {
    const own = splitCnf(branch).filter((x) => columnsOf([x]).size > 0 && coveredBy(x, side));
    if (own.length === 0) return [];
    parts.push(join(state, 'and', own));
  }
  return [join(state, 'or', parts)];
}
