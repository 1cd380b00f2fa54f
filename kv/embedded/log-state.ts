import { GROUP_HEADER } from './log-replay.js';

/** Records that wait for being written, with room for their group's header. One that does not fit is written at once. */
export const PENDING_BYTES = 1 << 20;

/** What the threads of a process that work on one log share. */
export interface LogBuffers {
  readonly directory: string;
  readonly state: SharedArrayBuffer;
  readonly pending: SharedArrayBuffer;
}

/**
 * Words of the shared state, numbers below 2^53. They change under the lock, but for `allocated`, which belongs to who writes a group;
 * whoever sees a group counted as synced finds its end in `durable`.
 */
export const Word = {
  /** Bytes of log in groups since the log began, and those known to be on disk; as log sequence numbers. */
  lsn: 0,
  durable: 1,
  segment: 2,
  /** In the current segment: where the next group goes, and how far space was written. */
  position: 3,
  allocated: 4,
  pending: 5,
  /** Segments below this one need no sync any more. */
  synced: 6,
} as const;
const STATE_WORDS = 7;

/** 32-bit words behind those; counts are modulo 2^32. */
const Count = {
  /** 0 free, 1 held, 2 held and waited for; and who holds it. */
  lock: 0,
  owner: 1,
  /** Groups taken out of the buffers, groups written, and the thread that writes. */
  claimed: 2,
  written: 3,
  writer: 4,
  /** Syncs that were made, for whoever waits for one. */
  synced: 5,
  /** How often the log's thread was asked for a sync, whether it waits for that, and what it is: one of `Helper`. */
  asked: 6,
  idle: 7,
  helper: 8,
  failed: 9,
} as const;
const COUNTS = 10;
const STATE_BYTES = STATE_WORDS * 8 + COUNTS * 4;

const FREE = 0;
const HELD = 1;
const WAITED_FOR = 2;
const Helper = { none: 0, up: 1, ending: 2 } as const;
const SPINS = 2000;
const WAIT_SLICE_MS = 50;
const NOBODY = -1;

/** Records on their way into a file: `length` bytes behind room for the header, and where they go. */
export interface Group {
  readonly bytes: Buffer;
  readonly length: number;
  readonly segment: number;
  readonly at: number;
  readonly lsn: number;
}

/** One thread's hold of what all that work on a log share. The lock is held for as long as a record takes to be copied. */
export class LogState {
  readonly words: Float64Array;
  private readonly counts: Int32Array;
  private readonly halves: readonly [Buffer, Buffer];

  constructor(
    readonly buffers: LogBuffers,
    /** Number of the calling thread among those that append; the log's own thread has none. */
    readonly thread: number,
  ) {
    this.words = new Float64Array(buffers.state, 0, STATE_WORDS);
    this.counts = new Int32Array(buffers.state, STATE_WORDS * 8, COUNTS);
    this.halves = [
      Buffer.from(buffers.pending, 0, PENDING_BYTES),
      Buffer.from(buffers.pending, PENDING_BYTES, PENDING_BYTES),
    ];
  }

  static create(directory: string, segment: number, lsn: number): LogState {
    const state = new LogState(
      {
        directory,
        state: new SharedArrayBuffer(STATE_BYTES),
        pending: new SharedArrayBuffer(2 * PENDING_BYTES),
      },
      0,
    );
    const { words } = state;
    words[Word.lsn] = lsn;
    words[Word.durable] = lsn;
    words[Word.segment] = segment;
    words[Word.synced] = segment;
    state.counts[Count.owner] = NOBODY;
    return state;
  }

  lock(): void {
    const { counts } = this;
    for (let i = 0; i < SPINS; i++) {
      if (Atomics.compareExchange(counts, Count.lock, FREE, HELD) !== FREE) continue;
      Atomics.store(counts, Count.owner, this.thread);
      return;
    }
    while (Atomics.exchange(counts, Count.lock, WAITED_FOR) !== FREE)
      Atomics.wait(counts, Count.lock, WAITED_FOR, WAIT_SLICE_MS);
    Atomics.store(counts, Count.owner, this.thread);
  }

  unlock(): void {
    Atomics.store(this.counts, Count.owner, NOBODY);
    if (Atomics.exchange(this.counts, Count.lock, FREE) === WAITED_FOR)
      Atomics.notify(this.counts, Count.lock, 1);
  }

  get lsn(): number {
    return this.words[Word.lsn]!;
  }

  get durable(): number {
    return this.words[Word.durable]!;
  }

  get segment(): number {
    return this.words[Word.segment]!;
  }

  /** Where the log ends with what waits for being written, at least. */
  get end(): number {
    this.lock();
    const end = this.words[Word.lsn]! + this.words[Word.pending]!;
    this.unlock();
    return end;
  }

  /** The buffer that is appended to. */
  get half(): Buffer {
    return this.halves[Atomics.load(this.counts, Count.claimed) & 1]!;
  }

