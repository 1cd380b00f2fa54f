import { compareBytes } from '../collation-bytes.js';
import { decodeUtf8, encodeUtf8 } from '../charset.js';
import { intDatum } from '../datum.js';
import { mysqlError } from '../error-table.js';
import { formatDuration } from '../duration.js';
import { formatDouble } from '../number-format.js';
import { parseJson } from './parse.js';
import type { JsonValue } from './value.js';
import { JsonDouble, JsonOpaque, JsonType } from './value.js';

export { JsonDouble, JsonOpaque, JsonType };
export type { JsonValue };

/**
 * TiDB's binary JSON (pkg/types/json_binary.go describes the layout; little-endian):
 *
 *   value   ::= type:u8 body
 *   object  ::= count:u32 size:u32 keyEntry{offset:u32 len:u16}* valueEntry{type:u8 offsetOrInline:u32}* keys values
 *   array   ::= count:u32 size:u32 valueEntry* values
 *   literal ::= 0 null | 1 true | 2 false       (inlined in a value entry)
 *   int64, uint64, double ::= 8 bytes;  string ::= uvarint length, bytes;  opaque ::= type:u8 uvarint bytes
 *
 * Offsets count from the first byte of `count`. Keys are sorted by bytes.
 */
export const JsonLiteral = { Null: 0, True: 1, False: 2 } as const;

class Writer {
  buf = new Uint8Array(64);
  view = new DataView(this.buf.buffer);
  at = 0;

  need(n: number): void {
    if (this.at + n <= this.buf.length) return;
    const next = new Uint8Array(Math.max(this.buf.length * 2, this.at + n));
    next.set(this.buf.subarray(0, this.at));
    this.buf = next;
    this.view = new DataView(next.buffer);
  }

  u8(v: number): void {
    this.need(1);
    this.buf[this.at++] = v;
  }

  bytes(b: Uint8Array): void {
    this.need(b.length);
    this.buf.set(b, this.at);
    this.at += b.length;
  }

  uvarint(v: number): void {
    while (v >= 0x80) {
      this.u8((v & 0x7f) | 0x80);
      v = Math.floor(v / 128);
    }
    this.u8(v);
  }
}

const typeOf = (v: JsonValue): number => {
  if (v === null || typeof v === 'boolean') return JsonType.Literal;
  if (typeof v === 'number') return JsonType.Int64;
  if (typeof v === 'bigint') return v > 9223372036854775807n ? JsonType.Uint64 : JsonType.Int64;
  if (typeof v === 'string') return JsonType.String;
  if (v instanceof JsonDouble) return JsonType.Float64;
  if (v instanceof JsonOpaque) return v.type;
  return Array.isArray(v) ? JsonType.Array : JsonType.Object;
};

function writeBody(w: Writer, v: JsonValue): void {
  if (v === null || typeof v === 'boolean') {
    w.u8(v === null ? JsonLiteral.Null : v ? JsonLiteral.True : JsonLiteral.False);
  } else if (typeof v === 'number' || typeof v === 'bigint') {
    w.need(8);
    w.view.setBigUint64(w.at, BigInt.asUintN(64, BigInt(v)), true);
    w.at += 8;
  } else if (typeof v === 'string') {
    const b = encodeUtf8(v);
    w.uvarint(b.length);
    w.bytes(b);
  } else if (v instanceof JsonDouble) {
    w.need(8);
    w.view.setFloat64(w.at, v.value, true);
    w.at += 8;
  } else if (v instanceof JsonOpaque) {
    if (v.type === JsonType.Opaque) {
      w.u8(v.code);
      w.uvarint(v.bytes.length);
    }
    w.bytes(v.bytes);
  } else if (Array.isArray(v)) {
    const start = w.at;
    const items = v as readonly JsonValue[];
    w.need(8 + items.length * 5);
    w.view.setUint32(start, items.length, true);
    w.at = start + 8 + items.length * 5;
    items.forEach((item, i) => writeEntry(w, start, start + 8 + i * 5, item));
    w.view.setUint32(start + 4, w.at - start, true);
  } else {
    const start = w.at;
    const entries = [...(v as ReadonlyMap<string, JsonValue>)].map(([k, x]) => [encodeUtf8(k), x] as const);
    entries.sort((a, b) => compareBytes(a[0], b[0]));
    const n = entries.length;
    w.need(8 + n * 11);
    w.view.setUint32(start, n, true);
    w.at = start + 8 + n * 11;
    entries.forEach(([k], i) => {
      if (k.length > 0xffff) throw mysqlError('ER_JSON_KEY_TOO_BIG');
      w.view.setUint32(start + 8 + i * 6, w.at - start, true);
      w.view.setUint16(start + 12 + i * 6, k.length, true);
      w.bytes(k);
    });
    entries.forEach(([, x], i) => writeEntry(w, start, start + 8 + n * 6 + i * 5, x));
    w.view.setUint32(start + 4, w.at - start, true);
  }
}

