import type { SharedVersions } from '../rpc.js';
import { noteAddress } from './lmdb-native.js';
import { RECORD_HEADER, compareRanges, writeRecordHeader } from './record.js';

/**
 * Versions committed since the last flush, in an arena: a skip list of user keys, each with the chain of its versions from new to
 * old. Rows that are written all the time so cost scans nothing, and a further version of a key takes no search.
 *
 * The arena is one SharedArrayBuffer: nothing here is a JS object per entry (no garbage, no write barriers), and other threads
 * can read the list while one inserts, because a key or a version is complete before the pointers to it are stored, bottom level
 * first (one writer at a time, many readers, nothing is ever unlinked).
 *
 * Keys are put from the arena's begin on and versions from its end backwards: a search reads keys alone, which then lie in a fraction of
 * the pages (each a miss of the address cache). A key and a version, in 32-bit words (offsets are words, 0 = none):
 *
 *     0: key length | height << 16 | list << 24    1: newest version    2 .. 2+height: next key per level    then key bytes
 *     0: next older version    1, 2: commit ts (high, low)    3: length of the record    then the record (see record.ts)
 *
 * Point lookups go through a hash table from user key to its node (open addressing; 0 = free).
 *
 * Two lists live in one arena: `data` (puts and deletes) and `marks` (lock and rollback records, which readers never meet). The
 * arena's first words say, for both, how many versions there are and how high the list is, and what a writer needs to know, so that
 * a memtable made by another thread can be read and written with nothing but its two buffers (`attach`). The counts are stored
 * after the version is linked: a reader that was given its timestamp after a commit was applied (see shared-layers.ts) finds all of it.
 */
export const MemtableList = { data: 0, marks: 1 } as const;
export type MemtableList = (typeof MemtableList)[keyof typeof MemtableList];

const MAX_HEIGHT = 12;
const NODE_WORDS = 2;
const NEWEST = 1;
const VERSION_WORDS = 4;
/** Bytes of arena per slot of the hash table: the smallest entries take more, so that the table is never full. */
const BYTES_PER_SLOT = 32;
const HEAD_WORDS = NODE_WORDS + MAX_HEIGHT;
/** Groups of keys of one list that are remembered apart: a power of two. */
const HINTS = 16;
/** Keys looked at behind a hint before it is given up. */
const HINT_STEPS = 4;
/** Words before the heads; word 0 stays unused so that offset 0 can mean "none". */
const COUNT_WORD = 1;
const HEIGHT_WORD = 3;
/** First free word behind the keys, and the state of the generator of heights. */
const TOP_WORD = 5;
const RANDOM_WORD = 6;
/** Newest commit timestamp of the data, high and low. */
const NEWEST_COMMIT = 7;
/** First word of the versions. */
const VERSIONS_WORD = 9;
const HEADER_WORDS = 10;
const HINT_WORDS = HEADER_WORDS + 2 * HEAD_WORDS;
const FIRST_NODE = HINT_WORDS + 2 * HINTS * MAX_HEIGHT;
const SEED = 0x2545f491;

export class Memtable {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly slots: Int32Array;
  private readonly prev = new Int32Array(MAX_HEIGHT);
  /**
   * Per level the last new key, or one before it, of each of a few groups of keys: those that rise (rows with AUTO_INCREMENT, bulk
   * loads) go on there without a search. Invariant: no key of a group's hint lies behind that of its level 0.
   */
  private readonly hints: readonly Int32Array[];
  private readonly slotMask: number;

  constructor(
    readonly capacity: number,
    shared?: SharedVersions,
  ) {
    const buffer = shared?.arena ?? new SharedArrayBuffer(capacity);
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
    this.hints = Array.from({ length: 2 * HINTS }, (_, i) =>
      this.words.subarray(HINT_WORDS + i * MAX_HEIGHT, HINT_WORDS + (i + 1) * MAX_HEIGHT),
    );
    const slots = 1 << Math.ceil(Math.log2(Math.max(64, capacity / BYTES_PER_SLOT)));
    this.slots = new Int32Array(shared?.slots ?? new SharedArrayBuffer(slots * 4));
    this.slotMask = slots - 1;
    if (shared !== undefined) return;
    noteAddress(this.bytes);
    this.begin();
  }

