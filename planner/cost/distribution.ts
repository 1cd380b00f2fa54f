import { equalRows } from '../../statistics/estimate.js';
import type { ColumnStatistics } from '../../statistics/table-statistics.js';
import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import type { DataSource } from '../logical/plan.js';
import type { PlanContext } from '../plan-context.js';
import { datumCompare } from '../ranger/interval.js';
import { matchingRows, sampleValues } from './sample-share.js';
import type { TableEstimate } from './selectivity.js';

/** What is known of the values of a column of a base table, for joins on it. */
export interface Distribution {
  readonly type: FieldType;
  /** Rows of the table, unfiltered. */
  readonly rows: number;
  readonly modified: number;
  readonly stats: ColumnStatistics;
  /** The values that the conditions leave, where the table is known whole and conditions limit it; null otherwise. */
  readonly left: readonly Datum[] | null;
  /** Rows that the conditions leave in the sample. */
  readonly leftRows: number;
}

/** Values looked up of each join: of more every so many. */
const LOOKUPS = 400;

export function distributions(
  ctx: PlanContext,
  est: TableEstimate,
  ds: DataSource,
): ReadonlyMap<number, Distribution> {
  const out = new Map<number, Distribution>();
  const { stats } = est;
  if (stats === null) return out;
  const sample = stats.sample ?? null;
  const rows =
    sample !== null && sample.full && ds.conditions.length > 0
      ? matchingRows(ctx, sample, ds, ds.conditions)
      : null;
  for (const c of ds.all) {
    const info = ds.infos.get(c.id);
    const column = info === null || info === undefined ? undefined : stats.columns.get(info.id);
    if (column === undefined) continue;
    out.set(c.id, {
      type: c.type,
      rows: est.rows,
      modified: stats.modifyCount,
      stats: column,
      left: rows === null ? null : sampleValues(sample!, info!.id, rows),
      leftRows: rows?.length ?? 0,
    });
  }
  return out;
}

const KNOWN = new WeakMap<Distribution, WeakMap<Distribution, number>>();

/**
 * The denominator of a join of a small table, of which the values that its conditions leave are known, with a column whose
 * frequent values are: rows left over the share of the other table's rows that have one of the values. Null when that is not known.
 */
export function matchDenominator(small: Distribution, other: Distribution): number | null {
  const { left } = small;
  if (left === null || left.length === 0 || !sameForm(small.type, other.type)) return null;
  let by = KNOWN.get(small);
  if (by === undefined) KNOWN.set(small, (by = new WeakMap()));
  const known = by.get(other);
  if (known !== undefined) return known;
  const compare = datumCompare(other.type);
  const step = Math.max(1, left.length / LOOKUPS);
  let rows = 0;
  let looked = 0;
  for (let i = 0; i < left.length; i += step) {
    rows += equalRows(other.stats, other.rows, other.modified, left[Math.floor(i)]!, compare);
    looked++;
  }
  const share = Math.min(1, (rows * (left.length / looked)) / Math.max(1, other.rows));
  const denominator = Math.max(1, small.leftRows) / Math.max(share, 0.5 / Math.max(1, other.rows));
  by.set(other, denominator);
  return denominator;
}

/** Whether values of one type are those of the other as they are. */
const sameForm = (a: FieldType, b: FieldType): boolean =>
  a.tp === b.tp && a.decimal === b.decimal && a.collate === b.collate && (a.flag & 32) === (b.flag & 32);
