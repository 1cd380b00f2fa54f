import { Chunk } from '../../chunk/chunk.js';
import type { Vector } from '../../chunk/vector.js';
import { BytesVector, NumVector } from '../../chunk/vector.js';
import type {
  Account,
  ClientSession,
  ConnectionInfo,
  Engine,
  EngineStatistics,
  OkResult,
  ParamValue,
  PreparedInfo,
  QueryAttributes,
  ResultColumn,
  RowsResult,
  StatementResult,
} from '../../session/client-session.js';
import { ServerStatus } from '../../session/client-session.js';
import type { Awaitable } from '../../types/awaitable.js';
import { mysqlError } from '../../types/error-table.js';
import type { FieldType } from '../../types/field-type.js';
import { newFieldType, TypeCode } from '../../types/field-type.js';

/** What a scripted statement sees. */
export interface FakeCall {
  readonly session: FakeSession;
  readonly sql: string;
  readonly params: readonly ParamValue[];
  readonly cursor: boolean;
}

export type FakeStatement = (call: FakeCall) => Awaitable<StatementResult>;

export const column = (name: string, type: FieldType, over: Partial<ResultColumn> = {}): ResultColumn => ({
  name,
  orgName: name,
  table: 't',
  orgTable: 't',
  db: 'test',
  type,
  ...over,
});

export const ok = (over: Partial<OkResult> = {}): OkResult => ({
  kind: 'ok',
  affectedRows: 0,
  lastInsertId: 0,
  info: '',
  warnings: 0,
  ...over,
});

export function rowsOf(
  columns: readonly ResultColumn[],
  chunks: readonly Chunk[],
  over: Partial<RowsResult> = {},
): RowsResult {
  let at = 0;
  return {
    kind: 'rows',
    columns,
    nextChunk: () => chunks[at++] ?? null,
    close: () => {},
    warnings: () => 0,
    ...over,
  };
}

/** A column of strings; null = NULL. */
export function bytesVector(values: readonly (string | Uint8Array | null)[]): BytesVector {
  const parts = values.map((v) => (v === null ? Buffer.alloc(0) : Buffer.from(v)));
  const offsets = new Int32Array(parts.length + 1);
  parts.forEach((p, i) => (offsets[i + 1] = offsets[i]! + p.length));
  return new BytesVector(Buffer.concat(parts), offsets, values.length, nullMask(values));
}

export function numVector(values: readonly (number | null)[]): NumVector {
  return new NumVector(
    Float64Array.from(values, (v) => v ?? 0),
    values.length,
    nullMask(values),
  );
}

export function nullMask(values: readonly unknown[]): Uint8Array | null {
  return values.some((v) => v === null) ? Uint8Array.from(values, (v) => (v === null ? 1 : 0)) : null;
}

export const oneText = (name: string, value: string): RowsResult =>
  rowsOf(
    [column(name, newFieldType(TypeCode.VarString, { flen: Math.max(value.length, 1) }))],
    [new Chunk([bytesVector([value])], 1)],
  );

export const oneChunk = (columns: readonly ResultColumn[], vectors: readonly Vector[]): RowsResult =>
  rowsOf(columns, [new Chunk(vectors, vectors[0]?.length ?? 0)]);

/** An engine whose statements are scripted, for tests of the protocol and its benchmark. */
export class FakeEngine implements Engine {
  readonly accounts: Account[] = [];
  readonly variables = new Map<string, string>([
    ['version', '8.0.11-TiDB-v8.5.0-fake'],
    ['max_connections', '0'],
    ['max_allowed_packet', '67108864'],
    ['wait_timeout', '28800'],
    ['interactive_timeout', '28800'],
    ['default_authentication_plugin', 'mysql_native_password'],
  ]);
  readonly statements = new Map<string, FakeStatement>();
  readonly patterns: { readonly pattern: RegExp; readonly run: FakeStatement }[] = [];
  readonly sessions = new Map<number, FakeSession>();
  readonly killed: number[] = [];
  questions = 0;

  constructor() {
    this.account('root', '');
    this.on('SELECT 1', () =>
      oneChunk([column('1', newFieldType(TypeCode.LongLong, { flen: 1 }))], [numVector([1])]),
    );
  }

