import { TableMutations } from '../../catalog/table-mutations.js';
import type { TableInfo } from '../../catalog/model.js';
import { physicalIds } from '../../catalog/table-layout.js';
import { compareBytes, nextKey } from '../../kv/codec/byte-writer.js';
import { decodeRecordHandle, recordRange, type Handle } from '../../kv/codec/table-key.js';
import type { KeyRange } from '../../kv/rpc.js';
import { isWriteConflict, type Storage, type Transaction } from '../../kv/storage.js';
import type { Datum } from '../../types/datum.js';
import type { DdlContext } from '../ddl-context.js';
import { readRows, zoneOf, type RowPass } from './row-pass.js';

const CLEARED_AT_ONCE = 4096;

/** The table as the division to come has it. */
export function otherDivision(table: TableInfo): TableInfo {
  const { partition: _, moving, ...rest } = table;
  const indices = table.indices.filter((i) => i.global !== true || i.state !== 'public');
  return moving!.partition === null
    ? { ...rest, indices }
    : { ...rest, indices, partition: moving!.partition };
}

/**
 * Passes that copy rows from the partitions that a table is about to lose (`table` in state write-reorganisation) to those
 * that it gets. Each change of a row writes both places meanwhile, under the same handle, so that a copy conflicts with
 * what was written since it read.
 */
export function movingPasses(ctx: DdlContext, table: TableInfo): RowPass[] {
  const target = otherDivision(table);
  const staying = new Set(physicalIds(target));
  const leaving = physicalIds(table).filter((id) => !staying.has(id));
  const copy = new Copying(ctx, target, newPartitions(target, table));
  const passes: RowPass[] = [{ needs: null, only: new Set(leaving), run: copy.run }];
  const hidden = !table.pkIsHandle && !table.isCommonHandle;
  if (table.foreignHandles === true && hidden && leaving.length > 1)
    passes.unshift(separating(ctx, table, leaving, copy));
  return passes;
}

/** Rows of partitions that leave go to new ones: another that would take them, as a DEFAULT partition does, is none of the statement's. */
function newPartitions(target: TableInfo, table: TableInfo): TableInfo {
  const { partition } = target;
  if (partition === undefined) return target;
  const present = new Set(physicalIds(table));
  return {
    ...target,
    partition: { ...partition, definitions: partition.definitions.filter((d) => !present.has(d.id)) },
  };
}

/** Writes rows where the division to come has them. Throws 1526. */
class Copying {
  private readonly parts = new Map<number, TableMutations>();

  constructor(
    private readonly ctx: DdlContext,
    private readonly target: TableInfo,
    /** The same with those partitions alone that rows may go to. */
    private readonly places: TableInfo,
  ) {}

  readonly run: RowPass['run'] = (txn, _physicalId, keys, rows) => {
    let bytes = 0;
    for (let r = 0; r < rows.length; r++) bytes += this.put(txn, rows[r]!, decodeRecordHandle(keys[r]!));
    return Promise.resolve(bytes);
  };

  /** The layout of the partition that a row goes to. */
  placeOf(row: readonly Datum[]): TableMutations {
    const id = this.ctx.physicalIdOf(this.places, row);
    let m = this.parts.get(id);
    if (m === undefined) this.parts.set(id, (m = new TableMutations(this.target, id, zoneOf(this.ctx))));
    return m;
  }

  put(txn: Transaction, row: readonly Datum[], handle: Handle): number {
    const m = this.placeOf(row);
    return putRow(txn, m, row, handle);
  }
}

function putRow(txn: Transaction, m: TableMutations, row: readonly Datum[], handle: Handle): number {
  const value = m.encodeRecord(row);
  const key = m.recordKey(handle);
  txn.set(key, value);
  let bytes = key.length + value.length;
  for (const index of m.indexes) {
    for (const entry of index.entryRows(row)) {
      const name = index.key(entry, handle);
      const held = index.value(entry, handle);
      txn.set(name, held);
      bytes += name.length + held.length;
    }
  }
  return bytes;
}

