import type { Awaitable } from '../../types/awaitable.js';
import { MysqlError } from '../../types/error.js';
import { compareBytes, equalBytes } from '../codec/byte-writer.js';
import type { CommitResponse, KeyError, Mutation, PrewriteRequest, PrewriteResponse } from '../rpc.js';
import { KeyExistsError, UndeterminedError, WriteConflictError } from '../storage.js';
import { Backoffer, BackoffBudget, mayHaveTakenPlace } from './backoff.js';
import type { ClientContext } from './client-context.js';
import { interruptionOf } from './interruptible.js';
import { errorOf } from './key-error.js';
import {
  hasMany,
  mutationsInSteps,
  mutationsOf,
  type Mutations,
  type PessimisticAction,
} from './mutations.js';
import { MAX_TS } from './oracle.js';
import {
  groupByRegion,
  inBatches,
  sendBatch,
  sendToKey,
  type RegionGroup,
  type RegionRoute,
} from './router.js';
import type { KvTransaction } from './transaction.js';
import { Turns } from './turns.js';

/** Lock life of an optimistic prewrite: base, and more for large transactions (client-go, txnLockTTL). */
const DEFAULT_LOCK_TTL = 3000;
const MAX_LOCK_TTL = 20_000;
/** Two seconds as a difference of timestamps. */
const SAFE_WINDOW = 2000n << 18n;
/** Asynchronous commit lists all keys in the primary's lock, which is for small transactions (client-go's limits). */
const ASYNC_COMMIT_KEYS = 256;
const ASYNC_COMMIT_BYTES = 4096;

/** From this many on a commit takes long enough to be interrupted. */
const INTERRUPTIBLE_KEYS = 4096;

/** A mutation with its place in the transaction, so that batches can carry its pessimistic action along. */
interface Item {
  readonly mutation: Mutation;
  readonly action: PessimisticAction | null;
}

/**
 * Commits one transaction: in one phase when the whole of it fits one request, else Percolator's two phases, primary first
 * (Peng & Dabek, "Large-scale Incremental Processing Using Distributed Transactions and Notifications", OSDI 2010). Over several
 * regions small ones are committed asynchronously: the first phase decides, since the locks tell all that a second one would, and
 * the client does not wait for that (TiKV's async commit).
 */
export class Committer {
  private mutations: Mutations | null = null;
  private primary: Uint8Array = new Uint8Array(0);
  private commitTs = 0n;
  /** Set once a request was sent that may have committed the transaction in one phase. */
  private lostOnePhase = false;
  /** Set once a prewrite of an asynchronous commit was lost: it may have been the last that was missing. */
  private lostAsync = false;
  /** A store has refused a key: nobody can commit the transaction. */
  private refused = false;
  /** The transaction is committed as soon as all of its locks are written. */
  private async = false;
  /** Other keys than the primary, of an asynchronous commit. */
  private secondaries: readonly Uint8Array[] | undefined = undefined;
  /** What PD had given when the prewrite began. 0 = not asked for. */
  private floor = 0n;
  /** What the commit timestamp must be below for the checks before the commit to hold; null = they always do. */
  private before: bigint | null = null;
  /** The largest smallest commit timestamp of the prewritten locks. */
  private minCommitTs = 0n;
  /** Set once a prewrite may have come to a store that has not answered: stores then look whether they have done it before. */
  private again = false;
  /** Set once some prewrite may have left locks. A request that answers with errors has written nothing. */
  private mayHoldLocks = false;

  constructor(
    private readonly client: ClientContext,
    private readonly txn: KvTransaction,
    /** Asked for where there is much to commit, which is given up while nothing of it is written. */
    private readonly interruption: (() => AbortSignal) | undefined,
  ) {}

  commit(): Awaitable<bigint> {
    if (this.txn.beforeCommit === null) return this.commitChecked();
    let checked: Awaitable<void>;
    try {
      checked = this.check(0n);
    } catch (e) {
      return this.abort(e);
    }
    return checked instanceof Promise
      ? checked.then(
          () => this.commitChecked(),
          (e: unknown) => this.abort(e),
        )
      : this.commitChecked();
  }

