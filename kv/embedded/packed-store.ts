import { compareBytes } from '../codec/byte-writer.js';
import type { KvPair } from '../rpc.js';
import type { LmdbEnv } from './lmdb-env.js';
import type { LockTable } from './lock-table.js';
import { type Memtable, MemtableList } from './memtable.js';
import { PackedBlock, PackedBlockWriter } from './packed-block.js';
import { PackedCursor } from './packed-cursor.js';
import { NO_ROOT, TreeCursor } from './page-tree.js';
import { RECORD_HEADER, VersionKind, compareRanges } from './record.js';
import { highHalf, lowHalf, readUint32BE } from './timestamp.js';
import type { VersionStore } from './version-store.js';

/** Blocks removed or written in one step; between steps the event loop runs. */
const BLOCK_STEP = 256;

/**
 * The blocks of bulk loads in LMDB's table `packed`. LMDB takes a microsecond for each small row that it is given, and leaves its pages half
 * empty when they come in ascending order between others; a block of some hundred entries costs it the same as one row.
 *
 * Entries are never changed in place: a newer version goes to the memtable and to `data` as ever, and hides the packed one. Only where
 * garbage collection forgets a deletion, what it hid is taken out of its block.
 */
export class PackedStore {
  constructor(private readonly env: LmdbEnv) {}

  /** What takes the entries of these keys out of their blocks, to be run within a write transaction. */
  without(keys: readonly Uint8Array[]): () => void {
    const { env } = this;
    if (env.packedTree.root === NO_ROOT || keys.length === 0) return () => undefined;
    const cursor = this.cursor();
    const blocks = new Map<string, { readonly key: Uint8Array; readonly gone: Set<number> }>();
    for (const key of keys) {
      if (!cursor.find(key, 0, key.length)) continue;
      const blockKey = cursor.blockKey();
      const id = Buffer.from(blockKey).toString('latin1');
      let block = blocks.get(id);
      if (block === undefined) blocks.set(id, (block = { key: blockKey, gone: new Set() }));
      block.gone.add(cursor.index);
    }
    const work = [...blocks.values()].map(({ key, gone }) => ({
      key,
      left: rewritten(cursor.seekBlock(key)!, (i) => !gone.has(i)),
    }));
    return () => {
      for (const { key, left } of work) {
        env.packed.remove(key);
        for (const block of left) env.packed.put(block.key, block.value);
      }
    };
  }

  /** Puts blocks where nothing is. */
  append(blocks: readonly Uint8Array[]): void {
    const { env } = this;
    const block = new PackedBlock();
    env.write(() => {
      for (const bytes of blocks) {
        block.load(bytes, 0, bytes.length);
        env.packed.put(block.key(block.count - 1), bytes);
      }
    });
  }

  /** Takes blocks of a range out that no block crosses the bounds of, in key order: some at a time, none at the end. */
  take(startKey: Uint8Array, endKey: Uint8Array): Uint8Array[] {
    const { env } = this;
    if (env.packedTree.root === NO_ROOT) return [];
    const cursor = this.cursor();
    const keys: Uint8Array[] = [];
    const blocks: Uint8Array[] = [];
    for (let block = cursor.seekBlock(startKey); block !== null; block = cursor.nextBlock()) {
      const key = cursor.blockKey();
      if (keys.length >= BLOCK_STEP || compareBytes(key, endKey) >= 0) break;
      keys.push(key);
      blocks.push(block.copy());
    }
    if (keys.length > 0)
      env.write(() => {
        for (const key of keys) env.packed.remove(key);
      });
    return blocks;
  }

  /** Removes entries in the range, some blocks of them; true when there may be more. */
  removeRange(startKey: Uint8Array, endKey: Uint8Array): boolean {
    const { env } = this;
    if (env.packedTree.root === NO_ROOT) return false;
    const cursor = this.cursor();
    const gone: Uint8Array[] = [];
    const left: KvPair[] = [];
    let more = false;
    for (let block = cursor.seekBlock(startKey); block !== null; block = cursor.nextBlock()) {
      if (endKey.length > 0 && compareBytes(block.key(0), endKey) >= 0) break;
      if (gone.length >= BLOCK_STEP) {
        more = true;
        break;
      }
      gone.push(cursor.blockKey());
      const from = block.lowerBound(startKey, 0, startKey.length);
      const to = endKey.length === 0 ? block.count : block.lowerBound(endKey, 0, endKey.length);
      if (from > 0 || to < block.count) left.push(...rewritten(block, (i) => i < from || i >= to));
    }
    if (gone.length === 0) return false;
    env.write(() => {
      for (const key of gone) env.packed.remove(key);
      for (const block of left) env.packed.put(block.key, block.value);
    });
    return more;
  }

  private cursor(): PackedCursor {
    const cursor = new PackedCursor(this.env.pages);
    cursor.root = this.env.packedTree.root;
    return cursor;
  }
}

