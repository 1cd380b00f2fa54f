import { status } from '@grpc/grpc-js';
import { nextKey } from '../../codec/byte-writer.js';
import { Backoffer } from '../../client/backoff.js';
import { ErrorType, PD } from '../generated/pdpb.js';
import type * as pb from '../generated/pdpb.js';
import { encodeRegionKey } from '../region-key.js';
import { regionFromWire } from '../translate/region-error.js';
import { PdError, type PdClient } from './pd-client.js';
import type { LoadedRegion } from './region-cache.js';

/** Regions fetched along with one that a walk has come to. */
const WALK_LIMIT = 64;
/** How long a key may have no region: PD hears of a split a moment after it. */
const BUDGET_MS = 20_000;
/** Beyond every key. */
const LAST = new Uint8Array(64).fill(0xff);

interface Waiting {
  readonly key: Uint8Array;
  readonly resolve: (r: LoadedRegion) => void;
  readonly reject: (e: unknown) => void;
}

/** Asks PD for regions. Keys asked for in the same turn go in one request. */
export class RegionLoader {
  private waiting: Waiting[] = [];
  private batches = true;

  constructor(private readonly pd: PdClient) {}

  load(key: Uint8Array): Promise<LoadedRegion> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ key, resolve, reject });
      if (this.waiting.length === 1) setImmediate(() => void this.flush());
    });
  }

  private async flush(): Promise<void> {
    const waiting = this.waiting;
    this.waiting = [];
    if (waiting.length > 1 && this.batches) {
      try {
        const found = await this.batch(waiting.map((w) => w.key));
        for (const w of waiting) {
          const border = encodeRegionKey(w.key);
          const region = found.find(({ meta }) => holds(meta, border));
          if (region !== undefined) w.resolve(region);
          else this.one(w);
        }
        return;
      } catch (e) {
        // A PD of before BatchScanRegions, or one that lacks a region just now.
        if ((e as { code?: number }).code === status.UNIMPLEMENTED) this.batches = false;
      }
    }
    for (const w of waiting) this.one(w);
  }

  private one(w: Waiting): void {
    this.get(PD.GetRegion, encodeRegionKey(w.key)).then(w.resolve, w.reject);
  }

  private async batch(keys: readonly Uint8Array[]): Promise<LoadedRegion[]> {
    const borders = keys.map(encodeRegionKey).sort((a, b) => Buffer.compare(a, b));
    const ranges: pb.KeyRangeInit[] = [];
    for (const startKey of borders) {
      const last = ranges[ranges.length - 1];
      if (last !== undefined && Buffer.compare(last.startKey!, startKey) === 0) continue;
      ranges.push({ startKey, endKey: nextKey(startKey) });
    }
    const res = await this.pd.call(PD.BatchScanRegions, (header) => ({
      header,
      ranges,
      limit: ranges.length,
    }));
    return res.regions.flatMap(regionOf);
  }

  /** The region of the key and some behind it. */
  async loadFrom(key: Uint8Array): Promise<LoadedRegion[]> {
    const startKey = encodeRegionKey(key);
    const res = await this.pd.call(PD.ScanRegions, (header) => ({ header, startKey, limit: WALK_LIMIT }));
    const regions =
      res.regions.length > 0
        ? res.regions.flatMap(regionOf)
        : res.regionMetas.map((meta, i) => ({ meta: regionFromWire(meta), leader: res.leaders[i] }));
    // Holes are regions that PD has not heard of yet.
    if (regions.length > 0 && holds(regions[0]!.meta, startKey)) return regions;
    return [await this.load(key)];
  }

  /** The region that holds the keys right below `endKey`; empty = the last region. */
  async loadEnd(endKey: Uint8Array): Promise<LoadedRegion> {
    if (endKey.length === 0) return this.get(PD.GetRegion, LAST);
    const border = encodeRegionKey(endKey);
    const at = await this.get(PD.GetRegion, border);
    if (at.meta.startKey.length === 0 || Buffer.compare(at.meta.startKey, border) !== 0) return at;
    return this.get(PD.GetPrevRegion, border);
  }

  private async get(method: typeof PD.GetRegion, regionKey: Uint8Array): Promise<LoadedRegion> {
    let bo: Backoffer | null = null;
    for (;;) {
      const res = await this.pd
        .call(method, (header) => ({ header, regionKey }))
        .catch((e: unknown) => {
          // Some versions call it an error that there is none just now.
          if (!(e instanceof PdError) || e.type !== ErrorType.REGION_NOT_FOUND) throw e;
          return null;
        });
      if (res?.region !== undefined && res.region.peers.length > 0) {
        // An absent leader reads as an empty peer in some versions.
        const leader = res.leader !== undefined && res.leader.id !== 0 ? res.leader : undefined;
        return { meta: regionFromWire(res.region), leader };
      }
      bo ??= new Backoffer(BUDGET_MS);
      await bo.sleep('regionMiss');
    }
  }
}

function regionOf(r: pb.Region): LoadedRegion[] {
  if (r.region === undefined || r.region.peers.length === 0) return [];
  return [
    {
      meta: regionFromWire(r.region),
      leader: r.leader !== undefined && r.leader.id !== 0 ? r.leader : undefined,
    },
  ];
}

const holds = (meta: LoadedRegion['meta'], border: Uint8Array): boolean =>
  Buffer.compare(meta.startKey, border) <= 0 &&
  (meta.endKey.length === 0 || Buffer.compare(border, meta.endKey) < 0);
