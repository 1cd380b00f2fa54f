import type { PlannedStatement } from '../planner/plan-context.js';
import type { Session } from './session.js';

/**
 * Whether the tables that a plan writes are as this node knows them now. They may have changed while planning waited for something: a
 * schema change that has waited for those who write a table as it was before counts on nobody beginning to.
 */
export const isCurrent = (session: Session, { tables }: PlannedStatement): boolean =>
  tables.every(
    ({ table, write }) => !write || session.schema.tableById(table.id)?.table.version === table.version,
  );
