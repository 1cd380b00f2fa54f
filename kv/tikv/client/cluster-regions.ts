import { Backoffer } from '../../client/backoff.js';
import { groupByRegion, sendBatch, type Router } from '../../client/router.js';
import { compareBytes } from '../../codec/byte-writer.js';
import type { RegionAdmin, RegionStatus, StoreStatus } from '../../region-admin.js';
import { StoreState } from '../generated/metapb.js';
import { PD } from '../generated/pdpb.js';
import { decodeRegionKey, encodeRegionKey } from '../region-key.js';
import type { PdClient } from './pd-client.js';
import type { Stores } from './stores.js';

/** Regions in one answer of PD (client-go's limit of a batch). */
const LIMIT = 256;
const BUDGET_MS = 20_000;
/** metapb.PeerRole. */
const LEARNER = 1;

/** Regions of a TiKV cluster: PD lists and scatters them, their leaders split them. */
export class ClusterRegions implements RegionAdmin {
  constructor(
    private readonly pd: PdClient,
    private readonly stores: Stores,
    private readonly router: Router,
  ) {}

  async list(startKey: Uint8Array, endKey: Uint8Array): Promise<readonly RegionStatus[]> {
    const out: RegionStatus[] = [];
    const end = encodeRegionKey(endKey);
    let start = encodeRegionKey(startKey);
    for (;;) {
      const from = start;
      const { regions } = await this.pd.call(PD.ScanRegions, (header) => ({
        header,
        startKey: from,
        endKey: end,
        limit: LIMIT,
      }));
      for (const { region, leader } of regions) {
        if (region === undefined) continue;
        out.push({
          id: region.id,
          startKey: decodeRegionKey(region.startKey),
          endKey: decodeRegionKey(region.endKey),
          leaderId: leader?.id ?? 0,
          leaderStoreId: leader?.storeId ?? 0,
          peerIds: region.peers.map((p) => p.id),
          peers: region.peers.map((p) => ({ id: p.id, storeId: p.storeId, learner: p.role === LEARNER })),
          epoch: { confVer: region.regionEpoch?.confVer ?? 0, version: region.regionEpoch?.version ?? 0 },
        });
      }
      const last = regions[regions.length - 1]?.region?.endKey;
      if (last === undefined || last.length === 0) return out;
      if (end.length > 0 && compareBytes(last, end) >= 0) return out;
      start = last;
    }
  }

  async storeStatus(): Promise<readonly StoreStatus[]> {
    const { stores } = await this.pd.call(PD.GetAllStores, (header) => ({ header }));
    return Promise.all(
      stores.map(async (s) => {
        const { stats } = await this.pd.call(PD.GetStore, (header) => ({ header, storeId: s.id }));
        return {
          id: s.id,
          address: s.address,
          statusAddress: s.statusAddress,
          state: s.state === StoreState.Up ? 'Up' : s.state === StoreState.Offline ? 'Offline' : 'Tombstone',
          version: s.version,
          gitHash: s.gitHash,
          labels: s.labels.map(({ key, value }) => ({ key, value })),
          startedAt: s.startTimestamp * 1000,
          heartbeatAt: Number(s.lastHeartbeat / 1_000_000n),
          capacity: stats?.capacity ?? 0n,
          available: stats?.available ?? 0n,
        } as const;
      }),
    );
  }

  async pdMembers(): Promise<readonly string[]> {
    const { members } = await this.pd.call(PD.GetMembers, (header) => ({ header }));
    return members.flatMap((m) => m.clientUrls.slice(0, 1)).map((url) => url.replace(/^\w+:\/\//, ''));
  }

  async split(keys: readonly Uint8Array[]): Promise<number> {
    const bo = new Backoffer(BUDGET_MS);
    const made: number[] = [];
    let left = [...keys].sort(compareBytes);
    while (left.length > 0) {
      const again: Uint8Array[] = [];
      for (const { route, items } of await groupByRegion(this.router, left, (k) => k)) {
        // A border that is there already splits nothing.
        const inside = items.filter((k) => compareBytes(k, route.startKey) !== 0);
        if (inside.length === 0) continue;
        const res = await sendBatch(this.router, route, bo, () =>
          this.stores.client(route.context.peer!.storeId).splitRegion(route.context, inside),
        );
        if (res === null) again.push(...inside);
        // All parts but the last, which keeps the region's id.
        else made.push(...res.regionIds.slice(0, -1));
      }
      left = again;
    }
    if (made.length > 0)
      await this.pd.call(PD.ScatterRegion, (header) => ({ header, regionsId: made, retryLimit: 3n }));
    return made.length;
  }
}
