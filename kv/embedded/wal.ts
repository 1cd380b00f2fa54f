import fs from 'node:fs';
import path from 'node:path';
import { ByteWriter } from './byte-buffer.js';
import { crc32 } from './crc32.js';

/**
 * The write-ahead log: segment files `wal-<number>.log`, written in groups. A group is what was appended since the last one; whoever
 * waits for the disk writes all of it at once and makes it durable by one fdatasync for everybody in it.
 *
 * A group: magic (4) | payload length (4) | crc (4) | 0 (4) | lsn (8) | durable lsn (8) | payload, padded to 8 bytes. The CRC covers the
 * segment number, the header behind it and the payload. `lsn` counts the bytes of the log before the group. `durable lsn` says how
 * far the log was known to be on disk when the group was written: a damaged place below any later group's durable lsn had been synced
 * once and is corruption; a damaged place above is the torn tail of a crash, where the log ends.
 *
 * Space is written with zeros ahead of use, so that most fdatasyncs change no file size (no journal commit of the file system).
 */
const MAGIC = 0x314c5752;
const HEADER = 32;
const AHEAD = 1 << 20;
const ZEROS = Buffer.alloc(AHEAD);
/** Records that wait for being written. One that does not fit is written at once. */
const PENDING_BYTES = 1 << 20;

export class WalCorruptError extends Error {
  constructor(file: string, offset: number) {
    super(
      `the write-ahead log is damaged: ${file} at offset ${offset} does not verify, but later records were durable`,
    );
    this.name = 'WalCorruptError';
  }
}

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
}

const ALONE: Sections = { section: (work) => work() };

