import type { Expression } from '../../expression/expression.js';
import { isFunction, isVolatile, splitCnf, splitDnf } from '../logical/expression-walk.js';
import { FALSE_CONSTANT, TRUE_CONSTANT } from '../resolve/literal.js';
import type { BuildState } from '../resolve/build-state.js';

/** What a condition says whatever the row is: null for what depends on it, or on a parameter of a plan that is kept. */
function known(e: Expression): boolean | null {
  if (e.kind !== 'constant' || e.param !== undefined || e.value instanceof Uint8Array) return null;
  return e.value !== null && Number(e.value) !== 0;
}

/**
 * A filter without the parts that are decided already, as generated SQL has them: `1 = 1 AND (NULL IS NULL OR a = NULL)` says
 * nothing, `5 IS NULL OR a = 5` is `a = 5`. Only whether the filter is true counts: FALSE stands for NULL.
 */
export function simplifyFilter(e: Expression, state: BuildState): Expression {
  const decided = known(e);
  if (decided !== null) return decided ? TRUE_CONSTANT : FALSE_CONSTANT;
  const or = isFunction(e, 'or');
  if ((!or && !isFunction(e, 'and')) || isVolatile(e)) return e;
  const parts = or ? splitDnf(e) : splitCnf(e);
  const left: Expression[] = [];
  let same = true;
  for (const part of parts) {
    const simple = simplifyFilter(part, state);
    same &&= simple === part;
    const value = known(simple);
    if (value === null) left.push(simple);
    // TRUE decides a disjunction and FALSE a conjunction; the other one says nothing there.
    else if (value === or) return simple;
    else same = false;
  }
  if (same) return e;
  if (left.length === 0) return or ? FALSE_CONSTANT : TRUE_CONSTANT;
  return left.reduce((a, b) => state.call(or ? 'or' : 'and', a, b));
}
