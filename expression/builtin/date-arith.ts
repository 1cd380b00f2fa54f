import type { Emitter, Value } from '../codegen.js';
import { partsText } from '../../types/assign-time.js';
import { mysqlError } from '../../types/error-table.js';
import { decodeUtf8, encodeUtf8 } from '../../types/charset.js';
import type { Datum } from '../../types/datum.js';
import type { DecInt } from '../../types/decimal.js';
import { clampDuration, formatDuration, MAX_DURATION, parseDuration } from '../../types/duration.js';
import type { FieldType } from '../../types/field-type.js';
import { evalType, TypeCode } from '../../types/field-type.js';
import type { PackedTime, TimeParts } from '../../types/time.js';
import {
  coreOf,
  coreToEpochSeconds,
  formatDate,
  formatDateTime,
  newTimeParts,
  packDate,
  packDateTime,
} from '../../types/time.js';
import { parseTimeText, parsedToDateTime } from '../../types/time-parse.js';
import { unpackDateTime } from '../../types/time.js';
import { castTo, newFunction } from '../build.js';
import type { BuildContext } from '../build-context.js';
import type { Expression, ScalarFunction } from '../expression.js';
import type { FunctionSpec } from '../function-registry.js';
import { registerFunction, registerFunctions } from '../function-registry.js';
import type { Runtime } from '../runtime.js';
import {
  datetimeType,
  dateType,
  decimalType,
  intType,
  isStringType,
  stringType,
  timeType,
} from '../type-inference.js';
import { unitOf } from './date-fields.js';
import { addInterval, hasMicros, intervalReader, isDateUnit } from './interval.js';
import type { Kernel } from './scalar.js';
import { asTimeText } from './time-text.js';
import { argCode, argumentFsp, connectionText, defineAll, toArgDomain } from './scalar.js';
import { dayNumber, fspOf, isDateType, isFullDate, timeMicros, unpacker } from './time-value.js';

/** Date arithmetic (manual, "Date and Time Functions"). */

const MICROS_PER_DAY = 8.64e10;

/** Packs parts as the cells of a temporal type. */
function packAs(p: TimeParts, t: FieldType): PackedTime {
  if (isDateType(t)) return packDate(p.year, p.month, p.day);
  return packDateTime(p.year, p.month, p.day, p.hour, p.minute, p.second, p.micro, Math.max(0, t.decimal));
}

const overflow = (rt: Runtime): null => {
  rt.problem('ER_DATETIME_FUNCTION_OVERFLOW', 'datetime');
  return null;
};

/** Digits of seconds that an interval argument may bring. */
function intervalFsp(v: FieldType, unit: string): number {
  if (hasMicros(unit)) return 6;
  if (unit !== 'SECOND') return 0;
  switch (evalType(v)) {
    case 'decimal':
      return Math.min(6, v.decimal);
    case 'int':
      return 0;
    default:
      return 6;
  }
}

function resultType(d: FieldType, v: FieldType, unit: string, ctx: BuildContext): FieldType {
  const fsp = intervalFsp(v, unit);
  switch (evalType(d)) {
    case 'datetime':
      if (isDateType(d)) return isDateUnit(unit) ? dateType() : datetimeType(fsp);
      return datetimeType(Math.max(d.decimal, fsp));
    case 'duration':
      return timeType(Math.max(d.decimal, fsp));
    default:
      return connectionText(29, ctx);
  }
}

/** d ± INTERVAL v unit over text: a date stays a date unless the unit reaches below days. */
function addToText(
  rt: Runtime,
  text: Uint8Array,
  read: ReturnType<typeof intervalReader>,
  v: number | bigint | Uint8Array,
  unit: string,
  sign: number,
): Uint8Array | null {
  const s = decodeUtf8(text);
  const t = parseTimeText(s);
  const bad = (): null => {
    rt.problem('ER_TRUNCATED_WRONG_VALUE_FOR_TYPE', 'datetime', s);
    return null;
  };
  if (t === null) return bad();
  const packed = parsedToDateTime(t, 6, rt.sqlMode);
  if (packed === null) return bad();
  const p = unpackDateTime(packed, 6, newTimeParts());
  if (!isFullDate(p)) return bad();
  if (t.truncated) rt.warning('ER_TRUNCATED_WRONG_VALUE', 'datetime', s);
  if (!addInterval(p, read(v), sign)) return overflow(rt);
  if (!t.hasTime && isDateUnit(unit)) return encodeUtf8(formatDate(packDate(p.year, p.month, p.day)));
  const fsp = p.micro === 0 ? 0 : 6;
  return encodeUtf8(
    formatDateTime(packDateTime(p.year, p.month, p.day, p.hour, p.minute, p.second, p.micro, fsp), fsp),
  );
}

