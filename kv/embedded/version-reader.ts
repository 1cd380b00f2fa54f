import { type Memtable, MemtableList } from './memtable.js';
import type { PageMap } from './page-map.js';
import type { TreeCursor } from './page-tree.js';
import { RECORD_HEADER, compareRanges, writeHistoryKey } from './record.js';
import { MAX_UINT32, readUint32BE } from './timestamp.js';

/** What readers need of LMDB: its pages, and a cursor at the newest root of each tree. */
export interface VersionPages {
  readonly pages: PageMap;
  /** Grows with each change of the layers: cursors that saw another epoch must seek again. */
  readonly epoch: number;
  readonly dataTree: TreeCursor;
  readonly historyTree: TreeCursor;
  readonly marksTree: TreeCursor;
}

const KEY_BUFFER = 4200;

/**
 * All committed versions, in three layers from new to old: the active memtable, a frozen one on its way into LMDB, and
 * LMDB's `data` and `history`. Invariant: for one key every version in an upper layer is newer than (or the same as) those below.
 * A lookup leaves its answer in the fields below instead of allocating; they hold until the next lookup.
 */
export abstract class VersionReader {
  kind = 0;
  commitHi = 0;
  commitLo = 0;
  startHi = 0;
  startLo = 0;
  /** The value: buffer[start, end). */
  buffer: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;

  abstract active: Memtable;
  abstract frozen: Memtable | null;
  protected readonly scratch = new Uint8Array(KEY_BUFFER);

  constructor(readonly env: VersionPages) {}

  /** Grows when the layers change: cursors seek again. */
  get generation(): number {
    return this.env.epoch;
  }

  /** The newest version of the key at or below (hi, lo): fills the fields. */
  visible(key: Uint8Array, keyStart: number, keyEnd: number, hi: number, lo: number): boolean {
    const active = this.active;
    if (active.count(MemtableList.data) !== 0) {
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

  /** The least key at or behind this one that some layer has a version of; null when there is none. */
  nextKey(key: Uint8Array): Uint8Array | null {
    let least: Uint8Array | null = null;
    for (const table of [this.active, this.frozen]) {
      if (table === null || table.count(MemtableList.data) === 0) continue;
      const node = table.seek(MemtableList.data, key, 0, key.length, MAX_UINT32, MAX_UINT32);
      if (node === 0) continue;
      const at = table.keyStart(node);
      const end = at + table.keyLength(node);
      if (least === null || compareRanges(table.bytes, at, end, least, 0, least.length) < 0)
        least = table.bytes.slice(at, end);
    }
    const tree = this.env.dataTree;
    if (tree.seek(key, 0, key.length)) {
      const { u8, keyStart, keyEnd } = tree;
      if (least === null || compareRanges(u8, keyStart, keyEnd, least, 0, least.length) < 0)
        least = u8.slice(keyStart, keyEnd);
    }
    return least;
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
