import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { FromThread, ToThread } from './protocol.js';

/** The way to a thread, whoever has started it. */
export interface ThreadLine {
  post(message: ToThread, transfer?: readonly MessagePort[]): void;
  /** Nothing is to be done for this end any more. Resolves when a thread that was started for it has ended. */
  close(): Promise<void>;
}

/** Where threads come from. */
export interface ThreadSource {
  /** `lost`: the thread will not answer any more. */
  open(receive: (message: FromThread) => void, lost: (error: Error) => void): ThreadLine;
}

/** Threads that are started for whoever opens a line; others may have lines to them, too (ThreadPool.lend). */
export const startedThreads = (entry: URL): ThreadSource => ({
  open(receive, lost) {
    const worker = new Worker(entry);
    worker.unref();
    worker.on('message', receive);
    worker.on('error', lost);
    worker.on('exit', (code) => lost(new Error(`a thread ended with code ${code}`)));
    return {
      post: (message, transfer = []) => worker.postMessage(message, transfer),
      close: async () => void (await worker.terminate()),
    };
  },
});

/** Threads of another pool of the process, to which `connect` has a port brought. */
export const lentThreads = (connect: (port: MessagePort) => Promise<void>): ThreadSource => ({
  open(receive, lost) {
    const { port1, port2 } = new MessageChannel();
    port1.on('message', receive);
    port1.on('close', () => lost(new Error('a thread of another pool ended')));
    port1.unref();
    connect(port2).catch((e: unknown) => {
      lost(e instanceof Error ? e : new Error(String(e)));
      port1.close();
    });
    return {
      post: (message) => port1.postMessage(message),
      close: () => {
        port1.close();
        return Promise.resolve();
      },
    };
  },
});
