import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';
import type { SqlWarning } from '../types/error.js';

/**
 * What an expression may ask of the statement and session it runs in. The session implements it; nothing below session
 * knows more of it. Values are constant during a statement unless said otherwise.
 */
export interface EvalContext {
  /** Bits of types/sql-mode. */
  readonly sqlMode: number;
  /** Session time_zone as an IANA name or '+HH:MM'. */
  readonly timeZone: string;
  /** Statement start, microseconds since the epoch (NOW(), CURRENT_TIMESTAMP); honours SET timestamp. */
  readonly nowMicros: number;
  /** True while values are assigned in strict mode INSERT/UPDATE: division by zero etc. are errors. */
  readonly strictErrors: boolean;
  /** IGNORE, or a sql_mode that is not strict: wrong arguments of functions are warnings. */
  readonly lenient?: boolean;
  readonly divPrecisionIncrement: number;
  readonly maxAllowedPacket: number;
  readonly groupConcatMaxLen: number;
  readonly defaultWeekFormat: number;
  readonly connectionCharset: string;
  readonly connectionCollation: string;
  readonly lcTimeNames: string;
  /** Values of `?` in this execution. */
  readonly params: readonly { readonly type: FieldType; readonly value: Datum }[];
  warn(warning: SqlWarning): void;
  readonly session: SessionFunctions;
}

export interface TypedDatum {
  readonly type: FieldType;
  readonly value: Datum;
}

/** Information and locking functions. */
export interface SessionFunctions {
  readonly connectionId: number;
  /** 'user@host' of the client and of the matched account. */
  readonly user: string;
  readonly currentUser: string;
  readonly currentRole: string;
  readonly resourceGroup: string;
  readonly database: string | null;
  readonly version: string;
  readonly tidbVersion: string;
  /** ROW_COUNT(), FOUND_ROWS() of the statement before. */
  readonly rowCount: number;
  readonly foundRows: number;
  lastInsertId(): number | bigint;
  setLastInsertId(value: number | bigint): void;
  getUserVariable(name: string): { readonly type: FieldType; readonly value: Datum } | null;
  setUserVariable(name: string, type: FieldType, value: Datum): void;
  systemVariable(name: string, scope: 'session' | 'global'): string;
  /** @@name as an expression: `scope` null where none is written. Throws 1193, 1238, 8136. */
  variableValue(
    name: string,
    scope: 'session' | 'global' | null,
  ): { readonly text: string; readonly kind: 'bool' | 'int' | 'uint' | 'float' | 'enum' | 'string' };
  sleep(seconds: number): Promise<boolean>;
  getLock(name: string, timeoutSeconds: number): Promise<boolean | null>;
  releaseLock(name: string): Promise<boolean | null>;
  /** Connection that holds a lock, on whichever node, or null. */
  lockHolder(name: string): Promise<number | null>;
  releaseAllLocks(): number;
  /** NEXTVAL. Throws 1142, 1146, 1347, 4135. */
  nextSequenceValue(schema: string, name: string): Promise<bigint>;
  /** LASTVAL; null before the session's first NEXTVAL. */
  lastSequenceValue(schema: string, name: string): bigint | null;
  /** SETVAL; null when later values are behind it already. */
  setSequenceValue(schema: string, name: string, value: bigint): Promise<bigint | null>;
  /** What a key of the store means, as JSON; null when it is none. */
  decodeKey(key: Uint8Array): string | null;
  /** The versions of a key and the lock on it, as JSON. Throws 1227. */
  mvccInfo(key: Uint8Array): Promise<string>;
  /** Keys in the store of a row with this handle and of its entry in an index; `table` may name a partition: `t(p0)`. Throws 1146, 1735, 1105. */
  recordKey(schema: string, table: string, handle: readonly TypedDatum[]): Uint8Array;
  indexKey(schema: string, table: string, index: string, values: readonly TypedDatum[]): Uint8Array;
  /** Whether this node runs the schema changes of all. */
  readonly isDdlOwner: boolean;
  /** Normalized statements by digest, those that statement summaries know. */
  statementsOfDigests(digests: readonly string[]): ReadonlyMap<string, string>;
  /** Throws 1227 without the privilege. */
  requirePrivilege(privilege: string): void;
  /** VALIDATE_PASSWORD_STRENGTH. */
  passwordStrength(password: string): number;
  /** What the client sent along with the statement under a name, as text. */
  queryAttribute(name: string): Uint8Array | null;
  /** Session's RAND() sequence without a seed. */
  random(): number;
}

/** Where expressions are evaluated that have no function which asks its session anything. */
export const NO_SESSION = new Proxy({} as SessionFunctions, {
  get(_, name): never {
    throw new Error(`${String(name)} was asked of a session where there is none`);
  },
});

/** MySQL's defaults, in UTC, without a session; warnings go nowhere. */
export const PLAIN_CONTEXT: EvalContext = {
  sqlMode: 0,
  timeZone: '+00:00',
  nowMicros: 0,
  strictErrors: false,
  divPrecisionIncrement: 4,
  maxAllowedPacket: 67_108_864,
  groupConcatMaxLen: 1024,
  defaultWeekFormat: 0,
  connectionCharset: 'utf8mb4',
  connectionCollation: 'utf8mb4_bin',
  lcTimeNames: 'en_US',
  params: [],
  warn: () => undefined,
  session: NO_SESSION,
};
