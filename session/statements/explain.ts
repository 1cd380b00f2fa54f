import { checksForeignKeys } from '../foreign-keys.js';
import type { Query, Statement, InsertStmt, UpdateStmt, DeleteStmt } from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import { MysqlError } from '../../types/error.js';
import { restore } from '../../parser/restore.js';
import { withExecution } from '../../expression/explain.js';
import { explainRows, type ExplainFormat } from '../../planner/explain/explain.js';
import { foreignKeySteps } from '../../planner/explain/foreign-keys.js';
import { executeDml } from '../../executor/execute-dml.js';
import type { PlannedStatement } from '../../planner/plan-context.js';
import type { RowsResult } from '../client-session.js';
import type { Outcome } from '../run-statement.js';
import { commitTransaction } from '../run-statement.js';
import { connectionPlan } from '../engine/connection-plan.js';
import type { Session } from '../session.js';
import { staticRows, text, textColumn } from '../static-rows.js';
import type { Span } from '../tracer.js';
import { StatementRuntimeStats, Tracer } from '../tracer.js';
import type { TransactionNeed } from './statement-handler.js';
import { lockingContext, openQuery, planForRun } from './query.js';
import { planReusable } from '../plan-statement.js';
import { textPlanReason } from '../text-plan-reasons.js';
import { tracePlan } from '../replayer/trace-plan.js';
import { describeTable } from '../show/describe.js';
import { registerStatement } from './statement-handler.js';

type Explainable = Query | InsertStmt | UpdateStmt | DeleteStmt;
const isDml = (stmt: Explainable): stmt is InsertStmt | UpdateStmt | DeleteStmt =>
  stmt.kind === 'Insert' || stmt.kind === 'Update' || stmt.kind === 'Delete';

/** The statement if it has a plan. */
function explainable(stmt: Statement | null): Explainable {
  switch (stmt?.kind) {
    case 'Select':
    case 'SetOperation':
    case 'Values':
    case 'TableStmt':
    case 'Insert':
    case 'Update':
    case 'Delete':
      return stmt;
    default:
      throw mysqlError('ER_NOT_SUPPORTED_YET', `EXPLAIN of ${stmt?.kind ?? 'a digest'}`);
  }
}

const FORMATS: ReadonlyMap<string, ExplainFormat> = new Map<string, ExplainFormat>([
  ['row', 'row'],
  ['traditional', 'row'],
  ['brief', 'brief'],
  ['verbose', 'verbose'],
  ['plan_tree', 'tree'],
  ['plan_cache', 'row'],
  ['tree', 'tree'],
  ['dot', 'dot'],
  ['hint', 'hint'],
  ['cost_trace', 'cost_trace'],
  ['true_card_cost', 'verbose'],
  ['json', 'json'],
  ['tidb_json', 'json'],
  ['binary', 'binary'],
]);

const need = (stmt: Statement | null, analyze: boolean): TransactionNeed => {
  if (!analyze || stmt === null) return 'read';
  return stmt.kind === 'Insert' || stmt.kind === 'Update' || stmt.kind === 'Delete' ? 'write' : 'read';
};

registerStatement('Explain', {
  transactional: (stmt) => need(stmt.stmt, stmt.analyze),
  run: async (session, stmt): Promise<Outcome> => {
    const inner = explainable(stmt.stmt);
    const format = FORMATS.get((stmt.format ?? 'row').toLowerCase());
    if (format === undefined) throw mysqlError('ER_UNKNOWN_EXPLAIN_FORMAT', stmt.format ?? '');
    if (stmt.format?.toLowerCase() === 'true_card_cost' && !stmt.analyze)
      throw mysqlError(
        'ER_UNKNOWN_ERROR',
        "'explain format=true_card_cost' cannot work without 'analyze', please use 'explain analyze format=true_card_cost'",
      );
    const planned =
      stmt.format?.toLowerCase() === 'plan_cache'
        ? await planAsText(session, inner)
        : await planForRun(session, inner);
    if (format === 'verbose' && session.planBinding !== null)
      session.statement.warn({
        level: 'Note',
        code: 1105,
        message: `Using the bindSQL: ${session.planBinding.bindSql}`,
      });
    refuseHiddenViews(session, planned);
    const steps =
      isDml(inner) && checksForeignKeys(session) ? foreignKeySteps(planned.plan, session.schema) : [];
    if (!stmt.analyze)
      return planRows(
        withExecution(session.evalContext, () => explainRows(planned, format, undefined, steps)),
      );
    const stats = new StatementRuntimeStats();
    await runMeasured(session, inner, planned, stats);
    return planRows(explainRows(planned, format, stats, steps));
  },
});

/** The plan that the statement would have as a text of its own, kept for it or not, with the reason why not. */
async function planAsText(session: Session, stmt: Explainable): Promise<PlannedStatement> {
  const { vars, engine, schema, currentDatabase } = session;
  if (vars.get('tidb_enable_non_prepared_plan_cache') !== 'ON') return planForRun(session, stmt);
  const reason = textPlanReason(stmt, vars, schema, currentDatabase);
  if (reason !== null) {
    session.statement.warn({
      level: 'Warning',
      code: 1105,
      message: `skip non-prepared plan-cache: ${reason}`,
    });
    return planForRun(session, stmt);
  }
  const match = engine.textPlans.find(Buffer.from(restore(stmt)), session.evalContext, vars);
  if (match === null) return planForRun(session, stmt);
  session.evalContext.params = match.params;
  try {
    return await planReusable(session, explainable(match.statement.stmt), match.params, match.slot);
  } catch (error) {
    if (!(error instanceof MysqlError)) throw error;
    session.evalContext.params = [];
    return planForRun(session, stmt);
  }
}

