import { decodeUtf8, encodeUtf8 } from '../../types/charset.js';
import { compareJsonValues } from '../../types/json/compare.js';
import type { JsonValue } from '../../types/json/value.js';
import { JsonDouble } from '../../types/json/value.js';

type Primitive = null | boolean | number | bigint | string;

const SURROGATE = /[\ud800-\udfff]/;

/** One form of equal numbers: exact integers of any type are one number, or one bigint where a number does not hold them. */
function oneNumber(n: number | bigint): number | bigint {
  if (typeof n === 'number') return Number.isInteger(n) && !Number.isSafeInteger(n) ? BigInt(n) : n;
  const small = Number(n);
  return Number.isSafeInteger(small) ? small : n;
}

/**
 * What a JavaScript set finds a value by: the same for values that compare as equal. Undefined for arrays, objects and opaque
 * values, which never equal others than each other.
 */
function primitiveOf(v: JsonValue): Primitive | undefined {
  if (v === null || typeof v === 'boolean') return v;
  if (typeof v === 'number' || typeof v === 'bigint') return oneNumber(v);
  if (v instanceof JsonDouble) return oneNumber(v.value);
  // Texts compare by their bytes, in which halves of pairs that stand alone are all the same.
  if (typeof v === 'string') return SURROGATE.test(v) ? decodeUtf8(encodeUtf8(v)) : v;
  return undefined;
}

/** JSON values to look others up in by `compareJsonValues`: scalars in constant time, the rest one by one. */
export class JsonValueSet {
  private readonly primitives = new Set<Primitive>();
  private readonly others: JsonValue[] = [];

  add(v: JsonValue): void {
    const p = primitiveOf(v);
    if (p === undefined) this.others.push(v);
    else this.primitives.add(p);
  }

  has(v: JsonValue): boolean {
    const p = primitiveOf(v);
    return p === undefined ? this.others.some((w) => compareJsonValues(v, w) === 0) : this.primitives.has(p);
  }
}
