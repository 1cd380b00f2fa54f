import { charset, convertCharset, UTF8MB4 } from '../../types/charset.js';
import { collation, BINARY_COLLATION } from '../../types/collation.js';
import type { Collation } from '../../types/collation.js';
import type { Datum } from '../../types/datum.js';
import { decFloor, decCeil, decFromNumber, decRescale } from '../../types/decimal.js';
import type { DecInt } from '../../types/decimal.js';
import { parseDecimal } from '../../types/number-parse.js';
import type { EvalType, FieldType } from '../../types/field-type.js';
import { evalType, Flag, newFieldType, TypeCode } from '../../types/field-type.js';
import {
  asDecimalType,
  boolConstant,
  castTo,
  intConstant,
  newConstant,
  newFunction,
  nullConstant,
  rawFunction,
} from '../build.js';
import type { BuildContext } from '../build-context.js';
import type { Emitter, Value } from '../codegen.js';
import { canonical, NULL_VALUE } from '../codegen.js';
import { inCharset, isUtf8Compatible } from '../charset-conversion.js';
import { deriveCollation } from '../collation-derivation.js';
import { COMPARED_TIME_FLEN } from '../explain.js';
import type { Constant, Expression, ScalarFunction } from '../expression.js';
import type { FunctionSpec, Resolved } from '../function-registry.js';
import { registerFunction, registerFunctions } from '../function-registry.js';
import {
  compareDomain,
  datetimeType,
  dateType,
  isStringType,
  isTemporal,
  realType,
  timeType,
} from '../type-inference.js';
import { castDatum } from '../cast-datum.js';
import { Runtime } from '../runtime.js';
import { preciseQuotient } from '../truth.js';
import { boolOf } from './logic.js';
import { ERRORS, formatError, mysqlError } from '../../types/error-table.js';
import { isZero } from '../../types/datum.js';
import { partsText } from '../../types/assign-time.js';
import type { PackedTime } from '../../types/time.js';
import { coreOf, coreToEpochSeconds, dateToDateTime, epochSecondsToCore } from '../../types/time.js';
import { timeZone } from '../../types/timezone.js';

/** Comparison operators, IN and BETWEEN (manual, "Comparison Functions and Operators"). */

/** A constant whose value is known now: a literal, or a `?` in the execution that is being planned. */
const isLiteral = (e: Expression): e is Constant => e.kind === 'constant' && e.value !== null;
const isField = (e: Expression): boolean => e.kind === 'column' || e.kind === 'correlated';

/** Rows as operands: ROW(a, b). */
export const isRow = (e: Expression): e is ScalarFunction => e.kind === 'function' && e.name === 'row';

/** A constant operand in the temporal type of the other side; null when it cannot be read as one. */
function temporalConstant(c: Constant, other: FieldType, ctx: BuildContext): Expression | null {
  const d = evalType(c.type);
  if (evalType(other) === 'duration') {
    if (d !== 'string') return null;
    const t = castTo(c, timeType(6), ctx);
    return t.kind === 'constant' ? t : null;
  }
  if (d === 'datetime') return null;
  if (d !== 'string' && d !== 'int' && d !== 'decimal' && d !== 'real') return null;
  const six = castTo(c, datetimeType(6), ctx);
  if (six.kind !== 'constant') return null;
  if (six.value === null) return null;
  // The narrowest form that is exact: comparisons of DATE with DATE stay in 32 bits.
  const big = BigInt(six.value as number | bigint);
  if (big % 1000000n !== 0n) return newConstant(six.value, { ...six.type, flen: COMPARED_TIME_FLEN });
  const core = Number(big / 1000000n);
  if (other.tp === TypeCode.Date && core % 131072 === 0) {
    return newConstant(core / 131072, {
      ...dateType(),
      flen: COMPARED_TIME_FLEN,
      flag: Flag.Binary | Flag.NotNull,
    });
  }
  return newConstant(core, {
    ...datetimeType(0),
    flen: COMPARED_TIME_FLEN,
    flag: Flag.Binary | Flag.NotNull,
  });
}

/**
 * A non-integer constant beside an integer column: the integer bound that means the same. null: no such.
 * `a < 5.5` is `a < 6`, `a > 5.5` is `a > 5`; equality with a fraction stays as it is.
 */
