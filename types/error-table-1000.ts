import type { ErrorEntry } from './error-entry.js';

/** Errors 1000 to 1129. Numbers, SQLSTATEs and formats: MySQL Server Error Message Reference; TiDB, "Error Codes". */
export const ERRORS_1000 = {
  ER_NISAMCHK: { code: 1001, sqlState: 'HY000', format: 'isamchk' },
  ER_NO: { code: 1002, sqlState: 'HY000', format: 'NO' },
  ER_YES: { code: 1003, sqlState: 'HY000', format: 'YES' },
  ER_CANT_CREATE_FILE: {
    code: 1004,
    sqlState: 'HY000',
    format: "Can't create file '%-.200s' (errno: %d - %s)",
  },
  ER_CANT_CREATE_TABLE: { code: 1005, sqlState: 'HY000', format: "Can't create table '%-.200s' (errno: %d)" },
  ER_DB_DROP_DELETE: {
    code: 1009,
    sqlState: 'HY000',
    format: "Error dropping database (can't delete '%-.192s', errno: %d)",
  },
  ER_DB_DROP_RMDIR: {
    code: 1010,
    sqlState: 'HY000',
    format: "Error dropping database (can't rmdir '%-.192s', errno: %d)",
  },
  ER_CANT_DELETE_FILE: {
    code: 1011,
    sqlState: 'HY000',
    format: "Error on delete of '%-.192s' (errno: %d - %s)",
  },
  ER_CANT_FIND_SYSTEM_REC: { code: 1012, sqlState: 'HY000', format: "Can't read record in system table" },
  ER_CANT_GET_STAT: {
    code: 1013,
    sqlState: 'HY000',
    format: "Can't get status of '%-.200s' (errno: %d - %s)",
  },
  ER_CANT_GET_WD: { code: 1014, sqlState: 'HY000', format: "Can't get working directory (errno: %d - %s)" },
  ER_CANT_LOCK: { code: 1015, sqlState: 'HY000', format: "Can't lock file (errno: %d - %s)" },
  ER_CANT_OPEN_FILE: { code: 1016, sqlState: 'HY000', format: "Can't open file: '%-.200s' (errno: %d - %s)" },
  ER_FILE_NOT_FOUND: { code: 1017, sqlState: 'HY000', format: "Can't find file: '%-.200s' (errno: %d - %s)" },
  ER_CANT_READ_DIR: { code: 1018, sqlState: 'HY000', format: "Can't read dir of '%-.192s' (errno: %d - %s)" },
  ER_CHECKREAD: {
    code: 1020,
    sqlState: 'HY000',
    format: "Record has changed since last read in table '%-.192s'",
  },
  ER_DISK_FULL: {
    code: 1021,
    sqlState: 'HY000',
    format: 'Disk full (%s); waiting for someone to free some space...',
  },
  ER_DUP_KEY: { code: 1022, sqlState: '23000', format: "Can't write; duplicate key in table '%-.192s'" },
  ER_ERROR_ON_CLOSE: {
    code: 1023,
    sqlState: 'HY000',
    format: "Error on close of '%-.192s' (errno: %d - %s)",
  },
  ER_ERROR_ON_READ: {
    code: 1024,
    sqlState: 'HY000',
    format: "Error reading file '%-.200s' (errno: %d - %s)",
  },
  ER_ERROR_ON_RENAME: {
    code: 1025,
    sqlState: 'HY000',
    format: "Error on rename of '%-.210s' to '%-.210s' (errno: %d - %s)",
  },
  ER_ERROR_ON_WRITE: {
    code: 1026,
    sqlState: 'HY000',
    format: "Error writing file '%-.200s' (errno: %d - %s)",
  },
  ER_FILE_USED: { code: 1027, sqlState: 'HY000', format: "'%-.192s' is locked against change" },
  ER_FILSORT_ABORT: { code: 1028, sqlState: 'HY000', format: 'Sort aborted' },
  ER_GET_ERRNO: { code: 1030, sqlState: 'HY000', format: 'Got error %d from storage engine' },
  ER_ILLEGAL_HA: {
    code: 1031,
    sqlState: 'HY000',
    format: "Table storage engine for '%-.192s' doesn't have this option",
  },
  ER_KEY_NOT_FOUND: { code: 1032, sqlState: 'HY000', format: "Can't find record in '%-.192s'" },
  ER_NOT_FORM_FILE: { code: 1033, sqlState: 'HY000', format: "Incorrect information in file: '%-.200s'" },
  ER_NOT_KEYFILE: {
    code: 1034,
    sqlState: 'HY000',
    format: "Incorrect key file for table '%-.200s'; try to repair it",
  },
  ER_OPEN_AS_READONLY: { code: 1036, sqlState: 'HY000', format: "Table '%-.192s' is read only" },
  ER_OUTOFMEMORY: {
    code: 1037,
    sqlState: 'HY001',
    format: 'Out of memory; restart server and try again (needed %d bytes)',
  },
  ER_OUT_OF_SORTMEMORY: {
    code: 1038,
    sqlState: 'HY001',
    format: 'Out of sort memory, consider increasing server sort buffer size',
  },
  ER_UNEXPECTED_EOF: {
    code: 1039,
    sqlState: 'HY000',
    format: "Unexpected EOF found when reading file '%-.192s' (errno: %d - %s)",
  },
  ER_OUT_OF_RESOURCES: {
    code: 1041,
    sqlState: 'HY000',
    format:
      "Out of memory; check if mysqld or some other process uses all available memory; if not, you may have to use 'ulimit' to allow mysqld to use more memory or you can add more swap space",
  },
  ER_BAD_HOST_ERROR: { code: 1042, sqlState: '08S01', format: "Can't get hostname for your address" },
  ER_WRONG_FIELD_WITH_GROUP_V2: { code: 1055, sqlState: '42000', format: "'%s' isn't in GROUP BY" },
  ER_WRONG_SUM_SELECT: {
    code: 1057,
    sqlState: '42000',
    format: 'Statement has sum functions and columns in same statement',
  },
  ER_WRONG_VALUE_COUNT: { code: 1058, sqlState: '21S01', format: "Column count doesn't match value count" },
  ER_TOO_LONG_IDENT: { code: 1059, sqlState: '42000', format: "Identifier name '%-.100s' is too long" },
  ER_WRONG_FIELD_SPEC: {
    code: 1063,
    sqlState: '42000',
    format: "Incorrect column specifier for column '%-.192s'",
  },
  ER_INVALID_DEFAULT: { code: 1067, sqlState: '42000', format: "Invalid default value for '%-.192s'" },
  ER_MULTIPLE_PRI_KEY: { code: 1068, sqlState: '42000', format: 'Multiple primary key defined' },
  ER_TOO_MANY_KEYS: { code: 1069, sqlState: '42000', format: 'Too many keys specified; max %d keys allowed' },
  ER_TOO_MANY_KEY_PARTS: {
    code: 1070,
    sqlState: '42000',
    format: 'Too many key parts specified; max %d parts allowed',
  },
  ER_TOO_LONG_KEY: {
    code: 1071,
    sqlState: '42000',
    format: 'Specified key was too long (%d bytes); max key length is %d bytes',
  },
  ER_KEY_COLUMN_DOES_NOT_EXITS: {
    code: 1072,
    sqlState: '42000',
    format: "Key column '%-.192s' doesn't exist in table",
  },
  ER_BLOB_USED_AS_KEY: {
    code: 1073,
    sqlState: '42000',
    format: "BLOB column '%-.192s' can't be used in key specification with the used table type",
  },
  ER_TOO_BIG_FIELDLENGTH: {
    code: 1074,
    sqlState: '42000',
    format: "Column length too big for column '%-.192s' (max = %lu); use BLOB or TEXT instead",
  },
  ER_WRONG_AUTO_KEY: {
    code: 1075,
    sqlState: '42000',
    format: 'Incorrect table definition; there can be only one auto column and it must be defined as a key',
  },
  ER_READY: {
    code: 1076,
    sqlState: 'HY000',
    format: "%s: ready for connections. Version: '%s'  socket: '%s'  port: %d",
  },
  ER_NORMAL_SHUTDOWN: { code: 1077, sqlState: 'HY000', format: '%s: Normal shutdown' },
  ER_SHUTDOWN_COMPLETE: { code: 1079, sqlState: 'HY000', format: '%s: Shutdown complete' },
  ER_FORCING_CLOSE: {
    code: 1080,
    sqlState: '08S01',
    format: "%s: Forcing close of thread %d  user: '%-.48s'",
  },
  ER_IPSOCK_ERROR: { code: 1081, sqlState: '08S01', format: "Can't create IP socket" },
  ER_NO_SUCH_INDEX: {
    code: 1082,
    sqlState: '42S12',
    format: "Table '%-.192s' has no index like the one used in CREATE INDEX; recreate the table",
  },
  ER_WRONG_FIELD_TERMINATORS: {
    code: 1083,
    sqlState: '42000',
    format: 'Field separator argument is not what is expected; check the manual',
  },
  ER_BLOBS_AND_NO_TERMINATED: {
    code: 1084,
    sqlState: '42000',
    format: "You can't use fixed rowlength with BLOBs; please use 'fields terminated by'",
  },
  ER_TEXTFILE_NOT_READABLE: {
    code: 1085,
    sqlState: 'HY000',
    format: "The file '%-.128s' must be in the database directory or be readable by all",
  },
  ER_FILE_EXISTS_ERROR: { code: 1086, sqlState: 'HY000', format: "File '%-.200s' already exists" },
  ER_LOAD_INFO: {
    code: 1087,
    sqlState: 'HY000',
    format: 'Records: %d  Deleted: %d  Skipped: %d  Warnings: %d',
  },
  ER_ALTER_INFO: { code: 1088, sqlState: 'HY000', format: 'Records: %d  Duplicates: %d' },
  ER_WRONG_SUB_KEY: {
    code: 1089,
    sqlState: 'HY000',
    format:
      "Incorrect prefix key; the used key part isn't a string, the used length is longer than the key part, or the storage engine doesn't support unique prefix keys",
  },
  ER_CANT_REMOVE_ALL_FIELDS: {
    code: 1090,
    sqlState: '42000',
    format: "You can't delete all columns with ALTER TABLE; use DROP TABLE instead",
  },
  ER_CANT_DROP_FIELD_OR_KEY: {
    code: 1091,
    sqlState: '42000',
    format: "Can't DROP '%-.192s'; check that column/key exists",
  },
  ER_INSERT_INFO: { code: 1092, sqlState: 'HY000', format: 'Records: %d  Duplicates: %d  Warnings: %d' },
  ER_NO_SUCH_THREAD: { code: 1094, sqlState: 'HY000', format: 'Unknown thread id: %lu' },
  ER_KILL_DENIED_ERROR: { code: 1095, sqlState: 'HY000', format: 'You are not owner of thread %lu' },
  ER_TOO_BIG_SET: { code: 1097, sqlState: 'HY000', format: 'Too many strings for column %-.192s and SET' },
  ER_NO_UNIQUE_LOGFILE: {
    code: 1098,
    sqlState: 'HY000',
    format: "Can't generate a unique log-filename %-.200s.(1-999)",
  },
  ER_TABLE_NOT_LOCKED_FOR_WRITE: {
    code: 1099,
    sqlState: 'HY000',
    format: "Table '%-.192s' was locked with a READ lock and can't be updated",
  },
  ER_TABLE_NOT_LOCKED: {
    code: 1100,
    sqlState: 'HY000',
    format: "Table '%-.192s' was not locked with LOCK TABLES",
  },
  ER_BLOB_CANT_HAVE_DEFAULT: {
    code: 1101,
    sqlState: '42000',
    format: "BLOB/TEXT/JSON column '%-.192s' can't have a default value",
  },
  ER_WRONG_DB_NAME: { code: 1102, sqlState: '42000', format: "Incorrect database name '%-.100s'" },
  ER_WRONG_TABLE_NAME: { code: 1103, sqlState: '42000', format: "Incorrect table name '%-.100s'" },
  ER_TOO_BIG_SELECT: {
    code: 1104,
    sqlState: '42000',
    format:
      'The SELECT would examine more than MAX_JOIN_SIZE rows; check your WHERE and use SET SQL_BIG_SELECTS=1 or SET MAX_JOIN_SIZE=# if the SELECT is okay',
  },
  ER_UNKNOWN_PROCEDURE: { code: 1106, sqlState: '42000', format: "Unknown procedure '%-.192s'" },
  ER_WRONG_PARAMCOUNT_TO_PROCEDURE: {
    code: 1107,
    sqlState: '42000',
    format: "Incorrect parameter count to procedure '%-.192s'",
  },
  ER_WRONG_PARAMETERS_TO_PROCEDURE: {
    code: 1108,
    sqlState: 'HY000',
    format: "Incorrect parameters to procedure '%-.192s'",
  },
  ER_UNSUPPORTED_EXTENSION: {
    code: 1112,
    sqlState: '42000',
    format: "Table '%-.192s' uses an extension that doesn't exist in this MySQL version",
  },
  ER_TABLE_MUST_HAVE_COLUMNS: {
    code: 1113,
    sqlState: '42000',
    format: 'A table must have at least 1 column',
  },
  ER_RECORD_FILE_FULL: { code: 1114, sqlState: 'HY000', format: "The table '%-.192s' is full" },
  ER_TOO_MANY_TABLES: {
    code: 1116,
    sqlState: 'HY000',
    format: 'Too many tables; MySQL can only use %d tables in a join',
  },
  ER_TOO_MANY_FIELDS: { code: 1117, sqlState: 'HY000', format: 'Too many columns' },
  ER_TOO_BIG_ROWSIZE: {
    code: 1118,
    sqlState: '42000',
    format:
      'Row size too large. The maximum row size for the used table type, not counting BLOBs, is %d. This includes storage overhead, check the manual. You have to change some columns to TEXT or BLOBs',
  },
  ER_STACK_OVERRUN: {
    code: 1119,
    sqlState: 'HY000',
    format:
      "Thread stack overrun:  Used: %d of a %d stack.  Use 'mysqld --thread_stack=#' to specify a bigger stack if needed",
  },
  ER_WRONG_OUTER_JOIN: {
    code: 1120,
    sqlState: '42000',
    format: 'Cross dependency found in OUTER JOIN; examine your ON conditions',
  },
  ER_NULL_COLUMN_IN_INDEX: {
    code: 1121,
    sqlState: '42000',
    format:
      "Table handler doesn't support NULL in given index. Please change column '%-.192s' to be NOT NULL or use another handler",
  },
  ER_CANT_FIND_UDF: { code: 1122, sqlState: 'HY000', format: "Can't load function '%-.192s'" },
  ER_CANT_INITIALIZE_UDF: {
    code: 1123,
    sqlState: 'HY000',
    format: "Can't initialize function '%-.192s'; %-.80s",
  },
  ER_UDF_EXISTS: { code: 1125, sqlState: 'HY000', format: "Function '%-.192s' already exists" },
  ER_CANT_OPEN_LIBRARY: {
    code: 1126,
    sqlState: 'HY000',
    format: "Can't open shared library '%-.192s' (errno: %d %-.128s)",
  },
  ER_FUNCTION_NOT_DEFINED: { code: 1128, sqlState: 'HY000', format: "Function '%-.192s' is not defined" },
  ER_HOST_IS_BLOCKED: {
    code: 1129,
    sqlState: 'HY000',
    format:
      "Host '%-.64s' is blocked because of many connection errors; unblock with 'mysqladmin flush-hosts'",
  },
} as const satisfies Record<string, ErrorEntry>;
