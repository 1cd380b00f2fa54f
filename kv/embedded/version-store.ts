import { compareBytes } from '../codec/byte-writer.js';
import { GapFinder } from './gap-finder.js';
import type { LmdbEnv } from './lmdb-env.js';
import { Memtable, MemtableList } from './memtable.js';
import { RisingSearch } from './rising-search.js';
import { RECORD_HEADER, VersionKind, writeHistoryKey, writeRecordHeader } from './record.js';
import { MAX_UINT32, joinHalves, readUint32BE } from './timestamp.js';
import { VersionReader } from './version-reader.js';

/** The key is behind all rows there are: LMDB need not search. Not in lmdb-js' typings as an option without a version. */
const APPEND = { append: true } as unknown as number;

export interface VersionWrite {
  readonly kind: VersionKind;
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

/** How the layers are shown to readers in other threads. */
export interface LayerSharing {
  publish(): void;
  /** Calls back once no other thread can be reading what was replaced before this call. */
  whenUnread(release: () => void): void;
  /** The memtable will not be used again. */
  retired(table: Memtable): void;
}

/** The versions as their writer has them: the store's own thread. */
export class VersionStore extends VersionReader {
  active: Memtable;
  frozen: Memtable | null = null;
  /** Newest timestamp of a lock record or rollback mark: checks of older transactions must look at the marks. */
  maxMarkHi = 0;
  maxMarkLo = 0;
  /**
   * Newest commit timestamp of a put or delete that is not in the active memtable, which other threads write too: transactions that
   * began later than both need not look for conflicts.
   */
  private newestHi = 0;
  private newestLo = 0;
  /** Emptied memtables of the usual size, to be used again: a new arena each time would be memory that is collected late. */
  private readonly spare: Memtable[] = [];
  /** Memtables that a bulk load reads, with how many do; nothing is done to them. */
  private readonly held = new Map<Memtable, number>();
  /** Those of them that have been dropped meanwhile. */
  private readonly droppedHeld = new Set<Memtable>();
  /** Called when the layers have changed (see shared-layers.ts), and to have a dropped memtable given back once nobody reads it. */
  private sharing: LayerSharing | null = null;
  /** Told of the newest timestamp of a lock record or rollback mark when it grows. */
  onMark: ((ts: bigint) => void) | null = null;
  /** Told of the newest commit timestamp outside of the active memtable when it grows. */
  onNewestBelow: ((ts: bigint) => void) | null = null;

  constructor(
    override readonly env: LmdbEnv,
    readonly memtableBytes: number,
  ) {
    super(env);
    this.active = new Memtable(memtableBytes);
  }

  /** Whether marks may exist at or above the timestamp. */
  marksSince(hi: number, lo: number): boolean {
    return this.maxMarkHi > hi || (this.maxMarkHi === hi && this.maxMarkLo >= lo);
  }

  /** Adds a version to the active memtable; the caller has made room (`reserve`). */
  insert(
    write: VersionWrite,
    commitHi: number,
    commitLo: number,
    startHi: number,
    startLo: number,
    path: Int32Array | null = null,
  ): void {
    const list =
      write.kind === VersionKind.lock || write.kind === VersionKind.rollback
        ? MemtableList.marks
        : MemtableList.data;
    this.active.insert(list, write.key, write.kind, commitHi, commitLo, startHi, startLo, write.value, path);
    if (list === MemtableList.marks) this.noteMark(commitHi, commitLo);
  }

  /** Whether puts or deletes may have been committed at or above the timestamp. */
  committedSince(hi: number, lo: number): boolean {
    return this.committedBelowSince(hi, lo) || this.active.committedSince(hi, lo);
  }

  /** The same of what is not in the active memtable. */
  private committedBelowSince(hi: number, lo: number): boolean {
    return this.newestHi > hi || (this.newestHi === hi && this.newestLo >= lo);
  }

  /** The newest version of the key, which is not looked for where none can be that was committed at or above the timestamp. */
  newestSince(key: Uint8Array, hi: number, lo: number): boolean {
    if (this.committedBelowSince(hi, lo)) return this.newest(key);
    const version = this.active.newestOf(MemtableList.data, key);
    return version !== 0 && this.fromMemtable(this.active, version);
  }

