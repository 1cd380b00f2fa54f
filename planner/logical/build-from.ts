import { withHiddenDigits } from './hidden-digits.js';
import { throwIfFlashback } from '../../catalog/flashback-state.js';
import type { Column, Expression } from '../../expression/expression.js';
import type { ColumnInfo, DbInfo, TableInfo } from '../../catalog/model.js';
import type { PlanContext } from '../plan-context.js';
import type * as ast from '../../parser/ast/index.js';
import { intType } from '../../expression/type-inference.js';
import { ERRORS, mysqlError } from '../../types/error-table.js';
import { MysqlError } from '../../types/error.js';
import { rawFunction } from '../../expression/build.js';
import { Flag, TypeCode } from '../../types/field-type.js';
import { SqlMode } from '../../types/sql-mode.js';
import { isVirtual } from '../../catalog/table-layout.js';
import { asColumn, generationOf } from '../resolve/table-expression.js';
import { parseQuery } from '../resolve/view-text.js';
import type { FieldName, QueryScope, Relation } from '../resolve/scope.js';
import type { BuildState } from '../resolve/build-state.js';
import { buildCteReference } from './build-cte.js';
import { buildJoin, lateralScope } from './build-join.js';
import { buildJsonTable } from './build-json-table.js';
import { forEachNode } from './walk.js';
import type { TableLabel } from './plan.js';
import { writtenView } from './written-view.js';
import { columnsOf, idsOf } from './expression-walk.js';
import {
  dual,
  projection,
  type DataSource,
  type LogicalPlan,
  type MemTable,
  type VirtualColumn,
} from './plan.js';

/** Builds FROM: the relation that the rest of the block works on. */
export function buildFrom(state: BuildState, from: ast.TableRef | null, scope: QueryScope): Relation {
  if (from === null) return { plan: dual(1), names: [] };
  const rel = tableRef(state, from, scope, []);
  checkUniqueAliases(from, state);
  return rel;
}

/** `before`: the names of the tables that stand before it in FROM, which lateral tables see (manual, "Lateral Derived Tables"). */
function tableRef(
  state: BuildState,
  ref: ast.TableRef,
  scope: QueryScope,
  before: readonly FieldName[],
): Relation {
  switch (ref.kind) {
    case 'Table':
      return labelled(
        state,
        tableSource(state, ref, scope),
        ref.alias ?? ref.table.name,
        ref.table.schema ?? state.database,
      );
    case 'Derived':
      return labelled(state, derived(state, ref, scope, before), ref.alias, null);
    case 'Join':
      return buildJoin(state, ref, scope, before, tableRef);
    case 'JsonTable':
      return buildJsonTable(state, ref, lateralScope(scope, before));
  }
}

/** Notes by what name the block knows the tables in a plan. */
function labelled(state: BuildState, rel: Relation, alias: string, db: string | null): Relation {
  const label: TableLabel = { alias: alias.toLowerCase(), db: db?.toLowerCase() ?? null, block: state.block };
  forEachNode(rel.plan, (n) => {
    if (n.children.length === 0) n.labels = [...(n.labels ?? []), label];
  });
  return rel;
}

function checkUniqueAliases(from: ast.TableRef, state: BuildState): void {
  const seen = new Set<string>();
  const visit = (r: ast.TableRef): void => {
    if (r.kind === 'Join') {
      visit(r.left);
      visit(r.right);
      return;
    }
    const alias = r.kind === 'Table' ? (r.alias ?? r.table.name) : r.alias;
    const db = r.kind === 'Table' && r.alias === null ? (r.table.schema ?? state.database) : '';
    const key =
      r.kind === 'Table' && r.alias === null
        ? `${db.toLowerCase()}.${alias.toLowerCase()}`
        : alias.toLowerCase();
    if (alias !== '' && seen.has(key)) throw mysqlError('ER_NONUNIQ_TABLE', alias);
    seen.add(key);
  };
  visit(from);
}

