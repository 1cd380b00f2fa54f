import type { ColumnInfo } from '../../catalog/model.js';
import { isUniqueKey } from '../../catalog/unique-key.js';
import { evalDatum } from '../../expression/compile.js';
import type { Column, Expression } from '../../expression/expression.js';
import { keptValue } from '../../statistics/kept-value.js';
import { equalRows, isKnownRange, rangeRows } from '../../statistics/estimate.js';
import { valueKey } from '../../statistics/stats-key.js';
import { hashBytes } from '../../statistics/value-hash.js';
import {
  isAnalyzed,
  type ColumnStatistics,
  type TableStatistics,
} from '../../statistics/table-statistics.js';
import type { Datum } from '../../types/datum.js';
import { evalType, TypeCode, type FieldType } from '../../types/field-type.js';
import { timeZone, UTC, type TimeZone } from '../../types/timezone.js';
import { hasCorrelated, hasParam, splitCnf, splitDnf } from '../logical/expression-walk.js';
import type { DataSource } from '../logical/plan.js';
import type { PlanContext } from '../plan-context.js';
import { detach } from '../ranger/ranger.js';
import { intervalsOf, shapeOf, type Evaluate, type KeyColumn } from '../ranger/condition.js';
import { datumCompare, intersect, isPoint, MAX, MIN, SortKeyEnd, type Interval } from '../ranger/interval.js';
import { PSEUDO } from './factors.js';
import { indexRows } from './index-rows.js';
import { correctedShare, matchingCount } from './sample-share.js';
import { sampledRangeShare } from './sampled-range.js';

/** What is known of a table's size and distribution. */
export interface TableEstimate {
  readonly rows: number;
  readonly stats: TableStatistics | null;
  /** What EXPLAIN says of it: '' or 'stats:pseudo'. */
  readonly info: string;
  /** Nobody has counted the rows: their number is TiDB's guess. */
  readonly guessed: boolean;
  /** That of the session, in which constants are. */
  readonly zone: TimeZone;
}

export function tableEstimate(
  ctx: PlanContext,
  ds: { readonly table: DataSource['table']; readonly physical?: DataSource['physical'] },
): TableEstimate {
  const stats = ctx.statistics(ds.table);
  const parts =
    ds.table.partition === undefined || (ds.physical ?? null) === null
      ? 1
      : ds.table.partition.definitions.length;
  const counted = ctx.rowCountHint(ds.table.id);
  const guessed = stats === null || !isAnalyzed(stats);
  const known = guessed && counted !== null && isFilling(ctx, ds.table, counted) ? null : counted;
  const hint = known === null ? null : known / parts;
  const zone = timeZone(ctx.eval.timeZone) ?? UTC;
  if (stats !== null && stats.version !== 0n) {
    return {
      rows: Math.max(1, hint ?? stats.rowCount),
      stats,
      info: isAnalyzed(stats) ? '' : 'stats:pseudo',
      guessed: false,
      zone,
    };
  }
  return {
    rows: Math.max(1, hint ?? PSEUDO.rows),
    stats: null,
    info: 'stats:pseudo',
    guessed: hint === null,
    zone,
  };
}

/** Milliseconds after which the row count of a new small table is taken for lasting. */
const FILLING_MS = 60_000;

/** Whether a table is so new and small that it is probably being filled: plans made now will meet more rows. */
const isFilling = (ctx: PlanContext, table: DataSource['table'], rows: number): boolean =>
  rows < PSEUDO.rows && ctx.eval.nowMicros / 1000 - table.createTime < FILLING_MS;

/** Values of constants while planning. Throws for correlated columns: ask `isKnown` first. */
export function evaluator(ctx: PlanContext): Evaluate {
  return (e, row) => {
    if (e.kind === 'constant' && e.param === undefined) return e.value;
    const v: Datum = evalDatum(e, ctx.eval, row);
    return v;
  };
}

/** Whether a condition's constants have values now. */
export const isKnown = (e: Expression, ctx: PlanContext): boolean =>
  !hasCorrelated(e) && (ctx.params !== null || !hasParam(e));

/** Statistics of columns that were added after ANALYZE. */
const ADDED = new WeakMap<TableStatistics, Map<number, ColumnStatistics>>();

