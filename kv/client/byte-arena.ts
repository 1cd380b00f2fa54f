import { copyBytes } from '../codec/byte-writer.js';

/** Addresses of a block begin at a multiple of this; most blocks are as long. */
const BLOCK = 1 << 20;
/** What is longer has a block of its own, so that little is left unused at the end of others. */
const LARGE = BLOCK >> 3;

/** Bytes laid out one after the other in large blocks, named by address. They are never moved or freed. */
export class ByteArena {
  private readonly blocks: Uint8Array[] = [];
  /** The block that is being filled, and the address of its first free byte. */
  private open = -1;
  private used = BLOCK;

  /** Keeps the bytes, long ones as they are; gives their address. */
  add(bytes: Uint8Array): number {
    const n = bytes.length;
    if (n > LARGE) return (this.blocks.push(bytes) - 1) * BLOCK;
    if (this.used + n > BLOCK) {
      this.open = this.blocks.push(new Uint8Array(BLOCK)) - 1;
      this.used = 0;
    }
    const at = this.used;
    copyBytes(bytes, 0, n, this.blocks[this.open]!, at);
    this.used = at + n;
    return this.open * BLOCK + at;
  }

  /** What was put there: a view, not to be written to. */
  view(address: number, length: number): Uint8Array {
    const at = address % BLOCK;
    return this.blocks[(address - at) / BLOCK]!.subarray(at, at + length);
  }

  /** Order of the bytes there and of `key`. */
  compare(address: number, length: number, key: Uint8Array): number {
    const at = address % BLOCK;
    const block = this.blocks[(address - at) / BLOCK]!;
    const n = Math.min(length, key.length);
    for (let i = 0; i < n; i++) {
      const d = block[at + i]! - key[i]!;
      if (d !== 0) return d;
    }
    return length - key.length;
  }
}
