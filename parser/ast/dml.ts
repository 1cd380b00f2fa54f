import type { ColumnRef, Expr, UserVariable } from './expression.js';
import type { Hint } from './hint.js';
import type {
  FieldsClause,
  Limit,
  LinesClause,
  OrderItem,
  Query,
  TableName,
  TableRef,
  WithClause,
} from './select.js';

export type Priority = 'LOW_PRIORITY' | 'HIGH_PRIORITY' | 'DELAYED';

export interface Assignment {
  column: ColumnRef;
  value: Expr;
}

/**
 * INSERT and REPLACE. Exactly one of `rows` (VALUES and SET) and `query` (SELECT, TABLE) is not null.
 * In a VALUES row an omitted value is DEFAULT; `VALUES ()` is an empty row. INSERT … SET a = 1 has `setForm`,
 * with columns and one row.
 */
export interface InsertStmt {
  kind: 'Insert';
  replace: boolean;
  priority: Priority | null;
  ignore: boolean;
  hints: Hint[];
  table: TableName;
  partitions: string[];
  /** null: no list was written. */
  columns: ColumnRef[] | null;
  setForm: boolean;
  rows: Expr[][] | null;
  query: Query | null;
  /** VALUES … AS alias [(col, …)]. */
  rowAlias: { name: string; columns: string[] | null } | null;
  onDuplicate: Assignment[] | null;
}

/** Single-table: `from` is a TableSource. ORDER BY and LIMIT are of single-table form (parsed for both). */
export interface UpdateStmt {
  kind: 'Update';
  with: WithClause | null;
  hints: Hint[];
  priority: Priority | null;
  ignore: boolean;
  from: TableRef;
  set: Assignment[];
  where: Expr | null;
  orderBy: OrderItem[] | null;
  limit: Limit | null;
}

/**
 * Single-table: `targets` null and `from` a TableSource. Multi-table: targets (`t`, `db.t`, `t.*`) are names or aliases
 * among those of `from`; `usingForm` for DELETE FROM t USING ….
 */
export interface DeleteStmt {
  kind: 'Delete';
  with: WithClause | null;
  hints: Hint[];
  priority: Priority | null;
  quick: boolean;
  ignore: boolean;
  targets: TableName[] | null;
  usingForm: boolean;
  from: TableRef;
  where: Expr | null;
  orderBy: OrderItem[] | null;
  limit: Limit | null;
}

export interface LoadDataStmt {
  kind: 'LoadData';
  priority: 'LOW_PRIORITY' | 'CONCURRENT' | null;
  local: boolean;
  path: string;
  /** FORMAT 'x'. */
  format: string | null;
  onDuplicate: 'REPLACE' | 'IGNORE' | null;
  table: TableName;
  partitions: string[];
  charset: string | null;
  fields: FieldsClause | null;
  lines: LinesClause | null;
  ignoreLines: number | null;
  /** null: no list was written. */
  columns: (ColumnRef | UserVariable)[] | null;
  set: Assignment[];
  /** WITH name[=value], …. */
  options: NamedOption[];
}

export interface NamedOption {
  name: string;
  value: Expr | null;
}

/** IMPORT INTO t [(cols)] [SET …] FROM 'file' [FORMAT 'csv'] [WITH …] or FROM query. */
export interface ImportIntoStmt {
  kind: 'ImportInto';
  table: TableName;
  columns: (ColumnRef | UserVariable)[] | null;
  set: Assignment[];
  path: string | null;
  query: Query | null;
  format: string | null;
  options: NamedOption[];
}

/** DO expr, …. */
export interface DoStmt {
  kind: 'Do';
  exprs: Expr[];
}

export interface CallStmt {
  kind: 'Call';
  schema: string | null;
  name: string;
  args: Expr[];
}

/** HANDLER: recognised so that it can be refused clearly. */
export interface HandlerStmt {
  kind: 'Handler';
  table: TableName;
  action: 'OPEN' | 'READ' | 'CLOSE';
}

/** BATCH [ON col] LIMIT n [DRY RUN [QUERY]] dml: TiDB's non-transactional DML. */
export interface BatchStmt {
  kind: 'Batch';
  column: ColumnRef | null;
  limit: number;
  dryRun: 'QUERY' | 'SPLIT' | null;
  dml: InsertStmt | UpdateStmt | DeleteStmt;
}
