import { arch, cpus, freemem, hostname, loadavg, platform, release, totalmem } from 'node:os';
import { findVirtualTable } from '../catalog/virtual/virtual-table.js';
import { datumToString } from '../types/format.js';
import type { EngineCore } from './engine/engine-core.js';
import { keptGlobals } from './engine/global-store.js';
import { memoryLimit } from './engine/server-memory.js';
import type { Session } from './session.js';
import { factRow, type Fact } from './summary/fact-rows.js';
import { allVariables } from './variables/system-variable.js';

const percent = (part: number, whole: number): string => (part / whole).toFixed(2);

function loadOf(): [device: string, name: string, key: string, value: string][] {
  const [one, five, fifteen] = loadavg();
  const total = totalmem();
  const free = freemem();
  return [
    ['cpu', 'cpu', 'load1', one!.toFixed(2)],
    ['cpu', 'cpu', 'load5', five!.toFixed(2)],
    ['cpu', 'cpu', 'load15', fifteen!.toFixed(2)],
    ['memory', 'virtual', 'total', String(total)],
    ['memory', 'virtual', 'free', String(free)],
    ['memory', 'virtual', 'used', String(total - free)],
    ['memory', 'virtual', 'free-percent', percent(free, total)],
    ['memory', 'virtual', 'used-percent', percent(total - free, total)],
  ];
}

function hardwareOf(): [device: string, name: string, key: string, value: string][] {
  const all = cpus();
  return [
    ['cpu', 'cpu', 'cpu-logical-cores', String(all.length)],
    ['cpu', 'cpu', 'cpu-frequency', `${all[0]?.speed ?? 0}MHz`],
    ['cpu', 'cpu', 'cpu-model', all[0]?.model ?? ''],
    ['memory', 'memory', 'capacity', String(totalmem())],
  ];
}

const systemOf = (): [type: string, name: string, key: string, value: string][] => [
  ['system', 'os', 'hostname', hostname()],
  ['system', 'os', 'platform', platform()],
  ['system', 'os', 'release', release()],
  ['system', 'os', 'arch', arch()],
  ['system', 'runtime', 'node', process.version],
];

/** Bytes that the server may take and takes. */
function memoryFact(core: EngineCore): Fact {
  return {
    INSTANCE: core.instance,
    MEMORY_TOTAL: totalmem(),
    MEMORY_LIMIT: Math.floor(memoryLimit(core.globals.get('tidb_server_memory_limit'))),
    MEMORY_CURRENT: process.memoryUsage.rss(),
    MEMORY_MAX_USED: process.resourceUsage().maxRSS * 1024,
  };
}

/** How often the statements that summaries know of used each index of the tables that the session may see. */
function indexUsage(core: EngineCore, session: Session): Fact[] {
  const used = new Map<string, { count: number; last: number }>();
  for (const window of core.summaries.windows(true)) {
    for (const r of window.records.values()) {
      const { tables, indexes } = r.plan;
      for (const index of indexes.split(',')) {
        const [table, name] = index.split(':');
        const full = tables.split(',').find((t) => t.endsWith(`.${table?.toLowerCase()}`));
        if (full === undefined || name === undefined) continue;
        const key = `${full}.${name.toLowerCase()}`;
        const before = used.get(key) ?? { count: 0, last: 0 };
        used.set(key, { count: before.count + r.count, last: Math.max(before.last, r.lastSeen) });
      }
    }
  }
  const facts: Fact[] = [];
  for (const db of session.schema.databases()) {
    for (const table of session.schema.tables(db.name)) {
      if (table.virtual === true || table.view !== undefined) continue;
      if (!session.privileges.visible(db.name, table.name)) continue;
      for (const index of table.indices) {
        if (index.state !== 'public') continue;
        const usage = used.get(`${db.lower}.${table.lower}.${index.lower}`);
        facts.push({
          INSTANCE: core.instance,
          TABLE_SCHEMA: db.name,
          TABLE_NAME: table.name,
          INDEX_NAME: index.name,
          QUERY_TOTAL: usage?.count ?? 0,
          KV_REQ_TOTAL: 0,
          ROWS_ACCESS_TOTAL: 0,
          PERCENTAGE_ACCESS_0: 0,
          PERCENTAGE_ACCESS_0_1: 0,
          PERCENTAGE_ACCESS_1_10: 0,
          PERCENTAGE_ACCESS_10_20: 0,
          PERCENTAGE_ACCESS_20_50: 0,
          PERCENTAGE_ACCESS_50_100: 0,
          PERCENTAGE_ACCESS_100: 0,
          LAST_ACCESS_TIME: usage?.last ?? null,
        });
      }
    }
  }
  return facts;
}

