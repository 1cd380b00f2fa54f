import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachingSha2AuthString } from './auth/caching-sha2.js';
import { nativeAuthString } from './auth/native-password.js';
import type { Engine } from '../session/client-session.js';
import { clusterTls, prepareDataDirectory, reason, StartError } from './start-error.js';
import { helpText, parseInvocation, UsageError } from './config/config.js';
import type { LogOutput } from './config/logger.js';
import { openLog } from './config/logger.js';
import type { Config } from './config/settings.js';
import { StatusServer } from './http/status-server.js';
import { MysqlServer } from './protocol/mysql-server.js';
import { TlsUpgrader } from './protocol/tls-upgrade.js';

/** The package's root, one level above this module in the sources and in dist/ alike. */
const ROOT = new URL('../', import.meta.url);

function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'));
  return String((manifest as { readonly version: unknown }).version);
}

function loadTls(config: Config): TlsUpgrader | null {
  if (config['tls-cert'] === '') return null;
  const read = (name: 'tls-cert' | 'tls-key' | 'tls-ca'): Buffer => {
    try {
      return readFileSync(config[name]);
    } catch (e) {
      throw new StartError(`cannot read --${name} ${config[name]}: ${reason(e)}`);
    }
  };
  const ca = config['tls-ca'] === '' ? {} : { ca: read('tls-ca') };
  const pair = { cert: read('tls-cert'), key: read('tls-key') };
  try {
    return new TlsUpgrader({ ...pair, ...ca });
  } catch (e) {
    throw new StartError(`the TLS certificate or key cannot be used: ${reason(e)}`);
  }
}

async function open(config: Config, version: string, tls: boolean, output: LogOutput): Promise<Engine> {
  const dataDir = config['data-dir'];
  const tikv =
    config.store === 'tikv'
      ? { pd: config.pd.split(',').map((s) => s.trim()), tls: clusterTls(config) }
      : null;
  if (tikv === null) prepareDataDirectory(dataDir);
  try {
    // Loaded late, so that --help and mistaken options answer at once.
    const { openEngine } = await import('../session/engine/engine.js');
    return await openEngine({
      dataDir: resolve(dataDir),
      version,
      port: config.port,
      socket: config.socket,
      tlsConfigured: tls,
      tikv,
      durability: config.durability === 0 ? 0 : config.durability === 2 ? 2 : 1,
      logger: output.log,
      passwordHashers: new Map([
        ['mysql_native_password', nativeAuthString],
        ['caching_sha2_password', cachingSha2AuthString],
      ]),
    });
  } catch (e) {
    if (e instanceof Error && e.name === 'StoreLockedError') {
      throw new StartError(e.message);
    }
    output.log.fatal({ err: e }, 'cannot open the store');
    if (tikv !== null) throw new StartError(`cannot open the cluster at ${config.pd}: ${reason(e)}`);
    throw new StartError(`cannot open data directory ${dataDir}: ${reason(e)}`);
  }
}

async function listenOn<T>(what: string, listen: Promise<T>): Promise<T> {
  try {
    return await listen;
  } catch (e) {
    throw new StartError(`cannot listen on ${what}: ${reason(e)}`);
  }
}

async function serve(config: Config): Promise<void> {
  const started = performance.now();
  const version = packageVersion();
  let output: LogOutput;
  try {
    output = openLog(config);
  } catch (e) {
    throw new StartError(`cannot write to log file ${config['log-file']}: ${reason(e)}`);
  }
  const { log } = output;
  // One statement, one client must never take the others down: what nobody caught is logged and the server goes on.
  process.stdout.on('error', () => {});
  process.on('uncaughtException', (err) => log.error({ err }, 'uncaught exception'));
  process.on('unhandledRejection', (err) => log.error({ err }, 'unhandled rejection'));

  const tls = loadTls(config);
  const engine = await open(config, version, tls !== null, output);
  const mysql = new MysqlServer({
    engine,
    log,
    tls,
    maxConnections: config['max-connections'],
    connectTimeoutMs: config['connect-timeout'] * 1000,
  });
  const status = new StatusServer({
    engine,
    mysql,
    log,
    version,
    webRoot: fileURLToPath(new URL('web/', ROOT)),
  });
  const graceMs = config['shutdown-timeout'] * 1000;
  const stop = async (grace: number): Promise<void> => {
    await mysql.close(grace);
    await status.close();
    await engine.shutdown(grace);
    output.flush();
  };

  let port: number;
  let statusPort = 0;
  try {
    port = await listenOn(`${config.host}:${config.port}`, mysql.listenTcp(config.host, config.port));
    if (config.socket !== '') await listenOn(config.socket, mysql.listenUnix(config.socket));
    if (config['status-host'] !== '') {
      const where = `${config['status-host']}:${config['status-port']}`;
      statusPort = await listenOn(where, status.listen(config['status-host'], config['status-port']));
    }
  } catch (e) {
    await stop(0);
    throw e;
  }

  let stopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping');
    stop(graceMs).then(
      () => process.exit(0),
      (err: unknown) => {
        log.error({ err }, 'stopping failed');
        output.flush();
        process.stderr.write(`rutile: stopping failed: ${reason(err)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);

  const ms = Math.round(performance.now() - started);
  const data = config['data-dir'];
  const statusText = statusPort === 0 ? '' : `status http://${config['status-host']}:${statusPort}/status, `;
  log.info({ ms, port, statusPort, data: resolve(data), version }, 'ready');
  process.stdout.write(
    `rutile ready in ${ms} ms: mysql -h ${config.host} -P ${port} -u root   (${statusText}data ${data})\n`,
  );
}

async function main(argv: readonly string[]): Promise<void> {
  try {
    if (argv[0] === 'kv') {
      const { serveStore } = await import('./kv-main.js');
      await serveStore(argv.slice(1), packageVersion());
      return;
    }
    const invocation = parseInvocation(argv);
    if (invocation.kind === 'help') process.stdout.write(helpText());
    else if (invocation.kind === 'version') process.stdout.write(`rutile ${packageVersion()}\n`);
    else await serve(invocation.config);
  } catch (e) {
    const usage = e instanceof UsageError;
    process.stderr.write(
      `rutile: ${e instanceof Error ? e.message : String(e)}${usage ? ' (see --help)' : ''}\n`,
    );
    process.exit(usage ? 2 : 1);
  }
}

await main(process.argv.slice(2));
