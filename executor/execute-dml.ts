import type { Delete, Insert, Update } from '../planner/physical/plan.js';
import type { Awaitable } from '../types/awaitable.js';
import { currentReadContext } from './current-read.js';
import { executeDelete } from './dml/delete.js';
import { executeInsert } from './dml/insert.js';
import { executeUpdate } from './dml/update.js';
import type { DmlResult, ExecContext } from './exec-context.js';
import { andThen } from './operator.js';

/**
 * Runs a statement that changes rows, in the transaction of `ctx`. Writes go to its membuffer; the caller undoes them by a
 * stage when this rejects. Rejects with WriteConflictError when a pessimistic lock finds a newer version: run the
 * statement again with a newer forUpdateTs.
 */
export function executeDml(plan: Insert | Update | Delete, ctx: ExecContext): Awaitable<DmlResult> {
  const current = currentReadContext(ctx);
  const result = change(plan, current);
  const { foreignKeys } = ctx;
  if (foreignKeys === undefined || foreignKeys === null) return result;
  return andThen(result, (r) => andThen(foreignKeys.enforce(), () => r));
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
