import type { Awaitable } from '../../types/awaitable.js';
import { compareBytes } from '../codec/byte-writer.js';
import type { MemBuffer } from '../storage.js';
import { FANOUT, KeyTree, type TreeLeaf } from './key-tree.js';
import { LargeMemBuffer } from './large-mem-buffer.js';
import { SortedKeys } from './sorted-keys.js';
import { ASSERTIONS, KeyFlag, LOCK_FLAGS, type WriteEntry } from './write-entry.js';

/** Entries from which on they are kept as records instead of objects. */
const LARGE = 1024;

/** A value before a write of a later stage. */
interface OldVersion {
  readonly value: Uint8Array | null | undefined;
  readonly flags: number;
  readonly stage: number;
  readonly older: OldVersion | null;
}

class Entry implements WriteEntry {
  value: Uint8Array | null | undefined = undefined;
  flags = 0;
  /** Stage that wrote `value`. */
  stage = 0;
  older: OldVersion | null = null;

  constructor(readonly key: Uint8Array) {}

  /** The value as it was before stage `before` began. */
  valueBefore(before: number): Uint8Array | null | undefined {
    if (this.stage < before) return this.value;
    let v = this.older;
    while (v !== null && v.stage >= before) v = v.older;
    return v === null ? undefined : v.value;
  }
}

class Leaf implements TreeLeaf<Leaf> {
  private readonly keys = new SortedKeys();
  /** Parallel to `keys`. */
  private readonly entries: Entry[] = [];
  next: Leaf | null = null;
  prev: Leaf | null = null;

  get length(): number {
    return this.entries.length;
  }
  lowerBound(key: Uint8Array): number {
    return this.keys.lowerBound(key);
  }
  isAt(i: number, key: Uint8Array): boolean {
    return this.keys.isAt(i, key);
  }
  keyAt(i: number): Uint8Array {
    return this.entries[i]!.key;
  }
  entryAt(i: number): Entry {
    return this.entries[i]!;
  }
  insert(i: number, e: Entry): void {
    this.keys.insert(i, e.key);
    if (i === this.entries.length) this.entries.push(e);
    else this.entries.splice(i, 0, e);
  }
  splitAt(cut: number): Leaf {
    const right = new Leaf();
    right.entries.push(...this.entries.splice(cut));
    this.keys.splitTo(cut, right.keys);
    return right;
  }
}

/** A leaf of either kind, as cursors see it. */
interface EntryLeaf {
  readonly next: EntryLeaf | null;
  readonly prev: EntryLeaf | null;
  readonly length: number;
  lowerBound(key: Uint8Array): number;
  entryAt(i: number): WriteEntry;
}

/**
 * A transaction's own writes: a B+tree over entries, which for a small transaction is one sorted array. Entries are never taken
 * out, so that iterators live through writes; a write in a stage keeps the value before it in a chain, which undoes the stage and lets
 * a statement read what was there when it began. Once there are many they move to a LargeMemBuffer for good.
 */
export class TxnMemBuffer implements MemBuffer {
  /** Made for the first entry: transactions that gather their writes, or only read, have none. */
  private entries: KeyTree<Leaf> | null = null;
  private large: LargeMemBuffer | null = null;
  /** Number of entries, those without value included. */
  entryCount = 0;
  count = 0;
  size = 0;
  /** The innermost open stage; 0 = none. Stage ids only grow. */
  private currentStage = 0;
  private nextStage = 1;
  private readonly openStages: number[] = [];
  /** Per open stage the length of `touched` when it began. */
  private readonly stageMarks: number[] = [];
  /** Entries with an undo version, in order of write. */
  private readonly touched: Entry[] = [];

  private get tree(): KeyTree<Leaf> {
    return (this.entries ??= new KeyTree(new Leaf()));
  }

  entry(key: Uint8Array): WriteEntry | undefined {
    return this.large === null ? this.find(key) : this.large.entry(key);
  }

  private find(key: Uint8Array): Entry | undefined {
    if (this.entries === null) return undefined;
    const leaf = this.entries.leafOf(key);
    const i = leaf.lowerBound(key);
    return leaf.isAt(i, key) ? leaf.entryAt(i) : undefined;
  }

  get(key: Uint8Array, beforeStage?: number): Uint8Array | null | undefined {
    if (this.count === 0) return undefined;
    if (this.large !== null) return this.large.get(key, beforeStage);
    const e = this.find(key);
    return beforeStage === undefined ? e?.value : e?.valueBefore(beforeStage);
  }

  flagsOf(key: Uint8Array): number {
    return this.entryCount === 0 ? 0 : (this.entry(key)?.flags ?? 0);
  }

