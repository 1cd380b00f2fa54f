import { charset as findCharset, convertCharset, UTF8MB4 } from '../types/charset.js';
import { SqlMode } from '../types/sql-mode.js';
import type { ParseOptions } from '../parser/parser.js';

/** A statement's text from the wire as the parser reads it: in utf8mb4, whatever character_set_client says. */
export function statementBytes(sql: Uint8Array, clientCharset: string): Uint8Array {
  if (
    clientCharset === 'utf8mb4' ||
    clientCharset === 'utf8' ||
    clientCharset === 'utf8mb3' ||
    clientCharset === 'binary'
  )
    return sql;
  const from = findCharset(clientCharset);
  return from === undefined ? sql : convertCharset(sql, from, UTF8MB4);
}

/** The parser's options that sql_mode implies. */
export function parseOptions(sqlMode: number): ParseOptions {
  const has = (flag: number): boolean => (sqlMode & flag) !== 0;
  return {
    ansiQuotes: has(SqlMode.AnsiQuotes),
    pipesAsConcat: has(SqlMode.PipesAsConcat),
    noBackslashEscapes: has(SqlMode.NoBackslashEscapes),
    ignoreSpace: has(SqlMode.IgnoreSpace),
    highNotPrecedence: has(SqlMode.HighNotPrecedence),
    realAsFloat: has(SqlMode.RealAsFloat),
  };
}

/** A text as a literal of the statements that the server runs itself. */
export const sqlString = (s: string): string => `'${s.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
