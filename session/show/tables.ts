import { mysqlError } from '../../types/error-table.js';
import type { Datum } from '../../types/datum.js';
import { findVirtualTable } from '../../catalog/virtual/virtual-table.js';
import type { Session } from '../session.js';
import { SessionVirtualContext } from '../session-virtual.js';
import type { StaticColumn } from '../static-rows.js';
import { intColumn, text, textColumn } from '../static-rows.js';
import { registerShow } from './show-registry.js';

/** Columns of SHOW TABLE STATUS and the columns of information_schema.TABLES that they show. */
const STATUS: readonly (readonly [title: string, source: string])[] = [
  ['Name', 'TABLE_NAME'],
  ['Engine', 'ENGINE'],
  ['Version', 'VERSION'],
  ['Row_format', 'ROW_FORMAT'],
  ['Rows', 'TABLE_ROWS'],
  ['Avg_row_length', 'AVG_ROW_LENGTH'],
  ['Data_length', 'DATA_LENGTH'],
  ['Max_data_length', 'MAX_DATA_LENGTH'],
  ['Index_length', 'INDEX_LENGTH'],
  ['Data_free', 'DATA_FREE'],
  ['Auto_increment', 'AUTO_INCREMENT'],
  ['Create_time', 'CREATE_TIME'],
  ['Update_time', 'UPDATE_TIME'],
  ['Check_time', 'CHECK_TIME'],
  ['Collation', 'TABLE_COLLATION'],
  ['Checksum', 'CHECKSUM'],
  ['Create_options', 'CREATE_OPTIONS'],
  ['Comment', 'TABLE_COMMENT'],
];

registerShow('TABLE STATUS', async (session, stmt) => {
  const dbName = session.databaseOf(stmt.schema);
  const db = session.schema.database(dbName);
  if (db === null || !session.privileges.visible(db.name, null)) throw mysqlError('ER_BAD_DB_ERROR', dbName);
  const source = findVirtualTable('information_schema', 'TABLES')!;
  const at = STATUS.map(([, name]) => source.columns.findIndex((c) => c.name === name));
  const columns: StaticColumn[] = STATUS.map(([name], i) => ({ name, type: source.columns[at[i]!]!.type }));
  const schemaAt = source.columns.findIndex((c) => c.name === 'TABLE_SCHEMA');
  const rows = await source.rows(new SessionVirtualContext(session));
  return {
    columns,
    rows: rows.filter((r) => same(r[schemaAt], db.name)).map((r) => at.map((i) => r[i]!)),
  };
});

const same = (v: Datum | undefined, name: string): boolean =>
  v instanceof Uint8Array && Buffer.from(v).toString() === name;

/** SHOW TABLE t NEXT_ROW_ID: the next value of each allocator of the table. */
registerShow('TABLE NEXT_ROW_ID', async (session, stmt) => {
  const dbName = session.databaseOf(stmt.table?.schema ?? stmt.schema);
  const db = session.schema.database(dbName);
  const table = db === null || stmt.table === null ? null : session.schema.table(db.name, stmt.table.name);
  if (db === null || table === null) throw mysqlError('ER_NO_SUCH_TABLE', dbName, stmt.table?.name ?? '');
  return {
    columns: nextRowIdColumns(),
    rows: await nextRowIds(session, db.name, table.name),
  };
});

export const nextRowIdColumns = (): StaticColumn[] => [
  textColumn('DB_NAME', 64),
  textColumn('TABLE_NAME', 64),
  textColumn('COLUMN_NAME', 64),
  intColumn('NEXT_GLOBAL_ROW_ID'),
  textColumn('ID_TYPE', 15),
];

/** The allocators of a table: hidden row ids, AUTO_INCREMENT. */
export async function nextRowIds(session: Session, dbName: string, tableName: string): Promise<Datum[][]> {
  const db = session.schema.database(dbName)!;
  const table = session.schema.table(dbName, tableName)!;
  const auto = table.columns.find((c) => c.autoIncrement);
  const rows: Datum[][] = [];
  if (!table.pkIsHandle && !table.isCommonHandle) {
    const next = await session.nextAutoId(db, table, 'rowid');
    rows.push([text(db.name), text(table.name), text('_tidb_rowid'), next, text('_TIDB_ROWID')]);
  }
  if (auto !== undefined) {
    const next = await session.nextAutoId(db, table, 'auto_increment');
    rows.push([text(db.name), text(table.name), text(auto.name), next, text('AUTO_INCREMENT')]);
  }
  return rows.map((r) =>
    r.map((v) => (typeof v === 'bigint' && v <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(v) : v)),
  );
}
