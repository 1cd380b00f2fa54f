import type { ShortRows } from '../executor/short-read/short-rows.js';
import type { Awaitable } from '../types/awaitable.js';
import type { Chunk } from '../chunk/chunk.js';
import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';

/**
 * What the protocol frontend asks of the layers below: one Engine a process, one ClientSession a connection. Everything
 * thrown by these methods that a client may see is a MysqlError; anything else is reported as 1105 and logged.
 */
export interface Engine {
  /** Number of this node among those on the store, part of its connections' ids; absent or 0: alone. */
  readonly serverId?: number;
  /** The account that matches user@host by MySQL's rules (most specific host first), or null. Reads mysql.user. */
  findAccount(user: string, host: string): Awaitable<Account | null>;
  /** A login to the account is about to be proved: throws 3955 while failed logins block it. */
  admitLogin?(account: Account): Awaitable<void>;
  /** Whether the client proved to be the account; failed logins are counted. Throws 3955 for the one too many. */
  noteLogin?(account: Account, proved: boolean): Awaitable<void>;
  /** Opens a session for an authenticated connection. Throws 1049/1044 when the initial database is wrong. */
  openSession(connection: ConnectionInfo): Awaitable<ClientSession>;
  /** A client went without COM_QUIT, or an attempt to connect failed. */
  noteAborted?(loggedIn: boolean): void;
  /** `KILL [QUERY] id` from COM_PROCESS_KILL. Throws 1094 (unknown thread), 1095 (not owner). */
  kill(by: ClientSession, connectionId: number, queryOnly: boolean): Awaitable<void>;
  /** Value of a global system variable as text, e.g. 'max_connections', 'version'. */
  globalVariable(name: string): string;
  /** A file that the status API serves by its path below the API's root; null when there is none. Throws 1142. */
  download?(account: Account, path: string): Promise<Download | null>;
  /** Statistics of a table as the status API serves them are taken over. Throws 1227, 1146 and what is wrong with them. */
  loadStatistics?(account: Account, dump: string): Promise<void>;
  /** Numbers for COM_STATISTICS, /status and /metrics. */
  statistics(): EngineStatistics;
  /** Refuses new statements, waits for the running ones (up to the given time), closes the store. */
  shutdown(graceMs: number): Promise<void>;
}

export interface Download {
  readonly type: string;
  readonly body: Buffer;
}

export interface EngineStatistics {
  readonly uptimeSeconds: number;
  readonly sessions: number;
  readonly questions: number;
  readonly slowQueries: number;
  /** Further gauges and counters by metric name, e.g. rutile_kv_commits_total. */
  readonly metrics: ReadonlyMap<string, number>;
}

export interface Account {
  readonly user: string;
  readonly host: string;
  /** 'mysql_native_password', 'caching_sha2_password', … */
  readonly plugin: string;
  /** authentication_string as stored in mysql.user. */
  readonly authString: string;
  readonly locked: boolean;
  readonly passwordExpired: boolean;
  readonly requireTls: boolean;
  /** What REQUIRE asks of the client's certificate. */
  readonly require?: TlsRequirement;
}

/** REQUIRE of CREATE USER; empty texts ask nothing. */
export interface TlsRequirement {
  readonly type: 'NONE' | 'SSL' | 'X509' | 'SPECIFIED';
  readonly cipher: string;
  readonly issuer: string;
  readonly subject: string;
  readonly san: string;
}

export interface ConnectionInfo {
  readonly id: number;
  readonly user: string;
  /** Host part as the client was seen: '127.0.0.1', 'localhost' for a socket. */
  readonly host: string;
  /** 'ip:port' as SHOW PROCESSLIST prints it. */
  readonly peer: string;
  readonly account: Account;
  /** Initial database or ''. */
  readonly database: string;
  /** Collation id of the handshake: sets character_set_client, _connection, _results. */
  readonly collationId: number;
  /** CLIENT_FOUND_ROWS: affected rows of UPDATE are matched rows. */
  readonly foundRows: boolean;
  readonly multiStatements: boolean;
  readonly localFiles: boolean;
  readonly interactive: boolean;
  readonly ignoreSpace: boolean;
  readonly tls: boolean;
  readonly tlsCipher: string;
  /** TLSv1.2, TLSv1.3; '' without TLS. */
  readonly tlsVersion: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** The client asked for packets compressed with zlib. */
  readonly compressed?: boolean;
  /** Bytes that came from the client and went to it, so far; of this login. */
  readonly traffic?: () => { readonly received: number; readonly sent: number };
  /** Called by KILL CONNECTION: the frontend closes the socket. */
  readonly disconnect: () => void;
}

