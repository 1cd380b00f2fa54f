import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';

/**
 * Typed expression IR: what the planner rewrites and the compiler turns into kernels. Nodes are immutable; types are
 * final when a node is built (implicit casts are explicit `cast` calls put in by newFunction).
 */
export type Expression = Column | Constant | ScalarFunction | CorrelatedColumn;

export interface Column {
  readonly kind: 'column';
  /** Identity within one statement's plan; the same column keeps its id through all operators. */
  readonly id: number;
  readonly type: FieldType;
  /** Position in the input chunk; -1 until the plan's columns are resolved (resolveIndices). */
  readonly index: number;
  /** `db.table.column` as EXPLAIN prints it, or `Column#12` for derived ones. */
  readonly name: string;
  /** Of a string that an expression made: how much its collation binds. Absent: as a table's column. */
  readonly coercibility?: number;
  /** Of a quotient: the column with all its digits, beside this one, which has those that it shows; null once the query is built. */
  readonly precise?: { column: Column | null };
}

export interface Constant {
  readonly kind: 'constant';
  readonly type: FieldType;
  readonly value: Datum;
  /** Index of the `?` this came from: the value is that of the current execution and plans must not fold it for good. */
  readonly param?: number;
  /** Of the result of a subquery: how much its collation binds. Absent: as a literal. */
  readonly coercibility?: number;
}

export interface ScalarFunction {
  readonly kind: 'function';
  /** Registry name in lower case: 'plus', 'eq', 'concat', 'cast', … (TiDB's ast function names). */
  readonly name: string;
  readonly type: FieldType;
  readonly args: readonly Expression[];
  /** Collation that string comparison inside the function uses ('binary' when it compares no strings). */
  readonly collation: string;
}

/** A column of an outer query; `cell.value` is set by Apply before each run of the inner side. */
export interface CorrelatedColumn {
  readonly kind: 'correlated';
  readonly column: Column;
  readonly type: FieldType;
  readonly cell: { value: Datum };
}

/** An aggregate call. */
export interface AggFunc {
  /** 'count', 'sum', 'avg', 'max', 'min', 'group_concat', 'first_row', 'bit_and', … */
  readonly name: string;
  readonly args: readonly Expression[];
  readonly distinct: boolean;
  /** Result type (of the final value). */
  readonly type: FieldType;
  /** complete: rows in, value out; partial1: rows in, state columns out; partial2: states in, states out; final: states in, value out. */
  readonly mode: 'complete' | 'partial1' | 'partial2' | 'final';
  /** GROUP_CONCAT's ORDER BY and SEPARATOR, other literal options. */
  readonly orderBy?: readonly { readonly expr: Expression; readonly desc: boolean }[];
  readonly separator?: string;
}

/** ORDER BY item. */
export interface ByItem {
  readonly expr: Expression;
  readonly desc: boolean;
}
