import type { Chunk } from '../chunk/chunk.js';
import { compact } from '../chunk/gather.js';
import type { Vector } from '../chunk/vector.js';
import type { Projection as CompiledProjection } from '../expression/compile.js';
import { compileProjection } from '../expression/compile.js';
import type { Projection } from '../planner/physical/plan.js';
import type { Awaitable } from '../types/awaitable.js';
import { ApartProjection } from './apart-projection.js';
import type { Operator } from './exec-context.js';
import { PipelineOperator, type OperatorContext } from './operator.js';
import { pacedProjection } from './paced-kernel.js';

interface Compiled {
  readonly projection: CompiledProjection;
  readonly apart: ApartProjection | null;
}

const PROJECTIONS = new WeakMap<Projection, Compiled>();

/** Results are allocated for all physical rows: where fewer than one in this many counts, the rows are copied together first. */
const SPARSE = 8;

export class ProjectionOperator extends PipelineOperator {
  private readonly projection: CompiledProjection;

  constructor(
    plan: Projection,
    child: Operator,
    private readonly ctx: OperatorContext,
  ) {
    super(child);
    let compiled = PROJECTIONS.get(plan);
    if (compiled === undefined) {
      compiled = { projection: compileProjection(plan.exprs), apart: ApartProjection.of(plan.exprs) };
      PROJECTIONS.set(plan, compiled);
    }
    this.projection = pacedProjection(compiled.projection, ctx, compiled.apart);
  }

  protected process(chunk: Chunk | null): Awaitable<Chunk | null | undefined> {
    if (chunk === null) return null;
    const input = chunk.sel !== null && chunk.sel.length * SPARSE < chunk.length ? compact(chunk) : chunk;
    const out: Awaitable<Vector[]> = this.projection.run(input, this.ctx.eval);
    if (out instanceof Promise) return out.then((columns) => input.withColumns(columns));
    return input.withColumns(out);
  }
}
