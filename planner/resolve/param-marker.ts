import type { Constant, Expression } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';
import { stripParens } from '../../parser/ast/index.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import { isAscii } from '../../types/charset.js';
import { datumToString } from '../../types/format.js';
import { evalType, Flag, newFieldType, TypeCode, type FieldType } from '../../types/field-type.js';
import { prefixClass } from '../ranger/like-range.js';
import type { BuildState } from './build-state.js';
import { NULL_CONSTANT } from './literal.js';

/**
 * A `?` where a literal may stand. When the plan is made for one execution its value is as good as a literal, so that it
 * is folded and refined like one; so it is in a plan that will be reused, which then holds for this value alone. A plan
 * made without values keeps the marker.
 */
export function literalParam(state: BuildState, index: number, reason?: string): Constant {
  const { params, reuse } = state.ctx;
  if (params === null) return { ...NULL_CONSTANT, param: index };
  if (reuse === undefined || reuse === null) state.cacheable = false;
  else reuse.fix(index, reason);
  const given = params[index];
  if (given === undefined) throw mysqlError('ER_WRONG_ARGUMENTS', 'EXECUTE');
  return { kind: 'constant', type: given.type, value: given.value };
}

/** Whether a `?` is NULL: that is of its class (see paramClass), so that a plan which is kept may rely on it. Null: nobody knows yet. */
export function nullParam(state: BuildState, index: number): boolean | null {
  const given = state.ctx.params?.[index];
  if (given === undefined || !reused(state)) return null;
  return given.value === null || given.type.tp === TypeCode.Null;
}

const BIGINT = newFieldType(TypeCode.LongLong, { flen: 20, flag: Flag.Binary });
const UNSIGNED_BIGINT = newFieldType(TypeCode.LongLong, { flen: 20, flag: Flag.Binary | Flag.Unsigned });

const MAX_INT64 = 9223372036854775807n;

const isUnsigned = (t: FieldType): boolean => (t.flag & Flag.Unsigned) !== 0;

/**
 * The type in which values of a parameter's class (see paramClass) may be compared with, or assigned to, a column by a
 * plan that does not know them; null where MySQL's rules look at the value itself (`int_column > 5.5`).
 */
function standingType(given: FieldType, value: Datum, column: FieldType): FieldType | null {
  if (value === null || given.tp === TypeCode.Null) return null;
  if (column.tp === TypeCode.Bit || column.tp === TypeCode.Year) return null;
  const g = evalType(given);
  switch (evalType(column)) {
    case 'int':
      if (g === 'int') return isUnsigned(given) ? UNSIGNED_BIGINT : BIGINT;
      return given.tp === TypeCode.Double && Number.isSafeInteger(value) ? BIGINT : null;
    case 'decimal':
      if (g === 'int') return isUnsigned(given) ? UNSIGNED_BIGINT : BIGINT;
      return g === 'decimal' ? { ...given, flen: 65 } : null;
    case 'real':
      return g === 'real' ? given : null;
    case 'string':
      if (column.tp === TypeCode.Enum || column.tp === TypeCode.Set || g !== 'string') return null;
      if (given.tp === TypeCode.Enum || given.tp === TypeCode.Set) return null;
      if (column.charset === 'binary' || given.charset === 'binary')
        return column.charset === given.charset ? given : null;
      if (column.charset === 'utf8mb4' || column.charset === given.charset) return given;
      // In what charset a literal is compared depends on whether the column's has its characters: those of ASCII all have.
      return isAscii(value as Uint8Array) ? { ...given, charset: 'ascii', collate: 'ascii_bin' } : null;
    case 'datetime':
      return g === 'datetime' || (g === 'string' && given.charset !== 'binary') ? given : null;
    default:
      return null;
  }
}

/** The marker kept for every execution beside `other`; as a literal of this one where that cannot be. */
function paramBeside(state: BuildState, index: number, other: Expression): Constant {
  const given = state.ctx.params?.[index];
  const type =
    other.kind === 'column' && given !== undefined ? standingType(given.type, given.value, other.type) : null;
  if (type === null || given === undefined)
    return literalParam(state, index, given === undefined ? undefined : conversionReason(given, other));
  if (type.charset === 'ascii' && given.type.charset !== 'ascii') state.ctx.reuse?.requireAscii(index);
  return { kind: 'constant', type, value: given.value, param: index };
}

/** TiDB's word for values that are looked at while planning because an integer column is compared with them. */
function conversionReason(
  given: { readonly type: FieldType; readonly value: Datum },
  other: Expression,
): string | undefined {
  if (other.kind !== 'column' || evalType(other.type) !== 'int' || given.value === null) return undefined;
  if (evalType(given.type) === 'int' && other.type.tp !== TypeCode.Year) return undefined;
  return `'${datumToString(given.value, given.type)}' may be converted to INT`;
}

