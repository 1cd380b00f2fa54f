import { encodeUtf8, utf8CharLen } from '../charset.js';
import { PlainConvertContext } from '../convert-context.js';
import { readDuration, readTime } from '../convert-time.js';
import type { Datum } from '../datum.js';
import { evalType, isUnsigned, newFieldType, TypeCode, UNSPECIFIED, type FieldType } from '../field-type.js';
import { UTC } from '../timezone.js';
import { opaqueText } from './binary.js';
import { JsonDouble, JsonOpaque, JsonType, type JsonValue } from './value.js';

/** Why a JSON value cannot be an element of an array of a type. */
export type ElementProblem = 'type' | 'range' | 'length';

const TEXT_TYPE = newFieldType(TypeCode.VarString);
const PLAIN = new PlainConvertContext(0, false, UTC);

/**
 * A JSON value as an element of CAST(… AS type ARRAY) (MySQL manual, "Multi-Valued Indexes"): it must be of the type's own
 * kind, nothing is converted but integers to DOUBLE.
 */
export function elementDatum(v: JsonValue, type: FieldType): Datum | ElementProblem {
  switch (evalType(type)) {
    case 'int':
      if (typeof v !== 'number' && typeof v !== 'bigint') return 'type';
      if (isUnsigned(type) ? v < 0 : v > 9223372036854775807n) return 'range';
      return v;
    case 'real':
      if (v instanceof JsonDouble) return v.value;
      return typeof v === 'number' || typeof v === 'bigint' ? Number(v) : 'type';
    case 'string': {
      if (typeof v !== 'string') return 'type';
      const bytes = encodeUtf8(v);
      if (type.flen === UNSPECIFIED || bytes.length <= type.flen) return bytes;
      if (type.charset === 'binary') return 'length';
      let chars = 0;
      for (let at = 0; at < bytes.length; at += utf8CharLen(bytes, at)) chars++;
      return chars <= type.flen ? bytes : 'length';
    }
    case 'datetime': {
      const kind = type.tp === TypeCode.Date ? JsonType.Date : JsonType.DateTime;
      if (!(v instanceof JsonOpaque) || v.type !== kind) return 'type';
      return readTime(encodeUtf8(opaqueText(v)), TEXT_TYPE, type.tp, type.decimal, PLAIN).value ?? 'type';
    }
    case 'duration':
      if (!(v instanceof JsonOpaque) || v.type !== JsonType.Duration) return 'type';
      return readDuration(encodeUtf8(opaqueText(v)), TEXT_TYPE, type.decimal).value ?? 'type';
    default:
      return 'type';
  }
}

/** The elements of a document: those of an array, or the one scalar that it is. Null for an object. */
export function elementsOf(v: JsonValue): readonly JsonValue[] | null {
  if (Array.isArray(v)) return v as readonly JsonValue[];
  return v instanceof Map ? null : [v];
}
