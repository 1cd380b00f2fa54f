import { compareBytes } from '../codec/byte-writer.js';
import type { MemBuffer } from '../storage.js';
import { SortedKeys } from './sorted-keys.js';

/** What is to be known of a key at commit, beside its value. */
export const KeyFlag = {
  /** The key must not exist in the store. */
  PresumeNotExists: 1,
  /** Holds this transaction's pessimistic lock. */
  Locked: 2,
  /** Locked by FOR UPDATE in optimistic mode: checked at commit. */
  LockAtCommit: 4,
  /** A pessimistic lock has proved that the key did not exist when it was locked. */
  NewlyInserted: 8,
} as const;

/** A value before a write of a later stage. */
interface OldVersion {
  readonly value: Uint8Array | null | undefined;
  readonly flags: number;
  readonly stage: number;
  readonly older: OldVersion | null;
}

/** A key written or locked. `value`: bytes, null = deleted, undefined = only locked, or its write was rolled back. */
export class Entry {
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

const FANOUT = 64;

class Leaf {
  readonly keys = new SortedKeys();
  /** Parallel to `keys`. */
  readonly entries: Entry[] = [];
  next: Leaf | null = null;
  prev: Leaf | null = null;
}

class Inner {
  readonly children: (Inner | Leaf)[] = [];
  /** The key at i is the smallest under children[i + 1]. */
  readonly keys = new SortedKeys();

  childFor(key: Uint8Array): number {
    const i = this.keys.lowerBound(key);
    return this.keys.isAt(i, key) ? i + 1 : i;
  }
}

/**
 * A transaction's own writes: a B+tree over entries, which for a small transaction is one sorted array. Entries are never taken
 * out, so that iterators live through writes; a write in a stage keeps the value before it in a chain, which undoes the stage and lets
 * a statement read what was there when it began.
 */
export class TxnMemBuffer implements MemBuffer {
  private root: Inner | Leaf;
  private readonly first: Leaf;
  private last: Leaf;
  /** Number of entries, those without value included. Iterators see by it that positions may have moved. */
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

  constructor() {
    this.first = new Leaf();
    this.last = this.first;
    this.root = this.first;
  }

  entry(key: Uint8Array): Entry | undefined {
    const leaf = this.leafOf(key);
    const i = leaf.keys.lowerBound(key);
    return leaf.keys.isAt(i, key) ? leaf.entries[i] : undefined;
  }

  private leafOf(key: Uint8Array): Leaf {
    let node = this.root;
    while (node instanceof Inner) node = node.children[node.childFor(key)]!;
    return node;
  }

  get(key: Uint8Array, beforeStage?: number): Uint8Array | null | undefined {
    if (this.count === 0) return undefined;
    const e = this.entry(key);
    return beforeStage === undefined ? e?.value : e?.valueBefore(beforeStage);
  }

  flagsOf(key: Uint8Array): number {
    return this.entryCount === 0 ? 0 : (this.entry(key)?.flags ?? 0);
  }

  /** Writes `value` (null = delete) and adds `flags`. */
  put(key: Uint8Array, value: Uint8Array | null, flags: number): void {
    const e = this.entryFor(key);
    // A key deleted by this transaction exists in the store for all we know: writing it again is a plain put.
    if (e.value === null) flags &= ~KeyFlag.PresumeNotExists;
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
  }

  /** Adds flags that outlive the rollback of a stage (locks). */
  setFlags(key: Uint8Array, flags: number): void {
    this.entryFor(key).flags |= flags;
  }

  private entryFor(key: Uint8Array): Entry {
    // Appending in key order is the common bulk load.
    const tail = this.last.entries;
    const n = tail.length;
    if (n > 0) {
      const c = compareBytes(tail[n - 1]!.key, key);
      if (c === 0) return tail[n - 1]!;
      if (c < 0) return this.insert(this.last, n, key);
    }
    const leaf = this.leafOf(key);
    const i = leaf.keys.lowerBound(key);
    return leaf.keys.isAt(i, key) ? leaf.entries[i]! : this.insert(leaf, i, key);
  }

  private insert(leaf: Leaf, at: number, key: Uint8Array): Entry {
    const e = new Entry(key);
    leaf.keys.insert(at, key);
    if (at === leaf.entries.length) leaf.entries.push(e);
    else leaf.entries.splice(at, 0, e);
    this.entryCount++;
    if (leaf.entries.length > FANOUT) this.split(leaf, at);
    return e;
  }