function integerConstant(c: Constant, op: string, ctx: BuildContext): Constant | null {
  let value: { unscaled: DecInt; scale: number };
  switch (evalType(c.type)) {
    case 'decimal':
      value = { unscaled: c.value as DecInt, scale: c.type.decimal };
      break;
    case 'real':
      if (!Number.isFinite(c.value as number) || Math.abs(c.value as number) > 1e15) return null;
      value = decFromNumber(c.value as number);
      break;
    case 'string': {
      if (!(c.value instanceof Uint8Array)) return null;
      const p = parseDecimal(c.value);
      if (p.truncated || p.empty || p.overflow) return null;
      value = p.value;
      break;
    }
    default:
      return null;
  }
  void ctx;
  const floor = decFloor(value.unscaled, value.scale);
  const ceil = decCeil(value.unscaled, value.scale);
  if (floor > 18446744073709551615n || floor < -9223372036854775808n) return null;
  if (BigInt(floor) === BigInt(ceil)) return intConstant(floor);
  if (op === 'lt' || op === 'ge') return intConstant(ceil);
  if (op === 'gt' || op === 'le') return intConstant(floor);
  return null;
}

/** A refined `?` stays one: later executions convert their value to the refined type. */
const keepParam = (from: Constant, to: Expression): Expression =>
  from.param === undefined || to.kind !== 'constant' ? to : { ...to, param: from.param };

const MIRROR: Readonly<Record<string, string>> = {
  lt: 'gt',
  le: 'ge',
  gt: 'lt',
  ge: 'le',
  eq: 'eq',
  ne: 'ne',
  nulleq: 'nulleq',
};

/** Brings one operand to the domain of a comparison. */
function toDomain(e: Expression, domain: EvalType, ctx: BuildContext): Expression {
  const d = evalType(e.type);
  if (e.type.tp === TypeCode.Null) return e;
  switch (domain) {
    case 'real':
      return d === 'real' ? e : castTo(e, realType(), ctx);
    case 'decimal':
      return d === 'decimal' || d === 'int'
        ? e.kind === 'constant' || d === 'decimal'
          ? e
          : castTo(e, asDecimalType(e.type), ctx)
        : castTo(e, newFieldType(TypeCode.NewDecimal, { flen: 65, decimal: 30 }), ctx);
    case 'datetime':
      if (e.type.tp === TypeCode.Year) return rawFunction('year_as_date', [e], dateType());
      return d === 'datetime' ? e : castTo(e, datetimeType(6), ctx);
    case 'duration':
      return d === 'duration' ? e : castTo(e, timeType(6), ctx);
    case 'json':
      return d === 'json' ? e : newFunction('to_json_operand', [e], ctx);
    case 'string':
      return d === 'string'
        ? e
        : castTo(
            e,
            newFieldType(TypeCode.VarString, {
              charset: ctx.connectionCharset,
              collate: ctx.connectionCollation,
            }),
            ctx,
          );
    case 'int':
      return e;
  }
}

/** Operands of `a op b` with their casts, and the collation where they are strings. */
export function comparisonArgs(
  op: string,
  a: Expression,
  b: Expression,
  ctx: BuildContext,
): { a: Expression; b: Expression; collation: string } {
  const refined = refine(op, a, b, ctx);
  a = refined.a;
  b = refined.b;
  const domain = comparisonDomain(a, b);
  if (domain === 'decimal' || domain === 'real') {
    a = preciseQuotient(a);
    b = preciseQuotient(b);
  }
  a = toDomain(a, domain, ctx);
  b = toDomain(b, domain, ctx);
  if (domain !== 'string') return { a, b, collation: 'binary' };
  if (!isLiteral(a) && !isLiteral(b)) {
    a = memberText(a, ctx);
    b = memberText(b, ctx);
  }
  const d = deriveCollation([a, b], OPERATOR_TEXT[op] ?? op, {
    charset: ctx.connectionCharset,
    collate: ctx.connectionCollation,
  });
  return { a: inCharset(a, d, ctx), b: inCharset(b, d, ctx), collation: d.collate };
}

/** ENUM and SET beside another column are compared by their text: their cells mean different members. */
function memberText(e: Expression, ctx: BuildContext): Expression {
  return e.type.tp === TypeCode.Enum || e.type.tp === TypeCode.Set
    ? castTo(e, newFieldType(TypeCode.VarString, { charset: e.type.charset, collate: e.type.collate }), ctx)
    : e;
}

const OPERATOR_TEXT: Readonly<Record<string, string>> = {
  eq: '=',
  ne: '<>',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  nulleq: '<=>',
  in: 'IN',
  like: 'like',
};

