import type { CheckConstraint, CreateTableStmt, Expr } from '../parser/ast/index.js';
import { stripParens } from '../parser/ast/index.js';
import type { CheckInfo, DbInfo, TableInfo } from '../catalog/model.js';
import { mysqlError } from '../types/error-table.js';
import type { DdlContext } from './ddl-context.js';
import { columnsRead, nameAsWritten, walk } from './expression-walk.js';
import { DISALLOWED } from './generated-column.js';

/** What a constraint is written as; `column` for one that is part of a column's definition. */
export interface CheckRequest extends Pick<CheckConstraint, 'name' | 'expr' | 'enforced'> {
  readonly column: string | null;
  /** It is added to a table that is there, where TiDB reports an unknown column as one of the expression. */
  readonly added?: true;
}

/** Whether constraints count; where they do not, one that is written is an entry of SHOW WARNINGS. */
export function checksAreOn(ctx: DdlContext): boolean {
  if (ctx.variable('tidb_enable_check_constraint') === 'ON') return true;
  ctx.warn({ level: 'Warning', code: 1105, message: 'the switch of check constraint is off' });
  return false;
}

/** The table with the constraints of a CREATE TABLE: those of the table first, then those of columns, in TiDB's order. */
export function withChecks(ctx: DdlContext, stmt: CreateTableStmt, db: DbInfo, bare: TableInfo): TableInfo {
  const requests: CheckRequest[] = [];
  for (const c of stmt.constraints) if (c.kind === 'Check') requests.push({ ...c, column: null });
  for (const def of stmt.columns)
    for (const o of def.options) if (o.kind === 'Check') requests.push({ ...o, column: def.name });
  const on = requests.filter(() => checksAreOn(ctx));
  let table = bare;
  // Names that are written come first, so that none that is made is in their way.
  const reserved = new Set(on.flatMap((r) => (r.name === null ? [] : [r.name.toLowerCase()])));
  for (const request of on) table = addCheck(ctx, db, table, request, reserved);
  return table;
}

/** The table with one more constraint. Throws 3812 … 3823. */
export function addCheck(
  ctx: DdlContext,
  db: DbInfo,
  table: TableInfo,
  request: CheckRequest,
  reserved: ReadonlySet<string> = new Set(),
): TableInfo {
  const checks = table.checks ?? [];
  const id = checks.reduce((n, c) => Math.max(n, c.id), 0) + 1;
  const taken = takenNames(ctx, db, table);
  const name = request.name ?? freshName(table.name, taken, reserved);
  if ([...name].length > 64) throw mysqlError('ER_TOO_LONG_IDENT', name);
  if (taken.has(name.toLowerCase())) throw mysqlError('ER_CHECK_CONSTRAINT_DUP_NAME', name);
  const columns = checkedColumns(name, request, table);
  checkExpressionOf(ctx, name, request.expr, table);
  const check: CheckInfo = {
    id,
    name,
    expr: ctx.restore(stripParens(request.expr)),
    columns,
    enforced: request.enforced,
    inColumn: request.column !== null,
  };
  return { ...table, checks: [...checks, check] };
}

/** Names of the database's constraints, in lower case: each is there once. */
function takenNames(ctx: DdlContext, db: DbInfo, table: TableInfo): Set<string> {
  const names = new Set((table.checks ?? []).map((c) => c.name.toLowerCase()));
  for (const other of ctx.schema().tables(db.name)) {
    if (other.lower === table.lower) continue;
    for (const c of other.checks ?? []) names.add(c.name.toLowerCase());
  }
  return names;
}

function freshName(table: string, taken: ReadonlySet<string>, reserved: ReadonlySet<string>): string {
  for (let n = 1; ; n++) {
    const name = `${table}_chk_${n}`;
    if (!taken.has(name.toLowerCase()) && !reserved.has(name.toLowerCase())) return name;
  }
}

