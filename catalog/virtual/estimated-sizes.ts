import type { TableInfo } from '../model.js';

/** TABLE_ROWS, AVG_ROW_LENGTH, DATA_LENGTH, MAX_DATA_LENGTH, INDEX_LENGTH and DATA_FREE of a table or partition, estimated from the number of its rows. */
export function estimatedSizes(table: TableInfo, count: number): number[] {
  const width = table.columns.reduce((n, c) => n + Math.min(64, Math.max(1, c.type.flen)), 0);
  return [count, count === 0 ? 0 : width, count * width, 0, count * 8 * table.indices.length, 0];
}
