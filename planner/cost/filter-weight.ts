import type { Expression } from '../../expression/expression.js';

/** Comparisons of one condition that cost no more than what is around them. */
const TOGETHER = 4;

/** Comparisons in a condition; a list is searched. */
function comparisons(e: Expression): number {
  if (e.kind !== 'function' || (e.name !== 'and' && e.name !== 'or')) return 1;
  let n = 0;
  for (const a of e.args) n += comparisons(a);
  return n;
}

/** How many times a simple condition's work it is to evaluate conditions on a row. */
export function filterWeight(conditions: readonly Expression[]): number {
  let n = 0;
  for (const c of conditions) n += Math.max(1, comparisons(c) - TOGETHER + 1);
  return n;
}
