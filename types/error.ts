/**
 * An error a client sees: MySQL's number, SQLSTATE and text. Built from the one table by `mysqlError`
 * (error-table.ts); everything else that reaches the session is an internal error and becomes 1105 (HY000).
 */
export class MysqlError extends Error {
  constructor(
    /** MySQL or TiDB error number, e.g. 1062. */
    readonly code: number,
    /** Five characters, e.g. '23000'. */
    readonly sqlState: string,
    message: string,
  ) {
    // Statements make them by the hundred thousand (INSERT IGNORE's warnings), and where they were made is of no use to whoever is told.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'MysqlError';
  }
}

/** Level of an entry of SHOW WARNINGS. */
export type WarningLevel = 'Note' | 'Warning' | 'Error';

export interface SqlWarning {
  readonly level: WarningLevel;
  readonly code: number;
  readonly message: string;
  /** Given by SIGNAL; without it that of the number. */
  readonly sqlState?: string;
}
