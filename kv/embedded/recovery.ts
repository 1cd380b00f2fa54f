import type { ReplayedChange } from '../mvcc-reader.js';
import { ByteReader } from './byte-buffer.js';
import { writeOfLock } from './commit-path.js';
import { GarbageCollector } from './gc.js';
import type { LmdbEnv } from './lmdb-env.js';
import type { Lock, LockTable } from './lock-table.js';
import { LogRecord, decodeKeys, decodeLock, decodeRange, decodeTxn } from './log-records.js';
import { Memtable } from './memtable.js';
import { VersionKind } from './record.js';
import { settleStoredLoad } from './staged-loads.js';
import { TreeCursor } from './page-tree.js';
import { highHalf, joinHalves, lowHalf, readUint32BE } from './timestamp.js';
import type { VersionStore, VersionWrite } from './version-store.js';

/**
 * Rebuilds the state behind a checkpoint from the log. Applying a record twice, or one whose effect the checkpoint's snapshot has
 * already, changes nothing (see checkpoint.ts, step 3).
 */
export class Recovery {
  /** Largest timestamp met: the oracle must go on beyond it. */
  newestTs = 0n;
  /** What was replayed, for data derived from the store's; null where there is none. */
  replayed: ReplayedChange[] | null = null;
  /** Records of transactions whose end the log has not told of yet, by start ts; of some it never does. */
  private readonly parts = new Map<bigint, Buffer[]>();

  constructor(
    private readonly env: LmdbEnv,
    private readonly versions: VersionStore,
    private readonly locks: LockTable,
  ) {}

  /** Percolator locks as of the checkpoint. */
  loadLocks(): void {
    const tree = this.env.locksTree;
    if (!tree.last()) return;
    do {
      const row = Buffer.from(tree.valueU8.subarray(tree.valueStart, tree.valueEnd));
      this.addLock(decodeLock(new ByteReader(row)));
    } while (tree.previous());
  }

  apply(type: number, body: Buffer): void {
    switch (type) {
      case LogRecord.txn: {
        const { startTs, commitTs, writes } = decodeTxn(body);
        this.commit(startTs, commitTs, writes);
        return;
      }
      case LogRecord.load: {
        const { startTs, commitTs, writes } = decodeTxn(body);
        for (const { startKey, endKey } of settleStoredLoad(this.env, startTs, commitTs))
          this.replayed?.push({ kind: 'range', startKey, endKey });
        this.commit(startTs, commitTs, writes);
        return;
      }
      case LogRecord.part: {
        const startTs = body.readBigUInt64LE(0);
        const own = this.parts.get(startTs);
        if (own === undefined) this.parts.set(startTs, [Buffer.from(body)]);
        else own.push(Buffer.from(body));
        return;
      }
      case LogRecord.parts: {
        const end = decodeTxn(body);
        // Those of before the checkpoint are in its snapshot.
        for (const part of this.parts.get(end.startTs) ?? []) {
          const { startTs, commitTs, writes } = decodeTxn(part);
          this.commit(startTs, commitTs, writes);
        }
        this.parts.delete(end.startTs);
        this.note(end.commitTs);
        return;
      }
      case LogRecord.locks: {
        const reader = new ByteReader(body);
        for (let n = reader.varint(); n > 0; n--) this.addLock(decodeLock(reader));
        return;
      }
      case LogRecord.commit: {
        const { startTs, commitTs, keys } = decodeKeys(body);
        const own = this.ownLocks(startTs, keys);
        this.commit(startTs, commitTs, own.map(writeOfLock));
        for (const lock of own) this.locks.remove(lock);
        return;
      }
      case LogRecord.rollback: {
        const { startTs, keys } = decodeKeys(body);
        this.insert(
          startTs,
          startTs,
          keys.map((key) => ({ kind: VersionKind.rollback, key, value: undefined })),
        );
        for (const lock of this.ownLocks(startTs, keys)) this.locks.remove(lock);
        return;
      }
      case LogRecord.lockUpdate: {
        const lock = decodeLock(new ByteReader(body));
        const present = this.locks.get(lock.key);
        if (present?.startTs === lock.startTs) this.addLock(lock);
        return;
      }
      case LogRecord.deleteRange: {
        const { startKey, endKey } = decodeRange(body);
        this.flush();
        this.locks.removeRange(startKey, endKey);
        new GarbageCollector(this.env).deleteRangeSync(startKey, endKey);
        this.replayed?.push({ kind: 'range', startKey: startKey.slice(), endKey: endKey.slice() });
        return;
      }
      default:
        throw new Error(`the log has a record of unknown kind ${type}: it was written by a newer version`);
    }
  }

  /** Rollback marks and lock records in LMDB: conflict checks must know that there are some. */
  noteStoredMarks(): void {
    const cursor = new TreeCursor(this.env.pages, this.env.marksTree.root);
    if (!cursor.seek(new Uint8Array(0), 0, 0)) return;
    do {
      const at = cursor.valueStart;
      this.versions.noteMark(readUint32BE(cursor.valueU8, at + 1), readUint32BE(cursor.valueU8, at + 5));
    } while (cursor.next());
    this.note(joinHalves(this.versions.maxMarkHi, this.versions.maxMarkLo));
  }

  private commit(startTs: bigint, commitTs: bigint, writes: readonly VersionWrite[]): void {
    this.note(commitTs);
    this.insert(startTs, commitTs, writes);
    this.replayed?.push({
      kind: 'commit',
      commitTs,
      keys: writes
        .filter((w) => w.kind === VersionKind.put || w.kind === VersionKind.del)
        .map((w) => w.key.slice()),
    });
  }

  private insert(startTs: bigint, commitTs: bigint, writes: readonly VersionWrite[]): void {
    let bytes = 0;
    for (const write of writes) bytes += Memtable.entrySize(write.key.length, write.value?.length ?? 0);
    if (!this.versions.active.fits(bytes)) {
      this.flush();
      if (!this.versions.active.fits(bytes)) {
        this.versions.freeze(bytes);
        this.versions.dropFrozen();
      }
    }
    const commitHi = highHalf(commitTs);
    const commitLo = lowHalf(commitTs);
    for (const write of writes)
      this.versions.insert(write, commitHi, commitLo, highHalf(startTs), lowHalf(startTs));
  }

  /** Into LMDB, without a checkpoint: the log stays whole until the next one. */
  private flush(): void {
    this.versions.freeze(0);
    for (let at = this.versions.flushData(0, 5000); at !== 0;) at = this.versions.flushData(at, 5000);
    for (let at = this.versions.flushMarks(0, 5000); at !== 0;) at = this.versions.flushMarks(at, 5000);
    this.versions.dropFrozen();
  }

  private ownLocks(startTs: bigint, keys: readonly Uint8Array[]): Lock[] {
    const own: Lock[] = [];
    for (const key of keys) {
      const lock = this.locks.get(key);
      if (lock !== undefined && lock.startTs === startTs && lock.type !== 'pessimisticLock') own.push(lock);
    }
    return own;
  }

  private addLock(lock: Lock): void {
    this.note(lock.startTs);
    this.note(lock.minCommitTs);
    this.locks.put(lock);
  }

  private note(ts: bigint): void {
    if (ts > this.newestTs) this.newestTs = ts;
  }
}
