import { Chunk, CHUNK_ROWS } from '../chunk/chunk.js';
import { GroupTable } from '../chunk/group-key.js';
import type { HashAgg } from '../planner/physical/plan.js';
import type { Awaitable } from '../types/awaitable.js';
import { Aggregation, type AggInputs } from './aggregation.js';
import type { Operator } from './exec-context.js';
import { drain, type OperatorContext } from './operator.js';

/** Chunks between two looks at how much the groups hold. */
const MEMORY_EVERY = 8;

/** GROUP BY by hash. The child may throw and be asked again (a lock in its way): nothing added so far is lost. */
export class HashAggOperator implements Operator {
  private readonly table: GroupTable;
  private readonly aggregation: Aggregation;
  private readonly grouped: boolean;
  private done = false;
  private groups = 0;
  private at = 0;
  private ids = new Int32Array(0);
  private packed = new Int32Array(0);
  private chunks = 0;
  private heldBytes = 0;

  constructor(
    plan: HashAgg,
    private readonly child: Operator,
    private readonly ctx: OperatorContext,
  ) {
    this.grouped = plan.groupBy.length > 0;
    this.table = new GroupTable(plan.groupBy.map((e) => e.type));
    this.aggregation = new Aggregation(plan.groupBy, plan.aggs, ctx.eval);
  }

  open(): Awaitable<void> {
    return this.child.open();
  }

  close(): Awaitable<void> {
    this.ctx.memory.release(this.heldBytes);
    this.heldBytes = 0;
    return this.child.close();
  }

  next(): Awaitable<Chunk | null> {
    if (this.done) return this.output();
    const r = drain(this.child, this.ctx, (chunk) => this.add(chunk));
    if (r instanceof Promise) return r.then(() => this.finish());
    return this.finish();
  }

  private add(input: Chunk): Awaitable<void> {
    const r = this.aggregation.inputs(input);
    if (r instanceof Promise) return r.then((inputs) => this.update(inputs));
    this.update(r);
  }

  private update(inputs: AggInputs): void {
    if (!this.grouped) {
      this.groups = 1;
      this.aggregation.resize(1);
      this.aggregation.update(null, inputs);
    } else {
      const ids = this.groupIds(inputs);
      this.groups = this.table.size;
      this.aggregation.resize(this.groups);
      this.aggregation.update(ids, inputs);
    }
    if (++this.chunks % MEMORY_EVERY === 0) this.account();
  }

  /** Group of each physical row that counts. */
  private groupIds(inputs: AggInputs): Int32Array {
    const { chunk, keys } = inputs;
    const n = chunk.rows;
    if (this.ids.length < chunk.length) {
      this.ids = new Int32Array(chunk.length);
      this.packed = new Int32Array(chunk.length);
    }
    const { sel } = chunk;
    if (sel === null) {
      this.table.assign(keys, null, n, this.ids);
      return this.ids;
    }
    const { ids, packed } = this;
    this.table.assign(keys, sel, n, packed);
    for (let k = 0; k < n; k++) ids[sel[k]!] = packed[k]!;
    return ids;
  }

  private account(): void {
    const bytes = this.table.bytes + this.aggregation.memory();
    this.ctx.memory.consume(bytes - this.heldBytes);
    this.heldBytes = bytes;
  }

  private finish(): Chunk | null {
    this.done = true;
    // No rows at all are one group where there is no GROUP BY; states of no rows are not worth sending.
    if (!this.grouped && this.groups === 0 && !this.aggregation.partial) {
      this.aggregation.resize(1);
      this.groups = 1;
    }
    return this.output();
  }

  private output(): Chunk | null {
    if (this.at >= this.groups) return null;
    const from = this.at;
    this.at = Math.min(this.groups, from + CHUNK_ROWS);
    return new Chunk(this.aggregation.result(from, this.at), this.at - from);
  }
}
