import type { Datum } from '../../types/datum.js';
import type { GlobalVariables } from '../variables/variable-store.js';

export interface SqlRunner {
  internalQuery(sql: string): Promise<Datum[][]>;
}

/** How TiDB writes times into mysql.tidb: `20060102-15:04:05.000 -0700`. */
const FORMAT = /^(\d{4})(\d\d)(\d\d)-(\d\d:\d\d:\d\d)(\.\d+)? ([+-]\d\d)(\d\d)/;

export function formatTime(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, 10).replaceAll('-', '')}-${iso.slice(11, 23)} +0000`;
}

export function parseTime(text: string): number | null {
  const m = FORMAT.exec(text);
  if (m === null) return null;
  const [, year, month, day, time, fraction = '', hours, minutes] = m;
  const ms = Date.parse(`${year}-${month}-${day}T${time}${fraction}${hours}:${minutes}`);
  return Number.isNaN(ms) ? null : ms;
}

/** What TiDB says of its rows of mysql.tidb. */
const COMMENTS: Readonly<Record<string, string>> = {
  bootstrapped: 'Bootstrap flag. Do not delete.',
  tidb_server_version: 'Bootstrap version. Do not delete.',
  system_tz: 'TiDB Global System Timezone.',
  new_collation_enabled: 'If the new collations are enabled. Do not edit it.',
  tikv_gc_leader_uuid: 'Current GC worker leader UUID. (DO NOT EDIT)',
  tikv_gc_leader_desc: 'Host name and pid of current GC leader. (DO NOT EDIT)',
  tikv_gc_leader_lease: 'Current GC worker leader lease. (DO NOT EDIT)',
  tikv_gc_enable: 'Current GC enable status',
  tikv_gc_run_interval: 'GC run interval, at least 10m, in Go format.',
  tikv_gc_life_time: 'All versions within life time will not be collected by GC, at least 10m, in Go format.',
  tikv_gc_last_run_time: 'The time when last GC starts. (DO NOT EDIT)',
  tikv_gc_safe_point: 'All versions after safe point can be accessed. (DO NOT EDIT)',
  tikv_gc_auto_concurrency:
    'Let TiDB pick the concurrency automatically. If set false, tikv_gc_concurrency will be used',
  tikv_gc_concurrency: 'How many goroutines used to do GC parallel, [1, 256], default 2',
  tikv_gc_mode: 'Mode of GC, "central" or "distributed"',
  tikv_gc_scan_lock_mode: 'Mode of scanning locks, "physical" or "legacy"',
};

/** Writes rows of mysql.tidb, over those that there are. */
export async function writeTidbRows(
  runner: SqlRunner,
  rows: readonly (readonly [name: string, value: string])[],
): Promise<void> {
  const quoted = rows.map(([name, value]) =>
    [name, value, COMMENTS[name] ?? ''].map((s) => `'${s.replace(/[\\']/g, (c) => `\\${c}`)}'`).join(', '),
  );
  await runner.internalQuery(
    `INSERT INTO mysql.tidb VALUES ${quoted.map((r) => `(${r})`).join(', ')} ON DUPLICATE KEY UPDATE variable_value = VALUES(variable_value), comment = VALUES(comment)`,
  );
}

/** Settings that are rows as well: what the row says of a variable's value, and the other way round. */
interface Setting {
  readonly variable: string;
  readonly row: string;
  toRow(value: string): string;
  fromRow(text: string): string;
}

const same = (s: string): string => s;
const SETTINGS: readonly Setting[] = [
  {
    variable: 'tidb_gc_enable',
    row: 'tikv_gc_enable',
    toRow: (v) => String(v === 'ON'),
    fromRow: (text) => (text === 'true' ? 'ON' : 'OFF'),
  },
  { variable: 'tidb_gc_run_interval', row: 'tikv_gc_run_interval', toRow: same, fromRow: same },
  { variable: 'tidb_gc_life_time', row: 'tikv_gc_life_time', toRow: same, fromRow: same },
  {
    variable: 'tidb_gc_scan_lock_mode',
    row: 'tikv_gc_scan_lock_mode',
    toRow: (v) => v.toLowerCase(),
    fromRow: (text) => text.toUpperCase(),
  },
];

/** The row of mysql.tidb that a variable's new value is kept in as well. */
export function gcRowOf(variable: string, value: string): readonly [string, string] | null {
  const setting = SETTINGS.find((s) => s.variable === variable);
  return setting === undefined ? null : [setting.row, setting.toRow(value)];
}

/** The rows of all settings as the variables have them. */
const gcSettingRows = (globals: GlobalVariables): (readonly [string, string])[] =>
  SETTINGS.map((s) => [s.row, s.toRow(globals.get(s.variable))]);

/** Settings that somebody has changed by their rows, which count: variables, and values to be checked. */
export async function changedByRow(
  runner: SqlRunner,
  globals: GlobalVariables,
): Promise<(readonly [variable: string, value: string])[]> {
  const rows = await runner.internalQuery(
    "SELECT variable_name, variable_value FROM mysql.tidb WHERE variable_name LIKE 'tikv\\_gc\\_%'",
  );
  const texts = new Map(rows.map(([name, value]) => [textOf(name), textOf(value)]));
  const changed: (readonly [string, string])[] = [];
  for (const { variable, row, toRow, fromRow } of SETTINGS) {
    const text = texts.get(row);
    if (text !== undefined && text !== toRow(globals.get(variable))) changed.push([variable, fromRow(text)]);
  }
  return changed;
}

const textOf = (d: Datum | undefined): string => (d instanceof Uint8Array ? Buffer.from(d).toString() : '');

/** What a new store says of itself. */
export function writeServerRows(
  runner: SqlRunner & { readonly globals: GlobalVariables },
  bootstrapVersion: number,
): Promise<void> {
  return writeTidbRows(runner, [
    ['bootstrapped', 'True'],
    ['tidb_server_version', String(bootstrapVersion)],
    ['system_tz', runner.globals.get('system_time_zone')],
    ['new_collation_enabled', 'True'],
    ['tikv_gc_mode', 'distributed'],
    ['tikv_gc_auto_concurrency', 'true'],
    ...gcSettingRows(runner.globals),
  ]);
}
