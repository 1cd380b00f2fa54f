import type { Datum } from '../../types/datum.js';
import { intDatum } from '../../types/datum.js';
import type { EngineCore } from '../engine/engine-core.js';
import { text } from '../static-rows.js';
import { allVariables, type SystemVariable } from './system-variable.js';

const SCOPES: Readonly<Record<string, string>> = {
  session: 'SESSION',
  global: 'GLOBAL',
  both: 'SESSION,GLOBAL',
  none: 'NONE',
  instance: 'INSTANCE',
};

const bound = (v: SystemVariable, n: number | bigint | undefined): Datum =>
  n === undefined || (v.kind !== 'int' && v.kind !== 'uint' && v.kind !== 'float')
    ? null
    : intDatum(BigInt(Math.trunc(Number(n))));

/** information_schema.VARIABLES_INFO (TiDB docs). */
export function registerVariableTables(core: EngineCore): void {
  core.virtualProviders.set('variables_info', (session) =>
    allVariables().map((v): Datum[] => [
      text(v.name),
      text(SCOPES[v.scope] ?? 'NONE'),
      text(v.default),
      text(v.scope === 'session' || v.scope === 'both' ? session.vars.get(v.name) : core.globals.get(v.name)),
      bound(v, v.min),
      bound(v, v.max),
      text(v.kind === 'enum' ? (v.values ?? []).join(',') : v.kind === 'bool' ? 'OFF,ON' : null),
      text(v.noop === true ? 'YES' : 'NO'),
    ]),
  );
}
