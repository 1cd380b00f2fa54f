import type { Datum } from '../../types/datum.js';
import { columnList } from './column-list.js';
import { registerVirtualTable, type VirtualColumn } from './virtual-table.js';

/*
 * Views of MySQL's sys schema (8.0 manual, "sys Schema Views") as tools and their reports read them: over what this server counts of
 * statements, connections, keys and columns. Those over instruments that it does not have are empty. Of views that show amounts in units
 * there is one with x$ before its name, in bytes and picoseconds.
 */

/** The condition that leaves the server's own schemas aside. */
const OWN = "NOT IN ('sys', 'mysql', 'information_schema', 'performance_schema')";

interface View {
  /** Columns as columnList has them; `latency` and `bytes` are amounts that are shown in units. */
  readonly columns: string;
  /** SELECT of the columns, amounts as numbers; null where there is nothing to count. */
  readonly query: string | null;
}

const DIGEST = 'performance_schema.events_statements_summary_by_digest';
const average = (sum: string): string => `CAST(IFNULL(${sum} / NULLIF(COUNT_STAR, 0), 0) AS UNSIGNED)`;

const THREAD_COLUMNS = `thd_id uint conn_id uint user 288 db 64 command 16 state 64 time int current_statement text
  execution_engine 9 statement_latency latency progress double lock_latency latency cpu_latency latency
  rows_examined uint rows_sent uint rows_affected uint tmp_tables uint tmp_disk_tables uint full_scan 3
  last_statement text last_statement_latency latency current_memory bytes last_wait 128 last_wait_latency latency
  source 64 trx_latency latency trx_state 32 trx_autocommit 3 pid 1024 program_name 1024`;
const threads = (where: string): string => `
  SELECT thread_id, processlist_id, CONCAT(processlist_user, '@', processlist_host), processlist_db,
    processlist_command, processlist_state, processlist_time, processlist_info, execution_engine, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, 'NO', NULL, NULL, total_memory, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM performance_schema.threads ${where}`;

const SUMMARY = `statements uint statement_latency latency statement_avg_latency latency table_scans uint file_ios uint
  file_io_latency latency current_connections int total_connections int`;

const STATEMENT_COLUMNS = `query text db 64 full_scan 1 exec_count uint err_count uint warn_count uint
  total_latency latency max_latency latency avg_latency latency lock_latency latency cpu_latency latency rows_sent uint
  rows_sent_avg uint rows_examined uint rows_examined_avg uint rows_affected uint rows_affected_avg uint tmp_tables uint
  tmp_disk_tables uint rows_sorted uint sort_merge_passes uint max_controlled_memory bytes max_total_memory bytes
  digest 64 first_seen timestamp6 last_seen timestamp6`;
const STATEMENT_VALUES = `digest_text, schema_name, IF(sum_no_good_index_used > 0 OR sum_no_index_used > 0, '*', ''),
  count_star, sum_errors, sum_warnings, sum_timer_wait, max_timer_wait, avg_timer_wait, sum_lock_time, sum_cpu_time,
  sum_rows_sent, ${average('sum_rows_sent')}, sum_rows_examined, ${average('sum_rows_examined')}, sum_rows_affected,
  ${average('sum_rows_affected')}, sum_created_tmp_tables, sum_created_tmp_disk_tables, sum_sort_rows,
  sum_sort_merge_passes, max_controlled_memory, max_total_memory, digest, first_seen, last_seen`;

const TABLE_LATENCY = `table_schema 64 table_name 64 total_latency latency rows_fetched uint fetch_latency latency
  rows_inserted uint insert_latency latency rows_updated uint update_latency latency rows_deleted uint
  delete_latency latency io_read_requests uint io_read bytes io_read_latency latency io_write_requests uint
  io_write bytes io_write_latency latency io_misc_requests uint io_misc_latency latency`;
const FILE_AMOUNTS = `count_read uint total_read bytes avg_read bytes count_write uint total_written bytes
  avg_write bytes total bytes write_pct double`;
const FILE_LATENCY = `total uint total_latency latency count_read uint read_latency latency count_write uint
  write_latency latency count_misc uint misc_latency latency`;
