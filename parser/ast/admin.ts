import type { Expr } from './expression.js';
import type { TableName } from './select.js';
import type { Statement } from './index.js';
import type { CreateTableStmt, PlacementOption } from './ddl.js';

// Accounts

/** 'name'@'host'; host '%' when not written. CURRENT_USER[()] has `current`. */
export interface UserSpec {
  name: string;
  host: string;
  /** `@host` was written. */
  hostWritten: boolean;
  current: boolean;
}

/** IDENTIFIED [WITH plugin] [BY 'pw' | AS 'hash']; RANDOM PASSWORD; discard/retain options. */
export interface AuthOption {
  plugin: string | null;
  password: string | null;
  hash: string | null;
  randomPassword: boolean;
  /** REPLACE 'current'. */
  replace: string | null;
  retainCurrent: boolean;
  discardOld: boolean;
}

export interface AccountSpec {
  user: UserSpec;
  auth: AuthOption | null;
}

export type RequireOption =
  | { kind: 'NONE' | 'SSL' | 'X509' }
  | { kind: 'CIPHER' | 'ISSUER' | 'SUBJECT' | 'SAN' | 'TOKEN_ISSUER'; value: string };

/** MAX_QUERIES_PER_HOUR 10 and so on. */
export interface ResourceLimit {
  name: string;
  value: number;
}

/**
 * PASSWORD EXPIRE […], PASSWORD HISTORY, PASSWORD REUSE INTERVAL, PASSWORD REQUIRE CURRENT, FAILED_LOGIN_ATTEMPTS,
 * PASSWORD_LOCK_TIME, ACCOUNT LOCK|UNLOCK. `value` is a number, 'DEFAULT', 'NEVER', 'UNBOUNDED', 'OPTIONAL' or null.
 */
export interface PasswordOption {
  name: string;
  value: number | string | null;
}

export interface CreateUserStmt {
  kind: 'CreateUser';
  ifNotExists: boolean;
  users: AccountSpec[];
  defaultRoles: UserSpec[];
  require: RequireOption[];
  limits: ResourceLimit[];
  passwordOptions: PasswordOption[];
  /** COMMENT 'x' or ATTRIBUTE 'json'. */
  comment: string | null;
  attribute: string | null;
  resourceGroup: string | null;
}

export interface AlterUserStmt {
  kind: 'AlterUser';
  ifExists: boolean;
  users: AccountSpec[];
  /** ALTER USER u DEFAULT ROLE …. */
  defaultRole: { roles: UserSpec[]; mode: 'ALL' | 'NONE' | 'LIST' } | null;
  require: RequireOption[];
  limits: ResourceLimit[];
  passwordOptions: PasswordOption[];
  comment: string | null;
  attribute: string | null;
  resourceGroup: string | null;
}

export interface RenameUserStmt {
  kind: 'RenameUser';
  renames: { from: UserSpec; to: UserSpec }[];
}

export interface DropUserStmt {
  kind: 'DropUser';
  ifExists: boolean;
  users: UserSpec[];
}

export interface CreateRoleStmt {
  kind: 'CreateRole';
  ifNotExists: boolean;
  roles: UserSpec[];
}

export interface DropRoleStmt {
  kind: 'DropRole';
  ifExists: boolean;
  roles: UserSpec[];
}

/** `name` upper case: SELECT, ALL, 'CREATE VIEW', …; dynamic privileges (BACKUP_ADMIN) likewise. */
export interface PrivilegeSpec {
  name: string;
  columns: string[];
}

export interface PrivilegeLevel {
  /** '*.*', 'db.*', 'table'; `*` alone is 'db' with schema null (the current one). */
  level: 'GLOBAL' | 'DATABASE' | 'TABLE';
  objectType: 'TABLE' | 'FUNCTION' | 'PROCEDURE' | null;
  schema: string | null;
  table: string | null;
}

export interface GrantStmt {
  kind: 'Grant';
  privileges: PrivilegeSpec[];
  on: PrivilegeLevel;
  users: AccountSpec[];
  require: RequireOption[];
  grantOption: boolean;
  limits: ResourceLimit[];
}

export interface GrantRoleStmt {
  kind: 'GrantRole';
  roles: UserSpec[];
  users: UserSpec[];
  adminOption: boolean;
}

