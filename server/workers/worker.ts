import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { ThreadBus } from '../../session/cluster/thread-bus.js';
import { openLog } from '../config/logger.js';
import { StatusServer } from '../http/status-server.js';
import { loadTls, openNodeEngine, ROOT } from '../node.js';
import { MysqlServer } from '../protocol/mysql-server.js';
import { reason, StartError } from '../start-error.js';
import { ConnectionCounts } from './accept-share.js';
import type { FromWorker, ToWorker, WorkerStart } from './worker-protocol.js';

/**
 * A worker thread: a SQL node of its own on the store that the main thread has open. It accepts clients itself, from the socket that the
 * main thread listens on.
 */
async function run(start: WorkerStart, port: NonNullable<typeof parentPort>): Promise<void> {
  const { config, version, index } = start;
  const say = (message: FromWorker): void => port.postMessage(message);
  const output = openLog(config);
  const { log } = output;
  process.on('uncaughtException', (err) => log.error({ err }, 'uncaught exception'));
  process.on('unhandledRejection', (err) => log.error({ err }, 'unhandled rejection'));

  // Without a listener on its port a thread that waits for nothing else would end.
  port.ref();
  const bus = new ThreadBus(start.peers);
  const serverId = index + 1;
  const engine = await openNodeEngine(config, version, output, {
    attachment: start.attachment,
    serverUuid: start.serverUuid,
    bus,
    serverId,
  });
  const mysql = new MysqlServer({
    engine,
    log,
    tls: loadTls(config),
    maxConnections: config['max-connections'],
    connectTimeoutMs: config['connect-timeout'] * 1000,
    counts: new ConnectionCounts(start.counts, index),
    countsChanged: () => bus.tell('connections', null),
  });
  bus.serve('connections', () => {
    mysql.balance();
    return null;
  });
  let status: StatusServer | null = null;

  const serve = async (message: ToWorker & { readonly kind: 'serve' }): Promise<void> => {
    await mysql.listenShared(message.tcpFd, false);
    if (message.unixFd !== null) await mysql.listenShared(message.unixFd, true);
    let statusPort = 0;
    if (message.status) {
      const webRoot = fileURLToPath(new URL('web/', ROOT));
      status = new StatusServer({ engine, mysql, log, version, webRoot });
      try {
        statusPort = await status.listen(config['status-host'], config['status-port']);
      } catch (e) {
        const where = `${config['status-host']}:${config['status-port']}`;
        throw new StartError(`cannot listen on ${where}: ${reason(e)}`);
      }
    }
    say({ kind: 'serving', statusPort });
  };
  const stop = async (graceMs: number): Promise<void> => {
    await mysql.close(graceMs);
    await status?.close();
    await engine.shutdown(graceMs);
    output.flush();
    say({ kind: 'stopped' });
  };
  const fail = (e: unknown): void =>
    say({ kind: 'failed', message: e instanceof Error ? e.message : String(e) });
  port.on('message', (message: ToWorker) => {
    (message.kind === 'serve' ? serve(message) : stop(message.graceMs)).catch(fail);
  });
  say({ kind: 'opened' });
}

if (parentPort !== null) {
  const port = parentPort;
  run(workerData as WorkerStart, port).catch((e: unknown) =>
    port.postMessage({
      kind: 'failed',
      message: e instanceof Error ? e.message : String(e),
    } satisfies FromWorker),
  );
}