const MEMORY = `current_count_used int current_allocated bytes current_avg_alloc bytes current_max_alloc bytes
  total_allocated bytes`;
const BUFFER = `allocated bytes data bytes pages int pages_hashed int pages_old int rows_cached int`;
const WAITS = `total uint total_latency latency avg_latency latency max_latency latency`;
const STAGES = `event_name 128 total uint total_latency latency avg_latency latency`;
const STATEMENT_TYPES = `statement 128 total uint total_latency latency max_latency latency lock_latency latency
  cpu_latency latency rows_sent uint rows_examined uint rows_affected uint full_scans uint`;
const LOCK_WAITS = `wait_started datetime wait_age 10 wait_age_secs int locked_table text locked_table_schema 64
  locked_table_name 64 locked_table_partition 64 locked_table_subpartition 64 locked_index 64 locked_type 32
  waiting_trx_id uint waiting_trx_started datetime waiting_trx_age 10 waiting_trx_rows_locked uint
  waiting_trx_rows_modified uint waiting_pid uint waiting_query text waiting_lock_id 128 waiting_lock_mode 32
  blocking_trx_id uint blocking_pid uint blocking_query text blocking_lock_id 128 blocking_lock_mode 32
  blocking_trx_started datetime blocking_trx_age 10 blocking_trx_rows_locked uint blocking_trx_rows_modified uint
  sql_kill_blocking_query 32 sql_kill_blocking_connection 26`;

