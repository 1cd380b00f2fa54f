import type { Constant } from '../../expression/expression.js';
import type { Datum } from '../../types/datum.js';
import { isUnsigned, evalType, TypeCode, type FieldType } from '../../types/field-type.js';
import { integerBounds } from '../ranger/bound.js';

/**
 * A value of type `from` as the key of a column, where it is one exactly and without MySQL's conversion rules; null otherwise. What is
 * accepted of one value of a parameter is accepted of all of its class (paramClass).
 */
export function datumKey(v: Datum, from: FieldType, type: FieldType): Constant | null {
  if (v === null) return { kind: 'constant', type, value: null };
  if (evalType(type) === 'int') {
    const d = evalType(from);
    if (d === 'int') return intKey(v as number | bigint, type);
    // Drivers send JavaScript's and Lua's numbers as DOUBLE.
    if (d === 'real' && Number.isSafeInteger(v)) return intKey(v as number, type);
    return null;
  }
  return plainString(type) &&
    v instanceof Uint8Array &&
    evalType(from) === 'string' &&
    from.elems === undefined &&
    from.charset !== 'binary'
    ? { kind: 'constant', type, value: v }
    : null;
}

function intKey(value: number | bigint, type: FieldType): Constant | null {
  if (type.tp === TypeCode.Bit || type.tp === TypeCode.Year) return null;
  if (isUnsigned(type) ? value < 0 : value > 9223372036854775807n) return null;
  return { kind: 'constant', type, value };
}

/** An integer. A value that the column cannot hold is left to the optimizer, which knows that there is no such row. */
export function literalKey(value: number | bigint, type: FieldType): Constant | null {
  const [min, max] = integerBounds(type);
  return value < min || value > max ? null : intKey(value, type);
}

/** Strings that are compared by their collation's sort keys alone. */
export const plainString = (t: FieldType): boolean =>
  evalType(t) === 'string' &&
  t.tp !== TypeCode.Enum &&
  t.tp !== TypeCode.Set &&
  t.charset !== 'binary' &&
  (t.charset === 'utf8mb4' || t.charset === 'utf8');
