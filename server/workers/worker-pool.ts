import { randomUUID } from 'node:crypto';
import net, { createServer, type Server } from 'node:net';
import { resolve } from 'node:path';
import { chmodSync } from 'node:fs';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { prepareStore } from '../../session/cluster/prepare-store.js';
import type { EmbeddedStore } from '../../kv/embedded/engine.js';
import type { LogOutput } from '../config/logger.js';
import type { Config } from '../config/settings.js';
import { durabilityOf, openFailed } from '../node.js';
import { replaceStaleSocket } from '../protocol/mysql-server.js';
import { prepareDataDirectory, reason, StartError } from '../start-error.js';
import { ConnectionCounts } from './accept-share.js';
import { type NodeStart, SqlNode } from './sql-node.js';
import type { FromWorker, ToWorker, WorkerStart } from './worker-protocol.js';

const BACKLOG = 4096;

export interface Listening {
  readonly port: number;
  readonly statusPort: number;
}

/**
 * The server as several threads, each a SQL node of its own that accepts clients: this one, which has the store open and the sockets
 * bound, and workers, which read the store's memory themselves and send it what they commit (see docs/architecture.md).
 */
export class WorkerPool {
  /** The node of this thread, which comes first. */
  private own: SqlNode | null = null;
  private readonly workers: Worker[] = [];
  private readonly handles: ServerHandle[] = [];
  private stopping = false;

  private constructor(
    private readonly config: Config,
    private readonly store: EmbeddedStore,
    private readonly output: LogOutput,
    private readonly onLost: (message: string) => void,
  ) {}

  /** Opens the store and the workers. `onLost` is called when a worker ends by itself: the server cannot go on then. Throws StartError. */
  static async open(
    config: Config,
    version: string,
    output: LogOutput,
    onLost: (message: string) => void,
  ): Promise<WorkerPool> {
    prepareDataDirectory(config['data-dir']);
    let pool: WorkerPool;
    try {
      const { openEmbeddedStore } = await import('../../kv/embedded/engine.js');
      const store = await openEmbeddedStore({
        dataDir: resolve(config['data-dir']),
        durability: durabilityOf(config),
        logger: output.log,
      });
      await prepareStore(store);
      pool = new WorkerPool(config, store, output, onLost);
    } catch (e) {
      throw openFailed(config, output, e);
    }
    try {
      await pool.start(version);
      return pool;
    } catch (e) {
      await pool.stop(0);
      throw e;
    }
  }

  /** Listens, and lets the workers accept. Throws StartError. */
  async listen(): Promise<Listening> {
    const { config } = this;
    const tcp = await this.bind(`${config.host}:${config.port}`, (server) =>
      server.listen({ host: config.host, port: config.port, backlog: BACKLOG }),
    );
    let unixFd: number | null = null;
    if (config.socket !== '') {
      const path = config.socket;
      try {
        await replaceStaleSocket(path);
      } catch (e) {
        throw new StartError(`cannot listen on ${path}: ${reason(e)}`);
      }
      unixFd = (await this.bind(path, (server) => server.listen({ path, backlog: BACKLOG }))).fd;
      chmodSync(path, 0o777);
    }
    const sockets = { tcpFd: tcp.fd, unixFd };
    const statusPort = await this.own!.serve({ ...sockets, status: config['status-host'] !== '' });
    await Promise.all(
      this.workers.map((worker) => request(worker, { kind: 'serve', ...sockets, status: false }, 'serving')),
    );
    return { port: tcp.port, statusPort };
  }

