/**
 * TSO timestamps are 64-bit. At the RPC surface they are bigint; inside the engine they are two unsigned 32-bit halves, so
 * that comparing versions on a scan neither allocates nor leaves the integer fast path. The scratch cell converts without
 * BigInt arithmetic.
 */
const cell = new BigUint64Array(1);
const halves = new Uint32Array(cell.buffer);
const LOW = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 0 : 1;
const HIGH = 1 - LOW;

export function highHalf(ts: bigint): number {
  cell[0] = ts;
  return halves[HIGH]!;
}

export function lowHalf(ts: bigint): number {
  cell[0] = ts;
  return halves[LOW]!;
}

export function joinHalves(hi: number, lo: number): bigint {
  halves[HIGH] = hi;
  halves[LOW] = lo;
  return cell[0]!;
}

/** Physical part in milliseconds since the epoch; the low 18 bits of a timestamp are its logical counter. */
export const LOGICAL_BITS = 18n;

export function physicalMs(ts: bigint): number {
  return Number(ts >> LOGICAL_BITS);
}

export function readUint32BE(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

export function writeUint32BE(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = (value >>> 16) & 255;
  bytes[at + 2] = (value >>> 8) & 255;
  bytes[at + 3] = value & 255;
}

export const MAX_UINT32 = 0xffffffff;
export const MAX_TS = 0xffff_ffff_ffff_ffffn;
