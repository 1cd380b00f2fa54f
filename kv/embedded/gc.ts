import type { LmdbEnv } from './lmdb-env.js';
import { PackedStore } from './packed-store.js';
import { TreeCursor } from './page-tree.js';
import { VersionKind, compareRanges, readComparableKey, writeComparableKey } from './record.js';
import { readUint32BE } from './timestamp.js';

/** Rows looked at and entries removed per step; between steps the event loop runs. */
const LOOK_STEP = 50_000;
const REMOVE_STEP = 2000;
const TAIL = 8;

export interface GcCounts {
  versions: number;
  tombstones: number;
  marks: number;
}

/**
 * Garbage collection. A version is dead when a newer version of its key is at or below the safe point; a tombstone at or below the safe
 * point is dead when it is the newest of its key. Works on LMDB alone: what is in a memtable is newer than all of it, and gets here
 * by a later run.
 */
export class GarbageCollector {
  private readonly packed: PackedStore;

  constructor(private readonly env: LmdbEnv) {
    this.packed = new PackedStore(env);
  }

  async collect(hi: number, lo: number): Promise<GcCounts> {
    const counts: GcCounts = { versions: 0, tombstones: 0, marks: 0 };
    await this.collectHistory(hi, lo, counts);
    await this.collectTombstones(hi, lo, counts);
    await this.collectMarks(hi, lo, counts);
    return counts;
  }

  private async collectHistory(hi: number, lo: number, counts: GcCounts): Promise<void> {
    let from: Uint8Array = new Uint8Array(0);
    const userKey = new Uint8Array(4096);
    for (;;) {
      const dead: Uint8Array[] = [];
      /** Keys whose oldest version said that there is none: a packed version below must go with it. */
      const bared: Uint8Array[] = [];
      const cursor = new TreeCursor(this.env.pages, this.env.historyTree.root);
      let looked = 0;
      let resume: Uint8Array | null = null;
      let current: Uint8Array | null = null;
      // Whether the version before (newer) of the same key is at or below the safe point.
      let covered = false;
      if (cursor.seek(from, 0, from.length)) {
        do {
          const prefixEnd = cursor.keyEnd - TAIL;
          const same =
            current !== null &&
            compareRanges(cursor.u8, cursor.keyStart, prefixEnd, current, 0, current.length) === 0;
          if (!same) {
            if (dead.length >= REMOVE_STEP || looked >= LOOK_STEP) {
              resume = cursor.u8.slice(cursor.keyStart, cursor.keyEnd);
              break;
            }
            current = cursor.u8.slice(cursor.keyStart, prefixEnd);
            const length = readComparableKey(userKey, current, 0);
            const row = this.env.dataTree;
            covered = row.find(userKey, 0, length) && atOrBelow(row.valueU8, row.valueStart, hi, lo);
          }
          looked++;
          const below = atOrBelow(cursor.valueU8, cursor.valueStart, hi, lo);
          // The newest version at or below the safe point stays, unless it says "not there", which nothing says as well.
          if (covered || (below && cursor.valueU8[cursor.valueStart] === VersionKind.del)) {
            dead.push(cursor.u8.slice(cursor.keyStart, cursor.keyEnd));
            if (!covered) bared.push(userKey.slice(0, readComparableKey(userKey, current!, 0)));
          }
          if (below) covered = true;
        } while (cursor.next());
      }
      counts.versions += dead.length;
      const uncover = this.packed.without(bared);
      this.remove(dead, (key) => this.env.history.remove(key), uncover);
      if (resume === null) return;
      from = resume;
      await nextTurn();
    }
  }

  private async collectTombstones(hi: number, lo: number, counts: GcCounts): Promise<void> {
    await this.sweep(
      () => this.env.dataTree.root,
      ({ valueU8, valueStart }) =>
        valueU8[valueStart] === VersionKind.del && atOrBelow(valueU8, valueStart, hi, lo),
      (dead) => {
        counts.tombstones += dead.length;
        this.removeRows(dead);
      },
    );
  }

