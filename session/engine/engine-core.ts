import { randomUUID } from 'node:crypto';
import type { Awaitable } from '../../types/awaitable.js';
import type { Datum } from '../../types/datum.js';
import type { MysqlError } from '../../types/error.js';
import { mysqlError } from '../../types/error-table.js';
import { Sequences } from '../../catalog/sequences.js';
import type { AutoIdAllocator } from '../../catalog/auto-id.js';
import type { InfoSchema } from '../../catalog/model.js';
import type { SchemaLoader } from '../../catalog/info-schema.js';
import { Meta } from '../../catalog/meta/meta.js';
import type { MetaReader } from '../../catalog/meta/meta.js';
import type { ProcessInfo } from '../../catalog/virtual/virtual-table.js';
import type { TempStorage } from '../../executor/spill/temp-storage.js';
import type { Storage, Transaction } from '../../kv/storage.js';
import type { DdlWorker } from '../../ddl/job/ddl-worker.js';
import type { ConnectionInfo } from '../client-session.js';
import { commitView, type CommitView } from '../commit-view.js';
import { duplicateEntryError } from '../duplicate-entry.js';
import { Cluster } from '../cluster/cluster.js';
import type { ServerControl } from './server-control.js';
import { Count, newCounts, sumOfCounts, type Counts, type NodeCounts } from '../status/counts.js';
import { type NodeBus, SoleNode } from '../cluster/node-bus.js';
import { GlobalBindings } from '../bindings/binding-store.js';
import { ImportJobs } from '../import/import-jobs.js';
import { AccountStore } from '../privileges/account-store.js';
import { ALL_PRIVILEGES } from '../privileges/privilege-checker.js';
import { PlanCache } from '../plan-cache.js';
import { TextPlans } from '../text-plans.js';
import type { FeedbackSink } from '../../executor/feedback.js';
import { StatisticsFeedback } from '../statistics/statistics-feedback.js';
import { Session } from '../session.js';
import { ClientErrors } from '../summary/client-errors.js';
import { greatestValue } from './newest-values.js';
import { PlanCaptures } from '../replayer/plan-captures.js';
import { StatementSummaries } from '../summary/statement-summaries.js';
import { BaselineCapture } from '../bindings/capture.js';
import { queryLimitOf, type QueryLimit } from './runaway-queries.js';
import { QueryWatches } from './query-watches.js';
import { ColumnUsage } from '../statistics/column-usage.js';
import type { StatementContext } from '../statement-context.js';
import { UserLocks } from '../user-locks.js';
import { findVariable } from '../variables/system-variable.js';
import type { GlobalVariables } from '../variables/variable-store.js';
import type { RowCounts } from './row-counts.js';
import { CachedTables } from './cached-tables.js';
import { ddlWorker } from './ddl-node.js';
import { DeadlockHistory } from './deadlock-history.js';
import { ServerMemory } from './server-memory.js';
import { resourceGroups } from '../../ddl/resource-group.js';
import { GeneralLog } from '../slow-log/general-log.js';
import { SlowLog } from '../slow-log/slow-log.js';
import { slowQuery } from '../slow-log/slow-query.js';
import { StatisticsStore } from './statistics-store.js';
import type { EvaluatorPool } from '../../executor/parallel/evaluator-pool.js';
import type { ThreadPool } from '../../executor/parallel/thread-pool.js';
import { TableLocks } from './table-locks.js';
import { WallClock } from './wall-clock.js';
import { ownRows } from '../own-rows.js';

/** Logging as the engine needs it (pino's shape). */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** This node among those on the same store. */
export interface NodeIdentity {
  readonly bus: NodeBus;
  /** From 1; 0 for a node that is alone. */
  readonly serverId: number;
  readonly nodeId: string;
  /** How often what is counted here is told to the others. */
  readonly countsMs: number;
}

