import type { Session } from '../session.js';
import { Count, FIRST_COMMAND } from './counts.js';
import './server-status.js';
import { allStatusVariables, type StatusSource } from './status-variable.js';

/** Names and values of SHOW STATUS, or of SHOW GLOBAL STATUS, whose counts are those of all nodes. */
export function statusRows(session: Session, global: boolean): readonly (readonly [string, string])[] {
  const nodes = session.engine.counts;
  const counts = global ? nodes.counts : countsOf(session);
  const source: StatusSource = {
    session,
    nodes,
    count: (place) => counts[place]!,
    command: (place) => counts[FIRST_COMMAND + place]!,
  };
  const other = global ? 'session' : null;
  return allStatusVariables()
    .filter((v) => v.scope !== other)
    .map((v) => [v.name, String(v.value(source))] as const);
}

/** What the session has counted since it began or the last FLUSH STATUS. */
function countsOf({ counts, connection }: Session): ArrayLike<number> {
  const own = counts.slice();
  const traffic = connection.traffic?.();
  if (traffic === undefined) return own;
  own[Count.bytesReceived]! += traffic.received;
  own[Count.bytesSent]! += traffic.sent;
  return own;
}

/** FLUSH STATUS: the session counts from 0 on; what all have counted stays (manual, "FLUSH Statement"). */
export function flushStatus(session: Session): void {
  const { counts, connection, engine } = session;
  counts.fill(0);
  const traffic = connection.traffic?.();
  if (traffic !== undefined) {
    counts[Count.bytesReceived] = -traffic.received;
    counts[Count.bytesSent] = -traffic.sent;
  }
  engine.mostSessions = engine.sessions.size;
  engine.statusFlushedMs = engine.uptimeMs;
}