  get newestBelow(): bigint {
    return joinHalves(this.newestHi, this.newestLo);
  }

  noteCommit(hi: number, lo: number): void {
    if (this.committedBelowSince(hi, lo)) return;
    this.newestHi = hi;
    this.newestLo = lo;
    this.onNewestBelow?.(joinHalves(hi, lo));
  }

  noteMark(hi: number, lo: number): void {
    if (!this.marksSince(hi, lo)) {
      this.maxMarkHi = hi;
      this.maxMarkLo = lo;
      this.onMark?.(joinHalves(hi, lo));
    }
  }

  /** Whether a memtable holds a version of the key: then newer ones must go there too. */
  inMemtable(key: Uint8Array): boolean {
    return (
      this.active.find(MemtableList.data, key, 0, key.length, MAX_UINT32, MAX_UINT32) !== 0 ||
      (this.frozen !== null &&
        this.frozen.find(MemtableList.data, key, 0, key.length, MAX_UINT32, MAX_UINT32) !== 0)
    );
  }

  /** Makes the active memtable the frozen one. There must be no frozen one. */
  freeze(needed: number): void {
    if (this.frozen !== null) throw new Error('the previous memtable is still being flushed');
    const { hi, lo } = this.active.newestCommit;
    this.noteCommit(hi, lo);
    this.frozen = this.active;
    this.active = this.takeMemtable(Math.max(this.memtableBytes, needed + 4096));
    this.changed();
  }

  dropFrozen(): void {
    const table = this.frozen;
    this.frozen = null;
    this.changed();
    if (table !== null) this.whenUnread(() => this.giveBack(table));
  }

  /** Calls back once no other thread can be reading what was replaced before: at once where there are none. */
  whenUnread(release: () => void): void {
    if (this.sharing === null) release();
    else this.sharing.whenUnread(release);
  }

  /** Other threads read from now on. */
  share(sharing: LayerSharing): void {
    this.sharing = sharing;
    this.env.onWrite = () => sharing.publish();
    sharing.publish();
  }

  private changed(): void {
    this.env.epoch++;
    this.sharing?.publish();
  }

  private takeMemtable(bytes: number): Memtable {
    const spare = bytes === this.memtableBytes ? this.spare.pop() : undefined;
    return spare ?? new Memtable(bytes);
  }

  /** Keeps the present memtables as they are but for what is inserted, until the function given back is called. */
  holdMemtables(): { readonly tables: readonly Memtable[]; readonly release: () => void } {
    const tables = this.frozen === null ? [this.active] : [this.active, this.frozen];
    for (const t of tables) this.held.set(t, (this.held.get(t) ?? 0) + 1);
    return { tables, release: () => tables.forEach((t) => this.letGo(t)) };
  }

  private letGo(table: Memtable): void {
    const holders = this.held.get(table)! - 1;
    if (holders > 0) {
      this.held.set(table, holders);
      return;
    }
    this.held.delete(table);
    if (this.droppedHeld.delete(table)) this.giveBack(table);
  }

  private giveBack(table: Memtable): void {
    if (this.held.has(table)) {
      this.droppedHeld.add(table);
      return;
    }
    if (this.spare.length > 0 || table.capacity !== this.memtableBytes) {
      this.sharing?.retired(table);
      return;
    }
    table.clear();
    this.spare.push(table);
  }

  /**
   * Moves entries of the frozen memtable into LMDB from `from` on (0 = its first), about `limit` of them, as one LMDB
   * transaction. Returns where to go on, or 0 at the end.
   */
  flushData(from: number, limit: number): number {
    const table = this.frozen!;
    let node = from === 0 ? table.first(MemtableList.data) : from;
    if (node === 0) return 0;
    // The tree is the snapshot before this LMDB transaction; a flush meets each key once, so it is current for each.
    const stored = new RisingSearch(this.env.dataTree);
    this.env.write(() => {
      for (let n = 0; node !== 0 && n < limit;) {
        const keyStart = table.keyStart(node);
        const keyEnd = keyStart + table.keyLength(node);
        const key = table.bytes.subarray(keyStart, keyEnd);
        let version = table.newest(node);
        if (stored.find(key)) this.demote(key, table.commitHi(version), table.commitLo(version));
        this.env.data.put(key, recordOf(table, version));
        n++;
        for (version = table.older(version); version !== 0; version = table.older(version)) {
          this.putHistory(key, table.commitHi(version), table.commitLo(version), recordOf(table, version));
          n++;
        }
        node = table.next(node);
      }
    });
    return node;
  }

