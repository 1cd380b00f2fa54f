import type { EvalContext } from '../../expression/eval-context.js';
import type { AggFunc, ByItem, CorrelatedColumn, Expression, Column } from '../../expression/expression.js';
import type { ColumnInfo, DbInfo, IndexInfo, TableInfo } from '../../catalog/model.js';
import type { Chunk } from '../../chunk/chunk.js';
import type { Datum } from '../../types/datum.js';
import type { JsonRowPath } from '../../expression/json/table-shape.js';
import type { FieldType } from '../../types/field-type.js';
import type { CostTerm } from '../cost/work.js';
import type { TableLabel } from '../logical/plan.js';

/**
 * Physical plans: what the planner hands to the executor. Plain immutable data; one `op` per operator, TiDB's names.
 * Column references inside a node are resolved: `Column.index` is the position in the child's output (for joins: left
 * columns first, then right; for HashAgg etc. the child's output). `schema` is the node's own output.
 */
export type PhysicalPlan =
  | TableReader
  | IndexReader
  | IndexLookUp
  | LocalIndexLookUp
  | IndexMerge
  | PointGet
  | BatchPointGet
  | TableScan
  | IndexScan
  | MemTableScan
  | TableDual
  | Selection
  | Projection
  | HashAgg
  | StreamAgg
  | HashJoin
  | IndexJoin
  | MergeJoin
  | Apply
  | Sort
  | TopN
  | Limit
  | UnionAll
  | UnionScan
  | MaxOneRow
  | SelectLock
  | Window
  | Expand
  | JsonTable
  | CteRef
  | Insert
  | Update
  | Delete;

interface PlanBase {
  /** Number in EXPLAIN's `HashJoin_12`, unique in a statement. */
  readonly id: number;
  readonly schema: readonly Column[];
  readonly estRows: number;
  /** With all below it; not set where that costs nothing more than what is below. */
  readonly estCost?: number;
  /** What `estCost` is the sum of, or the operator's own work where that is not set. */
  readonly costTerms?: readonly CostTerm[];
  /** Where it runs: EXPLAIN's task column. */
  readonly task: 'root' | 'cop[tikv]' | 'cop[tiflash]';
}

/** A range over index columns or the handle; datums in the columns' types, prefix-compared. */
export interface KeyRangeDatum {
  readonly low: readonly Bound[];
  readonly high: readonly Bound[];
  readonly lowExclusive: boolean;
  readonly highExclusive: boolean;
}
/**
 * A datum or an end: NULL sorts below every value, 'min' below NULL, 'max' above all. With `sortKey` the bound is these
 * bytes among the sort keys of a string column's collation, and `value` is only a string near it.
 */
export type Bound = { readonly value: Datum; readonly sortKey?: Uint8Array } | 'min' | 'max';

/**
 * Ranges of a scan. Either known when planned, or made anew for each execution from parameters, correlated columns or
 * index-join keys by `build` (a closure made by the ranger).
 */
export interface ScanRanges {
  readonly ranges: readonly KeyRangeDatum[];
  /** Set when the ranges depend on `?` parameters or correlated columns: recomputed at open. */
  readonly rebuild?: (evalConst: (e: Expression, row?: Chunk) => Datum) => readonly KeyRangeDatum[];
}

/** The partitions that a reader reads, each as a table of its own, under TiDB's dynamic pruning. */
export interface ReadPartitions {
  /** Physical ids, in the table's order. */
  readonly ids: readonly number[];
  /** Those for the parameters of an execution, where they have a say. */
  readonly choose?: (ctx: EvalContext) => readonly number[];
  /** EXPLAIN's text: names, `all`, or `dual` when there are none. */
  readonly text: string;
  /** The order that the partitions' rows are merged in; empty: one partition after the other. */
  readonly mergeBy: readonly ByItem[];
}

/** Whether rows may come of more than one partition. */
export const readsSeveral = (p: ReadPartitions | undefined): boolean =>
  p !== undefined && (p.choose !== undefined || p.ids.length > 1);

