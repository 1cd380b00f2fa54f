import type { ColumnTypeSpec } from './column-type.js';
import type { UserSpec } from './admin.js';
import type { Expr, TimeUnit } from './expression.js';
import type { Query, TableName } from './select.js';

// Databases

export type DatabaseOption =
  | { name: 'CHARSET'; value: string }
  | { name: 'COLLATE'; value: string }
  | { name: 'ENCRYPTION'; value: string }
  | { name: 'PLACEMENT POLICY'; value: string }
  | { name: 'TIFLASH REPLICA'; count: number; labels: string[] }
  | { name: 'READ ONLY'; value: string };

export interface CreateDatabaseStmt {
  kind: 'CreateDatabase';
  ifNotExists: boolean;
  name: string;
  options: DatabaseOption[];
}

/** `name` null: the current database. */
export interface AlterDatabaseStmt {
  kind: 'AlterDatabase';
  name: string | null;
  options: DatabaseOption[];
}

export interface DropDatabaseStmt {
  kind: 'DropDatabase';
  ifExists: boolean;
  name: string;
}

// Columns, keys, constraints

export interface ColumnDef {
  name: string;
  /** Qualifiers as written (`t.c int`), almost always null. */
  schema: string | null;
  table: string | null;
  type: ColumnTypeSpec;
  options: ColumnOption[];
}

export type ColumnOption =
  | { kind: 'NotNull' }
  | { kind: 'Null' }
  | { kind: 'AutoIncrement' }
  /** DEFAULT literal, DEFAULT now(fsp), or DEFAULT (expr) — the last is a Paren. */
  | { kind: 'Default'; value: Expr }
  | { kind: 'OnUpdate'; value: Expr }
  | { kind: 'PrimaryKey'; clustered: boolean | null; global: boolean }
  | { kind: 'Unique'; global: boolean }
  | { kind: 'Comment'; text: string }
  /** `text` is the expression's source text, for SHOW CREATE TABLE. */
  | { kind: 'Generated'; expr: Expr; text: string; stored: boolean }
  | { kind: 'Check'; name: string | null; expr: Expr; enforced: boolean }
  | { kind: 'References'; reference: Reference }
  | { kind: 'Collate'; collation: string }
  | { kind: 'ColumnFormat'; format: 'FIXED' | 'DYNAMIC' | 'DEFAULT' }
  | { kind: 'Storage'; storage: 'DISK' | 'MEMORY' | 'DEFAULT' }
  /** TiDB's AUTO_RANDOM[(shardBits[, rangeBits])]. */
  | { kind: 'AutoRandom'; shardBits: number | null; rangeBits: number | null }
  | { kind: 'Visibility'; visible: boolean }
  | { kind: 'SecondaryEngineAttribute'; value: string };

export type ReferenceAction = 'RESTRICT' | 'CASCADE' | 'SET NULL' | 'NO ACTION' | 'SET DEFAULT';

export interface Reference {
  table: TableName;
  columns: IndexPart[];
  match: 'FULL' | 'PARTIAL' | 'SIMPLE' | null;
  onDelete: ReferenceAction | null;
  onUpdate: ReferenceAction | null;
}

/** A key part: a column with an optional prefix length, or an expression (in its own parentheses). */
export interface IndexPart {
  column: string | null;
  length: number | null;
  expr: Expr | null;
  desc: boolean;
}

export interface IndexOptions {
  /** BTREE, HASH, RTREE, HYPO, HNSW, INVERTED. */
  type: string | null;
  keyBlockSize: number | null;
  comment: string | null;
  parser: string | null;
  visible: boolean | null;
  clustered: boolean | null;
  global: boolean | null;
  /** ADD_COLUMNAR_REPLICA_ON_DEMAND. */
  addColumnarReplicaOnDemand: boolean;
  /** WHERE of a partial index. */
  where: Expr | null;
  preSplit: SplitOption | null;
}

export type ConstraintType =
  'PRIMARY KEY' | 'UNIQUE' | 'INDEX' | 'FULLTEXT' | 'SPATIAL' | 'VECTOR' | 'COLUMNAR';

