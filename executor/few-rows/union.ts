import type { Chunk } from '../../chunk/chunk.js';
import { concatChunks } from '../../chunk/concat.js';
import type { ReadPartitions } from '../../planner/physical/plan.js';
import type { ExecContext } from '../exec-context.js';
import { type FewRows, MOST_ROWS, NOT_FEW } from './few-rows.js';

/** The rows of several nodes, one after the other. */
export class FewUnited implements FewRows {
  constructor(
    private readonly children: readonly FewRows[],
    private readonly none: Chunk,
  ) {}

  rows(ctx: ExecContext, wanted: number): Chunk {
    return united(this.children, this.none, ctx, wanted);
  }
}

function united(children: readonly FewRows[], none: Chunk, ctx: ExecContext, wanted: number): Chunk {
  const found: Chunk[] = [];
  let rows = 0;
  for (const child of children) {
    if (rows >= wanted) break;
    const chunk = child.rows(ctx, wanted - rows);
    if (chunk.rows === 0) continue;
    found.push(chunk);
    rows += chunk.rows;
    if (rows > MOST_ROWS) throw NOT_FEW;
  }
  return found.length === 0 ? none : found.length === 1 ? found[0]! : concatChunks(found);
}

/** The rows of the partitions that an execution reads, one after the other. */
export class FewPartitioned implements FewRows {
  private readonly nodes = new Map<number, FewRows | null>();

  constructor(
    private readonly partitions: ReadPartitions,
    private readonly nodeOf: (id: number) => FewRows | null,
    private readonly none: Chunk,
  ) {}

  rows(ctx: ExecContext, wanted: number): Chunk {
    const { choose, ids } = this.partitions;
    const nodes = (choose?.(ctx.eval) ?? ids).map((id) => this.node(id));
    return united(nodes, this.none, ctx, wanted);
  }

  private node(id: number): FewRows {
    let node = this.nodes.get(id);
    if (node === undefined) this.nodes.set(id, (node = this.nodeOf(id)));
    if (node === null) throw NOT_FEW;
    return node;
  }
}