/** Statements a millisecond from which a node counts as busy, over what time at least, and how long it does. */
const BUSY_RATE = 0.05;
const BUSY_WINDOW_MS = 5;
const BUSY_FOR_MS = 50;

/** A commit of a job's under way: what it goes by. */
interface JobCommit {
  readonly tableId: number;
  readonly version: number;
}

/** What all sessions of the process share. */
export class EngineCore {
  readonly sessions = new Map<number, Session>();
  private readonly jobCommits = new Set<JobCommit>();
  /** Statements that were begun, the server's own included. */
  statements = 0;
  /** What this node has counted of its sessions; bytes of those that have ended. */
  readonly counted: Counts = newCounts();
  /** Sessions of clients that there were at most at one time since the last FLUSH STATUS, and the uptime then. */
  mostSessions = 0;
  statusFlushedMs = 0;
  readonly userLocks = new UserLocks();
  readonly summaries: StatementSummaries;
  readonly clientErrors = new ClientErrors();
  readonly deadlocks = new DeadlockHistory();
  /** Plans by statement text (tidb_session_plan_cache_size bounds TiDB's, which each session has of its own). */
  readonly planCache = new PlanCache(5000);
  readonly textPlans = new TextPlans(5000);
  readonly tableLocks = new TableLocks(() => this.globals.get('server_uuid'));
  readonly accounts: AccountStore = new AccountStore(this);
  readonly slowLog: SlowLog;
  readonly generalLog: GeneralLog;
  readonly imports: ImportJobs = new ImportJobs(this);
  readonly bindings: GlobalBindings = new GlobalBindings(this);
  readonly planCaptures: PlanCaptures = new PlanCaptures(this);
  /** authentication_string for a password, by plugin. */
  passwordHashers: ReadonlyMap<string, (password: string) => string> = new Map();
  control: ServerControl | null = null;
  passwordVerifiers: ReadonlyMap<string, (authString: string, password: string) => boolean> = new Map();
  /** Rows for virtual tables that only the session layer can make, by name. */
  readonly virtualProviders = new Map<string, (session: Session) => Awaitable<Datum[][]>>();
  readonly startedAt = Date.now();
  private readonly began = performance.now();

  get uptimeMs(): number {
    return performance.now() - this.began;
  }
  private readonly clock = new WallClock();
  /** host:port of this node's status API, which names it in the tables of the cluster. */
  instance = '';
  readonly statistics: StatisticsStore;
  readonly statisticsFeedback = new StatisticsFeedback(this);
  readonly baselineCapture: BaselineCapture;
  readonly queryWatches = new QueryWatches((sql) => this.internalQuery(sql));
  readonly columnUsage = new ColumnUsage((sql) => this.internalQuery(sql));
  readonly sequences: Sequences;
  /** Schema changes of several steps. */
  readonly ddl: DdlWorker;
  readonly cachedTables: CachedTables;
  /** This node among those on the same store. */
  readonly cluster: Cluster;
  /** The store is one of this process: all commits are of one phase. */
  embedded = true;
  /** Schema changes that statements of this node asked for. */
  schemaChanges = 0;
  /** tidb_super_read_only: statements that write are refused. */
  readOnly = false;
  /** tidb_enable_foreign_key. */
  foreignKeys = true;
  /** What the server was started with, by name. */
  settings: ReadonlyMap<string, string> = new Map();
  /** How often each `user\0host` has connected. */
  readonly logins = new Map<string, number>();
  /** Names of the resource groups, by their lower-case form. */
  resourceGroups: ReadonlyMap<string, { readonly name: string; readonly limit: QueryLimit | null }> =
    new Map();
  /** Some of them have a QUERY_LIMIT. */
  limitsQueries = false;
  /** Where statements spill; null for nowhere. */
  tempStorage: TempStorage | null = null;
  /** Threads for analytic statements; null for none. */
  threads: ThreadPool | null = null;
  /** Threads for values that take long; null for none. */
  evaluators: EvaluatorPool | null = null;
  readonly memory = new ServerMemory((name) => this.globals.get(name));
  private stopping = false;
  private seenStatements = 0;
  private seenAt = 0;
  private busyUntil = 0;
  private idleWaiters = new Set<() => void>();

