import { decodeUtf8 } from './charset.js';
import type { ConvertContext } from './convert-context.js';
import { report } from './convert-context.js';
import type { Datum } from './datum.js';
import type { DecInt } from './decimal.js';
import { decFromNumber, decRescale, decTruncate, decSub } from './decimal.js';
import { durationFromNumber, parseDuration, roundDuration, clampDuration } from './duration.js';
import type { FieldType } from './field-type.js';
import { evalType, TypeCode } from './field-type.js';
import { datumToString } from './format.js';
import { readJsonScalar } from './json/binary.js';
import { jsonText } from './json/cast.js';
import { SqlMode } from './sql-mode.js';
import type { PackedTime } from './time.js';
import {
  addSecondsToCore,
  coreOf,
  dateOfCore,
  dateTimeToDate,
  dateTimeToDuration,
  dateToDateTime,
  isValidDate,
  packCore,
  rescaleDateTime,
  truncateDateTime,
} from './time.js';
import type { ParsedTime } from './time-parse.js';
import { parsedToDate, parsedToDateTime, parseTimeNumber, parseTimeText, plainTime } from './time-parse.js';
import { epochMicrosToLocal } from './timezone.js';

/** Name of a temporal type in messages. */
export function temporalName(tp: number): string {
  switch (tp) {
    case TypeCode.Date:
    case TypeCode.NewDate:
      return 'date';
    case TypeCode.Timestamp:
      return 'timestamp';
    case TypeCode.Time:
      return 'time';
    default:
      return 'datetime';
  }
}

export interface TimeResult {
  /** null: no such time. */
  readonly value: PackedTime | null;
  /** Something was dropped: text after the literal, or a time of day where DATE was wanted from a bad tail. */
  readonly truncated: boolean;
}

/**
 * The value as a DATE or DATETIME(fsp)/TIMESTAMP(fsp) packed value under ctx.sqlMode, without reporting. Numbers by their
 * digits, TIME on the current date.
 */
export function readTime(
  v: number | bigint | Uint8Array,
  from: FieldType,
  tp: number,
  fsp: number,
  ctx: ConvertContext,
): TimeResult {
  const date = tp === TypeCode.Date || tp === TypeCode.NewDate;
  switch (evalType(from)) {
    case 'datetime': {
      const fromDate = from.tp === TypeCode.Date || from.tp === TypeCode.NewDate;
      if (date)
        return {
          value: fromDate ? (v as number) : dateTimeToDate(v as PackedTime, from.decimal),
          truncated: false,
        };
      if (fromDate) return { value: dateToDateTime(v as number, fsp), truncated: false };
      const cut = (ctx.sqlMode & SqlMode.TimeTruncateFractional) !== 0;
      return {
        value: cut
          ? truncateDateTime(v as PackedTime, from.decimal, fsp)
          : rescaleDateTime(v as PackedTime, from.decimal, fsp),
        truncated: false,
      };
    }
    case 'duration': {
      const today = dateOfCore(coreOf(epochMicrosToLocal(ctx.nowMicros(), 0, ctx.timeZone), 0));
      return { value: durationOnDate(v as number, today, date, fsp), truncated: false };
    }
    case 'int':
      if (from.tp === TypeCode.Year) {
        // A YEAR is no date by itself.
        return { value: v === 0 ? fromParsed(parseTimeNumber(0), date, fsp, ctx) : null, truncated: false };
      }
      return { value: fromParsed(parseTimeNumber(v as DecInt), date, fsp, ctx), truncated: false };
    case 'real': {
      // The fraction that the number has, not that of its shortest text. Below zero is no date, however little.
      const whole = Math.trunc(v as number);
      const micros = Math.min(999999, Math.round(((v as number) - whole) * 1e6));
      if (!Number.isSafeInteger(whole) || (v as number) < 0) return { value: null, truncated: false };
      return { value: fromParsed(parseTimeNumber(whole, micros), date, fsp, ctx), truncated: false };
    }
    case 'decimal':
      return { value: fromDecimal(v as DecInt, from.decimal, date, fsp, ctx), truncated: false };
    default: {
      if (typeof v === 'object' && from.tp !== TypeCode.Json) {
        const core = plainTime(v);
        if (core >= 0) return { value: date ? dateOfCore(core) : packCore(core, 0, fsp), truncated: false };
      }
      const text =
        from.tp === TypeCode.Json
          ? jsonText(v as Uint8Array)
          : typeof v === 'object'
            ? decodeUtf8(v)
            : datumToString(v, from);
      const t = parseTimeText(text);
      if (t === null) return { value: null, truncated: false };
      return { value: fromParsed(t, date, fsp, ctx), truncated: t.truncated };
    }
  }
}

function fromParsed(
  t: ParsedTime | null,
  date: boolean,
  fsp: number,
  ctx: ConvertContext,
): PackedTime | null {
  if (t === null) return null;
  if (date && t.offset === null) return parsedToDate(t, ctx.sqlMode);
  const r = parsedToDateTime(t, fsp, ctx.sqlMode, (utc) => ctx.timeZone.offsetAt(utc) / 60);
  return r === null ? null : date ? dateTimeToDate(r, fsp) : r;
}

function fromDecimal(
  u: DecInt,
  scale: number,
  date: boolean,
  fsp: number,
  ctx: ConvertContext,
): PackedTime | null {
  if (u < 0) return null;
  const whole = decTruncate(u, scale, 0);
  const fraction = Number(decRescale(decSub(u, scale, whole, 0), scale, 6));
  const t = parseTimeNumber(whole, Math.min(fraction, 999999));
  return fromParsed(t, date, fsp, ctx);
}

