import { fileURLToPath } from 'node:url';
import type { MessagePort } from 'node:worker_threads';
import type { Engine } from '../../session/client-session.js';
import { ThreadBus } from '../../session/cluster/thread-bus.js';
import type { EngineOptions } from '../../session/engine/engine.js';
import type { LogOutput } from '../config/logger.js';
import type { Config } from '../config/settings.js';
import { StatusServer } from '../http/status-server.js';
import { loadTls, openNodeEngine, ROOT } from '../node.js';
import { MysqlServer } from '../protocol/mysql-server.js';
import { reason, StartError } from '../start-error.js';
import { ConnectionCounts } from './accept-share.js';

/** What a SQL node that is one thread of several is told. */
export interface NodeStart {
  readonly config: Config;
  readonly version: string;
  readonly index: number;
  readonly serverUuid: string;
  /** To the other nodes, first to that of the thread with the store. */
  readonly peers: readonly MessagePort[];
  readonly counts: SharedArrayBuffer;
}

/** Sockets that are bound and listen already, by their descriptors; the status API is served by one node alone. */
export interface SharedSockets {
  readonly tcpFd: number;
  readonly unixFd: number | null;
  readonly status: boolean;
}

/** A SQL node of its own on a store that this thread or another one has open; it accepts clients beside the others. */
export class SqlNode {
  private status: StatusServer | null = null;

  private constructor(
    private readonly start: NodeStart,
    private readonly output: LogOutput,
    private readonly engine: Engine,
    private readonly mysql: MysqlServer,
    private readonly bus: ThreadBus,
    private readonly counts: ConnectionCounts,
  ) {}

  /** Throws StartError. */
  static async open(
    start: NodeStart,
    store: Pick<EngineOptions, 'attachment' | 'opened'>,
    output: LogOutput,
  ): Promise<SqlNode> {
    const { config, version, index, serverUuid } = start;
    const bus = new ThreadBus(start.peers, index === 0 ? null : start.peers[0]!);
    const tls = loadTls(config);
    const engine = await openNodeEngine(config, version, output, tls, {
      ...store,
      serverUuid,
      bus,
      serverId: index + 1,
    });
    const counts = new ConnectionCounts(start.counts, index);
    const mysql = new MysqlServer({
      engine,
      log: output.log,
      tls,
      maxConnections: config['max-connections'],
      connectTimeoutMs: config['connect-timeout'] * 1000,
      counts,
      countsChanged: () => bus.tell('connections', null),
    });
    bus.serve('connections', () => {
      mysql.balance();
      return null;
    });
    return new SqlNode(start, output, engine, mysql, bus, counts);
  }

  /** Accepts clients; answers the status API's port, 0 when it is not served here. Throws StartError. */
  async serve({ tcpFd, unixFd, status }: SharedSockets): Promise<number> {
    const { mysql, engine } = this;
    const { config, version } = this.start;
    this.counts.arrive();
    await mysql.listenShared(tcpFd, false);
    if (unixFd !== null) await mysql.listenShared(unixFd, true);
    if (!status) return 0;
    const webRoot = fileURLToPath(new URL('web/', ROOT));
    this.status = new StatusServer({ engine, mysql, log: this.output.log, version, webRoot });
    try {
      return await this.status.listen(config['status-host'], config['status-port']);
    } catch (e) {
      const where = `${config['status-host']}:${config['status-port']}`;
      throw new StartError(`cannot listen on ${where}: ${reason(e)}`);
    }
  }

  /** There is one more node. */
  addPeer(port: MessagePort): void {
    this.bus.add(port);
  }

  /** Whose turn it is to accept has changed. */
  balance(): void {
    this.mysql.balance();
  }

  async stop(graceMs: number): Promise<void> {
    await this.mysql.close(graceMs);
    await this.status?.close();
    await this.engine.shutdown(graceMs);
  }
}