/**
 * Statistics of a column. Where it was added after ANALYZE, with a default, all rows of then have that.
 */
export function columnStatistics(est: TableEstimate, info: ColumnInfo): ColumnStatistics | undefined {
  const known = est.stats?.columns.get(info.id);
  if (known !== undefined || est.stats === null || info.originDefault === null) return known;
  if (info.generated !== '' || info.type.tp === TypeCode.Timestamp || !isAnalyzed(est.stats))
    return undefined;
  let added = ADDED.get(est.stats);
  if (added === undefined) ADDED.set(est.stats, (added = new Map<number, ColumnStatistics>()));
  let found = added.get(info.id);
  if (found === undefined) {
    const topN = [{ value: info.originDefault, count: est.stats.rowCount }];
    found = { ndv: 1, nullCount: 0, avgSize: 8, correlation: 0, topN, buckets: [] };
    added.set(info.id, found);
  }
  return found;
}

/** Distinct values of a column in its whole table. */
export function columnNdv(est: TableEstimate, ds: DataSource, column: Column): number {
  const info = ds.infos.get(column.id);
  if (info === null || info === undefined) return est.rows;
  const known = columnStatistics(est, info);
  if (known !== undefined && known.ndv > 0) {
    return Math.min(est.rows, Math.max(1, known.ndv));
  }
  if (isUniqueColumn(ds, column)) return est.rows;
  return Math.max(1, Math.min(est.rows * PSEUDO.distinctRate, typeNdv(column.type)));
}

/** Distinct values a column of this type may be expected to have at most, where nothing is known of it. */
function typeNdv(t: FieldType): number {
  switch (t.tp) {
    case TypeCode.Tiny:
      return 128;
    case TypeCode.Year:
      return 100;
    case TypeCode.Date:
      return 2500;
    case TypeCode.Enum:
      return Math.max(1, t.elems?.length ?? 16);
    case TypeCode.String:
    case TypeCode.VarChar:
      return t.flen >= 1 && t.flen <= 2 ? (t.flen === 1 ? 8 : 64) : Infinity;
    default:
      return Infinity;
  }
}

/** Share of the table's rows that lie in intervals of one column. */
export function intervalSelectivity(
  est: TableEstimate,
  ds: DataSource,
  column: Column,
  intervals: readonly Interval[],
): number {
  const info = ds.infos.get(column.id);
  const cmp = datumCompare(column.type);
  const known = info === null || info === undefined ? undefined : columnStatistics(est, info);
  const unique = isUniqueColumn(ds, column);
  const kept = (v: Datum): Datum => keptValue(v, column.type, est.zone);
  let share = 0;
  for (const i of intervals) {
    if (isPoint(i, cmp)) {
      if (unique) share += 1 / est.rows;
      else if (known !== undefined) {
        const place = (v: Datum): number => hashBytes(valueKey(v, column.type));
        share +=
          equalRows(known, est.rows, est.stats!.modifyCount, kept(i.low as Datum), cmp, place) / est.rows;
      } else share += Math.max(PSEUDO.equalRate, 1 / typeNdv(column.type));
      continue;
    }
    const open = (e: Interval['low']): boolean => e === MIN || e === MAX || e === null;
    const low = open(i.low) ? undefined : { value: kept(valueAt(i.low)), exclusive: i.lowEx };
    const high = open(i.high) ? undefined : { value: kept(valueAt(i.high)), exclusive: i.highEx };
    if (low === undefined && high === undefined) {
      share +=
        known !== undefined
          ? 1 - known.nullCount / Math.max(1, est.rows)
          : i.low === MIN
            ? 1
            : notNullShare(column);
    } else if (known !== undefined && isKnownRange(known, low, high, cmp)) {
      const found = rangeRows(known, est.rows, est.stats!.modifyCount, low, high, cmp) / est.rows;
      const { sample, modifyCount } = est.stats!;
      share +=
        sample === undefined || sample === null || evalType(column.type) !== 'string'
          ? found
          : sampledRangeShare(found, sample, info!.id, i, cmp, Math.min(1, modifyCount / est.rows));
    } else share += low !== undefined && high !== undefined ? PSEUDO.betweenRate : PSEUDO.lessRate;
  }
  return Math.min(1, Math.max(share, 0));
}

