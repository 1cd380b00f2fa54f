import { Chunk } from '../../chunk/chunk.js';
import { DistinctAggregator } from '../../expression/aggregate/distinct.js';
import type { Aggregation, AggInputs } from '../aggregation.js';
import type { OperatorContext } from '../operator.js';
import { Partitioner } from './partitioner.js';

/**
 * DISTINCT aggregates without GROUP BY that may hold no more values: those that they know stay, rows of others go to partitions on
 * disk, and in the end each partition's values are added on their own, since no two partitions have one in common.
 */
export class DistinctOverflow {
  private readonly parts: readonly (Partitioner | null)[];

  constructor(
    private readonly aggregation: Aggregation,
    private readonly ctx: OperatorContext,
  ) {
    this.parts = aggregation.aggregators.map((a) =>
      a instanceof DistinctAggregator ? new Partitioner(a.types, 0, ctx.disk!) : null,
    );
  }

  /** Whether there is anything that could be put on disk. */
  static suits(aggregation: Aggregation): boolean {
    return aggregation.aggregators.some((a) => a instanceof DistinctAggregator);
  }

  async update(inputs: AggInputs): Promise<void> {
    const { chunk, args } = inputs;
    for (let k = 0; k < args.length; k++) {
      const a = this.aggregation.aggregators[k]!;
      const values = args[k]!;
      if (!(a instanceof DistinctAggregator)) {
        a.update(null, values, chunk.length, chunk.sel);
        continue;
      }
      const rows = a.unseen(values, chunk.length, chunk.sel);
      if (rows.length > 0) await this.parts[k]!.add(new Chunk(values, chunk.length), values, rows);
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
          a.update(null, chunk.columns, chunk.length, null);
          const pause = this.ctx.checkpoint();
          if (pause !== undefined) await pause;
        }
      }
      a.forget();
    }
    this.close();
  }

  close(): void {
    for (const p of this.parts) p?.close();
  }
}
