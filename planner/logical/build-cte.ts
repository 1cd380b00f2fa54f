import type { Column } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import type { BuildState } from '../resolve/build-state.js';
import { castTo } from '../resolve/functions.js';
import { countTableReferences, findCte, readsTable, type CteEntry, type CteScope, type FieldName, type QueryScope, type Relation } from '../resolve/scope.js';
import { nullableColumn } from './join-condition.js';
import { projection, type LogicalCte, type LogicalPlan } from './plan.js';
import { unionOf } from './build-set.js';

/** Puts a WITH clause's tables in reach of `query`. */
export function addCommonTables(
  _state: BuildState,
  clause: ast.WithClause,
  query: object,
  outer: QueryScope | null,
  ctes: CteScope | null,
): CteScope {
  const counts = new Map<string, number>();
  countTableReferences(query, counts);
  const entries: CteEntry[] = [];
  let scope: CteScope = { entries: [], parent: ctes };
  const seen = new Set<string>();
  for (const def of clause.tables) {
    const lower = def.name.toLowerCase();
    if (seen.has(lower)) throw mysqlError('ER_NONUNIQ_TABLE', def.name);
    seen.add(lower);
    const recursive = clause.recursive && readsTable(def.query, lower);
    entries.push({
      lower,
      def,
      scope: entries.length === 0 ? ctes : { entries: [...entries], parent: ctes },
      outer,
      recursive,
      references: counts.get(lower) ?? 0,
      built: null,
      building: null,
    });
    scope = { entries, parent: ctes };
  }
  return scope;
}

/** A common table as a FROM item; null when the name is none. */
export function buildCteReference(state: BuildState, name: string, alias: string, scope: QueryScope): Relation | null {
  const entry = findCte(scope.ctes, name);
  if (entry === null) return null;
  if (entry.building === 'seed') throw mysqlError('ER_NO_SUCH_TABLE', state.database, name);
  const rename = (names: readonly FieldName[], columns: readonly Column[]): FieldName[] =>
    names.map((n, i) => ({ ...n, table: alias, db: '', column: columns[i]!, visible: true, hidden: false }));
  if (!entry.recursive && entry.references <= 1) {
    const rel = buildDefinition(state, entry, entry.def.query);
    return { plan: rel.plan, names: rename(rel.names, rel.names.map((n) => n.column)) };
  }
  entry.built ??= entry.recursive ? buildRecursive(state, entry) : buildShared(state, entry);
  const { cte, names } = entry.built;
  const schema = cte.columns.map((c) => state.column(c.type));
  return { plan: { op: 'CteScan', schema, children: [], cte }, names: rename(names, schema) };
}

function definitionScope(entry: CteEntry): CteScope | null {
  return entry.recursive ? { entries: [entry], parent: entry.scope } : entry.scope;
}

function buildDefinition(state: BuildState, entry: CteEntry, query: ast.Query): Relation {
  const rel = state.buildQuery(state, query, entry.outer, definitionScope(entry));
  return { plan: rel.plan, names: columnNames(entry, rel.names) };
}

function columnNames(entry: CteEntry, names: readonly FieldName[]): FieldName[] {
  const { columns } = entry.def;
  if (columns !== null && columns.length !== names.length) throw mysqlError('ER_VIEW_WRONG_LIST');
  const seen = new Set<string>();
  return names.map((n, i) => {
    const name = columns?.[i] ?? n.name;
    if (seen.has(name.toLowerCase())) throw mysqlError('ER_DUP_FIELDNAME', name);
    seen.add(name.toLowerCase());
    return { ...n, name };
  });
}

function buildShared(state: BuildState, entry: CteEntry): { cte: LogicalCte; names: FieldName[] } {
  const rel = buildDefinition(state, entry, entry.def.query);
  const cte: LogicalCte = {
    id: state.nextCteId(),
    name: entry.def.name,
    seed: rel.plan,
    recursive: null,
    distinct: false,
    columns: rel.plan.schema,
    physical: null,
    optimized: false,
    planning: false,
    rows: 0,
  };
  return { cte, names: rel.names };
}

/** WITH RECURSIVE: the branches before the first that reads the table itself are the seed, the others the step. */
function buildRecursive(state: BuildState, entry: CteEntry): { cte: LogicalCte; names: FieldName[] } {
  const mutable = entry as { building: CteEntry['building']; built: CteEntry['built'] };
  const { query } = entry.def;
  if (query.kind !== 'SetOperation') throw mysqlError('ER_CTE_RECURSIVE_REQUIRES_UNION', entry.def.name);
  const first = query.branches.findIndex((b) => readsTable(b.query, entry.lower));
  if (first <= 0) throw mysqlError('ER_CTE_RECURSIVE_REQUIRES_NONRECURSIVE_FIRST', entry.def.name);
  const steps = query.branches.slice(first);
  if (steps.some((b) => b.op !== 'UNION')) throw mysqlError('ER_NOT_SUPPORTED_YET', 'INTERSECT or EXCEPT in a recursive CTE');
  mutable.building = 'seed';
  const seedQuery: ast.Query = { ...query, branches: query.branches.slice(0, first), orderBy: null, limit: null, with: null };
  const seed = buildDefinition(state, entry, first === 1 && query.with === null ? query.branches[0]!.query : seedQuery);
  // The step may give NULL where the seed does not; its values are cast to the seed's types.
  const columns = seed.plan.schema.map((c) => nullableColumn(state.column(c.type)));
  const cte: LogicalCte = {
    id: state.nextCteId(),
    name: entry.def.name,
    seed: projection(seed.plan, [...seed.plan.schema], columns),
    recursive: null,
    distinct: steps.some((b) => !b.all),
    columns,
    physical: null,
    optimized: false,
    planning: false,
    rows: 0,
  };
  mutable.building = 'recursive';
  mutable.built = { cte, names: seed.names };
  const parts: LogicalPlan[] = steps.map((b) => {
    const rel = state.buildQuery(state, b.query, entry.outer, definitionScope(entry));
    if (rel.plan.schema.length !== columns.length) throw mysqlError('ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT');
    const exprs = rel.plan.schema.map((c, i) => castTo(c, columns[i]!.type, state.ctx.eval));
    return projection(rel.plan, exprs, columns.map((c) => state.column(c.type)));
  });
  cte.recursive = parts.length === 1 ? parts[0]! : unionOf(state, parts);
  mutable.building = null;
  if (query.limit !== null || query.orderBy !== null) {
    throw mysqlError('ER_NOT_SUPPORTED_YET', 'ORDER BY / LIMIT over a recursive CTE');
  }
  return { cte, names: seed.names };
}
