import type { ParamValue, QueryAttributes } from '../../session/client-session.js';
import { mysqlError } from '../../types/error-table.js';
import type { FieldType } from '../../types/field-type.js';
import { Flag, newFieldType, TypeCode } from '../../types/field-type.js';
import { parseDecimal } from '../../types/number-parse.js';
import { packDate, packDateTime } from '../../types/time.js';
import type { PayloadReader } from './payload-reader.js';
import type { PreparedStatement } from './prepared-statement.js';
import { malformedPacket } from './protocol-errors.js';

const UNSIGNED_BIT = 0x8000;
const NO_PARAMS: readonly ParamValue[] = [];

const NULL_PARAM: ParamValue = { type: newFieldType(TypeCode.Null), value: null };

const TEXT = newFieldType(TypeCode.VarString);
const BLOB = newFieldType(TypeCode.Blob, {
  charset: 'binary',
  collate: 'binary',
  flag: Flag.Binary | Flag.Blob,
});
const DATE = newFieldType(TypeCode.Date, { flen: 10 });
const DATETIME = newFieldType(TypeCode.DateTime, { flen: 19 });
const DATETIME6 = newFieldType(TypeCode.DateTime, { flen: 26, decimal: 6 });
const TIMESTAMP = newFieldType(TypeCode.Timestamp, { flen: 19 });
const TIMESTAMP6 = newFieldType(TypeCode.Timestamp, { flen: 26, decimal: 6 });
const TIME = newFieldType(TypeCode.Time, { flen: 10 });
const TIME6 = newFieldType(TypeCode.Time, { flen: 17, decimal: 6 });

/** Reads one value of its type (protocol: Binary Protocol Value). */
type ParamDecoder = (r: PayloadReader) => ParamValue;

const number = (tp: TypeCode, flag: number, read: (r: PayloadReader) => number | bigint): ParamDecoder => {
  const type = newFieldType(tp, { flag: Flag.Binary | Flag.Num | flag });
  return (r) => ({ type, value: read(r) });
};

const bytes =
  (type: FieldType): ParamDecoder =>
  (r) => ({ type, value: r.lenencBytes() });

function decimal(r: PayloadReader): ParamValue {
  const text = r.lenencBytes();
  const parsed = parseDecimal(text);
  if (parsed.truncated || parsed.empty) return { type: TEXT, value: text };
  const { unscaled, scale } = parsed.value;
  const digits = (unscaled < 0 ? -unscaled : unscaled).toString().length;
  return {
    type: newFieldType(TypeCode.NewDecimal, { flen: Math.max(digits, scale + 1), decimal: scale }),
    value: unscaled,
  };
}

const wrongParam = () => mysqlError('ER_WRONG_ARGUMENTS', 'mysqld_stmt_execute');

const dateTime =
  (short: FieldType, long: FieldType, dateOnly: boolean): ParamDecoder =>
  (r) => {
    const length = r.u8();
    if (length !== 0 && length !== 4 && length !== 7 && length !== 11) throw malformedPacket();
    let year = 0;
    let month = 0;
    let day = 0;
    let hour = 0;
    let minute = 0;
    let second = 0;
    let micro = 0;
    if (length >= 4) {
      year = r.u16();
      month = r.u8();
      day = r.u8();
    }
    if (length >= 7) {
      hour = r.u8();
      minute = r.u8();
      second = r.u8();
    }
    if (length === 11) micro = r.u32();
    if (year > 9999 || month > 12 || day > 31 || hour > 23 || minute > 59 || second > 59 || micro > 999999)
      throw wrongParam();
    if (dateOnly && length <= 4) return { type: DATE, value: packDate(year, month, day) };
    const type = micro > 0 ? long : short;
    return { type, value: packDateTime(year, month, day, hour, minute, second, micro, type.decimal) };
  };

