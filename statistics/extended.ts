import type { TableInfo } from '../catalog/model.js';
import type { Datum } from '../types/datum.js';
import type { ExtendedStatistics } from './table-statistics.js';

/** The correlation of two columns in sampled rows (datums by column offset); null when a column is gone. */
export function extendedValue(
  e: Pick<ExtendedStatistics, 'columns'>,
  table: TableInfo,
  rows: readonly (readonly Datum[])[],
): number | null {
  const [a, b] = e.columns.map((id) => table.columns.find((c) => c.id === id));
  if (a === undefined || b === undefined) return null;
  const pairs = rows
    .map((r) => [r[a.offset] ?? null, r[b.offset] ?? null] as const)
    .filter(([x, y]) => x !== null && y !== null);
  if (pairs.length < 2) return pairs.length;
  return rankCorrelation(
    pairs.map(([x]) => order(x)),
    pairs.map(([, y]) => order(y)),
  );
}

/** Something that sorts as the value does. */
const order = (v: Datum): number | string =>
  v instanceof Uint8Array ? Buffer.from(v).toString('latin1') : Number(v);

/** Spearman's coefficient; equal values keep the order they came in. */
function rankCorrelation(x: readonly (number | string)[], y: readonly (number | string)[]): number {
  const n = x.length;
  const ranks = (v: readonly (number | string)[]): Int32Array => {
    const by = v.map((_, i) => i).sort((a, b) => (v[a]! < v[b]! ? -1 : v[a]! > v[b]! ? 1 : a - b));
    const r = new Int32Array(n);
    by.forEach((at, i) => (r[at] = i));
    return r;
  };
  const rx = ranks(x);
  const ry = ranks(y);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += (rx[i]! - (n - 1) / 2) * (ry[i]! - (n - 1) / 2);
  return sum / ((n * (n * n - 1)) / 12);
}