const valueAt = (e: Interval['low']): Datum => (e instanceof SortKeyEnd ? e.near : (e as Datum));

/** Without statistics TiDB takes NOT NULL for 99.9% of the rows. */
const notNullShare = (c: Column): number => ((c.type.flag & 1) !== 0 ? 1 : 0.999);

/** Whether one column is a unique key of its table by itself. */
export function isUniqueColumn(ds: DataSource, column: Column): boolean {
  const info = ds.infos.get(column.id);
  if (info === null) return true;
  if (info === undefined) return false;
  if (ds.table.pkIsHandle && (info.type.flag & 2) !== 0) return true;
  return ds.table.indices.some(
    (x) => isUniqueKey(x) && x.columns.length === 1 && x.columns[0]!.offset === info.offset,
  );
}

/**
 * Share of a table's rows that a conjunction keeps. Conditions on one column are taken together, columns are taken for
 * independent, but with more than a few the less selective ones count less (exponential back-off).
 */
export function selectivity(
  ctx: PlanContext,
  est: TableEstimate,
  ds: DataSource,
  conditions: readonly Expression[],
): number {
  const share = shareOf(ctx, est, ds, conditions);
  ctx.trace?.estimate(ds.table.name, conditions, est.rows * share);
  return share;
}

function shareOf(
  ctx: PlanContext,
  est: TableEstimate,
  ds: DataSource,
  conditions: readonly Expression[],
): number {
  const shares: number[] = [];
  const done = new Set<Expression>();
  const evaluate = evaluator(ctx);
  for (const { share, access } of byIndexes(ctx, est, ds, conditions)) {
    if (access.some((c) => done.has(c))) continue;
    for (const c of access) done.add(c);
    shares.push(share);
    if (done.size === conditions.length) return Math.min(1, share);
  }
  for (const column of [...ds.all, ...ds.virtuals.map((v) => v.column)]) {
    const key: KeyColumn = { column, length: -1 };
    const own =
      done.size < conditions.length ? conditions.filter((c) => !done.has(c) && shapeOf(c, key) !== null) : [];
    if (own.length === 0) continue;
    for (const c of own) done.add(c);
    if (own.every((c) => isKnown(c, ctx))) {
      const cmp = datumCompare(column.type);
      const one = own.length === 1 ? sampledList(own[0]!) : null;
      if (one !== null) {
        const share = intervalSelectivity(est, ds, column, intervalsOf(one.list, key, evaluate, cmp));
        shares.push(Math.min(1, share * one.each));
        continue;
      }
      const intervals = own.map((c) => intervalsOf(c, key, evaluate, cmp));
      shares.push(intervalSelectivity(est, ds, column, intersect(intervals, cmp)));
    } else {
      let share = 1;
      for (const c of own) share *= unknownShare(est, ds, column, c);
      shares.push(share);
    }
  }
  const others = conditions.filter((c) => !done.has(c));
  const independent = (): number => {
    for (const c of others) shares.push(otherShare(ctx, est, ds, c));
    shares.sort((a, b) => a - b);
    let product = 1;
    shares.forEach((s, i) => {
      product *= i < 3 || est.stats === null ? s : Math.sqrt(s);
    });
    return product;
  };
  const { sample, modifyCount } = est.stats ?? { sample: null, modifyCount: 0 };
  if (sample === undefined || sample === null) return independent();
  // A histogram knows one column better than the sample does, unless that is the table as it still is.
  const whole = sample.full && modifyCount === 0;
  if (shares.length + others.length < 2 && done.size > 0 && !whole) return independent();
  const hits = conditions.length === 0 ? null : matchingCount(ctx, sample, ds, conditions);
  const changed = Math.min(1, modifyCount / est.rows);
  return hits === null ? independent() : correctedShare(independent, hits, sample, changed);
}

/** Of a longer list of values so many are looked at. */
const MAX_VALUES = 2048;

