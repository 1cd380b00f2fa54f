import type { ColumnRef, IntLiteral, Expr, ParseWarning, TableName } from '../ast/index.js';
import { Lexer, type LexerOptions, type Token } from '../lexer.js';

/**
 * How deep parentheses, subqueries and calls may nest. A level costs up to about 1 kB of stack here and again in
 * every later walk over the tree; real statements stay below a few dozen.
 */
export const MAX_DEPTH = 400;

/** A chain of left-associative operators is a tree as deep as it is long; longer ones are refused. */
export const MAX_CHAIN = 1500;

/** Thrown where reading gives way in the middle of a list: the statement is to be read again, which goes on there. */
export const PAUSED = new Error('reading a long list gives way');

/** How long a list is read at a time, ms, and after how many items the time is looked at. */
const SLICE_MS = 4;
const SLICE_ITEMS = 64;
/** What comes before a list is read again after each slice: no more characters than this. */
const MAX_REREAD = 1 << 14;

/** How far a long list has been read. */
interface ListRead {
  readonly items: unknown[];
  /** As many of `items` are those before `next`: reading that gave way within a later item has left more. */
  readonly count: number;
  readonly next: number;
  readonly lastEnd: number;
  readonly ended: boolean;
  readonly paramCount: number;
  readonly tableCount: number;
  readonly asOfTimes: readonly Expr[];
  readonly warnings: readonly ParseWarning[];
}

export interface ParseOptions extends LexerOptions {
  /** Takes DOUBLE(p) without a scale (tidb_enable_strict_double_type_check = OFF). */
  looseDouble?: boolean;
}

/** Hints belong behind the first word of a statement (warning 8066). */
const MISPLACED_HINT = 'Optimizer hint can only be followed by certain keywords like SELECT, INSERT, etc.';

/**
 * The words that every grammar file shares: matching tokens, names, simple literals and lists.
 * The grammar is a chain of classes, one file per concept, each knowing those below it.
 */
export abstract class TokenStream extends Lexer {
  protected paramCount = 0;
  protected tableCount = 0;
  protected asOfTimes: Expr[] = [];
  protected warnings: ParseWarning[] = [];

  protected readonly looseDouble: boolean;
  private depth = 0;
  /** Long lists of the statement by where they begin; null: reading never gives way. */
  private longLists: Map<number, ListRead> | null = null;
  private statementStart = 0;

  constructor(source: string, options: ParseOptions) {
    super(source, options);
    this.looseDouble = options.looseDouble === true;
  }

  protected override misplacedHint(): void {
    this.warnings.push({ code: 8066, message: MISPLACED_HINT });
  }

  at(tok: Token): boolean {
    return this.tok === tok;
  }

  /** Consumes the token if it is `tok`. */
  eat(tok: Token): boolean {
    if (this.tok !== tok) return false;
    this.advance();
    return true;
  }

  expect(tok: Token): void {
    if (this.tok !== tok) throw this.error();
    this.advance();
  }

  /** Consumes `first second`, or nothing. */
  eatPair(first: Token, second: Token): boolean {
    if (this.tok !== first) return false;
    const start = this.start;
    this.advance();
    if (this.eat(second)) return true;
    this.seek(start);
    return false;
  }

  /** The token after the current one. */
  peek(): Token {
    const start = this.start;
    const lastEnd = this.lastEnd;
    this.advance();
    const tok = this.tok;
    this.seek(start);
    this.lastEnd = lastEnd;
    return tok;
  }

  protected enter(): void {
    if (++this.depth > MAX_DEPTH) throw this.error();
  }

  protected leave(): void {
    this.depth--;
  }

  // Names

  /** The current token can be an identifier: a non-reserved word or a quoted one. */
  atIdent(): boolean {
    const tok = this.tok;
    if (tok === 'ident') return true;
    return !this.reserved && isWord(tok);
  }

  /** The current word's text, as written. */
  wordText(): string {
    return this.tok === 'ident' ? this.text : this.source.slice(this.start, this.end);
  }

  ident(): string {
    if (!this.atIdent()) throw this.error();
    const name = this.wordText();
    this.advance();
    return name;
  }

  /** An identifier after a dot, where the lexer gives any word as 'ident'. */
  identAfterDot(): string {
    if (this.tok !== 'ident') throw this.error();
    const name = this.text;
    this.advance();
    return name;
  }

  identOrString(): string {
    if (this.tok === 'string') return this.string();
    return this.ident();
  }

