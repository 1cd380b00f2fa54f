import type { Awaitable } from '../../types/awaitable.js';
import type { DeleteStmt, Expr, InsertStmt, Query, UpdateStmt } from '../../parser/ast/index.js';
import { makeSelect } from '../../parser/ast/make-select.js';
import { mysqlError } from '../../types/error-table.js';
import { type Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import { buildOperator } from '../../executor/build-operator.js';
import type { DmlResult } from '../../executor/exec-context.js';
import { executeDml } from '../../executor/execute-dml.js';
import { countPlan } from '../../executor/plan-counts.js';
import { pointGet } from '../../executor/point-get.js';
import { readLocked } from '../../executor/short-read/short-locked.js';
import { readShort } from '../../executor/short-read/short-read.js';
import { andThen } from '../../executor/operator.js';
import type { Chunk } from '../../chunk/chunk.js';
import type { PlannedStatement } from '../../planner/plan-context.js';
import type { PhysicalPlan } from '../../planner/physical/plan.js';
import { hasForeignKeys } from '../../catalog/foreign-keys.js';
import type { Transaction } from '../../kv/storage.js';
import type { RowsResult } from '../client-session.js';
import { operatorRows, resultColumns, shortRows } from '../operator-rows.js';
import { noteMetadata } from '../metadata-lock.js';
import { planQuery, planReusable } from '../plan-statement.js';
import type { Session } from '../session.js';
import { writeFile } from '../outfile.js';
import { StatementForeignKeys, checksForeignKeys } from '../foreign-keys.js';
import { SessionExecContext } from '../session-exec.js';
import { isCurrent } from '../current-plan.js';
import { heldRows, readAhead } from '../read-ahead.js';
import { refuseUnsafe, withSelectLimit } from '../safe-updates.js';
import { registerStatement } from './statement-handler.js';
import { ownRows } from '../own-rows.js';

/** Plans a statement with the parameters of this execution and notes what it writes. */
export function planForRun(
  session: Session,
  stmt: Query | InsertStmt | UpdateStmt | DeleteStmt,
): Awaitable<PlannedStatement> {
  const limited = session.selectLimit === null ? stmt : withSelectLimit(session, stmt);
  const planned =
    session.tracer === null
      ? planOnce(session, limited)
      : session.tracer.span('planner.plan', () => planOnce(session, limited));
  if (!(planned instanceof Promise)) return noted(session, planned);
  return planned.then((p) => (isCurrent(session, p) ? noted(session, p) : planForRun(session, stmt)));
}

function planOnce(
  session: Session,
  stmt: Query | InsertStmt | UpdateStmt | DeleteStmt,
): Awaitable<PlannedStatement> {
  const { params } = session.evalContext;
  const { planSlot } = session.statement;
  return planSlot === null ? planQuery(session, stmt, params) : planReusable(session, stmt, params, planSlot);
}

/** Makes a plan, again where it is overtaken by a schema change, and notes what it writes. */
export function planAndNote(
  session: Session,
  plan: () => Awaitable<PlannedStatement>,
): Awaitable<PlannedStatement> {
  const planned = plan();
  if (!(planned instanceof Promise)) return noted(session, planned);
  return planned.then((p) => (isCurrent(session, p) ? noted(session, p) : planAndNote(session, plan)));
}

/** A plan about to be run: tables locked by others refuse, those it writes are remembered. */
function noted(session: Session, planned: PlannedStatement): PlannedStatement {
  const { tableLocks } = session.engine;
  if (!tableLocks.empty) {
    for (const t of planned.tables) {
      if (t.table.virtual === true || t.table.view !== undefined || t.table.sequence !== undefined) continue;
      tableLocks.check(session.connection.id, t.table.id, t.table.name, t.write);
    }
  }
  session.statement.planned = planned;
  const { queryWatches } = session.engine;
  if (!queryWatches.empty) queryWatches.check(session, planned);
  if (session.transaction.lasting && session.transaction.past === null && session.past === null)
    noteMetadata(session, planned);
  for (const t of planned.tables) if (t.write) session.noteWritten(t.table);
  return planned;
}

/**
 * Context of a statement that reads the newest committed data and locks what it finds (DML and FOR UPDATE): in
 * pessimistic mode reads happen at forUpdateTs, otherwise at the transaction's own timestamp. `depth`: of statements that
 * foreign keys bring about.
 */
export function lockingContext(session: Session, txn: Transaction, depth = 0): SessionExecContext {
  const current = txn.pessimistic ? txn.forUpdateTs : txn.startTs;
  const snapshot = current === txn.startTs ? txn.snapshot : session.storage.snapshot(current);
  const context = new SessionExecContext(session, session.statement, session.schema, txn, snapshot, current);
  if (hasForeignKeys(session.schema) && checksForeignKeys(session))
    context.foreignKeys = new StatementForeignKeys(session, depth, (d) => lockingContext(session, txn, d));
  return context;
}

/** Opens a planned query; rows are computed as they are pulled. */
export function openQuery(planned: PlannedStatement, context: SessionExecContext): Awaitable<RowsResult> {
  const operator = buildOperator(planned.plan, context);
  const failed = async (error: unknown): Promise<never> => {
    await operator.close();
    throw error;
  };
  try {
    const opened = operator.open();
    return opened instanceof Promise
      ? opened.then(() => operatorRows(planned, operator), failed)
      : operatorRows(planned, operator);
  } catch (error) {
    return failed(error);
  }
}

function runQuery(session: Session, stmt: Query): Awaitable<RowsResult | null> {
  const planned = planForRun(session, stmt);
  return planned instanceof Promise
    ? planned.then((p) => runPlanned(session, stmt, p))
    : runPlanned(session, stmt, planned);
}

function runPlanned(session: Session, stmt: Query, planned: PlannedStatement): Awaitable<RowsResult | null> {
  const { txn } = session.transaction;
  if (locks(stmt) && txn !== null) return runLocking(session, stmt, planned, lockingContext(session, txn));
  if (readsAtOnce(session, stmt) && isOneRow(planned.plan)) {
    const newest = session.newestContext();
    const row = newest === null ? null : readShort(planned.plan, newest);
    if (row !== null) return shortRows(planned, row);
  }
  const rows = andThen(session.readContext(), (context) => readQuery(session, stmt, planned, context));
  return stmt.into === null ? rows : andThen(rows, (r) => intoClause(session, stmt, r));
}

/** Whether the rows are written before this turn ends, and nothing but the client takes them. */
const readsAtOnce = (session: Session, stmt: Query): boolean =>
  session.atOnce && stmt.into === null && session.tracer === null;

/** A row that one look-up finds is of one moment by itself. */
const isOneRow = (plan: PhysicalPlan): boolean => plan.op === 'PointGet' && plan.index === null;

function readQuery(
  session: Session,
  stmt: Query,
  planned: PlannedStatement,
  context: SessionExecContext,
): Awaitable<RowsResult> {
  countPlan(planned.plan, context);
  if (readsAtOnce(session, stmt)) {
    const rows = readShort(planned.plan, context);
    if (rows !== null) return shortRows(planned, rows);
  }
  return openQuery(planned, context);
}

/** Locks must be taken before the statement's own stage ends, so that a conflict can run it again. */
function runLocking(
  session: Session,
  stmt: Query,
  planned: PlannedStatement,
  context: SessionExecContext,
): Awaitable<RowsResult | null> {
  const { plan } = planned;
  countPlan(plan, context);
  if (plan.op === 'PointGet' && stmt.into === null && context.runtimeStats === null)
    return andThen(pointGet(plan, context), (row) => rowLocked(planned, row));
  const few = stmt.into === null ? readLocked(plan, context) : null;
  if (few !== null)
    return andThen(few, (rows) => heldRows(resultColumns(planned), rows.length === 0 ? [] : [rows]));
  return andThen(openQuery(planned, context), (rows) =>
    stmt.into === null ? readAhead(rows) : intoClause(session, stmt, rows),
  );
}

/** What an operator would give of the row that was found by its key. */
function rowLocked(planned: PlannedStatement, row: Chunk | null): RowsResult {
  const columns = resultColumns(planned);
  if (row === null) return heldRows(columns, []);
  const { length } = columns;
  return heldRows(columns, [
    row.columns.length === length ? row : row.withColumns(row.columns.slice(0, length)),
  ]);
}

async function intoClause(session: Session, stmt: Query, rows: RowsResult): Promise<null> {
  const { into } = stmt;
  if (into === null) return null;
  if (into.kind !== 'Variables') {
    try {
      session.statement.affectedRows = await writeFile(session, into, rows);
    } finally {
      await rows.close();
    }
    return null;
  }
  if (into.names.length !== rows.columns.length) {
    await rows.close();
    throw mysqlError('ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT');
  }
  const data = await ownRows(rows);
  if (data.length === 0) {
    session.statement.warn({
      level: 'Warning',
      code: 1329,
      message: 'No data - zero rows fetched, selected, or processed',
    });
    return null;
  }
  into.names.forEach((name, i) =>
    session.evalContext.session.setUserVariable(name, rows.columns[i]!.type, data[0]![i]!),
  );
  // The variables have the first row nevertheless.
  if (data.length > 1) throw mysqlError('ER_TOO_MANY_ROWS');
  session.statement.affectedRows = 1;
  return null;
}

/** FOR UPDATE or FOR SHARE at the top of the query. */
const locks = (stmt: Query): boolean => stmt.lock !== null;

registerStatement(['Select', 'SetOperation', 'Values', 'TableStmt'], {
  transactional: (stmt) => (locks(stmt) ? 'lock' : 'read'),
  run: runQuery,
});

/** An id as the OK packet carries it: an unsigned integer, which that of a negative or fractional value becomes. */
function packetId(id: number | bigint): number | bigint {
  if (typeof id === 'bigint') return id < 0n ? BigInt.asUintN(64, id) : id;
  const whole = Math.round(id);
  return whole < 0 ? BigInt.asUintN(64, BigInt(whole)) : whole;
}

function runDml(session: Session, stmt: InsertStmt | UpdateStmt | DeleteStmt): Awaitable<null> {
  const txn = session.transaction.txn!;
  const planned = planForRun(session, stmt);
  return planned instanceof Promise
    ? planned.then((p) => runChange(session, stmt, txn, p))
    : runChange(session, stmt, txn, planned);
}

function runChange(
  session: Session,
  stmt: InsertStmt | UpdateStmt | DeleteStmt,
  txn: Transaction,
  planned: PlannedStatement,
): Awaitable<null> {
  const { plan } = planned;
  if (session.safeUpdates) refuseUnsafe(stmt, planned);
  if (plan.op !== 'Insert' && plan.op !== 'Update' && plan.op !== 'Delete')
    throw mysqlError('ER_UNKNOWN_ERROR', `unexpected plan ${plan.op}`);
  const result = executeDml(plan, lockingContext(session, txn));
  return result instanceof Promise
    ? result.then((r) => noteChanged(session, plan.op, r))
    : noteChanged(session, plan.op, result);
}

function noteChanged(session: Session, op: 'Insert' | 'Update' | 'Delete', result: DmlResult): null {
  const s = session.statement;
  s.affectedRows = session.connection.foundRows && op !== 'Delete' ? result.foundRows : result.affectedRows;
  // The packet also tells of a value that the statement gave itself; LAST_INSERT_ID() does not.
  s.lastInsertId = result.lastInsertId !== 0 ? result.lastInsertId : packetId(result.explicitInsertId ?? 0);
  s.info = result.info;
  if (result.lastInsertId !== 0) session.lastInsertId = result.lastInsertId;
  return null;
}

registerStatement(['Insert', 'Update', 'Delete'], { transactional: 'write', writes: true, run: runDml });

registerStatement('Do', {
  transactional: 'read',
  run: async (session, stmt) => {
    await evaluate(session, stmt.exprs);
    return null;
  },
});

/** Values of free-standing expressions (SET, DO, EXECUTE … USING, KILL), with their types. */
export async function evaluate(
  session: Session,
  exprs: readonly Expr[],
): Promise<{ readonly type: FieldType; readonly value: Datum }[]> {
  const stmt = makeSelect({
    fields: exprs.map((expr) => ({ expr, wildcard: null, alias: null, text: '' })),
  });
  const planned = await planQuery(session, stmt, session.evalContext.params);
  const rows = await ownRows(await openQuery(planned, await session.readContext()));
  return exprs.map((_, i) => ({ type: planned.plan.schema[i]!.type, value: rows[0]![i]! }));
}
