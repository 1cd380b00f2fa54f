import type { Chunk } from '../../chunk/chunk.js';
import { sliceChunk } from '../../chunk/slice.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { SqlWarning } from '../../types/error.js';
import type { PhysicalPlan } from '../../planner/physical/plan.js';
import { BLOCK_ROWS } from '../columnar/block-stats.js';
import type { ColumnPart, ColumnScan } from '../columnar/column-scan.js';
import { sharedBytes } from '../columnar/shared-array.js';
import type { ExecContext, Operator, OperatorStats, StatementThreads } from '../exec-context.js';
import type { HashJoinOperator } from '../hash-join.js';
import { runSteps } from '../operator.js';
import { boundColumn, TopNBound } from '../topn-bound.js';
import { rowBytes } from '../row-bytes.js';
import { ControlBlock } from './control-block.js';
import type { Fragment } from './fragment.js';
import { joinStateForm, type JoinStateForm } from './join-form.js';
import type { FromThread, PartForm, StepFigures, ToThread } from './protocol.js';
import { evalFormOf } from './thread-context.js';
import type { TaskListener } from './thread-pool.js';
import { chunkForm, chunkOfForm, vectorForm } from './vector-form.js';

/** Rows of a morsel, at most, and how many morsels a thread should find at least. */
const MORSEL_ROWS = BLOCK_ROWS * 16;
const MORSELS_PER_THREAD = 8;
/** Chunks of rows on their way to the threads. */
const MAX_FED = 16;
/** Bytes of results in order that may wait to be taken, and the share of the statement's quota that they may be. */
const ROOM = 8 << 20;
const ROOM_SHARE = 1 / 8;
/** How often what the threads hold is looked at, ms. */
const WATCH_MS = 10;

/** The main thread's side of a fragment that threads are running: their results as they come. */
export class FragmentRun implements Operator, TaskListener {
  private readonly control = new ControlBlock();
  private readonly ready: Chunk[] = [];
  /** Results of morsels that are not yet due, by morsel. */
  private readonly early = new Map<number, { readonly chunks: Chunk[]; last: boolean }>();
  private due = 0;
  private empty: Uint8Array = new Uint8Array(0);
  private running = 0;
  private finished = false;
  private error: unknown = null;
  private wake: (() => void) | null = null;
  private fed = 0;
  private wakeFeeder: (() => void) | null = null;
  private timer: NodeJS.Timeout | null = null;
  private held = 0;
  /** Bytes of `ready`. */
  private readyBytes = 0;
  private threadBytes = 0;
  private unregister: (() => void) | null = null;
  private post: (thread: number, message: ToThread) => void = () => undefined;
  private task = 0;
  private threadCount = 0;
  private morselCount = 0;
  /** Arrays that the threads know by number must not be collected while they work. */
  private keep: unknown[] = [];

  constructor(
    private readonly plan: PhysicalPlan,
    private readonly fragment: Fragment,
    private readonly ctx: ExecContext,
    private readonly threads: StatementThreads,
    private readonly joins: readonly (HashJoinOperator | null)[],
  ) {}

