import type { TableSample } from '../../statistics/sample.js';
import type { Datum } from '../../types/datum.js';
import { compareEnds, type Compare, type Interval } from '../ranger/interval.js';
import { correctedShare } from './sample-share.js';

/** Values of a sample's column in their order, without NULLs. */
const SORTED = new WeakMap<readonly Datum[], readonly Datum[]>();

function sorted(values: readonly Datum[], compare: Compare): readonly Datum[] {
  let known = SORTED.get(values);
  if (known === undefined) {
    known = values.filter((v) => v !== null).sort(compare);
    SORTED.set(values, known);
  }
  return known;
}

/** How many of the values are below an end, or up to and with it. */
function below(values: readonly Datum[], end: Interval['low'], inclusive: boolean, compare: Compare): number {
  let lo = 0;
  let hi = values.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    const order = compareEnds(values[mid]!, end, compare);
    if (order < 0 || (inclusive && order === 0)) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/** Standard deviations of the number of hits within which an estimate is believed. */
const BELIEVED = 2;

/**
 * The share of rows in an interval of strings, as a histogram has it, corrected by how many of the sample's values lie there. How
 * strings lie within a bucket the histogram cannot tell: the distance of their bytes says little of the rows between them, as names that
 * begin alike come in heaps. `changed`: share of the table's rows that the sample knows nothing of.
 */
export function sampledRangeShare(
  share: number,
  sample: TableSample,
  columnId: number,
  interval: Interval,
  compare: Compare,
  changed: number,
): number {
  const column = sample.columns.get(columnId);
  if (column === undefined || sample.rows === 0) return share;
  const values = sorted(column, compare);
  const hits = Math.max(
    0,
    below(values, interval.high, !interval.highEx, compare) -
      below(values, interval.low, interval.lowEx, compare),
  );
  if (hits < 10 || sample.full) return correctedShare(() => share, hits, sample, changed);
  const n = sample.rows;
  const around = BELIEVED * Math.sqrt(hits);
  return Math.min((hits + around) / n + changed, Math.max(((hits - around) / n) * (1 - changed), share));
}
