import type { ChannelCredentials } from '@grpc/grpc-js';
import { StoreState } from '../generated/metapb.js';
import type * as metapb from '../generated/metapb.js';
import { PD } from '../generated/pdpb.js';
import type { PdClient } from './pd-client.js';
import { StoreClient } from './store-client.js';
import { TransportError } from './transport-error.js';

/** How long labels of stores are taken for what they were. */
const LABELS_MS = 60_000;

/** The clients of the cluster's stores, made as they are needed. */
export class Stores {
  private readonly clients = new Map<number, StoreClient>();
  private readonly proxied = new Map<string, StoreClient>();

  constructor(
    private readonly pd: PdClient,
    private readonly creds: ChannelCredentials,
    private readonly connections: number,
    /** Where this server stands: closest replicas are those of stores with the same label. */
    readonly zone = '',
  ) {}

  private labels: ReadonlyMap<number, ReadonlyMap<string, string>> | null = null;
  private labelsUntil = 0;
  private describing: Promise<void> | null = null;

  /** Whether it is known where stores stand and what they are for. */
  get described(): boolean {
    if (performance.now() > this.labelsUntil) void this.describe();
    return this.labels !== null;
  }

  /** Asks PD for the labels of all stores. Without an answer they have none. */
  describe(): Promise<void> {
    if (performance.now() <= this.labelsUntil) return Promise.resolve();
    this.describing ??= this.pd
      .call(PD.GetAllStores, (header) => ({ header, excludeTombstoneStores: true }))
      .then(({ stores }) => {
        this.labels = new Map(stores.map((s) => [s.id, new Map(s.labels.map((l) => [l.key, l.value]))]));
      })
      .catch(() => {
        this.labels ??= new Map();
      })
      .finally(() => {
        this.labelsUntil = performance.now() + LABELS_MS;
        this.describing = null;
      });
    return this.describing;
  }

  zoneOf(storeId: number): string {
    return this.labels?.get(storeId)?.get('zone') ?? '';
  }

  /** Whether a store keeps rows; TiFlash's stores keep columns. */
  holdsRows(storeId: number): boolean {
    return (this.labels?.get(storeId)?.get('engine') ?? 'tikv') === 'tikv';
  }

  /** The id of the cluster that they make up. */
  get cluster(): bigint {
    return this.pd.cluster;
  }

  client(storeId: number): StoreClient {
    let client = this.clients.get(storeId);
    if (client === undefined) {
      client = new StoreClient(() => this.addressOf(storeId), this.creds, this.connections);
      this.clients.set(storeId, client);
    }
    return client;
  }

  /** A store that cannot be reached from here, through one that can. */
  through(proxyId: number, storeId: number): StoreClient {
    const name = `${proxyId} ${storeId}`;
    let client = this.proxied.get(name);
    if (client === undefined) {
      client = new StoreClient(
        () => this.addressOf(proxyId),
        this.creds,
        1,
        () => this.addressOf(storeId),
      );
      this.proxied.set(name, client);
    }
    return client;
  }

  private async addressOf(storeId: number): Promise<string> {
    const { store } = await this.pd.call(PD.GetStore, (header) => ({ header, storeId }));
    if (store === undefined || store.address === '')
      throw new TransportError(`store ${storeId}`, 'PD does not know it');
    if (store.state === StoreState.Tombstone)
      throw new TransportError(`store ${storeId}`, 'it has been removed');
    return store.address;
  }

  /** Every store that holds rows. */
  async all(): Promise<metapb.Store[]> {
    const res = await this.pd.call(PD.GetAllStores, (header) => ({ header, excludeTombstoneStores: true }));
    return res.stores.filter(
      (s) =>
        s.state !== StoreState.Tombstone && !s.labels.some((l) => l.key === 'engine' && l.value !== 'tikv'),
    );
  }

  close(): void {
    for (const c of [...this.clients.values(), ...this.proxied.values()]) c.close();
  }
}
