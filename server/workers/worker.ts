import { parentPort, workerData } from 'node:worker_threads';
import { openLog } from '../config/logger.js';
import { SqlNode } from './sql-node.js';
import type { FromWorker, ToWorker, WorkerStart } from './worker-protocol.js';

/** A worker thread: a SQL node on the store that the main thread has open. */
function run(start: WorkerStart, port: NonNullable<typeof parentPort>): void {
  const say = (message: FromWorker): void => port.postMessage(message);
  const output = openLog(start.config);
  const { log } = output;
  process.on('uncaughtException', (err) => log.error({ err }, 'uncaught exception'));
  process.on('unhandledRejection', (err) => log.error({ err }, 'unhandled rejection'));

  let opening: Promise<SqlNode> | null = null;
  const open = async (): Promise<void> => {
    opening = SqlNode.open(start, { attachment: start.attachment }, output);
    await opening;
    say({ kind: 'opened' });
  };
  const serve = async (message: ToWorker & { readonly kind: 'serve' }): Promise<void> => {
    const node = await opening!;
    say({ kind: 'serving', statusPort: await node.serve(message) });
  };
  const stop = async (graceMs: number): Promise<void> => {
    await opening?.then((node) => node.stop(graceMs));
    output.flush();
    say({ kind: 'stopped' });
  };
  /** Once the node is open; one that could not be opened has said so. */
  const withNode = (tell: (node: SqlNode) => void): void => void opening?.then(tell, () => undefined);
  const answer = (message: ToWorker & { readonly kind: 'open' | 'serve' | 'stop' }): Promise<void> =>
    message.kind === 'open' ? open() : message.kind === 'serve' ? serve(message) : stop(message.graceMs);
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'peer') withNode((node) => node.addPeer(message.port));
    else if (message.kind === 'balance') withNode((node) => node.balance());
    else
      answer(message).catch((e: unknown) =>
        say({ kind: 'failed', message: e instanceof Error ? e.message : String(e) }),
      );
  });
}

if (parentPort !== null) run(workerData as WorkerStart, parentPort);
