import type * as errorpb from '../generated/errorpb.js';
import type { Context } from '../generated/kvrpcpb.js';
import { encodeRegionKey } from '../region-key.js';
import { holdsKey, leaderOf, regionToWire, type Region, type RegionTable } from './region-table.js';

/** The raft term that this store is in: there is no election. */
const TERM = 6;

/** Checks of TiKV's raftstore before a request is served: store, region, leader, peer, term and epoch, in this order. */
export class RegionCheck {
  constructor(
    private readonly regions: RegionTable,
    private readonly storeId: number,
  ) {}

  /** The region that the request is for, or why it is not served. `flashback`: the request is of a flashback. */
  check(c: Context | undefined, flashback = false): Region | errorpb.ErrorInit {
    const asked = c?.peer?.storeId ?? 0;
    if (asked !== this.storeId) {
      return {
        message: `mismatch store id ${asked} != ${this.storeId}`,
        storeNotMatch: { requestStoreId: asked, actualStoreId: this.storeId },
      };
    }
    const { regionId, regionEpoch, peer, term } = c!;
    const region = this.regions.get(regionId);
    const own = region?.peers.find((p) => p.storeId === this.storeId);
    if (region === undefined || own === undefined)
      return { message: `region ${regionId} not found`, regionNotFound: { regionId } };
    const leader = leaderOf(region);
    if (leader.storeId !== this.storeId) {
      return {
        message: `peer is not leader for region ${regionId}`,
        notLeader: { regionId, leader },
      };
    }
    if (peer!.id !== own.id) {
      return {
        message: `mismatch peer id ${peer!.id} != ${own.id}`,
        mismatchPeerId: { requestPeerId: peer!.id, storePeerId: own.id },
      };
    }
    // A request of an older term was meant for another leader.
    if (term !== 0 && term + 1 < TERM) return { message: 'stale command', staleCommand: {} };
    // Keys depend on the version alone; which peers there are is nothing to a read or write.
    if (regionEpoch === undefined || regionEpoch.version !== region.version) return this.epochError(region);
    const { flashbackStartTs } = region;
    if (flashbackStartTs !== 0n && !flashback) {
      return {
        message: `region ${regionId} is in flashback progress, start ts ${flashbackStartTs}`,
        flashbackInProgress: { regionId, flashbackStartTs },
      };
    }
    return region;
  }

  /** Tells the client what is there now: the region and its neighbour that a split may have made. */
  private epochError(region: Region): errorpb.ErrorInit {
    const siblings = this.regions.previous(region.startKey);
    return {
      message: `current epoch of region ${region.id} is conf_ver: ${region.confVer} version: ${region.version}`,
      epochNotMatch: {
        currentRegions:
          siblings === undefined ? [regionToWire(region)] : [regionToWire(region), regionToWire(siblings)],
      },
    };
  }

  /** Null when all keys lie in the region. */
  static keys(region: Region, keys: readonly Uint8Array[]): errorpb.ErrorInit | null {
    for (const key of keys) {
      if (holdsKey(region, key)) continue;
      return {
        message: `key ${Buffer.from(key).toString('hex')} is not in region ${region.id}`,
        keyNotInRegion: {
          key,
          regionId: region.id,
          startKey: encodeRegionKey(region.startKey),
          endKey: encodeRegionKey(region.endKey),
        },
      };
    }
    return null;
  }
}

export const isRegion = (r: Region | errorpb.ErrorInit): r is Region => 'confVer' in r;