function comparisonDomain(a: Expression, b: Expression): EvalType {
  const x = evalType(a.type);
  const y = evalType(b.type);
  if (x === 'datetime' && b.type.tp === TypeCode.Year) return 'datetime';
  if (y === 'datetime' && a.type.tp === TypeCode.Year) return 'datetime';
  // A time beside text is compared as a time; text that is none compares as NULL with a warning.
  if (x === 'datetime' && y === 'string' && b.type.tp !== TypeCode.Null) return 'datetime';
  if (y === 'datetime' && x === 'string' && a.type.tp !== TypeCode.Null) return 'datetime';
  if (x === 'duration' && y === 'string' && b.type.tp !== TypeCode.Null) return 'duration';
  if (y === 'duration' && x === 'string' && a.type.tp !== TypeCode.Null) return 'duration';
  if (x === 'decimal' && y === 'string' && b.kind === 'constant' && isField(a)) return 'decimal';
  if (y === 'decimal' && x === 'string' && a.kind === 'constant' && isField(b)) return 'decimal';
  return compareDomain(a.type, b.type);
}

function refine(
  op: string,
  a: Expression,
  b: Expression,
  ctx: BuildContext,
): { a: Expression; b: Expression } {
  if (isLiteral(b) && !isLiteral(a)) {
    if (isTemporal(a.type)) {
      const t = temporalConstant(b, a.type, ctx);
      if (t !== null) return { a, b: keepParam(b, t) };
    }
    if (isField(a) && evalType(a.type) === 'int' && a.type.tp !== TypeCode.Bit) {
      if (a.type.tp === TypeCode.Year) return { a, b: keepParam(b, yearConstant(b)) };
      const i = integerConstant(b, op, ctx);
      if (i !== null) return { a, b: keepParam(b, i) };
    }
    if (isField(a) && evalType(a.type) === 'decimal' && evalType(b.type) === 'string') {
      const p = parseDecimal(b.value as Uint8Array);
      if (!p.truncated && !p.empty && !p.overflow && p.value.scale <= 30) {
        return {
          a,
          b: keepParam(
            b,
            newConstant(p.value.unscaled, {
              ...asDecimalType(newFieldType(TypeCode.NewDecimal, { flen: 65, decimal: p.value.scale })),
              flag: Flag.Binary | Flag.NotNull,
            }),
          ),
        };
      }
    }
  } else if (isLiteral(a) && !isLiteral(b)) {
    const r = refine(MIRROR[op] ?? op, b, a, ctx);
    return { a: r.b, b: r.a };
  }
  return { a, b };
}

/** Two-digit years compared with a YEAR column (manual, "The YEAR Type"); text '0' is 2000, the number 0 is 0000. */
function yearConstant(c: Constant): Constant {
  let n: number | bigint;
  if (c.value instanceof Uint8Array) {
    const p = parseDecimal(c.value);
    if (p.truncated || p.empty || p.overflow || p.value.scale !== 0) return c;
    n = p.value.unscaled;
  } else if (evalType(c.type) === 'int' && c.value !== null) n = c.value;
  else return c;
  const text = c.value instanceof Uint8Array;
  if (n < 0 || n >= 100 || (Number(n) === 0 && !text)) return text ? intConstant(n) : c;
  return intConstant(n < 70 ? Number(n) + 2000 : Number(n) + 1900);
}

const JS_OP: Readonly<Record<string, string>> = {
  eq: '===',
  ne: '!==',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
};

/** A DATE or DATETIME as a DATETIME of `fsp` digits, not fewer than it has. */
const liftTime = (g: Emitter, v: Value, t: FieldType, fsp: number): Value =>
  t.tp === TypeCode.Date
    ? g.scaleUp(g.num(`(${v.v}*131072)`, v.nul, 671088640000), fsp)
    : g.scaleUp(v, fsp - Math.max(0, t.decimal));

/** Two operands of the same domain as values that compare directly. */
export function alignOperands(g: Emitter, a: Value, at: FieldType, b: Value, bt: FieldType): [Value, Value] {
  const x = evalType(at);
  const y = evalType(bt);
  const scale = (t: FieldType): number => (evalType(t) === 'decimal' ? t.decimal : 0);
  if (x === 'decimal' || y === 'decimal') {
    const s = Math.max(scale(at), scale(bt));
    return [g.scaleUp(a, s - scale(at)), g.scaleUp(b, s - scale(bt))];
  }
  if (x === 'datetime' && y === 'datetime') {
    if (at.tp === TypeCode.Date && bt.tp === TypeCode.Date) return [a, b];
    const f = Math.max(Math.max(0, at.decimal), Math.max(0, bt.decimal));
    return [liftTime(g, a, at, f), liftTime(g, b, bt, f)];
  }
  return [a, b];
}

