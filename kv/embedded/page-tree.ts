import { PAGE_SIZE, type PageMap } from './page-map.js';
import { RECORD_HEADER } from './record.js';

/**
 * Reads LMDB's B+ trees from its pages. The layout is that of LMDB 1.0 as lmdb-js carries it (liblmdb/mdb.c: MDB_page_header,
 * MDB_node, MDB_db, MDB_meta; data version 2); all integers little-endian:
 *
 *     page  0: page number (8)  8: txn id (8)  18: flags (2)  20: lower (2)  22: upper (2)  24: node offsets (2 each, from 24 on)
 *     node  0: size or page (4)  4: flags or page bits 32.. (2)  6: key size (2)  8: key, then (leaf) the value
 *
 * The number of nodes is lower / 2. A leaf value with F_BIGDATA is a page number: the value begins 24 bytes into that page.
 * Only committed trees are read: the pages of the last committed snapshot are never overwritten by a running transaction.
 */
const PAGE_HEADER = 24;
const NODE_HEADER = 8;
const P_LEAF = 0x02;
const F_BIGDATA = 0x01;
/** Root of an empty tree. */
export const NO_ROOT = -1;

/** Offsets in the meta struct, which begins at byte 24 of pages 0 and 1. */
const META_MAGIC = PAGE_HEADER;
const META_VERSION = PAGE_HEADER + 4;
const META_MAIN_ROOT = PAGE_HEADER + 16 + 8 + 48 + 40;
export const META_TXN_ID = PAGE_HEADER + 16 + 8 + 96 + 8;
export const META_END = META_TXN_ID + 16;
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const DB_ROOT = 40;

function readUint64(u8: Uint8Array, at: number): number {
  const lo = (u8[at]! | (u8[at + 1]! << 8) | (u8[at + 2]! << 16) | (u8[at + 3]! << 24)) >>> 0;
  const hi = (u8[at + 4]! | (u8[at + 5]! << 8) | (u8[at + 6]! << 16) | (u8[at + 7]! << 24)) >>> 0;
  return hi === 0xffffffff ? NO_ROOT : hi * 4294967296 + lo;
}

function readUint32(u8: Uint8Array, at: number): number {
  return (u8[at]! | (u8[at + 1]! << 8) | (u8[at + 2]! << 16) | (u8[at + 3]! << 24)) >>> 0;
}

/** Which of the two meta pages is current, by transaction id. */
export function currentMeta(pages: PageMap): { page: number; txnId: number } {
  const a = metaTxnId(pages, 0);
  const b = metaTxnId(pages, 1);
  return a >= b ? { page: 0, txnId: a } : { page: 1, txnId: b };
}

function metaTxnId(pages: PageMap, page: number): number {
  const w = pages.window(page);
  const at = pages.at(page);
  return isMeta(w.u8, at) ? readUint64(w.u8, at + META_TXN_ID) : NO_ROOT;
}

/** Whether these bytes begin with a meta page of the data version that this file understands. */
export function isMeta(u8: Uint8Array, at: number): boolean {
  return (
    readUint32(u8, at + META_MAGIC) === MAGIC && (readUint32(u8, at + META_VERSION) & 0xffff) === DATA_VERSION
  );
}

export function mainRoot(pages: PageMap, metaPage: number): number {
  return readUint64(pages.window(metaPage).u8, pages.at(metaPage) + META_MAIN_ROOT);
}

/**
 * A position in one tree. Fields describe the current entry: key `u8[keyStart, keyEnd)`, value `valueU8[valueStart, valueEnd)`.
 * They are views of the map, valid until the next write transaction.
 */
export class TreeCursor {
  u8: Uint8Array;
  private u16: Uint16Array;
  keyStart = 0;
  keyEnd = 0;
  valueU8: Uint8Array;
  valueStart = 0;
  valueEnd = 0;
  // Plain arrays: typed ones of more than 64 bytes lie outside the heap, and cursors are made for each range.
  private readonly stackPage: number[] = [];
  private readonly stackIndex: number[] = [];
  private depth = 0;
  private base = 0;
  private index = 0;
  private count = 0;

  constructor(
    private readonly pages: PageMap,
    public root: number = NO_ROOT,
  ) {
    const w = pages.window(0);
    this.u8 = w.u8;
    this.u16 = w.u16;
    this.valueU8 = w.u8;
  }

