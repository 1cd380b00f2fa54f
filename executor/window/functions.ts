import type { Chunk } from '../../chunk/chunk.js';
import { gather } from '../../chunk/gather.js';
import type { Vector } from '../../chunk/vector.js';
import { NumVector } from '../../chunk/vector.js';
import { newVectorBuilder } from '../../chunk/vector-builder.js';
import { aggregateInputs, createAggregator } from '../../expression/aggregate/create.js';
import { compileProjection, evalDatum } from '../../expression/compile.js';
import { castTo } from '../../expression/index.js';
import type { AggFunc, Expression } from '../../expression/expression.js';
import type { Window } from '../../planner/physical/plan.js';
import { mysqlError } from '../../types/error-table.js';
import { evalType } from '../../types/field-type.js';
import type { OperatorContext } from '../operator.js';
import { cellComparator, orderable } from '../row-order.js';
import type { Frames, Partitions } from './frame.js';
import { SlidingSum, slidingExtreme, SumTree } from './sliding.js';

type WindowFunction = Window['functions'][number];

/** What a window function may look at: all rows in order, their partitions and frames. */
export interface WindowInput {
  readonly rows: Chunk;
  readonly partitions: Partitions;
  frames(): Promise<Frames>;
  readonly ctx: OperatorContext;
}

type Evaluate = (f: WindowFunction, input: WindowInput) => Promise<Vector>;

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

export function evaluateWindow(f: WindowFunction, input: WindowInput): Promise<Vector> {
  return (FUNCTIONS.get(f.name) ?? aggregate)(f, input);
}

function eachPartition(p: Partitions, run: (s: number, e: number) => void): void {
  for (let k = 0; k + 1 < p.starts.length; k++) run(p.starts[k]!, p.starts[k + 1]!);
}

async function numbers(x: WindowInput, of: (i: number, s: number, e: number) => number): Promise<Vector> {
  const out = new Float64Array(x.rows.length);
  eachPartition(x.partitions, (s, e) => {
    for (let i = s; i < e; i++) out[i] = of(i, s, e);
  });
  return new NumVector(out, out.length);
}

async function denseRank(_f: WindowFunction, x: WindowInput): Promise<Vector> {
  const { peerStart } = x.partitions;
  let rank = 0;
  return numbers(x, (i, s) => {
    if (i === s) rank = 1;
    else if (peerStart[i] === i) rank++;
    return rank;
  });
}

async function ntile(f: WindowFunction, x: WindowInput): Promise<Vector> {
  const v = evalDatum(f.args[0]!, x.ctx.eval);
  if (v === null || typeof v === 'object' || v <= 0) throw mysqlError('ER_WRONG_ARGUMENTS', 'ntile');
  const buckets = Number(v);
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

async function valuesOf(exprs: readonly Expression[], x: WindowInput): Promise<Vector[]> {
  return compileProjection(exprs).run(x.rows, x.ctx.eval);
}

/** LEAD and LAG: the value some rows away in the partition, else the default of this row. */
async function shifted(f: WindowFunction, x: WindowInput, direction: 1 | -1): Promise<Vector> {
  const by = f.args[1] === undefined ? 1 : evalDatum(f.args[1], x.ctx.eval);
  if (by === null || typeof by === 'object' || by < 0) throw mysqlError('ER_WRONG_ARGUMENTS', f.name);
  const n = x.rows.length;
  const idx = new Int32Array(n);
  const step = direction * Math.min(Number(by), n);
  eachPartition(x.partitions, (s, e) => {
    for (let i = s; i < e; i++) {
      const j = i + step;
      idx[i] = j >= s && j < e ? j : -1;
    }
  });
  const [value] = await valuesOf([castTo(f.args[0]!, f.type, x.ctx.eval)], x);
  if (f.args[2] === undefined) return gather(value!, idx, n, true);
  const [fallback] = await valuesOf([castTo(f.args[2], f.type, x.ctx.eval)], x);
  const out = newVectorBuilder(f.type, Math.max(1, n));
  for (let i = 0; i < n; i++) {
    if (idx[i]! < 0) out.appendFrom(fallback!, i);
    else out.appendFrom(value!, idx[i]!);
  }
  return out.finish();
}

/** The value at one row of each frame; NULL where the frame has no such row. */
async function ofFrame(
  f: WindowFunction,
  x: WindowInput,
  at: (start: number, end: number) => number,
): Promise<Vector> {
  const { start, end } = await x.frames();
  const n = x.rows.length;
  const idx = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const j = at(start[i]!, end[i]!);
    idx[i] = j >= start[i]! && j < end[i]! ? j : -1;
  }
  const [value] = await valuesOf([f.args[0]!], x);
  return gather(value!, idx, n, true);
}

