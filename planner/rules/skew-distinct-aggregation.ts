import type { AggFunc, Column, Expression } from '../../expression/expression.js';
import { hasCorrelated, isVolatile, sameExpr } from '../logical/expression-walk.js';
import { projection, type Aggregation, type LogicalPlan } from '../logical/plan.js';
import type { BuildState } from '../resolve/build-state.js';
import { castTo, newAggregate } from '../resolve/functions.js';
import type { Rule } from './rule.js';
import { inTwoSteps } from './two-step-aggregates.js';

/**
 * tidb_opt_skew_distinct_agg: groups of very different sizes with one DISTINCT aggregate are first grouped by its argument as
 * well, which spreads a large group's rows and lets the store begin:
 * `COUNT(DISTINCT b), SUM(c) … GROUP BY a` is `COUNT(b), SUM(s)` over `SUM(c) AS s … GROUP BY a, b`.
 */
export const skewDistinctAggregation: Rule = {
  name: 'skew_distinct_agg_rewrite',
  apply: (plan, state) =>
    state.ctx.variable('tidb_opt_skew_distinct_agg') === 'ON' ? visit(plan, state) : plan,
};

function visit(p: LogicalPlan, state: BuildState): LogicalPlan {
  p.children = p.children.map((c) => visit(c, state));
  return p.op === 'Aggregation' ? (spread(p, state) ?? p) : p;
}

const SPREAD: ReadonlySet<string> = new Set(['count', 'sum', 'avg']);

function spread(p: Aggregation, state: BuildState): LogicalPlan | null {
  if (p.groupBy.length === 0 || p.children[0]!.op === 'Expand') return null;
  const isDistinct = (a: AggFunc): boolean => a.distinct && a.name !== 'min' && a.name !== 'max';
  const distinct = p.aggs.filter(isDistinct);
  const [argument] = distinct[0]?.args ?? [];
  if (distinct.length !== 1 || argument === undefined || distinct[0]!.args.length !== 1) return null;
  if (!SPREAD.has(distinct[0]!.name)) return null;
  if (argument.kind === 'constant' || isVolatile(argument) || hasCorrelated(argument)) return null;
  const ctx = state.ctx.eval;
  const partial: AggFunc[] = [];
  const schema: Column[] = [];
  /** A value that all rows of a finer group have. */
  const kept = (e: Expression): Column => {
    const at = partial.findIndex((a) => a.name === 'first_row' && sameExpr(a.args[0]!, e));
    if (at >= 0) return schema[at]!;
    const column = e.kind === 'column' ? e : state.column(e.type);
    partial.push(newAggregate('first_row', [e], false, ctx));
    schema.push(column);
    return column;
  };
  const aggs: AggFunc[] = [];
  /** Counts are sums of counts, which are DECIMAL until they are brought back. */
  const counts = new Map<number, Column>();
  for (const [i, a] of p.aggs.entries()) {
    if (isDistinct(a)) {
      aggs.push({ ...a, args: [kept(argument)], distinct: false });
      continue;
    }
    if (a.name === 'first_row') {
      aggs.push({ ...a, args: [kept(a.args[0]!)] });
      continue;
    }
    const steps = inTwoSteps(a, state);
    if (steps === null) return null;
    partial.push(...steps.partial);
    schema.push(...steps.columns);
    if (a.name !== 'count') {
      aggs.push(steps.final);
      continue;
    }
    const sum = newAggregate('sum', steps.columns, false, ctx);
    counts.set(i, state.column(sum.type));
    aggs.push(sum);
  }
  const groupBy = p.groupBy.map(kept);
  const finer: Aggregation = {
    op: 'Aggregation',
    schema,
    children: p.children,
    groupBy: [...p.groupBy, argument],
    aggs: partial,
    prefer: p.prefer ?? 'HashAgg',
  };
  kept(argument);
  const output = p.schema;
  const coarse: Aggregation = {
    ...p,
    schema: output.map((c, i) => counts.get(i) ?? c),
    children: [finer],
    groupBy,
    aggs,
  };
  if (counts.size === 0) return coarse;
  return projection(
    coarse,
    output.map((c, i) => {
      const sum = counts.get(i);
      return sum === undefined ? c : castTo(sum, c.type, ctx);
    }),
    output,
  );
}
