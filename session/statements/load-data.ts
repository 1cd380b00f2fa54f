import type { Awaitable } from '../../types/awaitable.js';
import { throwIfFlashback } from '../../catalog/flashback-state.js';
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import type {
  ColumnRef,
  Expr,
  FieldsClause,
  InsertStmt,
  LinesClause,
  LoadDataStmt,
} from '../../parser/ast/index.js';
import type { Insert } from '../../planner/physical/plan.js';
import type { TableInfo } from '../../catalog/model.js';
import { charset as findCharset, encodeUtf8 } from '../../types/charset.js';
import { ERRORS, mysqlError } from '../../types/error-table.js';
import type { LineFormat } from '../../executor/load-data/line-parser.js';
import type { LoadDataSpec, LoadProgress } from '../../executor/load-data/load-data.js';
import { loadData } from '../../executor/load-data/load-data.js';
import type { Transaction } from '../../kv/storage.js';
import type { LocalInfileRequest } from '../client-session.js';
import { bulkOptions } from '../bulk-options.js';
import { planQuery } from '../plan-statement.js';
import type { Outcome } from '../run-statement.js';
import { okResult } from '../ok-result.js';
import type { Session } from '../session.js';
import { partitionsNamed } from '../statistics/partitions-named.js';
import { atMostOneStepBehind } from '../session-transaction.js';
import { commitBound, commitView, type CommitView } from '../commit-view.js';
import { andThen } from '../../executor/operator.js';
import { beginOptions } from '../transaction-options.js';
import { keepsForeignKeys } from '../foreign-keys.js';
import { lockingContext } from './query.js';
import { registerStatement } from './statement-handler.js';
import { makeInsert } from '../../parser/ast/make-insert.js';

registerStatement('LoadData', {
  writes: true,
  run: async (session, stmt): Promise<Outcome> => {
    if (stmt.format !== null) throw mysqlError('ER_LOAD_DATA_UNSUPPORTED_FORMAT', stmt.format);
    if (stmt.options.length > 0) throw mysqlError('ER_UNKNOWN_OPTION', stmt.options[0]!.name);
    const target = await targetOf(session, stmt);
    const { db, table } = target;
    // Planning has looked at what the view and its definer may do.
    if (target.view === null) session.privileges.require('INSERT', db, table.name);
    session.engine.tableLocks.check(session.connection.id, table.id, table.name, true);
    const spec = await specOf(session, stmt, target);
    if (stmt.local) return localRequest(session, stmt, spec);
    session.privileges.requireGlobal('FILE');
    try {
      await access(stmt.path);
    } catch {
      throw mysqlError('ER_FILE_NOT_FOUND', stmt.path, 2, 'No such file or directory');
    }
    await run(session, spec, createReadStream(stmt.path, { highWaterMark: 1 << 20 }));
    return null;
  },
});

/** The client is asked for the file; its statement goes on while the bytes come. */
function localRequest(session: Session, stmt: LoadDataStmt, spec: LoadDataSpec): LocalInfileRequest {
  if (!session.connection.localFiles || session.engine.globals.get('local_infile') !== 'ON')
    throw mysqlError('ER_CLIENT_LOCAL_FILES_DISABLED');
  return {
    kind: 'localInfile',
    fileName: stmt.path,
    supply: async (content) => {
      await run(session, spec, content);
      return okResult(session);
    },
  };
}

/** Of what no text says. */
const NOWHERE = { start: 0, end: 0 };

/** What a load writes: a table, by its own name or through a view. */
interface LoadTarget {
  readonly db: string;
  readonly table: TableInfo;
  /** The INSERT that a row would be; null: rows go to the table under its own name. */
  readonly view: Insert | null;
}

