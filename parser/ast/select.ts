import type { Expr, JsonOnEvent, Positioned, TimeUnit } from './expression.js';
import type { ColumnTypeSpec } from './column-type.js';
import type { Hint } from './hint.js';

/** A possibly qualified table (or view, sequence) name as written. */
export interface TableName {
  schema: string | null;
  name: string;
}

export type Query = SelectStmt | SetOperation | ValuesStmt | TableStmt;

/** One CTE. `columns` null when no list was written. */
export interface CommonTable {
  name: string;
  columns: string[] | null;
  query: Query;
}

export interface WithClause {
  recursive: boolean;
  tables: CommonTable[];
}

/** The clauses that may end any query block or set operation. */
export interface QueryTail {
  /** WITH in front of this block. */
  with: WithClause | null;
  orderBy: OrderItem[] | null;
  limit: Limit | null;
  lock: LockClause | null;
  into: IntoClause | null;
  /** Written in parentheses as a branch of a set operation, or at the top level. */
  parens: boolean;
  /** The block's source text: `source.slice(start, end)`. */
  start: number;
  end: number;
}

export interface SelectOptions {
  distinct: boolean;
  /** ALL was written. */
  all: boolean;
  straightJoin: boolean;
  calcFoundRows: boolean;
  highPriority: boolean;
  smallResult: boolean;
  bigResult: boolean;
  bufferResult: boolean;
  /** SQL_CACHE true, SQL_NO_CACHE false. */
  cache: boolean | null;
}

export interface SelectStmt extends QueryTail {
  kind: 'Select';
  hints: Hint[];
  options: SelectOptions;
  fields: SelectField[];
  /** null: no FROM, or FROM DUAL. */
  from: TableRef | null;
  where: Expr | null;
  groupBy: GroupBy | null;
  having: Expr | null;
  windows: NamedWindow[];
}

/** A wildcard field is { wildcard: {schema, table} }; its expr is null. */
export interface SelectField {
  expr: Expr | null;
  wildcard: { schema: string | null; table: string | null } | null;
  alias: string | null;
  /** The exact source text of the expression: the field's display name when there is no alias (see `fieldName`). */
  text: string;
}

export interface GroupBy {
  items: OrderItem[];
  rollup: boolean;
  /** An item has ASC or DESC, as MySQL 5.7 allowed. */
  ordered: boolean;
}

export interface OrderItem {
  expr: Expr;
  desc: boolean;
}

/** LIMIT offset, count: each an IntLiteral or ParamMarker. offset null when not written. */
export interface Limit {
  offset: Expr | null;
  count: Expr;
}

export interface LockClause {
  strength: 'UPDATE' | 'SHARE';
  of: TableName[];
  /** null: wait as innodb_lock_wait_timeout says. `LOCK IN SHARE MODE` is SHARE. */
  wait: 'NOWAIT' | 'SKIP LOCKED' | { seconds: number } | null;
}

export type IntoClause =
  | {
      kind: 'Outfile';
      path: string;
      charset: string | null;
      fields: FieldsClause | null;
      lines: LinesClause | null;
    }
  | { kind: 'Dumpfile'; path: string }
  | { kind: 'Variables'; names: string[] };

/** FIELDS | COLUMNS … Each null when not written. */
export interface FieldsClause {
  terminated: string | null;
  enclosed: string | null;
  optionallyEnclosed: boolean;
  escaped: string | null;
  /** TiDB: DEFINED NULL BY 'x' [OPTIONALLY ENCLOSED]. */
  definedNull: string | null;
  definedNullOptionallyEnclosed: boolean;
}

export interface LinesClause {
  starting: string | null;
  terminated: string | null;
}

export type SetOperator = 'UNION' | 'INTERSECT' | 'EXCEPT';

