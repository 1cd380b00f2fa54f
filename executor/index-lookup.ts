import type { Chunk, ChunkSource } from '../chunk/chunk.js';
import { sliceChunk } from '../chunk/slice.js';
import { primaryIndex } from '../catalog/table-layout.js';
import { nextKey } from '../kv/codec/byte-writer.js';
import { encodeCommonHandle, recordKey, type Handle } from '../kv/codec/table-key.js';
import type { KeyRange } from '../kv/rpc.js';
import type { IndexLookUp, IndexScan } from '../planner/physical/plan.js';
import { scanKeyRanges, scanRanges, sendCop, zoneOf } from './cop-reader.js';
import { leafScan } from './coprocessor/dag.js';
import { noteScan } from './feedback.js';
import { compareHandles, PartitionedRows } from './partitioned-rows.js';
import type { ExecContext, Operator } from './exec-context.js';

/**
 * Reads handles from an index and the rows they point to, a batch of handles at a time. Without an order to keep the
 * handles of a batch are sorted, so that the rows are read in the order in which they lie.
 */
export class IndexLookUpOperator implements Operator {
  private index: ChunkSource | null = null;
  private rows: ChunkSource | null = null;
  private skip: number;
  private left: number;
  /** Rows read so far, where entries may point to one several times. */
  private readonly met = new Set<string>();
  /** Entries read. */
  private entries = 0;
  private readonly scan: IndexScan;
  private readonly physicalId: number;
  /** Over a global index: where its entries point to. */
  private readonly partitioned: PartitionedRows | null;

  constructor(
    private readonly plan: IndexLookUp,
    private readonly ctx: ExecContext,
  ) {
    this.skip = plan.pushedLimit?.offset ?? 0;
    this.left = plan.pushedLimit?.count ?? Infinity;
    const scan = leafScan(plan.indexPlan);
    if (scan.op !== 'IndexScan') throw new Error('IndexLookUp without an index scan');
    this.scan = scan;
    this.physicalId = leafScan(plan.tablePlan).physicalId;
    this.partitioned = scan.globalIn === undefined ? null : new PartitionedRows(plan.tablePlan, ctx);
  }

  /** The entries whose rows were not met before. */
  private firstMet(entries: Chunk, handles: readonly Handle[]): Int32Array {
    const ids = this.partitioned === null ? null : entries.columns[entries.columns.length - 1]!;
    const kept = new Int32Array(handles.length);
    let n = 0;
    for (let k = 0; k < handles.length; k++) {
      const h = handles[k]!;
      const i = entries.sel === null ? k : entries.sel[k]!;
      const handle = typeof h === 'object' ? Buffer.from(h).toString('latin1') : String(h);
      const name = ids === null ? handle : `${String(ids.get(i))}/${handle}`;
      if (this.met.has(name)) continue;
      this.met.add(name);
      kept[n++] = i;
    }
    return kept.subarray(0, n);
  }

  open(): void {
    this.met.clear();
    const ranges = scanKeyRanges(this.scan, this.ctx);
    this.index = ranges.length === 0 ? null : sendCop(this.plan.indexPlan, ranges, this.plan, this.ctx);
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
      if (entries === null) {
        const whole = this.plan.pushedLimit === undefined || this.plan.pushedLimit === null;
        if (whole && this.plan.once !== true)
          noteScan(this.ctx, this.plan.indexPlan, this.entries, scanRanges);
        await this.index.close();
        this.index = null;
        return null;
      }
      if (this.plan.once === true) {
        entries = entries.withSel(this.firstMet(entries, this.handles(entries)));
        if (entries.rows === 0) continue;
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
    return handles.map((h) => {
      const startKey = recordKey(this.physicalId, h);
      return { startKey, endKey: nextKey(startKey) };
    });
  }

  private handles(entries: Chunk): Handle[] {
    const { table } = this.scan;
    const n = entries.rows;
    const out = new Array<Handle>(n);
    if (!table.isCommonHandle) {
      const v = entries.columns[entries.columns.length - (this.partitioned === null ? 1 : 2)]!;
      for (let k = 0; k < n; k++)
        out[k] = v.get(entries.sel === null ? k : entries.sel[k]!) as number | bigint;
      return out;
    }
    const primary = primaryIndex(table)!.columns.map((c) => table.columns[c.offset]!);
    const vectors = primary.map((c) => entries.columns[this.scan.columns.findIndex((x) => x.id === c.id)]!);
    const types = primary.map((c) => c.type);
    const zone = zoneOf(this.ctx);
    for (let k = 0; k < n; k++) {
      const i = entries.sel === null ? k : entries.sel[k]!;
      out[k] = encodeCommonHandle(
        vectors.map((v) => v.get(i)),
        types,
        zone,
      );
    }
    return out;
  }
}