async function targetOf(session: Session, stmt: LoadDataStmt): Promise<LoadTarget> {
  const db = session.databaseOf(stmt.table.schema);
  const table = session.schema.table(db, stmt.table.name);
  if (table === null) throw mysqlError('ER_NO_SUCH_TABLE', db, stmt.table.name);
  throwIfFlashback(table);
  if (table.virtual === true || table.sequence !== undefined)
    throw mysqlError('ER_NON_INSERTABLE_TABLE', stmt.table.name, 'LOAD');
  if (table.view === undefined) return { db, table, view: null };
  const named = stmt.columns?.flatMap((t) => (t.kind === 'UserVariable' ? [] : [t.name])) ?? null;
  const names = named ?? table.view.columns;
  const insert = makeInsert({
    table: { schema: db, name: table.name },
    columns: [
      ...names.map((name): ColumnRef => ({ kind: 'ColumnRef', schema: null, table: null, name, ...NOWHERE })),
      ...stmt.set.map((a) => a.column),
    ],
    setForm: true,
    rows: [
      [...names.map((): Expr => ({ kind: 'NullLiteral', ...NOWHERE })), ...stmt.set.map((a) => a.value)],
    ],
  });
  try {
    const view = await planInsert(session, insert);
    return { db: view.db.name, table: view.table, view };
  } catch (e) {
    if ((e as { code?: number }).code !== ERRORS.ER_NON_INSERTABLE_TABLE.code) throw e;
    throw mysqlError('ER_NON_INSERTABLE_TABLE', stmt.table.name, 'LOAD');
  }
}

async function planInsert(session: Session, insert: InsertStmt): Promise<Insert> {
  const { plan } = await planQuery(session, insert, session.evalContext.params);
  if (plan.op !== 'Insert') throw mysqlError('ER_UNKNOWN_ERROR', `unexpected plan ${plan.op}`);
  return plan;
}

async function specOf(
  session: Session,
  stmt: LoadDataStmt,
  { db, table, view }: LoadTarget,
): Promise<LoadDataSpec> {
  const charset = stmt.charset ?? session.vars.get('character_set_database');
  if (findCharset(charset) === undefined) throw mysqlError('ER_UNKNOWN_CHARACTER_SET', charset);
  // The server cannot stop a client that is sending: LOCAL goes on over bad rows, as IGNORE does.
  const lenient = stmt.onDuplicate === 'IGNORE' || (stmt.local && stmt.onDuplicate === null);
  // Foreign keys are looked at when all rows are there.
  const batched =
    session.autocommit && !session.transaction.explicit && !keepsForeignKeys(session, db, table);
  const named = partitionsNamed(table, stmt.partitions);
  const partitions = named === null ? null : new Set(named.map((p) => p.lower));
  const bulk = batched && partitions === null ? bulkOptions(session, table) : null;
  return {
    table,
    onDuplicate: stmt.onDuplicate === 'REPLACE' ? 'replace' : lenient ? 'ignore' : 'error',
    ignoreErrors: lenient,
    charset,
    format: formatOf(stmt.fields, stmt.lines),
    ignoreLines: stmt.ignoreLines ?? 0,
    partitions,
    targets: view === null ? targetsOf(stmt, table) : viewTargets(stmt, view),
    assignments: await assignmentsOf(session, stmt, { db, table, view }),
    ...(view === null ? {} : { viewCheck: view.viewCheck ?? null }),
    ...(batched ? { beginBatch: () => beginBatch(session, table) } : {}),
    ...(bulk === null ? {} : { bulk }),
  };
}

function targetsOf(stmt: LoadDataStmt, table: TableInfo): LoadDataSpec['targets'] {
  const shown = table.columns.filter((c) => c.state === 'public' && !c.hidden);
  if (stmt.columns === null) return shown.filter((c) => c.generated === '').map((column) => ({ column }));
  return stmt.columns.map((target) => {
    if (target.kind === 'UserVariable') return { variable: target.name };
    const column = shown.find((c) => c.lower === target.name.toLowerCase());
    if (column === undefined) throw mysqlError('ER_BAD_FIELD_ERROR', target.name, 'field list');
    return { column };
  });
}

/** The plan has the columns of the fields in the order in which the statement names them, then those of SET. */
function viewTargets(stmt: LoadDataStmt, view: Insert): LoadDataSpec['targets'] {
  const columns = view.columns.map((column) => ({ column }));
  if (stmt.columns === null) return columns.slice(0, columns.length - stmt.set.length);
  let next = 0;
  return stmt.columns.map((t) => (t.kind === 'UserVariable' ? { variable: t.name } : columns[next++]!));
}

