import { registerEmptyTables } from './empty-tables.js';

/*
 * Tables of performance_schema (MySQL 8.0 manual, "Performance Schema Table Descriptions") over instruments that this server does not have,
 * and of InnoDB's insides: tools read them and find nothing.
 */

const ACCOUNT = 'USER 32 HOST 255';
/** What a summary is by: the columns that name it. */
const BY: Readonly<Record<string, string>> = {
  by_account: ACCOUNT,
  by_host: 'HOST 255',
  by_user: 'USER 32',
  by_thread: 'THREAD_ID uint!',
  global: '',
};

const timers = (event: string): string =>
  `SUM_TIMER_${event} uint! MIN_TIMER_${event} uint! AVG_TIMER_${event} uint! MAX_TIMER_${event} uint!`;
const COUNTS = `COUNT_STAR uint! ${timers('WAIT')}`;
const STATEMENTS = `${COUNTS} SUM_LOCK_TIME uint! SUM_ERRORS uint! SUM_WARNINGS uint! SUM_ROWS_AFFECTED uint!
  SUM_ROWS_SENT uint! SUM_ROWS_EXAMINED uint! SUM_CREATED_TMP_DISK_TABLES uint! SUM_CREATED_TMP_TABLES uint!
  SUM_SELECT_FULL_JOIN uint! SUM_SELECT_FULL_RANGE_JOIN uint! SUM_SELECT_RANGE uint! SUM_SELECT_RANGE_CHECK uint!
  SUM_SELECT_SCAN uint! SUM_SORT_MERGE_PASSES uint! SUM_SORT_RANGE uint! SUM_SORT_ROWS uint! SUM_SORT_SCAN uint!
  SUM_NO_INDEX_USED uint! SUM_NO_GOOD_INDEX_USED uint! SUM_CPU_TIME uint! MAX_CONTROLLED_MEMORY uint!
  MAX_TOTAL_MEMORY uint! COUNT_SECONDARY uint!`;
const TRANSACTIONS = `${COUNTS} COUNT_READ_WRITE uint! ${timers('READ_WRITE')} COUNT_READ_ONLY uint!
  ${timers('READ_ONLY')}`;
const ERRORS = `ERROR_NUMBER int ERROR_NAME 64 SQL_STATE 5 SUM_ERROR_RAISED uint! SUM_ERROR_HANDLED uint!
  FIRST_SEEN timestamp LAST_SEEN timestamp`;
const MEMORY = `EVENT_NAME 128! COUNT_ALLOC uint! COUNT_FREE uint! SUM_NUMBER_OF_BYTES_ALLOC uint!
  SUM_NUMBER_OF_BYTES_FREE uint! LOW_COUNT_USED int! CURRENT_COUNT_USED int! HIGH_COUNT_USED int!
  LOW_NUMBER_OF_BYTES_USED int! CURRENT_NUMBER_OF_BYTES_USED int! HIGH_NUMBER_OF_BYTES_USED int!`;
const WAIT = `THREAD_ID uint! EVENT_ID uint! END_EVENT_ID uint EVENT_NAME 128! SOURCE 64 TIMER_START uint TIMER_END uint
  TIMER_WAIT uint SPINS uint OBJECT_SCHEMA 64 OBJECT_NAME 512 INDEX_NAME 64 OBJECT_TYPE 64 OBJECT_INSTANCE_BEGIN uint!
  NESTING_EVENT_ID uint NESTING_EVENT_TYPE 32 OPERATION 32! NUMBER_OF_BYTES int FLAGS uint`;
const HISTOGRAM = `BUCKET_NUMBER uint! BUCKET_TIMER_LOW uint! BUCKET_TIMER_HIGH uint! COUNT_BUCKET uint!
  COUNT_BUCKET_AND_LOWER uint! BUCKET_QUANTILE double!`;
const SOCKET = `COUNT_STAR uint! ${timers('WAIT')} COUNT_READ uint! ${timers('READ')} SUM_NUMBER_OF_BYTES_READ uint!
  COUNT_WRITE uint! ${timers('WRITE')} SUM_NUMBER_OF_BYTES_WRITE uint! COUNT_MISC uint! ${timers('MISC')}`;
const STATUS = 'VARIABLE_NAME 64! VARIABLE_VALUE 1024';
const FILTER = `CHANNEL_NAME 64! FILTER_NAME 64! FILTER_RULE text! CONFIGURED_BY 64! ACTIVE_SINCE timestamp6! COUNTER uint!`;

/** Summaries of one kind of event, by each thing that there is one by. */
const summaries = (name: (by: string) => string, columns: string): Record<string, string> =>
  Object.fromEntries(Object.entries(BY).map(([by, key]) => [name(by), `${key} ${columns}`]));