  /** Asks the checks; the commit must stay below the least of what they vouch for. */
  private check(reached: bigint, from = 0): Awaitable<void> {
    const checks = this.txn.beforeCommit;
    if (checks === null) return;
    if (from === 0) this.before = null;
    for (let i = from; i < checks.length; i++) {
      const limit = checks[i]!(reached);
      if (limit instanceof Promise)
        return limit.then((l) => {
          this.limit(l);
          return this.check(reached, i + 1);
        });
      this.limit(limit);
    }
  }

  private limit(ts: bigint | null): void {
    if (ts !== null && (this.before === null || ts < this.before)) this.before = ts;
  }

  /** The commit timestamp of two phases, once all locks are written. */
  private async takeCommitTs(): Promise<bigint> {
    const { oracle } = this.client;
    if (this.txn.beforeCommit === null) return oracle.timestamp();
    for (let reached = 0n; ;) {
      await this.check(reached);
      reached = await oracle.timestamp();
      if (this.before === null || reached < this.before) return reached;
    }
  }

  private commitChecked(): Awaitable<bigint> {
    const { txn } = this;
    let m: Mutations | null = null;
    if (txn.gathered !== null) {
      try {
        m = txn.gathered.mutations();
      } catch (e) {
        return this.abort(e);
      }
    } else if (hasMany(txn.memBuffer)) {
      return mutationsInSteps(txn.memBuffer, txn.pessimistic, txn.local, this.interruption?.()).then(
        (all) => this.commitThese(all),
        (e: unknown) => this.abort(e),
      );
    } else if (txn.memBuffer.entryCount > 0) m = mutationsOf(txn.memBuffer, txn.pessimistic, txn.local);
    return this.commitThese(m);
  }

  private commitThese(m: Mutations | null): Awaitable<bigint> {
    const { txn, client } = this;
    if (m === null || m.list.length === 0 || (txn.pessimistic && !m.writes)) return this.finishReadOnly();
    this.mutations = m;
    this.primary = txn.primary ?? (m.list.find((x) => x.op !== 'checkNotExists') ?? m.list[0]!).key;
    const route = client.router.whole;
    if (route !== null && (client.options.unlimitedBatch || m.bytes <= client.options.batchBytes)) {
      const res = route.rpc.prewrite(this.prewriteRequest(route, m.list, m.actions, true));
      if (!(res instanceof Promise)) return this.afterOnePc(res);
      return res.then(
        (r) => this.afterOnePc(r),
        () => this.commitSlow(res),
      );
    }
    return this.commitSlow(null);
  }

  private afterOnePc(res: PrewriteResponse): Awaitable<bigint> {
    if (res.onePcCommitTs === 0n || res.errors.length > 0 || res.regionError !== undefined)
      return this.commitSlow(res);
    this.txn.finish();
    return res.onePcCommitTs;
  }

  /** Nothing to write: locks are released, nothing is committed. */
  private finishReadOnly(): Awaitable<bigint> {
    this.txn.finish();
    const p = this.txn.releaseLocks();
    return p instanceof Promise ? p.then(() => 0n) : 0n;
  }

  private abort(e: unknown): Awaitable<bigint> {
    this.txn.finish();
    const p = this.txn.releaseLocks();
    if (p instanceof Promise) {
      return p.then(() => {
        throw e;
      });
    }
    throw e;
  }

  private lockTtl(): number {
    const { txn } = this;
    const elapsed = Math.ceil(performance.now() - txn.beganAt);
    if (txn.pessimistic) return this.client.options.lockTtl + elapsed;
    const megabytes = this.mutations!.bytes / (1 << 20);
    const ttl =
      megabytes < 1 / 64
        ? DEFAULT_LOCK_TTL
        : Math.min(MAX_LOCK_TTL, Math.max(DEFAULT_LOCK_TTL, 6000 * Math.sqrt(megabytes)));
    return Math.floor(ttl + elapsed);
  }

