import { argumentsOf } from '../../expression/traverse.js';
import { columnsOf } from '../logical/expression-walk.js';
import type { LogicalPlan } from '../logical/plan.js';
import { matchesOne } from '../logical/unique-keys.js';
import { correlatedIn, nodeExpressions } from '../logical/walk.js';
import type { Rule } from './rule.js';

/**
 * An outer join whose inner side nobody reads and of which a row finds one partner at most (or where rows that come twice
 * do not matter, below DISTINCT-like aggregates) is its preserved side.
 */
export const outerJoinElimination: Rule = {
  name: 'outer_join_eliminate',
  apply: (plan, _state, output) => eliminate(plan, new Set(output.map((c) => c.id)), false),
};

const INSENSITIVE: ReadonlySet<string> = new Set([
  'first_row',
  'min',
  'max',
  'bit_and',
  'bit_or',
  'any_value',
]);

function eliminate(p: LogicalPlan, needed: ReadonlySet<number>, duplicatesVanish: boolean): LogicalPlan {
  if (p.op === 'Join' && (p.joinType === 'leftOuter' || p.joinType === 'rightOuter')) {
    const outer = p.children[p.joinType === 'leftOuter' ? 0 : 1]!;
    const inner = p.children[p.joinType === 'leftOuter' ? 1 : 0]!;
    const used = inner.schema.some((c) => needed.has(c.id));
    if (!used && (duplicatesVanish || matchesOne(p, p.joinType === 'leftOuter' ? 'right' : 'left'))) {
      return eliminate(outer, needed, duplicatesVanish);
    }
  }
  let below: Set<number>;
  let vanish = false;
  switch (p.op) {
    case 'Projection':
      below = columnsOf(p.exprs.filter((_, i) => needed.has(p.schema[i]!.id)));
      vanish = duplicatesVanish;
      break;
    case 'Aggregation':
      below = columnsOf([...p.groupBy, ...argumentsOf(p.aggs.filter((_, i) => needed.has(p.schema[i]!.id)))]);
      vanish = p.aggs.every((a, i) => INSENSITIVE.has(a.name) || a.distinct || !needed.has(p.schema[i]!.id));
      break;
    case 'UnionAll':
      p.children = p.children.map((c) => eliminate(c, new Set(c.schema.map((x) => x.id)), duplicatesVanish));
      return p;
    case 'Lock':
      below = new Set(needed);
      for (const t of p.tables) for (const h of t.handle) below.add(h.id);
      break;
    default:
      below = columnsOf(nodeExpressions(p), new Set(needed));
      if (p.op === 'Join' && p.apply) for (const c of correlatedIn(p.children[1]!)) below.add(c.column.id);
      vanish = duplicatesVanish && (p.op === 'Selection' || p.op === 'Sort' || p.op === 'Join');
  }
  p.children = p.children.map((c) => eliminate(c, below, vanish));
  if (
    p.op === 'Selection' ||
    p.op === 'Sort' ||
    p.op === 'Limit' ||
    p.op === 'TopN' ||
    p.op === 'MaxOneRow' ||
    p.op === 'Lock'
  ) {
    p.schema = p.children[0]!.schema;
  } else if (p.op === 'JsonTable') {
    p.schema = [...p.children[0]!.schema, ...p.columns];
  } else if (p.op === 'Expand') {
    p.schema = [...p.children[0]!.schema, ...p.columns, p.level];
  } else if (p.op === 'Join') {
    const have = new Set(p.children.flatMap((c) => c.schema.map((x) => x.id)));
    const value =
      p.joinType === 'leftOuterSemi' || p.joinType === 'antiLeftOuterSemi'
        ? p.schema[p.schema.length - 1]!.id
        : -1;
    p.schema = p.schema.filter((c) => have.has(c.id) || c.id === value);
  }
  return p;
}
