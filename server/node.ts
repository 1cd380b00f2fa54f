import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Engine } from '../session/client-session.js';
import { BroadcastChannel } from 'node:worker_threads';
import type { EngineOptions } from '../session/engine/engine.js';
import type { ServerControl } from '../session/engine/server-control.js';
import { cachingSha2AuthString, sm3AuthString } from './auth/caching-sha2.js';
import { PASSWORD_VERIFIERS } from './auth/plugins.js';
import { nativeAuthString } from './auth/native-password.js';
import type { LogOutput } from './config/logger.js';
import type { Config } from './config/settings.js';
import { TlsUpgrader, type TlsMaterial } from './protocol/tls-upgrade.js';
import { clusterTls, prepareDataDirectory, reason, StartError } from './start-error.js';

/** The package's root, one level above this module in the sources and in dist/ alike. */
export const ROOT = new URL('../', import.meta.url);

export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'));
  return String((manifest as { readonly version: unknown }).version);
}

function tlsMaterial(config: Config): TlsMaterial {
  const read = (name: 'tls-cert' | 'tls-key' | 'tls-ca'): Buffer => {
    try {
      return readFileSync(config[name]);
    } catch (e) {
      throw new StartError(`cannot read --${name} ${config[name]}: ${reason(e)}`);
    }
  };
  const ca = config['tls-ca'] === '' ? {} : { ca: read('tls-ca') };
  return { cert: read('tls-cert'), key: read('tls-key'), ...ca };
}

const unusable = (e: unknown): StartError =>
  e instanceof StartError ? e : new StartError(`the TLS certificate or key cannot be used: ${reason(e)}`);

/** The certificates that clients are served with; null for none. Throws StartError. */
export function loadTls(config: Config): TlsUpgrader | null {
  if (config['tls-cert'] === '') return null;
  try {
    return new TlsUpgrader(tlsMaterial(config));
  } catch (e) {
    throw unusable(e);
  }
}

/** Names the channel between the threads of this process on which one tells that the certificates are to be read anew. */
const RENEW_TLS = 'rutile:renew-tls';

/** What statements ask of the process. Every thread that serves clients has certificates of its own. */
export function serverControl(config: Config, tls: TlsUpgrader | null): ServerControl {
  const renew = (): void => {
    try {
      tls?.renew(tlsMaterial(config));
    } catch (e) {
      throw unusable(e);
    }
  };
  const threads = new BroadcastChannel(RENEW_TLS);
  // What this thread could not read the one that asks has reported.
  threads.onmessage = () => {
    try {
      renew();
    } catch {
      return;
    }
  };
  threads.unref();
  return {
    reloadTls: () => {
      renew();
      threads.postMessage(null);
    },
    stop: () => void process.kill(process.pid, 'SIGTERM'),
  };
}

/** innodb_flush_log_at_trx_commit as configured. */
export const durabilityOf = (config: Config): 0 | 1 | 2 =>
  config.durability === 0 ? 0 : config.durability === 2 ? 2 : 1;

/** Where statements spill: a process of a cluster has no data directory. */
function tempDirectory(config: Config): string {
  if (config['tmp-storage-path'] !== '') return resolve(config['tmp-storage-path']);
  return config.store === 'tikv' ? join(tmpdir(), 'rutile-tmp') : join(resolve(config['data-dir']), 'tmp');
}

/** The slow query log: a process of a cluster has no data directory. */
function slowQueryFile(config: Config): string {
  if (config['slow-query-file'] !== '') return resolve(config['slow-query-file']);
  return config.store === 'tikv'
    ? resolve('slow-query.log')
    : join(resolve(config['data-dir']), 'slow-query.log');
}

/** What became of an error while the store or the engine was opened. */
export function openFailed(config: Config, output: LogOutput, e: unknown): StartError {
  if (e instanceof Error && e.name === 'StoreLockedError') return new StartError(e.message);
  output.log.fatal({ err: e }, 'cannot open the store');
  if (config.store === 'tikv') return new StartError(`cannot open the cluster at ${config.pd}: ${reason(e)}`);
  return new StartError(`cannot open data directory ${config['data-dir']}: ${reason(e)}`);
}

/** The threads beside those that run statements: what computes values is each one's own, and the processors are shared between them. */
function analyticThreads(config: Config): Pick<EngineOptions, 'threads'> {
  const entry = new URL('analytic-thread.js', import.meta.url);
  if (!existsSync(entry)) return {};
  const processors = config['analytic-threads'] || availableParallelism();
  const evaluators = Math.floor(processors / config.workers);
  return { threads: { entry, analytic: processors, evaluators } };
}

/** Opens an engine: the store and all above it, or what is above a store that another thread has open. Throws StartError. */
export async function openNodeEngine(
  config: Config,
  version: string,
  output: LogOutput,
  tls: TlsUpgrader | null,
  node: Pick<EngineOptions, 'attachment' | 'opened' | 'bus' | 'serverId' | 'serverUuid'> = {},
): Promise<Engine> {
  const tikv =
    config.store === 'tikv'
      ? {
          pd: config.pd.split(',').map((s) => s.trim()),
          tls: clusterTls(config),
          zone: /(?:^|,)\s*zone\s*=\s*([^,]*)/.exec(config.labels)?.[1]?.trim() ?? '',
        }
      : null;
  if (tikv === null && node.attachment === undefined && node.opened === undefined)
    prepareDataDirectory(config['data-dir']);
  try {
    // Loaded late, so that --help and mistaken options answer at once.
    const { openEngine } = await import('../session/engine/engine.js');
    return await openEngine({
      ...node,
      dataDir: resolve(config['data-dir']),
      version,
      port: config.port,
      socket: config.socket,
      statusAddress: `${config['status-host'] || config.host}:${config['status-port']}`,
      tlsConfigured: config['tls-cert'] !== '',
      control: serverControl(config, tls),
      settings: new Map(Object.entries(config).map(([name, value]) => [name, String(value)])),
      slowQueryFile: slowQueryFile(config),
      generalLogFile: config['general-log-file'] === '' ? '' : resolve(config['general-log-file']),
      tempDir: tempDirectory(config),
      tempQuota: config['tmp-storage-quota'],
      tikv,
      durability: durabilityOf(config),
      limits: {
        txnTotalSizeLimit: config['txn-total-size-limit'],
        txnEntrySizeLimit: config['txn-entry-size-limit'],
        lockTtl: config['lock-ttl'],
      },
      ...analyticThreads(config),
      logger: output.log,
      passwordHashers: new Map([
        ['mysql_native_password', nativeAuthString],
        ['caching_sha2_password', cachingSha2AuthString],
        ['tidb_sm3_password', sm3AuthString],
      ]),
      passwordVerifiers: PASSWORD_VERIFIERS,
    });
  } catch (e) {
    throw openFailed(config, output, e);
  }
}
