import { decodeUtf8 } from '../charset.js';
import type { ConvertContext } from '../convert-context.js';
import { report } from '../convert-context.js';
import type { DecInt } from '../decimal.js';
import { clampInteger, parseDouble, parseIntegerPrefix } from '../number-parse.js';
import { jsonToText, readJsonScalar } from './binary.js';

/** Conversions of JSON values to other types. */

/** Strings unquoted, everything else as JSON text. */
export function jsonText(b: Uint8Array): string {
  const s = readJsonScalar(b);
  return s.kind === 'string' ? decodeUtf8(s.value) : jsonToText(b);
}

/** JSON as a number: numbers, booleans and numeric strings; others are 0 with 1292. */
export function parseJsonNumber(b: Uint8Array, to: 'int' | 'unsigned' | 'real', ctx: ConvertContext): DecInt {
  const s = readJsonScalar(b);
  const unsigned = to === 'unsigned';
  switch (s.kind) {
    case 'number':
      if (to === 'real') return Number(s.value);
      return clampInteger(
        Number.isInteger(s.value) || typeof s.value === 'bigint' ? s.value : Math.round(Number(s.value)),
        unsigned,
      ).value;
    case 'boolean':
      return s.value ? 1 : 0;
    case 'string': {
      if (to === 'real') {
        const r = parseDouble(s.value);
        if (r.truncated) report(ctx, 'ER_TRUNCATED_WRONG_VALUE', 'DOUBLE', decodeUtf8(s.value));
        return r.value;
      }
      const r = parseIntegerPrefix(s.value, unsigned);
      if (r.truncated || r.overflow) report(ctx, 'ER_TRUNCATED_WRONG_VALUE', 'INTEGER', decodeUtf8(s.value));
      return r.value;
    }
    default:
      report(ctx, 'ER_TRUNCATED_WRONG_VALUE', to === 'real' ? 'FLOAT' : 'INTEGER', jsonToText(b));
      return 0;
  }
}
