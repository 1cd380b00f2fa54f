/**
 * The cost model's factors, in units of reading one row of a table scan in the store (about 2 µs on the embedded engine:
 * DESIGN.md, "The store"). A plan's cost is the sum over its operators of rows times factor.
 */
export const COST = {
  /**
   * A row read in key order: cursor step and decode are 1; a table scanned before comes from decoded columns at a
   * fiftieth of it. The planner does not know which, so a scan costs what it does on the average of a few runs.
   */
  scanRow: 0.4,
  /** An index entry read in key order: shorter than a row. */
  indexRow: 0.8,
  /** Positioning a scan: a seek costs about twice a get. */
  seek: 3,
  /** A row fetched by its handle: a get, a decode, and its share of the batch. */
  lookupRow: 3,
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
  /** A row looked up in a hash table. */
  hashProbeRow: 0.3,
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
  /** A lookup of an index join: its share of batching, sorting and deduplicating keys. */
  indexJoinKey: 0.6,
  /** A run of an Apply's inner side: opening and closing its operators. */
  applyRun: 12,
  /** Starting a reader. */
  open: 5,
  /** What work on rows that come from the columnar replica costs beside the same on rows of the row store. */
  columnar: 0.02,
} as const;

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