function time(r: PayloadReader): ParamValue {
  const length = r.u8();
  if (length === 0) return { type: TIME, value: 0 };
  if (length !== 8 && length !== 12) throw malformedPacket();
  const negative = r.u8() !== 0;
  const days = r.u32();
  const hours = r.u8();
  const minutes = r.u8();
  const seconds = r.u8();
  const micro = length === 12 ? r.u32() : 0;
  if (days > 34 || hours > 23 || minutes > 59 || seconds > 59 || micro > 999999) throw wrongParam();
  const value = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1e6 + micro;
  return { type: micro > 0 ? TIME6 : TIME, value: negative ? -value : value };
}

const U = UNSIGNED_BIT;

/** Decoders by bound type, unsigned variants with their bit. */
const DECODERS: ReadonlyMap<number, ParamDecoder> = new Map<number, ParamDecoder>([
  [TypeCode.Null, () => NULL_PARAM],
  [TypeCode.Tiny, number(TypeCode.Tiny, 0, (r) => r.i8())],
  [TypeCode.Tiny | U, number(TypeCode.Tiny, Flag.Unsigned, (r) => r.u8())],
  [TypeCode.Short, number(TypeCode.Short, 0, (r) => r.i16())],
  [TypeCode.Short | U, number(TypeCode.Short, Flag.Unsigned, (r) => r.u16())],
  [TypeCode.Year, number(TypeCode.Short, 0, (r) => r.i16())],
  [TypeCode.Year | U, number(TypeCode.Short, Flag.Unsigned, (r) => r.u16())],
  [TypeCode.Int24, number(TypeCode.Long, 0, (r) => r.i32())],
  [TypeCode.Int24 | U, number(TypeCode.Long, Flag.Unsigned, (r) => r.u32())],
  [TypeCode.Long, number(TypeCode.Long, 0, (r) => r.i32())],
  [TypeCode.Long | U, number(TypeCode.Long, Flag.Unsigned, (r) => r.u32())],
  [TypeCode.LongLong, number(TypeCode.LongLong, 0, (r) => r.i64())],
  [TypeCode.LongLong | U, number(TypeCode.LongLong, Flag.Unsigned, (r) => r.u64())],
  [TypeCode.Float, number(TypeCode.Float, 0, (r) => r.f32())],
  [TypeCode.Double, number(TypeCode.Double, 0, (r) => r.f64())],
  [TypeCode.Decimal, decimal],
  [TypeCode.NewDecimal, decimal],
  [TypeCode.Date, dateTime(DATETIME, DATETIME6, true)],
  [TypeCode.NewDate, dateTime(DATETIME, DATETIME6, true)],
  [TypeCode.DateTime, dateTime(DATETIME, DATETIME6, false)],
  [TypeCode.Timestamp, dateTime(TIMESTAMP, TIMESTAMP6, false)],
  [TypeCode.Time, time],
  [TypeCode.VarChar, bytes(TEXT)],
  [TypeCode.VarString, bytes(TEXT)],
  [TypeCode.String, bytes(TEXT)],
  [TypeCode.Enum, bytes(TEXT)],
  [TypeCode.Set, bytes(TEXT)],
  [TypeCode.Json, bytes(TEXT)],
  [TypeCode.Bit, bytes(BLOB)],
  [TypeCode.Geometry, bytes(BLOB)],
  [TypeCode.TinyBlob, bytes(BLOB)],
  [TypeCode.MediumBlob, bytes(BLOB)],
  [TypeCode.LongBlob, bytes(BLOB)],
  [TypeCode.Blob, bytes(BLOB)],
]);

/** A decoder for a bound type code; the unsigned bit means nothing to types other than the integers. */
function decoderOf(bound: number): ParamDecoder {
  const decoder = DECODERS.get(bound) ?? DECODERS.get(bound & 0xff);
  if (decoder === undefined) throw wrongParam();
  return decoder;
}

const isBlob = (bound: number): boolean => {
  const tp = bound & 0xff;
  return tp >= TypeCode.TinyBlob && tp <= TypeCode.Blob;
};

