import type { CollationScheme } from './collation-bytes.js';
import { codePointAt, codePointLength, hashStep, mix32, trimEnd } from './collation-bytes.js';

/**
 * utf8mb4_general_ci: one 16-bit weight a character, two bytes big-endian each in the key, trailing spaces trimmed,
 * characters beyond the BMP weigh 0xFFFD.
 */

function build(): Uint16Array {
  const w = new Uint16Array(65536);
  for (let c = 0; c < 65536; c++) {
    w[c] = c;
    if (c >= 0xd800 && c <= 0xdfff) continue;
    const base = String.fromCharCode(c).normalize('NFD');
    let first = base.charAt(0);
    if (c === 0xdf) first = 'S';
    const up = first.toUpperCase();
    w[c] = up.length === 1 ? up.charCodeAt(0) : first.charCodeAt(0);
  }
  return w;
}

let table: Uint16Array | null = null;
const weights = (): Uint16Array => (table ??= build());

export const generalWeight = (cp: number): number => (cp > 0xffff ? 0xfffd : weights()[cp]!);

export const generalCi: CollationScheme = {
  isBinary: false,
  padSpace: true,
  sortLen: 1,
  charWeight: generalWeight,

  compareAt(a, af, at, b, bf, bt) {
    const w = weights();
    const an = trimEnd(a, af, at);
    const bn = trimEnd(b, bf, bt);
    let i = af;
    let j = bf;
    while (i < an && j < bn) {
      const x = codePointAt(a, i);
      const y = codePointAt(b, j);
      i += codePointLength(a, i, x);
      j += codePointLength(b, j, y);
      if (x !== y) {
        const d = (x > 0xffff ? 0xfffd : w[x]!) - (y > 0xffff ? 0xfffd : w[y]!);
        if (d !== 0) return d < 0 ? -1 : 1;
      }
    }
    return i < an ? 1 : j < bn ? -1 : 0;
  },

  equalsAt(a, af, at, b, bf, bt) {
    return generalCi.compareAt(a, af, at, b, bf, bt) === 0;
  },

  hashAt(b, from, to) {
    const w = weights();
    const n = trimEnd(b, from, to);
    let h = 0;
    for (let i = from; i < n; ) {
      const c = codePointAt(b, i);
      i += codePointLength(b, i, c);
      h = hashStep(h, c > 0xffff ? 0xfffd : w[c]!);
    }
    return mix32(h);
  },

  sortKey(b) {
    const w = weights();
    const n = trimEnd(b, 0, b.length);
    const out = new Uint8Array(n * 2);
    let at = 0;
    for (let i = 0; i < n; ) {
      const c = codePointAt(b, i);
      i += codePointLength(b, i, c);
      const v = c > 0xffff ? 0xfffd : w[c]!;
      out[at++] = v >>> 8;
      out[at++] = v & 255;
    }
    return at === out.length ? out : out.subarray(0, at);
  },
};
