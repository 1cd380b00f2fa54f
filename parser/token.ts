import type { Keyword } from './keyword.js';

export type Punctuation =
  | '('
  | ')'
  | ','
  | ';'
  | '.'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '='
  | '<=>'
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '<<'
  | '>>'
  | '|'
  | '||'
  | '&'
  | '&&'
  | '^'
  | '~'
  | '!'
  | ':='
  | '->'
  | '->>'
  | '{'
  | '}'
  | '['
  | ']'
  | ':'
  | '@'
  | '?';

/**
 * What the lexer found. A keyword is its upper-case word, an operator itself, the rest lower-case names:
 * 'ident' any other word or a quoted identifier, 'uservar' @name, 'sysvar' @@name, 'hint' an optimizer hint comment.
 */
export type Token =
  | Keyword
  | Punctuation
  | 'ident'
  | 'string'
  | 'nstring'
  | 'int'
  | 'decimal'
  | 'float'
  | 'hex'
  | 'bit'
  | 'uservar'
  | 'sysvar'
  | 'hint'
  | 'eof';

/** The sql_mode flags that change how text is read. */
export interface LexerOptions {
  ansiQuotes?: boolean;
  pipesAsConcat?: boolean;
  noBackslashEscapes?: boolean;
  ignoreSpace?: boolean;
  highNotPrecedence?: boolean;
  realAsFloat?: boolean;
}
