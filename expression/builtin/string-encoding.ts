import { charset, decodeUtf8, encodeUtf8, UTF8MB4 } from '../../types/charset.js';
import { collation } from '../../types/collation.js';
import type { DecInt } from '../../types/decimal.js';
import { decRound, decToString } from '../../types/decimal.js';
import type { FieldType } from '../../types/field-type.js';
import { evalType, TypeCode, UNSPECIFIED } from '../../types/field-type.js';
import { isStrictMode } from '../../types/sql-mode.js';
import { mysqlError } from '../../types/error-table.js';
import { formatFixed } from '../../types/number-format.js';
import { realToInt } from '../../types/convert-number.js';
import { castTo, newFunction } from '../build.js';
import type { EvalContext } from '../eval-context.js';
import type { Expression } from '../expression.js';
import type { Runtime } from '../runtime.js';
import { binaryType, intType, isStringType, stringType } from '../type-inference.js';
import { roundReal } from './math.js';
import { concatBytes } from './string-bytes.js';
import { tooLong } from './string-result.js';
import type { Kernel } from './scalar.js';
import { bytesOf, connectionString, defineAll, toNumber } from './scalar.js';

/** String functions that change the notation of a value (manual, "String Functions and Operators", CONV in "Mathematical Functions"). */

const HEX = '0123456789ABCDEF';

function hexOf(b: Uint8Array): Uint8Array {
  const out = new Uint8Array(b.length * 2);
  for (let i = 0; i < b.length; i++) {
    out[2 * i] = HEX.charCodeAt(b[i]! >> 4);
    out[2 * i + 1] = HEX.charCodeAt(b[i]! & 15);
  }
  return out;
}

