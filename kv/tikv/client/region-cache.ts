import { Backoffer } from '../../client/backoff.js';
import { compareBytes } from '../../codec/byte-writer.js';
import type { RegionError, RegionMeta } from '../../rpc.js';
import type { ReadMode, RegionRoute, Router } from '../../client/router.js';
import type { RequestAttributes } from '../../storage.js';
import type { Awaitable } from '../../../types/awaitable.js';
import type * as metapb from '../generated/metapb.js';
import { decodeRegionKey } from '../region-key.js';
import type { RegionLoader } from './region-loader.js';
import { ReplicaRouter } from './replica-router.js';
import type { StoreClient } from './store-client.js';
import type { Stores } from './stores.js';

/** A region not used for so long is asked for again (client-go's regionCacheTTL). */
const TTL_MS = 600_000;
/** How long what PD says may not fit. */
const LOAD_BUDGET_MS = 20_000;

/** metapb.PeerRole. */
const LEARNER = 1;

type Peer = Pick<metapb.Peer, 'id' | 'storeId'>;

/** What the cache knows of a region. The route is made anew when the leader changes. */
export class CachedRegion {
  route: RegionRoute;
  /** The store that is asked, or that the leader's is reached through. */
  private client: StoreClient;
  /** The leader's store while it is reached through another. */
  private behind: StoreClient | null = null;
  usedAt = performance.now();
  /** Peers that failed to answer since the region was loaded. */
  failedPeers = 0;
  valid = true;
  /** Peers that could not answer a read, and until when (performance.now()) they are left alone. */
  private avoided: Map<number, number> | null = null;

  constructor(
    readonly meta: RegionMeta,
    readonly startKey: Uint8Array,
    readonly endKey: Uint8Array,
    public peer: Peer,
    private readonly stores: Stores,
  ) {
    this.client = stores.client(peer.storeId);
    this.route = this.routeOver(this.client);
  }

  private routeOver(rpc: StoreClient): RegionRoute {
    const { meta, peer, stores } = this;
    return {
      startKey: this.startKey,
      endKey: this.endKey,
      rpc,
      context: { clusterId: stores.cluster, regionId: meta.id, regionEpoch: meta.epoch, peer },
    };
  }

  avoid(peerId: number, ms: number): void {
    this.avoided ??= new Map();
    this.avoided.set(peerId, performance.now() + ms);
  }

  avoids(peerId: number): boolean {
    return this.avoided !== null && performance.now() < (this.avoided.get(peerId) ?? 0);
  }

  get voters(): RegionMeta['peers'] {
    return this.meta.peers.filter((p) => p.role !== LEARNER);
  }

  switchTo(peer: Peer): void {
    this.peer = { id: peer.id, storeId: peer.storeId };
    this.client = this.stores.client(peer.storeId);
    this.behind = null;
    this.route = this.routeOver(this.client);
  }

  /** The peer leads, as that on the store asked says: it is reached through that one if its own store does not answer. */
  follow(leader: Peer): void {
    const behind = this.stores.client(leader.storeId);
    const proxy = this.peer.storeId;
    if (behind.liveness.alive || proxy === leader.storeId) {
      this.switchTo(leader);
      return;
    }
    this.peer = { id: leader.id, storeId: leader.storeId };
    this.behind = behind;
    this.route = this.routeOver(this.stores.through(proxy, leader.storeId));
  }

  /** The route to go now: not to a store that is known not to answer where there is another. */
  currentRoute(): RegionRoute {
    if (this.behind !== null) {
      if (this.behind.liveness.alive) this.switchTo(this.peer);
    } else if (!this.client.liveness.alive) {
      const other = this.voters.find(
        (p) => p.id !== this.peer.id && this.stores.client(p.storeId).liveness.alive,
      );
      if (other !== undefined) this.switchTo(other);
    }
    return this.route;
  }

  /** The store that a failed request was sent to. */
  doubt(): void {
    if (this.behind === null) this.client.doubt();
    else (this.route.rpc as StoreClient).doubt();
  }

