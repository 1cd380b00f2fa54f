import type { ParsedStatement } from '../parser/ast/index.js';

/** Values of an INSERT beyond which its plan is not kept. */
const MAX_VALUES = 200;

type Node = Readonly<Record<string, unknown>>;
interface Settings {
  get(name: string): string;
}

const isParam = (e: unknown): boolean => (e as Node | null | undefined)?.['kind'] === 'ParamMarker';
const hasParam = (items: unknown): boolean =>
  Array.isArray(items) && items.some((item) => isParam((item as Node)['expr']));

/**
 * Why a node keeps its statement's plans out of the cache, in TiDB's words; the first that holds is told. Who writes
 * IGNORE_PLAN_CACHE need not be told.
 */
const REASONS: readonly ((node: Node, settings: Settings) => string | null)[] = [
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

/** Why plans of a prepared statement are not kept, in TiDB's words; null when they are. */
export function uncacheableReason(statement: ParsedStatement, settings: Settings): string | null {
  const visit = (node: unknown): string | null => {
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return null;
    if (Array.isArray(node)) return firstOf(node, visit);
    for (const reason of REASONS) {
      const found = reason(node as Node, settings);
      if (found !== null) return found;
    }
    return firstOf(Object.values(node), visit);
  };
  return visit(statement.stmt);
}

function firstOf(list: readonly unknown[], visit: (node: unknown) => string | null): string | null {
  for (const x of list) {
    const found = visit(x);
    if (found !== null) return found;
  }
  return null;
}
