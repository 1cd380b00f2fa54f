import { inflateRawSync } from 'node:zlib';
import type { CollationScheme } from './collation-bytes.js';
import { codePointAt, codePointLength, hashStep, mix32, trimEnd } from './collation-bytes.js';
import { UCA400_WEIGHTS } from './collation-uca400-data.js';
import { UCA520_WEIGHTS } from './collation-uca520-data.js';
import { UCA900_WEIGHTS } from './collation-uca900-data.js';

/**
 * Collations by primary weights of the Unicode Collation Algorithm: a character has no, one or several 16-bit weights; the key is
 * their concatenation, big-endian. utf8mb4_unicode_ci: UCA 4.0.0, PAD SPACE, characters beyond the BMP weigh 0xFFFD.
 * utf8mb4_unicode_520_ci: UCA 5.2.0, PAD SPACE, all planes.
 * utf8mb4_0900_ai_ci: NO PAD, all planes, Hangul syllables as their jamo; its weights are those of a later DUCET than MySQL's 9.0.0, which
 * orders the characters of 9.0.0 alike, and contractions (of scripts other than Latin, Greek and Cyrillic) are not formed.
 */
class WeightTable {
  /** Per code point: weight where there is exactly one; IMPLICIT; or -2 - offset of its length-prefixed list in `pool`. */
  readonly index: Int32Array;
  readonly pool: Uint16Array;

  constructor(
    data: string,
    readonly limit: number,
    /** Start weight of the implicit pair of a character that the table lacks. */
    readonly implicitBase: (cp: number) => number,
    readonly hangul: boolean,
  ) {
    this.index = new Int32Array(limit).fill(IMPLICIT);
    this.pool = decodeWeights(data, this.index);
  }
}

const IMPLICIT = -1;

/**
 * Deflated list of (code point - previous - 1, number of weights, zigzag differences of the weights), all varints. Fills `index` and
 * returns the pool of lists.
 */
function decodeWeights(data: string, index: Int32Array): Uint16Array {
  const b = inflateRawSync(Buffer.from(data, 'base64'));
  const pool: number[] = [];
  let p = 0;
  const varint = (): number => {
    let v = 0;
    for (let shift = 0; ; shift += 7) {
      const c = b[p++]!;
      v |= (c & 127) << shift;
      if (c < 128) return v;
    }
  };
  let cp = -1;
  let w = 0;
  while (p < b.length) {
    cp += varint() + 1;
    const n = b[p++]!;
    const at = pool.length;
    if (n !== 1) pool.push(n);
    for (let k = 0; k < n; k++) {
      const z = varint();
      w += (z & 1) === 0 ? z >>> 1 : -((z + 1) >>> 1);
      if (n !== 1) pool.push(w);
    }
    if (cp < index.length) index[cp] = n === 1 ? w : -2 - at;
  }
  return Uint16Array.from(pool);
}

/** Reads the weights of a byte string one after the other. */
class WeightCursor {
  private bytes: Uint8Array = new Uint8Array(0);
  private pos = 0;
  private end = 0;
  /** Rest of a list in the pool. */
  private at = 0;
  private left = 0;
  /** Rest of an implicit pair or of a Hangul syllable: code points or weights to come. */
  private pending = 0;
  private jamoV = 0;
  private jamoT = 0;

  constructor(private readonly table: WeightTable) {}

  start(b: Uint8Array, from: number, to: number): this {
    this.bytes = b;
    this.pos = from;
    this.end = to;
    this.left = this.pending = this.jamoV = this.jamoT = 0;
    return this;
  }

  /** The next weight, or 0 at the end. */
  next(): number {
    for (;;) {
      if (this.left > 0) {
        this.left--;
        return this.table.pool[this.at++]!;
      }
      if (this.pending !== 0) {
        const w = this.pending;
        this.pending = 0;
        return w;
      }
      let cp: number;
      if (this.jamoV !== 0) {
        cp = this.jamoV;
        this.jamoV = 0;
      } else if (this.jamoT !== 0) {
        cp = this.jamoT;
        this.jamoT = 0;
      } else {
        if (this.pos >= this.end) return 0;
        cp = codePointAt(this.bytes, this.pos);
        this.pos += codePointLength(this.bytes, this.pos, cp);
      }
      const w = this.first(cp);
      if (w > 0) return w;
    }
  }

  /** First weight of a character, 0 if it has none; the rest is left pending. */
  private first(cp: number): number {
    const t = this.table;
    if (cp >= t.limit) {
      if (t.limit <= 0x10000) return 0xfffd;
    } else {
      const e = t.index[cp]!;
      if (e >= 0) return e;
      if (e !== IMPLICIT) {
        const at = -2 - e;
        const n = t.pool[at]!;
        if (n === 0) return 0;
        this.at = at + 2;
        this.left = n - 1;
        return t.pool[at + 1]!;
      }
      if (t.hangul && cp >= 0xac00 && cp <= 0xd7a3) {
        const s = cp - 0xac00;
        this.jamoV = 0x1161 + Math.floor((s % 588) / 28);
        this.jamoT = s % 28 === 0 ? 0 : 0x11a7 + (s % 28);
        return this.first(0x1100 + Math.floor(s / 588));
      }
    }
    this.pending = (cp & 0x7fff) | 0x8000;
    return t.implicitBase(cp) + (cp >>> 15);
  }
}

