import { BytesVector } from '../../../chunk/vector.js';
import { Chunk } from '../../../chunk/chunk.js';
import type { Awaitable } from '../../../types/awaitable.js';
import type * as rpc from '../../rpc.js';
import { LockedError } from '../../mvcc-reader.js';
import { composeTs, physicalOf, type TimestampOracle } from '../oracle.js';

/** A lock as the model keeps it. */
interface Lock {
  readonly startTs: bigint;
  readonly primary: Uint8Array;
  ttl: number;
  op: rpc.MutationOp;
  value: Uint8Array | null;
  forUpdateTs: bigint;
  minCommitTs: bigint;
  txnSize: number;
}

interface Write {
  readonly commitTs: bigint;
  readonly startTs: bigint;
  readonly type: 'put' | 'del' | 'lock' | 'rollback';
  readonly value: Uint8Array | null;
}

interface KeyState {
  readonly key: Uint8Array;
  lock: Lock | null;
  /** Newest first. */
  readonly writes: Write[];
}

interface Waiter {
  readonly txn: bigint;
  readonly holder: bigint;
  readonly wake: () => void;
}

const text = (b: Uint8Array): string => Buffer.from(b.buffer, b.byteOffset, b.length).toString('latin1');

/** Timestamps from the wall clock. */
export class ModelOracle implements TimestampOracle {
  private last = 0n;

  timestamp(): bigint {
    const now = composeTs(Date.now());
    this.last = now > this.last ? now : this.last + 1n;
    return this.last;
  }
}

/**
 * Percolator's store by the book, in plain maps: what the client's tests run against, and what other stores are compared with.
 * Every request is atomic.
 */
export class ModelStore implements rpc.KvRpc {
  private readonly states = new Map<string, KeyState>();
  private order: string[] = [];
  private sorted = true;
  private readonly waiters = new Map<string, Waiter[]>();
  /** Whether one-phase commit is granted. */
  allowOnePc = true;

  constructor(readonly oracle: TimestampOracle) {}

  private state(key: Uint8Array): KeyState {
    const id = text(key);
    let s = this.states.get(id);
    if (s === undefined) {
      s = { key: Uint8Array.from(key), lock: null, writes: [] };
      this.states.set(id, s);
      this.order.push(id);
      this.sorted = false;
    }
    return s;
  }

  private keysIn(start: Uint8Array, end: Uint8Array): KeyState[] {
    if (!this.sorted) {
      this.order.sort((a, b) => (a < b ? -1 : 1));
      this.sorted = true;
    }
    const from = text(start);
    const to = end.length === 0 ? null : text(end);
    return this.order.filter((k) => k >= from && (to === null || k < to)).map((k) => this.states.get(k)!);
  }

  private lockInfo(s: KeyState): rpc.LockInfo {
    const l = s.lock!;
    return {
      primaryLock: l.primary,
      lockVersion: l.startTs,
      key: s.key,
      lockTtl: l.ttl,
      txnSize: l.txnSize,
      lockType: l.op,
      lockForUpdateTs: l.forUpdateTs,
      useAsyncCommit: false,
      minCommitTs: l.minCommitTs,
      secondaries: [],
    };
  }

  private visible(s: KeyState, version: bigint): Uint8Array | null {
    for (const w of s.writes)
      if (w.commitTs <= version && (w.type === 'put' || w.type === 'del')) return w.value;
    return null;
  }

  private blocks(s: KeyState, version: bigint, ctx: rpc.RpcContext): boolean {
    const l = s.lock;
    if (
      l === null ||
      l.startTs > version ||
      l.op === 'lock' ||
      l.op === 'pessimisticLock' ||
      ctx.isolationLevel === 'RC'
    )
      return false;
    return l.minCommitTs <= version && ctx.resolvedLocks?.includes(l.startTs) !== true;
  }

  get(req: rpc.GetRequest): Awaitable<rpc.GetResponse> {
    const s = this.states.get(text(req.key));
    if (s === undefined) return {};
    if (this.blocks(s, req.version, req.context))
      return { error: { kind: 'locked', lock: this.lockInfo(s) } };
    const value = this.visible(s, req.version);
    return value === null ? {} : { value };
  }

