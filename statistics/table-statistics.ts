import type { Datum } from '../types/datum.js';
import type { CmSketch } from './cm-sketch.js';
import type { FmSketch } from './fm-sketch.js';
import type { TableSample } from './sample.js';

/** Statistics of one table or partition as the optimizer reads them; immutable, replaced as a whole. */
export interface TableStatistics {
  /** Id of the table or of a partition. */
  readonly tableId: number;
  /** Rows there were when they were taken. */
  readonly rowCount: number;
  /** Rows changed since then. */
  readonly modifyCount: number;
  /** TSO of the last ANALYZE, where there was none of the first correction; 0n for pseudo. */
  readonly version: bigint;
  readonly columns: ReadonlyMap<number, ColumnStatistics>;
  readonly indexes: ReadonlyMap<number, ColumnStatistics>;
  readonly extended?: readonly ExtendedStatistics[];
  readonly sample?: TableSample | null;
}

/** Distribution of a column's or index's values. Datums of indexes are memory-comparable key bytes. */
export interface ColumnStatistics {
  readonly ndv: number;
  readonly nullCount: number;
  /** Average bytes of a value. */
  readonly avgSize: number;
  /** -1..1, order of values against the handle. */
  readonly correlation: number;
  readonly topN: readonly { readonly value: Datum; readonly count: number }[];
  /** Equal-depth buckets over the values that are not in topN, ascending, inclusive bounds. */
  readonly buckets: readonly Bucket[];
  /** Counts of the values that are not in topN (statistics of version 1, and of feedback). */
  readonly cms?: CmSketch | null;
  /** Kept for partitions: their distinct values together are more than the largest and less than the sum. */
  readonly sketch?: FmSketch | null;
  /** Version of the statistics as TiDB counts them: 2 from samples, 1 with a CM-sketch; 0 when they stem from feedback alone. */
  readonly statsVer?: number;
  /** Of a column that grows: the greatest value there is now, where somebody has looked. */
  readonly newest?: number;
  /** TSO of this part, when it is older than the table's. */
  readonly version?: bigint;
}

export interface Bucket {
  readonly lower: Datum;
  readonly upper: Datum;
  /** Rows in this and all buckets before. */
  readonly cumulative: number;
  /** Rows equal to `upper`. */
  readonly repeat: number;
  readonly ndv: number;
}

/** What ALTER TABLE … ADD STATS_EXTENDED asks to know of two columns together: how their orders agree. */
export interface ExtendedStatistics {
  readonly name: string;
  readonly columns: readonly number[];
  /** The correlation coefficient; null before ANALYZE. */
  readonly value: number | null;
  readonly version: bigint;
}

/** Bytes that a part's values take, counted as TiDB counts them. */
export function memoryOf(c: ColumnStatistics, isIndex: boolean): { hist: number; topN: number; cms: number } {
  const size = (d: Datum): number => (d instanceof Uint8Array ? d.length : 9);
  let topN = c.topN.length === 0 ? 0 : 32;
  for (const t of c.topN)
    topN += 32 + (!(t.value instanceof Uint8Array) ? 9 : isIndex ? t.value.length : keyLength(t.value));
  let hist = 0;
  for (const b of c.buckets) hist += 40 + size(b.lower) + size(b.upper);
  return { hist, topN, cms: c.cms === null || c.cms === undefined ? 0 : c.cms.cells.byteLength };
}

/** Length of bytes in memory-comparable groups of eight, with the flag in front. */
const keyLength = (b: Uint8Array): number => 1 + (Math.floor(b.length / 8) + 1) * 9;

const ANALYZED = new WeakMap<TableStatistics['columns'], boolean>();

/** Whether statistics stem from an ANALYZE, not from feedback alone. */
export function isAnalyzed({ columns, indexes }: Pick<TableStatistics, 'columns' | 'indexes'>): boolean {
  let known = ANALYZED.get(columns);
  if (known === undefined) {
    known = [...columns.values(), ...indexes.values()].some((c) => c.statsVer !== 0);
    ANALYZED.set(columns, known);
  }
  return known;
}