export interface GrantProxyStmt {
  kind: 'GrantProxy';
  proxied: UserSpec;
  users: AccountSpec[];
  grantOption: boolean;
}

/** REVOKE ALL PRIVILEGES, GRANT OPTION FROM u has `on` null and privileges ALL, 'GRANT OPTION'. */
export interface RevokeStmt {
  kind: 'Revoke';
  ifExists: boolean;
  privileges: PrivilegeSpec[];
  on: PrivilegeLevel | null;
  users: UserSpec[];
  ignoreUnknownUser: boolean;
}

export interface RevokeRoleStmt {
  kind: 'RevokeRole';
  roles: UserSpec[];
  users: UserSpec[];
}

export interface RevokeProxyStmt {
  kind: 'RevokeProxy';
  proxied: UserSpec;
  users: UserSpec[];
}

// Server administration

/** KILL [TIDB] [CONNECTION | QUERY] id. */
export interface KillStmt {
  kind: 'Kill';
  query: boolean;
  tidb: boolean;
  id: Expr;
}

/** `what` upper case: PRIVILEGES, TABLES, STATUS, LOGS, BINARY LOGS, HOSTS, CLIENT_ERRORS_SUMMARY, TIDB PLUGINS, STATS_DELTA, … */
export interface FlushStmt {
  kind: 'Flush';
  what: string;
  noWriteToBinlog: boolean;
  tables: TableName[];
  withReadLock: boolean;
  plugins: string[];
  /** What stands behind commas: FLUSH PRIVILEGES, STATUS. */
  more: string[];
}

/** LOCK TABLES t [AS a] READ|WRITE, …. */
export interface LockTablesStmt {
  kind: 'LockTables';
  locks: { table: TableName; alias: string | null; type: 'READ' | 'READ LOCAL' | 'WRITE' | 'WRITE LOCAL' }[];
}

export interface UnlockTablesStmt {
  kind: 'UnlockTables';
}

export interface AnalyzeTableStmt {
  kind: 'AnalyzeTable';
  tables: TableName[];
  partitions: string[];
  /** INDEX [a, b]: names, empty = all indexes; null: not written. */
  indexes: string[] | null;
  columns: { mode: 'ALL' | 'PREDICATE' | 'LIST'; names: string[] } | null;
  /** UPDATE|DROP HISTOGRAM ON … [WITH n BUCKETS] (MySQL's form). */
  histogram: { action: 'UPDATE' | 'DROP'; columns: string[] } | null;
  incremental: boolean;
  noWriteToBinlog: boolean;
  /** WITH n BUCKETS | TOPN | CMSKETCH DEPTH | CMSKETCH WIDTH | SAMPLES | SAMPLERATE. */
  options: { name: string; value: number }[];
}

export interface ChecksumTableStmt {
  kind: 'ChecksumTable';
  tables: TableName[];
  mode: 'QUICK' | 'EXTENDED' | null;
}

export interface HandleRange {
  begin: number | bigint;
  end: number | bigint;
}

/** ADMIN …: `action` names the form, the other fields its operands. */
export type AdminStmt = { kind: 'Admin' } & (
  | { action: 'CHECK TABLE' | 'CHECKSUM TABLE'; tables: TableName[] }
  | { action: 'CHECK INDEX'; table: TableName; index: string; ranges: HandleRange[] }
  | { action: 'RECOVER INDEX' | 'CLEANUP INDEX'; table: TableName; index: string }
  | { action: 'CLEANUP TABLE LOCK'; tables: TableName[] }
  | { action: 'REPAIR TABLE'; table: TableName; create: CreateTableStmt }
  | { action: 'SHOW DDL' }
  | { action: 'SHOW DDL JOBS'; count: number | null; where: Expr | null }
  | { action: 'SHOW DDL JOB QUERIES'; jobs: number[]; limit: number | null; offset: number | null }
  | { action: 'CANCEL DDL JOBS' | 'PAUSE DDL JOBS' | 'RESUME DDL JOBS'; jobs: number[] }
  | { action: 'ALTER DDL JOBS'; job: number; options: { name: string; value: Expr | null }[] }
  | { action: 'SHOW NEXT_ROW_ID'; table: TableName }
  | { action: 'SHOW SLOW'; kind2: 'RECENT' | 'TOP'; scope: 'DEFAULT' | 'INTERNAL' | 'ALL'; count: number }
  | { action: 'RELOAD'; what: string }
  | {
      action:
        'FLUSH BINDINGS' | 'CAPTURE BINDINGS' | 'EVOLVE BINDINGS' | 'SHOW TELEMETRY' | 'RESET TELEMETRY_ID';
    }
  | { action: 'FLUSH PLAN_CACHE'; scope: 'SESSION' | 'INSTANCE' | 'GLOBAL' }
  | { action: 'PLUGINS ENABLE' | 'PLUGINS DISABLE'; plugins: string[] }
  | { action: 'SET BDR ROLE'; role: 'PRIMARY' | 'SECONDARY' }
  | { action: 'SHOW BDR ROLE' | 'UNSET BDR ROLE' | 'CREATE WORKLOAD SNAPSHOT' }
);

