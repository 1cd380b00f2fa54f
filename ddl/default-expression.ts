import type { Expr } from '../parser/ast/index.js';
import { stripParens } from '../parser/ast/index.js';
import { mysqlError } from '../types/error-table.js';

/** DEFAULT (expr): which function calls may stand there, as TiDB has it ("Default Values"). */

/** Formats that DATE_FORMAT(NOW(), format) may have. */
const DATE_FORMATS: ReadonlySet<string> = new Set([
  '%Y-%m',
  '%Y-%m-%d',
  '%Y-%m-%d %H.%i.%s',
  '%Y-%m-%d %H:%i:%s',
  '%b %d %Y %h:%i:%s',
]);

/** Functions whose value would have to be made for each row that there is already: not for ADD COLUMN. */
const NOT_FOR_OLD_ROWS: ReadonlySet<string> = new Set([
  'json_array',
  'json_object',
  'json_quote',
  'rand',
  'replace',
  'upper',
  'uuid',
  'uuid_to_bin',
]);

const isCall = (e: Expr | undefined, name: string): e is Extract<Expr, { kind: 'FuncCall' }> =>
  e !== undefined && e.kind === 'FuncCall' && e.name.toLowerCase() === name;

const argument = (e: Extract<Expr, { kind: 'FuncCall' }>, i: number): Expr | undefined =>
  e.args[i] === undefined ? undefined : stripParens(e.args[i]);

const literalText = (e: Expr | undefined): string | null => (e?.kind === 'StringLiteral' ? e.value : null);

/** Throws 3770 for calls that TiDB gives no default. */
export function checkDefaultCall(expr: Expr, column: string): void {
  if (expr.kind !== 'FuncCall') return;
  const name = expr.name.toLowerCase();
  const refuse = (what: string): never => {
    throw mysqlError('ER_DEFAULT_VAL_GENERATED_FUNCTION_IS_NOT_ALLOWED', column, what);
  };
  switch (name) {
    case 'date_format': {
      const format = literalText(argument(expr, 1));
      if (format === null || !DATE_FORMATS.has(format)) refuse(`KindString ${format ?? ''}`);
      if (!isCall(argument(expr, 0), 'now')) refuse('date_format with disallowed args');
      return;
    }
    case 'replace': {
      const from = argument(expr, 0);
      const upper = from?.kind === 'ConvertUsing' ? stripParens(from.expr) : from;
      if (!isCall(upper, 'upper') || !isCall(argument(upper, 0), 'uuid'))
        refuse(`${expr.name} with disallowed args`);
      return;
    }
    case 'upper': {
      const part = argument(expr, 0);
      if (!isCall(part, 'substring_index') || !isCall(argument(part, 0), 'user'))
        return refuse(`${expr.name} with disallowed args`);
      const separator = literalText(argument(part, 1));
      if (separator !== '@') refuse(`KindString ${separator ?? ''}`);
      return;
    }
    case 'str_to_date':
      if (literalText(argument(expr, 0)) === null || literalText(argument(expr, 1)) === null)
        refuse('str_to_date with disallowed args');
      return;
    case 'substring_index':
      refuse('substring_index');
  }
}

/** Throws 1674 for a default of a new column that rows there are already cannot take. */
export function checkForOldRows(expr: Expr): void {
  const inner = stripParens(expr);
  if (inner.kind === 'FuncCall' && NOT_FOR_OLD_ROWS.has(inner.name.toLowerCase()))
    throw mysqlError('ER_BINLOG_UNSAFE_SYSTEM_FUNCTION');
}
