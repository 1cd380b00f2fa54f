import { ERRORS_1000 } from './error-table-1000.js';
import { ERRORS_1130 } from './error-table-1130.js';
import { ERRORS_1300 } from './error-table-1300.js';
import { ERRORS_1500 } from './error-table-1500.js';
import { ERRORS_1700 } from './error-table-1700.js';
import { ERRORS_3000 } from './error-table-3000.js';
import { ERRORS_3600 } from './error-table-3600.js';
import { ERRORS_8000 } from './error-table-8000.js';
import { ERRORS_8200 } from './error-table-8200.js';
import type { ErrorEntry } from './error-entry.js';
import { MysqlError } from './error.js';

/**
 * Every error number that a client can see, by its symbol (MySQL server error reference; numbers of 8000 and more are
 * TiDB's). Adding an error is adding a line.
 */
export const ERRORS = {
  ...ERRORS_1000,
  ...ERRORS_1130,
  ...ERRORS_1300,
  ...ERRORS_1500,
  ...ERRORS_1700,
  ...ERRORS_3000,
  ...ERRORS_3600,
  ...ERRORS_8000,
  ...ERRORS_8200,
  ER_HASHCHK: { code: 1000, sqlState: 'HY000', format: 'hashchk' },
  ER_CANT_CREATE_DB: { code: 1006, sqlState: 'HY000', format: "Can't create database '%s' (errno: %d)" },
  ER_DB_CREATE_EXISTS: {
    code: 1007,
    sqlState: 'HY000',
    format: "Can't create database '%s'; database exists",
  },
  ER_DB_DROP_EXISTS: {
    code: 1008,
    sqlState: 'HY000',
    format: "Can't drop database '%s'; database doesn't exist",
  },
  ER_CON_COUNT_ERROR: { code: 1040, sqlState: '08004', format: 'Too many connections' },
  ER_HANDSHAKE_ERROR: { code: 1043, sqlState: '08S01', format: 'Bad handshake' },
  ER_DBACCESS_DENIED_ERROR: {
    code: 1044,
    sqlState: '42000',
    format: "Access denied for user '%s'@'%s' to database '%s'",
  },
  ER_ACCESS_DENIED_ERROR: {
    code: 1045,
    sqlState: '28000',
    format: "Access denied for user '%s'@'%s' (using password: %s)",
  },
  ER_NO_DB_ERROR: { code: 1046, sqlState: '3D000', format: 'No database selected' },
  ER_UNKNOWN_COM_ERROR: { code: 1047, sqlState: '08S01', format: 'Unknown command' },
  ER_BAD_NULL_ERROR: { code: 1048, sqlState: '23000', format: "Column '%s' cannot be null" },
  ER_BAD_DB_ERROR: { code: 1049, sqlState: '42000', format: "Unknown database '%s'" },
  ER_TABLE_EXISTS_ERROR: { code: 1050, sqlState: '42S01', format: "Table '%s' already exists" },
  ER_BAD_TABLE_ERROR: { code: 1051, sqlState: '42S02', format: "Unknown table '%s'" },
  ER_NON_UNIQ_ERROR: { code: 1052, sqlState: '23000', format: "Column '%s' in %s is ambiguous" },
  ER_SERVER_SHUTDOWN: { code: 1053, sqlState: '08S01', format: 'Server shutdown in progress' },
  ER_BAD_FIELD_ERROR: { code: 1054, sqlState: '42S22', format: "Unknown column '%s' in '%s'" },
  ER_DUP_FIELDNAME: { code: 1060, sqlState: '42S21', format: "Duplicate column name '%s'" },
  ER_DUP_KEYNAME: { code: 1061, sqlState: '42000', format: "Duplicate key name '%s'" },
  ER_DUP_ENTRY: { code: 1062, sqlState: '23000', format: "Duplicate entry '%s' for key '%s'" },
  ER_PARSE_ERROR: { code: 1064, sqlState: '42000', format: '%s %s' },
  ER_EMPTY_QUERY: { code: 1065, sqlState: '42000', format: 'Query was empty' },
  ER_UNKNOWN_ERROR: { code: 1105, sqlState: 'HY000', format: '%s' },
  ER_NO_SUCH_TABLE: { code: 1146, sqlState: '42S02', format: "Table '%s.%s' doesn't exist" },
  ER_NOT_SUPPORTED_YET: {
    code: 1235,
    sqlState: '42000',
    format: "This version of TiDB doesn't yet support '%s'",
  },
  ER_FUNCTIONS_NOOP_IMPL: {
    code: 1235,
    sqlState: '42000',
    format:
      'function %s has only noop implementation in tidb now, use tidb_enable_noop_functions to enable these functions',
  },
  ER_LOCK_WAIT_TIMEOUT: {
    code: 1205,
    sqlState: 'HY000',
    format: 'Lock wait timeout exceeded; try restarting transaction',
  },
  ER_LOCK_DEADLOCK: {
    code: 1213,
    sqlState: '40001',
    format: 'Deadlock found when trying to get lock; try restarting transaction',
  },
  ER_QUERY_INTERRUPTED: { code: 1317, sqlState: '70100', format: 'Query execution was interrupted' },
  ER_NET_PACKET_TOO_LARGE: {
    code: 1153,
    sqlState: '08S01',
    format: "Got a packet bigger than 'max_allowed_packet' bytes",
  },
  ER_NET_PACKETS_OUT_OF_ORDER: { code: 1156, sqlState: '08S01', format: 'Got packets out of order' },
  ER_NET_UNCOMPRESS_ERROR: {
    code: 1157,
    sqlState: '08S01',
    format: "Couldn't uncompress communication packet",
  },
  ER_NET_READ_INTERRUPTED: {
    code: 1159,
    sqlState: '08S01',
    format: 'Got timeout reading communication packets',
  },
  ER_WRONG_ARGUMENTS: { code: 1210, sqlState: 'HY000', format: 'Incorrect arguments to %s' },
  ER_UNKNOWN_STMT_HANDLER: {
    code: 1243,
    sqlState: 'HY000',
    format: 'Unknown prepared statement handler (%s) given to %s',
  },
  ER_NOT_SUPPORTED_AUTH_MODE: {
    code: 1251,
    sqlState: '08004',
    format:
      'Client does not support authentication protocol requested by server; consider upgrading MySQL client',
  },
  ER_STMT_HAS_NO_OPEN_CURSOR: {
    code: 1421,
    sqlState: 'HY000',
    format: 'The statement (%lu) has no open cursor.',
  },
  ER_PLUGIN_IS_NOT_LOADED: { code: 1524, sqlState: 'HY000', format: "Plugin '%-.192s' is not loaded" },
  ER_MALFORMED_PACKET: { code: 1835, sqlState: 'HY000', format: 'Malformed communication packet.' },
  ER_MUST_CHANGE_PASSWORD_LOGIN: {
    code: 1862,
    sqlState: 'HY000',
    format:
      'Your password has expired. To log in you must change it using a client that supports expired passwords.',
  },
  ER_ACCOUNT_HAS_BEEN_LOCKED: {
    code: 3118,
    sqlState: 'HY000',
    format: "Access denied for user '%-.48s'@'%-.64s'. Account is locked.",
  },
  ER_SECURE_TRANSPORT_REQUIRED: {
    code: 3159,
    sqlState: 'HY000',
    format: 'Connections using insecure transport are prohibited while --require_secure_transport=ON.',
  },
  ER_CLIENT_LOCAL_FILES_DISABLED: {
    code: 3948,
    sqlState: '42000',
    format: 'Loading local data is disabled; this must be enabled on both the client and server sides',
  },
  ER_CLIENT_INTERACTION_TIMEOUT: {
    code: 4031,
    sqlState: 'HY000',
    format:
      'The client was disconnected by the server because of inactivity. See wait_timeout and interactive_timeout for configuring this behavior.',
  },
  ER_CUT_VALUE_GROUP_CONCAT: {
    code: 1260,
    sqlState: 'HY000',
    format: 'Some rows were cut by GROUPCONCAT(%s)',
  },
  ER_COLLATION_CHARSET_MISMATCH: {
    code: 1253,
    sqlState: '42000',
    format: "COLLATION '%s' is not valid for CHARACTER SET '%s'",
  },
  ER_WARN_ALLOWED_PACKET_OVERFLOWED: {
    code: 1301,
    sqlState: 'HY000',
    format: 'Result of %s() was larger than max_allowed_packet (%d) - truncated',
  },
  ER_INVALID_ARGUMENT_FOR_LOGARITHM: {
    code: 3020,
    sqlState: '2201E',
    format: 'Invalid argument for logarithm',
  },
  ER_DATETIME_FUNCTION_OVERFLOW: {
    code: 1441,
    sqlState: '22008',
    format: 'Datetime function: %s field overflow',
  },
  ER_WRONG_VALUE_FOR_TYPE: {
    code: 1411,
    sqlState: 'HY000',
    format: "Incorrect %s value: '%s' for function %s",
  },
  ER_REGEXP_ERROR: { code: 1139, sqlState: '42000', format: "Got error '%s' from regexp" },
  ER_REGEXP_ILLEGAL_ARGUMENT: {
    code: 3685,
    sqlState: 'HY000',
    format: 'Illegal argument to a regular expression.',
  },
  ER_REGEXP_INDEX_OUT_OF_BOUNDS_ERROR: {
    code: 3686,
    sqlState: 'HY000',
    format: 'Index out of bounds in regular expression search.',
  },
  ER_REGEXP_INVALID_BACK_REF: { code: 3888, sqlState: 'HY000', format: 'Illegal back reference.' },
  ER_USER_LOCK_WRONG_NAME: { code: 3057, sqlState: '42000', format: "Incorrect user-level lock name '%s'." },
  ER_ZLIB_Z_DATA_ERROR: { code: 1259, sqlState: 'HY000', format: 'ZLIB: Input data corrupted' },
  ER_INVALID_ARGUMENT: { code: 1210, sqlState: 'HY000', format: 'Incorrect arguments to %s' },
  ER_AES_INVALID_IV: {
    code: 1882,
    sqlState: 'HY000',
    format: 'The initialization vector supplied to %s is too short. Must be at least 16 bytes long',
  },
  ER_INVALID_JSON_TEXT_IN_PARAM: {
    code: 3141,
    sqlState: '22032',
    format: 'Invalid JSON text in argument %d to function %s: "%s" at position %d.',
  },
  ER_INVALID_JSON_PATH: {
    code: 3143,
    sqlState: '42000',
    format: 'Invalid JSON path expression. The error is around character position %d.',
  },
  ER_INVALID_TYPE_FOR_JSON: {
    code: 3146,
    sqlState: '22032',
    format:
      'Invalid data type for JSON data in argument %d to function %s; a JSON string or JSON type is required.',
  },
  ER_INVALID_JSON_PATH_WILDCARD: {
    code: 3149,
    sqlState: '42000',
    format: 'In this situation, path expressions may not contain the * and ** tokens or an array range.',
  },
  ER_JSON_VACUOUS_PATH: {
    code: 3153,
    sqlState: '42000',
    format: "The path expression '$' is not allowed in this context.",
  },
  ER_JSON_BAD_ONE_OR_ALL_ARG: {
    code: 3154,
    sqlState: '42000',
    format: "The oneOrAll argument to %s may take these values: 'one' or 'all'.",
  },
  ER_JSON_DOCUMENT_NULL_KEY: {
    code: 3158,
    sqlState: '22032',
    format: 'JSON documents may not contain NULL member names.',
  },
  ER_INVALID_JSON_PATH_ARRAY_CELL: {
    code: 3165,
    sqlState: '42000',
    format: 'A path expression is not a path to a cell in an array.',
  },
  ER_OPERAND_COLUMNS: { code: 1241, sqlState: '21000', format: 'Operand should contain %d column(s)' },
  ER_CANT_AGGREGATE_2COLLATIONS: {
    code: 1267,
    sqlState: 'HY000',
    format: "Illegal mix of collations (%s,%s) and (%s,%s) for operation '%s'",
  },
  ER_CANT_AGGREGATE_3COLLATIONS: {
    code: 1270,
    sqlState: 'HY000',
    format: "Illegal mix of collations (%s,%s), (%s,%s), (%s,%s) for operation '%s'",
  },
  ER_CANT_AGGREGATE_NCOLLATIONS: {
    code: 1271,
    sqlState: 'HY000',
    format: "Illegal mix of collations for operation '%s'",
  },
  ER_SP_DOES_NOT_EXIST: { code: 1305, sqlState: '42000', format: '%s %s does not exist' },
  ER_DIVISION_BY_ZERO: { code: 1365, sqlState: '22012', format: 'Division by 0' },
  ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT: {
    code: 1582,
    sqlState: '42000',
    format: "Incorrect parameter count in the call to native function '%s'",
  },
  ER_TXN_RETRYABLE: {
    code: 8022,
    sqlState: 'HY000',
    format: 'Error: KV error safe to retry %s [try again later]',
  },
  ER_LOCK_NOWAIT: {
    code: 3572,
    sqlState: 'HY000',
    format: 'Statement aborted because lock(s) could not be acquired immediately and NOWAIT is set.',
  },
  ER_TXN_TOO_LARGE: { code: 8004, sqlState: 'HY000', format: 'Transaction is too large, size: %d' },
  ER_ENTRY_TOO_LARGE: {
    code: 8025,
    sqlState: 'HY000',
    format: 'entry too large, the max entry size is %d, the size of data is %d',
  },
  ER_PD_SERVER_TIMEOUT: { code: 9001, sqlState: 'HY000', format: 'PD server timeout: %s' },
  ER_TIKV_SERVER_TIMEOUT: { code: 9002, sqlState: 'HY000', format: 'TiKV server timeout' },
  ER_TIKV_SERVER_BUSY: { code: 9003, sqlState: 'HY000', format: 'TiKV server is busy' },
  ER_RESOLVE_LOCK_TIMEOUT: { code: 9004, sqlState: 'HY000', format: 'Resolve lock timeout' },
  ER_REGION_UNAVAILABLE: { code: 9005, sqlState: 'HY000', format: 'Region is unavailable' },
  ER_TIKV_STALE_COMMAND: { code: 9010, sqlState: 'HY000', format: 'TiKV server reports stale command' },
  ER_WRITE_CONFLICT: { code: 9007, sqlState: 'HY000', format: 'Write conflict, %s [try again later]' },
  ER_INFO_SCHEMA_CHANGED: {
    code: 8028,
    sqlState: 'HY000',
    format:
      'Information schema is changed during the execution of the statement(for example, table definition may be updated by other DDL ran in parallel). If you see this error often, try increasing `tidb_max_delta_schema_count`. [try again later]',
  },
  ER_WARN_DATA_OUT_OF_RANGE: {
    code: 1264,
    sqlState: '22003',
    format: "Out of range value for column '%s' at row %d",
  },
  ER_CONVERTED_TRUNCATED: {
    code: 1265,
    sqlState: '01000',
    format: "Data truncated for column '%s', value is '%s'",
  },
  ER_CONVERTED_OUT_OF_RANGE: {
    code: 1264,
    sqlState: '22003',
    format: "Out of range value for column '%s', the value is '%s'",
  },
  WARN_DATA_TRUNCATED: { code: 1265, sqlState: '01000', format: "Data truncated for column '%s' at row %d" },
  ER_TRUNCATED_WRONG_VALUE: {
    code: 1292,
    sqlState: '22007',
    format: "Truncated incorrect %-.64s value: '%-.128s'",
  },
  ER_TRUNCATED_WRONG_VALUE_FOR_TYPE: {
    code: 1292,
    sqlState: '22007',
    format: "Incorrect %-.32s value: '%-.128s'",
  },
  ER_TRUNCATED_WRONG_VALUE_FOR_COLUMN: {
    code: 1292,
    sqlState: '22007',
    format: "Incorrect %-.32s value: '%-.128s' for column '%.192s' at row %d",
  },
  ER_TRUNCATED_WRONG_VALUE_FOR_FIELD: {
    code: 1366,
    sqlState: 'HY000',
    format: "Incorrect %-.32s value: '%-.128s' for column '%.192s' at row %d",
  },
  ER_WRONG_STRING_VALUE: {
    code: 1366,
    sqlState: 'HY000',
    format: "Incorrect string value '%s' for column '%s'",
  },
  ER_DATA_TOO_LONG: { code: 1406, sqlState: '22001', format: "Data too long for column '%s' at row %d" },
  ER_DATA_OUT_OF_RANGE: { code: 1690, sqlState: '22003', format: "%s value is out of range in '%s'" },
  ER_INVALID_JSON_TEXT: { code: 3140, sqlState: '22032', format: 'Invalid JSON text: %s' },
  ER_INVALID_JSON_BINARY_DATA: {
    code: 3142,
    sqlState: '22032',
    format: 'The JSON binary value contains invalid data.',
  },
  ER_JSON_KEY_TOO_BIG: {
    code: 3151,
    sqlState: '22032',
    format: 'The JSON object contains a key name that is too long.',
  },
  ER_JSON_DOCUMENT_TOO_DEEP: {
    code: 3157,
    sqlState: '22032',
    format: 'The JSON document exceeds the maximum depth.',
  },
  ER_TIMESTAMP_IN_DST_TRANSITION: {
    code: 8179,
    sqlState: 'HY000',
    format: "Timestamp is not valid, since it is in Daylight Saving Time transition '%s' for time zone '%s'",
  },
  ER_NONUNIQ_TABLE: { code: 1066, sqlState: '42000', format: "Not unique table/alias: '%s'" },
  ER_VIEW_WRONG_LIST: {
    code: 1353,
    sqlState: 'HY000',
    format:
      'In definition of view, derived table or common table expression, SELECT list and column names list have different column counts',
  },
  ER_CTE_RECURSIVE_REQUIRES_UNION: {
    code: 3573,
    sqlState: 'HY000',
    format: "Recursive Common Table Expression '%s' should contain a UNION",
  },
  ER_CTE_RECURSIVE_REQUIRES_NONRECURSIVE_FIRST: {
    code: 3574,
    sqlState: 'HY000',
    format:
      "Recursive Common Table Expression '%s' should have one or more non-recursive query blocks followed by one or more recursive ones",
  },
  ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT: {
    code: 1222,
    sqlState: '21000',
    format: 'The used SELECT statements have a different number of columns',
  },
  ER_PARTITION_CLAUSE_ON_NONPARTITIONED: {
    code: 1747,
    sqlState: 'HY000',
    format: 'PARTITION () clause on non partitioned table',
  },
  ER_KEY_DOES_NOT_EXITS: { code: 1176, sqlState: '42000', format: "Key '%s' doesn't exist in table '%s'" },
  ER_DERIVED_MUST_HAVE_ALIAS: {
    code: 1248,
    sqlState: '42000',
    format: 'Every derived table must have its own alias',
  },
  ER_VIEW_RECURSIVE: { code: 1462, sqlState: 'HY000', format: '`%s`.`%s` contains view recursion' },
  ER_VIEW_INVALID: {
    code: 1356,
    sqlState: 'HY000',
    format:
      "View '%s.%s' references invalid table(s) or column(s) or function(s) or definer/invoker of view lack rights to use them",
  },
  ER_NO_TABLES_USED: { code: 1096, sqlState: 'HY000', format: 'No tables used' },
  ER_WRONG_GROUP_FIELD: { code: 1056, sqlState: '42000', format: "Can't group on '%s'" },
  ER_FIELD_IN_ORDER_NOT_SELECT: {
    code: 3065,
    sqlState: 'HY000',
    format:
      "Expression #%d of ORDER BY clause is not in SELECT list, references column '%s' which is not in SELECT list; this is incompatible with %s",
  },
  ER_WRONG_VALUE_COUNT_ON_ROW: {
    code: 1136,
    sqlState: '21S01',
    format: "Column count doesn't match value count at row %d",
  },
  ER_WINDOW_CIRCULARITY_IN_WINDOW_GRAPH: {
    code: 3580,
    sqlState: 'HY000',
    format: 'There is a circularity in the window dependency graph.',
  },
  ER_WINDOW_NO_SUCH_WINDOW: { code: 3579, sqlState: 'HY000', format: "Window name '%s' is not defined." },
  ER_WINDOW_NO_CHILD_PARTITIONING: {
    code: 3581,
    sqlState: 'HY000',
    format: 'A window which depends on another cannot define partitioning.',
  },
  ER_WINDOW_FRAME_START_ILLEGAL: {
    code: 3584,
    sqlState: 'HY000',
    format: "Window '%s': frame start cannot be UNBOUNDED FOLLOWING.",
  },
  ER_WINDOW_FRAME_END_ILLEGAL: {
    code: 3585,
    sqlState: 'HY000',
    format: "Window '%s': frame end cannot be UNBOUNDED PRECEDING.",
  },
  ER_WINDOW_INVALID_WINDOW_FUNC_USE: {
    code: 3593,
    sqlState: 'HY000',
    format: "You cannot use the window function '%s' in this context.'",
  },
  ER_UNKNOWN_CHARACTER_SET: { code: 1115, sqlState: '42000', format: "Unknown character set: '%s'" },
  ER_UNSUPPORTED_CHARACTER_INTRODUCER: {
    code: 1115,
    sqlState: '42000',
    format: "Unsupported character introducer: '%s'",
  },
  ER_CANNOT_CONVERT_BYTES: {
    code: 1105,
    sqlState: 'HY000',
    format: "Cannot convert string '%s' from binary to %s",
  },
  ER_UNKNOWN_COLLATION: { code: 1273, sqlState: 'HY000', format: "Unknown collation: '%s'" },
  ER_TOO_BIG_PRECISION: {
    code: 1426,
    sqlState: '42000',
    format: "Too-big precision %d specified for '%s'. Maximum is %d.",
  },
  ER_TOO_BIG_SCALE: {
    code: 1425,
    sqlState: '42000',
    format: "Too big scale %d specified for column '%s'. Maximum is %d.",
  },
  ER_M_BIGGER_THAN_D: {
    code: 1427,
    sqlState: '42000',
    format: "For float(M,D), double(M,D) or decimal(M,D), M must be >= D (column '%s').",
  },
  ER_NO_DEFAULT_FOR_FIELD: {
    code: 1364,
    sqlState: 'HY000',
    format: "Field '%s' doesn't have a default value",
  },
  ER_SUBQUERY_NO_1_ROW: { code: 1242, sqlState: '21000', format: 'Subquery returns more than 1 row' },
  ER_INVALID_GROUP_FUNC_USE: { code: 1111, sqlState: 'HY000', format: 'Invalid use of group function' },
  ER_WRONG_VALUE: { code: 1525, sqlState: 'HY000', format: "Incorrect %s value: '%s'" },
  ER_MIX_OF_GROUP_FUNC_AND_FIELDS_V2: {
    code: 1140,
    sqlState: '42000',
    format:
      "In aggregated query without GROUP BY, expression #%d of SELECT list contains nonaggregated column '%s'; this is incompatible with sql_mode=only_full_group_by",
  },
  ER_WRONG_FIELD_WITH_GROUP: {
    code: 1055,
    sqlState: '42000',
    format:
      "Expression #%d of %s is not in GROUP BY clause and contains nonaggregated column '%s' which is not functionally dependent on columns in GROUP BY clause; this is incompatible with sql_mode=only_full_group_by",
  },
  ER_FIELD_SPECIFIED_TWICE: { code: 1110, sqlState: '42000', format: "Column '%s' specified twice" },
  ER_UNKNOWN_TABLE: { code: 1109, sqlState: '42S02', format: "Unknown table '%s' in %s" },
  ER_NON_UPDATABLE_TABLE: {
    code: 1288,
    sqlState: 'HY000',
    format: 'The target table %s of the %s is not updatable',
  },
  ER_WRONG_USAGE: { code: 1221, sqlState: 'HY000', format: 'Incorrect usage of %s and %s' },
  ER_NON_DEFAULT_VALUE_FOR_GENERATED_COLUMN: {
    code: 3105,
    sqlState: 'HY000',
    format: "The value specified for generated column '%s' in table '%s' is not allowed.",
  },
  ER_BAD_GENERATED_COLUMN: {
    code: 3105,
    sqlState: 'HY000',
    format: "The value specified for generated column '%s' in table '%s' is not allowed.",
  },
  ER_UPDATE_TABLE_USED: {
    code: 1093,
    sqlState: 'HY000',
    format: "You can't specify target table '%s' for update in FROM clause",
  },
  ER_CTE_MAX_RECURSION_DEPTH: {
    code: 3636,
    sqlState: 'HY000',
    format:
      'Recursive query aborted after %d iterations. Try increasing @@cte_max_recursion_depth to a larger value.',
  },
  ER_WARN_TOO_FEW_RECORDS: {
    code: 1261,
    sqlState: '01000',
    format: "Row %d doesn't contain data for all columns",
  },
  ER_WARN_TOO_MANY_RECORDS: {
    code: 1262,
    sqlState: '01000',
    format: 'Row %d was truncated; it contained more data than there were input columns',
  },
  ER_ADMIN_CHECK_TABLE: { code: 8003, sqlState: 'HY000', format: '%s' },
  ER_DATA_INCONSISTENT: {
    code: 8223,
    sqlState: 'HY000',
    format: 'data inconsistency in table: %s, index: %s, handle: %s, index-values:%s != record-values:%s',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorSymbol = keyof typeof ERRORS;

/** Fills a format of the table; each printf verb takes the next argument. */
export function formatError(format: string, args: readonly (string | number | bigint)[]): string {
  let next = 0;
  return format.replace(
    /%-?\d*(?:\.(\d+))?([sdvq%]|lu|ld|llu)/g,
    (verb, precision: string | undefined, kind: string) => {
      if (kind === '%') return '%';
      if (next >= args.length) return verb;
      const text = String(args[next++]);
      return precision === undefined ? text : text.slice(0, Number(precision));
    },
  );
}

let states: Map<number, string> | null = null;

/** SQLSTATE of an error number. */
export function sqlStateOf(code: number): string {
  states ??= new Map(Object.values(ERRORS).map((e) => [e.code, e.sqlState]));
  return states.get(code) ?? 'HY000';
}

/** The error named by `symbol` with its text filled in. */
export function mysqlError(symbol: ErrorSymbol, ...args: (string | number | bigint)[]): MysqlError {
  const entry = ERRORS[symbol];
  return new MysqlError(entry.code, entry.sqlState, formatError(entry.format, args));
}
