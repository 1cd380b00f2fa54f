/*
 * The words of the language. A reserved word cannot be an unquoted identifier (except after a dot); the others are
 * keywords only where the grammar asks for them. The division is TiDB's (its parser's keyword list), which follows
 * MySQL 8.0 manual, "Keywords and Reserved Words".
 */
// prettier-ignore
const RESERVED = [
  'ADD', 'ALL', 'ALTER', 'ANALYZE', 'AND', 'ARRAY', 'AS', 'ASC', 'BETWEEN', 'BIGINT', 'BINARY', 'BLOB', 'BOTH', 'BY',
  'CALL', 'CASCADE', 'CASE', 'CHANGE', 'CHAR', 'CHARACTER', 'CHECK', 'COLLATE', 'COLUMN', 'CONSTRAINT', 'CONTINUE',
  'CONVERT', 'CREATE', 'CROSS', 'CUME_DIST', 'CURRENT_DATE', 'CURRENT_ROLE', 'CURRENT_TIME', 'CURRENT_TIMESTAMP',
  'CURRENT_USER', 'CURSOR', 'DATABASE', 'DATABASES', 'DAY_HOUR', 'DAY_MICROSECOND', 'DAY_MINUTE', 'DAY_SECOND', 'DEC',
  'DECIMAL', 'DEFAULT', 'DELAYED', 'DELETE', 'DENSE_RANK', 'DESC', 'DESCRIBE', 'DISTINCT', 'DISTINCTROW', 'DIV',
  'DOUBLE', 'DROP', 'DUAL', 'ELSE', 'ELSEIF', 'ENCLOSED', 'ESCAPED', 'EXCEPT', 'EXISTS', 'EXIT', 'EXPLAIN', 'FALSE',
  'FETCH', 'FIRST_VALUE', 'FLOAT', 'FLOAT4', 'FLOAT8', 'FOR', 'FORCE', 'FOREIGN', 'FROM', 'FULLTEXT', 'GENERATED',
  'GRANT', 'GROUP', 'GROUPS', 'HAVING', 'HIGH_PRIORITY', 'HOUR_MICROSECOND', 'HOUR_MINUTE', 'HOUR_SECOND', 'IF',
  'IGNORE', 'ILIKE', 'IN', 'INDEX', 'INFILE', 'INNER', 'INOUT', 'INSERT', 'INT', 'INT1', 'INT2', 'INT3', 'INT4',
  'INT8', 'INTEGER', 'INTERSECT', 'INTERVAL', 'INTO', 'IS', 'ITERATE', 'JOIN', 'KEY', 'KEYS', 'KILL', 'LAG',
  'LAST_VALUE', 'LATERAL', 'LEAD', 'LEADING', 'LEAVE', 'LEFT', 'LIKE', 'LIMIT', 'LINEAR', 'LINES', 'LOAD',
  'LOCALTIME', 'LOCALTIMESTAMP', 'LOCK', 'LONG', 'LONGBLOB', 'LONGTEXT', 'LOW_PRIORITY', 'MATCH', 'MAXVALUE',
  'MEDIUMBLOB', 'MEDIUMINT', 'MEDIUMTEXT', 'MIDDLEINT', 'MINUTE_MICROSECOND', 'MINUTE_SECOND', 'MOD', 'NATURAL',
  'NOT', 'NO_WRITE_TO_BINLOG', 'NTH_VALUE', 'NTILE', 'NULL', 'NUMERIC', 'OF', 'ON', 'OPTIMIZE', 'OPTION',
  'OPTIONALLY', 'OR', 'ORDER', 'OUT', 'OUTER', 'OUTFILE', 'OVER', 'PARTITION', 'PERCENT_RANK', 'PRECISION', 'PRIMARY',
  'PROCEDURE', 'RANGE', 'RANK', 'READ', 'REAL', 'RECURSIVE', 'REFERENCES', 'REGEXP', 'RELEASE', 'RENAME', 'REPEAT',
  'REPLACE', 'REQUIRE', 'RESTRICT', 'REVOKE', 'RIGHT', 'RLIKE', 'ROW', 'ROWS', 'ROW_NUMBER', 'SCHEMA', 'SCHEMAS', 'SECOND_MICROSECOND',
  'SELECT', 'SET', 'SHOW', 'SMALLINT', 'SPATIAL', 'SQL', 'SQLEXCEPTION', 'SQLSTATE', 'SQLWARNING', 'SQL_BIG_RESULT',
  'SQL_CALC_FOUND_ROWS', 'SQL_SMALL_RESULT', 'SSL', 'STARTING', 'STATS_EXTENDED', 'STORED', 'STRAIGHT_JOIN', 'TABLE',
  'TABLESAMPLE', 'TERMINATED', 'THEN', 'TIDB_CURRENT_TSO', 'TINYBLOB', 'TINYINT', 'TINYTEXT', 'TO', 'TRAILING',
  'TRIGGER', 'TRUE', 'UNION', 'UNIQUE', 'UNLOCK', 'UNSIGNED', 'UNTIL', 'UPDATE', 'USAGE', 'USE', 'USING', 'UTC_DATE',
  'UTC_TIME', 'UTC_TIMESTAMP', 'VALUES', 'VARBINARY', 'VARCHAR', 'VARCHARACTER', 'VARYING', 'VIRTUAL', 'WHEN',
  'WHERE', 'WHILE', 'WINDOW', 'WITH', 'WRITE', 'XOR', 'YEAR_MONTH', 'ZEROFILL',
] as const;

