import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from './crc32.js';

/**
 * The files of the write-ahead log and their groups. A segment is `wal-<number>.log`. A group is what was appended since the last one:
 *
 * magic (4) | payload length (4) | crc (4) | 0 (4) | lsn (8) | durable lsn (8) | payload, padded to 8 bytes. The CRC covers the
 * segment number, the header behind it and the payload. `lsn` counts the bytes of the log before the group. `durable lsn` says how
 * far the log was known to be on disk when the group was written: a damaged place below any later group's durable lsn had been synced
 * once and is corruption; a damaged place above is the torn tail of a crash, where the log ends.
 */
const MAGIC = 0x314c5752;
export const GROUP_HEADER = 32;

export class WalCorruptError extends Error {
  constructor(file: string, offset: number) {
    super(
      `the write-ahead log is damaged: ${file} at offset ${offset} does not verify, but later records were durable`,
    );
    this.name = 'WalCorruptError';
  }
}

/** Bytes that a group takes with its header and padding. */
export function groupSize(length: number): number {
  return (GROUP_HEADER + length + 7) & ~7;
}

/** Makes a group of the `length` bytes behind the room for the header. */
export function sealGroup(
  bytes: Buffer,
  length: number,
  segment: number,
  lsn: number,
  durable: number,
): void {
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(length, 4);
  bytes.writeUInt32LE(0, 12);
  bytes.writeBigUInt64LE(BigInt(lsn), 16);
  bytes.writeBigUInt64LE(BigInt(durable), 24);
  bytes.fill(0, GROUP_HEADER + length, groupSize(length));
  bytes.writeUInt32LE(groupCrc(bytes, 0, length, segment), 8);
}

function groupCrc(bytes: Buffer, at: number, length: number, segment: number): number {
  return crc32(
    bytes.subarray(at + 12, at + GROUP_HEADER + length),
    crc32(Buffer.from(`${segment}:${length}`)),
  );
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
      for (let r = at + GROUP_HEADER; r < at + GROUP_HEADER + length;) {
        const size = bytes.readUInt32LE(r);
        apply(bytes[r + 4]!, bytes.subarray(r + 5, r + 4 + size));
        r += 4 + size;
      }
      const framed = groupSize(length);
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
  if (at + GROUP_HEADER > bytes.length || bytes.readUInt32LE(at) !== MAGIC) return -1;
  const length = bytes.readUInt32LE(at + 4);
  if (at + GROUP_HEADER + length > bytes.length) return -1;
  return groupCrc(bytes, at, length, segment) === bytes.readUInt32LE(at + 8) ? length : -1;
}

/** Greatest durable lsn that any intact group at or behind `at` claims. */
function durableClaim(bytes: Buffer, at: number, segment: number): number {
  let claim = -1;
  for (let p = (at + 7) & ~7; p + GROUP_HEADER <= bytes.length; p += 8) {
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

export function segmentName(segment: number): string {
  return `wal-${String(segment).padStart(12, '0')}.log`;
}

export function segmentNumber(name: string): number {
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