  batchGet(req: rpc.BatchGetRequest): Awaitable<rpc.BatchGetResponse> {
    const pairs: rpc.KvPair[] = [];
    for (const key of req.keys) {
      const s = this.states.get(text(key));
      if (s === undefined) continue;
      if (this.blocks(s, req.version, req.context))
        return { pairs: [], error: { kind: 'locked', lock: this.lockInfo(s) } };
      const value = this.visible(s, req.version);
      if (value !== null) pairs.push({ key, value });
    }
    return { pairs };
  }

  scan(req: rpc.ScanRequest): Awaitable<rpc.ScanResponse> {
    const pairs: rpc.KvPair[] = [];
    const keys = this.keysIn(req.startKey, req.endKey);
    if (req.reverse === true) keys.reverse();
    for (const s of keys) {
      if (pairs.length === req.limit) break;
      if (this.blocks(s, req.version, req.context))
        return { pairs: [], error: { kind: 'locked', lock: this.lockInfo(s) } };
      const value = this.visible(s, req.version);
      if (value !== null) pairs.push({ key: s.key, value });
    }
    return { pairs };
  }

  prewrite(req: rpc.PrewriteRequest): Awaitable<rpc.PrewriteResponse> {
    const errors: rpc.KeyError[] = [];
    const todo: { s: KeyState; m: rpc.Mutation }[] = [];
    let committed = 0n;
    req.mutations.forEach((m, i) => {
      const s = this.state(m.key);
      const own = s.writes.find((w) => w.startTs === req.startVersion);
      if (own !== undefined && own.type !== 'rollback') {
        committed = own.commitTs;
        return;
      }
      const error = this.prewriteCheck(req, m, s, own, req.pessimisticActions?.[i]);
      if (error !== null) errors.push(error);
      else if (m.op !== 'checkNotExists') todo.push({ s, m });
    });
    const failed = { errors, minCommitTs: 0n, onePcCommitTs: 0n };
    if (errors.length > 0) return failed;
    if (committed !== 0n && todo.length === 0)
      return { ...failed, onePcCommitTs: req.tryOnePc === true ? committed : 0n };
    const onePc = req.tryOnePc === true && this.allowOnePc;
    const commitTs = onePc ? (this.oracle.timestamp() as bigint) : 0n;
    for (const { s, m } of todo) {
      if (s.lock !== null && s.lock.op !== 'pessimisticLock') continue;
      const lock: Lock = {
        startTs: req.startVersion,
        primary: req.primaryLock,
        ttl: Math.max(req.lockTtl, s.lock?.ttl ?? 0),
        op: m.op === 'insert' ? 'put' : m.op,
        value: m.value ?? null,
        forUpdateTs: req.forUpdateTs ?? 0n,
        minCommitTs: req.startVersion + 1n,
        txnSize: req.txnSize,
      };
      s.lock = lock;
      if (onePc) this.commitKey(s, commitTs);
    }
    return { errors, minCommitTs: 0n, onePcCommitTs: commitTs };
  }

  private prewriteCheck(
    req: rpc.PrewriteRequest,
    m: rpc.Mutation,
    s: KeyState,
    own: Write | undefined,
    action: string | undefined,
  ): rpc.KeyError | null {
    const conflict = (w: Write, reason: 'optimistic' | 'selfRolledBack'): rpc.KeyError => ({
      kind: 'conflict',
      startTs: req.startVersion,
      conflictTs: w.startTs,
      conflictCommitTs: w.commitTs,
      key: m.key,
      primary: req.primaryLock,
      reason,
    });
    if (s.lock !== null && s.lock.startTs !== req.startVersion)
      return { kind: 'locked', lock: this.lockInfo(s) };
    if (own !== undefined) return conflict(own, 'selfRolledBack');
    if (action === 'doPessimisticCheck')
      return s.lock === null ? { kind: 'abort', message: 'pessimistic lock not found' } : null;
    if (action !== 'skipPessimisticCheck' && s.lock === null) {
      const newer = s.writes.find((w) => w.commitTs > req.startVersion && w.type !== 'rollback');
      if (newer !== undefined) return conflict(newer, 'optimistic');
    }
    if ((m.op === 'insert' || m.op === 'checkNotExists') && this.visible(s, 1n << 63n) !== null)
      return { kind: 'alreadyExist', key: m.key };
    return null;
  }

