const utf8 = new TextEncoder();

/** Request sources, resource groups and the like repeat without end. */
const encoded = new Map<string, Uint8Array>();
const MAX_ENCODED = 512;

function encodedString(v: string): Uint8Array {
  let bytes = encoded.get(v);
  if (bytes !== undefined) return bytes;
  bytes = utf8.encode(v);
  if (v.length <= 64 && encoded.size < MAX_ENCODED) encoded.set(v, bytes);
  return bytes;
}

/** One timestamp's halves, without BigInt arithmetic: the machine's byte order is little-endian wherever Node runs. */
const wide = new BigUint64Array(1);
const halves = new Uint32Array(wide.buffer);

/**
 * Writes protobuf messages from their last byte to their first: a nested message's length is known when it is to be written,
 * so nothing is measured beforehand or moved afterwards. The buffer is kept from message to message.
 */
export class ProtoWriter {
  private buf: Uint8Array = new Uint8Array(64 * 1024);
  private pos = this.buf.length;

  /** Bytes written so far. */
  get written(): number {
    return this.buf.length - this.pos;
  }

  private room(n: number): void {
    if (this.pos >= n) return;
    const { buf, pos } = this;
    const used = buf.length - pos;
    const bigger = new Uint8Array(Math.max(buf.length * 2, used + n));
    bigger.set(buf.subarray(pos), bigger.length - used);
    this.buf = bigger;
    this.pos = bigger.length - used;
  }

  /** A varint of an integer of at most 53 bits; negative ones take ten bytes, as protobuf wants it. */
  varint(v: number): void {
    this.room(10);
    if (v >= 0 && v < 128) {
      this.buf[--this.pos] = v;
    } else if (v >= 0 && v <= 0xffff_ffff) {
      this.halves(v, 0);
    } else {
      const hi = Math.floor(v / 0x1_0000_0000);
      this.halves(v - hi * 0x1_0000_0000, hi);
    }
  }

  u64(v: bigint): void {
    this.room(10);
    wide[0] = v;
    this.halves(halves[0]!, halves[1]!);
  }

  private halves(lo: number, hi: number): void {
    lo >>>= 0;
    hi >>>= 0;
    const { buf } = this;
    // Seven bits to a byte, counted first since the last is written first.
    let n = 1;
    if (hi === 0) for (let rest = lo >>> 7; rest !== 0; rest >>>= 7) n++;
    else {
      n = 5;
      for (let rest = hi >>> 3; rest !== 0; rest >>>= 7) n++;
    }
    let p = (this.pos -= n);
    for (; n > 1; n--) {
      buf[p++] = (lo & 0x7f) | 0x80;
      lo = ((lo >>> 7) | (hi << 25)) >>> 0;
      hi >>>= 7;
    }
    buf[p] = lo & 0x7f;
  }

  bool(v: boolean): void {
    this.room(1);
    this.buf[--this.pos] = v ? 1 : 0;
  }

  double(v: number): void {
    this.room(8);
    this.pos -= 8;
    new DataView(this.buf.buffer).setFloat64(this.pos, v, true);
  }

  /** Length and content. */
  bytes(v: Uint8Array): void {
    const n = v.length;
    this.room(n + 5);
    this.pos -= n;
    this.buf.set(v, this.pos);
    this.varint(n);
  }

  string(v: string): void {
    this.bytes(encodedString(v));
  }

  /** The message, in memory of its own; the writer is empty again. */
  finish(): Buffer {
    const out = Buffer.allocUnsafeSlow(this.written);
    out.set(this.buf.subarray(this.pos));
    this.pos = this.buf.length;
    // One large message does not keep its memory for ever.
    if (this.buf.length > 8 << 20) {
      this.buf = new Uint8Array(64 * 1024);
      this.pos = this.buf.length;
    }
    return out;
  }

  /** Forgets what was written: encoding threw half-way. */
  reset(): void {
    this.pos = this.buf.length;
  }
}
