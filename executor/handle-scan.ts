import type { Chunk, ChunkSource } from '../chunk/chunk.js';
import { chunkOf } from '../chunk/chunk-builder.js';
import type { TableInfo } from '../catalog/model.js';
import { handleColumn, ROWID_TYPE } from '../catalog/table-layout.js';
import { binaryType } from '../expression/type-inference.js';
import type { Handle } from '../kv/codec/table-key.js';
import type { IndexScan, PhysicalPlan, TableScan } from '../planner/physical/plan.js';
import { leafScan } from '../planner/physical/leaf-scan.js';
import type { Awaitable } from '../types/awaitable.js';
import type { FieldType } from '../types/field-type.js';
import { scanKeyRanges, sendCop, zoneOf } from './cop-reader.js';
import type { ExecContext, Operator } from './exec-context.js';
import { handlePositions, handlesOf } from './handle-reader.js';

/** Of handles in a vector: numbers as they are, those of clustered keys in their encoding. */
export const handleType = (table: TableInfo): FieldType =>
  table.isCommonHandle ? binaryType() : (handleColumn(table)?.type ?? ROWID_TYPE);

/** The handles in the one column of a chunk. */
export function handlesIn(chunk: Chunk): Handle[] {
  const v = chunk.columns[0]!;
  const out = new Array<Handle>(chunk.rows);
  for (let k = 0; k < chunk.rows; k++) out[k] = v.get(chunk.sel === null ? k : chunk.sel[k]!) as Handle;
  return out;
}

/** The handles that a scan of an index or the table gives, in the order they come. */
export class HandleScan implements Operator {
  private readonly scan: IndexScan | TableScan;
  private source: ChunkSource | null = null;

  constructor(
    private readonly plan: PhysicalPlan,
    private readonly ctx: ExecContext,
  ) {
    this.scan = leafScan(plan);
  }

  open(): void {
    const ranges = scanKeyRanges(this.scan, this.ctx);
    if (ranges.length > 0)
      this.source = sendCop(this.plan, ranges, { keepOrder: false, desc: false }, this.ctx);
  }

  next(): Awaitable<Chunk | null> {
    if (this.source === null) return null;
    const r = this.source.next();
    return r instanceof Promise ? r.then((chunk) => this.handles(chunk)) : this.handles(r);
  }

  private handles(chunk: Chunk | null): Chunk | null {
    if (chunk === null) return null;
    const { scan } = this;
    if (!scan.table.isCommonHandle) return chunk.withColumns([chunk.columns[handlePositions(scan)[0]!]!]);
    const handles = handlesOf(scan, chunk, zoneOf(this.ctx));
    return chunkOf(
      handles.map((h) => [h as Uint8Array]),
      [handleType(scan.table)],
    );
  }

  close(): Awaitable<void> {
    const { source } = this;
    this.source = null;
    return source?.close();
  }
}
