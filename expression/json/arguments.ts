import { decodeUtf8 } from '../../types/charset.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import type { FieldType } from '../../types/field-type.js';
import type { JsonValue } from '../../types/json/value.js';
import { BOOLEAN_FLAG, boolType, stringType } from '../type-inference.js';
import { toJsonValue } from './convert.js';
import { type JsonPath, parsePath } from './path.js';

/** Results of JSON functions that are text, of so many characters. */
export const jsonText =
  (flen = -1) =>
  (): FieldType =>
    stringType(flen, 'utf8mb4', 'utf8mb4_bin');
export const boolInt = (): FieldType => boolType();

export const path = (v: Datum): JsonPath => parsePath(decodeUtf8(v as Uint8Array));

/** A path without wildcards; error 3149. */
export function singlePath(v: Datum): JsonPath {
  const p = path(v);
  if (p.multiple) throw mysqlError('ER_INVALID_JSON_PATH_WILDCARD');
  return p;
}

/** Readers of value arguments: SQL scalars become JSON scalars, text is a JSON string. */
export const valueReaders = (types: readonly FieldType[]): ((v: Datum) => JsonValue)[] =>
  types.map((t) => (v) => toJsonValue(v, t, (t.flag & BOOLEAN_FLAG) !== 0));
