import type { Registry } from 'prom-client';
import type { Engine } from '../../session/client-session.js';
import { COMMAND_NAMES } from '../protocol/command-codes.js';
import type { MysqlServer } from '../protocol/mysql-server.js';
import { LATENCY_BUCKETS_MS } from '../protocol/protocol-metrics.js';

/** Prometheus metrics of the process. The client library is loaded when somebody first asks. */
export class Metrics {
  private registry: Promise<Registry> | null = null;

  constructor(
    private readonly engine: Engine,
    private readonly mysql: MysqlServer,
  ) {}

  async text(): Promise<{ readonly type: string; readonly body: string }> {
    const registry = await (this.registry ??= this.load());
    const body = await registry.metrics();
    return { type: registry.contentType, body: body + this.latencyText() + this.engineText() };
  }

  private async load(): Promise<Registry> {
    const { Registry, Gauge, Counter, collectDefaultMetrics } = await import('prom-client');
    const registry = new Registry();
    const { mysql, engine } = this;
    const m = mysql.metrics;
    collectDefaultMetrics({ register: registry });
    const gauge = (name: string, help: string, value: () => number): void => {
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(value());
        },
      });
    };
    const counter = (name: string, help: string, value: () => number): void => {
      new Counter({
        name,
        help,
        registers: [registry],
        collect() {
          this.reset();
          this.inc(value());
        },
      });
    };
    gauge('rutile_server_connections', 'Clients connected now', () => mysql.connectionCount);
    counter('rutile_server_connections_accepted_total', 'Connections accepted', () => m.connectionsAccepted);
    counter(
      'rutile_server_connections_refused_total',
      'Connections refused for their number',
      () => m.connectionsRefused,
    );
    counter('rutile_server_auth_failures_total', 'Logins denied', () => m.authFailures);
    counter(
      'rutile_server_received_bytes_total',
      'Bytes received from clients',
      () => mysql.traffic().received,
    );
    counter('rutile_server_sent_bytes_total', 'Bytes sent to clients', () => mysql.traffic().sent);
    counter('rutile_server_questions_total', 'Statements', () => engine.statistics().questions);
    counter(
      'rutile_server_slow_queries_total',
      'Statements slower than long_query_time',
      () => engine.statistics().slowQueries,
    );
    gauge('rutile_server_uptime_seconds', 'Seconds since start', () => engine.statistics().uptimeSeconds);
    new Counter({
      name: 'rutile_server_commands_total',
      help: 'Commands served, by kind',
      labelNames: ['command'],
      registers: [registry],
      collect() {
        this.reset();
        COMMAND_NAMES.forEach((command, code) => {
          if (m.commands[code]! > 0) this.inc({ command }, m.commands[code]!);
        });
      },
    });
    new Counter({
      name: 'rutile_server_errors_total',
      help: 'Errors sent to clients, by number',
      labelNames: ['code'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [code, n] of m.errors) this.inc({ code: String(code) }, n);
      },
    });
    return registry;
  }

  /** The histogram is kept in flat arrays by the protocol; this is its exposition format. */
  private latencyText(): string {
    const name = 'rutile_server_command_duration_seconds';
    const { latency, latencySumMs } = this.mysql.metrics;
    const lines = [`# HELP ${name} Time from a command's packet to its reply`, `# TYPE ${name} histogram`];
    let sum = 0;
    latency.forEach((n, i) => {
      sum += n;
      const bound = i < LATENCY_BUCKETS_MS.length ? String(LATENCY_BUCKETS_MS[i]! / 1000) : '+Inf';
      lines.push(`${name}_bucket{le="${bound}"} ${sum}`);
    });
    lines.push(`${name}_sum ${latencySumMs / 1000}`, `${name}_count ${sum}`);
    return '\n' + lines.join('\n') + '\n';
  }

  private engineText(): string {
    let text = '';
    for (const [name, value] of this.engine.statistics().metrics) {
      text += `# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}\n${name} ${value}\n`;
    }
    return text;
  }
}
