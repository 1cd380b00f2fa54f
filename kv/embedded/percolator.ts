import type {
  BatchRollbackRequest,
  CheckSecondaryLocksRequest,
  CheckSecondaryLocksResponse,
  CheckTxnStatusRequest,
  CheckTxnStatusResponse,
  CommitRequest,
  CommitResponse,
  KeyError,
  KeyErrorsResponse,
  Mutation,
  PrewriteRequest,
  PrewriteResponse,
  ResolveLockRequest,
  TxnHeartBeatRequest,
  TxnHeartBeatResponse,
} from '../rpc.js';
import type { CommitDraft } from './commit-draft.js';
import { CommitPath } from './commit-path.js';
import { GapFinder } from './gap-finder.js';
import { type Lock, lockInfo } from './lock-table.js';
import { VersionKind } from './record.js';
import { keyString } from '../codec/key-string.js';
import { MAX_TS, MAX_UINT32, highHalf, joinHalves, lowHalf, physicalMs } from './timestamp.js';
import type { TimestampOracle } from './tso.js';
import type { VersionWrite } from './version-store.js';

/** Mutations from which on gaps between stored keys are looked for. */
const MANY = 256;

/** What was found when the keys of a prewrite were looked at. */
export class Findings {
  /** Locks of the transaction itself. */
  readonly own: Lock[] = [];
  errors: KeyError[] = [];
  broken: KeyError | null = null;
  /** The request came a second time: when the first committed; 0: it did not. */
  committedTs = 0n;

  clear(): void {
    this.own.length = 0;
    if (this.errors.length > 0) this.errors = [];
    this.broken = null;
    this.committedTs = 0n;
  }

  /** The answer when nothing is to be written; null: the prewrite may go ahead. */
  answerTo(req: PrewriteRequest): PrewriteResponse | null {
    const { committedTs, errors } = this;
    if (committedTs !== 0n)
      return {
        errors: [],
        minCommitTs: req.useAsyncCommit === true ? committedTs : 0n,
        onePcCommitTs: req.tryOnePc === true ? committedTs : 0n,
      };
    if (this.broken !== null && errors.length === 0) errors.push(this.broken);
    return errors.length > 0 ? { errors, minCommitTs: 0n, onePcCommitTs: 0n } : null;
  }
}

type PessimisticAction = 'skipPessimisticCheck' | 'doPessimisticCheck' | 'doConstraintCheck';

/** What became of a transaction on a key, by its commit record, lock record or rollback mark. */
type Fate =
  | { readonly kind: 'committed'; readonly commitTs: bigint }
  | { readonly kind: 'rolledBack' }
  | { readonly kind: 'unknown' };

/**
 * The transactional operations of TiKV (Percolator with TiDB's pessimistic, async-commit and one-phase extensions), synchronous:
 * each decides and applies within one turn. `changed` in a result tells whether the log must be waited for.
 */
export class Percolator {
  /** Of the request that is being prewritten. */
  private found = new Findings();

  constructor(
    private readonly path: CommitPath,
    private readonly tso: TimestampOracle,
  ) {}

  /** With a draft where one was prepared before the section. */
  prewrite(req: PrewriteRequest, draft: CommitDraft | null = null): PrewriteResponse {
    const { found } = this;
    found.clear();
    this.check(req, 0, req.mutations.length, found);
    const refused = found.answerTo(req);
    if (refused !== null) return refused;
    this.path.locks.beginApply();
    if (req.tryOnePc === true) {
      const commitTs = this.freshCommitTs(req);
      if (req.maxCommitTs === undefined || req.maxCommitTs === 0n || commitTs <= req.maxCommitTs) {
        this.commitOnePhase(req, commitTs, draft);
        return { errors: [], minCommitTs: 0n, onePcCommitTs: commitTs };
      }
    }
    return { errors: [], minCommitTs: this.writeLocks(req), onePcCommitTs: 0n };
  }

