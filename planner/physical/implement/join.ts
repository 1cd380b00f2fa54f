import { arrayPart, hasEntries } from '../../../catalog/table-layout.js';
import type { Expression } from '../../../expression/expression.js';
import { joinDenominator } from '../../cost/derive-stats.js';
import { COST, joinKeyCost, lookupRowCost } from '../../cost/factors.js';
import { columnNdv, selectivity, tableEstimate } from '../../cost/selectivity.js';
import { columnsOf, idsOf } from '../../logical/expression-walk.js';
import { handleColumns } from '../../logical/build-from.js';
import { correlatedIn } from '../../logical/walk.js';
import type { DataSource, Join, LogicalPlan } from '../../logical/plan.js';
import { TypeCode } from '../../../types/field-type.js';
import { indexColumns, keysOf } from '../access-path.js';
import type { Optimizer } from '../optimizer.js';
import type { Apply, HashJoin, IndexJoin, PhysicalPlan } from '../plan.js';
import { sourceEngines } from '../engines.js';
import { pushable } from '../pushdown.js';
import {
  ANY,
  rowScale,
  type CopTask,
  type OrderItem,
  type Property,
  type RootTask,
  type Task,
} from '../task.js';
import { conditionsOf, outputOf, sameLayout } from './join-parts.js';
import { NO_WISH, type JoinMethod, type JoinWish, type Side } from '../../hints/join-hints.js';
import { mergeJoins } from './merge-join.js';
import { indexScan, prunesDynamically, readPartitions, tableScan } from './scan.js';
import { uniqueKeys } from '../../logical/unique-keys.js';
import type { IndexInfo } from '../../../catalog/model.js';
import type { Access } from '../../ranger/ranger.js';

const methodOf = (t: RootTask): JoinMethod | null =>
  t.plan.op === 'IndexJoin'
    ? t.plan.hashed === true
      ? 'IndexHashJoin'
      : 'IndexJoin'
    : t.plan.op === 'HashJoin' || t.plan.op === 'MergeJoin'
      ? t.plan.op
      : null;

export function implementJoin(opt: Optimizer, p: Join, prop: Property): Task | null {
  if (p.apply) return applyTask(opt, p, prop);
  const wish = opt.state.joinHints?.wishFor(p) ?? NO_WISH;
  const { methods, forbidden } = feasible(opt, p, wish) ? wish : NO_WISH;
  const options: RootTask[] = [];
  if (prop.order.length === 0) options.push(...hashJoins(opt, p, methods.length === 0 ? null : wish.build));
  options.push(...indexJoins(opt, p, prop, wish), ...mergeJoins(opt, p, prop, methods.includes('MergeJoin')));
  const allowed = options.filter((o) => !forbidden.has(methodOf(o)!));
  // Sorting above a join of another kind is the way to an order then.
  if (prop.order.length > 0 && allowed.length < options.length && allowed.length === 0) return null;
  const usable = allowed.length > 0 ? allowed : options;
  if (methods.length > 0) {
    const preferred = usable.filter((o) => methods.includes(methodOf(o)!));
    if (preferred.length > 0) return cheapest(preferred);
    if (prop.order.length > 0) return null;
    if (!methods.includes('MergeJoin')) opt.state.joinHints!.inapplicable(wish);
  }
  return usable.length === 0 ? null : cheapest(usable);
}

const cheapest = (tasks: readonly RootTask[]): RootTask => tasks.reduce((a, b) => (b.cost < a.cost ? b : a));

/** TiDB's parallel joins build the inner side where it is fixed, whichever way their input is dealt out. */
const NOT_PARALLEL =
  'Some HASH_JOIN_BUILD and HASH_JOIN_PROBE hints cannot be utilized for MPP joins, please check the hints';

/** Whether the side that hints want built can be; tells of hints that it cannot follow (TiDB's limits of the join's versions). */
function feasible(opt: Optimizer, p: Join, wish: JoinWish): boolean {
  if (wish.build === null) return true;
  const legacy = opt.ctx.variable('tidb_hash_join_version').toLowerCase() === 'legacy';
  const outer = p.joinType === 'inner' ? null : p.joinType === 'rightOuter' ? 'right' : 'left';
  const parallel = wish.build === outer ? [NOT_PARALLEL] : [];
  const refusal = unbuildable(p, legacy);
  opt.state.joinHints!.warnOnce(p, [...parallel, ...(refusal === null ? [] : [refusal]), ...parallel]);
  if (refusal !== null) return wish.build === 'right';
  return (p.joinType !== 'semi' && p.joinType !== 'antiSemi') || !p.nullAware || wish.build === 'right';
}

