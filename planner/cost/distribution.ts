import { equalRows } from '../../statistics/estimate.js';
import type { ColumnStatistics } from '../../statistics/table-statistics.js';
import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import type { DataSource } from '../logical/plan.js';
import type { PlanContext } from '../plan-context.js';
import { datumCompare } from '../ranger/interval.js';
import type { TableSample } from '../../statistics/sample.js';
import { columnWeights, type ColumnWeights } from './key-weights.js';
import { matchingRows, sampleValues } from './sample-share.js';
import type { TableEstimate } from './selectivity.js';

/** What is known of the values of a column of a base table, for joins on it. */
export interface Distribution {
  readonly type: FieldType;
  /** Rows of the table, unfiltered. */
  readonly rows: number;
  readonly modified: number;
  readonly stats: ColumnStatistics;
  /** The values that the conditions leave, each once, where the table is known whole and conditions limit it; null otherwise. */
  readonly left: {
    readonly values: readonly Datum[];
    /** How many rows each of these has. */
    readonly counts: readonly number[];
  } | null;
  /** Rows that the conditions leave in the sample. */
  readonly leftRows: number;
  /** Values that the column has in the rows that the conditions leave in the sample; null when there are none to tell from. */
  readonly met: readonly Datum[] | null;
  /** How many rows its values have, where the sample tells. */
  readonly weights: ColumnWeights | null;
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
    sample !== null && ds.conditions.length > 0 ? matchingRows(ctx, sample, ds, ds.conditions) : null;
  for (const c of ds.all) {
    const info = ds.infos.get(c.id);
    const column = info === null || info === undefined ? undefined : stats.columns.get(info.id);
    if (column === undefined) continue;
    const keys = sample?.keys.get(info!.id);
    out.set(c.id, {
      type: c.type,
      rows: est.rows,
      modified: stats.modifyCount,
      stats: column,
      left: rows === null || !sample!.full ? null : sampleValues(sample!, info!.id, rows),
      leftRows: rows?.length ?? 0,
      met: rows === null ? null : valuesAt(sample!, info!.id, rows),
      weights: keys === undefined ? null : columnWeights(c.type, column, keys),
    });
  }
  return out;
}

function valuesAt(sample: TableSample, columnId: number, rows: readonly number[]): Datum[] | null {
  const values = sample.columns.get(columnId);
  return values === undefined ? null : rows.map((r) => values[r] ?? null);
}

/** Rows of a sample from which a share can be told. */
const ENOUGH = 20;

/** A share that the other table's column has by itself, corrected by the rows of its sample that meet the table's own conditions. */
function givenConditions(share: number, left: readonly Datum[], met: readonly Datum[]): number {
  const n = met.length;
  if (n < ENOUGH) return share;
  const key = (v: Datum): string | number | bigint =>
    v instanceof Uint8Array ? Buffer.from(v).toString('latin1') : (v ?? '');
  const wanted = new Set(left.map(key));
  let hits = 0;
  for (const v of met) if (v !== null && wanted.has(key(v))) hits++;
  if (hits >= 5) return hits / n;
  return Math.min(share, (hits + 1.5) / n);
}

/** How many rows of another table, its conditions aside, have the values that a small table's conditions leave. */
interface Meeting {
  /** Rows that have one of the values. */
  readonly rows: number;
  /** Pairs of such a row and a row of the small table. */
  readonly pairs: number;
}

const KNOWN = new WeakMap<Distribution, WeakMap<Distribution, Meeting>>();

function meet(small: Distribution, other: Distribution): Meeting | null {
  const { left } = small;
  if (left === null || left.values.length === 0 || !sameForm(small.type, other.type)) return null;
  let by = KNOWN.get(small);
  if (by === undefined) KNOWN.set(small, (by = new WeakMap()));
  let known = by.get(other);
  if (known !== undefined) return known;
  const compare = datumCompare(other.type);
  const { values, counts } = left;
  const step = Math.max(1, values.length / LOOKUPS);
  let rows = 0;
  let pairs = 0;
  let looked = 0;
  for (let i = 0; i < values.length; i += step) {
    const at = Math.floor(i);
    const found = equalRows(other.stats, other.rows, other.modified, values[at]!, compare);
    rows += found;
    pairs += found * counts[at]!;
    looked++;
  }
  const each = values.length / looked;
  by.set(other, (known = { rows: rows * each, pairs: pairs * each }));
  return known;
}

/**
 * The denominator of a join of a small table, of which the values that its conditions leave are known, with a column whose
 * frequent values are: rows left over the share of the other table's rows that have one of the values, and how many of the rows left
 * each of these meets. Null when that is not known.
 */
export function matchDenominator(small: Distribution, other: Distribution): number | null {
  const met = meet(small, other);
  if (met === null) return null;
  const alone = Math.min(1, met.rows / Math.max(1, other.rows));
  const share = other.met === null ? alone : givenConditions(alone, small.left!.values, other.met);
  // Rows of the small table that a row with one of the values meets on the average.
  const partners = met.rows === 0 ? 1 : met.pairs / met.rows;
  return Math.max(1, small.leftRows) / (Math.max(share, 0.5 / Math.max(1, other.rows)) * partners);
}

/**
 * How many rows of another table, its conditions aside, a row has whose key is one of the values that a small table's conditions leave.
 * Other joins may have left some of the values more rows than others (`joined`): then one value alone is sure. Null when not known.
 */
export function rowsPerKey(small: Distribution, other: Distribution, joined: boolean): number | null {
  if (joined && small.left?.values.length !== 1) return null;
  const met = meet(small, other);
  return met === null ? null : Math.max(1e-3, met.pairs / Math.max(1, small.leftRows));
}

/** Whether values of one type are those of the other as they are. */
const sameForm = (a: FieldType, b: FieldType): boolean =>
  a.tp === b.tp && a.decimal === b.decimal && a.collate === b.collate && (a.flag & 32) === (b.flag & 32);
