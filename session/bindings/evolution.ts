import { LRUCache } from 'lru-cache';
import type { Statement } from '../../parser/ast/index.js';
import { planHints } from '../../planner/explain/plan-hints.js';
import type { PlannedStatement } from '../../planner/plan-context.js';
import type { Session } from '../session.js';
import { planDigest } from '../summary/summary-record.js';
import { parsedBinding, type Binding } from './binding-store.js';
import { bindingText, withHintsOf, withoutHints } from './binding-text.js';
import { withOuterHints } from './plan-history.js';

/** How many times faster than the bound plan another one must be to take its place (TiDB's acceptFactor). */
const ACCEPTED_FASTER = 1.5;
const RUNS = 3;
/** Time that a plan has at least to show what it takes, ms. */
const LEAST_MS = 1000;

const noted = new LRUCache<string, true>({ max: 10_000 });

export const evolves = (session: Session, binding: Binding): boolean =>
  session.vars.get('tidb_evolve_plan_baselines') === 'ON' &&
  session.engine.bindings.find(binding.sqlDigest) === binding;

/**
 * The optimizer would rather take another plan than the bound one: it is written down, to be tried out by ADMIN EVOLVE BINDINGS.
 * Nothing changes before it was measured faster (TiDB docs, "SQL Plan Management", baseline evolution).
 */
export async function noteCandidate(
  session: Session,
  binding: Binding,
  bound: PlannedStatement,
  free: PlannedStatement,
): Promise<void> {
  const digest = planDigest(free);
  if (digest === planDigest(bound) || (free.plan.estCost ?? 0) >= (bound.plan.estCost ?? Infinity)) return;
  const key = `${binding.sqlDigest}${binding.updateTime}${digest}`;
  if (noted.has(key)) return;
  noted.set(key, true);
  // The text has values to try the plans with; a prepared one has not.
  const stmt = parsedBinding(session.statement.text);
  if (stmt?.kind !== 'Select') return;
  const hinted = withOuterHints(withoutHints(stmt), planHints(free.plan));
  if (hinted === null) return;
  await session.engine.bindings.addCandidate({
    ...binding,
    bindSql: bindingText(hinted, session.currentDatabase),
    defaultDb: session.currentDatabase,
    source: 'evolve',
    planDigest: digest,
    hinted,
  });
}

/** Tries out the plans that were written down: who is faster than the bound one takes its place, the others are rejected. */
export async function evolveBindings(session: Session): Promise<void> {
  const { bindings, globals } = session.engine;
  const limitMs = Number(globals.get('tidb_evolve_plan_task_max_time')) * 1000;
  for (const candidate of await bindings.candidates()) {
    const current = bindings.find(candidate.sqlDigest);
    if (current?.status !== 'enabled') continue;
    const old = await measure(session, candidate, withHintsOf(candidate.hinted, current.hinted), limitMs);
    const limit = old === null ? limitMs : Math.min(limitMs, Math.max(LEAST_MS, Math.ceil(old)));
    const fresh = await measure(session, candidate, candidate.hinted, limit);
    if (fresh !== null && (old === null || fresh * ACCEPTED_FASTER < old)) await bindings.accept(candidate);
    else await bindings.reject(candidate);
  }
}

/** The shortest of a few runs in milliseconds; null when one failed or took longer than `limitMs`. */
async function measure(
  session: Session,
  { defaultDb }: Binding,
  stmt: Statement,
  limitMs: number,
): Promise<number | null> {
  const [limit] = hintsOf(withOuterHints(stmt, [`MAX_EXECUTION_TIME(${limitMs})`]));
  const sql = bindingText({ ...stmt, hints: [...hintsOf(stmt), limit] } as Statement, defaultDb);
  let best = Infinity;
  for (let i = 0; i < RUNS; i++) {
    const began = performance.now();
    try {
      await session.engine.internalQuery(sql, defaultDb);
    } catch {
      return null;
    }
    best = Math.min(best, performance.now() - began);
  }
  return best;
}

const hintsOf = (stmt: Statement | null): readonly unknown[] =>
  stmt !== null && 'hints' in stmt ? stmt.hints : [];
