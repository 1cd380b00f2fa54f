import type { AggFunc, Expression } from '../../expression/expression.js';
import { findFunction } from '../../expression/function-registry.js';
import { blacklists } from '../blacklists.js';
import { hasCorrelated, isVolatile } from '../logical/expression-walk.js';

/** Whether an expression can be evaluated in the store. */
export function pushable(e: Expression): boolean {
  switch (e.kind) {
    case 'column':
    case 'constant':
      return true;
    case 'correlated':
      return true;
    default: {
      const spec = findFunction(e.name);
      if (
        spec === undefined ||
        spec.pushdown === undefined ||
        spec.sideEffects === true ||
        spec.async === true ||
        !blacklists.allowsPushdown(e.name)
      )
        return false;
      return !isVolatile(e) && e.args.every(pushable);
    }
  }
}

const PARTIAL: ReadonlySet<string> = new Set([
  'count',
  'sum',
  'avg',
  'min',
  'max',
  'first_row',
  'bit_and',
  'bit_or',
  'bit_xor',
]);

/** Whether an aggregate can be computed in part in the store. */
export const pushableAgg = (a: AggFunc): boolean =>
  PARTIAL.has(a.name) &&
  blacklists.allowsPushdown(a.name) &&
  !a.distinct &&
  a.args.every((e) => pushable(e) && !hasCorrelated(e));