/** Words of the shared state, numbers below 2^53; all but `durable` are read and written within sections. */
const Word = {
  /** Bytes of log written to files since this process began, and those known to be on disk; as log sequence numbers. */
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

/**
 * One thread's hold of the log. `begin`, `commit` and `rotate` are called within a section of the threads that share it; what is
 * appended there is in the log's order, and written by whichever thread flushes first. A thread waits for its own records only, and
 * syncs for itself every segment that may hold what was appended before them: none needs to hear of another's flush.
 */
export class Wal {
  /** Group flushes of this thread, for statistics. */
  flushes = 0;
  /** Records appended by this thread so far. */
  appended = 0;
  private readonly words: Float64Array;
  private readonly shared: Buffer;
  private readonly out: ByteWriter;
  private recordStart = 0;
  /** Segments that are open here. */
  private readonly fds = new Map<number, number>();
  /** Resolvers of the commits that wait for the disk, and of those that wait for the write. */
  private durableWaiters: (() => void)[] = [];
  private writtenWaiters: (() => void)[] = [];
  private syncWanted = false;
  private scheduled = false;
  /** A flush is under way; cleared in the same turn in which it finds nothing more to do. */
  private busy = false;
  private flushing: Promise<void> = Promise.resolve();
  private failure: Error | null = null;
  private timer: NodeJS.Timeout | null = null;
  private dirty = false;

  private constructor(
    readonly buffers: WalBuffers,
    private readonly options: WalOptions,
    private sections: Sections,
  ) {
    this.words = new Float64Array(buffers.state);
    this.shared = Buffer.from(buffers.pending);
    this.out = new ByteWriter(this.shared);
  }

  /** Starts a new segment behind the last one that `replay` read. */
  static create(directory: string, segment: number, lsn: number, options: WalOptions): Wal {
    const buffers = {
      directory,
      state: new SharedArrayBuffer(STATE_WORDS * 8),
      pending: new SharedArrayBuffer(PENDING_BYTES),
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
  static attach(buffers: WalBuffers, options: WalOptions, sections: Sections): Wal {
    return new Wal(buffers, options, sections);
  }

  /** Other threads append from now on. */
  share(sections: Sections): WalBuffers {
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
    return this.words[Word.pending]! + bytes + 16 <= PENDING_BYTES;
  }

  /** Where the log ends with what waits for being written, at least. */
  private get end(): number {
    return this.words[Word.lsn]! + this.words[Word.pending]!;
  }

  /** The buffer to append one record to, between `begin` and `commit`; records are `type (1) | body`, framed by their length. */
  begin(type: number): ByteWriter {
    if (this.failure !== null) throw this.failure;
    const { out } = this;
    out.bytes = this.shared;
    out.length = this.words[Word.pending]!;
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
    this.words[Word.pending] = out.length;
    // It has outgrown the shared buffer, and taken what waited there along.
    if (out.bytes !== this.shared) this.writePending();
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
    await this.flushing;
    this.closeFiles(Infinity);
  }

  /** Lets go of a log that goes on without this thread: what it appended is the others' to write. */
  async detach(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    await this.flushing;
    this.closeFiles(Infinity);
  }

  private openSegment(): void {
    const { directory } = this.buffers;
    this.fds.set(this.segment, fs.openSync(path.join(directory, segmentName(this.segment)), 'wx'));
    this.words[Word.position] = 0;
    this.words[Word.allocated] = 0;
    syncDirectory(directory);
  }

  private fdOf(segment: number): number {
    let fd = this.fds.get(segment);
    if (fd === undefined) {
      fd = fs.openSync(path.join(this.buffers.directory, segmentName(segment)), 'r+');
      this.fds.set(segment, fd);
    }
    return fd;
  }

  /** Null when the segment needs no sync: another thread did it, or a checkpoint made it superfluous and it is gone. */
  private fdToSync(segment: number): number | null {
    try {
      return segment < this.words[Word.synced]! ? null : this.fdOf(segment);
    } catch (error) {
      if (segment < this.words[Word.synced]!) return null;
      throw error;
    }
  }

  private closeFiles(before: number): void {
    for (const [segment, fd] of this.fds) {
      if (segment >= before) continue;
      fs.closeSync(fd);
      this.fds.delete(segment);
    }
  }

  private schedule(): void {
    if (this.scheduled || this.busy) return;
    this.scheduled = true;
    // The end of this turn of the event loop: commits of the same turn share the flush.
    setImmediate(() => {
      this.scheduled = false;
      if (!this.busy) this.flushing = this.flush();
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

  private async flush(): Promise<void> {
    this.busy = true;
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
        if (sync && this.durable < target.lsn) await this.syncTo(target);
        for (const done of durableWaiters) done();
      } catch (error) {
        this.fail(error as Error);
        for (const done of writtenWaiters) done();
        for (const done of durableWaiters) done();
        break;
      }
    }
    this.busy = false;
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

  /** Writes what everybody has appended; gives where the log ends then. */
  private writeOut(): Target {
    return this.sections.section(() => {
      this.writePending();
      return { lsn: this.lsn, segment: this.segment, from: this.words[Word.synced]! };
    }, true);
  }

  /** Segments before the target's may hold what was appended before it: without them what is in the target's would be behind a gap. */
  private async syncTo(target: Target): Promise<void> {
    for (let segment = target.from; segment <= target.segment; segment++) {
      const fd = this.fdToSync(segment);
      if (fd !== null) await fdatasync(fd);
    }
    this.sections.section(() => {
      if (this.words[Word.durable]! < target.lsn) this.words[Word.durable] = target.lsn;
      this.noteSynced(target.segment);
    }, true);
    this.closeFiles(target.segment);
    this.flushes++;
  }

  private noteSynced(segment: number): void {
    if (this.words[Word.synced]! < segment) this.words[Word.synced] = segment;
  }

  private writePending(): void {
    const { out, words } = this;
    const length = words[Word.pending]!;
    if (length === 0) return;
    const group = frameGroup(out.bytes, length, this.segment, this.lsn, this.durable);
    const at = words[Word.position]!;
    this.allocate(at + group.length);
    const fd = this.fdOf(this.segment);
    for (let done = 0; done < group.length;)
      done += fs.writeSync(fd, group, done, group.length - done, at + done);
    words[Word.position] = at + group.length;
    words[Word.lsn] = this.lsn + group.length;
    words[Word.pending] = 0;
    out.bytes = this.shared;
  }

  private allocate(end: number): void {
    const { words } = this;
    const allocated = words[Word.allocated]!;
    if (end <= allocated) return;
    const length = Math.max(AHEAD, end - allocated);
    const fd = this.fdOf(this.segment);
    for (let at = 0; at < length; at += AHEAD)
      fs.writeSync(fd, ZEROS, 0, Math.min(AHEAD, length - at), allocated + at);
    words[Word.allocated] = allocated + length;
  }
}

/** The end of the log at a moment, and the first segment that may not be on disk. */
interface Target {
  readonly lsn: number;
  readonly segment: number;
  readonly from: number;
}

export function frameGroup(
  records: Buffer,
  length: number,
  segment: number,
  lsn: number,
  durable: number,
): Buffer {
  const framed = Buffer.allocUnsafe((HEADER + length + 7) & ~7);
  framed.writeUInt32LE(MAGIC, 0);
  framed.writeUInt32LE(length, 4);
  framed.writeUInt32LE(0, 12);
  framed.writeBigUInt64LE(BigInt(lsn), 16);
  framed.writeBigUInt64LE(BigInt(durable), 24);
  records.copy(framed, HEADER, 0, length);
  framed.fill(0, HEADER + length);
  framed.writeUInt32LE(groupCrc(framed, 0, length, segment), 8);
  return framed;
}

function groupCrc(bytes: Buffer, at: number, length: number, segment: number): number {
  return crc32(bytes.subarray(at + 12, at + HEADER + length), crc32(Buffer.from(`${segment}:${length}`)));
}

export interface ReplayEnd {
  /** Number for the next segment and the lsn that it begins with. */
  readonly nextSegment: number;
  readonly lsn: number;
  readonly groups: number;
}

/**
 * Feeds every intact group of the segments from `firstSegment` (which begins at `startLsn`) on to `apply`, cuts off a torn tail, and says where the log goes on.
 * Throws WalCorruptError when a damaged place had been durable.
 */
export function replayWal(
  directory: string,
  firstSegment: number,
  startLsn: number,
  apply: (type: number, body: Buffer) => void,
): ReplayEnd {
  const names = listSegments(directory).filter((name) => segmentNumber(name) >= firstSegment);
  let expected = startLsn;
  let groups = 0;
  for (let s = 0; s < names.length; s++) {
    const name = names[s]!;
    const file = path.join(directory, name);
    const bytes = fs.readFileSync(file);
    const segment = segmentNumber(name);
    let at = 0;
    for (;;) {
      const length = validGroup(bytes, at, segment);
      if (length < 0) break;
      const lsn = Number(bytes.readBigUInt64LE(at + 16));
      if (lsn !== expected) break;
      for (let r = at + HEADER; r < at + HEADER + length;) {
        const size = bytes.readUInt32LE(r);
        apply(bytes[r + 4]!, bytes.subarray(r + 5, r + 4 + size));
        r += 4 + size;
      }
      const framed = (HEADER + length + 7) & ~7;
      at += framed;
      expected = lsn + framed;
      groups++;
    }
    if (isZero(bytes, at) && continues(directory, names, s + 1, expected)) continue;
    // Here the log ends. Anything later that claims durability beyond this place convicts it.
    if (durableClaim(bytes, at, segment) > expected) throw new WalCorruptError(file, at);
    for (let later = s + 1; later < names.length; later++) {
      const laterFile = path.join(directory, names[later]!);
      if (durableClaim(fs.readFileSync(laterFile), 0, segmentNumber(names[later]!)) > expected)
        throw new WalCorruptError(file, at);
    }
    for (let later = s + 1; later < names.length; later++) fs.unlinkSync(path.join(directory, names[later]!));
    const fd = fs.openSync(file, 'r+');
    fs.ftruncateSync(fd, at);
    fs.fsyncSync(fd);
    fs.closeSync(fd);
    syncDirectory(directory);
    return { nextSegment: segment + 1, lsn: expected, groups };
  }
  const last = names.length > 0 ? segmentNumber(names[names.length - 1]!) : firstSegment - 1;
  return { nextSegment: last + 1, lsn: expected, groups };
}

/** Payload length of the group at `at`, or -1. */
function validGroup(bytes: Buffer, at: number, segment: number): number {
  if (at + HEADER > bytes.length || bytes.readUInt32LE(at) !== MAGIC) return -1;
  const length = bytes.readUInt32LE(at + 4);
  if (at + HEADER + length > bytes.length) return -1;
  return groupCrc(bytes, at, length, segment) === bytes.readUInt32LE(at + 8) ? length : -1;
}

/** Greatest durable lsn that any intact group at or behind `at` claims. */
function durableClaim(bytes: Buffer, at: number, segment: number): number {
  let claim = -1;
  for (let p = (at + 7) & ~7; p + HEADER <= bytes.length; p += 8) {
    if (bytes.readUInt32LE(p) === MAGIC && validGroup(bytes, p, segment) >= 0) {
      claim = Math.max(claim, Number(bytes.readBigUInt64LE(p + 24)));
    }
  }
  return claim;
}

function continues(directory: string, names: readonly string[], next: number, expected: number): boolean {
  if (next >= names.length) return true;
  const bytes = fs.readFileSync(path.join(directory, names[next]!));
  if (validGroup(bytes, 0, segmentNumber(names[next]!)) < 0)
    return isZero(bytes, 0) && continues(directory, names, next + 1, expected);
  return Number(bytes.readBigUInt64LE(16)) === expected;
}

function isZero(bytes: Buffer, from: number): boolean {
  for (let i = from; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}

function segmentName(segment: number): string {
  return `wal-${String(segment).padStart(12, '0')}.log`;
}

function segmentNumber(name: string): number {
  return Number(name.slice(4, 16));
}

export function listSegments(directory: string): string[] {
  return fs
    .readdirSync(directory)
    .filter((name) => /^wal-\d{12}\.log$/.test(name))
    .sort();
}

export function syncDirectory(directory: string): void {
  const fd = fs.openSync(directory, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

function fdatasync(fd: number): Promise<void> {
  return new Promise((resolve, reject) =>
    fs.fdatasync(fd, (error) => (error === null ? resolve() : reject(error))),
  );
}
