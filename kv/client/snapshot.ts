import { NOT_ACTIVE, type ActiveReader } from './active-timestamps.js';
import { keyString } from '../codec/key-string.js';
import type { Awaitable } from '../../types/awaitable.js';
import { MysqlError } from '../../types/error.js';
import { compareBytes, copyOf, nextKey } from '../codec/byte-writer.js';
import type { GetResponse, KvPair, LockInfo, RpcContext, ScanResponse } from '../rpc.js';
import type { PageCursor, PageOptions, PagedReader } from '../paged-reader.js';
import type { IterateOptions, KvIterator, Snapshot, SnapshotOptions } from '../storage.js';
import { Backoffer, BackoffBudget } from './backoff.js';
import type { ClientContext } from './client-context.js';
import { interruptible } from './interruptible.js';
import { errorOf } from './key-error.js';
import { type KnownLocks, NO_KNOWN_LOCKS, allKnown } from './lock-resolver.js';
import { groupByRegion, inBatches, maxStart, minEnd, type RegionRoute, type Router } from './router.js';

const SCAN_BATCH = 256;
/** Keys asked for in one request of a region (client-go, batchGetSize). */
const GET_BATCH = 5120;
/** What a key that is asked for may give, about. */
const KEY_BYTES = 100;
/** First batch of a scan: most scans of short ranges end within it. */
const FIRST_BATCH = 32;

/** Reads at one timestamp. Answers without a promise when the store does and nothing is in the way. */
export class KvSnapshot implements Snapshot, PagedReader {
  /** What this snapshot knows of the transactions whose locks it met; null: it met none. */
  private known: KnownLocks | null = null;
  private readonly rc: boolean;
  private readonly signal: AbortSignal | undefined;

  constructor(
    private readonly client: ClientContext,
    readonly ts: bigint,
    options?: SnapshotOptions,
  ) {
    this.rc = options?.isolation === 'RC';
    this.signal = options?.signal;
  }

  /** What ends the waits of the statement that reads now: a transaction's snapshot serves many. */
  private get interruption(): AbortSignal | undefined {
    return this.signal ?? this.client.attributes?.signal;
  }

  /** Where a read goes. A lock in the way is for the leader to tell of once it is resolved. */
  reader(large: number | null): Router {
    const { client } = this;
    return this.known !== null ? client.router : client.readsAt(this.ts, large);
  }

  private contextOf(route: RegionRoute): RpcContext {
    const { known } = this;
    if (known === null && !this.rc) return route.context;
    return {
      ...route.context,
      ...(this.rc ? { isolationLevel: 'RC' as const } : {}),
      ...(known !== null ? { resolvedLocks: known.ignorable, committedLocks: known.committed } : {}),
    };
  }

  private async meetLocks(locks: readonly LockInfo[], bo: Backoffer): Promise<void> {
    const known = this.known ?? NO_KNOWN_LOCKS;
    const more = await this.client.resolver.resolveForRead(locks, this.ts, known, bo);
    // Others may have met some meanwhile.
    this.known = allKnown(this.known ?? NO_KNOWN_LOCKS, more);
  }

  get(key: Uint8Array): Awaitable<Uint8Array | null> {
    const route = this.client.router.whole;
    if (route === null) return this.getRetrying(key, null);
    const res = route.rpc.get({ context: this.contextOf(route), key, version: this.ts });
    if (res instanceof Promise) return this.getRetrying(key, res);
    if (res.error !== undefined || res.regionError !== undefined) return this.getRetrying(key, res);
    return res.value === undefined ? null : copyOf(res.value);
  }

  private async getRetrying(
    key: Uint8Array,
    first: Awaitable<GetResponse> | null,
  ): Promise<Uint8Array | null> {
    const bo = new Backoffer(BackoffBudget.get, this.interruption);
    for (;;) {
      const router = this.reader(null);
      const route = await router.locate(key);
      let res: GetResponse;
      try {
        res = await interruptible(
          first ?? route.rpc.get({ context: this.contextOf(route), key, version: this.ts }),
          this.client.attributes?.signal,
        );
      } catch (e) {
        if (e instanceof MysqlError) throw e;
        first = null;
        if (router.onSendFailure(route, e) !== true) await bo.sleep('tikvRPC');
        continue;
      }
      first = null;
      if (res.regionError !== undefined) {
        if (router.onRegionError(route, res.regionError) !== true) await bo.regionError(res.regionError);
      } else if (res.error !== undefined) {
        if (res.error.kind !== 'locked') throw errorOf(res.error, false);
        await this.meetLocks([res.error.lock], bo);
      } else {
        return res.value === undefined ? null : copyOf(res.value);
      }
    }
  }

