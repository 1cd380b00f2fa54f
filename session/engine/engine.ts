import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import { systemZoneName } from '../../types/timezone.js';
import { AutoIdAllocator } from '../../catalog/auto-id.js';
import { SchemaLoader } from '../../catalog/info-schema.js';
import { virtualDatabases } from '../../catalog/virtual/virtual-table.js';
import type {
  Account,
  ClientSession,
  ConnectionInfo,
  Download,
  Engine,
  EngineStatistics,
} from '../client-session.js';
import type { Awaitable } from '../../types/awaitable.js';
import { admitLogin, checkConnectionLimit, noteLogin, passwordOutlived } from '../privileges/login-policy.js';
import { Session } from '../session.js';
import { GlobalVariables } from '../variables/variable-store.js';
import { findVariable } from '../variables/system-variable.js';
import '../variables/limit-variables.js';
import '../variables/mysql-variables.js';
import '../variables/server-variables.js';
import '../variables/binding-variables.js';
import '../variables/password-variables.js';
import '../variables/tidb-accepted-variables.js';
import '../variables/statistics-variables.js';
import '../variables/foreign-variables.js';
import '../variables/rare-variables.js';
import '../variables/tidb-kept-variables.js';
import '../variables/cluster-variables.js';
import '../variables/tidb-checked-variables.js';
import '../variables/log-variables.js';
import '../variables/summary-variables.js';
import '../variables/tidb-variables.js';
import '../statements/index.js';
import '../../catalog/virtual/index.js';
import '../../expression/index.js';
import { registerAnalyzeStatus } from '../statistics/analyze-jobs.js';
import { SLOW_QUERY_COLUMNS } from '../../catalog/virtual/slow-query.js';
import { layoutOf } from '../../types/field-type.js';
import { TypeCode } from '../../types/field-type.js';
import { registerVariableTables } from '../variables/variable-rows.js';
import { loadBlacklists } from './optimizer-blacklists.js';
import { registerNodeTables } from '../node-tables.js';
import { AppendFile } from '../slow-log/append-file.js';
import { registerSlowQueryTables } from '../slow-log/slow-query-tables.js';
import { registerPrivilegeTables } from '../privileges/privilege-rows.js';
import { registerPlacementTables } from '../placement-tables.js';
import { registerClusterTables } from '../summary/cluster-tables.js';
import { registerServerTables } from '../summary/client-errors.js';
import { registerSummaryTables } from '../summary/summary-tables.js';
import { registerEngineLocks } from '../engine-locks.js';
import { registerTransactionTables } from '../transaction-tables.js';
import { ddlJobRows } from '../statements/ddl-jobs.js';
import { EvaluatorPool } from '../../executor/parallel/evaluator-pool.js';
import { ThreadPool } from '../../executor/parallel/thread-pool.js';
import { startedThreads } from '../../executor/parallel/thread-source.js';
import { TempStorage } from '../../executor/spill/temp-storage.js';
import { OwnerLease } from '../../kv/owner-lease.js';
import type { Storage } from '../../kv/storage.js';
import { type NodeBus, SoleNode } from '../cluster/node-bus.js';
import { StoreBus } from '../cluster/store-bus.js';
import { AutoAnalyzer } from './auto-analyzer.js';
import { endInterruptedAnalyses } from './interrupted-analyses.js';
import { TtlWorker } from './ttl-worker.js';
import { bootstrap } from './bootstrap.js';
import { download } from './download.js';
import { uploadStatistics } from './upload.js';
import { killConnection } from './kill.js';
import { EngineCore, type NodeIdentity } from './engine-core.js';
import { countStatements, openDataStore, replicaOf, type DataStoreOptions } from './data-store.js';
import { farewell } from './farewell.js';
import { GarbageCollector } from './garbage-collector.js';
import { ReplicaWatch } from './replica-watch.js';
import type { ServerControl } from './server-control.js';
import { RowCounts } from './row-counts.js';
import { Count } from '../status/counts.js';

