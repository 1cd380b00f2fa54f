import type { DataSource } from '../logical/plan.js';
import type { Bound, KeyRangeDatum } from '../physical/plan.js';
import { datumCompare, isPoint, MAX, MIN, type Interval } from '../ranger/interval.js';
import type { KeyColumn } from '../ranger/ranger.js';
import { rangesTried } from './ranges-tried.js';
import { intervalSelectivity, type TableEstimate } from './selectivity.js';

const end = (b: Bound | undefined, open: typeof MIN | typeof MAX): Interval['low'] =>
  b === undefined ? open : b === 'min' ? MIN : b === 'max' ? MAX : b.value;

/**
 * The share of rows in ranges over key columns, by what is known of each column; further columns of a range count less, as columns of
 * one index go together.
 */
export function rangesShare(
  est: TableEstimate,
  ds: DataSource,
  keys: readonly KeyColumn[],
  ranges: readonly KeyRangeDatum[],
): number {
  const { tried, each } = rangesTried(ranges);
  let sum = 0;
  for (const r of tried) {
    const shares: number[] = [];
    const width = Math.max(r.low.length, r.high.length);
    for (let i = 0; i < width; i++) {
      const { column } = keys[i]!;
      const interval: Interval = {
        low: end(r.low[i], MIN),
        high: end(r.high[i], MAX),
        lowEx: r.lowExclusive && i === r.low.length - 1,
        highEx: r.highExclusive && i === r.high.length - 1,
      };
      shares.push(intervalSelectivity(est, ds, column, [interval]));
      if (!isPoint(interval, datumCompare(column.type))) break;
    }
    shares.sort((a, b) => a - b);
    sum += shares.reduce((p, s, i) => p * Math.pow(s, 1 / 2 ** i), 1);
  }
  return Math.min(1, sum * each);
}