  /** Of a record what follows its header: see RowCursor. */
  get bodyU8(): Uint8Array {
    return this.valueU8;
  }
  get bodyStart(): number {
    return this.valueStart + RECORD_HEADER;
  }
  get bodyEnd(): number {
    return this.valueEnd;
  }

  /** Goes to the entry with exactly this key. */
  find(key: Uint8Array, start: number, end: number): boolean {
    if (!this.descend(key, start, end)) return false;
    if (this.index >= this.count) return false;
    this.readKey();
    const length = end - start;
    if (this.keyEnd - this.keyStart !== length) return false;
    const u8 = this.u8;
    const at = this.keyStart;
    for (let i = 0; i < length; i++) if (u8[at + i] !== key[start + i]) return false;
    this.readValue();
    return true;
  }

  /** Goes to the first entry at or after the key. */
  seek(key: Uint8Array, start: number, end: number): boolean {
    if (!this.descend(key, start, end)) return false;
    if (this.index >= this.count) {
      this.index = this.count - 1;
      return this.next();
    }
    this.readKey();
    this.readValue();
    return true;
  }

  /** Goes to the last entry before the key. */
  seekBefore(key: Uint8Array, start: number, end: number): boolean {
    if (!this.descend(key, start, end)) return false;
    return this.previous();
  }

  last(): boolean {
    if (this.root === NO_ROOT) return false;
    this.depth = 0;
    this.descendToEdge(this.root, true);
    this.readKey();
    this.readValue();
    return true;
  }

  next(): boolean {
    if (this.index + 1 < this.count) {
      this.index++;
    } else if (!this.turnPage(1)) {
      return false;
    }
    this.readKey();
    this.readValue();
    return true;
  }

  previous(): boolean {
    if (this.index > 0) {
      this.index--;
    } else if (!this.turnPage(-1)) {
      return false;
    }
    this.readKey();
    this.readValue();
    return true;
  }

  /** Keys of the upper levels in (startKey, endKey), of as few levels as give `wanted` of them; ascending. An empty `endKey` is the end. */
  separators(startKey: Uint8Array, endKey: Uint8Array, wanted: number): Uint8Array[] {
    if (this.root === NO_ROOT) return [];
    let keys: Uint8Array[] = [];
    for (let level = [this.root]; ;) {
      const below: number[] = [];
      const found: Uint8Array[] = [];
      for (const page of level) {
        this.loadPage(page);
        if (this.isLeaf()) return keys;
        for (let i = 0; i < this.count; i++) {
          // Child i holds keys from its own (none for the first: from before the page) to the next one's.
          const from = i === 0 ? null : this.keyAt(i);
          const to = i + 1 < this.count ? this.keyAt(i + 1) : null;
          if (from !== null && endKey.length > 0 && order(from, endKey) >= 0) break;
          if (to !== null && order(to, startKey) <= 0) continue;
          if (from !== null && order(from, startKey) > 0) found.push(from);
          below.push(this.childAt(i));
        }
      }
      // The separators of the levels above are first keys of pages further down.
      keys = [
        ...new Map([...keys, ...found].map((k) => [Buffer.from(k).toString('latin1'), k])).values(),
      ].sort(order);
      if (keys.length >= wanted) return keys;
      level = below;
    }
  }

  private keyAt(index: number): Uint8Array {
    const node = this.base + PAGE_HEADER + this.u16[((this.base + PAGE_HEADER) >> 1) + index]!;
    const start = node + NODE_HEADER;
    return Uint8Array.prototype.slice.call(this.u8, start, start + this.u16[(node + 6) >> 1]!);
  }

  private readKey(): void {
    const node = this.base + PAGE_HEADER + this.u16[((this.base + PAGE_HEADER) >> 1) + this.index]!;
    this.keyStart = node + NODE_HEADER;
    this.keyEnd = node + NODE_HEADER + this.u16[(node + 6) >> 1]!;
  }

  private readValue(): void {
    const u16 = this.u16;
    const half = (this.keyStart - NODE_HEADER) >> 1;
    const size = u16[half]! | (u16[half + 1]! << 16);
    if ((u16[half + 2]! & F_BIGDATA) === 0) {
      this.valueU8 = this.u8;
      this.valueStart = this.keyEnd;
      this.valueEnd = this.keyEnd + size;
      return;
    }
    const page = readUint64(this.u8, this.keyEnd);
    this.valueU8 = this.pages.run(page, PAGE_HEADER + size).u8;
    this.valueStart = this.pages.at(page) + PAGE_HEADER;
    this.valueEnd = this.valueStart + size;
  }

