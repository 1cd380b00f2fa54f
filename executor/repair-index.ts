import type { IndexInfo, TableInfo } from '../catalog/model.js';
import { hasEntries, physicalIds, scanColumns } from '../catalog/table-layout.js';
import { TableMutations, type IndexMutations } from '../catalog/table-mutations.js';
import { equalBytes, nextKey } from '../kv/codec/byte-writer.js';
import { decodeIndexValueHandle, decodeIndexValuePartition } from '../kv/codec/index-value.js';
import { RowBatchDecoder } from '../kv/codec/row-batch-decoder.js';
import {
  decodeRecordHandle,
  indexRange,
  recordKeyOfEntry,
  recordRange,
  type Handle,
} from '../kv/codec/table-key.js';
import type { KvPair } from '../kv/rpc.js';
import type { Storage, Transaction } from '../kv/storage.js';
import type { Datum } from '../types/datum.js';
import { zoneOf } from './cop-reader.js';
import { GeneratedColumns } from './dml/generated-columns.js';
import type { ExecContext } from './exec-context.js';

/** Rows or entries looked at in one transaction. */
const BATCH = 1024;

/** What is needed to tell a row's entries in one index. */
class EntriesOfRows {
  readonly index: IndexMutations | null;
  private readonly decoder: RowBatchDecoder;
  private readonly generated: GeneratedColumns | null;

  constructor(table: TableInfo, physicalId: number, index: IndexInfo, ctx: ExecContext) {
    const zone = zoneOf(ctx);
    const mutations = new TableMutations(table, physicalId, zone);
    this.index = mutations.indexes.find((i) => i.index.id === index.id) ?? null;
    this.decoder = new RowBatchDecoder(scanColumns(table, table.columns, false), { zone });
    this.generated = GeneratedColumns.of(table, ctx);
  }

  /** Keys and values of the entries that each of the records calls for. */
  async of(records: readonly KvPair[]): Promise<{ key: Uint8Array; value: Uint8Array }[][]> {
    const { index } = this;
    if (index === null) return records.map(() => []);
    for (const p of records) this.decoder.append(p.key, p.key.length, p.value, 0, p.value.length);
    const chunk = this.decoder.take();
    const rows = records.map((_, i) => chunk.columns.map((c) => c.get(i)));
    if (this.generated !== null) await this.generated.read(rows);
    const entry = (row: Datum[], handle: Handle): { key: Uint8Array; value: Uint8Array } => ({
      key: index.key(row, handle),
      value: index.value(row, handle),
    });
    return rows.map((row, i) => {
      const handle = decodeRecordHandle(records[i]!.key);
      return index.countVaries
        ? index.entryRows(row).map((r) => entry([...r], handle))
        : [entry(row, handle)];
    });
  }
}

/** The next pairs of a range, and where to go on; null at the end. */
async function nextBatch(
  txn: Transaction,
  start: Uint8Array,
  end: Uint8Array,
): Promise<{ pairs: KvPair[]; next: Uint8Array } | null> {
  const found = txn.iterate(start, end, { batchSize: BATCH });
  const pairs: KvPair[] = [];
  try {
    while (pairs.length < BATCH) {
      const r = found.next();
      const p = r instanceof Promise ? await r : r;
      if (p === null) break;
      pairs.push({ key: p.key.slice(), value: p.value.slice() });
    }
  } finally {
    found.close();
  }
  return pairs.length === 0 ? null : { pairs, next: nextKey(pairs[pairs.length - 1]!.key) };
}

/** Goes over a range batch by batch, a transaction each. */
async function overRange(
  storage: Storage,
  range: { readonly startKey: Uint8Array; readonly endKey: Uint8Array },
  ctx: ExecContext,
  work: (txn: Transaction, pairs: readonly KvPair[]) => Promise<void>,
): Promise<void> {
  for (let start = range.startKey; ;) {
    const txn = await storage.begin();
    try {
      const batch = await nextBatch(txn, start, range.endKey);
      if (batch !== null) await work(txn, batch.pairs);
      await txn.commit();
      if (batch === null) return;
      start = batch.next;
    } catch (e) {
      if (txn.valid) await txn.rollback();
      throw e;
    }
    const pause = ctx.checkpoint();
    if (pause !== undefined) await pause;
  }
}

/** ADMIN RECOVER INDEX: writes the entries that rows call for and that are not there. */
export async function recoverIndex(
  table: TableInfo,
  index: IndexInfo,
  ctx: ExecContext,
): Promise<{ added: number; scanned: number }> {
  let [added, scanned] = [0, 0];
  if (!hasEntries(table, index)) return { added, scanned };
  for (const physicalId of physicalIds(table)) {
    const entries = new EntriesOfRows(table, physicalId, index, ctx);
    await overRange(ctx.storage, recordRange(physicalId), ctx, async (txn, records) => {
      scanned += records.length;
      const wanted = (await entries.of(records)).flat();
      const there = await txn.batchGet(wanted.map((w) => w.key));
      wanted.forEach(({ key, value }, i) => {
        if (there[i] !== null) return;
        txn.set(key, value);
        added++;
      });
    });
  }
  return { added, scanned };
}

/** ADMIN CLEANUP INDEX: removes the entries that no row calls for. */
export async function cleanupIndex(table: TableInfo, index: IndexInfo, ctx: ExecContext): Promise<number> {
  let removed = 0;
  if (!hasEntries(table, index)) return removed;
  const physical = index.global === true ? [table.id] : physicalIds(table);
  const byPartition = new Map<number, EntriesOfRows>();
  const entriesOf = (id: number): EntriesOfRows => {
    let e = byPartition.get(id);
    if (e === undefined) byPartition.set(id, (e = new EntriesOfRows(table, id, index, ctx)));
    return e;
  };
  for (const physicalId of physical) {
    await overRange(ctx.storage, indexRange(physicalId, index.id), ctx, async (txn, found) => {
      for (const { key, value } of found) {
        const owner = index.global === true ? (decodeIndexValuePartition(value) ?? physicalId) : physicalId;
        const entries = entriesOf(owner);
        const columns = entries.index?.valuesInKey ?? index.columns.length;
        const record = recordKeyOfEntry(owner, key, decodeIndexValueHandle(value), columns);
        const row = await txn.get(record);
        const wanted = row === null ? [] : (await entries.of([{ key: record, value: row }]))[0]!;
        if (wanted.some((w) => equalBytes(w.key, key))) continue;
        txn.delete(key);
        removed++;
      }
    });
  }
  return removed;
}
