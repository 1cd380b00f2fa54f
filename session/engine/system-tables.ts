const PRIVILEGE_COLUMNS = [
  'Select',
  'Insert',
  'Update',
  'Delete',
  'Create',
  'Drop',
  'Process',
  'Grant',
  'References',
  'Alter',
  'Show_db',
  'Super',
  'Create_tmp_table',
  'Lock_tables',
  'Execute',
  'Create_view',
  'Show_view',
  'Create_routine',
  'Alter_routine',
  'Index',
  'Create_user',
  'Event',
  'Repl_slave',
  'Repl_client',
  'Trigger',
  'Create_role',
  'Drop_role',
  'File',
  'Shutdown',
  'Reload',
  'Config',
  'Create_Tablespace',
] as const;
const DB_PRIVILEGE_COLUMNS = [
  'Select',
  'Insert',
  'Update',
  'Delete',
  'Create',
  'Drop',
  'Grant',
  'References',
  'Index',
  'Alter',
  'Create_tmp_table',
  'Lock_tables',
  'Create_view',
  'Show_view',
  'Create_routine',
  'Alter_routine',
  'Execute',
  'Event',
  'Trigger',
] as const;

const flags = (names: readonly string[]): string =>
  names.map((n) => `${n}_priv ENUM('N','Y') NOT NULL DEFAULT 'N'`).join(', ');

