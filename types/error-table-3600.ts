import type { ErrorEntry } from './error-entry.js';

/** Errors 3600 to 4999: MySQL 8, and sequences, whose numbers TiDB took from MariaDB. Numbers, SQLSTATEs and formats: MySQL Server Error Message Reference; TiDB, "Error Codes". */
export const ERRORS_3600 = {
  ER_WINDOW_SE_NOT_ACCEPTABLE: {
    code: 3600,
    sqlState: 'HY000',
    format: 'Windowing requires @@internal_tmp_mem_storage_engine=TempTable',
  },
  ER_INVALID_NO_OF_ARGS: {
    code: 3601,
    sqlState: 'HY000',
    format: 'Too many arguments for function %s: %lu; maximum allowed is %s',
  },
  ER_FIELD_IN_GROUPING_NOT_GROUP_BY: {
    code: 3602,
    sqlState: 'HY000',
    format: 'Argument #%d of GROUPING function is not in GROUP BY',
  },
  ER_VAR_DOES_NOT_EXIST: {
    code: 3615,
    sqlState: 'HY000',
    format: 'Variable %s does not exist in persisted config file',
  },
  ER_ILLEGAL_PRIVILEGE_LEVEL: {
    code: 3619,
    sqlState: 'HY000',
    format: 'Illegal privilege level specified for %s',
  },
  ER_MANDATORY_ROLE: {
    code: 3628,
    sqlState: 'HY000',
    format:
      "The role %s is a mandatory role and can't be revoked or dropped. The restriction can be lifted by excluding the role identifier from the global variable mandatory_roles.",
  },
  ER_CTE_MAX_RECURSION_DEPTH: {
    code: 3636,
    sqlState: 'HY000',
    format:
      'Recursive query aborted after %s iterations. Try increasing @@cte_max_recursion_depth to a larger value',
  },
  ER_PASSWORD_REUSE: {
    code: 3638,
    sqlState: 'HY000',
    format: "Cannot use these credentials for '%s@%s' because they contradict the password history policy",
  },
  ER_MISSING_JSON_TABLE_VALUE: {
    code: 3665,
    sqlState: '22035',
    format: "Missing value for JSON_TABLE column '%s'",
  },
  ER_WRONG_JSON_TABLE_VALUE: {
    code: 3666,
    sqlState: '2203F',
    format: "Can't store an array or an object in the scalar JSON_TABLE column '%s'",
  },
  ER_RESTART_SERVER_FAILED: { code: 3707, sqlState: 'HY000', format: 'Restart server failed (%s).' },
  ER_INVALID_JSON_TYPE: {
    code: 3853,
    sqlState: '22032',
    format: 'Invalid JSON type in argument %d to function %s; an %s is required.',
  },
  ER_MISSING_JSON_VALUE: {
    code: 3966,
    sqlState: '22035',
    format: "No value was found by '%s' on the specified path.",
  },
  ER_MULTIPLE_JSON_VALUES: {
    code: 3967,
    sqlState: '22034',
    format: "More than one value was found by '%s' on the specified path.",
  },
  ER_TF_MUST_HAVE_ALIAS: { code: 3667, sqlState: '42000', format: 'Every table function must have an alias' },
  ER_JT_VALUE_OUT_OF_RANGE: {
    code: 3669,
    sqlState: '22003',
    format: "Value is out of range for JSON_TABLE's column '%s'",
  },
  ER_PARSE_ERROR_IN_DIGEST_FN: {
    code: 3676,
    sqlState: 'HY000',
    format: 'Could not parse argument to digest function: "%s".',
  },
  ER_JT_MAX_NESTED_PATH: {
    code: 3670,
    sqlState: '42000',
    format: "More than supported %d NESTED PATHs were found in JSON_TABLE '%s'",
  },
  ER_WRONG_VALUE_FOR_CHARSET_PARAM: {
    code: 3679,
    sqlState: 'HY000',
    format: "Value for character set parameter is wrong: '%s'",
  },
  ER_REGEXP_BUFFER_OVERFLOW: {
    code: 3684,
    sqlState: 'HY000',
    format: 'The result string is larger than the result buffer.',
  },
  ER_REGEXP_ILLEGAL_ARGUMENT: {
    code: 3685,
    sqlState: 'HY000',
    format: 'Illegal argument to a regular expression.',
  },
  ER_REGEXP_INDEX_OUTOFBOUNDS_ERROR: {
    code: 3686,
    sqlState: 'HY000',
    format: 'Index out of bounds in regular expression search.',
  },
  ER_REGEXP_INTERNAL_ERROR: {
    code: 3687,
    sqlState: 'HY000',
    format: 'Internal error in the regular expression library.',
  },
  ER_REGEXP_RULE_SYNTAX: {
    code: 3688,
    sqlState: 'HY000',
    format: 'Syntax error in regular expression on line %d, character %d.',
  },
  ER_REGEXP_BAD_ESCAPE_SEQUENCE: {
    code: 3689,
    sqlState: 'HY000',
    format: 'Unrecognized escape sequence in regular expression.',
  },
  ER_REGEXP_UNIMPLEMENTED: {
    code: 3690,
    sqlState: 'HY000',
    format: 'The regular expression contains a feature that is not implemented in this library version.',
  },
  ER_REGEXP_MISMATCHED_PAREN: {
    code: 3691,
    sqlState: 'HY000',
    format: 'Mismatched parenthesis in regular expression.',
  },
  ER_REGEXP_BAD_INTERVAL: {
    code: 3692,
    sqlState: 'HY000',
    format: 'Incorrect description of a {min,max} interval.',
  },
  ER_REGEXP_MAX_LT_MIN: {
    code: 3693,
    sqlState: 'HY000',
    format: 'The maximum is less than the minimum in a {min,max} interval.',
  },
  ER_REGEXP_INVALID_BACK_REF: {
    code: 3694,
    sqlState: 'HY000',
    format: 'Invalid back-reference in regular expression.',
  },
  ER_REGEXP_LOOK_BEHIND_LIMIT: {
    code: 3695,
    sqlState: 'HY000',
    format: 'The look-behind assertion exceeds the limit in regular expression.',
  },
  ER_REGEXP_MISSING_CLOSE_BRACKET: {
    code: 3696,
    sqlState: 'HY000',
    format: 'The regular expression contains an unclosed bracket expression.',
  },
  ER_REGEXP_INVALID_RANGE: {
    code: 3697,
    sqlState: 'HY000',
    format: 'The regular expression contains an [x-y] character range where x comes after y.',
  },
  ER_REGEXP_STACK_OVERFLOW: {
    code: 3698,
    sqlState: 'HY000',
    format: 'Overflow in the regular expression backtrack stack.',
  },
  ER_REGEXP_TIME_OUT: {
    code: 3699,
    sqlState: 'HY000',
    format: 'Timeout exceeded in regular expression match.',
  },
  ER_REGEXP_PATTERN_TOO_BIG: {
    code: 3700,
    sqlState: 'HY000',
    format: 'The regular expression pattern exceeds limits on size or complexity.',
  },
  ER_WARN_DEPRECATED_UTF8_ALIAS: {
    code: 3719,
    sqlState: 'HY000',
    format:
      "'utf8' is currently an alias for the character set UTF8MB3, but will be an alias for UTF8MB4 in a future release. Please consider using UTF8MB4 in order to be unambiguous.",
  },
  ER_FK_CANNOT_DROP_PARENT: {
    code: 3730,
    sqlState: 'HY000',
    format: "Cannot drop table '%s' referenced by a foreign key constraint '%s' on table '%s'.",
  },
  ER_FK_CANNOT_USE_VIRTUAL_COLUMN: {
    code: 3733,
    sqlState: 'HY000',
    format: "Foreign key '%s' uses virtual column '%s' which is not supported.",
  },
  ER_FK_NO_COLUMN_PARENT: {
    code: 3734,
    sqlState: 'HY000',
    format:
      "Failed to add the foreign key constraint. Missing column '%s' for constraint '%s' in the referenced table '%s'",
  },
  ER_TABLE_WITHOUT_PK: {
    code: 3750,
    sqlState: 'HY000',
    format:
      "Unable to create or change a table without a primary key, when the system variable 'sql_require_primary_key' is set. Add a primary key to the table or unset this variable to avoid this message. Note that tables without a primary key can cause performance problems in row-based replication, so please consult your DBA before changing this setting.",
  },
  ER_DATA_OUT_OF_RANGE_FUNCTIONAL_INDEX: {
    code: 3752,
    sqlState: 'HY000',
    format: "Value is out of range for expression index '%s' at row %d",
  },
  ER_FUNCTIONAL_INDEX_ON_JSON_OR_GEOMETRY_FUNCTION: {
    code: 3753,
    sqlState: 'HY000',
    format: 'Cannot create an expression index on a function that returns a JSON or GEOMETRY value',
  },
  ER_FUNCTIONAL_INDEX_REF_AUTO_INCREMENT: {
    code: 3754,
    sqlState: 'HY000',
    format: "Expression index '%s' cannot refer to an auto-increment column",
  },
  ER_CANNOT_DROP_COLUMN_FUNCTIONAL_INDEX: {
    code: 3755,
    sqlState: 'HY000',
    format:
      "Cannot drop column '%s' because it is used by an expression index. In order to drop the column, you must remove the expression index",
  },
  ER_FUNCTIONAL_INDEX_PRIMARY_KEY: {
    code: 3756,
    sqlState: 'HY000',
    format: 'The primary key cannot be an expression index',
  },
  ER_FUNCTIONAL_INDEX_ON_LOB: {
    code: 3757,
    sqlState: 'HY000',
    format:
      'Cannot create an expression index on an expression that returns a BLOB or TEXT. Please consider using CAST',
  },
  ER_FUNCTIONAL_INDEX_FUNCTION_IS_NOT_ALLOWED: {
    code: 3758,
    sqlState: 'HY000',
    format: "Expression of expression index '%s' contains a disallowed function",
  },
  ER_FULLTEXT_FUNCTIONAL_INDEX: {
    code: 3759,
    sqlState: 'HY000',
    format: 'Fulltext expression index is not supported',
  },
  ER_SPATIAL_FUNCTIONAL_INDEX: {
    code: 3760,
    sqlState: 'HY000',
    format: 'Spatial expression index is not supported',
  },
  ER_WRONG_KEY_COLUMN_FUNCTIONAL_INDEX: {
    code: 3761,
    sqlState: 'HY000',
    format: "The used storage engine cannot index the expression '%s'",
  },
  ER_FUNCTIONAL_INDEX_ON_FIELD: {
    code: 3762,
    sqlState: 'HY000',
    format: 'Expression index on a column is not supported. Consider using a regular index instead',
  },
  ER_GENERATED_COLUMN_ROW_VALUE: {
    code: 3764,
    sqlState: 'HY000',
    format: "Expression of generated column '%s' cannot refer to a row value",
  },
  ER_DEPENDENT_BY_DEFAULT_GENERATED_VALUE: {
    code: 3766,
    sqlState: 'HY000',
    format:
      "Column '%s' of table '%s' has a default value expression dependency and cannot be dropped or renamed.",
  },
  ER_DEFAULT_VAL_GENERATED_NON_PRIOR: {
    code: 3767,
    sqlState: 'HY000',
    format:
      "Default value expression of column '%s' cannot refer to a column defined after it if that column is a generated column or has an expression as default value.",
  },
  ER_DEFAULT_VAL_GENERATED_REF_AUTO_INC: {
    code: 3768,
    sqlState: 'HY000',
    format: "Default value expression of column '%s' cannot refer to an auto-increment column.",
  },
  ER_DEFAULT_VAL_GENERATED_FUNCTION_IS_NOT_ALLOWED: {
    code: 3769,
    sqlState: 'HY000',
    format: "Default value expression of column '%s' contains a disallowed function.",
  },
  ER_DEFAULT_VAL_GENERATED_NAMED_FUNCTION_IS_NOT_ALLOWED: {
    code: 3770,
    sqlState: 'HY000',
    format: "Default value expression of column '%s' contains a disallowed function: `%s`.",
  },
  ER_DEFAULT_VAL_GENERATED_ROW_VALUE: {
    code: 3771,
    sqlState: 'HY000',
    format: "Default value expression of column '%s' cannot refer to a row value.",
  },
  ER_DEFAULT_VAL_GENERATED_VARIABLES: {
    code: 3772,
    sqlState: 'HY000',
    format: "Default value expression of column '%s' cannot refer user or system variables.",
  },
  ER_DEFAULT_AS_VAL_GENERATED: {
    code: 3773,
    sqlState: 'HY000',
    format: 'DEFAULT function cannot be used with default value expressions',
  },
  ER_FK_INCOMPATIBLE_COLUMNS: {
    code: 3780,
    sqlState: 'HY000',
    format:
      "Referencing column '%s' and referenced column '%s' in foreign key constraint '%s' are incompatible.",
  },
  ER_FUNCTIONAL_INDEX_ROW_VALUE_IS_NOT_ALLOWED: {
    code: 3800,
    sqlState: 'HY000',
    format: "Expression of expression index '%s' cannot refer to a row value",
  },
  ER_NON_BOOLEAN_EXPR_FOR_CHECK_CONSTRAINT: {
    code: 3812,
    sqlState: 'HY000',
    format: "An expression of non-boolean type specified to a check constraint '%s'.",
  },
  ER_COLUMN_CHECK_CONSTRAINT_REFERENCES_OTHER_COLUMN: {
    code: 3813,
    sqlState: 'HY000',
    format: "Column check constraint '%s' references other column.",
  },
  ER_CHECK_CONSTRAINT_NAMED_FUNCTION_IS_NOT_ALLOWED: {
    code: 3814,
    sqlState: 'HY000',
    format: "An expression of a check constraint '%s' contains disallowed function: %s.",
  },
  ER_CHECK_CONSTRAINT_FUNCTION_IS_NOT_ALLOWED: {
    code: 3815,
    sqlState: 'HY000',
    format: "An expression of a check constraint '%s' contains disallowed function.",
  },
  ER_CHECK_CONSTRAINT_VARIABLES: {
    code: 3816,
    sqlState: 'HY000',
    format: "An expression of a check constraint '%s' cannot refer to a user or system variable.",
  },
  ER_CHECK_CONSTRAINT_REFERS_AUTO_INCREMENT_COLUMN: {
    code: 3818,
    sqlState: 'HY000',
    format: "Check constraint '%s' cannot refer to an auto-increment column.",
  },
  ER_CHECK_CONSTRAINT_VIOLATED: {
    code: 3819,
    sqlState: 'HY000',
    format: "Check constraint '%s' is violated.",
  },
  ER_CHECK_CONSTRAINT_REFERS_UNKNOWN_COLUMN: {
    code: 3820,
    sqlState: 'HY000',
    format: "Check constraint '%s' refers to non-existing column '%s'.",
  },
  ER_CHECK_CONSTRAINT_NOT_FOUND: {
    code: 3821,
    sqlState: 'HY000',
    format: "Check constraint '%s' is not found in the table.",
  },
  ER_CHECK_CONSTRAINT_DUP_NAME: {
    code: 3822,
    sqlState: 'HY000',
    format: "Duplicate check constraint name '%s'.",
  },
  ER_CHECK_CONSTRAINT_CLAUSE_USING_FK_REFER_ACTION_COLUMN: {
    code: 3823,
    sqlState: 'HY000',
    format:
      "Column '%s' cannot be used in a check constraint '%s': needed in a foreign key constraint '%s' referential action.",
  },
  ER_DEPENDENT_BY_FUNCTIONAL_INDEX: {
    code: 3837,
    sqlState: 'HY000',
    format: "Column '%s' has an expression index dependency and cannot be dropped or renamed",
  },
  ER_CANNOT_CONVERT_STRING: {
    code: 3854,
    sqlState: 'HY000',
    format: "Cannot convert string '%s' from %s to %s",
  },
  ER_DEPENDENT_BY_PARTITION_FUNC: {
    code: 3855,
    sqlState: 'HY000',
    format: "Column '%s' has a partitioning function dependency and cannot be dropped or renamed",
  },
  ER_INCORRECT_CURRENT_PASSWORD: {
    code: 3891,
    sqlState: 'HY000',
    format: 'Incorrect current password. Specify the correct password which has to be replaced.',
  },
  ER_INVALID_JSON_VALUE_FOR_FUNC_INDEX: {
    code: 3903,
    sqlState: '22018',
    format: "Invalid JSON value for CAST for expression index '%s'",
  },
  ER_JSON_VALUE_OUT_OF_RANGE_FOR_FUNC_INDEX: {
    code: 3904,
    sqlState: '22003',
    format: "Out of range JSON value for CAST for expression index '%s'",
  },
  ER_FUNCTIONAL_INDEX_DATA_IS_TOO_LONG: {
    code: 3907,
    sqlState: 'HY000',
    format: "Data too long for expression index '%s'",
  },
  ER_DYNAMIC_PRIVILEGE_NOT_REGISTERED: {
    code: 3929,
    sqlState: 'HY000',
    format: "Dynamic privilege '%s' is not registered with the server.",
  },
  ER_CONSTRAINT_NOT_FOUND: { code: 3940, sqlState: 'HY000', format: "Constraint '%s' does not exist." },
  ER_TOO_MANY_LOGIN_FAILURES: {
    code: 3955,
    sqlState: 'HY000',
    format:
      "Access denied for user '%s'@'%s'. Account is blocked for %s day(s) (%s day(s) remaining) due to %d consecutive failed logins.",
  },
  ER_DEPENDENT_BY_CHECK_CONSTRAINT: {
    code: 3959,
    sqlState: 'HY000',
    format: "Check constraint '%s' uses column '%s', hence column cannot be dropped or renamed.",
  },
  ER_STORAGE_ENGINE_ATTRIBUTE: {
    code: 3981,
    sqlState: 'HY000',
    format: 'Storage engine does not support ENGINE_ATTRIBUTE.',
  },
  ER_SET_OPER_MIX: { code: 3982, sqlState: 'HY000', format: 'Illegal mix of set operations.' },
  ER_WARN_DEPRECATED_DATETIME_DELIMITER: {
    code: 4096,
    sqlState: 'HY000',
    format:
      "Delimiter '%s' in position %d in datetime value '%s' at row %d is superfluous and is deprecated. Please remove.",
  },
  ER_SEQUENCE_RUN_OUT: { code: 4135, sqlState: 'HY000', format: "Sequence '%s.%s' has run out" },
  ER_SEQUENCE_INVALID_DATA: {
    code: 4136,
    sqlState: 'HY000',
    format: "Sequence '%s.%s' values are conflicting",
  },
  ER_SEQUENCE_INVALID_TABLE_STRUCTURE: {
    code: 4137,
    sqlState: 'HY000',
    format: "Sequence '%s.%s' table structure is invalid (%s)",
  },
  ER_SEQUENCE_ACCESS: { code: 4138, sqlState: 'HY000', format: "Sequence '%s.%s' access error" },
  ER_UNKNOWN_SEQUENCE: { code: 4139, sqlState: 'HY000', format: "Unknown SEQUENCE: '%s'" },
  ER_WRONG_INSERT_INTO_SEQUENCE: {
    code: 4140,
    sqlState: 'HY000',
    format:
      'Wrong INSERT into a SEQUENCE. One can only do single table INSERT into a sequence object (like with mysqldump). If you want to change the SEQUENCE, use ALTER SEQUENCE instead.',
  },
  ER_NOT_HINT_UPDATABLE_VARIABLE: {
    code: 3637,
    sqlState: 'HY000',
    format: "Variable '%s' cannot be set using SET_VAR hint.",
  },
} as const satisfies Record<string, ErrorEntry>;
