import type * as ast from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';

/**
 * What a recursive query block must not be (MySQL manual, "WITH (Common Table Expressions)", "Recursive Common Table Expressions"):
 * it reads its table once, in FROM itself and not on the optional side of an outer join, and neither aggregates nor uses windows.
 */
export function checkRecursiveBlock(query: ast.Query, lower: string, name: string): void {
  if (query.kind === 'SetOperation') {
    const op = query.branches.find((b) => b.op !== null && b.op !== 'UNION')?.op;
    if (op !== undefined && op !== null)
      throw mysqlError(
        'ER_NOT_SUPPORTED_YET',
        `${op} between seed part and recursive part, hint: The operator between seed part and recursive part must bu UNION[DISTINCT] or UNION ALL`,
      );
    for (const b of query.branches) checkRecursiveBlock(b.query, lower, name);
    return;
  }
  if (query.kind !== 'Select') return;
  const { direct, optional } = fromReferences(query.from, lower, false);
  const once = 'ER_INVALID_REQUIRES_SINGLE_REFERENCE';
  if (direct + optional > 1 || references(query, lower) > direct + optional) throw mysqlError(once, name);
  if (optional > 0) throw mysqlError('ER_CTE_RECURSIVE_FORBIDDEN_JOIN_ORDER', name);
  if (query.groupBy !== null || usesAggregates([query.fields, query.having, query.orderBy]))
    throw mysqlError('ER_CTE_RECURSIVE_FORBIDS_AGGREGATION', name);
}

/** References in FROM, derived tables apart: those that always have a row, and those an outer join may leave without. */
function fromReferences(
  ref: ast.TableRef | null,
  lower: string,
  optional: boolean,
): { direct: number; optional: number } {
  if (ref === null) return { direct: 0, optional: 0 };
  switch (ref.kind) {
    case 'Table': {
      const hit = ref.table.schema === null && ref.table.name.toLowerCase() === lower ? 1 : 0;
      return optional ? { direct: 0, optional: hit } : { direct: hit, optional: 0 };
    }
    case 'Join': {
      const left = fromReferences(ref.left, lower, optional || ref.type === 'RIGHT');
      const right = fromReferences(ref.right, lower, optional || ref.type === 'LEFT');
      return { direct: left.direct + right.direct, optional: left.optional + right.optional };
    }
    default:
      return { direct: 0, optional: 0 };
  }
}

/** References anywhere in a block, subqueries and derived tables too. */
function references(node: unknown, lower: string): number {
  if (node === null || typeof node !== 'object' || node instanceof Uint8Array) return 0;
  const n = node as { readonly kind?: string; readonly table?: ast.TableName };
  if (n.kind === 'Table' && n.table !== undefined)
    return n.table.schema === null && n.table.name.toLowerCase() === lower ? 1 : 0;
  let count = 0;
  for (const child of Object.values(node)) count += references(child, lower);
  return count;
}

function usesAggregates(node: unknown): boolean {
  if (node === null || typeof node !== 'object' || node instanceof Uint8Array) return false;
  const { kind } = node as { readonly kind?: string };
  if (kind === 'AggregateCall' || kind === 'WindowCall') return true;
  return Object.entries(node).some(([key, child]) => key !== 'query' && usesAggregates(child));
}
