import type { Chunk } from '../../chunk/chunk.js';
import type { ExecContext } from '../exec-context.js';

/*
 * Plans of few rows - a join of an order with its lines, the rows that an index has for a user - are evaluated whole, node by node from the
 * leaves up, within one turn of the event loop: each node gives all its rows at once as one chunk. There are no operators with states
 * of their own, no promises and no memory to account for, which for a handful of rows cost more than the rows do.
 */

/** A node of a plan whose rows are few. Kept with the plan and used by all its executions: it holds nothing of any of them. */
export interface FewRows {
  /**
   * All its rows, in the order in which the plan's node gives them; no more than the first `wanted` need be among them.
   * Throws NOT_FEW when there are more than are to be had at once, LockedError when a lock is in the way; nothing has happened then.
   */
  rows(ctx: ExecContext, wanted: number): Chunk;
}

/** Rows of a node that are held at once at most. */
export const MOST_ROWS = 4096;

class NotFew extends Error {}

/** The plan is for the operators. */
export const NOT_FEW = new NotFew('the rows are not few');