// prettier-ignore
const UNRESERVED = [
  'ACCOUNT', 'ACTION', 'ADD_COLUMNAR_REPLICA_ON_DEMAND', 'ADMIN', 'ADVISE', 'AFFINITY', 'AFTER', 'AGAINST', 'AGO',
  'ALGORITHM', 'ALWAYS', 'ANY', 'ASCII', 'ATTRIBUTE', 'ATTRIBUTES', 'AUTOEXTEND_SIZE', 'AUTO_ID_CACHE',
  'AUTO_INCREMENT', 'AUTO_RANDOM', 'AUTO_RANDOM_BASE', 'AVG', 'AVG_ROW_LENGTH', 'BACKEND', 'BACKGROUND', 'BACKUP',
  'BACKUPS', 'BATCH', 'BDR', 'BEGIN', 'BERNOULLI', 'BINDING', 'BINDINGS', 'BINDING_CACHE', 'BINLOG', 'BIT', 'BLOCK',
  'BOOL', 'BOOLEAN', 'BR', 'BTREE', 'BUCKETS', 'BUILTINS', 'BURSTABLE', 'BYTE', 'CACHE', 'CALIBRATE', 'CANCEL',
  'CAPTURE', 'CARDINALITY', 'CASCADED', 'CAST', 'CAUSAL', 'CHAIN', 'CHARSET', 'CHECKPOINT', 'CHECKSUM', 'CIPHER',
  'CLEANUP', 'CLIENT', 'CLIENT_ERRORS_SUMMARY', 'CLOSE', 'CLUSTER', 'CLUSTERED', 'CMSKETCH', 'COALESCE', 'CODE',
  'COLLATION', 'COLUMNAR', 'COLUMNS', 'COLUMN_FORMAT', 'COLUMN_STATS_USAGE', 'COMMENT', 'COMMIT', 'COMMITTED',
  'COMPACT', 'COMPONENT', 'COMPRESSED', 'COMPRESSION', 'CONCURRENCY', 'CONCURRENT', 'CONFIG', 'CONNECTION',
  'CONSISTENCY', 'CONSISTENT', 'CONSTRAINTS', 'CONTEXT', 'CORRELATION', 'COUNT', 'CPU', 'CSV_BACKSLASH_ESCAPE',
  'CURRENT', 'CYCLE', 'DATA', 'DATE', 'DATETIME', 'DAY', 'DDL', 'DEALLOCATE', 'DECLARE', 'DEFINED', 'DEFINER',
  'DELAY_KEY_WRITE', 'DEPENDENCY', 'DEPTH', 'DIGEST', 'DIRECTORY', 'DISABLE', 'DISABLED', 'DISCARD', 'DISK',
  'DISTRIBUTE', 'DISTRIBUTION', 'DISTRIBUTIONS', 'DO', 'DRAINER', 'DRY', 'DUMP', 'DUMPFILE', 'DUPLICATE', 'DYNAMIC',
  'ENABLE', 'ENABLED', 'ENCRYPTION', 'END', 'ENFORCED', 'ENGINE', 'ENGINES', 'ENGINE_ATTRIBUTE', 'ENUM', 'ERROR',
  'ERRORS', 'ESCAPE', 'EVENT', 'EVENTS', 'EVOLVE', 'EXACT', 'EXCHANGE', 'EXCLUSIVE', 'EXECUTE', 'EXPANSION', 'EXPIRE',
  'EXPLORE', 'EXTENDED', 'EXTRACT', 'FAILED_LOGIN_ATTEMPTS', 'FAULTS', 'FIELDS', 'FILE', 'FIRST', 'FIXED',
  'FLASHBACK', 'FLUSH', 'FOLLOWER', 'FOLLOWERS', 'FOLLOWING', 'FORMAT', 'FOUND', 'FULL', 'FUNCTION', 'GENERAL',
  'GEOMETRY', 'GEOMETRYCOLLECTION', 'GET_FORMAT', 'GLOBAL', 'GRANTS', 'GROUPING', 'GROUP_CONCAT', 'HANDLER', 'HASH',
  'HELP', 'HISTOGRAM', 'HISTOGRAMS_IN_FLIGHT', 'HISTORY', 'HNSW', 'HOSTS', 'HOUR', 'HYPO', 'IDENTIFIED', 'IMPORT',
  'IMPORTS', 'INCREMENT', 'INCREMENTAL', 'INDEXES', 'INSERT_METHOD', 'INSTALL', 'INSTANCE', 'INSTANT', 'INPLACE',
  'INVERTED', 'INVISIBLE', 'INVOKER', 'IO', 'IPC', 'ISOLATION', 'ISSUER', 'JOB', 'JOBS', 'JSON', 'JSON_TABLE',
  'JSON_VALUE', 'KEY_BLOCK_SIZE', 'LABELS', 'LANGUAGE', 'LAST', 'LASTVAL', 'LESS', 'LEVEL', 'LINESTRING', 'LIST',
  'LOCAL', 'LOCATION', 'LOCKED', 'LOG', 'LOGFILE', 'LOGS', 'MASTER', 'MAX', 'MAX_ROWS', 'MEMBER', 'MEMORY', 'MERGE',
  'METADATA', 'MICROSECOND', 'MIN', 'MINUTE', 'MINVALUE', 'MIN_ROWS', 'MODE', 'MODIFY', 'MONTH', 'MULTILINESTRING',
  'MULTIPOINT', 'MULTIPOLYGON', 'NAMES', 'NATIONAL', 'NCHAR', 'NESTED', 'NEVER', 'NEXT', 'NEXTVAL', 'NEXT_ROW_ID',
  'NO', 'NOCACHE', 'NOCYCLE', 'NODEGROUP', 'NODE_ID', 'NODE_STATE', 'NOMAXVALUE', 'NOMINVALUE', 'NONCLUSTERED', 'NONE',
  'NOWAIT', 'NULLS', 'NVARCHAR', 'OFF', 'OFFSET', 'OLD', 'ONE', 'ONLINE', 'ONLY', 'OPEN', 'OPTIMISTIC',
  'OPTIONAL', 'ORDINALITY', 'OTHERS', 'PACK_KEYS', 'PAGE', 'PAGE_CHECKSUM', 'PAGE_COMPRESSED',
  'PAGE_COMPRESSION_LEVEL', 'PARSER', 'PARTIAL', 'PARTITIONING', 'PARTITIONS', 'PASSWORD', 'PASSWORD_LOCK_TIME',
  'PATH', 'PAUSE', 'PERCENT', 'PERSIST', 'PERSIST_ONLY', 'PER_DB', 'PER_TABLE', 'PESSIMISTIC', 'PLACEMENT', 'PLAN',
  'PLAN_CACHE', 'PLUGIN', 'PLUGINS', 'POINT', 'POLICY', 'POLYGON', 'POSITION', 'PRECEDING', 'PREDICATE', 'PREPARE',
  'PRESERVE', 'PRE_SPLIT_REGIONS', 'PRIORITY', 'PRIVILEGES', 'PROCESS', 'PROCESSLIST', 'PROFILE', 'PROFILES', 'PROXY',
  'PUMP', 'PURGE', 'QUARTER', 'QUERIES', 'QUERY', 'QUERY_LIMIT', 'QUICK', 'RANDOM', 'REBUILD', 'RECOMMEND', 'RECOVER',
  'REDUNDANT', 'REFRESH', 'REGION', 'REGIONS', 'RELAYLOG', 'RELOAD', 'REMOVE', 'REORGANIZE', 'REPAIR', 'REPEATABLE',
  'REPLAY', 'REPLAYER', 'REPLICA', 'REPLICAS', 'REPLICATION', 'REQUIRED', 'RESET', 'RESOURCE', 'RESPECT', 'RESTART',
  'RESTORE', 'RESTORES', 'RESUME', 'RETAIN', 'RETURNING', 'REUSE', 'REVERSE', 'ROLE', 'ROLLBACK', 'ROLLUP', 'ROUTINE',
  'ROW_COUNT', 'ROW_FORMAT', 'RTREE', 'RU_PER_SEC', 'RUN', 'SAMPLERATE', 'SAMPLES', 'SAN', 'SAVEPOINT', 'SECOND',
  'SECONDARY', 'SECONDARY_ENGINE', 'SECONDARY_ENGINE_ATTRIBUTE', 'SECONDARY_LOAD', 'SECONDARY_UNLOAD', 'SECURITY',
  'SEPARATOR', 'SEQUENCE', 'SERIAL', 'SERIALIZABLE', 'SESSION', 'SESSION_STATES', 'SESSION_VARIABLES', 'SETS', 'SETVAL',
  'SHARD_ROW_ID_BITS', 'SHARE', 'SHARED', 'SHUTDOWN', 'SIGNED', 'SIMPLE', 'SKIP', 'SKIP_SCHEMA_FILES', 'SLAVE',
  'SLAVES', 'SLOW', 'SNAPSHOT', 'SOME', 'SONAME', 'SOUNDS', 'SOURCE', 'SPLIT', 'SQL_BUFFER_RESULT', 'SQL_CACHE',
  'SQL_NO_CACHE', 'SQL_TSI_DAY', 'SQL_TSI_HOUR', 'SQL_TSI_MINUTE', 'SQL_TSI_MONTH', 'SQL_TSI_QUARTER',
  'SQL_TSI_SECOND', 'SQL_TSI_WEEK', 'SQL_TSI_YEAR', 'SQL_TSI_MICROSECOND', 'START', 'STATISTICS', 'STATS',
  'STATS_AUTO_RECALC', 'STATS_BUCKETS', 'STATS_COL_CHOICE', 'STATS_COL_LIST', 'STATS_DELTA', 'STATS_HEALTHY',
  'STATS_HISTOGRAMS', 'STATS_LOCKED', 'STATS_META', 'STATS_OPTIONS', 'STATS_PERSISTENT', 'STATS_SAMPLE_PAGES',
  'STATS_SAMPLE_RATE', 'STATS_TOPN', 'STATUS', 'STOP', 'STORAGE', 'STRING', 'SUBJECT', 'SUBPARTITION', 'SUBPARTITIONS',
  'SUBSTRING', 'SUPER', 'SWAPS', 'SWITCHES', 'SYSTEM', 'SYSTEM_TIME', 'TABLES', 'TABLESPACE', 'TABLE_CHECKSUM',
  'TELEMETRY', 'TELEMETRY_ID', 'TEMPORARY', 'TEMPTABLE', 'TEXT', 'THAN', 'TIDB', 'TIDB_BOUNDED_STALENESS', 'TIFLASH', 'TIKV', 'TIME',
  'TIMESTAMP', 'TOKEN_ISSUER', 'TOP', 'TOPN', 'TPCC', 'TRACE', 'TRADITIONAL', 'TRAFFIC', 'TRANSACTION',
  'TRANSACTIONAL', 'TRIGGERS', 'TRIM', 'TRUNCATE', 'TSO', 'TTL', 'TTL_ENABLE', 'TTL_JOB_INTERVAL', 'TYPE',
  'UNBOUNDED', 'UNCOMMITTED', 'UNDEFINED', 'UNDO', 'UNICODE', 'UNINSTALL', 'UNKNOWN', 'UNSET', 'USER', 'VALIDATION', 'VALUE',
  'VARIABLES', 'VECTOR', 'VIEW', 'VISIBLE', 'WAIT', 'WARNINGS', 'WATCH', 'WEEK', 'WEIGHT_STRING', 'WIDTH', 'WITHOUT',
  'WORKLOAD', 'X509', 'XA', 'YEAR', 'MATERIALIZED', 'GROUP_REPLICATION', 'SERVER', 'REFERENCE', 
  'UNLIMITED', 'MODERATED', 'DRYRUN', 'COOLDOWN', 'SWITCH_GROUP', 'EXEC_ELAPSED', 'SIMILAR', 'TASK_TYPES', 'DURATION', 'END_TIME', 'START_TIME',
  'FOLLOWER_CONSTRAINTS', 'LEADER', 'LEADER_CONSTRAINTS', 'LEARNER', 'LEARNERS', 'LEARNER_CONSTRAINTS', 'PRIMARY_REGION', 'SCHEDULE',
  'SURVIVAL_PREFERENCES', 'VOTER', 'VOTERS', 'VOTER_CONSTRAINTS', 'SUM', 'LOW', 'HIGH', 'MEDIUM', 'HANDLE', 'CHANGED', 'FAST', 'UPGRADE', 'USE_FRM',
  'STATEMENT', 'EMPTY', 'INTERNAL', 'RECENT',
] as const;

