import type { ErrorEntry } from './error-entry.js';

/** Errors 8200 and above: TiDB, TiKV and PD. Numbers, SQLSTATEs and formats: MySQL Server Error Message Reference; TiDB, "Error Codes". */
export const ERRORS_8200 = {
  ER_UNSUPPORTED_DDL_OPERATION: { code: 8200, sqlState: 'HY000', format: 'Unsupported %s' },
  ER_UNSUPPORTED_DDL_AS_IS: { code: 8200, sqlState: 'HY000', format: '%s' },
  ER_DDL_NOT_OWNER: { code: 8201, sqlState: 'HY000', format: 'TiDB server is not a DDL owner' },
  ER_CANT_DECODE_RECORD: { code: 8202, sqlState: 'HY000', format: 'Cannot decode index value, because %s' },
  ER_INVALID_DDL_WORKER: { code: 8203, sqlState: 'HY000', format: 'Invalid DDL worker' },
  ER_INVALID_DDL_JOB: { code: 8204, sqlState: 'HY000', format: 'Invalid DDL job' },
  ER_INVALID_DDL_JOB_FLAG: { code: 8205, sqlState: 'HY000', format: 'Invalid DDL job flag' },
  ER_WAIT_REORG_TIMEOUT: { code: 8206, sqlState: 'HY000', format: 'Timeout waiting for data reorganization' },
  ER_INVALID_STORE_VERSION: { code: 8207, sqlState: 'HY000', format: 'Invalid storage current version: %d' },
  ER_INVALID_DDL_STATE: { code: 8210, sqlState: 'HY000', format: 'Invalid %s state: %v' },
  ER_REORG_PANIC: { code: 8211, sqlState: 'HY000', format: 'Reorg worker panic' },
  ER_INVALID_SPLIT_REGION_RANGES: {
    code: 8212,
    sqlState: 'HY000',
    format: 'Failed to split region ranges: %s',
  },
  ER_CANCELLED_DDL_JOB: { code: 8214, sqlState: 'HY000', format: 'Cancelled DDL job' },
  ER_REPAIR_TABLE: { code: 8215, sqlState: 'HY000', format: 'Failed to repair table: %s' },
  ER_INVALID_AUTO_RANDOM: { code: 8216, sqlState: 'HY000', format: 'Invalid auto random: %s' },
  ER_ADMIN_CHECK_TABLE_INCONSISTENT: {
    code: 8223,
    sqlState: 'HY000',
    format: 'data inconsistency in table: %s, index: %s, handle: %s, index-values:%s != record-values:%s',
  },
  ER_DDL_JOB_NOT_FOUND: { code: 8224, sqlState: 'HY000', format: 'DDL Job:%v not found' },
  ER_CANCEL_FINISHED_DDL_JOB: {
    code: 8225,
    sqlState: 'HY000',
    format: "This job:%v is finished, so can't be cancelled",
  },
  ER_CANNOT_CANCEL_DDL_JOB: {
    code: 8226,
    sqlState: 'HY000',
    format: "This job:%v is almost finished, can't be cancelled now",
  },
  ER_SEQUENCE_UNSUPPORTED_TABLE_OPTION: {
    code: 8227,
    sqlState: 'HY000',
    format: 'Unsupported sequence table-option: %s',
  },
  ER_COLUMN_TYPE_UNSUPPORTED_NEXTVAL: {
    code: 8228,
    sqlState: 'HY000',
    format: "Unsupported sequence default value for column type '%s'",
  },
  ER_LOCK_EXPIRE: {
    code: 8229,
    sqlState: 'HY000',
    format:
      'TTL manager has timed out, pessimistic locks may expire, please commit or rollback this transaction',
  },
  ER_ADD_COLUMN_WITH_SEQUENCE_AS_DEFAULT: {
    code: 8230,
    sqlState: 'HY000',
    format: "Unsupported using sequence as default value in add column '%s'",
  },
  ER_UNSUPPORTED_CONSTRAINT_CHECK: {
    code: 8231,
    sqlState: 'HY000',
    format: '%s constraint is not supported',
  },
  ER_TABLE_OPTION_UNION_UNSUPPORTED: {
    code: 8232,
    sqlState: 'HY000',
    format: 'CREATE/ALTER table with union option is not supported',
  },
  ER_TABLE_OPTION_INSERT_METHOD_UNSUPPORTED: {
    code: 8233,
    sqlState: 'HY000',
    format: 'CREATE/ALTER table with insert method option is not supported',
  },
  ER_INVALID_PLACEMENT_SPEC: { code: 8234, sqlState: 'HY000', format: "Invalid placement policy '%s': %s" },
  ER_DDL_REORG_ELEMENT_NOT_EXIST: {
    code: 8235,
    sqlState: 'HY000',
    format: 'DDL reorg element does not exist',
  },
  ER_PLACEMENT_POLICY_CHECK: {
    code: 8236,
    sqlState: 'HY000',
    format: "Placement policy didn't meet the constraint, reason: %s",
  },
  ER_INVALID_ATTRIBUTES_SPEC: { code: 8237, sqlState: 'HY000', format: 'Invalid attributes: %s' },
  ER_PLACEMENT_POLICY_EXISTS: {
    code: 8238,
    sqlState: 'HY000',
    format: "Placement policy '%-.192s' already exists",
  },
  ER_PLACEMENT_POLICY_NOT_EXISTS: {
    code: 8239,
    sqlState: 'HY000',
    format: "Unknown placement policy '%-.192s'",
  },
  ER_PLACEMENT_POLICY_WITH_DIRECT_OPTION: {
    code: 8240,
    sqlState: 'HY000',
    format: "Placement policy '%s' can't co-exist with direct placement options",
  },
  ER_PLACEMENT_POLICY_IN_USE: {
    code: 8241,
    sqlState: 'HY000',
    format: "Placement policy '%-.192s' is still in use",
  },
  ER_OPT_ON_CACHE_TABLE: { code: 8242, sqlState: 'HY000', format: "'%s' is unsupported on cache tables." },
  ER_TIFLASH_BACKFILL_INDEX: { code: 8243, sqlState: 'HY000', format: 'TiFlash backfill index failed: %s' },
  ER_COLUMN_IN_CHANGE: {
    code: 8245,
    sqlState: 'HY000',
    format: 'column %s id %d does not exist, this column may have been updated by other DDL ran in parallel',
  },
  ER_DDL_SETTING: { code: 8246, sqlState: 'HY000', format: 'Error happened when %s DDL: %s' },
  ER_INGEST_FAILED: { code: 8247, sqlState: 'HY000', format: 'Ingest failed: %s' },
  ER_RESOURCE_GROUP_EXISTS: {
    code: 8248,
    sqlState: 'HY000',
    format: "Resource group '%-.192s' already exists",
  },
  ER_RESOURCE_GROUP_NOT_EXISTS: { code: 8249, sqlState: 'HY000', format: "Unknown resource group '%-.192s'" },
  ER_RESOURCE_GROUP_SUPPORT_DISABLED: {
    code: 8250,
    sqlState: 'HY000',
    format:
      "Resource control feature is disabled. Run `SET GLOBAL tidb_enable_resource_control='on'` to enable the feature",
  },
  ER_RESOURCE_GROUP_CONFIG_UNAVAILABLE: {
    code: 8251,
    sqlState: 'HY000',
    format: 'Resource group configuration is unavailable',
  },
  ER_RESOURCE_GROUP_THROTTLED: {
    code: 8252,
    sqlState: 'HY000',
    format: 'Exceeded resource group quota limitation',
  },
  ER_RESOURCE_GROUP_QUERY_RUNAWAY_INTERRUPTED: {
    code: 8253,
    sqlState: 'HY000',
    format: 'Query execution was interrupted, identified as runaway query [%s]',
  },
  ER_RESOURCE_GROUP_QUERY_RUNAWAY_QUARANTINE: {
    code: 8254,
    sqlState: 'HY000',
    format: 'Quarantined and interrupted because of being in runaway watch list',
  },
  ER_RESOURCE_GROUP_INVALID_BACKGROUND_TASK_NAME: {
    code: 8255,
    sqlState: 'HY000',
    format: "Unknown background task name '%-.192s'",
  },
  ER_RESOURCE_GROUP_INVALID_FOR_ROLE: {
    code: 8257,
    sqlState: 'HY000',
    format: 'Cannot set resource group for a role',
  },
  ER_ENGINE_ATTRIBUTE_INVALID_FORMAT: {
    code: 8259,
    sqlState: 'HY000',
    format: 'Invalid engine attribute format: %s',
  },
  ER_PAUSED_DDL_JOB: { code: 8260, sqlState: 'HY000', format: 'Job [%v] has already been paused' },
  ER_CANNOT_PAUSE_DDL_JOB: { code: 8261, sqlState: 'HY000', format: "Job [%v] can't be paused: %s" },
  ER_CANNOT_RESUME_DDL_JOB: { code: 8262, sqlState: 'HY000', format: "Job [%v] can't be resumed: %s" },
  ER_BDR_RESTRICTED_DDL: {
    code: 8263,
    sqlState: 'HY000',
    format: 'The operation is not allowed while the bdr role of this cluster is set to %s.',
  },
  ER_GLOBAL_INDEX_NOT_EXPLICITLY_SET: {
    code: 8264,
    sqlState: 'HY000',
    format:
      "Global Index is needed for index '%-.192s', since the unique index is not including all partitioning columns, and GLOBAL is not given as IndexOption",
  },
  ER_WARN_GLOBAL_INDEX_NEED_MANUALLY_ANALYZE: {
    code: 8265,
    sqlState: 'HY000',
    format: "Auto analyze is not effective for index '%-.192s', need analyze manually",
  },
  ER_MODIFY_COLUMN_REFERENCED_BY_PARTIAL_CONDITION: {
    code: 8272,
    sqlState: 'HY000',
    format: "Cannot drop, change or modify column '%s': it is referenced in partial index '%s'",
  },
  ER_UNSUPPORTED_ADD_PARTIAL_INDEX: {
    code: 8200,
    sqlState: 'HY000',
    format: 'Unsupported add partial index: %s',
  },
  ER_ASSERTION_FAILED: {
    code: 8141,
    sqlState: 'HY000',
    format:
      'assertion failed: key: %s, assertion: %s, start_ts: %v, existing start ts: %v, existing commit ts: %v',
  },
  ER_AS_OF: { code: 8135, sqlState: 'HY000', format: 'invalid as of timestamp: %s' },
  ER_GC_TOO_EARLY: {
    code: 9006,
    sqlState: 'HY000',
    format:
      'GC life time is shorter than transaction duration, transaction starts at %v, GC safe point is %v',
  },
  ER_TIKV_STORE_LIMIT: {
    code: 9008,
    sqlState: 'HY000',
    format: 'Store token is up to the limit, store id = %d',
  },
  ER_TIKV_MAX_TIMESTAMP_NOT_SYNCED: {
    code: 9011,
    sqlState: 'HY000',
    format: 'TiKV max timestamp is not synced',
  },
  ER_TIKV_DISK_FULL: { code: 1105, sqlState: 'HY000', format: 'tikv disk full: %s' },
  ER_TIFLASH_SERVER_TIMEOUT: { code: 9012, sqlState: 'HY000', format: 'TiFlash server timeout' },
  ER_TIFLASH_SERVER_BUSY: { code: 9013, sqlState: 'HY000', format: 'TiFlash server is busy' },
  ER_TIFLASH_BACKFILL: { code: 9014, sqlState: 'HY000', format: 'TiFlash backfill failed' },
  ER_RESULT_UNDETERMINED: { code: 8501, sqlState: 'HY000', format: 'execution result undetermined' },
} as const satisfies Record<string, ErrorEntry>;
