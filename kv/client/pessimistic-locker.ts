import { mysqlError } from '../../types/error-table.js';
import type { Awaitable } from '../../types/awaitable.js';
import type {
  KeyError,
  LockInfo,
  Mutation,
  PessimisticLockRequest,
  PessimisticLockResponse,
  RpcContext,
} from '../rpc.js';
import { SKIPPED_LOCKED, type LockOptions } from '../storage.js';
import { Backoffer, BackoffBudget } from './backoff.js';
import type { ClientContext } from './client-context.js';
import { interruptionOf } from './interruptible.js';
import { errorOf } from './key-error.js';
import { EntryCursor } from './mem-buffer.js';
import { KeyFlag } from './write-entry.js';
import { groupByRegion, inBatches, sendBatch, type RegionGroup, type RegionRoute } from './router.js';
import type { KvTransaction } from './transaction.js';

const NOWAIT = -1;

/** What the requests of one `lockKeys` share. */
interface LockCall {
  /** Milliseconds, or NOWAIT. */
  readonly wait: number;
  /** Of performance.now(). */
  readonly deadline: number;
  readonly returnValues: boolean;
  readonly newest: boolean;
  readonly signal: AbortSignal | undefined;
  readonly bo: Backoffer;
  readonly values: Map<Mutation, Uint8Array | null>;
}

