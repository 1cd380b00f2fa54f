import { dayOfYear, fromDays, toDays, weekdayOfDays, weekOf, daysInMonth } from '../../types/calendar.js';
import { encodeUtf8 } from '../../types/charset.js';
import type { DecInt } from '../../types/decimal.js';
import { decRescale } from '../../types/decimal.js';
import { MAX_DURATION } from '../../types/duration.js';
import { mysqlError } from '../../types/error-table.js';
import type { FieldType } from '../../types/field-type.js';
import { evalType, Flag } from '../../types/field-type.js';
import type { PackedTime, TimeParts } from '../../types/time.js';
import { packDate } from '../../types/time.js';
import type { Constant, Expression, ScalarFunction } from '../expression.js';
import type { Runtime } from '../runtime.js';
import { dateType, intType, timeType } from '../type-inference.js';
import { DAY_NAMES, MONTH_NAMES } from './date-names.js';
import type { Kernel, ScalarDefinition } from './scalar.js';
import { connectionString, defineAll, toNumber } from './scalar.js';
import {
  dateCode,
  dayNumber,
  isFullDate,
  notADay,
  secondNumber,
  timeMicros,
  unpacker,
} from './time-value.js';
import { toArgDomain } from './scalar.js';
import { decodeUtf8 } from '../../types/charset.js';
import { registerFunction } from '../function-registry.js';
import type { BuildContext } from '../build-context.js';

/** Parts of dates and times, day counts (manual, "Date and Time Functions"). */

const nullable = (flen: number) => (): FieldType => intType(false, flen);

type Definition = Omit<ScalarDefinition, 'family'>;

/** A number read off the parts; zero parts give zeros. */
const part = (
  name: string,
  aliases: string[],
  flen: number,
  f: (p: TimeParts) => number,
  js: ((d: string) => string) | null,
  doc: string,
  pushdown?: string,
): Definition => ({
  name,
  aliases,
  args: ['datetime'],
  type: nullable(flen),
  make: ([t]): Kernel => {
    const u = unpacker(t!);
    return (_rt, v: PackedTime) => f(u(v));
  },
  inline: (g, node, [a], nul) =>
    js === null || a!.rep !== 'n' ? null : g.num(js(g.let(dateCode(a!.v, node.args[0]!.type))), nul, 10000),
  total: true,
  pushdown,
  doc: `${doc} Manual: Date and Time Functions.`,
});

/** A number of a calendar day; NULL for zero and partial dates. */
const ofDay = (
  name: string,
  aliases: string[],
  flen: number,
  f: (p: TimeParts) => number,
  doc: string,
  pushdown?: string,
): Definition => ({
  name,
  aliases,
  args: ['datetime'],
  type: nullable(flen),
  make: ([t]): Kernel => {
    const u = unpacker(t!);
    return (rt, v: PackedTime) => {
      const p = u(v);
      return isFullDate(p) ? f(p) : notADay(rt, v, t!);
    };
  },
  pushdown,
  doc: `${doc} Manual: Date and Time Functions.`,
});

/** A part of a TIME, or of a DATETIME's time of day. */
const ofTime = (
  name: string,
  flen: number,
  f: (micros: number) => number,
  doc: string,
  pushdown?: string,
): Definition => ({
  name,
  args: ['time'],
  type: nullable(flen),
  kernel: (_rt, v: number) => f(Math.abs(v)),
  total: true,
  pushdown,
  doc: `${doc} Manual: Date and Time Functions.`,
});

function week(p: TimeParts, mode: number): number {
  const w = weekOf(p.year, p.month, p.day, mode);
  return w.week;
}

const names = (
  name: string,
  table: (rt: Runtime) => readonly string[],
  index: (p: TimeParts) => number | null,
): Definition => ({
  name,
  args: ['datetime'],
  type: connectionString(10),
  make: ([t]): Kernel => {
    const u = unpacker(t!);
    return (rt: Runtime, v: PackedTime) => {
      const i = index(u(v));
      return i === null ? notADay(rt, v, t!) : encodeUtf8(table(rt)[i]!);
    };
  },
  pushdown: name === 'dayname' ? 'DayName' : 'MonthName',
  doc: `${name.toUpperCase()}(d), in lc_time_names. Manual: Date and Time Functions.`,
});

