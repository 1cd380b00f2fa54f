import type { AggFunc, Expression } from '../../expression/expression.js';
import { isNotNull } from '../../types/field-type.js';
import { projection, type LogicalPlan } from '../logical/plan.js';
import { uniqueKeys } from '../logical/unique-keys.js';
import type { BuildState } from '../resolve/build-state.js';
import { castTo } from '../resolve/functions.js';
import { ONE, ZERO } from '../resolve/literal.js';
import type { Rule } from './rule.js';

/** Groups of one row each need no aggregation: the group keys hold a unique key of the input. */
export const aggregationElimination: Rule = {
  name: 'aggregation_eliminate',
  apply: (plan, state) => eliminate(plan, state),
};

function eliminate(p: LogicalPlan, state: BuildState): LogicalPlan {
  p.children = p.children.map((c) => eliminate(c, state));
  if (p.op !== 'Aggregation' || p.groupBy.length === 0) return p;
  const ids = new Set(p.groupBy.flatMap((g) => (g.kind === 'column' ? [g.id] : [])));
  if (!uniqueKeys(p.children[0]!).some((k) => k.every((id) => ids.has(id)))) return p;
  const exprs = p.aggs.map((a) => ofOneRow(a, state));
  if (exprs.includes(null)) return p;
  return projection(p.children[0]!, exprs as Expression[], p.schema);
}

/** What an aggregate gives for a group of one row; null when that is not a plain expression. */
function ofOneRow(a: AggFunc, state: BuildState): Expression | null {
  const x = a.args[0]!;
  switch (a.name) {
    case 'first_row':
      return x;
    case 'min':
    case 'max':
    case 'any_value':
      return x;
    case 'sum':
    case 'avg':
      return castTo(x, a.type, state.ctx.eval);
    case 'count': {
      let e: Expression = ONE;
      for (const arg of a.args) {
        if (arg.kind === 'constant' ? arg.value !== null : isNotNull(arg.type)) continue;
        e = state.call('if', state.call('isnull', arg), ZERO, e);
      }
      return castTo(e, a.type, state.ctx.eval);
    }
    default:
      return null;
  }
}
