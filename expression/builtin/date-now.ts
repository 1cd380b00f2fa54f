import { decodeUtf8, encodeUtf8 } from '../../types/charset.js';
import type { DecInt } from '../../types/decimal.js';
import { decRescale } from '../../types/decimal.js';
import { mysqlError } from '../../types/error-table.js';
import type { FieldType } from '../../types/field-type.js';
import { evalType } from '../../types/field-type.js';
import type { PackedTime } from '../../types/time.js';
import {
  dateTimeToDate,
  dateTimeToDuration,
  microsOf,
  newTimeParts,
  packCore,
  unpackDateTime,
} from '../../types/time.js';
import type { TimeZone } from '../../types/timezone.js';
import {
  epochMicrosToLocal,
  epochToLocal,
  localToEpochSeconds,
  localToUtc,
  timeZone,
  UTC,
  utcToLocal,
} from '../../types/timezone.js';
import { newFunction } from '../build.js';
import type { Expression } from '../expression.js';
import type { Runtime } from '../runtime.js';
import { datetimeType, dateType, decimalType, intType, isStringType, timeType } from '../type-inference.js';
import { formatByPattern } from './date-format.js';
import type { Kernel, ScalarDefinition } from './scalar.js';
import { defineAll } from './scalar.js';
import { fspOf, isDateType } from './time-value.js';

/** The clock and time zones (manual, "Date and Time Functions"). */

type Definition = Omit<ScalarDefinition, 'family'>;

/** The fsp argument of NOW(f) and its kind: a literal from 0 to 6. */
function fspArgument(args: readonly Expression[], name: string): number {
  const a = args[0];
  if (a === undefined) return 0;
  const f = a.kind === 'constant' && a.param === undefined && typeof a.value === 'number' ? a.value : 0;
  if (f > 6 || f < 0) throw mysqlError('ER_TOO_BIG_PRECISION', f, name, 6);
  return f;
}

const clock = (
  name: string,
  aliases: string[],
  type: (fsp: number) => FieldType,
  value: (rt: Runtime, fsp: number) => PackedTime,
  doc: string,
): Definition => ({
  name,
  aliases,
  args: ['int'],
  min: 0,
  type: (args) => type(fspArgument(args, name)),
  stable: false,
  make: (_types, t) => {
    const fsp = Math.max(0, t.decimal);
    // The value is that of the statement: computed once per run.
    let last: Runtime | null = null;
    let v: PackedTime = 0;
    return (rt: Runtime) => {
      if (rt !== last) {
        last = rt;
        v = value(rt, fsp);
      }
      return v;
    };
  },
  total: true,
  doc: `${doc} Manual: Date and Time Functions.`,
});

const local = (rt: Runtime, fsp: number): PackedTime =>
  epochMicrosToLocal(rt.ctx.nowMicros, fsp, rt.timeZone);
const utc = (rt: Runtime, fsp: number): PackedTime => epochMicrosToLocal(rt.ctx.nowMicros, fsp, UTC);

const MAX_UNIX_SECONDS = 32536771199;

/** Seconds and microseconds since the epoch; null in a gap of the zone. */
function toEpoch(v: PackedTime, t: FieldType, zone: TimeZone): { seconds: number; micros: number } | null {
  const fsp = isDateType(t) ? 0 : Math.max(0, t.decimal);
  const packed = isDateType(t) ? (v as number) * 131072 : v;
  const p = unpackDateTime(packed, fsp, newTimeParts());
  if (p.month === 0 || p.day === 0) return { seconds: 0, micros: 0 };
  let s = localToEpochSeconds(packed, fsp, zone);
  if (s === null) {
    // A skipped local time counts as the end of the gap.
    const naive = localToEpochSeconds(packed, fsp, UTC)!;
    s = zone.gapEnd(naive);
  }
  return { seconds: s, micros: microsOf(packed, fsp) };
}

