/** `near` is cut to this many characters, as TiDB does. */
const NEAR_LIMIT = 2048;

/**
 * A syntax error (MySQL's error 1064, SQLSTATE 42000). `message` is the whole text as TiDB gives it:
 * the column is that of the end of the offending token, `near` starts with that token.
 */
export class ParseError extends Error {
  override readonly name = 'ParseError';
  /** 1064, or 1149 or 1221 for what the grammar takes and its meaning refuses, or 1367. */
  errno = 1064;
  sqlState = '42000';

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

  /** Error 1149 (42000), which has no position in its text. */
  static meaningless(): ParseError {
    const error = new ParseError(0, 0, '');
    error.errno = 1149;
    error.message =
      'You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the ' +
      'right syntax to use';
    return error;
  }

  /** Error 1367: a literal beyond the range of DOUBLE. */
  static illegalDouble(text: string): ParseError {
    const error = new ParseError(0, 0, '');
    error.errno = 1367;
    error.sqlState = '22007';
    error.message = `Illegal double '${text.slice(0, 192)}' value found during parsing`;
    return error;
  }

  /** Error 1221: clauses that each are right but not together. */
  static wrongUsage(one: string, other: string): ParseError {
    const error = new ParseError(0, 0, '');
    error.errno = 1221;
    error.sqlState = 'HY000';
    error.message = `Incorrect usage of ${one} and ${other}`;
    return error;
  }

  /** The error at the token source[start, end). */
  static at(source: string, start: number, end: number, detail = ''): ParseError {
    let line = 1;
    let lineStart = 0;
    for (let i = source.indexOf('\n'); i >= 0 && i < end; i = source.indexOf('\n', i + 1)) {
      line++;
      lineStart = i + 1;
    }
    // TiDB counts the line feed as the first column of the line it begins.
    const column = line > 1 ? end - lineStart + 1 : end;
    return new ParseError(line, column, source.slice(start, start + NEAR_LIMIT), detail);
  }
}
