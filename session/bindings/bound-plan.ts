import type { Statement } from '../../parser/ast/index.js';
import type { PlannedStatement } from '../../planner/plan-context.js';
import type { Session } from '../session.js';
import { bindingKey, digestOfAnyDatabase, withHintsOf } from './binding-text.js';
import type { Binding } from './binding-store.js';

const boundPlans = new WeakMap<PlannedStatement, Binding>();

/** The binding that a statement is planned with, or null. Costs nothing while there are none. */
export function bindingFor(session: Session, stmt: Statement): Binding | null {
  const { bindings: global } = session.engine;
  const { bindings: own } = session;
  if (own.version === 0 && global.size === 0) return null;
  if (session.connection.id === 0 || session.vars.get('tidb_use_plan_baselines') !== 'ON') return null;
  const { digest } = bindingKey(stmt, session.currentDatabase);
  const found = own.find(digest) ?? global.find(digest);
  if (found !== undefined) return found.status === 'enabled' ? found : null;
  if (own.wide.empty && global.wide.empty) return null;
  return session.vars.get('tidb_opt_enable_fuzzy_binding') === 'ON' ? wideBinding(session, stmt) : null;
}

/** The binding for tables of any database (`*.t`) that a statement's tables are among. */
function wideBinding(session: Session, stmt: Statement): Binding | null {
  const digest = digestOfAnyDatabase(stmt);
  const { currentDatabase } = session;
  return (
    session.bindings.wide.find(stmt, digest, currentDatabase) ??
    session.engine.bindings.wide.find(stmt, digest, currentDatabase) ??
    null
  );
}

/** The statement as it is planned under a binding. */
export const boundStatement = <T extends Statement>(stmt: T, binding: Binding): T =>
  withHintsOf(stmt, binding.hinted);

/** Notes that a plan was made with a binding, for this execution and those that take it from the cache. */
export function noteBound(session: Session, planned: PlannedStatement, binding: Binding): PlannedStatement {
  boundPlans.set(planned, binding);
  session.planBinding = binding;
  return planned;
}

/** A plan comes from the cache. */
export function recallBound(session: Session, planned: PlannedStatement): void {
  if (session.bindings.version !== 0 || session.engine.bindings.size > 0)
    session.planBinding = boundPlans.get(planned) ?? null;
}
