import { partialTypes } from '../../expression/aggregate/create.js';
import type { AggFunc, Column, Expression } from '../../expression/expression.js';
import { findFunction } from '../../expression/function-registry.js';
import { argumentsOf, visit } from '../../expression/traverse.js';
import type { HashAgg, HashJoin, PhysicalPlan, TableReader, TableScan } from '../../planner/physical/plan.js';
import { preservedSide, probeSide } from '../hash-join.js';
import { packLists } from './long-lists.js';

/**
 * The part of a plan that threads run on their own: a scan of a table's columns and what its rows go through one after the other.
 * Filters, projections and probes of hash joins (whose build sides are made before), and at the top at most one operator that
 * gathers rows: a partial aggregation, a TopN, or a join whose build side keeps its own rows.
 */
export interface Fragment {
  readonly id: number;
  readonly scan: TableScan;
  readonly reader: TableReader;
  /** From the scan's parent up. */
  readonly steps: readonly PhysicalPlan[];
  /** How many of them are in the store's part of the plan. */
  readonly copSteps: number;
  readonly form: FragmentForm;
  /** The aggregation above whose first half runs in the threads, and its other half. */
  readonly final: HashAgg | null;
}

/** How results come: see FragmentForm. */
export type FragmentMode = 'rows' | 'morsels' | 'free';

/** What a thread must know of a fragment. */
export interface FragmentForm {
  readonly scanId: number;
  /**
   * rows: the rows of each morsel, to be put in the order of the scan. morsels: the same, the step at the top begun anew for each
   * morsel. free: in any order.
   */
  readonly mode: FragmentMode;
  /** Plan nodes whose children have nothing but a schema; see packLists. */
  readonly steps: readonly PhysicalPlan[];
}

const FRAGMENTS = new WeakMap<PhysicalPlan, Fragment | null>();
let nextId = 1;

const TOPS: ReadonlySet<PhysicalPlan['op']> = new Set([
  'HashAgg',
  'StreamAgg',
  'Selection',
  'Projection',
  'HashJoin',
  'TableReader',
]);

/** The fragment with this plan at its top; null where there is none. */
export function fragmentOf(plan: PhysicalPlan): Fragment | null {
  if (!TOPS.has(plan.op)) return null;
  let f = FRAGMENTS.get(plan);
  if (f === undefined) {
    f = findFragment(plan);
    FRAGMENTS.set(plan, f);
  }
  return f;
}

function findFragment(plan: PhysicalPlan): Fragment | null {
  switch (plan.op) {
    case 'HashAgg':
      return aggregated(plan);
    case 'StreamAgg':
      // One group needs no order.
      return plan.groupBy.length === 0 ? aggregated({ ...plan, op: 'HashAgg' }) : null;
    case 'Selection':
    case 'Projection':
    case 'HashJoin':
    case 'TableReader':
      return pipeline(plan);
    default:
      return null;
  }
}

/** An aggregation of rows: partial ones in the threads. */
function aggregated(plan: HashAgg): Fragment | null {
  if (plan.aggs.some((a) => a.mode !== 'complete')) return null;
  const halves = halve(plan);
  if (halves === null || ![...plan.groupBy, ...argumentsOf(plan.aggs)].every(runsAnywhere)) return null;
  const below = chainOf(plan.child);
  if (below === null || below.breaker !== null) return null;
  return make(below, [...below.steps, halves.partial], 'free', halves.final);
}

function pipeline(plan: PhysicalPlan): Fragment | null {
  const chain = chainOf(plan);
  if (chain === null) return null;
  const top = chain.breaker;
  // Rows as they are: reading them is all there is to do.
  if (top === null && !chain.steps.some((s) => s.op === 'Selection' || s.op === 'HashJoin')) return null;
  const mode: FragmentMode =
    top === null ? 'rows' : top.op === 'HashAgg' || top.op === 'HashJoin' ? 'free' : 'morsels';
  return make(chain, chain.steps, mode, null);
}

interface Chain {
  readonly scan: TableScan;
  readonly reader: TableReader;
  /** From the scan's parent up. */
  readonly steps: readonly PhysicalPlan[];
  readonly copSteps: number;
  /** The step at the top, where it gathers rows. */
  readonly breaker: PhysicalPlan | null;
}

