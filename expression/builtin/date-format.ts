import { dayOfYear, fromDays, toDays, weekdayOfDays, weekOf } from '../../types/calendar.js';
import { decodeUtf8, encodeUtf8 } from '../../types/charset.js';
import type { Datum } from '../../types/datum.js';
import { MAX_DURATION } from '../../types/duration.js';
import { SqlMode } from '../../types/sql-mode.js';
import type { FieldType } from '../../types/field-type.js';
import { evalType } from '../../types/field-type.js';
import type { PackedTime, TimeParts } from '../../types/time.js';
import { isValidDate, newTimeParts, packDate, packDateTime } from '../../types/time.js';
import { twoDigitYear } from '../../types/time-parse.js';
import type { Constant, Expression } from '../expression.js';
import type { Runtime } from '../runtime.js';
import { datetimeType, dateType, timeType } from '../type-inference.js';
import { DAY_NAMES, MONTH_NAMES } from './date-names.js';
import type { Kernel } from './scalar.js';
import { connectionString, defineAll } from './scalar.js';
import { dayNumber, unpacker } from './time-value.js';

/** DATE_FORMAT's patterns, both ways (manual, DATE_FORMAT and STR_TO_DATE). */

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));

function ordinal(d: number): string {
  const t = d % 10;
  if (d >= 11 && d <= 13) return `${d}th`;
  return `${d}${t === 1 ? 'st' : t === 2 ? 'nd' : t === 3 ? 'rd' : 'th'}`;
}

/** null: a part that the date does not have (name of month 0, week of a zero date). */
export function formatByPattern(p: TimeParts, pattern: string, locale: string): string | null {
  const months = MONTH_NAMES.get(locale) ?? MONTH_NAMES.get('en_US')!;
  const days = DAY_NAMES.get(locale) ?? DAY_NAMES.get('en_US')!;
  const hour12 = (p.hour % 24) % 12 === 0 ? 12 : (p.hour % 24) % 12;
  const ampm = p.hour % 24 < 12 ? 'AM' : 'PM';
  const week = (mode: number): { year: number; week: number } => weekOf(p.year, p.month, p.day, mode);
  let out = '';
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!;
    if (c !== '%' || i + 1 === pattern.length) {
      out += c;
      continue;
    }
    switch (pattern[++i]) {
      case 'a':
        if (p.year === 0 && p.month === 0 && p.day === 0) return null;
        out += days[weekdayOfDays(dayNumber(p))]!.slice(0, 3);
        break;
      case 'b':
        if (p.month === 0) return null;
        out += [...months[p.month - 1]!].slice(0, 3).join('');
        break;
      case 'c':
        out += p.month;
        break;
      case 'D':
        out += ordinal(p.day);
        break;
      case 'd':
        out += two(p.day);
        break;
      case 'e':
        out += p.day;
        break;
      case 'f':
        out += String(p.micro).padStart(6, '0');
        break;
      case 'H':
        out += two(p.hour);
        break;
      case 'h':
      case 'I':
        out += two(hour12);
        break;
      case 'i':
        out += two(p.minute);
        break;
      case 'j':
        out += String(p.month === 0 ? 0 : dayOfYear(p.year, p.month, p.day)).padStart(3, '0');
        break;
      case 'k':
        out += p.hour;
        break;
      case 'l':
        out += hour12;
        break;
      case 'M':
        if (p.month === 0) return null;
        out += months[p.month - 1]!;
        break;
      case 'm':
        out += two(p.month);
        break;
      case 'p':
        out += ampm;
        break;
      case 'r':
        out += `${two(hour12)}:${two(p.minute)}:${two(p.second)} ${ampm}`;
        break;
      case 'S':
      case 's':
        out += two(p.second);
        break;
      case 'T':
        out += `${two(p.hour)}:${two(p.minute)}:${two(p.second)}`;
        break;
      case 'U':
        out += two(week(0).week);
        break;
      case 'u':
        out += two(week(1).week);
        break;
      case 'V':
        out += two(week(2).week);
        break;
      case 'v':
        out += two(week(3).week);
        break;
      case 'W':
        if (p.month === 0 && p.day === 0 && p.year === 0) return null;
        out += days[weekdayOfDays(dayNumber(p))]!;
        break;
      case 'w':
        if (p.month === 0 && p.year === 0) return null;
        out += (weekdayOfDays(dayNumber(p)) + 1) % 7;
        break;
      case 'X':
        out += String(week(2).year).padStart(4, '0');
        break;
      case 'x':
        out += String(week(3).year).padStart(4, '0');
        break;
      case 'Y':
        out += String(p.year).padStart(4, '0');
        break;
      case 'y':
        out += two(p.year % 100);
        break;
      default:
        out += pattern[i]!;
    }
  }
  return out;
}

