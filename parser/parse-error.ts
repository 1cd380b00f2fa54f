/** `near` is cut to this many characters, as TiDB does. */
const NEAR_LIMIT = 2048;

/**
 * A syntax error (MySQL's error 1064, SQLSTATE 42000). `message` is the whole text as TiDB gives it:
 * the column is that of the end of the offending token, `near` starts with that token.
 */
export class ParseError extends Error {
  override readonly name = 'ParseError';
  readonly errno = 1064;

  constructor(
    readonly line: number,
    readonly column: number,
    readonly near: string,
    readonly detail: string = '',
  ) {
    super(
      'You have an error in your SQL syntax; check the manual that corresponds to your TiDB version for the right ' +
        `syntax to use line ${line} column ${column} near "${near}"${detail} `,
    );
  }

  /** The error at the token source[start, end). */
  static at(source: string, start: number, end: number, detail = ''): ParseError {
    let line = 1;
    let lineStart = 0;
    for (let i = source.indexOf('\n'); i >= 0 && i < end; i = source.indexOf('\n', i + 1)) {
      line++;
      lineStart = i + 1;
    }
    return new ParseError(line, end - lineStart, source.slice(start, start + NEAR_LIMIT), detail);
  }
}
