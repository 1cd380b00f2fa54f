import type { Expr } from './expression.js';
import type { Limit, TableName } from './select.js';
import type { UserSpec } from './admin.js';

/** LIKE 'pattern' or WHERE expr, as most SHOW forms take. At most one is not null. */
export interface ShowFilter {
  like: Expr | null;
  where: Expr | null;
}

/**
 * Every SHOW statement. `what` names the form; fields that a form does not use are null, false or empty.
 */
export interface ShowStmt extends ShowFilter {
  kind: 'Show';
  what: ShowKind;
  /** SHOW FULL …. */
  full: boolean;
  /** SHOW EXTENDED …. */
  extended: boolean;
  /** SHOW GLOBAL VARIABLES / STATUS / BINDINGS. */
  global: boolean;
  /** FROM | IN db, or the db of SHOW CREATE DATABASE. */
  schema: string | null;
  /** The table of COLUMNS, INDEX, CREATE TABLE/VIEW/SEQUENCE, REGIONS, NEXT_ROW_ID, …. */
  table: TableName | null;
  /** DESC-style single column, the index of TABLE … INDEX … REGIONS, the profile types, the engine, the policy, … name. */
  name: string | null;
  partitions: string[];
  ifNotExists: boolean;
  /** SHOW GRANTS FOR u, SHOW CREATE USER u; null is the current user. */
  user: UserSpec | null;
  /** SHOW GRANTS FOR u USING role, …. */
  roles: UserSpec[];
  limit: Limit | null;
  /** SHOW COUNT(*) WARNINGS | ERRORS. */
  count: boolean;
  /** SHOW IMPORT JOB n, SHOW BR JOB n, SHOW PROFILE … FOR QUERY n. */
  id: number | null;
  /** SHOW PROFILE types. */
  profileTypes: string[];
}

export type ShowKind =
  | 'DATABASES'
  | 'TABLES'
  | 'TABLE STATUS'
  | 'OPEN TABLES'
  | 'COLUMNS'
  | 'INDEX'
  | 'CREATE TABLE'
  | 'CREATE VIEW'
  | 'CREATE SEQUENCE'
  | 'CREATE DATABASE'
  | 'CREATE USER'
  | 'CREATE PROCEDURE'
  | 'CREATE FUNCTION'
  | 'CREATE TRIGGER'
  | 'CREATE EVENT'
  | 'CREATE PLACEMENT POLICY'
  | 'CREATE RESOURCE GROUP'
  | 'CREATE IMPORT'
  | 'VARIABLES'
  | 'STATUS'
  | 'WARNINGS'
  | 'ERRORS'
  | 'PROCESSLIST'
  | 'GRANTS'
  | 'PRIVILEGES'
  | 'CHARSET'
  | 'COLLATION'
  | 'ENGINES'
  | 'ENGINE STATUS'
  | 'ENGINE MUTEX'
  | 'ENGINE LOGS'
  | 'PLUGINS'
  | 'TRIGGERS'
  | 'EVENTS'
  | 'PROCEDURE STATUS'
  | 'FUNCTION STATUS'
  | 'PROFILES'
  | 'PROFILE'
  | 'MASTER STATUS'
  | 'BINARY LOG STATUS'
  | 'REPLICA STATUS'
  | 'REPLICAS'
  | 'BINARY LOGS'
  | 'BINLOG EVENTS'
  | 'RELAYLOG EVENTS'
  | 'BUILTINS'
  | 'BINDINGS'
  | 'BINDING_CACHE STATUS'
  | 'CONFIG'
  | 'PUMP STATUS'
  | 'DRAINER STATUS'
  | 'STATS_META'
  | 'STATS_HISTOGRAMS'
  | 'STATS_TOPN'
  | 'STATS_BUCKETS'
  | 'STATS_HEALTHY'
  | 'STATS_LOCKED'
  | 'STATS_EXTENDED'
  | 'HISTOGRAMS_IN_FLIGHT'
  | 'COLUMN_STATS_USAGE'
  | 'ANALYZE STATUS'
  | 'TABLE REGIONS'
  | 'TABLE NEXT_ROW_ID'
  | 'DISTRIBUTIONS'
  | 'DISTRIBUTION JOBS'
  | 'BACKUPS'
  | 'RESTORES'
  | 'BACKUP LOGS'
  | 'BACKUP METADATA'
  | 'BR JOB'
  | 'BR JOB QUERY'
  | 'IMPORTS'
  | 'IMPORT JOBS'
  | 'IMPORT JOB'
  | 'IMPORT GROUPS'
  | 'IMPORT GROUP'
  | 'PLACEMENT'
  | 'PLACEMENT FOR DATABASE'
  | 'PLACEMENT FOR TABLE'
  | 'PLACEMENT LABELS'
  | 'SESSION_STATES'
  | 'SESSION_VARIABLES'
  | 'TRAFFIC JOBS'
  | 'AFFINITY';
