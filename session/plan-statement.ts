import type { InfoSchema } from '../catalog/model.js';
import type { PlannedStatement } from '../planner/plan-context.js';
import { planStatement, tryPointPlan } from '../planner/planner.js';
import { andThen } from '../executor/operator.js';
import type { Awaitable } from '../types/awaitable.js';
import { MysqlError } from '../types/error.js';
import type { Binding } from './bindings/binding-store.js';
import { bindingFor, boundStatement, noteBound, recallBound } from './bindings/bound-plan.js';
import { evolves, noteCandidate } from './bindings/evolution.js';
import type { ParamValue, ResultColumn } from './client-session.js';
import { resultColumns } from './operator-rows.js';
import { cachedPlan, paramClasses, ParamNeeds, type PlanSlot } from './plan-cache.js';
import { PreparedDescription } from './prepared-description.js';
import type { Session } from './session.js';
import { conjunctionReason } from './plan-cache-reasons.js';
import { withSelectLimit } from './safe-updates.js';
import { SessionPlanContext } from './session-plan.js';
import { statementBytes } from './statement-text.js';
import type { Plannable } from './text-plan-reasons.js';

/** Plans a query or DML statement: the point path when it applies, else the optimizer. `params` null: for PREPARE. */
export function planQuery(
  session: Session,
  stmt: Plannable,
  params: readonly ParamValue[] | null,
  schema: InfoSchema = session.schema,
): Awaitable<PlannedStatement> {
  const binding = bindingFor(session, stmt);
  if (binding !== null) return planBound(session, stmt, params, schema, binding);
  return planUnbound(session, stmt, params, schema);
}

/** Plans a statement for PREPARE, which wants to know no more than whether that can be done and what its columns are. */
export async function describe(
  session: Session,
  stmt: Plannable,
  slot: PlanSlot | null,
): Promise<readonly ResultColumn[]> {
  const kept = slot?.description ?? null;
  if (kept !== null && kept.holds(session)) return kept.columns;
  if (slot === null || bindingFor(session, stmt) !== null)
    return resultColumns(await planQuery(session, stmt, null));
  const { warningCount } = session.statement;
  const environment = session.planEnvironment();
  await session.statement.checkpoint();
  const context = new SessionPlanContext(session, session.schema, null);
  const planned = await (tryPointPlan(stmt, context) ?? planStatement(stmt, context));
  slot.description =
    session.statement.warningCount > warningCount
      ? null
      : PreparedDescription.of(planned, environment, context);
  return resultColumns(planned);
}

/** With the hints of a binding; without them where they make the statement fail, as a binding never may. */
async function planBound(
  session: Session,
  stmt: Plannable,
  params: readonly ParamValue[] | null,
  schema: InfoSchema,
  binding: Binding,
): Promise<PlannedStatement> {
  try {
    const planned = await planUnbound(session, boundStatement(stmt, binding), params, schema);
    if (evolves(session, binding))
      await noteCandidate(session, binding, planned, await planUnbound(session, stmt, params, schema));
    return noteBound(session, planned, binding);
  } catch (error) {
    if (!(error instanceof MysqlError)) throw error;
    return planUnbound(session, stmt, params, schema);
  }
}

function planUnbound(
  session: Session,
  stmt: Plannable,
  params: readonly ParamValue[] | null,
  schema: InfoSchema,
  /** Not made for the second time: statistics that went again to make room for others are not read once more. */
  first = true,
): Awaitable<PlannedStatement> {
  // A long text took long to parse.
  const pause = first ? session.statement.checkpoint() : undefined;
  if (pause !== undefined) return pause.then(() => planUnbound(session, stmt, params, schema));
  const context = new SessionPlanContext(session, schema, params);
  const made = tryPointPlan(stmt, context) ?? planStatement(stmt, context);
  if (!first) return made;
  // What was missed is known when the plan is made: planning may give way to others before it asks for statistics.
  const complete = (planned: PlannedStatement): Awaitable<PlannedStatement> =>
    context.missing.size === 0
      ? planned
      : readStatistics(session, context, planned, () => planUnbound(session, stmt, params, schema, false));
  return made instanceof Promise ? made.then(complete) : complete(made);
}

/**
 * Statistics that a plan missed are read, then it is made again; when that takes longer than tidb_stats_load_sync_wait
 * the plan made without them has to do.
 */
async function readStatistics(
  session: Session,
  context: SessionPlanContext,
  without: PlannedStatement,
  again: () => Awaitable<PlannedStatement>,
): Promise<PlannedStatement> {
  const { statistics } = session.engine;
  const loads = statistics.load(...context.missing).catch(() => undefined);
  const wait = Number(session.vars.get('tidb_stats_load_sync_wait'));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), wait)));
  const ready = await Promise.race([loads.then(() => true), late]);
  clearTimeout(timer);
  return ready ? again() : without;
}

