import type { Chunk } from '../chunk/chunk.js';
import { CHUNK_ROWS } from '../chunk/chunk.js';
import { chunkOf } from '../chunk/chunk-builder.js';
import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';
import type { MemTableScan } from '../planner/physical/plan.js';
import type { ExecContext, Operator } from './exec-context.js';

/** Rows of a virtual table, made by the session when the scan opens. */
export class MemTableScanOperator implements Operator {
  private rows: Datum[][] = [];
  private at = 0;
  private readonly types: FieldType[];

  constructor(
    private readonly plan: MemTableScan,
    private readonly ctx: ExecContext,
  ) {
    this.types = plan.schema.map((c) => c.type);
  }

  async open(): Promise<void> {
    this.rows = await this.ctx.memTable(this.plan);
    this.at = 0;
  }

  next(): Chunk | null {
    if (this.at >= this.rows.length) return null;
    const batch = this.rows.slice(this.at, this.at + CHUNK_ROWS);
    this.at += batch.length;
    return chunkOf(batch, this.types);
  }

  close(): void {
    this.rows = [];
  }
}