  /** A memtable that another thread has made. */
  static attach(shared: SharedVersions): Memtable {
    return new Memtable(shared.arena.byteLength, shared);
  }

  /** What another thread attaches to. */
  get buffers(): SharedVersions {
    return {
      arena: this.words.buffer as SharedArrayBuffer,
      slots: this.slots.buffer as SharedArrayBuffer,
    };
  }

  /** Versions in a list. */
  count(list: MemtableList): number {
    return this.words[COUNT_WORD + list]!;
  }

  /** Empties the memtable, for use as a new one: nobody may be reading it. */
  clear(): void {
    this.words.fill(0, 0, FIRST_NODE);
    this.slots.fill(0);
    this.begin();
  }

  private begin(): void {
    this.words[HEIGHT_WORD] = 1;
    this.words[HEIGHT_WORD + 1] = 1;
    this.words[TOP_WORD] = FIRST_NODE;
    this.words[VERSIONS_WORD] = this.words.length;
    this.words[RANDOM_WORD] = SEED;
    this.hints.forEach((hint, i) => hint.fill(headOf(i < HINTS ? 0 : 1)));
  }

  private get top(): number {
    return this.words[TOP_WORD]!;
  }

  private set top(word: number) {
    this.words[TOP_WORD] = word;
  }

  get isEmpty(): boolean {
    return this.top === FIRST_NODE;
  }

  get size(): number {
    return (this.top + this.words.length - this.words[VERSIONS_WORD]!) << 2;
  }

  /** Bytes that an entry takes at most. */
  static entrySize(keyLength: number, valueLength: number): number {
    const words = NODE_WORDS + MAX_HEIGHT + VERSION_WORDS;
    return (words << 2) + ((keyLength + 3) & ~3) + ((RECORD_HEADER + valueLength + 3) & ~3);
  }

  fits(bytes: number): boolean {
    return (this.top << 2) + bytes <= this.words[VERSIONS_WORD]! << 2;
  }

  /** The same (key, commit ts) twice keeps the first: replay is idempotent. */
  insert(
    list: MemtableList,
    key: Uint8Array,
    kind: number,
    commitHi: number,
    commitLo: number,
    startHi: number,
    startLo: number,
    value: Uint8Array | undefined,
    /** What `approach` left for the key. */
    path: Int32Array | null = null,
  ): void {
    const words = this.words;
    const slot = this.slotOf(list, key, 0, key.length);
    const present = this.slots[slot]!;
    // The version behind which this one goes: -1 for none.
    let newer = -1;
    let older = 0;
    if (present !== 0) {
      older = words[present + NEWEST]!;
      while (older !== 0) {
        const order = this.compareVersion(older, commitHi, commitLo);
        if (order === 0) return;
        if (order < 0) break;
        newer = older;
        older = words[older]!;
      }
    }
    const node = present === 0 ? this.allocateKey(list, key) : present;
    const valueLength = value === undefined ? 0 : value.length;
    const version = words[VERSIONS_WORD]! - VERSION_WORDS - ((RECORD_HEADER + valueLength + 3) >> 2);
    words[VERSIONS_WORD] = version;
    const recordAt = (version + VERSION_WORDS) << 2;
    words[version] = older;
    words[version + 1] = commitHi | 0;
    words[version + 2] = commitLo | 0;
    words[version + 3] = RECORD_HEADER + valueLength;
    writeRecordHeader(this.bytes, recordAt, kind, commitHi, commitLo, startHi, startLo);
    if (value !== undefined) this.bytes.set(value, recordAt + RECORD_HEADER);
    if (present === 0) {
      words[node + NEWEST] = version;
      this.link(list, node, key, path);
      Atomics.store(this.slots, slot, node);
    } else Atomics.store(words, newer === -1 ? node + NEWEST : newer, version);
    Atomics.store(words, COUNT_WORD + list, words[COUNT_WORD + list]! + 1);
    if (list === MemtableList.data && !this.committedSince(commitHi, commitLo)) {
      words[NEWEST_COMMIT] = commitHi | 0;
      words[NEWEST_COMMIT + 1] = commitLo | 0;
    }
  }

  /** Whether a put or delete of this or a later commit timestamp is in it. */
  committedSince(hi: number, lo: number): boolean {
    const newestHi = this.words[NEWEST_COMMIT]! >>> 0;
    return newestHi > hi || (newestHi === hi && this.words[NEWEST_COMMIT + 1]! >>> 0 >= lo);
  }