  constructor(
    readonly storage: Storage,
    readonly schemaLoader: SchemaLoader,
    readonly globals: GlobalVariables,
    readonly autoIds: AutoIdAllocator,
    readonly rowCounts: RowCounts,
    readonly logger: Logger,
    readonly tidbVersion: string,
    node: NodeIdentity = { bus: new SoleNode(), serverId: 0, nodeId: randomUUID(), countsMs: 0 },
  ) {
    globals.onChange('tidb_super_read_only', (value) => (this.readOnly = value === 'ON'));
    globals.onChange('tidb_enable_foreign_key', (value) => (this.foreignKeys = value === 'ON'));
    this.slowLog = new SlowLog(globals);
    this.generalLog = new GeneralLog(globals, logger);
    this.cluster = new Cluster(this, node.bus, node.serverId, node.nodeId, node.countsMs);
    this.summaries = new StatementSummaries(globals);
    this.sequences = new Sequences(storage);
    this.statistics = new StatisticsStore(
      {
        run: (sql) => this.internalQuery(sql),
        together: (body) => this.asServer(body),
        transaction: (body) => this.internalTransaction(body),
        table: (id) => this.schemaLoader.current.tableById(id)?.table ?? null,
        changed: (id) => this.cluster.tellStatistics(id),
        max: (table, column) => greatestValue(this, table, column),
        quota: () => Number(this.globals.get('tidb_stats_cache_mem_quota')),
      },
      rowCounts,
    );
    this.cachedTables = new CachedTables(this);
    this.baselineCapture = new BaselineCapture(this);
    this.ddl = ddlWorker(this, this.cluster.nodeId);
  }

  /** Wall clock with microseconds, for NOW(6). */
  nowMicros(): number {
    return this.clock.micros();
  }

  /** Whether statements keep coming in: work in the background asks for this, and leaves them the better part of the machine. */
  recentlyBusy(): boolean {
    const { statements } = this;
    const now = performance.now();
    const since = now - this.seenAt;
    if (since >= BUSY_WINDOW_MS) {
      if ((statements - this.seenStatements) / since >= BUSY_RATE) this.busyUntil = now + BUSY_FOR_MS;
      this.seenStatements = statements;
      this.seenAt = now;
    }
    return now < this.busyUntil;
  }

  throwIfStopping(connectionId: number): void {
    // The server's own statements tidy up until the store closes.
    if (this.stopping && connectionId !== INTERNAL_CONNECTION.id) throw mysqlError('ER_SERVER_SHUTDOWN');
  }

  /** Where scans report what they met; null while it is switched off. */
  get feedback(): FeedbackSink | null {
    return this.statisticsFeedback.on ? this.statisticsFeedback : null;
  }

  /** Stores what was counted of tables, but for those of the server itself: storing would count again. */
  async saveRowCounts(): Promise<void> {
    const schema = this.schemaLoader.current;
    const version = await this.storage.currentTs();
    await this.rowCounts.save(
      (sql) => this.internalQuery(sql),
      version,
      (id) => {
        const found = schema.tableById(id);
        return found !== null && found.db.lower !== 'mysql';
      },
    );
  }

  dropStatistics(tableId: number): void {
    this.statistics
      .drop(tableId, false)
      .catch((err: unknown) =>
        this.logger.warn({ err, tableId }, 'statistics of a dropped table stay behind'),
      );
  }

  /**
   * Resolves when no other session's transaction works with a version of the table below `version`: the metadata lock
   * that keeps nodes at most one schema state apart.
   */
  async awaitVersion(by: Session, tableId: number, version: number): Promise<void> {
    await this.awaitLocalVersion(by, tableId, version);
    if (!this.cluster.shared) return;
    let done = false;
    const others = this.cluster.awaitVersion(tableId, version).finally(() => (done = true));
    while (!done) {
      by.statement.throwIfInterrupted();
      await Promise.race([others, new Promise((resolve) => setTimeout(resolve, 20))]);
    }
    await others;
  }

