import { columnList } from './column-list.js';
import { registerVirtualTable } from './virtual-table.js';

/*
 * InnoDB's tables of transactions and locks, with their columns in the MySQL 8.0 manual ("InnoDB INFORMATION_SCHEMA Transaction and Locking
 * Information", "Performance Schema Lock Tables"); the session layer makes the rows.
 */

registerVirtualTable({
  db: 'INFORMATION_SCHEMA',
  name: 'INNODB_TRX',
  columns:
    columnList(`trx_id uint! trx_state 13! trx_started datetime! trx_requested_lock_id 126 trx_wait_started datetime
    trx_weight uint! trx_mysql_thread_id uint! trx_query 1024 trx_operation_state 64 trx_tables_in_use uint!
    trx_tables_locked uint! trx_lock_structs uint! trx_lock_memory_bytes uint! trx_rows_locked uint!
    trx_rows_modified uint! trx_concurrency_tickets uint! trx_isolation_level 16! trx_unique_checks bool!
    trx_foreign_key_checks bool! trx_last_foreign_key_error 256 trx_adaptive_hash_latched bool!
    trx_adaptive_hash_timeout uint! trx_is_read_only bool! trx_autocommit_non_locking bool!
    trx_schedule_weight uint`),
  doc: 'Running transactions of all nodes.',
  rows: (ctx) => ctx.provide('innodb_trx'),
});

registerVirtualTable({
  db: 'PERFORMANCE_SCHEMA',
  name: 'data_locks',
  columns:
    columnList(`ENGINE 32! ENGINE_LOCK_ID 128! ENGINE_TRANSACTION_ID uint THREAD_ID uint EVENT_ID uint OBJECT_SCHEMA 64
    OBJECT_NAME 64 PARTITION_NAME 64 SUBPARTITION_NAME 64 INDEX_NAME 64 OBJECT_INSTANCE_BEGIN uint! LOCK_TYPE 32!
    LOCK_MODE 32! LOCK_STATUS 32! LOCK_DATA 8192`),
  doc: 'Requests for locks that wait at this moment, and the locks that they wait for.',
  rows: (ctx) => ctx.provide('data_locks'),
});

registerVirtualTable({
  db: 'PERFORMANCE_SCHEMA',
  name: 'data_lock_waits',
  columns: columnList(`ENGINE 32! REQUESTING_ENGINE_LOCK_ID 128! REQUESTING_ENGINE_TRANSACTION_ID uint
    REQUESTING_THREAD_ID uint REQUESTING_EVENT_ID uint REQUESTING_OBJECT_INSTANCE_BEGIN uint!
    BLOCKING_ENGINE_LOCK_ID 128! BLOCKING_ENGINE_TRANSACTION_ID uint BLOCKING_THREAD_ID uint BLOCKING_EVENT_ID uint
    BLOCKING_OBJECT_INSTANCE_BEGIN uint!`),
  doc: 'Which lock of data_locks waits for which.',
  rows: (ctx) => ctx.provide('engine_lock_waits'),
});
