import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';
import type { TimeUnit } from '../parser/ast/index.js';

/**
 * Schema objects as the planner and the executor see them. All objects are immutable: a schema change makes new ones.
 * Their stored form (JSON with TiDB's field names, under `m`) is catalog/meta's concern.
 */

/** States of an object during an online schema change (F1; TiDB model.SchemaState). Readers see public objects only. */
export type SchemaState = 'none' | 'deleteOnly' | 'writeOnly' | 'writeReorg' | 'deleteReorg' | 'public';

export type ColumnDefault =
  /** No DEFAULT clause: NULL when nullable, else error 1364 in strict mode. */
  | { readonly kind: 'none' }
  | { readonly kind: 'value'; readonly value: Datum }
  /** CURRENT_TIMESTAMP(fsp) / NOW(). */
  | { readonly kind: 'now'; readonly fsp: number }
  /** Expression default, SQL text. */
  | { readonly kind: 'expr'; readonly sql: string };

export interface ColumnInfo {
  readonly id: number;
  readonly name: string;
  readonly lower: string;
  /** Position in TableInfo.columns. */
  readonly offset: number;
  readonly type: FieldType;
  readonly default: ColumnDefault;
  /** Value of rows written before the column was added (instant ADD COLUMN). */
  readonly originDefault: Datum;
  /** ON UPDATE CURRENT_TIMESTAMP. */
  readonly onUpdateNow: boolean;
  readonly autoIncrement: boolean;
  readonly state: SchemaState;
  readonly comment: string;
  /** Columns behind expression indexes; never shown. */
  readonly hidden: boolean;
  /** Generation expression as SQL text; '' for a plain column. */
  readonly generated: string;
  readonly generatedStored: boolean;
  /** During MODIFY COLUMN: id of the column whose value, converted, this one takes whenever a row is written. */
  readonly changing?: number;
  /** During ADD COLUMN with a default over other columns: takes it whenever a row is written. */
  readonly filling?: boolean;
  /** During MODIFY COLUMN … NOT NULL: takes no NULL any more. */
  readonly preventNull?: boolean;
}

export interface IndexColumn {
  readonly name: string;
  /** Offset in TableInfo.columns. */
  readonly offset: number;
  /** Prefix length in characters (bytes for binary), -1 = whole. */
  readonly length: number;
  /** Entries are in descending order of this part: its encoding is complemented in their keys. */
  readonly desc?: true;
}

/** The rows that a partial index has entries of: a test of one column. */
export interface IndexCondition {
  /** As SHOW CREATE TABLE prints it. */
  readonly sql: string;
  /** Name of the column, which keeps it and its type as long as the index is there. */
  readonly column: string;
  readonly test: 'isnull' | 'notnull' | 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';
  /** What the column is compared with; that of a TIMESTAMP is one, in UTC. Null: nothing. */
  readonly constant: { readonly type: FieldType; readonly value: Datum } | null;
}

export interface IndexInfo {
  readonly id: number;
  readonly name: string;
  readonly lower: string;
  readonly columns: readonly IndexColumn[];
  readonly unique: boolean;
  readonly primary: boolean;
  readonly state: SchemaState;
  readonly invisible: boolean;
  readonly comment: string;
  /** A FULLTEXT index: the columns whose words are the array that it is over, and the parser that finds them (none: the built-in one). */
  readonly fulltext?: { readonly columns: readonly string[]; readonly parser?: string };
  /** Of a partitioned table: one index over all partitions, under the table's own id; entries name their rows' partition. */
  readonly global?: boolean;
  /** How the keys of a global index name partitions (TiDB's GlobalIndexVersion): see PartitionOfKey. */
  readonly globalVersion?: number;
  /** A partial index: rows for which this is not true have no entry. */
  readonly condition?: IndexCondition;
  /** Not there but for EXPLAIN of one session; never stored. */
  readonly hypothetical?: true;
}