/** An interval that is no number counts as 0, one beyond 64 bits gives NULL; both are complained of. */
function checkInterval(rt: Runtime, v: number | bigint | Uint8Array, unit: string): boolean {
  if (typeof v === 'bigint' && (v > 9223372036854775807n || v < -9223372036854775808n)) {
    rt.problem('ER_TRUNCATED_WRONG_VALUE', 'DECIMAL', v.toString());
    return false;
  }
  // SELECTs have always been silent about the text of an interval.
  if (!(v instanceof Uint8Array) || unit.includes('_') || !rt.strict) return true;
  const text = decodeUtf8(v);
  if (!/^\s*[+-]?(\d|\.\d)/.test(text)) rt.problem('ER_TRUNCATED_WRONG_VALUE', 'DECIMAL', text);
  return true;
}

function dateArithmetic(name: string, aliases: string[], sign: number): FunctionSpec {
  return {
    name,
    aliases,
    minArgs: 2,
    maxArgs: 3,
    family: 'time',
    pushdown: sign > 0 ? 'AddDateDatetimeInt' : 'SubDateDatetimeInt',
    doc: `${name.toUpperCase()}(d, INTERVAL v unit), d ${sign > 0 ? '+' : '-'} INTERVAL v unit. Manual: Date and Time Functions.`,
    resolve(raw, ctx) {
      // ADDDATE(d, n) counts days.
      const unitArg: Expression = raw[2] ?? {
        kind: 'constant',
        value: encodeUtf8('DAY'),
        type: stringType(3),
      };
      const unit = unitOf(unitArg);
      let d = raw[0]!;
      const kind = evalType(d.type);
      if (kind !== 'datetime' && kind !== 'duration') {
        d =
          kind === 'string'
            ? d
            : kind === 'json' || d.type.tp === TypeCode.Null || d.type.tp === TypeCode.Bit
              ? castTo(d, stringType(), ctx)
              : asTimeText(d);
      }
      let v = raw[1]!;
      const vk = evalType(v.type);
      if (vk === 'datetime' || vk === 'duration' || vk === 'json' || v.type.tp === TypeCode.Bit)
        v = castTo(v, intType(), ctx);
      else if (vk === 'string') v = toArgDomain(v, 'string', ctx);
      return { args: [d, v, unitArg], type: resultType(d.type, v.type, unit, ctx) };
    },
    emit(g, node) {
      const [d, v] = node.args as [Expression, Expression, Expression];
      const a = isStringType(d.type) ? g.operand(d, 'string') : g.emit(d);
      if (a.nul === 'true') return a;
      // What comes of the interval counts only where there is a date.
      if (v.kind === 'function' && a.nul !== 'false') {
        const date = g.stable(a);
        return g.choose([() => emitSum(g, node, { ...date, nul: 'false' })], (take) => {
          g.line(`if(!(${date.nul})){`);
          take(0);
          g.line('}');
        });
      }
      return emitSum(g, node, a);
    },
  };

  function emitSum(g: Emitter, node: ScalarFunction, a: Value): Value {
    const [d, v, u] = node.args as [Expression, Expression, Expression];
    const unit = unitOf(u);
    const b = isStringType(v.type) ? g.operand(v, 'string') : g.emit(v);
    const nul = g.anyNull([a, b]);
    if (nul === 'true') return { ...a, nul };
    const read = intervalReader(v.type, unit);
    let kernel: Kernel;
    switch (evalType(d.type)) {
      case 'datetime': {
        const unpack = unpacker(d.type);
        const type = node.type;
        kernel = (rt: Runtime, x: PackedTime, y: number | bigint | Uint8Array) => {
          const p = unpack(x);
          if (!isFullDate(p)) return null;
          return addInterval(p, read(y), sign) ? packAs(p, type) : overflow(rt);
        };
        break;
      }
      case 'duration':
        kernel = (rt: Runtime, x: number, y: number | bigint | Uint8Array) => {
          const i = read(y);
          if (i.months !== 0) return overflow(rt);
          const r = x + sign * (i.days * MICROS_PER_DAY + i.seconds * 1e6 + i.micros);
          return r > MAX_DURATION || r < -MAX_DURATION ? overflow(rt) : r;
        };
        break;
      default: {
        // A number that stands for no date comes as it is.
        const ofNumber = d.kind === 'function' && d.name === 'time_text' && !isStringType(d.args[0]!.type);
        kernel = (rt: Runtime, x: Uint8Array, y: number | bigint | Uint8Array) => {
          if (!checkInterval(rt, y, unit)) return null;
          if (ofNumber && x.indexOf(0x2d, 1) < 0) {
            rt.problem('ER_TRUNCATED_WRONG_VALUE_FOR_TYPE', 'datetime', decodeUtf8(x));
            return null;
          }
          return addToText(rt, x, read, y, unit, sign);
        };
      }
    }
    return g.fromCall(
      `${g.pool(kernel)}(rt,${argCode(g, a, d.type)},${argCode(g, b, v.type)})`,
      node.type,
      nul,
      true,
    );
  }
}