export interface FoundTable {
  readonly db: DbInfo;
  readonly table: TableInfo;
}

/** A stored table, virtual table or view by name; errors 1046, 1049, 1146. */
export function findTable(state: BuildState, name: ast.TableName): FoundTable {
  const dbName = name.schema ?? state.database;
  if (dbName === '') throw mysqlError('ER_NO_DB_ERROR');
  // A view is made of what everybody sees.
  const { schema: all } = state.ctx;
  const schema = state.viewStack.length > 0 ? (all.permanent ?? all) : all;
  const db = schema.database(dbName);
  const table = db === null ? null : schema.table(dbName, name.name);
  if (db === null || table === null) {
    // Who may not read there does not learn what there is.
    state.checkPrivilege('SELECT', dbName, name.name);
    throw mysqlError('ER_NO_SUCH_TABLE', dbName, name.name);
  }
  throwIfFlashback(table);
  return { db, table };
}

function tableSource(state: BuildState, ref: ast.TableSource, scope: QueryScope): Relation {
  if (ref.table.schema === null) {
    const cte = buildCteReference(state, ref.table.name, ref.alias ?? ref.table.name, scope);
    if (cte !== null) return cte;
  }
  const { db, table } = findTable(state, ref.table);
  const alias = ref.alias ?? table.name;
  if (table.view !== undefined) {
    if (ref.sample !== null) checkSample(ref.sample, table);
    return view(state, db, table, alias);
  }
  if (table.sequence !== undefined) {
    // One row without columns, as TiDB has it: SELECT NEXTVAL(s) FROM s.
    state.checkPrivilege('SELECT', db.name, table.name);
    state.noteTable(db, table, false);
    return { plan: dual(1), names: [] };
  }
  if (ref.sample !== null) checkSample(ref.sample, table);
  const partitions = namedPartitions(table, ref.partitions);
  const readable = state.checkRead(db.name, table.name);
  state.noteTable(db, table, false);
  const hints = ref.indexHints.map((h) => ({
    ...h,
    indexes: h.indexes.map((name) => hintedIndex(withVisibleIndexes(state.ctx, table), name)),
  }));
  const source = padded(
    state,
    ref.sample === null
      ? sourceOf(state, db, table, alias, hints, state.writing, partitions)
      : sampleOf(state, db, table, alias, partitions),
  );
  if (readable === null) return source;
  const denied = (n: FieldName): FieldName => {
    if (readable.has(n.orgName.toLowerCase())) return n;
    return { ...n, denied: () => state.ctx.denyColumn('SELECT', n.orgName, table.name) };
  };
  return { plan: source.plan, names: source.names.map(denied) };
}

/** PAD_CHAR_TO_FULL_LENGTH: CHAR columns come with the spaces that fill them (manual, "Server SQL Modes"). */
function padded(state: BuildState, rel: Relation): Relation {
  const { eval: ctx } = state.ctx;
  if ((ctx.sqlMode & SqlMode.PadCharToFullLength) === 0 || state.writing) return rel;
  const columns: Column[] = [];
  const values: Expression[] = [];
  const names = rel.names.map((n) => {
    const { type } = n.column;
    if (type.tp !== TypeCode.String || type.charset === 'binary' || type.elems !== undefined) return n;
    const column = state.column(type, n.column.name);
    columns.push(column);
    values.push(rawFunction('pad_char', [n.column], type, type.collate));
    return { ...n, column };
  });
  if (columns.length === 0) return rel;
  const { plan } = rel;
  return { plan: projection(plan, [...plan.schema, ...values], [...plan.schema, ...columns]), names };
}

