import { resolve } from 'node:path';
import { wireCoprocessor } from '../executor/coprocessor/wire/serve-dag.js';
import { ServedStore } from '../kv/tikv/server/served-store.js';
import { kvHelpText, parseKvInvocation } from './config/config.js';
import { openLog, type LogOutput } from './config/logger.js';
import type { KvConfig } from './config/settings.js';
import { clusterTls, prepareDataDirectory, reason, StartError } from './start-error.js';

/** `rutile kv`: serves the embedded store to several SQL servers. Throws StartError and UsageError. */
export async function serveStore(argv: readonly string[], version: string): Promise<void> {
  const invocation = parseKvInvocation(argv);
  if (invocation.kind === 'help') process.stdout.write(kvHelpText());
  else if (invocation.kind === 'version') process.stdout.write(`rutile ${version}\n`);
  else await serve(invocation.config, version);
}

async function serve(config: KvConfig, version: string): Promise<void> {
  const started = performance.now();
  let output: LogOutput;
  try {
    output = openLog(config);
  } catch (e) {
    throw new StartError(`cannot write to log file ${config['log-file']}: ${reason(e)}`);
  }
  const { log } = output;
  process.stdout.on('error', () => {});
  process.on('uncaughtException', (err) => log.error({ err }, 'uncaught exception'));
  process.on('unhandledRejection', (err) => log.error({ err }, 'unhandled rejection'));
  const tls = clusterTls(config);
  const dataDir = resolve(config['data-dir']);
  prepareDataDirectory(config['data-dir']);
  let served: ServedStore;
  try {
    served = await ServedStore.open({
      dataDir,
      listen: [config.addr],
      advertise: config['advertise-addr'] === '' ? undefined : [config['advertise-addr']],
      tls,
      coprocessor: wireCoprocessor,
      regionSize: config['region-size'] * 2 ** 20,
      durability: config.durability === 0 ? 0 : config.durability === 2 ? 2 : 1,
      logger: log,
    });
  } catch (e) {
    log.fatal({ err: e }, 'cannot serve the store');
    throw new StartError(`cannot serve ${config['data-dir']} on ${config.addr}: ${reason(e)}`);
  }
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping');
    served.close().then(
      () => {
        output.flush();
        process.exit(0);
      },
      (err: unknown) => {
        log.error({ err }, 'stopping failed');
        output.flush();
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const ms = Math.round(performance.now() - started);
  const address = served.addresses[0]!;
  log.info({ ms, address, data: dataDir, version }, 'ready');
  process.stdout.write(
    `rutile kv ready in ${ms} ms: rutile --store tikv --pd ${address}   (data ${config['data-dir']})\n`,
  );
}
