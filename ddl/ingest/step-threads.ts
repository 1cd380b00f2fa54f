import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { BlockGroup } from './block-groups.js';

/** What threads that make entries are asked, beside requests of their own: `close` last. */
export type StepRequest =
  | { readonly kind: 'close' }
  /** The blocks told last are taken: the next may come, in this buffer. */
  | { readonly kind: 'taken'; readonly buffer: ArrayBuffer };

/** What they say, beside replies of their own. Of replies only `rows` and `blocks` are followed by others. */
export type StepReply =
  | { readonly kind: 'blocks'; readonly group: BlockGroup }
  /** The request is done. */
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string };

interface Message {
  readonly kind: string;
}

/** The work of a thread: requests one at a time, each as steps that end with a reply or with nothing to tell. */
export interface StepTask<Q extends Message, R extends Message> {
  run(request: Q | StepRequest): Generator<R | StepReply | null, void, void>;
}

type Receive<R> = (reply: R | StepReply) => Promise<void> | void;

/** A place where requests are worked on one after another. */
export interface StepThread<Q extends Message, R extends Message> {
  /** Replies in order; the last is neither `rows` nor `blocks`. `receive` may hold up what comes next; blocks are its own until it is done. */
  run(request: Q, receive: Receive<R>): Promise<void>;
  close(): Promise<void>;
}

/** Threads that nobody needs stay for so long: partitions come one after another, and migrations have more than one ALTER TABLE. */
const IDLE_MS = 10_000;

export class StepThreads<Q extends Message, R extends Message> {
  private readonly idle: WorkerThread<Q, R>[] = [];

  constructor(
    private readonly worker: URL,
    private readonly newTask: () => StepTask<Q, R>,
  ) {}

  /** Whether the program is bundled: then there are threads. */
  get available(): boolean {
    return existsSync(fileURLToPath(this.worker));
  }

  /**
   * `wanted` worker threads or, where the program is not bundled or none is wanted, this one, which gives way after each step. All
   * are asked to begin with `request`.
   */
  async open(request: Q, wanted: number): Promise<StepThread<Q, R>[]> {
    const threads =
      wanted > 0 && this.available
        ? Array.from(
            { length: wanted },
            () => this.idle.pop() ?? new WorkerThread<Q, R>(this.worker, this.idle),
          )
        : [new OwnThread(this.newTask())];
    try {
      await Promise.all(threads.map((t) => t.run(request, raise)));
      return threads;
    } catch (e) {
      await Promise.all(threads.map((t) => t.close()));
      throw e;
    }
  }
}

function raise(reply: Message): void {
  if (reply.kind === 'failed') throw new Error((reply as Message & { message: string }).message);
}

class OwnThread<Q extends Message, R extends Message> implements StepThread<Q, R> {
  constructor(private readonly task: StepTask<Q, R>) {}

  async run(request: Q | StepRequest, receive: Receive<R>): Promise<void> {
    for (const step of this.task.run(request)) {
      if (step !== null) await receive(step);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async close(): Promise<void> {
    await this.run({ kind: 'close' }, raise);
  }
}

class WorkerThread<Q extends Message, R extends Message> implements StepThread<Q, R> {
  private readonly worker: Worker;
  private failure: Error | null = null;
  private onReply: ((reply: R | StepReply) => void) | null = null;
  private onFailure: ((e: Error) => void) | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    entry: URL,
    private readonly idle: WorkerThread<Q, R>[],
  ) {
    this.worker = new Worker(entry);
    this.worker.on('message', (reply: R | StepReply) => this.onReply?.(reply));
    this.worker.on('error', (e) => this.fail(e));
    this.worker.on('exit', () => this.fail(new Error('a thread that makes entries has ended')));
  }

  async run(request: Q | StepRequest, receive: Receive<R>): Promise<void> {
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
            if (reply.kind === 'blocks') this.giveBack((reply as StepReply & { kind: 'blocks' }).group);
            else if (reply.kind !== 'rows') resolve();
          });
        tail.catch(reject);
      };
      this.worker.postMessage(request);
    });
    this.onReply = null;
    this.onFailure = null;
  }

  private giveBack({ bytes }: BlockGroup): void {
    const buffer = bytes.buffer as ArrayBuffer;
    this.worker.postMessage({ kind: 'taken', buffer } satisfies StepRequest, [buffer]);
  }

  /** Ends the thread if it is at work, else keeps it for a while. */
  async close(): Promise<void> {
    if (this.failure !== null || this.onReply !== null) {
      this.onReply = null;
      this.onFailure?.(new Error('the thread was ended'));
      this.onFailure = null;
      await this.worker.terminate();
      return;
    }
    await this.run({ kind: 'close' }, raise);
    this.worker.unref();
    const { idle } = this;
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
    const at = this.idle.indexOf(this);
    if (at >= 0) this.idle.splice(at, 1);
  }
}
