import fs from 'node:fs';
import path from 'node:path';
import { ByteWriter } from './byte-buffer.js';
import { LogFiles } from './log-files.js';
import { GROUP_HEADER, groupSize, listSegments, sealGroup, segmentNumber } from './log-replay.js';
import { SyncPace } from './sync-pace.js';

/** Space is written with zeros ahead of use, so that most fdatasyncs change no file size (no journal commit of the file system). */
const AHEAD = 1 << 20;
const ZEROS = Buffer.alloc(AHEAD);
/** Records that wait for being written, with room for their group's header. One that does not fit is written at once. */
const PENDING_BYTES = 1 << 20;

export type Durability = 0 | 1 | 2;

export interface WalOptions {
  /** Called once when writing or syncing fails: nothing can be acknowledged any more. */
  readonly onError: (error: Error) => void;
  /** Milliseconds between background flushes of commits that do not wait (durability 0 and 2). */
  readonly flushInterval?: number;
}

/** What the threads that append to one log share. */
export interface WalBuffers {
  readonly directory: string;
  readonly state: SharedArrayBuffer;
  readonly pending: SharedArrayBuffer;
}

/** Runs work that no other thread's may come between (SharedState.section; readers need not wait for what is `quiet`). */
export interface Sections {
  section<T>(work: () => T, quiet: boolean): T;
  /** Number of the calling thread. */
  readonly thread: number;
}

const ALONE: Sections = { section: (work) => work(), thread: 0 };

/**
 * Words of the shared state, numbers below 2^53; all but `durable` and `failed` are read and written within sections, `allocated`
 * by who writes a group.
 */
const Word = {
  /** Bytes of log in groups since this process began, and those known to be on disk; as log sequence numbers. */
  lsn: 0,
  durable: 1,
  segment: 2,
  /** In the current segment: where the next group goes, and how far space was written. */
  position: 3,
  allocated: 4,
  pending: 5,
  /** Segments below this one need no sync any more. */
  synced: 6,
  failed: 7,
} as const;
const STATE_WORDS = 8;

/** 32-bit words behind those: groups taken out of the buffers and groups written, modulo 2^32, and the thread that writes. */
const Count = { claimed: 0, written: 1, writer: 2 } as const;
const COUNTS = 4;
const STATE_BYTES = STATE_WORDS * 8 + COUNTS * 4;
const SPINS = 2000;
const WAIT_SLICE_MS = 50;

/** Threads of libuv's pool, which all threads of the process share, and syncs that one of them has under way at most. */
const POOL_THREADS = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4) || 4;
const MAX_LANES = 3;

/**
 * The write-ahead log: segment files written in groups (log-replay.ts has their form). Whoever waits for the disk writes all that was
 * appended since the last group, and makes it durable by one fdatasync for everybody in it.
 *
 * Records gather in one of two buffers in turn: while a group of one is written, outside of any section, the other is appended to.
 * The next group is taken only when that one is in its file, so that groups are written in order and a file has no gaps.
 *
 * This is one thread's hold of the log. `begin`, `commit` and `rotate` are called within a section of the threads that share it; what is
 * appended there is in the log's order, and written by whichever thread flushes first. A thread waits for its own records only, and
 * syncs for itself every segment that may hold what was appended before them: none needs to hear of another's flush.
 *
 * Where a sync takes long, a thread has several under way (lanes), so that who comes while there is one need not wait for its end
 * first: disks work on several at a time.
 */
export class Wal {
  /** Group flushes of this thread, for statistics. */
  flushes = 0;
  /** Records appended by this thread so far. */
  appended = 0;
  private readonly words: Float64Array;
  private readonly counts: Int32Array;
  private readonly halves: readonly [Buffer, Buffer];
  private readonly out: ByteWriter;
  private readonly pace = new SyncPace();
  private recordStart = 0;
  private readonly files: LogFiles;
  private readonly lanes: readonly Lane[];
  private usedLanes = 1;
  /** Resolvers of the commits that wait for the disk, and of those that wait for the write. */
  private durableWaiters: (() => void)[] = [];
  private writtenWaiters: (() => void)[] = [];
  private syncWanted = false;
  private scheduled = false;
  private failure: Error | null = null;
  private timer: NodeJS.Timeout | null = null;
  private dirty = false;