const PERFORMANCE: Readonly<Record<string, string>> = {
  ...summaries((by) => `events_statements_summary_${by}_by_event_name`, `EVENT_NAME 128! ${STATEMENTS}`),
  ...summaries((by) => `events_stages_summary_${by}_by_event_name`, `EVENT_NAME 128! ${COUNTS}`),
  ...summaries((by) => `events_transactions_summary_${by}_by_event_name`, `EVENT_NAME 128! ${TRANSACTIONS}`),
  ...summaries((by) => `events_errors_summary_${by}_by_error`, ERRORS),
  events_waits_current: WAIT,
  events_waits_history: WAIT,
  events_waits_history_long: WAIT,
  events_waits_summary_by_account_by_event_name: `${ACCOUNT} EVENT_NAME 128! ${COUNTS}`,
  events_waits_summary_by_host_by_event_name: `HOST 255 EVENT_NAME 128! ${COUNTS}`,
  events_waits_summary_by_user_by_event_name: `USER 32 EVENT_NAME 128! ${COUNTS}`,
  events_waits_summary_by_thread_by_event_name: `THREAD_ID uint! EVENT_NAME 128! ${COUNTS}`,
  events_waits_summary_by_instance: `EVENT_NAME 128! OBJECT_INSTANCE_BEGIN uint! ${COUNTS}`,
  events_statements_summary_by_program: `OBJECT_TYPE 32! OBJECT_SCHEMA 64! OBJECT_NAME 64! ${COUNTS}`,
  events_statements_histogram_global: HISTOGRAM,
  events_statements_histogram_by_digest: `SCHEMA_NAME 64 DIGEST 64 ${HISTOGRAM}`,
  memory_summary_by_account_by_event_name: `${ACCOUNT} ${MEMORY}`,
  memory_summary_by_host_by_event_name: `HOST 255 ${MEMORY}`,
  memory_summary_by_user_by_event_name: `USER 32 ${MEMORY}`,
  objects_summary_global_by_type: `OBJECT_TYPE 64 OBJECT_SCHEMA 64 OBJECT_NAME 64 ${COUNTS}`,
  socket_summary_by_event_name: `EVENT_NAME 128! ${SOCKET}`,
  socket_summary_by_instance: `EVENT_NAME 128! OBJECT_INSTANCE_BEGIN uint! ${SOCKET}`,
  socket_instances: `EVENT_NAME 128! OBJECT_INSTANCE_BEGIN uint! THREAD_ID uint SOCKET_ID int! IP 64! PORT int! STATE 16!`,
  file_instances: 'FILE_NAME 512! EVENT_NAME 128! OPEN_COUNT uint!',
  mutex_instances: 'NAME 128! OBJECT_INSTANCE_BEGIN uint! LOCKED_BY_THREAD_ID uint',
  rwlock_instances: `NAME 128! OBJECT_INSTANCE_BEGIN uint! WRITE_LOCKED_BY_THREAD_ID uint READ_LOCKED_BY_COUNT uint!`,
  cond_instances: 'NAME 128! OBJECT_INSTANCE_BEGIN uint!',
  host_cache: `IP 64! HOST 255 HOST_VALIDATED 3! SUM_CONNECT_ERRORS int! COUNT_HOST_BLOCKED_ERRORS int!
    COUNT_NAMEINFO_TRANSIENT_ERRORS int! COUNT_NAMEINFO_PERMANENT_ERRORS int! COUNT_FORMAT_ERRORS int!
    COUNT_ADDRINFO_TRANSIENT_ERRORS int! COUNT_ADDRINFO_PERMANENT_ERRORS int! COUNT_FCRDNS_ERRORS int!
    COUNT_HOST_ACL_ERRORS int! COUNT_NO_AUTH_PLUGIN_ERRORS int! COUNT_AUTH_PLUGIN_ERRORS int!
    COUNT_HANDSHAKE_ERRORS int! COUNT_PROXY_USER_ERRORS int! COUNT_PROXY_USER_ACL_ERRORS int!
    COUNT_AUTHENTICATION_ERRORS int! COUNT_SSL_ERRORS int! COUNT_MAX_USER_CONNECTIONS_ERRORS int!
    COUNT_MAX_USER_CONNECTIONS_PER_HOUR_ERRORS int! COUNT_DEFAULT_DATABASE_ERRORS int! COUNT_INIT_CONNECT_ERRORS int!
    COUNT_LOCAL_ERRORS int! COUNT_UNKNOWN_ERRORS int! FIRST_SEEN timestamp! LAST_SEEN timestamp!
    FIRST_ERROR_SEEN timestamp LAST_ERROR_SEEN timestamp`,
  status_by_account: `${ACCOUNT} ${STATUS}`,
  status_by_host: `HOST 255 ${STATUS}`,
  status_by_user: `USER 32 ${STATUS}`,
  status_by_thread: `THREAD_ID uint! ${STATUS}`,
  variables_by_thread: `THREAD_ID uint! ${STATUS}`,
  tls_channel_status: 'CHANNEL 128! PROPERTY 128! VALUE 2048!',
  log_status: 'SERVER_UUID 36! LOCAL text! REPLICATION text! STORAGE_ENGINES text!',
  performance_timers: 'TIMER_NAME 20! TIMER_FREQUENCY int TIMER_RESOLUTION int TIMER_OVERHEAD int',
  replication_applier_configuration: `CHANNEL_NAME 64! DESIRED_DELAY int! PRIVILEGE_CHECKS_USER text REQUIRE_ROW_FORMAT 3!
    REQUIRE_TABLE_PRIMARY_KEY_CHECK 8! ASSIGN_GTIDS_TO_ANONYMOUS_TRANSACTIONS_TYPE 5!
    ASSIGN_GTIDS_TO_ANONYMOUS_TRANSACTIONS_VALUE text`,
  replication_applier_filters: FILTER,
  replication_applier_global_filters: FILTER.replace('CHANNEL_NAME 64! ', '').replace(' COUNTER uint!', ''),
  replication_asynchronous_connection_failover: `CHANNEL_NAME 64! HOST 255! PORT int! NETWORK_NAMESPACE 64 WEIGHT uint!
    MANAGED_NAME 64!`,
  binary_log_transaction_compression_stats: `LOG_TYPE 10! COMPRESSION_TYPE 64! TRANSACTION_COUNTER uint!
    COMPRESSED_BYTES_COUNTER uint! UNCOMPRESSED_BYTES_COUNTER uint! COMPRESSION_PERCENTAGE int!
    FIRST_TRANSACTION_ID text FIRST_TRANSACTION_COMPRESSED_BYTES uint! FIRST_TRANSACTION_UNCOMPRESSED_BYTES uint!
    FIRST_TRANSACTION_TIMESTAMP timestamp6 LAST_TRANSACTION_ID text LAST_TRANSACTION_COMPRESSED_BYTES uint!
    LAST_TRANSACTION_UNCOMPRESSED_BYTES uint! LAST_TRANSACTION_TIMESTAMP timestamp6`,
};

