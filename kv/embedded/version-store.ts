import type { LmdbEnv } from './lmdb-env.js';
import { Memtable, MemtableList } from './memtable.js';
import { RECORD_HEADER, VersionKind, compareRanges, writeHistoryKey, writeRecordHeader } from './record.js';
import { MAX_UINT32, readUint32BE } from './timestamp.js';

export interface VersionWrite {
  readonly kind: VersionKind;
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

const KEY_BUFFER = 4200;

/**
 * All committed versions, in three layers from new to old: the active memtable, a frozen one on its way into LMDB, and
 * LMDB's `data` and `history`. Invariant: for one key every version in an upper layer is newer than (or the same as) those below.
 * A lookup leaves its answer in the fields below instead of allocating; they hold until the next lookup.
 */
export class VersionStore {
  kind = 0;
  commitHi = 0;
  commitLo = 0;
  startHi = 0;
  startLo = 0;
  /** The value: buffer[start, end). */
  buffer: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;

  active: Memtable;
  frozen: Memtable | null = null;
  /** Newest timestamp of a lock record or rollback mark: checks of older transactions must look at the marks. */
  maxMarkHi = 0;
  maxMarkLo = 0;
  private readonly scratch = new Uint8Array(KEY_BUFFER);

  constructor(
    readonly env: LmdbEnv,
    readonly memtableBytes: number,
  ) {
    this.active = new Memtable(memtableBytes);
  }

  /** Grows when the layers change: cursors seek again. */
  get generation(): number {
    return this.env.epoch;
  }

  /** The newest version of the key at or below (hi, lo): fills the fields. */
  visible(key: Uint8Array, keyStart: number, keyEnd: number, hi: number, lo: number): boolean {
    const active = this.active;
    if (active.counts[MemtableList.data] !== 0) {
      const node = active.find(MemtableList.data, key, keyStart, keyEnd, hi, lo);
      if (node !== 0) return this.fromMemtable(active, node);
    }
    const frozen = this.frozen;
    if (frozen !== null) {
      const node = frozen.find(MemtableList.data, key, keyStart, keyEnd, hi, lo);
      if (node !== 0) return this.fromMemtable(frozen, node);
    }
    const tree = this.env.dataTree;
    if (!tree.find(key, keyStart, keyEnd)) return false;
    this.fromRecord(tree.valueU8, tree.valueStart, tree.valueEnd);
    if (this.commitHi < hi || (this.commitHi === hi && this.commitLo <= lo)) return true;
    return this.visibleInHistory(key, keyStart, keyEnd, hi, lo);
  }

  visibleInHistory(key: Uint8Array, keyStart: number, keyEnd: number, hi: number, lo: number): boolean {
    const tree = this.env.historyTree;
    const length = writeHistoryKey(this.scratch, key, keyStart, keyEnd, hi, lo);
    if (!tree.seek(this.scratch, 0, length)) return false;
    const at = tree.keyStart;
    if (
      tree.keyEnd - at !== length ||
      compareRanges(tree.u8, at, tree.keyEnd - 8, this.scratch, 0, length - 8) !== 0
    )
      return false;
    this.fromRecord(tree.valueU8, tree.valueStart, tree.valueEnd);
    return true;
  }

  newest(key: Uint8Array): boolean {
    return this.visible(key, 0, key.length, MAX_UINT32, MAX_UINT32);
  }

  /** The version that the transaction (startHi, startLo) committed for the key, if any: fills the fields. */
  byStartTs(key: Uint8Array, startHi: number, startLo: number): boolean {
    let hi = MAX_UINT32;
    let lo = MAX_UINT32;
    while (this.visible(key, 0, key.length, hi, lo)) {
      if (this.startHi === startHi && this.startLo === startLo) return true;
      if (this.commitHi < startHi || (this.commitHi === startHi && this.commitLo <= startLo)) break;
      hi = this.commitLo === 0 ? this.commitHi - 1 : this.commitHi;
      lo = this.commitLo === 0 ? MAX_UINT32 : this.commitLo - 1;
    }
    return this.findMark(key, startHi, startLo);
  }

