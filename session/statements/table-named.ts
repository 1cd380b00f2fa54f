import { throwIfFlashback } from '../../catalog/flashback-state.js';
import { mysqlError } from '../../types/error-table.js';
import type { TableName } from '../../parser/ast/index.js';
import type { DbInfo, TableInfo } from '../../catalog/model.js';
import type { Session } from '../session.js';

/** The table or view of a name. Throws 1046, 1146. */
export function tableNamed(session: Session, name: TableName): { db: DbInfo; table: TableInfo } {
  const dbName = session.databaseOf(name.schema);
  const db = session.schema.database(dbName);
  const table = db === null ? null : session.schema.table(db.name, name.name);
  if (db === null || table === null) throw mysqlError('ER_NO_SUCH_TABLE', dbName, name.name);
  throwIfFlashback(table);
  return { db, table };
}
