import { MAX_PACKET_PAYLOAD } from './packet-reader.js';
import { acquireBuffer, releaseBuffer } from './buffer-pool.js';

/** Where finished bytes go. */
export interface ByteSink {
  /** Takes buf[0, length). Returns true when the bytes are out and `buf` may be reused at once; else the sink releases it later. */
  write(buf: Buffer, length: number): boolean;
}

const NO_BUFFER = Buffer.alloc(0);

/**
 * Builds packets in a pooled buffer and hands them to the sink in as few writes as possible: nothing leaves before
 * `flush` or a full buffer. Row writers reach into `buf` and `pos` directly after `ensure`.
 *
 * Invariant: buf[0, open) holds finished packets, buf[open, pos) the header and payload of the packet being built.
 */
export class PacketWriter {
  buf: Buffer = NO_BUFFER;
  pos = 0;
  /** Sequence id of the next packet. */
  sequence = 0;
  bytesWritten = 0;
  private open = 0;

  constructor(private readonly sink: ByteSink) {}

  /** Starts a packet: its 4 header bytes are filled in by `end`. */
  begin(): void {
    this.open = this.pos;
    this.ensure(4);
    this.pos += 4;
  }

  /** Closes the packet. A payload of 16 MiB or more is cut into several packets, the last one possibly empty. */
  end(): void {
    const length = this.pos - this.open - 4;
    if (length >= MAX_PACKET_PAYLOAD) {
      this.endLarge();
      return;
    }
    const b = this.buf;
    const o = this.open;
    b[o] = length;
    b[o + 1] = length >> 8;
    b[o + 2] = length >> 16;
    b[o + 3] = this.sequence;
    this.sequence = (this.sequence + 1) & 0xff;
    this.open = this.pos;
  }

  private endLarge(): void {
    const length = this.pos - this.open - 4;
    const extra = Math.floor(length / MAX_PACKET_PAYLOAD);
    this.ensure(extra * 4);
    const b = this.buf;
    const payload = this.open + 4;
    // From the last part to the first, so that no move overwrites bytes still to be moved.
    for (let i = extra; i >= 0; i--) {
      const from = payload + i * MAX_PACKET_PAYLOAD;
      const n = Math.min(MAX_PACKET_PAYLOAD, length - i * MAX_PACKET_PAYLOAD);
      const header = this.open + i * (MAX_PACKET_PAYLOAD + 4);
      b.copyWithin(header + 4, from, from + n);
      b[header] = n;
      b[header + 1] = n >> 8;
      b[header + 2] = n >> 16;
      b[header + 3] = this.sequence + i;
    }
    this.sequence = (this.sequence + extra + 1) & 0xff;
    this.pos += extra * 4;
    this.open = this.pos;
  }

  /** Takes back the packet being built (an error in its middle). */
  abandon(): void {
    this.pos = this.open;
  }

  /** Room for `n` more bytes at `pos`. May replace `buf` and move `pos`: read both again afterwards. */
  ensure(n: number): void {
    if (this.buf.length - this.pos < n) this.makeRoom(n);
  }

  private makeRoom(n: number): void {
    if (this.buf === NO_BUFFER) {
      this.buf = acquireBuffer();
      if (n <= this.buf.length) return;
    }
    const old = this.buf;
    const building = this.pos - this.open;
    if (this.open > 0) {
      // Finished packets go out first; only the one being built moves on.
      const tail = Buffer.from(old.subarray(this.open, this.pos));
      const done = this.open;
      this.detach();
      this.send(old, done);
      this.buf = building + n <= 64 * 1024 ? acquireBuffer() : Buffer.allocUnsafeSlow((building + n) * 2);
      tail.copy(this.buf, 0);
    } else {
      this.buf = Buffer.allocUnsafeSlow(Math.max(old.length * 2, building + n));
      old.copy(this.buf, 0, 0, building);
      releaseBuffer(old);
    }
    this.open = 0;
    this.pos = building;
  }

