import type { ByteWriter } from './byte-writer.js';

/**
 * Numbers as TiDB encodes them (util/codec/number.go, float.go): 8 bytes big-endian with the sign bit flipped so that byte
 * order is numeric order, or little-endian compact and varint forms inside values. Integers are `number` within
 * ±(2^53-1) and `bigint` beyond.
 */

const TWO32 = 0x1_0000_0000;
const MASK32 = 0xffff_ffffn;
const f64 = new Float64Array(1);
const u32 = new Uint32Array(f64.buffer);
/** Words of a double in memory order. */
const HI = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;
const LO = 1 - HI;

/** High word of an integer's two's complement; the low word is `v >>> 0` for numbers. */
export const highWord = (v: number): number => Math.floor(v / TWO32);

export function writeIntKey(w: ByteWriter, v: number | bigint): void {
  if (typeof v === 'number') {
    w.u32be((highWord(v) ^ 0x8000_0000) >>> 0);
    w.u32be(v >>> 0);
  } else {
    w.u32be((Number((v >> 32n) & MASK32) ^ 0x8000_0000) >>> 0);
    w.u32be(Number(v & MASK32));
  }
}

export function writeUintKey(w: ByteWriter, v: number | bigint): void {
  if (typeof v === 'number') {
    w.u32be(highWord(v));
    w.u32be(v >>> 0);
  } else {
    w.u32be(Number((v >> 32n) & MASK32));
    w.u32be(Number(v & MASK32));
  }
}

export const readU32be = (b: Uint8Array, p: number): number =>
  b[p]! * 0x100_0000 + ((b[p + 1]! << 16) | (b[p + 2]! << 8) | b[p + 3]!);

export const readU32le = (b: Uint8Array, p: number): number =>
  (b[p]! | (b[p + 1]! << 8) | (b[p + 2]! << 16)) + b[p + 3]! * 0x100_0000;

/** The canonical datum of a signed 64-bit integer given as words; `hi` signed. */
export function int64Of(hi: number, lo: number): number | bigint {
  if (hi >= -0x20_0000 && hi < 0x20_0000 && !(hi === -0x20_0000 && lo === 0)) return hi * TWO32 + lo;
  return (BigInt(hi) << 32n) | BigInt(lo);
}

/** The canonical datum of an unsigned 64-bit integer given as words. */
export function uint64Of(hi: number, lo: number): number | bigint {
  return hi < 0x20_0000 ? hi * TWO32 + lo : (BigInt(hi) << 32n) | BigInt(lo);
}

export function readIntKey(b: Uint8Array, p: number): number | bigint {
  return int64Of((readU32be(b, p) ^ 0x8000_0000) | 0, readU32be(b, p + 4));
}

export function readUintKey(b: Uint8Array, p: number): number | bigint {
  return uint64Of(readU32be(b, p), readU32be(b, p + 4));
}

/** Comparable double: sign bit set for v >= 0, else all bits inverted (-0 sorts as 0). */
export function writeFloatKey(w: ByteWriter, v: number): void {
  f64[0] = v;
  if (v >= 0) {
    w.u32be((u32[HI]! | 0x8000_0000) >>> 0);
    w.u32be(u32[LO]!);
  } else {
    w.u32be(~u32[HI]! >>> 0);
    w.u32be(~u32[LO]! >>> 0);
  }
}

export function readFloatKey(b: Uint8Array, p: number): number {
  const hi = readU32be(b, p);
  const lo = readU32be(b, p + 4);
  if (hi >= 0x8000_0000) {
    u32[HI] = hi & 0x7fff_ffff;
    u32[LO] = lo;
  } else {
    u32[HI] = ~hi;
    u32[LO] = ~lo;
  }
  return f64[0]!;
}

/** Row format: the smallest of 1, 2, 4, 8 little-endian bytes that hold the signed value. */
export function writeCompactInt(w: ByteWriter, v: number | bigint): void {
  if (typeof v === 'number') {
    if (v >= -0x80 && v <= 0x7f) w.u8(v & 0xff);
    else if (v >= -0x8000 && v <= 0x7fff) writeLe(w, v, 2);
    else if (v >= -0x8000_0000 && v <= 0x7fff_ffff) writeLe(w, v, 4);
    else write64le(w, highWord(v), v >>> 0);
  } else {
    write64le(w, Number((v >> 32n) & MASK32), Number(v & MASK32));
  }
}

export function writeCompactUint(w: ByteWriter, v: number | bigint): void {
  if (typeof v === 'number') {
    if (v <= 0xff) w.u8(v);
    else if (v <= 0xffff) writeLe(w, v, 2);
    else if (v <= 0xffff_ffff) writeLe(w, v, 4);
    else write64le(w, highWord(v), v >>> 0);
  } else {
    write64le(w, Number((v >> 32n) & MASK32), Number(v & MASK32));
  }
}

function writeLe(w: ByteWriter, v: number, n: number): void {
  w.ensure(n);
  for (let i = 0; i < n; i++) w.buf[w.len++] = v >>> (8 * i);
}

function write64le(w: ByteWriter, hi: number, lo: number): void {
  writeLe(w, lo, 4);
  writeLe(w, hi, 4);
}

export function readCompactInt(b: Uint8Array, start: number, end: number): number | bigint {
  switch (end - start) {
    case 1:
      return (b[start]! << 24) >> 24;
    case 2:
      return ((b[start]! | (b[start + 1]! << 8)) << 16) >> 16;
    case 4:
      return b[start]! | (b[start + 1]! << 8) | (b[start + 2]! << 16) | (b[start + 3]! << 24);
    default:
      return int64Of(readU32le(b, start + 4) | 0, readU32le(b, start));
  }
}

export function readCompactUint(b: Uint8Array, start: number, end: number): number | bigint {
  switch (end - start) {
    case 1:
      return b[start]!;
    case 2:
      return b[start]! | (b[start + 1]! << 8);
    case 4:
      return readU32le(b, start);
    default:
      return uint64Of(readU32le(b, start + 4), readU32le(b, start));
  }
}

/** Unsigned LEB128 (encoding/binary's Uvarint). */
export function writeUvarint(w: ByteWriter, v: number | bigint): void {
  let x = BigInt.asUintN(64, BigInt(v));
  while (x >= 0x80n) {
    w.u8(Number(x & 0x7fn) | 0x80);
    x >>= 7n;
  }
  w.u8(Number(x));
}

/** Zigzag LEB128 (encoding/binary's Varint). */
export function writeVarint(w: ByteWriter, v: number | bigint): void {
  const x = BigInt(v);
  writeUvarint(w, x < 0n ? ~(x << 1n) : x << 1n);
}

/** Length in bytes of the varint at `p`. */
export function varintLength(b: Uint8Array, p: number): number {
  let n = 1;
  while (b[p + n - 1]! >= 0x80) n++;
  return n;
}

export function readUvarint(b: Uint8Array, p: number): bigint {
  let x = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const byte = b[p++]!;
    x |= BigInt(byte & 0x7f) << shift;
    // Beyond the end as well.
    if (!(byte >= 0x80)) return x;
  }
}

export function readVarint(b: Uint8Array, p: number): bigint {
  const x = readUvarint(b, p);
  return (x & 1n) === 1n ? ~(x >> 1n) : x >> 1n;
}