  covers(key: Uint8Array): boolean {
    return (
      compareBytes(key, this.startKey) >= 0 &&
      (this.endKey.length === 0 || compareBytes(key, this.endKey) < 0)
    );
  }

  /** Whether it holds the keys right below `endKey`; empty = the last keys of all. */
  holdsBelow(endKey: Uint8Array): boolean {
    if (this.endKey.length === 0) return endKey.length === 0 || compareBytes(this.startKey, endKey) < 0;
    return (
      endKey.length > 0 && compareBytes(this.startKey, endKey) < 0 && compareBytes(this.endKey, endKey) >= 0
    );
  }
}

/** A region as PD tells it, or a store with an epoch error. */
export interface LoadedRegion {
  readonly meta: RegionMeta;
  /** Absent while there is none. */
  readonly leader: Peer | undefined;
}

/**
 * The regions of the cluster as far as they were asked for, in key order without overlap. Requests go by what is here;
 * errors that stores answer correct it.
 */
export class RegionCache implements Router {
  readonly whole = null;
  /** Ordered by start key. Invalid ones stay until they are replaced. */
  private regions: CachedRegion[] = [];
  private readonly byId = new Map<number, CachedRegion>();

  constructor(
    private readonly loader: RegionLoader,
    private readonly stores: Stores,
  ) {}

