import { mysqlError } from '../types/error-table.js';
import type { TableInfo } from './model.js';

/** What statements say of a table that FLASHBACK CLUSTER is at work on (TiKV's FlashbackInProgress). Throws 1105. */
export function throwIfFlashback(table: TableInfo): void {
  if (table.flashback !== undefined)
    throw mysqlError(
      'ER_UNKNOWN_ERROR',
      `table ${table.name} is in flashback progress, FlashbackStartTS is ${table.flashback}`,
    );
}