/** Views whose amounts are shown in units, and which have a twin with x$. */
const SHOWN: Readonly<Record<string, View>> = {
  processlist: { columns: THREAD_COLUMNS, query: threads('') },
  session: {
    columns: THREAD_COLUMNS,
    query: threads("WHERE processlist_id IS NOT NULL AND type = 'FOREGROUND'"),
  },
  statement_analysis: {
    columns: STATEMENT_COLUMNS,
    query: `SELECT ${STATEMENT_VALUES} FROM ${DIGEST} ORDER BY sum_timer_wait DESC`,
  },
  statements_with_errors_or_warnings: {
    columns: `query text db 64 exec_count uint errors uint error_pct double warnings uint warning_pct double
      first_seen timestamp6 last_seen timestamp6 digest 64`,
    query: `SELECT digest_text, schema_name, count_star, sum_errors, CAST(sum_errors * 100 / count_star AS DOUBLE),
      sum_warnings, CAST(sum_warnings * 100 / count_star AS DOUBLE), first_seen, last_seen, digest FROM ${DIGEST}
      WHERE sum_errors > 0 OR sum_warnings > 0 ORDER BY sum_errors DESC, sum_warnings DESC`,
  },
  statements_with_full_table_scans: {
    columns: `query text db 64 exec_count uint total_latency latency no_index_used_count uint
      no_good_index_used_count uint no_index_used_pct double rows_sent uint rows_examined uint rows_sent_avg uint
      rows_examined_avg uint first_seen timestamp6 last_seen timestamp6 digest 64`,
    query: `SELECT digest_text, schema_name, count_star, sum_timer_wait, sum_no_index_used, sum_no_good_index_used,
      CAST(sum_no_index_used * 100 / count_star AS DOUBLE), sum_rows_sent, sum_rows_examined,
      ${average('sum_rows_sent')}, ${average('sum_rows_examined')}, first_seen, last_seen, digest FROM ${DIGEST}
      WHERE sum_no_index_used > 0 OR sum_no_good_index_used > 0 ORDER BY sum_timer_wait DESC`,
  },
  statements_with_runtimes_in_95th_percentile: {
    columns: `query text db 64 full_scan 1 exec_count uint err_count uint warn_count uint total_latency latency
      max_latency latency avg_latency latency rows_sent uint rows_sent_avg uint rows_examined uint
      rows_examined_avg uint first_seen timestamp6 last_seen timestamp6 digest 64`,
    query: `SELECT digest_text, schema_name, '', count_star, sum_errors, sum_warnings, sum_timer_wait, max_timer_wait,
      avg_timer_wait, sum_rows_sent, ${average('sum_rows_sent')}, sum_rows_examined, ${average('sum_rows_examined')},
      first_seen, last_seen, digest
      FROM (SELECT *, PERCENT_RANK() OVER (ORDER BY avg_timer_wait) AS place FROM ${DIGEST}) ranked
      WHERE place >= 0.95 ORDER BY avg_timer_wait DESC`,
  },
  statements_with_sorting: {
    columns: `query text db 64 exec_count uint total_latency latency sort_merge_passes uint avg_sort_merges uint
      sorts_using_scans uint sort_using_range uint rows_sorted uint avg_rows_sorted uint first_seen timestamp6
      last_seen timestamp6 digest 64`,
    query: `SELECT digest_text, schema_name, count_star, sum_timer_wait, sum_sort_merge_passes,
      ${average('sum_sort_merge_passes')}, sum_sort_scan, sum_sort_range, sum_sort_rows, ${average('sum_sort_rows')},
      first_seen, last_seen, digest FROM ${DIGEST} WHERE sum_sort_rows > 0 ORDER BY sum_timer_wait DESC`,
  },
  statements_with_temp_tables: {
    columns: `query text db 64 exec_count uint total_latency latency memory_tmp_tables uint disk_tmp_tables uint
      avg_tmp_tables_per_query uint tmp_tables_to_disk_pct double first_seen timestamp6 last_seen timestamp6 digest 64`,
    query: `SELECT digest_text, schema_name, count_star, sum_timer_wait, sum_created_tmp_tables,
      sum_created_tmp_disk_tables, ${average('sum_created_tmp_tables')},
      CAST(sum_created_tmp_disk_tables * 100 / sum_created_tmp_tables AS DOUBLE), first_seen, last_seen, digest
      FROM ${DIGEST} WHERE sum_created_tmp_tables > 0 ORDER BY sum_created_tmp_disk_tables DESC`,
  },
  user_summary: {
    columns: `user 32 ${SUMMARY} unique_hosts int current_memory bytes total_memory_allocated bytes`,
    query: `SELECT u.user, 0, 0, 0, 0, 0, 0, u.current_connections, u.total_connections,
      (SELECT COUNT(*) FROM performance_schema.accounts a WHERE a.user = u.user), 0, 0
      FROM performance_schema.users u WHERE u.user IS NOT NULL`,
  },
  host_summary: {
    columns: `host 255 ${SUMMARY} unique_users int current_memory bytes total_memory_allocated bytes`,
    query: `SELECT h.host, 0, 0, 0, 0, 0, 0, h.current_connections, h.total_connections,
      (SELECT COUNT(*) FROM performance_schema.accounts a WHERE a.host = h.host), 0, 0
      FROM performance_schema.hosts h WHERE h.host IS NOT NULL`,
  },
  memory_global_total: {
    columns: 'total_allocated bytes',
    query: 'SELECT CAST(SUM(memory_current) AS UNSIGNED) FROM information_schema.memory_usage',
  },
  schema_index_statistics: {
    columns: `table_schema 64 table_name 64 index_name 64 rows_selected uint select_latency latency rows_inserted uint
      insert_latency latency rows_updated uint update_latency latency rows_deleted uint delete_latency latency`,
    query: `SELECT table_schema, table_name, index_name, rows_access_total, 0, 0, 0, 0, 0, 0, 0
      FROM information_schema.tidb_index_usage WHERE table_schema ${OWN} ORDER BY rows_access_total DESC`,
  },
  schema_table_statistics: { columns: TABLE_LATENCY, query: null },
  schema_table_statistics_with_buffer: {
    columns: `${TABLE_LATENCY} innodb_buffer_allocated bytes innodb_buffer_data bytes innodb_buffer_free bytes
      innodb_buffer_pages int innodb_buffer_pages_hashed int innodb_buffer_pages_old int innodb_buffer_rows_cached int`,
    query: null,
  },
  schema_table_lock_waits: {
    columns: `object_schema 64 object_name 64 waiting_thread_id uint waiting_pid uint waiting_account text
      waiting_lock_type 32 waiting_lock_duration 32 waiting_query text waiting_query_secs int
      waiting_query_rows_affected uint waiting_query_rows_examined uint blocking_thread_id uint blocking_pid uint
      blocking_account text blocking_lock_type 32 blocking_lock_duration 32 sql_kill_blocking_query 31
      sql_kill_blocking_connection 25`,
    query: null,
  },
  schema_tables_with_full_table_scans: {
    columns: 'object_schema 64 object_name 64 rows_full_scanned uint latency latency',
    query: null,
  },
  innodb_lock_waits: {
    columns: LOCK_WAITS,
    query: `SELECT rt.trx_wait_started, CAST(TIMEDIFF(NOW(), rt.trx_wait_started) AS CHAR),
        TIMESTAMPDIFF(SECOND, rt.trx_wait_started, NOW()), CONCAT('\`', r.object_schema, '\`.\`', r.object_name, '\`'),
        r.object_schema, r.object_name, r.partition_name, r.subpartition_name, r.index_name, r.lock_type,
        rt.trx_id, rt.trx_started, CAST(TIMEDIFF(NOW(), rt.trx_started) AS CHAR), rt.trx_rows_locked,
        rt.trx_rows_modified, rt.trx_mysql_thread_id, rt.trx_query, r.engine_lock_id, r.lock_mode,
        bt.trx_id, bt.trx_mysql_thread_id, bt.trx_query, b.engine_lock_id, b.lock_mode,
        bt.trx_started, CAST(TIMEDIFF(NOW(), bt.trx_started) AS CHAR), bt.trx_rows_locked, bt.trx_rows_modified,
        CONCAT('KILL QUERY ', bt.trx_mysql_thread_id), CONCAT('KILL ', bt.trx_mysql_thread_id)
      FROM performance_schema.data_lock_waits w
        JOIN performance_schema.data_locks r ON r.engine_lock_id = w.requesting_engine_lock_id
        JOIN performance_schema.data_locks b ON b.engine_lock_id = w.blocking_engine_lock_id
        JOIN information_schema.innodb_trx rt ON rt.trx_id = w.requesting_engine_transaction_id
        JOIN information_schema.innodb_trx bt ON bt.trx_id = w.blocking_engine_transaction_id
      ORDER BY rt.trx_wait_started`,
  },
  innodb_buffer_stats_by_schema: { columns: `object_schema text ${BUFFER}`, query: null },
  innodb_buffer_stats_by_table: { columns: `object_schema text object_name text ${BUFFER}`, query: null },
  io_global_by_file_by_bytes: { columns: `file 512 ${FILE_AMOUNTS}`, query: null },
  io_global_by_file_by_latency: { columns: `file 512 ${FILE_LATENCY}`, query: null },
  io_global_by_wait_by_bytes: {
    columns: `event_name 128 total uint total_latency latency min_latency latency avg_latency latency
      max_latency latency ${FILE_AMOUNTS.replace(' total bytes write_pct double', '')} total_requested bytes`,
    query: null,
  },
  io_global_by_wait_by_latency: {
    columns: `event_name 128 ${WAITS} read_latency latency write_latency latency misc_latency latency count_read uint
      total_read bytes avg_read bytes count_write uint total_written bytes avg_written bytes`,
    query: null,
  },
  io_by_thread_by_latency: {
    columns: `user 288 total uint total_latency latency min_latency latency avg_latency latency max_latency latency
      thread_id uint processlist_id uint`,
    query: null,
  },
  latest_file_io: {
    columns: 'thread 316 file 512 latency latency operation 32 requested bytes',
    query: null,
  },
  memory_global_by_current_bytes: {
    columns: `event_name 128 current_count int current_alloc bytes current_avg_alloc bytes high_count int
      high_alloc bytes high_avg_alloc bytes`,
    query: null,
  },
  memory_by_host_by_current_bytes: { columns: `host 255 ${MEMORY}`, query: null },
  memory_by_user_by_current_bytes: { columns: `user 32 ${MEMORY}`, query: null },
  memory_by_thread_by_current_bytes: { columns: `thread_id uint user 288 ${MEMORY}`, query: null },
  user_summary_by_file_io: { columns: 'user 32 ios uint io_latency latency', query: null },
  user_summary_by_file_io_type: {
    columns: 'user 32 event_name 128 total uint latency latency max_latency latency',
    query: null,
  },
  user_summary_by_stages: { columns: `user 32 ${STAGES}`, query: null },
  user_summary_by_statement_latency: {
    columns: `user 32 ${STATEMENT_TYPES.replace('statement 128 ', '')}`,
    query: null,
  },
  user_summary_by_statement_type: { columns: `user 32 ${STATEMENT_TYPES}`, query: null },
  host_summary_by_file_io: { columns: 'host 255 ios uint io_latency latency', query: null },
  host_summary_by_file_io_type: {
    columns: 'host 255 event_name 128 total uint total_latency latency max_latency latency',
    query: null,
  },
  host_summary_by_stages: { columns: `host 255 ${STAGES}`, query: null },
  host_summary_by_statement_latency: {
    columns: `host 255 ${STATEMENT_TYPES.replace('statement 128 ', '')}`,
    query: null,
  },
  host_summary_by_statement_type: { columns: `host 255 ${STATEMENT_TYPES}`, query: null },
  wait_classes_global_by_latency: {
    columns: `event_class 128 total uint total_latency latency min_latency latency avg_latency latency
      max_latency latency`,
    query: null,
  },
  wait_classes_global_by_avg_latency: {
    columns: `event_class 128 total uint total_latency latency min_latency latency avg_latency latency
      max_latency latency`,
    query: null,
  },
  waits_global_by_latency: { columns: `events 128 ${WAITS}`, query: null },
  waits_by_user_by_latency: { columns: `user 32 event 128 ${WAITS}`, query: null },
  waits_by_host_by_latency: { columns: `host 255 event 128 ${WAITS}`, query: null },
};