  private commitKey(s: KeyState, commitTs: bigint): void {
    const l = s.lock!;
    s.lock = null;
    s.writes.unshift({
      commitTs,
      startTs: l.startTs,
      type: l.op === 'del' ? 'del' : l.op === 'put' ? 'put' : 'lock',
      value: l.op === 'put' ? l.value : null,
    });
    this.released(s.key);
  }

  private rollbackKey(s: KeyState, startTs: bigint, record: boolean): void {
    if (s.lock !== null && s.lock.startTs === startTs) {
      s.lock = null;
      this.released(s.key);
    }
    if (record && !s.writes.some((w) => w.startTs === startTs)) {
      s.writes.push({ commitTs: startTs, startTs, type: 'rollback', value: null });
      s.writes.sort((a, b) => (a.commitTs < b.commitTs ? 1 : a.commitTs > b.commitTs ? -1 : 0));
    }
  }

  commit(req: rpc.CommitRequest): Awaitable<rpc.CommitResponse> {
    for (const key of req.keys) {
      const s = this.state(key);
      if (s.lock?.startTs === req.startVersion) {
        if (s.lock.minCommitTs > req.commitVersion) {
          return {
            commitVersion: 0n,
            error: {
              kind: 'commitTsExpired',
              startTs: req.startVersion,
              attemptedCommitTs: req.commitVersion,
              key,
              minCommitTs: s.lock.minCommitTs,
            },
          };
        }
      } else if (!s.writes.some((w) => w.startTs === req.startVersion && w.type !== 'rollback')) {
        return {
          commitVersion: 0n,
          error: { kind: 'txnNotFound', startTs: req.startVersion, primaryKey: key },
        };
      }
    }
    for (const key of req.keys) {
      const s = this.state(key);
      if (s.lock?.startTs === req.startVersion) this.commitKey(s, req.commitVersion);
    }
    return { commitVersion: req.commitVersion };
  }

  batchRollback(req: rpc.BatchRollbackRequest): Awaitable<rpc.KeyErrorsResponse> {
    for (const key of req.keys) {
      const s = this.state(key);
      if (s.writes.some((w) => w.startTs === req.startVersion && w.type !== 'rollback')) {
        return { errors: [{ kind: 'abort', message: 'already committed' }] };
      }
      this.rollbackKey(s, req.startVersion, true);
    }
    return { errors: [] };
  }

  pessimisticLock(req: rpc.PessimisticLockRequest): Awaitable<rpc.PessimisticLockResponse> {
    return this.tryLock(req, Date.now() + (req.waitTimeout > 0 ? Math.min(req.waitTimeout, 200) : 0));
  }

