import { applyHints } from './apply-hints.js';
import type { Column, Expression } from '../../expression/expression.js';
import { preciseQuotient } from '../../expression/truth.js';
import type { ColumnInfo, DbInfo, TableInfo } from '../../catalog/model.js';
import { rowIdColumn } from '../../catalog/table-layout.js';
import type * as ast from '../../parser/ast/index.js';
import { stripParens } from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import { Flag, isNotNull } from '../../types/field-type.js';
import { isStrictMode, SqlMode } from '../../types/sql-mode.js';
import type { BuildState } from '../resolve/build-state.js';
import { build, buildStored, type ExpressionEnv } from '../resolve/expression-builder.js';
import { defaultValue } from '../resolve/default-value.js';
import { buildExpression, parseExpression } from '../resolve/table-expression.js';
import { findCte, findName, refText, type FieldName, type QueryScope } from '../resolve/scope.js';
import type {
  Delete,
  DmlTarget,
  DuplicateAssignment,
  Insert,
  PhysicalPlan,
  RowQuery,
  Update,
  ViewCheck,
} from '../physical/plan.js';
import { resolveOver } from '../physical/resolve-indices.js';
import { joinedColumns, viewCheck } from './view-check.js';
import { checkWritten, insertedView } from './written-view.js';
import { addCommonTables } from './build-cte.js';
import { buildFrom, findTable, handleColumns, namedPartitions } from './build-from.js';
import { buildLimit } from './build-limit.js';
import { filterBy } from './build-where.js';
import { columnsOf } from './expression-walk.js';
import { buildOverRow, rowScope } from './row-query.js';
import { dual, projection, type DataSource, type LogicalPlan } from './plan.js';
import { forEachNode } from './walk.js';

/** Turns a logical plan into its best physical one, same columns. */
export type ToPhysical = (p: LogicalPlan) => PhysicalPlan;

/** Whether an assigned value is the column's own default: DEFAULT, or DEFAULT(col). Throws 3773. */
function isOwnDefault(e: ast.Expr, column: ColumnInfo, target: Inserted | null = null): boolean {
  if (e.kind !== 'DefaultExpr') return false;
  if (e.column === null) return true;
  const named = e.column.name.toLowerCase();
  if (target === null ? named !== column.lower : target.columns.get(named) !== column) return false;
  if (column.default.kind === 'expr') throw mysqlError('ER_DEFAULT_AS_VAL_GENERATED');
  return true;
}

/** A default over other columns, for a row that there is already; null: one that needs no row. */
function defaultOverRow(
  state: BuildState,
  column: ColumnInfo,
  columnOf: (name: string) => Column | null,
): Expression | null {
  if (column.default.kind !== 'expr') return null;
  const value = buildExpression(
    parseExpression(column.default.sql),
    state.ctx.eval,
    columnOf,
    'default value expression',
  );
  return columnsOf([value]).size === 0 ? null : value;
}

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

const ROWID_NAME = '_tidb_rowid';

function refuseRowId(): never {
  throw mysqlError(
    'ER_UNKNOWN_ERROR',
    'insert, update and replace statements for _tidb_rowid are not supported',
  );
}

const insertedColumn = (target: Inserted, ref: ast.ColumnRef): ColumnInfo => {
  const info = target.columns.get(ref.name.toLowerCase());
  if (info === undefined || (ref.table !== null && ref.table.toLowerCase() !== target.name.toLowerCase()))
    throw mysqlError('ER_BAD_FIELD_ERROR', refText(ref), 'field list');
  return info;
};

function refuseSequence(what: string, name: string): never {
  throw mysqlError('ER_UNKNOWN_ERROR', `${what} sequence ${name} is not supported now`);
}

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

