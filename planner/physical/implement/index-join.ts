import { arrayPart, hasEntries } from '../../../catalog/table-layout.js';
import type { IndexInfo } from '../../../catalog/model.js';
import type { Column, Expression } from '../../../expression/expression.js';
import { TypeCode } from '../../../types/field-type.js';
import { joinDenominator, knownRowsPerKey } from '../../cost/derive-stats.js';
import { COST, LARGE_TABLE, joinKeyFactor, lookupRowFactor } from '../../cost/factors.js';
import { filterWeight } from '../../cost/filter-weight.js';
import { Work } from '../../cost/work.js';
import { columnNdv, selectivity, tableEstimate } from '../../cost/selectivity.js';
import type { JoinWish } from '../../hints/join-hints.js';
import { handleColumns } from '../../logical/build-from.js';
import { columnsOf, idsOf, isVolatile } from '../../logical/expression-walk.js';
import type {
  Aggregation,
  DataSource,
  Join,
  LogicalPlan,
  Projection,
  Selection,
} from '../../logical/plan.js';
import { uniqueKeys } from '../../logical/unique-keys.js';
import type { Access } from '../../ranger/ranger.js';
import { indexColumns, keysOf } from '../access-path.js';
import { sourceEngines } from '../engines.js';
import type { Optimizer } from '../optimizer.js';
import type { IndexJoin, PhysicalPlan } from '../plan.js';
import { pushable } from '../pushdown.js';
import { indexScanHasForm } from '../scan-form.js';
import type { CopTask, Property, RootTask } from '../task.js';
import { aggregateTask } from './aggregation.js';
import { conditionsOf, outputOf, sameLayout } from './join-parts.js';
import { streamed, streamedRows } from './streamed.js';
import { projectionOver } from './projection.js';
import {
  indexScan,
  prunesDynamically,
  readPartitions,
  rowsTakeOperators,
  selectionOver,
  tableScan,
} from './scan.js';
import { handlesTell, withOwnWrites } from './union-scan.js';

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

/**
 * The inner side of an index join: a table, and what stands between it and the join, the lowest first. All of that is made
 * anew for each batch of keys, which is the same as making it once as long as no row of the side depends on rows of other
 * keys: an aggregation must group by the keys.
 */
interface Inner {
  readonly ds: DataSource;
  readonly above: readonly (Selection | Projection | Aggregation)[];
}

function innerOf(p: LogicalPlan): Inner | null {
  const above: Inner['above'][number][] = [];
  for (let at = p; ; at = at.children[0]!) {
    switch (at.op) {
      case 'DataSource':
        return { ds: at, above: above.reverse() };
      case 'Projection':
        if (at.exprs.some(isVolatile)) return null;
        break;
      case 'Selection':
        if (at.conditions.some(isVolatile)) return null;
        break;
      case 'Aggregation':
        if (at.groupBy.length === 0) return null;
        break;
      default:
        return null;
    }
    above.push(at);
  }
}

/** The table's column that a column of the inner side is, if fixing it leaves no group in parts. */
function sourceColumn(inner: Inner, e: Expression): Column | null {
  if (e.kind !== 'column') return null;
  let column = e;
  for (let i = inner.above.length - 1; i >= 0; i--) {
    const p = inner.above[i]!;
    if (p.op === 'Selection') continue;
    const at = p.schema.findIndex((c) => c.id === column.id);
    let below: Expression | undefined;
    if (p.op === 'Projection') below = p.exprs[at];
    else {
      const agg = p.aggs[at];
      const first = agg?.name === 'first_row' ? agg.args[0] : undefined;
      if (first?.kind === 'column' && p.groupBy.some((g) => g.kind === 'column' && g.id === first.id))
        below = first;
    }
    if (below?.kind !== 'column') return null;
    column = below;
  }
  return column;
}