  /** The lock record or rollback mark of the transaction for the key. */
  findMark(key: Uint8Array, startHi: number, startLo: number): boolean {
    // A rollback mark lies at its start ts, a lock record above it: walk marks from the newest down to start ts.
    let hi = MAX_UINT32;
    let lo = MAX_UINT32;
    while (this.newestMark(key, hi, lo)) {
      if (this.startHi === startHi && this.startLo === startLo) return true;
      if (this.commitHi < startHi || (this.commitHi === startHi && this.commitLo <= startLo)) return false;
      hi = this.commitLo === 0 ? this.commitHi - 1 : this.commitHi;
      lo = this.commitLo === 0 ? MAX_UINT32 : this.commitLo - 1;
    }
    return false;
  }

  /** Newest lock record or rollback mark of the key at or below (hi, lo). */
  newestMark(key: Uint8Array, hi: number, lo: number): boolean {
    let node = this.active.find(MemtableList.marks, key, 0, key.length, hi, lo);
    if (node !== 0) return this.fromMemtable(this.active, node);
    if (this.frozen !== null) {
      node = this.frozen.find(MemtableList.marks, key, 0, key.length, hi, lo);
      if (node !== 0) return this.fromMemtable(this.frozen, node);
    }
    const tree = this.env.marksTree;
    const length = writeHistoryKey(this.scratch, key, 0, key.length, hi, lo);
    if (!tree.seek(this.scratch, 0, length)) return false;
    const at = tree.keyStart;
    if (
      tree.keyEnd - at !== length ||
      compareRanges(tree.u8, at, tree.keyEnd - 8, this.scratch, 0, length - 8) !== 0
    )
      return false;
    this.fromRecord(tree.valueU8, tree.valueStart, tree.valueEnd);
    return true;
  }

  /** Whether marks may exist at or above the timestamp. */
  marksSince(hi: number, lo: number): boolean {
    return this.maxMarkHi > hi || (this.maxMarkHi === hi && this.maxMarkLo >= lo);
  }

  /** Adds a version to the active memtable; the caller has made room (`reserve`). */
  insert(write: VersionWrite, commitHi: number, commitLo: number, startHi: number, startLo: number): void {
    const list =
      write.kind === VersionKind.lock || write.kind === VersionKind.rollback
        ? MemtableList.marks
        : MemtableList.data;
    this.active.insert(list, write.key, write.kind, commitHi, commitLo, startHi, startLo, write.value);
    if (list === MemtableList.marks) this.noteMark(commitHi, commitLo);
  }

  noteMark(hi: number, lo: number): void {
    if (!this.marksSince(hi, lo)) {
      this.maxMarkHi = hi;
      this.maxMarkLo = lo;
    }
  }

  /** Whether a memtable holds a version of the key: then newer ones must go there too. */
  inMemtable(key: Uint8Array): boolean {
    return (
      this.active.find(MemtableList.data, key, 0, key.length, MAX_UINT32, MAX_UINT32) !== 0 ||
      (this.frozen !== null &&
        this.frozen.find(MemtableList.data, key, 0, key.length, MAX_UINT32, MAX_UINT32) !== 0)
    );
  }

  /** Makes the active memtable the frozen one. There must be no frozen one. */
  freeze(needed: number): void {
    if (this.frozen !== null) throw new Error('the previous memtable is still being flushed');
    this.frozen = this.active;
    this.active = new Memtable(Math.max(this.memtableBytes, needed + 4096));
    this.env.epoch++;
  }

  dropFrozen(): void {
    this.frozen = null;
    this.env.epoch++;
  }