  flushMarks(from: number, limit: number): number {
    const table = this.frozen!;
    let node = from === 0 ? table.first(MemtableList.marks) : from;
    if (node === 0) return 0;
    this.env.write(() => {
      for (let n = 0; node !== 0 && n < limit; node = table.next(node)) {
        const keyStart = table.keyStart(node);
        const keyEnd = keyStart + table.keyLength(node);
        for (let mark = table.newest(node); mark !== 0; mark = table.older(mark), n++) {
          const hi = table.commitHi(mark);
          const lo = table.commitLo(mark);
          const length = writeHistoryKey(this.scratch, table.bytes, keyStart, keyEnd, hi, lo);
          this.env.marks.put(this.scratch.subarray(0, length), recordOf(table, mark));
        }
      }
    });
    return node;
  }

  /**
   * Writes versions straight into LMDB as one transaction (bulk loads); keys that a memtable holds go to the active memtable.
   */
  bulkInsert(
    writes: readonly VersionWrite[],
    commitHi: number,
    commitLo: number,
    startHi: number,
    startLo: number,
  ): void {
    this.noteCommit(commitHi, commitLo);
    let record = new Uint8Array(4096);
    // The tree stays that of before this LMDB transaction, and the memtables get no keys that are asked for later.
    const gaps = new GapFinder(this);
    // LMDB drops an append that is not behind its last row, and the keys of a transaction come in any order.
    let appended: Uint8Array | null = null;
    this.env.write(() => {
      for (const write of writes) {
        const absent = gaps.isAbsent(write.key);
        if (
          write.kind === VersionKind.lock ||
          write.kind === VersionKind.rollback ||
          (!absent && this.inMemtable(write.key))
        ) {
          this.insert(write, commitHi, commitLo, startHi, startLo);
          continue;
        }
        const length = RECORD_HEADER + (write.value?.length ?? 0);
        if (record.length < length) record = new Uint8Array(length * 2);
        writeRecordHeader(record, 0, write.kind, commitHi, commitLo, startHi, startLo);
        if (write.value !== undefined) record.set(write.value, RECORD_HEADER);
        // The tree is the snapshot before this LMDB transaction; each key is met once, so it is current for this key.
        if (!absent && this.env.dataTree.find(write.key, 0, write.key.length))
          this.demote(write.key, commitHi, commitLo);
        if (absent && gaps.atEnd && (appended === null || compareBytes(write.key, appended) > 0)) {
          this.env.data.put(write.key, record.subarray(0, length), APPEND);
          appended = write.key;
        } else this.env.data.put(write.key, record.subarray(0, length));
      }
    });
  }

  /** Before a newer version of the key takes its row in `data`, where the cursor is: copies the present one to `history`. */
  private demote(key: Uint8Array, hi: number, lo: number): void {
    const tree = this.env.dataTree;
    const oldHi = readUint32BE(tree.valueU8, tree.valueStart + 1);
    const oldLo = readUint32BE(tree.valueU8, tree.valueStart + 5);
    if (oldHi === hi && oldLo === lo) return;
    this.putHistory(key, oldHi, oldLo, tree.valueU8.subarray(tree.valueStart, tree.valueEnd));
  }

  private putHistory(key: Uint8Array, hi: number, lo: number, record: Uint8Array): void {
    const length = writeHistoryKey(this.scratch, key, 0, key.length, hi, lo);
    this.env.history.put(this.scratch.subarray(0, length), record);
  }
}

function recordOf(table: Memtable, version: number): Uint8Array {
  const at = table.recordStart(version);
  return table.bytes.subarray(at, at + table.recordLength(version));
}