/** A TIME added to midnight of a date; it is the time of day that is rounded. */
export function durationOnDate(micros: number, today: number, date: boolean, fsp: number): PackedTime | null {
  const unit = 10 ** (6 - fsp);
  const rounded = date ? micros : Math.floor(micros / unit + 0.5) * unit;
  const seconds = Math.floor(rounded / 1e6);
  const core = addSecondsToCore(today * 131072, seconds);
  if (core === null) return null;
  return date ? dateOfCore(core) : packCore(core, Math.round((rounded - seconds * 1e6) / unit), fsp);
}

/**
 * CAST(v AS DATE | DATETIME(fsp)). NULL with 1292 where the value is no time; dates with zero parts are refused by sql_mode.
 */
export function toTime(
  v: Datum,
  from: FieldType,
  tp: number,
  fsp: number,
  ctx: ConvertContext,
): PackedTime | null {
  if (v === null) return null;
  const r = readTime(v, from, tp, fsp, ctx);
  // What is a date already stays the date that it is, also a zero or partial one.
  if (r.value === null || (evalType(from) !== 'datetime' && zeroRefused(r.value, tp, fsp, ctx))) {
    report(ctx, 'ER_TRUNCATED_WRONG_VALUE_FOR_TYPE', temporalName(tp), datumToString(v, from));
    return null;
  }
  if (r.truncated) report(ctx, 'ER_TRUNCATED_WRONG_VALUE', temporalName(tp), datumToString(v, from));
  return r.value;
}

function zeroRefused(v: PackedTime, tp: number, fsp: number, ctx: ConvertContext): boolean {
  const date = tp === TypeCode.Date || tp === TypeCode.NewDate ? Number(v) : dateTimeToDate(v, fsp);
  if ((date & 31) !== 0 && ((date >>> 5) & 15) !== 0) return false;
  return !isValidDate(date >>> 9, (date >>> 5) & 15, date & 31, ctx.sqlMode);
}

export interface DurationResult {
  readonly value: number | null;
  readonly overflow: boolean;
  readonly truncated: boolean;
}

/** The value as TIME(fsp) in microseconds, without reporting. */
export function readDuration(v: number | bigint | Uint8Array, from: FieldType, fsp: number): DurationResult {
  switch (evalType(from)) {
    case 'duration':
      return { value: clampDuration(roundDuration(v as number, fsp)), overflow: false, truncated: false };
    case 'datetime':
      if (from.tp === TypeCode.Date || from.tp === TypeCode.NewDate)
        return { value: 0, overflow: false, truncated: false };
      return {
        value: roundDuration(dateTimeToDuration(v as PackedTime, from.decimal), fsp),
        overflow: false,
        truncated: false,
      };
    case 'int':
      return ofNumber(v as DecInt, 0, fsp);
    case 'real': {
      const d = decFromNumber(v as number);
      return ofDecimal(d.unscaled, d.scale, fsp);
    }
    case 'decimal':
      return ofDecimal(v as DecInt, from.decimal, fsp);
    default: {
      // JSON numbers and containers are no times.
      if (from.tp === TypeCode.Json && !hasTimeText(v as Uint8Array))
        return { value: null, overflow: false, truncated: false };
      const text =
        from.tp === TypeCode.Json
          ? jsonText(v as Uint8Array)
          : typeof v === 'object'
            ? decodeUtf8(v)
            : datumToString(v, from);
      const r = parseDuration(text, fsp);
      if (r === null) return { value: null, overflow: false, truncated: false };
      return { value: r.value, overflow: r.overflow, truncated: r.truncated };
    }
  }
}

/** readDuration, with digits cut off instead of rounded under TIME_TRUNCATE_FRACTIONAL. */
export function durationUnder(
  v: number | bigint | Uint8Array,
  from: FieldType,
  fsp: number,
  ctx: ConvertContext,
): DurationResult {
  if ((ctx.sqlMode & SqlMode.TimeTruncateFractional) === 0) return readDuration(v, from, fsp);
  const r = readDuration(v, from, 6);
  if (r.value === null) return r;
  const unit = 10 ** (6 - fsp);
  return { ...r, value: Math.trunc(r.value / unit) * unit };
}

function hasTimeText(b: Uint8Array): boolean {
  const { kind } = readJsonScalar(b);
  return kind === 'string' || kind === 'opaque';
}

function ofDecimal(u: DecInt, scale: number, fsp: number): DurationResult {
  const whole = decTruncate(u, scale, 0);
  return ofNumber(whole, Number(decRescale(decSub(u, scale, whole, 0), scale, 6)), fsp);
}

function ofNumber(n: DecInt, micro: number, fsp: number): DurationResult {
  const r = durationFromNumber(n, micro);
  if (r === null) return { value: null, overflow: false, truncated: false };
  return { value: clampDuration(roundDuration(r.value, fsp)), overflow: r.overflow, truncated: false };
}

/** CAST(v AS TIME(fsp)); NULL with 1292 where the value is no time, clamped with 1292 out of range. */
export function toDuration(v: Datum, from: FieldType, fsp: number, ctx: ConvertContext): number | null {
  if (v === null) return null;
  const r = durationUnder(v, from, fsp, ctx);
  if (r.value === null || r.overflow || r.truncated) {
    report(ctx, 'ER_TRUNCATED_WRONG_VALUE', 'time', datumToString(v, from));
  }
  return r.value;
}
