import type { Datum } from '../types/datum.js';
import { mysqlError } from '../types/error-table.js';
import type { MemTableScan } from '../planner/physical/plan.js';
import { findVirtualTable } from '../catalog/virtual/virtual-table.js';
import { namesAskedFor } from './names-asked-for.js';
import type { Session } from './session.js';
import { SessionVirtualContext } from './session-virtual.js';

/** Rows of a virtual table with the columns that the scan wants. */
export async function virtualRows(session: Session, scan: MemTableScan): Promise<Datum[][]> {
  const table = findVirtualTable(scan.db.name, scan.table.name);
  if (table === undefined) throw mysqlError('ER_NO_SUCH_TABLE', scan.db.name, scan.table.name);
  const rows = await table.rows(new SessionVirtualContext(session, namesAskedFor(scan, session.evalContext)));
  const offsets = scan.columns.map((c) => c.offset);
  return rows.map((row) => offsets.map((o) => row[o] ?? null));
}
