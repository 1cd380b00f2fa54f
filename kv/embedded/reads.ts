import { compareBytes, equalBytes } from '../codec/byte-writer.js';
import type { MvccCursor, MvccReader } from '../mvcc-reader.js';
import { LockedError } from '../mvcc-reader.js';
import type {
  BatchGetRequest,
  BatchGetResponse,
  GetRequest,
  GetResponse,
  KvPair,
  RpcContext,
  ScanLockRequest,
  ScanLockResponse,
  ScanRequest,
  ScanResponse,
} from '../rpc.js';
import { type Lock, lockInfo } from './lock-table.js';
import { VersionKind } from './record.js';
import { MAX_TS, highHalf, lowHalf } from './timestamp.js';
import { type LockFence, VersionCursor } from './version-cursor.js';
import type { VersionReader } from './version-reader.js';

/** The percolator locks that readers look out for. */
export interface ReadableLocks {
  readonly persistent: number;
  get(key: Uint8Array): Lock | undefined;
  persistentLocks(): Iterable<Lock>;
}

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
        if (req.context.committedLocks?.includes(lock.startTs) === true) {
          if (lock.type === 'put') return { value: lock.value! };
          if (lock.type === 'del') return NOT_FOUND;
        } else if (req.version !== MAX_TS || lock.useAsyncCommit || !equalBytes(lock.primary, key)) {
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
   * The blocking locks in the range, in scan order. A lock that comes later than the start of the scan need not be looked for: its
   * transaction takes its commit ts after it is prewritten, and that is later than our timestamp.
   */
  private fence(
    startKey: Uint8Array,
    endKey: Uint8Array,
    reverse: boolean,
    version: bigint,
    context: RpcContext | null,
  ): LockFence | null {
    const blocking: Lock[] = [];
    for (const lock of this.locks.persistentLocks()) {
      if (inRange(lock.key, startKey, endKey) && blocks(lock, version, context)) blocking.push(lock);
    }
    if (blocking.length === 0) return null;
    blocking.sort((a, b) => compareBytes(a.key, b.key) * (reverse ? -1 : 1));
    const locks = this.locks;
    let at = 0;
    return {
      key: blocking[0]!.key,
      reached(): void {
        const met = blocking[at]!;
        const lock = locks.persistent === 0 ? undefined : locks.get(met.key);
        if (lock?.startTs === met.startTs && blocks(lock, version, context))
          throw new LockedError(lockInfo(lock));
        this.key = blocking[++at]?.key ?? null;
      },
    };
  }

  scanLock(req: ScanLockRequest): ScanLockResponse {
    const found: Lock[] = [];
    for (const lock of this.locks.persistentLocks()) {
      if (lock.startTs <= req.maxVersion && inRange(lock.key, req.startKey, req.endKey)) found.push(lock);
    }
    found.sort((a, b) => compareBytes(a.key, b.key));
    const wanted = req.limit > 0 ? found.slice(0, req.limit) : found;
    return { locks: wanted.map(lockInfo) };
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
      if (lock !== undefined && blocks(lock, this.startTs, this.context))
        throw new LockedError(lockInfo(lock));
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
    for (const lock of this.locks.persistentLocks()) {
      if (inRange(lock.key, startKey, endKey) && blocks(lock, this.startTs, this.context)) {
        throw new LockedError(lockInfo(lock));
      }
    }
  }
}

/** Whether a read at `version` must not pass the lock (TiKV: Lock::check_ts_conflict). */
function blocks(lock: Lock, version: bigint, context: RpcContext | null): boolean {
  if (lock.startTs > version || (lock.type !== 'put' && lock.type !== 'del') || lock.minCommitTs > version)
    return false;
  if (context === null) return true;
  return context.isolationLevel !== 'RC' && context.resolvedLocks?.includes(lock.startTs) !== true;
}

function inRange(key: Uint8Array, startKey: Uint8Array, endKey: Uint8Array): boolean {
  return compareBytes(key, startKey) >= 0 && (endKey.length === 0 || compareBytes(key, endKey) < 0);
}

const EMPTY = new Uint8Array(0);

/** A copy that owns its memory (views over the map or the memtable's shared memory do not). */
function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes, start, end);
}
