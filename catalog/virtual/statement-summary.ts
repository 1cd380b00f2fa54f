import {
  double,
  int,
  longText,
  notNull,
  str,
  timestamp,
  tinyint,
  uint,
  type ColumnMaker,
} from './columns.js';
import type { VirtualColumn } from './virtual-table.js';
import { registerVirtualTable } from './virtual-table.js';

const all = (make: ColumnMaker, names: string): VirtualColumn[] =>
  names.split(/\s+/).map((n) => notNull(make(n)));

/** AVG_x and MAX_x of each. */
const avgMax = (make: ColumnMaker, names: string, max: ColumnMaker = uint): VirtualColumn[] =>
  names.split(/\s+/).flatMap((n) => [notNull(make(`AVG_${n}`)), notNull(max(`MAX_${n}`))]);

/** TiDB docs, "Statement Summary Tables". */
export const STATEMENT_SUMMARY_COLUMNS: readonly VirtualColumn[] = [
  notNull(timestamp('SUMMARY_BEGIN_TIME', 0)),
  notNull(timestamp('SUMMARY_END_TIME', 0)),
  notNull(str('STMT_TYPE')),
  str('SCHEMA_NAME'),
  str('DIGEST'),
  notNull(longText('DIGEST_TEXT')),
  longText('TABLE_NAMES'),
  longText('INDEX_NAMES'),
  str('SAMPLE_USER'),
  ...all(
    uint,
    `EXEC_COUNT SUM_ERRORS SUM_WARNINGS SUM_LATENCY MAX_LATENCY MIN_LATENCY AVG_LATENCY AVG_PARSE_LATENCY MAX_PARSE_LATENCY
     AVG_COMPILE_LATENCY MAX_COMPILE_LATENCY SUM_COP_TASK_NUM MAX_COP_PROCESS_TIME`,
  ),
  str('MAX_COP_PROCESS_ADDRESS', 256),
  notNull(uint('MAX_COP_WAIT_TIME')),
  str('MAX_COP_WAIT_ADDRESS', 256),
  ...avgMax(uint, 'PROCESS_TIME WAIT_TIME BACKOFF_TIME TOTAL_KEYS PROCESSED_KEYS'),
  ...avgMax(
    double,
    `ROCKSDB_DELETE_SKIPPED_COUNT ROCKSDB_KEY_SKIPPED_COUNT ROCKSDB_BLOCK_CACHE_HIT_COUNT ROCKSDB_BLOCK_READ_COUNT
     ROCKSDB_BLOCK_READ_BYTE`,
  ),
  ...avgMax(
    uint,
    'PREWRITE_TIME COMMIT_TIME GET_COMMIT_TS_TIME COMMIT_BACKOFF_TIME RESOLVE_LOCK_TIME LOCAL_LATCH_WAIT_TIME',
  ),
  ...avgMax(double, 'WRITE_KEYS WRITE_SIZE PREWRITE_REGIONS TXN_RETRY'),
  ...all(uint, 'SUM_EXEC_RETRY SUM_EXEC_RETRY_TIME SUM_BACKOFF_TIMES'),
  str('BACKOFF_TYPES', 1024),
  ...avgMax(uint, 'MEM DISK'),
  ...all(
    uint,
    'AVG_KV_TIME AVG_PD_TIME AVG_BACKOFF_TOTAL_TIME AVG_WRITE_SQL_RESP_TIME AVG_TIDB_CPU_TIME AVG_TIKV_CPU_TIME',
  ),
  ...all(int, 'MAX_RESULT_ROWS MIN_RESULT_ROWS AVG_RESULT_ROWS'),
  notNull(tinyint('PREPARED')),
  notNull(double('AVG_AFFECTED_ROWS')),
  notNull(timestamp('FIRST_SEEN', 0)),
  notNull(timestamp('LAST_SEEN', 0)),
  notNull(tinyint('PLAN_IN_CACHE')),
  notNull(int('PLAN_CACHE_HITS')),
  notNull(tinyint('PLAN_IN_BINDING')),
  longText('QUERY_SAMPLE_TEXT'),
  longText('PREV_SAMPLE_TEXT'),
  str('PLAN_DIGEST'),
  longText('PLAN'),
  longText('BINARY_PLAN'),
  str('CHARSET'),
  str('COLLATION'),
  longText('PLAN_HINT'),
  ...all(double, 'MAX_REQUEST_UNIT_READ AVG_REQUEST_UNIT_READ MAX_REQUEST_UNIT_WRITE AVG_REQUEST_UNIT_WRITE'),
  ...all(uint, 'MAX_QUEUED_RC_TIME AVG_QUEUED_RC_TIME'),
  str('RESOURCE_GROUP'),
  notNull(int('PLAN_CACHE_UNQUALIFIED')),
  longText('PLAN_CACHE_UNQUALIFIED_LAST_REASON'),
];

