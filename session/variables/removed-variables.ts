import { mysqlError } from '../../types/error-table.js';

/** Variables that TiDB once had: SET passes them by, reading them says why they are gone (error 8136). */
const REMOVED: ReadonlyMap<string, string> = new Map([
  ['tidb_enable_global_temporary_table', 'temporary table support is now always enabled'],
  ['tidb_slow_log_masking', 'use tidb_redact_log instead'],
  ['tidb_enable_alter_placement', 'alter placement is now always enabled'],
  ['tidb_enable_streaming', 'streaming is no longer supported'],
  ['tidb_opt_broadcast_join', 'tidb_opt_broadcast_join is removed and use tidb_allow_mpp instead'],
  ['tidb_mem_quota_hashjoin', 'use tidb_mem_quota_query instead'],
  ['tidb_mem_quota_mergejoin', 'use tidb_mem_quota_query instead'],
  ['tidb_mem_quota_sort', 'use tidb_mem_quota_query instead'],
  ['tidb_mem_quota_topn', 'use tidb_mem_quota_query instead'],
  ['tidb_mem_quota_indexlookupreader', 'use tidb_mem_quota_query instead'],
  ['tidb_mem_quota_indexlookupjoin', 'use tidb_mem_quota_query instead'],
]);

export const isRemoved = (name: string): boolean => REMOVED.has(name.toLowerCase());

/** Throws 8136 for a removed variable. */
export function refuseRemoved(name: string): void {
  const why = REMOVED.get(name.toLowerCase());
  if (why !== undefined) throw mysqlError('ER_OPTION_NOT_SUPPORTED', name.toLowerCase(), why);
}

/**
 * Variables of one server that TiDB once had in the session scope. Under tidb_enable_legacy_instance_scope SET without GLOBAL still
 * changes them, with a warning.
 */
export const INSTANCE_VARIABLES: ReadonlySet<string> = new Set([
  'tidb_general_log',
  'tidb_pprof_sql_cpu',
  'ddl_slow_threshold',
  'tidb_check_mb4_value_in_utf8',
  'tidb_expensive_query_time_threshold',
  'tidb_enable_collect_execution_info',
  'tidb_log_file_max_days',
  'tidb_config',
  'tidb_force_priority',
  'tidb_slow_log_threshold',
  'tidb_record_plan_in_slow_log',
  'tidb_enable_slow_log',
  'tidb_query_log_max_len',
]);
