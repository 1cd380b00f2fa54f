import type { ErrorEntry } from './error-entry.js';

/** Errors 8000 to 8199: TiDB. Numbers, SQLSTATEs and formats: MySQL Server Error Message Reference; TiDB, "Error Codes". */
export const ERRORS_8000 = {
  ER_MEM_EXCEED_THRESHOLD: { code: 8001, sqlState: 'HY000', format: 'Out Of Memory Quota![conn=%d]' },
  ER_FOR_UPDATE_CANT_RETRY: {
    code: 8002,
    sqlState: 'HY000',
    format: '[%d] can not retry select for update statement',
  },
  ER_ADMIN_CHECK_TABLE: { code: 8003, sqlState: 'HY000', format: '%s' },
  ER_WRITE_CONFLICT_IN_TIDB: {
    code: 8005,
    sqlState: 'HY000',
    format: 'Write conflict, txnStartTS %d is stale [try again later]',
  },
  ER_OPT_ON_TEMPORARY_TABLE: {
    code: 8006,
    sqlState: 'HY000',
    format: '`%s` is unsupported on temporary tables.',
  },
  ER_DROP_TABLE_ON_TEMPORARY_TABLE: {
    code: 8007,
    sqlState: 'HY000',
    format: '`%s` can only drop global temporary table',
  },
  ER_UNSUPPORTED_RELOAD_PLUGIN: {
    code: 8018,
    sqlState: 'HY000',
    format: 'Plugin %s is not loaded or not ready',
  },
  ER_UNSUPPORTED_RELOAD_PLUGIN_VAR: {
    code: 8019,
    sqlState: 'HY000',
    format: 'Reload plugin with different sysVar is unsupported %v',
  },
  ER_TABLE_LOCKED: { code: 8020, sqlState: 'HY000', format: "Table '%s' was locked in %s by %v" },
  ER_NOT_EXIST: { code: 8021, sqlState: 'HY000', format: 'Error: key not exist' },
  ER_TXN_ERR_NOT_IMPLEMENTED: { code: 8023, sqlState: 'HY000', format: 'not implemented' },
  ER_INVALID_TXN: { code: 8024, sqlState: 'HY000', format: 'invalid transaction' },
  ER_CAST_AS_SIGNED_OVERFLOW: {
    code: 8030,
    sqlState: 'HY000',
    format: 'Cast to signed converted positive out-of-range integer to its negative complement',
  },
  ER_CAST_NEG_INT_AS_UNSIGNED: {
    code: 8031,
    sqlState: 'HY000',
    format: "Cast to unsigned converted negative integer to it's positive complement",
  },
  ER_INVALID_TSO: { code: 8026, sqlState: 'HY000', format: 'invalid transaction timestamp' },
  ER_UNSUPPORTED_ISOLATION_LEVEL: {
    code: 8048,
    sqlState: 'HY000',
    format:
      "The isolation level '%s' is not supported. Set tidb_skip_isolation_level_check=1 to skip this error",
  },
  ER_LOAD_PRIVILEGE: { code: 8049, sqlState: 'HY000', format: 'Load privilege table fail: %s' },
  ER_INVALID_PRIVILEGE_TYPE: { code: 8050, sqlState: 'HY000', format: 'unknown privilege type %s' },
  ER_UNKNOWN_FIELD_TYPE: { code: 8051, sqlState: 'HY000', format: 'unknown field type' },
  ER_INVALID_SEQUENCE: { code: 8052, sqlState: 'HY000', format: 'invalid sequence' },
  ER_CANT_GET_VALID_ID: {
    code: 8053,
    sqlState: 'HY000',
    format: 'Cannot get a valid auto-ID when retrying the statement',
  },
  ER_CANT_SET_TO_NULL: { code: 8054, sqlState: 'HY000', format: 'cannot set variable to null' },
  ER_SNAPSHOT_TOO_OLD: { code: 8055, sqlState: 'HY000', format: 'snapshot is older than GC safe point %s' },
  ER_INVALID_TABLE_ID: { code: 8056, sqlState: 'HY000', format: 'invalid TableID' },
  ER_UNKNOWN_EXPLAIN_ID: { code: 8057, sqlState: 'HY000', format: 'unknown explain id' },
  ER_UNKNOWN_CONFLICT: { code: 8058, sqlState: 'HY000', format: 'DDL job rollback, error msg: %s' },
  ER_AUTO_RANDOM_RANGE: { code: 8059, sqlState: 'HY000', format: '%s' },
  ER_INVALID_INCREMENT_AND_OFFSET: {
    code: 8060,
    sqlState: 'HY000',
    format:
      'Invalid auto_increment settings: auto_increment_increment: %d, auto_increment_offset: %d, both of them must be in range [1..65535]',
  },
  ER_UNSUPPORTED_HINT: {
    code: 8061,
    sqlState: 'HY000',
    format: 'Optimizer hint %s is not supported by TiDB and is ignored',
  },
  ER_WARN_OPTIMIZER_HINT_INVALID_TOKEN: {
    code: 8062,
    sqlState: 'HY000',
    format: "Cannot use %s '%s' (tok=%d) in an optimizer hint",
  },
  ER_WARN_OPTIMIZER_HINT_INVALID_INTEGER: {
    code: 8062,
    sqlState: 'HY000',
    format: "integer value is out of range in '%s'",
  },
  ER_WARN_MEMORY_QUOTA_OVERFLOW: {
    code: 8063,
    sqlState: 'HY000',
    format: 'Max value of MEMORY_QUOTA is %d bytes, ignore this invalid limit',
  },
  ER_WARN_OPTIMIZER_HINT_PARSE_ERROR: {
    code: 8064,
    sqlState: 'HY000',
    format: 'Optimizer hint syntax error at %v',
  },
  ER_WARN_OPTIMIZER_HINT_UNSUPPORTED_HINT: {
    code: 8065,
    sqlState: 'HY000',
    format: 'Optimizer hint %s is not supported by TiDB and is ignored',
  },
  ER_WARN_OPTIMIZER_HINT_WRONG_POS: {
    code: 8066,
    sqlState: 'HY000',
    format: 'Optimizer hint can only be followed by certain keywords like SELECT, INSERT, etc.',
  },
  ER_ANALYZE_MISS_INDEX: {
    code: 8107,
    sqlState: 'HY000',
    format: "Index '%s' in field list does not exist in table '%s'",
  },
  ER_CARTESIAN_PRODUCT: { code: 8110, sqlState: 'HY000', format: 'Cartesian product is unsupported' },
  ER_PREPARE_STMT_NOT_FOUND: { code: 8111, sqlState: 'HY000', format: 'Prepared statement not found' },
  ER_WRONG_PARAM_COUNT: { code: 8112, sqlState: 'HY000', format: 'Wrong parameter count' },
  ER_SCHEMA_CHANGED: { code: 8113, sqlState: 'HY000', format: 'Schema has changed' },
  ER_UNKNOWN_PLAN: { code: 8114, sqlState: 'HY000', format: 'Unknown plan' },
  ER_PREPARE_MULTI: { code: 8115, sqlState: 'HY000', format: 'Can not prepare multiple statements' },
  ER_PREPARE_DDL: { code: 8116, sqlState: 'HY000', format: 'Can not prepare DDL statements with parameters' },
  ER_RESULT_IS_EMPTY: { code: 8117, sqlState: 'HY000', format: 'Result is empty' },
  ER_BUILD_EXEC: { code: 8118, sqlState: 'HY000', format: 'Failed to build executor' },
  ER_BATCH_INSERT: {
    code: 8119,
    sqlState: 'HY000',
    format: 'Batch insert failed, please clean the table and try again.',
  },
  ER_GET_START_TS: { code: 8120, sqlState: 'HY000', format: 'Can not get start ts' },
  ER_PRIVILEGE_CHECK_FAIL: { code: 8121, sqlState: 'HY000', format: "privilege check for '%s' fail" },
  ER_INVALID_WILDCARD_SELECT: {
    code: 8122,
    sqlState: 'HY000',
    format: 'Wildcard fields without any table name appears in wrong place',
  },
  ER_MIX_OF_GROUP_FUNC_AND_FIELDS_INCOMPATIBLE: {
    code: 8123,
    sqlState: 'HY000',
    format:
      "In aggregated query without GROUP BY, expression #%d of SELECT list contains nonaggregated column '%s'; this is incompatible with sql_mode=only_full_group_by",
  },
  ER_NOT_ALLOWED_FUNCTION: { code: 8125, sqlState: 'HY000', format: "%s is not supported for '%s' now" },
  ER_INVALID_TABLE_SAMPLE: { code: 8128, sqlState: 'HY000', format: 'Invalid TABLESAMPLE: %s' },
  ER_JSON_OBJECT_KEY_TOO_LONG: {
    code: 8129,
    sqlState: 'HY000',
    format: 'TiDB does not yet support JSON objects with the key length >= 65536',
  },
  ER_MULTI_STATEMENT_DISABLED: {
    code: 8130,
    sqlState: 'HY000',
    format:
      "client has multi-statement capability disabled. Run SET GLOBAL tidb_multi_statement_mode='ON' after you understand the security risk",
  },
  ER_ANALYZE_PARTITION: {
    code: 8131,
    sqlState: 'HY000',
    format: 'Build global-level stats failed due to missing partition-level stats: %s',
  },
  ER_ADMIN_CHECK_INDEX_COUNT: {
    code: 8133,
    sqlState: 'HY000',
    format: 'data inconsistency in table: %s, index: %s, index-count:%d != record-count:%d',
  },
  ER_OPTION_NOT_SUPPORTED: {
    code: 8136,
    sqlState: 'HY000',
    format: "option '%s' is no longer supported. Reason: %s",
  },
  ER_WARN_INSTANCE_SCOPE: {
    code: 8142,
    sqlState: 'HY000',
    format: 'modifying %s will require SET GLOBAL in a future version of TiDB',
  },
  ER_WARN_NO_EFFECT_SET: { code: 8144, sqlState: 'HY000', format: 'setting %s has no effect in TiDB' },
  ER_WARN_NO_EFFECT_VARIABLE: { code: 8145, sqlState: 'HY000', format: 'variable %s has no effect in TiDB' },
  ER_LAZY_UNIQUENESS_CHECK_FAILURE: {
    code: 8147,
    sqlState: 'HY000',
    format: 'transaction aborted because lazy uniqueness check is enabled and an error occurred: %s',
  },
  ER_UNSUPPORTED_COLUMN_IN_TTL_CONFIG: {
    code: 8148,
    sqlState: 'HY000',
    format: "Field '%-.192s' is of a not supported type for TTL config, expect DATETIME, DATE or TIMESTAMP",
  },
  ER_TTL_COLUMN_CANNOT_DROP: {
    code: 8149,
    sqlState: 'HY000',
    format: "Cannot drop column '%-.192s': needed in TTL config",
  },
  ER_SET_TTL_OPTION_FOR_NON_TTL_TABLE: {
    code: 8150,
    sqlState: 'HY000',
    format: 'Cannot set %s on a table without TTL config',
  },
  ER_TEMP_TABLE_NOT_ALLOWED_WITH_TTL: {
    code: 8151,
    sqlState: 'HY000',
    format: 'Set TTL for temporary table is not allowed',
  },
  ER_UNSUPPORTED_TTL_REFERENCED_BY_FK: {
    code: 8152,
    sqlState: 'HY000',
    format: 'Set TTL for a table referenced by foreign key is not allowed',
  },
  ER_UNSUPPORTED_PRIMARY_KEY_TYPE_WITH_TTL: {
    code: 8153,
    sqlState: 'HY000',
    format: 'Unsupported clustered primary key type FLOAT/DOUBLE for TTL',
  },
  ER_LOAD_DATA_FROM_SERVER_DISK: {
    code: 8154,
    sqlState: 'HY000',
    format: "Don't support load data from tidb-server's disk.",
  },
  ER_LOAD_PARQUET_FROM_LOCAL: {
    code: 8155,
    sqlState: 'HY000',
    format:
      'Do not support loading parquet files from local. Please try to load the parquet files from the cloud storage',
  },
  ER_LOAD_DATA_EMPTY_PATH: {
    code: 8156,
    sqlState: 'HY000',
    format: 'The value of INFILE must not be empty when LOAD DATA from LOCAL',
  },
  ER_LOAD_DATA_UNSUPPORTED_FORMAT: {
    code: 8157,
    sqlState: 'HY000',
    format: "The FORMAT '%s' is not supported",
  },
  ER_LOAD_DATA_INVALID_URI: {
    code: 8158,
    sqlState: 'HY000',
    format:
      "The URI of data source is invalid. Reason: %s. Please provide a valid URI, such as 's3://import/test.csv?access-key={your_access_key_id ID}&secret-access-key={your_secret_access_key}&session-token={your_session_token}'",
  },
  ER_LOAD_DATA_CANT_ACCESS: {
    code: 8159,
    sqlState: 'HY000',
    format:
      'Access to the %s has been denied. Reason: %s. Please check the URI, access key and secret access key are correct',
  },
  ER_LOAD_DATA_CANT_READ: {
    code: 8160,
    sqlState: 'HY000',
    format: 'Failed to read source files. Reason: %s. %s',
  },
  ER_LOAD_DATA_WRONG_FORMAT_CONFIG: { code: 8162, sqlState: 'HY000', format: '%s' },
  ER_UNKNOWN_OPTION: { code: 8163, sqlState: 'HY000', format: 'Unknown option %s' },
  ER_INVALID_OPTION_VAL: { code: 8164, sqlState: 'HY000', format: 'Invalid option value for %s' },
  ER_DUPLICATE_OPTION: { code: 8165, sqlState: 'HY000', format: 'Option %s specified more than once' },
  ER_LOAD_DATA_UNSUPPORTED_OPTION: { code: 8166, sqlState: 'HY000', format: 'Unsupported option %s for %s' },
  ER_LOAD_DATA_JOB_NOT_FOUND: { code: 8170, sqlState: 'HY000', format: "Job ID %d doesn't exist" },
  ER_LOAD_DATA_INVALID_OPERATION: {
    code: 8171,
    sqlState: 'HY000',
    format: 'The current job status cannot perform the operation. %s',
  },
  ER_LOAD_DATA_LOCAL_UNSUPPORTED_OPTION: {
    code: 8172,
    sqlState: 'HY000',
    format: 'Unsupported option for LOAD DATA LOCAL INFILE: %s',
  },
  ER_LOAD_DATA_PRECHECK_FAILED: { code: 8173, sqlState: 'HY000', format: 'PreCheck failed: %s' },
  ER_QUERY_MEM_EXCEEDED: {
    code: 8175,
    sqlState: 'HY000',
    format:
      'Your query has been cancelled due to exceeding the allowed memory limit for a single SQL query. Please try narrowing your query scope or increase the tidb_mem_quota_query limit and try again.[conn=%d]',
  },
  ER_SERVER_MEM_EXCEEDED: {
    code: 8176,
    sqlState: 'HY000',
    format:
      'Your query has been cancelled due to exceeding the allowed memory limit for the tidb-server instance and this query is currently using the most memory. Please try narrowing your query scope or increase the tidb_server_memory_limit and try again.[conn=%d]',
  },
} as const satisfies Record<string, ErrorEntry>;