export type TableConstraint = KeyConstraint | ForeignKeyConstraint | CheckConstraint;

/** `name` is the index name, or the CONSTRAINT name when that alone is given; null when neither. */
export interface KeyConstraint {
  kind: 'Key';
  type: ConstraintType;
  name: string | null;
  ifNotExists: boolean;
  parts: IndexPart[];
  options: IndexOptions;
}

export interface ForeignKeyConstraint {
  kind: 'ForeignKey';
  name: string | null;
  ifNotExists: boolean;
  columns: IndexPart[];
  reference: Reference;
}

export interface CheckConstraint {
  kind: 'Check';
  name: string | null;
  expr: Expr;
  enforced: boolean;
}

// Tables

/**
 * ENGINE, CHARSET, COLLATE, COMMENT, AUTO_INCREMENT, AUTO_ID_CACHE, AUTO_RANDOM_BASE, ROW_FORMAT, SHARD_ROW_ID_BITS,
 * PRE_SPLIT_REGIONS, KEY_BLOCK_SIZE, STATS_PERSISTENT, TTL_ENABLE, TTL_JOB_INTERVAL, PLACEMENT POLICY, …: `name` upper case,
 * CHARACTER SET as CHARSET. Value: number (bigint beyond 2^53-1) where MySQL takes a number, else a string;
 * UNION has a list of tables; `DEFAULT` is the string 'DEFAULT' for stats options and placement policy.
 */
export interface TableOption {
  name: string;
  value: string | number | bigint | boolean | TableName[];
  /** CHARACTER SET DEFAULT and such. */
  isDefault: boolean;
}

/** TTL = column + INTERVAL value unit. */
export interface TtlOption {
  column: string;
  value: Expr;
  unit: TimeUnit;
}

export interface CreateTableStmt {
  kind: 'CreateTable';
  table: TableName;
  ifNotExists: boolean;
  temporary: 'LOCAL' | 'GLOBAL' | null;
  /** ON COMMIT DELETE | PRESERVE ROWS of global temporary tables. */
  onCommitDelete: boolean;
  like: TableName | null;
  columns: ColumnDef[];
  constraints: TableConstraint[];
  options: TableOption[];
  ttl: TtlOption | null;
  partition: PartitionOptions | null;
  select: Query | null;
  onDuplicate: 'IGNORE' | 'REPLACE' | null;
  /** SPLIT options after the table options. */
  splits: { index: string | null; primaryKey: boolean; option: SplitOption }[];
}

export interface PartitionMethod {
  type: 'HASH' | 'KEY' | 'RANGE' | 'LIST' | 'SYSTEM_TIME' | 'NONE';
  linear: boolean;
  /** KEY ALGORITHM = 1 | 2. */
  algorithm: number | null;
  expr: Expr | null;
  /** KEY (…), RANGE COLUMNS (…), LIST COLUMNS (…); null otherwise. */
  columns: string[] | null;
  /** PARTITIONS n / SUBPARTITIONS n. */
  count: number | null;
  /** TiDB's INTERVAL (v [unit]) FIRST PARTITION LESS THAN (…) LAST PARTITION LESS THAN (…) [NULL PARTITION] [MAXVALUE PARTITION]. */
  interval: {
    value: Expr;
    unit: TimeUnit | null;
    first: Expr | null;
    last: Expr | null;
    nullPartition: boolean;
    maxValuePartition: boolean;
  } | null;
}

export interface PartitionOptions {
  method: PartitionMethod;
  sub: PartitionMethod | null;
  definitions: PartitionDef[];
  /** UPDATE INDEXES (idx GLOBAL|LOCAL, …). */
  updateIndexes: { name: string; global: boolean }[];
}

export interface PartitionDef {
  name: string;
  values: PartitionValues | null;
  options: TableOption[];
  sub: { name: string; options: TableOption[] }[];
}

/** LESS THAN (exprs) with MAXVALUE as null; IN (rows), each row a list of values, DEFAULT as a DefaultExpr. */
export type PartitionValues =
  | { kind: 'LessThan'; values: (Expr | null)[] }
  | { kind: 'In'; rows: Expr[][] }
  | { kind: 'Default' }
  | { kind: 'History' }
  | { kind: 'Current' };

