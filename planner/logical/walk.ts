import type { Expression } from '../../expression/expression.js';
import type { CorrelatedColumn } from '../../expression/expression.js';
import { argumentsOf } from '../../expression/traverse.js';
import { forEachCorrelated } from './expression-walk.js';
import type { LogicalPlan } from './plan.js';

/** Every expression a node evaluates itself. */
export function nodeExpressions(p: LogicalPlan): Expression[] {
  switch (p.op) {
    case 'DataSource':
    case 'MemTable':
    case 'Selection':
      return p.conditions;
    case 'Projection':
      return p.exprs;
    case 'Join':
      return [...p.eq.flatMap((k) => [k.left, k.right]), ...p.leftConds, ...p.rightConds, ...p.otherConds];
    case 'Aggregation':
      return [...p.groupBy, ...argumentsOf(p.aggs)];
    case 'Sort':
      return p.by.map((b) => b.expr);
    case 'TopN':
      return p.by.map((b) => b.expr);
    case 'Window':
      return [
        ...p.partitionBy.map((b) => b.expr),
        ...p.orderBy.map((b) => b.expr),
        ...p.functions.flatMap((f) => f.args),
        ...(p.frame?.start.value !== undefined ? [p.frame.start.value] : []),
        ...(p.frame?.end.value !== undefined ? [p.frame.end.value] : []),
      ];
    case 'Expand':
      return p.groups;
    case 'JsonTable':
      return [p.doc];
    default:
      return [];
  }
}

/** Rebuilds every expression a node evaluates itself, in place. */
export function mapNodeExpressions(p: LogicalPlan, f: (e: Expression) => Expression): void {
  const by = <T extends { expr: Expression }>(items: T[]): T[] =>
    items.map((b) => ({ ...b, expr: f(b.expr) }));
  switch (p.op) {
    case 'DataSource':
    case 'MemTable':
    case 'Selection':
      p.conditions = p.conditions.map(f);
      break;
    case 'Projection':
      p.exprs = p.exprs.map(f);
      break;
    case 'Join':
      p.eq = p.eq.map((k) => ({ ...k, left: f(k.left), right: f(k.right) }));
      p.leftConds = p.leftConds.map(f);
      p.rightConds = p.rightConds.map(f);
      p.otherConds = p.otherConds.map(f);
      break;
    case 'Aggregation':
      p.groupBy = p.groupBy.map(f);
      p.aggs = p.aggs.map((a) => ({
        ...a,
        args: a.args.map(f),
        ...(a.orderBy === undefined ? {} : { orderBy: a.orderBy.map((o) => ({ ...o, expr: f(o.expr) })) }),
      }));
      break;
    case 'Sort':
    case 'TopN':
      p.by = by(p.by);
      break;
    case 'Window':
      p.partitionBy = by(p.partitionBy);
      p.orderBy = by(p.orderBy);
      p.functions = p.functions.map((w) => ({ ...w, args: w.args.map(f) }));
      break;
    case 'Expand':
      p.groups = p.groups.map(f);
      break;
    case 'JsonTable':
      p.doc = f(p.doc);
      break;
    default:
      break;
  }
}

/** Visits every node, children first. */
export function forEachNode(p: LogicalPlan, visit: (p: LogicalPlan) => void): void {
  for (const c of p.children) forEachNode(c, visit);
  visit(p);
}

/** Every correlated column used in a subtree, materialised common tables included. */
export function correlatedIn(p: LogicalPlan, into: CorrelatedColumn[] = []): CorrelatedColumn[] {
  forEachNode(p, (n) => {
    for (const e of nodeExpressions(n)) forEachCorrelated(e, (c) => into.push(c));
    if (n.op === 'CteScan' && !n.cte.planning) {
      n.cte.planning = true;
      correlatedIn(n.cte.seed, into);
      if (n.cte.recursive !== null) correlatedIn(n.cte.recursive, into);
      n.cte.planning = false;
    }
  });
  return into;
}

/** Whether a subtree reads a column of `ids` from outside. */
export function correlatesWith(p: LogicalPlan, ids: ReadonlySet<number>): boolean {
  return correlatedIn(p).some((c) => ids.has(c.column.id));
}

/** Whether a subtree reads any column from outside itself. */
export const isCorrelated = (p: LogicalPlan): boolean => correlatedIn(p).length > 0;
