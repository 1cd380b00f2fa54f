import type { TreeCursor } from './page-tree.js';

/**
 * The words that the store's thread and other threads of its process share, in one SharedArrayBuffer. Layers and locks are published by
 * the store's thread alone; the section of `committing` is anybody's who gets it.
 *
 * What makes a read in another thread exact. Let R be its timestamp, C that of any commit. All C <= R must be found:
 *
 *  - **Timestamps** come from one counter (`lastTs`), taken by compare-and-swap, so that R and C are ordered.
 *  - **One phase, async commit**: whoever commits takes C and applies the versions (or puts the locks) within one section of
 *    `committing`, which is odd meanwhile and belongs to one thread at a time. Before it takes C it makes `applying` odd, which stays so
 *    until the section ends. A reader looks at `applying` after it took R and waits while it is odd. Whoever had taken C < R has
 *    applied it then; who makes it odd later takes C > R. Sections that apply nothing (the log is written, locks are looked at) are
 *    `quiet`: readers pass them.
 *  - **Two phases**: C is taken after the prewrite, so that at the time of R the key was locked (or C > R). `persistentLocks` and
 *    `lockEpoch` change after the lock is in the table, and when it goes, only after the versions are in the memtable. A reader looks
 *    at them before it looks at the data: it meets the lock, or finds what it left.
 *  - **Layers**: which memtables there are and LMDB's roots change under the sequence lock `layers` (odd while they are written), so
 *    that a reader adopts them all of one moment. Versions only ever move down: every set of layers ever published, together with what
 *    was inserted into its active memtable since, holds every version committed before the next set was published; and a commit
 *    goes into the active memtable after that was published. So a reader that compares `layers` with the number it
 *    adopted before each read misses nothing. The active memtable changes within a section, so that a thread which commits
 *    by itself (thread-committer.ts) inserts into the right one.
 *
 * What is replaced stays readable until every reader has said, between two turns of its event loop, that it adopted something
 * newer (`LayerSharing.whenUnread`): only then are LMDB's pages and a dropped memtable's arena used again. Within a turn nothing
 * that a reader holds can change under it.
 */
export const SharedWord = {
  layers: 0,
  activeTable: 1,
  frozenTable: 2,
  committing: 3,
  commitWaiters: 4,
  persistentLocks: 5,
  lockEpoch: 6,
  /** Words of the commit ring written so far, modulo 2^32; see commit-ring.ts. */
  ringHead: 7,
  ringReserved: 8,
  /** Number of the thread that the section belongs to: 0 the store's, see thread-protocol.ts. */
  committer: 9,
  /** Transactions that threads committed by themselves, modulo 2^32. */
  threadCommits: 10,
  /** Odd while the thread in the section takes a commit timestamp and applies what is committed at it. */
  applying: 11,
  /** 1 while a large commit has keys to itself: threads leave locks and commits to the store's. Changes within sections. */
  reserved: 12,
  /** Releases by threads of locks that the store's table has too (shared-locks.ts), modulo 2^32. */
  releases: 13,
} as const;

const TS_BYTES = 256;
const ROOT_BYTES = 512;
const TOTAL_BYTES = 1024;
const NO_TABLE = -1;

/** Layers as of one moment. */
export interface Layers {
  sequence: number;
  active: number;
  frozen: number | null;
  dataRoot: number;
  historyRoot: number;
  marksRoot: number;
  packedRoot: number;
}

