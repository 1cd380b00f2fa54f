import type { EmbeddedStore } from '../../embedded/engine.js';
import type * as pb from '../generated/kvrpcpb.js';
import { lockToWire, waitToWire } from '../translate/key-error.js';
import { decodeRegionKey } from '../region-key.js';
import { RegionCheck, isRegion } from './region-check.js';
import { regionToWire, type RegionTable } from './region-table.js';

const EMPTY = new Uint8Array(0);
const NO_CONTEXT = { regionId: 0, regionEpoch: { confVer: 0, version: 0 } } as const;

/** Requests of the Tikv service that no batch carries. */
export interface StoreHandlers {
  UnsafeDestroyRange(req: pb.UnsafeDestroyRangeRequest): Promise<pb.UnsafeDestroyRangeResponseInit>;
  PhysicalScanLock(req: pb.PhysicalScanLockRequest): pb.PhysicalScanLockResponseInit;
  SplitRegion(req: pb.SplitRegionRequest): pb.SplitRegionResponseInit;
  GetStoreSafeTS(req: pb.StoreSafeTSRequest): pb.StoreSafeTSResponseInit;
  GetLockWaitInfo(req: pb.GetLockWaitInfoRequest): pb.GetLockWaitInfoResponseInit;
  GetLockWaitHistory(req: pb.GetLockWaitHistoryRequest): pb.GetLockWaitHistoryResponseInit;
}

export function storeHandlers(store: EmbeddedStore, regions: RegionTable, storeId: number): StoreHandlers {
  const check = new RegionCheck(regions, storeId);
  return {
    async UnsafeDestroyRange(req) {
      const res = await store.deleteRange({
        context: NO_CONTEXT,
        startKey: req.startKey,
        endKey: req.endKey,
      });
      const e = res.errors[0];
      return e === undefined ? {} : { error: e.kind === 'abort' ? e.message : e.kind };
    },
    PhysicalScanLock(req) {
      const { locks } = store.scanLock({
        context: NO_CONTEXT,
        maxVersion: req.maxTs,
        startKey: req.startKey,
        endKey: EMPTY,
        limit: req.limit,
      });
      return { locks: locks.map(lockToWire) };
    },
    SplitRegion(req) {
      const region = check.check(req.context);
      if (!isRegion(region)) return { regionError: region };
      const wanted = req.splitKeys.length > 0 ? req.splitKeys : req.splitKey.length > 0 ? [req.splitKey] : [];
      const keys = req.isRawKv ? wanted.map(decodeRegionKey) : wanted;
      const error = RegionCheck.keys(region, keys);
      if (error !== null) return { regionError: error };
      const parts = regions.split(region, keys).map(regionToWire);
      return parts.length === 2 ? { regions: parts, left: parts[0], right: parts[1] } : { regions: parts };
    },
    // Every commit is visible as soon as it is answered.
    GetStoreSafeTS: () => ({ safeTs: store.dataWatch.lastCommitTs() }),
    GetLockWaitInfo: () => ({ entries: store.lockWaits().map(waitToWire) }),
    GetLockWaitHistory: () => ({ entries: [] }),
  };
}
