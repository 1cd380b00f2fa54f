import type { MvccCursor } from '../mvcc-reader.js';
import { type Memtable, MemtableList } from './memtable.js';
import { RECORD_HEADER, VersionKind, compareRanges } from './record.js';
import { readUint32BE } from './timestamp.js';
import { MergedRows, type RowCursor } from './packed-cursor.js';
import type { PageMap } from './page-map.js';
import { TreeCursor } from './page-tree.js';
import type { VersionReader } from './version-reader.js';

/** What a lock holds whose transaction is known to have committed before the scan's timestamp. */
export interface LockedVersion {
  readonly key: Uint8Array;
  /** Null: the key is deleted. */
  readonly value: Uint8Array | null;
}

/** Tells a cursor of the first key ahead that a lock blocks; see lock-table.ts. */
export interface LockFence {
  /** The nearest blocking key in the direction of the scan, or null. */
  key: Uint8Array | null;
  /** The scan has come to `key`: throws when its lock still blocks, else goes on to the next one and gives what is read of this one. */
  reached(): LockedVersion | null;
}

const NO_NODE = 0;
/** Batches after which a scan counts as a long one. */
const LONG_SCAN = 16;

/**
 * Walks the visible versions of a key range: the rows of `data` (and the entries of packed blocks, where there are any) merged with the
 * memtables' entries. Rows that are too new are looked up in the layers below. Nothing is allocated per row; keys and values are views.
 */
export class VersionCursor implements MvccCursor {
  /** Pages and memtables are not used again before the turn ends. */
  readonly valuesStay = true;
  keyBuffer: Uint8Array;
  /** The interface gives keys at offset 0: the current key is copied to here. */
  keyLength = 0;
  valueBuffer: Uint8Array;
  valueStart = 0;
  valueEnd = 0;

  private tree: RowCursor;
  private pages: PageMap;
  private data: TreeCursor;
  private merged: MergedRows | null = null;
  private treeAlive = false;
  private activeNode = NO_NODE;
  private frozenNode = NO_NODE;
  private active: Memtable;
  private frozen: Memtable | null = null;
  private generation = -1;
  private batches = 0;
  private started = false;
  private locked: Uint8Array | null = null;
  private done = false;

  constructor(
    private readonly store: VersionReader,
    private readonly startKey: Uint8Array,
    private readonly endKey: Uint8Array,
    private readonly reverse: boolean,
    private readonly hi: number,
    private readonly lo: number,
    private readonly fence: LockFence | null,
  ) {
    this.keyBuffer = new Uint8Array(64);
    this.valueBuffer = this.keyBuffer;
    this.pages = store.env.pages;
    this.data = new TreeCursor(this.pages);
    this.tree = this.data;
    this.active = store.active;
  }

  next(): boolean {
    if (this.done) return false;
    if (this.generation !== this.store.generation) this.position();
    const found = this.reverse ? this.stepReverse() : this.stepForward();
    if (!found) this.done = true;
    return found;
  }

  /** Nothing is held: a change of the store is noticed at the next step. */
  pause(): void {
    if (++this.batches !== LONG_SCAN) return;
    this.pages = this.pages.sequential();
    this.data = new TreeCursor(this.pages);
    this.merged = null;
    this.generation = -1;
  }

  close(): void {
    this.done = true;
  }

