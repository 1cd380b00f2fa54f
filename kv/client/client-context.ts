import type { Chunk, ChunkSource } from '../../chunk/chunk.js';
import type { PagedReader } from '../paged-reader.js';
import type { CopDetails, CoprocessorRequest, WaitForEntry } from '../rpc.js';
import type { RequestAttributes } from '../storage.js';
import { ActiveTimestamps } from './active-timestamps.js';
import { HeartbeatKeeper } from './heartbeat.js';
import { interruptible } from './interruptible.js';
import { LockResolver } from './lock-resolver.js';
import type { TimestampOracle } from './oracle.js';
import type { ReadMode, Router } from './router.js';
import { SessionRouter } from './session-router.js';
import { KvSnapshot } from './snapshot.js';

/** Limits and sizes of the client; the defaults are TiDB's. */
export interface ClientOptions {
  /** Bytes of keys and values in one prewrite or commit request to a remote region. */
  readonly batchBytes: number;
  /** Whether a whole transaction may go in one request whatever its size (the embedded store: no message limits). */
  readonly unlimitedBatch: boolean;
  /** txn-total-size-limit, bytes. */
  readonly txnTotalSizeLimit: number;
  /** txn-entry-size-limit, bytes. */
  readonly txnEntrySizeLimit: number;
  /** lock-ttl: milliseconds that the locks of a running transaction live without a heartbeat (TiDB's ManagedLockTTL). */
  readonly lockTtl: number;
  /** Requests in flight for one transaction's commit. */
  readonly committerConcurrency: number;
}

export const DEFAULT_CLIENT_OPTIONS: ClientOptions = {
  batchBytes: 16 * 1024,
  unlimitedBatch: true,
  txnTotalSizeLimit: 1 << 30,
  txnEntrySizeLimit: 6 << 20,
  lockTtl: 20_000,
  committerConcurrency: 128,
};

/** What this process does of coprocessor requests to a store that is elsewhere. */
export interface LocalCoprocessor {
  /** The part of a fragment that the store understands; null when there is none. */
  fragment(dag: unknown): WireFragment | null;
  /** Runs a request here, over rows that the store sends. */
  run(req: CoprocessorRequest, reader: PagedReader): ChunkSource;
}

/** A plan fragment as a store is asked for it. */
export interface WireFragment {
  /** tipb.DAGRequest. */
  readonly data: Uint8Array;
  /** Rows after which the store may pause, in the answer's part `page`; 0 = none. */
  pageSize(page: number): number;
  /** The rows of an answer (tipb.SelectResponse). Throws the error that it tells of. */
  chunks(data: Uint8Array): Chunk[];
  /** What is left of the fragment, over the rows of the store. */
  above(source: ChunkSource): ChunkSource;
  /** Told when a store answered after so long, and all have with at most `concurrency` at once. */
  readonly figures: WireFigures;
}

export interface WireFigures {
  answered(ms: number, details: CopDetails | undefined): void;
  finished(concurrency: number): void;
}

/** What concerns a cluster as a whole, not one region. */
export interface ClusterServices {
  /** This client reads nothing below this any more: stores may collect what is older. Gives how far they may, as others still read. */
  advanceSafePoint(safePoint: bigint): Promise<bigint>;
  /** Removes a range from every store, beyond MVCC. */
  destroyRange(startKey: Uint8Array, endKey: Uint8Array): Promise<void>;
  /** Lock requests that wait in any store. */
  lockWaits(): Promise<readonly WaitForEntry[]>;
}

const MODES: ReadonlySet<string> = new Set<ReadMode>([
  'prefer-leader',
  'follower',
  'leader-and-follower',
  'closest-replicas',
  'learner',
]);

/** Null: the leader. */
function modeOf(a: RequestAttributes, ts: bigint, large: number | null): ReadMode | null {
  if (ts === a.staleTs) return 'stale';
  const { replicaRead } = a;
  if (MODES.has(replicaRead)) return replicaRead as ReadMode;
  if (replicaRead === 'closest-adaptive' && large !== null && large >= a.closestThreshold)
    return 'closest-replicas';
  return large !== null && a.busyThresholdMs > 0 ? 'busy' : null;
}

/** What the parts of the client share. */
export class ClientContext {
  readonly resolver: LockResolver;
  readonly active = new ActiveTimestamps();
  readonly heartbeats: HeartbeatKeeper;
  /** The router of all sessions. */
  private readonly base: Router;

  constructor(
    readonly router: Router,
    readonly oracle: TimestampOracle,
    readonly options: ClientOptions,
    readonly coprocessor: LocalCoprocessor | null = null,
    readonly cluster: ClusterServices | null = null,
  ) {
    this.base = router;
    this.resolver = new LockResolver(router, oracle);
    this.heartbeats = new HeartbeatKeeper(router, oracle, this.active, options.lockTtl);
  }

  /** Set for the client of one session. */
  readonly attributes: RequestAttributes | null = null;

  /** The same client for one session. What it knows of transactions stays shared. */
  forSession(attributes: RequestAttributes): ClientContext {
    const view = Object.create(this) as ClientContext;
    Object.defineProperties(view, {
      router: { value: new SessionRouter(this.router, attributes) },
      oracle: {
        value: { timestamp: () => interruptible(this.oracle.timestamp(), attributes.signal) },
      },
      attributes: { value: attributes },
      readers: { value: new Map() },
    });
    return view;
  }

  private readonly readers = new Map<ReadMode, Router>();

  /** Where a read at a timestamp goes: to the leaders, unless the session would have it otherwise. `large`: bytes that it is about. */
  readsAt(ts: bigint, large: number | null): Router {
    const { attributes } = this;
    if (attributes === null || this.base.replicas === undefined) return this.router;
    const mode = modeOf(attributes, ts, large);
    if (mode === null) return this.router;
    let router = this.readers.get(mode);
    if (router === undefined) {
      router = new SessionRouter(this.base.replicas(mode, attributes), attributes);
      this.readers.set(mode, router);
    }
    return router;
  }

  snapshotAt(ts: bigint): KvSnapshot {
    return new KvSnapshot(this, ts);
  }
}
