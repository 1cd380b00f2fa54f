import type { Expr, ParsedStatement } from './ast/index.js';
import { StatementGrammar } from './grammar/statement.js';
import { PAUSED, type ParseOptions } from './grammar/token-stream.js';

export { ParseError } from './parse-error.js';
export type { ParseOptions } from './grammar/token-stream.js';
export type { ParsedStatement, Statement } from './ast/index.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The statements of a source, in order; empty for blanks and comments alone. A source of bytes is UTF-8; where it is
 * not valid, string literals keep their bytes (`StringLiteral.bytes`).
 *
 * Throws ParseError and nothing else. With several statements use `statements`, which lets those before a faulty one run.
 */
export function parse(sql: string | Uint8Array, options: ParseOptions = {}): ParsedStatement[] {
  return [...statements(sql, options)];
}

/** One statement at a time: a syntax error in a later one is thrown only when it is asked for. */
export function* statements(
  sql: string | Uint8Array,
  options: ParseOptions = {},
): Generator<ParsedStatement, void> {
  const grammar = open(sql, options);
  guarded(grammar, () => grammar.advance());
  for (;;) {
    const parsed = guarded(grammar, () => grammar.next());
    if (parsed === null) return;
    yield parsed;
  }
}

/** The same as `parse`, in steps of some milliseconds where lists of a statement are long. */
export function* parseInSteps(
  sql: string | Uint8Array,
  options: ParseOptions = {},
): Generator<void, ParsedStatement[]> {
  const grammar = open(sql, options);
  guarded(grammar, () => grammar.advance());
  const out: ParsedStatement[] = [];
  for (;;) {
    grammar.givesWay();
    const parsed = yield* inSteps(grammar);
    if (parsed === null) return out;
    out.push(parsed);
  }
}

function* inSteps(grammar: StatementGrammar): Generator<void, ParsedStatement | null> {
  for (;;) {
    try {
      return guarded(grammar, () => grammar.next());
    } catch (error) {
      if (error !== PAUSED) throw error;
    }
    yield;
    grammar.restart();
  }
}

/** Exactly one statement (a semicolon may end it). */
export function parseOne(sql: string | Uint8Array, options: ParseOptions = {}): ParsedStatement {
  const grammar = open(sql, options);
  return guarded(grammar, () => {
    grammar.advance();
    const parsed = grammar.next();
    if (parsed === null) throw grammar.error();
    while (grammar.eat(';'));
    if (!grammar.at('eof')) throw grammar.error();
    return parsed;
  });
}

/** An expression alone, as the catalog keeps those of generated columns, defaults and checks. */
export function parseExpression(sql: string, options: ParseOptions = {}): Expr {
  const grammar = open(sql, options);
  return guarded(grammar, () => {
    grammar.advance();
    return grammar.expressionOnly();
  });
}

function open(sql: string | Uint8Array, options: ParseOptions): StatementGrammar {
  if (typeof sql === 'string') return new StatementGrammar(sql, options);
  try {
    return new StatementGrammar(utf8.decode(sql), options);
  } catch {
    const source = Buffer.from(sql.buffer, sql.byteOffset, sql.byteLength).toString('latin1');
    const grammar = new StatementGrammar(source, options);
    grammar.setBinarySource();
    return grammar;
  }
}

/** An overflowing stack (which the depth limit should prevent) is a syntax error too. */
function guarded<T>(grammar: StatementGrammar, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw grammar.error();
    throw error;
  }
}
