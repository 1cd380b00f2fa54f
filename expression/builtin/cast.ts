import { decToNumber, pow10 } from '../../types/decimal.js';
import { reinterpretInt } from '../../types/convert-number.js';
import { evalType, isUnsigned, TypeCode, UNSPECIFIED } from '../../types/field-type.js';
import type { FieldType } from '../../types/field-type.js';
import { castDatum } from '../cast-datum.js';
import type { Emitter, Value } from '../codegen.js';
import type { ScalarFunction } from '../expression.js';
import { registerFunction } from '../function-registry.js';
import { elementBytes } from '../member-text.js';
import { exactDigits } from '../type-inference.js';
import type { Runtime } from '../runtime.js';
import type { Datum } from '../../types/datum.js';

/** A kernel per pair of types. */
export function caster(from: FieldType, to: FieldType): (rt: Runtime, v: Datum) => Datum {
  return (rt, v) => castDatum(v, from, to, rt);
}

const canBeNull = (from: FieldType, to: FieldType): boolean => {
  const d = evalType(to);
  const s = evalType(from);
  if (to.tp === TypeCode.Year || (d === 'string' && to.charset === 'binary' && to.flen > 1 << 20))
    return true;
  if (d === 'string' && to.charset !== 'binary' && s === 'string' && from.charset === 'binary') return true;
  return (
    (d === 'datetime' && s !== 'datetime') ||
    (d === 'datetime' && from.decimal > to.decimal) ||
    (d === 'duration' && s !== 'duration' && s !== 'datetime')
  );
};

const CASTERS = new Map<string, (rt: Runtime, v: Datum) => Datum>();
const key = (t: FieldType): string =>
  `${t.tp}.${t.flag & 96}.${t.flen}.${t.decimal}.${t.charset}.${t.elems?.length ?? 0}`;

/** The same kernel for the same pair of types, so that pools of equal casts are equal. */
function sharedCaster(from: FieldType, to: FieldType): (rt: Runtime, v: Datum) => Datum {
  if (from.elems !== undefined || to.elems !== undefined) return caster(from, to);
  const k = `${key(from)}>${key(to)}`;
  let c = CASTERS.get(k);
  if (c === undefined) {
    c = caster(from, to);
    CASTERS.set(k, c);
  }
  return c;
}

export function emitCast(g: Emitter, arg: Value, from: FieldType, to: FieldType): Value {
  if (arg.nul === 'true') return arg;
  const s = evalType(from);
  const d = evalType(to);
  if (s === 'int' && from.tp !== TypeCode.Bit) {
    if (d === 'int' && (to.tp !== TypeCode.Year || from.tp === TypeCode.Year)) {
      if (isUnsigned(from) === isUnsigned(to) || (isUnsigned(from) && arg.rep === 'n')) return arg;
      return g.fromDatum(
        `${g.pool(reinterpretInt)}(${g.asDatum(arg, 'int')},${isUnsigned(to)})`,
        arg.nul,
        false,
      );
    }
    if (d === 'real' && to.tp !== TypeCode.Float && (isUnsigned(from) || !isUnsigned(to)))
      return g.num(arg.rep === 'b' ? `Number(${arg.v})` : arg.v, arg.nul, Infinity);
    if (d === 'decimal' && from.tp !== TypeCode.Null) {
      const digits = exactDigits(from).precision;
      const t = exactDigits(to);
      if (digits <= t.precision - t.scale && !isUnsigned(to)) return g.scaleUp(arg, t.scale);
    }
  }
  if (s === 'real' && d === 'real' && (to.tp === TypeCode.Double || from.tp === TypeCode.Float))
    if (isUnsigned(from) || !isUnsigned(to)) return arg;
  if (s === 'decimal') {
    if (d === 'real' && to.tp !== TypeCode.Float && !isUnsigned(to)) {
      const scale = from.decimal;
      if (arg.rep === 'n' && scale <= 22)
        return g.num(`(${arg.v}/${g.pool(pow10(scale))})`, arg.nul, Infinity);
      return g.fromNumber(
        `${g.pool(decToNumber)}(${g.asDatum(arg, 'decimal')},${scale})`,
        arg.nul,
        false,
        Infinity,
      );
    }
    if (d === 'decimal' && !isUnsigned(to)) {
      const a = exactDigits(from);
      const t = exactDigits(to);
      if (t.scale >= a.scale && t.precision - t.scale >= a.precision - a.scale)
        return g.scaleUp(arg, t.scale - a.scale);
    }
  }
  if (s === 'datetime' && d === 'datetime') {
    if (from.tp === TypeCode.Date && to.tp === TypeCode.Date) return arg;
    if (from.tp === TypeCode.Date && to.decimal <= 4) {
      const f = 131072 * pow10(to.decimal);
      return g.num(`(${arg.v}*${g.pool(f)})`, arg.nul, Number.MAX_SAFE_INTEGER);
    }
    if (from.tp !== TypeCode.Date && to.tp !== TypeCode.Date && to.decimal >= from.decimal)
      return g.scaleUp(arg, to.decimal - from.decimal);
  }
  if (s === 'duration' && d === 'duration' && to.decimal >= from.decimal) return arg;
  if (
    s === 'string' &&
    d === 'string' &&
    from.tp === TypeCode.Enum &&
    to.flen === UNSPECIFIED &&
    to.charset.startsWith('utf8')
  ) {
    return g.fromBytes(`${g.pool(elementBytes(from))}[Number(${arg.v})]`, arg.nul, false);
  }
  if (s === 'string' && d === 'string' && arg.rep === 's' && to.flen === UNSPECIFIED) {
    if (from.charset === to.charset || to.charset === 'binary') return arg;
  }
  const value = arg.rep === 's' ? g.asDatum(arg, 'string') : g.asDatum(arg, s === 'real' ? 'real' : 'int');
  const call = `${g.pool(sharedCaster(from, to))}(rt,${value})`;
  return g.fromCall(call, to, arg.nul, canBeNull(from, to));
}

registerFunction({
  name: 'shown_digits',
  minArgs: 1,
  maxArgs: 1,
  family: 'cast',
  internal: true,
  doc: 'A number cut to the digits that it shows, of those that computing with it takes. Manual: Precision Math.',
  resolve: (args) => ({ args, type: args[0]!.type }),
  emit: (g: Emitter, node: ScalarFunction) =>
    emitCast(g, g.emit(node.args[0]!), node.args[0]!.type, node.type),
});

registerFunction({
  name: 'cast',
  minArgs: 1,
  maxArgs: 1,
  family: 'cast',
  internal: true,
  pushdown: 'Cast',
  doc: 'CAST(expr AS type), CONVERT(expr, type) and implicit conversions. Manual: Cast Functions and Operators.',
  resolve: (args) => ({ args, type: args[0]!.type }),
  emit: (g: Emitter, node: ScalarFunction) =>
    emitCast(g, g.emit(node.args[0]!), node.args[0]!.type, node.type),
});
