import type { Column, Expression } from '../../expression/expression.js';
import { preciseQuotient } from '../../expression/truth.js';
import type { ColumnInfo, DbInfo, TableInfo } from '../../catalog/model.js';
import { rowIdColumn } from '../../catalog/table-layout.js';
import type * as ast from '../../parser/ast/index.js';
import { stripParens } from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import { isNotNull } from '../../types/field-type.js';
import { isStrictMode, SqlMode } from '../../types/sql-mode.js';
import type { BuildState } from '../resolve/build-state.js';
import { buildStored, type ExpressionEnv } from '../resolve/expression-builder.js';
import { defaultValue } from '../resolve/default-value.js';
import { findName, refText, type FieldName } from '../resolve/scope.js';
import type { DuplicateAssignment, Insert, PhysicalPlan, RowQuery } from '../physical/plan.js';
import { viewCheck } from './view-check.js';
import { checkWritten, insertedView } from './written-view.js';
import { buildFrom, findTable, namedPartitions } from './build-from.js';
import { buildOverRow, rowScope } from './row-query.js';
import { type DataSource, type LogicalPlan } from './plan.js';
import { defaultOverRow, isOwnDefault } from './assigned-default.js';
import { refuseRowId, refuseSequence, ROWID_NAME } from './unwritable.js';
import type { ToPhysical } from './row-query.js';

const publicColumns = (t: TableInfo): ColumnInfo[] => t.columns.filter((c) => c.state === 'public');

/** The table that rows are inserted into, and by what names the statement knows its columns. */
interface Inserted {
  readonly db: DbInfo;
  readonly table: TableInfo;
  /** The name of the table, or of the view that it is written through. */
  readonly name: string;
  /** Columns by lower name, in the order of the table or view; what is inserted where no columns are listed. */
  readonly columns: ReadonlyMap<string, ColumnInfo>;
  /** Set for a view. */
  readonly source: DataSource | null;
}

function insertedTable(state: BuildState, stmt: ast.InsertStmt): Inserted {
  const { db, table } = findTable(state, stmt.table);
  if (table.view !== undefined) return throughView(state, stmt, db, table);
  if (table.sequence !== undefined) refuseSequence('insert into', table.name);
  if (table.virtual === true) throw mysqlError('ER_NON_UPDATABLE_TABLE', table.name, 'INSERT');
  const columns = new Map(publicColumns(table).flatMap((c) => (c.hidden ? [] : [[c.lower, c]])));
  return { db, table, name: table.name, columns, source: null };
}

/** The one table of the view that the columns listed belong to (manual, "Updatable and Insertable Views"). */
function throughView(state: BuildState, stmt: ast.InsertStmt, db: DbInfo, view: TableInfo): Inserted {
  const { relation, sources } = insertedView(state, stmt.table, buildFrom);
  if (stmt.columns === null && sources.length > 1)
    throw mysqlError('ER_VIEW_NO_INSERT_FIELD_LIST', db.name, view.name);
  const of = (source: DataSource): Map<string, ColumnInfo> => {
    const columns = new Map<string, ColumnInfo>();
    for (const n of relation.names) {
      const info = source.infos.get(n.column.id);
      if (info !== null && info !== undefined) columns.set(n.name.toLowerCase(), info);
    }
    return columns;
  };
  const known = sources.map((source) => ({ source, columns: of(source) }));
  const listed = (stmt.columns ?? []).map((c) => c.name.toLowerCase());
  const found = known.find((k) => listed.every((name) => k.columns.has(name)));
  if (found === undefined) {
    const strange = listed.find((name) => !known.some((k) => k.columns.has(name)));
    if (strange !== undefined) throw mysqlError('ER_BAD_FIELD_ERROR', strange, 'field list');
    throw mysqlError('ER_VIEW_MULTIUPDATE', db.name, view.name);
  }
  const { source, columns } = found;
  const given = new Set(stmt.columns === null ? columns.values() : listed.map((name) => columns.get(name)!));
  const strict = (state.ctx.eval.sqlMode & (SqlMode.StrictAllTables | SqlMode.StrictTransTables)) !== 0;
  for (const c of publicColumns(source.table)) {
    const needed = c.default.kind === 'none' && isNotNull(c.type) && !c.autoIncrement && c.generated === '';
    if (needed && !given.has(c) && strict && !stmt.ignore)
      throw mysqlError('ER_NO_DEFAULT_FOR_VIEW_FIELD', db.name, view.name);
  }
  return { db: source.db, table: source.table, name: view.name, columns, source };
}