/** Why hints cannot choose what a join builds; null: they can. */
function unbuildable(p: Join, legacy: boolean): string | null {
  switch (p.joinType) {
    case 'leftOuterSemi':
    case 'antiLeftOuterSemi': {
      const name = p.joinType === 'leftOuterSemi' ? 'left outer semi' : 'anti left outer semi';
      return (
        `HASH_JOIN_BUILD and HASH_JOIN_PROBE hints are not supported for ${name} join because the build side is fixed. ` +
        'Please remove these hints'
      );
    }
    case 'semi':
    case 'antiSemi': {
      if (!legacy) return null;
      const name = p.joinType === 'semi' ? 'semi' : 'anti semi';
      return (
        `The HASH_JOIN_BUILD and HASH_JOIN_PROBE hints are not supported for ${name} join with hash join version 1. ` +
        'Please remove these hints'
      );
    }
    default:
      return null;
  }
}

function hashJoins(opt: Optimizer, p: Join, wished: Side | null): RootTask[] {
  const left = opt.findRoot(p.children[0]!, ANY);
  const right = opt.findRoot(p.children[1]!, ANY);
  const rows = opt.stats(p).rows;
  const sides: Side[] = [];
  if (wished !== null) sides.push(wished);
  else
    switch (p.joinType) {
      case 'inner':
      case 'leftOuter':
      case 'rightOuter':
        sides.push(left.rows < right.rows ? 'left' : 'right');
        break;
      case 'semi':
      case 'antiSemi':
        // A small left side that is built keeps a large columnar right from leaving its scan.
        sides.push(
          !p.nullAware && left.columnar === true && right.columnar === true && left.rows < right.rows
            ? 'left'
            : 'right',
        );
        break;
      default:
        sides.push('right');
    }
  return sides.map((build) => {
    const [b, q] = build === 'left' ? [left, right] : [right, left];
    let cost = left.cost + right.cost + COST.open;
    const columnar = left.columnar === true && right.columnar === true;
    // Rows of a columnar probe side that match nothing do not leave their scan.
    cost +=
      b.rows * (COST.hashBuildRow + 0.01 * b.plan.schema.length) * rowScale(b) +
      q.rows * COST.hashProbeRow * rowScale(q) +
      rows * COST.joinOutputRow * (columnar ? COST.columnar : 1);
    if (p.eq.length === 0) cost += b.rows * q.rows * COST.filterRow;
    const plan: HashJoin = {
      op: 'HashJoin',
      id: opt.nextId(),
      schema: outputOf(p, left.plan.schema, right.plan.schema),
      estRows: rows,
      estCost: cost,
      task: 'root',
      left: left.plan,
      right: right.plan,
      ...conditionsOf(p),
      leftKeys: p.eq.map((k) => k.left),
      rightKeys: p.eq.map((k) => k.right),
      nullEq: p.eq.map((k) => k.nullEq),
      build,
      nullAware: p.nullAware,
    };
    return { kind: 'root' as const, plan, rows, cost, ...(columnar ? { columnar } : {}) };
  });
}

/** Which sides of a join may be looked up row by row from the other. */
function innerSides(p: Join): ('left' | 'right')[] {
  switch (p.joinType) {
    case 'inner':
      return ['left', 'right'];
    case 'rightOuter':
      return ['left'];
    case 'leftOuter':
    case 'semi':
    case 'antiSemi':
    case 'leftOuterSemi':
    case 'antiLeftOuterSemi':
      return ['right'];
  }
}

