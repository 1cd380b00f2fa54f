import { daysInMonth } from './calendar.js';
import { pow10 } from './decimal.js';
import { SqlMode } from './sql-mode.js';
import type { PackedTime } from './time.js';
import {
  addSecondsToCore,
  coreFrom,
  coreToEpochSeconds,
  epochSecondsToCore,
  isValidDate,
  packCore,
  packDate,
} from './time.js';

/**
 * DATE and DATETIME literals, as strings and numbers (MySQL manual, "Date and Time Literals"): any punctuation between
 * the parts, two-digit years, undelimited digits, fractions of any length, an optional time zone offset.
 */

export interface ParsedTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Microseconds, 0..999999, the seventh digit apart. */
  readonly micro: number;
  /** The digit after the microseconds is 5 or more. */
  readonly roundUp: boolean;
  /** Whether any part of the time of day was given. */
  readonly hasTime: boolean;
  /** Digits of the fraction, at most 6. */
  readonly fsp: number;
  /** Minutes east of UTC when the literal ends in an offset. */
  readonly offset: number | null;
  /** Text after the literal was dropped. */
  readonly truncated: boolean;
}

/** 70..99 is 19xx, 00..69 is 20xx. */
export const twoDigitYear = (y: number): number => (y < 70 ? 2000 + y : 1900 + y);

const isDigit = (c: number): boolean => c >= 48 && c <= 57;
const isSpace = (c: number): boolean => c === 32 || (c >= 9 && c <= 13);
const isPunct = (c: number): boolean =>
  (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) || (c >= 123 && c <= 126);

/**
 * The parts of a string literal in range for their kind (month <= 12, hour <= 23, …) but not checked against the calendar;
 * null when no date can be read.
 */
export function parseTimeText(text: string): ParsedTime | null {
  let p = 0;
  let n = text.length;
  while (p < n && isSpace(text.charCodeAt(p))) p++;
  while (n > p && isSpace(text.charCodeAt(n - 1))) n--;
  if (p >= n || !isDigit(text.charCodeAt(p))) return null;
  // The first run of digits is a whole packed literal when the text ends with it (a fraction or offset aside), or when it has the
  // length of one and a time of day follows; else it is the year.
  let q = p;
  while (q < n && isDigit(text.charCodeAt(q))) q++;
  const run = q - p;
  const c0 = q < n ? text.charCodeAt(q) : 0;
  const atEnd = c0 === 0 || c0 === 46 || c0 === 43 || c0 === 90;
  const packed =
    run >= 5 &&
    (atEnd || ((run === 6 || run === 8 || run === 12 || run === 14) && (c0 === 84 || isSpace(c0))));
  const v = [0, 0, 0, 0, 0, 0];
  let count = 0;
  let yearDigits = 0;
  let hasTime = false;
  let fsp = 0;
  if (packed) {
    const yl = run === 4 || run === 8 || run >= 14 ? 4 : 2;
    yearDigits = yl;
    const widths = [yl, 2, 2, 2, 2, 2];
    let at = p;
    while (count < 6 && at < q) {
      const to = Math.min(at + widths[count]!, q);
      v[count++] = Number(text.slice(at, to));
      at = to;
    }
    if (run > 14) {
      // More digits than a date and time has: the surplus is a fraction in none of MySQL's forms.
      p = at;
      if (at < q) return finish(v, count, yearDigits, true, '', 0, null, true);
    }
    p = q;
    hasTime = count > 3;
    if (count <= 3 && p < n && (text.charCodeAt(p) === 84 || isSpace(text.charCodeAt(p)))) {
      // 20240102T030405 and 20240102 03:04:05.
      const rest = text.slice(p + 1, n);
      const t = parseClock(rest.trimStart(), v);
      if (t !== null) {
        count = 3 + t.count;
        p = n - t.rest.length;
        hasTime = true;
      }
    } else if (count <= 3 && p < n && text.charCodeAt(p) === 46) {
      // 120101.5: TiDB and MySQL read the fraction as the hour part where no time is given.
      const t = parseClock(text.slice(p + 1, n), v);
      if (t !== null && run !== 8 && run !== 6) {
        count = 3 + t.count;
        p = n - t.rest.length;
        hasTime = true;
      }
    }
  } else {
    while (count < 6) {
      let e = p;
      while (e < n && isDigit(text.charCodeAt(e))) e++;
      if (e === p) break;
      if (count === 0) yearDigits = e - p;
      v[count++] = Number(text.slice(p, e));
      // 14.09: the last part after a point is minutes or seconds, yet its digits count as a fraction's.
      if (count > 4 && e === n && text.charCodeAt(p - 1) === 46) fsp = Math.min(6, e - p);
      p = e;
      if (p >= n || count === 6) break;
      const c = text.charCodeAt(p);
      let s = p;
      if (count === 3) {
        // Between date and time: 'T', spaces or any punctuation.
        if (c === 84 || c === 116) s++;
        else {
          while (s < n && (isSpace(text.charCodeAt(s)) || (s === p && isPunct(c)))) s++;
        }
      } else {
        while (s < n && isPunct(text.charCodeAt(s))) s++;
        // 14. is 14 o'clock.
        if (s === n && s === p + 1 && c === 46 && count > 3) p = n;
      }
      if (s === p || s >= n || !isDigit(text.charCodeAt(s))) break;
      p = s;
    }
    if (count < 3) return null;
    hasTime = count > 3;
  }
  let fraction = '';
  if (p < n && text.charCodeAt(p) === 46 && count === 6) {
    let e = p + 1;
    while (e < n && isDigit(text.charCodeAt(e))) e++;
    fraction = text.slice(p + 1, e);
    p = e;
  }
  let offset: number | null = null;
  if (p < n && count === 6) {
    const z = /^(?:Z|([+-])(\d\d)(?::?(\d\d))?)$/i.exec(text.slice(p, n));
    if (z !== null) {
      const minutes = z[1] === undefined ? 0 : Number(z[2]) * 60 + Number(z[3] ?? 0);
      // From -14:00 to +14:00, and no -00:00 (MySQL manual, "Date and Time Literals").
      if (minutes > 14 * 60 || Number(z[3] ?? 0) > 59 || (z[1] === '-' && minutes === 0)) return null;
      offset = z[1] === '-' ? -minutes : minutes;
      p = n;
    }
  }
  return finish(v, count, yearDigits, hasTime, fraction, fsp, offset, p < n);
}

