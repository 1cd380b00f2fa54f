import { CLASS, DIGIT, digitAt, HIGH_BYTE, isDigitOf, SPACE, WORD } from './character.js';
import { findKeyword, hashStep, POWER } from './keyword.js';
import { ParseError } from './parse-error.js';
import type { LexerOptions, Punctuation, Token } from './token.js';

export type { LexerOptions, Token } from './token.js';

/** Version comments up to this server version are executed (MySQL 8.0 manual, "Comments"). */
const SERVER_VERSION = 80099;

/** Features that a TiDB comment may ask for: its text is executed when all of them are known, else skipped. */
const FEATURES: ReadonlySet<string> = new Set([
  'auto_rand',
  'auto_id_cache',
  'auto_rand_base',
  'clustered_index',
  'force_auto_inc',
  'force_inc',
  'placement',
  'ttl',
  'global_index',
  'pre_split',
  'affinity',
  'resource_group',
]);

/** Identifiers shorter than this are interned: V8 copies so short a slice, so the cache never holds a source. */
const INTERN_LENGTH = 13;
const INTERN_SLOTS = 2048;
const interned: string[] = new Array<string>(INTERN_SLOTS).fill('');

/** Tokens after which a hint comment is a hint; elsewhere it is a comment. */
const HINT_AFTER: ReadonlySet<Token> = new Set<Token>(['SELECT', 'INSERT', 'REPLACE', 'UPDATE', 'DELETE']);

/**
 * One pass over the source, one token ahead: the current token is in the fields, `advance` moves on. Nothing is
 * kept of earlier tokens, so a statement of any length needs no memory but its tree.
 */
export class Lexer {
  /** The current token. */
  tok: Token = 'eof';
  /** Where it is: source[start, end). */
  start = 0;
  end = 0;
  /** Its binding power as a binary operator, 0 if it is none. */
  power = 0;
  /** A reserved word. Meaningful when the token is a keyword. */
  reserved = false;
  /** The name of 'ident', 'uservar', 'sysvar'; the value of 'string'; the text of numbers; digits of 'hex', 'bit'. */
  text = '';
  /** In a source that is not UTF-8: the token's text with a character for each byte. */
  byteText = '';
  /** The 'ident' was quoted. */
  quoted = false;
  /** The end of the token before the current one. */
  lastEnd = 0;

  protected readonly length: number;
  private readonly ansiQuotes: boolean;
  protected readonly pipesAsConcat: boolean;
  private readonly noBackslashEscapes: boolean;
  protected readonly ignoreSpace: boolean;
  protected readonly highNotPrecedence: boolean;
  protected readonly realAsFloat: boolean;
  /** The source is bytes, a character each, most of which are UTF-8. */
  protected binarySource = false;
  /** Inside an executed comment: its end is a blank. */
  private inComment = false;
  /** Where the latest such comment began and ended. */
  private commentStart = 0;
  private commentStop = 0;

  constructor(
    readonly source: string,
    options: LexerOptions,
  ) {
    this.length = source.length;
    this.ansiQuotes = options.ansiQuotes === true;
    this.pipesAsConcat = options.pipesAsConcat === true;
    this.noBackslashEscapes = options.noBackslashEscapes === true;
    this.ignoreSpace = options.ignoreSpace === true;
    this.highNotPrecedence = options.highNotPrecedence === true;
    this.realAsFloat = options.realAsFloat === true;
  }

  /** The error at the current token. */
  error(detail = ''): ParseError {
    return ParseError.at(this.source, this.start, this.end, detail);
  }

  /** Goes back (or on) to the token that begins at `offset`. */
  seek(offset: number): void {
    this.end = offset;
    this.tok = 'eof';
    this.inComment = offset > this.commentStart && offset < this.commentStop;
    this.advance();
  }