function indexJoins(opt: Optimizer, p: Join, prop: Property, wish: JoinWish): RootTask[] {
  if (p.eq.length === 0 || p.nullAware) return [];
  const out: RootTask[] = [];
  for (const inner of innerSides(p)) {
    const innerPlan = p.children[inner === 'left' ? 0 : 1]!;
    if (innerPlan.op !== 'DataSource' || innerPlan.dirty) continue;
    if (!sourceEngines(opt.ctx, innerPlan).includes('tikv')) continue;
    if (innerPlan.table.partition !== undefined && !prunesDynamically(opt)) continue;
    const outerPlan = p.children[inner === 'left' ? 1 : 0]!;
    const outerIds = idsOf(outerPlan.schema);
    if (!prop.order.every((o) => outerIds.has(o.column.id))) continue;
    // A hint names the inner side; the other one is not tried then.
    if (wish.inner.length > 0 && !wish.inner.includes(inner)) continue;
    const best = indexJoin(opt, p, inner, innerPlan, outerPlan, prop.order);
    if (best === null) continue;
    out.push(best);
    if (wish.methods.includes('IndexHashJoin') && best.plan.op === 'IndexJoin')
      out.push({ ...best, plan: { ...best.plan, id: opt.nextId(), hashed: true } });
  }
  return out;
}

interface Lookup {
  readonly index: IndexInfo | null;
  /** For each key column used: the join key, or the constant it is fixed to. */
  readonly prefix: ({ readonly key: number } | { readonly constant: Expression })[];
  readonly usedKeys: ReadonlySet<number>;
  readonly usedConditions: ReadonlySet<Expression>;
  /** Rows of the table that one key finds. */
  readonly rowsPerKey: number;
  readonly covering: boolean;
}

/** The index (or handle) whose leading columns the join's keys fix, that finds the fewest rows. */
function bestLookup(
  opt: Optimizer,
  ds: DataSource,
  innerKeys: readonly Expression[],
  nullEq: readonly boolean[],
): Lookup | null {
  const est = tableEstimate(opt.ctx, ds);
  const needed = columnsOf(ds.conditions, idsOf(ds.schema));
  const candidates: (IndexInfo | null)[] = [
    null,
    ...ds.table.indices.filter(
      (i) => i.state === 'public' && !i.invisible && hasEntries(ds.table, i) && arrayPart(ds.table, i) < 0,
    ),
  ];
  const ignored = new Set(
    ds.indexHints.filter((h) => h.type === 'IGNORE').flatMap((h) => h.indexes.map((n) => n.toLowerCase())),
  );
  const used = ds.indexHints
    .filter((h) => h.type !== 'IGNORE')
    .flatMap((h) => h.indexes.map((n) => n.toLowerCase()));
  let best: Lookup | null = null;
  let bestCost = Infinity;
  for (const index of candidates) {
    if (index !== null && (ignored.has(index.lower) || (used.length > 0 && !used.includes(index.lower))))
      continue;
    const keys = index === null ? keysOf(ds, null) : keysOf(ds, index).slice(0, index.columns.length);
    const prefix: Lookup['prefix'] = [];
    const usedKeys = new Set<number>();
    const usedConditions = new Set<Expression>();
    const fixed = new Set<number>();
    const shares: number[] = [];
    for (const k of keys) {
      if (k.length >= 0) break;
      const at = innerKeys.findIndex(
        (e, i) => e.kind === 'column' && e.id === k.column.id && !usedKeys.has(i) && nullEq[i] !== true,
      );
      if (at >= 0) {
        prefix.push({ key: at });
        usedKeys.add(at);
        fixed.add(k.column.id);
        shares.push(1 / columnNdv(est, ds, k.column));
        continue;
      }
      const cond = ds.conditions.find(
        (c) =>
          c.kind === 'function' &&
          c.name === 'eq' &&
          c.args.some((a) => a.kind === 'column' && a.id === k.column.id) &&
          c.args.some((a) => a.kind === 'constant' && a.value !== null && sameLayout(a.type, k.column.type)),
      );
      if (cond === undefined || cond.kind !== 'function') break;
      prefix.push({ constant: cond.args.find((a) => a.kind === 'constant')! });
      usedConditions.add(cond);
      fixed.add(k.column.id);
      shares.push(selectivity(opt.ctx, est, ds, [cond]));
    }
    if (usedKeys.size === 0) continue;
    const unique = uniqueKeys(ds).some((k) => k.every((id) => fixed.has(id)));
    // Columns of one index go together: each further one selects less than it would alone.
    shares.sort((a, b) => a - b);
    const share = shares.reduce((p, s, i) => p * Math.pow(s, 1 / 2 ** i), 1);
    const have = index === null ? null : indexColumns(ds, index);
    const covering = have === null || [...needed].every((id) => have.has(id));
    const rowsPerKey = unique ? 1 : Math.max(est.rows * share, 1e-3);
    const cost =
      COST.seek +
      rowsPerKey *
        (index === null ? COST.scanRow : covering ? COST.indexRow : COST.indexRow + lookupRowCost(est.rows));
    if (cost < bestCost) {
      best = { index, prefix, usedKeys, usedConditions, rowsPerKey, covering };
      bestCost = cost;
    }
  }
  return best;
}

