import { WORK_PLACES } from '../../executor/work-counts.js';
import { COMMANDS } from './commands.js';

/** What is counted, by its place among the counts of a session or a node. */
export const Count = {
  questions: 0,
  slowQueries: 1,
  /** Statements that ended with an error. */
  failed: 2,
  /** Sessions of clients that were opened. */
  connections: 3,
  abortedClients: 4,
  abortedConnects: 5,
  bytesReceived: 6,
  bytesSent: 7,
  commits: 8,
  rollbacks: 9,
  savepoints: 10,
  savepointRollbacks: 11,
  rowsInserted: 12,
  rowsUpdated: 13,
  rowsDeleted: 14,
  temporaryFiles: 15,
} as const;

export type CountPlace = (typeof Count)[keyof typeof Count];

/** Behind them statements by kind, in the order of `COMMANDS`. */
export const FIRST_COMMAND = 16;
/** And what operators count, in the order of `Work`. */
export const FIRST_WORK = FIRST_COMMAND + Object.keys(COMMANDS).length;
const LENGTH = FIRST_WORK + WORK_PLACES;

/** Counts from 0 on, in flat arrays because some are touched once a statement. */
export type Counts = Float64Array;

export const newCounts = (): Counts => new Float64Array(LENGTH);

/** What a node counts for SHOW STATUS and tells the others. */
export interface NodeCounts {
  readonly counts: readonly number[];
  /** Sessions that there were at most at one time. */
  readonly mostSessions: number;
  readonly sessions: number;
  readonly running: number;
  /** Sessions that wait for another's lock. */
  readonly lockWaiting: number;
  readonly preparedStatements: number;
}

/** Counts of several nodes in one; the most sessions may have been at different times. */
export function sumOfCounts(nodes: Iterable<NodeCounts>): NodeCounts {
  const counts = newCounts();
  const sum = { mostSessions: 0, sessions: 0, running: 0, lockWaiting: 0, preparedStatements: 0 };
  for (const n of nodes) {
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += n[key];
    // A node of another version may count more or less.
    for (let i = 0; i < LENGTH; i++) counts[i]! += n.counts[i] ?? 0;
  }
  return { ...sum, counts: [...counts] };
}
