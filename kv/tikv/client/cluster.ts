import type { ClusterServices } from '../../client/client-context.js';
import type { WaitForEntry } from '../../rpc.js';
import { PD } from '../generated/pdpb.js';
import type { PdClient } from './pd-client.js';
import type { Stores } from './stores.js';

/** Garbage collection of a TiKV cluster, as TiDB's GC worker does it. */
export class Cluster implements ClusterServices {
  constructor(
    private readonly pd: PdClient,
    private readonly stores: Stores,
  ) {}

  async advanceSafePoint(safePoint: bigint): Promise<bigint> {
    // Backups and replicas may hold it back.
    const held = await this.pd.call(PD.UpdateServiceGCSafePoint, (header) => ({
      header,
      serviceId: Buffer.from('gc_worker'),
      ttl: 2n ** 63n - 1n,
      safePoint,
    }));
    const min = held.minSafePoint !== 0n && held.minSafePoint < safePoint ? held.minSafePoint : safePoint;
    const { newSafePoint } = await this.pd.call(PD.UpdateGCSafePoint, (header) => ({
      header,
      safePoint: min,
    }));
    return newSafePoint < min ? newSafePoint : min;
  }

  async destroyRange(startKey: Uint8Array, endKey: Uint8Array): Promise<void> {
    const stores = await this.stores.all();
    await Promise.all(stores.map((s) => this.stores.client(s.id).destroyRange(startKey, endKey)));
  }

  /** A store that does not answer has nobody waiting that it could tell of. */
  async lockWaits(): Promise<readonly WaitForEntry[]> {
    const stores = await this.stores.all();
    const answers = await Promise.allSettled(stores.map((s) => this.stores.client(s.id).lockWaits()));
    return answers.flatMap((a) => (a.status === 'fulfilled' ? a.value : []));
  }
}
