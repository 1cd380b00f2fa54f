import type { Awaitable } from '../types/awaitable.js';
import { Chunk, CHUNK_ROWS } from '../chunk/chunk.js';
import { keyCollation } from '../chunk/hash.js';
import { rowsEqual } from '../chunk/row-equal.js';
import { gather } from '../chunk/gather.js';
import type { Vector } from '../chunk/vector.js';
import type { StreamAgg } from '../planner/physical/plan.js';
import type { AggFunc, Expression } from '../expression/expression.js';
import { Aggregation, type AggInputs } from './aggregation.js';
import type { Operator } from './exec-context.js';
import { andThen, type OperatorContext } from './operator.js';

/**
 * GROUP BY over a child ordered by the group keys: a group ends where the next begins. Groups are numbered within a batch of
 * output; the last one stays open until its end is seen, and begins the next batch.
 */
export class StreamAggOperator implements Operator {
  private readonly groupBy: readonly Expression[];
  private readonly aggs: readonly AggFunc[];
  private readonly collations;
  private aggregation: Aggregation;
  /** Groups of the batch, the open one last. */
  private groups = 0;
  private lastKeys: Vector[] | null = null;
  private any = false;
  private ended = false;
  private ids = new Int32Array(0);
  /** Rows of the chunk at which groups begin. */
  private starts = new Int32Array(0);
  private heldBytes = 0;

  constructor(
    plan: StreamAgg,
    private readonly child: Operator,
    private readonly ctx: OperatorContext,
  ) {
    this.groupBy = plan.groupBy;
    this.aggs = plan.aggs;
    this.collations = plan.groupBy.map((e) => keyCollation(e.type));
    this.aggregation = new Aggregation(plan.groupBy, plan.aggs, ctx.eval, ctx);
  }

  open(): void | Promise<void> {
    return this.child.open();
  }

  close(): void | Promise<void> {
    this.ctx.memory.release(this.heldBytes);
    this.heldBytes = 0;
    return this.child.close();
  }

  /** Only states that grow with their rows (GROUP_CONCAT, DISTINCT) come to much. */
  private account(): void {
    const bytes = this.aggregation.memory();
    const more = bytes - this.heldBytes;
    this.heldBytes = bytes;
    if (more !== 0) this.ctx.memory.consume(more);
  }

  next(): Awaitable<Chunk | null> {
    while (!this.ended) {
      const out = this.take(this.child.next());
      if (out instanceof Promise) return out.then((chunk) => chunk ?? this.next());
      if (out !== null) return out;
    }
    return null;
  }

  /** A chunk of complete groups, when the child's next chunk (or its end) makes one. */
  private take(input: Awaitable<Chunk | null>): Awaitable<Chunk | null> {
    return andThen(input, (chunk) => {
      if (chunk === null) return this.end();
      const out = andThen(this.aggregation.inputs(chunk), (inputs) => this.add(inputs));
      const pause = this.ctx.checkpoint();
      return pause === undefined ? out : pause.then(() => out);
    });
  }

  private end(): Chunk | null {
    this.ended = true;
    if (!this.any && this.groupBy.length === 0 && !this.aggregation.partial) {
      this.aggregation.resize(1);
      this.groups = 1;
    }
    return this.groups === 0 ? null : new Chunk(this.aggregation.result(0, this.groups), this.groups);
  }

  private fresh(): Aggregation {
    return new Aggregation(this.groupBy, this.aggs, this.ctx.eval, this.ctx, this.aggregation);
  }

