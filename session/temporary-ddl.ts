import type {
  AlterTableStmt,
  CreateTableStmt,
  CreateViewStmt,
  DropTableStmt,
  RenameTableStmt,
  TableName,
} from '../parser/ast/index.js';
import type { DbInfo, TableInfo } from '../catalog/model.js';
import { buildTable, checkTableName, type SelectedColumn } from '../ddl/build-table.js';
import { AlterPlan } from '../ddl/alter-plan.js';
import { applyClauses } from '../ddl/alter-table.js';
import { copyOf, requireDatabase } from '../ddl/table.js';
import { MysqlError } from '../types/error.js';
import { mysqlError } from '../types/error-table.js';
import { parse } from '../parser/parser.js';
import { quoteName } from '../parser/restore.js';
import { insertQuery } from './insert-query.js';
import type { Session } from './session.js';
import type { SessionDdlContext } from './session-ddl.js';
import { tolerate } from '../ddl/if-exists.js';

/** The session's own table of a name; null when there is none. */
export function ownTable(session: Session, name: TableName): TableInfo | null {
  if (session.temporary === null) return null;
  const db = name.schema ?? session.currentDatabase;
  return session.temporary.find(db, name.name);
}

/** The table that LIKE names: the session's own or one that everybody sees. Throws 1146, 1347. */
export function likeTable(session: Session, name: TableName): TableInfo {
  const dbName = session.databaseOf(name.schema);
  const table = session.schema.database(dbName) === null ? null : session.schema.table(dbName, name.name);
  if (table === null) throw mysqlError('ER_NO_SUCH_TABLE', dbName, name.name);
  if (table.view !== undefined || table.sequence !== undefined)
    throw mysqlError('ER_WRONG_OBJECT', dbName, table.name, 'BASE TABLE');
  return table;
}

/** CREATE TEMPORARY TABLE. Null: it is there already (IF NOT EXISTS). */
export async function createTemporaryTable(
  session: Session,
  ctx: SessionDdlContext,
  stmt: CreateTableStmt,
  selected: readonly SelectedColumn[] = [],
): Promise<{ db: DbInfo; table: TableInfo } | null> {
  const db = requireDatabase(ctx, stmt.table.schema);
  ctx.checkPrivilege('CREATE TEMPORARY TABLES', db.name, '');
  if (db.id >= 2 ** 52) throw mysqlError('ER_DBACCESS_DENIED_ERROR', 'root', '%', db.name);
  if (session.temporary?.find(db.name, stmt.table.name)) {
    tolerate(ctx, mysqlError('ER_TABLE_EXISTS_ERROR', `${db.name}.${stmt.table.name}`), stmt.ifNotExists);
    return null;
  }
  const built =
    stmt.like === null
      ? await buildTable(ctx, stmt, db, selected)
      : copyOf(likeTable(session, stmt.like), stmt);
  return { db, table: session.useTemporaryTables().put(db, built) };
}

/** Drops the session's own tables among those named; gives the statement for the others, null when there are none. */
export function dropTemporaryTables(session: Session, stmt: DropTableStmt): DropTableStmt | null {
  if (stmt.temporary === 'GLOBAL') {
    if (stmt.tables.some((t) => ownTable(session, t) !== null))
      throw mysqlError('ER_DROP_TABLE_ON_TEMPORARY_TABLE', 'drop global temporary table');
    return stmt;
  }
  const rest: TableName[] = [];
  const missing: string[] = [];
  for (const name of stmt.tables) {
    if (ownTable(session, name) !== null) continue;
    if (stmt.temporary === 'LOCAL') missing.push(`${session.databaseOf(name.schema)}.${name.name}`);
    else rest.push(name);
  }
  if (missing.length > 0 && !stmt.ifExists) throw mysqlError('ER_BAD_TABLE_ERROR', missing.join(','));
  for (const name of stmt.tables) session.temporary?.drop(name.schema ?? session.currentDatabase, name.name);
  if (missing.length > 0)
    session.statement.warn({
      level: 'Note',
      code: 1051,
      message: mysqlError('ER_BAD_TABLE_ERROR', missing.join(',')).message,
    });
  return rest.length === 0 ? null : { ...stmt, tables: rest };
}

/** TRUNCATE TABLE of the session's own table: another one in its place. False when there is none of the name. */
export function truncateTemporaryTable(session: Session, name: TableName): boolean {
  const table = ownTable(session, name);
  if (table === null) return false;
  const { db } = session.schema.tableById(table.id)!;
  session.temporary!.put(db, table);
  return true;
}

/** RENAME TABLE takes no temporary tables (MySQL manual); here ALTER TABLE … RENAME does. Throws 8200. */
export function renameTemporaryTables(session: Session, stmt: RenameTableStmt): boolean {
  if (stmt.renames.every((r) => ownTable(session, r.from) === null)) return false;
  return refuse('RENAME TABLE');
}

function refuse(what: string): never {
  throw mysqlError('ER_UNSUPPORTED_DDL_AS_IS', `TiDB doesn't support ${what} for local temporary table`);
}

