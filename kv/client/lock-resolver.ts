import { compareBytes } from '../codec/byte-writer.js';
import type { LockInfo } from '../rpc.js';
import { Backoffer, BackoffBudget } from './backoff.js';
import { errorOf } from './key-error.js';
import { MAX_TS, physicalOf, type TimestampOracle } from './oracle.js';
import { groupByRegion, sendBatch, sendToKey, type Router } from './router.js';

/** What became of a transaction. */
interface TxnStatus {
  /** Milliseconds its lock has to live; 0 when it is finished. */
  readonly ttl: number;
  /** 0 = rolled back (when ttl is 0). */
  readonly commitTs: bigint;
  /** The primary's minCommitTs was pushed above the reader's timestamp: the reader need not wait. */
  readonly pushed: boolean;
  readonly primaryLock: LockInfo | null;
}

/** Locks that a read has come to know: those of transactions that do not concern it, and of those that it sees. */
export interface KnownLocks {
  /** Rolled back, or committed after the read's timestamp: stores pass over them (Context.resolved_locks). */
  readonly ignorable: readonly bigint[];
  /** Committed before: stores read what the locks hold (Context.committed_locks). */
  readonly committed: readonly bigint[];
}

export const NO_KNOWN_LOCKS: KnownLocks = { ignorable: [], committed: [] };

export const allKnown = (a: KnownLocks, b: KnownLocks): KnownLocks => ({
  ignorable: [...new Set([...a.ignorable, ...b.ignorable])],
  committed: [...new Set([...a.committed, ...b.committed])],
});

/** Locks of larger transactions are resolved a region at a time (client-go, bigTxnThreshold). */
const BIG_TXN = 16;
const CACHE_SIZE = 2048;

/**
 * Percolator's lock resolution: the state of a transaction is that of its primary key. A lock left by a crashed or finished client is
 * committed or rolled back by whoever meets it.
 */
export class LockResolver {
  /** Finished transactions by start ts. Their state never changes. */
  private readonly finished = new Map<bigint, TxnStatus>();
  /** Locks that are being resolved beside those who met them. */
  private readonly finishing = new Set<string>();

  constructor(
    private readonly router: Router,
    private readonly oracle: TimestampOracle,
  ) {}

  /**
   * Resolves the locks that a write met, or a request for a pessimistic lock, which must not push the owner's commit. Gives the milliseconds to
   * wait for locks that live on; 0: none.
   */
  async resolve(locks: readonly LockInfo[], bo: Backoffer): Promise<number> {
    let waitMs = 0;
    for (const lock of locks) {
      const status = await this.outcomeOf(lock, 0n, bo);
      if (status.ttl > 0) waitMs = waitMs === 0 ? status.ttl : Math.min(waitMs, status.ttl);
      else if (lock.lockType === 'pessimisticLock') await this.dropPessimistic(lock, bo);
      else await this.finish(lock, status.commitTs, bo);
    }
    return waitMs;
  }

  /**
   * Meets the locks of a read at `readTs` that knows `known`, and gives what it knows then. It waits for transactions that are under way, but not
   * for the locks of finished ones to go: that is done beside it (client-go, ResolveLocksForRead), since a large transaction leaves many.
   */
  async resolveForRead(
    locks: readonly LockInfo[],
    readTs: bigint,
    known: KnownLocks,
    bo: Backoffer,
  ): Promise<KnownLocks> {
    let waitMs = 0;
    const ignorable = new Set(known.ignorable);
    const committed = new Set(known.committed);
    for (const lock of locks) {
      const { lockVersion } = lock;
      const status = await this.outcomeOf(lock, readTs, bo);
      if (status.ttl > 0) {
        if (status.pushed) ignorable.add(lockVersion);
        else waitMs = waitMs === 0 ? status.ttl : Math.min(waitMs, status.ttl);
        continue;
      }
      const seen = status.commitTs !== 0n && status.commitTs <= readTs;
      // A store that was told of the transaction and stops all the same cannot read past its locks.
      const told = (seen ? known.committed : known.ignorable).includes(lockVersion);
      if (told) await this.finish(lock, status.commitTs, bo);
      else this.finishBeside(lock, status.commitTs);
      (seen ? committed : ignorable).add(lockVersion);
    }
    if (waitMs > 0) await bo.sleep('txnLockFast', waitMs);
    return { ignorable: [...ignorable], committed: [...committed] };
  }

  private async outcomeOf(lock: LockInfo, callerStartTs: bigint, bo: Backoffer): Promise<TxnStatus> {
    const status = await this.statusOf(lock, callerStartTs, bo);
    if (status.ttl > 0 || status.primaryLock === null) return status;
    const finished = await this.finishAsyncCommit(status.primaryLock, bo);
    return finished ?? this.statusOf(lock, callerStartTs, bo, true);
  }