defineAll('time', [
  clock(
    'now',
    ['current_timestamp', 'localtime', 'localtimestamp'],
    datetimeType,
    local,
    'NOW([fsp]), CURRENT_TIMESTAMP: start of the statement.',
  ),
  clock('utc_timestamp', [], datetimeType, utc, 'UTC_TIMESTAMP([fsp]).'),
  clock(
    'curdate',
    ['current_date'],
    () => dateType(),
    (rt) => dateTimeToDate(local(rt, 0), 0),
    'CURDATE(), CURRENT_DATE.',
  ),
  clock(
    'utc_date',
    [],
    () => dateType(),
    (rt) => dateTimeToDate(utc(rt, 0), 0),
    'UTC_DATE().',
  ),
  clock(
    'curtime',
    ['current_time'],
    timeType,
    (rt, f) => dateTimeToDuration(local(rt, f), f),
    'CURTIME([fsp]), CURRENT_TIME.',
  ),
  clock('utc_time', [], timeType, (rt, f) => dateTimeToDuration(utc(rt, f), f), 'UTC_TIME([fsp]).'),
  {
    name: 'sysdate',
    args: ['int'],
    min: 0,
    type: (args) => datetimeType(fspArgument(args, 'sysdate')),
    deterministic: false,
    stable: false,
    make: (_types, t) => (rt: Runtime) =>
      epochMicrosToLocal(
        rt.ctx.session.systemVariable('tidb_sysdate_is_now', 'session') === 'ON'
          ? rt.ctx.nowMicros
          : Date.now() * 1000,
        Math.max(0, t.decimal),
        rt.timeZone,
      ),
    total: true,
    doc: 'SYSDATE([fsp]): time of evaluation. Manual: Date and Time Functions.',
  },
  {
    name: 'unix_timestamp',
    args: ['datetime'],
    min: 0,
    stable: false,
    type: (args) => {
      const f = args.length === 0 ? 0 : fspOf(args[0]!.type);
      return f === 0 ? intType(true, 11) : decimalType(11 + f, f);
    },
    rewrite(args, ctx) {
      const a = args[0];
      // A literal brings only the digits of fraction that it has.
      if (a === undefined || !isStringType(a.type) || a.kind !== 'constant' || a.param !== undefined)
        return null;
      return newFunction('unix_timestamp', [newFunction('timestamp', [a], ctx)], ctx);
    },
    make: (types, type): Kernel => {
      if (types.length === 0) return (rt: Runtime) => Math.floor(rt.ctx.nowMicros / 1e6);
      const t = types[0]!;
      const scale = evalType(type) === 'decimal' ? type.decimal : 0;
      return (rt: Runtime, v: PackedTime) => {
        const e = toEpoch(v, t, rt.timeZone);
        if (
          e === null ||
          e.seconds < 0 ||
          e.seconds > MAX_UNIX_SECONDS ||
          (e.seconds === 0 && e.micros === 0)
        )
          return 0;
        return scale === 0 ? e.seconds : e.seconds * 10 ** scale + Math.floor(e.micros / 10 ** (6 - scale));
      };
    },
    total: true,
    pushdown: 'UnixTimestampInt',
    doc: 'UNIX_TIMESTAMP([d]). Manual: Date and Time Functions.',
  },
  {
    name: 'from_unixtime',
    args: ['numeric', 'string'],
    min: 1,
    stable: false,
    type: (args, ctx) => {
      if (args.length === 1) return datetimeType(fspOf(args[0]!.type));
      return newFunction(
        'date_format',
        [{ kind: 'constant', value: null, type: datetimeType() }, args[1]!],
        ctx,
      ).type;
    },
    make: (types, _type): Kernel => {
      const t = types[0]!;
      const f = fspOf(t);
      const real = evalType(t) === 'real';
      const scale = evalType(t) === 'decimal' ? t.decimal : 0;
      return (rt: Runtime, v: DecInt | number, format?: Uint8Array) => {
        const all = real ? Math.round((v as number) * 1e6) : decRescale(v, scale, 6);
        const seconds = typeof all === 'bigint' ? Number(all / 1000000n) : Math.floor(all / 1e6);
        if (v < 0 || seconds > MAX_UNIX_SECONDS) return null;
        const micros = typeof all === 'bigint' ? Number(all % 1000000n) : all - seconds * 1e6;
        const packed = epochToLocal(seconds, micros, format === undefined ? f : 6, rt.timeZone);
        if (format === undefined) return packed;
        const r = formatByPattern(
          unpackDateTime(packed, 6, newTimeParts()),
          decodeUtf8(format),
          rt.ctx.lcTimeNames,
        );
        return r === null ? null : encodeUtf8(r);
      };
    },
    pushdown: 'FromUnixTime1Arg',
    doc: 'FROM_UNIXTIME(n[, format]). Manual: Date and Time Functions.',
  },
  {
    name: 'convert_tz',
    args: ['datetime', 'string', 'string'],
    type: (args) => datetimeType(isDateType(args[0]!.type) ? 0 : args[0]!.type.decimal),
    make: ([t], type): Kernel => {
      const f = Math.max(0, type.decimal);
      return (_rt, v: PackedTime, from: Uint8Array, to: Uint8Array) => {
        const a = timeZone(decodeUtf8(from));
        const b = timeZone(decodeUtf8(to));
        if (a === null || b === null) return null;
        const packed = isDateType(t!) ? packCore((v as number) * 131072, 0, f) : v;
        const p = unpackDateTime(packed, f, newTimeParts());
        if (p.month === 0 || p.day === 0) return null;
        // A time that clocks skip is the end of the gap.
        const u =
          localToUtc(packed, f, a) ??
          epochMicrosToLocal(a.gapEnd(localToEpochSeconds(packed, f, UTC)!) * 1e6, f, UTC);
        const q = unpackDateTime(u, f, p);
        // Outside the range of TIMESTAMP, which begins a second after the epoch, no conversion occurs.
        if (
          localToEpochSeconds(u, f, UTC)! < 1 ||
          q.year > 3001 ||
          (q.year === 3001 && (q.month > 1 || q.day > 18))
        )
          return packed;
        return utcToLocal(u, f, b);
      };
    },
    doc: 'CONVERT_TZ(d, from, to). Manual: Date and Time Functions.',
  },
  {
    name: 'tidb_parse_tso',
    args: ['int'],
    type: () => datetimeType(6),
    kernel: (rt: Runtime, tso: DecInt) => {
      const n = BigInt(tso);
      if (n <= 0n) return null;
      const ms = Number(n >> 18n);
      return epochMicrosToLocal(ms * 1000, 6, rt.timeZone);
    },
    stable: false,
    doc: 'TIDB_PARSE_TSO(tso): the time of a transaction timestamp (TiDB).',
  },
  {
    name: 'tidb_parse_tso_logical',
    args: ['int'],
    type: () => intType(false, 20),
    kernel: (_rt, tso: DecInt) => (BigInt(tso) <= 0n ? null : Number(BigInt(tso) & 0x3ffffn)),
    doc: 'TIDB_PARSE_TSO_LOGICAL(tso) (TiDB).',
  },
]);
