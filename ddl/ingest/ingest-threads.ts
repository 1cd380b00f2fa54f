import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { IngestTask, type IngestReply, type IngestRequest } from './ingest-task.js';
import type { IngestSource } from './scan-entries.js';

type Receive = (reply: IngestReply) => Promise<void> | void;

/** A place where requests are worked on one after another. */
export interface IngestThread {
  /** Replies in order; the last is neither `rows` nor `blocks`. `receive` may hold up what comes next. */
  run(request: IngestRequest, receive: Receive): Promise<void>;
  close(): Promise<void>;
}

const WORKER = new URL('./ingest.js', import.meta.url);
/** Threads that nobody needs stay for so long: partitions come one after another, and migrations have more than one ALTER TABLE. */
const IDLE_MS = 10_000;

/**
 * `wanted` worker threads or, where the program is not bundled or none is wanted, this one, which gives way after each step.
 */
export async function openThreads(source: IngestSource, wanted: number): Promise<IngestThread[]> {
  const bundled = wanted > 0 && existsSync(fileURLToPath(WORKER));
  const threads = bundled
    ? Array.from({ length: wanted }, () => idle.pop() ?? new WorkerThread())
    : [new OwnThread()];
  try {
    await Promise.all(threads.map((t) => t.run({ kind: 'open', source }, raise)));
    return threads;
  } catch (e) {
    await Promise.all(threads.map((t) => t.close()));
    throw e;
  }
}

function raise(reply: IngestReply): void {
  if (reply.kind === 'failed') throw new Error(reply.message);
}

class OwnThread implements IngestThread {
  private readonly task = new IngestTask(() => () => undefined);

  async run(request: IngestRequest, receive: Receive): Promise<void> {
    for (const step of this.task.run(request)) {
      if (step !== null) await receive(step);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async close(): Promise<void> {
    await this.run({ kind: 'close' }, raise);
  }
}

const idle: WorkerThread[] = [];

class WorkerThread implements IngestThread {
  private readonly worker = new Worker(WORKER);
  private failure: Error | null = null;
  private onReply: ((reply: IngestReply) => void) | null = null;
  private onFailure: ((e: Error) => void) | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor() {
    this.worker.on('message', (reply: IngestReply) => this.onReply?.(reply));
    this.worker.on('error', (e) => this.fail(e));
    this.worker.on('exit', () => this.fail(new Error('a thread that builds an index has ended')));
  }

  async run(request: IngestRequest, receive: Receive): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.failure !== null) throw this.failure;
    this.worker.ref();
    await new Promise<void>((resolve, reject) => {
      this.onFailure = reject;
      let tail = Promise.resolve();
      this.onReply = (reply) => {
        tail = tail
          .then(() => receive(reply))
          .then(() => {
            if (reply.kind === 'blocks') this.worker.postMessage({ kind: 'taken' } satisfies IngestRequest);
            else if (reply.kind !== 'rows') resolve();
          });
        tail.catch(reject);
      };
      this.worker.postMessage(request);
    });
    this.onReply = null;
    this.onFailure = null;
  }

  /** Ends the thread if it is at work, else keeps it for a while. */
  async close(): Promise<void> {
    if (this.failure !== null || this.onReply !== null) {
      this.onReply = null;
      this.onFailure = null;
      await this.worker.terminate();
      return;
    }
    await this.run({ kind: 'close' }, raise);
    this.worker.unref();
    idle.push(this);
    this.timer = setTimeout(() => {
      const at = idle.indexOf(this);
      if (at >= 0) idle.splice(at, 1);
      void this.worker.terminate();
    }, IDLE_MS);
    this.timer.unref();
  }

  private fail(e: Error): void {
    this.failure ??= e;
    this.onFailure?.(e);
    const at = idle.indexOf(this);
    if (at >= 0) idle.splice(at, 1);
  }
}
