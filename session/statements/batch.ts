import type {
  BatchStmt,
  ColumnRef,
  DeleteStmt,
  Expr,
  InsertStmt,
  SelectStmt,
  TableRef,
  TableSource,
  UpdateStmt,
} from '../../parser/ast/index.js';
import { makeSelect, tableSource } from '../../parser/ast/make-select.js';
import { restore, restoreExpr, restoreQuery } from '../../parser/restore.js';
import type { TableInfo } from '../../catalog/model.js';
import { handleColumn, primaryIndex } from '../../catalog/table-layout.js';
import { mysqlError } from '../../types/error-table.js';
import type { Datum } from '../../types/datum.js';
import { evalType, newFieldType, TypeCode, type FieldType } from '../../types/field-type.js';
import { datumToString } from '../../types/format.js';
import type { RowsResult } from '../client-session.js';
import { planQuery } from '../plan-statement.js';
import type { Session } from '../session.js';
import { intColumn, staticRows, text, textColumn } from '../static-rows.js';
import { openQuery } from './query.js';
import { registerStatement } from './statement-handler.js';
import { tableNamed } from './table-named.js';
import { ownRows } from '../own-rows.js';

type Dml = InsertStmt | UpdateStmt | DeleteStmt;

const refuse = (message: string): never => {
  throw mysqlError('ER_UNKNOWN_ERROR', message);
};

/** Where a DML statement's rows come from: the tables and the condition that jobs narrow. */
function sourceOf(dml: Dml): { from: TableRef; where: Expr | null } {
  if (dml.kind !== 'Insert') return { from: dml.from, where: dml.where };
  const { query } = dml;
  if (query === null || query.kind !== 'Select' || query.from === null)
    return refuse('Non-transactional insert supports insert select stmt only');
  return { from: query.from, where: query.where };
}

function narrowed(dml: Dml, condition: Expr): Dml {
  const { where } = sourceOf(dml);
  const both: Expr =
    where === null
      ? condition
      : { kind: 'Binary', op: 'AND', left: paren(condition), right: paren(where), start: 0, end: 0 };
  if (dml.kind !== 'Insert') return { ...dml, where: both };
  return { ...dml, query: { ...(dml.query as SelectStmt), where: both } };
}

const paren = (expr: Expr): Expr => ({ kind: 'Paren', expr, start: 0, end: 0 });

function checkForm(session: Session, stmt: BatchStmt): void {
  const { dml } = stmt;
  if (!session.autocommit || session.transaction.active) {
    refuse(
      `non-transactional DML can only run in auto-commit mode. auto-commit:${session.autocommit}, inTxn:${session.transaction.active}`,
    );
  }
  if (stmt.limit <= 0) refuse('Non-transactional DML, batch size should be positive');
  const tail = dml.kind === 'Insert' ? dml.query : dml;
  if ((tail?.limit ?? null) !== null)
    refuse(`Non-transactional ${dml.kind.toLowerCase()} doesn't support limit`);
  if ((tail?.orderBy ?? null) !== null)
    refuse(`Non-transactional ${dml.kind.toLowerCase()} doesn't support order by`);
}

/** Tables of FROM, left to right. */
function tablesOf(ref: TableRef): TableSource[] {
  if (ref.kind === 'Join') return [...tablesOf(ref.left), ...tablesOf(ref.right)];
  if (ref.kind !== 'Table') return refuse('Non-transactional DML, table name not found');
  return [ref];
}

interface Shard {
  readonly table: TableInfo;
  readonly source: TableSource;
  /** As it is written into the jobs. */
  readonly column: ColumnRef;
  readonly type: FieldType;
}

const ROWID = newFieldType(TypeCode.LongLong, { flen: 20 });

/** The column by whose values the statement is cut: the one given, or the table's handle. */
function shardOf(session: Session, stmt: BatchStmt): Shard {
  const sources = tablesOf(sourceOf(stmt.dml).from);
  const given = stmt.column;
  const nameOf = (s: TableSource): string => (s.alias ?? s.table.name).toLowerCase();
  let source = sources[0]!;
  if (sources.length > 1) {
    if (given === null || given.table === null || given.schema === null) {
      if (given === null && sources.length > 1) return byFirst(session, sources);
      return refuse(
        'Non-transactional DML, shard column must be fully specified (i.e. `BATCH ON dbname.tablename.colname`) when multiple tables are involved',
      );
    }
    const found = sources.find(
      (s) =>
        nameOf(s) === given.table!.toLowerCase() &&
        (s.table.schema ?? session.currentDatabase).toLowerCase() === given.schema!.toLowerCase(),
    );
    if (found === undefined)
      refuse(
        `Non-transactional DML, shard column ${given.schema}.${given.table}.${given.name} is not in the tables involved in the join`,
      );
    source = found!;
  }
  const { db, table } = tableNamed(session, source.table);
  if (given === null) return { ...ownHandle(db.name, source, table), table, source };
  if (given.name.toLowerCase() === '_tidb_rowid') return { table, source, column: given, type: ROWID };
  const column = table.columns.find((c) => c.lower === given.name.toLowerCase() && !c.hidden);
  if (column === undefined) throw mysqlError('ER_BAD_FIELD_ERROR', given.name, 'where clause');
  const indexed =
    handleColumn(table)?.id === column.id ||
    table.indices.some(
      (i) =>
        i.state === 'public' &&
        !i.invisible &&
        i.condition === undefined &&
        i.columns[0]!.offset === column.offset,
    );
  if (!indexed) refuse(`Non-transactional DML, shard column ${column.name} is not indexed`);
  return { table, source, column: given, type: column.type };
}

