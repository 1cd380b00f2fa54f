import { intDatum } from '../../types/datum.js';
import type { ByteWriter } from './byte-writer.js';

/**
 * DECIMAL in MySQL's binary format (strings/decimal.c, decimal2bin): groups of nine decimal digits in four bytes big-endian,
 * a shorter group at either outer end, the sign bit flipped, negatives inverted. Byte order is numeric order for one precision
 * and scale, which TiDB writes as two bytes in front. Datums are unscaled integers (types/datum.ts).
 */

/** Bytes for 0..9 digits. */
const DIGIT_BYTES = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];

/** 10^0 … 10^22: exact doubles. */
export const POW10: readonly number[] = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
const BIG_POW10: readonly bigint[] = Array.from({ length: 82 }, (_, i) => 10n ** BigInt(i));
const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/** Bytes of the digits, without the precision and scale in front. */
export function decimalBinSize(precision: number, scale: number): number {
  const int = precision - scale;
  return ((int / 9) | 0) * 4 + DIGIT_BYTES[int % 9]! + ((scale / 9) | 0) * 4 + DIGIT_BYTES[scale % 9]!;
}

/** Precision byte, scale byte, digits. `v` is scaled by 10^scale. */
export function writeDecimal(w: ByteWriter, v: number | bigint, precision: number, scale: number): void {
  const size = decimalBinSize(precision, scale);
  w.ensure(size + 2);
  w.buf[w.len] = precision;
  w.buf[w.len + 1] = scale;
  const start = w.len + 2;
  w.len = start + size;
  const negative = v < 0;
  if (typeof v === 'number' && scale <= 15) {
    const abs = negative ? -v : v;
    const unit = POW10[scale]!;
    let int = Math.floor(abs / unit);
    let frac = abs - int * unit;
    // The quotient of large numbers may have been rounded up.
    if (frac < 0) {
      int--;
      frac += unit;
    }
    putDecimalDigits(w.buf, start, negative, int, precision - scale, frac, scale);
    return;
  }
  const abs = negative ? -BigInt(v) : BigInt(v);
  writeTextGroups(w.buf, start, abs.toString().padStart(precision, '0'), precision, scale);
  if (negative) for (let i = start; i < w.len; i++) w.buf[i] = ~w.buf[i]!;
  w.buf[start] = w.buf[start]! ^ 0x80;
}

function writeGroup(b: Uint8Array, p: number, v: number, bytes: number): number {
  if (bytes === 4) b[p++] = v >>> 24;
  if (bytes >= 3) b[p++] = v >>> 16;
  if (bytes >= 2) b[p++] = v >>> 8;
  if (bytes >= 1) b[p++] = v;
  return p;
}

/**
 * The digits of a decimal given as the integers before and behind its point, both below 2^53: `int` has `intDigits` digits in the
 * encoding, `frac` has `scale`, at most 15. Gives the position behind.
 */
export function putDecimalDigits(
  b: Uint8Array,
  start: number,
  negative: boolean,
  int: number,
  intDigits: number,
  frac: number,
  scale: number,
): number {
  const lead = DIGIT_BYTES[intDigits % 9]!;
  let p = start;
  if (intDigits < 9) p = writeGroup(b, p, int, lead);
  else {
    // Two groups hold what a double does.
    const high = int < 1e9 ? 0 : Math.floor(int / 1e9);
    const groups = (intDigits / 9) | 0;
    if (groups === 1) p = writeGroup(b, p, high, lead);
    else {
      for (const end = p + lead + (groups - 2) * 4; p < end;) b[p++] = 0;
      p = writeGroup(b, p, high, 4);
    }
    p = writeGroup(b, p, int - high * 1e9, 4);
  }
  if (scale >= 9) {
    const unit = POW10[scale - 9]!;
    const high = Math.floor(frac / unit);
    p = writeGroup(b, p, high, 4);
    p = writeGroup(b, p, frac - high * unit, DIGIT_BYTES[scale - 9]!);
  } else p = writeGroup(b, p, frac, DIGIT_BYTES[scale]!);
  if (negative) for (let i = start; i < p; i++) b[i] = ~b[i]!;
  b[start] = b[start]! ^ 0x80;
  return p;
}

function writeTextGroups(b: Uint8Array, p: number, text: string, precision: number, scale: number): void {
  const intDigits = precision - scale;
  let at = text.length - precision;
  const put = (digits: number): void => {
    if (digits === 0) return;
    const bytes = DIGIT_BYTES[digits]!;
    writeGroup(b, p, Number(text.slice(Math.max(at, 0), at + digits) || '0'), bytes);
    at += digits;
    p += bytes;
  };
  put(intDigits % 9);
  for (let d = intDigits; d >= 9; d -= 9) put(9);
  for (let d = scale; d >= 9; d -= 9) put(9);
  put(scale % 9);
}

/** Bytes of the encoding at `p`, precision and scale included. */
export function decimalLength(b: Uint8Array, p: number): number {
  return 2 + decimalBinSize(b[p]!, b[p + 1]!);
}

function readGroup(b: Uint8Array, p: number, bytes: number, mask: number): number {
  let v = 0;
  for (let i = 0; i < bytes; i++) v = ((v << 8) | ((b[p + i]! ^ mask) & 0xff)) >>> 0;
  return v;
}

/** The encoding at `p` as a datum of scale `scale`. No bigint is made for values within 2^53. */
export function readDecimal(b: Uint8Array, p: number, scale: number): number | bigint {
  const precision = b[p]!;
  const storedScale = b[p + 1]!;
  const start = p + 2;
  const first = b[start]!;
  const negative = (first & 0x80) === 0;
  const mask = negative ? 0xff : 0;
  const intDigits = precision - storedScale;
  let q = start;
  let acc = 0;
  let big = 0n;
  let wide = false;
  let digits = intDigits % 9;
  let left = intDigits - digits;
  let inFraction = false;
  for (;;) {
    if (digits > 0) {
      const bytes = DIGIT_BYTES[digits]!;
      let g: number;
      if (q === start) {
        // The sign bit is flipped against the rest.
        g = (first ^ 0x80 ^ mask) & 0xff;
        for (let i = 1; i < bytes; i++) g = ((g << 8) | ((b[q + i]! ^ mask) & 0xff)) >>> 0;
      } else {
        g = readGroup(b, q, bytes, mask);
      }
      q += bytes;
      if (!wide && acc * POW10[digits]! + g <= MAX_SAFE) acc = acc * POW10[digits]! + g;
      else {
        if (!wide) {
          wide = true;
          big = BigInt(acc);
        }
        big = big * BIG_POW10[digits]! + BigInt(g);
      }
    }
    if (left === 0) {
      if (inFraction) break;
      inFraction = true;
      left = storedScale;
    }
    if (left === 0) break;
    digits = left >= 9 ? 9 : left;
    left -= digits;
  }
  if (!wide && storedScale === scale) return negative && acc !== 0 ? -acc : acc;
  let v = wide ? big : BigInt(acc);
  if (scale > storedScale) v *= BIG_POW10[scale - storedScale]!;
  else if (scale < storedScale) {
    const unit = BIG_POW10[storedScale - scale]!;
    v = (v + unit / 2n) / unit;
  }
  return intDatum(negative ? -v : v);
}
