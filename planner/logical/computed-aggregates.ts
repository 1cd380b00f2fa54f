import { preciseAggregate } from '../../expression/truth.js';
import type { AggFunc } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';

const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%', 'DIV']);
/** Functions that compute with all digits of their argument, and those that pass on one of theirs. */
const COMPUTING: ReadonlySet<string> = new Set(['abs', 'round', 'truncate', 'mod']);
const CHOOSING: ReadonlySet<string> = new Set(['if', 'ifnull', 'coalesce', 'nullif']);

/** The calls of aggregates and window functions that something is computed of: with more digits than they show (MySQL manual, "Precision Math"). */
export function computedAggregates(
  root: unknown,
  found = new Set<ast.Expr>(),
  computing = false,
): Set<ast.Expr> {
  if (root === null || typeof root !== 'object' || root instanceof Uint8Array) return found;
  if (Array.isArray(root)) {
    for (const r of root) computedAggregates(r, found, computing);
    return found;
  }
  const node = root as ast.Expr;
  let within = false;
  switch (node.kind) {
    case 'AggregateCall':
      if (computing) found.add(node);
      return found;
    case 'WindowCall':
      if (computing) found.add(node);
      break;
    case 'Binary':
      within = ARITHMETIC.has(node.op);
      break;
    case 'Unary':
      within = node.op === '-';
      break;
    case 'FuncCall':
      within = COMPUTING.has(node.name) || (computing && CHOOSING.has(node.name));
      break;
    case 'Paren':
    case 'Case':
      within = computing;
      break;
  }
  for (const [key, child] of Object.entries(node))
    if (key !== 'query') computedAggregates(child, found, within);
  return found;
}

/** SUM and AVG with all the digits that a computation takes. */
export const withAllDigits = (agg: AggFunc, increment: number): AggFunc =>
  agg.name === 'sum' || agg.name === 'avg'
    ? { ...agg, type: preciseAggregate(agg.name, agg.args[0]!.type, agg.type, increment) }
    : agg;
