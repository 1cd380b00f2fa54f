import { TimeLimitExceeded, withTimeLimit } from '../time-limit.js';
import { decodeUtf8, encodeUtf8 } from '../../types/charset.js';
import type { DecInt } from '../../types/decimal.js';
import { mysqlError } from '../../types/error-table.js';
import type { FieldType } from '../../types/field-type.js';
import type { ScalarFunction } from '../expression.js';
import type { Expression } from '../expression.js';
import type { BuildContext } from '../build-context.js';
import type { Runtime } from '../runtime.js';
import { intType } from '../type-inference.js';
import { boolOf } from './logic.js';
import type { Kernel } from './scalar.js';
import { defineAll, notNullIf, stringLike, toNumber } from './scalar.js';

/** Regular expressions in ICU's syntax over JavaScript's engine (manual, "Regular Expressions"). */

const POSIX: Readonly<Record<string, string>> = {
  alpha: '\\p{L}',
  digit: '\\p{Nd}',
  alnum: '\\p{L}\\p{Nd}',
  upper: '\\p{Lu}',
  lower: '\\p{Ll}',
  space: '\\s',
  blank: ' \\t',
  punct: '\\p{P}',
  cntrl: '\\p{Cc}',
  xdigit: '0-9A-Fa-f',
  graph: '\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}',
  print: '\\p{L}\\p{M}\\p{N}\\p{P}\\p{S} ',
  word: '\\w',
};

/** A property as JavaScript names it: ICU takes scripts by their bare names and does not mind case. */
function propertyName(name: string): string {
  const [key, value] = name.split(/[=:]/) as [string, string | undefined];
  if (value !== undefined)
    return `${/^(sc|script)$/i.test(key) ? 'Script' : /^(scx|script_?extensions)$/i.test(key) ? 'Script_Extensions' : 'General_Category'}=${value}`;
  const plain = key.replace(/^Is/i, '');
  for (const candidate of [
    key,
    plain,
    `Script=${plain}`,
    `Script=${plain.charAt(0).toUpperCase()}${plain.slice(1).toLowerCase()}`,
  ]) {
    try {
      new RegExp(`\\p{${candidate}}`, 'u');
      return candidate;
    } catch {
      // The next way to name it.
    }
  }
  return key;
}

