import { encodeUtf8 } from '../charset.js';
import { compareBytes } from '../collation-bytes.js';
import { mysqlError } from '../error-table.js';
import { intDatum } from '../datum.js';
import type { JsonValue } from './value.js';
import { JsonDouble } from './value.js';

/** Nesting MySQL allows. */
const MAX_DEPTH = 100;

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
/** Digits of integers that a number holds whatever they are. */
const SHORT_DIGITS = 15;

/** Length of the integer at `p` where it has few digits and neither sign, point nor exponent; 0 for other numbers. */
function shortInteger(text: string, p: number): number {
  let n = 0;
  let c = text.charCodeAt(p);
  if (c === 0x30) return 0;
  for (; c >= 0x30 && c <= 0x39; c = text.charCodeAt(p + n)) if (++n > SHORT_DIGITS) return 0;
  return c === 0x2e || c === 0x65 || c === 0x45 ? 0 : n;
}

const SURROGATE = /[\ud800-\udfff]/;

/** Members in the order of their names' bytes, as binary documents have them. Without surrogates it is that of their units. */
function inKeyOrder(members: ReadonlyMap<string, JsonValue>): Map<string, JsonValue> {
  const entries = [...members];
  if (entries.some(([k]) => SURROGATE.test(k)))
    entries.sort(([a], [b]) => compareBytes(encodeUtf8(a), encodeUtf8(b)));
  else entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return new Map(entries);
}

/**
 * JSON text (RFC 8259) to values, integers and doubles kept apart: a number with a point or exponent, or beyond 64 bits, is
 * a double. Later duplicates of a key win. Error 3140 with the byte position otherwise.
 */
export function parseJson(text: string): JsonValue {
  let p = 0;

  const fail = (why: string): never => {
    throw mysqlError('ER_INVALID_JSON_TEXT', why);
  };
  const space = (): void => {
    for (
      let c = text.charCodeAt(p);
      c === 0x20 || c === 0x0a || c === 0x09 || c === 0x0d;
      c = text.charCodeAt(p)
    )
      p++;
  };

  const string = (): string => {
    const start = p;
    p++;
    let plain = true;
    for (;;) {
      const c = text.charCodeAt(p);
      if (Number.isNaN(c)) return fail('Missing a closing quotation mark in string.');
      if (c === 0x22) break;
      if (c < 0x20) return fail('Invalid encoding in string.');
      if (c === 0x5c) {
        plain = false;
        p++;
      }
      p++;
    }
    p++;
    if (plain) return text.slice(start + 1, p - 1);
    try {
      return JSON.parse(text.slice(start, p)) as string;
    } catch {
      return fail('Invalid escape character in string.');
    }
  };

  const number = (): JsonValue => {
    const short = shortInteger(text, p);
    if (short > 0) {
      const from = p;
      p += short;
      return Number(text.slice(from, p));
    }
    NUMBER.lastIndex = p;
    const r = NUMBER.exec(text);
    if (r === null) return fail('Invalid value.');
    p += r[0].length;
    if (r[1] === undefined && r[2] === undefined) {
      const v = BigInt(r[0]);
      if (v <= 18446744073709551615n && v >= -9223372036854775808n) return intDatum(v);
    }
    const d = Number(r[0]);
    return Number.isFinite(d) ? new JsonDouble(d) : fail('Number too big to be stored in double.');
  };

  const value = (depth: number): JsonValue => {
    if (depth > MAX_DEPTH) throw mysqlError('ER_JSON_DOCUMENT_TOO_DEEP');
    space();
    const c = text[p];
    if (c === '{') {
      p++;
      const out = new Map<string, JsonValue>();
      let last = '';
      let ordered = true;
      space();
      if (text[p] === '}') {
        p++;
        return out;
      }
      for (;;) {
        space();
        if (text[p] !== '"') return fail('Missing a name for object member.');
        const k = string();
        space();
        if (text[p] !== ':') return fail('Missing a colon after a name of object member.');
        p++;
        // The order of units is that of bytes but for surrogates.
        if (k < last || SURROGATE.test(k)) ordered = false;
        last = k;
        out.set(k, value(depth + 1));
        space();
        if (text[p] === ',') p++;
        else if (text[p] === '}') {
          p++;
          return ordered ? out : inKeyOrder(out);
        } else return fail('Missing a comma or } after an object member.');
      }
    }
    if (c === '[') {
      p++;
      const out: JsonValue[] = [];
      space();
      if (text[p] === ']') {
        p++;
        return out;
      }
      for (;;) {
        out.push(value(depth + 1));
        space();
        if (text[p] === ',') p++;
        else if (text[p] === ']') {
          p++;
          return out;
        } else return fail('Missing a comma or ] after an array element.');
      }
    }
    if (c === '"') return string();
    if (text.startsWith('null', p)) return ((p += 4), null);
    if (text.startsWith('true', p)) return ((p += 4), true);
    if (text.startsWith('false', p)) return ((p += 5), false);
    if (c === undefined) return fail('The document is empty.');
    return number();
  };

  const v = value(0);
  space();
  if (p < text.length) return fail('The document root must not be followed by other values.');
  return v;
}
