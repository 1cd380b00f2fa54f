import type { Expr, Query } from '../parser/ast/index.js';
import type { ColumnInfo, InfoSchema, TableInfo } from '../catalog/model.js';
import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';
import type { SqlWarning } from '../types/error.js';
import type { Storage, Transaction } from '../kv/storage.js';
import type { DdlWorker } from './job/ddl-worker.js';
import type { JobSession } from './job/job.js';
import type { EvalContext } from '../expression/eval-context.js';

/** What a schema change may ask of the session that runs it. */
export interface DdlContext {
  readonly storage: Storage;
  readonly eval: EvalContext;
  /** Newest schema known to this process. */
  schema(): InfoSchema;
  /** Brings `schema()` to the newest version in the store. */
  reload(): Promise<void>;
  /** There is a newer version. Resolves when every living node has it: clients of theirs find what was made here as soon as its maker is answered. */
  tellSchema(): Promise<void>;
  /**
   * Resolves when no running transaction uses the table at a version below `version` (metadata lock): after that,
   * every node's statements know the new state.
   */
  awaitVersion(tableId: number, version: number): Promise<void>;
  /**
   * Ends the connections of all other clients, on every node, and resolves when nobody's transaction works with the schema as it
   * was before `version`.
   */
  endOthers(version: number): Promise<void>;
  /**
   * Commits what a job did to the rows of a table that it knows at `version`, as long as every node works with that: a job that another
   * node has taken over and brought further must change nothing more. Throws 8028.
   */
  commitAt(txn: Transaction, tableId: number, version: number): Promise<void>;
  /** All rows may have changed: every node reads statistics and row counts again. */
  rowsReplaced(): Promise<void>;
  /** Throws 8055 when garbage collection may have passed the timestamp. */
  checkSafePoint(ts: bigint): Promise<void>;
  /** Whether a transaction of this node that uses the table has a snapshot from before `ts`. */
  hasSnapshotBefore(tableId: number, ts: bigint): boolean;
  /** The database named, or the current one; throws 1046. */
  databaseOf(schema: string | null): string;
  /** '' when none is selected. */
  readonly currentDatabase: string;
  variable(name: string): string;
  /** Types of a query's columns. Throws the errors of planning it. */
  queryTypes(query: Query): Promise<readonly FieldType[]>;
  /** Value of a constant expression (DEFAULT). */
  evaluate(expr: Expr): Promise<{ readonly type: FieldType; readonly value: Datum }>;
  /** A literal's value and the type that it gives itself. */
  literal(expr: Expr): { readonly type: FieldType; readonly value: Datum };
  /** The value as it would be stored in the column, in strict mode. Throws 1067 and the conversion errors. */
  toColumn(value: Datum, type: FieldType, column: Pick<ColumnInfo, 'name' | 'type'>): Datum;
  /** The expression that stored text holds. */
  parse(text: string): Expr;
  /** The text of an expression as written, names quoted: of a partitioning function. */
  restorePlain(expr: Expr): string;
  /** Order of two bounds of a type, written as literals. */
  boundCompare(type: FieldType): (a: string, b: string) => number;
  /** Type of an expression over columns; `ofIndex`: it may be an array's. Throws the errors of names and types. */
  expressionType(expr: Expr, columns: readonly ColumnInfo[], ofIndex?: boolean): FieldType;
  /** Computes the generated columns that stored rows (datums by column offset) do not hold. */
  fillGenerated(table: TableInfo, rows: readonly Datum[][]): Promise<void>;
  /** The enforced CHECK constraints hold for full rows (datums by column offset). Throws 3819. */
  checkRows(table: TableInfo, rows: readonly Datum[][]): Promise<void>;
  /** The text of an expression as SHOW CREATE TABLE prints it. */
  restore(expr: Expr): string;
  checkPrivilege(privilege: string, db: string, table: string): void;
  /** Throws 1227 unless the user holds the privilege globally. */
  requireGlobal(...alternatives: readonly string[]): void;
  /** Another session's LOCK TABLES keeps the table as it is, and so does one's own for reading. Throws 8020, 1099. */
  checkTableLock(table: TableInfo): void;
  warn(warning: SqlWarning): void;
  /** Ids given to the table are void (TRUNCATE, DROP). */
  forgetTable(table: TableInfo): void;
  /** Values reserved of the table's AUTO_INCREMENT counter and not given go back to it (AUTO_ID_CACHE = 1). */
  giveBackIds(table: TableInfo): Promise<void>;
  /** Rows of a new table are a copy of this many (statistics). */
  noteRows(tableId: number, rows: number): void;
  /** ANALYZE is to find out how two columns go together. Throws 1105 for a name or columns that are taken. */
  addExtendedStatistics(
    table: TableInfo,
    name: string,
    columns: readonly number[],
    ifNotExists: boolean,
  ): Promise<void>;
  dropExtendedStatistics(table: TableInfo, name: string, ifExists: boolean): Promise<void>;
  /** Runs changes of several steps. */
  readonly jobs: DdlWorker;
  /** What the history calls the statement (`create table`); '' = it is not kept there. */
  readonly jobType: string;
  /** Text of the statement. */
  readonly statementText: string;
  /** What the statement's jobs depend on. */
  jobSession(): JobSession;
  /** Carries out a change by which the table becomes a cached one or ceases to be one; meanwhile nobody reads it from memory. */
  switchCaching(tableId: number, change: () => Promise<void>): Promise<void>;
  /** Estimated rows of a table. */
  rowCount(tableId: number): number;
  /** Whether other sessions run statements. */
  busy(): boolean;
  /** Statements that this node has begun so far. */
  statements(): number;
  /** Sets the columns of rows that take the values of others (MODIFY COLUMN). Throws the errors of conversion. */
  changeColumns(table: TableInfo, rows: readonly Datum[][]): Promise<void>;
  /** What `changeColumns` had to warn of so far, an entry for each number. */
  conversionWarnings(): readonly SqlWarning[];
  /** Id of the physical table that a row (datums by column offset) of a table belongs to. Throws 1526. */
  physicalIdOf(table: TableInfo, row: readonly Datum[]): number;
  /** A hidden handle that no row has. */
  freshHandle(table: TableInfo): Promise<number | bigint>;
  /** Throws when the statement was killed. */
  throwIfInterrupted(): void;
  /** Shown by SHOW PROCESSLIST and ADMIN SHOW DDL JOBS. */
  progress(text: string): void;
}