  /** A word of the current token, reserved or not, upper case; '' when it is not a word. */
  upperWord(): string {
    if (this.tok === 'ident') return this.quoted ? '' : this.text.toUpperCase();
    return isWord(this.tok) ? this.tok : '';
  }

  /** The current token is this word, whether or not it is in the keyword table. */
  atWord(word: string): boolean {
    return this.upperWord() === word;
  }

  eatWord(word: string): boolean {
    if (this.upperWord() !== word) return false;
    this.advance();
    return true;
  }

  expectWord(word: string): void {
    if (!this.eatWord(word)) throw this.error();
  }

  /** One of the words given, upper case. */
  oneOf<T extends string>(...words: readonly T[]): T {
    const word = this.upperWord();
    for (const candidate of words) {
      if (candidate === word) {
        this.advance();
        return candidate;
      }
    }
    throw this.error();
  }

  /** One of the words given, upper case, or null with nothing consumed. */
  eatOneOf<T extends string>(...words: readonly T[]): T | null {
    const word = this.upperWord();
    for (const candidate of words) {
      if (candidate === word) {
        this.advance();
        return candidate;
      }
    }
    return null;
  }

  /** In a statement of a binding, where `*.t` names t of any database. */
  protected inBinding = false;

  tableName(): TableName {
    if (this.inBinding && this.at('*')) {
      this.advance();
      this.expect('.');
      return { schema: '*', name: this.identAfterDot() };
    }
    if (this.eat('.')) {
      // `.t` is t of the current database.
      return { schema: null, name: this.identAfterDot() };
    }
    const name = this.ident();
    if (!this.eat('.')) return { schema: null, name };
    return { schema: name, name: this.identAfterDot() };
  }

  tableNames(): TableName[] {
    return this.list(() => this.tableName());
  }

  columnRef(): ColumnRef {
    const start = this.start;
    let schema: string | null = null;
    let table: string | null = null;
    let name = this.ident();
    if (this.eat('.')) {
      table = name;
      name = this.identAfterDot();
      if (this.eat('.')) {
        schema = table;
        table = name;
        name = this.identAfterDot();
      }
    }
    return { kind: 'ColumnRef', start, end: this.lastEnd, schema, table, name };
  }

  // Lists