  /** Writes `value` (null = delete) and adds `flags`. */
  put(key: Uint8Array, value: Uint8Array | null, flags: number): void {
    const { large } = this;
    if (large !== null) {
      large.put(key, value, flags, this.currentStage);
      this.measure(large);
      return;
    }
    const e = this.entryFor(key);
    // A key deleted by this transaction exists in the store for all we know: writing it again is a plain put.
    if (e.value === null) flags &= ~KeyFlag.PresumeNotExists;
    // What is known after an own write says nothing of the store.
    if (e.value !== undefined) flags &= ~ASSERTIONS;
    const stage = this.currentStage;
    if (stage !== 0 && e.stage !== stage) {
      e.older = { value: e.value, flags: e.flags, stage: e.stage, older: e.older };
      this.touched.push(e);
    }
    if (e.value === undefined) {
      this.count++;
      this.size += key.length;
    } else if (e.value !== null) {
      this.size -= e.value.length;
    }
    if (value !== null) this.size += value.length;
    e.value = value;
    e.flags |= flags;
    e.stage = stage;
    if (this.entryCount >= LARGE) this.grow();
  }

  /** Adds flags that outlive the rollback of a stage (locks). */
  setFlags(key: Uint8Array, flags: number): void {
    const { large } = this;
    if (large !== null) {
      large.setFlags(key, flags);
      this.measure(large);
    } else this.entryFor(key).flags |= flags;
  }

  /** The key, which has an entry, is not locked any more. */
  unlock(key: Uint8Array): void {
    const { large } = this;
    if (large !== null) large.unlock(key);
    else this.entryFor(key).flags &= ~LOCK_FLAGS;
  }

  /** Iterators see by it that positions may have moved. */
  get moves(): number {
    return this.large === null ? this.entryCount : this.entryCount + 1;
  }

  private measure(large: LargeMemBuffer): void {
    this.entryCount = large.entryCount;
    this.count = large.count;
    this.size = large.size;
  }

  /** Moves everything to where many writes take little. */
  private grow(): void {
    const large = new LargeMemBuffer();
    const moved = new Map<Entry, number>();
    for (let leaf: Leaf | null = this.tree.first; leaf !== null; leaf = leaf.next)
      for (let i = 0; i < leaf.length; i++) {
        const e = leaf.entryAt(i);
        const versions: OldVersion[] = [e];
        for (let v = e.older; v !== null; v = v.older) versions.push(v);
        moved.set(e, large.takeOver(e.key, versions.reverse()));
      }
    for (const e of this.touched) large.touch(moved.get(e)!);
    this.touched.length = 0;
    this.entries = null;
    this.large = large;
  }

  private entryFor(key: Uint8Array): Entry {
    // Appending in key order is the common bulk load.
    const { last } = this.tree;
    const n = last.length;
    if (n > 0) {
      const tail = last.entryAt(n - 1);
      const c = compareBytes(tail.key, key);
      if (c === 0) return tail;
      if (c < 0) return this.insert(last, n, key);
    }
    const leaf = this.tree.leafOf(key);
    const i = leaf.lowerBound(key);
    return leaf.isAt(i, key) ? leaf.entryAt(i) : this.insert(leaf, i, key);
  }

  private insert(leaf: Leaf, at: number, key: Uint8Array): Entry {
    const e = new Entry(key);
    leaf.insert(at, e);
    this.entryCount++;
    if (leaf.length > FANOUT) this.tree.split(leaf, at);
    return e;
  }

  /** Opens an undo point; nested. */
  stage(): number {
    const id = this.nextStage++;
    this.openStages.push(id);
    this.stageMarks.push(this.large === null ? this.touched.length : this.large.touchedCount);
    this.currentStage = id;
    return id;
  }

  /** Closes stage `id` and those within it; gives its mark, or -1 when it is not open. */
  private closeStage(id: number): number {
    const { openStages, stageMarks } = this;
    const at = openStages.lastIndexOf(id);
    if (at < 0) return -1;
    const mark = stageMarks[at]!;
    while (openStages.length > at) {
      openStages.pop();
      stageMarks.pop();
    }
    this.currentStage = at === 0 ? 0 : openStages[at - 1]!;
    return mark;
  }

  /** Keeps what stage `id` and those within it wrote, as writes of the stage around it. */
  release(id: number): Awaitable<void> {
    const mark = this.closeStage(id);
    if (mark < 0) return;
    const around = this.currentStage;
    if (this.large !== null) return this.large.release(mark, id, around);
    let keep = mark;
    for (let i = mark; i < this.touched.length; i++) {
      const e = this.touched[i]!;
      // Of the versions the released stages made only the one before them matters, and none when `around` wrote it.
      let v = e.older;
      while (v !== null && v.stage >= id) v = v.older;
      if (e.stage >= id) {
        e.stage = around;
        if (v !== null && v.stage === around) v = v.older;
        else if (v !== null && around !== 0) {
          e.older = v;
          this.touched[keep++] = e;
          continue;
        }
        e.older = v;
      }
    }
    this.keepTouched(keep);
  }