registerFunctions([dateArithmetic('date_add', ['adddate'], 1), dateArithmetic('date_sub', ['subdate'], -1)]);

registerFunction({
  name: 'timestampadd',
  minArgs: 3,
  maxArgs: 3,
  family: 'time',
  doc: 'TIMESTAMPADD(unit, n, d). Manual: Date and Time Functions.',
  rewrite([u, n, d], ctx) {
    // Fractions of seconds come out with all six digits.
    const fraction = unitOf(u!) === 'SECOND' && evalType(n!.type) === 'decimal' && n!.type.decimal > 0;
    const sum = newFunction('date_add', [d!, fraction ? castTo(n!, decimalType(65, 6), ctx) : n!, u!], ctx);
    return d!.type.tp === TypeCode.Timestamp && sum.type.tp === TypeCode.DateTime
      ? newFunction('existing_time', [sum], ctx)
      : sum;
  },
  resolve: (args) => ({ args, type: args[2]!.type }),
  emit: (g, node) => g.emit(node.args[2]!),
});

registerFunction({
  name: 'existing_time',
  minArgs: 1,
  maxArgs: 1,
  internal: true,
  family: 'time',
  doc: 'A DATETIME made of a TIMESTAMP: error 8179 for a local time that the clocks of the session time zone skip, as in TiDB.',
  resolve: (args) => ({ args, type: args[0]!.type }),
  emit(g, node) {
    const a = g.emit(node.args[0]!);
    const { type } = node;
    const kernel = (rt: Runtime, v: PackedTime): PackedTime => {
      const local = coreToEpochSeconds(coreOf(v, type.decimal));
      if (rt.timeZone.localToUtc(local) === null)
        throw mysqlError('ER_TIMESTAMP_IN_DST_TRANSITION', partsText(v, type.decimal), rt.timeZone.name);
      return v;
    };
    return g.fromCall(`${g.pool(kernel)}(rt,${argCode(g, a, type)})`, type, g.anyNull([a]), false);
  },
});

/** Whole months between, truncated towards zero by day and time of day. */
function monthsBetween(a: TimeParts, b: TimeParts): number {
  const sign = compareParts(a, b) <= 0 ? 1 : -1;
  const [x, y] = sign > 0 ? [a, b] : [b, a];
  let m = (y.year - x.year) * 12 + y.month - x.month;
  if (y.day < x.day || (y.day === x.day && timeMicros(y) < timeMicros(x))) m--;
  return m * sign;
}

function compareParts(a: TimeParts, b: TimeParts): number {
  const x = dayNumber(a) * MICROS_PER_DAY;
  const y = dayNumber(b) * MICROS_PER_DAY;
  if (x !== y) return x < y ? -1 : 1;
  return timeMicros(a) - timeMicros(b);
}

const DIVISORS: ReadonlyMap<string, number> = new Map([
  ['WEEK', 7 * MICROS_PER_DAY],
  ['DAY', MICROS_PER_DAY],
  ['HOUR', 3.6e9],
  ['MINUTE', 6e7],
  ['SECOND', 1e6],
]);

