import type { TableInfo } from '../../catalog/model.js';
import type { IndexMutations } from '../../catalog/table-mutations.js';
import { isVirtual, scanColumns } from '../../catalog/table-layout.js';
import type { Chunk } from '../../chunk/chunk.js';
import { RowBatchDecoder } from '../../kv/codec/row-batch-decoder.js';
import type { Transaction } from '../../kv/storage.js';
import type { Datum } from '../../types/datum.js';
import { timeZone, UTC, type TimeZone } from '../../types/timezone.js';
import type { DdlContext } from '../ddl-context.js';

/** One pass over a table's rows. */
export interface RowPass {
  /** Offsets of the columns that it looks at; null: all. */
  readonly needs: ReadonlySet<number> | null;
  /** Physical tables whose rows it goes over; without it: all. */
  readonly only?: ReadonlySet<number>;
  /** Indexes that it fills and that may be filled in bulk, for a physical table. */
  readonly bulk?: (physicalId: number) => readonly IndexMutations[];
  /** Checks or writes a batch. Gives the bytes written. */
  run(
    txn: Transaction,
    physicalId: number,
    keys: readonly Uint8Array[],
    rows: readonly Datum[][],
  ): Promise<number>;
}

export const zoneOf = (ctx: DdlContext): TimeZone => timeZone(ctx.eval.timeZone) ?? UTC;

/** The same of the rows with these record keys; those that are gone are left out. */
export async function readRowsAt(
  ctx: DdlContext,
  txn: Pick<Transaction, 'batchGet'>,
  table: TableInfo,
  needs: ReadonlySet<number> | null,
  wanted: readonly Uint8Array[],
): Promise<{ keys: Uint8Array[]; rows: Datum[][] }> {
  const columns = table.columns.filter((c) => !isVirtual(c) && (needs === null || needs.has(c.offset)));
  const decoder = new RowBatchDecoder(scanColumns(table, columns, false), { zone: zoneOf(ctx) });
  const keys: Uint8Array[] = [];
  const values = await txn.batchGet(wanted);
  wanted.forEach((key, i) => {
    const value = values[i];
    if (value === null || value === undefined) return;
    decoder.append(key, key.length, value, 0, value.length);
    keys.push(key);
  });
  const rows = rowsOf(
    table,
    decoder.take(),
    columns.map((c) => c.offset),
  );
  if (needs === null && columns.length < table.columns.length) await ctx.fillGenerated(table, rows);
  return { keys, rows };
}

/** Rows as datums by column offset, with what is computed from other columns. */
export async function readRows(
  ctx: DdlContext,
  txn: Transaction,
  table: TableInfo,
  needs: ReadonlySet<number> | null,
  from: Uint8Array,
  to: Uint8Array,
  limit: number,
): Promise<{ keys: Uint8Array[]; rows: Datum[][] }> {
  const columns = table.columns.filter((c) => !isVirtual(c) && (needs === null || needs.has(c.offset)));
  const decoder = new RowBatchDecoder(scanColumns(table, columns, false), {
    initialRows: limit,
    zone: zoneOf(ctx),
  });
  const keys: Uint8Array[] = [];
  const iterator = txn.iterate(from, to, { batchSize: limit });
  try {
    while (keys.length < limit) {
      const step = iterator.next();
      const pair = step instanceof Promise ? await step : step;
      if (pair === null) break;
      decoder.append(pair.key, pair.key.length, pair.value, 0, pair.value.length);
      keys.push(pair.key);
    }
  } finally {
    iterator.close();
  }
  const rows = rowsOf(
    table,
    decoder.take(),
    columns.map((c) => c.offset),
  );
  if (needs === null && columns.length < table.columns.length) await ctx.fillGenerated(table, rows);
  return { keys, rows };
}

function rowsOf(table: TableInfo, chunk: Chunk, offsets: readonly number[]): Datum[][] {
  const rows: Datum[][] = [];
  for (let i = 0; i < chunk.length; i++) {
    const row = new Array<Datum>(table.columns.length).fill(null);
    for (let c = 0; c < offsets.length; c++) row[offsets[c]!] = chunk.columns[c]!.get(i);
    rows.push(row);
  }
  return rows;
}
