import { decDivInternalScale } from '../types/decimal.js';
import { evalType, TypeCode } from '../types/field-type.js';
import type { FieldType } from '../types/field-type.js';
import type { Expression, ScalarFunction } from './expression.js';
import { foldedFrom } from './origin.js';
import { boolType, decimalType, exactDigits, intType, MAX_SCALE, realType } from './type-inference.js';

const scaleOf = (t: FieldType): number => (evalType(t) === 'decimal' ? Math.max(0, t.decimal) : 0);

/** A quotient with the digits that MySQL keeps inside a computation: (1/3)*3 is 1.0000, and 1/1000000 is true. */
export function preciseQuotient(e: Expression): Expression {
  const q = e.kind === 'function' ? e : foldedFrom(e);
  if (q === null || q.name !== 'div' || evalType(q.type) !== 'decimal') return e;
  const [a, b] = q.args as [Expression, Expression];
  const increment = Math.max(0, q.type.decimal - scaleOf(a.type));
  const scale = Math.min(MAX_SCALE, decDivInternalScale(scaleOf(a.type), scaleOf(b.type), increment));
  if (scale <= q.type.decimal) return e;
  const d = exactDigits(q.type);
  return { ...q, type: decimalType(d.precision - d.scale + scale, scale) };
}

const call = (name: string, e: Expression, type: FieldType): ScalarFunction => ({
  kind: 'function',
  name,
  args: [e],
  type,
  collation: 'binary',
});

/** The expression in a form whose cells tell true from false by comparing with 0. */
export function asTruth(e: Expression): Expression {
  const origin = e.kind === 'function' ? e : foldedFrom(e);
  switch (evalType(e.type)) {
    case 'json':
      return call('json_truth', e, boolType());
    case 'string':
      if (e.type.tp === TypeCode.Null) return e;
      if (origin?.name === 'dayname') return { ...origin, name: 'weekday', type: intType(false, 1) };
      // A SET or ENUM is true when its number is not 0; that is its cell.
      return e.type.tp === TypeCode.Enum || e.type.tp === TypeCode.Set ? e : call('cast', e, realType());
    case 'decimal':
      return preciseQuotient(e);
    default:
      return e;
  }
}
