import type { MessagePort } from 'node:worker_threads';
import { mysqlError } from '../../types/error-table.js';
import { MysqlError, type SqlWarning } from '../../types/error.js';
import type { ColumnLoader, Extent, LoadedColumn } from '../columnar/column-loader.js';
import { MAX_THREADS } from './control-block.js';
import type { FragmentForm } from './fragment.js';
import type { FromThread, StartMessage, StepFigures, ToThread } from './protocol.js';
import type { ThreadLine, ThreadSource } from './thread-source.js';
import type { ArrayForm, ArrayLookup, ArrayWriter, SharedArray } from './vector-form.js';
import { isShared, vectorOfForm } from './vector-form.js';

/** Fragments that threads keep, compiled, for the next run of the same plan. */
const MAX_FRAGMENTS = 256;
/** Fewer rows of columns are gone through in the time that threads take to wake up, twice over on a busy machine. */
const DEFAULT_MIN_ROWS = 200_000;
/** How long the start of threads is waited for, ms. */
const START_MS = 1000;
/** Threads that may fail as they start before it is given up. */
const MAX_FAILURES = 8;
/** Arrays of fewer bytes are copied to each thread: cheaper than memory of their own. */
const SMALL = 1 << 12;

/** What is done with the messages of a task. */
export interface TaskListener {
  batch(message: Extract<FromThread, { kind: 'batch' }>): void;
  /** A thread waits for results to be used. */
  ahead(): void;
  taken(): void;
  done(figures: readonly StepFigures[], warnings: readonly SqlWarning[]): void;
  failed(error: unknown): void;
}

type Loaded = NonNullable<Extract<FromThread, { kind: 'loaded' }>['column']>;

class Thread {
  ready = false;
  readonly knownArrays = new Set<number>();
  readonly knownFragments = new Set<number>();
  /** Columns that are being read. */
  readonly loads = new Map<number, (column: Loaded | null) => void>();
  /** Tasks under way. */
  readonly tasks = new Map<number, TaskListener>();

  /** The fragments that it runs, for whomever; known when it is ready. */
  load: Int32Array | null = null;
  /** How many lines to it were lent, by the node that has them. */
  readonly lent = new Map<number, number>();
  line!: ThreadLine;

  post(message: ToThread): void {
    this.line.post(message);
  }

  /** Tasks to be done before a new one. */
  get busy(): number {
    return Math.max(this.tasks.size, this.load?.[0] ?? 0);
  }
}

/**
 * Threads that run fragments of analytic statements beside the main thread. They are started when a statement could first make use of
 * them, and that statement does not wait for them. Each has its own kernels; columns, hash tables and dictionaries are shared.
 *
 * Where several threads of a process run statements, one has the analytic threads started, and each has a pool of its own with a
 * line to each of them.
 */
export class ThreadPool implements ColumnLoader {
  private threads: Thread[] = [];
  private nextTask = 1;
  private nextLoad = 1;
  /** Those who wait for the threads to be up. */
  private readonly waiting: (() => void)[] = [];
  private closed = false;
  private failures = 0;
  /** Numbers of arrays that last. */
  private readonly ids = new WeakMap<SharedArray, number>();
  private readonly arrays = new Map<number, WeakRef<SharedArray>>();
  private nextArray = 1;
  private readonly gone: FinalizationRegistry<number>;
  private forgotten: number[] = [];
  private readonly fragments = new Map<number, FragmentForm>();

  constructor(
    private readonly source: ThreadSource,
    readonly size: number,
    private readonly onCrash: (error: Error) => void = () => undefined,
    /** Rows that a scan must be expected to read for threads to be worth the trouble. */
    readonly minRows = DEFAULT_MIN_ROWS,
  ) {
    this.size = Math.min(size, MAX_THREADS);
    this.gone = new FinalizationRegistry((id) => {
      this.arrays.delete(id);
      this.forgotten.push(id);
    });
  }