  /** `forceSyncCommit`: the primary's lock says asynchronous, but another lock of the transaction shows that it was given up. */
  private async statusOf(
    lock: LockInfo,
    callerStartTs: bigint,
    bo: Backoffer,
    forceSyncCommit = false,
  ): Promise<TxnStatus> {
    const known = this.finished.get(lock.lockVersion);
    if (known !== undefined) return known;
    let rollbackIfNotExist = false;
    for (;;) {
      // TiKV's sign to a pessimistic prewrite that met the lock on a key that only its row guards: the lock's owner has lost that row,
      // and is finished without waiting for its time to live.
      const doomed = lock.lockTtl === 0;
      const currentTs = doomed ? MAX_TS : await this.oracle.timestamp();
      const expired = doomed || physicalOf(currentTs) - physicalOf(lock.lockVersion) >= lock.lockTtl;
      const res = await sendToKey(this.router, lock.primaryLock, bo, (route) =>
        route.rpc.checkTxnStatus({
          context: route.context,
          primaryKey: lock.primaryLock,
          lockTs: lock.lockVersion,
          callerStartTs,
          currentTs,
          rollbackIfNotExist,
          forceSyncCommit,
          resolvingPessimisticLock: lock.lockType === 'pessimisticLock',
        }),
      );
      if (res.error !== undefined) {
        // The transaction has another primary by now: a pessimistic lock that names this one is left over.
        if (res.error.kind === 'primaryMismatch' && lock.lockType === 'pessimisticLock')
          return { ttl: 0, commitTs: 0n, pushed: false, primaryLock: null };
        if (res.error.kind !== 'txnNotFound') throw errorOf(res.error, false);
        // The primary's lock is not there yet (requests of one prewrite may arrive in any order), or its owner died before it was.
        if (expired) rollbackIfNotExist = true;
        else if (lock.lockType === 'pessimisticLock')
          return { ttl: lock.lockTtl, commitTs: 0n, pushed: false, primaryLock: null };
        else await bo.sleep('txnNotFound');
        continue;
      }
      // A writer waits whatever readers may do: some stores tell of a push that nobody asked for.
      const pushed = callerStartTs !== 0n && res.action === 'minCommitTsPushed';
      if (res.lockTtl > 0) {
        const left = physicalOf(lock.lockVersion) + res.lockTtl - physicalOf(currentTs);
        if (res.lockInfo?.useAsyncCommit === true && left <= 0 && !forceSyncCommit) {
          return { ttl: 0, commitTs: 0n, pushed: false, primaryLock: res.lockInfo };
        }
        return { ttl: Math.max(1, left), commitTs: 0n, pushed, primaryLock: null };
      }
      const status: TxnStatus = { ttl: 0, commitTs: res.commitVersion, pushed: false, primaryLock: null };
      // A pessimistic lock that expired says nothing of the transaction, nor does a primary that was never there.
      if (res.action !== 'ttlExpirePessimisticRollback' && res.action !== 'lockNotExistDoNothing')
        this.remember(lock.lockVersion, status);
      return status;
    }
  }

  private remember(startTs: bigint, status: TxnStatus): void {
    this.finished.set(startTs, status);
    if (this.finished.size > CACHE_SIZE) this.finished.delete(this.finished.keys().next().value!);
  }

  private async finish(lock: LockInfo, commitTs: bigint, bo: Backoffer): Promise<void> {
    const res = await sendToKey(this.router, lock.key, bo, (route) =>
      route.rpc.resolveLock({
        context: route.context,
        startVersion: lock.lockVersion,
        commitVersion: commitTs,
        keys: lock.txnSize < BIG_TXN ? [lock.key] : [],
      }),
    );
    if (res.errors.length > 0) throw errorOf(res.errors[0]!, false);
  }

  /** Once for all readers that meet the transaction's locks in one place. Who fails leaves them for the next to meet. */
  private finishBeside(lock: LockInfo, commitTs: bigint): void {
    const bo = new Backoffer(BackoffBudget.cleanup);
    const work = async (): Promise<void> => {
      const { context } = await this.router.locate(lock.key);
      const where = lock.txnSize < BIG_TXN ? Buffer.from(lock.key).toString('latin1') : context.regionId;
      const name = `${lock.lockVersion}/${where}`;
      if (this.finishing.has(name)) return;
      this.finishing.add(name);
      await this.finish(lock, commitTs, bo).finally(() => this.finishing.delete(name));
    };
    work().catch(() => undefined);
  }

  private async dropPessimistic(lock: LockInfo, bo: Backoffer): Promise<void> {
    const forUpdateTs = lock.lockForUpdateTs === 0n ? MAX_TS : lock.lockForUpdateTs;
    await sendToKey(this.router, lock.key, bo, (route) =>
      route.rpc.pessimisticRollback({
        context: route.context,
        startVersion: lock.lockVersion,
        forUpdateTs,
        keys: [lock.key],
      }),
    );
  }

  /**
   * A transaction that committed asynchronously is committed exactly when all its locks were written. Null when it went over to two
   * phases, which a lock that is not asynchronous tells.
   */
  private async finishAsyncCommit(primary: LockInfo, bo: Backoffer): Promise<TxnStatus | null> {
    let commitTs = primary.minCommitTs;
    const keys = [...primary.secondaries].sort(compareBytes);
    for (let i = 0; i < keys.length;) {
      const group = (await groupByRegion(this.router, keys.slice(i), (k) => k))[0]!;
      const res = await sendBatch(this.router, group.route, bo, () =>
        group.route.rpc.checkSecondaryLocks({
          context: group.route.context,
          keys: group.items,
          startVersion: primary.lockVersion,
        }),
      );
      if (res === null) continue;
      if (res.error !== undefined) throw errorOf(res.error, false);
      if (res.locks.length < group.items.length) {
        // A lock is missing: the store knows its commit, or has seen to it that it never comes.
        commitTs = res.commitTs;
        break;
      }
      for (const l of res.locks) {
        if (!l.useAsyncCommit) return null;
        if (l.minCommitTs > commitTs) commitTs = l.minCommitTs;
      }
      i += group.items.length;
    }
    const status: TxnStatus = { ttl: 0, commitTs, pushed: false, primaryLock: null };
    this.remember(primary.lockVersion, status);
    for (const group of await groupByRegion(this.router, [primary.primaryLock, ...keys], (k) => k)) {
      await this.finish({ ...primary, key: group.items[0]!, txnSize: BIG_TXN }, commitTs, bo);
    }
    return status;
  }
}
