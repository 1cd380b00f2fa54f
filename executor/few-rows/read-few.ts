import type { Chunk } from '../../chunk/chunk.js';
import { LockedError } from '../../kv/mvcc-reader.js';
import type { PhysicalPlan } from '../../planner/physical/plan.js';
import type { ExecContext } from '../exec-context.js';
import type { ShortRows } from '../short-read/short-rows.js';
import { type FewRows, NOT_FEW } from './few-rows.js';
import { fewRowsOf } from './plan.js';

/** Times that a plan may find too many rows before it is no longer tried, less those when it did not. */
const MAX_MISSES = 4;

/** What is known of a plan. */
interface Known {
  readonly root: FewRows;
  misses: number;
}
const KNOWN = new WeakMap<PhysicalPlan, Known | null>();

function knownOf(plan: PhysicalPlan): Known | null {
  let known = KNOWN.get(plan);
  if (known === undefined) {
    const root = fewRowsOf(plan);
    KNOWN.set(plan, (known = root && { root, misses: 0 }));
  }
  return known;
}

/** All rows of a plan that has few; null when the plan or the moment is not of that kind: for the operators, nothing having happened. */
export function fewRows(plan: PhysicalPlan, ctx: ExecContext): Chunk | null {
  const known = ctx.runtimeStats === null ? knownOf(plan) : null;
  if (known === null || known.misses >= MAX_MISSES) return null;
  const { warningCount } = ctx;
  try {
    const chunk = known.root.rows(ctx, Infinity);
    if (known.misses > 0) known.misses--;
    return chunk;
  } catch (error) {
    if (error === NOT_FEW) known.misses++;
    else if (!(error instanceof LockedError)) throw error;
    ctx.takeBackWarnings(warningCount);
    return null;
  }
}

const nothing = (): void => {};

/** The same for who takes them from their columns. */
export function readFew(plan: PhysicalPlan, ctx: ExecContext): ShortRows | null {
  const chunk = fewRows(plan, ctx);
  return chunk && { columns: chunk.columns, rows: chunk.rows, order: chunk.sel, release: nothing };
}
