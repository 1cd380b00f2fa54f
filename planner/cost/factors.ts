/**
 * The cost model's factors, in units of reading one row of a table scan in the store (about 2 µs on the embedded engine:
 * DESIGN.md, "The store"). A plan's cost is the sum over its operators of rows times factor.
 */
export const COST = {
  /** A row read in key order: cursor step and decode. */
  scanRow: 1,
  /**
   * The same in a table of so many rows that the engine keeps its columns once it was scanned, at a fiftieth of the cost. The
   * planner does not know which, so a scan costs what it does on the average of a few runs.
   */
  scanLargeRow: 0.4,
  /** An index entry of a record's size, read in key order. */
  indexRow: 1,
  /** Positioning a scan: a seek costs about twice a get. */
  seek: 3,
  /** Starting to look up rows by the handles that an index gave. */
  lookupOpen: 40,
  /** A row fetched by its handle: a get, a decode, and its share of the batch. */
  lookupRow: 5.5,
  /** The same in a table of so many rows that its columns may serve lookups, too. */
  lookupLargeRow: 3,
  /** The same of so few rows that no operators are made for them (`executor/few-rows`), in a table whose columns may be kept. */
  lookupFewOpen: 5,
  lookupFewRow: 0.3,
  /** A full scan of a table of unknown size is the plan that most often turns out worse than it seemed. */
  unknownScan: 1.2,
  /** A row kept in key order across ranges or batches instead of as it comes. */
  keepOrderRow: 0.001,
  /** Evaluating one filter condition on a row. */
  filterRow: 0.05,
  /** Evaluating one projected expression on a row. */
  projectRow: 0.05,
  /** A row handed from the store to an operator above. */
  transferRow: 0.2,
  /** A column of such a row. */
  transferColumn: 0.02,
  /** A row put into a hash table. */
  hashBuildRow: 0.6,
  /** A column of such a row. */
  hashBuildColumn: 0.01,
  /** A row looked up in a hash table. */
  hashProbeRow: 0.3,
  /** A row of either input of a merge join. */
  mergeRow: 0.1,
  /**
   * The same in a large input: a hash join takes it column by column, with filters that keep rows without a partner from
   * leaving their scan, and on several threads.
   */
  mergeLargeRow: 0.5,
  /** A joined row put together. */
  joinOutputRow: 0.15,
  /** A row put into a group. */
  hashAggRow: 0.35,
  /** The same when rows come ordered by group. */
  streamAggRow: 0.15,
  /** A new group. */
  aggGroup: 0.5,
  /** One comparison of a sort: rows * log2(rows) of them. */
  sortCompare: 0.06,
  /** A lookup of an index join: a seek and its share of batching, sorting and deduplicating keys. */
  indexJoinKey: 9,
  /** The same in a table of so many rows that its columns may serve lookups, too. */
  indexJoinLargeKey: 3.6,
  /** A run of an Apply's inner side: opening and closing its operators. */
  applyRun: 12,
  /** What a hint speaks against: taken only where there is nothing else. */
  unwanted: 1e12,
  /** Starting a reader. */
  open: 5,
  /** What work on rows that come from the columnar replica costs beside the same on rows of the row store. */
  columnar: 0.02,
} as const;

/** Tables of fewer rows are always read from the row store (the columnar replica's threshold). */
export const LARGE_TABLE = 10_001;

/** Reading one row of a table of `rows` rows in key order. */
export const scanRowFactor = (rows: number): 'scanRow' | 'scanLargeRow' =>
  rows < LARGE_TABLE ? 'scanRow' : 'scanLargeRow';

/** Merging one of an input's `rows` rows. */
export const mergeFactor = (rows: number): 'mergeRow' | 'mergeLargeRow' =>
  rows < LARGE_TABLE ? 'mergeRow' : 'mergeLargeRow';

/** Looking up one key of an index join in a table of `rows` rows. */
export const joinKeyFactor = (rows: number): 'indexJoinKey' | 'indexJoinLargeKey' =>
  rows < LARGE_TABLE ? 'indexJoinKey' : 'indexJoinLargeKey';

/** Rows that are read without operators at most, by their estimate. */
const FEW_ROWS = 512;

/** Whether fetching `fetched` rows of a table of `rows` rows is weighed against columns that may be kept, and takes no operators. */
export const looksUpFew = (rows: number, fetched: number): boolean =>
  rows >= LARGE_TABLE && fetched <= FEW_ROWS;

/** Fetching one row of a table of `rows` rows by its handle. */
export const lookupRowFactor = (rows: number): 'lookupRow' | 'lookupLargeRow' =>
  rows < LARGE_TABLE ? 'lookupRow' : 'lookupLargeRow';

/** Estimates where there are no statistics (TiDB's pseudo statistics). */
export const PSEUDO = {
  rows: 10000,
  equalRate: 1 / 1000,
  lessRate: 1 / 3,
  betweenRate: 1 / 40,
  /** A condition nothing is known of. */
  selectivity: 0.8,
  /** LIKE with a leading wildcard. */
  likeSelectivity: 0.1,
  distinctRate: 0.8,
} as const;