export interface ShutdownStmt {
  kind: 'Shutdown';
}

/** RESET PERSIST [[IF EXISTS] name]; without a name, all of them. */
export interface ResetPersistStmt {
  kind: 'ResetPersist';
  name: string | null;
  ifExists: boolean;
}

export interface RestartStmt {
  kind: 'Restart';
}

export interface HelpStmt {
  kind: 'Help';
  topic: string;
}

// Plans, bindings, statistics files

/** EXPLAIN stmt / EXPLAIN ANALYZE stmt. `format` lower case; null when not written. */
export interface ExplainStmt {
  kind: 'Explain';
  analyze: boolean;
  format: string | null;
  /** EXPLAIN EXPLORE … and other prefixes are not kept. Null when `planDigest` is set. */
  stmt: Statement | null;
  /** EXPLAIN … 'digest'. */
  planDigest: string | null;
}

export interface ExplainForConnectionStmt {
  kind: 'ExplainForConnection';
  format: string | null;
  id: number | bigint;
}

/** DESC t [col | 'pattern']. */
export interface DescribeTableStmt {
  kind: 'DescribeTable';
  table: TableName;
  column: string | null;
  /** The pattern was a string literal (LIKE). */
  isPattern: boolean;
}

export interface TraceStmt {
  kind: 'Trace';
  format: string | null;
  plan: boolean;
  planTarget: string | null;
  stmt: Statement;
}

export type BindingScope = 'GLOBAL' | 'SESSION';

export interface CreateBindingStmt {
  kind: 'CreateBinding';
  scope: BindingScope;
  /** FOR origin USING hinted; origin null for USING alone. */
  origin: Statement | null;
  hinted: Statement | null;
  originText: string | null;
  hintedText: string | null;
  /** FROM HISTORY USING PLAN DIGEST d, …. */
  planDigests: Expr[];
}

export interface DropBindingStmt {
  kind: 'DropBinding';
  scope: BindingScope;
  origin: Statement | null;
  hinted: Statement | null;
  originText: string | null;
  sqlDigests: Expr[];
}

export interface SetBindingStmt {
  kind: 'SetBinding';
  enabled: boolean;
  origin: Statement | null;
  hinted: Statement | null;
  originText: string | null;
  sqlDigest: string | null;
}

export interface PlanReplayerStmt {
  kind: 'PlanReplayer';
  action: 'DUMP' | 'LOAD' | 'CAPTURE' | 'CAPTURE REMOVE';
  analyze: boolean;
  /** DUMP EXPLAIN stmt or a list of them; or a slow-query selection. */
  stmts: Statement[];
  slowQuery: { where: Expr | null } | null;
  file: string | null;
  sqlDigest: string | null;
  planDigest: string | null;
  asOf: Expr | null;
}

export interface LoadStatsStmt {
  kind: 'LoadStats';
  path: string;
}

export interface DropStatsStmt {
  kind: 'DropStats';
  tables: TableName[];
  partitions: string[];
  global: boolean;
}

export interface LockStatsStmt {
  kind: 'LockStats' | 'UnlockStats';
  tables: TableName[];
  partitions: string[];
}

export interface RefreshStatsStmt {
  kind: 'RefreshStats';
  objects: { schema: string | null; table: string | null }[];
}

export interface CreateStatisticsStmt {
  kind: 'CreateStatistics';
  ifNotExists: boolean;
  name: string;
  type: 'CARDINALITY' | 'DEPENDENCY' | 'CORRELATION';
  table: TableName;
  columns: string[];
}

export interface DropStatisticsStmt {
  kind: 'DropStatistics';
  name: string;
}

