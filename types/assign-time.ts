import type { ConvertContext } from './convert-context.js';
import type { SqlWarning } from './error.js';
import { report, warn } from './convert-context.js';
import { durationUnder, readTime, temporalName } from './convert-time.js';
import { evalType } from './field-type.js';
import type { FieldType } from './field-type.js';
import { TypeCode } from './field-type.js';
import { datumToString } from './format.js';
import { SqlMode } from './sql-mode.js';
import type { PackedTime } from './time.js';
import {
  coreOf,
  coreToEpochSeconds,
  dateOfCore,
  dateTimeToDate,
  epochSecondsToCore,
  newTimeParts,
  packCore,
  unpackDateTime,
} from './time.js';
import { plainTime } from './time-parse.js';
import { isZero } from './datum.js';

/** Zero of the column type. */
const zero = (fsp: number, date: boolean): PackedTime => (!date && fsp > 4 ? 0n : 0);

/** Largest second of TIMESTAMP, 2038-01-19 03:14:07 UTC. */
const TIMESTAMP_MAX = 2147483647;

/** 1292 for a value that is no such time. */
function reportWrong(ctx: ConvertContext, type: string, shown: string): void {
  if (ctx.updating === true) report(ctx, 'ER_TRUNCATED_WRONG_VALUE_FOR_TYPE', type, shown);
  else report(ctx, 'ER_TRUNCATED_WRONG_VALUE_FOR_COLUMN', type, shown, ctx.column, ctx.row);
}

/** DATE, DATETIME and TIMESTAMP columns: 1292 for what is no such time, zero stored where not strict. */
export function assignTime(
  v: number | bigint | Uint8Array,
  from: FieldType,
  to: FieldType,
  ctx: ConvertContext,
): PackedTime {
  const date = to.tp === TypeCode.Date || to.tp === TypeCode.NewDate;
  const fsp = date ? 0 : to.decimal;
  if (typeof v === 'object' && to.tp !== TypeCode.Timestamp && from.tp !== TypeCode.Json) {
    const core = plainTime(v);
    if (core >= 0) return date ? dateOfCore(core) : packCore(core, 0, fsp);
  }
  const shown = (): string => datumToString(v, from);
  const bad = (): PackedTime => {
    reportWrong(ctx, temporalName(to.tp), shown());
    return zero(fsp, date);
  };
  // Zero dates first: NO_ZERO_DATE makes them an error in strict mode and a warning otherwise, without it they are plain values.
  const r = readTime(v, from, to.tp, fsp, readingContext(to, ctx));
  if (r.value === null) return bad();
  const d = date ? Number(r.value) : dateTimeToDate(r.value, fsp);
  if (d === 0 && isZero(r.value)) {
    if ((ctx.sqlMode & SqlMode.NoZeroDate) === 0) return r.value;
    return bad();
  }
  if ((d & 31) === 0 || ((d >>> 5) & 15) === 0) {
    if ((ctx.sqlMode & SqlMode.NoZeroInDate) !== 0 || to.tp === TypeCode.Timestamp) return bad();
  }
  if (r.truncated) {
    if (evalType(from) === 'string') return truncatedText(r.value, to, ctx, shown());
  }
  return to.tp === TypeCode.Timestamp ? timestampInRange(r.value, to, ctx, shown) : r.value;
}

function truncatedText(value: PackedTime, to: FieldType, ctx: ConvertContext, shown: string): PackedTime {
  reportWrong(ctx, temporalName(to.tp), shown);
  return to.tp === TypeCode.Timestamp ? timestampInRange(value, to, ctx, () => shown) : value;
}

/** The context without some flags of sql_mode. */
class LaxerDates implements ConvertContext {
  constructor(
    private readonly ctx: ConvertContext,
    private readonly without: number,
  ) {}
  get sqlMode(): number {
    return this.ctx.sqlMode & ~this.without;
  }
  get strict(): boolean {
    return this.ctx.strict;
  }
  get timeZone(): ConvertContext['timeZone'] {
    return this.ctx.timeZone;
  }
  get column(): string {
    return this.ctx.column;
  }
  get row(): number {
    return this.ctx.row;
  }
  get updating(): boolean {
    return this.ctx.updating === true;
  }
  warn(w: SqlWarning): void {
    this.ctx.warn(w);
  }
  nowMicros(): number {
    return this.ctx.nowMicros();
  }
}

/**
 * The context to read a time in. Zero and partial dates are admitted, so that they can be told from what is no date at all;
 * ALLOW_INVALID_DATES says nothing about TIMESTAMP (manual, "Server SQL Modes").
 */
function readingContext(to: FieldType, ctx: ConvertContext): ConvertContext {
  let without = SqlMode.NoZeroDate | SqlMode.NoZeroInDate;
  if (to.tp === TypeCode.Timestamp) without |= SqlMode.AllowInvalidDates;
  return (ctx.sqlMode & without) === 0 ? ctx : new LaxerDates(ctx, without);
}

/** `{2025 3 30 2 0 0 0}`: the time in TiDB's messages. */
export function partsText(v: PackedTime, fsp: number): string {
  const p = unpackDateTime(v, fsp, newTimeParts());
  return `{${p.year} ${p.month} ${p.day} ${p.hour} ${p.minute} ${p.second} ${p.micro}}`;
}

function timestampInRange(
  v: PackedTime,
  to: FieldType,
  ctx: ConvertContext,
  shown: () => string,
): PackedTime {
  const core = coreOf(v, to.decimal);
  const local = coreToEpochSeconds(core);
  const utc = ctx.timeZone.localToUtc(local);
  if (utc === null) {
    const end = ctx.timeZone.gapEnd(local);
    if (ctx.strict) reportWrong(ctx, 'timestamp', shown());
    warn(ctx, 'Warning', 'ER_TRUNCATED_WRONG_VALUE_FOR_COLUMN', 'timestamp', shown(), ctx.column, ctx.row);
    const moved = epochSecondsToCore(end + ctx.timeZone.offsetAt(end));
    return moved === null ? zero(to.decimal, false) : packCore(moved, 0, to.decimal);
  }
  if (utc < 1 || utc > TIMESTAMP_MAX) {
    reportWrong(ctx, 'timestamp', shown());
    return zero(to.decimal, false);
  }
  return v;
}

/** TIME columns: 1292 for what is no time, clamped out of range. */
export function assignDuration(
  v: number | bigint | Uint8Array,
  from: FieldType,
  to: FieldType,
  ctx: ConvertContext,
): number {
  const r = durationUnder(v, from, to.decimal, ctx);
  if (r.value === null) {
    report(ctx, 'ER_TRUNCATED_WRONG_VALUE_FOR_COLUMN', 'time', datumToString(v, from), ctx.column, ctx.row);
    return 0;
  }
  if (r.overflow) {
    report(ctx, 'ER_TRUNCATED_WRONG_VALUE_FOR_COLUMN', 'time', datumToString(v, from), ctx.column, ctx.row);
    return r.value;
  }
  if (r.truncated)
    report(ctx, 'ER_TRUNCATED_WRONG_VALUE_FOR_COLUMN', 'time', datumToString(v, from), ctx.column, ctx.row);
  else if (evalType(from) === 'datetime' && from.tp !== TypeCode.Date)
    warn(ctx, 'Note', 'WARN_DATA_TRUNCATED', ctx.column, ctx.row);
  return r.value;
}
