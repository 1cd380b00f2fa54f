import { scanColumns } from '../catalog/table-layout.js';
import { zoneOf } from '../executor/cop-reader.js';
import { GeneratedColumns } from '../executor/dml/generated-columns.js';
import { compareBytes } from '../kv/codec/byte-writer.js';
import { RowBatchDecoder } from '../kv/codec/row-batch-decoder.js';
import { recordRange } from '../kv/codec/table-key.js';
import type { MemTableScan } from '../planner/physical/plan.js';
import type { Datum } from '../types/datum.js';
import type { SessionExecContext } from './session-exec.js';

/**
 * The first row of each region of a table, by region, with the columns that the scan wants (TiDB's TABLESAMPLE REGIONS). As in TiDB
 * they are the snapshot's: rows that the transaction wrote are not among them.
 */
export async function sampledRows(
  scan: MemTableScan,
  partitions: ReadonlySet<string> | null,
  ctx: SessionExecContext,
): Promise<Datum[][]> {
  const { table } = scan;
  const decoder = new RowBatchDecoder(scanColumns(table, table.columns, false), { zone: zoneOf(ctx) });
  for (const id of sampledIds(scan, partitions)) {
    const { startKey, endKey } = recordRange(id);
    for (const region of await ctx.session.storage.regions.list(startKey, endKey)) {
      const from = compareBytes(region.startKey, startKey) > 0 ? region.startKey : startKey;
      const to = region.endKey.length > 0 && compareBytes(region.endKey, endKey) < 0 ? region.endKey : endKey;
      const records = ctx.snapshot.iterate(from, to, { batchSize: 1 });
      const first = await records.next();
      records.close();
      if (first !== null) decoder.append(first.key, first.key.length, first.value, 0, first.value.length);
      const pause = ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
  }
  const chunk = decoder.take();
  const rows = Array.from({ length: chunk.rows }, (_, i) => chunk.columns.map((c) => c.get(i)));
  const generated = GeneratedColumns.of(table, ctx);
  if (generated !== null) await generated.read(rows);
  const offsets = scan.columns.map((c) => c.offset);
  return rows.map((row) => offsets.map((o) => row[o]!));
}

function sampledIds({ table }: MemTableScan, partitions: ReadonlySet<string> | null): number[] {
  if (table.partition === undefined) return [table.id];
  return table.partition.definitions
    .filter((d) => partitions === null || partitions.has(d.lower))
    .map((d) => d.id);
}
