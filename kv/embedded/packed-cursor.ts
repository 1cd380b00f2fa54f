import { NO_LOADS, type LoadTable } from './load-table.js';
import type { PageMap } from './page-map.js';
import { PackedBlock } from './packed-block.js';
import { NO_ROOT, TreeCursor } from './page-tree.js';
import { RECORD_HEADER, VersionKind, compareRanges } from './record.js';
import { readUint32BE, writeUint32BE } from './timestamp.js';

const EMPTY = new Uint8Array(0);

/** A position among rows in key order: what TreeCursor shows of its own. */
export interface RowCursor {
  readonly u8: Uint8Array;
  readonly keyStart: number;
  readonly keyEnd: number;
  /** A record's header: see record.ts. */
  readonly valueU8: Uint8Array;
  readonly valueStart: number;
  /** What follows it: a value. */
  readonly bodyU8: Uint8Array;
  readonly bodyStart: number;
  readonly bodyEnd: number;
  seek(key: Uint8Array, start: number, end: number): boolean;
  seekBefore(key: Uint8Array, start: number, end: number): boolean;
  last(): boolean;
  next(): boolean;
  previous(): boolean;
}

/** Walks the entries of packed blocks as if each were a row of its own. Values are where the blocks are. */
export class PackedCursor implements RowCursor {
  u8 = new Uint8Array(64);
  readonly keyStart = 0;
  keyEnd = 0;
  valueU8: Uint8Array = EMPTY;
  valueStart = 0;
  bodyU8: Uint8Array = EMPTY;
  bodyStart = 0;
  bodyEnd = 0;
  /** Whether what the block's entries share is taken from it. */
  private begun = false;
  /** The header of an entry of a load. */
  private readonly settled = new Uint8Array(RECORD_HEADER);
  readonly block = new PackedBlock();
  index = 0;
  private readonly tree: TreeCursor;

  constructor(
    pages: PageMap,
    private readonly loads: LoadTable = NO_LOADS,
  ) {
    this.tree = new TreeCursor(pages);
  }

  get root(): number {
    return this.tree.root;
  }

  set root(root: number) {
    this.tree.root = root;
  }

  /** Goes to the entry with exactly this key: `block` and `index` say where it is, the key is not copied. */
  find(key: Uint8Array, start: number, end: number): boolean {
    if (this.tree.root === NO_ROOT || !this.tree.seek(key, start, end)) return false;
    const block = this.loadBlock();
    const index = block.lowerBound(key, start, end);
    this.index = index;
    if (block.keyLength(index) !== end - start) return false;
    const at = block.valueStart(index);
    const suffix = end - start - block.prefixLength;
    // Of one length: the prefix is equal if the lower bound lies within the block at all.
    if (compareRanges(block.u8, at - suffix, at, key, end - suffix, end) !== 0) return false;
    return index > 0 || this.beginsWithPrefix(key, start);
  }

  private beginsWithPrefix(key: Uint8Array, start: number): boolean {
    const { block } = this;
    const at = block.headerAt + RECORD_HEADER;
    return compareRanges(block.u8, at, at + block.prefixLength, key, start, start + block.prefixLength) === 0;
  }

  seek(key: Uint8Array, start: number, end: number): boolean {
    if (this.tree.root === NO_ROOT || !this.tree.seek(key, start, end)) return false;
    // The block's last key is at or behind the wanted one.
    this.index = this.loadBlock().lowerBound(key, start, end);
    return this.show();
  }

  seekBefore(key: Uint8Array, start: number, end: number): boolean {
    if (this.tree.root === NO_ROOT) return false;
    if (!this.tree.seek(key, start, end)) return this.last();
    this.index = this.loadBlock().lowerBound(key, start, end);
    return this.previous();
  }

  last(): boolean {
    if (this.tree.root === NO_ROOT || !this.tree.last()) return false;
    this.index = this.loadBlock().count - 1;
    return this.show();
  }

  next(): boolean {
    if (++this.index < this.block.count) return this.show();
    if (!this.tree.next()) return false;
    this.loadBlock();
    this.index = 0;
    return this.show();
  }

  previous(): boolean {
    if (--this.index >= 0) return this.show();
    if (!this.tree.previous()) return false;
    this.index = this.loadBlock().count - 1;
    return this.show();
  }

  /** The key of the block under the cursor: that of its last entry. */
  blockKey(): Uint8Array {
    const { tree } = this;
    return Uint8Array.prototype.slice.call(tree.u8, tree.keyStart, tree.keyEnd);
  }

  /** Goes to the first block whose last key is at or behind the key. */
  seekBlock(key: Uint8Array): PackedBlock | null {
    return this.tree.root !== NO_ROOT && this.tree.seek(key, 0, key.length) ? this.loadBlock() : null;
  }

  nextBlock(): PackedBlock | null {
    return this.tree.next() ? this.loadBlock() : null;
  }

