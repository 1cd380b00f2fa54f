import { Worker } from 'node:worker_threads';
import type { EvalContext } from '../../expression/eval-context.js';
import type { Expression } from '../../expression/expression.js';
import { substitute } from '../../expression/traverse.js';
import { mysqlError } from '../../types/error-table.js';
import type { FromThread, Outcome, ToThread } from './protocol.js';
import { evalFormOf } from './thread-context.js';

/** How long a thread is kept that nobody needs, ms. */
const IDLE_MS = 60_000;
/** Threads that may fail in a row as they start before values are computed in place again. */
const MAX_FAILURES = 8;
/** Texts from which on they are copied into shared memory rather than cloned with the message. */
const LONG_TEXT = 1 << 12;
/** Bytes that are copied between two looks at the time. */
const COPY_STEP = 1 << 21;

/** What of its statement an evaluation has to do with. */
export interface Asker {
  readonly signal: AbortSignal;
  checkpoint(): Promise<void> | undefined;
}

/** Who waits for a thread that has the time. */
interface Waiter {
  take(worker: Worker): void;
  refuse(): void;
}

/**
 * Threads that compute values which take long, one value after the other each. A thread that is busy with one looks at nothing else, so
 * that it is ended with its statement, and another started when next there is need of one.
 */
export class EvaluatorPool {
  private readonly idle: Worker[] = [];
  private readonly busy = new Set<Worker>();
  private readonly waiting: Waiter[] = [];
  private readonly size: number;
  private readonly retirements = new Map<Worker, NodeJS.Timeout>();
  /** Those that were up. */
  private readonly started = new WeakSet<Worker>();
  private failures = 0;
  private closed = false;

  constructor(
    private readonly entry: URL,
    size: number,
    private readonly onCrash: (error: Error) => void = () => undefined,
  ) {
    // More threads that run statements than processors leave none for others.
    this.size = Math.max(1, size);
  }

  /** Whether threads can be had. */
  get available(): boolean {
    return !this.closed && this.failures < MAX_FAILURES;
  }

  /** Computes expressions that have no leaves but literals and ask nothing of their session. Rejects with the reason that the asker is aborted for. */
  async evaluate(exprs: readonly Expression[], ctx: EvalContext, asker: Asker): Promise<readonly Outcome[]> {
    const message: ToThread = {
      kind: 'evaluate',
      exprs: await portable(exprs, asker),
      evalForm: { ...evalFormOf(ctx), params: [] },
    };
    const worker = await this.take(asker.signal);
    return new Promise((resolve, reject) => {
      const { signal } = asker;
      const end = (): void => {
        signal.removeEventListener('abort', stop);
        worker.off('message', answer);
        worker.off('error', crash);
        worker.off('exit', crash);
      };
      const answer = (m: FromThread): void => {
        if (m.kind !== 'evaluated') return;
        end();
        this.release(worker);
        resolve(m.outcomes);
      };
      const stop = (): void => {
        end();
        this.drop(worker);
        void worker.terminate();
        reject(signal.reason as Error);
      };
      const crash = (e: Error | number): void => {
        end();
        this.drop(worker);
        const error = typeof e === 'number' ? new Error(`a thread ended with code ${e}`) : e;
        if (this.closed) return reject(mysqlError('ER_SERVER_SHUTDOWN'));
        if (!this.started.has(worker)) this.failures++;
        this.onCrash(error);
        reject(mysqlError('ER_INTERNAL_ERROR', `a thread of the statement failed: ${error.message}`));
      };
      if (signal.aborted) return stop();
      signal.addEventListener('abort', stop);
      worker.on('message', answer);
      worker.on('error', crash);
      worker.on('exit', crash);
      worker.postMessage(message);
    });
  }

  private take(signal: AbortSignal): Promise<Worker> {
    if (this.closed) return Promise.reject(mysqlError('ER_SERVER_SHUTDOWN'));
    const worker = this.idle.pop() ?? (this.busy.size < this.size ? this.start() : undefined);
    if (worker !== undefined) {
      clearTimeout(this.retirements.get(worker));
      this.busy.add(worker);
      return Promise.resolve(worker);
    }
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.waiting.splice(this.waiting.indexOf(waiter), 1);
        reject(signal.reason as Error);
      };
      const waiter: Waiter = {
        take(w) {
          signal.removeEventListener('abort', stop);
          resolve(w);
        },
        refuse: () => reject(mysqlError('ER_SERVER_SHUTDOWN')),
      };
      if (signal.aborted) return reject(signal.reason as Error);
      signal.addEventListener('abort', stop, { once: true });
      this.waiting.push(waiter);
    });
  }

  private start(): Worker {
    const worker = new Worker(this.entry);
    worker.unref();
    worker.once('message', () => {
      this.started.add(worker);
      this.failures = 0;
    });
    // One that goes while it is idle is noticed here; its statement notices the others.
    worker.on('error', () => this.forget(worker));
    worker.on('exit', () => this.forget(worker));
    return worker;
  }

  private forget(worker: Worker): void {
    const at = this.idle.indexOf(worker);
    if (at >= 0) this.idle.splice(at, 1);
    clearTimeout(this.retirements.get(worker));
    this.retirements.delete(worker);
  }

  private release(worker: Worker): void {
    const next = this.waiting.shift();
    if (next !== undefined) return next.take(worker);
    this.busy.delete(worker);
    if (this.closed) return void worker.terminate();
    this.idle.push(worker);
    const retire = setTimeout(() => {
      this.forget(worker);
      void worker.terminate();
    }, IDLE_MS);
    retire.unref();
    this.retirements.set(worker, retire);
  }

  /** The thread is ended, or has ended. */
  private drop(worker: Worker): void {
    this.busy.delete(worker);
    const next = this.closed ? undefined : this.waiting.shift();
    if (next === undefined) return;
    const another = this.start();
    this.busy.add(another);
    next.take(another);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const waiter of this.waiting.splice(0)) waiter.refuse();
    await Promise.all([...this.idle, ...this.busy].map((w) => w.terminate()));
  }
}

/** Expressions as they are sent: long texts in shared memory, each once, copied in steps. */
async function portable(exprs: readonly Expression[], asker: Asker): Promise<Expression[]> {
  const copies = new Map<Uint8Array, Uint8Array>();
  const copied = (b: Uint8Array): Uint8Array => {
    let copy = copies.get(b);
    if (copy === undefined) {
      // A view would be cloned with all that it is a view of.
      copy = b.length < LONG_TEXT ? b.slice() : new Uint8Array(new SharedArrayBuffer(b.length));
      copies.set(b, copy);
    }
    return copy;
  };
  const out = exprs.map((e) =>
    substitute(e, (x) =>
      x.kind === 'constant' && x.value instanceof Uint8Array ? { ...x, value: copied(x.value) } : x,
    ),
  );
  for (const [from, to] of copies) {
    if (from.length < LONG_TEXT) continue;
    for (let at = 0; at < from.length; at += COPY_STEP) {
      to.set(from.subarray(at, at + COPY_STEP), at);
      const pause = asker.checkpoint();
      if (pause !== undefined) await pause;
    }
  }
  return out;
}
