const wide = new BigUint64Array(1);
const wideSigned = new BigInt64Array(wide.buffer);
const halves = new Uint32Array(wide.buffer);
const utf8 = new TextDecoder();

/** The bytes are no message of the kind expected. */
export class ProtoFormatError extends Error {}

/** Reads protobuf fields. Bytes are views into the buffer, which is never written to again. */
export class ProtoReader {
  pos = 0;
  private lo = 0;
  private hi = 0;

  constructor(private readonly buf: Uint8Array) {}

  get length(): number {
    return this.buf.length;
  }

  private longVarint(): void {
    const { buf } = this;
    let lo = 0;
    let hi = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const b = buf[this.pos++];
      if (b === undefined) throw new ProtoFormatError('the message ends within an integer');
      const bits = b & 0x7f;
      if (shift < 28) lo |= bits << shift;
      else if (shift === 28) {
        lo |= bits << 28;
        hi |= bits >>> 4;
      } else hi |= bits << (shift - 32);
      if (b < 0x80) {
        this.lo = lo >>> 0;
        this.hi = hi >>> 0;
        return;
      }
    }
    throw new ProtoFormatError('an integer of more than ten bytes');
  }

  /** A tag, length, enum or 32-bit integer: the low 32 bits. */
  uint32(): number {
    const b = this.buf[this.pos]!;
    if (b < 0x80) {
      this.pos++;
      return b;
    }
    this.longVarint();
    return this.lo;
  }

  int32(): number {
    return this.uint32() | 0;
  }

  bool(): boolean {
    const b = this.buf[this.pos]!;
    if (b < 0x80) {
      this.pos++;
      return b !== 0;
    }
    this.longVarint();
    return this.lo !== 0 || this.hi !== 0;
  }

  /** An unsigned 64-bit integer as a number: exact to 2^53. */
  uint(): number {
    const b = this.buf[this.pos]!;
    if (b < 0x80) {
      this.pos++;
      return b;
    }
    this.longVarint();
    return this.hi * 0x1_0000_0000 + this.lo;
  }

  int(): number {
    this.longVarint();
    return (this.hi | 0) * 0x1_0000_0000 + this.lo;
  }

  u64(): bigint {
    this.longVarint();
    halves[0] = this.lo;
    halves[1] = this.hi;
    return wide[0]!;
  }

  i64(): bigint {
    this.longVarint();
    halves[0] = this.lo;
    halves[1] = this.hi;
    return wideSigned[0]!;
  }

  double(): number {
    const { buf } = this;
    const at = this.pos;
    this.advance(8);
    return new DataView(buf.buffer, buf.byteOffset).getFloat64(at, true);
  }

  private advance(n: number): void {
    if (n > this.buf.length - this.pos) throw new ProtoFormatError('the message is cut short');
    this.pos += n;
  }

  /** Reads the length of a nested message; gives its end. */
  end(): number {
    const n = this.uint32();
    if (n > this.buf.length - this.pos) throw new ProtoFormatError('the message is cut short');
    return this.pos + n;
  }

  bytes(): Uint8Array {
    const end = this.end();
    const { buf, pos } = this;
    this.pos = end;
    return new Uint8Array(buf.buffer, buf.byteOffset + pos, end - pos);
  }

  string(): string {
    return utf8.decode(this.bytes());
  }

  /** Passes over a field that is not known here, by its wire type. */
  skip(wireType: number): void {
    switch (wireType) {
      case 0:
        this.longVarint();
        break;
      case 1:
        this.advance(8);
        break;
      case 2:
        this.pos = this.end();
        break;
      case 5:
        this.advance(4);
        break;
      default:
        throw new ProtoFormatError(`wire type ${wireType}`);
    }
  }
}