export function buildInsert(state: BuildState, stmt: ast.InsertStmt, physical: ToPhysical): Insert {
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
  let rows: (Expression | null)[][] = [];
  let select: PhysicalPlan | null = null;
  if (stmt.rows !== null) {
    rows = stmt.rows.map((row, r) => {
      if (row.length !== columns.length) throw mysqlError('ER_WRONG_VALUE_COUNT_ON_ROW', r + 1);
      return row.map((e, i) => {
        const x = stripParens(e);
        if (isOwnDefault(x, columns[i]!, target)) return null;
        if (columns[i]!.generated !== '') {
          refuseGenerated(state, columns[i]!, table, r === 0);
          return null;
        }
        if (x.kind === 'DefaultExpr' && insertedColumn(target, x.column!).generated !== '')
          throw mysqlError('ER_NON_DEFAULT_VALUE_FOR_GENERATED_COLUMN', columns[i]!.name, table.name);
        return valueOf(e);
      });
    });
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
      !isOwnDefault(stripParens(a.value), insertedColumn(target, a.column), target),
  );
  if (kept.length === 0) {
    const at = publics.findIndex((c) => c.generated === '');
    return [{ column: publics[at]!, value: current[at]!.column }];
  }
  return kept.map((a) => {
    const column = insertedColumn(target, a.column);
    const x = stripParens(a.value);
    if (isOwnDefault(x, column, target)) {
      const stored = (name: string): Column =>
        current[publics.findIndex((c) => c.lower === name.toLowerCase())]!.column;
      return { column, value: defaultOverRow(state, column, stored) };
    }
    if (column.generated !== '')
      throw mysqlError('ER_NON_DEFAULT_VALUE_FOR_GENERATED_COLUMN', column.name, table.name);
    return { column, ...buildOverRow(env, a.value, row, physical) };
  });
}

/** FROM, WHERE, ORDER BY and LIMIT of a writer. */
function buildTarget(
  state: BuildState,
  stmt: ast.UpdateStmt | ast.DeleteStmt,
): { scope: QueryScope; sources: DataSource[] } {
  const ctes = stmt.with === null ? null : addCommonTables(state, stmt.with, stmt, null, null);
  const { from } = stmt;
  if (from.kind === 'Table' && from.table.schema === null && findCte(ctes, from.table.name) !== null)
    throw mysqlError('ER_NON_UPDATABLE_TABLE', from.alias ?? from.table.name, stmt.kind.toUpperCase());
  const scope: QueryScope = { relation: { plan: dual(1), names: [] }, outer: null, ctes, cells: new Map() };
  state.writing = true;
  scope.relation = buildFrom(state, stmt.from, scope);
  state.writing = false;
  const sources: DataSource[] = [];
  forEachNode(scope.relation.plan, (n) => {
    if (n.op === 'DataSource' && state.writable.has(n)) sources.push(n);
  });
  if (stmt.hints.length > 0) applyHints(state, stmt.hints, scope.relation.plan);
  return { scope, sources };
}

function finishTarget(state: BuildState, stmt: ast.UpdateStmt | ast.DeleteStmt, scope: QueryScope): void {
  if (stmt.orderBy !== null) {
    if (stmt.from.kind !== 'Table') throw mysqlError('ER_WRONG_USAGE', stmt.kind.toUpperCase(), 'ORDER BY');
    const env: ExpressionEnv = { state, scope, clause: 'order clause' };
    const by = stmt.orderBy
      .map((o) => ({ expr: build(env, o.expr), desc: o.desc }))
      .filter((o) => o.expr.kind !== 'constant');
    const child = scope.relation.plan;
    if (by.length > 0) scope.relation.plan = { op: 'Sort', schema: child.schema, children: [child], by };
  }
  if (stmt.limit !== null) {
    if (stmt.from.kind !== 'Table') throw mysqlError('ER_WRONG_USAGE', stmt.kind.toUpperCase(), 'LIMIT');
    scope.relation.plan = buildLimit(state, scope.relation.plan, stmt.limit);
  }
}

/** Columns of the targets' rows and handles in one list, and where each is. */
function targetColumns(sources: readonly DataSource[]): Column[] {
  const out: Column[] = [];
  for (const ds of sources) {
    for (const c of [...ds.all, ...ds.virtuals.map((v) => v.column), ...handleColumns(ds)])
      if (!out.some((o) => o.id === c.id)) out.push(c);
  }
  return out;
}

function dmlTarget(ds: DataSource, schema: readonly Column[], check: ViewCheck | null = null): DmlTarget {
  const at = (id: number): number => schema.findIndex((c) => c.id === id);
  const byOffset = new Map<number, number>();
  for (const c of [...ds.all, ...ds.virtuals.map((v) => v.column)]) {
    const info = ds.infos.get(c.id);
    if (info !== null && info !== undefined) byOffset.set(info.offset, at(c.id));
  }
  const handle = handleColumns(ds);
  return {
    db: ds.db,
    table: ds.table,
    physicalId: ds.table.id,
    columns: ds.table.columns.map((c) => byOffset.get(c.offset) ?? -1),
    handle: ds.table.isCommonHandle ? -1 : at(handle[0]!.id),
    partitions: ds.partitionNames,
    ...(check === null ? {} : { viewCheck: check }),
  };
}

