import { NO_SESSION, type EvalContext } from '../../expression/eval-context.js';
import { mysqlError } from '../../types/error-table.js';
import type { SqlWarning } from '../../types/error.js';
import type { MemoryTracker, OperatorStats, RuntimeStats } from '../exec-context.js';
import { JoinFilters } from '../join-filter.js';
import type { OperatorContext } from '../operator.js';
import type { PhysicalPlan } from '../../planner/physical/plan.js';
import type { ControlBlock } from './control-block.js';
import type { EvalForm, StepFigures } from './protocol.js';
import { noFigures } from '../exec-context.js';

/** What of an evaluation context a thread is told. */
export function evalFormOf(ctx: EvalContext): EvalForm {
  return {
    sqlMode: ctx.sqlMode,
    timeZone: ctx.timeZone,
    nowMicros: ctx.nowMicros,
    strictErrors: ctx.strictErrors,
    divPrecisionIncrement: ctx.divPrecisionIncrement,
    maxAllowedPacket: ctx.maxAllowedPacket,
    groupConcatMaxLen: ctx.groupConcatMaxLen,
    defaultWeekFormat: ctx.defaultWeekFormat,
    connectionCharset: ctx.connectionCharset,
    connectionCollation: ctx.connectionCollation,
    lcTimeNames: ctx.lcTimeNames,
    lenient: ctx.lenient === true,
    params: ctx.params.map(({ type, value }) => ({ type, value })),
  };
}

/** Time that a fragment holds its thread before others have their turn, ms. */
const SLICE_MS = 15;

/** The statement as the operators of a fragment see it. */
export class ThreadContext implements OperatorContext {
  readonly eval: EvalContext;
  readonly memory: MemoryTracker;
  readonly disk = null;
  readonly joinFilters = new JoinFilters();
  readonly warnings: SqlWarning[] = [];
  readonly runtimeStats: RuntimeStats | null;
  private readonly figuresOf = new Map<PhysicalPlan, OperatorStats>();
  private lastYield = performance.now();
  private sheds = 0;
  /** Told when the threads are asked to give up what they hold. */
  onShed: (() => void) | null = null;

  constructor(
    private readonly control: ControlBlock,
    thread: number,
    form: EvalForm,
    measured: boolean,
  ) {
    const { warnings } = this;
    this.eval = {
      ...form,
      session: NO_SESSION,
      warn: (w) => {
        warnings.push(w);
      },
    };
    this.memory = new ThreadMemory(control, thread);
    this.runtimeStats = measured ? { of: (plan) => this.statsOf(plan) } : null;
  }

  private statsOf(plan: PhysicalPlan): OperatorStats {
    let s = this.figuresOf.get(plan);
    if (s === undefined) {
      s = noFigures(plan.id);
      this.figuresOf.set(plan, s);
    }
    return s;
  }

  figures(plan: PhysicalPlan): StepFigures {
    const { rows, loops, timeMs, memoryBytes } = this.statsOf(plan);
    return { rows, loops, timeMs, memoryBytes };
  }

  checkpoint(): Promise<void> | undefined {
    if (this.control.stopped) throw mysqlError('ER_QUERY_INTERRUPTED');
    const { sheds } = this.control;
    if (sheds !== this.sheds) {
      this.sheds = sheds;
      this.onShed?.();
    }
    if (performance.now() - this.lastYield < SLICE_MS) return undefined;
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      this.lastYield = performance.now();
      if (this.control.stopped) throw mysqlError('ER_QUERY_INTERRUPTED');
    });
  }
}

/** Bytes held, told the statement through shared memory. */
class ThreadMemory implements MemoryTracker {
  readonly quota = Infinity;

  constructor(
    private readonly control: ControlBlock,
    private readonly thread: number,
  ) {}

  get root(): MemoryTracker {
    return this;
  }

  consume(bytes: number): void {
    this.control.hold(this.thread, bytes);
  }

  release(bytes: number): void {
    this.control.hold(this.thread, -bytes);
  }

  addSpillable(): () => void {
    return () => undefined;
  }
}
