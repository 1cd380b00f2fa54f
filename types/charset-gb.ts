import iconv from 'iconv-lite';

/** Multi-byte structure of GBK and GB 18030: where characters begin, and which byte sequences are characters. */

/** Bytes of the GBK character at `i`; a broken one counts as a byte. */
export function gbkCharLen(b: Uint8Array, i: number): number {
  const c = b[i]!;
  if (c < 0x81 || c > 0xfe || i + 1 >= b.length) return 1;
  const d = b[i + 1]!;
  return d >= 0x40 && d <= 0xfe && d !== 0x7f ? 2 : 1;
}

/** Bytes of the GB 18030 character at `i`; a broken one counts as a byte. */
export function gb18030CharLen(b: Uint8Array, i: number, end = b.length): number {
  const c = b[i]!;
  if (c < 0x81 || c > 0xfe || i + 1 >= end) return 1;
  const d = b[i + 1]!;
  if (d >= 0x40 && d <= 0xfe && d !== 0x7f) return 2;
  if (d < 0x30 || d > 0x39 || i + 3 >= end) return 1;
  const e = b[i + 2]!;
  const f = b[i + 3]!;
  return e >= 0x81 && e <= 0xfe && f >= 0x30 && f <= 0x39 ? 4 : 1;
}

/** Number of a four-byte character, 81308130 being 0. */
export const gb18030Linear = (b: Uint8Array, i: number): number =>
  (((b[i]! - 0x81) * 10 + b[i + 1]! - 0x30) * 126 + b[i + 2]! - 0x81) * 10 + b[i + 3]! - 0x30;

/** Four-byte characters up to here are of the BMP. */
const BMP_END = 39420;
/** The supplementary planes begin with 90308130. */
export const SUPPLEMENTARY = 189000;
const SUPPLEMENTARY_END = SUPPLEMENTARY + 0x100000;

type CharLength = (b: Uint8Array, i: number) => number;

export const structureOf = (
  charLen: CharLength,
): {
  charLength: (b: Uint8Array) => number;
  offsetOf: (b: Uint8Array, n: number) => number;
} => ({
  charLength: (b) => {
    let n = 0;
    for (let i = 0; i < b.length; i += charLen(b, i)) n++;
    return n;
  },
  offsetOf: (b, n) => {
    let i = 0;
    for (let k = 0; k < n && i < b.length; k++) i += charLen(b, i);
    return i;
  },
});

export function gbkInvalidAt(b: Uint8Array): number {
  for (let i = 0; i < b.length;) {
    const n = gbkCharLen(b, i);
    if (n === 1 && b[i]! >= 0x80) return i;
    i += n;
  }
  return -1;
}

/** First byte that is no character or one that Unicode lacks, or -1. */
export function gb18030InvalidAt(b: Uint8Array): number {
  for (let i = 0; i < b.length;) {
    const n = gb18030CharLen(b, i);
    if (n === 1 && b[i]! >= 0x80) return i;
    if (n === 4) {
      const k = gb18030Linear(b, i);
      if (k >= SUPPLEMENTARY_END || (k >= BMP_END && k < SUPPLEMENTARY)) return i;
    }
    i += n;
  }
  return -1;
}

/** Bytes at `i` that an error message shows as the wrong character. */
export const gbkWrongLength = (b: Uint8Array, i: number): number => Math.min(2, b.length - i);
export const gb18030WrongLength = (b: Uint8Array, i: number): number => gb18030CharLen(b, i);

export const gbkEncode = (s: string): Uint8Array => iconv.encode(s, 'gbk');
/** The areas that GBK leaves to the user have no Unicode characters in MySQL. */
export const gbkDecode = (b: Uint8Array): string =>
  iconv.decode(Buffer.from(b.includes(0x80) ? withoutEuro(b) : b), 'gbk').replace(/[\ue000-\uf8ff]/g, '?');

/** 0x80 begins no character of MySQL's GBK, though it is the euro sign of code page 936: it and its second byte are one `?`. */
function withoutEuro(b: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let i = 0; i < b.length;) {
    const n = gbkCharLen(b, i);
    if (b[i] === 0x80) {
      out.push(0x3f);
      i += 2;
      continue;
    }
    for (let k = 0; k < n; k++) out.push(b[i + k]!);
    i += n;
  }
  return Uint8Array.from(out);
}

export function gb18030Encode(s: string): Uint8Array {
  return iconv.encode(s, 'gb18030');
}
export function gb18030Decode(b: Uint8Array): string {
  return iconv.decode(Buffer.from(b), 'gb18030');
}
