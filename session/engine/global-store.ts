import { gcRowOf, writeTidbRows } from './tidb-rows.js';
import type { Datum } from '../../types/datum.js';
import type { EngineCore } from './engine-core.js';
import { findVariable } from '../variables/system-variable.js';

const quote = (s: string): string => `'${s.replace(/[\\']/g, (c) => `\\${c}`)}'`;

/** Keeps a global value across restarts, in mysql.global_variables (TiDB's table). */
export async function persistGlobal(core: EngineCore, name: string, value: string): Promise<void> {
  await core.internalQuery(`REPLACE INTO mysql.global_variables VALUES (${quote(name)}, ${quote(value)})`);
  const row = gcRowOf(name, value);
  if (row !== null) await writeTidbRows(core, [row]);
}

/** Forgets what was kept of a variable, or of all of them; what they are stays as it is until the server starts anew. */
export async function forgetGlobal(core: EngineCore, name: string | null): Promise<boolean> {
  const where = name === null ? '' : ` WHERE variable_name = ${quote(name)}`;
  const [row] = await core.internalQuery(`SELECT COUNT(*) FROM mysql.global_variables${where}`);
  if (Number(row?.[0]) === 0) return false;
  await core.internalQuery(`DELETE FROM mysql.global_variables${where}`);
  return true;
}

/** Names and values of what is kept. */
export const keptGlobals = (core: EngineCore): Promise<Datum[][]> =>
  core.internalQuery(
    'SELECT variable_name, variable_value FROM mysql.global_variables ORDER BY variable_name',
  );

/** Takes over the values that were kept. */
export async function loadGlobals(core: EngineCore): Promise<void> {
  for (const [name, value] of await keptGlobals(core)) {
    if (!(name instanceof Uint8Array) || !(value instanceof Uint8Array)) continue;
    const v = findVariable(Buffer.from(name).toString());
    if (v !== undefined && v.readOnly !== true && v.scope !== 'none')
      core.globals.set(v, Buffer.from(value).toString());
  }
}
