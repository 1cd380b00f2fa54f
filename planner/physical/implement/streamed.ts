import type { LogicalPlan } from '../../logical/plan.js';
import type { Optimizer } from '../optimizer.js';
import type { Property } from '../task.js';

/** From this share of the rows on that pass, the first ones are believed to be like all others. */
const NEARLY_ALL = 0.9;
/** So many times the rows are reckoned with where fewer pass: those that do may come last. */
const CAUTION = 3;

/** What an operator that passes on the rows of one input as they come asks of it, when its parent stops after some rows. */
export function streamed(opt: Optimizer, p: LogicalPlan, input: LogicalPlan, prop: Property): Property {
  const { order } = prop;
  const all = opt.stats(input).rows;
  if (prop.limit === Infinity || all <= 0) return { order, limit: Infinity };
  const perRow = opt.stats(p).rows / all;
  const limit = (prop.limit / Math.max(perRow, 1e-9)) * (perRow < NEARLY_ALL ? CAUTION : 1);
  return { order, limit: limit < all ? limit : Infinity };
}

/** Rows that the operator gives of so many of its input. */
export function streamedRows(opt: Optimizer, p: LogicalPlan, input: LogicalPlan, taken: number): number {
  const all = opt.stats(input).rows;
  const rows = opt.stats(p).rows;
  return taken < all ? rows * (taken / all) : rows;
}