/** SET: planned as the values of an INSERT, whose expressions also read the columns of the row being made. */
async function assignmentsOf(
  session: Session,
  stmt: LoadDataStmt,
  { db, table, view }: LoadTarget,
): Promise<LoadDataSpec['assignments']> {
  if (stmt.set.length === 0) return [];
  const insert = makeInsert({
    table: { schema: db, name: table.name },
    columns: stmt.set.map((a) => a.column),
    setForm: true,
    rows: [stmt.set.map((a) => a.value)],
  });
  const { columns, rows, queries } = view ?? (await planInsert(session, insert));
  const from = columns.length - stmt.set.length;
  return columns.slice(from).map((column, i) => {
    const value = rows[0]![from + i]!;
    const query = value === null ? undefined : queries?.get(value);
    return { column, value, ...(query === undefined ? {} : { query }) };
  });
}

function formatOf(fields: FieldsClause | null, lines: LinesClause | null): LineFormat {
  const single = (s: string | null, fallback: number): number => {
    if (s === null) return fallback;
    if (s.length > 1) throw mysqlError('ER_WRONG_FIELD_TERMINATORS');
    return s.length === 0 ? -1 : s.charCodeAt(0);
  };
  return {
    fieldTerminator: encodeUtf8(fields?.terminated ?? '\t'),
    enclosed: single(fields?.enclosed ?? null, -1),
    escaped: single(fields?.escaped ?? null, 0x5c),
    lineStart: encodeUtf8(lines?.starting ?? ''),
    lineTerminator: encodeUtf8(lines?.terminated ?? '\n'),
    ...(typeof fields?.definedNull === 'string' ? { nullWord: encodeUtf8(fields.definedNull) } : {}),
  };
}

async function beginBatch(session: Session, table: TableInfo): Promise<Transaction> {
  const txn = await session.storage.begin({
    ...beginOptions(session, 'OPTIMISTIC', false),
    pessimistic: false,
  });
  const check = (view: CommitView): Awaitable<bigint | null> => {
    const now = view.schema.tableById(table.id);
    if (now === null || !atMostOneStepBehind(table, now.table)) throw mysqlError('ER_INFO_SCHEMA_CHANGED');
    return commitBound(view, [table.id], () => true);
  };
  txn.onBeforeCommit((reached) =>
    andThen(
      commitView(session.engine, () => session.schema, reached),
      check,
    ),
  );
  return txn;
}

/** Loads one file as LOAD DATA would; `onProgress` may throw to end it. */
export async function loadFile(
  session: Session,
  stmt: LoadDataStmt,
  input: AsyncIterable<Uint8Array>,
  onProgress: (progress: LoadProgress) => void,
): Promise<void> {
  const target = await targetOf(session, stmt);
  await run(session, await specOf(session, stmt, target), input, onProgress);
}

/** Runs the load in the open transaction, or batch by batch under autocommit. */
async function run(
  session: Session,
  spec: LoadDataSpec,
  input: AsyncIterable<Uint8Array>,
  onProgress: (progress: LoadProgress) => void = () => undefined,
): Promise<void> {
  const { transaction } = session;
  if (!transaction.active) await transaction.begin(beginOptions(session, null, null), false);
  session.noteWritten(spec.table);
  // Schema changes wait for the end.
  if (spec.table.temporary === undefined && session.engine.globals.get('tidb_enable_metadata_lock') === 'ON')
    transaction.noteUsed(spec.table);
  const txn = transaction.txn!;
  const stage = txn.stage();
  try {
    const result = await loadData(spec, input, lockingContext(session, txn), (p) => {
      onProgress(p);
      session.statement.state = `loading: ${p.rows} rows, ${Math.round(p.bytes / 1048576)} MiB`;
    });
    await txn.releaseStage(stage);
    session.statement.affectedRows = result.affectedRows;
    session.statement.info = result.info;
  } catch (error) {
    if (txn.valid) await txn.rollbackStage(stage);
    throw error;
  }
}
