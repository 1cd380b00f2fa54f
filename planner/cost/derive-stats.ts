import { isUniqueKey } from '../../catalog/unique-key.js';
import type { Column, Expression } from '../../expression/expression.js';
import { Flag } from '../../types/field-type.js';
import { columnsOf } from '../logical/expression-walk.js';
import type { DataSource, Join, LogicalPlan, PlanStats } from '../logical/plan.js';
import type { PlanContext } from '../plan-context.js';
import { distributions, matchDenominator, rowsPerKey, type Distribution } from './distribution.js';
import { PSEUDO } from './factors.js';
import { distinctKeys, hashAlike, matchKeys, type KeyMatch, type KeyWeights } from './key-weights.js';
import { columnNdv, selectivity, tableEstimate } from './selectivity.js';

/** A unique key of a base table and the table's rows, for joins on it. */
interface UniqueKey {
  readonly ids: readonly number[];
  readonly rows: number;
}
interface FullStats extends PlanStats {
  readonly keys: readonly UniqueKey[];
  /** By column id. */
  readonly spread?: ReadonlyMap<number, Distribution>;
  /** By column id, where joins or groups below have changed how many rows the column's values have; null: not known. */
  readonly weights?: ReadonlyMap<number, KeyWeights | null>;
}

const NO_SPREAD: ReadonlyMap<number, Distribution> = new Map();
const NO_WEIGHTS: ReadonlyMap<number, KeyWeights | null> = new Map();

const CACHE = new WeakMap<LogicalPlan, FullStats>();

/** Forgets the estimates of a node: its tree was changed. */
export function forgetStats(p: LogicalPlan): void {
  CACHE.delete(p);
  delete p.stats;
}

/**
 * Estimated rows of a node's output, and of its columns the distinct values in their base tables (not reduced by filters:
 * a join's selectivity is one over the distinct values of its key).
 */
export function deriveStats(p: LogicalPlan, ctx: PlanContext): PlanStats {
  const known = CACHE.get(p);
  if (known !== undefined && p.stats !== undefined) return known;
  const s = compute(p, ctx);
  CACHE.set(p, s);
  p.stats = s;
  return s;
}

const full = (p: LogicalPlan, ctx: PlanContext): FullStats => deriveStats(p, ctx) as FullStats;

/** Rows expected of one document. */
const JSON_TABLE_ROWS = 10;

function constantRows(e: Expression): number | null {
  return e.kind === 'constant' && e.value !== null && !(e.value instanceof Uint8Array)
    ? Number(e.value)
    : null;
}

