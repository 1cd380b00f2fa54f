import { registerVariables } from './system-variable.js';
import { timeOfDay } from './time-of-day.js';

/** Variables of ANALYZE, automatic ANALYZE and what the optimizer makes of statistics. */
registerVariables([
  {
    name: 'tidb_analyze_column_options',
    scope: 'global',
    kind: 'enum',
    values: ['ALL', 'PREDICATE'],
    default: 'ALL',
    doc: 'Columns that ANALYZE TABLE takes where it names none: all, or those that conditions use.',
  },
  {
    name: 'tidb_auto_analyze_end_time',
    scope: 'global',
    kind: 'string',
    default: '23:59 +0000',
    normalize: timeOfDay,
    doc: 'End of the time of day in which tables are analyzed automatically.',
  },
  {
    name: 'tidb_auto_analyze_start_time',
    scope: 'global',
    kind: 'string',
    default: '00:00 +0000',
    normalize: timeOfDay,
    doc: 'Start of the time of day in which tables are analyzed automatically.',
  },
  {
    name: 'tidb_enable_auto_analyze',
    scope: 'global',
    kind: 'bool',
    default: 'ON',
    doc: 'Tables are analyzed when enough of their rows changed.',
  },
  {
    name: 'tidb_enable_fast_analyze',
    scope: 'both',
    kind: 'bool',
    default: 'OFF',
    noop: true,
    doc: 'ANALYZE.',
    normalize: (value, ctx) => {
      const message =
        'the fast analyze feature has already been removed in TiDB v7.5.0, so this will have no effect';
      if (value === 'ON') ctx.warn({ level: 'Warning', code: 1105, message });
      return value;
    },
  },
  {
    name: 'tidb_enable_extended_stats',
    scope: 'both',
    kind: 'bool',
    default: 'OFF',
    doc: 'Statistics of columns together (ALTER TABLE … ADD STATS_EXTENDED).',
  },
  {
    name: 'tidb_persist_analyze_options',
    scope: 'global',
    kind: 'bool',
    default: 'ON',
    doc: 'ANALYZE uses the options of the last one that gave some.',
  },
  {
    name: 'tidb_stats_cache_mem_quota',
    scope: 'global',
    kind: 'int',
    min: 0,
    max: 1099511627776,
    default: '0',
    doc: 'Bytes that statistics may take in memory; 0: 256 MiB.',
  },
  {
    name: 'tidb_stats_load_sync_wait',
    scope: 'both',
    kind: 'int',
    min: 0,
    max: 2147483647,
    default: '100',
    doc: 'Milliseconds that a plan waits for statistics to be read.',
  },
  {
    name: 'tidb_enable_query_feedback',
    scope: 'global',
    kind: 'bool',
    default: 'ON',
    doc: 'Row counts that statements met correct the statistics.',
  },
]);