  /** Newest commit timestamp of a put or delete in it. */
  get newestCommit(): { readonly hi: number; readonly lo: number } {
    return { hi: this.words[NEWEST_COMMIT]! >>> 0, lo: this.words[NEWEST_COMMIT + 1]! >>> 0 };
  }

  private allocateKey(list: MemtableList, key: Uint8Array): number {
    const node = this.top;
    const height = this.randomHeight();
    const keyAt = (node + NODE_WORDS + height) << 2;
    this.top = (keyAt + key.length + 3) >> 2;
    this.words[node] = key.length | (height << 16) | (list << 24);
    this.bytes.set(key, keyAt);
    return node;
  }

  /** Room for what `approach` finds. */
  static path(): Int32Array {
    return new Int32Array(MAX_HEIGHT);
  }

  /**
   * Outside of a section: looks for the place of a key that is about to be inserted. The path holds per level a key before it, and the
   * present ends of the list; false when the key needs no path: it is there already, or behind the last new one.
   */
  approach(list: MemtableList, key: Uint8Array, path: Int32Array): boolean {
    if (this.slots[this.slotOf(list, key, 0, key.length)] !== 0) return false;
    const words = this.words;
    const last = Atomics.load(this.hints[list * HINTS + hintOf(key)]!, 0);
    if (last !== headOf(list) && this.compareKey(last, key) < 0) {
      const next = words[last + NODE_WORDS]!;
      if (next === 0 || this.compareKey(next, key) > 0) return false;
    }
    path.fill(headOf(list));
    this.findGreaterOrEqual(list, key, 0, key.length, path);
    return true;
  }

  /** From the path of the key to its place now, on the levels below `height`: leaves `prev` as a search does. */
  private followPath(list: MemtableList, key: Uint8Array, path: Int32Array, height: number): void {
    const words = this.words;
    const { prev } = this;
    const present = words[HEIGHT_WORD + list]!;
    for (let level = 0; level < present; level++) {
      let at = path[level]!;
      if (level < height) {
        for (;;) {
          const next = words[at + NODE_WORDS + level]!;
          if (next === 0 || this.compareKey(next, key) >= 0) break;
          at = next;
        }
      }
      prev[level] = at;
    }
  }

  /** The newest version of the key, or 0. */
  newestOf(list: MemtableList, key: Uint8Array): number {
    const node = this.slots[this.slotOf(list, key, 0, key.length)]!;
    return node === 0 ? 0 : this.words[node + NEWEST]!;
  }

  /** Puts a new key into the list. */
  private link(list: MemtableList, node: number, key: Uint8Array, path: Int32Array | null): void {
    const words = this.words;
    const prev = this.prev;
    const hint = this.hints[list * HINTS + hintOf(key)]!;
    const height = (words[node]! >>> 16) & 0xff;
    const head = headOf(list);
    const present = words[HEIGHT_WORD + list]!;
    if (!this.continueAtHint(list, key, hint, height < present ? height : present)) {
      if (path === null) this.findGreaterOrEqual(list, key, 0, key.length, prev);
      else this.followPath(list, key, path, height);
      for (let level = height; level < MAX_HEIGHT; level++)
        hint[level] = level < present ? prev[level]! : head;
    }
    for (let level = present; level < height; level++) prev[level] = head;
    for (let level = 0; level < height; level++)
      words[node + NODE_WORDS + level] = words[prev[level]! + NODE_WORDS + level]!;
    for (let level = 0; level < height; level++) {
      Atomics.store(words, prev[level]! + NODE_WORDS + level, node);
      hint[level] = node;
    }
    if (height > present) words[HEIGHT_WORD + list] = height;
  }

  /** The newest version of the key with a commit ts at or below (hi, lo), or 0. */
  find(list: MemtableList, key: Uint8Array, start: number, end: number, hi: number, lo: number): number {
    if (this.words[COUNT_WORD + list] === 0) return 0;
    const node = this.slots[this.slotOf(list, key, start, end)]!;
    return node === 0 ? 0 : this.versionAt(node, hi, lo);
  }

