import { intDatum, isZero } from './datum.js';

/**
 * Exact DECIMAL arithmetic. A decimal is (unscaled integer, scale); the integer is a `number` within ±(2^53-1) and a
 * `bigint` beyond ("canonical", see datum.ts). Every function here takes either form and returns the canonical one.
 * Rounding is half away from zero, MySQL's for exact values (manual, "Precision Math: Rounding Behavior").
 */
export type DecInt = number | bigint;

export const MAX_DECIMAL_PRECISION = 65;
export const MAX_DECIMAL_SCALE = 30;

const MAX = Number.MAX_SAFE_INTEGER;
const POW_NUMBER: readonly number[] = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
const POW_BIG: bigint[] = [];

/** 10^n exactly as a double, 0 <= n <= 22. */
export const pow10 = (n: number): number => POW_NUMBER[n]!;

/** 10^n, n >= 0. */
export function pow10Big(n: number): bigint {
  while (POW_BIG.length <= n) POW_BIG.push(POW_BIG.length === 0 ? 1n : POW_BIG[POW_BIG.length - 1]! * 10n);
  return POW_BIG[n]!;
}

const big = (v: DecInt): bigint => (typeof v === 'bigint' ? v : BigInt(v));

/** v * 10^n. */
function scaleUp(v: DecInt, n: number): DecInt {
  if (n === 0 || v === 0) return v;
  if (typeof v === 'number' && n <= 15) {
    const r = v * POW_NUMBER[n]!;
    if (r <= MAX && r >= -MAX) return r;
  }
  return intDatum(big(v) * pow10Big(n));
}

/** a / b rounded half away from zero. */
function divRound(a: bigint, b: bigint): bigint {
  const q = a / b;
  const r = a - q * b;
  const twice = r < 0n ? -2n * r : 2n * r;
  if (twice < (b < 0n ? -b : b)) return q;
  return a < 0n === b < 0n ? q + 1n : q - 1n;
}

/**
 * Number quotient, |a| and |b| within 2^53: the double quotient is off by at most one, and then q*b stays within 2^53,
 * so that the remainder is exact and shows it.
 */
function divTruncNumber(a: number, b: number): number {
  const q = Math.trunc(a / b);
  const r = a - q * b;
  if (r !== 0 && r < 0 !== a < 0) return q - (a < 0 === b < 0 ? 1 : -1);
  return q;
}

function divRoundNumber(a: number, b: number): number {
  const q = divTruncNumber(a, b);
  const r = Math.abs(a - q * b);
  if (r >= Math.abs(b) - r) return a < 0 === b < 0 ? q + 1 : q - 1;
  return q === 0 ? 0 : q;
}

/** The value at another scale, rounded where digits are lost. */
export function decRescale(v: DecInt, from: number, to: number): DecInt {
  if (from === to) return v;
  if (to > from) return scaleUp(v, to - from);
  const n = from - to;
  if (typeof v === 'number') {
    if (n > 15) return n === 16 && Math.abs(v) >= 5e15 ? (v < 0 ? -1 : 1) : 0;
    return divRoundNumber(v, POW_NUMBER[n]!);
  }
  return intDatum(divRound(v, pow10Big(n)));
}

/** The value at another scale, cut where digits are lost (TRUNCATE). */
export function decTruncate(v: DecInt, from: number, to: number): DecInt {
  if (from === to) return v;
  if (to > from) return scaleUp(v, to - from);
  const n = from - to;
  if (typeof v === 'number') {
    if (n > 15) return 0;
    const q = divTruncNumber(v, POW_NUMBER[n]!);
    return q === 0 ? 0 : q;
  }
  return intDatum(v / pow10Big(n));
}

/** Largest integer <= v, scale 0. */
export function decFloor(v: DecInt, scale: number): DecInt {
  const t = decTruncate(v, scale, 0);
  return v < 0 && decCompare(t, 0, v, scale) !== 0 ? decSub(t, 0, 1, 0) : t;
}