export type Keyword = (typeof RESERVED)[number] | (typeof UNRESERVED)[number];

/** Where the parsing of an operator keyword starts: its binding power as a binary operator, 0 for other words. */
export interface KeywordEntry {
  readonly word: Keyword;
  readonly reserved: boolean;
  readonly power: number;
  /** The word's character codes with bit 0x20 set, as the lexer compares them. */
  readonly folded: string;
}

/**
 * Binding powers, MySQL 8.0 manual "Operator Precedence" and its grammar's expr / bool_pri / predicate / bit_expr /
 * simple_expr levels. An operator binds its right side at power + 1.
 */
export const POWER = {
  OR: 10,
  XOR: 20,
  AND: 30,
  NOT: 40,
  IS: 50,
  COMPARE: 60,
  PREDICATE: 70,
  BIT_OR: 80,
  BIT_AND: 90,
  SHIFT: 100,
  ADD: 110,
  MULTIPLY: 120,
  BIT_XOR: 130,
  CONCAT: 135,
  UNARY: 140,
  COLLATE: 160,
} as const;

const OPERATOR_WORDS: Partial<Record<Keyword, number>> = {
  OR: POWER.OR,
  XOR: POWER.XOR,
  AND: POWER.AND,
  IS: POWER.IS,
  NOT: POWER.PREDICATE,
  IN: POWER.PREDICATE,
  LIKE: POWER.PREDICATE,
  ILIKE: POWER.PREDICATE,
  REGEXP: POWER.PREDICATE,
  RLIKE: POWER.PREDICATE,
  BETWEEN: POWER.PREDICATE,
  MEMBER: POWER.PREDICATE,
  SOUNDS: POWER.PREDICATE,
  DIV: POWER.MULTIPLY,
  MOD: POWER.MULTIPLY,
  COLLATE: POWER.COLLATE,
};