  /** Undoes what stage `id` and those within it wrote. Locks stay. */
  rollback(id: number): Awaitable<void> {
    const mark = this.closeStage(id);
    if (mark < 0) return;
    const { large } = this;
    if (large !== null) {
      const done = large.rollback(mark);
      if (done instanceof Promise) return done.then(() => this.measure(large));
      this.measure(large);
      return;
    }
    for (let i = this.touched.length - 1; i >= mark; i--) {
      const e = this.touched[i]!;
      const old = e.older!;
      if (e.value !== undefined && e.value !== null) this.size -= e.value.length;
      if (old.value === undefined) {
        this.count--;
        this.size -= e.key.length;
      } else if (old.value !== null) {
        this.size += old.value.length;
      }
      e.value = old.value;
      e.stage = old.stage;
      e.flags = old.flags | (e.flags & LOCK_FLAGS);
      e.older = old.older;
    }
    this.keepTouched(mark);
  }

  /** Most often one goes: setting a length costs a call into V8, popping does not. */
  private keepTouched(count: number): void {
    const { touched } = this;
    if (touched.length > count + 8) touched.length = count;
    while (touched.length > count) touched.pop();
  }

  hasRange(startKey: Uint8Array, endKey: Uint8Array): boolean {
    if (this.count === 0) return false;
    const c = new EntryCursor(this, startKey, endKey, false);
    for (let e = c.next(); e !== null; e = c.next()) if (e.value !== undefined) return true;
    return false;
  }

  *iterate(
    startKey: Uint8Array,
    endKey: Uint8Array,
    reverse = false,
    beforeStage?: number,
  ): IterableIterator<{ key: Uint8Array; value: Uint8Array | null }> {
    const c = new EntryCursor(this, startKey, endKey, reverse);
    for (let e = c.next(); e !== null; e = c.next()) {
      const value = beforeStage === undefined ? e.value : e.valueBefore(beforeStage);
      if (value !== undefined) yield { key: e.key, value };
    }
  }

  /** All entries in key order, those without value included. */
  forEachEntry(visit: (e: WriteEntry) => void): void {
    for (let leaf: EntryLeaf | null = this.leaves.first; leaf !== null; leaf = leaf.next)
      for (let i = 0; i < leaf.length; i++) visit(leaf.entryAt(i));
  }

  private get leaves(): {
    readonly first: EntryLeaf;
    readonly last: EntryLeaf;
    leafOf(key: Uint8Array): EntryLeaf;
  } {
    return this.large === null ? this.tree : this.large.tree;
  }

  /** Leaf and position of the first key >= `key`; at the leaf's end when its next leaf begins the rest. */
  seek(key: Uint8Array): { leaf: EntryLeaf; index: number } {
    const leaf = this.leaves.leafOf(key);
    return { leaf, index: leaf.lowerBound(key) };
  }

  seekLast(): { leaf: EntryLeaf; index: number } {
    const { last } = this.leaves;
    return { leaf: last, index: last.length };
  }
}

/** Walks the entries of a key range in either direction; writes between steps are allowed. */
export class EntryCursor {
  private leaf: EntryLeaf;
  private index: number;
  private seen: number;
  private lastKey: Uint8Array | null = null;

  constructor(
    private readonly buffer: TxnMemBuffer,
    private readonly startKey: Uint8Array,
    private readonly endKey: Uint8Array,
    private readonly reverse: boolean,
  ) {
    const at = !reverse
      ? buffer.seek(startKey)
      : endKey.length === 0
        ? buffer.seekLast()
        : buffer.seek(endKey);
    this.leaf = at.leaf;
    this.index = at.index;
    this.seen = buffer.moves;
  }

  next(): WriteEntry | null {
    if (this.seen !== this.buffer.moves) this.reseek();
    if (this.reverse) {
      while (this.index === 0) {
        if (this.leaf.prev === null) return null;
        this.leaf = this.leaf.prev;
        this.index = this.leaf.length;
      }
      const e = this.leaf.entryAt(--this.index);
      if (compareBytes(e.key, this.startKey) < 0) return null;
      this.lastKey = e.key;
      return e;
    }
    while (this.index === this.leaf.length) {
      if (this.leaf.next === null) return null;
      this.leaf = this.leaf.next;
      this.index = 0;
    }
    const e = this.leaf.entryAt(this.index);
    if (this.endKey.length > 0 && compareBytes(e.key, this.endKey) >= 0) return null;
    this.index++;
    this.lastKey = e.key;
    return e;
  }

  private reseek(): void {
    this.seen = this.buffer.moves;
    const key = this.lastKey;
    const at =
      key !== null
        ? this.buffer.seek(key)
        : !this.reverse
          ? this.buffer.seek(this.startKey)
          : this.endKey.length === 0
            ? this.buffer.seekLast()
            : this.buffer.seek(this.endKey);
    this.leaf = at.leaf;
    this.index = at.index;
    // The last key itself is there still, as nothing is ever taken out: go on behind it.
    if (key !== null && !this.reverse) this.index++;
  }
}