/** Two ASCII digits at `i`, or -1. */
function twoDigits(b: Uint8Array, i: number): number {
  const x = b[i]! - 48;
  const y = b[i + 1]! - 48;
  return x >= 0 && x <= 9 && y >= 0 && y <= 9 ? x * 10 + y : -1;
}

/**
 * The core (time.ts) of exactly `YYYY-MM-DD` or `YYYY-MM-DD hh:mm:ss` with a complete date of years 1..9999, which every sql_mode takes;
 * -1 for anything else: take the long way. For loading data.
 */
export function plainTime(b: Uint8Array): number {
  const n = b.length;
  if ((n !== 10 && n !== 19) || b[4] !== 45 || b[7] !== 45) return -1;
  const c = twoDigits(b, 0);
  const yy = twoDigits(b, 2);
  const m = twoDigits(b, 5);
  const d = twoDigits(b, 8);
  if (c < 0 || yy < 0 || m < 1 || m > 12 || d < 1) return -1;
  const y = c * 100 + yy;
  if (y === 0 || d > daysInMonth(y, m)) return -1;
  if (n === 10) return coreFrom(packDate(y, m, d), 0);
  if (b[10] !== 32 || b[13] !== 58 || b[16] !== 58) return -1;
  const h = twoDigits(b, 11);
  const mi = twoDigits(b, 14);
  const s = twoDigits(b, 17);
  if (h < 0 || h > 23 || mi < 0 || mi > 59 || s < 0 || s > 59) return -1;
  return coreFrom(packDate(y, m, d), h * 3600 + mi * 60 + s);
}

