import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from './crc32.js';
import { LOGICAL_BITS } from './timestamp.js';

const FILE = 'tso';
/** How far ahead of the clock a lease reaches, and how near its end the next one is taken. */
const LEASE_MS = 6000;
const RENEW_MS = 3000;
const LOGICAL_MASK = (1 << Number(LOGICAL_BITS)) - 1;
const SLOT = 16;

/**
 * The timestamp oracle: physical milliseconds << 18 | logical. Every timestamp is larger than all before it, whatever the clock
 * does and across restarts: a lease "no timestamp at or beyond this has been given" is on disk ahead of use. A restart begins at the
 * lease's end, unless the store was closed properly: then the file holds the last timestamp given.
 *
 * The file has two slots of physical ms (8, little-endian) | crc (4), written in turn, so that a torn write leaves the older.
 */
export class TimestampOracle {
  private physical = 0;
  private logical = 0;
  private lease = 0;
  private slot = 0;
  private renewing = false;
  private readonly fd: number;

  constructor(
    directory: string,
    private readonly now: () => number = Date.now,
  ) {
    const file = path.join(directory, FILE);
    this.fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o644);
    const bytes = Buffer.alloc(2 * SLOT);
    fs.readSync(this.fd, bytes, 0, bytes.length, 0);
    for (let s = 0; s < 2; s++) {
      const value = Number(bytes.readBigUInt64LE(s * SLOT));
      if (
        bytes.readUInt32LE(s * SLOT + 8) !== slotCrc(bytes.subarray(s * SLOT, s * SLOT + 8)) ||
        value <= this.lease
      )
        continue;
      this.lease = value;
      this.slot = 1 - s;
    }
    this.physical = Math.max(this.now(), this.lease);
    this.writeLease(this.physical + LEASE_MS);
    fs.fdatasyncSync(this.fd);
  }

  next(): bigint {
    const clock = this.now();
    if (clock > this.physical) {
      this.physical = clock;
      this.logical = 0;
    } else if (this.logical === LOGICAL_MASK) {
      this.physical++;
      this.logical = 0;
    } else {
      this.logical++;
    }
    if (this.physical >= this.lease) {
      // The clock jumped, or the loop was held up past the lease: nothing may be given before the new lease is on disk.
      this.writeLease(this.physical + LEASE_MS);
      fs.fdatasyncSync(this.fd);
    } else if (this.lease - this.physical < RENEW_MS && !this.renewing) {
      this.renewAhead();
    }
    return (BigInt(this.physical) << LOGICAL_BITS) | BigInt(this.logical);
  }

  /** Takes `count` timestamps that follow each other; gives the first. */
  reserve(count: number): bigint {
    const first = this.next();
    // All of them share the physical part: a new millisecond has room for any batch.
    if (this.logical + count - 1 > LOGICAL_MASK) {
      this.physical++;
      this.logical = count - 1;
      if (this.physical >= this.lease) {
        this.writeLease(this.physical + LEASE_MS);
        fs.fdatasyncSync(this.fd);
      }
      return BigInt(this.physical) << LOGICAL_BITS;
    }
    this.logical += count - 1;
    return first;
  }

  /** Timestamps given from now on are larger than `ts` (a commit ts found at recovery, or one that a client brought). */
  advanceBeyond(ts: bigint): void {
    const physical = Number(ts >> LOGICAL_BITS);
    if (physical < this.physical || physical > Number.MAX_SAFE_INTEGER / 2 ** 10) return;
    const logical = Number(ts & BigInt(LOGICAL_MASK));
    if (physical > this.physical) {
      this.physical = physical;
      this.logical = logical;
    } else {
      this.logical = Math.max(this.logical, logical);
    }
  }

  close(): void {
    // One millisecond beyond the last timestamp given is enough for a successor.
    this.writeLease(this.physical + 1);
    fs.fdatasyncSync(this.fd);
    fs.closeSync(this.fd);
  }

  private renewAhead(): void {
    this.renewing = true;
    const until = this.physical + LEASE_MS;
    const slot = this.slot;
    fs.write(this.fd, encodeSlot(until), 0, SLOT, slot * SLOT, (writeError) => {
      if (writeError !== null) {
        this.renewing = false;
        return;
      }
      fs.fdatasync(this.fd, (error) => {
        this.renewing = false;
        if (error !== null || slot !== this.slot) return;
        this.lease = Math.max(this.lease, until);
        this.slot = 1 - slot;
      });
    });
  }

  private writeLease(until: number): void {
    fs.writeSync(this.fd, encodeSlot(until), 0, SLOT, this.slot * SLOT);
    this.lease = until;
    this.slot = 1 - this.slot;
  }
}

function encodeSlot(value: number): Buffer {
  const bytes = Buffer.alloc(SLOT);
  bytes.writeBigUInt64LE(BigInt(value), 0);
  bytes.writeUInt32LE(slotCrc(bytes.subarray(0, 8)), 8);
  return bytes;
}

function slotCrc(bytes: Uint8Array): number {
  return crc32(bytes, 0x7450);
}
