import type { Datum } from '../types/datum.js';
import { decDigits } from '../types/decimal.js';
import { mysqlError } from '../types/error-table.js';
import type { MysqlError } from '../types/error.js';
import type { FieldType } from '../types/field-type.js';
import {
  evalType,
  Flag,
  isNotNull,
  isUnsigned,
  newFieldType,
  TypeCode,
  UNSPECIFIED,
} from '../types/field-type.js';
import { coercibilityOf } from './collation-derivation.js';
import type { BuildContext } from './build-context.js';
import { intDatum } from '../types/datum.js';
import { convertParam } from './cast-datum.js';
import { constantsApart } from './constants-apart.js';
import { evalDatum } from './compile.js';
import type { Column, Constant, CorrelatedColumn, Expression, ScalarFunction } from './expression.js';
import type { Resolved } from './function-registry.js';
import { findFunction, functionSpec } from './function-registry.js';
import { characterCount, encodeUtf8 } from '../types/charset.js';
import {
  boolType,
  decimalType,
  exactDigits,
  intType,
  isHexLiteral,
  isStringType,
  nullType,
  realType,
  stringType,
} from './type-inference.js';
import { foldedFrom, setOrigin } from './origin.js';
import { memberNumbers, preciseQuotient } from './truth.js';
import { isConstantTree, mapArgs, someArg, visit } from './traverse.js';

/** Constructors of typed expressions. */

export function newColumn(id: number, type: FieldType, name: string, index = -1): Column {
  return { kind: 'column', id, type, index, name };
}

export function newConstant(value: Datum, type: FieldType): Constant {
  return { kind: 'constant', type, value };
}

/** `?` number `index`, planned with the type its value has in this execution. */
export function newParam(index: number, type: FieldType, value: Datum): Constant {
  return { kind: 'constant', type, value, param: index };
}

export const nullConstant = (type: FieldType = nullType()): Constant => newConstant(null, type);

const integerType = (unsigned: boolean, characters: number): FieldType => ({
  ...intType(unsigned, characters),
  flag: Flag.Binary | Flag.NotNull | (unsigned ? Flag.Unsigned : 0),
});

/** Types of integers by how many characters they have: the same object for each that looks alike, so that long lists have few. */
const INT_TYPES: FieldType[] = [];
const UNSIGNED_TYPES: FieldType[] = [];

/** An integer literal: BIGINT of as many digits, not null; unsigned past 2^63-1. */
export function intConstant(v: number | bigint): Constant {
  const unsigned = v > 9223372036854775807n;
  const characters = decDigits(v) + (v < 0 ? 1 : 0);
  const types = unsigned ? UNSIGNED_TYPES : INT_TYPES;
  return newConstant(v, (types[characters] ??= integerType(unsigned, characters)));
}

export const realConstant = (v: number): Constant =>
  newConstant(v, { ...realType(), flag: Flag.Binary | Flag.NotNull });

export function stringConstant(v: string, charset = 'utf8mb4', collate = 'utf8mb4_bin'): Constant {
  const b = encodeUtf8(v);
  return newConstant(b, { ...stringType(characterCount(v), charset, collate), flag: Flag.NotNull });
}

export const boolConstant = (v: boolean): Constant =>
  newConstant(v ? 1 : 0, { ...boolType(), flag: Flag.Binary | Flag.NotNull });

/** DECIMAL literal from its unscaled value. */
export function decimalConstant(unscaled: number | bigint, scale: number): Constant {
  return newConstant(unscaled, {
    ...decimalType(Math.max(decDigits(unscaled), scale), scale),
    flag: Flag.Binary | Flag.NotNull,
  });
}

export function newCorrelated(column: Column): CorrelatedColumn {
  return { kind: 'correlated', column, type: column.type, cell: { value: null } };
}

/** A function node with given parts, unchecked: for rewrites that know the types. */
export function rawFunction(
  name: string,
  args: readonly Expression[],
  type: FieldType,
  collation = 'binary',
): ScalarFunction {
  return { kind: 'function', name, type, args, collation };
}

/** The name could be that of a stored function of the current database, of which there are none. */
export function noSuchFunction(name: string, ctx: BuildContext): MysqlError {
  const db = ctx.session.database;
  return db === null
    ? mysqlError('ER_NO_DB_ERROR')
    : mysqlError('ER_SP_DOES_NOT_EXIST', 'FUNCTION', `${db}.${name}`);
}

/**
 * A call of a registered function or operator: resolves arguments and types, folds what is constant.
 * Throws MysqlError 1305 (no such function), 1582 (argument count), 1267/1271 (illegal mix of collations), 1210 ….
 */
