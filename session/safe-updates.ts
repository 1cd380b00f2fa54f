import type { DeleteStmt, InsertStmt, Query, UpdateStmt } from '../parser/ast/index.js';
import type { PlannedStatement } from '../planner/plan-context.js';
import type { PhysicalPlan } from '../planner/physical/plan.js';
import { planInputs } from '../planner/planner.js';
import { mysqlError } from '../types/error-table.js';
import type { Session } from './session.js';

// What clients ask for with --safe-updates (MySQL manual, "Using Safe-Updates Mode").

type Statement = Query | InsertStmt | UpdateStmt | DeleteStmt;

/** A query whose rows go to the client, cut off at sql_select_limit where it has no LIMIT of its own. */
export function withSelectLimit<S extends Statement>({ selectLimit, connection }: Session, stmt: S): S {
  // The server's own statements are not a client's.
  if (selectLimit === null || connection.id === 0) return stmt;
  if (stmt.kind === 'Insert' || stmt.kind === 'Update' || stmt.kind === 'Delete') return stmt;
  if (stmt.limit !== null || stmt.into !== null) return stmt;
  const count = { kind: 'IntLiteral', value: selectLimit, start: stmt.end, end: stmt.end } as const;
  return { ...stmt, limit: { offset: null, count } };
}

/** sql_safe_updates: no UPDATE or DELETE that neither finds the rows by a key nor has a LIMIT. Throws 1175. */
export function refuseUnsafe(stmt: Statement, { plan }: PlannedStatement): void {
  if ((stmt.kind !== 'Update' && stmt.kind !== 'Delete') || stmt.limit !== null) return;
  if (plan.op !== 'Update' && plan.op !== 'Delete') return;
  const written = new Set(plan.targets.map((t) => t.table.id));
  if (readsAll(plan, written)) throw mysqlError('ER_UPDATE_WITHOUT_KEY_IN_SAFE_MODE');
}

function readsAll(p: PhysicalPlan, tables: ReadonlySet<number>): boolean {
  if (p.op === 'TableScan') return p.full && p.byRowId !== true && tables.has(p.table.id);
  if (p.op === 'IndexScan') return p.full && tables.has(p.table.id);
  return planInputs(p).some((below) => readsAll(below, tables));
}