  private tryLock(req: rpc.PessimisticLockRequest, deadline: number): Awaitable<rpc.PessimisticLockResponse> {
    for (const m of req.mutations) {
      const s = this.state(m.key);
      if (s.lock !== null && s.lock.startTs !== req.startVersion) {
        const left = deadline - Date.now();
        if (req.waitTimeout < 0 || left <= 0) return { errors: [{ kind: 'locked', lock: this.lockInfo(s) }] };
        return this.waitFor(req, s, deadline, left);
      }
      if (s.lock !== null) continue;
      const newer = s.writes.find(
        (w) => (w.commitTs > req.forUpdateTs && w.type !== 'rollback') || w.startTs === req.startVersion,
      );
      if (newer !== undefined) {
        return {
          errors: [
            {
              kind: 'conflict',
              startTs: req.startVersion,
              conflictTs: newer.startTs,
              conflictCommitTs: newer.commitTs,
              key: m.key,
              primary: req.primaryLock,
              reason: 'pessimisticRetry',
            },
          ],
        };
      }
      if (m.assertion === 'notExist' && this.visible(s, 1n << 63n) !== null)
        return { errors: [{ kind: 'alreadyExist', key: m.key }] };
    }
    const values: (Uint8Array | null)[] = [];
    for (const m of req.mutations) {
      const s = this.state(m.key);
      s.lock ??= {
        startTs: req.startVersion,
        primary: req.primaryLock,
        ttl: req.lockTtl,
        op: 'pessimisticLock',
        value: null,
        forUpdateTs: req.forUpdateTs,
        minCommitTs: 0n,
        txnSize: 0,
      };
      if (s.lock.op === 'pessimisticLock' && s.lock.forUpdateTs < req.forUpdateTs)
        s.lock.forUpdateTs = req.forUpdateTs;
      values.push(this.visible(s, 1n << 63n));
    }
    return req.returnValues === true ? { errors: [], values } : { errors: [] };
  }

  private waitFor(
    req: rpc.PessimisticLockRequest,
    s: KeyState,
    deadline: number,
    left: number,
  ): Awaitable<rpc.PessimisticLockResponse> {
    const holder = s.lock!.startTs;
    if (this.waitsFor(holder, req.startVersion)) {
      return {
        errors: [{ kind: 'deadlock', lockTs: holder, lockKey: s.key, deadlockKeyHash: 0n, waitChain: [] }],
      };
    }
    return new Promise((resolve) => {
      const id = text(s.key);
      const queue = this.waiters.get(id) ?? [];
      this.waiters.set(id, queue);
      const leave = (): void => {
        clearTimeout(timer);
        const at = queue.indexOf(waiter);
        if (at >= 0) queue.splice(at, 1);
        resolve(this.tryLock(req, deadline));
      };
      const waiter: Waiter = { txn: req.startVersion, holder, wake: leave };
      const timer = setTimeout(leave, left);
      queue.push(waiter);
    });
  }

  /** Whether transaction `a` waits, over others, for `b`. */
  private waitsFor(a: bigint, b: bigint): boolean {
    if (a === b) return true;
    for (const queue of this.waiters.values())
      for (const w of queue) if (w.txn === a && this.waitsFor(w.holder, b)) return true;
    return false;
  }

  private released(key: Uint8Array): void {
    const queue = this.waiters.get(text(key));
    if (queue !== undefined) for (const w of [...queue]) queueMicrotask(w.wake);
  }

  pessimisticRollback(req: rpc.PessimisticRollbackRequest): Awaitable<rpc.KeyErrorsResponse> {
    for (const key of req.keys) {
      const s = this.state(key);
      if (
        s.lock?.startTs === req.startVersion &&
        s.lock.op === 'pessimisticLock' &&
        s.lock.forUpdateTs <= req.forUpdateTs
      ) {
        this.rollbackKey(s, req.startVersion, false);
      }
    }
    return { errors: [] };
  }

  txnHeartBeat(req: rpc.TxnHeartBeatRequest): Awaitable<rpc.TxnHeartBeatResponse> {
    const s = this.state(req.primaryLock);
    if (s.lock?.startTs !== req.startVersion) {
      return {
        lockTtl: 0,
        error: { kind: 'txnNotFound', startTs: req.startVersion, primaryKey: req.primaryLock },
      };
    }
    s.lock.ttl = Math.max(s.lock.ttl, req.adviseLockTtl);
    return { lockTtl: s.lock.ttl };
  }