/** The hidden handle among the columns listed, or error 1105 unless `tidb_opt_write_row_id` allows it; null: not named or not there. */
function listedRowId(state: BuildState, target: Inserted, ref: ast.ColumnRef): ColumnInfo | null {
  const { table } = target;
  if (ref.name.toLowerCase() !== ROWID_NAME || table.pkIsHandle || table.isCommonHandle) return null;
  if (target.source !== null || state.ctx.variable('tidb_opt_write_row_id') !== 'ON') refuseRowId();
  return rowIdColumn(table);
}

const insertedColumn = (target: Inserted, ref: ast.ColumnRef): ColumnInfo => {
  const info = target.columns.get(ref.name.toLowerCase());
  if (info === undefined || (ref.table !== null && ref.table.toLowerCase() !== target.name.toLowerCase()))
    throw mysqlError('ER_BAD_FIELD_ERROR', refText(ref), 'field list');
  return info;
};

/**
 * Throws 3105, but in the mode in which dumps are loaded: MariaDB's dumps have the values of generated columns, which mean nothing (MySQL's
 * leave them out). There the column has what is generated, with a warning.
 */
function refuseGenerated(state: BuildState, column: ColumnInfo, table: TableInfo, first: boolean): void {
  const error = mysqlError('ER_NON_DEFAULT_VALUE_FOR_GENERATED_COLUMN', column.name, table.name);
  const { sqlMode } = state.ctx.eval;
  const loading = (sqlMode & SqlMode.NoAutoValueOnZero) !== 0 && !isStrictMode(sqlMode);
  if (!loading) throw error;
  state.cacheable = false;
  if (first) state.ctx.warn({ level: 'Warning', code: error.code, message: error.message });
}

/** A table's public columns as an input row, positions from `from` on, by the names that the statement knows them by. */
function rowNames(state: BuildState, target: Inserted, alias: string, from: number): FieldName[] {
  const { db, table, columns, source } = target;
  const shown = new Map<ColumnInfo, string>();
  if (source !== null) for (const [name, info] of columns) shown.set(info, name);
  return publicColumns(table).map((info, i) => {
    const name = source === null ? info.name : (shown.get(info) ?? '');
    return {
      name,
      table: alias,
      db: db.name,
      orgName: info.name,
      orgTable: table.name,
      column: { ...state.column(info.type, `${db.lower}.${table.lower}.${info.lower}`), index: from + i },
      visible: name !== '',
      hidden: false,
    };
  });
}

/** Rows of VALUES that are looked at in one step. */
const ROWS_AT_ONCE = 256;