const localeNames = (rt: Runtime, table: ReadonlyMap<string, readonly string[]>): readonly string[] =>
  table.get(rt.ctx.lcTimeNames) ?? table.get('en_US')!;

defineAll('time', [
  part(
    'year',
    [],
    4,
    (p) => p.year,
    (d) => `(${d}>>>9)`,
    'YEAR(d).',
    'Year',
  ),
  part(
    'month',
    [],
    2,
    (p) => p.month,
    (d) => `((${d}>>>5)&15)`,
    'MONTH(d).',
    'Month',
  ),
  part(
    'dayofmonth',
    ['day'],
    2,
    (p) => p.day,
    (d) => `(${d}&31)`,
    'DAY(d), DAYOFMONTH(d).',
    'DayOfMonth',
  ),
  part(
    'quarter',
    [],
    1,
    (p) => Math.floor((p.month + 2) / 3),
    (d) => `((((${d}>>>5)&15)+2)/3|0)`,
    'QUARTER(d).',
    'Quarter',
  ),
  ofDay(
    'dayofweek',
    [],
    1,
    (p) => ((weekdayOfDays(dayNumber(p)) + 1) % 7) + 1,
    'DAYOFWEEK(d): 1 = Sunday.',
    'DayOfWeek',
  ),
  ofDay('weekday', [], 1, (p) => weekdayOfDays(dayNumber(p)), 'WEEKDAY(d): 0 = Monday.', 'WeekDay'),
  ofDay('dayofyear', [], 3, (p) => dayOfYear(p.year, p.month, p.day), 'DAYOFYEAR(d).', 'DayOfYear'),
  ofDay('weekofyear', [], 2, (p) => week(p, 3), 'WEEKOFYEAR(d): WEEK(d, 3).', 'WeekOfYear'),
  ofDay('to_days', [], 6, dayNumber, 'TO_DAYS(d).', 'ToDays'),
  ofDay('to_seconds', [], 11, secondNumber, 'TO_SECONDS(d).', 'ToSeconds'),
  {
    name: 'week',
    args: ['datetime', 'int'],
    min: 1,
    type: nullable(2),
    stable: false,
    make: ([t]): Kernel => {
      const u = unpacker(t!);
      return (rt: Runtime, v: PackedTime, mode?: DecInt) => {
        const p = u(v);
        return isFullDate(p)
          ? week(p, (mode === undefined ? rt.ctx.defaultWeekFormat : toNumber(mode)) & 7)
          : notADay(rt, v, t!);
      };
    },
    pushdown: 'WeekWithMode',
    doc: 'WEEK(d[, mode]). Manual: Date and Time Functions.',
  },
  {
    name: 'yearweek',
    args: ['datetime', 'int'],
    min: 1,
    type: nullable(6),
    make: ([t]): Kernel => {
      const u = unpacker(t!);
      return (rt, v: PackedTime, mode?: DecInt) => {
        const p = u(v);
        if (!isFullDate(p)) return notADay(rt, v, t!);
        const w = weekOf(p.year, p.month, p.day, (mode === undefined ? 0 : toNumber(mode) & 7) | 2);
        return w.year * 100 + w.week;
      };
    },
    pushdown: 'YearWeekWithMode',
    doc: 'YEARWEEK(d[, mode]). Manual: Date and Time Functions.',
  },
  ofTime('hour', 3, (v) => Math.floor(v / 3.6e9), 'HOUR(t).', 'Hour'),
  ofTime('minute', 2, (v) => Math.floor(v / 6e7) % 60, 'MINUTE(t).', 'Minute'),
  ofTime('second', 2, (v) => Math.floor(v / 1e6) % 60, 'SECOND(t).', 'Second'),
  ofTime('microsecond', 6, (v) => v % 1e6, 'MICROSECOND(t).', 'MicroSecond'),
  {
    name: 'time_to_sec',
    args: ['time'],
    type: nullable(10),
    kernel: (_rt, v: number) => Math.trunc(v / 1e6) + 0,
    total: true,
    pushdown: 'TimeToSec',
    doc: 'TIME_TO_SEC(t). Manual: Date and Time Functions.',
  },
  names(
    'dayname',
    (rt) => localeNames(rt, DAY_NAMES),
    (p) => (isFullDate(p) ? weekdayOfDays(dayNumber(p)) : null),
  ),
  names(
    'monthname',
    (rt) => localeNames(rt, MONTH_NAMES),
    (p) => (p.month === 0 ? null : p.month - 1),
  ),
  {
    name: 'last_day',
    args: ['datetime'],
    type: () => dateType(),
    make: ([t]): Kernel => {
      const u = unpacker(t!);
      return (rt, v: PackedTime) => {
        const p = u(v);
        if (p.month === 0 || p.day === 0) return notADay(rt, v, t!);
        return packDate(p.year, p.month, daysInMonth(p.year, p.month));
      };
    },
    pushdown: 'LastDay',
    doc: 'LAST_DAY(d). Manual: Date and Time Functions.',
  },
  {
    name: 'datediff',
    args: ['datetime', 'datetime'],
    type: nullable(7),
    make: ([a, b]): Kernel => {
      const ua = unpacker(a!);
      const ub = unpacker(b!);
      return (rt, x: PackedTime, y: PackedTime) => {
        const p = ua(x);
        const q = ub(y);
        const full = isFullDate(p);
        if (!full) notADay(rt, x, a!);
        if (!isFullDate(q)) return notADay(rt, y, b!);
        return full ? dayNumber(p) - dayNumber(q) : null;
      };
    },
    pushdown: 'DateDiff',
    doc: 'DATEDIFF(a, b): days. Manual: Date and Time Functions.',
  },
  {
    name: 'from_days',
    args: ['int'],
    type: () => dateType(),
    kernel: (_rt, n: DecInt) => fromDays(toNumber(n)),
    total: true,
    pushdown: 'FromDays',
    doc: 'FROM_DAYS(n). Manual: Date and Time Functions.',
  },
  {
    name: 'makedate',
    args: ['int', 'int'],
    type: () => dateType(),
    kernel: (_rt, y: DecInt, d: DecInt) => {
      let year = toNumber(y);
      const day = toNumber(d);
      if (day <= 0 || year < 0 || year > 9999) return null;
      if (year < 70) year += 2000;
      else if (year < 100) year += 1900;
      const r = fromDays(toDays(year, 1, 1) + day - 1);
      return r === 0 ? null : r;
    },
    pushdown: 'MakeDate',
    doc: 'MAKEDATE(year, day_of_year). Manual: Date and Time Functions.',
  },
  {
    name: 'maketime',
    args: ['int', 'int', 'numeric'],
    type: (args) =>
      timeType(
        evalType(args[2]!.type) === 'decimal'
          ? Math.min(6, args[2]!.type.decimal)
          : evalType(args[2]!.type) === 'real'
            ? 6
            : 0,
      ),
    make: (types): Kernel => {
      const t = types[2]!;
      return (rt: Runtime, h: DecInt, m: DecInt, s: DecInt | number) => {
        const micros =
          evalType(t) === 'real'
            ? Math.round((s as number) * 1e6)
            : Number(decRescale(s, evalType(t) === 'decimal' ? t.decimal : 0, 6));
        const minute = toNumber(m);
        if (minute < 0 || minute > 59 || micros < 0 || micros >= 60e6) return null;
        const hour = toNumber(h);
        const v = (Math.abs(hour) * 3600 + minute * 60) * 1e6 + micros;
        if (v > MAX_DURATION) {
          rt.warning(
            'ER_TRUNCATED_WRONG_VALUE',
            'time',
            `${hour}:${String(minute).padStart(2, '0')}:${String(Math.floor(micros / 1e6)).padStart(2, '0')}`,
          );
          return hour < 0 ? -MAX_DURATION : MAX_DURATION;
        }
        return hour < 0 && v !== 0 ? -v : v;
      };
    },
    pushdown: 'MakeTime',
    doc: 'MAKETIME(h, m, s). Manual: Date and Time Functions.',
  },
  {
    name: 'sec_to_time',
    args: ['numeric'],
    type: (args) =>
      timeType(
        evalType(args[0]!.type) === 'decimal'
          ? Math.min(6, args[0]!.type.decimal)
          : evalType(args[0]!.type) === 'real'
            ? 6
            : 0,
      ),
    make:
      ([t]): Kernel =>
      (rt: Runtime, s: DecInt | number) => {
        const v =
          evalType(t!) === 'real'
            ? Math.round((s as number) * 1e6)
            : Number(decRescale(s, evalType(t!) === 'decimal' ? t!.decimal : 0, 6));
        if (v > MAX_DURATION || v < -MAX_DURATION) {
          rt.warning('ER_TRUNCATED_WRONG_VALUE', 'time', String(s));
          return v < 0 ? -MAX_DURATION : MAX_DURATION;
        }
        return v;
      },
    total: true,
    pushdown: 'SecToTime',
    doc: 'SEC_TO_TIME(s). Manual: Date and Time Functions.',
  },
  {
    name: 'period_add',
    args: ['int', 'int'],
    type: nullable(6),
    kernel: (_rt, p: DecInt, n: DecInt) => {
      checkPeriod(p, 'period_add');
      const months = periodMonths(toNumber(p)) + toNumber(n);
      return monthsPeriod(months);
    },
    total: true,
    pushdown: 'PeriodAdd',
    doc: 'PERIOD_ADD(YYYYMM, n). Manual: Date and Time Functions.',
  },
  {
    name: 'period_diff',
    args: ['int', 'int'],
    type: nullable(6),
    kernel: (_rt, a: DecInt, b: DecInt) => {
      checkPeriod(a, 'period_diff');
      checkPeriod(b, 'period_diff');
      return periodMonths(toNumber(a)) - periodMonths(toNumber(b));
    },
    total: true,
    pushdown: 'PeriodDiff',
    doc: 'PERIOD_DIFF(YYYYMM, YYYYMM): months. Manual: Date and Time Functions.',
  },
]);

