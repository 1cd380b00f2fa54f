import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from './crc32.js';
import { LOGICAL_BITS } from './timestamp.js';

const FILE = 'tso';
/**
 * How far ahead of the clock a lease reaches, and how near its end the next one is taken. A restart after a crash puts the clock forward by
 * what is left of the lease, and locks age by that: those of a prewrite live 3 s, so it must be less (PD's tso-save-interval is 3 s, too).
 */
const LEASE_MS = 3000;
const RENEW_MS = 1500;
const LOGICAL_MASK = (1 << Number(LOGICAL_BITS)) - 1;
const SLOT = 16;
/** How often the lease is looked after while other threads take timestamps. */
const KEEP_LEASE_MS = 500;
/** How far ahead a held timestamp is: that many milliseconds of counter, 5 million, may be given before it is reached. */
const HEADROOM_MS = 20;

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
  /** Set once other threads take timestamps too: then they all come from there. */
  private counter: SharedCounter | null = null;
  /** Milliseconds of the timestamp held (`hold`), at and beyond which none is given. */
  private ceiling = Infinity;
  private onCeiling: () => void = nothing;

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

  /** From now on timestamps come from shared memory, where other threads take them as well. */
  share(timestamps: BigInt64Array): void {
    const counter = new SharedCounter(timestamps, this.now);
    Atomics.store(timestamps, 0, (BigInt(this.physical) << LOGICAL_BITS) | BigInt(this.logical));
    this.extendShared(counter);
    this.counter = counter;
    // Others may take timestamps while this thread takes none: the lease is looked after by the clock.
    this.keeper = setInterval(() => {
      this.physical = Math.max(this.now(), Number(counter.last >> LOGICAL_BITS));
      this.logical = 0;
      if (this.lease - this.physical < RENEW_MS && !this.renewing) this.renewAhead();
      // Others wait for this thread when they come to the ceiling.
      if (Number(counter.last >> LOGICAL_BITS) >= this.ceiling - 1) this.onCeiling();
    }, KEEP_LEASE_MS);
    this.keeper.unref();
  }

  /**
   * Gives a timestamp beyond all that are given until `release`. Meanwhile the clock is followed up to it only, from there on timestamps
   * are counted; whoever would need one beyond calls `reached`, which must release.
   */
  hold(reached: () => void): bigint {
    const { counter } = this;
    const last = counter === null ? this.physical : Number(counter.last >> LOGICAL_BITS);
    this.ceiling = Math.max(last, this.now()) + HEADROOM_MS;
    this.onCeiling = reached;
    if (this.lease <= this.ceiling) {
      this.writeLease(this.ceiling + LEASE_MS);
      fs.fdatasyncSync(this.fd);
    }
    if (counter !== null) {
      this.extendShared(counter);
      // Who has looked at the lease before is given none for it.
      this.nextShared(counter, 1);
    }
    return BigInt(this.ceiling) << LOGICAL_BITS;
  }

  /** Timestamps from now on are beyond the one held. */
  release(): void {
    const held = BigInt(this.ceiling) << LOGICAL_BITS;
    this.ceiling = Infinity;
    this.onCeiling = nothing;
    this.advanceBeyond(held);
    if (this.counter !== null) this.extendShared(this.counter);
  }

  /** Resolves when the clock has come to a timestamp that was held: what happens after is then later by the clock as well. */
  async passed(ts: bigint): Promise<void> {
    const physical = Number(ts >> LOGICAL_BITS);
    // A timer may be early; a clock that was put back is not waited for.
    for (let waited = 0; waited < HEADROOM_MS && physical > this.now();) {
      const ms = Math.min(physical - this.now(), HEADROOM_MS);
      await new Promise((resolve) => setTimeout(resolve, ms));
      waited += ms;
    }
  }

  private extendShared(counter: SharedCounter): void {
    counter.extend(Math.min(this.lease, this.ceiling));
  }

  private keeper: NodeJS.Timeout | null = null;

  private nextShared(counter: SharedCounter, count: number): bigint {
    for (;;) {
      const first = counter.take(count);
      if (first !== null) return first;
      if (this.ceiling <= this.lease) {
        this.onCeiling();
        continue;
      }
      // The loop was held up past the lease: nothing may be given before the new lease is on disk.
      this.physical = Math.max(this.now(), Number(counter.last >> LOGICAL_BITS));
      this.writeLease(this.physical + LEASE_MS);
      fs.fdatasyncSync(this.fd);
      this.extendShared(counter);
    }
  }

  next(): bigint {
    if (this.counter !== null) return this.nextShared(this.counter, 1);
    const now = this.now();
    const clock = now < this.ceiling ? now : this.ceiling - 1;
    if (clock > this.physical) {
      this.physical = clock;
      this.logical = 0;
    } else if (this.logical === LOGICAL_MASK) {
      if (this.physical + 1 >= this.ceiling) this.onCeiling();
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

  /** The last timestamp given, by any thread. One that is held is given when it is released. */
  get latest(): bigint {
    if (this.counter !== null) return this.counter.last;
    return (BigInt(this.physical) << LOGICAL_BITS) | BigInt(this.logical);
  }

  /** Takes `count` timestamps that follow each other; gives the first. */
  reserve(count: number): bigint {
    if (this.counter !== null) return this.nextShared(this.counter, count);
    const first = this.next();
    // All of them share the physical part: a new millisecond has room for any batch.
    if (this.logical + count - 1 > LOGICAL_MASK) {
      if (this.physical + 1 >= this.ceiling) this.onCeiling();
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
    if (physical >= this.ceiling && ts <= MAX_SIGNED) this.onCeiling();
    if (this.counter !== null) return this.counter.advanceBeyond(ts);
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
    if (this.keeper !== null) clearInterval(this.keeper);
    if (this.counter !== null) this.physical = Number(this.counter.last >> LOGICAL_BITS);
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
        // A later lease may be in the other slot by now; then this one is the next to be overwritten.
        if (error !== null || until <= this.lease) return;
        this.lease = until;
        if (this.counter !== null) this.extendShared(this.counter);
        this.slot = 1 - slot;
      });
    });
  }

  private writeLease(until: number): void {
    // A write that is under way in the background may come last: it must not come over this one.
    const slot = this.renewing ? 1 - this.slot : this.slot;
    fs.writeSync(this.fd, encodeSlot(until), 0, SLOT, slot * SLOT);
    this.lease = until;
    this.slot = 1 - slot;
  }
}

