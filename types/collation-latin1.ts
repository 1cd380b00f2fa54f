import iconv from 'iconv-lite';
import type { CollationScheme } from './collation-bytes.js';
import { hashStep, mix32, trimEnd } from './collation-bytes.js';
import { LATIN1_RUNS } from './collation-latin1-data.js';

/** Weight of each byte, from `first.count.difference` in hexadecimal. */
function weightsOf(runs: string): Uint8Array {
  const w = Uint8Array.from({ length: 256 }, (_, i) => i);
  for (const run of runs.split(' ')) {
    const [first, count, delta] = run.split('.') as [string, string, string];
    let c = parseInt(first, 16);
    for (let k = count === '' ? 1 : parseInt(count, 16); k > 0; k--, c++) w[c] = c + Number(delta);
  }
  return w;
}

/** Bytes of the code points beyond U+00FF that latin1, which is Windows-1252, has. */
let beyond: Map<number, number> | null = null;

function byteOf(cp: number): number {
  if (cp < 0x80 || (cp >= 0xa0 && cp <= 0xff)) return cp;
  if (beyond === null) {
    beyond = new Map();
    for (let b = 0x80; b < 0xa0; b++)
      beyond.set(iconv.decode(Buffer.of(b), 'windows-1252').codePointAt(0)!, b);
  }
  return beyond.get(cp) ?? -1;
}

/** A collation of a single-byte character set: one byte of weight each, PAD SPACE. */
function singleByteScheme(w: Uint8Array, byte: (cp: number) => number): CollationScheme {
  const compareAt: CollationScheme['compareAt'] = (a, af, at, b, bf, bt) => {
    const an = trimEnd(a, af, at);
    const bn = trimEnd(b, bf, bt);
    let i = af;
    let j = bf;
    for (; i < an && j < bn; i++, j++) {
      const d = w[a[i]!]! - w[b[j]!]!;
      if (d !== 0) return d < 0 ? -1 : 1;
    }
    return i < an ? 1 : j < bn ? -1 : 0;
  };
  return {
    isBinary: false,
    padSpace: true,
    sortLen: 1,
    compareAt,
    equalsAt: (a, af, at, b, bf, bt) => compareAt(a, af, at, b, bf, bt) === 0,
    hashAt(b, from, to) {
      const n = trimEnd(b, from, to);
      let h = 0;
      for (let i = from; i < n; i++) h = hashStep(h, w[b[i]!]!);
      return mix32(h);
    },
    sortKey(b) {
      const out = new Uint8Array(trimEnd(b, 0, b.length));
      for (let i = 0; i < out.length; i++) out[i] = w[b[i]!]!;
      return out;
    },
    charWeight: (cp) => {
      const c = byte(cp);
      // What the character set lacks is equal to itself only.
      return c < 0 ? cp + 256 : w[c]!;
    },
  };
}

const latin1 = (name: keyof typeof LATIN1_RUNS): CollationScheme =>
  singleByteScheme(weightsOf(LATIN1_RUNS[name]), byteOf);

export const latin1SwedishCi = latin1('latin1_swedish_ci');
export const latin1GeneralCi = latin1('latin1_general_ci');
export const latin1GeneralCs = latin1('latin1_general_cs');
export const latin1German1Ci = latin1('latin1_german1_ci');
export const latin1DanishCi = latin1('latin1_danish_ci');
export const latin1SpanishCi = latin1('latin1_spanish_ci');

/** ASCII without case. */
export const asciiGeneralCi = singleByteScheme(weightsOf('61.1a.-32'), (cp) => (cp < 0x80 ? cp : -1));
