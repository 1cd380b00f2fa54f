import { withHiddenDigits } from './hidden-digits.js';
import { checkRecursiveBlock } from './recursive-cte-check.js';
import type { Column } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import { type FieldType, TypeCode, UNSPECIFIED } from '../../types/field-type.js';
import { stringType } from '../../expression/type-inference.js';
import { hasHint, type BuildState } from '../resolve/build-state.js';
import { castTo } from '../resolve/functions.js';
import {
  countTableReferences,
  findCte,
  readsTable,
  type CteEntry,
  type CteScope,
  type FieldName,
  type QueryScope,
  type Relation,
} from '../resolve/scope.js';
import { buildLimit, rowsWanted, writtenLimit } from './build-limit.js';
import { nullableColumn } from './join-condition.js';
import { projection, type LogicalCte, type LogicalPlan } from './plan.js';
import { unionOf } from './union.js';

/** Puts a WITH clause's tables in reach of `query`. */
export function addCommonTables(
  _state: BuildState,
  clause: ast.WithClause,
  query: object,
  outer: QueryScope | null,
  ctes: CteScope | null,
): CteScope {
  const counts = new Map<string, number>();
  countTableReferences({ ...query, with: null }, counts);
  countTableReferences(clause.tables, counts);
  const entries: CteEntry[] = [];
  let scope: CteScope = { entries: [], parent: ctes };
  const seen = new Set<string>();
  for (const def of clause.tables) {
    const lower = def.name.toLowerCase();
    if (seen.has(lower)) throw mysqlError('ER_NONUNIQ_TABLE', def.name);
    seen.add(lower);
    const recursive = clause.recursive && readsItself(def.query, lower);
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

/** Whether a query reads the common table it defines: not one of the same name that it defines itself. */
function readsItself(query: ast.Query, lower: string): boolean {
  if (query.with !== null && query.with.tables.some((t) => t.name.toLowerCase() === lower)) return false;
  return readsTable(query, lower);
}

/** A common table as a FROM item; null when the name is none. */
export function buildCteReference(
  state: BuildState,
  name: string,
  alias: string,
  scope: QueryScope,
): Relation | null {
  const entry = findCte(scope.ctes, name);
  if (entry === null) return null;
  for (const block of blocksOf(entry.def.query)) state.commonTableBlocks.add(block);
  if (entry.building === 'seed') throw mysqlError('ER_NO_SUCH_TABLE', state.database, name);
  const rename = (names: readonly FieldName[], columns: readonly Column[]): FieldName[] =>
    names.map((n, i) => ({ ...n, table: alias, db: '', column: columns[i]!, visible: true, hidden: false }));
  if (!entry.recursive && inlined(state, entry)) {
    const rel = withHiddenDigits(state, buildDefinition(state, entry, entry.def.query));
    return {
      plan: rel.plan,
      names: rename(
        rel.names,
        rel.names.map((n) => n.column),
      ),
    };
  }
  if (entry.recursive && entry.building === null) warnNotInlined(state, entry);
  entry.built ??= entry.recursive ? buildRecursive(state, entry) : buildShared(state, entry);
  const { cte, names } = entry.built;
  const schema = cte.columns.map((c) => state.column(c.type));
  let plan: LogicalPlan = { op: 'CteScan', schema, children: [], cte };
  // A LIMIT by parameters is done by each reference from outside; else the table keeps no more rows.
  const { query } = entry.def;
  if (entry.recursive && entry.building === null && query.limit !== null && cte.limit === null)
    plan = buildLimit(state, plan, query.limit);
  return { plan, names: rename(names, schema) };
}

/**
 * Whether each reference of a common table gets a copy of its plan. One reference alone always does, but inside a recursive
 * table, where what is more than a scan is computed once and not once per iteration.
 */
function inlined(state: BuildState, entry: CteEntry): boolean {
  if (state.recursiveSteps > 0 && isCostly(entry.def.query, entry.scope)) return false;
  return (
    entry.references <= 1 ||
    state.ctx.variable('tidb_opt_force_inline_cte') === 'ON' ||
    hasHint(entry.def.query, 'MERGE')
  );
}

/** The blocks that make up a definition: its own, or those of a set operation. */
function blocksOf(query: ast.Query): readonly ast.Query[] {
  return query.kind === 'SetOperation' ? query.branches.flatMap((b) => blocksOf(b.query)) : [query];
}

/** What asks for a copy at each reference asks it of a recursive table in vain. */
function warnNotInlined(state: BuildState, entry: CteEntry): void {
  const { query } = entry.def;
  const asked =
    state.ctx.variable('tidb_opt_force_inline_cte') === 'ON' ||
    blocksOf(query).some((b) => hasHint(b, 'MERGE'));
  if (!asked || state.memory.misplaced.has(query)) return;
  state.memory.misplaced.add(query);
  state.ctx.warn({
    level: 'Warning',
    code: 1815,
    message: `Recursive CTE ${entry.def.name} can not be inlined by merge() or tidb_opt_force_inline_cte.`,
  });
}

/** Whether a query groups, sorts, limits or removes duplicates, itself or in common tables that it reads. */
function isCostly(node: unknown, scope: CteScope | null): boolean {
  if (node === null || typeof node !== 'object' || node instanceof Uint8Array) return false;
  if (Array.isArray(node)) return node.some((n) => isCostly(n, scope));
  const n = node as Readonly<Record<string, unknown>>;
  if (n['kind'] === 'AggregateCall' || n['kind'] === 'WindowCall') return true;
  if (n['kind'] === 'Select') {
    const s = node as ast.SelectStmt;
    if (s.options.distinct || s.groupBy !== null || s.limit !== null || s.orderBy !== null) return true;
  } else if (n['kind'] === 'SetOperation') {
    const s = node as ast.SetOperation;
    if (s.limit !== null || s.orderBy !== null || s.branches.some((b) => b.op !== null && !b.all))
      return true;
  } else if (n['kind'] === 'Table') {
    const { table } = node as { readonly table: ast.TableName };
    const read = table.schema === null ? findCte(scope, table.name) : null;
    if (read !== null && read.building === null && isCostly(read.def.query, read.scope)) return true;
  }
  return Object.values(n).some((x) => isCostly(x, scope));
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
  const { recursiveSteps } = state;
  state.recursiveSteps = 0;
  const rel = buildDefinition(state, entry, entry.def.query);
  state.recursiveSteps = recursiveSteps;
  const cte: LogicalCte = {
    id: state.nextCteId(),
    name: entry.def.name,
    seed: rel.plan,
    recursive: null,
    distinct: false,
    maxRows: Infinity,
    limit: null,
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
  if (steps.some((b) => !readsTable(b.query, entry.lower)))
    throw mysqlError('ER_CTE_RECURSIVE_REQUIRES_NONRECURSIVE_FIRST', entry.def.name);
  if (steps.some((b) => b.op !== 'UNION'))
    throw mysqlError('ER_NOT_SUPPORTED_YET', 'INTERSECT or EXCEPT in a recursive CTE');
  for (const b of steps) checkRecursiveBlock(b.query, entry.lower, entry.def.name);
  for (const { query: q } of steps) {
    if (q.orderBy !== null || q.limit !== null || (q.kind === 'Select' && q.options.distinct)) {
      throw mysqlError(
        'ER_NOT_SUPPORTED_YET',
        'ORDER BY / LIMIT / SELECT DISTINCT in recursive query block of Common Table Expression',
      );
    }
  }
  mutable.building = 'seed';
  // A WITH in front of the body belongs to all its branches.
  const outerScope = definitionScope(entry);
  const scope =
    query.with === null ? outerScope : addCommonTables(state, query.with, query, entry.outer, outerScope);
  const seedBranches = query.branches.slice(0, first);
  const seedQuery: ast.Query =
    first === 1
      ? seedBranches[0]!.query
      : { ...query, branches: seedBranches, orderBy: null, limit: null, with: null };
  const built = state.buildQuery(state, seedQuery, entry.outer, scope);
  const seed: Relation = { plan: built.plan, names: columnNames(entry, built.names) };
  // The step may give NULL where the seed does not; its values are cast to the seed's types.
  // A seed that is only NULL says nothing of what the step gives: that is text.
  const typeOf = (t: FieldType): FieldType =>
    t.tp === TypeCode.Null
      ? stringType(UNSPECIFIED, state.ctx.eval.connectionCharset, state.ctx.eval.connectionCollation)
      : t;
  const columns = seed.plan.schema.map((c) => nullableColumn(state.column(typeOf(c.type))));
  const cte: LogicalCte = {
    id: state.nextCteId(),
    name: entry.def.name,
    seed: projection(
      seed.plan,
      seed.plan.schema.map((c, i) => castTo(c, columns[i]!.type, state.ctx.eval)),
      columns,
    ),
    recursive: null,
    distinct: steps.some((b) => !b.all),
    maxRows: query.limit === null ? Infinity : rowsWanted(state, query.limit),
    limit: query.limit === null ? null : writtenLimit(query.limit),
    columns,
    physical: null,
    optimized: false,
    planning: false,
    rows: 0,
  };
  mutable.building = 'recursive';
  mutable.built = { cte, names: seed.names };
  const parts: LogicalPlan[] = steps.map((b) => {
    state.recursiveSteps++;
    const rel = state.buildQuery(state, b.query, entry.outer, scope);
    state.recursiveSteps--;
    if (rel.plan.schema.length !== columns.length) throw mysqlError('ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT');
    const exprs = rel.plan.schema.map((c, i) => castTo(c, columns[i]!.type, state.ctx.eval));
    return projection(
      rel.plan,
      exprs,
      columns.map((c) => state.column(c.type)),
    );
  });
  cte.recursive = parts.length === 1 ? parts[0]! : unionOf(state, parts);
  mutable.building = null;
  if (query.orderBy !== null)
    throw mysqlError('ER_NOT_SUPPORTED_YET', 'ORDER BY over UNION in recursive Common Table Expression');
  return { cte, names: seed.names };
}