  account(user: string, authString: string, over: Partial<Account> = {}): void {
    this.accounts.unshift({
      user,
      host: '%',
      plugin: 'mysql_native_password',
      authString,
      locked: false,
      passwordExpired: false,
      requireTls: false,
      ...over,
    });
  }

  on(sql: string | RegExp, run: FakeStatement): void {
    if (typeof sql === 'string') this.statements.set(sql, run);
    else this.patterns.push({ pattern: sql, run });
  }

  find(sql: string): FakeStatement {
    const run = this.statements.get(sql) ?? this.patterns.find((p) => p.pattern.test(sql))?.run;
    if (run === undefined)
      throw mysqlError('ER_PARSE_ERROR', 'You have an error in your SQL syntax near', sql.slice(0, 80));
    return run;
  }

  findAccount(user: string): Account | null {
    return this.accounts.find((a) => a.user === user) ?? null;
  }

  openSession(connection: ConnectionInfo): ClientSession {
    if (connection.database === 'missing') throw mysqlError('ER_BAD_DB_ERROR', connection.database);
    const session = new FakeSession(this, connection);
    this.sessions.set(connection.id, session);
    return session;
  }

  kill(_by: ClientSession, connectionId: number): void {
    this.killed.push(connectionId);
    this.sessions.get(connectionId)?.connection.disconnect();
  }

  globalVariable(name: string): string {
    return this.variables.get(name) ?? '';
  }

  statistics(): EngineStatistics {
    return {
      uptimeSeconds: 10,
      sessions: this.sessions.size,
      questions: this.questions,
      slowQueries: 0,
      metrics: new Map([['rutile_fake_total', 3]]),
    };
  }

  async shutdown(): Promise<void> {}
}

export class FakeSession implements ClientSession {
  statusFlags: number = ServerStatus.Autocommit;
  currentDatabase: string;
  resultsCharset: string | null = 'utf8mb4';
  multiStatements: boolean;
  closed = false;
  queryAttributes: QueryAttributes | null = null;
  resets = 0;
  readonly prepared = new Map<number, { readonly sql: string; readonly info: PreparedInfo }>();
  private nextStatement = 1;

  constructor(
    readonly engine: FakeEngine,
    readonly connection: ConnectionInfo,
  ) {
    this.currentDatabase = connection.database;
    this.multiStatements = connection.multiStatements;
  }

  private run(sql: string, params: readonly ParamValue[], cursor: boolean): Awaitable<StatementResult> {
    this.engine.questions++;
    return this.engine.find(sql)({ session: this, sql, params, cursor });
  }

  query(sql: Uint8Array): Awaitable<StatementResult> {
    return this.run(Buffer.from(sql.buffer, sql.byteOffset, sql.byteLength).toString(), [], false);
  }

  prepare(sql: Uint8Array): PreparedInfo {
    const text = Buffer.from(sql).toString();
    this.engine.find(text);
    const id = this.nextStatement++;
    const params = Array.from(text.matchAll(/\?/g), () => column('?', newFieldType(TypeCode.VarString)));
    const info: PreparedInfo = { id, params, columns: [], warnings: 0 };
    this.prepared.set(id, { sql: text, info });
    return info;
  }

  executePrepared(id: number, params: readonly ParamValue[], cursor: boolean): Awaitable<StatementResult> {
    return this.run(this.prepared.get(id)!.sql, params, cursor);
  }

  closePrepared(id: number): void {
    this.prepared.delete(id);
  }

  useDatabase(name: string): void {
    if (name === 'missing') throw mysqlError('ER_BAD_DB_ERROR', name);
    this.currentDatabase = name;
  }

  fieldList(table: string): readonly ResultColumn[] {
    return [
      column('id', newFieldType(TypeCode.Long)),
      column(table, newFieldType(TypeCode.VarChar, { flen: 10 })),
    ];
  }

  reset(): void {
    this.resets++;
    this.prepared.clear();
  }

  setMultiStatements(on: boolean): void {
    this.multiStatements = on;
  }

  close(): void {
    this.closed = true;
    this.engine.sessions.delete(this.connection.id);
  }
}
