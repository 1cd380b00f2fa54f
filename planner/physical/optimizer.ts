import type { Expression } from '../../expression/expression.js';
import { Work } from '../cost/work.js';
import { deriveStats } from '../cost/derive-stats.js';
import { sameExpr } from '../logical/expression-walk.js';
import type { LogicalPlan, PlanStats } from '../logical/plan.js';
import type { PlanContext } from '../plan-context.js';
import type { BuildState } from '../resolve/build-state.js';
import type { PhysicalPlan, Sort } from './plan.js';
import { monotonic } from './monotonic.js';
import type { PlanChoices } from './plan-choices.js';
import { ANY, originOf, type OrderItem, type Property, type RootTask, type Task } from './task.js';

/** Makes the best task for a node under a property; null when the operator cannot give the order by itself. */
export type Implementation<P extends LogicalPlan = LogicalPlan> = (
  opt: Optimizer,
  p: P,
  prop: Property,
) => Task | null;

/**
 * The physical search: top down by required property, the cheapest task of every node kept (the memo of a Cascades
 * search with one group per logical node).
 */
export class Optimizer {
  private readonly memo = new Map<LogicalPlan, Map<string, Task | null>>();
  private readonly sorted = new Map<LogicalPlan, Map<string, RootTask>>();
  /** The logical node and property whose options are being compared, for NTH_PLAN. */
  private place = '';
  readonly ctx: PlanContext;

  constructor(
    readonly state: BuildState,
    private readonly implementations: Readonly<Record<string, Implementation>>,
    private readonly finish: (opt: Optimizer, task: Task) => RootTask,
    /** NTH_PLAN: not the cheapest options are taken, but these; `nodes` numbers the nodes. */
    private readonly nth: {
      readonly choices: PlanChoices;
      readonly nodes: ReadonlyMap<LogicalPlan, number>;
    } | null = null,
    /** The number that was given last: plans of common table expressions that another search made stay, and no two of a statement are the same. */
    public lastId = 0,
  ) {
    this.ctx = state.ctx;
  }

  /** Whether `tidb_opt_fix_control` turns a behaviour on: `52869:on, 44262:off`. */
  fixControl(number: number): boolean {
    const text = this.ctx.variable('tidb_opt_fix_control');
    return text.split(',').some((part) => {
      const [n, value] = part.split(':');
      return Number(n) === number && /^\s*(on|1)\s*$/i.test(value ?? '');
    });
  }

  nextId(): number {
    return ++this.lastId;
  }

  stats(p: LogicalPlan): PlanStats {
    return deriveStats(p, this.ctx);
  }

  /** The cheapest task that satisfies `prop`; a sort is put on top where that is cheaper or the only way. */
  find(p: LogicalPlan, prop: Property): Task {
    let best = this.tryFind(p, prop);
    let sortedCost: number | null = null;
    if (prop.order.length > 0) {
      const key = keyOf(prop);
      let known = this.sorted.get(p);
      if (known === undefined) this.sorted.set(p, (known = new Map()));
      let sorted = known.get(key);
      if (sorted === undefined) {
        sorted = this.sort(this.root(this.find(p, ANY)), prop.order);
        known.set(key, sorted);
      }
      sortedCost = sorted.cost;
      best = best === null ? sorted : this.at(p, prop, () => this.cheapest([best!, sorted]));
    }
    if (best === null) throw new Error(`no plan for ${p.op}`);
    this.ctx.trace?.physical.push({
      operator: p.op,
      property: prop.order.map((o) => `${o.column.name}${o.desc ? ' desc' : ''}`).join(', '),
      chosen: chosenPlan(best),
      rows: best.rows,
      cost: best.cost,
      sorted: sortedCost,
    });
    return best;
  }

  /**
   * The cheapest task that gives an order by itself, null when there is none. Operators that hand an order on ask this of
   * their child: a sort, where one is needed, stands above them.
   */
  tryFind(p: LogicalPlan, prop: Property): Task | null {
    let own = this.memo.get(p);
    if (own === undefined) this.memo.set(p, (own = new Map()));
    const key = keyOf(prop);
    const known = own.get(key);
    if (known !== undefined) return known;
    const best = this.at(p, prop, () => this.implementations[p.op]!(this, p, prop));
    own.set(key, best);
    return best;
  }