  advance(): void {
    const source = this.source;
    const length = this.length;
    let pos = this.end;
    this.lastEnd = pos;
    this.power = 0;
    for (;;) {
      if (pos >= length) {
        this.start = this.end = length;
        if (this.inComment) {
          this.inComment = false;
          this.start = this.commentStart;
          throw this.error();
        }
        this.tok = 'eof';
        return;
      }
      const c = source.charCodeAt(pos);
      if (c >= 128) {
        // A no-break or ideographic space is not a blank in MySQL; it is a word character.
        this.start = pos;
        return this.word(pos);
      }
      const cls = CLASS[c]!;
      if (cls === SPACE) {
        pos++;
        continue;
      }
      this.start = pos;
      if ((cls & WORD) !== 0) {
        if ((cls & DIGIT) !== 0) return this.number(pos);
        if (pos + 1 < length && source.charCodeAt(pos + 1) === 39 && this.prefixedLiteral(c, pos)) return;
        return this.word(pos);
      }
      switch (c) {
        case 40:
          return this.punctuation('(', 1, 0);
        case 41:
          return this.punctuation(')', 1, 0);
        case 44:
          return this.punctuation(',', 1, 0);
        case 59:
          return this.punctuation(';', 1, 0);
        case 46: {
          const next = source.charCodeAt(pos + 1);
          if (next >= 48 && next <= 57 && !(this.tok === 'ident' && this.lastEnd === pos))
            return this.number(pos);
          return this.punctuation('.', 1, 0);
        }
        case 61:
          return this.punctuation('=', 1, POWER.COMPARE);
        case 60: {
          const next = source.charCodeAt(pos + 1);
          if (next === 61) {
            if (source.charCodeAt(pos + 2) === 62) return this.punctuation('<=>', 3, POWER.COMPARE);
            return this.punctuation('<=', 2, POWER.COMPARE);
          }
          if (next === 62) return this.punctuation('!=', 2, POWER.COMPARE);
          if (next === 60) return this.punctuation('<<', 2, POWER.SHIFT);
          return this.punctuation('<', 1, POWER.COMPARE);
        }
        case 62: {
          const next = source.charCodeAt(pos + 1);
          if (next === 61) return this.punctuation('>=', 2, POWER.COMPARE);
          if (next === 62) return this.punctuation('>>', 2, POWER.SHIFT);
          return this.punctuation('>', 1, POWER.COMPARE);
        }
        case 33:
          if (source.charCodeAt(pos + 1) === 61) return this.punctuation('!=', 2, POWER.COMPARE);
          return this.punctuation('!', 1, 0);
        case 43:
          return this.punctuation('+', 1, POWER.ADD);
        case 45: {
          const next = source.charCodeAt(pos + 1);
          if (next === 45) {
            const after = source.charCodeAt(pos + 2);
            // "--" is a comment only before a blank, a control character or the end.
            if (!(after > 32 && after !== 127)) {
              pos = this.lineEnd(pos);
              continue;
            }
          } else if (next === 62) {
            if (source.charCodeAt(pos + 2) === 62) return this.punctuation('->>', 3, 0);
            return this.punctuation('->', 2, 0);
          }
          return this.punctuation('-', 1, POWER.ADD);
        }
        case 35:
          pos = this.lineEnd(pos);
          continue;
        case 42:
          if (this.inComment && source.charCodeAt(pos + 1) === 47) {
            this.inComment = false;
            this.commentStop = pos;
            pos += 2;
            continue;
          }
          return this.punctuation('*', 1, POWER.MULTIPLY);
        case 47: {
          if (source.charCodeAt(pos + 1) !== 42) return this.punctuation('/', 1, POWER.MULTIPLY);
          pos = this.comment(pos);
          if (pos < 0) return;
          continue;
        }
        case 37:
          return this.punctuation('%', 1, POWER.MULTIPLY);
        case 124:
          if (source.charCodeAt(pos + 1) === 124) {
            return this.punctuation('||', 2, this.pipesAsConcat ? POWER.CONCAT : POWER.OR);
          }
          return this.punctuation('|', 1, POWER.BIT_OR);
        case 38:
          if (source.charCodeAt(pos + 1) === 38) return this.punctuation('&&', 2, POWER.AND);
          return this.punctuation('&', 1, POWER.BIT_AND);
        case 94:
          return this.punctuation('^', 1, POWER.BIT_XOR);
        case 126:
          return this.punctuation('~', 1, 0);
        case 39:
          return this.quotedString(pos, 39, 'string');
        case 34:
          if (this.ansiQuotes) return this.quotedIdentifier(pos, 34);
          return this.quotedString(pos, 34, 'string');
        case 96:
          return this.quotedIdentifier(pos, 96);
        case 64:
          return this.variable(pos);
        case 63:
          return this.punctuation('?', 1, 0);
        case 58:
          if (source.charCodeAt(pos + 1) === 61) return this.punctuation(':=', 2, 0);
          return this.punctuation(':', 1, 0);
        case 123:
          return this.punctuation('{', 1, 0);
        case 125:
          return this.punctuation('}', 1, 0);
        case 91:
          return this.punctuation('[', 1, 0);
        case 93:
          return this.punctuation(']', 1, 0);
        case 92:
          // \N is NULL.
          if (source.charCodeAt(pos + 1) === 78) {
            this.tok = 'NULL';
            this.reserved = true;
            this.end = pos + 2;
            return;
          }
          this.end = pos + 1;
          throw this.error();
        default:
          this.end = pos + 1;
          throw this.error();
      }
    }
  }