export interface EngineOptions extends DataStoreOptions {
  readonly version: string;
  readonly port: number;
  readonly socket: string;
  /** host:port of the status API. */
  readonly statusAddress?: string;
  /** Number of this node among those on the store, from 1; absent or 0 for a node that is alone. */
  readonly serverId?: number;
  /** The way to the other nodes. */
  readonly bus?: NodeBus;
  /** Value of server_uuid; made up when absent. */
  readonly serverUuid?: string;
  readonly tlsConfigured: boolean;
  /** The process around the engine; absent: statements that ask it for something do nothing. */
  readonly control?: ServerControl;
  /** Threads beside those that run statements; absent: there are none. */
  readonly threads?: {
    /** The module they run. */
    readonly entry: URL;
    /** Those that analytic statements may use together; the node whose thread has the store open has them started for all of its process. */
    readonly analytic: number;
    /** Those that compute values for this node. */
    readonly evaluators: number;
  };
  /** The server's configuration, for SHOW CONFIG. */
  readonly settings?: ReadonlyMap<string, string>;
  /** Files of the slow query log and of the general log; absent or empty: in memory, and in the log. */
  readonly slowQueryFile?: string;
  readonly generalLogFile?: string;
  /** Directory for what statements spill; absent: they do not. */
  readonly tempDir?: string;
  /** Bytes of temporary files in all; absent or negative: no limit. */
  readonly tempQuota?: number;
  /** authentication_string for a password, by plugin. */
  readonly passwordHashers: ReadonlyMap<string, (password: string) => string>;
  /** Whether a password made an authentication_string, by plugin. */
  readonly passwordVerifiers?: ReadonlyMap<string, (authString: string, password: string) => boolean>;
}

const MYSQL_VERSION = '8.0.11';
/** TiDB release whose behaviour is followed. Tools tell TiDB by the "-TiDB-" in the version. */
const TIDB_RELEASE = 'v8.5.0';
const ROW_COUNT_SAVE_MS = 10_000;
/** How often it is asked whether counts are to be stored at once. */
const PRESSING_MS = 500;

