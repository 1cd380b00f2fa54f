import type { KeyError } from '../rpc.js';
import type { Checkpointer } from './checkpoint.js';
import type { CommitDraft } from './commit-draft.js';
import type { DataListeners } from './data-listeners.js';
import type { Lock, LockTable } from './lock-table.js';
import { GapFinder } from './gap-finder.js';
import { LogRecord, encodeKeys, encodeLock, encodeRange, encodeTxn } from './log-records.js';
import { Memtable } from './memtable.js';
import { MAX_USER_KEY, MAX_VALUE, RECORD_HEADER, VersionKind } from './record.js';
import { highHalf, lowHalf } from './timestamp.js';
import type { VersionStore, VersionWrite } from './version-store.js';
import type { Wal } from './wal.js';

/** From this many keys or bytes on a transaction bypasses the memtable and is applied to LMDB as one LMDB transaction. */
const BULK_KEYS = 4096;
const BULK_BYTES = 1 << 20;

/**
 * The one place where committed data and percolator locks change: each change is applied and appended to the log in the same turn of
 * the event loop, so that the log's order is the order of visibility. Waiting for the disk is the caller's, who answers only then.
 */
export class CommitPath {
  constructor(
    readonly versions: VersionStore,
    readonly locks: LockTable,
    readonly wal: Wal,
    readonly checkpointer: Checkpointer,
    readonly listeners: DataListeners,
  ) {}

  /** An error when the key or value can not be stored. */
  static checkSize(key: Uint8Array, value: Uint8Array | undefined): KeyError | null {
    if (key.length === 0) return { kind: 'abort', message: 'empty key' };
    if (key.length > MAX_USER_KEY)
      return { kind: 'abort', message: `key of ${key.length} bytes is longer than ${MAX_USER_KEY}` };
    if (value !== undefined && value.length > MAX_VALUE) {
      return { kind: 'abort', message: `entry of ${value.length} bytes is larger than ${MAX_VALUE}` };
    }
    return null;
  }

  /** Commits a transaction that has no percolator locks (1PC). */
  commitTxn(startTs: bigint, commitTs: bigint, writes: readonly VersionWrite[]): void {
    if (writes.length === 0) return;
    this.apply(startTs, commitTs, writes);
    const out = this.wal.begin(LogRecord.txn);
    encodeTxn(out, startTs, commitTs, writes);
    this.wal.commit();
    this.announce(commitTs, writes);
  }

  /** The same with what was prepared for it before the section. */
  commitDraft(startTs: bigint, commitTs: bigint, draft: CommitDraft): void {
    const { writes } = draft;
    this.checkpointer.reserve(draft.room);
    const { active } = this.versions;
    const commitHi = highHalf(commitTs);
    const commitLo = lowHalf(commitTs);
    const startHi = highHalf(startTs);
    const startLo = lowHalf(startTs);
    for (let i = 0; i < writes.length; i++) {
      const path = draft.pathOf(i, active);
      this.versions.insert(writes[i]!, commitHi, commitLo, startHi, startLo, path);
    }
    draft.log(this.wal, commitTs);
    this.announce(commitTs, writes);
  }

  /** Commits a load in bulk (staged-loads.ts) and the writes that go with it. */
  commitLoad(mark: bigint, commitTs: bigint, writes: readonly VersionWrite[]): void {
    this.apply(mark, commitTs, writes);
    this.versions.noteCommit(highHalf(commitTs), lowHalf(commitTs));
    const out = this.wal.begin(LogRecord.load);
    encodeTxn(out, mark, commitTs, writes);
    this.wal.commit();
    this.announce(commitTs, writes);
  }

  /** Some writes of a transaction whose commit timestamp nobody can read at yet (large-commits.ts). */
  applyPart(startTs: bigint, commitTs: bigint, writes: readonly VersionWrite[]): void {
    if (writes.length === 0) return;
    this.checkpointer.reserve(this.memtablePart(writes));
    this.versions.bulkInsert(
      writes,
      highHalf(commitTs),
      lowHalf(commitTs),
      highHalf(startTs),
      lowHalf(startTs),
    );
    const out = this.wal.begin(LogRecord.part);
    encodeTxn(out, startTs, commitTs, writes);
    this.wal.commit();
  }

  /** Commits the parts, which have written these keys, in order. */
  commitParts(startTs: bigint, commitTs: bigint, keys: readonly Uint8Array[]): void {
    const out = this.wal.begin(LogRecord.parts);
    encodeTxn(out, startTs, commitTs, []);
    this.wal.commit();
    this.listeners.committedKeys(commitTs, keys, true);
  }

