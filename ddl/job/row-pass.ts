import type { ColumnInfo, TableInfo } from '../../catalog/model.js';
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

interface ReadRows {
  readonly keys: Uint8Array[];
  /** Datums by column offset, with what is computed from other columns. */
  readonly rows: Datum[][];
}

/** The rows with these record keys; those that are gone are left out. */
export async function readRowsAt(
  ctx: DdlContext,
  txn: Pick<Transaction, 'batchGet'>,
  table: TableInfo,
  needs: ReadonlySet<number> | null,
  wanted: readonly Uint8Array[],
): Promise<ReadRows> {
  const rows = new RowReader(ctx, table, needs, wanted.length);
  const values = await txn.batchGet(wanted);
  wanted.forEach((key, i) => {
    const value = values[i];
    if (value !== null && value !== undefined) rows.add(key, value);
  });
  return rows.read();
}

/** The first rows of a range of record keys. */
export async function readRows(
  ctx: DdlContext,
  txn: Transaction,
  table: TableInfo,
  needs: ReadonlySet<number> | null,
  from: Uint8Array,
  to: Uint8Array,
  limit: number,
): Promise<ReadRows> {
  const rows = new RowReader(ctx, table, needs, limit);
  const iterator = txn.iterate(from, to, { batchSize: limit });
  try {
    while (rows.keys.length < limit) {
      const step = iterator.next();
      const pair = step instanceof Promise ? await step : step;
      if (pair === null) break;
      rows.add(pair.key, pair.value);
    }
  } finally {
    iterator.close();
  }
  return rows.read();
}

class RowReader {
  readonly keys: Uint8Array[] = [];
  private readonly columns: readonly ColumnInfo[];
  private readonly decoder: RowBatchDecoder;

  constructor(
    private readonly ctx: DdlContext,
    private readonly table: TableInfo,
    private readonly needs: ReadonlySet<number> | null,
    initialRows: number,
  ) {
    this.columns = table.columns.filter((c) => !isVirtual(c) && (needs === null || needs.has(c.offset)));
    this.decoder = new RowBatchDecoder(scanColumns(table, this.columns, false), {
      initialRows,
      zone: zoneOf(ctx),
    });
  }

  add(key: Uint8Array, value: Uint8Array): void {
    this.decoder.append(key, key.length, value, 0, value.length);
    this.keys.push(key);
  }

  async read(): Promise<ReadRows> {
    const { ctx, table, columns, keys } = this;
    const rows = rowsOf(
      table,
      this.decoder.take(),
      columns.map((c) => c.offset),
    );
    if (this.needs === null && columns.length < table.columns.length) await ctx.fillGenerated(table, rows);
    return { keys, rows };
  }
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
