import { copyOf, type ByteWriter } from './byte-writer.js';
import { readVarint, varintLength, writeVarint } from './number-codec.js';

/**
 * Memory-comparable bytes (MyRocks' record format, TiDB util/codec/bytes.go): groups of eight bytes, each followed by a
 * marker 0xFF minus the number of zero bytes that pad the group. Only the last group has a marker below 0xFF.
 */
export function writeBytesKey(w: ByteWriter, src: Uint8Array, start = 0, end = src.length): void {
  w.ensure((((end - start) >> 3) + 1) * 9);
  const out = w.buf;
  let p = w.len;
  let i = start;
  for (;;) {
    const left = end - i;
    if (left >= 8) {
      for (let k = 0; k < 8; k++) out[p++] = src[i++]!;
      out[p++] = 0xff;
    } else {
      const pad = 8 - left;
      while (i < end) out[p++] = src[i++]!;
      for (let k = 0; k < pad; k++) out[p++] = 0;
      out[p++] = 0xff - pad;
      break;
    }
  }
  w.len = p;
}

/** Bytes that the encoding at `p` takes. */
export function bytesKeyLength(b: Uint8Array, p: number): number {
  let q = p + 8;
  while (b[q] === 0xff) q += 9;
  return q + 1 - p;
}

/** Bytes of content in the encoding at `p`. */
export function bytesKeyContentLength(b: Uint8Array, p: number): number {
  const groups = bytesKeyLength(b, p) / 9;
  return groups * 8 - (0xff - b[p + groups * 9 - 1]!);
}

/** Copies the content of the encoding at `p` to dest[at…). */
export function copyBytesKey(b: Uint8Array, p: number, dest: Uint8Array, at: number): void {
  for (;;) {
    const marker = b[p + 8]!;
    const n = marker === 0xff ? 8 : 8 - (0xff - marker);
    for (let k = 0; k < n; k++) dest[at++] = b[p + k]!;
    if (marker !== 0xff) return;
    p += 9;
  }
}

export function readBytesKey(b: Uint8Array, p: number): Uint8Array {
  const out = new Uint8Array(bytesKeyContentLength(b, p));
  copyBytesKey(b, p, out, 0);
  return out;
}

/** Length as varint, then the bytes: not comparable, for values. */
export function writeCompactBytes(w: ByteWriter, src: Uint8Array): void {
  writeVarint(w, src.length);
  w.bytes(src);
}

export function readCompactBytes(b: Uint8Array, p: number): Uint8Array {
  const n = Number(readVarint(b, p));
  const start = p + varintLength(b, p);
  return copyOf(b, start, start + n);
}

export function compactBytesLength(b: Uint8Array, p: number): number {
  return varintLength(b, p) + Number(readVarint(b, p));
}
