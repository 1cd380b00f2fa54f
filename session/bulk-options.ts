import { tmpdir } from 'node:os';
import type { TableInfo } from '../catalog/model.js';
import type { BulkOptions } from '../executor/load-data/bulk-load.js';
import { mysqlError } from '../types/error-table.js';
import type { Session } from './session.js';
import { atMostOneStepBehind } from './session-transaction.js';

/** What the table's rows need to be loaded in bulk; null where the store has no way to. */
export function bulkOptions(session: Session, table: TableInfo): BulkOptions | null {
  const { loads } = session.storage;
  if (loads === undefined || table.temporary !== undefined) return null;
  const folder = session.engine.tempStorage?.folder() ?? tmpdir();
  return { loads, folder, checkSchema: () => checkSchema(session, table) };
}

function checkSchema(session: Session, table: TableInfo): void {
  const now = session.schema.tableById(table.id);
  if (now === null || !atMostOneStepBehind(table, now.table)) throw mysqlError('ER_INFO_SCHEMA_CHANGED');
}