/** Jobs of schema changes, in TiDB's shape. */
export const JOB_TABLES: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS mysql.tidb_ddl_job (job_id BIGINT NOT NULL, reorg INT, schema_ids TEXT(65535), table_ids TEXT(65535), job_meta LONGBLOB, type INT, processing INT, PRIMARY KEY (job_id))`,
  `CREATE TABLE IF NOT EXISTS mysql.tidb_ddl_reorg (job_id BIGINT NOT NULL, ele_id BIGINT, ele_type LONGBLOB, start_key LONGBLOB, end_key LONGBLOB, physical_id BIGINT, reorg_meta LONGBLOB, UNIQUE KEY (job_id, ele_id, physical_id))`,
  ...[
    ['gc_delete_range', 'delete_range_index'],
    ['gc_delete_range_done', 'delete_range_done_index'],
  ].map(
    ([name, key]) =>
      `CREATE TABLE IF NOT EXISTS mysql.${name} (job_id BIGINT NOT NULL COMMENT 'the DDL job ID', element_id BIGINT NOT NULL COMMENT 'the schema element ID', start_key VARCHAR(255) NOT NULL COMMENT 'encoded in hex', end_key VARCHAR(255) NOT NULL COMMENT 'encoded in hex', ts BIGINT NOT NULL COMMENT 'timestamp in uint64', UNIQUE KEY ${key} (job_id, element_id))`,
  ),
  `CREATE TABLE IF NOT EXISTS mysql.tidb_ddl_history (job_id BIGINT NOT NULL, job_meta LONGBLOB, db_name CHAR(64), table_name CHAR(64), schema_ids TEXT(65535), table_ids TEXT(65535), create_time DATETIME, PRIMARY KEY (job_id))`,
];

/** What is known of tables' contents, in TiDB's shape. */
export const STATISTICS_TABLES: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS mysql.stats_meta (version BIGINT UNSIGNED NOT NULL, table_id BIGINT NOT NULL, modify_count BIGINT NOT NULL DEFAULT 0, count BIGINT UNSIGNED NOT NULL DEFAULT 0, snapshot BIGINT UNSIGNED NOT NULL DEFAULT 0, last_stats_histograms_version BIGINT UNSIGNED DEFAULT NULL, INDEX idx_ver(version), UNIQUE INDEX tbl(table_id))`,
  `CREATE TABLE IF NOT EXISTS mysql.stats_histograms (table_id BIGINT NOT NULL, is_index TINYINT NOT NULL, hist_id BIGINT NOT NULL, distinct_count BIGINT NOT NULL, null_count BIGINT NOT NULL DEFAULT 0, tot_col_size BIGINT NOT NULL DEFAULT 0, modify_count BIGINT NOT NULL DEFAULT 0, version BIGINT UNSIGNED NOT NULL DEFAULT 0, cm_sketch LONGBLOB, stats_ver BIGINT NOT NULL DEFAULT 0, flag BIGINT NOT NULL DEFAULT 0, correlation DOUBLE NOT NULL DEFAULT 0, last_analyze_pos LONGBLOB DEFAULT NULL, UNIQUE INDEX tbl(table_id, is_index, hist_id))`,
  `CREATE TABLE IF NOT EXISTS mysql.stats_buckets (table_id BIGINT NOT NULL, is_index TINYINT NOT NULL, hist_id BIGINT NOT NULL, bucket_id BIGINT NOT NULL, count BIGINT NOT NULL, repeats BIGINT NOT NULL, upper_bound LONGBLOB NOT NULL, lower_bound LONGBLOB, ndv BIGINT NOT NULL DEFAULT 0, UNIQUE INDEX tbl(table_id, is_index, hist_id, bucket_id))`,
  `CREATE TABLE IF NOT EXISTS mysql.stats_top_n (table_id BIGINT NOT NULL, is_index TINYINT NOT NULL, hist_id BIGINT NOT NULL, value LONGBLOB, count BIGINT UNSIGNED NOT NULL, INDEX tbl(table_id, is_index, hist_id))`,
  `CREATE TABLE IF NOT EXISTS mysql.stats_fm_sketch (table_id BIGINT NOT NULL, is_index TINYINT NOT NULL, hist_id BIGINT NOT NULL, value LONGBLOB, INDEX tbl(table_id, is_index, hist_id))`,
  `CREATE TABLE IF NOT EXISTS mysql.stats_sample (table_id BIGINT NOT NULL, version BIGINT UNSIGNED NOT NULL, data LONGBLOB NOT NULL, PRIMARY KEY (table_id))`,
  `CREATE TABLE IF NOT EXISTS mysql.stats_feedback (table_id BIGINT NOT NULL, is_index TINYINT NOT NULL, hist_id BIGINT NOT NULL, feedback BLOB NOT NULL, INDEX hist(table_id, is_index, hist_id))`,
  `CREATE TABLE IF NOT EXISTS mysql.stats_extended (name VARCHAR(32) NOT NULL, type TINYINT NOT NULL, table_id BIGINT NOT NULL, column_ids VARCHAR(32) NOT NULL, stats BLOB DEFAULT NULL, version BIGINT UNSIGNED NOT NULL, status TINYINT NOT NULL, PRIMARY KEY (name, table_id), KEY idx_1 (table_id, status, version), KEY idx_2 (status, version))`,
  `CREATE TABLE IF NOT EXISTS mysql.stats_table_locked (table_id BIGINT NOT NULL, modify_count BIGINT NOT NULL DEFAULT 0, count BIGINT NOT NULL DEFAULT 0, version BIGINT UNSIGNED NOT NULL DEFAULT 0, PRIMARY KEY (table_id))`,
  `CREATE TABLE IF NOT EXISTS mysql.stats_history (table_id BIGINT NOT NULL, stats_data LONGBLOB NOT NULL, seq_no BIGINT NOT NULL, version BIGINT UNSIGNED NOT NULL, create_time DATETIME(6) NOT NULL, UNIQUE KEY table_version_seq (table_id, version, seq_no), KEY table_create_time (table_id, create_time, seq_no), KEY idx_create_time (create_time))`,
  `CREATE TABLE IF NOT EXISTS mysql.stats_meta_history (table_id BIGINT NOT NULL, modify_count BIGINT NOT NULL, count BIGINT NOT NULL, version BIGINT UNSIGNED NOT NULL, source VARCHAR(40) NOT NULL, create_time DATETIME(6) NOT NULL, UNIQUE KEY table_version (table_id, version), KEY table_create_time (table_id, create_time), KEY idx_create_time (create_time))`,
  `CREATE TABLE IF NOT EXISTS mysql.analyze_jobs (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT, update_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, table_schema CHAR(64) NOT NULL DEFAULT '', table_name CHAR(64) NOT NULL DEFAULT '', partition_name CHAR(64) NOT NULL DEFAULT '', job_info TEXT NOT NULL, processed_rows BIGINT UNSIGNED NOT NULL DEFAULT 0, start_time TIMESTAMP NULL DEFAULT NULL, end_time TIMESTAMP NULL DEFAULT NULL, state ENUM('pending','running','finished','failed') NOT NULL, fail_reason TEXT DEFAULT NULL, instance VARCHAR(512) NOT NULL, process_id BIGINT UNSIGNED, PRIMARY KEY (id), KEY (update_time))`,
  `CREATE TABLE IF NOT EXISTS mysql.analyze_options (table_id BIGINT NOT NULL, sample_num BIGINT NOT NULL DEFAULT 0, sample_rate DOUBLE NOT NULL DEFAULT -1, buckets BIGINT NOT NULL DEFAULT 0, topn BIGINT NOT NULL DEFAULT -1, column_choice ENUM('DEFAULT','ALL','PREDICATE','LIST') NOT NULL DEFAULT 'DEFAULT', column_ids TEXT(19372), PRIMARY KEY (table_id))`,
  `CREATE TABLE IF NOT EXISTS mysql.column_stats_usage (table_id BIGINT NOT NULL, column_id BIGINT NOT NULL, last_used_at TIMESTAMP NULL, last_analyzed_at TIMESTAMP NULL, PRIMARY KEY (table_id, column_id))`,
];

