import type { InfoSchema, TableInfo } from '../catalog/model.js';
import { isVirtual } from '../catalog/table-layout.js';
import type {
  DeleteStmt,
  InsertStmt,
  Query,
  SelectStmt,
  TableName,
  TableRef,
  UpdateStmt,
} from '../parser/ast/index.js';
import { TypeCode } from '../types/field-type.js';
import type { Settings } from './plan-cache-reasons.js';
import { firstOf } from './plan-cache-reasons.js';

export type Plannable = Query | InsertStmt | UpdateStmt | DeleteStmt;
type Node = Readonly<Record<string, unknown>>;

const MAX_CONSTANTS = 200;
const MAX_TABLES = 2;
const SUBQUERIES = 'queries that have sub-queries are not supported';
const SYSTEM_SCHEMAS: ReadonlySet<string> = new Set([
  'mysql',
  'information_schema',
  'performance_schema',
  'metrics_schema',
  'sys',
]);
/** Types whose values in conditions are looked at while planning. */
const OPAQUE_TYPES: ReadonlySet<TypeCode> = new Set([
  TypeCode.Json,
  TypeCode.Enum,
  TypeCode.Set,
  TypeCode.Bit,
]);
/** Functions that ask for what is not in the statement. */
const SESSION_FUNCTIONS: ReadonlySet<string> = new Set([
  'database',
  'schema',
  'current_user',
  'current_role',
  'current_resource_group',
  'mysql_query_attribute_string',
  'user',
  'session_user',
  'system_user',
  'connection_id',
  'last_insert_id',
  'row_count',
  'found_rows',
  'version',
  'tidb_version',
  'like',
  'nextval',
  'lastval',
  'setval',
  'getvar',
  'setvar',
  'json_memberof',
]);
/** Expressions that TiDB's cache for texts does not look into. */
const UNKNOWN_EXPRESSIONS: ReadonlySet<string> = new Set([
  'Unary',
  'Like',
  'Regexp',
  'Case',
  'IsNull',
  'IsTruth',
  'Cast',
  'ConvertUsing',
  'Collate',
  'Match',
  'JsonValue',
  'WindowCall',
  'UserVariable',
  'UserVariableAssign',
  'SystemVariable',
  'TrimDirection',
  'DefaultExpr',
  'ValuesExpr',
  'TableNameExpr',
]);
const CONSTANTS: ReadonlySet<string> = new Set([
  'ParamMarker',
  'IntLiteral',
  'DecimalLiteral',
  'FloatLiteral',
  'StringLiteral',
  'HexLiteral',
  'BitLiteral',
  'BoolLiteral',
  'TemporalLiteral',
]);

/**
 * Why TiDB keeps no plan of a statement that was not prepared, in TiDB's words (`skip non-prepared plan-cache: …`); null when it
 * does. Our own plans of texts are kept by other rules: this is what a client is told of.
 */
export function textPlanReason(
  stmt: Plannable,
  settings: Settings,
  schema: InfoSchema,
  database: string,
): string | null {
  const locking = stmt.kind === 'Select' && stmt.lock !== null;
  if (
    settings.get('tidb_enable_non_prepared_plan_cache_for_dml') !== 'ON' &&
    (stmt.kind !== 'Select' || locking)
  )
    return 'not a SELECT statement';
  const tables: TableName[] = [];
  const shape = shapeReason(stmt, settings, tables);
  if (shape !== null) return shape;
  const found: TableInfo[] = [];
  for (const t of tables) {
    const reason = tableReason(t, schema, database, found);
    if (reason !== null) return reason;
  }
  return new Walk(found).reasonOf(stmt);
}

/** What the outline of a statement tells; tables that it names are gathered. */
function shapeReason(stmt: Plannable, settings: Settings, tables: TableName[]): string | null {
  switch (stmt.kind) {
    case 'Select':
      return selectReason(stmt, settings, tables);
    case 'Insert':
      if (stmt.hints.length > 0) return 'not support insert statement with table hints';
      if (stmt.rows !== null && stmt.rows.length * (stmt.rows[0]?.length ?? 0) > MAX_CONSTANTS)
        return 'too many values in the insert statement';
      tables.push(stmt.table);
      if (stmt.query === null) return null;
      return stmt.query.kind === 'Select'
        ? selectReason(stmt.query, settings, tables)
        : 'not a select statement';
    case 'Update':
      if (stmt.hints.length > 0) return 'not support update statement with table hints';
      if (stmt.from.kind !== 'Table') return 'not support multiple tables update statements';
      return tableRefReason(stmt.from, tables);
    case 'Delete':
      if (stmt.hints.length > 0) return 'not support insert statement with table hints';
      if (stmt.targets !== null) return 'not support multiple tables delete statements';
      return tableRefReason(stmt.from, tables);
    default:
      return 'not a SELECT/UPDATE/INSERT/DELETE/SET statement';
  }
}

