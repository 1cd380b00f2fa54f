import { intDatum } from './datum.js';
import type { DecInt } from './decimal.js';
import { decMax, decRescale, pow10, pow10Big } from './decimal.js';

/**
 * Numbers read from the beginning of a text, as MySQL converts strings: leading white space skipped, the longest numeric
 * prefix taken, the rest reported. Texts are bytes in any ASCII-compatible charset.
 */

const SPACE = 0x20;
const isSpace = (c: number): boolean => c === SPACE || (c >= 9 && c <= 13);
const isDigit = (c: number): boolean => c >= 0x30 && c <= 0x39;

const ENCODER = new TextEncoder();
const toBytes = (text: Uint8Array | string): Uint8Array =>
  typeof text === 'string' ? ENCODER.encode(text) : text;

export interface ParsedNumber<T> {
  readonly value: T;
  /** Something other than trailing space follows the number, or there is no number at all. */
  readonly truncated: boolean;
  /** No digit was found: the value is 0. */
  readonly empty: boolean;
  /** The value does not fit and was clamped. */
  readonly overflow: boolean;
}

/** Extent of the numeric prefix of `b`: [+-]digits[.digits][e[+-]digits]. */
interface Scan {
  negative: boolean;
  /** First digit or point. */
  start: number;
  /** Past the integer digits. */
  intEnd: number;
  /** First digit after the point; fracEnd === fracStart when none. */
  fracStart: number;
  fracEnd: number;
  exponent: number;
  end: number;
  digits: boolean;
}

function scan(b: Uint8Array): Scan {
  let p = 0;
  const n = b.length;
  while (p < n && isSpace(b[p]!)) p++;
  let negative = false;
  if (p < n && (b[p] === 0x2d || b[p] === 0x2b)) {
    negative = b[p] === 0x2d;
    p++;
  }
  const start = p;
  while (p < n && isDigit(b[p]!)) p++;
  const intEnd = p;
  let fracStart = p;
  let fracEnd = p;
  if (p < n && b[p] === 0x2e) {
    let q = p + 1;
    while (q < n && isDigit(b[q]!)) q++;
    if (q > p + 1 || intEnd > start) {
      fracStart = p + 1;
      fracEnd = q;
      p = q;
    }
  }
  const digits = intEnd > start || fracEnd > fracStart;
  let exponent = 0;
  if (digits && p < n && (b[p]! | 0x20) === 0x65) {
    let q = p + 1;
    let neg = false;
    if (q < n && (b[q] === 0x2d || b[q] === 0x2b)) {
      neg = b[q] === 0x2d;
      q++;
    }
    if (q < n && isDigit(b[q]!)) {
      let e = 0;
      for (; q < n && isDigit(b[q]!); q++) if (e < 100000) e = e * 10 + b[q]! - 0x30;
      exponent = neg ? -e : e;
      p = q;
    }
  }
  return { negative, start, intEnd, fracStart, fracEnd, exponent, end: digits ? p : 0, digits };
}

function trailing(b: Uint8Array, from: number): boolean {
  for (let i = from; i < b.length; i++) if (!isSpace(b[i]!)) return true;
  return false;
}

function ascii(b: Uint8Array, from: number, to: number): string {
  if (to - from > FEW_CHARACTERS)
    return Buffer.from(b.buffer, b.byteOffset + from, to - from).toString('latin1');
  let s = '';
  for (let i = from; i < to; i++) s += String.fromCharCode(b[i]!);
  return s;
}

/** Characters up to which a native call would cost more than it saves. */
const FEW_CHARACTERS = 100;
/** Digits of a text from which on only those are made a number of that matter: the time for all is more than proportional to them. */
const MANY_DIGITS = 1000;
/** Digits by which a double is rounded as by all that follow, given whether any of these is not 0 (there are at most 767 in half a unit). */
const DOUBLE_DIGITS = 800;
/** Digits after the point that are looked at to round to 81. */
const MAX_SCALE = 100;
/** More digits than a 64-bit integer has. */
const BEYOND_64_BITS = 10n ** 20n;

/** The digits of a number without its point and the zeros before the first other digit. */
function significant(b: Uint8Array, s: Scan): string {
  const all = ascii(b, s.start, s.intEnd) + ascii(b, s.fracStart, s.fracEnd);
  const first = all.search(/[1-9]/);
  return first < 0 ? '' : all.slice(first);
}

const I64_MAX = 9223372036854775807n;
const I64_MIN = -9223372036854775808n;
const U64_MAX = 18446744073709551615n;

