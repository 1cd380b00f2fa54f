import type { Charset } from './charset.js';
import type { ErrorSymbol } from './error-table.js';
import { mysqlError } from './error-table.js';
import type { SqlWarning, WarningLevel } from './error.js';
import { DEFAULT_SQL_MODE } from './sql-mode.js';
import type { TimeZone } from './timezone.js';
import { UTC } from './timezone.js';

/** What a conversion needs to know of the statement. Sessions implement it; one object serves a whole statement. */
export interface ConvertContext {
  readonly sqlMode: number;
  /**
   * Problems are errors: a strict sql_mode in a statement that changes data, without IGNORE. False in SELECT, where they
   * are warnings.
   */
  readonly strict: boolean;
  readonly timeZone: TimeZone;
  /** Column being assigned, for messages; '' in an expression. */
  readonly column: string;
  /** Row being assigned, from 1. */
  readonly row: number;
  /** The statement is an UPDATE: messages of wrong times do not name the column, as in TiDB. */
  readonly updating?: boolean;
  warn(warning: SqlWarning): void;
  /** Whether bytes that are no text of the charset are stored all the same (tidb_skip_utf8_check and its kin). */
  takesBytes?(charset: Charset, bytes: Uint8Array): boolean;
  /** Start of the statement, microseconds since the epoch (UTC). */
  nowMicros(): number;
}

/** A context of its own, for constants, tests and tools. Collects warnings. */
export class PlainConvertContext implements ConvertContext {
  readonly warnings: SqlWarning[] = [];
  column = '';
  row = 1;

  constructor(
    readonly sqlMode: number = DEFAULT_SQL_MODE,
    readonly strict = false,
    readonly timeZone: TimeZone = UTC,
    private readonly now: () => number = () => Date.now() * 1000,
  ) {}

  warn(w: SqlWarning): void {
    this.warnings.push(w);
  }

  nowMicros(): number {
    return this.now();
  }
}

/** An error where the context is strict, else a warning. */
export function report(
  ctx: ConvertContext,
  symbol: ErrorSymbol,
  ...args: (string | number | bigint)[]
): void {
  const e = mysqlError(symbol, ...args);
  if (ctx.strict) throw e;
  ctx.warn({ level: 'Warning', code: e.code, message: e.message });
}

/** A warning or note even where the context is strict. */
export function warn(
  ctx: ConvertContext,
  level: WarningLevel,
  symbol: ErrorSymbol,
  ...args: (string | number | bigint)[]
): void {
  const e = mysqlError(symbol, ...args);
  ctx.warn({ level, code: e.code, message: e.message });
}
