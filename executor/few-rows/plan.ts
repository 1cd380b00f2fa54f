import { Chunk } from '../../chunk/chunk.js';
import { constantVector } from '../../chunk/vector-builder.js';
import type { ByItem, Expression } from '../../expression/expression.js';
import { findFunction } from '../../expression/function-registry.js';
import { argumentsOf, visit } from '../../expression/traverse.js';
import { leafScan } from '../../planner/physical/leaf-scan.js';
import type {
  BatchPointGet,
  HashAgg,
  HashJoin,
  IndexReader,
  IndexScan,
  MergeJoin,
  PhysicalPlan,
  PointGet,
  ReadPartitions,
  StreamAgg,
  TableReader,
  TableScan,
} from '../../planner/physical/plan.js';
import { TypeCode } from '../../types/field-type.js';
import { PRESERVED, type Side } from '../join-kind.js';
import { onPartition } from '../partitioned.js';
import { FewAggregated } from './aggregate.js';
import type { FewRows } from './few-rows.js';
import { FewIndexJoined } from './index-join.js';
import { FewJoin } from './join.js';
import { FewJoined } from './joined.js';
import { FewLookedUp, type LookUp } from './look-up.js';
import { FewConstant, FewLimited, FewOneRow, FewProjected, FewSelected, FewSorted } from './pipeline.js';
import { FewPoints } from './points.js';
import { FewNoted, FewScanned } from './scan.js';
import { FewPartitioned, FewUnited } from './union.js';

/** Scans that are estimated to give more are for the operators. */
const MAX_ESTIMATE = 1024;

/** What the nodes above say to those below. */
interface Above {
  /** Of a reader's plan: rows come in descending order. */
  readonly desc: boolean;
  /** Of a UnionScan's reader: own writes are laid over the rows. */
  readonly laidOver: boolean;
  /** What stands for the scan at the bottom of the table side of an IndexLookUp. */
  readonly rows: ((scan: TableScan) => FewRows) | null;
}

const TOP: Above = { desc: false, laidOver: false, rows: null };

type PartitionReader = PlanOf<'TableReader' | 'IndexReader' | 'IndexLookUp' | 'UnionScan'>;
type PlanOf<Op extends PhysicalPlan['op']> = Extract<PhysicalPlan, { op: Op }>;
type Makers = {
  readonly [Op in PhysicalPlan['op']]?: (plan: PlanOf<Op>, above: Above) => FewRows | null;
};

/** One maker per node that there is for few rows; null where the plan's is none. */
const MAKERS: Makers = {
  TableScan: (p, above) => {
    if (above.rows !== null) return above.rows(p);
    return p.storeType === 'tikv' && serves(p) ? new FewScanned(p, above.desc, above.laidOver) : null;
  },
  IndexScan: (p, above) =>
    serves(p) && p.globalIn === undefined ? new FewScanned(p, above.desc, false) : null,
  TableReader: reader,
  IndexReader: reader,
  IndexLookUp: (p) => {
    if (p.partitions !== undefined) return partitioned(p, p.partitions);
    const above = { ...TOP, desc: p.desc };
    // The store of a short read has rows beside their entries.
    if (p.local === true) return few(p.indexPlan, above);
    const entries = few(p.indexPlan, above);
    if (entries === null) return null;
    const index = leafScan(p.indexPlan) as IndexScan;
    const noted = p.pushedLimit === undefined ? new FewNoted(entries, p.indexPlan) : entries;
    const { keepOrder, pushedLimit: limit } = p;
    return few(p.tablePlan, lookingUp({ entries: noted, index, keepOrder, limit }));
  },
  LocalIndexLookUp: (p, above) => {
    const entries = few(p.child, above);
    if (entries === null) return null;
    const index = leafScan(p.child) as IndexScan;
    return few(p.rows, lookingUp({ entries, index, keepOrder: false, limit: undefined }));
  },
  PointGet: points,
  BatchPointGet: (p) => (p.partitions === undefined ? points(p) : null),
  UnionScan: (p) => {
    if (p.physicalIds !== undefined) return null;
    if (p.partitions !== undefined) return partitioned(p, p.partitions);
    const { child } = p;
    // What is filtered in the store, or cut there, is so without own writes.
    if (child.op !== 'TableReader' || child.partitions !== undefined || child.child.op !== 'TableScan')
      return null;
    return few(child.child, { ...TOP, desc: child.desc, laidOver: true });
  },
  UnionAll: (p) => {
    const children = p.children.map((c) => few(c, TOP));
    return children.includes(null) ? null : new FewUnited(children as FewRows[], constantRows(p, 0));
  },
  MaxOneRow: (p, above) => over([], p.child, above, (child) => new FewOneRow(child, constantRows(p, 1))),
  TableDual: (p) => new FewConstant(constantRows(p, p.rowCount)),
  Selection: (p, above) =>
    over(p.conditions, p.child, above, (child) => new FewSelected(child, p.conditions)),
  Projection: (p, above) => over(p.exprs, p.child, above, (child) => new FewProjected(child, p.exprs)),
  Limit: (p, above) => over([], p.child, above, (child) => new FewLimited(child, p)),
  TopN: (p, above) => sorted(p.by, p.child, above, (child) => new FewSorted(child, p.by, p)),
  Sort: (p, above) => sorted(p.by, p.child, above, (child) => new FewSorted(child, p.by, null)),
  HashAgg: aggregated,
  StreamAgg: aggregated,
  HashJoin: (p) => (p.nullAware ? null : joined(p, PRESERVED[p.joinType] ?? other(p.build), p.nullEq)),
  MergeJoin: (p) =>
    joined(
      p,
      PRESERVED[p.joinType] ?? 'left',
      p.leftKeys.map(() => false),
    ),
  IndexJoin: (p) => {
    const preserved = PRESERVED[p.joinType];
    if (preserved !== null && preserved !== p.outer) return null;
    if (![...p.outerKeys, ...p.innerKeys, ...conditionsOf(p)].every(runsAtOnce)) return null;
    const [outer, inner] = p.outer === 'left' ? [p.left, p.right] : [p.right, p.left];
    const from = few(outer, TOP);
    const to = from && few(inner, TOP);
    return from && to && new FewIndexJoined(p, from, to, constantRows(inner, 0));
  },
};

