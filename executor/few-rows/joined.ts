import type { Chunk } from '../../chunk/chunk.js';
import type { ExecContext } from '../exec-context.js';
import type { FewRows } from './few-rows.js';
import type { FewJoin } from './join.js';

/** Both sides are read, the inner one where there are outer rows. */
export class FewJoined implements FewRows {
  constructor(
    private readonly join: FewJoin,
    private readonly outer: FewRows,
    private readonly inner: FewRows,
    private readonly noInner: Chunk,
  ) {}

  rows(ctx: ExecContext): Chunk {
    const outer = this.outer.rows(ctx, Infinity);
    const inner = outer.rows === 0 ? this.noInner : this.inner.rows(ctx, Infinity);
    return this.join.join(outer, inner, ctx);
  }
}
