import { charset, decodeUtf8, encodeUtf8 } from '../../types/charset.js';
import type { DecInt } from '../../types/decimal.js';
import { UNSPECIFIED } from '../../types/field-type.js';
import type { FieldType } from '../../types/field-type.js';
import type { Expression } from '../expression.js';
import type { BuildContext } from '../build-context.js';
import type { Runtime } from '../runtime.js';
import { binaryType, charLength } from '../type-inference.js';
import {
  BYTES,
  UTF8,
  codecOf,
  connectionString,
  defineAll,
  notNullIf,
  stringLike,
  toNumber,
} from './scalar.js';
import { charCount, charOffset, concatBytes, indexOfBytes, isAscii } from './string-bytes.js';
import { anyBinary, lengthArgument, sameLength, sumOfLengths, tooLong } from './string-result.js';

/** Strings made of strings (manual, "String Functions and Operators"). */

const EMPTY = new Uint8Array(0);
/** Bytes between hits of REPLACE from which one call that copies them is cheaper than a loop. */
const LONG_GAP = 64;

/** Case mapping of a collation-less text: ASCII in place, the rest by Unicode's simple mapping. */
export function mapCase(b: Uint8Array, upper: boolean): Uint8Array {
  const n = b.length;
  let ascii = true;
  let changes = false;
  const lo = upper ? 0x61 : 0x41;
  for (let i = 0; i < n; i++) {
    const c = b[i]!;
    if (c >= 0x80) {
      ascii = false;
      break;
    }
    if (c >= lo && c < lo + 26) changes = true;
  }
  if (ascii) {
    if (!changes) return b;
    const out = new Uint8Array(n);
    for (let i = 0; i < n; i++) {
      const c = b[i]!;
      out[i] = c >= lo && c < lo + 26 ? c ^ 0x20 : c;
    }
    return out;
  }
  let s = '';
  for (const ch of decodeUtf8(b)) {
    const m = upper ? ch.toUpperCase() : ch.toLowerCase();
    const chars = [...m];
    s += chars.length === 1 ? m : upper ? ch : chars[0]!;
  }
  return encodeUtf8(s);
}

function caseFunction(name: string, alias: string, upper: boolean) {
  return {
    name,
    aliases: [alias],
    args: ['string'] as const,
    type: (args: readonly Expression[], ctx: BuildContext): FieldType =>
      notNullIf(stringLike(name, sameLength)(args, ctx), args),
    total: true,
    pure: true,
    pushdown: upper ? 'Upper' : 'Lower',
    doc: `${name.toUpperCase()}(s). Manual: String Functions and Operators.`,
    make: ([t]: readonly FieldType[]) =>
      codecOf(t!).binary
        ? (_rt: Runtime, b: Uint8Array): Uint8Array => b
        : (_rt: Runtime, b: Uint8Array): Uint8Array => mapCase(b, upper),
  };
}

/** What TRANSLATE puts for each character of `from`; of one that stands there twice the first counts, null: it is left out. */
function translation(from: string, to: string): ReadonlyMap<string, string | null> {
  const targets = [...to];
  const map = new Map<string, string | null>();
  [...from].forEach((c, i) => {
    if (!map.has(c)) map.set(c, targets[i] ?? null);
  });
  return map;
}

function pad(
  rt: Runtime,
  name: string,
  b: Uint8Array,
  len: number,
  p: Uint8Array,
  left: boolean,
  binary: boolean,
): Uint8Array | null {
  // Counted as if all characters were of the most bytes that one may have.
  if (len < 0 || tooLong(rt, name, binary ? len : len * 4)) return null;
  const have = charCount(b, 0, b.length, binary);
  if (have >= len) return b.subarray(0, charOffset(b, 0, b.length, len, binary));
  if (p.length === 0) return null;
  const unit = charCount(p, 0, p.length, binary);
  const need = len - have;
  const whole = Math.floor(need / unit);
  const rest = charOffset(p, 0, p.length, need % unit, binary);
  const size = b.length + whole * p.length + rest;
  const out = new Uint8Array(size);
  let at = left ? 0 : b.length;
  for (let i = 0; i < whole; i++, at += p.length) out.set(p, at);
  out.set(p.subarray(0, rest), at);
  out.set(b, left ? size - b.length : 0);
  return out;
}

/** QUOTE's escapes: what stands for a byte behind a backslash. */
const QUOTE_ESCAPES: ReadonlyMap<number, number> = new Map([
  [0, 0x30],
  [26, 0x5a],
  [0x27, 0x27],
  [0x5c, 0x5c],
]);

