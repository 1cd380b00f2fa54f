import { memoryUsage, cpuUsage, uptime } from 'node:process';
import type { Datum } from '../../types/datum.js';
import { epochMicrosToLocal } from '../../types/timezone.js';
import { columnList } from './column-list.js';
import { text } from './columns.js';
import { registerVirtualTable, type VirtualContext } from './virtual-table.js';

/*
 * METRICS_SCHEMA (TiDB docs, "Metrics Schema"): in TiDB what Prometheus has kept; this server knows its figures of now, one row each. Its
 * tables are those of figures that it counts.
 */

const STATUS_ADDRESS = 'instance';

interface Metric {
  readonly name: string;
  /** What Prometheus would be asked. */
  readonly promql: string;
  /** Labels before the value, besides the instance. */
  readonly labels?: readonly string[];
  readonly comment: string;
  /** The labels' values and the value. */
  readonly values: (ctx: VirtualContext) => readonly (readonly [labels: readonly string[], value: number])[];
}

/** A figure of SHOW GLOBAL STATUS. */
const status =
  (name: string, scale = 1): Metric['values'] =>
  (ctx) => {
    const found = ctx.statusVariables(true).find(([n]) => n.toLowerCase() === name.toLowerCase());
    return found === undefined ? [] : [[[], Number(found[1]) * scale]];
  };

/** Com_… by kind of statement. */
const commands: Metric['values'] = (ctx) =>
  ctx
    .statusVariables(true)
    .filter(([name, value]) => name.startsWith('Com_') && Number(value) > 0)
    .map(([name, value]) => [[name.slice(4)], Number(value)] as const);

const METRICS: readonly Metric[] = [
  {
    name: 'up',
    promql: 'up{$LABEL_CONDITIONS}',
    labels: ['job'],
    comment: 'whether the instance is up. 1 is up, 0 is down(off-line)',
    values: () => [[['tidb'], 1]],
  },
  {
    name: 'uptime',
    promql: '(time() - process_start_time_seconds{$LABEL_CONDITIONS})',
    labels: ['job'],
    comment: 'TiDB uptime since last restart(second)',
    values: () => [[['tidb'], uptime()]],
  },
  {
    name: 'process_cpu_usage',
    promql: 'rate(process_cpu_seconds_total{$LABEL_CONDITIONS}[$RANGE_DURATION])',
    labels: ['job'],
    comment: 'CPU seconds per second since the start',
    values: () => {
      const { user, system } = cpuUsage();
      return [[['tidb'], (user + system) / 1e6 / uptime()]];
    },
  },
  {
    name: 'process_mem_usage',
    promql: 'process_resident_memory_bytes{$LABEL_CONDITIONS}',
    labels: ['job'],
    comment: 'process rss memory usage',
    values: () => [[['tidb'], memoryUsage.rss()]],
  },
  {
    name: 'tidb_process_mem_usage',
    promql: 'process_resident_memory_bytes{$LABEL_CONDITIONS}',
    comment: 'process rss memory usage',
    values: () => [[[], memoryUsage.rss()]],
  },
  {
    name: 'node_process_heap_usage',
    promql: 'nodejs_heap_size_used_bytes{$LABEL_CONDITIONS}',
    comment: 'bytes in use of the heap',
    values: () => [[[], memoryUsage().heapUsed]],
  },
  {
    name: 'tidb_connection_count',
    promql: 'tidb_server_connections{$LABEL_CONDITIONS}',
    comment: 'TiDB current connection counts',
    values: status('Threads_connected'),
  },
  {
    name: 'tidb_connection_total_count',
    promql: 'rutile_server_connections_accepted_total{$LABEL_CONDITIONS}',
    comment: 'connections accepted since the start',
    values: status('Connections'),
  },
  {
    name: 'tidb_query_total_count',
    promql: 'rutile_server_questions_total{$LABEL_CONDITIONS}',
    comment: 'statements since the start',
    values: status('Questions'),
  },
  {
    name: 'tidb_qps',
    promql: 'sum(rate(rutile_server_questions_total{$LABEL_CONDITIONS}[$RANGE_DURATION])) by (instance)',
    comment: 'statements a second since the start',
    values: (ctx) => status('Questions', 1 / uptime())(ctx),
  },
  {
    name: 'tidb_statement_total_count',
    promql: 'sum(rutile_server_commands_total{$LABEL_CONDITIONS}) by (type)',
    labels: ['type'],
    comment: 'statements since the start, by kind',
    values: commands,
  },
  {
    name: 'tidb_slow_query_total_count',
    promql: 'rutile_server_slow_queries_total{$LABEL_CONDITIONS}',
    comment: 'statements slower than long_query_time since the start',
    values: status('Slow_queries'),
  },
  {
    name: 'tidb_received_bytes_total',
    promql: 'rutile_server_received_bytes_total{$LABEL_CONDITIONS}',
    comment: 'bytes received from clients',
    values: status('Bytes_received'),
  },
  {
    name: 'tidb_sent_bytes_total',
    promql: 'rutile_server_sent_bytes_total{$LABEL_CONDITIONS}',
    comment: 'bytes sent to clients',
    values: status('Bytes_sent'),
  },
];

const SCHEMA = 'METRICS_SCHEMA';

for (const m of METRICS) {
  const labels = m.labels ?? [];
  const columns = [
    'time timestamp6!',
    `${STATUS_ADDRESS} 512`,
    ...labels.map((l) => `${l} 512`),
    'value double',
  ];
  registerVirtualTable({
    db: SCHEMA,
    name: m.name,
    columns: columnList(columns.join(' ')),
    rows: async (ctx): Promise<Datum[][]> => {
      const [node] = await ctx.provide('cluster_info');
      const now = epochMicrosToLocal(Date.now() * 1000, 6, ctx.timeZone);
      return m.values(ctx).map(([values, value]) => [now, node?.[2] ?? text(''), ...values.map(text), value]);
    },
    doc: m.comment,
  });
}

registerVirtualTable({
  db: 'INFORMATION_SCHEMA',
  name: 'METRICS_TABLES',
  columns: columnList('TABLE_NAME 64 PROMQL 64 LABELS 64 QUANTILE double COMMENT 256'),
  rows: () =>
    METRICS.map((m): Datum[] => [
      text(m.name),
      text(m.promql),
      text([STATUS_ADDRESS, ...(m.labels ?? [])].join(',')),
      0,
      text(m.comment),
    ]),
});