  private constructor(
    readonly buffers: WalBuffers,
    private readonly options: WalOptions,
    private sections: Sections,
  ) {
    this.words = new Float64Array(buffers.state, 0, STATE_WORDS);
    this.counts = new Int32Array(buffers.state, STATE_WORDS * 8, COUNTS);
    this.halves = [
      Buffer.from(buffers.pending, 0, PENDING_BYTES),
      Buffer.from(buffers.pending, PENDING_BYTES, PENDING_BYTES),
    ];
    this.out = new ByteWriter(this.halves[0]);
    this.files = new LogFiles(buffers.directory);
    this.lanes = Array.from({ length: MAX_LANES }, () => ({
      files: new LogFiles(buffers.directory),
      busy: false,
      flushing: Promise.resolve(),
    }));
    this.shareLanes(1);
  }

  /** How many lanes the pool has room for when so many threads share the log. */
  private shareLanes(threads: number): void {
    this.usedLanes = Math.min(MAX_LANES, Math.max(1, Math.floor(POOL_THREADS / threads)));
  }

  /** Starts a new segment behind the last one that `replay` read. */
  static create(directory: string, segment: number, lsn: number, options: WalOptions): Wal {
    const buffers = {
      directory,
      state: new SharedArrayBuffer(STATE_BYTES),
      pending: new SharedArrayBuffer(2 * PENDING_BYTES),
    };
    const wal = new Wal(buffers, options, ALONE);
    const { words } = wal;
    words[Word.lsn] = lsn;
    words[Word.durable] = lsn;
    words[Word.segment] = segment;
    words[Word.synced] = segment;
    wal.openSegment();
    return wal;
  }

  /** The log that another thread of the process has begun. */
  static attach(buffers: WalBuffers, options: WalOptions, sections: Sections, threads: number): Wal {
    const wal = new Wal(buffers, options, sections);
    wal.shareLanes(threads);
    return wal;
  }

  /** Other threads append from now on. */
  share(sections: Sections, threads: number): WalBuffers {
    this.shareLanes(threads);
    if (this.sections === ALONE) {
      this.sections = sections;
      // Commits of other threads that wait for no disk leave the flush to this one.
      this.keeper = setInterval(() => {
        if (this.words[Word.failed] !== 0) this.fail(new Error('a thread can not write the log'));
        else if (this.words[Word.durable]! < this.end) this.flushLater();
      }, this.options.flushInterval ?? 1000);
      this.keeper.unref();
    }
    return this.buffers;
  }

  private keeper: NodeJS.Timeout | null = null;

  get lsn(): number {
    return this.words[Word.lsn]!;
  }

  get durable(): number {
    return this.words[Word.durable]!;
  }

  get segment(): number {
    return this.words[Word.segment]!;
  }

  /** Bytes appended to the current segment. */
  get segmentBytes(): number {
    return this.words[Word.position]! + this.words[Word.pending]!;
  }

  /** Whether a record of so many bytes can wait with the others. */
  fits(bytes: number): boolean {
    return GROUP_HEADER + this.words[Word.pending]! + bytes + 16 <= PENDING_BYTES;
  }

  /** Where the log ends with what waits for being written, at least. */
  private get end(): number {
    return this.words[Word.lsn]! + this.words[Word.pending]!;
  }

  /** The buffer that is appended to. */
  private get half(): Buffer {
    return this.halves[Atomics.load(this.counts, Count.claimed) & 1]!;
  }

  /** The buffer to append one record to, between `begin` and `commit`; records are `type (1) | body`, framed by their length. */
  begin(type: number): ByteWriter {
    if (this.failure !== null) throw this.failure;
    const { out } = this;
    out.bytes = this.half;
    out.length = GROUP_HEADER + this.words[Word.pending]!;
    out.reserve(5);
    this.recordStart = out.length;
    out.length += 4;
    out.bytes[out.length++] = type;
    return out;
  }