/** Throws 8200 where one of the tables is the session's own. */
export function refuseOwn(session: Session, names: readonly TableName[], what: string): void {
  if (names.some((n) => ownTable(session, n) !== null)) refuse(what);
}

/** No partition changes places with a table of the session's own. Throws 1733. */
export function checkExchanged(session: Session, stmt: AlterTableStmt): void {
  for (const s of stmt.specs)
    if (s.kind === 'ExchangePartition' && ownTable(session, s.table) !== null)
      throw mysqlError('ER_PARTITION_EXCHANGE_TEMP_TABLE', s.table.name);
}

/** ALTER TABLE of the session's own table. False when there is none of the name. */
export async function alterTemporaryTable(
  session: Session,
  ctx: SessionDdlContext,
  stmt: AlterTableStmt,
): Promise<boolean> {
  if (ownTable(session, stmt.table) === null) return false;
  if (session.vars.get('rutile_alter_temporary_table') !== 'ON') refuse('ALTER TABLE');
  const clauses = stmt.specs.filter((s) => s.kind !== 'RenameTable');
  if (clauses.length > 0)
    await alterTemporaryBy(session, ctx, stmt.table, 'ALTER TABLE', (plan) => applyClauses(plan, clauses));
  for (const s of stmt.specs) {
    if (s.kind !== 'RenameTable') continue;
    const table = ownTable(session, stmt.table)!;
    const { db } = session.schema.tableById(table.id)!;
    checkTableName(s.to.name);
    if (s.to.schema !== null && s.to.schema.toLowerCase() !== db.lower)
      throw mysqlError('ER_UNSUPPORTED_DDL_AS_IS', "can't move a local temporary table to another database");
    if (session.temporary!.find(db.name, s.to.name) !== null)
      throw mysqlError('ER_TABLE_EXISTS_ERROR', `${db.name}.${s.to.name}`);
    session.temporary!.redefine(table.id, { ...table, name: s.to.name, lower: s.to.name.toLowerCase() });
  }
  return true;
}

/** An error that names the table by its own name. */
export function renamedError(e: unknown, scratch: string, name: string): unknown {
  if (!(e instanceof MysqlError)) return e;
  return new MysqlError(e.code, e.sqlState, e.message.replace(scratch, name));
}

/**
 * Changes the session's own table by a copy: a table of the new form is filled from the old one, whose place it takes. False
 * when there is none of the name. Throws 8200 where `what` is switched off.
 */
export async function alterTemporaryBy(
  session: Session,
  ctx: SessionDdlContext,
  name: TableName,
  what: string,
  apply: (plan: AlterPlan) => void | Promise<void>,
): Promise<boolean> {
  const table = ownTable(session, name);
  if (table === null) return false;
  if (session.vars.get('rutile_alter_temporary_table') !== 'ON') refuse(what);
  const temporary = session.temporary!;
  const { db } = session.schema.tableById(table.id)!;
  const plan = new AlterPlan(ctx, db, table);
  await apply(plan);
  const change = plan.finish();
  if (change === null) return true;
  const { target } = change.transition;
  if (target.partition !== undefined) throw mysqlError('ER_PARTITION_NO_TEMPORARY');
  if (target.foreignKeys !== undefined) throw mysqlError('ER_CANNOT_ADD_FOREIGN');
  const columns = target.columns.map(({ changing: _, ...c }) => c);
  // Rows that were there show what a column that is added has for them.
  const filling = columns.map((c) =>
    c.default.kind === 'none' && c.originDefault !== null
      ? { ...c, default: { kind: 'value' as const, value: c.originDefault } }
      : c,
  );
  const scratch = `#alter-${table.id}`;
  const made = temporary.put(db, { ...target, name: scratch, lower: scratch, columns: filling });
  const from = target.columns.flatMap((c) => {
    const source = table.columns.find((o) => o.id === (c.changing ?? c.id));
    return c.generated !== '' || source === undefined ? [] : [{ to: c.name, source: source.name }];
  });
  try {
    const of = `${quoteName(db.name)}.${quoteName(table.name)}`;
    const [parsed] = parse(`SELECT ${from.map((f) => quoteName(f.source)).join(', ')} FROM ${of}`, {});
    if (parsed?.stmt.kind !== 'Select') throw new Error('no query');
    await insertQuery(
      session,
      { ...name, schema: db.name, name: scratch },
      from.map((f) => f.to),
      parsed.stmt,
    );
  } catch (e) {
    temporary.drop(db.name, scratch);
    throw renamedError(e, scratch, table.name);
  }
  temporary.redefine(made.id, { ...target, columns });
  return true;
}

/** A view is not made of temporary tables. Throws 1352. */
export function checkViewQuery(session: Session, stmt: CreateViewStmt): void {
  if (session.temporary === null) return;
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return;
    if (Array.isArray(node)) {
      node.forEach(visit);
      return;
    }
    const n = node as { readonly kind?: string; readonly table?: TableName };
    if ((n.kind === 'Table' || n.kind === 'TableStmt') && n.table !== undefined) {
      const table = ownTable(session, n.table);
      if (table !== null) throw mysqlError('ER_VIEW_SELECT_TMPTABLE', table.name);
    }
    Object.values(node).forEach(visit);
  };
  visit(stmt.query);
}
