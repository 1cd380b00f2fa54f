import { createHash } from 'node:crypto';
import { INTRODUCERS } from './charset.js';
import { Lexer, type LexerOptions, type Token } from './lexer.js';

/** A statement's text with its literals taken out, and the SHA-256 of that text in hex, as TiDB computes them. */
export interface Digest {
  normalized: string;
  digest: string;
}

export interface NormalizeOptions extends LexerOptions {
  /** Bindings match `IN (1)` and `IN (1, 2)` alike: a list of one literal is `( ... )` too. */
  binding?: boolean;
}

const PLAIN = 0;
/** `?` for one literal. */
const LITERAL = 1;
/** `...` for a list of them. */
const LIST = 2;
/** A position in ORDER BY or GROUP BY, kept as it is. */
const POSITION = 3;
/** An identifier or another operand, after which `-` is binary. */
const OPERAND = 4;

const LITERALS: ReadonlySet<Token> = new Set<Token>([
  'int',
  'decimal',
  'float',
  'string',
  'nstring',
  'hex',
  'bit',
  'NULL',
  '?',
]);

/** Words that TiDB's digest treats as identifiers: it reads statements without the words of window functions. */
const WINDOW_WORDS: ReadonlySet<Token> = new Set<Token>([
  'CUME_DIST',
  'DENSE_RANK',
  'FIRST_VALUE',
  'GROUPS',
  'LAG',
  'LAST_VALUE',
  'LEAD',
  'NTH_VALUE',
  'NTILE',
  'OVER',
  'PERCENT_RANK',
  'RANK',
  'ROWS',
  'ROW_NUMBER',
  'WINDOW',
]);

/** Built-in functions that are words of their own directly before `(`, beyond those in the keyword table. */
const FUNCTION_WORDS: ReadonlySet<string> = new Set(
  (
    'adddate bit_and bit_or bit_xor cast count curdate curtime date_add date_sub extract group_concat max mid min now ' +
    'position session_user std stddev stddev_pop stddev_samp subdate substr substring sum sysdate system_user trim ' +
    'variance var_pop var_samp json_arrayagg json_objectagg approx_count_distinct approx_percentile'
  ).split(' '),
);

/** The normalized text of a statement. Never throws: what follows a lexical error is left out. */
export function normalize(sql: string, options: NormalizeOptions = {}): string {
  return new Normalizer(sql, options).run();
}

export function normalizeDigest(sql: string, options: NormalizeOptions = {}): Digest {
  const normalized = normalize(sql, options);
  return { normalized, digest: digestOf(normalized) };
}

/** The digest of a normalized text. */
export function digestOf(normalized: string): string {
  return createHash('sha256').update(normalized).digest('hex');
}

class Normalizer {
  private readonly lexer: Lexer;
  private readonly binding: boolean;
  private readonly words: string[] = [];
  private readonly kinds: number[] = [];

  constructor(sql: string, options: NormalizeOptions) {
    this.lexer = new Lexer(sql, options);
    this.binding = options.binding === true;
  }

  run(): string {
    while (this.next()) this.token();
    if (this.words[this.words.length - 1] === ';') this.words.pop();
    return this.words.join(' ');
  }

  private next(): boolean {
    try {
      this.lexer.advance();
    } catch {
      return false;
    }
    return this.lexer.tok !== 'eof';
  }

  private push(word: string, kind: number): void {
    this.words.push(word);
    this.kinds.push(kind);
  }

  private pop(count: number): void {
    this.words.length -= count;
    this.kinds.length -= count;
  }

  private word(back: number): string {
    return this.words[this.words.length - back] ?? '';
  }

  private kind(back: number): number {
    return this.kinds[this.kinds.length - back] ?? PLAIN;
  }

  private token(): void {
    const { lexer } = this;
    const tok = lexer.tok;
    if (LITERALS.has(tok)) return this.literal();
    switch (tok) {
      case 'hint':
        return;
      case 'ident': {
        const name = lexer.text.toLowerCase();
        if (!lexer.quoted) {
          if (name.charCodeAt(0) === 95 && INTRODUCERS.has(name.slice(1)))
            return this.push('(_charset)', PLAIN);
          if (FUNCTION_WORDS.has(name) && lexer.source.charCodeAt(lexer.end) === 40) {
            return this.push(name, OPERAND);
          }
        }
        return this.push(`\`${name}\``, OPERAND);
      }
      case 'uservar':
        return this.push(`@${lexer.text.toLowerCase()}`, OPERAND);
      case 'sysvar':
        return this.push(`@@${lexer.text.toLowerCase()}`, OPERAND);
      case '*':
        // count(*) is count(?).
        if (this.word(1) === '(') return this.push('?', LITERAL);
        return this.push('*', OPERAND);
      case ')':
        return this.closeParenthesis();
      case 'STRAIGHT_JOIN':
        return this.push('join', PLAIN);
      case 'INDEX':
      case 'KEY': {
        const before = this.word(1);
        if (before === 'use' || before === 'force' || before === 'ignore') return this.indexHint();
        return this.push(tok.toLowerCase(), PLAIN);
      }
    }
    const text = lexer.source.slice(lexer.start, lexer.end).toLowerCase();
    if (WINDOW_WORDS.has(tok)) return this.push(`\`${text}\``, OPERAND);
    this.push(text, PLAIN);
  }

  /** USE | FORCE | IGNORE INDEX … ( … ): taken out. */
  private indexHint(): void {
    this.pop(1);
    while (this.next() && this.lexer.tok !== ')');
  }

  private literal(): void {
    const { lexer } = this;
    // A sign that is not between two operands belongs to the literal.
    const sign = this.word(1);
    if ((sign === '-' || sign === '+') && !this.isOperand(2)) this.pop(1);
    if (this.word(1) === ',' && (this.kind(2) === LITERAL || this.kind(2) === LIST)) {
      this.pop(2);
      return this.push('...', LIST);
    }
    if (lexer.tok === 'int' && this.inOrderOrGroupBy()) return this.push(lexer.text, POSITION);
    this.push('?', LITERAL);
  }

  private isOperand(back: number): boolean {
    return this.kind(back) !== PLAIN || this.word(back) === ')';
  }

  /** BY, then only positions, commas and parentheses up to here. */
  private inOrderOrGroupBy(): boolean {
    for (let back = 1; back <= this.words.length; back++) {
      const word = this.word(back);
      if (word === 'by') return true;
      if (this.kind(back) !== POSITION && word !== ',' && word !== '(') return false;
    }
    return false;
  }

  private closeParenthesis(): void {
    const list = this.kind(1) === LITERAL || this.kind(1) === LIST;
    if (list && this.word(2) === '(') {
      // VALUES (…), (…) and IN ((…), (…)): rows of literals become one.
      const rowsBefore =
        this.word(3) === ',' &&
        this.word(4) === ')' &&
        (this.kind(5) === LITERAL || this.kind(5) === LIST) &&
        this.word(6) === '(' &&
        this.isRowContext(7);
      if (rowsBefore) {
        this.pop(5);
        this.push('...', LIST);
      } else if (this.binding && this.kind(1) === LITERAL && this.word(3) === 'in') {
        this.pop(1);
        this.push('...', LIST);
      }
    }
    this.push(')', PLAIN);
  }

  private isRowContext(back: number): boolean {
    const word = this.word(back);
    return word === 'values' || word === 'value' || (word === '(' && this.word(back + 1) === 'in');
  }
}
