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
};

/** Variables of one server rather than of all, as TiDB has them. */
const INSTANCE: ReadonlySet<string> = new Set([
  'ddl_slow_threshold',
  'max_connections',
  'tidb_config',
  'tidb_enable_ddl',
  'tidb_enable_collect_execution_info',
  'tidb_enable_slow_log',
  'tidb_enable_stats_owner',
  'tidb_expensive_query_time_threshold',
  'tidb_expensive_txn_time_threshold',
  'tidb_force_priority',
  'tidb_general_log',
  'tidb_log_file_max_days',
  'tidb_pprof_sql_cpu',
  'tidb_rc_read_check_ts',
  'tidb_record_plan_in_slow_log',
  'tidb_schema_version_cache_limit',
  'tidb_service_scope',
  'tidb_slow_log_threshold',
]);

/** MySQL's variables that TiDB has no use for; its own are never said to have none. */
const noEffect = (v: SystemVariable): boolean => v.noop === true && !v.name.startsWith('ti');

const bound = (v: SystemVariable, n: number | bigint | undefined): Datum =>
  n === undefined || noEffect(v) || (v.kind !== 'int' && v.kind !== 'uint' && v.kind !== 'float')
    ? null
    : intDatum(BigInt(Math.trunc(Number(n))));

/** information_schema.VARIABLES_INFO (TiDB docs). */
export function registerVariableTables(core: EngineCore): void {
  core.virtualProviders.set('variables_info', (session) =>
    allVariables().map((v): Datum[] => [
      text(v.name),
      text(INSTANCE.has(v.name) ? 'INSTANCE' : (SCOPES[v.scope] ?? 'NONE')),
      text(v.default),
      text(v.scope === 'session' || v.scope === 'both' ? session.vars.get(v.name) : core.globals.get(v.name)),
      bound(v, v.min),
      bound(v, v.max),
      text(
        v.values !== undefined
          ? v.values.filter((m) => m !== '' || v.default === '').join(',')
          : v.kind === 'bool'
            ? 'OFF,ON'
            : null,
      ),
      text(noEffect(v) ? 'YES' : 'NO'),
    ]),
  );
}
