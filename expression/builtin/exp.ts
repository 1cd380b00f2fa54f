/**
 * e^x to the last digit: the nearest double in all but a few of a million cases, as the C library that MySQL computes with gives it.
 * Math.exp is one unit off in one case of ten. In double-double arithmetic (Dekker, "A floating-point technique for extending the available
 * precision"): x = k ln 2 + r, e^(r/256) - 1 by Taylor's series, squared eight times.
 */
export function exp(x: number): number {
  if (!(x > -745 && x < 710) || x === 0) return Math.exp(x);
  const k = Math.round(x * Math.LOG2E);
  // k times the upper part of ln 2 is exact: its last 32 bits are zero.
  const a = x - k * LN2_HIGH;
  const p = k * LN2_LOW;
  let high = a - p;
  const shift = high - a;
  let low = a - (high - shift) + (-p - shift) - productError(k, LN2_LOW, p);
  high /= PARTS;
  low /= PARTS;
  // t = 1 + r/2 (1 + r/3 (1 + …)), Horner's way.
  let t = 1;
  let tLow = 0;
  for (let n = TERMS; n >= 2; n--) {
    const product = t * high;
    const rest = productError(t, high, product) + t * low + tLow * high;
    const q = product / n;
    const back = q * n;
    const error = (product - back - productError(q, n, back) + rest) / n;
    t = 1 + q;
    tLow = q - (t - 1) + error;
    const sum = t + tLow;
    tLow -= sum - t;
    t = sum;
  }
  let e = t * high;
  let eLow = productError(t, high, e) + t * low + tLow * high;
  for (let i = 0; i < SQUARINGS; i++) {
    // (1 + e)^2 - 1
    const square = e * e;
    const error = productError(e, e, square) + 2 * e * eLow;
    const twice = 2 * e;
    const sum = twice + square;
    const rest = square - (sum - twice) + 2 * eLow + error;
    e = sum + rest;
    eLow = rest - (e - sum);
  }
  const one = 1 + e;
  return scaled(one + (1 - (one - (one - 1)) + (e - (one - 1)) + eLow), k);
}

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