  /** Notes what stands in the way of mutations[from, to), and the transaction's locks; false when the rest matters no more. */
  check(req: PrewriteRequest, from: number, to: number, found: Findings): boolean {
    const { mutations } = req;
    const startHi = highHalf(req.startVersion);
    const startLo = lowHalf(req.startVersion);
    const lockedAt =
      req.lockedAt === undefined || req.lockedAt.length === 0
        ? null
        : new Map(req.lockedAt.map((l) => [l.index, l.forUpdateTs]));
    const gaps = to - from >= MANY ? new GapFinder(this.path.versions) : null;
    for (let i = from; i < to; i++) {
      const action = req.pessimisticActions?.[i];
      const at = lockedAt?.get(i);
      const absent = gaps !== null && gaps.isAbsent(mutations[i]!.key);
      const result = this.checkMutation(req, mutations[i]!, action, startHi, startLo, absent, found.own, at);
      if (result === null) continue;
      if (result.kind === 'committed') {
        found.committedTs = result.commitTs;
        return false;
      }
      // Whatever else is wrong may be what has made the assertion fail (as in TiKV).
      if (result.kind === 'assertionFailed') {
        found.broken ??= result;
        continue;
      }
      found.errors.push(result);
      // A conflict dooms the transaction; of locks the caller wants to know all, to resolve them in one go.
      if (result.kind !== 'locked') return false;
    }
    return true;
  }

  /** Larger than every timestamp that a read or a statement of anyone has been given. */
  private freshCommitTs(req: PrewriteRequest): bigint {
    const floor = req.minCommitTs ?? 0n;
    if (floor > 0n) this.tso.advanceBeyond(floor);
    this.tso.advanceBeyond(req.startVersion);
    if (req.forUpdateTs !== undefined) this.tso.advanceBeyond(req.forUpdateTs);
    return this.tso.next();
  }

  private commitOnePhase(req: PrewriteRequest, commitTs: bigint, draft: CommitDraft | null): void {
    if (draft !== null) this.path.commitDraft(req.startVersion, commitTs, draft);
    else this.path.commitTxn(req.startVersion, commitTs, writesOf(req.mutations));
    const { own } = this.found;
    if (own.length === 0) return;
    const { locks } = this.path;
    for (const lock of own) locks.remove(lock);
    own.length = 0;
    locks.wake();
  }

  /** Gives the smallest commit timestamp that the locks allow of an asynchronous commit; 0 when it is not one. */
  private writeLocks(req: PrewriteRequest): bigint {
    // A lock of a request that came before may have been turned into one of two phases since.
    let async = req.useAsyncCommit === true && !req.mutations.some((m) => this.isSynchronous(m.key));
    let minCommitTs = req.minCommitTs ?? 0n;
    if (async) {
      minCommitTs = this.freshCommitTs(req);
      if (req.maxCommitTs !== undefined && req.maxCommitTs !== 0n && minCommitTs > req.maxCommitTs) {
        async = false;
        minCommitTs = 0n;
      }
    }
    const primary = keyString(req.primaryLock);
    const added: Lock[] = [];
    let answer = 0n;
    for (const m of req.mutations) {
      if (m.op === 'checkNotExists') continue;
      const own = this.path.locks.held(m.key);
      if (own !== undefined && own.type !== 'pessimisticLock') {
        // The request came a second time: others may have gone by what the lock says.
        if (own.minCommitTs > answer) answer = own.minCommitTs;
        continue;
      }
      const least = own !== undefined && own.minCommitTs > minCommitTs ? own.minCommitTs : minCommitTs;
      if (least > answer) answer = least;
      const id = own?.id ?? keyString(m.key);
      added.push({
        key: m.key,
        id,
        startTs: req.startVersion,
        primary: req.primaryLock,
        ttl: Math.max(req.lockTtl, own?.ttl ?? 0),
        type: m.op === 'insert' ? 'put' : m.op,
        value: m.op === 'put' || m.op === 'insert' ? (m.value ?? EMPTY) : undefined,
        forUpdateTs: req.forUpdateTs ?? 0n,
        minCommitTs: least,
        useAsyncCommit: async,
        secondaries: async && id === primary ? (req.secondaries ?? []) : [],
        txnSize: req.txnSize,
      });
    }
    this.path.addLocks(added);
    return async ? answer : 0n;
  }