/** Columns of mysql.user that policies of passwords and accounts are kept in. */
const USER_COLUMNS: readonly string[] = [
  'Password_reuse_history SMALLINT UNSIGNED DEFAULT NULL',
  'Password_reuse_time SMALLINT UNSIGNED DEFAULT NULL',
  'User_attributes JSON',
  'Token_issuer VARCHAR(255)',
  "Password_expired ENUM('N','Y') NOT NULL DEFAULT 'N'",
  'Password_last_changed TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP',
  'Password_lifetime SMALLINT UNSIGNED DEFAULT NULL',
  'Max_user_connections INT UNSIGNED NOT NULL DEFAULT 0',
];

/** What a store of an earlier bootstrap version than 4 needs beside the tables that it lacks. */
export const UPGRADE_TO_4: readonly string[] = [
  'ALTER TABLE mysql.user DROP COLUMN IF EXISTS User_attributes',
  'ALTER TABLE mysql.user DROP COLUMN IF EXISTS ssl_type',
  ...USER_COLUMNS.map((c) => `ALTER TABLE mysql.user ADD COLUMN IF NOT EXISTS ${c}`),
];

/** What TTL jobs do, in TiDB's shape. */
const TTL_TABLES: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS mysql.tidb_ttl_table_status (table_id BIGINT PRIMARY KEY, parent_table_id BIGINT, table_statistics TEXT, last_job_id VARCHAR(64), last_job_start_time TIMESTAMP NULL,
    last_job_finish_time TIMESTAMP NULL, last_job_ttl_expire TIMESTAMP NULL, last_job_summary TEXT, current_job_id VARCHAR(64), current_job_owner_id VARCHAR(64), current_job_owner_addr VARCHAR(256),
    current_job_owner_hb_time TIMESTAMP NULL, current_job_start_time TIMESTAMP NULL, current_job_ttl_expire TIMESTAMP NULL, current_job_state TEXT, current_job_status VARCHAR(64), current_job_status_update_time TIMESTAMP NULL)`,
  `CREATE TABLE IF NOT EXISTS mysql.tidb_ttl_task (job_id VARCHAR(64) NOT NULL, table_id BIGINT NOT NULL, scan_id INT NOT NULL, scan_range_start BLOB, scan_range_end BLOB, expire_time TIMESTAMP NOT NULL, owner_id VARCHAR(64), owner_addr VARCHAR(64),
    owner_hb_time TIMESTAMP NULL, status VARCHAR(64) DEFAULT 'waiting', status_update_time TIMESTAMP NULL, state TEXT, created_time TIMESTAMP NOT NULL, PRIMARY KEY (job_id, scan_id), KEY (created_time))`,
  `CREATE TABLE IF NOT EXISTS mysql.tidb_ttl_job_history (job_id VARCHAR(64) PRIMARY KEY, table_id BIGINT NOT NULL, parent_table_id BIGINT NOT NULL, table_schema VARCHAR(64) NOT NULL, table_name VARCHAR(64) NOT NULL, partition_name VARCHAR(64),
    create_time TIMESTAMP NOT NULL, finish_time TIMESTAMP NOT NULL, ttl_expire TIMESTAMP NOT NULL, summary_text TEXT, expired_rows BIGINT, deleted_rows BIGINT, error_delete_rows BIGINT, status VARCHAR(64) NOT NULL, KEY (table_schema, table_name, create_time), KEY (parent_table_id, create_time), KEY (create_time))`,
];

/**
 * Tables that TiDB's own parts and tools write and read, in TiDB's shape: what administrators and their scripts look into (TiDB docs,
 * "mysql Schema"). Nothing here keeps anything in them but what is inserted.
 */
const TOOL_TABLES: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS mysql.tidb_runaway_queries (resource_group_name VARCHAR(32) NOT NULL, start_time TIMESTAMP NOT NULL, repeats INT DEFAULT 1, match_type VARCHAR(12) NOT NULL, action VARCHAR(64) NOT NULL, sample_sql TEXT NOT NULL,
    sql_digest VARCHAR(64) NOT NULL, plan_digest VARCHAR(64) NOT NULL, tidb_server VARCHAR(512), rule VARCHAR(512) DEFAULT '', INDEX plan_index(plan_digest(64)), INDEX time_index(start_time))`,
  `CREATE TABLE IF NOT EXISTS mysql.tidb_runaway_watch (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, resource_group_name VARCHAR(32) NOT NULL, start_time DATETIME(6) NOT NULL, end_time DATETIME(6), watch BIGINT NOT NULL, watch_text TEXT NOT NULL,
    source VARCHAR(512) NOT NULL, action BIGINT, switch_group_name VARCHAR(32) DEFAULT '', rule VARCHAR(512) DEFAULT '', INDEX sql_index(resource_group_name, watch_text(700)), INDEX time_index(end_time))`,
  `CREATE TABLE IF NOT EXISTS mysql.tidb_runaway_watch_done (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, record_id BIGINT NOT NULL, resource_group_name VARCHAR(32) NOT NULL, start_time DATETIME(6) NOT NULL, end_time DATETIME(6), watch BIGINT NOT NULL,
    watch_text TEXT NOT NULL, source VARCHAR(512) NOT NULL, action BIGINT, switch_group_name VARCHAR(32) DEFAULT '', rule VARCHAR(512) DEFAULT '', done_time TIMESTAMP(6) NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS mysql.tidb_timers (ID BIGINT UNSIGNED NOT NULL AUTO_INCREMENT, NAMESPACE VARCHAR(256) NOT NULL, TIMER_KEY VARCHAR(256) NOT NULL, TIMER_DATA BLOB, TIMEZONE VARCHAR(64) NOT NULL, SCHED_POLICY_TYPE VARCHAR(32) NOT NULL,
    SCHED_POLICY_EXPR VARCHAR(256) NOT NULL, HOOK_CLASS VARCHAR(64) NOT NULL, WATERMARK TIMESTAMP NULL DEFAULT NULL, ENABLE TINYINT NOT NULL, TIMER_EXT JSON NOT NULL, EVENT_STATUS VARCHAR(32) NOT NULL, EVENT_ID VARCHAR(64) NOT NULL, EVENT_DATA BLOB,
    EVENT_START TIMESTAMP NULL DEFAULT NULL, SUMMARY_DATA BLOB, CREATE_TIME TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, UPDATE_TIME TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, VERSION BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (ID), UNIQUE KEY timer_key(NAMESPACE, TIMER_KEY), KEY hook_class(HOOK_CLASS))`,
  ...['tidb_global_task', 'tidb_global_task_history'].map(
    (
      name,
    ) => `CREATE TABLE IF NOT EXISTS mysql.${name} (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, task_key VARCHAR(256) NOT NULL, type VARCHAR(256) NOT NULL, dispatcher_id VARCHAR(256), state VARCHAR(64) NOT NULL, priority INT DEFAULT 1,
    create_time TIMESTAMP NULL, start_time TIMESTAMP NULL, state_update_time TIMESTAMP NULL, end_time TIMESTAMP NULL, meta LONGBLOB, concurrency INT, step INT, target_scope VARCHAR(256) DEFAULT '', error BLOB, modify_params JSON, max_node_count INT DEFAULT 0,
    KEY (state), UNIQUE KEY task_key (task_key))`,
  ),
  ...['tidb_background_subtask', 'tidb_background_subtask_history'].map(
    (
      name,
    ) => `CREATE TABLE IF NOT EXISTS mysql.${name} (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, step INT, namespace VARCHAR(256), task_key VARCHAR(256), ddl_physical_tid BIGINT, type INT, exec_id VARCHAR(261), exec_expired TIMESTAMP NULL,
    state VARCHAR(64) NOT NULL, checkpoint LONGBLOB NOT NULL, concurrency INT, create_time BIGINT, start_time BIGINT, state_update_time BIGINT, end_time TIMESTAMP NULL, meta LONGBLOB, ordinal INT, error BLOB, summary JSON,
    KEY idx_task_key (task_key), KEY idx_exec_id (exec_id), UNIQUE KEY uk_task_key_step_ordinal (task_key, step, ordinal))`,
  ),
  `CREATE TABLE IF NOT EXISTS mysql.dist_framework_meta (host VARCHAR(261) NOT NULL PRIMARY KEY, role VARCHAR(64), cpu_count INT DEFAULT 0, keyspace_id BIGINT NOT NULL DEFAULT -1)`,
  `CREATE TABLE IF NOT EXISTS mysql.table_cache_meta (tid BIGINT NOT NULL DEFAULT 0, lock_type ENUM('NONE','READ','INTEND','WRITE') NOT NULL DEFAULT 'NONE', lease BIGINT NOT NULL DEFAULT 0, oldReadLease BIGINT NOT NULL DEFAULT 0, PRIMARY KEY (tid))`,
  `CREATE TABLE IF NOT EXISTS mysql.advisory_locks (lock_name VARCHAR(255) NOT NULL PRIMARY KEY)`,
  `CREATE TABLE IF NOT EXISTS mysql.plan_replayer_status (sql_digest VARCHAR(128), plan_digest VARCHAR(128), origin_sql TEXT, token VARCHAR(128), update_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, fail_reason TEXT, instance VARCHAR(512) NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS mysql.plan_replayer_task (sql_digest VARCHAR(128) NOT NULL, plan_digest VARCHAR(128) NOT NULL, update_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, PRIMARY KEY (sql_digest, plan_digest))`,
  `CREATE TABLE IF NOT EXISTS mysql.capture_plan_baselines_blacklist (id BIGINT AUTO_INCREMENT, filter_type VARCHAR(32) NOT NULL, filter_value VARCHAR(32) NOT NULL, KEY idx (filter_type), PRIMARY KEY (id))`,
  `CREATE TABLE IF NOT EXISTS mysql.tidb_mdl_info (job_id BIGINT NOT NULL PRIMARY KEY, version BIGINT NOT NULL, table_ids TEXT(65535), owner_id VARCHAR(64) NOT NULL DEFAULT '')`,
  `CREATE TABLE IF NOT EXISTS mysql.request_unit_by_group (start_time TIMESTAMP NOT NULL, end_time TIMESTAMP NOT NULL, resource_group VARCHAR(32) NOT NULL, total_ru BIGINT UNSIGNED NOT NULL, PRIMARY KEY (start_time, end_time, resource_group), KEY (resource_group))`,
  `CREATE TABLE IF NOT EXISTS mysql.tidb_pitr_id_map (restore_id BIGINT NOT NULL DEFAULT 0, restored_ts BIGINT UNSIGNED NOT NULL, upstream_cluster_id BIGINT UNSIGNED NOT NULL, segment_id BIGINT UNSIGNED NOT NULL, id_map BLOB(524288) NOT NULL,
    update_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, PRIMARY KEY (restored_ts, upstream_cluster_id, segment_id))`,
  `CREATE TABLE IF NOT EXISTS mysql.index_advisor_results (id BIGINT PRIMARY KEY AUTO_INCREMENT, created_at DATETIME NOT NULL, updated_at DATETIME NOT NULL, schema_name VARCHAR(64) NOT NULL, table_name VARCHAR(64) NOT NULL, index_name VARCHAR(127) NOT NULL,
    index_columns VARCHAR(500) NOT NULL, index_details JSON, top_impacted_queries JSON, workload_impact JSON, extra JSON, INDEX idx_create (created_at), INDEX idx_update (updated_at), UNIQUE INDEX idx (schema_name, table_name, index_columns))`,
  `CREATE TABLE IF NOT EXISTS mysql.tidb_kernel_options (module VARCHAR(128), name VARCHAR(128), value LONGTEXT, updated_at DATETIME, status VARCHAR(128), description TEXT, PRIMARY KEY (module, name))`,
  `CREATE TABLE IF NOT EXISTS mysql.tidb_ddl_notifier (ddl_job_id BIGINT, sub_job_id BIGINT, schema_change LONGBLOB, processed_by_flag BIGINT UNSIGNED NOT NULL DEFAULT 0, PRIMARY KEY (ddl_job_id, sub_job_id))`,
];