/** Reads rows through the coprocessor: `child` is the tree that runs in the store (cop task). */
export interface TableReader extends PlanBase {
  readonly op: 'TableReader';
  readonly partitions?: ReadPartitions;
  readonly child: PhysicalPlan;
  readonly keepOrder: boolean;
  readonly desc: boolean;
}
/** Reads index entries only (covering). */
export interface IndexReader extends PlanBase {
  readonly op: 'IndexReader';
  readonly partitions?: ReadPartitions;
  readonly child: PhysicalPlan;
  readonly keepOrder: boolean;
  readonly desc: boolean;
}
/** Index side gives handles, table side fetches and finishes the rows. */
export interface IndexLookUp extends PlanBase {
  readonly op: 'IndexLookUp';
  readonly partitions?: ReadPartitions;
  readonly indexPlan: PhysicalPlan;
  readonly tablePlan: PhysicalPlan;
  readonly keepOrder: boolean;
  readonly desc: boolean;
  /** LIMIT pushed down to the handles. */
  readonly pushedLimit?: { readonly offset: number; readonly count: number };
  /** The index side gives finished rows, looked up in the store (LocalIndexLookUp). */
  readonly local?: boolean;
}
/**
 * Inside an IndexLookUp's index side: the store that reads the index looks up the rows as well. The table side is then for rows that it
 * does not have.
 */
