import { PAGE_SIZE } from './page-map.js';
import { RECORD_HEADER, VersionKind, compareRanges, writeRecordHeader } from './record.js';

/**
 * Many entries with neighbouring keys as one value of LMDB, all of one commit: what bulk loads leave (see packed-store.ts). Integers
 * little-endian but for the record header's:
 *
 *     0: prefix length (2)  2: entries (2)  4: record header (17, see record.ts)  21: prefix of all keys
 *     then where each entry begins (2 each), then the entries: suffix length (2), the key behind the prefix, the value
 *
 * The block's key in LMDB is the key of its last entry, so that the first block at or behind a key is the one to look into.
 */
const COUNT_AT = 2;
export const PACKED_HEADER_AT = 4;
const PREFIX_AT = PACKED_HEADER_AT + RECORD_HEADER;
const SUFFIX_LENGTH = 2;

/**
 * A block and LMDB's header for it fill a page; a longer entry has a block to itself. A value of several pages needs free ones that lie side by
 * side: LMDB would gather all that are free, page by page, in search of them.
 */
export const PACKED_BLOCK_BYTES = PAGE_SIZE - 64;

/** A block in a buffer. */
export class PackedBlock {
  u8: Uint8Array = new Uint8Array(0);
  private at = 0;
  private end = 0;
  private startsAt = 0;
  prefixLength = 0;
  count = 0;
  valueAt = 0;

  load(u8: Uint8Array, at: number, end: number): this {
    this.u8 = u8;
    this.at = at;
    this.end = end;
    this.prefixLength = u8[at]! | (u8[at + 1]! << 8);
    this.count = u8[at + COUNT_AT]! | (u8[at + COUNT_AT + 1]! << 8);
    this.startsAt = at + PREFIX_AT + this.prefixLength;
    return this;
  }

  /** Its bytes. */
  copy(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.u8, this.at, this.end);
  }

  /** Where the record header is, the same for all entries. */
  get headerAt(): number {
    return this.at + PACKED_HEADER_AT;
  }

  private start(index: number): number {
    const at = this.startsAt + 2 * index;
    return this.at + (this.u8[at]! | (this.u8[at + 1]! << 8));
  }

  keyLength(index: number): number {
    const at = this.start(index);
    return this.prefixLength + (this.u8[at]! | (this.u8[at + 1]! << 8));
  }

  valueStart(index: number): number {
    return this.start(index) + SUFFIX_LENGTH + this.keyLength(index) - this.prefixLength;
  }

  valueEnd(index: number): number {
    return index + 1 < this.count ? this.start(index + 1) : this.end;
  }

  copyKey(index: number, into: Uint8Array): number {
    this.copyPrefix(into);
    return this.copyEntry(index, into);
  }

  /** What all keys begin with. */
  copyPrefix(into: Uint8Array): void {
    const { u8, prefixLength } = this;
    const from = this.at + PREFIX_AT;
    for (let i = 0; i < prefixLength; i++) into[i] = u8[from + i]!;
  }

  /** Copies a key behind the prefix and gives its length; `valueAt` is where its value begins. */
  copyEntry(index: number, into: Uint8Array): number {
    const { u8, prefixLength } = this;
    const from = this.start(index) + SUFFIX_LENGTH;
    const suffix = u8[from - 2]! | (u8[from - 1]! << 8);
    for (let i = 0; i < suffix; i++) into[prefixLength + i] = u8[from + i]!;
    this.valueAt = from + suffix;
    return prefixLength + suffix;
  }

  key(index: number): Uint8Array {
    const key = new Uint8Array(this.keyLength(index));
    this.copyKey(index, key);
    return key;
  }

  value(index: number): Uint8Array {
    return Uint8Array.prototype.slice.call(this.u8, this.valueStart(index), this.valueEnd(index));
  }

  /** The first entry at or behind the key; `count` when there is none. */
  lowerBound(key: Uint8Array, start: number, end: number): number {
    const { u8, prefixLength } = this;
    const prefixAt = this.at + PREFIX_AT;
    const shared = Math.min(prefixLength, end - start);
    const order = compareRanges(key, start, start + shared, u8, prefixAt, prefixAt + shared);
    if (order !== 0) return order < 0 ? 0 : this.count;
    if (end - start < prefixLength) return 0;
    let low = 0;
    let high = this.count;
    while (low < high) {
      const mid = (low + high) >>> 1;
      const at = this.start(mid);
      const suffixAt = at + SUFFIX_LENGTH;
      const suffixEnd = suffixAt + (u8[at]! | (u8[at + 1]! << 8));
      if (compareRanges(u8, suffixAt, suffixEnd, key, start + prefixLength, end) < 0) low = mid + 1;
      else high = mid;
    }
    return low;
  }
}