  private punctuation(tok: Punctuation, width: number, power: number): void {
    this.tok = tok;
    this.end = this.start + width;
    this.power = power;
  }

  private lineEnd(pos: number): number {
    const end = this.source.indexOf('\n', pos);
    return end < 0 ? this.length : end + 1;
  }

  /**
   * A C comment at `pos`: the offset after it; or after the head of an executed comment, whose text is read as code;
   * or -1 when it is a hint, then the current token.
   */
  private comment(pos: number): number {
    const source = this.source;
    const mark = source.charCodeAt(pos + 2);
    if (mark === 33) {
      // Of the form /*!, or /*! and a version of 5 or 6 digits.
      let p = pos + 3;
      let version = 0;
      while (p < pos + 9 && (CLASS[source.charCodeAt(p)] ?? 0) & DIGIT) {
        version = version * 10 + source.charCodeAt(p) - 48;
        p++;
      }
      const digits = p - pos - 3;
      if (digits < 5) {
        version = 0;
        p = pos + 3;
      }
      if (version > SERVER_VERSION) return this.commentEnd(pos);
      return this.enterComment(pos, p);
    }
    if (mark === 84 && source.charCodeAt(pos + 3) === 33) {
      // TiDB's own, with an optional list of features in brackets.
      let p = pos + 4;
      if (source.charCodeAt(p) === 91) {
        const close = source.indexOf(']', p);
        if (close < 0) return this.commentEnd(pos);
        const known = source
          .slice(p + 1, close)
          .split(',')
          .every((feature) => FEATURES.has(feature.trim()));
        if (!known) return this.commentEnd(pos);
        p = close + 1;
      }
      return this.enterComment(pos, p);
    }
    if (mark === 43 && HINT_AFTER.has(this.tok)) {
      const close = source.indexOf('*/', pos + 3);
      if (close >= 0) {
        this.tok = 'hint';
        this.end = close + 2;
        this.text = source.slice(pos + 3, close);
        return -1;
      }
    }
    if (mark === 43) this.misplacedHint();
    return this.commentEnd(pos);
  }

  private enterComment(pos: number, after: number): number {
    if (this.inComment) return this.commentEnd(pos);
    this.inComment = true;
    this.commentStart = pos;
    this.commentStop = this.length;
    return after;
  }

  /** A hint comment stands where it is a comment like any other. */
  protected misplacedHint(): void {}

  private commentEnd(pos: number): number {
    const close = this.source.indexOf('*/', pos + 2);
    if (close >= 0) return close + 2;
    this.start = pos;
    this.end = this.length;
    throw this.error();
  }

