import { preciseQuotient } from '../../expression/truth.js';
import type { BuildState } from '../resolve/build-state.js';
import type { Relation } from '../resolve/scope.js';
import type { LogicalPlan } from './plan.js';

/** Whether MySQL merges a block over this into the one that reads it: only rows of tables, chosen (manual, "Optimizing Derived Tables, View References, and Common Table Expressions"). */
function merges(p: LogicalPlan): boolean {
  if (p.op === 'Selection') return merges(p.children[0]!);
  return p.op === 'DataSource' || p.op === 'MemTable' || p.op === 'Join' || p.op === 'Projection';
}

/**
 * A derived table or view whose quotients have all their digits for who computes with them: beside the column that shows some of them
 * there is one with all, which nobody can name and pruning drops where nothing is computed.
 */
export function withHiddenDigits(state: BuildState, rel: Relation): Relation {
  const { plan } = rel;
  if (plan.op !== 'Projection' || !merges(plan.children[0]!)) return rel;
  const exprs = [...plan.exprs];
  const schema = [...plan.schema];
  plan.exprs.forEach((e, i) => {
    const precise = preciseQuotient(e);
    if (precise === e) return;
    const column = state.column(precise.type);
    exprs.push(precise);
    schema.push(column);
    const cell = { column };
    state.hiddenDigits.push(cell);
    schema[i] = { ...schema[i]!, precise: cell };
  });
  if (schema.length === plan.schema.length) return rel;
  const byId = new Map(schema.map((c) => [c.id, c]));
  return {
    plan: { ...plan, exprs, schema },
    names: rel.names.map((n) => ({ ...n, column: byId.get(n.column.id) ?? n.column })),
  };
}
