import type { Constant } from '../../expression/expression.js';
import type { Expr, Literal } from '../../parser/ast/index.js';
import { knowIntegers } from '../../expression/builtin/in-list.js';
import {
  binaryType,
  boolType,
  decimalType,
  intType,
  nullType,
  realType,
  stringType,
} from '../../expression/type-inference.js';
import { characterCount, charset, encodeUtf8, type Charset } from '../../types/charset.js';
import { intDatum, type Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import { Flag, TypeCode, newFieldType, type FieldType } from '../../types/field-type.js';
import type { EvalContext } from '../../expression/eval-context.js';
import type { PlanContext } from '../plan-context.js';
import { temporalLiteral } from './temporal-literal.js';

export function constant(type: FieldType, value: Datum): Constant {
  return { kind: 'constant', type, value };
}

const notNull = (t: FieldType): FieldType => ({ ...t, flag: t.flag | Flag.NotNull });

/** Types of integer literals by how many characters they have: the same object for each that looks alike. */
const INT_TYPES = Array.from({ length: 21 }, (_, digits) => notNull(intType(false, digits)));
const UNSIGNED_TYPE = notNull(intType(true, 20));

export function intConstant(value: number | bigint): Constant {
  if (typeof value === 'number') return constant(INT_TYPES[charactersOf(value)]!, value);
  return constant(value > 9223372036854775807n ? UNSIGNED_TYPE : INT_TYPES[String(value).length]!, value);
}

/** Characters of an integer below 2^53 as it is written. */
function charactersOf(value: number): number {
  let characters = value < 0 ? 2 : 1;
  for (let rest = Math.abs(value); rest >= 10; rest /= 10) characters++;
  return characters;
}

export const NULL_CONSTANT: Constant = constant(nullType(), null);
export const TRUE_CONSTANT: Constant = constant({ ...boolType(), flag: boolType().flag | Flag.NotNull }, 1);
export const FALSE_CONSTANT: Constant = constant({ ...boolType(), flag: boolType().flag | Flag.NotNull }, 0);
export const ZERO = intConstant(0);
export const ONE = intConstant(1);

/** Types of decimal literals by precision and scale: the same object for each that looks alike. */
const DECIMAL_TYPES = new Map<number, FieldType>();

function decimalLiteralType(precision: number, scale: number): FieldType {
  const key = precision * 256 + scale;
  let type = DECIMAL_TYPES.get(key);
  if (type === undefined) {
    type = notNull({ ...decimalType(precision, scale), flen: precision, decimal: scale });
    DECIMAL_TYPES.set(key, type);
  }
  return type;
}

/** A decimal literal as scaled integer; MySQL keeps its scale as written (manual, "Numeric Literals"). */
export function decimalConstant(text: string): Constant {
  const negative = text.startsWith('-');
  const body = negative ? text.slice(1) : text;
  const dot = body.indexOf('.');
  const whole = (dot < 0 ? body : body.slice(0, dot)).replace(/^0+(?=\d)/, '');
  const wholeDigits = whole === '' || whole === '0' ? 0 : whole.length;
  // A literal below 1 keeps all the digits that a decimal has words for; a column would keep 30.
  const fraction = (dot < 0 ? '' : body.slice(dot + 1)).slice(0, wholeDigits === 0 ? 72 : 30);
  const digits = BigInt(whole + fraction === '' ? '0' : whole + fraction);
  const precision = Math.max(1, wholeDigits + fraction.length);
  if (wholeDigits > 0 && precision > 65) {
    return constant(notNull(decimalType(65, 0)), 10n ** 65n - 1n);
  }
  return constant(decimalLiteralType(precision, fraction.length), intDatum(negative ? -digits : digits));
}

export function stringConstant(text: string, ctx: PlanContext): Constant {
  const type = stringLiteralType(characterCount(text), ctx.eval);
  if (type.charset.startsWith('utf8') || type.charset === 'binary') return constant(type, encodeUtf8(text));
  // Characters that the connection's set lacks came through a detour (a prepared text, a view): the text stays Unicode.
  const cs = charset(type.charset)!;
  const bytes = cs.encode(text);
  return cs.decode(bytes) === text
    ? constant(type, bytes)
    : constant({ ...type, charset: 'utf8mb4', collate: 'utf8mb4_bin' }, encodeUtf8(text));
}

/** Type of a quoted string of so many characters without introducer: the connection's character set and collation. */
/** Types of short strings by collation and number of characters. */
const STRING_TYPES = new Map<string, FieldType[]>();
const SHORT_STRING = 256;

export function stringLiteralType(characters: number, ctx: EvalContext): FieldType {
  const { connectionCharset, connectionCollation } = ctx;
  let types = STRING_TYPES.get(connectionCollation);
  if (types === undefined) STRING_TYPES.set(connectionCollation, (types = []));
  const known = types[characters];
  if (known !== undefined && known.charset === connectionCharset) return known;
  const type = notNull(stringType(characters, connectionCharset, connectionCollation));
  if (characters < SHORT_STRING) types[characters] = type;
  return type;
}

/** Digits before the point that a decimal has words for. */
const MOST_WHOLE_DIGITS = 81;

/** A literal of more digits is the largest DECIMAL, with a warning that shows those that its words hold. */
function warnOfDigits(text: string, ctx: PlanContext): void {
  if (text.length <= MOST_WHOLE_DIGITS) return;
  const whole = /^0*(\d*)/.exec(text)![1]!;
  if (whole.length <= MOST_WHOLE_DIGITS) return;
  const e = mysqlError('ER_TRUNCATED_WRONG_VALUE', 'DECIMAL', whole.slice(-MOST_WHOLE_DIGITS));
  ctx.eval.warn({ level: 'Warning', code: e.code, message: e.message });
}

/** Literals of a long list that are made constants between two chances to let others use the thread. */
const STEP = 1024;

/** The constants of a long list's numbers and texts, null for other items. */
export function* literalsOf(list: readonly Expr[], ctx: PlanContext): Generator<void, (Constant | null)[]> {
  const out: (Constant | null)[] = [];
  for (const e of list) {
    const plain =
      e.kind === 'IntLiteral' ||
      e.kind === 'FloatLiteral' ||
      e.kind === 'StringLiteral' ||
      // Those of more digits come with a warning, which is for the builder to give.
      (e.kind === 'DecimalLiteral' && e.text.length <= MOST_WHOLE_DIGITS);
    out.push(plain ? literal(e, ctx) : null);
    if (out.length % STEP === 0) yield;
  }
  yield* knowIntegers(out);
  return out;
}

/** A constant in the type its literal gives it. */
export function literal(e: Literal, ctx: PlanContext): Constant {
  switch (e.kind) {
    case 'IntLiteral':
      return intConstant(e.value);
    case 'DecimalLiteral':
      warnOfDigits(e.text, ctx);
      return decimalConstant(e.text);
    case 'FloatLiteral':
      return constant(notNull(realType()), e.value);
    case 'NullLiteral':
      return NULL_CONSTANT;
    case 'BoolLiteral':
      return e.value ? TRUE_CONSTANT : FALSE_CONSTANT;
    case 'StringLiteral': {
      if (e.charset === null && e.bytes === null) return stringConstant(e.value, ctx);
      const name = e.charset ?? 'utf8mb4';
      if (name === 'binary') {
        const bytes = e.bytes ?? encodeUtf8(e.value);
        return constant(notNull(binaryType(bytes.length)), bytes);
      }
      const cs = introducerCharset(name);
      return constant(
        notNull(stringType(characterCount(e.value), cs.name, cs.defaultCollation)),
        e.bytes ?? encodeUtf8(e.value),
      );
    }
    case 'HexLiteral':
      return hexLike(e.bytes, e.charset);
    case 'BitLiteral':
      return hexLike(e.bytes, e.charset);
    case 'TemporalLiteral':
      return temporalLiteral(e.type, e.value, ctx);
  }
}

/** Charsets that an introducer may name, as in TiDB: those whose text is read as UTF-8 or bytes. */
function introducerCharset(name: string): Charset {
  const cs = charset(name);
  if (cs === undefined) throw mysqlError('ER_UNKNOWN_CHARACTER_SET', name);
  if (cs.name.startsWith('gb')) throw mysqlError('ER_UNSUPPORTED_CHARACTER_INTRODUCER', cs.name);
  return cs;
}

/** x'..' and b'..' are binary strings; the unsigned flag marks them as usable as numbers (manual, "Hexadecimal Literals"). */
function hexLike(bytes: Uint8Array, introducer: string | null): Constant {
  if (introducer !== null && introducer !== 'binary') {
    const cs = introducerCharset(introducer);
    return constant(notNull(stringType(bytes.length, cs.name, cs.defaultCollation)), bytes);
  }
  const t = newFieldType(TypeCode.VarString, {
    flen: bytes.length,
    charset: 'binary',
    collate: 'binary',
    flag: Flag.Binary | Flag.Unsigned | Flag.NotNull,
  });
  return constant(t, bytes);
}