  private word(pos: number): void {
    const source = this.source;
    const length = this.length;
    let hash = 0;
    let p = pos;
    let ascii = true;
    while (p < length) {
      const c = source.charCodeAt(p);
      if (c < 128) {
        if ((CLASS[c]! & WORD) === 0) break;
      } else {
        ascii = false;
      }
      hash = hashStep(hash, c | 0x20);
      p++;
    }
    this.end = p;
    if (ascii) {
      const keyword = findKeyword(source, pos, p, hash);
      if (keyword !== undefined) {
        // After a dot every word is a name.
        if (this.tok !== '.') {
          this.tok = keyword.word;
          this.reserved = keyword.reserved;
          this.power = keyword.power;
          return;
        }
      }
    }
    this.tok = 'ident';
    this.quoted = false;
    this.text = this.slice(pos, p, hash);
    if (this.binarySource) this.decode();
  }

  /** source[start, end) as an interned string if it is short. */
  private slice(start: number, end: number, hash: number): string {
    const source = this.source;
    if (end - start >= INTERN_LENGTH) return source.slice(start, end);
    const slot = (hash ^ (hash >>> 15)) & (INTERN_SLOTS - 1);
    const known = interned[slot]!;
    if (known.length === end - start) {
      let i = 0;
      while (i < known.length && known.charCodeAt(i) === source.charCodeAt(start + i)) i++;
      if (i === known.length) return known;
    }
    return (interned[slot] = source.slice(start, end));
  }

  /** x'…', b'…', n'…': true when the current token is one. */
  private prefixedLiteral(c: number, pos: number): boolean {
    const kind = c | 0x20;
    if (kind === 110) {
      this.quotedString(pos + 1, 39, 'nstring');
      return true;
    }
    if (kind !== 120 && kind !== 98) return false;
    const source = this.source;
    let p = pos + 2;
    while (p < this.length && isDigitOf(kind, source.charCodeAt(p))) p++;
    if (source.charCodeAt(p) !== 39 || (kind === 120 && (p - pos) % 2 !== 0)) {
      this.end = Math.min(p + 1, this.length);
      throw this.error();
    }
    this.tok = kind === 120 ? 'hex' : 'bit';
    this.text = source.slice(pos + 2, p);
    this.end = p + 1;
    return true;
  }

  private number(pos: number): void {
    const source = this.source;
    const length = this.length;
    if (this.tok === '.' && this.lastEnd === pos) return this.word(pos);
    let p = pos;
    if (source.charCodeAt(p) === 48) {
      // 0x… and 0b… are lower case only; anything else that follows makes it a word.
      const mark = source.charCodeAt(p + 1);
      if (mark === 120 || mark === 98) {
        p += 2;
        while (p < length && isDigitOf(mark, source.charCodeAt(p))) p++;
        if (p > pos + 2 && !this.wordAt(p)) {
          this.tok = mark === 120 ? 'hex' : 'bit';
          this.text = source.slice(pos + 2, p);
          if (mark === 120 && this.text.length % 2 !== 0) this.text = '0' + this.text;
          this.end = p;
          return;
        }
        return this.word(pos);
      }
    }
    while (p < length && digitAt(source, p)) p++;
    let tok: Token = 'int';
    if (source.charCodeAt(p) === 46) {
      p++;
      while (p < length && digitAt(source, p)) p++;
      tok = 'decimal';
    }
    const e = source.charCodeAt(p);
    if (e === 101 || e === 69) {
      let q = p + 1;
      const sign = source.charCodeAt(q);
      if (sign === 43 || sign === 45) q++;
      if (q < length && digitAt(source, q)) {
        while (q < length && digitAt(source, q)) q++;
        p = q;
        tok = 'float';
      }
    }
    // Digits that run into a word are a name, unless there was a point.
    if (tok === 'int' && this.wordAt(p)) return this.word(pos);
    this.tok = tok;
    this.end = p;
    this.text = source.slice(pos, p);
  }

  private wordAt(pos: number): boolean {
    if (pos >= this.length) return false;
    const c = this.source.charCodeAt(pos);
    return c >= 128 || (CLASS[c]! & WORD) !== 0;
  }

