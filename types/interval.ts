import { daysInMonth, toDays } from './calendar.js';
import { pow10 } from './decimal.js';
import type { PackedTime } from './time.js';
import {
  coreFrom,
  coreOf,
  dateOfCore,
  fromDaysAny,
  microsOf,
  packCore,
  packDate,
  secondsOfCore,
} from './time.js';

/** INTERVAL expr unit (MySQL manual, "Temporal Intervals"): units, the parts of composite ones, and date arithmetic. */

/** An interval of one sign: months, days and time apart, because they move a date in this order. */
export interface Interval {
  readonly months: number;
  readonly days: number;
  /** Whole seconds, |seconds| any size within 2^53. */
  readonly seconds: number;
  /** -999999..999999, of the interval's sign. */
  readonly micros: number;
}

interface UnitSpec {
  /** Parts as months, days, seconds, microseconds each; composite units have several, leftmost first. */
  readonly parts: readonly Part[];
  /** Whether DATE plus the unit stays a DATE. */
  readonly dateOnly: boolean;
  /** Digits of the fraction the result needs: 6 for units with microseconds, 0 otherwise (SECOND takes the value's own). */
  readonly fsp: number;
}

type Part = 'year' | 'quarter' | 'month' | 'week' | 'day' | 'hour' | 'minute' | 'second' | 'microsecond';

const unit = (parts: readonly Part[], dateOnly: boolean): UnitSpec => ({
  parts,
  dateOnly,
  fsp: parts.includes('microsecond') ? 6 : 0,
});

export const INTERVAL_UNITS: Readonly<Record<string, UnitSpec>> = {
  MICROSECOND: unit(['microsecond'], false),
  SECOND: unit(['second'], false),
  MINUTE: unit(['minute'], false),
  HOUR: unit(['hour'], false),
  DAY: unit(['day'], true),
  WEEK: unit(['week'], true),
  MONTH: unit(['month'], true),
  QUARTER: unit(['quarter'], true),
  YEAR: unit(['year'], true),
  SECOND_MICROSECOND: unit(['second', 'microsecond'], false),
  MINUTE_MICROSECOND: unit(['minute', 'second', 'microsecond'], false),
  MINUTE_SECOND: unit(['minute', 'second'], false),
  HOUR_MICROSECOND: unit(['hour', 'minute', 'second', 'microsecond'], false),
  HOUR_SECOND: unit(['hour', 'minute', 'second'], false),
  HOUR_MINUTE: unit(['hour', 'minute'], false),
  DAY_MICROSECOND: unit(['day', 'hour', 'minute', 'second', 'microsecond'], false),
  DAY_SECOND: unit(['day', 'hour', 'minute', 'second'], false),
  DAY_MINUTE: unit(['day', 'hour', 'minute'], false),
  DAY_HOUR: unit(['day', 'hour'], false),
  YEAR_MONTH: unit(['year', 'month'], true),
};

/** Whether the name is a unit, in any case; SQL_TSI_ prefixes are the parser's to strip. */
export const isIntervalUnit = (name: string): boolean => name.toUpperCase() in INTERVAL_UNITS;

const PART_SECONDS: Readonly<Partial<Record<Part, number>>> = { hour: 3600, minute: 60, second: 1 };
const PART_MONTHS: Readonly<Partial<Record<Part, number>>> = { year: 12, quarter: 3, month: 1 };
const PART_DAYS: Readonly<Partial<Record<Part, number>>> = { week: 7, day: 1 };

function build(
  parts: readonly Part[],
  values: readonly number[],
  extraMicros: number,
  negative: boolean,
): Interval {
  let months = 0;
  let days = 0;
  let seconds = 0;
  let micros = extraMicros;
  for (let i = 0; i < parts.length; i++) {
    const p = parts[i]!;
    const v = values[i]!;
    months += v * (PART_MONTHS[p] ?? 0);
    days += v * (PART_DAYS[p] ?? 0);
    seconds += v * (PART_SECONDS[p] ?? 0);
    if (p === 'microsecond') micros += v;
  }
  seconds += Math.floor(micros / 1e6);
  micros %= 1e6;
  // `+ 0` turns -0 into 0.
  return negative
    ? { months: -months + 0, days: -days + 0, seconds: -seconds + 0, micros: -micros + 0 }
    : { months, days, seconds, micros };
}

