import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { helpText, parseInvocation, UsageError } from './config/config.js';
import type { LogOutput } from './config/logger.js';
import { openLog } from './config/logger.js';
import type { Config } from './config/settings.js';
import { StatusServer } from './http/status-server.js';
import { loadTls, openNodeEngine, packageVersion, ROOT } from './node.js';
import { MysqlServer } from './protocol/mysql-server.js';
import { reason, StartError } from './start-error.js';

/** A server that listens. */
interface Running {
  readonly port: number;
  readonly statusPort: number;
  stop(graceMs: number): Promise<void>;
}

async function listenOn<T>(what: string, listen: Promise<T>): Promise<T> {
  try {
    return await listen;
  } catch (e) {
    throw new StartError(`cannot listen on ${what}: ${reason(e)}`);
  }
}

/** All in this thread. */
async function serveAlone(config: Config, version: string, output: LogOutput): Promise<Running> {
  const { log } = output;
  const tls = loadTls(config);
  const engine = await openNodeEngine(config, version, output, tls);
  const mysql = new MysqlServer({
    engine,
    log,
    tls,
    maxConnections: config['max-connections'],
    connectTimeoutMs: config['connect-timeout'] * 1000,
  });
  const webRoot = fileURLToPath(new URL('web/', ROOT));
  const status = new StatusServer({ engine, mysql, log, version, webRoot });
  const stop = async (graceMs: number): Promise<void> => {
    await mysql.close(graceMs);
    await status.close();
    await engine.shutdown(graceMs);
  };
  try {
    const port = await listenOn(`${config.host}:${config.port}`, mysql.listenTcp(config.host, config.port));
    if (config.socket !== '') await listenOn(config.socket, mysql.listenUnix(config.socket));
    let statusPort = 0;
    if (config['status-host'] !== '') {
      const where = `${config['status-host']}:${config['status-port']}`;
      statusPort = await listenOn(where, status.listen(config['status-host'], config['status-port']));
    }
    return { port, statusPort, stop };
  } catch (e) {
    await stop(0);
    throw e;
  }
}

/** SQL in worker threads, the store in this one. */
async function serveWithWorkers(config: Config, version: string, output: LogOutput): Promise<Running> {
  if (config.store !== 'embedded') throw new StartError('--workers needs the embedded store');
  loadTls(config);
  const { WorkerPool } = await import('./workers/worker-pool.js');
  const pool = await WorkerPool.open(config, version, output, (message) => {
    output.log.fatal(message);
    output.flush();
    process.stderr.write(`rutile: ${message}\n`);
    process.exit(1);
  });
  try {
    const { port, statusPort } = await pool.listen();
    return { port, statusPort, stop: (graceMs) => pool.stop(graceMs) };
  } catch (e) {
    await pool.stop(0);
    throw e;
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

  const graceMs = config['shutdown-timeout'] * 1000;
  const running =
    config.workers > 1
      ? await serveWithWorkers(config, version, output)
      : await serveAlone(config, version, output);
  const { port, statusPort } = running;

  let stopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping');
    running.stop(graceMs).then(
      () => {
        output.flush();
        process.exit(0);
      },
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

void main(process.argv.slice(2));
