import { daysInMonth, MAX_DAYS, toDays } from '../../types/calendar.js';
import { decodeUtf8 } from '../../types/charset.js';
import type { DecInt } from '../../types/decimal.js';
import { decRescale } from '../../types/decimal.js';
import { rint } from '../../types/convert-number.js';
import type { FieldType } from '../../types/field-type.js';
import { evalType } from '../../types/field-type.js';
import type { TimeParts } from '../../types/time.js';
import { fromDaysAny } from '../../types/time.js';

/** INTERVAL values (manual, "Temporal Intervals"). */
export interface Interval {
  /** Either months, or days and microseconds; all of one sign. */
  months: number;
  days: number;
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

const ZERO: Readonly<Interval> = { months: 0, days: 0, micros: 0 };

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
      r.micros += n * 3.6e9;
      return;
    case 'minute':
      r.micros += n * 6e7;
      return;
    case 'second':
      r.micros += n * 1e6;
      return;
    case 'us':
      r.micros += n;
  }
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
    const n = f === 'us' && fields.length > 1 ? Number(digits.slice(0, 6).padEnd(6, '0')) : Number(digits);
    put(r, f, negative ? -n : n);
  });
  return r;
}

/** Reads interval values of one argument type in one unit. */
export function intervalReader(t: FieldType, unit: string): (v: number | bigint | Uint8Array) => Interval {
  const fields = FIELDS.get(unit)!;
  const field = fields[0]!;
  if (fields.length > 1) {
    return (v) => {
      if (v instanceof Uint8Array) return composite(decodeUtf8(v), fields);
      const d = evalType(t) === 'decimal' ? t.decimal : 0;
      const digits = String(v);
      const negative = digits.startsWith('-');
      const abs = (negative ? digits.slice(1) : digits).padStart(d + 1, '0');
      const text =
        d > 0
          ? `${abs.slice(0, abs.length - d)}.${abs.slice(abs.length - d)}`
          : evalType(t) === 'real'
            ? String(v)
            : abs;
      return composite(negative ? `-${text}` : text, fields);
    };
  }
  return (v) => {
    const r = { ...ZERO };
    if (field === 'second') {
      r.micros = secondsToMicros(v, t);
      return r;
    }
    let n: number;
    if (v instanceof Uint8Array) {
      const m = /^\s*([+-]?\d+)/.exec(decodeUtf8(v));
      n = m === null ? 0 : Number(m[1]);
    } else {
      switch (evalType(t)) {
        case 'decimal':
          n = Number(decRescale(v, t.decimal, 0));
          break;
        case 'real':
          n = rint(v as number);
          break;
        default:
          n = Number(v);
      }
    }
    put(r, field, n === 0 ? 0 : n);
    return r;
  };
}

function secondsToMicros(v: number | bigint | Uint8Array, t: FieldType): number {
  if (v instanceof Uint8Array) {
    const m = /^\s*([+-]?)(\d*)(?:\.(\d*))?/.exec(decodeUtf8(v))!;
    const n = Number(m[2] ?? 0) * 1e6 + Number((m[3] ?? '').slice(0, 6).padEnd(6, '0'));
    return m[1] === '-' ? -n : n;
  }
  switch (evalType(t)) {
    case 'decimal':
      return Number(decRescale(v as DecInt, t.decimal, 6));
    case 'real':
      return Math.round((v as number) * 1e6);
    default:
      return Number(v) * 1e6;
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
    if (r.days === 0 && r.micros === 0) return true;
  }
  let micros = (p.hour * 3600 + p.minute * 60 + p.second) * 1e6 + p.micro + sign * r.micros;
  if (!Number.isFinite(micros) || Math.abs(micros) > Number.MAX_SAFE_INTEGER) {
    // Centuries of microseconds lose digits; whole days are taken out exactly enough to see that they overflow.
    if (Math.abs(micros) > 3.2e17) return false;
  }
  const shift = Math.floor(micros / 8.64e10);
  micros -= shift * 8.64e10;
  const day = toDays(p.year, p.month, p.day) + sign * r.days + shift;
  if (!(day >= 1 && day <= MAX_DAYS)) return false;
  const d = fromDaysAny(day);
  if (d === null) return false;
  p.year = d >>> 9;
  p.month = (d >>> 5) & 15;
  p.day = d & 31;
  const s = Math.floor(micros / 1e6);
  p.hour = Math.floor(s / 3600);
  p.minute = Math.floor(s / 60) % 60;
  p.second = s % 60;
  p.micro = micros - s * 1e6;
  return true;
}
