import type { Chunk } from '../chunk/chunk.js';
import type { Filter } from '../expression/compile.js';
import type { Selection } from '../planner/physical/plan.js';
import type { Awaitable } from '../types/awaitable.js';
import { filterOf } from './compiled-filter.js';
import type { Operator } from './exec-context.js';
import { PipelineOperator, type OperatorContext } from './operator.js';
import { pacedFilter } from './paced-kernel.js';

/** Rows for which every condition is true: a narrower selection over the same columns. */
export class SelectionOperator extends PipelineOperator {
  private readonly filter: Filter | null;

  constructor(
    plan: Pick<Selection, 'conditions'>,
    child: Operator,
    private readonly ctx: OperatorContext,
  ) {
    super(child);
    this.filter = pacedFilter(filterOf(plan.conditions), ctx, plan.conditions);
  }

  protected process(chunk: Chunk | null): Awaitable<Chunk | null | undefined> {
    if (chunk === null) return null;
    if (this.filter === null) return chunk;
    const out = this.filter.run(chunk, this.ctx.eval);
    if (out instanceof Promise) return out.then(nonEmpty);
    return nonEmpty(out);
  }
}

const nonEmpty = (chunk: Chunk): Chunk | undefined => (chunk.rows === 0 ? undefined : chunk);
