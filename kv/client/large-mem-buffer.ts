import type { Awaitable } from '../../types/awaitable.js';
import { ByteArena } from './byte-arena.js';
import { FANOUT, KeyTree, type TreeLeaf } from './key-tree.js';
import { commonPrefix, digestOf } from './sorted-keys.js';
import { inStretches } from './turns.js';
import { ASSERTIONS, KeyFlag, LOCK_FLAGS, type WriteEntry } from './write-entry.js';

/** Words of a record: key, value, flags, stage, record of the value before. Addresses take two words. */
const KEY = 0;
const KEY_LENGTH = 2;
const VALUE = 3;
const VALUE_LENGTH = 5;
const FLAGS = 6;
const STAGE = 7;
const OLDER = 8;
const WORDS = 9;
/** Lengths that stand for no value. */
const DELETED = -1;
const NONE = -2;
const NOTHING = -1;

const EMPTY = new Uint8Array(0);

/** Records by number, in segments that are never moved. */
const SEGMENT_BITS = 12;
const SEGMENT = 1 << SEGMENT_BITS;
const HIGH = 2 ** 32;

class Records {
  private readonly segments: Int32Array[] = [];
  private count = 0;
  /** Records of old values that are free again, linked by `older`. */
  private free = NOTHING;

  add(): number {
    const found = this.free;
    if (found !== NOTHING) {
      this.free = this.get(found, OLDER);
      return found;
    }
    const id = this.count++;
    if ((id & (SEGMENT - 1)) === 0) this.segments.push(new Int32Array(SEGMENT * WORDS));
    return id;
  }
  release(id: number): void {
    this.set(id, OLDER, this.free);
    this.free = id;
  }
  get(id: number, word: number): number {
    return this.segments[id >>> SEGMENT_BITS]![(id & (SEGMENT - 1)) * WORDS + word]!;
  }
  set(id: number, word: number, value: number): void {
    this.segments[id >>> SEGMENT_BITS]![(id & (SEGMENT - 1)) * WORDS + word] = value;
  }
  address(id: number, word: number): number {
    const segment = this.segments[id >>> SEGMENT_BITS]!;
    const at = (id & (SEGMENT - 1)) * WORDS + word;
    return segment[at]! * HIGH + (segment[at + 1]! >>> 0);
  }
  setAddress(id: number, word: number, address: number): void {
    const high = Math.floor(address / HIGH);
    this.set(id, word, high);
    this.set(id, word + 1, address - high * HIGH);
  }
  /** Copies value, flags, stage and what is before. */
  copyValue(from: number, to: number): void {
    for (let word = VALUE; word < WORDS; word++) this.set(to, word, this.get(from, word));
  }
}

/** Leaf: numbers of records, and digests of their keys behind the prefix that all share (see SortedKeys). */
class RecordLeaf implements TreeLeaf<RecordLeaf> {
  private readonly ids = new Int32Array(FANOUT + 1);
  private readonly digests = new Float64Array(FANOUT + 1);
  private prefix = 0;
  /** The first key. */
  private least: Uint8Array = EMPTY;
  length = 0;
  next: RecordLeaf | null = null;
  prev: RecordLeaf | null = null;

  constructor(private readonly buffer: LargeMemBuffer) {}

  idAt(i: number): number {
    return this.ids[i]!;
  }
  keyAt(i: number): Uint8Array {
    return this.buffer.keyOf(this.ids[i]!);
  }
  entryAt(i: number): WriteEntry {
    return new RecordEntry(this.buffer, this.ids[i]!);
  }

  lowerBound(key: Uint8Array): number {
    const { length, digests, prefix } = this;
    if (length === 0) return 0;
    if (prefix > 0) {
      const first = this.least;
      for (let i = 0; i < prefix; i++) {
        if (i === key.length) return 0;
        const d = key[i]! - first[i]!;
        if (d !== 0) return d < 0 ? 0 : length;
      }
    }
    const digest = digestOf(key, prefix);
    let lo = 0;
    let hi = length;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      const d = digests[mid]!;
      if (d < digest || (d === digest && this.buffer.compare(this.ids[mid]!, key) < 0)) lo = mid + 1;
      else hi = mid;
    }
    return lo;
  }

  insert(i: number, id: number, key: Uint8Array): void {
    const { ids, digests, length } = this;
    if (length === 0) this.prefix = key.length;
    else {
      const shared = commonPrefix(this.least, key, this.prefix);
      if (shared < this.prefix) {
        this.prefix = shared;
        this.redigest();
      }
    }
    if (i < length) {
      ids.copyWithin(i + 1, i, length);
      digests.copyWithin(i + 1, i, length);
    }
    if (i === 0) this.least = this.buffer.keyOf(id);
    ids[i] = id;
    digests[i] = digestOf(key, this.prefix);
    this.length = length + 1;
  }

  splitAt(cut: number): RecordLeaf {
    const right = new RecordLeaf(this.buffer);
    right.ids.set(this.ids.subarray(cut, this.length));
    right.length = this.length - cut;
    this.length = cut;
    right.measure();
    this.measure();
    return right;
  }

  private measure(): void {
    this.least = this.keyAt(0);
    this.prefix = commonPrefix(this.least, this.keyAt(this.length - 1), Infinity);
    this.redigest();
  }
  private redigest(): void {
    for (let i = 0; i < this.length; i++) this.digests[i] = digestOf(this.keyAt(i), this.prefix);
  }
}

