import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { IngestTask, type IngestReply, type IngestRequest } from './ingest-task.js';
import type { IngestSource } from './scan-entries.js';

/** A place where requests are worked on one after another. */
export interface IngestThread {
  /** Replies in order; the last is neither `rows` nor `blocks`. `reply` may hold up what comes next. */
  run(request: IngestRequest, reply: (reply: IngestReply) => Promise<void> | void): Promise<void>;
  close(): Promise<void>;
}

const WORKER = new URL('./ingest.js', import.meta.url);

/**
 * `wanted` worker threads or, where the program is not bundled or none is wanted, this one, which gives way after each step.
 */
export function openThreads(source: IngestSource, wanted: number): IngestThread[] {
  if (wanted > 0 && existsSync(fileURLToPath(WORKER)))
    return Array.from({ length: wanted }, () => new WorkerThread(source));
  return [new OwnThread(source)];
}

class OwnThread implements IngestThread {
  private readonly task: IngestTask;

  constructor(source: IngestSource) {
    this.task = new IngestTask(source);
  }

  async run(request: IngestRequest, reply: (reply: IngestReply) => Promise<void> | void): Promise<void> {
    for (const step of this.task.run(request)) {
      if (step !== null) await reply(step);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  close(): Promise<void> {
    this.task.close();
    return Promise.resolve();
  }
}

class WorkerThread implements IngestThread {
  private readonly worker: Worker;
  private failure: Error | null = null;
  private onReply: ((reply: IngestReply) => void) | null = null;
  private onFailure: ((e: Error) => void) | null = null;

  constructor(source: IngestSource) {
    this.worker = new Worker(WORKER, { workerData: source });
    this.worker.on('message', (reply: IngestReply) => this.onReply?.(reply));
    this.worker.on('error', (e) => this.fail(e));
    this.worker.on('exit', () => this.fail(new Error('a thread that builds an index has ended')));
  }

  run(request: IngestRequest, reply: (reply: IngestReply) => Promise<void> | void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.failure !== null) return reject(this.failure);
      this.onFailure = reject;
      let tail = Promise.resolve();
      this.onReply = (r) => {
        tail = tail
          .then(() => reply(r))
          .then(() => {
            if (r.kind === 'blocks') this.worker.postMessage({ kind: 'taken' } satisfies IngestRequest);
            else if (r.kind !== 'rows') resolve();
          }, reject);
      };
      this.worker.postMessage(request);
    });
  }

  async close(): Promise<void> {
    this.onFailure = null;
    await this.worker.terminate();
  }

  private fail(e: Error): void {
    this.failure ??= e;
    this.onFailure?.(e);
  }
}