/**
 * The counter that several threads take timestamps from: [0] the newest given, [1] the lease's end, in timestamps. The thread
 * that has the file extends the lease; the others wait for it in the rare case that it ended.
 */
export class SharedCounter {
  constructor(
    private readonly timestamps: BigInt64Array,
    private readonly now: () => number = Date.now,
  ) {}

  get last(): bigint {
    return Atomics.load(this.timestamps, 0);
  }

  /** Takes `count` timestamps that follow each other and gives the first; null when the lease does not reach so far. */
  take(count: number): bigint | null {
    const cell = this.timestamps;
    const more = count === 1 ? 0n : BigInt(count - 1);
    for (;;) {
      const last = Atomics.load(cell, 0);
      const end = Atomics.load(cell, 1);
      const clock = this.clock();
      // A clock that has run past the lease is not followed: what is left of the lease is used up first.
      let first = clock > last && clock + more < end ? clock : last + 1n;
      if (count > 1) {
        // A batch shares its physical part.
        const room = first | BigInt(LOGICAL_MASK);
        if (first + more > room) first = room + 1n;
      }
      const taken = count === 1 ? first : first + more;
      if (taken >= end) return null;
      if (Atomics.compareExchange(cell, 0, last, taken) === last) return first;
    }
  }

  private clockMs = 0;
  private clockTs = 0n;

  /** The clock as a timestamp, made once in a millisecond. */
  private clock(): bigint {
    const ms = this.now();
    if (ms !== this.clockMs) {
      this.clockMs = ms;
      this.clockTs = BigInt(ms) << LOGICAL_BITS;
    }
    return this.clockTs;
  }

  /** For threads without the file. */
  next(): bigint {
    for (;;) {
      const ts = this.take(1);
      if (ts !== null) return ts;
      Atomics.wait(this.timestamps, 1, Atomics.load(this.timestamps, 1), 5);
    }
  }

  advanceBeyond(ts: bigint): void {
    const cell = this.timestamps;
    for (;;) {
      const last = Atomics.load(cell, 0);
      if (ts <= last || ts > MAX_SIGNED) return;
      if (Atomics.compareExchange(cell, 0, last, ts) === last) return;
    }
  }

  extend(leaseMs: number): void {
    Atomics.store(this.timestamps, 1, BigInt(leaseMs) << LOGICAL_BITS);
    Atomics.notify(this.timestamps, 1);
  }
}

const MAX_SIGNED = 1n << 60n;

function nothing(): void {}

function encodeSlot(value: number): Buffer {
  const bytes = Buffer.alloc(SLOT);
  bytes.writeBigUInt64LE(BigInt(value), 0);
  bytes.writeUInt32LE(slotCrc(bytes.subarray(0, 8)), 8);
  return bytes;
}

function slotCrc(bytes: Uint8Array): number {
  return crc32(bytes, 0x7450);
}
