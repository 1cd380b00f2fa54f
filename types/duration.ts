import type { DecInt } from './decimal.js';
import { intDatum, isZero } from './datum.js';
import { pow10, pow10Big } from './decimal.js';
import { parseTimeText } from './time-parse.js';

/** TIME values: signed microseconds within ±838:59:59.000000. */

/** 838:59:59 in microseconds. */
export const MAX_DURATION = 3020399000000;

export interface ParsedDuration {
  readonly value: number;
  /** Digits of the fraction, at most 6. */
  readonly fsp: number;
  /** Clamped to ±838:59:59. */
  readonly overflow: boolean;
  /** Text after the literal was dropped. */
  readonly truncated: boolean;
}

const HHMMSS = /^(\d+)(?:\.(\d*))?/;
const CLOCK = /^(?:(\d+)\s+)?(\d+):(\d{1,2})(?::(\d{1,2}))?(?:\.(\d*))?/;
const DAYS = /^(\d+)\s+(\d+)(?:\.(\d*))?/;

/**
 * 'D hh:mm:ss.f', 'D hh:mm', 'D hh', 'hh:mm:ss.f', 'hh:mm', 'hhmmss.f', 'ss', signed; also a full datetime, whose time part counts (a date alone is read as hhmmss with a tail).
 * null when nothing can be read or minutes or seconds exceed 59. Rounds to `fsp` digits.
 */
export function parseDuration(text: string, fsp: number): ParsedDuration | null {
  let s = text.trim();
  const negative = s.startsWith('-');
  if (negative || s.startsWith('+')) s = s.slice(1).trimStart();
  if (s === '') return null;
  if (!negative && s.length >= 12 && !/^\d+:/.test(s) && !/^\d{1,3}\s/.test(s)) {
    const t = parseTimeText(s);
    if (t !== null && t.hasTime) {
      const micros = (t.hour * 3600 + t.minute * 60 + t.second) * 1e6 + t.micro + (t.roundUp ? 1 : 0);
      return { value: roundDuration(micros, fsp), fsp: t.fsp, overflow: false, truncated: t.truncated };
    }
  }
  let h: number;
  let mi = 0;
  let sec = 0;
  let fraction: string;
  let used: number;
  let m = CLOCK.exec(s);
  if (m !== null) {
    h = Number(m[1] ?? 0) * 24 + Number(m[2]);
    mi = Number(m[3]);
    sec = Number(m[4] ?? 0);
    fraction = m[5] ?? '';
    used = m[0].length;
    if (m[4] === undefined && m[5] !== undefined) {
      fraction = '';
      used = m[0].length - m[5].length - 1;
    }
  } else if ((m = DAYS.exec(s)) !== null) {
    h = Number(m[1]) * 24 + Number(m[2]);
    fraction = '';
    used = m[0].length - (m[3] === undefined ? 0 : m[3].length + 1);
  } else if ((m = HHMMSS.exec(s)) !== null) {
    const n = Number(m[1]);
    h = Math.floor(n / 10000);
    mi = Math.floor(n / 100) % 100;
    sec = n % 100;
    fraction = m[2] ?? '';
    used = m[0].length;
  } else {
    return null;
  }
  if (mi > 59 || sec > 59 || EXPONENT.test(s.slice(used))) return null;
  const micro6 = fraction === '' ? 0 : Number(fraction.slice(0, 7).padEnd(7, '0'));
  const micros = (h * 3600 + mi * 60 + sec) * 1e6;
  const truncated = used < s.length;
  if (micros > MAX_DURATION || (micros === MAX_DURATION && micro6 > 0)) {
    return {
      value: negative ? -MAX_DURATION : MAX_DURATION,
      fsp: Math.min(6, fraction.length),
      overflow: true,
      truncated,
    };
  }
  const unit = pow10(7 - fsp);
  const value = micros + Math.floor((micro6 + unit / 2) / unit) * (unit / 10);
  const v = clampDuration(value);
  return {
    value: negative && v !== 0 ? -v : v,
    fsp: Math.min(6, fraction.length),
    overflow: v !== value,
    truncated,
  };
}

/** What follows the digits of a number in scientific notation, which is no time. */
const EXPONENT = /^e[+-]?\d/i;

/** ±HHMMSS as an integer, with microseconds apart; null when minutes or seconds exceed 59. */
export function durationFromNumber(
  n: DecInt,
  micro = 0,
): { readonly value: number; readonly overflow: boolean } | null {
  const negative = n < 0 || micro < 0;
  const a = n < 0 ? -Number(n) : Number(n);
  if (a > 8385959) {
    // A datetime number counts by its time part; others are beyond the range.
    if (a >= 10000000000) {
      const t = a % 1e6;
      const mi = Math.floor(t / 100) % 100;
      const s = t % 100;
      if (a <= 99991231235959 && t < 240000 && mi < 60 && s < 60 && !negative) {
        return { value: (Math.floor(t / 10000) * 3600 + mi * 60 + s) * 1e6 + micro, overflow: false };
      }
    }
    return { value: negative ? -MAX_DURATION : MAX_DURATION, overflow: true };
  }
  const mi = Math.floor(a / 100) % 100;
  const s = a % 100;
  if (mi > 59 || s > 59) return null;
  const value = (Math.floor(a / 10000) * 3600 + mi * 60 + s) * 1e6 + Math.abs(micro);
  const c = clampDuration(value);
  return { value: negative && c !== 0 ? -c : c, overflow: c !== value };
}

export const clampDuration = (v: number): number =>
  v > MAX_DURATION ? MAX_DURATION : v < -MAX_DURATION ? -MAX_DURATION : v;

/** Rounded half away from zero to fsp digits; may exceed the range by less than a second. */
export function roundDuration(v: number, fsp: number): number {
  if (fsp >= 6) return v;
  const unit = pow10(6 - fsp);
  const a = Math.floor((Math.abs(v) + unit / 2) / unit) * unit;
  return v < 0 && a !== 0 ? -a : a;
}

/** Extra digits cut. */
export function truncateDuration(v: number, fsp: number): number {
  const r = v % pow10(6 - fsp);
  return v - r === 0 ? 0 : v - r;
}

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));

export function formatDuration(v: number, fsp: number): string {
  const a = Math.abs(v);
  const secs = Math.floor(a / 1e6);
  const h = Math.floor(secs / 3600);
  const s = `${v < 0 ? '-' : ''}${two(h)}:${two(Math.floor(secs / 60) % 60)}:${two(secs % 60)}`;
  return fsp === 0
    ? s
    : `${s}.${String(a - secs * 1e6)
        .padStart(6, '0')
        .slice(0, fsp)}`;
}

/** ±HHMMSS without the fraction. */
export function durationToNumber(v: number): number {
  const secs = Math.floor(Math.abs(v) / 1e6);
  const n = Math.floor(secs / 3600) * 10000 + (Math.floor(secs / 60) % 60) * 100 + (secs % 60);
  return v < 0 && n !== 0 ? -n : n;
}

/** As an unscaled DECIMAL of scale fsp. */
export function durationToDecimal(v: number, fsp: number): DecInt {
  const a = Math.abs(v);
  const n = Math.abs(durationToNumber(v));
  const fraction = Math.floor((a % 1e6) / pow10(6 - fsp));
  const u = intDatum(BigInt(n) * pow10Big(fsp) + BigInt(fraction));
  return v < 0 && !isZero(u) ? -u : u;
}