  /** Stops the nodes, then closes the store. */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    await Promise.allSettled([
      this.own?.stop(graceMs),
      ...this.workers.map((worker) => request(worker, { kind: 'stop', graceMs }, 'stopped')),
    ]);
    // Only now: until here workers read the store's memory.
    await this.store.close();
  }

  private async start(version: string): Promise<void> {
    const n = this.config.workers;
    const host = this.store.share();
    const counts = ConnectionCounts.create(n);
    const ports = Array.from({ length: n }, (): MessagePort[] => []);
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        const { port1, port2 } = new MessageChannel();
        ports[i]!.push(port1);
        ports[j]!.push(port2);
      }
    }
    const serverUuid = randomUUID();
    const startOf = (index: number): NodeStart => ({
      config: this.config,
      version,
      index,
      serverUuid,
      peers: ports[index]!,
      counts,
    });
    const open = async (index: number): Promise<void> => {
      const { attachment, transfer } = host.attach(n);
      const start: WorkerStart = { ...startOf(index), attachment };
      const worker = new Worker(new URL('./worker.js', import.meta.url), {
        workerData: start,
        transferList: [...transfer, ...start.peers],
      });
      this.workers.push(worker);
      worker.on('error', (e) => this.lost(`a worker failed: ${e.message}`));
      worker.on('exit', (code) => this.lost(`a worker ended with code ${code}`));
      await answer(worker, 'opened');
    };
    // The first makes a new store's system tables.
    this.own = await SqlNode.open(startOf(0), { opened: { store: this.store, threads: n } }, this.output);
    await Promise.all(Array.from({ length: n - 1 }, (_, i) => open(i + 1)));
  }

  private lost(message: string): void {
    if (!this.stopping) this.onLost(message);
  }

  /**
   * A socket that is bound but not listened on in this thread, which would accept from it: the workers listen. It is never closed,
   * since its descriptor is theirs too.
   */
  private async bind(
    where: string,
    listen: (server: Server) => void,
  ): Promise<{ readonly port: number; readonly fd: number }> {
    const server = createServer();
    try {
      // What the system has against it shows only when one listens.
      await new Promise<void>((done, fail) => {
        server.once('error', fail);
        server.once('listening', done);
        listen(server);
      });
      const address = server.address();
      await new Promise((done) => server.close(done));
      const handle =
        typeof address === 'object' && address !== null
          ? createServerHandle(address.address, address.port, address.family === 'IPv6' ? 6 : 4, -1)
          : createServerHandle(String(address), -1, -1, -1);
      if (typeof handle === 'number') throw new Error(`error ${handle}`);
      this.handles.push(handle);
      return { port: typeof address === 'object' && address !== null ? address.port : 0, fd: handle.fd };
    } catch (e) {
      throw new StartError(`cannot listen on ${where}: ${reason(e)}`);
    }
  }
}

interface ServerHandle {
  readonly fd: number;
}

/** What node:cluster makes its shared sockets with: a handle that is bound to an address, or the system's error number. */
const createServerHandle = (
  net as unknown as {
    readonly _createServerHandle: (
      address: string,
      port: number,
      type: number,
      fd: number,
    ) => ServerHandle | number;
  }
)._createServerHandle;

type Answer<K extends FromWorker['kind']> = FromWorker & { readonly kind: K };

/** The worker's next message, which must be of this kind. Rejects with StartError. */
function answer<K extends FromWorker['kind']>(worker: Worker, kind: K): Promise<Answer<K>> {
  return new Promise((done, fail) => {
    const settle = (): void => {
      worker.off('message', receive);
      worker.off('exit', exit);
      worker.off('error', exit);
    };
    const receive = (message: FromWorker): void => {
      settle();
      if (message.kind === kind) done(message as Answer<K>);
      else fail(new StartError(message.kind === 'failed' ? message.message : `unexpected ${message.kind}`));
    };
    const exit = (e: unknown): void => {
      settle();
      fail(new StartError(e instanceof Error ? e.message : 'a worker ended'));
    };
    worker.on('message', receive);
    worker.once('exit', exit);
    worker.once('error', exit);
  });
}

function request<K extends FromWorker['kind']>(
  worker: Worker,
  message: ToWorker,
  kind: K,
): Promise<Answer<K>> {
  const answered = answer(worker, kind);
  worker.postMessage(message);
  return answered;
}