/** Name of the index that a hint means: it may be given by an unambiguous prefix (MySQL manual, "Index Hints"). Throws 1176. */
function hintedIndex(table: TableInfo, name: string): string {
  const lower = name.toLowerCase();
  if (lower === 'primary' && table.pkIsHandle) return name;
  const indices = table.indices.filter((i) => i.state === 'public' && !i.invisible);
  if (indices.some((i) => i.lower === lower)) return name;
  const meant = indices.filter((i) => i.lower.startsWith(lower));
  if (lower === '' || meant.length !== 1) throw mysqlError('ER_KEY_DOES_NOT_EXITS', name, table.name);
  return meant[0]!.name;
}

/** Lower names of PARTITION (…), null for none. Throws 1747, 1735. */
export function namedPartitions(table: TableInfo, names: readonly string[]): ReadonlySet<string> | null {
  if (names.length === 0) return null;
  if (table.partition === undefined) throw mysqlError('ER_PARTITION_CLAUSE_ON_NONPARTITIONED');
  const set = new Set<string>();
  for (const name of names) {
    const lower = name.toLowerCase();
    if (!table.partition.definitions.some((d) => d.lower === lower))
      throw mysqlError('ER_UNKNOWN_PARTITION', name, table.name);
    set.add(lower);
  }
  return set;
}

export function columnOfInfo(state: BuildState, db: DbInfo, table: TableInfo, info: ColumnInfo): Column {
  return state.column(info.type, `${db.lower}.${table.lower}.${info.lower}`);
}

/** Only regions are sampled, and only stored tables have some. Throws 8128. */
function checkSample(sample: ast.TableSample, table: TableInfo): void {
  const refuse = (why: string): never => {
    throw mysqlError('ER_INVALID_TABLE_SAMPLE', why);
  };
  if (table.view !== undefined) refuse('Unsupported TABLESAMPLE in views');
  if (table.virtual === true) refuse('Unsupported TABLESAMPLE in virtual tables');
  if (sample.method !== 'REGIONS') refuse('Only supports REGIONS sampling method');
}

/** TABLESAMPLE REGIONS (): the first row of each region of the table. */
function sampleOf(
  state: BuildState,
  db: DbInfo,
  table: TableInfo,
  alias: string,
  partitions: ReadonlySet<string> | null,
): Relation {
  const infos = new Map<number, ColumnInfo>();
  const schema: Column[] = [];
  const names: FieldName[] = [];
  for (const info of table.columns) {
    if (info.state !== 'public') continue;
    const column = columnOfInfo(state, db, table, info);
    infos.set(column.id, info);
    schema.push(column);
    names.push(fieldNameOf(db, table, alias, info, column));
  }
  const plan: MemTable = {
    op: 'MemTable',
    schema,
    children: [],
    db,
    table,
    alias,
    infos,
    conditions: [],
    sample: { partitions },
  };
  return { plan, names };
}

const fieldNameOf = (
  db: DbInfo,
  table: TableInfo,
  alias: string,
  info: ColumnInfo,
  column: Column,
): FieldName => ({
  name: info.name,
  table: alias,
  db: db.name,
  orgName: info.name,
  orgTable: table.name,
  column,
  visible: true,
  hidden: info.hidden,
});

const isIndexed = (table: TableInfo, info: ColumnInfo): boolean =>
  table.indices.some((i) => i.columns.some((c) => c.offset === info.offset));

