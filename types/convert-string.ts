import type { Charset } from './charset.js';
import { BINARY, charset, convertCharset, unconvertible, UTF8MB4 } from './charset.js';
import type { ConvertContext } from './convert-context.js';
import { report, warn } from './convert-context.js';
import type { Datum } from './datum.js';
import type { FieldType } from './field-type.js';
import { layoutOf, TypeCode, UNSPECIFIED } from './field-type.js';
import { datumToString, datumToText } from './format.js';

/** Bytes of the value's text in the charset, without a length check; what implicit conversion to a string gives. */
export function toBytes(v: Datum, from: FieldType, charsetName: string): Uint8Array | null {
  if (v === null) return null;
  const target = charset(charsetName) ?? UTF8MB4;
  if (from.tp === TypeCode.Json || from.tp === TypeCode.Vector) return target.encode(datumToString(v, from));
  const text = datumToText(v, from)!;
  if (typeof v !== 'object' && from.tp !== TypeCode.Enum && from.tp !== TypeCode.Set) return text;
  const source = charset(from.charset) ?? BINARY;
  return convertCharset(text, source, target);
}

/** Whether a cell in bytes is what its text is. */
const isBytesOfText = (ft: FieldType): boolean => ft.tp !== TypeCode.Json && ft.tp !== TypeCode.Vector;

const isText = (ft: FieldType): boolean => ft.charset !== 'binary';

/** CHAR, VARCHAR, TEXT, BINARY, VARBINARY, BLOB columns. */
export function assignString(v: Datum, from: FieldType, to: FieldType, ctx: ConvertContext): Uint8Array {
  // ASCII text that fits needs no check and is the same in every charset.
  if (
    typeof v === 'object' &&
    v !== null &&
    to.charset !== 'binary' &&
    isBytesOfText(from) &&
    (to.flen < 0 || v.length <= to.flen)
  ) {
    let i = 0;
    while (i < v.length && v[i]! < 0x80) i++;
    if (i === v.length)
      return to.tp === TypeCode.String && i > 0 && v[i - 1] === 0x20 ? withoutTrailingSpaces(v) : v;
  }
  const target = charset(to.charset) ?? UTF8MB4;
  if (typeof v === 'object' && v !== null && from.charset !== to.charset && isBytesOfText(from)) {
    const source = charset(from.charset) ?? BINARY;
    const lost = layoutOf(from) === 'bytes' ? unconvertible(v, source, target) : null;
    if (lost !== null && ctx.takesBytes?.(target, v) === true) return v;
    if (lost !== null) reportWrong(lost, ctx);
  }
  let b = toBytes(v, from, to.charset)!;
  if (isText(to) && target !== BINARY) b = checkEncoding(b, target, ctx);
  const limit = to.flen;
  if (limit !== UNSPECIFIED && limit >= 0) {
    const blob =
      to.tp === TypeCode.Blob ||
      to.tp === TypeCode.TinyBlob ||
      to.tp === TypeCode.MediumBlob ||
      to.tp === TypeCode.LongBlob;
    // The length of TEXT and BLOB types is in bytes, of CHAR and VARCHAR in characters.
    const chars = !blob && isText(to);
    if (b.length > limit) {
      const cut = chars
        ? target.offsetOf(b, limit)
        : blob && isText(to)
          ? wholeCharacters(b, limit, target)
          : limit;
      if (cut < b.length) b = cutTo(b, cut, to, ctx);
    }
  }
  if (to.tp === TypeCode.String) {
    if (isText(to)) {
      // CHAR is stored and read without its trailing spaces.
      return withoutTrailingSpaces(b);
    }
    if (limit > b.length) {
      const padded = new Uint8Array(limit);
      padded.set(b);
      return padded;
    }
  }
  return b;
}

function withoutTrailingSpaces(b: Uint8Array): Uint8Array {
  let n = b.length;
  while (n > 0 && b[n - 1] === 0x20) n--;
  return n === b.length ? b : b.subarray(0, n);
}

/** Space, tab, line feed, vertical tab, form feed, carriage return: what may go without an error (`my_isspace`). */
const isSpace = (c: number): boolean => c === 0x20 || (c >= 9 && c <= 13);

function cutTo(b: Uint8Array, cut: number, to: FieldType, ctx: ConvertContext): Uint8Array {
  let spaces = isText(to);
  for (let i = cut; spaces && i < b.length; i++) if (!isSpace(b[i]!)) spaces = false;
  if (!spaces) {
    if (ctx.strict) report(ctx, 'ER_DATA_TOO_LONG', ctx.column, ctx.row);
    else warn(ctx, 'Warning', 'WARN_DATA_TRUNCATED', ctx.column, ctx.row);
  } else if (to.tp !== TypeCode.String) {
    warn(ctx, 'Warning', 'WARN_DATA_TRUNCATED', ctx.column, ctx.row);
  }
  return b.subarray(0, cut);
}

function wholeCharacters(b: Uint8Array, limit: number, cs: Charset): number {
  let n = limit;
  while (n > 0 && cs.maxLen > 1 && (b[n]! & 0xc0) === 0x80) n--;
  return n;
}

/** Text of another charset that the column's cannot hold (1366), or bytes that are no text of it. */
function checkEncoding(b: Uint8Array, target: Charset, ctx: ConvertContext): Uint8Array {
  const bad = target.invalidAt(b);
  if (bad < 0 || ctx.takesBytes?.(target, b) === true) return b;
  reportWrong(b.subarray(bad, bad + target.wrongLength(b, bad)), ctx);
  return b.subarray(0, bad);
}

function reportWrong(character: Uint8Array, ctx: ConvertContext): void {
  let shown = '';
  for (const c of character) shown += `\\x${c.toString(16).toUpperCase().padStart(2, '0')}`;
  report(ctx, 'ER_WRONG_STRING_VALUE', shown, ctx.column);
}