/** ICU pattern text as a JavaScript pattern with the u flag. */
function translate(p: string, extended: boolean): string {
  let out = '';
  let inClass = 0;
  for (let i = 0; i < p.length; i++) {
    const c = p[i]!;
    if (c === '\\') {
      const n = p[++i];
      if (n === undefined)
        throw mysqlError('ER_REGEXP_ERROR', 'trailing backslash at end of regular expression');
      if (n === 'Q') {
        const end = p.indexOf('\\E', i + 1);
        const text = p.slice(i + 1, end < 0 ? undefined : end);
        out += text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
        i = end < 0 ? p.length : end + 1;
      } else if (n === 'p' || n === 'P') {
        // One letter, or a property in braces.
        const m = /^(?:\{([^}]*)\}|(.))/su.exec(p.slice(i + 1));
        if (m === null) throw mysqlError('ER_REGEXP_ERROR', 'Invalid property name');
        out += `\\${n}{${propertyName((m[1] ?? m[2]!).trim())}}`;
        i += m[0].length;
      } else if (n === 'x' && p[i + 1] === '{') {
        const end = p.indexOf('}', i);
        out += `\\u{${p.slice(i + 2, end < 0 ? undefined : end)}}`;
        i = end < 0 ? p.length : end;
      } else if (n === 'X') out += '(?:\\r\\n|\\P{M}\\p{M}*)';
      else if (n === 'A') out += '(?<![\\s\\S])';
      else if (n === 'Z' || n === 'z') out += n === 'z' ? '(?![\\s\\S])' : '(?=\\n?(?![\\s\\S]))';
      else if (n === 'h') out += inClass ? ' \\t' : '[ \\t]';
      else if (n === 'R') out += '(?:\\r\\n|[\\n\\v\\f\\r\\u0085\\u2028\\u2029])';
      else if (n === 'a') out += '\\x07';
      else if (n === 'e') out += '\\x1b';
      else if (/[dDwWsSbBnrtfvpPux0-9ck]/.test(n)) out += `\\${n}`;
      else if (/[\\^$.*+?()[\]{}|/-]/.test(n)) out += n === '-' && !inClass ? '-' : `\\${n}`;
      else out += n;
      continue;
    }
    if (c === '[') {
      if (inClass && p[i + 1] === ':') {
        const end = p.indexOf(':]', i);
        const name = end < 0 ? '' : p.slice(i + 2, end);
        const negated = name.startsWith('^');
        const set = POSIX[negated ? name.slice(1) : name];
        if (set === undefined) throw mysqlError('ER_REGEXP_ERROR', 'invalid character class');
        out += negated ? `\\P{L}` : set;
        i = end + 1;
        continue;
      }
      if (inClass) {
        out += '\\[';
        continue;
      }
      inClass = 1;
      out += c;
      if (p[i + 1] === '^') out += p[++i]!;
      if (p[i + 1] === ']') {
        out += '\\]';
        i++;
      }
      continue;
    }
    if (c === ']' && inClass) {
      inClass = 0;
      out += c;
      continue;
    }
    if (inClass) {
      out += '(){}/|'.includes(c) ? `\\${c}` : c;
      continue;
    }
    if (c === '/') {
      out += '\\/';
      continue;
    }
    if (extended && /\s/.test(c)) continue;
    // Possessive and atomic groups have no counterpart; greedy ones match the same texts nearly always.
    if (c === '+' && /(?:^|[^\\])[*+?]$|(?<!\\[upP])\{\d+(?:,\d*)?\}$/.test(out)) continue;
    if (c === '{' && !/^\{\d+(,\d*)?\}/.test(p.slice(i))) {
      out += '\\{';
      continue;
    }
    if (c === '}' && !/\{\d+(,\d*)?$/.test(out)) {
      out += '\\}';
      continue;
    }
    if (c === ']') {
      out += '\\]';
      continue;
    }
    if (p.startsWith('(?>', i)) {
      out += '(?:';
      i += 2;
      continue;
    }
    out += c;
  }
  return out;
}

const CACHE = new Map<string, RegExp>();

/** Compiled pattern; throws 1139. */
export function compileRegexp(
  pattern: string,
  matchType: string | null,
  insensitive: boolean,
  global: boolean,
): RegExp {
  const key = `${insensitive ? 'i' : 'c'}${global ? 'g' : ''}${matchType ?? ''}:${pattern}`;
  const cached = CACHE.get(key);
  if (cached !== undefined) {
    cached.lastIndex = 0;
    return cached;
  }
  let icase = insensitive;
  let multi = false;
  let dotAll = false;
  for (const c of matchType ?? '') {
    if (c === 'i') icase = true;
    else if (c === 'c') icase = false;
    else if (c === 'm') multi = true;
    else if (c === 'n' || c === 's') dotAll = true;
    else if (c !== 'u') throw mysqlError('ER_REGEXP_ERROR', 'Invalid match type');
  }
  if (pattern === '') throw mysqlError('ER_REGEXP_ERROR', 'Empty pattern is invalid');
  let text = pattern;
  const inline = /^\(\?([imsx]+)\)/.exec(text);
  let extended = false;
  if (inline !== null) {
    text = text.slice(inline[0].length);
    if (inline[1]!.includes('i')) icase = true;
    if (inline[1]!.includes('m')) multi = true;
    if (inline[1]!.includes('s')) dotAll = true;
    if (inline[1]!.includes('x')) extended = true;
  }
  let re: RegExp;
  try {
    re = new RegExp(
      translate(text, extended),
      `u${icase ? 'i' : ''}${multi ? 'm' : ''}${dotAll ? 's' : ''}${global ? 'g' : ''}`,
    );
  } catch (e) {
    if (e instanceof SyntaxError)
      throw mysqlError('ER_REGEXP_ERROR', e.message.replace(/^Invalid regular expression: \/.*\/\w*: /s, ''));
    throw e;
  }
  if (CACHE.size > 1000) CACHE.clear();
  CACHE.set(key, re);
  return re;
}

