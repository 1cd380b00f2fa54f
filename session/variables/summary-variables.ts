import { registerVariables } from './system-variable.js';

registerVariables([
  {
    name: 'tidb_enable_stmt_summary',
    scope: 'global',
    kind: 'bool',
    default: 'ON',
    doc: 'Whether statements are summed up by digest; OFF forgets what was.',
  },
  {
    name: 'tidb_stmt_summary_internal_query',
    scope: 'global',
    kind: 'bool',
    default: 'OFF',
    doc: "Whether the server's own statements are summed up too.",
  },
  {
    name: 'tidb_stmt_summary_refresh_interval',
    scope: 'global',
    kind: 'int',
    min: 1,
    max: 2147483647,
    default: '1800',
    doc: 'Seconds that one summary is about.',
  },
  {
    name: 'tidb_stmt_summary_history_size',
    scope: 'global',
    kind: 'int',
    min: 0,
    max: 255,
    default: '24',
    doc: 'Earlier summaries kept.',
  },
  {
    name: 'tidb_stmt_summary_max_stmt_count',
    scope: 'global',
    kind: 'int',
    min: 1,
    max: 32767,
    default: '3000',
    doc: 'Kinds of statements in one summary; those that came least lately go.',
  },
  {
    name: 'tidb_stmt_summary_max_sql_length',
    scope: 'global',
    kind: 'int',
    min: 0,
    max: 2147483647,
    default: '4096',
    doc: 'Characters of a statement that summaries keep.',
  },
]);
