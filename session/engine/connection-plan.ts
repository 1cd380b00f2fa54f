import { withExecution } from '../../expression/explain.js';
import { explainRows, type ExplainFormat, type ExplainTable } from '../../planner/explain/explain.js';
import { mysqlError } from '../../types/error-table.js';
import type { Session } from '../session.js';
import type { EngineCore } from './engine-core.js';

/** EXPLAIN FOR CONNECTION, as one node asks another. */
export interface PlanRequest {
  readonly id: number;
  readonly format: ExplainFormat;
  /** Who asks, and whether others' connections may be looked at. */
  readonly user: string;
  readonly all: boolean;
}

/**
 * The plan of what a connection runs, or ran last: null where that has none, and the result is empty (MySQL manual, "Obtaining
 * Execution Plan Information for a Named Connection"). Throws 1094, 1227.
 */
export async function connectionPlan(
  by: Session,
  id: number,
  format: ExplainFormat,
): Promise<ExplainTable | null> {
  const all = by.privileges.has('PROCESS', null, null);
  const request: PlanRequest = { id, format, user: by.connection.user, all };
  const plan = localPlan(by.engine, request) ?? (await by.engine.cluster.foreignPlan(request));
  if (plan === 'unknown') throw mysqlError('ER_NO_SUCH_THREAD', id);
  if (plan === 'denied') throw mysqlError('ER_SPECIFIC_ACCESS_DENIED_ERROR', 'SUPER');
  return plan === 'none' ? null : plan;
}

/** The same of a connection of this node; null when it has none of that id. */
export function localPlan(
  core: EngineCore,
  { id, format, user, all }: PlanRequest,
): ExplainTable | 'denied' | 'none' | null {
  const target = core.sessions.get(id);
  if (target === undefined) return null;
  if (!all && target.connection.user !== user) return 'denied';
  const { evalContext } = target;
  // Who asks for its own plan runs a statement that has none, with other parameters.
  const before = target.statement.stmt?.kind === 'ExplainForConnection';
  const planned = before ? target.lastPlanned : target.statement.planned;
  if (planned === null) return 'none';
  const { params } = evalContext;
  if (before) evalContext.params = target.lastParams;
  try {
    return withExecution(evalContext, () => explainRows(planned, format));
  } finally {
    evalContext.params = params;
  }
}
