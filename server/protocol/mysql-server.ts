import { chmodSync, existsSync, unlinkSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { Engine } from '../../session/client-session.js';
import { mysqlError } from '../../types/error-table.js';
import { AcceptGate, type ConnectionCounts } from '../workers/accept-share.js';
import { Channel } from './channel.js';
import { Connection } from './connection.js';
import { ProtocolMetrics } from './protocol-metrics.js';
import { writeErr } from './replies.js';
import type { ProtocolLog, ServerContext } from './server-context.js';
import type { TlsUpgrader } from './tls-upgrade.js';

export interface MysqlServerOptions {
  readonly engine: Engine;
  readonly log: ProtocolLog;
  readonly tls?: TlsUpgrader | null;
  /** Overrides the variable max_connections; 0 or absent: the variable decides, and 0 there means no limit. */
  readonly maxConnections?: number;
  readonly connectTimeoutMs?: number;
  /** Clients of all workers, and what to do when this one's have changed. */
  readonly counts?: ConnectionCounts;
  readonly countsChanged?: () => void;
}

/** Bits of a connection id below the node's number. */
const LOCAL_ID_BITS = 21;
const LOCAL_ID_MASK = 2 ** LOCAL_ID_BITS - 1;

/** How often idle connections are looked through. */
const SWEEP_MS = 1000;
const BACKLOG = 4096;

/** Listens for MySQL clients and keeps the table of their connections. */
export class MysqlServer implements ServerContext {
  readonly engine: Engine;
  readonly log: ProtocolLog;
  readonly metrics = new ProtocolMetrics();
  readonly tls: TlsUpgrader | null;
  readonly connectTimeoutMs: number;
  stopping = false;

  private readonly maxConnections: number;
  private readonly connections = new Map<number, Connection>();
  private readonly listeners: Server[] = [];
  private readonly sweeper: NodeJS.Timeout;
  private nextId = 1;
  private readonly idBase: number;
  private readonly counts: ConnectionCounts | null;
  private readonly countsChanged: () => void;
  private readonly gates: AcceptGate[] = [];
  private whenEmpty: (() => void) | null = null;

  constructor(options: MysqlServerOptions) {
    this.engine = options.engine;
    this.log = options.log;
    this.tls = options.tls ?? null;
    this.maxConnections = options.maxConnections ?? 0;
    this.connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
    this.idBase = (options.engine.serverId ?? 0) * 2 ** LOCAL_ID_BITS;
    this.counts = options.counts ?? null;
    this.countsChanged = options.countsChanged ?? ((): void => undefined);
    this.sweeper = setInterval(() => this.sweep(), SWEEP_MS);
    this.sweeper.unref();
  }

  get connectionCount(): number {
    return this.counts?.total ?? this.connections.size;
  }

  /** Bytes from and to clients, those still connected included. */
  traffic(): { readonly received: number; readonly sent: number } {
    let received = this.metrics.bytesReceived;
    let sent = this.metrics.bytesSent;
    for (const c of this.connections.values()) {
      received += c.channel.bytesRead;
      sent += c.writer.bytesWritten;
    }
    return { received, sent };
  }

  /** Listens on TCP; answers the port, which differs from the one asked for when that is 0. Rejects with the system's error. */
  async listenTcp(host: string, port: number): Promise<number> {
    const server = createServer({ noDelay: true, keepAlive: true, allowHalfOpen: true }, (socket) =>
      this.accept(socket, false),
    );
    await this.listen(server, () => server.listen({ host, port, backlog: BACKLOG }));
    const address = server.address();
    return address !== null && typeof address === 'object' ? address.port : port;
  }

  /** Listens on a Unix socket. One left behind by a server that is gone is replaced. */
  async listenUnix(path: string): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (socket) => this.accept(socket, true));
    try {
      await this.listen(server, () => server.listen({ path, backlog: BACKLOG }));
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== 'EADDRINUSE' || !(await replaceStaleSocket(path))) throw e;
      await this.listen(server, () => server.listen({ path, backlog: BACKLOG }));
    }
    chmodSync(path, 0o777);
  }

  /** Accepts from a socket that another thread listens on, together with others. It is not closed here: its descriptor is theirs too. */
  async listenShared(fd: number, unix: boolean): Promise<void> {
    const server = createServer({ noDelay: !unix, keepAlive: !unix, allowHalfOpen: true }, (socket) =>
      this.accept(socket, unix),
    );
    await this.listen(server, () => server.listen({ fd }));
    this.listeners.pop();
    this.gates.push(new AcceptGate(server));
    this.balance();
  }

  /** Another worker's number of clients changed: those with the fewest accept the next. */
  balance(): void {
    const open = !this.stopping && (this.counts?.isLeast ?? true);
    for (const gate of this.gates) gate.set(open);
  }

  private count(n: number): void {
    if (this.counts === null) return;
    this.counts.add(n);
    this.balance();
    this.countsChanged();
  }

  private listen(server: Server, start: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.once('listening', () => {
        server.off('error', reject);
        server.on('error', (e) => this.log.error({ err: e.message }, 'listener error'));
        this.listeners.push(server);
        resolve();
      });
      start();
    });
  }

  private accept(socket: Socket, unix: boolean): void {
    this.metrics.connectionsAccepted++;
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const host = unix ? 'localhost' : address === '::1' ? '127.0.0.1' : address;
    const peer = unix ? 'localhost' : `${host}:${socket.remotePort ?? 0}`;
    const limit = this.maxConnections || Number(this.engine.globalVariable('max_connections'));
    if (this.stopping || (limit > 0 && this.connectionCount >= limit)) {
      this.metrics.connectionsRefused++;
      const channel = new Channel(socket, 1024);
      // Before the client has spoken there is no SQLSTATE in an error.
      writeErr(
        channel.writer,
        mysqlError(this.stopping ? 'ER_SERVER_SHUTDOWN' : 'ER_CON_COUNT_ERROR'),
        null,
        false,
      );
      channel.end();
      return;
    }
    const connection = new Connection(this.takeId(), this, socket, host, peer, unix, (c) => this.forget(c));
    this.connections.set(connection.id, connection);
    this.count(1);
    connection.start();
  }

  /** A connection id that no connection has. */
  takeId(): number {
    do {
      const id = this.nextId;
      this.nextId = id >= (this.idBase === 0 ? 0xfffffffe : LOCAL_ID_MASK) ? 1 : id + 1;
      if (!this.connections.has(this.idBase + id)) return this.idBase + id;
    } while (true);
  }

  private forget(connection: Connection): void {
    this.metrics.bytesReceived += connection.channel.bytesRead;
    this.metrics.bytesSent += connection.writer.bytesWritten;
    if (this.connections.delete(connection.id)) this.count(-1);
    if (this.connections.size === 0) this.whenEmpty?.();
  }

  /** Closes connections idle for longer than their session's wait_timeout. */
  private sweep(): void {
    const now = performance.now();
    for (const c of this.connections.values()) {
      const limit = c.idleLimitMs;
      if (limit > 0 && c.idleMs(now) > limit) c.dismiss(mysqlError('ER_CLIENT_INTERACTION_TIMEOUT'));
    }
  }

  /**
   * Stops listening, lets running statements finish for up to `graceMs`, then cuts what is left. Idle connections are closed
   * at once, statements that come later get 1053.
   */
  async close(graceMs: number): Promise<void> {
    this.stopping = true;
    clearInterval(this.sweeper);
    for (const l of this.listeners) l.close();
    this.balance();
    for (const c of [...this.connections.values()]) c.dismiss(null);
    if (this.connections.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, graceMs);
        this.whenEmpty = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    for (const c of [...this.connections.values()]) c.channel.destroy();
  }
}

/** Removes a socket file that a server which is gone left behind; false when somebody listens there. */
export async function replaceStaleSocket(path: string): Promise<boolean> {
  if (!existsSync(path)) return true;
  if (await answers(path)) return false;
  unlinkSync(path);
  return true;
}

/** Whether somebody listens on the socket file. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}
