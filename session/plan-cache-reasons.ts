import type { ParsedStatement } from '../parser/ast/index.js';

/** Values of an INSERT, or of all IN lists together, beyond which a statement's plan is not kept. */
const MAX_VALUES = 200;

type Node = Readonly<Record<string, unknown>>;
export interface Settings {
  get(name: string): string;
}

const isParam = (e: unknown): boolean => (e as Node | null | undefined)?.['kind'] === 'ParamMarker';
const hasParam = (items: unknown): boolean =>
  Array.isArray(items) && items.some((item) => isParam((item as Node)['expr']));

/**
 * Why a node keeps its statement's plans out of the cache, in TiDB's words; the first that holds is told. Who writes
 * IGNORE_PLAN_CACHE need not be told.
 */
const REASONS: readonly ((node: Node, settings: Settings, database: string) => string | null)[] = [
  ({ with: clause }, _settings, database) => {
    const name = recursiveName(clause as Node | null | undefined);
    return name === null
      ? null
      : `find table ${database}.${name} failed: [schema:1146]Table '${database}.${name}' doesn't exist`;
  },
  ({ kind, rows }) =>
    kind === 'Insert' &&
    Array.isArray(rows) &&
    rows.length * ((rows[0] as unknown[])?.length ?? 0) > MAX_VALUES
      ? 'too many values in the insert statement'
      : null,
  ({ kind }) =>
    kind === 'UserVariable' || kind === 'UserVariableAssign'
      ? 'query has user-defined variables is un-cacheable'
      : null,
  ({ kind }, settings) =>
    (kind === 'Subquery' || kind === 'Exists' || kind === 'InSubquery' || kind === 'Quantified') &&
    settings.get('tidb_enable_plan_cache_for_subquery') === 'OFF'
      ? 'query has sub-queries is un-cacheable'
      : null,
  ({ kind, groupBy }) =>
    kind === 'Select' && hasParam((groupBy as Node | null)?.['items'])
      ? "query has 'group by ?' is un-cacheable"
      : null,
  ({ orderBy }) => (hasParam(orderBy) ? "query has 'order by ?' is un-cacheable" : null),
  ({ limit }, settings) =>
    limit !== null &&
    (isParam((limit as Node | undefined)?.['count']) || isParam((limit as Node | undefined)?.['offset'])) &&
    settings.get('tidb_enable_plan_cache_for_param_limit') === 'OFF'
      ? "query has 'limit ?' is un-cacheable"
      : null,
];

/** A common table that a WITH RECURSIVE clause reads within itself. */
function recursiveName(clause: Node | null | undefined): string | null {
  if (clause === null || clause === undefined || clause['recursive'] !== true) return null;
  const tables = clause['tables'] as readonly { readonly name: string; readonly query: unknown }[];
  const reads = (node: unknown, lower: string): boolean => {
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return false;
    if (Array.isArray(node)) return node.some((x) => reads(x, lower));
    const { kind, table } = node as Node;
    const named = table as Node | undefined;
    if (kind === 'Table' && named?.['schema'] === null && (named['name'] as string).toLowerCase() === lower)
      return true;
    return Object.values(node).some((x) => reads(x, lower));
  };
  return tables.find((t) => reads(t.query, t.name.toLowerCase()))?.name ?? null;
}

/** Why plans of a prepared statement are not kept, in TiDB's words; null when they are. */
export function uncacheableReason(
  statement: ParsedStatement,
  settings: Settings,
  database: string,
): string | null {
  let listed = 0;
  const visit = (node: unknown): string | null => {
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return null;
    if (Array.isArray(node)) return firstOf(node, visit);
    if ((node as Node)['kind'] === 'InList') {
      listed += ((node as Node)['list'] as readonly unknown[]).length;
      if (listed > MAX_VALUES) return 'too many values in in-list';
    }
    for (const reason of REASONS) {
      const found = reason(node as Node, settings, database);
      if (found !== null) return found;
    }
    return firstOf(Object.values(node), visit);
  };
  return visit(statement.stmt);
}

export function firstOf(list: readonly unknown[], visit: (node: unknown) => string | null): string | null {
  for (const x of list) {
    const found = visit(x);
    if (found !== null) return found;
  }
  return null;
}

/** What a variable may forbid although it allowed it at PREPARE. */
export interface CacheGate {
  readonly variable: string;
  readonly reason: string;
}

const SUBQUERY_KINDS: ReadonlySet<unknown> = new Set(['Subquery', 'Exists', 'InSubquery', 'Quantified']);

/** The variables that are to be looked at when a prepared statement is executed with a kept plan. */
export function cacheGates(statement: ParsedStatement): readonly CacheGate[] {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return;
    if (Array.isArray(node)) return node.forEach(visit);
    const { kind, limit } = node as Node;
    if (SUBQUERY_KINDS.has(kind)) found.add('tidb_enable_plan_cache_for_subquery');
    const l = limit as Node | null | undefined;
    if (l !== null && l !== undefined && (isParam(l['count']) || isParam(l['offset'])))
      found.add('tidb_enable_plan_cache_for_param_limit');
    Object.values(node).forEach(visit);
  };
  visit(statement.stmt);
  return [...found].map((variable) => ({ variable, reason: `the switch '${variable}' is off` }));
}

/** Why TiDB keeps no plan of a WHERE clause with several parameters for one column, in its words; null when it does. */
export function conjunctionReason(stmt: object): string | null {
  const { where } = stmt as { readonly where?: Node | null };
  const equal = new Set<string>();
  const unequal = new Set<string>();
  const listed = new Set<string>();
  let twice = false;
  const visit = (e: Node): void => {
    if (e['kind'] === 'Paren') return visit(e['expr'] as Node);
    if (e['kind'] === 'InList') {
      if ((e['list'] as readonly unknown[]).some(isParam)) listed.add(columnOf(e['expr']));
      return;
    }
    if (e['kind'] !== 'Binary') return;
    const [left, right] = [e['left'] as Node, e['right'] as Node];
    if (e['op'] === 'AND') {
      visit(left);
      visit(right);
      return;
    }
    const column = isParam(right) ? columnOf(left) : isParam(left) ? columnOf(right) : '';
    if (column === '') return;
    if (e['op'] === '!=') unequal.add(column);
    if (e['op'] !== '=') return;
    twice ||= equal.has(column);
    equal.add(column);
  };
  if (where !== null && where !== undefined) visit(where);
  listed.delete('');
  if (twice) return 'some parameters may be overwritten';
  for (const c of listed) if (unequal.has(c)) return 'NE/INList simplification is triggered';
  return null;
}

/** Name of a column with its table; empty for other expressions. */
function columnOf(e: unknown): string {
  const { kind, table, name } = e as Node;
  return kind === 'ColumnRef' ? `${(table as string | null) ?? ''}.${name as string}`.toLowerCase() : '';
}