export interface TableInfo {
  readonly id: number;
  readonly name: string;
  readonly lower: string;
  readonly charset: string;
  readonly collate: string;
  /** Public columns first, in the order of SELECT *; columns in other states behind them. */
  readonly columns: readonly ColumnInfo[];
  readonly indices: readonly IndexInfo[];
  /** Clustered on a single integer column, which is the handle and has no index entry. */
  readonly pkIsHandle: boolean;
  /** Clustered on another primary key: handle = memcomparable encoding of the primary index's columns. */
  readonly isCommonHandle: boolean;
  readonly state: SchemaState;
  readonly comment: string;
  /** Next AUTO_INCREMENT given at CREATE/ALTER; allocation itself is kept in meta. */
  readonly autoIncrement: number | bigint;
  /** The clustered integer primary key is AUTO_RANDOM(shardBits, rangeBits). */
  readonly autoRandom?: { readonly shardBits: number; readonly rangeBits: number };
  readonly maxColumnId: number;
  readonly maxIndexId: number;
  /** Schema version that made this object. */
  readonly version: number;
  /** Version of this object before that; a transaction planned with it may still commit (F1: one state apart). 0 = none. */
  readonly previousVersion?: number;
  /** Creation time, ms since the epoch. */
  readonly createTime: number;
  readonly view?: ViewInfo;
  readonly sequence?: SequenceInfo;
  /** Rows of other tables that this table's rows refer to. */
  readonly foreignKeys?: readonly ForeignKeyInfo[];
  /** Rows whose time has come are deleted. */
  readonly ttl?: TtlInfo;
  /** ALTER TABLE … CACHE was given. */
  readonly cached?: boolean;
  /** FLASHBACK CLUSTER is at work on the rows, since this timestamp: statements keep away. */
  readonly flashback?: string;
  /** Conditions that every row must not make false. */
  readonly checks?: readonly CheckInfo[];
  /** A temporary table: one session's own, or everybody's with rows that each transaction has for itself. */
  readonly temporary?: 'local' | 'global';
  readonly partition?: PartitionInfo;
  /** Where rows are written a second time while they move between partitions. */
  readonly moving?: MovingRows;
  /** The partition whose place the table is about to take: its new rows must belong there. */
  readonly exchanging?: { readonly partition: PartitionInfo; readonly at: number };
  /** Schema version that last set the table's counters of values: what a node reserved of them before that is void. */
  readonly countersSet?: number;
  /** EXCHANGE PARTITION brought rows whose hidden handles may be those of other partitions' rows. */
  readonly foreignHandles?: boolean;
  /** Set for tables whose rows come from the server itself (information_schema and its kin). */
  readonly virtual?: boolean;
  /** SET TIFLASH REPLICA: a columnar replica is wanted. Whether it is there, each node knows for itself. */
  readonly tiflashReplica?: { readonly count: number; readonly labels: readonly string[] };
  /** ROW_FORMAT, COMPRESSION and other options kept and shown, by upper-case name. */
  readonly options?: Readonly<Record<string, string>>;
}

export type PartitionType = 'RANGE' | 'LIST' | 'HASH' | 'KEY';

/**
 * How a table's rows are divided. Each partition is a table of its own in the store, with its rows and index entries under
 * its id; the table's own id holds nothing.
 */
export interface PartitionInfo {
  readonly type: PartitionType;
  /** Text of the partitioning expression; '' when it is by columns. */
  readonly expr: string;
  /** Names of the columns of RANGE COLUMNS, LIST COLUMNS and KEY. */
  readonly columns: readonly string[];
  /** KEY () was written: by the primary key, whatever it is. */
  readonly byPrimaryKey: boolean;
  readonly definitions: readonly PartitionDefinition[];
}

/**
 * The other division of a table whose rows move: that to come, or that which is left. Rows of partitions that both divisions
 * have do not move.
 */