/**
 * Whether grouping rows of a large table key by key is out of the question. Measured, grouping them all at once is faster unless only a small
 * part of them is looked up, since scans of such tables come from columns, and keys of the other side go before them as a filter, which the
 * costs know nothing of.
 */
function groupsMuch({ above }: Inner, rows: number, keys: number, perKey: number): boolean {
  return (
    rows >= LARGE_TABLE &&
    keys * (perKey + KEY_ROWS) * SMALL_PART > rows &&
    above.some((p) => p.op === 'Aggregation')
  );
}
/** Rows that could be read in the time that it takes to look a key up. */
const KEY_ROWS = 8;
const SMALL_PART = 128;

export function indexJoins(opt: Optimizer, p: Join, prop: Property, wish: JoinWish): RootTask[] {
  if (p.eq.length === 0 || p.nullAware) return [];
  const out: RootTask[] = [];
  for (const side of innerSides(p)) {
    const inner = innerOf(p.children[side === 'left' ? 0 : 1]!);
    if (inner === null || !sourceEngines(opt.ctx, inner.ds).includes('tikv')) continue;
    if (inner.ds.table.partition !== undefined && inner.ds.physical === null && !prunesDynamically(opt))
      continue;
    const outerPlan = p.children[side === 'left' ? 1 : 0]!;
    const outerIds = idsOf(outerPlan.schema);
    if (!prop.order.every((o) => outerIds.has(o.column.id))) continue;
    // A hint names the inner side; the other one is not tried then.
    if (wish.inner.length > 0 && !wish.inner.includes(side)) continue;
    const best = indexJoin(opt, p, side, inner, outerPlan, prop, wish.inner.length > 0);
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
  /** A key finds one row at most. */
  readonly unique: boolean;
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
      (i) =>
        i.state === 'public' &&
        !i.invisible &&
        i.condition === undefined &&
        hasEntries(ds.table, i) &&
        arrayPart(ds.table, i) < 0,
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
        (index === null
          ? COST.scanRow
          : covering
            ? COST.indexRow
            : COST.indexRow + COST[lookupRowFactor(est.rows)]);
    if (cost < bestCost) {
      best = { index, prefix, usedKeys, usedConditions, rowsPerKey, unique, covering };
      bestCost = cost;
    }
  }
  return best;
}

