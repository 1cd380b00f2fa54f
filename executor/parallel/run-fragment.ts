import { Chunk, CHUNK_ROWS } from '../../chunk/chunk.js';
import { concatChunks } from '../../chunk/concat.js';
import type { PhysicalPlan } from '../../planner/physical/plan.js';
import { buildOperatorOver } from '../coprocessor/build-cop-operator.js';
import { FilteredScan } from '../coprocessor/filtered-scan.js';
import type { Operator } from '../exec-context.js';
import { HashAggOperator } from '../hash-agg.js';
import { HashJoinOperator, probeSide } from '../hash-join.js';
import { JoinFilter } from '../join-filter.js';
import { PickColumnsOperator } from '../pick-columns.js';
import { MeasuredOperator, measuredContext } from '../runtime-stats.js';
import type { OperatorContext } from '../operator.js';
import { rowBytes } from '../row-bytes.js';
import { TopNBound } from '../topn-bound.js';
import { joinStateOfForm } from './join-form.js';
import { ControlBlock } from './control-block.js';
import type { FragmentForm } from './fragment.js';
import { MorselScan } from './morsel-scan.js';
import type { FromThread, StartMessage } from './protocol.js';
import { ThreadContext } from './thread-context.js';
import {
  chunkForm,
  vectorOfForm,
  type ArrayLookup,
  type ArrayWriter,
  type SharedArray,
} from './vector-form.js';

/** Rows and bytes of results that go to the main thread together. */
const BATCH_ROWS = CHUNK_ROWS * 4;
const BATCH_BYTES = 1 << 19;
/** Morsels that are told of together. */
const BATCH_MORSELS = 8;

/** Batches of results in any order that may wait for the main thread. */
const MAX_SENT = 8;

export type Post = (message: FromThread) => void;

/** A fragment at work in a thread. */
export class FragmentTask {
  readonly scan: MorselScan;
  private readonly ctx: ThreadContext;
  private readonly control: ControlBlock;
  private waiting: Chunk[] = [];
  private rows = 0;
  private bytes = 0;
  /** See the batch message. */
  private spans: number[] = [];
  /** Rows of the morsel at hand were given to a span that is not its last. */
  private begun = false;
  private readonly bound: TopNBound | null;

  constructor(
    private readonly start: StartMessage,
    private readonly form: FragmentForm,
    private readonly lasting: ArrayLookup,
    private readonly idOf: (a: SharedArray) => number | undefined,
    private readonly post: Post,
  ) {
    this.control = new ControlBlock(start.control);
    this.ctx = new ThreadContext(this.control, start.thread, start.evalForm, start.measured);
    for (const { column, filter } of start.filters)
      this.ctx.joinFilters.set(
        { scanId: form.scanId, column, rows: 0 },
        this.ctx.joinFilters.of(form.scanId).length,
        JoinFilter.ofForm(filter),
      );
    this.bound = start.bound === null ? null : TopNBound.ofForm(start.bound);
    const ordered = form.mode !== 'free';
    this.scan = new MorselScan(
      start.parts.map((p) => ({
        columns: p.columns.map((c) => vectorOfForm(c, lasting)),
        dropped: p.dropped,
        stats: p.stats,
      })),
      start.morsels,
      this.control,
      this.ctx,
      this.bound,
      start.more,
      ordered,
      form.mode === 'morsels',
      () => {
        // What is waited for may be here.
        this.flush();
        this.post({ kind: 'ahead', task: start.task });
      },
      () => this.post({ kind: 'taken', task: start.task }),
      (m) => {
        if (ordered) this.endMorsel(m);
      },
    );
  }

  /** Works until there are no more morsels. */
  async run(): Promise<void> {
    const { form, ctx, scan } = this;
    const source = this.measured(
      new FilteredScan(scan, form.scanId, ctx.joinFilters, this.bound, () => undefined),
    );
    if (form.mode === 'morsels') {
      const top = form.steps.length - 1;
      let below = source;
      for (const step of form.steps.slice(0, top)) below = this.step(step, below);
      for (;;) {
        const more = scan.claim();
        if (!(more instanceof Promise ? await more : more)) break;
        const { morsel } = scan;
        const root = this.step(form.steps[top]!, below);
        await root.open();
        await this.drain(root);
        await root.close();
        this.endMorsel(morsel);
      }
    } else {
      let root = source;
      for (const step of form.steps) root = this.step(step, root);
      await root.open();
      await this.drain(root);
      await root.close();
    }
    this.flush();
    this.post({
      kind: 'done',
      task: this.start.task,
      figures: this.start.measured
        ? [this.ctx.figures(this.scanPlan), ...form.steps.map((s) => this.ctx.figures(s))]
        : [],
      warnings: this.ctx.warnings,
    });
  }

  /** Stands for the scan, whose figures are kept under it. */
  private readonly scanPlan: PhysicalPlan = {
    op: 'TableDual',
    id: 0,
    schema: [],
    estRows: 0,
    task: 'root',
    rowCount: 0,
  };

