import { kept, type KeptGroup } from './kept-variables.js';
import { registerVariables } from './system-variable.js';

/** Variables of MySQL 8.0 that only its own tools and inspections of servers read, with the manual's defaults ("Server System Variable Reference"). */
const RARELY_READ: readonly KeptGroup[] = [
  [
    { scope: 'none', kind: 'bool', readOnly: true },
    `
    auto_generate_certs=ON
    binlog_rotate_encryption_master_key_at_startup=OFF
    caching_sha2_password_auto_generate_rsa_keys=ON
    innodb_buffer_pool_in_core_file=ON
    innodb_validate_tablespace_paths=ON
    log_bin_use_v1_row_events=OFF
    log_raw=OFF
    named_pipe=OFF
    persist_sensitive_variables_in_plaintext=ON
    sha256_password_auto_generate_rsa_keys=ON
    `,
  ],
  [
    { scope: 'none', kind: 'uint', readOnly: true },
    `
    admin_port=33062
    binlog_row_event_max_size=8192
    innodb_adaptive_hash_index_parts=8
    innodb_doublewrite_batch_size=0
    innodb_doublewrite_files=2
    innodb_doublewrite_pages=4
    performance_schema_error_size=5377
    performance_schema_events_transactions_history_long_size=10000
    performance_schema_events_transactions_history_size=10
    performance_schema_max_index_stat=50000
    performance_schema_max_memory_classes=450
    performance_schema_max_metadata_locks=10000
    performance_schema_max_prepared_statements_instances=10000
    performance_schema_max_program_instances=10000
    performance_schema_max_statement_stack=10
    performance_schema_max_table_lock_stat=5000
    `,
  ],
  [
    { scope: 'none', kind: 'string', readOnly: true },
    `
    build_id=
    caching_sha2_password_private_key_path=private_key.pem
    caching_sha2_password_public_key_path=public_key.pem
    disabled_storage_engines=
    init_file=
    innodb_directories=
    innodb_temp_tablespaces_dir=./#innodb_temp/
    replica_type_conversions=
    sha256_password_private_key_path=private_key.pem
    sha256_password_public_key_path=public_key.pem
    `,
  ],
  [
    { scope: 'global', kind: 'bool' },
    `
    binlog_expire_logs_auto_purge=ON
    innodb_extend_and_initialize=ON
    innodb_log_writer_threads=ON
    innodb_use_fdatasync=OFF
    performance_schema_show_processlist=OFF
    replica_allow_batching=ON
    replication_optimize_for_static_plugin_config=OFF
    replication_sender_observe_commit_only=OFF
    slave_allow_batching=ON
    ssl_session_cache_mode=ON
    syseventlog.include_pid=ON
    `,
  ],
  [
    { scope: 'global', kind: 'uint' },
    `
    global_connection_memory_limit=18446744073709551615 [16777216,18446744073709551615]
    performance_schema_max_digest_sample_age=60 [0,1048576]
    ssl_session_cache_timeout=300 [0,84600]
    validate_password.changed_characters_percentage=0 [0,100]
    `,
  ],
  [
    { scope: 'global', kind: 'string' },
    `
    admin_ssl_ca=
    admin_ssl_capath=
    admin_ssl_cert=
    admin_ssl_cipher=
    admin_ssl_crl=
    admin_ssl_crlpath=
    admin_ssl_key=
    admin_tls_ciphersuites=
    syseventlog.facility=daemon
    syseventlog.tag=
    validate_password.dictionary_file=
    `,
  ],
  [
    { scope: 'both', kind: 'bool' },
    `
    binlog_transaction_compression=OFF
    global_connection_memory_tracking=OFF
    `,
  ],
  [
    { scope: 'both', kind: 'uint' },
    `
    binlog_transaction_compression_level_zstd=3 [1,22]
    connection_memory_limit=18446744073709551615 [2097152,18446744073709551615]
    generated_random_password_length=20 [5,255]
    `,
  ],
  [
    { scope: 'both', kind: 'string' },
    `
    group_replication_consistency=EVENTUAL {EVENTUAL|BEFORE_ON_PRIMARY_FAILOVER|BEFORE|AFTER|BEFORE_AND_AFTER}
    innodb_tmpdir=
    `,
  ],
];

registerVariables(kept(RARELY_READ));