  /** Groups that are taken out of the buffers, so far. */
  get claimed(): number {
    return Atomics.load(this.counts, Count.claimed);
  }

  get isWriting(): boolean {
    return Atomics.load(this.counts, Count.claimed) !== Atomics.load(this.counts, Count.written);
  }

  /** Under the lock, while no group is being written: `bytes` with what was appended becomes one of these. */
  claim(bytes: Buffer, length: number, size: number): Group {
    const { words, counts } = this;
    const group: Group = { bytes, length, segment: this.segment, at: words[Word.position]!, lsn: this.lsn };
    words[Word.position] = group.at + size;
    words[Word.lsn] = group.lsn + size;
    Atomics.store(counts, Count.writer, this.thread);
    Atomics.add(counts, Count.claimed, 1);
    return group;
  }

  noteWritten(): void {
    Atomics.add(this.counts, Count.written, 1);
    Atomics.notify(this.counts, Count.written);
  }

  /** Returns when so many groups are written. */
  awaitWritten(groups: number): void {
    const { counts } = this;
    for (let spins = 0; ; spins++) {
      const written = Atomics.load(counts, Count.written);
      if (((written - groups) | 0) >= 0) return;
      if (spins < SPINS) continue;
      this.expectWritable();
      Atomics.wait(counts, Count.written, written, WAIT_SLICE_MS);
    }
  }

  /** The log is on disk up to `lsn`, and so are the segments before this one. */
  noteSynced(lsn: number, segment: number): void {
    const { words, counts } = this;
    this.lock();
    if (words[Word.durable]! < lsn) words[Word.durable] = lsn;
    if (words[Word.synced]! < segment) words[Word.synced] = segment;
    this.unlock();
    Atomics.add(counts, Count.synced, 1);
    Atomics.notify(counts, Count.synced);
  }

  /** Syncs so far. */
  get syncs(): number {
    return Atomics.load(this.counts, Count.synced);
  }

  /** A promise of the next sync, or of failure, after so many; null when there was one already. */
  nextSync(syncs: number): Promise<unknown> | null {
    const { async, value } = Atomics.waitAsync(this.counts, Count.synced, syncs);
    return async ? value : null;
  }

  /** Nothing can be written or acknowledged any more, in any thread. */
  fail(): void {
    Atomics.store(this.counts, Count.failed, 1);
    Atomics.add(this.counts, Count.synced, 1);
    Atomics.notify(this.counts, Count.synced);
  }

  get failed(): boolean {
    return Atomics.load(this.counts, Count.failed) !== 0;
  }

  /** What another thread could not write or sync is missing from what this one could. */
  expectWritable(): void {
    if (this.failed) throw new Error('another thread can not write the log');
  }

  /** A thread has gone: whether it was appending or writing a group. Nobody will finish that: the log ends there. */
  endOf(thread: number): boolean {
    const { counts } = this;
    const holds = Atomics.load(counts, Count.lock) !== FREE && Atomics.load(counts, Count.owner) === thread;
    const writes = this.isWriting && Atomics.load(counts, Count.writer) === thread;
    if (!holds && !writes) return false;
    this.fail();
    if (holds) this.unlock();
    return true;
  }

  /** Whether there is a thread that syncs when it is asked to, and whether it has nothing to do. */
  get hasHelper(): boolean {
    return Atomics.load(this.counts, Count.helper) === Helper.up;
  }

  get isHelperIdle(): boolean {
    return Atomics.load(this.counts, Count.idle) !== 0;
  }

  /** Asks for a sync. A thread that is not idle sees it before it waits: it says that it is idle first, and looks then. */
  ask(): void {
    Atomics.add(this.counts, Count.asked, 1);
    if (this.isHelperIdle) Atomics.notify(this.counts, Count.asked);
  }

  endHelper(): void {
    Atomics.store(this.counts, Count.helper, Helper.ending);
    this.ask();
  }

  /** The log's thread: serves from now on. */
  beginHelping(): void {
    Atomics.compareExchange(this.counts, Count.helper, Helper.none, Helper.up);
  }

  /** The log's thread: waits for being asked more often than this. Null when it is to end. */
  awaitAsk(seen: number): number | null {
    const { counts } = this;
    for (;;) {
      const asked = Atomics.load(counts, Count.asked);
      if (Atomics.load(counts, Count.helper) !== Helper.up) return null;
      if (asked !== seen) return asked;
      Atomics.store(counts, Count.idle, 1);
      Atomics.wait(counts, Count.asked, seen);
      Atomics.store(counts, Count.idle, 0);
    }
  }

  /** Whether a record of so many bytes can wait with the others. */
  fits(bytes: number): boolean {
    return GROUP_HEADER + this.words[Word.pending]! + bytes + 16 <= PENDING_BYTES;
  }
}
