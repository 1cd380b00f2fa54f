import { parentPort, workerData } from 'node:worker_threads';
import { openLog } from '../config/logger.js';
import { SqlNode } from './sql-node.js';
import type { FromWorker, ToWorker, WorkerStart } from './worker-protocol.js';

/** A worker thread: a SQL node on the store that the main thread has open. */
async function run(start: WorkerStart, port: NonNullable<typeof parentPort>): Promise<void> {
  const say = (message: FromWorker): void => port.postMessage(message);
  const output = openLog(start.config);
  const { log } = output;
  process.on('uncaughtException', (err) => log.error({ err }, 'uncaught exception'));
  process.on('unhandledRejection', (err) => log.error({ err }, 'unhandled rejection'));

  // Without a listener on its port a thread that waits for nothing else would end.
  port.ref();
  const node = await SqlNode.open(start, { attachment: start.attachment }, output);
  const serve = async (message: ToWorker & { readonly kind: 'serve' }): Promise<void> => {
    say({ kind: 'serving', statusPort: await node.serve(message) });
  };
  const stop = async (graceMs: number): Promise<void> => {
    await node.stop(graceMs);
    output.flush();
    say({ kind: 'stopped' });
  };
  const fail = (e: unknown): void =>
    say({ kind: 'failed', message: e instanceof Error ? e.message : String(e) });
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'peer') node.addPeer(message.port);
    else if (message.kind === 'balance') node.balance();
    else (message.kind === 'serve' ? serve(message) : stop(message.graceMs)).catch(fail);
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
