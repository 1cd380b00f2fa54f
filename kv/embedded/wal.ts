import fs from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { ByteWriter } from './byte-buffer.js';
import { GROUP_HEADER, listSegments, segmentNumber } from './log-replay.js';
import { type LogBuffers, LogState, Word } from './log-state.js';
import { LogWriter } from './log-writer.js';
import { FAST_ENOUGH_MS, FAST_MS, SyncPace } from './sync-pace.js';

export type Durability = 0 | 1 | 2;

export interface WalOptions {
  /** Called once when writing or syncing fails: nothing can be acknowledged any more. */
  readonly onError: (error: Error) => void;
  /** Milliseconds between background flushes of commits that do not wait (durability 0 and 2). */
  readonly flushInterval?: number;
  /** Starts log-thread.ts; null where that cannot be had. */
  readonly startThread?: (buffers: LogBuffers) => Worker | null;
}

/** Room for a record's frame: its length (4) and type (1). */
const FRAME = 5;
/** A record's buffer that grew beyond this is let go. */
const MAX_KEPT = 1 << 18;
/** Turns with several commits before it is worth a thread to sync them. */
const CROWDED_TURNS = 16;
/** Turns with one commit each, while nobody else commits, after which a thread syncs for itself. */
const LONELY_TURNS = 8;
/** Commits of one turn above which it is worth a thread to sync them, whatever else this one does. */
const MOST_IN_PLACE = 8;
/** Of the statements of a thread that does nothing but commit, so many are commits. */
const COMMITS_SHARE = 0.75;
/** What the last turn counts for in the share of commits. */
const SHARE_WEIGHT = 1 / 16;

interface Waiter {
  readonly lsn: number;
  readonly done: () => void;
}

/**
 * The write-ahead log: segment files written in groups (log-replay.ts has their form), each made durable by one fdatasync for
 * everybody who is in it. A disk does not work off several syncs at a time much faster than one after the other, so it is large groups
 * that bring many commits to disk: one thread of the process writes and syncs for all (log-thread.ts), and those that append meanwhile
 * are the next group. Their threads hear of it by a word in shared memory. Who commits alone syncs in place, which spares two
 * switches of threads; so does, on a fast disk, who runs nothing but statements that commit: all of its clients wait for the disk.
 *
 * This is one thread's hold of the log. What is appended is in the log's order; whoever writes next takes it along.
 */
export class Wal {
  /** Records appended by this thread so far. */
  appended = 0;
  private readonly writer: LogWriter;
  private readonly out = new ByteWriter(1 << 12);
  private readonly pace = new SyncPace();
  /** Those that wait for the disk, in the log's order, and those that wait for the operating system. */
  private durableWaiters: Waiter[] = [];
  private writtenWaiters: (() => void)[] = [];
  private scheduled = false;
  private listening = false;
  /** Syncs that were heard of. */
  private heard = 0;
  private crowded = 0;
  private lonely = 0;
  /** Statements that this thread has run, as far as it is told: what it could do while a sync takes place. */
  statements: () => number = none;
  private counted = 0;
  /** Commits that asked for the disk since the last flush; and means over the flushes so far of those and of statements. */
  private asked = 0;
  private meanAsked = 0;
  private meanRun = 0;
  private helper: Worker | null = null;
  private failure: Error | null = null;
  private timer: NodeJS.Timeout | null = null;
  private keeper: NodeJS.Timeout | null = null;
  private closing = false;

  private constructor(
    private readonly state: LogState,
    private readonly options: WalOptions,
  ) {
    this.writer = new LogWriter(state);
  }

  /** Starts a new segment behind the last one that `replay` read. */
  static create(directory: string, segment: number, lsn: number, options: WalOptions): Wal {
    const wal = new Wal(LogState.create(directory, segment, lsn), options);
    wal.writer.begin(segment);
    return wal;
  }

  /** The log that another thread of the process has begun, for the thread of this number. */
  static attach(buffers: LogBuffers, thread: number, options: WalOptions): Wal {
    return new Wal(new LogState(buffers, thread), options);
  }

