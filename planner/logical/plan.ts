import type { AggFunc, ByItem, Column, CorrelatedColumn, Expression } from '../../expression/expression.js';
import type { ColumnInfo, DbInfo, PartitionDefinition, TableInfo } from '../../catalog/model.js';
import type { JsonRowPath } from '../../expression/json/table-shape.js';
import type { IndexHint } from '../../parser/ast/index.js';
import type { FieldType } from '../../types/field-type.js';
import type { JoinType, LockSpec, PhysicalPlan, WindowFrame } from '../physical/plan.js';

/**
 * Logical plans: what the builder makes of a statement and what the rules rewrite. A tree (no node has two parents) that
 * belongs to one planning run, so rules may change nodes in place; columns are told apart by `Column.id` alone, and a
 * column keeps its id through all operators that hand it on.
 */
export type LogicalPlan =
  | DataSource
  | MemTable
  | Dual
  | Selection
  | Projection
  | Join
  | Aggregation
  | Sort
  | Limit
  | TopN
  | UnionAll
  | MaxOneRow
  | Lock
  | Window
  | Expand
  | JsonTable
  | CteScan;

interface Base {
  schema: Column[];
  children: LogicalPlan[];
  /** Estimated rows, set by deriveStats; undefined after a change. */
  stats?: PlanStats;
  /** Of a leaf: the names by which the query blocks around it know it or a derived table that it is in. */
  labels?: readonly TableLabel[];
}

/** A table as a query block names it. */
export interface TableLabel {
  /** Lower case; null for derived tables, and where a hint leaves it out. */
  readonly db: string | null;
  readonly alias: string;
  readonly block: number;
}

/** Estimates of a node's output. */
export interface PlanStats {
  readonly rows: number;
  /** Distinct values by column id. */
  readonly ndv: ReadonlyMap<number, number>;
}

/** Rows of a stored table. */
export interface DataSource extends Base {
  op: 'DataSource';
  db: DbInfo;
  table: TableInfo;
  alias: string;
  /** Table column of each column this source can give; null is the hidden row id. */
  infos: Map<number, ColumnInfo | null>;
  /** Every column the source can give, whatever `schema` was pruned to. */
  all: readonly Column[];
  /** Columns computed from those above the source; indexes may hold them. Their infos are in `infos`. */
  virtuals: readonly VirtualColumn[];
  /** Lower names of PARTITION (…); null when it was not written. */
  partitionNames: ReadonlySet<string> | null;
  /** The partition that a copy of the source is narrowed to; null for the whole table. */
  physical: PartitionDefinition | null;
  /** Of a partitioned table as a whole global indexes only are meant: its partitions are planned one by one. */
  onlyGlobal?: boolean;
  /** Conditions pushed down to the table, a conjunction. */
  conditions: Expression[];
  indexHints: readonly IndexHint[];
  /** What hints ask of single indexes, by lower name; `primary` is the handle. */
  indexWishes?: ReadonlyMap<string, IndexWish>;
  /** NO_INDEX_LOOKUP_PUSHDOWN. */
  noLookUpInStore?: boolean;
  /** READ_FROM_STORAGE. */
  engineHint?: 'tikv' | 'tiflash';
  /** USE_INDEX_MERGE: lower names of the indexes to merge, empty for any; null without the hint. */
  mergeHint: ReadonlySet<string> | null;
  /** NO_INDEX_MERGE. */
  noIndexMerge: boolean;
  /** Own uncommitted writes must be merged in. */
  dirty: boolean;
}

export interface IndexWish {
  /** ORDER_INDEX and NO_ORDER_INDEX. */
  readonly ordered?: boolean;
  /** INDEX_LOOKUP_PUSHDOWN. */
  readonly lookedUpInStore?: boolean;
}

/** A generated column that is not stored. */
export interface VirtualColumn {
  readonly column: Column;
  /** Its expression over stored columns, as written and converted to the column's type. */
  readonly written: Expression;
  readonly value: Expression;
}

/** Rows of a virtual table. */
export interface MemTable extends Base {
  op: 'MemTable';
  db: DbInfo;
  table: TableInfo;
  alias: string;
  infos: Map<number, ColumnInfo>;
  conditions: Expression[];
  /** Set for TABLESAMPLE REGIONS of a stored table: the lower names of the partitions wanted, null for all. */
  sample?: { readonly partitions: ReadonlySet<string> | null };
}

export interface Dual extends Base {
  op: 'Dual';
  rowCount: number;
}

export interface Selection extends Base {
  op: 'Selection';
  conditions: Expression[];
}

export interface Projection extends Base {
  op: 'Projection';
  exprs: Expression[];
}

/** One pair compared for equality by a join: each over its side's columns, both of one type. */
export interface JoinKey {
  readonly left: Expression;
  readonly right: Expression;
  readonly nullEq: boolean;
}

