import { physicalOf } from '../../kv/client/oracle.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';

interface SqlRunner {
  internalQuery(sql: string): Promise<Datum[][]>;
}

/** How TiDB writes times into mysql.tidb: `20060102-15:04:05.000 -0700`. */
const FORMAT = /^(\d{4})(\d\d)(\d\d)-(\d\d:\d\d:\d\d)(\.\d+)? ([+-]\d\d)(\d\d)/;

function formatTime(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, 10).replaceAll('-', '')}-${iso.slice(11, 23)} +0000`;
}

function parseTime(text: string): number | null {
  const m = FORMAT.exec(text);
  if (m === null) return null;
  const [, year, month, day, time, fraction = '', hours, minutes] = m;
  const ms = Date.parse(`${year}-${month}-${day}T${time}${fraction}${hours}:${minutes}`);
  return Number.isNaN(ms) ? null : ms;
}

/** Tells all nodes, before it is collected, that nothing older than the safe point can be read any more. */
export async function announceSafePoint(runner: SqlRunner, safePoint: bigint, nowMs: number): Promise<void> {
  // Rounded up: what was written within the millisecond may be gone.
  const rows = [
    ['tikv_gc_last_run_time', formatTime(nowMs), 'The time when last GC starts.'],
    [
      'tikv_gc_safe_point',
      formatTime(physicalOf(safePoint) + 1),
      'All versions after safe point can be accessed. (DO NOT EDIT)',
    ],
  ];
  await runner.internalQuery(
    `INSERT INTO mysql.tidb VALUES ${rows.map((r) => `('${r.join("', '")}')`).join(', ')} ON DUPLICATE KEY UPDATE variable_value = VALUES(variable_value), comment = VALUES(comment)`,
  );
}

/** Throws 8055 when versions visible at the timestamp may have been collected. */
export async function checkSafePoint(runner: SqlRunner, ts: bigint): Promise<void> {
  const [row] = await runner.internalQuery(
    "SELECT variable_value FROM mysql.tidb WHERE variable_name = 'tikv_gc_safe_point'",
  );
  const value = row?.[0];
  if (!(value instanceof Uint8Array)) return;
  const kept = parseTime(Buffer.from(value).toString());
  if (kept !== null && physicalOf(ts) < kept)
    throw mysqlError(
      'ER_SNAPSHOT_TOO_OLD',
      `${new Date(kept).toISOString().replace('T', ' ').replace('Z', '')} +0000 UTC`,
    );
}