  private prewriteRequest(
    route: RegionRoute,
    mutations: readonly Mutation[],
    actions: readonly PessimisticAction[] | null,
    tryOnePc: boolean,
  ): PrewriteRequest {
    const { txn } = this;
    const remote = this.client.router.whole === null;
    const { forUpdateTs } = txn;
    const since = actions !== null && forUpdateTs > txn.startTs ? forUpdateTs : txn.startTs;
    // One literal, one shape, whatever is absent.
    const context = txn.contextOf(route);
    return {
      context: this.again ? { ...context, isRetry: true } : context,
      mutations,
      primaryLock: this.primary,
      startVersion: txn.startTs,
      lockTtl: this.lockTtl(),
      txnSize: this.mutations!.list.length,
      tryOnePc,
      // A store of a cluster takes the timestamp of a one-phase or asynchronous commit by itself: not below what PD has given by now, so
      // that the order of commits is that of time, and not so late that the schema may have gone on (client-go's safe window). In two
      // phases a lock that names one lets readers push it up instead of waiting.
      minCommitTs: remote ? (tryOnePc || this.async ? this.floor : since) + 1n : undefined,
      maxCommitTs: remote && (tryOnePc || this.async) ? this.latestCommitTs() : undefined,
      useAsyncCommit: this.async,
      secondaries:
        this.async && mutations.some((m) => equalBytes(m.key, this.primary)) ? this.secondaries : undefined,
      pessimisticActions: actions ?? undefined,
      forUpdateTs: actions === null ? undefined : txn.forUpdateTs,
      lockedAt: txn.forcedLocks?.placesOf(mutations),
      durability: txn.durability,
      signal: mutations.length >= INTERRUPTIBLE_KEYS ? this.interruption?.() : undefined,
      assertionLevel: txn.assertionLevel,
    };
  }

  private latestCommitTs(): bigint {
    const window = this.floor + SAFE_WINDOW;
    return this.before !== null && this.before <= window ? this.before - 1n : window;
  }

  private async commitSlow(first: Awaitable<PrewriteResponse> | null): Promise<bigint> {
    const { txn, client } = this;
    const m = this.mutations!;
    txn.primary ??= this.primary;
    txn.heartbeatKey ??= this.primary;
    client.heartbeats.start();
    const items: Item[] = [];
    const turns = new Turns();
    for (let i = 0; i < m.list.length; i++) {
      items.push({ mutation: m.list[i]!, action: m.actions === null ? null : m.actions[i]! });
      const pause = turns.next();
      if (pause !== undefined) await pause;
    }
    try {
      await this.prewriteAll(items, first);
      if (this.commitTs === 0n && this.async) {
        this.commitTs = this.minCommitTs;
        void this.commitAll(items);
      } else if (this.commitTs === 0n) {
        this.commitTs = await this.takeCommitTs();
        await this.commitPrimary(items);
        void this.commitSecondaries(items);
      }
      txn.finish();
      return this.commitTs;
    } catch (e) {
      txn.finish();
      if (e instanceof UndeterminedError) throw e;
      if (this.lostOnePhase) {
        this.commitTs = await this.settle();
        if (this.commitTs !== 0n) return this.commitTs;
      } else if (this.lostAsync && !this.refused) throw new UndeterminedError();
      if (this.mayHoldLocks) await this.cleanup(items);
      await txn.releaseLocks();
      throw e;
    }
  }

  /**
   * A one-phase commit whose answer was lost, and then an error: asks what became of it, and sees to it that it stays so.
   * Gives the commit ts, 0 when it is rolled back for good.
   */
  private async settle(): Promise<bigint> {
    const { client, txn } = this;
    try {
      const res = await sendToKey(client.router, this.primary, new Backoffer(BackoffBudget.commit), (route) =>
        route.rpc.checkTxnStatus({
          context: route.context,
          primaryKey: this.primary,
          lockTs: txn.startTs,
          callerStartTs: 0n,
          currentTs: MAX_TS,
          rollbackIfNotExist: true,
        }),
      );
      if (res.error !== undefined || res.lockTtl > 0) throw new UndeterminedError();
      return res.commitVersion;
    } catch {
      throw new UndeterminedError();
    }
  }

  /** Regions' batches of items, each within the size limit by what a request holds of them. */
  private async batches(
    items: readonly Item[],
    sizeOf: (item: Item) => number,
  ): Promise<RegionGroup<Item>[]> {
    const { router, options } = this.client;
    const groups = await groupByRegion(router, items, (i) => i.mutation.key);
    if (options.unlimitedBatch) return groups;
    return inBatches(groups, options.batchBytes, sizeOf);
  }

