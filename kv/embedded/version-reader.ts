import { KnownGaps } from './known-gaps.js';
import type { LoadTable } from './load-table.js';
import { type Memtable, MemtableList } from './memtable.js';
import { PackedCursor } from './packed-cursor.js';
import type { PageMap } from './page-map.js';
import { NO_ROOT, type TreeCursor } from './page-tree.js';
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
  readonly packedTree: TreeCursor;
  readonly loads: LoadTable;
}

const KEY_BUFFER = 4200;

/**
 * All committed versions, in layers from new to old: the active memtable, a frozen one on its way into LMDB, LMDB's `data` and
 * `history`, and the blocks of bulk loads in `packed`. Invariant: for one key every version in an upper layer is newer than (or the same as) those below.
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
  /** Of keys in `data` and `packed`, by the number of the layers. */
  private readonly gaps = new KnownGaps();
  private packed: PackedCursor | null = null;
  /** Keys behind `gapAfter` and before `gapUntil` are in no block of the cursor's root; null: without bound. */
  private gapKnown = false;
  private gapAfter: Uint8Array | null = null;
  private gapUntil: Uint8Array | null = null;

  constructor(readonly env: VersionPages) {}

  /** Grows when the layers change: cursors seek again. */
  get generation(): number {
    return this.env.epoch;
  }

  /** The newest version of the key at or below (hi, lo): fills the fields. */
  visible(key: Uint8Array, keyStart: number, keyEnd: number, hi: number, lo: number): boolean {
    const active = this.active;
    if (active.count(MemtableList.data) !== 0) {
      const version = active.find(MemtableList.data, key, keyStart, keyEnd, hi, lo);
      if (version !== 0) return this.fromMemtable(active, version);
    }
    const frozen = this.frozen;
    if (frozen !== null) {
      const version = frozen.find(MemtableList.data, key, keyStart, keyEnd, hi, lo);
      if (version !== 0) return this.fromMemtable(frozen, version);
    }
    const { dataTree: tree, epoch } = this.env;
    if (this.gaps.holds(epoch, key, keyStart, keyEnd)) return false;
    if (!tree.find(key, keyStart, keyEnd)) {
      if (this.env.packedTree.root !== NO_ROOT && this.visibleInPacked(key, keyStart, keyEnd, hi, lo))
        return true;
      if (this.gaps.wants(key, keyStart, keyEnd))
        this.noteGap(Uint8Array.prototype.slice.call(key, keyStart, keyEnd));
      return false;
    }
    this.fromRecord(tree.valueU8, tree.valueStart, tree.valueEnd);
    if (this.commitHi < hi || (this.commitHi === hi && this.commitLo <= lo)) return true;
    return this.visibleBelowData(key, keyStart, keyEnd, hi, lo);
  }

  /** A version of a key whose row in `data` is too new. */
  visibleBelowData(key: Uint8Array, keyStart: number, keyEnd: number, hi: number, lo: number): boolean {
    return (
      this.visibleInHistory(key, keyStart, keyEnd, hi, lo) ||
      (this.env.packedTree.root !== NO_ROOT && this.visibleInPacked(key, keyStart, keyEnd, hi, lo))
    );
  }

  private visibleInPacked(
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    hi: number,
    lo: number,
  ): boolean {
    const packed = this.openPacked();
    if (this.liesInGap(key, keyStart, keyEnd) || !packed.find(key, keyStart, keyEnd)) return false;
    const { block, index } = packed;
    const at = block.headerAt;
    let commitHi = readUint32BE(block.u8, at + 1);
    let commitLo = readUint32BE(block.u8, at + 5);
    const { loads } = this.env;
    if (loads.count > 0 && loads.find(commitHi, commitLo)) {
      if (loads.pending) return false;
      ({ commitHi, commitLo } = loads);
    }
    if (commitHi > hi || (commitHi === hi && commitLo > lo)) return false;
    this.fromRecord(block.u8, at, at);
    this.commitHi = commitHi;
    this.commitLo = commitLo;
    this.start = block.valueStart(index);
    this.end = block.valueEnd(index);
    return true;
  }

  /** The cursor of packed blocks, at the present root. */
  private openPacked(): PackedCursor {
    const packed = (this.packed ??= new PackedCursor(this.env.pages, this.env.loads));
    const { root } = this.env.packedTree;
    if (packed.root !== root) {
      packed.root = root;
      this.gapKnown = false;
    }
    return packed;
  }

  /** Whether no block is known to hold anything near the key. */
  private liesInGap(key: Uint8Array, start: number, end: number): boolean {
    return (
      this.gapKnown &&
      (this.gapAfter === null ||
        compareRanges(key, start, end, this.gapAfter, 0, this.gapAfter.length) > 0) &&
      (this.gapUntil === null || compareRanges(key, start, end, this.gapUntil, 0, this.gapUntil.length) < 0)
    );
  }

  /** Notes the gap below the memtables in which a key without a row in `data` lies: what is asked next mostly lies in the same. */
  private noteGap(key: Uint8Array): void {
    const { dataTree: tree, packedTree, epoch } = this.env;
    const { length } = key;
    let after: Uint8Array | null = null;
    let until: Uint8Array | null = null;
    if (packedTree.root !== NO_ROOT) {
      this.openPacked();
      if (!this.liesInGap(key, 0, length)) this.notePackedGap(key);
      // Its entry may be there, too new to be seen.
      if (!this.liesInGap(key, 0, length)) return;
      after = this.gapAfter;
      until = this.gapUntil;
    }
    if (tree.seek(key, 0, length)) {
      const { u8, keyStart: from, keyEnd: to } = tree;
      if (until === null || compareRanges(u8, from, to, until, 0, until.length) < 0)
        until = Uint8Array.prototype.slice.call(u8, from, to);
    }
    if (tree.seekBefore(key, 0, length)) {
      const { u8, keyStart: from, keyEnd: to } = tree;
      if (after === null || compareRanges(u8, from, to, after, 0, after.length) > 0)
        after = Uint8Array.prototype.slice.call(u8, from, to);
    }
    this.gaps.note(epoch, key, after, until);
  }

  /** Notes the gap between blocks in which the key lies, if it lies in one. */
  private notePackedGap(key: Uint8Array): void {
    const packed = this.packed!;
    const block = packed.seekBlock(key);
    const first = block === null ? null : block.key(0);
    if (first !== null && compareRanges(key, 0, key.length, first, 0, first.length) >= 0) return;
    this.gapUntil = first;
    this.gapAfter = packed.keyBefore(key);
    this.gapKnown = true;
  }

  /** Whether there may be blocks with entries in [start, end); an empty `end` is the end of all keys. */
  mayBePacked(start: Uint8Array, end: Uint8Array): boolean {
    if (this.env.packedTree.root === NO_ROOT) return false;
    this.openPacked();
    if (!this.liesInGap(start, 0, start.length)) {
      this.gapKnown = false;
      this.notePackedGap(start);
      if (!this.gapKnown) return true;
    }
    if (this.gapUntil === null) return false;
    return end.length === 0 || compareRanges(end, 0, end.length, this.gapUntil, 0, this.gapUntil.length) > 0;
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
      const node = table.seek(MemtableList.data, key, 0, key.length);
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
    if (this.env.packedTree.root !== NO_ROOT) {
      const packed = this.openPacked();
      if (packed.seek(key, 0, key.length)) {
        const end = packed.keyEnd;
        if (least === null || compareRanges(packed.u8, 0, end, least, 0, least.length) < 0)
          least = packed.u8.slice(0, end);
      }
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
    let version = this.active.find(MemtableList.marks, key, 0, key.length, hi, lo);
    if (version !== 0) return this.fromMemtable(this.active, version);
    if (this.frozen !== null) {
      version = this.frozen.find(MemtableList.marks, key, 0, key.length, hi, lo);
      if (version !== 0) return this.fromMemtable(this.frozen, version);
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

  protected fromMemtable(table: Memtable, version: number): boolean {
    const at = table.recordStart(version);
    this.fromRecord(table.bytes, at, at + table.recordLength(version));
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