function writeEntry(w: Writer, start: number, entry: number, v: JsonValue): void {
  w.buf[entry] = typeOf(v);
  if (v === null || typeof v === 'boolean') {
    w.view.setUint32(
      entry + 1,
      v === null ? JsonLiteral.Null : v ? JsonLiteral.True : JsonLiteral.False,
      true,
    );
    return;
  }
  w.view.setUint32(entry + 1, w.at - start, true);
  writeBody(w, v);
}

/** Room that is kept from one value to the next: a buffer for each costs more than what is written to it. */
const KEPT_BYTES = 1 << 16;
let writer = new Writer();

/** The binary form. */
export function encodeJson(v: JsonValue): Uint8Array {
  const w = writer;
  w.at = 0;
  w.u8(typeOf(v));
  writeBody(w, v);
  const out = w.buf.slice(0, w.at);
  if (w.buf.length > KEPT_BYTES) writer = new Writer();
  return out;
}

/** JSON text to the binary form; error 3140 where it is not JSON. */
export const jsonFromText = (text: string): Uint8Array => encodeJson(parseJson(text));

function uvarint(b: Uint8Array, at: number): { readonly value: number; readonly end: number } {
  let v = 0;
  let scale = 1;
  for (;;) {
    const c = b[at++]!;
    v += (c & 0x7f) * scale;
    if (c < 0x80) return { value: v, end: at };
    scale *= 128;
  }
}

function readBody(b: Uint8Array, d: DataView, type: number, at: number): JsonValue {
  switch (type) {
    case JsonType.Literal:
      return b[at] === JsonLiteral.Null ? null : b[at] === JsonLiteral.True;
    case JsonType.Int64:
      return intDatum(d.getBigInt64(at, true));
    case JsonType.Uint64:
      return intDatum(d.getBigUint64(at, true));
    case JsonType.Float64:
      return new JsonDouble(d.getFloat64(at, true));
    case JsonType.String: {
      const n = uvarint(b, at);
      return decodeUtf8(b.subarray(n.end, n.end + n.value));
    }
    case JsonType.Opaque: {
      const n = uvarint(b, at + 1);
      return new JsonOpaque(type, b[at]!, b.slice(n.end, n.end + n.value));
    }
    case JsonType.Date:
    case JsonType.DateTime:
    case JsonType.Timestamp:
      return new JsonOpaque(type, 0, b.slice(at, at + 8));
    case JsonType.Duration:
      return new JsonOpaque(type, 0, b.slice(at, at + 12));
    case JsonType.Array: {
      const n = d.getUint32(at, true);
      const out: JsonValue[] = [];
      for (let i = 0; i < n; i++) out.push(readEntry(b, d, at, at + 8 + i * 5));
      return out;
    }
    case JsonType.Object: {
      const n = d.getUint32(at, true);
      const out = new Map<string, JsonValue>();
      for (let i = 0; i < n; i++) {
        const k = at + d.getUint32(at + 8 + i * 6, true);
        const len = d.getUint16(at + 12 + i * 6, true);
        out.set(decodeUtf8(b.subarray(k, k + len)), readEntry(b, d, at, at + 8 + n * 6 + i * 5));
      }
      return out;
    }
    default:
      throw mysqlError('ER_INVALID_JSON_BINARY_DATA');
  }
}