  /** Key of the last entry before the block that `seekBlock` found or would have found; null when there is none. */
  keyBefore(key: Uint8Array): Uint8Array | null {
    const { tree } = this;
    if (tree.root === NO_ROOT) return null;
    const found = tree.seek(key, 0, key.length) ? tree.previous() : tree.last();
    return found ? this.blockKey() : null;
  }

  private loadBlock(): PackedBlock {
    const { tree } = this;
    this.begun = false;
    return this.block.load(tree.valueU8, tree.valueStart, tree.valueEnd);
  }

  /** Copies the entry out as a row. */
  private show(): boolean {
    const { block, index } = this;
    const length = block.keyLength(index);
    if (length > this.u8.length) {
      this.u8 = new Uint8Array(2 * length);
      this.begun = false;
    }
    if (!this.begun) this.begin();
    this.keyEnd = block.copyEntry(index, this.u8);
    this.bodyU8 = block.u8;
    this.bodyStart = block.valueAt;
    this.bodyEnd = block.valueEnd(index);
    return true;
  }

  /** Takes from the block what is the same for all its entries. */
  private begin(): void {
    const { block } = this;
    this.begun = true;
    block.copyPrefix(this.u8);
    this.valueU8 = block.u8;
    this.valueStart = block.headerAt;
    if (this.loads.count > 0) this.settleCommit();
  }

  /** The entry of a load has its commit in the load's place; one of a load that is not committed is a key that is not there. */
  private settleCommit(): void {
    const { loads, valueU8, valueStart, settled } = this;
    if (!loads.find(readUint32BE(valueU8, valueStart + 1), readUint32BE(valueU8, valueStart + 5))) return;
    for (let i = 0; i < RECORD_HEADER; i++) settled[i] = valueU8[valueStart + i]!;
    if (loads.pending) settled[0] = VersionKind.del;
    writeUint32BE(settled, 1, loads.commitHi);
    writeUint32BE(settled, 5, loads.commitLo);
    this.valueU8 = settled;
    this.valueStart = 0;
  }
}

/** Rows of `data` and entries of packed blocks in one order. A key that is in both is shown as its row in `data`, which is newer. */
export class MergedRows implements RowCursor {
  u8: Uint8Array = EMPTY;
  keyStart = 0;
  keyEnd = 0;
  valueU8: Uint8Array = EMPTY;
  valueStart = 0;
  bodyU8: Uint8Array = EMPTY;
  bodyStart = 0;
  bodyEnd = 0;
  private readonly data: TreeCursor;
  private readonly packed: PackedCursor;
  /** While one of the two goes on the other stays where it is. */
  private readonly packedPages: PageMap;
  private dataAlive = false;
  private packedAlive = false;
  /** Which of them are at the current key. */
  private atData = false;
  private atPacked = false;

  constructor(pages: PageMap, loads: LoadTable) {
    this.data = new TreeCursor(pages);
    this.packedPages = pages.forAnotherCursor();
    this.packed = new PackedCursor(this.packedPages, loads);
  }

  /** Pages of `packed` as they were read are void: see PageMap.invalidate. */
  invalidate(): void {
    this.packedPages.invalidate();
  }

  setRoots(data: number, packed: number): void {
    this.data.root = data;
    this.packed.root = packed;
  }

  seek(key: Uint8Array, start: number, end: number): boolean {
    this.dataAlive = this.data.seek(key, start, end);
    this.packedAlive = this.packed.seek(key, start, end);
    return this.choose(1);
  }

  seekBefore(key: Uint8Array, start: number, end: number): boolean {
    this.dataAlive = this.data.seekBefore(key, start, end);
    this.packedAlive = this.packed.seekBefore(key, start, end);
    return this.choose(-1);
  }

  last(): boolean {
    this.dataAlive = this.data.last();
    this.packedAlive = this.packed.last();
    return this.choose(-1);
  }

  next(): boolean {
    if (this.atData) this.dataAlive = this.data.next();
    if (this.atPacked) this.packedAlive = this.packed.next();
    return this.choose(1);
  }

  previous(): boolean {
    if (this.atData) this.dataAlive = this.data.previous();
    if (this.atPacked) this.packedAlive = this.packed.previous();
    return this.choose(-1);
  }

  private choose(direction: 1 | -1): boolean {
    const { data, packed } = this;
    if (!this.dataAlive && !this.packedAlive) return false;
    let order = this.dataAlive ? -1 : 1;
    if (this.dataAlive && this.packedAlive)
      order = direction * compareRanges(data.u8, data.keyStart, data.keyEnd, packed.u8, 0, packed.keyEnd);
    this.atData = order <= 0;
    this.atPacked = order >= 0;
    const source: RowCursor = order <= 0 ? data : packed;
    this.u8 = source.u8;
    this.keyStart = source.keyStart;
    this.keyEnd = source.keyEnd;
    this.valueU8 = source.valueU8;
    this.valueStart = source.valueStart;
    this.bodyU8 = source.bodyU8;
    this.bodyStart = source.bodyStart;
    this.bodyEnd = source.bodyEnd;
    return true;
  }
}