  commit(): void {
    const { out } = this;
    this.appended++;
    out.bytes.writeUInt32LE(out.length - this.recordStart - 4, this.recordStart);
    this.words[Word.pending] = out.length - GROUP_HEADER;
    if (out.bytes === this.half) return;
    // It has outgrown the shared buffer, and taken what waited there along.
    out.reserve(8);
    this.writePending(out.bytes);
  }

  /** Appends a record whose body is the first `length` bytes given. */
  append(type: number, body: Uint8Array, length: number): void {
    if (!this.fits(length)) {
      const out = this.begin(type);
      out.reserve(length);
      out.bytes.set(body.subarray(0, length), out.length);
      out.length += length;
      this.commit();
      return;
    }
    const { words, half } = this;
    if (this.failure !== null) throw this.failure;
    const start = GROUP_HEADER + words[Word.pending]!;
    half.writeUInt32LE(length + 1, start);
    half[start + 4] = type;
    half.set(body.length === length ? body : body.subarray(0, length), start + 5);
    words[Word.pending] = words[Word.pending]! + 5 + length;
    this.appended++;
  }

  /**
   * Calls `done` when everything appended so far is as durable as asked: 1 on disk, 2 written to the operating system, 0 at
   * once (then a background flush follows within the interval).
   */
  whenDurable(durability: Durability, done: () => void): void {
    if (this.failure !== null) done();
    else if (durability === 1) {
      this.durableWaiters.push(done);
      this.syncWanted = true;
      this.schedule();
    } else if (durability === 2) {
      this.writtenWaiters.push(done);
      this.schedule();
      this.flushLater();
    } else {
      this.flushLater();
      done();
    }
  }

  /** Ends the current segment: what is appended from now on goes to the next, whose number is returned. */
  rotate(): number {
    this.writePending();
    const segment = this.segment + 1;
    this.words[Word.segment] = segment;
    this.openSegment();
    return segment;
  }