/** Point reads of a pessimistic writer lock what they read. */
function lockPoint(state: BuildState, plan: PhysicalPlan): PhysicalPlan {
  if (!state.ctx.pessimistic) return plan;
  if (plan.op === 'PointGet' || plan.op === 'BatchPointGet')
    return { ...plan, lock: { mode: 'update', wait: 'default' } };
  return plan;
}

export function buildUpdate(state: BuildState, stmt: ast.UpdateStmt, physical: ToPhysical): Update {
  const { scope, sources } = buildTarget(state, stmt);
  const owner = (ref: ast.ColumnRef): { source: DataSource; info: ColumnInfo } => {
    const name = findName(scope.relation.names, ref, 'field list', true);
    if (name === null) throw mysqlError('ER_BAD_FIELD_ERROR', refText(ref), 'field list');
    // Derived and common tables are not written through, whatever table their columns come from.
    if (name.db === '') throw mysqlError('ER_NON_UPDATABLE_TABLE', name.table, 'UPDATE');
    const source = sources.find((s) => s.infos.has(name.column.id));
    const info = source?.infos.get(name.column.id);
    const named = state.ctx.schema.table(name.db, name.orgTable);
    if (named?.view !== undefined && (source === undefined || !state.written.has(source))) {
      const writable = [...state.written.values()].some((w) => w.view.id === named.id);
      if (writable) throw mysqlError('ER_NONUPDATEABLE_COLUMN', name.name);
      throw mysqlError('ER_NON_UPDATABLE_TABLE', name.table, 'UPDATE');
    }
    if (source !== undefined && info === null && ref.name.toLowerCase() === ROWID_NAME) refuseRowId();
    if (source === undefined || info === null || info === undefined)
      throw mysqlError('ER_NON_UPDATABLE_TABLE', name.table, 'UPDATE');
    return { source, info };
  };
  const assigned = stmt.set.map((a) => ({ ...owner(a.column), ast: a }));
  if (stmt.where !== null) filterBy({ state, scope, clause: 'where clause' }, stmt.where);
  finishTarget(state, stmt, scope);
  const targets = sources.filter((s) => assigned.some((a) => a.source === s));
  refuseTablesOfOneView(state, targets);
  refuseKeyOfTwice(targets, assigned);
  for (const t of targets) {
    const own = assigned.filter((a) => a.source === t);
    const view = state.written.get(t);
    checkWritten(
      state,
      t,
      'UPDATE',
      own.map((a) => (view === undefined ? a.info.name : a.ast.column.name)),
    );
    state.noteTable(t.db, t.table, true);
  }
  const values = assigned.map(({ info, source, ast: a }): Expression | null => {
    const x = stripParens(a.value);
    if (isOwnDefault(x, info)) {
      const ofSource = (name: string): Column | null =>
        findName(
          scope.relation.names,
          { schema: null, table: source.alias, name },
          'default value expression',
          true,
        )?.column ?? null;
      return defaultOverRow(state, info, ofSource);
    }
    if (info.generated !== '')
      throw mysqlError('ER_NON_DEFAULT_VALUE_FOR_GENERATED_COLUMN', info.name, source.table.name);
    const env: ExpressionEnv = {
      state,
      scope,
      clause: 'field list',
      defaultOf: (ref) => defaultValue(state, owner(ref!).info),
    };
    return buildStored(env, a.value);
  });
  const columns = targetColumns(targets);
  const used = columnsOf(values.flatMap((v) => (v === null ? [] : [v])));
  for (const t of targets)
    for (const c of joinedColumns(t, state.written.get(t)?.conditions ?? [])) used.add(c.id);
  for (const c of scope.relation.plan.schema)
    if (used.has(c.id) && !columns.some((o) => o.id === c.id)) columns.push(c);
  const child = lockPoint(state, physical(projection(scope.relation.plan, columns, columns)));
  return {
    op: 'Update',
    id: child.id + 1,
    schema: [],
    estRows: 0,
    task: 'root',
    child,
    targets: targets.map((t) => dmlTarget(t, child.schema, viewCheck(state, t, child.schema, physical))),
    // DEFAULT, all that a generated column may be given, changes nothing of the row.
    assignments: assigned.flatMap((a, i) =>
      a.info.generated !== ''
        ? []
        : [
            {
              target: targets.indexOf(a.source),
              column: a.info,
              value: values[i] === null ? null : resolveOver(values[i]!, child.schema),
            },
          ],
    ),
    ignore: stmt.ignore,
  };
}