  /** Whether all threads are up; has them started. */
  ready(): boolean {
    if (this.closed || this.failures >= MAX_FAILURES) return false;
    while (this.threads.length < this.size) this.threads.push(this.startThread());
    return this.threads.every((t) => t.ready);
  }

  /** Has the threads started and waits until they are up, or until it is not to be expected any more. */
  async whenReady(): Promise<boolean> {
    if (this.ready()) return true;
    if (this.threads.length === 0) return false;
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
      setTimeout(resolve, START_MS).unref();
    });
    return this.ready();
  }

  get idle(): boolean {
    return this.threads.some((t) => t.ready && t.busy === 0 && t.loads.size === 0);
  }

  /** A thread without a task reads a column. Null when there is none. */
  loadColumn(file: string, at: Extent): Promise<LoadedColumn> | null {
    let idle: Thread | null = null;
    for (const t of this.threads)
      if (t.ready && t.busy === 0 && (idle === null || t.loads.size < idle.loads.size)) idle = t;
    if (idle === null) return null;
    const { loads } = idle;
    const load = this.nextLoad++;
    idle.post({ kind: 'load', load, file, at });
    return new Promise((resolve, reject) => {
      loads.set(load, (column) => {
        if (column === null) reject(new Error(`${file} was not read`));
        else resolve({ vector: vectorOfForm(column.vector, this.lasting), stats: column.stats });
      });
    });
  }

  private startThread(): Thread {
    const thread = new Thread();
    thread.line = this.source.open(
      (m) => this.receive(thread, m),
      (e) => this.lost(thread, e),
    );
    return thread;
  }

  /** Has a thread of this pool work for another node as well, to which it has not yet a line, if there is one. */
  lend(node: number, port: MessagePort): void {
    this.ready();
    const lines = (t: Thread): number => t.lent.get(node) ?? 0;
    let least: Thread | null = null;
    for (const t of this.threads) if (least === null || lines(t) < lines(least)) least = t;
    if (least === null) throw new Error('there are no threads to be lent');
    least.lent.set(node, lines(least) + 1);
    least.line.post({ kind: 'client', port }, [port]);
  }

  private lost(thread: Thread, error: Error): void {
    const at = this.threads.indexOf(thread);
    if (at < 0) return;
    this.threads.splice(at, 1);
    if (!this.closed) this.onCrash(error);
    if (!thread.ready) this.failures++;
    for (const listener of thread.tasks.values())
      listener.failed(mysqlError('ER_INTERNAL_ERROR', `a thread of the statement failed: ${error.message}`));
    thread.tasks.clear();
    for (const resolve of thread.loads.values()) resolve(null);
    thread.loads.clear();
  }

  private receive(thread: Thread, m: FromThread): void {
    if (m.kind === 'ready') {
      thread.ready = true;
      thread.load = m.load;
      if (this.threads.every((t) => t.ready)) for (const resolve of this.waiting.splice(0)) resolve();
      return;
    }
    if (m.kind === 'loaded') {
      thread.loads.get(m.load)?.(m.column);
      thread.loads.delete(m.load);
      return;
    }
    // An answer to an EvaluatorPool, whose threads these are not.
    if (m.kind === 'evaluated') return;
    const listener = thread.tasks.get(m.task);
    if (listener === undefined) return;
    switch (m.kind) {
      case 'batch':
        listener.batch(m);
        return;
      case 'ahead':
        listener.ahead();
        return;
      case 'taken':
        listener.taken();
        return;
      case 'done':
        thread.tasks.delete(m.task);
        listener.done(m.figures, m.warnings);
        return;
      case 'failed':
        thread.tasks.delete(m.task);
        listener.failed(
          m.code === undefined ? new Error(m.message) : new MysqlError(m.code, m.sqlState!, m.message),
        );
        return;
    }
  }

  /** Arrays that last, by number; those of a task that is under way are there. */
  readonly lasting: ArrayLookup = (id) => {
    const a = this.arrays.get(id)?.deref();
    if (a === undefined) throw new Error(`array ${id} is gone`);
    return a;
  };

  /** Puts arrays into messages for all threads, noting those that last in `used`. */
  writer(used: Set<number>): ArrayWriter & { lasting(a: SharedArray): ArrayForm } {
    const copies = new Map<SharedArray, SharedArray>();
    const lasting = (a: SharedArray): number => {
      let id = this.ids.get(a);
      if (id === undefined) {
        id = this.nextArray++;
        this.ids.set(a, id);
        this.arrays.set(id, new WeakRef(a));
        this.gone.register(a, id);
      }
      used.add(id);
      return id;
    };
    return {
      lasting,
      rows(a) {
        if (isShared(a)) return a;
        let copy = copies.get(a);
        if (copy === undefined) {
          copy = a.byteLength <= SMALL ? a.slice() : sharedCopy(a);
          copies.set(a, copy);
        }
        return copy;
      },
      dictionary: (a) => (isShared(a) ? lasting(a) : null),
    };
  }

  /** Starts a task in the threads with the least to do; gives what sends them more. */
  start(
    form: FragmentForm,
    fragment: number,
    count: number,
    used: ReadonlySet<number>,
    message: (task: number, thread: number) => StartMessage,
    listener: TaskListener,
  ): { readonly threads: number; post(thread: number, message: ToThread): void; readonly task: number } {
    const task = this.nextTask++;
    this.keepFragment(fragment, form);
    this.forget();
    const chosen = this.threads
      .map((thread) => ({ thread, busy: thread.busy }))
      .sort((a, b) => a.busy - b.busy)
      .slice(0, count)
      .map(({ thread }) => thread);
    for (const t of chosen) t.tasks.set(task, listener);
    chosen.forEach((t, i) => {
      const arrays = [];
      for (const id of used) {
        if (t.knownArrays.has(id)) continue;
        t.knownArrays.add(id);
        arrays.push({ id, array: this.lasting(id) });
      }
      if (arrays.length > 0) t.post({ kind: 'arrays', arrays });
      if (!t.knownFragments.has(fragment)) {
        t.knownFragments.add(fragment);
        t.post({ kind: 'fragment', id: fragment, form });
      }
      t.post(message(task, i));
    });
    return { threads: chosen.length, task, post: (thread, m) => chosen[thread]!.post(m) };
  }

  private keepFragment(id: number, form: FragmentForm): void {
    this.fragments.delete(id);
    this.fragments.set(id, form);
    if (this.fragments.size <= MAX_FRAGMENTS) return;
    const oldest = this.fragments.keys().next().value!;
    this.fragments.delete(oldest);
    for (const t of this.threads)
      if (t.knownFragments.delete(oldest)) t.post({ kind: 'forget', arrays: [], fragments: [oldest] });
  }

  /** Tells the threads of arrays that nobody has any more. */
  private forget(): void {
    if (this.forgotten.length === 0) return;
    const ids = this.forgotten;
    this.forgotten = [];
    for (const t of this.threads) {
      const known = ids.filter((id) => t.knownArrays.delete(id));
      if (known.length > 0) t.post({ kind: 'forget', arrays: known, fragments: [] });
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    const { threads } = this;
    this.threads = [];
    for (const t of threads) {
      for (const listener of t.tasks.values()) listener.failed(mysqlError('ER_SERVER_SHUTDOWN'));
      for (const resolve of t.loads.values()) resolve(null);
    }
    for (const resolve of this.waiting.splice(0)) resolve();
    await Promise.all(threads.map((t) => t.line.close()));
  }
}

function sharedCopy(a: SharedArray): SharedArray {
  const memory = new SharedArrayBuffer(a.byteLength);
  const Type = a.constructor as new (b: SharedArrayBuffer) => SharedArray;
  const copy = new Type(memory);
  (copy as Uint8Array).set(a as Uint8Array);
  return copy;
}