  /** One or more items separated by commas. */
  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.eat(',')) items.push(item());
    return items;
  }

  /** From now on reading may end with PAUSED; `restart` comes next. */
  givesWay(): void {
    this.longLists = new Map();
    this.statementStart = this.start;
  }

  /** Goes back to where the statement begins. */
  restart(): void {
    this.depth = 0;
    this.inBinding = false;
    this.seek(this.statementStart);
  }

  /** The rest of a list that may be very long, behind its first items. */
  protected longRest<T>(items: T[], item: () => T): T[] {
    const { longLists } = this;
    if (longLists === null) {
      while (this.eat(',')) items.push(item());
      return items;
    }
    const at = this.start;
    const known = longLists.get(at);
    if (known !== undefined) {
      items = known.items as T[];
      items.length = known.count;
      this.resume(known);
      if (known.ended) return items;
    }
    const pauses = this.rereadBefore(at) <= MAX_REREAD;
    const until = performance.now() + SLICE_MS;
    const from = items.length;
    while (this.eat(',')) {
      items.push(item());
      if (pauses && items.length % SLICE_ITEMS === 0 && performance.now() > until) {
        this.noteRead(at, items, false);
        throw PAUSED;
      }
    }
    if (known !== undefined || items.length - from > SLICE_ITEMS) this.noteRead(at, items, true);
    return items;
  }

  private noteRead(at: number, items: unknown[], ended: boolean): void {
    const { start: next, lastEnd, paramCount, tableCount } = this;
    const [asOfTimes, warnings] = [[...this.asOfTimes], [...this.warnings]];
    const count = items.length;
    this.longLists!.set(at, {
      items,
      count,
      next,
      lastEnd,
      ended,
      paramCount,
      tableCount,
      asOfTimes,
      warnings,
    });
  }

  private resume(list: ListRead): void {
    this.seek(list.next);
    this.lastEnd = list.lastEnd;
    this.paramCount = list.paramCount;
    this.tableCount = list.tableCount;
    this.asOfTimes = [...list.asOfTimes];
    this.warnings = [...list.warnings];
  }

  /** Characters of the statement before `at` that are read again each time. */
  private rereadBefore(at: number): number {
    let n = at - this.statementStart;
    for (const [start, list] of this.longLists!) if (start < at) n -= list.next - start;
    return n;
  }

  parenList<T>(item: () => T): T[] {
    this.expect('(');
    const items = this.list(item);
    this.expect(')');
    return items;
  }

  identList(): string[] {
    return this.list(() => this.ident());
  }

  parenIdents(): string[] {
    return this.parenList(() => this.ident());
  }

  // Literals

  /** A string literal's value (adjacent literals are not joined here). */
  string(): string {
    if (this.tok !== 'string') throw this.error();
    const value = this.text;
    this.advance();
    return value;
  }

  /** A string, or a hex or bit literal read as bytes of text. */
  stringOrBytes(): string {
    const value = this.stringOrRawBytes();
    return typeof value === 'string' ? value : Buffer.from(value).toString('utf8');
  }

  /** A string, or the bytes of a hexadecimal or bit literal: which characters they are depends on where they go. */
  stringOrRawBytes(): string | Uint8Array {
    if (this.tok !== 'hex' && this.tok !== 'bit') return this.string();
    const bytes = this.tok === 'hex' ? hexBytes(this.text) : bitBytes(this.text);
    this.advance();
    return bytes;
  }

  /** An unsigned integer within 2^53. */
  integer(): number {
    if (this.tok !== 'int') throw this.error();
    const value = Number(this.text);
    if (!Number.isSafeInteger(value)) throw this.error();
    this.advance();
    return value;
  }

  /** An unsigned integer within 64 bits. */
  bigInteger(): number | bigint {
    if (this.tok !== 'int') throw this.error();
    const value = integerValue(this.text);
    if (value === null) throw this.error();
    this.advance();
    return value;
  }

  signedInteger(): number | bigint {
    const negative = this.eat('-');
    if (!negative) this.eat('+');
    const value = this.bigInteger();
    if (!negative) return value;
    return typeof value === 'number' ? -value : -value;
  }

  intLiteral(): IntLiteral {
    const start = this.start;
    const value = this.bigInteger();
    return { kind: 'IntLiteral', start, end: this.lastEnd, value };
  }

  paramMarker(): Expr {
    const start = this.start;
    this.expect('?');
    return { kind: 'ParamMarker', start, end: this.lastEnd, index: this.paramCount++ };
  }

  /** `[=]`, as table options take it. */
  eatEquals(): void {
    this.eat('=');
  }

  ifExists(): boolean {
    if (!this.eat('IF')) return false;
    this.expect('EXISTS');
    return true;
  }

  ifNotExists(): boolean {
    if (!this.eat('IF')) return false;
    this.expect('NOT');
    this.expect('EXISTS');
    return true;
  }

  /** A character set name: an identifier, a string, or the word BINARY. Lower case. */
  charsetName(): string {
    if (this.eat('BINARY')) return 'binary';
    return this.identOrString().toLowerCase();
  }

  /** A resource group: an identifier, or the word DEFAULT. */
  resourceGroupName(): string {
    return this.eat('DEFAULT') ? 'default' : this.ident();
  }

  collationName(): string {
    return this.charsetName();
  }

  /** CHARACTER SET, CHARSET or CHAR SET, consumed. */
  eatCharacterSet(): boolean {
    if (this.eat('CHARSET')) return true;
    return this.eatPair('CHARACTER', 'SET') || this.eatPair('CHAR', 'SET');
  }
}

/** Keywords are upper case; every other kind of token is punctuation or a lower-case name. */
function isWord(tok: Token): boolean {
  const c = tok.charCodeAt(0);
  return c >= 65 && c <= 90;
}

/** Up to 2^53-1 a number, up to 2^64-1 a bigint, above null. */
export function integerValue(text: string): number | bigint | null {
  if (text.length <= 15) {
    let value = 0;
    for (let i = 0; i < text.length; i++) value = value * 10 + text.charCodeAt(i) - 48;
    return value;
  }
  if (text.length > 20 && text.replace(/^0+/, '').length > 20) return null;
  const wide = BigInt(text);
  if (wide <= 9007199254740991n) return Number(wide);
  return wide <= 18446744073709551615n ? wide : null;
}

export function hexBytes(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

/** Big-endian, the first byte holding the odd bits. */
export function bitBytes(digits: string): Uint8Array {
  const size = (digits.length + 7) >> 3;
  const bytes = new Uint8Array(size);
  for (let i = 0; i < digits.length; i++) {
    if (digits.charCodeAt(digits.length - 1 - i) === 49) bytes[size - 1 - (i >> 3)]! |= 1 << (i & 7);
  }
  return bytes;
}