  /**
   * Moves entries of the frozen memtable into LMDB from `from` on (0 = its first), about `limit` of them, as one LMDB
   * transaction. Returns where to go on, or 0 at the end.
   */
  flushData(from: number, limit: number): number {
    const table = this.frozen!;
    let node = from === 0 ? table.first(MemtableList.data) : from;
    if (node === 0) return 0;
    this.env.write(() => {
      for (let n = 0; node !== 0 && n < limit;) {
        const keyStart = table.keyStart(node);
        const keyEnd = keyStart + table.keyLength(node);
        const key = table.bytes.subarray(keyStart, keyEnd);
        const newest = node;
        this.demote(key, table.commitHi(newest), table.commitLo(newest));
        this.env.data.put(key, recordOf(table, newest));
        n++;
        // Older versions of the same key follow.
        for (
          node = table.next(node);
          node !== 0 && table.isKey(node, key, 0, key.length);
          node = table.next(node)
        ) {
          this.putHistory(key, table.commitHi(node), table.commitLo(node), recordOf(table, node));
          n++;
        }
      }
    });
    return node;
  }

  flushMarks(from: number, limit: number): number {
    const table = this.frozen!;
    let node = from === 0 ? table.first(MemtableList.marks) : from;
    if (node === 0) return 0;
    this.env.write(() => {
      for (let n = 0; node !== 0 && n < limit; node = table.next(node), n++) {
        const keyStart = table.keyStart(node);
        const length = writeHistoryKey(
          this.scratch,
          table.bytes,
          keyStart,
          keyStart + table.keyLength(node),
          table.commitHi(node),
          table.commitLo(node),
        );
        this.env.marks.put(this.scratch.subarray(0, length), recordOf(table, node));
      }
    });
    return node;
  }

  /**
   * Writes versions straight into LMDB as one transaction (bulk loads); keys that a memtable holds go to the active memtable.
   */
  bulkInsert(
    writes: readonly VersionWrite[],
    commitHi: number,
    commitLo: number,
    startHi: number,
    startLo: number,
  ): void {
    let record = new Uint8Array(4096);
    this.env.write(() => {
      for (const write of writes) {
        if (
          write.kind === VersionKind.lock ||
          write.kind === VersionKind.rollback ||
          this.inMemtable(write.key)
        ) {
          this.insert(write, commitHi, commitLo, startHi, startLo);
          continue;
        }
        const length = RECORD_HEADER + (write.value?.length ?? 0);
        if (record.length < length) record = new Uint8Array(length * 2);
        writeRecordHeader(record, 0, write.kind, commitHi, commitLo, startHi, startLo);
        if (write.value !== undefined) record.set(write.value, RECORD_HEADER);
        this.demote(write.key, commitHi, commitLo);
        this.env.data.put(write.key, record.subarray(0, length));
      }
    });
  }

  /** Before a newer version of the key takes its row in `data`: copies the present one to `history`. */
  private demote(key: Uint8Array, hi: number, lo: number): void {
    // The tree is the snapshot before this LMDB transaction; a flush meets each key once, so it is current for this key.
    const tree = this.env.dataTree;
    if (!tree.find(key, 0, key.length)) return;
    const oldHi = readUint32BE(tree.valueU8, tree.valueStart + 1);
    const oldLo = readUint32BE(tree.valueU8, tree.valueStart + 5);
    if (oldHi === hi && oldLo === lo) return;
    this.putHistory(key, oldHi, oldLo, tree.valueU8.subarray(tree.valueStart, tree.valueEnd));
  }

  private putHistory(key: Uint8Array, hi: number, lo: number, record: Uint8Array): void {
    const length = writeHistoryKey(this.scratch, key, 0, key.length, hi, lo);
    this.env.history.put(this.scratch.subarray(0, length), record);
  }

  private fromMemtable(table: Memtable, node: number): boolean {
    const at = table.recordStart(node);
    this.fromRecord(table.bytes, at, at + table.recordLength(node));
    return true;
  }

  private fromRecord(bytes: Uint8Array, start: number, end: number): void {
    this.kind = bytes[start]!;
    this.commitHi = readUint32BE(bytes, start + 1);
    this.commitLo = readUint32BE(bytes, start + 5);
    this.startHi = readUint32BE(bytes, start + 9);
    this.startLo = readUint32BE(bytes, start + 13);
    this.buffer = bytes;
    this.start = start + RECORD_HEADER;
    this.end = end;
  }
}

function recordOf(table: Memtable, node: number): Uint8Array {
  const at = table.recordStart(node);
  return table.bytes.subarray(at, at + table.recordLength(node));
}