function compareCode(op: string, a: Value, b: Value): string {
  const js = JS_OP[op]!;
  if (a.rep === b.rep || (op !== 'eq' && op !== 'ne')) return `${a.v}${js}${b.v}`;
  // number against bigint: loose equality compares mathematically
  return `${a.v}${op === 'eq' ? '==' : '!='}${b.v}`;
}

export const collationFor = (name: string): Collation => collation(name) ?? BINARY_COLLATION;

/** The collation over text in UTF-8, as functions get it; its own charset may be another. */
export function textCollation(name: string): Pick<Collation, 'compare' | 'equalsAt'> {
  const c = collationFor(name);
  if (isUtf8Compatible(c.charset)) return c;
  const cs = charset(c.charset)!;
  const native = (b: Uint8Array): Uint8Array => convertCharset(b, UTF8MB4, cs);
  return {
    compare: (a, b) => c.compare(native(a), native(b)),
    equalsAt: (a, af, at, b, bf, bt) =>
      c.compare(native(a.subarray(af, at)), native(b.subarray(bf, bt))) === 0,
  };
}

const isStringDomain = (node: ScalarFunction): boolean =>
  node.args.some((a) => isStringType(a.type)) &&
  node.args.every((a) => isStringType(a.type) || a.type.tp === TypeCode.Null);

/** JS boolean for `a op b` over strings. */
export function stringCompareCode(g: Emitter, op: string, a: Value, b: Value, collate: string): string {
  const c = collationFor(collate);
  const six = `${a.v},${a.s},${a.e},${b.v},${b.s},${b.e}`;
  if (op === 'eq' || op === 'ne') return `${op === 'ne' ? '!' : ''}${g.pool(c.equalsAt)}(${six})`;
  return `${g.pool(c.compareAt)}(${six})${JS_OP[op]}0`;
}

function emitComparison(g: Emitter, node: ScalarFunction): Value {
  const [ea, eb] = node.args as [Expression, Expression];
  if (isStringDomain(node)) {
    const a = g.operand(ea, 'string');
    const b = g.operand(eb, 'string');
    const nul = g.anyNull([a, b]);
    if (nul === 'true') return NULL_VALUE;
    return g.bool(stringCompareCode(g, node.name, a, b, node.collation), nul);
  }
  const x = g.emit(ea);
  const y = g.emit(eb);
  const nul = g.anyNull([x, y]);
  if (nul === 'true') return NULL_VALUE;
  if (evalType(ea.type) === 'json') {
    return g.bool(
      `${g.pool(jsonCompare.compare)}(${g.asDatum(x, 'json')},${g.asDatum(y, 'json')})${JS_OP[node.name]}0`,
      nul,
    );
  }
  const [a, b] = alignOperands(g, x, ea.type, y, eb.type);
  return g.bool(compareCode(node.name, a, b), nul);
}

/** Set by the JSON functions: order of two binary JSON values. */
export const jsonCompare = {
  compare: (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b),
};

function emitNullEq(g: Emitter, node: ScalarFunction): Value {
  const [ea, eb] = node.args as [Expression, Expression];
  const str = isStringDomain(node);
  const x = str ? g.operand(ea, 'string') : g.emit(ea);
  const y = str ? g.operand(eb, 'string') : g.emit(eb);
  if (x.nul === 'true' || y.nul === 'true') {
    const o = x.nul === 'true' ? y : x;
    return g.bool(o.nul, 'false');
  }
  let code: string;
  if (str) {
    code = stringCompareCode(g, 'eq', x, y, node.collation);
  } else if (evalType(ea.type) === 'json') {
    code = `${g.pool(jsonCompare.compare)}(${g.asDatum(x, 'json')},${g.asDatum(y, 'json')})===0`;
  } else {
    const [a, b] = alignOperands(g, x, ea.type, y, eb.type);
    code = compareCode('eq', a, b);
  }
  if (x.nul === 'false' && y.nul === 'false') return g.bool(code, 'false');
  const xn = g.stableNull(x.nul);
  const yn = g.stableNull(y.nul);
  return g.bool(`${xn}||${yn}?${xn}&&${yn}:${code}`, 'false');
}