export interface DropTableStmt {
  kind: 'DropTable';
  ifExists: boolean;
  temporary: 'LOCAL' | 'GLOBAL' | null;
  tables: TableName[];
  behaviour: 'RESTRICT' | 'CASCADE' | null;
}

export interface TruncateTableStmt {
  kind: 'TruncateTable';
  table: TableName;
}

export interface RenameTableStmt {
  kind: 'RenameTable';
  renames: { from: TableName; to: TableName }[];
}

export interface AlterTableStmt {
  kind: 'AlterTable';
  ignore: boolean;
  table: TableName;
  specs: AlterTableSpec[];
}

/** ALTER TABLE t COMPACT [PARTITION p, …] [TIFLASH REPLICA]. */
export interface CompactTableStmt {
  kind: 'CompactTable';
  table: TableName;
  partitions: string[];
  /** TIFLASH REPLICA is written. */
  tiflash: boolean;
}

export type ColumnPosition = { kind: 'First' } | { kind: 'After'; column: string };

export type AlterAlgorithm = 'DEFAULT' | 'COPY' | 'INPLACE' | 'INSTANT';
export type AlterLock = 'DEFAULT' | 'NONE' | 'SHARED' | 'EXCLUSIVE';

export type AlterTableSpec =
  | {
      kind: 'AddColumns';
      ifNotExists: boolean;
      columns: ColumnDef[];
      constraints: TableConstraint[];
      position: ColumnPosition | null;
    }
  | { kind: 'DropColumn'; ifExists: boolean; name: string }
  | { kind: 'ModifyColumn'; ifExists: boolean; column: ColumnDef; position: ColumnPosition | null }
  | {
      kind: 'ChangeColumn';
      ifExists: boolean;
      oldName: string;
      column: ColumnDef;
      position: ColumnPosition | null;
    }
  | { kind: 'RenameColumn'; from: string; to: string }
  /** value null: DROP DEFAULT. */
  | { kind: 'AlterColumnDefault'; ifExists: boolean; name: string; value: Expr | null }
  | { kind: 'AlterColumnVisibility'; name: string; visible: boolean }
  | { kind: 'AddConstraint'; constraint: TableConstraint }
  | { kind: 'DropPrimaryKey' }
  | { kind: 'DropIndex'; ifExists: boolean; name: string }
  | { kind: 'DropForeignKey'; ifExists: boolean; name: string }
  /** `constraint`: DROP CONSTRAINT, which takes other constraints away, too. */
  | { kind: 'DropCheck'; name: string; constraint: boolean }
  | { kind: 'AlterCheck'; name: string; enforced: boolean }
  | { kind: 'AlterIndexVisibility'; name: string; visible: boolean }
  | { kind: 'RenameIndex'; from: string; to: string }
  | { kind: 'RenameTable'; to: TableName }
  | { kind: 'TableOptions'; options: TableOption[] }
  | { kind: 'ConvertCharset'; charset: string | null; collate: string | null }
  | { kind: 'OrderBy'; columns: { name: string; desc: boolean }[] }
  | { kind: 'EnableKeys' }
  | { kind: 'DisableKeys' }
  | { kind: 'Force' }
  | { kind: 'Algorithm'; value: AlterAlgorithm }
  | { kind: 'Lock'; value: AlterLock }
  | { kind: 'Validation'; with: boolean }
  | { kind: 'SecondaryLoad' }
  | { kind: 'SecondaryUnload' }
  | { kind: 'DiscardTablespace' }
  | { kind: 'ImportTablespace' }
  | { kind: 'PartitionBy'; partition: PartitionOptions }
  | { kind: 'RemovePartitioning' }
  | {
      kind: 'AddPartitions';
      ifNotExists: boolean;
      noWriteToBinlog: boolean;
      definitions: PartitionDef[];
      count: number | null;
    }
  | { kind: 'DropPartitions'; ifExists: boolean; names: string[] }
  /** names null: ALL. */
  | { kind: 'TruncatePartitions'; names: string[] | null }
  | { kind: 'CoalescePartitions'; noWriteToBinlog: boolean; count: number }
  | {
      kind: 'ReorganizePartitions';
      noWriteToBinlog: boolean;
      names: string[] | null;
      definitions: PartitionDef[];
    }
  | { kind: 'ExchangePartition'; name: string; table: TableName; validation: boolean }
  | {
      kind:
        | 'RebuildPartitions'
        | 'OptimizePartitions'
        | 'RepairPartitions'
        | 'CheckPartitions'
        | 'DiscardPartitions'
        | 'ImportPartitions';
      names: string[] | null;
    }
  | { kind: 'PartitionOptions'; name: string; options: TableOption[] }
  | {
      kind: 'FirstPartition' | 'LastPartition' | 'MergeFirstPartition' | 'SplitMaxValuePartition';
      value: Expr;
    }
  | { kind: 'TiFlashReplica'; count: number; labels: string[]; hypo: boolean }
  /** With the options written beside it. */
  | { kind: 'SetTtl'; ttl: TtlOption; options: TableOption[] }
  | { kind: 'RemoveTtl' }
  | { kind: 'Cache' }
  | { kind: 'NoCache' }
  | { kind: 'Attributes'; partition: string | null; value: string | null }
  | { kind: 'StatsOptions'; value: string | null }
  | {
      kind: 'AddStatistics';
      ifNotExists: boolean;
      name: string;
      type: 'CARDINALITY' | 'DEPENDENCY' | 'CORRELATION';
      columns: string[];
    }
  | { kind: 'DropStatistics'; ifExists: boolean; name: string };

