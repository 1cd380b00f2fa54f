import type { AggFunc, ByItem, Expression } from '../../expression/expression.js';
import type {
  HashAgg,
  IndexReader,
  IndexScan,
  PhysicalPlan,
  StreamAgg,
  TableReader,
  TableScan,
} from '../../planner/physical/plan.js';
import { TypeCode, type FieldType } from '../../types/field-type.js';

/** A column of the scan that rows are ordered by or told apart by. */
export interface ShortKey {
  readonly column: number;
  readonly type: FieldType;
  readonly desc: boolean;
}

/**
 * What a plan does with the rows of one scan, where it is no more than this, in this order: groups of equal rows become one, or all
 * rows become one (aggregates); rows are ordered, cut by LIMIT, and some of their columns given.
 */
export interface ShortPlan {
  readonly reader: TableReader | IndexReader;
  readonly scan: TableScan | IndexScan;
  /** The transaction has written rows of the table, which are to be seen. */
  readonly laidOver: boolean;
  /** ORDER BY; with `distinct` the other columns that tell rows apart behind it. */
  readonly keys: readonly ShortKey[];
  readonly distinct: boolean;
  /** Without it rows come in the order of the scan. */
  readonly ordered: boolean;
  readonly aggs: readonly AggFunc[] | null;
  readonly limit: { readonly offset: Expression; readonly count: Expression } | null;
  /** Positions of the columns given among those of the scan, or among the aggregates. */
  readonly output: readonly number[];
}

/** Scans that are estimated to give more are for the operators. */
const MAX_ESTIMATE = 1024;

const KNOWN = new WeakMap<PhysicalPlan, ShortPlan | null>();

/** The plan as a short one, or null when it is none. */
export function shortPlanOf(plan: PhysicalPlan): ShortPlan | null {
  let short = KNOWN.get(plan);
  if (short === undefined) KNOWN.set(plan, (short = recognize(plan)));
  return short;
}

type Aggregate = HashAgg | StreamAgg;

const isAggregate = (p: PhysicalPlan): p is Aggregate => p.op === 'HashAgg' || p.op === 'StreamAgg';

/** Which columns of a node's child its own are; null when they are more than that. */
function columnsOf(exprs: readonly Expression[]): number[] | null {
  const out: number[] = [];
  for (const e of exprs) {
    if (e.kind !== 'column') return null;
    out.push(e.index);
  }
  return out;
}

const through = (output: readonly number[], below: readonly number[]): number[] =>
  output.map((i) => below[i]!);

function recognize(plan: PhysicalPlan): ShortPlan | null {
  let p = plan;
  let output: readonly number[] = p.schema.map((_, i) => i);
  let limit: ShortPlan['limit'] = null;
  let by: readonly ByItem[] = [];
  for (;;) {
    if (p.op === 'Projection') {
      const columns = columnsOf(p.exprs);
      if (columns === null) return null;
      output = through(output, columns);
    } else if (p.op === 'Limit' && limit === null) {
      limit = p;
      if (p.output !== undefined) output = through(output, p.output);
    } else break;
    p = p.child;
  }
  if (p.op === 'TopN' && limit === null) {
    limit = p;
    by = p.by;
    if (p.output !== undefined) output = through(output, p.output);
    p = p.child;
  } else if (p.op === 'Sort') {
    by = p.by;
    p = p.child;
  }
  const order = columnsOf(by.map((b) => b.expr));
  if (order === null) return null;
  let aggs: readonly AggFunc[] | null = null;
  let groups: readonly number[] | null = null;
  let final = false;
  let inner = false;
  if (isAggregate(p)) {
    const aggregate = p;
    if (aggregate.groupBy.length === 0) {
      if (limit !== null || order.length > 0) return null;
      final = aggregate.aggs.some((a) => a.mode === 'final');
      aggs = aggregate.aggs;
    } else {
      groups = firstRows(aggregate);
      if (groups === null) return null;
      inner = aggregate.aggs.some((a) => a.mode === 'final');
    }
    p = p.child;
  }
  const laidOver = p.op === 'UnionScan';
  if (p.op === 'UnionScan') {
    if (p.partitions !== undefined || p.physicalIds !== undefined || p.child.op !== 'TableReader')
      return null;
    p = p.child;
    // What is filtered in the store, or cut there, is so without own writes.
    if (p.child.op !== 'TableScan') return null;
  }
  if ((p.op !== 'TableReader' && p.op !== 'IndexReader') || p.partitions !== undefined) return null;
  const reader = p;
  let scan: PhysicalPlan = reader.child;
  if (final) {
    if (!isAggregate(scan) || scan.groupBy.length > 0) return null;
    // Both halves have the same functions in the same order.
    aggs = scan.aggs.map((a) => ({ ...a, mode: 'complete' }));
    scan = scan.child;
  } else if (inner) {
    // The store has told rows apart by the same columns: once is enough.
    const cop = isAggregate(scan) ? scan : null;
    const below = cop && firstRows(cop);
    if (!cop || !groups || !below) return null;
    groups = through(groups, below);
    scan = cop.child;
  } else if (scan.op === 'Limit' && limit !== null && groups === null && by.length === 0) scan = scan.child;
  else if (scan.op === 'TopN' && limit !== null && groups === null && scan.output === undefined)
    scan = scan.child;
  if (groups !== null) output = through(output, groups);
  if (scan.op !== 'TableScan' && scan.op !== 'IndexScan') return null;
  if (!servesScan(scan)) return null;
  if (aggs !== null && !aggs.every(takesColumns)) return null;
  const keys = keysOf(by, groups === null ? order : through(order, groups), groups, scan);
  if (keys === null) return null;
  const ordered = by.length > 0;
  return { reader, scan, laidOver, keys, distinct: groups !== null, ordered, aggs, limit, output };
}

function servesScan(scan: TableScan | IndexScan): boolean {
  if (scan.table.temporary !== undefined || scan.estRows > MAX_ESTIMATE) return false;
  return scan.op === 'TableScan' ? scan.storeType === 'tikv' : scan.globalIn === undefined;
}

const takesColumns = (a: AggFunc): boolean =>
  a.mode === 'complete' && a.args.every((e) => e.kind === 'column' || e.kind === 'constant');

/** Of a GROUP BY that gives nothing but its keys, whole or one half of it: the column that each of its own is. */
function firstRows(aggregate: Aggregate): number[] | null {
  const keys = columnsOf(aggregate.groupBy);
  if (keys === null) return null;
  const out: number[] = [];
  for (const a of aggregate.aggs) {
    const [arg] = a.args;
    if (a.name !== 'first_row' || arg?.kind !== 'column' || !keys.includes(arg.index)) return null;
    out.push(arg.index);
  }
  return keys.every((k) => out.includes(k)) ? out : null;
}

function keysOf(
  by: readonly ByItem[],
  order: readonly number[],
  groups: readonly number[] | null,
  scan: TableScan | IndexScan,
): ShortKey[] | null {
  const keys: ShortKey[] = order.map((column, k) => ({ column, type: by[k]!.expr.type, desc: by[k]!.desc }));
  for (const column of groups ?? []) {
    if (keys.some((k) => k.column === column)) continue;
    keys.push({ column, type: scan.schema[column]!.type, desc: false });
  }
  return keys.some((k) => k.type.tp === TypeCode.Json) ? null : keys;
}