  addLocks(locks: readonly Lock[]): void {
    if (locks.length === 0) return;
    for (const lock of locks) {
      this.locks.put(lock);
      this.locks.taken(lock);
    }
    const out = this.wal.begin(LogRecord.locks);
    out.varint(locks.length);
    for (const lock of locks) encodeLock(out, lock);
    this.wal.commit();
  }

  /** Turns percolator locks of one transaction into versions. */
  commitLocks(startTs: bigint, commitTs: bigint, locks: readonly Lock[]): void {
    if (locks.length === 0) return;
    const writes = locks.map(writeOfLock);
    this.apply(startTs, commitTs, writes);
    const out = this.wal.begin(LogRecord.commit);
    encodeKeys(
      out,
      startTs,
      commitTs,
      locks.map((lock) => lock.key),
    );
    this.wal.commit();
    for (const lock of locks) this.locks.remove(lock);
    this.announce(commitTs, writes);
  }

  /** Sets rollback marks and drops the transaction's locks on these keys. */
  rollback(startTs: bigint, keys: readonly Uint8Array[]): void {
    if (keys.length === 0) return;
    const writes = keys.map((key): VersionWrite => ({ kind: VersionKind.rollback, key, value: undefined }));
    this.apply(startTs, startTs, writes);
    const out = this.wal.begin(LogRecord.rollback);
    encodeKeys(out, startTs, 0n, keys);
    this.wal.commit();
    for (const key of keys) {
      const lock = this.locks.held(key);
      if (lock !== undefined && lock.startTs === startTs) this.locks.remove(lock);
    }
  }

  /** Logs the removal of a range and drops its percolator locks; the data goes through GarbageCollector.deleteRange. */
  deleteRange(startKey: Uint8Array, endKey: Uint8Array): void {
    const out = this.wal.begin(LogRecord.deleteRange);
    encodeRange(out, startKey, endKey);
    this.wal.commit();
    this.locks.removeRange(startKey, endKey);
    this.locks.wake();
  }

  lockChanged(lock: Lock): void {
    if (lock.type === 'pessimisticLock') return;
    const out = this.wal.begin(LogRecord.lockUpdate);
    encodeLock(out, lock);
    this.wal.commit();
    this.locks.changed(lock);
  }

  /** Puts versions into the memtable or, a great many at once, into LMDB; used by replay as well. */
  apply(startTs: bigint, commitTs: bigint, writes: readonly VersionWrite[]): void {
    let bytes = 0;
    let payload = 0;
    for (const write of writes) {
      const length = write.value?.length ?? 0;
      bytes += Memtable.entrySize(write.key.length, length);
      payload += write.key.length + length + RECORD_HEADER;
    }
    const bulk = writes.length >= BULK_KEYS || payload >= BULK_BYTES;
    this.checkpointer.reserve(bulk ? this.memtablePart(writes) : bytes);
    const commitHi = highHalf(commitTs);
    const commitLo = lowHalf(commitTs);
    const startHi = highHalf(startTs);
    const startLo = lowHalf(startTs);
    if (bulk) {
      this.versions.bulkInsert(writes, commitHi, commitLo, startHi, startLo);
      return;
    }
    for (let i = 0; i < writes.length; i++)
      this.versions.insert(writes[i]!, commitHi, commitLo, startHi, startLo);
  }

  /** Bytes that a bulk insert adds to the memtable: see VersionStore.bulkInsert. */
  private memtablePart(writes: readonly VersionWrite[]): number {
    let bytes = 0;
    const gaps = new GapFinder(this.versions);
    for (const write of writes) {
      if (
        write.kind === VersionKind.put || write.kind === VersionKind.del
          ? !gaps.isAbsent(write.key) && this.versions.inMemtable(write.key)
          : true
      ) {
        bytes += Memtable.entrySize(write.key.length, write.value?.length ?? 0);
      }
    }
    return bytes;
  }

  private announce(commitTs: bigint, writes: readonly VersionWrite[]): void {
    this.listeners.committed(commitTs, writes);
  }
}

export function writeOfLock(lock: Lock): VersionWrite {
  if (lock.type === 'del') return { kind: VersionKind.del, key: lock.key, value: undefined };
  if (lock.type === 'lock') return { kind: VersionKind.lock, key: lock.key, value: undefined };
  return { kind: VersionKind.put, key: lock.key, value: lock.value };
}