  /** The same among the sessions of this node. */
  async awaitLocalVersion(by: Session | null, tableId: number, version: number): Promise<void> {
    const behind = (s: Session): boolean => s !== by && s.transaction.usesBefore(tableId, version);
    const ofJob = (c: JobCommit): boolean => c.tableId === tableId && c.version < version;
    while ([...this.sessions.values()].some(behind) || [...this.jobCommits].some(ofJob)) {
      by?.statement.throwIfInterrupted();
      await Promise.race([this.nextFinish(), new Promise((resolve) => setTimeout(resolve, 20))]);
    }
  }

  /** See DdlContext.commitAt. */
  async commitAt(txn: Transaction, tableId: number, version: number): Promise<void> {
    const commit: JobCommit = { tableId, version };
    const check = ({ schema, before }: CommitView): bigint | null => {
      const now = schema.tableById(tableId)?.table.version ?? 0;
      if (now !== version) throw mysqlError('ER_INFO_SCHEMA_CHANGED');
      return before;
    };
    txn.onBeforeCommit((reached) => {
      const view = commitView(this, () => this.schemaLoader.current, reached);
      return view instanceof Promise ? view.then(check) : check(view);
    });
    this.jobCommits.add(commit);
    try {
      await txn.commit();
    } finally {
      this.jobCommits.delete(commit);
    }
  }

  /** See DdlContext.endOthers: ends all clients' connections, on every node, but the one. */
  async endOthers(connectionId: number, version: number, check: () => void): Promise<void> {
    let done = false;
    const others = this.cluster.endOthers(connectionId, version).finally(() => (done = true));
    others.catch(() => undefined);
    await this.endLocalOthers(connectionId, check);
    while (!done) {
      check();
      await Promise.race([others, new Promise((resolve) => setTimeout(resolve, 20))]);
    }
    await others;
  }

  /** The same on this node. Resolves when none of them runs a statement or has a transaction. */
  async endLocalOthers(connectionId: number, check: () => void = () => undefined): Promise<void> {
    const others = [...this.sessions.values()].filter((s) => s.connection.id !== connectionId);
    for (const s of others) {
      s.kill(true);
      s.close().catch((err: unknown) => this.logger.warn({ err }, 'a session ended badly'));
    }
    const busy = (s: Session): boolean => s.running || s.transaction.active;
    while (others.some(busy)) {
      check();
      await Promise.race([this.nextFinish(), new Promise((resolve) => setTimeout(resolve, 20))]);
    }
  }

  /** Garbage collection waits no longer for what reads as of before `ts`: those transactions and statements end with 9006. */
  giveUpReads(ts: bigint): void {
    this.storage.ignoreReadsBefore(ts);
    for (const s of this.sessions.values()) s.giveUpReads(ts);
  }

  /** Every node reads anew what it knows of tables' rows. */
  async rowsReplaced(): Promise<void> {
    await this.rereadStatistics();
    await this.cluster.tellRowsReplaced();
  }
  async rereadStatistics(): Promise<void> {
    this.rowCounts.clear();
    await this.rowCounts.load((sql) => this.internalQuery(sql));
    await this.statistics.restart();
  }

  /** Every node reads the list of QUERY WATCH anew. */
  async rereadWatches(): Promise<void> {
    await this.queryWatches.load();
    await this.cluster.tellWatches();
  }

  metaReader(): MetaReader {
    const { storage } = this;
    return {
      async get(key) {
        return storage.snapshot(await storage.currentTs()).get(key);
      },
      iterate() {
        throw new Error('iterating meta needs a snapshot of its own');
      },
    };
  }