/** The plan of an INSERT or REPLACE, made in steps. */
export function* buildInsert(
  state: BuildState,
  stmt: ast.InsertStmt,
  physical: ToPhysical,
): Generator<void, Insert> {
  const target = insertedTable(state, stmt);
  const { db, table } = target;
  const partitions = namedPartitions(table, stmt.partitions);
  const check = (privilege: 'INSERT' | 'UPDATE' | 'DELETE', names: readonly string[]): void => {
    if (target.source !== null) checkWritten(state, target.source, privilege, names);
    else if (privilege === 'DELETE') state.ctx.checkPrivilege(privilege, db.name, table.name);
    else state.checkWrite(privilege, db.name, table.name, names);
  };
  if (stmt.replace) check('DELETE', []);
  if (stmt.onDuplicate !== null) {
    check(
      'UPDATE',
      stmt.onDuplicate.map((a) => a.column.name),
    );
  }
  state.noteTable(db, table, true);
  let columns: ColumnInfo[];
  if (stmt.columns !== null) {
    columns = stmt.columns.map((c) => listedRowId(state, target, c) ?? insertedColumn(target, c));
    columns.forEach((c, i) => {
      if (columns.indexOf(c) !== i) throw mysqlError('ER_FIELD_SPECIFIED_TWICE', c.name);
    });
  } else columns = [...target.columns.values()];
  if (stmt.columns === null && stmt.rows !== null && stmt.rows.every((r) => r.length === 0)) columns = [];
  const written = columns.filter((c) => c.generated === '');
  check(
    'INSERT',
    target.source === null
      ? written.flatMap((c) => (c.name === ROWID_NAME ? [] : [c.name]))
      : (stmt.columns?.map((c) => c.name) ?? [...target.columns.keys()]),
  );
  const current = rowNames(state, target, target.name, 0);
  const env: ExpressionEnv = {
    state,
    scope: rowScope(current),
    clause: 'field list',
    defaultOf: (ref) => defaultValue(state, insertedColumn(target, ref!)),
  };
  const queries = new Map<Expression, RowQuery>();
  /** A value of VALUES: only what needs subqueries is planned. */
  const valueOf = (e: ast.Expr): Expression => {
    const { relation } = env.scope;
    const noPlan = relation.plan;
    const plain = buildStored(env, e);
    if (relation.plan === noPlan) return plain;
    relation.plan = noPlan;
    const row = current.map((n) => n.column);
    const { value, query } = buildOverRow(env, e, row, physical);
    if (query !== undefined) queries.set(value, query);
    return value;
  };
  const extra = stmt.onDuplicate === null ? [] : queryColumns(state, stmt, target);
  const rows: (Expression | null)[][] = [];
  let select: PhysicalPlan | null = null;
  if (stmt.rows !== null) {
    for (const [r, row] of stmt.rows.entries()) {
      if (row.length !== columns.length) throw mysqlError('ER_WRONG_VALUE_COUNT_ON_ROW', r + 1);
      const values = row.map((e, i) => {
        const x = stripParens(e);
        if (isOwnDefault(x, columns[i]!, target.columns)) return null;
        if (columns[i]!.generated !== '') {
          refuseGenerated(state, columns[i]!, table, r === 0);
          return null;
        }
        if (x.kind === 'DefaultExpr' && insertedColumn(target, x.column!).generated !== '')
          throw mysqlError('ER_NON_DEFAULT_VALUE_FOR_GENERATED_COLUMN', columns[i]!.name, table.name);
        return valueOf(e);
      });
      rows.push(values);
      if (rows.length % ROWS_AT_ONCE === 0) yield;
    }
  } else if (stmt.query !== null) {
    const rel = state.buildQuery(state, withExtra(stmt.query, extra), null, null);
    if (rel.names.filter((n) => !n.hidden).length - extra.length !== columns.length)
      throw mysqlError('ER_WRONG_VALUE_COUNT_ON_ROW', 1);
    for (const c of columns) {
      if (c.generated !== '')
        throw mysqlError('ER_NON_DEFAULT_VALUE_FOR_GENERATED_COLUMN', c.name, table.name);
    }
    select = physical(withPreciseQuotients(rel.plan));
  }
  return {
    op: 'Insert',
    id: (select?.id ?? 0) + 1,
    schema: [],
    estRows: 0,
    task: 'root',
    db,
    table,
    columns,
    rows,
    ...(queries.size === 0 ? {} : { queries }),
    select,
    partitions,
    replace: stmt.replace,
    ignore: stmt.ignore,
    onDuplicate:
      stmt.onDuplicate === null
        ? []
        : onDuplicate(state, stmt, target, current, columns, { refs: extra, plan: select }, physical),
    ...(target.source === null ? {} : { viewCheck: viewCheck(state, target.source, [], physical) }),
  };
}

/** The query's fields as they are stored: of quotients all digits. Behind ORDER BY or LIMIT they are values of their declared scale. */
function withPreciseQuotients(plan: LogicalPlan): LogicalPlan {
  if (plan.op !== 'Projection') return plan;
  const exprs = plan.exprs.map(preciseQuotient);
  return {
    ...plan,
    exprs,
    schema: plan.schema.map((c, i) => (exprs[i] === plan.exprs[i] ? c : { ...c, type: exprs[i]!.type })),
  };
}

/**
 * Columns of the query's own tables that ON DUPLICATE KEY UPDATE reads (manual, "INSERT … ON DUPLICATE KEY UPDATE
 * Statement"): the query gives them behind its fields. Only queries that neither group nor combine have such columns.
 */
