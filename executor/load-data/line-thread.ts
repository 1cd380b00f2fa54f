import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { LineTask, type LineBatch, type LineTarget } from './line-task.js';

export type LineRequest =
  | { readonly kind: 'open'; readonly target: LineTarget }
  | { readonly kind: 'piece'; readonly piece: Uint8Array; readonly last: boolean };

export type LineReply =
  | { readonly kind: 'open' }
  | { readonly kind: 'batch'; readonly batch: LineBatch }
  | { readonly kind: 'failed'; readonly message: string };

/** Where the lines of a load are read while the loading thread writes: each piece of the file becomes a batch, in order. */
export interface LineThread {
  /** The piece is the thread's from now on. */
  send(piece: Uint8Array, last: boolean): void;
  /** Pieces sent whose batches have not been taken. */
  readonly pending: number;
  next(): Promise<LineBatch>;
  close(): Promise<void>;
}

const WORKER = new URL('./lines.js', import.meta.url);
/** A thread that nobody needs stays for so long: files come one after another. */
const IDLE_MS = 10_000;

/** A thread of its own; where the program is not bundled, or there is one processor, null unless `own`: then this one. */
export async function openLineThread(target: LineTarget, own: boolean): Promise<LineThread | null> {
  if (availableParallelism() < 2 || !existsSync(fileURLToPath(WORKER)))
    return own ? new OwnThread(target) : null;
  const thread = idle.pop() ?? new WorkerThread();
  await thread.open(target);
  return thread;
}

class OwnThread implements LineThread {
  private readonly task: LineTask;
  private readonly batches: LineBatch[] = [];

  constructor(target: LineTarget) {
    this.task = new LineTask(target);
  }

  get pending(): number {
    return this.batches.length;
  }

  send(piece: Uint8Array, last: boolean): void {
    this.batches.push(this.task.take(piece, last));
  }

  next(): Promise<LineBatch> {
    return Promise.resolve(this.batches.shift()!);
  }

  async close(): Promise<void> {}
}

const idle: WorkerThread[] = [];

class WorkerThread implements LineThread {
  private readonly worker = new Worker(WORKER);
  private failure: Error | null = null;
  private readonly replies: LineReply[] = [];
  private waiting: (() => void) | null = null;
  private timer: NodeJS.Timeout | null = null;
  pending = 0;

  constructor() {
    this.worker.on('message', (reply: LineReply) => {
      this.replies.push(reply);
      this.wake();
    });
    this.worker.on('error', (e) => this.fail(e));
    this.worker.on('exit', () => this.fail(new Error('a thread that reads lines has ended')));
  }

  async open(target: LineTarget): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.worker.ref();
    this.worker.postMessage({ kind: 'open', target } satisfies LineRequest);
    await this.reply();
  }

  send(piece: Uint8Array, last: boolean): void {
    this.pending++;
    const request: LineRequest = { kind: 'piece', piece, last };
    this.worker.postMessage(request, [piece.buffer as ArrayBuffer]);
  }

  async next(): Promise<LineBatch> {
    const reply = await this.reply();
    this.pending--;
    if (reply.kind !== 'batch') throw new Error('a piece of a file was not answered by its rows');
    return reply.batch;
  }

  /** Ends the thread if it is at work, else keeps it for a while. */
  async close(): Promise<void> {
    if (this.failure !== null || this.pending > 0 || idle.length > 0) {
      await this.worker.terminate();
      return;
    }
    this.worker.unref();
    idle.push(this);
    this.timer = setTimeout(() => {
      this.leave();
      void this.worker.terminate();
    }, IDLE_MS);
    this.timer.unref();
  }

  private async reply(): Promise<LineReply> {
    while (this.replies.length === 0) {
      if (this.failure !== null) throw this.failure;
      await new Promise<void>((resolve) => (this.waiting = resolve));
    }
    const reply = this.replies.shift()!;
    if (reply.kind === 'failed') throw new Error(reply.message);
    return reply;
  }

  private fail(e: Error): void {
    this.failure ??= e;
    this.leave();
    this.wake();
  }

  private leave(): void {
    const at = idle.indexOf(this);
    if (at >= 0) idle.splice(at, 1);
  }

  private wake(): void {
    const { waiting } = this;
    this.waiting = null;
    waiting?.();
  }
}
