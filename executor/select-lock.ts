import type { Chunk } from '../chunk/chunk.js';
import { recordKey } from '../kv/codec/table-key.js';
import { clusteredHandles } from './handle-reader.js';
import { SKIPPED_LOCKED } from '../kv/storage.js';
import type { LockedTable, SelectLock } from '../planner/physical/plan.js';
import { partitionLocator } from '../planner/partition/locator.js';
import { zoneOf } from './cop-reader.js';
import type { ExecContext, Operator } from './exec-context.js';
import { PipelineOperator } from './operator.js';
import { StatementLock } from './read-key.js';

/**
 * SELECT … FOR UPDATE: locks the rows of each chunk before it is handed up. Reads below were made at the timestamp of
 * current reads, so that a lock that finds a newer version throws WriteConflictError and the statement runs again.
 */
export class SelectLockOperator extends PipelineOperator {
  constructor(
    private readonly plan: SelectLock,
    child: Operator,
    private readonly ctx: ExecContext,
  ) {
    super(child);
  }

  protected process(chunk: Chunk | null): Chunk | null | undefined | Promise<Chunk | null | undefined> {
    if (chunk === null || this.ctx.txn === null) return chunk;
    return this.lock(chunk);
  }

  private async lock(chunk: Chunk): Promise<Chunk | undefined> {
    const txn = this.ctx.txn!;
    let sel = chunk.sel;
    for (const t of this.plan.tables) {
      const keys: Uint8Array[] = [];
      const rows: number[] = [];
      const n = sel === null ? chunk.length : sel.length;
      for (let k = 0; k < n; k++) {
        const i = sel === null ? k : sel[k]!;
        const key = this.keyOf(t, chunk, i);
        if (key === null) continue;
        keys.push(key);
        rows.push(i);
      }
      if (keys.length === 0) continue;
      const values = await txn.lockKeys(keys, new StatementLock(this.ctx, false, this.plan.lock));
      if (this.plan.lock.wait !== 'skipLocked') continue;
      const skipped = new Set<number>();
      values.forEach((v, k) => {
        if (v === SKIPPED_LOCKED) skipped.add(rows[k]!);
      });
      if (skipped.size > 0) {
        const all = sel ?? Int32Array.from({ length: chunk.length }, (_, i) => i);
        sel = all.filter((i) => !skipped.has(i));
      }
    }
    if (sel === chunk.sel) return chunk;
    return sel!.length === 0 ? undefined : chunk.withSel(sel);
  }

  private partitionOf(t: LockedTable, columns: readonly number[], chunk: Chunk, i: number): number {
    const row = columns.map((at) => (at < 0 ? null : chunk.columns[at]!.get(i)));
    return partitionLocator(t.table, this.ctx.eval).physicalId(row, this.ctx.eval);
  }

  /** Null where an outer join left the table out. */
  private keyOf(t: LockedTable, chunk: Chunk, i: number): Uint8Array | null {
    const values = t.handle.map((h) => chunk.columns[h]!.get(i));
    if (values.length === 0 || values[0] === null) return null;
    const physicalId = t.columns === undefined ? t.physicalId : this.partitionOf(t, t.columns, chunk, i);
    if (!t.table.isCommonHandle) return recordKey(physicalId, values[0] as number | bigint);
    return recordKey(physicalId, clusteredHandles(t.table, zoneOf(this.ctx))(values));
  }
}
