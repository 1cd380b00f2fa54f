import { mysqlError } from '../../types/error-table.js';
import type { Datum } from '../../types/datum.js';
import { autoColumn, isCentral } from '../../catalog/auto-columns.js';
import type { AutoIdKind } from '../../catalog/meta/meta.js';
import { handleColumn } from '../../catalog/table-layout.js';
import { findVirtualTable } from '../../catalog/virtual/virtual-table.js';
import type { Session } from '../session.js';
import { SessionVirtualContext } from '../session-virtual.js';
import type { StaticColumn } from '../static-rows.js';
import { intColumn, text, textColumn } from '../static-rows.js';
import { databaseOf } from './schema.js';
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
  const db = databaseOf(session, stmt.schema);
  const source = findVirtualTable('information_schema', 'TABLES')!;
  const at = STATUS.map(([, name]) => source.columns.findIndex((c) => c.name === name));
  const columns: StaticColumn[] = STATUS.map(([name], i) =>
    name === 'Checksum' ? textColumn(name, 64) : { name, type: source.columns[at[i]!]!.type },
  );
  const checksumAt = STATUS.findIndex(([name]) => name === 'Checksum');
  const schemaAt = source.columns.findIndex((c) => c.name === 'TABLE_SCHEMA');
  const rows = await source.rows(new SessionVirtualContext(session));
  return {
    columns,
    rows: rows
      .filter((r) => same(r[schemaAt], db.name))
      .map((r) => at.map((i, to) => (to === checksumAt ? text('') : r[i]!))),
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

/** The counters of a table: hidden row ids, AUTO_INCREMENT, AUTO_RANDOM. */
export async function nextRowIds(session: Session, dbName: string, tableName: string): Promise<Datum[][]> {
  const db = session.schema.database(dbName)!;
  const table = session.schema.table(dbName, tableName)!;
  const column = autoColumn(table);
  const handle = handleColumn(table);
  const hidden = handle === null && !table.isCommonHandle;
  const rows: Datum[][] = [];
  const add = async (name: string, kind: AutoIdKind, type: string): Promise<void> => {
    rows.push([
      text(db.name),
      text(table.name),
      text(name),
      await session.nextAutoId(db, table, kind),
      text(type),
    ]);
  };
  if (hidden || (column !== null && table.autoRandom === undefined))
    await add(handle?.name ?? '_tidb_rowid', 'rowid', '_TIDB_ROWID');
  if (column !== null && table.autoRandom === undefined && isCentral(table))
    await add(column.name, 'auto_increment', 'AUTO_INCREMENT');
  if (table.autoRandom !== undefined) await add(column!.name, 'auto_random', 'AUTO_RANDOM');
  return rows.map((r) =>
    r.map((v) => (typeof v === 'bigint' && v <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(v) : v)),
  );
}
