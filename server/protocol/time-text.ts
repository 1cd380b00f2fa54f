import { writePadded, writeUint } from './number-text.js';

/**
 * DATE, DATETIME, TIMESTAMP and TIME cells (types/datum.ts) as text and in the binary protocol's forms
 * (protocol: Binary Protocol Value, ProtocolBinary::MYSQL_TYPE_DATETIME and …_TIME). Each function returns the position
 * after what it wrote.
 */

const TIME_BITS = 1 << 17;
const POW10: readonly number[] = [1, 10, 100, 1000, 10000, 100000, 1000000];
const POW10_BIG: readonly bigint[] = POW10.map(BigInt);

/** `YYYY-MM-DD`: 10 bytes. */
export function writeDate(b: Buffer, p: number, date: number): number {
  p = writePadded(b, p, date >>> 9, 4);
  b[p] = 0x2d;
  p = writePadded(b, p + 1, (date >>> 5) & 15, 2);
  b[p] = 0x2d;
  return writePadded(b, p + 1, date & 31, 2);
}

function writeClock(b: Buffer, p: number, time: number): number {
  p = writePadded(b, p, time >>> 12, 2);
  b[p] = 0x3a;
  p = writePadded(b, p + 1, (time >>> 6) & 63, 2);
  b[p] = 0x3a;
  return writePadded(b, p + 1, time & 63, 2);
}

function writeFraction(b: Buffer, p: number, fraction: number, fsp: number): number {
  if (fsp === 0) return p;
  b[p] = 0x2e;
  return writePadded(b, p + 1, fraction, fsp);
}

/** `YYYY-MM-DD hh:mm:ss[.f]`: 19 to 26 bytes. */
export function writeDateTime(b: Buffer, p: number, v: number | bigint, fsp: number): number {
  let core: number;
  let fraction = 0;
  if (typeof v === 'bigint') {
    core = Number(v / POW10_BIG[fsp]!);
    fraction = Number(v % POW10_BIG[fsp]!);
  } else if (fsp === 0) {
    core = v;
  } else {
    core = Math.floor(v / POW10[fsp]!);
    fraction = v - core * POW10[fsp]!;
  }
  const date = Math.floor(core / TIME_BITS);
  p = writeDate(b, p, date);
  b[p] = 0x20;
  return writeFraction(b, writeClock(b, p + 1, core - date * TIME_BITS), fraction, fsp);
}

/** `[-]hh:mm:ss[.f]`, hours in two digits or three: up to 17 bytes. */
export function writeDuration(b: Buffer, p: number, micros: number, fsp: number): number {
  if (micros < 0) {
    b[p++] = 0x2d;
    micros = -micros;
  }
  const seconds = Math.floor(micros / 1e6);
  const hours = (seconds / 3600) | 0;
  const rest = seconds - hours * 3600;
  p = hours < 100 ? writePadded(b, p, hours, 2) : writeUint(b, p, hours);
  b[p] = 0x3a;
  const minutes = (rest / 60) | 0;
  p = writePadded(b, p + 1, minutes, 2);
  b[p] = 0x3a;
  p = writePadded(b, p + 1, rest - minutes * 60, 2);
  return fsp === 0 ? p : writeFraction(b, p, Math.floor((micros - seconds * 1e6) / POW10[6 - fsp]!), fsp);
}

function writeU32(b: Buffer, p: number, v: number): number {
  b[p] = v;
  b[p + 1] = v >>> 8;
  b[p + 2] = v >>> 16;
  b[p + 3] = v >>> 24;
  return p + 4;
}

function writeBinaryYmd(b: Buffer, p: number, date: number): number {
  const year = date >>> 9;
  b[p] = year;
  b[p + 1] = year >> 8;
  b[p + 2] = (date >>> 5) & 15;
  b[p + 3] = date & 31;
  return p + 4;
}

/** Length 0 (zero date) or 4: up to 5 bytes. */
export function writeBinaryDate(b: Buffer, p: number, date: number): number {
  if (date === 0) {
    b[p] = 0;
    return p + 1;
  }
  b[p] = 4;
  return writeBinaryYmd(b, p + 1, date);
}

/** Length 0, 4, 7 or 11, the shortest that loses nothing: up to 12 bytes. */
export function writeBinaryDateTime(b: Buffer, p: number, v: number | bigint, fsp: number): number {
  let core: number;
  let fraction = 0;
  if (typeof v === 'bigint') {
    core = Number(v / POW10_BIG[fsp]!);
    fraction = Number(v % POW10_BIG[fsp]!);
  } else {
    core = fsp === 0 ? v : Math.floor(v / POW10[fsp]!);
    fraction = v - core * POW10[fsp]!;
  }
  const date = Math.floor(core / TIME_BITS);
  const time = core - date * TIME_BITS;
  if (fraction === 0 && time === 0) return writeBinaryDate(b, p, date);
  b[p] = fraction === 0 ? 7 : 11;
  p = writeBinaryYmd(b, p + 1, date);
  b[p] = time >>> 12;
  b[p + 1] = (time >>> 6) & 63;
  b[p + 2] = time & 63;
  return fraction === 0 ? p + 3 : writeU32(b, p + 3, fraction * POW10[6 - fsp]!);
}

/** Length 0, 8 or 12 (sign, days, hours, minutes, seconds, microseconds): up to 13 bytes. */
export function writeBinaryDuration(b: Buffer, p: number, micros: number): number {
  if (micros === 0) {
    b[p] = 0;
    return p + 1;
  }
  const negative = micros < 0;
  if (negative) micros = -micros;
  const seconds = Math.floor(micros / 1e6);
  const fraction = micros - seconds * 1e6;
  const days = (seconds / 86400) | 0;
  const rest = seconds - days * 86400;
  b[p] = fraction === 0 ? 8 : 12;
  b[p + 1] = negative ? 1 : 0;
  p = writeU32(b, p + 2, days);
  b[p] = (rest / 3600) | 0;
  b[p + 1] = ((rest / 60) | 0) % 60;
  b[p + 2] = rest % 60;
  return fraction === 0 ? p + 3 : writeU32(b, p + 3, fraction);
}
