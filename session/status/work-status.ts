import { Work } from '../../executor/work-counts.js';

/** A status variable that is the sum of what operators count at some places of `Work`. */
interface WorkStatus {
  readonly name: string;
  readonly places: readonly number[];
  readonly doc: string;
}

const NEVER = 'Always 0:';

export const WORK_STATUS: readonly WorkStatus[] = [
  {
    name: 'Created_tmp_disk_tables',
    places: [Work.tmpDiskTables],
    doc: 'Groups and rows of CTEs that went to disk.',
  },
  {
    name: 'Created_tmp_tables',
    places: [Work.tmpTables],
    doc: 'Tables that queries made for themselves: groups, windows, CTEs, virtual tables.',
  },
  {
    name: 'Handler_read_first',
    places: [Work.readFirst],
    doc: 'Scans of a whole table or index from its first entry.',
  },
  {
    name: 'Handler_read_key',
    places: [Work.readKey],
    doc: 'Requests for what lies at a key, beginnings of scans among them.',
  },
  {
    name: 'Handler_read_last',
    places: [Work.readLast],
    doc: 'Scans of a whole table or index from its last entry.',
  },
  { name: 'Handler_read_next', places: [Work.readNext], doc: 'Entries that were read in the order of keys.' },
  { name: 'Handler_read_prev', places: [Work.readPrev], doc: 'Entries that were read in descending order.' },
  {
    name: 'Handler_read_rnd',
    places: [],
    doc: `${NEVER} rows that are sorted are not read again by their position.`,
  },
  { name: 'Handler_read_rnd_next', places: [Work.readRndNext], doc: 'Rows that scans of whole tables read.' },
  {
    name: 'Innodb_row_lock_time',
    places: [Work.lockWaitMs],
    doc: 'Milliseconds that locks were waited for.',
  },
  {
    name: 'Innodb_row_lock_waits',
    places: [Work.lockWaits],
    doc: 'Times that a lock was waited for (on an embedded store).',
  },
  {
    name: 'Innodb_rows_read',
    places: [Work.readKey, Work.readNext, Work.readPrev, Work.readRndNext],
    doc: 'Reads that Handler_read_ variables count.',
  },
  {
    name: 'Select_full_join',
    places: [Work.selectFullJoin],
    doc: 'Tables of joins, the first aside, that were read whole.',
  },
  {
    name: 'Select_full_range_join',
    places: [Work.selectFullRangeJoin],
    doc: 'Tables of joins, the first aside, that were read by ranges.',
  },
  { name: 'Select_range', places: [Work.selectRange], doc: 'First tables that were read by ranges.' },
  { name: 'Select_range_check', places: [], doc: `${NEVER} ranges are not chosen anew for each row.` },
  { name: 'Select_scan', places: [Work.selectScan], doc: 'First tables that were read whole.' },
  {
    name: 'Sort_merge_passes',
    places: [Work.sortMergePasses],
    doc: 'Times that sorted runs on disk were merged.',
  },
  { name: 'Sort_range', places: [Work.sortRange], doc: 'Sorts of rows that ranges gave.' },
  { name: 'Sort_rows', places: [Work.sortRows], doc: 'Rows that were sorted.' },
  { name: 'Sort_scan', places: [Work.sortScan], doc: 'Sorts of rows that scans of whole tables gave.' },
];
