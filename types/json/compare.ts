import { encodeUtf8 } from '../charset.js';
import type { Collation } from '../collation.js';
import { compareBytes, equalRange, hashRange } from '../collation-bytes.js';
import type { JsonValue } from './value.js';
import { JsonDouble, JsonOpaque, JsonType } from './value.js';
import { decodeJson, encodeJson } from './binary.js';

/**
 * Order of JSON values (MySQL manual, "Comparison and Ordering of JSON Values"): by precedence of the type first, highest
 * BLOB, BIT, OPAQUE, DATETIME, TIME, DATE, BOOLEAN, ARRAY, OBJECT, STRING, INTEGER/DOUBLE, NULL lowest.
 */
function precedence(v: JsonValue): number {
  if (v === null) return 1;
  if (typeof v === 'number' || typeof v === 'bigint' || v instanceof JsonDouble) return 2;
  if (typeof v === 'string') return 3;
  if (typeof v === 'boolean') return 6;
  if (v instanceof JsonOpaque) {
    switch (v.type) {
      case JsonType.Date:
        return 7;
      case JsonType.Duration:
        return 8;
      case JsonType.DateTime:
      case JsonType.Timestamp:
        return 9;
      default:
        return 10;
    }
  }
  return Array.isArray(v) ? 5 : 4;
}

const numberOf = (v: JsonValue): number | bigint =>
  v instanceof JsonDouble ? v.value : (v as number | bigint);

export function compareJsonValues(a: JsonValue, b: JsonValue): number {
  const p = precedence(a) - precedence(b);
  if (p !== 0) return p < 0 ? -1 : 1;
  switch (precedence(a)) {
    case 1:
      return 0;
    case 2: {
      const x = numberOf(a);
      const y = numberOf(b);
      return x < y ? -1 : x > y ? 1 : 0;
    }
    case 3:
      return compareBytes(encodeUtf8(a as string), encodeUtf8(b as string));
    case 6:
      return Number(a) - Number(b);
    case 5: {
      const x = a as readonly JsonValue[];
      const y = b as readonly JsonValue[];
      for (let i = 0; i < x.length && i < y.length; i++) {
        const c = compareJsonValues(x[i]!, y[i]!);
        if (c !== 0) return c;
      }
      return Math.sign(x.length - y.length);
    }
    case 4: {
      const x = a as ReadonlyMap<string, JsonValue>;
      const y = b as ReadonlyMap<string, JsonValue>;
      if (x.size !== y.size) return Math.sign(x.size - y.size);
      // Objects with the same keys and equal members are equal; any order will do for the rest, here that of their normal forms.
      return compareBytes(encodeJson(normalForm(x)), encodeJson(normalForm(y)));
    }
    case 7:
    case 9: {
      const x = new DataView((a as JsonOpaque).bytes.slice().buffer).getBigUint64(0, true) >> 4n;
      const y = new DataView((b as JsonOpaque).bytes.slice().buffer).getBigUint64(0, true) >> 4n;
      return x < y ? -1 : x > y ? 1 : 0;
    }
    case 8: {
      const x = new DataView((a as JsonOpaque).bytes.slice().buffer).getBigInt64(0, true);
      const y = new DataView((b as JsonOpaque).bytes.slice().buffer).getBigInt64(0, true);
      return x < y ? -1 : x > y ? 1 : 0;
    }
    default:
      return compareBytes((a as JsonOpaque).bytes, (b as JsonOpaque).bytes);
  }
}

/** -1, 0 or 1 of two binary JSON values. */
export function compareJson(a: Uint8Array, b: Uint8Array): number {
  return compareJsonValues(decodeJson(a), decodeJson(b));
}

const TWO_63 = 2 ** 63;
const TWO_64 = 2 ** 64;

/** Equal values, such as 1 and 1.0, have one normal form, down to the members of objects. */
function normalForm(v: JsonValue): JsonValue {
  if (v instanceof JsonDouble) {
    const d = v.value;
    if (Number.isSafeInteger(d)) return d + 0;
    return Number.isInteger(d) && d >= -TWO_63 && d < TWO_64 ? BigInt(d) : v;
  }
  if (v instanceof JsonOpaque) {
    const bytes = v.bytes.slice();
    // What says how many decimals are shown: of a time behind its value, of a date in the lowest four bits.
    if (v.type === JsonType.Duration) bytes.fill(0, 8);
    else if (precedence(v) === 10) return v;
    else bytes[0]! &= 0xf0;
    return new JsonOpaque(v.type === JsonType.Timestamp ? JsonType.DateTime : v.type, v.code, bytes);
  }
  if (Array.isArray(v)) return (v as readonly JsonValue[]).map(normalForm);
  if (v instanceof Map)
    return new Map(Array.from(v as ReadonlyMap<string, JsonValue>, ([k, x]) => [k, normalForm(x)]));
  return v;
}

/** No bytes are no value: dictionaries have such an entry for rows that are NULL, and their entries are hashed and ordered as a whole. */
const equalityKey = (b: Uint8Array): Uint8Array =>
  b.length === 0 ? b : encodeJson(normalForm(decodeJson(b)));

const compareEntries = (a: Uint8Array, b: Uint8Array): number =>
  a.length === 0 || b.length === 0 ? Math.sign(a.length - b.length) : compareJson(a, b);

/** How JSON columns compare as keys of groups, joins and sorts: like strings, by a collation of their own, over binary JSON. */
export const JSON_COLLATION: Collation = {
  id: 0,
  name: 'json',
  charset: 'binary',
  isDefault: false,
  isBinary: false,
  padSpace: false,
  sortLen: 1,
  compare: compareEntries,
  compareAt: (a, af, at, b, bf, bt) => compareEntries(a.subarray(af, at), b.subarray(bf, bt)),
  equalsAt: (a, af, at, b, bf, bt) =>
    equalRange(a, af, at, b, bf, bt) || compareEntries(a.subarray(af, at), b.subarray(bf, bt)) === 0,
  hashAt(b, from, to) {
    const key = equalityKey(b.subarray(from, to));
    return hashRange(key, 0, key.length);
  },
  /** Equal for equal values; not in their order. */
  sortKey: equalityKey,
  charWeight: null,
};