/** The plan for this execution from the cache, or made now and kept where it serves other executions. */
export function planReusable(
  session: Session,
  stmt: Plannable,
  params: readonly ParamValue[],
  slot: PlanSlot,
): Awaitable<PlannedStatement> {
  for (const gate of slot.gates)
    if (session.vars.get(gate.variable) === 'OFF') {
      tellSkipped(session, gate.reason);
      return planQuery(session, stmt, params);
    }
  const environment = session.planEnvironment();
  const hit = slot.find(session, environment, params);
  if (hit !== null) {
    hit.checkPrivileges(session);
    // TiDB tells of texts only where its cache for them is switched on.
    session.planFromCache =
      !slot.ofText ||
      (session.vars.get('tidb_enable_non_prepared_plan_cache') === 'ON' &&
        slot.textReason(session, stmt) === null);
    recallBound(session, hit.planned);
    return hit.planned;
  }
  const { statement } = session;
  const began = performance.now();
  const planned = planAnew(session, stmt, params, slot);
  statement.compileMs = performance.now() - began;
  return planned;
}

function planAnew(
  session: Session,
  stmt: Plannable,
  params: readonly ParamValue[],
  slot: PlanSlot,
): Awaitable<PlannedStatement> {
  if (!slot.worthwhile) return planQuery(session, stmt, params);
  const binding = bindingFor(session, stmt);
  if (binding === null) return planKept(session, stmt, params, slot);
  return planBoundKept(session, stmt, params, slot, binding);
}

async function planBoundKept(
  session: Session,
  stmt: Plannable,
  params: readonly ParamValue[],
  slot: PlanSlot,
  binding: Binding,
): Promise<PlannedStatement> {
  try {
    const planned = await planKept(session, boundStatement(stmt, binding), params, slot);
    if (evolves(session, binding))
      await noteCandidate(
        session,
        binding,
        planned,
        await planUnbound(session, stmt, params, session.schema),
      );
    return noteBound(session, planned, binding);
  } catch (error) {
    if (!(error instanceof MysqlError)) throw error;
    return planKept(session, stmt, params, slot);
  }
}

const tellSkipped = (session: Session, reason: string): void =>
  session.statement.warn({ level: 'Warning', code: 1105, message: `skip prepared plan-cache: ${reason}` });

const ignoresCache = (stmt: Plannable): boolean =>
  'hints' in stmt && stmt.hints.some((h) => h.name === 'IGNORE_PLAN_CACHE');

/** Makes a plan and keeps it where it serves other executions. */
function planKept(
  session: Session,
  stmt: Plannable,
  params: readonly ParamValue[],
  slot: PlanSlot,
): Awaitable<PlannedStatement> {
  if (!slot.ofText) return planAndKeep(session, stmt, params, slot);
  const asWritten = (error: unknown): Awaitable<PlannedStatement> => planAsWritten(session, slot, error);
  try {
    const planned = planAndKeep(session, stmt, params, slot);
    return planned instanceof Promise ? planned.catch(asWritten) : planned;
  } catch (error) {
    return asWritten(error);
  }
}

/**
 * A text whose template cannot be planned, with its literals where they stand: some are more than values (the path of
 * JSON_TABLE), and errors quote them.
 */
function planAsWritten(session: Session, slot: PlanSlot, error: unknown): Awaitable<PlannedStatement> {
  const { statement, vars } = session;
  // EXPLAIN plans the statement within its text.
  if (!(error instanceof MysqlError) || statement.planSlot !== slot) throw error;
  const [parsed] = session.parse(statementBytes(statement.bytes, vars.get('character_set_client')));
  session.evalContext.params = [];
  return andThen(planQuery(session, withSelectLimit(session, parsed!.stmt as Plannable), []), (planned) => {
    slot.giveUp();
    return planned;
  });
}

function planAndKeep(
  session: Session,
  stmt: Plannable,
  params: readonly ParamValue[],
  slot: PlanSlot,
  first = true,
): Awaitable<PlannedStatement> {
  if (ignoresCache(stmt)) {
    if (!slot.ofText) tellSkipped(session, 'ignore_plan_cache hint used in SQL binding');
    return planUnbound(session, stmt, params, session.schema);
  }
  const environment = session.planEnvironment();
  const classes = paramClasses(params);
  const needs = new ParamNeeds();
  if (!slot.ofText) needs.reason = conjunctionReason(stmt);
  const context = new SessionPlanContext(session, session.schema, params, needs);
  const { warningCount } = session.statement;
  const planned = tryPointPlan(stmt, context) ?? planStatement(stmt, context);
  const keep = (p: PlannedStatement): Awaitable<PlannedStatement> => {
    if (context.missing.size > 0 && first)
      return readStatistics(session, context, p, () => planAndKeep(session, stmt, params, slot, false));
    if (p.hasValues === true || session.statement.warningCount > warningCount) return p;
    const plan = cachedPlan(session, p, environment, params, classes, needs, context);
    if (plan !== null) slot.add(plan);
    // Where TiDB keeps no plan we keep one for these values alone.
    if (needs.reason !== null && !slot.ofText) tellSkipped(session, needs.reason);
    return p;
  };
  return planned instanceof Promise ? planned.then(keep) : keep(planned);
}