export function newFunction(name: string, args: readonly Expression[], ctx: BuildContext): Expression {
  const spec = findFunction(name);
  if (spec === undefined) throw noSuchFunction(name, ctx);
  if (args.length < spec.minArgs || args.length > spec.maxArgs) {
    throw mysqlError('ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT', name);
  }
  const rewritten = spec.rewrite?.(args, ctx) ?? null;
  if (rewritten !== null) return rewritten;
  const r: Resolved = spec.resolve(args, ctx, name);
  const f = foldConstant(rawFunction(spec.name, r.args, r.type, r.collation ?? 'binary'), ctx);
  return r.result === undefined ? f : transcode(f, r.result, ctx);
}

/** Text in the charset of `type`; a constant's collation binds as much as before. */
export function transcode(e: Expression, type: FieldType, ctx: BuildContext): Expression {
  const text = castTo(e, type, ctx);
  return text.kind === 'constant' ? { ...text, coercibility: coercibilityOf(e) } : text;
}

/** Whether equal inputs always give the equal result in one statement: no RAND, no side effects. */
export function isDeterministic(e: Expression): boolean {
  let ok = true;
  visit(e, (x) => {
    if (x.kind === 'function') {
      const s = functionSpec(x.name);
      if (s.deterministic === false || s.sideEffects === true || s.async === true) ok = false;
    }
    return ok;
  });
  return ok;
}

/** Whether the value may differ between executions of one plan: parameters, session state, time. */
export function isRuntimeConstant(e: Expression): boolean {
  let runtime = false;
  visit(e, (x) => {
    if (x.kind === 'constant' && x.param !== undefined) runtime = true;
    if (x.kind === 'function' && functionSpec(x.name).stable === false) runtime = true;
  });
  return runtime;
}

/**
 * Calls that no folding can change: the arguments of a call were looked at when they were made, and must not be with every call around them.
 * Small calls are looked at again: that is soon done, and a hundred thousand comparisons would fill the set.
 */
const UNFOLDABLE = new WeakSet<Expression>();
/** Expressions in a call from which on it is worth noting. */
const WORTH_NOTING = 32;
/** Expressions that were looked at to be folded. */
let lookedAt = 0;

const foldable = (e: ScalarFunction): boolean => {
  if (someArg(e.args, (a) => UNFOLDABLE.has(a)) || !isConstantTree(e)) return false;
  let ok = true;
  visit(e, (x) => {
    if (x.kind === 'constant' && x.param !== undefined) ok = false;
    if (x.kind === 'function') {
      const s = functionSpec(x.name);
      if (s.deterministic === false || s.sideEffects === true || s.async === true || s.stable === false)
        ok = false;
    }
  });
  return ok;
};

/** The context with warnings going elsewhere. */
function silent(ctx: BuildContext, warn: () => void): BuildContext {
  return Object.create(ctx, { warn: { value: warn } }) as BuildContext;
}

/** Functions whose folded results are looked at again: see origin.ts. */
const ORIGIN_MATTERS: ReadonlySet<string> = new Set([
  'div',
  'plus',
  'minus',
  'mul',
  'mod',
  'unaryminus',
  'abs',
  'if',
  'ifnull',
  'coalesce',
  'case',
  'dayname',
  'cast',
  'convert',
]);

/**
 * Constant subtrees computed now. What errs or warns stays: the statement reports it when (and if) it gets there.
 */
export function foldConstant(e: Expression, ctx: BuildContext): Expression {
  lookedAt++;
  if (e.kind !== 'function' || UNFOLDABLE.has(e)) return e;
  const before = lookedAt;
  const args = mapArgs(e.args, (a) => foldConstant(a, ctx));
  const f: ScalarFunction = args === e.args ? e : { ...e, args };
  // A folded COLLATE would lose its explicit coercibility.
  if (f.name === 'collate') return f;
  if (!foldable(f)) {
    if (lookedAt - before >= WORTH_NOTING) UNFOLDABLE.add(f);
    return f;
  }
  const known = constantsApart()?.find(f, ctx);
  if (known !== undefined) return known === null ? f : folded(f, known.value);
  let warned = false;
  const quiet = silent(ctx, () => {
    warned = true;
  });
  try {
    const value = evalDatum(f, quiet);
    return warned ? f : folded(f, value);
  } catch {
    return f;
  }
}

/** The constant that a call comes to. */
function folded(f: ScalarFunction, value: Datum): Constant {
  const c = newConstant(
    value,
    value === null
      ? { ...f.type, flag: f.type.flag & ~Flag.NotNull }
      : { ...f.type, flag: f.type.flag | Flag.NotNull },
  );
  if (ORIGIN_MATTERS.has(f.name) || isStringType(f.type)) setOrigin(c, f);
  return c;
}

