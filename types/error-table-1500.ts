import type { ErrorEntry } from './error-entry.js';

/** Errors 1500 to 1699. Numbers, SQLSTATEs and formats: MySQL Server Error Message Reference; TiDB, "Error Codes". */
export const ERRORS_1500 = {
  ER_SUBPARTITION_ERROR: {
    code: 1500,
    sqlState: 'HY000',
    format:
      'It is only possible to mix RANGE/LIST partitioning with HASH/KEY partitioning for subpartitioning',
  },
  ER_CANT_CREATE_HANDLER_FILE: {
    code: 1501,
    sqlState: 'HY000',
    format: 'Failed to create specific handler file',
  },
  ER_BLOB_FIELD_IN_PART_FUNC_ERROR: {
    code: 1502,
    sqlState: 'HY000',
    format: 'A BLOB field is not allowed in partition function',
  },
  ER_UNIQUE_KEY_NEED_ALL_FIELDS_IN_PF: {
    code: 1503,
    sqlState: 'HY000',
    format: "A %-.192s must include all columns in the table's partitioning function",
  },
  ER_NO_PARTS_ERROR: {
    code: 1504,
    sqlState: 'HY000',
    format: 'Number of %-.64s = 0 is not an allowed value',
  },
  ER_PARTITION_MGMT_ON_NONPARTITIONED: {
    code: 1505,
    sqlState: 'HY000',
    format: 'Partition management on a not partitioned table is not possible',
  },
  ER_FOREIGN_KEY_ON_PARTITIONED: {
    code: 1506,
    sqlState: 'HY000',
    format: 'Foreign key clause is not yet supported in conjunction with partitioning',
  },
  ER_DROP_PARTITION_NON_EXISTENT: {
    code: 1507,
    sqlState: 'HY000',
    format: 'Error in list of partitions to %-.64s',
  },
  ER_DROP_LAST_PARTITION: {
    code: 1508,
    sqlState: 'HY000',
    format: 'Cannot remove all partitions, use DROP TABLE instead',
  },
  ER_COALESCE_ONLY_ON_HASH_PARTITION: {
    code: 1509,
    sqlState: 'HY000',
    format: 'COALESCE PARTITION can only be used on HASH/KEY partitions',
  },
  ER_REORG_HASH_ONLY_ON_SAME_NO: {
    code: 1510,
    sqlState: 'HY000',
    format: 'REORGANIZE PARTITION can only be used to reorganize partitions not to change their numbers',
  },
  ER_REORG_NO_PARAM_ERROR: {
    code: 1511,
    sqlState: 'HY000',
    format:
      'REORGANIZE PARTITION without parameters can only be used on auto-partitioned tables using HASH PARTITIONs',
  },
  ER_ONLY_ON_RANGE_LIST_PARTITION: {
    code: 1512,
    sqlState: 'HY000',
    format: '%-.64s PARTITION can only be used on RANGE/LIST partitions',
  },
  ER_ADD_PARTITION_SUBPART_ERROR: {
    code: 1513,
    sqlState: 'HY000',
    format: 'Trying to Add partition(s) with wrong number of subpartitions',
  },
  ER_ADD_PARTITION_NO_NEW_PARTITION: {
    code: 1514,
    sqlState: 'HY000',
    format: 'At least one partition must be added',
  },
  ER_COALESCE_PARTITION_NO_PARTITION: {
    code: 1515,
    sqlState: 'HY000',
    format: 'At least one partition must be coalesced',
  },
  ER_REORG_PARTITION_NOT_EXIST: {
    code: 1516,
    sqlState: 'HY000',
    format: 'More partitions to reorganize than there are partitions',
  },
  ER_SAME_NAME_PARTITION: { code: 1517, sqlState: 'HY000', format: 'Duplicate partition name %-.192s' },
  ER_NO_BINLOG_ERROR: {
    code: 1518,
    sqlState: 'HY000',
    format: 'It is not allowed to shut off binlog on this command',
  },
  ER_CONSECUTIVE_REORG_PARTITIONS: {
    code: 1519,
    sqlState: 'HY000',
    format: 'When reorganizing a set of partitions they must be in consecutive order',
  },
  ER_REORG_OUTSIDE_RANGE: {
    code: 1520,
    sqlState: 'HY000',
    format:
      'Reorganize of range partitions cannot change total ranges except for last partition where it can extend the range',
  },
  ER_PARTITION_FUNCTION_FAILURE: {
    code: 1521,
    sqlState: 'HY000',
    format: 'Partition function not supported in this version for this handler',
  },
  ER_PART_STATE_ERROR: {
    code: 1522,
    sqlState: 'HY000',
    format: 'Partition state cannot be defined from CREATE/ALTER TABLE',
  },
  ER_LIMITED_PART_RANGE: {
    code: 1523,
    sqlState: 'HY000',
    format: 'The %-.64s handler only supports 32 bit integers in VALUES',
  },
  ER_NO_PARTITION_FOR_GIVEN_VALUE: {
    code: 1526,
    sqlState: 'HY000',
    format: 'Table has no partition for value %-.64s',
  },
  ER_NO_PARTITION_FOR_COLUMN_LIST: {
    code: 1526,
    sqlState: 'HY000',
    format: 'Table has no partition for value from column_list',
  },
  ER_FILEGROUP_OPTION_ONLY_ONCE: {
    code: 1527,
    sqlState: 'HY000',
    format: 'It is not allowed to specify %s more than once',
  },
  ER_CREATE_FILEGROUP_FAILED: { code: 1528, sqlState: 'HY000', format: 'Failed to create %s' },
  ER_DROP_FILEGROUP_FAILED: { code: 1529, sqlState: 'HY000', format: 'Failed to drop %s' },
  ER_TABLESPACE_AUTO_EXTEND_ERROR: {
    code: 1530,
    sqlState: 'HY000',
    format: "The handler doesn't support autoextend of tablespaces",
  },
  ER_WRONG_SIZE_NUMBER: {
    code: 1531,
    sqlState: 'HY000',
    format: 'A size parameter was incorrectly specified, either number or on the form 10M',
  },
  ER_EVENT_ALREADY_EXISTS: { code: 1537, sqlState: 'HY000', format: "Event '%-.192s' already exists" },
  ER_EVENT_DOES_NOT_EXIST: { code: 1539, sqlState: 'HY000', format: "Unknown event '%-.192s'" },
  ER_EVENT_INTERVAL_NOT_POSITIVE_OR_TOO_BIG: {
    code: 1542,
    sqlState: 'HY000',
    format: 'INTERVAL is either not positive or too big',
  },
  ER_COL_COUNT_DOESNT_MATCH_CORRUPTED: {
    code: 1547,
    sqlState: 'HY000',
    format: 'Column count of %s.%s is wrong. Expected %d, found %d. The table is probably corrupted',
  },
  ER_DROP_INDEX_FK: {
    code: 1553,
    sqlState: 'HY000',
    format: "Cannot drop index '%-.192s': needed in a foreign key constraint",
  },
  ER_CANT_LOCK_LOG_TABLE: { code: 1556, sqlState: 'HY000', format: "You can't use locks with log tables." },
  ER_FOREIGN_DUPLICATE_KEY: {
    code: 1557,
    sqlState: '23000',
    format:
      "Upholding foreign key constraints for table '%.192s', entry '%-.192s', key %d would lead to a duplicate entry",
  },
  ER_PARTITION_NO_TEMPORARY: {
    code: 1562,
    sqlState: 'HY000',
    format: 'Cannot create temporary table with partitions',
  },
  ER_PARTITION_CONST_DOMAIN_ERROR: {
    code: 1563,
    sqlState: 'HY000',
    format: 'Partition constant is out of partition function domain',
  },
  ER_PARTITION_FUNCTION_IS_NOT_ALLOWED: {
    code: 1564,
    sqlState: 'HY000',
    format: 'This partition function is not allowed',
  },
  ER_DDL_LOG_ERROR: { code: 1565, sqlState: 'HY000', format: 'Error in DDL log' },
  ER_NULL_IN_VALUES_LESS_THAN: {
    code: 1566,
    sqlState: 'HY000',
    format: 'Not allowed to use NULL value in VALUES LESS THAN',
  },
  ER_WRONG_PARTITION_NAME: { code: 1567, sqlState: 'HY000', format: 'Incorrect partition name' },
  ER_CANT_CHANGE_TX_CHARACTERISTICS: {
    code: 1568,
    sqlState: '25001',
    format: "Transaction characteristics can't be changed while a transaction is in progress",
  },
  ER_DUP_ENTRY_AUTOINCREMENT_CASE: {
    code: 1569,
    sqlState: 'HY000',
    format:
      "ALTER TABLE causes auto_increment resequencing, resulting in duplicate entry '%-.192s' for key '%-.192s'",
  },
  ER_PARTITION_MERGE_ERROR: {
    code: 1572,
    sqlState: 'HY000',
    format: 'Engine cannot be used in partitioned tables',
  },
  ER_BASE64_DECODE_ERROR: { code: 1575, sqlState: 'HY000', format: 'Decoding of base64 string failed' },
  ER_WRONG_PARAMETERS_TO_NATIVE_FCT: {
    code: 1583,
    sqlState: '42000',
    format: "Incorrect parameters in the call to native function '%-.192s'",
  },
  ER_WRONG_PARAMETERS_TO_STORED_FCT: {
    code: 1584,
    sqlState: '42000',
    format: 'Incorrect parameters in the call to stored function %-.192s',
  },
  ER_NATIVE_FCT_NAME_COLLISION: {
    code: 1585,
    sqlState: 'HY000',
    format: "This function '%-.192s' has the same name as a native function",
  },
  ER_DUP_ENTRY_WITH_KEY_NAME: {
    code: 1586,
    sqlState: '23000',
    format: "Duplicate entry '%-.64s' for key '%-.192s'",
  },
  ER_BINLOG_UNSAFE_STATEMENT: {
    code: 1592,
    sqlState: 'HY000',
    format:
      'Unsafe statement written to the binary log using statement format since BINLOG_FORMAT = STATEMENT. %s',
  },
  ER_VIEW_NO_CREATION_CTX: { code: 1600, sqlState: 'HY000', format: "View '%s.%s' has no creation context" },
  ER_LOAD_DATA_INVALID_COLUMN: {
    code: 1611,
    sqlState: 'HY000',
    format: 'Invalid column reference (%-.64s) in LOAD DATA',
  },
  ER_XA_RBTIMEOUT: {
    code: 1613,
    sqlState: 'XA106',
    format: 'XA_RBTIMEOUT: Transaction branch was rolled back: took too long',
  },
  ER_XA_RBDEADLOCK: {
    code: 1614,
    sqlState: 'XA102',
    format: 'XA_RBDEADLOCK: Transaction branch was rolled back: deadlock was detected',
  },
  ER_NEED_REPREPARE: { code: 1615, sqlState: 'HY000', format: 'Prepared statement needs to be re-prepared' },
  ER_AES_WARN_ARGUMENT: { code: 1618, sqlState: 'HY000', format: '<%s> option ignored' },
  ER_VARIABLE_IS_READONLY: {
    code: 1621,
    sqlState: 'HY000',
    format: 'SESSION variable %s is read-only. Use SET GLOBAL to assign the value',
  },
  ER_TOO_LONG_TABLE_COMMENT: {
    code: 1628,
    sqlState: 'HY000',
    format: "Comment for table '%-.64s' is too long (max = %lu)",
  },
  ER_TOO_LONG_FIELD_COMMENT: {
    code: 1629,
    sqlState: 'HY000',
    format: "Comment for field '%-.64s' is too long (max = %lu)",
  },
  ER_DUP_SIGNAL_SET: { code: 1641, sqlState: '42000', format: "Duplicate condition information item '%s'" },
  ER_SIGNAL_WARN: { code: 1642, sqlState: '01000', format: 'Unhandled user-defined warning condition' },
  ER_SIGNAL_NOT_FOUND: {
    code: 1643,
    sqlState: '02000',
    format: 'Unhandled user-defined not found condition',
  },
  ER_SIGNAL_EXCEPTION: {
    code: 1644,
    sqlState: 'HY000',
    format: 'Unhandled user-defined exception condition',
  },
  ER_RESIGNAL_WITHOUT_ACTIVE_HANDLER: {
    code: 1645,
    sqlState: '0K000',
    format: 'RESIGNAL when handler not active',
  },
  ER_SIGNAL_BAD_CONDITION_TYPE: {
    code: 1646,
    sqlState: 'HY000',
    format: 'SIGNAL/RESIGNAL can only use a CONDITION defined with SQLSTATE',
  },
  ER_WARN_COND_ITEM_TRUNCATED: {
    code: 1647,
    sqlState: 'HY000',
    format: "Data truncated for condition item '%s'",
  },
  ER_COND_ITEM_TOO_LONG: { code: 1648, sqlState: 'HY000', format: "Data too long for condition item '%s'" },
  ER_UNKNOWN_LOCALE: { code: 1649, sqlState: 'HY000', format: "Unknown locale: '%-.64s'" },
  ER_QUERY_CACHE_DISABLED: {
    code: 1651,
    sqlState: 'HY000',
    format: 'Query cache is disabled; restart the server with query_cache_type=1 to enable it',
  },
  ER_SAME_NAME_PARTITION_FIELD: {
    code: 1652,
    sqlState: 'HY000',
    format: "Duplicate partition field name '%-.192s'",
  },
  ER_PARTITION_COLUMN_LIST_ERROR: {
    code: 1653,
    sqlState: 'HY000',
    format: 'Inconsistency in usage of column lists for partitioning',
  },
  ER_WRONG_TYPE_COLUMN_VALUE_ERROR: {
    code: 1654,
    sqlState: 'HY000',
    format: 'Partition column values of incorrect type',
  },
  ER_TOO_MANY_PARTITION_FUNC_FIELDS_ERROR: {
    code: 1655,
    sqlState: 'HY000',
    format: "Too many fields in '%-.192s'",
  },
  ER_MAXVALUE_IN_VALUES_IN: {
    code: 1656,
    sqlState: 'HY000',
    format: 'Cannot use MAXVALUE as value in VALUES IN',
  },
  ER_TOO_MANY_VALUES_ERROR: {
    code: 1657,
    sqlState: 'HY000',
    format: 'Cannot have more than one value for this type of %-.64s partitioning',
  },
  ER_ROW_SINGLE_PARTITION_FIELD_ERROR: {
    code: 1658,
    sqlState: 'HY000',
    format: 'Row expressions in VALUES IN only allowed for multi-field column partitioning',
  },
  ER_FIELD_TYPE_NOT_ALLOWED_AS_PARTITION_FIELD: {
    code: 1659,
    sqlState: 'HY000',
    format: "Field '%-.192s' is of a not allowed type for this type of partitioning",
  },
  ER_PARTITION_FIELDS_TOO_LONG: {
    code: 1660,
    sqlState: 'HY000',
    format: 'The total length of the partitioning fields is too large',
  },
  ER_BINLOG_STMT_MODE_AND_ROW_ENGINE: {
    code: 1661,
    sqlState: 'HY000',
    format:
      'Cannot execute statement: impossible to write to binary log since both row-incapable engines and statement-incapable engines are involved.',
  },
  ER_BINLOG_UNSAFE_SYSTEM_FUNCTION: {
    code: 1674,
    sqlState: 'HY000',
    format:
      'Statement is unsafe because it uses a system function that may return a different value on the slave',
  },
  ER_MESSAGE_AND_STATEMENT: { code: 1676, sqlState: 'HY000', format: '%s Statement: %s' },
  ER_PATH_LENGTH: { code: 1680, sqlState: 'HY000', format: 'The path specified for %.64s is too long.' },
  ER_WARN_DEPRECATED_SYNTAX_NO_REPLACEMENT: {
    code: 1681,
    sqlState: 'HY000',
    format: '%s is deprecated and will be removed in a future release.',
  },
  ER_WARN_DEPRECATED_FLOAT_DIGITS: {
    code: 1681,
    sqlState: 'HY000',
    format:
      'Specifying number of digits for floating point data types is deprecated and will be removed in a future release',
  },
  ER_WARN_DEPRECATED_INTEGER_DISPLAY_WIDTH: {
    code: 1681,
    sqlState: 'HY000',
    format: 'Integer display width is deprecated and will be removed in a future release.',
  },
  ER_WARN_DEPRECATED_ZEROFILL: {
    code: 1681,
    sqlState: 'HY000',
    format:
      'The ZEROFILL attribute is deprecated and will be removed in a future release. Use the LPAD function to zero-pad numbers, or store the formatted numbers in a CHAR column.',
  },
  ER_INVALID_PERFORMANCE_SCHEMA_USAGE: {
    code: 1683,
    sqlState: 'HY000',
    format: 'Invalid performance_schema usage.',
  },
  ER_TOO_LONG_INDEX_COMMENT: {
    code: 1688,
    sqlState: 'HY000',
    format: "Comment for index '%-.64s' is too long (max = %lu)",
  },
  ER_LOCK_ABORTED: {
    code: 1689,
    sqlState: 'HY000',
    format: 'Wait on a lock was aborted due to a pending exclusive lock',
  },
  ER_CONSTANT_OVERFLOW: { code: 1690, sqlState: '22003', format: 'constant %s overflows %s' },
  ER_INSIDE_TRANSACTION_PREVENTS_SWITCH_SQL_LOG_BIN: {
    code: 1694,
    sqlState: 'HY000',
    format: 'Cannot modify @@session.sql_log_bin inside a transaction',
  },
  ER_VALUES_IS_NOT_INT_TYPE_ERROR: {
    code: 1697,
    sqlState: 'HY000',
    format: "VALUES value for partition '%-.64s' must have type INT",
  },
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: {
    code: 1698,
    sqlState: '28000',
    format: "Access denied for user '%-.48s'@'%-.64s'",
  },
  ER_SET_PASSWORD_AUTH_PLUGIN: {
    code: 1699,
    sqlState: 'HY000',
    format: 'SET PASSWORD has no significance for users authenticating via plugins',
  },
} as const satisfies Record<string, ErrorEntry>;
