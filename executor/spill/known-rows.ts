import type { Chunk } from '../../chunk/chunk.js';
import { GroupTable } from '../../chunk/group-key.js';
import type { FieldType } from '../../types/field-type.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { OperatorContext } from '../operator.js';
import type { SpoolReader } from './chunk-spool.js';
import { MAX_DEPTH, Partitioner, PARTITIONS } from './partitioner.js';

/** A partition is dealt out anew when its rows have more than this share of the quota: it is in memory as a whole, with a table beside it. */
const PARTITION_SHARE = 1 / 64;
const MAX_PARTITION_BYTES = 4 << 20;

/** Takes rows that are new, and what is done with them may take its time. */
export type Sink = (chunk: Chunk) => Awaitable<void>;

/** Rows of `chunk` that the table has not seen, each once; they are entered. */
export function newRows(chunk: Chunk, table: GroupTable): Chunk {
  const n = chunk.rows;
  const ids = new Int32Array(n);
  const known = table.size;
  table.assign(chunk.columns, chunk.sel, n, ids);
  const sel = new Int32Array(n);
  let m = 0;
  // New groups need not be numbered in the order of their rows: each takes its first row.
  const taken = new Uint8Array(Math.max(0, table.size - known));
  for (let k = 0; k < n; k++) {
    const g = ids[k]! - known;
    if (g < 0 || taken[g] === 1) continue;
    taken[g] = 1;
    sel[m++] = chunk.sel === null ? k : chunk.sel[k]!;
  }
  return chunk.withSel(sel.subarray(0, m));
}

/** Different rows on disk, in partitions by their hash, and within those in partitions again once they are large. */
export class KnownRows {
  private readonly rows: Partitioner;
  private readonly partitionBytes: number;
  /** Of partitions that were dealt out anew: where they are, and what has come since. */
  private readonly parts: ({ readonly rows: KnownRows; readonly rest: SpoolReader } | null)[] = [];

  constructor(
    private readonly types: readonly FieldType[],
    private readonly ctx: OperatorContext,
    private readonly depth = 0,
  ) {
    this.rows = new Partitioner(types, depth, ctx.disk!);
    this.partitionBytes = Math.min(MAX_PARTITION_BYTES, ctx.memory.quota * PARTITION_SHARE);
    for (let p = 0; p < PARTITIONS; p++) this.parts.push(null);
  }

  /** Rows that are not here yet, and different from each other. */
  add(chunk: Chunk): Promise<void> {
    return this.rows.add(chunk, chunk.columns, chunk.sel);
  }

  /** Candidates in partitions of this depth. */
  candidates(): Partitioner {
    return new Partitioner(this.types, this.depth, this.ctx.disk!);
  }

  /** Gives those of the candidates that are new to `sink` and adds them. Closes `candidates`. */
  async take(candidates: Partitioner, sink: Sink): Promise<void> {
    try {
      await candidates.finish();
      await this.rows.finish();
      for (let p = 0; p < PARTITIONS; p++) {
        if (candidates.spools[p]!.rows === 0) continue;
        const deeper = await this.deeper(p);
        if (deeper === null) await this.compare(p, candidates.spools[p]!.reader(), sink);
        else {
          const dealt = deeper.candidates();
          await this.each(candidates.spools[p]!.reader(), (c) => dealt.add(c, c.columns, c.sel));
          await deeper.take(dealt, sink);
        }
      }
      await this.rows.finish();
    } finally {
      candidates.close();
    }
  }

  private async compare(p: number, candidates: SpoolReader, sink: Sink): Promise<void> {
    const table = new GroupTable(this.types);
    let held = 0;
    const account = (): void => {
      const more = table.bytes - held;
      held += more;
      this.ctx.memory.consume(more);
    };
    try {
      let ids = new Int32Array(0);
      await this.each(this.rows.spools[p]!.reader(), (c) => {
        if (ids.length < c.length) ids = new Int32Array(c.length);
        table.assign(c.columns, null, c.length, ids);
        account();
      });
      await this.each(candidates, async (c) => {
        const fresh = newRows(c, table);
        account();
        if (fresh.rows === 0) return;
        await this.add(fresh);
        await sink(fresh);
      });
    } finally {
      this.ctx.memory.release(held);
    }
  }

  /** Where the rows of partition `p` are, if they have become too many for it. */
  private async deeper(p: number): Promise<KnownRows | null> {
    const spool = this.rows.spools[p]!;
    if (this.parts[p] === null && (spool.bytes < this.partitionBytes || this.depth >= MAX_DEPTH)) return null;
    const part = (this.parts[p] ??= {
      rows: new KnownRows(this.types, this.ctx, this.depth + 1),
      rest: spool.reader(),
    });
    await this.each(part.rest, (c) => part.rows.add(c));
    return part.rows;
  }

  private async each(reader: SpoolReader, sink: Sink): Promise<void> {
    for (let chunk = await reader.next(); chunk !== null; chunk = await reader.next()) {
      const done = sink(chunk);
      if (done instanceof Promise) await done;
      const pause = this.ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
  }

  close(): void {
    this.rows.close();
    for (const part of this.parts) part?.rows.close();
  }
}