function queryColumns(state: BuildState, stmt: ast.InsertStmt, target: Inserted): ast.ColumnRef[] {
  const { query } = stmt;
  if (query === null || query.kind !== 'Select' || query.from === null) return [];
  if (query.groupBy !== null || query.options.distinct) return [];
  const { from } = query;
  const refs: ast.ColumnRef[] = [];
  const visit = (node: unknown, inSubquery: boolean, hidden: ReadonlySet<string>): void => {
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return;
    if (Array.isArray(node)) {
      for (const n of node) visit(n, inSubquery, hidden);
      return;
    }
    const e = node as ast.Expr | ast.SelectStmt;
    if (e.kind === 'ValuesExpr') return;
    if (e.kind === 'ColumnRef') {
      const own = e.table === null || e.table.toLowerCase() === target.name.toLowerCase();
      const known = own && target.columns.has(e.name.toLowerCase());
      const alias = stmt.rowAlias !== null && e.table?.toLowerCase() === stmt.rowAlias.name.toLowerCase();
      if (known || alias) return;
      // Of names within a subquery, those that are not its own tables'.
      if (!inSubquery) refs.push(e);
      else if (e.table === null ? isOfTables(state, from, e.name) : namesTable(from, e.table, hidden))
        refs.push(e);
      return;
    }
    let within = hidden;
    if (e.kind === 'Select' && e.from !== null) within = new Set([...hidden, ...tableNames(e.from)]);
    for (const child of Object.values(e)) visit(child, inSubquery || e.kind === 'Select', within);
  };
  for (const a of stmt.onDuplicate ?? []) visit(a.value, false, new Set());
  return refs;
}

/** The names, in lower case, that the tables of a FROM clause go by. */
function tableNames(from: ast.TableRef): string[] {
  if (from.kind === 'Join') return [...tableNames(from.left), ...tableNames(from.right)];
  const name = from.alias ?? (from.kind === 'Table' ? from.table.name : null);
  return name === null ? [] : [name.toLowerCase()];
}

const namesTable = (from: ast.TableRef, name: string, hidden: ReadonlySet<string>): boolean =>
  !hidden.has(name.toLowerCase()) && tableNames(from).includes(name.toLowerCase());

/** Whether a stored table of a FROM clause has a column of that name. */
function isOfTables(state: BuildState, from: ast.TableRef, name: string): boolean {
  if (from.kind === 'Join') return isOfTables(state, from.left, name) || isOfTables(state, from.right, name);
  if (from.kind !== 'Table') return false;
  const table = state.ctx.schema.table(from.table.schema ?? state.database, from.table.name);
  const lower = name.toLowerCase();
  return table?.columns.some((c) => c.lower === lower && c.state === 'public' && !c.hidden) === true;
}

/** Whether a table that the query of INSERT … SELECT reads has a column of that name, so that without its table it is ambiguous. */
function isOfQuery(state: BuildState, query: ast.InsertStmt['query'], name: string): boolean {
  if (query === null || query.kind !== 'Select' || query.from === null) return false;
  if (query.groupBy !== null || query.options.distinct) return false;
  return isOfTables(state, query.from, name);
}

function withExtra(query: ast.Query, refs: readonly ast.ColumnRef[]): ast.Query {
  if (refs.length === 0 || query.kind !== 'Select') return query;
  const fields = refs.map((expr) => ({ expr, wildcard: null, alias: null, text: expr.name }));
  return { ...query, fields: [...query.fields, ...fields] };
}

/** One of each name. */
const distinctNames = (names: readonly FieldName[]): FieldName[] => {
  const byName = new Map<string, FieldName>();
  for (const n of names) byName.set(`${n.table}.${n.name}`.toLowerCase(), n);
  return [...byName.values()];
};

/** The new row's alias is not the table's name, and its columns' names are as many as the columns and differ. */
function checkRowAlias({ rowAlias }: ast.InsertStmt, { table }: Inserted, width: number): void {
  if (rowAlias === null) return;
  if (rowAlias.name.toLowerCase() === table.name.toLowerCase()) {
    throw mysqlError('ER_NONUNIQ_TABLE', rowAlias.name);
  }
  if (rowAlias.columns === null) return;
  if (rowAlias.columns.length !== width) throw mysqlError('ER_VIEW_WRONG_LIST');
  const seen = new Set<string>();
  for (const name of rowAlias.columns) {
    if (seen.has(name.toLowerCase())) throw mysqlError('ER_DUP_FIELDNAME', name);
    seen.add(name.toLowerCase());
  }
}

