import { columnList } from './column-list.js';
import { text } from './columns.js';
import { registerVirtualTable } from './virtual-table.js';

/*
 * What nodes tell of themselves and of their sessions (TiDB docs, "INFORMATION_SCHEMA"; MySQL 8.0 manual, "Performance Schema"). The rows
 * come from the session layer.
 */

const DEVICE = 'TYPE 64 INSTANCE 64 DEVICE_TYPE 64 DEVICE_NAME 64 NAME 256 VALUE 128';
const MEMORY = `MEMORY_TOTAL int! MEMORY_LIMIT int! MEMORY_CURRENT int! MEMORY_MAX_USED int! CURRENT_OPS 50
  SESSION_KILL_LAST datetime SESSION_KILL_TOTAL int! GC_LAST datetime GC_TOTAL int! DISK_USAGE int!
  QUERY_FORCE_DISK int!`;
const INDEX_USAGE = `TABLE_SCHEMA 64 TABLE_NAME 64 INDEX_NAME 64 QUERY_TOTAL uint KV_REQ_TOTAL uint
  ROWS_ACCESS_TOTAL uint PERCENTAGE_ACCESS_0 uint PERCENTAGE_ACCESS_0_1 uint PERCENTAGE_ACCESS_1_10 uint
  PERCENTAGE_ACCESS_10_20 uint PERCENTAGE_ACCESS_20_50 uint PERCENTAGE_ACCESS_50_100 uint PERCENTAGE_ACCESS_100 uint
  LAST_ACCESS_TIME datetime`;

const INFORMATION: Readonly<Record<string, string>> = {
  CLUSTER_CONFIG: 'TYPE 64 INSTANCE 64 KEY 256 VALUE 128',
  CLUSTER_HARDWARE: DEVICE,
  CLUSTER_LOAD: DEVICE,
  CLUSTER_SYSTEMINFO: 'TYPE 64 INSTANCE 64 SYSTEM_TYPE 64 SYSTEM_NAME 64 NAME 256 VALUE 128',
  MEMORY_USAGE: MEMORY,
  CLUSTER_MEMORY_USAGE: `INSTANCE 64! ${MEMORY}`,
  TIDB_INDEX_USAGE: INDEX_USAGE,
  RUNAWAY_WATCHES: `ID int! RESOURCE_GROUP_NAME 32! START_TIME 32! END_TIME 32 WATCH 12! WATCH_TEXT text! SOURCE 128!
    ACTION 64! RULE 512!`,
  CLUSTER_TIDB_INDEX_USAGE: `INSTANCE 64! ${INDEX_USAGE}`,
};

const CONNECTION_ATTRIBUTE = 'PROCESSLIST_ID uint! ATTR_NAME 32! ATTR_VALUE 1024 ORDINAL_POSITION int';
const CONNECTIONS = `CURRENT_CONNECTIONS int! TOTAL_CONNECTIONS int! MAX_SESSION_CONTROLLED_MEMORY uint!
  MAX_SESSION_TOTAL_MEMORY uint!`;

const PERFORMANCE: Readonly<Record<string, string>> = {
  accounts: `USER 32 HOST 255 ${CONNECTIONS}`,
  hosts: `HOST 255 ${CONNECTIONS}`,
  users: `USER 32 ${CONNECTIONS}`,
  session_connect_attrs: CONNECTION_ATTRIBUTE,
  session_account_connect_attrs: CONNECTION_ATTRIBUTE,
  user_variables_by_thread: 'THREAD_ID uint! VARIABLE_NAME 64! VARIABLE_VALUE text',
  persisted_variables: 'VARIABLE_NAME 64! VARIABLE_VALUE 1024',
  variables_info: `VARIABLE_NAME 64! VARIABLE_SOURCE 64 VARIABLE_PATH 1024 MIN_VALUE 64 MAX_VALUE 64
    SET_TIME timestamp6 SET_USER 32 SET_HOST 255`,
};

for (const [db, prefix, tables] of [
  ['INFORMATION_SCHEMA', '', INFORMATION],
  ['PERFORMANCE_SCHEMA', 'performance.', PERFORMANCE],
] as const)
  for (const [name, columns] of Object.entries(tables))
    registerVirtualTable({
      db,
      name,
      columns: columnList(columns),
      rows: (ctx) => ctx.provide(prefix + name.toLowerCase()),
    });

registerVirtualTable({
  db: 'PERFORMANCE_SCHEMA',
  name: 'threads',
  columns: columnList(
    `THREAD_ID uint! NAME 128! TYPE 10! PROCESSLIST_ID uint PROCESSLIST_USER 32 PROCESSLIST_HOST 255 PROCESSLIST_DB 64
     PROCESSLIST_COMMAND 16 PROCESSLIST_TIME int PROCESSLIST_STATE 64 PROCESSLIST_INFO text PARENT_THREAD_ID uint
     ROLE 64 INSTRUMENTED 3! HISTORY 3! CONNECTION_TYPE 16 THREAD_OS_ID uint RESOURCE_GROUP 64 EXECUTION_ENGINE 9
     CONTROLLED_MEMORY uint! MAX_CONTROLLED_MEMORY uint! TOTAL_MEMORY uint! MAX_TOTAL_MEMORY uint! TELEMETRY_ACTIVE 3!`,
  ),
  rows: async (ctx) =>
    (await ctx.processes()).map((p) => [
      p.id,
      text('thread/sql/one_connection'),
      text('FOREGROUND'),
      p.id,
      text(p.user),
      text(p.host.replace(/:\d+$/, '')),
      text(p.db),
      text(p.command),
      p.time,
      text(p.state === '' ? null : p.state),
      text(p.info),
      null,
      null,
      text('YES'),
      text('YES'),
      text('TCP/IP'),
      null,
      null,
      text('PRIMARY'),
      p.memory,
      p.memory,
      p.memory,
      p.memory,
      text('NO'),
    ]),
});

/** TiDB docs, "INSPECTION_RULES". Inspection itself asks a Prometheus server, which there is none of. */
const RULES: readonly (readonly [name: string, type: string])[] = [
  ...['config', 'critical-error', 'node-load', 'threshold-check', 'version'].map(
    (n) => [n, 'inspection'] as const,
  ),
  ...[
    'ddl',
    'gc',
    'pd',
    'query-summary',
    'raftstore',
    'read-link',
    'rocksdb',
    'stats',
    'wait-events',
    'write-link',
  ].map((n) => [n, 'summary'] as const),
];

registerVirtualTable({
  db: 'INFORMATION_SCHEMA',
  name: 'INSPECTION_RULES',
  columns: columnList('NAME 64 TYPE 64 COMMENT 256'),
  rows: () => RULES.map(([name, type]) => [text(name), text(type), text('')]),
});
