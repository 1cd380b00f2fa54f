import type { ErrorEntry } from './error-entry.js';

/** Errors 3000 to 3599: MySQL 8. Numbers, SQLSTATEs and formats: MySQL Server Error Message Reference; TiDB, "Error Codes". */
export const ERRORS_3000 = {
  ER_FOREIGN_KEY_CASCADE_DEPTH_EXCEEDED: {
    code: 3008,
    sqlState: 'HY000',
    format: 'Foreign key cascade delete/update exceeds max depth of %d.',
  },
  ER_PASSWORD_EXPIRE_ANONYMOUS_USER: {
    code: 3016,
    sqlState: 'HY000',
    format: 'The password for anonymous user cannot be expired.',
  },
  ER_INVALID_ARGUMENT_FOR_LOGARITHM: {
    code: 3020,
    sqlState: '2201E',
    format: 'Invalid argument for logarithm',
  },
  ER_QUERY_TIMEOUT: {
    code: 3024,
    sqlState: 'HY000',
    format: 'Query execution was interrupted, maximum statement execution time exceeded',
  },
  ER_AGGREGATE_ORDER_FOR_UNION: {
    code: 3028,
    sqlState: 'HY000',
    format: 'Expression #%d of ORDER BY contains aggregate function and applies to the result of a UNION',
  },
  ER_AGGREGATE_ORDER_NON_AGG_QUERY: {
    code: 3029,
    sqlState: 'HY000',
    format:
      'Expression #%d of ORDER BY contains aggregate function and applies to the result of a non-aggregated query',
  },
  ER_SERVER_OFFLINE_MODE: {
    code: 3032,
    sqlState: 'HY000',
    format: 'The server is currently in offline mode',
  },
  ER_USER_LOCK_WRONG_NAME: {
    code: 3057,
    sqlState: '42000',
    format: "Incorrect user-level lock name '%-.192s'.",
  },
  ER_USER_LOCK_DEADLOCK: {
    code: 3058,
    sqlState: 'HY000',
    format:
      'Deadlock found when trying to get user-level lock; try rolling back transaction/releasing locks and restarting lock acquisition.',
  },
  ER_REPLACE_INACCESSIBLE_ROWS: {
    code: 3059,
    sqlState: 'HY000',
    format: 'REPLACE cannot be executed as it requires deleting rows that are not in the view',
  },
  ER_INCORRECT_TYPE_FOR_FUNCTION: {
    code: 3064,
    sqlState: 'HY000',
    format: 'Incorrect type for argument %s in function %s.',
  },
  ER_AGGREGATE_IN_ORDER_NOT_SELECT: {
    code: 3066,
    sqlState: 'HY000',
    format:
      'Expression #%d of ORDER BY clause is not in SELECT list, contains aggregate function; this is incompatible with %s',
  },
  ER_NET_OK_PACKET_TOO_LARGE: { code: 3068, sqlState: '08S01', format: 'OK packet too large' },
  ER_GENERATED_COLUMN_FUNCTION_IS_NOT_ALLOWED: {
    code: 3102,
    sqlState: 'HY000',
    format: "Expression of generated column '%s' contains a disallowed function.",
  },
  ER_UNSUPPORTED_ALTER_INPLACE_ON_VIRTUAL_COLUMN: {
    code: 3103,
    sqlState: 'HY000',
    format: 'INPLACE ADD or DROP of virtual columns cannot be combined with other ALTER TABLE actions',
  },
  ER_WRONG_FK_OPTION_FOR_GENERATED_COLUMN: {
    code: 3104,
    sqlState: 'HY000',
    format: 'Cannot define foreign key with %s clause on a generated column.',
  },
  ER_UNSUPPORTED_ACTION_ON_GENERATED_COLUMN: {
    code: 3106,
    sqlState: 'HY000',
    format: "'%s' is not supported for generated columns.",
  },
  ER_GENERATED_COLUMN_NON_PRIOR: {
    code: 3107,
    sqlState: 'HY000',
    format: 'Generated column can refer only to generated columns defined prior to it.',
  },
  ER_DEPENDENT_BY_GENERATED_COLUMN: {
    code: 3108,
    sqlState: 'HY000',
    format: "Column '%s' has a generated column dependency.",
  },
  ER_GENERATED_COLUMN_REF_AUTO_INC: {
    code: 3109,
    sqlState: 'HY000',
    format: "Generated column '%s' cannot refer to auto-increment column.",
  },
  ER_INVALID_JSON_TEXT_IN_PARAM: {
    code: 3141,
    sqlState: '22032',
    format: 'Invalid JSON text in argument %d to function %s: "%s" at position %d.%s',
  },
  ER_INVALID_JSON_PATH: {
    code: 3143,
    sqlState: '42000',
    format: 'Invalid JSON path expression. The error is around character position %d.',
  },
  ER_INVALID_JSON_CHARSET: {
    code: 3144,
    sqlState: '22032',
    format: "Cannot create a JSON value from a string with CHARACTER SET '%s'.",
  },
  ER_INVALID_JSON_CHARSET_IN_FUNCTION: {
    code: 3145,
    sqlState: '22032',
    format: "Invalid JSON character data provided to function %s: '%s'; utf8 is required.",
  },
  ER_INVALID_TYPE_FOR_JSON: {
    code: 3146,
    sqlState: '22032',
    format:
      'Invalid data type for JSON data in argument %d to function %s; a JSON string or JSON type is required.',
  },
  ER_INVALID_CAST_TO_JSON: { code: 3147, sqlState: '22032', format: 'Cannot CAST value to JSON.' },
  ER_INVALID_JSON_PATH_CHARSET: {
    code: 3148,
    sqlState: '42000',
    format:
      "A path expression must be encoded in the utf8 character set. The path expression '%s' is encoded in character set '%s'.",
  },
  ER_INVALID_JSON_PATH_WILDCARD: {
    code: 3149,
    sqlState: '42000',
    format: 'In this situation, path expressions may not contain the * and ** tokens or an array range.',
  },
  ER_JSON_VALUE_TOO_BIG: {
    code: 3150,
    sqlState: '22032',
    format: 'The JSON value is too big to be stored in a JSON column.',
  },
  ER_JSON_USED_AS_KEY: {
    code: 3152,
    sqlState: '42000',
    format: "JSON column '%-.192s' cannot be used in key specification.",
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
  ER_NUMERIC_JSON_VALUE_OUT_OF_RANGE: {
    code: 3155,
    sqlState: '22003',
    format: 'Out of range JSON value for CAST to %s from column %s at row %d',
  },
  ER_INVALID_JSON_VALUE_FOR_CAST: {
    code: 3156,
    sqlState: '22018',
    format: 'Invalid JSON value for CAST to %s from column %s at row %d',
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
  ER_INVALID_ENCRYPTION_OPTION: { code: 3184, sqlState: 'HY000', format: 'Invalid encryption option.' },
  ER_KEY_LENGTH_NOT_SUPPORTED: { code: 3234, sqlState: 'HY000', format: 'The key length is not supported' },
  ER_FAILED_ROLE_GRANT: { code: 3500, sqlState: 'HY000', format: 'Failed to grant %s to %s' },
  ER_UNSUPPORTED_SQL_MODE: { code: 3505, sqlState: 'HY000', format: 'Unsupported value %s for sql_mode' },
  ER_PK_INDEX_CANT_BE_INVISIBLE: {
    code: 3522,
    sqlState: 'HY000',
    format: 'A primary key index cannot be invisible',
  },
  ER_UNKNOWN_AUTHID: { code: 3523, sqlState: 'HY000', format: 'Unknown authorization ID `%.32s`@`%.255s`' },
  ER_ROLE_GRANTED_TO_ITSELF: { code: 3524, sqlState: 'HY000', format: "Can't grant %s to itself." },
  ER_ROLE_NOT_GRANTED: { code: 3530, sqlState: 'HY000', format: '%s is not granted to %s' },
  ER_SRS_NOT_FOUND: {
    code: 3548,
    sqlState: 'SR001',
    format: "There's no spatial reference system with SRID %d.",
  },
  ER_UNRESOLVED_TABLE_LOCK: {
    code: 3568,
    sqlState: 'HY000',
    format: 'Unresolved table name %s in locking clause.',
  },
  ER_DUPLICATE_TABLE_LOCK: {
    code: 3569,
    sqlState: 'HY000',
    format: 'Table %s appears in multiple locking clauses.',
  },
  ER_CTE_RECURSIVE_FORBIDS_AGGREGATION: {
    code: 3575,
    sqlState: 'HY000',
    format:
      "Recursive Common Table Expression '%s' can contain neither aggregation nor window functions in recursive query block",
  },
  ER_CTE_RECURSIVE_FORBIDDEN_JOIN_ORDER: {
    code: 3576,
    sqlState: 'HY000',
    format:
      "In recursive query block of Recursive Common Table Expression '%s', the recursive table must neither be in the right argument of a LEFT JOIN, nor be forced to be non-first with join order hints",
  },
  ER_INVALID_REQUIRES_SINGLE_REFERENCE: {
    code: 3577,
    sqlState: 'HY000',
    format:
      "In recursive query block of Recursive Common Table Expression '%s', the recursive table must be referenced only once, and not in any subquery",
  },
  ER_WINDOW_NO_INHERIT_FRAME: {
    code: 3582,
    sqlState: 'HY000',
    format: "Window '%s' has a frame definition, so cannot be referenced by another window.",
  },
  ER_WINDOW_NO_REDEFINE_ORDER_BY: {
    code: 3583,
    sqlState: 'HY000',
    format: "Window '%s' cannot inherit '%s' since both contain an ORDER BY clause.",
  },
  ER_WINDOW_FRAME_ILLEGAL: {
    code: 3586,
    sqlState: 'HY000',
    format: "Window '%s': frame start or end is negative, NULL or of non-integral type",
  },
  ER_WINDOW_RANGE_FRAME_ORDER_TYPE: {
    code: 3587,
    sqlState: 'HY000',
    format:
      "Window '%s' with RANGE N PRECEDING/FOLLOWING frame requires exactly one ORDER BY expression, of numeric or temporal type",
  },
  ER_WINDOW_RANGE_FRAME_TEMPORAL_TYPE: {
    code: 3588,
    sqlState: 'HY000',
    format:
      "Window '%s' with RANGE frame has ORDER BY expression of datetime type. Only INTERVAL bound value allowed.",
  },
  ER_WINDOW_RANGE_FRAME_NUMERIC_TYPE: {
    code: 3589,
    sqlState: 'HY000',
    format:
      "Window '%s' with RANGE frame has ORDER BY expression of numeric type, INTERVAL bound value not allowed.",
  },
  ER_WINDOW_RANGE_BOUND_NOT_CONSTANT: {
    code: 3590,
    sqlState: 'HY000',
    format: "Window '%s' has a non-constant frame bound.",
  },
  ER_WINDOW_DUPLICATE_NAME: { code: 3591, sqlState: 'HY000', format: "Window '%s' is defined twice." },
  ER_WINDOW_ILLEGAL_ORDER_BY: {
    code: 3592,
    sqlState: 'HY000',
    format:
      "Window '%s': ORDER BY or PARTITION BY uses legacy position indication which is not supported, use expression.",
  },
  ER_WINDOW_INVALID_WINDOW_FUNC_ALIAS_USE: {
    code: 3594,
    sqlState: 'HY000',
    format: "You cannot use the alias '%s' of an expression containing a window function in this context.'",
  },
  ER_WARN_CONFLICTING_HINT: {
    code: 3126,
    sqlState: 'HY000',
    format: 'Hint %s is ignored as conflicting/duplicated',
  },
  ER_UNRESOLVED_HINT_NAME: {
    code: 3128,
    sqlState: 'HY000',
    format: "Unresolved name '%s' for %s hint",
  },
  ER_WINDOW_NESTED_WINDOW_FUNC_USE_IN_WINDOW_SPEC: {
    code: 3595,
    sqlState: 'HY000',
    format: "You cannot nest a window function in the specification of window '%s'.",
  },
  ER_WINDOW_ROWS_INTERVAL_USE: {
    code: 3596,
    sqlState: 'HY000',
    format: "Window '%s': INTERVAL can only be used with RANGE frames.",
  },
  ER_WINDOW_NO_GROUP_ORDER: {
    code: 3597,
    sqlState: 'HY000',
    format: "ASC or DESC with GROUP BY isn't allowed with window functions; put ASC or DESC in ORDER BY",
  },
  ER_WINDOW_EXPLAIN_JSON: {
    code: 3598,
    sqlState: 'HY000',
    format: 'To get information about window functions use EXPLAIN FORMAT=JSON',
  },
  ER_WINDOW_FUNCTION_IGNORES_FRAME: {
    code: 3599,
    sqlState: 'HY000',
    format:
      "Window function '%s' ignores the frame clause of window '%s' and aggregates over the whole partition",
  },
} as const satisfies Record<string, ErrorEntry>;