const viewOf = (u8: Uint8Array): DataView => new DataView(u8.buffer, u8.byteOffset, u8.length);

/** Makes blocks of entries that come in key order, all with the same prefix and of the same commit. */
export class PackedBlockWriter {
  private bytes: Uint8Array = new Uint8Array(PACKED_BLOCK_BYTES);
  private view = viewOf(this.bytes);
  /** What entries were last taken from. */
  private source = this.bytes;
  private sourceView = this.view;
  private length = 0;
  private count = 0;
  private starts = new Uint16Array(1024);
  private lastSuffixAt = 0;
  private lastSuffixEnd = 0;

  /** `emit` is called with each full block, which it must copy, and the key of its last entry. */
  constructor(
    private readonly prefix: Uint8Array,
    private readonly commitHi: number,
    private readonly commitLo: number,
    private readonly emit: (block: Uint8Array, lastKey: Uint8Array) => void,
  ) {}

  /** Appends the entry with key `prefix + u8[keyStart, keyEnd)` and value `u8[keyEnd, valueEnd)`. */
  add(u8: Uint8Array, keyStart: number, keyEnd: number, valueEnd: number): void {
    const size = SUFFIX_LENGTH + valueEnd - keyStart;
    const overhead = PREFIX_AT + this.prefix.length + 2 * (this.count + 1);
    if (this.count > 0 && overhead + this.length + size > PACKED_BLOCK_BYTES) this.flush();
    if (this.length + size > this.bytes.length) {
      const grown = new Uint8Array(this.length + size);
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
      this.view = viewOf(grown);
    }
    if (this.count === this.starts.length) {
      const grown = new Uint16Array(2 * this.count);
      grown.set(this.starts);
      this.starts = grown;
    }
    this.starts[this.count++] = this.length;
    const { bytes } = this;
    let at = this.length;
    const suffix = keyEnd - keyStart;
    bytes[at++] = suffix;
    bytes[at++] = suffix >>> 8;
    this.lastSuffixAt = at;
    this.lastSuffixEnd = at + suffix;
    if (size < 64) this.copy(u8, keyStart, valueEnd, at);
    else bytes.set(u8.subarray(keyStart, valueEnd), at);
    this.length += size;
  }

  /** Short entries, four bytes at a time. */
  private copy(u8: Uint8Array, from: number, to: number, at: number): void {
    if (this.source !== u8) {
      this.source = u8;
      this.sourceView = viewOf(u8);
    }
    const { bytes, view, sourceView } = this;
    for (; from + 4 <= to; from += 4, at += 4) view.setUint32(at, sourceView.getUint32(from));
    for (; from < to; from++) bytes[at++] = u8[from]!;
  }

  /** Emits what is left. */
  flush(): void {
    const { count, prefix } = this;
    if (count === 0) return;
    const head = PREFIX_AT + prefix.length + 2 * count;
    const block = new Uint8Array(head + this.length);
    block[0] = prefix.length;
    block[1] = prefix.length >>> 8;
    block[COUNT_AT] = count;
    block[COUNT_AT + 1] = count >>> 8;
    // The entries' transaction began when it was committed: nobody asks for it by its start.
    const { commitHi, commitLo } = this;
    writeRecordHeader(block, PACKED_HEADER_AT, VersionKind.put, commitHi, commitLo, commitHi, commitLo);
    block.set(prefix, PREFIX_AT);
    for (let i = 0; i < count; i++) {
      const start = head + this.starts[i]!;
      block[PREFIX_AT + prefix.length + 2 * i] = start;
      block[PREFIX_AT + prefix.length + 2 * i + 1] = start >>> 8;
    }
    block.set(this.bytes.subarray(0, this.length), head);
    const lastKey = new Uint8Array(prefix.length + this.lastSuffixEnd - this.lastSuffixAt);
    lastKey.set(prefix);
    lastKey.set(this.bytes.subarray(this.lastSuffixAt, this.lastSuffixEnd), prefix.length);
    this.count = 0;
    this.length = 0;
    this.emit(block, lastKey);
  }
}
