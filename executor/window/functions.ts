import { concatSteps } from '../../chunk/gradual-concat.js';
import { sliceChunk, slice } from '../../chunk/slice.js';
import type { Chunk } from '../../chunk/chunk.js';
import type { Vector } from '../../chunk/vector.js';
import { NumVector } from '../../chunk/vector.js';
import { newVectorBuilder } from '../../chunk/vector-builder.js';
import { aggregateInputs, createAggregator } from '../../expression/aggregate/create.js';
import type { VarianceKind } from '../../expression/aggregate/variance.js';
import { compileProjection, evalDatum } from '../../expression/compile.js';
import { castTo } from '../../expression/index.js';
import type { AggFunc, Expression } from '../../expression/expression.js';
import type { Window } from '../../planner/physical/plan.js';
import { mysqlError } from '../../types/error-table.js';
import { evalType } from '../../types/field-type.js';
import { runSteps, type OperatorContext } from '../operator.js';
import { cellComparator, orderable } from '../row-order.js';
import type { Frames, Partitions } from './frame.js';
import { STEP_ROWS, overFrames, type FrameAggregate } from './frame-aggregate.js';
import { BitTree, RealSumTree, VarianceTree } from './frame-tree.js';
import { ResultColumn, type WindowColumn } from './result-column.js';
import { RunningReal, SlidingExtreme, SlidingSum } from './sliding.js';

type WindowFunction = Window['functions'][number];

/** What a window function may look at: all rows in order, their partitions and frames. */
export interface WindowInput {
  readonly rows: Chunk;
  readonly partitions: Partitions;
  frames(): Promise<Frames>;
  readonly ctx: OperatorContext;
}

type Evaluate = (f: WindowFunction, input: WindowInput) => Promise<WindowColumn>;

/** Functions by name; every other name is an aggregate. */
const FUNCTIONS: ReadonlyMap<string, Evaluate> = new Map<string, Evaluate>([
  ['row_number', (_f, x) => numbers(x, (i, s) => i - s + 1)],
  ['rank', (_f, x) => numbers(x, (i, s) => x.partitions.peerStart[i]! - s + 1)],
  ['dense_rank', denseRank],
  [
    'percent_rank',
    (_f, x) => numbers(x, (i, s, e) => (e - s <= 1 ? 0 : (x.partitions.peerStart[i]! - s) / (e - s - 1))),
  ],
  ['cume_dist', (_f, x) => numbers(x, (i, s, e) => (x.partitions.peerEnd[i]! - s) / (e - s))],
  ['ntile', ntile],
  ['lead', (f, x) => shifted(f, x, 1)],
  ['lag', (f, x) => shifted(f, x, -1)],
  ['first_value', (f, x) => ofFrame(f, x, (start) => start)],
  ['last_value', (f, x) => ofFrame(f, x, (_start, end) => end - 1)],
  ['nth_value', nthValue],
]);

export function evaluateWindow(f: WindowFunction, input: WindowInput): Promise<WindowColumn> {
  return (FUNCTIONS.get(f.name) ?? aggregate)(f, input);
}