  checkTxnStatus(req: rpc.CheckTxnStatusRequest): Awaitable<rpc.CheckTxnStatusResponse> {
    const s = this.state(req.primaryKey);
    const l = s.lock;
    if (l !== null && l.startTs === req.lockTs) {
      if (physicalOf(req.currentTs) >= physicalOf(req.lockTs) + l.ttl) {
        const pessimistic = l.op === 'pessimisticLock' && req.resolvingPessimisticLock === true;
        this.rollbackKey(s, req.lockTs, !pessimistic);
        return {
          lockTtl: 0,
          commitVersion: 0n,
          action: pessimistic ? 'ttlExpirePessimisticRollback' : 'ttlExpireRollback',
        };
      }
      let action: 'noAction' | 'minCommitTsPushed' = 'noAction';
      if (req.callerStartTs !== 0n && l.op !== 'pessimisticLock') {
        if (l.minCommitTs <= req.callerStartTs) l.minCommitTs = req.callerStartTs + 1n;
        action = 'minCommitTsPushed';
      }
      return { lockTtl: l.ttl, commitVersion: 0n, action, lockInfo: this.lockInfo(s) };
    }
    const w = s.writes.find((x) => x.startTs === req.lockTs);
    if (w !== undefined)
      return { lockTtl: 0, commitVersion: w.type === 'rollback' ? 0n : w.commitTs, action: 'noAction' };
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
    this.rollbackKey(s, req.lockTs, true);
    return { lockTtl: 0, commitVersion: 0n, action: 'lockNotExistRollback' };
  }

  checkSecondaryLocks(): Awaitable<rpc.CheckSecondaryLocksResponse> {
    return { locks: [], commitTs: 0n };
  }

  resolveLock(req: rpc.ResolveLockRequest): Awaitable<rpc.KeyErrorsResponse> {
    const states = req.keys.length > 0 ? req.keys.map((k) => this.state(k)) : [...this.states.values()];
    for (const s of states) {
      if (s.lock?.startTs !== req.startVersion) continue;
      if (req.commitVersion !== 0n) this.commitKey(s, req.commitVersion);
      else this.rollbackKey(s, req.startVersion, true);
    }
    return { errors: [] };
  }

  scanLock(req: rpc.ScanLockRequest): Awaitable<rpc.ScanLockResponse> {
    const locks = this.keysIn(req.startKey, req.endKey)
      .filter((s) => s.lock !== null && s.lock.startTs <= req.maxVersion)
      .slice(0, req.limit)
      .map((s) => this.lockInfo(s));
    return { locks };
  }

  gc(): Awaitable<rpc.KeyErrorsResponse> {
    return { errors: [] };
  }

  deleteRange(req: rpc.DeleteRangeRequest): Awaitable<rpc.KeyErrorsResponse> {
    for (const s of this.keysIn(req.startKey, req.endKey)) {
      this.states.delete(text(s.key));
      this.order = this.order.filter((k) => k !== text(s.key));
    }
    return { errors: [] };
  }

  /** Answers with the keys and values of the ranges, two rows a chunk. */
  coprocessor(req: rpc.CoprocessorRequest): Awaitable<rpc.CoprocessorResponse> {
    const states = req.ranges.flatMap((r) => this.keysIn(r.startKey, r.endKey));
    if (req.desc) states.reverse();
    let at = 0;
    const bytes = (cells: Uint8Array[]): BytesVector => {
      const offsets = new Int32Array(cells.length + 1);
      cells.forEach((c, i) => (offsets[i + 1] = offsets[i]! + c.length));
      return new BytesVector(Uint8Array.from(Buffer.concat(cells)), offsets, cells.length);
    };
    return {
      chunks: {
        next: () => {
          const keys: Uint8Array[] = [];
          const values: Uint8Array[] = [];
          while (keys.length < 2 && at < states.length) {
            const s = states[at]!;
            if (this.blocks(s, req.startTs, req.context)) throw new LockedError(this.lockInfo(s));
            const v = this.visible(s, req.startTs);
            at++;
            if (v === null) continue;
            keys.push(s.key);
            values.push(v);
          }
          return keys.length === 0 ? null : new Chunk([bytes(keys), bytes(values)], keys.length);
        },
        close: () => {},
      },
    };
  }

  /** Number of locks in the store. */
  get lockCount(): number {
    let n = 0;
    for (const s of this.states.values()) if (s.lock !== null) n++;
    return n;
  }
}