  /** Takes the columns of a scan and has the threads begin. */
  async start(scan: ColumnScan): Promise<void> {
    const { fragment, ctx } = this;
    const { pool } = this.threads;
    const filters = ctx.joinFilters?.of(fragment.scan.id) ?? [];
    scan.addFilters(
      filters.map(({ column, filter }) => ({ column, mayPass: (min, max) => filter.mayPass(min, max) })),
    );
    const bound = this.topNBound();
    scan.bound = bound;
    const used = new Set<number>();
    const writer = pool.writer(used);
    const lasting = { rows: writer.lasting, dictionary: writer.dictionary };
    const parts: PartForm[] = [];
    const taken: ColumnPart[] = [];
    for (const wait of scan.prefetchAll()) {
      await wait;
      const pause = ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
    for (const part of scan.takeColumns()) {
      if (part !== null) {
        taken.push(part);
        const { dropped, stats } = part;
        parts.push({ columns: part.columns.map((v) => vectorForm(v, lasting)), dropped, stats });
      }
      const pause = ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
    this.keep.push(taken);
    const morsels = morselsOf(taken, this.threads.count);
    this.morselCount = morsels.length / 3;
    this.empty = sharedBytes(this.morselCount);
    const joins: (JoinStateForm | null)[] = [];
    for (const join of this.joins) {
      joins.push(join === null ? null : await runSteps(joinStateForm(join.share(), writer), ctx));
      const pause = ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
    const evalForm = evalFormOf(ctx.eval);
    const filterForms = filters.map(({ column, filter }) => {
      const { form } = filter;
      return { column, filter: { ...form, bits: writer.rows(form.bits) as Int32Array } };
    });
    const { memory } = this.control;
    this.control.setRoom(Math.min(ROOM, ctx.memory.quota * ROOM_SHARE));
    const count = Math.max(1, Math.min(this.threads.count, this.morselCount));
    const started = pool.start(
      fragment.form,
      fragment.id,
      count,
      used,
      (task, thread) => ({
        kind: 'start',
        task,
        thread,
        fragment: fragment.id,
        control: memory,
        evalForm,
        parts,
        morsels,
        joins,
        filters: filterForms,
        bound: bound === null ? null : bound.form,
        more: true,
        empty: this.empty,
        measured: ctx.runtimeStats !== null,
      }),
      this,
    );
    this.post = started.post;
    this.task = started.task;
    this.threadCount = started.threads;
    this.running = started.threads;
    this.timer = setInterval(() => this.watch(), WATCH_MS);
    if (ctx.disk !== null)
      this.unregister = ctx.memory.addSpillable({
        spillableBytes: () => (this.finished ? 0 : this.threadBytes),
        spill: () => this.control.shed(),
      });
  }

  private topNBound(): TopNBound | null {
    const top = this.fragment.steps[this.fragment.steps.length - 1];
    const column = top?.op === 'TopN' ? boundColumn(top) : null;
    return column === null ? null : TopNBound.of(column);
  }

  /** Hands the rows of a reader to the threads, each chunk as a morsel. */
  feed(reader: Operator): void {
    this.feeding(reader).catch((e: unknown) => this.failed(e));
  }

  private async feeding(reader: Operator): Promise<void> {
    let morsel = this.morselCount;
    const used = new Set<number>();
    const { rows } = this.threads.pool.writer(used);
    for (;;) {
      const r = reader.next();
      const chunk = r instanceof Promise ? await r : r;
      if (chunk === null || this.finished) break;
      while (this.fed >= MAX_FED && !this.finished)
        await new Promise<void>((resolve) => (this.wakeFeeder = resolve));
      this.fed++;
      const thread = morsel % this.threadCount;
      const form = chunkForm(chunk, { rows, dictionary: () => null });
      this.post(thread, { kind: 'rows', task: this.task, morsel: morsel++, rows: form });
    }
    if (!this.finished) this.endFeeding();
  }

  private endFeeding(): void {
    for (let t = 0; t < this.threadCount; t++)
      this.post(t, { kind: 'rows', task: this.task, morsel: -1, rows: null });
  }

  // What the threads tell

  batch(m: Extract<FromThread, { kind: 'batch' }>): void {
    this.control.countReceived(m.bytes);
    if (this.finished) return;
    try {
      const chunk = chunkOfForm(m.rows, this.threads.pool.lasting);
      this.account(rowBytes(chunk));
      const { spans } = m;
      if (spans.length === 0) this.makeReady(chunk);
      else {
        for (let k = 0, from = 0; k < spans.length; k += 3) {
          const to = spans[k + 1]!;
          let e = this.early.get(spans[k]!);
          if (e === undefined) this.early.set(spans[k]!, (e = { chunks: [], last: false }));
          if (to > from) e.chunks.push(sliceChunk(chunk, from, to));
          if (spans[k + 2] === 1) e.last = true;
          from = to;
        }
        this.release();
      }
      this.notify();
    } catch (e) {
      this.failed(e);
    }
  }

  ahead(): void {
    if (this.finished) return;
    this.release();
    this.notify();
  }

  taken(): void {
    this.fed--;
    this.wakeFeeder?.();
    this.wakeFeeder = null;
  }

  done(figures: readonly StepFigures[], warnings: readonly SqlWarning[]): void {
    for (const w of warnings) this.ctx.eval.warn(w);
    this.note(figures);
    if (--this.running > 0) return;
    this.release();
    this.end();
  }

  failed(error: unknown): void {
    if (this.finished) return;
    this.error = error;
    this.end();
  }

  /** Moves results that are due to where they are taken from. */
  private release(): void {
    for (;;) {
      const e = this.early.get(this.due);
      if (e !== undefined) {
        for (const c of e.chunks.splice(0)) this.makeReady(c);
        if (!e.last) break;
        this.early.delete(this.due);
      } else if (this.due >= this.morselCount || Atomics.load(this.empty, this.due) === 0) break;
      this.due++;
    }
    this.control.released = this.due;
    this.control.noteWaiting(this.held, this.readyBytes);
  }

  private makeReady(chunk: Chunk): void {
    this.ready.push(chunk);
    this.readyBytes += rowBytes(chunk);
  }

  private notify(): void {
    const { wake } = this;
    this.wake = null;
    wake?.();
  }

  private end(): void {
    this.finished = true;
    this.control.stop();
    // Those that wait for rows notice.
    if (this.running > 0) this.endFeeding();
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.unregister?.();
    this.unregister = null;
    this.keep = [];
    this.wakeFeeder?.();
    this.ctx.memory.release(this.threadBytes);
    this.threadBytes = 0;
    this.notify();
  }

  /** Interrupted statements stop, and what the threads hold counts as the statement's. */
  private watch(): void {
    try {
      const { signal } = this.ctx;
      if (signal.aborted) throw signal.reason as Error;
      const bytes = Math.max(0, this.control.bytes);
      const more = bytes - this.threadBytes;
      this.threadBytes = bytes;
      if (more >= 0) this.ctx.memory.consume(more);
      else this.ctx.memory.release(-more);
      this.ahead();
    } catch (e) {
      this.failed(e);
    }
  }

  private account(bytes: number): void {
    this.held += bytes;
    this.ctx.memory.consume(bytes);
  }

  // What is taken here

  open(): void {}

  next(): Awaitable<Chunk | null> {
    const chunk = this.ready.shift();
    if (chunk !== undefined) {
      const size = rowBytes(chunk);
      const bytes = Math.min(this.held, size);
      this.held -= bytes;
      this.readyBytes -= size;
      this.ctx.memory.release(bytes);
      this.control.consumed++;
      this.control.noteWaiting(this.held, this.readyBytes);
      return chunk;
    }
    if (this.error !== null) throw this.error as Error;
    if (this.finished) return null;
    return new Promise<void>((resolve) => (this.wake = resolve)).then(() => this.next());
  }

  close(): void {
    this.stop();
  }

  /** The threads end what they are at; nothing more is taken from them. */
  stop(): void {
    if (!this.finished) this.end();
    this.ready.length = 0;
    this.early.clear();
    this.ctx.memory.release(this.held);
    this.held = 0;
  }

  // EXPLAIN ANALYZE

  private note(figures: readonly StepFigures[]): void {
    const { runtimeStats } = this.ctx;
    if (runtimeStats === null || figures.length === 0) return;
    const { fragment } = this;
    const add = (stats: OperatorStats, f: StepFigures): void => {
      stats.rows += f.rows;
      stats.loops += f.loops;
      stats.timeMs = Math.max(stats.timeMs, f.timeMs);
      stats.memoryBytes += f.memoryBytes;
    };
    const told = (plan: PhysicalPlan, f: StepFigures): void => {
      const stats = runtimeStats.of(plan);
      stats.extra.set('threads', `num:${this.threadCount}`);
      // What comes out at the top is counted here.
      if (plan.id !== this.plan.id) add(stats, f);
    };
    told(fragment.scan, figures[0]!);
    fragment.steps.forEach((step, i) => told(step, figures[i + 1]!));
    told(fragment.reader, figures[fragment.copSteps]!);
  }
}

/** Stretches of rows for one thread at a time: part, first row, end. Blocks that filters rule out are left out. */
function morselsOf(parts: readonly ColumnPart[], threads: number): Int32Array {
  let rows = 0;
  for (const p of parts)
    for (let i = 0; i < p.intervals.length; i += 2) rows += p.intervals[i + 1]! - p.intervals[i]!;
  const share = Math.ceil(rows / (threads * MORSELS_PER_THREAD) / BLOCK_ROWS) * BLOCK_ROWS;
  const size = Math.max(BLOCK_ROWS, Math.min(MORSEL_ROWS, share));
  const out: number[] = [];
  parts.forEach((p, at) => {
    for (let i = 0; i < p.intervals.length; i += 2) {
      const end = p.intervals[i + 1]!;
      let row = p.intervals[i]!;
      while (row < end) {
        const block = Math.floor(row / BLOCK_ROWS);
        if (p.skip !== null && p.skip[block] === 1) {
          row = (block + 1) * BLOCK_ROWS;
          continue;
        }
        let to = Math.min(end, (block + 1) * BLOCK_ROWS);
        while (to < end && to - row < size && (p.skip === null || p.skip[Math.floor(to / BLOCK_ROWS)] === 0))
          to = Math.min(end, to + BLOCK_ROWS);
        out.push(at, row, to);
        row = to;
      }
    }
  });
  const shared = new Int32Array(new SharedArrayBuffer(out.length * 4));
  shared.set(out);
  return shared;
}
