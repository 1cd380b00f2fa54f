import { daysInMonth, EPOCH_DAYS, fromDays, toDays } from './calendar.js';
import { intDatum } from './datum.js';
import type { DecInt } from './decimal.js';
import { decRescale, pow10, pow10Big } from './decimal.js';
import { SqlMode } from './sql-mode.js';

/**
 * DATE and DATETIME/TIMESTAMP in the packed form of datum.ts. "Core" below is the packed value without its fraction:
 * `date * 2^17 + time`, below 2^40. Functions that take a packed DATETIME(f) accept number or bigint; those that return
 * one give `number` for f <= 4 and `bigint` above.
 */
export type PackedTime = number | bigint;

const TIME_BITS = 131072;

/** One date and time taken apart; reused by callers in loops. */
export interface TimeParts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  micro: number;
}

export const newTimeParts = (): TimeParts => ({
  year: 0,
  month: 0,
  day: 0,
  hour: 0,
  minute: 0,
  second: 0,
  micro: 0,
});

export const packDate = (y: number, m: number, d: number): number => (y << 9) | (m << 5) | d;
export const yearOfDate = (date: number): number => date >>> 9;
export const monthOfDate = (date: number): number => (date >>> 5) & 15;
export const dayOfDate = (date: number): number => date & 31;

/** Core to packed; `fraction` has fsp digits. */
export function packCore(core: number, fraction: number, fsp: number): PackedTime {
  if (fsp > 4) return BigInt(core) * pow10Big(fsp) + BigInt(fraction);
  return fsp === 0 ? core : core * pow10(fsp) + fraction;
}

/** Seconds part of a packed DATETIME. */
export function coreOf(v: PackedTime, fsp: number): number {
  if (typeof v === 'bigint') return Number(v / pow10Big(fsp));
  return fsp === 0 ? v : Math.floor(v / pow10(fsp));
}

/** Fraction of a packed DATETIME in microseconds. */
export function microsOf(v: PackedTime, fsp: number): number {
  if (fsp === 0) return 0;
  const p = pow10(fsp);
  const f = typeof v === 'bigint' ? Number(v % pow10Big(fsp)) : v % p;
  return f * pow10(6 - fsp);
}

/** The DATE part of a core. */
export const dateOfCore = (core: number): number => Math.floor(core / TIME_BITS);
/** `h<<12|mi<<6|s` of a core. */
export const timeOfCore = (core: number): number => core % TIME_BITS;
/** Seconds since midnight of a core. */
export function secondsOfCore(core: number): number {
  const t = core % TIME_BITS;
  return (t >>> 12) * 3600 + ((t >>> 6) & 63) * 60 + (t & 63);
}
export const coreFrom = (date: number, seconds: number): number =>
  date * TIME_BITS +
  ((Math.floor(seconds / 3600) << 12) | (Math.floor((seconds % 3600) / 60) << 6) | (seconds % 60));

/** Digits of `micro` beyond fsp are cut. */
export function packDateTime(
  y: number,
  m: number,
  d: number,
  h: number,
  mi: number,
  s: number,
  micro: number,
  fsp: number,
): PackedTime {
  const core = packDate(y, m, d) * TIME_BITS + ((h << 12) | (mi << 6) | s);
  return packCore(core, fsp === 0 ? 0 : Math.floor(micro / pow10(6 - fsp)), fsp);
}

export function unpackDate(v: number, out: TimeParts): TimeParts {
  out.year = v >>> 9;
  out.month = (v >>> 5) & 15;
  out.day = v & 31;
  out.hour = out.minute = out.second = out.micro = 0;
  return out;
}

export function unpackDateTime(v: PackedTime, fsp: number, out: TimeParts): TimeParts {
  const core = coreOf(v, fsp);
  const date = Math.floor(core / TIME_BITS);
  const time = core - date * TIME_BITS;
  out.year = date >>> 9;
  out.month = (date >>> 5) & 15;
  out.day = date & 31;
  out.hour = time >>> 12;
  out.minute = (time >>> 6) & 63;
  out.second = time & 63;
  out.micro = microsOf(v, fsp);
  return out;
}

/** The parts packed; microseconds beyond fsp are rounded half up; null past 9999-12-31 23:59:59.999999. */
export function packParts(p: TimeParts, fsp: number): PackedTime | null {
  const unit = pow10(6 - fsp);
  const fraction = Math.floor((p.micro + unit / 2) / unit);
  const core = packDate(p.year, p.month, p.day) * TIME_BITS + ((p.hour << 12) | (p.minute << 6) | p.second);
  if (fraction < pow10(fsp)) return packCore(core, fraction, fsp);
  const next = addSecondsToCore(core, 1);
  return next === null ? null : packCore(next, 0, fsp);
}

/** A core some seconds later; null outside 0000-01-01 … 9999-12-31. Zero and partial dates: null. */
export function addSecondsToCore(core: number, seconds: number): number | null {
  const date = dateOfCore(core);
  const secs = secondsOfCore(core) + seconds;
  if (secs >= 0 && secs < 86400) return coreFrom(date, secs);
  if ((date & 31) === 0 || ((date >>> 5) & 15) === 0) return null;
  const shift = Math.floor(secs / 86400);
  const next = fromDaysAny(toDays(date >>> 9, (date >>> 5) & 15, date & 31) + shift);
  return next === null ? null : coreFrom(next, secs - shift * 86400);
}

