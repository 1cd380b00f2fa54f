import { COST } from './factors.js';

/** A kind of work in the cost model. */
export type CostFactor = keyof typeof COST;

/**
 * One summand of an operator's cost: `count` rows (keys, runs, comparisons) of a factor's work, or the whole cost of the operator with
 * the id `input` as many times. `each`: what one of them costs.
 */
export interface CostTerm {
  readonly factor?: CostFactor;
  readonly input?: number;
  readonly count: number;
  readonly each: number;
}

/** The work of one operator, summed up as it is known; what EXPLAIN FORMAT='cost_trace' shows. */
export class Work {
  readonly terms: CostTerm[] = [];
  total = 0;

  /** `count` times a factor's work; `scale`: how much more or less of it than the factor says. */
  add(factor: CostFactor, count = 1, scale = 1): this {
    const each = COST[factor] * scale;
    if (count !== 0 && each !== 0) this.terms.push({ factor, count, each });
    this.total += count * each;
    return this;
  }

  /** The work below, done `times` times. */
  input(task: { readonly plan: { readonly id: number }; readonly cost: number }, times = 1): this {
    this.terms.push({ input: task.plan.id, count: times, each: task.cost });
    this.total += times * task.cost;
    return this;
  }

  /** All terms of another. */
  plus(other: Work): this {
    for (const t of other.terms) this.terms.push(t);
    this.total += other.total;
    return this;
  }

  /** That share of each term: a parent stops before the rest is done. */
  times(share: number): Work {
    const out = new Work();
    for (const t of this.terms) out.terms.push({ ...t, count: t.count * share });
    out.total = this.total * share;
    return out;
  }

  /** The operator, told what it costs with all below it. */
  on<P extends object>(plan: P): P {
    return { ...plan, estCost: this.total, costTerms: this.terms };
  }

  /** The operator, told what it adds itself: what is below is not known yet. */
  ownOf<P extends object>(plan: P): P {
    return { ...plan, costTerms: this.terms };
  }
}

/** Fetching rows by their keys, through a unique index or by the handle. */
export const pointWork = (keys: number, indexed: boolean): Work =>
  new Work().add('open').add('scanRow', keys * (indexed ? 2 : 1));