  batchGet(keys: readonly Uint8Array[]): Awaitable<(Uint8Array | null)[]> {
    if (keys.length === 0) return [];
    const route = this.client.router.whole;
    if (route !== null) {
      const res = route.rpc.batchGet({ context: this.contextOf(route), keys, version: this.ts });
      if (!(res instanceof Promise) && res.error === undefined && res.regionError === undefined)
        return inOrderOf(keys, res.pairs);
      if (res instanceof Promise) {
        return res.then(
          (r) =>
            r.error === undefined && r.regionError === undefined
              ? inOrderOf(keys, r.pairs)
              : this.batchGetRetrying(keys),
          () => this.batchGetRetrying(keys),
        );
      }
    }
    return this.batchGetRetrying(keys);
  }

  private async batchGetRetrying(keys: readonly Uint8Array[]): Promise<(Uint8Array | null)[]> {
    const bo = new Backoffer(BackoffBudget.get, this.interruption);
    const out = new Array<Uint8Array | null>(keys.length).fill(null);
    let left = keys.map((key, at) => ({ key, at }));
    while (left.length > 0) {
      const again: typeof left = [];
      const locks: LockInfo[] = [];
      const router = this.reader(left.length * KEY_BYTES);
      const groups = await inBatches(await groupByRegion(router, left, (k) => k.key), GET_BATCH, () => 1);
      await Promise.all(
        groups.map(async ({ route, items }) => {
          try {
            const asked = items.map((k) => k.key);
            const res = await interruptible(
              route.rpc.batchGet({ context: this.contextOf(route), keys: asked, version: this.ts }),
              this.client.attributes?.signal,
            );
            if (res.regionError !== undefined) {
              again.push(...items);
              if (router.onRegionError(route, res.regionError) !== true)
                await bo.regionError(res.regionError);
            } else if (res.error !== undefined) {
              if (res.error.kind !== 'locked') throw errorOf(res.error, false);
              locks.push(res.error.lock);
              again.push(...items);
            } else {
              inOrderOf(asked, res.pairs).forEach((v, i) => (out[items[i]!.at] = v));
            }
          } catch (e) {
            if (e instanceof MysqlError) throw e;
            again.push(...items);
            if (router.onSendFailure(route, e) !== true) await bo.sleep('tikvRPC');
          }
        }),
      );
      if (locks.length > 0) await this.meetLocks(locks, bo);
      left = again;
    }
    return out;
  }

  iterate(startKey: Uint8Array, endKey: Uint8Array, options?: IterateOptions): KvIterator {
    return new SnapshotIterator(this, this.client, startKey, endKey, options);
  }

  pages(startKey: Uint8Array, endKey: Uint8Array, options: PageOptions): PageCursor {
    const { reverse, keyOnly, firstRows, maxRows } = options;
    const batch = { reverse, keyOnly, batchSize: maxRows };
    return new SnapshotIterator(this, this.client, startKey, endKey, batch, firstRows);
  }

  /** One batch of a scan that begins at the near end of the range, within one region. */
  scan(
    route: RegionRoute,
    startKey: Uint8Array,
    endKey: Uint8Array,
    limit: number,
    reverse: boolean,
    keyOnly: boolean,
  ): Awaitable<ScanResponse> {
    return interruptible(
      route.rpc.scan({
        context: this.contextOf(route),
        startKey,
        endKey,
        limit,
        version: this.ts,
        reverse,
        keyOnly,
      }),
      this.client.attributes?.signal,
    );
  }

  /** Deals with what kept a scan from answering. */
  async recover(router: Router, route: RegionRoute, res: ScanResponse, bo: Backoffer): Promise<void> {
    if (res.regionError !== undefined) {
      if (router.onRegionError(route, res.regionError) !== true) await bo.regionError(res.regionError);
    } else if (res.error !== undefined) {
      if (res.error.kind !== 'locked') throw errorOf(res.error, false);
      await this.meetLocks([res.error.lock], bo);
    }
  }

  newBackoffer(): Backoffer {
    return new Backoffer(BackoffBudget.scan, this.interruption);
  }
}

/** Values of `keys` in their order from the pairs found, which stores mostly give in it, with gaps. */
function inOrderOf(keys: readonly Uint8Array[], pairs: readonly KvPair[]): (Uint8Array | null)[] {
  const out = new Array<Uint8Array | null>(keys.length).fill(null);
  let p = 0;
  for (let i = 0; i < keys.length && p < pairs.length; i++) {
    if (compareBytes(keys[i]!, pairs[p]!.key) === 0) {
      out[i] = pairs[p]!.value;
      // A key asked for twice may be answered once.
      if (
        i + 1 < keys.length &&
        compareBytes(keys[i]!, keys[i + 1]!) === 0 &&
        (p + 1 >= pairs.length || compareBytes(pairs[p + 1]!.key, keys[i]!) !== 0)
      )
        continue;
      p++;
    }
  }
  return p < pairs.length ? byKey(keys, pairs) : out;
}