  /** Runs `send` for each batch with bounded concurrency; what it leaves is grouped anew and sent again. */
  private async forEachBatch(
    items: readonly Item[],
    send: (batch: RegionGroup<Item>, only: boolean) => Promise<boolean>,
    sizeOf = keySize,
  ): Promise<void> {
    let left: readonly Item[] = items;
    while (left.length > 0) {
      const batches = await this.batches(left, sizeOf);
      const again: Item[] = [];
      let next = 0;
      const only = batches.length === 1 && left.length === items.length;
      const worker = async (): Promise<void> => {
        while (next < batches.length) {
          const b = batches[next++]!;
          if (!(await send(b, only))) again.push(...b.items);
        }
      };
      const workers = Math.min(this.client.options.committerConcurrency, batches.length);
      const results = await Promise.allSettled(Array.from({ length: workers }, worker));
      for (const r of results) if (r.status === 'rejected') throw r.reason;
      left = again.sort((a, b) => compareBytes(a.mutation.key, b.mutation.key));
    }
  }

  private async prewriteAll(
    items: readonly Item[],
    first: Awaitable<PrewriteResponse> | null,
  ): Promise<void> {
    const { client, txn } = this;
    const bo = new Backoffer(BackoffBudget.prewrite);
    if (client.router.whole === null) await this.chooseProtocol(items);
    await this.forEachBatch(
      items,
      async ({ route, items: batch }, only) => {
        let res: PrewriteResponse;
        try {
          const pending = first;
          first = null;
          if (pending !== null) res = await pending;
          else {
            const request = this.prewriteRequest(
              route,
              batch.map((i) => i.mutation),
              txn.pessimistic ? batch.map((i) => i.action!) : null,
              only && txn.onePhase,
            );
            res = await route.rpc.prewrite(request);
          }
        } catch (e) {
          // A commit may have taken place although its answer is lost.
          this.lostAnswer(only);
          client.router.onSendFailure(route, e);
          await this.sleepOrGiveUp(bo);
          return false;
        }
        if (res.regionError !== undefined) {
          if (mayHaveTakenPlace(res.regionError)) this.lostAnswer(only);
          client.router.onRegionError(route, res.regionError);
          await bo.regionError(res.regionError);
          return false;
        }
        if (res.errors.length === 0) {
          if (res.onePcCommitTs !== 0n) this.commitTs = res.onePcCommitTs;
          else {
            this.mayHoldLocks = true;
            // Zero: the store could not keep to the bounds, and wants two phases.
            if (res.minCommitTs === 0n) this.async = false;
            else if (res.minCommitTs > this.minCommitTs) this.minCommitTs = res.minCommitTs;
          }
          return true;
        }
        const locks = [];
        for (const e of res.errors) {
          if (e.kind !== 'locked') {
            this.refused = true;
            const signal = e.kind === 'abort' ? this.interruption?.() : undefined;
            if (signal?.aborted === true) throw interruptionOf(signal);
            throw this.prewriteError(e);
          }
          locks.push(e.lock);
        }
        const waitMs = await client.resolver.resolve(locks, bo);
        if (waitMs === 0) return false;
        // What a lost request may have done is found out by asking again only.
        if (txn.givesWayToLocks && !this.again) {
          const { key, lockVersion } = locks[0]!;
          throw new WriteConflictError(txn.startTs, lockVersion, 0n, key);
        }
        await bo.sleep('txnLock', waitMs);
        return false;
      },
      mutationSize,
    );
  }

  /** A prewrite, of the whole transaction perhaps, may have taken place. */
  private lostAnswer(only: boolean): void {
    if (only && this.txn.onePhase) this.lostOnePhase = true;
    else if (this.async) this.lostAsync = true;
    this.again = true;
    this.mayHoldLocks = true;
  }

  private async sleepOrGiveUp(bo: Backoffer): Promise<void> {
    try {
      await bo.sleep('tikvRPC');
    } catch (e) {
      if (this.lostOnePhase || this.lostAsync) throw new UndeterminedError();
      throw e;
    }
  }

  /** How a transaction over a cluster is to be committed, and from which timestamp on. */
  private async chooseProtocol(items: readonly Item[]): Promise<void> {
    const { txn, client } = this;
    const keys = items.length > ASYNC_COMMIT_KEYS ? [] : keysOf(items);
    let bytes = 0;
    for (const k of keys) bytes += k.length;
    this.async = txn.asyncCommit && keys.length > 0 && bytes <= ASYNC_COMMIT_BYTES;
    if (this.async) this.secondaries = keys.filter((k) => !equalBytes(k, this.primary));
    if (!this.async && !txn.onePhase) return;
    this.floor = await client.oracle.timestamp();
  }

