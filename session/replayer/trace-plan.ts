import type { Query, InsertStmt, UpdateStmt, DeleteStmt } from '../../parser/ast/index.js';
import { explainRows } from '../../planner/explain/explain.js';
import { OptimizerTrace } from '../../planner/optimizer-trace.js';
import { planStatement } from '../../planner/planner.js';
import { mysqlError } from '../../types/error-table.js';
import type { RowsResult } from '../client-session.js';
import type { Session } from '../session.js';
import { SessionPlanContext } from '../session-plan.js';
import { staticRows, text, textColumn } from '../static-rows.js';
import { keepDump } from './dump-files.js';
import { zip } from './zip.js';

/**
 * TRACE PLAN: what the optimizer made of a statement, rule by rule, with the ways to read each table and the costs of what was
 * chosen, as an archive that /optimize_trace/dump/NAME serves. TARGET = 'estimation' gives the estimates of conditions instead.
 */
export async function tracePlan(
  session: Session,
  stmt: Query | InsertStmt | UpdateStmt | DeleteStmt,
  target: string | null,
): Promise<RowsResult> {
  const estimation = target?.toLowerCase() === 'estimation';
  if (target !== null && !estimation)
    throw mysqlError('ER_UNKNOWN_ERROR', "trace plan target should only be 'estimation'");
  const run = async (): Promise<{
    trace: OptimizerTrace;
    plan: readonly (readonly string[])[];
    missing: number;
  }> => {
    const context = new SessionPlanContext(session, session.schema, []);
    const trace = new OptimizerTrace();
    context.trace = trace;
    const planned = await planStatement(stmt, context);
    const missing = [...context.missing];
    await session.engine.statistics.load(...missing);
    const { columns, rows } = explainRows(planned, 'verbose');
    return { trace, plan: [columns, ...rows], missing: missing.length };
  };
  let done = await run();
  if (done.missing > 0) done = await run();
  const { trace, plan } = done;
  if (estimation)
    return staticRows([textColumn('CE_trace', 65535)], [[text(JSON.stringify(trace.estimates))]]);
  const json = JSON.stringify(
    {
      logical: trace.logical.map(({ rule, plan: p }, index) => ({ index, name: rule, plan: p })),
      access_paths: trace.paths,
      physical: trace.physical,
      estimates: trace.estimates,
      final: plan.map((row) => row.join('\t')),
      isFastPlan: false,
    },
    null,
    1,
  );
  const name = await keepDump('optimizer_trace', zip([{ name: 'trace.json', data: Buffer.from(json) }]));
  return staticRows([textColumn('Dump_link', 256)], [[text(name)]]);
}