const SLOTS = 4096;

/** The hash the lexer computes while it scans a word: fed each character code with bit 0x20 set. */
export function hashStep(hash: number, foldedCode: number): number {
  return (Math.imul(hash, 31) + foldedCode) | 0;
}

function buildTable(): (KeywordEntry[] | undefined)[] {
  const table: (KeywordEntry[] | undefined)[] = new Array<KeywordEntry[] | undefined>(SLOTS).fill(undefined);
  const add = (word: Keyword, reserved: boolean): void => {
    let hash = 0;
    let folded = '';
    for (let i = 0; i < word.length; i++) {
      const code = word.charCodeAt(i) | 0x20;
      hash = hashStep(hash, code);
      folded += String.fromCharCode(code);
    }
    const slot = hash & (SLOTS - 1);
    (table[slot] ??= []).push({ word, reserved, power: OPERATOR_WORDS[word] ?? 0, folded });
  };
  for (const word of RESERVED) add(word, true);
  for (const word of UNRESERVED) add(word, false);
  return table;
}

const TABLE = buildTable();

/** The keyword spelled by source[start, end) in any case, whose folded hash is `hash`. */
export function findKeyword(
  source: string,
  start: number,
  end: number,
  hash: number,
): KeywordEntry | undefined {
  const bucket = TABLE[hash & (SLOTS - 1)];
  if (bucket === undefined) return undefined;
  const length = end - start;
  next: for (let k = 0; k < bucket.length; k++) {
    const entry = bucket[k]!;
    const folded = entry.folded;
    if (folded.length !== length) continue;
    for (let i = 0; i < length; i++) {
      if ((source.charCodeAt(start + i) | 0x20) !== folded.charCodeAt(i)) continue next;
    }
    return entry;
  }
  return undefined;
}

const RESERVED_SET: ReadonlySet<string> = new Set(RESERVED);

/** Whether an identifier spelled so must be quoted. */
export function isReserved(word: string): boolean {
  return RESERVED_SET.has(word.toUpperCase());
}

/** Every keyword with its class, for information_schema.KEYWORDS. */
export function keywords(): { word: string; reserved: boolean }[] {
  return [
    ...RESERVED.map((word) => ({ word, reserved: true })),
    ...UNRESERVED.map((word) => ({ word, reserved: false })),
  ].sort((a, b) => (a.word < b.word ? -1 : 1));
}
