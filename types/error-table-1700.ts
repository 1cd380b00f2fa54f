import type { ErrorEntry } from './error-entry.js';

/** Errors 1700 to 1999. Numbers, SQLSTATEs and formats: MySQL Server Error Message Reference; TiDB, "Error Codes". */
export const ERRORS_1700 = {
  ER_MALFORMED_GTID_SET_SPECIFICATION: {
    code: 1772,
    sqlState: 'HY000',
    format: "Malformed GTID set specification '%s'.",
  },
  ER_TRUNCATE_ILLEGAL_FK: {
    code: 1701,
    sqlState: '42000',
    format: 'Cannot truncate a table referenced in a foreign key constraint (%.192s)',
  },
  ER_PLUGIN_IS_PERMANENT: {
    code: 1702,
    sqlState: 'HY000',
    format: "Plugin '%s' is force_plus_permanent and can not be unloaded",
  },
  ER_STMT_CACHE_FULL: {
    code: 1705,
    sqlState: 'HY000',
    format:
      "Multi-row statements required more than 'max_binlog_stmt_cache_size' bytes of storage; increase this mysqld variable and try again",
  },
  ER_MULTI_UPDATE_KEY_CONFLICT: {
    code: 1706,
    sqlState: 'HY000',
    format:
      "Primary key/partition key update is not allowed since the table is updated both as '%-.192s' and '%-.192s'.",
  },
  ER_TABLE_NEEDS_REBUILD: {
    code: 1707,
    sqlState: 'HY000',
    format: 'Table rebuild required. Please do "ALTER TABLE `%-.32s` FORCE" or dump/reload to fix it!',
  },
  ER_INDEX_COLUMN_TOO_LONG: {
    code: 1709,
    sqlState: 'HY000',
    format: 'Index column size too large. The maximum column size is %lu bytes.',
  },
  ER_ERROR_IN_TRIGGER_BODY: {
    code: 1710,
    sqlState: 'HY000',
    format: "Trigger '%-.64s' has an error in its body: '%-.256s'",
  },
  ER_INDEX_CORRUPT: { code: 1712, sqlState: 'HY000', format: 'Index %s is corrupted' },
  ER_UNDO_RECORD_TOO_BIG: { code: 1713, sqlState: 'HY000', format: 'Undo log record is too big.' },
  ER_PARTITION_EXCHANGE_DIFFERENT_OPTION: {
    code: 1731,
    sqlState: 'HY000',
    format: "Non matching attribute '%-.64s' between partition and table",
  },
  ER_PARTITION_EXCHANGE_PART_TABLE: {
    code: 1732,
    sqlState: 'HY000',
    format: "Table to exchange with partition is partitioned: '%-.64s'",
  },
  ER_PARTITION_EXCHANGE_TEMP_TABLE: {
    code: 1733,
    sqlState: 'HY000',
    format: "Table to exchange with partition is temporary: '%-.64s'",
  },
  ER_PARTITION_INSTEAD_OF_SUBPARTITION: {
    code: 1734,
    sqlState: 'HY000',
    format: 'Subpartitioned table, use subpartition instead of partition',
  },
  ER_UNKNOWN_PARTITION: {
    code: 1735,
    sqlState: 'HY000',
    format: "Unknown partition '%-.64s' in table '%-.64s'",
  },
  ER_TABLES_DIFFERENT_METADATA: {
    code: 1736,
    sqlState: 'HY000',
    format: 'Tables have different definitions',
  },
  ER_ROW_DOES_NOT_MATCH_PARTITION: {
    code: 1737,
    sqlState: 'HY000',
    format: 'Found a row that does not match the partition',
  },
  ER_BINLOG_CACHE_SIZE_GREATER_THAN_MAX: {
    code: 1738,
    sqlState: 'HY000',
    format:
      'Option binlog_cache_size (%lu) is greater than max_binlog_cache_size (%lu); setting binlog_cache_size equal to max_binlog_cache_size.',
  },
  ER_WARN_INDEX_NOT_APPLICABLE: {
    code: 1739,
    sqlState: 'HY000',
    format:
      "Cannot use %-.64s access on index '%-.64s' due to type or collation conversion on field '%-.64s'",
  },
  ER_PARTITION_EXCHANGE_FOREIGN_KEY: {
    code: 1740,
    sqlState: 'HY000',
    format: "Table to exchange with partition has foreign key references: '%-.64s'",
  },
  ER_NO_SUCH_KEY_VALUE: {
    code: 1741,
    sqlState: 'HY000',
    format: "Key value '%-.192s' was not found in table '%-.192s.%-.192s'",
  },
  ER_BINLOG_READ_EVENT_CHECKSUM_FAILURE: {
    code: 1744,
    sqlState: 'HY000',
    format: 'Replication event checksum verification failed while reading from a log file.',
  },
  ER_CANT_UPDATE_TABLE_IN_CREATE_TABLE_SELECT: {
    code: 1746,
    sqlState: 'HY000',
    format: "Can't update table '%-.192s' while '%-.192s' is being created.",
  },
  ER_ROW_DOES_NOT_MATCH_GIVEN_PARTITION_SET: {
    code: 1748,
    sqlState: 'HY000',
    format: 'Found a row not matching the given partition set',
  },
  ER_DA_INVALID_CONDITION_NUMBER: { code: 1758, sqlState: '35000', format: 'Invalid condition number' },
  ER_VARIABLE_NOT_SETTABLE_IN_TRANSACTION: {
    code: 1766,
    sqlState: 'HY000',
    format: 'The system variable %.200s cannot be set when there is an ongoing transaction.',
  },
  ER_CANT_SET_GTID_NEXT_TO_GTID: {
    code: 1783,
    sqlState: 'HY000',
    format: '@@SESSION.GTID_NEXT cannot be set to UUID:NUMBER when @@GLOBAL.GTID_MODE = OFF.',
  },
  ER_UNKNOWN_EXPLAIN_FORMAT: { code: 1791, sqlState: 'HY000', format: "Unknown EXPLAIN format name: '%s'" },
  ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: {
    code: 1792,
    sqlState: '25006',
    format: 'Cannot execute statement in a READ ONLY transaction.',
  },
  ER_TOO_LONG_TABLE_PARTITION_COMMENT: {
    code: 1793,
    sqlState: 'HY000',
    format: "Comment for table partition '%-.64s' is too long (max = %lu)",
  },
  ER_UNKNOWN_ALTER_ALGORITHM: { code: 1800, sqlState: 'HY000', format: "Unknown ALGORITHM '%s'" },
  ER_UNKNOWN_ALTER_LOCK: { code: 1801, sqlState: 'HY000', format: "Unknown LOCK type '%s'" },
  ER_DISCARD_FK_CHECKS_RUNNING: {
    code: 1807,
    sqlState: 'HY000',
    format: "There is a foreign key check running on table '%-.192s'. Cannot discard the table.",
  },
  ER_TABLE_SCHEMA_MISMATCH: { code: 1808, sqlState: 'HY000', format: 'Schema mismatch (%s)' },
  ER_TABLESPACE_EXISTS: { code: 1813, sqlState: 'HY000', format: "Tablespace '%-.192s' exists." },
  ER_TABLESPACE_DISCARDED: {
    code: 1814,
    sqlState: 'HY000',
    format: "Tablespace has been discarded for table '%-.192s'",
  },
  ER_INTERNAL_ERROR: { code: 1815, sqlState: 'HY000', format: 'Internal error: %.256s' },
  ER_WARN_OPTIMIZER_HINT: { code: 1815, sqlState: 'HY000', format: '%s' },
  ER_INNODB_IMPORT_ERROR: {
    code: 1816,
    sqlState: 'HY000',
    format: "ALTER TABLE %-.192s IMPORT TABLESPACE failed with error %lu : '%s'",
  },
  ER_INVALID_YEAR_COLUMN_LENGTH: {
    code: 1818,
    sqlState: 'HY000',
    format: 'Supports only YEAR or YEAR(4) column.',
  },
  ER_NOT_VALID_PASSWORD: {
    code: 1819,
    sqlState: 'HY000',
    format: 'Your password does not satisfy the current policy requirements',
  },
  ER_NOT_VALID_PASSWORD_DETAIL: {
    code: 1819,
    sqlState: 'HY000',
    format: 'Your password does not satisfy the current policy requirements (%s)',
  },
  ER_MUST_CHANGE_PASSWORD: {
    code: 1820,
    sqlState: 'HY000',
    format: 'You must reset your password using ALTER USER statement before executing this statement.',
  },
  ER_FK_NO_INDEX_CHILD: {
    code: 1821,
    sqlState: 'HY000',
    format:
      "Failed to add the foreign key constraint. Missing index for constraint '%s' in the foreign table '%s'",
  },
  ER_FK_NO_INDEX_PARENT: {
    code: 1822,
    sqlState: 'HY000',
    format:
      "Failed to add the foreign key constraint. Missing index for constraint '%s' in the referenced table '%s'",
  },
  ER_FK_FAIL_ADD_SYSTEM: {
    code: 1823,
    sqlState: 'HY000',
    format: "Failed to add the foreign key constraint '%s' to system tables",
  },
  ER_FK_CANNOT_OPEN_PARENT: {
    code: 1824,
    sqlState: 'HY000',
    format: "Failed to open the referenced table '%s'",
  },
  ER_FK_INCORRECT_OPTION: {
    code: 1825,
    sqlState: 'HY000',
    format:
      "Failed to add the foreign key constraint on table '%s'. Incorrect options in FOREIGN KEY constraint '%s'",
  },
  ER_FK_DUP_NAME: { code: 1826, sqlState: 'HY000', format: "Duplicate foreign key constraint name '%s'" },
  ER_PASSWORD_FORMAT: {
    code: 1827,
    sqlState: 'HY000',
    format: "The password hash doesn't have the expected format.",
  },
  ER_FK_COLUMN_CANNOT_DROP: {
    code: 1828,
    sqlState: 'HY000',
    format: "Cannot drop column '%-.192s': needed in a foreign key constraint '%-.192s'",
  },
  ER_FK_COLUMN_CANNOT_DROP_CHILD: {
    code: 1829,
    sqlState: 'HY000',
    format: "Cannot drop column '%-.192s': needed in a foreign key constraint '%-.192s' of table '%-.192s'",
  },
  ER_FK_COLUMN_NOT_NULL: {
    code: 1830,
    sqlState: 'HY000',
    format: "Column '%-.192s' cannot be NOT NULL: needed in a foreign key constraint '%-.192s' SET NULL",
  },
  ER_DUP_INDEX: {
    code: 1831,
    sqlState: 'HY000',
    format:
      "Duplicate index '%-.64s' defined on the table '%-.64s.%-.64s'. This is deprecated and will be disallowed in a future release.",
  },
  ER_FK_COLUMN_CANNOT_CHANGE: {
    code: 1832,
    sqlState: 'HY000',
    format: "Cannot change column '%-.192s': used in a foreign key constraint '%-.192s'",
  },
  ER_FK_COLUMN_CANNOT_CHANGE_CHILD: {
    code: 1833,
    sqlState: 'HY000',
    format: "Cannot change column '%-.192s': used in a foreign key constraint '%-.192s' of table '%-.192s'",
  },
  ER_FK_CANNOT_DELETE_PARENT: {
    code: 1834,
    sqlState: 'HY000',
    format:
      "Cannot delete rows from table which is parent in a foreign key constraint '%-.192s' of table '%-.192s'",
  },
  ER_READ_ONLY_MODE: { code: 1836, sqlState: 'HY000', format: 'Running in read-only mode' },
  ER_ALTER_OPERATION_NOT_SUPPORTED: {
    code: 1845,
    sqlState: '0A000',
    format: '%s is not supported for this operation. Try %s.',
  },
  ER_ALTER_OPERATION_NOT_SUPPORTED_REASON: {
    code: 1846,
    sqlState: '0A000',
    format: '%s is not supported. Reason: %s. Try %s.',
  },
  ER_ALTER_OPERATION_NOT_SUPPORTED_REASON_COPY: {
    code: 1847,
    sqlState: 'HY000',
    format: 'COPY algorithm requires a lock',
  },
  ER_IDENT_CAUSES_TOO_LONG_PATH: {
    code: 1860,
    sqlState: 'HY000',
    format:
      "Long database name and identifier for object resulted in path length exceeding %d characters. Path: '%s'.",
  },
  ER_ROW_IN_WRONG_PARTITION: { code: 1863, sqlState: 'HY000', format: 'Found a row in wrong partition %s' },
  ER_AES_INVALID_IV: {
    code: 1882,
    sqlState: 'HY000',
    format: 'The initialization vector supplied to %s is too short. Must be at least %d bytes long',
  },
  ER_GET_STACKED_DA_WITHOUT_ACTIVE_HANDLER: {
    code: 1887,
    sqlState: '0Z002',
    format: 'GET STACKED DIAGNOSTICS when handler not active',
  },
  ER_MEMCACHED_ERROR: { code: 1885, sqlState: 'HY000', format: 'Memcached reported an error' },
} as const satisfies Record<string, ErrorEntry>;