/** A plan shows what is behind views: who may not see that otherwise may not see the plan. Throws 1345. */
function refuseHiddenViews(session: Session, planned: PlannedStatement): void {
  const { tables } = planned;
  if (!tables.some(({ table }) => table.view !== undefined)) return;
  for (const { db, table } of tables)
    if (!session.privileges.has(table.view === undefined ? 'SELECT' : 'SHOW VIEW', db, table.name))
      throw mysqlError('ER_VIEW_NO_EXPLAIN');
}

/** First row: the column names. */
function planRows(table: { columns: readonly string[]; rows: readonly (readonly string[])[] }): RowsResult {
  return staticRows(
    table.columns.map((name) => textColumn(name)),
    table.rows.map((row) => row.map((cell) => text(cell))),
  );
}

/** Runs a statement to its end, its operators measured; rows are thrown away. */
async function runMeasured(
  session: Session,
  stmt: Explainable,
  planned: PlannedStatement,
  stats: StatementRuntimeStats,
): Promise<void> {
  session.statement.runtimeStats = stats;
  const { plan } = planned;
  if (plan.op === 'Insert' || plan.op === 'Update' || plan.op === 'Delete') {
    if (!isDml(stmt)) throw mysqlError('ER_UNKNOWN_ERROR', `unexpected plan ${plan.op}`);
    await executeDml(plan, lockingContext(session, session.transaction.txn!));
    return;
  }
  const rows = await openQuery(planned, await session.readContext());
  try {
    while ((await rows.nextChunk()) !== null) {
      const pause = session.statement.checkpoint();
      if (pause !== undefined) await pause;
    }
  } finally {
    await rows.close();
  }
}

/** EXPLAIN FOR CONNECTION: the plan of the statement that a connection of this node runs, or ran last. */
registerStatement('ExplainForConnection', {
  run: async (session, stmt): Promise<Outcome> => {
    const format = FORMATS.get((stmt.format ?? 'row').toLowerCase());
    if (format === undefined) throw mysqlError('ER_UNKNOWN_EXPLAIN_FORMAT', stmt.format ?? '');
    const plan = await connectionPlan(session, Number(stmt.id), format);
    return plan === null ? null : planRows(plan);
  },
});

registerStatement('Trace', {
  transactional: (stmt) => need(stmt.stmt, true),
  run: async (session, stmt): Promise<Outcome> => {
    const inner = explainable(stmt.stmt);
    if (stmt.plan) return tracePlan(session, inner, stmt.planTarget);
    const tracer = new Tracer('session.statement', session.parseMs);
    session.tracer = tracer;
    try {
      const planned = await planForRun(session, inner);
      const stats = new StatementRuntimeStats();
      const span = tracer.begin('executor.run');
      await runMeasured(session, inner, planned, stats);
      tracer.addOperators(span, planned.plan, stats);
      tracer.end(span);
      const single = session.autocommit && !session.transaction.explicit;
      if (single && isDml(inner)) await tracer.span('kv.commit', () => commitTransaction(session));
    } finally {
      session.tracer = null;
    }
    const root = tracer.finish();
    const format = (stmt.format ?? 'json').toLowerCase();
    if (format === 'row') return spanRows(root);
    if (format === 'log') return logRows(root);
    return staticRows([textColumn('operation', 65535)], [[text(JSON.stringify(root))]]);
  },
});

/** The spans as lines of a log, in the order in which they began. */
function logRows(root: Span): RowsResult {
  const spans: Span[] = [];
  const visit = (span: Span): void => {
    spans.push(span);
    span.children.forEach(visit);
  };
  visit(root);
  spans.sort((a, b) => a.startMs - b.startMs);
  const began = Date.now() - root.durationMs;
  const rows = spans.map((span) => [
    new Date(began + span.startMs).toISOString().replace('T', ' ').replace('Z', ''),
    `--- start span ${span.name} ----`,
    Object.entries(span.attributes)
      .map(([k, v]) => `${k}:${String(v)}`)
      .join(' '),
    span.name,
  ]);
  return staticRows(
    ['time', 'event', 'tags', 'spanName'].map((name) => textColumn(name)),
    rows.map((row) => row.map((cell) => text(cell))),
  );
}

function spanRows(root: Span): RowsResult {
  const rows: string[][] = [];
  const visit = (span: Span, depth: number): void => {
    rows.push([
      `${'  '.repeat(depth)}${span.name}`,
      `${span.startMs.toFixed(3)}ms`,
      `${span.durationMs.toFixed(3)}ms`,
    ]);
    for (const child of span.children) visit(child, depth + 1);
  };
  visit(root, 0);
  return staticRows(
    ['operation', 'startTS', 'duration'].map((name) => textColumn(name)),
    rows.map((row) => row.map((cell) => text(cell))),
  );
}

registerStatement('DescribeTable', {
  transactional: 'read',
  run: (session, stmt) => describeTable(session, stmt),
});