// TiDB's jobs and cluster

export interface ImportJobStmt {
  kind: 'ImportJob';
  action: 'CANCEL' | 'DROP';
  id: number;
}

export interface TrafficStmt {
  kind: 'Traffic';
  action: 'CAPTURE' | 'REPLAY' | 'CANCEL';
  path: string | null;
  options: { name: string; value: string | number | boolean }[];
}

/** BACKUP / RESTORE. */
export interface BrieStmt {
  kind: 'Brie';
  action: 'BACKUP' | 'RESTORE';
  schemas: string[];
  tables: TableName[];
  path: string;
  options: { name: string; value: string | number | boolean }[];
}

/** BACKUP LOGS TO, RESTORE POINT FROM, STOP | PAUSE | RESUME | PURGE BACKUP LOGS. */
export interface BackupLogsStmt {
  kind: 'BackupLogs';
  action: 'BACKUP' | 'RESTORE POINT' | 'STOP' | 'PAUSE' | 'RESUME' | 'PURGE';
  path: string | null;
  options: { name: string; value: string | number | boolean }[];
}

export interface CalibrateResourceStmt {
  kind: 'CalibrateResource';
  workload: string | null;
  startTime: Expr | null;
  endTime: Expr | null;
  duration: string | null;
}

/** QUERY WATCH ADD|REMOVE. */
export interface QueryWatchStmt {
  kind: 'QueryWatch';
  action: 'ADD' | 'REMOVE';
  id: number | null;
  options: { name: string; value: Expr | string | null }[];
}

/** RECOMMEND INDEX RUN [FOR 'sql'] [WITH …] | SHOW OPTION | SET … | APPLY id | IGNORE id (TiDB docs, "Index Advisor"). */
export interface RecommendIndexStmt {
  kind: 'RecommendIndex';
  action: 'RUN' | 'SHOW' | 'SET' | 'APPLY' | 'IGNORE';
  /** The statements that are looked at; null: those that ran. */
  sql: string | null;
  id: number | null;
  options: { name: string; value: string | number }[];
}

export interface AlterInstanceStmt {
  kind: 'AlterInstance';
  noRollbackOnError: boolean;
}

export interface AlterRangeStmt {
  kind: 'AlterRange';
  name: string;
  options: PlacementOption[];
}

/** DISTRIBUTE TABLE t [PARTITION(p)] options. */
/** CANCEL DISTRIBUTION JOB n. */
export interface DistributionJobStmt {
  kind: 'DistributionJob';
  id: number;
}

export interface DistributeTableStmt {
  kind: 'DistributeTable';
  table: TableName;
  partitions: string[];
  options: { name: string; value: string }[];
}

export interface InstallPluginStmt {
  kind: 'InstallPlugin' | 'UninstallPlugin' | 'InstallComponent' | 'UninstallComponent';
  names: string[];
}

export type AdministrationStatement =
  | CreateUserStmt
  | AlterUserStmt
  | RenameUserStmt
  | DropUserStmt
  | CreateRoleStmt
  | DropRoleStmt
  | GrantStmt
  | GrantRoleStmt
  | GrantProxyStmt
  | RevokeStmt
  | RevokeRoleStmt
  | RevokeProxyStmt
  | KillStmt
  | FlushStmt
  | LockTablesStmt
  | UnlockTablesStmt
  | AnalyzeTableStmt
  | ChecksumTableStmt
  | AdminStmt
  | ShutdownStmt
  | RestartStmt
  | ResetPersistStmt
  | HelpStmt
  | ExplainStmt
  | ExplainForConnectionStmt
  | DescribeTableStmt
  | TraceStmt
  | CreateBindingStmt
  | DropBindingStmt
  | SetBindingStmt
  | PlanReplayerStmt
  | LoadStatsStmt
  | DropStatsStmt
  | LockStatsStmt
  | RefreshStatsStmt
  | CreateStatisticsStmt
  | DropStatisticsStmt
  | ImportJobStmt
  | TrafficStmt
  | BrieStmt
  | BackupLogsStmt
  | CalibrateResourceStmt
  | QueryWatchStmt
  | RecommendIndexStmt
  | AlterInstanceStmt
  | AlterRangeStmt
  | DistributeTableStmt
  | DistributionJobStmt
  | InstallPluginStmt;