/** Smallest integer >= v, scale 0. */
export function decCeil(v: DecInt, scale: number): DecInt {
  const t = decTruncate(v, scale, 0);
  return v > 0 && decCompare(t, 0, v, scale) !== 0 ? decAdd(t, 0, 1, 0) : t;
}

/** ROUND(v, places) at scale max(0, min(places, scale)); negative places clear digits left of the point. */
export function decRound(v: DecInt, scale: number, places: number): DecInt {
  if (places >= scale) return v;
  const r = decRescale(v, scale, Math.max(places, -MAX_DECIMAL_PRECISION - 1));
  return places >= 0 ? r : scaleUp(r, Math.min(-places, MAX_DECIMAL_PRECISION + 1));
}

/** -1, 0 or 1. */
export function decCompare(a: DecInt, as: number, b: DecInt, bs: number): number {
  if (as !== bs) {
    if (as < bs) a = scaleUp(a, bs - as);
    else b = scaleUp(b, as - bs);
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** a + b at scale max(as, bs). */
export function decAdd(a: DecInt, as: number, b: DecInt, bs: number): DecInt {
  if (as < bs) a = scaleUp(a, bs - as);
  else if (bs < as) b = scaleUp(b, as - bs);
  if (typeof a === 'number' && typeof b === 'number') {
    const r = a + b;
    if (r <= MAX && r >= -MAX) return r;
  }
  return intDatum(big(a) + big(b));
}

/** a - b at scale max(as, bs). */
export function decSub(a: DecInt, as: number, b: DecInt, bs: number): DecInt {
  if (as < bs) a = scaleUp(a, bs - as);
  else if (bs < as) b = scaleUp(b, as - bs);
  if (typeof a === 'number' && typeof b === 'number') {
    const r = a - b;
    if (r <= MAX && r >= -MAX) return r;
  }
  return intDatum(big(a) - big(b));
}

/** a * b at scale `as + bs`; rescale for a narrower one. */
export function decMul(a: DecInt, b: DecInt): DecInt {
  if (typeof a === 'number' && typeof b === 'number') {
    const r = a * b;
    if (r <= MAX && r >= -MAX) return r === 0 ? 0 : r;
  }
  return intDatum(big(a) * big(b));
}

/** a / b rounded to `scale`; null when b is 0. */
export function decDiv(a: DecInt, as: number, b: DecInt, bs: number, scale: number): DecInt | null {
  if (isZero(b)) return null;
  const up = scale + bs - as;
  if (up >= 0) a = scaleUp(a, up);
  else b = scaleUp(b, -up);
  if (typeof a === 'number' && typeof b === 'number') return divRoundNumber(a, b);
  return intDatum(divRound(big(a), big(b)));
}

/** a / b cut to `scale`; null when b is 0. With scale 0 it is DIV. */
export function decDivTruncate(a: DecInt, as: number, b: DecInt, bs: number, scale: number): DecInt | null {
  if (isZero(b)) return null;
  const up = scale + bs - as;
  if (up >= 0) a = scaleUp(a, up);
  else b = scaleUp(b, -up);
  if (typeof a === 'number' && typeof b === 'number') {
    const q = divTruncNumber(a, b);
    return q === 0 ? 0 : q;
  }
  return intDatum(big(a) / big(b));
}

/**
 * Digits after the point that MySQL keeps inside a division before the result is rounded to its declared scale: both
 * operands' fractions rounded up to whole 9-digit words plus `increment` rounded up. Thus (1/3)*3 is 1.0000.
 */
export function decDivInternalScale(as: number, bs: number, increment: number): number {
  const words = (n: number): number => Math.ceil(n / 9);
  const fa = words(as) * 9;
  const fb = words(bs) * 9;
  const inc = Math.max(0, increment - (fa - as + fb - bs));
  return words(fa + fb + inc) * 9;
}

/**
 * The division to use for quotients of these scales at a declared one. MySQL cuts quotients at the end of a 9-digit word and rounds
 * what it shows of them: where the declared scale ends with the word, they are cut (2.00000/3 is 0.666666666).
 */
export const quotientAt = (as: number, bs: number, scale: number): typeof decDiv =>
  scale % 9 === 0 && decDivInternalScale(as, bs, Math.max(0, scale - as)) === scale ? decDivTruncate : decDiv;

/** Remainder with the sign of `a` at scale max(as, bs); null when b is 0. */
export function decMod(a: DecInt, as: number, b: DecInt, bs: number): DecInt | null {
  if (isZero(b)) return null;
  if (as < bs) a = scaleUp(a, bs - as);
  else if (bs < as) b = scaleUp(b, as - bs);
  if (typeof a === 'number' && typeof b === 'number') {
    const r = a % b;
    return r === 0 ? 0 : r;
  }
  return intDatum(big(a) % big(b));
}

export function decNeg(a: DecInt): DecInt {
  return isZero(a) ? 0 : -a;
}

export function decAbs(a: DecInt): DecInt {
  return a < 0 ? -a : a;
}

/** Decimal digits of |v|; 1 for 0. */
export function decDigits(v: DecInt): number {
  if (typeof v === 'number') {
    const a = Math.abs(v);
    let n = 1;
    while (n < 16 && a >= POW_NUMBER[n]!) n++;
    return n;
  }
  return (v < 0n ? -v : v).toString().length;
}

/** The largest unscaled value of DECIMAL(precision): 10^precision - 1. */
export function decMax(precision: number): DecInt {
  return precision <= 15 ? POW_NUMBER[precision]! - 1 : intDatum(pow10Big(precision) - 1n);
}

/** Whether the unscaled value has at most `precision` digits. */
export function decFits(v: DecInt, precision: number): boolean {
  if (typeof v === 'number')
    return precision >= 16 || (v < POW_NUMBER[precision]! && v > -POW_NUMBER[precision]!);
  const m = pow10Big(precision);
  return v < m && v > -m;
}

/** The nearest double. */
export function decToNumber(v: DecInt, scale: number): number {
  // Both operands exact in a double: IEEE division rounds correctly.
  if (typeof v === 'number' && scale <= 22) return v / POW_NUMBER[scale]!;
  return Number(decToString(v, scale));
}

export interface Decimal {
  readonly unscaled: DecInt;
  readonly scale: number;
}

/** Digits after the point up to which a double is tried as a whole number of hundredths, amounts of money most of all. */
const CENTS = 2;

/** The shortest decimal that reads back as `d` (finite), as MySQL's double to decimal conversion. Scale as needed, never negative, uncapped. */
export function decFromNumber(d: number): Decimal {
  if (Number.isSafeInteger(d)) return { unscaled: d === 0 ? 0 : d, scale: 0 };
  // A decimal of at most 15 digits is the only one of them that reads as its double, so it is the shortest that does.
  for (let scale = 1, power = 10; scale <= CENTS; scale++, power *= 10) {
    const unscaled = Math.round(d * power);
    if (unscaled / power === d && Math.abs(unscaled) < 1e15) return { unscaled, scale };
  }
  const text = String(d);
  const e = text.indexOf('e');
  const mantissa = e < 0 ? text : text.slice(0, e);
  const exp = e < 0 ? 0 : Number(text.slice(e + 1));
  const dot = mantissa.indexOf('.');
  const digits = dot < 0 ? mantissa : mantissa.slice(0, dot) + mantissa.slice(dot + 1);
  const scale = (dot < 0 ? 0 : mantissa.length - dot - 1) - exp;
  const v = intDatum(BigInt(digits));
  return scale >= 0 ? { unscaled: v, scale } : { unscaled: scaleUp(v, -scale), scale: 0 };
}

/** Plain notation with exactly `scale` digits after the point. */
export function decToString(v: DecInt, scale: number): string {
  if (scale === 0) return v.toString();
  const negative = v < 0;
  let s = (negative ? -v : v).toString();
  if (s.length <= scale) s = s.padStart(scale + 1, '0');
  const cut = s.length - scale;
  return `${negative ? '-' : ''}${s.slice(0, cut)}.${s.slice(cut)}`;
}