/** A source over a table's public columns, or over all of them for writers, who see columns being added too. */
function sourceOf(
  state: BuildState,
  db: DbInfo,
  table: TableInfo,
  alias: string,
  indexHints: readonly ast.IndexHint[],
  writing: boolean,
  partitionNames: ReadonlySet<string> | null = null,
): Relation {
  const infos = new Map<number, ColumnInfo>();
  const schema: Column[] = [];
  const names: FieldName[] = [];
  const computed: { column: Column; info: ColumnInfo }[] = [];
  for (const info of table.columns) {
    if (info.state !== 'public' && !writing) continue;
    const column = columnOfInfo(state, db, table, info);
    infos.set(column.id, info);
    if (isIndexed(table, info)) state.indexed.add(column.id);
    if (isVirtual(info)) computed.push({ column, info });
    else schema.push(column);
    if (info.state === 'public') {
      names.push(fieldNameOf(db, table, alias, info, column));
    }
  }
  if (table.virtual === true) {
    const plan: MemTable = { op: 'MemTable', schema, children: [], db, table, alias, infos, conditions: [] };
    return { plan, names };
  }
  const all: Map<number, ColumnInfo | null> = new Map(infos);
  if (!table.pkIsHandle && !table.isCommonHandle) {
    const rowId = state.column(
      { ...intType(), flag: intType().flag | Flag.NotNull },
      `${db.lower}.${table.lower}._tidb_rowid`,
    );
    all.set(rowId.id, null);
    schema.push(rowId);
    names.push({
      name: '_tidb_rowid',
      table: alias,
      db: db.name,
      orgName: '_tidb_rowid',
      orgTable: table.name,
      column: rowId,
      visible: true,
      hidden: true,
    });
  }
  const plan: DataSource = {
    op: 'DataSource',
    schema: [...schema],
    children: [],
    db,
    table: withVisibleIndexes(state.ctx, state.ctx.withHypothetical?.(table) ?? table),
    alias,
    infos: all,
    all: schema,
    virtuals: [],
    partitionNames,
    physical: null,
    conditions: [],
    indexHints,
    mergeHint: null,
    noIndexMerge: false,
    dirty: table.cached === true || (state.ctx.inTransaction && state.ctx.hasDirtyWrites(table.id)),
  };
  if (writing) state.writable.add(plan);
  if (computed.length === 0) return { plan, names };
  plan.virtuals = virtualColumns(state, computed, [...schema], infos);
  return {
    plan: projection(
      plan,
      [...schema, ...plan.virtuals.map((v) => v.value)],
      [...schema, ...computed.map((c) => c.column)],
    ),
    names,
  };
}

/** Expressions of generated columns over the stored ones; those that read other generated columns take their expressions. */
function virtualColumns(
  state: BuildState,
  computed: readonly { column: Column; info: ColumnInfo }[],
  stored: readonly Column[],
  infos: ReadonlyMap<number, ColumnInfo>,
): VirtualColumn[] {
  const known = new Map<string, Expression>();
  for (const c of stored) {
    const info = infos.get(c.id);
    if (info !== undefined) known.set(info.lower, c);
  }
  return computed.map(({ column, info }) => {
    const written = generationOf(info, state.ctx.eval, (name) => known.get(name.toLowerCase()) ?? null);
    const value = asColumn(written, info, state.ctx.eval);
    known.set(info.lower, value);
    return { column, written, value };
  });
}

/** The columns that make a row's handle, in order. */
export function handleColumns(ds: DataSource): Column[] {
  const { table } = ds;
  if (table.isCommonHandle) {
    const pk = table.indices.find((i) => i.primary)!;
    return pk.columns.map((c) => ds.all.find((col) => ds.infos.get(col.id)?.offset === c.offset)!);
  }
  if (table.pkIsHandle) {
    return [ds.all.find((col) => ((ds.infos.get(col.id)?.type.flag ?? 0) & Flag.PriKey) !== 0)!];
  }
  return [ds.all.find((col) => ds.infos.get(col.id) === null)!];
}

function renamed(names: readonly FieldName[], alias: string, columns: readonly string[] | null): FieldName[] {
  const shown = names.filter((n) => !n.hidden);
  if (columns !== null && columns.length !== shown.length) throw mysqlError('ER_VIEW_WRONG_LIST');
  const seen = new Set<string>();
  return shown.map((n, i) => {
    const name = columns?.[i] ?? n.name;
    const lower = name.toLowerCase();
    if (seen.has(lower)) throw mysqlError('ER_DUP_FIELDNAME', name);
    seen.add(lower);
    return { ...n, name, table: alias, db: '', visible: true };
  });
}