  /** The newest version of the node's key with a commit ts at or below (hi, lo), or 0. */
  versionAt(node: number, hi: number, lo: number): number {
    const words = this.words;
    let version = words[node + NEWEST]!;
    while (version !== 0) {
      const versionHi = words[version + 1]! >>> 0;
      if (versionHi < hi || (versionHi === hi && words[version + 2]! >>> 0 <= lo)) return version;
      version = words[version]!;
    }
    return 0;
  }

  newest(node: number): number {
    return this.words[node + NEWEST]!;
  }

  /** The version before this one, or 0. */
  older(version: number): number {
    return this.words[version]!;
  }

  /** The slot that holds the key, or the free one where it would go. */
  private slotOf(list: MemtableList, key: Uint8Array, start: number, end: number): number {
    const slots = this.slots;
    const words = this.words;
    let slot = hashKey(key, start, end, list) & this.slotMask;
    for (;;) {
      const node = slots[slot]!;
      if (node === 0) return slot;
      if (words[node]! >>> 24 === list && this.isKey(node, key, start, end)) return slot;
      slot = (slot + 1) & this.slotMask;
    }
  }

  /** The first key at or behind `key`, or 0. */
  seek(list: MemtableList, key: Uint8Array, start: number, end: number): number {
    return this.findGreaterOrEqual(list, key, start, end, null);
  }

  first(list: MemtableList): number {
    return this.words[headOf(list) + NODE_WORDS]!;
  }

  next(node: number): number {
    return this.words[node + NODE_WORDS]!;
  }

  /** The last key below `key`, or 0. Skip lists have no back links: this searches. */
  seekBefore(list: MemtableList, key: Uint8Array, start: number, end: number): number {
    const words = this.words;
    const head = headOf(list);
    let at = head;
    for (let level = this.words[HEIGHT_WORD + list]! - 1; level >= 0; level--) {
      for (;;) {
        const next = words[at + NODE_WORDS + level]!;
        if (next === 0) break;
        const keyAt = this.keyStart(next);
        if (compareRanges(this.bytes, keyAt, keyAt + this.keyLength(next), key, start, end) >= 0) break;
        at = next;
      }
    }
    return at === head ? 0 : at;
  }

  last(list: MemtableList): number {
    const words = this.words;
    const head = headOf(list);
    let at = head;
    for (let level = this.words[HEIGHT_WORD + list]! - 1; level >= 0; level--) {
      for (let next = words[at + NODE_WORDS + level]!; next !== 0; next = words[at + NODE_WORDS + level]!)
        at = next;
    }
    return at === head ? 0 : at;
  }

  /** Keys in [startKey, endKey) that divide those of the list about evenly: some more than `wanted`, or all there are on some level. */
  separators(list: MemtableList, startKey: Uint8Array, endKey: Uint8Array, wanted: number): Uint8Array[] {
    const { words, bytes } = this;
    const keys: Uint8Array[] = [];
    const prev = new Int32Array(MAX_HEIGHT).fill(headOf(list));
    this.findGreaterOrEqual(list, startKey, 0, startKey.length, prev);
    for (let level = words[HEIGHT_WORD + list]! - 1; level >= 0 && keys.length < wanted; level--) {
      keys.length = 0;
      let node = words[prev[level]! + NODE_WORDS + level]!;
      for (; node !== 0; node = words[node + NODE_WORDS + level]!) {
        const at = this.keyStart(node);
        const end = at + this.keyLength(node);
        if (endKey.length > 0 && compareRanges(bytes, at, end, endKey, 0, endKey.length) >= 0) break;
        keys.push(bytes.slice(at, end));
      }
    }
    return keys;
  }

  keyStart(node: number): number {
    return (node + NODE_WORDS + ((this.words[node]! >>> 16) & 0xff)) << 2;
  }

  keyLength(node: number): number {
    return this.words[node]! & 0xffff;
  }

  /** The version's VersionKind: what its record begins with (record.ts). */
  kindOf(version: number): number {
    return this.bytes[(version + VERSION_WORDS) << 2]!;
  }

  commitHi(version: number): number {
    return this.words[version + 1]! >>> 0;
  }

  commitLo(version: number): number {
    return this.words[version + 2]! >>> 0;
  }

  recordStart(version: number): number {
    return (version + VERSION_WORDS) << 2;
  }

  recordLength(version: number): number {
    return this.words[version + 3]!;
  }