function ucaScheme(makeTable: () => WeightTable, padSpace: boolean): CollationScheme {
  let table: WeightTable | null = null;
  let left!: WeightCursor;
  let right!: WeightCursor;
  /** Weight of each ASCII character, 0 where it has none. */
  const ascii = new Uint16Array(128);

  const load = (): void => {
    table = makeTable();
    left = new WeightCursor(table);
    right = new WeightCursor(table);
    for (let c = 0; c < 128; c++) {
      const e = table.index[c]!;
      ascii[c] = e > 0 ? e : 0;
    }
  };
  const limit = (b: Uint8Array, from: number, to: number): number => (padSpace ? trimEnd(b, from, to) : to);

  const compareAt: CollationScheme['compareAt'] = (a, af, at, b, bf, bt) => {
    if (table === null) load();
    const an = limit(a, af, at);
    const bn = limit(b, bf, bt);
    let i = af;
    let j = bf;
    while (i < an && j < bn) {
      const x = a[i]!;
      const y = b[j]!;
      if (x >= 128 || y >= 128) break;
      const p = ascii[x]!;
      const q = ascii[y]!;
      if (p === 0 || q === 0) break;
      if (p !== q) return p < q ? -1 : 1;
      i++;
      j++;
    }
    if (i >= an && j >= bn) return 0;
    left.start(a, i, an);
    right.start(b, j, bn);
    for (;;) {
      const p = left.next();
      const q = right.next();
      if (p !== q) return p < q ? -1 : 1;
      if (p === 0) return 0;
    }
  };

  return {
    isBinary: false,
    padSpace,
    sortLen: padSpace ? 8 : 0,
    compareAt,
    equalsAt: (a, af, at, b, bf, bt) => compareAt(a, af, at, b, bf, bt) === 0,

    hashAt(b, from, to) {
      if (table === null) load();
      const n = limit(b, from, to);
      let h = 0;
      let i = from;
      for (; i < n; i++) {
        const c = b[i]!;
        if (c >= 128) break;
        const w = ascii[c]!;
        if (w !== 0) h = hashStep(h, w);
      }
      if (i < n) {
        left.start(b, i, n);
        for (let w = left.next(); w !== 0; w = left.next()) h = hashStep(h, w);
      }
      return mix32(h);
    },

    sortKey(b) {
      if (table === null) load();
      const n = limit(b, 0, b.length);
      let out = new Uint8Array(n * 2 + 16);
      let at = 0;
      left.start(b, 0, n);
      for (let w = left.next(); w !== 0; w = left.next()) {
        if (at + 2 > out.length) {
          const next = new Uint8Array(out.length * 2);
          next.set(out);
          out = next;
        }
        out[at++] = w >>> 8;
        out[at++] = w & 255;
      }
      return out.slice(0, at);
    },

    charWeight(cp) {
      if (table === null) load();
      if (cp < 128 && ascii[cp] !== 0) return ascii[cp]!;
      // Up to three weights identify a character among those that compare equal to others.
      const b = ENCODER.encode(String.fromCodePoint(cp));
      left.start(b, 0, b.length);
      const x = left.next();
      const y = left.next();
      const z = left.next();
      return y === 0 ? x : x + y * 65536 + z * 4294967296;
    },
  };
}

const ENCODER = new TextEncoder();

const within = (cp: number, lo: number, hi: number): boolean => cp >= lo && cp <= hi;

/** Unified ideographs of Unicode 4, which implicit weights put before others. */
const implicit400 = (cp: number): number =>
  within(cp, 0x4e00, 0x9fa5) ? 0xfb40 : within(cp, 0x3400, 0x4db5) ? 0xfb80 : 0xfbc0;

/** The twelve compatibility characters that are unified ideographs. */
const UNIFIED_COMPATIBILITY: ReadonlySet<number> = new Set([
  0xfa0e, 0xfa0f, 0xfa11, 0xfa13, 0xfa14, 0xfa1f, 0xfa21, 0xfa23, 0xfa24, 0xfa27, 0xfa28, 0xfa29,
]);

const implicit900 = (cp: number): number =>
  within(cp, 0x4e00, 0x9fd5) || UNIFIED_COMPATIBILITY.has(cp)
    ? 0xfb40
    : within(cp, 0x3400, 0x4db5) || within(cp, 0x20000, 0x2a6d6) || within(cp, 0x2a700, 0x2cea1)
      ? 0xfb80
      : 0xfbc0;

export const unicodeCi: CollationScheme = ucaScheme(
  () => new WeightTable(UCA400_WEIGHTS, 0x10000, implicit400, false),
  true,
);
/** Those of 4.0 and the compatibility characters. */
const implicit520 = (cp: number): number => (UNIFIED_COMPATIBILITY.has(cp) ? 0xfb40 : implicit400(cp));

export const unicode520Ci: CollationScheme = ucaScheme(
  () => new WeightTable(UCA520_WEIGHTS, 0x30000, implicit520, false),
  true,
);
export const uca0900AiCi: CollationScheme = ucaScheme(
  () => new WeightTable(UCA900_WEIGHTS, 0x30000, implicit900, true),
  false,
);
