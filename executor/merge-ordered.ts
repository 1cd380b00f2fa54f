import { CHUNK_ROWS, type Chunk } from '../chunk/chunk.js';
import { concatChunks } from '../chunk/concat.js';
import { compact, gatherChunk } from '../chunk/gather.js';
import { sliceChunk } from '../chunk/slice.js';
import type { Vector } from '../chunk/vector.js';
import { compileProjection } from '../expression/compile.js';
import type { ByItem } from '../expression/expression.js';
import type { Operator } from './exec-context.js';
import type { OperatorContext } from './operator.js';
import { orderable, rowComparator, type RowComparator } from './row-order.js';

/** One ordered input: rows [start, at) of its chunk are taken, `at` is next. */
interface Input {
  readonly op: Operator;
  readonly no: number;
  chunk: Chunk;
  keys: Vector[];
  start: number;
  at: number;
  /** Comparators with other inputs' chunks, by their number; forgotten when either chunk changes. */
  compare: Map<number, { readonly other: Chunk; readonly run: RowComparator }>;
}

/** Merges children that each come in an order: the partitions of a table read in the order of a key. */
export class MergeOrderedOperator implements Operator {
  private readonly projection;
  private readonly types;
  private readonly desc;
  /** Inputs that have rows, a binary heap by their next row. Null before the first rows are asked for. */
  private heap: Input[] | null = null;
  /** An input whose chunk came to its end. */
  private empty: Input | null = null;

  constructor(
    private readonly children: readonly Operator[],
    by: readonly ByItem[],
    private readonly ctx: OperatorContext,
  ) {
    this.projection = compileProjection(by.map((b) => b.expr));
    this.types = by.map((b) => b.expr.type);
    this.desc = by.map((b) => b.desc);
  }

  async open(): Promise<void> {
    for (const c of this.children) await c.open();
  }

  async close(): Promise<void> {
    for (const c of this.children) await c.close();
    this.heap = [];
  }

  async next(): Promise<Chunk | null> {
    if (this.heap === null) {
      this.heap = [];
      for (let no = 0; no < this.children.length; no++) await this.fill(this.children[no]!, no);
    } else if (this.empty !== null) {
      const { op, no } = this.empty;
      this.empty = null;
      await this.fill(op, no);
    }
    const { heap } = this;
    if (heap.length === 0) return null;
    if (heap.length === 1) return this.rest(heap[0]!);
    // The inputs' numbers in the order of the merged rows, until a chunk ends.
    const from: Input[] = [];
    while (from.length < CHUNK_ROWS) {
      const top = heap[0]!;
      from.push(top);
      top.at++;
      if (top.at === top.chunk.length) {
        this.empty = top;
        heap[0] = heap[heap.length - 1]!;
        heap.pop();
        this.down(0);
        break;
      }
      this.down(0);
    }
    return assemble(from);
  }

  /** The only input left needs no merging. */
  private rest(input: Input): Chunk {
    const out = sliceChunk(input.chunk, input.at, input.chunk.length);
    this.heap = [];
    this.empty = input;
    return out;
  }

  private async fill(op: Operator, no: number): Promise<void> {
    const r = op.next();
    const next = r instanceof Promise ? await r : r;
    if (next === null) return;
    const chunk = compact(next);
    const keys = await this.projection.run(chunk, this.ctx.eval);
    const heap = this.heap!;
    heap.push({
      op,
      no,
      chunk,
      keys: keys.map((v, k) => orderable(v, this.types[k]!)),
      start: 0,
      at: 0,
      compare: new Map(),
    });
    for (let i = heap.length - 1; i > 0;) {
      const parent = (i - 1) >> 1;
      if (!this.before(heap[i]!, heap[parent]!)) break;
      [heap[i], heap[parent]] = [heap[parent]!, heap[i]!];
      i = parent;
    }
  }

  private down(from: number): void {
    const heap = this.heap!;
    for (let i = from; ;) {
      let least = i;
      for (let c = 2 * i + 1; c <= 2 * i + 2 && c < heap.length; c++)
        if (this.before(heap[c]!, heap[least]!)) least = c;
      if (least === i) return;
      [heap[i], heap[least]] = [heap[least]!, heap[i]!];
      i = least;
    }
  }

  private before(a: Input, b: Input): boolean {
    let known = a.compare.get(b.no);
    if (known === undefined || known.other !== b.chunk) {
      known = { other: b.chunk, run: rowComparator(a.keys, b.keys, this.types, this.desc) };
      a.compare.set(b.no, known);
    }
    const c = known.run(a.at, b.at);
    return c < 0 || (c === 0 && a.no < b.no);
  }
}

/** A chunk of the rows taken since the last one, in the order they were taken in. */
function assemble(from: readonly Input[]): Chunk {
  const bases = new Map<Input, number>();
  const parts: Chunk[] = [];
  let total = 0;
  for (const input of from) {
    if (bases.has(input)) continue;
    bases.set(input, total);
    parts.push(sliceChunk(input.chunk, input.start, input.at));
    total += input.at - input.start;
    input.start = input.at;
  }
  if (parts.length === 1) return parts[0]!;
  const idx = new Int32Array(total);
  for (let i = 0; i < total; i++) {
    const input = from[i]!;
    const at = bases.get(input)!;
    idx[i] = at;
    bases.set(input, at + 1);
  }
  return gatherChunk(concatChunks(parts), idx);
}