  private loadPage(page: number): void {
    const w = this.pages.window(page);
    this.u8 = w.u8;
    this.u16 = w.u16;
    this.base = this.pages.at(page);
    this.count = w.u16[(this.base + 20) >> 1]! >> 1;
  }

  private childAt(index: number): number {
    const half = (this.base + PAGE_HEADER + this.u16[((this.base + PAGE_HEADER) >> 1) + index]!) >> 1;
    const u16 = this.u16;
    return u16[half]! + u16[half + 1]! * 65536 + u16[half + 2]! * 4294967296;
  }

  private isLeaf(): boolean {
    return (this.u16[(this.base + 18) >> 1]! & P_LEAF) !== 0;
  }

  /** To the leaf for the key; `index` = first entry at or after it, maybe `count`. False when the tree is empty. */
  private descend(key: Uint8Array, start: number, end: number): boolean {
    if (this.root === NO_ROOT) return false;
    let page = this.root;
    this.depth = 0;
    const wanted = end - start;
    // Bytes that the wanted key shares with the nearest keys known below and above it. Every key between those two shares the
    // lesser of both: comparisons begin there, also in the pages below. Keys of one table have long common prefixes.
    let sharedLow = 0;
    let sharedHigh = 0;
    for (;;) {
      this.loadPage(page);
      const leaf = this.isLeaf();
      const u8 = this.u8;
      const u16 = this.u16;
      const from = this.base + PAGE_HEADER;
      const offsets = from >> 1;
      // A branch's first node has no key: it stands for everything below the second.
      let low = leaf ? 0 : 1;
      let high = this.count;
      while (low < high) {
        const mid = (low + high) >>> 1;
        const node = from + u16[offsets + mid]!;
        const length = u16[(node + 6) >> 1]!;
        const at = node + NODE_HEADER;
        const n = length < wanted ? length : wanted;
        let i = sharedLow < sharedHigh ? sharedLow : sharedHigh;
        let order = 0;
        for (; i < n; i++) {
          order = u8[at + i]! - key[start + i]!;
          if (order !== 0) break;
        }
        if (order === 0) order = length - wanted;
        // Leaf: first at or after. Branch: first child whose least key is beyond; the one before it holds the key.
        if (order < 0 || (order === 0 && !leaf)) {
          low = mid + 1;
          sharedLow = i;
        } else {
          high = mid;
          sharedHigh = i;
        }
      }
      if (leaf) {
        this.index = low;
        return true;
      }
      this.stackPage[this.depth] = page;
      this.stackIndex[this.depth] = low - 1;
      this.depth++;
      page = this.childAt(low - 1);
    }
  }

  private descendToEdge(page: number, last: boolean): void {
    for (;;) {
      this.loadPage(page);
      const index = last ? this.count - 1 : 0;
      if (this.isLeaf()) {
        this.index = index;
        return;
      }
      this.stackPage[this.depth] = page;
      this.stackIndex[this.depth] = index;
      this.depth++;
      page = this.childAt(index);
    }
  }

  /** Moves to the neighbouring leaf through the nearest ancestor that has another child on that side. */
  private turnPage(step: 1 | -1): boolean {
    let level = this.depth - 1;
    for (; level >= 0; level--) {
      this.loadPage(this.stackPage[level]!);
      const index = this.stackIndex[level]! + step;
      if (index < 0 || index >= this.count) continue;
      this.stackIndex[level] = index;
      this.depth = level + 1;
      this.descendToEdge(this.childAt(index), step < 0);
      return true;
    }
    return false;
  }
}

const order = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b);

/** Root page of the named database, from its record (MDB_db) in the main tree. */
export function databaseRoot(pages: PageMap, mainTreeRoot: number, name: Uint8Array): number {
  const cursor = new TreeCursor(pages, mainTreeRoot);
  return cursor.find(name, 0, name.length)
    ? readUint64(cursor.valueU8, cursor.valueStart + DB_ROOT)
    : NO_ROOT;
}

/** A page number read from a page is below 2^48, exact as a number; the windows address up to 2^32 pages of this size. */
export const MAX_MAP_SIZE = 2 ** 32 * PAGE_SIZE;
