import type { AdminStmt, HandleRange } from '../../parser/ast/index.js';
import type { IndexInfo, TableInfo } from '../../catalog/model.js';
import { handleColumn } from '../../catalog/table-layout.js';
import { quoteName } from '../../parser/restore.js';
import { mysqlError } from '../../types/error-table.js';
import type { Outcome } from '../run-statement.js';
import type { Session } from '../session.js';
import { intColumn, staticRows } from '../static-rows.js';
import { tableNamed } from './table-named.js';

/** The index of a name. Throws 1176. */
export function indexNamed(table: TableInfo, name: string): IndexInfo {
  const index = table.indices.find((i) => i.lower === name.toLowerCase() && i.state === 'public');
  if (index === undefined) throw mysqlError('ER_KEY_DOES_NOT_EXITS', name, table.name);
  return index;
}

/** The statements that look into a table's keys mean nothing for one without stored rows. Throws 8006. */
export function requireStored(table: TableInfo, statement: string): void {
  if (table.temporary !== undefined) throw mysqlError('ER_OPT_ON_TEMPORARY_TABLE', statement);
}

/** ADMIN CHECK INDEX t i (begin, end), …: the entries of rows whose handle lies in one of the ranges. */
export async function indexEntries(
  session: Session,
  stmt: Extract<AdminStmt, { action: 'CHECK INDEX' }>,
): Promise<Outcome> {
  const { db, table } = tableNamed(session, stmt.table);
  const index = indexNamed(table, stmt.index);
  if (table.isCommonHandle)
    throw mysqlError('ER_NOT_SUPPORTED_YET', 'ADMIN CHECK INDEX of handles that are no numbers');
  const handle = quoteName(handleColumn(table)?.name ?? '_tidb_rowid');
  const columns = index.columns.map((c) => table.columns[c.offset]!);
  const within = (r: HandleRange): string => `(${handle} >= ${r.begin} AND ${handle} < ${r.end})`;
  const names = columns.map((c) => quoteName(c.name)).join(', ');
  const rows = await session.engine.internalQuery(
    `SELECT ${names}, ${handle} FROM ${quoteName(db.name)}.${quoteName(table.name)} USE INDEX (${quoteName(index.name)})
      WHERE ${stmt.ranges.map(within).join(' OR ')} ORDER BY ${names}, ${handle}`,
  );
  return staticRows(
    [...columns.map((c) => ({ name: c.name, type: c.type })), intColumn('extra_handle')],
    rows,
  );
}