/** Calls `run` for each partition [s, e), for a stretch of its rows [from, to) at a time. */
async function eachStretch(
  x: WindowInput,
  run: (s: number, e: number, from: number, to: number) => void,
): Promise<void> {
  const { starts } = x.partitions;
  let since = 0;
  for (let k = 0; k + 1 < starts.length; k++) {
    const s = starts[k]!;
    const e = starts[k + 1]!;
    for (let from = s; from < e; from += STEP_ROWS) {
      const to = Math.min(e, from + STEP_ROWS);
      run(s, e, from, to);
      since += to - from;
      if (since < STEP_ROWS) continue;
      since = 0;
      const pause = x.ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
  }
}

async function numbers(
  x: WindowInput,
  of: (i: number, s: number, e: number) => number,
): Promise<WindowColumn> {
  const out = new Float64Array(x.rows.length);
  await eachStretch(x, (s, e, from, to) => {
    for (let i = from; i < to; i++) out[i] = of(i, s, e);
  });
  return { values: new NumVector(out, out.length) };
}

async function denseRank(_f: WindowFunction, x: WindowInput): Promise<WindowColumn> {
  const { peerStart } = x.partitions;
  let rank = 0;
  return numbers(x, (i, s) => {
    if (i === s) rank = 1;
    else if (peerStart[i] === i) rank++;
    return rank;
  });
}

/** An argument that counts rows or buckets; null for NULL. Throws 1210. */
function countOf(f: WindowFunction, at: number, least: number, x: WindowInput): number | null {
  const arg = f.args[at]!;
  const v = evalDatum(arg, x.ctx.eval);
  if (v === null) return null;
  if (evalType(arg.type) !== 'int' || typeof v === 'object' || v < least)
    throw mysqlError('ER_WRONG_ARGUMENTS', f.name);
  return Number(v);
}

async function ntile(f: WindowFunction, x: WindowInput): Promise<WindowColumn> {
  const buckets = countOf(f, 0, 1, x);
  if (buckets === null) {
    const none = newVectorBuilder(f.type, Math.max(1, x.rows.length));
    for (let i = 0; i < x.rows.length; i++) none.appendNull();
    return { values: none.finish() };
  }
  return numbers(x, (i, s, e) => {
    const n = e - s;
    const small = Math.floor(n / buckets);
    // The first n % buckets groups have one row more.
    const large = n % buckets;
    const k = i - s;
    const boundary = large * (small + 1);
    return k < boundary ? Math.floor(k / (small + 1)) + 1 : large + Math.floor((k - boundary) / small) + 1;
  });
}

/** Values of expressions for all rows. */
async function valuesOf(exprs: readonly Expression[], x: WindowInput): Promise<Vector[]> {
  const projection = compileProjection(exprs);
  const { rows, ctx } = x;
  if (rows.length <= STEP_ROWS || exprs.every((e) => e.kind === 'column'))
    return projection.run(rows, ctx.eval);
  const parts: Vector[][] = exprs.map(() => []);
  for (let from = 0; from < rows.length; from += STEP_ROWS) {
    const part = sliceChunk(rows, from, Math.min(rows.length, from + STEP_ROWS));
    (await projection.run(part, ctx.eval)).forEach((v, k) => parts[k]!.push(v));
    const pause = ctx.checkpoint();
    if (pause !== undefined) await pause;
  }
  const out: Vector[] = [];
  for (const p of parts) out.push(await runSteps(concatSteps(p), ctx));
  return out;
}

/** LEAD and LAG: the value some rows away in the partition, else the default of this row. */
async function shifted(f: WindowFunction, x: WindowInput, direction: 1 | -1): Promise<WindowColumn> {
  const by = f.args[1] === undefined ? 1 : countOf(f, 1, 0, x);
  if (by === null) throw mysqlError('ER_WRONG_ARGUMENTS', f.name);
  const n = x.rows.length;
  const idx = new Int32Array(n);
  const step = direction * Math.min(by, n);
  await eachStretch(x, (s, e, from, to) => {
    for (let i = from; i < to; i++) {
      const j = i + step;
      idx[i] = j >= s && j < e ? j : -1;
    }
  });
  const [value] = await valuesOf([castTo(f.args[0]!, f.type, x.ctx.eval)], x);
  if (f.args[2] === undefined) return { source: value!, rows: idx };
  const [fallback] = await valuesOf([castTo(f.args[2], f.type, x.ctx.eval)], x);
  const out = newVectorBuilder(f.type, Math.max(1, n));
  await eachStretch(x, (_s, _e, from, to) => {
    for (let i = from; i < to; i++) {
      if (idx[i]! < 0) out.appendFrom(fallback!, i);
      else out.appendFrom(value!, idx[i]!);
    }
  });
  return { values: out.finish() };
}

/** The value at one row of each frame; NULL where the frame has no such row. */
async function ofFrame(
  f: WindowFunction,
  x: WindowInput,
  at: (start: number, end: number) => number,
): Promise<WindowColumn> {
  const { start, end } = await x.frames();
  const rows = new Int32Array(x.rows.length);
  await eachStretch(x, (_s, _e, from, to) => {
    for (let i = from; i < to; i++) {
      const j = at(start[i]!, end[i]!);
      rows[i] = j >= start[i]! && j < end[i]! ? j : -1;
    }
  });
  const [source] = await valuesOf([f.args[0]!], x);
  return { source: source!, rows };
}

async function nthValue(f: WindowFunction, x: WindowInput): Promise<WindowColumn> {
  const n = countOf(f, 1, 1, x);
  return ofFrame(f, x, (start) => (n === null ? -1 : start + n - 1));
}

// Aggregates

async function aggregate(f: WindowFunction, x: WindowInput): Promise<WindowColumn> {
  const frames = await x.frames();
  const agg: AggFunc = { name: f.name, args: f.args, distinct: false, type: f.type, mode: 'complete' };
  if (frames.fromStart && frames.toEnd) return wholePartitions(agg, x);
  const exprs = aggregateInputs(agg, x.ctx.eval);
  const inputs = await valuesOf(exprs, x);
  if (agg.name === 'min' || agg.name === 'max') {
    const v = orderable(inputs[0]!, exprs[0]!.type);
    const compare = cellComparator(v, v, exprs[0]!.type);
    const order = agg.name === 'min' ? compare : (i: number, j: number): number => compare(j, i);
    const rows = new Int32Array(x.rows.length);
    await runSteps(overFrames(new SlidingExtreme(v, order, rows), x.partitions, frames), x.ctx);
    return { source: inputs[0]!, rows };
  }
  const out = new ResultColumn(agg.type, x.rows.length);
  const over = numeric(agg, exprs, inputs, frames, out);
  if (over === null)
    return frames.fromStart ? running(agg, inputs, x, frames) : recomputed(agg, inputs, x, frames);
  await runSteps(overFrames(over, x.partitions, frames), x.ctx);
  return out.finish();
}

/** The way to evaluate an aggregate that gives numbers; null for the others. */
function numeric(
  agg: AggFunc,
  exprs: readonly Expression[],
  inputs: readonly Vector[],
  frames: Frames,
  out: ResultColumn,
): FrameAggregate | null {
  const { name } = agg;
  const type = exprs[0]!.type;
  const input = inputs[0]!;
  switch (name) {
    case 'count':
      return inputs.length === 1 ? new SlidingSum('count', input, type, agg.type, out) : null;
    case 'sum':
    case 'avg': {
      const domain = evalType(type);
      if (domain === 'int' || domain === 'decimal') return new SlidingSum(name, input, type, agg.type, out);
      const average = name === 'avg';
      return frames.fromStart ? new RunningReal(average, input, out) : new RealSumTree(average, input, out);
    }
    case 'var_pop':
    case 'var_samp':
    case 'stddev_pop':
    case 'stddev_samp':
      return new VarianceTree(name satisfies VarianceKind, input, out);
    case 'bit_and':
    case 'bit_or':
    case 'bit_xor':
      return new BitTree(name, input, out);
    default:
      return null;
  }
}

/** One value for each partition. */
async function wholePartitions(agg: AggFunc, x: WindowInput): Promise<WindowColumn> {
  const { eval: evalCtx } = x.ctx;
  const n = x.rows.length;
  const groups = x.partitions.starts.length - 1;
  const rows = new Int32Array(n);
  const { starts } = x.partitions;
  for (let k = 0; k < groups; k++) rows.fill(k, starts[k], starts[k + 1]);
  const aggregator = createAggregator(agg, evalCtx);
  aggregator.resize(groups);
  const inputs = await valuesOf(aggregateInputs(agg, evalCtx), x);
  for (let from = 0; from < n; from += STEP_ROWS) {
    const to = Math.min(n, from + STEP_ROWS);
    const part = inputs.map((v) => slice(v, from, to));
    aggregator.update(rows.subarray(from, to), part, to - from, null);
    const pause = x.ctx.checkpoint();
    if (pause !== undefined) await pause;
  }
  return { source: aggregator.result(0, groups)[0]!, rows };
}

/** Frames that begin with the partition: rows are added as the frame's end moves. */
async function running(
  agg: AggFunc,
  inputs: readonly Vector[],
  x: WindowInput,
  frames: Frames,
): Promise<WindowColumn> {
  const { eval: evalCtx } = x.ctx;
  const n = x.rows.length;
  const all = ascending(n);
  const out = newVectorBuilder(agg.type, Math.max(1, n));
  const { starts } = x.partitions;
  let since = 0;
  for (let k = 0; k + 1 < starts.length; k++) {
    const s = starts[k]!;
    const e = starts[k + 1]!;
    const aggregator = createAggregator(agg, evalCtx);
    aggregator.resize(1);
    let to = s;
    let value = aggregator.result(0, 1)[0]!;
    for (let i = s; i < e; i++) {
      const end = frames.end[i]!;
      if (end > to) {
        aggregator.update(null, inputs, n, all.subarray(to, end));
        to = end;
        value = aggregator.result(0, 1)[0]!;
      }
      out.appendFrom(value, 0);
      if ((++since & 255) === 255) {
        const pause = x.ctx.checkpoint();
        if (pause !== undefined) await pause;
      }
    }
  }
  return { values: out.finish() };
}

/** Each frame on its own: for aggregates whose results are as long as their frames (JSON). */
async function recomputed(
  agg: AggFunc,
  inputs: readonly Vector[],
  x: WindowInput,
  frames: Frames,
): Promise<WindowColumn> {
  const n = x.rows.length;
  const all = ascending(n);
  const out = newVectorBuilder(agg.type, Math.max(1, n));
  for (let i = 0; i < n; i++) {
    const aggregator = createAggregator(agg, x.ctx.eval);
    aggregator.resize(1);
    if (frames.end[i]! > frames.start[i]!)
      aggregator.update(null, inputs, n, all.subarray(frames.start[i], frames.end[i]));
    out.appendFrom(aggregator.result(0, 1)[0]!, 0);
    if ((i & 31) === 31) {
      const pause = x.ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
  }
  return { values: out.finish() };
}

function ascending(n: number): Int32Array {
  const out = new Int32Array(n);
  for (let i = 0; i < n; i++) out[i] = i;
  return out;
}