function checkPeriod(p: DecInt, name: string): void {
  const n = toNumber(p);
  if (n < 0 || n % 100 === 0 || n % 100 > 12) throw mysqlError('ER_WRONG_ARGUMENTS', name);
}

function periodMonths(p: number): number {
  let y = Math.floor(p / 100);
  if (y < 70) y += 2000;
  else if (y < 100) y += 1900;
  return y * 12 + (p % 100) - 1;
}

const monthsPeriod = (m: number): number => Math.floor(m / 12) * 100 + (((m % 12) + 12) % 12) + 1;

/** EXTRACT over the parts of a datetime: digits of the unit's fields put together. */
function extractDateTime(unit: string, p: TimeParts): number {
  switch (unit) {
    case 'YEAR':
      return p.year;
    case 'QUARTER':
      return Math.floor((p.month + 2) / 3);
    case 'MONTH':
      return p.month;
    case 'WEEK':
      return p.month === 0 || p.day === 0 ? 0 : week(p, 0);
    case 'DAY':
      return p.day;
    case 'YEAR_MONTH':
      return p.year * 100 + p.month;
    case 'DAY_HOUR':
      return p.day * 100 + p.hour;
    case 'DAY_MINUTE':
      return p.day * 10000 + p.hour * 100 + p.minute;
    case 'DAY_SECOND':
      return p.day * 1000000 + p.hour * 10000 + p.minute * 100 + p.second;
    case 'DAY_MICROSECOND':
      return (p.day * 1000000 + p.hour * 10000 + p.minute * 100 + p.second) * 1e6 + p.micro;
    default:
      return extractTime(unit, timeMicros(p));
  }
}

