import type { Chunk } from '../../chunk/chunk.js';
import type { PhysicalPlan } from '../../planner/physical/plan.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { ExecContext, Operator } from '../exec-context.js';
import type { BuildOperator } from '../operator.js';
import { fewRows } from './read-few.js';

/** The rows of a plan at once where they are few, and as its operators give them otherwise: which it is shows when it is opened. */
export class AtOnceOperator implements Operator {
  private few: Chunk | null = null;
  private inner: Operator | null = null;

  constructor(
    private readonly plan: PhysicalPlan,
    private readonly ctx: ExecContext,
    private readonly build: BuildOperator,
  ) {}

  open(): Awaitable<void> {
    this.few = fewRows(this.plan, this.ctx);
    if (this.few !== null) return;
    this.inner = this.build(this.plan, this.ctx);
    return this.inner.open();
  }

  next(): Awaitable<Chunk | null> {
    if (this.inner !== null) return this.inner.next();
    const chunk = this.few;
    this.few = null;
    return chunk === null || chunk.rows === 0 ? null : chunk;
  }

  close(): Awaitable<void> {
    return this.inner?.close();
  }
}