/** The block with some entries left out; nothing when none is left. */
function rewritten(block: PackedBlock, keep: (index: number) => boolean): KvPair[] {
  const out: KvPair[] = [];
  const { u8, headerAt, prefixLength } = block;
  const prefixAt = headerAt + RECORD_HEADER;
  const writer = new PackedBlockWriter(
    Uint8Array.prototype.slice.call(u8, prefixAt, prefixAt + prefixLength),
    readUint32BE(u8, headerAt + 1),
    readUint32BE(u8, headerAt + 5),
    (value, key) => out.push({ key, value }),
  );
  for (let i = 0; i < block.count; i++) {
    if (!keep(i)) continue;
    const valueAt = block.valueStart(i);
    writer.add(u8, valueAt - block.keyLength(i) + prefixLength, valueAt, block.valueEnd(i));
  }
  writer.flush();
  return out;
}

/**
 * Puts blocks of entries, all committed at `ts`, below whatever the store has of their keys. Of an entry whose key has a version at or
 * before `ts` nothing is put, since what is packed must be the oldest. Gives the entries that are to be looked at again in an ordinary
 * transaction: those that found an older version other than themselves and, where keys are `unique` (one key for several rows),
 * those whose key somebody writes or has written since `ts`.
 */
export function putBlocks(
  versions: VersionStore,
  locks: LockTable,
  ts: bigint,
  given: readonly Uint8Array[],
  unique: boolean,
): KvPair[] {
  const { env } = versions;
  const hi = highHalf(ts);
  const lo = lowHalf(ts);
  versions.noteCommit(hi, lo);
  const again: KvPair[] = [];
  const blocks = given.map((bytes) => new PackedBlock().load(bytes, 0, bytes.length));
  const keys = blocks.map((b) => b.key(b.count - 1));
  const gone = new Map<number, Set<number>>();
  const meet = (key: Uint8Array, locked: boolean): void => {
    let b = 0;
    for (let high = keys.length - 1; b < high;) {
      const mid = (b + high) >>> 1;
      if (compareBytes(keys[mid]!, key) < 0) b = mid + 1;
      else high = mid;
    }
    const block = blocks[b]!;
    const index = block.lowerBound(key, 0, key.length);
    if (index >= block.count || compareBytes(block.key(index), key) !== 0) return;
    const value = block.value(index);
    const newer =
      versions.newest(key) &&
      (versions.commitHi > hi || (versions.commitHi === hi && versions.commitLo > lo));
    let differs = false;
    if (versions.visible(key, 0, key.length, hi, lo)) {
      const { kind, buffer, start, end } = versions;
      differs = kind !== VersionKind.put || compareRanges(buffer, start, end, value, 0, value.length) !== 0;
      let dropped = gone.get(b);
      if (dropped === undefined) gone.set(b, (dropped = new Set()));
      dropped.add(index);
    }
    if (differs || (unique && (newer || locked))) again.push({ key, value });
  };
  const first = blocks[0]!.key(0);
  const last = keys[keys.length - 1]!;
  const met = new Set<string>();
  const meetOnce = (key: Uint8Array, locked: boolean): void => {
    const id = Buffer.from(key).toString('latin1');
    if (met.has(id)) return;
    met.add(id);
    meet(key, locked);
  };
  if (unique) {
    for (const key of locks.heldKeys(first, keyBehind(last))) meetOnce(key, true);
  }
  for (const table of [versions.active, versions.frozen])
    if (table !== null) eachKey(table, first, last, (key) => meetOnce(key, false));
  const tree = new TreeCursor(env.pages, env.dataTree.root);
  if (tree.seek(first, 0, first.length)) {
    do {
      if (compareRanges(tree.u8, tree.keyStart, tree.keyEnd, last, 0, last.length) > 0) break;
      meetOnce(Uint8Array.prototype.slice.call(tree.u8, tree.keyStart, tree.keyEnd), false);
    } while (tree.next());
  }
  env.write(() => {
    for (let b = 0; b < blocks.length; b++) {
      const dropped = gone.get(b);
      if (dropped === undefined) env.packed.put(keys[b]!, given[b]!);
      else
        for (const { key, value } of rewritten(blocks[b]!, (i) => !dropped.has(i)))
          env.packed.put(key, value);
    }
  });
  return again;
}

function eachKey(
  table: Memtable,
  first: Uint8Array,
  last: Uint8Array,
  visit: (key: Uint8Array) => void,
): void {
  if (table.count(MemtableList.data) === 0) return;
  let node = table.seek(MemtableList.data, first, 0, first.length);
  for (; node !== 0; node = table.next(node)) {
    const at = table.keyStart(node);
    const end = at + table.keyLength(node);
    if (compareRanges(table.bytes, at, end, last, 0, last.length) > 0) return;
    visit(table.bytes.slice(at, end));
  }
}

/** The next key in order. */
function keyBehind(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}
