import type { Charset } from '../../types/charset.js';
import { BINARY, charset, convertCharset, decodeUtf8, encodeUtf8 } from '../../types/charset.js';
import { collation } from '../../types/collation.js';
import { trimEnd } from '../../types/collation-bytes.js';
import type { DecInt } from '../../types/decimal.js';
import { mysqlError } from '../../types/error-table.js';
import type { FieldType } from '../../types/field-type.js';
import { evalType, Flag, TypeCode, UNSPECIFIED } from '../../types/field-type.js';
import { castTo, newFunction } from '../build.js';
import type { Emitter, Value } from '../codegen.js';
import { inCharset } from '../charset-conversion.js';
import { deriveCollation } from '../collation-derivation.js';
import type { Constant, Expression, ScalarFunction } from '../expression.js';
import { registerFunction } from '../function-registry.js';
import { hexEscape } from '../hex-escape.js';
import type { Runtime } from '../runtime.js';
import { binaryType, charLength, intType, isStringType, stringType } from '../type-inference.js';
import { collationFor, textCollation } from './compare.js';
import { codecOf, connectionString, defineAll, notNullIf, stringLike, toNumber } from './scalar.js';
import { charCount, charOffset, charOffsetFromEnd, indexOfBytes, isAscii } from './string-bytes.js';

/** String functions, first part (manual, "String Functions and Operators"). */

const EMPTY = new Uint8Array(0);

/** A result longer than max_allowed_packet is NULL with warning 1301. */
export function tooLong(rt: Runtime, name: string, length: number): boolean {
  if (length <= rt.ctx.maxAllowedPacket) return false;
  rt.problem('ER_WARN_ALLOWED_PACKET_OVERFLOWED', name, rt.ctx.maxAllowedPacket);
  return true;
}

const sumOfLengths = (args: readonly Expression[]): number => {
  let n = 0;
  for (const a of args) {
    const l = charLength(a.type);
    if (l === UNSPECIFIED) return UNSPECIFIED;
    n += l;
  }
  return n > 0x7fffffff ? UNSPECIFIED : n;
};

const sameLength = (args: readonly Expression[]): number => charLength(args[0]!.type);

/** b[s', e') of the first argument, found by two offset functions: no copy. */
function emitSlice(g: Emitter, a: Value, nul: string, start: string, end: string): Value {
  return g.bytes(a.v, start, end, nul);
}

function substringBounds(
  b: Uint8Array,
  s: number,
  e: number,
  pos: number,
  len: number,
  binary: boolean,
  wantEnd: boolean,
): number {
  let from: number;
  if (pos > 0) from = charOffset(b, s, e, pos - 1, binary);
  else if (pos < 0) {
    from = -pos > e - s ? -1 : charOffsetFromEnd(b, s, e, -pos, binary);
    if (from !== -1 && !binary && charCount(b, s, e, false) < -pos) from = -1;
    if (from === -1) return e;
  } else return e;
  if (!wantEnd) return len <= 0 ? e : from;
  return len <= 0 ? e : charOffset(b, from, e, len, binary);
}
const substringStart = (b: Uint8Array, s: number, e: number, pos: number, len: number): number =>
  substringBounds(b, s, e, pos, len, false, false);
const substringEnd = (b: Uint8Array, s: number, e: number, pos: number, len: number): number =>
  substringBounds(b, s, e, pos, len, false, true);
const substringStartBinary = (b: Uint8Array, s: number, e: number, pos: number, len: number): number =>
  substringBounds(b, s, e, pos, len, true, false);
const substringEndBinary = (b: Uint8Array, s: number, e: number, pos: number, len: number): number =>
  substringBounds(b, s, e, pos, len, true, true);

/** A position or count argument as a number. */
const plain = (g: Emitter, v: Value): string => (v.rep === 'b' ? `${g.pool(toNumber)}(${v.v})` : v.v);

function rtrimEnd(b: Uint8Array, s: number, e: number): number {
  while (e > s && b[e - 1] === 0x20) e--;
  return e;
}
function ltrimStart(b: Uint8Array, s: number, e: number): number {
  while (s < e && b[s] === 0x20) s++;
  return s;
}

