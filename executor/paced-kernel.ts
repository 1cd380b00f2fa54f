import { Chunk } from '../chunk/chunk.js';
import { concat } from '../chunk/concat.js';
import { slice } from '../chunk/slice.js';
import type { Vector } from '../chunk/vector.js';
import type { Filter, Projection } from '../expression/compile.js';
import type { EvalContext } from '../expression/eval-context.js';
import type { Expression } from '../expression/expression.js';
import type { Awaitable } from '../types/awaitable.js';
import { ApartFilter } from './apart-filter.js';
import { hasLongCalls, rowNs, type ApartProjection } from './apart-projection.js';
import type { Evaluator } from './exec-context.js';
import { runSteps, type OperatorContext } from './operator.js';

/** Rows that are worked on at once, however many nodes there are. */
const FEW_ROWS = 16;
/** Rows times nodes that take a few milliseconds even while V8 still interprets the kernel. */
const NODES_AT_ONCE = 1 << 17;
/** Bytes of texts that are read at once at first. */
const BYTES_AT_ONCE = 1 << 18;
/** Milliseconds that a part should take. */
const PART_MS = 2;
/** What is held of a part that was cut off: the next ones are an eighth of it. */
const CUT_OFF_MS = 8 * PART_MS;

/**
 * How many rows a kernel takes at once: as many as a statement may hold the thread for, by what the last ones cost. A condition of
 * thousands of terms, or a pattern that is looked for in long texts, takes a hundred milliseconds for a chunk.
 */
class Pace {
  private rows = 0;

  constructor(
    private readonly kernel: { readonly nodes: number },
    private readonly exprs: readonly Expression[],
  ) {}

  /** Rows to take of as many of a chunk. */
  of(rows: number, chunk: Chunk, ctx: EvalContext): number {
    if (this.rows === 0) {
      const byNodes = Math.max(FEW_ROWS, Math.floor(NODES_AT_ONCE / this.kernel.nodes));
      this.rows = Math.max(1, Math.min(byNodes, Math.floor(BYTES_AT_ONCE / textBytes(chunk))));
      // A document that stands beside the columns is read again for each row.
      if (this.rows > 1 && this.exprs.length > 0)
        this.rows = Math.max(
          1,
          Math.min(this.rows, Math.floor((PART_MS * 1e6) / rowNs(this.exprs, chunk, ctx))),
        );
    }
    return Math.min(this.rows, rows);
  }

  note(rows: number, ms: number): void {
    if (ms > 2 * PART_MS) this.rows = Math.max(1, Math.floor((rows * PART_MS) / ms));
    else if (ms < PART_MS / 2 && rows >= this.rows) this.rows *= 2;
  }
}

/** Bytes of a row's texts, on the average, and one. */
export function textBytes(chunk: Chunk): number {
  let bytes = 0;
  for (const c of chunk.columns)
    if (c.kind === 'bytes' && c.codes === null) bytes += c.offsets[c.length]! - c.offsets[0]!;
  return 1 + bytes / Math.max(1, chunk.length);
}

/**
 * The filter with chances for others to use the thread between parts of chunks whose rows are expensive. `conditions`: those of it that
 * other threads may decide where a row takes long.
 */
export function pacedFilter(
  filter: Filter | null,
  ctx: Pick<OperatorContext, 'checkpoint' | 'evaluator'>,
  conditions: readonly Expression[] = [],
): Filter | null {
  return filter === null || filter.nodes === 0 ? filter : new PacedFilter(filter, ctx, conditions);
}

const APART = new WeakMap<readonly Expression[], ApartFilter | null>();

function apartOf(conditions: readonly Expression[], ctx: EvalContext): ApartFilter | null {
  let apart = APART.get(conditions);
  if (apart === undefined) APART.set(conditions, (apart = ApartFilter.of(conditions, ctx)));
  return apart;
}

class PacedFilter implements Filter {
  private readonly pace: Pace;
  /** Conditions that other threads may decide; empty where nothing takes long. */
  private readonly sent: readonly Expression[];

  constructor(
    private readonly filter: Filter,
    private readonly ctx: Pick<OperatorContext, 'checkpoint' | 'evaluator'>,
    conditions: readonly Expression[],
  ) {
    const long = conditions.filter(hasLongCalls);
    this.pace = new Pace(filter, long);
    this.sent = long.length === 0 ? [] : conditions;
  }

  get nodes(): number {
    return this.filter.nodes;
  }

  run(chunk: Chunk, ctx: EvalContext): Awaitable<Chunk> {
    const apart = this.sent.length === 0 ? null : apartOf(this.sent, ctx);
    const evaluator = apart?.divides(chunk) === true ? this.ctx.evaluator : null;
    if (apart !== null && evaluator !== null && evaluator !== undefined) {
      const inParts = apart.isLong(chunk, ctx) || this.pace.of(chunk.rows, chunk, ctx) < chunk.rows;
      const out = inParts ? null : apart.within(chunk, (part) => this.timed(part, ctx));
      return out ?? this.partsApart(chunk, ctx, apart, evaluator);
    }
    if (chunk.rows <= 1) return this.filter.run(chunk, ctx);
    if (this.pace.of(chunk.rows, chunk, ctx) === chunk.rows) return this.timed(chunk, ctx);
    return runSteps(this.parts(chunk, ctx), this.ctx);
  }

