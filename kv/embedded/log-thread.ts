import { parentPort, workerData } from 'node:worker_threads';
import { type LogBuffers, LogState } from './log-state.js';
import { LogWriter } from './log-writer.js';

/** The thread appends nothing. */
const NO_THREAD = -2;

/** Syncs the log whenever somebody has asked since it last began to: what was appended meanwhile goes together. */
function serve(state: LogState): void {
  const writer = new LogWriter(state);
  state.beginHelping();
  for (let asked: number | null = 0; (asked = state.awaitAsk(asked)) !== null;) writer.flush();
  writer.close();
}

const state = new LogState(workerData as LogBuffers, NO_THREAD);
try {
  serve(state);
} catch (error) {
  parentPort!.postMessage((error as Error).message);
  state.fail();
}
