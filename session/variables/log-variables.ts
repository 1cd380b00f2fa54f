import { registerVariables } from './system-variable.js';

/** What is logged of statements (TiDB docs, "Identify Slow Queries"). */
registerVariables([
  {
    name: 'tidb_general_log',
    scope: 'global',
    kind: 'bool',
    default: 'OFF',
    doc: 'Each statement is a line of --general-log-file, or of the log at level info.',
  },
  {
    name: 'tidb_enable_slow_log',
    scope: 'global',
    kind: 'bool',
    default: 'ON',
    doc: 'Slow statements are logged.',
  },
  {
    name: 'tidb_slow_log_threshold',
    scope: 'global',
    kind: 'int',
    min: -1,
    default: '300',
    doc: 'Milliseconds from which a statement is slow; 0 or less: all are.',
  },
  {
    name: 'tidb_record_plan_in_slow_log',
    scope: 'global',
    kind: 'bool',
    default: 'ON',
    doc: 'The slow query log has the plans of statements.',
  },
  {
    name: 'tidb_slow_query_file',
    scope: 'session',
    kind: 'string',
    default: '',
    doc: 'The file that information_schema.SLOW_QUERY reads; empty: the slow query log of this server.',
  },
  {
    name: 'tidb_query_log_max_len',
    scope: 'global',
    kind: 'int',
    min: 0,
    max: 1073741824,
    default: '4096',
    doc: 'Characters of a statement that logs show.',
  },
  {
    name: 'tidb_redact_log',
    scope: 'both',
    kind: 'enum',
    values: ['OFF', 'ON', 'MARKER'],
    default: 'OFF',
    doc: 'Logs show ? for literals (ON), or put ‹ › around them (MARKER), and no plans.',
  },
  {
    name: 'tidb_slow_txn_log_threshold',
    scope: 'session',
    kind: 'uint',
    min: 0,
    max: 9223372036854775807n,
    default: '0',
    noop: true,
    doc: 'Kept and shown.',
  },
]);