const LIMITS = `CASE data_type WHEN 'tinyint' THEN 255 WHEN 'smallint' THEN 65535 WHEN 'mediumint' THEN 16777215
  WHEN 'int' THEN 4294967295 WHEN 'bigint' THEN 18446744073709551615 END >> IF(LOCATE('unsigned', column_type), 0, 1)`;
const KEYS = `SELECT table_schema s, table_name t, index_name i, MAX(non_unique) n, MAX(sub_part IS NOT NULL) p,
    GROUP_CONCAT(column_name ORDER BY seq_in_index) c
  FROM information_schema.statistics WHERE column_name IS NOT NULL AND table_schema ${OWN} GROUP BY s, t, i`;

const PLAIN: Readonly<Record<string, View>> = {
  version: {
    columns: 'sys_version 5! mysql_version 64!',
    query: "SELECT '2.1.2', VERSION()",
  },
  sys_config: {
    columns: 'variable 128! value 128 set_time timestamp set_by 128',
    query: `SELECT column_0, column_1, NULL, NULL FROM (VALUES ROW('diagnostics.allow_i_s_tables', 'OFF'),
      ROW('diagnostics.include_raw', 'OFF'), ROW('ps_thread_trx_info.max_length', '65535'),
      ROW('statement_performance_analyzer.limit', '100'), ROW('statement_performance_analyzer.view', NULL),
      ROW('statement_truncate_len', '64')) settings`,
  },
  metrics: {
    columns: 'Variable_name 193 Variable_value text Type 210 Enabled 7!',
    query: `SELECT LOWER(variable_name), variable_value, 'Global Status', 'YES'
      FROM performance_schema.global_status ORDER BY 1`,
  },
  schema_auto_increment_columns: {
    columns: `table_schema 64 table_name 64 column_name 64 data_type 64 column_type text is_signed int! is_unsigned int!
      max_value uint auto_increment uint auto_increment_ratio double`,
    query: `SELECT c.table_schema, c.table_name, column_name, data_type, column_type,
      LOCATE('unsigned', column_type) = 0, LOCATE('unsigned', column_type) > 0, ${LIMITS}, t.auto_increment,
      CAST(t.auto_increment / (${LIMITS}) AS DOUBLE)
      FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
      WHERE c.table_schema ${OWN} AND t.table_type = 'BASE TABLE' AND extra LIKE '%auto_increment%' ORDER BY 10 DESC`,
  },
  schema_object_overview: {
    columns: 'db 64 object_type 64 count int!',
    query: `SELECT table_schema, table_type, COUNT(*) FROM information_schema.tables GROUP BY 1, 2
      UNION ALL SELECT table_schema, CONCAT('INDEX (', index_type, ')'), COUNT(*) FROM information_schema.statistics
      GROUP BY 1, 2 ORDER BY 1, 2`,
  },
  schema_redundant_indexes: {
    columns: `table_schema 64 table_name 64 redundant_index_name 64 redundant_index_columns text
      redundant_index_non_unique int dominant_index_name 64 dominant_index_columns text dominant_index_non_unique int
      subpart_exists int! sql_drop_index 223`,
    query: `SELECT a.s, a.t, a.i, a.c, a.n, b.i, b.c, b.n, a.p OR b.p,
        CONCAT('ALTER TABLE \`', a.s, '\`.\`', a.t, '\` DROP INDEX \`', a.i, '\`')
      FROM (${KEYS}) a JOIN (${KEYS}) b ON a.s = b.s AND a.t = b.t AND a.i <> b.i
      WHERE (a.c = b.c AND (a.n > b.n OR (a.n = b.n AND IF(a.i = 'PRIMARY', '', a.i) > IF(b.i = 'PRIMARY', '', b.i))))
        OR (LOCATE(CONCAT(a.c, ','), b.c) = 1 AND a.n = 1)`,
  },
  ps_check_lost_instrumentation: { columns: 'variable_name 64! variable_value 1024', query: null },
  session_ssl_status: {
    columns: 'thread_id uint! ssl_version 1024 ssl_cipher 1024 ssl_sessions_reused 1024',
    query: null,
  },
};

