import type { UnsupportedDdlStmt } from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import type { MysqlError } from '../../types/error.js';
import type { Session } from '../session.js';
import { registerStatement } from './statement-handler.js';

/** What MySQL says of a routine, trigger or event that is not there; null for objects of other kinds. */
export function noSuchObject(
  session: Session,
  object: string,
  schema: string | null,
  name: string,
): MysqlError | null {
  switch (object) {
    case 'PROCEDURE':
    case 'FUNCTION':
      return mysqlError('ER_SP_DOES_NOT_EXIST', object, `${session.databaseOf(schema)}.${name}`);
    case 'TRIGGER':
      return mysqlError('ER_TRG_DOES_NOT_EXIST');
    case 'EVENT':
      return mysqlError('ER_EVENT_DOES_NOT_EXIST', name);
    default:
      return null;
  }
}

/**
 * Stored routines, triggers, events, servers and tablespaces cannot be made here. So there are none: dropping, calling and
 * showing them gives the errors and notes that a MySQL without any gives, which is what dumps and migrations count on.
 */
function refuse(session: Session, stmt: UnsupportedDdlStmt): void {
  const missing =
    stmt.action === 'CREATE' || stmt.name === null
      ? null
      : noSuchObject(session, stmt.object, stmt.schema, stmt.name);
  if (missing === null) throw mysqlError('ER_NOT_SUPPORTED_YET', `${stmt.action} ${stmt.object}`);
  if (!stmt.ifExists) throw missing;
  session.statement.warn({ level: 'Note', code: missing.code, message: missing.message });
}

registerStatement('UnsupportedDdl', {
  run: (session, stmt) => {
    refuse(session, stmt);
    return null;
  },
});

registerStatement('Call', {
  run: (session, stmt) => {
    throw noSuchObject(session, 'PROCEDURE', stmt.schema, stmt.name)!;
  },
});

/** Statements that are read so that they can be refused by the name that users know them by. */
for (const [kind, name] of [
  ['Handler', 'HANDLER'],
  ['Xa', 'XA transactions'],
  ['InstallPlugin', 'INSTALL PLUGIN'],
  ['UninstallPlugin', 'UNINSTALL PLUGIN'],
  ['InstallComponent', 'INSTALL COMPONENT'],
  ['UninstallComponent', 'UNINSTALL COMPONENT'],
] as const)
  registerStatement(kind, {
    run: () => {
      throw mysqlError('ER_NOT_SUPPORTED_YET', name);
    },
  });

/** ALTER INSTANCE RELOAD TLS. Without NO ROLLBACK ON ERROR or with it, connections to come have the old certificates where new ones fail. */
registerStatement('AlterInstance', {
  run: (session) => {
    session.privileges.requireGlobal('CONNECTION_ADMIN', 'SUPER');
    try {
      session.engine.control?.reloadTls();
    } catch (e) {
      throw mysqlError('ER_UNKNOWN_ERROR', (e as Error).message);
    }
    return null;
  },
});

/** Traffic is captured and replayed by TiProxy, which there is none of (TiDB docs, "TRAFFIC CAPTURE"). */
export const noTiProxy = (): MysqlError => mysqlError('ER_UNKNOWN_ERROR', 'no tiproxy server found');
registerStatement('Traffic', {
  run: (session, stmt) => {
    const privilege = stmt.action === 'REPLAY' ? 'TRAFFIC_REPLAY_ADMIN' : 'TRAFFIC_CAPTURE_ADMIN';
    session.privileges.requireGlobal('SUPER', privilege);
    throw noTiProxy();
  },
});

registerStatement('Shutdown', {
  run: (session) => {
    session.privileges.requireGlobal('SHUTDOWN');
    session.engine.control?.stop();
    return null;
  },
});

/** RESTART wants something around the server that starts it anew (manual, "RESTART Statement"). */
registerStatement('Restart', {
  run: (session) => {
    session.privileges.requireGlobal('SHUTDOWN');
    throw mysqlError('ER_RESTART_SERVER_FAILED', 'mysqld is not managed by supervisor process');
  },
});
