import type { KnownValue } from '../expression/constants-apart.js';
import type { EvalContext } from '../expression/eval-context.js';
import type { ScalarFunction } from '../expression/expression.js';
import type { ColumnInfo, IndexInfo, InfoSchema, TableInfo } from '../catalog/model.js';
import type { FieldType } from '../types/field-type.js';
import type { Datum } from '../types/datum.js';
import type { SqlWarning } from '../types/error.js';
import type { LogicalPlan } from './logical/plan.js';
import type { OptimizerTrace } from './optimizer-trace.js';
import type { PhysicalPlan } from './physical/plan.js';
import type { TableStatistics } from '../statistics/table-statistics.js';

/** What planning a statement may ask of its session. */
export interface PlanContext {
  readonly schema: InfoSchema;
  /** '' when none is selected. */
  readonly currentDatabase: string;
  readonly eval: EvalContext;
  /** Session system variables by name (sql_mode aside, which is in eval): tidb_opt_…, tidb_hash_join_concurrency, … */
  variable(name: string): string;
  /** Statistics or null (pseudo). Never blocks: loads in the background. */
  statistics(table: TableInfo): TableStatistics | null;
  /** Conditions of the plan are about a column: ANALYZE … PREDICATE COLUMNS takes it. */
  noteColumn?(tableId: number, columnId: number): void;
  /** Row count known exactly or approximately without ANALYZE (from the write counters of this process), or null. */
  rowCountHint(tableId: number): number | null;
  /** The table with the indexes that EXPLAIN is to take for granted. */
  withHypothetical?(table: TableInfo): TableInfo;
  /** Whether scans of the table find these columns in memory, beside the row store. */
  keepsColumns?(table: TableInfo, columns: readonly ColumnInfo[]): boolean;
  /** The store is elsewhere: it evaluates no more than the public protocol has a form for. */
  readonly remoteStore?: boolean;
  /** Whether the table's columnar replica is there. */
  hasReplica?(table: TableInfo): boolean;
  /** Throws 1142/1143 when the user lacks the privilege; called for each table a statement touches. */
  checkPrivilege(privilege: string, db: string, table: string): void;
  /** Columns (lower case) that the privilege is limited to; null when it is held for the whole table, or not at all. */
  limitedColumns(privilege: string, db: string, table: string): ReadonlySet<string> | null;
  /** Throws 1143 for a column that the privilege does not reach. */
  denyColumn(privilege: string, column: string, table: string): never;
  /** Whether an account ('`user`@`host`') holds the privilege: a view's definer. */
  holdsPrivilege(account: string, privilege: string, db: string, table: string): boolean;
  /** Whether the transaction has own writes in the table (a UnionScan is needed). */
  hasDirtyWrites(tableId: number): boolean;
  /** Inside an explicit or DML transaction in pessimistic mode: point gets of DML lock. */
  readonly pessimistic: boolean;
  readonly inTransaction: boolean;
  /** The statement reads as of a time that it, or its transaction, names. */
  readonly readsThePast?: boolean;
  /** Set when the plan will be run again with other values of `?` of the same classes (see paramClass). */
  readonly reuse?: PlanReuse | null;
  /** `?` values when the plan is made for one execution; null when made for the cache. */
  readonly params: readonly { readonly type: FieldType; readonly value: Datum }[] | null;
  warn(warning: SqlWarning): void;
  /** Runs an uncorrelated scalar/EXISTS subquery's plan now (TiDB evaluates them while planning) and gives its rows (at most `maxRows`). */
  runSubquery(plan: PhysicalPlan, maxRows: number): Promise<Datum[][]>;
  /** Computes constants that take long, where nobody waits for it; null for those that err or warn. Absent: they are computed in place. */
  constantsApart?(calls: readonly ScalarFunction[]): Promise<ReadonlyMap<ScalarFunction, KnownValue>>;
  /** Told of the logical plan of a query, or of a subquery that is run first, after the rules. */
  rewritten?(plan: LogicalPlan): void;
  /** An index that EXPLAIN is to take for granted (HYPO_INDEX); null: the statement is run. */
  hypotheticalIndex?(table: TableInfo, name: string, columns: readonly string[]): IndexInfo | null;
  /** Where the optimizer tells what it does (TRACE PLAN); absent when nobody listens. */
  readonly trace?: OptimizerTrace | null;
  /** Lets others have the thread after some milliseconds of planning; throws when the statement was interrupted. Undefined: go on. */
  checkpoint(): Promise<void> | undefined;
  /** Span hook of the statement's trace: calls fn inside a span. */
  span<T>(name: string, fn: () => T): T;
}

/** What a plan made for many executions depends on. */
export interface PlanReuse {
  /** The plan holds only for the value that the parameter has now. `reason`: why TiDB keeps no such plan, in its words. */
  fix(param: number, reason?: string): void;
  /** The plan holds only for texts of ASCII alone. */
  requireAscii(param: number): void;
  /** The plan holds only for patterns of LIKE of this class (`prefixClass`). */
  requirePrefix(param: number, escape: number, prefixClass: number): void;
}

/** Name of an output column as the protocol reports it. */
export interface OutputName {
  readonly name: string;
  readonly orgName: string;
  readonly table: string;
  readonly orgTable: string;
  readonly db: string;
}

/** A planned statement. */
export interface PlannedStatement {
  readonly plan: PhysicalPlan;
  /** One per visible output column (plan.schema may end with hidden columns beyond these). */
  readonly names: readonly OutputName[];
  /** Whether the plan may be cached and run again with other parameters. */
  readonly cacheable: boolean;
  /** Values of subqueries, as they were when it was planned, are part of the plan. */
  readonly hasValues?: boolean;
  /** Tables read and written, for privileges, metadata locks and cache invalidation. */
  readonly tables: readonly { readonly db: string; readonly table: TableInfo; readonly write: boolean }[];
  /** Made without a look at statistics: the same plan would be made with any. */
  readonly anyStatistics?: boolean;
}