function indexJoin(
  opt: Optimizer,
  p: Join,
  innerSide: 'left' | 'right',
  ds: DataSource,
  outerPlan: LogicalPlan,
  order: readonly OrderItem[],
): RootTask | null {
  const outerKeysAll = p.eq.map((k) => (innerSide === 'left' ? k.right : k.left));
  const innerKeysAll = p.eq.map((k) => (innerSide === 'left' ? k.left : k.right));
  const usable = innerKeysAll.map((e, i) =>
    e.kind === 'column' && sameLayout(outerKeysAll[i]!.type, e.type) ? e : NO_KEY,
  );
  const lookup = bestLookup(
    opt,
    ds,
    usable,
    p.eq.map((k) => k.nullEq),
  );
  if (lookup === null) return null;
  const outer = opt.tryFindRoot(outerPlan, { order, limit: Infinity });
  if (outer === null) return null;
  const est = tableEstimate(opt.ctx, ds);
  const filters = ds.conditions.filter((c) => !lookup.usedConditions.has(c));
  const share = selectivity(opt.ctx, est, ds, filters);
  // What the join as a whole expects of its keys is better known than the index columns alone.
  const [ls, rs] = [opt.stats(p.children[0]!), opt.stats(p.children[1]!)];
  const perKey = Math.max(
    lookup.rowsPerKey,
    lookup.usedKeys.size === p.eq.length ? est.rows / joinDenominator(p.eq, ls, rs) : 0,
  );
  const innerRows = perKey * share;
  if (!filters.every(pushable)) return null;
  const decided = p.eq.flatMap((k, i) =>
    lookup.usedKeys.has(i)
      ? [opt.state.call('eq', ...(innerSide === 'left' ? [k.left, k.right] : [k.right, k.left]))]
      : [],
  );
  const cop = innerTask(opt, ds, lookup, filters, perKey, innerRows, decided);
  const reader = opt.root(cop);
  const rows = opt.stats(p).rows;
  const fetched = outer.rows * perKey;
  // Every partition is looked into for every key.
  const parts = Math.max(1, cop.partitions?.ids.length ?? 1);
  let cost = outer.cost + COST.open * 2 + outer.rows * (joinKeyCost(est.rows) + COST.seek * (parts - 1));
  cost += fetched * (lookup.index === null ? COST.scanRow : COST.indexRow);
  if (!lookup.covering) cost += fetched * lookupRowCost(est.rows);
  cost +=
    fetched * (filters.length * COST.filterRow) +
    outer.rows * innerRows * (COST.transferRow + COST.hashBuildRow) +
    rows * COST.joinOutputRow;
  const keyOrder = [...lookup.usedKeys];
  const renumber = new Map(keyOrder.map((k, i) => [k, i]));
  const otherEqualities = p.eq.flatMap((k, i) =>
    lookup.usedKeys.has(i) ? [] : [opt.state.call(k.nullEq ? 'nulleq' : 'eq', k.left, k.right)],
  );
  const [left, right] = innerSide === 'left' ? [reader.plan, outer.plan] : [outer.plan, reader.plan];
  const plan: IndexJoin = {
    op: 'IndexJoin',
    id: opt.nextId(),
    schema: outputOf(p, left.schema, right.schema),
    estRows: rows,
    estCost: cost,
    task: 'root',
    left,
    right,
    ...conditionsOf(p),
    otherConditions: [...p.otherConds, ...otherEqualities],
    outer: innerSide === 'left' ? 'right' : 'left',
    outerKeys: keyOrder.map((i) => outerKeysAll[i]!),
    innerKeys: keyOrder.map((i) => innerKeysAll[i]!),
    innerScanId: cop.scan.id,
    prefix: lookup.prefix.map((x) => ('key' in x ? { key: renumber.get(x.key)! } : x)),
  };
  return { kind: 'root', plan, rows, cost };
}

/** Stands for a join key that is not a plain column of the inner side: never a key column. */
const NO_KEY: Expression = {
  kind: 'constant',
  type: { tp: TypeCode.Null, flag: 0, flen: 0, decimal: 0, charset: 'binary', collate: 'binary' },
  value: null,
};

