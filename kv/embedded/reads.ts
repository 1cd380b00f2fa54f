import { equalBytes } from '../codec/byte-writer.js';
import type { MvccCursor, MvccReader } from '../mvcc-reader.js';
import { LockedError } from '../mvcc-reader.js';
import type {
  BatchGetRequest,
  BatchGetResponse,
  GetRequest,
  GetResponse,
  KvPair,
  LockInfo,
  RpcContext,
  ScanLockRequest,
  ScanLockResponse,
  ScanRequest,
  ScanResponse,
} from '../rpc.js';
import { type Lock, lockInfo } from './lock-table.js';
import type { OrderedLocks } from './ordered-locks.js';
import { VersionKind } from './record.js';
import { keyString } from '../codec/key-string.js';
import { MAX_TS, highHalf, lowHalf } from './timestamp.js';
import { type LockFence, type LockedVersion, VersionCursor } from './version-cursor.js';
import type { VersionReader } from './version-reader.js';

/** The percolator locks that readers look out for. */
export interface ReadableLocks {
  readonly persistent: number;
  get(key: Uint8Array): Lock | undefined;
  /** At this moment: another look may find another object. */
  readonly ordered: OrderedLocks;
}

/** Locks that a scan looks at ahead of where it is before it goes there. */
const LOOK_AHEAD = 64;

const NOT_FOUND: GetResponse = Object.freeze({});
const NO_PAIRS: readonly KvPair[] = Object.freeze([]);

/** Reads of the store: lookups and scans at a timestamp, with the lock checks of TiKV's point getter and scanner. */
export class Reads {
  constructor(
    private readonly versions: VersionReader,
    private readonly locks: ReadableLocks,
  ) {}

  get(req: GetRequest): GetResponse {
    const key = req.key;
    if (this.locks.persistent !== 0) {
      const lock = this.locks.get(key);
      if (lock !== undefined && blocks(lock, req.version, req.context)) {
        if (isCommitted(lock, req.context)) return lock.type === 'put' ? { value: lock.value! } : NOT_FOUND;
        if (req.version !== MAX_TS || lock.useAsyncCommit || !equalBytes(lock.primary, key)) {
          // A read of the newest version may look below a primary lock: had it committed, it would be gone.
          return { error: { kind: 'locked', lock: lockInfo(lock) } };
        }
      }
    }
    const versions = this.versions;
    if (
      !versions.visible(key, 0, key.length, highHalf(req.version), lowHalf(req.version)) ||
      versions.kind !== VersionKind.put
    ) {
      return NOT_FOUND;
    }
    return { value: versions.buffer.subarray(versions.start, versions.end) };
  }

  batchGet(req: BatchGetRequest): BatchGetResponse {
    const pairs: KvPair[] = [];
    const hi = highHalf(req.version);
    const lo = lowHalf(req.version);
    const versions = this.versions;
    const checkLocks = this.locks.persistent !== 0;
    for (const key of req.keys) {
      if (checkLocks && this.locks.get(key) !== undefined) {
        const one = this.get({ context: req.context, key, version: req.version });
        if (one.error !== undefined) return { error: one.error, pairs: NO_PAIRS };
        if (one.value !== undefined) pairs.push({ key, value: one.value.slice() });
        continue;
      }
      if (versions.visible(key, 0, key.length, hi, lo) && versions.kind === VersionKind.put) {
        pairs.push({ key, value: copyOf(versions.buffer, versions.start, versions.end) });
      }
    }
    return { pairs };
  }

  scan(req: ScanRequest): ScanResponse {
    const pairs: KvPair[] = [];
    const cursor = this.cursor(req.startKey, req.endKey, req.reverse === true, req.version, req.context);
    try {
      while (pairs.length < req.limit && cursor.next()) {
        pairs.push({
          key: copyOf(cursor.keyBuffer, 0, cursor.keyLength),
          value:
            req.keyOnly === true ? EMPTY : copyOf(cursor.valueBuffer, cursor.valueStart, cursor.valueEnd),
        });
      }
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
      return { error: { kind: 'locked', lock: error.lock }, pairs };
    } finally {
      cursor.close();
    }
    return { pairs };
  }

  cursor(
    startKey: Uint8Array,
    endKey: Uint8Array,
    reverse: boolean,
    version: bigint,
    context: RpcContext | null,
  ): MvccCursor {
    const fence =
      this.locks.persistent === 0 ? null : this.fence(startKey, endKey, reverse, version, context);
    return new VersionCursor(
      this.versions,
      startKey,
      endKey,
      reverse,
      highHalf(version),
      lowHalf(version),
      fence,
    );
  }

