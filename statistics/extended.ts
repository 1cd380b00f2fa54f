import type { TableInfo } from '../catalog/model.js';
import type { Datum } from '../types/datum.js';
import { valueKey } from './stats-key.js';
import type { ExtendedStatistics } from './table-statistics.js';

/** What extended statistics say of sampled rows (datums by column offset); null when there are none to tell from. */
export function extendedValue(
  e: Pick<ExtendedStatistics, 'kind' | 'columns'>,
  table: TableInfo,
  rows: readonly (readonly Datum[])[],
): number | null {
  const columns = e.columns.map((id) => table.columns.find((c) => c.id === id));
  if (columns.includes(undefined)) return null;
  const key = (row: readonly Datum[], of: typeof columns): string =>
    of.map((c) => Buffer.from(valueKey(row[c!.offset] ?? null, c!.type)).toString('latin1')).join('');
  switch (e.kind) {
    case 'correlation': {
      const [a, b] = columns;
      const pairs = rows
        .map((r) => [r[a!.offset], r[b!.offset]] as const)
        .filter(([x, y]) => x !== null && y !== null);
      if (pairs.length === 0) return 0;
      if (pairs.length === 1) return 1;
      return rankCorrelation(
        pairs.map(([x]) => order(x!)),
        pairs.map(([, y]) => order(y!)),
      );
    }
    case 'cardinality':
      return new Set(rows.map((r) => key(r, columns))).size;
    case 'dependency': {
      // Share of the rows whose first columns are seen with one value of the last column only.
      const last = columns.slice(-1);
      const groups = new Map<string, { rows: number; value: string; one: boolean }>();
      for (const r of rows) {
        const k = key(r, columns.slice(0, -1));
        const v = key(r, last);
        const g = groups.get(k);
        if (g === undefined) groups.set(k, { rows: 1, value: v, one: true });
        else {
          g.rows++;
          if (g.value !== v) g.one = false;
        }
      }
      let determined = 0;
      for (const g of groups.values()) if (g.one) determined += g.rows;
      return rows.length === 0 ? null : determined / rows.length;
    }
  }
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