/** The inner side's reader, whose scan gets its ranges from the join. */
function innerTask(
  opt: Optimizer,
  ds: DataSource,
  lookup: Lookup,
  filters: readonly Expression[],
  perKey: number,
  rows: number,
  decided: readonly Expression[],
): CopTask {
  const est = tableEstimate(opt.ctx, ds);
  const access: Access = {
    ranges: [],
    rebuild: null,
    access: [...decided, ...lookup.usedConditions],
    remained: filters,
    equalColumns: 0,
    singlePoints: 0,
    columns: lookup.prefix.length,
    full: false,
  };
  const path = { access };
  const needed = columnsOf(filters, idsOf(ds.schema));
  const pushed = filters.filter(pushable);
  const base = {
    kind: 'cop' as const,
    source: ds,
    keepOrder: false,
    desc: false,
    rows,
    tableFiltered: pushed.length > 0,
    cost: 0,
    ...(ds.table.partition === undefined || lookup.index?.global === true
      ? {}
      : { partitions: readPartitions(opt, ds, []) }),
  };
  const select = (child: PhysicalPlan, conditions: readonly Expression[]): PhysicalPlan =>
    conditions.length === 0
      ? child
      : {
          op: 'Selection',
          id: opt.nextId(),
          schema: child.schema,
          estRows: rows,
          task: 'cop[tikv]',
          child,
          conditions,
        };
  if (lookup.index === null) {
    const scan = tableScan(opt, ds, needed, path, est.info, false, false, perKey);
    return { ...base, tablePlan: select(scan, pushed), indexPlan: null, scan, indexRows: 0 };
  }
  const have = indexColumns(ds, lookup.index);
  const onIndex = pushed.filter((c) => [...columnsOf([c])].every((id) => have.has(id)));
  const onTable = pushed.filter((c) => !onIndex.includes(c));
  const indexNeeded = lookup.covering
    ? needed
    : columnsOf(onIndex, new Set(ds.table.isCommonHandle ? handleColumns(ds).map((c) => c.id) : []));
  if (!lookup.covering && !ds.table.isCommonHandle)
    for (const h of handleColumns(ds)) if (ds.infos.get(h.id) === null) indexNeeded.add(h.id);
  const scan = indexScan(
    opt,
    ds,
    lookup.index,
    indexNeeded,
    path,
    est.info,
    false,
    false,
    perKey,
    !lookup.covering,
  );
  const indexPlan = select(scan, onIndex);
  if (lookup.covering) return { ...base, tablePlan: null, indexPlan, scan, indexRows: perKey };
  const rowScan = { ...tableScan(opt, ds, needed, null, est.info, false, false, perKey), byRowId: true };
  return { ...base, tablePlan: select(rowScan, onTable), indexPlan, scan, indexRows: perKey };
}

/** Nested evaluation of a right side that reads the left row. */
function applyTask(opt: Optimizer, p: Join, prop: Property): Task | null {
  const leftIds = idsOf(p.children[0]!.schema);
  if (!prop.order.every((o) => leftIds.has(o.column.id))) return null;
  const left = opt.tryFindRoot(p.children[0]!, { order: prop.order, limit: Infinity });
  if (left === null) return null;
  const right = opt.findRoot(p.children[1]!, ANY);
  const rows = opt.stats(p).rows;
  const cost = left.cost + left.rows * (right.cost + COST.applyRun) + rows * COST.joinOutputRow;
  const correlated: Apply['correlated'][number][] = [];
  for (const c of correlatedIn(p.children[1]!)) {
    if (!leftIds.has(c.column.id) || correlated.some((x) => x.cell === c.cell)) continue;
    correlated.push({ cell: c.cell, outer: c.column });
  }
  const plan: Apply = {
    op: 'Apply',
    id: opt.nextId(),
    schema: outputOf(p, left.plan.schema, right.plan.schema),
    estRows: rows,
    estCost: cost,
    task: 'root',
    left: left.plan,
    right: right.plan,
    ...conditionsOf(p),
    leftKeys: p.eq.map((k) => k.left),
    rightKeys: p.eq.map((k) => k.right),
    nullEq: p.eq.map((k) => k.nullEq),
    nullAware: p.nullAware,
    correlated,
  };
  return { kind: 'root', plan, rows, cost };
}
