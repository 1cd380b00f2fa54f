/** What operators count of their work, each of which is one of MySQL's status variables (manual, "Server Status Variables"). */
export const Work = {
  /** Scans of a whole table or index from its first entry, and from its last. */
  readFirst: 0,
  readLast: 1,
  /** Requests for what lies at a key. */
  readKey: 2,
  /** Entries read behind and before another in the order of keys. */
  readNext: 3,
  readPrev: 4,
  /** Rows of whole tables. */
  readRndNext: 5,
  selectScan: 6,
  selectRange: 7,
  selectFullJoin: 8,
  selectFullRangeJoin: 9,
  sortScan: 10,
  sortRange: 11,
  sortRows: 12,
  sortMergePasses: 13,
  tmpTables: 14,
  tmpDiskTables: 15,
  lockWaits: 16,
  lockWaitMs: 17,
} as const;

/** The places up to here are of keys that were read. */
export const LAST_READ = Work.readRndNext;

export const WORK_PLACES = Object.keys(Work).length;