  private split(leaf: Leaf, at: number): void {
    const right = new Leaf();
    // A leaf filled in key order is left full.
    const cut = at === FANOUT ? FANOUT : FANOUT >> 1;
    right.entries.push(...leaf.entries.splice(cut));
    leaf.keys.splitTo(cut, right.keys);
    right.next = leaf.next;
    right.prev = leaf;
    if (leaf.next !== null) leaf.next.prev = right;
    else this.last = right;
    leaf.next = right;
    const up = this.addChild(this.root, leaf, right, right.entries[0]!.key);
    if (up !== null) {
      const root = new Inner();
      root.children.push(this.root, up.node);
      root.keys.insert(0, up.key);
      this.root = root;
    }
  }

  /** Hangs `right` beside `left` under `node`; gives what splits off `node`, or `right` itself when `node` is `left`. */
  private addChild(
    node: Inner | Leaf,
    left: Leaf,
    right: Leaf,
    key: Uint8Array,
  ): { node: Inner | Leaf; key: Uint8Array } | null {
    if (node instanceof Leaf) return { node: right, key };
    const i = node.childFor(key);
    const up = this.addChild(node.children[i]!, left, right, key);
    if (up === null) return null;
    node.children.splice(i + 1, 0, up.node);
    node.keys.insert(i, up.key);
    if (node.children.length <= FANOUT) return null;
    const cut = i + 2 === node.children.length ? FANOUT - 1 : FANOUT >> 1;
    const half = new Inner();
    half.children.push(...node.children.splice(cut));
    node.keys.splitTo(cut, half.keys);
    return { node: half, key: node.keys.pop() };
  }

  /** Opens an undo point; nested. */
  stage(): number {
    const id = this.nextStage++;
    this.openStages.push(id);
    this.stageMarks.push(this.touched.length);
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
  release(id: number): void {
    const mark = this.closeStage(id);
    if (mark < 0) return;
    const around = this.currentStage;
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
    if (keep !== this.touched.length) this.touched.length = keep;
  }

  /** Undoes what stage `id` and those within it wrote. Locks stay. */
  rollback(id: number): void {
    const mark = this.closeStage(id);
    if (mark < 0) return;
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
      e.flags = old.flags | (e.flags & (KeyFlag.Locked | KeyFlag.LockAtCommit | KeyFlag.NewlyInserted));
      e.older = old.older;
    }
    if (mark !== this.touched.length) this.touched.length = mark;
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
  forEachEntry(visit: (e: Entry) => void): void {
    for (let leaf: Leaf | null = this.first; leaf !== null; leaf = leaf.next) {
      const entries = leaf.entries;
      for (let i = 0; i < entries.length; i++) visit(entries[i]!);
    }
  }

  /** Leaf and position of the first key >= `key`; at the leaf's end when its next leaf begins the rest. */
  seek(key: Uint8Array): { leaf: Leaf; index: number } {
    const leaf = this.leafOf(key);
    return { leaf, index: leaf.keys.lowerBound(key) };
  }

  seekLast(): { leaf: Leaf; index: number } {
    return { leaf: this.last, index: this.last.entries.length };
  }
}

/** Walks the entries of a key range in either direction; writes between steps are allowed. */
export class EntryCursor {
  private leaf: Leaf;
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
    this.seen = buffer.entryCount;
  }

  next(): Entry | null {
    if (this.seen !== this.buffer.entryCount) this.reseek();
    if (this.reverse) {
      while (this.index === 0) {
        if (this.leaf.prev === null) return null;
        this.leaf = this.leaf.prev;
        this.index = this.leaf.entries.length;
      }
      const e = this.leaf.entries[--this.index]!;
      if (compareBytes(e.key, this.startKey) < 0) return null;
      this.lastKey = e.key;
      return e;
    }
    while (this.index === this.leaf.entries.length) {
      if (this.leaf.next === null) return null;
      this.leaf = this.leaf.next;
      this.index = 0;
    }
    const e = this.leaf.entries[this.index]!;
    if (this.endKey.length > 0 && compareBytes(e.key, this.endKey) >= 0) return null;
    this.index++;
    this.lastKey = e.key;
    return e;
  }

  private reseek(): void {
    this.seen = this.buffer.entryCount;
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