  /** Other threads append from now on. */
  share(): LogBuffers {
    if (this.keeper === null) {
      this.startThread();
      // Commits of other threads that wait for no disk leave the flush to this one.
      this.keeper = setInterval(() => {
        if (this.state.failed) this.settle();
        else if (this.state.durable < this.state.end) this.syncLater();
      }, this.options.flushInterval ?? 1000);
      this.keeper.unref();
    }
    return this.state.buffers;
  }

  get lsn(): number {
    return this.state.lsn;
  }

  get durable(): number {
    return this.state.durable;
  }

  get segment(): number {
    return this.state.segment;
  }

  /** Syncs of the log by all threads, for statistics. */
  get flushes(): number {
    return this.state.syncs >>> 0;
  }

  /** Whether there is a thread that syncs. */
  get isHelped(): boolean {
    return this.state.hasHelper;
  }

  /** Bytes appended to the current segment, about. */
  get segmentBytes(): number {
    const { words } = this.state;
    return words[Word.position]! + words[Word.pending]!;
  }

  /** Whether a record of so many bytes can wait with the others. */
  fits(bytes: number): boolean {
    return this.state.fits(bytes);
  }

  /** The buffer to put one record into, which is appended by `commit`; records are `type (1) | body`, framed by their length. */
  begin(type: number): ByteWriter {
    if (this.failure !== null) throw this.failure;
    const { out } = this;
    out.length = GROUP_HEADER + FRAME;
    out.bytes[out.length - 1] = type;
    return out;
  }

  commit(): void {
    const { state, out } = this;
    const size = out.length - GROUP_HEADER;
    out.bytes.writeUInt32LE(size - 4, GROUP_HEADER);
    // Padding, should it become a group of its own.
    out.reserve(8);
    state.lock();
    try {
      if (state.fits(size)) {
        const { words } = state;
        const pending = words[Word.pending]!;
        state.half.set(out.bytes.subarray(GROUP_HEADER, out.length), GROUP_HEADER + pending);
        words[Word.pending] = pending + size;
      } else this.writer.writeLocked(out.bytes, size);
    } finally {
      state.unlock();
    }
    this.appended++;
    if (out.bytes.length > MAX_KEPT) out.bytes = Buffer.allocUnsafe(1 << 12);
  }

  /** Appends a record whose body is the first `length` bytes given. */
  append(type: number, body: Uint8Array, length: number): void {
    const out = this.begin(type);
    out.reserve(length);
    out.bytes.set(body.length === length ? body : body.subarray(0, length), out.length);
    out.length += length;
    this.commit();
  }

  /**
   * Calls `done` when everything appended so far is as durable as asked: 1 on disk, 2 written to the operating system, 0 at
   * once (then a background flush follows within the interval).
   */
  whenDurable(durability: Durability, done: () => void): void {
    if (this.failure !== null) done();
    else if (durability === 1) {
      // In the middle of a turn of many statements: those that became durable meanwhile need not wait for its end.
      if (this.listening && this.state.syncs !== this.heard) this.settle();
      this.durableWaiters.push({ lsn: this.state.end, done });
      this.asked++;
      this.schedule();
    } else if (durability === 2) {
      this.writtenWaiters.push(done);
      this.schedule();
      this.syncLater();
    } else {
      this.syncLater();
      done();
    }
  }

  /** Ends the current segment: what is appended from now on goes to the next, whose number is returned. */
  rotate(): number {
    const { state } = this;
    state.lock();
    try {
      this.writer.writeLocked(null, 0);
      const segment = state.segment + 1;
      this.writer.begin(segment);
      return segment;
    } finally {
      state.unlock();
    }
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
    this.state.noteSynced(0, segment);
    const { directory } = this.state.buffers;
    for (const name of listSegments(directory)) {
      if (segmentNumber(name) < segment) await fs.promises.unlink(path.join(directory, name));
    }
  }

  async close(): Promise<void> {
    if (this.keeper !== null) clearInterval(this.keeper);
    if (this.failure === null) await this.sync();
    this.closing = true;
    const { helper } = this;
    if (helper !== null) {
      const ended = new Promise((resolve) => helper.once('exit', resolve));
      this.state.endHelper();
      await ended;
    }
    this.detach();
  }

  /** Lets go of a log that goes on without this thread: what it appended is the others' to write. */
  detach(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.writer.close();
  }