/** Transactions whose metadata locks hold up schema changes (TiDB manual, "Metadata Lock"). */
export const MDL_VIEW = `CREATE OR REPLACE SQL SECURITY INVOKER VIEW mysql.tidb_mdl_view AS
  SELECT j.job_id, j.db_name, j.table_name, j.query, t.session_id, t.start_time, tidb_decode_sql_digests(t.all_sql_digests, 4096) AS SQL_DIGESTS
  FROM information_schema.ddl_jobs j JOIN information_schema.cluster_tidb_trx t
  ON j.state NOT IN ('synced', 'cancelled', 'rollback done') AND FIND_IN_SET(j.table_id, t.related_table_ids)`;

/** Tables of the `mysql` database, in the shape that MySQL's and TiDB's tools know. */
export const SYSTEM_TABLES: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS mysql.user (Host CHAR(255), User CHAR(32), authentication_string TEXT, plugin CHAR(64), ${flags(PRIVILEGE_COLUMNS)},
    account_locked ENUM('N','Y') NOT NULL DEFAULT 'N', ${USER_COLUMNS.join(', ')}, PRIMARY KEY (Host, User))`,
  `CREATE TABLE IF NOT EXISTS mysql.db (Host CHAR(255), DB CHAR(64), User CHAR(32), ${flags(DB_PRIVILEGE_COLUMNS)}, PRIMARY KEY (Host, DB, User))`,
  `CREATE TABLE IF NOT EXISTS mysql.tables_priv (Host CHAR(255), DB CHAR(64), User CHAR(32), Table_name CHAR(64), Grantor CHAR(77), Timestamp TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    Table_priv SET('Select','Insert','Update','Delete','Create','Drop','Grant','Index','Alter','Create View','Show View','Trigger','References'),
    Column_priv SET('Select','Insert','Update','References'), PRIMARY KEY (Host, DB, User, Table_name))`,
  `CREATE TABLE IF NOT EXISTS mysql.columns_priv (Host CHAR(255), DB CHAR(64), User CHAR(32), Table_name CHAR(64), Column_name CHAR(64), Timestamp TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    Column_priv SET('Select','Insert','Update','References'), PRIMARY KEY (Host, DB, User, Table_name, Column_name))`,
  `CREATE TABLE IF NOT EXISTS mysql.global_priv (Host CHAR(255), User CHAR(80), Priv LONGTEXT, PRIMARY KEY (Host, User))`,
  `CREATE TABLE IF NOT EXISTS mysql.password_history (Host CHAR(255) NOT NULL DEFAULT '', User CHAR(32) NOT NULL DEFAULT '', Password_timestamp TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6), Password TEXT, PRIMARY KEY (Host, User, Password_timestamp))`,
  `CREATE TABLE IF NOT EXISTS mysql.bind_info (original_sql TEXT NOT NULL, bind_sql TEXT NOT NULL, default_db TEXT NOT NULL, status TEXT NOT NULL, create_time TIMESTAMP(6) NOT NULL, update_time TIMESTAMP(6) NOT NULL, charset TEXT NOT NULL, collation TEXT NOT NULL,
    source VARCHAR(10) NOT NULL DEFAULT 'unknown', sql_digest VARCHAR(64) DEFAULT NULL, plan_digest VARCHAR(64) DEFAULT NULL, type VARCHAR(10) NOT NULL DEFAULT '', INDEX sql_index (original_sql(700), default_db(68)), INDEX time_index (update_time), UNIQUE INDEX digest_index (plan_digest, sql_digest))`,
  `CREATE TABLE IF NOT EXISTS mysql.tidb_import_jobs (id BIGINT NOT NULL AUTO_INCREMENT, create_time TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6), start_time TIMESTAMP(6) NULL DEFAULT NULL, update_time TIMESTAMP(6) NULL DEFAULT NULL, end_time TIMESTAMP(6) NULL DEFAULT NULL,
    table_schema VARCHAR(64) NOT NULL, table_name VARCHAR(64) NOT NULL, table_id BIGINT NOT NULL, created_by VARCHAR(300) NOT NULL, group_key VARCHAR(256) NOT NULL DEFAULT '', parameters TEXT NOT NULL, source_file_size BIGINT NOT NULL, status VARCHAR(64) NOT NULL, step VARCHAR(64) NOT NULL, summary TEXT DEFAULT NULL, error_message TEXT DEFAULT NULL, PRIMARY KEY (id), KEY (created_by), KEY (status), KEY (group_key))`,
  `CREATE TABLE IF NOT EXISTS mysql.global_grants (USER CHAR(32), HOST CHAR(255), PRIV CHAR(32), WITH_GRANT_OPTION ENUM('N','Y') NOT NULL DEFAULT 'N', PRIMARY KEY (USER, HOST, PRIV))`,
  `CREATE TABLE IF NOT EXISTS mysql.role_edges (FROM_HOST CHAR(60), FROM_USER CHAR(32), TO_HOST CHAR(60), TO_USER CHAR(32), WITH_ADMIN_OPTION ENUM('N','Y') NOT NULL DEFAULT 'N', PRIMARY KEY (FROM_HOST, FROM_USER, TO_HOST, TO_USER))`,
  `CREATE TABLE IF NOT EXISTS mysql.default_roles (HOST CHAR(60), USER CHAR(32), DEFAULT_ROLE_HOST CHAR(60) DEFAULT '%', DEFAULT_ROLE_USER CHAR(32), PRIMARY KEY (HOST, USER, DEFAULT_ROLE_HOST, DEFAULT_ROLE_USER))`,
  `CREATE TABLE IF NOT EXISTS mysql.global_variables (VARIABLE_NAME VARCHAR(64) NOT NULL PRIMARY KEY, VARIABLE_VALUE VARCHAR(16383) DEFAULT NULL)`,
  `CREATE TABLE IF NOT EXISTS mysql.tidb (VARIABLE_NAME VARCHAR(64) NOT NULL PRIMARY KEY, VARIABLE_VALUE VARCHAR(1024) DEFAULT NULL, COMMENT VARCHAR(1024))`,
  `CREATE TABLE IF NOT EXISTS mysql.help_topic (help_topic_id INT UNSIGNED NOT NULL PRIMARY KEY, name CHAR(64) NOT NULL, help_category_id SMALLINT UNSIGNED NOT NULL, description TEXT NOT NULL, example TEXT NOT NULL, url TEXT NOT NULL, UNIQUE KEY name (name))`,
  `CREATE TABLE IF NOT EXISTS mysql.expr_pushdown_blacklist (name CHAR(100) NOT NULL, store_type CHAR(100) NOT NULL DEFAULT 'tikv,tiflash,tidb', reason VARCHAR(200))`,
  `CREATE TABLE IF NOT EXISTS mysql.opt_rule_blacklist (name CHAR(100) NOT NULL)`,
  ...JOB_TABLES,
  ...TTL_TABLES,
  ...STATISTICS_TABLES,
  ...TOOL_TABLES,
];

export const FIRST_ACCOUNT = `REPLACE INTO mysql.user (Host, User, authentication_string, plugin, ${PRIVILEGE_COLUMNS.map((n) => `${n}_priv`).join(', ')}) VALUES ('%', 'root', '', 'mysql_native_password', ${PRIVILEGE_COLUMNS.map(() => "'Y'").join(', ')})`;