  private decode(): void {
    this.byteText = this.text;
    if (HIGH_BYTE.test(this.text)) this.text = Buffer.from(this.text, 'latin1').toString('utf8');
  }

  private quotedString(pos: number, quote: number, tok: Token): void {
    const source = this.source;
    const length = this.length;
    const escapes = !this.noBackslashEscapes;
    let from = pos + 1;
    let p = from;
    let parts: string[] | null = null;
    for (;;) {
      if (p >= length) {
        this.end = length;
        throw this.error();
      }
      const c = source.charCodeAt(p);
      if (c === quote) {
        if (source.charCodeAt(p + 1) !== quote) break;
        (parts ??= []).push(source.slice(from, p + 1));
        p += 2;
        from = p;
      } else if (c === 92 && escapes) {
        if (p + 1 >= length) {
          this.end = length;
          throw this.error();
        }
        parts ??= [];
        if (p > from) parts.push(source.slice(from, p));
        const e = source.charCodeAt(p + 1);
        switch (e) {
          case 110:
            parts.push('\n');
            break;
          case 116:
            parts.push('\t');
            break;
          case 114:
            parts.push('\r');
            break;
          case 48:
            parts.push('\0');
            break;
          case 98:
            parts.push('\b');
            break;
          case 90:
            parts.push('\x1a');
            break;
          case 37:
          case 95:
            // \% and \_ keep the backslash: it is LIKE that reads it.
            parts.push(e === 37 ? '\\%' : '\\_');
            break;
          default:
            // The next character stands for itself; it stays where it is, so that a surrogate pair is not cut.
            from = p + 1;
            p += 2;
            continue;
        }
        p += 2;
        from = p;
      } else {
        p++;
      }
    }
    if (parts === null) {
      this.text = source.slice(from, p);
    } else {
      if (p > from) parts.push(source.slice(from, p));
      this.text = parts.join('');
    }
    if (this.binarySource) this.decode();
    this.tok = tok;
    this.end = p + 1;
  }

  private quotedIdentifier(pos: number, quote: number): void {
    const source = this.source;
    const mark = quote === 96 ? '`' : '"';
    let p = source.indexOf(mark, pos + 1);
    let doubled = false;
    while (p >= 0 && source.charCodeAt(p + 1) === quote) {
      doubled = true;
      p = source.indexOf(mark, p + 2);
    }
    if (p < 0) {
      this.end = this.length;
      throw this.error();
    }
    const raw = source.slice(pos + 1, p);
    this.text = doubled ? raw.replaceAll(mark + mark, mark) : raw;
    if (this.binarySource) this.decode();
    this.tok = 'ident';
    this.quoted = true;
    this.end = p + 1;
  }

  /** @name, @'name', @@[scope.]name, or a lone @. */
  private variable(pos: number): void {
    const source = this.source;
    if (source.charCodeAt(pos + 1) === 64) {
      let p = pos + 2;
      let name = '';
      let quoted = false;
      for (;;) {
        if (source.charCodeAt(p) === 96) {
          this.quotedIdentifier(p, 96);
          name += this.text;
          p = this.end;
          quoted = true;
        } else {
          const from = p;
          while (this.wordAt(p)) p++;
          name += source.slice(from, p);
        }
        if (source.charCodeAt(p) !== 46) break;
        name += '.';
        p++;
      }
      this.end = p;
      if (name === '' && !quoted) throw this.error();
      this.tok = 'sysvar';
      this.text = name;
      return;
    }
    const next = source.charCodeAt(pos + 1);
    if (next === 96) {
      this.quotedIdentifier(pos + 1, 96);
      this.tok = 'uservar';
      return;
    }
    if (next === 39 || next === 34) {
      this.quotedString(pos + 1, next, 'uservar');
      return;
    }
    let p = pos + 1;
    while (this.wordAt(p) || source.charCodeAt(p) === 46) p++;
    this.end = p;
    this.text = source.slice(pos + 1, p);
    this.tok = p > pos + 1 ? 'uservar' : '@';
  }
}
