import { parse } from '../../parser/parser.js';
import type { Query } from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import { SqlMode } from '../../types/sql-mode.js';
import type { PlanContext } from '../plan-context.js';

const QUERIES: ReadonlySet<string> = new Set(['Select', 'SetOperation', 'Values', 'TableStmt']);

/** The query a view's text holds. */
export function parseQuery(text: string, ctx: PlanContext): Query {
  // View text is stored in the canonical form, which ANSI_QUOTES alone could misread.
  const [parsed] = parse(text, {
    ansiQuotes: false,
    pipesAsConcat: (ctx.eval.sqlMode & SqlMode.PipesAsConcat) !== 0,
  });
  if (parsed === undefined || !QUERIES.has(parsed.stmt.kind))
    throw mysqlError('ER_UNKNOWN_ERROR', 'view has no query');
  return parsed.stmt as Query;
}
