import type { Chunk } from '../chunk/chunk.js';
import type { Awaitable } from '../types/awaitable.js';
import { recordKey } from '../kv/codec/table-key.js';
import { clusteredHandles } from './handle-reader.js';
import { SKIPPED_LOCKED } from '../kv/storage.js';
import type { LockedTable, SelectLock } from '../planner/physical/plan.js';
import { partitionLocator } from '../planner/partition/locator.js';
import { zoneOf } from './cop-reader.js';
import type { ExecContext, Operator } from './exec-context.js';
import { PipelineOperator } from './operator.js';
import { StatementLock } from './read-key.js';

/** Rows locked between two looks at whether others need the thread. */
const BATCH_ROWS = 256;

/**
 * SELECT … FOR UPDATE: locks the rows of each chunk before it is handed up, `wanted` rows at most (Infinity for all), and passes over
 * locked ones with SKIP LOCKED. Reads below were made at the timestamp of current reads, so that a lock that finds a newer version
 * throws WriteConflictError and the statement runs again.
 */
export class SelectLockOperator extends PipelineOperator {
  constructor(
    private readonly plan: SelectLock,
    child: Operator,
    private readonly ctx: ExecContext,
    private wanted: number,
  ) {
    super(child);
  }

  override next(): Awaitable<Chunk | null> {
    return this.wanted === 0 ? null : super.next();
  }

  protected process(chunk: Chunk | null): Awaitable<Chunk | null | undefined> {
    if (chunk === null || this.ctx.txn === null) return chunk;
    return this.lock(chunk);
  }

  /** No more rows are tried at a time than are wanted: what is locked in passing nobody else gets either. */
  private async lock(chunk: Chunk): Promise<Chunk | undefined> {
    const { sel, rows } = chunk;
    const kept: number[] = [];
    let tried = 0;
    while (tried < rows && kept.length < this.wanted) {
      const batch: number[] = [];
      const end = Math.min(rows, tried + this.wanted - kept.length, tried + BATCH_ROWS);
      for (; tried < end; tried++) batch.push(sel === null ? tried : sel[tried]!);
      for (const i of await this.lockRows(chunk, batch)) kept.push(i);
      const pause = this.ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
    this.wanted -= kept.length;
    if (kept.length === rows) return chunk;
    return kept.length === 0 ? undefined : chunk.withSel(Int32Array.from(kept));
  }

  /** Locks the given rows in every table; answers those that were not passed over. */
  private async lockRows(chunk: Chunk, batch: readonly number[]): Promise<readonly number[]> {
    let left = batch;
    for (const t of this.plan.tables) {
      const keys: Uint8Array[] = [];
      const rows: number[] = [];
      for (const i of left) {
        const key = lockedKey(t, chunk, i, this.ctx);
        if (key === null) continue;
        keys.push(key);
        rows.push(i);
      }
      if (keys.length === 0) continue;
      const values = await this.ctx.txn!.lockKeys(keys, new StatementLock(this.ctx, false, this.plan.lock));
      if (this.plan.lock.wait !== 'skipLocked') continue;
      const skipped = new Set(rows.filter((_, k) => values[k] === SKIPPED_LOCKED));
      if (skipped.size > 0) left = left.filter((i) => !skipped.has(i));
    }
    return left;
  }
}

function partitionOf(
  t: LockedTable,
  columns: readonly number[],
  chunk: Chunk,
  i: number,
  ctx: ExecContext,
): number {
  const row = columns.map((at) => (at < 0 ? null : chunk.columns[at]!.get(i)));
  return partitionLocator(t.table, ctx.eval).physicalId(row, ctx.eval);
}

/** The key of the record that row `i` has of a table; null where an outer join left the table out. */
export function lockedKey(t: LockedTable, chunk: Chunk, i: number, ctx: ExecContext): Uint8Array | null {
  const values = t.handle.map((h) => chunk.columns[h]!.get(i));
  if (values.length === 0 || values[0] === null) return null;
  const physicalId = t.columns === undefined ? t.physicalId : partitionOf(t, t.columns, chunk, i, ctx);
  if (!t.table.isCommonHandle) return recordKey(physicalId, values[0] as number | bigint);
  return recordKey(physicalId, clusteredHandles(t.table, zoneOf(ctx))(values));
}