/** A whole number of a single unit, or of the last part of a composite one. Microseconds beyond the second for SECOND. */
export function intervalOfNumber(value: number, unitName: string, micros = 0): Interval | null {
  const spec = INTERVAL_UNITS[unitName.toUpperCase()];
  if (spec === undefined || !Number.isFinite(value)) return null;
  const values = spec.parts.map(() => 0);
  values[values.length - 1] = Math.abs(value);
  return build(spec.parts, values, Math.abs(micros), value < 0 || micros < 0);
}

/**
 * The interval a text gives for a unit: numbers separated by any non-digits fill the parts from the right when there are fewer than
 * the unit has; a leading '-' makes all of it negative. The last part of a unit with MICROSECOND is a fraction ('1.5' SECOND_MICROSECOND is
 * 1 second, 500000). null when there are more numbers than parts.
 */
export function parseInterval(text: string, unitName: string): Interval | null {
  const name = unitName.toUpperCase();
  const spec = INTERVAL_UNITS[name];
  if (spec === undefined) return null;
  const t = text.trim();
  const negative = t.startsWith('-');
  if (spec.parts.length === 1) {
    const m = /^[+-]?\s*(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?/.exec(t)!;
    if (name === 'SECOND') {
      const micros = m[2] === undefined ? 0 : Number(m[2].slice(0, 6).padEnd(6, '0'));
      return build(spec.parts, [Number(m[1] || 0)], micros, negative);
    }
    // Other single units take whole numbers; a fraction rounds, as conversion to an integer does.
    const v = Math.round(Math.abs(Number(m[0].replace(/\s/g, '') || 0)));
    return Number.isFinite(v) ? build(spec.parts, [v], 0, negative) : null;
  }
  const groups = t.match(/\d+/g) ?? [];
  if (groups.length > spec.parts.length) return null;
  const values = spec.parts.map(() => 0);
  const shift = spec.parts.length - groups.length;
  groups.forEach((g, i) => {
    values[shift + i] = Number(g);
  });
  const last = spec.parts.length - 1;
  if (spec.parts[last] === 'microsecond' && groups.length > 0) {
    values[last] = Number(groups[groups.length - 1]!.slice(0, 6).padEnd(6, '0'));
  }
  return build(spec.parts, values, 0, negative);
}

export const negateInterval = (i: Interval): Interval => ({
  months: -i.months + 0,
  days: -i.days + 0,
  seconds: -i.seconds + 0,
  micros: -i.micros + 0,
});

/** `y<<9|m<<5|d` some months later, the day cut to the month's last; null outside years 0..9999. */
export function addMonths(date: number, months: number): number | null {
  const n = (date >>> 9) * 12 + ((date >>> 5) & 15) - 1 + months;
  if (n < 0 || n >= 120000) return null;
  const y = Math.floor(n / 12);
  const m = (n % 12) + 1;
  return packDate(y, m, Math.min(date & 31, daysInMonth(y, m)));
}

/** Date plus months and days; null when out of range or when the date is zero or partial. */
export function addToDate(date: number, months: number, days: number): number | null {
  if ((date & 31) === 0 || ((date >>> 5) & 15) === 0) return null;
  let d: number | null = date;
  if (months !== 0) {
    d = addMonths(d, months);
    if (d === null) return null;
  }
  if (days === 0) return d;
  return fromDaysAny(toDays(d >>> 9, (d >>> 5) & 15, d & 31) + days);
}

/** DATE_ADD on a packed DATETIME(fspIn), as DATETIME(fspOut); null past the calendar (error 1441 is the caller's) or for partial dates. */
export function addInterval(v: PackedTime, fspIn: number, i: Interval, fspOut: number): PackedTime | null {
  const core = coreOf(v, fspIn);
  let date: number | null = dateOfCore(core);
  if ((date & 31) === 0 || ((date >>> 5) & 15) === 0) return null;
  let micros = microsOf(v, fspIn) + i.micros;
  let seconds = secondsOfCore(core) + i.seconds;
  if (micros < 0) {
    micros += 1e6;
    seconds--;
  } else if (micros >= 1e6) {
    micros -= 1e6;
    seconds++;
  }
  const shift = Math.floor(seconds / 86400);
  date = addToDate(date, i.months, i.days + shift);
  if (date === null) return null;
  return packCore(coreFrom(date, seconds - shift * 86400), Math.floor(micros / pow10(6 - fspOut)), fspOut);
}

/** LAST_DAY of a packed date; null for month 0. */
export function lastDay(date: number): number | null {
  const m = (date >>> 5) & 15;
  if (m === 0) return null;
  const y = date >>> 9;
  return packDate(y, m, daysInMonth(y, m));
}

/** Microseconds from b to a (a - b) as seconds and microseconds of one sign, for TIMEDIFF and TIMESTAMPDIFF. Complete dates. */
export function dateTimeDiff(
  a: PackedTime,
  afsp: number,
  b: PackedTime,
  bfsp: number,
): { readonly seconds: number; readonly micros: number } {
  const ca = coreOf(a, afsp);
  const cb = coreOf(b, bfsp);
  let seconds = absoluteSeconds(ca) - absoluteSeconds(cb);
  let micros = microsOf(a, afsp) - microsOf(b, bfsp);
  if (seconds > 0 && micros < 0) {
    seconds--;
    micros += 1e6;
  } else if (seconds < 0 && micros > 0) {
    seconds++;
    micros -= 1e6;
  }
  return { seconds, micros };
}

function absoluteSeconds(core: number): number {
  const d = dateOfCore(core);
  return toDays(d >>> 9, (d >>> 5) & 15, d & 31) * 86400 + secondsOfCore(core);
}

/** TIMESTAMPDIFF(MONTH, from, to): whole months, towards zero. */
export function monthsBetween(from: PackedTime, ffsp: number, to: PackedTime, tfsp: number): number {
  const d = dateTimeDiff(to, tfsp, from, ffsp);
  if (d.seconds < 0 || (d.seconds === 0 && d.micros < 0)) {
    const n = monthsBetween(to, tfsp, from, ffsp);
    return n === 0 ? 0 : -n;
  }
  const a = dateOfCore(coreOf(from, ffsp));
  const b = dateOfCore(coreOf(to, tfsp));
  let n = (b >>> 9) * 12 + ((b >>> 5) & 15) - ((a >>> 9) * 12 + ((a >>> 5) & 15));
  const aDay = (a & 31) * 86400 + secondsOfCore(coreOf(from, ffsp)) + microsOf(from, ffsp) / 1e6;
  const bDay = (b & 31) * 86400 + secondsOfCore(coreOf(to, tfsp)) + microsOf(to, tfsp) / 1e6;
  if (bDay < aDay) n--;
  return n;
}

/** TIMESTAMPDIFF(unit, from, to) for any single unit; null for composite ones. */
export function timestampDiff(
  unitName: string,
  from: PackedTime,
  ffsp: number,
  to: PackedTime,
  tfsp: number,
): number | null {
  const name = unitName.toUpperCase();
  switch (name) {
    case 'YEAR':
      return trunc(monthsBetween(from, ffsp, to, tfsp) / 12);
    case 'QUARTER':
      return trunc(monthsBetween(from, ffsp, to, tfsp) / 3);
    case 'MONTH':
      return monthsBetween(from, ffsp, to, tfsp);
  }
  const d = dateTimeDiff(to, tfsp, from, ffsp);
  switch (name) {
    case 'WEEK':
      return trunc(d.seconds / 604800);
    case 'DAY':
      return trunc(d.seconds / 86400);
    case 'HOUR':
      return trunc(d.seconds / 3600);
    case 'MINUTE':
      return trunc(d.seconds / 60);
    case 'SECOND':
      return d.seconds;
    case 'MICROSECOND':
      return d.seconds * 1e6 + d.micros;
    default:
      return null;
  }
}

const trunc = (v: number): number => Math.trunc(v) + 0;
