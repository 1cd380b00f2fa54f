import type { PhysicalPlan } from './physical/plan.js';
import { findBestPlan } from './physical/search.js';
import type { OutputName, PlanContext, PlannedStatement } from './plan-context.js';
import type * as ast from '../parser/ast/index.js';
import { buildQuery } from './logical/build-query.js';
import { buildDelete, buildUpdate } from './logical/build-dml.js';
import { buildInsert } from './logical/build-insert.js';
import { mysqlError } from '../types/error-table.js';
import {
  AggregateMoved,
  BuildState,
  ConstantsNeeded,
  LiteralsNeeded,
  RowListNeeded,
  StatementMemory,
  StepsNeeded,
  SubqueryNeeded,
} from './resolve/build-state.js';
import { literalsOf } from './resolve/literal.js';
import type { FieldName } from './resolve/scope.js';
import { JoinHints } from './hints/join-hints.js';
import { QueryBlocks } from './hints/query-blocks.js';
import { optimize } from './rules/optimize.js';
import { atOnce } from '../types/steps.js';
import { inTurns } from './steps.js';
import { ConstantsApart, withConstants, withConstantsIn } from '../expression/constants-apart.js';
import type { Constant, Expression } from '../expression/expression.js';
import type { Awaitable } from '../types/awaitable.js';
import type { LogicalPlan } from './logical/plan.js';

/** Statements this planner plans; everything else is the session's own. */
export type PlannableStatement = ast.Query | ast.InsertStmt | ast.UpdateStmt | ast.DeleteStmt;

/** Attempts that wait for constants. */
const MAX_SETTLED = 8;

const PLANNABLE: ReadonlySet<string> = new Set([
  'Select',
  'SetOperation',
  'Values',
  'TableStmt',
  'Insert',
  'Update',
  'Delete',
]);

export const isPlannable = (stmt: ast.Statement): stmt is PlannableStatement => PLANNABLE.has(stmt.kind);

/**
 * Plans a query or DML statement. Synchronous unless it holds an uncorrelated subquery, which is run while planning
 * (as TiDB does), so that its value can choose indexes and order joins.
 */
export function planStatement(
  stmt: ast.Statement,
  ctx: PlanContext,
): PlannedStatement | Promise<PlannedStatement> {
  if (!isPlannable(stmt)) throw mysqlError('ER_NOT_SUPPORTED_YET', stmt.kind);
  const memory = new StatementMemory();
  memory.blocks = new QueryBlocks(stmt);
  memory.joinHints = new JoinHints(memory.blocks);
  memory.nthPlan = nthPlanOf(memory.blocks, ctx);
  memory.literals = new Map();
  if (ctx.constantsApart !== undefined) memory.constants = new ConstantsApart();
  return attempt(stmt, ctx, memory);
}

/** What NTH_PLAN asks for; TiDB's words where it cannot be had. */
function nthPlanOf(blocks: QueryBlocks, ctx: PlanContext): number | null {
  const given = blocks.hints().flatMap(({ hint }) => (hint.name === 'NTH_PLAN' ? [Number(hint.value)] : []));
  if (given.length === 0) return null;
  const warn = (message: string): void => ctx.warn({ level: 'Warning', code: 1105, message });
  const n = given.at(-1)!;
  if (given.length > 1)
    warn(`NTH_PLAN() is defined more than once, only the last definition takes effect: NTH_PLAN(${n})`);
  if (n >= 1) return n;
  warn('the hintdata for NTH_PLAN() is too small, hint ignored');
  return null;
}

function attempt(
  stmt: PlannableStatement,
  ctx: PlanContext,
  memory: StatementMemory,
): PlannedStatement | Promise<PlannedStatement> {
  const again = (e: unknown): PlannedStatement | Promise<PlannedStatement> => {
    // Whatever else it lacks, or is wrong: the builder may find another with all constants there.
    if (memory.constants?.isPending === true) return withValues(stmt, ctx, memory, memory.constants);
    if (e instanceof AggregateMoved) return attempt(stmt, ctx, memory);
    if (e instanceof LiteralsNeeded) {
      const go = (literals: readonly (Constant | null)[]): PlannedStatement | Promise<PlannedStatement> => {
        memory.literals!.set(e.list, literals);
        return attempt(stmt, ctx, memory);
      };
      const literals = inTurns(literalsOf(e.list, ctx), ctx);
      return literals instanceof Promise ? literals.then(go) : go(literals);
    }
    if (e instanceof StepsNeeded) {
      const go = (): PlannedStatement | Promise<PlannedStatement> => attempt(stmt, ctx, memory);
      const done = inTurns(e.steps, ctx);
      return done instanceof Promise ? done.then(go) : go();
    }
    if (e instanceof RowListNeeded) {
      const go = (condition: Expression): PlannedStatement | Promise<PlannedStatement> => {
        memory.rowLists.set(e.list, { left: e.left, condition });
        return attempt(stmt, ctx, memory);
      };
      const condition = inTurns(e.steps, ctx);
      return condition instanceof Promise ? condition.then(go) : go(condition);
    }
    if (!(e instanceof SubqueryNeeded)) throw e;
    const columns = e.plan.schema;
    const plan = physical(e.plan, e.state);
    return ctx.runSubquery(plan, e.maxRows).then((rows) => {
      memory.subqueries.set(e.query, { rows, columns });
      return attempt(stmt, ctx, memory);
    });
  };
  try {
    const planned = withConstants(memory.constants, () => planOnce(stmt, ctx, memory));
    return planned instanceof Promise ? planned.catch(again) : planned;
  } catch (e) {
    return again(e);
  }
}

