import { Worker } from 'node:worker_threads';
import type { LogBuffers } from '../log-state.js';

/** Starts the log's thread from its source: the loader of TypeScript is the main thread's alone. */
export function startLogThread(buffers: LogBuffers): Worker {
  const file = new URL('../log-thread.ts', import.meta.url).href;
  const code = `import('tsx/esm/api').then((tsx) => { tsx.register(); return import('${file}'); })`;
  return new Worker(code, { eval: true, workerData: buffers });
}