function compute(p: LogicalPlan, ctx: PlanContext): FullStats {
  switch (p.op) {
    case 'DataSource':
      return source(p, ctx);
    case 'MemTable':
      return { rows: PSEUDO.rows, ndv: new Map(), keys: [] };
    case 'Dual':
      return { rows: p.rowCount, ndv: new Map(), keys: [] };
    case 'Selection': {
      const c = full(p.children[0]!, ctx);
      return {
        ...c,
        rows: Math.max(
          c.rows === 0 ? 0 : 1,
          c.rows * Math.pow(PSEUDO.selectivity, Math.min(4, p.conditions.length)),
        ),
      };
    }
    case 'Projection': {
      const c = full(p.children[0]!, ctx);
      const ndv = new Map(c.ndv);
      p.exprs.forEach((e, i) => {
        const column = p.schema[i]!;
        if (ndv.has(column.id)) return;
        ndv.set(column.id, groupCount([e], c));
      });
      return {
        rows: c.rows,
        ndv,
        keys: c.keys,
        spread: c.spread ?? NO_SPREAD,
        weights: c.weights ?? NO_WEIGHTS,
      };
    }
    case 'Join':
      return join(p, ctx);
    case 'Aggregation': {
      const c = full(p.children[0]!, ctx);
      if (p.groupBy.length === 0) return { rows: 1, ndv: new Map(), keys: c.keys };
      const rows = groupCount(p.groupBy, c);
      const ndv = new Map(c.ndv);
      p.schema.forEach((col) => {
        if (!ndv.has(col.id)) ndv.set(col.id, rows);
      });
      const ids = p.groupBy.flatMap((g) => (g.kind === 'column' ? [g.id] : []));
      const own: UniqueKey[] = ids.length === p.groupBy.length ? [{ ids, rows }] : [];
      const spread = c.spread ?? NO_SPREAD;
      const weights = new Map([...spread.keys()].map((id) => [id, null]));
      return { rows, ndv, keys: [...c.keys, ...own], spread, weights };
    }
    case 'Limit':
    case 'TopN': {
      const c = full(p.children[0]!, ctx);
      const n = constantRows(p.count);
      return { ...c, rows: n === null ? c.rows : Math.min(c.rows, n) };
    }
    case 'MaxOneRow': {
      const c = full(p.children[0]!, ctx);
      return { ...c, rows: 1 };
    }
    case 'UnionAll': {
      let rows = 0;
      const ndv = new Map<number, number>();
      for (const child of p.children) {
        const c = full(child, ctx);
        rows += c.rows;
        p.schema.forEach((col, i) =>
          ndv.set(col.id, (ndv.get(col.id) ?? 0) + (c.ndv.get(child.schema[i]!.id) ?? c.rows)),
        );
      }
      return { rows, ndv, keys: [] };
    }
    case 'Expand': {
      const c = full(p.children[0]!, ctx);
      const ndv = new Map(c.ndv);
      p.groups.forEach((g, i) => ndv.set(p.columns[i]!.id, groupCount([g], c) + 1));
      ndv.set(p.level.id, p.groups.length + 1);
      return { rows: c.rows * (p.groups.length + 1), ndv, keys: [] };
    }
    case 'JsonTable': {
      const c = full(p.children[0]!, ctx);
      return { rows: c.rows * JSON_TABLE_ROWS, ndv: c.ndv, keys: [] };
    }
    case 'Window': {
      const c = full(p.children[0]!, ctx);
      return c;
    }
    case 'CteScan': {
      const { cte } = p;
      if (cte.planning) return { rows: Math.max(1, cte.rows), ndv: new Map(), keys: [] };
      cte.planning = true;
      const seed = full(cte.seed, ctx);
      cte.rows = seed.rows;
      const all = seed.rows + (cte.recursive === null ? 0 : full(cte.recursive, ctx).rows);
      const rows = Math.min(all, cte.limit?.count ?? Infinity);
      cte.planning = false;
      const ndv = new Map<number, number>();
      p.schema.forEach((col, i) => ndv.set(col.id, seed.ndv.get(cte.seed.schema[i]!.id) ?? rows));
      return { rows, ndv, keys: [] };
    }
    default:
      return full(p.children[0]!, ctx);
  }
}

function source(ds: DataSource, ctx: PlanContext): FullStats {
  const est = tableEstimate(ctx, ds);
  const rows = Math.max(Math.min(1, est.rows), est.rows * selectivity(ctx, est, ds, ds.conditions));
  const ndv = new Map<number, number>();
  for (const c of ds.all) ndv.set(c.id, columnNdv(est, ds, c));
  const keys: UniqueKey[] = [];
  // Of a table that nothing is known of TiDB takes every column for as varied as any other, unique ones too.
  const values = est.stats === null && est.guessed ? est.rows * PSEUDO.distinctRate : est.rows;
  const byOffset = new Map<number, Column>();
  for (const c of ds.all) {
    const info = ds.infos.get(c.id);
    if (info !== null && info !== undefined) {
      byOffset.set(info.offset, c);
      if (ds.table.pkIsHandle && (info.type.flag & Flag.PriKey) !== 0)
        keys.push({ ids: [c.id], rows: values });
    } else keys.push({ ids: [c.id], rows: values });
  }
  for (const x of ds.table.indices) {
    if (!isUniqueKey(x)) continue;
    const ids = x.columns.map((c) => byOffset.get(c.offset)?.id ?? -1);
    if (!ids.includes(-1)) keys.push({ ids, rows: values });
  }
  for (const k of keys) if (k.ids.length === 1) ndv.set(k.ids[0]!, values);
  return { rows, ndv, keys, spread: distributions(ctx, est, ds) };
}

