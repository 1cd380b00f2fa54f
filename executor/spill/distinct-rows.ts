import { Chunk } from '../../chunk/chunk.js';
import { GroupTable } from '../../chunk/group-key.js';
import { hashColumns } from '../../chunk/hash.js';
import { sliceChunk } from '../../chunk/slice.js';
import type { FieldType } from '../../types/field-type.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Spillable } from '../exec-context.js';
import { andThen, runSteps, type OperatorContext } from '../operator.js';
import { KnownRows, newRows, type Sink } from './known-rows.js';
import type { Partitioner } from './partitioner.js';

/** Bits of the filter that knows which rows are not on disk, and the most bytes of rows in memory beside those on disk. */
const FILTER_BITS = 1 << 22;
const RECENT_BYTES = 1 << 19;
/** Rows that go to disk at once. */
const MOVED_ROWS = 1 << 13;

/**
 * Finds the rows that did not come before. When the statement holds too much, most of what came goes to disk:
 *
 *   rows ──► recent (a table in memory) ──► filter (Bloom, 1970) ──► candidates ──(settle)──► on disk?
 *              known: dropped               not set: new, to recent                            no: new
 *
 * Rows of which only the disk can tell are kept until `settle`.
 */
export class DistinctRows implements Spillable {
  private recent: GroupTable;
  private readonly unregister: () => void;
  private heldBytes = 0;
  private wanted = false;
  private known: KnownRows | null = null;
  private filter: Int32Array | null = null;
  private candidates: Partitioner | null = null;
  private hashes = new Int32Array(0);

  constructor(
    private readonly types: readonly FieldType[],
    private readonly ctx: OperatorContext,
    /** Takes the new rows. */
    private readonly sink: Sink,
  ) {
    this.recent = new GroupTable(types);
    this.unregister = ctx.disk === null ? () => {} : ctx.memory.addSpillable(this);
  }

  add(input: Chunk): Awaitable<void> {
    if (this.wanted || this.known !== null) return this.addOverDisk(input);
    const growth = this.recent.growth(input.rows);
    if (growth !== null) return andThen(runSteps(growth, this.ctx), () => this.addInMemory(input));
    return this.addInMemory(input);
  }

  private addInMemory(input: Chunk): Awaitable<void> {
    const fresh = newRows(input, this.recent);
    this.account();
    return this.sink(fresh);
  }

  /** All rows of a stage have come: tells of those that waited. */
  async settle(): Promise<void> {
    const { candidates, known } = this;
    this.candidates = null;
    if (candidates !== null) await known!.take(candidates, this.sink);
  }

  private async addOverDisk(input: Chunk): Promise<void> {
    const known = (this.known ??= new KnownRows(this.types, this.ctx));
    const filter = (this.filter ??= this.newFilter());
    if (this.wanted || this.recent.bytes > RECENT_BYTES) await this.moveRecent(known, filter);
    const unknown = this.others(input);
    if (unknown.rows === 0) return;
    const n = unknown.rows;
    this.hash(unknown, n);
    const open: number[] = [];
    const fresh: number[] = [];
    for (let k = 0; k < n; k++) {
      const row = unknown.sel === null ? k : unknown.sel[k]!;
      (mayHave(filter, this.hashes[k]!) ? open : fresh).push(row);
    }
    if (open.length > 0) {
      this.candidates ??= known.candidates();
      await this.candidates.add(unknown, unknown.columns, Int32Array.from(open));
    }
    if (fresh.length > 0) await this.addInMemory(unknown.withSel(Int32Array.from(fresh)));
  }

  /** Rows that are not among the recent ones. */
  private others(input: Chunk): Chunk {
    const n = input.rows;
    const ids = new Int32Array(n);
    this.recent.find(input.columns, input.sel, n, ids);
    const sel = new Int32Array(n);
    let m = 0;
    for (let k = 0; k < n; k++) if (ids[k]! < 0) sel[m++] = input.sel === null ? k : input.sel[k]!;
    return input.withSel(sel.subarray(0, m));
  }

  private async moveRecent(known: KnownRows, filter: Int32Array): Promise<void> {
    const n = this.recent.size;
    const all = new Chunk(this.recent.keys(), n);
    for (let from = 0; from < n; from += MOVED_ROWS) {
      const rows = sliceChunk(all, from, Math.min(n, from + MOVED_ROWS));
      this.hash(rows, rows.length);
      for (let k = 0; k < rows.length; k++) enter(filter, this.hashes[k]!);
      await known.add(rows);
      const pause = this.ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
    this.recent = new GroupTable(this.types);
    this.wanted = false;
    this.account();
  }

  private hash(chunk: Chunk, n: number): void {
    if (this.hashes.length < n) this.hashes = new Int32Array(n);
    hashColumns(chunk.columns, this.types, chunk.sel, n, this.hashes);
  }

  private newFilter(): Int32Array {
    const bits = new Int32Array(FILTER_BITS / 32);
    this.heldBytes += bits.byteLength;
    this.ctx.memory.consume(bits.byteLength);
    return bits;
  }

  private account(): void {
    const more = this.recent.bytes + (this.filter?.byteLength ?? 0) - this.heldBytes;
    this.heldBytes += more;
    this.ctx.memory.consume(more);
  }

  /** What is being written counts: it is about to be free. */
  spillableBytes(): number {
    return this.known === null || this.wanted ? this.heldBytes : 0;
  }

  spill(): void {
    this.wanted = true;
  }

  close(): void {
    this.unregister();
    this.ctx.memory.release(this.heldBytes);
    this.heldBytes = 0;
    this.known?.close();
    this.candidates?.close();
  }
}

/** The second bit of a hash's two. */
const second = (hash: number): number => Math.imul(hash, 0x9e3779b1) >>> 7;

function enter(filter: Int32Array, hash: number): void {
  const a = hash & (FILTER_BITS - 1);
  const b = second(hash) & (FILTER_BITS - 1);
  filter[a >>> 5]! |= 1 << (a & 31);
  filter[b >>> 5]! |= 1 << (b & 31);
}

function mayHave(filter: Int32Array, hash: number): boolean {
  const a = hash & (FILTER_BITS - 1);
  const b = second(hash) & (FILTER_BITS - 1);
  return (filter[a >>> 5]! & (1 << (a & 31))) !== 0 && (filter[b >>> 5]! & (1 << (b & 31))) !== 0;
}