/** Opens the store in the data directory and everything above it. Throws StoreLockedError and errors of the file system. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { logger } = options;
  const storage = await openDataStore(options);
  const node = await identityOf(options, storage);
  const globals = new GlobalVariables(fixedVariables(options));
  const core = new EngineCore(
    storage,
    new SchemaLoader(virtualDatabases()),
    globals,
    new AutoIdAllocator(storage, node.bus instanceof SoleNode),
    new RowCounts(),
    logger,
    tidbVersion(options),
    node,
  );
  countStatements(storage, () => core.statements);
  core.control = options.control ?? null;
  core.instance = options.statusAddress ?? '';
  core.embedded = options.tikv === undefined || options.tikv === null;
  const logFile = (path: string | undefined): AppendFile | null =>
    path === undefined || path === ''
      ? null
      : new AppendFile(path, (err) => logger.error({ err, path }, 'a log cannot be written'));
  core.slowLog.file = logFile(options.slowQueryFile);
  core.generalLog.file = logFile(options.generalLogFile);
  if (options.tempDir !== undefined) {
    core.tempStorage = new TempStorage(options.tempDir, options.tempQuota ?? -1);
    core.tempStorage.sweep();
  }
  const { threads } = options;
  if (threads !== undefined)
    core.evaluators = new EvaluatorPool(threads.entry, threads.evaluators, (err) =>
      logger.error({ err }, 'a thread that computes values failed'),
    );
  if (threads !== undefined && threads.analytic > 1) {
    const source = core.cluster.threadLender() ?? startedThreads(threads.entry);
    core.threads = new ThreadPool(source, threads.analytic, (err) =>
      logger.error({ err }, 'an analytic thread failed'),
    );
    core.cluster.lendThreads(core.threads);
  }
  // Columns that outlived a restart will be read by threads: they start while the rest does.
  if ((replicaOf(storage)?.held.length ?? 0) > 0) core.threads?.ready();
  core.rowCounts.keeper = node.serverId <= 1;
  core.cluster.start();
  await core.refreshSchema();
  await bootstrap(core);
  await core.rowCounts.load((sql) => core.internalQuery(sql));
  await core.statistics.start();
  const interrupted = await endInterruptedAnalyses(core);
  core.passwordHashers = options.passwordHashers;
  core.passwordVerifiers = options.passwordVerifiers ?? new Map();
  await core.accounts.reload();
  await core.bindings.reload();
  await core.planCaptures.reload();
  await loadBlacklists(core);
  await core.queryWatches.load();
  if (!core.cluster.shared) await core.imports.endInterrupted();
  await core.ddl.start(!core.cluster.shared);
  core.virtualProviders.set('ddl_jobs', ddlJobRows);
  registerTransactionTables(core);
  registerEngineLocks(core);
  registerSummaryTables(core);
  registerServerTables(core);
  registerClusterTables(core);
  registerPlacementTables(core);
  registerAnalyzeStatus(core);
  registerPrivilegeTables(core);
  registerVariableTables(core);
  registerNodeTables(core, options.settings ?? new Map());
  registerSlowQueryTables(
    core,
    SLOW_QUERY_COLUMNS.map(({ name, type }) => ({
      name,
      kind: layoutOf(type) === 'bytes' ? 'text' : type.tp === TypeCode.Double ? 'double' : 'integer',
    })),
  );
  const collector = new GarbageCollector(core);
  collector.start();
  const replicas = new ReplicaWatch(core);
  await replicas.start();
  const analyzer = new AutoAnalyzer(core, interrupted);
  analyzer.start();
  const ttl = new TtlWorker(core);
  ttl.start();
  const saver = setInterval(() => {
    core.statisticsFeedback.save().catch((err: unknown) => logger.error({ err }, 'saving statistics failed'));
    core.saveRowCounts().catch((err: unknown) => logger.error({ err }, 'saving row counts failed'));
  }, ROW_COUNT_SAVE_MS);
  saver.unref();
  const presser = setInterval(() => {
    if (core.rowCounts.pressing)
      core.saveRowCounts().catch((err: unknown) => logger.error({ err }, 'saving row counts failed'));
  }, PRESSING_MS);
  presser.unref();
  return new RutileEngine(core, async () => {
    clearInterval(saver);
    clearInterval(presser);
    core.baselineCapture.stop();
    await core.threads?.close();
    await core.evaluators?.close();
    await ttl.stop();
    replicas.stop();
    await analyzer.stop();
    await core.ddl.stop();
    await collector.stop();
    await core.saveRowCounts();
    await core.cluster.stop();
  });
}

/** Threads know each other; processes find each other through the store; an embedded store in one thread has one node. */
async function identityOf(options: EngineOptions, storage: Storage): Promise<NodeIdentity> {
  const nodeId = randomUUID();
  const { bus, serverId, logger } = options;
  if (bus !== undefined) return { bus, serverId: serverId ?? 0, nodeId, countsMs: 1000 };
  if (options.tikv === undefined || options.tikv === null) {
    await OwnerLease.vacateAll(storage);
    return { bus: new SoleNode(), serverId: 0, nodeId, countsMs: 0 };
  }
  const joined = await StoreBus.join(
    storage,
    nodeId,
    {
      address: `${hostname()}:${options.port}`,
      statusAddress: options.statusAddress ?? '',
      version: options.version,
    },
    (err) => logger.warn({ err }, 'talking to the other servers failed'),
  );
  return { bus: joined, serverId: joined.serverId, nodeId, countsMs: 10_000 };
}

class RutileEngine implements Engine {
  constructor(
    private readonly core: EngineCore,
    /** Ends what works in the background, and takes the node off the store. */
    private readonly leave: () => Promise<void>,
  ) {}

  get serverId(): number {
    return this.core.cluster.serverId;
  }

  findAccount(user: string, host: string): Account | null {
    const account = this.core.accounts.find(user, host);
    if (account === null || account.passwordExpired || !passwordOutlived(this.core, account)) return account;
    return { ...account, passwordExpired: true };
  }

  admitLogin(account: Account): Awaitable<void> {
    return admitLogin(this.core, account);
  }

  noteLogin(account: Account, proved: boolean): Awaitable<void> {
    return noteLogin(this.core, account, proved);
  }

  noteAborted(loggedIn: boolean): void {
    this.core.counted[loggedIn ? Count.abortedClients : Count.abortedConnects]!++;
  }

