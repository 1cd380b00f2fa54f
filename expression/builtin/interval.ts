import { daysInMonth, MAX_DAYS, toDays } from '../../types/calendar.js';
import { decodeUtf8 } from '../../types/charset.js';
import type { DecInt } from '../../types/decimal.js';
import { decFromNumber, decRescale, decTruncate } from '../../types/decimal.js';
import { parseDecimal } from '../../types/number-parse.js';
import { datumToString } from '../../types/format.js';
import { rint } from '../../types/convert-number.js';
import type { FieldType } from '../../types/field-type.js';
import { evalType } from '../../types/field-type.js';
import type { TimeParts } from '../../types/time.js';
import { fromDaysAny } from '../../types/time.js';

/** INTERVAL values (manual, "Temporal Intervals"). Seconds and microseconds apart, so that centuries of them stay exact. */
export interface Interval {
  months: number;
  days: number;
  seconds: number;
  micros: number;
}

/** Fields of a unit from the largest; `us` last means a fraction of right-padded digits. */
const FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['YEAR', ['year']],
  ['QUARTER', ['quarter']],
  ['MONTH', ['month']],
  ['WEEK', ['week']],
  ['DAY', ['day']],
  ['HOUR', ['hour']],
  ['MINUTE', ['minute']],
  ['SECOND', ['second']],
  ['MICROSECOND', ['us']],
  ['SECOND_MICROSECOND', ['second', 'us']],
  ['MINUTE_MICROSECOND', ['minute', 'second', 'us']],
  ['MINUTE_SECOND', ['minute', 'second']],
  ['HOUR_MICROSECOND', ['hour', 'minute', 'second', 'us']],
  ['HOUR_SECOND', ['hour', 'minute', 'second']],
  ['HOUR_MINUTE', ['hour', 'minute']],
  ['DAY_MICROSECOND', ['day', 'hour', 'minute', 'second', 'us']],
  ['DAY_SECOND', ['day', 'hour', 'minute', 'second']],
  ['DAY_MINUTE', ['day', 'hour', 'minute']],
  ['DAY_HOUR', ['day', 'hour']],
  ['YEAR_MONTH', ['year', 'month']],
]);

/** Days and more: the time of day does not change. */
export const isDateUnit = (unit: string): boolean =>
  ['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'YEAR_MONTH'].includes(unit);
export const hasMicros = (unit: string): boolean => unit.includes('MICROSECOND');

const ZERO: Readonly<Interval> = { months: 0, days: 0, seconds: 0, micros: 0 };

function put(r: Interval, field: string, n: number): void {
  switch (field) {
    case 'year':
      r.months += n * 12;
      return;
    case 'quarter':
      r.months += n * 3;
      return;
    case 'month':
      r.months += n;
      return;
    case 'week':
      r.days += n * 7;
      return;
    case 'day':
      r.days += n;
      return;
    case 'hour':
      r.seconds += n * 3600;
      return;
    case 'minute':
      r.seconds += n * 60;
      return;
    case 'second':
      r.seconds += n;
      return;
    case 'us':
      r.seconds += Math.trunc(n / 1e6);
      r.micros += n % 1e6;
  }
}

/** Microseconds of any size. */
function putMicros(r: Interval, n: bigint): void {
  r.seconds += Number(n / 1000000n);
  r.micros += Number(n % 1000000n);
}

/** Digit groups of a composite value fill the unit's fields from the right when there are too few. */
function composite(text: string, fields: readonly string[]): Interval {
  const r = { ...ZERO };
  const s = text.trim();
  const negative = s.startsWith('-');
  const groups = s.match(/\d+/g) ?? [];
  if (groups.length === 0 || groups.length > fields.length) return r;
  const skip = fields.length - groups.length;
  groups.forEach((digits, i) => {
    const f = fields[skip + i]!;
    // A fraction counts by its digits: 1.5 is 1 second and 500000 microseconds.
    const n = f === 'us' && fields.length > 1 ? Number(digits.padEnd(6, '0')) : Number(digits);
    put(r, f, negative ? -n : n);
  });
  return r;
}

/** Reads interval values of one argument type in one unit. */
export function intervalReader(t: FieldType, unit: string): (v: number | bigint | Uint8Array) => Interval {
  const fields = FIELDS.get(unit)!;
  const field = fields[0]!;
  if (fields.length > 1) {
    return (v) => composite(v instanceof Uint8Array ? decodeUtf8(v) : datumToString(v, t), fields);
  }
  return (v) => {
    const r = { ...ZERO };
    if (field === 'second') {
      putMicros(r, secondsToMicros(v, t));
      return r;
    }
    let n: number | bigint;
    if (v instanceof Uint8Array) {
      const m = /^\s*([+-]?\d+)/.exec(decodeUtf8(v));
      n = m === null ? 0 : BigInt(m[1]!);
      if (n > 9223372036854775807n || n < -9223372036854775808n) n = n < 0 ? -(2n ** 70n) : 2n ** 70n;
    } else {
      switch (evalType(t)) {
        case 'decimal':
          n = decRescale(v, t.decimal, 0);
          break;
        case 'real':
          n = rint(v as number);
          break;
        default:
          n = v;
      }
    }
    if (field === 'us')
      putMicros(
        r,
        typeof n === 'number' && !Number.isSafeInteger(n)
          ? BigInt(Math.trunc(Math.min(Math.max(n, -1e30), 1e30)))
          : BigInt(n),
      );
    else put(r, field, Number(n) + 0);
    return r;
  };
}

/** Seconds with a fraction cut to microseconds; text by its numeric prefix. */
function secondsToMicros(v: number | bigint | Uint8Array, t: FieldType): bigint {
  if (v instanceof Uint8Array) {
    const p = parseDecimal(v).value;
    return BigInt(decTruncate(p.unscaled, p.scale, 6));
  }
  switch (evalType(t)) {
    case 'decimal':
      return BigInt(decTruncate(v as DecInt, t.decimal, 6));
    case 'real': {
      const d = decFromNumber(Math.min(Math.max(v as number, -1e30), 1e30));
      return BigInt(decTruncate(d.unscaled, d.scale, 6));
    }
    default:
      return BigInt(v) * 1000000n;
  }
}

/** Adds in place; false when the result leaves 0000-01-01 … 9999-12-31 (or the date is no day of the calendar). */
export function addInterval(p: TimeParts, r: Interval, sign: number): boolean {
  if (r.months !== 0) {
    const m = p.year * 12 + p.month - 1 + sign * r.months;
    if (!(m >= 0 && m < 120000)) return false;
    p.year = Math.floor(m / 12);
    p.month = (m % 12) + 1;
    const last = daysInMonth(p.year, p.month);
    if (p.day > last) p.day = last;
    if (r.days === 0 && r.seconds === 0 && r.micros === 0) return true;
  }
  let micros = p.micro + sign * r.micros;
  let seconds = p.hour * 3600 + p.minute * 60 + p.second + sign * r.seconds;
  const carry = Math.floor(micros / 1e6);
  micros -= carry * 1e6;
  seconds += carry;
  const shift = Math.floor(seconds / 86400);
  seconds -= shift * 86400;
  const day = toDays(p.year, p.month, p.day) + sign * r.days + shift;
  if (!(day >= 1 && day <= MAX_DAYS)) return false;
  const d = fromDaysAny(day);
  if (d === null) return false;
  p.year = d >>> 9;
  p.month = (d >>> 5) & 15;
  p.day = d & 31;
  p.hour = Math.floor(seconds / 3600);
  p.minute = Math.floor(seconds / 60) % 60;
  p.second = seconds % 60;
  p.micro = micros;
  return true;
}
