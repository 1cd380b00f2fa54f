import { ByteWriter } from './byte-buffer.js';
import { writeCheckpoint } from './checkpoint-file.js';
import type { LmdbEnv } from './lmdb-env.js';
import type { LockChanges, LockTable } from './lock-table.js';
import { encodeLock } from './log-records.js';
import { type Memtable, MemtableList } from './memtable.js';
import type { VersionStore } from './version-store.js';
import type { Wal } from './wal.js';

/** Log bytes after which a checkpoint is due, and the longest a change stays out of LMDB. */
export const WAL_LIMIT = 64 << 20;
const MAX_AGE_MS = 30_000;
/** Time that one step of a flush may hold up the event loop, roughly. */
const STEP_MS = 3;
/** Further steps in the same turn while writers fill the active memtable faster than the frozen one empties. */
const MAX_EXTRA_STEPS = 3;
/** Locks written to LMDB per transaction. */
const LOCK_BATCH = 1000;

/** Where the log begins that is to be replayed over a checkpoint. */
interface LogPosition {
  readonly segment: number;
  readonly lsn: number;
  /** Deletions of ranges that the log told of before. */
  readonly deletedRanges: number;
}

interface Pending extends LogPosition {
  readonly table: Memtable;
  readonly locks: LockChanges;
}

/**
 * Moves the memtable into LMDB, makes LMDB durable and shortens the log. A checkpoint:
 *
 *  1. In one section: the active memtable is frozen, the log turns to a new segment, the percolator locks are noted. So segments from
 *     the new one on hold exactly what is not in the frozen memtable or below.
 *  2. In small steps: the frozen memtable goes into LMDB. Reads see it in both places meanwhile, which is harmless.
 *  3. In one turn: the present LMDB snapshot is pinned (its pages are not reused) and its meta page copied. It may hold more than
 *     the frozen memtable did (bulk loads); replay of the log over it gives the same state again.
 *     While a large commit is on its way (large-commits.ts) that turn waits for its end.
 *     Data derived from the store's writes down which keys were written so far, since the log that tells of them is about to go.
 *  4. fdatasync of the data file, then the checkpoint file with the meta copy and the segment number replaces the old one; only then the
 *     old snapshot is let go and older segments are deleted.
 */
export class Checkpointer {
  private tail: Promise<void> = Promise.resolve();
  private step = 500;
  private flushFrom = 0;
  /** `flushFrom` is among the marks, which come after the data. */
  private inMarks = false;
  /** Entries of the frozen memtable that are in LMDB, about. */
  private flushed = 0;
  private dirtySince = 0;
  /** Whether the `locks` table holds what the lock table takes it to hold: at the start all of its locks are yet to be written. */
  private locksKnown = false;
  private failed = false;
  private deletedRanges = 0;
  private readonly timer: NodeJS.Timeout;
  gcSafePoint = 0n;
  /** Writes down what derived data needs of the log that is about to go. */
  beforeShortening: (() => Promise<void>) | null = null;
  /** Resolves when LMDB has what the log alone tells of beside the memtables' content. */
  settled: () => Promise<void> = () => Promise.resolve();
  /** What is in LMDB that the log may yet leave undone: each resolves when that is over. */
  private readonly unfinished = new Set<Promise<void>>();
  /** A checkpoint waits for that: what begins now waits for its snapshot. */
  private pinning: Promise<void> | null = null;
  /** Finished checkpoints, and how often a commit had to wait for a flush. */
  checkpoints = 0;
  stalls = 0;
  running = 0;

  constructor(
    private readonly directory: string,
    private readonly env: LmdbEnv,
    private readonly versions: VersionStore,
    private readonly locks: LockTable,
    private readonly wal: Wal,
    private readonly onError: (error: Error) => void,
    /** Of the checkpoint that is on disk. */
    private last: LogPosition,
  ) {
    this.timer = setInterval(() => this.tick(), 1000);
    this.timer.unref();
  }

  /** Makes sure that the active memtable takes so many more bytes: freezes it when it does not. Call before appending to the log. */
  reserve(bytes: number): void {
    if (this.dirtySince === 0) this.dirtySince = performance.now();
    if (this.versions.active.fits(bytes) && this.wal.segmentBytes < WAL_LIMIT) return;
    if (this.versions.frozen !== null) {
      if (this.versions.active.fits(bytes)) return;
      // The disk does not keep up: the writer pays for the rest of the flush.
      this.stalls++;
      while (this.versions.frozen !== null) this.flushStep();
    }
    this.start(bytes);
  }

  /** A checkpoint of everything committed so far; resolves when it is durable. */
  checkpoint(): Promise<void> {
    while (this.versions.frozen !== null) this.flushStep();
    this.start(0);
    return this.tail;
  }

  /** Empties the memtables into LMDB in this turn (a checkpoint follows in the background). */
  flushNow(): void {
    while (this.versions.frozen !== null) this.flushStep();
    this.start(0);
    while (this.versions.frozen !== null) this.flushStep();
  }

  /**
   * Makes durable what bulk loads have put into LMDB so far. Memtables stay: the log behind the last checkpoint is replayed over what is
   * in LMDB now as it would be over what was then (step 3), unless it would delete ranges, what was loaded into them since included.
   */
  async persistLoaded(): Promise<void> {
    const done = this.tail.then(() =>
      this.deletedRanges === this.last.deletedRanges ? this.persist(this.last) : null,
    );
    this.running++;
    this.tail = done
      .then(() => undefined)
      .catch((error: unknown) => this.onError(error as Error))
      .finally(() => this.running--);
    if ((await done) === null) await this.complete();
  }