function trimBytes(b: Uint8Array, pat: Uint8Array, leading: boolean, trailing: boolean): Uint8Array {
  const n = pat.length;
  if (n === 0) return b;
  let s = 0;
  let e = b.length;
  const at = (i: number): boolean => {
    for (let j = 0; j < n; j++) if (b[i + j] !== pat[j]) return false;
    return true;
  };
  if (leading) while (e - s >= n && at(s)) s += n;
  if (trailing) while (e - s >= n && at(e - n)) e -= n;
  return b.subarray(s, e);
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let n = 0;
  for (const p of parts) n += p.length;
  const out = new Uint8Array(n);
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

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
    type: (args: readonly Expression[], ctx: Parameters<ReturnType<typeof stringLike>>[1]): FieldType =>
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

/** 1-based character position of `needle` in `hay` from character `pos`, under the collation; 0 when absent. */
export function locate(
  needle: Uint8Array,
  hay: Uint8Array,
  pos: number,
  binary: boolean,
  collate: string,
): number {
  if (pos < 1) return 0;
  const c = collation(collate);
  const weight = binary ? null : (c?.charWeight ?? null);
  if (weight === null) {
    if (pos > 1 && charCount(hay, 0, hay.length, binary) < pos - 1) return 0;
    const from = charOffset(hay, 0, hay.length, pos - 1, binary);
    const at = indexOfBytes(hay, 0, hay.length, needle, from);
    return at < 0 ? 0 : charCount(hay, 0, at, binary) + 1;
  }
  const h = [...decodeUtf8(hay)].map((x) => weight(x.codePointAt(0)!));
  const n = [...decodeUtf8(needle)].map((x) => weight(x.codePointAt(0)!));
  outer: for (let i = pos - 1; i + n.length <= h.length; i++) {
    for (let j = 0; j < n.length; j++) if (h[i + j] !== n[j]) continue outer;
    return i + 1;
  }
  return 0;
}

const anyBinary = (types: readonly FieldType[]): boolean =>
  types.some((t) => isStringType(t) && t.charset === 'binary');

function pad(
  rt: Runtime,
  name: string,
  b: Uint8Array,
  len: number,
  p: Uint8Array,
  left: boolean,
  binary: boolean,
): Uint8Array | null {
  if (len < 0) return null;
  const have = charCount(b, 0, b.length, binary);
  if (have >= len) return b.subarray(0, charOffset(b, 0, b.length, len, binary));
  if (p.length === 0) return null;
  const unit = charCount(p, 0, p.length, binary);
  const need = len - have;
  const whole = Math.floor(need / unit);
  const rest = charOffset(p, 0, p.length, need % unit, binary);
  const size = b.length + whole * p.length + rest;
  if (tooLong(rt, name, size)) return null;
  const out = new Uint8Array(size);
  let at = left ? 0 : b.length;
  for (let i = 0; i < whole; i++, at += p.length) out.set(p, at);
  out.set(p.subarray(0, rest), at);
  out.set(b, left ? size - b.length : 0);
  return out;
}

const lengthArgument = (args: readonly Expression[], i: number): number => {
  const a = args[i];
  return a !== undefined && a.kind === 'constant' && a.param === undefined && typeof a.value === 'number'
    ? Math.max(0, Math.min(a.value, 1 << 28))
    : UNSPECIFIED;
};

const positionType = (args: readonly Expression[]): FieldType => notNullIf(intType(false, 11), args);

defineAll('string', [
  {
    name: 'length',
    aliases: ['octet_length'],
    args: ['bytes'],
    type: (args) => notNullIf(intType(false, 10), args),
    kernel: (_rt, b: Uint8Array) => b.length,
    inline: (g, _node, [a], nul) => g.num(`(${a!.e}-${a!.s})`, nul, 4294967295),
    total: true,
    pure: true,
    pushdown: 'Length',
    doc: 'LENGTH(s), OCTET_LENGTH(s): bytes. Manual: String Functions and Operators.',
  },
  {
    name: 'char_length',
    aliases: ['character_length'],
    args: ['string'],
    type: (args) => notNullIf(intType(false, 10), args),
    inline: (g, node, [a], nul) =>
      g.num(
        g.let(
          nul === 'false'
            ? `${g.pool(charCount)}(${a!.v},${a!.s},${a!.e},${codecOf(node.args[0]!.type).binary})`
            : `(${nul})?0:${g.pool(charCount)}(${a!.v},${a!.s},${a!.e},${codecOf(node.args[0]!.type).binary})`,
        ),
        nul,
        4294967295,
      ),
    kernel: (_rt, b: Uint8Array) => charCount(b, 0, b.length, false),
    total: true,
    pure: true,
    pushdown: 'CharLength',
    doc: 'CHAR_LENGTH(s): characters. Manual: String Functions and Operators.',
  },
  {
    name: 'bit_length',
    args: ['bytes'],
    type: (args) => notNullIf(intType(false, 10), args),
    kernel: (_rt, b: Uint8Array) => b.length * 8,
    total: true,
    pure: true,
    pushdown: 'BitLength',
    doc: 'BIT_LENGTH(s). Manual: String Functions and Operators.',
  },
  {
    name: 'ascii',
    args: ['bytes'],
    type: (args) => notNullIf(intType(false, 3), args),
    kernel: (_rt, b: Uint8Array) => (b.length === 0 ? 0 : b[0]!),
    total: true,
    pure: true,
    pushdown: 'ASCII',
    doc: 'ASCII(s): code of the first byte. Manual: String Functions and Operators.',
  },
  {
    name: 'ord',
    args: ['bytes'],
    type: (args) => notNullIf(intType(false, 10), args),
    make:
      ([t]) =>
      (_rt, b: Uint8Array) => {
        if (b.length === 0) return 0;
        const n = (charset(t!.charset) ?? BINARY).offsetOf(b, 1);
        let v = 0;
        for (let i = 0; i < n; i++) v = v * 256 + b[i]!;
        return v;
      },
    total: true,
    pure: true,
    doc: 'ORD(s): code of the first character by its bytes. Manual: String Functions and Operators.',
  },
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
    name: 'substring',
    aliases: ['substr', 'mid'],
    args: ['string', 'int', 'int'],
    min: 2,
    type: (args, ctx) =>
      notNullIf(
        stringLike(
          'substring',
          (a) => {
            const n = lengthArgument(a, 2);
            const own = charLength(a[0]!.type);
            return n === UNSPECIFIED ? own : own === UNSPECIFIED ? n : Math.min(n, own);
          },
          [0],
        )(args, ctx),
        args,
      ),
    inline(g, node, args, nul) {
      const a = g.stable(args[0]!);
      const binary = codecOf(node.args[0]!.type).binary;
      const rest = `${a.v},${a.s},${a.e},${plain(g, args[1]!)},${args[2] === undefined ? '2147483647' : plain(g, args[2])}`;
      const s = g.let(`${g.pool(binary ? substringStartBinary : substringStart)}(${rest})`);
      const e = g.let(`${g.pool(binary ? substringEndBinary : substringEnd)}(${rest})`);
      return emitSlice(g, a, nul, s, e);
    },
    total: true,
    pure: true,
    pushdown: 'Substring',
    doc: 'SUBSTRING(s, pos[, len]), SUBSTR, MID; positions from 1, from the end where negative. Manual: String Functions and Operators.',
  },
  {
    name: 'left',
    args: ['string', 'int'],
    type: (args, ctx) =>
      notNullIf(
        stringLike(
          'left',
          (a) => (lengthArgument(a, 1) === UNSPECIFIED ? charLength(a[0]!.type) : lengthArgument(a, 1)),
          [0],
        )(args, ctx),
        args,
      ),
    inline(g, node, args, nul) {
      const a = g.stable(args[0]!);
      const k = plain(g, args[1]!);
      const e = g.let(
        `${g.pool(charOffset)}(${a.v},${a.s},${a.e},${k}<0?0:${k},${codecOf(node.args[0]!.type).binary})`,
      );
      return emitSlice(g, a, nul, a.s, e);
    },
    total: true,
    pure: true,
    pushdown: 'Left',
    doc: 'LEFT(s, n). Manual: String Functions and Operators.',
  },
  {
    name: 'right',
    args: ['string', 'int'],
    type: (args, ctx) =>
      notNullIf(
        stringLike(
          'right',
          (a) => (lengthArgument(a, 1) === UNSPECIFIED ? charLength(a[0]!.type) : lengthArgument(a, 1)),
          [0],
        )(args, ctx),
        args,
      ),
    inline(g, node, args, nul) {
      const a = g.stable(args[0]!);
      const k = plain(g, args[1]!);
      const s = g.let(
        `${g.pool(charOffsetFromEnd)}(${a.v},${a.s},${a.e},${k}<0?0:${k},${codecOf(node.args[0]!.type).binary})`,
      );
      return emitSlice(g, a, nul, s, a.e);
    },
    total: true,
    pure: true,
    pushdown: 'Right',
    doc: 'RIGHT(s, n). Manual: String Functions and Operators.',
  },
  {
    name: 'ltrim',
    args: ['string'],
    type: (args, ctx) => notNullIf(stringLike('ltrim', sameLength)(args, ctx), args),
    inline(g, _node, args, nul) {
      const a = g.stable(args[0]!);
      return emitSlice(g, a, nul, g.let(`${g.pool(ltrimStart)}(${a.v},${a.s},${a.e})`), a.e);
    },
    total: true,
    pure: true,
    pushdown: 'LTrim',
    doc: 'LTRIM(s). Manual: String Functions and Operators.',
  },
  {
    name: 'rtrim',
    args: ['string'],
    type: (args, ctx) => notNullIf(stringLike('rtrim', sameLength)(args, ctx), args),
    inline(g, _node, args, nul) {
      const a = g.stable(args[0]!);
      return emitSlice(g, a, nul, a.s, g.let(`${g.pool(rtrimEnd)}(${a.v},${a.s},${a.e})`));
    },
    total: true,
    pure: true,
    pushdown: 'RTrim',
    doc: 'RTRIM(s). Manual: String Functions and Operators.',
  },
  {
    name: 'trim1',
    internal: true,
    args: ['string'],
    type: (args, ctx) => notNullIf(stringLike('trim', sameLength)(args, ctx), args),
    inline(g, _node, args, nul) {
      const a = g.stable(args[0]!);
      const s = g.let(`${g.pool(ltrimStart)}(${a.v},${a.s},${a.e})`);
      return emitSlice(g, a, nul, s, g.let(`${g.pool(rtrimEnd)}(${a.v},${s},${a.e})`));
    },
    total: true,
    pure: true,
    doc: 'TRIM(s): spaces at both ends. Manual: String Functions and Operators.',
  },
  {
    name: 'trim2',
    internal: true,
    args: ['string', 'string', 'string'],
    type: (args, ctx) => notNullIf(stringLike('trim', sameLength, [0, 1])(args, ctx), args),
    kernel: (_rt, b: Uint8Array, p: Uint8Array, direction: Uint8Array) => {
      const d = direction[0];
      return trimBytes(b, p, d !== 0x54, d !== 0x4c);
    },
    total: true,
    pure: true,
    doc: 'TRIM([BOTH|LEADING|TRAILING] p FROM s). Manual: String Functions and Operators.',
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
      for (let i = 0; i < n; i++) out.set(b, i * b.length);
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
    name: 'replace',
    args: ['string', 'string', 'string'],
    type: stringLike('replace', () => UNSPECIFIED),
    kernel: (rt, b: Uint8Array, from: Uint8Array, to: Uint8Array) => {
      if (from.length === 0) return b;
      let at = indexOfBytes(b, 0, b.length, from);
      if (at < 0) return b;
      const parts: Uint8Array[] = [];
      let last = 0;
      let n = 0;
      while (at >= 0) {
        parts.push(b.subarray(last, at), to);
        n += at - last + to.length;
        last = at + from.length;
        at = indexOfBytes(b, 0, b.length, from, last);
      }
      parts.push(b.subarray(last));
      return tooLong(rt, 'replace', n + b.length - last) ? null : concatBytes(parts);
    },
    pure: true,
    pushdown: 'Replace',
    doc: 'REPLACE(s, from, to): case-sensitive. Manual: String Functions and Operators.',
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
    name: 'rpad',
    args: ['string', 'int', 'string'],
    type: stringLike('rpad', (a) => lengthArgument(a, 1), [0, 2]),
    make: (types) => (rt, b: Uint8Array, n: DecInt, p: Uint8Array) =>
      pad(rt, 'rpad', b, toNumber(n), p, false, anyBinary(types)),
    pushdown: 'Rpad',
    doc: 'RPAD(s, n, pad). Manual: String Functions and Operators.',
  },
  {
    name: 'locate',
    aliases: ['position'],
    args: ['string', 'string', 'int'],
    min: 2,
    type: positionType,
    make: (types, _t, node) => {
      const binary = anyBinary(types);
      return (_rt, needle: Uint8Array, hay: Uint8Array, pos?: DecInt) =>
        locate(needle, hay, pos === undefined ? 1 : toNumber(pos), binary, node.collation);
    },
    total: true,
    pure: true,
    pushdown: 'Locate',
    doc: 'LOCATE(sub, s[, pos]), POSITION(sub IN s). Manual: String Functions and Operators.',
  },
  {
    name: 'instr',
    args: ['string', 'string'],
    type: positionType,
    make: (types, _t, node) => {
      const binary = anyBinary(types);
      return (_rt, hay: Uint8Array, needle: Uint8Array) => locate(needle, hay, 1, binary, node.collation);
    },
    total: true,
    pure: true,
    pushdown: 'Instr',
    doc: 'INSTR(s, sub). Manual: String Functions and Operators.',
  },
  {
    name: 'strcmp',
    args: ['string', 'string'],
    type: (args) => notNullIf(intType(false, 2), args),
    make: (_types, _t, node) => {
      const c = textCollation(node.collation);
      return (_rt, a: Uint8Array, b: Uint8Array) => c.compare(a, b);
    },
    total: true,
    pure: true,
    pushdown: 'Strcmp',
    doc: 'STRCMP(a, b): -1, 0 or 1. Manual: String Comparison Functions.',
  },
  {
    name: 'substring_index',
    args: ['string', 'string', 'int'],
    type: stringLike('substring_index', sameLength, [0, 1]),
    kernel: (_rt, b: Uint8Array, d: Uint8Array, k: DecInt) => {
      const n = toNumber(k);
      if (n === 0 || d.length === 0 || b.length === 0) return EMPTY;
      if (n > 0) {
        let at = -d.length;
        for (let i = 0; i < n; i++) {
          at = indexOfBytes(b, 0, b.length, d, at + d.length);
          if (at < 0) return b;
        }
        return b.subarray(0, at);
      }
      const cuts: number[] = [];
      for (
        let at = indexOfBytes(b, 0, b.length, d);
        at >= 0;
        at = indexOfBytes(b, 0, b.length, d, at + d.length)
      )
        cuts.push(at);
      return -n > cuts.length ? b : b.subarray(cuts[cuts.length + n]! + d.length);
    },
    total: true,
    pure: true,
    pushdown: 'SubstringIndex',
    doc: 'SUBSTRING_INDEX(s, delimiter, count). Manual: String Functions and Operators.',
  },
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
    name: 'find_in_set',
    args: ['string', 'string'],
    type: (args) => notNullIf(intType(false, 3), args),
    make: (_types, _t, node) => {
      const c = textCollation(node.collation);
      return (_rt, s: Uint8Array, set: Uint8Array) => {
        if (set.length === 0) return 0;
        let from = 0;
        for (let k = 1; ; k++) {
          let to = from;
          while (to < set.length && set[to] !== 0x2c) to++;
          // The spaces at the end count here in every collation.
          if (
            c.equalsAt(s, 0, s.length, set, from, to) &&
            s.length - trimEnd(s, 0, s.length) === to - trimEnd(set, from, to)
          )
            return k;
          if (to >= set.length) return 0;
          from = to + 1;
        }
      };
    },
    total: true,
    pure: true,
    pushdown: 'FindInSet',
    doc: "FIND_IN_SET(s, 'a,b,…'): position from 1, or 0. Manual: String Functions and Operators.",
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
    kernel: (_rt, bits: DecInt, on: Uint8Array, off: Uint8Array, sep?: Uint8Array, count?: DecInt) => {
      const b = BigInt.asUintN(64, BigInt(bits));
      let n = count === undefined ? 64 : toNumber(count);
      if (n < 0 || n > 64) n = 64;
      const out: Uint8Array[] = [];
      for (let i = 0; i < n; i++) {
        if (i > 0) out.push(sep ?? COMMA);
        out.push(((b >> BigInt(i)) & 1n) === 1n ? on : off);
      }
      return concatBytes(out);
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
    kernel: (_rt, b: Uint8Array | null) => {
      if (b === null) return encodeUtf8('NULL');
      const out: number[] = [0x27];
      for (const c of b) {
        if (c === 0) out.push(0x5c, 0x30);
        else if (c === 26) out.push(0x5c, 0x5a);
        else if (c === 0x27 || c === 0x5c) out.push(0x5c, c);
        else out.push(c);
      }
      out.push(0x27);
      return Uint8Array.from(out);
    },
    pushdown: 'Quote',
    doc: 'QUOTE(s): as an SQL literal. Manual: String Functions and Operators.',
  },
  {
    name: 'soundex',
    args: ['string'],
    type: stringLike('soundex', (a) => charLength(a[0]!.type)),
    kernel: (_rt, b: Uint8Array) => encodeUtf8(soundex(decodeUtf8(b))),
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

/** TRIM as the parser gives it: (s), (s, remove), (s, remove or NULL, direction). */
registerFunction({
  name: 'trim',
  minArgs: 1,
  maxArgs: 3,
  family: 'string',
  pushdown: 'Trim',
  doc: 'TRIM([[BOTH|LEADING|TRAILING] [p] FROM] s). Manual: String Functions and Operators.',
  rewrite(args, ctx) {
    const [s, p, d] = args;
    const isNull = (e: Expression | undefined): boolean =>
      e === undefined || (e.kind === 'constant' && e.value === null && e.param === undefined);
    if (d === undefined) {
      if (p === undefined) return newFunction('trim1', [s!], ctx);
      return newFunction('trim2', [s!, p, literal('BOTH')], ctx);
    }
    if (isNull(p) && p?.type.tp === TypeCode.Null) {
      const dir = decodeUtf8((d as Constant).value as Uint8Array);
      return newFunction(dir === 'LEADING' ? 'ltrim' : dir === 'TRAILING' ? 'rtrim' : 'trim1', [s!], ctx);
    }
    return newFunction('trim2', [s!, p!, d], ctx);
  },
  resolve: (args) => ({ args, type: args[0]!.type }),
  emit: (g, node) => g.emit(node.args[0]!),
});

const literal = (s: string): Constant => ({
  kind: 'constant',
  value: encodeUtf8(s),
  type: { ...stringType(s.length), flag: Flag.NotNull },
});

/** FIELD(x, a, b, …): compared as strings, numbers or reals by all arguments together. */
registerFunction({
  name: 'field',
  minArgs: 2,
  maxArgs: Infinity,
  family: 'string',
  pushdown: 'Field',
  doc: 'FIELD(x, a, b, …): index of the first argument equal to x, or 0. Manual: String Functions and Operators.',
  resolve(raw, ctx) {
    const allStrings = raw.every((a) => isStringType(a.type) || a.type.tp === TypeCode.Null);
    const allInts = raw.every((a) => evalType(a.type) === 'int' && a.type.tp !== TypeCode.Null);
    const type = { ...intType(false, 3), flag: Flag.Binary | Flag.NotNull };
    if (allStrings) {
      const d = deriveCollation(raw, 'field', {
        charset: ctx.connectionCharset,
        collate: ctx.connectionCollation,
      });
      return { args: raw.map((a) => inCharset(a, d, ctx)), type, collation: d.collate };
    }
    const args = raw.map((a) => (a.type.tp === TypeCode.Null || allInts ? a : castTo(a, { ...REAL }, ctx)));
    return { args, type, collation: 'binary' };
  },
  emit(g: Emitter, node: ScalarFunction) {
    const str = node.args.every((a) => isStringType(a.type) || a.type.tp === TypeCode.Null);
    const x0 = str ? g.operand(node.args[0]!, 'string') : g.emit(node.args[0]!);
    if (x0.nul === 'true') return g.num('(0)', 'false', 0);
    const x = g.stable(x0);
    const r = g.variable('0');
    if (x.nul !== 'false') g.line(`if(!(${x.nul})){`);
    for (let i = 1; i < node.args.length; i++) {
      g.line(`if(${r}===0){`);
      const y = str ? g.operand(node.args[i]!, 'string') : g.emit(node.args[i]!);
      if (y.nul !== 'true') {
        const code = str
          ? `${g.pool(collationFor(node.collation).equalsAt)}(${x.v},${x.s},${x.e},${y.v},${y.s},${y.e})`
          : `${x.v}==${y.v}`;
        g.line(`if(${y.nul === 'false' ? '' : `!(${y.nul})&&`}${code})${r}=${i};`);
      }
      g.line('}');
    }
    if (x.nul !== 'false') g.line('}');
    return g.num(r, 'false', node.args.length);
  },
});

const REAL: FieldType = {
  tp: TypeCode.Double,
  flag: Flag.Binary,
  flen: 23,
  decimal: UNSPECIFIED,
  charset: 'binary',
  collate: 'binary',
};

/** Bytes as text of the charset; NULL with a warning where they are none. */
function asTextOf(rt: Runtime, b: Uint8Array, to: Charset): Uint8Array | null {
  const bad = to.invalidAt(b);
  if (bad < 0) return b;
  rt.warning('ER_CANNOT_CONVERT_STRING', hexEscape(b), 'binary', to.name);
  return null;
}

/** CONVERT(e USING charset): (e, charset name). */
registerFunction({
  name: 'convert',
  minArgs: 2,
  maxArgs: 2,
  family: 'cast',
  internal: true,
  doc: 'CONVERT(e USING charset). Manual: Cast Functions and Operators.',
  resolve([e, name], ctx) {
    const cs = decodeUtf8((name as Constant).value as Uint8Array);
    const target = charset(cs);
    if (target === undefined) throw mysqlError('ER_UNKNOWN_CHARACTER_SET', cs);
    const text = isStringType(e!.type)
      ? e!
      : castTo(e!, stringType(UNSPECIFIED, ctx.connectionCharset, ctx.connectionCollation), ctx);
    return {
      args: [text, name!],
      type: {
        ...stringType(charLength(e!.type), target.name, target.defaultCollation),
        flag: target.name === 'binary' ? Flag.Binary : 0,
      },
    };
  },
  emit(g, node) {
    const a = g.operand(node.args[0]!, 'string');
    const from = charset(node.args[0]!.type.charset);
    const to = charset(node.type.charset);
    if (
      a.nul === 'true' ||
      from === undefined ||
      to === undefined ||
      from.name === to.name ||
      to.name === 'binary'
    ) {
      return a;
    }
    if (from.name === 'binary') {
      // Bytes are taken as they are where they are text of the charset.
      return g.fromCall(
        `${g.pool(asTextOf)}(rt,${g.asDatum(a, 'string')},${g.pool(to)})`,
        node.type,
        a.nul,
        true,
      );
    }
    return g.fromBytes(
      `${g.pool(convertCharset)}(${g.asDatum(a, 'string')},${g.pool(from)},${g.pool(to)})`,
      a.nul,
      false,
    );
  },
});

/** e COLLATE name: (e, collation name). */
registerFunction({
  name: 'collate',
  minArgs: 2,
  maxArgs: 2,
  family: 'cast',
  internal: true,
  pure: true,
  pushdown: 'Collate',
  doc: 'e COLLATE collation. Manual: The COLLATE Clause.',
  resolve([e, name], ctx) {
    const c = collation(decodeUtf8((name as Constant).value as Uint8Array));
    if (c === undefined)
      throw mysqlError('ER_UNKNOWN_COLLATION', decodeUtf8((name as Constant).value as Uint8Array));
    const text = isStringType(e!.type)
      ? e!
      : castTo(e!, stringType(UNSPECIFIED, ctx.connectionCharset, ctx.connectionCollation), ctx);
    const cs = text === e || c.name !== 'binary' ? text.type.charset : 'binary';
    const utf8 = (x: string): string => (x === 'utf8mb3' ? 'utf8' : x);
    if (
      e!.type.tp !== TypeCode.Null &&
      utf8(cs) !== utf8(c.charset) &&
      !(cs === 'ascii' && c.charset.startsWith('utf8'))
    ) {
      throw mysqlError('ER_COLLATION_CHARSET_MISMATCH', c.name, cs);
    }
    return {
      args: [text, name!],
      type: { ...text.type, charset: c.charset, collate: c.name },
      collation: c.name,
    };
  },
  emit: (g, node) => g.operand(node.args[0]!, 'string'),
});
