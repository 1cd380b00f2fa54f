import { Chunk } from '../chunk/chunk.js';
import { compact } from '../chunk/gather.js';
import { sliceChunk } from '../chunk/slice.js';
import type { Vector } from '../chunk/vector.js';
import type { Aggregator } from '../expression/aggregate/aggregator.js';
import { aggregateInputs, createAggregator } from '../expression/aggregate/create.js';
import { updateAggregators } from '../expression/aggregate/fused.js';
import type { EvalContext } from '../expression/eval-context.js';
import { compileProjection } from '../expression/compile.js';
import { ExpressionPlaces } from '../expression/expression-places.js';
import type { AggFunc, Expression } from '../expression/expression.js';
import type { OperatorContext } from './operator.js';
import { pacedProjection } from './paced-kernel.js';
import type { Awaitable } from '../types/awaitable.js';

/** Results are allocated for all physical rows: where fewer than one in this many counts, the rows are copied together first. */
const SPARSE = 8;

const NO_PAUSES = { checkpoint: () => undefined };

/** Group keys and inputs of aggregate functions computed over a chunk; equal expressions once. */
export interface AggInputs {
  readonly chunk: Chunk;
  readonly keys: readonly Vector[];
  /** Inputs of each function. */
  readonly args: readonly (readonly Vector[])[];
  /** All of these, each once. */
  readonly slots: readonly Vector[];
}

/** The aggregate functions of a HashAgg, StreamAgg or window over many groups. */
export class Aggregation {
  readonly aggregators: readonly Aggregator[];
  private readonly keySlots: readonly number[];
  private readonly argSlots: readonly (readonly number[])[];
  private readonly projection: ReturnType<typeof compileProjection>;
  /** Whether the functions give states rather than values. */
  readonly partial: boolean;

  constructor(
    groupBy: readonly Expression[],
    aggs: readonly AggFunc[],
    private readonly ctx: EvalContext,
    /** Where expensive inputs give others a chance to use the thread. */
    pauses: Pick<OperatorContext, 'checkpoint'> = NO_PAUSES,
    /** One of the same functions, whose inputs are computed alike. */
    like: Aggregation | null = null,
  ) {
    if (like !== null) {
      this.keySlots = like.keySlots;
      this.argSlots = like.argSlots;
      this.projection = like.projection;
      this.partial = like.partial;
      this.aggregators = aggs.map((a) => createAggregator(a, ctx));
      for (let k = 0; k < aggs.length; k++) this.aggregators[k]!.reserve?.(like.reserved);
      return;
    }
    const exprs: Expression[] = [];
    const slots = new ExpressionPlaces(exprs);
    const slotOf = (e: Expression): number => slots.put(e);
    this.keySlots = groupBy.map(slotOf);
    this.argSlots = aggs.map((a) => aggregateInputs(a, ctx).map(slotOf));
    this.aggregators = aggs.map((a) => createAggregator(a, ctx));
    this.projection = pacedProjection(compileProjection(exprs), pauses);
    this.partial = aggs.some((a) => a.mode === 'partial1' || a.mode === 'partial2');
  }

  inputs(input: Chunk): Awaitable<AggInputs> {
    const chunk = input.sel !== null && input.sel.length * SPARSE < input.length ? compact(input) : input;
    const r = this.projection.run(chunk, this.ctx);
    return r instanceof Promise ? r.then((slots) => this.pick(chunk, slots)) : this.pick(chunk, r);
  }

  /** Some of the rows that count. */
  part(inputs: AggInputs, from: number, to: number): AggInputs {
    const { chunk, slots } = inputs;
    if (chunk.sel !== null) return { ...inputs, chunk: chunk.withSel(chunk.sel.subarray(from, to)) };
    return this.ofSlots(sliceChunk(new Chunk(slots, chunk.length), from, to));
  }

  /** Inputs of rows whose slots were computed before. */
  ofSlots(chunk: Chunk): AggInputs {
    return this.pick(chunk, chunk.columns);
  }

  private pick(chunk: Chunk, slots: readonly Vector[]): AggInputs {
    return {
      chunk,
      keys: this.keySlots.map((s) => slots[s]!),
      args: this.argSlots.map((a) => a.map((s) => slots[s]!)),
      slots,
    };
  }

  private reserved = 0;

  resize(groups: number): void {
    if (groups > this.reserved) this.reserved = groups;
    for (const a of this.aggregators) a.resize(groups);
  }

  /** Some functions have steps to take before rows are added. */
  get grows(): boolean {
    return this.aggregators.some((a) => a.growth !== undefined);
  }

  /** What has to be done before the states of `rows` more are added; null: nothing. */
  growth(rows: number): Generator<void> | null {
    const steps: Generator<void>[] = [];
    for (const a of this.aggregators) {
      const more = a.growth?.(rows) ?? null;
      if (more !== null) steps.push(more);
    }
    return steps.length === 0 ? null : allOf(steps);
  }

  update(ids: Int32Array | null, inputs: AggInputs): void {
    const { chunk, args } = inputs;
    updateAggregators(this.aggregators, ids, args, chunk.length, chunk.sel);
  }

  /** `update` with rows in the order of their groups: `starts` are the rows at which new ones begin. */
  updateOrdered(ids: Int32Array, inputs: AggInputs, starts: Int32Array): void {
    const { aggregators } = this;
    const others: Aggregator[] = [];
    const args: (readonly Vector[])[] = [];
    for (let k = 0; k < aggregators.length; k++) {
      const a = aggregators[k]!;
      if (a.open?.(inputs.args[k]!, starts) === true) continue;
      others.push(a);
      args.push(inputs.args[k]!);
    }
    updateAggregators(others, ids, args, inputs.chunk.length, inputs.chunk.sel);
  }

  /** Output columns of groups from … to-1. */
  result(from: number, to: number): Vector[] {
    const out: Vector[] = [];
    for (const a of this.aggregators) out.push(...a.result(from, to));
    return out;
  }

  memory(): number {
    let n = 0;
    for (const a of this.aggregators) n += a.memory();
    return n;
  }
}

function* allOf(steps: readonly Generator<void>[]): Generator<void> {
  for (const s of steps) yield* s;
}
