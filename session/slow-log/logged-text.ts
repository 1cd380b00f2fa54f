import { Lexer } from '../../parser/lexer.js';
import { normalizeDigest } from '../../parser/digest.js';
import type { Session } from '../session.js';
import type { StatementContext } from '../statement-context.js';
import { secureText } from '../summary/secure-text.js';

const LITERALS: ReadonlySet<string> = new Set(['int', 'decimal', 'float', 'string', 'nstring', 'hex', 'bit']);

/** The text with each literal between `‹` and `›`; those within are doubled (TiDB docs, "tidb_redact_log"). */
export function marked(text: string): string {
  const lexer = new Lexer(text, {});
  let out = '';
  let at = 0;
  try {
    for (lexer.advance(); lexer.tok !== 'eof'; lexer.advance()) {
      if (!LITERALS.has(lexer.tok)) continue;
      const literal = text.slice(lexer.start, lexer.end).replace(/[‹›]/g, '$&$&');
      out += `${text.slice(at, lexer.start)}‹${literal}›`;
      at = lexer.end;
    }
  } catch {
    // What cannot be read to its end may be a literal all the way.
    return `${out}‹${text.slice(at).replace(/[‹›]/g, '$&$&')}›`;
  }
  return out + text.slice(at);
}

/** A statement's text as logs may show it: no passwords, tidb_redact_log, tidb_query_log_max_len, one line. */
export function loggedText(session: Session, statement: StatementContext): string {
  const { globals } = session.engine;
  const { stmt } = statement;
  let text = (stmt === null ? null : secureText(stmt)) ?? statement.text;
  const redact = session.vars.get('tidb_redact_log');
  if (redact === 'ON') text = normalizeDigest(text).normalized;
  else if (redact === 'MARKER') text = marked(text);
  const most = Number(globals.get('tidb_query_log_max_len'));
  if (text.length > most) text = `${text.slice(0, most)}(len:${text.length})`;
  return text.replace(/[\r\n\t]/g, ' ');
}