  /** Adds a chunk. When enough groups are complete, they are given out first and the chunk's rows begin a new batch with the open group. */
  private add(inputs: AggInputs): Chunk | null {
    this.any = true;
    const { chunk, keys } = inputs;
    const n = chunk.rows;
    if (n === 0) return null;
    if (this.groupBy.length === 0) {
      this.groups = 1;
      this.aggregation.resize(1);
      this.aggregation.update(null, inputs);
      this.account();
      return null;
    }
    if (this.ids.length < chunk.length) {
      this.ids = new Int32Array(chunk.length);
      this.starts = new Int32Array(chunk.length);
    }
    const at = (k: number): number => (chunk.sel === null ? k : chunk.sel[k]!);
    let out: Chunk | null = null;
    if (
      this.groups > CHUNK_ROWS &&
      this.lastKeys !== null &&
      !rowsEqual(keys, at(0), this.lastKeys, 0, this.collations, true)
    ) {
      // The open group ends with this chunk's first row: the whole batch is complete.
      out = new Chunk(this.aggregation.result(0, this.groups), this.groups);
      this.aggregation = this.fresh();
      this.groups = 0;
      this.lastKeys = null;
    }
    const { ids, starts } = this;
    const first = at(0);
    const goes =
      this.lastKeys !== null &&
      rowsEqual(keys, first, this.lastKeys, 0, this.collations, true) &&
      this.groups > 0;
    const group = goes ? this.groups - 1 : this.groups;
    let opened = 0;
    if (!goes) starts[opened++] = first;
    ids[first] = group;
    const numbers = chunk.sel === null ? plainNumbers(keys) : null;
    if (numbers !== null) opened = numberGroups(numbers, n, ids, group, starts, opened);
    else {
      let g = group;
      for (let k = 1; k < n; k++) {
        const i = at(k);
        if (!rowsEqual(keys, i, keys, at(k - 1), this.collations, true)) {
          g++;
          starts[opened++] = i;
        }
        ids[i] = g;
      }
    }
    this.groups += opened;
    this.aggregation.resize(this.groups);
    this.aggregation.updateOrdered(ids, inputs, starts.subarray(0, opened));
    this.account();
    const last = Int32Array.of(at(n - 1));
    this.lastKeys = keys.map((v) => gather(v, last));
    return out;
  }
}

type Numbers = Int32Array | Float64Array;

/** The cells of the keys where all are numbers and none is NULL. */
function plainNumbers(keys: readonly Vector[]): readonly Numbers[] | null {
  const out: Numbers[] = [];
  for (const v of keys) {
    if (v.kind !== 'num' || v.nulls !== null) return null;
    out.push(v.data);
  }
  return out;
}

/**
 * Numbers the groups of rows 1 … n-1, the first row's being `group`, and puts the rows at which they begin behind the `opened` ones in
 * `starts`; gives how many there are then.
 */
function numberGroups(
  keys: readonly Numbers[],
  n: number,
  ids: Int32Array,
  group: number,
  starts: Int32Array,
  opened: number,
): number {
  const [data] = keys as [Numbers];
  if (keys.length === 1)
    return data instanceof Int32Array
      ? numberInt32(data, n, ids, group, starts, opened)
      : numberFloat64(data, n, ids, group, starts, opened);
  for (let i = 1; i < n; i++) {
    for (let k = 0; k < keys.length; k++) {
      if (keys[k]![i] === keys[k]![i - 1]) continue;
      group++;
      starts[opened++] = i;
      break;
    }
    ids[i] = group;
  }
  return opened;
}

function numberInt32(
  data: Int32Array,
  n: number,
  ids: Int32Array,
  group: number,
  starts: Int32Array,
  opened: number,
): number {
  let last = data[0]!;
  for (let i = 1; i < n; i++) {
    const x = data[i]!;
    if (x !== last) {
      group++;
      starts[opened++] = i;
    }
    last = x;
    ids[i] = group;
  }
  return opened;
}

function numberFloat64(
  data: Float64Array,
  n: number,
  ids: Int32Array,
  group: number,
  starts: Int32Array,
  opened: number,
): number {
  let last = data[0]!;
  for (let i = 1; i < n; i++) {
    const x = data[i]!;
    if (x !== last) {
      group++;
      starts[opened++] = i;
    }
    last = x;
    ids[i] = group;
  }
  return opened;
}