  private isSynchronous(key: Uint8Array): boolean {
    const lock = this.path.locks.get(key);
    return lock !== undefined && lock.type !== 'pessimisticLock' && !lock.useAsyncCommit;
  }

  /** Null when the mutation may go ahead; what stands in its way otherwise. */
  private checkMutation(
    req: PrewriteRequest,
    m: Mutation,
    action: PessimisticAction | undefined,
    startHi: number,
    startLo: number,
    /** No version of the key is stored. */
    absent: boolean,
    own: Lock[],
    /** As of when the transaction's pessimistic lock must be held, if that matters. */
    lockedAt: bigint | undefined,
  ): KeyError | { readonly kind: 'committed'; readonly commitTs: bigint } | null {
    const oversize = CommitPath.checkSize(m.key, m.value);
    if (oversize !== null) return oversize;
    const versions = this.path.versions;
    const lock = this.path.locks.held(m.key);
    let constraint = action === undefined || action === 'doConstraintCheck';
    if (lock !== undefined) {
      if (lock.startTs !== req.startVersion) {
        const own = this.committedBefore(m.key, req.startVersion);
        if (own !== null) return own;
        if (action === 'doPessimisticCheck') return pessimisticLockNotFound(req.startVersion);
        // Newer data dooms the transaction whatever becomes of the lock: where others queue for a key, one that waited for each of
        // their locks would never come to know.
        if (constraint && versions.newestSince(m.key, startHi, startLo) && this.atOrAfter(startHi, startLo))
          return this.conflict(req.startVersion, m.key, req.primaryLock, 'optimistic');
        return { kind: 'locked', lock: lockInfo(lock) };
      }
      own.push(lock);
      if (lock.type !== 'pessimisticLock') return null;
      if (lockedAt !== undefined && lock.forUpdateTs !== lockedAt)
        return pessimisticLockNotFound(req.startVersion);
      constraint = false;
    } else if (action === 'doPessimisticCheck') {
      // The lock was lost (the store restarted): it is as good as held when nothing was committed since the transaction began. What
      // its own for-update ts was is not known here, the transaction's may be of a later statement (TiKV: amend_pessimistic_lock).
      if (this.committedSince(m.key, startHi, startLo))
        return this.committedBefore(m.key, req.startVersion) ?? pessimisticLockNotFound(req.startVersion);
    }
    if (constraint) {
      if (versions.marksSince(startHi, startLo)) {
        const conflict = this.markConflict(req, m.key, startHi, startLo);
        if (conflict !== null) return conflict;
      }
      const found = !absent && versions.newestSince(m.key, startHi, startLo);
      if (found && this.atOrAfter(startHi, startLo)) {
        if (versions.startHi === startHi && versions.startLo === startLo) {
          return { kind: 'committed', commitTs: joinHalves(versions.commitHi, versions.commitLo) };
        }
        const own = this.committedBefore(m.key, req.startVersion);
        if (own !== null) return own;
        versions.newest(m.key);
        return this.conflict(req.startVersion, m.key, req.primaryLock, 'optimistic');
      }
    } else if (lock === undefined) {
      if (versions.marksSince(startHi, startLo) && this.isRolledBack(m.key, startHi, startLo))
        return this.conflict(req.startVersion, m.key, req.primaryLock, 'selfRolledBack');
      // Of a key that needs no lock nothing else tells that the transaction is committed already, in one phase or by who met its
      // locks: written again it would come back over what others have written since (TiKV: is_retry_request).
      if (req.context.isRetry === true) {
        const own = this.committedBefore(m.key, req.startVersion);
        if (own !== null) return own;
      }
    }
    const isNew = m.op === 'insert' || m.op === 'checkNotExists';
    const asserted =
      (req.assertionLevel === 'strict' || (req.assertionLevel === 'fast' && isNew)) &&
      m.assertion !== undefined &&
      m.assertion !== 'none';
    if (isNew || asserted) {
      const found = !absent && versions.newest(m.key);
      const exists = found && versions.kind === VersionKind.put;
      if (exists && isNew) return { kind: 'alreadyExist', key: m.key };
      if (asserted && exists !== (m.assertion === 'exist'))
        return this.assertionFailed(req.startVersion, m.key, m.assertion, found);
    }
    return null;
  }