function parseClock(rest: string, v: number[]): { count: number; rest: string } | null {
  const m = /^(\d{1,2})(?:[!-/:-@[-`{-~]?(\d{1,2})(?:[!-/:-@[-`{-~]?(\d{1,2}))?)?/.exec(rest);
  if (m === null) return null;
  v[3] = Number(m[1]);
  v[4] = Number(m[2] ?? 0);
  v[5] = Number(m[3] ?? 0);
  return { count: m[3] !== undefined ? 3 : m[2] !== undefined ? 2 : 1, rest: rest.slice(m[0].length) };
}

function finish(
  v: readonly number[],
  count: number,
  yearDigits: number,
  hasTime: boolean,
  fraction: string,
  fsp: number,
  offset: number | null,
  truncated: boolean,
): ParsedTime | null {
  let year = v[0]!;
  if (yearDigits <= 2 && count >= 2 && !(year === 0 && v[1] === 0 && v[2] === 0)) year = twoDigitYear(year);
  if (year > 9999 || v[1]! > 12 || v[2]! > 31 || v[3]! > 23 || v[4]! > 59 || v[5]! > 59) return null;
  return {
    year,
    month: v[1]!,
    day: v[2]!,
    hour: v[3]!,
    minute: v[4]!,
    second: v[5]!,
    micro: fraction === '' ? 0 : Number(fraction.slice(0, 6).padEnd(6, '0')),
    roundUp: fraction.length > 6 && fraction.charCodeAt(6) >= 53,
    hasTime,
    fsp: Math.max(fsp, Math.min(6, fraction.length)),
    offset,
    truncated,
  };
}

/**
 * The parts of an integer literal: YYMMDD, YYYYMMDD, YYMMDDhhmmss, YYYYMMDDhhmmss; `micro` and its rounding from a
 * fractional part. 0 is the zero date. null when no form fits.
 */
export function parseTimeNumber(v: number | bigint, micro = 0): ParsedTime | null {
  if (v < 0 || v > 99991231235959) return null;
  const n = expand(Number(v));
  if (n === null) return null;
  const date = Math.floor(n / 1e6);
  const time = n - date * 1e6;
  const month = Math.floor(date / 100) % 100;
  const day = date % 100;
  const hour = Math.floor(time / 10000);
  const minute = Math.floor(time / 100) % 100;
  const second = time % 100;
  if (month > 12 || day > 31 || hour > 23 || minute > 59 || second > 59) return null;
  return {
    year: Math.floor(date / 10000),
    month,
    day,
    hour,
    minute,
    second,
    micro,
    roundUp: false,
    hasTime: v > 99991231,
    fsp: micro === 0 ? 0 : 6,
    offset: null,
    truncated: false,
  };
}

/** To YYYYMMDDhhmmss. Ranges are those of number_to_datetime (MySQL manual, "Date and Time Literals"). */
function expand(n: number): number | null {
  if (n === 0) return 0;
  if (n >= 10000101000000) return n;
  if (n < 101) return null;
  if (n <= 691231) return (n + 20000000) * 1e6;
  if (n < 700101) return null;
  if (n <= 991231) return (n + 19000000) * 1e6;
  if (n < 10000101) return n >= 1000101 ? n * 1e6 : null;
  if (n <= 99991231) return n * 1e6;
  if (n < 101000000) return null;
  if (n <= 691231235959) return n + 20000000000000;
  if (n < 700101000000) return null;
  if (n <= 991231235959) return n + 19000000000000;
  return null;
}

/** Rounds or cuts (TIME_TRUNCATE_FRACTIONAL) to fsp; null when the date is not valid in the mode or rounds out of range. */
export function parsedToDateTime(
  t: ParsedTime,
  fsp: number,
  sqlMode: number,
  sessionOffsetMinutes?: (epochSeconds: number) => number,
): PackedTime | null {
  if (!isValidDate(t.year, t.month, t.day, sqlMode)) return null;
  let core: number | null = coreFrom(
    packDate(t.year, t.month, t.day),
    t.hour * 3600 + t.minute * 60 + t.second,
  );
  if (t.offset !== null && sessionOffsetMinutes !== undefined) {
    if (t.month === 0 || t.day === 0) return null;
    const utc = coreToEpochSeconds(core) - t.offset * 60;
    core = epochSecondsToCore(utc + sessionOffsetMinutes(utc) * 60);
    if (core === null) return null;
  }
  const cut = (sqlMode & SqlMode.TimeTruncateFractional) !== 0;
  const unit = pow10(6 - fsp);
  let fraction = Math.floor(t.micro / unit);
  if (!cut) {
    const rest = t.micro - fraction * unit;
    if (unit === 1 ? t.roundUp : rest * 2 >= unit) fraction++;
  }
  if (fraction >= pow10(fsp)) {
    core = addSecondsToCore(core, 1);
    fraction = 0;
    if (core === null) return null;
  }
  return packCore(core, fraction, fsp);
}

/** The DATE part; null when not valid in the mode. */
export function parsedToDate(t: ParsedTime, sqlMode: number): number | null {
  return isValidDate(t.year, t.month, t.day, sqlMode) ? packDate(t.year, t.month, t.day) : null;
}