  /** The schema as it was at a timestamp. */
  schemaAt(ts: bigint): Promise<InfoSchema> {
    return this.schemaLoader.past(new Meta(this.storage.snapshot(ts)));
  }

  /** Brings the schema that new statements see to the newest version in the store. */
  async refreshSchema(): Promise<void> {
    const snapshot = this.storage.snapshot(await this.storage.currentTs());
    await this.schemaLoader.refresh(new Meta(snapshot));
    const groups = await resourceGroups(snapshot);
    this.resourceGroups = new Map(groups.map((g) => [g.lower, { name: g.name, limit: queryLimitOf(g) }]));
    this.limitsQueries = [...this.resourceGroups.values()].some((g) => g.limit !== null);
  }

  /** Runs a statement as the server itself and gives its rows. */
  internalQuery(sql: string, database = 'mysql'): Promise<Datum[][]> {
    return this.asServer((query) => query(sql), database);
  }

  /** Runs statements as the server itself in one transaction. */
  internalTransaction<T>(work: (query: (sql: string) => Promise<Datum[][]>) => Promise<T>): Promise<T> {
    return this.asServer(async (query) => {
      await query('BEGIN PESSIMISTIC');
      const result = await work(query);
      await query('COMMIT');
      return result;
    });
  }

  /** The session that runs them is closed at the end, which undoes what is not committed. */
  private async asServer<T>(
    work: (query: (sql: string) => Promise<Datum[][]>) => Promise<T>,
    database = 'mysql',
  ): Promise<T> {
    const session = this.internalSession(database);
    try {
      return await work((sql) => collectRows(session, sql));
    } finally {
      await session.close();
    }
  }

  /** Whether an account with this plugin and authentication_string has the password. */
  passwordMatches(plugin: string, authString: string, password: string): boolean {
    return this.passwordVerifiers.get(plugin)?.(authString, password) ?? false;
  }

  /** A session of the server itself, without limits; not in the process list. */
  internalSession(database: string): Session {
    const session = new Session(this, INTERNAL_CONNECTION, ALL_PRIVILEGES);
    session.currentDatabase = database;
    // The server's own statements are read by the default rules, whatever the global mode.
    session.vars.assign('sql_mode', findVariable('sql_mode')!.default);
    return session;
  }

  duplicateEntry(key: Uint8Array): MysqlError {
    return duplicateEntryError(this.schemaLoader.current, key);
  }

  noteFinished(session: Session, statement: StatementContext, error: MysqlError | null): void {
    if (error !== null) this.count(session, Count.failed);
    if (this.summaries.enabled) this.summaries.note(session, statement, error);
    if (error === null) this.planCaptures.note(session, statement);
    if (statement.warningCount > 0 && session.connection.id !== 0)
      this.clientErrors.note(session, statement, error);
    const ms = performance.now() - statement.began;
    // What EXPLAIN and the digests cost is paid by slow statements alone.
    if (ms >= this.slowLog.threshold && session.connection.id !== 0) {
      this.count(session, Count.slowQueries);
      this.slowLog.add(slowQuery(session, statement, ms, error));
    }
    if (this.generalLog.on && error === null && session.connection.id !== 0)
      this.generalLog.note(session, statement);
    for (const wake of this.idleWaiters) wake();
  }

  /** Resolves when the session runs no statement. */
  async waitUntilIdle(session: Session): Promise<void> {
    while (session.running) await this.nextFinish();
  }

  /** Refuses new statements and waits for running ones, at most `graceMs`; then interrupts them. */
  async drain(graceMs: number): Promise<void> {
    this.stopping = true;
    const deadline = performance.now() + graceMs;
    const busy = (): Session[] => [...this.sessions.values()].filter((s) => s.running);
    while (busy().length > 0 && performance.now() < deadline) {
      await Promise.race([this.nextFinish(), new Promise((resolve) => setTimeout(resolve, 50))]);
    }
    for (const session of busy()) session.kill(true);
  }