function timestampDiff(unit: string, a: TimeParts, b: TimeParts): DecInt {
  switch (unit) {
    case 'YEAR':
      return Math.trunc(monthsBetween(a, b) / 12) + 0;
    case 'QUARTER':
      return Math.trunc(monthsBetween(a, b) / 3) + 0;
    case 'MONTH':
      return monthsBetween(a, b) + 0;
  }
  const days = dayNumber(b) - dayNumber(a);
  const micros = timeMicros(b) - timeMicros(a);
  if (unit === 'MICROSECOND') {
    const r = BigInt(days) * 86400000000n + BigInt(micros);
    return Number.isSafeInteger(Number(r)) ? Number(r) : r;
  }
  const div = DIVISORS.get(unit)!;
  // Seconds and the fraction apart: days * 8.64e10 may pass 2^53.
  const seconds = days * 86400 + Math.floor(micros / 1e6);
  const frac = micros - Math.floor(micros / 1e6) * 1e6;
  const d = div / 1e6;
  const whole = seconds < 0 && frac > 0 ? seconds + 1 : seconds;
  return Math.trunc(whole / d) + 0;
}

registerFunction({
  name: 'timestampdiff',
  minArgs: 3,
  maxArgs: 3,
  family: 'time',
  pushdown: 'TimestampDiff',
  doc: 'TIMESTAMPDIFF(unit, a, b): b - a in whole units. Manual: Date and Time Functions.',
  resolve: ([u, a, b], ctx) => ({
    args: [u!, toArgDomain(a!, 'datetime', ctx), toArgDomain(b!, 'datetime', ctx)],
    type: intType(false, 21),
  }),
  emit(g, node: ScalarFunction) {
    const unit = unitOf(node.args[0]!);
    const a = g.emit(node.args[1]!);
    const b = g.emit(node.args[2]!);
    const nul = g.anyNull([a, b]);
    if (nul === 'true') return { ...a, rep: 'n', v: '0', nul, bound: 0 };
    const ua = unpacker(node.args[1]!.type);
    const ub = unpacker(node.args[2]!.type);
    const kernel = (x: PackedTime, y: PackedTime): Datum => {
      const p = ua(x);
      const q = ub(y);
      return isFullDate(p) && isFullDate(q) ? timestampDiff(unit, p, q) : null;
    };
    return g.fromDatum(
      `${g.pool(kernel)}(${g.asDatum(a, 'datetime')},${g.asDatum(b, 'datetime')})`,
      nul,
      true,
    );
  },
});

/** Result of ADDTIME and SUBTIME: by the first argument. */
function addTimeType(x: Expression, y: Expression, ctx: BuildContext): FieldType {
  const a = x.type;
  const f = Math.max(fspOf(a), argumentFsp(y));
  // A text brings as many digits of seconds as it has, row by row.
  const varying = evalType(a) === 'datetime' && isStringType(y.type) && y.kind !== 'constant';
  switch (varying ? 'string' : evalType(a)) {
    case 'datetime':
      return isDateType(a) ? datetimeType(argumentFsp(y)) : datetimeType(f);
    case 'duration':
      return timeType(f);
    default:
      return connectionText(26, ctx);
  }
}

function shiftParts(p: TimeParts, micros: number): boolean {
  return addInterval(p, { months: 0, days: 0, seconds: 0, micros }, 1);
}

/** The second argument must be a time, not a datetime: NULL otherwise. */
function readTimeText(rt: Runtime, b: Uint8Array): number | null {
  const s = decodeUtf8(b);
  const r = parseDuration(s, 6);
  if (r === null || r.truncated) rt.problem('ER_TRUNCATED_WRONG_VALUE', 'time', s);
  return r === null ? null : r.value;
}

const looksLikeDateTime = (s: string): boolean =>
  /^\s*\d{2,4}[-/.]\d{1,2}[-/.]\d{1,2}/.test(s) || /^\s*\d{12,14}/.test(s);

