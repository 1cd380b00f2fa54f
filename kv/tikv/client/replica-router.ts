import type { ReadMode, RegionRoute, Router } from '../../client/router.js';
import type { RegionError } from '../../rpc.js';
import type { RequestAttributes } from '../../storage.js';
import type { Awaitable } from '../../../types/awaitable.js';
import type { CachedRegion, RegionCache } from './region-cache.js';
import type { Stores } from './stores.js';

/** A peer that cannot answer just now is left alone for so long, unless it says itself for how long. */
const AVOID_MS = 1000;

/** metapb.PeerRole. */
const LEARNER = 1;

type Peer = CachedRegion['meta']['peers'][number];

interface ReplicaRoute extends RegionRoute {
  /** The way to the leader. */
  readonly leader: RegionRoute;
  readonly peer: number;
}

/** What a peer that does not lead may answer, and others not: they are asked at once. What concerns the region itself is not among it. */
const ELSEWHERE: ReadonlySet<RegionError['kind']> = new Set([
  'notLeader',
  'regionNotFound',
  'serverIsBusy',
  'staleCommand',
  'storeNotMatch',
  'mismatchPeerId',
  'regionNotInitialized',
  'maxTimestampNotSynced',
  'readIndexNotReady',
  'proposalInMergingMode',
  'dataIsNotReady',
  'diskFull',
  'recoveryInProgress',
  'isWitness',
  'other',
]);

/**
 * Reads over the peers of a region, as tidb_replica_read has them (TiDB manual, "Follower Read"; client-go, replica selector). Whoever
 * cannot answer is left alone for a while, the others in turn, and the leader when none is left: so there is an end to it.
 */
export class ReplicaRouter implements Router {
  readonly whole = null;
  private readonly asksLabels: boolean;
  private turn = Math.floor(Math.random() * 1000);

  constructor(
    private readonly regions: RegionCache,
    private readonly stores: Stores,
    private readonly mode: ReadMode,
    private readonly attributes: Pick<RequestAttributes, 'busyThresholdMs'>,
  ) {
    const near = mode === 'closest-replicas' || mode === 'stale';
    this.asksLabels = mode === 'learner' || (near && stores.zone !== '');
  }

  locate(key: Uint8Array): Awaitable<RegionRoute> {
    return this.found(this.regions.locate(key));
  }

  locateEnd(endKey: Uint8Array): Awaitable<RegionRoute> {
    return this.found(this.regions.locateEnd(endKey));
  }

  private found(route: Awaitable<RegionRoute>): Awaitable<RegionRoute> {
    const knows = !this.asksLabels || this.stores.described;
    if (!(route instanceof Promise))
      return knows ? this.choose(route) : this.stores.describe().then(() => this.choose(route));
    if (knows) return route.then((r) => this.choose(r));
    return Promise.all([route, this.stores.describe()]).then(([r]) => this.choose(r));
  }

  private choose(leader: RegionRoute): RegionRoute {
    const region = this.regions.regionOf(leader);
    const { context } = leader;
    if (region === null || context.peer === undefined || region.meta.peers.length === 1) return leader;
    const { mode } = this;
    const avoided = region.meta.peers.some((p) => region.avoids(p.id));
    // Nobody else is tried after one that has not got so far: the leader then reads as ever.
    if (mode === 'stale' && avoided) return leader;
    const able = region.meta.peers.filter((p) => !region.avoids(p.id) && this.answers(p));
    const quick = able.filter((p) => !this.stores.client(p.storeId).slow);
    const peer = this.pick(mode === 'busy' || quick.length === 0 ? able : quick, context.peer.id);
    if (peer === undefined) return leader;
    const leads = peer.id === context.peer.id;
    const busyThresholdMs = mode === 'busy' && leads && able.length > 1 ? this.attributes.busyThresholdMs : 0;
    const route: ReplicaRoute = {
      startKey: leader.startKey,
      endKey: leader.endKey,
      rpc: leads ? leader.rpc : this.stores.client(peer.storeId),
      context: {
        ...context,
        peer: { id: peer.id, storeId: peer.storeId },
        staleRead: mode === 'stale',
        replicaRead: mode !== 'stale' && !leads,
        busyThresholdMs,
      },
      leader,
      peer: peer.id,
    };
    return route;
  }

  /** Whether a peer has rows, in a store that is not known to be away. */
  private answers({ isWitness, storeId }: Peer): boolean {
    return isWitness !== true && this.stores.holdsRows(storeId) && this.stores.client(storeId).liveness.alive;
  }

  /** Undefined: the leader, as if nothing else had been asked for. */
  private pick(able: readonly Peer[], leader: number): Peer | undefined {
    const voters = able.filter((p) => p.role !== LEARNER);
    const followers = voters.filter((p) => p.id !== leader);
    switch (this.mode) {
      case 'busy':
      case 'prefer-leader':
        return able.find((p) => p.id === leader) ?? this.next(followers);
      case 'follower':
        return this.next(followers);
      case 'learner':
        return this.next(able.filter((p) => p.role === LEARNER));
      case 'leader-and-follower':
        return this.next(voters);
      case 'closest-replicas':
        return this.next(this.closest(voters));
      case 'stale':
        return this.next(this.closest(voters)) ?? this.next(voters);
    }
  }

  /** Those in the zone of this server; all, where it has none. */
  private closest(peers: readonly Peer[]): readonly Peer[] {
    const { zone } = this.stores;
    return zone === '' ? peers : peers.filter((p) => this.stores.zoneOf(p.storeId) === zone);
  }

  private next(peers: readonly Peer[]): Peer | undefined {
    return peers[this.turn++ % peers.length];
  }

  onRegionError(route: RegionRoute, error: RegionError): boolean | void {
    const r = route as Partial<ReplicaRoute>;
    if (r.leader === undefined || r.peer === undefined) return this.regions.onRegionError(route, error);
    const region = this.regions.regionOf(r.leader);
    const leads = r.peer === r.leader.context.peer?.id;
    if (leads ? !this.mayLeave(error) : !ELSEWHERE.has(error.kind))
      return this.regions.onRegionError(r.leader, error);
    region?.avoid(r.peer, error.kind === 'serverIsBusy' ? Math.max(error.backoffMs, AVOID_MS) : AVOID_MS);
    return true;
  }

  /** Whether another peer is asked what the leader did not answer. */
  private mayLeave(error: RegionError): boolean {
    if (this.mode === 'stale') return error.kind === 'dataIsNotReady';
    if (error.kind !== 'serverIsBusy') return false;
    return this.mode === 'busy' ? (error.estimatedWaitMs ?? 0) > 0 : true;
  }

  onSendFailure(route: RegionRoute): boolean | void {
    const r = route as Partial<ReplicaRoute>;
    if (r.leader === undefined || r.peer === undefined || r.peer === r.leader.context.peer?.id)
      return this.regions.onSendFailure(r.leader ?? route);
    this.stores.client(route.context.peer!.storeId).doubt();
    this.regions.regionOf(r.leader)?.avoid(r.peer, AVOID_MS);
    return true;
  }
}