function quoted(rt: Runtime, b: Uint8Array): Uint8Array | null {
  let length = b.length + 2;
  for (const c of b) if (QUOTE_ESCAPES.has(c)) length++;
  if (tooLong(rt, 'quote', length)) return null;
  const out = new Uint8Array(length).fill(0x27);
  let at = 1;
  for (const c of b) {
    const escape = QUOTE_ESCAPES.get(c);
    if (escape !== undefined) out[at++] = 0x5c;
    out[at++] = escape ?? c;
  }
  return out;
}

defineAll('string', [
  {
    name: 'concat',
    args: ['string'],
    rest: 'string',
    type: (args, ctx) => notNullIf(stringLike('concat', sumOfLengths)(args, ctx), args),
    kernel: (rt, ...parts: Uint8Array[]) => {
      let n = 0;
      for (let i = 0; i < parts.length; i++) n += parts[i]!.length;
      return tooLong(rt, 'concat', n) ? null : concatBytes(parts);
    },
    pure: true,
    pushdown: 'Concat',
    doc: 'CONCAT(s, …); NULL when any argument is. Manual: String Functions and Operators.',
  },
  {
    name: 'concat_ws',
    args: ['string', 'string'],
    rest: 'string',
    type: (args, ctx) =>
      stringLike('concat_ws', (a) => {
        const n = sumOfLengths(a.slice(1));
        const s = charLength(a[0]!.type);
        return n === UNSPECIFIED || s === UNSPECIFIED ? UNSPECIFIED : n + s * (a.length - 2);
      })(args, ctx),
    nullAware: true,
    kernel: (rt, sep: Uint8Array | null, ...parts: (Uint8Array | null)[]) => {
      if (sep === null) return null;
      const out: Uint8Array[] = [];
      let n = 0;
      for (const p of parts) {
        if (p === null) continue;
        if (out.length > 0) out.push(sep);
        out.push(p);
      }
      for (const p of out) n += p.length;
      return tooLong(rt, 'concat_ws', n) ? null : concatBytes(out);
    },
    pushdown: 'ConcatWS',
    doc: 'CONCAT_WS(separator, s, …): NULL arguments are left out. Manual: String Functions and Operators.',
  },
  caseFunction('upper', 'ucase', true),
  caseFunction('lower', 'lcase', false),
  {
    name: 'insert',
    aliases: ['insert_func'],
    args: ['string', 'int', 'int', 'string'],
    type: stringLike('insert', () => UNSPECIFIED, [0, 3]),
    make: (types) => {
      const binary = anyBinary(types);
      return (rt, b: Uint8Array, p: DecInt, l: DecInt, s: Uint8Array) => {
        const pos = toNumber(p);
        const n = charCount(b, 0, b.length, binary);
        if (pos < 1 || pos > n) return b;
        let len = toNumber(l);
        if (len < 0 || len > n - pos + 1) len = n - pos + 1;
        const from = charOffset(b, 0, b.length, pos - 1, binary);
        const to = charOffset(b, from, b.length, len, binary);
        if (tooLong(rt, 'insert', b.length - (to - from) + s.length)) return null;
        return concatBytes([b.subarray(0, from), s, b.subarray(to)]);
      };
    },
    pushdown: 'Insert',
    doc: 'INSERT(s, pos, len, new). Manual: String Functions and Operators.',
  },
  {
    name: 'replace',
    args: ['string', 'string', 'string'],
    type: stringLike('replace', () => UNSPECIFIED),
    kernel: (rt, b: Uint8Array, from: Uint8Array, to: Uint8Array) => {
      const width = from.length;
      if (width === 0) return b;
      const start = indexOfBytes(b, 0, b.length, from);
      if (start < 0) return b;
      const first = from[0]!;
      const stop = b.length - width;
      let n = b.length;
      // The search is written out: of a text of megabytes that is full of hits, calls would be most of the work.
      for (let i = start; i <= stop; i++) {
        if (b[i] !== first) continue;
        let j = 1;
        while (j < width && b[i + j] === from[j]) j++;
        if (j < width) continue;
        n += to.length - width;
        i += width - 1;
      }
      if (tooLong(rt, 'replace', n)) return null;
      // Looked for twice rather than kept: a text of megabytes may have millions of places.
      const out = new Uint8Array(n);
      let end = 0;
      let last = 0;
      for (let i = start; i <= stop; i++) {
        if (b[i] !== first) continue;
        let j = 1;
        while (j < width && b[i + j] === from[j]) j++;
        if (j < width) continue;
        if (i - last > LONG_GAP) {
          out.set(b.subarray(last, i), end);
          end += i - last;
        } else while (last < i) out[end++] = b[last++]!;
        for (let k = 0; k < to.length; k++) out[end++] = to[k]!;
        last = i + width;
        i = last - 1;
      }
      if (b.length - last > LONG_GAP) out.set(b.subarray(last), end);
      else while (last < b.length) out[end++] = b[last++]!;
      return out;
    },
    pure: true,
    pushdown: 'Replace',
    doc: 'REPLACE(s, from, to): case-sensitive. Manual: String Functions and Operators.',
  },
  {
    name: 'translate',
    args: ['string', 'string', 'string'],
    type: stringLike('translate', sameLength),
    make: (types) => {
      // Of bytes each is a character.
      const codec = types.some((t) => codecOf(t).binary) ? BYTES : UTF8;
      return (_rt, b: Uint8Array, from: Uint8Array, to: Uint8Array) => {
        const map = translation(codec.decode(from), codec.decode(to));
        let out = '';
        for (const c of codec.decode(b)) {
          const t = map.get(c);
          out += t === undefined ? c : (t ?? '');
        }
        return codec.encode(out);
      };
    },
    total: true,
    pure: true,
    doc: 'TRANSLATE(s, from, to): each character of from as the one at its place in to, or left out (TiDB).',
  },
  {
    name: 'reverse',
    args: ['string'],
    type: (args, ctx) => notNullIf(stringLike('reverse', sameLength)(args, ctx), args),
    make:
      ([t]) =>
      (_rt, b: Uint8Array) => {
        if (codecOf(t!).binary || isAscii(b)) return b.slice().reverse();
        return encodeUtf8([...decodeUtf8(b)].reverse().join(''));
      },
    total: true,
    pure: true,
    pushdown: 'Reverse',
    doc: 'REVERSE(s). Manual: String Functions and Operators.',
  },
  {
    name: 'repeat',
    args: ['string', 'int'],
    type: stringLike(
      'repeat',
      (a) => {
        const n = lengthArgument(a, 1);
        const l = charLength(a[0]!.type);
        return n === UNSPECIFIED || l === UNSPECIFIED || n * l > 0xffffff ? UNSPECIFIED : n * l;
      },
      [0],
    ),
    kernel: (rt, b: Uint8Array, k: DecInt) => {
      const n = Math.max(0, toNumber(k));
      if (n === 0 || b.length === 0) return EMPTY;
      if (tooLong(rt, 'repeat', b.length * n)) return null;
      const out = new Uint8Array(b.length * n);
      out.set(b);
      // What is there is doubled: a short text may come millions of times.
      for (let done = b.length; done < out.length; done *= 2)
        out.copyWithin(done, 0, Math.min(done, out.length - done));
      return out;
    },
    pushdown: 'Repeat',
    doc: 'REPEAT(s, n). Manual: String Functions and Operators.',
  },
  {
    name: 'space',
    args: ['int'],
    type: connectionString(UNSPECIFIED),
    kernel: (rt, k: DecInt) => {
      const n = Math.max(0, toNumber(k));
      return tooLong(rt, 'space', n) ? null : new Uint8Array(n).fill(0x20);
    },
    pushdown: 'Space',
    doc: 'SPACE(n). Manual: String Functions and Operators.',
  },
  {
    name: 'lpad',
    args: ['string', 'int', 'string'],
    type: stringLike('lpad', (a) => lengthArgument(a, 1), [0, 2]),
    make: (types) => (rt, b: Uint8Array, n: DecInt, p: Uint8Array) =>
      pad(rt, 'lpad', b, toNumber(n), p, true, anyBinary(types)),
    pushdown: 'Lpad',
    doc: 'LPAD(s, n, pad). Manual: String Functions and Operators.',
  },
  {
    name: 'rpad',
    args: ['string', 'int', 'string'],
    type: stringLike('rpad', (a) => lengthArgument(a, 1), [0, 2]),
    make: (types) => (rt, b: Uint8Array, n: DecInt, p: Uint8Array) =>
      pad(rt, 'rpad', b, toNumber(n), p, false, anyBinary(types)),
    pushdown: 'Rpad',
    doc: 'RPAD(s, n, pad). Manual: String Functions and Operators.',
  },
  {
    name: 'pad_char',
    internal: true,
    args: ['bytes'],
    type: (args) => args[0]!.type,
    make: ([t]) => {
      const cs = charset(t!.charset)!;
      return (_rt, b: Uint8Array) => {
        const missing = t!.flen - cs.charLength(b);
        if (missing <= 0) return b;
        const out = new Uint8Array(b.length + missing).fill(0x20);
        out.set(b);
        return out;
      };
    },
    total: true,
    doc: 'A CHAR value with the spaces that fill its column, under PAD_CHAR_TO_FULL_LENGTH. Manual: Server SQL Modes.',
  },
  {
    name: 'elt',
    args: ['int'],
    rest: 'string',
    min: 2,
    type: stringLike('elt', (a) => {
      const ls = a.slice(1).map((x) => charLength(x.type));
      return ls.includes(UNSPECIFIED) ? UNSPECIFIED : Math.max(...ls);
    }),
    nullAware: true,
    kernel: (_rt, n: DecInt | null, ...items: (Uint8Array | null)[]) =>
      n === null || n < 1 || n > items.length ? null : items[Number(n) - 1]!,
    pushdown: 'Elt',
    doc: 'ELT(n, s1, s2, …). Manual: String Functions and Operators.',
  },
  {
    name: 'make_set',
    args: ['int'],
    rest: 'string',
    min: 2,
    type: stringLike('make_set', sumOfLengths),
    nullAware: true,
    kernel: (_rt, bits: DecInt | null, ...items: (Uint8Array | null)[]) => {
      if (bits === null) return null;
      const b = BigInt.asUintN(64, BigInt(bits));
      const out: Uint8Array[] = [];
      items.forEach((x, i) => {
        if (i < 64 && ((b >> BigInt(i)) & 1n) === 1n && x !== null) {
          if (out.length > 0) out.push(COMMA);
          out.push(x);
        }
      });
      return concatBytes(out);
    },
    pushdown: 'MakeSet',
    doc: 'MAKE_SET(bits, s1, s2, …). Manual: String Functions and Operators.',
  },
  {
    name: 'export_set',
    args: ['int', 'string', 'string', 'string', 'int'],
    min: 3,
    type: stringLike('export_set', () => UNSPECIFIED, [1, 2, 3]),
    kernel: (rt, bits: DecInt, on: Uint8Array, off: Uint8Array, sep?: Uint8Array, count?: DecInt) => {
      const b = BigInt.asUintN(64, BigInt(bits));
      let n = count === undefined ? 64 : toNumber(count);
      if (n < 0 || n > 64) n = 64;
      const out: Uint8Array[] = [];
      for (let i = 0; i < n; i++) {
        if (i > 0) out.push(sep ?? COMMA);
        out.push(((b >> BigInt(i)) & 1n) === 1n ? on : off);
      }
      const length = out.reduce((sum, part) => sum + part.length, 0);
      return tooLong(rt, 'export_set', length) ? null : concatBytes(out);
    },
    doc: 'EXPORT_SET(bits, on, off[, separator[, count]]). Manual: String Functions and Operators.',
  },
  {
    name: 'quote',
    args: ['string'],
    type: stringLike('quote', (a) =>
      charLength(a[0]!.type) === UNSPECIFIED ? UNSPECIFIED : charLength(a[0]!.type) * 2 + 2,
    ),
    nullAware: true,
    kernel: (rt, b: Uint8Array | null) => (b === null ? encodeUtf8('NULL') : quoted(rt, b)),
    pushdown: 'Quote',
    doc: 'QUOTE(s): as an SQL literal. Manual: String Functions and Operators.',
  },
  {
    name: 'soundex',
    args: ['string'],
    type: stringLike('soundex', (a) => charLength(a[0]!.type)),
    // Bytes of no charset are letters only as ASCII.
    make: ([type]) => {
      const text = type!.charset === 'binary' ? asciiOf : decodeUtf8;
      return (_rt, b: Uint8Array) => encodeUtf8(soundex(text(b)));
    },
    pure: true,
    doc: 'SOUNDEX(s). Manual: String Functions and Operators.',
  },
  {
    name: 'load_file',
    args: ['string'],
    type: () => binaryType(),
    kernel: () => null,
    stable: false,
    doc: 'LOAD_FILE(name): always NULL, files of the server are not read. Manual: String Functions and Operators.',
  },
]);

const asciiOf = (b: Uint8Array): string => decodeUtf8(b.filter((c) => c < 128));

const COMMA = Uint8Array.of(0x2c);

function soundex(s: string): string {
  const codes = '01230120022455012623010202';
  let out = '';
  let last = '';
  // Case is a matter of ASCII here.
  for (const ch of s.replace(/[a-z]/g, (c) => c.toUpperCase())) {
    const c = ch.charCodeAt(0);
    const code = c >= 65 && c <= 90 ? codes[c - 65]! : ch > '\u007f' ? '0' : '';
    if (code === '') continue;
    if (out === '') {
      out = ch;
      last = code;
      continue;
    }
    // The original algorithm: vowels are discarded first, duplicates second.
    if (code === '0' || code === last) continue;
    out += code;
    last = code;
  }
  return out === '' ? '' : out.padEnd(4, '0');
}