function unhex(b: Uint8Array): Uint8Array | null {
  const n = b.length;
  const out = new Uint8Array((n + 1) >> 1);
  const digit = (c: number): number =>
    c >= 48 && c <= 57 ? c - 48 : (c | 32) >= 97 && (c | 32) <= 102 ? (c | 32) - 87 : -1;
  let at = 0;
  let i = 0;
  if (n % 2 === 1) {
    const d = digit(b[0]!);
    if (d < 0) return null;
    out[at++] = d;
    i = 1;
  }
  for (; i < n; i += 2) {
    const h = digit(b[i]!);
    const l = digit(b[i + 1]!);
    if (h < 0 || l < 0) return null;
    out[at++] = h * 16 + l;
  }
  return out;
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** CONV: the longest valid prefix in base |from|; clamped to 64 bits; negative bases mean signed. */
export function conv(text: string, from: number, to: number): string | null {
  const fb = Math.abs(from);
  const tb = Math.abs(to);
  if (fb < 2 || fb > 36 || tb < 2 || tb > 36) return null;
  let s = text.trim().toUpperCase();
  let negative = false;
  if (s.startsWith('-')) {
    negative = true;
    s = s.slice(1);
  } else if (s.startsWith('+')) s = s.slice(1);
  let v = 0n;
  const base = BigInt(fb);
  let overflow = false;
  for (const ch of s) {
    const d = DIGITS.indexOf(ch);
    if (d < 0 || d >= fb) break;
    v = v * base + BigInt(d);
    if (v > 0xffffffffffffffffn) {
      overflow = true;
      v = 0xffffffffffffffffn;
    }
  }
  if (overflow) negative = false;
  if (from < 0) {
    if (negative && v > 9223372036854775808n) v = 9223372036854775808n;
    else if (!negative && v > 9223372036854775807n) v = 9223372036854775807n;
  }
  let bits = BigInt.asUintN(64, negative ? -v : v);
  let sign = '';
  if (to < 0) {
    const signed = BigInt.asIntN(64, bits);
    if (signed < 0n) {
      sign = '-';
      bits = -signed;
    } else bits = signed;
  }
  return sign + bits.toString(tb).toUpperCase();
}

/** 1234567.891 with separators every three digits. */
export function formatNumber(digits: string, point: string, comma: string): string {
  const negative = digits.startsWith('-');
  const [whole, fraction] = (negative ? digits.slice(1) : digits).split('.') as [string, string | undefined];
  const grouped = comma === '' ? whole : whole.replace(/\B(?=(\d{3})+$)/g, comma);
  return `${negative ? '-' : ''}${grouped}${fraction === undefined ? '' : point + fraction}`;
}

/** Decimal point and group separator of FORMAT's locales (manual, "MySQL Server Locale Support"). */
const LOCALES: ReadonlyMap<string, readonly [point: string, comma: string]> = new Map<
  string,
  readonly [string, string]
>([
  ...[
    'en_us',
    'en_gb',
    'en_au',
    'en_ca',
    'en_in',
    'en_nz',
    'en_za',
    'en_ph',
    'zh_cn',
    'zh_tw',
    'zh_hk',
    'ja_jp',
    'ko_kr',
    'th_th',
    'he_il',
    'ar_sa',
  ].map((l) => [l, ['.', ','] as const] as const),
  ...[
    'de_de',
    'de_be',
    'de_lu',
    'es_ar',
    'id_id',
    'is_is',
    'nb_no',
    'no_no',
    'da_dk',
    'vi_vn',
    'tr_tr',
    'fo_fo',
  ].map((l) => [l, [',', '.'] as const] as const),
  ...[
    'fr_fr',
    'fr_be',
    'fr_ca',
    'fr_lu',
    'it_it',
    'pl_pl',
    'es_es',
    'pt_pt',
    'nl_nl',
    'nl_be',
    'hr_hr',
    'sl_si',
    'lt_lt',
    'lv_lv',
  ].map((l) => [l, [',', ''] as const] as const),
  ...['ru_ru', 'sv_se', 'fi_fi', 'cs_cz', 'uk_ua', 'sk_sk', 'bg_bg', 'et_ee', 'hu_hu'].map(
    (l) => [l, [',', l === 'ru_ru' ? '.' : ' '] as const] as const,
  ),
  ['de_ch', ['.', "'"]],
  ['it_ch', [',', "'"]],
  ['fr_ch', [',', '']],
  ['pt_br', [',', '.']],
]);

function formatKernel([t]: readonly FieldType[]): Kernel {
  return (rt: Runtime, v: DecInt | number | null, places: DecInt | null, locale?: Uint8Array | null) => {
    if (v === null || places === null) return null;
    const d = Math.max(0, Math.min(30, toNumber(places)));
    let l = LOCALES.get('en_us')!;
    if (locale !== undefined) {
      const name = locale === null ? null : decodeUtf8(locale);
      const found = name === null ? undefined : LOCALES.get(name.toLowerCase());
      if (found === undefined)
        rt.warn({ level: 'Warning', code: 1649, message: `Unknown locale: '${name ?? 'NULL'}'` });
      else l = found;
    }
    let text: string;
    if (evalType(t!) === 'real') text = formatFixed(roundReal(v as number, d), d);
    else {
      const s = evalType(t!) === 'decimal' ? t!.decimal : 0;
      const r = decToString(decRound(v as DecInt, s, d), Math.min(d, s));
      text = d > s ? `${r}${s === 0 ? '.' : ''}${'0'.repeat(d - s)}` : r;
    }
    return encodeUtf8(formatNumber(text, l[0], l[1]));
  };
}

/** An integer argument in another base; strings are read as decimal numbers. */
const inBase = (name: string, base: number, flen: number) => ({
  name,
  args: ['any'] as const,
  // Of times the number that their text begins with, as CONV has it.
  rewrite: ([e]: readonly Expression[], ctx: EvalContext) =>
    ['datetime', 'duration', 'json', 'vector'].includes(evalType(e!.type))
      ? newFunction(name, [castTo(e!, stringType(), ctx)], ctx)
      : null,
  type: connectionString(flen),
  make:
    ([t]: readonly FieldType[]): Kernel =>
    (_rt: Runtime, v: number | bigint | Uint8Array) => {
      let n: DecInt;
      if (v instanceof Uint8Array) {
        const r = conv(decodeUtf8(v), 10, base);
        return r === null ? null : encodeUtf8(r);
      }
      switch (evalType(t!)) {
        case 'real':
          n = realToInt(Math.trunc(v as number), false).value;
          break;
        case 'decimal':
          n =
            conv(decToString(v, t!.decimal), 10, 10) === null
              ? 0
              : BigInt(conv(decToString(v, t!.decimal), 10, -10)!);
          break;
        default:
          n = v;
      }
      return encodeUtf8(BigInt.asUintN(64, BigInt(n)).toString(base));
    },
});

/** The integer that HEX shows of a number: halves away from zero, all bits for what is beyond 64 of them. */
function wholeOf(v: number | bigint, type: FieldType): bigint {
  const kind = evalType(type);
  if (kind !== 'real' && kind !== 'decimal') return BigInt(v);
  if (kind === 'real' && !(Math.abs(v as number) < 2 ** 65)) return ALL_BITS;
  const n =
    kind === 'decimal'
      ? BigInt(decRound(v, type.decimal, 0))
      : BigInt(Math.trunc((v as number) + (v > 0 ? 0.5 : -0.5)));
  return n <= -(1n << 63n) || n >= ALL_BITS ? ALL_BITS : n;
}

const ALL_BITS = (1n << 64n) - 1n;
const BASE64_LINE = 76;

defineAll('string', [
  {
    name: 'hex',
    args: ['any'],
    // Times and JSON count as their text.
    rewrite: ([e], ctx) =>
      ['datetime', 'duration', 'json', 'vector'].includes(evalType(e!.type))
        ? newFunction('hex', [castTo(e!, stringType(), ctx)], ctx)
        : null,
    type: (args, ctx) =>
      connectionString(isStringType(args[0]!.type) && args[0]!.type.flen > 0 ? args[0]!.type.flen * 8 : 16)(
        args,
        ctx,
      ),
    make:
      ([t]): Kernel =>
      (rt, v: number | bigint | Uint8Array) => {
        if (v instanceof Uint8Array) return tooLong(rt, 'hex', v.length * 2) ? null : hexOf(v);
        return encodeUtf8(BigInt.asUintN(64, wholeOf(v, t!)).toString(16).toUpperCase());
      },
    pure: true,
    pushdown: 'Hex',
    doc: 'HEX(n), HEX(s). Manual: String Functions and Operators.',
  },
  {
    name: 'unhex',
    args: ['string'],
    type: (args) => binaryType(args[0]!.type.flen > 0 ? args[0]!.type.flen * 2 : UNSPECIFIED),
    kernel: (_rt, b: Uint8Array) => unhex(b),
    pure: true,
    pushdown: 'UnHex',
    doc: 'UNHEX(s). Manual: String Functions and Operators.',
  },
  { ...inBase('bin', 2, 64), doc: 'BIN(n). Manual: String Functions and Operators.', pushdown: 'Bin' },
  { ...inBase('oct', 8, 64), doc: 'OCT(n). Manual: String Functions and Operators.', pushdown: 'OctInt' },
  {
    name: 'conv',
    args: ['string', 'int', 'int'],
    // BIT counts as its number.
    rewrite: ([n, from, to], ctx) =>
      n!.type.tp === TypeCode.Bit
        ? newFunction('conv', [castTo(n!, intType(true), ctx), from!, to!], ctx)
        : null,
    type: connectionString(64),
    kernel: (_rt, s: Uint8Array, from: DecInt, to: DecInt) => {
      const r = conv(decodeUtf8(s), toNumber(from), toNumber(to));
      return r === null ? null : encodeUtf8(r);
    },
    pushdown: 'Conv',
    doc: 'CONV(n, from_base, to_base). Manual: Mathematical Functions.',
  },
  {
    name: 'format',
    args: ['digits', 'int', 'string'],
    min: 2,
    type: connectionString(80),
    nullAware: true,
    make: formatKernel,
    pushdown: 'Format',
    doc: 'FORMAT(x, d[, locale]). Manual: String Functions and Operators.',
  },
  {
    name: 'to_base64',
    args: ['bytes'],
    type: connectionString(UNSPECIFIED),
    kernel: (rt, b: Uint8Array) => {
      const digits = Math.ceil(b.length / 3) * 4;
      if (tooLong(rt, 'to_base64', digits + Math.ceil(digits / BASE64_LINE))) return null;
      const s = Buffer.from(b.buffer, b.byteOffset, b.length).toString('base64');
      return encodeUtf8(s.length <= BASE64_LINE ? s : s.match(/.{1,76}/g)!.join('\n'));
    },
    pure: true,
    pushdown: 'ToBase64',
    doc: 'TO_BASE64(s). Manual: String Functions and Operators.',
  },
  {
    name: 'from_base64',
    args: ['string'],
    type: bytesOf(),
    kernel: (_rt, b: Uint8Array) => {
      const s = decodeUtf8(b).replace(/[\s]/g, '');
      if (s.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(s)) return null;
      return new Uint8Array(Buffer.from(s, 'base64'));
    },
    pure: true,
    pushdown: 'FromBase64',
    doc: 'FROM_BASE64(s). Manual: String Functions and Operators.',
  },
  {
    name: 'char_func',
    aliases: ['char'],
    args: ['any'],
    rest: 'any',
    nullAware: true,
    type: (args) => {
      const cs = args[args.length - 1]!;
      if (cs.kind !== 'constant' || cs.value === null || !(cs.value instanceof Uint8Array))
        return binaryType((args.length - 1) * 4);
      const name = decodeUtf8(cs.value);
      const c = charset(name);
      if (c === undefined) throw mysqlError('ER_UNKNOWN_CHARACTER_SET', name);
      return stringType((args.length - 1) * 4, c.name, c.defaultCollation);
    },
    rewrite: (args, ctx) => {
      // Numbers as integers; the last argument names the charset.
      const cast = args.map((a, i) =>
        i === args.length - 1 || evalType(a.type) === 'int' ? a : castTo(a, intType(), ctx),
      );
      return cast.some((a, i) => a !== args[i]) ? charCall(cast, ctx) : null;
    },
    kernel: (rt, ...items: (DecInt | Uint8Array | null)[]) => {
      const out: number[] = [];
      for (let i = 0; i < items.length - 1; i++) {
        const v = items[i];
        if (v === null || v instanceof Uint8Array || v === undefined) continue;
        const n = Number(BigInt.asUintN(32, BigInt(v)));
        if (n > 0xffffff) out.push(n >>> 24);
        if (n > 0xffff) out.push((n >>> 16) & 255);
        if (n > 0xff) out.push((n >>> 8) & 255);
        out.push(n & 255);
      }
      const bytes = Uint8Array.from(out);
      const name = items[items.length - 1];
      const cs = name instanceof Uint8Array ? charset(decodeUtf8(name)) : undefined;
      const invalid = cs?.invalidAt(bytes) ?? -1;
      if (cs === undefined || invalid < 0) return bytes;
      rt.warning('ER_INVALID_CHARACTER_STRING', cs.name, Buffer.from(bytes).toString('hex').toUpperCase());
      // "If strict SQL mode is enabled, the result from CHAR() becomes NULL"; else it ends where it is ill-formed.
      return isStrictMode(rt.sqlMode) ? null : bytes.subarray(0, invalid);
    },
    doc: 'CHAR(n, … [USING charset]). Manual: String Functions and Operators.',
  },
  {
    name: 'weight_string',
    args: ['bytes', 'string', 'int'],
    min: 1,
    type: bytesOf(),
    make: ([t]): Kernel => {
      const c = collation(t!.collate);
      const cs = charset(t!.charset) ?? UTF8MB4;
      return (_rt, b: Uint8Array, kind?: Uint8Array, n?: DecInt) => {
        let v = b;
        if (kind !== undefined && n !== undefined) {
          const k = toNumber(n);
          if (decodeUtf8(kind) === 'BINARY') {
            v = new Uint8Array(k);
            v.set(b.subarray(0, k));
          } else {
            v = encodeUtf8(' '.repeat(Math.max(0, k - cs.charLength(b))));
            v = concatBytes([b.subarray(0, cs.offsetOf(b, k)), v]);
          }
        }
        return c === undefined ? v : c.sortKey(v);
      };
    },
    doc: 'WEIGHT_STRING(s [AS CHAR(n)]): the sort key. Manual: String Functions and Operators.',
  },
]);

function charCall(args: readonly Expression[], ctx: Parameters<typeof castTo>[2]): Expression {
  void ctx;
  const cs = args[args.length - 1]!;
  const c =
    cs.kind === 'constant' && cs.value instanceof Uint8Array ? charset(decodeUtf8(cs.value)) : undefined;
  const type =
    c === undefined
      ? binaryType((args.length - 1) * 4)
      : stringType((args.length - 1) * 4, c.name, c.defaultCollation);
  return { kind: 'function', name: 'char_func', args, type, collation: type.collate };
}
