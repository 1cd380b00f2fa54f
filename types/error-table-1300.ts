import type { ErrorEntry } from './error-entry.js';

/** Errors 1300 to 1499. Numbers, SQLSTATEs and formats: MySQL Server Error Message Reference; TiDB, "Error Codes". */
export const ERRORS_1300 = {
  ER_INVALID_CHARACTER_STRING: {
    code: 1300,
    sqlState: 'HY000',
    format: "Invalid %s character string: '%.64s'",
  },
  ER_WARN_ALLOWED_PACKET_OVERFLOWED: {
    code: 1301,
    sqlState: 'HY000',
    format: 'Result of %s() was larger than max_allowed_packet (%d) - truncated',
  },
  ER_CONFLICTING_DECLARATIONS: {
    code: 1302,
    sqlState: 'HY000',
    format: "Conflicting declarations: '%s%s' and '%s%s'",
  },
  ER_SP_NO_RECURSIVE_CREATE: {
    code: 1303,
    sqlState: '2F003',
    format: "Can't create a %s from within another stored routine",
  },
  ER_SP_ALREADY_EXISTS: { code: 1304, sqlState: '42000', format: '%s %s already exists' },
  ER_SP_DROP_FAILED: { code: 1306, sqlState: 'HY000', format: 'Failed to DROP %s %s' },
  ER_SP_STORE_FAILED: { code: 1307, sqlState: 'HY000', format: 'Failed to CREATE %s %s' },
  ER_SP_LILABEL_MISMATCH: { code: 1308, sqlState: '42000', format: '%s with no matching label: %s' },
  ER_SP_LABEL_REDEFINE: { code: 1309, sqlState: '42000', format: 'Redefining label %s' },
  ER_SP_LABEL_MISMATCH: { code: 1310, sqlState: '42000', format: 'End-label %s without match' },
  ER_SP_UNINIT_VAR: { code: 1311, sqlState: '01000', format: 'Referring to uninitialized variable %s' },
  ER_SP_BADSELECT: {
    code: 1312,
    sqlState: '0A000',
    format: "PROCEDURE %s can't return a result set in the given context",
  },
  ER_SP_BADRETURN: { code: 1313, sqlState: '42000', format: 'RETURN is only allowed in a FUNCTION' },
  ER_SP_BADSTATEMENT: { code: 1314, sqlState: '0A000', format: '%s is not allowed in stored procedures' },
  ER_SP_WRONG_NO_OF_ARGS: {
    code: 1318,
    sqlState: '42000',
    format: 'Incorrect number of arguments for %s %s; expected %d, got %d',
  },
  ER_SP_COND_MISMATCH: { code: 1319, sqlState: '42000', format: 'Undefined CONDITION: %s' },
  ER_SP_CURSOR_MISMATCH: { code: 1324, sqlState: '42000', format: 'Undefined CURSOR: %s' },
  ER_SP_CURSOR_ALREADY_OPEN: { code: 1325, sqlState: '24000', format: 'Cursor is already open' },
  ER_SP_CURSOR_NOT_OPEN: { code: 1326, sqlState: '24000', format: 'Cursor is not open' },
  ER_SP_UNDECLARED_VAR: { code: 1327, sqlState: '42000', format: 'Undeclared variable: %s' },
  ER_SP_WRONG_NO_OF_FETCH_ARGS: {
    code: 1328,
    sqlState: 'HY000',
    format: 'Incorrect number of FETCH variables',
  },
  ER_SP_FETCH_NO_DATA: {
    code: 1329,
    sqlState: '02000',
    format: 'No data - zero rows fetched, selected, or processed',
  },
  ER_SP_DUP_PARAM: { code: 1330, sqlState: '42000', format: 'Duplicate parameter: %s' },
  ER_SP_DUP_VAR: { code: 1331, sqlState: '42000', format: 'Duplicate variable: %s' },
  ER_STMT_NOT_ALLOWED_IN_SF_OR_TRG: {
    code: 1336,
    sqlState: '0A000',
    format: '%s is not allowed in stored function or trigger',
  },
  ER_SP_CASE_NOT_FOUND: { code: 1339, sqlState: '20000', format: 'Case not found for CASE statement' },
  ER_VIEW_NO_EXPLAIN: {
    code: 1345,
    sqlState: 'HY000',
    format: 'EXPLAIN/SHOW can not be issued; lacking privileges for underlying table',
  },
  ER_WRONG_OBJECT: { code: 1347, sqlState: 'HY000', format: "'%-.192s.%-.192s' is not %s" },
  ER_NONUPDATEABLE_COLUMN: { code: 1348, sqlState: 'HY000', format: "Column '%-.192s' is not updatable" },
  ER_VIEW_SELECT_CLAUSE: { code: 1349, sqlState: 'HY000', format: "View's SELECT contains a '%s' clause" },
  ER_VIEW_SELECT_VARIABLE: {
    code: 1351,
    sqlState: 'HY000',
    format: "View's SELECT contains a variable or parameter",
  },
  ER_VIEW_SELECT_TMPTABLE: {
    code: 1352,
    sqlState: 'HY000',
    format: "View's SELECT refers to a temporary table '%-.192s'",
  },
  ER_SP_NO_DROP_SP: {
    code: 1357,
    sqlState: 'HY000',
    format: "Can't drop or alter a %s from within another stored routine",
  },
  ER_TRG_ALREADY_EXISTS: { code: 1359, sqlState: 'HY000', format: 'Trigger already exists' },
  ER_TRG_DOES_NOT_EXIST: { code: 1360, sqlState: 'HY000', format: 'Trigger does not exist' },
  ER_TRG_ON_VIEW_OR_TEMP_TABLE: {
    code: 1361,
    sqlState: 'HY000',
    format: "Trigger's '%-.192s' is view or temporary table",
  },
  ER_ILLEGAL_VALUE_FOR_TYPE: {
    code: 1367,
    sqlState: '22007',
    format: "Illegal %s '%-.192s' value found during parsing",
  },
  ER_VIEW_NONUPD_CHECK: {
    code: 1368,
    sqlState: 'HY000',
    format: "CHECK OPTION on non-updatable view '%-.192s.%-.192s'",
  },
  ER_VIEW_CHECK_FAILED: { code: 1369, sqlState: 'HY000', format: "CHECK OPTION failed '%-.192s.%-.192s'" },
  ER_PROCACCESS_DENIED_ERROR: {
    code: 1370,
    sqlState: '42000',
    format: "%-.16s command denied to user '%-.48s'@'%-.64s' for routine '%-.192s'",
  },
  ER_PASSWD_LENGTH: {
    code: 1372,
    sqlState: 'HY000',
    format: 'Password hash should be a %d-digit hexadecimal number',
  },
  ER_UNKNOWN_TARGET_BINLOG: { code: 1373, sqlState: 'HY000', format: 'Target log not found in binlog index' },
  ER_NO_BINARY_LOGGING: { code: 1381, sqlState: 'HY000', format: 'You are not using binary logging' },
  ER_PS_MANY_PARAM: {
    code: 1390,
    sqlState: 'HY000',
    format: 'Prepared statement contains too many placeholders',
  },
  ER_VIEW_MULTIUPDATE: {
    code: 1393,
    sqlState: 'HY000',
    format: "Can not modify more than one base table through a join view '%-.192s.%-.192s'",
  },
  ER_VIEW_NO_INSERT_FIELD_LIST: {
    code: 1394,
    sqlState: 'HY000',
    format: "Can not insert into join view '%-.192s.%-.192s' without fields list",
  },
  ER_VIEW_DELETE_MERGE_VIEW: {
    code: 1395,
    sqlState: 'HY000',
    format: "Can not delete from join view '%-.192s.%-.192s'",
  },
  ER_KEY_PART_0: { code: 1391, sqlState: 'HY000', format: "Key part '%s' length cannot be 0" },
  ER_CANNOT_USER: { code: 1396, sqlState: 'HY000', format: 'Operation %s failed for %.256s' },
  ER_XAER_NOTA: { code: 1397, sqlState: 'XAE04', format: 'XAER_NOTA: Unknown XID' },
  ER_XAER_INVAL: {
    code: 1398,
    sqlState: 'XAE05',
    format: 'XAER_INVAL: Invalid arguments (or unsupported command)',
  },
  ER_XAER_RMFAIL: {
    code: 1399,
    sqlState: 'XAE07',
    format: 'XAER_RMFAIL: The command cannot be executed when global transaction is in the  %.64s state',
  },
  ER_XAER_OUTSIDE: {
    code: 1400,
    sqlState: 'XAE09',
    format: 'XAER_OUTSIDE: Some work is done outside global transaction',
  },
  ER_XAER_RMERR: {
    code: 1401,
    sqlState: 'XAE03',
    format: 'XAER_RMERR: Fatal error occurred in the transaction branch - check your data for consistency',
  },
  ER_XA_RBROLLBACK: {
    code: 1402,
    sqlState: 'XA100',
    format: 'XA_RBROLLBACK: Transaction branch was rolled back',
  },
  ER_NONEXISTING_PROC_GRANT: {
    code: 1403,
    sqlState: '42000',
    format: "There is no such grant defined for user '%-.48s' on host '%-.64s' on routine '%-.192s'",
  },
  ER_PROC_AUTO_GRANT_FAIL: {
    code: 1404,
    sqlState: 'HY000',
    format: 'Failed to grant EXECUTE and ALTER ROUTINE privileges',
  },
  ER_SP_BAD_SQLSTATE: { code: 1407, sqlState: '42000', format: "Bad SQLSTATE: '%s'" },
  ER_LOAD_FROM_FIXED_SIZE_ROWS_TO_VAR: {
    code: 1409,
    sqlState: 'HY000',
    format: "Can't load value from file with fixed size rows to variable",
  },
  ER_CANT_CREATE_USER_WITH_GRANT: {
    code: 1410,
    sqlState: '42000',
    format: 'You are not allowed to create a user with GRANT',
  },
  ER_WRONG_VALUE_FOR_TYPE: {
    code: 1411,
    sqlState: 'HY000',
    format: "Incorrect %-.32s value: '%-.128s' for function %-.32s",
  },
  ER_TABLE_DEF_CHANGED: {
    code: 1412,
    sqlState: 'HY000',
    format: 'Table definition has changed, please retry transaction',
  },
  ER_SP_NOT_VAR_ARG: {
    code: 1414,
    sqlState: '42000',
    format:
      'OUT or INOUT argument %d for routine %s is not a variable or NEW pseudo-variable in BEFORE trigger',
  },
  ER_SP_NO_RETSET: { code: 1415, sqlState: '0A000', format: 'Not allowed to return a result set from a %s' },
  ER_CANT_CREATE_GEOMETRY_OBJECT: {
    code: 1416,
    sqlState: '22003',
    format: 'Cannot get geometry object from data you send to the GEOMETRY field',
  },
  ER_COMMIT_NOT_ALLOWED_IN_SF_OR_TRG: {
    code: 1422,
    sqlState: 'HY000',
    format: 'Explicit or implicit commit is not allowed in stored function or trigger.',
  },
  ER_NO_DEFAULT_FOR_VIEW_FIELD: {
    code: 1423,
    sqlState: 'HY000',
    format: "Field of view '%-.192s.%-.192s' underlying table doesn't have a default value",
  },
  ER_WRONG_LOCK_OF_SYSTEM_TABLE: {
    code: 1428,
    sqlState: 'HY000',
    format: "You can't combine write-locking of system tables with other tables or lock types",
  },
  ER_CONNECT_TO_FOREIGN_DATA_SOURCE: {
    code: 1429,
    sqlState: 'HY000',
    format: 'Unable to connect to foreign data source: %.64s',
  },
  ER_TOO_BIG_DISPLAYWIDTH: {
    code: 1439,
    sqlState: '42000',
    format: "Display width out of range for column '%-.192s' (max = %lu)",
  },
  ER_XAER_DUPID: { code: 1440, sqlState: 'XAE08', format: 'XAER_DUPID: The XID already exists' },
  ER_DATETIME_FUNCTION_OVERFLOW: {
    code: 1441,
    sqlState: '22008',
    format: 'Datetime function: %-.32s field overflow',
  },
  ER_CANT_UPDATE_USED_TABLE_IN_SF_OR_TRG: {
    code: 1442,
    sqlState: 'HY000',
    format:
      "Can't update table '%-.192s' in stored function/trigger because it is already used by statement which invoked this stored function/trigger.",
  },
  ER_VIEW_PREVENT_UPDATE: {
    code: 1443,
    sqlState: 'HY000',
    format: "The definition of table '%-.192s' prevents operation %.192s on table '%-.192s'.",
  },
  ER_PS_NO_RECURSION: {
    code: 1444,
    sqlState: 'HY000',
    format:
      "The prepared statement contains a stored routine call that refers to that same statement. It's not allowed to execute a prepared statement in such a recursive manner",
  },
  ER_MALFORMED_DEFINER: { code: 1446, sqlState: '0L000', format: 'Definer is not fully qualified' },
  ER_NO_SUCH_USER: {
    code: 1449,
    sqlState: 'HY000',
    format: "The user specified as a definer ('%-.64s'@'%-.255s') does not exist",
  },
  ER_FORBID_SCHEMA_CHANGE: {
    code: 1450,
    sqlState: 'HY000',
    format: "Changing schema from '%-.192s' to '%-.192s' is not allowed.",
  },
  ER_ROW_IS_REFERENCED_2: {
    code: 1451,
    sqlState: '23000',
    format: 'Cannot delete or update a parent row: a foreign key constraint fails (%.192s)',
  },
  ER_NO_REFERENCED_ROW_2: {
    code: 1452,
    sqlState: '23000',
    format: 'Cannot add or update a child row: a foreign key constraint fails (%.192s)',
  },
  ER_SP_BAD_VAR_SHADOW: {
    code: 1453,
    sqlState: '42000',
    format: "Variable '%-.64s' must be quoted with `...`, or renamed",
  },
  ER_SP_RECURSION_LIMIT: {
    code: 1456,
    sqlState: 'HY000',
    format:
      'Recursive limit %d (as set by the max_sp_recursion_depth variable) was exceeded for routine %.192s',
  },
  ER_SP_WRONG_NAME: { code: 1458, sqlState: '42000', format: "Incorrect routine name '%-.192s'" },
  ER_TABLE_NEEDS_UPGRADE: {
    code: 1459,
    sqlState: 'HY000',
    format: 'Table upgrade required. Please do "REPAIR TABLE `%-.32s`" to fix it!',
  },
  ER_SP_NO_AGGREGATE: {
    code: 1460,
    sqlState: '42000',
    format: 'AGGREGATE is not supported for stored functions',
  },
  ER_MAX_PREPARED_STMT_COUNT_REACHED: {
    code: 1461,
    sqlState: '42000',
    format: "Can't create more than max_prepared_stmt_count statements (current value: %d)",
  },
  ER_NON_GROUPING_FIELD_USED: {
    code: 1463,
    sqlState: '42000',
    format: "Non-grouping field '%-.192s' is used in %-.64s clause",
  },
  ER_TABLE_CANT_HANDLE_SPKEYS: {
    code: 1464,
    sqlState: 'HY000',
    format: "The used table type doesn't support SPATIAL indexes",
  },
  ER_NO_TRIGGERS_ON_SYSTEM_SCHEMA: {
    code: 1465,
    sqlState: 'HY000',
    format: 'Triggers can not be created on system tables',
  },
  ER_REMOVED_SPACES: { code: 1466, sqlState: 'HY000', format: "Leading spaces are removed from name '%s'" },
  ER_AUTOINC_READ_FAILED: {
    code: 1467,
    sqlState: 'HY000',
    format: 'Failed to read auto-increment value from storage engine',
  },
  ER_USERNAME: { code: 1468, sqlState: 'HY000', format: 'user name' },
  ER_HOSTNAME: { code: 1469, sqlState: 'HY000', format: 'host name' },
  ER_WRONG_STRING_LENGTH: {
    code: 1470,
    sqlState: 'HY000',
    format: "String '%-.70s' is too long for %s (should be no longer than %d)",
  },
  ER_NON_INSERTABLE_TABLE: {
    code: 1471,
    sqlState: 'HY000',
    format: 'The target table %-.100s of the %s is not insertable-into',
  },
  ER_ADMIN_WRONG_MRG_TABLE: {
    code: 1472,
    sqlState: 'HY000',
    format: "Table '%-.64s' is differently defined or of non-MyISAM type or doesn't exist",
  },
  ER_TOO_HIGH_LEVEL_OF_NESTING_FOR_SELECT: {
    code: 1473,
    sqlState: 'HY000',
    format: 'Too high level of nesting for select',
  },
  ER_NAME_BECOMES_EMPTY: { code: 1474, sqlState: 'HY000', format: "Name '%-.64s' has become ''" },
  ER_AMBIGUOUS_FIELD_TERM: {
    code: 1475,
    sqlState: 'HY000',
    format:
      'First character of the FIELDS TERMINATED string is ambiguous; please use non-optional and non-empty FIELDS ENCLOSED BY',
  },
  ER_ILLEGAL_HA_CREATE_OPTION: {
    code: 1478,
    sqlState: 'HY000',
    format: "Table storage engine '%-.64s' does not support the create option '%.64s'",
  },
  ER_PARTITION_REQUIRES_VALUES_ERROR: {
    code: 1479,
    sqlState: 'HY000',
    format: 'Syntax : %-.64s PARTITIONING requires definition of VALUES %-.64s for each partition',
  },
  ER_PARTITION_WRONG_VALUES_ERROR: {
    code: 1480,
    sqlState: 'HY000',
    format: 'Only %-.64s PARTITIONING can use VALUES %-.64s in partition definition',
  },
  ER_PARTITION_MAXVALUE_ERROR: {
    code: 1481,
    sqlState: 'HY000',
    format: 'MAXVALUE can only be used in last partition definition',
  },
  ER_PARTITION_SUBPARTITION_ERROR: {
    code: 1482,
    sqlState: 'HY000',
    format: 'Subpartitions can only be hash partitions and by key',
  },
  ER_PARTITION_SUBPART_MIX_ERROR: {
    code: 1483,
    sqlState: 'HY000',
    format: 'Must define subpartitions on all partitions if on one partition',
  },
  ER_PARTITION_WRONG_NO_PART_ERROR: {
    code: 1484,
    sqlState: 'HY000',
    format: 'Wrong number of partitions defined, mismatch with previous setting',
  },
  ER_PARTITION_WRONG_NO_SUBPART_ERROR: {
    code: 1485,
    sqlState: 'HY000',
    format: 'Wrong number of subpartitions defined, mismatch with previous setting',
  },
  ER_WRONG_EXPR_IN_PARTITION_FUNC_ERROR: {
    code: 1486,
    sqlState: 'HY000',
    format:
      'Constant, random or timezone-dependent expressions in (sub)partitioning function are not allowed',
  },
  ER_NO_CONST_EXPR_IN_RANGE_OR_LIST: {
    code: 1487,
    sqlState: 'HY000',
    format: 'Expression in RANGE/LIST VALUES must be constant',
  },
  ER_FIELD_NOT_FOUND_PART_ERROR: {
    code: 1488,
    sqlState: 'HY000',
    format: 'Field in list of fields for partition function not found in table',
  },
  ER_LIST_OF_FIELDS_ONLY_IN_HASH_ERROR: {
    code: 1489,
    sqlState: 'HY000',
    format: 'List of fields is only allowed in KEY partitions',
  },
  ER_INCONSISTENT_PARTITION_INFO_ERROR: {
    code: 1490,
    sqlState: 'HY000',
    format: 'The partition info in the frm file is not consistent with what can be written into the frm file',
  },
  ER_PARTITION_FUNC_NOT_ALLOWED_ERROR: {
    code: 1491,
    sqlState: 'HY000',
    format: 'The %-.192s function returns the wrong type',
  },
  ER_PARTITIONS_MUST_BE_DEFINED_ERROR: {
    code: 1492,
    sqlState: 'HY000',
    format: 'For %-.64s partitions each partition must be defined',
  },
  ER_RANGE_NOT_INCREASING_ERROR: {
    code: 1493,
    sqlState: 'HY000',
    format: 'VALUES LESS THAN value must be strictly increasing for each partition',
  },
  ER_INCONSISTENT_TYPE_OF_FUNCTIONS_ERROR: {
    code: 1494,
    sqlState: 'HY000',
    format: 'VALUES value must be of same type as partition function',
  },
  ER_MULTIPLE_DEF_CONST_IN_LIST_PART_ERROR: {
    code: 1495,
    sqlState: 'HY000',
    format: 'Multiple definition of same constant in list partitioning',
  },
  ER_PARTITION_ENTRY_ERROR: {
    code: 1496,
    sqlState: 'HY000',
    format: 'Partitioning can not be used stand-alone in query',
  },
  ER_MIX_HANDLER_ERROR: {
    code: 1497,
    sqlState: 'HY000',
    format: 'The mix of handlers in the partitions is not allowed in this version of MySQL',
  },
  ER_PARTITION_NOT_DEFINED_ERROR: {
    code: 1498,
    sqlState: 'HY000',
    format: 'For the partitioned engine it is necessary to define all %-.64s',
  },
  ER_TOO_MANY_PARTITIONS_ERROR: {
    code: 1499,
    sqlState: 'HY000',
    format: 'Too many partitions (including subpartitions) were defined',
  },
} as const satisfies Record<string, ErrorEntry>;
