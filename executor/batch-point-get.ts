import type { Chunk } from '../chunk/chunk.js';
import { compareBytes } from '../kv/codec/byte-writer.js';
import type { Expression } from '../expression/expression.js';
import type { BatchPointGet } from '../planner/physical/plan.js';
import type { ExecContext, Operator } from './exec-context.js';
import { pointKey, preparePoint, recordKeyOfEntry } from './point-get.js';
import { Work } from './work-counts.js';
import { readKeysLocked } from './read-key.js';

/** Rows by several handles or unique keys, in one batch; each row once. */
export class BatchPointGetOperator implements Operator {
  private done = false;

  constructor(
    private readonly plan: BatchPointGet,
    private readonly ctx: ExecContext,
  ) {}

  open(): void {}

  async next(): Promise<Chunk | null> {
    if (this.done) return null;
    this.done = true;
    const { plan, ctx } = this;
    const p = preparePoint(plan, ctx);
    const { partitions } = plan;
    if (partitions === undefined) await this.read(plan.physicalId, plan.keys, p);
    else
      for (const id of new Set(partitions.ids))
        await this.read(
          id,
          plan.keys.filter((_, i) => partitions.ids[i] === id),
          p,
        );
    const chunk = p.decoder.take();
    return chunk.rows === 0 ? null : chunk;
  }

  close(): void {}

  private async read(
    physicalId: number,
    given: readonly (readonly Expression[])[],
    p: ReturnType<typeof preparePoint>,
  ): Promise<void> {
    const { plan, ctx } = this;
    const found: Uint8Array[] = [];
    for (const key of given) {
      const k = pointKey(plan.table, physicalId, key, p, ctx);
      if (k !== null) found.push(k);
    }
    let keys = sortedUnique(found);
    ctx.noteWork?.(Work.readKey, keys.length);
    if (plan.desc) keys.reverse();
    let values = await readKeysLocked(keys, plan.lock, ctx);
    if (p.index !== null) {
      const records: Uint8Array[] = [];
      for (const v of values) {
        const record = v === null ? null : recordKeyOfEntry(physicalId, plan.globalIn, v);
        if (record !== null) records.push(record);
      }
      keys = records;
      values = await readKeysLocked(keys, plan.lock, ctx);
    }
    const { decoder } = p;
    for (let i = 0; i < keys.length; i++) {
      const v = values[i] ?? null;
      if (v !== null) decoder.append(keys[i]!, keys[i]!.length, v, 0, v.length);
    }
  }
}

function sortedUnique(keys: Uint8Array[]): Uint8Array[] {
  keys.sort(compareBytes);
  return keys.filter((k, i) => i === 0 || compareBytes(keys[i - 1]!, k) !== 0);
}
