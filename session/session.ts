import { composeTs, physicalOf } from '../kv/client/oracle.js';
import { checkStillKept, tooEarly } from './engine/gc-safe-point.js';
import type { HypotheticalIndexes } from './hypothetical-indexes.js';
import type { Awaitable } from '../types/awaitable.js';
import { chunkRows } from '../chunk/chunk-builder.js';
import { type Datum, ownDatum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';
import { mysqlError } from '../types/error-table.js';
import { MysqlError } from '../types/error.js';
import type { SqlWarning } from '../types/error.js';
import { SqlMode } from '../types/sql-mode.js';
import { collationById } from '../types/collation.js';
import type { ParsedStatement } from '../parser/ast/index.js';
import type { ParseOptions } from '../parser/parser.js';
import { parse, ParseError, parseInSteps } from '../parser/parser.js';
import type { DbInfo, InfoSchema, TableInfo } from '../catalog/model.js';
import type { AutoIdKind } from '../catalog/meta/meta.js';
import { blacklists } from '../planner/blacklists.js';
import type { MemTableScan, PhysicalPlan } from '../planner/physical/plan.js';
import { buildOperator } from '../executor/build-operator.js';
import { andThen } from '../executor/operator.js';
import type {
  ClientSession,
  ConnectionInfo,
  ParamValue,
  PreparedInfo,
  QueryAttributes,
  ResultColumn,
  StatementResult,
} from './client-session.js';
import { ServerStatus } from './client-session.js';
import { type Binding, SessionBindings } from './bindings/binding-store.js';
import type { EngineCore } from './engine/engine-core.js';
import type { PlannedStatement } from '../planner/plan-context.js';
import type { PlanSlot } from './plan-cache.js';
import { planEnvironment } from './plan-environment.js';
import { PreparedStatements } from './prepared-statements.js';
import type { PrivilegeChecker } from './privileges/privilege-checker.js';
import { SessionEvalContext } from './session-eval.js';
import { SessionExecContext } from './session-exec.js';
import type { Storage, Transaction } from '../kv/storage.js';
import { SessionAttributes } from './request-attributes.js';
import { SessionTransaction } from './session-transaction.js';
import { CachedStorage } from './cached-storage.js';
import { SessionStorage } from './session-storage.js';
import type { HistoricalReads, PointInTime } from './historical-read.js';
import { StatementContext } from './statement-context.js';
import { TemporaryTables } from './temporary-tables.js';
import { TransactionHistory } from './transaction-history.js';
import type { Characteristics } from './transaction-options.js';
import { runStatement } from './run-statement.js';
import { loopShare } from './loop-share.js';
import { statementBytes } from './statement-text.js';
import type { Tracer } from './tracer.js';
import type { AppliedValues } from './variables/applied-variables.js';
import { SessionVariables } from './variables/variable-store.js';
import { virtualRows } from './virtual-rows.js';
import { Count, type Counts, newCounts } from './status/counts.js';

/** Bytes of a text from which on others have the thread while it is parsed. */
const LONG_TEXT = 1 << 16;

export interface UserVariableValue {
  readonly type: FieldType;
  readonly value: Datum;
}

/**
 * One client's state: variables, transaction, prepared statements. Statements of a session run one after another; the
 * life of a statement is in run-statement.ts.
 */
export class Session implements ClientSession, AppliedValues {
  readonly vars: SessionVariables;
  readonly transaction: SessionTransaction;
  /** For SHOW STATUS; bytes as the connection counts them are to be added. */
  readonly counts: Counts = newCounts();
  /** What NEXTVAL gave last, by the sequence's id. */
  readonly lastSequenceValues = new Map<number, bigint>();
  readonly userVariables = new Map<string, UserVariableValue>();
  readonly prepared: PreparedStatements;
  readonly evalContext: SessionEvalContext;
  /** The statement that runs, or the last one. */
  statement: StatementContext;
  /** Set while TRACE records spans. */
  tracer: Tracer | null = null;
  atOnce = false;
  queryAttributes: QueryAttributes | null = null;
  running = false;
  /** The password has expired: nothing but a new one is taken. */
  sandboxed = false;
  /** What the last text took to parse, for TRACE. */
  parseMs = 0;
  /** What the parser took since the last statement began. */
  parsedSince = 0;

  currentDatabase = '';
  /** SET RESOURCE GROUP. */
  resourceGroup = 'default';
  lastInsertId: number | bigint = 0;
  lastRowCount = -1;
  lastFoundRows = 0;
  /** Warnings that SHOW WARNINGS shows: those of the last statement that was no diagnostic one. */
  diagnostics: readonly SqlWarning[] = [];
  /** The plan of the statement before this one (EXPLAIN FOR CONNECTION). */
  lastPlanned: PlannedStatement | null = null;
  /** The parameters that it ran with. */
  lastParams: readonly ParamValue[] = [];
  /** The last schema change, and which one it was of this node. */
  lastDdl: { readonly query: string; readonly number: number } = { query: '', number: 0 };
  /** The last PLAN REPLAYER DUMP's file. */
  lastReplayerToken = '';
  /** Indexes that EXPLAIN takes for granted; null for none. */
  hypothetical: HypotheticalIndexes | null = null;
  diagnosticsCount = { warnings: 0, errors: 0 };
  /** Set by LAST_INSERT_ID(expr) or a generated id in the running statement. */
  private pendingInsertId: number | bigint | null = null;

  /** The running statement's plan came from the plan cache; and the one's before it (last_plan_from_cache). */
  planFromCache = false;
  lastPlanFromCache = false;
  /** The binding that the running statement's plan was made with; and whether the one before had one (last_plan_from_binding). */
  planBinding: Binding | null = null;
  lastPlanFromBinding = false;
  readonly bindings = new SessionBindings();
  plainMode = true;
  plainClient = true;
  plainConnection = true;
  private environment = {
    version: -1,
    globalVersion: -1,
    database: '',
    tables: -1,
    bindings: -1,
    globalBindings: -1,
    blacklists: -1,
    id: -1,
  };

  autocommit = true;
  memoryQuota = -1;
  selectLimit: number | bigint | null = null;
  safeUpdates = false;
  fixedTime = 0;
  timeLimit = 0;
  resultsCharset: string | null = 'utf8mb4';
  multiStatements: boolean;
  parseOptions: ParseOptions = {};
  /** The data, as this session asks for it. */
  storage: Storage;
  /** Where cached tables are read from memory. */
  private readonly cached: CachedStorage | null = null;
  /** Null until the session has to do with a temporary table. */
  temporary: TemporaryTables | null = null;
  /** Command and its start (performance.now()) for SHOW PROCESSLIST. */
  command: 'Sleep' | 'Query' | 'Execute' | 'Prepare' | 'Init DB' = 'Sleep';
  commandSince = performance.now();
  private killed: Error | null = null;
  private closed = false;
  /** What a text that is being parsed has to end with. */
  private interruption: MysqlError | null = null;

  constructor(
    readonly engine: EngineCore,
    readonly connection: ConnectionInfo,
    readonly privileges: PrivilegeChecker,
  ) {
    this.statement = new StatementContext('', Date.now());
    this.evalContext = new SessionEvalContext(this);
    const attributes = new SessionAttributes(this);
    this.storage = engine.storage.forSession(attributes);
    if (engine.cachedTables.leased) {
      this.cached = new CachedStorage(this.storage, engine.cachedTables, attributes);
      this.storage = this.cached;
    }
    this.transaction = new SessionTransaction(
      this.storage,
      () => this.engine.schemaLoader.current,
      (options) => new TransactionHistory(this, options),
      (place) => engine.count(this, place),
    );
    this.prepared = new PreparedStatements(this);
    this.multiStatements = connection.multiStatements;
    this.vars = new SessionVariables(engine.globals, this);
    this.useCollation(connection.collationId);
    this.useTimeout();
  }

  get statusFlags(): number {
    let flags = 0;
    if (this.autocommit) flags |= ServerStatus.Autocommit;
    if (this.transaction.active) {
      flags |= ServerStatus.InTrans;
      if (this.transaction.readOnly) flags |= ServerStatus.InTransReadonly;
    }
    if ((this.evalContext.sqlMode & SqlMode.NoBackslashEscapes) !== 0)
      flags |= ServerStatus.NoBackslashEscapes;
    return flags;
  }

  private get plainText(): boolean {
    return this.plainMode && this.plainClient && this.plainConnection && this.tracer === null;
  }

  get idleTimeoutSeconds(): number {
    const limit = Number(this.vars.get('wait_timeout'));
    const inTransaction = Number(this.vars.get('tidb_idle_transaction_timeout'));
    return inTransaction > 0 && this.transaction.active ? Math.min(limit, inTransaction) : limit;
  }

  /** What SET TRANSACTION said of the next transaction; null: nothing. */
  nextTransaction: Characteristics | null = null;
  /** Where in time the running statement reads, and what decides it for those to come; null for the present. */
  past: PointInTime | null = null;
  historical: HistoricalReads | null = null;

  get schema(): InfoSchema {
    const past = this.past ?? this.transaction.past;
    const current = past === null ? this.engine.schemaLoader.current : past.schema;
    return this.temporary === null ? current : this.temporary.over(current);
  }

  /** From now on the session may have tables of its own. */
  useTemporaryTables(): TemporaryTables {
    if (this.temporary === null) {
      this.temporary = new TemporaryTables();
      this.storage = new SessionStorage(this.storage, this.temporary.rows);
      this.transaction.useStorage(this.storage, this.temporary.rows);
    }
    return this.temporary;
  }

  query(sql: Uint8Array): Awaitable<StatementResult> {
    if (this.plainText) {
      const match = this.engine.textPlans.find(sql, this.evalContext, this.vars);
      if (match !== null) return runStatement(this, match.statement, match.params, match.slot, sql.slice());
    }
    const text = statementBytes(sql, this.vars.get('character_set_client'));
    if (text.length >= LONG_TEXT) return this.parseInTurns(text).then((parsed) => this.runAll(parsed));
    return this.runAll(this.parse(text));
  }

  private runAll(statements: readonly ParsedStatement[]): Awaitable<StatementResult> {
    if (statements.length === 0) throw this.failBeforeRun(mysqlError('ER_EMPTY_QUERY'));
    if (statements.length > 1) this.checkMultiStatements();
    return this.runFrom(statements, 0);
  }

  /** Runs statement `at` of a text; its result leads to the next. */
  private runFrom(statements: readonly ParsedStatement[], at: number): Awaitable<StatementResult> {
    const result = runStatement(this, statements[at]!, []);
    if (at + 1 >= statements.length) return result;
    const next = (): Awaitable<StatementResult> => this.runFrom(statements, at + 1);
    return andThen(result, (r) => Object.assign(r, { next }));
  }

  /** Runs an already parsed statement with values for its markers. */
  run(
    statement: ParsedStatement,
    params: readonly ParamValue[],
    planSlot: PlanSlot | null = null,
    database: string = this.currentDatabase,
  ): Awaitable<StatementResult> {
    return runStatement(this, statement, params, planSlot, statement.text, database);
  }

  prepare(sql: Uint8Array): Awaitable<PreparedInfo> {
    return this.prepared.prepareBinary(sql);
  }
  executePrepared(id: number, params: readonly ParamValue[], cursor: boolean): Awaitable<StatementResult> {
    return this.prepared.execute(id, params, cursor);
  }
  closePrepared(id: number): void {
    this.prepared.close(id);
  }

  useDatabase(name: string): void {
    const db = this.schema.database(name);
    if (db === null) throw mysqlError('ER_BAD_DB_ERROR', name);
    this.privileges.requireDatabase(db.name);
    this.currentDatabase = db.name;
    this.vars.assign('character_set_database', db.charset);
    this.vars.assign('collation_database', db.collate);
  }

  fieldList(table: string, wildcard: string): Awaitable<readonly ResultColumn[]> {
    if (this.currentDatabase === '') throw mysqlError('ER_NO_DB_ERROR');
    const info = this.schema.table(this.currentDatabase, table);
    if (info === null) throw mysqlError('ER_NO_SUCH_TABLE', this.currentDatabase, table);
    const pattern = wildcard
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replace(/%/g, '.*')
      .replace(/_/g, '.');
    const wanted = new RegExp(wildcard === '' ? '' : `^${pattern}$`, 'i');
    return info.columns
      .filter((c) => c.state === 'public' && !c.hidden && wanted.test(c.name))
      .map((c) => ({
        name: c.name,
        orgName: c.name,
        table: info.name,
        orgTable: info.name,
        db: this.currentDatabase,
        type: c.type,
      }));
  }

  async reset(): Promise<void> {
    await this.transaction.rollback();
    this.nextTransaction = null;
    this.engine.userLocks.releaseAll(this.connection.id);
    this.engine.tableLocks.releaseAll(this.connection.id);
    this.userVariables.clear();
    this.temporary?.clear();
    this.lastSequenceValues.clear();
    this.bindings.clear();
    this.prepared.clear();
    this.lastInsertId = 0;
    this.diagnostics = [];
    this.vars.reset();
    this.useCollation(this.connection.collationId);
    this.useTimeout();
  }

  setMultiStatements(on: boolean): void {
    this.multiStatements = on;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.interruption = mysqlError('ER_QUERY_INTERRUPTED');
    this.statement.interrupt(mysqlError('ER_QUERY_INTERRUPTED'));
    await this.engine.waitUntilIdle(this);
    // Sessions of schema changes run no statement, but read as one: garbage collection waits for it.
    this.statement.finish();
    await this.transaction.rollback();
    this.engine.userLocks.releaseAll(this.connection.id);
    this.engine.tableLocks.releaseAll(this.connection.id);
    this.prepared.clear();
    this.engine.forget(this);
  }

  /** KILL: interrupts the running statement; with `connection` the session ends as well. */
  kill(connection: boolean): void {
    this.interruption = mysqlError('ER_QUERY_INTERRUPTED');
    if (connection) {
      this.killed = mysqlError('ER_QUERY_INTERRUPTED');
      this.connection.disconnect();
    }
    this.statement.interrupt(mysqlError('ER_QUERY_INTERRUPTED'));
  }

  memoryAction(): string {
    return this.engine.globals.get('tidb_mem_oom_action');
  }
  memoryExceeded(error: 'ER_QUERY_MEM_EXCEEDED' | 'ER_SERVER_MEM_EXCEEDED'): MysqlError {
    return mysqlError(error, this.connection.id);
  }
  logMemoryExceeded(held: number): void {
    const { connection, memoryQuota: quota } = this;
    const sql = this.statement.text.slice(0, 1000);
    this.engine.logger.warn({ connection: connection.id, held, quota, sql }, 'memory exceeds quota');
  }

  /** Garbage collection goes on over what was read at timestamps before `ts`. */
  giveUpReads(ts: bigint): void {
    const { transaction, statement } = this;
    const begun = transaction.txn === null ? composeTs(statement.startedAt) : transaction.giveUpReads(ts);
    if (this.running && begun < ts) statement.interrupt(tooEarly(begun, physicalOf(ts)));
  }

  throwIfKilled(): void {
    if (this.killed !== null) throw this.killed;
  }

  /** LAST_INSERT_ID(expr) and generated ids show from the next statement on. */
  setLastInsertId(value: number | bigint): void {
    this.pendingInsertId = value;
    this.lastInsertId = value;
  }
  takePendingInsertId(): number | bigint | null {
    const id = this.pendingInsertId;
    this.pendingInsertId = null;
    return id;
  }

  /** The open transaction writes the table. */
  noteWritten(table: TableInfo): void {
    if (table.temporary === 'global') this.useTemporaryTables().rows.add(table.id, false);
    this.transaction.noteWritten(table);
  }

  noteModified(tableId: number, inserted: number, updated: number, deleted: number): void {
    const { engine } = this;
    engine.count(this, Count.rowsInserted, inserted);
    engine.count(this, Count.rowsUpdated, updated);
    engine.count(this, Count.rowsDeleted, deleted);
    if (this.temporary?.has(tableId) === true) return;
    const [rows, modified] = [inserted - deleted, inserted + updated + deleted];
    // LOAD DATA commits by itself, batch by batch.
    if (this.transaction.active) this.transaction.noteModified(tableId, rows, modified);
    else engine.rowCounts.add(tableId, rows, modified);
  }

  /** The next value that the table would be given. */
  async nextAutoId(db: DbInfo, table: TableInfo, kind: AutoIdKind): Promise<bigint> {
    if (table.temporary !== undefined) return this.temporary?.peek(kind, table) ?? 1n;
    return this.engine.autoIds.peek(kind, db.id, table.id);
  }

  virtualRows(scan: MemTableScan): Awaitable<Datum[][]> {
    return virtualRows(this, scan);
  }

  /** Runs a plan to its end and gives at most `maxRows` rows (subqueries evaluated while planning). */
  async collect(plan: PhysicalPlan, maxRows: number): Promise<Datum[][]> {
    const context = await this.readContext();
    const operator = buildOperator(plan, context);
    const rows: Datum[][] = [];
    try {
      await operator.open();
      while (rows.length < maxRows) {
        const chunk = await operator.next();
        if (chunk === null) break;
        for (const row of chunkRows(chunk)) {
          rows.push(row.map(ownDatum));
          if (rows.length >= maxRows) break;
        }
      }
    } finally {
      await operator.close();
    }
    return rows;
  }

  /** Context of a read at the session's current point of view. */
  readContext(): Awaitable<SessionExecContext> {
    const { txn } = this.transaction;
    const past = this.past ?? this.transaction.past;
    if (past !== null) return this.pastContext(past.ts);
    if (txn !== null && !this.transaction.readCommitted) {
      const snapshot = this.cached?.over(txn.snapshot) ?? txn.snapshot;
      return new SessionExecContext(this, this.statement, this.schema, txn, snapshot, txn.forUpdateTs);
    }
    const ts = this.storage.currentTs();
    return ts instanceof Promise ? ts.then((t) => this.contextAt(t, txn)) : this.contextAt(ts, txn);
  }

  /**
   * Context of a read of one key that takes what is newest, at a timestamp that is the last one given instead of a new one: a commit of
   * several keys may be seen in part there, while it is not answered. Null where the session reads at another point of view.
   */
  newestContext(): SessionExecContext | null {
    const { transaction, storage } = this;
    if (transaction.txn !== null || (this.past ?? transaction.past) !== null || this.cached !== null)
      return null;
    const ts = storage.latestTs?.() ?? null;
    if (ts === null) return null;
    return new SessionExecContext(this, this.statement, this.schema, null, storage.snapshot(ts), ts);
  }

  /** Garbage collection may have passed since the point in time was named; once it is pinned, it does not any more. */
  private async pastContext(ts: bigint): Promise<SessionExecContext> {
    const context = this.contextAt(ts, null);
    await checkStillKept(this.engine, ts);
    return context;
  }

  private contextAt(ts: bigint, txn: Transaction | null): SessionExecContext {
    const { storage } = this;
    // Versions that this statement may still want to see outlive it, however long it runs.
    this.statement.onFinish(storage.pinTs(ts));
    return new SessionExecContext(this, this.statement, this.schema, txn, storage.snapshot(ts), ts);
  }

  /** A number for all settings that a plan may depend on: sessions with equal settings have equal numbers. */
  planEnvironment(): number {
    const e = this.environment;
    const { vars, engine } = this;
    const tables = this.temporary?.version ?? 0;
    if (
      e.tables !== tables ||
      e.version !== vars.version ||
      e.globalVersion !== engine.globals.version ||
      e.database !== this.currentDatabase ||
      e.bindings !== this.bindings.version ||
      e.globalBindings !== engine.bindings.version ||
      e.blacklists !== blacklists.version
    ) {
      const bindings = `\0${this.bindings.version}/${engine.bindings.version}/${blacklists.version}`;
      this.environment = {
        version: vars.version,
        globalVersion: engine.globals.version,
        database: this.currentDatabase,
        tables,
        bindings: this.bindings.version,
        globalBindings: engine.bindings.version,
        blacklists: blacklists.version,
        // A plan for one's own tables is nobody else's.
        id: planEnvironment(
          vars,
          (tables === 0 ? this.currentDatabase : `${this.currentDatabase}\0${tables}`) + bindings,
        ),
      };
    }
    return this.environment.id;
  }

  /** The schema name, or the current database; throws 1046. */
  databaseOf(schema: string | null): string {
    if (schema !== null) return schema;
    if (this.currentDatabase === '') throw mysqlError('ER_NO_DB_ERROR');
    return this.currentDatabase;
  }

  parse(sql: string | Uint8Array): readonly ParsedStatement[] {
    const start = performance.now();
    try {
      return parse(sql, this.parseOptions);
    } catch (error) {
      throw this.syntaxError(error);
    } finally {
      this.parseMs = performance.now() - start;
      this.parsedSince += this.parseMs;
    }
  }

  /** Others have the thread between the steps; throws when the session is killed meanwhile. */
  private async parseInTurns(sql: string | Uint8Array): Promise<readonly ParsedStatement[]> {
    const steps = parseInSteps(sql, this.parseOptions);
    this.interruption = null;
    let spent = 0;
    try {
      for (;;) {
        const from = performance.now();
        const step = steps.next();
        const now = performance.now();
        spent += now - from;
        if (step.done === true) return step.value;
        await loopShare.pause(now, now - from);
        if (this.interruption !== null) throw this.failBeforeRun(this.interruption);
      }
    } catch (error) {
      throw this.syntaxError(error);
    } finally {
      this.parseMs = spent;
      this.parsedSince += spent;
    }
  }

  /** The form in which a parse error reaches the client; it also becomes the session's diagnostics. */
  private syntaxError(error: unknown): unknown {
    if (!(error instanceof ParseError)) return error;
    return this.failBeforeRun(new MysqlError(error.errno, error.sqlState, error.message));
  }

  private failBeforeRun(error: MysqlError): MysqlError {
    this.diagnostics = [{ level: 'Error', code: error.code, message: error.message }];
    this.diagnosticsCount = { warnings: 1, errors: 1 };
    return error;
  }

  private checkMultiStatements(): void {
    if (this.multiStatements) return;
    const mode = this.vars.get('tidb_multi_statement_mode');
    if (mode === 'OFF') throw this.failBeforeRun(mysqlError('ER_MULTI_STATEMENT_DISABLED'));
    if (mode === 'WARN')
      this.statement.warn({
        level: 'Warning',
        code: 8130,
        message: mysqlError('ER_MULTI_STATEMENT_DISABLED').message,
      });
  }

  /** An interactive client's wait_timeout starts as interactive_timeout (MySQL manual, "wait_timeout"). */
  private useTimeout(): void {
    if (this.connection.interactive)
      this.vars.assign('wait_timeout', this.engine.globals.get('interactive_timeout'));
  }

  /** Sets the connection's character sets as SET NAMES would (handshake, COM_CHANGE_USER). */
  private useCollation(id: number): void {
    const c = collationById(id);
    if (c === undefined) return;
    const charset = c.charset;
    for (const name of ['character_set_client', 'character_set_connection', 'character_set_results'])
      this.vars.assign(name, charset);
    this.vars.assign('collation_connection', c.name);
  }
}
