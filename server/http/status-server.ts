import { readFile } from 'node:fs/promises';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Engine } from '../../session/client-session.js';
import { MysqlError } from '../../types/error.js';
import type { MysqlServer } from '../protocol/mysql-server.js';
import type { ProtocolLog } from '../protocol/server-context.js';
import { basicAuth } from './basic-auth.js';
import { BodyTooLarge, readBody, sendJson, sendText } from './http-reply.js';
import { Metrics } from './metrics.js';
import { parseTraceRequest, trace } from './trace.js';

export interface StatusServerOptions {
  readonly engine: Engine;
  readonly mysql: MysqlServer;
  readonly log: ProtocolLog;
  readonly version: string;
  /** Directory of the status pages. */
  readonly webRoot: string;
}

type Handler = (req: IncomingMessage, res: ServerResponse) => void | Promise<void>;

const MAX_BODY_BYTES = 8 << 20;
/** Of the statistics of a table. */
const MAX_STATISTICS_BYTES = 256 << 20;

/** The status pages, by path: nothing else below webRoot is served. */
const PAGES: ReadonlyMap<string, readonly [file: string, type: string]> = new Map([
  ['/', ['index.html', 'text/html; charset=utf-8']],
  ['/status.js', ['status.js', 'text/javascript; charset=utf-8']],
  ['/trace.js', ['trace.js', 'text/javascript; charset=utf-8']],
  ['/style.css', ['style.css', 'text/css; charset=utf-8']],
]);

/** Paths that the engine serves. */
const DOWNLOADS = ['/stats/dump/', '/plan_replayer/dump/', '/optimize_trace/dump/'];
const ROOT = `Basic ${Buffer.from('root:').toString('base64')}`;

const hostOf = (req: IncomingMessage): string =>
  (req.socket.remoteAddress ?? '').replace(/^::ffff:/, '').replace(/^::1$/, '127.0.0.1');

/** The status API: /status, /metrics, POST /trace, statistics and archives, and the status pages. */
export class StatusServer {
  private readonly server: Server;
  private readonly metrics: Metrics;
  /** By "METHOD path". */
  private readonly routes: ReadonlyMap<string, Handler>;

  constructor(private readonly options: StatusServerOptions) {
    this.metrics = new Metrics(options.engine, options.mysql);
    const routes = new Map<string, Handler>([
      ['GET /status', (_req, res) => this.status(res)],
      ['GET /metrics', (_req, res) => this.sendMetrics(res)],
      ['POST /trace', (req, res) => this.trace(req, res)],
      ['POST /stats/load', (req, res) => this.loadStatistics(req, res)],
    ]);
    for (const [path, [file, type]] of PAGES) {
      routes.set(`GET ${path}`, async (_req, res) =>
        sendText(res, 200, type, await readFile(join(options.webRoot, file))),
      );
    }
    this.routes = routes;
    this.server = createServer((req, res) => void this.serve(req, res));
  }

  /** Answers the port. Rejects with the system's error. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ host, port }, () => {
        this.server.off('error', reject);
        this.server.on('error', (e) => this.options.log.error({ err: e.message }, 'status listener error'));
        const address = this.server.address();
        resolve(address !== null && typeof address === 'object' ? address.port : port);
      });
    });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    if (this.server.listening) await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = (req.url ?? '/').split('?', 1)[0]!;
    const method = req.method === 'HEAD' ? 'GET' : (req.method ?? 'GET');
    try {
      const handler = this.routes.get(`${method} ${path}`);
      if (handler !== undefined) return await handler(req, res);
      if (method === 'GET' && (await this.download(req, res, path))) return;
      const known = [...this.routes.keys()]
        .filter((key) => key.endsWith(` ${path}`))
        .map((key) => key.split(' ', 1)[0]!);
      if (known.length > 0)
        sendJson(res, 405, { error: { message: 'method not allowed' } }, { allow: known.join(', ') });
      else sendJson(res, 404, { error: { message: 'not found' } });
    } catch (e) {
      this.fail(res, e);
    }
  }

  private fail(res: ServerResponse, e: unknown): void {
    if (res.headersSent || res.destroyed) return void res.destroy();
    if (e instanceof BodyTooLarge)
      return sendJson(res, 413, { error: { message: e.message } }, { connection: 'close' });
    if (e instanceof MysqlError) {
      return sendJson(res, e.code === 1105 ? 500 : 400, {
        error: { code: e.code, sqlState: e.sqlState, message: e.message },
      });
    }
    const message = e instanceof Error ? e.message : String(e);
    this.options.log.error({ err: e instanceof Error ? e.stack : message }, 'status request failed');
    sendJson(res, 500, { error: { code: 1105, sqlState: 'HY000', message } });
  }

  private status(res: ServerResponse): void {
    const { engine, mysql, version } = this.options;
    const s = engine.statistics();
    const memory = process.memoryUsage();
    sendJson(res, 200, {
      connections: mysql.connectionCount,
      version: engine.globalVariable('version'),
      git_hash: 'None',
      status: { init_stats_percentage: 100 },
      rutile: {
        version,
        node: process.version,
        pid: process.pid,
        uptime_seconds: s.uptimeSeconds,
        sessions: s.sessions,
        questions: s.questions,
        slow_queries: s.slowQueries,
        memory: {
          rss: memory.rss,
          heap_used: memory.heapUsed,
          external: memory.external,
          array_buffers: memory.arrayBuffers,
        },
        metrics: Object.fromEntries(s.metrics),
      },
    });
  }

  private async sendMetrics(res: ServerResponse): Promise<void> {
    const { type, body } = await this.metrics.text();
    sendText(res, 200, type, body);
  }

  /** Dumps of statistics and plans. Without credentials one is root, if root has no password. */
  private async download(req: IncomingMessage, res: ServerResponse, path: string): Promise<boolean> {
    const { engine } = this.options;
    if (engine.download === undefined || !DOWNLOADS.some((prefix) => path.startsWith(prefix))) return false;
    const user = await basicAuth(engine, req.headers.authorization ?? ROOT, hostOf(req));
    if (user === null) {
      this.refuse(res);
      return true;
    }
    const file = await engine.download(user.account, path);
    if (file === null) return false;
    sendText(res, 200, file.type, file.body);
    return true;
  }

  private refuse(res: ServerResponse): void {
    const message = "a database user's name and password are needed";
    sendJson(
      res,
      401,
      { error: { code: 1045, sqlState: '28000', message } },
      { 'www-authenticate': 'Basic realm="rutile", charset="UTF-8"' },
    );
  }

  private async loadStatistics(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { engine } = this.options;
    const user = await basicAuth(engine, req.headers.authorization, hostOf(req));
    if (user === null) return this.refuse(res);
    await engine.loadStatistics?.(user.account, await readBody(req, MAX_STATISTICS_BYTES));
    sendJson(res, 200, {});
  }

  private async trace(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { engine, mysql } = this.options;
    const host = hostOf(req);
    const user = await basicAuth(engine, req.headers.authorization, host);
    if (user === null) return this.refuse(res);
    const request = parseTraceRequest(req.headers['content-type'] ?? '', await readBody(req, MAX_BODY_BYTES));
    if (request === null) {
      const message = 'the body must be a statement, or JSON of the form {"sql": "...", "db": "..."}';
      return sendJson(res, 400, { error: { message } });
    }
    const json = await trace(engine, user, request, mysql.takeId(), `${host}:${req.socket.remotePort ?? 0}`);
    sendText(res, 200, 'application/json; charset=utf-8', json);
  }
}