export class SharedState {
  readonly words: Int32Array;
  /**
   * [0] newest timestamp given, [1] end of the lease: no timestamp at or beyond it may be given, [2] newest timestamp of a lock
   * record or rollback mark, [3] newest commit timestamp of what is not in the active memtable.
   */
  readonly timestamps: BigInt64Array;
  private readonly roots: Float64Array;

  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(TOTAL_BYTES)) {
    this.words = new Int32Array(buffer, 0, TS_BYTES / 4);
    this.timestamps = new BigInt64Array(buffer, TS_BYTES, 4);
    this.roots = new Float64Array(buffer, ROOT_BYTES, 4);
  }

  /** The store's thread: shows these layers from now on. */
  publish(
    active: number,
    frozen: number | null,
    data: TreeCursor,
    history: TreeCursor,
    marks: TreeCursor,
    packed: TreeCursor,
  ): void {
    const w = this.words;
    Atomics.add(w, SharedWord.layers, 1);
    Atomics.store(w, SharedWord.activeTable, active);
    Atomics.store(w, SharedWord.frozenTable, frozen ?? NO_TABLE);
    this.roots[0] = data.root;
    this.roots[1] = history.root;
    this.roots[2] = marks.root;
    this.roots[3] = packed.root;
    Atomics.add(w, SharedWord.layers, 1);
  }

  /** A reader: the layers of this moment. */
  read(into: Layers): void {
    const w = this.words;
    for (;;) {
      const before = Atomics.load(w, SharedWord.layers);
      if ((before & 1) !== 0) continue;
      into.active = Atomics.load(w, SharedWord.activeTable);
      const frozen = Atomics.load(w, SharedWord.frozenTable);
      into.frozen = frozen === NO_TABLE ? null : frozen;
      into.dataRoot = this.roots[0]!;
      into.historyRoot = this.roots[1]!;
      into.marksRoot = this.roots[2]!;
      into.packedRoot = this.roots[3]!;
      if (Atomics.load(w, SharedWord.layers) !== before) continue;
      into.sequence = before;
      return;
    }
  }

  get newestMark(): bigint {
    return Atomics.load(this.timestamps, 2);
  }

  set newestMark(ts: bigint) {
    Atomics.store(this.timestamps, 2, ts);
  }

  get newestBelow(): bigint {
    return Atomics.load(this.timestamps, 3);
  }

  set newestBelow(ts: bigint) {
    Atomics.store(this.timestamps, 3, ts);
  }

  /** Sections of one thread may lie within each other. */
  private depth = 0;
  /** The thread that this object belongs to. */
  thread = 0;

  /**
   * Runs work that commits, takes or looks at locks, appends to the log or changes the active memtable: one thread at a time.
   * `quiet`: it applies no commit before it has called `beginApply`.
   */
  section<T>(work: () => T, quiet = false): T {
    this.beginCommit(quiet);
    try {
      return work();
    } finally {
      this.endCommit();
    }
  }

  beginCommit(quiet = false): void {
    if (this.depth++ === 0) this.enter();
    if (!quiet) this.beginApply();
  }

  private enter(): void {
    const w = this.words;
    for (;;) {
      const section = Atomics.load(w, SharedWord.committing);
      if ((section & 1) !== 0) this.awaitEnd(SharedWord.committing, section);
      else if (Atomics.compareExchange(w, SharedWord.committing, section, section + 1) === section) break;
    }
    Atomics.store(w, SharedWord.committer, this.thread);
  }

  /** Within a section, before a commit timestamp is taken: who takes a timestamp from now on waits for the section's end. */
  beginApply(): void {
    const w = this.words;
    if ((Atomics.load(w, SharedWord.applying) & 1) === 0) Atomics.add(w, SharedWord.applying, 1);
  }

  endCommit(): void {
    if (--this.depth === 0) this.release();
  }

  /** The store's thread: ends the section of a thread that has gone; false when it is in none. */
  endSectionOf(thread: number): boolean {
    const w = this.words;
    if ((Atomics.load(w, SharedWord.committing) & 1) === 0) return false;
    if (Atomics.load(w, SharedWord.committer) !== thread) return false;
    this.release();
    return true;
  }

  private release(): void {
    const w = this.words;
    const applied = (Atomics.load(w, SharedWord.applying) & 1) !== 0;
    if (applied) Atomics.add(w, SharedWord.applying, 1);
    Atomics.store(w, SharedWord.committer, -1);
    Atomics.add(w, SharedWord.committing, 1);
    if (Atomics.load(w, SharedWord.commitWaiters) === 0) return;
    if (applied) Atomics.notify(w, SharedWord.applying);
    Atomics.notify(w, SharedWord.committing);
  }

  /** A reader that has just taken its timestamp: returns when every commit of an earlier one is applied. */
  awaitCommits(): void {
    this.awaitEven(SharedWord.applying);
  }

  /** Returns when the section that is under way, if there is one, has ended: what it may have looked at before. */
  awaitSection(): void {
    this.awaitEven(SharedWord.committing);
  }

  private awaitEven(word: number): void {
    const value = Atomics.load(this.words, word);
    if ((value & 1) !== 0 && this.depth === 0) this.awaitEnd(word, value);
  }

  private awaitEnd(word: number, value: number): void {
    const w = this.words;
    // Nearly always microseconds; a bulk load holds the section for longer.
    for (let i = 0; i < SPINS; i++) if (Atomics.load(w, word) !== value) return;
    Atomics.add(w, SharedWord.commitWaiters, 1);
    while (Atomics.load(w, word) === value) Atomics.wait(w, word, value, WAIT_SLICE_MS);
    Atomics.sub(w, SharedWord.commitWaiters, 1);
  }
}

const SPINS = 2000;
const WAIT_SLICE_MS = 100;