/** Longest statement that is shown; the middle of a longer one falls out (manual, "The format_statement() Function"). */
const STATEMENT_LENGTH = 64;

const isAmount = (type: string): boolean => type === 'latency' || type === 'bytes';

/** Names and types of a list of columns. */
function pairsOf(columns: string): [name: string, type: string][] {
  const words = columns.trim().split(/\s+/);
  return words.flatMap((name, i): [string, string][] => (i % 2 === 0 ? [[name, words[i + 1]!]] : []));
}

/** Columns with amounts of that type. */
const withAmounts = (columns: string, type: string): VirtualColumn[] =>
  columnList(
    pairsOf(columns)
      .map(([name, own]) => `${name} ${isAmount(own) ? type : own}`)
      .join(' '),
  );

/** The query with its amounts in units, and its statements no longer than they are shown. */
function inUnits(columns: string, query: string): string {
  const pairs = pairsOf(columns);
  const half = STATEMENT_LENGTH / 2 - 2;
  const shown = pairs.map(([name, type], i) => {
    if (isAmount(type)) return type === 'latency' ? `FORMAT_PICO_TIME(c${i})` : `FORMAT_BYTES(c${i})`;
    if (name !== 'query' && name !== 'current_statement') return `c${i}`;
    return `IF(CHAR_LENGTH(c${i}) > ${STATEMENT_LENGTH}, CONCAT(LEFT(c${i}, ${half}), ' ... ', RIGHT(c${i}, ${half})), c${i})`;
  });
  return `SELECT ${shown.join(', ')} FROM (${query}) AS amounts (${pairs.map((_, i) => `c${i}`).join(', ')})`;
}

function register(name: string, columns: readonly VirtualColumn[], query: string | null): void {
  registerVirtualTable({
    db: 'sys',
    name,
    columns,
    rows: query === null ? () => [] : (ctx): Promise<Datum[][]> => ctx.internalQuery(query),
  });
}

for (const [name, { columns, query }] of Object.entries(SHOWN)) {
  register(name, withAmounts(columns, '11'), query === null ? null : inUnits(columns, query));
  register(`x$${name}`, withAmounts(columns, 'uint'), query);
}
for (const [name, { columns, query }] of Object.entries(PLAIN)) register(name, columnList(columns), query);