/** The columns that the condition reads. Throws 3820, 3818, 3813, 3823. */
function checkedColumns(name: string, request: CheckRequest, table: TableInfo): string[] {
  const names: string[] = [];
  for (const lower of columnsRead(request.expr)) {
    const column = table.columns.find((c) => c.lower === lower && !c.hidden);
    if (column === undefined) {
      const written = nameAsWritten(request.expr, lower);
      throw request.added === true
        ? mysqlError('ER_BAD_FIELD_ERROR', written, `check constraint ${name} expression`)
        : mysqlError('ER_CHECK_CONSTRAINT_REFERS_UNKNOWN_COLUMN', name, written);
    }
    if (request.column !== null && lower !== request.column.toLowerCase())
      throw mysqlError('ER_COLUMN_CHECK_CONSTRAINT_REFERENCES_OTHER_COLUMN', name);
    if (column.autoIncrement) throw mysqlError('ER_CHECK_CONSTRAINT_REFERS_AUTO_INCREMENT_COLUMN', name);
    if (!names.includes(column.name)) names.push(column.name);
  }
  const changes = (action: string | null): boolean => action === 'CASCADE' || action === 'SET NULL';
  for (const key of table.foreignKeys ?? []) {
    if (!changes(key.onUpdate) && key.onDelete !== 'SET NULL') continue;
    const column = key.columns.find((c) => names.some((n) => n.toLowerCase() === c.toLowerCase()));
    if (column !== undefined)
      throw mysqlError('ER_CHECK_CONSTRAINT_CLAUSE_USING_FK_REFER_ACTION_COLUMN', column, name, key.name);
  }
  return names;
}

const SUBQUERIES: ReadonlySet<string> = new Set(['Subquery', 'Exists', 'InSubquery', 'Quantified']);

/** Throws 3812, 3814, 3815, 3816 and the errors of types. */
function checkExpressionOf(ctx: DdlContext, name: string, expr: Expr, table: TableInfo): void {
  walk(expr, (n) => {
    if (n.kind === 'UserVariable' || n.kind === 'UserVariableAssign' || n.kind === 'SystemVariable')
      throw mysqlError('ER_CHECK_CONSTRAINT_VARIABLES', name);
    if (SUBQUERIES.has(n.kind) || n.kind === 'WindowCall' || n.kind === 'ParamMarker')
      throw mysqlError('ER_CHECK_CONSTRAINT_FUNCTION_IS_NOT_ALLOWED', name);
    if (n.kind === 'DefaultExpr' || n.kind === 'ValuesExpr') {
      const called = n.kind === 'ValuesExpr' ? 'values' : 'default';
      throw mysqlError('ER_CHECK_CONSTRAINT_NAMED_FUNCTION_IS_NOT_ALLOWED', name, called);
    }
    if (n.kind === 'AggregateCall') throw mysqlError('ER_INVALID_GROUP_FUNC_USE');
    if (n.kind !== 'FuncCall') return;
    const called = (n as Extract<Expr, { kind: 'FuncCall' }>).name.toLowerCase();
    if (DISALLOWED.has(called))
      throw mysqlError('ER_CHECK_CONSTRAINT_NAMED_FUNCTION_IS_NOT_ALLOWED', name, called);
  });
  if (!isBoolean(expr)) throw mysqlError('ER_NON_BOOLEAN_EXPR_FOR_CHECK_CONSTRAINT', name);
  ctx.expressionType(expr, table.columns);
}

const BOOLEAN_NODES: ReadonlySet<string> = new Set([
  'BoolLiteral',
  'IsNull',
  'IsTruth',
  'InList',
  'Between',
  'Like',
  'Regexp',
]);
const BOOLEAN_OPERATORS: ReadonlySet<string> = new Set([
  '=',
  '<=>',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'AND',
  'OR',
  'XOR',
]);
const BOOLEAN_FUNCTIONS: ReadonlySet<string> = new Set([
  'isnull',
  'json_contains',
  'json_contains_path',
  'json_memberof',
  'json_overlaps',
  'json_schema_valid',
  'json_valid',
  'regexp_like',
  'strcmp',
  'is_ipv4',
  'is_ipv6',
  'is_uuid',
]);

/** Whether the expression is a condition by its form (MySQL: Item::is_bool_func). */
function isBoolean(given: Expr): boolean {
  const expr = stripParens(given);
  if (BOOLEAN_NODES.has(expr.kind)) return true;
  if (expr.kind === 'Binary') return BOOLEAN_OPERATORS.has(expr.op);
  if (expr.kind === 'Unary') return expr.op === 'NOT' || expr.op === '!';
  return expr.kind === 'FuncCall' && BOOLEAN_FUNCTIONS.has(expr.name.toLowerCase());
}

/**
 * Names made of the table's name follow it when it is called otherwise; a copy (`all`) has names of its own for all its
 * constraints, since a name is there once.
 */
export function renamedChecks(
  checks: readonly CheckInfo[],
  from: string,
  to: string,
  all: boolean,
): CheckInfo[] {
  let n = 0;
  return checks.map((c) => {
    if (all) return { ...c, name: `${to}_chk_${++n}` };
    const made = c.name.toLowerCase().startsWith(`${from.toLowerCase()}_chk_`)
      ? /^_chk_\d+$/.exec(c.name.slice(from.length))
      : null;
    return made === null ? c : { ...c, name: `${to}${made[0]}` };
  });
}
