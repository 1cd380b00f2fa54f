import type { Delete, Insert, Update } from '../planner/physical/plan.js';
import type { Awaitable } from '../types/awaitable.js';
import { currentReadContext } from './current-read.js';
import { executeDelete } from './dml/delete.js';
import { executeInsert } from './dml/insert.js';
import { executeUpdate } from './dml/update.js';
import type { DmlResult, ExecContext } from './exec-context.js';
import { countPlan } from './plan-counts.js';
import { readsAgain } from './reads-again.js';
import { andThen } from './operator.js';

/**
 * Runs a statement that changes rows, in the transaction of `ctx`. Writes go to its membuffer; the caller undoes them by a
 * stage when this rejects. Rejects with WriteConflictError when a pessimistic lock finds a newer version: run the
 * statement again with a newer forUpdateTs.
 */
export function executeDml(plan: Insert | Update | Delete, ctx: ExecContext): Awaitable<DmlResult> {
  const current = currentReadContext(ctx);
  if (plan.op !== 'Insert') countPlan(plan.child, ctx);
  else if (plan.select !== null) countPlan(plan.select, ctx);
  const result = readsAgain(plan) ? changeInStage(plan, current) : change(plan, current);
  const { foreignKeys } = ctx;
  if (foreignKeys === undefined || foreignKeys === null) return result;
  return andThen(result, (r) => andThen(foreignKeys.enforce(), () => r));
}

/** Its reads see the transaction as it was before the statement, its writes are a stage of their own. */
function changeInStage(plan: Insert | Update | Delete, current: ExecContext): Awaitable<DmlResult> {
  const txn = current.txn!;
  const stage = txn.stage();
  const writing = current.with({ reading: current.with({ ownBefore: stage }) });
  return andThen(change(plan, writing), (r) => andThen(txn.releaseStage(stage), () => r));
}

function change(plan: Insert | Update | Delete, current: ExecContext): Awaitable<DmlResult> {
  switch (plan.op) {
    case 'Insert':
      return executeInsert(plan, current);
    case 'Update':
      return executeUpdate(plan, current);
    case 'Delete':
      return executeDelete(plan, current);
  }
}
