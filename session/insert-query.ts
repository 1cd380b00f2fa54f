import type { Query, TableName } from '../parser/ast/index.js';
import type { DmlResult } from '../executor/exec-context.js';
import { executeDml } from '../executor/execute-dml.js';
import { mysqlError } from '../types/error-table.js';
import { planQuery } from './plan-statement.js';
import { commitTransaction } from './run-statement.js';
import type { Session } from './session.js';
import { lockingContext, planAndNote } from './statements/query.js';
import { beginOptions } from './transaction-options.js';
import { makeInsert } from '../parser/ast/make-insert.js';

/** Fills a table that the running statement has made from a query: in the open transaction, or in one of its own. */
export async function insertQuery(
  session: Session,
  table: TableName,
  columns: readonly string[],
  query: Query,
  onDuplicate: 'IGNORE' | 'REPLACE' | null = null,
): Promise<DmlResult> {
  const stmt = makeInsert({
    table,
    replace: onDuplicate === 'REPLACE',
    ignore: onDuplicate === 'IGNORE',
    columns: columns.map((name) => ({
      kind: 'ColumnRef',
      schema: null,
      table: null,
      name,
      start: 0,
      end: 0,
    })),
    query,
  });
  const { transaction } = session;
  const own = !transaction.active;
  if (own) await transaction.begin({ ...beginOptions(session, null, null), pessimistic: false }, false);
  try {
    const planned = await planAndNote(session, () => planQuery(session, stmt, session.evalContext.params));
    const { plan } = planned;
    if (plan.op !== 'Insert') throw mysqlError('ER_UNKNOWN_ERROR', `unexpected plan ${plan.op}`);
    const result = await executeDml(plan, lockingContext(session, transaction.txn!));
    if (own) await commitTransaction(session);
    return result;
  } catch (e) {
    if (own) await transaction.rollback();
    throw e;
  }
}
