import { isAscii as isAsciiNatively } from 'node:buffer';
/** Bytes of strings: characters of UTF-8 by position, without decoding (with `binary` a character is a byte), and what is made of parts. */

/** Offset of the k-th character (from 0) of b[s, e), or e. */
export function charOffset(b: Uint8Array, s: number, e: number, k: number, binary: boolean): number {
  if (binary) return s + k < e ? s + k : e;
  let i = s;
  while (k > 0 && i < e) {
    const c = b[i]!;
    i += c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
    k--;
  }
  return i < e ? i : e;
}

export function charCount(b: Uint8Array, s: number, e: number, binary: boolean): number {
  if (binary) return e - s;
  let n = 0;
  for (let i = s; i < e; i++) if ((b[i]! & 0xc0) !== 0x80) n++;
  return n;
}

/** Offset of the character that begins `k` characters before the end. */
export function charOffsetFromEnd(b: Uint8Array, s: number, e: number, k: number, binary: boolean): number {
  if (binary) return e - k > s ? e - k : s;
  let i = e;
  while (k > 0 && i > s) {
    i--;
    while (i > s && (b[i]! & 0xc0) === 0x80) i--;
    k--;
  }
  return i;
}

/** First position of needle in b[s, e), or -1. */
export function indexOfBytes(b: Uint8Array, s: number, e: number, needle: Uint8Array, from = s): number {
  const n = needle.length;
  if (n === 0) return from <= e ? from : -1;
  const first = needle[0]!;
  outer: for (let i = from, last = e - n; i <= last; i++) {
    if (b[i] !== first) continue;
    for (let j = 1; j < n; j++) if (b[i + j] !== needle[j]) continue outer;
    return i;
  }
  return -1;
}

/** Bytes from which a call into the runtime is cheaper than looking at each. */
const LONG = 256;

export function isAscii(b: Uint8Array): boolean {
  if (b.length >= LONG) return isAsciiNatively(b);
  for (let i = 0; i < b.length; i++) if (b[i]! >= 0x80) return false;
  return true;
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let n = 0;
  for (const p of parts) n += p.length;
  const out = new Uint8Array(n);
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}