  /** The log is about to tell of a range that is deleted. */
  noteDeletedRange(): void {
    this.deletedRanges++;
  }

  /** A checkpoint that holds up nobody; resolves when it is durable. */
  private async complete(): Promise<void> {
    while (this.versions.frozen !== null) {
      this.flushStep();
      await nextTurn();
    }
    this.start(0);
    await this.tail;
  }

  /** No checkpoint is written until the function given back is called. */
  async holdBack(): Promise<() => void> {
    while (this.pinning !== null) await this.pinning;
    let over: () => void = nothing;
    const held = new Promise<void>((resolve) => {
      over = resolve;
    });
    this.unfinished.add(held);
    return () => {
      this.unfinished.delete(held);
      over();
    };
  }

  /** Writes the first checkpoint of a new store. */
  async initialize(): Promise<void> {
    this.last = { segment: this.wal.segment, lsn: this.wal.lsn, deletedRanges: 0 };
    await this.persist(this.last);
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.tail;
  }

  private start(needed: number): void {
    const pending = this.locks.section((): Pending => {
      const table = this.versions.active;
      this.versions.freeze(needed);
      const segment = this.wal.rotate();
      return {
        table,
        segment,
        lsn: this.wal.lsn,
        deletedRanges: this.deletedRanges,
        locks: this.locks.takeUnsaved(),
      };
    });
    this.dirtySince = 0;
    this.running++;
    this.tail = this.tail
      .then(() => this.run(pending))
      .catch((error: unknown) => {
        this.failed = true;
        this.onError(error as Error);
      })
      .finally(() => this.running--);
  }

  private async run(pending: Pending): Promise<void> {
    // Its locks are changes to those of the one before.
    if (this.failed) throw new Error('an earlier checkpoint failed');
    while (this.versions.frozen === pending.table) {
      this.flushStep();
      // Keep ahead of the writers: the share flushed must not fall behind the share of the active memtable that is full.
      for (
        let extra = 0;
        extra < MAX_EXTRA_STEPS && this.versions.frozen === pending.table && this.isBehind();
        extra++
      )
        this.flushStep();
      await nextTurn();
    }
    await this.writeLocks(pending.locks);
    await this.settled();
    await this.beforeShortening?.();
    await this.persist(pending);
    this.last = pending;
    await this.wal.removeBefore(pending.segment);
    this.checkpoints++;
  }

  private async persist(at: LogPosition): Promise<true> {
    let pinned = nothing;
    this.pinning = new Promise((resolve) => {
      pinned = resolve;
    });
    while (this.unfinished.size > 0) await Promise.all(this.unfinished);
    const releaseOld = this.env.pin();
    const meta = this.env.metaCopy();
    this.pinning = null;
    pinned();
    await this.env.sync();
    await writeCheckpoint(this.directory, {
      walSegment: at.segment,
      walLsn: at.lsn,
      gcSafePoint: this.gcSafePoint,
      meta,
    });
    this.versions.whenUnread(releaseOld);
    return true;
  }

  private isBehind(): boolean {
    const { active, frozen } = this.versions;
    return active.size / active.capacity > this.flushed / Math.max(1, frozen!.count(MemtableList.data));
  }

  /** One small piece of the flush of the frozen memtable: its data, then its marks. */
  private flushStep(): void {
    const began = performance.now();
    const { versions, flushFrom, step } = this;
    this.flushFrom = this.inMarks
      ? versions.flushMarks(flushFrom, step)
      : versions.flushData(flushFrom, step);
    if (!this.inMarks) this.flushed += step;
    const took = performance.now() - began;
    if (took > STEP_MS * 1.5) this.step = Math.max(50, step >> 1);
    else if (took < STEP_MS * 0.7) this.step = Math.min(5000, step + (step >> 2));
    if (this.flushFrom !== 0) return;
    this.inMarks = !this.inMarks;
    if (this.inMarks) return;
    this.flushed = 0;
    versions.dropFrozen();
  }

  /** The `locks` table becomes the set of percolator locks at the time of the freeze. */
  private async writeLocks({ removed, written }: LockChanges): Promise<void> {
    if (!this.locksKnown) await this.inBatches(this.storedLocks(), (key) => this.env.locks.remove(key));
    this.locksKnown = true;
    await this.inBatches(removed, (key) => this.env.locks.remove(key));
    const out = new ByteWriter();
    await this.inBatches(written, (lock) => {
      out.length = 0;
      encodeLock(out, lock);
      this.env.locks.put(lock.key, out.bytes.subarray(0, out.length));
    });
  }

  private storedLocks(): Uint8Array[] {
    const tree = this.env.locksTree;
    const keys: Uint8Array[] = [];
    if (tree.last()) {
      do keys.push(tree.u8.slice(tree.keyStart, tree.keyEnd));
      while (tree.previous());
    }
    return keys;
  }

  private async inBatches<T>(items: readonly T[], one: (item: T) => void): Promise<void> {
    for (let from = 0; from < items.length; from += LOCK_BATCH) {
      this.env.write(() => {
        for (let i = from; i < Math.min(items.length, from + LOCK_BATCH); i++) one(items[i]!);
      });
      await nextTurn();
    }
  }

  private tick(): void {
    if (this.running > 0 || this.versions.frozen !== null) return;
    // Other threads' commits come unannounced.
    if (this.dirtySince === 0 && !this.versions.active.isEmpty) this.dirtySince = performance.now();
    const due = this.dirtySince !== 0 && performance.now() - this.dirtySince > MAX_AGE_MS;
    if (due || this.wal.segmentBytes >= WAL_LIMIT) this.start(0);
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function nothing(): void {}
