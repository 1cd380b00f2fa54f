import type { Chunk } from '../chunk/chunk.js';
import type { EvalContext } from '../expression/eval-context.js';
import type { Expression } from '../expression/expression.js';
import { findFunction } from '../expression/function-registry.js';
import { newFunction } from '../expression/index.js';
import { TimeLimitExceeded, withTimeLimit } from '../expression/time-limit.js';
import { visit } from '../expression/traverse.js';
import { ApartProjection, evalInThread } from './apart-projection.js';
import type { Evaluator } from './exec-context.js';

/** Milliseconds that patterns may be looked for in rows while everybody waits; rows that take longer are another thread's. */
const HERE_MS = 8;

/** Filters part of a chunk here. */
export type FilterHere = (part: Chunk) => Chunk;

/**
 * Conditions that may take long for a row: of a document of megabytes, which is told from its size, or of a pattern that goes back and
 * forth, which nobody can tell before. Such rows are decided in another thread, one at a time, and others go on meanwhile.
 */
export class ApartFilter {
  /** All conditions in one, which is what is sent. */
  private readonly all: Expression;
  /** Regular expressions are among them. */
  private readonly hasPatterns: boolean;

  private constructor(
    conditions: readonly Expression[],
    private readonly projection: ApartProjection,
    ctx: EvalContext,
  ) {
    this.all = newFunction('istrue', [conditions.reduce((a, b) => newFunction('and', [a, b], ctx))], ctx);
    this.hasPatterns = conditions.some(matchesPatterns);
  }

  /** Null where nothing takes long, or nothing can be sent. */
  static of(conditions: readonly Expression[], ctx: EvalContext): ApartFilter | null {
    const projection = conditions.length === 0 ? null : ApartProjection.of(conditions);
    return projection === null || !projection.sendsAll ? null : new ApartFilter(conditions, projection, ctx);
  }

  /** Whether the rows can be told apart: what a dictionary's entries give is computed for all of them at once. */
  divides(chunk: Chunk): boolean {
    return chunk.rows > 0 && !chunk.columns.some((c) => c.kind === 'bytes' && c.codes !== null);
  }

  /** Whether rows of the chunk have to be looked at one by one before they are filtered. */
  isLong(chunk: Chunk, ctx: EvalContext): boolean {
    return this.projection.isLong(chunk, ctx);
  }

  /** What `here` gives for the part; null where it was cut off because it takes too long. */
  within(part: Chunk, here: FilterHere): Chunk | null {
    if (!this.hasPatterns) return here(part);
    try {
      return withTimeLimit(HERE_MS, () => here(part));
    } catch (e) {
      if (e instanceof TimeLimitExceeded) return null;
      throw e;
    }
  }

  /** Whether the row passes; computed in another thread where it takes long. */
  async passes(
    chunk: Chunk,
    row: number,
    ctx: EvalContext,
    evaluator: Evaluator,
    here: FilterHere,
  ): Promise<boolean> {
    if (!this.projection.rowIsLong(chunk, row, ctx)) {
      const out = this.within(chunk.withSel(Int32Array.of(row)), here);
      if (out !== null) return out.rows > 0;
    }
    return Number(await evalInThread(this.all, ctx, evaluator, chunk, row)) === 1;
  }
}

function matchesPatterns(e: Expression): boolean {
  let found = false;
  visit(e, (x) => {
    found ||= x.kind === 'function' && findFunction(x.name)?.family === 'regexp';
    return !found;
  });
  return found;
}
