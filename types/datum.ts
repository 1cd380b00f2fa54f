/**
 * One SQL value outside a vector. It has no meaning without its FieldType:
 *
 * | type                        | datum                                                                          |
 * |-----------------------------|--------------------------------------------------------------------------------|
 * | integers, YEAR, BIT, SET    | the value; `number` within ±(2^53-1), else `bigint`. ENUM: the 1-based index.   |
 * | FLOAT, DOUBLE               | `number` (FLOAT already rounded to 32 bits)                                     |
 * | DECIMAL(p,s)                | value * 10^s; `number` within ±(2^53-1), else `bigint`                          |
 * | DATE                        | `y<<9 \| m<<5 \| d` (`number`)                                                  |
 * | DATETIME(f), TIMESTAMP(f)   | `((date * 2^17) + (h<<12 \| mi<<6 \| s)) * 10^f + fraction`; `number` for f <= 4, always `bigint` for f > 4. TIMESTAMP in session time zone. |
 * | TIME(f)                     | signed microseconds (`number`)                                                  |
 * | strings, blobs              | `Uint8Array`, bytes in the type's charset                                       |
 * | JSON                        | `Uint8Array`, TiDB's binary JSON                                                |
 * | VECTOR                      | `Uint8Array` that orders as the vectors do (vector.ts)                          |
 *
 * Datums of one type (strings aside) compare by `<` and `===` after `sameWidth`, since zero and partial dates pack in order.
 */
export type Datum = null | number | bigint | Uint8Array;

export const MAX_SAFE = Number.MAX_SAFE_INTEGER;
const MAX_SAFE_BIG = BigInt(Number.MAX_SAFE_INTEGER);

/** A datum that outlives the vector or buffer it came from. */
export const ownDatum = (v: Datum): Datum => (v instanceof Uint8Array ? v.slice() : v);

/** Whether a numeric datum is zero. */
export const isZero = (v: number | bigint): boolean => (typeof v === 'number' ? v === 0 : v === 0n);

/** Equality by value of numeric datums of any width: 1 equals 1n. NaN does not occur. */
export const equalNumbers = (a: number | bigint, b: number | bigint): boolean => !(a < b) && !(a > b);

/** The canonical integer datum: `number` where exact, else `bigint`. */
export function intDatum(v: bigint): number | bigint {
  return v <= MAX_SAFE_BIG && v >= -MAX_SAFE_BIG ? Number(v) : v;
}