function selectReason(stmt: SelectStmt, settings: Settings, tables: TableName[]): string | null {
  if (
    stmt.having !== null ||
    stmt.windows.length > 0 ||
    stmt.into !== null ||
    (stmt.limit !== null && settings.get('tidb_enable_plan_cache_for_param_limit') !== 'ON')
  )
    return 'queries that have hints, having-clause, window-function are not supported';
  if (stmt.from === null || stmt.with !== null) return SUBQUERIES;
  return tableRefReason(stmt.from, tables);
}

function tableRefReason(ref: TableRef, tables: TableName[]): string | null {
  if (ref.kind === 'Join') return tableRefReason(ref.left, tables) ?? tableRefReason(ref.right, tables);
  if (ref.kind !== 'Table') return SUBQUERIES;
  tables.push(ref.table);
  return tables.length > MAX_TABLES ? 'queries that have more than 2 tables are not supported' : null;
}

function tableReason(
  name: TableName,
  schema: InfoSchema,
  database: string,
  found: TableInfo[],
): string | null {
  const db = name.schema ?? database;
  if (SYSTEM_SCHEMAS.has(db.toLowerCase())) return 'access tables in system schema';
  const table = schema.table(db, name.name);
  if (table === null) return 'table cannot be found in schema';
  if (table.temporary !== undefined) return 'queries that access temporary tables are not supported';
  if (table.view !== undefined) return 'queries that access views are not supported';
  if (table.virtual === true) return 'queries that access in-memory tables';
  if (table.columns.some((c) => isVirtual(c) && !c.hidden))
    return 'queries that have generated columns are not supported';
  found.push(table);
  return null;
}

/** A walk over the parts of a statement. */
class Walk {
  private constants = 0;

  constructor(private readonly tables: readonly TableInfo[]) {}

  reasonOf(node: unknown, inFilter = false): string | null {
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return null;
    if (Array.isArray(node)) return firstOf(node, (x) => this.reasonOf(x, inFilter));
    const n = node as Node;
    const own = this.ownReason(n, inFilter);
    if (own !== null) return own;
    for (const key in n) {
      if (key === 'hints') continue;
      // A condition at the top of WHERE or ON, and comparisons wherever they are, filter by their columns.
      const filters = inFilter || key === 'where' || key === 'on';
      const reason = this.reasonOf(n[key], filters);
      if (reason !== null) return reason;
    }
    return null;
  }

  private ownReason(n: Node, inFilter: boolean): string | null {
    const { kind } = n;
    if (Array.isArray(n['orderBy']) && !onlyColumns(n['orderBy'])) return "only support order by {columns}'";
    const groupBy = n['groupBy'] as Node | null | undefined;
    if (groupBy !== null && groupBy !== undefined && !onlyColumns(groupBy['items']))
      return "only support group by {columns}'";
    if (typeof kind !== 'string') return null;
    switch (kind) {
      case 'NullLiteral':
        return 'query has null constants';
      case 'Subquery':
      case 'Exists':
      case 'InSubquery':
      case 'Quantified':
      case 'Derived':
        return SUBQUERIES;
      case 'FuncCall':
        return SESSION_FUNCTIONS.has((n['name'] as string).toLowerCase())
          ? 'query has un-cacheable functions'
          : null;
      case 'ColumnRef':
        return inFilter ? this.columnReason(n['name'] as string) : null;
      default:
    }
    if (CONSTANTS.has(kind))
      return ++this.constants > MAX_CONSTANTS ? 'query has more than 200 constants' : null;
    return UNKNOWN_EXPRESSIONS.has(kind) ? 'query has some unsupported Node' : null;
  }

  private columnReason(name: string): string | null {
    const lower = name.toLowerCase();
    for (const t of this.tables) {
      const column = t.columns.find((c) => c.lower === lower);
      if (column !== undefined)
        return OPAQUE_TYPES.has(column.type.tp)
          ? 'query has some filters with JSON, Enum, Set or Bit columns'
          : null;
    }
    return 'some column is not found in table schema';
  }
}

const onlyColumns = (items: unknown): boolean =>
  !Array.isArray(items) ||
  items.every((i) => ((i as Node)['expr'] as Node | undefined)?.['kind'] === 'ColumnRef');