export interface MovingRows {
  readonly state: SchemaState;
  /** Null: rows lie under the table's own id. */
  readonly partition: PartitionInfo | null;
  /**
   * False: only the entries of global indexes that belong to the other division are kept; rows of partitions that it has not
   * are gone with it (DROP, TRUNCATE PARTITION).
   */
  readonly copies: boolean;
}

export interface PartitionDefinition {
  readonly id: number;
  readonly name: string;
  readonly lower: string;
  /** RANGE: the bound as SQL text, one for each column, or MAXVALUE. */
  readonly lessThan: readonly string[];
  /** LIST: rows of values as SQL text; a row [DEFAULT] takes all others. */
  readonly inValues: readonly (readonly string[])[];
  readonly comment: string;
  /** Its placement policy; without it: the table's. */
  readonly policy?: string;
}

export interface ViewInfo {
  readonly selectText: string;
  readonly columns: readonly string[];
  readonly definer: string;
  readonly security: 'DEFINER' | 'INVOKER';
  readonly algorithm: 'UNDEFINED' | 'MERGE' | 'TEMPTABLE';
  readonly checkOption: 'NONE' | 'LOCAL' | 'CASCADED';
}

/** What happens to a row whose referenced row goes or changes. */
export type ReferentialAction = 'RESTRICT' | 'CASCADE' | 'SET NULL' | 'NO ACTION' | 'SET DEFAULT';

/** A foreign key: `columns` of the table hold what `refColumns` of a row of the referenced table hold, or a NULL. */
export interface ForeignKeyInfo {
  readonly id: number;
  readonly name: string;
  readonly columns: readonly string[];
  readonly refSchema: string;
  readonly refTable: string;
  readonly refColumns: readonly string[];
  /** Null: not written, which is as NO ACTION. */
  readonly onDelete: ReferentialAction | null;
  readonly onUpdate: ReferentialAction | null;
}

/** Rows go when `column` is longer ago than the interval. */
export interface TtlInfo {
  readonly column: string;
  /** SQL text of the interval's value. */
  readonly value: string;
  readonly unit: TimeUnit;
  readonly enabled: boolean;
  /** Time between two jobs, as written: `24h`. */
  readonly jobInterval: string;
}

/** A CHECK constraint: a row for which the expression is false is refused. */
export interface CheckInfo {
  readonly id: number;
  readonly name: string;
  /** SQL text, columns by their names in `columns`. */
  readonly expr: string;
  readonly columns: readonly string[];
  readonly enforced: boolean;
  /** Written with a column. */
  readonly inColumn: boolean;
  /** What the columns are called in the table while a change of it is under way; without it: as in `columns`. */
  readonly stored?: readonly string[];
}

/** A sequence's definition; integers in decimal. Values are `start` and those whole increments away, within the bounds. */
export interface SequenceInfo {
  readonly start: string;
  readonly increment: string;
  readonly minValue: string;
  readonly maxValue: string;
  /** Values reserved at once; 0 = NOCACHE. */
  readonly cache: number;
  readonly cycle: boolean;
}

export interface DbInfo {
  /** Placement policy of new tables. */
  readonly policy?: string;
  readonly id: number;
  readonly name: string;
  readonly lower: string;
  readonly charset: string;
  readonly collate: string;
  readonly state: SchemaState;
}

/** The schema at one version: an immutable snapshot that a statement keeps from start to end. Names match case-insensitively. */
export interface InfoSchema {
  readonly version: number;
  database(name: string): DbInfo | null;
  databases(): readonly DbInfo[];
  table(db: string, name: string): TableInfo | null;
  /** By the table's own id or that of one of its partitions. */
  tableById(id: number): { readonly db: DbInfo; readonly table: TableInfo } | null;
  /** Without a session's own temporary tables. */
  tables(db: string): readonly TableInfo[];
  /** The schema without the session's own temporary tables: what views are made of. */
  readonly permanent?: InfoSchema;
}