function addTimeKernel(a: FieldType, b: FieldType, type: FieldType, sign: number): Kernel {
  const second = (rt: Runtime, y: number | Uint8Array): number | null =>
    y instanceof Uint8Array ? (looksLikeDateTime(decodeUtf8(y)) ? null : readTimeText(rt, y)) : y;
  if (evalType(b) === 'datetime') return () => null;
  switch (evalType(a)) {
    case 'datetime': {
      const u = unpacker(a);
      return (rt: Runtime, x: PackedTime, y: number | Uint8Array) => {
        const v = second(rt, y);
        if (v === null) return null;
        const p = u(x);
        const zero = p.year === 0 && p.month === 0 && p.day === 0;
        if (zero) return null;
        if (!shiftParts(p, sign * v)) return overflow(rt);
        if (!(y instanceof Uint8Array) || !isStringType(type)) return packAs(p, type);
        const digits = /\.(\d{1,6})/.exec(decodeUtf8(y))?.[1]?.length ?? 0;
        const fsp = Math.max(isDateType(a) ? 0 : fspOf(a), digits);
        return encodeUtf8(
          formatDateTime(packDateTime(p.year, p.month, p.day, p.hour, p.minute, p.second, p.micro, fsp), fsp),
        );
      };
    }
    case 'duration':
      return (rt: Runtime, x: number, y: number | Uint8Array) => {
        const v = second(rt, y);
        if (v === null) return null;
        return clampDuration(x + sign * v);
      };
    default:
      return (rt: Runtime, x: Uint8Array, y: number | Uint8Array) => {
        const v = second(rt, y);
        if (v === null) return null;
        const s = decodeUtf8(x);
        if (looksLikeDateTime(s)) {
          const t = parseTimeText(s);
          const packed = t === null ? null : parsedToDateTime(t, 6, rt.sqlMode);
          if (packed === null) {
            rt.problem('ER_TRUNCATED_WRONG_VALUE', 'time', s);
            return null;
          }
          const p = unpackDateTime(packed, 6, newTimeParts());
          if (!isFullDate(p) || !shiftParts(p, sign * v)) return overflow(rt);
          const fsp = p.micro === 0 ? 0 : 6;
          return encodeUtf8(
            formatDateTime(
              packDateTime(p.year, p.month, p.day, p.hour, p.minute, p.second, p.micro, fsp),
              fsp,
            ),
          );
        }
        const t = readTimeText(rt, x);
        if (t === null) return null;
        const r = clampDuration(t + sign * v);
        return encodeUtf8(formatDuration(r, r % 1e6 === 0 ? 0 : 6));
      };
  }
}

function timeShift(name: string, sign: number): FunctionSpec {
  return {
    name,
    minArgs: 2,
    maxArgs: 2,
    family: 'time',
    pushdown: sign > 0 ? 'AddDatetimeAndDuration' : 'SubDatetimeAndDuration',
    doc: `${name.toUpperCase()}(a, t). Manual: Date and Time Functions.`,
    resolve(raw, ctx) {
      const args = raw.map((e) => {
        const d = evalType(e.type);
        return d === 'datetime' || d === 'duration' || d === 'string' ? e : castTo(e, stringType(), ctx);
      });
      return { args, type: addTimeType(args[0]!, raw[1]!, ctx) };
    },
    emit(g, node) {
      const [x, y] = node.args as [Expression, Expression];
      const a = isStringType(x.type) ? g.operand(x, 'string') : g.emit(x);
      const b = isStringType(y.type) ? g.operand(y, 'string') : g.emit(y);
      const nul = g.anyNull([a, b]);
      if (nul === 'true') return { ...a, nul };
      const k = addTimeKernel(x.type, y.type, node.type, sign);
      return g.fromCall(
        `${g.pool(k)}(rt,${argCode(g, a, x.type)},${argCode(g, b, y.type)})`,
        node.type,
        nul,
        true,
      );
    },
  };
}

registerFunctions([timeShift('addtime', 1), timeShift('subtime', -1)]);

/** A TIMEDIFF operand: microseconds, with the day where it is a datetime. */
interface Moment {
  readonly isDate: boolean;
  readonly days: number;
  readonly micros: number;
}