/** A join, or with `apply` set an Apply: the right side reads columns of the left one through correlated columns. */
export interface Join extends Base {
  op: 'Join';
  joinType: JoinType;
  apply: boolean;
  eq: JoinKey[];
  leftConds: Expression[];
  rightConds: Expression[];
  otherConds: Expression[];
  /** NOT IN and IN as a value: NULLs matter. */
  nullAware: boolean;
  /** STRAIGHT_JOIN: not reordered. */
  straight: boolean;
  /** NO_DECORRELATE: stays an Apply. */
  noDecorrelate?: boolean;
  /** SEMI_JOIN_REWRITE: a join with the distinct keys instead. */
  rewriteSemi?: boolean;
}

export interface Aggregation extends Base {
  op: 'Aggregation';
  groupBy: Expression[];
  /** One per schema column. */
  aggs: AggFunc[];
  /** HASH_AGG or STREAM_AGG. */
  prefer?: 'HashAgg' | 'StreamAgg';
  /** AGG_TO_COP. */
  toStore?: boolean;
  /** The query block whose aggregation it is. */
  block?: number;
}

export interface Sort extends Base {
  op: 'Sort';
  by: ByItem[];
}

export interface Limit extends Base {
  op: 'Limit';
  offset: Expression;
  count: Expression;
}

export interface TopN extends Base {
  op: 'TopN';
  by: ByItem[];
  offset: Expression;
  count: Expression;
}

export interface UnionAll extends Base {
  op: 'UnionAll';
}

export interface MaxOneRow extends Base {
  op: 'MaxOneRow';
}

export interface Lock extends Base {
  op: 'Lock';
  lock: LockSpec;
  tables: LockedSource[];
}
/** A table whose rows FOR UPDATE locks: the columns that make its handle. */
export interface LockedSource {
  readonly table: TableInfo;
  readonly handle: readonly Column[];
  /** Of a partitioned table: the columns that decide the partition, by offset. */
  readonly deciding: ReadonlyMap<number, Column> | null;
}

export interface WindowFunction {
  readonly name: string;
  readonly args: readonly Expression[];
  readonly type: FieldType;
}
/** Output: the child's columns, then one per function. */
export interface Window extends Base {
  op: 'Window';
  partitionBy: ByItem[];
  orderBy: ByItem[];
  functions: WindowFunction[];
  frame: WindowFrame | null;
}

/**
 * WITH ROLLUP: each row once for each level 0 … groups.length. At level n the last n group expressions are NULL. Output: the
 * child's columns, a column for each group expression, and the level.
 */
export interface Expand extends Base {
  op: 'Expand';
  groups: Expression[];
  columns: readonly Column[];
  level: Column;
}

/** JSON_TABLE: for each row of the child, joined to it, the rows that its document makes. */
export interface JsonTable extends Base {
  op: 'JsonTable';
  alias: string;
  doc: Expression;
  rows: JsonRowPath;
  columns: readonly Column[];
  /** LEFT JOIN: a row whose document makes none stays, with NULLs. */
  keepEmpty: boolean;
}

/** One reference to a common table expression that is materialised. */
export interface CteScan extends Base {
  op: 'CteScan';
  cte: LogicalCte;
}
export interface LogicalCte {
  readonly id: number;
  readonly name: string;
  seed: LogicalPlan;
  recursive: LogicalPlan | null;
  distinct: boolean;
  /** LIMIT of a recursive body: recursion ends with this many rows. */
  readonly maxRows: number;
  /** Which of its rows references see; null: all. */
  readonly limit: { readonly offset: number; readonly count: number } | null;
  readonly columns: readonly Column[];
  /** Made when the first reference is planned; references share it. */
  physical: { seed: PhysicalPlan; recursive: PhysicalPlan | null } | null;
  /** Its plans have been through the rules. */
  optimized: boolean;
  /** Being planned: references inside it are those of the recursive part. */
  planning: boolean;
  rows: number;
}

export function selection(child: LogicalPlan, conditions: Expression[]): LogicalPlan {
  if (conditions.length === 0) return child;
  if (child.op === 'Selection') {
    child.conditions.push(...conditions);
    return child;
  }
  return { op: 'Selection', schema: child.schema, children: [child], conditions };
}

export function projection(child: LogicalPlan, exprs: Expression[], schema: Column[]): Projection {
  return { op: 'Projection', schema, children: [child], exprs };
}

export function dual(rowCount: number, schema: Column[] = []): Dual {
  return { op: 'Dual', schema, children: [], rowCount };
}

export function limit(child: LogicalPlan, offset: Expression, count: Expression): Limit {
  return { op: 'Limit', schema: child.schema, children: [child], offset, count };
}

/** A correlated column's slot, one for a column and subquery. */
export type Cell = CorrelatedColumn['cell'];
