import type { Chunk, ChunkSource } from '../chunk/chunk.js';
import type { Handle } from '../kv/codec/table-key.js';
import type { ByItem, Column } from '../expression/expression.js';
import type { IndexMerge, IndexReader, PhysicalPlan } from '../planner/physical/plan.js';
import { CopReaderOperator, scanKeyRanges, sendCop, zoneOf } from './cop-reader.js';
import { leafScan } from '../planner/physical/leaf-scan.js';
import type { ExecContext, Operator } from './exec-context.js';
import {
  compareHandles,
  handleName,
  handlePositions,
  handlesAt,
  handlesOf,
  recordRanges,
} from './handle-reader.js';
import { MergeOrderedOperator } from './merge-ordered.js';
import { PickColumnsOperator } from './pick-columns.js';

/** Handles looked up at once. */
const BATCH = 4096;
/** What a handle kept in a set weighs, roughly. */
const HANDLE_BYTES = 48;

/**
 * Rows whose handles any (union) or all (intersection) of several scans give, each row once. A union looks rows up as
 * handles come that it has not met before, those of ordered scans in their common order; an intersection first narrows the
 * handles scan by scan.
 */
export class IndexMergeOperator implements Operator {
  private rows: ChunkSource | null = null;
  private scan: ChunkSource | null = null;
  /** Number of the scan read now. */
  private at = -1;
  /** The scans merged in the order they keep; null before they are read, and where there is none. */
  private ordered: Operator | null = null;
  private readonly seen = new Set<string | number | bigint>();
  /** Intersection: what all scans gave; null until they are read. */
  private common: Handle[] | null = null;
  private skip: number;
  private left: number;
  private held = 0;
  private readonly physicalId: number;

  constructor(
    private readonly plan: IndexMerge,
    private readonly ctx: ExecContext,
  ) {
    this.skip = plan.pushedLimit?.offset ?? 0;
    this.left = plan.pushedLimit?.count ?? Infinity;
    this.physicalId = leafScan(plan.tablePlan).physicalId;
  }

  open(): void {}

  async close(): Promise<void> {
    this.ctx.memory.release(this.held);
    this.held = 0;
    await this.rows?.close();
    await this.scan?.close();
    await this.ordered?.close();
    this.rows = this.scan = this.ordered = null;
    this.seen.clear();
  }

  async next(): Promise<Chunk | null> {
    for (;;) {
      if (this.rows !== null) {
        const r = this.rows.next();
        const chunk = r instanceof Promise ? await r : r;
        if (chunk !== null) return chunk;
        await this.rows.close();
        this.rows = null;
      }
      if (this.left === 0) return null;
      const keepOrder = this.plan.keepOrder !== undefined;
      let handles = this.plan.intersection ? await this.nextCommon() : await this.nextNew();
      if (handles === null) return null;
      const from = Math.min(this.skip, handles.length);
      const to = Math.min(handles.length, from + this.left);
      this.skip -= from;
      this.left -= to - from;
      if (to === from) continue;
      handles = handles.slice(from, to);
      if (!keepOrder) handles.sort(compareHandles);
      this.rows = sendCop(
        this.plan.tablePlan,
        recordRanges(this.physicalId, handles),
        { keepOrder, desc: false },
        this.ctx,
      );
    }
  }

  /** Handles that no scan gave before, in the order they come. */
  private async nextNew(): Promise<Handle[] | null> {
    for (;;) {
      const handles = this.plan.keepOrder === undefined ? await this.read() : await this.readOrdered();
      if (handles === null) {
        if (this.plan.keepOrder !== undefined || !this.startNext()) return null;
        continue;
      }
      const fresh: Handle[] = [];
      for (const h of handles) {
        const name = handleName(h);
        if (this.seen.has(name)) continue;
        this.seen.add(name);
        fresh.push(h);
      }
      this.hold(fresh.length * HANDLE_BYTES);
      if (fresh.length > 0) return fresh;
    }
  }

  private async nextCommon(): Promise<Handle[] | null> {
    this.common ??= await this.intersect();
    return this.common.length === 0 ? null : this.common.splice(0, BATCH);
  }

  private async intersect(): Promise<Handle[]> {
    let common = new Map<string | number | bigint, Handle>();
    for (let first = true; this.startNext(); first = false) {
      const kept = new Map<string | number | bigint, Handle>();
      for (let handles = await this.read(); handles !== null; handles = await this.read()) {
        for (const h of handles) {
          const name = handleName(h);
          if (first || common.has(name)) kept.set(name, h);
        }
      }
      this.hold(kept.size * HANDLE_BYTES);
      common = kept;
      if (common.size === 0) break;
    }
    return [...common.values()];
  }

  /** Starts the next scan; false when there is none. */
  private startNext(): boolean {
    const plan = this.plan.partials[++this.at];
    if (plan === undefined) return false;
    const ranges = scanKeyRanges(leafScan(plan), this.ctx);
    this.scan =
      ranges.length === 0 ? null : sendCop(plan, ranges, { keepOrder: false, desc: false }, this.ctx);
    return true;
  }

  /** The next handles of all scans in their order; null at their end. */
  private async readOrdered(): Promise<Handle[] | null> {
    const by = this.plan.keepOrder![0]!;
    if (this.ordered === null) {
      this.ordered = new MergeOrderedOperator(
        this.plan.partials.map((p, i) => this.orderedScan(p, this.plan.keepOrder![i]!)),
        by.map((b, k) => ({ ...b, expr: { ...(b.expr as Column), index: k } })),
        this.ctx,
      );
      await this.ordered.open();
    }
    const chunk = await this.ordered.next();
    if (chunk === null) return null;
    const { table } = leafScan(this.plan.tablePlan);
    const positions = chunk.columns.slice(by.length).map((_, k) => by.length + k);
    return handlesAt(table, chunk, positions, zoneOf(this.ctx));
  }

  /** One of the scans, giving what it is ordered by and then the handle. */
  private orderedScan(plan: PhysicalPlan, by: readonly ByItem[]): Operator {
    const { id, schema, estRows } = plan;
    const { desc } = leafScan(plan);
    const reader: IndexReader = {
      op: 'IndexReader',
      id,
      schema,
      estRows,
      task: 'root',
      child: plan,
      keepOrder: true,
      desc,
    };
    const positions = [...by.map((b) => (b.expr as Column).index), ...handlePositions(leafScan(plan))];
    return new PickColumnsOperator(new CopReaderOperator(reader, this.ctx), positions);
  }

  /** The next handles of the scan being read; null at its end. */
  private async read(): Promise<Handle[] | null> {
    const pause = this.ctx.checkpoint();
    if (pause !== undefined) await pause;
    if (this.scan === null) return null;
    const r = this.scan.next();
    const chunk = r instanceof Promise ? await r : r;
    if (chunk !== null) return handlesOf(leafScan(this.plan.partials[this.at]!), chunk, zoneOf(this.ctx));
    await this.scan.close();
    this.scan = null;
    return null;
  }

  private hold(bytes: number): void {
    this.held += bytes;
    this.ctx.memory.consume(bytes);
  }
}