function derived(
  state: BuildState,
  ref: ast.DerivedTable,
  scope: QueryScope,
  before: readonly FieldName[],
): Relation {
  if (ref.alias === '') throw mysqlError('ER_DERIVED_MUST_HAVE_ALIAS');
  // Without LATERAL a derived table does not see the tables beside it, only what the whole block sees.
  const outer = ref.lateral ? lateralScope(scope, before) : scope.outer;
  const rel = withHiddenDigits(state, state.buildQuery(state, ref.query, outer, scope.ctes));
  return { plan: rel.plan, names: renamed(rel.names, ref.alias, ref.columns) };
}

/** A view is its text, in the database it was made in. */
function view(state: BuildState, db: DbInfo, table: TableInfo, alias: string): Relation {
  state.checkPrivilege('SELECT', db.name, table.name);
  state.noteTable(db, table, false);
  const info = table.view!;
  if (state.viewStack.some((v) => v.id === table.id))
    throw mysqlError('ER_VIEW_RECURSIVE', db.name, table.name);
  let query = state.memory.views.get(table.id);
  if (query === undefined) {
    query = parseQuery(info.selectText, state.ctx);
    state.memory.views.set(table.id, query);
  }
  const before = state.database;
  state.viewStack.push({
    id: table.id,
    db: db.name,
    name: table.name,
    definer: info.security === 'DEFINER' ? info.definer : null,
  });
  state.database = db.name;
  try {
    if (state.writing) {
      const written = writtenView(state, db, table, alias, query, buildFrom);
      if (written !== null) return written;
    }
    const rel = withHiddenDigits(state, state.buildQuery(state, query, null, null));
    const names = renamed(rel.names, alias, info.columns.length > 0 ? info.columns : null);
    return {
      plan: rel.plan,
      names: names.map((n) => ({ ...n, db: db.name, orgTable: table.name, orgName: n.name })),
    };
  } catch (e) {
    throw isMissingObject(e) ? invalidView(db, table, e) : e;
  } finally {
    state.viewStack.pop();
    state.database = before;
  }
}

/** Of a view that is made of others, the outermost is named. */
const MISSING: ReadonlySet<number> = new Set(
  (['ER_NO_SUCH_TABLE', 'ER_BAD_FIELD_ERROR', 'ER_BAD_DB_ERROR', 'ER_VIEW_INVALID'] as const).map(
    (symbol) => ERRORS[symbol].code,
  ),
);

const isMissingObject = (e: unknown): e is MysqlError => e instanceof MysqlError && MISSING.has(e.code);

/** 1356; its cause says what is missing. */
function invalidView(db: DbInfo, table: TableInfo, e: MysqlError): MysqlError {
  const invalid = mysqlError('ER_VIEW_INVALID', db.name, table.name);
  invalid.cause = e.cause ?? e;
  return invalid;
}

/** Whether a condition reads nothing but what one relation gives. */
export const readsOnly = (e: Expression, p: LogicalPlan): boolean => {
  const ids = idsOf(p.schema);
  return [...columnsOf([e])].every((id) => ids.has(id));
};

const VISIBLE = new WeakMap<TableInfo, TableInfo>();

/** The table as plans may use it: all of its indexes where tidb_opt_use_invisible_indexes or MySQL's switch says so. */
function withVisibleIndexes(ctx: PlanContext, table: TableInfo): TableInfo {
  if (!table.indices.some((i) => i.invisible)) return table;
  const wanted =
    ctx.variable('tidb_opt_use_invisible_indexes') === 'ON' ||
    ctx.variable('optimizer_switch').includes('use_invisible_indexes=on');
  if (!wanted) return table;
  let visible = VISIBLE.get(table);
  if (visible === undefined) {
    visible = { ...table, indices: table.indices.map((i) => ({ ...i, invisible: false })) };
    VISIBLE.set(table, visible);
  }
  return visible;
}
