import type { Chunk, ChunkSource } from '../chunk/chunk.js';
import { sliceChunk } from '../chunk/slice.js';
import type { Handle } from '../kv/codec/table-key.js';
import type { KeyRange } from '../kv/rpc.js';
import type { IndexLookUp, IndexScan, PhysicalPlan } from '../planner/physical/plan.js';
import { scanKeyRanges, scanRanges, sendCop, zoneOf } from './cop-reader.js';
import { leafScan } from '../planner/physical/leaf-scan.js';
import { noteScan } from './feedback.js';
import type { ExecContext, Operator } from './exec-context.js';
import { compareHandles, handlesOf, recordRanges } from './handle-reader.js';
import { PartitionedRows } from './partitioned-rows.js';

/** The index side as a store reads it that cannot look up rows. */
function withoutLookUp(p: PhysicalPlan): PhysicalPlan {
  let at = p;
  while (at.op !== 'LocalIndexLookUp') {
    if (!('child' in at)) return p;
    at = at.child;
  }
  return at.child;
}

/**
 * Reads handles from an index and the rows they point to, a batch of handles at a time. Without an order to keep the
 * handles of a batch are sorted, so that the rows are read in the order in which they lie.
 */
export class IndexLookUpOperator implements Operator {
  private index: ChunkSource | null = null;
  private rows: ChunkSource | null = null;
  private skip: number;
  private left: number;
  /** Entries read. */
  private entries = 0;
  private readonly scan: IndexScan;
  private readonly physicalId: number;
  /** Over a global index: where its entries point to. */
  private readonly partitioned: PartitionedRows | null;
  /** The store looks up the rows. */
  private readonly local: boolean;
  private readonly indexPlan: PhysicalPlan;

  constructor(
    private readonly plan: IndexLookUp,
    private readonly ctx: ExecContext,
  ) {
    this.skip = plan.pushedLimit?.offset ?? 0;
    this.left = plan.pushedLimit?.count ?? Infinity;
    this.local = plan.local === true && ctx.storage.inProcess === true;
    this.indexPlan = plan.local === true && !this.local ? withoutLookUp(plan.indexPlan) : plan.indexPlan;
    const scan = leafScan(plan.indexPlan);
    if (scan.op !== 'IndexScan') throw new Error('IndexLookUp without an index scan');
    this.scan = scan;
    this.physicalId = leafScan(plan.tablePlan).physicalId;
    this.partitioned = scan.globalIn === undefined ? null : new PartitionedRows(plan.tablePlan, ctx);
  }

  open(): void {
    const ranges = scanKeyRanges(this.scan, this.ctx);
    this.index = ranges.length === 0 ? null : sendCop(this.indexPlan, ranges, this.plan, this.ctx);
  }

  async next(): Promise<Chunk | null> {
    for (;;) {
      if (this.rows !== null) {
        const r = this.rows.next();
        const chunk = r instanceof Promise ? await r : r;
        const pause = this.ctx.checkpoint();
        if (pause !== undefined) await pause;
        if (chunk !== null) return chunk;
        await this.rows.close();
        this.rows = null;
      }
      if (this.index === null || this.left === 0) return null;
      const r = this.index.next();
      let entries = r instanceof Promise ? await r : r;
      const pause = this.ctx.checkpoint();
      if (pause !== undefined) await pause;
      if (entries === null) {
        const whole = this.plan.pushedLimit === undefined && !this.local;
        if (whole) noteScan(this.ctx, this.indexPlan, this.entries, scanRanges);
        await this.index.close();
        this.index = null;
        return null;
      }
      this.entries += entries.rows;
      if (this.skip > 0 || this.left !== Infinity) {
        const from = Math.min(this.skip, entries.rows);
        const to = Math.min(entries.rows, from + this.left);
        this.skip -= from;
        this.left -= to - from;
        entries = sliceChunk(entries, from, to);
        if (entries.rows === 0) continue;
      }
      if (this.local) return entries;
      // Rows given by handle come in the order given, whatever way the index was read.
      const order = { keepOrder: this.plan.keepOrder, desc: false };
      if (this.partitioned !== null) this.rows = this.partitioned.rows(entries, this.handles(entries), order);
      else this.rows = sendCop(this.plan.tablePlan, this.recordRanges(entries), order, this.ctx);
    }
  }

  async close(): Promise<void> {
    await this.rows?.close();
    await this.index?.close();
    this.rows = null;
    this.index = null;
  }

  private recordRanges(entries: Chunk): KeyRange[] {
    const handles = this.handles(entries);
    if (!this.plan.keepOrder) handles.sort(compareHandles);
    return recordRanges(this.physicalId, handles);
  }

  private handles(entries: Chunk): Handle[] {
    return handlesOf(this.scan, entries, zoneOf(this.ctx));
  }
}
