import type { Column, Expression } from '../../expression/expression.js';
import { updatableSelect } from '../../catalog/updatable-view.js';
import type { ColumnInfo, DbInfo, TableInfo } from '../../catalog/model.js';
import type * as ast from '../../parser/ast/index.js';
import { stripParens } from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import type { BuildState, ExpandedView } from '../resolve/build-state.js';
import { build, buildCondition, call } from '../resolve/expression-builder.js';
import type { FieldName, QueryScope, Relation } from '../resolve/scope.js';
import { asSemiJoin } from '../resolve/subquery.js';
import type { ViewCheck } from '../physical/plan.js';
import { resolveOver } from '../physical/resolve-indices.js';
import { columnsOf } from './expression-walk.js';
import { dual, projection, selection, type DataSource } from './plan.js';
import { forEachNode } from './walk.js';

/** A table that a statement writes by the name of a view. */
export interface WrittenView {
  readonly db: DbInfo;
  readonly view: TableInfo;
  /** By what name the statement knows the view. */
  readonly alias: string;
  /** The view and those below it: on whose behalf the table is written. */
  readonly chain: readonly ExpandedView[];
  /** The view joins tables: rows cannot be deleted by it. */
  readonly joined: boolean;
  /** Each of its columns is one of a table, and there is no outer join. */
  readonly insertable: boolean;
  /** What the CHECK OPTION asks of rows. */
  readonly conditions: readonly Expression[];
  /** The CHECK OPTION asks for what a row alone does not tell. */
  readonly unchecked: boolean;
}

/** Where conditions that rows must keep to are gathered while views in views are opened. */
export interface CheckScope {
  /** A view around has CASCADED: all conditions below count. */
  readonly cascaded: boolean;
  readonly conditions: Expression[];
  unchecked: boolean;
  /** Some column is computed, or a join may leave a table out. */
  readOnlyParts: boolean;
}

type BuildFrom = (state: BuildState, from: ast.TableRef, scope: QueryScope) => Relation;

const hasOuterJoin = (from: ast.TableRef): boolean =>
  from.kind === 'Join' &&
  (from.type === 'LEFT' || from.type === 'RIGHT' || hasOuterJoin(from.left) || hasOuterJoin(from.right));

/**
 * A view in the FROM clause of a writer, as the tables below it under the view's name; null when rows cannot be written through it. The
 * view is on top of `state.viewStack`.
 */
export function writtenView(
  state: BuildState,
  db: DbInfo,
  view: TableInfo,
  alias: string,
  query: ast.Query,
  buildFrom: BuildFrom,
): Relation | null {
  const info = view.view!;
  const select = updatableSelect(query, info.algorithm);
  if (select === null) return null;
  const around = state.checkScope;
  const scope: CheckScope = {
    cascaded: around?.cascaded === true || info.checkOption === 'CASCADED',
    conditions: around?.conditions ?? [],
    unchecked: false,
    readOnlyParts: false,
  };
  const checks = around?.cascaded === true || info.checkOption !== 'NONE';
  state.checkScope = scope;
  const inner: QueryScope = {
    relation: { plan: dual(1), names: [] },
    outer: null,
    ctes: null,
    cells: new Map(),
  };
  try {
    inner.relation = buildFrom(state, select.from!, inner);
  } finally {
    state.checkScope = around;
  }
  const sources: DataSource[] = [];
  forEachNode(inner.relation.plan, (n) => {
    if (n.op === 'DataSource' && state.writable.has(n)) sources.push(n);
  });
  const known = (e: Expression): boolean =>
    [...columnsOf([e])].every((id) => sources.some((s) => s.infos.has(id)));
  if (select.where !== null) {
    const env = { state, scope: inner, clause: 'where clause' };
    const conditions: Expression[] = [];
    for (const conjunct of conjuncts(select.where)) {
      const done = asSemiJoin(env, conjunct);
      if (done !== true) conditions.push(done === false ? buildCondition(env, conjunct) : done);
      else if (checks) scope.unchecked = true;
    }
    if (checks) {
      scope.conditions.push(...conditions.filter(known));
      if (!conditions.every(known)) scope.unchecked = true;
    }
    inner.relation.plan = selection(inner.relation.plan, conditions);
  }
  const computed: { readonly value: Expression; readonly column: Column }[] = [];
  const filtered = inner.relation.plan;
  const names = select.fields.map((f, i): FieldName => {
    const value = build({ state, scope: inner, clause: 'field list' }, f.expr!);
    let column: Column;
    if (value.kind === 'column' && known(value)) column = value;
    else {
      column = state.column(value.type);
      computed.push({ value, column });
    }
    const name = info.columns[i] ?? f.alias ?? f.text;
    const shown = { name, table: alias, db: db.name, orgName: name, orgTable: view.name };
    return { ...shown, column, visible: true, hidden: false };
  });
  // A subquery that depends on the row joins something to it.
  if (inner.relation.plan !== filtered) {
    for (const s of sources) state.written.delete(s);
    return null;
  }
  let { plan } = inner.relation;
  if (computed.length > 0 || hasOuterJoin(select.from!)) scope.readOnlyParts = true;
  if (computed.length > 0)
    plan = projection(
      plan,
      [...plan.schema, ...computed.map((c) => c.value)],
      [...plan.schema, ...computed.map((c) => c.column)],
    );
  const used = names.map((n) => n.column.id);
  for (const source of sources) {
    const below = state.written.get(source);
    state.written.set(source, {
      db,
      view,
      alias,
      chain: below?.chain ?? [...state.viewStack],
      joined: sources.length > 1 || below?.joined === true,
      insertable: !scope.readOnlyParts && new Set(used).size === used.length,
      conditions: scope.conditions,
      unchecked: scope.unchecked || below?.unchecked === true,
    });
  }
  if (around !== null) around.readOnlyParts ||= scope.readOnlyParts;
  return { plan, names };
}