export interface LocalIndexLookUp extends PlanBase {
  readonly op: 'LocalIndexLookUp';
  /** The index side as it is without. */
  readonly child: PhysicalPlan;
  readonly rows: TableScan;
}
/** Rows found by several scans that give handles: those of any of them, or of all. */
export interface IndexMerge extends PlanBase {
  readonly op: 'IndexMerge';
  readonly partitions?: ReadPartitions;
  readonly intersection: boolean;
  /** Index scans, or scans of the table by ranges of its handle; each gives the handle. */
  readonly partials: readonly PhysicalPlan[];
  readonly tablePlan: PhysicalPlan;
  /** The order that a union's rows come in, over the columns of each scan, which gives it; absent: any. */
  readonly keepOrder?: readonly (readonly ByItem[])[];
  /** LIMIT of the handles. */
  readonly pushedLimit?: { readonly offset: number; readonly count: number };
}
/** A leaf of a cop task. Output columns = `columns` in this order, then the handle columns when `handleOut`. */
export interface TableScan extends PlanBase {
  readonly op: 'TableScan';
  /** The names by which query blocks know it, for hints. */
  readonly labels?: readonly TableLabel[];
  readonly db: DbInfo;
  readonly table: TableInfo;
  /** Alias or name, as EXPLAIN prints `table:t`. */
  readonly alias: string;
  readonly columns: readonly ColumnInfo[];
  /** Appends the int handle (or, for common handles, nothing: primary columns are in `columns`) as last column `_tidb_rowid`/pk. */
  readonly handleOut: boolean;
  readonly ranges: ScanRanges;
  readonly full: boolean;
  /** Physical table to read (partition id or table.id). */
  readonly physicalId: number;
  /** Statistics state as EXPLAIN prints it: '' or 'stats:pseudo'. */
  readonly statsInfo: string;
  /** Conditions the ranges were made of, for EXPLAIN when they are decided at run time. */
  readonly accessConditions?: readonly Expression[];
  readonly keepOrder: boolean;
  readonly desc: boolean;
  /** IndexLookUp's table side: rows come by handle, not by range. */
  readonly byRowId?: boolean;
  readonly storeType: 'tikv' | 'tiflash';
  /** The row store is to be read although columns may be there. */
  readonly rowsOnly?: boolean;
}
export interface IndexScan extends PlanBase {
  readonly op: 'IndexScan';
  /** The names by which query blocks know it, for hints. */
  readonly labels?: readonly TableLabel[];
  readonly db: DbInfo;
  readonly table: TableInfo;
  readonly alias: string;
  readonly index: IndexInfo;
  /** A global index: only entries of these partitions count; `out` appends the partition's id as the very last column. */
  readonly globalIn?: {
    readonly ids: readonly number[];
    readonly out: boolean;
    /** Where these are not all partitions: the number under which EXPLAIN shows the filter. */
    readonly filterId?: number;
  };
  /** Table columns restored from the entry, in output order. */
  readonly columns: readonly ColumnInfo[];
  readonly handleOut: boolean;
  readonly ranges: ScanRanges;
  readonly full: boolean;
  readonly physicalId: number;
  readonly statsInfo: string;
  /** Conditions the ranges were made of, for EXPLAIN when they are decided at run time. */
  readonly accessConditions?: readonly Expression[];
  readonly keepOrder: boolean;
  readonly desc: boolean;
}
/** Rows of a virtual table (information_schema …); `conditions` may narrow what is produced but are applied above as well. */
export interface MemTableScan extends PlanBase {
  readonly op: 'MemTableScan';
  /** The names by which query blocks know it, for hints. */
  readonly labels?: readonly TableLabel[];
  readonly db: DbInfo;
  readonly table: TableInfo;
  readonly columns: readonly ColumnInfo[];
  /** Conditions that the scan evaluates itself. */
  readonly conditions: readonly Expression[];
  /** The first row of each region of a stored table instead. */
  readonly sample?: { readonly partitions: ReadonlySet<string> | null };
}
/** Exactly one row by handle or unique key: no optimizer, no coprocessor. */
export interface PointGet extends PlanBase {
  readonly op: 'PointGet';
  /** The names by which query blocks know it, for hints. */
  readonly labels?: readonly TableLabel[];
  readonly db: DbInfo;
  readonly table: TableInfo;
  readonly alias: string;
  readonly columns: readonly ColumnInfo[];
  /** Null: by handle (pkIsHandle), or by the primary index of a common handle table when it is that index. */
  readonly index: IndexInfo | null;
  /** Constants or `?`, one per key column, already of the column's type (castTo) — evaluated at open; NULL finds nothing. */
  readonly key: readonly Expression[];
  readonly physicalId: number;
  /** A global index: rows of other partitions than these are not meant. */
  readonly globalIn?: readonly number[];
  readonly lock: LockSpec | null;
  readonly handleOut: boolean;
  /** The statement reads nothing else. */
  readonly alone?: boolean;
}
export interface BatchPointGet extends PlanBase {
  readonly op: 'BatchPointGet';
  /** The names by which query blocks know it, for hints. */
  readonly labels?: readonly TableLabel[];
  /** Of a partitioned table: the partition of each key, and EXPLAIN's text of them. */
  readonly partitions?: { readonly ids: readonly number[]; readonly text: string };
  readonly db: DbInfo;
  readonly table: TableInfo;
  readonly alias: string;
  readonly columns: readonly ColumnInfo[];
  readonly index: IndexInfo | null;
  readonly keys: readonly (readonly Expression[])[];
  readonly physicalId: number;
  /** A global index: rows of other partitions than these are not meant. */
  readonly globalIn?: readonly number[];
  readonly lock: LockSpec | null;
  readonly keepOrder: boolean;
  readonly desc: boolean;
  readonly handleOut: boolean;
}
export interface TableDual extends PlanBase {
  readonly op: 'TableDual';
  /** 0 or 1 rows; columns are NULL unless projected above. */
  readonly rowCount: number;
}
export interface Selection extends PlanBase {
  readonly op: 'Selection';
  readonly child: PhysicalPlan;
  readonly conditions: readonly Expression[];
}
export interface Projection extends PlanBase {
  readonly op: 'Projection';
  readonly child: PhysicalPlan;
  readonly exprs: readonly Expression[];
  /** Takes away what a TopN below computed its order from: stays an operator of its own. */
  readonly restores?: boolean;
}
export interface HashAgg extends PlanBase {
  readonly op: 'HashAgg';
  /** The query block whose aggregation it is. */
  readonly block?: number;
  readonly child: PhysicalPlan;
  readonly groupBy: readonly Expression[];
  /** Positions of the group keys that determine the others: only they need to be compared. Absent: all. */
  readonly determinants?: readonly number[];
  /** Output columns in order of `aggs` (each one column for complete and final; partial modes: state columns one after another). Group keys come out as first_row. */
  readonly aggs: readonly AggFunc[];
}
/** Child is ordered by the group keys. */
export interface StreamAgg extends PlanBase {
  readonly op: 'StreamAgg';
  /** The query block whose aggregation it is. */
  readonly block?: number;
  readonly child: PhysicalPlan;
  readonly groupBy: readonly Expression[];
  readonly aggs: readonly AggFunc[];
}
export type JoinType =
  | 'inner'
  | 'leftOuter'
  | 'rightOuter'
  /** Left rows with a match. */
  | 'semi'
  /** Left rows without; NOT EXISTS semantics. */
  | 'antiSemi'
  /** Left columns + one int column: 1/0 (NULL as IN gives it when nullAware). */
  | 'leftOuterSemi'
  | 'antiLeftOuterSemi';

