import { Backoffer } from '../../client/backoff.js';
import { BatchingOracle } from '../../client/oracle.js';
import { openStorage } from '../../client/storage.js';
import type { ClientOptions, LocalCoprocessor } from '../../client/client-context.js';
import type { Storage } from '../../storage.js';
import { PD } from '../generated/pdpb.js';
import type { TlsFiles } from '../tls.js';
import { credentialsOf } from './channel.js';
import { Cluster } from './cluster.js';
import { ClusterRegions } from './cluster-regions.js';
import { PdClient } from './pd-client.js';
import { RegionCache } from './region-cache.js';
import { RegionLoader } from './region-loader.js';
import { SafePointKeeper } from './safe-point-keeper.js';
import { Stores } from './stores.js';
import { TsoStream } from './tso-stream.js';

export interface TikvStorageConfig {
  /** PD endpoints, `host:port`. */
  readonly pd: readonly string[];
  readonly tls?: TlsFiles | null;
  /** Connections to each store. */
  readonly connections?: number;
  /** Where this server stands (the label `zone`): see tidb_replica_read's closest replicas. */
  readonly zone?: string;
  readonly options?: Partial<ClientOptions>;
  readonly coprocessor?: LocalCoprocessor;
  /** How long it may take until the cluster's first store has joined. */
  readonly bootstrapMs?: number;
}

const DEFAULT_CONNECTIONS = 2;
/** How long stores may take to join a cluster that starts along with this process. */
const BOOTSTRAP_MS = 60_000;

/** Resolves once the cluster has a store. */
async function bootstrapped(pd: PdClient, bo: Backoffer): Promise<void> {
  while (!(await pd.call(PD.IsBootstrapped, (header) => ({ header }))).bootstrapped)
    await bo.sleep('pdRPC', Infinity, 'the cluster is not bootstrapped: no store has joined it yet');
}

/** The transactional client over a TiKV cluster, or a served store. Throws 9001 when no PD answers. */
export async function openTikvStorage(config: TikvStorageConfig): Promise<Storage> {
  const creds = credentialsOf(config.tls ?? null);
  const pd = new PdClient(config.pd, creds);
  const stores = new Stores(pd, creds, config.connections ?? DEFAULT_CONNECTIONS, config.zone);
  const tso = new TsoStream(pd);
  let keeper: SafePointKeeper | null = null;
  const close = async (): Promise<void> => {
    pd.stopRetrying();
    await keeper?.stop();
    tso.close();
    stores.close();
    pd.close();
  };
  try {
    await bootstrapped(pd, new Backoffer(config.bootstrapMs ?? BOOTSTRAP_MS));
    const router = new RegionCache(new RegionLoader(pd), stores);
    const storage = openStorage({
      router,
      regions: new ClusterRegions(pd, stores, router),
      oracle: new BatchingOracle((n) => tso.fetch(n)),
      options: config.options,
      coprocessor: config.coprocessor,
      cluster: new Cluster(pd, stores),
      onClose: close,
    });
    keeper = new SafePointKeeper(pd, storage);
    await keeper.start();
    return storage;
  } catch (e) {
    await close();
    throw e;
  }
}