export interface CreateIndexStmt {
  kind: 'CreateIndex';
  type: Exclude<ConstraintType, 'PRIMARY KEY'>;
  ifNotExists: boolean;
  name: string;
  table: TableName;
  parts: IndexPart[];
  options: IndexOptions;
  algorithm: AlterAlgorithm | null;
  lock: AlterLock | null;
}

export interface DropIndexStmt {
  kind: 'DropIndex';
  /** DROP HYPO INDEX. */
  hypo: boolean;
  ifExists: boolean;
  name: string;
  table: TableName;
  algorithm: AlterAlgorithm | null;
  lock: AlterLock | null;
}

// Views and sequences

export interface CreateViewStmt {
  kind: 'CreateView';
  /** ALTER VIEW: the view is there already. */
  alter: boolean;
  orReplace: boolean;
  algorithm: 'UNDEFINED' | 'MERGE' | 'TEMPTABLE';
  definer: UserSpec | null;
  security: 'DEFINER' | 'INVOKER';
  view: TableName;
  columns: string[] | null;
  query: Query;
  /** Source text of the query. */
  queryText: string;
  check: 'CASCADED' | 'LOCAL' | null;
}

export interface DropViewStmt {
  kind: 'DropView';
  ifExists: boolean;
  views: TableName[];
}

/** NO form (NO MINVALUE, NOCACHE, …) has value null. */
export type SequenceOption =
  | { name: 'INCREMENT' | 'START'; value: number | bigint }
  | { name: 'MINVALUE' | 'MAXVALUE' | 'CACHE'; value: number | bigint | null }
  | { name: 'CYCLE'; value: boolean }
  /** value null: RESTART alone. */
  | { name: 'RESTART'; value: number | bigint | null };

export interface CreateSequenceStmt {
  kind: 'CreateSequence';
  ifNotExists: boolean;
  name: TableName;
  options: SequenceOption[];
  tableOptions: TableOption[];
}

export interface AlterSequenceStmt {
  kind: 'AlterSequence';
  ifExists: boolean;
  name: TableName;
  options: SequenceOption[];
}

export interface DropSequenceStmt {
  kind: 'DropSequence';
  ifExists: boolean;
  names: TableName[];
}

// TiDB's table maintenance

export interface SplitOption {
  /** BETWEEN lower AND upper REGIONS n, or BY (…), (…). */
  lower: Expr[] | null;
  upper: Expr[] | null;
  regions: number | null;
  values: Expr[][] | null;
}

