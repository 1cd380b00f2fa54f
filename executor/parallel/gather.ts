import type { Chunk } from '../../chunk/chunk.js';
import type { HashAgg, HashJoin, PhysicalPlan } from '../../planner/physical/plan.js';
import type { Awaitable } from '../../types/awaitable.js';
import { buildOperatorOver } from '../coprocessor/build-cop-operator.js';
import type { ColumnScan } from '../columnar/column-scan.js';
import { CopReaderOperator } from '../cop-reader.js';
import type { ExecContext, Operator, StatementThreads } from '../exec-context.js';
import { HashAggOperator } from '../hash-agg.js';
import { HashJoinOperator, preservedSide, probeSide } from '../hash-join.js';
import { PipelineOperator, type BuildOperator } from '../operator.js';
import { PickColumnsOperator } from '../pick-columns.js';
import { MeasuredOperator, measuredContext } from '../runtime-stats.js';
import type { Fragment } from './fragment.js';
import { FragmentRun } from './fragment-run.js';

/** Scans of so many rows wait for threads to start. */
const AWAITED_ROWS = 1_000_000;
/** More stretches of rows than this are better read by one reader. */
const MAX_STRETCHES = 256;

/** What is on its way from a thread takes so many bytes of the statement's quota: with less, one thread alone gets further. */
const THREAD_QUOTA = 2 << 20;

/**
 * A fragment of a plan on several threads. The build sides of its joins are made first, here or by threads of their own; then the
 * threads run the fragment over the columns of its scan, and rows that are not in columns are read here and handed to them. Where
 * there are no columns, few rows, a build side that went to disk, a small quota, or no threads as yet, the same operators run in this thread.
 */
export class GatherOperator implements Operator {
  private readonly joins: (HashJoinOperator | null)[];
  private readonly reader: CopReaderOperator;
  /** The fragment's operators in this thread, without an aggregation that is cut in two. */
  private readonly chain: Operator;
  private accepting = false;
  private offered: ColumnScan | null = null;
  private onOffered: () => void = () => undefined;
  private openGate: () => void = () => undefined;
  private run: FragmentRun | null = null;
  private out: Operator | null = null;

  constructor(
    private readonly plan: PhysicalPlan,
    private readonly fragment: Fragment,
    private readonly ctx: ExecContext,
    private readonly threads: StatementThreads,
    build: BuildOperator,
  ) {
    const { reader, steps, copSteps, final } = fragment;
    this.reader = new CopReaderOperator(reader, ctx, (scan) => this.accept(scan));
    this.joins = steps.map(() => null);
    let chain: Operator = this.measured(reader, () => this.reader);
    const end = final === null ? steps.length : steps.length - 1;
    for (let i = copSteps; i < end; i++) {
      const step = steps[i]!;
      const child = chain;
      chain = this.measured(step, (c) =>
        step.op === 'HashJoin' ? this.join(i, step, child, c, build) : buildOperatorOver(step, child, c),
      );
    }
    this.chain = chain;
  }

  /** The plan itself is measured by whoever has it run. */
  private measured(plan: PhysicalPlan, make: (ctx: ExecContext) => Operator): Operator {
    const { ctx } = this;
    if (ctx.runtimeStats === null || plan === this.plan) return make(ctx);
    const stats = ctx.runtimeStats.of(plan);
    return new MeasuredOperator(make(measuredContext(ctx, stats)), stats);
  }

  private join(
    at: number,
    plan: HashJoin,
    child: Operator,
    ctx: ExecContext,
    build: BuildOperator,
  ): Operator {
    const left = probeSide(plan) === 'left';
    const other = build(left ? plan.right : plan.left, this.ctx);
    const join = new HashJoinOperator(plan, left ? child : other, left ? other : child, ctx);
    this.joins[at] = join;
    return plan.output === undefined ? join : new PickColumnsOperator(join, plan.output);
  }

  open(): Awaitable<void> {
    return this.chain.open();
  }

  next(): Awaitable<Chunk | null> {
    return this.out === null ? this.begin().then((out) => out.next()) : this.out.next();
  }

  async close(): Promise<void> {
    this.run?.stop();
    this.openGate();
    // An aggregation above closes what it reads.
    await (this.out ?? this.chain).close();
    if (this.run !== null) await this.chain.close();
  }

  private accept(scan: ColumnScan): boolean {
    if (!this.accepting || scan.stretches > MAX_STRETCHES) return false;
    // Estimates err.
    if (scan.columnRows * 2 < this.threads.pool.minRows) return false;
    if (this.fragment.reader.keepOrder && scan.readsRows) return false;
    scan.gate = new Promise((resolve) => (this.openGate = resolve));
    this.offered = scan;
    this.onOffered();
    return true;
  }

  private async begin(): Promise<Operator> {
    const { pool, count } = this.threads;
    if (this.ctx.memory.quota < count * THREAD_QUOTA) return (this.out = this.alone());
    // Threads that are just being started are worth waiting for where there is much to do.
    const ready = pool.ready() || (this.fragment.scan.estRows >= AWAITED_ROWS && (await pool.whenReady()));
    this.accepting = ready && (await this.prepareJoins());
    if (this.accepting) {
      const offered = new Promise<void>((resolve) => (this.onOffered = resolve));
      const first = this.reader.begin();
      if (this.offered === null && first instanceof Promise) await Promise.race([first, offered]);
    }
    this.out = this.offered === null ? this.alone() : await this.together(this.offered);
    return this.out;
  }

  private alone(): Operator {
    const { chain, ctx, fragment } = this;
    return fragment.final === null ? chain : new HashAggOperator(this.plan as HashAgg, chain, ctx);
  }

  private async together(scan: ColumnScan): Promise<Operator> {
    const { ctx, fragment, joins, reader } = this;
    reader.handOver();
    const run = new FragmentRun(this.plan, fragment, ctx, this.threads, joins);
    this.run = run;
    await run.start(scan);
    this.openGate();
    run.feed(reader);
    if (fragment.final !== null) return new HashAggOperator(fragment.final, run, ctx);
    const top = joins[joins.length - 1];
    const step = fragment.steps[joins.length - 1];
    if (top === null || top === undefined || step?.op !== 'HashJoin') return run;
    if (preservedSide(step) === null || preservedSide(step) === probeSide(step)) return run;
    return new ThenOperator(run, this.chain, () => top.endProbe());
  }

  /** Builds the joins, the uppermost first, as they are when rows are pulled; false when rows had better be pulled. */
  private async prepareJoins(): Promise<boolean> {
    for (let i = this.joins.length - 1; i >= 0; i--) {
      const join = this.joins[i]!;
      if (join === null) continue;
      if (!(await join.prepare())) return false;
      const step = this.fragment.steps[i] as HashJoin;
      // Nothing will come out: the rest need not be read.
      if (join.isEmpty && preservedSide(step) !== probeSide(step)) return false;
    }
    return true;
  }
}

/** All of one operator, then all of another. */
class ThenOperator extends PipelineOperator {
  private first = true;

  constructor(
    child: Operator,
    private readonly second: Operator,
    private readonly between: () => void,
  ) {
    super(child);
  }

  protected process(chunk: Chunk | null): Awaitable<Chunk | null | undefined> {
    if (chunk !== null) return chunk;
    if (this.first) this.between();
    this.first = false;
    return this.second.next();
  }
}