/** EXTRACT over a TIME; units with a day count hours beyond 24. */
function extractTime(unit: string, v: number): number {
  const a = Math.abs(v);
  const micro = a % 1e6;
  const s = Math.floor(a / 1e6) % 60;
  const m = Math.floor(a / 6e7) % 60;
  const h = Math.floor(a / 3.6e9);
  const sign = v < 0 ? -1 : 1;
  const value = ((): number => {
    switch (unit) {
      case 'MICROSECOND':
        return micro;
      case 'SECOND':
        return s;
      case 'MINUTE':
        return m;
      case 'HOUR':
        return h;
      case 'SECOND_MICROSECOND':
        return s * 1e6 + micro;
      case 'MINUTE_MICROSECOND':
        return (m * 100 + s) * 1e6 + micro;
      case 'MINUTE_SECOND':
        return m * 100 + s;
      case 'HOUR_MICROSECOND':
      case 'DAY_MICROSECOND':
        return (h * 10000 + m * 100 + s) * 1e6 + micro;
      case 'HOUR_SECOND':
      case 'DAY_SECOND':
        return h * 10000 + m * 100 + s;
      case 'HOUR_MINUTE':
      case 'DAY_MINUTE':
        return h * 100 + m;
      case 'DAY_HOUR':
        return h;
      default:
        return 0;
    }
  })();
  return value === 0 ? 0 : sign * value;
}

