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
import { HandleCopies, type ServerHandle } from './handle-copies.js';
import { type NodeStart, SqlNode } from './sql-node.js';
import type { FromWorker, ToWorker, WorkerStart } from './worker-protocol.js';

const BACKLOG = 4096;

/** Workers that end more often than this within the time have a cause that others will not outlive either. */
const MOST_FAILURES = 5;
const FAILURE_WINDOW_MS = 60_000;

/** What the nodes listen on. */
interface Sockets {
  readonly tcp: ServerHandle;
  readonly unix: ServerHandle | null;
}

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
  /** By the number of their node, from 1 on. */
  private readonly workers = new Map<number, Worker>();
  /** Kept, since a handle that is collected closes its descriptor. */
  private readonly handles: ServerHandle[] = [];
  private readonly copies = new HandleCopies();
  private sockets: Sockets | null = null;
  private readonly counts: SharedArrayBuffer;
  private readonly serverUuid = randomUUID();
  private readonly failures: number[] = [];
  private stopping = false;

  private constructor(
    private readonly config: Config,
    private readonly store: EmbeddedStore,
    private readonly version: string,
    private readonly output: LogOutput,
    private readonly onLost: (message: string) => void,
  ) {
    this.counts = ConnectionCounts.create(config.workers);
    for (let index = 0; index < config.workers; index++) ConnectionCounts.leave(this.counts, index);
  }

  /** Opens the store and the nodes. `onLost` is called when workers keep ending: the server cannot go on then. Throws StartError. */
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
      pool = new WorkerPool(config, store, version, output, onLost);
    } catch (e) {
      throw openFailed(config, output, e);
    }
    try {
      await pool.start();
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
    let unix: ServerHandle | null = null;
    if (config.socket !== '') {
      const path = config.socket;
      try {
        await replaceStaleSocket(path);
      } catch (e) {
        throw new StartError(`cannot listen on ${path}: ${reason(e)}`);
      }
      unix = (await this.bind(path, (server) => server.listen({ path, backlog: BACKLOG }))).handle;
      chmodSync(path, 0o777);
    }
    this.sockets = { tcp: tcp.handle, unix };
    const statusPort = await this.own!.serve({
      ...(await this.shared()),
      status: config['status-host'] !== '',
    });
    await Promise.all([...this.workers.values()].map((worker) => this.serve(worker)));
    this.copies.rest();
    return { port: tcp.port, statusPort };
  }

  /** The sockets under descriptors for one node. */
  private async shared(): Promise<{ readonly tcpFd: number; readonly unixFd: number | null }> {
    const { tcp, unix } = this.sockets!;
    const copy = async (handle: ServerHandle): Promise<number> => {
      const copied = await this.copies.copy(handle);
      this.handles.push(copied);
      return copied.fd;
    };
    return { tcpFd: await copy(tcp), unixFd: unix === null ? null : await copy(unix) };
  }

  /** Lets a worker accept clients. */
  private async serve(worker: Worker): Promise<void> {
    await request(worker, { kind: 'serve', ...(await this.shared()), status: false }, 'serving');
    this.balance();
  }

  /** Whose turn it is to accept has changed. */
  private balance(): void {
    this.own?.balance();
    for (const worker of this.workers.values()) worker.postMessage({ kind: 'balance' } satisfies ToWorker);
  }

  /** Stops the nodes, then closes the store. */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    await Promise.allSettled([
      this.own?.stop(graceMs),
      ...[...this.workers.values()]
        .filter((worker) => worker.threadId >= 0)
        .map((worker) => request(worker, { kind: 'stop', graceMs }, 'stopped')),
    ]);
    // Only now: until here workers read the store's memory.
    await this.store.close();
  }

  private async start(): Promise<void> {
    const n = this.config.workers;
    const ports = Array.from({ length: n }, (): MessagePort[] => []);
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        const { port1, port2 } = new MessageChannel();
        ports[i]!.push(port1);
        ports[j]!.push(port2);
      }
    }
    const workers = Array.from({ length: n - 1 }, (_, i) => this.spawn(i + 1, ports[i + 1]!));
    // The first makes a new store's system tables, while the others load their code.
    const opened = { store: this.store, threads: n };
    this.own = await SqlNode.open(this.startOf(0, ports[0]!), { opened }, this.output);
    await Promise.all(workers.map((worker) => request(worker, { kind: 'open' }, 'opened')));
  }

  private startOf(index: number, peers: readonly MessagePort[]): NodeStart {
    const { config, version, serverUuid, counts } = this;
    return { config, version, index, serverUuid, peers, counts };
  }

  /** Starts a thread, which opens its node when it is told to. */
  private spawn(index: number, peers: readonly MessagePort[]): Worker {
    const { attachment, transfer } = this.store.share().attach(this.config.workers);
    const start: WorkerStart = { ...this.startOf(index, peers), attachment };
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: start,
      transferList: [...transfer, ...peers],
    });
    this.workers.set(index, worker);
    worker.on('error', (err) => this.output.log.error({ err, worker: index }, 'a worker failed'));
    worker.on('exit', (code) => this.ended(worker, index, code));
    return worker;
  }

  /**
   * A worker has ended by itself: out of memory, or by an error of the kind that no statement should bring about. Its clients lose
   * their connections, the store lets go of their locks, its offices pass on with their leases. Another takes its place.
   */
  private ended(worker: Worker, index: number, code: number): void {
    if (this.stopping || this.workers.get(index) !== worker) return;
    this.workers.delete(index);
    ConnectionCounts.leave(this.counts, index);
    this.balance();
    const { log } = this.output;
    const now = Date.now();
    this.failures.push(now);
    while (this.failures[0]! < now - FAILURE_WINDOW_MS) this.failures.shift();
    if (this.sockets === null || this.failures.length > MOST_FAILURES) {
      this.onLost(`a worker ended with code ${code}`);
      return;
    }
    log.error({ worker: index, code }, 'a worker ended; another takes its place');
    this.replace(index).then(
      () => log.info({ worker: index }, 'a worker has been replaced'),
      // If it ended meanwhile, that has been dealt with.
      (err: unknown) => log.error({ err, worker: index }, 'a worker could not be replaced'),
    );
  }

  private async replace(index: number): Promise<void> {
    const peers: MessagePort[] = [];
    const portToNew = (): MessagePort => {
      const { port1, port2 } = new MessageChannel();
      peers.push(port1);
      return port2;
    };
    this.own!.addPeer(portToNew());
    for (const other of this.workers.values()) {
      const port = portToNew();
      other.postMessage({ kind: 'peer', port } satisfies ToWorker, [port]);
    }
    const worker = this.spawn(index, peers);
    await request(worker, { kind: 'open' }, 'opened');
    await this.serve(worker);
    this.copies.rest();
  }

  /**
   * A socket that is bound and not listened on: the nodes listen on copies.
   */
  private async bind(
    where: string,
    listen: (server: Server) => void,
  ): Promise<{ readonly port: number; readonly handle: ServerHandle }> {
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
      return { port: typeof address === 'object' && address !== null ? address.port : 0, handle };
    } catch (e) {
      throw new StartError(`cannot listen on ${where}: ${reason(e)}`);
    }
  }
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
