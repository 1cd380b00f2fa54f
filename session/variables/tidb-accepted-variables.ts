import { mysqlError } from '../../types/error-table.js';
import type { SystemVariable } from './system-variable.js';
import { registerVariables } from './system-variable.js';

type Shape = Pick<SystemVariable, 'scope' | 'kind' | 'min' | 'max' | 'values' | 'auto'>;

const BOTH: Shape = { scope: 'both', kind: 'bool' };
const GLOBAL: Shape = { scope: 'global', kind: 'bool' };
const SESSION: Shape = { scope: 'session', kind: 'bool' };
const count = (scope: Shape['scope'], min: number, max: number): Shape => ({ scope, kind: 'int', min, max });
/** A number of threads, or -1: as many as tidb_executor_concurrency says. */
const THREADS: Shape = { ...count('both', 1, 256), auto: true };
const text = (scope: Shape['scope']): Shape => ({ scope, kind: 'string' });
const oneOf = (scope: Shape['scope'], ...values: string[]): Shape => ({ scope, kind: 'enum', values });

/** Variables of TiDB and MySQL 8 that tools set and read and that change nothing here: name, shape, default, what they are for in TiDB. */
const ACCEPTED: readonly (readonly [name: string, shape: Shape, value: string, doc: string])[] = [
  [
    'default_collation_for_utf8mb4',
    oneOf('both', 'utf8mb4_bin', 'utf8mb4_general_ci', 'utf8mb4_0900_ai_ci'),
    'utf8mb4_bin',
    'Collation of SET NAMES utf8mb4.',
  ],
  ['tidb_analyze_default_num_buckets', count('both', 1, 100000), '256', 'Buckets of histograms.'],
  ['tidb_analyze_default_num_topn', count('both', 0, 100000), '100', 'Most frequent values.'],
  ['tidb_mem_arbitrator_mode', oneOf('global', 'disable', 'standard', 'priority'), 'disable', 'Memory.'],
  ['tidb_mem_arbitrator_query_reserved', count('session', 0, 2147483647), '0', 'Memory.'],
  ['tidb_mem_arbitrator_soft_limit', text('global'), '0', 'Memory.'],
  ['tidb_mem_arbitrator_wait_averse', oneOf('both', '0', '1', 'nolimit'), '0', 'Memory.'],
  ['tidb_opt_partial_ordered_index_for_topn', oneOf('both', 'DISABLE', 'COST'), 'DISABLE', 'Planner.'],
  ['information_schema_stats_expiry', count('both', 0, 31536000), '86400', 'Age of MySQL table statistics.'],
  ['innodb_compression_level', count('global', 0, 9), '6', 'InnoDB.'],
  ['innodb_default_row_format', oneOf('global', 'redundant', 'compact', 'dynamic'), 'dynamic', 'InnoDB.'],
  [
    'tidb_analyze_skip_column_types',
    text('both'),
    'json,blob,mediumblob,longblob,mediumtext,longtext',
    'ANALYZE.',
  ],
  ['tidb_analyze_version', count('both', 1, 2), '2', 'ANALYZE.'],
  ['tidb_ddl_enable_fast_reorg', GLOBAL, 'ON', 'ADD INDEX.'],
  [
    'tidb_default_string_match_selectivity',
    { scope: 'both', kind: 'float', min: 0, max: 1 },
    '0.8',
    'Estimates of LIKE.',
  ],
  ['tidb_ttl_delete_worker_count', count('global', 1, 256), '4', 'TTL.'],
  ['tidb_ttl_running_tasks', count('global', -1, 2147483647), '-1', 'TTL.'],
  ['tidb_ttl_scan_worker_count', count('global', 1, 256), '4', 'TTL.'],
  ['tidb_dml_batch_size', count('both', 0, 2147483647), '0', 'Batches of DML.'],
  ['tidb_enable_chunk_rpc', BOTH, 'ON', 'Coprocessor.'],
  ['tidb_enable_collect_execution_info', { scope: 'global', kind: 'bool' }, 'ON', 'Execution details.'],
  ['tidb_enable_external_ts_read', BOTH, 'OFF', 'Historical reads.'],
  ['tidb_enable_fast_table_check', BOTH, 'ON', 'ADMIN CHECK TABLE.'],
  ['tidb_enable_inl_join_inner_multi_pattern', BOTH, 'ON', 'Planner.'],
  ['tidb_enable_legacy_instance_scope', BOTH, 'ON', 'SET of variables of one server without GLOBAL.'],
  ['tidb_enable_mutation_checker', BOTH, 'ON', 'Checks of writes.'],
  ['tidb_enable_non_prepared_plan_cache', BOTH, 'OFF', 'Plan cache.'],
  ['tidb_enable_non_prepared_plan_cache_for_dml', BOTH, 'OFF', 'Plan cache.'],
  ['tidb_enable_noop_variables', oneOf('global', 'OFF', 'ON'), 'ON', 'Variables without effect are shown.'],
  ['tidb_enable_null_aware_anti_join', BOTH, 'ON', 'Planner.'],
  ['tidb_enable_ordered_result_mode', BOTH, 'OFF', 'Ordered results.'],
  ['tidb_enable_outer_join_reorder', BOTH, 'ON', 'Planner.'],
  ['tidb_enable_parallel_apply', BOTH, 'OFF', 'Executor.'],
  ['tidb_enable_plan_cache_for_param_limit', BOTH, 'ON', 'Plan cache.'],
  ['tidb_enable_plan_cache_for_subquery', BOTH, 'ON', 'Plan cache.'],
  ['tidb_enable_prepared_plan_cache', BOTH, 'ON', 'Plan cache.'],
  ['tidb_enable_prepared_plan_cache_memory_monitor', BOTH, 'ON', 'Plan cache.'],
  ['tidb_enable_resource_control', GLOBAL, 'ON', 'Resource groups.'],
  ['tidb_enable_reuse_chunk', BOTH, 'ON', 'Executor.'],
  ['tidb_enable_strict_double_type_check', BOTH, 'ON', 'DOUBLE(p).'],
  ['tidb_enable_vectorized_expression', BOTH, 'ON', 'Executor.'],
  ['tidb_external_ts', { scope: 'global', kind: 'uint' }, '0', 'Historical reads.'],
  ['tidb_gc_concurrency', { ...count('global', 1, 256), auto: true }, '-1', 'Garbage collection.'],
  ['tidb_gc_scan_lock_mode', oneOf('global', 'PHYSICAL', 'LEGACY'), 'LEGACY', 'Garbage collection.'],
  ['tidb_hashagg_final_concurrency', THREADS, '-1', 'Executor.'],
  ['tidb_hashagg_partial_concurrency', THREADS, '-1', 'Executor.'],
  ['tidb_index_join_batch_size', count('both', 1, 2147483647), '25000', 'Executor.'],
  [
    'tidb_index_join_double_read_penalty_cost_rate',
    { scope: 'both', kind: 'float', min: 0, max: 18446744073709551615n },
    '0',
    'Planner.',
  ],
  ['tidb_index_lookup_concurrency', THREADS, '-1', 'Executor.'],
  ['tidb_index_lookup_join_concurrency', THREADS, '-1', 'Executor.'],
  [
    'tidb_index_lookup_pushdown_policy',
    oneOf('both', 'hint-only', 'affinity-force', 'force'),
    'hint-only',
    'Planner.',
  ],
  ['tidb_index_serial_scan_concurrency', count('both', 1, 256), '1', 'Executor.'],
  ['tidb_max_delta_schema_count', count('global', 100, 16384), '1024', 'Schema versions.'],
  ['tidb_opt_advanced_join_hint', BOTH, 'ON', 'Planner.'],
  ['tidb_opt_derive_topn', BOTH, 'OFF', 'Planner.'],
  ['tidb_opt_distinct_agg_push_down', SESSION, 'OFF', 'Planner.'],
  ['tidb_opt_force_inline_cte', BOTH, 'OFF', 'Planner.'],
  ['tidb_opt_join_reorder_through_sel', BOTH, 'OFF', 'Planner.'],
  ['tidb_opt_limit_push_down_threshold', count('both', 0, 2147483647), '100', 'Planner.'],
  ['tidb_opt_skew_distinct_agg', BOTH, 'OFF', 'Planner.'],
  [
    'tidb_opt_tiflash_concurrency_factor',
    { scope: 'both', kind: 'float', min: 1, max: 2147483647 },
    '24',
    'Planner.',
  ],
  ['tidb_plan_cache_invalidation_on_fresh_stats', BOTH, 'ON', 'Plan cache.'],
  ['tidb_plan_cache_max_plan_size', { scope: 'both', kind: 'uint' }, '2097152', 'Plan cache.'],
  [
    'tidb_prepared_plan_cache_memory_guard_ratio',
    { scope: 'global', kind: 'float', min: 0, max: 1 },
    '0.1',
    'Plan cache.',
  ],
  ['tidb_projection_concurrency', THREADS, '-1', 'Executor.'],
  ['tidb_regard_null_as_point', BOTH, 'ON', 'Planner.'],
  ['tidb_scatter_region', oneOf('both', '', 'table', 'global'), '', 'Regions.'],
  ['tidb_schema_cache_size', text('global'), '536870912', 'Schema cache.'],
  ['tidb_session_plan_cache_size', count('both', 1, 100000), '100', 'Plan cache.'],
  ['tidb_skip_missing_partition_stats', BOTH, 'ON', 'ANALYZE.'],
  ['tiflash_fastscan', BOTH, 'OFF', 'TiFlash.'],
  ['tiflash_fine_grained_shuffle_batch_size', { scope: 'both', kind: 'uint', min: 1 }, '8192', 'TiFlash.'],
  ['tiflash_fine_grained_shuffle_stream_count', count('both', -1, 1024), '0', 'TiFlash.'],
];