/** `(a, b) op (c, d)` in terms of its items (manual, "Row Subqueries"). */
function rewriteRows(op: string, a: ScalarFunction, b: ScalarFunction, ctx: BuildContext): Expression {
  if (a.args.length !== b.args.length) throw mysqlError('ER_OPERAND_COLUMNS', a.args.length);
  const pair = (o: string, i: number): Expression => newFunction(o, [a.args[i]!, b.args[i]!], ctx);
  const n = a.args.length;
  if (op === 'eq' || op === 'nulleq') {
    let r = pair(op, 0);
    for (let i = 1; i < n; i++) r = newFunction('and', [r, pair(op, i)], ctx);
    return r;
  }
  if (op === 'ne') {
    let r = pair(op, 0);
    for (let i = 1; i < n; i++) r = newFunction('or', [r, pair(op, i)], ctx);
    return r;
  }
  const strict = op === 'lt' || op === 'le' ? 'lt' : 'gt';
  let r = pair(op, n - 1);
  for (let i = n - 2; i >= 0; i--) {
    r = newFunction('or', [pair(strict, i), newFunction('and', [pair('eq', i), r], ctx)], ctx);
  }
  return r;
}

function checkOperands(op: string, args: readonly Expression[]): void {
  const row = args.find(isRow);
  if (row === undefined) return;
  for (const a of args)
    if (!isRow(a)) throw mysqlError('ER_OPERAND_COLUMNS', isRow(args[0]!) ? row.args.length : 1);
  void op;
}

/**
 * A TIMESTAMP column beside a local time that the clocks skip: no instant has it, those before it are before the end of the gap and
 * the others are not. Warns as TiDB does (8179): whenever it converts the time, which is twice for an equality and as often again for
 * the ranges of an index.
 */
function besideSkippedTime(op: string, x: Expression, y: Expression, ctx: BuildContext): Expression | null {
  if (x.type.tp !== TypeCode.Timestamp && y.type.tp !== TypeCode.Timestamp) return null;
  const [a, b, o] = isField(x) && x.type.tp === TypeCode.Timestamp ? [x, y, op] : [y, x, MIRROR[op]!];
  if (!isField(a) || a.type.tp !== TypeCode.Timestamp || !isLiteral(b) || b.param !== undefined) return null;
  const zone = timeZone(ctx.timeZone);
  const t = temporalConstant(b, a.type, ctx);
  if (zone === null || t === null || t.kind !== 'constant' || t.value === null) return null;
  const fsp = t.type.tp === TypeCode.Date ? 0 : t.type.decimal;
  const packed = t.type.tp === TypeCode.Date ? dateToDateTime(t.value as number, 0) : (t.value as PackedTime);
  if (isZero(packed)) return null;
  const local = coreToEpochSeconds(coreOf(packed, fsp));
  if (zone.localToUtc(local) !== null) return null;
  const indexed = (a.type.flag & (Flag.PriKey | Flag.UniqueKey | Flag.MultipleKey)) !== 0;
  const times = (o === 'eq' || o === 'nulleq' ? 2 : 1) * (indexed ? 2 : 1);
  for (let i = 0; i < times; i++)
    ctx.warn({
      level: 'Warning',
      code: ERRORS.ER_TIMESTAMP_IN_DST_TRANSITION.code,
      message: formatError(ERRORS.ER_TIMESTAMP_IN_DST_TRANSITION.format, [partsText(packed, fsp), zone.name]),
    });
  if (o === 'nulleq') return boolConstant(false);
  if (o === 'ne') return newFunction('not', [newFunction('isnull', [a], ctx)], ctx);
  if (o === 'eq') return newFunction('and', [newFunction('isnull', [a], ctx), nullConstant()], ctx);
  const end = zone.gapEnd(local);
  const core = epochSecondsToCore(end + zone.offsetAt(end));
  if (core === null) return null;
  const bound = newConstant(core, { ...datetimeType(0), flag: Flag.Binary | Flag.NotNull });
  return newFunction(o === 'lt' || o === 'le' ? 'lt' : 'ge', [a, bound], ctx);
}