const TIME_UNITS: ReadonlySet<string> = new Set([
  'MICROSECOND',
  'SECOND',
  'MINUTE',
  'HOUR',
  'SECOND_MICROSECOND',
  'MINUTE_MICROSECOND',
  'MINUTE_SECOND',
  'HOUR_MICROSECOND',
  'HOUR_SECOND',
  'HOUR_MINUTE',
]);

export const unitOf = (e: Expression): string =>
  decodeUtf8((e as Constant).value as Uint8Array).toUpperCase();

registerFunction({
  name: 'extract',
  minArgs: 2,
  maxArgs: 2,
  family: 'time',
  pushdown: 'ExtractDatetime',
  doc: 'EXTRACT(unit FROM d). Manual: Date and Time Functions.',
  resolve([u, v], ctx: BuildContext) {
    const unit = unitOf(u!);
    const d = evalType(v!.type);
    const clock =
      v!.kind === 'constant' && v!.value instanceof Uint8Array && /^\s*-?\d+:\d/.test(decodeUtf8(v!.value));
    const time = d === 'duration' || (d !== 'datetime' && (TIME_UNITS.has(unit) || clock));
    return {
      args: [u!, toArgDomain(v!, time ? 'time' : 'datetime', ctx)],
      type: { ...intType(false, 20), flag: Flag.Binary },
    };
  },
  emit(g, node: ScalarFunction) {
    const unit = unitOf(node.args[0]!);
    const e = node.args[1]!;
    const a = g.emit(e);
    if (a.nul === 'true') return a;
    if (evalType(e.type) === 'duration') {
      return g.fromNumber(`${g.pool(extractTime)}(${g.pool(unit)},${a.v})`, a.nul, false, 1e15);
    }
    if (a.rep === 'n' && (unit === 'YEAR' || unit === 'MONTH' || unit === 'DAY')) {
      const d = g.let(dateCode(a.v, e.type));
      return g.num(
        unit === 'YEAR' ? `(${d}>>>9)` : unit === 'MONTH' ? `((${d}>>>5)&15)` : `(${d}&31)`,
        a.nul,
        10000,
      );
    }
    const u = unpacker(e.type);
    const f = (v: PackedTime): number => extractDateTime(unit, u(v));
    return g.fromNumber(`${g.pool(f)}(${g.asDatum(a, 'datetime')})`, a.nul, false, 1e15);
  },
});