function indexJoin(
  opt: Optimizer,
  p: Join,
  innerSide: 'left' | 'right',
  inner: Inner,
  outerPlan: LogicalPlan,
  prop: Property,
  /** A hint asks for it. */
  wanted: boolean,
): RootTask | null {
  const { ds } = inner;
  const outerKeysAll = p.eq.map((k) => (innerSide === 'left' ? k.right : k.left));
  const innerKeysAll = p.eq.map((k) => (innerSide === 'left' ? k.left : k.right));
  const usable = innerKeysAll.map((e, i) => {
    const column = sourceColumn(inner, e);
    return column !== null && sameLayout(outerKeysAll[i]!.type, column.type) ? column : NO_KEY;
  });
  const lookup = bestLookup(
    opt,
    ds,
    usable,
    p.eq.map((k) => k.nullEq),
  );
  if (lookup === null || (lookup.index?.global === true && !handlesTell(ds))) return null;
  const filters = ds.conditions.filter((c) => !lookup.usedConditions.has(c));
  if (!filters.every((c) => pushable(c, 'columns'))) return null;
  const outer = opt.tryFindRoot(outerPlan, streamed(opt, p, outerPlan, prop));
  if (outer === null) return null;
  const est = tableEstimate(opt.ctx, ds);
  const share = selectivity(opt.ctx, est, ds, filters);
  // What the join as a whole expects of its keys is better known than the index columns alone.
  const [ls, rs] = [opt.stats(p.children[0]!), opt.stats(p.children[1]!)];
  const [os, is] = innerSide === 'left' ? [rs, ls] : [ls, rs];
  const perKey =
    (p.eq.length === 1 && lookup.prefix.length === 1 && !lookup.unique
      ? knownRowsPerKey(outerKeysAll[0]!, usable[0]!, os, is, outerPlan.op !== 'DataSource')
      : null) ??
    Math.max(
      lookup.rowsPerKey,
      lookup.usedKeys.size === p.eq.length && !lookup.unique ? est.rows / joinDenominator(p.eq, ls, rs) : 0,
    );
  if (!wanted && groupsMuch(inner, est.rows, outer.rows, perKey)) return null;
  const decided = usable.flatMap((column, i) => {
    if (!lookup.usedKeys.has(i)) return [];
    const [a, b] = innerSide === 'left' ? [column, outerKeysAll[i]!] : [outerKeysAll[i]!, column];
    return [opt.state.call('eq', ...(innerSide === 'left' ? [a, b] : [b, a]))];
  });
  const grouping = inner.above.find((a) => a.op === 'Aggregation');
  // Rows of one key come together, unless several tables give them: in the order of the index behind it, an aggregation may
  // take them as they come.
  const single = !ds.dirty && (ds.table.partition === undefined || lookup.index?.global === true);
  const streams = single && grouping !== undefined && groupsByKeys(ds, lookup, grouping);
  const pushed = filters.filter(pushedBelow(opt, ds, lookup));
  const cop = innerTask(opt, ds, lookup, filters, pushed, perKey, perKey * share, decided, streams);
  let reader = opt.root(cop);
  if (ds.dirty) reader = withOwnWrites(opt, ds, reader, [], cop.partitions, lookup.index?.global === true);
  const kept = filters.filter((c) => !pushed.includes(c));
  if (kept.length > 0)
    reader = opt.over(reader, selectionOver(opt, reader.plan, kept, reader.rows), reader.rows);
  const top = climb(opt, inner, reader, streams, perKey / Math.max(1, est.rows));
  const innerRows = Math.max(
    1e-3,
    perKey *
      Math.min(share, opt.stats(p.children[innerSide === 'left' ? 0 : 1]!).rows / Math.max(1, est.rows)),
  );
  const rows = streamedRows(opt, p, outerPlan, outer.rows);
  const fetched = outer.rows * perKey;
  // Every partition is looked into for every key.
  const parts = Math.max(1, cop.partitions?.ids.length ?? 1);
  const work = new Work()
    .input(outer)
    .add('open', 2)
    .add(joinKeyFactor(est.rows), outer.rows)
    .add('seek', outer.rows * (parts - 1))
    .add(lookup.index === null ? 'scanRow' : 'indexRow', fetched);
  if (!lookup.covering) work.add(lookupRowFactor(est.rows), fetched);
  work
    .add('filterRow', fetched * filterWeight(filters))
    .add('transferRow', outer.rows * innerRows)
    .add('hashBuildRow', outer.rows * innerRows)
    .add('joinOutputRow', rows);
  // What is computed of the rows fetched, for every key.
  work.add('open', outer.rows * inner.above.length, PER_KEY).plus(climbWork(inner).times(fetched));
  const keyOrder = [...lookup.usedKeys];
  const renumber = new Map(keyOrder.map((k, i) => [k, i]));
  const otherEqualities = p.eq.flatMap((k, i) =>
    lookup.usedKeys.has(i) ? [] : [opt.state.call(k.nullEq ? 'nulleq' : 'eq', k.left, k.right)],
  );
  const [left, right] = innerSide === 'left' ? [top.plan, outer.plan] : [outer.plan, top.plan];
  const plan: IndexJoin = {
    op: 'IndexJoin',
    id: opt.nextId(),
    schema: outputOf(p, left.schema, right.schema),
    estRows: rows,
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
  return { kind: 'root', plan: work.on(plan), rows, cost: work.total };
}

/** What starting the operators over the rows of one batch costs each of its keys. */
const PER_KEY = 1 / 1024;

/** Work on a row on its way from the inner reader to the join. */
function climbWork({ above }: Inner): Work {
  const work = new Work();
  for (const p of above) {
    if (p.op === 'Selection') work.add('filterRow', filterWeight(p.conditions));
    else if (p.op === 'Projection') work.add('projectRow', p.exprs.filter((e) => e.kind !== 'column').length);
    else work.add('hashAggRow').add('aggGroup').add('transferRow');
  }
  return work;
}

/** Whether index entries (or rows in handle order) of a key come group by group. */
function groupsByKeys(ds: DataSource, lookup: Lookup, grouping: Aggregation): boolean {
  const groups = new Set<number>();
  for (const g of grouping.groupBy) {
    if (g.kind !== 'column') return false;
    groups.add(g.id);
  }
  const keys = keysOf(ds, lookup.index);
  for (let i = 0; i < keys.length && groups.size > 0; i++) {
    const { column, length } = keys[i]!;
    if (length >= 0) return false;
    if (!groups.delete(column.id) && i >= lookup.prefix.length) return false;
  }
  return groups.size === 0;
}

/** The operators between the table and the join, over the inner side's reader; one key is this `share` of the table. */
function climb(opt: Optimizer, inner: Inner, reader: RootTask, streams: boolean, share: number): RootTask {
  let task = reader;
  for (const p of inner.above) {
    if (p.op === 'Selection')
      task = opt.over(task, selectionOver(opt, task.plan, p.conditions, task.rows), task.rows);
    else if (p.op === 'Projection') task = projectionOver(opt, task, p.exprs, p.schema);
    else task = aggregateTask(opt, p, streams ? 'StreamAgg' : 'HashAgg', task);
    const rows = Math.min(reader.rows, opt.stats(p).rows * share);
    task = { ...task, rows, plan: { ...task.plan, estRows: rows } };
  }
  return task;
}

/** Stands for a join key that is not a plain column of the inner side: never a key column. */
const NO_KEY: Expression = {
  kind: 'constant',
  type: { tp: TypeCode.Null, flag: 0, flen: 0, decimal: 0, charset: 'binary', collate: 'binary' },
  value: null,
};

/** Which filters the store evaluates. Rows that an index join looks up are few: one in this process evaluates them all. */
function pushedBelow(opt: Optimizer, ds: DataSource, lookup: Lookup): (c: Expression) => boolean {
  if (opt.ctx.remoteStore !== true) return () => true;
  const { index, covering } = lookup;
  const have = index === null ? null : indexColumns(ds, index);
  const entries = index !== null && indexScanHasForm(ds.table, index);
  const needed = columnsOf(ds.conditions, idsOf(ds.schema));
  const rows = (index === null || !covering) && rowsTakeOperators(opt, ds, needed);
  return (c) => {
    const onIndex = have !== null && [...columnsOf([c])].every((id) => have.has(id));
    return (onIndex ? entries : rows) && pushable(c, 'elsewhere');
  };
}

/** The inner side's reader, whose scan gets its ranges from the join. */
function innerTask(
  opt: Optimizer,
  ds: DataSource,
  lookup: Lookup,
  filters: readonly Expression[],
  pushed: readonly Expression[],
  perKey: number,
  rows: number,
  decided: readonly Expression[],
  keepOrder: boolean,
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
  const base = {
    kind: 'cop' as const,
    source: ds,
    keepOrder,
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
    const scan = tableScan(opt, ds, needed, path, est.info, keepOrder, false, perKey);
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
    keepOrder,
    false,
    perKey,
    !lookup.covering,
  );
  const indexPlan = select(scan, onIndex);
  if (lookup.covering) return { ...base, tablePlan: null, indexPlan, scan, indexRows: perKey };
  const rowScan = { ...tableScan(opt, ds, needed, null, est.info, false, false, perKey), byRowId: true };
  return { ...base, tablePlan: select(rowScan, onTable), indexPlan, scan, indexRows: perKey };
}
