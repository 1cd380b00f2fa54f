/**
 * e^x, logarithms and powers to the last digit: the nearest double in all but a few of a million cases, as the C library that MySQL computes
 * with gives it. Math.exp is one unit off in one case of ten, Math.log in one of 25 (LN(3)), Math.pow in one of ten. In double-double
 * arithmetic (Dekker, "A floating-point technique for extending the available precision").
 */

/** A double-double result: `high` is the nearest double, `low` what is missing. Valid until the next call. */
let high = 0;
let low = 0;

function normalize(a: number, b: number): void {
  high = a + b;
  const back = high - a;
  low = a - (high - back) + (b - back);
}

export function exp(x: number): number {
  if (!(x > -745 && x < 710) || x === 0) return Math.exp(x);
  const k = expMantissa(x, 0);
  return scaled(high + low, k);
}

/**
 * e^(x + rest) is `high` + `low`, times two to the power that is returned: x = k ln 2 + r, e^(r/256) - 1 by Taylor's series, squared eight
 * times.
 */
function expMantissa(x: number, rest: number): number {
  const k = Math.round(x * Math.LOG2E);
  // k times the upper part of ln 2 is exact: its last 32 bits are zero.
  const a = x - k * LN2_HIGH;
  const p = k * LN2_LOW;
  normalize(a, -p);
  const r = high / PARTS;
  const rLow = (low - productError(k, LN2_LOW, p) + rest) / PARTS;
  // t = 1 + r/2 (1 + r/3 (1 + …)), Horner's way.
  let t = 1;
  let tLow = 0;
  for (let n = TERMS; n >= 2; n--) {
    const product = t * r;
    const error = productError(t, r, product) + t * rLow + tLow * r;
    const q = product / n;
    const back = q * n;
    normalize(1, q);
    tLow = low + (product - back - productError(q, n, back) + error) / n;
    t = high + tLow;
    tLow -= t - high;
  }
  let e = t * r;
  let eLow = productError(t, r, e) + t * rLow + tLow * r;
  for (let i = 0; i < SQUARINGS; i++) {
    // (1 + e)^2 - 1
    const square = e * e;
    const error = productError(e, e, square) + 2 * e * eLow;
    const twice = 2 * e;
    const sum = twice + square;
    const missing = square - (sum - twice) + 2 * eLow + error;
    e = sum + missing;
    eLow = missing - (e - sum);
  }
  normalize(1, e);
  normalize(high, low + eLow);
  return k;
}

/** ln m as `high` + `low`, for m between the roots of 1/2 and 2: one step of Newton's from Math.log. */
function logMantissa(m: number): void {
  const y = Math.log(m);
  const k = expMantissa(y, 0);
  const factor = 2 ** k;
  const e = high * factor;
  const d = (m - e - low * factor) / e;
  normalize(y, d - (d * d) / 2);
}

/** x as m 2^k with m between the roots of 1/2 and 2: k; m is x / 2^k. */
function binaryExponent(x: number): number {
  const k = Math.round(Math.log2(x));
  return Number.isFinite(k) ? k : 0;
}

const mantissa = (x: number, k: number): number =>
  k < -1000 ? (x * 2 ** 1000) / 2 ** (k + 1000) : k > 1000 ? x / 2 ** 1000 / 2 ** (k - 1000) : x / 2 ** k;

/** ln x as `high` + `low`, for a finite x above zero. */
function logPair(x: number): void {
  const k = binaryExponent(x);
  logMantissa(mantissa(x, k));
  if (k === 0) return;
  const p = k * LN2_LOW;
  const missing = low + productError(k, LN2_LOW, p);
  const h = high;
  normalize(k * LN2_HIGH, p);
  const pLow = low;
  normalize(high, h);
  normalize(high, low + pLow + missing);
}

export function log(x: number): number {
  if (!(x > 0 && x < Infinity) || x === 1) return Math.log(x);
  logPair(x);
  return high;
}

export function log2(x: number): number {
  if (!(x > 0 && x < Infinity)) return Math.log2(x);
  const k = binaryExponent(x);
  const m = mantissa(x, k);
  if (m === 1) return k;
  logMantissa(m);
  const h = high * LOG2_E;
  const l = productError(high, LOG2_E, h) + high * LOG2_E_LOW + low * LOG2_E;
  normalize(k, h);
  return high + (low + l);
}

/** x^y = e^(y ln x). */
export function pow(x: number, y: number): number {
  if (x < 0 && Number.isFinite(y) && Number.isInteger(y)) return y % 2 === 0 ? pow(-x, y) : -pow(-x, y);
  if (!(x > 0 && x < Infinity) || !Number.isFinite(y) || x === 1 || y === 0) return x ** y;
  logPair(x);
  const product = high * y;
  if (!(product > -745 && product < 709.7)) return x ** y;
  const k = expMantissa(product, productError(high, y, product) + low * y);
  return scaled(high + low, k);
}

const LOG2_E = 1.4426950408889634;
const LOG2_E_LOW = 2.0355273740931033e-17;
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const SQUARINGS = 8;
const PARTS = 2 ** SQUARINGS;
/** (ln 2 / 512)^9 / 9! is beyond the digits of a double-double. */
const TERMS = 9;
/** Splits a double into halves whose products are exact. */
const SPLITTER = 134217729;

/** a * b - p exactly, p being their product as a double. */
function productError(a: number, b: number, p: number): number {
  const s = SPLITTER * a;
  const aHigh = s - (s - a);
  const aLow = a - aHigh;
  const u = SPLITTER * b;
  const bHigh = u - (u - b);
  const bLow = b - bHigh;
  return aHigh * bHigh - p + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

/** r * 2^k, where 2^k itself may be out of range. */
function scaled(r: number, k: number): number {
  if (k > 1023) return r * 2 * 2 ** (k - 1);
  return k < -1022 ? r * 2 ** (k + 60) * 2 ** -60 : r * 2 ** k;
}
