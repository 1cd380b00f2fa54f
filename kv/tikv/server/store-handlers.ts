import type { EmbeddedStore } from '../../embedded/engine.js';
import { MAX_TS } from '../../embedded/timestamp.js';
import type { MvccInfo } from '../../rpc.js';
import type * as pb from '../generated/kvrpcpb.js';
import { lockToWire, waitToWire } from '../translate/key-error.js';
import { OPS } from '../translate/names.js';
import { decodeRegionKey } from '../region-key.js';
import { RegionCheck, isRegion } from './region-check.js';
import { regionToWire, type RegionTable } from './region-table.js';

/** Keys looked at before the event loop runs again. */
const STEP = 1024;
const PAST_LOCKS = { regionId: 0, regionEpoch: { confVer: 0, version: 0 }, isolationLevel: 'RC' } as const;
const EMPTY = new Uint8Array(0);
const NO_CONTEXT = { regionId: 0, regionEpoch: { confVer: 0, version: 0 } } as const;

/** Requests of the Tikv service that no batch carries. */
export interface StoreHandlers {
  UnsafeDestroyRange(req: pb.UnsafeDestroyRangeRequest): Promise<pb.UnsafeDestroyRangeResponseInit>;
  PhysicalScanLock(req: pb.PhysicalScanLockRequest): pb.PhysicalScanLockResponseInit;
  SplitRegion(req: pb.SplitRegionRequest): pb.SplitRegionResponseInit;
  MvccGetByKey(req: pb.MvccGetByKeyRequest): pb.MvccGetByKeyResponseInit;
  MvccGetByStartTs(req: pb.MvccGetByStartTsRequest): Promise<pb.MvccGetByStartTsResponseInit>;
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
    MvccGetByKey(req) {
      const region = check.check(req.context);
      if (!isRegion(region)) return { regionError: region };
      const error = RegionCheck.keys(region, [req.key]);
      return error !== null ? { regionError: error } : { info: mvccInfo(store.keyInfo(req.key)) };
    },
    async MvccGetByStartTs(req) {
      const region = check.check(req.context);
      if (!isRegion(region)) return { regionError: region };
      const cursor = store.mvccReader(MAX_TS, PAST_LOCKS).scan(region.startKey, region.endKey, false, true);
      try {
        for (let n = 1; cursor.next(); n++) {
          const key = cursor.keyBuffer.slice(0, cursor.keyLength);
          const info = store.keyInfo(key);
          if (info.versions.some((v) => v.startTs === req.startTs)) return { key, info: mvccInfo(info) };
          if (n % STEP !== 0) continue;
          cursor.pause();
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        cursor.close();
      }
      const { locks } = store.scanLock({
        context: NO_CONTEXT,
        maxVersion: req.startTs,
        startKey: region.startKey,
        endKey: region.endKey,
        limit: 0,
      });
      const lock = locks.find((l) => l.lockVersion === req.startTs);
      return lock === undefined ? {} : { key: lock.key, info: mvccInfo(store.keyInfo(lock.key)) };
    },
    // Every commit is visible as soon as it is answered.
    GetStoreSafeTS: () => ({ safeTs: store.dataWatch.lastCommitTs() }),
    GetLockWaitInfo: () => ({ entries: store.lockWaits().map(waitToWire) }),
    GetLockWaitHistory: () => ({ entries: [] }),
  };
}

function mvccInfo(info: MvccInfo): pb.MvccInfoInit {
  const { lock } = info;
  return {
    lock:
      lock === null
        ? undefined
        : {
            type: OPS.numbers[lock.type],
            startTs: lock.startTs,
            primary: lock.primary,
            shortValue: lock.value,
            ttl: BigInt(lock.ttl),
            forUpdateTs: lock.forUpdateTs,
            txnSize: BigInt(lock.txnSize),
            useAsyncCommit: lock.useAsyncCommit,
            secondaries: lock.secondaries,
          },
    writes: info.versions.map((v) => ({
      type: OPS.numbers[v.kind],
      startTs: v.startTs,
      commitTs: v.commitTs,
      shortValue: v.value ?? undefined,
    })),
  };
}