function byFirst(session: Session, sources: readonly TableSource[]): Shard {
  const { db, table } = tableNamed(session, sources[0]!.table);
  return { ...ownHandle(db.name, sources[0]!, table), table, source: sources[0]! };
}

function ownHandle(
  db: string,
  source: TableSource,
  table: TableInfo,
): { column: ColumnRef; type: FieldType } {
  const at = (name: string): ColumnRef => ({
    kind: 'ColumnRef',
    schema: db,
    table: source.alias ?? table.name,
    name,
    start: 0,
    end: 0,
  });
  const handle = handleColumn(table);
  if (handle !== null) return { column: at(handle.name), type: handle.type };
  if (!table.isCommonHandle) return { column: at('_tidb_rowid'), type: ROWID };
  const { columns } = primaryIndex(table)!;
  if (columns.length > 1)
    refuse(
      'Non-transactional DML, the clustered index contains multiple columns. Please specify a shard column',
    );
  const column = table.columns[columns[0]!.offset]!;
  return { column: at(column.name), type: column.type };
}

/** Jobs would miss or repeat rows that move along the shard column. */
function checkAssignments(session: Session, dml: Dml, shard: Shard): void {
  const set = dml.kind === 'Update' ? dml.set : dml.kind === 'Insert' ? (dml.onDuplicate ?? []) : [];
  if (dml.kind === 'Insert') {
    const target = session.schema.table(session.databaseOf(dml.table.schema), dml.table.name);
    if (target?.id !== shard.table.id) return;
  }
  const shardName = (shard.source.alias ?? shard.source.table.name).toLowerCase();
  for (const a of set) {
    const { name, table } = a.column;
    if (name.toLowerCase() !== shard.column.name.toLowerCase()) continue;
    const own = table === null || table.toLowerCase() === shardName || dml.kind === 'Insert';
    if (own) refuse('Non-transactional DML, shard column cannot be updated');
  }
}

/** SELECT of the shard column's values in order, NULL first. */
function shardQuery(stmt: BatchStmt, shard: Shard): SelectStmt {
  const { where } = sourceOf(stmt.dml);
  const isNull: Expr = {
    kind: 'FuncCall',
    schema: null,
    name: 'isnull',
    args: [shard.column],
    start: 0,
    end: 0,
  };
  return makeSelect({
    fields: [{ expr: shard.column, wildcard: null, alias: null, text: shard.column.name }],
    from: { ...tableSource(shard.source.table), alias: shard.source.alias },
    where: where ?? { kind: 'BoolLiteral', value: true, start: 0, end: 0 },
    orderBy: [
      {
        expr: {
          kind: 'FuncCall',
          schema: null,
          name: 'if',
          args: [isNull, intLiteral(0), intLiteral(1)],
          start: 0,
          end: 0,
        },
        desc: false,
      },
      { expr: shard.column, desc: false },
    ],
  });
}

const intLiteral = (value: number): Expr => ({ kind: 'IntLiteral', value, start: 0, end: 0 });

interface Job {
  readonly first: Datum;
  readonly last: Datum;
}

/** Runs of at least `size` rows; rows of one value stay together. */
function jobsOf(values: readonly Datum[], type: FieldType, size: number): Job[] {
  const jobs: Job[] = [];
  const shown = (v: Datum): string => (v === null ? '\0' : datumToString(v, type));
  let from = 0;
  while (from < values.length) {
    let to = Math.min(values.length, from + size);
    while (to < values.length && shown(values[to]!) === shown(values[to - 1]!)) to++;
    jobs.push({ first: values[from]!, last: values[to - 1]! });
    from = to;
  }
  return jobs;
}