  private timed(part: Chunk, ctx: EvalContext): Chunk {
    const from = performance.now();
    const out = this.filter.run(part, ctx) as Chunk;
    this.pace.note(part.rows, performance.now() - from);
    return out;
  }

  private *parts(chunk: Chunk, ctx: EvalContext): Generator<void, Chunk> {
    const picked = new PickedRows(chunk);
    while (picked.left > 0) {
      const part = picked.take(this.pace.of(picked.left, chunk, ctx));
      picked.keep(this.timed(part, ctx).sel!);
      yield;
    }
    return picked.result();
  }

  /** Rows that take long in other threads, and parts of others here. */
  private async partsApart(
    chunk: Chunk,
    ctx: EvalContext,
    apart: ApartFilter,
    evaluator: Evaluator,
  ): Promise<Chunk> {
    const picked = new PickedRows(chunk);
    const here = (part: Chunk): Chunk => this.timed(part, ctx);
    const singly = apart.isLong(chunk, ctx);
    while (picked.left > 0) {
      const part = picked.take(singly ? 1 : this.pace.of(picked.left, chunk, ctx));
      if (part.rows === 1) {
        if (await apart.passes(chunk, part.sel![0]!, ctx, evaluator, here)) picked.keep(part.sel!);
      } else {
        const out = apart.within(part, here);
        if (out !== null) picked.keep(out.sel!);
        else {
          this.pace.note(part.rows, CUT_OFF_MS);
          picked.putBack(part.rows);
        }
      }
      const pause = this.ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
    return picked.result();
  }
}

/** A chunk's rows, taken in parts, and those that are kept of them. */
class PickedRows {
  private readonly all: Int32Array;
  private readonly picked: Int32Array;
  private at = 0;
  private kept = 0;

  constructor(private readonly chunk: Chunk) {
    const { rows } = chunk;
    this.all = chunk.sel ?? Int32Array.from({ length: rows }, (_, i) => i);
    this.picked = new Int32Array(rows);
  }

  get left(): number {
    return this.all.length - this.at;
  }

  take(rows: number): Chunk {
    const part = this.all.subarray(this.at, this.at + rows);
    this.at += part.length;
    return this.chunk.withSel(part);
  }

  /** The last rows that were taken are to come again. */
  putBack(rows: number): void {
    this.at -= rows;
  }

  keep(rows: Int32Array): void {
    this.picked.set(rows, this.kept);
    this.kept += rows.length;
  }

  result(): Chunk {
    return this.kept === this.chunk.rows ? this.chunk : this.chunk.withSel(this.picked.slice(0, this.kept));
  }
}

/** The projection in the manner of pacedFilter. `apart`: what of it other threads may compute. */
export function pacedProjection(
  projection: Projection,
  ctx: Pick<OperatorContext, 'checkpoint' | 'evaluator'>,
  apart: ApartProjection | null = null,
): Projection {
  return projection.nodes === 0 && apart === null ? projection : new PacedProjection(projection, ctx, apart);
}

class PacedProjection implements Projection {
  private readonly pace: Pace;

  constructor(
    private readonly projection: Projection,
    private readonly ctx: Pick<OperatorContext, 'checkpoint' | 'evaluator'>,
    private readonly apart: ApartProjection | null,
  ) {
    this.pace = new Pace(projection, []);
  }

  get nodes(): number {
    return this.projection.nodes;
  }

  run(chunk: Chunk, ctx: EvalContext): Awaitable<Vector[]> {
    if (this.apart !== null && this.apart.isLong(chunk, ctx)) {
      const { evaluator } = this.ctx;
      if (evaluator !== undefined && evaluator !== null) return this.apart.run(chunk, ctx, evaluator);
    }
    if (chunk.rows <= 1 || this.projection.nodes === 0) return this.projection.run(chunk, ctx);
    if (this.pace.of(chunk.rows, chunk, ctx) === chunk.rows) return this.timed(chunk, ctx);
    return runSteps(this.parts(chunk, ctx), this.ctx);
  }

  private timed(part: Chunk, ctx: EvalContext): Vector[] {
    const from = performance.now();
    const out = this.projection.run(part, ctx) as Vector[];
    this.pace.note(part.rows, performance.now() - from);
    return out;
  }

  /** Parts are stretches of physical rows, with which the results are aligned. */
  private *parts(chunk: Chunk, ctx: EvalContext): Generator<void, Vector[]> {
    const { rows, sel, length } = chunk;
    const results: Vector[][] = [];
    for (let at = 0, from = 0; at < rows;) {
      const end = at + this.pace.of(rows - at, chunk, ctx);
      const to = end === rows ? length : sel === null ? end : sel[end]!;
      const columns = chunk.columns.map((c) => slice(c, from, to));
      const part = sel === null ? null : sel.subarray(at, end).map((i) => i - from);
      results.push(this.timed(new Chunk(columns, to - from, part), ctx));
      at = end;
      from = to;
      yield;
    }
    const out: Vector[] = [];
    for (let k = 0; k < results[0]!.length; k++) {
      out.push(concat(results.map((r) => r[k]!)));
      yield;
    }
    return out;
  }
}
