import type { Datum } from '../types/datum.js';

/** Statistics of one table as the optimizer reads them; immutable, replaced as a whole. */
export interface TableStatistics {
  readonly tableId: number;
  readonly rowCount: number;
  /** Rows changed since the ANALYZE they stem from. */
  readonly modifyCount: number;
  /** TSO of the ANALYZE; 0n for pseudo. */
  readonly version: bigint;
  readonly columns: ReadonlyMap<number, ColumnStatistics>;
  readonly indexes: ReadonlyMap<number, ColumnStatistics>;
}

/** Distribution of a column's or index prefix's values. Datums of indexes are memcomparable key bytes. */
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