/** An IN with every `each`th of a very long list of values; null for any other condition. */
function sampledList(c: Expression): { readonly list: Expression; readonly each: number } | null {
  if (c.kind !== 'function' || c.name !== 'in' || c.args.length <= 2 * MAX_VALUES) return null;
  const values = c.args.length - 1;
  const step = Math.ceil(values / MAX_VALUES);
  const args = c.args.filter((_, i) => i === 0 || (i - 1) % step === 0);
  return { list: { ...c, args }, each: values / (args.length - 1) };
}

/**
 * Shares of the conditions that limit two or more leading columns of an index whose keys have statistics, those first that
 * take in most conditions.
 */
function byIndexes(
  ctx: PlanContext,
  est: TableEstimate,
  ds: DataSource,
  conditions: readonly Expression[],
): { readonly share: number; readonly access: readonly Expression[] }[] {
  if (est.stats === null || est.stats.indexes.size === 0 || conditions.length < 2) return [];
  const out: { share: number; access: readonly Expression[] }[] = [];
  for (const index of ds.table.indices) {
    if (index.columns.length < 2 || !est.stats.indexes.has(index.id)) continue;
    const keys: KeyColumn[] = [];
    for (const c of index.columns) {
      const column = ds.all.find((x) => ds.infos.get(x.id)?.offset === c.offset);
      if (column === undefined || c.length >= 0) break;
      keys.push({ column, length: -1 });
    }
    if (keys.length < index.columns.length) continue;
    const limited = conditions.filter((c) => isKnown(c, ctx));
    const access = detach(limited, keys, false, evaluator(ctx), true);
    if (access.full || access.columns < 2) continue;
    const rows =
      access.ranges.length === 0
        ? 0
        : indexRows(est, index, keys, access, () => independentRows(ctx, est, ds, keys, access.access));
    if (rows !== null) out.push({ share: Math.min(1, rows / est.rows), access: access.access });
  }
  return out.sort((a, b) => b.access.length - a.access.length);
}

/** Rows that conditions on some columns keep, the columns taken for independent. */
export function independentRows(
  ctx: PlanContext,
  est: TableEstimate,
  ds: DataSource,
  columns: readonly KeyColumn[],
  conditions: readonly Expression[],
): number {
  let rows = est.rows;
  for (const { column } of columns) {
    const own = conditions.filter((c) => shapeOf(c, { column, length: -1 }) !== null);
    if (own.length > 0) rows *= shareOf(ctx, est, ds, own);
  }
  return rows;
}

/** A comparison with a value that is known only at run time. */
function unknownShare(est: TableEstimate, ds: DataSource, column: Column, c: Expression): number {
  if (c.kind !== 'function') return PSEUDO.selectivity;
  switch (c.name) {
    case 'eq':
    case 'nulleq':
      return isUniqueColumn(ds, column)
        ? 1 / est.rows
        : est.stats !== null
          ? 1 / columnNdv(est, ds, column)
          : PSEUDO.equalRate;
    case 'in':
      return Math.min(1, (c.args.length - 1) / columnNdv(est, ds, column));
    default:
      return PSEUDO.lessRate;
  }
}

/** The rest of a longer OR is taken to be like these. */
const MAX_ALTERNATIVES = 64;

function otherShare(ctx: PlanContext, est: TableEstimate, ds: DataSource, c: Expression): number {
  if (c.kind === 'constant') return c.param === undefined && (c.value === null || c.value === 0) ? 0 : 1;
  if (c.kind !== 'function') return PSEUDO.selectivity;
  switch (c.name) {
    case 'or': {
      const alternatives = splitDnf(c);
      const looked = alternatives.slice(0, MAX_ALTERNATIVES);
      let miss = 1;
      for (const a of looked) miss *= 1 - selectivity(ctx, est, ds, splitCnf(a));
      return 1 - miss ** (alternatives.length / looked.length);
    }
    case 'and':
      return selectivity(ctx, est, ds, splitCnf(c));
    case 'like':
      return PSEUDO.likeSelectivity;
    case 'not':
      return c.args[0]!.kind === 'function' && c.args[0]!.name === 'like'
        ? 1 - PSEUDO.likeSelectivity
        : PSEUDO.selectivity;
    case 'in':
      return Math.min(PSEUDO.selectivity, 0.1 * (c.args.length - 1));
    default:
      return PSEUDO.selectivity;
  }
}
