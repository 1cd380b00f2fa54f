import type { Column, Expression } from '../../expression/expression.js';
import { hasOuterJoin, updatableSelect } from '../../catalog/updatable-view.js';
import type { DbInfo, TableInfo } from '../../catalog/model.js';
import type * as ast from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import type { BuildState, ExpandedView } from '../resolve/build-state.js';
import { build } from '../resolve/expression-builder.js';
import type { FieldName, QueryScope, Relation } from '../resolve/scope.js';
import { filterBy } from './build-where.js';
import { columnsOf, substitute } from './expression-walk.js';
import { dual, projection, type DataSource } from './plan.js';
import { checkCondition, conditionsOf, type CheckCondition } from './view-check.js';
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
  readonly conditions: readonly CheckCondition[];
}

/** Where conditions that rows must keep to are gathered while views in views are opened. */
export interface CheckScope {
  /** A view around has CASCADED: all conditions below count. */
  readonly cascaded: boolean;
  readonly conditions: CheckCondition[];
  /** Computed columns of the views below. */
  readonly computed: Map<number, Expression>;
  /** Some column is computed, or a join may leave a table out. */
  readOnlyParts: boolean;
}

type BuildFrom = (state: BuildState, from: ast.TableRef, scope: QueryScope) => Relation;

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
    computed: around?.computed ?? new Map<number, Expression>(),
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
  const { names: inputs } = inner.relation;
  if (select.where !== null) filterBy({ state, scope: inner, clause: 'where clause' }, select.where);
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
  for (const { value, column } of computed) scope.computed.set(column.id, substitute(value, scope.computed));
  if (checks)
    for (const condition of conditionsOf(select))
      scope.conditions.push(checkCondition(state, inputs, scope.computed, condition));
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
    });
  }
  if (around !== null) around.readOnlyParts ||= scope.readOnlyParts;
  return { plan, names };
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
