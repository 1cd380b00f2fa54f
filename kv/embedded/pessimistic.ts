import type {
  KeyError,
  KeyErrorsResponse,
  PessimisticLockRequest,
  PessimisticLockResponse,
  PessimisticRollbackRequest,
} from '../rpc.js';
import type { Attempt, Lock, LockTable } from './lock-table.js';
import { lockInfo, pessimisticLock } from './lock-table.js';
import { VersionKind } from './record.js';
import { copyOf } from '../codec/byte-writer.js';
import { keyString } from '../codec/key-string.js';
import { MAX_UINT32, highHalf, joinHalves, lowHalf, physicalMs } from './timestamp.js';
import type { VersionStore } from './version-store.js';

type Conflict = Extract<KeyError, { kind: 'conflict' }>;

/** How long a request waits whose caller leaves it to the store (TiKV's pessimistic-txn.wait-for-lock-timeout). */
const DEFAULT_WAIT_MS = 1000;

/**
 * Pessimistic locks. A request takes all of its keys or none: it is answered at once, or waits for the first key that another
 * transaction holds and is tried again as a whole when that key's turn comes.
 */
export class PessimisticLocks {
  constructor(
    private readonly versions: VersionStore,
    private readonly locks: LockTable,
  ) {}

  lock(req: PessimisticLockRequest): PessimisticLockResponse | Promise<PessimisticLockResponse> {
    this.locks.settle();
    const answer = this.lockOrWait(req);
    // A lock that was in the way may have been found released.
    this.locks.wake();
    return answer;
  }

  private lockOrWait(
    req: PessimisticLockRequest,
  ): PessimisticLockResponse | Promise<PessimisticLockResponse> {
    const first = this.tryLock(req);
    if ('errors' in first) return first;
    if (req.waitTimeout < 0) return { errors: [this.blockedBy(first.lock)] };
    return new Promise<PessimisticLockResponse>((resolve) => {
      let blocker = first.lock;
      const attempt = (): Attempt => {
        const result = this.tryLock(req);
        if (!('errors' in result)) {
          blocker = result.lock;
          return { kind: 'wait', lock: result.lock };
        }
        resolve(result);
        return { kind: 'done', conflict: result.errors.length > 0 && result.errors[0]!.kind === 'conflict' };
      };
      const fail = (error: KeyError): void => resolve({ errors: [error] });
      const expire = (): void => {
        const current = this.locks.get(blocker.key) ?? blocker;
        resolve({ errors: [{ kind: 'locked', lock: lockInfo(current) }] });
      };
      const asked = performance.now();
      const wait = req.waitTimeout === 0 ? DEFAULT_WAIT_MS : req.waitTimeout;
      // A lock whose life is over may be a dead transaction's: only who waits can find out, by its primary.
      const patience = (): number => {
        const waited = performance.now() - asked;
        const current = this.locks.get(blocker.key);
        if (waited >= wait) return 0;
        if (current === undefined) return wait - waited;
        const life = physicalMs(current.startTs) + current.ttl - Date.now();
        return Math.min(wait - waited, Math.max(life + 1, DEFAULT_WAIT_MS - waited, 0));
      };
      const deadlock = this.locks.wait(
        req.startVersion,
        blocker.id,
        blocker.key,
        blocker.startTs,
        patience,
        attempt,
        fail,
        expire,
        req.context.resourceGroupTag,
      );
      if (deadlock !== null) fail(deadlock);
    });
  }

  private blockedBy(lock: Lock): KeyError {
    return { kind: 'locked', lock: lockInfo(lock) };
  }

