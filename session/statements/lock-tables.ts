import { mysqlError } from '../../types/error-table.js';
import type { LockTablesStmt } from '../../parser/ast/index.js';
import type { TableInfo } from '../../catalog/model.js';
import { parsedBinding } from '../bindings/binding-store.js';
import { tablesOf } from '../bindings/binding-text.js';
import type { Session } from '../session.js';
import { refuseOwn } from '../temporary-ddl.js';
import { tableNamed } from './table-named.js';
import { registerStatement } from './statement-handler.js';

type LockType = LockTablesStmt['locks'][number]['type'];
interface LockRequest {
  readonly id: number;
  readonly name: string;
  readonly type: LockType;
  readonly virtual: boolean;
}

/** What a lock of a table or view locks: of a view the tables that it reads (MySQL manual, "LOCK TABLES and UNLOCK TABLES"). */
function lockRequests(
  session: Session,
  db: string,
  table: TableInfo,
  type: LockType,
  seen: Set<number>,
): LockRequest[] {
  if (seen.has(table.id)) return [];
  seen.add(table.id);
  if (table.view === undefined)
    return [{ id: table.id, name: table.name, type, virtual: table.virtual === true }];
  const query = parsedBinding(table.view.selectText);
  const read = query === null ? [] : tablesOf(query, db);
  return read.flatMap((t) => {
    const found = session.schema.table(t.db, t.table);
    return found === null ? [] : lockRequests(session, t.db, found, type, seen);
  });
}

/** LOCK TABLES (TiDB with enable-table-lock): see TableLocks for what the locks mean. */
registerStatement('LockTables', {
  implicitCommit: true,
  run: (session, stmt) => {
    refuseOwn(
      session,
      stmt.locks.map((l) => l.table),
      'LOCK TABLES',
    );
    const wanted = stmt.locks.flatMap((l): LockRequest[] => {
      const { db, table } = tableNamed(session, l.table);
      session.privileges.require('LOCK TABLES', db.name, table.name);
      session.privileges.require('SELECT', db.name, table.name);
      if (db.lower === 'information_schema' || db.lower === 'performance_schema' || db.lower === 'mysql') {
        if (l.type.startsWith('WRITE'))
          throw mysqlError(
            'ER_DBACCESS_DENIED_ERROR',
            session.connection.account.user,
            session.connection.account.host,
            db.name,
          );
      }
      if (table.sequence !== undefined) throw mysqlError('ER_NOT_SUPPORTED_YET', 'lock sequence');
      return lockRequests(session, db.name, table, l.type, new Set());
    });
    const names = new Set<string>();
    for (const l of stmt.locks) {
      const name = `${session.databaseOf(l.table.schema)}.${l.alias ?? l.table.name}`.toLowerCase();
      if (names.has(name)) throw mysqlError('ER_NONUNIQ_TABLE', l.alias ?? l.table.name);
      names.add(name);
    }
    session.engine.tableLocks.lock(
      session.connection.id,
      wanted.filter((w) => !w.virtual),
    );
    return null;
  },
});

registerStatement('UnlockTables', {
  run: (session: Session) => {
    session.engine.tableLocks.releaseAll(session.connection.id);
    return null;
  },
});
