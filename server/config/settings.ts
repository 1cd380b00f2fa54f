/** What one configuration setting accepts. */
export type SettingType =
  | { readonly kind: 'string' }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'choice'; readonly choices: readonly string[] };

export interface Setting {
  /** Name of the flag (`--name`) and of the TOML key alike. */
  readonly name: string;
  readonly type: SettingType;
  readonly default: string | number;
  /** What the value is called in --help. */
  readonly value: string;
  readonly doc: string;
}

const text: SettingType = { kind: 'string' };
const port: SettingType = { kind: 'integer', min: 0, max: 65535 };

/** Certificates of a secure cluster (TiDB: security.cluster-ssl-ca and its kin). */
const CLUSTER_TLS = [
  {
    name: 'cluster-ca',
    type: text,
    default: '',
    value: 'FILE',
    doc: 'authority (PEM) of the cluster; with it TLS is used between its parts',
  },
  {
    name: 'cluster-cert',
    type: text,
    default: '',
    value: 'FILE',
    doc: 'certificate chain (PEM) that this process shows to the cluster',
  },
  {
    name: 'cluster-key',
    type: text,
    default: '',
    value: 'FILE',
    doc: 'private key of --cluster-cert (PEM)',
  },
] as const satisfies readonly Setting[];

const LOG = [
  {
    name: 'log-level',
    type: { kind: 'choice', choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] },
    default: '',
    value: 'LEVEL',
    doc: 'least level that is logged; info with --log-file, else warn',
  },
  {
    name: 'log-file',
    type: text,
    default: '',
    value: 'FILE',
    doc: 'file for the log (JSON lines); else it goes to standard error',
  },
] as const satisfies readonly Setting[];

const STATEMENT_LOGS = [
  {
    name: 'slow-query-file',
    type: text,
    default: '',
    value: 'FILE',
    doc: 'slow query log; else slow-query.log in --data-dir',
  },
  {
    name: 'general-log-file',
    type: text,
    default: '',
    value: 'FILE',
    doc: 'file for the statements that tidb_general_log logs; else they go to the log',
  },
] as const satisfies readonly Setting[];

const DURABILITY = {
  name: 'durability',
  type: { kind: 'integer', min: 0, max: 2 },
  default: 1,
  value: '0|1|2',
  doc: 'innodb_flush_log_at_trx_commit at start: 1 flushes each commit to disk, 2 hands it to the system, 0 writes in the background',
} as const satisfies Setting;

const DATA_DIR = {
  name: 'data-dir',
  type: text,
  default: './data',
  value: 'DIR',
  doc: 'directory that holds the data; made if missing',
} as const satisfies Setting;