async function nthValue(f: WindowFunction, x: WindowInput): Promise<Vector> {
  const v = evalDatum(f.args[1]!, x.ctx.eval);
  if (v === null || typeof v === 'object' || v <= 0) throw mysqlError('ER_WRONG_ARGUMENTS', 'nth_value');
  const n = Number(v);
  return ofFrame(f, x, (start) => start + n - 1);
}

// Aggregates

async function aggregate(f: WindowFunction, x: WindowInput): Promise<Vector> {
  const frames = await x.frames();
  const agg: AggFunc = { name: f.name, args: f.args, distinct: false, type: f.type, mode: 'complete' };
  if (frames.fromStart && frames.toEnd) return wholePartitions(agg, x);
  if (frames.fromStart) return running(agg, x, frames);
  return sliding(agg, x, frames);
}

/** One value for each partition. */
async function wholePartitions(agg: AggFunc, x: WindowInput): Promise<Vector> {
  const { eval: evalCtx } = x.ctx;
  const n = x.rows.length;
  const groups = x.partitions.starts.length - 1;
  const ids = new Int32Array(n);
  let k = 0;
  eachPartition(x.partitions, (s, e) => ids.fill(k++, s, e));
  const aggregator = createAggregator(agg, evalCtx);
  aggregator.resize(groups);
  aggregator.update(ids, await valuesOf(aggregateInputs(agg, evalCtx), x), n, null);
  return gather(aggregator.result(0, groups)[0]!, ids, n);
}

/** Frames that begin with the partition: rows are added as the frame's end moves. */
async function running(agg: AggFunc, x: WindowInput, frames: Frames): Promise<Vector> {
  const { eval: evalCtx } = x.ctx;
  const n = x.rows.length;
  const inputs = await valuesOf(aggregateInputs(agg, evalCtx), x);
  const all = new Int32Array(n);
  for (let i = 0; i < n; i++) all[i] = i;
  const out = newVectorBuilder(agg.type, Math.max(1, n));
  const { starts } = x.partitions;
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
      if ((i & 4095) === 4095) {
        const pause = x.ctx.checkpoint();
        if (pause !== undefined) await pause;
      }
    }
  }
  return out.finish();
}

async function sliding(agg: AggFunc, x: WindowInput, frames: Frames): Promise<Vector> {
  const { eval: evalCtx } = x.ctx;
  const n = x.rows.length;
  const exprs = aggregateInputs(agg, evalCtx);
  const inputs = await valuesOf(exprs, x);
  const { name } = agg;
  const domain = evalType(exprs[0]!.type);
  if (name === 'min' || name === 'max') {
    const v = orderable(inputs[0]!, exprs[0]!.type);
    const compare = cellComparator(v, v, exprs[0]!.type);
    const order = name === 'min' ? compare : (i: number, j: number): number => compare(j, i);
    const idx = new Int32Array(n);
    eachPartition(x.partitions, (s, e) => slidingExtreme(inputs[0]!, s, e, frames, order, idx));
    return gather(inputs[0]!, idx, n, true);
  }
  const out = newVectorBuilder(agg.type, Math.max(1, n));
  if (name === 'count' && inputs.length === 1) {
    const sum = new SlidingSum('count', inputs[0]!, exprs[0]!.type, agg.type);
    eachPartition(x.partitions, (s, e) => sum.partition(s, e, frames, out));
    return out.finish();
  }
  if ((name === 'sum' || name === 'avg') && (domain === 'int' || domain === 'decimal')) {
    const sum = new SlidingSum(name, inputs[0]!, exprs[0]!.type, agg.type);
    eachPartition(x.partitions, (s, e) => sum.partition(s, e, frames, out));
    return out.finish();
  }
  if (name === 'sum' || name === 'avg') {
    eachPartition(x.partitions, (s, e) => {
      const tree = new SumTree(inputs[0]!, s, e);
      for (let i = s; i < e; i++) {
        const { sum, count } = tree.query(frames.start[i]!, frames.end[i]!);
        out.append(count === 0 ? null : name === 'sum' ? sum : sum / count);
      }
    });
    return out.finish();
  }
  return recomputed(agg, inputs, x, frames);
}

/** Each frame on its own: for aggregates that cannot forget a row. */
async function recomputed(
  agg: AggFunc,
  inputs: readonly Vector[],
  x: WindowInput,
  frames: Frames,
): Promise<Vector> {
  const n = x.rows.length;
  const all = new Int32Array(n);
  for (let i = 0; i < n; i++) all[i] = i;
  const out = newVectorBuilder(agg.type, Math.max(1, n));
  for (let i = 0; i < n; i++) {
    const aggregator = createAggregator(agg, x.ctx.eval);
    aggregator.resize(1);
    if (frames.end[i]! > frames.start[i]!)
      aggregator.update(null, inputs, n, all.subarray(frames.start[i], frames.end[i]));
    out.appendFrom(aggregator.result(0, 1)[0]!, 0);
    if ((i & 255) === 255) {
      const pause = x.ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
  }
  return out.finish();
}
