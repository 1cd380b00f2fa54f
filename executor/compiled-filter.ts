import { compileFilter, type Filter } from '../expression/compile.js';
import type { Expression } from '../expression/expression.js';

const FILTERS = new WeakMap<readonly Expression[], Filter>();

/** The filter of a plan's list of conditions, compiled once however often the plan runs; null for an empty list. */
export function filterOf(conditions: readonly Expression[]): Filter | null {
  if (conditions.length === 0) return null;
  let f = FILTERS.get(conditions);
  if (f === undefined) {
    f = compileFilter(conditions);
    FILTERS.set(conditions, f);
  }
  return f;
}