/** Every setting of the server. --help, the flags and the configuration file are all made from this table. */
export const SETTINGS = [
  { name: 'host', type: text, default: '127.0.0.1', value: 'ADDR', doc: 'address to serve MySQL clients on' },
  {
    name: 'port',
    type: port,
    default: 4000,
    value: 'PORT',
    doc: 'TCP port for MySQL clients; 0 takes a free one',
  },
  {
    name: 'socket',
    type: text,
    default: '',
    value: 'PATH',
    doc: 'Unix socket for MySQL clients; empty for none',
  },
  {
    name: 'status-host',
    type: text,
    default: '127.0.0.1',
    value: 'ADDR',
    doc: 'address of the status API; empty turns it off',
  },
  {
    name: 'status-port',
    type: port,
    default: 10080,
    value: 'PORT',
    doc: 'TCP port of the status API; 0 takes a free one',
  },
  DATA_DIR,
  {
    name: 'store',
    type: { kind: 'choice', choices: ['embedded', 'tikv'] },
    default: 'embedded',
    value: 'KIND',
    doc: 'where the data lives: in --data-dir, or in a TiKV cluster or served store that --pd names',
  },
  {
    name: 'pd',
    type: text,
    default: '',
    value: 'HOST:PORT,...',
    doc: 'PD endpoints of the cluster, with --store tikv',
  },
  ...CLUSTER_TLS,
  {
    name: 'labels',
    type: text,
    default: '',
    value: 'KEY=VALUE,...',
    doc: 'labels of this server, with --store tikv; stores of the same zone are the closest for tidb_replica_read',
  },
  DURABILITY,
  {
    name: 'workers',
    type: { kind: 'integer', min: 1, max: 64 },
    default: 1,
    value: 'N',
    doc: 'threads that run statements, on the embedded store; with 1 everything is in one thread',
  },
  {
    name: 'analytic-threads',
    type: { kind: 'integer', min: 0, max: 64 },
    default: 0,
    value: 'N',
    doc: 'threads that large queries over columns run on beside the others; 0 for one per processor, 1 for none',
  },
  {
    name: 'tmp-storage-path',
    type: text,
    default: '',
    value: 'DIR',
    doc: 'directory for what queries put on disk when they exceed tidb_mem_quota_query; else tmp in --data-dir',
  },
  {
    name: 'tmp-storage-quota',
    type: { kind: 'integer', min: -1, max: Number.MAX_SAFE_INTEGER },
    default: -1,
    value: 'BYTES',
    doc: 'space that these files may take in all; -1 for no limit',
  },
  {
    name: 'txn-total-size-limit',
    type: { kind: 'integer', min: 1, max: 2 ** 40 },
    default: 2 ** 30,
    value: 'BYTES',
    doc: 'keys and values that a transaction may write; one that writes more is error 8004',
  },
  {
    name: 'txn-entry-size-limit',
    type: { kind: 'integer', min: 1, max: 16 * 2 ** 20 },
    default: 6 * 2 ** 20,
    value: 'BYTES',
    doc: 'size of one row or index entry, where tidb_txn_entry_size_limit says nothing else; a larger one is error 8025',
  },
  {
    name: 'lock-ttl',
    type: { kind: 'integer', min: 1000, max: 3_600_000 },
    default: 20_000,
    value: 'MS',
    doc: 'how long locks of a running transaction stay without a sign of life from its server: rows that a killed server had locked can be written after that',
  },
  {
    name: 'max-connections',
    type: { kind: 'integer', min: 0, max: 100000 },
    default: 0,
    value: 'N',
    doc: 'clients connected at once; 0 leaves it to the variable max_connections',
  },
  {
    name: 'connect-timeout',
    type: { kind: 'integer', min: 1, max: 31536000 },
    default: 10,
    value: 'SECONDS',
    doc: 'time a client has to log in',
  },
  {
    name: 'shutdown-timeout',
    type: { kind: 'integer', min: 0, max: 86400 },
    default: 30,
    value: 'SECONDS',
    doc: 'time running statements have to finish when the server is told to stop',
  },
  {
    name: 'tls-cert',
    type: text,
    default: '',
    value: 'FILE',
    doc: 'certificate chain (PEM); with it clients may use TLS',
  },
  { name: 'tls-key', type: text, default: '', value: 'FILE', doc: 'private key of the certificate (PEM)' },
  {
    name: 'tls-ca',
    type: text,
    default: '',
    value: 'FILE',
    doc: 'authority (PEM) that certificates of clients are checked against',
  },
  ...LOG,
  ...STATEMENT_LOGS,
] as const satisfies readonly Setting[];

/** The settings of `rutile kv`, the store served to several servers. */
export const KV_SETTINGS = [
  DATA_DIR,
  {
    name: 'addr',
    type: text,
    default: '127.0.0.1:20160',
    value: 'HOST:PORT',
    doc: 'address to serve PD and TiKV clients on; port 0 takes a free one',
  },
  {
    name: 'advertise-addr',
    type: text,
    default: '',
    value: 'HOST:PORT',
    doc: 'address at which clients reach it, where that is another than --addr',
  },
  {
    name: 'region-size',
    type: { kind: 'integer', min: 1, max: 1_000_000 },
    default: 256,
    value: 'MB',
    doc: 'data above which a region is split',
  },
  DURABILITY,
  ...CLUSTER_TLS,
  ...LOG,
] as const satisfies readonly Setting[];

type Entry = (typeof SETTINGS)[number];
export type SettingName = Entry['name'];

type Values<E extends Setting> = {
  readonly [S in E as S['name']]: S['type'] extends { readonly kind: 'integer' } ? number : string;
};

/** The value of every setting, by name. */
export type Config = Values<Entry>;
export type KvConfig = Values<(typeof KV_SETTINGS)[number]>;
