import type { IndexInfo, TableInfo } from '../catalog/model.js';
import { hasEntries, indexedType, physicalIds, scanColumns } from '../catalog/table-layout.js';
import { TableMutations, type IndexMutations } from '../catalog/table-mutations.js';
import { equalBytes } from '../kv/codec/byte-writer.js';
import { decodeIndexValueHandle } from '../kv/codec/index-value.js';
import { RowBatchDecoder } from '../kv/codec/row-batch-decoder.js';
import { decodeRecordHandle, indexRange, recordRange, type Handle } from '../kv/codec/table-key.js';
import type { KvPair } from '../kv/rpc.js';
import type { Datum } from '../types/datum.js';
import { mysqlError } from '../types/error-table.js';
import { datumToString } from '../types/format.js';
import { GeneratedColumns } from './dml/generated-columns.js';
import { zoneOf } from './cop-reader.js';
import type { ExecContext } from './exec-context.js';

const BATCH = 1024;

/**
 * ADMIN CHECK TABLE: every row has the entries it should have, with the values they should have, and there are no others.
 * The second half needs no look-ups: entries are distinct keys, so that as many entries as rows call for means that each
 * belongs to one. Throws 8223 for the first row that disagrees, or 8003 when the counts do.
 */
export async function checkTable(
  table: TableInfo,
  ctx: ExecContext,
  only: IndexInfo | null = null,
): Promise<void> {
  /** Entries that all rows call for, by global index. */
  const global = new Map<number, number>();
  for (const physicalId of physicalIds(table)) await checkPhysical(table, physicalId, ctx, only, global);
  for (const index of table.indices) {
    const rows = global.get(index.id);
    if (rows !== undefined) await checkCount(table, table.id, index, rows, ctx);
  }
}

async function checkPhysical(
  table: TableInfo,
  physicalId: number,
  ctx: ExecContext,
  only: IndexInfo | null,
  global: Map<number, number>,
): Promise<void> {
  const zone = zoneOf(ctx);
  const mutations = new TableMutations(table, physicalId, zone);
  const decoder = new RowBatchDecoder(scanColumns(table, table.columns, false), { zone });
  const indexes = mutations.indexes.filter(
    (i) =>
      i.index.state === 'public' && hasEntries(table, i.index) && (only === null || i.index.id === only.id),
  );
  const generated = GeneratedColumns.of(table, ctx);
  const range = recordRange(physicalId);
  const records = ctx.snapshot.iterate(range.startKey, range.endKey, { batchSize: BATCH });
  /** Entries that the rows call for, by index. */
  const expected = indexes.map(() => 0);
  try {
    let batch: KvPair[] = [];
    const flush = async (): Promise<void> => {
      for (const p of batch) decoder.append(p.key, p.key.length, p.value, 0, p.value.length);
      const chunk = decoder.take();
      const full = batch.map((p, i) => ({
        row: chunk.columns.map((c) => c.get(i)),
        handle: decodeRecordHandle(p.key),
      }));
      if (generated !== null) await generated.read(full.map((f) => f.row));
      for (const { row, handle } of full) {
        if (!mutations.hiddenHandle && !sameHandle(mutations.handleOf(row), handle)) {
          throw inconsistent(table, null, handle, [], row);
        }
      }
      for (let i = 0; i < indexes.length; i++)
        expected[i]! += await checkEntries(table, indexes[i]!, full, ctx);
      batch = [];
      const pause = ctx.checkpoint();
      if (pause !== undefined) await pause;
    };
    for (;;) {
      const r = records.next();
      const p = r instanceof Promise ? await r : r;
      if (p === null) break;
      batch.push(p);
      if (batch.length === BATCH) await flush();
    }
    if (batch.length > 0) await flush();
  } finally {
    records.close();
  }
  for (let i = 0; i < indexes.length; i++) {
    const { index } = indexes[i]!;
    if (index.global === true) global.set(index.id, (global.get(index.id) ?? 0) + expected[i]!);
    else await checkCount(table, physicalId, index, expected[i]!, ctx);
  }
}

const sameHandle = (a: Handle, b: Handle): boolean =>
  typeof a === 'object' && typeof b === 'object'
    ? equalBytes(a, b)
    : BigInt.asUintN(64, BigInt(a as number | bigint)) === BigInt.asUintN(64, BigInt(b as number | bigint));

async function checkEntries(
  table: TableInfo,
  index: IndexMutations,
  rows: readonly { row: Datum[]; handle: Handle }[],
  ctx: ExecContext,
): Promise<number> {
  const entries = !index.countVaries
    ? rows
    : rows.flatMap(({ row, handle }) => index.entryRows(row).map((entry) => ({ row: entry, handle })));
  const keys = entries.map(({ row, handle }) => index.key(row, handle));
  const values = await ctx.snapshot.batchGet(keys);
  entries.forEach(({ row, handle }, i) => {
    const value = values[i] ?? null;
    if (value === null) throw inconsistent(table, index, handle, [], row);
    const owner = decodeIndexValueHandle(value);
    if ((owner !== null && !sameHandle(owner, handle)) || !equalBytes(value, index.value(row, handle))) {
      throw inconsistent(table, index, handle, [owner], row);
    }
  });
  return entries.length;
}

async function checkCount(
  table: TableInfo,
  physicalId: number,
  index: IndexInfo,
  rows: number,
  ctx: ExecContext,
): Promise<void> {
  const range = indexRange(physicalId, index.id);
  const entries = ctx.snapshot.iterate(range.startKey, range.endKey, { keyOnly: true, batchSize: BATCH });
  let n = 0;
  try {
    for (;;) {
      const r = entries.next();
      if ((r instanceof Promise ? await r : r) === null) break;
      if (++n % BATCH === 0) {
        const pause = ctx.checkpoint();
        if (pause !== undefined) await pause;
      }
    }
  } finally {
    entries.close();
  }
  if (n !== rows)
    throw mysqlError(
      'ER_ADMIN_CHECK_TABLE',
      `TiDB admin check table failed: table ${table.name} count ${rows} != index(${index.name}) count ${n}`,
    );
}

function inconsistent(
  table: TableInfo,
  index: IndexMutations | null,
  handle: Handle,
  found: readonly (Handle | null)[],
  row: readonly Datum[],
) {
  const offsets = index === null ? [] : index.index.columns.map((c) => c.offset);
  const types = index === null ? [] : index.index.columns.map((c) => indexedType(table, c));
  const shown = offsets.map((o, i) => (row[o] === null ? 'NULL' : datumToString(row[o]!, types[i]!)));
  const handleText = typeof handle === 'object' ? Buffer.from(handle).toString('hex') : String(handle);
  return mysqlError(
    'ER_DATA_INCONSISTENT',
    table.name,
    index?.index.name ?? 'PRIMARY',
    handleText,
    found.length === 0 ? '""' : `"handle: ${found.map(String).join()}"`,
    `"handle: ${handleText}, values: [${shown.join(' ')}]"`,
  );
}