  private stepForward(): boolean {
    const tree = this.tree;
    for (;;) {
      if (this.activeNode === NO_NODE && this.frozenNode === NO_NODE) {
        if (!this.treeAlive) return this.endOfRange();
        if (
          this.fence !== null &&
          this.fence.key !== null &&
          !this.passFence(tree.u8, tree.keyStart, tree.keyEnd)
        ) {
          if (this.takeLocked()) return true;
          continue;
        }
        const visible = this.takeTreeRow();
        this.treeAlive = tree.next() && this.inRange();
        if (visible) return true;
        continue;
      }
      // The least key among the sources; layers above win over those below it on the same key.
      let table: Memtable | null = null;
      let node = NO_NODE;
      let inBoth = false;
      if (this.activeNode !== NO_NODE) {
        table = this.active;
        node = this.activeNode;
      }
      if (this.frozenNode !== NO_NODE) {
        const order = table === null ? -1 : this.compareNodes(this.frozen!, this.frozenNode, table, node);
        inBoth = order === 0;
        if (order < 0) {
          table = this.frozen!;
          node = this.frozenNode;
        }
      }
      const keyStart = table!.keyStart(node);
      const keyEnd = keyStart + table!.keyLength(node);
      const order = this.treeAlive
        ? compareRanges(tree.u8, tree.keyStart, tree.keyEnd, table!.bytes, keyStart, keyEnd)
        : 1;
      if (order < 0) {
        if (
          this.fence !== null &&
          this.fence.key !== null &&
          !this.passFence(tree.u8, tree.keyStart, tree.keyEnd)
        ) {
          if (this.takeLocked()) return true;
          continue;
        }
        const visible = this.takeTreeRow();
        this.treeAlive = tree.next() && this.inRange();
        if (visible) return true;
        continue;
      }
      if (this.fence !== null && this.fence.key !== null && !this.passFence(table!.bytes, keyStart, keyEnd)) {
        if (this.takeLocked()) return true;
        continue;
      }
      this.copyKey(table!.bytes, keyStart, keyEnd);
      const visible = this.takeNewest(table!, node);
      if (table === this.active) {
        this.activeNode = this.clampHigh(table, table.next(node));
        if (inBoth) this.frozenNode = this.clampHigh(this.frozen!, this.frozen!.next(this.frozenNode));
      } else this.frozenNode = this.clampHigh(table!, table!.next(node));
      if (order === 0) this.treeAlive = tree.next() && this.inRange();
      if (visible) return true;
    }
  }

  private stepReverse(): boolean {
    const tree = this.tree;
    for (;;) {
      let table: Memtable | null = null;
      let node = NO_NODE;
      if (this.activeNode !== NO_NODE) {
        table = this.active;
        node = this.activeNode;
      }
      if (
        this.frozenNode !== NO_NODE &&
        (table === null || this.compareNodes(this.frozen!, this.frozenNode, table, node) > 0)
      ) {
        table = this.frozen!;
        node = this.frozenNode;
      }
      if (table === null) {
        if (!this.treeAlive) return this.endOfRange();
        if (
          this.fence !== null &&
          this.fence.key !== null &&
          !this.passFence(tree.u8, tree.keyStart, tree.keyEnd)
        ) {
          if (this.takeLocked()) return true;
          continue;
        }
        const visible = this.takeTreeRow();
        this.treeAlive = tree.previous() && this.inRange();
        if (visible) return true;
        continue;
      }
      const keyStart = table.keyStart(node);
      const keyEnd = keyStart + table.keyLength(node);
      const order = this.treeAlive
        ? compareRanges(tree.u8, tree.keyStart, tree.keyEnd, table.bytes, keyStart, keyEnd)
        : -1;
      if (order > 0) {
        if (
          this.fence !== null &&
          this.fence.key !== null &&
          !this.passFence(tree.u8, tree.keyStart, tree.keyEnd)
        ) {
          if (this.takeLocked()) return true;
          continue;
        }
        const visible = this.takeTreeRow();
        this.treeAlive = tree.previous() && this.inRange();
        if (visible) return true;
        continue;
      }
      if (this.fence !== null && this.fence.key !== null && !this.passFence(table.bytes, keyStart, keyEnd)) {
        if (this.takeLocked()) return true;
        continue;
      }
      this.copyKey(table.bytes, keyStart, keyEnd);
      const visible = this.takeCurrentKey();
      if (
        this.activeNode !== NO_NODE &&
        this.active.isKey(this.activeNode, this.keyBuffer, 0, this.keyLength)
      ) {
        this.activeNode = this.clampLow(
          this.active,
          this.active.seekBefore(MemtableList.data, this.keyBuffer, 0, this.keyLength),
        );
      }
      if (
        this.frozenNode !== NO_NODE &&
        this.frozen!.isKey(this.frozenNode, this.keyBuffer, 0, this.keyLength)
      ) {
        this.frozenNode = this.clampLow(
          this.frozen!,
          this.frozen!.seekBefore(MemtableList.data, this.keyBuffer, 0, this.keyLength),
        );
      }
      if (order === 0) this.treeAlive = tree.previous() && this.inRange();
      if (visible) return true;
    }
  }

