import { decDivInternalScale } from '../types/decimal.js';
import { evalType, TypeCode } from '../types/field-type.js';
import type { FieldType } from '../types/field-type.js';
import type { Expression, ScalarFunction } from './expression.js';
import { foldedFrom } from './origin.js';
import { boolType, decimalType, exactDigits, intType, MAX_SCALE, realType } from './type-inference.js';

const scaleOf = (t: FieldType): number => (evalType(t) === 'decimal' ? Math.max(0, t.decimal) : 0);

const call = (name: string, e: Expression, type: FieldType): ScalarFunction => ({
  kind: 'function',
  name,
  args: [e],
  type,
  collation: 'binary',
});

/** Where the alternatives of a choosing function stand among its arguments. */
const ALTERNATIVES: Readonly<Record<string, (i: number, n: number) => boolean>> = {
  if: (i) => i > 0,
  case: (i, n) => i % 2 === 1 || (i === n - 1 && n % 2 === 1),
  elt: (i) => i > 0,
  ifnull: () => true,
  coalesce: () => true,
};

/** As many digits before the point, and so many behind. */
function withScale(type: FieldType, scale: number): FieldType {
  const d = exactDigits(type);
  return { ...decimalType(d.precision - d.scale + scale, scale), flag: type.flag };
}

/**
 * A quotient, or what is computed of quotients or chosen among them, with the digits that MySQL keeps inside a computation: (1/3)*3 is
 * 1.0000, and 1/1000000 is true.
 */
export function preciseQuotient(e: Expression): Expression {
  if (e.kind === 'column') return e.precise?.column ?? e;
  const q = e.kind === 'function' ? e : foldedFrom(e);
  if (q === null || evalType(q.type) !== 'decimal') return e;
  switch (q.name) {
    case 'plus':
    case 'minus':
    case 'mul':
    case 'mod': {
      // The operands are precise already; the result was cut to its declared scale.
      const scales = q.args.map((a) => scaleOf(a.type));
      const natural = q.name === 'mul' ? scales[0]! + scales[1]! : Math.max(...scales);
      const scale = Math.min(MAX_SCALE, natural);
      return scale <= q.type.decimal ? e : { ...q, type: withScale(q.type, scale) };
    }
    case 'div': {
      const [a, b] = q.args as [Expression, Expression];
      const increment = Math.max(0, q.type.decimal - scaleOf(a.type));
      const scale = Math.min(MAX_SCALE, decDivInternalScale(scaleOf(a.type), scaleOf(b.type), increment));
      return scale <= q.type.decimal ? e : { ...q, type: withScale(q.type, scale) };
    }
    case 'unaryminus':
    case 'abs': {
      const a = preciseQuotient(q.args[0]!);
      return a === q.args[0] ? e : { ...q, args: [a], type: withScale(q.type, scaleOf(a.type)) };
    }
    case 'shown_digits':
      return q.args[0]!;
    default:
      return preciseChoice(q) ?? e;
  }
}

/**
 * The type that SUM and AVG of quotients have inside a computation: with all the digits that MySQL keeps of them, as of quotients
 * themselves. `shown`: the type that they show, `increment`: div_precision_increment.
 */
export function preciseAggregate(
  name: string,
  arg: FieldType,
  shown: FieldType,
  increment: number,
): FieldType {
  if (evalType(shown) !== 'decimal') return shown;
  const summed = scaleOf(arg);
  const natural = name === 'avg' ? decDivInternalScale(summed, 0, increment) : summed;
  const scale = Math.min(MAX_SCALE, natural);
  return scale <= shown.decimal ? shown : withScale(shown, scale);
}

/** What a value of more digits shows; whoever computes with it takes the digits behind. */
export const shownDigits = (e: Expression, shown: FieldType): Expression =>
  e.type.decimal === shown.decimal ? e : call('shown_digits', e, shown);

/** A choice of quotients that are all brought to the scale of the longest; null: not one, or of no more digits than it shows. */
function preciseChoice(q: ScalarFunction): ScalarFunction | null {
  const chosen = ALTERNATIVES[q.name];
  if (chosen === undefined) return null;
  const n = q.args.length;
  const args = q.args.map((a, i) => (chosen(i, n) ? preciseQuotient(a) : a));
  const scale = Math.max(...args.map((a, i) => (chosen(i, n) ? scaleOf(a.type) : 0)));
  if (scale <= q.type.decimal) return null;
  const type = withScale(q.type, scale);
  const sameScale = (a: Expression, i: number): boolean =>
    !chosen(i, n) ||
    a.type.tp === TypeCode.Null ||
    (evalType(a.type) === 'decimal' && scaleOf(a.type) === scale);
  return { ...q, args: args.map((a, i) => (sameScale(a, i) ? a : call('cast', a, type))), type };
}

/**
 * A choice among ENUM or SET columns in numeric context: their numbers, although the choice itself has their text.
 * null: the expression is no such choice.
 */
export function memberNumbers(e: Expression): ScalarFunction | null {
  if (e.kind !== 'function' || evalType(e.type) !== 'string') return null;
  const chosen = ALTERNATIVES[e.name];
  if (chosen === undefined) return null;
  const source = (a: Expression): Expression => (a.kind === 'function' && a.name === 'cast' ? a.args[0]! : a);
  const isMember = (a: Expression): boolean => a.type.tp === TypeCode.Enum || a.type.tp === TypeCode.Set;
  const n = e.args.length;
  if (!e.args.some((a, i) => chosen(i, n) && isMember(source(a)))) return null;
  const args = e.args.map((a, i) => {
    if (!chosen(i, n) || a.type.tp === TypeCode.Null) return a;
    return call('cast', isMember(source(a)) ? source(a) : a, realType());
  });
  return { ...e, args, type: realType(), collation: 'binary' };
}

/** The expression in a form whose cells tell true from false by comparing with 0. */
export function asTruth(e: Expression): Expression {
  const origin = e.kind === 'function' ? e : foldedFrom(e);
  switch (evalType(e.type)) {
    case 'json':
      return call('json_truth', e, boolType());
    case 'string':
      if (e.type.tp === TypeCode.Null) return e;
      if (origin?.name === 'dayname') return { ...origin, name: 'weekday', type: intType(false, 1) };
      if (memberNumbers(e) !== null) return memberNumbers(e)!;
      // A SET or ENUM is true when its number is not 0; that is its cell.
      return e.type.tp === TypeCode.Enum || e.type.tp === TypeCode.Set ? e : call('cast', e, realType());
    case 'vector':
      return call('vec_dims', e, intType(false, 11));
    case 'decimal':
      return preciseQuotient(e);
    default:
      return e;
  }
}