/** The plan as one of few rows; null when it is none. */
export const fewRowsOf = (plan: PhysicalPlan): FewRows | null => few(plan, TOP);

const few = (plan: PhysicalPlan, above: Above): FewRows | null =>
  (MAKERS[plan.op] as ((p: PhysicalPlan, a: Above) => FewRows | null) | undefined)?.(plan, above) ?? null;

const other = (side: Side): Side => (side === 'left' ? 'right' : 'left');

const serves = (scan: TableScan | IndexScan): boolean =>
  scan.table.temporary === undefined && scan.estRows <= MAX_ESTIMATE;

function reader(p: TableReader | IndexReader): FewRows | null {
  if (p.partitions !== undefined) return partitioned(p, p.partitions);
  const rows = few(p.child, { ...TOP, desc: p.desc });
  return rows && new FewNoted(rows, p.child);
}

/** A reader of partitions: its rows on one after the other, merged where an order is to be kept. */
function partitioned(p: PartitionReader, partitions: ReadPartitions): FewRows | null {
  const { mergeBy, ids } = partitions;
  // What holds for one of them holds for all.
  if (ids.length > 0 && few(onPartition(p, ids[0]!), TOP) === null) return null;
  const rows = new FewPartitioned(partitions, (id) => few(onPartition(p, id), TOP), constantRows(p, 0));
  if (mergeBy.length === 0) return rows;
  return isSortable(mergeBy) ? new FewSorted(rows, mergeBy, null) : null;
}

function points(p: PointGet | BatchPointGet): FewRows | null {
  return p.table.temporary === undefined ? new FewPoints(p) : null;
}

const lookingUp = (entries: Omit<LookUp, 'rows'>): Above => ({
  ...TOP,
  rows: (rows) => new FewLookedUp({ ...entries, rows }),
});

function over(
  exprs: readonly Expression[],
  child: PhysicalPlan,
  above: Above,
  make: (child: FewRows) => FewRows,
): FewRows | null {
  const rows = exprs.every(runsAtOnce) ? few(child, above) : null;
  return rows && make(rows);
}

const isSortable = (by: readonly ByItem[]): boolean => by.every((b) => b.expr.type.tp !== TypeCode.Json);

function sorted(
  by: readonly ByItem[],
  child: PhysicalPlan,
  above: Above,
  make: (child: FewRows) => FewRows,
): FewRows | null {
  if (!isSortable(by)) return null;
  return over(
    by.map((b) => b.expr),
    child,
    above,
    make,
  );
}

function aggregated(p: HashAgg | StreamAgg, above: Above): FewRows | null {
  const exprs = [...p.groupBy, ...argumentsOf(p.aggs)];
  return over(exprs, p.child, above, (child) => new FewAggregated(child, p));
}

const conditionsOf = (
  p: Pick<HashJoin, 'leftConditions' | 'rightConditions' | 'otherConditions'>,
): Expression[] => [...p.leftConditions, ...p.rightConditions, ...p.otherConditions];

function joined(p: HashJoin | MergeJoin, outer: Side, nullEq: readonly boolean[]): FewRows | null {
  if (![...p.leftKeys, ...p.rightKeys, ...conditionsOf(p)].every(runsAtOnce)) return null;
  const left = few(p.left, TOP);
  const right = left && few(p.right, TOP);
  if (left === null || right === null) return null;
  const [from, to, inner] = outer === 'left' ? [left, right, p.right] : [right, left, p.left];
  const [outerKeys, innerKeys] = outer === 'left' ? [p.leftKeys, p.rightKeys] : [p.rightKeys, p.leftKeys];
  const join = new FewJoin(p, outer, { outer: outerKeys, inner: innerKeys, nullEq });
  return new FewJoined(join, from, to, constantRows(inner, 0));
}

const constantRows = (plan: PhysicalPlan, rows: number): Chunk =>
  new Chunk(
    plan.schema.map((c) => constantVector(null, c.type, rows)),
    rows,
  );

/** Whether an expression waits for nothing, changes nothing, and would be the same again: an evaluation may be given up. */
function runsAtOnce(e: Expression): boolean {
  let ok = true;
  visit(e, (x) => {
    if (x.kind === 'correlated') ok = false;
    else if (x.kind === 'function') {
      const s = findFunction(x.name);
      if (s === undefined || s.deterministic === false || s.sideEffects === true || s.async === true)
        ok = false;
    }
    return ok;
  });
  return ok;
}