function conjuncts(e: ast.Expr): ast.Expr[] {
  const x = stripParens(e);
  return x.kind === 'Binary' && x.op === 'AND' ? [...conjuncts(x.left), ...conjuncts(x.right)] : [x];
}

/** What rows of the table must keep to when they are written through the view. Throws 1235 where a row alone does not tell. */
export function viewCheck(state: BuildState, source: DataSource): ViewCheck | null {
  const written = state.written.get(source);
  if (written === undefined) return null;
  const { conditions, db, view } = written;
  const own = (e: Expression): boolean =>
    [...columnsOf([e])].every((id) => source.infos.get(id) !== undefined);
  if (written.unchecked || !conditions.every(own))
    throw mysqlError('ER_NOT_SUPPORTED_YET', 'WITH CHECK OPTION over several tables');
  if (conditions.length === 0) return null;
  const used = columnsOf([...conditions]);
  const reads: { readonly column: Column; readonly info: ColumnInfo }[] = [];
  for (const column of [...source.all, ...source.virtuals.map((v) => v.column)]) {
    const info = source.infos.get(column.id);
    if (used.has(column.id) && info !== null && info !== undefined) reads.push({ column, info });
  }
  const schema = reads.map((r) => r.column);
  return {
    db: db.name,
    view: view.name,
    reads: reads.map((r) => r.info.offset),
    violations: conditions.map((c) =>
      resolveOver(call({ state }, 'not', call({ state }, 'istrue', c)), schema),
    ),
  };
}

/**
 * Checks the privilege on the columns of the table or, where it is written through views, on those of the outermost view, then on each view
 * and the table on behalf of the definer of the view around it.
 */
export function checkWritten(
  state: BuildState,
  source: DataSource,
  privilege: 'INSERT' | 'UPDATE' | 'DELETE',
  columns: readonly string[],
): void {
  const check = (db: string, table: string, names: readonly string[]): void => {
    if (privilege === 'DELETE') state.checkPrivilege(privilege, db, table);
    else state.checkWrite(privilege, db, table, names);
  };
  const written = state.written.get(source);
  if (written === undefined) return check(source.db.name, source.table.name, columns);
  const depth = state.viewStack.length;
  try {
    for (const view of written.chain) {
      check(view.db, view.name, columns);
      state.viewStack.push(view);
    }
    check(source.db.name, source.table.name, []);
  } finally {
    state.viewStack.length = depth;
  }
}

/** The relation of a view that is inserted into, and the table below it. Throws 1288, 1471. */
export function insertedView(
  state: BuildState,
  name: ast.TableName,
  buildFrom: BuildFrom,
): { readonly relation: Relation; readonly sources: readonly DataSource[] } {
  const scope: QueryScope = {
    relation: { plan: dual(1), names: [] },
    outer: null,
    ctes: null,
    cells: new Map(),
  };
  state.writing = true;
  const relation = buildFrom(
    state,
    { kind: 'Table', table: name, alias: null, partitions: [], indexHints: [], asOf: null, sample: null },
    scope,
  );
  state.writing = false;
  const sources = [...state.written.keys()];
  if (sources.length === 0) throw mysqlError('ER_NON_INSERTABLE_TABLE', name.name, 'INSERT');
  if (!sources.every((s) => state.written.get(s)!.insertable))
    throw mysqlError('ER_NON_INSERTABLE_TABLE', name.name, 'INSERT');
  return { relation, sources };
}
