import { columnIds, rowIds } from '../catalog/auto-columns.js';
import type { TableInfo } from '../catalog/model.js';
import { physicalIds } from '../catalog/table-layout.js';
import { recordBorder, recordBorders } from '../catalog/split-keys.js';
import { intDatum } from '../types/datum.js';
import type { DdlContext } from './ddl-context.js';

/**
 * PRE_SPLIT_REGIONS = n of a table whose row ids are scattered by SHARD_ROW_ID_BITS or AUTO_RANDOM: its rows lie in 2^n regions from the
 * beginning, each with as many of the shards (TiDB: splitPreSplitedTable).
 */
export async function preSplit(ctx: DdlContext, table: TableInfo): Promise<void> {
  const asked = Number(table.options?.['PRE_SPLIT_REGIONS'] ?? 0);
  if (asked <= 0 || table.temporary !== undefined || table.isCommonHandle) return;
  const { shardBits, countBits } = table.autoRandom === undefined ? rowIds(table) : columnIds(table);
  if (shardBits === 0) return;
  const bits = Math.min(asked, shardBits);
  const step = 1n << BigInt(shardBits - bits + countBits);
  const handles = Array.from({ length: 2 ** bits - 1 }, (_, i) => intDatum(BigInt(i + 1) * step));
  const keys = physicalIds(table).flatMap((id) => [
    ...recordBorder(table, id),
    ...recordBorders(id, handles),
  ]);
  await ctx.storage.regions.split(keys);
}