/** Whether the column's value tells the partition of a row. */
function dividesRows(table: TableInfo, column: ColumnInfo): boolean {
  const { partition } = table;
  if (partition === undefined) return false;
  return (
    partition.columns.some((c) => c.toLowerCase() === column.lower) ||
    partition.expr.toLowerCase().includes(`\`${column.lower}\``)
  );
}

/** A row that the statement changes under two names keeps its place: neither may set a primary key or partitioning column. */
function refuseKeyOfTwice(
  targets: readonly DataSource[],
  assigned: readonly { readonly source: DataSource; readonly info: ColumnInfo }[],
): void {
  const moves = (t: DataSource): boolean =>
    assigned.some(
      ({ source, info }) =>
        source === t && ((info.type.flag & Flag.PriKey) !== 0 || dividesRows(t.table, info)),
    );
  targets.forEach((t, i) => {
    const other = targets.slice(0, i).find((o) => o.table.id === t.table.id);
    if (other !== undefined && (moves(t) || moves(other)))
      throw mysqlError('ER_MULTI_UPDATE_KEY_CONFLICT', other.alias, t.alias);
  });
}

/** By a view that joins tables a statement changes one of them. */
function refuseTablesOfOneView(state: BuildState, targets: readonly DataSource[]): void {
  const seen = new Set<string>();
  for (const t of targets) {
    const view = state.written.get(t);
    if (view === undefined) continue;
    const name = view.alias.toLowerCase();
    if (seen.has(name)) throw mysqlError('ER_VIEW_MULTIUPDATE', view.db.name, view.view.name);
    seen.add(name);
  }
}

/** A view or sequence among the tables to delete from whose rows are none of a table; `targets` null: those of FROM. */
function refuseDeleted(
  state: BuildState,
  from: ast.TableRef,
  targets: ast.DeleteStmt['targets'],
  ctes: QueryScope['ctes'],
): void {
  if (from.kind === 'Join') {
    refuseDeleted(state, from.left, targets, ctes);
    refuseDeleted(state, from.right, targets, ctes);
    return;
  }
  if (from.kind !== 'Table') return;
  if (from.table.schema === null && findCte(ctes, from.table.name) !== null) return;
  const table = state.ctx.schema.table(from.table.schema ?? state.database, from.table.name);
  const alias = (from.alias ?? from.table.name).toLowerCase();
  const named = targets === null || targets.some((t) => t.name.toLowerCase() === alias);
  if (!named) return;
  if (table?.sequence !== undefined) refuseSequence('delete', table.name);
  if (table?.view === undefined) return;
  const written = [...state.written.values()].find((w) => w.alias.toLowerCase() === alias);
  if (written === undefined) throw mysqlError('ER_NON_UPDATABLE_TABLE', from.alias ?? table.name, 'DELETE');
  if (written.joined) throw mysqlError('ER_VIEW_DELETE_MERGE_VIEW', written.db.name, table.name);
}

export function buildDelete(state: BuildState, stmt: ast.DeleteStmt, physical: ToPhysical): Delete {
  const { scope, sources } = buildTarget(state, stmt);
  refuseDeleted(state, stmt.from, stmt.targets, scope.ctes);
  const targets: DataSource[] = [];
  if (stmt.targets === null) {
    if (sources.length !== 1)
      throw mysqlError(
        'ER_NON_UPDATABLE_TABLE',
        stmt.from.kind === 'Table' ? stmt.from.table.name : '',
        'DELETE',
      );
    targets.push(sources[0]!);
  } else {
    for (const t of stmt.targets) {
      const lower = t.name.toLowerCase();
      const found = sources.find((s) => {
        const { alias, db } = state.written.get(s) ?? s;
        return alias.toLowerCase() === lower && (t.schema === null || db.lower === t.schema.toLowerCase());
      });
      if (found === undefined) throw mysqlError('ER_UNKNOWN_TABLE', t.name, 'MULTI DELETE');
      if (targets.includes(found)) throw mysqlError('ER_NONUNIQ_TABLE', t.name);
      targets.push(found);
    }
  }
  for (const t of targets) {
    checkWritten(state, t, 'DELETE', []);
    state.noteTable(t.db, t.table, true);
  }
  if (stmt.where !== null) filterBy({ state, scope, clause: 'where clause' }, stmt.where);
  finishTarget(state, stmt, scope);
  const columns = targetColumns(targets);
  const child = lockPoint(state, physical(projection(scope.relation.plan, columns, columns)));
  return {
    op: 'Delete',
    id: child.id + 1,
    schema: [],
    estRows: 0,
    task: 'root',
    child,
    targets: targets.map((t) => dmlTarget(t, child.schema)),
    ignore: stmt.ignore,
  };
}