const EVICTED = [timestamp('BEGIN_TIME', 0), timestamp('END_TIME', 0), notNull(int('EVICTED_COUNT'))];

const INSTANCE = str('INSTANCE');

for (const [name, columns] of [
  ['STATEMENTS_SUMMARY', STATEMENT_SUMMARY_COLUMNS],
  ['STATEMENTS_SUMMARY_HISTORY', STATEMENT_SUMMARY_COLUMNS],
  ['STATEMENTS_SUMMARY_EVICTED', EVICTED],
] as const) {
  registerVirtualTable({
    db: 'INFORMATION_SCHEMA',
    name,
    columns,
    rows: (ctx) => ctx.provide(name.toLowerCase()),
  });
  const cluster = `CLUSTER_${name}`;
  registerVirtualTable({
    db: 'INFORMATION_SCHEMA',
    name: cluster,
    columns: [INSTANCE, ...columns],
    rows: (ctx) => ctx.provide(cluster.toLowerCase()),
  });
}

/** MySQL manual, "Statement Summary Tables". */
const EVENTS_BY_DIGEST: readonly VirtualColumn[] = [
  str('SCHEMA_NAME'),
  str('DIGEST'),
  longText('DIGEST_TEXT'),
  ...all(
    uint,
    `COUNT_STAR SUM_TIMER_WAIT MIN_TIMER_WAIT AVG_TIMER_WAIT MAX_TIMER_WAIT SUM_LOCK_TIME SUM_ERRORS SUM_WARNINGS
     SUM_ROWS_AFFECTED SUM_ROWS_SENT SUM_ROWS_EXAMINED SUM_CREATED_TMP_DISK_TABLES SUM_CREATED_TMP_TABLES
     SUM_SELECT_FULL_JOIN SUM_SELECT_FULL_RANGE_JOIN SUM_SELECT_RANGE SUM_SELECT_RANGE_CHECK SUM_SELECT_SCAN
     SUM_SORT_MERGE_PASSES SUM_SORT_RANGE SUM_SORT_ROWS SUM_SORT_SCAN SUM_NO_INDEX_USED SUM_NO_GOOD_INDEX_USED
     SUM_CPU_TIME MAX_CONTROLLED_MEMORY MAX_TOTAL_MEMORY COUNT_SECONDARY`,
  ),
  notNull(timestamp('FIRST_SEEN', 6)),
  notNull(timestamp('LAST_SEEN', 6)),
  ...all(uint, 'QUANTILE_95 QUANTILE_99 QUANTILE_999'),
  longText('QUERY_SAMPLE_TEXT'),
  notNull(timestamp('QUERY_SAMPLE_SEEN', 6)),
  notNull(uint('QUERY_SAMPLE_TIMER_WAIT')),
];
registerVirtualTable({
  db: 'PERFORMANCE_SCHEMA',
  name: 'events_statements_summary_by_digest',
  columns: EVENTS_BY_DIGEST,
  rows: (ctx) => ctx.provide('events_statements_summary_by_digest'),
});