/** Like FROM_DAYS but also for year 0; null outside 0000-01-01 … 9999-12-31. */
export function fromDaysAny(days: number): number | null {
  if (days > 365) {
    const d = fromDays(days);
    return d === 0 ? null : d;
  }
  if (days < 1) return null;
  let m = 1;
  let d = days;
  while (d > daysInMonth(0, m)) d -= daysInMonth(0, m++);
  return packDate(0, m, d);
}

/** Another fsp; rounds half up; null when rounding leaves the range. */
export function rescaleDateTime(v: PackedTime, from: number, to: number): PackedTime | null {
  if (from === to) return v;
  if (to > from) {
    if (to > 4) return BigInt(v) * pow10Big(to - from);
    return (v as number) * pow10(to - from);
  }
  const unit = pow10(6 - to);
  const micro = microsOf(v, from);
  const core = coreOf(v, from);
  const fraction = Math.floor((micro + unit / 2) / unit);
  if (fraction < pow10(to)) return packCore(core, fraction, to);
  const next = addSecondsToCore(core, 1);
  return next === null ? null : packCore(next, 0, to);
}

/** Another fsp, extra digits cut. */
export function truncateDateTime(v: PackedTime, from: number, to: number): PackedTime {
  if (to >= from) return rescaleDateTime(v, from, to)!;
  return packCore(coreOf(v, from), Math.floor(microsOf(v, from) / pow10(6 - to)), to);
}

/** Midnight of a DATE. */
export const dateToDateTime = (date: number, fsp: number): PackedTime => packCore(date * TIME_BITS, 0, fsp);

/** The DATE part. */
export const dateTimeToDate = (v: PackedTime, fsp: number): number => dateOfCore(coreOf(v, fsp));

/** The time of day in microseconds. */
export const dateTimeToDuration = (v: PackedTime, fsp: number): number =>
  secondsOfCore(coreOf(v, fsp)) * 1e6 + microsOf(v, fsp);

/** Seconds from 1970-01-01 00:00:00 to the core read as UTC; complete dates only. */
export function coreToEpochSeconds(core: number): number {
  const date = dateOfCore(core);
  return (toDays(date >>> 9, (date >>> 5) & 15, date & 31) - EPOCH_DAYS) * 86400 + secondsOfCore(core);
}

/** The core of a UTC epoch second; null outside years 0..9999. */
export function epochSecondsToCore(seconds: number): number | null {
  const days = Math.floor(seconds / 86400);
  const date = fromDaysAny(days + EPOCH_DAYS);
  return date === null ? null : coreFrom(date, seconds - days * 86400);
}

/** Whether sql_mode admits the date: real days of the month, zero and partial dates. `0000-00-00` counts by NO_ZERO_DATE. */
export function isValidDate(y: number, m: number, d: number, sqlMode: number): boolean {
  if (y > 9999 || m > 12 || d > 31) return false;
  if (m === 0 || d === 0) {
    if (y === 0 && m === 0 && d === 0) return (sqlMode & SqlMode.NoZeroDate) === 0;
    if ((sqlMode & SqlMode.NoZeroInDate) !== 0) return false;
    return m === 0 || d <= (m === 2 ? 29 : daysInMonth(y, m));
  }
  return (sqlMode & SqlMode.AllowInvalidDates) !== 0 || d <= daysInMonth(y, m);
}

/** 2024-01-02 as 20240102. */
export const dateToNumber = (v: number): number => (v >>> 9) * 10000 + ((v >>> 5) & 15) * 100 + (v & 31);

/** 2024-01-02 03:04:05 as 20240102030405 (seconds only). */
export function dateTimeToNumber(v: PackedTime, fsp: number): number {
  const core = coreOf(v, fsp);
  const date = dateOfCore(core);
  const t = timeOfCore(core);
  return dateToNumber(date) * 1e6 + (t >>> 12) * 10000 + ((t >>> 6) & 63) * 100 + (t & 63);
}

/** As an unscaled DECIMAL of scale fsp. */
export function dateTimeToDecimal(v: PackedTime, fsp: number): DecInt {
  const n = dateTimeToNumber(v, fsp);
  if (fsp === 0) return n;
  return intDatum(BigInt(n) * pow10Big(fsp) + BigInt(microsOf(v, fsp) / pow10(6 - fsp)));
}

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));

export function formatDate(v: number): string {
  return `${String(v >>> 9).padStart(4, '0')}-${two((v >>> 5) & 15)}-${two(v & 31)}`;
}

export function formatDateTime(v: PackedTime, fsp: number): string {
  const core = coreOf(v, fsp);
  const t = timeOfCore(core);
  const s = `${formatDate(dateOfCore(core))} ${two(t >>> 12)}:${two((t >>> 6) & 63)}:${two(t & 63)}`;
  return fsp === 0 ? s : `${s}.${formatFraction(microsOf(v, fsp), fsp)}`;
}

/** `fsp` digits of a microsecond count. */
export const formatFraction = (micro: number, fsp: number): string =>
  String(micro).padStart(6, '0').slice(0, fsp);

/** fsp digits for the decimal digits of a fraction text, e.g. ('5', 3) is 500; rounds half up and may return 10^fsp. */
export function fractionOfDigits(digits: string, fsp: number): number {
  if (digits.length <= fsp) return digits === '' ? 0 : Number(digits.padEnd(fsp, '0'));
  return decRescale(
    Number(digits.slice(0, Math.min(digits.length, 9))),
    Math.min(digits.length, 9),
    fsp,
  ) as number;
}
