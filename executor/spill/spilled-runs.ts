import type { Chunk } from '../../chunk/chunk.js';
import { CHUNK_ROWS } from '../../chunk/chunk.js';
import { concatChunks } from '../../chunk/concat.js';
import { gatherChunk } from '../../chunk/gather.js';
import { sliceChunk } from '../../chunk/slice.js';
import type { Vector } from '../../chunk/vector.js';
import { compileProjection } from '../../expression/compile.js';
import type { ByItem } from '../../expression/expression.js';
import { collationOf } from '../../types/collation.js';
import { layoutOf } from '../../types/field-type.js';
import type { OperatorContext } from '../operator.js';
import { Work } from '../work-counts.js';
import { compareCells, orderable } from '../row-order.js';
import { ChunkSpool, type SpoolReader } from './chunk-spool.js';
import type { TempFile } from './temp-storage.js';

/** Runs that are merged at once: each needs a block in memory. */
const FAN_IN = 32;

/** Sorted runs on disk, merged in the order of their keys; rows that tie come in the order of their runs. */
export class SpilledRuns {
  private runs: ChunkSpool[] = [];
  private file: TempFile;
  private readonly keys;
  private readonly desc: Int8Array;
  private readonly pad: Uint8Array;
  private merge: Merge | null = null;

  constructor(
    private readonly by: readonly ByItem[],
    private readonly ctx: OperatorContext,
  ) {
    this.file = ctx.disk!.create();
    this.keys = compileProjection(by.map((b) => b.expr));
    this.desc = Int8Array.from(by, (b) => (b.desc ? -1 : 1));
    this.pad = Uint8Array.from(by, (b) =>
      layoutOf(b.expr.type) === 'bytes' && collationOf(b.expr.type).padSpace ? 1 : 0,
    );
  }

  /** A new run, to be filled in order. */
  begin(): ChunkSpool {
    const run = new ChunkSpool(this.file);
    this.runs.push(run);
    return run;
  }

  /** Merges neighbouring runs until few enough are left. */
  async startMerge(): Promise<void> {
    while (this.runs.length > FAN_IN) {
      const before = this.runs;
      const file = this.ctx.disk!.create();
      const after: ChunkSpool[] = [];
      for (let at = 0; at < before.length; at += FAN_IN) {
        const merge = await this.merging(before.slice(at, at + FAN_IN));
        const out = new ChunkSpool(file);
        for (;;) {
          const chunk = await merge.next();
          if (chunk === null) break;
          const done = out.append(chunk);
          if (done instanceof Promise) await done;
          const pause = this.ctx.checkpoint();
          if (pause !== undefined) await pause;
        }
        await out.flush();
        after.push(out);
      }
      this.file.close();
      this.file = file;
      this.runs = after;
    }
    this.merge = await this.merging(this.runs);
  }

  private async merging(runs: readonly ChunkSpool[]): Promise<Merge> {
    this.ctx.noteWork?.(Work.sortMergePasses, 1);
    const cursors = runs.map((r) => new RunCursor(r.reader(), (c) => this.keysOf(c)));
    for (const c of cursors) await c.load();
    return new Merge(cursors, this.desc, this.pad);
  }

  private async keysOf(chunk: Chunk): Promise<Vector[]> {
    const keys = await this.keys.run(chunk, this.ctx.eval);
    return keys.map((v, k) => orderable(v, this.by[k]!.expr.type));
  }

  next(): Promise<Chunk | null> {
    return this.merge!.next();
  }

  close(): void {
    this.file.close();
  }
}

/** The rows of a run from the first that has not been taken. */
class RunCursor {
  rows: Chunk | null = null;
  keys: readonly Vector[] = [];
  at = 0;
  /** Rows before this one have been copied. */
  taken = 0;

  constructor(
    private readonly reader: SpoolReader,
    private readonly keysOf: (chunk: Chunk) => Promise<Vector[]>,
  ) {}

  async load(): Promise<void> {
    this.rows = await this.reader.nextBlock();
    this.at = this.taken = 0;
    if (this.rows !== null) this.keys = await this.keysOf(this.rows);
  }
}

/** Merges cursors by a binary heap of their heads. */
class Merge {
  private readonly heap: Int32Array;
  private size = 0;

  constructor(
    private readonly cursors: readonly RunCursor[],
    private readonly desc: Int8Array,
    private readonly pad: Uint8Array,
  ) {
    this.heap = new Int32Array(cursors.length);
    cursors.forEach((c, r) => {
      if (c.rows !== null) this.heap[this.size++] = r;
    });
    for (let k = (this.size >> 1) - 1; k >= 0; k--) this.siftDown(k);
  }

  async next(): Promise<Chunk | null> {
    if (this.size === 0) return null;
    /** Run of each row of the output: rows of one run come in their order. */
    const from = new Int32Array(CHUNK_ROWS);
    let n = 0;
    let ended: RunCursor | null = null;
    while (n < CHUNK_ROWS && this.size > 0) {
      const r = this.heap[0]!;
      const cursor = this.cursors[r]!;
      from[n++] = r;
      if (++cursor.at >= cursor.rows!.length) {
        ended = cursor;
        break;
      }
      this.siftDown(0);
    }
    const out = this.gather(from, n);
    if (ended !== null) {
      await ended.load();
      if (ended.rows === null) this.heap[0] = this.heap[--this.size]!;
      this.siftDown(0);
    }
    return out;
  }

  private gather(from: Int32Array, n: number): Chunk {
    const parts: Chunk[] = [];
    const start = new Int32Array(this.cursors.length);
    let rows = 0;
    this.cursors.forEach((c, r) => {
      if (c.rows === null || c.at === c.taken) return;
      start[r] = rows;
      rows += c.at - c.taken;
      parts.push(sliceChunk(c.rows, c.taken, c.at));
      c.taken = c.at;
    });
    if (parts.length === 1) return parts[0]!;
    const idx = new Int32Array(n);
    for (let k = 0; k < n; k++) idx[k] = start[from[k]!]!++;
    return gatherChunk(concatChunks(parts), idx, n);
  }

  private less(x: number, y: number): boolean {
    const a = this.cursors[x]!;
    const b = this.cursors[y]!;
    for (let k = 0; k < this.desc.length; k++) {
      const c = compareAny(a.keys[k]!, a.at, b.keys[k]!, b.at, this.pad[k] === 1);
      if (c !== 0) return c * this.desc[k]! < 0;
    }
    return x < y;
  }

  private siftDown(k: number): void {
    const { heap, size } = this;
    for (;;) {
      let c = 2 * k + 1;
      if (c >= size) return;
      if (c + 1 < size && this.less(heap[c + 1]!, heap[c]!)) c++;
      if (!this.less(heap[c]!, heap[k]!)) return;
      const t = heap[k]!;
      heap[k] = heap[c]!;
      heap[c] = t;
      k = c;
    }
  }
}

/** Order of two cells made by `orderable`, NULL first. */
function compareAny(a: Vector, i: number, b: Vector, j: number, pad: boolean): number {
  const x = a.nulls !== null && a.nulls[i] === 1;
  const y = b.nulls !== null && b.nulls[j] === 1;
  if (x || y) return x ? (y ? 0 : -1) : 1;
  if (a.kind === 'bytes') return b.kind === 'bytes' ? compareCells(a, i, b, j, pad) : 0;
  if (b.kind === 'bytes') return 0;
  const u = a.data[i]!;
  const v = b.data[j]!;
  return u < v ? -1 : u > v ? 1 : 0;
}
