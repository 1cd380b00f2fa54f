import type { LogicalPlan } from '../logical/plan.js';
import type { Rule } from './rule.js';

/**
 * Drops an ORDER BY without LIMIT whose order nothing above sees: below another sort, an aggregation or a join (MySQL
 * manual, "Optimizing Derived Tables": such an ORDER BY is not propagated).
 */
export const sortElimination: Rule = {
  name: 'sort_eliminate',
  apply: (plan) => eliminate(plan, false),
};

/** `vanishes`: the order of this node's rows is lost above it. */
function eliminate(p: LogicalPlan, vanishes: boolean): LogicalPlan {
  switch (p.op) {
    case 'Sort':
      if (vanishes) return eliminate(p.children[0]!, true);
      p.children = [eliminate(p.children[0]!, true)];
      break;
    case 'TopN':
    case 'Join':
      p.children = p.children.map((c) => eliminate(c, true));
      break;
    case 'Aggregation': {
      // GROUP_CONCAT and JSON_ARRAYAGG without an order of their own show the order of their rows.
      const shows = p.aggs.some((a) => a.name === 'group_concat' || a.name.startsWith('json_'));
      p.children = p.children.map((c) => eliminate(c, !shows));
      break;
    }
    case 'Projection':
    case 'Selection':
    case 'Lock':
      p.children = p.children.map((c) => eliminate(c, vanishes));
      break;
    default:
      p.children = p.children.map((c) => eliminate(c, false));
  }
  if (p.op === 'Selection' || p.op === 'Sort' || p.op === 'TopN' || p.op === 'Lock')
    p.schema = p.children[0]!.schema;
  return p;
}
