import { isVolatile, substitute } from '../logical/expression-walk.js';
import type { Expression } from '../../expression/expression.js';
import type { LogicalPlan } from '../logical/plan.js';
import type { Rule } from './rule.js';

/**
 * Drops projections that only hand columns on, and melts a projection over another into one. Where exact columns matter
 * (the statement's output, branches of a union) the physical plan projects again.
 */
export const projectionElimination: Rule = { name: 'projection_eliminate', apply: (plan) => eliminate(plan) };

function eliminate(p: LogicalPlan): LogicalPlan {
  p.children = p.children.map(eliminate);
  if (p.op !== 'Projection') return refreshSchema(p);
  const child = p.children[0]!;
  if (p.exprs.every((e, i) => e.kind === 'column' && e.id === p.schema[i]!.id)) {
    const have = new Set(child.schema.map((c) => c.id));
    if (p.schema.every((c) => have.has(c.id))) return child;
  }
  if (child.op === 'Projection' && !child.exprs.some((e) => e.kind === 'function' && isVolatile(e))) {
    // An inner expression is computed once for each use: only when it is used once, or costs nothing.
    const uses = new Map<number, number>();
    const count = (e: Expression): void => {
      if (e.kind === 'column') uses.set(e.id, (uses.get(e.id) ?? 0) + 1);
      else if (e.kind === 'function') e.args.forEach(count);
    };
    p.exprs.forEach(count);
    const map = new Map<number, Expression>();
    child.schema.forEach((c, i) => map.set(c.id, child.exprs[i]!));
    if (child.schema.every((c, i) => child.exprs[i]!.kind !== 'function' || (uses.get(c.id) ?? 0) <= 1)) {
      return { ...p, exprs: p.exprs.map((e) => substitute(e, map)), children: child.children };
    }
  }
  return p;
}

/** Operators that hand on their child's columns give what the child now gives. */
function refreshSchema(p: LogicalPlan): LogicalPlan {
  switch (p.op) {
    case 'Selection':
    case 'Sort':
    case 'Limit':
    case 'TopN':
    case 'MaxOneRow':
    case 'Lock':
      p.schema = p.children[0]!.schema;
      return p;
    default:
      return p;
  }
}
