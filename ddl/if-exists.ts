import type { MysqlError, SqlWarning } from '../types/error.js';

/** An error of something that is there, or is not: thrown, but for IF [NOT] EXISTS, which makes it a note. */
export function tolerate(
  ctx: { warn(warning: SqlWarning): void },
  error: MysqlError,
  ifClause: boolean,
): void {
  if (!ifClause) throw error;
  ctx.warn({ level: 'Note', code: error.code, message: error.message });
}