/** Groups that the values of some expressions make among the rows. */
export function groupCount(exprs: readonly Expression[], s: PlanStats): number {
  const ids = [...columnsOf(exprs)];
  let groups = 1;
  const joined = (s as FullStats).weights;
  const valuesOf = (id: number): number => {
    const weights = joined?.get(id) ?? null;
    const n = s.ndv.get(id) ?? s.rows;
    return weights === null ? n : Math.min(n, distinctKeys(weights));
  };
  const counts = ids.map((id) => Math.min(s.rows, valuesOf(id))).sort((a, b) => b - a);
  counts.forEach((n, i) => {
    groups *= i === 0 ? n : Math.pow(n, 1 / Math.pow(2, i));
  });
  return Math.max(Math.min(1, s.rows), Math.min(groups, s.rows));
}

/** Weights of a key in the rows of an input; null where they are not known. */
function weightsOf(e: Expression, s: FullStats): KeyWeights | null {
  if (e.kind !== 'column') return null;
  const changed = s.weights?.get(e.id);
  return changed === undefined ? (s.spread?.get(e.id)?.weights?.get() ?? null) : changed;
}

/** The same inputs as if nothing had been joined yet. */
const unjoined = (s: PlanStats): PlanStats => ({ ...s, weights: NO_WEIGHTS }) as PlanStats;

/** How the values of a key of two inputs meet, as far as samples tell. */
export function keyMatch(
  k: { readonly left: Expression; readonly right: Expression },
  l: PlanStats,
  r: PlanStats,
): KeyMatch | null {
  if (!hashAlike(k.left.type, k.right.type)) return null;
  const a = weightsOf(k.left, l as FullStats);
  const b = a === null ? null : weightsOf(k.right, r as FullStats);
  return b === null ? null : matchKeys(a!, b);
}

function knownDenominator(
  k: { readonly left: Expression; readonly right: Expression },
  l: FullStats,
  r: FullStats,
): number | null {
  if (k.left.kind !== 'column' || k.right.kind !== 'column') return null;
  const a = l.spread?.get(k.left.id);
  const b = r.spread?.get(k.right.id);
  if (a === undefined || b === undefined) return null;
  return matchDenominator(a, b) ?? matchDenominator(b, a);
}

/**
 * Rows of a table, its conditions aside, that a row of another input finds by a key, where it is known which values the input's rows
 * can have. `joined`: the input is a join itself.
 */
export function knownRowsPerKey(
  outerKey: Expression,
  innerKey: Expression,
  outer: PlanStats,
  inner: PlanStats,
  joined: boolean,
): number | null {
  if (outerKey.kind !== 'column' || innerKey.kind !== 'column') return null;
  const a = (outer as FullStats).spread?.get(outerKey.id);
  const b = (inner as FullStats).spread?.get(innerKey.id);
  return a === undefined || b === undefined ? null : rowsPerKey(a, b, joined);
}

/** Whether the conditions of neither table leave much fewer rows than there are, so that samples of all of them tell as much. */
const isWhole = (
  k: { readonly left: Expression; readonly right: Expression },
  l: FullStats,
  r: FullStats,
): boolean =>
  [l.spread?.get((k.left as Column).id), r.spread?.get((k.right as Column).id)].every(
    (d) => d === undefined || d.left === null || d.leftRows > 0.9 * d.rows,
  );

/** Rows of the largest table of which the keys' columns of one side hold a unique key; null for none. */
function uniqueRows(
  s: FullStats,
  keys: readonly { readonly left: Expression; readonly right: Expression }[],
  side: 'left' | 'right',
): number | null {
  const isKey = (id: number): boolean =>
    keys.some((k) => {
      const e = k[side];
      return e.kind === 'column' && e.id === id;
    });
  let best: number | null = null;
  for (const k of s.keys) if ((best === null || k.rows > best) && k.ids.every(isKey)) best = k.rows;
  return best;
}

/** One over this is the share of pairs of two inputs that an equi-join keeps. */
export function joinDenominator(
  keys: readonly { readonly left: Expression; readonly right: Expression }[],
  l: PlanStats,
  r: PlanStats,
): number {
  if (keys.length === 0) return 1;
  if (keys.length === 1) {
    const match = keyMatch(keys[0]!, l, r);
    const known = knownDenominator(keys[0]!, l as FullStats, r as FullStats);
    if (known !== null && !(match !== null && isWhole(keys[0]!, l as FullStats, r as FullStats))) {
      // What the table's conditions leave is known of the pair alone, what other joins have made of the values is not in it.
      const pair = match === null ? null : keyMatch(keys[0]!, unjoined(l), unjoined(r));
      return pair === null ? known : (known * pair.share) / match!.share;
    }
    if (match !== null) return matchedDenominator(match, l as FullStats, r as FullStats, keys);
  }
  const lk = uniqueRows(l as FullStats, keys, 'left');
  const rk = uniqueRows(r as FullStats, keys, 'right');
  if (lk !== null && rk !== null) return Math.max(lk, rk);
  if (lk !== null || rk !== null) return (lk ?? rk)!;
  const ndvs = keys.map((k) => Math.max(exprNdv(k.left, l), exprNdv(k.right, r))).sort((a, b) => b - a);
  let d = 1;
  ndvs.forEach((n, i) => {
    d *= i === 0 ? n : Math.sqrt(n);
  });
  return Math.max(1, d);
}

