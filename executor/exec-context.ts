import type { Awaitable } from '../types/awaitable.js';
import type { Chunk } from '../chunk/chunk.js';
import type { EvalContext } from '../expression/eval-context.js';
import type { Expression } from '../expression/expression.js';
import type { Storage, Transaction, Snapshot } from '../kv/storage.js';
import type { InfoSchema, TableInfo } from '../catalog/model.js';
import type { MysqlError } from '../types/error.js';
import type { Datum } from '../types/datum.js';
import type { KeyRangeDatum, MemTableScan, PhysicalPlan } from '../planner/physical/plan.js';
import type { JoinFilters } from './join-filter.js';
import type { FeedbackSink } from './feedback.js';
import type { BulkOptions } from './load-data/bulk-load.js';
import type { ThreadPool } from './parallel/thread-pool.js';
import type { TempFile } from './spill/temp-storage.js';

/** What a running statement may ask of its session. */
export interface ExecContext {
  readonly storage: Storage;
  readonly schema: InfoSchema;
  readonly eval: EvalContext;
  /** The transaction of the statement; null for reads in autocommit, which use `snapshot` alone. */
  readonly txn: Transaction | null;
  /** The transaction is of this statement alone, which commits when it has written. */
  readonly alone?: boolean;
  /** Where plain reads look: the transaction's snapshot, a fresh one, or AS OF. */
  readonly snapshot: Snapshot;
  /** Timestamp for current reads of pessimistic DML and FOR UPDATE; equals snapshot.ts in optimistic mode. */
  readonly currentReadTs: bigint;
  /** Aborted by KILL, MAX_EXECUTION_TIME, a vanished client. */
  readonly signal: AbortSignal;
  /** Throws 1317/3024 when aborted; gives a promise when the thread has been held for too long (await it), else undefined. Call once per chunk. */
  checkpoint(): Promise<void> | undefined;
  variable(name: string): string;
  /** Bytes held by operators: throws 8175 when the quota is exceeded and nothing is left to spill. */
  readonly memory: MemoryTracker;
  /** Where operators put what they may not hold; null when they must not (tidb_enable_tmp_storage_on_oom). */
  readonly disk: TempFiles | null;
  /** Reserves `count` row ids, one after another, or values of the column that has them made (`idStep` apart): first of them. */
  allocateIds(table: TableInfo, kind: 'rowid' | 'column', count: number): Awaitable<number | bigint>;
  /** An explicit AUTO_INCREMENT value was stored: later allocations start above. */
  rebaseAutoId(table: TableInfo, value: number | bigint, kind?: 'rowid' | 'column'): Awaitable<void>;
  /** Rows of a virtual table. */
  memTable(scan: MemTableScan): Awaitable<Datum[][]>;
  /** Present under EXPLAIN ANALYZE, TRACE and slow-log collection: operators report here. */
  readonly runtimeStats: RuntimeStats | null;
  /** Where scans report the rows they met; null when nobody wants to know. */
  readonly feedback: FeedbackSink | null;
  /** Adds to what the session has counted at one of the places of `Work`; absent where nobody counts. */
  noteWork?(place: number, by: number): void;
  /** Rows changed, for statistics (modify_count). */
  noteModified(tableId: number, inserted: number, updated: number, deleted: number): void;
  /** Own writes count as they were before this stage of the membuffer: set where a statement reads on while it writes. */
  readonly ownBefore?: number;
  /** Of a statement that writes: the context in which it reads what it writes by, where that is another. */
  readonly reading?: ExecContext;
  /** Ranges that replace those of a scan, by plan id: set by IndexJoin for its inner side. */
  readonly scanOverrides?: ReadonlyMap<number, readonly KeyRangeDatum[]>;
  /** What hash joins say of the scans below them; absent where scans do not look. */
  readonly joinFilters?: JoinFilters;
  /** Threads that the statement may use beside this one; null and absent: none. */
  readonly threads?: StatementThreads | null;
  /** Computes values that take long; null and absent: they are computed in place. */
  readonly evaluator?: Evaluator | null;
  /** Warnings of the statement so far. */
  readonly warningCount: number;
  /** Of what was given up, to be done another way, nobody is told: leaves the first `count` warnings. */
  takeBackWarnings(count: number): void;
  /** How rows of the table may be written by a commit of their own; null where the statement's changes are a transaction's. */
  bulkOptions?(table: TableInfo): BulkOptions | null;
  /** Absent where nothing that the statement may write has to do with a foreign key. */
  readonly foreignKeys?: ForeignKeyChecks | null;
  /** The context with other facts. An object of the same class: one that inherits from it would make every access to either slow. */
  with(changes: ContextChanges): ExecContext;
}

