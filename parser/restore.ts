import type { Expr, Query, Statement } from './ast/index.js';
import { StatementWriter } from './restore/admin.js';
import type { RestoreOptions } from './restore/writer.js';

export type { RestoreOptions } from './restore/writer.js';
export { quoteName, quoteString } from './restore/writer.js';

/** How TiDB keeps a view's query: `_UTF8MB4` before strings, no blanks around operators. */
export const VIEW_STYLE: RestoreOptions = { stringCharset: 'utf8mb4' };

/** How TiDB shows generated columns, expression defaults, expression indexes and checks. */
export const DEFINITION_STYLE: RestoreOptions = {
  lowercase: true,
  spaces: true,
  stringCharset: 'utf8mb4',
  bareColumns: true,
};

/** A statement as SQL text that parses to an equal tree (positions and kept source texts aside). */
export function restore(stmt: Statement, options: RestoreOptions = {}): string {
  return new StatementWriter(options).statement(stmt).text;
}

export function restoreQuery(query: Query, options: RestoreOptions = {}): string {
  return new StatementWriter(options).query(query).text;
}

export function restoreExpr(expr: Expr, options: RestoreOptions = {}): string {
  return new StatementWriter(options).expr(expr).text;
}