  /** The error for the version last looked up, if one was found. */
  private assertionFailed(
    startTs: bigint,
    key: Uint8Array,
    assertion: 'exist' | 'notExist',
    found: boolean,
  ): KeyError {
    const versions = this.path.versions;
    return {
      kind: 'assertionFailed',
      key,
      startTs,
      assertion,
      existingStartTs: found ? joinHalves(versions.startHi, versions.startLo) : 0n,
      existingCommitTs: found ? joinHalves(versions.commitHi, versions.commitLo) : 0n,
    };
  }

  /**
   * The request came a second time, after the first had committed the key and others wrote it since (TiKV's
   * check_committed_record_on_err).
   */
  private committedBefore(
    key: Uint8Array,
    startTs: bigint,
  ): { readonly kind: 'committed'; readonly commitTs: bigint } | null {
    const fate = this.fate(key, startTs);
    return fate.kind === 'committed' ? fate : null;
  }

  /** The version last looked up has a commit ts at or above. */
  private atOrAfter(hi: number, lo: number): boolean {
    const versions = this.path.versions;
    return versions.commitHi > hi || (versions.commitHi === hi && versions.commitLo >= lo);
  }

  private committedSince(key: Uint8Array, hi: number, lo: number): boolean {
    const versions = this.path.versions;
    return (
      versions.newest(key) && (versions.commitHi > hi || (versions.commitHi === hi && versions.commitLo > lo))
    );
  }

  /** What the key's lock records and rollback marks at or after our start ts say. */
  private markConflict(
    req: PrewriteRequest,
    key: Uint8Array,
    startHi: number,
    startLo: number,
  ): KeyError | { readonly kind: 'committed'; readonly commitTs: bigint } | null {
    const versions = this.path.versions;
    let hi = MAX_UINT32;
    let lo = MAX_UINT32;
    while (versions.newestMark(key, hi, lo) && this.atOrAfter(startHi, startLo)) {
      const own = versions.startHi === startHi && versions.startLo === startLo;
      if (versions.kind === VersionKind.lock) {
        if (own) return { kind: 'committed', commitTs: joinHalves(versions.commitHi, versions.commitLo) };
        return this.conflict(req.startVersion, key, req.primaryLock, 'optimistic');
      }
      // A younger transaction's rollback mark is no write.
      if (own) return this.conflict(req.startVersion, key, req.primaryLock, 'selfRolledBack');
      hi = versions.commitLo === 0 ? versions.commitHi - 1 : versions.commitHi;
      lo = versions.commitLo === 0 ? MAX_UINT32 : versions.commitLo - 1;
    }
    return null;
  }

  private isRolledBack(key: Uint8Array, startHi: number, startLo: number): boolean {
    const versions = this.path.versions;
    return versions.findMark(key, startHi, startLo) && versions.kind === VersionKind.rollback;
  }

  /** The error for the version last looked up. */
  private conflict(
    startTs: bigint,
    key: Uint8Array,
    primary: Uint8Array,
    reason: 'optimistic' | 'selfRolledBack' | 'pessimisticRetry',
  ): KeyError {
    const versions = this.path.versions;
    return {
      kind: 'conflict',
      startTs,
      conflictTs: joinHalves(versions.startHi, versions.startLo),
      conflictCommitTs: joinHalves(versions.commitHi, versions.commitLo),
      key,
      primary,
      reason,
    };
  }

  commit(req: CommitRequest): CommitResponse {
    const locks: Lock[] = [];
    for (const key of req.keys) {
      const lock = this.path.locks.held(key);
      if (lock !== undefined && lock.startTs === req.startVersion && lock.type !== 'pessimisticLock') {
        if (req.commitVersion < lock.minCommitTs) {
          return {
            commitVersion: 0n,
            error: {
              kind: 'commitTsExpired',
              startTs: req.startVersion,
              attemptedCommitTs: req.commitVersion,
              key,
              minCommitTs: lock.minCommitTs,
            },
          };
        }
        locks.push(lock);
        continue;
      }
      const fate = this.fate(key, req.startVersion);
      if (fate.kind === 'committed') continue;
      return {
        commitVersion: 0n,
        error: {
          kind: 'retryable',
          message: `transaction ${req.startVersion} has no lock on a key to commit`,
        },
      };
    }
    this.tso.advanceBeyond(req.commitVersion);
    this.path.commitLocks(req.startVersion, req.commitVersion, locks);
    this.path.locks.wake();
    return { commitVersion: req.commitVersion };
  }

