import { compareBytes } from '../../codec/byte-writer.js';
import type * as metapb from '../generated/metapb.js';
import { encodeRegionKey } from '../region-key.js';

/** A region of the served store. Keys are plain; what goes over the wire is encoded. */
export interface Region {
  readonly id: number;
  readonly startKey: Uint8Array;
  /** Exclusive; empty = to the end. */
  readonly endKey: Uint8Array;
  readonly confVer: number;
  readonly version: number;
  readonly peers: readonly { readonly id: number; readonly storeId: number }[];
  /** Place of the leader among the peers. */
  readonly leader: number;
  /** The flashback that the region is prepared for, by its start timestamp; 0 = none. */
  readonly flashbackStartTs: bigint;
}

export function regionToWire(r: Region): metapb.RegionInit {
  return {
    id: r.id,
    startKey: encodeRegionKey(r.startKey),
    endKey: encodeRegionKey(r.endKey),
    regionEpoch: { confVer: r.confVer, version: r.version },
    peers: r.peers,
    isInFlashback: r.flashbackStartTs !== 0n,
    flashbackStartTs: r.flashbackStartTs,
  };
}

export const leaderOf = (r: Region): { readonly id: number; readonly storeId: number } => r.peers[r.leader]!;

export const holdsKey = (r: Region, key: Uint8Array): boolean =>
  compareBytes(key, r.startKey) >= 0 && (r.endKey.length === 0 || compareBytes(key, r.endKey) < 0);

/**
 * The regions, in key order, without holes or overlap. Changed only as a whole and told to `save` before they are seen, so that
 * an epoch that was given out is never given out again for other borders after a restart.
 */
export class RegionTable {
  private readonly byId = new Map<number, Region>();

  constructor(
    private regions: readonly Region[],
    private readonly allocateId: () => number,
    private readonly save: (regions: readonly Region[]) => void,
  ) {
    this.index();
  }

  private index(): void {
    this.byId.clear();
    for (const r of this.regions) this.byId.set(r.id, r);
  }

  private replace(regions: readonly Region[]): void {
    this.save(regions);
    this.regions = regions;
    this.index();
  }

  all(): readonly Region[] {
    return this.regions;
  }

  get(id: number): Region | undefined {
    return this.byId.get(id);
  }

  private indexOf(key: Uint8Array): number {
    let lo = 0;
    let hi = this.regions.length;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if (compareBytes(this.regions[mid]!.startKey, key) <= 0) lo = mid + 1;
      else hi = mid;
    }
    return lo - 1;
  }

  find(key: Uint8Array): Region {
    return this.regions[this.indexOf(key)]!;
  }

  /** The region before the one of the key. */
  previous(key: Uint8Array): Region | undefined {
    return this.regions[this.indexOf(key) - 1];
  }

  /** Those that touch [startKey, endKey), at most `limit` (<= 0: all). */
  scan(startKey: Uint8Array, endKey: Uint8Array, limit: number): Region[] {
    const out: Region[] = [];
    for (let i = this.indexOf(startKey); i < this.regions.length; i++) {
      const r = this.regions[i]!;
      if (endKey.length > 0 && compareBytes(r.startKey, endKey) >= 0) break;
      out.push(r);
      if (limit > 0 && out.length >= limit) break;
    }
    return out;
  }

  /**
   * Splits a region at the keys that lie within it. The last part keeps the id (TiKV's right-derive), and the version grows by the
   * number of new regions. Gives all parts, or the region alone when no key splits it.
   */
  split(region: Region, keys: readonly Uint8Array[]): readonly Region[] {
    const borders: Uint8Array[] = [];
    for (const key of [...keys].sort(compareBytes)) {
      const last = borders[borders.length - 1];
      if (compareBytes(key, region.startKey) <= 0 || !holdsKey(region, key)) continue;
      if (last === undefined || compareBytes(last, key) !== 0) borders.push(Uint8Array.from(key));
    }
    if (borders.length === 0) return [region];
    const version = region.version + borders.length;
    const parts: Region[] = [];
    let startKey = region.startKey;
    for (const border of borders) {
      const peers = region.peers.map((p) => ({ id: this.allocateId(), storeId: p.storeId }));
      parts.push({ ...region, id: this.allocateId(), startKey, endKey: border, version, peers });
      startKey = border;
    }
    parts.push({ ...region, startKey, version });
    const at = this.regions.indexOf(region);
    this.replace([...this.regions.slice(0, at), ...parts, ...this.regions.slice(at + 1)]);
    return parts;
  }

  /** Merges a region into the one behind it, which keeps its id. False when there is none. */
  mergeIntoNext(region: Region): boolean {
    const at = this.regions.indexOf(region);
    const next = this.regions[at + 1];
    if (at < 0 || next === undefined) return false;
    const version = Math.max(region.version, next.version) + 1;
    const merged: Region = { ...next, startKey: region.startKey, version };
    this.replace([...this.regions.slice(0, at), merged, ...this.regions.slice(at + 2)]);
    return true;
  }

  transferLeader(region: Region, leader: number): void {
    this.change(region, { leader });
  }

  /** Closes the region to everything but the flashback of that start timestamp; 0 opens it again. */
  setFlashback(region: Region, flashbackStartTs: bigint): void {
    this.change(region, { flashbackStartTs });
  }

  private change(region: Region, changes: Partial<Region>): void {
    this.replace(this.regions.map((r) => (r.id === region.id ? { ...r, ...changes } : r)));
  }
}