export type ContextChanges = Partial<
  Pick<ExecContext, 'snapshot' | 'scanOverrides' | 'ownBefore' | 'reading'>
>;

export interface StatementThreads {
  readonly pool: ThreadPool;
  /** Threads for one operator (tidb_executor_concurrency). */
  readonly count: number;
}

export interface RowChange {
  readonly before: readonly Datum[] | null;
  readonly after: readonly Datum[] | null;
}

/** A thread of its own for values that take long, where the statement's would keep others waiting. */
export interface Evaluator {
  /**
   * Computes expressions without other leaves than literals. Each result gives the value, having its warnings told, or throws the error.
   * Rejects when the statement is to end, which does not wait for the thread.
   */
  evaluate(exprs: readonly Expression[]): Promise<readonly ((ctx: EvalContext) => Datum)[]>;
  checkpoint(): Promise<void> | undefined;
}

/** Told of each row (datums by column offset) that a statement changes. */
export interface RowObserver {
  inserted(row: readonly Datum[]): void;
  updated(before: readonly Datum[], after: readonly Datum[]): void;
  deleted(row: readonly Datum[]): void;
  /**
   * IGNORE: what is wrong with each change about to be made, null where nothing is. `before` null: a new row; `after` null:
   * the row goes.
   */
  problems(changes: readonly RowChange[]): Promise<readonly (MysqlError | null)[]>;
}

/** The foreign keys that a statement has to keep to. */
export interface ForeignKeyChecks {
  /** Null when no foreign key has to do with the table. */
  observer(table: TableInfo): RowObserver | null;
  /** Does what the changed rows ask for: referenced rows are looked for, referring rows changed or found in the way. Throws 1451, 1452, 3008. */
  enforce(): Awaitable<void>;
}

/** Files of a statement; all are closed at its end at the latest. */
export interface TempFiles {
  create(): TempFile;
}

/** An operator that can move rows which it holds to disk. */
export interface Spillable {
  /** Bytes that a spill would free now; 0 when there is nothing worth it. */
  spillableBytes(): number;
  /** Asks for it: to be done when the operator is next given rows, or asked for some. */
  spill(): void;
  /** Bytes that stay although rows go to disk: they are not held against the statement again. */
  pinnedBytes?(): number;
}

export interface MemoryTracker {
  /** Bytes that the statement may hold; Infinity where nothing is set. */
  readonly quota: number;
  /**
   * Notes that the caller holds `bytes` more. Where that is too much, the largest holders that can spill are asked to;
   * when that does not suffice, throws 8175 (or 8176 for the server's limit), the bytes counted all the same.
   */
  consume(bytes: number): void;
  release(bytes: number): void;
  /** Gives a function that takes it off the list again. Only where the context has a `disk`. */
  addSpillable(operator: Spillable): () => void;
  /** The statement's tracker, which those of single operators report to; all contexts of a statement share it. */
  readonly root: MemoryTracker;
}

/** Actual figures of one operator (EXPLAIN ANALYZE's actRows, execution info; a span of the trace). Times in milliseconds. */
export interface OperatorStats {
  readonly planId: number;
  rows: number;
  loops: number;
  timeMs: number;
  openedAt: number;
  closedAt: number;
  memoryBytes: number;
  diskBytes: number;
  /** Further facts by name, e.g. 'cop_task' → 'num: 1, …'. */
  readonly extra: Map<string, string>;
}

/** Figures of an operator that has not run yet. */
export const noFigures = (planId: number): OperatorStats => ({
  planId,
  rows: 0,
  loops: 0,
  timeMs: 0,
  openedAt: 0,
  closedAt: 0,
  memoryBytes: 0,
  diskBytes: 0,
  extra: new Map(),
});

export interface RuntimeStats {
  of(plan: PhysicalPlan): OperatorStats;
}

/** A physical operator at run time. `open` before `next`; `close` always, once. */
export interface Operator {
  open(): Awaitable<void>;
  /** The next non-empty chunk or null. */
  next(): Awaitable<Chunk | null>;
  close(): Awaitable<void>;
}

/** Result of a statement that changes rows. */
export interface DmlResult {
  readonly affectedRows: number;
  /** Rows matched by UPDATE (CLIENT_FOUND_ROWS). */
  readonly foundRows: number;
  /** First AUTO_INCREMENT value generated, 0 when none was. Becomes LAST_INSERT_ID(). */
  readonly lastInsertId: number | bigint;
  /** Last value given explicitly for the AUTO_INCREMENT column, when none was generated: the OK packet's insert id (mysql_insert_id()). */
  readonly explicitInsertId?: number | bigint;
  /** 'Records: 3  Duplicates: 0  Warnings: 0', 'Rows matched: 1  Changed: 1  Warnings: 0' or ''. */
  readonly info: string;
}
