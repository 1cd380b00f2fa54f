import type { OperatorStats, RuntimeStats } from '../executor/exec-context.js';
import type { PhysicalPlan } from '../planner/physical/plan.js';
import { noFigures } from '../executor/exec-context.js';

/** One timed piece of a statement. Times in milliseconds from the statement's start. */
export interface Span {
  readonly name: string;
  readonly startMs: number;
  durationMs: number;
  /** Rows, loops and further facts. */
  readonly attributes: Record<string, string | number>;
  readonly children: Span[];
}

/** Records the spans of one statement, nested as they run. */
export class Tracer {
  readonly root: Span;
  private readonly origin: number;
  private open: Span[];

  /** `parseMs`: what the parser took before the statement was known to be traced; it becomes the first span. */
  constructor(name: string, parseMs: number) {
    this.origin = performance.now() - parseMs;
    const parse: Span = {
      name: 'parser.parse',
      startMs: 0,
      durationMs: parseMs,
      attributes: {},
      children: [],
    };
    this.root = { name, startMs: 0, durationMs: 0, attributes: {}, children: [parse] };
    this.open = [this.root];
  }

  span<T>(name: string, fn: () => T): T {
    const span = this.begin(name);
    let result: T;
    try {
      result = fn();
    } catch (error) {
      this.end(span);
      throw error;
    }
    if (result instanceof Promise) {
      return result.finally(() => this.end(span)) as T;
    }
    this.end(span);
    return result;
  }

  begin(name: string): Span {
    const span: Span = { name, startMs: this.now(), durationMs: 0, attributes: {}, children: [] };
    this.open[this.open.length - 1]!.children.push(span);
    this.open.push(span);
    return span;
  }

  end(span: Span): void {
    span.durationMs = this.now() - span.startMs;
    const at = this.open.indexOf(span);
    if (at > 0) this.open.length = at;
  }

  finish(): Span {
    for (const span of this.open) span.durationMs = this.now() - span.startMs;
    return this.root;
  }

  /** Adds the operators of an executed plan below `parent`, from the figures that EXPLAIN ANALYZE shows. */
  addOperators(parent: Span, plan: PhysicalPlan, stats: RuntimeStats): void {
    const s = stats.of(plan);
    const span: Span = {
      name: `${plan.op}_${plan.id}`,
      startMs: Math.max(0, s.openedAt - this.origin),
      durationMs: s.timeMs,
      attributes: { rows: s.rows, loops: s.loops, task: plan.task, ...Object.fromEntries(s.extra) },
      children: [],
    };
    parent.children.push(span);
    for (const child of childPlans(plan)) this.addOperators(span, child, stats);
  }

  private now(): number {
    return performance.now() - this.origin;
  }
}

/** Children in the order of EXPLAIN. */
export function childPlans(plan: PhysicalPlan): readonly PhysicalPlan[] {
  if ('child' in plan) return [plan.child];
  if ('left' in plan) return [plan.left, plan.right];
  if ('children' in plan) return plan.children;
  if (plan.op === 'IndexLookUp') return [plan.indexPlan, plan.tablePlan];
  if (plan.op === 'IndexMerge') return [...plan.partials, plan.tablePlan];
  if (plan.op === 'Insert') return plan.select === null ? [] : [plan.select];
  return [];
}

/** Collects what operators report, by plan node. */
export class StatementRuntimeStats implements RuntimeStats {
  private readonly byId = new Map<number, OperatorStats>();

  of(plan: PhysicalPlan): OperatorStats {
    let s = this.byId.get(plan.id);
    if (s === undefined) {
      s = noFigures(plan.id);
      this.byId.set(plan.id, s);
    }
    return s;
  }
}