interface JoinBase extends PlanBase {
  readonly joinType: JoinType;
  readonly left: PhysicalPlan;
  readonly right: PhysicalPlan;
  /** Filters on rows of the preserved side which do not remove them from an outer join. Inputs: that side's columns. */
  readonly leftConditions: readonly Expression[];
  readonly rightConditions: readonly Expression[];
  /** Over left ++ right columns. */
  readonly otherConditions: readonly Expression[];
  /**
   * Columns that come out, as positions in all that the join makes (left ++ right, or left ++ the value of a semi join);
   * absent: all of them. `schema` names those that come out.
   */
  readonly output?: readonly number[];
}
export interface HashJoin extends JoinBase {
  readonly op: 'HashJoin';
  /** Pairs compared for equality, over each side's own columns; both cast to one type. Empty = cartesian. */
  readonly leftKeys: readonly Expression[];
  readonly rightKeys: readonly Expression[];
  /** Per key: `<=>` instead of `=`. */
  readonly nullEq: readonly boolean[];
  /** The side that is built into the hash table. */
  readonly build: 'left' | 'right';
  /** NOT IN: NULLs on either side matter (null-aware anti join, and leftOuterSemi with NULL results). */
  readonly nullAware: boolean;
}
/** Both sides come in the order of their keys; the order of the preserved (or left) one is kept. */
export interface MergeJoin extends JoinBase {
  readonly op: 'MergeJoin';
  /** Columns of either side, pairwise of one type. */
  readonly leftKeys: readonly Expression[];
  readonly rightKeys: readonly Expression[];
  readonly desc: boolean;
}
/** For each batch of outer rows, the inner side is read by keys built from them. */
export interface IndexJoin extends JoinBase {
  readonly op: 'IndexJoin';
  /** TiDB's IndexHashJoin: outer rows need not come out in their order. */
  readonly hashed?: boolean;
  readonly outer: 'left' | 'right';
  /** Over the outer side's columns, cast to the inner key columns' types. */
  readonly outerKeys: readonly Expression[];
  /** Positions in the inner side's output schema of the columns they equal. */
  readonly innerKeys: readonly Expression[];
  /** The leaf scan inside the inner plan whose ranges are replaced by keys: [outerKeys…] are a prefix of its index/handle columns. */
  readonly innerScanId: number;
  /** Order of outerKeys in the index prefix: prefix column i takes outerKeys[keyOrder[i]] or the constant. */
  readonly prefix: readonly ({ readonly key: number } | { readonly constant: Expression })[];
}
/** Nested evaluation of a correlated inner side per outer row. */
export interface Apply extends JoinBase {
  readonly op: 'Apply';
  readonly leftKeys: readonly Expression[];
  readonly rightKeys: readonly Expression[];
  readonly nullEq: readonly boolean[];
  readonly nullAware: boolean;
  /** Cells to set from the outer row before each run of `right`. `outer` indexes the left side's columns. */
  readonly correlated: readonly { readonly cell: CorrelatedColumn['cell']; readonly outer: Column }[];
}
export interface Sort extends PlanBase {
  readonly op: 'Sort';
  readonly child: PhysicalPlan;
  readonly by: readonly ByItem[];
  /** Of rows with equal first keys only those whose number or rank in the order is within the bound are wanted; others may come too. */
  readonly leading?: { readonly partitionKeys: number; readonly bound: LeadingBound };
}
export interface LeadingBound {
  /** An integer constant. */
  readonly rows: Expression;
  /** Less than that, not equal. */
  readonly strict: boolean;
}
export interface TopN extends PlanBase {
  readonly op: 'TopN';
  readonly child: PhysicalPlan;
  readonly by: readonly ByItem[];
  readonly offset: Expression;
  readonly count: Expression;
  /** Positions of the child's columns that it gives; absent: all. */
  readonly output?: readonly number[];
}
export interface Limit extends PlanBase {
  readonly op: 'Limit';
  readonly child: PhysicalPlan;
  /** Constants or `?`. */
  readonly offset: Expression;
  readonly count: Expression;
  /** As a TopN's. */
  readonly output?: readonly number[];
}
export interface UnionAll extends PlanBase {
  readonly op: 'UnionAll';
  /** The children are partitions of one table. */
  readonly partitions?: boolean;
  /** Each gives the schema's types (casts are projected by the planner). */
  readonly children: readonly PhysicalPlan[];
}
/** Merges own uncommitted writes of one table over a reader. The reader outputs its handle (or common-handle columns). */
export interface UnionScan extends PlanBase {
  readonly op: 'UnionScan';
  /** Of a table read by partitions: the child is run, and own writes are laid over it, for each. */
  readonly partitions?: ReadPartitions;
  readonly child: PhysicalPlan;
  readonly table: TableInfo;
  readonly physicalId: number;
  /** Of a reader of a global index: the partitions it reads. Handles must tell their rows apart. */
  readonly physicalIds?: readonly number[];
  /** What the reader below filtered, to be applied to own rows (over the output schema). */
  readonly conditions: readonly Expression[];
  /** Table column of each output column (handle column: null). */
  readonly columns: readonly (ColumnInfo | null)[];
  /** When the child keeps an order: keys to merge by. */
  readonly keepOrder: readonly ByItem[];
}
/** Errors with 1242 on a second row, gives a NULL row on none. */
export interface MaxOneRow extends PlanBase {
  readonly op: 'MaxOneRow';
  readonly child: PhysicalPlan;
}
export interface LockSpec {
  readonly mode: 'update' | 'share';
  readonly wait: 'default' | 'nowait' | 'skipLocked' | number;
}
/** FOR UPDATE / FOR SHARE: locks the handles of the tables that flow through. */
export interface SelectLock extends PlanBase {
  readonly op: 'SelectLock';
  readonly child: PhysicalPlan;
  readonly lock: LockSpec;
  readonly tables: readonly LockedTable[];
}
export interface LockedTable {
  readonly table: TableInfo;
  readonly physicalId: number;
  /** Positions of the handle column(s) in the child's output. */
  readonly handle: readonly number[];
  /** Of a partitioned table: positions of its columns by offset, -1 for those that do not decide the partition. */
  readonly columns?: readonly number[];
}
export interface Window extends PlanBase {
  readonly op: 'Window';
  /** Ordered by partitionBy then orderBy. Output = child's columns, then one per function. */
  readonly child: PhysicalPlan;
  readonly partitionBy: readonly ByItem[];
  readonly orderBy: readonly ByItem[];
  readonly functions: readonly {
    readonly name: string;
    readonly args: readonly Expression[];
    readonly type: FieldType;
  }[];
  readonly frame: WindowFrame | null;
}
export interface WindowFrame {
  readonly unit: 'rows' | 'range';
  readonly start: FrameBound;
  readonly end: FrameBound;
}
export interface FrameBound {
  readonly kind: 'unboundedPreceding' | 'preceding' | 'currentRow' | 'following' | 'unboundedFollowing';
  /** Rows offset, or for RANGE the two calculated boundary expressions are derived from `value` (and interval unit). */
  readonly value?: Expression;
  readonly intervalUnit?: string;
}
/** WITH ROLLUP (see the logical operator): output = child's columns, one per group expression, the level. */
export interface Expand extends PlanBase {
  readonly op: 'Expand';
  readonly child: PhysicalPlan;
  readonly groups: readonly Expression[];
}
/** JSON_TABLE: output = child's columns, then the table's. */
export interface JsonTable extends PlanBase {
  readonly op: 'JsonTable';
  readonly child: PhysicalPlan;
  readonly alias: string;
  readonly doc: Expression;
  readonly rows: JsonRowPath;
  readonly columns: readonly Column[];
  readonly keepEmpty: boolean;
}
/** Reads a common table expression materialised once per statement (recursive ones iterate). */
export interface CteRef extends PlanBase {
  readonly op: 'CteRef';
  /** The names by which query blocks know it, for hints. */
  readonly labels?: readonly TableLabel[];
  readonly cte: CteDefinition;
  /** Inside the recursive part: reads the rows of the iteration before. */
  readonly working?: boolean;
}
export interface CteDefinition {
  readonly id: number;
  readonly name: string;
  readonly seed: PhysicalPlan;
  /** Contains CteRef nodes of the same id that read the previous iteration. */
  readonly recursive: PhysicalPlan | null;
  readonly distinct: boolean;
  /** LIMIT of a recursive body: recursion ends with this many rows. */
  readonly maxRows: number;
  /** Which of its rows references from outside see; null: all. */
  readonly limit: { readonly offset: number; readonly count: number } | null;
  readonly schema: readonly Column[];
}

