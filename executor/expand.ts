import type { Chunk } from '../chunk/chunk.js';
import { nullsLike } from '../chunk/gather.js';
import { constantVector } from '../chunk/vector-builder.js';
import type { Vector } from '../chunk/vector.js';
import { compileProjection, type Projection } from '../expression/compile.js';
import type { Expand } from '../planner/physical/plan.js';
import type { FieldType } from '../types/field-type.js';
import type { Operator } from './exec-context.js';
import type { OperatorContext } from './operator.js';

/** WITH ROLLUP: gives each chunk once for each level, without copying what it has. */
export class ExpandOperator implements Operator {
  private readonly projection: Projection;
  private readonly levelType: FieldType;
  private chunk: Chunk | null = null;
  private values: readonly Vector[] = [];
  private level = 0;

  constructor(
    private readonly plan: Expand,
    private readonly child: Operator,
    private readonly ctx: OperatorContext,
  ) {
    this.projection = compileProjection(plan.groups);
    this.levelType = plan.schema[plan.schema.length - 1]!.type;
  }

  open(): void | Promise<void> {
    return this.child.open();
  }

  close(): void | Promise<void> {
    this.chunk = null;
    return this.child.close();
  }

  async next(): Promise<Chunk | null> {
    const { groups } = this.plan;
    if (this.chunk === null || this.level > groups.length) {
      this.chunk = await this.child.next();
      if (this.chunk === null) return null;
      this.values = await this.projection.run(this.chunk, this.ctx.eval);
      this.level = 0;
    }
    const { chunk, values, level } = this;
    this.level++;
    const n = chunk.length;
    const kept = groups.length - level;
    return chunk.withColumns([
      ...chunk.columns,
      ...values.map((v, i) => (i < kept ? v : nullsLike(v, n))),
      constantVector(level, this.levelType, n),
    ]);
  }
}