  batchRollback(req: BatchRollbackRequest): KeyErrorsResponse {
    const error = this.rollbackKeys(req.startVersion, req.keys);
    this.path.locks.cancel(req.startVersion, { kind: 'abort', message: 'the transaction was rolled back' });
    this.path.locks.wake();
    return { errors: error === null ? [] : [error] };
  }

  private rollbackKeys(startTs: bigint, keys: readonly Uint8Array[]): KeyError | null {
    const undo: Uint8Array[] = [];
    for (const key of keys) {
      const lock = this.path.locks.held(key);
      if (lock === undefined || lock.startTs !== startTs) {
        const fate = this.fate(key, startTs);
        if (fate.kind === 'committed')
          return { kind: 'abort', message: `transaction ${startTs} was committed at ${fate.commitTs}` };
        if (fate.kind === 'rolledBack') continue;
      }
      undo.push(key);
    }
    this.path.rollback(startTs, undo);
    return null;
  }

  private fate(key: Uint8Array, startTs: bigint): Fate {
    const versions = this.path.versions;
    if (!versions.byStartTs(key, highHalf(startTs), lowHalf(startTs))) return { kind: 'unknown' };
    if (versions.kind === VersionKind.rollback) return { kind: 'rolledBack' };
    return { kind: 'committed', commitTs: joinHalves(versions.commitHi, versions.commitLo) };
  }

  txnHeartBeat(req: TxnHeartBeatRequest): TxnHeartBeatResponse {
    const lock = this.path.locks.held(req.primaryLock);
    if (lock === undefined || lock.startTs !== req.startVersion) {
      return {
        lockTtl: 0,
        error: { kind: 'txnNotFound', startTs: req.startVersion, primaryKey: req.primaryLock },
      };
    }
    if (req.adviseLockTtl > lock.ttl) {
      lock.ttl = req.adviseLockTtl;
      this.path.lockChanged(lock);
    }
    return { lockTtl: lock.ttl };
  }

  checkTxnStatus(req: CheckTxnStatusRequest): CheckTxnStatusResponse {
    const key = req.primaryKey;
    const lock = this.path.locks.held(key);
    if (lock === undefined || lock.startTs !== req.lockTs) return this.statusWithoutLock(req);
    if (keyString(lock.primary) !== lock.id) {
      return {
        lockTtl: 0,
        commitVersion: 0n,
        action: 'noAction',
        error: { kind: 'primaryMismatch', lock: lockInfo(lock) },
      };
    }
    if (lock.useAsyncCommit) {
      if (req.forceSyncCommit !== true)
        return { lockTtl: lock.ttl, commitVersion: 0n, action: 'noAction', lockInfo: lockInfo(lock) };
      lock.useAsyncCommit = false;
      this.path.lockChanged(lock);
    }
    if (physicalMs(lock.startTs) + lock.ttl < physicalMs(req.currentTs)) {
      if (lock.type === 'pessimisticLock' && req.resolvingPessimisticLock === true) {
        this.path.locks.remove(lock);
        this.path.locks.wake();
        return { lockTtl: 0, commitVersion: 0n, action: 'ttlExpirePessimisticRollback' };
      }
      this.path.rollback(req.lockTs, [key]);
      this.path.locks.wake();
      return { lockTtl: 0, commitVersion: 0n, action: 'ttlExpireRollback' };
    }
    let action: CheckTxnStatusResponse['action'] = 'noAction';
    if (req.callerStartTs === MAX_TS) {
      // A read of the newest version needs no promise about the commit ts.
      action = 'minCommitTsPushed';
    } else if (lock.minCommitTs !== 0n && req.callerStartTs !== 0n) {
      if (req.callerStartTs >= lock.minCommitTs) {
        lock.minCommitTs = req.currentTs > req.callerStartTs + 1n ? req.currentTs : req.callerStartTs + 1n;
        this.path.lockChanged(lock);
      }
      action = 'minCommitTsPushed';
    }
    return { lockTtl: lock.ttl, commitVersion: 0n, action, lockInfo: lockInfo(lock) };
  }

