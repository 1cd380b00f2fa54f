import type { ParseOptions } from '../../parser/parser.js';
import { parseSqlMode, SqlMode } from '../../types/sql-mode.js';
import { parseOptions } from '../statement-text.js';

/** What a session keeps of its variables in the form in which statements read it. */
export interface AppliedValues {
  autocommit: boolean;
  memoryQuota: number;
  /** sql_select_limit; null where it limits nothing. */
  selectLimit: number | bigint | null;
  safeUpdates: boolean;
  /** `timestamp`, in seconds: what NOW() says; 0 for the clock's. */
  fixedTime: number;
  /** `max_execution_time` in milliseconds; 0 for none. */
  timeLimit: number;
  lastInsertId: number | bigint;
  resultsCharset: string | null;
  parseOptions: ParseOptions;
  /** Whether texts are read by the default rules, so that what is known of their templates holds. */
  plainMode: boolean;
  plainClient: boolean;
  plainConnection: boolean;
  readonly evalContext: {
    sqlMode: number;
    timeZone: string;
    divPrecisionIncrement: number;
    maxAllowedPacket: number;
    groupConcatMaxLen: number;
    defaultWeekFormat: number;
    lcTimeNames: string;
    connectionCharset: string;
    connectionCollation: string;
  };
  readonly transaction: { readonly txn: { lockWaitTimeoutMs: number } | null };
}

type Apply = (s: AppliedValues, value: string) => void;

const MAX_ROWS = 2n ** 64n - 1n;
/** Modes that change how a text is read. */
const READING_MODES =
  SqlMode.AnsiQuotes |
  SqlMode.PipesAsConcat |
  SqlMode.NoBackslashEscapes |
  SqlMode.IgnoreSpace |
  SqlMode.HighNotPrecedence |
  SqlMode.RealAsFloat;

const narrowed = (n: bigint): number | bigint => (n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : n);

/** What a new value of a variable changes in its session. */
export const APPLIED: ReadonlyMap<string, Apply> = new Map<string, Apply>([
  ['autocommit', (s, value) => (s.autocommit = value === 'ON')],
  [
    'sql_mode',
    (s, value) => {
      const mode = parseSqlMode(value);
      if (typeof mode !== 'number') return;
      s.evalContext.sqlMode = mode;
      s.plainMode = (mode & READING_MODES) === 0;
      s.parseOptions = { ...parseOptions(mode), looseDouble: s.parseOptions.looseDouble === true };
    },
  ],
  [
    'tidb_enable_strict_double_type_check',
    (s, value) => (s.parseOptions = { ...s.parseOptions, looseDouble: value === 'OFF' }),
  ],
  ['time_zone', (s, value) => (s.evalContext.timeZone = value)],
  ['div_precision_increment', (s, value) => (s.evalContext.divPrecisionIncrement = Number(value))],
  ['max_allowed_packet', (s, value) => (s.evalContext.maxAllowedPacket = Number(value))],
  ['group_concat_max_len', (s, value) => (s.evalContext.groupConcatMaxLen = Number(value))],
  ['default_week_format', (s, value) => (s.evalContext.defaultWeekFormat = Number(value))],
  ['lc_time_names', (s, value) => (s.evalContext.lcTimeNames = value)],
  ['character_set_client', (s, value) => (s.plainClient = value.startsWith('utf8'))],
  [
    'character_set_connection',
    (s, value) => {
      s.evalContext.connectionCharset = value;
      // Literals are then what the client sent, byte by byte.
      s.plainConnection = value.startsWith('utf8') || value === 'binary';
    },
  ],
  ['collation_connection', (s, value) => (s.evalContext.connectionCollation = value)],
  [
    'character_set_results',
    (s, value) => (s.resultsCharset = value === '' || value.toUpperCase() === 'NULL' ? null : value),
  ],
  [
    'innodb_lock_wait_timeout',
    (s, value) => {
      if (s.transaction.txn !== null) s.transaction.txn.lockWaitTimeoutMs = Number(value) * 1000;
    },
  ],
  ['sql_safe_updates', (s, value) => (s.safeUpdates = value === 'ON')],
  [
    'sql_select_limit',
    (s, value) => {
      const rows = BigInt(value);
      s.selectLimit = rows === MAX_ROWS ? null : narrowed(rows);
    },
  ],
  ['timestamp', (s, value) => (s.fixedTime = Number(value))],
  ['max_execution_time', (s, value) => (s.timeLimit = Number(value))],
  ['tidb_mem_quota_query', (s, value) => (s.memoryQuota = Number(value))],
  ['last_insert_id', (s, value) => (s.lastInsertId = narrowed(BigInt(value)))],
]);