  /** The cheapest of the ways to do something, the first of those that cost the same; what NTH_PLAN asks for where it is given. */
  cheapest<T extends Task>(options: readonly T[], cost: (t: T) => number = (t) => t.cost): T {
    if (this.nth !== null) return options[this.nth.choices.take(this.place, options.map(topId))]!;
    let best = options[0]!;
    let least = cost(best);
    for (let i = 1; i < options.length; i++) {
      const c = cost(options[i]!);
      if (c < least) [best, least] = [options[i]!, c];
    }
    return best;
  }

  private at<T>(p: LogicalPlan, prop: Property, search: () => T): T {
    const number = this.nth?.nodes.get(p);
    if (number === undefined) return search();
    const before = this.place;
    this.place = `${number}|${keyOf(prop)}`;
    const found = search();
    this.place = before;
    return found;
  }

  tryFindRoot(p: LogicalPlan, prop: Property): RootTask | null {
    const task = this.tryFind(p, prop);
    return task === null ? null : this.root(task);
  }

  /** Closes a task with its reader. */
  root(task: Task): RootTask {
    return task.kind === 'root' ? task : this.finish(this, task);
  }

  findRoot(p: LogicalPlan, prop: Property): RootTask {
    return this.root(this.find(p, prop));
  }

  sort(task: RootTask, order: readonly OrderItem[]): RootTask {
    const plan: Sort = {
      op: 'Sort',
      id: this.nextId(),
      schema: task.plan.schema,
      estRows: task.rows,
      task: 'root',
      child: task.plan,
      by: order.map((o) => ({ expr: o.column, desc: o.desc })),
    };
    return this.over(task, plan, task.rows, sortWork(task.rows));
  }

  /** A task with one more operator on top; `own`: its work, none for what costs nothing worth counting. */
  over(child: RootTask, plan: PhysicalPlan, rows: number, own?: Work): RootTask {
    const work = new Work().input(child);
    if (own !== undefined) work.plus(own);
    return { kind: 'root', plan: work.on(plan), rows, cost: work.total, ...originOf(child) };
  }
}

/** The operator on top of a task. */
const topOf = (task: Task): PhysicalPlan | null =>
  task.kind === 'root' ? task.plan : (task.tablePlan ?? task.indexPlan);
const topId = (task: Task): number => topOf(task)?.id ?? -1;
function chosenPlan(task: Task): string {
  const plan = topOf(task);
  return plan === null ? '' : `${plan.op}_${plan.id}`;
}

const keyOf = (prop: Property): string =>
  `${prop.limit}|${prop.order.map((o) => `${o.column.id}${o.desc ? 'd' : ''}`).join(',')}`;

export const sortWork = (rows: number): Work =>
  new Work().add('open').add('sortCompare', rows * Math.log2(Math.max(2, rows)));

/** An order by columns alone; null when an item is an expression. */
export function asOrder(
  by: readonly { readonly expr: Expression; readonly desc: boolean }[],
): OrderItem[] | null {
  const out: OrderItem[] = [];
  for (const b of by) {
    if (b.expr.kind !== 'column') return null;
    const { expr } = b;
    if (!out.some((o) => o.column.id === expr.id)) out.push({ column: expr, desc: b.desc });
  }
  return out;
}

/** Order items in terms of a child's columns, through a projection; null when one is computed in another order. */
export function throughProjection(
  order: readonly OrderItem[],
  exprs: readonly Expression[],
  schema: readonly { readonly id: number }[],
  input: LogicalPlan,
): OrderItem[] | null {
  const out: OrderItem[] = [];
  for (const o of order) {
    const at = schema.findIndex((c) => c.id === o.column.id);
    const e = exprs[at];
    const source = e === undefined ? null : monotonic(e, input);
    if (source === null) return null;
    out.push({ column: source.column, desc: source.falling ? !o.desc : o.desc });
  }
  return out;
}

export const sameExprs = (a: readonly Expression[], b: readonly Expression[]): boolean =>
  a.length === b.length && a.every((x, i) => sameExpr(x, b[i]!));