  /** Appends `count` packets that are finished already, headers and all. */
  finishedPackets(block: Buffer, count: number): void {
    this.open = this.pos;
    this.ensure(block.length);
    this.buf.set(block, this.pos);
    this.pos += block.length;
    this.open = this.pos;
    this.sequence = (this.sequence + count) & 0xff;
  }

  /** Finished bytes not yet handed to the sink. */
  get pending(): number {
    return this.open;
  }

  /** Hands every finished packet to the sink. No packet may be under construction. */
  flush(): void {
    if (this.pos === 0) return;
    const b = this.buf;
    const n = this.pos;
    this.detach();
    this.send(b, n);
  }

  private detach(): void {
    this.buf = NO_BUFFER;
    this.pos = 0;
    this.open = 0;
  }

  private send(b: Buffer, n: number): void {
    this.bytesWritten += n;
    if (this.sink.write(b, n)) releaseBuffer(b);
  }

  /** Drops what is not yet sent. */
  discard(): void {
    if (this.buf !== NO_BUFFER) releaseBuffer(this.buf);
    this.detach();
  }

  u8(v: number): void {
    this.ensure(1);
    this.buf[this.pos++] = v;
  }

  u16(v: number): void {
    this.ensure(2);
    this.buf[this.pos] = v;
    this.buf[this.pos + 1] = v >> 8;
    this.pos += 2;
  }

  u32(v: number): void {
    this.ensure(4);
    const b = this.buf;
    const p = this.pos;
    b[p] = v;
    b[p + 1] = v >>> 8;
    b[p + 2] = v >>> 16;
    b[p + 3] = v >>> 24;
    this.pos = p + 4;
  }

  /** Length-encoded integer (protocol: int<lenenc>). */
  lenenc(v: number | bigint): void {
    this.ensure(9);
    if (typeof v === 'bigint') {
      if (v > 0xffffffffn || v < 0n) {
        this.buf[this.pos] = 0xfe;
        this.buf.writeBigUInt64LE(BigInt.asUintN(64, v), this.pos + 1);
        this.pos += 9;
        return;
      }
      v = Number(v);
    }
    this.pos = writeLenenc(this.buf, this.pos, v);
  }

  bytes(b: Uint8Array): void {
    this.ensure(b.length);
    this.buf.set(b, this.pos);
    this.pos += b.length;
  }

  lenencBytes(b: Uint8Array): void {
    this.ensure(b.length + 9);
    this.pos = writeLenenc(this.buf, this.pos, b.length);
    this.buf.set(b, this.pos);
    this.pos += b.length;
  }

  text(s: string): void {
    this.ensure(s.length * 3);
    this.pos += this.buf.write(s, this.pos, 'utf8');
  }

  nulText(s: string): void {
    this.text(s);
    this.u8(0);
  }

  lenencText(s: string): void {
    const n = s.length;
    if (n <= 80) {
      // At most 240 bytes: the length takes one byte whatever the characters are.
      this.ensure(n * 3 + 1);
      const written = n === 0 ? 0 : this.buf.write(s, this.pos + 1, 'utf8');
      this.buf[this.pos] = written;
      this.pos += written + 1;
      return;
    }
    const bytes = Buffer.byteLength(s);
    this.ensure(bytes + 9);
    this.pos = writeLenenc(this.buf, this.pos, bytes);
    this.pos += this.buf.write(s, this.pos, 'utf8');
  }
}

/** Writes int<lenenc> at `p` (up to 9 bytes must be there); returns the position after it. */
export function writeLenenc(b: Buffer, p: number, v: number): number {
  if (v < 0xfb) {
    b[p] = v;
    return p + 1;
  }
  if (v <= 0xffff) {
    b[p] = 0xfc;
    b[p + 1] = v;
    b[p + 2] = v >> 8;
    return p + 3;
  }
  if (v <= 0xffffff) {
    b[p] = 0xfd;
    b[p + 1] = v;
    b[p + 2] = v >> 8;
    b[p + 3] = v >> 16;
    return p + 4;
  }
  b[p] = 0xfe;
  const high = Math.floor(v / 0x100000000);
  b.writeUInt32LE(v % 0x100000000, p + 1);
  b.writeUInt32LE(high, p + 5);
  return p + 9;
}