/** A record as it was when it was looked up. */
class RecordEntry implements WriteEntry {
  readonly value: Uint8Array | null | undefined;
  readonly flags: number;
  constructor(
    private readonly buffer: LargeMemBuffer,
    private readonly id: number,
  ) {
    this.value = buffer.valueOf(id);
    this.flags = buffer.flagsOf(id);
  }
  get key(): Uint8Array {
    return this.buffer.keyOf(this.id);
  }
  valueBefore(before: number): Uint8Array | null | undefined {
    return this.buffer.valueBefore(this.id, before);
  }
}

/**
 * Many writes of one transaction: bytes in an arena, records of numbers, so that a write costs some fifty bytes beside its own, and
 * nothing that the garbage collector looks at. Stages are the caller's (mem-buffer.ts).
 */
export class LargeMemBuffer {
  private readonly arena = new ByteArena();
  private readonly records = new Records();
  readonly tree = new KeyTree<RecordLeaf>(new RecordLeaf(this));
  entryCount = 0;
  count = 0;
  size = 0;
  /** Records with an undo version, in order of write. */
  private touched = new Int32Array(256);
  touchedCount = 0;

  keyOf(id: number): Uint8Array {
    return this.arena.view(this.records.address(id, KEY), this.records.get(id, KEY_LENGTH));
  }
  valueOf(id: number): Uint8Array | null | undefined {
    const length = this.records.get(id, VALUE_LENGTH);
    if (length === NONE) return undefined;
    return length === DELETED ? null : this.arena.view(this.records.address(id, VALUE), length);
  }
  flagsOf(id: number): number {
    return this.records.get(id, FLAGS);
  }
  compare(id: number, key: Uint8Array): number {
    return this.arena.compare(this.records.address(id, KEY), this.records.get(id, KEY_LENGTH), key);
  }
  valueBefore(id: number, before: number): Uint8Array | null | undefined {
    const { records } = this;
    let v = id;
    while (v !== NOTHING && records.get(v, STAGE) >= before) v = records.get(v, OLDER);
    return v === NOTHING ? undefined : this.valueOf(v);
  }

  /** The key's record, or -1. */
  find(key: Uint8Array): number {
    const leaf = this.tree.leafOf(key);
    const i = leaf.lowerBound(key);
    if (i === leaf.length) return NOTHING;
    const id = leaf.idAt(i);
    return this.compare(id, key) === 0 ? id : NOTHING;
  }

  entry(key: Uint8Array): WriteEntry | undefined {
    const id = this.find(key);
    return id === NOTHING ? undefined : new RecordEntry(this, id);
  }

  get(key: Uint8Array, beforeStage: number | undefined): Uint8Array | null | undefined {
    const id = this.find(key);
    if (id === NOTHING) return undefined;
    return beforeStage === undefined ? this.valueOf(id) : this.valueBefore(id, beforeStage);
  }

  put(key: Uint8Array, value: Uint8Array | null, flags: number, stage: number): void {
    const { records } = this;
    const id = this.recordFor(key);
    const had = records.get(id, VALUE_LENGTH);
    if (had === DELETED) flags &= ~KeyFlag.PresumeNotExists;
    if (had !== NONE) flags &= ~ASSERTIONS;
    if (stage !== 0 && records.get(id, STAGE) !== stage) this.keepOld(id);
    if (had === NONE) {
      this.count++;
      this.size += key.length;
    } else if (had > 0) this.size -= had;
    if (value === null) records.set(id, VALUE_LENGTH, DELETED);
    else {
      // Never over the old value: an undo or a reader may want it.
      records.setAddress(id, VALUE, this.arena.add(value));
      records.set(id, VALUE_LENGTH, value.length);
      this.size += value.length;
    }
    records.set(id, FLAGS, records.get(id, FLAGS) | flags);
    records.set(id, STAGE, stage);
  }

  setFlags(key: Uint8Array, flags: number): void {
    const id = this.recordFor(key);
    this.records.set(id, FLAGS, this.flagsOf(id) | flags);
  }

  unlock(key: Uint8Array): void {
    const id = this.recordFor(key);
    this.records.set(id, FLAGS, this.flagsOf(id) & ~LOCK_FLAGS);
  }

  private keepOld(id: number): void {
    const { records } = this;
    const old = records.add();
    records.copyValue(id, old);
    records.set(id, OLDER, old);
    this.touch(id);
  }

  touch(id: number): void {
    if (this.touchedCount === this.touched.length) {
      const longer = new Int32Array(2 * this.touchedCount);
      longer.set(this.touched);
      this.touched = longer;
    }
    this.touched[this.touchedCount++] = id;
  }

