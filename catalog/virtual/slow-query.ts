import { double, int, longText, str, timestamp, uint } from './columns.js';
import type { VirtualColumn } from './virtual-table.js';
import { registerVirtualTable } from './virtual-table.js';

const doubles = (names: string): VirtualColumn[] => names.split(' ').map((n) => double(n));

/** TiDB docs, "SLOW_QUERY". */
export const SLOW_QUERY_COLUMNS: readonly VirtualColumn[] = [
  timestamp('Time', 6),
  uint('Txn_start_ts'),
  str('User', 64),
  str('Host', 64),
  uint('Conn_ID'),
  str('Session_alias', 64),
  int('Exec_retry_count'),
  ...doubles('Exec_retry_time Query_time Parse_time Compile_time Rewrite_time'),
  int('Preproc_subqueries'),
  ...doubles(
    'Preproc_subqueries_time Optimize_time Wait_TS Prewrite_time Wait_prewrite_binlog_time Commit_time Get_commit_ts_time Commit_backoff_time',
  ),
  str('Backoff_types', 64),
  ...doubles('Resolve_lock_time Local_latch_wait_time'),
  int('Write_keys'),
  int('Write_size'),
  int('Prewrite_region'),
  int('Txn_retry'),
  ...doubles('Cop_time Process_time Wait_time Backoff_time LockKeys_time'),
  uint('Request_count'),
  uint('Total_keys'),
  uint('Process_keys'),
  uint('Rocksdb_delete_skipped_count'),
  uint('Rocksdb_key_skipped_count'),
  uint('Rocksdb_block_cache_hit_count'),
  uint('Rocksdb_block_read_count'),
  uint('Rocksdb_block_read_byte'),
  str('DB', 64),
  str('Index_names', 100),
  int('Is_internal'),
  str('Digest', 64),
  str('Stats', 512),
  ...doubles('Cop_proc_avg Cop_proc_p90 Cop_proc_max'),
  str('Cop_proc_addr', 64),
  ...doubles('Cop_wait_avg Cop_wait_p90 Cop_wait_max'),
  str('Cop_wait_addr', 64),
  int('Mem_max'),
  int('Disk_max'),
  ...doubles('KV_total PD_total Backoff_total Write_sql_response_total'),
  int('Result_rows'),
  longText('Warnings'),
  str('Backoff_Detail', 4096),
  int('Prepared'),
  int('Succ'),
  int('IsExplicitTxn'),
  int('IsWriteCacheTable'),
  int('Plan_from_cache'),
  int('Plan_from_binding'),
  int('Has_more_results'),
  str('Resource_group', 64),
  ...doubles('Request_unit_read Request_unit_write Time_queued_by_rc Tidb_cpu_time Tikv_cpu_time'),
  longText('Plan'),
  str('Plan_digest', 128),
  longText('Binary_plan'),
  longText('Prev_stmt'),
  longText('Query'),
];

const register = (name: string, columns: readonly VirtualColumn[]): void =>
  registerVirtualTable({
    db: 'INFORMATION_SCHEMA',
    name,
    columns,
    rows: (ctx) => ctx.provide(name.toLowerCase()),
  });

register('SLOW_QUERY', SLOW_QUERY_COLUMNS);
register('CLUSTER_SLOW_QUERY', [str('INSTANCE', 64), ...SLOW_QUERY_COLUMNS]);
register('VARIABLES_INFO', [
  str('VARIABLE_NAME', 64),
  str('VARIABLE_SCOPE', 64),
  str('DEFAULT_VALUE', 64),
  str('CURRENT_VALUE', 64),
  int('MIN_VALUE'),
  uint('MAX_VALUE'),
  str('POSSIBLE_VALUES', 256),
  str('IS_NOOP', 64),
]);
