/** Byte-string pieces shared by the collations. */

/** What a weight scheme supplies; collation.ts names and numbers it. See `Collation` for the meaning of the members. */
export interface CollationScheme {
  readonly isBinary: boolean;
  readonly padSpace: boolean;
  readonly sortLen: number;
  compareAt(a: Uint8Array, af: number, at: number, b: Uint8Array, bf: number, bt: number): number;
  equalsAt(a: Uint8Array, af: number, at: number, b: Uint8Array, bf: number, bt: number): boolean;
  hashAt(b: Uint8Array, from: number, to: number): number;
  sortKey(bytes: Uint8Array): Uint8Array;
  readonly charWeight: ((codePoint: number) => number) | null;
}

/** Order of a[af, at) and b[bf, bt) as unsigned bytes: -1, 0 or 1. */
export function compareRange(
  a: Uint8Array,
  af: number,
  at: number,
  b: Uint8Array,
  bf: number,
  bt: number,
): number {
  const an = at - af;
  const bn = bt - bf;
  const n = an < bn ? an : bn;
  for (let i = 0; i < n; i++) {
    const d = a[af + i]! - b[bf + i]!;
    if (d !== 0) return d < 0 ? -1 : 1;
  }
  return an === bn ? 0 : an < bn ? -1 : 1;
}

export function equalRange(
  a: Uint8Array,
  af: number,
  at: number,
  b: Uint8Array,
  bf: number,
  bt: number,
): boolean {
  const n = at - af;
  if (n !== bt - bf) return false;
  for (let i = 0; i < n; i++) if (a[af + i] !== b[bf + i]) return false;
  return true;
}

export const compareBytes = (a: Uint8Array, b: Uint8Array): number =>
  compareRange(a, 0, a.length, b, 0, b.length);

/** End of b[from, to) without trailing spaces. */
export function trimEnd(b: Uint8Array, from: number, to: number): number {
  while (to > from && b[to - 1] === 0x20) to--;
  return to;
}

/** MurmurHash3's 32-bit finalizer. */
export function mix32(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** One step of a running hash; finish with `mix32`. */
export function hashStep(h: number, v: number): number {
  h = Math.imul(h ^ v, 0x9e3779b1);
  return (h << 13) | (h >>> 19);
}

/** Hash of b[from, to), four bytes a step. */
export function hashRange(b: Uint8Array, from: number, to: number): number {
  let h = to - from;
  let i = from;
  for (; i + 4 <= to; i += 4) {
    h = hashStep(h, b[i]! | (b[i + 1]! << 8) | (b[i + 2]! << 16) | (b[i + 3]! << 24));
  }
  let tail = 0;
  for (; i < to; i++) tail = (tail << 8) | b[i]!;
  return mix32(hashStep(h, tail));
}

/** Code point that begins at `i` of UTF-8 bytes; a broken byte is U+FFFD. `codePointLength` says how far it reaches. */
export function codePointAt(b: Uint8Array, i: number): number {
  const c = b[i]!;
  if (c < 0x80) return c;
  const n = b.length;
  if (c >= 0xc2 && c < 0xe0) {
    if (i + 1 < n && (b[i + 1]! & 0xc0) === 0x80) return ((c & 31) << 6) | (b[i + 1]! & 63);
  } else if (c >= 0xe0 && c < 0xf0) {
    if (i + 2 < n && (b[i + 1]! & 0xc0) === 0x80 && (b[i + 2]! & 0xc0) === 0x80) {
      const v = ((c & 15) << 12) | ((b[i + 1]! & 63) << 6) | (b[i + 2]! & 63);
      if (v >= 0x800 && (v < 0xd800 || v > 0xdfff)) return v;
    }
  } else if (c >= 0xf0 && c < 0xf5) {
    if (
      i + 3 < n &&
      (b[i + 1]! & 0xc0) === 0x80 &&
      (b[i + 2]! & 0xc0) === 0x80 &&
      (b[i + 3]! & 0xc0) === 0x80
    ) {
      const v = ((c & 7) << 18) | ((b[i + 1]! & 63) << 12) | ((b[i + 2]! & 63) << 6) | (b[i + 3]! & 63);
      if (v >= 0x10000 && v <= 0x10ffff) return v;
    }
  }
  return 0xfffd;
}

/** Bytes of the code point that `codePointAt` returned for position `i`: a broken byte counts one. */
export function codePointLength(b: Uint8Array, i: number, cp: number): number {
  if (cp < 0x80) return 1;
  if (cp < 0x800) return 2;
  if (cp < 0x10000)
    return cp === 0xfffd && b[i] !== 0xef
      ? 1
      : cp === 0xfffd && !(b[i + 1] === 0xbf && b[i + 2] === 0xbd)
        ? 1
        : 3;
  return 4;
}