const isNull = (r: PayloadReader, bitmap: number, i: number): boolean =>
  ((r.buf[bitmap + (i >> 3)]! >> (i & 7)) & 1) === 1;

/** A value that outlives the packet. */
const kept = ({ type, value }: ParamValue): ParamValue => ({
  type,
  value: value instanceof Uint8Array ? value.slice() : value,
});

/** What COM_QUERY carries before the text (protocol: COM_QUERY with CLIENT_QUERY_ATTRIBUTES); null where it carries nothing. */
export function readQueryAttributes(r: PayloadReader): QueryAttributes | null {
  const n = r.lenenc();
  r.lenenc(); // sets of parameters, always 1
  if (n === 0) return null;
  const bitmap = r.pos;
  r.skip((n + 7) >> 3);
  if (r.u8() !== 1) throw malformedPacket();
  const names: string[] = [];
  const types: number[] = [];
  for (let i = 0; i < n; i++) {
    types.push(r.u16());
    names.push(r.lenencBytes().toString());
  }
  return new Map(
    names.map((name, i) => [name, isNull(r, bitmap, i) ? NULL_PARAM : kept(decoderOf(types[i]!)(r))]),
  );
}

/** The parameters of an execution, and what else its client sent along. */
export interface SentParams {
  readonly params: readonly ParamValue[];
  readonly attributes: QueryAttributes | null;
}

/**
 * As readParams, from a client that may send attributes: they are further parameters, which have names (protocol: COM_STMT_EXECUTE with
 * CLIENT_QUERY_ATTRIBUTES).
 */
export function readNamedParams(r: PayloadReader, statement: PreparedStatement): SentParams {
  const n = r.lenenc();
  if (n < statement.paramCount) throw wrongParam();
  if (n === 0) return { params: NO_PARAMS, attributes: null };
  const bitmap = r.pos;
  r.skip((n + 7) >> 3);
  const names: string[] = [];
  if (r.u8() !== 0) {
    const types = new Uint16Array(n);
    for (let i = 0; i < n; i++) {
      types[i] = r.u16();
      names.push(r.lenencBytes().toString());
    }
    for (const type of types) decoderOf(type);
    statement.paramTypes = types;
  }
  const params = readValues(r, statement, bitmap, n);
  if (n === statement.paramCount) return { params, attributes: null };
  const own = params.slice(0, statement.paramCount);
  const sent = params.slice(statement.paramCount);
  return {
    params: own,
    attributes: new Map(sent.map((p, i) => [names[statement.paramCount + i] ?? '', kept(p)])),
  };
}

/**
 * The parameters of COM_STMT_EXECUTE from its NULL bitmap on. Types are sent with the first execution and reused until
 * sent anew (new_params_bind_flag); long data stands in for values and is not in the packet.
 */
export function readParams(r: PayloadReader, statement: PreparedStatement): readonly ParamValue[] {
  const n = statement.paramCount;
  if (n === 0) return NO_PARAMS;
  const bitmap = r.pos;
  r.skip((n + 7) >> 3);
  if (r.u8() !== 0) {
    const types = new Uint16Array(n);
    for (let i = 0; i < n; i++) types[i] = r.u16();
    for (let i = 0; i < n; i++) decoderOf(types[i]!);
    statement.paramTypes = types;
  }
  return readValues(r, statement, bitmap, n);
}

function readValues(r: PayloadReader, statement: PreparedStatement, bitmap: number, n: number): ParamValue[] {
  const types = statement.paramTypes;
  if (types === null || types.length < n) throw malformedPacket();
  const params = new Array<ParamValue>(n);
  for (let i = 0; i < n; i++) {
    const long = statement.longData?.get(i);
    if (long !== undefined) params[i] = { type: isBlob(types[i]!) ? BLOB : TEXT, value: Buffer.concat(long) };
    else if (isNull(r, bitmap, i)) params[i] = NULL_PARAM;
    else params[i] = decoderOf(types[i]!)(r);
  }
  return params;
}
