import type mysql from 'mysql2/promise';
import { createConnection } from 'mysql2/promise';
import { ServerProcess } from './server-process.js';
import { StoreProcess } from './store-process.js';

export interface ServerGroupOptions {
  readonly nodes: number;
  readonly flags: readonly string[];
  /** Whether the store is a process of its own. */
  readonly servedStore: boolean;
  /** host:port of servers that are there already and not to be killed; none of our own are started then. */
  readonly endpoints: readonly string[];
}

/** Servers on one store, which are killed and started again one by one. */
export class ServerGroup {
  private readonly store: StoreProcess | null;
  private readonly nodes: ServerProcess[] = [];
  private next = 0;

  constructor(private readonly options: ServerGroupOptions) {
    this.store = options.servedStore && this.killable ? new StoreProcess() : null;
  }

  get killable(): boolean {
    return this.options.endpoints.length === 0;
  }

  async start(): Promise<void> {
    if (!this.killable) return;
    await this.store?.start();
    const { flags, nodes } = this.options;
    const all = this.store === null ? flags : [...flags, '--store', 'tikv', '--pd', this.store.address];
    for (let i = 0; i < nodes; i++) {
      const node = new ServerProcess(all);
      this.nodes.push(node);
      await node.start();
    }
  }

  /** Kills one of the processes, of which `choice` chooses, and starts it again; gives its name. */
  async restart(choice: (n: number) => number): Promise<string> {
    const victim = choice(this.nodes.length + (this.store === null ? 0 : 1));
    const process = this.nodes[victim] ?? this.store!;
    await process.kill();
    await process.start();
    return victim < this.nodes.length ? `server ${victim}` : 'the store';
  }

  /** One of the servers stands still for so long; gives its name. */
  async stall(choice: (n: number) => number, ms: number): Promise<string> {
    const victim = choice(this.nodes.length);
    await this.nodes[victim]!.stall(ms);
    return `server ${victim}`;
  }

  async remove(): Promise<void> {
    for (const node of this.nodes) await node.remove();
    await this.store?.remove();
  }

  /** A connection to one server after the other. */
  connect(): Promise<mysql.Connection> {
    const turn = this.next++;
    if (this.killable) return this.nodes[turn % this.nodes.length]!.connect({ rowsAsArray: true });
    const { endpoints } = this.options;
    const [host, port] = endpoints[turn % endpoints.length]!.split(':');
    return createConnection({ host, port: Number(port), user: 'root', database: 'test', rowsAsArray: true });
  }

  /** A connection, as soon as a server gives one. */
  async reconnect(): Promise<mysql.Connection> {
    for (let attempt = 0; ; attempt++) {
      try {
        const db = await this.connect();
        db.on('error', () => undefined);
        return db;
      } catch (e) {
        if (attempt > 500) throw e;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }
}
