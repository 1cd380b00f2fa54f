import { COST } from '../cost/factors.js';
import type { CostTerm } from '../cost/work.js';
import type { PhysicalPlan } from '../physical/plan.js';
import { operatorName } from './operator-info.js';
import { children } from './plan-tree.js';

/** What EXPLAIN FORMAT='verbose' and 'cost_trace' tell of the costs of a plan. */
export class PlanCosts {
  private readonly names: ReadonlyMap<number, string>;

  /** `operators`: all that EXPLAIN shows. */
  constructor(operators: readonly PhysicalPlan[]) {
    this.names = new Map(operators.map((p) => [p.id, `${operatorName(p)}_${p.id}`]));
  }

  /** The estimated cost with all below; N/A for a plan that was made without comparing any. */
  text(p: PhysicalPlan): string {
    const cost = costOf(p);
    return cost === undefined ? 'N/A' : cost.toFixed(2);
  }

  /** The sum that it is: rows times factor (`planner/cost/factors.ts`), and the costs of the operators below. */
  formula(p: PhysicalPlan): string {
    const terms = [...(p.costTerms ?? [])];
    if (p.estCost === undefined)
      for (const { plan } of children(p)) {
        const each = costOf(plan);
        if (each !== undefined) terms.unshift({ input: plan.id, count: 1, each });
      }
    return terms.map((t) => this.term(t)).join(' + ');
  }

  private term(t: CostTerm): string {
    const what = t.factor ?? this.names.get(t.input!) ?? 'input';
    const text = `${what}(${short(t.each)})`;
    const scale = t.factor === undefined ? 1 : t.each / COST[t.factor];
    const scaled = Math.abs(scale - 1) < 1e-9 ? text : `${what}(${short(COST[t.factor!])}*${short(scale)})`;
    return t.count === 1 ? scaled : `${short(t.count)}*${scaled}`;
  }
}

/** What a plan's operators were estimated at; undefined where no costs were compared. */
export function costOf(p: PhysicalPlan): number | undefined {
  if (p.estCost !== undefined) return p.estCost;
  const own = p.costTerms?.reduce((sum, t) => sum + t.count * t.each, 0);
  const below = children(p).map(({ plan }) => costOf(plan));
  const known = [own, ...below].filter((c) => c !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, c) => sum + c, 0);
}

const short = (n: number): string => String(Number(n.toPrecision(4)));