  /** The row of `data` under the tree cursor, when something of it is visible. */
  private takeTreeRow(): boolean {
    const tree = this.tree;
    const value = tree.valueU8;
    const at = tree.valueStart;
    const commitHi = readUint32BE(value, at + 1);
    this.copyKey(tree.u8, tree.keyStart, tree.keyEnd);
    if (commitHi < this.hi || (commitHi === this.hi && readUint32BE(value, at + 5) <= this.lo)) {
      if (value[at] !== VersionKind.put) return false;
      this.valueBuffer = tree.bodyU8;
      this.valueStart = tree.bodyStart;
      this.valueEnd = tree.bodyEnd;
      return true;
    }
    const store = this.store;
    if (
      !store.visibleBelowData(this.keyBuffer, 0, this.keyLength, this.hi, this.lo) ||
      store.kind !== VersionKind.put
    )
      return false;
    this.valueBuffer = store.buffer;
    this.valueStart = store.start;
    this.valueEnd = store.end;
    return true;
  }

  /** The version visible of the key in `keyBuffer`. `node`: the key in the topmost layer that has it. */
  private takeNewest(table: Memtable, node: number): boolean {
    const version = table.versionAt(node, this.hi, this.lo);
    if (version === 0) return this.takeCurrentKey();
    const at = table.recordStart(version);
    if (table.bytes[at] !== VersionKind.put) return false;
    this.valueBuffer = table.bytes;
    this.valueStart = at + RECORD_HEADER;
    this.valueEnd = at + table.recordLength(version);
    return true;
  }

  /** The version visible of the key in `keyBuffer`, through all layers. */
  private takeCurrentKey(): boolean {
    const store = this.store;
    if (!store.visible(this.keyBuffer, 0, this.keyLength, this.hi, this.lo) || store.kind !== VersionKind.put)
      return false;
    this.valueBuffer = store.buffer;
    this.valueStart = store.start;
    this.valueEnd = store.end;
    return true;
  }

  private copyKey(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (length > this.keyBuffer.length)
      this.keyBuffer = new Uint8Array(Math.max(length, 2 * this.keyBuffer.length));
    const target = this.keyBuffer;
    for (let i = 0; i < length; i++) target[i] = bytes[start + i]!;
    this.keyLength = length;
    this.started = true;
  }

  private clampHigh(table: Memtable, node: number): number {
    if (node === NO_NODE || this.endKey.length === 0) return node;
    const keyAt = table.keyStart(node);
    return compareRanges(
      table.bytes,
      keyAt,
      keyAt + table.keyLength(node),
      this.endKey,
      0,
      this.endKey.length,
    ) < 0
      ? node
      : NO_NODE;
  }

  private clampLow(table: Memtable, node: number): number {
    if (node === NO_NODE) return node;
    const keyAt = table.keyStart(node);
    return compareRanges(
      table.bytes,
      keyAt,
      keyAt + table.keyLength(node),
      this.startKey,
      0,
      this.startKey.length,
    ) >= 0
      ? node
      : NO_NODE;
  }

  private compareNodes(a: Memtable, aNode: number, b: Memtable, bNode: number): number {
    const aAt = a.keyStart(aNode);
    const bAt = b.keyStart(bNode);
    return compareRanges(a.bytes, aAt, aAt + a.keyLength(aNode), b.bytes, bAt, bAt + b.keyLength(bNode));
  }

  private inRange(): boolean {
    const tree = this.tree;
    if (this.reverse)
      return compareRanges(tree.u8, tree.keyStart, tree.keyEnd, this.startKey, 0, this.startKey.length) >= 0;
    return (
      this.endKey.length === 0 ||
      compareRanges(tree.u8, tree.keyStart, tree.keyEnd, this.endKey, 0, this.endKey.length) < 0
    );
  }

  /** Puts all sources to the first key not yet given. */
  private position(): void {
    const store = this.store;
    this.generation = store.generation;
    if (this.pages !== store.env.pages) {
      this.pages.invalidate();
      this.merged?.invalidate();
    }
    this.active = store.active;
    this.frozen = store.frozen;
    this.data.root = store.env.dataTree.root;
    if (store.mayBePacked(this.startKey, this.endKey)) {
      this.tree = this.merged ??= new MergedRows(this.pages, store.env.loads);
      this.merged.setRoots(this.data.root, store.env.packedTree.root);
    } else this.tree = this.data;
    this.positionInTree();
    this.positionInMemtables();
  }

