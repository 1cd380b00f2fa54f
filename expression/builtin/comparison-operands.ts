import { vectorType } from '../../types/vector.js';
import { decCeil, decFloor, decFromNumber } from '../../types/decimal.js';
import type { DecInt } from '../../types/decimal.js';
import { Flag, TypeCode, evalType, newFieldType } from '../../types/field-type.js';
import type { EvalType, FieldType } from '../../types/field-type.js';
import { parseDecimal } from '../../types/number-parse.js';
import type { BuildContext } from '../build-context.js';
import { asDecimalType, castTo, intConstant, newConstant, newFunction, rawFunction } from '../build.js';
import { inCharset } from '../charset-conversion.js';
import { deriveCollation } from '../collation-derivation.js';
import { COMPARED_TIME_FLEN } from '../explain.js';
import type { Constant, Expression, ScalarFunction } from '../expression.js';
import { preciseQuotient } from '../truth.js';
import {
  compareDomain,
  dateType,
  datetimeType,
  intType,
  isHexLiteral,
  isStringType,
  isTemporal,
  realType,
  timeType,
} from '../type-inference.js';

/** Operands of comparisons in the type in which they are compared (manual, "Type Conversion in Expression Evaluation"). */

/** A constant whose value is known now: a literal, or a `?` in the execution that is being planned. */
export const isLiteral = (e: Expression): e is Constant => e.kind === 'constant' && e.value !== null;
export const isField = (e: Expression): boolean => e.kind === 'column' || e.kind === 'correlated';

/** Rows as operands: ROW(a, b). */
export const isRow = (e: Expression): e is ScalarFunction => e.kind === 'function' && e.name === 'row';

const COMPARED = { flen: COMPARED_TIME_FLEN, flag: Flag.Binary | Flag.NotNull };
const COMPARED_DATE: FieldType = { ...dateType(), ...COMPARED };
const COMPARED_DATETIME: FieldType = { ...datetimeType(0), ...COMPARED };

/** A constant operand in the temporal type of the other side; null when it cannot be read as one. */
export function temporalConstant(c: Constant, other: FieldType, ctx: BuildContext): Expression | null {
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
  if (other.tp === TypeCode.Date && core % 131072 === 0) return newConstant(core / 131072, COMPARED_DATE);
  return newConstant(core, COMPARED_DATETIME);
}

/**
 * A non-integer constant beside an integer column: the integer bound that means the same. null: no such.
 * `a < 5.5` is `a < 6`, `a > 5.5` is `a > 5`; equality with a fraction stays as it is.
 */
function integerConstant(c: Constant, op: string, ctx: BuildContext): Constant | null {
  if (isHexLiteral(c.type)) {
    const number = castTo(c, intType(true), ctx);
    return number.kind === 'constant' ? number : null;
  }
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

export const MIRROR: Readonly<Record<string, string>> = {
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
    case 'vector':
      return d === 'vector' ? e : castTo(e, vectorType(), ctx);
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
export function memberText(e: Expression, ctx: BuildContext): Expression {
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

/** Text that is compared as it is; one collation is found for all such members of a list, not for each with the subject. */
export function isText(t: FieldType): boolean {
  return isStringType(t) && t.tp !== TypeCode.Enum && t.tp !== TypeCode.Set;
}