  /** Answers, or names the lock to wait for. Nothing is locked unless the answer is without errors. */
  private tryLock(req: PessimisticLockRequest): PessimisticLockResponse | { readonly lock: Lock } {
    const startTs = req.startVersion;
    const forHi = highHalf(req.forUpdateTs);
    const forLo = lowHalf(req.forUpdateTs);
    const startHi = highHalf(startTs);
    const startLo = lowHalf(startTs);
    const values: (Uint8Array | null)[] | undefined = req.returnValues === true ? [] : undefined;
    const notFounds: boolean[] | undefined =
      req.checkExistence === true || req.returnValues === true ? [] : undefined;
    const { versions } = this;
    const wanted: Lock[] = [];
    let again = false;
    const newest = req.newest === true && req.mutations.length === 1;
    let lockedTs: bigint | undefined = undefined;
    for (const m of req.mutations) {
      const id = keyString(m.key);
      const held = this.locks.seenAs(id, m.key);
      if (held !== undefined && held.startTs !== startTs) return { lock: held };
      if (held === undefined) {
        const kept = this.locks.keptFor(id);
        // Stands for a key that is free but kept for a waiter which is about to come back.
        if (kept !== undefined && kept !== startTs) return { lock: pessimisticLock(m.key, id, 0n, m.key, 0) };
        const minCommitTs = req.minCommitTs ?? 0n;
        wanted.push(
          pessimisticLock(m.key, id, startTs, req.primaryLock, req.lockTtl, req.forUpdateTs, minCommitTs),
        );
      } else if (held.type !== 'pessimisticLock') {
        return { errors: [{ kind: 'abort', message: 'the transaction has already prewritten this key' }] };
      } else again = true;
      const marked = this.markedSince(req, m.key, forHi, forLo, startHi, startLo);
      if (marked !== null) {
        if (!newest || marked.reason === 'selfRolledBack') return { errors: [marked] };
        lockedTs = marked.conflictCommitTs;
      }
      const needsValue =
        values !== undefined ||
        notFounds !== undefined ||
        m.assertion === 'notExist' ||
        req.lockOnlyIfExists === true;
      if (!needsValue && lockedTs === undefined && !versions.committedSince(forHi, forLo)) continue;
      const present = needsValue ? versions.newest(m.key) : versions.newestSince(m.key, forHi, forLo);
      if (present && this.after(forHi, forLo)) {
        if (!newest) return { errors: [this.conflict(req, m.key, 'pessimisticRetry')] };
        const committed = joinHalves(versions.commitHi, versions.commitLo);
        if (lockedTs === undefined || committed > lockedTs) lockedTs = committed;
      }
      if (lockedTs !== undefined) for (const lock of wanted) lock.forUpdateTs = lockedTs;
      if (!needsValue) continue;
      const found = present && versions.kind === VersionKind.put;
      // Whoever is told of a newer version has to look at it before anything else (as in TiKV).
      if (found && m.assertion === 'notExist' && lockedTs === undefined)
        return { errors: [{ kind: 'alreadyExist', key: m.key }] };
      values?.push(found ? copyOf(versions.buffer, versions.start, versions.end) : null);
      notFounds?.push(!found);
      if (!found && req.lockOnlyIfExists === true && held === undefined) wanted.pop();
    }
    for (const lock of wanted) {
      this.locks.unkeep(lock.id);
      this.locks.grant(lock, req.token ?? 0);
    }
    if (again) this.renew(req);
    return { errors: [], values, notFounds, lockedTs };
  }

  /** Locks that the transaction had already are as good as new ones. */
  private renew(req: PessimisticLockRequest): void {
    for (const m of req.mutations) {
      const own = this.locks.get(m.key);
      if (own === undefined) continue;
      if (req.forUpdateTs > own.forUpdateTs) own.forUpdateTs = req.forUpdateTs;
      if (req.lockTtl > own.ttl) own.ttl = req.lockTtl;
      if (req.minCommitTs !== undefined && req.minCommitTs > own.minCommitTs)
        own.minCommitTs = req.minCommitTs;
    }
  }

  /** What the marks of the key have against the lock. */
  private markedSince(
    req: PessimisticLockRequest,
    key: Uint8Array,
    forHi: number,
    forLo: number,
    startHi: number,
    startLo: number,
  ): Conflict | null {
    const versions = this.versions;
    if (!versions.marksSince(startHi, startLo)) return null;
    if (versions.findMark(key, startHi, startLo) && versions.kind === VersionKind.rollback)
      return this.conflict(req, key, 'selfRolledBack');
    let hi = MAX_UINT32;
    let lo = MAX_UINT32;
    while (versions.newestMark(key, hi, lo) && this.after(forHi, forLo)) {
      if (versions.kind === VersionKind.lock) return this.conflict(req, key, 'pessimisticRetry');
      hi = versions.commitLo === 0 ? versions.commitHi - 1 : versions.commitHi;
      lo = versions.commitLo === 0 ? MAX_UINT32 : versions.commitLo - 1;
    }
    return null;
  }

  private after(hi: number, lo: number): boolean {
    return this.versions.commitHi > hi || (this.versions.commitHi === hi && this.versions.commitLo > lo);
  }

  private conflict(
    req: PessimisticLockRequest,
    key: Uint8Array,
    reason: 'selfRolledBack' | 'pessimisticRetry',
  ): Conflict {
    const versions = this.versions;
    return {
      kind: 'conflict',
      startTs: req.startVersion,
      conflictTs: joinHalves(versions.startHi, versions.startLo),
      conflictCommitTs: joinHalves(versions.commitHi, versions.commitLo),
      key,
      primary: req.primaryLock,
      reason,
    };
  }

  rollback(req: PessimisticRollbackRequest): KeyErrorsResponse {
    this.locks.cancel(
      req.startVersion,
      { kind: 'abort', message: 'the lock request was taken back' },
      req.keys,
    );
    for (const key of req.keys) {
      const lock = this.locks.held(key);
      if (lock === undefined || lock.startTs !== req.startVersion || lock.type !== 'pessimisticLock')
        continue;
      if (lock.forUpdateTs <= req.forUpdateTs) this.locks.remove(lock);
    }
    this.locks.wake();
    return { errors: [] };
  }
}
