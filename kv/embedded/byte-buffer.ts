/** A growing byte buffer with the primitive encodings of the log: LEB128 lengths, little-endian words. */
export class ByteWriter {
  bytes: Buffer;
  length = 0;

  /** With a capacity, or over a buffer that is left for a larger one when it is full. */
  constructor(capacity: number | Buffer = 4096) {
    this.bytes = typeof capacity === 'number' ? Buffer.allocUnsafe(capacity) : capacity;
  }

  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.length + more, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  u8(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  u64(value: bigint): void {
    this.reserve(8);
    this.length = this.bytes.writeBigUInt64LE(value, this.length);
  }

  halves(hi: number, lo: number): void {
    this.reserve(8);
    this.bytes.writeUInt32LE(lo, this.length);
    this.bytes.writeUInt32LE(hi, this.length + 4);
    this.length += 8;
  }

  varint(value: number): void {
    this.reserve(8);
    let v = value;
    while (v >= 128) {
      this.bytes[this.length++] = (v % 128) | 128;
      v = Math.floor(v / 128);
    }
    this.bytes[this.length++] = v;
  }

  blob(value: Uint8Array): void {
    this.varint(value.length);
    this.reserve(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }
}

export class ByteReader {
  constructor(
    private readonly bytes: Buffer,
    public at = 0,
    readonly end = bytes.length,
  ) {}

  get done(): boolean {
    return this.at >= this.end;
  }

  u8(): number {
    return this.bytes[this.at++]!;
  }

  u64(): bigint {
    this.at += 8;
    return this.bytes.readBigUInt64LE(this.at - 8);
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const b = this.bytes[this.at++]!;
      value += (b & 127) * scale;
      if (b < 128) return value;
      scale *= 128;
    }
  }

  /** A copy: what is read outlives the log's buffer. */
  blob(): Uint8Array {
    const length = this.varint();
    this.at += length;
    return Uint8Array.prototype.slice.call(this.bytes, this.at - length, this.at);
  }
}
