import { mysqlError } from '../../types/error-table.js';
import { FatalProtocolError } from './protocol-errors.js';

/** Payload length that says "another packet continues this one" (protocol: Sending More Than 16Mb). */
export const MAX_PACKET_PAYLOAD = 0xffffff;

const EMPTY = Buffer.alloc(0);

/**
 * Cuts the byte stream of a client into packets. Pull-based: `push` what the socket gave, then call `next` until it says
 * false. A packet that lies within one socket read is served as a view into it; only packets that span reads or
 * exceed 16 MiB are copied, once.
 *
 * Invariant: `cur[pos..]` then `queue` are the bytes not yet served; `buffered` is their count.
 */
export class PacketReader {
  /** The packet served last: payload is data[start, end). */
  data: Buffer = EMPTY;
  start = 0;
  end = 0;
  /** Sequence id of the packet served last (of its last part when it came in several). */
  sequence = 0;
  buffered = 0;

  private cur: Buffer = EMPTY;
  private pos = 0;
  private readonly queue: Buffer[] = [];
  /** Bytes that must be there before the next packet can be cut. */
  private needed = 4;
  private parts: Buffer[] | null = null;
  private partBytes = 0;

  constructor(
    /** Payloads longer than this are refused with 1153 before they are held in memory. */
    public maxPayload: number,
  ) {}

  push(chunk: Buffer): void {
    if (this.pos === this.cur.length) {
      this.cur = chunk;
      this.pos = 0;
    } else {
      this.queue.push(chunk);
    }
    this.buffered += chunk.length;
  }

  /** Whether a packet is there; its bytes are then in data/start/end. Throws FatalProtocolError. */
  next(): boolean {
    for (;;) {
      if (this.buffered < this.needed) return false;
      const cur = this.cur;
      const p = this.pos;
      const inline = cur.length - p >= 4;
      const b0 = inline ? cur[p]! : this.peek(0);
      const b1 = inline ? cur[p + 1]! : this.peek(1);
      const b2 = inline ? cur[p + 2]! : this.peek(2);
      const length = b0 | (b1 << 8) | (b2 << 16);
      this.sequence = inline ? cur[p + 3]! : this.peek(3);
      if (this.partBytes + length > this.maxPayload)
        throw new FatalProtocolError(mysqlError('ER_NET_PACKET_TOO_LARGE'));
      if (this.buffered < 4 + length) {
        this.needed = 4 + length;
        return false;
      }
      this.needed = 4;
      this.buffered -= 4 + length;
      if (inline && cur.length - p >= 4 + length) {
        this.data = cur;
        this.start = p + 4;
        this.end = this.pos = p + 4 + length;
        if (this.pos === cur.length && this.queue.length > 0) this.advance();
      } else {
        this.data = this.gather(length);
        this.start = 0;
        this.end = length;
      }
      if (length === MAX_PACKET_PAYLOAD) {
        (this.parts ??= []).push(this.data.subarray(this.start, this.end));
        this.partBytes += length;
        continue;
      }
      if (this.parts !== null) {
        this.parts.push(this.data.subarray(this.start, this.end));
        this.data = Buffer.concat(this.parts);
        this.start = 0;
        this.end = this.data.length;
        this.parts = null;
        this.partBytes = 0;
      }
      return true;
    }
  }

  /** Whether a whole packet (or part of 16 MiB) is waiting: reading further ahead is of no use yet. */
  get complete(): boolean {
    return this.buffered >= this.needed;
  }

  /** Everything not yet served, for a TLS layer that takes the stream over. */
  takeRest(): Buffer {
    const rest = Buffer.concat([this.cur.subarray(this.pos), ...this.queue]);
    this.clear();
    return rest;
  }

  /** Drops all bytes held. */
  clear(): void {
    this.cur = EMPTY;
    this.data = EMPTY;
    this.start = this.end = this.pos = 0;
    this.queue.length = 0;
    this.buffered = 0;
    this.needed = 4;
    this.parts = null;
    this.partBytes = 0;
  }

  /** Lets go of the read buffer once every packet in it is served, so that an idle connection holds none. */
  releaseIdle(): void {
    if (this.buffered === 0) {
      this.cur = EMPTY;
      this.data = EMPTY;
      this.start = this.end = this.pos = 0;
    }
  }

  private advance(): void {
    this.cur = this.queue.shift()!;
    this.pos = 0;
  }

  private peek(offset: number): number {
    let i = this.pos + offset;
    if (i < this.cur.length) return this.cur[i]!;
    i -= this.cur.length;
    for (const b of this.queue) {
      if (i < b.length) return b[i]!;
      i -= b.length;
    }
    return 0;
  }

  /** Skips the 4 header bytes and copies `length` payload bytes out of as many reads as they span. */
  private gather(length: number): Buffer {
    let skip = 4;
    while (this.cur.length - this.pos <= skip && this.queue.length > 0) {
      skip -= this.cur.length - this.pos;
      this.advance();
    }
    this.pos += skip;
    const out = Buffer.allocUnsafe(length);
    let at = 0;
    while (at < length) {
      const n = Math.min(length - at, this.cur.length - this.pos);
      this.cur.copy(out, at, this.pos, this.pos + n);
      at += n;
      this.pos += n;
      if (this.pos === this.cur.length && this.queue.length > 0) this.advance();
    }
    return out;
  }
}
