import { Chunk } from '../../chunk/chunk.js';
import { NumVector } from '../../chunk/vector.js';
import { DistinctAggregator } from '../../expression/aggregate/distinct.js';
import { intType } from '../../expression/type-inference.js';
import type { Aggregation, AggInputs } from '../aggregation.js';
import type { OperatorContext } from '../operator.js';
import { Partitioner } from './partitioner.js';

const GROUP_TYPE = intType();

/**
 * DISTINCT aggregates that may hold no more values: those that they know stay, rows of others go to partitions on disk by group and value, and in
 * the end each partition's values are added on their own, since no two partitions have one in common.
 */
export class DistinctOverflow {
  private readonly parts: readonly (Partitioner | null)[];

  constructor(
    private readonly aggregation: Aggregation,
    private readonly ctx: OperatorContext,
    /** There are groups, which go by number. */
    private readonly grouped: boolean,
  ) {
    this.parts = aggregation.aggregators.map((a) =>
      a instanceof DistinctAggregator
        ? new Partitioner(grouped ? [GROUP_TYPE, ...a.types] : a.types, 0, ctx.disk!)
        : null,
    );
  }

  /** Whether there is anything that could be put on disk. */
  static suits(aggregation: Aggregation): boolean {
    return aggregation.aggregators.some((a) => a instanceof DistinctAggregator);
  }

  /** `ids`: the groups of the rows, by position in the chunk. */
  async update(ids: Int32Array | null, inputs: AggInputs): Promise<void> {
    const { chunk, args } = inputs;
    const groups = ids === null ? null : new NumVector(ids.slice(0, chunk.length), chunk.length);
    for (let k = 0; k < args.length; k++) {
      const a = this.aggregation.aggregators[k]!;
      const values = args[k]!;
      if (!(a instanceof DistinctAggregator)) {
        a.update(ids, values, chunk.length, chunk.sel);
        continue;
      }
      const rows = a.unseen(ids, values, chunk.length, chunk.sel);
      if (rows.length === 0) continue;
      const columns = groups === null ? values : [groups, ...values];
      await this.parts[k]!.add(new Chunk(columns, chunk.length), columns, rows);
    }
  }

  /** Adds what is on disk. */
  async finish(): Promise<void> {
    for (let k = 0; k < this.parts.length; k++) {
      const part = this.parts[k]!;
      const a = this.aggregation.aggregators[k]!;
      if (part === null || !(a instanceof DistinctAggregator)) continue;
      await part.finish();
      for (const spool of part.spools) {
        a.forget();
        const reader = spool.reader();
        for (;;) {
          const chunk = await reader.next();
          if (chunk === null) break;
          this.add(a, chunk);
          const pause = this.ctx.checkpoint();
          if (pause !== undefined) await pause;
        }
      }
      a.forget();
    }
    this.close();
  }

  private add(a: DistinctAggregator, { columns, length }: Chunk): void {
    if (!this.grouped) return a.update(null, columns, length, null);
    const { data } = columns[0] as NumVector;
    const ids = data instanceof Int32Array ? data : Int32Array.from(data);
    a.update(ids, columns.slice(1), length, null);
  }

  close(): void {
    for (const p of this.parts) p?.close();
  }
}