  /**
   * Where in the range, in scan order, the next blocking lock is, or may be: of many that do not block a few are passed at a time. A lock
   * that comes later than the start of the scan need not be looked for: its transaction takes its commit ts after it is prewritten,
   * and that is later than our timestamp.
   */
  private fence(
    startKey: Uint8Array,
    endKey: Uint8Array,
    reverse: boolean,
    version: bigint,
    context: RpcContext | null,
  ): LockFence | null {
    const { locks } = this;
    const start = keyString(startKey);
    const end = endKey.length === 0 ? null : keyString(endKey);
    const inside = (lock: Lock | undefined): Lock | null =>
      lock === undefined || (reverse ? lock.id < start : end !== null && lock.id >= end) ? null : lock;
    const next = (lock: Lock): Lock | null =>
      inside(reverse ? locks.ordered.before(lock.id) : locks.ordered.after(lock.id));
    const nearest = (from: Lock | null): Lock | null => {
      let lock = from;
      for (let n = 0; lock !== null && n < LOOK_AHEAD && !blocks(lock, version, context); n++)
        lock = next(lock);
      return lock;
    };
    let at = nearest(inside(reverse ? locks.ordered.before(end) : locks.ordered.from(start)));
    if (at === null) return null;
    return {
      key: at.key,
      reached(): LockedVersion | null {
        const lock = locks.persistent === 0 ? undefined : locks.get(at!.key);
        const met = lock !== undefined && blocks(lock, version, context) ? lock : null;
        if (met !== null && !isCommitted(met, context)) throw new LockedError(lockInfo(met));
        at = nearest(next(at!));
        this.key = at?.key ?? null;
        return met === null ? null : { key: met.key, value: met.type === 'put' ? met.value! : null };
      },
    };
  }

  scanLock(req: ScanLockRequest): ScanLockResponse {
    const found: LockInfo[] = [];
    const limit = req.limit > 0 ? req.limit : Infinity;
    for (const lock of locksIn(this.locks.ordered, req.startKey, req.endKey)) {
      if (lock.startTs <= req.maxVersion) found.push(lockInfo(lock));
      if (found.length === limit) break;
    }
    return { locks: found };
  }

  reader(startTs: bigint, context: RpcContext | null): MvccReader {
    return new StoreReader(this, this.versions, this.locks, startTs, context);
  }
}

class StoreReader implements MvccReader {
  private readonly hi: number;
  private readonly lo: number;

  constructor(
    private readonly reads: Reads,
    private readonly versions: VersionReader,
    private readonly locks: ReadableLocks,
    readonly startTs: bigint,
    private readonly context: RpcContext | null,
  ) {
    this.hi = highHalf(startTs);
    this.lo = lowHalf(startTs);
  }

  get(key: Uint8Array): Uint8Array | null {
    if (this.locks.persistent !== 0) {
      const lock = this.locks.get(key);
      if (lock !== undefined && blocks(lock, this.startTs, this.context)) {
        if (!isCommitted(lock, this.context)) throw new LockedError(lockInfo(lock));
        return lock.type === 'put' ? lock.value! : null;
      }
    }
    const versions = this.versions;
    if (!versions.visible(key, 0, key.length, this.hi, this.lo) || versions.kind !== VersionKind.put)
      return null;
    return versions.buffer.subarray(versions.start, versions.end);
  }

  scan(startKey: Uint8Array, endKey: Uint8Array, reverse: boolean, _keyOnly: boolean): MvccCursor {
    return this.reads.cursor(startKey, endKey, reverse, this.startTs, this.context);
  }

  checkLocks(startKey: Uint8Array, endKey: Uint8Array): void {
    if (this.locks.persistent === 0) return;
    for (const lock of locksIn(this.locks.ordered, startKey, endKey))
      if (blocks(lock, this.startTs, this.context)) throw new LockedError(lockInfo(lock));
  }
}

/** Whether a read at `version` must not pass the lock (TiKV: Lock::check_ts_conflict). */
function blocks(lock: Lock, version: bigint, context: RpcContext | null): boolean {
  if (lock.startTs > version || (lock.type !== 'put' && lock.type !== 'del') || lock.minCommitTs > version)
    return false;
  if (context === null) return true;
  return context.isolationLevel !== 'RC' && context.resolvedLocks?.includes(lock.startTs) !== true;
}

/** Whether the reader knows that the lock's transaction committed before the time that it reads at. */
const isCommitted = (lock: Lock, context: RpcContext | null): boolean =>
  context?.committedLocks?.includes(lock.startTs) === true;

function* locksIn(locks: OrderedLocks, startKey: Uint8Array, endKey: Uint8Array): IterableIterator<Lock> {
  const end = endKey.length === 0 ? null : keyString(endKey);
  let lock = locks.from(keyString(startKey));
  while (lock !== undefined && (end === null || lock.id < end)) {
    yield lock;
    lock = locks.after(lock.id);
  }
}

const EMPTY = new Uint8Array(0);

/** A copy that owns its memory (views over the map or the memtable's shared memory do not). */
function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes, start, end);
}
