import { GENERAL_CI_RUNS } from './collation-general-data.js';
import type { CollationScheme } from './collation-bytes.js';
import { codePointAt, codePointLength, hashStep, mix32, trimEnd } from './collation-bytes.js';

/**
 * utf8mb4_general_ci: one 16-bit weight a character, two bytes big-endian each in the key, trailing spaces trimmed,
 * characters beyond the BMP weigh 0xFFFD.
 */

function build(): Uint16Array {
  const w = new Uint16Array(65536);
  for (let c = 0; c < 65536; c++) w[c] = c;
  for (const run of GENERAL_CI_RUNS.split(' ')) {
    const [first, count, stride, delta] = run.split('.') as [string, string, string, string];
    const step = stride === '' ? 1 : Number(stride);
    const d = parseInt(delta, 36);
    let c = parseInt(first, 36);
    for (let k = count === '' ? 1 : parseInt(count, 36); k > 0; k--, c += step) w[c] = c + d;
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
      let x = a[i]!;
      let y = b[j]!;
      if (x < 128 && y < 128) {
        i++;
        j++;
      } else {
        x = codePointAt(a, i);
        y = codePointAt(b, j);
        i += codePointLength(a, i, x);
        j += codePointLength(b, j, y);
      }
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
    let i = from;
    for (; i < n && b[i]! < 128; i++) h = hashStep(h, w[b[i]!]!);
    while (i < n) {
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
    for (let i = 0; i < n;) {
      const c = codePointAt(b, i);
      i += codePointLength(b, i, c);
      const v = c > 0xffff ? 0xfffd : w[c]!;
      out[at++] = v >>> 8;
      out[at++] = v & 255;
    }
    return at === out.length ? out : out.subarray(0, at);
  },
};