/** A value of the shard column as a literal. */
function literal(v: Datum, type: FieldType): Expr {
  const unsupported = (): never =>
    refuse('Failed to restore the DML statement, probably because of unsupported type of the shard column');
  if (type.tp === TypeCode.Enum || type.tp === TypeCode.Set || type.tp === TypeCode.Bit) return unsupported();
  const shown = datumToString(v, type);
  switch (evalType(type)) {
    case 'int':
      return typeof v === 'bigint' || (v as number) >= 0
        ? { kind: 'IntLiteral', value: v as number | bigint, start: 0, end: 0 }
        : { kind: 'Unary', op: '-', expr: intLiteral(-(v as number)), start: 0, end: 0 };
    case 'decimal':
      return { kind: 'DecimalLiteral', text: shown, start: 0, end: 0 };
    case 'real':
      return { kind: 'FloatLiteral', value: v as number, text: shown, start: 0, end: 0 } as Expr;
    case 'json':
      return unsupported();
    default:
      if (type.charset === 'binary' && v instanceof Uint8Array)
        return { kind: 'HexLiteral', bytes: v, charset: null, start: 0, end: 0 } as Expr;
      return { kind: 'StringLiteral', value: shown, charset: null, bytes: null, start: 0, end: 0 } as Expr;
  }
}

function condition(shard: Shard, job: Job): Expr {
  const { column, type } = shard;
  const isNull: Expr = { kind: 'IsNull', expr: column, not: false, start: 0, end: 0 };
  if (job.last === null) return isNull;
  const last = literal(job.last, type);
  if (job.first === null) {
    const below: Expr = { kind: 'Binary', op: '<=', left: column, right: last, start: 0, end: 0 };
    return paren({ kind: 'Binary', op: 'OR', left: paren(below), right: isNull, start: 0, end: 0 });
  }
  return {
    kind: 'Between',
    expr: column,
    low: literal(job.first, type),
    high: last,
    not: false,
    start: 0,
    end: 0,
  };
}

async function shardValues(session: Session, query: SelectStmt): Promise<Datum[]> {
  const planned = await planQuery(session, query, []);
  const rows = await ownRows(await openQuery(planned, await session.readContext()));
  return rows.map((r) => r[0]!);
}

/** Runs one job as an autocommitted statement of its own. */
async function runJob(session: Session, dml: Dml): Promise<void> {
  const outer = session.statement;
  try {
    await session.run({ stmt: dml, text: restore(dml), paramCount: 0 }, []);
  } finally {
    const inner = session.statement;
    session.statement = outer;
    session.running = true;
    for (const w of inner.warnings) if (w.level !== 'Error') outer.warn(w);
    // A KILL that a job at its end did not see is for those that follow.
    if (inner.interruption !== null) outer.interrupt(inner.interruption);
  }
}

/** BATCH … LIMIT n: a DML statement cut into transactions of n rows each (TiDB manual, "Non-Transactional DML Statements"). */
async function batch(session: Session, stmt: BatchStmt): Promise<RowsResult> {
  checkForm(session, stmt);
  const shard = shardOf(session, stmt);
  checkAssignments(session, stmt.dml, shard);
  const query = shardQuery(stmt, shard);
  const style = {
    schema: session.currentDatabase,
    spaces: true,
    brackets: true,
    quotedHints: 'upper' as const,
  };
  if (stmt.dryRun === 'QUERY')
    return staticRows(
      [textColumn('query statement', 4096)],
      [[text(restoreQuery(query, { schema: style.schema, spaces: true, brackets: true }))]],
    );
  const jobs = jobsOf(await shardValues(session, query), shard.type, stmt.limit);
  if (stmt.dryRun !== null) {
    const examples = jobs.length > 1 ? [jobs[0]!, jobs[jobs.length - 1]!] : jobs;
    return staticRows(
      [textColumn('split statement examples', 4096)],
      examples.map((j) => [text(restore(narrowed(stmt.dml, condition(shard, j)), style))]),
    );
  }
  let done = 0;
  let affected = 0;
  for (const job of jobs) {
    session.statement.throwIfInterrupted();
    try {
      await runJob(session, narrowed(stmt.dml, condition(shard, job)));
    } catch (error) {
      const between = `${restoreExpr(condition(shard, job))}`;
      if (done === 0) throw error;
      throw mysqlError(
        'ER_UNKNOWN_ERROR',
        `${jobs.length - done}/${jobs.length} jobs failed or did not run in the non-transactional DML: job ${done + 1}, ${between}: ${(error as Error).message}`,
      );
    }
    done++;
    affected += Math.max(0, session.lastRowCount);
  }
  session.statement.affectedRows = affected;
  return staticRows(
    [intColumn('number of jobs'), textColumn('job status', 64)],
    [[jobs.length, text('all succeeded')]],
  );
}

registerStatement('Batch', { run: batch });