/** Whether the types have the same cells: no conversion between them. */
export function sameCells(a: FieldType, b: FieldType): boolean {
  const x = evalType(a);
  if (x !== evalType(b)) return false;
  switch (x) {
    case 'int':
      return a.tp !== TypeCode.Bit && b.tp !== TypeCode.Bit && isUnsigned(a) === isUnsigned(b);
    case 'real':
      return a.tp === b.tp && (isUnsigned(a) || !isUnsigned(b));
    case 'decimal':
      return a.decimal === b.decimal && a.flen <= b.flen;
    case 'datetime':
      return (a.tp === TypeCode.Date) === (b.tp === TypeCode.Date) && a.decimal === b.decimal;
    case 'duration':
      return a.decimal === b.decimal;
    case 'string':
      return (
        a.tp !== TypeCode.Enum &&
        a.tp !== TypeCode.Set &&
        a.charset === b.charset &&
        (b.flen === UNSPECIFIED || a.flen === b.flen)
      );
    case 'json':
      return true;
    case 'vector':
      return b.flen === UNSPECIFIED || a.flen === b.flen;
  }
}

const isNumericType = (t: FieldType): boolean => ['int', 'real', 'decimal'].includes(evalType(t));

/** The number that x'..' or b'..' stands for: the last 64 bits. */
function hexNumber(e: Constant): Constant {
  const digits = Buffer.from(e.value as Uint8Array).toString('hex');
  return newConstant(intDatum(BigInt.asUintN(64, BigInt(`0x${digits || '0'}`))), {
    ...intType(true),
    flag: Flag.Binary | Flag.NotNull | Flag.Unsigned,
  });
}

/** The expression converted as CAST does; constants at once. */
export function castTo(e: Expression, type: FieldType, ctx: BuildContext): Expression {
  if (e.type === type) return e;
  if (e.kind === 'constant' && e.value === null && e.param === undefined) {
    return newConstant(null, { ...type, flag: type.flag & ~Flag.NotNull });
  }
  if (e.kind === 'constant' && e.param !== undefined) return castParam(e, type, ctx);
  const numeric = isNumericType(type);
  if (numeric && isHexLiteral(e.type) && e.kind === 'constant') return castTo(hexNumber(e), type, ctx);
  const members = numeric ? memberNumbers(e) : null;
  if (members !== null) return castTo(foldConstant(members, ctx), type, ctx);
  // In numeric context DAYNAME is the day's index (its val_int in MySQL).
  const day = e.kind === 'function' ? e : foldedFrom(e);
  if (numeric && day !== null && day.name === 'dayname')
    return castTo(newFunction('weekday', day.args, ctx), type, ctx);
  if (sameCells(e.type, type) && e.type.tp !== TypeCode.Null) return e;
  const notNull =
    isNotNull(e.type) && evalType(type) !== 'datetime' && evalType(type) !== 'duration' ? Flag.NotNull : 0;
  return foldConstant(
    rawFunction(
      'cast',
      [castOperand(e, type)],
      { ...type, flag: (type.flag & ~Flag.NotNull) | notNull },
      type.collate,
    ),
    ctx,
  );
}

/** Numbers are made of all the digits that a quotient has, text and JSON of those that it shows. */
const castOperand = (e: Expression, type: FieldType): Expression =>
  isNumericType(type) ? preciseQuotient(e) : e;

/** A `?` takes the type itself: its value is converted once a run and not once a row. */
function castParam(e: Constant, type: FieldType, ctx: BuildContext): Expression {
  const target = { ...type, flag: type.flag & ~Flag.NotNull };
  if (e.value === null) return { ...e, type: target };
  try {
    return {
      ...e,
      type: target,
      value: convertParam(
        e.value,
        e.type,
        target,
        silent(ctx, () => {}),
      ),
    };
  } catch {
    return rawFunction('cast', [e], target, type.collate);
  }
}

/** An explicit CAST(e AS type): kept even where the cells are the same, for its type. */
export function explicitCast(e: Expression, type: FieldType, ctx: BuildContext): Expression {
  if (isNumericType(type) && isHexLiteral(e.type) && e.kind === 'constant') e = hexNumber(e);
  return foldConstant(
    rawFunction('cast', [castOperand(e, type)], { ...type, flag: type.flag & ~Flag.NotNull }, type.collate),
    ctx,
  );
}

/** The smallest exact type that holds the integer or decimal, as DECIMAL. */
export function asDecimalType(ft: FieldType): FieldType {
  const d = exactDigits(ft);
  return newFieldType(TypeCode.NewDecimal, {
    flen: d.precision,
    decimal: d.scale,
    flag: Flag.Binary | (ft.flag & (Flag.NotNull | Flag.Unsigned)),
  });
}
