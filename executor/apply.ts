import type { Chunk } from '../chunk/chunk.js';
import { rowBytes } from './row-bytes.js';
import { compact } from '../chunk/gather.js';
import { sliceChunk } from '../chunk/slice.js';
import type { Apply, HashJoin } from '../planner/physical/plan.js';
import { type Datum, ownDatum } from '../types/datum.js';
import { ChunkListOperator } from './chunk-list.js';
import { keyString } from '../kv/codec/key-string.js';
import type { ExecContext, Operator, Spillable } from './exec-context.js';
import { HashJoinOperator } from './hash-join.js';
import type { BuildOperator } from './operator.js';

/** Bytes of inner results kept for outer rows with the same correlated values. */
const CACHE_BYTES = 32 << 20;

const JOINS = new WeakMap<Apply, HashJoin>();

function rowJoin(plan: Apply): HashJoin {
  let join = JOINS.get(plan);
  if (join === undefined) {
    join = { ...plan, op: 'HashJoin', build: 'right' };
    JOINS.set(plan, join);
  }
  return join;
}

/**
 * Runs the inner side once for each set of values its correlated columns take, and joins its rows with the outer rows
 * that have these values. Keeps the order of the outer side.
 */
export class ApplyOperator implements Operator, Spillable {
  private readonly outer: Operator;
  private chunk: Chunk | null = null;
  private at = 0;
  private join: HashJoinOperator | null = null;
  private readonly cache = new Map<string, Chunk[]>();
  private cached = 0;
  /** Inner rows of the join under way that are not cached. */
  private innerBytes = 0;
  private readonly unregister: (() => void) | null;

  constructor(
    private readonly plan: Apply,
    private readonly ctx: ExecContext,
    private readonly build: BuildOperator,
  ) {
    this.outer = build(plan.left, ctx);
    this.unregister = ctx.disk === null ? null : ctx.memory.addSpillable(this);
  }

  spillableBytes(): number {
    return this.cached;
  }

  /** What is cached can be computed again. */
  spill(): void {
    this.dropCache();
  }

  private releaseInner(): void {
    this.ctx.memory.release(this.innerBytes);
    this.innerBytes = 0;
  }

  private dropCache(): void {
    this.cache.clear();
    this.ctx.memory.release(this.cached);
    this.cached = 0;
  }

  open(): void | Promise<void> {
    return this.outer.open();
  }

  async close(): Promise<void> {
    await this.join?.close();
    this.unregister?.();
    this.releaseInner();
    this.dropCache();
    await this.outer.close();
  }

  async next(): Promise<Chunk | null> {
    for (;;) {
      if (this.join !== null) {
        const out = await this.join.next();
        if (out !== null) return out;
        await this.join.close();
        this.join = null;
        this.releaseInner();
      }
      if (this.chunk === null || this.at >= this.chunk.rows) {
        const r = this.outer.next();
        this.chunk = r instanceof Promise ? await r : r;
        this.at = 0;
        if (this.chunk === null) return null;
      }
      await this.startRows(this.chunk);
    }
  }

  /** Takes the next rows of the chunk that have the same correlated values and starts their join. */
  private async startRows(chunk: Chunk): Promise<void> {
    const { correlated } = this.plan;
    const row = (k: number): number => (chunk.sel === null ? k : chunk.sel[k]!);
    const values = (k: number): Datum[] => correlated.map((c) => chunk.columns[c.outer.index]!.get(row(k)));
    const from = this.at;
    const current = values(from);
    const key = keyOf(current);
    let to = from + 1;
    while (to < chunk.rows && keyOf(values(to)) === key) to++;
    this.at = to;
    let inner = this.cache.get(key);
    if (inner === undefined) {
      inner = await this.runInner(current);
      let bytes = 0;
      for (const c of inner) bytes += rowBytes(c);
      if (this.cached + bytes <= CACHE_BYTES) {
        this.cache.set(key, inner);
        this.cached += bytes;
        this.ctx.memory.consume(bytes);
      } else {
        this.innerBytes = bytes;
        this.ctx.memory.consume(bytes);
      }
    }
    const pause = this.ctx.checkpoint();
    if (pause !== undefined) await pause;
    this.join = new HashJoinOperator(
      rowJoin(this.plan),
      new ChunkListOperator([sliceChunk(chunk, from, to)]),
      new ChunkListOperator(inner),
      this.ctx,
      true,
    );
    await this.join.open();
  }

  private async runInner(values: readonly Datum[]): Promise<Chunk[]> {
    this.plan.correlated.forEach((c, i) => {
      const v = values[i]!;
      // Cells outlive the chunk that a byte string is a view of.
      c.cell.value = ownDatum(v);
    });
    const op = this.build(this.plan.right, this.ctx);
    const out: Chunk[] = [];
    try {
      await op.open();
      for (;;) {
        const r = op.next();
        const chunk = r instanceof Promise ? await r : r;
        if (chunk === null) return out;
        out.push(compact(chunk));
      }
    } finally {
      await op.close();
    }
  }
}

/** Equal for equal values, byte for byte. */
function keyOf(values: readonly Datum[]): string {
  let key = '';
  for (const v of values) {
    if (v === null) key += 'n;';
    else if (v instanceof Uint8Array) key += `s${v.length}:${keyString(v)};`;
    else key += `${typeof v === 'bigint' ? 'b' : 'd'}${v};`;
  }
  return key;
}