const comparison = (name: string, sig: string, doc: string): FunctionSpec => ({
  name,
  minArgs: 2,
  maxArgs: 2,
  family: 'comparison',
  internal: true,
  pure: name !== 'nulleq',
  pushdown: sig,
  doc: `${doc} Manual: Comparison Functions and Operators.`,
  rewrite(args, ctx) {
    checkOperands(name, args);
    const [a, b] = args as [Expression, Expression];
    return isRow(a) && isRow(b) ? rewriteRows(name, a, b, ctx) : besideSkippedTime(name, a, b, ctx);
  },
  resolve([x, y], ctx): Resolved {
    const { a, b, collation: c } = comparisonArgs(name, x!, y!, ctx);
    const flag = name === 'nulleq' ? Flag.NotNull : 0;
    const type = boolOf([a, b]);
    return { args: [a, b], type: { ...type, flag: type.flag | flag }, collation: c };
  },
  emit: name === 'nulleq' ? emitNullEq : emitComparison,
});

registerFunctions([
  comparison('eq', 'EQ', 'a = b.'),
  comparison('ne', 'NE', 'a <> b, a != b.'),
  comparison('lt', 'LT', 'a < b.'),
  comparison('le', 'LE', 'a <= b.'),
  comparison('gt', 'GT', 'a > b.'),
  comparison('ge', 'GE', 'a >= b.'),
  comparison('nulleq', 'NullEQ', 'a <=> b: equality in which NULL equals NULL.'),
]);

registerFunction({
  name: 'year_as_date',
  minArgs: 1,
  maxArgs: 1,
  family: 'comparison',
  internal: true,
  doc: 'A YEAR beside a date: the date with month and day 0. Manual: The YEAR Type.',
  resolve: (args) => ({ args, type: dateType() }),
  emit(g, node) {
    const a = g.emit(node.args[0]!);
    return g.num(`(${a.v}*512)`, a.nul, 5119999);
  },
});

registerFunction({
  name: 'lift_datetime',
  minArgs: 1,
  maxArgs: 1,
  family: 'comparison',
  internal: true,
  doc: 'A DATE or DATETIME as a DATETIME of more digits, zero and partial dates too: how times of different types are compared.',
  resolve: (args) => ({ args, type: datetimeType(6) }),
  emit(g, node) {
    const e = node.args[0]!;
    return liftTime(g, g.emit(e), e.type, node.type.decimal);
  },
});

/** A DATE or DATETIME as it is compared with times of `fsp` digits. */
export const liftedTime = (e: Expression, fsp: number): Expression =>
  e.type.tp !== TypeCode.DateTime || e.type.decimal < fsp
    ? rawFunction('lift_datetime', [e], { ...datetimeType(fsp), flag: e.type.flag & Flag.NotNull })
    : e;

registerFunction({
  name: 'row',
  minArgs: 1,
  maxArgs: Infinity,
  family: 'comparison',
  internal: true,
  doc: 'ROW(a, b, …): only as an operand of comparisons and IN. Manual: Row Subqueries.',
  resolve: (args) => ({ args, type: args[0]!.type }),
  emit() {
    throw mysqlError('ER_OPERAND_COLUMNS', 1);
  },
});

/** Constant members of a long IN list of strings: buckets by the collation's hash. */
export class StringSet {
  private readonly buckets = new Map<number, Uint8Array[]>();

  constructor(
    private readonly collation: Collation,
    members: readonly Uint8Array[],
  ) {
    for (const m of members) {
      const h = collation.hashAt(m, 0, m.length);
      const b = this.buckets.get(h);
      if (b === undefined) this.buckets.set(h, [m]);
      else b.push(m);
    }
  }

  has(b: Uint8Array, s: number, e: number): boolean {
    const bucket = this.buckets.get(this.collation.hashAt(b, s, e));
    if (bucket === undefined) return false;
    for (const m of bucket) if (this.collation.equalsAt(b, s, e, m, 0, m.length)) return true;
    return false;
  }
}

const INLINE_IN = 6;

/** Value of an exact or real constant at the list's common scale; null when not of that kind. */
function commonScale(node: ScalarFunction): number | null {
  let s = 0;
  for (const a of node.args) {
    const d = evalType(a.type);
    if (a.type.tp === TypeCode.Null) continue;
    if (d === 'decimal') s = Math.max(s, a.type.decimal);
    else if (d !== 'int') return null;
  }
  return s;
}