/** Status flags of OK and EOF packets (protocol: SERVER_STATUS_flags_enum). */
export const ServerStatus = {
  InTrans: 0x0001,
  Autocommit: 0x0002,
  MoreResultsExists: 0x0008,
  NoGoodIndexUsed: 0x0010,
  NoIndexUsed: 0x0020,
  CursorExists: 0x0040,
  LastRowSent: 0x0080,
  DbDropped: 0x0100,
  NoBackslashEscapes: 0x0200,
  MetadataChanged: 0x0400,
  QueryWasSlow: 0x0800,
  PsOutParams: 0x1000,
  InTransReadonly: 0x2000,
  SessionStateChanged: 0x4000,
} as const;

/** A column of a result set or a parameter (protocol: ColumnDefinition41). */
export interface ResultColumn {
  readonly name: string;
  readonly orgName: string;
  readonly table: string;
  readonly orgTable: string;
  readonly db: string;
  readonly type: FieldType;
}

export interface OkResult {
  readonly kind: 'ok';
  readonly affectedRows: number | bigint;
  readonly lastInsertId: number | bigint;
  readonly info: string;
  readonly warnings: number;
  /** Session state changes to report when the client asked for session tracking. */
  readonly stateChanges?: readonly SessionStateChange[];
  readonly next?: NextStatement;
}

export type SessionStateChange =
  | { readonly kind: 'systemVariable'; readonly name: string; readonly value: string }
  | { readonly kind: 'schema'; readonly name: string }
  | { readonly kind: 'stateChanged' };

/** A result set, pulled chunk by chunk; nothing is computed ahead of what is asked for. */
export interface RowsResult {
  readonly kind: 'rows';
  readonly columns: readonly ResultColumn[];
  /** All rows, where the session was asked for them at once (`ClientSession.atOnce`) and they are few: there are no chunks then. */
  readonly atOnce?: ShortRows;
  /** The next non-empty chunk or null at the end. Rejects with the statement's error. */
  nextChunk(): Awaitable<Chunk | null>;
  /** Must be called once, also after an error or before the end; ends the statement (autocommit happens before nextChunk gives null). */
  close(): Awaitable<void>;
  /** Valid after nextChunk gave null. */
  warnings(): number;
  readonly next?: NextStatement;
}

/** LOAD DATA LOCAL INFILE: the frontend asks the client for the file and hands its bytes over. */
export interface LocalInfileRequest {
  readonly kind: 'localInfile';
  readonly fileName: string;
  supply(content: AsyncIterable<Uint8Array>): Promise<OkResult>;
}

export type StatementResult = OkResult | RowsResult | LocalInfileRequest;

/** Runs the following statement of a multi-statement text; to be called when the result before it is finished. */
export type NextStatement = () => Awaitable<StatementResult>;

export interface ParamValue {
  readonly type: FieldType;
  readonly value: Datum;
}

export type QueryAttributes = ReadonlyMap<string, ParamValue>;

export interface PreparedInfo {
  readonly id: number;
  readonly params: readonly ResultColumn[];
  /** Empty when the statement gives no rows. */
  readonly columns: readonly ResultColumn[];
  readonly warnings: number;
}

export interface ClientSession {
  readonly connection: ConnectionInfo;
  /** ServerStatus bits without MoreResultsExists and the cursor bits, as of now. */
  readonly statusFlags: number;
  readonly currentDatabase: string;
  /** Charset in which results and error texts are sent (character_set_results); null = as stored. */
  readonly resultsCharset: string | null;
  /** wait_timeout of the session (interactive_timeout's value for an interactive client); absent: the global value. */
  readonly idleTimeoutSeconds?: number;
  /**
   * Set while a statement is called whose rows, if it answers without a promise, are written before this turn of the event loop ends:
   * they may then come as `RowsResult.atOnce`.
   */
  atOnce?: boolean;
  /** What the client sent along with the statement that is called next (protocol: query attributes), by name. */
  queryAttributes?: QueryAttributes | null;
  /** Text in character_set_client. Gives the first statement's result; further ones through `next`. */
  query(sql: Uint8Array): Awaitable<StatementResult>;
  prepare(sql: Uint8Array): Awaitable<PreparedInfo>;
  /** `cursor`: the result stays readable while other statements of the session run. */
  executePrepared(id: number, params: readonly ParamValue[], cursor: boolean): Awaitable<StatementResult>;
  closePrepared(id: number): void;
  useDatabase(name: string): Awaitable<void>;
  /** COM_FIELD_LIST. `wildcard` is a LIKE pattern or ''. */
  fieldList(table: string, wildcard: string): Awaitable<readonly ResultColumn[]>;
  /** COM_RESET_CONNECTION: rolls back, drops temporary tables, user variables, prepared statements, resets variables. */
  reset(): Awaitable<void>;
  setMultiStatements(on: boolean): void;
  /** The client is gone or the server stops: interrupt what runs, roll back, release. */
  close(): Awaitable<void>;
}
