import type { IndexInfo, TableInfo } from '../catalog/model.js';
import { TableMutations } from '../catalog/table-mutations.js';
import { isVirtual, physicalIds, scanColumns } from '../catalog/table-layout.js';
import { compareBytes, equalBytes, nextKey } from '../kv/codec/byte-writer.js';
import { RowBatchDecoder } from '../kv/codec/row-batch-decoder.js';
import { decodeRecordHandle, recordRange } from '../kv/codec/table-key.js';
import type { Transaction } from '../kv/storage.js';
import { KeyExistsError, WriteConflictError } from '../kv/storage.js';
import type { Chunk } from '../chunk/chunk.js';
import type { Datum } from '../types/datum.js';
import { mysqlError } from '../types/error-table.js';
import { datumToString } from '../types/format.js';
import type { DdlContext } from './ddl-context.js';

/** Rows of one backfill transaction (TiDB's tidb_ddl_reorg_batch_size is of this order). */
const BATCH_ROWS = 4096;
const CONFLICT_RETRIES = 50;

/**
 * Fills an index in state write-reorganisation from the rows there are, batch by batch in handle order. Statements
 * running meanwhile keep the index themselves; each of their changes to a row also writes the row's old and new entries,
 * so a batch that read an older version of the row conflicts on those entries and is done again. Throws 1062.
 */
export async function backfillIndex(ctx: DdlContext, table: TableInfo, index: IndexInfo): Promise<void> {
  let done = 0;
  for (const physicalId of physicalIds(table)) {
    const { startKey, endKey } = recordRange(physicalId);
    let from = startKey;
    while (compareBytes(from, endKey) < 0) {
      ctx.throwIfInterrupted();
      const batch = await fillBatch(ctx, table, physicalId, index, from, endKey);
      if (batch === null) break;
      from = nextKey(batch.lastKey);
      done += batch.rows;
      ctx.progress(`adding index ${index.name}: ${done} rows`);
    }
  }
}

interface Batch {
  readonly lastKey: Uint8Array;
  readonly rows: number;
}

async function fillBatch(
  ctx: DdlContext,
  table: TableInfo,
  physicalId: number,
  index: IndexInfo,
  from: Uint8Array,
  to: Uint8Array,
): Promise<Batch | null> {
  for (let attempt = 0; ; attempt++) {
    const txn = await ctx.storage.begin();
    try {
      const batch = await writeEntries(ctx, txn, table, physicalId, index, from, to);
      if (batch === null) {
        await txn.rollback();
        return null;
      }
      await txn.commit();
      return batch;
    } catch (error) {
      if (txn.valid) await txn.rollback();
      const conflict =
        error instanceof WriteConflictError ||
        error instanceof KeyExistsError ||
        (error as { code?: number }).code === 9007;
      if (!conflict || attempt >= CONFLICT_RETRIES) throw error;
    }
  }
}

async function writeEntries(
  ctx: DdlContext,
  txn: Transaction,
  table: TableInfo,
  physicalId: number,
  index: IndexInfo,
  from: Uint8Array,
  to: Uint8Array,
): Promise<Batch | null> {
  const columns = table.columns.filter((c) => !isVirtual(c));
  const decoder = new RowBatchDecoder(scanColumns(table, columns, false), { initialRows: BATCH_ROWS });
  const keys: Uint8Array[] = [];
  const iterator = txn.iterate(from, to, { batchSize: BATCH_ROWS });
  try {
    while (keys.length < BATCH_ROWS) {
      const step = iterator.next();
      const pair = step instanceof Promise ? await step : step;
      if (pair === null) break;
      decoder.append(pair.key, pair.key.length, pair.value, 0, pair.value.length);
      keys.push(pair.key);
    }
  } finally {
    iterator.close();
  }
  if (keys.length === 0) return null;
  const rows = rowsOf(
    table,
    decoder.take(),
    columns.map((c) => c.offset),
  );
  if (index.columns.some((c) => isVirtual(table.columns[c.offset]!))) await ctx.fillGenerated(table, rows);
  const entries = entriesOf(table, physicalId, index, rows, keys);
  await refuseDuplicates(txn, table, index, entries);
  for (const e of entries) txn.set(e.key, e.value, { presumeNotExists: false });
  return { lastKey: keys[keys.length - 1]!, rows: keys.length };
}

interface Entry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly distinct: boolean;
  readonly values: readonly Datum[];
}

/** Full rows, datums by column offset. */
function rowsOf(table: TableInfo, chunk: Chunk, offsets: readonly number[]): Datum[][] {
  const rows: Datum[][] = [];
  for (let i = 0; i < chunk.length; i++) {
    const row = new Array<Datum>(table.columns.length).fill(null);
    for (let c = 0; c < offsets.length; c++) row[offsets[c]!] = chunk.columns[c]!.get(i);
    rows.push(row);
  }
  return rows;
}

function entriesOf(
  table: TableInfo,
  physicalId: number,
  index: IndexInfo,
  rows: readonly Datum[][],
  keys: readonly Uint8Array[],
): Entry[] {
  const mutations = new TableMutations(table, physicalId).indexes.find((m) => m.index.id === index.id)!;
  return keys.map((key, i) => {
    const row = rows[i]!;
    const handle = decodeRecordHandle(key);
    return {
      key: mutations.key(row, handle),
      value: mutations.value(row, handle),
      distinct: mutations.isDistinct(row),
      values: mutations.entryValues(row),
    };
  });
}

/** Unique entries must be new, or be the row's own, written by a statement meanwhile. */
async function refuseDuplicates(
  txn: Transaction,
  table: TableInfo,
  index: IndexInfo,
  entries: readonly Entry[],
): Promise<void> {
  const unique = entries.filter((e) => e.distinct);
  if (unique.length === 0) return;
  const present = await txn.batchGet(unique.map((e) => e.key));
  const seen = new Map<string, Entry>();
  unique.forEach((entry, i) => {
    const text = Buffer.from(entry.key).toString('latin1');
    const there = present[i];
    const clash =
      seen.has(text) || (there !== null && there !== undefined && !equalBytes(there, entry.value));
    if (clash) {
      const shown = entry.values
        .map((v, c) =>
          v === null ? 'NULL' : datumToString(v, table.columns[index.columns[c]!.offset]!.type),
        )
        .join('-');
      throw mysqlError('ER_DUP_ENTRY', shown, `${table.name}.${index.name}`);
    }
    seen.set(text, entry);
  });
}
