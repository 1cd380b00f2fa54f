import type { Chunk } from '../chunk/chunk.js';
import { GroupTable } from '../chunk/group-key.js';
import { sliceChunk } from '../chunk/slice.js';
import { compileProjection } from '../expression/compile.js';
import type { HashJoin, IndexJoin, KeyRangeDatum } from '../planner/physical/plan.js';
import { ChunkListOperator } from './chunk-list.js';
import type { ExecContext, Operator } from './exec-context.js';
import { HashJoinOperator } from './hash-join.js';
import { innerRanges } from './inner-ranges.js';
import type { BuildOperator } from './operator.js';

/** Outer rows looked up together; few at first, as many as are expected within these bounds: a LIMIT above may need no more. */
const LEAST_FIRST = 8;
const FIRST_BATCH = 128;
const BATCH_ROWS = 1024;
/** Threads give chunks of many rows: more than these are looked up in several batches. */
const MOST_ROWS = 4096;

const JOINS = new WeakMap<IndexJoin, HashJoin>();

/** The join of a batch of outer rows with the inner rows their keys found: a hash join built on the inner side. */
function batchJoin(plan: IndexJoin): HashJoin {
  let join = JOINS.get(plan);
  if (join === undefined) {
    const outerLeft = plan.outer === 'left';
    join = {
      ...plan,
      op: 'HashJoin',
      leftKeys: outerLeft ? plan.outerKeys : plan.innerKeys,
      rightKeys: outerLeft ? plan.innerKeys : plan.outerKeys,
      nullEq: plan.outerKeys.map(() => false),
      build: outerLeft ? 'right' : 'left',
      nullAware: false,
    };
    JOINS.set(plan, join);
  }
  return join;
}

/** Reads the inner side by the distinct keys of each batch of outer rows. */
export class IndexJoinOperator implements Operator {
  private readonly outer: Operator;
  private readonly projection;
  private batch: number;
  private join: HashJoinOperator | null = null;
  private done = false;
  /** Of the last outer chunk what no batch has had yet. */
  private rest: Chunk | null = null;

  constructor(
    private readonly plan: IndexJoin,
    private readonly ctx: ExecContext,
    private readonly build: BuildOperator,
  ) {
    const outer = plan.outer === 'left' ? plan.left : plan.right;
    this.outer = build(outer, ctx);
    this.batch = Math.max(LEAST_FIRST, Math.min(FIRST_BATCH, Math.ceil(outer.estRows)));
    this.projection = compileProjection(plan.outerKeys);
  }

  open(): void | Promise<void> {
    return this.outer.open();
  }

  async close(): Promise<void> {
    await this.join?.close();
    await this.outer.close();
  }

  async next(): Promise<Chunk | null> {
    for (;;) {
      if (this.join !== null) {
        const chunk = await this.join.next();
        if (chunk !== null) return chunk;
        await this.join.close();
        this.join = null;
      }
      if (this.done) return null;
      await this.startBatch();
    }
  }

  private async startBatch(): Promise<void> {
    const chunks: Chunk[] = [];
    let rows = 0;
    while (rows < this.batch) {
      const r = this.rest ?? this.outer.next();
      let chunk = r instanceof Promise ? await r : r;
      this.rest = null;
      if (chunk === null) {
        this.done = true;
        break;
      }
      if (rows + chunk.rows > MOST_ROWS) {
        this.rest = sliceChunk(chunk, MOST_ROWS - rows, chunk.rows);
        chunk = sliceChunk(chunk, 0, MOST_ROWS - rows);
      }
      chunks.push(chunk);
      rows += chunk.rows;
    }
    this.batch = Math.min(BATCH_ROWS, this.batch * 4);
    if (rows === 0) return;
    const ranges = await this.keyRanges(chunks);
    const pause = this.ctx.checkpoint();
    if (pause !== undefined) await pause;
    const { plan } = this;
    const scanOverrides = new Map(this.ctx.scanOverrides).set(plan.innerScanId, ranges);
    const innerCtx = this.ctx.with({ scanOverrides });
    const outer = new ChunkListOperator(chunks);
    const inner = this.build(plan.outer === 'left' ? plan.right : plan.left, innerCtx);
    this.join =
      plan.outer === 'left'
        ? new HashJoinOperator(batchJoin(plan), outer, inner, this.ctx, true)
        : new HashJoinOperator(batchJoin(plan), inner, outer, this.ctx, true);
    await this.join.open();
  }

  /** A point range of the inner index for each distinct key; keys with NULL match nothing. */
  private async keyRanges(chunks: readonly Chunk[]): Promise<KeyRangeDatum[]> {
    const { plan, ctx } = this;
    const table = new GroupTable(
      plan.outerKeys.map((e) => e.type),
      'skip',
    );
    for (const chunk of chunks) {
      const r = this.projection.run(chunk, ctx.eval);
      const keys = r instanceof Promise ? await r : r;
      table.assign(keys, chunk.sel, chunk.rows, new Int32Array(chunk.rows));
    }
    return innerRanges(plan, table, ctx);
  }
}