  private recordFor(key: Uint8Array): number {
    const { last } = this.tree;
    const n = last.length;
    if (n > 0) {
      // Appending in key order is the common bulk load.
      const id = last.idAt(n - 1);
      const c = this.compare(id, key);
      if (c === 0) return id;
      if (c < 0) return this.insert(last, n, key);
    }
    const leaf = this.tree.leafOf(key);
    const i = leaf.lowerBound(key);
    if (i < leaf.length) {
      const id = leaf.idAt(i);
      if (this.compare(id, key) === 0) return id;
    }
    return this.insert(leaf, i, key);
  }

  private insert(leaf: RecordLeaf, at: number, key: Uint8Array): number {
    const { records } = this;
    const id = records.add();
    records.setAddress(id, KEY, this.arena.add(key));
    records.set(id, KEY_LENGTH, key.length);
    records.set(id, VALUE_LENGTH, NONE);
    records.set(id, FLAGS, 0);
    records.set(id, STAGE, 0);
    records.set(id, OLDER, NOTHING);
    leaf.insert(at, id, key);
    this.entryCount++;
    if (leaf.length > FANOUT) this.tree.split(leaf, at);
    return id;
  }

  /** Writes from `mark` on of stages `id` and later become those of `around`. */
  release(mark: number, stage: number, around: number): Awaitable<void> {
    const to = this.touchedCount;
    let keep = mark;
    return inStretches(mark, to, (from, end) => {
      keep = this.releaseSome(from, end, keep, stage, around);
      if (end === to) this.touchedCount = keep;
    });
  }

  /** Of the writes from … to-1; gives the number up to which those stay in the order of writes that can still be undone. */
  private releaseSome(from: number, to: number, keep: number, stage: number, around: number): number {
    const { records, touched } = this;
    for (let i = from; i < to; i++) {
      const id = touched[i]!;
      if (records.get(id, STAGE) < stage) continue;
      // Of the versions the released stages made only the one before them matters, and none when `around` wrote it.
      let v = this.dropUntil(records.get(id, OLDER), stage);
      records.set(id, STAGE, around);
      if (v !== NOTHING && records.get(v, STAGE) === around) v = this.drop(v);
      else if (v !== NOTHING) touched[keep++] = id;
      records.set(id, OLDER, v);
    }
    return keep;
  }

  /** Frees versions of `stage` and later; gives the first before them. */
  private dropUntil(v: number, stage: number): number {
    while (v !== NOTHING && this.records.get(v, STAGE) >= stage) v = this.drop(v);
    return v;
  }
  private drop(v: number): number {
    const older = this.records.get(v, OLDER);
    this.records.release(v);
    return older;
  }

  /** Undoes the writes from `mark` on. Locks stay. */
  rollback(mark: number): Awaitable<void> {
    const n = this.touchedCount - mark;
    return inStretches(0, n, (from, to) => {
      this.undo(mark + n - to, mark + n - from);
      this.touchedCount = mark + n - to;
    });
  }

  /** Undoes the writes from … to-1 in the order of writes, which are the last. */
  private undo(from: number, to: number): void {
    const { records, touched } = this;
    for (let i = to - 1; i >= from; i--) {
      const id = touched[i]!;
      const old = records.get(id, OLDER);
      const had = records.get(id, VALUE_LENGTH);
      const now = records.get(old, VALUE_LENGTH);
      if (had > 0) this.size -= had;
      if (now === NONE) {
        this.count--;
        this.size -= records.get(id, KEY_LENGTH);
      } else if (now > 0) this.size += now;
      const flags = this.flagsOf(id) & LOCK_FLAGS;
      records.copyValue(old, id);
      records.set(id, FLAGS, records.get(id, FLAGS) | flags);
      records.release(old);
    }
  }

  /**
   * Takes over an entry with a larger key than all before: its versions, the oldest first. Gives the number by which `touch` is told of its
   * places in the order of writes.
   */
  takeOver(
    key: Uint8Array,
    versions: readonly {
      readonly value: Uint8Array | null | undefined;
      readonly flags: number;
      readonly stage: number;
    }[],
  ): number {
    const { records } = this;
    const id = this.insert(this.tree.last, this.tree.last.length, key);
    let first = true;
    for (const { value, flags, stage } of versions) {
      if (!first) {
        const old = records.add();
        records.copyValue(id, old);
        records.set(id, OLDER, old);
      }
      first = false;
      if (value !== null && value !== undefined) records.setAddress(id, VALUE, this.arena.add(value));
      records.set(id, VALUE_LENGTH, value === undefined ? NONE : value === null ? DELETED : value.length);
      records.set(id, FLAGS, flags);
      records.set(id, STAGE, stage);
    }
    const { value } = versions[versions.length - 1]!;
    if (value !== undefined) {
      this.count++;
      this.size += key.length + (value === null ? 0 : value.length);
    }
    return id;
  }
}
