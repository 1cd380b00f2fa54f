import { mysqlError } from '../../types/error-table.js';
import { equalBytes } from '../codec/byte-writer.js';
import type { Awaitable } from '../../types/awaitable.js';
import type {
  KeyError,
  LockInfo,
  Mutation,
  PessimisticLockRequest,
  PessimisticLockResponse,
  RpcContext,
} from '../rpc.js';
import { DeadlockError, SKIPPED_LOCKED, WriteConflictError, type LockOptions } from '../storage.js';
import { Backoffer, BackoffBudget, mayHaveTakenPlace } from './backoff.js';
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
  /** Newer versions are no conflict for the store; whether they are for the statement, `newest` says. */
  readonly forced: boolean;
  readonly newest: boolean;
  readonly signal: AbortSignal | undefined;
  readonly bo: Backoffer;
  readonly values: Map<Mutation, Uint8Array | null>;
  /** When the version was committed in spite of which a forced lock is held. */
  lockedTs: bigint | undefined;
  /** A request is lost: what it locked in spite of newer versions, nobody knows. */
  unanswered: boolean;
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

const AFTER_DEADLOCK_MS = 5;

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
    if (route === null) {
      const call = this.callOf(wait, returnValues, options, this.mayForce(mutations));
      return this.lockRetrying(keys, mutations, first, null, call);
    }
    const newest = options?.newest === true;
    const res = route.rpc.pessimisticLock(
      this.requestOf(route, mutations, wait, returnValues, newest, first),
    );
    if (res instanceof Promise && options?.waited !== undefined) {
      const since = performance.now();
      const waited = (): void => options.waited?.(performance.now() - since);
      res.then(waited, waited);
    }
    if (res instanceof Promise || res.regionError !== undefined || res.errors.length > 0) {
      const call = this.callOf(wait, returnValues, options, newest);
      return this.lockRetrying(keys, mutations, first, res, call);
    }
    this.noteLockedTs(res);
    this.acquired(mutations);
    return returnValues ? this.valuesOf(keys, mutations, res.values) : [];
  }

  /** Only single keys are locked in spite of newer versions, of which nothing is presumed (client-go's aggressive locking). */
  private mayForce(mutations: readonly Mutation[]): boolean {
    return this.txn.forcedLocks !== null && mutations.length === 1 && mutations[0]!.assertion === 'none';
  }

  /** Null when the key is locked by us already. */
  private mutationOf(key: Uint8Array, presume: boolean): Mutation | null {
    const e = this.txn.memBuffer.entry(key);
    if (e === undefined) return { op: 'pessimisticLock', key, assertion: presume ? 'notExist' : 'none' };
    if ((e.flags & KeyFlag.Locked) !== 0) {
      this.txn.forcedLocks?.want(key);
      return null;
    }
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
    const snapshot = this.client.snapshotAt(this.txn.forUpdateTs);
    if (keys.length === 1) {
      const own = memBuffer.get(keys[0]!);
      if (own !== undefined) return [own];
      const value = snapshot.get(keys[0]!);
      return value instanceof Promise ? value.then((v) => [v]) : [value];
    }
    const stored = snapshot.batchGet(keys);
    const overlay = (values: (Uint8Array | null)[]): (Uint8Array | null)[] => {
      for (let i = 0; i < keys.length; i++) {
        const own = memBuffer.get(keys[i]!);
        if (own !== undefined) values[i] = own;
      }
      return values;
    };
    return stored instanceof Promise ? stored.then(overlay) : overlay(stored);
  }

  private callOf(
    wait: number,
    returnValues: boolean,
    options: LockOptions | undefined,
    forced: boolean,
  ): LockCall {
    const { signal } = options ?? {};
    return {
      wait,
      deadline: performance.now() + wait,
      returnValues,
      forced,
      newest: options?.newest === true,
      signal,
      bo: new Backoffer(BackoffBudget.pessimisticLock, signal),
      values: new Map(),
      lockedTs: undefined,
      unanswered: false,
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
    const asked = txn.forUpdateTs;
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
      const keysLocked = mutations.map((m) => m.key);
      await (call.forced && call.unanswered ? this.releaseForced(keysLocked) : this.release(keysLocked));
      if (!(e instanceof DeadlockError) || !this.closesRing(e, keysLocked)) throw e;
      // Who waited for what is released now should have it before it is asked for again (client-go does the same).
      await new Promise((resolve) => setTimeout(resolve, AFTER_DEADLOCK_MS));
      throw new DeadlockError(e.waitChain, e.lockKey, true);
    } finally {
      txn.waitingSince = 0;
    }
    this.acquired(mutations);
    const { lockedTs } = call;
    if (call.forced && txn.forcedLocks !== null) {
      const conflict = lockedTs !== undefined && !call.newest;
      const { key } = mutations[0]!;
      txn.forcedLocks.add(key, lockedTs ?? asked, conflict);
      if (conflict) throw new WriteConflictError(txn.startTs, 0n, lockedTs, key);
    }
    if (!call.returnValues) return [];
    return this.valuesOf(
      keys,
      mutations,
      mutations.map((m) => call.values.get(m) ?? null),
    );
  }

  /** Whether the ring's last waiter waits for one of `keys`: parts of one request may be granted in any order. */
  private closesRing({ waitChain }: DeadlockError, keys: readonly Uint8Array[]): boolean {
    const waiter = waitChain.find((e) => e.waitForTxn === this.txn.startTs);
    return waiter !== undefined && keys.some((key) => equalBytes(key, waiter.key));
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
    const { wait, deadline, bo, returnValues, forced } = call;
    const remaining = wait === NOWAIT ? NOWAIT : Math.max(1, Math.ceil(deadline - performance.now()));
    const sent =
      pending ??
      route.rpc.pessimisticLock(this.requestOf(route, items, remaining, returnValues, forced, first));
    let res: PessimisticLockResponse | null;
    try {
      res = await orAborted(sent, call.signal);
    } catch (e) {
      call.unanswered = true;
      client.router.onSendFailure(route, e);
      await bo.sleep('tikvRPC');
      return false;
    }
    if (res === null) {
      // The statement is killed; what the store may still grant is released when it comes.
      void Promise.resolve(sent).then(
        () =>
          (forced ? this.releaseForced : this.release).call(
            this,
            items.map((m) => m.key),
          ),
        () => undefined,
      );
      throw interruptionOf(call.signal!);
    }
    if (res.regionError !== undefined) {
      if (mayHaveTakenPlace(res.regionError)) call.unanswered = true;
      client.router.onRegionError(route, res.regionError);
      await bo.regionError(res.regionError);
      return false;
    }
    if (res.errors.length === 0) {
      const { values } = res;
      this.noteLockedTs(res);
      call.lockedTs = res.lockedTs;
      if (values !== undefined) items.forEach((m, i) => call.values.set(m, values[i]!));
      return true;
    }
    const locks = locksOf(res.errors);
    const waitMs = res.lockIsFresh === true ? 1 : await client.resolver.resolve(locks, bo);
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

  /** See Transaction.releaseUnwanted. */
  releaseUnwanted(): Awaitable<void> {
    const { txn } = this;
    if (txn.forcedLocks === null) return;
    const keys = txn.forcedLocks.takeUnwanted(txn.primary);
    for (const key of keys) txn.memBuffer.unlock(key);
    txn.locks -= keys.length;
    return this.release(keys);
  }

  /** Releases what lost requests may have locked as of later than the statement. */
  private async releaseForced(keys: readonly Uint8Array[]): Promise<void> {
    let now: bigint;
    try {
      now = await this.client.oracle.timestamp();
    } catch {
      // The locks expire.
      return;
    }
    await this.releaseRetrying(keys, now);
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

  private async releaseRetrying(
    keys: readonly Uint8Array[],
    forUpdateTs = this.txn.forUpdateTs,
  ): Promise<void> {
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
                forUpdateTs,
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
