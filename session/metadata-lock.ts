import type { InfoSchema, TableInfo } from '../catalog/model.js';
import { physicalIds } from '../catalog/table-layout.js';
import type { PlannedStatement } from '../planner/plan-context.js';
import { mysqlError } from '../types/error-table.js';
import type { Session } from './session.js';

/**
 * Metadata lock: a schema change waits for transactions that have used the table (TiDB manual, "Metadata Lock"). One whose snapshot is older
 * than a change must find in it what the new definition promises: indexes that were filled later, columns that were
 * rewritten, rows that moved to other partitions are not there. Throws 8028.
 */
export function noteMetadata(session: Session, planned: PlannedStatement): void {
  const { transaction } = session;
  for (const { db, table, write } of planned.tables) {
    const first = transaction.usedTable(table.id);
    if (first === table) continue;
    if (table.virtual === true || table.view !== undefined || table.sequence !== undefined) continue;
    if (table.temporary !== undefined) continue;
    if (first === undefined && locksMetadata(session)) transaction.noteUsed(table);
    // Statements that lock what they read, read what is newest.
    if (write && transaction.txn?.pessimistic === true) continue;
    if (isKept(transaction.schemaAtBegin!, first, db, table, session)) continue;
    if (transaction.readCommitted) continue;
    throw mysqlError('ER_INFO_SCHEMA_CHANGED');
  }
}

const locksMetadata = (session: Session): boolean =>
  session.engine.globals.get('tidb_enable_metadata_lock') === 'ON';

/** Whether the transaction's snapshot can be read with the table's present definition. */
function isKept(
  begin: InfoSchema,
  first: TableInfo | undefined,
  db: string,
  table: TableInfo,
  session: Session,
): boolean {
  if (first !== undefined) return fits(first, table);
  if (begin === session.engine.schemaLoader.current) return true;
  const was = begin.tableById(table.id)?.table;
  // TRUNCATE leaves the name to another table; one that is new is empty for older snapshots.
  return was === undefined ? begin.table(db, table.name) === null : fits(was, table);
}

/** Whether rows written under the definition `was` can be read with the present one. */
function fits(was: TableInfo, table: TableInfo): boolean {
  if (was.version === table.version) return true;
  for (const index of table.indices) {
    if (index.state !== 'public') continue;
    if (was.indices.find((i) => i.id === index.id)?.state !== 'public') return false;
  }
  for (const column of table.columns) {
    if (column.state !== 'public') continue;
    const old = was.columns.find((c) => c.lower === column.lower);
    if (old !== undefined && old.id !== column.id) return false;
  }
  const ids = new Set(physicalIds(was));
  return physicalIds(table).every((id) => ids.has(id));
}
