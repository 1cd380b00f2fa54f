import type { Datum } from './datum.js';
import { mysqlError } from './error-table.js';
import { evalType, TypeCode, type FieldType } from './field-type.js';
import { datumToString } from './format.js';
import { fitVector, parseVector } from './vector.js';

/** CAST(v AS VECTOR) and assignment to one: of text and of vectors alone (TiDB manual, "Vector Data Types"). Throws 1105. */
export function toVector(v: Datum, from: FieldType, to: FieldType): Uint8Array | null {
  if (v === null) return null;
  if (from.tp === TypeCode.Vector) return fitVector(v as Uint8Array, to.flen);
  const domain = evalType(from);
  if (domain !== 'string') throw mysqlError('ER_UNKNOWN_ERROR', `cannot cast from ${domain} to vector`);
  return fitVector(parseVector(datumToString(v, from)), to.flen);
}

/** A conversion that there is none of. */
export function refuseVector(to: string): never {
  throw mysqlError('ER_UNKNOWN_ERROR', `cannot cast from vector to ${to}`);
}