function readEntry(b: Uint8Array, d: DataView, start: number, entry: number): JsonValue {
  const type = b[entry]!;
  return readBody(b, d, type, type === JsonType.Literal ? entry + 1 : start + d.getUint32(entry + 1, true));
}

export function decodeJson(b: Uint8Array): JsonValue {
  return readBody(b, new DataView(b.buffer, b.byteOffset, b.byteLength), b[0]!, 1);
}

/** Elements of an array, members of an object, 1 for a scalar. */
export function jsonLength(b: Uint8Array): number {
  if (b[0] !== JsonType.Array && b[0] !== JsonType.Object) return 1;
  return new DataView(b.buffer, b.byteOffset, b.byteLength).getUint32(1, true);
}

/** The top value where it is a scalar, without decoding containers. */
export function readJsonScalar(
  b: Uint8Array,
):
  | { readonly kind: 'null' | 'container' | 'opaque' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly value: number | bigint }
  | { readonly kind: 'string'; readonly value: Uint8Array } {
  switch (b[0]) {
    case JsonType.Object:
    case JsonType.Array:
      return { kind: 'container' };
    case JsonType.String: {
      const n = uvarint(b, 1);
      return { kind: 'string', value: b.subarray(n.end, n.end + n.value) };
    }
    case JsonType.Literal:
      return b[1] === JsonLiteral.Null
        ? { kind: 'null' }
        : { kind: 'boolean', value: b[1] === JsonLiteral.True };
    case JsonType.Int64:
    case JsonType.Uint64:
      return { kind: 'number', value: decodeJson(b) as number | bigint };
    case JsonType.Float64:
      return { kind: 'number', value: (decodeJson(b) as JsonDouble).value };
    default:
      return { kind: 'opaque' };
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** A JSON string literal. */
export const quoteJson = (s: string): string =>
  `"${s.replace(/["\\\u0000-\u001f]/g, (c) => ESCAPES[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;

/** Double in JSON: always recognisable as one (1.0). */
export function jsonDouble(v: number): string {
  const s = formatDouble(v);
  return /^-?\d+$/.test(s) ? `${s}.0` : s;
}

/** Text as MySQL prints JSON: a space after commas and colons. */
export function formatJson(v: JsonValue): string {
  if (v === null) return 'null';
  if (typeof v === 'boolean' || typeof v === 'number' || typeof v === 'bigint') return String(v);
  if (typeof v === 'string') return quoteJson(v);
  if (v instanceof JsonDouble) return jsonDouble(v.value);
  if (v instanceof JsonOpaque) return quoteJson(opaqueText(v));
  if (Array.isArray(v)) return `[${(v as readonly JsonValue[]).map(formatJson).join(', ')}]`;
  return `{${[...(v as ReadonlyMap<string, JsonValue>)].map(([k, x]) => `${quoteJson(k)}: ${formatJson(x)}`).join(', ')}}`;
}

/** Text of a date, time or binary string inside JSON. */
export function opaqueText(v: JsonOpaque): string {
  if (v.type === JsonType.Opaque) return `base64:type${v.code}:${Buffer.from(v.bytes).toString('base64')}`;
  const d = new DataView(v.bytes.buffer, v.bytes.byteOffset, v.bytes.byteLength);
  if (v.type === JsonType.Duration) return formatDuration(Number(d.getBigInt64(0, true) / 1000n), 6);
  // TiDB's core time: year:14 month:4 day:5 hour:5 minute:6 second:6 microsecond:20 fspTt:4, most significant first.
  const c = d.getBigUint64(0, true);
  const bits = (shift: number, n: number): number => Number((c >> BigInt(shift)) & ((1n << BigInt(n)) - 1n));
  const pad = (n: number, w: number): string => String(n).padStart(w, '0');
  const date = `${pad(bits(50, 14), 4)}-${pad(bits(46, 4), 2)}-${pad(bits(41, 5), 2)}`;
  if (v.type === JsonType.Date) return date;
  return `${date} ${pad(bits(36, 5), 2)}:${pad(bits(30, 6), 2)}:${pad(bits(24, 6), 2)}.${pad(bits(4, 20), 6)}`;
}

export const jsonToText = (b: Uint8Array): string => formatJson(decodeJson(b));