  private prewriteError(e: KeyError): Error {
    // Whoever names the key may need what was to be written under it.
    if (e.kind === 'alreadyExist') return new KeyExistsError(e.key, this.txn.written(e.key));
    return errorOf(e, false);
  }

  /** The primary's commit decides. Whatever keeps its answer from us leaves the outcome unknown. */
  private async commitPrimary(items: readonly Item[]): Promise<void> {
    const { client, txn } = this;
    const bo = new Backoffer(BackoffBudget.commit);
    let unanswered = false;
    const failure = (e: unknown): unknown => (unanswered ? new UndeterminedError() : e);
    for (;;) {
      let route: RegionRoute;
      try {
        route = await client.router.locate(this.primary);
      } catch (e) {
        throw failure(e);
      }
      // What shares the primary's region need not wait for the second round.
      const keys =
        client.options.unlimitedBatch && client.router.whole !== null ? keysOf(items) : [this.primary];
      let res: CommitResponse;
      try {
        res = await route.rpc.commit({
          context: txn.contextOf(route),
          startVersion: txn.startTs,
          keys,
          commitVersion: this.commitTs,
        });
      } catch (e) {
        if (e instanceof MysqlError) throw failure(e);
        unanswered = true;
        client.router.onSendFailure(route, e);
        try {
          await bo.sleep('tikvRPC');
        } catch {
          throw new UndeterminedError();
        }
        continue;
      }
      if (res.regionError !== undefined) {
        if (mayHaveTakenPlace(res.regionError)) unanswered = true;
        client.router.onRegionError(route, res.regionError);
        try {
          await bo.regionError(res.regionError);
        } catch (e) {
          throw failure(e);
        }
        continue;
      }
      if (res.error === undefined) {
        if (res.commitVersion > this.commitTs) this.commitTs = res.commitVersion;
        return;
      }
      // A commit that had taken place would be told again: this one has not, whatever became of earlier answers.
      unanswered = false;
      if (res.error.kind !== 'commitTsExpired') throw errorOf(res.error, false);
      this.commitTs = await this.takeCommitTs();
    }
  }

  private commitSecondaries(items: readonly Item[]): Promise<void> | undefined {
    const { client } = this;
    if (client.options.unlimitedBatch && client.router.whole !== null) return;
    return this.commitAll(items.filter((i) => !equalBytes(i.mutation.key, this.primary)));
  }

  /** The transaction is committed already: what fails here is finished by whoever meets the locks. */
  private async commitAll(items: readonly Item[]): Promise<void> {
    const { client, txn } = this;
    const bo = new Backoffer(BackoffBudget.commit);
    const locked = items.filter((i) => i.mutation.op !== 'checkNotExists');
    try {
      await this.forEachBatch(locked, async ({ route, items: batch }) => {
        const res = await sendBatch(client.router, route, bo, () =>
          route.rpc.commit({
            context: txn.contextOf(route),
            startVersion: txn.startTs,
            keys: keysOf(batch),
            commitVersion: this.commitTs,
          }),
        );
        return res !== null;
      });
    } catch {
      // The locks stay until resolved.
    }
  }

  /** Takes back what the prewrite left. Failures are left to lock resolution. */
  private async cleanup(items: readonly Item[]): Promise<void> {
    const { client, txn } = this;
    const bo = new Backoffer(BackoffBudget.cleanup);
    try {
      await this.forEachBatch(
        items.filter((i) => i.mutation.op !== 'checkNotExists'),
        async ({ route, items: batch }) => {
          const res = await sendBatch(client.router, route, bo, () =>
            route.rpc.batchRollback({
              context: route.context,
              startVersion: txn.startTs,
              keys: keysOf(batch),
            }),
          );
          return res !== null;
        },
      );
    } catch {
      // The locks expire.
    }
  }
}

const keySize = ({ mutation }: Item): number => mutation.key.length;
const mutationSize = ({ mutation }: Item): number => mutation.key.length + (mutation.value?.length ?? 0);

function keysOf(items: readonly Item[]): Uint8Array[] {
  const keys: Uint8Array[] = [];
  for (const i of items) if (i.mutation.op !== 'checkNotExists') keys.push(i.mutation.key);
  return keys;
}
