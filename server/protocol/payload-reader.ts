import { malformedPacket } from './protocol-errors.js';

/**
 * Reads the fields of one packet payload. One instance a connection, pointed at packet after packet. Every read checks
 * its bounds and throws 1835 beyond them. Views returned are views: they live as long as the underlying read buffer.
 */
export class PayloadReader {
  buf: Buffer = Buffer.alloc(0);
  pos = 0;
  end = 0;

  reset(buf: Buffer, start: number, end: number): this {
    this.buf = buf;
    this.pos = start;
    this.end = end;
    return this;
  }

  get remaining(): number {
    return this.end - this.pos;
  }

  private take(n: number): number {
    const p = this.pos;
    if (n > this.end - p) throw malformedPacket();
    this.pos = p + n;
    return p;
  }

  skip(n: number): void {
    this.take(n);
  }

  u8(): number {
    if (this.pos >= this.end) throw malformedPacket();
    return this.buf[this.pos++]!;
  }

  u16(): number {
    return this.buf.readUInt16LE(this.take(2));
  }

  u32(): number {
    return this.buf.readUInt32LE(this.take(4));
  }

  i8(): number {
    return (this.u8() << 24) >> 24;
  }

  i16(): number {
    return this.buf.readInt16LE(this.take(2));
  }

  i32(): number {
    return this.buf.readInt32LE(this.take(4));
  }

  /** Canonical integer datum: number within ±(2^53-1), else bigint. */
  i64(): number | bigint {
    const p = this.take(8);
    const high = this.buf.readInt32LE(p + 4);
    if (high >= -0x200000 && high < 0x200000) {
      const v = high * 0x100000000 + this.buf.readUInt32LE(p);
      if (v >= Number.MIN_SAFE_INTEGER) return v;
    }
    return this.buf.readBigInt64LE(p);
  }

  u64(): number | bigint {
    const p = this.take(8);
    const high = this.buf.readUInt32LE(p + 4);
    return high < 0x200000 ? high * 0x100000000 + this.buf.readUInt32LE(p) : this.buf.readBigUInt64LE(p);
  }

  f32(): number {
    return this.buf.readFloatLE(this.take(4));
  }

  f64(): number {
    return this.buf.readDoubleLE(this.take(8));
  }

  /** Length-encoded integer (protocol: int<lenenc>) used as a length, so never above what a packet can hold. */
  lenenc(): number {
    const first = this.u8();
    if (first < 0xfb) return first;
    if (first === 0xfc) return this.u16();
    if (first === 0xfd) {
      const p = this.take(3);
      return this.buf[p]! | (this.buf[p + 1]! << 8) | (this.buf[p + 2]! << 16);
    }
    if (first === 0xfe) {
      const v = this.u64();
      if (typeof v === 'number') return v;
    }
    throw malformedPacket();
  }

  bytes(n: number): Buffer {
    const p = this.take(n);
    return this.buf.subarray(p, p + n);
  }

  lenencBytes(): Buffer {
    return this.bytes(this.lenenc());
  }

  restBytes(): Buffer {
    const p = this.pos;
    this.pos = this.end;
    return this.buf.subarray(p, this.end);
  }

  /** Up to the next zero byte, which must be there. */
  nulBytes(): Buffer {
    const zero = this.buf.indexOf(0, this.pos);
    if (zero < 0 || zero >= this.end) throw malformedPacket();
    const view = this.buf.subarray(this.pos, zero);
    this.pos = zero + 1;
    return view;
  }

  /** Up to the next zero byte or, where some clients leave it out, the end. */
  nulOrRestBytes(): Buffer {
    const zero = this.buf.indexOf(0, this.pos);
    return zero < 0 || zero >= this.end ? this.restBytes() : this.nulBytes();
  }
}