/**
 * Branches combine from left to right; a run of INTERSECT (which binds tighter) is a nested SetOperation with
 * `parens` false. The first branch has op null. A single branch stands for a parenthesised query with
 * further clauses: `(SELECT … LIMIT 3) LIMIT 1`.
 */
export interface SetOperation extends QueryTail {
  kind: 'SetOperation';
  branches: SetBranch[];
}

export interface SetBranch {
  op: SetOperator | null;
  all: boolean;
  query: Query;
}

/** VALUES ROW(1, 2), ROW(3, 4). */
export interface ValuesStmt extends QueryTail {
  kind: 'Values';
  rows: Expr[][];
}

/** TABLE t. */
export interface TableStmt extends QueryTail {
  kind: 'TableStmt';
  table: TableName;
}

export type TableRef = TableSource | DerivedTable | Join | JsonTable;

export type IndexHintType = 'USE' | 'IGNORE' | 'FORCE';

export interface IndexHint {
  type: IndexHintType;
  scope: 'JOIN' | 'ORDER BY' | 'GROUP BY' | null;
  /** PRIMARY is the primary key; empty list only with USE INDEX (). */
  indexes: string[];
}

/** TABLESAMPLE [method] (n [ROWS|PERCENT]) [REPEATABLE(seed)]. */
export interface TableSample {
  method: 'BERNOULLI' | 'REGIONS' | 'SYSTEM' | null;
  amount: Expr | null;
  unit: 'ROWS' | 'PERCENT' | null;
  repeatable: Expr | null;
}

export interface TableSource {
  kind: 'Table';
  table: TableName;
  alias: string | null;
  partitions: string[];
  indexHints: IndexHint[];
  /** AS OF TIMESTAMP expr. */
  asOf: Expr | null;
  sample: TableSample | null;
}

export interface DerivedTable {
  kind: 'Derived';
  query: Query;
  /** Empty when missing (MySQL's error 1248 is for the planner to raise). */
  alias: string;
  columns: string[] | null;
  lateral: boolean;
}

export type JoinType = 'INNER' | 'CROSS' | 'LEFT' | 'RIGHT' | 'STRAIGHT';

/**
 * INNER has a condition (ON, USING or NATURAL), CROSS has none, whichever of the two words, a comma or a bare JOIN was
 * written. STRAIGHT may have one or not.
 */
export interface Join {
  kind: 'Join';
  type: JoinType;
  natural: boolean;
  left: TableRef;
  right: TableRef;
  on: Expr | null;
  using: string[] | null;
}

/** JSON_TABLE(doc, path COLUMNS (…)) AS alias. */
export interface JsonTable {
  kind: 'JsonTable';
  doc: Expr;
  path: Expr;
  columns: JsonTableColumn[];
  alias: string;
}

export type JsonTableColumn =
  | { kind: 'Ordinality'; name: string }
  | {
      kind: 'Path';
      name: string;
      type: ColumnTypeSpec;
      exists: boolean;
      path: Expr;
      onEmpty: JsonOnEvent | null;
      onError: JsonOnEvent | null;
    }
  | { kind: 'Nested'; path: Expr; columns: JsonTableColumn[] };

export interface NamedWindow {
  name: string;
  spec: WindowSpec;
}

export interface WindowSpec extends Positioned {
  /** The existing window named inside the parentheses, or alone after OVER. */
  reference: string | null;
  parens: boolean;
  partitionBy: OrderItem[];
  orderBy: OrderItem[];
  frame: WindowFrame | null;
}

export interface WindowFrame {
  unit: 'ROWS' | 'RANGE' | 'GROUPS';
  start: FrameBound;
  /** BETWEEN start AND end; null when only a start was written (end is CURRENT ROW). */
  end: FrameBound | null;
}

/** UNBOUNDED has value null. `unit` is for RANGE INTERVAL v unit. */
export type FrameBound =
  { type: 'CURRENT ROW' } | { type: 'PRECEDING' | 'FOLLOWING'; value: Expr | null; unit: TimeUnit | null };