/** What a STR_TO_DATE pattern can give. */
export function patternKind(pattern: string): { date: boolean; time: boolean; micros: boolean } {
  let date = false;
  let time = false;
  let micros = false;
  for (const m of pattern.matchAll(/%(.)/gs)) {
    if ('abcDdejMmUuVvWwXxYy'.includes(m[1]!)) date = true;
    else if ('HhIiklprSsTf'.includes(m[1]!)) time = true;
    if (m[1] === 'f') micros = true;
  }
  return { date, time, micros };
}

/** Parts read by a pattern; null where the text does not follow it. Text after the end: `rest`. */
export function parseByPattern(text: string, pattern: string): { parts: TimeParts; rest: boolean } | null {
  const p = newTimeParts();
  let pm: boolean | null = null;
  let hour12 = false;
  let yday = 0;
  let weekday = -1;
  let week = -1;
  let weekMode = 0;
  let weekYear = -1;
  let i = 0;
  const digits = (max: number): number | null => {
    let n = 0;
    let v = 0;
    while (n < max && i < text.length && text.charCodeAt(i) >= 48 && text.charCodeAt(i) <= 57) {
      v = v * 10 + text.charCodeAt(i) - 48;
      i++;
      n++;
    }
    return n === 0 ? null : v;
  };
  const name = (list: readonly string[], short: boolean): number => {
    const rest = text.slice(i).toLowerCase();
    for (let k = 0; k < list.length; k++) {
      const w = (short ? list[k]!.slice(0, 3) : list[k]!).toLowerCase();
      if (rest.startsWith(w)) {
        i += w.length;
        return k;
      }
    }
    return -1;
  };
  const spaces = (): void => {
    while (i < text.length && /\s/.test(text[i]!)) i++;
  };
  const months = MONTH_NAMES.get('en_US')!;
  const days = DAY_NAMES.get('en_US')!;
  for (let f = 0; f < pattern.length; f++) {
    const c = pattern[f]!;
    if (/\s/.test(c)) {
      spaces();
      continue;
    }
    spaces();
    if (i >= text.length) {
      // Parts that the text does not reach stay zero.
      break;
    }
    if (c !== '%' || f + 1 === pattern.length) {
      if (text[i] !== c) return null;
      i++;
      continue;
    }
    let v: number | null;
    switch (pattern[++f]) {
      case 'Y':
        {
          const start = i;
          v = digits(4);
          if (v === null) return null;
          p.year = i - start <= 2 ? twoDigitYear(v) : v;
        }
        break;
      case 'y':
        if ((v = digits(2)) === null) return null;
        p.year = twoDigitYear(v);
        break;
      case 'm':
      case 'c':
        if ((v = digits(2)) === null || v > 12) return null;
        p.month = v;
        break;
      case 'd':
      case 'e':
        if ((v = digits(2)) === null || v > 31) return null;
        p.day = v;
        break;
      case 'D':
        if ((v = digits(2)) === null || v > 31) return null;
        p.day = v;
        i += 2;
        break;
      case 'H':
      case 'k':
        if ((v = digits(2)) === null || v > 23) return null;
        p.hour = v;
        break;
      case 'h':
      case 'I':
      case 'l':
        if ((v = digits(2)) === null || v > 12 || v === 0) return null;
        p.hour = v;
        hour12 = true;
        break;
      case 'i':
        if ((v = digits(2)) === null || v > 59) return null;
        p.minute = v;
        break;
      case 'S':
      case 's':
        if ((v = digits(2)) === null || v > 59) return null;
        p.second = v;
        break;
      case 'f': {
        const start = i;
        v = digits(6);
        if (v === null) return null;
        p.micro = v * 10 ** (6 - (i - start));
        break;
      }
      case 'p': {
        const w = text.slice(i, i + 2).toUpperCase();
        if (w !== 'AM' && w !== 'PM') return null;
        pm = w === 'PM';
        i += 2;
        break;
      }
      case 'T':
      case 'r': {
        const m = (
          pattern[f] === 'T'
            ? /^(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?/
            : /^(\d{1,2}):(\d{1,2}):(\d{1,2})\s*([AaPp][Mm])/
        ).exec(text.slice(i));
        if (m === null) return null;
        p.hour = Number(m[1]);
        p.minute = Number(m[2]);
        p.second = Number(m[3] ?? 0);
        if (p.minute > 59 || p.second > 59 || p.hour > 23) return null;
        if (pattern[f] === 'r') {
          if (p.hour === 0 || p.hour > 12) return null;
          hour12 = true;
          pm = m[4]!.toUpperCase() === 'PM';
        }
        i += m[0].length;
        break;
      }
      case 'M':
        v = name(months, false);
        if (v < 0) return null;
        p.month = v + 1;
        break;
      case 'b':
        v = name(months, true);
        if (v < 0) return null;
        p.month = v + 1;
        break;
      case 'W':
        weekday = name(days, false);
        if (weekday < 0) return null;
        break;
      case 'a':
        weekday = name(days, true);
        if (weekday < 0) return null;
        break;
      case 'w':
        if ((v = digits(1)) === null || v > 6) return null;
        weekday = (v + 6) % 7;
        break;
      case 'j':
        if ((v = digits(3)) === null || v === 0 || v > 366) return null;
        yday = v;
        break;
      case 'U':
      case 'u':
      case 'V':
      case 'v':
        if ((v = digits(2)) === null || v > 53) return null;
        week = v;
        weekMode = pattern[f] === 'U' ? 0 : pattern[f] === 'u' ? 1 : pattern[f] === 'V' ? 2 : 3;
        break;
      case 'X':
      case 'x':
        if ((v = digits(4)) === null) return null;
        weekYear = v;
        break;
      case '.':
        while (i < text.length && /[!-/:-@[-`{-~]/.test(text[i]!)) i++;
        break;
      case '@':
        while (i < text.length && /[A-Za-z]/.test(text[i]!)) i++;
        break;
      case '#':
        while (i < text.length && /\d/.test(text[i]!)) i++;
        break;
      case '%':
        if (text[i] !== '%') return null;
        i++;
        break;
      default:
        return null;
    }
  }
  if (pm !== null || hour12) {
    if (!hour12 && pm !== null) return null;
    p.hour = (p.hour % 12) + (pm === true ? 12 : 0);
  }
  if (yday > 0) {
    const d = fromDays(toDays(p.year, 1, 1) + yday - 1);
    p.year = d >>> 9;
    p.month = (d >>> 5) & 15;
    p.day = d & 31;
  }
  if (week >= 0 && weekday >= 0) {
    const year = weekMode >= 2 ? weekYear : p.year;
    if (year < 0) return null;
    const sunday = weekMode === 0 || weekMode === 2;
    const base = toDays(year, 1, 1);
    const first = sunday ? (weekdayOfDays(base) + 1) % 7 : weekdayOfDays(base);
    let n: number;
    if (sunday) n = base + (first === 0 ? 0 : 7) - first + (week - 1) * 7 + ((weekday + 1) % 7);
    else n = base + (first <= 3 ? 0 : 7) - first + (week - 1) * 7 + weekday;
    const d = fromDays(n);
    if (d === 0) return null;
    p.year = d >>> 9;
    p.month = (d >>> 5) & 15;
    p.day = d & 31;
  }
  spaces();
  return { parts: p, rest: i < text.length };
}

function constantText(e: Expression | undefined): string | null {
  if (e === undefined || e.kind !== 'constant' || e.param !== undefined || !(e.value instanceof Uint8Array))
    return null;
  return decodeUtf8((e as Constant).value as Uint8Array);
}

function strToDateType(args: readonly Expression[]): FieldType {
  const pattern = constantText(args[1]);
  if (pattern === null) return datetimeType(6);
  const k = patternKind(pattern);
  if (k.date && !k.time) return dateType();
  if (k.time && !k.date) return timeType(k.micros ? 6 : 0);
  return datetimeType(k.micros ? 6 : 0);
}

const FORMATS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  DATE: { USA: '%m.%d.%Y', JIS: '%Y-%m-%d', ISO: '%Y-%m-%d', EUR: '%d.%m.%Y', INTERNAL: '%Y%m%d' },
  DATETIME: {
    USA: '%Y-%m-%d %H.%i.%s',
    JIS: '%Y-%m-%d %H:%i:%s',
    ISO: '%Y-%m-%d %H:%i:%s',
    EUR: '%Y-%m-%d %H.%i.%s',
    INTERNAL: '%Y%m%d%H%i%s',
  },
  TIME: { USA: '%h:%i:%s %p', JIS: '%H:%i:%s', ISO: '%H:%i:%s', EUR: '%H.%i.%s', INTERNAL: '%H%i%s' },
};

defineAll('time', [
  {
    name: 'date_format',
    args: ['datetime', 'string'],
    type: connectionString(-1),
    stable: false,
    make: ([t]): Kernel => {
      const u = unpacker(t!);
      return (rt: Runtime, v: PackedTime, f: Uint8Array) => {
        const r = formatByPattern(u(v), decodeUtf8(f), rt.ctx.lcTimeNames);
        return r === null ? null : encodeUtf8(r);
      };
    },
    pushdown: 'DateFormatSig',
    doc: 'DATE_FORMAT(d, format). Manual: Date and Time Functions.',
  },
  {
    name: 'time_format',
    args: ['time', 'string'],
    type: connectionString(-1),
    kernel: (_rt, v: number, f: Uint8Array) => {
      const a = Math.abs(v);
      const s = Math.floor(a / 1e6);
      const p: TimeParts = {
        year: 0,
        month: 0,
        day: 0,
        hour: Math.floor(s / 3600),
        minute: Math.floor(s / 60) % 60,
        second: s % 60,
        micro: a - s * 1e6,
      };
      const r = formatByPattern(p, decodeUtf8(f), 'en_US');
      return r === null ? null : encodeUtf8(v < 0 ? `-${r}` : r);
    },
    pushdown: 'TimeFormat',
    doc: 'TIME_FORMAT(t, format). Manual: Date and Time Functions.',
  },
  {
    name: 'str_to_date',
    args: ['string', 'string'],
    type: strToDateType,
    make: (_types, type): Kernel => {
      const kind = evalType(type);
      const isDate =
        type.flen === 10 && kind === 'datetime' && type.decimal === 0 && type.tp === dateType().tp;
      return (rt: Runtime, s: Uint8Array, f: Uint8Array): Datum => {
        const text = decodeUtf8(s);
        const r = parseByPattern(text, decodeUtf8(f));
        const bad = (): null => {
          rt.problem(
            'ER_WRONG_VALUE_FOR_TYPE',
            kind === 'duration' ? 'time' : 'datetime',
            text,
            'str_to_date',
          );
          return null;
        };
        if (r === null) return bad();
        const p = r.parts;
        if (kind === 'duration') {
          const v = (p.hour * 3600 + p.minute * 60 + p.second) * 1e6 + p.micro;
          if (v > MAX_DURATION) return bad();
          if (r.rest) rt.warning('ER_TRUNCATED_WRONG_VALUE', 'time', text);
          return v;
        }
        const partial = p.year === 0 || p.month === 0 || p.day === 0;
        const calendar = rt.sqlMode & ~(SqlMode.NoZeroDate | SqlMode.NoZeroInDate);
        if (
          !isValidDate(p.year, p.month, p.day, calendar) ||
          (partial && (rt.sqlMode & SqlMode.NoZeroDate) !== 0)
        )
          return bad();
        if (r.rest) rt.warning('ER_TRUNCATED_WRONG_VALUE', isDate ? 'date' : 'datetime', text);
        if (isDate) return packDate(p.year, p.month, p.day);
        return packDateTime(p.year, p.month, p.day, p.hour, p.minute, p.second, p.micro, type.decimal);
      };
    },
    pushdown: 'StrToDateDatetime',
    doc: 'STR_TO_DATE(s, format). Manual: Date and Time Functions.',
  },
  {
    name: 'get_format',
    args: ['string', 'string'],
    type: connectionString(17),
    kernel: (_rt, kind: Uint8Array, region: Uint8Array) => {
      const k = decodeUtf8(kind).toUpperCase();
      const f = FORMATS[k === 'TIMESTAMP' ? 'DATETIME' : k]?.[decodeUtf8(region).toUpperCase()];
      return f === undefined ? null : encodeUtf8(f);
    },
    doc: "GET_FORMAT(DATE|TIME|DATETIME, 'USA'|'JIS'|'ISO'|'EUR'|'INTERNAL'). Manual: Date and Time Functions.",
  },
]);