  /** Everything appended so far is on disk when it resolves. */
  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.failure !== null) reject(this.failure);
      else this.whenDurable(1, () => (this.failure === null ? resolve() : reject(this.failure)));
    });
  }

  /** Removes segments below `segment`, whose content is on disk elsewhere; off this thread, since freeing the blocks of a large file takes long. */
  async removeBefore(segment: number): Promise<void> {
    this.sections.section(() => this.noteSynced(segment), true);
    for (const name of listSegments(this.buffers.directory)) {
      if (segmentNumber(name) < segment) await fs.promises.unlink(path.join(this.buffers.directory, name));
    }
  }

  async close(): Promise<void> {
    if (this.keeper !== null) clearInterval(this.keeper);
    if (this.failure === null) await this.sync();
    if (this.timer !== null) clearTimeout(this.timer);
    await this.closeFiles();
  }

  /** Lets go of a log that goes on without this thread: what it appended is the others' to write. */
  async detach(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    await this.closeFiles();
  }

  private async closeFiles(): Promise<void> {
    for (const lane of this.lanes) {
      await lane.flushing;
      lane.files.closeBefore(Infinity);
    }
    this.files.closeBefore(Infinity);
  }

  private openSegment(): void {
    this.files.create(this.segment);
    this.words[Word.position] = 0;
    this.words[Word.allocated] = 0;
  }

  /** Null when the segment needs no sync: another thread did it, or a checkpoint made it superfluous and it is gone. */
  private fdToSync(files: LogFiles, segment: number): number | null {
    try {
      return segment < this.words[Word.synced]! ? null : files.open(segment);
    } catch (error) {
      if (segment < this.words[Word.synced]!) return null;
      throw error;
    }
  }

  /** One for the next flush; none while those there are suffice. */
  private freeLane(): Lane | null {
    for (let i = 0; i < this.usedLanes; i++) {
      const lane = this.lanes[i]!;
      if (!lane.busy) return lane;
      if (!this.pace.isLong) return null;
    }
    return null;
  }

  private schedule(): void {
    if (this.scheduled || this.freeLane() === null) return;
    this.scheduled = true;
    // The end of this turn of the event loop: commits of the same turn share the flush.
    setImmediate(() => {
      this.scheduled = false;
      const lane = this.freeLane();
      if (lane !== null) lane.flushing = this.flush(lane);
    });
  }

  private flushLater(): void {
    this.dirty = true;
    if (this.timer !== null) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      if (!this.dirty || this.failure !== null) return;
      this.dirty = false;
      this.syncWanted = true;
      this.schedule();
    }, this.options.flushInterval ?? 1000);
    this.timer.unref();
  }

  private async flush(lane: Lane): Promise<void> {
    lane.busy = true;
    while (this.syncWanted || this.writtenWaiters.length > 0) {
      const durableWaiters = this.durableWaiters;
      const writtenWaiters = this.writtenWaiters;
      const sync = this.syncWanted;
      this.durableWaiters = [];
      this.writtenWaiters = [];
      this.syncWanted = false;
      try {
        const target = this.writeOut();
        for (const done of writtenWaiters) done();
        // Another thread's flush may have taken ours along.
        if (sync && this.durable < target.lsn) {
          const syncing = this.syncTo(target, lane);
          if (syncing !== null) await syncing;
        }
        for (const done of durableWaiters) done();
      } catch (error) {
        this.fail(error as Error);
        for (const done of writtenWaiters) done();
        for (const done of durableWaiters) done();
        break;
      }
    }
    // In the same turn in which it has found nothing more to do.
    lane.busy = false;
  }

  private fail(error: Error): void {
    this.words[Word.failed] = 1;
    if (this.failure === null) this.options.onError(error);
    this.failure ??= error;
    for (const done of this.writtenWaiters) done();
    for (const done of this.durableWaiters) done();
    this.writtenWaiters = [];
    this.durableWaiters = [];
    this.syncWanted = false;
  }

  /** Why nothing can be acknowledged any more, or null. */
  get failed(): Error | null {
    return this.failure;
  }

  /** The store's thread: whether a thread that has gone was writing a group. Nobody will finish it: the log ends there. */
  endWriteOf(thread: number): boolean {
    const { counts } = this;
    if (Atomics.load(counts, Count.claimed) === Atomics.load(counts, Count.written)) return false;
    if (Atomics.load(counts, Count.writer) !== thread) return false;
    this.words[Word.failed] = 1;
    return true;
  }

  /** Everything appended so far is written when this returns; gives where the log ends then. */
  private writeOut(): Target {
    const { counts } = this;
    for (;;) {
      this.awaitWritten(Atomics.load(counts, Count.claimed));
      const target = this.sections.section((): Target | null => {
        if (Atomics.load(counts, Count.claimed) !== Atomics.load(counts, Count.written)) return null;
        const group = this.claim(this.half);
        return { group, lsn: this.lsn, segment: this.segment, from: this.words[Word.synced]! };
      }, true);
      if (target === null) continue;
      if (target.group !== null) this.writeGroup(target.group);
      return target;
    }
  }

  /** Within a section, while no group is being written: what was appended becomes one. */
  private claim(bytes: Buffer): Group | null {
    const { words, counts } = this;
    const length = words[Word.pending]!;
    if (length === 0) return null;
    const group: Group = {
      bytes,
      length,
      segment: this.segment,
      at: words[Word.position]!,
      lsn: this.lsn,
    };
    const size = groupSize(length);
    words[Word.position] = group.at + size;
    words[Word.lsn] = group.lsn + size;
    words[Word.pending] = 0;
    Atomics.store(counts, Count.writer, this.sections.thread);
    Atomics.add(counts, Count.claimed, 1);
    return group;
  }

  private writeGroup({ bytes, length, segment, at, lsn }: Group): void {
    try {
      sealGroup(bytes, length, segment, lsn, this.durable);
      const size = groupSize(length);
      const fd = this.files.open(segment);
      this.allocate(fd, at + size);
      for (let done = 0; done < size;) done += fs.writeSync(fd, bytes, done, size - done, at + done);
    } catch (error) {
      this.words[Word.failed] = 1;
      throw error;
    }
    Atomics.add(this.counts, Count.written, 1);
    Atomics.notify(this.counts, Count.written);
  }

  /** Within a section: writes what was appended. */
  private writePending(bytes = this.half): void {
    this.awaitWritten(Atomics.load(this.counts, Count.claimed));
    const group = this.claim(bytes);
    if (group !== null) this.writeGroup(group);
  }

  /** Returns when so many groups are written. */
  private awaitWritten(groups: number): void {
    const { counts } = this;
    for (let spins = 0; ; spins++) {
      const written = Atomics.load(counts, Count.written);
      if (((written - groups) | 0) >= 0) return;
      if (spins < SPINS) continue;
      this.expectWritable();
      Atomics.wait(counts, Count.written, written, WAIT_SLICE_MS);
    }
  }

  /**
   * Segments before the target's may hold what was appended before it: without them what is in the target's would be behind a gap.
   * Null when it is done.
   */
  private syncTo(target: Target, lane: Lane): Promise<void> | null {
    if (!this.pace.isFast) return this.syncBeside(target, lane);
    for (let segment = target.from; segment <= target.segment; segment++) {
      const fd = this.fdToSync(this.files, segment);
      if (fd !== null) this.pace.time(() => fs.fdatasyncSync(fd));
    }
    this.synced(target);
    return null;
  }

  /** Through descriptors of the lane's own: the operating system tells each of them once of what could not be written. */
  private async syncBeside(target: Target, lane: Lane): Promise<void> {
    const began = performance.now();
    for (let segment = target.from; segment <= target.segment; segment++) {
      const fd = this.fdToSync(lane.files, segment);
      if (fd !== null) await fdatasync(fd);
    }
    this.pace.noteBeside(performance.now() - began);
    this.synced(target);
    lane.files.closeBefore(target.segment);
  }

  private synced(target: Target): void {
    this.expectWritable();
    this.sections.section(() => {
      if (this.words[Word.durable]! < target.lsn) this.words[Word.durable] = target.lsn;
      this.noteSynced(target.segment);
    }, true);
    this.files.closeBefore(target.segment);
    for (const { busy, files } of this.lanes) if (!busy) files.closeBefore(target.segment);
    this.flushes++;
  }

  /** What another thread or lane could not write or sync is missing from what this one could. */
  private expectWritable(): void {
    if (this.words[Word.failed] !== 0) throw new Error('another thread can not write the log');
  }

  private noteSynced(segment: number): void {
    if (this.words[Word.synced]! < segment) this.words[Word.synced] = segment;
  }

  private allocate(fd: number, end: number): void {
    const { words } = this;
    const allocated = words[Word.allocated]!;
    if (end <= allocated) return;
    const length = Math.max(AHEAD, end - allocated);
    for (let at = 0; at < length; at += AHEAD)
      fs.writeSync(fd, ZEROS, 0, Math.min(AHEAD, length - at), allocated + at);
    words[Word.allocated] = allocated + length;
  }
}

/** The end of the log at a moment with what is to be written first, and the first segment that may not be on disk. */
interface Target {
  readonly group: Group | null;
  readonly lsn: number;
  readonly segment: number;
  readonly from: number;
}

/** A sync that may be under way beside others, and the files that it goes by. */
interface Lane {
  readonly files: LogFiles;
  busy: boolean;
  flushing: Promise<void>;
}

/** Records on their way into a file: `length` bytes behind room for the header, and where they go. */
interface Group {
  readonly bytes: Buffer;
  readonly length: number;
  readonly segment: number;
  readonly at: number;
  readonly lsn: number;
}

function fdatasync(fd: number): Promise<void> {
  return new Promise((resolve, reject) =>
    fs.fdatasync(fd, (error) => (error === null ? resolve() : reject(error))),
  );
}