/** Clamped to the 64-bit range. A fraction or exponent is rounded into the integer, as MySQL assigns strings to integer columns. */
export function parseInteger(text: Uint8Array | string, unsigned: boolean): ParsedNumber<number | bigint> {
  const b = toBytes(text);
  // Short plain digits: the common case of LOAD DATA and of quoted integers.
  const n = b.length;
  if (n > 0 && n <= 15) {
    let p = b[0] === 0x2d ? 1 : 0;
    const neg = p === 1;
    let v = 0;
    if (p < n) {
      for (; p < n; p++) {
        const d = b[p]! - 0x30;
        if (d < 0 || d > 9) break;
        v = v * 10 + d;
      }
      if (p === n && (!neg || !unsigned || v === 0)) {
        return { value: neg && v !== 0 ? -v : v, truncated: false, empty: false, overflow: false };
      }
    }
  }
  const d = parseDecimal(b);
  const r = decRescale(d.value.unscaled, d.value.scale, 0);
  const c = clampInteger(r, unsigned);
  return { value: c.value, truncated: d.truncated, empty: d.empty, overflow: d.overflow || c.overflow };
}

/**
 * The text as a decimal of the given scale where that is exact, plain and short: [-]digits[.digits], at most 15 digits in all and no
 * more than `scale` after the point. NaN otherwise: take the long way. For loading data.
 */
export function plainDecimal(b: Uint8Array, scale: number): number {
  const n = b.length;
  let p = n > 0 && b[0] === 0x2d ? 1 : 0;
  if (n - p > 16 || p === n) return NaN;
  const negative = p === 1;
  let v = 0;
  let digits = 0;
  let fraction = -1;
  for (; p < n; p++) {
    const d = b[p]! - 0x30;
    if (d >= 0 && d <= 9) {
      v = v * 10 + d;
      digits++;
      if (fraction >= 0) fraction++;
    } else if (d === -2 && fraction < 0) {
      fraction = 0;
    } else {
      return NaN;
    }
  }
  const up = scale - (fraction < 0 ? 0 : fraction);
  if (digits === 0 || up < 0 || digits + up > 15) return NaN;
  v *= pow10(up);
  return negative && v !== 0 ? -v : v;
}

/** Only the leading digits count: CAST('12.9e3x' AS SIGNED) is 12, and what follows the digits is a truncation. */
export function parseIntegerPrefix(
  text: Uint8Array | string,
  unsigned: boolean,
): ParsedNumber<number | bigint> {
  const b = toBytes(text);
  const s = scan(b);
  if (s.intEnd === s.start) {
    return { value: 0, truncated: trailing(b, 0) || b.length === 0, empty: true, overflow: false };
  }
  const len = s.intEnd - s.start;
  let v: DecInt;
  if (len <= 15) {
    let x = 0;
    for (let i = s.start; i < s.intEnd; i++) x = x * 10 + b[i]! - 0x30;
    v = s.negative && x !== 0 ? -x : x;
  } else {
    let first = s.start;
    while (first < s.intEnd && b[first] === 0x30) first++;
    const x = s.intEnd - first > 20 ? BEYOND_64_BITS : BigInt(ascii(b, first, s.intEnd));
    v = intDatum(s.negative ? -x : x);
  }
  const c = clampInteger(v, unsigned);
  return { value: c.value, truncated: trailing(b, s.intEnd), empty: false, overflow: c.overflow };
}

/** To the 64-bit range of the signedness. */
export function clampInteger(
  v: DecInt,
  unsigned: boolean,
): { readonly value: DecInt; readonly overflow: boolean } {
  if (unsigned) {
    if (v < 0) return { value: 0, overflow: true };
    if (v > U64_MAX) return { value: U64_MAX, overflow: true };
  } else {
    if (v > I64_MAX) return { value: I64_MAX, overflow: true };
    if (v < I64_MIN) return { value: I64_MIN, overflow: true };
  }
  return { value: v, overflow: false };
}

