import { mysqlError } from '../../types/error-table.js';
import type { Session } from '../session.js';

/** KILL: only one's own connections without SUPER (MySQL manual, "KILL Statement"). Throws 1094, 1095. */
export function killConnection(by: Session, connectionId: number, queryOnly: boolean): void {
  const target = by.engine.sessions.get(connectionId);
  if (target === undefined) throw mysqlError('ER_NO_SUCH_THREAD', connectionId);
  const own = target.connection.user === by.connection.user;
  if (!own && !by.privileges.has('SUPER', null, null)) throw mysqlError('ER_KILL_DENIED_ERROR', connectionId);
  target.kill(!queryOnly);
}
