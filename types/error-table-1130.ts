import type { ErrorEntry } from './error-entry.js';

/** Errors 1130 to 1299. Numbers, SQLSTATEs and formats: MySQL Server Error Message Reference; TiDB, "Error Codes". */
export const ERRORS_1130 = {
  ER_HOST_NOT_PRIVILEGED: {
    code: 1130,
    sqlState: 'HY000',
    format: "Host '%-.64s' is not allowed to connect to this MySQL server",
  },
  ER_PASSWORD_ANONYMOUS_USER: {
    code: 1131,
    sqlState: '42000',
    format:
      'You are using MySQL as an anonymous user and anonymous users are not allowed to change passwords',
  },
  ER_PASSWORD_NOT_ALLOWED: {
    code: 1132,
    sqlState: '42000',
    format:
      'You must have privileges to update tables in the mysql database to be able to change passwords for others',
  },
  ER_PASSWORD_NO_MATCH: {
    code: 1133,
    sqlState: '42000',
    format: "Can't find any matching row in the user table",
  },
  ER_UPDATE_INFO: { code: 1134, sqlState: 'HY000', format: 'Rows matched: %d  Changed: %d  Warnings: %d' },
  ER_CANT_CREATE_THREAD: {
    code: 1135,
    sqlState: 'HY000',
    format:
      "Can't create a new thread (errno %d); if you are not out of available memory, you can consult the manual for a possible OS-dependent bug",
  },
  ER_CANT_REOPEN_TABLE: { code: 1137, sqlState: 'HY000', format: "Can't reopen table: '%-.192s'" },
  ER_INVALID_USE_OF_NULL: { code: 1138, sqlState: '22004', format: 'Invalid use of NULL value' },
  ER_REGEXP_ERROR: { code: 1139, sqlState: '42000', format: "Got error '%-.64s' from regexp" },
  ER_NONEXISTING_GRANT: {
    code: 1141,
    sqlState: '42000',
    format: "There is no such grant defined for user '%-.48s' on host '%-.64s'",
  },
  ER_TABLEACCESS_DENIED_ERROR: {
    code: 1142,
    sqlState: '42000',
    format: "%-.128s command denied to user '%-.48s'@'%-.64s' for table '%-.64s'",
  },
  ER_COLUMNACCESS_DENIED_ERROR: {
    code: 1143,
    sqlState: '42000',
    format: "%-.16s command denied to user '%-.48s'@'%-.64s' for column '%-.192s' in table '%-.192s'",
  },
  ER_ILLEGAL_GRANT_FOR_TABLE: {
    code: 1144,
    sqlState: '42000',
    format: 'Illegal GRANT/REVOKE command; please consult the manual to see which privileges can be used',
  },
  ER_GRANT_WRONG_HOST_OR_USER: {
    code: 1145,
    sqlState: '42000',
    format: 'The host or user argument to GRANT is too long',
  },
  ER_NONEXISTING_TABLE_GRANT: {
    code: 1147,
    sqlState: '42000',
    format: "There is no such grant defined for user '%-.48s' on host '%-.64s' on table '%-.192s'",
  },
  ER_NOT_ALLOWED_COMMAND: {
    code: 1148,
    sqlState: '42000',
    format: 'The used command is not allowed with this MySQL version',
  },
  ER_SYNTAX_ERROR: {
    code: 1149,
    sqlState: '42000',
    format:
      'You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use',
  },
  ER_ABORTING_CONNECTION: {
    code: 1152,
    sqlState: '08S01',
    format: "Aborted connection %d to db: '%-.192s' user: '%-.48s' (%-.64s)",
  },
  ER_NET_READ_ERROR_FROM_PIPE: {
    code: 1154,
    sqlState: '08S01',
    format: 'Got a read error from the connection pipe',
  },
  ER_NET_FCNTL_ERROR: { code: 1155, sqlState: '08S01', format: 'Got an error from fcntl()' },
  ER_NET_READ_ERROR: { code: 1158, sqlState: '08S01', format: 'Got an error reading communication packets' },
  ER_NET_ERROR_ON_WRITE: {
    code: 1160,
    sqlState: '08S01',
    format: 'Got an error writing communication packets',
  },
  ER_NET_WRITE_INTERRUPTED: {
    code: 1161,
    sqlState: '08S01',
    format: 'Got timeout writing communication packets',
  },
  ER_TOO_LONG_STRING: {
    code: 1162,
    sqlState: '42000',
    format: "Result string is longer than 'max_allowed_packet' bytes",
  },
  ER_TABLE_CANT_HANDLE_BLOB: {
    code: 1163,
    sqlState: '42000',
    format: "The used table type doesn't support BLOB/TEXT columns",
  },
  ER_TABLE_CANT_HANDLE_AUTO_INCREMENT: {
    code: 1164,
    sqlState: '42000',
    format: "The used table type doesn't support AUTO_INCREMENT columns",
  },
  ER_WRONG_COLUMN_NAME: { code: 1166, sqlState: '42000', format: "Incorrect column name '%-.100s'" },
  ER_WRONG_KEY_COLUMN: {
    code: 1167,
    sqlState: '42000',
    format: "The used storage engine can't index column '%-.192s'",
  },
  ER_WRONG_MRG_TABLE: {
    code: 1168,
    sqlState: 'HY000',
    format:
      "Unable to open underlying table which is differently defined or of non-MyISAM type or doesn't exist",
  },
  ER_DUP_UNIQUE: {
    code: 1169,
    sqlState: '23000',
    format: "Can't write, because of unique constraint, to table '%-.192s'",
  },
  ER_BLOB_KEY_WITHOUT_LENGTH: {
    code: 1170,
    sqlState: '42000',
    format: "BLOB/TEXT column '%-.192s' used in key specification without a key length",
  },
  ER_PRIMARY_CANT_HAVE_NULL: {
    code: 1171,
    sqlState: '42000',
    format: 'All parts of a PRIMARY KEY must be NOT NULL; if you need NULL in a key, use UNIQUE instead',
  },
  ER_TOO_MANY_ROWS: { code: 1172, sqlState: '42000', format: 'Result consisted of more than one row' },
  ER_REQUIRES_PRIMARY_KEY: {
    code: 1173,
    sqlState: '42000',
    format: 'This table type requires a primary key',
  },
  ER_UPDATE_WITHOUT_KEY_IN_SAFE_MODE: {
    code: 1175,
    sqlState: 'HY000',
    format:
      'You are using safe update mode and you tried to update a table without a WHERE that uses a KEY column',
  },
  ER_CHECK_NO_SUCH_TABLE: { code: 1177, sqlState: '42000', format: "Can't open table" },
  ER_CHECK_NOT_IMPLEMENTED: {
    code: 1178,
    sqlState: '42000',
    format: "The storage engine for the table doesn't support %s",
  },
  ER_CANT_DO_THIS_DURING_AN_TRANSACTION: {
    code: 1179,
    sqlState: '25000',
    format: 'You are not allowed to execute this command in a transaction',
  },
  ER_ERROR_DURING_COMMIT: { code: 1180, sqlState: 'HY000', format: 'Got error %d during COMMIT' },
  ER_ERROR_DURING_ROLLBACK: { code: 1181, sqlState: 'HY000', format: 'Got error %d during ROLLBACK' },
  ER_ERROR_DURING_FLUSH_LOGS: { code: 1182, sqlState: 'HY000', format: 'Got error %d during FLUSH_LOGS' },
  ER_NEW_ABORTING_CONNECTION: {
    code: 1184,
    sqlState: '08S01',
    format: "Aborted connection %d to db: '%-.192s' user: '%-.48s' host: '%-.64s' (%-.64s)",
  },
  ER_FT_MATCHING_KEY_NOT_FOUND: {
    code: 1191,
    sqlState: 'HY000',
    format: "Can't find FULLTEXT index matching the column list",
  },
  ER_LOCK_OR_ACTIVE_TRANSACTION: {
    code: 1192,
    sqlState: 'HY000',
    format: "Can't execute the given command because you have active locked tables or an active transaction",
  },
  ER_UNKNOWN_SYSTEM_VARIABLE: { code: 1193, sqlState: 'HY000', format: "Unknown system variable '%-.64s'" },
  ER_CRASHED_ON_USAGE: {
    code: 1194,
    sqlState: 'HY000',
    format: "Table '%-.192s' is marked as crashed and should be repaired",
  },
  ER_TRANS_CACHE_FULL: {
    code: 1197,
    sqlState: 'HY000',
    format:
      "Multi-statement transaction required more than 'max_binlog_cache_size' bytes of storage; increase this mysqld variable and try again",
  },
  ER_TOO_MANY_USER_CONNECTIONS: {
    code: 1203,
    sqlState: '42000',
    format: "User %-.64s already has more than 'max_user_connections' active connections",
  },
  ER_SET_CONSTANTS_ONLY: {
    code: 1204,
    sqlState: 'HY000',
    format: 'You may only use constant expressions with SET',
  },
  ER_LOCK_TABLE_FULL: {
    code: 1206,
    sqlState: 'HY000',
    format: 'The total number of locks exceeds the lock table size',
  },
  ER_READ_ONLY_TRANSACTION: {
    code: 1207,
    sqlState: '25000',
    format: 'Update locks cannot be acquired during a READ UNCOMMITTED transaction',
  },
  ER_NO_PERMISSION_TO_CREATE_USER: {
    code: 1211,
    sqlState: '42000',
    format: "'%-.48s'@'%-.64s' is not allowed to create new users",
  },
  ER_TABLE_CANT_HANDLE_FT: {
    code: 1214,
    sqlState: 'HY000',
    format: "The used table type doesn't support FULLTEXT indexes",
  },
  ER_CANNOT_ADD_FOREIGN: { code: 1215, sqlState: 'HY000', format: 'Cannot add foreign key constraint' },
  ER_NO_REFERENCED_ROW: {
    code: 1216,
    sqlState: '23000',
    format: 'Cannot add or update a child row: a foreign key constraint fails',
  },
  ER_ROW_IS_REFERENCED: {
    code: 1217,
    sqlState: '23000',
    format: 'Cannot delete or update a parent row: a foreign key constraint fails',
  },
  ER_CANT_UPDATE_WITH_READLOCK: {
    code: 1223,
    sqlState: 'HY000',
    format: "Can't execute the query because you have a conflicting read lock",
  },
  ER_MIXING_NOT_ALLOWED: {
    code: 1224,
    sqlState: 'HY000',
    format: 'Mixing of transactional and non-transactional tables is disabled',
  },
  ER_DUP_ARGUMENT: { code: 1225, sqlState: 'HY000', format: "Option '%s' used twice in statement" },
  ER_USER_LIMIT_REACHED: {
    code: 1226,
    sqlState: '42000',
    format: "User '%-.64s' has exceeded the '%s' resource (current value: %d)",
  },
  ER_SPECIFIC_ACCESS_DENIED_ERROR: {
    code: 1227,
    sqlState: '42000',
    format: 'Access denied; you need (at least one of) the %-.128s privilege(s) for this operation',
  },
  ER_LOCAL_VARIABLE: {
    code: 1228,
    sqlState: 'HY000',
    format: "Variable '%-.64s' is a SESSION variable and can't be used with SET GLOBAL",
  },
  ER_GLOBAL_VARIABLE: {
    code: 1229,
    sqlState: 'HY000',
    format: "Variable '%-.64s' is a GLOBAL variable and should be set with SET GLOBAL",
  },
  ER_NO_DEFAULT: { code: 1230, sqlState: '42000', format: "Variable '%-.64s' doesn't have a default value" },
  ER_WRONG_VALUE_FOR_VAR: {
    code: 1231,
    sqlState: '42000',
    format: "Variable '%-.64s' can't be set to the value of '%-.200s'",
  },
  ER_WRONG_TYPE_FOR_VAR: {
    code: 1232,
    sqlState: '42000',
    format: "Incorrect argument type to variable '%-.64s'",
  },
  ER_VAR_CANT_BE_READ: {
    code: 1233,
    sqlState: 'HY000',
    format: "Variable '%-.64s' can only be set, not read",
  },
  ER_CANT_USE_OPTION_HERE: { code: 1234, sqlState: '42000', format: "Incorrect usage/placement of '%s'" },
  ER_NOT_SUPPORTED_YET_AS_IS: { code: 1235, sqlState: '42000', format: '%s' },
  ER_INCORRECT_GLOBAL_LOCAL_VAR: {
    code: 1238,
    sqlState: 'HY000',
    format: "Variable '%-.192s' is a %s variable",
  },
  ER_WRONG_FK_DEF: {
    code: 1239,
    sqlState: '42000',
    format: "Incorrect foreign key definition for '%-.192s': %s",
  },
  ER_KEY_REF_DO_NOT_MATCH_TABLE_REF: {
    code: 1240,
    sqlState: 'HY000',
    format: "Key reference and table reference don't match",
  },
  ER_CORRUPT_HELP_DB: { code: 1244, sqlState: 'HY000', format: 'Help database is corrupt or does not exist' },
  ER_AUTO_CONVERT: { code: 1246, sqlState: 'HY000', format: "Converting column '%s' from %s to %s" },
  ER_ILLEGAL_REFERENCE: { code: 1247, sqlState: '42S22', format: "Reference '%-.64s' not supported (%s)" },
  ER_SELECT_REDUCED: { code: 1249, sqlState: '01000', format: 'Select %d was reduced during optimization' },
  ER_TABLENAME_NOT_ALLOWED_HERE: {
    code: 1250,
    sqlState: '42000',
    format: "Table '%-.192s' from one of the SELECTs cannot be used in %-.32s",
  },
  ER_SPATIAL_CANT_HAVE_NULL: {
    code: 1252,
    sqlState: '42000',
    format: 'All parts of a SPATIAL index must be NOT NULL',
  },
  ER_COLLATION_CHARSET_MISMATCH: {
    code: 1253,
    sqlState: '42000',
    format: "COLLATION '%s' is not valid for CHARACTER SET '%s'",
  },
  ER_TOO_BIG_FOR_UNCOMPRESS: {
    code: 1256,
    sqlState: 'HY000',
    format:
      'Uncompressed data size too large; the maximum size is %d (probably, length of uncompressed data was corrupted)',
  },
  ER_ZLIB_Z_MEM_ERROR: { code: 1257, sqlState: 'HY000', format: 'ZLIB: Not enough memory' },
  ER_ZLIB_Z_BUF_ERROR: {
    code: 1258,
    sqlState: 'HY000',
    format:
      'ZLIB: Not enough room in the output buffer (probably, length of uncompressed data was corrupted)',
  },
  ER_ZLIB_Z_DATA_ERROR: { code: 1259, sqlState: 'HY000', format: 'ZLIB: Input data corrupted' },
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
  ER_WARN_NULL_TO_NOTNULL: {
    code: 1263,
    sqlState: '22004',
    format: "Column set to default value; NULL supplied to NOT NULL column '%s' at row %d",
  },
  ER_WARN_USING_OTHER_HANDLER: {
    code: 1266,
    sqlState: 'HY000',
    format: "Using storage engine %s for table '%s'",
  },
  ER_DROP_USER: { code: 1268, sqlState: 'HY000', format: 'Cannot drop one or more of the requested users' },
  ER_REVOKE_GRANTS: {
    code: 1269,
    sqlState: 'HY000',
    format: "Can't revoke all privileges for one or more of the requested users",
  },
  ER_VARIABLE_IS_NOT_STRUCT: {
    code: 1272,
    sqlState: 'HY000',
    format: "Variable '%-.64s' is not a variable component (can't be used as XXXX.variable_name)",
  },
  ER_UNSUPPORTED_COLLATION: {
    code: 1273,
    sqlState: 'HY000',
    format: "Unsupported collation when new collation is enabled: '%-.64s'",
  },
  ER_SERVER_IS_IN_SECURE_AUTH_MODE: {
    code: 1275,
    sqlState: 'HY000',
    format:
      "Server is running in --secure-auth mode, but '%s'@'%s' has a password in the old format; please change the password to the new format",
  },
  ER_WARN_FIELD_RESOLVED: {
    code: 1276,
    sqlState: 'HY000',
    format: "Field or reference '%s%s%s%s%s' of SELECT #%d was resolved in SELECT #%d",
  },
  ER_WRONG_NAME_FOR_INDEX: { code: 1280, sqlState: '42000', format: "Incorrect index name '%-.100s'" },
  ER_WRONG_NAME_FOR_CATALOG: { code: 1281, sqlState: '42000', format: "Incorrect catalog name '%-.100s'" },
  ER_BAD_FT_COLUMN: {
    code: 1283,
    sqlState: 'HY000',
    format: "Column '%-.192s' cannot be part of FULLTEXT index",
  },
  ER_UNKNOWN_STORAGE_ENGINE: { code: 1286, sqlState: '42000', format: "Unknown storage engine '%s'" },
  ER_WARN_DEPRECATED_SYNTAX: {
    code: 1287,
    sqlState: 'HY000',
    format: "'%s' is deprecated and will be removed in a future release. Please use %s instead",
  },
  ER_FEATURE_DISABLED: {
    code: 1289,
    sqlState: 'HY000',
    format: "The '%s' feature is disabled; you need MySQL built with '%s' to have it working",
  },
  ER_OPTION_PREVENTS_STATEMENT: {
    code: 1290,
    sqlState: 'HY000',
    format: 'The MySQL server is running with the %s option so it cannot execute this statement',
  },
  ER_DUPLICATED_VALUE_IN_TYPE: {
    code: 1291,
    sqlState: 'HY000',
    format: "Column '%-.100s' has duplicated value '%-.64s' in %s",
  },
  ER_TOO_MUCH_AUTO_TIMESTAMP_COLS: {
    code: 1293,
    sqlState: 'HY000',
    format:
      'Incorrect table definition; there can be only one TIMESTAMP column with CURRENT_TIMESTAMP in DEFAULT or ON UPDATE clause',
  },
  ER_INVALID_ON_UPDATE: {
    code: 1294,
    sqlState: 'HY000',
    format: "Invalid ON UPDATE clause for '%-.192s' column",
  },
  ER_UNSUPPORTED_PS: {
    code: 1295,
    sqlState: 'HY000',
    format: 'This command is not supported in the prepared statement protocol yet',
  },
  ER_GET_ERRMSG: { code: 1296, sqlState: 'HY000', format: "Got error %d '%-.100s' from %s" },
  ER_GET_TEMPORARY_ERRMSG: {
    code: 1297,
    sqlState: 'HY000',
    format: "Got temporary error %d '%-.100s' from %s",
  },
  ER_UNKNOWN_TIME_ZONE: { code: 1298, sqlState: 'HY000', format: "Unknown or incorrect time zone: '%-.64s'" },
  ER_WARN_INVALID_TIMESTAMP: {
    code: 1299,
    sqlState: 'HY000',
    format: "Invalid TIMESTAMP value in column '%s' at row %d",
  },
} as const satisfies Record<string, ErrorEntry>;
