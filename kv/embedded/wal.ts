import fs from 'node:fs';
import path from 'node:path';
import { ByteWriter } from './byte-buffer.js';
import { crc32 } from './crc32.js';

/**
 * The write-ahead log: segment files `wal-<number>.log`, written by one process, in groups. A group is what was appended while
 * the previous flush was under way; it is written at once and made durable by one fdatasync for everybody in it.
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
const ASYNC_WRITE = 256 << 10;
const ZEROS = Buffer.alloc(AHEAD);

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

export class Wal {
  /** Bytes of log since this process began, and those known to be on disk; as log sequence numbers. */
  lsn: number;
  durable: number;
  /** Group flushes and their records, for statistics. */
  flushes = 0;
  private fd = -1;
  private position = 0;
  private allocated = 0;
  private pending = new ByteWriter(64 << 10);
  private spare = new ByteWriter(64 << 10);
  /** Resolvers of the commits in the pending group that wait for the disk, and of those that wait for the write. */
  private durableWaiters: (() => void)[] = [];
  private writtenWaiters: (() => void)[] = [];
  private syncWanted = false;
  private scheduled = false;
  /** A flush is under way; cleared in the same turn in which it finds nothing more to do. */
  private busy = false;
  private flushing: Promise<void> = Promise.resolve();
  private retired: number[] = [];
  private failure: Error | null = null;
  private timer: NodeJS.Timeout | null = null;
  private dirty = false;

  private constructor(
    private readonly directory: string,
    public segment: number,
    lsn: number,
    private readonly options: WalOptions,
  ) {
    this.lsn = lsn;
    this.durable = lsn;
    this.openSegment();
  }

  /** Starts a new segment behind the last one that `replay` read. */
  static create(directory: string, segment: number, lsn: number, options: WalOptions): Wal {
    return new Wal(directory, segment, lsn, options);
  }

  /** Bytes appended to the current segment. */
  get segmentBytes(): number {
    return this.position + this.pending.length;
  }

  /** The buffer to append one record to, between `begin` and `commit`; records are `type (1) | body`, framed by their length. */
  begin(type: number): ByteWriter {
    if (this.failure !== null) throw this.failure;
    const out = this.pending;
    out.reserve(5);
    this.recordStart = out.length;
    out.length += 4;
    out.bytes[out.length++] = type;
    return out;
  }

  private recordStart = 0;
  /** Records appended so far. */
  appended = 0;

  commit(): void {
    this.appended++;
    this.pending.bytes.writeUInt32LE(this.pending.length - this.recordStart - 4, this.recordStart);
  }

  /**
   * Calls `done` when everything appended so far is as durable as asked: 1 on disk, 2 written to the operating system, 0 at
   * once (then a background flush follows within the interval).
   */
  whenDurable(durability: Durability, done: () => void): void {
    if (durability === 1) {
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
    this.writePendingSync();
    this.retired.push(this.fd);
    this.segment++;
    this.openSegment();
    return this.segment;
  }

  /** Everything appended so far is on disk when it resolves. */
  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.failure !== null) reject(this.failure);
      else this.whenDurable(1, () => (this.failure === null ? resolve() : reject(this.failure)));
    });
  }

  /** Removes segments below `segment`; off this thread, since freeing the blocks of a large file takes long. */
  async removeBefore(segment: number): Promise<void> {
    for (const name of listSegments(this.directory)) {
      if (segmentNumber(name) < segment) await fs.promises.unlink(path.join(this.directory, name));
    }
  }

  async close(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    if (this.failure === null) await this.sync();
    await this.flushing;
    for (const fd of this.retired) fs.closeSync(fd);
    this.retired = [];
    fs.closeSync(this.fd);
  }

  private openSegment(): void {
    this.fd = fs.openSync(path.join(this.directory, segmentName(this.segment)), 'wx');
    this.position = 0;
    this.allocated = 0;
    syncDirectory(this.directory);
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
    while (this.pending.length > 0 || this.syncWanted || this.writtenWaiters.length > 0) {
      const durableWaiters = this.durableWaiters;
      const writtenWaiters = this.writtenWaiters;
      const sync = this.syncWanted;
      this.durableWaiters = [];
      this.writtenWaiters = [];
      this.syncWanted = false;
      try {
        const group = this.takeGroup();
        const reached = this.lsn;
        if (group !== null) {
          // The position moves first: a rotation during an asynchronous write continues behind it.
          const at = this.position;
          this.position += group.length;
          if (group.length >= ASYNC_WRITE) await writeAll(this.fd, group, at);
          else fs.writeSync(this.fd, group, 0, group.length, at);
        }
        for (const done of writtenWaiters) done();
        if (sync) {
          const retired = this.retired;
          // Taken before anything is waited for: a rotation meanwhile must not put a younger file in the place of the group's.
          const current = this.fd;
          this.retired = [];
          for (const fd of retired) {
            await fdatasync(fd);
            fs.closeSync(fd);
          }
          await fdatasync(current);
          this.durable = Math.max(this.durable, reached);
          this.flushes++;
        }
        for (const done of durableWaiters) done();
      } catch (error) {
        this.failure = error as Error;
        this.options.onError(this.failure);
        for (const done of writtenWaiters) done();
        for (const done of durableWaiters) done();
        for (const done of this.writtenWaiters) done();
        for (const done of this.durableWaiters) done();
        this.writtenWaiters = [];
        this.durableWaiters = [];
        break;
      }
    }
    this.busy = false;
  }

  /** Frames the pending records as one group. The two buffers take turns, so that appending goes on during the write. */
  private takeGroup(): Buffer | null {
    const records = this.pending;
    if (records.length === 0) return null;
    this.pending = this.spare;
    this.pending.length = 0;
    this.spare = records;
    const framed = frameGroup(records.bytes, records.length, this.segment, this.lsn, this.durable);
    this.lsn += framed.length;
    if (this.spare.bytes.length > 8 << 20) this.spare = new ByteWriter(64 << 10);
    while (this.position + framed.length > this.allocated) {
      const length = Math.max(AHEAD, this.position + framed.length - this.allocated);
      for (let at = 0; at < length; at += AHEAD)
        fs.writeSync(this.fd, ZEROS, 0, Math.min(AHEAD, length - at), this.allocated + at);
      this.allocated += length;
    }
    return framed;
  }

  private writePendingSync(): void {
    const group = this.takeGroup();
    if (group === null) return;
    fs.writeSync(this.fd, group, 0, group.length, this.position);
    this.position += group.length;
  }
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

async function writeAll(fd: number, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await new Promise<number>((resolve, reject) =>
      fs.write(fd, bytes, at, bytes.length - at, position + at, (error, n) =>
        error === null ? resolve(n) : reject(error),
      ),
    );
  }
}