  private positionInTree(): void {
    if (this.reverse) {
      const bound = this.started ? this.keyBuffer : this.endKey;
      const length = this.started ? this.keyLength : this.endKey.length;
      const unbounded = !this.started && length === 0;
      this.treeAlive =
        (unbounded ? this.tree.last() : this.tree.seekBefore(bound, 0, length)) && this.inRange();
      return;
    }
    const from = this.started ? this.keyBuffer : this.startKey;
    const length = this.started ? this.keyLength : this.startKey.length;
    this.treeAlive = this.tree.seek(from, 0, length) && this.inRange();
    if (
      this.started &&
      this.treeAlive &&
      compareRanges(this.tree.u8, this.tree.keyStart, this.tree.keyEnd, from, 0, length) === 0
    ) {
      this.treeAlive = this.tree.next() && this.inRange();
    }
  }

  private positionInMemtables(): void {
    const { active, frozen } = this;
    if (this.reverse) {
      const bound = this.started ? this.keyBuffer : this.endKey;
      const length = this.started ? this.keyLength : this.endKey.length;
      const unbounded = !this.started && length === 0;
      this.activeNode = this.lastBelow(active, bound, length, unbounded);
      this.frozenNode = frozen === null ? NO_NODE : this.lastBelow(frozen, bound, length, unbounded);
      return;
    }
    const from = this.started ? this.keyBuffer : this.startKey;
    const length = this.started ? this.keyLength : this.startKey.length;
    this.activeNode = this.firstFrom(active, from, length);
    this.frozenNode = frozen === null ? NO_NODE : this.firstFrom(frozen, from, length);
  }

  private firstFrom(table: Memtable, key: Uint8Array, length: number): number {
    // An empty memtable may fill while we walk, but only with versions newer than our timestamp.
    if (table.count(MemtableList.data) === 0) return NO_NODE;
    let node = table.seek(MemtableList.data, key, 0, length);
    if (this.started && node !== NO_NODE && table.isKey(node, key, 0, length)) node = table.next(node);
    return this.clampHigh(table, node);
  }

  private lastBelow(table: Memtable, key: Uint8Array, length: number, unbounded: boolean): number {
    if (table.count(MemtableList.data) === 0) return NO_NODE;
    return this.clampLow(
      table,
      unbounded ? table.last(MemtableList.data) : table.seekBefore(MemtableList.data, key, 0, length),
    );
  }

  /**
   * Called before the row with this key is given while a blocking lock lies ahead. True when the row comes before the lock's key;
   * otherwise the lock is checked (which throws while it blocks), or read (`takeLocked`), and the sources are put anew, since its owner
   * may have committed versions that we must see.
   */
  private passFence(bytes: Uint8Array, start: number, end: number): boolean {
    const key = this.fence!.key!;
    const order = compareRanges(bytes, start, end, key, 0, key.length);
    if (this.reverse ? order > 0 : order < 0) return true;
    this.goToFence();
    return false;
  }

  /** The versions below a lock that is read through are older than it. */
  private goToFence(): void {
    const through = this.fence!.reached();
    if (through !== null) {
      this.copyKey(through.key, 0, through.key.length);
      this.locked = through.value;
    }
    if (this.generation !== this.store.generation) {
      this.position();
      return;
    }
    // What is committed meanwhile is in the memtable.
    const { tree } = this;
    if (
      through !== null &&
      this.treeAlive &&
      compareRanges(tree.u8, tree.keyStart, tree.keyEnd, this.keyBuffer, 0, this.keyLength) === 0
    )
      this.treeAlive = (this.reverse ? tree.previous() : tree.next()) && this.inRange();
    this.positionInMemtables();
  }

  /** Gives the row of the lock that the scan went through last, if it holds one. */
  private takeLocked(): boolean {
    const value = this.locked;
    if (value === null) return false;
    this.locked = null;
    this.valueBuffer = value;
    this.valueStart = 0;
    this.valueEnd = value.length;
    return true;
  }

  private endOfRange(): boolean {
    if (this.fence === null || this.fence.key === null) return false;
    this.goToFence();
    if (this.takeLocked()) return true;
    return this.reverse ? this.stepReverse() : this.stepForward();
  }
}