  private statusWithoutLock(req: CheckTxnStatusRequest): CheckTxnStatusResponse {
    const fate = this.fate(req.primaryKey, req.lockTs);
    if (fate.kind === 'committed') return { lockTtl: 0, commitVersion: fate.commitTs, action: 'noAction' };
    if (fate.kind === 'rolledBack') return { lockTtl: 0, commitVersion: 0n, action: 'noAction' };
    if (!req.rollbackIfNotExist) {
      return {
        lockTtl: 0,
        commitVersion: 0n,
        action: 'noAction',
        error: { kind: 'txnNotFound', startTs: req.lockTs, primaryKey: req.primaryKey },
      };
    }
    if (req.resolvingPessimisticLock === true)
      return { lockTtl: 0, commitVersion: 0n, action: 'lockNotExistDoNothing' };
    this.path.rollback(req.lockTs, [req.primaryKey]);
    return { lockTtl: 0, commitVersion: 0n, action: 'lockNotExistRollback' };
  }

  checkSecondaryLocks(req: CheckSecondaryLocksRequest): CheckSecondaryLocksResponse {
    const locks = [];
    let undone = false;
    for (const key of req.keys) {
      const lock = this.path.locks.held(key);
      if (lock !== undefined && lock.startTs === req.startVersion) {
        if (lock.type !== 'pessimisticLock') {
          locks.push(lockInfo(lock));
          continue;
        }
        this.path.rollback(req.startVersion, [key]);
        undone = true;
        break;
      }
      const fate = this.fate(key, req.startVersion);
      if (fate.kind === 'committed') {
        this.path.locks.wake();
        return { locks: [], commitTs: fate.commitTs };
      }
      if (fate.kind === 'unknown') this.path.rollback(req.startVersion, [key]);
      undone = true;
      break;
    }
    this.path.locks.wake();
    return { locks: undone ? [] : locks, commitTs: 0n };
  }

  resolveLock(req: ResolveLockRequest): KeyErrorsResponse {
    const all = this.path.locks;
    const locks =
      req.keys.length === 0 ? all.locksOf(req.startVersion) : req.keys.map((key) => all.held(key));
    const own = locks.filter((lock): lock is Lock => lock !== undefined && lock.startTs === req.startVersion);
    if (req.commitVersion !== 0n) {
      this.tso.advanceBeyond(req.commitVersion);
      this.path.commitLocks(
        req.startVersion,
        req.commitVersion,
        own.filter((lock) => lock.type !== 'pessimisticLock'),
      );
      for (const lock of own) if (lock.type === 'pessimisticLock') all.remove(lock);
    } else {
      this.path.rollback(
        req.startVersion,
        own.map((lock) => lock.key),
      );
    }
    all.wake();
    return { errors: [] };
  }
}

/** The versions that mutations[from, to) make. */
export function writesOf(mutations: readonly Mutation[], from = 0, to = mutations.length): VersionWrite[] {
  const writes: VersionWrite[] = [];
  for (let i = from; i < to; i++) {
    const m = mutations[i]!;
    if (m.op === 'put' || m.op === 'insert')
      writes.push({ kind: VersionKind.put, key: m.key, value: m.value ?? EMPTY });
    else if (m.op === 'del') writes.push({ kind: VersionKind.del, key: m.key, value: undefined });
    else if (m.op === 'lock') writes.push({ kind: VersionKind.lock, key: m.key, value: undefined });
  }
  return writes;
}

const EMPTY = new Uint8Array(0);

function pessimisticLockNotFound(startTs: bigint): KeyError {
  return { kind: 'abort', message: `transaction ${startTs} does not hold its pessimistic lock any more` };
}