  private measured(scan: Operator): Operator {
    const stats = this.ctx.runtimeStats?.of(this.scanPlan);
    return stats === undefined ? scan : new MeasuredOperator(scan, stats);
  }

  private step(plan: PhysicalPlan, child: Operator): Operator {
    const stats = this.ctx.runtimeStats?.of(plan);
    if (stats === undefined) return this.operator(plan, child, this.ctx);
    return new MeasuredOperator(
      this.operator(plan, child, measuredContext(this.ctx as OperatorContext, stats)),
      stats,
    );
  }

  private operator(plan: PhysicalPlan, child: Operator, ctx: OperatorContext): Operator {
    if (plan.op === 'HashJoin') {
      const left = probeSide(plan) === 'left';
      const join = new HashJoinOperator(plan, left ? child : NOTHING, left ? NOTHING : child, ctx);
      const state = this.start.joins[this.form.steps.indexOf(plan)]!;
      const types = (left ? plan.rightKeys : plan.leftKeys).map((e) => e.type);
      join.adopt(joinStateOfForm(state, types, plan.nullEq, this.lasting));
      return plan.output === undefined ? join : new PickColumnsOperator(join, plan.output);
    }
    if (plan.op === 'HashAgg') {
      const agg = new HashAggOperator(plan, child, ctx);
      this.ctx.onShed = () => agg.spill();
      return agg;
    }
    return buildOperatorOver(plan, child, ctx, this.bound);
  }

  private async drain(root: Operator): Promise<void> {
    for (;;) {
      const r = root.next();
      const chunk = r instanceof Promise ? await r : r;
      if (chunk === null) return;
      this.waiting.push(chunk);
      this.rows += chunk.rows;
      this.bytes += (rowBytes(chunk) * chunk.rows) / Math.max(1, chunk.length);
      const full = this.rows >= BATCH_ROWS || this.bytes >= BATCH_BYTES;
      if (full) this.sendPart();
      const pause = this.ctx.checkpoint();
      if (pause !== undefined) await pause;
      if (this.form.mode === 'free') await this.awaitRoom();
      else if (full) await this.awaitUse();
    }
  }

  /** The main thread must keep up with results that it takes in any order. */
  private async awaitRoom(): Promise<void> {
    while (this.control.sent - this.control.consumed > MAX_SENT) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await this.ctx.checkpoint();
    }
  }

  /**
   * Results that are due wait for those before them to be taken; results of later morsels for the room that all of them have. So who
   * is at the morsel that is due is never kept by those ahead of it. Call when nothing is left to be sent.
   */
  private async awaitUse(): Promise<void> {
    const { control, scan } = this;
    while (
      control.transit > control.room / 2 ||
      (control.released >= scan.morsel ? control.due : control.waiting) > control.room
    ) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await this.ctx.checkpoint();
    }
  }

  /** Sends what there is, in the middle of a morsel. */
  private sendPart(): void {
    if (this.form.mode !== 'free') {
      this.spans.push(this.scan.morsel, this.rows, 0);
      this.begun = true;
    }
    this.flush();
  }

  private endMorsel(morsel: number): void {
    const { spans, begun } = this;
    this.begun = false;
    const from = spans.length === 0 ? 0 : spans[spans.length - 2]!;
    // What a morsel without rows is told by costs the main thread nothing.
    if (!begun && this.rows === from && morsel < this.start.empty.length) {
      Atomics.store(this.start.empty, morsel, 1);
      return;
    }
    spans.push(morsel, this.rows, 1);
    if (spans.length >= BATCH_MORSELS * 3) this.flush();
  }

  private flush(): void {
    const { waiting, spans } = this;
    if (waiting.length === 0 && spans.length === 0) return;
    const chunk = waiting.length === 0 ? new Chunk([], 0) : concatChunks(waiting);
    this.waiting = [];
    this.spans = [];
    this.rows = 0;
    this.bytes = 0;
    const writer: ArrayWriter = { rows: messageArray, dictionary: (a) => this.idOf(a) ?? null };
    const rows = chunkForm(chunk, writer);
    const bytes = rowBytes(chunk);
    this.control.countSent(bytes);
    this.post({ kind: 'batch', task: this.start.task, spans, rows, bytes });
  }
}

/**
 * Rows as the message has a copy of them made. They are not transferred: once any array of a thread has been, V8 looks at every access to
 * an array whether it is still there, by which many loops take longer, look-ups by up to two thirds.
 */
const messageArray = (a: SharedArray): SharedArray =>
  // Of a part of an array all of it would be copied.
  a.buffer instanceof SharedArrayBuffer || a.byteLength === a.buffer.byteLength ? a : a.slice();

/** The side of a join that was built elsewhere. */
const NOTHING: Operator = {
  open: () => undefined,
  next: () => null,
  close: () => undefined,
};