/** Milliseconds that one text may take, and more for so many characters of it; MySQL's limit (regexp_time_limit) is one of steps. */
const MATCH_MS = 500;
const CHARACTERS_A_MS = 10_000;

/** Searches a text. Throws 3699 where it takes too long: some patterns take a time exponential in the text's length. */
function searching<T>(s: string, search: () => T): T {
  try {
    return withTimeLimit(MATCH_MS + Math.ceil(s.length / CHARACTERS_A_MS), search);
  } catch (e) {
    throw e instanceof TimeLimitExceeded ? mysqlError('ER_REGEXP_TIME_OUT') : e;
  }
}

/** Offset in UTF-16 units of character `pos` (from 1); throws where there is none, but for an empty text. */
function startOf(s: string, pos: number): number {
  let i = 0;
  for (let n = 1; n < pos && i < s.length; n++) i += s.codePointAt(i)! > 0xffff ? 2 : 1;
  if (pos < 1 || (i >= s.length && s !== ''))
    throw mysqlError('ER_REGEXP_ERROR', 'Index out of bounds in regular expression search');
  return i;
}

const charactersIn = (s: string): number => {
  let n = 0;
  for (const ch of s) if (ch !== '') n++;
  return n;
};

const insensitiveOf = (node: ScalarFunction): boolean =>
  !node.collation.endsWith('_bin') && node.collation !== 'binary';

/** The n-th match from `pos` on, or null. */
function nthMatch(re: RegExp, s: string, from: number, n: number): RegExpExecArray | null {
  return searching(s, () => {
    re.lastIndex = from;
    let m: RegExpExecArray | null = null;
    for (let k = 0; k < Math.max(1, n); k++) {
      m = re.exec(s);
      if (m === null) return null;
      if (m[0] === '') re.lastIndex += s.codePointAt(re.lastIndex)! > 0xffff ? 2 : 1;
    }
    return m;
  });
}

const REFERENCE = /\\(\d)|\\([^])|\$(\d)|\$\{([^}]*)\}/g;

/** `$1`, `${name}` references of ICU's replacement text, and `\1`. */
function replacement(text: string, m: RegExpExecArray): string {
  const group = (digit: string): string => {
    if (Number(digit) >= m.length) throw mysqlError('ER_REGEXP_ERROR', 'Substitution number is out of range');
    return m[Number(digit)] ?? '';
  };
  return text.replace(
    REFERENCE,
    (
      _all,
      behind: string | undefined,
      literal: string | undefined,
      digit: string | undefined,
      name: string,
    ) => {
      if (literal !== undefined) return literal;
      const number = behind ?? digit;
      if (number !== undefined) return group(number);
      if (m.groups === undefined || !(name in m.groups))
        throw mysqlError('ER_REGEXP_ERROR', 'A capture group has an invalid name.');
      return m.groups[name] ?? '';
    },
  );
}

const flags = (b: Uint8Array | undefined): string | null => (b === undefined ? null : decodeUtf8(b));

function matchKernel(_types: readonly FieldType[], _type: FieldType, node: ScalarFunction): Kernel {
  const icase = insensitiveOf(node);
  return (_rt: Runtime, s: Uint8Array, p: Uint8Array, t?: Uint8Array) => {
    const re = compileRegexp(decodeUtf8(p), flags(t), icase, false);
    const str = decodeUtf8(s);
    return searching(str, () => re.test(str)) ? 1 : 0;
  };
}

const truth = (args: readonly Expression[]): FieldType => notNullIf(boolOf(args), args);
const text = (args: readonly Expression[], ctx: BuildContext): FieldType =>
  stringLike('regexp', () => -1, [0, 1])(args, ctx);

