import { mysqlError } from '../../types/error-table.js';
import type { Session } from '../session.js';
import type { EngineCore } from './engine-core.js';

/** KILL: only one's own connections without CONNECTION_ADMIN or SUPER (MySQL manual, "KILL Statement"). Throws 1094, 1095. */
export async function killConnection(by: Session, connectionId: number, queryOnly: boolean): Promise<void> {
  const all = by.privileges.has('CONNECTION_ADMIN', null, null);
  if (!killLocal(by.engine, connectionId, queryOnly, by.connection.user, all))
    await by.engine.cluster.killForeign(by, connectionId, queryOnly);
}

/** Kills a connection of this node; false when it has none of that id. Throws 1095. */
export function killLocal(
  core: EngineCore,
  connectionId: number,
  queryOnly: boolean,
  user: string,
  all: boolean,
): boolean {
  const target = core.sessions.get(connectionId);
  if (target === undefined) return false;
  if (!all && target.connection.user !== user) throw mysqlError('ER_KILL_DENIED_ERROR', connectionId);
  target.kill(!queryOnly);
  return true;
}