  private startThread(): void {
    if (this.helper !== null || this.closing) return;
    const start = this.options.startThread ?? startLogThread;
    const helper = start(this.state.buffers);
    if (helper === null) return;
    this.helper = helper;
    helper.on('message', (message: string) => this.fail(new Error(message)));
    helper.on('error', (error) => this.fail(error));
    helper.on('exit', () => {
      this.helper = null;
      if (!this.closing) this.fail(new Error("the log's thread has ended"));
    });
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    // The end of this turn of the event loop: commits of the same turn share the flush.
    setImmediate(() => {
      this.scheduled = false;
      this.flush();
    });
  }

  /** Flushes in the background, within the interval. */
  private syncLater(): void {
    if (this.timer !== null) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      if (this.failure === null) this.whenDurable(1, nothing);
    }, this.options.flushInterval ?? 1000);
    this.timer.unref();
  }

  private flush(): void {
    try {
      if (this.writtenWaiters.length > 0) {
        const waiters = this.writtenWaiters;
        this.writtenWaiters = [];
        this.writer.write();
        for (const done of waiters) done();
      }
      if (this.durableWaiters.length === 0) return;
      if (this.syncsInPlace()) {
        this.pace.time(() => this.writer.flush());
        this.settle();
      } else {
        this.state.ask();
        this.listen();
      }
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private syncsInPlace(): boolean {
    const several = this.durableWaiters.length > 1;
    const commitsOnly = this.onlyCommits();
    if (!this.isHelped) {
      if (several && ++this.crowded === CROWDED_TURNS) this.startThread();
      return true;
    }
    this.lonely = several || !this.state.isHelperIdle ? 0 : this.lonely + 1;
    if (commitsOnly && this.durableWaiters.length <= MOST_IN_PLACE) return this.pace.isBelow(FAST_ENOUGH_MS);
    return this.lonely > LONELY_TURNS && this.pace.isBelow(FAST_MS);
  }

  /** Whether nearly all statements of late were commits, so that nobody is kept waiting by a sync but those that wait for it. */
  private onlyCommits(): boolean {
    const statements = this.statements();
    this.meanRun += (statements - this.counted - this.meanRun) * SHARE_WEIGHT;
    this.meanAsked += (this.asked - this.meanAsked) * SHARE_WEIGHT;
    this.counted = statements;
    this.asked = 0;
    return this.meanRun > 0 && this.meanAsked >= this.meanRun * COMMITS_SHARE;
  }

  /** Answers those whose commits are durable, and waits for the next sync while there are others. */
  private listen(): void {
    while (!this.listening) {
      const { syncs } = this.state;
      this.heard = syncs;
      this.settle();
      if (this.durableWaiters.length === 0) return;
      const next = this.state.nextSync(syncs);
      if (next === null) continue;
      this.listening = true;
      void next.then(() => {
        this.listening = false;
        this.listen();
      });
    }
  }

  private settle(): void {
    if (this.state.failed && this.failure === null)
      this.fail(new Error('another thread can not write the log'));
    const { durable } = this.state;
    const waiters = this.durableWaiters;
    let ready = 0;
    while (ready < waiters.length && waiters[ready]!.lsn <= durable) ready++;
    if (ready === 0) return;
    this.durableWaiters = ready === waiters.length ? [] : waiters.slice(ready);
    for (let i = 0; i < ready; i++) waiters[i]!.done();
  }

  private fail(error: Error): void {
    this.state.fail();
    if (this.failure === null) this.options.onError(error);
    this.failure ??= error;
    const durable = this.durableWaiters;
    const written = this.writtenWaiters;
    this.writtenWaiters = [];
    this.durableWaiters = [];
    for (const done of written) done();
    for (const { done } of durable) done();
  }

  /** Why nothing can be acknowledged any more, or null. */
  get failed(): Error | null {
    return this.failure;
  }

  /** The store's thread: whether a thread that has gone was in the middle of something that nobody will finish. */
  endOf(thread: number): boolean {
    return this.state.endOf(thread);
  }
}

function nothing(): void {}

const none = (): number => 0;

const LOG_THREAD = new URL('./log-thread.js', import.meta.url);

/** There is none where modules are run from their sources. */
function startLogThread(buffers: LogBuffers): Worker | null {
  if (!fs.existsSync(LOG_THREAD)) return null;
  return new Worker(LOG_THREAD, {
    workerData: buffers,
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 },
  });
}
