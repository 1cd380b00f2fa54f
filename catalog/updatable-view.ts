import type { Query, SelectStmt, TableName, TableRef } from '../parser/ast/index.js';
import { stripParens } from '../parser/ast/index.js';
import { parse } from '../parser/parser.js';
import type { InfoSchema, TableInfo } from './model.js';

type ViewInfo = NonNullable<TableInfo['view']>;

/**
 * The select of a view that rows can be written through; null where they cannot (MySQL manual, "Updatable and Insertable Views"): each
 * row must be one of a table, so no aggregates, DISTINCT, GROUP BY, HAVING, windows, LIMIT, set operations or derived tables, no
 * subquery in WHERE that reads such a table again, and some column must be one of a table.
 */
export function updatableSelect(query: Query, algorithm: ViewInfo['algorithm']): SelectStmt | null {
  if (algorithm === 'TEMPTABLE' || query.kind !== 'Select' || query.from === null) return null;
  if (query.with !== null || query.limit !== null || query.options.distinct) return null;
  if (query.groupBy !== null || query.having !== null || query.windows.length > 0) return null;
  if (!onlyTables(query.from) || query.fields.some((f) => f.expr !== null && isOfManyRows(f.expr)))
    return null;
  if (query.where !== null && readsOneOf(query.where, tablesIn(query.from))) return null;
  return query.fields.some((f) => f.expr === null || stripParens(f.expr).kind === 'ColumnRef') ? query : null;
}

const onlyTables = (from: TableRef): boolean =>
  from.kind === 'Join'
    ? !from.natural && from.using === null && onlyTables(from.left) && onlyTables(from.right)
    : from.kind === 'Table';

const nameOf = ({ schema, name }: TableName): string => `${schema ?? ''}.${name}`.toLowerCase();

const tablesIn = (from: TableRef): readonly string[] =>
  from.kind === 'Join'
    ? [...tablesIn(from.left), ...tablesIn(from.right)]
    : from.kind === 'Table'
      ? [nameOf(from.table)]
      : [];

/** Whether a subquery in the expression reads one of the tables. */
function readsOneOf(node: unknown, tables: readonly string[]): boolean {
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return false;
  const { kind, table } = node as { readonly kind?: string; readonly table?: TableName };
  if (kind === 'Table' && tables.includes(nameOf(table!))) return true;
  return Object.values(node).some((child) => readsOneOf(child, tables));
}

/** Whether there is an aggregate or a window function in the expression; subqueries have their own. */
function isOfManyRows(node: unknown): boolean {
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return false;
  if (Array.isArray(node)) return node.some(isOfManyRows);
  const { kind } = node as { readonly kind?: string };
  if (kind === 'AggregateCall' || kind === 'WindowCall') return true;
  if (kind === 'Select' || kind === 'SetOperation') return false;
  return Object.values(node).some(isOfManyRows);
}

export const hasOuterJoin = (from: TableRef): boolean =>
  from.kind === 'Join' &&
  (from.type === 'LEFT' || from.type === 'RIGHT' || hasOuterJoin(from.left) || hasOuterJoin(from.right));

/** Whether a view with this query, or one that it reads, may leave a table out: it can have no CHECK OPTION. */
export function leavesTablesOut(schema: InfoSchema, query: Query): boolean {
  if (query.kind !== 'Select' || query.from === null) return false;
  const below = (from: TableRef): boolean => {
    if (from.kind === 'Join') return below(from.left) || below(from.right);
    const view =
      from.kind === 'Table' ? schema.table(from.table.schema ?? '', from.table.name)?.view : undefined;
    const stmt = view === undefined ? undefined : parse(view.selectText, {})[0]?.stmt;
    return stmt?.kind === 'Select' && leavesTablesOut(schema, stmt);
  };
  return hasOuterJoin(query.from) || below(query.from);
}

/**
 * Whether rows can be written through a view with this query, whose tables are named with their databases. `within`: views that it
 * is read in, which it may come back to where tables were renamed or replaced.
 */
export function isUpdatable(
  schema: InfoSchema,
  query: Query,
  algorithm: ViewInfo['algorithm'],
  within: readonly ViewInfo[] = [],
): boolean {
  const select = updatableSelect(query, algorithm);
  const tables = (from: TableRef): boolean => {
    if (from.kind === 'Join') return tables(from.left) && tables(from.right);
    if (from.kind !== 'Table') return false;
    const table = schema.table(from.table.schema ?? '', from.table.name);
    if (table === null || table.virtual === true || table.sequence !== undefined) return false;
    return table.view === undefined || isUpdatableView(schema, table.view, within);
  };
  return select !== null && tables(select.from!);
}

export function isUpdatableView(
  schema: InfoSchema,
  view: ViewInfo,
  within: readonly ViewInfo[] = [],
): boolean {
  if (within.includes(view)) return false;
  const [parsed] = parse(view.selectText, {});
  const stmt = parsed?.stmt;
  return stmt?.kind === 'Select' && isUpdatable(schema, stmt, view.algorithm, [...within, view]);
}
