import { inflateRawSync } from 'node:zlib';
import type { CollationScheme } from './collation-bytes.js';
import { hashStep, mix32, trimEnd } from './collation-bytes.js';
import { GBK_CHINESE_CI_WEIGHTS } from './collation-gbk-data.js';

/**
 * gbk_chinese_ci: ASCII without case, double-byte characters by pinyin; PAD SPACE. The key has one byte for an ASCII character and two for
 * the others.
 */

const TRAILS = 190;
let table: Uint16Array | null = null;

/** Weights by (lead - 0x81) * 190 + index of the trail byte. */
function weights(): Uint16Array {
  if (table !== null) return table;
  const b = inflateRawSync(Buffer.from(GBK_CHINESE_CI_WEIGHTS, 'base64'));
  table = new Uint16Array(126 * TRAILS);
  let w = 0;
  let p = 0;
  for (let k = 0; k < table.length; k++) {
    let z = 0;
    for (let shift = 0; ; shift += 7) {
      const c = b[p++]!;
      z |= (c & 127) << shift;
      if (c < 128) break;
    }
    w += (z & 1) === 0 ? z >>> 1 : -((z + 1) >>> 1);
    table[k] = w;
  }
  return table;
}

const isPair = (lead: number, trail: number): boolean =>
  lead >= 0x81 && lead <= 0xfe && trail >= 0x40 && trail <= 0xfe && trail !== 0x7f;

const upper = (c: number): number => (c >= 0x61 && c <= 0x7a ? c - 32 : c);

/** Weight of the character at `i`: below 256 for single bytes, else the pair's. */
function weightAt(b: Uint8Array, i: number, end: number, w: Uint16Array): number {
  const c = b[i]!;
  if (c >= 0x81 && i + 1 < end && isPair(c, b[i + 1]!)) {
    const t = b[i + 1]!;
    return w[(c - 0x81) * TRAILS + t - (t < 0x7f ? 0x40 : 0x41)]!;
  }
  return upper(c);
}

export const gbkChineseCi: CollationScheme = {
  isBinary: false,
  padSpace: true,
  sortLen: 1,
  /** Patterns work on code points: case of ASCII aside, a character equals itself only. */
  charWeight: (cp) => upper(cp),

  compareAt(a, af, at, b, bf, bt) {
    const w = weights();
    const an = trimEnd(a, af, at);
    const bn = trimEnd(b, bf, bt);
    let i = af;
    let j = bf;
    while (i < an && j < bn) {
      const x = weightAt(a, i, an, w);
      const y = weightAt(b, j, bn, w);
      if (x !== y) {
        // As bytes of the keys: a single byte against the first of two.
        const xb = x < 256 ? x << 8 : x;
        const yb = y < 256 ? y << 8 : y;
        return xb < yb ? -1 : 1;
      }
      i += x < 256 ? 1 : 2;
      j += y < 256 ? 1 : 2;
    }
    return i < an ? 1 : j < bn ? -1 : 0;
  },

  equalsAt: (a, af, at, b, bf, bt) => gbkChineseCi.compareAt(a, af, at, b, bf, bt) === 0,

  hashAt(b, from, to) {
    const w = weights();
    const n = trimEnd(b, from, to);
    let h = 0;
    for (let i = from; i < n;) {
      const x = weightAt(b, i, n, w);
      h = hashStep(h, x);
      i += x < 256 ? 1 : 2;
    }
    return mix32(h);
  },

  sortKey(b) {
    const w = weights();
    const n = trimEnd(b, 0, b.length);
    const out = new Uint8Array(n);
    let at = 0;
    for (let i = 0; i < n;) {
      const x = weightAt(b, i, n, w);
      if (x < 256) {
        out[at++] = x;
        i++;
      } else {
        out[at++] = x >>> 8;
        out[at++] = x & 255;
        i += 2;
      }
    }
    return out;
  },
};