  openSession(connection: ConnectionInfo): ClientSession {
    checkConnectionLimit(this.core, connection.account);
    const { accounts, globals } = this.core;
    const session = new Session(this.core, connection, accounts.checkerFor(connection.account));
    session.sandboxed = connection.account.passwordExpired;
    session.privileges.setRoles(
      globals.get('activate_all_roles_on_login') === 'ON'
        ? accounts.rolesOf(connection.account)
        : accounts.defaultRolesOf(connection.account),
    );
    const group = accounts.exact(connection.account.user, connection.account.host)?.attributes.resource_group;
    if (typeof group === 'string' && group !== '') session.resourceGroup = group;
    if (connection.database !== '') session.useDatabase(connection.database);
    const { sessions } = this.core;
    sessions.set(connection.id, session);
    this.core.count(session, Count.connections);
    this.core.mostSessions = Math.max(this.core.mostSessions, sessions.size);
    const who = `${connection.user}\0${connection.host}`;
    this.core.logins.set(who, (this.core.logins.get(who) ?? 0) + 1);
    return session;
  }

  kill(by: ClientSession, connectionId: number, queryOnly: boolean): Promise<void> {
    return killConnection(by as Session, connectionId, queryOnly);
  }

  globalVariable(name: string): string {
    return this.core.globals.get(name);
  }

  download(account: Account, path: string): Promise<Download | null> {
    return download(this.core, account, path);
  }

  loadStatistics(account: Account, dump: string): Promise<void> {
    return uploadStatistics(this.core, account, dump);
  }

  statistics(): EngineStatistics {
    const { counts, uptimeMs } = this.core;
    return {
      uptimeSeconds: Math.floor(uptimeMs / 1000),
      sessions: counts.sessions,
      questions: counts.counts[Count.questions]!,
      slowQueries: counts.counts[Count.slowQueries]!,
      metrics: new Map([
        ['rutile_statements_total', counts.counts[Count.questions]!],
        ['rutile_statements_failed_total', counts.counts[Count.failed]!],
        ['rutile_schema_version', this.core.schemaLoader.current.version],
      ]),
    };
  }

  async shutdown(graceMs: number): Promise<void> {
    const { core } = this;
    await core.drain(graceMs);
    const work = async (): Promise<void> => {
      await core.closeSessions();
      await core.autoIds
        .giveBack()
        .catch((err: unknown) => core.logger.warn({ err }, 'reserved ids are lost'));
      await this.leave();
    };
    await (core.embedded ? work() : farewell(core.storage, core.logger, work));
    await core.slowLog.file?.flush();
    await core.generalLog.file?.flush();
    core.tempStorage?.close();
    await core.storage.close();
  }
}

function tidbVersion({ version, tikv }: EngineOptions): string {
  return [
    `Release Version: ${TIDB_RELEASE}-rutile-${version}`,
    'Edition: Community',
    `Server: Rutile ${version} on Node.js ${process.version}`,
    `Store: ${tikv === undefined || tikv === null ? 'embedded' : 'tikv'}`,
  ].join('\n');
}

function fixedVariables(options: EngineOptions): ReadonlyMap<string, string> {
  const tls = options.tlsConfigured ? 'YES' : 'DISABLED';
  const values = new Map([
    ['version', `${MYSQL_VERSION}-TiDB-${TIDB_RELEASE}-rutile-${options.version}`],
    [
      'version_comment',
      `Rutile ${options.version} (Apache License 2.0), MySQL ${MYSQL_VERSION} and TiDB ${TIDB_RELEASE} compatible`,
    ],
    ['version_compile_machine', process.arch],
    ['version_compile_os', process.platform],
    ['port', String(options.port)],
    ['socket', options.socket],
    ['datadir', options.dataDir],
    ['hostname', hostname()],
    ['system_time_zone', systemZoneName()],
    ['server_uuid', options.serverUuid ?? randomUUID()],
    ['have_ssl', tls],
    ['have_openssl', tls],
    ['innodb_flush_log_at_trx_commit', String(options.durability)],
  ]);
  for (const name of values.keys())
    if (findVariable(name) === undefined) throw new Error(`no system variable ${name}`);
  return values;
}
