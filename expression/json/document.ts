import { decodeUtf8 } from '../../types/charset.js';
import type { Datum } from '../../types/datum.js';
import { MysqlError } from '../../types/error.js';
import { mysqlError } from '../../types/error-table.js';
import { evalType, TypeCode, type FieldType } from '../../types/field-type.js';
import { decodeJson } from '../../types/json/binary.js';
import { parseJson, parseJsonSteps } from '../../types/json/parse.js';
import { readKept, readKeptSteps } from './kept-document.js';
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
    throw ofParameter(e, position, name);
  }
}

/** Texts of up to so many bytes are read at once. */
const SHORT_TEXT = 1 << 14;

/** `readDocument` with long texts read in steps. */
export function readDocumentSteps(
  t: FieldType,
  position: number,
  name: string,
): (v: Datum) => Generator<void, JsonValue> {
  const read = readDocument(t, position, name);
  const isText = t.tp !== TypeCode.Json && evalType(t) === 'string' && t.charset !== 'binary';
  return function* (v) {
    if (!isText || (v as Uint8Array).length <= SHORT_TEXT) return read(v);
    try {
      return yield* readKeptSteps(v as Uint8Array, (text) => parseJsonSteps(decodeUtf8(text)));
    } catch (e) {
      throw ofParameter(e, position, name);
    }
  };
}

/** What is wrong with a text as an error of the function's parameter. */
function ofParameter(e: unknown, position: number, name: string): unknown {
  return e instanceof MysqlError && e.code === 3140
    ? mysqlError(
        'ER_INVALID_JSON_TEXT_IN_PARAM',
        position,
        name,
        e.message.replace(/^Invalid JSON text: /, '').replace(/ at position \d+\.?$/, ''),
        0,
      )
    : e;
}