/** ON DUPLICATE KEY UPDATE: names are the stored row's, VALUES(col) and the row alias the new one's. */
function onDuplicate(
  state: BuildState,
  stmt: ast.InsertStmt,
  target: Inserted,
  current: readonly FieldName[],
  columns: readonly ColumnInfo[],
  extra: { readonly refs: readonly ast.ColumnRef[]; readonly plan: PhysicalPlan | null },
  physical: ToPhysical,
): DuplicateAssignment[] {
  const { db, table } = target;
  checkRowAlias(stmt, target, columns.length);
  const inserted = rowNames(state, target, stmt.rowAlias?.name ?? '', current.length);
  const publics = publicColumns(table);
  const newColumn = (ref: ast.ColumnRef): Column =>
    inserted[publics.indexOf(insertedColumn(target, { ...ref, table: null }))]!.column;
  const aliased = new Map<string, Column>();
  if (stmt.rowAlias !== null) {
    if (stmt.rowAlias.columns === null) inserted.forEach((n) => aliased.set(n.name.toLowerCase(), n.column));
    else
      stmt.rowAlias.columns.forEach((name, i) =>
        aliased.set(name.toLowerCase(), inserted[publics.indexOf(columns[i]!)]!.column),
      );
  }
  const alias = stmt.rowAlias?.name.toLowerCase();
  const ofQuery = extra.refs.map((_, i): Column => {
    const { type } = extra.plan!.schema[columns.length + i]!;
    return { ...state.column(type), index: 2 * current.length + i };
  });
  const row = [...current.map((n) => n.column), ...inserted.map((n) => n.column), ...ofQuery];
  const renamed = [...aliased].map(([name, column]) => ({ ...inserted[0]!, name, column }));
  const queried = extra.refs.map((ref, i): FieldName => {
    const { schema, table: alias, name } = ref;
    return {
      ...current[0]!,
      db: schema ?? db.name,
      table: alias ?? '',
      name,
      column: ofQuery[i]!,
      visible: alias === null,
    };
  });
  const env: ExpressionEnv = {
    state,
    scope: rowScope([...current, ...(stmt.rowAlias === null ? [] : renamed), ...distinctNames(queried)]),
    clause: 'field list',
    values: newColumn,
    defaultOf: (ref) => defaultValue(state, insertedColumn(target, ref!)),
    resolve: (ref) => {
      if (ref.table !== null && ref.table.toLowerCase() === alias)
        return aliased.get(ref.name.toLowerCase()) ?? undefined;
      const own = findName(current, ref, 'field list');
      if (own !== null) {
        if (ref.table === null && isOfQuery(state, stmt.query, ref.name))
          throw mysqlError('ER_NON_UNIQ_ERROR', ref.name, 'field list');
        return own.column;
      }
      const at = extra.refs.indexOf(ref);
      if (at >= 0) return ofQuery[at];
      return ref.table === null ? (aliased.get(ref.name.toLowerCase()) ?? null) : null;
    },
  };
  // DEFAULT, all that a generated column may be given, changes nothing of the row.
  const kept = stmt.onDuplicate!.filter(
    (a) =>
      insertedColumn(target, a.column).generated === '' ||
      !isOwnDefault(stripParens(a.value), insertedColumn(target, a.column), target.columns),
  );
  if (kept.length === 0) {
    const at = publics.findIndex((c) => c.generated === '');
    return [{ column: publics[at]!, value: current[at]!.column }];
  }
  return kept.map((a) => {
    const column = insertedColumn(target, a.column);
    const x = stripParens(a.value);
    if (isOwnDefault(x, column, target.columns)) {
      const stored = (name: string): Column =>
        current[publics.findIndex((c) => c.lower === name.toLowerCase())]!.column;
      return { column, value: defaultOverRow(state, column, stored) };
    }
    if (column.generated !== '')
      throw mysqlError('ER_NON_DEFAULT_VALUE_FOR_GENERATED_COLUMN', column.name, table.name);
    return { column, ...buildOverRow(env, a.value, row, physical) };
  });
}
