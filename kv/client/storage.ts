import { NOT_ACTIVE } from './active-timestamps.js';
import type { ChunkSource } from '../../chunk/chunk.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { MvccReader } from '../mvcc-reader.js';
import type { RegionAdmin } from '../region-admin.js';
import { mysqlError } from '../../types/error-table.js';
import { MysqlError } from '../../types/error.js';
import type {
  BulkSnapshot,
  FlashbackResponse,
  KeyRange,
  MvccInfo,
  KvPair,
  KvRpc,
  LoadTransactions,
  RegionError,
  WaitForEntry,
} from '../rpc.js';
import type {
  BulkLoading,
  CopTask,
  FlashbackTimes,
  RequestAttributes,
  Snapshot,
  SnapshotOptions,
  Storage,
  Transaction,
  TxnOptions,
} from '../storage.js';
import { Backoffer, BackoffBudget } from './backoff.js';
import {
  ClientContext,
  DEFAULT_CLIENT_OPTIONS,
  type ClientOptions,
  type ClusterServices,
  type LocalCoprocessor,
} from './client-context.js';
import { CopStream } from './cop-client.js';
import { LocalRegions } from './local-regions.js';
import type { TimestampOracle } from './oracle.js';
import { minEnd, SingleRegionRouter, type RegionRoute, type Router } from './router.js';
import { compareBytes, nextKey } from '../codec/byte-writer.js';
import { KvSnapshot } from './snapshot.js';
import { KvTransaction } from './transaction.js';

export interface StorageConfig {
  /** A store that answers for all keys. Either this or `router`. */
  readonly rpc?: KvRpc;
  readonly router?: Router;
  readonly oracle: TimestampOracle;
  readonly options?: Partial<ClientOptions>;
  readonly coprocessor?: LocalCoprocessor;
  readonly cluster?: ClusterServices;
  readonly regions?: RegionAdmin;
  /** Releases the transport. */
  readonly onClose?: () => Awaitable<void>;
}

/** The transactional client over any transport. */
export function openStorage(config: StorageConfig): Storage {
  const router = config.router ?? (config.rpc !== undefined ? new SingleRegionRouter(config.rpc) : null);
  if (router === null) throw new Error('openStorage needs an rpc or a router');
  const unlimitedBatch = router.whole !== null;
  return new KvStorage(
    new ClientContext(
      router,
      config.oracle,
      { ...DEFAULT_CLIENT_OPTIONS, unlimitedBatch, ...config.options },
      config.coprocessor,
      config.cluster,
    ),
    config.regions ?? null,
    config.onClose,
  );
}

class KvStorage implements Storage {
  constructor(
    private readonly client: ClientContext,
    regions: RegionAdmin | null,
    private readonly onClose: (() => Awaitable<void>) | undefined,
  ) {
    this.regions = regions ?? new LocalRegions(this);
    const { whole } = client.router;
    this.bulk = whole?.rpc.bulkBegin === undefined ? undefined : new BulkClient(client, whole);
    this.loads = whole?.rpc.loads;
    this.inProcess = client.coprocessor === null;
  }

  readonly inProcess: boolean;
  readonly regions: RegionAdmin;
  readonly bulk: BulkLoading | undefined;
  readonly loads: LoadTransactions | undefined;

  currentTs(): Awaitable<bigint> {
    return this.client.oracle.timestamp();
  }

  latestTs(): bigint | null {
    return this.client.oracle.latest?.() ?? null;
  }

  begin(options?: TxnOptions): Awaitable<Transaction> {
    const ts = options?.startTs ?? this.client.oracle.timestamp();
    return ts instanceof Promise
      ? ts.then((t) => new KvTransaction(this.client, t, options))
      : new KvTransaction(this.client, ts, options);
  }

  snapshot(ts: bigint, options?: SnapshotOptions): Snapshot {
    return new KvSnapshot(this.client, ts, options);
  }

  coprocessor(request: CopTask): ChunkSource {
    return new CopStream(this.client, request);
  }

  mvccReader(ts: bigint): MvccReader | null {
    const { whole } = this.client.router;
    return whole === null ? null : (whole.rpc.mvccReader?.(ts, whole.context) ?? null);
  }

  async deleteRange(startKey: Uint8Array, endKey: Uint8Array): Promise<void> {
    if (this.client.cluster !== null) return this.client.cluster.destroyRange(startKey, endKey);
    await this.forEachRegion(startKey, endKey, async (route, start, end) => {
      const res = await route.rpc.deleteRange({ context: route.context, startKey: start, endKey: end });
      return res.regionError;
    });
    await this.regions.merge?.(startKey, endKey);
  }

  /** Resolves the locks older than the safe point, then collects (TiDB's GC worker: resolve locks, then do GC). */
  async gc(safePoint: bigint): Promise<bigint> {
    const oldest = this.oldestActiveTs();
    if (oldest !== null && oldest <= safePoint) safePoint = oldest - 1n;
    const empty = new Uint8Array(0);
    const bo = new Backoffer(BackoffBudget.cleanup);
    await this.forEachRegion(empty, empty, async (route, start, end) => {
      for (;;) {
        const res = await route.rpc.scanLock({
          context: route.context,
          maxVersion: safePoint,
          startKey: start,
          endKey: end,
          limit: 1024,
        });
        if (res.regionError !== undefined) return res.regionError;
        if (res.locks.length === 0) break;
        const waitMs = await this.client.resolver.resolve(res.locks, bo);
        if (waitMs > 0) await bo.sleep('txnLock', waitMs);
      }
      // The stores of a cluster learn from PD how far they may collect.
      if (this.client.cluster !== null) return undefined;
      const res = await route.rpc.gc({ context: route.context, safePoint });
      return res.regionError;
    });
    return this.client.cluster === null ? safePoint : this.client.cluster.advanceSafePoint(safePoint);
  }