defineAll('regexp', [
  {
    name: 'regexp',
    aliases: ['rlike'],
    internal: true,
    args: ['string', 'string'],
    type: truth,
    make: matchKernel,
    total: true,
    pure: true,
    pushdown: 'RegexpSig',
    doc: 's REGEXP pattern, s RLIKE pattern. Manual: Regular Expressions.',
  },
  {
    name: 'regexp_like',
    args: ['string', 'string', 'string'],
    min: 2,
    type: truth,
    make: matchKernel,
    total: true,
    pushdown: 'RegexpLikeSig',
    doc: 'REGEXP_LIKE(s, pattern[, match_type]). Manual: Regular Expressions.',
  },
  {
    name: 'regexp_instr',
    args: ['string', 'string', 'int', 'int', 'int', 'string'],
    min: 2,
    type: (args) => notNullIf(intType(false, 11), args),
    make: (_types, _t, node) => {
      const icase = insensitiveOf(node);
      return (
        _rt,
        s: Uint8Array,
        p: Uint8Array,
        pos?: DecInt,
        n?: DecInt,
        option?: DecInt,
        t?: Uint8Array,
      ) => {
        const str = decodeUtf8(s);
        const from = startOf(str, pos === undefined ? 1 : toNumber(pos));
        const m = nthMatch(
          compileRegexp(decodeUtf8(p), flags(t), icase, true),
          str,
          from,
          n === undefined ? 1 : toNumber(n),
        );
        if (option !== undefined && Number(option) !== 0 && Number(option) !== 1)
          throw mysqlError(
            'ER_REGEXP_ERROR',
            'Incorrect arguments to regexp_instr: return_option must be 1 or 0',
          );
        if (m === null) return 0;
        const at = option !== undefined && Number(option) === 1 ? m.index + m[0].length : m.index;
        return charactersIn(str.slice(0, at)) + 1;
      };
    },
    total: true,
    pushdown: 'RegexpInStrSig',
    doc: 'REGEXP_INSTR(s, pattern[, pos[, n[, option[, match_type]]]]). Manual: Regular Expressions.',
  },
  {
    name: 'regexp_substr',
    args: ['string', 'string', 'int', 'int', 'string'],
    min: 2,
    type: text,
    make: (_types, _t, node) => {
      const icase = insensitiveOf(node);
      return (_rt, s: Uint8Array, p: Uint8Array, pos?: DecInt, n?: DecInt, t?: Uint8Array) => {
        const str = decodeUtf8(s);
        const from = startOf(str, pos === undefined ? 1 : toNumber(pos));
        const m = nthMatch(
          compileRegexp(decodeUtf8(p), flags(t), icase, true),
          str,
          from,
          n === undefined ? 1 : toNumber(n),
        );
        return m === null ? null : encodeUtf8(m[0]);
      };
    },
    pushdown: 'RegexpSubstrSig',
    doc: 'REGEXP_SUBSTR(s, pattern[, pos[, n[, match_type]]]). Manual: Regular Expressions.',
  },
  {
    name: 'regexp_replace',
    args: ['string', 'string', 'string', 'int', 'int', 'string'],
    min: 3,
    type: text,
    make: (_types, _t, node) => {
      const icase = insensitiveOf(node);
      return (rt, s: Uint8Array, p: Uint8Array, r: Uint8Array, pos?: DecInt, n?: DecInt, t?: Uint8Array) => {
        const str = decodeUtf8(s);
        const from = startOf(str, pos === undefined ? 1 : toNumber(pos));
        const re = compileRegexp(decodeUtf8(p), flags(t), icase, true);
        const which = n === undefined ? 0 : toNumber(n);
        const rep = decodeUtf8(r);
        return searching(str, () => {
          let k = 0;
          let out = str.slice(0, from);
          let last = from;
          re.lastIndex = from;
          for (let m = re.exec(str); m !== null; m = re.exec(str)) {
            k++;
            if (which === 0 || k === which) {
              out += str.slice(last, m.index) + replacement(rep, m);
              if (out.length > rt.ctx.maxAllowedPacket) throw mysqlError('ER_REGEXP_BUFFER_OVERFLOW');
              last = m.index + m[0].length;
              if (which !== 0) break;
            }
            if (m[0] === '') re.lastIndex += (str.codePointAt(re.lastIndex) ?? 0) > 0xffff ? 2 : 1;
          }
          return encodeUtf8(out + str.slice(last));
        });
      };
    },
    pushdown: 'RegexpReplaceSig',
    doc: 'REGEXP_REPLACE(s, pattern, replacement[, pos[, n[, match_type]]]). Manual: Regular Expressions.',
  },
]);
