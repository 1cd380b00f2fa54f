import { inflateRawSync } from 'node:zlib';
import { gb18030CharLen, gb18030Decode, gb18030Encode, gb18030Linear, SUPPLEMENTARY } from './charset-gb.js';
import type { CollationScheme } from './collation-bytes.js';
import { hashStep, mix32, trimEnd } from './collation-bytes.js';
import { PINYIN_ORDER } from './collation-gb18030-data.js';

/**
 * gb18030_chinese_ci (MySQL manual, "The gb18030 Character Set"): Chinese characters by pinyin, behind all others; those by the code
 * of their upper case. PAD SPACE. A key has 1, 2 or 4 bytes for a character, as its weight needs.
 */

/** Four-byte characters: this and their number, so that they follow the two-byte codes. */
const FOUR_BYTES = 0xff000000;
/** Chinese characters: this and their rank. */
const PINYIN = 0xffa00000;

const TRAILS = 190;

interface Tables {
  /** By (lead - 0x81) * 190 + index of the trail byte. */
  readonly two: Uint32Array;
  /** Of the four-byte characters of the BMP, by number. */
  readonly four: Uint32Array;
  /** Of characters beyond the BMP: those that are not ordered by code. */
  readonly beyond: ReadonlyMap<number, number>;
}

let loaded: Tables | null = null;

const upperOf = (cp: number): number => {
  const u = String.fromCodePoint(cp).toUpperCase();
  const c = u.codePointAt(0)!;
  return u.length === (c > 0xffff ? 2 : 1) ? c : cp;
};

function codeWeight(b: Uint8Array): number {
  if (b.length === 1) return b[0]!;
  return b.length === 2 ? b[0]! * 256 + b[1]! : FOUR_BYTES + gb18030Linear(b, 0);
}

function tables(): Tables {
  if (loaded !== null) return loaded;
  const rank = new Map<number, number>();
  const b = inflateRawSync(Buffer.from(PINYIN_ORDER, 'base64'));
  let cp = 0;
  for (let p = 0; p < b.length;) {
    let z = 0;
    for (let shift = 0; ; shift += 7) {
      const c = b[p++]!;
      z |= (c & 127) << shift;
      if (c < 128) break;
    }
    cp += (z & 1) === 0 ? z >>> 1 : -((z + 1) >>> 1);
    rank.set(cp, rank.size);
  }
  const weightOf = (bytes: Uint8Array): number => {
    const c = gb18030Decode(bytes).codePointAt(0)!;
    const r = rank.get(c);
    if (r !== undefined) return PINYIN + r;
    const u = upperOf(c);
    return codeWeight(u === c ? bytes : gb18030Encode(String.fromCodePoint(u)));
  };
  const two = new Uint32Array(126 * TRAILS);
  const pair = new Uint8Array(2);
  for (let lead = 0; lead < 126; lead++) {
    for (let t = 0; t < TRAILS; t++) {
      pair[0] = 0x81 + lead;
      pair[1] = t < 63 ? 0x40 + t : 0x41 + t;
      two[lead * TRAILS + t] = weightOf(pair);
    }
  }
  const four = new Uint32Array(39420);
  const quad = new Uint8Array(4);
  for (let n = 0; n < four.length; n++) {
    quad[0] = 0x81 + Math.floor(n / 12600);
    quad[1] = 0x30 + (Math.floor(n / 1260) % 10);
    quad[2] = 0x81 + (Math.floor(n / 10) % 126);
    quad[3] = 0x30 + (n % 10);
    four[n] = weightOf(quad);
  }
  const beyond = new Map<number, number>();
  for (const [c, r] of rank) if (c > 0xffff) beyond.set(c, PINYIN + r);
  // Upper and lower case beyond the BMP: Deseret and its like.
  for (let c = 0x10000; c < 0x20000; c++) {
    const u = upperOf(c);
    if (u !== c) beyond.set(c, FOUR_BYTES + SUPPLEMENTARY + u - 0x10000);
  }
  loaded = { two, four, beyond };
  return loaded;
}

function weightAt(b: Uint8Array, i: number, length: number, t: Tables): number {
  const c = b[i]!;
  if (length === 1) return c >= 0x61 && c <= 0x7a ? c - 32 : c;
  if (length === 2) {
    const d = b[i + 1]!;
    return t.two[(c - 0x81) * TRAILS + d - (d < 0x7f ? 0x40 : 0x41)]!;
  }
  const n = gb18030Linear(b, i);
  if (n < t.four.length) return t.four[n]!;
  return t.beyond.get(n - SUPPLEMENTARY + 0x10000) ?? FOUR_BYTES + n;
}

/** The weight's bytes in the key as a number of 32 bits from the left. */
const leftAligned = (w: number): number => (w < 0x100 ? w * 0x1000000 : w < 0x10000 ? w * 0x10000 : w);

export const gb18030ChineseCi: CollationScheme = {
  isBinary: false,
  padSpace: true,
  sortLen: 1,
  charWeight: upperOf,

  compareAt(a, af, at, b, bf, bt) {
    const t = tables();
    const an = trimEnd(a, af, at);
    const bn = trimEnd(b, bf, bt);
    let i = af;
    let j = bf;
    while (i < an && j < bn) {
      const m = gb18030CharLen(a, i, an);
      const n = gb18030CharLen(b, j, bn);
      const x = weightAt(a, i, m, t);
      const y = weightAt(b, j, n, t);
      if (x !== y) return leftAligned(x) < leftAligned(y) ? -1 : 1;
      i += m;
      j += n;
    }
    return i < an ? 1 : j < bn ? -1 : 0;
  },

  equalsAt: (a, af, at, b, bf, bt) => gb18030ChineseCi.compareAt(a, af, at, b, bf, bt) === 0,

  hashAt(b, from, to) {
    const t = tables();
    const end = trimEnd(b, from, to);
    let h = 0;
    for (let i = from; i < end;) {
      const n = gb18030CharLen(b, i, end);
      h = hashStep(h, weightAt(b, i, n, t));
      i += n;
    }
    return mix32(h);
  },

  sortKey(b) {
    const t = tables();
    const end = trimEnd(b, 0, b.length);
    const out = new Uint8Array(end * 4);
    let at = 0;
    for (let i = 0; i < end;) {
      const n = gb18030CharLen(b, i, end);
      const w = weightAt(b, i, n, t);
      if (w >= 0x10000) {
        out[at++] = w >>> 24;
        out[at++] = (w >>> 16) & 255;
      }
      if (w >= 0x100) out[at++] = (w >>> 8) & 255;
      out[at++] = w & 255;
      i += n;
    }
    return out.subarray(0, at);
  },
};
