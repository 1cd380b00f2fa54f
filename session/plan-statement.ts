import type { DeleteStmt, InsertStmt, Query, UpdateStmt } from '../parser/ast/index.js';
import type { InfoSchema } from '../catalog/model.js';
import type { PlannedStatement } from '../planner/plan-context.js';
import { planStatement, tryPointPlan } from '../planner/planner.js';
import type { ParamValue } from './client-session.js';
import type { Session } from './session.js';
import { SessionPlanContext } from './session-plan.js';

/** Plans a query or DML statement: the point path when it applies, else the optimizer. `params` null: for PREPARE. */
export function planQuery(
  session: Session,
  stmt: Query | InsertStmt | UpdateStmt | DeleteStmt,
  params: readonly ParamValue[] | null,
  schema: InfoSchema = session.schema,
): PlannedStatement | Promise<PlannedStatement> {
  const context = new SessionPlanContext(session, schema, params);
  return tryPointPlan(stmt, context) ?? planStatement(stmt, context);
}