/** Follows a plan down to the scan whose rows go through all of it. */
function chainOf(plan: PhysicalPlan): Chain | null {
  const steps: PhysicalPlan[] = [];
  let reader: TableReader | null = null;
  let breaker: PhysicalPlan | null = null;
  let rootSteps = 0;
  let p = plan;
  for (;;) {
    switch (p.op) {
      case 'TableScan': {
        if (reader === null || p.desc || p.rowsOnly === true) return null;
        if (p.keepOrder && breaker?.op !== 'StreamAgg') return null;
        return { scan: p, reader, steps: steps.reverse(), copSteps: steps.length - rootSteps, breaker };
      }
      case 'TableReader':
        if (p.partitions !== undefined) return null;
        reader = p;
        rootSteps = steps.length;
        p = p.child;
        continue;
      case 'Selection':
        if (!p.conditions.every(runsAnywhere)) return null;
        steps.push(p);
        p = p.child;
        continue;
      case 'Projection':
        if (!p.exprs.every(runsAnywhere)) return null;
        steps.push(p);
        p = p.child;
        continue;
      case 'HashJoin': {
        if (reader !== null || !joinRuns(p)) return null;
        if (preservedSide(p) !== null && preservedSide(p) !== probeSide(p)) {
          if (steps.length > 0) return null;
          breaker = p;
        }
        steps.push(p);
        p = probeSide(p) === 'left' ? p.left : p.right;
        continue;
      }
      case 'HashAgg':
      case 'StreamAgg':
        // Partial ones in the store's part of the plan.
        if (reader === null || steps.length > 0 || p.aggs.some((a) => a.mode !== 'partial1')) return null;
        if (![...p.groupBy, ...argumentsOf(p.aggs)].every(runsAnywhere)) return null;
        breaker = p.groupBy.length === 0 && p.op === 'StreamAgg' ? { ...p, op: 'HashAgg' } : p;
        steps.push(breaker);
        p = p.child;
        continue;
      case 'TopN':
        if (reader === null || steps.length > 0 || !p.by.every((b) => runsAnywhere(b.expr))) return null;
        breaker = p;
        steps.push(p);
        p = p.child;
        continue;
      default:
        return null;
    }
  }
}

const joinRuns = (p: HashJoin): boolean =>
  [...p.leftKeys, ...p.rightKeys, ...p.leftConditions, ...p.rightConditions, ...p.otherConditions].every(
    runsAnywhere,
  );

/** Whether an expression asks nothing of its session but what a thread is told, and changes nothing there. */
function runsAnywhere(e: Expression): boolean {
  let ok = true;
  visit(e, (x) => {
    if (x.kind === 'correlated') ok = false;
    else if (x.kind === 'function') {
      const s = findFunction(x.name);
      if (s === undefined || s.deterministic === false || s.sideEffects === true || s.async === true)
        ok = false;
      else if (s.stable === false && s.family !== 'time') ok = false;
    }
    return ok;
  });
  return ok;
}

/** An aggregation in two halves, the group keys as states behind those of the functions; null where a function has none. */
function halve(plan: HashAgg): { readonly partial: HashAgg; readonly final: HashAgg } | null {
  const partial: AggFunc[] = [];
  const final: AggFunc[] = [];
  const schema: Column[] = [];
  const column = (type: Column['type']): Column => {
    const index = schema.length;
    const c: Column = { kind: 'column', id: -1 - index, type, index, name: `state#${index}` };
    schema.push(c);
    return c;
  };
  for (const a of plan.aggs) {
    const types = partialTypes(a);
    if (types === null) return null;
    partial.push({ ...a, mode: 'partial1' });
    final.push({ ...a, args: types.map(column), mode: 'final' });
  }
  const groupBy = plan.groupBy.map((g) => {
    partial.push({ name: 'first_row', args: [g], distinct: false, type: g.type, mode: 'partial1' });
    return column(g.type);
  });
  return {
    partial: { ...plan, schema, aggs: partial },
    final: { ...plan, groupBy, aggs: final },
  };
}

function make(
  chain: Chain,
  steps: readonly PhysicalPlan[],
  mode: FragmentMode,
  final: HashAgg | null,
): Fragment {
  const form: FragmentForm = { scanId: chain.scan.id, mode, steps: steps.map((s) => packLists(alone(s))) };
  const { scan, reader, copSteps } = chain;
  return { id: nextId++, scan, reader, steps, copSteps, form, final };
}

/** A plan of which only the schema is known. */
const stub = (p: PhysicalPlan): PhysicalPlan => ({
  op: 'TableDual',
  id: p.id,
  schema: p.schema,
  estRows: 0,
  task: p.task,
  rowCount: 0,
});

/** A node without what is below. */
function alone(p: PhysicalPlan): PhysicalPlan {
  switch (p.op) {
    case 'HashJoin':
      return { ...p, left: stub(p.left), right: stub(p.right) };
    case 'Selection':
    case 'Projection':
    case 'HashAgg':
    case 'StreamAgg':
    case 'TopN':
      return { ...p, child: stub(p.child) };
    default:
      throw new Error(`operator ${p.op} is no step of a fragment`);
  }
}
