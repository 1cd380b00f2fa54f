import { ERRORS, formatError, mysqlError } from '../types/error-table.js';
import type { ErrorSymbol } from '../types/error-table.js';
import type { MysqlError, SqlWarning } from '../types/error.js';
import type { ConvertContext } from '../types/convert-context.js';
import type { TimeZone } from '../types/timezone.js';
import { timeZone, UTC } from '../types/timezone.js';
import { SqlMode } from '../types/sql-mode.js';
import type { EvalContext } from './eval-context.js';
import type { Expression } from './expression.js';
import { rangeText } from './explain.js';

/** Warnings kept of one statement (TiDB and MySQL cap the list by max_error_count; the count goes on in the session). */
export const MAX_WARNINGS = 65536;

/**
 * What kernels see besides their arguments. Warnings are held back until the run succeeds, because a speculative run over
 * narrow numbers is repeated in exact form when a value does not fit.
 */
export class Runtime implements ConvertContext {
  private pending: SqlWarning[] | null = null;
  private zone: TimeZone | null = null;
  /** Of conversions: what only reads admits partial dates whatever NO_ZERO_IN_DATE says, so that MONTH('2008-00-00') is 0 (manual). */
  readonly sqlMode: number;
  readonly strict: boolean;
  readonly column = '';
  readonly row = 0;

  constructor(readonly ctx: EvalContext) {
    this.sqlMode = ctx.strictErrors ? ctx.sqlMode : ctx.sqlMode & ~SqlMode.NoZeroInDate;
    this.strict = ctx.strictErrors;
  }

  get timeZone(): TimeZone {
    if (this.zone === null) this.zone = timeZone(this.ctx.timeZone) ?? UTC;
    return this.zone;
  }

  nowMicros(): number {
    return this.ctx.nowMicros;
  }

  warning(symbol: ErrorSymbol, ...args: (string | number | bigint)[]): void {
    const e = ERRORS[symbol];
    this.warn({ level: 'Warning', code: e.code, message: formatError(e.format, args) });
  }

  warn(w: SqlWarning): void {
    if (this.pending === null) this.pending = [];
    if (this.pending.length < MAX_WARNINGS) this.pending.push(w);
  }

  /** A conversion problem: an error where values are assigned in strict mode, else a warning. */
  problem(symbol: ErrorSymbol, ...args: (string | number | bigint)[]): void {
    if (this.ctx.strictErrors) throw mysqlError(symbol, ...args);
    this.warning(symbol, ...args);
  }

  /** x / 0 (manual, ERROR_FOR_DIVISION_BY_ZERO). */
  divisionByZero(): void {
    if ((this.ctx.sqlMode & SqlMode.ErrorForDivisionByZero) === 0) return;
    this.problem('ER_DIVISION_BY_ZERO');
  }

  outOfRange(kind: string, e: Expression): never {
    throw mysqlError('ER_DATA_OUT_OF_RANGE', kind, rangeText(e));
  }

  reset(): void {
    this.pending = null;
  }

  flush(): void {
    const p = this.pending;
    if (p === null) return;
    this.pending = null;
    for (const w of p) this.ctx.warn(w);
  }

  /** A statement may turn an error of a kernel into a warning. */
  asWarning(e: MysqlError): void {
    this.warn({ level: 'Warning', code: e.code, message: e.message });
  }
}
