import { applyHints } from './apply-hints.js';
import type { Column, Expression } from '../../expression/expression.js';
import type { ColumnInfo, TableInfo } from '../../catalog/model.js';
import type * as ast from '../../parser/ast/index.js';
import { stripParens } from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import { Flag } from '../../types/field-type.js';
import type { BuildState } from '../resolve/build-state.js';
import { build, buildStored, type ExpressionEnv } from '../resolve/expression-builder.js';
import { defaultValue } from '../resolve/default-value.js';
import { findCte, findName, refText, type QueryScope } from '../resolve/scope.js';
import type { Delete, DmlTarget, PhysicalPlan, Update, ViewCheck } from '../physical/plan.js';
import { resolveOver } from '../physical/resolve-indices.js';
import { joinedColumns, viewCheck } from './view-check.js';
import { checkWritten } from './written-view.js';
import { addCommonTables } from './build-cte.js';
import { buildFrom, handleColumns } from './build-from.js';
import { buildLimit } from './build-limit.js';
import { filterBy } from './build-where.js';
import { columnsOf } from './expression-walk.js';
import { dual, projection, type DataSource } from './plan.js';
import { forEachNode } from './walk.js';
import { defaultOverRow, isOwnDefault } from './assigned-default.js';
import { refuseRowId, refuseSequence, ROWID_NAME } from './unwritable.js';
import type { ToPhysical } from './row-query.js';

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