  /** Index of the last region that starts at or before the key; -1 when there is none. */
  private indexOf(key: Uint8Array): number {
    const { regions } = this;
    let lo = 0;
    let hi = regions.length;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if (compareBytes(regions[mid]!.startKey, key) <= 0) lo = mid + 1;
      else hi = mid;
    }
    return lo - 1;
  }

  private usable(r: CachedRegion | undefined, now: number): boolean {
    if (r === undefined || !r.valid) return false;
    if (now - r.usedAt > TTL_MS) {
      r.valid = false;
      return false;
    }
    r.usedAt = now;
    return true;
  }

  readonly replicas = (mode: ReadMode, attributes: RequestAttributes): Router =>
    new ReplicaRouter(this, this.stores, mode, attributes);

  locate(key: Uint8Array): Awaitable<RegionRoute> {
    const r = this.regions[this.indexOf(key)];
    if (r !== undefined && r.covers(key) && this.usable(r, performance.now())) return r.currentRoute();
    return this.load(key);
  }

  private load(key: Uint8Array): Promise<RegionRoute> {
    return this.loadUntil(
      (r) => r.covers(key),
      () => {
        // A walk over regions asks for the one behind the last: those to come are fetched along.
        const before = this.regions[this.indexOf(key)];
        const walking = before !== undefined && compareBytes(before.endKey, key) === 0;
        return walking ? this.loader.loadFrom(key) : this.loader.load(key).then((l) => [l]);
      },
    );
  }

  /**
   * Loads until a region that fits is there. What comes may not: regions split and merge between two questions to PD, and what it
   * says may be older than what the cache holds. To go on with such a region would leave out the keys between.
   */
  private async loadUntil(
    fits: (r: CachedRegion) => boolean,
    load: () => Promise<readonly LoadedRegion[]>,
  ): Promise<RegionRoute> {
    for (let bo: Backoffer | null = null; ; await bo.sleep('regionMiss')) {
      let found: CachedRegion | null = null;
      for (const loaded of await load()) {
        const r = this.insert(loaded);
        if (fits(r)) found = r;
      }
      if (found !== null) return found.route;
      bo ??= new Backoffer(LOAD_BUDGET_MS);
    }
  }

  locateEnd(endKey: Uint8Array): Awaitable<RegionRoute> {
    // A region that begins right at the end key has nothing below it.
    let i = endKey.length === 0 ? this.regions.length - 1 : this.indexOf(endKey);
    if (i >= 0 && endKey.length > 0 && compareBytes(this.regions[i]!.startKey, endKey) === 0) i--;
    const r = this.regions[i];
    if (r !== undefined && r.holdsBelow(endKey) && this.usable(r, performance.now())) return r.currentRoute();
    return this.loadUntil(
      (loaded) => loaded.holdsBelow(endKey),
      () => this.loader.loadEnd(endKey).then((l) => [l]),
    );
  }

  /** Takes a region in, in the place of those it overlaps, unless one of them is newer. */
  private insert(loaded: LoadedRegion): CachedRegion {
    const { meta } = loaded;
    const leader = loaded.leader ?? meta.peers.find((p) => p.role !== LEARNER);
    if (leader === undefined) throw new Error(`region ${meta.id} has no peer`);
    const startKey = decodeRegionKey(meta.startKey);
    const endKey = decodeRegionKey(meta.endKey);
    let first = this.indexOf(startKey);
    if (first < 0 || !overlaps(this.regions[first]!, startKey, endKey)) first++;
    let end = first;
    while (end < this.regions.length && overlaps(this.regions[end]!, startKey, endKey)) end++;
    for (let i = first; i < end; i++) {
      const old = this.regions[i]!;
      // PD may lag behind what a store has told us already.
      if (old.valid && old.meta.id === meta.id && newer(old.meta, meta) && old.covers(startKey)) return old;
    }
    const fresh = new CachedRegion(
      meta,
      startKey,
      endKey,
      { id: leader.id, storeId: leader.storeId },
      this.stores,
    );
    for (const old of this.regions.splice(first, end - first, fresh))
      if (this.byId.get(old.meta.id) === old) this.byId.delete(old.meta.id);
    const sameId = this.byId.get(meta.id);
    if (sameId !== undefined) sameId.valid = false;
    this.byId.set(meta.id, fresh);
    return fresh;
  }

  /** The region that the request went by; null when it has been replaced since. */
  regionOf(route: RegionRoute): CachedRegion | null {
    const r = this.byId.get(route.context.regionId);
    if (r === undefined || r.meta.epoch !== route.context.regionEpoch) return null;
    return r;
  }

  onRegionError(route: RegionRoute, error: RegionError): void {
    const r = this.regionOf(route);
    if (r === null) return;
    switch (error.kind) {
      case 'notLeader': {
        // Someone else has corrected it while our request was under way.
        if (r.route !== route) return;
        const leader = r.meta.peers.find((p) => p.id === error.leaderPeerId);
        if (leader === undefined) r.valid = false;
        else r.follow(leader);
        return;
      }
      case 'epochNotMatch': {
        r.valid = false;
        for (const meta of error.currentRegions ?? []) {
          // The store that answers leads what came of the region, until it says otherwise.
          const leader = meta.peers.find((p) => p.storeId === r.peer.storeId);
          if (leader !== undefined && !older(meta, r.meta)) this.insert({ meta, leader });
        }
        return;
      }
      case 'storeNotMatch':
        r.doubt();
        r.valid = false;
        return;
      case 'regionNotFound':
      case 'keyNotInRegion':
      case 'mismatchPeerId':
      case 'regionNotInitialized':
      case 'isWitness':
      case 'recoveryInProgress':
      case 'other':
        r.valid = false;
        return;
      default:
        // The region is where we think; its store wants us to wait.
        return;
    }
  }

  /** Tries the other peers in turn, one of which may lead now; PD is asked again when none answered. */
  onSendFailure(route: RegionRoute): void {
    const r = this.regionOf(route);
    if (r === null || r.route !== route) return;
    r.doubt();
    const { voters } = r;
    r.failedPeers++;
    if (r.failedPeers >= voters.length) {
      r.valid = false;
      return;
    }
    const at = voters.findIndex((p) => p.id === r.peer.id);
    r.switchTo(voters[(at + 1) % voters.length]!);
  }
}

function overlaps(r: CachedRegion, startKey: Uint8Array, endKey: Uint8Array): boolean {
  return (
    (r.endKey.length === 0 || compareBytes(r.endKey, startKey) > 0) &&
    (endKey.length === 0 || compareBytes(r.startKey, endKey) < 0)
  );
}

const newer = (a: RegionMeta, b: RegionMeta): boolean =>
  a.epoch.version > b.epoch.version ||
  (a.epoch.version === b.epoch.version && a.epoch.confVer > b.epoch.confVer);

const older = (a: RegionMeta, b: RegionMeta): boolean =>
  a.epoch.version < b.epoch.version || a.epoch.confVer < b.epoch.confVer;