  private async collectMarks(hi: number, lo: number, counts: GcCounts): Promise<void> {
    await this.sweep(
      () => this.env.marksTree.root,
      ({ valueU8, valueStart }) => atOrBelow(valueU8, valueStart, hi, lo),
      (dead) => {
        counts.marks += dead.length;
        this.remove(dead, (key) => this.env.marks.remove(key));
      },
    );
  }

  /** Goes through a tree in steps that leave the thread to others between, and removes what is dead. */
  private async sweep(
    root: () => number,
    isDead: (cursor: TreeCursor) => boolean,
    removeAll: (dead: readonly Uint8Array[]) => void,
  ): Promise<void> {
    let from: Uint8Array = new Uint8Array(0);
    for (;;) {
      const dead: Uint8Array[] = [];
      const cursor = new TreeCursor(this.env.pages, root());
      let looked = 0;
      let resume: Uint8Array | null = null;
      if (cursor.seek(from, 0, from.length)) {
        do {
          if (looked++ >= LOOK_STEP || dead.length >= REMOVE_STEP) {
            resume = cursor.u8.slice(cursor.keyStart, cursor.keyEnd);
            break;
          }
          if (isDead(cursor)) dead.push(cursor.u8.slice(cursor.keyStart, cursor.keyEnd));
        } while (cursor.next());
      }
      removeAll(dead);
      if (resume === null) return;
      from = resume;
      await nextTurn();
    }
  }

  /** Removes everything of the range from LMDB; the memtables must hold nothing of it. */
  async deleteRange(startKey: Uint8Array, endKey: Uint8Array): Promise<void> {
    while (this.deleteStep(startKey, endKey)) await nextTurn();
  }

  deleteRangeSync(startKey: Uint8Array, endKey: Uint8Array): void {
    while (this.deleteStep(startKey, endKey));
  }

  private deleteStep(startKey: Uint8Array, endKey: Uint8Array): boolean {
    return this.deleteRows(startKey, endKey) || this.packed.removeRange(startKey, endKey);
  }

  private deleteRows(startKey: Uint8Array, endKey: Uint8Array): boolean {
    const dead: Uint8Array[] = [];
    const cursor = new TreeCursor(this.env.pages, this.env.dataTree.root);
    if (cursor.seek(startKey, 0, startKey.length)) {
      do {
        if (dead.length >= REMOVE_STEP) break;
        if (
          endKey.length > 0 &&
          compareRanges(cursor.u8, cursor.keyStart, cursor.keyEnd, endKey, 0, endKey.length) >= 0
        )
          break;
        dead.push(cursor.u8.slice(cursor.keyStart, cursor.keyEnd));
      } while (cursor.next());
    }
    this.removeRows(dead);
    return dead.length >= REMOVE_STEP;
  }

  /** Rows of `data` with their history. */
  private removeRows(keys: readonly Uint8Array[]): void {
    if (keys.length === 0) return;
    const older: Uint8Array[] = [];
    const prefix = new Uint8Array(4200);
    const cursor = new TreeCursor(this.env.pages, this.env.historyTree.root);
    for (const key of keys) {
      const length = writeComparableKey(prefix, key, 0, key.length);
      if (!cursor.seek(prefix, 0, length)) continue;
      do {
        if (cursor.keyEnd - cursor.keyStart !== length + TAIL) break;
        if (compareRanges(cursor.u8, cursor.keyStart, cursor.keyEnd - TAIL, prefix, 0, length) !== 0) break;
        older.push(cursor.u8.slice(cursor.keyStart, cursor.keyEnd));
      } while (cursor.next());
    }
    const uncover = this.packed.without(keys);
    this.env.write(() => {
      uncover();
      for (const key of keys) this.env.data.remove(key);
      for (const key of older) this.env.history.remove(key);
    });
  }

  private remove(
    keys: readonly Uint8Array[],
    one: (key: Uint8Array) => void,
    first = (): void => undefined,
  ): void {
    if (keys.length === 0) return;
    this.env.write(() => {
      first();
      for (const key of keys) one(key);
    });
  }
}

function atOrBelow(record: Uint8Array, at: number, hi: number, lo: number): boolean {
  const recordHi = readUint32BE(record, at + 1);
  return recordHi < hi || (recordHi === hi && readUint32BE(record, at + 5) <= lo);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
