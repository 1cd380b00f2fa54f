import type { Storage } from '../../kv/storage.js';
import type { Logger } from './engine-core.js';

/** How long the store may take for an answer before it counts as gone. */
const PATIENCE_MS = 2000;
/** Between two questions. */
const PAUSE_MS = 500;
/** Below every key in use. */
const ANY_KEY = Uint8Array.of(0);

const after = <T>(ms: number, value: T): Promise<T> =>
  new Promise((resolve) => setTimeout(() => resolve(value), ms));

/** Whether the store reads a key, there or not. */
async function answers(storage: Storage): Promise<boolean> {
  const asked = (async (): Promise<boolean> => {
    await storage.snapshot(await storage.currentTs()).get(ANY_KEY);
    return true;
  })();
  return Promise.race([asked.catch(() => false), after(PATIENCE_MS, false)]);
}

/**
 * Does what a server owes to a store elsewhere before it ends, for as long as the store answers: with a store that is gone it would
 * be tried again and again. What is left undone ends with the leases that the server held.
 */
export async function farewell(storage: Storage, logger: Logger, work: () => Promise<void>): Promise<void> {
  let done = false;
  const working = work().finally(() => (done = true));
  const gone = (async (): Promise<void> => {
    while (await answers(storage)) {
      if (done) return;
      await after(PAUSE_MS, null);
    }
    if (done) return;
    logger.warn({}, 'the store does not answer: what this server held of it ends with its leases');
    working.catch(() => undefined);
  })();
  await Promise.race([working, gone]);
}