/** INSERT and REPLACE. Column expressions are evaluated per row in table-column order. */
/** A value made by subqueries that read a row given from outside: the plan gives it in one row, after the row's values are put in the cells. */
export interface RowQuery {
  readonly plan: PhysicalPlan;
  /** One for each value of the row, in order. */
  readonly cells: readonly { value: Datum }[];
}
/** An assignment of ON DUPLICATE KEY UPDATE; value null = DEFAULT, made by `query` where that is set. */
export interface DuplicateAssignment {
  readonly column: ColumnInfo;
  readonly value: Expression | null;
  readonly query?: RowQuery;
}
export interface Insert extends PlanBase {
  readonly op: 'Insert';
  readonly db: DbInfo;
  readonly table: TableInfo;
  /** Columns given, in the order of the values. */
  readonly columns: readonly ColumnInfo[];
  /** VALUES rows (null = DEFAULT), or none when `select` is set. Value expressions may refer to earlier columns of the row (over a row of the table's public columns). */
  readonly rows: readonly (readonly (Expression | null)[])[];
  /** Those of `rows` that subqueries make of the row so far, over the table's public columns. */
  readonly queries?: ReadonlyMap<Expression, RowQuery>;
  readonly select: PhysicalPlan | null;
  /** Lower names of PARTITION (…); null when it was not written. */
  readonly partitions: ReadonlySet<string> | null;
  readonly replace: boolean;
  readonly ignore: boolean;
  /** ON DUPLICATE KEY UPDATE: input = the table's public columns (current row) ++ the row to insert (VALUES(col), alias.col). */
  readonly onDuplicate: readonly DuplicateAssignment[];
  readonly viewCheck?: ViewCheck | null;
}
export interface Update extends PlanBase {
  readonly op: 'Update';
  readonly child: PhysicalPlan;
  readonly targets: readonly DmlTarget[];
  /** Assignments in order; `target` indexes targets; value over the child's columns, null = DEFAULT. */
  readonly assignments: readonly {
    readonly target: number;
    readonly column: ColumnInfo;
    readonly value: Expression | null;
  }[];
  readonly ignore: boolean;
}
export interface Delete extends PlanBase {
  readonly op: 'Delete';
  readonly child: PhysicalPlan;
  readonly targets: readonly DmlTarget[];
  readonly ignore: boolean;
}
/** What the CHECK OPTION of views asks of the rows written through them. */
export interface ViewCheck {
  readonly db: string;
  readonly view: string;
  /** The columns that are looked at: of the table by offset, of others by their place in the rows that are changed (-1: there are none). */
  readonly reads: readonly { readonly type: FieldType; readonly offset: number; readonly joined: number }[];
  /** True over the values of `reads` where the row is refused. */
  readonly violations: readonly Expression[];
  readonly queries: readonly RowQuery[];
}
/** One table written by UPDATE/DELETE: where its writable columns and handle are in the child's output. */
export interface DmlTarget {
  readonly db: DbInfo;
  readonly table: TableInfo;
  readonly physicalId: number;
  /** Position of each of the table's columns (by ColumnInfo.offset, all states) in the child's output. */
  readonly columns: readonly number[];
  /** Position of the hidden/int handle, -1 when the handle is made of primary columns. */
  readonly handle: number;
  /** Lower names of PARTITION (…), which changed rows must stay in; null when it was not written. */
  readonly partitions: ReadonlySet<string> | null;
  readonly viewCheck?: ViewCheck | null;
}