/** ±1.797e308 on overflow. */
export function parseDouble(text: Uint8Array | string): ParsedNumber<number> {
  const b = toBytes(text);
  const s = scan(b);
  if (!s.digits) return { value: 0, truncated: true, empty: true, overflow: false };
  const fracDigits = s.fracEnd - s.fracStart;
  const total = s.intEnd - s.start + fracDigits;
  let v: number;
  const e = s.exponent - fracDigits;
  if (total <= 15 && e >= -22 && e <= 22) {
    let x = 0;
    for (let i = s.start; i < s.intEnd; i++) x = x * 10 + b[i]! - 0x30;
    for (let i = s.fracStart; i < s.fracEnd; i++) x = x * 10 + b[i]! - 0x30;
    v = e < 0 ? x / pow10(-e) : x * pow10(e);
  } else {
    v = total > MANY_DIGITS ? doubleOf(significant(b, s), e) : Number(ascii(b, s.start, s.end));
  }
  const overflow = v === Infinity;
  if (overflow) v = Number.MAX_VALUE;
  return { value: s.negative ? -v : v, truncated: trailing(b, s.end), empty: false, overflow };
}

/** Of digits and an exponent of ten. */
function doubleOf(digits: string, exponent: number): number {
  if (digits.length <= DOUBLE_DIGITS) return Number(`${digits || '0'}e${exponent}`);
  const rest = /[1-9]/.test(digits.slice(DOUBLE_DIGITS)) ? '1' : '0';
  return Number(`${digits.slice(0, DOUBLE_DIGITS)}${rest}e${exponent + digits.length - DOUBLE_DIGITS - 1}`);
}

/**
 * With the scale the text has (exponent applied, at least 0). `overflow`: more than 65 digits before the point (clamped to
 * 10^65-1) or so many after it that they were cut to keep 81 in all.
 */
export function parseDecimal(
  text: Uint8Array | string,
): ParsedNumber<{ readonly unscaled: DecInt; readonly scale: number }> {
  const b = toBytes(text);
  const s = scan(b);
  if (!s.digits) return { value: { unscaled: 0, scale: 0 }, truncated: true, empty: true, overflow: false };
  const truncated = trailing(b, s.end);
  const fracDigits = s.fracEnd - s.fracStart;
  const intDigits = s.intEnd - s.start;
  let scale = fracDigits - s.exponent;
  if (intDigits + fracDigits <= 15) {
    let x = 0;
    for (let i = s.start; i < s.intEnd; i++) x = x * 10 + b[i]! - 0x30;
    for (let i = s.fracStart; i < s.fracEnd; i++) x = x * 10 + b[i]! - 0x30;
    if (s.negative && x !== 0) x = -x;
    if (scale >= 0 && scale <= 30)
      return { value: { unscaled: x, scale }, truncated, empty: false, overflow: false };
    if (x === 0) return { value: { unscaled: 0, scale: 0 }, truncated, empty: false, overflow: false };
    if (scale < 0 && -scale <= 65) {
      const u = decRescale(x, 0, -scale);
      return clampParsed(u, 0, truncated);
    }
    if (scale < 0) return clampParsed(s.negative ? -pow10Big(70) : pow10Big(70), 0, truncated);
    const cut = scale > 81 ? decRescale(x, scale, 81) : x;
    return { value: { unscaled: cut, scale: Math.min(scale, 81) }, truncated, empty: false, overflow: false };
  }
  let digits = significant(b, s);
  if (digits.length > MANY_DIGITS) {
    if (digits.length - scale > 70)
      return clampParsed(s.negative ? -pow10Big(70) : pow10Big(70), 0, truncated);
    const left = Math.max(0, digits.length - (scale - MAX_SCALE));
    // What is less than can be told is still a number that is not 0.
    if (left === 0) return clampParsed(0, 81, truncated);
    digits = digits.slice(0, left);
    scale = MAX_SCALE;
  }
  let v = BigInt(digits);
  if (s.negative) v = -v;
  if (v === 0n)
    return {
      value: { unscaled: 0, scale: Math.max(0, Math.min(scale, 30)) },
      truncated,
      empty: false,
      overflow: false,
    };
  if (scale < 0) {
    if (-scale > 100) return clampParsed(s.negative ? -pow10Big(70) : pow10Big(70), 0, truncated);
    v *= pow10Big(-scale);
    scale = 0;
  }
  if (scale > 81) {
    const r = scale > 100000 ? 0 : decRescale(v, scale, 81);
    return clampParsed(r, 81, truncated);
  }
  return clampParsed(intDatum(v), scale, truncated);
}

function clampParsed(
  u: DecInt,
  scale: number,
  truncated: boolean,
): ParsedNumber<{ readonly unscaled: DecInt; readonly scale: number }> {
  const limit = pow10Big(65 + scale);
  if (u >= limit || u <= -limit) {
    const m = decMax(65);
    return { value: { unscaled: u < 0 ? -m : m, scale: 0 }, truncated, empty: false, overflow: true };
  }
  return { value: { unscaled: u, scale }, truncated, empty: false, overflow: false };
}
