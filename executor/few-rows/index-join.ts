import type { Chunk } from '../../chunk/chunk.js';
import { GroupTable } from '../../chunk/group-key.js';
import { compileProjection, type Projection } from '../../expression/compile.js';
import type { IndexJoin } from '../../planner/physical/plan.js';
import type { ExecContext } from '../exec-context.js';
import { innerRanges } from '../inner-ranges.js';
import type { FewRows } from './few-rows.js';
import { FewJoin } from './join.js';
import { now } from './pipeline.js';

/** The inner side is read by the keys of all outer rows. */
export class FewIndexJoined implements FewRows {
  private readonly keys: Projection;
  private readonly join: FewJoin;

  constructor(
    private readonly plan: IndexJoin,
    private readonly outer: FewRows,
    private readonly inner: FewRows,
    private readonly noInner: Chunk,
  ) {
    this.keys = compileProjection(plan.outerKeys);
    this.join = new FewJoin(plan, plan.outer, {
      outer: plan.outerKeys,
      inner: plan.innerKeys,
      nullEq: plan.outerKeys.map(() => false),
    });
  }

  rows(ctx: ExecContext): Chunk {
    const { plan } = this;
    const outer = this.outer.rows(ctx, Infinity);
    if (outer.rows === 0) return this.join.join(outer, this.noInner, ctx);
    const keys = new GroupTable(
      plan.outerKeys.map((e) => e.type),
      'skip',
    );
    keys.assign(now(this.keys.run(outer, ctx.eval)), outer.sel, outer.rows, new Int32Array(outer.rows));
    const ranges = innerRanges(plan, keys, ctx);
    if (ranges.length === 0) return this.join.join(outer, this.noInner, ctx);
    const scanOverrides = new Map(ctx.scanOverrides).set(plan.innerScanId, ranges);
    return this.join.join(outer, this.inner.rows(ctx.with({ scanOverrides }), Infinity), ctx);
  }
}
