import { toExplain } from '../expression/index.js';
import type { Expression } from '../expression/expression.js';
import type { LogicalPlan } from './logical/plan.js';

/** A logical plan as it is traced. */
export interface TracedNode {
  readonly op: string;
  readonly info: string;
  readonly children: readonly TracedNode[];
}

/** What TRACE PLAN tells of one run of the optimizer. */
export class OptimizerTrace {
  readonly logical: { readonly rule: string; readonly plan: TracedNode }[] = [];
  readonly paths: { readonly table: string; readonly paths: readonly TracedPath[] }[] = [];
  readonly physical: TracedTask[] = [];
  /** Estimates of conditions on tables. */
  readonly estimates: {
    readonly table_name: string;
    readonly type: string;
    readonly expr: string;
    readonly row_count: number;
  }[] = [];
  private last = '';

  /** The plan after a rule, if the rule changed it. */
  step(rule: string, plan: LogicalPlan): void {
    const traced = tracedNode(plan);
    const text = JSON.stringify(traced);
    if (text === this.last) return;
    this.last = text;
    this.logical.push({ rule, plan: traced });
  }

  estimate(table: string, conditions: readonly Expression[], rows: number): void {
    if (conditions.length === 0) return;
    const expr = conditions.map((c) => toExplain(c)).join(' and ');
    if (this.estimates.some((e) => e.table_name === table && e.expr === expr)) return;
    this.estimates.push({
      table_name: table,
      type: conditions.length > 1 ? 'Table Stats-Expression-CNF' : 'Column Stats-Expression',
      expr,
      row_count: Math.round(rows * 100) / 100,
    });
  }
}

export interface TracedPath {
  readonly path: string;
  readonly rows: number;
  readonly covering: boolean;
  readonly conditions: string;
}

/** A logical operator under a required property, and what was chosen for it. */
export interface TracedTask {
  readonly operator: string;
  readonly property: string;
  readonly chosen: string;
  readonly rows: number;
  readonly cost: number;
  /** The cost of the same with a sort on top, where an order was required. */
  readonly sorted: number | null;
}

const texts = (list: readonly Expression[]): string => list.map((e) => toExplain(e)).join(', ');

function tracedNode(p: LogicalPlan): TracedNode {
  return { op: p.op, info: infoOf(p), children: p.children.map(tracedNode) };
}

function infoOf(p: LogicalPlan): string {
  switch (p.op) {
    case 'DataSource':
      return [`table:${p.alias}`, p.conditions.length > 0 ? `conditions:[${texts(p.conditions)}]` : '']
        .filter((s) => s !== '')
        .join(', ');
    case 'Selection':
      return texts(p.conditions);
    case 'Projection':
      return texts(p.exprs);
    case 'Join':
      return [
        p.joinType,
        `equal:[${p.eq.map((k) => `eq(${toExplain(k.left)}, ${toExplain(k.right)})`).join(' ')}]`,
        p.otherConds.length > 0 ? `other:[${texts(p.otherConds)}]` : '',
      ]
        .filter((s) => s !== '')
        .join(', ');
    case 'Aggregation':
      return `group by:[${texts(p.groupBy)}], funcs:${p.aggs.map((a) => a.name).join(', ')}`;
    case 'Sort':
      return p.by.map((b) => `${toExplain(b.expr)}${b.desc ? ':desc' : ''}`).join(', ');
    default:
      return '';
  }
}
