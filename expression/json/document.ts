import { decodeUtf8 } from '../../types/charset.js';
import type { Datum } from '../../types/datum.js';
import { MysqlError } from '../../types/error.js';
import { mysqlError } from '../../types/error-table.js';
import { evalType, TypeCode, type FieldType } from '../../types/field-type.js';
import { decodeJson } from '../../types/json/binary.js';
import { parseJson } from '../../types/json/parse.js';
import { readKept } from './kept-document.js';
import type { JsonValue } from '../../types/json/value.js';

/** How a function reads its document argument: JSON, or text that is parsed. Throws 3141, 3146. */
export function readDocument(t: FieldType, position: number, name: string): (v: Datum) => JsonValue {
  if (t.tp === TypeCode.Json) return (v) => decodeJson(v as Uint8Array);
  if (evalType(t) !== 'string' || t.charset === 'binary') {
    return () => {
      throw mysqlError('ER_INVALID_TYPE_FOR_JSON', position, name);
    };
  }
  return (v) => parseText(v as Uint8Array, position, name);
}

export function parseText(b: Uint8Array, position: number, name: string): JsonValue {
  try {
    return readKept(b, (text) => parseJson(decodeUtf8(text)));
  } catch (e) {
    if (e instanceof MysqlError && e.code === 3140)
      throw mysqlError(
        'ER_INVALID_JSON_TEXT_IN_PARAM',
        position,
        name,
        e.message.replace(/^Invalid JSON text: /, '').replace(/ at position \d+\.?$/, ''),
        0,
      );
    throw e;
  }
}