  /** Regions that are prepared must hold nothing but the ranges: other keys in them could not be reached. */
  async prepareFlashback(ranges: readonly KeyRange[], at: Omit<FlashbackTimes, 'commitTs'>): Promise<void> {
    if (this.client.router.whole !== null) return;
    await this.regions.split(ranges.flatMap((r) => [r.startKey, r.endKey]));
    await this.flashbackRegions(ranges, ({ rpc, context }, startKey, endKey) =>
      rpc.prepareFlashback!({ context, startKey, endKey, ...at }),
    );
  }

  async flashback(ranges: readonly KeyRange[], at: FlashbackTimes): Promise<void> {
    await this.flashbackRegions(ranges, ({ rpc, context }, startKey, endKey) =>
      rpc.flashback!({ context, startKey, endKey, ...at }),
    );
  }

  private async flashbackRegions(
    ranges: readonly KeyRange[],
    send: (route: RegionRoute, start: Uint8Array, end: Uint8Array) => Awaitable<FlashbackResponse>,
  ): Promise<void> {
    for (const { startKey, endKey } of ranges)
      await this.forEachRegion(
        startKey,
        endKey,
        async (route, start, end) => {
          const { regionError, error } = await send(route, start, end);
          if (error !== undefined) throw mysqlError('ER_UNKNOWN_ERROR', error);
          return regionError;
        },
        BackoffBudget.flashback,
      );
  }

  private async forEachRegion(
    startKey: Uint8Array,
    endKey: Uint8Array,
    visit: (route: RegionRoute, start: Uint8Array, end: Uint8Array) => Promise<RegionError | undefined>,
    budget: number = BackoffBudget.cleanup,
  ): Promise<void> {
    const { router } = this.client;
    const bo = new Backoffer(budget);
    let start = startKey;
    for (;;) {
      const route = await router.locate(start);
      const end = minEnd(route.endKey, endKey);
      let error: RegionError | undefined;
      try {
        error = await visit(route, start, end);
      } catch (e) {
        if (e instanceof MysqlError) throw e;
        router.onSendFailure(route, e);
        await bo.sleep('tikvRPC');
        continue;
      }
      if (error !== undefined) {
        router.onRegionError(route, error);
        await bo.regionError(error);
        continue;
      }
      if (end.length === 0 || (endKey.length > 0 && compareBytes(end, endKey) >= 0)) return;
      start = end;
    }
  }

  async mvccInfo(key: Uint8Array): Promise<MvccInfo> {
    let info: MvccInfo | undefined;
    await this.forEachRegion(key, nextKey(key), async ({ rpc, context }) => {
      const res = await rpc.mvccGetByKey?.({ context, key });
      info = res?.info;
      return res?.regionError;
    });
    return info ?? { lock: null, versions: [] };
  }

  async lockWaits(): Promise<readonly WaitForEntry[]> {
    const { router, cluster } = this.client;
    if (router.whole === null) return cluster?.lockWaits() ?? [];
    return (await router.whole.rpc.getLockWaitInfo?.({ context: router.whole.context }))?.entries ?? [];
  }

  oldestActiveTs(): bigint | null {
    return this.client.active.oldest();
  }

  ignoreReadsBefore(ts: bigint): void {
    const { active } = this.client;
    if (ts > active.ignoredBefore) active.ignoredBefore = ts;
  }

  pinTs(ts: bigint): () => void {
    const reader = { ts, place: NOT_ACTIVE };
    this.client.active.add(reader);
    return () => this.client.active.delete(reader);
  }

  forSession(attributes: RequestAttributes): Storage {
    if (this.client.router.whole !== null) return this;
    return new KvStorage(this.client.forSession(attributes), this.regions, undefined);
  }

  async close(): Promise<void> {
    this.client.heartbeats.close();
    await this.onClose?.();
  }
}

class BulkClient implements BulkLoading {
  constructor(
    private readonly client: ClientContext,
    private readonly route: RegionRoute,
  ) {}

  async begin(ranges: readonly KeyRange[], source: KeyRange): Promise<BulkSnapshot> {
    const { rpc, context } = this.route;
    const bo = new Backoffer(BackoffBudget.cleanup);
    for (;;) {
      const { snapshot, locked } = await rpc.bulkBegin!({ context, ranges, source });
      if (snapshot !== undefined) return snapshot;
      const waitMs = await this.client.resolver.resolve([locked!], bo);
      if (waitMs > 0) await bo.sleep('txnLock', waitMs);
    }
  }

  write(id: number, blocks: readonly Uint8Array[], unique: boolean): Awaitable<readonly KvPair[]> {
    const { rpc, context } = this.route;
    const answer = rpc.bulkWrite!({ context, id, blocks, unique });
    return answer instanceof Promise ? answer.then((r) => r.again) : answer.again;
  }

  async end(id: number, ranges: readonly KeyRange[], durable: boolean): Promise<void> {
    const { rpc, context } = this.route;
    await rpc.bulkEnd!({ context, id, ranges, durable });
  }
}
