import type { Awaitable } from '../types/awaitable.js';
import type { Chunk } from '../chunk/chunk.js';
import type { PhysicalPlan } from '../planner/physical/plan.js';
import type { ExecContext, Operator } from './exec-context.js';

/** What operators that touch neither storage nor schema need of the statement: these run in a cop task as well. */
export type OperatorContext = Pick<
  ExecContext,
  'eval' | 'memory' | 'disk' | 'checkpoint' | 'runtimeStats' | 'joinFilters' | 'noteWork' | 'evaluator'
>;

/** Makes the operators of a plan: given to those operators that run plans of their own. */
export type BuildOperator = (plan: PhysicalPlan, ctx: ExecContext) => Operator;

/**
 * An operator that turns each chunk of its child into at most one chunk. Stays synchronous as long as the child does:
 * a promise per chunk and operator is a good part of a short statement's time.
 */
export abstract class PipelineOperator implements Operator {
  constructor(protected readonly child: Operator) {}

  open(): Awaitable<void> {
    return this.child.open();
  }

  close(): Awaitable<void> {
    return this.child.close();
  }

  /** The chunk made of `chunk` (null at the end of the child); `undefined` when there is none and the next should be tried. */
  protected abstract process(chunk: Chunk | null): Awaitable<Chunk | null | undefined>;

  next(): Awaitable<Chunk | null> {
    for (;;) {
      const input = this.child.next();
      if (input instanceof Promise) return this.nextAsync(input.then((c) => this.process(c)));
      const out = this.process(input);
      if (out instanceof Promise) return this.nextAsync(out);
      if (out !== undefined) return out;
    }
  }

  private async nextAsync(pending: Promise<Chunk | null | undefined>): Promise<Chunk | null> {
    let out = await pending;
    while (out === undefined) {
      const r = this.child.next();
      const p = this.process(r instanceof Promise ? await r : r);
      out = p instanceof Promise ? await p : p;
    }
    return out;
  }
}

/** Feeds every chunk of `source` to `sink`, or as many as it wants before `enough`; synchronous while both are and the thread may be held. */
export function drain(
  source: Pick<Operator, 'next'>,
  ctx: OperatorContext,
  sink: (chunk: Chunk) => Awaitable<void>,
  enough?: () => boolean,
): Awaitable<void> {
  for (;;) {
    const input = source.next();
    if (input instanceof Promise) return drainAsync(source, ctx, sink, input, enough);
    if (input === null) return;
    const done = sink(input);
    if (done instanceof Promise) return drainAsync(source, ctx, sink, done, enough);
    if (enough?.() === true) return;
    const pause = ctx.checkpoint();
    if (pause !== undefined) return drainAsync(source, ctx, sink, pause, enough);
  }
}

async function drainAsync(
  source: Pick<Operator, 'next'>,
  ctx: OperatorContext,
  sink: (chunk: Chunk) => Awaitable<void>,
  pending: Promise<Chunk | null | void>,
  enough: (() => boolean) | undefined,
): Promise<void> {
  let input: Chunk | null | void = await pending;
  for (;;) {
    if (input === null) return;
    if (input !== undefined) {
      const done = sink(input);
      if (done instanceof Promise) await done;
      const pause = ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
    if (enough?.() === true) return;
    const r = source.next();
    input = r instanceof Promise ? await r : r;
  }
}

/** Runs work that comes in steps of a few milliseconds at most; synchronous while the thread may be held. */
export function runSteps<T>(
  steps: Generator<void, T>,
  ctx: Pick<OperatorContext, 'checkpoint'>,
): Awaitable<T> {
  for (;;) {
    const r = steps.next();
    if (r.done === true) return r.value;
    const pause = ctx.checkpoint();
    if (pause !== undefined) return runStepsAsync(steps, ctx, pause);
  }
}

async function runStepsAsync<T>(
  steps: Generator<void, T>,
  ctx: Pick<OperatorContext, 'checkpoint'>,
  pending: Promise<void>,
): Promise<T> {
  await pending;
  for (;;) {
    const r = steps.next();
    if (r.done === true) return r.value;
    const pause = ctx.checkpoint();
    if (pause !== undefined) await pause;
  }
}

/** `then` for an Awaitable: runs now when the value is there. */
export function andThen<T, R>(value: Awaitable<T>, next: (value: T) => Awaitable<R>): Awaitable<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Evaluates LIMIT's operand and the like: a non-negative count, Infinity when it exceeds what a number holds exactly. */
export function rowCount(value: number | bigint | Uint8Array | null): number {
  if (typeof value === 'bigint') return Infinity;
  return typeof value === 'number' ? value : 0;
}
