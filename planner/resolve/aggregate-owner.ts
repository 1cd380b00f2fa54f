import type { Expression } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import { AggregateMoved, type BuildState } from './build-state.js';
import { correlate, findName, type AggregatingBlock, type QueryScope } from './scope.js';

/** The names that the arguments of a call read: its own, and those in subqueries of them. Nested calls have owners of their own. */
interface References {
  readonly own: ast.ColumnRef[];
  readonly nested: ast.ColumnRef[];
}

function collectReferences(root: unknown, into: References, nested: boolean): void {
  if (root === null || typeof root !== 'object' || root instanceof Uint8Array) return;
  if (Array.isArray(root)) {
    for (const r of root) collectReferences(r, into, nested);
    return;
  }
  const node = root as Readonly<Record<string, unknown>>;
  if (node['kind'] === 'AggregateCall') return;
  if (node['kind'] === 'ColumnRef') {
    (nested ? into.nested : into.own).push(root as ast.ColumnRef);
    return;
  }
  for (const key in node) collectReferences(node[key], into, nested || key === 'query');
}

/** How many blocks out a name is found; Infinity: nowhere. */
function depthOf(scope: QueryScope, ref: ast.ColumnRef): number {
  let depth = 0;
  for (let s: QueryScope | null = scope; s !== null; s = s.outer, depth++)
    if (findName(s.relation.names, ref, 'field list') !== null) return depth;
  return Infinity;
}

/**
 * The enclosing block that computes a call, the standard's aggregation query: the innermost one that a column in the arguments belongs to;
 * where an aggregate cannot stand in that one's clause, the innermost around the call that may have it (manual,
 * "SQL mode ANSI"; error 1111 is for what finds none). Null: the block of the call itself.
 */
export function outerOwner(
  scope: QueryScope,
  call: ast.AggregateCall,
  ownAllowed: boolean,
): AggregatingBlock | null {
  if (scope.outer === null) return null;
  const refs: References = { own: [], nested: [] };
  collectReferences([call.args, call.orderBy], refs, false);
  let innermost = Infinity;
  for (const ref of refs.own) innermost = Math.min(innermost, depthOf(scope, ref));
  if (innermost === 0 || (innermost === Infinity && (ownAllowed || refs.own.length > 0))) return null;
  if (refs.nested.some((ref) => depthOf(scope, ref) === 0)) return null;
  let nearest: AggregatingBlock | null = null;
  let depth = 1;
  for (let s: QueryScope | null = scope.outer; s !== null && depth <= innermost; s = s.outer, depth++) {
    const { block } = s;
    if (block === undefined || !block.open) continue;
    if (depth === innermost) return block;
    nearest ??= block;
  }
  return nearest;
}

/** A call that its own block does not compute: the value that an enclosing one does. Throws 1111 when none does. */
export function outerAggregate(state: BuildState, scope: QueryScope, call: ast.AggregateCall): Expression {
  const owner = state.memory.aggregateOwners.get(call);
  if (owner === undefined) {
    // Where the block computes aggregates by itself, this one stands in another's arguments.
    const found = outerOwner(scope, call, scope.block?.open === true);
    if (found === null) throw mysqlError('ER_INVALID_GROUP_FUNC_USE');
    throw new AggregateMoved(call, found.stmt, state.memory);
  }
  for (let s = scope.outer; s !== null; s = s.outer) {
    if (s.block?.stmt !== owner) continue;
    const column = s.block.aggregates.get(call);
    if (column?.kind === 'column') return correlate(scope, column);
  }
  throw mysqlError('ER_INVALID_GROUP_FUNC_USE');
}