const INNODB: Readonly<Record<string, string>> = {
  INNODB_CACHED_INDEXES: 'SPACE_ID uint! INDEX_ID uint! N_CACHED_PAGES uint!',
  INNODB_CMP_PER_INDEX: `DATABASE_NAME 192! TABLE_NAME 192! INDEX_NAME 192! COMPRESS_OPS int! COMPRESS_OPS_OK int!
    COMPRESS_TIME int! UNCOMPRESS_OPS int! UNCOMPRESS_TIME int!`,
  INNODB_CMPMEM_RESET: `PAGE_SIZE int! BUFFER_POOL_INSTANCE int! PAGES_USED int! PAGES_FREE int! RELOCATION_OPS int!
    RELOCATION_TIME int!`,
  INNODB_DATAFILES: 'SPACE 256 PATH 512!',
  INNODB_FIELDS: 'INDEX_ID 256 NAME 64! POS uint!',
  INNODB_FOREIGN_COLS: 'ID 129 FOR_COL_NAME 64! REF_COL_NAME 64! POS uint!',
  INNODB_FT_CONFIG: 'KEY 193! VALUE 193!',
  INNODB_FT_DEFAULT_STOPWORD: 'VALUE 18!',
  INNODB_FT_DELETED: 'DOC_ID uint!',
  INNODB_FT_BEING_DELETED: 'DOC_ID uint!',
  INNODB_FT_INDEX_CACHE: `WORD 337! FIRST_DOC_ID uint! LAST_DOC_ID uint! DOC_COUNT uint! DOC_ID uint! POSITION uint!`,
  INNODB_FT_INDEX_TABLE: `WORD 337! FIRST_DOC_ID uint! LAST_DOC_ID uint! DOC_COUNT uint! DOC_ID uint! POSITION uint!`,
  INNODB_SESSION_TEMP_TABLESPACES: 'ID uint! SPACE uint! PATH 4001! SIZE uint! STATE 192! PURPOSE 192!',
  INNODB_TABLESPACES_BRIEF: 'SPACE 256 NAME 268! PATH 512! FLAG 256 SPACE_TYPE 7!',
  INNODB_TABLESTATS: `TABLE_ID uint! NAME 193! STATS_INITIALIZED 193! NUM_ROWS uint! CLUST_INDEX_SIZE uint!
    OTHER_INDEX_SIZE uint! MODIFIED_COUNTER uint! AUTOINC uint! REF_COUNT int!`,
  INNODB_TEMP_TABLE_INFO: 'TABLE_ID uint! NAME 64 N_COLS uint! SPACE uint!',
  INNODB_VIRTUAL: 'TABLE_ID uint! POS uint! BASE_POS uint!',
};

registerEmptyTables('PERFORMANCE_SCHEMA', PERFORMANCE);
registerEmptyTables('INFORMATION_SCHEMA', INNODB);
