import { LRUCache } from 'lru-cache';
import type { SessionVariables } from './variables/variable-store.js';
import { allVariables } from './variables/system-variable.js';

/** Variables outside TiDB's own that decide what a plan is or computes. */
const OTHERS: ReadonlySet<string> = new Set([
  'sql_mode',
  'time_zone',
  'character_set_connection',
  'collation_connection',
  'default_collation_for_utf8mb4',
  'div_precision_increment',
  'group_concat_max_len',
  'default_week_format',
  'lc_time_names',
  'max_allowed_packet',
  'max_execution_time',
  'optimizer_switch',
  'sql_safe_updates',
  'sql_select_limit',
  'transaction_isolation',
  'foreign_key_checks',
  'unique_checks',
]);

let names: readonly string[] | null = null;
const ids = new LRUCache<string, number>({ max: 1000 });
let lastId = 0;

/** A number for the settings' values, the same for equal ones. */
export function planEnvironment(vars: SessionVariables, database: string): number {
  names ??= allVariables()
    .filter((v) => v.aliasOf === undefined && (v.name.startsWith('tidb_') || OTHERS.has(v.name)))
    .map((v) => v.name);
  let text = database;
  for (const name of names) text += `\0${vars.get(name)}`;
  let id = ids.get(text);
  if (id === undefined) ids.set(text, (id = ++lastId));
  return id;
}
