import iconv from 'iconv-lite';
import {
  gb18030CharLen,
  gb18030Decode,
  gb18030Encode,
  gb18030InvalidAt,
  gb18030WrongLength,
  gbkCharLen,
  gbkDecode,
  gbkEncode,
  gbkInvalidAt,
  gbkWrongLength,
  structureOf,
} from './charset-gb.js';

/** A character set (SHOW CHARACTER SET). Strings are kept as bytes of their charset; utf8mb4 almost always. */
export interface Charset {
  readonly name: string;
  readonly description: string;
  readonly defaultCollation: string;
  /** The `_bin` collation. */
  readonly binCollation: string;
  /** Bytes of the longest character. */
  readonly maxLen: number;
  /** Bytes of a JS string; characters outside the charset become '?'. */
  encode(text: string): Uint8Array;
  /** JS string of bytes; invalid sequences become U+FFFD. */
  decode(bytes: Uint8Array): string;
  /** Index of the first byte that is not part of a valid character, or -1. */
  invalidAt(bytes: Uint8Array): number;
  /** How many bytes from a wrong one on an error message shows as the wrong character. */
  wrongLength(bytes: Uint8Array, at: number): number;
  /** Number of characters (CHAR_LENGTH). */
  charLength(bytes: Uint8Array): number;
  /** Byte offset at which character number `n` begins; bytes.length when there are fewer. */
  offsetOf(bytes: Uint8Array, n: number): number;
}

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/** Text of UTF-8 bytes; short ASCII without the decoder's call cost. */
export function decodeUtf8(b: Uint8Array): string {
  const n = b.length;
  if (n <= 24) {
    let s = '';
    let i = 0;
    for (; i < n; i++) {
      const c = b[i]!;
      if (c >= 0x80) break;
      s += String.fromCharCode(c);
    }
    if (i === n) return s;
  }
  return b.buffer instanceof SharedArrayBuffer ? DECODER.decode(b.slice()) : DECODER.decode(b);
}

/** Characters of a text, of which those beyond the basic plane are two units. */
export function characterCount(s: string): number {
  const units = s.length;
  let n = units;
  for (let i = 1; i < units; i++)
    if ((s.charCodeAt(i) & 0xfc00) === 0xdc00 && (s.charCodeAt(i - 1) & 0xfc00) === 0xd800) n--;
  return n;
}

/** Of strings of up to so many characters the call into the encoder is most of the time. */
const SHORT = 48;

export function encodeUtf8(s: string): Uint8Array {
  const n = s.length;
  if (n > SHORT) return ENCODER.encode(s);
  const out = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const c = s.charCodeAt(i);
    if (c >= 0x80) return ENCODER.encode(s);
    out[i] = c;
  }
  return out;
}

/** First byte of an ill-formed sequence (Unicode table 3-7), or -1. `max3` also refuses 4-byte characters (utf8mb3). */
export function utf8InvalidAt(b: Uint8Array, max3 = false): number {
  const n = b.length;
  let i = 0;
  while (i < n) {
    const c = b[i]!;
    if (c < 0x80) {
      i++;
    } else if (c < 0xc2) {
      return i;
    } else if (c < 0xe0) {
      if (i + 1 >= n || (b[i + 1]! & 0xc0) !== 0x80) return i;
      i += 2;
    } else if (c < 0xf0) {
      if (i + 2 >= n || (b[i + 1]! & 0xc0) !== 0x80 || (b[i + 2]! & 0xc0) !== 0x80) return i;
      if (c === 0xe0 && b[i + 1]! < 0xa0) return i;
      if (c === 0xed && b[i + 1]! > 0x9f) return i;
      i += 3;
    } else if (c < 0xf5 && !max3) {
      if (
        i + 3 >= n ||
        (b[i + 1]! & 0xc0) !== 0x80 ||
        (b[i + 2]! & 0xc0) !== 0x80 ||
        (b[i + 3]! & 0xc0) !== 0x80
      )
        return i;
      if (c === 0xf0 && b[i + 1]! < 0x90) return i;
      if (c === 0xf4 && b[i + 1]! > 0x8f) return i;
      i += 4;
    } else {
      return i;
    }
  }
  return -1;
}

/** Length of the character that begins at `i`, taking any byte as a character where the sequence is broken. */
export function utf8CharLen(b: Uint8Array, i: number): number {
  const c = b[i]!;
  if (c < 0xc2) return 1;
  const want = c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 1;
  let k = 1;
  while (k < want && i + k < b.length && (b[i + k]! & 0xc0) === 0x80) k++;
  return k === want ? want : 1;
}

/** Whether all characters are of ASCII, in any charset that contains it. */
export function isAscii(b: Uint8Array): boolean {
  for (let i = 0; i < b.length; i++) if (b[i]! >= 0x80) return false;
  return true;
}

function utf8Length(b: Uint8Array): number {
  let n = 0;
  // Continuation bytes do not begin a character.
  for (let i = 0; i < b.length; i++) if ((b[i]! & 0xc0) !== 0x80) n++;
  return n;
}

function utf8Offset(b: Uint8Array, n: number): number {
  let i = 0;
  for (let k = 0; k < n && i < b.length; k++) i += utf8CharLen(b, i);
  return i;
}

