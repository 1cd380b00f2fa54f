import { Chunk } from '../../chunk/chunk.js';
import { sliceChunk } from '../../chunk/slice.js';
import { NumVector } from '../../chunk/vector.js';
import type { HeldPortion, HeldRows } from '../../expression/aggregate/aggregator.js';
import type { ByItem } from '../../expression/expression.js';
import { intType } from '../../expression/type-inference.js';
import type { FieldType } from '../../types/field-type.js';
import type { Aggregation } from '../aggregation.js';
import type { OperatorContext } from '../operator.js';
import type { ChunkSpool } from './chunk-spool.js';
import { SpilledRuns } from './spilled-runs.js';

const GROUP_TYPE = intType();
/** Bytes of states below which there is nothing worth writing. */
const LEAST_BYTES = 64 << 10;

/**
 * States that grow with their rows (GROUP_CONCAT, JSON_ARRAYAGG): what they hold goes to disk as rows, each time as a run in the order of
 * the groups and of the function's ORDER BY. In the end the runs are merged, and groups get their rows back as they are given out:
 *
 *   states ──(spill)──► run 1, run 2, …  ──(merge)──► rows of groups from … to-1 ──► states ──► results
 */
export class StateOverflow {
  private readonly held: readonly HeldRows[];
  private readonly runs: readonly SpilledRuns[];
  /** Rows of each function that belong to groups further on. */
  private readonly ahead: (Chunk | null)[];
  private merging = false;
  /** Groups before this one have been given out. */
  private given = 0;
  /** Bytes of states written so far. */
  written = 0;

  constructor(
    private readonly aggregation: Aggregation,
    private readonly ctx: OperatorContext,
  ) {
    this.held = heldBy(aggregation);
    this.runs = this.held.map(({ types, order }) => {
      const items: ByItem[] = [{ expr: column(0, GROUP_TYPE), desc: false }];
      for (const o of order) items.push({ expr: column(o.column + 1, types[o.column]!), desc: o.desc });
      return new SpilledRuns(items, ctx);
    });
    this.ahead = this.held.map(() => null);
  }

  /** Bytes that writing them would free; 0 where it is not worth it. */
  static bytesOf(aggregation: Aggregation): number {
    let n = 0;
    for (const h of heldBy(aggregation)) n += h.bytes;
    return n < LEAST_BYTES ? 0 : n;
  }

  static suits(aggregation: Aggregation): boolean {
    return heldBy(aggregation).length > 0;
  }

  async spill(): Promise<void> {
    const before = this.aggregation.memory();
    for (let k = 0; k < this.held.length; k++) {
      const run = this.runs[k]!.begin();
      for (const portion of this.held[k]!.take()) {
        if (portion !== undefined) await append(run, portion);
        const pause = this.ctx.checkpoint();
        if (pause !== undefined) await pause;
      }
      await run.flush();
    }
    this.written += Math.max(0, before - this.aggregation.memory());
  }

  /** Gives groups from … to-1 all their rows. They are asked for in order, once no more rows come. */
  async load(from: number, to: number): Promise<void> {
    if (!this.merging) {
      await this.spill();
      for (const r of this.runs) await r.startMerge();
      this.merging = true;
    }
    for (let k = 0; k < this.held.length; k++) {
      this.held[k]!.clear(this.given, from);
      await this.loadOne(k, to);
    }
    this.given = from;
  }

  private async loadOne(k: number, to: number): Promise<void> {
    for (;;) {
      const rows = this.ahead[k] ?? (await this.runs[k]!.next());
      this.ahead[k] = null;
      if (rows === null) return;
      const groups = groupsOf(rows);
      let n = 0;
      while (n < groups.length && groups[n]! < to) n++;
      this.held[k]!.restore(groups.subarray(0, n), rows.columns.slice(1));
      if (n < groups.length) {
        this.ahead[k] = sliceChunk(rows, n, groups.length);
        return;
      }
      const pause = this.ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
  }

  close(): void {
    for (const r of this.runs) r.close();
  }
}

const heldBy = (aggregation: Aggregation): HeldRows[] =>
  aggregation.aggregators.flatMap((a) => (a.held === undefined || a.held === null ? [] : [a.held]));

const column = (index: number, type: FieldType): ByItem['expr'] => ({
  kind: 'column',
  id: index,
  type,
  index,
  name: '',
});

function append(run: ChunkSpool, { groups, columns }: HeldPortion): void | Promise<void> {
  return run.append(new Chunk([new NumVector(groups, groups.length), ...columns], groups.length));
}

function groupsOf(rows: Chunk): Int32Array {
  const { data } = rows.columns[0] as NumVector;
  return data instanceof Int32Array ? data : Int32Array.from(data);
}