export interface SplitRegionStmt {
  kind: 'SplitRegion';
  regionFor: boolean;
  partition: boolean;
  table: TableName;
  partitions: string[];
  index: string | null;
  option: SplitOption;
}

/** RECOVER TABLE t [n] | BY JOB n. */
export interface RecoverTableStmt {
  kind: 'RecoverTable';
  table: TableName | null;
  job: number | null;
  jobCount: number | null;
}

export interface FlashbackTableStmt {
  kind: 'FlashbackTable';
  table: TableName;
  to: string | null;
}

export interface FlashbackDatabaseStmt {
  kind: 'FlashbackDatabase';
  name: string;
  to: string | null;
}

/** FLASHBACK CLUSTER | TABLE … | DATABASE … TO TIMESTAMP|TSO x. */
export interface FlashbackToTimestampStmt {
  kind: 'FlashbackToTimestamp';
  tables: TableName[];
  database: string | null;
  timestamp: Expr | null;
  tso: number | bigint | null;
}

export interface PlacementOption {
  /** PRIMARY_REGION, REGIONS, FOLLOWERS, VOTERS, LEARNERS, SCHEDULE, CONSTRAINTS, LEADER_CONSTRAINTS, … */
  name: string;
  value: string | number;
}

export interface PlacementPolicyStmt {
  kind: 'CreatePlacementPolicy' | 'AlterPlacementPolicy';
  orReplace: boolean;
  /** IF NOT EXISTS of CREATE, IF EXISTS of ALTER. */
  ifExists: boolean;
  name: string;
  options: PlacementOption[];
}

export interface DropPlacementPolicyStmt {
  kind: 'DropPlacementPolicy';
  ifExists: boolean;
  name: string;
}

/** RU_PER_SEC, PRIORITY, BURSTABLE, QUERY_LIMIT, BACKGROUND; nested options of the last two in `options`. */
export interface ResourceGroupOption {
  name: string;
  value: string | number | boolean | null;
  options: ResourceGroupOption[];
}

export interface ResourceGroupStmt {
  kind: 'CreateResourceGroup' | 'AlterResourceGroup';
  /** IF NOT EXISTS of CREATE, IF EXISTS of ALTER. */
  ifExists: boolean;
  name: string;
  options: ResourceGroupOption[];
}

export interface DropResourceGroupStmt {
  kind: 'DropResourceGroup';
  ifExists: boolean;
  name: string;
}

/** OPTIMIZE, REPAIR, CHECK TABLE. */
export interface TableMaintenanceStmt {
  kind: 'OptimizeTable' | 'RepairTable' | 'CheckTable';
  tables: TableName[];
}

/** Routines, triggers, events: recognised by their head so that they can be refused clearly. */
export interface UnsupportedDdlStmt {
  kind: 'UnsupportedDdl';
  action: 'CREATE' | 'ALTER' | 'DROP';
  object:
    | 'PROCEDURE'
    | 'FUNCTION'
    | 'TRIGGER'
    | 'EVENT'
    | 'SERVER'
    | 'TABLESPACE'
    | 'LOGFILE GROUP'
    | 'UNDO TABLESPACE'
    | 'SPATIAL REFERENCE SYSTEM';
  ifExists: boolean;
  schema: string | null;
  name: string | null;
}

export type DdlStatement =
  | CreateDatabaseStmt
  | AlterDatabaseStmt
  | DropDatabaseStmt
  | CreateTableStmt
  | DropTableStmt
  | TruncateTableStmt
  | RenameTableStmt
  | AlterTableStmt
  | CompactTableStmt
  | CreateIndexStmt
  | DropIndexStmt
  | CreateViewStmt
  | DropViewStmt
  | CreateSequenceStmt
  | AlterSequenceStmt
  | DropSequenceStmt
  | SplitRegionStmt
  | RecoverTableStmt
  | FlashbackTableStmt
  | FlashbackDatabaseStmt
  | FlashbackToTimestampStmt
  | PlacementPolicyStmt
  | DropPlacementPolicyStmt
  | ResourceGroupStmt
  | DropResourceGroupStmt
  | TableMaintenanceStmt
  | UnsupportedDdlStmt;