/** The value, or null when the signal comes first. */
function orAborted<T>(value: Awaitable<T>, signal: AbortSignal | undefined): Awaitable<T | null> {
  if (signal === undefined || !(value instanceof Promise)) return value;
  if (signal.aborted) return null;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve(null);
    signal.addEventListener('abort', onAbort, { once: true });
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

const NO_KEY = new Uint8Array(0);

/** Others have their turn between so many. */
const RELEASED_AT_ONCE = 4096;

/** Takes and releases a transaction's pessimistic locks. */
export class PessimisticLocker {
  constructor(
    private readonly client: ClientContext,
    private readonly txn: KvTransaction,
  ) {}

  /** See Transaction.lockKeys. Without a promise when one store answers at once and nothing is in the way. */
  lock(keys: readonly Uint8Array[], options?: LockOptions): Awaitable<(Uint8Array | null)[]> {
    if (options?.skipLocked === true) return this.lockSkipping(keys, options);
    const { txn } = this;
    const mutations: Mutation[] = [];
    for (let i = 0; i < keys.length; i++) {
      const m = this.mutationOf(keys[i]!, options?.presumeNotExists === true);
      if (m !== null) mutations.push(m);
    }
    const returnValues = options?.returnValues === true;
    if (mutations.length === 0) return returnValues ? this.currentValues(keys) : [];
    const first = txn.primary === null;
    if (first) txn.primary = mutations[0]!.key;
    const wait = options?.waitTimeoutMs ?? txn.lockWaitTimeoutMs;
    const route = this.client.router.whole;
    if (route === null)
      return this.lockRetrying(keys, mutations, first, null, this.callOf(wait, returnValues, options));
    const newest = options?.newest === true;
    const res = route.rpc.pessimisticLock(
      this.requestOf(route, mutations, wait, returnValues, newest, first),
    );
    if (res instanceof Promise || res.regionError !== undefined || res.errors.length > 0) {
      return this.lockRetrying(keys, mutations, first, res, this.callOf(wait, returnValues, options));
    }
    this.noteLockedTs(res);
    this.acquired(mutations);
    return returnValues ? this.valuesOf(keys, mutations, res.values) : [];
  }

  /** Null when the key is locked by us already. */
  private mutationOf(key: Uint8Array, presume: boolean): Mutation | null {
    const e = this.txn.memBuffer.entry(key);
    if (e === undefined) return { op: 'pessimisticLock', key, assertion: presume ? 'notExist' : 'none' };
    if ((e.flags & KeyFlag.Locked) !== 0) return null;
    const assertAbsent = (e.flags & KeyFlag.PresumeNotExists) !== 0 || (presume && e.value === undefined);
    return { op: 'pessimisticLock', key, assertion: assertAbsent ? 'notExist' : 'none' };
  }

  private requestOf(
    route: RegionRoute,
    mutations: readonly Mutation[],
    wait: number,
    returnValues: boolean,
    newest: boolean,
    isFirstLock: boolean,
  ): PessimisticLockRequest {
    const { txn } = this;
    return {
      context: this.contextOf(route),
      mutations,
      primaryLock: txn.primary!,
      startVersion: txn.startTs,
      lockTtl: this.client.options.lockTtl + Math.ceil(performance.now() - txn.beganAt),
      forUpdateTs: txn.forUpdateTs,
      isFirstLock,
      waitTimeout: wait,
      returnValues,
      newest,
      minCommitTs: this.client.router.whole === null ? txn.forUpdateTs + 1n : undefined,
    };
  }

  private contextOf(route: RegionRoute): RpcContext {
    const context = this.txn.contextOf(route);
    const tag = this.client.attributes?.resourceGroupTag;
    return tag === undefined ? context : { ...context, resourceGroupTag: tag };
  }

  /** What was read is newer than the statement: so is what it reads from now on. */
  private noteLockedTs({ lockedTs }: PessimisticLockResponse): void {
    if (lockedTs !== undefined && lockedTs > this.txn.forUpdateTs) this.txn.forUpdateTs = lockedTs;
  }

  private acquired(mutations: readonly Mutation[]): void {
    const { txn } = this;
    if (txn.heartbeatKey === null) {
      txn.heartbeatKey = txn.primary;
      this.client.heartbeats.start();
    }
    for (let i = 0; i < mutations.length; i++) {
      const m = mutations[i]!;
      txn.memBuffer.setFlags(
        m.key,
        m.assertion === 'notExist' ? KeyFlag.Locked | KeyFlag.NewlyInserted : KeyFlag.Locked,
      );
    }
    txn.locks += mutations.length;
  }

  /** Values in the order of `keys`: own writes, else what came with the new locks, else what an earlier lock keeps from changing. */
  private valuesOf(
    keys: readonly Uint8Array[],
    mutations: readonly Mutation[],
    values: readonly (Uint8Array | null)[] | undefined,
  ): Awaitable<(Uint8Array | null)[]> {
    if (values === undefined || mutations.length !== keys.length) return this.currentValues(keys);
    const out: (Uint8Array | null)[] = [];
    for (let i = 0; i < keys.length; i++) {
      const own = this.txn.memBuffer.get(keys[i]!);
      out.push(own !== undefined ? own : values[i]!);
    }
    return out;
  }

  private currentValues(keys: readonly Uint8Array[]): Awaitable<(Uint8Array | null)[]> {
    const { memBuffer } = this.txn;
    const stored = this.client.snapshotAt(this.txn.forUpdateTs).batchGet(keys);
    const overlay = (values: (Uint8Array | null)[]): (Uint8Array | null)[] => {
      for (let i = 0; i < keys.length; i++) {
        const own = memBuffer.get(keys[i]!);
        if (own !== undefined) values[i] = own;
      }
      return values;
    };
    return stored instanceof Promise ? stored.then(overlay) : overlay(stored);
  }

  private callOf(wait: number, returnValues: boolean, options: LockOptions | undefined): LockCall {
    const { signal } = options ?? {};
    return {
      wait,
      deadline: performance.now() + wait,
      returnValues,
      newest: options?.newest === true,
      signal,
      bo: new Backoffer(BackoffBudget.pessimisticLock, signal),
      values: new Map(),
    };
  }

  private async lockRetrying(
    keys: readonly Uint8Array[],
    mutations: readonly Mutation[],
    first: boolean,
    pending: Awaitable<PessimisticLockResponse> | null,
    call: LockCall,
  ): Promise<(Uint8Array | null)[]> {
    const { txn, client } = this;
    txn.waitingSince = Date.now();
    try {
      let left = [...mutations];
      while (left.length > 0) {
        // The primary is locked before any other key is: others point at it.
        const groups = await this.batches(
          first && client.router.whole === null ? [left[0]!] : left,
          (m) => m.key,
        );
        const done = new Set<Mutation>();
        // All answers first: a lock granted after the release below would stay until its TTL ends.
        const settled = await Promise.allSettled(
          groups.map(async ({ route, items }) => {
            if (await this.lockBatch(route, items, first, pending, call)) items.forEach((m) => done.add(m));
          }),
        );
        for (const r of settled) if (r.status === 'rejected') throw r.reason;
        pending = null;
        if (done.size > 0) first = false;
        left = left.filter((m) => !done.has(m));
      }
    } catch (e) {
      if (txn.locks === 0) txn.primary = null;
      await this.release(mutations.map((m) => m.key));
      throw e;
    } finally {
      txn.waitingSince = 0;
    }
    this.acquired(mutations);
    if (!call.returnValues) return [];
    return this.valuesOf(
      keys,
      mutations,
      mutations.map((m) => call.values.get(m) ?? null),
    );
  }

  /** Regions' batches of items: one entry of a region's raft log holds only so much. */
  private async batches<T>(items: readonly T[], keyOf: (item: T) => Uint8Array): Promise<RegionGroup<T>[]> {
    const { router, options } = this.client;
    const groups = await groupByRegion(router, items, keyOf);
    return options.unlimitedBatch
      ? groups
      : inBatches(groups, options.batchBytes, (item) => keyOf(item).length);
  }

  /** One request for one region; true when it locked, false when it is to be tried again. */
  private async lockBatch(
    route: RegionRoute,
    items: readonly Mutation[],
    first: boolean,
    pending: Awaitable<PessimisticLockResponse> | null,
    call: LockCall,
  ): Promise<boolean> {
    const { client } = this;
    const { wait, deadline, bo, returnValues, newest } = call;
    const remaining = wait === NOWAIT ? NOWAIT : Math.max(1, Math.ceil(deadline - performance.now()));
    const sent =
      pending ??
      route.rpc.pessimisticLock(this.requestOf(route, items, remaining, returnValues, newest, first));
    let res: PessimisticLockResponse | null;
    try {
      res = await orAborted(sent, call.signal);
    } catch (e) {
      client.router.onSendFailure(route, e);
      await bo.sleep('tikvRPC');
      return false;
    }
    if (res === null) {
      // The statement is killed; what the store may still grant is released when it comes.
      void Promise.resolve(sent).then(
        () => this.release(items.map((m) => m.key)),
        () => undefined,
      );
      throw interruptionOf(call.signal!);
    }
    if (res.regionError !== undefined) {
      client.router.onRegionError(route, res.regionError);
      await bo.regionError(res.regionError);
      return false;
    }
    if (res.errors.length === 0) {
      const { values } = res;
      this.noteLockedTs(res);
      if (values !== undefined) items.forEach((m, i) => call.values.set(m, values[i]!));
      return true;
    }
    const { waitMs } = await client.resolver.resolve(locksOf(res.errors), 0n, bo);
    if (waitMs > 0) {
      if (wait === NOWAIT) throw mysqlError('ER_LOCK_NOWAIT');
      if (performance.now() >= deadline) throw mysqlError('ER_LOCK_WAIT_TIMEOUT');
      // The store has waited already as long as it would; ask again without spending the retry budget on an honest wait.
      await new Promise((resolve) =>
        setTimeout(resolve, Math.min(10, waitMs, Math.max(1, Math.ceil(deadline - performance.now())))),
      );
    }
    return false;
  }

  private async lockSkipping(
    keys: readonly Uint8Array[],
    options: LockOptions,
  ): Promise<(Uint8Array | null)[]> {
    const out: (Uint8Array | null)[] = [];
    for (const key of keys) {
      try {
        const got = await this.lock([key], {
          waitTimeoutMs: NOWAIT,
          returnValues: options.returnValues === true,
          presumeNotExists: options.presumeNotExists === true,
        });
        out.push(options.returnValues === true ? got[0]! : null);
      } catch (e) {
        if (!(e instanceof Error && 'code' in e && e.code === 3572)) throw e;
        out.push(SKIPPED_LOCKED);
      }
    }
    return out;
  }

  /** Releases all locks. */
  releaseAll(): Awaitable<void> {
    if (this.txn.locks === 0) return;
    const entries = new EntryCursor(this.txn.memBuffer, NO_KEY, NO_KEY, false);
    const keys: Uint8Array[] = [];
    if (nextLocked(entries, keys)) return this.release(keys);
    return this.releaseInSteps(entries, keys);
  }

  /** `first`: those that `entries` gave so far. Nothing is written to the buffer any more. */
  private async releaseInSteps(entries: EntryCursor, first: Uint8Array[]): Promise<void> {
    let keys = first;
    for (let last = false; ;) {
      await this.release(keys);
      if (last) return;
      await new Promise((resolve) => setImmediate(resolve));
      keys = [];
      last = nextLocked(entries, keys);
    }
  }

  /** Releases locks on keys. Failures are left to the locks' TTL. */
  release(keys: readonly Uint8Array[]): Awaitable<void> {
    if (keys.length === 0) return;
    const { txn } = this;
    const route = this.client.router.whole;
    if (route === null) return this.releaseRetrying(keys);
    const res = route.rpc.pessimisticRollback({
      context: route.context,
      startVersion: txn.startTs,
      forUpdateTs: txn.forUpdateTs,
      keys,
    });
    if (res instanceof Promise) return res.then(ignore, ignore);
  }

  private async releaseRetrying(keys: readonly Uint8Array[]): Promise<void> {
    const { txn, client } = this;
    const bo = new Backoffer(BackoffBudget.cleanup);
    let left = [...keys];
    try {
      while (left.length > 0) {
        const again: Uint8Array[] = [];
        const batches = await this.batches(left, (k) => k);
        await Promise.all(
          batches.map(async ({ route, items }) => {
            const res = await sendBatch(client.router, route, bo, () =>
              route.rpc.pessimisticRollback({
                context: route.context,
                startVersion: txn.startTs,
                forUpdateTs: txn.forUpdateTs,
                keys: items,
              }),
            );
            if (res === null) again.push(...items);
          }),
        );
        left = again;
      }
    } catch {
      // The locks expire.
    }
  }
}

function ignore(): void {}

/** The locked keys among the next entries; whether these were the last. */
function nextLocked(entries: EntryCursor, keys: Uint8Array[]): boolean {
  for (let n = 0; n < RELEASED_AT_ONCE; n++) {
    const e = entries.next();
    if (e === null) return true;
    if ((e.flags & KeyFlag.Locked) !== 0) keys.push(e.key);
  }
  return false;
}

/** The locks among the errors; throws the first error that is none. */
export function locksOf(errors: readonly KeyError[]): LockInfo[] {
  const locks: LockInfo[] = [];
  for (const e of errors) {
    if (e.kind !== 'locked') throw errorOf(e, true);
    locks.push(e.lock);
  }
  return locks;
}