function byKey(keys: readonly Uint8Array[], pairs: readonly KvPair[]): (Uint8Array | null)[] {
  const values = new Map(pairs.map((p) => [keyString(p.key), p.value]));
  return keys.map((k) => values.get(keyString(k)) ?? null);
}

/** Scans region by region, a batch at a time. */
class SnapshotIterator implements KvIterator, PageCursor, ActiveReader {
  readonly ts: bigint;
  place = NOT_ACTIVE;
  private pairs: readonly KvPair[] = [];
  private at = 0;
  private done = false;
  private batch: number;
  private readonly maxBatch: number;
  private readonly reverse: boolean;
  private readonly keyOnly: boolean;

  constructor(
    private readonly snapshot: KvSnapshot,
    private readonly client: ClientContext,
    private start: Uint8Array,
    private end: Uint8Array,
    options?: IterateOptions,
    firstBatch = FIRST_BATCH,
  ) {
    this.ts = snapshot.ts;
    this.reverse = options?.reverse === true;
    this.keyOnly = options?.keyOnly === true;
    this.maxBatch = options?.batchSize ?? SCAN_BATCH;
    this.batch = Math.min(firstBatch, this.maxBatch);
    client.active.add(this);
  }

  next(): Awaitable<KvPair | null> {
    if (this.at < this.pairs.length) return this.pairs[this.at++]!;
    if (this.done) return null;
    const route = this.client.router.whole;
    if (route === null) return this.fetch();
    const res = this.snapshot.scan(route, this.start, this.end, this.batch, this.reverse, this.keyOnly);
    if (res instanceof Promise || res.error !== undefined || res.regionError !== undefined)
      return this.fetch(res);
    this.accept(res.pairs, route);
    if (this.pairs.length > 0) return this.pairs[this.at++]!;
    return null;
  }

  nextPage(): Awaitable<readonly KvPair[] | null> {
    const first = this.next();
    return first instanceof Promise ? first.then((p) => this.page(p)) : this.page(first);
  }

  /** All pairs that came with the one just taken. */
  private page(first: KvPair | null): readonly KvPair[] | null {
    if (first === null) return null;
    const page = this.pairs;
    this.pairs = [];
    this.at = 0;
    return page;
  }

  private async fetch(first?: Awaitable<ScanResponse>): Promise<KvPair | null> {
    const bo = this.snapshot.newBackoffer();
    while (!this.done) {
      const router = this.snapshot.reader(null);
      const route = await (this.reverse ? router.locateEnd(this.end) : router.locate(this.start));
      const start = maxStart(this.start, route.startKey);
      const end = minEnd(this.end, route.endKey);
      let res: ScanResponse;
      try {
        res = await (first ?? this.snapshot.scan(route, start, end, this.batch, this.reverse, this.keyOnly));
      } catch (e) {
        if (e instanceof MysqlError) throw e;
        first = undefined;
        if (router.onSendFailure(route, e) !== true) await bo.sleep('tikvRPC');
        continue;
      }
      first = undefined;
      if (res.error !== undefined || res.regionError !== undefined) {
        await this.snapshot.recover(router, route, res, bo);
        continue;
      }
      this.accept(res.pairs, route);
      if (this.pairs.length > 0) return this.pairs[this.at++]!;
    }
    return null;
  }

  private accept(pairs: readonly KvPair[], route: RegionRoute): void {
    this.pairs = pairs;
    this.at = 0;
    const n = pairs.length;
    if (n >= this.batch) {
      if (this.reverse) this.end = pairs[n - 1]!.key;
      else this.start = nextKey(pairs[n - 1]!.key);
    } else if (this.reverse) {
      if (route.startKey.length === 0 || compareBytes(route.startKey, this.start) <= 0) this.finish();
      else this.end = route.startKey;
    } else if (
      route.endKey.length === 0 ||
      (this.end.length > 0 && compareBytes(this.end, route.endKey) <= 0)
    )
      this.finish();
    else this.start = route.endKey;
    this.batch = Math.min(this.batch * 2, this.maxBatch);
  }

  private finish(): void {
    this.done = true;
    this.client.active.delete(this);
  }

  close(): void {
    this.finish();
    this.pairs = [];
    this.at = 0;
  }
}
