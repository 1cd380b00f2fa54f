import type { Chunk } from '../../chunk/chunk.js';
import { compact, gatherChunk } from '../../chunk/gather.js';
import { sliceChunk } from '../../chunk/slice.js';
import type { Vector } from '../../chunk/vector.js';
import { compileProjection, evalDatum, type Filter, type Projection } from '../../expression/compile.js';
import type { ByItem, Expression } from '../../expression/expression.js';
import type { Limit, TopN } from '../../planner/physical/plan.js';
import type { Awaitable } from '../../types/awaitable.js';
import { mysqlError } from '../../types/error-table.js';
import { hasLongCalls, rowNs } from '../apart-projection.js';
import { filterOf } from '../compiled-filter.js';
import type { ExecContext } from '../exec-context.js';
import { rowCount } from '../operator.js';
import { sortRows } from '../short-read/short-order.js';
import type { ShortKey } from '../short-read/short-plan.js';
import { Work } from '../work-counts.js';
import { type FewRows, NOT_FEW } from './few-rows.js';

/** What evaluating the rows of a node may take; functions of texts and documents say by these how long they will. */
const MOST_NS = 1e6;

/** Refuses rows of which some may take long. */
export class Pace {
  private readonly long: readonly Expression[];

  constructor(exprs: readonly Expression[]) {
    this.long = exprs.filter(hasLongCalls);
  }

  check(chunk: Chunk, ctx: ExecContext): void {
    const { long } = this;
    if (long.length > 0 && chunk.rows > 0 && rowNs(long, chunk, ctx.eval) * chunk.rows > MOST_NS)
      throw NOT_FEW;
  }
}

/** What is there at once: nodes are made of expressions that wait for nothing. */
export function now<T>(value: Awaitable<T>): T {
  if (value instanceof Promise) throw new Error('an expression of few rows waits');
  return value;
}

export const picked = (chunk: Chunk, output: readonly number[] | undefined): Chunk =>
  output === undefined ? chunk : chunk.withColumns(output.map((i) => chunk.columns[i]!));

/** WHERE and HAVING. */
export class FewSelected implements FewRows {
  private readonly filter: Filter | null;
  private readonly pace: Pace;

  constructor(
    private readonly child: FewRows,
    conditions: readonly Expression[],
  ) {
    this.filter = filterOf(conditions);
    this.pace = new Pace(conditions);
  }

  rows(ctx: ExecContext): Chunk {
    const chunk = this.child.rows(ctx, Infinity);
    if (chunk.rows === 0 || this.filter === null) return chunk;
    this.pace.check(chunk, ctx);
    return now(this.filter.run(chunk, ctx.eval));
  }
}

export class FewProjected implements FewRows {
  private readonly projection: Projection;
  private readonly pace: Pace;

  constructor(
    private readonly child: FewRows,
    exprs: readonly Expression[],
  ) {
    this.projection = compileProjection(exprs);
    this.pace = new Pace(exprs);
  }

  rows(ctx: ExecContext, wanted: number): Chunk {
    const chunk = this.child.rows(ctx, wanted);
    this.pace.check(chunk, ctx);
    return chunk.withColumns(now(this.projection.run(chunk, ctx.eval)));
  }
}

const countOf = (e: Expression, ctx: ExecContext): number => rowCount(evalDatum(e, ctx.eval));

export class FewLimited implements FewRows {
  constructor(
    private readonly child: FewRows,
    private readonly plan: Limit,
  ) {}

  rows(ctx: ExecContext): Chunk {
    const offset = countOf(this.plan.offset, ctx);
    const to = offset + countOf(this.plan.count, ctx);
    const chunk = this.child.rows(ctx, to);
    const from = Math.min(offset, chunk.rows);
    return picked(sliceChunk(chunk, from, Math.min(to, chunk.rows)), this.plan.output);
  }
}

/** ORDER BY, with LIMIT or without. Rows that tie stay in their order. */
export class FewSorted implements FewRows {
  private readonly projection: Projection;
  private readonly keys: readonly ShortKey[];

  constructor(
    private readonly child: FewRows,
    by: readonly ByItem[],
    private readonly limit: TopN | null,
  ) {
    this.projection = compileProjection(by.map((b) => b.expr));
    this.keys = by.map((b, column) => ({ column, type: b.expr.type, desc: b.desc }));
  }

  rows(ctx: ExecContext): Chunk {
    const { limit } = this;
    const chunk = compact(this.child.rows(ctx, Infinity));
    const n = chunk.rows;
    const from = limit === null ? 0 : Math.min(n, countOf(limit.offset, ctx));
    const to = limit === null ? n : Math.min(n, from + countOf(limit.count, ctx));
    ctx.noteWork?.(Work.sortRows, limit === null ? n : to - from);
    if (n <= 1) return picked(sliceChunk(chunk, from, to), limit?.output);
    const keys: readonly Vector[] = now(this.projection.run(chunk, ctx.eval));
    // Where the sort has put them is used again by the next.
    const order = sortRows(keys, n, this.keys).slice(from, to);
    return gatherChunk(picked(chunk, limit?.output), order);
  }
}

/** A scalar subquery's row: NULLs where there is none. */
export class FewOneRow implements FewRows {
  constructor(
    private readonly child: FewRows,
    private readonly nulls: Chunk,
  ) {}

  rows(ctx: ExecContext): Chunk {
    const chunk = this.child.rows(ctx, 2);
    if (chunk.rows > 1) throw mysqlError('ER_SUBQUERY_NO_1_ROW');
    return chunk.rows === 0 ? this.nulls : chunk;
  }
}

/** No row, or one of NULLs for the projection above. */
export class FewConstant implements FewRows {
  constructor(private readonly chunk: Chunk) {}

  rows(): Chunk {
    return this.chunk;
  }
}