function emitIn(g: Emitter, node: ScalarFunction): Value {
  const [subject, ...items] = node.args as [Expression, ...Expression[]];
  const str =
    node.args.some((a) => isStringType(a.type)) &&
    node.args.every((a) => isStringType(a.type) || a.type.tp === TypeCode.Null);
  const x0 = str ? g.operand(subject, 'string') : g.emit(subject);
  if (x0.nul === 'true') return NULL_VALUE;
  const x = g.stable(x0);
  const constants: Expression[] = [];
  const others: Expression[] = [];
  let anyNull = false;
  for (const i of items) {
    if (i.kind === 'constant' && i.param === undefined) {
      if (i.value === null) anyNull = true;
      else constants.push(i);
    } else others.push(i);
  }
  const found = g.variable('false');
  const nul = g.variable(x.nul === 'false' ? 'false' : x.nul);
  if (x.nul !== 'false') g.line(`if(!${nul}){`);
  const domain = evalType(subject.type);
  const scale = str ? null : commonScale(node);
  const hashed =
    constants.length > INLINE_IN && (str || scale !== null || sameTimeType(node) || domain === 'real');
  if (hashed) {
    if (str) {
      const set = new StringSet(
        collationFor(node.collation),
        constants.map((c) => (c as Constant).value as Uint8Array),
      );
      g.line(`${found}=${g.pool(set)}.has(${x.v},${x.s},${x.e});`);
    } else {
      const value = (c: Expression): Datum => {
        const v = (c as Constant).value;
        return scale === null
          ? v
          : decRescale(v as DecInt, evalType(c.type) === 'decimal' ? c.type.decimal : 0, scale);
      };
      const set = g.pool(new Set(constants.map(value)));
      const lifted =
        scale === null ? x : g.scaleUp(x, scale - (domain === 'decimal' ? subject.type.decimal : 0));
      g.line(`${found}=${set}.has(${lifted.rep === 'b' ? `${g.pool(canonical)}(${lifted.v})` : lifted.v});`);
    }
  }
  const rest = hashed ? others : [...constants, ...others];
  for (const item of rest) {
    g.line(`if(!${found}){`);
    const y = str ? g.operand(item, 'string') : g.emit(item);
    let code: string;
    if (y.nul === 'true') {
      g.line(`${nul}=true;}`);
      continue;
    }
    if (str) code = stringCompareCode(g, 'eq', x, y, node.collation);
    else if (domain === 'json')
      code = `${g.pool(jsonCompare.compare)}(${g.asDatum(x, 'json')},${g.asDatum(y, 'json')})===0`;
    else {
      const [p, q] = alignOperands(g, x, subject.type, y, item.type);
      code = compareCode('eq', p, q);
    }
    g.line(y.nul === 'false' ? `${found}=${code};` : `if(${y.nul})${nul}=true;else ${found}=${code};`);
    g.line('}');
  }
  if (anyNull) g.line(`if(!${found})${nul}=true;`);
  g.line(`if(${found})${nul}=false;`);
  if (x.nul !== 'false') g.line('}');
  const canBeNull = x.nul !== 'false' || anyNull || others.length > 0;
  return g.bool(found, canBeNull ? nul : 'false');
}

function sameTimeType(node: ScalarFunction): boolean {
  const t = node.args[0]!.type;
  return (
    isTemporal(t) &&
    node.args.every(
      (a) =>
        a.type.tp === TypeCode.Null ||
        (evalType(a.type) === evalType(t) &&
          (a.type.tp === TypeCode.Date) === (t.tp === TypeCode.Date) &&
          a.type.decimal === t.decimal),
    )
  );
}