const reused = (state: BuildState): boolean => state.ctx.reuse !== undefined && state.ctx.reuse !== null;

/** An operand compared with `other`. */
export function operandBeside(
  state: BuildState,
  e: ast.Expr,
  other: Expression,
  build: (e: ast.Expr) => Expression,
): Expression {
  return e.kind === 'ParamMarker' && reused(state) ? paramBeside(state, e.index, other) : build(e);
}

/** Both operands of a comparison. */
export function comparedOperands(
  state: BuildState,
  l: ast.Expr,
  r: ast.Expr,
  build: (e: ast.Expr) => Expression,
): [Expression, Expression] {
  if (l.kind === 'ParamMarker' && r.kind !== 'ParamMarker' && reused(state)) {
    const right = build(r);
    return [paramBeside(state, l.index, right), right];
  }
  const left = build(l);
  return [left, operandBeside(state, r, left, build)];
}

/**
 * The pattern of LIKE: as a marker where it begins with plain text, the only wildcard is a `%` behind that, and an index may have such
 * texts together. Elsewhere a pattern known beforehand is worth more.
 */
export function patternBeside(
  state: BuildState,
  e: ast.Expr,
  subject: Expression,
  escape: number,
  build: (e: ast.Expr) => Expression,
): Expression {
  if (e.kind !== 'ParamMarker' || !reused(state)) return build(e);
  const like = prefixClass(state.ctx.params?.[e.index]?.value, escape);
  if (like === 0 || subject.kind !== 'column' || !state.indexed.has(subject.id))
    return literalParam(state, e.index);
  const pattern = paramBeside(state, e.index, subject);
  if (pattern.param !== undefined) state.ctx.reuse!.requirePrefix(e.index, escape, like);
  return pattern;
}

const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*']);

/**
 * A value to be stored: a bare marker, or one added to, taken from or multiplied with a column, stays for every
 * execution, whatever its type is.
 */
export function storedValue(
  state: BuildState,
  e: ast.Expr,
  build: (e: ast.Expr) => Expression,
  call: (op: ast.BinaryOperator, left: Expression, right: Expression) => Expression,
): Expression {
  if (!reused(state)) return build(e);
  const x = stripParens(e);
  if (x.kind === 'ParamMarker') return standing(state, x.index);
  if (x.kind !== 'Binary' || !ARITHMETIC.has(x.op) || x.left.kind !== 'ColumnRef') return build(e);
  if (x.right.kind !== 'ParamMarker') return build(e);
  return call(x.op, build(x.left), standing(state, x.right.index));
}

function standing(state: BuildState, index: number): Constant {
  const given = state.ctx.params?.[index];
  if (given === undefined || given.value === null || given.type.tp === TypeCode.Null)
    return literalParam(state, index);
  let { type } = given;
  if (evalType(type) === 'int') type = isUnsigned(type) ? UNSIGNED_BIGINT : BIGINT;
  else if (evalType(type) === 'decimal') type = { ...type, flen: 65 };
  return { kind: 'constant', type, value: given.value, param: index };
}

/**
 * What a plan that keeps the marker may rely on of its value: executions with another class need another plan. One
 * character (or a few) a parameter.
 */
export function paramClass(type: FieldType, value: Datum): string {
  if (value === null || type.tp === TypeCode.Null) return 'n';
  switch (evalType(type)) {
    case 'int':
      if ((value as number | bigint) < 0) return '-';
      return typeof value === 'bigint' && value > MAX_INT64 ? 'U' : isUnsigned(type) ? 'u' : 'i';
    case 'real':
      // Drivers send JavaScript's and Lua's numbers as DOUBLE.
      if (type.tp === TypeCode.Float) return 'f';
      return !Number.isSafeInteger(value) ? 'r' : (value as number) < 0 ? 'N' : 'R';
    case 'decimal':
      return `d${type.decimal};`;
    case 'datetime':
      return `t${type.tp}.${type.decimal};`;
    case 'duration':
      return `T${type.decimal};`;
    case 'json':
      return 'j';
    case 'vector':
      return 'v';
    case 'string':
      return type.charset === 'binary'
        ? type.tp === TypeCode.VarString
          ? 'h'
          : 'b'
        : textClass(type.collate);
  }
}

/** By collation: every execution asks. */
const TEXT_CLASSES = new Map<string, string>();
function textClass(collate: string): string {
  let name = TEXT_CLASSES.get(collate);
  if (name === undefined) TEXT_CLASSES.set(collate, (name = `s${collate};`));
  return name;
}