/** Another attempt with the constants computed that were met. */
async function withValues(
  stmt: PlannableStatement,
  ctx: PlanContext,
  memory: StatementMemory,
  constants: ConstantsApart,
): Promise<PlannedStatement> {
  constants.settle(await ctx.constantsApart!(constants.pending));
  // Calls that are built anew in each attempt would never be known.
  if (++memory.settled === MAX_SETTLED) memory.constants = null;
  return attempt(stmt, ctx, memory);
}

/** Constants must be known before anything is made of them. */
function requireConstants({ memory }: BuildState): void {
  if (memory.constants?.isPending === true) throw new ConstantsNeeded();
}

function planOnce(
  stmt: PlannableStatement,
  ctx: PlanContext,
  memory: StatementMemory,
): Awaitable<PlannedStatement> {
  const state = new BuildState(ctx, memory, buildQuery);
  switch (stmt.kind) {
    case 'Insert': {
      const plan = inTurns(
        withConstantsIn(
          memory.constants,
          buildInsert(state, stmt, (p) => physical(p, state, memory.nthPlan)),
        ),
        ctx,
      );
      return plan instanceof Promise ? plan.then((p) => planned(state, p, [])) : planned(state, plan, []);
    }
    case 'Update':
      return planned(
        state,
        buildUpdate(state, stmt, (p) => physical(p, state, memory.nthPlan)),
        [],
      );
    case 'Delete':
      return planned(
        state,
        buildDelete(state, stmt, (p) => physical(p, state, memory.nthPlan)),
        [],
      );
    default: {
      const rel = ctx.span('build', () => buildQuery(state, stmt, null, null));
      const ordered = ctx.variable('tidb_enable_ordered_result_mode') === 'ON';
      const plan = physicalInTurns(rel.plan, state, ordered);
      const done = (p: PhysicalPlan): PlannedStatement => planned(state, p, rel.names.map(outputName));
      return plan instanceof Promise ? plan.then(done) : done(plan);
    }
  }
}

/** Rewrites a logical plan and finds its best physical one, whose columns are those of the logical plan as built. */
function physical(p: LogicalPlan, state: BuildState, nth: number | null = null): PhysicalPlan {
  const columns = [...p.schema];
  lookAt(p, state);
  return withConstants(null, () => {
    const rewritten = state.ctx.span('optimize', () => atOnce(optimize(p, state)));
    state.ctx.rewritten?.(rewritten);
    return state.ctx.span('search', () => atOnce(findBestPlan(rewritten, columns, state, nth)));
  });
}

/** The same for a whole query, which takes turns with other statements when it is very long; `ordered`: see optimize. */
function physicalInTurns(p: LogicalPlan, state: BuildState, ordered: boolean): Awaitable<PhysicalPlan> {
  const { ctx } = state;
  const columns = [...p.schema];
  lookAt(p, state);
  const search = (rewritten: LogicalPlan): Awaitable<PhysicalPlan> => {
    ctx.rewritten?.(rewritten);
    return ctx.span('search', () =>
      inTurns(findBestPlan(rewritten, columns, state, state.memory.nthPlan), ctx),
    );
  };
  return withConstants(null, () => {
    const rewritten = ctx.span('optimize', () => inTurns(optimize(p, state, ordered), ctx));
    return rewritten instanceof Promise ? rewritten.then(search) : search(rewritten);
  });
}

function lookAt(p: LogicalPlan, state: BuildState): void {
  requireConstants(state);
  state.joinHints?.lookAt(p);
  // Rules prune what nothing reads: what they build reads what is shown.
  for (const cell of state.hiddenDigits) cell.column = null;
}

function planned(state: BuildState, plan: PhysicalPlan, names: readonly OutputName[]): PlannedStatement {
  requireConstants(state);
  for (const warning of state.joinHints?.warnings() ?? []) state.ctx.warn({ level: 'Warning', ...warning });
  const { cacheable, tables, memory } = state;
  return { plan, names, cacheable, tables, hasValues: memory.subqueries.size > 0 };
}

const outputName = (n: FieldName): OutputName => ({
  name: n.name,
  orgName: n.orgName,
  table: n.table,
  orgTable: n.orgTable,
  db: n.db,
});

export { tryPointPlan } from './point/point-plan.js';
export { explainRows } from './explain/explain.js';
export { planInputs } from './explain/plan-tree.js';
