import { physicalOf } from '../../kv/client/oracle.js';
import { mysqlError } from '../../types/error-table.js';
import { type SqlRunner, formatTime, parseTime, writeTidbRows } from './tidb-rows.js';

/** Tells all nodes, before it is collected, that nothing older than the safe point can be read any more. */
export async function announceSafePoint(runner: SqlRunner, safePoint: bigint, nowMs: number): Promise<void> {
  await writeTidbRows(runner, [
    ['tikv_gc_last_run_time', formatTime(nowMs)],
    // Rounded up: what was written within the millisecond may be gone.
    ['tikv_gc_safe_point', formatTime(physicalOf(safePoint) + 1)],
  ]);
}

/** Milliseconds since the epoch before which versions may have been collected. */
export async function keptSince(runner: SqlRunner): Promise<number> {
  const [row] = await runner.internalQuery(
    "SELECT variable_value FROM mysql.tidb WHERE variable_name = 'tikv_gc_safe_point'",
  );
  const value = row?.[0];
  return (value instanceof Uint8Array ? parseTime(Buffer.from(value).toString()) : null) ?? 0;
}

const shown = (ms: number): string =>
  `${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')} +0000 UTC`;

/** Throws 8055 when versions visible at the timestamp may have been collected. */
export async function checkSafePoint(runner: SqlRunner, ts: bigint): Promise<void> {
  const kept = await keptSince(runner);
  if (physicalOf(ts) < kept) throw mysqlError('ER_SNAPSHOT_TOO_OLD', shown(kept));
}

/** The same for who has been let read at the timestamp before, and holds it now: throws 9006. */
export async function checkStillKept(runner: SqlRunner, ts: bigint): Promise<void> {
  const kept = await keptSince(runner);
  if (physicalOf(ts) < kept) throw tooEarly(ts, kept);
}

export const tooEarly = (ts: bigint, kept: number): Error =>
  mysqlError('ER_GC_TOO_EARLY', shown(physicalOf(ts)), shown(kept));