function momentReader(t: FieldType): (rt: Runtime, v: number | bigint | Uint8Array) => Moment | null {
  switch (evalType(t)) {
    case 'datetime': {
      const u = unpacker(t);
      return (_rt, v) => {
        const p = u(v as PackedTime);
        return { isDate: true, days: dayNumber(p), micros: timeMicros(p) };
      };
    }
    case 'duration':
      return (_rt, v) => ({ isDate: false, days: 0, micros: v as number });
    default:
      return (rt, v) => {
        const s = decodeUtf8(v as Uint8Array);
        // Text as long as YYMMDDhhmmss is a datetime where it can be read as one.
        if (s.trim().replace(/^-|\..*$/g, '').length >= 12) {
          const p = parseTimeText(s);
          const packed = p === null ? null : parsedToDateTime(p, 6, rt.sqlMode);
          if (packed !== null) {
            const q = unpackDateTime(packed, 6, newTimeParts());
            return { isDate: true, days: dayNumber(q), micros: timeMicros(q) };
          }
        }
        const d = readTimeText(rt, v as Uint8Array);
        return d === null ? null : { isDate: false, days: 0, micros: d };
      };
  }
}

registerFunction({
  name: 'timediff',
  minArgs: 2,
  maxArgs: 2,
  family: 'time',
  pushdown: 'TimeTimeTimeDiff',
  doc: 'TIMEDIFF(a, b): both times or both datetimes. Manual: Date and Time Functions.',
  resolve(raw, ctx) {
    const args = raw.map((e) => {
      const d = evalType(e.type);
      return d === 'datetime' || d === 'duration' || d === 'string' ? e : castTo(e, stringType(), ctx);
    });
    return { args, type: timeType(Math.max(...raw.map(argumentFsp))) };
  },
  emit(g, node) {
    const [x, y] = node.args as [Expression, Expression];
    const a = isStringType(x.type) ? g.operand(x, 'string') : g.emit(x);
    const b = isStringType(y.type) ? g.operand(y, 'string') : g.emit(y);
    const nul = g.anyNull([a, b]);
    if (nul === 'true') return { ...a, rep: 'n', v: '0', nul };
    const ra = momentReader(x.type);
    const rb = momentReader(y.type);
    const k: Kernel = (rt: Runtime, v: number | bigint | Uint8Array, w: number | bigint | Uint8Array) => {
      const p = ra(rt, v);
      const q = rb(rt, w);
      if (p === null || q === null || p.isDate !== q.isDate) return null;
      const r = (p.days - q.days) * MICROS_PER_DAY + p.micros - q.micros;
      if (r > MAX_DURATION || r < -MAX_DURATION) {
        rt.warning('ER_TRUNCATED_WRONG_VALUE', 'time', formatDuration(r, 0));
        return clampDuration(r);
      }
      return r;
    };
    return g.fromNumber(
      `${g.pool(k)}(rt,${argCode(g, a, x.type)},${argCode(g, b, y.type)})`,
      nul,
      true,
      3020399999999,
    );
  },
});

defineAll('time', [
  {
    name: 'date',
    args: ['datetime'],
    type: () => dateType(),
    make: ([t]): Kernel => {
      const u = unpacker(t!);
      return (_rt, v: PackedTime) => {
        const p = u(v);
        return packDate(p.year, p.month, p.day);
      };
    },
    inline: (_g, node, [a], nul) => (isDateType(node.args[0]!.type) ? { ...a!, nul } : null),
    total: true,
    pushdown: 'Date',
    doc: 'DATE(d). Manual: Date and Time Functions.',
  },
  {
    name: 'time',
    args: ['any'],
    type: (args) => timeType(fspOf(args[0]!.type)),
    rewrite: ([a], ctx) => castTo(a!, timeType(argumentFsp(a!)), ctx),
    kernel: () => null,
    doc: 'TIME(d). Manual: Date and Time Functions.',
  },
  {
    name: 'timestamp',
    args: ['datetime', 'time'],
    min: 1,
    type: (args) => datetimeType(Math.max(...args.map((a) => fspOf(a.type)))),
    rewrite: (args, ctx) =>
      args.length === 1
        ? castTo(args[0]!, datetimeType(argumentFsp(args[0]!)), ctx)
        : newFunction('addtime', [castTo(args[0]!, datetimeType(argumentFsp(args[0]!)), ctx), args[1]!], ctx),
    kernel: () => null,
    doc: 'TIMESTAMP(d), TIMESTAMP(d, t). Manual: Date and Time Functions.',
  },
]);