const singleByte = {
  wrongLength: (): number => 1,
  charLength: (b: Uint8Array): number => b.length,
  offsetOf: (b: Uint8Array, n: number): number => Math.min(n, b.length),
};

function latin1Encode(text: string): Uint8Array {
  return iconv.encode(text, 'windows-1252');
}

const utf8 = (name: string, description: string, collation: string, maxLen: number): Charset => ({
  name,
  description,
  defaultCollation: collation,
  binCollation: `${name}_bin`,
  maxLen,
  encode: encodeUtf8,
  decode: decodeUtf8,
  invalidAt: (b) => utf8InvalidAt(b, maxLen === 3),
  wrongLength: utf8CharLen,
  charLength: utf8Length,
  offsetOf: utf8Offset,
});

const CHARSETS: readonly Charset[] = [
  {
    name: 'ascii',
    description: 'US ASCII',
    defaultCollation: 'ascii_bin',
    binCollation: 'ascii_bin',
    maxLen: 1,
    encode: (s) => {
      const out = new Uint8Array(characterCount(s));
      let i = 0;
      for (const c of s) out[i++] = c.codePointAt(0)! < 0x80 ? c.charCodeAt(0) : 0x3f;
      return out;
    },
    decode: decodeUtf8,
    invalidAt: (b) => b.findIndex((c) => c >= 0x80),
    ...singleByte,
  },
  {
    name: 'binary',
    description: 'binary',
    defaultCollation: 'binary',
    binCollation: 'binary',
    maxLen: 1,
    encode: encodeUtf8,
    decode: decodeUtf8,
    invalidAt: () => -1,
    ...singleByte,
  },
  {
    name: 'gb18030',
    description: 'China National Standard GB18030',
    defaultCollation: 'gb18030_chinese_ci',
    binCollation: 'gb18030_bin',
    maxLen: 4,
    encode: gb18030Encode,
    decode: gb18030Decode,
    invalidAt: gb18030InvalidAt,
    wrongLength: gb18030WrongLength,
    ...structureOf(gb18030CharLen),
  },
  {
    name: 'gbk',
    description: 'Chinese Internal Code Specification',
    defaultCollation: 'gbk_chinese_ci',
    binCollation: 'gbk_bin',
    maxLen: 2,
    encode: gbkEncode,
    decode: gbkDecode,
    invalidAt: gbkInvalidAt,
    wrongLength: gbkWrongLength,
    ...structureOf(gbkCharLen),
  },
  {
    name: 'latin1',
    description: 'Latin1',
    defaultCollation: 'latin1_bin',
    binCollation: 'latin1_bin',
    maxLen: 1,
    encode: latin1Encode,
    decode: (b) => iconv.decode(Buffer.from(b), 'windows-1252'),
    invalidAt: () => -1,
    ...singleByte,
  },
  utf8('utf8', 'UTF-8 Unicode', 'utf8_bin', 3),
  utf8('utf8mb4', 'UTF-8 Unicode', 'utf8mb4_bin', 4),
];

const BY_NAME = new Map(CHARSETS.map((c) => [c.name, c]));
BY_NAME.set('utf8mb3', BY_NAME.get('utf8')!);

export const UTF8MB4: Charset = BY_NAME.get('utf8mb4')!;
export const BINARY: Charset = BY_NAME.get('binary')!;

/** By name in any case; undefined when unknown. */
export const charset = (name: string): Charset | undefined =>
  BY_NAME.get(name) ?? BY_NAME.get(name.toLowerCase());

/** All, sorted by name (SHOW CHARACTER SET). */
export const charsets = (): readonly Charset[] => CHARSETS;

/** Bytes of one charset in another; characters that the target lacks become '?', ill-formed ones too. */
export function convertCharset(bytes: Uint8Array, from: Charset, to: Charset): Uint8Array {
  if (from === to || to === BINARY) return bytes;
  if (from === BINARY) return bytes;
  if (isUtf8(from) && isUtf8(to)) {
    if (to.maxLen >= from.maxLen) return bytes;
    return encodeUtf8(decodeUtf8(bytes).replace(/[\u{10000}-\u{10ffff}]/gu, '?'));
  }
  return to.encode(from.decode(bytes));
}

const isUtf8 = (c: Charset): boolean => c.encode === encodeUtf8 && c.maxLen >= 3;

/** The first character of the bytes that `to` cannot hold, in the bytes of `from`; null when all can be converted. */
export function unconvertible(bytes: Uint8Array, from: Charset, to: Charset): Uint8Array | null {
  if (from === to || from === BINARY || to === BINARY) return null;
  const text = from.decode(bytes);
  if (to === UTF8MB4) return null;
  for (const c of text) {
    if (c.charCodeAt(0) < 0x80) continue;
    const b = to.maxLen === 3 ? null : to.encode(c);
    if (b === null ? c.length > 1 : b.length === 1 && b[0] === 0x3f) return from.encode(c);
  }
  return null;
}

/** Charsets whose text functions take as it is: UTF-8, ASCII and bytes. Other text is converted to UTF-8 first. */
export const isUtf8Compatible = (cs: string): boolean =>
  cs === 'utf8mb4' || cs === 'utf8' || cs === 'ascii' || cs === 'binary' || cs === 'utf8mb3';
