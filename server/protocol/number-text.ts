/**
 * Decimal text of integers written straight into a byte buffer. Callers have reserved room: 20 bytes for a plain
 * integer, 68 for a DECIMAL. Every function returns the position after what it wrote.
 */

const ZERO = 0x30;
const POW10: readonly number[] = Array.from({ length: 16 }, (_, i) => 10 ** i);

/** Digits of a non-negative 32-bit integer. */
function digits32(v: number): number {
  if (v < 100000) return v < 100 ? (v < 10 ? 1 : 2) : v < 1000 ? 3 : v < 10000 ? 4 : 5;
  return v < 10000000 ? (v < 1000000 ? 6 : 7) : v < 100000000 ? 8 : v < 1000000000 ? 9 : 10;
}

/** Exactly `width` digits of `v` < 2^31, zero-padded. */
export function writePadded(b: Buffer, p: number, v: number, width: number): number {
  let rest = v | 0;
  for (let i = p + width - 1; i >= p; i--) {
    const q = (rest / 10) | 0;
    b[i] = ZERO + (rest - q * 10);
    rest = q;
  }
  return p + width;
}

/** A non-negative integer below 2^53. */
export function writeUint(b: Buffer, p: number, v: number): number {
  if (v < 0x80000000) return v < 10 ? ((b[p] = ZERO + v), p + 1) : writePadded(b, p, v, digits32(v));
  const high = Math.floor(v / 1e9);
  return writePadded(b, writeUint(b, p, high), v - high * 1e9, 9);
}

/** An integer within ±(2^53-1). */
export function writeInt(b: Buffer, p: number, v: number): number {
  if (v >= 0) return writeUint(b, p, v);
  b[p] = 0x2d;
  return writeUint(b, p + 1, -v);
}

const TEN9 = 1000000000n;
const TEN18 = 1000000000000000000n;

/** A bigint of at most 64 bits. */
export function writeBigInt(b: Buffer, p: number, v: bigint): number {
  if (v < 0n) {
    b[p++] = 0x2d;
    v = -v;
  }
  if (v < TEN9) return writeUint(b, p, Number(v));
  if (v >= TEN18) {
    const top = v / TEN18;
    p = writeUint(b, p, Number(top));
    v -= top * TEN18;
    const high = Number(v / TEN9);
    return writePadded(b, writePadded(b, p, high, 9), Number(v % TEN9), 9);
  }
  const high = Number(v / TEN9);
  return writePadded(b, writeUint(b, p, high), Number(v % TEN9), 9);
}

/** Zero-padded digits of `v` < 10^15, `width` of them at most 15. */
function writePaddedWide(b: Buffer, p: number, v: number, width: number): number {
  if (width <= 9) return writePadded(b, p, v, width);
  const high = Math.floor(v / 1e9);
  return writePadded(b, writePadded(b, p, high, width - 9), v - high * 1e9, 9);
}

/** A DECIMAL held as integer * 10^scale, within ±(2^53-1). */
export function writeScaled(b: Buffer, p: number, v: number, scale: number): number {
  if (v < 0) {
    b[p++] = 0x2d;
    v = -v;
  }
  if (scale === 0) return writeUint(b, p, v);
  if (scale > 15) return writeScaledText(b, p, String(v), scale);
  const unit = POW10[scale]!;
  const whole = Math.floor(v / unit);
  p = writeUint(b, p, whole);
  b[p++] = 0x2e;
  return writePaddedWide(b, p, v - whole * unit, scale);
}

/** A DECIMAL too wide for a double. */
export function writeScaledBig(b: Buffer, p: number, v: bigint, scale: number): number {
  if (v < 0n) {
    b[p++] = 0x2d;
    v = -v;
  }
  return writeScaledText(b, p, v.toString(), scale);
}

function writeScaledText(b: Buffer, p: number, digits: string, scale: number): number {
  const text = digits.length <= scale ? digits.padStart(scale + 1, '0') : digits;
  const point = text.length - scale;
  for (let i = 0; i < text.length; i++) {
    if (i === point) b[p++] = 0x2e;
    b[p++] = text.charCodeAt(i);
  }
  return p;
}

/** Text known to be ASCII. */
export function writeAscii(b: Buffer, p: number, text: string): number {
  for (let i = 0; i < text.length; i++) b[p++] = text.charCodeAt(i);
  return p;
}
