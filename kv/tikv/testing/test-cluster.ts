import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientOptions } from '../../client/client-context.js';
import type { Random } from '../../../testing/random.js';
import type { Storage } from '../../storage.js';
import { openTikvStorage } from '../client/open-tikv-storage.js';
import type { WireCoprocessor } from '../server/commands.js';
import { ServedStore } from '../server/served-store.js';
import { FaultProxy, type NetworkFaults } from './fault-proxy.js';

export interface TestClusterOptions {
  readonly stores?: number;
  /** Borders of the regions at the start. */
  readonly borders?: readonly Uint8Array[];
  readonly faults?: NetworkFaults;
  readonly client?: Partial<ClientOptions>;
  readonly coprocessor?: WireCoprocessor;
}

/** A served store of several fronts, each behind a proxy, and a client of it: everything over real connections. */
export class TestCluster {
  private served!: ServedStore;
  private readonly proxies: FaultProxy[] = [];
  private dir = '';
  storage!: Storage;
  private reshaper: NodeJS.Timeout | null = null;
  private restarts: Promise<void> = Promise.resolve();
  private stopping = false;

  private constructor(
    private readonly random: Random,
    private readonly coprocessor: WireCoprocessor | undefined,
  ) {}

  static async start(random: Random, options: TestClusterOptions = {}): Promise<TestCluster> {
    const cluster = new TestCluster(random, options.coprocessor);
    cluster.dir = await mkdtemp(join(tmpdir(), 'rutile-served-'));
    for (let i = 0; i < (options.stores ?? 1); i++) {
      const proxy = new FaultProxy(random);
      await proxy.listen();
      cluster.proxies.push(proxy);
    }
    await cluster.serve();
    const borders = options.borders ?? [];
    if (borders.length > 0) cluster.served.regions.split(cluster.served.regions.all()[0]!, borders);
    cluster.storage = await cluster.connect(options.client);
    if (options.faults !== undefined) cluster.faults = options.faults;
    return cluster;
  }

  private async serve(): Promise<void> {
    this.served = await ServedStore.open({
      dataDir: this.dir,
      durability: 2,
      memtableBytes: 1 << 16,
      listen: this.proxies.map(() => '127.0.0.1:0'),
      advertise: this.proxies.map((p) => p.address),
      coprocessor: this.coprocessor,
    });
    this.proxies.forEach((p, i) => p.pointTo(this.served.bound[i]!));
  }

  /** Another client of the cluster. */
  connect(options?: Partial<ClientOptions>): Promise<Storage> {
    return openTikvStorage({ pd: [this.proxies[0]!.address], options });
  }

  get pd(): string {
    return this.proxies[0]!.address;
  }

  get store(): ServedStore {
    return this.served;
  }

  set faults(faults: NetworkFaults) {
    for (const p of this.proxies) p.faults = faults;
  }

  breakConnections(): void {
    for (const p of this.proxies) p.breakAll();
  }

  /** Faults that took place. */
  get faultCount(): number {
    return this.proxies.reduce((n, p) => n + p.counts.refused + p.counts.lost + p.counts.repeated, 0);
  }

  /** Splits regions, at random bytes or at some of `borders`, merges and moves them under the client's feet. */
  reshapeEvery(ms: number, borders: readonly Uint8Array[] = []): void {
    const border = (): Uint8Array =>
      borders.length > 0
        ? this.random.pick(borders)
        : Uint8Array.of(this.random.below(256), this.random.below(256));
    this.reshaper = setInterval(() => {
      const { regions } = this.served;
      const region = this.random.pick(regions.all());
      switch (this.random.below(3)) {
        case 0: {
          const key = border();
          regions.split(regions.find(key), [key]);
          break;
        }
        case 1:
          if (regions.all().length > 2) regions.mergeIntoNext(region);
          break;
        default:
          regions.transferLeader(region, this.random.below(region.peers.length));
      }
    }, ms);
  }

  /** The store goes and comes back at another address. */
  async restart(): Promise<void> {
    await this.served.close();
    await this.serve();
  }

  restartEvery(ms: number): void {
    const again = async (): Promise<void> => {
      // On a busy machine clients, too, need longer to get on between two restarts.
      for (let took = 0; ;) {
        await new Promise((resolve) => setTimeout(resolve, Math.max(ms, 3 * took)));
        if (this.stopping) return;
        const began = performance.now();
        await this.restart();
        took = performance.now() - began;
      }
    };
    this.restarts = again();
  }

  async stop(): Promise<void> {
    if (this.reshaper !== null) clearInterval(this.reshaper);
    this.stopping = true;
    await this.restarts;
    await this.storage.close();
    for (const p of this.proxies) p.close();
    await this.served.close();
    await rm(this.dir, { recursive: true });
  }
}