function deleteEntries(txn: Transaction, m: TableMutations, row: readonly Datum[], handle: Handle): void {
  for (const index of m.indexes)
    for (const entry of index.entryRows(row)) txn.delete(index.key(entry, handle));
}

/**
 * Gives rows fresh hidden handles where another of the partitions that leave has a row of the same: both may move to one
 * partition. Such rows come from EXCHANGE PARTITION only.
 */
function separating(ctx: DdlContext, table: TableInfo, leaving: readonly number[], copy: Copying): RowPass {
  const layouts = new Map(leaving.map((id) => [id, new TableMutations(table, id, zoneOf(ctx))]));
  const run: RowPass['run'] = async (txn, physicalId, keys, rows) => {
    const before = leaving.slice(0, leaving.indexOf(physicalId));
    if (before.length === 0) return 0;
    const here = layouts.get(physicalId)!;
    const handles = keys.map((k) => decodeRecordHandle(k));
    let bytes = 0;
    for (const id of before) {
      const there = await txn.batchGet(handles.map((h) => layouts.get(id)!.recordKey(h)));
      for (let r = 0; r < rows.length; r++) {
        if ((there[r] ?? null) === null) continue;
        const row = rows[r]!;
        const fresh = await ctx.freshHandle(table);
        txn.delete(here.recordKey(handles[r]!));
        deleteEntries(txn, here, row, handles[r]!);
        deleteEntries(txn, copy.placeOf(row), row, handles[r]!);
        bytes += putRow(txn, here, row, fresh) + copy.put(txn, row, fresh);
        handles[r] = fresh;
      }
    }
    return bytes;
  };
  return { needs: null, only: new Set(leaving), run };
}

/**
 * Deletes ranges key by key, as far as `commit` agrees: of a table's own id, which may be used again, so that they cannot be left to garbage
 * collection.
 */
export async function clearRanges(
  ctx: DdlContext,
  ranges: readonly KeyRange[],
  commit: (txn: Transaction) => Promise<void>,
): Promise<void> {
  let most = CLEARED_AT_ONCE;
  for (const { startKey, endKey } of ranges) {
    for (let from = startKey; compareBytes(from, endKey) < 0;) {
      const done = await deleteSome(ctx.storage, from, endKey, most, commit);
      if (done === null) break;
      if (done === 'conflict') {
        // Keys that statements delete all the time are met less often by small batches.
        most = Math.max(1, most >> 2);
        continue;
      }
      most = Math.min(CLEARED_AT_ONCE, most << 1);
      from = nextKey(done.last);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** Gives the last key deleted; null when there was none, 'conflict' where a statement deleted one of them itself. */
async function deleteSome(
  storage: Storage,
  from: Uint8Array,
  to: Uint8Array,
  most: number,
  commit: (txn: Transaction) => Promise<void>,
): Promise<{ readonly last: Uint8Array } | 'conflict' | null> {
  const txn = await storage.begin();
  try {
    let last: Uint8Array | null = null;
    const iterator = txn.iterate(from, to, { batchSize: most });
    const keys: Uint8Array[] = [];
    try {
      while (keys.length < most) {
        const pair = await iterator.next();
        if (pair === null) break;
        keys.push((last = pair.key));
      }
    } finally {
      iterator.close();
    }
    for (const key of keys) txn.delete(key);
    await commit(txn);
    return last === null ? null : { last };
  } catch (e) {
    if (txn.valid) await txn.rollback();
    if (!isWriteConflict(e)) throw e;
    return 'conflict';
  }
}

/** Looks at all rows of a table. */
export async function visitRows(
  ctx: DdlContext,
  table: TableInfo,
  visit: (rows: readonly Datum[][]) => void | Promise<void>,
  physicalId = table.id,
): Promise<void> {
  const { startKey, endKey } = recordRange(physicalId);
  const txn = await ctx.storage.begin();
  try {
    for (let from = startKey; ;) {
      ctx.throwIfInterrupted();
      const { keys, rows } = await readRows(ctx, txn, table, null, from, endKey, CLEARED_AT_ONCE);
      if (keys.length === 0) return;
      await visit(rows);
      from = nextKey(keys[keys.length - 1]!);
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    await txn.rollback();
  }
}