/** Connections open now, and all there were, by what `keyOf` says of them. */
function connections(core: EngineCore, names: readonly ('USER' | 'HOST')[]): Fact[] {
  const sums = new Map<string, Record<string, string | number>>();
  const sumOf = (user: string, host: string): Record<string, string | number> => {
    const who = { USER: user, HOST: host };
    const key = names.map((n) => who[n]).join('\0');
    let sum = sums.get(key);
    if (sum === undefined) {
      sum = Object.fromEntries(names.map((n) => [n, who[n]]));
      sums.set(key, Object.assign(sum, { CURRENT_CONNECTIONS: 0, TOTAL_CONNECTIONS: 0 }));
    }
    return sum;
  };
  for (const [who, count] of core.logins) {
    const [user, host] = who.split('\0') as [string, string];
    const sum = sumOf(user, host);
    sum['TOTAL_CONNECTIONS'] = Number(sum['TOTAL_CONNECTIONS']) + count;
  }
  for (const s of core.sessions.values()) {
    const sum = sumOf(s.connection.user, s.connection.host);
    sum['CURRENT_CONNECTIONS'] = Number(sum['CURRENT_CONNECTIONS']) + 1;
  }
  return [...sums.values()];
}

const attributesOf = (sessions: Iterable<Session>): Fact[] =>
  [...sessions].flatMap((s) =>
    [...s.connection.attributes].map(([name, value], i) => ({
      PROCESSLIST_ID: s.connection.id,
      ATTR_NAME: name,
      ATTR_VALUE: value,
      ORDINAL_POSITION: i,
    })),
  );

export function registerNodeTables(core: EngineCore, settings: ReadonlyMap<string, string>): void {
  const provide = (
    db: string,
    prefix: string,
    name: string,
    facts: (session: Session) => readonly Fact[],
  ): void => {
    const { columns } = findVirtualTable(db, name)!;
    core.virtualProviders.set(prefix + name, (session) =>
      facts(session).map((f) => factRow(columns, f, session)),
    );
  };
  const information = (name: string, facts: (session: Session) => readonly Fact[]): void =>
    provide('information_schema', '', name, facts);
  const performance = (name: string, facts: (session: Session) => readonly Fact[]): void =>
    provide('performance_schema', 'performance.', name, facts);
  /** Facts of the machine are for those who may see what others do (TiDB: PROCESS). */
  const ofMachine =
    (rows: () => readonly (readonly [string, string, string, string])[], kind: 'DEVICE' | 'SYSTEM') =>
    (session: Session): Fact[] => {
      session.privileges.requireGlobal('PROCESS');
      return rows().map(([type, name, key, value]) => ({
        TYPE: 'tidb',
        INSTANCE: core.instance,
        [`${kind}_TYPE`]: type,
        [`${kind}_NAME`]: name,
        NAME: key,
        VALUE: value,
      }));
    };
  information('cluster_load', ofMachine(loadOf, 'DEVICE'));
  information('cluster_hardware', ofMachine(hardwareOf, 'DEVICE'));
  information('cluster_systeminfo', ofMachine(systemOf, 'SYSTEM'));
  information('cluster_config', (session) => {
    session.privileges.requireGlobal('CONFIG');
    return [...settings].map(([name, value]) => ({
      TYPE: 'tidb',
      INSTANCE: core.instance,
      KEY: name,
      VALUE: value,
    }));
  });
  for (const name of ['memory_usage', 'cluster_memory_usage'])
    information(name, (session) => {
      session.privileges.requireGlobal('PROCESS');
      return [memoryFact(core)];
    });
  for (const name of ['tidb_index_usage', 'cluster_tidb_index_usage'])
    information(name, (session) => indexUsage(core, session));
  performance('accounts', () => connections(core, ['USER', 'HOST']));
  performance('users', () => connections(core, ['USER']));
  performance('hosts', () => connections(core, ['HOST']));
  performance('session_connect_attrs', () => attributesOf(core.sessions.values()));
  performance('session_account_connect_attrs', ({ connection: own }) =>
    attributesOf(
      [...core.sessions.values()].filter(
        ({ connection: c }) => c.account.user === own.account.user && c.account.host === own.account.host,
      ),
    ),
  );
  performance('user_variables_by_thread', () =>
    [...core.sessions.values()].flatMap((s) =>
      [...s.userVariables].map(([name, { type, value }]) => ({
        THREAD_ID: s.connection.id,
        VARIABLE_NAME: name,
        VARIABLE_VALUE: value === null ? null : datumToString(value, type),
      })),
    ),
  );
  // SET GLOBAL keeps values, too.
  core.virtualProviders.set('performance.persisted_variables', () => keptGlobals(core));
  performance('variables_info', () =>
    allVariables().map((v) => ({
      VARIABLE_NAME: v.name,
      VARIABLE_SOURCE:
        v.scope !== 'session' && core.globals.get(v.name) !== v.default ? 'DYNAMIC' : 'COMPILED',
      VARIABLE_PATH: '',
      MIN_VALUE: String(v.min ?? 0),
      MAX_VALUE: String(v.max ?? 0),
    })),
  );
  core.settings = settings;
}