/** A text that must be one of a list, in any case; kept as it is written. */
const listed =
  (all: readonly string[], error: (value: string, all: readonly string[]) => Error) =>
  (value: string): string => {
    if (!all.includes(value.toUpperCase())) throw error(value, all);
    return value;
  };

registerVariables([
  ...ACCEPTED.map(([name, shape, value, doc]): SystemVariable => ({
    name,
    ...shape,
    default: value,
    noop: true,
    doc,
  })),
  {
    name: 'tidb_prepared_plan_cache_size',
    ...count('both', 1, 100000),
    aliasOf: 'tidb_session_plan_cache_size',
    default: '100',
    noop: true,
    doc: 'Plan cache.',
  },
  {
    name: 'mpp_exchange_compression_mode',
    scope: 'both',
    kind: 'string',
    default: 'UNSPECIFIED',
    noop: true,
    doc: 'TiFlash.',
    normalize: listed(['NONE', 'FAST', 'HIGH_COMPRESSION', 'UNSPECIFIED'], (value, all) =>
      mysqlError(
        'ER_UNKNOWN_ERROR',
        `incorrect value: \`${value}\`. mpp_exchange_compression_mode options: ${all.join(', ')}`,
      ),
    ),
  },
  {
    name: 'mpp_version',
    scope: 'both',
    kind: 'string',
    default: 'UNSPECIFIED',
    noop: true,
    doc: 'TiFlash.',
    normalize: listed(['-1', 'UNSPECIFIED', '0', '1', '2', '3'], (value) =>
      mysqlError(
        'ER_UNKNOWN_ERROR',
        `incorrect value: ${value}. mpp_version options: -1 (unspecified), 0, 1, 2, 3`,
      ),
    ),
  },
  {
    name: 'tidb_enable_tiflash_pipeline_model',
    scope: 'both',
    kind: 'bool',
    default: 'ON',
    noop: true,
    doc: 'TiFlash.',
    normalize(value, ctx) {
      const e = mysqlError('ER_WARN_DEPRECATED_SYNTAX_NO_REPLACEMENT', 'tidb_enable_tiflash_pipeline_model');
      ctx.warn({ level: 'Warning', code: e.code, message: e.message });
      return value;
    },
  },
  {
    name: 'last_plan_from_binding',
    scope: 'session',
    kind: 'bool',
    default: 'OFF',
    readOnly: true,
    doc: 'Bindings.',
  },
]);