  isKey(node: number, key: Uint8Array, start: number, end: number): boolean {
    const length = this.keyLength(node);
    if (length !== end - start) return false;
    const keyAt = this.keyStart(node);
    const { bytes } = this;
    // Neighbours differ in their last bytes.
    for (let i = length - 1; i >= 0; i--) if (bytes[keyAt + i] !== key[start + i]) return false;
    return true;
  }

  /** Above 0 when the version is newer than the timestamp, below 0 when it is older. */
  private compareVersion(version: number, hi: number, lo: number): number {
    const order = this.commitHi(version) - hi;
    return order !== 0 ? order : this.commitLo(version) - lo;
  }

  private compareKey(node: number, key: Uint8Array): number {
    const keyAt = this.keyStart(node);
    return compareRanges(this.bytes, keyAt, keyAt + this.keyLength(node), key, 0, key.length);
  }

  private findGreaterOrEqual(
    list: MemtableList,
    key: Uint8Array,
    start: number,
    end: number,
    prev: Int32Array | null,
  ): number {
    const words = this.words;
    const bytes = this.bytes;
    const wanted = end - start;
    let at = headOf(list);
    let beyond = 0;
    // Bytes that the key shares with `at` and with `beyond`: every key between them shares the lesser of both, so comparisons
    // begin there (as in page-tree.ts).
    let sharedLow = 0;
    let sharedHigh = 0;
    for (let level = this.words[HEIGHT_WORD + list]! - 1; level >= 0; level--) {
      for (;;) {
        const next = words[at + NODE_WORDS + level]!;
        // `beyond` was found too great one level up.
        if (next === 0 || next === beyond) break;
        const word = words[next]!;
        const keyAt = (next + NODE_WORDS + ((word >>> 16) & 0xff)) << 2;
        const length = word & 0xffff;
        const n = length < wanted ? length : wanted;
        let i = sharedLow < sharedHigh ? sharedLow : sharedHigh;
        let order = 0;
        for (; i < n; i++) {
          order = bytes[keyAt + i]! - key[start + i]!;
          if (order !== 0) break;
        }
        if (order === 0) order = length - wanted;
        if (order >= 0) {
          beyond = next;
          sharedHigh = i;
          break;
        }
        at = next;
        sharedLow = i;
      }
      if (prev !== null) prev[level] = at;
    }
    return words[at + NODE_WORDS]!;
  }

  /** Whether the new key belongs behind the last new one of its group, and not far: then `prev` is set below `height`. */
  private continueAtHint(list: MemtableList, key: Uint8Array, hint: Int32Array, height: number): boolean {
    const last = hint[0]!;
    if (last === headOf(list) || this.compareKey(last, key) >= 0) return false;
    const words = this.words;
    let beyond = 0;
    for (let level = 0; level < height; level++) {
      let at = hint[level]!;
      for (let steps = 0; ; steps++) {
        const next = words[at + NODE_WORDS + level]!;
        // A key beyond is so on every level.
        if (next === 0 || next === beyond) break;
        if (this.compareKey(next, key) > 0) {
          beyond = next;
          break;
        }
        if (steps === HINT_STEPS) return false;
        at = next;
      }
      this.prev[level] = at;
    }
    return true;
  }

  /** Height h with probability 4^-h (xorshift32). */
  private randomHeight(): number {
    let x = this.words[RANDOM_WORD]!;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.words[RANDOM_WORD] = x;
    let height = 1;
    while (height < MAX_HEIGHT && (x & 3) === 0) {
      height++;
      x >>>= 2;
    }
    return height;
  }
}

/** Keys of one table, or of one table's indexes, mostly have a group of their own: the last bytes of the table's id, and `r` or `i` (table-key.ts). */
function hintOf(key: Uint8Array): number {
  return key.length < 11 ? 0 : (key[8]! * 2 + (key[10]! & 1)) & (HINTS - 1);
}

function headOf(list: number): number {
  return HEADER_WORDS + list * HEAD_WORDS;
}

/** FNV-1a, finished so that its low bits are good. */
function hashKey(key: Uint8Array, start: number, end: number, list: number): number {
  let h = 0x811c9dc5 ^ list;
  for (let i = start; i < end; i++) h = Math.imul(h ^ key[i]!, 0x01000193);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return h ^ (h >>> 13);
}