  async closeSessions(): Promise<void> {
    for (const session of [...this.sessions.values()]) await session.close();
  }

  processes(by: Session): Awaitable<readonly ProcessInfo[]> {
    const all = by.privileges.has('PROCESS', null, null);
    const mine = (rows: readonly ProcessInfo[]): ProcessInfo[] =>
      rows.filter((p) => all || p.user === by.connection.user);
    const local = this.localProcesses();
    if (!this.cluster.shared) return mine(local);
    return this.cluster.foreignProcesses().then((foreign) => mine([...local, ...foreign]));
  }

  localProcesses(): ProcessInfo[] {
    return [...this.sessions.values()].map((s) => processInfo(s, this.instance));
  }

  /** `place`: one of `Count`, or a kind of statement behind FIRST_COMMAND. */
  count(session: Session, place: number, by = 1): void {
    session.counts[place]! += by;
    this.counted[place]! += by;
  }

  /** What this node has counted. */
  localCounts(): NodeCounts {
    let running = 0;
    let lockWaiting = 0;
    let preparedStatements = 0;
    const counts = this.counted.slice();
    for (const s of this.sessions.values()) {
      if (s.running) running++;
      if (s.running && (s.transaction.txn?.waitingSince ?? 0) > 0) lockWaiting++;
      preparedStatements += s.prepared.count;
      addTraffic(counts, s);
    }
    const { mostSessions, sessions } = this;
    return {
      counts: [...counts],
      mostSessions,
      sessions: sessions.size,
      running,
      lockWaiting,
      preparedStatements,
    };
  }

  /** The session has ended. */
  forget(session: Session): void {
    if (this.sessions.delete(session.connection.id)) addTraffic(this.counted, session);
  }

  /** What all nodes have counted. */
  get counts(): NodeCounts {
    return sumOfCounts([this.localCounts(), ...this.cluster.foreignCounts()]);
  }

  private nextFinish(): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.idleWaiters.delete(wake);
        resolve();
      };
      this.idleWaiters.add(wake);
    });
  }
}

async function collectRows(session: Session, sql: string): Promise<Datum[][]> {
  const result = await session.query(Buffer.from(sql));
  return result.kind === 'rows' ? ownRows(result) : [];
}

function processInfo(s: Session, instance: string): ProcessInfo {
  return {
    instance,
    id: s.connection.id,
    user: s.connection.user,
    host: s.connection.peer,
    db: s.currentDatabase === '' ? null : s.currentDatabase,
    command: s.command,
    time: Math.floor((performance.now() - s.commandSince) / 1000),
    state: s.running
      ? s.statement.state
      : s.transaction.active
        ? 'in transaction'
        : s.autocommit
          ? 'autocommit'
          : '',
    info: s.running ? s.statement.text : null,
    digest: '',
    memory: 0,
    txnStart:
      s.transaction.txn === null
        ? ''
        : `${new Date(s.transaction.startedAt).toISOString().slice(5, 19).replace('T', ' ')}(${s.transaction.txn.startTs})`,
  };
}

const INTERNAL_CONNECTION: ConnectionInfo = {
  id: 0,
  user: 'root',
  host: 'localhost',
  peer: '',
  account: {
    user: 'root',
    host: '%',
    plugin: 'mysql_native_password',
    authString: '',
    locked: false,
    passwordExpired: false,
    requireTls: false,
  },
  database: 'mysql',
  collationId: 46,
  foundRows: false,
  multiStatements: true,
  localFiles: false,
  interactive: false,
  ignoreSpace: false,
  tls: false,
  tlsCipher: '',
  tlsVersion: '',
  attributes: new Map(),
  disconnect: () => undefined,
};

function addTraffic(counts: Counts, { connection }: Session): void {
  const traffic = connection.traffic?.();
  if (traffic === undefined) return;
  counts[Count.bytesReceived]! += traffic.received;
  counts[Count.bytesSent]! += traffic.sent;
}