/** Keys of one table that meet a unique key of another do so once each, which samples give with some noise. */
const SAMPLING_NOISE = 1.25;

function matchedDenominator(
  { share }: KeyMatch,
  l: FullStats,
  r: FullStats,
  keys: readonly { readonly left: Expression; readonly right: Expression }[],
): number {
  const denominator = Math.max(1, 1 / share);
  const unique = Math.max(uniqueRows(l, keys, 'left') ?? 0, uniqueRows(r, keys, 'right') ?? 0);
  const off = unique / denominator;
  return off > 1 / SAMPLING_NOISE && off < SAMPLING_NOISE ? unique : denominator;
}

const exprNdv = (e: Expression, s: PlanStats): number => {
  if (e.kind === 'column') return Math.max(1, s.ndv.get(e.id) ?? s.rows);
  const ids = [...columnsOf([e])];
  return Math.max(1, ...ids.map((id) => s.ndv.get(id) ?? s.rows));
};

function join(p: Join, ctx: PlanContext): FullStats {
  const l = full(p.children[0]!, ctx);
  const r = full(p.children[1]!, ctx);
  const other = Math.pow(PSEUDO.selectivity, Math.min(3, p.otherConds.length));
  const pairs = (l.rows * r.rows * other) / joinDenominator(p.eq, l, r);
  switch (p.joinType) {
    case 'semi':
    case 'antiSemi': {
      const share = p.eq.length === 0 ? PSEUDO.selectivity : Math.min(1, semiShare(p, l, r)) * other;
      const rows = p.joinType === 'semi' ? l.rows * share : l.rows * Math.max(0.1, 1 - share);
      return {
        rows: Math.max(Math.min(1, l.rows), rows),
        ndv: l.ndv,
        keys: l.keys,
        spread: l.spread ?? NO_SPREAD,
      };
    }
    case 'leftOuterSemi':
    case 'antiLeftOuterSemi':
      return { rows: l.rows, ndv: l.ndv, keys: l.keys, spread: l.spread ?? NO_SPREAD };
    default: {
      const ndv = new Map([...l.ndv, ...r.ndv]);
      let rows = pairs;
      if (p.joinType === 'leftOuter') rows = Math.max(rows, l.rows);
      if (p.joinType === 'rightOuter') rows = Math.max(rows, r.rows);
      const spread = new Map([...(l.spread ?? NO_SPREAD), ...(r.spread ?? NO_SPREAD)]);
      const weights = new Map([...(l.weights ?? NO_WEIGHTS), ...(r.weights ?? NO_WEIGHTS)]);
      const match = p.joinType === 'inner' && p.eq.length === 1 ? keyMatch(p.eq[0]!, l, r) : null;
      if (match !== null) {
        // Columns that earlier joins made equal to these are so still.
        const { left, right } = p.eq[0]!;
        const before = [weightsOf(left, l), weightsOf(right, r)];
        for (const [id, w] of weights) if (w !== null && before.includes(w)) weights.set(id, match.weights);
        for (const e of [left, right]) if (e.kind === 'column') weights.set(e.id, match.weights);
      }
      return {
        rows: Math.max(Math.min(1, l.rows, r.rows), rows),
        ndv,
        keys: [...l.keys, ...r.keys],
        spread,
        weights,
      };
    }
  }
}

/** Share of left rows that find a partner: of the key's values, those that are there on the right. */
function semiShare(p: Join, l: PlanStats, r: PlanStats): number {
  const k = p.eq[0]!;
  const ln = exprNdv(k.left, l);
  const rn = Math.min(r.rows, exprNdv(k.right, r));
  return Math.max(0.01, rn / ln);
}