registerFunction({
  name: 'in',
  minArgs: 2,
  maxArgs: Infinity,
  family: 'comparison',
  internal: true,
  pushdown: 'In',
  pure: true,
  doc: 'expr IN (value, …). Manual: Comparison Functions and Operators.',
  rewrite(args, ctx) {
    checkOperands('in', args);
    const [x, ...items] = args as [Expression, ...Expression[]];
    if (isRow(x)) {
      let r: Expression | null = null;
      for (const i of items) {
        const e = rewriteRows('eq', x, i as ScalarFunction, ctx);
        r = r === null ? e : newFunction('or', [r, e], ctx);
      }
      return r;
    }
    if (items.length === 1) return newFunction('eq', [x, items[0]!], ctx);
    if (args.every(isText)) return null;
    // Members that need a conversion of the subject of their own are compared apart.
    const groups = new Map<string, { a: Expression; items: Expression[] }>();
    for (const i of items) {
      const p = comparisonArgs('eq', x, i, ctx);
      const d =
        evalType(p.a.type) === 'int' && evalType(p.b.type) === 'decimal'
          ? 'decimal'
          : p.b.type.tp === TypeCode.Null
            ? ''
            : evalType(p.b.type);
      const k = p.a === x ? 'same' : `${evalType(p.a.type)} ${d}`;
      const g = groups.get(k);
      if (g === undefined) groups.set(k, { a: p.a, items: [p.b] });
      else g.items.push(p.b);
    }
    if (groups.size <= 1) return null;
    let r: Expression | null = null;
    for (const g of groups.values()) {
      const e: Expression =
        g.items.length === 1
          ? newFunction('eq', [g.a, g.items[0]!], ctx)
          : newFunction('in', [g.a, ...g.items], ctx);
      r = r === null ? e : newFunction('or', [r, e], ctx);
    }
    return r;
  },
  resolve([x, ...items], ctx): Resolved {
    let subject = x!;
    let out: Expression[] = [];
    if ([subject, ...items].every(isText)) out = items;
    else
      for (const i of items) {
        const p = comparisonArgs('eq', x!, i, ctx);
        if (p.a !== x) subject = p.a;
        out.push(p.b);
      }
    let args = [subject, ...out];
    const strings = args.filter((a) => isStringType(a.type));
    let c = 'binary';
    if (strings.length > 0 && evalType(subject.type) === 'string') {
      const d = deriveCollation(args, 'IN', {
        charset: ctx.connectionCharset,
        collate: ctx.connectionCollation,
      });
      args = args.map((a) => inCharset(a, d, ctx));
      c = d.collate;
    }
    return { args, type: boolOf(args), collation: c };
  },
  emit: emitIn,
});

/** Text that is compared as it is; one collation is found for all such members of a list, not for each with the subject. */
function isText(e: Expression): boolean {
  return isStringType(e.type) && e.type.tp !== TypeCode.Enum && e.type.tp !== TypeCode.Set;
}

/** Operands of BETWEEN brought to the one domain, and text to the one collation, in which all three are compared. */
export function betweenOperands(
  x: Expression,
  low: Expression,
  high: Expression,
  ctx: BuildContext,
): { operands: readonly [Expression, Expression, Expression]; collation: string | null } {
  const all = [x, low, high].map((e) => (isLiteral(e) ? e : memberText(e, ctx)));
  const domains = [x, low, high].map((e) => (e.type.tp === TypeCode.Null ? null : evalType(e.type)));
  const number = (d: EvalType | null): boolean => d === 'int' || d === 'decimal' || d === 'real';
  // Text beside numbers: all are numbers (manual, "Type Conversion in Expression Evaluation").
  if (
    domains[0] === 'string' &&
    domains.some(number) &&
    domains.every((d) => d === null || d === 'string' || number(d))
  ) {
    const [a, b, c] = [x, low, high].map((e) => (e === x ? realOnce(e, ctx) : castTo(e, realType(), ctx)));
    return { operands: [a!, b!, c!], collation: null };
  }
  if (!domains.every((d) => d === 'string')) return { operands: [x, low, high], collation: null };
  const d = deriveCollation(all, 'BETWEEN', {
    charset: ctx.connectionCharset,
    collate: ctx.connectionCollation,
  });
  const [a, b, c] = [x, low, high].map((e) => inCharset(e, d, ctx));
  return { operands: [a!, b!, c!], collation: d.collate };
}

/** A literal that two comparisons share: converted now, so that it is complained of once. */
function realOnce(e: Expression, ctx: BuildContext): Expression {
  if (!isLiteral(e) || e.param !== undefined) return castTo(e, realType(), ctx);
  const rt = new Runtime(ctx);
  const v = castDatum(e.value, e.type, realType(), rt);
  rt.flush();
  return newConstant(v, { ...realType(), flag: Flag.Binary | (v === null ? 0 : Flag.NotNull) });
}

/** BETWEEN as TiDB rewrites it, a >= low AND a <= high; NOT BETWEEN as a < low OR a > high. */
export function newBetween(
  x: Expression,
  low: Expression,
  high: Expression,
  ctx: BuildContext,
  not = false,
): Expression {
  const {
    operands: [a, b, c],
    collation: collate,
  } = betweenOperands(x, low, high, ctx);
  const side = (op: string, o: Expression): Expression => {
    const f = newFunction(op, [a, o], ctx);
    return collate === null || f.kind !== 'function' || f.collation === collate
      ? f
      : { ...f, collation: collate };
  };
  return not
    ? newFunction('or', [side('lt', b), side('gt', c)], ctx)
    : newFunction('and', [side('ge', b), side('le', c)], ctx);
}
